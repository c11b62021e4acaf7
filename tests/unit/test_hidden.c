/* SPDX-License-Identifier: Apache-2.0
 *
 * At home, away or collapsed: what the filter makes of hours without a sign of life.
 */
#include <check.h>
#include <stdlib.h>

#include "detectors/silence/hidden.h"
#include "detectors/silence/score.h"

#define FIRST  491000 /* hours since 1970 */
#define FRIDAY 4
#define LEFT   17 /* local hour of the last sign of life */
#define YEARS  3
#define SEED   20260518U

static struct routine routine;
static struct silence_state state;
static struct household_view view;
static const struct silence_prior *prior;

/* Three years in which silences of two days began on Fridays in the afternoon, so many. */
static void begin(uint16_t absences)
{
    prior = &silence_electricity_model.prior;
    routine_reset(&routine);
    state = (struct silence_state){.watched_hours = YEARS * 8766};
    for (int i = 0; i < SILENCE_GRID && silence_hours_grid[i] <= 48; i++)
        state.habit.lasted[i] = absences;
    state.habit.began[LEFT / 3] = absences;
    view = (struct household_view){
        .meter_count = 1,
        .meters = {{.utility = UTILITY_ELECTRICITY, .interval_minutes = 60, .routine = &routine}}};
}

/* Hour `at` after the Friday's hour 0. */
static void show(int at, double increment, bool awake)
{
    struct event event = {.kind = EVENT_HOUR,
                          .vouched = true,
                          .hour = FIRST + at,
                          .local_hour = (uint8_t)(at % 24),
                          .weekday = (uint8_t)((FRIDAY + at / 24) % 7),
                          .use = 80,
                          .halves = {80, 80},
                          .evidence = {increment, awake}};
    silence_hidden_take(&state, &view, prior, &event);
    silence_take(&state, &view, &event);
}

/* Awake by day, little to be told by night: thirty hours without a sign of life. */
static struct silence_chances quiet_since_friday(int hours)
{
    show(LEFT, -2, true);
    for (int at = LEFT + 1; at <= LEFT + hours; at++)
        show(at, at % 24 >= 7 && at % 24 < 23 ? 1 : 0.1, false);
    return silence_hidden_chances(&state.hidden);
}

START_TEST(who_is_often_away_is_away)
{
    begin(50 * YEARS);
    struct silence_chances now = quiet_since_friday(30);
    ck_assert_double_gt(now.away, 0.95);
    ck_assert_double_lt(now.collapsed, 0.05);
}
END_TEST

START_TEST(who_is_never_away_has_collapsed)
{
    begin(0);
    struct silence_chances now = quiet_since_friday(30);
    ck_assert_double_gt(now.collapsed, 0.5);
    ck_assert_double_lt(now.away, 0.5);
}
END_TEST

START_TEST(longer_than_they_ever_were_away_is_no_absence)
{
    begin(50 * YEARS);
    double before = quiet_since_friday(36).collapsed;
    struct silence_chances now = quiet_since_friday(36 + 14 * 24);
    ck_assert_double_lt(before, 0.05);
    ck_assert_double_gt(now.collapsed, 0.5);
}
END_TEST

START_TEST(a_sign_of_life_is_home)
{
    begin(50 * YEARS);
    (void)quiet_since_friday(30);
    show(LEFT + 31, -2, true);
    struct silence_chances now = silence_hidden_chances(&state.hidden);
    ck_assert(now.home == 1.0 && now.away == 0.0 && now.collapsed == 0.0);
}
END_TEST

START_TEST(a_night_like_others_is_home)
{
    begin(0);
    show(22, -2, true);
    for (int at = 23; at < 31; at++)
        show(at, 0.0, false);
    ck_assert_double_gt(silence_hidden_chances(&state.hidden).home, 0.99);
}
END_TEST

/* Against a filter that is told of the hours, but not of what was used in them. */
START_TEST(missing_hours_pass_by_the_clock_alone)
{
    for (int gap = 1; gap <= 48; gap++) {
        begin(20);
        show(LEFT, -2, true);
        struct silence_state told = state;
        show(LEFT + gap, 1, false);
        struct silence_hidden missed = state.hidden;
        state = told;
        for (int at = LEFT + 1; at <= LEFT + gap; at++) {
            state.now.quiet_hours = 0; /* the record counts what was measured */
            show(at, at < LEFT + gap ? 0 : 1, false);
        }
        ck_assert_double_eq_tol((double)missed.away / (double)state.hidden.away, 1, 1e-4);
        ck_assert_double_eq_tol((double)missed.collapsed / (double)state.hidden.collapsed, 1, 1e-4);
    }
}
END_TEST

START_TEST(another_meter_s_hour_is_no_hour_more)
{
    begin(20);
    (void)quiet_since_friday(10);
    struct silence_hidden before = state.hidden;
    show(LEFT + 10, 0, false);
    ck_assert(state.hidden.away == before.away && state.hidden.collapsed == before.collapsed);
}
END_TEST

START_TEST(use_as_in_declared_absences_speaks_for_away)
{
    const uint8_t low[2] = {62, 62}, standby[2] = {80, 80};
    double collapsed[2];
    for (int learnt = 0; learnt < 2; learnt++) {
        begin(2 * YEARS);
        routine_widen(&routine, 60, 140);
        for (unsigned i = 0; i < 42; i++)
            routine_learn_night(&routine, UTILITY_ELECTRICITY, 80, standby, i);
        for (unsigned i = 0; learnt && i < 14 * 24; i++)
            routine_learn(&routine, UTILITY_ELECTRICITY, i % 24, 62, low, false, LESSON_EMPTY, i);
        collapsed[learnt] = quiet_since_friday(30).collapsed;
    }
    ck_assert_double_gt(collapsed[1], collapsed[0] + 0.1); /* the standby stays on */
}
END_TEST

START_TEST(chances_are_one_together_whatever_comes)
{
    uint64_t random = SEED;
    for (int round = 0; round < 200; round++) {
        begin((uint16_t)(round * 7 % 400));
        state.watched_hours = round * 37;
        int at = 0;
        for (int i = 0; i < 400; i++) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            at += (random >> 33) % 50 ? 1 : (int)((random >> 40) % 200);
            show(at, (double)((random >> 20) % 625) / 100.0 - 3.75, (random >> 50) % 100 == 0);
            struct silence_chances now = silence_hidden_chances(&state.hidden);
            ck_assert_double_eq_tol(now.home + now.away + now.collapsed, 1, 1e-12);
            ck_assert(now.home >= 0 && now.away >= 0 && now.collapsed >= 0);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hidden");
    TCase *cases = tcase_create("hidden");
    tcase_add_test(cases, who_is_often_away_is_away);
    tcase_add_test(cases, who_is_never_away_has_collapsed);
    tcase_add_test(cases, longer_than_they_ever_were_away_is_no_absence);
    tcase_add_test(cases, a_sign_of_life_is_home);
    tcase_add_test(cases, a_night_like_others_is_home);
    tcase_add_test(cases, missing_hours_pass_by_the_clock_alone);
    tcase_add_test(cases, another_meter_s_hour_is_no_hour_more);
    tcase_add_test(cases, use_as_in_declared_absences_speaks_for_away);
    tcase_add_test(cases, chances_are_one_together_whatever_comes);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
