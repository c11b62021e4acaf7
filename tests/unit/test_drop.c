/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/drop/drop.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "detector_case.h"

#define MONDAY 20465 /* 2026-01-12 */
#define LITRE  ((int64_t)1000)
#define KWH    ((int64_t)1000000)

static struct detector_case it;

static void water_home(void)
{
    case_start(&it, &detector_drop);
    it.view.meter_count = 1;
    it.view.meters[0].utility = UTILITY_WATER;
}

static void usual_days(unsigned meter, int32_t before, int days, int64_t milli)
{
    for (int32_t day = before - days; day < before; day++)
        case_day(&it, meter, day, milli + day % 5 * milli / 100);
}

static int fill(int32_t from, int days, int64_t milli)
{
    int began = 0;
    for (int32_t day = from; day < from + days; day++) {
        bool before = it.verdict.active;
        case_day(&it, 0, day, milli);
        began += it.verdict.active && !before;
    }
    return began;
}

START_TEST(low_days_raise_once_and_one_day_back_ends)
{
    water_home();
    usual_days(0, MONDAY, 60, 400 * LITRE);
    ck_assert(!it.verdict.active);
    ck_assert_int_eq(fill(MONDAY, 10, 100 * LITRE), 1);
    ck_assert_int_eq(it.verdict.utility, UTILITY_WATER);
    ck_assert_int_eq(it.verdict.grade, SEVERITY_MEDIUM);
    ck_assert_int_eq(it.verdict.since_s, MONDAY * (int64_t)86400 - it.view.utc_offset_s);
    ck_assert_double_ge(it.verdict.score, 70.0);
    case_day(&it, 0, MONDAY + 10, 300 * LITRE);
    ck_assert(!it.verdict.active);
    ck_assert(it.verdict.life);
}
END_TEST

START_TEST(between_the_two_thresholds_nothing_begins_and_nothing_ends)
{
    water_home();
    usual_days(0, MONDAY, 60, 400 * LITRE);
    ck_assert_int_eq(fill(MONDAY, 6, 220 * LITRE), 0); /* 55 % */
    usual_days(0, MONDAY + 66, 60, 400 * LITRE);
    ck_assert_int_eq(fill(MONDAY + 66, 3, 100 * LITRE), 1);
    ck_assert_int_eq(fill(MONDAY + 69, 20, 220 * LITRE), 0);
    ck_assert(it.verdict.active);
}
END_TEST

/* Homes whose days vary by two fifths around their usual raise nothing in a year and a half. */
START_TEST(an_ordinary_home_is_left_alone)
{
    uint64_t seed = 20260115;
    printf("seed %llu\n", (unsigned long long)seed);
    for (int home = 0; home < 40; home++) {
        water_home();
        int64_t usual = (int64_t)(80 + case_random(&seed) % 800) * LITRE;
        for (int32_t day = MONDAY; day < MONDAY + 540; day++) {
            int64_t percent = 60 + (int64_t)(case_random(&seed) % 80);
            case_day(&it, 0, day, usual * percent / 100);
            ck_assert_msg(!it.verdict.active, "home %d, day %d", home, day - MONDAY);
        }
    }
}
END_TEST

/* A slide is decline's: each day is like the last, and no two days are far below the usual. */
START_TEST(a_slow_slide_is_no_drop)
{
    water_home();
    int64_t milli = 400 * LITRE;
    for (int32_t day = MONDAY; day < MONDAY + 300; day++, milli -= milli / 100)
        case_day(&it, 0, day, milli);
    ck_assert(!it.verdict.active);
}
END_TEST

START_TEST(two_meters_of_one_utility_are_one_utility)
{
    water_home();
    it.view.meter_count = 2;
    it.view.meters[1].utility = UTILITY_WATER;
    usual_days(0, MONDAY, 60, 400 * LITRE);
    usual_days(1, MONDAY, 60, 100 * LITRE);
    for (int32_t day = MONDAY; day < MONDAY + 3; day++) {
        case_day(&it, 0, day, 40 * LITRE);
        case_day(&it, 1, day, 20 * LITRE);
    }
    ck_assert(it.verdict.active);
    ck_assert_int_eq(it.verdict.grade, SEVERITY_MEDIUM);
    ck_assert_uint_eq(it.verdict.utilities, 1u << UTILITY_WATER);
    /* The meter that fell furthest speaks. */
    char said[FINDING_SUMMARY_MAX];
    detector_drop.describe(it.options, it.state, &it.view, &it.verdict, said, sizeof said);
    ck_assert_ptr_nonnull(strstr(said, "90 % below"));
}
END_TEST

/* Water that is low, of a meter that another one follows. */
static int32_t low_and_replaced(enum utility utility)
{
    water_home();
    usual_days(0, MONDAY, 60, 400 * LITRE);
    ck_assert_int_eq(fill(MONDAY, 3, 100 * LITRE), 1);
    it.view.meter_count = 2;
    it.view.meters[1].utility = utility;
    return MONDAY + 3;
}

/* Nobody said that it was exchanged; data that comes days late is no exchange. */
START_TEST(a_meter_whose_place_another_took_keeps_no_finding)
{
    int32_t first = low_and_replaced(UTILITY_WATER);
    usual_days(1, first + 3, 3, 400 * LITRE);
    ck_assert(it.verdict.active);
    case_day(&it, 1, first + 3, 400 * LITRE);
    ck_assert(!it.verdict.active);
    ck_assert(!it.verdict.life);
    case_day(&it, 0, first - 1, 90 * LITRE); /* late, and still low */
    ck_assert(!it.verdict.active);
    usual_days(1, first + 60, 56, 400 * LITRE);
    for (int32_t day = first + 60; day < first + 63; day++)
        case_day(&it, 1, day, 100 * LITRE);
    ck_assert(it.verdict.active);
    ck_assert_int_eq(it.verdict.since_s, (first + 60) * (int64_t)86400 - it.view.utc_offset_s);
}
END_TEST

START_TEST(missing_data_alone_ends_nothing)
{
    int32_t first = low_and_replaced(UTILITY_ELECTRICITY);
    usual_days(1, first + 90, 90, 8 * KWH);
    ck_assert(it.verdict.active);
}
END_TEST

START_TEST(the_strongest_of_three_utilities_speaks_and_all_are_named)
{
    case_start(&it, &detector_drop);
    it.view.meter_count = 3;
    for (unsigned u = 0; u < 3; u++) {
        it.view.meters[u].utility = u;
        usual_days(u, MONDAY, 60, 8 * KWH);
    }
    for (int32_t day = MONDAY; day < MONDAY + 3; day++) {
        case_day(&it, 0, day, 2 * KWH);
        case_day(&it, 1, day, KWH * 2 / 5);
        case_day(&it, 2, day, KWH / 2);
    }
    ck_assert(it.verdict.active);
    ck_assert_int_eq(it.verdict.grade, SEVERITY_HIGH);
    ck_assert_int_eq(it.verdict.utility, UTILITY_WATER);
    ck_assert_uint_eq(it.verdict.utilities, 7);
}
END_TEST

START_TEST(other_events_leave_the_verdict_as_it_is)
{
    water_home();
    usual_days(0, MONDAY, 60, 400 * LITRE);
    fill(MONDAY, 3, 50 * LITRE);
    ck_assert(it.verdict.active);
    case_show(&it, &(struct event){.kind = EVENT_HOUR, .at_s = it.view.now_s + 3600});
    ck_assert(it.verdict.active);
    case_show(&it, &(struct event){.kind = EVENT_REPORT, .at_s = it.view.now_s});
    ck_assert(it.verdict.active);
    /* A bill changes nothing either, and the finding is told in full again. */
    case_show(&it, &(struct event){.kind = EVENT_BILLING, .at_s = it.view.now_s});
    ck_assert(it.verdict.active);
    ck_assert_int_ne(it.verdict.since_s, 0);
}
END_TEST

START_TEST(the_longest_window_works)
{
    water_home();
    for (size_t i = 0; i < detector_drop.option_count; i++)
        if (strcmp(detector_drop.options[i].name, "drop.days") == 0)
            case_option(&it, &detector_drop.options[i], "14");
    usual_days(0, MONDAY, 60, 400 * LITRE);
    ck_assert_int_eq(fill(MONDAY, 13, 50 * LITRE), 0);
    ck_assert_int_eq(fill(MONDAY + 13, 1, 50 * LITRE), 1);
}
END_TEST

int main(void)
{
    TCase *rules = tcase_create("rules");
    tcase_add_test(rules, low_days_raise_once_and_one_day_back_ends);
    tcase_add_test(rules, between_the_two_thresholds_nothing_begins_and_nothing_ends);
    tcase_add_test(rules, an_ordinary_home_is_left_alone);
    tcase_add_test(rules, a_slow_slide_is_no_drop);
    tcase_add_test(rules, two_meters_of_one_utility_are_one_utility);
    tcase_add_test(rules, a_meter_whose_place_another_took_keeps_no_finding);
    tcase_add_test(rules, missing_data_alone_ends_nothing);
    tcase_add_test(rules, the_strongest_of_three_utilities_speaks_and_all_are_named);
    tcase_add_test(rules, other_events_leave_the_verdict_as_it_is);
    tcase_add_test(rules, the_longest_window_works);
    Suite *suite = suite_create("drop");
    suite_add_tcase(suite, rules);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
