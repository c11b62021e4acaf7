/* SPDX-License-Identifier: Apache-2.0
 *
 * Where these people are, as a hidden-state model: at home (with their usual nights and hours out),
 * away for longer, or collapsed. A forward filter, one step an hour, which knows the past alone
 * (Rabiner, Proc. IEEE 77(2), 1989). For people: no alert hangs on it. Pure.
 */
#ifndef ANBU_DETECTORS_SILENCE_HIDDEN_H
#define ANBU_DETECTORS_SILENCE_HIDDEN_H

#include "detectors/silence/features.h"

struct silence_chances {
    double home, away, collapsed; /* 1 together */
};

/* Takes one measured hour, as heard, before silence_take does; hours that were not measured since
 * the last one pass by the clock alone. */
void silence_hidden_take(struct silence_state *state, const struct household_view *view,
                         const struct silence_prior *prior, const struct event *event);

struct silence_chances silence_hidden_chances(const struct silence_hidden *hidden);

#endif
