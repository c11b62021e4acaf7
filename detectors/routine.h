/* SPDX-License-Identifier: Apache-2.0
 *
 * A meter's routine: what this home usually uses at this hour of this kind of day, how its nights
 * look, and how often somebody is awake. Pointer-free and persisted as it stands
 * (docs/architecture.md). The household learns it (household/baseline.c); detectors read it.
 *
 * Use is held as a logarithmic code: 0 missing, 1 zero or negative, else 2 + 8 log2(milli-units),
 * about 9 % a step. Method: likelihood ratio of awake against night histograms.
 */
#ifndef ANBU_DETECTORS_ROUTINE_H
#define ANBU_DETECTORS_ROUTINE_H

#include <stdbool.h>
#include <stdint.h>

#include "detectors/vocabulary.h"

#define ROUTINE_SLOTS   48 /* local hour + 24 at a weekend */
#define ROUTINE_BINS    8
#define ROUTINE_MISSING 0
#define ROUTINE_ZERO    1

struct routine {
    uint8_t usual[ROUTINE_SLOTS][ROUTINE_BINS]; /* decayed counts, 8 a reading */
    uint8_t awake[ROUTINE_SLOTS];               /* probability of a sign of life, of 255 */
    uint16_t overall[ROUTINE_BINS];             /* decayed counts, 32 a reading */
    uint16_t night[ROUTINE_BINS];               /* hours 02-04 of ordinary nights; 256 a reading */
    uint8_t lowest, highest; /* codes between which the bins lie; 0 not known yet */
    uint8_t floor;           /* code above which water or gas was drawn by somebody */
    uint8_t spare;
    uint32_t learnt_hours;
};

/* The code of a use in milli-units of an hour. */
uint8_t routine_code(int64_t milli);

/* The use in milli-units at the middle of a code; 0 for zero and missing. */
int64_t routine_milli(uint8_t code);

/* Day totals want finer steps: 0 unknown, 1 zero, else 2 + 512 log2(milli-units). */
uint16_t routine_day_code(int64_t milli);
int64_t routine_day_milli(uint16_t code);

/* The slot of a local hour. */
static inline unsigned routine_slot(unsigned local_hour, unsigned weekday)
{
    return local_hour + (weekday >= 5 ? 24u : 0u);
}

#endif
