/* SPDX-License-Identifier: Apache-2.0
 *
 * What a household is judged by. An answer depends on few things: the flags that some profile
 * names, the seasons of the day, the area if it has a layer. Answers are kept by those; when there
 * are too many they are all forgotten and made again, so memory stays bounded.
 */
#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "config/internal.h"

#define TUNINGS_MAX     4096
#define TUNING_SLOTS    (2 * TUNINGS_MAX) /* a power of two */
#define MONTH_DAYS      1232              /* month * 100 + day ends at 1231 */
#define AREA_NONE       UINT32_MAX
#define AREAS_MEMORY(n) ((n)*2)

struct key {
    uint32_t flags, seasons, area;
};

struct entry {
    struct key key;
    bool used;
    struct tuning *tuning; /* kept when forgotten, to be filled again */
};

struct tuning_cache {
    const struct config *config;
    uint32_t flags_used; /* by profiles */
    uint32_t seasons[MONTH_DAYS];
    const struct layer **areas; /* open addressing by name; NULL: free */
    size_t area_slots;          /* a power of two; 0: no areas */
    size_t used;
    struct entry entries[TUNING_SLOTS];
};

#define HASH_START UINT64_C(0xcbf29ce484222325)

static uint64_t hash_add(uint64_t hash, uint32_t part)
{
    return (hash ^ part) * UINT64_C(0x100000001b3);
}

static uint64_t hash_text(struct text text)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < text.bytes; i++)
        hash = hash_add(hash, (unsigned char)text.at[i]);
    return hash ^ (hash >> 32);
}

static uint64_t hash_key(const struct key *key)
{
    uint64_t hash = hash_add(hash_add(hash_add(HASH_START, key->flags), key->seasons), key->area);
    return hash ^ (hash >> 32);
}

static bool in_range(unsigned day, unsigned from, unsigned to)
{
    return from <= to ? day >= from && day <= to : day >= from || day <= to;
}

static void learn_seasons(struct tuning_cache *cache)
{
    unsigned bit = 0;
    for (size_t i = 0; i < cache->config->layer_count; i++) {
        const struct layer *layer = &cache->config->layers[i];
        if (layer->kind != LAYER_SEASON)
            continue;
        for (unsigned day = 0; day < MONTH_DAYS; day++)
            if (in_range(day, layer->from_month_day, layer->to_month_day))
                cache->seasons[day] |= UINT32_C(1) << bit;
        bit++;
    }
}

/* Where the area is, or where it would be. */
static size_t area_place(const struct tuning_cache *cache, struct text name)
{
    size_t at = hash_text(name) & (cache->area_slots - 1);
    while (cache->areas[at] && !text_is(name, cache->areas[at]->name))
        at = (at + 1) & (cache->area_slots - 1);
    return at;
}

static void learn_areas(struct tuning_cache *cache)
{
    const struct config *config = cache->config;
    size_t count = 0;
    for (size_t i = 0; i < config->layer_count; i++)
        count += config->layers[i].kind == LAYER_AREA;
    if (count == 0)
        return;
    cache->area_slots = 2;
    while (cache->area_slots < AREAS_MEMORY(count))
        cache->area_slots *= 2;
    cache->areas = memory_get(cache->area_slots * sizeof(struct layer *));
    for (size_t i = 0; i < config->layer_count; i++)
        if (config->layers[i].kind == LAYER_AREA)
            cache->areas[area_place(cache, text_of(config->layers[i].name))] = &config->layers[i];
}

struct tuning_cache *tuning_cache_new(const struct config *config)
{
    struct tuning_cache *cache = memory_get(sizeof *cache);
    cache->config = config;
    for (size_t i = 0; i < config->layer_count; i++)
        if (config->layers[i].kind == LAYER_PROFILE)
            cache->flags_used |= UINT32_C(1) << config->layers[i].flag;
    learn_seasons(cache);
    learn_areas(cache);
    return cache;
}

void tuning_cache_free(struct tuning_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < TUNING_SLOTS; i++)
        free(cache->entries[i].tuning);
    free((void *)cache->areas);
    free(cache);
}

static size_t block_bytes(const struct detector *detector)
{
    size_t unit = alignof(max_align_t);
    return (detector->options_bytes + unit - 1) / unit * unit;
}

/* One block: the tuning, then each detector's options. */
static struct tuning *tuning_new(const struct config *config)
{
    size_t unit = alignof(max_align_t);
    size_t head = (sizeof(struct tuning) + unit - 1) / unit * unit;
    size_t bytes = head;
    for (size_t i = 0; i < config->detector_count; i++)
        bytes += block_bytes(config->detectors[i]);
    char *block = memory_get(bytes);
    struct tuning *tuning = (struct tuning *)(void *)block;
    block += head;
    for (size_t i = 0; i < config->detector_count; i++) {
        tuning->options[i] = block;
        block += block_bytes(config->detectors[i]);
    }
    return tuning;
}

static void apply(const struct config *config, const struct layer *layer, struct tuning *tuning)
{
    for (size_t i = 0; i < layer->override_count; i++) {
        const struct override *override = &layer->overrides[i];
        const struct slot *slot = &config->slots[override->slot];
        if (slot->detector < 0)
            tuning->acute_per_household_year = override->value.number;
        else
            value_store(slot->row, &override->value,
                        (void *)(uintptr_t)tuning->options[slot->detector]);
    }
}

static bool applies(const struct layer *layer, const struct key *key, size_t index,
                    unsigned season_bit)
{
    switch (layer->kind) {
    case LAYER_PROFILE: return key->flags >> layer->flag & 1;
    case LAYER_SEASON: return key->seasons >> season_bit & 1;
    case LAYER_AREA: return key->area == index;
    case LAYER_KIND_COUNT: break;
    }
    return false;
}

static void fill(const struct config *config, const struct key *key, struct tuning *tuning)
{
    unsigned season_bit = 0;
    for (size_t i = 0; i < config->detector_count; i++)
        memcpy((void *)(uintptr_t)tuning->options[i], config->options[i],
               config->detectors[i]->options_bytes);
    tuning->acute_per_household_year = config->settings.budget.acute_per_household_year;
    tuning->in_season = key->seasons != 0;
    for (size_t i = 0; i < config->layer_count; i++) {
        const struct layer *layer = &config->layers[i];
        if (applies(layer, key, i, season_bit))
            apply(config, layer, tuning);
        season_bit += layer->kind == LAYER_SEASON;
    }
}

static struct entry *entry_place(struct tuning_cache *cache, const struct key *key)
{
    size_t at = hash_key(key) & (TUNING_SLOTS - 1);
    while (cache->entries[at].used && memcmp(&cache->entries[at].key, key, sizeof *key) != 0)
        at = (at + 1) & (TUNING_SLOTS - 1);
    return &cache->entries[at];
}

static void forget_all(struct tuning_cache *cache)
{
    for (size_t i = 0; i < TUNING_SLOTS; i++)
        cache->entries[i].used = false;
    cache->used = 0;
}

const struct tuning *tuning_for(struct tuning_cache *cache, uint32_t flags, struct text area,
                                unsigned month_day)
{
    assert(month_day < MONTH_DAYS);
    struct key key = {flags & cache->flags_used, cache->seasons[month_day], AREA_NONE};
    if (cache->area_slots > 0 && area.bytes > 0) {
        const struct layer *layer = cache->areas[area_place(cache, area)];
        if (layer)
            key.area = (uint32_t)(layer - cache->config->layers);
    }
    struct entry *entry = entry_place(cache, &key);
    if (entry->used)
        return entry->tuning;
    if (cache->used == TUNINGS_MAX) {
        forget_all(cache);
        entry = entry_place(cache, &key);
    }
    if (!entry->tuning)
        entry->tuning = tuning_new(cache->config);
    fill(cache->config, &key, entry->tuning);
    entry->key = key;
    entry->used = true;
    cache->used++;
    return entry->tuning;
}
