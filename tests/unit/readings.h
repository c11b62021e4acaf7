/* SPDX-License-Identifier: Apache-2.0
 *
 * Readings of one meter under test, and what they did to it.
 */
#ifndef ANBU_TESTS_READINGS_H
#define ANBU_TESTS_READINGS_H

#include "household/meter.h"

#define T0    INT64_C(1768435200) /* 2026-01-15T00:00:00Z */
#define H0    ((int32_t)(T0 / 3600))
#define LARGE INT64_C(900000000000000000) /* the largest number that messages may carry */
#define LAST  INT64_C(253402300799)       /* the end of the year 9999 */

struct reading interval_of(enum utility utility, int64_t start_s, int minutes, int64_t milli);
struct reading read_at(int64_t at_s, int64_t milli);
struct reading of_quality(struct reading reading, enum quality quality);
struct record_meter new_meter(struct reading reading);
struct meter_change meter_takes(struct record_meter *meter, struct reading reading);
void meter_refuses(struct record_meter *meter, struct reading reading, enum reject want);
void meter_was_judged(struct record_meter *meter);
void hour_is(const struct record_meter *meter, int32_t hour, int64_t milli);
void hour_is_unknown(const struct record_meter *meter, int32_t hour);
bool changed_nothing(struct meter_change change);

#endif
