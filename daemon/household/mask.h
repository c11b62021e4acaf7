/* SPDX-License-Identifier: Apache-2.0
 *
 * What hides who is there: panels that feed in by day, a heater that charges by a timer at night.
 * A masked hour vouches for nothing: it is neither life nor its absence. Only electricity has
 * masks. They are learnt from the meter alone, for the utility may not know of them; the worker
 * that owns the household calls.
 */
#ifndef ANBU_HOUSEHOLD_MASK_H
#define ANBU_HOUSEHOLD_MASK_H

#include "base/zone.h"
#include "household/record.h"

/* Once a day, at five: whether the meter feeds in or charges. What a night without anybody looks
 * like is learnt from quiet hours of the day while a timer fills the nights. */
void mask_prepare(struct record_meter *meter, int32_t hour, const struct zone *zone);

/* An hour of that code says nothing about anybody. */
bool mask_hides(const struct record_meter *meter, unsigned local_hour, unsigned slot, uint8_t code);

/* The hour of the day may be hidden, whatever is used in it: day totals leave it out. */
bool mask_covers(const struct record_meter *meter, unsigned local_hour, unsigned slot);

/* All such slots: bit n is slot n. */
uint64_t mask_slots(const struct record_meter *meter);

#endif
