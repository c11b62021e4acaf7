/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages on their way, given out by arrival: one bag for each hour ahead, sorted when its hour
 * comes. What lies further ahead than the queue reaches arrives in its last hour. One thread.
 */
#ifndef ANBU_TOWN_QUEUE_H
#define ANBU_TOWN_QUEUE_H

#include <stddef.h>

#include "town/occurrence.h"

#define QUEUE_HOURS 240

struct queue;

/* Hours count from start_s. */
struct queue *queue_new(int64_t start_s);
void queue_free(struct queue *queue);

/* Its arrival may not lie in an hour that was taken. */
void queue_put(struct queue *queue, const struct occurrence *occurrence);

struct queue_item {
    const struct occurrence *occurrence;
};

/* The next hour's messages in the order of (arrival, home, sequence); borrowed until the next call.
 */
const struct queue_item *queue_take_hour(struct queue *queue, size_t *count);
size_t queue_left(const struct queue *queue);

#endif
