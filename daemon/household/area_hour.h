/* SPDX-License-Identifier: Apache-2.0
 *
 * What one measured hour of a home says about its area and feeder: light or dark, somebody or
 * nobody, and what was usual. The message from household to whoever counts over many homes
 * (docs/decisions/0012-area-incidents.md).
 */
#ifndef ANBU_HOUSEHOLD_AREA_HOUR_H
#define ANBU_HOUSEHOLD_AREA_HOUR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct area_hour {
    struct text area, feeder; /* either may be empty; borrowed for the call */
    int32_t hour;             /* hours since 1970 in UTC */
    bool metered, dark;       /* electricity was measured; none was used, where some usually is */
    bool watched;             /* the home is seen for the first time in this hour */
    int32_t expected_milli;   /* signs of life: usual in this hour, in thousandths */
    bool seen;
};

struct judgement;
struct event;
/* Tells context->measured of a vouched EVENT_HOUR, unless the home says nothing about its
 * neighbours: empty, away as declared, cut off, or the hour is history. */
void area_hour_tell(const struct judgement *judgement, const struct event *event);

#endif
