/* SPDX-License-Identifier: Apache-2.0
 *
 * That a meter of a home has reported, by the arrival clock: the message from household to whoever
 * knows over many homes whether a head-end has stopped (docs/decisions/0012-area-incidents.md).
 */
#ifndef ANBU_HOUSEHOLD_HEARD_H
#define ANBU_HOUSEHOLD_HEARD_H

#include "base/text.h"
#include "detectors/vocabulary.h"

struct heard {
    struct text area, feeder; /* either may be empty; borrowed for the call */
    enum utility utility;
    int32_t arrived_hour; /* hours since 1970 in UTC */
    int32_t hours;        /* that were not known of before, 24 at most: a day in one batch is 24 */
};

#endif
