/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/incidents_view.h"

#include <string.h>

#include "ctl/alerts_view.h"
#include "ctl/table.h"

static long long number(const json_t *object, const char *member)
{
    return (long long)json_integer_value(json_object_get(object, member));
}

/* What is missing of what. */
static void shown_by(const json_t *incident, struct buffer *out)
{
    if (strcmp(view_text(incident, "kind"), "dark") == 0)
        buffer_format(out, "%lld of %lld homes dark", number(incident, "dark"),
                      number(incident, "metered"));
    else if (strcmp(view_text(incident, "kind"), "non_reporting") == 0)
        buffer_format(out, "%lld of %lld meters do not report", number(incident, "dark"),
                      number(incident, "metered"));
    else
        buffer_format(out, "%lld signs of life of %.0f", number(incident, "seen"),
                      json_number_value(json_object_get(incident, "expected")));
}

static void row_add(struct table *table, const json_t *incident)
{
    struct buffer text = {0};
    bool open = strcmp(view_text(incident, "state"), "open") == 0;
    table_cell(table, PAINT_BOLD, view_text(incident, "group"));
    table_cell(table, open ? PAINT_RED : PAINT_NONE, view_text(incident, "state"));
    table_time(table, view_text(incident, "from"));
    table_time(table, view_text(incident, "to"));
    buffer_format(&text, "%lld", number(incident, "held"));
    table_cell(table, PAINT_NONE, text.at);
    table_time(table, view_text(incident, "held_until"));
    buffer_clear(&text);
    shown_by(incident, &text);
    table_cell(table, PAINT_NONE, text.at);
    buffer_done(&text);
}

void incidents_view_list(const struct screen *screen, const json_t *body, int64_t now_ms,
                         struct buffer *out)
{
    static const char *const heads[] = {"AREA OR FEEDER", "STATE",      "FROM (UTC)", "TO",
                                        "HELD",           "HELD UNTIL", "SHOWN BY"};
    const json_t *list = json_object_get(body, "incidents");
    struct table table;
    (void)now_ms;
    if (json_array_size(list) == 0) {
        buffer_text(out, "no area or feeder is dark, silent or without reports\n");
        return;
    }
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    table.right[4] = true;
    for (size_t i = 0; i < json_array_size(list); i++)
        row_add(&table, json_array_get(list, i));
    table_write(&table, 0, out);
    table_done(&table);
}
