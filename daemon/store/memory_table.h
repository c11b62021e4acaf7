/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash table from bytes to items, for the memory store. An item is the first member of what it
 * indexes; the table owns neither it nor its key. Open addressing, removal leaves no gaps.
 */
#ifndef ANBU_STORE_MEMORY_TABLE_H
#define ANBU_STORE_MEMORY_TABLE_H

#include "base/text.h"

struct memory_item {
    struct text key;
};

struct memory_slot {
    uint64_t hash;
    struct memory_item *item; /* NULL: empty */
};

/* Zero-initialise. Iterate over `slots` up to `room`. */
struct memory_table {
    struct memory_slot *slots;
    size_t room, used;
};

void memory_table_done(struct memory_table *table);
void *memory_table_find(const struct memory_table *table, struct text key);
/* The key is not in the table yet. */
void memory_table_put(struct memory_table *table, struct memory_item *item);
/* The item that left the table, or NULL. */
void *memory_table_drop(struct memory_table *table, struct text key);

#endif
