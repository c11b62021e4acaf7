/* SPDX-License-Identifier: Apache-2.0
 *
 * How soon silence would tell of a collapse in homes of which everything is known.
 */
#include <check.h>
#include <stdlib.h>

#include "detectors/silence/state.h"

#define DAYS   90
#define FIRST  491000 /* hours since 1970, a local midnight in UTC */
#define LOWEST 60
#define HIGH   110

static struct routine routine;
static uint8_t week[VIEW_HOURS];
static struct silence_state state;
static struct household_view view;
static struct silence_options options;

/* In bed by night, at home by day; or no day like another, and nights like days. */
static uint8_t use_of(bool regular, int hour)
{
    int local = hour % 24, odd = (hour * 7 + hour / 5) % 10;
    if (!regular)
        return (uint8_t)(LOWEST + odd * 5);
    return (uint8_t)(local >= 7 && local < 23 ? HIGH - odd : LOWEST + odd % 4);
}

static void live(bool regular)
{
    routine_reset(&routine);
    routine_widen(&routine, LOWEST, HIGH);
    for (int hour = 0; hour < DAYS * 24; hour++) {
        uint8_t code = use_of(regular, hour), halves[2] = {code, code};
        unsigned slot = routine_slot((unsigned)hour % 24, (unsigned)(hour / 24 + 4) % 7);
        struct hour_evidence seen =
            routine_evidence(&routine, UTILITY_ELECTRICITY, slot, code, halves);
        routine_learn(&routine, UTILITY_ELECTRICITY, slot, code, halves, seen.awake, LESSON_FULL,
                      (uint64_t)hour);
    }
    for (int hour = DAYS * 24 - VIEW_HOURS; hour < DAYS * 24; hour++)
        week[(FIRST - DAYS * 24 + hour) % VIEW_HOURS] = use_of(regular, hour);
    state = (struct silence_state){.first_hour = FIRST - DAYS * 24,
                                   .newest_hour = FIRST - 1,
                                   .awake_hour = FIRST - 2,
                                   .watched_hours = DAYS * 24};
    view = (struct household_view){.now_s = FIRST * INT64_C(3600),
                                   .occupied = true,
                                   .valid_days = DAYS,
                                   .acute_per_year = 12,
                                   .meter_count = 1,
                                   .meters = {{.utility = UTILITY_ELECTRICITY,
                                               .interval_minutes = 60,
                                               .valid_days = DAYS,
                                               .newest_hour = FIRST - 1,
                                               .hours = week,
                                               .routine = &routine}}};
    options = (struct silence_options){.learning_days = 28, .share = 1};
}

START_TEST(a_home_of_clear_days_is_told_of_within_two)
{
    live(true);
    struct silence_state before = state;
    double hours = silence_hourly_outlook(&options, &state, &view);
    ck_assert_double_ge(hours, 2);
    ck_assert_double_le(hours, 48);
    ck_assert_mem_eq(&state, &before, sizeof state);
}
END_TEST

START_TEST(a_larger_budget_is_told_of_sooner)
{
    double last = SILENCE_OUTLOOK_HOURS;
    live(true);
    for (int budget = 1; budget <= 64; budget *= 4) {
        view.acute_per_year = budget;
        double hours = silence_hourly_outlook(&options, &state, &view);
        ck_assert_double_le(hours, last);
        last = hours;
    }
    ck_assert_double_lt(last, 24);
}
END_TEST

START_TEST(a_home_whose_nights_are_like_its_days_is_seen_not_to_be_watched)
{
    live(false);
    ck_assert_double_eq(silence_hourly_outlook(&options, &state, &view), SILENCE_OUTLOOK_HOURS);
}
END_TEST

START_TEST(meters_that_cannot_vouch_tell_nothing)
{
    live(true);
    view.meters[0].continuous = true;
    ck_assert_double_eq(silence_hourly_outlook(&options, &state, &view), SILENCE_OUTLOOK_HOURS);
    view.meters[0].continuous = false;
    view.meters[0].interval_minutes = 1440;
    ck_assert_double_eq(silence_hourly_outlook(&options, &state, &view), SILENCE_OUTLOOK_HOURS);
    live(true);
    routine_reset(&routine);
    ck_assert_double_eq(silence_hourly_outlook(&options, &state, &view), SILENCE_OUTLOOK_HOURS);
}
END_TEST

/* 1380 minutes is the day on which the clocks go forward. */
START_TEST(a_meter_that_is_read_by_the_day_is_no_witness_of_hours)
{
    live(true);
    double alone = silence_hourly_outlook(&options, &state, &view);
    view.meter_count = 2;
    view.meters[1] = (struct meter_view){.utility = UTILITY_WATER,
                                         .interval_minutes = 1380,
                                         .valid_days = DAYS,
                                         .newest_hour = FIRST - 1,
                                         .hours = week,
                                         .routine = &routine};
    ck_assert_int_eq(silence_lead(&view), 0);
    ck_assert_double_eq(silence_hourly_outlook(&options, &state, &view), alone);
    view.meters[1].interval_minutes = 60;
    ck_assert_int_eq(silence_lead(&view), 1);
}
END_TEST

/* A net meter by day, a charging one by night, and one that does both. */
START_TEST(hours_that_are_masked_tell_nothing)
{
    live(true);
    double open = silence_hourly_outlook(&options, &state, &view), day;
    view.meters[0].masked = UINT64_C(0x03ff0003ff00); /* 8 to 18 o'clock */
    day = silence_hourly_outlook(&options, &state, &view);
    ck_assert_double_gt(day, open);
    ck_assert_double_lt(day, SILENCE_OUTLOOK_HOURS);
    view.meters[0].masked = UINT64_MAX;
    ck_assert_double_eq(silence_hourly_outlook(&options, &state, &view), SILENCE_OUTLOOK_HOURS);
}
END_TEST

START_TEST(nights_are_drawn_by_their_shares)
{
    live(true);
    uint8_t least = routine_night_code(&routine, 0.0), most = routine_night_code(&routine, 1.0);
    ck_assert_uint_ge(least, LOWEST);
    ck_assert_uint_lt(most, HIGH - 10);
    for (int i = 0; i < 100; i++) {
        uint8_t code = routine_night_code(&routine, i / 100.0);
        ck_assert_uint_ge(code, least);
        ck_assert_uint_le(code, most);
    }
    routine_reset(&routine);
    ck_assert_uint_eq(routine_night_code(&routine, 0.5), ROUTINE_ZERO);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outlook");
    TCase *cases = tcase_create("outlook");
    tcase_add_test(cases, a_home_of_clear_days_is_told_of_within_two);
    tcase_add_test(cases, a_larger_budget_is_told_of_sooner);
    tcase_add_test(cases, a_home_whose_nights_are_like_its_days_is_seen_not_to_be_watched);
    tcase_add_test(cases, meters_that_cannot_vouch_tell_nothing);
    tcase_add_test(cases, a_meter_that_is_read_by_the_day_is_no_witness_of_hours);
    tcase_add_test(cases, hours_that_are_masked_tell_nothing);
    tcase_add_test(cases, nights_are_drawn_by_their_shares);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
