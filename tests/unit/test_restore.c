/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/restore.h"

#include <stdlib.h>
#include <string.h>

#include "alerts.h"

static struct alert alert;

static void end(void)
{
    alert_done(&alert);
    memset(&alert, 0, sizeof alert);
}

static void raise_one(void)
{
    struct finding finding = alerts_finding(&alerts_silence, 7, MORNING_S);
    struct change change = alerts_found(&finding);
    alerts_step(&alert, &change, NULL);
}

static void person(enum alert_change kind, int64_t at_ms, const char *note)
{
    struct change change = alerts_person(kind, "kim", at_ms, note);
    change.outcome = kind == CHANGE_RESOLVE ? OUTCOME_SAFE : OUTCOME_COUNT;
    alerts_step(&alert, &change, NULL);
}

/* The alert goes through its event and comes back as a step. */
static struct step through_the_log(void)
{
    struct buffer event = {0};
    struct alert back;
    struct fault fault = {""};
    struct step step;
    alert_event(&alert, "updated", MORNING_S, &event);
    ck_assert_msg(restore_read(buffer_view(&event), &back, &fault) == ERR_OK, "%s", fault.text);
    restore_step(&back, &alerts_rules, &step);
    alert_done(&back);
    buffer_done(&event);
    return step;
}

static void same_as_now(void)
{
    struct step step = through_the_log();
    struct buffer now = {0};
    struct store_timer timers[STORE_TIMERS_MAX];
    alert_write(&alert, &now);
    ck_assert_str_eq(step.snapshot.at, now.at);
    size_t count = lifecycle_timers(&alert, &alerts_rules, timers);
    ck_assert_uint_eq(step.timer_count, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(step.timers[i].kind, timers[i].kind);
        ck_assert_int_eq(step.timers[i].due_ms, timers[i].due_ms);
    }
    ck_assert_uint_eq(step.event_json.bytes, 0);
    ck_assert_uint_eq(step.outcome_json.bytes, 0);
    buffer_done(&now);
    step_done(&step);
}

START_TEST(an_incident_is_no_alert)
{
    struct alert none;
    struct fault fault = {""};
    ck_assert_int_eq(
        restore_read(text_of("{\"type\":\"anbu.incident.opened\",\"data\":{}}"), &none, &fault),
        ERR_NOT_FOUND);
}
END_TEST

START_TEST(an_event_is_the_whole_alert)
{
    raise_one();
    same_as_now();
    person(CHANGE_NOTE, MORNING_MS + HOUR_MS, "called: \"no answer\"\n\tagain at nine");
    same_as_now();
}
END_TEST

START_TEST(timers_are_those_of_the_step_whatever_happened_before)
{
    raise_one();
    person(CHANGE_ACKNOWLEDGE, MORNING_MS + HOUR_MS, NULL);
    same_as_now();
    person(CHANGE_RELEASE, MORNING_MS + 2 * HOUR_MS, NULL);
    same_as_now();
    struct change escalated = alerts_timer(CHANGE_UNACKNOWLEDGED, MORNING_MS + 3 * HOUR_MS);
    alerts_step(&alert, &escalated, NULL);
    same_as_now();
    person(CHANGE_ACKNOWLEDGE, MORNING_MS + 4 * HOUR_MS, NULL);
    struct change expired = alerts_timer(CHANGE_ACK_EXPIRED, MORNING_MS + 20 * HOUR_MS);
    alerts_step(&alert, &expired, NULL);
    same_as_now();
    person(CHANGE_RESOLVE, MORNING_MS + 21 * HOUR_MS, NULL);
    same_as_now();
    person(CHANGE_REOPEN, MORNING_MS + 22 * HOUR_MS, "she was not at her daughter's");
    same_as_now();
    struct step step = through_the_log();
    ck_assert_str_eq(step.timers[0].kind, TIMER_UNACKNOWLEDGED);
    ck_assert_int_gt(step.timers[0].due_ms, MORNING_MS + 22 * HOUR_MS);
    step_done(&step);
}
END_TEST

START_TEST(a_closed_alert_has_no_timer)
{
    raise_one();
    person(CHANGE_RESOLVE, MORNING_MS + HOUR_MS, NULL);
    struct step step = through_the_log();
    for (size_t i = 0; i < step.timer_count; i++)
        ck_assert_int_eq(step.timers[i].due_ms, 0);
    step_done(&step);
}
END_TEST

START_TEST(what_is_no_event_of_ours_is_refused_by_name)
{
    static const char *const events[] = {"",
                                         "{",
                                         "[]",
                                         "7",
                                         "{\"data\":7}",
                                         "{\"id\":\"x.1\"}",
                                         "{\"data\":{\"alert\":\"x\"}}",
                                         "{\"data\":null}"};
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        struct alert back;
        struct fault fault = {""};
        enum err err = restore_read(text_of(events[i]), &back, &fault);
        ck_assert_msg(err != ERR_OK, "%s was read", events[i]);
        ck_assert_uint_gt(strlen(fault.text), 5);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("restore");
    TCase *cases = tcase_create("restore");
    tcase_add_checked_fixture(cases, NULL, end);
    tcase_add_test(cases, an_event_is_the_whole_alert);
    tcase_add_test(cases, an_incident_is_no_alert);
    tcase_add_test(cases, timers_are_those_of_the_step_whatever_happened_before);
    tcase_add_test(cases, a_closed_alert_has_no_timer);
    tcase_add_test(cases, what_is_no_event_of_ours_is_refused_by_name);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
