/* SPDX-License-Identifier: Apache-2.0
 *
 * What the last hours of a meter say beside the week before them.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "detectors/silence/week.h"

#define FIRST 491000 /* hours since 1970, a local midnight on a Monday */
#define NIGHT 80     /* codes */
#define DAY   120

static struct routine routine;
static uint8_t ring[VIEW_HOURS];
static struct household_view view;
static float seen[FEATURE_COUNT];

/* A week up to `quiet` hours ago in bed by night, up by day; nobody since. */
static void live(int now, int quiet)
{
    routine_reset(&routine);
    routine_widen(&routine, 60, 160);
    for (int at = now - VIEW_HOURS + 1; at <= now; at++) {
        int local = (at + VIEW_HOURS) % 24;
        bool up = local >= 7 && local < 23 && at <= now - quiet;
        ring[(FIRST + at) % VIEW_HOURS] = (uint8_t)(up ? DAY : NIGHT + at % 2);
    }
    view = (struct household_view){.valid_days = 60,
                                   .meter_count = 1,
                                   .meters = {{.utility = UTILITY_ELECTRICITY,
                                               .interval_minutes = 60,
                                               .valid_days = 60,
                                               .newest_hour = FIRST + now,
                                               .hours = ring,
                                               .routine = &routine}}};
}

static void look(int now)
{
    struct event event = {.kind = EVENT_HOUR,
                          .hour = FIRST + now,
                          .local_hour = (uint8_t)(now % 24),
                          .weekday = (uint8_t)(now / 24 % 7)};
    silence_week(&view, &event, seen);
}

START_TEST(a_day_like_others_is_far_above_the_nights)
{
    int noon = 10 * 24 + 12;
    live(noon, 0);
    look(noon);
    ck_assert_float_eq(seen[FEATURE_WEEK_SINCE_ABOVE], 0);
    ck_assert_float_eq(seen[FEATURE_WEEK_ABOVE], 16);
    ck_assert_float_eq(seen[FEATURE_WEEK_TOP_12], DAY - NIGHT - 1);
    ck_assert_float_eq(seen[FEATURE_WEEK_LEAST], 0);
    ck_assert_float_eq(seen[FEATURE_WEEK_LEAST_TOP], 0);
}
END_TEST

START_TEST(hours_as_quiet_as_nights_are_counted)
{
    int noon = 10 * 24 + 12;
    live(noon, 20);
    look(noon);
    ck_assert_float_eq(seen[FEATURE_WEEK_SINCE_ABOVE], 20);
    ck_assert_float_eq(seen[FEATURE_WEEK_SINCE_FAR], 20);
    ck_assert_float_eq(seen[FEATURE_WEEK_TOP_12], 0);
    ck_assert_float_eq(seen[FEATURE_WEEK_TOP_24], DAY - NIGHT - 1);
    ck_assert_float_eq(seen[FEATURE_WEEK_ABOVE], 4);
    ck_assert_float_lt(seen[FEATURE_WEEK_LEAST], -10);
}
END_TEST

START_TEST(the_quietest_day_of_the_week_is_what_a_quiet_day_is_held_against)
{
    int noon = 10 * 24 + 12;
    live(noon, 24);
    look(noon);
    ck_assert_float_eq(seen[FEATURE_WEEK_LEAST_TOP], NIGHT + 1 - DAY);
    live(noon, 48);
    look(noon);
    ck_assert_float_eq(seen[FEATURE_WEEK_LEAST_TOP], 0);
    ck_assert_float_eq(seen[FEATURE_WEEK_LEAST], 0);
}
END_TEST

START_TEST(masked_and_missing_hours_say_nothing)
{
    int noon = 10 * 24 + 12;
    live(noon, 20);
    view.meters[0].masked = UINT64_C(0xffff80ffff80); /* 7 to 23 o'clock */
    look(noon);
    ck_assert_float_eq(seen[FEATURE_WEEK_ABOVE], 0);
    ck_assert_float_eq(seen[FEATURE_WEEK_SINCE_ABOVE], 7 * 7); /* the nights */
    live(noon, 20);
    memset(ring, ROUTINE_MISSING, sizeof ring);
    look(noon);
    for (int i = FEATURE_WEEK_LEAST; i <= FEATURE_WEEK_ROUGHNESS; i++)
        ck_assert_float_eq(seen[i], 0);
}
END_TEST

START_TEST(other_meters_weeks_say_nothing)
{
    int noon = 10 * 24 + 12;
    live(noon, 20);
    view.meters[0].utility = UTILITY_WATER;
    look(noon);
    for (int i = FEATURE_WEEK_LEAST; i <= FEATURE_WEEK_ROUGHNESS; i++)
        ck_assert_float_eq(seen[i], 0);
}
END_TEST

START_TEST(hours_that_nobody_measured_neither_count_nor_end)
{
    static uint8_t estimated[VIEW_HOURS / 8];
    int noon = 10 * 24 + 12;
    live(noon, 20);
    look(noon);
    float since = seen[FEATURE_WEEK_SINCE_ABOVE];
    ck_assert_float_gt(since, 12);
    memset(estimated, 0, sizeof estimated);
    for (int hour = noon - 11; hour <= noon; hour++)
        estimated[(FIRST + hour) % VIEW_HOURS / 8] |=
            (uint8_t)(1u << (FIRST + hour) % VIEW_HOURS % 8);
    view.meters[0].estimated = estimated;
    look(noon);
    ck_assert_float_eq(seen[FEATURE_WEEK_SINCE_ABOVE], since - 12);
    live(noon, 0);
    look(noon);
    ck_assert_float_eq(seen[FEATURE_WEEK_TOP_12], DAY - NIGHT - 1);
    view.meters[0].estimated = estimated;
    look(noon);
    ck_assert_float_eq(seen[FEATURE_WEEK_TOP_12], 0);
}
END_TEST

/* The ring holds what came later, too, when corrected hours are shown again. */
START_TEST(later_hours_are_not_looked_at)
{
    int noon = 10 * 24 + 12;
    live(noon, 20);
    look(noon - 20);
    ck_assert_float_eq(seen[FEATURE_WEEK_SINCE_ABOVE], 0);
    ck_assert_float_eq(seen[FEATURE_WEEK_TOP_12], DAY - NIGHT - 1);
    look(noon + 5);
    ck_assert_float_eq(seen[FEATURE_WEEK_SINCE_ABOVE], 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("week");
    TCase *cases = tcase_create("week");
    tcase_add_test(cases, a_day_like_others_is_far_above_the_nights);
    tcase_add_test(cases, hours_as_quiet_as_nights_are_counted);
    tcase_add_test(cases, the_quietest_day_of_the_week_is_what_a_quiet_day_is_held_against);
    tcase_add_test(cases, masked_and_missing_hours_say_nothing);
    tcase_add_test(cases, other_meters_weeks_say_nothing);
    tcase_add_test(cases, hours_that_nobody_measured_neither_count_nor_end);
    tcase_add_test(cases, later_hours_are_not_looked_at);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
