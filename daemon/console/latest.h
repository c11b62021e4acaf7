/* SPDX-License-Identifier: Apache-2.0
 *
 * Homes of all partitions, the latest told first, read from the store no further than asked: a few
 * names of each partition at a time, merged. Of homes that move meanwhile one may be missed or come
 * twice. Belongs to one request, on the API's thread.
 */
#ifndef ANBU_CONSOLE_LATEST_H
#define ANBU_CONSOLE_LATEST_H

#include "base/err.h"
#include "store/store.h"

struct latest_home {
    char household[MESSAGE_ID_MAX + 1];
    uint32_t partition;
    int hours;
};

struct latest;
/* Those of [least_h, most_h] hours; about `wanted` will be asked for. The store is borrowed. */
struct latest *latest_new(struct store *store, uint32_t partitions, int least_h, int most_h,
                          size_t wanted);
void latest_free(struct latest *latest);

/* The next one; false in *any at the end. */
NODISCARD enum err latest_next(struct latest *latest, struct latest_home *out, bool *any,
                               struct fault *fault);

#endif
