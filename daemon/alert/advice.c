/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/advice.h"

#include "base/json.h"

/* A change goes as far as the outcomes support, and by a quarter at most. */
#define LESS_MOST  0.75
#define LESS_LEAST 0.9
#define MORE_LEAST 1.1
#define MORE_MOST  1.25

#define NAME(constant, name) [constant] = name,
const char *const advice_names[ADVICE_COUNT] = {ADVICES(NAME)};

static double low(const struct advice_rule *rule)
{
    return 100.0 * rule->precision.low;
}

static double high(const struct advice_rule *rule)
{
    return 100.0 * rule->precision.high;
}

static void judge(struct advice_rule *rule, double wanted)
{
    precision_judge(&rule->precision);
    rule->advice = rule->precision.judged < ADVICE_OUTCOMES_MIN ? ADVICE_TOO_FEW
                   : high(rule) < wanted                        ? ADVICE_LESS
                   : low(rule) > wanted                         ? ADVICE_MORE
                                                                : ADVICE_KEEP;
}

static double between(double least, double x, double most)
{
    return x < least ? least : x > most ? most : x;
}

/* The interval's near end: to there the share is known to be off. */
static void propose(struct advice_rule *rule, const struct detector *detector,
                    const struct advice_query *query)
{
    double factor = rule->advice == ADVICE_LESS
                        ? between(LESS_MOST, high(rule) / query->wanted, LESS_LEAST)
                        : between(MORE_LEAST, low(rule) / query->wanted, MORE_MOST);
    if (rule->advice == ADVICE_LESS || rule->advice == ADVICE_MORE)
        rule->has_change = lever_change(detector, query->options, factor, &rule->change);
}

void advice_count(const struct stats_fact *facts, size_t count, const struct advice_query *query,
                  struct advices *out)
{
    *out = (struct advices){.wanted = query->wanted};
    for (size_t i = 0; i < count; i++) {
        const struct stats_fact *fact = &facts[i];
        bool counts = fact->state == ALERT_RESOLVED && fact->outcome < OUTCOME_COUNT &&
                      (!query->sees || query->sees(query->viewer, fact));
        for (size_t d = 0; counts && d < detector_count; d++) {
            if (!(fact->detectors >> d & 1))
                continue;
            out->rules[d].outcomes[fact->outcome]++;
            out->rules[d].resolved++;
            precision_add(&out->rules[d].precision, fact->outcome);
        }
    }
    for (size_t d = 0; d < detector_count; d++) {
        judge(&out->rules[d], query->wanted);
        propose(&out->rules[d], detectors[d], query);
    }
}

static void rule_json(const struct advice_rule *rule, const char *detector, struct buffer *out)
{
    const struct lever_change *change = &rule->change;
    buffer_text(out, "{");
    json_member_text(out, "detector", detector);
    json_member_int(out, "judged", rule->precision.judged);
    json_member_int(out, "worth_it", rule->precision.worth);
    json_member_number(out, "low", low(rule), 4);
    json_member_number(out, "high", high(rule), 4);
    json_member_text(out, "advice", advice_names[rule->advice]);
    json_member_text(out, "option", rule->has_change ? change->option->name : NULL);
    json_member_text(out, "from", rule->has_change ? change->from : NULL);
    json_member_text(out, "to", rule->has_change && change->to[0] ? change->to : NULL);
    json_member_int(out, "resolved", rule->resolved);
    json_member_int(out, "absences", rule->outcomes[OUTCOME_ABSENCE]);
    json_member_int(out, "meter_faults", rule->outcomes[OUTCOME_METER_FAULT]);
    buffer_text(out, "}");
}

void advice_json(const struct advices *advices, struct buffer *out)
{
    buffer_text(out, "{");
    json_member_number(out, "wanted", advices->wanted, 4);
    json_put_key(out, "rules");
    buffer_text(out, "[");
    for (size_t d = 0; d < detector_count; d++) {
        json_put_item(out);
        rule_json(&advices->rules[d], detectors[d]->name, out);
    }
    buffer_text(out, "]");
}
