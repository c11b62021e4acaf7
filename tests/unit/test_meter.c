/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readings.h"

#define SEED 20260119U

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return *state >> 33;
}

/* ---- intervals of an hour ------------------------------------------------------------------ */

START_TEST(an_hourly_interval_is_the_use_of_its_hour)
{
    struct reading reading = interval_of(UTILITY_ELECTRICITY, T0, 60, 412000);
    struct record_meter meter = new_meter(reading);
    ck_assert_uint_eq(meter_hour(&meter, H0), ROUTINE_MISSING);
    struct meter_change change = meter_takes(&meter, reading);
    ck_assert(change.ready && !change.corrected && !change.has_day);
    hour_is(&meter, H0, 412000);
    hour_is_unknown(&meter, H0 - 1);
    hour_is_unknown(&meter, H0 + 1);
    ck_assert_int_eq(meter.newest_hour, H0);
    ck_assert_int_eq(meter.newest_s, T0 + 3600);
}
END_TEST

START_TEST(an_interval_across_the_hour_belongs_to_the_hour_of_its_middle)
{
    struct reading reading = interval_of(UTILITY_WATER, T0 + 20 * 60, 60, 5000);
    struct record_meter meter = new_meter(reading);
    (void)meter_takes(&meter, reading);
    hour_is(&meter, H0, 5000);
    (void)meter_takes(&meter, interval_of(UTILITY_WATER, T0 + 3600 + 40 * 60, 60, 7000));
    hour_is_unknown(&meter, H0 + 1);
    hour_is(&meter, H0 + 2, 7000);
}
END_TEST

START_TEST(the_same_interval_twice_changes_nothing)
{
    struct record_meter meter = new_meter(interval_of(UTILITY_WATER, T0, 60, 0));
    for (int h = 0; h < 30; h++)
        (void)meter_takes(&meter, interval_of(UTILITY_WATER, T0 + h * 3600, 60, h % 5 * 4000));
    meter_was_judged(&meter);
    struct record_meter before = meter;
    for (int h = 0; h < 30; h++)
        ck_assert(changed_nothing(
            meter_takes(&meter, interval_of(UTILITY_WATER, T0 + h * 3600, 60, h % 5 * 4000))));
    ck_assert_mem_eq(&meter, &before, sizeof before);
}
END_TEST

START_TEST(a_later_message_replaces_the_hour)
{
    struct record_meter meter = new_meter(interval_of(UTILITY_WATER, T0, 60, 0));
    (void)meter_takes(&meter, interval_of(UTILITY_WATER, T0, 60, 9000));
    struct meter_change change = meter_takes(&meter, interval_of(UTILITY_WATER, T0, 60, 0));
    ck_assert(change.ready && !change.corrected); /* nobody has judged it yet */
    hour_is(&meter, H0, 0);
    (void)meter_takes(&meter, interval_of(UTILITY_WATER, T0 + 3600, 60, 0));
    meter_was_judged(&meter);
    change = meter_takes(&meter, interval_of(UTILITY_WATER, T0, 60, 50000));
    ck_assert(!change.ready && change.corrected);
    hour_is(&meter, H0, 50000);
    hour_is(&meter, H0 + 1, 0);
}
END_TEST

START_TEST(an_estimate_is_marked_until_a_true_reading_replaces_it)
{
    struct reading reading = interval_of(UTILITY_WATER, T0, 60, 9000);
    struct record_meter meter = new_meter(reading);
    (void)meter_takes(&meter, of_quality(reading, QUALITY_ESTIMATED));
    ck_assert(meter_estimated(&meter, H0));
    meter_was_judged(&meter);
    ck_assert(
        meter_takes(&meter, reading).corrected); /* same use, but somebody vouches for it now */
    ck_assert(!meter_estimated(&meter, H0));
    (void)meter_takes(&meter,
                      of_quality(interval_of(UTILITY_WATER, T0 + 3600, 60, 9000), QUALITY_EDITED));
    ck_assert(!meter_estimated(&meter, H0 + 1));
}
END_TEST

START_TEST(a_missing_reading_is_no_reading)
{
    struct reading reading = interval_of(UTILITY_WATER, T0, 60, 9000);
    struct record_meter meter = new_meter(reading);
    (void)meter_takes(&meter, of_quality(reading, QUALITY_MISSING));
    hour_is_unknown(&meter, H0);
    (void)meter_takes(&meter, reading);
    hour_is(&meter, H0, 9000);
    meter_was_judged(&meter);
    ck_assert(meter_takes(&meter, of_quality(reading, QUALITY_MISSING)).corrected);
    hour_is_unknown(&meter, H0);
}
END_TEST

START_TEST(feed_in_is_no_use)
{
    struct reading reading = interval_of(UTILITY_ELECTRICITY, T0, 60, -300000);
    struct record_meter meter = new_meter(reading);
    (void)meter_takes(&meter, reading);
    ck_assert_uint_eq(meter_hour(&meter, H0), ROUTINE_ZERO);
}
END_TEST

START_TEST(the_window_takes_late_hours_for_seven_days)
{
    struct record_meter meter = new_meter(interval_of(UTILITY_WATER, T0, 60, 0));
    (void)meter_takes(&meter, interval_of(UTILITY_WATER, T0, 60, 1000));
    meter_was_judged(&meter);
    ck_assert(meter_takes(&meter, interval_of(UTILITY_WATER, T0 - 167 * 3600, 60, 2000)).corrected);
    hour_is(&meter, H0 - 167, 2000);
    ck_assert_int_eq(meter.newest_hour, H0);
    struct record_meter before = meter;
    meter_refuses(&meter, interval_of(UTILITY_WATER, T0 - 168 * 3600, 60, 2000), REJECT_TOO_LATE);
    meter_refuses(&meter, interval_of(UTILITY_WATER, T0 - 10 * 365 * 86400, 60, 2000),
                  REJECT_TOO_LATE);
    meter_refuses(&meter, interval_of(UTILITY_WATER, 0, 15, 2000), REJECT_TOO_LATE);
    ck_assert_mem_eq(&meter, &before, sizeof before);
}
END_TEST

START_TEST(what_left_the_window_is_not_known_any_more)
{
    struct record_meter meter = new_meter(interval_of(UTILITY_WATER, T0, 60, 0));
    for (int h = 0; h < 168; h++)
        (void)meter_takes(&meter, of_quality(interval_of(UTILITY_WATER, T0 + h * 3600, 60, 1000),
                                             QUALITY_ESTIMATED));
    (void)meter_takes(&meter, interval_of(UTILITY_WATER, T0 + 200 * 3600, 60, 3000));
    for (int h = 0; h < 33; h++)
        hour_is_unknown(&meter, H0 + h);
    for (int h = 33; h < 168; h++)
        hour_is(&meter, H0 + h, 1000);
    for (int h = 168; h < 200; h++) {
        hour_is_unknown(&meter, H0 + h);
        ck_assert(!meter_estimated(&meter, H0 + h));
    }
    hour_is(&meter, H0 + 200, 3000);
    /* years later, and to the end of time */
    (void)meter_takes(&meter, interval_of(UTILITY_WATER, T0 + 20 * 366 * INT64_C(86400), 60, 4000));
    for (int h = 1; h < 168; h++)
        hour_is_unknown(&meter, meter.newest_hour - h);
    (void)meter_takes(&meter, interval_of(UTILITY_WATER, LAST - 3599, 60, 5000));
    hour_is(&meter, (int32_t)(LAST / 3600), 5000);
}
END_TEST

START_TEST(hours_in_any_order_are_the_hours_in_order)
{
    uint64_t random = SEED;
    for (int round = 0; round < 50; round++) {
        struct record_meter meter = new_meter(interval_of(UTILITY_WATER, T0, 60, 0));
        int64_t plain[400];
        memset(plain, -1, sizeof plain);
        for (int i = 0; i < 600; i++) {
            int centre = i / 2, h = centre + 50 - (int)(next_random(&random) % 100);
            if (h < 0 || h >= 400)
                continue;
            int64_t milli = (int64_t)(next_random(&random) % 5) * 3000;
            struct reading reading = interval_of(UTILITY_WATER, T0 + h * 3600, 60, milli);
            bool missing = next_random(&random) % 10 == 0;
            (void)meter_takes(&meter, missing ? of_quality(reading, QUALITY_MISSING) : reading);
            plain[h] = missing ? -1 : milli;
        }
        for (int h = 0; h < 400; h++)
            if (h > meter.newest_hour - H0 - VIEW_HOURS && plain[h] >= 0)
                hour_is(&meter, H0 + h, plain[h]);
            else
                hour_is_unknown(&meter, H0 + h);
    }
}
END_TEST

/* ---- parts of an hour ---------------------------------------------------------------------- */

static const int part_minutes[] = {30, 20, 15, 12, 10, 6, 5};
#define PART_KINDS ((int)(sizeof part_minutes / sizeof part_minutes[0]))

START_TEST(parts_make_an_hour_once_all_are_there)
{
    for (int k = 0; k < PART_KINDS; k++)
        for (int shift_s = 0; shift_s < 3600; shift_s += 97) { /* most meters are not aligned */
            int minutes = part_minutes[k], count = 60 / minutes;
            int64_t first_s = T0 + shift_s % (minutes * 60), sum = 0;
            struct record_meter meter =
                new_meter(interval_of(UTILITY_ELECTRICITY, first_s, minutes, 0));
            if (first_s + minutes * 30 >= T0 + minutes * 60)
                first_s -= minutes * 60; /* the first whose middle lies in the hour */
            for (int i = 0; i < count; i++) {
                hour_is_unknown(&meter, H0);
                int64_t milli = 10000 + i * 3000;
                sum += milli;
                (void)meter_takes(&meter, interval_of(UTILITY_ELECTRICITY,
                                                      first_s + i * minutes * 60, minutes, milli));
            }
            ck_assert_msg(meter_hour(&meter, H0) == routine_code(sum),
                          "%d minutes from second %d: code %u, not %u", minutes, shift_s,
                          meter_hour(&meter, H0), routine_code(sum));
            hour_is_unknown(&meter, H0 - 1);
            hour_is_unknown(&meter, H0 + 1);
        }
}
END_TEST

START_TEST(parts_come_in_any_order_and_twice)
{
    uint64_t random = SEED;
    for (int round = 0; round < 400; round++) {
        int minutes = part_minutes[round % PART_KINDS], count = 60 / minutes, order[24];
        struct record_meter meter = new_meter(interval_of(UTILITY_WATER, T0, minutes, 0));
        int64_t sum = 0;
        for (int i = 0; i < 2 * count; i++)
            order[i] = i % count;
        for (int i = 2 * count - 1; i > 0; i--) {
            int j = (int)(next_random(&random) % (unsigned)(i + 1)), swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        for (int i = 0; i < 2 * count; i++)
            (void)meter_takes(&meter, interval_of(UTILITY_WATER, T0 + order[i] * minutes * 60,
                                                  minutes, 1000 * (order[i] + 1)));
        for (int i = 0; i < count; i++)
            sum += 1000 * (i + 1);
        hour_is(&meter, H0, sum);
    }
}
END_TEST

START_TEST(halves_are_known_from_parts_that_divide_them)
{
    for (int k = 0; k < PART_KINDS; k++) {
        int minutes = part_minutes[k], count = 60 / minutes;
        struct record_meter meter = new_meter(interval_of(UTILITY_ELECTRICITY, T0, minutes, 0));
        for (int i = 0; i < count; i++)
            (void)meter_takes(&meter,
                              interval_of(UTILITY_ELECTRICITY, T0 + i * minutes * 60, minutes,
                                          (i * minutes < 30 ? 600000 : 200000) / count));
        uint8_t halves[2], code = meter_hour(&meter, H0);
        meter_halves(&meter, H0, halves);
        if (count % 2) {
            ck_assert_uint_eq(halves[0], code);
            ck_assert_uint_eq(halves[1], code);
        } else { /* 300 Wh and 100 Wh: rates of 600 W and 200 W */
            ck_assert_int_le(abs(halves[0] - routine_code(600000)), 1);
            ck_assert_int_le(abs(halves[1] - routine_code(200000)), 2);
        }
    }
}
END_TEST

START_TEST(halves_of_a_day_ago_are_not_known_any_more)
{
    struct record_meter meter = new_meter(interval_of(UTILITY_ELECTRICITY, T0, 30, 0));
    for (int i = 0; i < 2 * 26; i++)
        (void)meter_takes(
            &meter, interval_of(UTILITY_ELECTRICITY, T0 + i * 1800, 30, i % 2 ? 100000 : 300000));
    uint8_t halves[2];
    for (int h = 0; h < 26; h++) {
        meter_halves(&meter, H0 + h, halves);
        ck_assert_int_eq(halves[0] != halves[1], h >= 2);
    }
}
END_TEST

START_TEST(a_correction_of_a_part_corrects_its_hour)
{
    struct record_meter meter = new_meter(interval_of(UTILITY_WATER, T0, 15, 0));
    for (int i = 0; i < 8; i++)
        (void)meter_takes(&meter, interval_of(UTILITY_WATER, T0 + i * 900, 15, 4000));
    meter_was_judged(&meter);
    struct meter_change change =
        meter_takes(&meter, interval_of(UTILITY_WATER, T0 + 900, 15, 44000));
    ck_assert(change.corrected && !change.ready);
    hour_is(&meter, H0, 56000);
    hour_is(&meter, H0 + 1, 16000);
}
END_TEST

START_TEST(an_estimated_part_is_forgotten_once_it_is_measured)
{
    struct record_meter meter = new_meter(interval_of(UTILITY_WATER, T0, 15, 0));
    for (int i = 0; i < 4; i++) {
        struct reading reading = interval_of(UTILITY_WATER, T0 + i * 900, 15, 4000);
        (void)meter_takes(&meter, i == 1 ? of_quality(reading, QUALITY_ESTIMATED) : reading);
    }
    ck_assert(meter_estimated(&meter, H0));
    hour_is(&meter, H0, 16000);
    meter_was_judged(&meter);
    ck_assert(meter_takes(&meter, interval_of(UTILITY_WATER, T0 + 900, 15, 5000)).corrected);
    ck_assert(!meter_estimated(&meter, H0));
    hour_is(&meter, H0, 17000);
}
END_TEST

START_TEST(a_missing_part_leaves_its_hour_unknown_until_it_comes)
{
    struct record_meter meter = new_meter(interval_of(UTILITY_ELECTRICITY, T0, 30, 0));
    (void)meter_takes(&meter, interval_of(UTILITY_ELECTRICITY, T0, 30, 90000));
    struct reading second = interval_of(UTILITY_ELECTRICITY, T0 + 1800, 30, 90000);
    (void)meter_takes(&meter, of_quality(second, QUALITY_MISSING));
    hour_is_unknown(&meter, H0);
    (void)meter_takes(&meter, second);
    hour_is(&meter, H0, 180000);
    (void)meter_takes(&meter, of_quality(second, QUALITY_MISSING));
    hour_is_unknown(&meter, H0);
}
END_TEST

START_TEST(a_part_of_an_old_hour_that_comes_twice_changes_nothing)
{
    struct record_meter meter = new_meter(interval_of(UTILITY_WATER, T0, 15, 0));
    for (int i = 0; i < 4 * 12; i++)
        (void)meter_takes(&meter, interval_of(UTILITY_WATER, T0 + i * 900, 15, 5000));
    meter_was_judged(&meter);
    uint8_t before[VIEW_HOURS];
    memcpy(before, meter.hours, sizeof before);
    for (int h = 0; h < 12; h++)
        ck_assert(changed_nothing(
            meter_takes(&meter, interval_of(UTILITY_WATER, T0 + h * 3600, 15, 5000))));
    ck_assert_mem_eq(before, meter.hours, sizeof before);
}
END_TEST

START_TEST(some_flow_in_part_of_an_hour_is_life_but_no_flow_is_not_its_absence)
{
    static const struct {
        enum utility utility;
        int64_t milli;
        bool known;
    } cases[] = {{UTILITY_WATER, 30000, true},
                 {UTILITY_WATER, 0, false},
                 {UTILITY_GAS, 30000000, true},
                 {UTILITY_ELECTRICITY, 300000, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum utility utility = cases[i].utility;
        struct record_meter meter = new_meter(interval_of(utility, T0, 15, 0));
        /* the last quarter of each hour never comes */
        for (int part = 0; part < 16; part++)
            if (part % 4 != 3)
                (void)meter_takes(&meter,
                                  interval_of(utility, T0 + part * 900, 15, cases[i].milli));
        if (cases[i].known)
            hour_is(&meter, H0, 3 * cases[i].milli);
        else
            hour_is_unknown(&meter, H0);
    }
}
END_TEST

/* ---- longer intervals ---------------------------------------------------------------------- */

START_TEST(a_long_interval_vouches_for_its_hours_only_when_it_is_nothing)
{
    struct record_meter meter = new_meter(interval_of(UTILITY_WATER, T0, 180, 0));
    (void)meter_takes(&meter, interval_of(UTILITY_WATER, T0, 180, 9000));
    for (int h = 0; h < 3; h++)
        hour_is_unknown(&meter, H0 + h);
    (void)meter_takes(&meter, interval_of(UTILITY_WATER, T0 + 3 * 3600 + 1800, 180, 0));
    hour_is_unknown(&meter, H0 + 3); /* half of it is somebody else's */
    hour_is(&meter, H0 + 4, 0);
    hour_is(&meter, H0 + 5, 0);
    hour_is_unknown(&meter, H0 + 6);
    (void)meter_takes(
        &meter, of_quality(interval_of(UTILITY_WATER, T0 + 7 * 3600, 180, 0), QUALITY_ESTIMATED));
    hour_is_unknown(&meter, H0 + 7);
}
END_TEST

START_TEST(a_daily_reading_is_a_day_s_total)
{
    static const int minutes[] = {1380, 1440, 1500}; /* and on the days when clocks change */
    for (int i = 0; i < 3; i++) {
        struct reading reading = interval_of(UTILITY_WATER, T0 - 9 * 3600, minutes[i], 123000);
        struct record_meter meter = new_meter(reading);
        struct meter_change change = meter_takes(&meter, reading);
        ck_assert(change.has_day && !change.ready);
        ck_assert_int_eq(change.day_milli, 123000);
        ck_assert_int_eq(change.day_middle_s, reading.start_s + minutes[i] * 30);
        ck_assert(!meter_takes(&meter, of_quality(reading, QUALITY_ESTIMATED)).has_day);
        ck_assert(!meter_takes(&meter, of_quality(reading, QUALITY_MISSING)).has_day);
    }
    struct reading month = interval_of(UTILITY_WATER, T0, 44640, 123000);
    struct record_meter meter = new_meter(month);
    ck_assert(changed_nothing(meter_takes(&meter, month)));
}
END_TEST

START_TEST(a_daily_reading_may_be_sixty_days_late)
{
    /* with and without days of nothing, which vouch for their hours */
    for (int zero = 0; zero < 2; zero++) {
        struct record_meter meter = new_meter(interval_of(UTILITY_WATER, T0, 1440, 0));
        (void)meter_takes(&meter, interval_of(UTILITY_WATER, T0, 1440, zero ? 0 : 5000));
        ck_assert(
            meter_takes(&meter, interval_of(UTILITY_WATER, T0 - 8 * 86400, 1440, 7000)).has_day);
        ck_assert(
            meter_takes(&meter, interval_of(UTILITY_WATER, T0 - 59 * 86400, 1440, 7000)).has_day);
        meter_refuses(&meter, interval_of(UTILITY_WATER, T0 - 60 * 86400, 1440, 7000),
                      REJECT_TOO_LATE);
    }
}
END_TEST

START_TEST(hostile_intervals_do_no_harm)
{
    uint64_t random = SEED;
    static const int64_t times[] = {0,    1,           3599,           T0,       T0 + 299,
                                    LAST, LAST - 3599, LAST - 2678400, T0 + 3601};
    static const int64_t values[] = {0, 1, -1, LARGE, -LARGE, INT64_MAX, INT64_MIN};
    static const int lengths[] = {5, 6, 10, 12, 15, 20, 30, 60, 61, 90, 1440, 44640};
    for (int round = 0; round < 20000; round++) {
        static struct record_meter meter;
        enum utility utility = (enum utility)(next_random(&random) % UTILITY_COUNT);
        if (round % 64 == 0)
            meter = new_meter(interval_of(utility, T0, 60, 0));
        struct reading reading =
            interval_of(meter.utility, times[next_random(&random) % 9],
                        lengths[next_random(&random) % 12], values[next_random(&random) % 7]);
        reading.start_s += (int64_t)(next_random(&random) % 24) * 300;
        reading.quality = (enum quality)(next_random(&random) % QUALITY_COUNT);
        struct meter_change change;
        (void)!meter_apply(&meter, &reading, &change);
        uint8_t halves[2];
        meter_halves(&meter, (int32_t)(reading.start_s / 3600), halves);
    }
}
END_TEST

START_TEST(an_interval_of_more_than_a_meter_passes_is_refused)
{
    static const struct {
        enum utility utility;
        int minutes;
        int64_t most;
    } cases[] = {{UTILITY_WATER, 60, 12500000},       {UTILITY_WATER, 5, 1041666},
                 {UTILITY_WATER, 1440, 300000000},    {UTILITY_ELECTRICITY, 60, 80000000},
                 {UTILITY_ELECTRICITY, 15, 20000000}, {UTILITY_GAS, 60, 200000000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reading reading =
            interval_of(cases[i].utility, T0, cases[i].minutes, cases[i].most + 1);
        struct record_meter meter = new_meter(reading);
        struct record_meter before = meter;
        meter_refuses(&meter, reading, REJECT_TOO_MUCH);
        meter_refuses(&meter, of_quality(reading, QUALITY_ESTIMATED), REJECT_TOO_MUCH);
        reading.value_milli = -reading.value_milli; /* feeds in more than it could */
        meter_refuses(&meter, reading, REJECT_TOO_MUCH);
        reading.value_milli = INT64_MIN;
        meter_refuses(&meter, reading, REJECT_TOO_MUCH);
        ck_assert_mem_eq(&meter, &before, sizeof before);
        (void)meter_takes(&meter, of_quality(reading, QUALITY_MISSING));
        reading.value_milli = cases[i].most;
        (void)meter_takes(&meter, reading);
    }
    struct reading gas = interval_of(UTILITY_GAS, T0, 60, 16000000);
    gas.measure = MEASURE_VOLUME;
    struct record_meter meter = new_meter(gas);
    (void)meter_takes(&meter, gas);
    gas.value_milli++;
    meter_refuses(&meter, gas, REJECT_TOO_MUCH);
}
END_TEST

int main(void)
{
    (void)printf("seed %u\n", SEED);
    Suite *suite = suite_create("meter");
    TCase *intervals = tcase_create("intervals");
    tcase_add_test(intervals, an_hourly_interval_is_the_use_of_its_hour);
    tcase_add_test(intervals, an_interval_across_the_hour_belongs_to_the_hour_of_its_middle);
    tcase_add_test(intervals, the_same_interval_twice_changes_nothing);
    tcase_add_test(intervals, a_later_message_replaces_the_hour);
    tcase_add_test(intervals, an_estimate_is_marked_until_a_true_reading_replaces_it);
    tcase_add_test(intervals, a_missing_reading_is_no_reading);
    tcase_add_test(intervals, feed_in_is_no_use);
    tcase_add_test(intervals, the_window_takes_late_hours_for_seven_days);
    tcase_add_test(intervals, what_left_the_window_is_not_known_any_more);
    tcase_add_test(intervals, hours_in_any_order_are_the_hours_in_order);
    suite_add_tcase(suite, intervals);
    TCase *parts = tcase_create("parts");
    tcase_add_test(parts, parts_make_an_hour_once_all_are_there);
    tcase_add_test(parts, parts_come_in_any_order_and_twice);
    tcase_add_test(parts, halves_are_known_from_parts_that_divide_them);
    tcase_add_test(parts, halves_of_a_day_ago_are_not_known_any_more);
    tcase_add_test(parts, a_correction_of_a_part_corrects_its_hour);
    tcase_add_test(parts, an_estimated_part_is_forgotten_once_it_is_measured);
    tcase_add_test(parts, a_missing_part_leaves_its_hour_unknown_until_it_comes);
    tcase_add_test(parts, a_part_of_an_old_hour_that_comes_twice_changes_nothing);
    tcase_add_test(parts, some_flow_in_part_of_an_hour_is_life_but_no_flow_is_not_its_absence);
    suite_add_tcase(suite, parts);
    TCase *longer = tcase_create("longer");
    tcase_add_test(longer, a_long_interval_vouches_for_its_hours_only_when_it_is_nothing);
    tcase_add_test(longer, a_daily_reading_is_a_day_s_total);
    tcase_add_test(longer, a_daily_reading_may_be_sixty_days_late);
    tcase_add_test(longer, hostile_intervals_do_no_harm);
    tcase_add_test(longer, an_interval_of_more_than_a_meter_passes_is_refused);
    suite_add_tcase(suite, longer);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
