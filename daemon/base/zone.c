/* SPDX-License-Identifier: Apache-2.0 */
#include "base/zone.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/zone_rules.h"

#define NAME_BYTES_MAX 63
#define FILE_BYTES_MAX (256 * 1024)
#define BUCKETS        256 /* a power of two */
#define DAY_S          86400

struct zone {
    struct zone *next; /* in its bucket; set before the zone is published */
    char name[NAME_BYTES_MAX + 1];
    struct zone_rules rules;
};

/* Readers walk a bucket without a lock: a zone is complete before it is put in, and stays. */
static _Atomic(struct zone *) buckets[BUCKETS];
static pthread_mutex_t insert_lock = PTHREAD_MUTEX_INITIALIZER;

static const struct zone utc = {.name = "UTC"};

const struct zone *zone_utc(void)
{
    return &utc;
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

static unsigned bucket_of(struct text name)
{
    uint32_t hash = 2166136261U; /* FNV-1a */
    for (size_t i = 0; i < name.bytes; i++)
        hash = (hash ^ (unsigned char)name.at[i]) * 16777619U;
    return (hash ^ hash >> 16) & (BUCKETS - 1);
}

static const struct zone *bucket_find(unsigned bucket, struct text name)
{
    const struct zone *zone = atomic_load_explicit(&buckets[bucket], memory_order_acquire);
    while (zone && !text_is(name, zone->name))
        zone = zone->next;
    return zone;
}

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Every part between slashes starts with a letter or digit: no "..", no absolute path. */
static bool name_is_safe(struct text name)
{
    bool part_starts = true;
    if (name.bytes == 0 || name.bytes > NAME_BYTES_MAX)
        return false;
    for (size_t i = 0; i < name.bytes; i++) {
        char c = name.at[i];
        if (c == '/' ? part_starts
                     : !is_letter_or_digit(c) &&
                           (part_starts || (c != '_' && c != '-' && c != '+' && c != '.')))
            return false;
        part_starts = c == '/';
    }
    return !part_starts;
}

/* Reads the zone's file; the caller holds insert_lock. */
static enum err zone_load(struct text name, struct zone **out)
{
    const char *folder = getenv("TZDIR"); /* where libc would look, too */
    struct buffer path = {0}, bytes = {0};
    struct zone *zone = memory_get(sizeof *zone);
    struct fault fault;

    buffer_text(&path, folder && *folder ? folder : "/usr/share/zoneinfo");
    buffer_text(&path, "/");
    buffer_add(&path, name.at, name.bytes);
    enum err err = file_read(path.at, FILE_BYTES_MAX, &bytes, &fault);
    if (!err)
        err = zone_rules_parse(buffer_view(&bytes), &zone->rules);
    if (err) {
        err = ERR_NOT_FOUND;
        goto out;
    }
    (void)text_copy(name, zone->name, sizeof zone->name);
    *out = zone;
    zone = NULL;
out:
    free(zone);
    buffer_done(&bytes);
    buffer_done(&path);
    return err;
}

enum err zone_find(struct text name, const struct zone **out)
{
    struct zone *loaded;
    enum err err = ERR_OK;

    if (text_is(name, utc.name)) {
        *out = &utc;
        return ERR_OK;
    }
    unsigned bucket = bucket_of(name);
    const struct zone *found = bucket_find(bucket, name);
    if (!found) {
        if (!name_is_safe(name))
            return ERR_NOT_FOUND;
        (void)pthread_mutex_lock(&insert_lock);
        found = bucket_find(bucket, name); /* another thread may have been first */
        if (!found && !(err = zone_load(name, &loaded))) {
            loaded->next = atomic_load_explicit(&buckets[bucket], memory_order_relaxed);
            atomic_store_explicit(&buckets[bucket], loaded, memory_order_release);
            found = loaded;
        }
        (void)pthread_mutex_unlock(&insert_lock);
    }
    if (!err)
        *out = found;
    return err;
}

/* How many changes have happened at at_s. */
static size_t changes_until(const struct zone_rules *rules, int64_t at_s)
{
    size_t low = 0, high = rules->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rules->changes[middle].at_s <= at_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The same moment of the calendar's cycle inside the table. */
static int64_t cycles_back_s(const struct zone_rules *rules, int64_t at_s)
{
    if (!rules->cyclic || at_s < rules->changes[rules->count - 1].at_s)
        return 0;
    return ((at_s - rules->changes[rules->count - 1].at_s) / ZONE_CYCLE_S + 1) * ZONE_CYCLE_S;
}

int32_t zone_offset_s(const struct zone *zone, int64_t at_s)
{
    const struct zone_rules *rules = &zone->rules;
    size_t past = changes_until(rules, at_s - cycles_back_s(rules, at_s));
    return past ? rules->changes[past - 1].offset_s : rules->first_offset_s;
}

int64_t zone_day_start_s(const struct zone *zone, int32_t local_day)
{
    const struct zone_rules *rules = &zone->rules;
    int64_t local_s = (int64_t)local_day * DAY_S;
    int64_t back_s = cycles_back_s(rules, local_s + 2 * DAY_S);
    local_s -= back_s;

    /* The first moment whose local time is at or after midnight: a gap may swallow midnight. */
    size_t past = changes_until(rules, local_s - 2 * DAY_S);
    for (;; past++) {
        int32_t offset = past ? rules->changes[past - 1].offset_s : rules->first_offset_s;
        int64_t begin = past ? rules->changes[past - 1].at_s : INT64_MIN;
        int64_t at_s = local_s - offset > begin ? local_s - offset : begin;
        if (past == rules->count || at_s < rules->changes[past].at_s)
            return at_s + back_s;
    }
}

int64_t zone_local_s(const struct zone *zone, int64_t at_s)
{
    return at_s + zone_offset_s(zone, at_s);
}
