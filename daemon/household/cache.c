/* SPDX-License-Identifier: Apache-2.0 */
#include "household/cache.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 1024

struct cache {
    struct cache_entry **slots; /* open addressing, linear; power of two */
    size_t room, count;
    int64_t bytes, bytes_max;
    struct cache_entry *recent, *stale; /* ends of the use list */
};

struct cache *cache_new(int64_t bytes_max)
{
    struct cache *cache = memory_get(sizeof *cache);
    cache->room = SLOTS_FIRST;
    cache->slots = memory_get(cache->room * sizeof(struct cache_entry *));
    cache->bytes_max = bytes_max;
    return cache;
}

static void entry_free(struct cache_entry *entry)
{
    free(entry->household.bytes);
    free(entry->counts);
    free(entry);
}

void cache_free(struct cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < cache->room; i++)
        if (cache->slots[i])
            entry_free(cache->slots[i]);
    free(cache->slots);
    free(cache);
}

static uint64_t hash_of(uint32_t partition, struct text household)
{
    uint64_t hash = record_hash(household) ^ (uint64_t)partition * 0x9e3779b97f4a7c15ull;
    hash ^= hash >> 32;
    return hash * 0xd6e8feb86659fd93ull;
}

static size_t slot_of(const struct cache *cache, uint64_t hash, uint32_t partition,
                      struct text household)
{
    size_t at = (hash >> 20) & (cache->room - 1);
    while (cache->slots[at]) {
        const struct cache_entry *entry = cache->slots[at];
        if (entry->hash == hash && entry->household.partition == partition &&
            text_equal(entry->household.id, household))
            return at;
        at = (at + 1) & (cache->room - 1);
    }
    return at;
}

struct cache_entry *cache_find(struct cache *cache, uint32_t partition, struct text household)
{
    return cache->slots[slot_of(cache, hash_of(partition, household), partition, household)];
}

static void use_unlink(struct cache *cache, struct cache_entry *entry)
{
    if (entry->lru_before)
        entry->lru_before->lru_after = entry->lru_after;
    else
        cache->recent = entry->lru_after;
    if (entry->lru_after)
        entry->lru_after->lru_before = entry->lru_before;
    else
        cache->stale = entry->lru_before;
}

static void use_first(struct cache *cache, struct cache_entry *entry)
{
    entry->lru_before = NULL;
    entry->lru_after = cache->recent;
    if (cache->recent)
        cache->recent->lru_before = entry;
    else
        cache->stale = entry;
    cache->recent = entry;
}

static void grow(struct cache *cache)
{
    struct cache_entry **old = cache->slots;
    size_t room = cache->room;
    cache->room *= 2;
    cache->slots = memory_get(cache->room * sizeof(struct cache_entry *));
    for (size_t i = 0; i < room; i++) {
        if (!old[i])
            continue;
        size_t at = (old[i]->hash >> 20) & (cache->room - 1);
        while (cache->slots[at])
            at = (at + 1) & (cache->room - 1);
        cache->slots[at] = old[i];
    }
    free(old);
}

struct cache_entry *cache_add(struct cache *cache, uint32_t partition, struct text household,
                              void *bytes, uint32_t size)
{
    if ((cache->count + 1) * 4 > cache->room * 3)
        grow(cache);
    struct cache_entry *entry = memory_get(sizeof *entry);
    assert(household.bytes <= MESSAGE_ID_MAX);
    memcpy(entry->id, household.at, household.bytes);
    entry->household = (struct household){
        .id = {entry->id, household.bytes}, .partition = partition, .bytes = bytes, .size = size};
    entry->hash = hash_of(partition, household);
    size_t at = slot_of(cache, entry->hash, partition, household);
    assert(!cache->slots[at]);
    cache->slots[at] = entry;
    cache->count++;
    cache->bytes += (int64_t)sizeof *entry + size;
    use_first(cache, entry);
    return entry;
}

void cache_touch(struct cache *cache, struct cache_entry *entry, uint64_t batch)
{
    if (entry->batch == batch)
        return;
    entry->batch = batch;
    use_unlink(cache, entry);
    use_first(cache, entry);
}

void cache_mark_dirty(struct cache_dirty *dirty, struct cache_entry *entry, int64_t now_ms,
                      const int64_t next[TOPIC_COUNT])
{
    if (entry->dirty)
        return;
    entry->dirty = true;
    entry->dirty_since_ms = now_ms;
    memcpy(entry->dirty_from, next, sizeof entry->dirty_from);
    entry->dirty_after = NULL;
    entry->dirty_before = dirty->newest;
    if (dirty->newest)
        dirty->newest->dirty_after = entry;
    else
        dirty->oldest = entry;
    dirty->newest = entry;
    dirty->count++;
}

void cache_mark_clean(struct cache_dirty *dirty, struct cache_entry *entry)
{
    if (!entry->dirty)
        return;
    entry->dirty = false;
    entry->count_count = 0;
    if (entry->dirty_before)
        entry->dirty_before->dirty_after = entry->dirty_after;
    else
        dirty->oldest = entry->dirty_after;
    if (entry->dirty_after)
        entry->dirty_after->dirty_before = entry->dirty_before;
    else
        dirty->newest = entry->dirty_before;
    entry->dirty_before = entry->dirty_after = NULL;
    dirty->count--;
}

void cache_resized(struct cache *cache, uint32_t before, uint32_t after)
{
    cache->bytes += (int64_t)after - before;
}

static bool is_same_count(const struct census_count *a, const struct census_count *b)
{
    return a->week == b->week && a->budget_milli == b->budget_milli &&
           a->population == b->population && a->what == b->what;
}

void cache_count_in(struct cache_entry *entry, const struct census_count *count)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < entry->count_count; i++)
        if (entry->counts[i].week >= count->week)
            entry->counts[left++] = entry->counts[i];
    entry->count_count = left;
    for (uint32_t i = 0; i < left; i++)
        if (is_same_count(&entry->counts[i], count)) {
            entry->counts[i].n += count->n;
            return;
        }
    if (left == entry->count_room) {
        entry->count_room = left ? left * 2 : 2;
        entry->counts = memory_grow(entry->counts, entry->count_room * sizeof *entry->counts);
    }
    entry->counts[entry->count_count++] = *count;
}

/* Takes the entry out of the table and closes the gap behind it. */
static void forget(struct cache *cache, struct cache_entry *entry)
{
    size_t at = slot_of(cache, entry->hash, entry->household.partition, entry->household.id);
    assert(cache->slots[at] == entry);
    size_t hole = at, next = at;
    for (;;) {
        next = (next + 1) & (cache->room - 1);
        if (!cache->slots[next])
            break;
        size_t home = (cache->slots[next]->hash >> 20) & (cache->room - 1);
        if (((next - home) & (cache->room - 1)) >= ((next - hole) & (cache->room - 1))) {
            cache->slots[hole] = cache->slots[next];
            hole = next;
        }
    }
    cache->slots[hole] = NULL;
    cache->count--;
    cache->bytes -= (int64_t)sizeof *entry + entry->household.size;
    use_unlink(cache, entry);
    entry_free(entry);
}

bool cache_trim(struct cache *cache, uint64_t batch)
{
    struct cache_entry *entry = cache->stale;
    while (cache->bytes > cache->bytes_max && entry) {
        struct cache_entry *before = entry->lru_before;
        if (entry->batch == batch)
            break; /* all that follow are in use, too */
        if (!entry->dirty)
            forget(cache, entry);
        entry = before;
    }
    return cache->bytes <= cache->bytes_max;
}

void cache_drop_partition(struct cache *cache, uint32_t partition, struct cache_dirty *dirty)
{
    struct cache_entry *entry = cache->stale;
    while (entry) {
        struct cache_entry *before = entry->lru_before;
        if (entry->household.partition == partition) {
            cache_mark_clean(dirty, entry);
            forget(cache, entry);
        }
        entry = before;
    }
}

size_t cache_count(const struct cache *cache)
{
    return cache->count;
}

int64_t cache_bytes(const struct cache *cache)
{
    return cache->bytes;
}
