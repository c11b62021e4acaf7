/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/policy.h"

#include <check.h>
#include <stdlib.h>

#include "alerts.h"

#define DAY_S 86400

static const uint32_t old_and_alone = 1u << FLAG_LIVES_ALONE | 1u << FLAG_AGED_65_PLUS;
static const uint32_t medical = 1u << FLAG_MEDICAL;

static struct finding police(enum severity grade)
{
    struct finding finding = alerts_finding(&alerts_silence, 1, MORNING_S);
    finding.verdict.grade = grade;
    return finding;
}

static struct finding welfare(enum severity grade)
{
    struct finding finding = alerts_finding(&alerts_arrears, 1, MORNING_S);
    finding.verdict.grade = grade;
    return finding;
}

START_TEST(without_context_the_grade_stands)
{
    for (int grade = 0; grade < SEVERITY_COUNT; grade++) {
        struct finding a = police((enum severity)grade), b = welfare((enum severity)grade);
        ck_assert_int_eq(policy_severity(&a), grade);
        ck_assert_int_eq(policy_severity(&b), grade);
    }
}
END_TEST

START_TEST(each_factor_raises_by_one)
{
    struct finding with[] = {police(0), police(0), police(0), police(0),
                             police(0), police(0), police(0)};
    with[0].flags = medical;
    with[1].flags = old_and_alone;
    with[2].flags = 1u << FLAG_LIVES_ALONE | 1u << FLAG_AGED_80_PLUS;
    with[3].report_s = MORNING_S - 14 * DAY_S;
    with[4].in_season = true;
    with[5].cold_wave = true;
    with[6].support_ended_s = MORNING_S - 30 * DAY_S;
    for (size_t i = 0; i < sizeof with / sizeof with[0]; i++)
        ck_assert_msg(policy_severity(&with[i]) == SEVERITY_MEDIUM, "factor %zu does not raise", i);
}
END_TEST

START_TEST(half_a_factor_raises_nothing)
{
    struct finding with[] = {police(0), police(0), police(0), police(0), police(0), police(0)};
    with[0].flags = 1u << FLAG_LIVES_ALONE;
    with[1].flags = 1u << FLAG_AGED_80_PLUS | 1u << FLAG_AGED_65_PLUS;
    with[2].report_s = MORNING_S - 14 * DAY_S - 1;
    with[3].support_ended_s = MORNING_S - 30 * DAY_S - 1;
    with[4].flags = ~(medical | old_and_alone | 1u << FLAG_AGED_80_PLUS);
    with[5].timezone[0] = '\0';
    for (size_t i = 0; i < sizeof with / sizeof with[0]; i++)
        ck_assert_msg(policy_severity(&with[i]) == SEVERITY_LOW, "case %zu raises", i);
}
END_TEST

START_TEST(a_report_later_than_a_late_reading_still_counts)
{
    struct finding finding = police(SEVERITY_LOW);
    finding.report_s = MORNING_S + 3 * DAY_S;
    ck_assert_int_eq(policy_severity(&finding), SEVERITY_MEDIUM);
}
END_TEST

static void everything(struct finding *finding)
{
    finding->flags = medical | old_and_alone;
    finding->report_s = finding->support_ended_s = MORNING_S;
    finding->in_season = finding->cold_wave = true;
}

START_TEST(all_context_together_raises_by_two_at_most)
{
    struct finding low = police(SEVERITY_LOW), medium = police(SEVERITY_MEDIUM),
                   critical = police(SEVERITY_CRITICAL);
    everything(&low);
    everything(&medium);
    everything(&critical);
    ck_assert_int_eq(policy_severity(&low), SEVERITY_HIGH);
    ck_assert_int_eq(policy_severity(&medium), SEVERITY_CRITICAL);
    ck_assert_int_eq(policy_severity(&critical), SEVERITY_CRITICAL);
    for (size_t i = 0; i < policy_factor_count; i++)
        ck_assert_msg(policy_factors[i].holds(&low), "%s does not hold", policy_factors[i].name);
}
END_TEST

START_TEST(context_never_makes_a_welfare_finding_critical)
{
    struct finding medium = welfare(SEVERITY_MEDIUM), high = welfare(SEVERITY_HIGH),
                   critical = welfare(SEVERITY_CRITICAL);
    everything(&medium);
    everything(&high);
    everything(&critical);
    ck_assert_int_eq(policy_severity(&medium), SEVERITY_HIGH);
    ck_assert_int_eq(policy_severity(&high), SEVERITY_HIGH);
    ck_assert_int_eq(policy_severity(&critical), SEVERITY_CRITICAL); /* its own evidence */
}
END_TEST

START_TEST(context_never_lowers_and_a_graver_grade_never_comes_out_lower)
{
    for (unsigned context = 0; context < 64; context++) {
        enum severity last[2] = {SEVERITY_LOW, SEVERITY_LOW};
        for (int grade = 0; grade < SEVERITY_COUNT; grade++) {
            struct finding of[2] = {police((enum severity)grade), welfare((enum severity)grade)};
            for (int team = 0; team < 2; team++) {
                struct finding *finding = &of[team];
                finding->flags = (context & 1 ? medical : 0) | (context & 2 ? old_and_alone : 0);
                finding->report_s = context & 4 ? MORNING_S : 0;
                finding->support_ended_s = context & 8 ? MORNING_S : 0;
                finding->in_season = context & 16;
                finding->cold_wave = context & 32;
                enum severity severity = policy_severity(finding);
                ck_assert_int_ge(severity, grade);
                ck_assert_int_ge(severity, last[team]);
                ck_assert_int_le(severity, grade + POLICY_RAISE_MAX);
                last[team] = severity;
            }
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy");
    TCase *cases = tcase_create("policy");
    tcase_add_test(cases, without_context_the_grade_stands);
    tcase_add_test(cases, each_factor_raises_by_one);
    tcase_add_test(cases, half_a_factor_raises_nothing);
    tcase_add_test(cases, a_report_later_than_a_late_reading_still_counts);
    tcase_add_test(cases, all_context_together_raises_by_two_at_most);
    tcase_add_test(cases, context_never_makes_a_welfare_finding_critical);
    tcase_add_test(cases, context_never_lowers_and_a_graver_grade_never_comes_out_lower);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
