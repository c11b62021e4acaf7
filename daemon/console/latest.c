/* SPDX-License-Identifier: Apache-2.0 */
#include "console/latest.h"

#include <stdlib.h>

#define BATCH_LEAST 16
#define BATCH_MOST  256

/* Where a partition stands: names[next] is its latest told that was not given out. */
struct cursor {
    struct latest_home *names;
    size_t count, next, read;
    uint32_t partition;
    bool over; /* the store has no more */
};

struct latest {
    struct store *store;
    uint32_t partitions;
    int least_h, most_h;
    size_t batch;
    struct cursor *cursors;
};

struct latest *latest_new(struct store *store, uint32_t partitions, int least_h, int most_h,
                          size_t wanted)
{
    struct latest *latest = memory_get(sizeof *latest);
    size_t share = wanted / partitions + BATCH_LEAST;
    *latest = (struct latest){.store = store,
                              .partitions = partitions,
                              .least_h = least_h,
                              .most_h = most_h,
                              .batch = share < BATCH_MOST ? share : BATCH_MOST,
                              .cursors = memory_get(partitions * sizeof *latest->cursors)};
    for (uint32_t p = 0; p < partitions; p++)
        latest->cursors[p].partition = p;
    return latest;
}

void latest_free(struct latest *latest)
{
    for (uint32_t p = 0; p < latest->partitions; p++)
        free(latest->cursors[p].names);
    free(latest->cursors);
    free(latest);
}

static void take_name(void *context, struct text household, int outlook_h)
{
    struct cursor *cursor = context;
    struct latest_home *name = &cursor->names[cursor->count++];
    *name = (struct latest_home){.partition = cursor->partition, .hours = outlook_h};
    (void)text_copy(household, name->household, sizeof name->household);
}

static enum err fill(struct latest *latest, struct cursor *cursor, struct fault *fault)
{
    const struct store_outlooks which = {latest->least_h, latest->most_h, cursor->read,
                                         latest->batch};
    if (cursor->over || cursor->next < cursor->count)
        return ERR_OK;
    if (!cursor->names)
        cursor->names = memory_get(latest->batch * sizeof *cursor->names);
    cursor->count = cursor->next = 0;
    enum err err = latest->store->ops->outlooks(latest->store, cursor->partition, &which, take_name,
                                                cursor, fault);
    cursor->read += cursor->count;
    cursor->over = cursor->count < latest->batch;
    return err;
}

enum err latest_next(struct latest *latest, struct latest_home *out, bool *any, struct fault *fault)
{
    struct cursor *best = NULL;
    for (uint32_t p = 0; p < latest->partitions; p++) {
        struct cursor *cursor = &latest->cursors[p];
        enum err err = fill(latest, cursor, fault);
        if (err)
            return err;
        if (cursor->next < cursor->count &&
            (!best || cursor->names[cursor->next].hours > best->names[best->next].hours))
            best = cursor;
    }
    *any = best;
    if (best)
        *out = best->names[best->next++];
    return ERR_OK;
}
