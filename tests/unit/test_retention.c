/* SPDX-License-Identifier: Apache-2.0
 *
 * What of a closed alert is kept, and how an opt-out closes a live one.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/retention.h"
#include "alerts.h"

#define DAY_MS (24 * HOUR_MS)
static const struct retention kept = {
    .alerts_s = 180 * 86400, .notes_s = 90 * 86400, .evidence_s = 60 * 86400};
static const int64_t now_ms = MORNING_MS + 2 * HOUR_MS;

/* With a note of a person's, resolved at now_ms unless it stays live. */
static struct alert worked(bool resolved)
{
    struct alert alert = alerts_raised(&alerts_silence, MORNING_S);
    struct change note = alerts_person(CHANGE_NOTE, "kim", now_ms - HOUR_MS, "her son is Lee");
    struct change resolve = alerts_person(CHANGE_RESOLVE, "kim", now_ms, "was at her son's");
    resolve.outcome = OUTCOME_SAFE;
    alerts_step(&alert, &note, NULL);
    if (resolved)
        alerts_step(&alert, &resolve, NULL);
    return alert;
}

static size_t notes(const struct alert *alert, bool of_people)
{
    size_t count = 0;
    for (size_t i = 0; i < alert->step_count; i++)
        count += alert->steps[i].note &&
                 (strcmp(alert->steps[i].who, ALERT_WHO_MACHINE) != 0) == of_people;
    return count;
}

START_TEST(each_part_goes_when_its_time_has_come)
{
    struct alert alert = worked(true);
    ck_assert_int_eq(retention_closed_ms(&alert), now_ms);
    ck_assert_int_eq(retention_trim(&alert, &kept, now_ms + 60 * DAY_MS - 1), RETAINED_WHOLE);
    ck_assert(alert.reasons[0].has_evidence);
    ck_assert_int_eq(retention_trim(&alert, &kept, now_ms + 60 * DAY_MS), RETAINED_LESS);
    ck_assert(!alert.reasons[0].has_evidence);
    ck_assert_uint_eq(notes(&alert, true), 2);
    ck_assert_int_eq(retention_trim(&alert, &kept, now_ms + 89 * DAY_MS), RETAINED_WHOLE);
    ck_assert_int_eq(retention_trim(&alert, &kept, now_ms + 90 * DAY_MS), RETAINED_LESS);
    ck_assert_uint_eq(notes(&alert, true), 0);
    ck_assert_uint_eq(notes(&alert, false), 1); /* of the reason, which stays */
    ck_assert_int_eq(alert.outcome, OUTCOME_SAFE);
    ck_assert_int_eq(retention_trim(&alert, &kept, now_ms + 180 * DAY_MS), RETAINED_NOT);
    alert_done(&alert);
}
END_TEST

/* What a person wrote into what Anbu notes goes with their notes; what Anbu says in it stays. */
START_TEST(words_go_and_codes_stay)
{
    struct alert alert = worked(true);
    struct alert_step *closed = &alert.steps[alert.step_count - 1];
    ck_assert_str_eq(closed->note, "safe: was at her son's");
    ck_assert_str_eq(closed->words, "was at her son's");
    ck_assert(retention_strip(&alert));
    ck_assert_ptr_null(closed->note);
    ck_assert_ptr_null(closed->words);
    ck_assert_int_eq(closed->noted->note, NOTE_CLOSED);
    ck_assert_int_eq(alert.steps[0].noted->note, NOTE_FOUND);
    alert_done(&alert);
}
END_TEST

START_TEST(a_live_alert_is_kept_whole_and_an_end_counts_anew_after_a_reopening)
{
    struct alert alert = worked(false);
    ck_assert_int_eq(retention_trim(&alert, &kept, now_ms + 900 * DAY_MS), RETAINED_WHOLE);
    ck_assert(!retention_strip(&alert));
    alert_done(&alert);
    alert = worked(true);
    struct change again = alerts_person(CHANGE_REOPEN, "kim", now_ms + DAY_MS, "not her");
    struct change resolve = alerts_person(CHANGE_RESOLVE, "kim", now_ms + 100 * DAY_MS, NULL);
    resolve.outcome = OUTCOME_HELPED;
    alerts_step(&alert, &again, NULL);
    ck_assert_int_eq(retention_closed_ms(&alert), 0);
    alerts_step(&alert, &resolve, NULL);
    ck_assert_int_eq(retention_trim(&alert, &kept, now_ms + 159 * DAY_MS), RETAINED_WHOLE);
    ck_assert(retention_strip(&alert) && !retention_strip(&alert));
    alert_done(&alert);
}
END_TEST

START_TEST(what_is_left_reads_back_as_it_was_written)
{
    struct alert alert = worked(true), read;
    struct buffer first = {0}, second = {0};
    struct fault fault = {""};
    ck_assert(retention_strip(&alert));
    alert_write(&alert, &first);
    ck_assert_ptr_null(strstr(first.at, "Lee"));
    ck_assert_ptr_null(strstr(first.at, "her son"));
    ck_assert_msg(!alert_read(buffer_view(&first), &read, &fault), "%s", fault.text);
    alert_write(&read, &second);
    ck_assert_str_eq(first.at, second.at);
    alert_done(&read);
    alert_done(&alert);
    buffer_done(&first);
    buffer_done(&second);
}
END_TEST

START_TEST(an_opt_out_clears_what_somebody_has_in_hand_and_nothing_that_is_closed)
{
    struct change opt_out = alerts_timer(CHANGE_OPT_OUT, now_ms);
    struct change take = alerts_person(CHANGE_ACKNOWLEDGE, "kim", now_ms - HOUR_MS, NULL);
    struct alert alert = worked(false), closed = worked(true);
    struct step step = {0};
    struct fault fault = {""};
    alerts_step(&alert, &take, NULL);
    alerts_step(&alert, &opt_out, &step);
    ck_assert_str_eq(step.event, "cleared");
    ck_assert_int_eq(alert.state, ALERT_CLEARED);
    ck_assert_str_eq(alert.owner, "");
    ck_assert(!alert.reasons[0].active);
    for (size_t i = 0; i < step.timer_count; i++)
        ck_assert_int_eq(step.timers[i].due_ms, 0);
    step_done(&step);
    ck_assert_int_eq(lifecycle_apply(&closed, &opt_out, &alerts_rules, &step, &fault),
                     ERR_DUPLICATE);
    alert_done(&alert);
    alert_done(&closed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("retention");
    TCase *cases = tcase_create("retention");
    tcase_add_test(cases, each_part_goes_when_its_time_has_come);
    tcase_add_test(cases, words_go_and_codes_stay);
    tcase_add_test(cases, a_live_alert_is_kept_whole_and_an_end_counts_anew_after_a_reopening);
    tcase_add_test(cases, what_is_left_reads_back_as_it_was_written);
    tcase_add_test(cases, an_opt_out_clears_what_somebody_has_in_hand_and_nothing_that_is_closed);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
