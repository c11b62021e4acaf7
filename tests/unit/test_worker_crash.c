/* SPDX-License-Identifier: Apache-2.0
 *
 * Whatever happens in between, what is left behind is what a quiet run leaves (design, guarantees 2
 * and 3).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_world.h"
#include "worker_world.h"

#define SEED 20260115u
#define DAYS 19

/* Under the address sanitizer, which looks for other faults, every fifth call stands for all. */
#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define STRIDE 5
#else
#define STRIDE 1
#endif

static void town(uint32_t partitions, int days)
{
    ww_begin(partitions, NULL);
    ww.timers = ww.arrival_clock = true;
    ww_town(partitions, days, SEED);
}

static void again(int kind)
{
    world_end();
    world_begin(kind);
}

/* Everything of the present world, by one worker that nothing happens to. */
static void quiet_run(uint32_t partitions, int days, struct buffer *picture)
{
    town(partitions, days);
    struct shift shift = shift_begin(~0u);
    shift_run(&shift);
    shift_stop(&shift);
    ww_picture(picture);
}

START_TEST(a_quiet_run_finds_and_rejects_something)
{
    struct buffer picture = {0};
    world_begin(_i);
    quiet_run(1, DAYS, &picture);
    ck_assert_uint_ge(ww_alerts(false), 3);
    ck_assert_uint_ge(ww_sent_of(PUBLISH_ALERTS), 10);
    ck_assert_uint_ge(ww_sent_of(PUBLISH_DEAD_LETTERS), 2 * DAYS);
    ck_assert_msg(strstr(picture.at, "\"anbu.alert.escalated\""), "no timer has fired");
    if (getenv("ANBU_TEST_SHOW"))
        (void)puts(picture.at);
    buffer_done(&picture);
    ww_end();
}
END_TEST

static void crash_after(int kind, uint32_t partitions, int days, unsigned stride)
{
    struct buffer quiet = {0}, now = {0};
    world_begin(kind);
    quiet_run(partitions, days, &quiet);
    bool through = false;
    for (unsigned k = 1; !through; k += stride) {
        char what[128];
        (void)snprintf(what, sizeof what, "seed %u, crash after every %u steps", SEED, k);
        again(kind);
        town(partitions, days);
        through = true;
        struct shift shift = shift_begin(~0u);
        for (unsigned turns = 1; !shift_at_end(&shift) && turns < 2000; turns++) {
            ck_assert_int_eq(shift_step(&shift), ERR_OK);
            /* Three steps at least: with one alone nothing would ever be flushed. */
            if (turns % (k + 2))
                continue;
            shift_crash(&shift);
            shift = shift_begin(~0u);
            through = false;
        }
        ck_assert_msg(shift_at_end(&shift), "%s: never came to the end", what);
        shift_run(&shift);
        shift_stop(&shift);
        ww_picture(&now);
        ww_same(&quiet, &now, what);
    }
    buffer_done(&quiet);
    buffer_done(&now);
    ww_end();
}

START_TEST(a_crash_after_every_kth_step_changes_nothing)
{
    crash_after(_i, 1, DAYS, _i == WORLD_MEMORY ? 1 : 7);
}
END_TEST

START_TEST(a_crash_with_two_partitions_side_by_side_changes_nothing)
{
    crash_after(_i, 2, 6, _i == WORLD_MEMORY ? 2 : 9);
}
END_TEST

/* Each call of the store in turn does not answer: before it did anything, or after. */
static void store_fails(int kind, bool after, unsigned stride)
{
    struct buffer quiet = {0}, now = {0};
    world_begin(kind);
    quiet_run(1, DAYS, &quiet);
    unsigned calls = ww.calls_all;
    ck_assert_uint_gt(calls, 50);
    for (unsigned k = 1; k < calls; k += stride) {
        char what[128];
        (void)snprintf(what, sizeof what, "seed %u, call %u of the store fails %s", SEED, k,
                       after ? "after it was done" : "before it was done");
        again(kind);
        town(1, DAYS);
        ww.fail_at = k;
        ww.fail_after = after;
        struct shift shift = shift_begin(~0u);
        shift_run(&shift);
        shift_stop(&shift);
        ww_picture(&now);
        ww_same(&quiet, &now, what);
    }
    buffer_done(&quiet);
    buffer_done(&now);
    ww_end();
}

START_TEST(a_store_that_does_not_answer_once_changes_nothing)
{
    store_fails(_i, false, _i == WORLD_MEMORY ? STRIDE : 23);
}
END_TEST

START_TEST(a_store_whose_answer_is_lost_once_changes_nothing)
{
    store_fails(_i, true, _i == WORLD_MEMORY ? STRIDE : 23);
}
END_TEST

START_TEST(deliveries_that_come_again_change_nothing)
{
    struct buffer quiet = {0}, now = {0};
    world_begin(_i);
    quiet_run(1, 6, &quiet);
    unsigned given = ww.given;
    again(_i);
    town(1, 6);
    ww.stutters = true;
    struct shift shift = shift_begin(~0u);
    while (!shift_at_end(&shift))
        ck_assert_int_eq(shift_step(&shift), ERR_OK);
    ck_assert_uint_gt(ww.given, given);
    ww.stutters = false;
    shift_run(&shift);
    shift_stop(&shift);
    ww_picture(&now);
    ww_same(&quiet, &now, "repeated deliveries");
    buffer_done(&quiet);
    buffer_done(&now);
    ww_end();
}
END_TEST

START_TEST(publishers_that_fail_change_nothing)
{
    struct buffer quiet = {0}, now = {0};
    world_begin(_i);
    quiet_run(1, 6, &quiet);
    for (int topic = 0; topic < 2; topic++) {
        again(_i);
        town(1, 6);
        ww.why = topic ? PUBLISH_ALERTS : PUBLISH_DEAD_LETTERS;
        ww.fails = 3;
        ww.reorders = true; /* consumers keep the highest version */
        ww.busy = 5;
        struct shift shift = shift_begin(~0u);
        shift_run(&shift);
        shift_stop(&shift);
        ck_assert_uint_eq(ww.fails, 0);
        ww_picture(&now);
        ww_same(&quiet, &now, topic ? "failed events" : "failed dead letters");
    }
    buffer_done(&quiet);
    buffer_done(&now);
    ww_end();
}
END_TEST

START_TEST(a_store_that_went_back_in_time_changes_nothing)
{
    struct buffer quiet = {0}, now = {0};
    world_begin(_i);
    quiet_run(1, 6, &quiet);
    world_end();
    world_begin_rewindable(_i);
    town(1, 6);
    struct shift shift = shift_begin(~0u);
    for (int turn = 0; turn < 6; turn++)
        ck_assert_int_eq(shift_step(&shift), ERR_OK);
    world_save();
    for (int turn = 0; turn < 6; turn++)
        ck_assert_int_eq(shift_step(&shift), ERR_OK);
    unsigned seeks = ww.seeks;
    world_rewind();
    shift_run(&shift);
    ck_assert_uint_gt(ww.seeks, seeks);
    shift_stop(&shift);
    ww_picture(&now);
    ww_same(&quiet, &now, "a rewind");
    buffer_done(&quiet);
    buffer_done(&now);
    ww_end();
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_loop_test(cases, a_quiet_run_finds_and_rejects_something, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_crash_after_every_kth_step_changes_nothing, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_crash_with_two_partitions_side_by_side_changes_nothing, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_store_that_does_not_answer_once_changes_nothing, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_store_whose_answer_is_lost_once_changes_nothing, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, deliveries_that_come_again_change_nothing, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, publishers_that_fail_change_nothing, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_store_that_went_back_in_time_changes_nothing, 0, WORLD_KIND_COUNT);
}

int main(void)
{
    return world_main("worker_crash", add);
}
