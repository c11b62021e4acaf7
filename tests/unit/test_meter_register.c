/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readings.h"

#define SEED 20260123U

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return *state >> 33;
}

/* ---- registers ----------------------------------------------------------------------------- */

START_TEST(the_first_read_says_nothing_and_the_second_the_hour_in_which_it_was_read)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    ck_assert(changed_nothing(meter_takes(&meter, read_at(T0 + 1183, 68321000))));
    ck_assert(meter_takes(&meter, read_at(T0 + 3600 + 1190, 68346000)).ready);
    hour_is(&meter, H0 + 1, 25000);
    hour_is_unknown(&meter, H0);
    ck_assert_uint_eq(meter.interval_minutes, 60);
}
END_TEST

START_TEST(a_read_on_the_hour_tells_of_the_hour_before_it)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)meter_takes(&meter, read_at(T0, 1000));
    (void)meter_takes(&meter, read_at(T0 + 3600, 6000));
    hour_is(&meter, H0, 5000);
    hour_is_unknown(&meter, H0 + 1);
    (void)meter_takes(&meter, read_at(T0 + 7200, 6000));
    hour_is(&meter, H0 + 1, 0);
    (void)meter_takes(&meter, read_at(T0 + 6 * 3600, 6000));
    for (int h = 2; h < 6; h++)
        hour_is(&meter, H0 + h, 0);
    hour_is_unknown(&meter, H0 + 6);
}
END_TEST

START_TEST(reads_within_the_hour_add_up)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    for (int i = 0; i <= 12; i++) {
        (void)meter_takes(&meter, read_at(T0 + 60 + i * 900, 100000 + i * 2000));
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
    (void)meter_takes(&meter, read_at(T0 + 100, 1000));
    (void)meter_takes(&meter, read_at(T0 + 3700, 2000));
    (void)meter_takes(&meter, read_at(T0 + 10 * 3600 + 100, 500000));
    for (int h = 2; h <= 10; h++)
        hour_is_unknown(&meter, H0 + h);
    (void)meter_takes(&meter, read_at(T0 + 11 * 3600 + 100, 501000));
    hour_is(&meter, H0 + 11, 1000);
    ck_assert_uint_le(meter.interval_minutes, 90);
    /* 96 minutes are one hour's, one second more is a gap */
    (void)meter_takes(&meter, read_at(T0 + 11 * 3600 + 100 + METER_GAP_S, 502000));
    hour_is(&meter, H0 + 12, 1000);
    (void)meter_takes(&meter, read_at(T0 + 11 * 3600 + 101 + 2 * METER_GAP_S, 503000));
    hour_is_unknown(&meter, H0 + 14);
}
END_TEST

START_TEST(nothing_over_a_gap_vouches_for_every_hour_between)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)meter_takes(&meter, read_at(T0 + 100, 1000));
    (void)meter_takes(&meter, read_at(T0 + 3700, 2000));
    ck_assert(meter_takes(&meter, read_at(T0 + 10 * 3600 + 100, 2000)).ready);
    hour_is(&meter, H0 + 1, 1000);
    for (int h = 2; h <= 10; h++)
        hour_is(&meter, H0 + h, 0);
    /* also over more than the window, and years */
    (void)meter_takes(&meter, read_at(T0 + 3 * 365 * 86400, 2000));
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
            (void)meter_takes(&meter, reading);
        }
        hour_is(&meter, H0 + 1, 0);
        reading.start_s = T0 + 9 * 3600;
        reading.value_milli += 400000;
        (void)meter_takes(&meter, reading);
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
    (void)meter_takes(&meter, reading);
    (void)meter_takes(&meter, read_at(T0 + 3700, 5000)); /* dials once said stay known */
    hour_is(&meter, H0 + 1, 15000);
    /* a rollover of more than a tenth of the dials is no rollover */
    meter_refuses(&meter, read_at(T0 + 7300, 4000), REJECT_REGISTER_WENT_BACK);
    struct record_meter other = new_meter(read_at(T0, 0));
    (void)meter_takes(&other, read_at(T0 + 100, 99990000));
    meter_refuses(&other, read_at(T0 + 3700, 5000), REJECT_REGISTER_WENT_BACK);
}
END_TEST

START_TEST(a_register_that_goes_back_is_believed_when_the_next_read_goes_on_from_there)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)meter_takes(&meter, read_at(T0 + 100, 50000000));
    meter_refuses(&meter, read_at(T0 + 3700, 7000), REJECT_REGISTER_WENT_BACK);
    meter_refuses(&meter, read_at(T0 + 3700, 7000), REJECT_REGISTER_WENT_BACK); /* twice */
    ck_assert(changed_nothing(meter_takes(&meter, read_at(T0 + 7300, 9000))));
    ck_assert_int_eq(meter.last_read_milli, 9000);
    (void)meter_takes(&meter, read_at(T0 + 10900, 10000)); /* an ordinary step is the first proof */
    hour_is_unknown(&meter, H0 + 2);
    hour_is(&meter, H0 + 3, 1000);
}
END_TEST

START_TEST(one_read_that_goes_back_is_forgotten)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)meter_takes(&meter, read_at(T0 + 100, 50000000));
    meter_refuses(&meter, read_at(T0 + 1900, 7000), REJECT_REGISTER_WENT_BACK);
    (void)meter_takes(&meter, read_at(T0 + 3700, 50003000));
    hour_is(&meter, H0 + 1, 3000);
    ck_assert_int_eq(meter.back_s, 0);
    /* lower and lower agrees with nothing */
    meter_refuses(&meter, read_at(T0 + 7300, 9000), REJECT_REGISTER_WENT_BACK);
    meter_refuses(&meter, read_at(T0 + 10900, 8000), REJECT_REGISTER_WENT_BACK);
    ck_assert_int_eq(meter.last_read_milli, 50003000);
}
END_TEST

/* Forty hours at one level; then `reads`, an hour apart; then the level again. Whatever was read:
 * nobody has drawn a drop. */
static void nobody_was_there(int64_t level, const int64_t *reads, int count)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    int64_t at_s = T0 + 100, next[8] = {level, level, level, level};
    int before = 0;
    for (; before < 40; before++, at_s += 3600)
        (void)meter_takes(&meter, read_at(at_s, level));
    for (int i = 0; i < count + 4; i++, at_s += 3600) {
        struct reading reading = read_at(at_s, i < count ? reads[i] : next[i - count]);
        struct meter_change change;
        (void)!meter_apply(&meter, &reading, &change);
    }
    for (int h = 0; h < 40 + count + 4; h++) {
        uint8_t code = meter_hour(&meter, H0 + h);
        ck_assert_msg(code <= ROUTINE_ZERO, "level %lld: hour %d shows a use of %lld",
                      (long long)level, h, (long long)routine_milli(code));
    }
    ck_assert_int_eq(meter.last_read_milli, level);
    hour_is(&meter, H0 + 40 + count + 3, 0);
}

#define NOBODY(level, ...)                                  \
    nobody_was_there(level, (const int64_t[]){__VA_ARGS__}, \
                     (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)))

START_TEST(reads_at_fault_are_no_sign_of_life)
{
    static const int64_t levels[] = {506388000, 5001000, 300000};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        int64_t level = levels[i];
        NOBODY(level, 7000);
        NOBODY(level, 7000, level - 1000); /* garbage, then a litre below */
        NOBODY(level, 7000, 7000, level - 1000);
        NOBODY(level, level - 6000, level - 1000); /* neither is far away */
        NOBODY(level, 0, 0);
        NOBODY(level, 0, 0, 0, 0, 0);
        NOBODY(level, 99999999000);
        NOBODY(level, 99999999000, 7000);
        NOBODY(level, 99999999000, 99999999000);
        NOBODY(level, 99999999000, 99999999000, 7000);
        NOBODY(level, LARGE);
        NOBODY(level, level - 1000);
        NOBODY(level, level - 1000, level, level - 1000); /* it flickers by one */
        NOBODY(level, level - 1000, level - 1000, level, level - 1000, level - 1000);
    }
}
END_TEST

START_TEST(a_read_far_above_the_last_is_refused_unless_the_next_goes_on_from_it)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)meter_takes(&meter, read_at(T0 + 100, 50000000));
    (void)meter_takes(&meter, read_at(T0 + 3700, 62500000)); /* 12.5 m3: a meter could */
    hour_is(&meter, H0 + 1, 12500000);
    meter_refuses(&meter, read_at(T0 + 7300, 75001000), REJECT_TOO_MUCH);
    (void)meter_takes(&meter, read_at(T0 + 10900, 75001000)); /* in two hours, or from there */
    /* the first read was the one at fault */
    struct record_meter other = new_meter(read_at(T0, 0));
    (void)meter_takes(&other, read_at(T0 + 100, 3000));
    meter_refuses(&other, read_at(T0 + 3700, 50000000), REJECT_TOO_MUCH);
    ck_assert(changed_nothing(meter_takes(&other, read_at(T0 + 7300, 50002000))));
    (void)meter_takes(&other, read_at(T0 + 10900, 50004000));
    hour_is_unknown(&other, H0 + 2);
    hour_is(&other, H0 + 3, 2000);
}
END_TEST

START_TEST(a_rollover_by_more_than_a_meter_passes_is_none)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    struct reading reading = read_at(T0 + 100, 950000000);
    reading.modulus_milli = 1000000000;
    (void)meter_takes(&meter, reading);
    meter_refuses(&meter, read_at(T0 + 3700, 7000), REJECT_REGISTER_WENT_BACK);
    (void)meter_takes(&meter, read_at(T0 + 7300, 950000000));
    hour_is(&meter, H0 + 2, 0);
}
END_TEST

START_TEST(a_correction_below_or_far_above_the_hour_is_refused)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)meter_takes(&meter, read_at(T0 + 100, 506388000));
    (void)meter_takes(&meter, read_at(T0 + 3700, 506388000));
    meter_refuses(&meter, read_at(T0 + 3700, 506000000), REJECT_REGISTER_WENT_BACK);
    meter_refuses(&meter, read_at(T0 + 3700, 606000000), REJECT_TOO_MUCH);
    (void)meter_takes(&meter, read_at(T0 + 7300, 506388000));
    hour_is(&meter, H0 + 1, 0);
    hour_is(&meter, H0 + 2, 0);
    /* of a read over a gap nobody knows what it began with: back where it was proves nothing */
    (void)meter_takes(&meter, read_at(T0 + 10 * 3600, 506390000));
    (void)meter_takes(&meter, read_at(T0 + 10 * 3600, 506000000));
    (void)meter_takes(&meter, read_at(T0 + 11 * 3600, 506390000));
    hour_is_unknown(&meter, H0 + 10);
}
END_TEST

START_TEST(an_exchange_by_more_than_a_meter_passes_proves_nothing)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)meter_takes(&meter, read_at(T0 + 100, 50000000));
    (void)meter_takes(&meter, read_at(T0 + 3700, 50000000));
    meter_exchange(&meter, T0 + 7300, true, 99999999000, true, 3000);
    hour_is_unknown(&meter, H0 + 2);
    (void)meter_takes(&meter, read_at(T0 + 10900, 8000));
    hour_is(&meter, H0 + 3, 5000);
}
END_TEST

START_TEST(the_same_read_twice_and_older_reads_change_nothing)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    for (int h = 0; h < 5; h++)
        (void)meter_takes(&meter, read_at(T0 + 100 + h * 3600, h * 4000));
    meter_was_judged(&meter);
    struct record_meter before = meter;
    for (int h = 0; h < 5; h++)
        ck_assert(changed_nothing(meter_takes(&meter, read_at(T0 + 100 + h * 3600, h * 4000))));
    ck_assert(changed_nothing(
        meter_takes(&meter, read_at(T0 + 1900, 2000)))); /* between two known ones */
    ck_assert_mem_eq(&meter, &before, sizeof before);
    meter_refuses(&meter, read_at(T0 - 180 * 3600, 0), REJECT_TOO_LATE);
}
END_TEST

START_TEST(a_corrected_read_corrects_its_hour)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)meter_takes(&meter, read_at(T0 + 100, 1000));
    (void)meter_takes(&meter, read_at(T0 + 3700, 1000));
    meter_was_judged(&meter);
    struct meter_change change = meter_takes(&meter, read_at(T0 + 3700, 31000));
    ck_assert(change.corrected);
    hour_is(&meter, H0 + 1, 30000);
    (void)meter_takes(&meter, read_at(T0 + 7300, 36000));
    hour_is(&meter, H0 + 2, 5000);
}
END_TEST

START_TEST(estimated_and_missing_reads_vouch_for_nothing)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)meter_takes(&meter, read_at(T0 + 100, 1000));
    (void)meter_takes(&meter, read_at(T0 + 3700, 3000));
    ck_assert(changed_nothing(
        meter_takes(&meter, of_quality(read_at(T0 + 7300, 90000), QUALITY_MISSING))));
    ck_assert(
        !meter_takes(&meter, of_quality(read_at(T0 + 7300, 90000), QUALITY_ESTIMATED)).corrected);
    hour_is_unknown(&meter, H0 + 2);
    (void)meter_takes(&meter, read_at(T0 + 10900, 4000)); /* lower than the estimate, and right */
    hour_is_unknown(&meter, H0 + 2);
    hour_is_unknown(&meter, H0 + 3);
    (void)meter_takes(&meter, of_quality(read_at(T0 + 14500, 90000), QUALITY_ESTIMATED));
    (void)meter_takes(&meter, read_at(T0 + 18100, 4000));
    hour_is(&meter, H0 + 4, 0);
    ck_assert(!meter_estimated(&meter, H0 + 4));
    hour_is(&meter, H0 + 5, 0);
}
END_TEST

START_TEST(a_register_read_daily_tells_of_days)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    for (int d = 0; d < 5; d++) {
        struct meter_change change = meter_takes(&meter, read_at(T0 + d * 86400 + 300, d * 120000));
        ck_assert_int_eq(change.has_day, d > 0);
        if (d) {
            ck_assert_int_eq(change.day_milli, 120000);
            ck_assert_int_eq(change.day_middle_s, T0 + d * 86400 + 300 - 43200);
        }
    }
    /* a day's gap of an hourly meter is no local day: its days come from its hours */
    struct record_meter hourly = new_meter(read_at(T0, 0));
    for (int h = 0; h < 10; h++)
        (void)meter_takes(&hourly, read_at(T0 + 100 + h * 3600, h * 1000));
    ck_assert(!meter_takes(&hourly, read_at(T0 + 33 * 3600 + 100, 50000)).has_day);
}
END_TEST

/* ---- exchange ------------------------------------------------------------------------------ */

START_TEST(consumption_goes_on_over_an_exchange)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    struct reading first = read_at(T0 + 100, 50000000);
    first.modulus_milli = 100000000;
    (void)meter_takes(&meter, first);
    (void)meter_takes(&meter, read_at(T0 + 3700, 50010000));
    meter_exchange(&meter, T0 + 7300, true, 50012000, true, 3000);
    hour_is(&meter, H0 + 2, 2000);
    (void)meter_takes(&meter, read_at(T0 + 10900, 8000));
    hour_is(&meter, H0 + 3, 5000);
    /* the new meter may have other dials */
    meter_refuses(&meter, read_at(T0 + 14500, 7000), REJECT_REGISTER_WENT_BACK);
}
END_TEST

START_TEST(after_an_exchange_without_reads_the_next_read_is_the_first)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)meter_takes(&meter, read_at(T0 + 100, 50000000));
    (void)meter_takes(&meter, read_at(T0 + 3700, 50010000));
    meter_exchange(&meter, T0 + 5000, false, 0, false, 0);
    ck_assert(changed_nothing(meter_takes(&meter, read_at(T0 + 7300, 0))));
    (void)meter_takes(&meter, read_at(T0 + 10900, 4000));
    hour_is(&meter, H0 + 3, 4000);
    hour_is_unknown(&meter, H0 + 2);
}
END_TEST

START_TEST(an_hour_in_which_reads_are_lacking_is_not_vouched_for)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    for (int i = 0; i < 6; i++)
        (void)meter_takes(&meter, read_at(T0 + 60 + i * 900, 1000));
    /* what the old meter counted between 01:16 and 01:30 nobody knows */
    meter_exchange(&meter, T0 + 5400, false, 0, true, 0);
    for (int i = 0; i < 8; i++)
        (void)meter_takes(&meter, read_at(T0 + 5460 + i * 900, 0));
    hour_is_unknown(&meter, H0 + 1);
    hour_is(&meter, H0 + 2, 0);
}
END_TEST

START_TEST(an_exchange_that_is_told_after_the_new_meter_was_believed_changes_nothing)
{
    struct record_meter meter = new_meter(read_at(T0, 0));
    (void)meter_takes(&meter, read_at(T0 + 100, 50000000));
    meter_refuses(&meter, read_at(T0 + 3700, 7000), REJECT_REGISTER_WENT_BACK);
    (void)meter_takes(&meter, read_at(T0 + 7300, 9000));
    meter_exchange(&meter, T0 + 1800, true, 50001000, true, 6000);
    (void)meter_takes(&meter, read_at(T0 + 10900, 11000));
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
            (void)meter_takes(&meter, read_at(at_s, milli));
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
        (void)meter_takes(&meter, read_at(T0 + i * 120, 0));
        meter_refuses(&meter, read_at(T0 + i * 120 + 60, LARGE), REJECT_TOO_MUCH);
        meter_exchange(&meter, T0 + i * 120 + 61, true, LARGE, true, 0);
    }
}
END_TEST

int main(void)
{
    (void)printf("seed %u\n", SEED);
    Suite *suite = suite_create("meter_register");
    TCase *registers = tcase_create("registers");
    tcase_add_test(registers,
                   the_first_read_says_nothing_and_the_second_the_hour_in_which_it_was_read);
    tcase_add_test(registers, a_read_on_the_hour_tells_of_the_hour_before_it);
    tcase_add_test(registers, reads_within_the_hour_add_up);
    tcase_add_test(registers, use_over_a_gap_is_spread_nowhere);
    tcase_add_test(registers, nothing_over_a_gap_vouches_for_every_hour_between);
    tcase_add_test(registers, a_gap_with_use_does_not_vouch_for_the_hour_in_which_it_began);
    tcase_add_test(registers, a_register_rolls_over_at_its_dials);
    tcase_add_test(registers,
                   a_register_that_goes_back_is_believed_when_the_next_read_goes_on_from_there);
    tcase_add_test(registers, one_read_that_goes_back_is_forgotten);
    tcase_add_test(registers, reads_at_fault_are_no_sign_of_life);
    tcase_add_test(registers, a_read_far_above_the_last_is_refused_unless_the_next_goes_on_from_it);
    tcase_add_test(registers, a_rollover_by_more_than_a_meter_passes_is_none);
    tcase_add_test(registers, a_correction_below_or_far_above_the_hour_is_refused);
    tcase_add_test(registers, an_exchange_by_more_than_a_meter_passes_proves_nothing);
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
    suite_add_tcase(suite, registers);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
