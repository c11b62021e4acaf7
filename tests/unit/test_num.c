/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "detectors/num.h"

#define SEED 20260117U

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return *state >> 11;
}

static double next_unit(uint64_t *state)
{
    return (double)next_random(state) / 9007199254740992.0;
}

static void log_is_near(double x)
{
    double want = log(x), got = num_log(x), off = fabs(got - want);
    double scale = fabs(want) > 1.0 ? fabs(want) : 1.0;
    ck_assert_msg(off <= 1e-12 * scale, "log(%.17g) is %.17g, not %.17g", x, got, want);
}

static void exp_is_near(double x)
{
    double want = exp(x), got = num_exp(x);
    ck_assert_msg(fabs(got - want) <= 1e-12 * want, "exp(%.17g) is %.17g, not %.17g", x, got, want);
}

START_TEST(log_is_that_of_libm)
{
    uint64_t random = SEED;
    for (int i = 0; i < 100000; i++)
        log_is_near(exp(1400.0 * next_unit(&random) - 700.0));
    for (int i = 0; i < 100000; i++)
        log_is_near(2.0 * next_unit(&random) + 1e-9);
    log_is_near(DBL_MIN);
    log_is_near(DBL_MAX);
    ck_assert(num_log(1.0) == 0.0);
}
END_TEST

START_TEST(exp_is_that_of_libm)
{
    uint64_t random = SEED;
    for (int i = 0; i < 100000; i++)
        exp_is_near(1400.0 * next_unit(&random) - 700.0);
    for (int i = 0; i < 100000; i++)
        exp_is_near(2.0 * next_unit(&random) - 1.0);
    exp_is_near(700.0);
    exp_is_near(-700.0);
    ck_assert(num_exp(0.0) == 1.0);
}
END_TEST

START_TEST(log_and_exp_rise_everywhere)
{
    /* Also where the tables of octaves meet: at the powers of two and of the root of two. */
    for (int octave = -40; octave < 64; octave++)
        for (int step = 0; step < 400; step++) {
            double x = ldexp(1.0 + step / 400.0, octave);
            double next = ldexp(1.0 + (step + 1) / 400.0, octave);
            ck_assert_msg(num_log(next) > num_log(x), "log falls at %.17g", x);
        }
    for (int i = -70000; i < 70000; i++)
        ck_assert_msg(num_exp((i + 1) / 100.0) > num_exp(i / 100.0), "exp falls at %d", i);
}
END_TEST

START_TEST(log_undoes_exp)
{
    uint64_t random = SEED;
    for (int i = 0; i < 100000; i++) {
        double x = 100.0 * next_unit(&random) - 50.0;
        ck_assert_double_eq_tol(num_log(num_exp(x)), x, 1e-12);
    }
}
END_TEST

START_TEST(dice_stay_below_their_limit_and_are_fair)
{
    static const uint32_t limits[] = {1, 2, 6, 100, 65537, UINT32_MAX};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        double sum = 0.0;
        for (uint64_t hour = 0; hour < 20000; hour++) {
            uint32_t roll = num_dice(hour, 7, limits[i]);
            ck_assert_uint_lt(roll, limits[i]);
            ck_assert_uint_eq(roll, num_dice(hour, 7, limits[i]));
            sum += (double)roll;
        }
        double mean = sum / 20000.0, want = ((double)limits[i] - 1.0) / 2.0;
        /* five standard errors of a uniform mean */
        ck_assert_double_eq_tol(mean, want, 5.0 * (double)limits[i] / sqrt(12.0 * 20000.0));
    }
}
END_TEST

START_TEST(dice_of_other_numbers_are_others)
{
    int same = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        same += num_dice(i, 1, 1000000) == num_dice(i, 2, 1000000);
        same += num_dice(i, 1, 1000000) == num_dice(i + 1, 1, 1000000);
    }
    ck_assert_int_lt(same, 5);
}
END_TEST

START_TEST(a_curve_is_straight_between_and_flat_outside)
{
    static const double grid[4] = {1, 2, 4, 8}, value[4] = {10, 20, 0, 80};
    ck_assert(num_between(-1e300, grid, value, 4) == 10.0);
    ck_assert(num_between(1.0, grid, value, 4) == 10.0);
    ck_assert_double_eq_tol(num_between(1.25, grid, value, 4), 12.5, 1e-12);
    ck_assert(num_between(2.0, grid, value, 4) == 20.0);
    ck_assert_double_eq_tol(num_between(3.0, grid, value, 4), 10.0, 1e-12);
    ck_assert_double_eq_tol(num_between(5.0, grid, value, 4), 20.0, 1e-12);
    ck_assert(num_between(8.0, grid, value, 4) == 80.0);
    ck_assert(num_between(1e300, grid, value, 4) == 80.0);
}
END_TEST

int main(void)
{
    (void)printf("seed %u\n", SEED);
    TCase *num = tcase_create("num");
    tcase_add_test(num, log_is_that_of_libm);
    tcase_add_test(num, exp_is_that_of_libm);
    tcase_add_test(num, log_and_exp_rise_everywhere);
    tcase_add_test(num, log_undoes_exp);
    tcase_add_test(num, dice_stay_below_their_limit_and_are_fair);
    tcase_add_test(num, dice_of_other_numbers_are_others);
    tcase_add_test(num, a_curve_is_straight_between_and_flat_outside);
    Suite *suite = suite_create("num");
    suite_add_tcase(suite, num);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
