/* SPDX-License-Identifier: Apache-2.0
 *
 * Is the budget true? What homes were counted to come to, of all partitions together, beside what
 * was written and at what price. Made from censuses one after the other; no I/O, any thread.
 */
#ifndef ANBU_HOUSEHOLD_BUDGET_H
#define ANBU_HOUSEHOLD_BUDGET_H

#include "household/census.h"

/* X(constant, name): is what came within a fifth of what was written? Below a hundred alerts wanted
 * chance alone may be more than that. */
#define BUDGET_VERDICTS(X)       \
    X(BUDGET_TOO_FEW, "too_few") \
    X(BUDGET_TRUE, "true")       \
    X(BUDGET_OVER, "over")       \
    X(BUDGET_UNDER, "under")
#define BUDGET_CONSTANT(constant, name) constant,
enum budget_verdict { BUDGET_VERDICTS(BUDGET_CONSTANT) BUDGET_VERDICT_COUNT };
extern const char *const budget_verdict_names[BUDGET_VERDICT_COUNT];

/* A population at one budget, of all partitions so far. Alerts and years are of the last weeks, a
 * tenth less each week, with the week that is under way. */
struct budget_group {
    int32_t budget_milli;
    uint8_t population;
    double years;          /* of homes, watched */
    double priced, others; /* alerts of silence; of drop, flow, decline, routine and cold */
    /* What a price of the training is worth here: the price in force over the budget. 1: homes are
     * as those of the training; above: quieter, they may look stranger before one is told. */
    double factor_least, factor_most;
    double factor_years, training_years; /* times the years */
};

struct budget {
    struct budget_group *groups;
    size_t count, room;
    uint32_t partitions, counted;       /* taken; those of them that have a snapshot */
    int32_t snapshot_old, snapshot_new; /* numbers in force; 0 none */
    bool steered;
};

/* Zero-initialise but for `steered`. The census stays the caller's. */
void budget_take(struct budget *budget, struct census *census, int64_t now_ms);

/* Sorts, and writes
 * {"steered","partitions","counted","snapshot"|null,"snapshot_oldest"|null,"since"|null,"groups":
 *  [{"population","budget","home_years","wanted","priced","others","verdict","factor",
 *    "factor_least","factor_most","training_percent"}]
 * without the last brace. */
void budget_show(struct budget *budget, struct buffer *json);
void budget_done(struct budget *budget);

#endif
