/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers of the desk as JSON, and as lines for a spreadsheet.
 */
#include <inttypes.h>

#include "alert/stats.h"
#include "base/json.h"

static void wait_json(struct buffer *out, const char *name, const struct stats_wait *wait)
{
    json_put_key(out, name);
    buffer_text(out, "{");
    json_member_int(out, "n", (int64_t)wait->n);
    if (wait->n) {
        json_member_int(out, "median_s", wait->median_s);
        json_member_int(out, "p90_s", wait->p90_s);
    } else {
        json_member_null(out, "median_s");
        json_member_null(out, "p90_s");
    }
    buffer_text(out, "}");
}

static void counts_json(struct buffer *out, const char *name, const char *const *names,
                        const unsigned *counts, size_t count)
{
    json_put_key(out, name);
    buffer_text(out, "{");
    for (size_t i = 0; i < count; i++)
        json_member_int(out, names[i], counts[i]);
    buffer_text(out, "}");
}

static void days_json(const struct stats *stats, double budget_a_day, struct buffer *out)
{
    char date[TIME_TEXT_MAX];
    json_member_text(out, "from", date_format(stats->from, date));
    json_member_text(out, "to", date_format(stats->from + stats->days - 1, date));
    json_put_key(out, "days");
    buffer_text(out, "[");
    for (int i = 0; i < stats->days; i++) {
        json_put_item(out);
        buffer_text(out, "{");
        json_member_text(out, "date", date_format(stats->from + i, date));
        json_member_int(out, "raised", stats->raised[i]);
        if (budget_a_day < 0.0)
            json_member_null(out, "budget");
        else
            json_member_number(out, "budget", budget_a_day, 2);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}

static void rules_json(const struct stats *stats, struct buffer *out)
{
    json_put_key(out, "rules");
    buffer_text(out, "[");
    for (size_t i = 0; i < detector_count; i++) {
        const struct stats_rule *rule = &stats->rules[i];
        const struct precision *precision = &rule->precision;
        json_put_item(out);
        buffer_text(out, "{");
        json_member_text(out, "detector", detectors[i]->name);
        json_member_int(out, "raised", rule->raised);
        json_member_int(out, "true", precision->worth);
        json_member_int(out, "false", precision->judged - precision->worth);
        if (precision->judged)
            json_member_number(out, "precision", (double)precision->worth / precision->judged, 4);
        else
            json_member_null(out, "precision");
        json_member_number(out, "low", precision->low, 4);
        json_member_number(out, "high", precision->high, 4);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}

void stats_json(const struct stats *stats, double budget_a_day, struct buffer *out)
{
    buffer_text(out, "{");
    days_json(stats, budget_a_day, out);
    json_member_int(out, "held", stats->held);
    wait_json(out, "acknowledge", &stats->taken);
    wait_json(out, "knock", &stats->tried);
    counts_json(out, "outcomes", outcome_names, stats->outcomes, OUTCOME_COUNT);
    rules_json(stats, out);
    counts_json(out, "states", alert_state_names, stats->states, ALERT_STATE_COUNT);
    json_put_key(out, "after");
    buffer_text(out, "{");
    for (int i = 0; i < STATS_AFTER_COUNT; i++) {
        json_put_key(out, stats_after_names[i]);
        buffer_format(out, "{\"n\":%u,\"no_longer\":%u}", stats->after[i].n,
                      stats->after[i].no_longer);
    }
    buffer_text(out, "}");
}

/* ---- lines ---- */

static void line(struct buffer *out, const char *table, const char *name, const char *measure,
                 int64_t value)
{
    buffer_format(out, "%s,%s,%s,%" PRId64 "\r\n", table, name, measure, value);
}

static void wait_lines(struct buffer *out, const char *name, const struct stats_wait *wait)
{
    line(out, "wait", name, "n", (int64_t)wait->n);
    if (!wait->n)
        return;
    line(out, "wait", name, "median_s", wait->median_s);
    line(out, "wait", name, "p90_s", wait->p90_s);
}

static void rule_lines(struct buffer *out, const char *name, const struct stats_rule *rule)
{
    const struct precision *precision = &rule->precision;
    line(out, "rule", name, "raised", rule->raised);
    line(out, "rule", name, "true", precision->worth);
    line(out, "rule", name, "false", precision->judged - precision->worth);
    buffer_format(out, "rule,%s,low,%.4f\r\nrule,%s,high,%.4f\r\n", name, precision->low, name,
                  precision->high);
}

void stats_csv(const struct stats *stats, double budget_a_day, struct buffer *out)
{
    char date[TIME_TEXT_MAX];
    buffer_text(out, "table,name,measure,value\r\n");
    for (int i = 0; i < stats->days; i++) {
        line(out, "day", date_format(stats->from + i, date), "raised", stats->raised[i]);
        if (budget_a_day >= 0.0)
            buffer_format(out, "day,%s,budget,%.2f\r\n", date, budget_a_day);
    }
    line(out, "alerts", "held", "n", stats->held);
    wait_lines(out, "acknowledge", &stats->taken);
    wait_lines(out, "knock", &stats->tried);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        line(out, "outcome", outcome_names[i], "n", stats->outcomes[i]);
    for (size_t i = 0; i < detector_count; i++)
        rule_lines(out, detectors[i]->name, &stats->rules[i]);
    for (int i = 0; i < ALERT_STATE_COUNT; i++)
        line(out, "state", alert_state_names[i], "n", stats->states[i]);
    for (int i = 0; i < STATS_AFTER_COUNT; i++) {
        line(out, "after", stats_after_names[i], "n", stats->after[i].n);
        line(out, "after", stats_after_names[i], "no_longer", stats->after[i].no_longer);
    }
}
