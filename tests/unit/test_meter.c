/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "household/meter.h"

#define SEED  20260119U
#define T0    INT64_C(1768435200) /* 2026-01-15T00:00:00Z */
#define H0    ((int32_t)(T0 / 3600))
#define LARGE INT64_C(900000000000000000) /* the largest number that messages may carry */
#define LAST  INT64_C(253402300799)       /* the end of the year 9999 */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return *state >> 33;
}

static struct reading interval(enum utility utility, int64_t start_s, int minutes, int64_t milli)
{
    return (struct reading){.meter = TEXT("M-1"),
                            .utility = utility,
                            .kind = READING_INTERVAL,
                            .quality = QUALITY_ACTUAL,
                            .measure = utility == UTILITY_WATER ? MEASURE_VOLUME : MEASURE_ENERGY,
                            .start_s = start_s,
                            .minutes = minutes,
                            .value_milli = milli,
                            .has_value = true};
}

static struct reading read_at(int64_t at_s, int64_t milli)
{
    struct reading reading = interval(UTILITY_WATER, at_s, 0, milli);
    reading.kind = READING_REGISTER;
    return reading;
}

static struct reading of_quality(struct reading reading, enum quality quality)
{
    reading.quality = quality;
    reading.has_value = quality != QUALITY_MISSING;
    if (!reading.has_value)
        reading.value_milli = 0;
    return reading;
}

static struct record_meter new_meter(struct reading reading)
{
    struct record_meter meter;
    meter_init(&meter, &reading);
    return meter;
}

static struct meter_change apply(struct record_meter *meter, struct reading reading)
{
    struct meter_change change;
    enum reject reject = meter_apply(meter, &reading, &change);
    ck_assert_msg(reject == REJECT_NONE, "rejected: %s", reject_names[reject]);
    return change;
}

static void is_rejected(struct record_meter *meter, struct reading reading, enum reject want)
{
    struct meter_change change;
    enum reject reject = meter_apply(meter, &reading, &change);
    ck_assert_msg(reject == want, "%s, not %s", reject_names[reject], reject_names[want]);
    ck_assert(!change.ready && !change.corrected && !change.has_day);
}

/* As if everything known had been judged. */
static void judged(struct record_meter *meter)
{
    meter->judged_hour = meter->newest_hour;
}

static void hour_is(const struct record_meter *meter, int32_t hour, int64_t milli)
{
    uint8_t got = meter_hour(meter, hour), want = routine_code(milli);
    ck_assert_msg(got == want, "hour %d is code %u, not %u (%lld)", hour - H0, got, want,
                  (long long)milli);
}

static void hour_is_unknown(const struct record_meter *meter, int32_t hour)
{
    ck_assert_msg(meter_hour(meter, hour) == ROUTINE_MISSING, "hour %d is known: code %u",
                  hour - H0, meter_hour(meter, hour));
}

static bool nothing(struct meter_change change)
{
    return !change.ready && !change.corrected && !change.has_day;
}

/* ---- intervals of an hour ------------------------------------------------------------------ */

START_TEST(an_hourly_interval_is_the_use_of_its_hour)
{
    struct reading reading = interval(UTILITY_ELECTRICITY, T0, 60, 412000);
    struct record_meter meter = new_meter(reading);
    ck_assert_uint_eq(meter_hour(&meter, H0), ROUTINE_MISSING);
    struct meter_change change = apply(&meter, reading);
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
    struct reading reading = interval(UTILITY_WATER, T0 + 20 * 60, 60, 5000);
    struct record_meter meter = new_meter(reading);
    (void)apply(&meter, reading);
    hour_is(&meter, H0, 5000);
    (void)apply(&meter, interval(UTILITY_WATER, T0 + 3600 + 40 * 60, 60, 7000));
    hour_is_unknown(&meter, H0 + 1);
    hour_is(&meter, H0 + 2, 7000);
}
END_TEST

START_TEST(the_same_interval_twice_changes_nothing)
{
    struct record_meter meter = new_meter(interval(UTILITY_WATER, T0, 60, 0));
    for (int h = 0; h < 30; h++)
        (void)apply(&meter, interval(UTILITY_WATER, T0 + h * 3600, 60, h % 5 * 4000));
    judged(&meter);
    struct record_meter before = meter;
    for (int h = 0; h < 30; h++)
        ck_assert(nothing(apply(&meter, interval(UTILITY_WATER, T0 + h * 3600, 60, h % 5 * 4000))));
    ck_assert_mem_eq(&meter, &before, sizeof before);
}
END_TEST

START_TEST(a_later_message_replaces_the_hour)
{
    struct record_meter meter = new_meter(interval(UTILITY_WATER, T0, 60, 0));
    (void)apply(&meter, interval(UTILITY_WATER, T0, 60, 9000));
    struct meter_change change = apply(&meter, interval(UTILITY_WATER, T0, 60, 0));
    ck_assert(change.ready && !change.corrected); /* nobody has judged it yet */
    hour_is(&meter, H0, 0);
    (void)apply(&meter, interval(UTILITY_WATER, T0 + 3600, 60, 0));
    judged(&meter);
    change = apply(&meter, interval(UTILITY_WATER, T0, 60, 50000));
    ck_assert(!change.ready && change.corrected);
    hour_is(&meter, H0, 50000);
    hour_is(&meter, H0 + 1, 0);
}
END_TEST

START_TEST(an_estimate_is_marked_until_a_true_reading_replaces_it)
{
    struct reading reading = interval(UTILITY_WATER, T0, 60, 9000);
    struct record_meter meter = new_meter(reading);
    (void)apply(&meter, of_quality(reading, QUALITY_ESTIMATED));
    ck_assert(meter_estimated(&meter, H0));
    judged(&meter);
    ck_assert(apply(&meter, reading).corrected); /* same use, but somebody vouches for it now */
    ck_assert(!meter_estimated(&meter, H0));
    (void)apply(&meter, of_quality(interval(UTILITY_WATER, T0 + 3600, 60, 9000), QUALITY_EDITED));
    ck_assert(!meter_estimated(&meter, H0 + 1));
}
END_TEST

START_TEST(a_missing_reading_is_no_reading)
{
    struct reading reading = interval(UTILITY_WATER, T0, 60, 9000);
    struct record_meter meter = new_meter(reading);
    (void)apply(&meter, of_quality(reading, QUALITY_MISSING));
    hour_is_unknown(&meter, H0);
    (void)apply(&meter, reading);
    hour_is(&meter, H0, 9000);
    judged(&meter);
    ck_assert(apply(&meter, of_quality(reading, QUALITY_MISSING)).corrected);
    hour_is_unknown(&meter, H0);
}
END_TEST

START_TEST(feed_in_is_no_use)
{
    struct reading reading = interval(UTILITY_ELECTRICITY, T0, 60, -300000);
    struct record_meter meter = new_meter(reading);
    (void)apply(&meter, reading);
    ck_assert_uint_eq(meter_hour(&meter, H0), ROUTINE_ZERO);
}
END_TEST

START_TEST(the_window_takes_late_hours_for_seven_days)
{
    struct record_meter meter = new_meter(interval(UTILITY_WATER, T0, 60, 0));
    (void)apply(&meter, interval(UTILITY_WATER, T0, 60, 1000));
    judged(&meter);
    ck_assert(apply(&meter, interval(UTILITY_WATER, T0 - 167 * 3600, 60, 2000)).corrected);
    hour_is(&meter, H0 - 167, 2000);
    ck_assert_int_eq(meter.newest_hour, H0);
    struct record_meter before = meter;
    is_rejected(&meter, interval(UTILITY_WATER, T0 - 168 * 3600, 60, 2000), REJECT_TOO_LATE);
    is_rejected(&meter, interval(UTILITY_WATER, T0 - 10 * 365 * 86400, 60, 2000), REJECT_TOO_LATE);
    is_rejected(&meter, interval(UTILITY_WATER, 0, 15, 2000), REJECT_TOO_LATE);
    ck_assert_mem_eq(&meter, &before, sizeof before);
}
END_TEST

START_TEST(what_left_the_window_is_not_known_any_more)
{
    struct record_meter meter = new_meter(interval(UTILITY_WATER, T0, 60, 0));
    for (int h = 0; h < 168; h++)
        (void)apply(&meter, of_quality(interval(UTILITY_WATER, T0 + h * 3600, 60, 1000),
                                       QUALITY_ESTIMATED));
    (void)apply(&meter, interval(UTILITY_WATER, T0 + 200 * 3600, 60, 3000));
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
    (void)apply(&meter, interval(UTILITY_WATER, T0 + 20 * 366 * INT64_C(86400), 60, 4000));
    for (int h = 1; h < 168; h++)
        hour_is_unknown(&meter, meter.newest_hour - h);
    (void)apply(&meter, interval(UTILITY_WATER, LAST - 3599, 60, 5000));
    hour_is(&meter, (int32_t)(LAST / 3600), 5000);
}
END_TEST

START_TEST(hours_in_any_order_are_the_hours_in_order)
{
    uint64_t random = SEED;
    for (int round = 0; round < 50; round++) {
        struct record_meter meter = new_meter(interval(UTILITY_WATER, T0, 60, 0));
        int64_t plain[400];
        memset(plain, -1, sizeof plain);
        for (int i = 0; i < 600; i++) {
            int centre = i / 2, h = centre + 50 - (int)(next_random(&random) % 100);
            if (h < 0 || h >= 400)
                continue;
            int64_t milli = (int64_t)(next_random(&random) % 5) * 3000;
            struct reading reading = interval(UTILITY_WATER, T0 + h * 3600, 60, milli);
            bool missing = next_random(&random) % 10 == 0;
            (void)apply(&meter, missing ? of_quality(reading, QUALITY_MISSING) : reading);
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
                new_meter(interval(UTILITY_ELECTRICITY, first_s, minutes, 0));
            if (first_s + minutes * 30 >= T0 + minutes * 60)
                first_s -= minutes * 60; /* the first whose middle lies in the hour */
            for (int i = 0; i < count; i++) {
                hour_is_unknown(&meter, H0);
                int64_t milli = 10000 + i * 3000;
                sum += milli;
                (void)apply(&meter, interval(UTILITY_ELECTRICITY, first_s + i * minutes * 60,
                                             minutes, milli));
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
        struct record_meter meter = new_meter(interval(UTILITY_WATER, T0, minutes, 0));
        int64_t sum = 0;
        for (int i = 0; i < 2 * count; i++)
            order[i] = i % count;
        for (int i = 2 * count - 1; i > 0; i--) {
            int j = (int)(next_random(&random) % (unsigned)(i + 1)), swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        for (int i = 0; i < 2 * count; i++)
            (void)apply(&meter, interval(UTILITY_WATER, T0 + order[i] * minutes * 60, minutes,
                                         1000 * (order[i] + 1)));
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
        struct record_meter meter = new_meter(interval(UTILITY_ELECTRICITY, T0, minutes, 0));
        for (int i = 0; i < count; i++)
            (void)apply(&meter, interval(UTILITY_ELECTRICITY, T0 + i * minutes * 60, minutes,
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
    struct record_meter meter = new_meter(interval(UTILITY_ELECTRICITY, T0, 30, 0));
    for (int i = 0; i < 2 * 26; i++)
        (void)apply(&meter,
                    interval(UTILITY_ELECTRICITY, T0 + i * 1800, 30, i % 2 ? 100000 : 300000));
    uint8_t halves[2];
    for (int h = 0; h < 26; h++) {
        meter_halves(&meter, H0 + h, halves);
        ck_assert_int_eq(halves[0] != halves[1], h >= 2);
    }
}
END_TEST

START_TEST(a_correction_of_a_part_corrects_its_hour)
{
    struct record_meter meter = new_meter(interval(UTILITY_WATER, T0, 15, 0));
    for (int i = 0; i < 8; i++)
        (void)apply(&meter, interval(UTILITY_WATER, T0 + i * 900, 15, 4000));
    judged(&meter);
    struct meter_change change = apply(&meter, interval(UTILITY_WATER, T0 + 900, 15, 44000));
    ck_assert(change.corrected && !change.ready);
    hour_is(&meter, H0, 56000);
    hour_is(&meter, H0 + 1, 16000);
}
END_TEST

START_TEST(an_estimated_part_is_forgotten_once_it_is_measured)
{
    struct record_meter meter = new_meter(interval(UTILITY_WATER, T0, 15, 0));
    for (int i = 0; i < 4; i++) {
        struct reading reading = interval(UTILITY_WATER, T0 + i * 900, 15, 4000);
        (void)apply(&meter, i == 1 ? of_quality(reading, QUALITY_ESTIMATED) : reading);
    }
    ck_assert(meter_estimated(&meter, H0));
    hour_is(&meter, H0, 16000);
    judged(&meter);
    ck_assert(apply(&meter, interval(UTILITY_WATER, T0 + 900, 15, 5000)).corrected);
    ck_assert(!meter_estimated(&meter, H0));
    hour_is(&meter, H0, 17000);
}
END_TEST

START_TEST(a_missing_part_leaves_its_hour_unknown_until_it_comes)
{
    struct record_meter meter = new_meter(interval(UTILITY_ELECTRICITY, T0, 30, 0));
    (void)apply(&meter, interval(UTILITY_ELECTRICITY, T0, 30, 90000));
    struct reading second = interval(UTILITY_ELECTRICITY, T0 + 1800, 30, 90000);
    (void)apply(&meter, of_quality(second, QUALITY_MISSING));
    hour_is_unknown(&meter, H0);
    (void)apply(&meter, second);
    hour_is(&meter, H0, 180000);
    (void)apply(&meter, of_quality(second, QUALITY_MISSING));
    hour_is_unknown(&meter, H0);
}
END_TEST

START_TEST(a_part_of_an_old_hour_that_comes_twice_changes_nothing)
{
    struct record_meter meter = new_meter(interval(UTILITY_WATER, T0, 15, 0));
    for (int i = 0; i < 4 * 12; i++)
        (void)apply(&meter, interval(UTILITY_WATER, T0 + i * 900, 15, 5000));
    judged(&meter);
    uint8_t before[VIEW_HOURS];
    memcpy(before, meter.hours, sizeof before);
    for (int h = 0; h < 12; h++)
        ck_assert(nothing(apply(&meter, interval(UTILITY_WATER, T0 + h * 3600, 15, 5000))));
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
        struct record_meter meter = new_meter(interval(utility, T0, 15, 0));
        /* the last quarter of each hour never comes */
        for (int part = 0; part < 16; part++)
            if (part % 4 != 3)
                (void)apply(&meter, interval(utility, T0 + part * 900, 15, cases[i].milli));
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
    struct record_meter meter = new_meter(interval(UTILITY_WATER, T0, 180, 0));
    (void)apply(&meter, interval(UTILITY_WATER, T0, 180, 9000));
    for (int h = 0; h < 3; h++)
        hour_is_unknown(&meter, H0 + h);
    (void)apply(&meter, interval(UTILITY_WATER, T0 + 3 * 3600 + 1800, 180, 0));
    hour_is_unknown(&meter, H0 + 3); /* half of it is somebody else's */
    hour_is(&meter, H0 + 4, 0);
    hour_is(&meter, H0 + 5, 0);
    hour_is_unknown(&meter, H0 + 6);
    (void)apply(&meter,
                of_quality(interval(UTILITY_WATER, T0 + 7 * 3600, 180, 0), QUALITY_ESTIMATED));
    hour_is_unknown(&meter, H0 + 7);
}
END_TEST

START_TEST(a_daily_reading_is_a_day_s_total)
{
    static const int minutes[] = {1380, 1440, 1500}; /* and on the days when clocks change */
    for (int i = 0; i < 3; i++) {
        struct reading reading = interval(UTILITY_WATER, T0 - 9 * 3600, minutes[i], 123000);
        struct record_meter meter = new_meter(reading);
        struct meter_change change = apply(&meter, reading);
        ck_assert(change.has_day && !change.ready);
        ck_assert_int_eq(change.day_milli, 123000);
        ck_assert_int_eq(change.day_middle_s, reading.start_s + minutes[i] * 30);
        ck_assert(!apply(&meter, of_quality(reading, QUALITY_ESTIMATED)).has_day);
        ck_assert(!apply(&meter, of_quality(reading, QUALITY_MISSING)).has_day);
    }
    struct reading month = interval(UTILITY_WATER, T0, 44640, 123000);
    struct record_meter meter = new_meter(month);
    ck_assert(nothing(apply(&meter, month)));
}
END_TEST

START_TEST(a_daily_reading_may_be_sixty_days_late)
{
    /* with and without days of nothing, which vouch for their hours */
    for (int zero = 0; zero < 2; zero++) {
        struct record_meter meter = new_meter(interval(UTILITY_WATER, T0, 1440, 0));
        (void)apply(&meter, interval(UTILITY_WATER, T0, 1440, zero ? 0 : 5000));
        ck_assert(apply(&meter, interval(UTILITY_WATER, T0 - 8 * 86400, 1440, 7000)).has_day);
        ck_assert(apply(&meter, interval(UTILITY_WATER, T0 - 59 * 86400, 1440, 7000)).has_day);
        is_rejected(&meter, interval(UTILITY_WATER, T0 - 60 * 86400, 1440, 7000), REJECT_TOO_LATE);
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
            meter = new_meter(interval(utility, T0, 60, 0));
        struct reading reading =
            interval(meter.utility, times[next_random(&random) % 9],
                     lengths[next_random(&random) % 12], values[next_random(&random) % 7]);
        reading.start_s += (int64_t)(next_random(&random) % 24) * 300;
        reading.quality = (enum quality)(next_random(&random) % QUALITY_COUNT);
        struct meter_change change;
        (void)!meter_apply(&meter, &reading, &change);
        uint8_t halves[2];
        meter_halves(&meter, (int32_t)(reading.start_s / 3600), halves);
    }
    /* twelve of the largest make an hour that is more than a number holds */
    struct record_meter meter = new_meter(interval(UTILITY_ELECTRICITY, T0, 5, 0));
    for (int i = 0; i < 12; i++)
        (void)apply(&meter, interval(UTILITY_ELECTRICITY, T0 + i * 300, 5, LARGE));
    ck_assert_uint_eq(meter_hour(&meter, H0), 255);
}
END_TEST

/* ---- registers ----------------------------------------------------------------------------- */

START_TEST(the_first_read_says_nothing_and_the_second_the_hour_in_which_it_was_read)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    ck_assert(nothing(apply(&meter, read_at(T0 + 1183, 68321000))));
    ck_assert(apply(&meter, read_at(T0 + 3600 + 1190, 68346000)).ready);
    hour_is(&meter, H0 + 1, 25000);
    hour_is_unknown(&meter, H0);
    ck_assert_uint_eq(meter.interval_minutes, 60);
}
END_TEST

START_TEST(a_read_on_the_hour_tells_of_the_hour_before_it)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)apply(&meter, read_at(T0, 1000));
    (void)apply(&meter, read_at(T0 + 3600, 6000));
    hour_is(&meter, H0, 5000);
    hour_is_unknown(&meter, H0 + 1);
    (void)apply(&meter, read_at(T0 + 7200, 6000));
    hour_is(&meter, H0 + 1, 0);
    (void)apply(&meter, read_at(T0 + 6 * 3600, 6000));
    for (int h = 2; h < 6; h++)
        hour_is(&meter, H0 + h, 0);
    hour_is_unknown(&meter, H0 + 6);
}
END_TEST

START_TEST(reads_within_the_hour_add_up)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    for (int i = 0; i <= 12; i++) {
        (void)apply(&meter, read_at(T0 + 60 + i * 900, 100000 + i * 2000));
        if (i > 1 && i < 4)
            hour_is_unknown(&meter, H0); /* not over */
    }
    hour_is(&meter, H0 + 1, 8000);
    hour_is(&meter, H0 + 2, 8000);
    hour_is_unknown(&meter, H0 + 3);
}
END_TEST

START_TEST(use_over_a_gap_is_spread_nowhere)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)apply(&meter, read_at(T0 + 100, 1000));
    (void)apply(&meter, read_at(T0 + 3700, 2000));
    (void)apply(&meter, read_at(T0 + 10 * 3600 + 100, 500000));
    for (int h = 2; h <= 10; h++)
        hour_is_unknown(&meter, H0 + h);
    (void)apply(&meter, read_at(T0 + 11 * 3600 + 100, 501000));
    hour_is(&meter, H0 + 11, 1000);
    ck_assert_uint_le(meter.interval_minutes, 90);
    /* 96 minutes are one hour's, one second more is a gap */
    (void)apply(&meter, read_at(T0 + 11 * 3600 + 100 + METER_GAP_S, 502000));
    hour_is(&meter, H0 + 12, 1000);
    (void)apply(&meter, read_at(T0 + 11 * 3600 + 101 + 2 * METER_GAP_S, 503000));
    hour_is_unknown(&meter, H0 + 14);
}
END_TEST

START_TEST(nothing_over_a_gap_vouches_for_every_hour_between)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)apply(&meter, read_at(T0 + 100, 1000));
    (void)apply(&meter, read_at(T0 + 3700, 2000));
    ck_assert(apply(&meter, read_at(T0 + 10 * 3600 + 100, 2000)).ready);
    hour_is(&meter, H0 + 1, 1000);
    for (int h = 2; h <= 10; h++)
        hour_is(&meter, H0 + h, 0);
    /* also over more than the window, and years */
    (void)apply(&meter, read_at(T0 + 3 * 365 * 86400, 2000));
    for (int h = 1; h < VIEW_HOURS; h++)
        hour_is(&meter, meter.newest_hour - h, 0);
}
END_TEST

START_TEST(a_gap_with_use_does_not_vouch_for_the_hour_in_which_it_began)
{
    static const struct {
        enum utility utility;
        int64_t before;
        bool known;
    } cases[] = {{UTILITY_WATER, 0, false},    /* it may have begun at once */
                 {UTILITY_WATER, 30000, true}, /* somebody was there */
                 {UTILITY_ELECTRICITY, 30000, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reading reading = read_at(T0 + 600, 1000000);
        reading.utility = cases[i].utility;
        struct record_meter meter = new_meter(reading);
        for (int part = 0; part < 10; part++) {
            reading.start_s = T0 + 600 + part * 900;
            reading.value_milli = 1000000 + (part >= 9 ? cases[i].before : 0);
            (void)apply(&meter, reading);
        }
        hour_is(&meter, H0 + 1, 0);
        reading.start_s = T0 + 9 * 3600;
        reading.value_milli += 400000;
        (void)apply(&meter, reading);
        if (cases[i].known)
            hour_is(&meter, H0 + 2, cases[i].before);
        else
            hour_is_unknown(&meter, H0 + 2);
    }
}
END_TEST

START_TEST(a_register_rolls_over_at_its_dials)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    struct reading reading = read_at(T0 + 100, 99990000);
    reading.modulus_milli = 100000000;
    (void)apply(&meter, reading);
    (void)apply(&meter, read_at(T0 + 3700, 5000)); /* dials once said stay known */
    hour_is(&meter, H0 + 1, 15000);
    /* a rollover of more than a tenth of the dials is no rollover */
    is_rejected(&meter, read_at(T0 + 7300, 4000), REJECT_REGISTER_WENT_BACK);
    struct record_meter other = new_meter(read_at(T0, 0));
    (void)apply(&other, read_at(T0 + 100, 99990000));
    is_rejected(&other, read_at(T0 + 3700, 5000), REJECT_REGISTER_WENT_BACK);
}
END_TEST

START_TEST(a_register_that_goes_back_is_believed_when_the_next_read_agrees)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)apply(&meter, read_at(T0 + 100, 50000000));
    is_rejected(&meter, read_at(T0 + 3700, 7000), REJECT_REGISTER_WENT_BACK);
    is_rejected(&meter, read_at(T0 + 3700, 7000), REJECT_REGISTER_WENT_BACK); /* twice */
    (void)apply(&meter, read_at(T0 + 7300, 9000));
    hour_is(&meter, H0 + 2, 2000);
    ck_assert_int_eq(meter.last_read_milli, 9000);
    (void)apply(&meter, read_at(T0 + 10900, 10000));
    hour_is(&meter, H0 + 3, 1000);
}
END_TEST

START_TEST(one_read_that_goes_back_is_forgotten)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)apply(&meter, read_at(T0 + 100, 50000000));
    is_rejected(&meter, read_at(T0 + 1900, 7000), REJECT_REGISTER_WENT_BACK);
    (void)apply(&meter, read_at(T0 + 3700, 50003000));
    hour_is(&meter, H0 + 1, 3000);
    ck_assert_int_eq(meter.back_s, 0);
    /* lower and lower agrees with nothing */
    is_rejected(&meter, read_at(T0 + 7300, 9000), REJECT_REGISTER_WENT_BACK);
    is_rejected(&meter, read_at(T0 + 10900, 8000), REJECT_REGISTER_WENT_BACK);
    ck_assert_int_eq(meter.last_read_milli, 50003000);
}
END_TEST

START_TEST(the_same_read_twice_and_older_reads_change_nothing)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    for (int h = 0; h < 5; h++)
        (void)apply(&meter, read_at(T0 + 100 + h * 3600, h * 4000));
    judged(&meter);
    struct record_meter before = meter;
    for (int h = 0; h < 5; h++)
        ck_assert(nothing(apply(&meter, read_at(T0 + 100 + h * 3600, h * 4000))));
    ck_assert(nothing(apply(&meter, read_at(T0 + 1900, 2000)))); /* between two known ones */
    ck_assert_mem_eq(&meter, &before, sizeof before);
    is_rejected(&meter, read_at(T0 - 180 * 3600, 0), REJECT_TOO_LATE);
}
END_TEST

START_TEST(a_corrected_read_corrects_its_hour)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)apply(&meter, read_at(T0 + 100, 1000));
    (void)apply(&meter, read_at(T0 + 3700, 1000));
    judged(&meter);
    struct meter_change change = apply(&meter, read_at(T0 + 3700, 31000));
    ck_assert(change.corrected);
    hour_is(&meter, H0 + 1, 30000);
    (void)apply(&meter, read_at(T0 + 7300, 36000));
    hour_is(&meter, H0 + 2, 5000);
}
END_TEST

START_TEST(estimated_and_missing_reads_vouch_for_nothing)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)apply(&meter, read_at(T0 + 100, 1000));
    (void)apply(&meter, read_at(T0 + 3700, 3000));
    ck_assert(nothing(apply(&meter, of_quality(read_at(T0 + 7300, 90000), QUALITY_MISSING))));
    ck_assert(!apply(&meter, of_quality(read_at(T0 + 7300, 90000), QUALITY_ESTIMATED)).corrected);
    hour_is_unknown(&meter, H0 + 2);
    (void)apply(&meter, read_at(T0 + 10900, 4000)); /* lower than the estimate, and right */
    hour_is_unknown(&meter, H0 + 2);
    hour_is_unknown(&meter, H0 + 3);
    (void)apply(&meter, of_quality(read_at(T0 + 14500, 90000), QUALITY_ESTIMATED));
    (void)apply(&meter, read_at(T0 + 18100, 4000));
    hour_is(&meter, H0 + 4, 0);
    ck_assert(!meter_estimated(&meter, H0 + 4));
    hour_is(&meter, H0 + 5, 0);
}
END_TEST

START_TEST(a_register_read_daily_tells_of_days)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    for (int d = 0; d < 5; d++) {
        struct meter_change change = apply(&meter, read_at(T0 + d * 86400 + 300, d * 120000));
        ck_assert_int_eq(change.has_day, d > 0);
        if (d) {
            ck_assert_int_eq(change.day_milli, 120000);
            ck_assert_int_eq(change.day_middle_s, T0 + d * 86400 + 300 - 43200);
        }
    }
    /* a day's gap of an hourly meter is no local day: its days come from its hours */
    struct record_meter hourly = new_meter(read_at(T0, 0));
    for (int h = 0; h < 10; h++)
        (void)apply(&hourly, read_at(T0 + 100 + h * 3600, h * 1000));
    ck_assert(!apply(&hourly, read_at(T0 + 33 * 3600 + 100, 50000)).has_day);
}
END_TEST

/* ---- exchange ------------------------------------------------------------------------------ */

START_TEST(consumption_goes_on_over_an_exchange)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    struct reading first = read_at(T0 + 100, 50000000);
    first.modulus_milli = 100000000;
    (void)apply(&meter, first);
    (void)apply(&meter, read_at(T0 + 3700, 50010000));
    meter_exchange(&meter, T0 + 7300, true, 50012000, true, 3000);
    hour_is(&meter, H0 + 2, 2000);
    (void)apply(&meter, read_at(T0 + 10900, 8000));
    hour_is(&meter, H0 + 3, 5000);
    /* the new meter may have other dials */
    is_rejected(&meter, read_at(T0 + 14500, 7000), REJECT_REGISTER_WENT_BACK);
}
END_TEST

START_TEST(after_an_exchange_without_reads_the_next_read_is_the_first)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)apply(&meter, read_at(T0 + 100, 50000000));
    (void)apply(&meter, read_at(T0 + 3700, 50010000));
    meter_exchange(&meter, T0 + 5000, false, 0, false, 0);
    ck_assert(nothing(apply(&meter, read_at(T0 + 7300, 0))));
    (void)apply(&meter, read_at(T0 + 10900, 4000));
    hour_is(&meter, H0 + 3, 4000);
    hour_is_unknown(&meter, H0 + 2);
}
END_TEST

START_TEST(an_hour_in_which_reads_are_lacking_is_not_vouched_for)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    for (int i = 0; i < 6; i++)
        (void)apply(&meter, read_at(T0 + 60 + i * 900, 1000));
    /* what the old meter counted between 01:16 and 01:30 nobody knows */
    meter_exchange(&meter, T0 + 5400, false, 0, true, 0);
    for (int i = 0; i < 8; i++)
        (void)apply(&meter, read_at(T0 + 5460 + i * 900, 0));
    hour_is_unknown(&meter, H0 + 1);
    hour_is(&meter, H0 + 2, 0);
}
END_TEST

START_TEST(an_exchange_that_is_told_after_the_new_meter_was_believed_changes_nothing)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)apply(&meter, read_at(T0 + 100, 50000000));
    is_rejected(&meter, read_at(T0 + 3700, 7000), REJECT_REGISTER_WENT_BACK);
    (void)apply(&meter, read_at(T0 + 7300, 9000));
    meter_exchange(&meter, T0 + 1800, true, 50001000, true, 6000);
    (void)apply(&meter, read_at(T0 + 10900, 11000));
    hour_is(&meter, H0 + 3, 2000);
}
END_TEST

/* ---- registers against a slow reference, and hostile --------------------------------------- */

START_TEST(a_register_s_hours_are_those_of_a_slow_reference)
{
    uint64_t random = SEED;
    for (int round = 0; round < 200; round++) {
        struct record_meter meter = new_meter(read_at(T0, 0));
        int64_t plain[200], at_s = T0 + 50 + (int64_t)(next_random(&random) % 1000);
        int64_t before_s = 0, milli = 5000000, before = 0;
        memset(plain, -1, sizeof plain);
        for (;;) {
            if (before_s) {
                int32_t from = (int32_t)(before_s / 3600) - H0, to = (int32_t)(at_s / 3600) - H0;
                if (to >= 165)
                    break;
                for (int32_t h = from + 1; h <= to && milli == before; h++)
                    plain[h] = 0;
                if (milli > before && at_s - before_s <= METER_GAP_S)
                    plain[to] = milli - before;
            }
            (void)apply(&meter, read_at(at_s, milli));
            before_s = at_s;
            before = milli;
            /* hourly with jitter that never reads twice in an hour, and gaps */
            at_s = (at_s / 3600 + 1) * 3600 + 50 + (int64_t)(next_random(&random) % 1000);
            if (next_random(&random) % 8 == 0)
                at_s += (int64_t)(next_random(&random) % 12) * 3600;
            if (next_random(&random) % 2)
                milli += (int64_t)(next_random(&random) % 40) * 1000;
        }
        for (int h = 0; h < meter.newest_hour - H0; h++)
            if (plain[h] >= 0)
                hour_is(&meter, H0 + h, plain[h]);
            else
                hour_is_unknown(&meter, H0 + h);
    }
}
END_TEST

START_TEST(hostile_registers_do_no_harm)
{
    uint64_t random = SEED;
    static const int64_t times[] = {0, 1, T0, T0 + 60, T0 + 3600, LAST};
    static const int64_t values[] = {0, 1, LARGE, LARGE - 1, INT64_MAX};
    for (int round = 0; round < 20000; round++) {
        static struct record_meter meter;
        if (round % 64 == 0)
            meter = new_meter(read_at(T0, 0));
        struct reading reading =
            read_at(times[next_random(&random) % 6] + (int64_t)(next_random(&random) % 900),
                    values[next_random(&random) % 5]);
        reading.quality = (enum quality)(next_random(&random) % QUALITY_COUNT);
        reading.modulus_milli = next_random(&random) % 3 ? 0 : values[next_random(&random) % 5];
        struct meter_change change;
        (void)!meter_apply(&meter, &reading, &change);
        if (next_random(&random) % 8 == 0)
            meter_exchange(&meter, times[next_random(&random) % 6], round % 3, LARGE, round % 2,
                           values[next_random(&random) % 5]);
    }
    /* sixteen of the largest within the hour, by exchanges */
    struct record_meter meter = new_meter(read_at(T0, 0));
    for (int i = 0; i < 16; i++) {
        (void)apply(&meter, read_at(T0 + i * 120, 0));
        (void)apply(&meter, read_at(T0 + i * 120 + 60, LARGE));
        meter_exchange(&meter, T0 + i * 120 + 61, true, LARGE, true, 0);
    }
}
END_TEST

static void add_tests(TCase *intervals, TCase *parts, TCase *longer, TCase *registers)
{
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
    tcase_add_test(parts, parts_make_an_hour_once_all_are_there);
    tcase_add_test(parts, parts_come_in_any_order_and_twice);
    tcase_add_test(parts, halves_are_known_from_parts_that_divide_them);
    tcase_add_test(parts, halves_of_a_day_ago_are_not_known_any_more);
    tcase_add_test(parts, a_correction_of_a_part_corrects_its_hour);
    tcase_add_test(parts, an_estimated_part_is_forgotten_once_it_is_measured);
    tcase_add_test(parts, a_missing_part_leaves_its_hour_unknown_until_it_comes);
    tcase_add_test(parts, a_part_of_an_old_hour_that_comes_twice_changes_nothing);
    tcase_add_test(parts, some_flow_in_part_of_an_hour_is_life_but_no_flow_is_not_its_absence);
    tcase_add_test(longer, a_long_interval_vouches_for_its_hours_only_when_it_is_nothing);
    tcase_add_test(longer, a_daily_reading_is_a_day_s_total);
    tcase_add_test(longer, a_daily_reading_may_be_sixty_days_late);
    tcase_add_test(longer, hostile_intervals_do_no_harm);
    tcase_add_test(registers,
                   the_first_read_says_nothing_and_the_second_the_hour_in_which_it_was_read);
    tcase_add_test(registers, a_read_on_the_hour_tells_of_the_hour_before_it);
    tcase_add_test(registers, reads_within_the_hour_add_up);
    tcase_add_test(registers, use_over_a_gap_is_spread_nowhere);
    tcase_add_test(registers, nothing_over_a_gap_vouches_for_every_hour_between);
    tcase_add_test(registers, a_gap_with_use_does_not_vouch_for_the_hour_in_which_it_began);
    tcase_add_test(registers, a_register_rolls_over_at_its_dials);
    tcase_add_test(registers, a_register_that_goes_back_is_believed_when_the_next_read_agrees);
    tcase_add_test(registers, one_read_that_goes_back_is_forgotten);
    tcase_add_test(registers, the_same_read_twice_and_older_reads_change_nothing);
    tcase_add_test(registers, a_corrected_read_corrects_its_hour);
    tcase_add_test(registers, estimated_and_missing_reads_vouch_for_nothing);
    tcase_add_test(registers, a_register_read_daily_tells_of_days);
    tcase_add_test(registers, consumption_goes_on_over_an_exchange);
    tcase_add_test(registers, after_an_exchange_without_reads_the_next_read_is_the_first);
    tcase_add_test(registers, an_hour_in_which_reads_are_lacking_is_not_vouched_for);
    tcase_add_test(registers,
                   an_exchange_that_is_told_after_the_new_meter_was_believed_changes_nothing);
    tcase_add_test(registers, a_register_s_hours_are_those_of_a_slow_reference);
    tcase_add_test(registers, hostile_registers_do_no_harm);
}

int main(void)
{
    (void)printf("seed %u\n", SEED);
    TCase *intervals = tcase_create("intervals"), *parts = tcase_create("parts");
    TCase *longer = tcase_create("longer"), *registers = tcase_create("registers");
    add_tests(intervals, parts, longer, registers);
    Suite *suite = suite_create("meter");
    suite_add_tcase(suite, intervals);
    suite_add_tcase(suite, parts);
    suite_add_tcase(suite, longer);
    suite_add_tcase(suite, registers);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
