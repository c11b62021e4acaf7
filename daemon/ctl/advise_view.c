/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/advise_view.h"

#include <string.h>

#include "base/json.h"
#include "ctl/alerts_view.h"
#include "ctl/lever.h"
#include "ctl/table.h"
#include "detectors/detector.h"
#include "detectors/num.h"

#define Z 1.959964 /* of 95 % */
/* A change goes as far as the outcomes support, and by a quarter at most. */
#define LESS_MOST  0.75
#define LESS_LEAST 0.9
#define MORE_LEAST 1.1
#define MORE_MOST  1.25

enum worth { WORTH_IT, FALSE_ALARM, NOT_COUNTED };

static const enum worth worths[OUTCOME_COUNT] = {
    [OUTCOME_SAFE] = FALSE_ALARM,
    [OUTCOME_HELPED] = WORTH_IT,
    [OUTCOME_REFERRED_ONWARD] = WORTH_IT,
    [OUTCOME_HOSPITAL] = WORTH_IT,
    [OUTCOME_DECEASED] = WORTH_IT,
    [OUTCOME_MOVED] = FALSE_ALARM,
    [OUTCOME_ABSENCE] = FALSE_ALARM,
    [OUTCOME_METER_FAULT] = FALSE_ALARM,
    [OUTCOME_LEAK] = WORTH_IT,
    [OUTCOME_OTHER] = NOT_COUNTED,
};

enum advice { ADVICE_TOO_FEW, ADVICE_LESS, ADVICE_KEEP, ADVICE_MORE, ADVICE_COUNT };
static const char *const advice_names[ADVICE_COUNT] = {"too_few", "less", "keep", "more"};

struct rule {
    const char *detector; /* borrowed from the list */
    unsigned outcomes[OUTCOME_COUNT];
    unsigned judged, worth;
    double low, high; /* percent; Wilson's interval, 95 % */
    enum advice advice;
    bool has_change; /* of a detector that is known here, when the advice is less or more */
    struct lever_change change;
};

struct rules {
    size_t count;
    struct rule rule[DETECTOR_COUNT_MAX];
};

static struct rule *rule_of(struct rules *rules, const char *detector)
{
    for (size_t i = 0; i < rules->count; i++)
        if (strcmp(rules->rule[i].detector, detector) == 0)
            return &rules->rule[i];
    if (rules->count == DETECTOR_COUNT_MAX || !detector[0])
        return NULL;
    rules->rule[rules->count].detector = detector;
    return &rules->rule[rules->count++];
}

static double root(double x)
{
    return x > 0.0 ? num_exp(num_log(x) / 2.0) : 0.0;
}

/* Wilson (1927): holds for few outcomes and for shares near 0, too. */
static void judge(struct rule *rule, double wanted)
{
    double n = rule->judged, z2 = Z * Z;
    rule->low = 0.0;
    rule->high = 100.0;
    if (n > 0.0) {
        double p = rule->worth / n;
        double middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
        double half = Z / (1.0 + z2 / n) * root(p * (1.0 - p) / n + z2 / (4.0 * n * n));
        rule->low = middle - half > 0.0 ? 100.0 * (middle - half) : 0.0;
        rule->high = middle + half < 1.0 ? 100.0 * (middle + half) : 100.0;
    }
    rule->advice = rule->judged < ADVISE_OUTCOMES_MIN ? ADVICE_TOO_FEW
                   : rule->high < wanted              ? ADVICE_LESS
                   : rule->low > wanted               ? ADVICE_MORE
                                                      : ADVICE_KEEP;
}

static double between(double low, double x, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* The interval's near end: to there the share is known to be off. */
static void propose(struct rule *rule, double wanted, const json_t *options)
{
    double factor = rule->advice == ADVICE_LESS
                        ? between(LESS_MOST, rule->high / wanted, LESS_LEAST)
                        : between(MORE_LEAST, rule->low / wanted, MORE_MOST);
    if (rule->advice != ADVICE_LESS && rule->advice != ADVICE_MORE)
        return;
    for (size_t i = 0; i < detector_count; i++)
        if (strcmp(detectors[i]->name, rule->detector) == 0)
            rule->has_change = lever_change(detectors[i], options, factor, &rule->change);
}

/* An alert counts for each of its reasons. False: there is none. */
static bool count(const struct advise *advise, struct rules *rules)
{
    const json_t *alerts = json_object_get(advise->list, "alerts");
    bool any = false;
    for (size_t i = 0; i < detector_count; i++)
        (void)rule_of(rules, detectors[i]->name);
    for (size_t i = 0; i < json_array_size(alerts); i++) {
        const json_t *alert = json_array_get(alerts, i);
        const json_t *reasons = json_object_get(alert, "reasons");
        int outcome = 0;
        while (outcome < OUTCOME_COUNT &&
               strcmp(view_text(alert, "outcome"), outcome_names[outcome]) != 0)
            outcome++;
        for (size_t r = 0; outcome < OUTCOME_COUNT && r < json_array_size(reasons); r++) {
            struct rule *rule = rule_of(rules, view_text(json_array_get(reasons, r), "detector"));
            if (!rule)
                continue;
            rule->outcomes[outcome]++;
            rule->judged += worths[outcome] != NOT_COUNTED;
            rule->worth += worths[outcome] == WORTH_IT;
            any = true;
        }
    }
    for (size_t i = 0; i < rules->count; i++) {
        judge(&rules->rule[i], advise->wanted);
        propose(&rules->rule[i], advise->wanted, advise->options);
    }
    return any;
}

static void say_change(const struct rule *rule, struct buffer *out)
{
    const struct lever_change *change = &rule->change;
    if (!rule->has_change)
        buffer_text(out, rule->advice == ADVICE_LESS ? "make it tell less" : "make it tell more");
    else if (!change->to[0])
        buffer_format(out, "%s: %s goes no further %s", change->option->name, change->from,
                      rule->advice == ADVICE_LESS ? "down the load" : "up the load");
    else
        buffer_format(out, "%s: %s -> %s", change->option->name, change->from, change->to);
}

static void say_advice(const struct rule *rule, double wanted, struct buffer *out)
{
    unsigned false_alarms = rule->judged - rule->worth;
    if (rule->advice == ADVICE_TOO_FEW)
        buffer_format(out, "too few outcomes to say anything: %u of at least %d", rule->judged,
                      ADVISE_OUTCOMES_MIN);
    else if (rule->advice == ADVICE_KEEP)
        buffer_format(out, "no change: %.4g %% lies within what the outcomes allow", wanted);
    else
        say_change(rule, out);
    if (rule->advice == ADVICE_TOO_FEW)
        return;
    if (rule->outcomes[OUTCOME_ABSENCE] * 2 >= false_alarms && false_alarms > 0)
        buffer_text(out, "; most false alarms are absences: have them declared");
    if (rule->outcomes[OUTCOME_METER_FAULT] * 2 >= false_alarms && false_alarms > 0)
        buffer_text(out, "; most false alarms are meter faults: tell the utility");
}

static void rule_cells(struct table *table, const struct rule *rule, double wanted)
{
    struct buffer text = {0};
    table_cell(table, PAINT_BOLD, rule->detector);
    buffer_format(&text, "%u", rule->judged);
    table_cell(table, PAINT_NONE, text.at);
    buffer_clear(&text);
    buffer_format(&text, "%u", rule->worth);
    table_cell(table, PAINT_NONE, text.at);
    buffer_clear(&text);
    if (rule->judged)
        buffer_format(&text, "%.1f %%", 100.0 * rule->worth / rule->judged);
    table_cell(table, PAINT_NONE, buffer_view(&text).at);
    buffer_clear(&text);
    if (rule->judged)
        buffer_format(&text, "%.1f to %.1f %%", rule->low, rule->high);
    table_cell(table, PAINT_NONE, buffer_view(&text).at);
    buffer_clear(&text);
    say_advice(rule, wanted, &text);
    table_cell(table, PAINT_NONE, text.at);
    buffer_done(&text);
}

void advise_view(const struct screen *screen, const struct advise *advise, struct buffer *out)
{
    static const char *const heads[] = {"RULE", "OUTCOMES", "WORTH IT", "SHARE", "95 %", "ADVICE"};
    struct rules rules = {0};
    struct table table;
    if (!count(advise, &rules)) {
        buffer_text(out, "no resolved alerts: nothing can be advised yet\n");
        return;
    }
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    table.right[1] = table.right[2] = table.right[3] = true;
    for (size_t i = 0; i < rules.count; i++)
        rule_cells(&table, &rules.rule[i], advise->wanted);
    table_write(&table, 0, out);
    table_done(&table);
    if (json_is_true(json_object_get(advise->list, "more")))
        buffer_text(out, "the latest resolved alerts were counted; there are more\n");
    buffer_text(out, "try it on recorded readings first: anbuctl replay --config anbu.yaml");
    bool any = false;
    for (size_t i = 0; i < rules.count; i++)
        if (rules.rule[i].has_change && rules.rule[i].change.to[0]) {
            buffer_format(out, " --with %s=%s", rules.rule[i].change.option->name,
                          rules.rule[i].change.to);
            any = true;
        }
    buffer_text(out, any ? " INPUT...\n" : " --with OPTION=VALUE INPUT...\n");
}

void advise_json(const struct advise *advise, struct buffer *out)
{
    struct rules rules = {0};
    (void)count(advise, &rules);
    buffer_text(out, "{");
    json_member_number(out, "wanted", advise->wanted, 2);
    json_member_bool(out, "more", json_is_true(json_object_get(advise->list, "more")));
    json_put_key(out, "rules");
    buffer_text(out, "[");
    for (size_t i = 0; i < rules.count; i++) {
        const struct rule *rule = &rules.rule[i];
        const struct lever_change *change = &rule->change;
        json_put_item(out);
        buffer_text(out, "{");
        json_member_text(out, "detector", rule->detector);
        json_member_int(out, "judged", rule->judged);
        json_member_int(out, "worth_it", rule->worth);
        json_member_number(out, "low", rule->low, 2);
        json_member_number(out, "high", rule->high, 2);
        json_member_text(out, "advice", advice_names[rule->advice]);
        json_member_text(out, "option", rule->has_change ? change->option->name : NULL);
        json_member_text(out, "from", rule->has_change ? change->from : NULL);
        json_member_text(out, "to", rule->has_change && change->to[0] ? change->to : NULL);
        buffer_text(out, "}");
    }
    buffer_text(out, "]}\n");
}
