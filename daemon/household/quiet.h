/* SPDX-License-Identifier: Apache-2.0
 *
 * How long and how often a home was quiet before: hours that were measured without a sign of life
 * on any meter. Missing hours make no silence longer. For people: no detector reads it. Pure.
 */
#ifndef ANBU_HOUSEHOLD_QUIET_H
#define ANBU_HOUSEHOLD_QUIET_H

#include "household/record.h"

/* One measured hour of one meter, judged for the first time. */
void quiet_hour(struct record_quiet *quiet, int32_t hour, bool awake);

/* Times of a day or longer in the 12 months before the hour. */
int quiet_away(const struct record_quiet *quiet, int32_t hour);

#endif
