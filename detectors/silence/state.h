/* SPDX-License-Identifier: Apache-2.0
 *
 * What silence keeps of a household, for its own files alone.
 */
#ifndef ANBU_DETECTORS_SILENCE_STATE_H
#define ANBU_DETECTORS_SILENCE_STATE_H

#include "detectors/silence/features.h"

#define SILENCE_OUTLOOK_HOURS 120

struct silence_options {
    int64_t learning_days;
    double share, reserve;
};

/* The hour with which the silence began: after the last sign of life, or when we began to look. */
int32_t silence_quiet_from(const struct silence_state *state);

/* explain.c */
#define SILENCE_TERMS 11
extern const struct term silence_terms[SILENCE_TERMS];
void silence_explain(const void *options, const void *state, const struct household_view *view,
                     double values[TERMS_MAX]);

/* How many alerts a household-year silence's own price may be, by the budget. */
double silence_allowed(const struct silence_options *own, const struct household_view *view);

/* Sets the price that the hour which was taken last makes (`yearly`). */
void silence_judge(struct silence_state *state, const struct household_view *view,
                   const struct event *event);

/* Hours from a collapse at an hour like any other to an alert, as this home is known now;
 * SILENCE_OUTLOOK_HOURS: not before. */
double silence_outlook(const struct silence_options *own, const struct silence_state *state,
                       const struct household_view *view);

#endif
