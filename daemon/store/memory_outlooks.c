/* SPDX-License-Identifier: Apache-2.0
 *
 * Homes by how soon a collapse in them would be told, in memory: in the order that Redis has them.
 */
#include <stdlib.h>
#include <string.h>

#include "store/memory_partition.h"

static bool is_within(const struct memory_record *record, int least_h, int most_h)
{
    return record && record->outlook_h && record->outlook_h >= least_h &&
           record->outlook_h <= most_h;
}

static int by_latest(const void *left, const void *right)
{
    const struct memory_record *a = *(struct memory_record *const *)left;
    const struct memory_record *b = *(struct memory_record *const *)right;
    if (a->outlook_h != b->outlook_h)
        return a->outlook_h > b->outlook_h ? -1 : 1;
    struct text one = a->item.key, other = b->item.key;
    int order = memcmp(one.at, other.at, one.bytes < other.bytes ? one.bytes : other.bytes);
    return order ? order : (one.bytes > other.bytes) - (one.bytes < other.bytes);
}

void memory_outlooks(const struct memory_partition *partition, const struct store_outlooks *which,
                     store_outlook_fn *each, void *context)
{
    struct memory_record **list = NULL;
    size_t count = 0, room = 0;
    for (size_t i = 0; i < partition->records.room; i++) {
        struct memory_record *record = (struct memory_record *)partition->records.slots[i].item;
        if (!is_within(record, which->least_h, which->most_h))
            continue;
        list = memory_room(list, count, &room, sizeof(struct memory_record *));
        list[count++] = record;
    }
    if (count)
        qsort(list, count, sizeof(struct memory_record *), by_latest);
    for (size_t i = which->from; i < count && i - which->from < which->limit; i++)
        each(context, list[i]->item.key, list[i]->outlook_h);
    free(list);
}

int64_t memory_outlook_count(const struct memory_partition *partition, int least_h, int most_h)
{
    int64_t count = 0;
    for (size_t i = 0; i < partition->records.room; i++)
        count += is_within((const struct memory_record *)partition->records.slots[i].item, least_h,
                           most_h);
    return count;
}
