/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers of the desk, counted by hand. Now is Friday, 2026-01-16T12:00:00Z.
 */
#include "alert/stats.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/lifecycle.h"

#define NOW_MS 1768564800000ll
#define MINUTE 60000ll
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static struct stats_fact facts[64];
static size_t fact_count;
static struct stats stats;
static struct stats_query query;

static void begin(void)
{
    fact_count = 0;
    query = (struct stats_query){.now_ms = NOW_MS, .zone = zone_utc(), .days = 7};
}

static void end(void)
{
}

static struct stats_fact *add(const char *household, int64_t told_ms)
{
    struct stats_fact *fact = &facts[fact_count++];
    *fact = (struct stats_fact){.state = ALERT_OPEN,
                                .outcome = OUTCOME_COUNT,
                                .teams = 1u << TEAM_POLICE,
                                .area = "11140-sindang",
                                .told_ms = told_ms};
    (void)snprintf(fact->household, sizeof fact->household, "%s", household);
    (void)snprintf(fact->id, sizeof fact->id, "%zu", fact_count);
    return fact;
}

static void resolve(struct stats_fact *fact, enum outcome outcome, int64_t at_ms)
{
    fact->state = ALERT_RESOLVED;
    fact->outcome = outcome;
    fact->closed_ms = at_ms;
}

static void count(void)
{
    stats_sort(facts, fact_count);
    stats_count(facts, fact_count, &query, &stats);
}

START_TEST(alerts_are_counted_on_the_day_on_which_they_were_told)
{
    (void)add("H-1", NOW_MS);
    (void)add("H-2", NOW_MS - 12 * HOUR);     /* the day's first moment */
    (void)add("H-3", NOW_MS - 12 * HOUR - 1); /* the last of the day before */
    (void)add("H-4", NOW_MS - 6 * DAY - 12 * HOUR);
    (void)add("H-5", NOW_MS - 6 * DAY - 12 * HOUR - 1); /* before the seven days */
    add("H-6", NOW_MS)->held = true;
    count();
    ck_assert_uint_eq(stats.raised[6], 2);
    ck_assert_uint_eq(stats.raised[5], 1);
    ck_assert_uint_eq(stats.raised[0], 1);
    ck_assert_uint_eq(stats.held, 1);
    ck_assert_uint_eq(stats.states[ALERT_OPEN], 5); /* one that is old and open is not forgotten */
    ck_assert(!zone_find(TEXT("Asia/Seoul"), &query.zone)); /* 21:00 there */
    count();
    ck_assert_uint_eq(stats.raised[6], 3); /* the day began nine hours sooner */
    ck_assert_uint_eq(stats.raised[5], 0);
    ck_assert_uint_eq(stats.raised[0], 2);
}
END_TEST

START_TEST(waits_are_those_that_somebody_had)
{
    for (int i = 1; i <= 10; i++) {
        struct stats_fact *fact = add("H-1", NOW_MS - 2 * DAY);
        fact->taken_ms = fact->told_ms + i * MINUTE;
    }
    (void)add("H-2", NOW_MS - HOUR); /* nobody yet: it does not shorten them */
    count();
    ck_assert_uint_eq(stats.taken.n, 10);
    ck_assert_int_eq(stats.taken.median_s, 5 * 60);
    ck_assert_int_eq(stats.taken.p90_s, 9 * 60);
    ck_assert_uint_eq(stats.tried.n, 0);
    facts[0].tried_ms = facts[0].told_ms + 90000;
    stats_count(facts, fact_count, &query, &stats);
    ck_assert_uint_eq(stats.tried.n, 1);
    ck_assert_int_eq(stats.tried.median_s, 90);
    ck_assert_int_eq(stats.tried.p90_s, 90);
}
END_TEST

START_TEST(a_rule_is_right_by_what_was_found)
{
    for (int i = 0; i < 10; i++) {
        struct stats_fact *fact = add("H-1", NOW_MS - DAY);
        fact->detectors = i < 9 ? 1 : 3;
        resolve(fact, i < 1 ? OUTCOME_HOSPITAL : i < 9 ? OUTCOME_SAFE : OUTCOME_OTHER, NOW_MS);
    }
    count();
    ck_assert_uint_eq(stats.outcomes[OUTCOME_SAFE], 8);
    ck_assert_uint_eq(stats.rules[0].raised, 10);
    ck_assert_uint_eq(stats.rules[0].precision.judged, 9); /* "other" says nothing */
    ck_assert_uint_eq(stats.rules[0].precision.worth, 1);
    /* Wilson's interval of 1 of 9, worked out by hand. */
    ck_assert_double_eq_tol(stats.rules[0].precision.low, 0.0199, 0.0001);
    ck_assert_double_eq_tol(stats.rules[0].precision.high, 0.4350, 0.0001);
    ck_assert_uint_eq(stats.rules[1].raised, 1);
    ck_assert_uint_eq(stats.rules[1].precision.judged, 0);
    ck_assert_double_eq(stats.rules[1].precision.high, 1.0);
}
END_TEST

START_TEST(households_are_followed_for_three_and_six_months)
{
    resolve(add("H-calm", NOW_MS - 200 * DAY), OUTCOME_SAFE, NOW_MS - 200 * DAY);
    resolve(add("H-again", NOW_MS - 200 * DAY), OUTCOME_HELPED, NOW_MS - 200 * DAY);
    (void)add("H-again", NOW_MS - 100 * DAY); /* after three months, before six */
    resolve(add("H-soon", NOW_MS - 30 * DAY), OUTCOME_SAFE, NOW_MS - 30 * DAY);
    resolve(add("H-outage", NOW_MS - 200 * DAY), OUTCOME_SAFE, NOW_MS - 200 * DAY);
    add("H-outage", NOW_MS - 150 * DAY)->held = true;
    count();
    ck_assert_uint_eq(stats.after[AFTER_3].n, 3);
    ck_assert_uint_eq(stats.after[AFTER_3].no_longer, 3);
    ck_assert_uint_eq(stats.after[AFTER_6].n, 3);
    ck_assert_uint_eq(stats.after[AFTER_6].no_longer, 2);
}
END_TEST

static bool of_welfare(const void *viewer, const struct stats_fact *fact)
{
    ck_assert_ptr_eq(viewer, &query);
    return fact->teams >> TEAM_WELFARE & 1;
}

START_TEST(only_what_was_asked_for_and_may_be_seen_is_counted)
{
    resolve(add("H-1", NOW_MS - 200 * DAY), OUTCOME_SAFE, NOW_MS - 200 * DAY);
    (void)add("H-1", NOW_MS);
    add("H-2", NOW_MS)->teams = 1u << TEAM_WELFARE;
    (void)snprintf(add("H-3", NOW_MS)->area, 8, "elsewhe");
    query.area = "11140-sindang";
    count();
    ck_assert_uint_eq(stats.raised[6], 2);
    query.teams = 1u << TEAM_POLICE;
    count();
    ck_assert_uint_eq(stats.raised[6], 1);
    query = (struct stats_query){
        .now_ms = NOW_MS, .zone = zone_utc(), .days = 7, .sees = of_welfare, .viewer = &query};
    count();
    ck_assert_uint_eq(stats.raised[6], 1);
    ck_assert_uint_eq(stats.after[AFTER_3].n, 0);
}
END_TEST

static void step(struct alert *alert, enum alert_step_kind kind, const char *who, int64_t at_ms)
{
    struct alert_step *out = &alert->steps[alert->step_count++];
    *out = (struct alert_step){.at_ms = at_ms, .has_contact = kind == STEP_CONTACTED};
    (void)snprintf(out->what, sizeof out->what, "%s", alert_step_words[kind]);
    (void)snprintf(out->who, sizeof out->who, "%s", who);
}

START_TEST(an_alert_is_told_when_an_incident_lets_it_go)
{
    static struct alert alert;
    struct stats_fact fact;
    alert = (struct alert){.team = TEAM_WELFARE,
                           .desk = TEAM_POLICE,
                           .raised_wall_ms = NOW_MS,
                           .reason_count = 1,
                           .reasons = {{.detector = "arrears"}}};
    step(&alert, STEP_RAISED, ALERT_WHO_MACHINE, NOW_MS - HOUR); /* event time */
    step(&alert, STEP_HELD, ALERT_WHO_MACHINE, NOW_MS + MINUTE);
    stats_fact_of(&alert, &fact);
    ck_assert(fact.held);
    step(&alert, STEP_HOLD_ENDED, ALERT_WHO_MACHINE, NOW_MS + HOUR);
    step(&alert, STEP_ACKNOWLEDGED, "kim", NOW_MS + HOUR + MINUTE);
    step(&alert, STEP_CONTACTED, ALERT_WHO_MACHINE, NOW_MS + HOUR + 2 * MINUTE);
    step(&alert, STEP_ANSWERED, "answer:gateway", NOW_MS + HOUR + 2 * MINUTE);
    alert.steps[alert.step_count - 1].has_contact = true;
    step(&alert, STEP_CONTACTED, "kim", NOW_MS + HOUR + 3 * MINUTE);
    step(&alert, STEP_CONTACTED, "kim", NOW_MS + HOUR + 4 * MINUTE);
    alert.state = ALERT_CONTACTING;
    stats_fact_of(&alert, &fact);
    ck_assert(!fact.held);
    ck_assert_int_eq(fact.told_ms, NOW_MS + HOUR);
    ck_assert_int_eq(fact.taken_ms, NOW_MS + HOUR + MINUTE);
    ck_assert_int_eq(fact.tried_ms, NOW_MS + HOUR + 3 * MINUTE); /* a person's, not a machine's */
    ck_assert_int_eq(fact.closed_ms, 0);
    ck_assert_uint_eq(fact.teams, 1u << TEAM_WELFARE | 1u << TEAM_POLICE);
    ck_assert_str_eq(detectors[__builtin_ctz(fact.detectors)]->name, "arrears");
    step(&alert, STEP_CLEARED, ALERT_WHO_MACHINE, NOW_MS - 30 * DAY); /* a reading's time */
    alert.state = ALERT_CLEARED;
    stats_fact_of(&alert, &fact);
    ck_assert_int_eq(fact.closed_ms, NOW_MS + HOUR); /* not over before it was told */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stats");
    TCase *tcase = tcase_create("stats");
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, alerts_are_counted_on_the_day_on_which_they_were_told);
    tcase_add_test(tcase, waits_are_those_that_somebody_had);
    tcase_add_test(tcase, a_rule_is_right_by_what_was_found);
    tcase_add_test(tcase, households_are_followed_for_three_and_six_months);
    tcase_add_test(tcase, only_what_was_asked_for_and_may_be_seen_is_counted);
    tcase_add_test(tcase, an_alert_is_told_when_an_incident_lets_it_go);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
