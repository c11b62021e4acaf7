/* SPDX-License-Identifier: Apache-2.0 */
#include "town/queue.h"

#include <assert.h>
#include <stdlib.h>

#include "base/text.h"

struct bag {
    struct occurrence *items;
    size_t count, room;
};

struct queue {
    int64_t start_s;
    int64_t hour; /* the next one to be taken */
    size_t left;
    struct bag bags[QUEUE_HOURS];
    struct bag taken; /* what the caller still looks at */
    struct queue_item *order;
    size_t order_room;
};

struct queue *queue_new(int64_t start_s)
{
    struct queue *queue = memory_get(sizeof *queue);
    queue->start_s = start_s;
    return queue;
}

void queue_free(struct queue *queue)
{
    if (!queue)
        return;
    for (size_t i = 0; i < QUEUE_HOURS; i++)
        free(queue->bags[i].items);
    free(queue->taken.items);
    free(queue->order);
    free(queue);
}

void queue_put(struct queue *queue, const struct occurrence *occurrence)
{
    int64_t last_s = queue->start_s + (queue->hour + QUEUE_HOURS) * 3600 - 1;
    int64_t arrived_s = occurrence->arrived_s < last_s ? occurrence->arrived_s : last_s;
    int64_t hour = (arrived_s - queue->start_s) / 3600;
    assert(hour >= queue->hour);
    struct bag *bag = &queue->bags[hour % QUEUE_HOURS];
    if (bag->count == bag->room) {
        bag->room = bag->room ? bag->room * 2 : 64;
        bag->items = memory_grow(bag->items, bag->room * sizeof *bag->items);
    }
    bag->items[bag->count] = *occurrence;
    bag->items[bag->count++].arrived_s = arrived_s;
    queue->left++;
}

static int compare(const void *left, const void *right)
{
    const struct occurrence *a = ((const struct queue_item *)left)->occurrence,
                            *b = ((const struct queue_item *)right)->occurrence;
    if (a->arrived_s != b->arrived_s)
        return a->arrived_s < b->arrived_s ? -1 : 1;
    if (a->home != b->home)
        return a->home < b->home ? -1 : 1;
    return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

const struct queue_item *queue_take_hour(struct queue *queue, size_t *count)
{
    /* The bag goes to the caller; its old one becomes the bag of the hour after the last. */
    struct bag *bag = &queue->bags[queue->hour % QUEUE_HOURS];
    struct bag old = queue->taken;
    queue->taken = *bag;
    old.count = 0;
    *bag = old;
    queue->hour++;
    size_t n = queue->taken.count;
    if (n > queue->order_room) {
        queue->order_room = n;
        queue->order = memory_grow(queue->order, n * sizeof *queue->order);
    }
    for (size_t i = 0; i < n; i++)
        queue->order[i].occurrence = &queue->taken.items[i];
    if (n)
        qsort(queue->order, n, sizeof *queue->order, compare);
    queue->left -= n;
    *count = n;
    return queue->order;
}

size_t queue_left(const struct queue *queue)
{
    return queue->left;
}
