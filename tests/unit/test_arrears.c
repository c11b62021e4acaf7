/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/arrears/arrears.h"

#include <check.h>
#include <stdlib.h>

#include "detector_case.h"

#define NOON ((int64_t)1768449600) /* 2026-01-15T13:00:00+09:00 */
#define BILL ((int64_t)4000000)    /* 40,000 of it */

static struct detector_case it;

static void owe(enum utility utility, unsigned months)
{
    it.view.arrears[utility] = (struct arrears_view){
        .months = (uint8_t)months,
        .amount_minor = months * BILL,
        .average_minor = BILL,
        .currency = "KRW",
        .oldest_due_s = months ? NOON - months * (int64_t)30 * 86400 : 0,
    };
}

static void bill(void)
{
    case_show(&it, &(struct event){.kind = EVENT_BILLING, .at_s = NOON});
}

/* -1: nothing is raised. */
static int grade_now(void)
{
    bill();
    return it.verdict.active ? (int)it.verdict.grade : -1;
}

/* months of gas, months of water, season, grade */
static const struct step {
    unsigned gas, water;
    bool season;
    int grade;
} steps[] = {
    {0, 0, false, -1},
    {1, 0, false, -1},
    {2, 0, false, -1},
    {3, 0, false, SEVERITY_MEDIUM},
    {5, 0, false, SEVERITY_MEDIUM},
    {6, 0, false, SEVERITY_HIGH},
    {255, 255, false, SEVERITY_HIGH},
    {1, 1, false, -1},
    {2, 1, false, SEVERITY_LOW},
    {2, 2, false, SEVERITY_MEDIUM},
    {4, 2, false, SEVERITY_MEDIUM},
    {5, 2, false, SEVERITY_HIGH},
    {1, 0, true, -1},
    {1, 1, true, SEVERITY_MEDIUM},
    {2, 0, true, SEVERITY_MEDIUM},
    {4, 0, true, SEVERITY_MEDIUM},
    {5, 0, true, SEVERITY_HIGH},
};

START_TEST(months_make_the_grade)
{
    const struct step *step = &steps[_i];
    case_start(&it, &detector_arrears);
    it.view.in_season = step->season;
    owe(UTILITY_GAS, step->gas);
    owe(UTILITY_WATER, step->water);
    int grade = grade_now();
    ck_assert_msg(grade == step->grade, "gas %u, water %u%s: %d, not %d", step->gas, step->water,
                  step->season ? ", season" : "", grade, step->grade);
}
END_TEST

START_TEST(more_months_are_never_less_grave)
{
    case_start(&it, &detector_arrears);
    for (int season = 0; season < 2; season++)
        for (unsigned gas = 0; gas < 14; gas++)
            for (unsigned water = 0; water < 14; water++) {
                it.view.in_season = season;
                owe(UTILITY_GAS, gas);
                owe(UTILITY_WATER, water);
                int grade = grade_now();
                double score = it.verdict.score;
                owe(UTILITY_GAS, gas + 1);
                ck_assert_int_ge(grade_now(), grade);
                ck_assert_double_ge(it.verdict.score, score);
                owe(UTILITY_GAS, gas);
                it.view.in_season = true;
                ck_assert_int_ge(grade_now(), grade);
            }
}
END_TEST

START_TEST(a_limited_supply_makes_any_arrears_serious)
{
    case_start(&it, &detector_arrears);
    owe(UTILITY_ELECTRICITY, 1);
    ck_assert_int_eq(grade_now(), -1);
    it.view.supply[UTILITY_ELECTRICITY] = SUPPLY_LIMITED;
    ck_assert_int_eq(grade_now(), SEVERITY_HIGH);
    /* Without arrears a limiter is cutoff's to tell. */
    owe(UTILITY_ELECTRICITY, 0);
    ck_assert_int_eq(grade_now(), -1);
}
END_TEST

START_TEST(time_alone_raises_when_a_day_is_over)
{
    case_start(&it, &detector_arrears);
    it.view.meter_count = 1;
    owe(UTILITY_GAS, 2);
    bill();
    ck_assert(!it.verdict.active);
    owe(UTILITY_GAS, 3); /* a due date passed: nobody sent anything */
    case_show(&it, &(struct event){.kind = EVENT_HOUR, .at_s = NOON + 3600});
    ck_assert(!it.verdict.active);
    case_show(&it, &(struct event){.kind = EVENT_DAY, .at_s = NOON + 86400, .day = 20468});
    ck_assert(it.verdict.active);
}
END_TEST

START_TEST(hours_and_reports_leave_the_verdict_as_it_is)
{
    case_start(&it, &detector_arrears);
    owe(UTILITY_GAS, 4);
    bill();
    ck_assert(it.verdict.active);
    owe(UTILITY_GAS, 0);
    case_show(&it, &(struct event){.kind = EVENT_HOUR, .at_s = NOON});
    ck_assert(it.verdict.active);
    case_show(&it, &(struct event){.kind = EVENT_REPORT, .at_s = NOON});
    ck_assert(it.verdict.active);
    bill();
    ck_assert(!it.verdict.active);
}
END_TEST

START_TEST(sums_that_do_not_fit_are_left_out)
{
    case_start(&it, &detector_arrears);
    owe(UTILITY_GAS, 4);
    owe(UTILITY_WATER, 4);
    it.view.arrears[UTILITY_GAS].amount_minor = INT64_MAX;
    it.view.arrears[UTILITY_WATER].amount_minor = INT64_MAX;
    bill();
    ck_assert(it.verdict.active);
    char said[FINDING_SUMMARY_MAX];
    detector_arrears.describe(it.options, it.state, &it.view, &it.verdict, said, sizeof said);
    ck_assert_ptr_null(strchr(said, '('));
}
END_TEST

int main(void)
{
    TCase *rules = tcase_create("rules");
    tcase_add_loop_test(rules, months_make_the_grade, 0, (int)(sizeof steps / sizeof steps[0]));
    tcase_add_test(rules, more_months_are_never_less_grave);
    tcase_add_test(rules, a_limited_supply_makes_any_arrears_serious);
    tcase_add_test(rules, time_alone_raises_when_a_day_is_over);
    tcase_add_test(rules, hours_and_reports_leave_the_verdict_as_it_is);
    tcase_add_test(rules, sums_that_do_not_fit_are_left_out);
    Suite *suite = suite_create("arrears");
    suite_add_tcase(suite, rules);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
