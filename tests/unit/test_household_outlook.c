/* SPDX-License-Identifier: Apache-2.0
 *
 * The outlook that a household's record carries: how soon a collapse in it would be told.
 */
#include <check.h>
#include <stdlib.h>

#include "abode.h"
#include "household/outlook.h"

static struct abode home;

static void begin(void)
{
    abode_init(&home, NULL);
}

static void end(void)
{
    abode_done(&home);
}

START_TEST(a_new_home_is_not_known_yet)
{
    abode_live(&home, UTILITY_WATER, ABODE_H0, ABODE_H0 + 3 * 24);
    ck_assert_int_eq(household_outlook_h(&home.household), OUTLOOK_UNKNOWN);
}
END_TEST

START_TEST(a_home_that_lives_by_the_clock_is_told_of_within_two_days)
{
    abode_learn(&home);
    int hours = household_outlook_h(&home.household);
    ck_assert_int_ge(hours, 1);
    ck_assert_int_le(hours, 48);
    abode_reload(&home);
    ck_assert_int_eq(household_outlook_h(&home.household), hours);
}
END_TEST

START_TEST(it_is_worked_out_once_a_week)
{
    abode_learn(&home);
    struct record_home *kept = abode_record(&home).home;
    int32_t day = kept->outlook_day;
    kept->outlook_h = 99;
    abode_live(&home, UTILITY_WATER, ABODE_MORNING, (day + OUTLOOK_DAYS) * 24 - 1);
    kept = abode_record(&home).home;
    ck_assert_int_eq(kept->outlook_day, day);
    ck_assert_int_eq(kept->outlook_h, 99);
    abode_live(&home, UTILITY_WATER, (day + OUTLOOK_DAYS) * 24 - 1, (day + OUTLOOK_DAYS) * 24 + 3);
    kept = abode_record(&home).home;
    ck_assert_int_eq(kept->outlook_day, day + OUTLOOK_DAYS);
    ck_assert_int_ne(kept->outlook_h, 99);
}
END_TEST

/* Panels by day and a timer by night leave no hour in which anybody could be missed. */
START_TEST(a_meter_that_is_masked_all_day_is_seen_not_to_watch)
{
    abode_live(&home, UTILITY_ELECTRICITY, ABODE_H0, ABODE_MORNING);
    int hours = household_outlook_h(&home.household);
    ck_assert_int_ge(hours, 1);
    ck_assert_int_lt(hours, OUTLOOK_NEVER);
    abode_meter(&home, UTILITY_ELECTRICITY)->flags |= METER_FEEDS_IN | METER_CHARGES;
    abode_record(&home).home->outlook_day = 0;
    abode_live(&home, UTILITY_ELECTRICITY, ABODE_MORNING, ABODE_MORNING + 1);
    ck_assert_int_eq(household_outlook_h(&home.household), OUTLOOK_NEVER);
}
END_TEST

START_TEST(nobody_asks_of_a_home_that_is_empty_or_new)
{
    abode_learn(&home);
    abode_take(&home, abode_event(HOUSEHOLD_MOVED_OUT, ABODE_MORNING * HOUR), ABODE_MORNING * HOUR);
    ck_assert_int_eq(household_outlook_h(&home.household), 0);
    int64_t in_s = (ABODE_MORNING + 48) * HOUR;
    abode_take(&home, abode_event(HOUSEHOLD_MOVED_IN, in_s), in_s);
    ck_assert_int_eq(household_outlook_h(&home.household), OUTLOOK_UNKNOWN);
    abode_take(&home, abode_event(HOUSEHOLD_OPTED_OUT, in_s + HOUR), in_s + HOUR);
    ck_assert_int_eq(household_outlook_h(&home.household), 0);
}
END_TEST

START_TEST(nobody_asks_where_silence_may_not_raise)
{
    abode_done(&home);
    abode_init(&home, "enrolment:\n  - flags: [consent]\n    detectors: [silence]\n");
    abode_learn(&home);
    ck_assert_int_eq(household_outlook_h(&home.household), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("household_outlook");
    TCase *cases = tcase_create("household_outlook");
    tcase_add_checked_fixture(cases, begin, end);
    tcase_add_test(cases, a_new_home_is_not_known_yet);
    tcase_add_test(cases, a_home_that_lives_by_the_clock_is_told_of_within_two_days);
    tcase_add_test(cases, it_is_worked_out_once_a_week);
    tcase_add_test(cases, a_meter_that_is_masked_all_day_is_seen_not_to_watch);
    tcase_add_test(cases, nobody_asks_of_a_home_that_is_empty_or_new);
    tcase_add_test(cases, nobody_asks_where_silence_may_not_raise);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
