/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/advise_view.h"

#include <string.h>

#include "alert/advice.h"
#include "ctl/alerts_view.h"
#include "ctl/table.h"

static double number(const json_t *object, const char *member)
{
    return json_number_value(json_object_get(object, member));
}

static unsigned count(const json_t *object, const char *member)
{
    double value = number(object, member);
    return value > 0.0 && value < 1e9 ? (unsigned)value : 0;
}

static bool is(const json_t *rule, enum advice advice)
{
    return strcmp(view_text(rule, "advice"), advice_names[advice]) == 0;
}

static void say_change(const json_t *rule, struct buffer *out)
{
    const char *option = view_text(rule, "option"), *from = view_text(rule, "from"),
               *to = view_text(rule, "to");
    bool less = is(rule, ADVICE_LESS);
    if (!option[0]) /* of a daemon that knows no lever for it */
        buffer_text(out, less ? "make it tell less" : "make it tell more");
    else if (!to[0])
        buffer_format(out, "%s: %s goes no further %s", option, from,
                      less ? "down the load" : "up the load");
    else
        buffer_format(out, "%s: %s -> %s", option, from, to);
}

static void say_advice(const json_t *rule, double wanted, struct buffer *out)
{
    unsigned judged = count(rule, "judged"), false_alarms = judged - count(rule, "worth_it");
    if (is(rule, ADVICE_TOO_FEW)) {
        buffer_format(out, "too few outcomes to say anything: %u of at least %d", judged,
                      ADVICE_OUTCOMES_MIN);
        return;
    }
    if (is(rule, ADVICE_KEEP))
        buffer_format(out, "no change: %.4g %% lies within what the outcomes allow", wanted);
    else
        say_change(rule, out);
    if (count(rule, "absences") * 2 >= false_alarms && false_alarms > 0)
        buffer_text(out, "; most false alarms are absences: have them declared");
    if (count(rule, "meter_faults") * 2 >= false_alarms && false_alarms > 0)
        buffer_text(out, "; most false alarms are meter faults: tell the utility");
}

static void text_cell(struct table *table, struct buffer *text)
{
    table_cell(table, PAINT_NONE, buffer_view(text).at);
    buffer_clear(text);
}

static void rule_cells(struct table *table, const json_t *rule, double wanted)
{
    struct buffer text = {0};
    unsigned judged = count(rule, "judged"), worth = count(rule, "worth_it");
    table_cell(table, PAINT_BOLD, view_text(rule, "detector"));
    buffer_format(&text, "%u", judged);
    text_cell(table, &text);
    buffer_format(&text, "%u", worth);
    text_cell(table, &text);
    if (judged)
        buffer_format(&text, "%.1f %%", 100.0 * worth / judged);
    text_cell(table, &text);
    if (judged)
        buffer_format(&text, "%.1f to %.1f %%", number(rule, "low"), number(rule, "high"));
    text_cell(table, &text);
    say_advice(rule, wanted, &text);
    text_cell(table, &text);
    buffer_done(&text);
}

static void say_replay(const json_t *rules, struct buffer *out)
{
    bool any = false;
    buffer_text(out, "try it on recorded readings first: anbuctl replay --config anbu.yaml");
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *rule = json_array_get(rules, i);
        if (!view_text(rule, "to")[0])
            continue;
        buffer_format(out, " --with %s=%s", view_text(rule, "option"), view_text(rule, "to"));
        any = true;
    }
    buffer_text(out, any ? " INPUT...\n" : " --with OPTION=VALUE INPUT...\n");
}

void advise_view(const struct screen *screen, const json_t *body, int64_t now_ms,
                 struct buffer *out)
{
    static const char *const heads[] = {"RULE", "OUTCOMES", "WORTH IT", "SHARE", "95 %", "ADVICE"};
    const json_t *rules = json_object_get(body, "rules");
    double wanted = number(body, "wanted");
    unsigned resolved = 0;
    struct table table;
    (void)now_ms;
    for (size_t i = 0; i < json_array_size(rules); i++)
        resolved += count(json_array_get(rules, i), "resolved");
    if (json_is_true(json_object_get(body, "counting")))
        buffer_text(out, "still counting: of what was read so far; ask again\n");
    if (!resolved) {
        buffer_text(out, "no resolved alerts: nothing can be advised yet\n");
        return;
    }
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    table.right[1] = table.right[2] = table.right[3] = true;
    for (size_t i = 0; i < json_array_size(rules); i++)
        rule_cells(&table, json_array_get(rules, i), wanted);
    table_write(&table, 0, out);
    table_done(&table);
    if (json_is_true(json_object_get(body, "more")))
        buffer_text(out, "the latest resolved alerts were counted; there are more\n");
    say_replay(rules, out);
}
