/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers to automatic messages: what they end, and what they only say.
 */
#include <stdlib.h>
#include <string.h>

#include "alerts.h"

#define NOW_MS (MORNING_MS + 40 * MINUTE_MS)

static struct change answer(enum alert_answer word, int64_t at_ms)
{
    struct change change = alerts_person(CHANGE_ANSWER, "answer:sms", at_ms, NULL);
    change.answer = word;
    change.from = WHOM_RESIDENT;
    return change;
}

static const struct alert_step *last(const struct alert *alert)
{
    return &alert->steps[alert->step_count - 1];
}

static void refused(const struct alert *alert, const struct change *change, const char *words)
{
    struct step step = {0};
    struct fault fault = {""};
    ck_assert_int_ne(lifecycle_apply(alert, change, &alerts_rules, &step, &fault), ERR_OK);
    ck_assert_msg(strstr(fault.text, words) != NULL, "%s", fault.text);
}

static struct alert raised_as(enum severity severity)
{
    struct alert alert = {0};
    struct finding finding = alerts_finding(&alerts_silence, 1, MORNING_S);
    finding.verdict.grade = severity;
    struct change change = alerts_found(&finding);
    alerts_step(&alert, &change, NULL);
    return alert;
}

START_TEST(all_is_well_closes_an_open_alert_as_safe)
{
    struct alert alert = raised_as(SEVERITY_HIGH);
    struct step step = {0};
    struct change fine = answer(ANSWER_FINE, NOW_MS);
    fine.note = "I was asleep";
    fine.from = WHOM_CONTACT_PERSON;
    alerts_step(&alert, &fine, &step);
    ck_assert_int_eq(alert.state, ALERT_RESOLVED);
    ck_assert_int_eq(alert.outcome, OUTCOME_SAFE);
    ck_assert_str_eq(step.event, "resolved");
    ck_assert_ptr_nonnull(strstr(step.outcome_json.at, "\"outcome\":\"safe\""));
    ck_assert_str_eq(last(&alert)->who, "answer:sms");
    ck_assert_str_eq(last(&alert)->note, "safe: the contact person has answered that all is well");
    const struct alert_step *said = &alert.steps[alert.step_count - 2];
    ck_assert_str_eq(said->what, "answered");
    ck_assert_str_eq(said->note, "I was asleep");
    ck_assert_int_eq(said->contact.channel, CHANNEL_MESSAGE);
    ck_assert_int_eq(said->contact.whom, WHOM_CONTACT_PERSON);
    ck_assert_int_eq(said->contact.result, RESULT_REACHED_SAFE);
    step_done(&step);
    alert_done(&alert);
}
END_TEST

START_TEST(all_is_well_closes_nothing_critical_unless_the_rules_say_so)
{
    struct alert alert = raised_as(SEVERITY_CRITICAL);
    struct step step = {0};
    struct fault fault = {""};
    struct alert_rules rules = alerts_rules;
    struct change fine = answer(ANSWER_FINE, NOW_MS);
    alerts_step(&alert, &fine, NULL);
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_str_eq(contact_suggests(&alert), "safe"); /* a person decides */
    rules.answer_closes = SEVERITY_CRITICAL + 1;
    ck_assert_int_eq(lifecycle_apply(&alert, &fine, &rules, &step, &fault), ERR_OK);
    ck_assert_int_eq(step.alert.state, ALERT_RESOLVED);
    step_done(&step);
    rules.answer_closes = 0;
    struct alert low = raised_as(SEVERITY_LOW);
    ck_assert_int_eq(lifecycle_apply(&low, &fine, &rules, &step, &fault), ERR_OK);
    ck_assert_int_eq(step.alert.state, ALERT_OPEN);
    step_done(&step);
    alert_done(&low);
    alert_done(&alert);
}
END_TEST

START_TEST(an_answer_closes_nothing_that_somebody_has_in_hand_and_pays_no_bill)
{
    struct alert alert = raised_as(SEVERITY_HIGH);
    struct alert bills = alerts_raised(&alerts_arrears, MORNING_S);
    struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "kim", NOW_MS, NULL);
    struct change refer = alerts_person(CHANGE_REFER, "kim", NOW_MS + MINUTE_MS, "bills");
    struct change fine = answer(ANSWER_FINE, NOW_MS + MINUTE_MS);
    refer.refer_to = TEAM_WELFARE;
    alerts_step(&alert, &ack, NULL);
    alerts_step(&alert, &fine, NULL);
    ck_assert_int_eq(alert.state, ALERT_ACKNOWLEDGED);
    ck_assert_str_eq(alert.owner, "kim");
    ck_assert_str_eq(contact_suggests(&alert), "safe");
    alerts_step(&alert, &refer, NULL);
    alerts_step(&alert, &fine, NULL);
    ck_assert_int_eq(alert.state, ALERT_REFERRED);
    alerts_step(&bills, &fine, NULL);
    ck_assert_int_eq(bills.state, ALERT_OPEN);
    alert_done(&bills);
    alert_done(&alert);
}
END_TEST

START_TEST(help_goes_to_the_police_at_once_whoever_has_it)
{
    struct alert alert = alerts_raised(&alerts_arrears, MORNING_S);
    struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "kim", NOW_MS, NULL);
    struct change help = answer(ANSWER_HELP, NOW_MS + MINUTE_MS);
    struct step step = {0};
    alerts_step(&alert, &ack, NULL);
    alerts_step(&alert, &help, &step);
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_int_eq(alert.desk, TEAM_POLICE);
    ck_assert_int_eq(alert.severity, SEVERITY_CRITICAL);
    ck_assert_str_eq(step.event, "escalated");
    ck_assert_ptr_nonnull(strstr(last(&alert)->note, "the resident asks for help; last sign"));
    step_done(&step);
    ack.who = "lee";
    ack.at_ms = help.at_ms + MINUTE_MS;
    alerts_step(&alert, &ack, NULL);
    alerts_step(&alert, &help, NULL); /* asked again: who goes there goes on */
    ck_assert_str_eq(alert.owner, "lee");
    alert_done(&alert);
}
END_TEST

START_TEST(help_is_heard_while_it_is_held_or_waits_at_the_police)
{
    struct hold hold = {.incident = "i1", .until_ms = NOW_MS + HOUR_MS};
    struct change held = {.kind = CHANGE_HOLD, .at_ms = NOW_MS, .hold = &hold};
    struct change help = answer(ANSWER_HELP, NOW_MS + MINUTE_MS);
    struct change refer = alerts_person(CHANGE_REFER, "park", NOW_MS, "not seen since Monday");
    struct alert alert = raised_as(SEVERITY_MEDIUM);
    struct alert referred = alerts_raised(&alerts_arrears, MORNING_S);
    alerts_step(&alert, &held, NULL);
    alerts_step(&alert, &help, NULL);
    ck_assert_str_eq(alert.held_by, "");
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    refer.refer_to = TEAM_POLICE;
    alerts_step(&referred, &refer, NULL);
    alerts_step(&referred, &help, NULL);
    ck_assert_int_eq(referred.state, ALERT_OPEN);
    ck_assert_int_eq(referred.desk, TEAM_POLICE);
    alert_done(&referred);
    alert_done(&alert);
}
END_TEST

START_TEST(who_asked_for_help_is_cleared_by_no_meter)
{
    struct alert alert = raised_as(SEVERITY_MEDIUM);
    struct finding life = alerts_end(&alerts_silence, 2, MORNING_S + HOUR_S, true);
    struct change help = answer(ANSWER_HELP, NOW_MS), seen = alerts_found(&life);
    alerts_step(&alert, &help, NULL);
    alerts_step(&alert, &seen, NULL);
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_int_eq(alert.severity, SEVERITY_CRITICAL);
    ck_assert_str_eq(last(&alert)->what, "life_seen");
    alert_done(&alert);
}
END_TEST

START_TEST(help_that_comes_late_opens_what_was_closed_and_nothing_else_does)
{
    struct alert alert = raised_as(SEVERITY_MEDIUM);
    struct change fine = answer(ANSWER_FINE, NOW_MS);
    struct change help = answer(ANSWER_HELP, NOW_MS + HOUR_MS);
    alerts_step(&alert, &fine, NULL);
    refused(&alert, &fine, "resolved as safe by answer:sms");
    alerts_step(&alert, &help, NULL);
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_int_eq(alert.severity, SEVERITY_CRITICAL);
    ck_assert_str_eq(alert.steps[alert.step_count - 2].what, "reopened");
    ck_assert_str_eq(last(&alert)->what, "escalated");
    alert_done(&alert);
}
END_TEST

START_TEST(a_wrong_person_is_recorded_and_an_answer_is_one_of_its_words)
{
    struct alert alert = raised_as(SEVERITY_MEDIUM);
    struct change wrong = answer(ANSWER_WRONG_PERSON, NOW_MS);
    alerts_step(&alert, &wrong, NULL);
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_int_eq(last(&alert)->contact.result, RESULT_WRONG_NUMBER);
    wrong.answer = ALERT_ANSWER_COUNT;
    refused(&alert, &wrong, "an answer is one of: fine, help, wrong_person");
    wrong.answer = ANSWER_FINE;
    wrong.from = WHOM_OFFICER;
    refused(&alert, &wrong, "from one of: resident, contact_person");
    wrong.who = "";
    refused(&alert, &wrong, "an account is needed");
    alert_done(&alert);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lifecycle, answers");
    TCase *cases = tcase_create("lifecycle, answers");
    tcase_add_test(cases, all_is_well_closes_an_open_alert_as_safe);
    tcase_add_test(cases, all_is_well_closes_nothing_critical_unless_the_rules_say_so);
    tcase_add_test(cases, an_answer_closes_nothing_that_somebody_has_in_hand_and_pays_no_bill);
    tcase_add_test(cases, help_goes_to_the_police_at_once_whoever_has_it);
    tcase_add_test(cases, help_is_heard_while_it_is_held_or_waits_at_the_police);
    tcase_add_test(cases, who_asked_for_help_is_cleared_by_no_meter);
    tcase_add_test(cases, help_that_comes_late_opens_what_was_closed_and_nothing_else_does);
    tcase_add_test(cases, a_wrong_person_is_recorded_and_an_answer_is_one_of_its_words);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
