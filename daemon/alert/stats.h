/* SPDX-License-Identifier: Apache-2.0
 *
 * How a desk fares: what came by day, how soon somebody took it and went, what came of it, how
 * right each rule was, and who was not told of again (docs/decisions/0023-numbers.md). Counted from
 * what is left of each alert's snapshot. Pure; any thread.
 */
#ifndef ANBU_ALERT_STATS_H
#define ANBU_ALERT_STATS_H

#include "alert/alert.h"
#include "alert/precision.h"
#include "base/zone.h"

#define STATS_DAYS_MAX  366
#define STATS_BACK_DAYS 400 /* alerts older than this count for nothing */

/* One alert, as far as counting needs it. Times are wall clock; 0: it has not happened. */
struct stats_fact {
    char id[ALERT_ID_MAX];
    char household[MESSAGE_ID_MAX + 1];
    char area[MESSAGE_ID_MAX + 1];
    uint32_t teams;     /* bits: on whose list it stands */
    uint32_t detectors; /* bits: of its reasons, by their order in detectors[] */
    enum alert_state state;
    enum outcome outcome; /* OUTCOME_COUNT: none */
    bool held;            /* an incident holds it back, or did until it was over: nobody was told */
    int64_t told_ms;      /* raised the last time, or let go by the incident that held it */
    int64_t taken_ms;     /* acknowledged, or accepted by the other desk */
    int64_t tried_ms;     /* a person tried to reach somebody there */
    int64_t closed_ms;
};
void stats_fact_of(const struct alert *alert, struct stats_fact *out);
/* By household, then by id, as stats_count wants them. */
void stats_sort(struct stats_fact *facts, size_t count);

struct stats_query {
    int64_t now_ms;
    const struct zone *zone; /* whose days */
    int days;                /* today and those before it, 1 to STATS_DAYS_MAX */
    uint32_t teams;          /* bits; 0: any */
    const char *area;        /* NULL: any */
    /* Whether the asker may see it; NULL: all. */
    bool (*sees)(const void *viewer, const struct stats_fact *fact);
    const void *viewer;
};

struct stats_wait {
    size_t n;
    int64_t median_s, p90_s; /* meaningless without n */
};

struct stats_rule {
    unsigned raised;
    struct precision precision;
};

/* X(constant, name, days): after an alert was over. */
#define STATS_AFTERS(X)        \
    X(AFTER_3, "3_months", 91) \
    X(AFTER_6, "6_months", 183)
#define STATS_AFTER_CONSTANT(constant, name, days) constant,
enum stats_after_span { STATS_AFTERS(STATS_AFTER_CONSTANT) STATS_AFTER_COUNT };
extern const char *const stats_after_names[STATS_AFTER_COUNT];

struct stats {
    int32_t from; /* local day since 1970 */
    int days;
    unsigned raised[STATS_DAYS_MAX]; /* by day from `from` */
    unsigned held;
    struct stats_wait taken, tried;
    unsigned outcomes[OUTCOME_COUNT];
    unsigned states[ALERT_STATE_COUNT]; /* live ones of any age, closed ones of these days */
    struct stats_rule rules[DETECTOR_COUNT_MAX];
    struct stats_after {
        unsigned n, no_longer; /* households; those of them that were not told of again */
    } after[STATS_AFTER_COUNT];
};
void stats_count(const struct stats_fact *facts, size_t count, const struct stats_query *query,
                 struct stats *out);

/* {"from","to","days":[{"date","raised","budget"}],...} without the last brace; budget_a_day below
 * 0: not known. */
void stats_json(const struct stats *stats, double budget_a_day, struct buffer *out);
/* The same a number a line: table,name,measure,value. */
void stats_csv(const struct stats *stats, double budget_a_day, struct buffer *out);

#endif
