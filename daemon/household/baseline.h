/* SPDX-License-Identifier: Apache-2.0
 *
 * The rolling baseline: when a meter's routine gets its range and floor, and what each hour teaches
 * it.
 */
#ifndef ANBU_HOUSEHOLD_BASELINE_H
#define ANBU_HOUSEHOLD_BASELINE_H

#include "base/zone.h"
#include "household/record.h"

/* Before an hour is judged: the first range after a week, a wider one while the home is new, and
 * once a day the floor below which a flow is a drip. */
void baseline_prepare(struct record_meter *meter, int32_t hour, const struct zone *zone);

/* After it was judged; masked: nobody knows who was there (mask.h); absent: they said that nobody
 * would be. */
void baseline_learn(struct record_meter *meter, const struct event *event, enum oddness oddness,
                    bool masked, bool absent);

#endif
