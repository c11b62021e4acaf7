/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/set_back.h"

#include <check.h>
#include <string.h>

#include "alerts.h"

#define AHEAD_MS (MORNING_MS + 5 * HOUR_MS) /* what the clock says at NOW_MS, while it is wrong */
#define NOW_MS   (MORNING_MS + HOUR_MS)

static const struct detector collective = {
    .name = "silence", .team = TEAM_POLICE, .collective = true};

/* Raised by a right clock, whose reading was of the full hour. */
static struct alert raised(void)
{
    return alerts_raised(&alerts_silence, MORNING_S);
}

static void set_back(struct alert *alert)
{
    struct change change = alerts_timer(CHANGE_CLOCK_SET_BACK, NOW_MS);
    alerts_step(alert, &change, NULL);
    const struct alert_step *last = &alert->steps[alert->step_count - 1];
    ck_assert_str_eq(last->what, "clock_set_back");
    ck_assert_str_eq(last->who, ALERT_WHO_MACHINE);
    for (size_t i = 0; i < alert->step_count; i++)
        ck_assert_int_le(alert->steps[i].at_ms, NOW_MS);
    ck_assert_int_eq(set_back_ahead_ms(alert, NOW_MS), 0);
}

START_TEST(what_is_taken_ahead_is_had_for_as_long)
{
    struct alert alert = raised();
    struct change take = alerts_person(CHANGE_ACKNOWLEDGE, "kim", AHEAD_MS, NULL);
    struct change call = alerts_person(CHANGE_CONTACT, "kim", AHEAD_MS + 10 * MINUTE_MS, NULL);
    alerts_step(&alert, &take, NULL);
    alerts_step(&alert, &call, NULL);
    ck_assert_int_eq(set_back_ahead_ms(&alert, NOW_MS), 4 * HOUR_MS + 10 * MINUTE_MS);
    int64_t raised_ms = alert.raised_wall_ms;
    set_back(&alert);
    ck_assert_int_eq(alert.expires_ms, NOW_MS + 2 * HOUR_MS);
    ck_assert_int_eq(alert.raised_wall_ms, raised_ms);
    ck_assert_int_eq(alert.state, ALERT_CONTACTING);
    ck_assert_str_eq(alert.steps[alert.step_count - 1].note,
                     "the clock was ahead, at 2026-01-16 12:10 already; what was told then "
                     "counts from now");
    alert_done(&alert);
}
END_TEST

START_TEST(a_hold_of_then_is_as_long)
{
    for (int later = 0; later < 2; later++) {
        struct alert alert = {0};
        struct finding finding = alerts_finding(&collective, 1, MORNING_S);
        const struct hold hold = {.incident = "i-1", .until_ms = AHEAD_MS + 6 * HOUR_MS};
        struct change raise = alerts_found(&finding), take = alerts_timer(CHANGE_HOLD, AHEAD_MS);
        take.hold = &hold;
        if (!later) {
            finding.wall_ms = AHEAD_MS;
            raise.hold = &hold;
        }
        alerts_step(&alert, &raise, NULL);
        if (later)
            alerts_step(&alert, &take, NULL);
        set_back(&alert);
        ck_assert_int_eq(alert.held_until_ms, NOW_MS + 6 * HOUR_MS);
        alert_done(&alert);
    }
}
END_TEST

/* A note that was written ahead puts nothing else off. */
START_TEST(what_began_before_goes_on)
{
    struct alert alert = raised();
    struct change take = alerts_person(CHANGE_ACKNOWLEDGE, "kim", MORNING_MS + HOUR_MS / 2, NULL);
    struct change note = alerts_person(CHANGE_NOTE, "kim", AHEAD_MS, "seen to");
    alerts_step(&alert, &take, NULL);
    int64_t expires_ms = alert.expires_ms;
    alerts_step(&alert, &note, NULL);
    set_back(&alert);
    ck_assert_int_eq(alert.expires_ms, expires_ms);
    alert_done(&alert);
}
END_TEST

/* A meter's clock is another one; and what is closed waits for nothing. */
START_TEST(readings_of_then_and_closed_alerts_stay_as_they_are)
{
    struct alert alert = alerts_raised(&alerts_silence, MORNING_S + 3 * HOUR_S);
    struct change change = alerts_timer(CHANGE_CLOCK_SET_BACK, alert.raised_wall_ms);
    struct step step;
    struct fault fault;
    alert.steps[0].at_ms = alert.raised_wall_ms + MINUTE_MS;
    ck_assert_int_eq(lifecycle_apply(&alert, &change, &alerts_rules, &step, &fault), ERR_DUPLICATE);
    alert_done(&alert);
    alert = raised();
    struct change resolve = alerts_person(CHANGE_RESOLVE, "kim", AHEAD_MS, NULL);
    resolve.outcome = OUTCOME_SAFE;
    alerts_step(&alert, &resolve, NULL);
    change.at_ms = NOW_MS;
    ck_assert_int_eq(lifecycle_apply(&alert, &change, &alerts_rules, &step, &fault), ERR_DUPLICATE);
    alert_done(&alert);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("set_back");
    TCase *cases = tcase_create("set_back");
    suite_add_tcase(suite, cases);
    tcase_add_test(cases, what_is_taken_ahead_is_had_for_as_long);
    tcase_add_test(cases, a_hold_of_then_is_as_long);
    tcase_add_test(cases, what_began_before_goes_on);
    tcase_add_test(cases, readings_of_then_and_closed_alerts_stay_as_they_are);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
