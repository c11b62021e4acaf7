/* SPDX-License-Identifier: Apache-2.0
 *
 * The worker's hold on its partitions, what it writes and when, and what becomes of bad input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"
#include "household/census.h"
#include "household/record.h"
#include "letters.h"
#include "store_world.h"
#include "worker_world.h"

#define HOME    "H-0-1"
#define NOON_S  (WW_START_S + 12 * WW_HOUR_S)
#define OPS_MAX 4096

static enum probe_op seen_ops[OPS_MAX];
static int64_t take_ms[64];
static size_t op_count, take_count;
static enum probe_op stolen_before;
static int steals;

static void begin(int kind, uint32_t partitions)
{
    world_begin(kind);
    ww_begin(partitions, NULL);
    op_count = take_count = 0;
}

static void note_op(enum probe_op op)
{
    if (op_count < OPS_MAX)
        seen_ops[op_count++] = op;
    if (op == PROBE_TAKE && take_count < 64)
        take_ms[take_count++] = ww.clock.monotonic_ms;
}

/* Another worker takes the partition right before a write of this kind. */
static void steal(enum probe_op op)
{
    note_op(op);
    if (op != stolen_before || !steals)
        return;
    steals--;
    (void)world_taken(world.second, 0);
}

static void steps(struct shift *shift, int count)
{
    while (count--)
        ck_assert_msg(shift_step(shift) == ERR_OK, "%s", ww.fault.text);
}

static unsigned long long failures(const struct shift *shift)
{
    return counts_failures(worker_counts(shift->worker));
}

/* ---- ownership ---- */

START_TEST(ownership_is_taken_before_anything_is_read)
{
    begin(_i, 1);
    ww.before = note_op;
    ww_billing(HOME, "disconnected", NOON_S);
    struct shift shift = shift_begin(1);
    steps(&shift, 1);
    ck_assert_uint_gt(op_count, 2);
    ck_assert_int_eq(seen_ops[0], PROBE_TAKE);
    for (size_t i = 1; i < op_count; i++)
        ck_assert_int_ne(seen_ops[i], PROBE_TAKE);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(a_second_owner_fences_every_kind_of_write_and_nothing_is_lost_or_doubled)
{
    static const enum probe_op writes[] = {PROBE_FLUSH, PROBE_TRANSITION, PROBE_OUTBOX_DONE};
    struct buffer quiet = {0}, now = {0};
    begin(_i, 1);
    ww_town(1, 8, 7);
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    ww_picture(&quiet);
    for (size_t i = 0; i < 3; i++) {
        world_end();
        begin(_i, 1);
        ww_town(1, 8, 7);
        stolen_before = writes[i];
        steals = 2;
        ww.before = steal;
        shift = shift_begin(1);
        shift_run(&shift);
        ck_assert_int_eq(steals, 0);
        ck_assert_uint_ge(failures(&shift), 2);
        ck_assert_uint_ge(ww.seeks, 2);
        shift_stop(&shift);
        ww_picture(&now);
        ww_same(&quiet, &now, "stolen and taken back");
    }
    buffer_done(&quiet);
    buffer_done(&now);
    ww_end();
}
END_TEST

START_TEST(retaking_again_and_again_waits_longer_each_time)
{
    begin(_i, 1);
    ww_billing(HOME, "disconnected", NOON_S);
    stolen_before = PROBE_TRANSITION;
    steals = 3;
    ww.before = steal;
    struct shift shift = shift_begin(1);
    steps(&shift, 60);
    /* Ours, the thief's, ours again: it is most likely the owner now, so we give it time. */
    ck_assert_uint_ge(take_count, 4);
    ck_assert_int_ge(take_ms[1] - take_ms[0], 3000);
    ck_assert_int_gt(take_ms[2] - take_ms[1], take_ms[1] - take_ms[0]);
    shift_run(&shift);
    ck_assert_uint_eq(ww_alerts(true), 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(a_partition_that_was_lost_is_not_written_any_more)
{
    begin(_i, 1);
    ww_billing(HOME, "disconnected", NOON_S);
    struct shift shift = shift_begin(1);
    steps(&shift, 1);
    unsigned flushes = ww.calls[PROBE_FLUSH];
    shift_revoke(&shift, 0, true);
    ww.clock.monotonic_ms += 60000;
    steps(&shift, 5);
    ck_assert_uint_eq(ww.calls[PROBE_FLUSH], flushes);
    ck_assert_uint_eq(ww.calls[PROBE_TAKE], 1);
    shift_stop(&shift);
    ck_assert_uint_eq(ww.calls[PROBE_FLUSH], flushes);
    ww_end();
}
END_TEST

START_TEST(a_revoked_partition_is_flushed_and_goes_on_elsewhere)
{
    struct buffer quiet = {0}, now = {0};
    begin(_i, 2);
    ww_town(2, 6, 11);
    struct shift one = shift_begin(3);
    shift_run(&one);
    shift_stop(&one);
    ww_picture(&quiet);
    world_end();
    begin(_i, 2);
    ww_town(2, 6, 11);
    one = shift_begin(3);
    struct shift two = shift_begin(0);
    steps(&one, 4);
    shift_revoke(&one, 1, false);
    unsigned given = ww.given;
    shift_assign(&two, 1);
    while (!shift_at_end(&one) || !shift_at_end(&two)) {
        steps(&one, 1);
        steps(&two, 1);
    }
    shift_run(&one);
    shift_run(&two);
    /* What the first had flushed was not read again. */
    size_t all = 0;
    for (int p = 0; p < 2; p++)
        for (int lane = 0; lane < TOPIC_COUNT; lane++)
            all += ww.lanes[p][lane].count;
    ck_assert_uint_eq(ww.given, all);
    ck_assert_uint_lt(given, all);
    shift_stop(&one);
    shift_stop(&two);
    ww_picture(&now);
    ww_same(&quiet, &now, "a rebalance");
    buffer_done(&quiet);
    buffer_done(&now);
    ww_end();
}
END_TEST

START_TEST(a_partition_that_cannot_be_taken_is_asked_for_again_by_the_source_alone)
{
    begin(_i, 1);
    ww_billing(HOME, "disconnected", NOON_S);
    ww.fail_at = 1;
    struct shift shift = shift_begin(1);
    steps(&shift, 4);
    ck_assert_uint_eq(ww.calls[PROBE_TAKE], 2);
    ck_assert_uint_eq(failures(&shift), 0);
    shift_run(&shift);
    ck_assert_uint_eq(ww_alerts(true), 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(a_source_that_cannot_seek_is_asked_again)
{
    begin(_i, 1);
    for (int i = 0; i < 5; i++)
        ww_billing(HOME, i % 2 ? "reconnected" : "disconnected", NOON_S + i * WW_DAY_S);
    stolen_before = PROBE_TRANSITION;
    steals = 1;
    ww.seek_fails = 3;
    ww.before = steal;
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_uint_eq(ww.seek_fails, 0);
    ck_assert_uint_eq(ww_alerts(false), 3);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(a_quiet_partition_notices_that_the_store_went_back)
{
    struct buffer quiet = {0}, now = {0};
    world_begin_rewindable(_i);
    ww_begin(1, NULL);
    struct shift shift = shift_begin(1);
    ww_billing(HOME, "disconnected", NOON_S);
    shift_run(&shift);
    world_save();
    ww_billing(HOME, "reconnected", NOON_S + WW_DAY_S);
    shift_run(&shift);
    ww_picture(&quiet);
    world_rewind();
    ck_assert_uint_eq(ww_alerts(true), 1);
    shift_run(&shift);
    ck_assert_uint_eq(ww_alerts(true), 0);
    ww_picture(&now);
    ww_same(&quiet, &now, "a rewind while nothing came");
    shift_stop(&shift);
    buffer_done(&quiet);
    buffer_done(&now);
    ww_end();
}
END_TEST

/* ---- flushing ---- */

START_TEST(findings_are_written_before_the_record_that_produced_them)
{
    begin(_i, 1);
    ww.before = note_op;
    ww_billing(HOME, "disconnected", NOON_S);
    struct shift shift = shift_begin(1);
    steps(&shift, 10);
    size_t transition = 0, flush = 0;
    for (size_t i = 1; i < op_count; i++) {
        if (seen_ops[i] == PROBE_TRANSITION && !transition)
            transition = i;
        if (seen_ops[i] == PROBE_FLUSH && !flush)
            flush = i;
    }
    ck_assert_uint_gt(transition, 0);
    ck_assert_uint_gt(flush, transition);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(the_stored_offset_does_not_pass_a_change_that_is_not_flushed)
{
    begin(_i, 1);
    for (int i = 0; i < 100; i++)
        ww_reading(HOME, "E-1", "electricity", WW_START_S + i * WW_HOUR_S,
                   WW_START_S + (i + 1) * WW_HOUR_S, 100);
    struct shift shift = shift_begin(1);
    steps(&shift, 1); /* 64 of them; nothing is old enough to be flushed */
    ck_assert_int_eq(ww_stored_offset(0, 0), OFFSET_NONE);
    shift_crash(&shift);
    shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    ck_assert_int_eq(ww_stored_offset(0, 0), 100);
    ww_end();
}
END_TEST

START_TEST(the_group_is_told_no_position_before_the_store_has_one)
{
    begin(_i, 1);
    ww_billing(HOME, "disconnected", NOON_S);
    struct shift shift = shift_begin(1);
    steps(&shift, 1);
    ck_assert_uint_gt(ww.commits, 0);
    ck_assert_int_eq(ww.committed[0][MESSAGE_BILLING], OFFSET_NONE);
    shift_run(&shift);
    steps(&shift, 2);
    ck_assert_int_eq(ww.committed[0][MESSAGE_BILLING], 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

static void put_homes(int count)
{
    for (int i = 0; i < count; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "H-0-%d", i);
        ww_reading(name, "E-1", "electricity", NOON_S, NOON_S + WW_HOUR_S, 100);
    }
}

static void count_record(void *context, size_t index, const void *bytes, uint32_t size)
{
    (void)index, (void)bytes;
    *(size_t *)context += size > 0;
}

static size_t stored_homes(int count)
{
    size_t found = 0;
    for (int i = 0; i < count; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "H-0-%d", i);
        struct text household = text_of(name);
        must(world.store->ops->load(world.store, 0, &household, 1, count_record, &found,
                                    &world.fault));
    }
    return found;
}

/* Homes of one meter each. */
static size_t homes_of_a_script(void)
{
    size_t fit = (STORE_BATCH_BYTES_MAX - CENSUS_BYTES_MAX) / record_bytes(1, 0);
    return fit < STORE_BATCH_RECORDS_MAX - 1 ? fit : STORE_BATCH_RECORDS_MAX - 1;
}

static void fail_second_flush(enum probe_op op)
{
    if (op == PROBE_FLUSH && ww.calls[PROBE_FLUSH] == 2)
        ww.fail_at = ww.calls_all;
}

START_TEST(a_crash_between_two_scripts_of_a_flush_loses_no_record)
{
    const char *sets[] = {"daemon.batch=1000", NULL};
    world_begin(_i);
    ww_begin(1, sets);
    put_homes(1000);
    ww.before = fail_second_flush;
    struct shift shift = shift_begin(1);
    for (int i = 0; i < 20 && !ww.fail_at; i++)
        steps(&shift, 1);
    shift_crash(&shift);
    ww.before = NULL;
    ck_assert_uint_eq(stored_homes(1000), homes_of_a_script());
    ck_assert_int_le(ww_stored_offset(0, 0), (int64_t)homes_of_a_script());
    shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    ck_assert_uint_eq(stored_homes(1000), 1000);
    ck_assert_int_eq(ww_stored_offset(0, 0), 1000);
    ww_end();
}
END_TEST

START_TEST(a_thousand_changed_records_go_in_bounded_scripts)
{
    begin(_i, 1);
    for (int i = 0; i < 1000; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "H-0-%d", i);
        ww_billing(name, "disconnected", NOON_S);
    }
    struct shift shift = shift_begin(1);
    shift_run(&shift); /* the store in between checks the size */
    ck_assert_uint_ge(ww.calls[PROBE_FLUSH], 4);
    ck_assert_uint_eq(ww_alerts(true), 1000);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_ALERTS), 1000);
    shift_stop(&shift);
    ww_end();
}
END_TEST

static void eviction_run(int kind, const char *cache, struct buffer *picture, long long *cached)
{
    const char *sets[] = {cache, "daemon.batch=500", NULL};
    world_begin(kind);
    ww_begin(1, sets);
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 3000; i++) {
            char name[16];
            (void)snprintf(name, sizeof name, "H-0-%d", i);
            int64_t start = WW_START_S + round * WW_HOUR_S;
            ww_reading(name, "E-1", "electricity", start, start + WW_HOUR_S + 60, 100 + i);
            if (i < 30)
                ww_billing(name, round % 2 ? "reconnected" : "disconnected", start);
        }
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    *cached = worker_counts(shift.worker)->cached;
    shift_stop(&shift);
    ww_picture(picture);
    world_end();
}

START_TEST(a_cache_that_is_too_small_changes_nothing)
{
    struct buffer roomy = {0}, tiny = {0};
    long long cached;
    eviction_run(_i, "daemon.cache=256M", &roomy, &cached);
    ck_assert_int_eq(cached, 3000);
    eviction_run(_i, "daemon.cache=4M", &tiny, &cached);
    ck_assert_int_lt(cached, 2900);
    ww_same(&roomy, &tiny, "evictions");
    buffer_done(&roomy);
    buffer_done(&tiny);
    ww_end();
}
END_TEST

START_TEST(a_late_batch_survives_a_crash_between_arrival_and_settling)
{
    begin(_i, 1);
    for (int day = 0; day < 20; day++)
        for (int hour = 0; hour < 24; hour++) {
            int64_t start = WW_START_S + day * WW_DAY_S + hour * WW_HOUR_S;
            bool lives = day < 18 && hour > 6 && hour < 23;
            /* Late: the next morning, all at once. */
            ww_reading(HOME, "W-1", "water", start, WW_START_S + (day + 1) * WW_DAY_S + 8 * 3600,
                       lives ? 10 + hour % 5 : 0);
        }
    /* The last batch has arrived, the moment of settling has not come. */
    ww.clock.clock.set_ms = (WW_START_S + 20 * WW_DAY_S + 8 * 3600 + 60) * 1000;
    struct shift shift = shift_begin(1);
    while (!shift_at_end(&shift))
        steps(&shift, 1);
    steps(&shift, 10); /* flushed */
    size_t before = ww_sent_of(PUBLISH_ALERTS);
    ck_assert_int_eq(worker_counts(shift.worker)->dirty, 0);
    shift_crash(&shift);
    ww.clock.clock.set_ms += 3600 * 1000;
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_uint_gt(ww_sent_of(PUBLISH_ALERTS), before);
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* ---- bad input ---- */

static void has_header(const struct ww_sent *letter, const char *line)
{
    ck_assert_msg(strstr(letter->headers, line) != NULL, "no %s in:\n%s", line, letter->headers);
}

START_TEST(dead_letters_carry_the_reason_the_place_and_the_bytes_as_they_came)
{
    static const char bytes[] = "{\"household\":\"H-0-1\",\0\xff\xfe oh";
    begin(_i, 1);
    ww_billing(HOME, "disconnected", NOON_S);
    ww_put_bytes(0, MESSAGE_REPORT, NOON_S, HOME, (struct text){bytes, sizeof bytes - 1});
    ww_put(0, MESSAGE_BILLING, NOON_S + 70, HOME,
           "{\"household\":\"H-0-1\",\"utility\":\"gas\",\"event\":\"dances\",\"at\":"
           "\"2026-01-15T00:00:00Z\"}");
    ww_reading(HOME, "E-1", "electricity", NOON_S + 5 * WW_DAY_S, NOON_S + 100, 1);
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), 3);
    const struct ww_sent *letter = ww_letter(0);
    ck_assert_uint_eq(letter->body.bytes, sizeof bytes - 1);
    ck_assert_int_eq(memcmp(letter->body.at, bytes, sizeof bytes - 1), 0);
    ck_assert_str_eq(letter->key, HOME);
    has_header(letter, "reason=bad_json\n");
    has_header(letter, "source=anbu.report\n");
    has_header(letter, "partition=0\n");
    has_header(letter, "offset=0\n");
    ck_assert_ptr_null(strstr(letter->headers, "cut_from_bytes"));
    letter = ww_letter(1);
    has_header(letter, "reason=bad_value\n");
    has_header(letter, "field=event\n");
    has_header(letter, "source=anbu.billing\n");
    has_header(letter, "offset=1\n");
    has_header(ww_letter(2), "reason=in_future\n");
    ck_assert_uint_eq(worker_counts(shift.worker)->dead_letters, 3);
    ck_assert_uint_eq(ww_alerts(true), 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(a_key_that_disagrees_and_a_wrong_partition_are_told_apart)
{
    begin(_i, 2);
    ww_put(0, MESSAGE_REPORT, NOON_S, "H-0-2",
           "{\"household\":\"H-0-1\",\"channel\":\"school\",\"at\":\"2026-01-15T00:00:00Z\"}");
    ww_put(1, MESSAGE_REPORT, NOON_S, "H-0-1",
           "{\"household\":\"H-0-1\",\"channel\":\"school\",\"at\":\"2026-01-15T00:00:00Z\"}");
    ww_put(0, MESSAGE_REPORT, NOON_S + 1, "",
           "{\"household\":\"H-0-1\",\"channel\":\"school\",\"at\":\"2026-01-15T00:00:00Z\"}");
    struct shift shift = shift_begin(3);
    shift_run(&shift);
    const struct worker_counts *counts = worker_counts(shift.worker);
    ck_assert_uint_eq(counts->rejects[REJECT_KEY_MISMATCH], 2);
    ck_assert_uint_eq(counts->rejects[REJECT_WRONG_PARTITION], 1);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), 3);
    ck_assert_uint_eq(counts->loads, 0);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(an_arrival_that_is_yet_to_come_is_a_dead_letter_and_settles_nobody)
{
    begin(_i, 1);
    ww.hand_clock = true;
    ww_put(0, MESSAGE_REPORT, NOON_S, "H-0-1",
           "{\"household\":\"H-0-1\",\"channel\":\"school\",\"at\":\"2026-01-15T00:00:00Z\"}");
    ww_put(0, MESSAGE_REPORT, NOON_S + 400 * 86400, "H-0-1",
           "{\"household\":\"H-0-1\",\"channel\":\"school\",\"at\":\"2026-01-15T00:00:00Z\"}");
    struct shift shift = shift_begin(3);
    shift_run(&shift);
    ck_assert_uint_eq(worker_counts(shift.worker)->rejects[REJECT_IN_FUTURE], 1);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(a_name_that_no_store_takes_is_a_dead_letter_and_stops_nobody)
{
    begin(_i, 1);
    ww_put_bytes(0, MESSAGE_REPORT, NOON_S, "H-0-1",
                 TEXT("{\"household\":\"H-0-1\\u0000x\",\"channel\":\"school\",\"at\":"
                      "\"2026-01-15T00:00:00Z\"}"));
    ww_put(0, MESSAGE_REPORT, NOON_S, "",
           "{\"household\":\"\",\"channel\":\"school\",\"at\":"
           "\"2026-01-15T00:00:00Z\"}");
    ww_billing(HOME, "disconnected", NOON_S);
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), 2);
    ck_assert_uint_eq(failures(&shift), 0);
    ck_assert_uint_eq(ww_alerts(true), 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* A reading that its household refuses: the record takes note of it. */
static void put_refused(void)
{
    ww_reading(HOME, "E-1", "electricity", NOON_S, NOON_S + WW_HOUR_S, 100);
    ww_reading(HOME, "E-1", "electricity", NOON_S - 20 * WW_DAY_S, NOON_S + WW_HOUR_S + 1, 100);
}

START_TEST(a_dead_letter_under_way_is_not_lost_in_a_crash)
{
    begin(_i, 1);
    put_refused();
    ww.holds = true;
    struct shift shift = shift_begin(1);
    steps(&shift, 10); /* the records are due */
    ck_assert_uint_eq(worker_counts(shift.worker)->dead_letters, 1);
    shift_crash(&shift);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), 0);
    ck_assert_int_le(ww_stored_offset(0, 0), 1);
    ww.holds = false;
    shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), 1);
    ck_assert_int_eq(ww_stored_offset(0, 0), 2);
    ww_end();
}
END_TEST

START_TEST(the_stored_offset_does_not_pass_a_dead_letter_under_way)
{
    begin(_i, 1);
    ww_put(0, MESSAGE_REPORT, NOON_S, HOME, "nonsense");
    ww.holds = true;
    for (int i = 0; i < 5; i++)
        ww_put(0, MESSAGE_REPORT, NOON_S + 1 + i, HOME,
               "{\"household\":\"H-0-1\",\"channel\":\"school\",\"at\":\"2026-01-15T00:00:00Z\"}");
    struct shift shift = shift_begin(1);
    steps(&shift, 40);
    ck_assert_int_eq(worker_counts(shift.worker)->dirty, 0); /* records may go */
    shift_crash(&shift);
    ck_assert_int_le(ww_stored_offset(0, MESSAGE_REPORT), 0);
    ww.holds = false;
    shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), 1);
    ck_assert_int_eq(ww_stored_offset(0, MESSAGE_REPORT), 6);
    ww_end();
}
END_TEST

START_TEST(dead_letters_alone_move_the_stored_offset_too)
{
    begin(_i, 1);
    for (int i = 0; i < 20; i++)
        ww_put(0, MESSAGE_REPORT, NOON_S, HOME, "nonsense");
    struct shift shift = shift_begin(1);
    steps(&shift, 40);
    shift_crash(&shift);
    ck_assert_int_eq(ww_stored_offset(0, MESSAGE_REPORT), 20);
    ww_end();
}
END_TEST

START_TEST(more_dead_letters_than_may_be_under_way_wait_and_arrive)
{
    begin(_i, 1);
    for (int i = 0; i < 3 * LETTERS_MAX; i++)
        ww_put(0, MESSAGE_REPORT, NOON_S, HOME, "nonsense");
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), 3 * LETTERS_MAX);
    ww_end();
}
END_TEST

START_TEST(a_dead_letter_that_kafka_finds_too_large_is_cut_and_says_so)
{
    struct buffer big = {0};
    begin(_i, 1);
    while (big.bytes < 70000)
        buffer_text(&big, "far too long ");
    ww_put_bytes(0, MESSAGE_REPORT, NOON_S, HOME, buffer_view(&big));
    ww_billing(HOME, "disconnected", NOON_S);
    ww.bytes_max = 5000;
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), 1);
    const struct ww_sent *letter = ww_letter(0);
    has_header(letter, "reason=too_large\n");
    char bytes[64];
    (void)snprintf(bytes, sizeof bytes, "cut_from_bytes=%zu\n", big.bytes);
    has_header(letter, bytes);
    ck_assert_uint_gt(letter->body.bytes, 2000);
    ck_assert_int_eq(memcmp(letter->body.at, big.at, letter->body.bytes), 0);
    ck_assert_uint_eq(ww_alerts(true), 1);
    shift_stop(&shift);
    buffer_done(&big);
    ww_end();
}
END_TEST

/* ---- records that cannot be read ---- */

static void *stored;
static uint32_t stored_bytes;

static void keep(void *context, size_t index, const void *bytes, uint32_t size)
{
    (void)context, (void)index;
    free(stored);
    stored = memory_get(size + 1);
    stored_bytes = size;
    if (size)
        memcpy(stored, bytes, size);
}

static void read_stored(void)
{
    struct text home = TEXT(HOME);
    must(world.store->ops->load(world.store, 0, &home, 1, keep, NULL, &world.fault));
}

static void write_stored(void)
{
    const int64_t offsets[TOPIC_COUNT] = {OFFSET_NONE, OFFSET_NONE, OFFSET_NONE, OFFSET_NONE};
    struct store_head head = world_taken(world.store, 0);
    struct store_record record = {TEXT(HOME), stored, stored_bytes, 0, 0};
    must(world.store->ops->flush(world.store, &head, &record, 1, offsets, &world.fault));
}

static void run_until_here(void)
{
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    read_stored();
}

START_TEST(a_record_of_a_newer_version_ends_the_worker_and_is_not_touched)
{
    begin(_i, 1);
    ww_billing(HOME, "disconnected", NOON_S);
    run_until_here();
    ((struct record_header *)stored)->version++;
    write_stored();
    ww_billing(HOME, "reconnected", NOON_S + WW_DAY_S);
    struct shift shift = shift_begin(1);
    ck_assert_int_eq(shift_step(&shift), ERR_INCOMPATIBLE);
    ck_assert_ptr_nonnull(strstr(ww.fault.text, HOME));
    ck_assert_ptr_nonnull(strstr(ww.fault.text, "version"));
    shift_stop(&shift);
    uint16_t version = ((struct record_header *)stored)->version;
    read_stored();
    ck_assert_uint_eq(((struct record_header *)stored)->version, version);
    ck_assert_int_eq(ww_stored_offset(0, MESSAGE_BILLING), 1);
    free(stored);
    stored = NULL;
    ww_end();
}
END_TEST

START_TEST(a_damaged_record_begins_anew_and_can_still_raise)
{
    begin(_i, 1);
    ww_billing(HOME, "disconnected", NOON_S);
    ww_billing(HOME, "reconnected", NOON_S + WW_DAY_S);
    run_until_here();
    ck_assert_uint_eq(ww_alerts(false), 1);
    ((char *)stored)[stored_bytes / 2] ^= 0x10;
    write_stored();
    ww_billing(HOME, "disconnected", NOON_S + 2 * WW_DAY_S);
    run_until_here();
    ck_assert_uint_eq(ww_alerts(false), 2);
    ck_assert_uint_eq(ww_alerts(true), 1);
    free(stored);
    stored = NULL;
    ww_end();
}
END_TEST

START_TEST(a_household_that_opted_out_remembers_what_it_has_skipped)
{
    begin(_i, 1);
    ww_put(0, MESSAGE_HOUSEHOLD, NOON_S, HOME,
           "{\"household\":\"" HOME "\",\"event\":\"opted_out\",\"at\":"
           "\"2026-01-15T00:00:00Z\"}");
    run_until_here();
    for (int i = 0; i < 5; i++)
        ww_reading(HOME, "E-1", "electricity", NOON_S + i * WW_HOUR_S, NOON_S + (i + 1) * WW_HOUR_S,
                   100);
    run_until_here();
    struct record record;
    must(record_open(stored, stored_bytes, &record, &world.fault));
    ck_assert_int_eq(record.home->applied[MESSAGE_READING], 4);
    ck_assert_uint_eq(record.header->meters, 0);
    free(stored);
    stored = NULL;
    ww_end();
}
END_TEST

static void add(TCase *cases)
{
    const TTest *const tests[] = {
        ownership_is_taken_before_anything_is_read,
        a_second_owner_fences_every_kind_of_write_and_nothing_is_lost_or_doubled,
        retaking_again_and_again_waits_longer_each_time,
        a_partition_that_was_lost_is_not_written_any_more,
        a_revoked_partition_is_flushed_and_goes_on_elsewhere,
        a_partition_that_cannot_be_taken_is_asked_for_again_by_the_source_alone,
        a_source_that_cannot_seek_is_asked_again,
        a_quiet_partition_notices_that_the_store_went_back,
        findings_are_written_before_the_record_that_produced_them,
        the_stored_offset_does_not_pass_a_change_that_is_not_flushed,
        the_group_is_told_no_position_before_the_store_has_one,
        a_crash_between_two_scripts_of_a_flush_loses_no_record,
        a_thousand_changed_records_go_in_bounded_scripts,
        a_cache_that_is_too_small_changes_nothing,
        a_late_batch_survives_a_crash_between_arrival_and_settling,
        dead_letters_carry_the_reason_the_place_and_the_bytes_as_they_came,
        a_key_that_disagrees_and_a_wrong_partition_are_told_apart,
        an_arrival_that_is_yet_to_come_is_a_dead_letter_and_settles_nobody,
        a_name_that_no_store_takes_is_a_dead_letter_and_stops_nobody,
        a_dead_letter_under_way_is_not_lost_in_a_crash,
        the_stored_offset_does_not_pass_a_dead_letter_under_way,
        dead_letters_alone_move_the_stored_offset_too,
        more_dead_letters_than_may_be_under_way_wait_and_arrive,
        a_dead_letter_that_kafka_finds_too_large_is_cut_and_says_so,
        a_record_of_a_newer_version_ends_the_worker_and_is_not_touched,
        a_damaged_record_begins_anew_and_can_still_raise,
        a_household_that_opted_out_remembers_what_it_has_skipped,
    };
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_loop_test(cases, tests[i], 0, WORLD_KIND_COUNT);
}

int main(void)
{
    return world_main("worker", add);
}
