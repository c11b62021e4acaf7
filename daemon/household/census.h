/* SPDX-License-Identifier: Apache-2.0
 *
 * What the homes of a partition come to, counted, so that the price of an alert is what the budget
 * says (docs/decisions/0013-budget-is-steered.md). Once a week of arrivals a snapshot with that
 * week's number is made of what was counted before it; homes are judged by the snapshot of the week
 * in which their message arrived. Whole numbers alone are kept, so the same messages make the same
 * snapshots on every machine. One a partition, its worker's own; no I/O.
 *
 * Counts are kept twice: all of them, and those that the store has because the records that made
 * them were written; the second kind is written beside the records, in the same step.
 */
#ifndef ANBU_HOUSEHOLD_CENSUS_H
#define ANBU_HOUSEHOLD_CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "detectors/pace.h"

#define CENSUS_GROUPS_MAX 40    /* a population at one budget each; what is beyond is not counted */
#define CENSUS_KEPT       3     /* snapshots */
#define CENSUS_BYTES_MAX  65536 /* as written: six bytes a number */
#define CENSUS_SCALE      1000  /* of sums that fade */

enum census_what {
    CENSUS_HOURS,  /* watched: hours of homes that are known well enough */
    CENSUS_RAISED, /* findings of a learnt price */
    CENSUS_OTHERS, /* alerts of detectors that grade */
    CENSUS_PRICED, /* one a bin: at this price, and any higher one, an alert more */
    CENSUS_GRADED = CENSUS_PRICED + PACE_BINS, /* the same, of detectors that grade */
    CENSUS_WHATS = CENSUS_GRADED + PACE_OTHERS_BINS
};

/* One thing counted of a home. */
struct census_count {
    int32_t week;
    int32_t budget_milli; /* alerts a household-year, in thousandths */
    int32_t n;
    uint8_t population, what;
};

struct census_group {
    int32_t budget_milli;
    uint8_t population;
    int64_t n[CENSUS_WHATS];
};

struct census_table {
    size_t count;
    struct census_group groups[CENSUS_GROUPS_MAX];
};

struct census;
struct census *census_new(void);
void census_free(struct census *census);
void census_forget(struct census *census);

/* Weeks since 1970; they begin on Monday, 00:00 UTC. */
int32_t census_week(int64_t arrived_ms);
int64_t census_week_from_ms(int32_t week);

/* A message of this week is next: true when a new week has begun, whose snapshot was made and is to
 * be written before anything that is judged by it. As long as nothing was counted there is none. */
bool census_turn(struct census *census, int32_t week);

/* What is of a week that is over is too late for its snapshot, and is not counted. */
void census_add(struct census *census, const struct census_count *count);
/* Its record is about to be written. */
void census_write_with(struct census *census, const struct census_count *count);

/* By population, for homes with this budget; NULL: no snapshot is as old as this. Borrowed until
 * the census changes. */
const struct pace *census_paces(struct census *census, int64_t arrived_ms, double budget);

/* Leaves the snapshot that was in force then, in force at any time; false: none was, or, forgotten,
 * it is no longer kept. */
bool census_pin(struct census *census, int64_t arrived_ms, int32_t *number, bool *forgotten);

/* The newest snapshot's sums, in thousandths; NULL: none yet. */
const struct census_table *census_sums(const struct census *census, int32_t *number);

/* Those sums and the counts of the week that is under way. */
void census_lately(const struct census *census, struct census_table *out);

/* The bytes for the store, and back; ERR_CORRUPT, ERR_INCOMPATIBLE. */
void census_write(const struct census *census, struct buffer *out);
NODISCARD enum err census_read(struct census *census, const void *bytes, size_t size,
                               struct fault *fault);

#endif
