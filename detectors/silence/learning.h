/* SPDX-License-Identifier: Apache-2.0
 *
 * Silence in a home that is not known yet: hours since a sign of life that cannot be mistaken, and
 * how often other homes were as quiet in their first month. silence.md tells the method. Pure; the
 * worker that owns the household calls.
 */
#ifndef ANBU_DETECTORS_SILENCE_LEARNING_H
#define ANBU_DETECTORS_SILENCE_LEARNING_H

#include "detectors/silence/state.h"

#define LEARNING_HOURS 13 /* points of the table */
/* Homes whose longest silence so far was a night or a day out, and all others. */
#define LEARNING_LIVED_IN_HOURS 18
enum { LEARNING_LIVED_IN, LEARNING_OFTEN_EMPTY, LEARNING_KINDS };

/* How often a year other homes are quiet for as many hours, in their first month. */
struct learning_table {
    double hours[LEARNING_HOURS];
    double water[LEARNING_KINDS][LEARNING_HOURS], electricity[LEARNING_KINDS][LEARNING_HOURS];
};
extern const struct learning_table silence_learning_table; /* learning_table.c */

/* Other homes stand in: between first_days and learning_days. */
bool silence_is_learning(const struct silence_options *own, const struct household_view *view);

/* "this home is known for 9 days only, other homes stand in". */
void silence_say_learning(const struct household_view *view, char *out, size_t out_bytes);

/* Takes one measured hour of a meter that vouches; true: somebody was there. */
bool silence_learning_take(struct silence_state *state, const struct household_view *view,
                           const struct event *event);

/* Nobody can tell up to that hour: silence begins after it. */
void silence_learning_begin(struct silence_learning *learning, int32_t hour);
/* Hours from this one on are shown once more. */
void silence_learning_restart(struct silence_learning *learning, int32_t hour);

/* Alerts a home-year that an alert in this hour is the price of; 0: there is nothing to tell. */
double silence_learning_yearly(const struct silence_state *state, const struct household_view *view,
                               const struct event *event);

#endif
