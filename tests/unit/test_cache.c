/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "household/cache.h"

#define SEED 20260121U

static struct text name_of(unsigned number, char out[16])
{
    (void)snprintf(out, 16, "H-%u", number);
    return text_of(out);
}

static struct cache_entry *add(struct cache *cache, uint32_t partition, unsigned number)
{
    char name[16];
    uint32_t size;
    void *bytes = record_new(&size);
    return cache_add(cache, partition, name_of(number, name), bytes, size);
}

static struct cache_entry *find(struct cache *cache, uint32_t partition, unsigned number)
{
    char name[16];
    return cache_find(cache, partition, name_of(number, name));
}

static int64_t entry_bytes(void)
{
    return (int64_t)sizeof(struct cache_entry) + record_bytes(0, 0);
}

static void mark_dirty(struct cache_dirty *dirty, struct cache_entry *entry, int64_t now_ms)
{
    const int64_t next[TOPIC_COUNT] = {now_ms, now_ms + 1, now_ms + 2, now_ms + 3};
    cache_mark_dirty(dirty, entry, now_ms, next);
}

START_TEST(what_was_put_in_is_found_by_partition_and_name)
{
    struct cache *cache = cache_new(1 << 20);
    ck_assert_ptr_null(find(cache, 0, 1));
    struct cache_entry *a = add(cache, 0, 1), *b = add(cache, 1, 1), *c = add(cache, 0, 2);
    ck_assert_ptr_eq(find(cache, 0, 1), a);
    ck_assert_ptr_eq(find(cache, 1, 1), b);
    ck_assert_ptr_eq(find(cache, 0, 2), c);
    ck_assert_ptr_null(find(cache, 1, 2));
    ck_assert(text_is(a->household.id, "H-1"));
    ck_assert_uint_eq(b->household.partition, 1);
    ck_assert_uint_eq(cache_count(cache), 3);
    ck_assert_int_eq(cache_bytes(cache), 3 * entry_bytes());
    cache_free(cache);
    cache_free(NULL);
}
END_TEST

START_TEST(the_longest_name_fits)
{
    struct cache *cache = cache_new(1 << 20);
    char name[MESSAGE_ID_MAX];
    memset(name, 'x', sizeof name);
    uint32_t size;
    void *bytes = record_new(&size);
    struct text text = {name, sizeof name};
    struct cache_entry *entry = cache_add(cache, 0, text, bytes, size);
    memset(name, 'x', sizeof name);
    ck_assert_ptr_eq(cache_find(cache, 0, text), entry);
    ck_assert(entry->household.id.at != name); /* its own copy */
    cache_free(cache);
}
END_TEST

START_TEST(what_was_used_longest_ago_goes_first)
{
    struct cache *cache = cache_new(3 * entry_bytes());
    for (unsigned i = 0; i < 5; i++)
        cache_touch(cache, add(cache, 0, i), 1 + i);
    cache_touch(cache, find(cache, 0, 0), 7);
    ck_assert(cache_trim(cache, 8));
    ck_assert_uint_eq(cache_count(cache), 3);
    for (unsigned i = 0; i < 5; i++)
        ck_assert_int_eq(find(cache, 0, i) != NULL, i == 0 || i >= 3);
    cache_free(cache);
}
END_TEST

START_TEST(what_is_within_the_budget_stays)
{
    struct cache *cache = cache_new(3 * entry_bytes());
    for (unsigned i = 0; i < 3; i++)
        cache_touch(cache, add(cache, 0, i), 1);
    ck_assert(cache_trim(cache, 2));
    ck_assert_uint_eq(cache_count(cache), 3);
    cache_free(cache);
}
END_TEST

START_TEST(a_change_that_is_not_in_the_store_is_never_forgotten)
{
    struct cache *cache = cache_new(entry_bytes());
    struct cache_dirty dirty = {0};
    for (unsigned i = 0; i < 4; i++) {
        struct cache_entry *entry = add(cache, 0, i);
        cache_touch(cache, entry, 1);
        if (i % 2)
            mark_dirty(&dirty, entry, i);
    }
    ck_assert(!cache_trim(cache, 2)); /* over the budget, and nothing more to give */
    ck_assert_uint_eq(cache_count(cache), 2);
    ck_assert_ptr_nonnull(find(cache, 0, 1));
    ck_assert_ptr_nonnull(find(cache, 0, 3));
    cache_mark_clean(&dirty, find(cache, 0, 1));
    ck_assert(cache_trim(cache, 2));
    ck_assert_ptr_null(find(cache, 0, 1));
    ck_assert_ptr_nonnull(find(cache, 0, 3));
    cache_free(cache);
}
END_TEST

START_TEST(what_the_batch_uses_is_not_forgotten_within_it)
{
    struct cache *cache = cache_new(0);
    for (unsigned i = 0; i < 4; i++)
        cache_touch(cache, add(cache, 0, i), i < 2 ? 1 : 2);
    ck_assert(!cache_trim(cache, 2));
    ck_assert_uint_eq(cache_count(cache), 2);
    ck_assert_ptr_nonnull(find(cache, 0, 2));
    ck_assert_ptr_nonnull(find(cache, 0, 3));
    ck_assert(cache_trim(cache, 3));
    ck_assert_uint_eq(cache_count(cache), 0);
    ck_assert_int_eq(cache_bytes(cache), 0);
    cache_free(cache);
}
END_TEST

START_TEST(a_record_that_grows_counts_what_it_takes)
{
    struct cache *cache = cache_new(0);
    struct cache_entry *entry = add(cache, 0, 1);
    uint32_t before = entry->household.size;
    (void)record_add_meter(&entry->household.bytes, &entry->household.size);
    cache_resized(cache, before, entry->household.size);
    ck_assert_int_eq(cache_bytes(cache), entry_bytes() + (int64_t)sizeof(struct record_meter));
    ck_assert(cache_trim(cache, 9));
    ck_assert_int_eq(cache_bytes(cache), 0);
    cache_free(cache);
}
END_TEST

START_TEST(the_dirty_queue_remembers_where_the_first_change_began)
{
    struct cache *cache = cache_new(1 << 20);
    struct cache_dirty dirty = {0};
    struct cache_entry *entries[4];
    for (unsigned i = 0; i < 4; i++) {
        entries[i] = add(cache, 0, i);
        mark_dirty(&dirty, entries[i], 100 + i);
    }
    mark_dirty(&dirty, entries[0], 200); /* again: it keeps its place and its beginning */
    ck_assert_ptr_eq(dirty.oldest, entries[0]);
    ck_assert_ptr_eq(dirty.newest, entries[3]);
    ck_assert_uint_eq(dirty.count, 4);
    ck_assert_int_eq(entries[0]->dirty_since_ms, 100);
    ck_assert_int_eq(entries[0]->dirty_from[3], 103);
    cache_mark_clean(&dirty, entries[1]); /* from the middle */
    cache_mark_clean(&dirty, entries[1]);
    cache_mark_clean(&dirty, entries[0]);
    ck_assert_ptr_eq(dirty.oldest, entries[2]);
    mark_dirty(&dirty, entries[0], 300);
    ck_assert_ptr_eq(dirty.newest, entries[0]);
    ck_assert_int_eq(entries[0]->dirty_from[0], 300);
    cache_mark_clean(&dirty, entries[0]);
    cache_mark_clean(&dirty, entries[2]);
    cache_mark_clean(&dirty, entries[3]);
    ck_assert_ptr_null(dirty.oldest);
    ck_assert_ptr_null(dirty.newest);
    ck_assert_uint_eq(dirty.count, 0);
    cache_free(cache);
}
END_TEST

START_TEST(a_lost_partition_is_forgotten_whole_and_alone)
{
    struct cache *cache = cache_new(1 << 20);
    struct cache_dirty dirty[2] = {{0}, {0}};
    for (unsigned i = 0; i < 3000; i++) {
        struct cache_entry *entry = add(cache, i % 2, i);
        if (i % 3 == 0)
            mark_dirty(&dirty[i % 2], entry, i);
    }
    cache_drop_partition(cache, 1, &dirty[1]);
    ck_assert_uint_eq(cache_count(cache), 1500);
    ck_assert_uint_eq(dirty[0].count, 500);
    ck_assert_uint_eq(dirty[1].count, 0);
    ck_assert_ptr_null(dirty[1].oldest);
    for (unsigned i = 0; i < 3000; i++)
        ck_assert_int_eq(find(cache, i % 2, i) != NULL, i % 2 == 0);
    cache_free(cache);
}
END_TEST

/* ---- against a model ----------------------------------------------------------------------- */

#define HOMES      400
#define PARTITIONS 3

struct model {
    bool there[PARTITIONS][HOMES], dirty[PARTITIONS][HOMES];
    uint64_t batch[PARTITIONS][HOMES], used[PARTITIONS][HOMES], turn;
    unsigned count;
};

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return *state >> 33;
}

/* As the header says it, slowly. */
static void model_trim(struct model *model, int64_t bytes_max, uint64_t batch)
{
    while ((int64_t)model->count * entry_bytes() > bytes_max) {
        uint64_t stalest = UINT64_MAX;
        unsigned at_p = 0, at_h = 0;
        for (unsigned p = 0; p < PARTITIONS; p++)
            for (unsigned h = 0; h < HOMES; h++)
                if (model->there[p][h] && !model->dirty[p][h] && model->batch[p][h] != batch &&
                    model->used[p][h] < stalest) {
                    stalest = model->used[p][h];
                    at_p = p;
                    at_h = h;
                }
        if (stalest == UINT64_MAX)
            return;
        model->there[at_p][at_h] = false;
        model->count--;
    }
}

static void agree(struct cache *cache, const struct model *model,
                  const struct cache_dirty dirty[PARTITIONS])
{
    ck_assert_uint_eq(cache_count(cache), model->count);
    ck_assert_int_eq(cache_bytes(cache), (int64_t)model->count * entry_bytes());
    for (unsigned p = 0; p < PARTITIONS; p++) {
        size_t queued = 0;
        for (const struct cache_entry *e = dirty[p].oldest; e; e = e->dirty_after) {
            ck_assert(e->dirty && e->household.partition == p);
            ck_assert(!e->dirty_after || e->dirty_after->dirty_since_ms >= e->dirty_since_ms);
            queued++;
        }
        ck_assert_uint_eq(queued, dirty[p].count);
        for (unsigned h = 0; h < HOMES; h++) {
            struct cache_entry *entry = find(cache, p, h);
            ck_assert_int_eq(entry != NULL, model->there[p][h]);
            ck_assert(!entry || entry->dirty == model->dirty[p][h]);
            queued -= entry && entry->dirty;
        }
        ck_assert_uint_eq(queued, 0);
    }
}

static void one_turn(struct cache *cache, struct model *model, struct cache_dirty *dirty,
                     uint64_t *random, uint64_t batch)
{
    unsigned p = (unsigned)(next_random(random) % PARTITIONS);
    unsigned h = (unsigned)(next_random(random) % HOMES);
    struct cache_entry *entry = find(cache, p, h);
    if (!entry) {
        entry = add(cache, p, h);
        model->there[p][h] = true;
        model->dirty[p][h] = false;
        model->batch[p][h] = 0;
        model->count++;
    }
    cache_touch(cache, entry, batch);
    if (model->batch[p][h] != batch)
        model->used[p][h] = ++model->turn;
    model->batch[p][h] = batch;
    if (next_random(random) % 3 == 0) {
        mark_dirty(&dirty[p], entry, (int64_t)model->turn);
        model->dirty[p][h] = true;
    }
    if (next_random(random) % 3 == 0 && dirty[p].oldest) {
        struct cache_entry *oldest = dirty[p].oldest;
        unsigned number = (unsigned)strtoul(oldest->household.id.at + 2, NULL, 10);
        cache_mark_clean(&dirty[p], oldest);
        model->dirty[p][number] = false;
    }
}

START_TEST(the_cache_does_as_a_simple_model_does)
{
    uint64_t random = SEED;
    for (int round = 0; round < 20; round++) {
        int64_t bytes_max = entry_bytes() * (int64_t)(50 + next_random(&random) % 600);
        struct cache *cache = cache_new(bytes_max);
        struct cache_dirty dirty[PARTITIONS] = {{0}, {0}, {0}};
        struct model *model = calloc(1, sizeof *model);
        ck_assert_ptr_nonnull(model);
        for (uint64_t batch = 1; batch < 60; batch++) {
            for (int i = 0; i < 40; i++)
                one_turn(cache, model, dirty, &random, batch);
            bool within = cache_trim(cache, batch);
            model_trim(model, bytes_max, batch);
            ck_assert_int_eq(within, cache_bytes(cache) <= bytes_max);
            if (batch % 20 == 0) {
                unsigned p = (unsigned)(next_random(&random) % PARTITIONS);
                cache_drop_partition(cache, p, &dirty[p]);
                for (unsigned h = 0; h < HOMES; h++) {
                    model->count -= model->there[p][h];
                    model->there[p][h] = model->dirty[p][h] = false;
                }
            }
            agree(cache, model, dirty);
        }
        free(model);
        cache_free(cache);
    }
}
END_TEST

int main(void)
{
    (void)printf("seed %u\n", SEED);
    TCase *cases = tcase_create("cache");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, what_was_put_in_is_found_by_partition_and_name);
    tcase_add_test(cases, the_longest_name_fits);
    tcase_add_test(cases, what_was_used_longest_ago_goes_first);
    tcase_add_test(cases, what_is_within_the_budget_stays);
    tcase_add_test(cases, a_change_that_is_not_in_the_store_is_never_forgotten);
    tcase_add_test(cases, what_the_batch_uses_is_not_forgotten_within_it);
    tcase_add_test(cases, a_record_that_grows_counts_what_it_takes);
    tcase_add_test(cases, the_dirty_queue_remembers_where_the_first_change_began);
    tcase_add_test(cases, a_lost_partition_is_forgotten_whole_and_alone);
    tcase_add_test(cases, the_cache_does_as_a_simple_model_does);
    Suite *suite = suite_create("cache");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
