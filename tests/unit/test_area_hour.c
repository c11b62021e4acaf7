/* SPDX-License-Identifier: Apache-2.0
 *
 * What the hours of one home tell about its area and feeder.
 */
#include <check.h>
#include <stdlib.h>

#include "abode.h"

#define MORNING ABODE_MORNING

static struct abode home;
static struct area_hour last;
static int told;

static void measured(void *owner, const struct area_hour *hour)
{
    (void)owner;
    ck_assert(text_is(hour->area, "A-1"));
    ck_assert(text_is(hour->feeder, "F-201"));
    last = *hour;
    told++;
}

static void begin(void)
{
    abode_init(&home, NULL);
    struct message profile = abode_event(HOUSEHOLD_PROFILE, ABODE_T0);
    profile.event.residents = -1;
    profile.event.area = text_of("A-1");
    profile.event.feeder = text_of("F-201");
    abode_take(&home, profile, ABODE_T0 + 60);
    home.context.measured = measured;
}

static void learn(enum utility utility)
{
    abode_live(&home, utility, ABODE_H0, MORNING);
    ck_assert_int_gt(told, 30 * 24);
    told = 0;
}

static void end(void)
{
    abode_done(&home);
    last = (struct area_hour){.hour = 0};
    told = 0;
}

static void hour(enum utility utility, int32_t of, int64_t milli)
{
    abode_take(&home, abode_hour(utility, of * HOUR, milli), (of + 1) * HOUR + 60);
}

START_TEST(an_hour_without_any_electricity_is_dark)
{
    learn(UTILITY_ELECTRICITY);
    hour(UTILITY_ELECTRICITY, MORNING, abode_usual(UTILITY_ELECTRICITY, MORNING));
    ck_assert_int_eq(told, 1);
    ck_assert(last.metered && !last.dark);
    hour(UTILITY_ELECTRICITY, MORNING + 1, 0);
    ck_assert_int_eq(last.hour, MORNING + 1);
    ck_assert(last.metered && last.dark && !last.seen);
}
END_TEST

START_TEST(signs_of_life_are_counted_with_what_was_usual)
{
    learn(UTILITY_WATER);
    hour(UTILITY_WATER, MORNING + 23, 20000); /* seven in the morning */
    ck_assert(!last.metered && last.seen);
    ck_assert_int_ge(last.expected_milli, 700);
    hour(UTILITY_WATER, MORNING + 24 + 23, 0);
    ck_assert(!last.seen);
}
END_TEST

START_TEST(a_home_of_several_meters_is_one_home)
{
    learn(UTILITY_WATER);
    abode_live(&home, UTILITY_ELECTRICITY, ABODE_H0 + 33 * 24, MORNING);
    hour(UTILITY_ELECTRICITY, MORNING, 60000);
    ck_assert(last.metered && last.watched);
    hour(UTILITY_WATER, MORNING, 0);
    ck_assert(!last.metered && !last.watched && last.expected_milli > 0);
    hour(UTILITY_WATER, MORNING + 1, 0);
    ck_assert(last.watched);
}
END_TEST

START_TEST(a_home_that_cannot_tell_tells_nothing)
{
    learn(UTILITY_ELECTRICITY);
    struct message guess = abode_hour(UTILITY_ELECTRICITY, MORNING * HOUR, 0);
    guess.reading.quality = QUALITY_ESTIMATED;
    abode_take(&home, guess, (MORNING + 1) * HOUR + 60);
    ck_assert_int_eq(told, 0);
    struct message away = abode_event(HOUSEHOLD_ABSENCE, (MORNING + 1) * HOUR);
    away.event.from_s = (MORNING + 1) * HOUR;
    away.event.to_s = (MORNING + 10) * HOUR;
    abode_take(&home, away, (MORNING + 1) * HOUR + 60);
    hour(UTILITY_ELECTRICITY, MORNING + 1, 0);
    ck_assert_int_eq(told, 0);
    hour(UTILITY_ELECTRICITY, MORNING + 12, 0);
    ck_assert_int_eq(told, 1);
    abode_take(&home, abode_event(HOUSEHOLD_MOVED_OUT, (MORNING + 13) * HOUR),
               (MORNING + 13) * HOUR + 60);
    hour(UTILITY_ELECTRICITY, MORNING + 13, 0);
    ck_assert_int_eq(told, 1);
}
END_TEST

START_TEST(history_tells_nothing)
{
    learn(UTILITY_ELECTRICITY);
    abode_take(&home, abode_hour(UTILITY_ELECTRICITY, MORNING * HOUR, 0), (MORNING + 60) * HOUR);
    abode_wait(&home, (MORNING + 70) * HOUR);
    ck_assert_int_eq(told, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("area hour");
    TCase *cases = tcase_create("area hour");
    tcase_add_checked_fixture(cases, begin, end);
    tcase_add_test(cases, an_hour_without_any_electricity_is_dark);
    tcase_add_test(cases, signs_of_life_are_counted_with_what_was_usual);
    tcase_add_test(cases, a_home_of_several_meters_is_one_home);
    tcase_add_test(cases, a_home_that_cannot_tell_tells_nothing);
    tcase_add_test(cases, history_tells_nothing);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
