/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/cutoff/cutoff.h"

#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "detector_case.h"

#define NOON ((int64_t)1768449600) /* 2026-01-15T13:00:00+09:00 */
#define HOUR ((int64_t)3600)

static struct detector_case it;

static void bill(int64_t at_s)
{
    case_show(&it, &(struct event){.kind = EVENT_BILLING, .at_s = at_s});
}

/* Every combination of nothing, notice, limited, cut on three utilities. */
START_TEST(the_gravest_step_of_any_utility_is_the_finding)
{
    static const int grades[] = {-1, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_HIGH};
    int step[UTILITY_COUNT] = {_i % 4, _i / 4 % 4, _i / 16};
    case_start(&it, &detector_cutoff);
    int worst = 0;
    uint32_t mask = 0;
    for (int u = 0; u < UTILITY_COUNT; u++) {
        it.view.arrears[u].notice = step[u] == 1;
        it.view.supply[u] = step[u] == 3 ? SUPPLY_CUT : step[u] == 2 ? SUPPLY_LIMITED : SUPPLY_OPEN;
        mask |= step[u] ? 1u << u : 0;
        worst = step[u] > worst ? step[u] : worst;
    }
    bill(NOON);
    ck_assert_int_eq(it.verdict.active ? (int)it.verdict.grade : -1, grades[worst]);
    ck_assert_uint_eq(it.verdict.utilities, mask);
    if (!worst)
        return;
    ck_assert_int_eq(step[it.verdict.utility], worst);
    ck_assert_double_ge(it.verdict.score, worst);
    ck_assert_double_lt(it.verdict.score, worst + 1);
    char said[FINDING_SUMMARY_MAX + 1] = " ";
    detector_cutoff.describe(it.options, it.state, &it.view, &it.verdict, said + 1,
                             sizeof said - 1);
    said[1] = (char)tolower((unsigned char)said[1]);
    for (int u = 0; u < UTILITY_COUNT; u++) {
        char name[16];
        (void)snprintf(name, sizeof name, " %s ", utility_names[u]);
        ck_assert_msg((strstr(said, name) != NULL) == (step[u] != 0), "%s", said);
    }
}
END_TEST

START_TEST(each_step_has_its_own_beginning)
{
    case_start(&it, &detector_cutoff);
    it.view.arrears[UTILITY_GAS].notice = true;
    bill(NOON);
    ck_assert_int_eq(it.verdict.since_s, NOON);
    bill(NOON + HOUR);
    ck_assert_int_eq(it.verdict.since_s, NOON);
    it.view.supply[UTILITY_GAS] = SUPPLY_CUT;
    it.view.arrears[UTILITY_GAS].changed_s = NOON + 5 * HOUR;
    bill(NOON + 6 * HOUR);
    ck_assert_int_eq(it.verdict.since_s, NOON + 5 * HOUR);
    /* Back to a notice: as of then. */
    it.view.supply[UTILITY_GAS] = SUPPLY_OPEN;
    bill(NOON + 9 * HOUR);
    ck_assert_int_eq(it.verdict.since_s, NOON + 9 * HOUR);
}
END_TEST

START_TEST(hours_leave_the_verdict_as_it_is)
{
    case_start(&it, &detector_cutoff);
    it.view.supply[UTILITY_GAS] = SUPPLY_CUT;
    case_show(&it, &(struct event){.kind = EVENT_HOUR, .at_s = NOON});
    ck_assert(!it.verdict.active);
    bill(NOON);
    ck_assert(it.verdict.active);
    it.view.supply[UTILITY_GAS] = SUPPLY_OPEN;
    case_show(&it, &(struct event){.kind = EVENT_HOUR, .at_s = NOON});
    ck_assert(it.verdict.active);
    bill(NOON);
    ck_assert(!it.verdict.active);
    ck_assert(!it.verdict.life);
}
END_TEST

int main(void)
{
    TCase *rules = tcase_create("rules");
    tcase_add_loop_test(rules, the_gravest_step_of_any_utility_is_the_finding, 0, 64);
    tcase_add_test(rules, each_step_has_its_own_beginning);
    tcase_add_test(rules, hours_leave_the_verdict_as_it_is);
    Suite *suite = suite_create("cutoff");
    suite_add_tcase(suite, rules);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
