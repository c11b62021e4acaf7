/* SPDX-License-Identifier: Apache-2.0
 *
 * What the outcomes of resolved alerts say about each rule: its precision, with an interval, and
 * whether that supports another budget or threshold. Pure; any thread.
 */
#ifndef ANBU_ALERT_ADVICE_H
#define ANBU_ALERT_ADVICE_H

#include "alert/lever.h"
#include "alert/stats.h"

/* Below so many outcomes nothing is advised. */
#define ADVICE_OUTCOMES_MIN 20
/* The share of a rule's alerts that should have been worth it, in percent, unless asked otherwise:
 * a choice of ours. */
#define ADVICE_WANTED 10.0

/* X(constant, name) */
#define ADVICES(X)               \
    X(ADVICE_TOO_FEW, "too_few") \
    X(ADVICE_LESS, "less")       \
    X(ADVICE_KEEP, "keep")       \
    X(ADVICE_MORE, "more")
enum advice { ADVICES(VOCABULARY_CONSTANT) ADVICE_COUNT };
extern const char *const advice_names[ADVICE_COUNT];

struct advice_query {
    double wanted;         /* percent */
    const json_t *options; /* [{"name","value"}] in force; NULL: the defaults */
    /* Whether the asker may see it; NULL: all. */
    bool (*sees)(const void *viewer, const struct stats_fact *fact);
    const void *viewer;
};

/* Of a detector, by its place in detectors[]. */
struct advice_rule {
    unsigned outcomes[OUTCOME_COUNT], resolved; /* an alert counts for each of its reasons */
    struct precision precision;
    enum advice advice;
    bool has_change; /* when the advice is less or more */
    struct lever_change change;
};

struct advices {
    double wanted;
    struct advice_rule rules[DETECTOR_COUNT_MAX];
};
void advice_count(const struct stats_fact *facts, size_t count, const struct advice_query *query,
                  struct advices *out);

/* {"wanted","rules":[{"detector",...}]} without the last brace. */
void advice_json(const struct advices *advices, struct buffer *out);

#endif
