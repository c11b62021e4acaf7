/* SPDX-License-Identifier: Apache-2.0
 *
 * Golden table: tests/golden/policy/severity.txt has what every factor, limit and danger does to
 * every grade. After a change that is meant, GOLDEN=write writes it anew; read the difference.
 */
#include "alert/policy.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alerts.h"
#include "base/file.h"

#define DAY_S      86400
#define GOLDEN     "tests/golden/policy/severity.txt"
#define PAGE       "docs/alerts.md"
#define BYTES_MAX  200000
#define KINDS      4
#define HOUSEHOLDS (1u << 9) /* one a subset of the factors */

static const struct detector supply = {
    .name = "cutoff", .team = TEAM_WELFARE, .detects = DETECTS_SUPPLY};
static const struct detector low_use = {
    .name = "drop", .team = TEAM_WELFARE, .detects = DETECTS_USE};
static const struct detector habits = {
    .name = "routine", .team = TEAM_WELFARE, .detects = DETECTS_HABITS};
static const struct detector *const found_by[KINDS] = {&alerts_silence, &low_use, &supply, &habits};

static struct finding finding_of(const struct detector *detector, enum severity grade)
{
    struct finding finding = alerts_finding(detector, 1, MORNING_S);
    finding.verdict.grade = grade;
    return finding;
}

/* Makes one factor hold. */
static void give(struct finding *finding, const char *factor)
{
    if (strcmp(factor, "medical") == 0)
        finding->flags |= 1u << FLAG_MEDICAL;
    else if (strcmp(factor, "alone") == 0)
        finding->flags |= 1u << FLAG_LIVES_ALONE;
    else if (strcmp(factor, "old") == 0)
        finding->flags |= 1u << FLAG_AGED_65_PLUS;
    else if (strcmp(factor, "dependants") == 0)
        finding->flags |= 1u << FLAG_CHILDREN;
    else if (strcmp(factor, "report") == 0)
        finding->report_s = MORNING_S;
    else if (strcmp(factor, "arrears") == 0)
        finding->months_unpaid = 2;
    else if (strcmp(factor, "support_ended") == 0)
        finding->support_ended_s = MORNING_S;
    else if (strcmp(factor, "cold_wave") == 0)
        finding->cold_wave = true;
    else if (strcmp(factor, "season") == 0)
        finding->in_season = true;
    else
        ck_abort_msg("%s has no test", factor);
}

static struct finding household(const struct detector *detector, enum severity grade,
                                uint32_t factors)
{
    struct finding finding = finding_of(detector, grade);
    for (size_t i = 0; i < policy_factor_count; i++)
        if (factors >> i & 1)
            give(&finding, policy_factors[i].name);
    return finding;
}

/* ---- the golden table ---- */

static void put_grades(struct finding finding, struct buffer *out)
{
    for (int grade = 0; grade < SEVERITY_COUNT; grade++) {
        finding.verdict.grade = (enum severity)grade;
        buffer_format(out, " %-8s", severity_names[policy_severity(&finding)]);
    }
    buffer_format(out, " %s%s\n", team_names[finding.detector->team],
                  policy_police_too(&finding) ? " and police" : "");
}

/* The factors by themselves, then one more after another, in the table's order. */
static void put_household(const char *name, uint32_t factors, struct buffer *out)
{
    for (int kind = 0; kind < KINDS; kind++)
        for (int state = 0; state < 3; state++) {
            struct finding finding = household(found_by[kind], SEVERITY_LOW, factors);
            finding.age_s = state == 1 ? DAY_S + 1 : 0;
            finding.cut = state == 2 ? 1u << UTILITY_ELECTRICITY : 0;
            buffer_format(out, "%-16s %-8s %-6s", name, found_by[kind]->name,
                          state == 0   ? "-"
                          : state == 1 ? "old"
                                       : "cut");
            put_grades(finding, out);
        }
}

START_TEST(the_whole_table_is_the_golden_one)
{
    struct buffer got = {0}, want = {0};
    struct fault fault = {""};
    const char *mode = getenv("GOLDEN");
    char name[32];
    buffer_format(&got, "%-16s %-8s %-6s", "context", "found by", "state");
    for (int grade = 0; grade < SEVERITY_COUNT; grade++)
        buffer_format(&got, " %-8s", severity_names[grade]);
    buffer_text(&got, " told\n");
    put_household("none", 0, &got);
    for (size_t i = 0; i < policy_factor_count; i++)
        put_household(policy_factors[i].name, 1u << i, &got);
    for (size_t i = 1; i < policy_factor_count; i++) {
        (void)snprintf(name, sizeof name, "+ %s", policy_factors[i].name);
        put_household(name, (2u << i) - 1, &got);
    }
    if (mode && strcmp(mode, "write") == 0) {
        FILE *file = fopen(GOLDEN, "w");
        ck_assert_msg(file != NULL, "%s cannot be written; run from the top of the tree", GOLDEN);
        ck_assert_int_ge(fputs(got.at, file), 0);
        ck_assert_int_eq(fclose(file), 0);
    }
    ck_assert_msg(file_read(GOLDEN, BYTES_MAX, &want, &fault) == ERR_OK, "%s", fault.text);
    ck_assert_msg(strcmp(got.at, buffer_view(&want).at) == 0, "%s is not what it was:\n%s", GOLDEN,
                  got.at);
    buffer_done(&got);
    buffer_done(&want);
}
END_TEST

/* ---- the page ---- */

/* The tables of docs/alerts.md, row by row. */
START_TEST(the_page_has_the_tables_as_they_are)
{
    struct buffer page = {0}, rows = {0};
    struct fault fault = {""};
    ck_assert_msg(file_read(PAGE, BYTES_MAX, &page, &fault) == ERR_OK, "%s", fault.text);
    buffer_text(&rows, "| Factor | Points | Holds when | Why |\n|---|---|---|---|\n");
    for (size_t i = 0; i < policy_factor_count; i++)
        buffer_format(&rows, "| `%s` | %u | %s | %s |\n", policy_factors[i].name,
                      policy_factors[i].points, policy_factors[i].help, policy_factors[i].why);
    ck_assert_msg(strstr(page.at, rows.at) != NULL, "%s lacks:\n%s", PAGE, rows.at);
    buffer_clear(&rows);
    buffer_text(&rows, "| Limit | Context raises to | Holds when | Why |\n|---|---|---|---|\n");
    for (size_t i = 0; i < policy_limit_count; i++)
        buffer_format(&rows, "| `%s` | `%s` | %s | %s |\n", policy_limits[i].name,
                      severity_names[policy_limits[i].highest], policy_limits[i].help,
                      policy_limits[i].why);
    ck_assert_msg(strstr(page.at, rows.at) != NULL, "%s lacks:\n%s", PAGE, rows.at);
    buffer_clear(&rows);
    buffer_text(&rows, "| Danger | Holds when | Why |\n|---|---|---|\n");
    for (size_t i = 0; i < policy_danger_count; i++)
        buffer_format(&rows, "| `%s` | %s | %s |\n", policy_dangers[i].name, policy_dangers[i].help,
                      policy_dangers[i].why);
    ck_assert_msg(strstr(page.at, rows.at) != NULL, "%s lacks:\n%s", PAGE, rows.at);
    buffer_clear(&rows);
    buffer_text(&rows, "| Detector | Team | Its evidence is of |\n|---|---|---|\n");
    for (size_t i = 0; i < detector_count; i++) {
        static const char *const of[] = {"use", "bills", "supply", "habits"};
        buffer_format(&rows, "| `%s` | `%s` | %s |\n", detectors[i]->name,
                      team_names[detectors[i]->team], of[detectors[i]->detects]);
    }
    ck_assert_msg(strstr(page.at, rows.at) != NULL, "%s lacks:\n%s", PAGE, rows.at);
    buffer_done(&page);
    buffer_done(&rows);
}
END_TEST

/* ---- single rows ---- */

START_TEST(each_factor_has_its_edge)
{
    const struct {
        const char *factor;
        struct finding holds, not_yet;
    } edges[] = {
        {"report", {.report_s = MORNING_S - 14 * DAY_S}, {.report_s = MORNING_S - 14 * DAY_S - 1}},
        {"report", {.report_s = MORNING_S + 3 * DAY_S}, {.report_s = 0}}, /* a late reading */
        {"support_ended",
         {.support_ended_s = MORNING_S - 30 * DAY_S},
         {.support_ended_s = MORNING_S - 30 * DAY_S - 1}},
        {"arrears", {.months_unpaid = 2}, {.months_unpaid = 1}},
        {"arrears", {.limited = 1u << UTILITY_GAS}, {.limited = 0}},
        {"arrears", {.cut = 1u << UTILITY_WATER}, {.cut = 0}},
        {"old",
         {.flags = 1u << FLAG_AGED_80_PLUS},
         {.flags = ~(1u << FLAG_AGED_80_PLUS | 1u << FLAG_AGED_65_PLUS)}},
        {"dependants",
         {.flags = 1u << FLAG_DISABILITY},
         {.flags = ~(1u << FLAG_DISABILITY | 1u << FLAG_CHILDREN)}},
    };
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        size_t row = 0;
        while (strcmp(policy_factors[row].name, edges[i].factor) != 0)
            row++;
        struct finding holds = edges[i].holds, not_yet = edges[i].not_yet;
        holds.detector = not_yet.detector = &alerts_silence;
        holds.at_s = not_yet.at_s = MORNING_S;
        ck_assert_msg(policy_context(&holds) >> row & 1, "case %zu does not hold", i);
        ck_assert_msg(!(policy_context(&not_yet) >> row & 1), "case %zu holds", i);
    }
}
END_TEST

START_TEST(arrears_are_no_second_witness_of_themselves)
{
    struct finding bills = finding_of(&alerts_arrears, SEVERITY_LOW);
    struct detector of_bills = alerts_arrears;
    of_bills.detects = DETECTS_BILLS;
    bills.detector = &of_bills;
    give(&bills, "arrears");
    ck_assert_int_eq(policy_severity(&bills), SEVERITY_LOW);
}
END_TEST

START_TEST(a_day_old_is_not_old_yet)
{
    struct finding finding = household(&alerts_silence, SEVERITY_HIGH, ~0u);
    finding.age_s = DAY_S;
    ck_assert_int_eq(policy_severity(&finding), SEVERITY_CRITICAL);
    finding.age_s = DAY_S + 1;
    ck_assert_int_eq(policy_severity(&finding), SEVERITY_HIGH);
}
END_TEST

START_TEST(a_judgement_says_what_kept_it_from_growing)
{
    struct finding finding = household(&low_use, SEVERITY_MEDIUM, policy_factor_named("medical"));
    struct policy_judgement judged = policy_judge(&finding);
    ck_assert_int_eq(judged.severity, SEVERITY_HIGH);
    ck_assert_uint_eq(judged.limit, 0); /* it holds, and keeps nothing back */
    finding.verdict.grade = SEVERITY_HIGH;
    judged = policy_judge(&finding);
    ck_assert_int_eq(judged.severity, SEVERITY_HIGH);
    ck_assert_uint_eq(judged.limit, policy_limit_named("welfare"));
    finding.detector = &habits;
    judged = policy_judge(&finding);
    ck_assert_uint_eq(judged.limit, policy_limit_named("information"));
    finding.detector = &supply;
    finding.cut = 1u << UTILITY_ELECTRICITY;
    judged = policy_judge(&finding);
    ck_assert_int_eq(judged.severity, SEVERITY_CRITICAL);
    ck_assert_uint_eq(judged.danger, policy_danger_named("powerless"));
    ck_assert_uint_eq(judged.limit, 0);
}
END_TEST

START_TEST(every_name_of_the_tables_is_found_again)
{
    for (size_t i = 0; i < policy_factor_count; i++)
        ck_assert_uint_eq(policy_factor_named(policy_factors[i].name), 1u << i);
    for (size_t i = 0; i < policy_limit_count; i++)
        ck_assert_uint_eq(policy_limit_named(policy_limits[i].name), i + 1);
    for (size_t i = 0; i < policy_danger_count; i++)
        ck_assert_uint_eq(policy_danger_named(policy_dangers[i].name), i + 1);
    ck_assert_uint_eq(policy_factor_named("full_moon") | policy_limit_named("") |
                          policy_danger_named("medical"),
                      0);
}
END_TEST

START_TEST(police_are_told_of_a_cut_supply_alone_where_it_endangers)
{
    struct finding cut = household(&supply, SEVERITY_HIGH, 1u);
    ck_assert(!policy_police_too(&cut)); /* nothing is cut */
    cut.cut = 1u << UTILITY_WATER;
    ck_assert(!policy_police_too(&cut));
    cut.cut = 1u << UTILITY_ELECTRICITY;
    ck_assert(policy_police_too(&cut));
    ck_assert_int_eq(policy_severity(&cut), SEVERITY_CRITICAL);
    cut.active = false; /* over */
    ck_assert(!policy_police_too(&cut));
    cut.active = true;
    cut.flags = 0;
    ck_assert(!policy_police_too(&cut));
    cut.cold_wave = true;
    ck_assert(policy_police_too(&cut));
    cut.cut = 1u << UTILITY_GAS;
    ck_assert(policy_police_too(&cut));
    cut.detector = &low_use; /* its own evidence is of use */
    ck_assert(!policy_police_too(&cut));
}
END_TEST

START_TEST(context_never_lowers_and_a_graver_grade_never_comes_out_lower)
{
    ck_assert_uint_eq(HOUSEHOLDS, 1u << policy_factor_count);
    for (uint32_t context = 0; context < HOUSEHOLDS * 4; context++)
        for (int kind = 0; kind < KINDS; kind++) {
            enum severity last = SEVERITY_LOW;
            for (int grade = 0; grade < SEVERITY_COUNT; grade++) {
                struct finding finding = household(found_by[kind], (enum severity)grade, context);
                finding.age_s = context & HOUSEHOLDS ? 2 * DAY_S : 0;
                finding.cut = context & HOUSEHOLDS * 2 ? 1u << UTILITY_ELECTRICITY : 0;
                enum severity severity = policy_severity(&finding);
                ck_assert_int_ge(severity, grade);
                ck_assert_int_ge(severity, last);
                ck_assert_int_le(severity, grade + POLICY_RAISE_MAX);
                last = severity;
            }
        }
}
END_TEST

START_TEST(what_made_a_reason_grave_is_noted_with_it)
{
    struct alert alert = {0};
    struct finding silence = alerts_finding(&alerts_silence, 1, MORNING_S);
    struct finding flow = alerts_finding(&alerts_flow, 1, MORNING_S + HOUR_S);
    struct finding end = alerts_end(&alerts_flow, 2, MORNING_S + 2 * HOUR_S, false);
    silence.flags = 1u << FLAG_LIVES_ALONE | 1u << FLAG_AGED_80_PLUS;
    flow.flags = silence.flags | 1u << FLAG_MEDICAL;
    flow.age_s = 2 * 24 * HOUR_S;
    end.cold_wave = true;
    struct change changes[] = {alerts_found(&silence), alerts_found(&flow), alerts_found(&end)};
    alerts_step(&alert, &changes[0], NULL);
    const struct alert_reason *reason = &alert.reasons[0];
    ck_assert_int_eq(reason->severity, SEVERITY_HIGH);
    ck_assert_uint_eq(reason->context, policy_factor_named("alone") | policy_factor_named("old"));
    ck_assert_uint_eq(reason->limit, 0);
    alerts_step(&alert, &changes[1], NULL); /* of the same home, known better now */
    ck_assert_uint_eq(reason->context, policy_factor_named("alone") | policy_factor_named("old") |
                                           policy_factor_named("medical"));
    ck_assert_uint_eq(reason->limit, policy_limit_named("old_evidence"));
    ck_assert_uint_eq(alert.reasons[1].context, reason->context);
    alerts_step(&alert, &changes[2], NULL);
    ck_assert_uint_eq(reason->context, policy_factor_named("cold_wave"));
    ck_assert_int_eq(reason->severity, SEVERITY_HIGH);
    ck_assert_int_eq(alert.severity, SEVERITY_HIGH);
    alert_done(&alert);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy");
    TCase *cases = tcase_create("policy");
    tcase_add_test(cases, the_whole_table_is_the_golden_one);
    tcase_add_test(cases, the_page_has_the_tables_as_they_are);
    tcase_add_test(cases, each_factor_has_its_edge);
    tcase_add_test(cases, arrears_are_no_second_witness_of_themselves);
    tcase_add_test(cases, a_day_old_is_not_old_yet);
    tcase_add_test(cases, a_judgement_says_what_kept_it_from_growing);
    tcase_add_test(cases, every_name_of_the_tables_is_found_again);
    tcase_add_test(cases, police_are_told_of_a_cut_supply_alone_where_it_endangers);
    tcase_add_test(cases, what_made_a_reason_grave_is_noted_with_it);
    tcase_add_test(cases, context_never_lowers_and_a_graver_grade_never_comes_out_lower);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
