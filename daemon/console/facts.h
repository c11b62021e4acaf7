/* SPDX-License-Identifier: Apache-2.0
 *
 * What counting needs of every alert that the store keeps, and of the budget. Reading an alert
 * takes a fifth of a millisecond of the API's one thread, so a request reads a slice of them, and
 * what was read serves for a minute. Owned by struct api, on its thread.
 */
#ifndef ANBU_CONSOLE_FACTS_H
#define ANBU_CONSOLE_FACTS_H

#include "alert/stats.h"

#define FACTS_MAX    20000 /* alerts; the newest of each partition */
#define FACTS_SLICE  1000  /* read by one request */
#define FACTS_AGE_MS 60000

struct facts_rows {
    struct stats_fact *at; /* as stats_sort leaves them */
    size_t count;
    bool cut; /* there are older ones that would count */
};

struct facts {
    struct facts_rows rows, next; /* next: what is being read to take their place */
    bool whole;                   /* rows are all; before the first time they are next's */
    bool reads;                   /* next is under way, in this partition, so far into it: */
    uint32_t partition;
    size_t seen;
    int64_t read_ms; /* monotonic; of rows */
    double budget_a_day;
};

struct account;
struct api;
/* Reads on where rows are older than a minute. */
NODISCARD enum err facts_read(struct api *api, struct fault *fault);
/* What there is to count: all, or, !whole, what was read so far. */
const struct facts_rows *facts_rows(struct facts *facts);
/* Whose desk bounds what is counted. Of an account the own; who keeps Anbu going sees the numbers
 * of all: NULL. */
struct request;
const struct account *facts_viewer(const struct request *request);
bool facts_sees(const void *viewer, const struct stats_fact *fact);
void facts_done(struct facts *facts);

#endif
