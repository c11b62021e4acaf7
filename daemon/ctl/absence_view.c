/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/absence_view.h"

#include "ctl/alerts_view.h"
#include "ctl/table.h"

static void time_cell(struct table *table, const char *rfc3339)
{
    struct buffer text = {0};
    screen_time(rfc3339, &text);
    table_cell(table, PAINT_NONE, buffer_view(&text).at);
    buffer_done(&text);
}

static void state_cell(struct table *table, const json_t *absence, int64_t now_ms)
{
    struct buffer text = {0};
    int64_t from_ms = 0, to_ms = 0;
    bool known = view_time(view_text(absence, "from"), &from_ms) &&
                 view_time(view_text(absence, "to"), &to_ms);
    if (view_text(absence, "ended")[0]) {
        buffer_text(&text, "ended ");
        screen_time(view_text(absence, "ended"), &text);
        buffer_format(&text, " by %s", view_text(absence, "ended_by"));
    } else if (known) {
        buffer_text(&text, now_ms >= to_ms ? "over" : now_ms >= from_ms ? "away" : "to come");
    }
    table_cell(table, known && text.at[0] == 'a' ? PAINT_YELLOW : PAINT_NONE,
               buffer_view(&text).at);
    buffer_done(&text);
}

void absence_view(const struct screen *screen, const json_t *body, int64_t now_ms,
                  struct buffer *out)
{
    static const char *const heads[] = {"FROM", "TO", "STATE", "DECLARED BY", "REASON"};
    const json_t *list = json_object_get(body, "absences"),
                 *record = json_object_get(body, "record");
    struct table table;
    if (json_is_false(json_object_get(body, "delivered")))
        buffer_text(out, "kept; it is told to Kafka as soon as that answers\n");
    if (json_is_object(record)) {
        struct buffer said = {0};
        buffer_text(&said, "the record says: away from ");
        screen_time(view_text(record, "from"), &said);
        buffer_text(&said, " to ");
        screen_time(view_text(record, "to"), &said);
        buffer_text(&said, "\n");
        screen_plain(screen, buffer_view(&said), true, out);
        buffer_done(&said);
    }
    if (json_array_size(list) == 0) {
        buffer_text(out, "no absence is in the register\n");
        return;
    }
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *absence = json_array_get(list, i);
        time_cell(&table, view_text(absence, "from"));
        time_cell(&table, view_text(absence, "to"));
        state_cell(&table, absence, now_ms);
        table_cell(&table, PAINT_NONE, view_text(absence, "by"));
        table_cell(&table, PAINT_NONE, view_text(absence, "reason"));
    }
    table_write(&table, 0, out);
    table_done(&table);
}
