/* SPDX-License-Identifier: Apache-2.0
 *
 * Homes whose meters are read once a day, and those whose hours come in the next morning.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "abode.h"
#include "household/meter.h"

#define LEARNT  60 /* days */
#define MORNING (8 * HOUR)

static struct abode home;

static void begin(void)
{
    abode_init(&home, NULL);
}

static void end(void)
{
    abode_done(&home);
}

/* The use of a day, told in the next morning as a total. */
static void day_total_of(enum utility utility, int day, int64_t milli)
{
    struct message message = abode_hour(utility, ABODE_T0 + day * DAY, milli);
    message.reading.minutes = 1440;
    message.end_ms = (ABODE_T0 + (day + 1) * DAY) * 1000;
    abode_take(&home, message, ABODE_T0 + (day + 1) * DAY + MORNING);
}

static void day_total(int day, int64_t milli)
{
    day_total_of(UTILITY_WATER, day, milli);
}

/* A register as it stands at the end of a day, read by the next morning. */
static void day_register(int day, int64_t milli)
{
    struct message message = abode_hour(UTILITY_WATER, ABODE_T0 + (day + 1) * DAY, milli);
    message.reading.kind = READING_REGISTER;
    message.reading.minutes = 0;
    message.end_ms = message.at_ms;
    abode_take(&home, message, ABODE_T0 + (day + 1) * DAY + MORNING);
}

static int64_t usual(int day)
{
    return 100000 + day * 7 % 40 * 1000;
}

static double number(const struct finding *finding, const char *name)
{
    const struct evidence *evidence = &finding->evidence;
    for (size_t i = 0; i < evidence->term_count; i++)
        if (strcmp(evidence->terms[i].name, name) == 0)
            return evidence->terms[i].value;
    ck_abort_msg("no number %s", name);
    return 0;
}

/* silence.md, "The numbers behind it": a reader can work the score out. */
static void ck_explained(const struct finding *finding)
{
    double yearly = (number(finding, "days_before") + number(finding, "days_others") / 2) /
                    (number(finding, "days_watched") / 365.25 + 0.5) *
                    number(finding, "days_share");
    ck_assert_double_eq_tol(number(finding, "days_yearly"), yearly, 1e-9);
    ck_assert_double_eq_tol(number(finding, "days_score"), log(365.25 / yearly), 1e-9);
    ck_assert_double_eq_tol(number(finding, "days_score"), finding->verdict.score, 1e-4);
    ck_assert_double_eq_tol(yearly, finding->verdict.price, 1e-4);
}

START_TEST(a_day_without_use_is_told_by_totals)
{
    for (int day = 0; day < LEARNT; day++)
        day_total(day, usual(day));
    ck_assert_int_eq(home.count, 0);
    ck_assert_int_eq(abode_meter(&home, UTILITY_WATER)->delay_minutes, 480);
    day_total(LEARNT, 0);
    const struct finding *finding = abode_last(&home, "silence");
    ck_assert_ptr_nonnull(finding);
    ck_assert(finding->active && finding->begins);
    ck_assert_int_eq(finding->verdict.since_s, ABODE_T0 + LEARNT * DAY);
    ck_assert_int_eq(finding->at_s, ABODE_T0 + (LEARNT + 1) * DAY);
    ck_assert_str_eq(finding->summary,
                     "No water on Monday (one reading a day); this home has not had that in 1 "
                     "month; as of Tuesday 00:00, its readings come about 8 hours late");
    ck_explained(finding);
    ck_assert_double_eq(number(finding, "days_low"), 1);
    ck_assert_double_le(number(finding, "days_yearly"), number(finding, "allowed"));
    day_total(LEARNT + 1, 0);
    finding = abode_last(&home, "silence");
    ck_assert_int_eq(finding->verdict.grade, SEVERITY_CRITICAL);
    ck_explained(finding);
    ck_assert_double_eq(number(finding, "days_low"), 2);
    day_total(LEARNT + 2, usual(1));
    finding = abode_last(&home, "silence");
    ck_assert(!finding->active && finding->life);
}
END_TEST

#define NEW_DAYS 12

START_TEST(in_its_first_month_other_homes_stand_in)
{
    for (int day = 0; day < NEW_DAYS; day++)
        day_total(day, usual(day));
    ck_assert_int_eq(home.count, 0);
    day_total(NEW_DAYS, 0);
    const struct finding *finding = abode_last(&home, "silence");
    ck_assert_ptr_nonnull(finding);
    ck_assert(finding->active && finding->begins);
    ck_assert_int_eq(finding->verdict.since_s, ABODE_T0 + NEW_DAYS * DAY);
    ck_assert_str_eq(
        finding->summary,
        "No water on Tuesday (one reading a day); this home is known for 13 days only, "
        "other homes stand in; as of Wednesday 00:00, its readings come about 8 hours "
        "late");
    ck_explained(finding);
    for (int day = NEW_DAYS + 1; day < NEW_DAYS + 6; day++)
        day_total(day, 0);
    /* Other homes are never enough for the gravest. */
    ck_assert_int_eq(abode_last(&home, "silence")->verdict.grade, SEVERITY_HIGH);
    day_total(NEW_DAYS + 6, usual(1));
    finding = abode_last(&home, "silence");
    ck_assert(!finding->active && finding->life);
}
END_TEST

START_TEST(a_silence_of_days_has_its_own_numbers_beside_those_of_hours)
{
    for (int day = 0; day < LEARNT; day++) {
        abode_live(&home, UTILITY_ELECTRICITY, ABODE_H0 + day * 24, ABODE_H0 + (day + 1) * 24);
        day_total(day, usual(day));
    }
    day_total(LEARNT, 0);
    const struct finding *finding = abode_last(&home, "silence");
    ck_assert_ptr_nonnull(finding);
    ck_assert_int_eq(finding->verdict.utility, UTILITY_WATER);
    ck_explained(finding);
    ck_assert_double_gt(number(finding, "watched"), 50);
}
END_TEST

START_TEST(before_a_week_of_days_nothing_is_told)
{
    for (int day = 0; day < 4; day++)
        day_total(day, usual(day));
    day_total(4, 0);
    day_total(5, 0);
    ck_assert_int_eq(home.count, 0);
}
END_TEST

START_TEST(a_boiler_that_is_read_once_a_day_says_nothing_of_other_homes)
{
    for (int day = 0; day < NEW_DAYS; day++)
        day_total_of(UTILITY_GAS, day, 3000000);
    for (int day = NEW_DAYS; day < 27; day++)
        day_total_of(UTILITY_GAS, day, 0);
    ck_assert_int_eq(home.count, 0);
}
END_TEST

START_TEST(a_day_without_use_is_told_by_a_register)
{
    int64_t milli = 5000000;
    for (int day = -1; day < LEARNT; day++)
        day_register(day, milli += usual(day + 1));
    ck_assert_int_eq(home.count, 0);
    day_register(LEARNT, milli);
    day_register(LEARNT + 1, milli);
    const struct finding *finding = abode_last(&home, "silence");
    ck_assert_ptr_nonnull(finding);
    ck_assert(finding->active);
    ck_assert_int_eq(finding->verdict.since_s, ABODE_T0 + LEARNT * DAY);
    abode_reload(&home);
    day_register(LEARNT + 2, milli + 90000);
    ck_assert(!abode_is_on(&home, "silence"));
}
END_TEST

static int64_t usual_kwh(int day)
{
    return 8000000 + day * 7 % 40 * 100000;
}

/* A correction below zero looks as panels do, until a winter has passed without another. */
START_TEST(a_day_below_zero_blinds_a_meter_for_a_winter_alone)
{
    for (int day = 0; day < LEARNT; day++)
        day_total_of(UTILITY_ELECTRICITY, day, usual_kwh(day));
    const struct record_meter *meter = abode_meter(&home, UTILITY_ELECTRICITY);
    int valid_days = meter->valid_days;
    day_total_of(UTILITY_ELECTRICITY, LEARNT, -2000000);
    for (int day = LEARNT + 1; day <= LEARNT + 120; day++)
        day_total_of(UTILITY_ELECTRICITY, day, usual_kwh(day));
    ck_assert_int_eq(meter->valid_days, valid_days); /* the sun may be in each of them */
    ck_assert(meter->flags & METER_FEEDS_IN);
    for (int day = LEARNT + 121; day <= LEARNT + 160; day++)
        day_total_of(UTILITY_ELECTRICITY, day, usual_kwh(day));
    ck_assert_int_eq(meter->valid_days, valid_days + 40);
    ck_assert(!(meter->flags & METER_FEEDS_IN));
    ck_assert_int_eq(home.count, 0);
    for (int day = LEARNT + 161; day <= LEARNT + 163; day++)
        day_total_of(UTILITY_ELECTRICITY, day, 1500000);
    ck_assert(abode_is_on(&home, "silence"));
}
END_TEST

START_TEST(panels_that_feed_in_now_and_then_stay_known)
{
    const int feeds_in[] = {0, 100, 219, 330};
    for (unsigned i = 0, day = 0; i < 4; i++) {
        for (; (int)day < feeds_in[i]; day++)
            day_total_of(UTILITY_ELECTRICITY, (int)day, usual_kwh((int)day));
        day_total_of(UTILITY_ELECTRICITY, (int)day++, -500000);
    }
    const struct record_meter *meter = abode_meter(&home, UTILITY_ELECTRICITY);
    ck_assert(meter->flags & METER_FEEDS_IN);
    ck_assert_int_eq(meter->valid_days, 0);
}
END_TEST

START_TEST(who_moves_in_has_no_panels_until_they_are_seen)
{
    day_total_of(UTILITY_ELECTRICITY, 0, -2000000);
    abode_take(&home, abode_event(HOUSEHOLD_MOVED_IN, ABODE_T0 + 2 * DAY), ABODE_T0 + 2 * DAY);
    for (int day = 2; day < 8; day++)
        day_total_of(UTILITY_ELECTRICITY, day, usual_kwh(day));
    ck_assert_int_eq(abode_meter(&home, UTILITY_ELECTRICITY)->valid_days, 6);
}
END_TEST

START_TEST(a_meter_that_is_read_no_more_leaves_the_days_to_another)
{
    for (int day = 0; day < LEARNT; day++) {
        day_total(day, usual(day));
        day_total_of(UTILITY_ELECTRICITY, day, usual_kwh(day));
    }
    int day = LEARNT;
    for (; day < LEARNT + 10; day++)
        day_total_of(UTILITY_ELECTRICITY, day, usual_kwh(day));
    ck_assert_int_eq(home.count, 0);
    for (; day < LEARNT + 14; day++)
        day_total_of(UTILITY_ELECTRICITY, day, 1000000);
    const struct finding *finding = abode_last(&home, "silence");
    ck_assert_ptr_nonnull(finding);
    ck_assert(finding->active);
    ck_assert_int_eq(finding->verdict.utility, UTILITY_ELECTRICITY);
}
END_TEST

/* The same of a second meter of water. */
static void other_total(int day, int64_t milli)
{
    struct message message = abode_hour(UTILITY_WATER, ABODE_T0 + day * DAY, milli);
    message.reading.meter = text_of("successor");
    message.reading.minutes = 1440;
    message.end_ms = (ABODE_T0 + (day + 1) * DAY) * 1000;
    abode_take(&home, message, ABODE_T0 + (day + 1) * DAY + MORNING);
}

/* Nobody said that it was exchanged: its successor has another name. */
START_TEST(days_are_told_by_the_meter_that_took_its_place)
{
    for (int day = 0; day < LEARNT; day++)
        day_total(day, usual(day));
    int day = LEARNT;
    for (; day < 2 * LEARNT; day++)
        other_total(day, usual(day));
    ck_assert_int_eq(home.count, 0);
    other_total(day, 0);
    const struct finding *finding = abode_last(&home, "silence");
    ck_assert_ptr_nonnull(finding);
    ck_assert_int_eq(finding->verdict.since_s, ABODE_T0 + day * DAY);
}
END_TEST

START_TEST(a_silence_of_days_ends_with_its_meter_and_begins_anew_with_its_successor)
{
    for (int day = 0; day < LEARNT; day++)
        day_total(day, usual(day));
    int day = LEARNT;
    for (; day < LEARNT + 3; day++)
        day_total(day, 0);
    for (; day < LEARNT + 6; day++)
        other_total(day, usual(day));
    ck_assert(abode_is_on(&home, "silence")); /* its days may only be late */
    other_total(day, usual(day));
    const struct finding *finding = abode_last(&home, "silence");
    ck_assert(!finding->active && !finding->life);
    for (day++; day < 2 * LEARNT; day++)
        other_total(day, usual(day));
    ck_assert(!abode_is_on(&home, "silence"));
    for (; day < 2 * LEARNT + 2; day++)
        other_total(day, 0);
    finding = abode_last(&home, "silence");
    ck_assert(finding->active);
    ck_assert_int_eq(finding->verdict.since_s, ABODE_T0 + 2 * LEARNT * DAY);
}
END_TEST

/* By the hour somebody may be seen, or not; what days told is seen no more. */
START_TEST(a_silence_of_days_ends_with_a_meter_that_is_read_by_the_hour_now)
{
    for (int day = 0; day < LEARNT; day++)
        day_total(day, usual(day));
    for (int day = LEARNT; day < LEARNT + 3; day++)
        day_total(day, 0);
    int32_t from = ABODE_H0 + (LEARNT + 3) * 24;
    for (int32_t hour = from; hour < from + 96; hour++) {
        struct message message = abode_hour(UTILITY_WATER, hour * HOUR, 0);
        message.reading.meter = text_of("successor");
        abode_take(&home, message, (hour + 1) * HOUR + 60);
        if (hour == from + 71)
            ck_assert(abode_is_on(&home, "silence"));
    }
    ck_assert(!abode_is_on(&home, "silence"));
}
END_TEST

START_TEST(a_drop_ends_with_its_meter_and_begins_anew_with_its_successor)
{
    for (int day = 0; day < LEARNT; day++)
        day_total(day, usual(day));
    int day = LEARNT;
    for (; day < LEARNT + 3; day++)
        day_total(day, 20000);
    ck_assert(abode_is_on(&home, "drop"));
    for (; day < LEARNT + 6; day++)
        other_total(day, usual(day));
    ck_assert(abode_is_on(&home, "drop")); /* its days may only be late */
    other_total(day, usual(day));
    const struct finding *finding = abode_last(&home, "drop");
    ck_assert(!finding->active && !finding->life);
    abode_reload(&home);
    for (day++; day < 2 * LEARNT; day++)
        other_total(day, usual(day));
    ck_assert(!abode_is_on(&home, "drop"));
    for (; day < 2 * LEARNT + 3; day++)
        other_total(day, 20000);
    finding = abode_last(&home, "drop");
    ck_assert(finding->active && finding->begins);
    ck_assert_int_eq(finding->verdict.since_s, ABODE_T0 + 2 * LEARNT * DAY);
}
END_TEST

/* Other homes stand in from its third day on, as for a new one; also where days without use, which
 * are as many hours without any, were known before. */
START_TEST(a_meter_that_goes_over_to_hours_is_a_new_one)
{
    for (int still = 0; still < 2; still++) {
        end();
        begin();
        for (int day = 0; day < LEARNT; day++)
            day_total(day, still && (day == 20 || day == LEARNT - 4) ? 0 : usual(day));
        int32_t from = ABODE_H0 + LEARNT * 24, fell = from + 3 * 24 + 8, hour = fell;
        abode_live(&home, UTILITY_WATER, from, fell);
        ck_assert(!abode_is_on(&home, "silence"));
        for (; hour < fell + 48 && !abode_is_on(&home, "silence"); hour++)
            abode_quiet(&home, UTILITY_WATER, hour, hour + 1);
        ck_assert_int_lt(hour, fell + 48);
        ck_assert_ptr_nonnull(
            strstr(abode_last(&home, "silence")->summary, "other homes stand in"));
    }
}
END_TEST

START_TEST(its_outlook_is_of_days_and_of_when_they_are_told)
{
    for (int day = 0; day < LEARNT; day++)
        day_total(day, usual(day));
    /* The rest of the day, a day without use, and eight hours until it is told. */
    ck_assert_int_eq(household_outlook_h(&home.household), 45);
}
END_TEST

START_TEST(a_batch_of_hours_is_said_to_come_late)
{
    for (int32_t hour = ABODE_H0; hour < ABODE_H0 + 40 * 24; hour++)
        abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, abode_usual(UTILITY_WATER, hour)),
                   (hour / 24 + 1) * DAY + MORNING);
    abode_wait(&home, (ABODE_H0 / 24 + 41) * DAY);
    int delay = abode_meter(&home, UTILITY_WATER)->delay_minutes;
    ck_assert_int_ge(delay, 12 * 60);
    ck_assert_int_le(delay, 32 * 60);
    int hours = household_outlook_h(&home.household);
    ck_assert_int_gt(hours, delay / 60);
    for (int32_t hour = ABODE_H0 + 40 * 24; hour < ABODE_H0 + 43 * 24; hour++)
        abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, 0),
                   (hour / 24 + 1) * DAY + MORNING);
    abode_wait(&home, (ABODE_H0 / 24 + 44) * DAY);
    const struct finding *finding = abode_last(&home, "silence");
    ck_assert_ptr_nonnull(finding);
    ck_assert_ptr_nonnull(strstr(finding->summary, "its readings come about "));
}
END_TEST

START_TEST(what_is_sent_to_fill_a_gap_is_not_how_late_it_usually_is)
{
    abode_live(&home, UTILITY_WATER, ABODE_H0, ABODE_H0 + 48);
    int32_t delay = abode_meter(&home, UTILITY_WATER)->delay_minutes;
    struct message late = abode_hour(UTILITY_WATER, (ABODE_H0 + 48) * HOUR, 0), again = late;
    abode_take(&home, late, (ABODE_H0 + 48 + 96) * HOUR);
    abode_take(&home, again, (ABODE_H0 + 48 + 60) * HOUR);
    ck_assert_int_eq(abode_meter(&home, UTILITY_WATER)->delay_minutes, delay);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("household_daily");
    TCase *cases = tcase_create("household_daily");
    tcase_add_checked_fixture(cases, begin, end);
    tcase_add_test(cases, a_day_without_use_is_told_by_totals);
    tcase_add_test(cases, in_its_first_month_other_homes_stand_in);
    tcase_add_test(cases, a_silence_of_days_has_its_own_numbers_beside_those_of_hours);
    tcase_add_test(cases, before_a_week_of_days_nothing_is_told);
    tcase_add_test(cases, a_boiler_that_is_read_once_a_day_says_nothing_of_other_homes);
    tcase_add_test(cases, a_day_without_use_is_told_by_a_register);
    tcase_add_test(cases, a_day_below_zero_blinds_a_meter_for_a_winter_alone);
    tcase_add_test(cases, panels_that_feed_in_now_and_then_stay_known);
    tcase_add_test(cases, who_moves_in_has_no_panels_until_they_are_seen);
    tcase_add_test(cases, a_meter_that_is_read_no_more_leaves_the_days_to_another);
    tcase_add_test(cases, days_are_told_by_the_meter_that_took_its_place);
    tcase_add_test(cases, a_silence_of_days_ends_with_its_meter_and_begins_anew_with_its_successor);
    tcase_add_test(cases, a_silence_of_days_ends_with_a_meter_that_is_read_by_the_hour_now);
    tcase_add_test(cases, a_drop_ends_with_its_meter_and_begins_anew_with_its_successor);
    tcase_add_test(cases, a_meter_that_goes_over_to_hours_is_a_new_one);
    tcase_add_test(cases, its_outlook_is_of_days_and_of_when_they_are_told);
    tcase_add_test(cases, a_batch_of_hours_is_said_to_come_late);
    tcase_add_test(cases, what_is_sent_to_fill_a_gap_is_not_how_late_it_usually_is);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
