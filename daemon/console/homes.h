/* SPDX-License-Identifier: Apache-2.0
 *
 * A survey of all homes of the store, in slices: a request reads some of them, and what was read
 * serves for five minutes. Of homes that move in the store's order meanwhile one may be missed or
 * come twice. Owned by struct api, on its thread.
 */
#ifndef ANBU_CONSOLE_HOMES_H
#define ANBU_CONSOLE_HOMES_H

#include "household/survey.h"
#include "store/store.h"

#define HOMES_SLICE  2000   /* read by one request */
#define HOMES_MAX    200000 /* of a survey; further ones are cut off */
#define HOMES_AGE_MS 300000

struct homes {
    struct survey survey, next; /* next: under way, to take its place */
    bool whole;                 /* survey is; before the first time it is next */
    bool reads;                 /* next is under way, in this partition, so far into it: */
    uint32_t partition;
    size_t seen;
    int64_t read_ms; /* monotonic; of survey */
};

struct api;
/* Reads on where the survey is older than five minutes. */
NODISCARD enum err homes_read(struct api *api, struct fault *fault);
/* All, or, !whole, what was read so far. */
const struct survey *homes_survey(struct homes *homes);
void homes_done(struct homes *homes);

#endif
