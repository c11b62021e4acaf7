/* SPDX-License-Identifier: Apache-2.0
 *
 * A meter's routine: what this home usually uses at this hour of this kind of day, how its nights
 * look, and how often somebody is awake. Pointer-free and persisted as it stands
 * (docs/record.md). The household owns and teaches it; detectors read it.
 *
 * Use is held as a logarithmic code: 0 missing, 1 zero or negative, else 2 + 8 log2(milli-units),
 * about 9 % a step. Method: likelihood ratio of this hour's usual against the home's own nights,
 * from smoothed decaying histograms over 8 logarithmic bins (the same idea as activity-based
 * inactivity scores, Wilhelm and Wahl, Sensors 2024 24(20):6583).
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

#define ROUTINE_OVERALL_UNIT 32 /* a reading counts this much in `overall` */
#define ROUTINE_NIGHT_UNIT   512

struct routine {
    uint8_t usual[ROUTINE_SLOTS][ROUTINE_BINS]; /* decayed counts */
    uint8_t awake[ROUTINE_SLOTS];               /* probability of a sign of life, of 255 */
    uint16_t overall[ROUTINE_BINS];             /* decayed counts of all hours */
    uint16_t night[ROUTINE_BINS];               /* of hours 02-04 in ordinary nights */
    uint8_t empty[ROUTINE_BINS];                /* of hours of declared absences */
    uint8_t lowest, highest; /* codes between which the bins lie; 0: no range yet */
    uint8_t floor;           /* code above which somebody drew water or gas; 0: not known yet */
    uint8_t halves;          /* 1: half-hours are known, and counted each */
    uint32_t learnt_hours;
};

/* How much an hour teaches. */
enum lesson {
    LESSON_FULL,
    LESSON_NO_NIGHT, /* an odd stretch: not a night like others */
    LESSON_QUARTER,  /* a strange one: a hard stop would lock some homes out for good */
    LESSON_USE,      /* nobody knows who was there: what is used alone */
    LESSON_EMPTY,    /* a declared absence: what an empty home uses, and no ways of these people */
};

/* What one hour says. */
struct hour_evidence {
    double increment; /* log likelihood of "nobody acts" against "as usual"; -3.75 to 2.5 */
    bool awake;       /* a sign of life */
};

/* The code of a use in milli-units of an hour, and back (the middle of the step). */
uint8_t routine_code(int64_t milli);
int64_t routine_milli(uint8_t code);

/* Day totals want finer steps: 0 unknown, 1 zero, else 2 + 512 log2(milli-units). */
uint16_t routine_day_code(int64_t milli);
int64_t routine_day_milli(uint16_t code);

/* The slot of a local hour. */
static inline unsigned routine_slot(unsigned local_hour, unsigned weekday)
{
    return local_hour + (weekday >= 5 ? 24u : 0u);
}

/* A routine that knows nothing; range and floor come with the first week. */
void routine_reset(struct routine *routine);

/* halves: codes of the half-hours, each doubled to an hour's rate (both = code where not known). */
struct hour_evidence routine_evidence(const struct routine *routine, enum utility utility,
                                      unsigned slot, uint8_t code, const uint8_t halves[2]);

/* Log likelihood of "nobody is there", as in declared absences, against "nobody acts", as in
 * nights; -0.5 to 0.5, and 0 while no absence was declared. */
double routine_empty_evidence(const struct routine *routine, enum utility utility, uint8_t code,
                              const uint8_t halves[2]);

/* The code below which this share (0 to 1) of its ordinary nights' hours lie: the middle of a bin;
 * ROUTINE_ZERO while no range is known. */
uint8_t routine_night_code(const struct routine *routine, double share);

/* Teaches the hour. `dice` makes the rounding repeatable: the hour's number. */
void routine_learn(struct routine *routine, enum utility utility, unsigned slot, uint8_t code,
                   const uint8_t halves[2], bool awake, enum lesson lesson, uint64_t dice);

/* Teaches what an hour without anybody looks like, as ordinary nights do. */
void routine_learn_night(struct routine *routine, enum utility utility, uint8_t code,
                         const uint8_t halves[2], uint64_t dice);

/* Widens the range of the bins to hold these codes, moving what has been learnt. */
void routine_widen(struct routine *routine, uint8_t lowest, uint8_t highest);

/* The probability that somebody is seen in this slot, 0 to 0.985. */
static inline double routine_awake(const struct routine *routine, unsigned slot)
{
    double p = routine->awake[slot] / 255.0;
    return p < 0.985 ? p : 0.985;
}

/* The use of a slot in milli-units that this share (0 to 1) of its hours stay below, and the
 * median; 0 when nothing is known. For people: no detector reads them. */
int64_t routine_share_milli(const struct routine *routine, enum utility utility, unsigned slot,
                            double share);
int64_t routine_usual_milli(const struct routine *routine, enum utility utility, unsigned slot);

#endif
