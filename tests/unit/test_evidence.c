/* SPDX-License-Identifier: Apache-2.0
 *
 * What a finding rests on: hours, silences before, the numbers of the score.
 */
#include "household/evidence.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "abode.h"
#include "household/judge.h"
#include "household/quiet.h"

#define HOUR0 491000 /* some hour; of month 672 */
#define YEAR  8760

/* So many quiet hours, then a sign of life; the hour after it. */
static int32_t quiet_for(struct record_quiet *quiet, int32_t from, int hours)
{
    for (int32_t hour = from; hour < from + hours; hour++)
        quiet_hour(quiet, hour, false);
    quiet_hour(quiet, from + hours, true);
    return from + hours + 1;
}

START_TEST(the_longest_silence_is_one_that_life_has_ended)
{
    struct record_quiet quiet = {0};
    int32_t hour = quiet_for(&quiet, HOUR0, 9);
    hour = quiet_for(&quiet, hour, 31);
    hour = quiet_for(&quiet, hour, 4);
    ck_assert_uint_eq(quiet.longest, 31);
    for (int i = 0; i < 100; i++)
        quiet_hour(&quiet, hour + i, false);
    ck_assert_uint_eq(quiet.longest, 31); /* it goes on: no silence before */
    ck_assert_uint_eq(quiet.now, 100);
}
END_TEST

START_TEST(hours_of_several_meters_and_hours_unknown_make_no_silence_longer)
{
    struct record_quiet quiet = {0};
    for (int i = 0; i < 10; i++) {
        quiet_hour(&quiet, HOUR0 + i, false);
        quiet_hour(&quiet, HOUR0 + i, false);
    }
    quiet_hour(&quiet, HOUR0 + 50, false); /* forty hours are not known */
    quiet_hour(&quiet, HOUR0 + 51, true);
    ck_assert_uint_eq(quiet.longest, 11);
    quiet_hour(&quiet, HOUR0 + 52, false);
    quiet_hour(&quiet, HOUR0 + 51, true); /* another meter, late */
    ck_assert_uint_eq(quiet.now, 0);
}
END_TEST

START_TEST(times_away_are_those_of_the_last_year)
{
    struct record_quiet quiet = {0};
    int32_t hour = quiet_for(&quiet, HOUR0, 23);
    ck_assert_int_eq(quiet_away(&quiet, hour), 0);
    hour = quiet_for(&quiet, hour, 24);
    hour = quiet_for(&quiet, hour, 400);
    ck_assert_int_eq(quiet_away(&quiet, hour), 2);
    ck_assert_int_eq(quiet_away(&quiet, hour + YEAR / 2), 2);
    ck_assert_int_eq(quiet_away(&quiet, hour + YEAR + 730), 0);
    hour = quiet_for(&quiet, hour + YEAR / 2, 30);
    ck_assert_int_eq(quiet_away(&quiet, hour), 3);
    hour = quiet_for(&quiet, hour + 3 * YEAR, 30);
    ck_assert_int_eq(quiet_away(&quiet, hour), 1);
    for (int i = 0; i < 300; i++)
        hour = quiet_for(&quiet, hour, 24);
    ck_assert_int_le(quiet_away(&quiet, hour), 12 * UINT8_MAX);
    ck_assert_int_ge(quiet_away(&quiet, hour), 300);
}
END_TEST

START_TEST(nonsense_in_a_record_harms_nothing)
{
    static const int32_t months[] = {INT32_MIN, -1, 0, INT32_MAX};
    for (size_t i = 0; i < sizeof months / sizeof months[0]; i++) {
        struct record_quiet quiet = {.month = months[i], .now = UINT16_MAX, .hour = INT32_MIN};
        memset(quiet.away, 0xff, sizeof quiet.away);
        quiet_hour(&quiet, -5, true);
        quiet_hour(&quiet, HOUR0, false);
        quiet_hour(&quiet, HOUR0 + 1, true);
        ck_assert_int_ge(quiet_away(&quiet, HOUR0 + 2), 1);
        ck_assert_int_ge(quiet_away(&quiet, INT32_MAX), 0);
        ck_assert_int_eq(quiet_away(&quiet, INT32_MIN), 0);
    }
}
END_TEST

static double term_of(const struct evidence *evidence, const char *name)
{
    for (size_t i = 0; i < evidence->term_count; i++)
        if (strcmp(evidence->terms[i].name, name) == 0)
            return evidence->terms[i].value;
    ck_abort_msg("no number %s", name);
    return 0;
}

START_TEST(a_silence_shows_who_was_expected_and_who_was_seen)
{
    struct abode home;
    abode_init(&home, NULL);
    abode_learn(&home);
    int32_t from = ABODE_MORNING;
    int32_t told = abode_quiet_until_told(&home, from);
    const struct finding *finding = abode_last(&home, "silence");
    ck_assert_ptr_nonnull(finding);
    const struct evidence *evidence = &finding->evidence;
    const struct evidence_meter *water = &evidence->meters[0];
    ck_assert_int_eq(evidence->until_s, (int64_t)told * 3600);
    ck_assert_uint_eq(evidence->meter_count, 1);
    ck_assert_int_eq(water->utility, UTILITY_WATER);
    ck_assert_int_eq(evidence->missing_hours, 0);
    bool seen = false;
    for (int i = 0; i < EVIDENCE_HOURS; i++) {
        int32_t hour = told - EVIDENCE_HOURS + i;
        if (hour >= from)
            ck_assert_int_eq(water->seen[i], 0);
        seen = seen || water->seen[i] == 1;
        if (hour % 24 == 3)
            ck_assert_int_lt(water->expected[i], 40);
        if (hour % 24 == 7)
            ck_assert_int_gt(water->expected[i], 60);
    }
    ck_assert(seen);
    ck_assert_int_gt(evidence->longest_hours, 5); /* its nights */
    ck_assert_int_lt(evidence->longest_hours, 24);
    ck_assert_int_eq(evidence->away_times, 0);
    ck_assert_double_eq(term_of(evidence, "evidence"), finding->verdict.score);
    ck_assert_double_le(term_of(evidence, "yearly"), term_of(evidence, "allowed"));
    ck_assert_double_eq(term_of(evidence, "hours"),
                        (double)told - (double)finding->verdict.since_s / 3600.0);
    abode_done(&home);
}
END_TEST

START_TEST(hours_without_a_reading_are_said_to_be_missing)
{
    struct abode home;
    abode_init(&home, NULL);
    abode_learn(&home);
    abode_quiet(&home, UTILITY_WATER, ABODE_MORNING, ABODE_MORNING + 3);
    int32_t told = abode_quiet_until_told(&home, ABODE_MORNING + 7);
    const struct evidence *evidence = &abode_last(&home, "silence")->evidence;
    ck_assert_int_eq(evidence->missing_hours, 4);
    ck_assert_int_eq(evidence->meters[0].seen[EVIDENCE_HOURS - (told - ABODE_MORNING) + 3],
                     EVIDENCE_UNKNOWN);
    abode_done(&home);
}
END_TEST

START_TEST(an_hour_that_is_not_over_is_not_missing)
{
    struct abode home;
    struct judgement judgement;
    struct evidence evidence;
    abode_init(&home, NULL);
    abode_learn(&home);
    int64_t over_s = ((int64_t)ABODE_MORNING + 1) * HOUR;
    for (int late_s = -1; late_s <= 0; late_s++) {
        home.context.arrived_ms = (over_s + late_s) * 1000;
        judge_start(&judgement, &home.household, &home.context, over_s);
        evidence_take(&judgement, 0, &evidence);
        ck_assert_int_eq(evidence.until_s, over_s);
        ck_assert_int_eq(evidence.meters[0].seen[EVIDENCE_HOURS - 1], EVIDENCE_UNKNOWN);
        ck_assert_int_eq(evidence.missing_hours, late_s + 1);
    }
    abode_done(&home);
}
END_TEST

START_TEST(bills_have_numbers_and_no_hours)
{
    struct abode home;
    abode_init(&home, NULL);
    struct message cut = abode_bill(BILLING_DISCONNECTED, ABODE_MORNING * INT64_C(3600));
    abode_take(&home, cut, ABODE_MORNING * INT64_C(3600) + 60);
    const struct evidence *evidence = &abode_last(&home, "cutoff")->evidence;
    ck_assert_int_eq(evidence->until_s, 0);
    ck_assert_uint_eq(evidence->meter_count, 0);
    ck_assert_int_eq(evidence->missing_hours, EVIDENCE_UNKNOWN);
    ck_assert_int_eq(evidence->longest_hours, EVIDENCE_UNKNOWN);
    ck_assert_uint_eq(evidence->term_count, UTILITY_COUNT);
    abode_done(&home);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("evidence");
    TCase *cases = tcase_create("evidence");
    tcase_add_test(cases, the_longest_silence_is_one_that_life_has_ended);
    tcase_add_test(cases, hours_of_several_meters_and_hours_unknown_make_no_silence_longer);
    tcase_add_test(cases, times_away_are_those_of_the_last_year);
    tcase_add_test(cases, nonsense_in_a_record_harms_nothing);
    tcase_add_test(cases, a_silence_shows_who_was_expected_and_who_was_seen);
    tcase_add_test(cases, hours_without_a_reading_are_said_to_be_missing);
    tcase_add_test(cases, an_hour_that_is_not_over_is_not_missing);
    tcase_add_test(cases, bills_have_numbers_and_no_hours);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
