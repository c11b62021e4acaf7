/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/cold/cold.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "detector_case.h"

#define MONDAY 20465 /* 2026-01-12 */
#define KWH    ((int64_t)1000000)
#define LITRE  ((int64_t)1000)
#define DAYS   400

static struct detector_case it;
static int16_t tenths[DAYS]; /* of the days from MONDAY - 100 on */

static int16_t *celsius(int32_t day)
{
    return &tenths[day - (MONDAY - 100)];
}

/* What the view tells of the weather at the end of the day. */
static void look_out(int32_t day)
{
    it.view.celsius_day = day;
    for (int i = 0; i < VIEW_WEATHER_DAYS; i++)
        it.view.celsius[i] = *celsius(day - i);
}

static void home_of(unsigned count, const enum utility *utilities)
{
    case_start(&it, &detector_cold);
    it.view.meter_count = (uint8_t)count;
    for (unsigned i = 0; i < count; i++) {
        it.view.meters[i].utility = utilities[i];
        it.view.meters[i].interval_minutes = 60;
    }
    for (int32_t day = MONDAY - 100; day < MONDAY - 100 + DAYS; day++)
        *celsius(day) = CELSIUS_UNKNOWN;
}

/* An hour of a meter, somebody awake or not. */
static void hour(unsigned meter, int32_t day, int local, bool vouched, bool awake, uint8_t use)
{
    int64_t at = (day * (int64_t)86400 - it.view.utc_offset_s) / 3600 + local;
    case_show(&it, &(struct event){.kind = EVENT_HOUR,
                                   .at_s = (at + 1) * 3600,
                                   .hour = (int32_t)at,
                                   .local_hour = (uint8_t)local,
                                   .meter = (uint8_t)meter,
                                   .vouched = vouched,
                                   .use = use,
                                   .evidence.awake = awake});
}

/* Somebody is up in the morning and in the evening, by this meter. */
static void lived(unsigned meter, int32_t day)
{
    static const int hours[] = {7, 8, 18, 19};
    for (unsigned i = 0; i < 4; i++)
        hour(meter, day, hours[i], true, true, 80);
}

static void total(unsigned meter, int32_t day, int64_t milli)
{
    int64_t end_s = (day + 1) * (int64_t)86400 - it.view.utc_offset_s;
    struct meter_view *of = &it.view.meters[meter];
    it.days[meter][day % VIEW_DAYS] = routine_day_code(milli);
    for (int64_t h = end_s / 3600 - 24; h < end_s / 3600; h++)
        it.hours[meter][h % VIEW_HOURS] = routine_code(milli / 24);
    of->newest_day = day;
    of->newest_hour = (int32_t)(end_s / 3600) - 1;
    look_out(day);
    case_show(&it, &(struct event){.kind = EVENT_DAY,
                                   .at_s = end_s,
                                   .meter = (uint8_t)meter,
                                   .vouched = true,
                                   .day = day});
}

static bool seen_by_the_hour(unsigned meter, int32_t day)
{
    it.view.meters[meter].last_life_s = (day + 1) * (int64_t)86400 - it.view.utc_offset_s;
    return true;
}

/* Sixty-four days of four kinds of weather; `heats` of each degree below 15, `base` beside it. */
static void winter(unsigned meter, int64_t base, int64_t heats, unsigned witness)
{
    static const int16_t kinds[] = {120, 80, 30, -20};
    for (int32_t day = MONDAY - 64; day < MONDAY; day++) {
        *celsius(day) = kinds[day % 4];
        if (witness < VIEW_METERS_MAX && seen_by_the_hour(witness, day)) {
            lived(witness, day);
            total(witness, day,
                  it.view.meters[witness].utility == UTILITY_WATER ? 200 * LITRE : 5 * KWH);
        }
        total(meter, day, base + heats * (150 - *celsius(day)) / 10);
    }
    ck_assert(!it.verdict.active);
}

static const enum utility gas_and_water[] = {UTILITY_GAS, UTILITY_WATER};
#define NOBODY VIEW_METERS_MAX

/* An ordinary day of meter 1, water, which is read by the hour. */
static void lived_with_water(int32_t day)
{
    (void)seen_by_the_hour(1, day);
    lived(1, day);
    total(1, day, 200 * LITRE);
}

START_TEST(daily_meters_alone_find_a_home_that_is_used_and_not_heated)
{
    home_of(2, gas_and_water);
    it.view.meters[0].interval_minutes = it.view.meters[1].interval_minutes = 1440;
    for (int32_t day = MONDAY - 64; day < MONDAY; day++)
        it.days[1][day % VIEW_DAYS] = routine_day_code(200 * LITRE);
    it.view.meters[1].newest_day = MONDAY - 1;
    winter(0, 1 * KWH, 1 * KWH, NOBODY);
    for (int32_t day = MONDAY; day < MONDAY + 2; day++) {
        *celsius(day) = -20;
        total(1, day, 20 * LITRE); /* nobody: a holiday */
        total(0, day, KWH / 10);
    }
    ck_assert(!it.verdict.active);
    for (int32_t day = MONDAY + 2; day < MONDAY + 4; day++) {
        *celsius(day) = -20;
        total(1, day, 190 * LITRE);
        total(0, day, KWH / 10);
    }
    ck_assert(it.verdict.active);
    ck_assert_int_eq(it.verdict.since_s, (MONDAY + 2) * (int64_t)86400 - it.view.utc_offset_s);
}
END_TEST

START_TEST(who_heats_with_electricity_instead_is_warm)
{
    static const enum utility three[] = {UTILITY_GAS, UTILITY_WATER, UTILITY_ELECTRICITY};
    for (int heater = 0; heater < 2; heater++) {
        home_of(3, three);
        static const int16_t kinds[] = {120, 80, 30, -20};
        for (int32_t day = MONDAY - 64; day < MONDAY + 2; day++) {
            bool off = day >= MONDAY;
            *celsius(day) = off ? -20 : kinds[day % 4];
            lived_with_water(day);
            total(2, day, off && heater ? 20 * KWH : 6 * KWH);
            total(0, day, off ? KWH : KWH * (160 - *celsius(day)) / 10);
        }
        ck_assert_int_eq(it.verdict.active, !heater);
    }
}
END_TEST

START_TEST(weather_that_comes_late_is_waited_for)
{
    home_of(2, gas_and_water);
    winter(0, KWH, KWH, 1);
    for (int32_t day = MONDAY; day < MONDAY + 2; day++) {
        lived_with_water(day);
        total(0, day, KWH);
    }
    ck_assert(!it.verdict.active);
    *celsius(MONDAY) = *celsius(MONDAY + 1) = -20;
    look_out(MONDAY + 1);
    hour(1, MONDAY + 2, 6, true, false, 40);
    ck_assert(it.verdict.active);
}
END_TEST

START_TEST(somebody_who_is_seen_late_is_seen)
{
    home_of(2, gas_and_water);
    winter(0, KWH, KWH, 1);
    for (int32_t day = MONDAY; day < MONDAY + 2; day++) {
        *celsius(day) = -20;
        total(0, day, KWH);
    }
    ck_assert(!it.verdict.active);
    for (int32_t day = MONDAY; day < MONDAY + 2; day++)
        lived(1, day); /* its batch comes the next morning */
    ck_assert(it.verdict.active);
}
END_TEST

/* What is told of days ago, or of yesterday's hours, does not know the weather of the window yet.
 */
START_TEST(what_waits_for_somebody_outlives_what_comes_late)
{
    const struct event late[] = {
        {.kind = EVENT_HOUSEHOLD, .household = HOUSEHOLD_PROFILE},
        {.kind = EVENT_BILLING, .billing = BILLING_PAYMENT},
        {.kind = EVENT_HOUR, .meter = 1, .vouched = true, .use = 40},
    };
    for (unsigned i = 0; i < sizeof late / sizeof late[0]; i++) {
        home_of(2, gas_and_water);
        winter(0, KWH, KWH, 1);
        for (int32_t day = MONDAY; day < MONDAY + 2; day++) {
            *celsius(day) = -20;
            total(0, day, KWH);
        }
        struct event event = late[i];
        event.at_s = (MONDAY - 1) * INT64_C(86400) - it.view.utc_offset_s + 7200;
        event.hour = (int32_t)(event.at_s / 3600) - 1;
        look_out(MONDAY - 2);
        case_show(&it, &event);
        ck_assert(!it.verdict.active);
        look_out(MONDAY + 1);
        for (int32_t day = MONDAY; day < MONDAY + 2; day++)
            lived(1, day);
        ck_assert_msg(it.verdict.active, "after event %u", i);
    }
}
END_TEST

/* An estimated hour, an hour without any electricity: the day says nothing. */
START_TEST(days_that_are_not_sure_begin_nothing)
{
    static const enum utility power_and_water[] = {UTILITY_ELECTRICITY, UTILITY_WATER};
    static const struct {
        bool vouched;
        uint8_t use;
        bool found;
    } hours[] = {{true, 60, true}, {false, 60, false}, {true, ROUTINE_ZERO, false}};
    for (unsigned i = 0; i < 3; i++) {
        home_of(2, power_and_water);
        winter(0, 5 * KWH, KWH, 1);
        for (int32_t day = MONDAY; day < MONDAY + 2; day++) {
            *celsius(day) = -20;
            lived(1, day);
            hour(0, day, 12, hours[i].vouched, false, hours[i].use);
            total(0, day, 5 * KWH);
        }
        ck_assert_int_eq(it.verdict.active, hours[i].found);
    }
}
END_TEST

/* Night storage is loudest when nobody acts: its own hours are no witness. */
START_TEST(what_heats_vouches_for_nobody)
{
    static const enum utility power_and_water[] = {UTILITY_ELECTRICITY, UTILITY_WATER};
    home_of(2, power_and_water);
    winter(0, 5 * KWH, KWH, 1);
    for (int32_t day = MONDAY; day < MONDAY + 2; day++) {
        *celsius(day) = -20;
        (void)seen_by_the_hour(1, day);
        lived(0, day);
        total(1, day, 0);
        total(0, day, 2 * KWH);
    }
    ck_assert(!it.verdict.active);
}
END_TEST

START_TEST(a_colder_day_than_ever_is_held_against_the_coldest_known)
{
    home_of(2, gas_and_water);
    winter(0, KWH, KWH, 1);
    for (int32_t day = MONDAY; day < MONDAY + 2; day++) {
        *celsius(day) = -150;
        lived_with_water(day);
        total(0, day, 5 * KWH); /* base 4: a twelfth of its 13 above it */
    }
    ck_assert(it.verdict.active);
    ck_assert_int_eq(it.verdict.grade, SEVERITY_HIGH);
    double values[TERMS_MAX];
    for (size_t i = 0; i < TERMS_MAX; i++)
        values[i] = NAN;
    detector_cold.explain(it.options, it.state, &it.view, values);
    ck_assert_double_eq_tol(values[5], 5000.0, 5.0);   /* used */
    ck_assert_double_eq_tol(values[6], 18000.0, 30.0); /* usual */
    ck_assert_double_eq_tol(values[7], 4000.0, 10.0);  /* base */
}
END_TEST

/* A record is explained without the weather that it was judged by. */
START_TEST(the_numbers_are_there_when_the_weather_is_not)
{
    double with[TERMS_MAX], without[TERMS_MAX];
    for (size_t i = 0; i < TERMS_MAX; i++)
        with[i] = without[i] = NAN;
    home_of(2, gas_and_water);
    winter(0, KWH, KWH, 1);
    *celsius(MONDAY) = -23;
    (void)seen_by_the_hour(1, MONDAY);
    lived(1, MONDAY);
    total(1, MONDAY, 200 * LITRE);
    total(0, MONDAY, 5 * KWH);
    detector_cold.explain(it.options, it.state, &it.view, with);
    ck_assert_double_eq_tol(with[3], -2.5, 1e-9); /* celsius, to a half */
    ck_assert_double_gt(with[6], 0.0);
    for (int i = 0; i < VIEW_WEATHER_DAYS; i++)
        it.view.celsius[i] = CELSIUS_UNKNOWN;
    detector_cold.explain(it.options, it.state, &it.view, without);
    for (int i = 0; i < TERMS_MAX; i++)
        ck_assert(isnan(with[i]) ? isnan(without[i]) : with[i] == without[i]);
}
END_TEST

START_TEST(after_sixty_days_the_home_heats_otherwise)
{
    home_of(2, gas_and_water);
    winter(0, KWH, KWH, 1);
    int began = 0;
    for (int32_t day = MONDAY; day < MONDAY + 150; day++) {
        bool before = it.verdict.active;
        *celsius(day) = -20;
        lived_with_water(day);
        total(0, day, KWH);
        began += it.verdict.active && !before;
        ck_assert_int_eq(it.verdict.active, day >= MONDAY + 1 && day < MONDAY + 60);
    }
    ck_assert_int_eq(began, 1);
}
END_TEST

START_TEST(a_corrected_day_that_was_heated_ends_it)
{
    home_of(2, gas_and_water);
    winter(0, KWH, KWH, 1);
    for (int32_t day = MONDAY; day < MONDAY + 2; day++) {
        *celsius(day) = -20;
        lived_with_water(day);
        total(0, day, KWH);
    }
    ck_assert(it.verdict.active);
    it.days[0][MONDAY % VIEW_DAYS] = routine_day_code(17 * KWH);
    case_show(&it, &(struct event){
                       .kind = EVENT_DAY, .at_s = it.view.now_s, .vouched = true, .day = MONDAY});
    ck_assert(!it.verdict.active);
    ck_assert(it.verdict.life);
}
END_TEST

/* Homes of every size whose heating varies by a third around the weather's raise nothing. */
START_TEST(an_ordinary_winter_is_left_alone)
{
    uint64_t seed = 20260112;
    printf("seed %llu\n", (unsigned long long)seed);
    for (int home = 0; home < 40; home++) {
        home_of(2, gas_and_water);
        int64_t base = (int64_t)(case_random(&seed) % 30) * KWH / 10;
        int64_t heats = (int64_t)(2 + case_random(&seed) % 20) * KWH / 10;
        for (int32_t day = MONDAY - 90; day < MONDAY + 200; day++) {
            int32_t from_coldest = day > MONDAY ? day - MONDAY : MONDAY - day;
            *celsius(day) = (int16_t)(2 * from_coldest - 60 + (int)(case_random(&seed) % 80));
            int64_t lacking = *celsius(day) < 150 ? 150 - *celsius(day) : 0;
            int64_t percent = 67 + (int64_t)(case_random(&seed) % 67);
            lived_with_water(day);
            total(0, day, base + heats * lacking / 10 * percent / 100);
            ck_assert_msg(!it.verdict.active, "home %d, day %d", home, day - MONDAY);
        }
    }
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("cold");
    tcase_add_test(cases, daily_meters_alone_find_a_home_that_is_used_and_not_heated);
    tcase_add_test(cases, who_heats_with_electricity_instead_is_warm);
    tcase_add_test(cases, weather_that_comes_late_is_waited_for);
    tcase_add_test(cases, somebody_who_is_seen_late_is_seen);
    tcase_add_test(cases, what_waits_for_somebody_outlives_what_comes_late);
    tcase_add_test(cases, days_that_are_not_sure_begin_nothing);
    tcase_add_test(cases, what_heats_vouches_for_nobody);
    tcase_add_test(cases, a_colder_day_than_ever_is_held_against_the_coldest_known);
    tcase_add_test(cases, the_numbers_are_there_when_the_weather_is_not);
    tcase_add_test(cases, after_sixty_days_the_home_heats_otherwise);
    tcase_add_test(cases, a_corrected_day_that_was_heated_ends_it);
    tcase_add_test(cases, an_ordinary_winter_is_left_alone);
    Suite *suite = suite_create("cold");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
