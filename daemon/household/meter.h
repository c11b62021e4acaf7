/* SPDX-License-Identifier: Apache-2.0
 *
 * A meter's readings into its hours and days: interval and register arithmetic. Knows no clock, no
 * zone, no detector; the worker that owns the household calls.
 *
 * "No reading" and "no use" are different facts: an hour is known only when a reading vouches for
 * it. A register's difference over at most 96 minutes is the use of the hour in which it was read
 * (on the hour: of the one that ends); over a longer time a difference of nothing vouches for every
 * hour between, and any other for none.
 */
#ifndef ANBU_HOUSEHOLD_METER_H
#define ANBU_HOUSEHOLD_METER_H

#include "household/record.h"
#include "ingest/message.h"
#include "ingest/reject.h"

#define METER_GAP_S 5760 /* a register's difference over longer vouches for no single hour */

/* What a reading did to the ring. */
struct meter_change {
    bool ready;     /* hours after judged_hour became known */
    bool corrected; /* an hour judged before now says something else */
    bool has_day;   /* a daily reading: the total of a local day, to be filed by the caller */
    int64_t day_middle_s, day_milli;
};

/* Applies a reading; quality and range are checked before. */
NODISCARD enum reject meter_apply(struct record_meter *meter, const struct reading *reading,
                                  struct meter_change *change);

/* The old meter's last read and the new one's first: consumption goes on without a step. */
void meter_exchange(struct record_meter *meter, int64_t at_s, bool has_old, int64_t old_milli,
                    bool has_new, int64_t new_milli);

/* The code of an hour, ROUTINE_MISSING when unknown or outside the ring. */
uint8_t meter_hour(const struct record_meter *meter, int32_t hour);
bool meter_estimated(const struct record_meter *meter, int32_t hour);

/* It flows by itself, or has not stopped for a day: it vouches for nobody. */
bool meter_continuous(const struct record_meter *meter);

/* Codes of the two half-hours, doubled to an hour's rate; both the hour's own when not known. */
void meter_halves(const struct record_meter *meter, int32_t hour, uint8_t halves[2]);

/* A new meter. */
void meter_init(struct record_meter *meter, const struct reading *reading);

#endif
