/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/households_view.h"

#include <string.h>

#include "ctl/alerts_view.h"
#include "ctl/table.h"

static long long number(const json_t *object, const char *member)
{
    return (long long)json_integer_value(json_object_get(object, member));
}

/* How often, as people say it. */
static void spacing(long long minutes, struct buffer *out)
{
    if (minutes >= 1440)
        buffer_format(out, "%lld d", (minutes + 720) / 1440);
    else if (minutes >= 60)
        buffer_format(out, "%lld h", (minutes + 30) / 60);
    else
        buffer_format(out, "%lld min", minutes);
}

static void meters_cell(struct table *table, const json_t *meters)
{
    struct buffer text = {0};
    for (size_t i = 0; i < json_array_size(meters); i++) {
        const json_t *meter = json_array_get(meters, i);
        buffer_format(&text, "%s%s ", i ? ", " : "", view_text(meter, "utility"));
        spacing(number(meter, "interval_minutes"), &text);
    }
    table_cell(table, PAINT_NONE, text.bytes ? text.at : "-");
    buffer_done(&text);
}

/* "3 days ago": the outlook of a home whose meters have stopped is of before. */
static void reading_cell(struct table *table, const json_t *home, int64_t now_ms)
{
    struct buffer text = {0};
    int64_t at_ms;
    if (view_time(view_text(home, "last_reading"), &at_ms)) {
        screen_duration((now_ms > at_ms ? now_ms - at_ms : 0) / 1000, &text);
        buffer_text(&text, " ago");
    }
    table_cell(table, PAINT_NONE, text.bytes ? text.at : "none");
    buffer_done(&text);
}

static void row_add(struct table *table, const json_t *home, int64_t now_ms)
{
    struct buffer text = {0};
    const char *area = view_text(home, "area"), *class = view_text(home, "outlook");
    bool later = strcmp(class, "later") == 0;
    table_cell(table, PAINT_BOLD, view_text(home, "household"));
    table_cell(table, PAINT_NONE, area[0] ? area : "-");
    if (json_is_integer(json_object_get(home, "outlook_hours")))
        buffer_format(&text, "%lld h", number(home, "outlook_hours"));
    else
        buffer_text(&text, later ? "not found" : "too new");
    table_cell(table, later ? PAINT_RED : PAINT_NONE, text.at);
    reading_cell(table, home, now_ms);
    meters_cell(table, json_object_get(home, "meters"));
    buffer_done(&text);
}

/* Of all homes, whatever the list was asked for. */
static void counts_add(const json_t *homes, struct buffer *out)
{
    buffer_format(out,
                  "a collapse would be told within a day in %lld homes, within two in %lld, later "
                  "or not at all in %lld; too little is known of %lld\n",
                  number(homes, "day"), number(homes, "two_days"), number(homes, "later"),
                  number(homes, "learning"));
}

void households_view_list(const struct screen *screen, const json_t *body, int64_t now_ms,
                          struct buffer *out)
{
    static const char *const heads[] = {"HOUSEHOLD", "AREA", "TOLD AFTER", "LAST READING",
                                        "METERS, READ EVERY"};
    const json_t *list = json_object_get(body, "households");
    struct table table;
    counts_add(json_object_get(body, "homes"), out);
    if (json_array_size(list) == 0) {
        buffer_text(out, "no such home\n");
        return;
    }
    buffer_text(out, "\n");
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    table.right[2] = true;
    for (size_t i = 0; i < json_array_size(list); i++)
        row_add(&table, json_array_get(list, i), now_ms);
    table_write(&table, 0, out);
    table_done(&table);
}
