/* SPDX-License-Identifier: Apache-2.0 */
#include "store/memory_table.h"

#include <stdlib.h>

#define ROOM_FIRST 64

/* FNV-1a with a final mix; keys come from our own files here, not from an attacker. */
static uint64_t hash_of(struct text key)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < key.bytes; i++)
        hash = (hash ^ (unsigned char)key.at[i]) * UINT64_C(1099511628211);
    hash ^= hash >> 32;
    hash *= UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ (hash >> 29);
}

void memory_table_done(struct memory_table *table)
{
    free(table->slots);
    *table = (struct memory_table){0};
}

/* Where the key is, or the empty slot where it would be. */
static size_t slot_of(const struct memory_table *table, struct text key, uint64_t hash)
{
    size_t at = hash & (table->room - 1);
    while (table->slots[at].item &&
           (table->slots[at].hash != hash || !text_equal(table->slots[at].item->key, key)))
        at = (at + 1) & (table->room - 1);
    return at;
}

void *memory_table_find(const struct memory_table *table, struct text key)
{
    return table->room ? table->slots[slot_of(table, key, hash_of(key))].item : NULL;
}

static void grow(struct memory_table *table)
{
    struct memory_table old = *table;
    table->room = old.room ? old.room * 2 : ROOM_FIRST;
    table->slots = memory_get(table->room * sizeof *table->slots);
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].item)
            table->slots[slot_of(table, old.slots[i].item->key, old.slots[i].hash)] = old.slots[i];
    free(old.slots);
}

void memory_table_put(struct memory_table *table, struct memory_item *item)
{
    if ((table->used + 1) * 3 > table->room * 2)
        grow(table);
    uint64_t hash = hash_of(item->key);
    table->slots[slot_of(table, item->key, hash)] = (struct memory_slot){hash, item};
    table->used++;
}

void *memory_table_drop(struct memory_table *table, struct text key)
{
    if (!table->room)
        return NULL;
    size_t mask = table->room - 1, gap = slot_of(table, key, hash_of(key));
    struct memory_item *item = table->slots[gap].item;
    if (!item)
        return NULL;
    /* Those behind the gap move up unless they would pass their own place. */
    for (size_t at = (gap + 1) & mask; table->slots[at].item; at = (at + 1) & mask) {
        size_t home = table->slots[at].hash & mask;
        if (((at - home) & mask) >= ((at - gap) & mask)) {
            table->slots[gap] = table->slots[at];
            gap = at;
        }
    }
    table->slots[gap].item = NULL;
    table->used--;
    return item;
}
