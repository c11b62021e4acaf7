/* SPDX-License-Identifier: Apache-2.0
 *
 * What silence keeps of a household, for its own files alone.
 */
#ifndef ANBU_DETECTORS_SILENCE_STATE_H
#define ANBU_DETECTORS_SILENCE_STATE_H

#include "detectors/detector.h"

#define SILENCE_GRID 16

struct silence_options {
    int64_t learning_days;
    double share;
};

struct silence_state {
    double evidence, top;
    double expected; /* signs of life expected since the last one: sum of -log(1 - p) */
    int32_t first_hour, newest_hour, awake_hour; /* hours since 1970; 0 none */
    int32_t watched_hours;                       /* gaps count for a day at most */
    uint16_t reached[SILENCE_GRID];              /* excursions whose top reached the grid point */
};
_Static_assert(sizeof(struct silence_state) % 8 == 0, "persisted as it stands");

/* How often a year this home's own ways bring it as far as it has come. */
double silence_yearly_rate(const struct silence_state *state);
/* The hour with which the silence began: after the last sign of life, or when we began to look. */
int32_t silence_quiet_from(const struct silence_state *state);

/* explain.c */
#define SILENCE_TERMS 8
extern const struct term silence_terms[SILENCE_TERMS];
void silence_explain(const void *options, const void *state, const struct household_view *view,
                     double values[TERMS_MAX]);

#endif
