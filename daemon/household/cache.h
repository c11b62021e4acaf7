/* SPDX-License-Identifier: Apache-2.0
 *
 * Household records in memory, with a budget. An entry is clean (as in the store) or dirty (changed
 * since); only clean ones are evicted, least recently used first. A partition's dirty entries form
 * a queue, oldest first: where the oldest one's changes began is where a replay must begin. One
 * cache a worker; entries are its own.
 */
#ifndef ANBU_HOUSEHOLD_CACHE_H
#define ANBU_HOUSEHOLD_CACHE_H

#include "household/household.h"

struct cache_entry {
    struct household household;
    uint64_t hash;
    uint64_t batch; /* the last batch that used it: not evicted within it */
    bool dirty;
    bool queued;                     /* a settling moment is noted for it */
    uint64_t letter;                 /* its last dead letter: not flushed before that is in Kafka */
    int64_t dirty_since_ms;          /* monotonic */
    int64_t dirty_from[TOPIC_COUNT]; /* where each lane stood before its first unflushed change */
    struct cache_entry *lru_before, *lru_after;
    struct cache_entry *dirty_before, *dirty_after;
    struct census_count *counts; /* made by its unwritten changes */
    uint32_t count_count, count_room;
    char id[MESSAGE_ID_MAX + 1];
};

/* The dirty queue of one partition; zero-initialise. */
struct cache_dirty {
    struct cache_entry *oldest, *newest;
    size_t count;
};

struct cache;
struct cache *cache_new(int64_t bytes_max);
void cache_free(struct cache *cache);

struct cache_entry *cache_find(struct cache *cache, uint32_t partition, struct text household);

/* A new entry that owns bytes (a record); it must not be there yet. */
struct cache_entry *cache_add(struct cache *cache, uint32_t partition, struct text household,
                              void *bytes, uint32_t size);

/* Used in this batch: most recent now. */
void cache_touch(struct cache *cache, struct cache_entry *entry, uint64_t batch);

void cache_mark_dirty(struct cache_dirty *dirty, struct cache_entry *entry, int64_t now_ms,
                      const int64_t next[TOPIC_COUNT]);
void cache_mark_clean(struct cache_dirty *dirty, struct cache_entry *entry);

/* To be written with the record; what was of an earlier week is in a snapshot already. */
void cache_count_in(struct cache_entry *entry, const struct census_count *count);

/* Its record changed size. */
void cache_resized(struct cache *cache, uint32_t before, uint32_t after);

/* Forgets clean entries not used in `batch` until within the budget; true when it is. */
bool cache_trim(struct cache *cache, uint64_t batch);

/* Forgets all of a partition, dirty ones too. */
void cache_drop_partition(struct cache *cache, uint32_t partition, struct cache_dirty *dirty);

size_t cache_count(const struct cache *cache);
int64_t cache_bytes(const struct cache *cache);

#endif
