/* SPDX-License-Identifier: Apache-2.0
 *
 * Ownership and records of the store port: every case against the memory store and against a real
 * Redis (_i is the kind).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/source.h"
#include "store_world.h"

/* Nothing of a refused write may be there. */
static void assert_untouched(const struct store_head *head)
{
    struct store_head now = world_taken(world.store, PARTITION);
    ck_assert_uint_eq(now.seq, head->seq);
    ck_assert_int_eq(now.offsets[0], head->offsets[0]);
    ck_assert_int_eq(now.log_offset, head->log_offset);
    ck_assert_str_eq(world_get(world.store, PARTITION, "H-1"), "");
    ck_assert_str_eq(world_alert(world.store, PARTITION, "A1"), "");
    ck_assert_uint_eq(world_outbox_count(), 0);
    struct store_due due[16];
    ck_assert_uint_eq(world_due(INT64_C(1) << 50, due), 0);
}

static enum err every_write(struct store_head *head, int which)
{
    const int64_t offsets[TOPIC_COUNT] = {5, 6, 7, 8};
    struct store_record record = {TEXT("H-1"), "bytes", 5, 77, 48};
    struct store_transition step = world_step("A1", "H-1", 1);
    step.timer_count = 1;
    step.timers[0] = world_timer("ack_expiry", 5);
    step.detector = 3;
    step.finding_seq = 1;
    const char *entry = "1-0";
    switch (which) {
    case 0: return world.store->ops->flush(world.store, head, &record, 1, offsets, &world.fault);
    case 1: return world_do(head, &step);
    default:
        return world.store->ops->outbox_done(world.store, head, PARTITION, &entry, 1, 12,
                                             &world.fault);
    }
}

START_TEST(first_take_finds_an_empty_partition)
{
    world_begin(_i);
    struct seen seen = {0};
    struct store_head head;
    memset(&head, 0xee, sizeof head);
    must(world.store->ops->take(world.store, PARTITION, &head, seen_settle, &seen, &world.fault));
    ck_assert_uint_eq(head.partition, PARTITION);
    ck_assert_uint_eq(head.counter, 1);
    ck_assert_uint_eq(strlen(head.token), 32);
    ck_assert_uint_eq(head.seq, 0);
    ck_assert_int_eq(head.log_offset, OFFSET_NONE);
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        ck_assert_int_eq(head.offsets[lane], OFFSET_NONE);
    ck_assert_uint_eq(seen.count, 0);
}
END_TEST

START_TEST(a_later_take_gets_a_new_counter_and_token_and_the_same_sequence)
{
    world_begin(_i);
    struct store_head first = world_taken(world.store, PARTITION);
    must(world_put(world.store, &first, "H-1", "one", 0, &world.fault));
    struct store_head next = world_taken(world.second, PARTITION);
    ck_assert_uint_eq(next.counter, first.counter + 1);
    ck_assert_str_ne(next.token, first.token);
    ck_assert_uint_eq(next.seq, 1);
    must(world_put(world.second, &next, "H-1", "two", 0, &world.fault));
    ck_assert_str_eq(world_get(world.store, PARTITION, "H-1"), "two");
}
END_TEST

START_TEST(every_write_of_the_owner_raises_the_sequence_by_one)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    for (int which = 0; which < 3; which++) {
        must(every_write(&head, which));
        ck_assert_uint_eq(head.seq, (uint64_t)which + 1);
        ck_assert_uint_eq(world_taken(world.store, PARTITION).seq, head.seq);
        head = world_taken(world.store, PARTITION);
    }
}
END_TEST

START_TEST(a_zombie_is_fenced_at_every_kind_of_write)
{
    world_begin(_i);
    struct store_head zombie = world_taken(world.store, PARTITION);
    struct store_head owner = world_taken(world.second, PARTITION);
    for (int which = 0; which < 3; which++) {
        ck_assert_int_eq(every_write(&zombie, which), ERR_FENCED);
        ck_assert_ptr_nonnull(strstr(world.fault.text, "partition 7"));
        ck_assert_uint_eq(zombie.seq, 0);
    }
    assert_untouched(&owner);
}
END_TEST

START_TEST(an_older_head_is_fenced_even_when_the_sequence_fits)
{
    world_begin(_i);
    struct store_head zombie = world_taken(world.store, PARTITION);
    struct store_head owner = world_taken(world.second, PARTITION);
    must(world_put(world.second, &owner, "H-2", "x", 0, &world.fault));
    zombie.seq = owner.seq;
    for (int which = 0; which < 3; which++)
        ck_assert_int_eq(every_write(&zombie, which), ERR_FENCED);
    zombie.counter = owner.counter; /* same number, other token */
    ck_assert_int_eq(every_write(&zombie, 0), ERR_FENCED);
}
END_TEST

START_TEST(another_sequence_is_a_rewind_at_every_kind_of_write)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION), ahead = head;
    ahead.seq = 4; /* we wrote four times, the store knows none of it */
    for (int which = 0; which < 3; which++)
        ck_assert_int_eq(every_write(&ahead, which), ERR_REWOUND);
    ck_assert_uint_eq(ahead.seq, 4);
    assert_untouched(&head);
}
END_TEST

START_TEST(a_store_that_went_back_in_time_is_noticed_at_the_next_write)
{
    world_begin_rewindable(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    must(world_put(world.store, &head, "H-1", "early", 0, &world.fault));
    world_save();
    must(world_put(world.store, &head, "H-1", "late", 0, &world.fault));
    world_rewind();
    enum err err;
    do { /* the connection broke too: wait the back-off out */
        err = world_put(world.store, &head, "H-1", "later", 0, &world.fault);
    } while (err == ERR_UNREACHABLE);
    ck_assert_int_eq(err, ERR_REWOUND);
    ck_assert_str_eq(world_get(world.store, PARTITION, "H-1"), "early");
    head = world_taken(world.store, PARTITION);
    ck_assert_uint_eq(head.seq, 1);
    must(world_put(world.store, &head, "H-1", "again", 0, &world.fault));
}
END_TEST

START_TEST(a_store_that_forgot_our_taking_has_gone_back_in_time)
{
    world_begin_rewindable(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    world_save();
    head = world_taken(world.store, PARTITION);
    world_rewind();
    enum err err;
    do {
        err = every_write(&head, 1);
    } while (err == ERR_UNREACHABLE);
    ck_assert_int_eq(err, ERR_REWOUND);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "back in time"));
}
END_TEST

START_TEST(resume_offsets_come_back_at_the_next_take)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    int64_t offsets[TOPIC_COUNT] = {10, OFFSET_NONE, 0, INT64_C(1) << 40};
    must(world.store->ops->flush(world.store, &head, NULL, 0, offsets, &world.fault));
    ck_assert_int_eq(head.offsets[3], INT64_C(1) << 40);
    head = world_taken(world.second, PARTITION);
    ck_assert_mem_eq(head.offsets, offsets, sizeof offsets);
    int64_t later[TOPIC_COUNT] = {OFFSET_NONE, 3, OFFSET_NONE, OFFSET_NONE};
    must(world.second->ops->flush(world.second, &head, NULL, 0, later, &world.fault));
    head = world_taken(world.store, PARTITION);
    ck_assert_int_eq(head.offsets[0], 10);
    ck_assert_int_eq(head.offsets[1], 3);
}
END_TEST

START_TEST(a_flush_beyond_its_limits_is_refused_whole)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION), before = head;
    const int64_t offsets[TOPIC_COUNT] = {1, 1, 1, 1};
    static struct store_record records[STORE_BATCH_RECORDS_MAX + 1];
    static char bytes[STORE_BATCH_BYTES_MAX + 1], names[STORE_BATCH_RECORDS_MAX + 1][16];
    for (int i = 0; i <= STORE_BATCH_RECORDS_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "H-%d", i);
        records[i] = (struct store_record){text_of(names[i]), bytes, 8, 0, 0};
    }
    ck_assert_int_eq(world.store->ops->flush(world.store, &head, records,
                                             STORE_BATCH_RECORDS_MAX + 1, offsets, &world.fault),
                     ERR_TOO_LARGE);
    struct store_record big = {TEXT("H-1"), bytes, sizeof bytes, 0, 0};
    ck_assert_int_eq(world.store->ops->flush(world.store, &head, &big, 1, offsets, &world.fault),
                     ERR_TOO_LARGE);
    assert_untouched(&before);
    head = world_taken(world.store, PARTITION);
    must(world.store->ops->flush(world.store, &head, records, STORE_BATCH_RECORDS_MAX, offsets,
                                 &world.fault));
    big.size--;
    must(world.store->ops->flush(world.store, &head, &big, 1, offsets, &world.fault));
    ck_assert_uint_eq(head.seq, 2);
}
END_TEST

/* What a person does over a store that went back could come beside what was told before. */
START_TEST(people_wait_until_the_owner_has_opened_what_went_back)
{
    world_begin_rewindable(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_transition step = world_step("A1", "H-1", 1);
    must(world_do(&head, &step));
    step = world_step("A1", "H-1", 2);
    must(world_do(NULL, &step)); /* never opened: nothing can have been told */
    must(world.store->ops->open(world.store, &head, &world.fault));
    world_save();
    step = world_step("A1", "H-1", 3);
    must(world_do(NULL, &step));
    world_rewind();
    step = world_step("A1", "H-1", 3);
    ck_assert_int_eq(world_do(NULL, &step), ERR_BUSY);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "try again in a moment"));
    head = world_taken(world.store, PARTITION);
    ck_assert_int_eq(world_do(NULL, &step), ERR_BUSY);
    must(world_do(&head, &step)); /* the owner puts back what the log has */
    must(world.store->ops->open(world.store, &head, &world.fault));
    step = world_step("A1", "H-1", 4);
    must(world_do(NULL, &step));
    struct store_head other = world_taken(world.second, PARTITION);
    ck_assert_int_eq(world.store->ops->open(world.store, &head, &world.fault), ERR_FENCED);
    must(world.second->ops->open(world.second, &other, &world.fault));
}
END_TEST

/* An image of a store from before its first opening knows of no opening either. */
START_TEST(people_wait_when_the_log_is_put_back_before_the_first_opening)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_transition step = world_step("A1", "H-1", 1);
    step.restores = true;
    step.event_id = step.event = (struct text){NULL, 0};
    must(world_do(&head, &step));
    step = world_step("A1", "H-1", 2);
    ck_assert_int_eq(world_do(NULL, &step), ERR_BUSY);
    must(world.store->ops->open(world.store, &head, &world.fault));
    must(world_do(NULL, &step));
}
END_TEST

struct loaded {
    size_t calls;
    uint32_t sizes[600];
    uint64_t sums[600];
};

static void note_loaded(void *context, size_t index, const void *bytes, uint32_t size)
{
    struct loaded *loaded = context;
    loaded->calls++;
    loaded->sizes[index] = size;
    for (uint32_t i = 0; i < size; i++)
        loaded->sums[index] = loaded->sums[index] * 31 + ((const unsigned char *)bytes)[i];
}

START_TEST(a_load_answers_once_for_each_index_in_order)
{
    world_begin(_i);
    static char names[600][16];
    static struct text households[600];
    static struct loaded loaded;
    struct store_head head = world_taken(world.store, PARTITION);
    for (int i = 0; i < 600; i++) {
        (void)snprintf(names[i], sizeof names[i], "H-%d", i);
        households[i] = text_of(names[i]);
        if (i % 50 == 0)
            must(world_put(world.store, &head, names[i], names[i], 0, &world.fault));
    }
    memset(&loaded, 0, sizeof loaded);
    must(world.store->ops->load(world.store, PARTITION, households, 600, note_loaded, &loaded,
                                &world.fault));
    ck_assert_uint_eq(loaded.calls, 600);
    for (size_t i = 0; i < 600; i++)
        ck_assert_uint_eq(loaded.sizes[i], i % 50 == 0 ? strlen(names[i]) : 0);
    must(world.store->ops->load(world.store, PARTITION, NULL, 0, note_loaded, &loaded,
                                &world.fault));
    ck_assert_uint_eq(loaded.calls, 600);
}
END_TEST

START_TEST(records_and_household_ids_are_any_bytes)
{
    world_begin(_i);
    static const char *const odd[] = {"}{",   "a b",  "H|1",      "*\r\n$3\r\n",   "\xff\xfe",
                                      "집-1", "%s%n", "{7}:head", "'; return 1 --"};
    struct store_head head = world_taken(world.store, PARTITION);
    const int64_t offsets[TOPIC_COUNT] = {1, 1, 1, 1};
    unsigned char bytes[256];
    for (int i = 0; i < 256; i++)
        bytes[i] = (unsigned char)(255 - i);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct store_record record = {text_of(odd[i]), bytes, (uint32_t)(256 - i), 1000 + (int)i,
                                      0};
        must(world.store->ops->flush(world.store, &head, &record, 1, offsets, &world.fault));
        struct store_transition step = world_step("A1", odd[i], (int64_t)i + 1);
        step.live = false;
        must(world_do(&head, &step));
    }
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct loaded loaded = {0}, want = {0};
        struct text household = text_of(odd[i]);
        must(world.store->ops->load(world.store, PARTITION, &household, 1, note_loaded, &loaded,
                                    &world.fault));
        note_loaded(&want, 0, bytes, (uint32_t)(256 - i));
        ck_assert_uint_eq(loaded.sizes[0], 256 - i);
        ck_assert_uint_eq(loaded.sums[0], want.sums[0]);
    }
    struct seen seen = {0};
    must(world.store->ops->take(world.store, PARTITION, &head, seen_settle, &seen, &world.fault));
    ck_assert_uint_eq(seen.count, sizeof odd / sizeof odd[0]);
    ck_assert_str_eq(seen.at[1], "a b at 1001");
}
END_TEST

START_TEST(household_ids_that_nobody_may_have_are_refused)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    const int64_t offsets[TOPIC_COUNT] = {1, 1, 1, 1};
    char longest[MESSAGE_ID_MAX + 2];
    memset(longest, 'x', sizeof longest);
    const struct text bad[] = {{"a\0b", 3}, {longest, MESSAGE_ID_MAX + 1}, STORE_NOBODY};
    for (size_t i = 0; i < 3; i++) {
        struct store_record record = {bad[i], "x", 1, 0, 0};
        struct loaded loaded = {0};
        struct store_case out;
        ck_assert_int_eq(
            world.store->ops->load_case(world.store, PARTITION, bad[i], &out, &world.fault),
            ERR_INVALID);
        if (i == 2) /* has no alerts, but a record */
            break;
        ck_assert_int_eq(
            world.store->ops->flush(world.store, &head, &record, 1, offsets, &world.fault),
            ERR_INVALID);
        ck_assert_int_eq(world.store->ops->load(world.store, PARTITION, &bad[i], 1, note_loaded,
                                                &loaded, &world.fault),
                         ERR_INVALID);
    }
    ck_assert_uint_eq(head.seq, 0);
}
END_TEST

START_TEST(nobody_has_a_record_that_goes_with_the_others)
{
    world_begin_rewindable(_i);
    const int64_t offsets[TOPIC_COUNT] = {1, 1, 1, 1};
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_record records[] = {
        {.household = TEXT("H-1"), .bytes = "home", .size = 4, .settle_ms = 60},
        {.household = STORE_NOBODY, .bytes = "a\0b", .size = 3}};
    must(world.store->ops->flush(world.store, &head, records, 2, offsets, &world.fault));
    ck_assert_str_eq(world_get(world.store, PARTITION, "H-1"), "home");
    ck_assert_mem_eq(world_get(world.store, PARTITION, ""), "a\0b", 3);
    ck_assert_str_eq(world_get(world.store, PARTITION + 1, ""), "");
    world_save();
    records[1].bytes = "new";
    must(world.store->ops->flush(world.store, &head, &records[1], 1, offsets, &world.fault));
    world_rewind();
    while (world_get(world.store, PARTITION, "")[0] != 'a')
        ;
    struct seen seen = {0};
    must(world.store->ops->take(world.store, PARTITION, &head, seen_settle, &seen, &world.fault));
    ck_assert_uint_eq(seen.count, 1);
    ck_assert_str_eq(seen.at[0], "H-1 at 60");
}
END_TEST

START_TEST(the_later_record_of_a_household_in_one_flush_counts)
{
    world_begin(_i);
    const int64_t offsets[TOPIC_COUNT] = {1, 1, 1, 1};
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_record records[] = {{TEXT("H-1"), "early", 5, 60, 0},
                                     {TEXT("H-1"), "late!", 5, 0, 0}};
    must(world.store->ops->flush(world.store, &head, records, 2, offsets, &world.fault));
    ck_assert_str_eq(world_get(world.store, PARTITION, "H-1"), "late!");
    struct seen seen = {0};
    must(world.store->ops->take(world.store, PARTITION, &head, seen_settle, &seen, &world.fault));
    ck_assert_uint_eq(seen.count, 0);
}
END_TEST

START_TEST(a_record_of_size_zero_is_deleted)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    must(world_put(world.store, &head, "H-1", "there", 50, &world.fault));
    must(world_put(world.store, &head, "H-1", "", 50, &world.fault));
    must(world_put(world.store, &head, "H-2", "", 0, &world.fault));
    ck_assert_str_eq(world_get(world.store, PARTITION, "H-1"), "");
    struct seen seen = {0};
    must(world.store->ops->take(world.store, PARTITION, &head, seen_settle, &seen, &world.fault));
    ck_assert_uint_eq(seen.count, 0);
}
END_TEST

START_TEST(households_whose_late_batch_has_not_settled_are_told_at_the_take)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    must(world_put(world.store, &head, "H-late", "x", 3000, &world.fault));
    must(world_put(world.store, &head, "H-soon", "x", 1000, &world.fault));
    must(world_put(world.store, &head, "H-moved", "x", 500, &world.fault));
    must(world_put(world.store, &head, "H-moved", "x", 2000, &world.fault));
    must(world_put(world.store, &head, "H-settled", "x", 800, &world.fault));
    must(world_put(world.store, &head, "H-settled", "x", 0, &world.fault));
    struct seen seen = {0};
    must(world.second->ops->take(world.second, PARTITION, &head, seen_settle, &seen, &world.fault));
    ck_assert_uint_eq(seen.count, 3);
    ck_assert_str_eq(seen.at[0], "H-soon at 1000");
    ck_assert_str_eq(seen.at[1], "H-moved at 2000");
    ck_assert_str_eq(seen.at[2], "H-late at 3000");
}
END_TEST

static void count_settle(void *context, const struct store_settle *settle)
{
    int64_t *sum = context;
    *sum += settle->settle_ms;
}

START_TEST(a_long_list_of_unsettled_households_comes_whole)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    const int64_t offsets[TOPIC_COUNT] = {1, 1, 1, 1};
    int64_t number = 0, want = 0, sum = 0;
    while (number < 4096 + 4096 + 256) {
        struct store_record records[256];
        char names[256][32];
        for (int i = 0; i < 256; i++) {
            want += ++number;
            (void)snprintf(names[i], sizeof names[i], "H-%" PRId64, number);
            records[i] = (struct store_record){text_of(names[i]), "x", 1, number, 0};
        }
        must(world.store->ops->flush(world.store, &head, records, 256, offsets, &world.fault));
    }
    must(world.second->ops->take(world.second, PARTITION, &head, count_settle, &sum, &world.fault));
    ck_assert_int_eq(sum, want);
}
END_TEST

static void note_outlook(void *context, struct text household, int outlook_h)
{
    struct seen *seen = context;
    ck_assert_uint_lt(seen->count, SEEN_MAX);
    (void)snprintf(seen->at[seen->count++], sizeof seen->at[0], "%.*s %d", (int)household.bytes,
                   household.at, outlook_h);
}

static void put_outlook(struct store_head *head, const char *household, int outlook_h)
{
    const int64_t offsets[TOPIC_COUNT] = {1, 1, 1, 1};
    struct store_record record = {text_of(household), "x", 1, 0, outlook_h};
    must(world.store->ops->flush(world.store, head, &record, 1, offsets, &world.fault));
}

static int64_t count_outlooks(int least_h, int most_h)
{
    int64_t count = -7;
    must(world.second->ops->outlook_count(world.second, PARTITION, least_h, most_h, &count,
                                          &world.fault));
    return count;
}

START_TEST(homes_are_listed_by_their_outlook_the_latest_first)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    static const struct {
        const char *household;
        int outlook_h;
    } homes[] = {{"H-1", 12}, {"H-2", OUTLOOK_NEVER},   {"H-3", 49}, {"H-4", OUTLOOK_UNKNOWN},
                 {"H-5", 0},  {"H-6", OUTLOOK_UNKNOWN}, {"H-7", 49}, {"H-8", 24}};
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++)
        put_outlook(&head, homes[i].household, homes[i].outlook_h);
    struct seen seen = {0};
    struct store_outlooks all = {1, OUTLOOK_NEVER, 0, 100};
    must(world.second->ops->outlooks(world.second, PARTITION, &all, note_outlook, &seen,
                                     &world.fault));
    ck_assert_uint_eq(seen.count, 5);
    ck_assert_str_eq(seen.at[0], "H-2 240");
    ck_assert_str_eq(seen.at[1], "H-3 49");
    ck_assert_str_eq(seen.at[2], "H-7 49");
    ck_assert_str_eq(seen.at[4], "H-1 12");
    struct store_outlooks page = {25, OUTLOOK_NEVER, 1, 2};
    seen.count = 0;
    must(world.second->ops->outlooks(world.second, PARTITION, &page, note_outlook, &seen,
                                     &world.fault));
    ck_assert_uint_eq(seen.count, 2);
    ck_assert_str_eq(seen.at[0], "H-3 49");
    struct store_outlooks unknown = {OUTLOOK_UNKNOWN, OUTLOOK_UNKNOWN, 0, 100};
    seen.count = 0;
    must(world.second->ops->outlooks(world.second, PARTITION, &unknown, note_outlook, &seen,
                                     &world.fault));
    ck_assert_uint_eq(seen.count, 2);
    ck_assert_str_eq(seen.at[1], "H-6 -1");
    ck_assert_int_eq(count_outlooks(1, 24), 2);
    ck_assert_int_eq(count_outlooks(25, 48), 0);
    ck_assert_int_eq(count_outlooks(49, OUTLOOK_NEVER), 3);
    ck_assert_int_eq(count_outlooks(OUTLOOK_UNKNOWN, OUTLOOK_UNKNOWN), 2);
}
END_TEST

START_TEST(an_outlook_goes_with_its_record)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    put_outlook(&head, "H-1", 12);
    put_outlook(&head, "H-1", 60);
    put_outlook(&head, "H-2", 12);
    put_outlook(&head, "H-3", 12);
    ck_assert_int_eq(count_outlooks(1, 24), 2);
    ck_assert_int_eq(count_outlooks(49, OUTLOOK_NEVER), 1);
    put_outlook(&head, "H-2", 0);
    const int64_t offsets[TOPIC_COUNT] = {1, 1, 1, 1};
    struct store_record gone = {TEXT("H-3"), NULL, 0, 0, 12};
    must(world.store->ops->flush(world.store, &head, &gone, 1, offsets, &world.fault));
    ck_assert_int_eq(count_outlooks(1, 24), 0);
    ck_assert_int_eq(count_outlooks(1, OUTLOOK_NEVER), 1);
    struct store_head zombie = head;
    (void)world_taken(world.second, PARTITION);
    struct store_record late = {TEXT("H-1"), "x", 1, 0, 12};
    ck_assert_int_eq(world.store->ops->flush(world.store, &zombie, &late, 1, offsets, &world.fault),
                     ERR_FENCED);
    ck_assert_int_eq(count_outlooks(1, 24), 0);
}
END_TEST

START_TEST(the_number_of_partitions_is_pinned_at_its_first_use)
{
    world_begin(_i);
    uint32_t pinned = 99;
    must(world.store->ops->partitions(world.store, 0, &pinned, &world.fault));
    ck_assert_uint_eq(pinned, 0);
    must(world.store->ops->partitions(world.store, 12, &pinned, &world.fault));
    ck_assert_uint_eq(pinned, 12);
    must(world.second->ops->partitions(world.second, 12, &pinned, &world.fault));
    ck_assert_int_eq(world.second->ops->partitions(world.second, 24, &pinned, &world.fault),
                     ERR_INCOMPATIBLE);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "24"));
    ck_assert_ptr_nonnull(strstr(world.fault.text, "12"));
    must(world.second->ops->partitions(world.second, 0, &pinned, &world.fault));
    ck_assert_uint_eq(pinned, 12);
}
END_TEST

START_TEST(partitions_know_nothing_of_each_other)
{
    world_begin(_i);
    enum { COUNT = 100 };
    static struct store_head heads[COUNT];
    for (uint32_t p = 0; p < COUNT; p++)
        heads[p] = world_taken(world.store, p);
    for (int round = 0; round < 3; round++)
        for (uint32_t p = 0; p < COUNT; p++) {
            char bytes[32], id[16];
            (void)snprintf(bytes, sizeof bytes, "p%u round %d", p, round);
            (void)snprintf(id, sizeof id, "A%u", p);
            must(world_put(world.store, &heads[p], "H-1", bytes, 0, &world.fault));
            struct store_transition step = world_step(id, "H-1", round + 1);
            step.partition = p;
            must(world_do(&heads[p], &step));
        }
    for (uint32_t p = 0; p < COUNT; p++) {
        char want[32];
        struct seen seen = {0};
        (void)snprintf(want, sizeof want, "p%u round 2", p);
        ck_assert_str_eq(world_get(world.second, p, "H-1"), want);
        ck_assert_uint_eq(heads[p].seq, 6);
        (void)snprintf(want, sizeof want, "A%u v3", p);
        must(world.second->ops->alerts(world.second, p, true, 0, seen_alert, &seen, &world.fault));
        ck_assert_uint_eq(seen.count, 1);
        ck_assert_str_eq(seen.at[0], want);
    }
}
END_TEST

START_TEST(the_store_tells_its_clock_and_that_it_is_fit)
{
    world_begin(_i);
    int64_t now = 0;
    struct fault warning = {"?"};
    must(world.store->ops->clock_ms(world.store, &now, &world.fault));
    ck_assert_int_gt(now, INT64_C(1700000000000));
    must(world.store->ops->check(world.store, &warning, &world.fault));
    ck_assert_str_eq(warning.text, "");
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_loop_test(cases, first_take_finds_an_empty_partition, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_later_take_gets_a_new_counter_and_token_and_the_same_sequence, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, every_write_of_the_owner_raises_the_sequence_by_one, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_zombie_is_fenced_at_every_kind_of_write, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, an_older_head_is_fenced_even_when_the_sequence_fits, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, another_sequence_is_a_rewind_at_every_kind_of_write, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_store_that_went_back_in_time_is_noticed_at_the_next_write, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_store_that_forgot_our_taking_has_gone_back_in_time, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, resume_offsets_come_back_at_the_next_take, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_flush_beyond_its_limits_is_refused_whole, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, people_wait_until_the_owner_has_opened_what_went_back, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, people_wait_when_the_log_is_put_back_before_the_first_opening, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_load_answers_once_for_each_index_in_order, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, records_and_household_ids_are_any_bytes, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, household_ids_that_nobody_may_have_are_refused, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, nobody_has_a_record_that_goes_with_the_others, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, the_later_record_of_a_household_in_one_flush_counts, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_record_of_size_zero_is_deleted, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, households_whose_late_batch_has_not_settled_are_told_at_the_take, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_long_list_of_unsettled_households_comes_whole, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, homes_are_listed_by_their_outlook_the_latest_first, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, an_outlook_goes_with_its_record, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, the_number_of_partitions_is_pinned_at_its_first_use, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, partitions_know_nothing_of_each_other, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, the_store_tells_its_clock_and_that_it_is_fit, 0, WORLD_KIND_COUNT);
}

int main(void)
{
    return world_main("store: ownership and records", add);
}
