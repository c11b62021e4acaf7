/* SPDX-License-Identifier: Apache-2.0
 *
 * Alerts that an area incident holds back (docs/decisions/0012-area-incidents.md).
 */
#include <stdlib.h>
#include <string.h>

#include "alerts.h"

static const struct detector collective = {
    .name = "silence", .team = TEAM_POLICE, .collective = true};
static const struct hold outage = {.incident = "i-outage", .until_ms = MORNING_MS + 6 * HOUR_MS};

static struct change found_held(const struct finding *finding)
{
    struct change change = alerts_found(finding);
    change.hold = &outage;
    return change;
}

static int64_t due(const struct alert *alert, const char *kind)
{
    struct store_timer timers[STORE_TIMERS_MAX];
    size_t count = lifecycle_timers(alert, &alerts_rules, timers);
    for (size_t i = 0; i < count; i++)
        if (strcmp(timers[i].kind, kind) == 0)
            return timers[i].due_ms;
    ck_abort_msg("no timer %s", kind);
    return 0;
}

static struct alert held(void)
{
    struct alert alert = {0};
    struct finding finding = alerts_finding(&collective, 1, MORNING_S);
    struct change change = found_held(&finding);
    alerts_step(&alert, &change, NULL);
    ck_assert_str_eq(alert.held_by, "i-outage");
    return alert;
}

START_TEST(an_alert_raised_in_an_outage_waits_for_its_end_alone)
{
    struct alert alert = held();
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_str_eq(alert.id, ID_MORNING);
    ck_assert_int_eq(due(&alert, TIMER_UNACKNOWLEDGED), 0);
    ck_assert_int_eq(due(&alert, TIMER_HOLD), outage.until_ms);
    alert_done(&alert);
}
END_TEST

START_TEST(medical_critical_and_other_reasons_are_never_held)
{
    for (int i = 0; i < 3; i++) {
        struct alert alert = {0};
        struct finding finding = alerts_finding(i == 2 ? &alerts_flow : &collective, 1, MORNING_S);
        if (i == 0)
            finding.flags = 1u << FLAG_MEDICAL;
        if (i == 1)
            finding.verdict.grade = SEVERITY_CRITICAL;
        struct change change = found_held(&finding);
        alerts_step(&alert, &change, NULL);
        ck_assert_str_eq(alert.held_by, "");
        ck_assert_int_ne(due(&alert, TIMER_UNACKNOWLEDGED), 0);
        alert_done(&alert);
    }
}
END_TEST

START_TEST(what_becomes_critical_is_held_no_longer)
{
    struct alert alert = held();
    struct finding graver = alerts_finding(&collective, 2, MORNING_S + HOUR_S);
    graver.verdict.grade = SEVERITY_CRITICAL;
    struct change change = found_held(&graver);
    alerts_step(&alert, &change, NULL);
    ck_assert_str_eq(alert.held_by, "");
    ck_assert_int_ne(due(&alert, TIMER_UNACKNOWLEDGED), 0);
    alert_done(&alert);
}
END_TEST

START_TEST(after_the_hold_it_escalates_as_new_and_stands_by_its_raising)
{
    struct alert alert = held();
    int64_t end_ms = MORNING_MS + 3 * HOUR_MS;
    struct change change = alerts_timer(CHANGE_HOLD_END, end_ms);
    alerts_step(&alert, &change, NULL);
    ck_assert_str_eq(alert.held_by, "");
    ck_assert_int_eq(due(&alert, TIMER_HOLD), 0);
    ck_assert_int_eq(due(&alert, TIMER_UNACKNOWLEDGED), end_ms + 30 * MINUTE_MS);
    ck_assert_int_eq(lifecycle_waits_since_ms(&alert), alert.raised_wall_ms);
    ck_assert_str_eq(alert.steps[alert.step_count - 1].note,
                     "incident i-outage holds it no longer: it is over");
    alert_done(&alert);
}
END_TEST

START_TEST(life_clears_a_held_alert_and_whoever_takes_it_has_it)
{
    struct alert alert = held();
    struct finding life = alerts_end(&collective, 2, MORNING_S + HOUR_S, true);
    struct change change = alerts_found(&life);
    alerts_step(&alert, &change, NULL);
    ck_assert_int_eq(alert.state, ALERT_CLEARED);
    ck_assert_str_eq(alert.held_by, "");
    alert_done(&alert);
    alert = held();
    change = alerts_person(CHANGE_ACKNOWLEDGE, "kim", MORNING_MS + HOUR_MS, NULL);
    alerts_step(&alert, &change, NULL);
    ck_assert_str_eq(alert.held_by, "");
    ck_assert_str_eq(alert.owner, "kim");
    alert_done(&alert);
}
END_TEST

START_TEST(one_that_was_raised_before_is_held_unless_somebody_has_it)
{
    struct alert alert = {0};
    struct step step = {0};
    struct fault fault;
    struct finding finding = alerts_finding(&collective, 1, MORNING_S);
    struct change change = alerts_found(&finding);
    struct change hold = {
        .kind = CHANGE_HOLD, .at_ms = MORNING_MS + 21 * MINUTE_MS, .hold = &outage};
    alerts_step(&alert, &change, NULL);
    alerts_step(&alert, &hold, NULL);
    ck_assert_str_eq(alert.held_by, "i-outage");
    ck_assert_int_eq(lifecycle_apply(&alert, &hold, &alerts_rules, &step, &fault), ERR_DUPLICATE);
    change = alerts_person(CHANGE_ACKNOWLEDGE, "kim", MORNING_MS + HOUR_MS, NULL);
    alerts_step(&alert, &change, NULL);
    ck_assert_int_eq(lifecycle_apply(&alert, &hold, &alerts_rules, &step, &fault), ERR_DUPLICATE);
    alert_done(&alert);
}
END_TEST

START_TEST(a_held_alert_reads_back_and_only_an_open_one_can_be)
{
    struct alert alert = held(), again;
    struct buffer bytes = {0}, second = {0};
    struct fault fault;
    alert_write(&alert, &bytes);
    ck_assert_ptr_nonnull(strstr(bytes.at, "\"held_by\":\"i-outage\",\"held_until\":\"2026-"));
    ck_assert_int_eq(alert_read(buffer_view(&bytes), &again, &fault), ERR_OK);
    alert_write(&again, &second);
    ck_assert_str_eq(bytes.at, second.at);
    alert_done(&again);
    alert.state = ALERT_CLEARED;
    buffer_clear(&bytes);
    alert_write(&alert, &bytes);
    ck_assert_int_eq(alert_read(buffer_view(&bytes), &again, &fault), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "held_by"));
    buffer_done(&bytes);
    buffer_done(&second);
    alert_done(&alert);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lifecycle, holds");
    TCase *cases = tcase_create("lifecycle, holds");
    tcase_add_test(cases, an_alert_raised_in_an_outage_waits_for_its_end_alone);
    tcase_add_test(cases, medical_critical_and_other_reasons_are_never_held);
    tcase_add_test(cases, what_becomes_critical_is_held_no_longer);
    tcase_add_test(cases, after_the_hold_it_escalates_as_new_and_stands_by_its_raising);
    tcase_add_test(cases, life_clears_a_held_alert_and_whoever_takes_it_has_it);
    tcase_add_test(cases, one_that_was_raised_before_is_held_unless_somebody_has_it);
    tcase_add_test(cases, a_held_alert_reads_back_and_only_an_open_one_can_be);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
