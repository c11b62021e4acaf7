/* SPDX-License-Identifier: Apache-2.0
 *
 * Attempts to reach somebody: what they do to an alert, and what they only say.
 */
#include <stdlib.h>
#include <string.h>

#include "alerts.h"

#define NOW_MS (MORNING_MS + 40 * MINUTE_MS)

static struct change contact(const char *who, int64_t at_ms, enum contact_result result)
{
    struct change change = alerts_person(CHANGE_CONTACT, who, at_ms, NULL);
    change.contact = (struct contact){CHANNEL_CALL, WHOM_RESIDENT, result};
    return change;
}

static struct alert raised(void)
{
    return alerts_raised(&alerts_silence, MORNING_S);
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

START_TEST(who_tries_has_the_alert_in_hand)
{
    struct alert alert = raised();
    struct step step = {0};
    struct change change = contact("kim", NOW_MS, RESULT_NO_ANSWER);
    alerts_step(&alert, &change, &step);
    ck_assert_int_eq(alert.state, ALERT_CONTACTING);
    ck_assert_str_eq(alert.owner, "kim");
    ck_assert_int_eq(alert.expires_ms, NOW_MS + 2 * HOUR_MS);
    ck_assert_str_eq(step.event, "contacted");
    ck_assert_str_eq(alert.steps[1].what, "acknowledged");
    ck_assert_str_eq(last(&alert)->what, "contacted");
    ck_assert(last(&alert)->has_contact);
    ck_assert_int_eq(last(&alert)->contact.result, RESULT_NO_ANSWER);
    ck_assert_ptr_null(contact_suggests(&alert));
    step_done(&step);
    alert_done(&alert);
}
END_TEST

START_TEST(the_owners_attempt_prolongs_and_never_shortens)
{
    struct alert alert = raised();
    struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "kim", NOW_MS, NULL);
    struct change first = contact("kim", NOW_MS + HOUR_MS, RESULT_NO_ANSWER);
    struct change again = contact("kim", NOW_MS + 3 * HOUR_MS, RESULT_WRONG_NUMBER);
    ack.expires_ms = NOW_MS + 4 * HOUR_MS;
    alerts_step(&alert, &ack, NULL);
    alerts_step(&alert, &first, NULL);
    ck_assert_int_eq(alert.expires_ms, NOW_MS + 4 * HOUR_MS);
    alerts_step(&alert, &again, NULL);
    ck_assert_int_eq(alert.expires_ms, NOW_MS + 5 * HOUR_MS);
    ck_assert_uint_eq(alert.step_count, 4); /* taken once */
    alert_done(&alert);
}
END_TEST

START_TEST(somebody_elses_attempt_is_recorded_and_takes_nothing_away)
{
    struct alert alert = raised();
    struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "kim", NOW_MS, NULL);
    struct change lee = contact("lee", NOW_MS + MINUTE_MS, RESULT_REACHED_SAFE);
    struct change late = contact("lee", NOW_MS + 3 * HOUR_MS, RESULT_NO_ANSWER);
    alerts_step(&alert, &ack, NULL);
    alerts_step(&alert, &lee, NULL);
    ck_assert_int_eq(alert.state, ALERT_ACKNOWLEDGED);
    ck_assert_str_eq(alert.owner, "kim");
    ck_assert_int_eq(alert.expires_ms, NOW_MS + 2 * HOUR_MS);
    ck_assert_str_eq(last(&alert)->who, "lee");
    alerts_step(&alert, &late, NULL); /* kim's time is over, and the timer late */
    ck_assert_str_eq(alert.owner, "lee");
    ck_assert_int_eq(alert.state, ALERT_CONTACTING);
    alert_done(&alert);
}
END_TEST

START_TEST(reached_and_safe_suggests_and_closes_nothing)
{
    struct alert alert = raised();
    struct change safe = contact("kim", NOW_MS, RESULT_REACHED_SAFE);
    struct change help = contact("kim", NOW_MS + MINUTE_MS, RESULT_REACHED_NEEDS_HELP);
    struct change resolve = alerts_person(CHANGE_RESOLVE, "kim", NOW_MS + 2 * MINUTE_MS, NULL);
    alerts_step(&alert, &safe, NULL);
    ck_assert_int_eq(alert.state, ALERT_CONTACTING);
    ck_assert_str_eq(contact_suggests(&alert), "safe");
    alerts_step(&alert, &help, NULL);
    ck_assert_ptr_null(contact_suggests(&alert));
    alerts_step(&alert, &safe, NULL);
    resolve.outcome = OUTCOME_HELPED;
    alerts_step(&alert, &resolve, NULL);
    ck_assert_ptr_null(contact_suggests(&alert)); /* it is over */
    refused(&alert, &help, "resolved as helped by kim");
    alert_done(&alert);
}
END_TEST

START_TEST(a_contact_says_how_whom_and_what_came_of_it)
{
    struct alert alert = raised();
    struct change change = contact("kim", NOW_MS, CONTACT_RESULT_COUNT);
    refused(&alert, &change, "a contact needs its result, one of: reached_safe, ");
    change.contact.whom = CONTACT_WHOM_COUNT;
    refused(&alert, &change, "its whom, one of: resident, contact_person");
    change.contact.channel = CONTACT_CHANNEL_COUNT;
    refused(&alert, &change, "its channel, one of: message, call, visit");
    alert_done(&alert);
}
END_TEST

START_TEST(what_came_of_it_stays_in_the_snapshot)
{
    for (int i = 0; i < CONTACT_RESULT_COUNT; i++) {
        struct alert alert = raised(), again = {0};
        struct step step = {0};
        struct fault fault = {""};
        struct change change = contact("kim", NOW_MS, (enum contact_result)i);
        change.contact.channel = (enum contact_channel)(i % CONTACT_CHANNEL_COUNT);
        change.contact.whom = (enum contact_whom)(i % CONTACT_WHOM_COUNT);
        alerts_step(&alert, &change, &step);
        ck_assert_msg(!alert_read(buffer_view(&step.snapshot), &again, &fault), "%s", fault.text);
        ck_assert(memcmp(&last(&again)->contact, &change.contact, sizeof change.contact) == 0);
        char *word = strstr(step.snapshot.at, contact_result_names[i]);
        word[0] = 'X';
        alert_done(&again);
        ck_assert_int_eq(alert_read(buffer_view(&step.snapshot), &again, &fault), ERR_CORRUPT);
        ck_assert_ptr_nonnull(strstr(fault.text, "result is not one of its words"));
        step_done(&step);
        alert_done(&alert);
    }
}
END_TEST

START_TEST(contacts_that_lead_nowhere_open_it_again_and_life_closes_nothing)
{
    struct alert alert = raised();
    struct change change = contact("kim", NOW_MS, RESULT_NO_ANSWER);
    struct finding life = alerts_end(&alerts_silence, 2, MORNING_S + HOUR_S, true);
    struct change seen = alerts_found(&life);
    struct change expired = alerts_timer(CHANGE_ACK_EXPIRED, NOW_MS + 2 * HOUR_MS);
    alerts_step(&alert, &change, NULL);
    alerts_step(&alert, &seen, NULL);
    ck_assert_int_eq(alert.state, ALERT_CONTACTING);
    alerts_step(&alert, &expired, NULL);
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_str_eq(last(&alert)->note,
                     "acknowledged by kim until 2026-01-16 09:40; nothing more followed");
    alert_done(&alert);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lifecycle, contacts");
    TCase *cases = tcase_create("lifecycle, contacts");
    tcase_add_test(cases, who_tries_has_the_alert_in_hand);
    tcase_add_test(cases, the_owners_attempt_prolongs_and_never_shortens);
    tcase_add_test(cases, somebody_elses_attempt_is_recorded_and_takes_nothing_away);
    tcase_add_test(cases, reached_and_safe_suggests_and_closes_nothing);
    tcase_add_test(cases, a_contact_says_how_whom_and_what_came_of_it);
    tcase_add_test(cases, what_came_of_it_stays_in_the_snapshot);
    tcase_add_test(cases, contacts_that_lead_nowhere_open_it_again_and_life_closes_nothing);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
