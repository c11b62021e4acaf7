/* SPDX-License-Identifier: Apache-2.0
 *
 * What the worker counts of its input, and who tells of weather that cannot be used.
 */
#include <stdio.h>
#include <string.h>

#include "store_world.h"
#include "worker_world.h"

#define HOME   "H-0-1"
#define NOON_S (WW_START_S + 12 * WW_HOUR_S)

static void begin(int kind, uint32_t partitions)
{
    world_begin(kind);
    ww_begin(partitions, NULL);
}

START_TEST(the_event_time_is_that_of_what_was_accepted)
{
    begin(_i, 1);
    ww_put(0, MESSAGE_REPORT, NOON_S, HOME,
           "{\"household\":\"H-0-1\",\"channel\":\"school\",\"at\":\"2026-01-15T00:00:00Z\"}");
    ww_put(0, MESSAGE_REPORT, NOON_S, HOME,
           "{\"household\":\"H-0-1\",\"channel\":\"school\",\"at\":\"2031-01-15T00:00:00Z\"}");
    ww_put(WW_WEATHER, 0, NOON_S, "A-1",
           "{\"area\":\"A-1\",\"event\":\"cold_wave\",\"from\":\"2031-01-15T00:00:00Z\","
           "\"to\":\"2031-01-16T00:00:00Z\"}");
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    const struct worker_counts *counts = worker_counts(shift.worker);
    ck_assert_uint_eq(counts_messages(counts), 3);
    ck_assert_uint_eq(counts->rejects[REJECT_IN_FUTURE], 1);
    ck_assert_int_eq(counts->event_ms, INT64_C(1768435200000)); /* 2026-01-15T00:00:00Z */
    shift_stop(&shift);
    ww_end();
}
END_TEST

static void put_weather(unsigned lane, const char *key, const char *area)
{
    ww_put(WW_WEATHER, lane, NOON_S, key,
           "{\"area\":\"%s\",\"event\":\"cold_wave\",\"from\":\"2026-01-15T00:00:00Z\","
           "\"to\":\"2026-01-16T00:00:00Z\"}",
           area);
}

START_TEST(bad_weather_is_told_by_one_worker_and_once)
{
    begin(_i, 2);
    put_weather(0, "A-1", "A-1");
    struct shift shifts[2] = {shift_begin(1), shift_begin(2)};
    for (int s = 0; s < 2; s++)
        shift_run(&shifts[s]);
    put_weather(0, "A-1", "A-2");
    put_weather(0, "A-1", "");
    put_weather(1, "", "A-2");
    for (int s = 0; s < 2; s++)
        shift_run(&shifts[s]);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), 3);
    ck_assert_ptr_nonnull(strstr(ww_letter(0)->headers, "reason=key_mismatch\n"));
    ck_assert_ptr_nonnull(strstr(ww_letter(0)->headers, "source=anbu.weather\n"));
    for (int s = 0; s < 2; s++) {
        ck_assert_uint_eq(worker_counts(shifts[s].worker)->dead_letters, s == 0 ? 2 : 1);
        ck_assert_uint_eq(counts_messages(worker_counts(shifts[s].worker)), 4);
        shift_stop(&shifts[s]);
    }
    /* read again from its beginning at the next start */
    struct shift again = shift_begin(3);
    shift_run(&again);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), 3);
    shift_stop(&again);
    ww_end();
}
END_TEST

/* A town's day, hour by hour, each home out of memory again before its next hour comes. */
START_TEST(a_home_that_waits_for_its_late_hours_is_noted_once_however_often_it_is_loaded)
{
    static const char *const sets[] = {"daemon.cache=4M", NULL};
    enum { HOMES = 3000, HOURS = 6 };
    world_begin(_i);
    ww_begin(1, sets);
    for (int hour = 0; hour < HOURS; hour++)
        for (int i = 0; i < HOMES; i++) {
            char name[16];
            (void)snprintf(name, sizeof name, "H-0-%d", i);
            ww_reading(name, "W-1", "water", WW_START_S + hour * WW_HOUR_S, WW_START_S + WW_DAY_S,
                       100);
        }
    ww.clock.clock.set_ms = (WW_START_S + WW_DAY_S + 60) * 1000;
    struct shift shift = shift_begin(1);
    while (!shift_at_end(&shift))
        shift_steps(&shift, 1);
    shift_steps(&shift, 10);
    ck_assert_uint_gt(worker_counts(shift.worker)->loads, 2 * HOMES);
    ck_assert_int_eq(worker_counts(shift.worker)->settling, HOMES);
    ww_later(WW_DAY_S * 1000);
    ww_billing("H-0-1", "reconnected", WW_START_S + 2 * WW_DAY_S);
    shift_run(&shift);
    shift_steps(&shift, 10);
    ck_assert_int_eq(worker_counts(shift.worker)->settling, 0);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(an_absence_without_end_is_shortened_and_counted)
{
    begin(_i, 1);
    ww_put(0, MESSAGE_HOUSEHOLD, NOON_S, HOME,
           "{\"household\":\"H-0-1\",\"event\":\"absence\",\"at\":\"2026-01-15T00:00:00Z\","
           "\"from\":\"2026-01-15T00:00:00Z\",\"to\":\"9999-12-31T00:00:00Z\"}");
    ww_put(0, MESSAGE_HOUSEHOLD, NOON_S, "H-0-2",
           "{\"household\":\"H-0-2\",\"event\":\"absence\",\"at\":\"2026-01-15T00:00:00Z\","
           "\"from\":\"2026-01-15T00:00:00Z\",\"to\":\"2026-02-15T00:00:00Z\"}");
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_uint_eq(worker_counts(shift.worker)->absences_shortened, 1);
    shift_stop(&shift);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), 0);
    ww_end();
}
END_TEST

START_TEST(a_flag_that_is_none_of_ours_is_left_out_and_counted_once)
{
    static const char profile[] =
        "{\"household\":\"H-0-1\",\"event\":\"profile\",\"at\":\"2026-01-15T00:00:00Z\","
        "\"flags\":[\"medcal\",\"lives_alone\",\"Medical\"]}";
    begin(_i, 1);
    ww_put(0, MESSAGE_HOUSEHOLD, NOON_S, HOME, profile);
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_uint_eq(worker_counts(shift.worker)->flags_unknown, 2);
    shift_stop(&shift);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), 0);
    ww_end();
}
END_TEST

/* Each of them is refused by itself, all of them for the one reason. */
START_TEST(many_dead_letters_that_are_too_large_at_once_are_cut_as_one_is)
{
    enum { LETTERS = 20 };
    struct buffer big = {0};
    begin(_i, 1);
    while (big.bytes < 70000)
        buffer_text(&big, "far too long ");
    for (int i = 0; i < LETTERS; i++)
        ww_put_bytes(0, MESSAGE_REPORT, NOON_S + i, HOME, buffer_view(&big));
    ww.bytes_max = 5000;
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), LETTERS);
    for (size_t i = 0; i < LETTERS; i++)
        ck_assert_uint_gt(ww_letter(i)->body.bytes, 2000);
    shift_stop(&shift);
    buffer_done(&big);
    ww_end();
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_loop_test(cases, many_dead_letters_that_are_too_large_at_once_are_cut_as_one_is, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, the_event_time_is_that_of_what_was_accepted, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(
        cases, a_home_that_waits_for_its_late_hours_is_noted_once_however_often_it_is_loaded, 0,
        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, bad_weather_is_told_by_one_worker_and_once, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, an_absence_without_end_is_shortened_and_counted, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_flag_that_is_none_of_ours_is_left_out_and_counted_once, 0,
                        WORLD_KIND_COUNT);
}

int main(void)
{
    return world_main("worker_input", add);
}
