/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/handover_view.h"

#include <string.h>

#include "alert/lifecycle.h"
#include "ctl/alerts_view.h"
#include "ctl/table.h"

/* What comes of each timer, for people; a ladder's says its step. */
static const struct {
    const char *timer, *said;
} comes[] = {
    {TIMER_UNACKNOWLEDGED, "escalates"},
    {TIMER_ACK_EXPIRY, "opens again"},
    {TIMER_REFER_ACCEPT, "comes back"},
};

static void next_add(const json_t *next, int64_t now_ms, struct buffer *out)
{
    const char *what = view_text(next, "what"), *channel = view_text(next, "channel");
    if (!what[0]) {
        buffer_text(out, "-");
        return;
    }
    view_list_time(view_text(next, "at"), now_ms, out);
    if (channel[0]) {
        buffer_text(out, " ");
        view_step(next, out);
        return;
    }
    const char *said = what;
    for (size_t i = 0; i < sizeof comes / sizeof comes[0]; i++)
        if (strcmp(what, comes[i].timer) == 0)
            said = comes[i].said;
    buffer_format(out, " %s", said);
}

static void step_add(const json_t *step, int64_t now_ms, struct buffer *out)
{
    const json_t *contact = json_object_get(step, "contact");
    view_list_time(view_text(step, "at"), now_ms, out);
    buffer_format(out, " %s: ", view_text(step, "who"));
    view_words(view_text(step, "what"), out);
    if (contact) {
        buffer_format(out, " %s ", view_text(contact, "channel"));
        view_words(view_text(contact, "whom"), out);
        buffer_text(out, ", ");
        view_words(view_text(contact, "result"), out);
    }
    if (view_text(step, "note")[0])
        buffer_format(out, "; %s", view_text(step, "note"));
}

static void row_add(struct table *table, const json_t *alert, int64_t now_ms)
{
    struct buffer text = {0};
    const json_t *steps = json_object_get(alert, "steps");
    buffer_format(&text, "%.*s", ALERT_ID_SHOWN, view_text(alert, "alert"));
    table_cell(table, PAINT_BOLD, text.at);
    table_cell(table, view_severity_paint(view_text(alert, "severity")),
               view_text(alert, "severity"));
    table_cell(table, PAINT_NONE, view_text(alert, "state"));
    table_cell(table, PAINT_NONE, view_text(alert, "household"));
    buffer_clear(&text);
    view_list_time(view_text(alert, "raised"), now_ms, &text);
    table_cell(table, PAINT_NONE, text.at);
    buffer_clear(&text);
    view_holder(alert, now_ms, true, &text);
    table_cell(table, PAINT_NONE, buffer_view(&text).at);
    buffer_clear(&text);
    next_add(json_object_get(alert, "next"), now_ms, &text);
    table_cell(table, PAINT_NONE, text.at);
    buffer_clear(&text);
    step_add(json_array_get(steps, json_array_size(steps) - 1), now_ms, &text);
    table_cell(table, PAINT_NONE, text.at);
    buffer_done(&text);
}

static void desk_add(const struct screen *screen, const json_t *desk, int64_t now_ms,
                     struct buffer *out)
{
    static const char *const heads[] = {"ID",     "SEVERITY", "STATE", "HOUSEHOLD",
                                        "RAISED", "WITH",     "NEXT",  "LAST STEP"};
    const json_t *alerts = json_object_get(desk, "alerts");
    long long total = (long long)json_integer_value(json_object_get(desk, "total"));
    long long held = (long long)json_integer_value(json_object_get(desk, "held"));
    struct buffer head = {0};
    struct table table;
    buffer_format(&head, "%s: %lld not over", view_text(desk, "desk"), total);
    if (held)
        buffer_format(&head, ", %lld held by an incident", held);
    screen_paint(screen, PAINT_BOLD, head.at, out);
    buffer_text(out, "\n");
    buffer_done(&head);
    if (json_array_size(alerts) == 0)
        return;
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < json_array_size(alerts); i++)
        row_add(&table, json_array_get(alerts, i), now_ms);
    table_write(&table, 2, out);
    table_done(&table);
    if (json_is_true(json_object_get(desk, "more")))
        buffer_format(out, "  the %zu oldest of %lld are shown; --limit shows more\n",
                      json_array_size(alerts), total);
}

void handover_view(const struct screen *screen, const json_t *body, int64_t now_ms,
                   struct buffer *out)
{
    const json_t *desks = json_object_get(body, "desks");
    alerts_view_unreadable(body, out);
    for (size_t i = 0; i < json_array_size(desks); i++) {
        buffer_text(out, i ? "\n" : "");
        desk_add(screen, json_array_get(desks, i), now_ms, out);
    }
}
