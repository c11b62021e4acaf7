/* SPDX-License-Identifier: Apache-2.0
 *
 * The ladder of contact: it begins, climbs by time and by word, waits, and ends.
 */
#include <stdlib.h>
#include <string.h>

#include "ladders.h"

#define RAISED_MS (MORNING_MS + 20 * MINUTE_MS) /* when the finding was learnt */

static struct alert_rules rules;

/* Applies and must succeed; the event's last word. */
static const char *does(struct alert *alert, const struct change *change)
{
    struct step step = {0};
    struct fault fault = {""};
    enum err err = lifecycle_apply(alert->version ? alert : NULL, change, &rules, &step, &fault);
    ck_assert_msg(err == ERR_OK, "%s was refused: %s", alert_change_names[change->kind],
                  fault.text);
    alert_done(alert);
    alert_copy(&step.alert, alert);
    const char *event = step.event;
    step_done(&step);
    return event;
}

static void refused(const struct alert *alert, const struct change *change)
{
    struct step step = {0};
    struct fault fault = {""};
    ck_assert_int_eq(lifecycle_apply(alert, change, &rules, &step, &fault), ERR_DUPLICATE);
    ck_assert_str_eq(fault.text, "no step of a ladder is due");
}

static struct alert raised(const struct detector *detector, enum severity severity)
{
    struct alert alert = {0};
    struct finding finding = alerts_finding(detector, 1, MORNING_S);
    finding.verdict.grade = severity;
    struct change change = alerts_found(&finding);
    ck_assert_str_eq(does(&alert, &change), "raised");
    return alert;
}

/* The timer as the store has it, and what comes of it. */
static const char *next(struct alert *alert)
{
    struct store_timer timers[STORE_TIMERS_MAX];
    size_t count = lifecycle_timers(alert, &rules, timers);
    for (size_t i = 0; i < count; i++)
        if (strcmp(timers[i].kind, TIMER_LADDER) == 0) {
            ck_assert_int_ne(timers[i].due_ms, 0);
            struct change early = alerts_timer(CHANGE_STEP_DUE, timers[i].due_ms - 1);
            struct change due = alerts_timer(CHANGE_STEP_DUE, timers[i].due_ms);
            refused(alert, &early);
            return does(alert, &due);
        }
    ck_abort_msg("there is no timer of the ladder");
    return NULL;
}

static const struct alert_step *last(const struct alert *alert)
{
    return &alert->steps[alert->step_count - 1];
}

static struct change contact(const char *who, int64_t at_ms, enum contact_channel channel,
                             enum contact_result result)
{
    struct change change = alerts_person(CHANGE_CONTACT, who, at_ms, NULL);
    change.contact = (struct contact){channel, WHOM_RESIDENT, result};
    return change;
}

START_TEST(an_alert_climbs_its_ladder_to_the_police_step_by_step)
{
    struct alert alert = raised(&alerts_arrears, SEVERITY_HIGH);
    ck_assert_str_eq(alert.climb.ladder, "urgent");
    ck_assert_int_eq(alert.climb.step, 0);
    ck_assert_int_eq(alert.climb.until_ms, RAISED_MS);
    ck_assert_str_eq(next(&alert), "updated");
    ck_assert_str_eq(last(&alert)->what, "step_due");
    ck_assert_str_eq(last(&alert)->note, "step 1 of 4 of urgent");
    ck_assert(last(&alert)->is_due);
    ck_assert_int_eq(last(&alert)->step, 1);
    ck_assert_int_eq(last(&alert)->channel, BY_MESSAGE);
    ck_assert_int_eq(last(&alert)->whom, LADDER_RESIDENT);
    ck_assert_int_eq(alert.climb.until_ms, RAISED_MS + 10 * MINUTE_MS);
    (void)next(&alert);
    ck_assert_int_eq(alert.climb.channel, BY_PHONE);
    ck_assert_int_eq(alert.climb.since_ms, RAISED_MS + 10 * MINUTE_MS);
    ck_assert_int_eq(alert.climb.until_ms, RAISED_MS + 25 * MINUTE_MS);
    (void)next(&alert);
    ck_assert_int_eq(alert.climb.whom, LADDER_CONTACT_PERSON);
    ck_assert_str_eq(next(&alert), "escalated");
    ck_assert_int_eq(alert.desk, TEAM_POLICE);
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_str_eq(last(&alert)->note,
                     "to the police: nobody was reached by the steps of urgent; last sign of "
                     "life: 2026-01-15 21:00");
    ck_assert_int_eq(alert.climb.step, 4);
    ck_assert_int_eq(alert.climb.until_ms, 0); /* above it there is nothing */
    alert_done(&alert);
}
END_TEST

START_TEST(what_the_police_have_escalates_there)
{
    struct alert alert = raised(&alerts_silence, SEVERITY_CRITICAL);
    for (int i = 0; i < 3; i++)
        ck_assert_str_eq(next(&alert), "updated");
    ck_assert_str_eq(next(&alert), "escalated");
    ck_assert_str_eq(last(&alert)->note, "nobody was reached by the steps of urgent");
    ck_assert_int_eq(alert.desk, TEAM_POLICE);
    alert_done(&alert);
}
END_TEST

START_TEST(the_first_ladder_that_fits_is_climbed_and_waits_before_its_first_step)
{
    struct alert alert = raised(&alerts_silence, SEVERITY_MEDIUM);
    ck_assert_str_eq(alert.climb.ladder, "usual");
    ck_assert_int_eq(alert.climb.until_ms, RAISED_MS + HOUR_MS);
    rules.ladder_count = 1;
    struct alert none = raised(&alerts_silence, SEVERITY_MEDIUM);
    ck_assert_str_eq(none.climb.ladder, "");
    ck_assert_ptr_nonnull(ladder_for(ladders, 1, TEAM_WELFARE, SEVERITY_HIGH, 0));
    struct ladder night = ladders[1];
    night.from_min = 22 * 60;
    night.to_min = 8 * 60;
    night.teams = 1u << TEAM_POLICE;
    ck_assert_ptr_nonnull(ladder_for(&night, 1, TEAM_POLICE, SEVERITY_LOW, 22 * 60));
    ck_assert_ptr_nonnull(ladder_for(&night, 1, TEAM_POLICE, SEVERITY_LOW, 479));
    ck_assert_ptr_null(ladder_for(&night, 1, TEAM_POLICE, SEVERITY_LOW, 480));
    ck_assert_ptr_null(ladder_for(&night, 1, TEAM_WELFARE, SEVERITY_LOW, 0));
    alert_done(&none);
    alert_done(&alert);
}
END_TEST

START_TEST(the_hours_of_a_ladder_are_the_households)
{
    struct ladder morning = ladders[0];
    morning.from_min = 7 * 60; /* learnt at 07:20 in Seoul, 22:20 in UTC */
    morning.to_min = 8 * 60;
    rules.ladders = &morning;
    rules.ladder_count = 1;
    struct alert alert = raised(&alerts_silence, SEVERITY_HIGH);
    ck_assert_str_eq(alert.climb.ladder, "urgent");
    morning.from_min = 22 * 60;
    morning.to_min = 23 * 60;
    struct alert other = raised(&alerts_silence, SEVERITY_HIGH);
    ck_assert_str_eq(other.climb.ladder, "");
    alert_done(&other);
    alert_done(&alert);
}
END_TEST

START_TEST(a_graver_alert_climbs_the_ladder_of_its_severity_and_none_twice)
{
    struct alert alert = raised(&alerts_silence, SEVERITY_MEDIUM);
    struct finding graver = alerts_finding(&alerts_silence, 2, MORNING_S + HOUR_S);
    struct finding gravest = alerts_finding(&alerts_silence, 3, MORNING_S + 2 * HOUR_S);
    graver.verdict.grade = SEVERITY_HIGH;
    gravest.verdict.grade = SEVERITY_CRITICAL;
    struct change rises = alerts_found(&graver), again = alerts_found(&gravest);
    (void)next(&alert);
    (void)does(&alert, &rises);
    ck_assert_str_eq(alert.climb.ladder, "urgent");
    ck_assert_int_eq(alert.climb.step, 0);
    ck_assert_int_eq(alert.climb.until_ms, RAISED_MS + HOUR_MS);
    (void)next(&alert);
    (void)does(&alert, &again);
    ck_assert_int_eq(alert.climb.step, 1); /* it is on that one already */
    alert_done(&alert);
}
END_TEST

START_TEST(life_and_an_outcome_end_it)
{
    struct alert alert = raised(&alerts_silence, SEVERITY_HIGH);
    struct alert taken = raised(&alerts_silence, SEVERITY_MEDIUM);
    struct finding life = alerts_end(&alerts_silence, 2, MORNING_S + HOUR_S, true);
    struct change seen = alerts_found(&life);
    struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "kim", RAISED_MS, NULL);
    (void)next(&alert);
    (void)does(&alert, &seen);
    ck_assert_int_eq(alert.state, ALERT_CLEARED);
    ck_assert_str_eq(alert.climb.ladder, "");
    (void)does(&taken, &ack);
    (void)does(&taken, &seen);
    ck_assert_int_eq(taken.state, ALERT_ACKNOWLEDGED); /* no more messages to who is up */
    ck_assert_str_eq(taken.climb.ladder, "");
    alert_done(&taken);
    alert_done(&alert);
}
END_TEST

START_TEST(somebody_who_takes_it_stops_the_steps_or_lets_them_go_on)
{
    struct alert alert = raised(&alerts_silence, SEVERITY_HIGH);
    struct alert usual = raised(&alerts_silence, SEVERITY_MEDIUM);
    struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "kim", RAISED_MS + MINUTE_MS, NULL);
    struct change late = alerts_person(CHANGE_RELEASE, "kim", RAISED_MS + 40 * MINUTE_MS, NULL);
    struct change due = alerts_timer(CHANGE_STEP_DUE, RAISED_MS + 30 * MINUTE_MS);
    (void)next(&alert);
    (void)does(&alert, &ack);
    ck_assert_int_eq(alert.climb.step, 1);
    ck_assert_int_eq(alert.climb.until_ms, 0);
    refused(&alert, &due);
    (void)does(&alert, &late); /* from now on it waits as long as a step does */
    ck_assert_int_eq(alert.climb.until_ms, RAISED_MS + 50 * MINUTE_MS);
    (void)does(&usual, &ack);
    ck_assert_str_eq(next(&usual), "updated");
    ck_assert_str_eq(usual.owner, "kim");
    alert_done(&usual);
    alert_done(&alert);
}
END_TEST

START_TEST(nobody_answered_is_the_next_step_at_once)
{
    struct alert alert = raised(&alerts_silence, SEVERITY_HIGH);
    struct change call = contact("kim", RAISED_MS + MINUTE_MS, CHANNEL_CALL, RESULT_NO_ANSWER);
    struct change other = contact("lee", RAISED_MS + 2 * MINUTE_MS, CHANNEL_CALL, RESULT_VACANT);
    struct change visit = contact("kim", RAISED_MS + 3 * MINUTE_MS, CHANNEL_VISIT, RESULT_VACANT);
    (void)next(&alert);
    (void)does(&alert, &call); /* the call is the second step: behind it is the third */
    ck_assert_int_eq(alert.climb.step, 3);
    ck_assert_int_eq(alert.climb.until_ms, 0); /* in kim's hand */
    ck_assert_str_eq(last(&alert)->what, "step_due");
    ck_assert_str_eq(last(&alert)->who, "anbu");
    ck_assert_str_eq(alert.steps[alert.step_count - 2].what, "contacted");
    (void)does(&alert, &other); /* kim has it: recorded */
    ck_assert_int_eq(alert.climb.step, 3);
    ck_assert_str_eq(does(&alert, &visit), "escalated");
    ck_assert_str_eq(alert.owner, "kim"); /* of the police already */
    ck_assert_int_eq(alert.climb.step, 4);
    alert_done(&alert);
}
END_TEST

START_TEST(who_was_reached_or_cannot_be_found_is_tried_no_more)
{
    static const enum contact_result results[] = {RESULT_REACHED_SAFE, RESULT_REACHED_NEEDS_HELP,
                                                  RESULT_CANNOT_LOCATE};
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        struct alert alert = raised(&alerts_arrears, SEVERITY_MEDIUM);
        struct change said = contact("kim", RAISED_MS + MINUTE_MS, CHANNEL_CALL, results[i]);
        (void)does(&alert, &said);
        ck_assert_str_eq(alert.climb.ladder, "");
        alert_done(&alert);
    }
    struct alert alert = raised(&alerts_arrears, SEVERITY_MEDIUM);
    struct change fear = alerts_person(CHANGE_ESCALATE, "kim", RAISED_MS, "smell of gas");
    (void)does(&alert, &fear);
    ck_assert_str_eq(alert.climb.ladder, "");
    alert_done(&alert);
}
END_TEST

START_TEST(an_answer_ends_it_and_a_wrong_number_goes_on)
{
    struct alert alert = raised(&alerts_silence, SEVERITY_CRITICAL);
    struct change wrong = alerts_person(CHANGE_ANSWER, "answer:sms", RAISED_MS + MINUTE_MS, NULL);
    struct change fine = wrong;
    wrong.answer = ANSWER_WRONG_PERSON;
    (void)next(&alert);
    (void)does(&alert, &wrong);
    ck_assert_int_eq(alert.climb.step, 2);
    (void)does(&alert, &wrong); /* the call is under way: the message's word is known */
    ck_assert_int_eq(alert.climb.step, 2);
    (void)does(&alert, &fine);
    ck_assert_int_eq(alert.state, ALERT_OPEN); /* critical: a person decides */
    ck_assert_str_eq(alert.climb.ladder, "");
    alert_done(&alert);
}
END_TEST

START_TEST(a_wrong_number_takes_nothing_from_whoever_has_it)
{
    struct alert alert = raised(&alerts_silence, SEVERITY_CRITICAL);
    struct change take = alerts_person(CHANGE_ACKNOWLEDGE, "kim", RAISED_MS + MINUTE_MS, NULL);
    struct change wrong = alerts_person(CHANGE_ANSWER, "answer:sms", RAISED_MS + MINUTE_MS, NULL);
    wrong.answer = ANSWER_WRONG_PERSON;
    (void)next(&alert);
    (void)does(&alert, &take);
    (void)does(&alert, &wrong);
    ck_assert_int_eq(alert.climb.step, 1);
    ck_assert_str_eq(alert.owner, "kim");
    alert_done(&alert);
}
END_TEST

START_TEST(a_held_or_referred_alert_does_not_climb)
{
    struct hold hold = {.incident = "i1", .until_ms = RAISED_MS + 5 * HOUR_MS};
    struct change held = {.kind = CHANGE_HOLD, .at_ms = RAISED_MS, .hold = &hold};
    struct change freed = alerts_timer(CHANGE_HOLD_END, RAISED_MS + 3 * HOUR_MS);
    struct change refer = alerts_person(CHANGE_REFER, "kim", RAISED_MS, "bills");
    struct change back = alerts_person(CHANGE_DECLINE, "lee", RAISED_MS + 2 * HOUR_MS, "not ours");
    struct alert alert = raised(&alerts_silence, SEVERITY_HIGH);
    struct alert asked = raised(&alerts_silence, SEVERITY_HIGH);
    (void)does(&alert, &held);
    ck_assert_int_eq(alert.climb.until_ms, 0);
    (void)does(&alert, &freed);
    ck_assert_int_eq(alert.climb.until_ms, RAISED_MS + 3 * HOUR_MS);
    refer.refer_to = TEAM_WELFARE;
    (void)next(&asked);
    (void)does(&asked, &refer);
    ck_assert_int_eq(asked.climb.until_ms, 0);
    (void)does(&asked, &back);
    ck_assert_int_eq(asked.climb.until_ms, RAISED_MS + 2 * HOUR_MS + 10 * MINUTE_MS);
    alert_done(&asked);
    alert_done(&alert);
}
END_TEST

START_TEST(a_ladder_that_the_configuration_has_no_more_ends)
{
    struct alert alert = raised(&alerts_silence, SEVERITY_HIGH);
    struct alert taken = raised(&alerts_silence, SEVERITY_HIGH);
    struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "kim", RAISED_MS, NULL);
    struct change release = alerts_person(CHANGE_RELEASE, "kim", RAISED_MS + HOUR_MS, NULL);
    (void)next(&alert);
    (void)does(&taken, &ack);
    rules.ladder_count = 0;
    ck_assert_str_eq(next(&alert), "updated");
    ck_assert_str_eq(last(&alert)->what, "ladder_ended");
    ck_assert_str_eq(last(&alert)->note, "the configuration has no more steps of urgent");
    ck_assert_str_eq(alert.climb.ladder, "");
    (void)does(&taken, &release);
    (void)next(&taken);
    ck_assert_str_eq(last(&taken)->what, "ladder_ended");
    alert_done(&taken);
    alert_done(&alert);
}
END_TEST

START_TEST(the_snapshot_tells_where_it_stands)
{
    struct alert alert = raised(&alerts_silence, SEVERITY_HIGH), again = {0};
    struct buffer json = {0}, copy = {0};
    struct fault fault = {""};
    alert_write(&alert, &json);
    ck_assert_ptr_nonnull(strstr(json.at, ",\"ladder_begins\":{\"name\":\"urgent\","
                                          "\"at\":\"2026-01-16T07:20:00+09:00\"}"));
    (void)next(&alert);
    buffer_clear(&json);
    alert_write(&alert, &json);
    ck_assert_ptr_nonnull(
        strstr(json.at, ",\"ladder\":{\"name\":\"urgent\",\"step\":1,\"channel\":\"message\","
                        "\"whom\":\"resident\",\"since\":\"2026-01-16T07:20:00+09:00\","
                        "\"until\":\"2026-01-16T07:30:00+09:00\"}"));
    ck_assert_ptr_nonnull(strstr(json.at, "\"what\":\"step_due\""));
    ck_assert_ptr_nonnull(strstr(json.at, "\"ladder\":\"urgent\"},\"step\":1,\"channel\""));
    ck_assert_msg(!alert_read(buffer_view(&json), &again, &fault), "%s", fault.text);
    alert_write(&again, &copy);
    ck_assert_str_eq(copy.at, json.at);
    alert_done(&again);
    char *word = strstr(json.at, "\"channel\":\"message\"");
    word[12] = 'X';
    ck_assert_int_eq(alert_read(buffer_view(&json), &again, &fault), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "ladder[0].channel is not one of its words"));
    buffer_done(&copy);
    buffer_done(&json);
    alert_done(&alert);
}
END_TEST

static void begin(void)
{
    rules = ladders_rules();
}

int main(void)
{
    Suite *suite = suite_create("lifecycle, ladder");
    TCase *cases = tcase_create("lifecycle, ladder");
    tcase_add_checked_fixture(cases, begin, NULL);
    tcase_add_test(cases, an_alert_climbs_its_ladder_to_the_police_step_by_step);
    tcase_add_test(cases, what_the_police_have_escalates_there);
    tcase_add_test(cases, the_first_ladder_that_fits_is_climbed_and_waits_before_its_first_step);
    tcase_add_test(cases, the_hours_of_a_ladder_are_the_households);
    tcase_add_test(cases, a_graver_alert_climbs_the_ladder_of_its_severity_and_none_twice);
    tcase_add_test(cases, life_and_an_outcome_end_it);
    tcase_add_test(cases, somebody_who_takes_it_stops_the_steps_or_lets_them_go_on);
    tcase_add_test(cases, nobody_answered_is_the_next_step_at_once);
    tcase_add_test(cases, who_was_reached_or_cannot_be_found_is_tried_no_more);
    tcase_add_test(cases, an_answer_ends_it_and_a_wrong_number_goes_on);
    tcase_add_test(cases, a_held_or_referred_alert_does_not_climb);
    tcase_add_test(cases, a_wrong_number_takes_nothing_from_whoever_has_it);
    tcase_add_test(cases, a_ladder_that_the_configuration_has_no_more_ends);
    tcase_add_test(cases, the_snapshot_tells_where_it_stands);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
