/* SPDX-License-Identifier: Apache-2.0
 *
 * What the last hours of the leading meter say beside the week before them: silence's score looks
 * at it. Read off the meter's hours, nothing of it is remembered. Pure; the worker that owns the
 * household calls.
 */
#ifndef ANBU_DETECTORS_SILENCE_WEEK_H
#define ANBU_DETECTORS_SILENCE_WEEK_H

#include "detectors/silence/features.h"

/* Fills the FEATURE_WEEK_... of `out`; 0 where too little of the week is known. */
void silence_week(const struct household_view *view, const struct event *event,
                  float out[FEATURE_COUNT]);

#endif
