/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/sinks_view.h"

#include "ctl/alerts_view.h"
#include "ctl/table.h"

static long long number(const json_t *sink, const char *member)
{
    return (long long)json_integer_value(json_object_get(sink, member));
}

static void number_cell(struct table *table, enum paint paint, long long value)
{
    struct buffer text = {0};
    buffer_format(&text, "%lld", value);
    table_cell(table, paint, text.at);
    buffer_done(&text);
}

/* In a word: ended, waiting for its turn to be tried again, or well. */
static void state_cell(struct table *table, const json_t *sink)
{
    bool ended = json_is_true(json_object_get(sink, "disabled"));
    bool waits = number(sink, "waiting_s") > 0;
    table_cell(table, ended || waits ? PAINT_RED : PAINT_NONE,
               ended                         ? "ended"
               : !number(sink, "partitions") ? "elsewhere"
               : waits                       ? "waits"
                                             : "well");
}

static void row_add(struct table *table, const json_t *sink)
{
    const char *trouble = view_text(sink, "trouble");
    table_cell(table, PAINT_BOLD, view_text(sink, "name"));
    table_cell(table, PAINT_NONE, view_text(sink, "kind"));
    state_cell(table, sink);
    number_cell(table, PAINT_NONE, number(sink, "partitions"));
    number_cell(table, PAINT_NONE, number(sink, "lag"));
    number_cell(table, PAINT_NONE, number(sink, "waiting_s"));
    number_cell(table, number(sink, "dead") ? PAINT_RED : PAINT_NONE, number(sink, "dead"));
    table_time(table, view_text(sink, "delivered_at"));
    table_time(table, view_text(sink, "trouble_at"));
    table_cell(table, PAINT_NONE, trouble[0] ? trouble : "-");
}

void sinks_view_list(const struct screen *screen, const json_t *body, int64_t now_ms,
                     struct buffer *out)
{
    static const char *const heads[] = {"SINK",       "KIND",        "STATE", "PARTITIONS",
                                        "LAG",        "WAITS (s)",   "DEAD",  "TOLD (UTC)",
                                        "TROUBLE AT", "LAST TROUBLE"};
    const json_t *list = json_object_get(body, "sinks");
    struct table table;
    (void)now_ms;
    if (json_array_size(list) == 0) {
        buffer_text(out, "nobody is told besides Kafka (sinks in the configuration)\n");
        return;
    }
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    for (int column = 3; column <= 6; column++)
        table.right[column] = true;
    for (size_t i = 0; i < json_array_size(list); i++)
        row_add(&table, json_array_get(list, i));
    table_write(&table, 0, out);
    table_done(&table);
}

void sinks_view_test(const char *name, const json_t *test, struct buffer *out)
{
    const char *detail = view_text(test, "detail");
    bool taken = json_is_true(json_object_get(test, "taken"));
    buffer_format(out, "%s: %s", name, taken ? "taken" : "not taken");
    if (taken && !detail[0] && number(test, "answer"))
        buffer_format(out, ", answer %lld", number(test, "answer"));
    buffer_format(out, "%s%s (%s)\n", detail[0] ? ": " : "", detail, view_text(test, "id"));
}
