/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/areas_view.h"

#include "ctl/alerts_view.h"
#include "ctl/table.h"

static void number_cell(struct table *table, const json_t *row, const char *member,
                        enum paint paint)
{
    struct buffer text = {0};
    const json_t *value = json_object_get(row, member);
    long long number = (long long)json_integer_value(value);
    if (json_is_integer(value))
        buffer_format(&text, "%lld", number);
    table_cell(table, number ? paint : PAINT_NONE, buffer_view(&text).at);
    buffer_done(&text);
}

static void incident_cell(struct table *table, const json_t *incident)
{
    struct buffer text = {0};
    if (json_is_object(incident)) {
        view_words(view_text(incident, "kind"), &text);
        buffer_text(&text, " since ");
        screen_time(view_text(incident, "from"), &text);
        buffer_text(&text, " UTC");
    }
    table_cell(table, PAINT_RED, buffer_view(&text).at);
    buffer_done(&text);
}

static void group_table(const struct screen *screen, const json_t *list, const char *head,
                        const char *member, struct buffer *out)
{
    const char *const heads[] = {head, "HOMES", "QUIET", "DARK", "ALERTS", "INCIDENT"};
    struct table table;
    if (json_array_size(list) == 0)
        return;
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    for (int column = 1; column <= 4; column++)
        table.right[column] = true;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);
        table_cell(&table, PAINT_BOLD, view_text(row, member));
        number_cell(&table, row, "homes", PAINT_NONE);
        number_cell(&table, row, "quiet", PAINT_YELLOW);
        number_cell(&table, row, "dark", PAINT_YELLOW);
        number_cell(&table, row, "open", PAINT_RED);
        incident_cell(&table, json_object_get(row, "incident"));
    }
    table_write(&table, 0, out);
    table_done(&table);
}

static void say_state(const json_t *body, struct buffer *out)
{
    if (json_is_true(json_object_get(body, "counting")))
        buffer_text(out, "homes are still being read: ask again\n");
    if (json_is_true(json_object_get(body, "cut")))
        buffer_text(out, "there are more than are counted\n");
}

void areas_view(const struct screen *screen, const json_t *body, int64_t now_ms, struct buffer *out)
{
    const json_t *areas = json_object_get(body, "areas");
    const json_t *feeders = json_object_get(body, "feeders");
    (void)now_ms;
    if (json_array_size(areas) == 0 && json_array_size(feeders) == 0)
        buffer_text(out, "no home has told its area or feeder yet\n");
    group_table(screen, areas, "AREA", "area", out);
    if (json_array_size(areas) && json_array_size(feeders))
        buffer_text(out, "\n");
    group_table(screen, feeders, "FEEDER", "feeder", out);
    say_state(body, out);
}

static void ago_cell(struct table *table, const char *since, int64_t now_ms)
{
    struct buffer text = {0};
    (void)view_ago(since, now_ms, &text);
    table_cell(table, PAINT_NONE, buffer_view(&text).at);
    buffer_done(&text);
}

void areas_view_meters(const struct screen *screen, const json_t *body, int64_t now_ms,
                       struct buffer *out)
{
    static const char *const heads[] = {"HOUSEHOLD", "UTILITY", "FEEDER", "AREA", "LAST HEARD"};
    const json_t *list = json_object_get(body, "meters");
    struct table table;
    long long total = (long long)json_integer_value(json_object_get(body, "total"));
    say_state(body, out);
    if (json_array_size(list) == 0) {
        buffer_text(out, "no meter is silent for longer than its ways explain\n");
        return;
    }
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);
        table_cell(&table, PAINT_BOLD, view_text(row, "household"));
        table_cell(&table, PAINT_NONE, view_text(row, "utility"));
        table_cell(&table, PAINT_NONE, view_text(row, "feeder"));
        table_cell(&table, PAINT_NONE, view_text(row, "area"));
        ago_cell(&table, view_text(row, "since"), now_ms);
    }
    table_write(&table, 0, out);
    table_done(&table);
    if (total > (long long)json_array_size(list))
        buffer_format(out, "%zu of %lld; --limit shows more\n", json_array_size(list), total);
}
