/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abode.h"
#include "household/baseline.h"
#include "household/meter.h"

#define SEED 20260124U

static struct abode home;

static void begin(void)
{
    abode_init(&home, NULL);
}

static void end(void)
{
    abode_done(&home);
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return *state >> 33;
}

static const struct routine *routine_of(enum utility utility)
{
    return &abode_meter(&home, utility)->routine;
}

/* ---- range and floor ----------------------------------------------------------------------- */

START_TEST(the_range_comes_with_the_eighth_day)
{
    for (int32_t hour = ABODE_H0; hour < ABODE_H0 + 8 * 24; hour++) {
        abode_live(&home, UTILITY_ELECTRICITY, hour, hour + 1);
        bool known = routine_of(UTILITY_ELECTRICITY)->highest != 0;
        ck_assert_int_eq(known, hour - ABODE_H0 >= 7 * 24);
    }
    /* all of the week's use lies in it, and has been learnt */
    const struct routine *routine = routine_of(UTILITY_ELECTRICITY);
    ck_assert_uint_le(routine->lowest, routine_code(60000));
    ck_assert_uint_ge(routine->highest, routine_code(640000));
    ck_assert_uint_ge(routine->learnt_hours, 167);
}
END_TEST

/* How a utility begins: the months that it has, in one go, meter by meter or hour by hour. */
START_TEST(a_history_that_comes_at_once_teaches_all_of_it)
{
    enum utility both[] = {UTILITY_ELECTRICITY, UTILITY_WATER};
    int32_t end = ABODE_H0 + 45 * 24;
    int64_t arrived_s = end * HOUR + 60;
    for (int i = 0; i < 2 * 45 * 24; i++) {
        enum utility utility = both[_i ? i % 2 : i / (45 * 24)];
        int32_t hour = ABODE_H0 + (_i ? i / 2 : i % (45 * 24));
        abode_take(&home, abode_hour(utility, hour * HOUR, abode_usual(utility, hour)), arrived_s);
    }
    abode_wait(&home, arrived_s + DAY);
    for (int u = 0; u < 2; u++) {
        const struct routine *routine = routine_of(both[u]);
        ck_assert_uint_ge(routine->learnt_hours, 40 * 24);
        ck_assert(routine_awake(routine, routine_slot(7, 2)) > 0.6);
        ck_assert(routine_awake(routine, routine_slot(3, 2)) < 0.2);
    }
}
END_TEST

START_TEST(a_week_of_which_half_is_unknown_is_no_week)
{
    for (int32_t hour = ABODE_H0; hour < ABODE_H0 + 20 * 24; hour++) {
        if (hour < ABODE_H0 + 10 * 24 && hour % 3 != 0)
            continue; /* a third of the hours comes */
        abode_live(&home, UTILITY_WATER, hour, hour + 1);
        if (hour < ABODE_H0 + 10 * 24)
            ck_assert_uint_eq(routine_of(UTILITY_WATER)->highest, 0);
    }
    ck_assert_uint_ne(routine_of(UTILITY_WATER)->highest, 0);
}
END_TEST

START_TEST(a_week_without_a_drop_has_the_range_of_the_least_flow)
{
    abode_quiet(&home, UTILITY_WATER, ABODE_H0, ABODE_H0 + 9 * 24);
    const struct routine *routine = routine_of(UTILITY_WATER);
    ck_assert_uint_eq(routine->lowest, routine_code(1000));
    ck_assert_uint_gt(routine->highest, routine->lowest);
}
END_TEST

START_TEST(estimated_hours_give_no_range_and_teach_nothing)
{
    for (int32_t hour = ABODE_H0; hour < ABODE_H0 + 10 * 24; hour++) {
        struct message message = abode_hour(UTILITY_WATER, hour * HOUR, 30000);
        message.reading.quality = QUALITY_ESTIMATED;
        abode_take(&home, message, (hour + 1) * HOUR + 60);
    }
    ck_assert_uint_eq(routine_of(UTILITY_WATER)->highest, 0);
    ck_assert_uint_eq(routine_of(UTILITY_WATER)->learnt_hours, 0);
    ck_assert_uint_eq(abode_meter(&home, UTILITY_WATER)->valid_days, 0);
}
END_TEST

START_TEST(a_new_home_s_range_widens_and_a_known_one_s_stands)
{
    abode_live(&home, UTILITY_ELECTRICITY, ABODE_H0, ABODE_H0 + 10 * 24);
    uint8_t before = routine_of(UTILITY_ELECTRICITY)->highest;
    int32_t hour = ABODE_H0 + 10 * 24;
    abode_take(&home, abode_hour(UTILITY_ELECTRICITY, hour * HOUR, 9000000),
               (hour + 1) * HOUR + 60);
    ck_assert_uint_gt(routine_of(UTILITY_ELECTRICITY)->highest, before);
    ck_assert_uint_ge(routine_of(UTILITY_ELECTRICITY)->highest, routine_code(9000000));
    abode_live(&home, UTILITY_ELECTRICITY, hour + 1, ABODE_H0 + 60 * 24);
    before = routine_of(UTILITY_ELECTRICITY)->highest;
    hour = ABODE_H0 + 60 * 24;
    abode_take(&home, abode_hour(UTILITY_ELECTRICITY, hour * HOUR, 70000000),
               (hour + 1) * HOUR + 60);
    ck_assert_uint_eq(routine_of(UTILITY_ELECTRICITY)->highest, before);
}
END_TEST

START_TEST(hours_in_which_water_was_never_drawn_stay_without_use_when_the_range_widens)
{
    abode_live(&home, UTILITY_WATER, ABODE_H0, ABODE_H0 + 30 * 24);
    int32_t hour = ABODE_H0 + 30 * 24;
    abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, 2000), (hour + 1) * HOUR + 60);
    abode_live(&home, UTILITY_WATER, hour + 1, ABODE_H0 + 31 * 24);
    const struct routine *routine = routine_of(UTILITY_WATER);
    ck_assert_uint_eq(routine->lowest, routine_code(2000));
    for (unsigned slot = 0; slot < ROUTINE_SLOTS; slot++) {
        int64_t usual = routine_usual_milli(routine, UTILITY_WATER, slot);
        if (abode_usual(UTILITY_WATER, (int32_t)slot % 24) == 0)
            ck_assert_msg(usual == 0, "slot %u: %lld", slot, (long long)usual);
        else
            ck_assert_msg(usual >= 9000, "slot %u: %lld", slot, (long long)usual);
    }
}
END_TEST

/* The floor by its words: 1.3 times the 30 % quantile of the nights of the last week, at least 1 L
 * of water. `zone_h` is added to UTC. */
static int64_t slow_floor(const int64_t *use, int32_t hour, int zone_h)
{
    double nights[VIEW_HOURS];
    int count = 0;
    for (int32_t h = hour - VIEW_HOURS + 1; h < hour; h++) {
        int local = (h + zone_h) % 24;
        if (local >= 2 && local < 5 && use[h - ABODE_H0] >= 0)
            nights[count++] = (double)use[h - ABODE_H0];
    }
    for (int i = 1; i < count; i++)
        for (int j = i; j > 0 && nights[j - 1] > nights[j]; j--) {
            double swap = nights[j];
            nights[j] = nights[j - 1];
            nights[j - 1] = swap;
        }
    double drips = count >= 6 ? 1.3 * nights[count * 3 / 10] : 0.0;
    return (int64_t)(drips > 1000.0 ? drips : 1000.0);
}

START_TEST(the_floor_is_that_of_a_slow_reference)
{
    uint64_t random = SEED;
    struct message profile = abode_event(HOUSEHOLD_PROFILE, ABODE_T0);
    profile.event.timezone = TEXT("Asia/Seoul");
    abode_take(&home, profile, ABODE_T0);
    static int64_t use[40 * 24];
    int checked = 0;
    for (int32_t hour = ABODE_H0; hour < ABODE_H0 + 40 * 24; hour++) {
        int32_t day = (hour - ABODE_H0) / 24;
        bool drips = day / 10 % 2; /* ten days tight, ten with a dripping tap */
        int64_t milli = abode_usual(UTILITY_WATER, hour) +
                        (drips ? 2000 + (int64_t)(next_random(&random) % 4000) : 0);
        bool comes = next_random(&random) % 10 != 0;
        use[hour - ABODE_H0] = comes ? milli : -1;
        if (comes)
            abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, milli),
                       (hour + 1) * HOUR + 60);
        if (!comes || (hour + 9) % 24 != 5 || hour < ABODE_H0 + VIEW_HOURS)
            continue;
        int want = routine_code(slow_floor(use, hour, 9));
        int got = routine_of(UTILITY_WATER)->floor;
        ck_assert_msg(abs(got - want) <= 1, "day %d: floor %d, not %d", day, got, want);
        checked++;
    }
    ck_assert_int_gt(checked, 20);
}
END_TEST

START_TEST(a_dripping_tap_is_nobody)
{
    abode_live(&home, UTILITY_WATER, ABODE_H0, ABODE_H0 + 10 * 24);
    int32_t hour = ABODE_H0 + 10 * 24;
    for (; hour < ABODE_H0 + 30 * 24; hour++)
        abode_take(&home,
                   abode_hour(UTILITY_WATER, hour * HOUR, 3000 + abode_usual(UTILITY_WATER, hour)),
                   (hour + 1) * HOUR + 60);
    /* the last use was at 21; the tap drips on through the night */
    ck_assert_int_eq(abode_record(&home).home->last_life_s, (hour - 2) * HOUR);
}
END_TEST

START_TEST(electricity_has_no_floor)
{
    abode_live(&home, UTILITY_ELECTRICITY, ABODE_H0, ABODE_H0 + 30 * 24);
    ck_assert_uint_eq(routine_of(UTILITY_ELECTRICITY)->floor, 0);
}
END_TEST

/* ---- days ---------------------------------------------------------------------------------- */

/* Totals of local days by their words: at least half of the hours measured, scaled to the whole. */
START_TEST(days_are_those_of_a_slow_reference)
{
    static const struct {
        const char *zone;
        int hours; /* to add to UTC */
    } zones[] = {{"UTC", 0}, {"Asia/Seoul", 9}, {"America/Bogota", -5}};
    for (int z = 0; z < 3; z++) {
        uint64_t random = SEED + (unsigned)z;
        double sums[120] = {0};
        int known[120] = {0}, valid = 0, all = 100 * 24;
        abode_done(&home);
        abode_init(&home, NULL);
        struct message profile = abode_event(HOUSEHOLD_PROFILE, ABODE_T0);
        profile.event.timezone = text_of(zones[z].zone);
        abode_take(&home, profile, ABODE_T0);
        int32_t first_day = (ABODE_H0 - 24) / 24;
        for (int32_t hour = ABODE_H0; hour < ABODE_H0 + all; hour++) {
            int32_t day = (hour + zones[z].hours) / 24 - first_day;
            /* now and then a day with hours that are missing or estimated */
            uint64_t fate = next_random(&random) % 8;
            bool bad = day % 5 == 2 && fate < 4;
            struct message message =
                abode_hour(UTILITY_WATER, hour * HOUR, (int64_t)(next_random(&random) % 90) * 1000);
            if (bad && fate == 0)
                message.reading.quality = QUALITY_ESTIMATED;
            else if (bad)
                continue;
            abode_take(&home, message, (hour + 1) * HOUR + 60);
            if (bad)
                continue;
            sums[day] += (double)routine_milli(routine_code(message.reading.value_milli));
            known[day]++;
        }
        const struct record_meter *meter = abode_meter(&home, UTILITY_WATER);
        int32_t last = (ABODE_H0 + all - 1 + zones[z].hours) / 24 - first_day;
        for (int32_t day = 0; day < last; day++) {
            valid += known[day] >= 12;
            if (day <= meter->newest_day - first_day - VIEW_DAYS)
                continue;
            uint16_t code = meter->days[(unsigned)(day + first_day) % VIEW_DAYS];
            ck_assert_msg((code != 0) == (known[day] >= 12), "%s day %d: %d hours known, code %u",
                          zones[z].zone, day, known[day], code);
            double want = known[day] ? sums[day] * 24 / known[day] : 0;
            if (code)
                ck_assert_double_eq_tol((double)routine_day_milli(code), want, 0.001 * want + 1);
        }
        ck_assert_uint_eq(meter->valid_days, valid);
    }
}
END_TEST

START_TEST(days_of_silence_of_the_meter_are_unknown)
{
    abode_live(&home, UTILITY_WATER, ABODE_H0, ABODE_H0 + 5 * 24);
    abode_live(&home, UTILITY_WATER, ABODE_H0 + 30 * 24, ABODE_H0 + 32 * 24);
    const struct record_meter *meter = abode_meter(&home, UTILITY_WATER);
    int32_t first = ABODE_H0 / 24;
    /* the fifth day would have been filed with the first hour after it */
    for (int32_t day = first; day < first + 31; day++)
        ck_assert_int_eq(meter->days[(unsigned)day % VIEW_DAYS] != 0,
                         day < first + 4 || day == first + 30);
    ck_assert_uint_eq(meter->valid_days, 5);
    /* months later nothing of it is left */
    abode_live(&home, UTILITY_WATER, ABODE_H0 + 120 * 24, ABODE_H0 + 122 * 24);
    meter = abode_meter(&home, UTILITY_WATER);
    int left = 0;
    for (int d = 0; d < VIEW_DAYS; d++)
        left += meter->days[d] != 0;
    ck_assert_int_eq(left, 1);
    ck_assert_uint_eq(meter->valid_days, 6);
}
END_TEST

/* ---- learning ------------------------------------------------------------------------------ */

START_TEST(each_hour_that_is_measured_is_learnt_once)
{
    uint64_t random = SEED;
    int64_t learnt = 0;
    for (int32_t hour = ABODE_H0; hour < ABODE_H0 + 60 * 24; hour++) {
        if (hour > ABODE_H0 + 9 * 24 && next_random(&random) % 5 == 0)
            continue;
        for (int twice = 0; twice < 2; twice++)
            abode_live(&home, UTILITY_ELECTRICITY, hour, hour + 1);
        learnt++;
    }
    /* the first hour is not in the first week that is learnt at once */
    ck_assert_int_eq(routine_of(UTILITY_ELECTRICITY)->learnt_hours, learnt - 1);
}
END_TEST

START_TEST(a_declared_absence_teaches_how_the_home_is_when_empty_and_nothing_else)
{
    abode_live(&home, UTILITY_ELECTRICITY, ABODE_H0, ABODE_MORNING);
    struct routine before = *routine_of(UTILITY_ELECTRICITY);
    struct message absence = abode_event(HOUSEHOLD_ABSENCE, ABODE_MORNING * HOUR);
    absence.event.from_s = (ABODE_MORNING - 1) * HOUR;
    absence.event.to_s = (ABODE_MORNING + 10 * 24) * HOUR;
    abode_take(&home, absence, ABODE_MORNING * HOUR);
    abode_quiet(&home, UTILITY_ELECTRICITY, ABODE_MORNING, ABODE_MORNING + 9 * 24);
    struct routine after = *routine_of(UTILITY_ELECTRICITY);
    unsigned empty = 0;
    for (int j = 0; j < ROUTINE_BINS; j++)
        empty += after.empty[j];
    ck_assert_uint_ge(empty, 100);
    memcpy(after.empty, before.empty, sizeof after.empty);
    ck_assert_mem_eq(&after, &before, sizeof after);
    /* and they are back */
    abode_live(&home, UTILITY_ELECTRICITY, ABODE_MORNING + 10 * 24, ABODE_MORNING + 12 * 24);
    ck_assert_uint_ge(routine_of(UTILITY_ELECTRICITY)->learnt_hours, before.learnt_hours + 47);
}
END_TEST

START_TEST(a_routine_follows_its_home)
{
    abode_live(&home, UTILITY_WATER, ABODE_H0, ABODE_H0 + 60 * 24);
    const struct routine *routine = routine_of(UTILITY_WATER);
    for (unsigned hour = 0; hour < 24; hour++) {
        bool busy = hour == 7 || hour == 12 || (hour >= 18 && hour < 22);
        double awake = routine_awake(routine, routine_slot(hour, 0));
        ck_assert_msg(busy ? awake > 0.75 : awake < 0.1, "%u o'clock: awake %.2f", hour, awake);
        int64_t usual = routine_usual_milli(routine, UTILITY_WATER, routine_slot(hour, 0));
        ck_assert_msg(busy ? usual > 10000 : usual < 1000, "%u o'clock: %lld", hour,
                      (long long)usual);
    }
}
END_TEST

int main(void)
{
    (void)printf("seed %u\n", SEED);
    TCase *cases = tcase_create("baseline");
    tcase_add_checked_fixture(cases, begin, end);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, the_range_comes_with_the_eighth_day);
    tcase_add_loop_test(cases, a_history_that_comes_at_once_teaches_all_of_it, 0, 2);
    tcase_add_test(cases, a_week_of_which_half_is_unknown_is_no_week);
    tcase_add_test(cases, a_week_without_a_drop_has_the_range_of_the_least_flow);
    tcase_add_test(cases, estimated_hours_give_no_range_and_teach_nothing);
    tcase_add_test(cases, a_new_home_s_range_widens_and_a_known_one_s_stands);
    tcase_add_test(cases,
                   hours_in_which_water_was_never_drawn_stay_without_use_when_the_range_widens);
    tcase_add_test(cases, the_floor_is_that_of_a_slow_reference);
    tcase_add_test(cases, a_dripping_tap_is_nobody);
    tcase_add_test(cases, electricity_has_no_floor);
    tcase_add_test(cases, days_are_those_of_a_slow_reference);
    tcase_add_test(cases, days_of_silence_of_the_meter_are_unknown);
    tcase_add_test(cases, each_hour_that_is_measured_is_learnt_once);
    tcase_add_test(cases, a_declared_absence_teaches_how_the_home_is_when_empty_and_nothing_else);
    tcase_add_test(cases, a_routine_follows_its_home);
    Suite *suite = suite_create("baseline");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
