/* SPDX-License-Identifier: Apache-2.0
 *
 * Silence in a home that is not known yet, through the household: what is told of it, and what must
 * not be.
 */
#include <check.h>
#include <stdlib.h>

#include "abode.h"

static struct abode home;

static void begin(void)
{
    abode_init(&home, NULL);
}

static void end(void)
{
    abode_done(&home);
}

static bool busy(int32_t hour)
{
    unsigned of_day = (unsigned)hour % 24;
    return of_day >= 7 && of_day < 23 &&
           abode_roll(hour, 2, 100) < (of_day < 9 || of_day >= 18 ? 90 : 55);
}

/* What always draws, and what people add where they live. */
static void electricity(int32_t from, int32_t to, int base_w, bool lives)
{
    for (int32_t hour = from; hour < to; hour++) {
        int64_t wh = base_w + abode_roll(hour, 1, 20) +
                     (lives && busy(hour) ? 40 + abode_roll(hour, 3, 300) : 0);
        abode_take(&home, abode_hour(UTILITY_ELECTRICITY, hour * HOUR, wh * 1000),
                   (hour + 1) * HOUR + 60);
    }
}

static int told(void)
{
    int count = 0;
    for (int i = 0; i < home.count; i++)
        count += home.findings[i].active;
    return count;
}

START_TEST(who_falls_in_the_first_week_is_told)
{
    int32_t fall = ABODE_H0 + 5 * 24 + 20;
    electricity(ABODE_H0, fall, 70, true);
    electricity(fall, fall + 72, 70, false);
    const struct finding *finding = abode_last(&home, "silence");
    ck_assert(finding && finding->active);
    ck_assert_int_eq(finding->verdict.grade,
                     SEVERITY_HIGH); /* others stand in: never the gravest */
    ck_assert_int_gt(finding->last_life_s, (fall - 24) * HOUR);
    ck_assert_int_le(finding->last_life_s, fall * HOUR);
}
END_TEST

START_TEST(a_sign_of_life_ends_it_at_once)
{
    int32_t fall = ABODE_H0 + 5 * 24 + 20, seen = fall + 72;
    electricity(ABODE_H0, fall, 70, true);
    electricity(fall, seen, 70, false);
    ck_assert(abode_is_on(&home, "silence"));
    electricity(seen, seen + 1, 400, false);
    ck_assert(!abode_is_on(&home, "silence"));
    electricity(seen + 1, seen + 6, 70, false);
    ck_assert(!abode_is_on(&home, "silence"));
}
END_TEST

START_TEST(nobody_who_was_never_seen_is_silent)
{
    electricity(ABODE_H0, ABODE_H0 + 14 * 24, 90, false);
    ck_assert_int_eq(told(), 0);
}
END_TEST

/* At which an alert is first told after a fall on the twentieth day, and in which hour. */
static double first_price(const char *yaml, int32_t *hour)
{
    end();
    abode_init(&home, yaml);
    *hour = ABODE_H0 + 20 * 24 + 20;
    electricity(ABODE_H0, *hour, 70, true);
    for (int32_t last = *hour + 48; *hour < last && !abode_is_on(&home, "silence"); ++*hour)
        electricity(*hour, *hour + 1, 70, false);
    ck_assert(abode_is_on(&home, "silence"));
    return abode_last(&home, "silence")->verdict.price;
}

START_TEST(electricity_is_a_quarter_dearer_until_the_home_is_known)
{
    int32_t hour, same_hour;
    double known = first_price("{budget: {acute_per_household_year: 12}, "
                               "silence: {learning_days: 14}}\n",
                               &hour);
    double learning = first_price("{budget: {acute_per_household_year: 12}, "
                                  "silence: {learning_days: 28}}\n",
                                  &same_hour);
    ck_assert_int_eq(hour, same_hour);
    ck_assert_double_eq_tol(learning, 1.25 * known, 1e-6 * known);
}
END_TEST

static const int bases[] = {300, 400, 600, 900};

START_TEST(a_base_load_above_what_people_add_shows_nobody_and_nothing)
{
    electricity(ABODE_H0, ABODE_H0 + 7 * 24, bases[_i], true);
    ck_assert_int_eq(told(), 0);
}
END_TEST

START_TEST(a_boiler_ends_no_silence)
{
    int32_t fall = ABODE_H0 + 9 * 24 + 20;
    for (int32_t hour = ABODE_H0; hour < fall + 72; hour++) {
        bool lives = hour < fall && busy(hour);
        /* Heats by a thermostat and a clock, after the fall as before, and not by night. */
        int64_t gas =
            hour % 24 >= 6 && hour % 24 < 23 ? 100000 + 20000 * abode_roll(hour, 4, 9) : 0;
        abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, lives ? 30000 : 0),
                   (hour + 1) * HOUR + 60);
        abode_take(&home, abode_hour(UTILITY_GAS, hour * HOUR, gas), (hour + 1) * HOUR + 120);
    }
    ck_assert(abode_is_on(&home, "silence"));
    ck_assert_int_eq(told(), 1);
}
END_TEST

START_TEST(who_moves_in_is_not_judged_by_an_empty_home)
{
    int32_t in = ABODE_H0 + 10 * 24;
    electricity(ABODE_H0, in, 5, false);
    abode_take(&home, abode_event(HOUSEHOLD_MOVED_OUT, ABODE_T0 + DAY), ABODE_T0 + DAY);
    abode_take(&home, abode_event(HOUSEHOLD_MOVED_IN, in * HOUR), in * HOUR);
    /* Seventy watts are fourteen times what the empty home drew. */
    int32_t fall = in + 4 * 24 + 20;
    electricity(in, fall, 70, true);
    electricity(fall, fall + 72, 70, false);
    ck_assert(abode_is_on(&home, "silence"));
    ck_assert_int_le(abode_last(&home, "silence")->last_life_s, fall * HOUR);
}
END_TEST

START_TEST(gas_alone_says_nothing)
{
    for (int32_t hour = ABODE_H0; hour < ABODE_H0 + 24 * 24; hour++) {
        bool lives = hour < ABODE_H0 + 20 * 24;
        abode_take(&home, abode_hour(UTILITY_GAS, hour * HOUR, lives && busy(hour) ? 90000 : 0),
                   (hour + 1) * HOUR + 60);
    }
    ck_assert_ptr_null(abode_last(&home, "silence"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("learning");
    TCase *homes = tcase_create("homes");
    tcase_add_checked_fixture(homes, begin, end);
    tcase_add_test(homes, who_falls_in_the_first_week_is_told);
    tcase_add_test(homes, a_sign_of_life_ends_it_at_once);
    tcase_add_test(homes, nobody_who_was_never_seen_is_silent);
    tcase_add_loop_test(homes, a_base_load_above_what_people_add_shows_nobody_and_nothing, 0,
                        (int)(sizeof bases / sizeof bases[0]));
    tcase_add_test(homes, a_boiler_ends_no_silence);
    tcase_add_test(homes, who_moves_in_is_not_judged_by_an_empty_home);
    tcase_add_test(homes, electricity_is_a_quarter_dearer_until_the_home_is_known);
    tcase_add_test(homes, gas_alone_says_nothing);
    suite_add_tcase(s, homes);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
