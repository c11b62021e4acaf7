/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/cutoff/cutoff.h"

#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "detector_case.h"
#include "detectors/days.h"

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

/* ---- a prepayment meter that another one follows -------------------------------------------- */

static void use(unsigned meter, int hour, int64_t milli)
{
    int32_t at = (int32_t)(NOON / HOUR) + hour;
    uint8_t code = routine_code(milli);
    it.hours[meter][at % VIEW_HOURS] = code;
    it.view.meters[meter].newest_hour = at;
    case_show(&it, &(struct event){.kind = EVENT_HOUR,
                                   .at_s = NOON + (hour + 1) * HOUR,
                                   .hour = at,
                                   .meter = (uint8_t)meter,
                                   .vouched = true,
                                   .use = code});
}

/* Hours [from, to) of a meter. */
static void uses(unsigned meter, int from, int to, int64_t milli)
{
    for (int hour = from; hour < to; hour++)
        use(meter, hour, milli);
}

/* A meter that was on for three days, then off for `off` hours; the other one begins. */
static int replaced_after(int off)
{
    case_start(&it, &detector_cutoff);
    it.view.flags = 1u << FLAG_PREPAYMENT;
    it.view.meter_count = 1;
    memset(it.hours, ROUTINE_MISSING, sizeof it.hours);
    uses(0, 0, 72, 200000);
    uses(0, 72, 72 + off, 0);
    it.view.meter_count = 2;
    return 72 + off;
}

START_TEST(the_use_of_its_successor_ends_what_a_meter_showed)
{
    int from = replaced_after(26);
    ck_assert(it.verdict.active);
    uses(1, from, from + 72, 200000); /* there may be two of them, one of which is off */
    ck_assert(it.verdict.active);
    use(1, from + 72, 200000);
    ck_assert(!it.verdict.active);
    use(0, from, 0); /* late: of a meter that is gone */
    ck_assert(!it.verdict.active);
}
END_TEST

static void total(unsigned meter, int32_t day, int64_t milli)
{
    it.days[meter][day % VIEW_DAYS] = routine_day_code(milli);
    it.view.meters[meter].newest_day = day;
    case_show(&it, &(struct event){.kind = EVENT_DAY,
                                   .at_s = (day + 1) * (int64_t)DAY_S - it.view.utc_offset_s,
                                   .meter = (uint8_t)meter,
                                   .vouched = true,
                                   .day = day});
}

/* Its last hour is of the fourth day after the first: the seventh ends more than three days later.
 */
START_TEST(days_of_its_successor_end_it_too)
{
    (void)replaced_after(26);
    int32_t first = days_local(&it.view, NOON);
    it.view.meters[1].interval_minutes = 1440;
    for (int32_t day = first + 5; day < first + 7; day++)
        total(1, day, 8000000);
    ck_assert(it.verdict.active);
    total(1, first + 7, 0);
    ck_assert(it.verdict.active);
    total(1, first + 8, 8000000);
    ck_assert(!it.verdict.active);
}
END_TEST

START_TEST(a_successor_out_of_credit_is_seen)
{
    int from = replaced_after(0);
    uses(1, from, from + 100, 200000);
    ck_assert(!it.verdict.active);
    uses(1, from + 100, from + 125, 0);
    ck_assert(it.verdict.active);
    ck_assert_int_eq(it.verdict.since_s, NOON + (from + 100) * HOUR);
}
END_TEST

int main(void)
{
    TCase *rules = tcase_create("rules");
    tcase_add_loop_test(rules, the_gravest_step_of_any_utility_is_the_finding, 0, 64);
    tcase_add_test(rules, each_step_has_its_own_beginning);
    tcase_add_test(rules, hours_leave_the_verdict_as_it_is);
    tcase_add_test(rules, the_use_of_its_successor_ends_what_a_meter_showed);
    tcase_add_test(rules, days_of_its_successor_end_it_too);
    tcase_add_test(rules, a_successor_out_of_credit_is_seen);
    Suite *suite = suite_create("cutoff");
    suite_add_tcase(suite, rules);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
