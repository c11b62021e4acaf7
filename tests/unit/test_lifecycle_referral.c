/* SPDX-License-Identifier: Apache-2.0
 *
 * From desk to desk (docs/decisions/0015-referral.md): an alert is always on somebody's list.
 */
#include <stdlib.h>
#include <string.h>

#include "alerts.h"

#define NOW_MS    (MORNING_MS + 40 * MINUTE_MS)
#define ANSWER_MS (20 * MINUTE_MS) /* alerts_rules.refer_accept_s */

static struct change person(enum alert_change kind, const char *who, int64_t minutes,
                            const char *note)
{
    struct change change = alerts_person(kind, who, NOW_MS + minutes * MINUTE_MS, note);
    change.refer_to = TEAM_POLICE;
    change.contact = (struct contact){CHANNEL_VISIT, WHOM_RESIDENT, RESULT_CANNOT_LOCATE};
    return change;
}

/* Of the welfare team. */
static struct alert raised(void)
{
    return alerts_raised(&alerts_arrears, MORNING_S);
}

static struct alert referred(void)
{
    struct alert alert = raised();
    struct change ack = person(CHANGE_ACKNOWLEDGE, "kim", 0, NULL);
    struct change refer = person(CHANGE_REFER, "kim", 5, "curtains drawn for days");
    alerts_step(&alert, &ack, NULL);
    alerts_step(&alert, &refer, NULL);
    return alert;
}

static const struct alert_step *last(const struct alert *alert)
{
    return &alert->steps[alert->step_count - 1];
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

static void refused(const struct alert *alert, struct change change, enum err err,
                    const char *words)
{
    struct step step = {0};
    struct fault fault = {""};
    ck_assert_int_eq(lifecycle_apply(alert, &change, &alerts_rules, &step, &fault), err);
    ck_assert_msg(strstr(fault.text, words) != NULL, "%s", fault.text);
}

START_TEST(a_referral_waits_at_the_other_team_and_keeps_its_place)
{
    struct alert alert = referred();
    ck_assert_int_eq(alert.state, ALERT_REFERRED);
    ck_assert_int_eq(alert.team, TEAM_WELFARE);
    ck_assert_int_eq(alert.desk, TEAM_POLICE);
    ck_assert_str_eq(alert.owner, "");
    ck_assert_int_eq(due(&alert, TIMER_REFER_ACCEPT), NOW_MS + 5 * MINUTE_MS + ANSWER_MS);
    ck_assert_int_eq(due(&alert, TIMER_ACK_EXPIRY), 0);
    ck_assert_int_eq(due(&alert, TIMER_UNACKNOWLEDGED), 0);
    ck_assert_int_eq(lifecycle_waits_since_ms(&alert), alert.raised_wall_ms);
    ck_assert_str_eq(last(&alert)->note, "to the police: curtains drawn for days");
    alert_done(&alert);
}
END_TEST

START_TEST(a_referral_names_the_alert_that_the_other_team_has)
{
    struct alert alert = raised();
    struct change refer = person(CHANGE_REFER, "kim", 5, "look together");
    refer.also = ID_MORNING;
    alerts_step(&alert, &refer, NULL);
    ck_assert_str_eq(last(&alert)->note,
                     "to the police: look together (they have p7s13gzx of this home already)");
    alert_done(&alert);
}
END_TEST

START_TEST(who_accepts_has_it_and_it_stays_on_that_desk)
{
    struct alert alert = referred();
    struct step step = {0};
    struct change accept = person(CHANGE_ACCEPT, "lee", 10, NULL);
    struct change expired = alerts_timer(CHANGE_ACK_EXPIRED, NOW_MS + 5 * HOUR_MS);
    alerts_step(&alert, &accept, &step);
    ck_assert_str_eq(step.event, "accepted");
    ck_assert_int_eq(alert.state, ALERT_ACKNOWLEDGED);
    ck_assert_str_eq(alert.owner, "lee");
    ck_assert_int_eq(alert.expires_ms, NOW_MS + 10 * MINUTE_MS + 2 * HOUR_MS);
    ck_assert_int_eq(due(&alert, TIMER_REFER_ACCEPT), 0);
    refused(&alert, person(CHANGE_ACKNOWLEDGE, "kim", 11, NULL), ERR_REFUSED,
            "acknowledged by lee since 2026-01-16 07:50 until 2026-01-16 09:50");
    alerts_step(&alert, &expired, NULL);
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_int_eq(alert.desk, TEAM_POLICE);
    step_done(&step);
    alert_done(&alert);
}
END_TEST

START_TEST(a_declined_referral_comes_back_with_the_reason_and_its_place)
{
    struct alert alert = referred();
    struct step step = {0};
    struct change decline = person(CHANGE_DECLINE, "lee", 10, "no danger to life seen");
    alerts_step(&alert, &decline, &step);
    ck_assert_str_eq(step.event, "declined");
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_int_eq(alert.desk, TEAM_WELFARE);
    ck_assert_str_eq(last(&alert)->note, "back to the welfare: no danger to life seen");
    ck_assert_int_eq(lifecycle_waits_since_ms(&alert), alert.raised_wall_ms);
    ck_assert_int_eq(due(&alert, TIMER_UNACKNOWLEDGED), NOW_MS + 40 * MINUTE_MS);
    step_done(&step);
    alert_done(&alert);
}
END_TEST

START_TEST(the_team_that_was_asked_answers_and_a_supervisor_takes_it_back)
{
    struct alert alert = referred();
    struct change accept = person(CHANGE_ACCEPT, "park", 10, NULL);
    struct change decline = person(CHANGE_DECLINE, "park", 11, "found at her son's");
    accept.of_team = decline.of_team = 1 + TEAM_WELFARE;
    refused(&alert, accept, ERR_REFUSED, "the police were asked, and answer it; a supervisor of");
    refused(&alert, decline, ERR_REFUSED, "the police were asked");
    accept.supervises = decline.supervises = true;
    refused(&alert, accept, ERR_REFUSED, "the police were asked");
    alerts_step(&alert, &decline, NULL);
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_int_eq(alert.desk, TEAM_WELFARE);
    ck_assert_str_eq(last(&alert)->note, "taken back by the welfare: found at her son's");
    struct change refer = person(CHANGE_REFER, "park", 12, "not at her son's");
    alerts_step(&alert, &refer, NULL);
    accept.of_team = 1 + TEAM_POLICE;
    accept.supervises = false;
    alerts_step(&alert, &accept, NULL);
    ck_assert_int_eq(alert.state, ALERT_ACKNOWLEDGED);
    alert_done(&alert);
}
END_TEST

START_TEST(a_referral_that_nobody_answers_comes_back_once)
{
    struct alert alert = referred();
    struct step step = {0};
    int64_t due_ms = due(&alert, TIMER_REFER_ACCEPT);
    struct change answer = alerts_timer(CHANGE_NOT_ACCEPTED, due_ms);
    refused(&alert, alerts_timer(CHANGE_NOT_ACCEPTED, due_ms - 1), ERR_DUPLICATE, "no referral");
    alerts_step(&alert, &answer, &step);
    ck_assert_str_eq(step.event, "declined");
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_int_eq(alert.desk, TEAM_WELFARE);
    ck_assert_str_eq(last(&alert)->who, "anbu");
    ck_assert_str_eq(last(&alert)->note,
                     "back to the welfare: the police have not answered by 2026-01-16 08:05");
    refused(&alert, answer, ERR_DUPLICATE, "no referral has run out");
    step_done(&step);
    alert_done(&alert);
}
END_TEST

START_TEST(a_waiting_referral_is_accepted_or_declined_and_nothing_else_takes_it)
{
    static const enum alert_change kinds[] = {CHANGE_ACKNOWLEDGE, CHANGE_RELEASE, CHANGE_REFER,
                                              CHANGE_ESCALATE, CHANGE_REOPEN};
    struct alert alert = referred();
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        refused(&alert, person(kinds[i], "kim", 6, "why"), ERR_REFUSED,
                "referred to the police, who have until 2026-01-16 08:05 to answer; accept it");
    struct finding paid = alerts_end(&alerts_arrears, 2, MORNING_S + HOUR_S, false);
    struct change end = alerts_found(&paid);
    alerts_step(&alert, &end, NULL); /* told, and it waits on */
    ck_assert_int_eq(alert.state, ALERT_REFERRED);
    struct change resolve = person(CHANGE_RESOLVE, "kim", 8, NULL);
    resolve.outcome = OUTCOME_SAFE;
    alerts_step(&alert, &resolve, NULL); /* whoever learns that all is well */
    ck_assert_int_eq(due(&alert, TIMER_REFER_ACCEPT), 0);
    refused(&alert, person(CHANGE_ACCEPT, "lee", 9, NULL), ERR_REFUSED, "resolved as safe by kim");
    alert_done(&alert);
}
END_TEST

START_TEST(only_what_somebody_has_to_give_is_referred)
{
    struct alert alert = raised();
    struct change ack = person(CHANGE_ACKNOWLEDGE, "kim", 0, NULL);
    struct change to_itself = person(CHANGE_REFER, "kim", 1, "why");
    struct change nowhere = to_itself;
    to_itself.refer_to = TEAM_WELFARE;
    nowhere.refer_to = TEAM_COUNT;
    refused(&alert, to_itself, ERR_REFUSED, "it is with the welfare already");
    refused(&alert, nowhere, ERR_INVALID, "needs its team, one of: police, welfare");
    refused(&alert, person(CHANGE_ACCEPT, "lee", 1, NULL), ERR_REFUSED, "no team's answer");
    refused(&alert, person(CHANGE_DECLINE, "lee", 1, "no"), ERR_REFUSED, "no team's answer");
    refused(&alert, person(CHANGE_DECLINE, "lee", 1, " "), ERR_INVALID, "needs a reason");
    alerts_step(&alert, &ack, NULL);
    refused(&alert, person(CHANGE_REFER, "lee", 1, "why"), ERR_REFUSED,
            "ask them to refer or release it");
    alert_done(&alert);
}
END_TEST

START_TEST(anybody_may_put_it_on_the_polices_desk)
{
    struct alert alert = raised();
    struct step step = {0};
    struct change ack = person(CHANGE_ACKNOWLEDGE, "kim", 0, NULL);
    struct change escalate = person(CHANGE_ESCALATE, "lee", 5, "smell of gas");
    alerts_step(&alert, &ack, NULL);
    alerts_step(&alert, &escalate, &step);
    ck_assert_str_eq(step.event, "escalated");
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_int_eq(alert.desk, TEAM_POLICE);
    ck_assert_str_eq(alert.owner, "");
    ck_assert_str_eq(last(&alert)->note,
                     "to the police: smell of gas; last sign of life: 2026-01-15 21:00");
    ck_assert_int_eq(due(&alert, TIMER_UNACKNOWLEDGED), NOW_MS + 35 * MINUTE_MS);
    refused(&alert, escalate, ERR_REFUSED, "it is with the police already");
    step_done(&step);
    alert_done(&alert);
}
END_TEST

START_TEST(who_cannot_be_located_goes_to_the_police)
{
    struct alert alert = raised();
    struct step step = {0};
    struct change contact = person(CHANGE_CONTACT, "kim", 0, "old address");
    alerts_step(&alert, &contact, &step);
    ck_assert_str_eq(step.event, "escalated");
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_int_eq(alert.desk, TEAM_POLICE);
    ck_assert_int_eq(alert.version, 2);
    ck_assert_str_eq(alert.steps[alert.step_count - 2].what, "contacted");
    ck_assert_str_eq(last(&alert)->note, "to the police: nobody knows where the resident is; last "
                                         "sign of life: 2026-01-15 21:00");
    contact.who = "lee"; /* of the police: there is nobody else to send */
    alerts_step(&alert, &contact, NULL);
    ck_assert_int_eq(alert.state, ALERT_CONTACTING);
    ck_assert_str_eq(last(&alert)->what, "contacted");
    step_done(&step);
    alert_done(&alert);
}
END_TEST

START_TEST(the_snapshot_tells_the_desk)
{
    struct alert alert = referred(), again = {0};
    struct buffer json = {0};
    struct fault fault = {""};
    alert_write(&alert, &json);
    ck_assert_ptr_nonnull(strstr(json.at, "\"desk\":\"police\",\"referred_from\":\"welfare\","
                                          "\"accept_by\":\"2026-01-16T08:05:00+09:00\""));
    ck_assert_int_eq(alert_read(buffer_view(&json), &again, &fault), ERR_OK);
    ck_assert_int_eq(again.desk, TEAM_POLICE);
    ck_assert_int_eq(again.accept_by_ms, alert.accept_by_ms);
    alert_done(&again);
    memcpy(strstr(json.at, "\"accept_by\""), "\"accept_to\"", strlen("\"accept_by\""));
    ck_assert_int_eq(alert_read(buffer_view(&json), &again, &fault), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "accept_by is missing"));
    buffer_done(&json);
    alert_done(&alert);
}
END_TEST

START_TEST(what_is_raised_again_is_on_its_own_teams_desk)
{
    struct alert alert = raised();
    struct change escalate = person(CHANGE_ESCALATE, "kim", 0, "why");
    struct change resolve = person(CHANGE_RESOLVE, "lee", 5, NULL);
    struct finding finding = alerts_finding(&alerts_arrears, 5, MORNING_S);
    struct change again = alerts_found(&finding);
    resolve.outcome = OUTCOME_SAFE;
    alerts_step(&alert, &escalate, NULL);
    alerts_step(&alert, &resolve, NULL);
    alerts_step(&alert, &again, NULL);
    ck_assert_str_eq(last(&alert)->what, "raised_again");
    ck_assert_int_eq(alert.desk, TEAM_WELFARE);
    alert_done(&alert);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lifecycle, referrals");
    TCase *cases = tcase_create("lifecycle, referrals");
    tcase_add_test(cases, a_referral_waits_at_the_other_team_and_keeps_its_place);
    tcase_add_test(cases, a_referral_names_the_alert_that_the_other_team_has);
    tcase_add_test(cases, who_accepts_has_it_and_it_stays_on_that_desk);
    tcase_add_test(cases, a_declined_referral_comes_back_with_the_reason_and_its_place);
    tcase_add_test(cases, the_team_that_was_asked_answers_and_a_supervisor_takes_it_back);
    tcase_add_test(cases, a_referral_that_nobody_answers_comes_back_once);
    tcase_add_test(cases, a_waiting_referral_is_accepted_or_declined_and_nothing_else_takes_it);
    tcase_add_test(cases, only_what_somebody_has_to_give_is_referred);
    tcase_add_test(cases, anybody_may_put_it_on_the_polices_desk);
    tcase_add_test(cases, who_cannot_be_located_goes_to_the_police);
    tcase_add_test(cases, the_snapshot_tells_the_desk);
    tcase_add_test(cases, what_is_raised_again_is_on_its_own_teams_desk);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
