/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/stats_view.h"

#include "ctl/alerts_view.h"
#include "ctl/bars.h"
#include "ctl/table.h"

static long long whole(const json_t *object, const char *member)
{
    return (long long)json_integer_value(json_object_get(object, member));
}

static double number(const json_t *object, const char *member)
{
    return json_number_value(json_object_get(object, member));
}

static void say_load(const struct screen *screen, const json_t *body, struct buffer *out)
{
    const json_t *days = json_object_get(body, "days");
    struct bars bars = {0};
    long long sum = 0;
    size_t count = json_array_size(days), first = count > BARS_MAX ? count - BARS_MAX : 0;
    for (size_t i = 0; i < count; i++) {
        long long raised = whole(json_array_get(days, i), "raised");
        sum += raised;
        if (i >= first)
            bars_add(&bars, (double)raised, BAR_KNOWN);
    }
    buffer_format(out, "%.10s to %.10s: %lld alerts, %.1f a day", view_text(body, "from"),
                  view_text(body, "to"), sum, count ? (double)sum / (double)count : 0.0);
    const json_t *budget = json_object_get(json_array_get(days, 0), "budget");
    if (json_is_number(budget))
        buffer_format(out, "; the budget is %.1f a day", json_number_value(budget));
    buffer_text(out, "\n");
    bars_write(screen, &bars, bars_top(&bars), out);
    buffer_format(out, " at most %.0f\n", bars_top(&bars));
    if (whole(body, "held"))
        buffer_format(out, "%lld more are or were held back by area incidents\n",
                      whole(body, "held"));
    if (json_is_true(json_object_get(body, "counting")))
        buffer_text(out, "alerts are still being read: ask again\n");
    if (json_is_true(json_object_get(body, "cut")))
        buffer_text(out, "the latest alerts were counted; there are older ones of this time\n");
}

static void say_wait(const char *what, const json_t *wait, struct buffer *out)
{
    buffer_format(out, "%s: ", what);
    if (!whole(wait, "n")) {
        buffer_text(out, "none yet\n");
        return;
    }
    buffer_text(out, "half within ");
    screen_duration(whole(wait, "median_s"), out);
    buffer_text(out, ", nine of ten within ");
    screen_duration(whole(wait, "p90_s"), out);
    buffer_format(out, " (%lld alerts)\n", whole(wait, "n"));
}

/* "safe 12, moved 1": those that there are. */
static void say_counts(const char *what, const json_t *counts, struct buffer *out)
{
    const char *name;
    json_t *value;
    bool any = false;
    buffer_format(out, "%s: ", what);
    json_object_foreach((json_t *)(uintptr_t)counts, name, value)
    {
        if (!json_integer_value(value))
            continue;
        buffer_text(out, any ? ", " : "");
        view_words(name, out);
        buffer_format(out, " %lld", (long long)json_integer_value(value));
        any = true;
    }
    buffer_text(out, any ? "\n" : "none yet\n");
}

static void number_cell(struct table *table, long long value)
{
    struct buffer text = {0};
    buffer_format(&text, "%lld", value);
    table_cell(table, PAINT_NONE, text.at);
    buffer_done(&text);
}

static void rule_add(struct table *table, const json_t *rule)
{
    struct buffer text = {0};
    bool known = json_is_number(json_object_get(rule, "precision"));
    table_cell(table, PAINT_BOLD, view_text(rule, "detector"));
    number_cell(table, whole(rule, "raised"));
    number_cell(table, whole(rule, "true"));
    number_cell(table, whole(rule, "false"));
    if (known)
        buffer_format(&text, "%.1f %%", 100.0 * number(rule, "precision"));
    table_cell(table, PAINT_NONE, buffer_view(&text).at);
    buffer_clear(&text);
    if (known)
        buffer_format(&text, "%.1f to %.1f %%", 100.0 * number(rule, "low"),
                      100.0 * number(rule, "high"));
    table_cell(table, PAINT_NONE, buffer_view(&text).at);
    buffer_done(&text);
}

static void say_rules(const struct screen *screen, const json_t *rules, struct buffer *out)
{
    static const char *const heads[] = {"RULE", "RAISED", "TRUE", "FALSE", "PRECISION", "95 %"};
    struct table table;
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    for (int column = 1; column <= 4; column++)
        table.right[column] = true;
    for (size_t i = 0; i < json_array_size(rules); i++)
        rule_add(&table, json_array_get(rules, i));
    buffer_text(out, "\n");
    table_write(&table, 0, out);
    table_done(&table);
}

static void say_after(const json_t *after, struct buffer *out)
{
    const char *name;
    json_t *one;
    json_object_foreach((json_t *)(uintptr_t)after, name, one)
    {
        buffer_text(out, "no longer at risk after ");
        view_words(name, out);
        if (whole(one, "n"))
            buffer_format(out, ": %lld of %lld households\n", whole(one, "no_longer"),
                          whole(one, "n"));
        else
            buffer_text(out, ": too early to say\n");
    }
}

void stats_view(const struct screen *screen, const json_t *body, int64_t now_ms, struct buffer *out)
{
    struct buffer said = {0};
    (void)now_ms;
    say_load(screen, body, out);
    say_wait("\ntaken", json_object_get(body, "acknowledge"), out);
    say_wait("first contact", json_object_get(body, "knock"), out);
    say_counts("states", json_object_get(body, "states"), &said);
    say_counts("outcomes", json_object_get(body, "outcomes"), &said);
    say_after(json_object_get(body, "after"), &said);
    screen_plain(screen, buffer_view(&said), true, out);
    buffer_done(&said);
    say_rules(screen, json_object_get(body, "rules"), out);
}
