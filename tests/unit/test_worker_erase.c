/* SPDX-License-Identifier: Apache-2.0
 *
 * What is kept no longer: of who opts out at once and whatever crashes, of who moves, and by age.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/lifecycle.h"
#include "base/zone.h"
#include "store_world.h"
#include "worker_world.h"

#define HOME   "H-0-1"
#define NOON_S (WW_START_S + 12 * WW_HOUR_S)

static const struct alert_rules rules = {.ack_expiry_s = 4 * 3600,
                                         .escalate_critical_s = 600,
                                         .escalate_s = 1800,
                                         .escalations_max = 3,
                                         .refer_accept_s = 1800};

static void begin(int kind)
{
    world_begin(kind);
    ww_begin(1, NULL);
    ww.timers = true;
    ww.hand_clock = true;
    ww.read_log = true;
    ww.clock.clock.set_ms = NOON_S * 1000;
}

static void happens(const char *event, int64_t at_s)
{
    char at[TIME_TEXT_MAX];
    if (ww.clock.clock.set_ms < at_s * 1000)
        ww.clock.clock.set_ms = at_s * 1000;
    ww_put(0, MESSAGE_HOUSEHOLD, at_s + 60, HOME,
           "{\"household\":\"%s\",\"event\":\"%s\",\"at\":\"%s\"}", HOME, event,
           time_format(at_s, 0, at));
}

static void cut_off(int64_t at_s)
{
    if (ww.clock.clock.set_ms < at_s * 1000)
        ww.clock.clock.set_ms = at_s * 1000;
    ww_billing(HOME, "reconnected", at_s - WW_HOUR_S);
    ww_billing(HOME, "disconnected", at_s);
}

/* Through the API, and told to Kafka at once. */
static void person(const char *id, enum alert_change kind)
{
    struct alert alert = ww_alert(id);
    struct step step;
    struct store_transition transition;
    struct change change = {.kind = kind,
                            .who = "kim",
                            .note = "spoke to her",
                            .at_ms = ww.clock.clock.set_ms,
                            .outcome = kind == CHANGE_RESOLVE ? OUTCOME_SAFE : OUTCOME_COUNT};
    must(lifecycle_apply(&alert, &change, &rules, &step, &world.fault));
    lifecycle_transition(&step, 0, NULL, &transition);
    must(world.store->ops->transition(world.store, NULL, &transition, &world.fault));
    ww_append_alert(alert.household, transition.event, step.event_id);
    step_done(&step);
    alert_done(&alert);
}

static void raised(struct shift *shift, int64_t at_s, char id[STORE_ALERT_ID_MAX])
{
    cut_off(at_s);
    shift_run(shift);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
}

static void say_away(void)
{
    const struct store_document said = {.shelf = STORE_SHELF_ABSENCE,
                                        .name = HOME,
                                        .version = 1,
                                        .body = TEXT("[{\"reason\":\"in hospital\"}]")};
    must(world.store->ops->document_set(world.store, &said, &world.fault));
}

static bool is_away_said(void)
{
    struct buffer body = {0};
    int64_t version;
    enum err err = world.store->ops->document(world.store, STORE_SHELF_ABSENCE, HOME, &version,
                                              &body, &world.fault);
    buffer_done(&body);
    return err == ERR_OK;
}

static bool cleared_by_opt_out(void)
{
    for (size_t i = 0; i < ww.sent_count; i++)
        if (strstr(ww.sent[i].body.at, "anbu.alert.cleared") &&
            strstr(ww.sent[i].body.at, "the household has opted out"))
            return true;
    return false;
}

START_TEST(who_opts_out_leaves_no_alert_and_no_absence)
{
    char id[STORE_ALERT_ID_MAX], second[STORE_ALERT_ID_MAX];
    begin(_i);
    struct shift shift = shift_begin(1);
    raised(&shift, NOON_S, id);
    person(id, CHANGE_RESOLVE);
    raised(&shift, NOON_S + WW_DAY_S, second);
    person(second, CHANGE_ACKNOWLEDGE); /* somebody is on the way: it does not clear by itself */
    say_away();
    ck_assert_uint_eq(ww_alerts(false), 2);
    happens("opted_out", NOON_S + 2 * WW_DAY_S);
    shift_run(&shift);
    ck_assert_uint_eq(ww_alerts(false), 0);
    ck_assert(!is_away_said());
    ck_assert(cleared_by_opt_out());
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(what_was_erased_does_not_come_back_from_the_log)
{
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    struct shift shift = shift_begin(1);
    raised(&shift, NOON_S, id);
    person(id, CHANGE_RESOLVE); /* stands in the log behind the owner's place */
    happens("opted_out", NOON_S + WW_DAY_S);
    shift_run(&shift);
    ck_assert_uint_eq(ww_alerts(false), 0);
    shift_stop(&shift);
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_uint_eq(ww_alerts(false), 0);
    happens("moved_in", NOON_S + 2 * WW_DAY_S); /* nor when others live there */
    shift_run(&shift);
    shift_stop(&shift);
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_uint_eq(ww_alerts(false), 0);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(a_store_that_is_lost_is_rebuilt_without_what_was_erased)
{
    char id[STORE_ALERT_ID_MAX], later[STORE_ALERT_ID_MAX];
    begin(_i);
    struct shift shift = shift_begin(1);
    raised(&shift, NOON_S, id);
    person(id, CHANGE_ACKNOWLEDGE);
    happens("opted_out", NOON_S + WW_DAY_S);
    shift_run(&shift);
    happens("moved_in", NOON_S + 2 * WW_DAY_S);
    raised(&shift, NOON_S + 3 * WW_DAY_S, later); /* of the next residents */
    person(later, CHANGE_RESOLVE);
    shift_run(&shift);
    shift_stop(&shift);
    world_end();
    world_begin(_i);
    shift = shift_begin(1);
    shift_run(&shift);
    struct seen seen = {0};
    must(world.store->ops->alerts_of(world.store, 0, TEXT(HOME), 0, seen_alert, &seen,
                                     &world.fault));
    ck_assert_uint_eq(seen.count, 1);
    struct alert alert = ww_alert(later);
    ck_assert_int_eq(alert.state, ALERT_RESOLVED);
    alert_done(&alert);
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* The log alone knows that the alert is resolved and another one raised after it, and has the two
 * in the wrong order; before them stands what has been erased. */
static void log_out_of_order(const char *id, struct text erased)
{
    struct alert alert = ww_alert(id), next;
    struct step step;
    struct buffer event = {0};
    struct change change = {.kind = CHANGE_RESOLVE,
                            .who = "kim",
                            .at_ms = ww.clock.clock.set_ms,
                            .outcome = OUTCOME_SAFE};
    ww_append_alert(HOME, erased, "erased.2");
    alert_copy(&alert, &next);
    next.raised_s += WW_HOUR_S;
    alert_id(text_of(next.household), next.team, next.raised_s, next.id);
    alert_event(&next, "raised", next.raised_s, &event);
    ww_append_alert(HOME, buffer_view(&event), "next.1");
    must(lifecycle_apply(&alert, &change, &rules, &step, &world.fault));
    ww_append_alert(HOME, buffer_view(&step.event_json), step.event_id);
    step_done(&step);
    buffer_done(&event);
    alert_done(&next);
    alert_done(&alert);
}

/* That it was erased is remembered for a while: by then the log must have been left behind. */
START_TEST(events_that_were_put_back_later_leave_the_log_behind_as_well)
{
    char id[STORE_ALERT_ID_MAX], live[STORE_ALERT_ID_MAX];
    struct buffer erased = {0};
    begin(_i);
    struct shift shift = shift_begin(1);
    raised(&shift, NOON_S, id);
    person(id, CHANGE_RESOLVE);
    buffer_add(&erased, ww.sent[ww.sent_count - 1].body.at, ww.sent[ww.sent_count - 1].body.bytes);
    happens("opted_out", NOON_S + WW_DAY_S);
    shift_run(&shift);
    happens("moved_in", NOON_S + 2 * WW_DAY_S);
    raised(&shift, NOON_S + 3 * WW_DAY_S, id);
    shift_stop(&shift);
    log_out_of_order(id, buffer_view(&erased));
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_uint_eq(ww_alerts(false), 2);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, live));
    ck_assert_str_ne(live, id);
    shift_stop(&shift);
    struct store_head head = world_taken(world.store, 0);
    ck_assert_int_eq(head.log_offset, ww.sent_ends[PUBLISH_ALERTS][0]);
    buffer_done(&erased);
    ww_end();
}
END_TEST

START_TEST(a_store_that_does_not_answer_erases_in_the_end)
{
    begin(_i);
    unsigned calls = 0;
    for (unsigned k = 0; k <= calls; k += _i == WORLD_MEMORY ? 1 : 7) {
        char id[STORE_ALERT_ID_MAX];
        struct shift shift = shift_begin(1);
        raised(&shift, NOON_S, id);
        person(id, CHANGE_ACKNOWLEDGE);
        say_away();
        happens("opted_out", NOON_S + WW_DAY_S);
        ww.calls_all = 0;
        ww.fail_at = k;
        ww.fail_after = k % 2;
        ww.fail_with = ERR_UNREACHABLE;
        shift_run(&shift);
        ck_assert_uint_eq(ww_alerts(false), 0);
        ck_assert(!is_away_said());
        shift_stop(&shift);
        if (k == 0)
            calls = ww.calls_all;
        ww_end();
        world_end();
        begin(_i);
    }
    ck_assert_uint_gt(calls, 8);
    ww_end();
}
END_TEST

static size_t notes_of_people(const struct alert *alert)
{
    size_t count = 0;
    for (size_t i = 0; i < alert->step_count; i++)
        count += alert->steps[i].note && strcmp(alert->steps[i].who, ALERT_WHO_MACHINE) != 0;
    return count;
}

START_TEST(who_moves_leaves_coded_steps_alone)
{
    char id[STORE_ALERT_ID_MAX], live[STORE_ALERT_ID_MAX];
    begin(_i);
    struct shift shift = shift_begin(1);
    raised(&shift, NOON_S, id);
    person(id, CHANGE_RESOLVE);
    raised(&shift, NOON_S + WW_DAY_S, live);
    person(live, CHANGE_ACKNOWLEDGE);
    say_away();
    struct alert before = ww_alert(id);
    ck_assert(before.reasons[0].has_evidence && notes_of_people(&before) == 1);
    happens("moved_out", NOON_S + 2 * WW_DAY_S);
    shift_run(&shift);
    struct alert after = ww_alert(id), working = ww_alert(live);
    ck_assert(!after.reasons[0].has_evidence);
    ck_assert_uint_eq(notes_of_people(&after), 0);
    ck_assert_int_eq(after.version, before.version);
    ck_assert_uint_eq(after.step_count, before.step_count);
    ck_assert(after.has_outcome && after.outcome == OUTCOME_SAFE);
    ck_assert_str_eq(after.reasons[0].summary, before.reasons[0].summary);
    ck_assert(alert_is_live(&working) && notes_of_people(&working) == 1);
    ck_assert(!is_away_said());
    alert_done(&before);
    alert_done(&after);
    alert_done(&working);
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* So long after the start; with a message of that day, or without. Time for a pass. */
static void days_later(struct shift *shift, int days, bool message)
{
    int64_t at_s = NOON_S + (int64_t)days * WW_DAY_S;
    ww.clock.clock.set_ms = at_s * 1000;
    if (message)
        ww_billing("H-0-9", "reconnected", at_s);
    shift_run(shift);
    ww.clock.monotonic_ms += 2 * WW_HOUR_S * 1000;
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(shift_step(shift), ERR_OK);
}

START_TEST(a_closed_alert_is_kept_as_long_as_the_configuration_says)
{
    char id[STORE_ALERT_ID_MAX], live[STORE_ALERT_ID_MAX];
    begin(_i);
    struct shift shift = shift_begin(1);
    raised(&shift, NOON_S, id);
    person(id, CHANGE_RESOLVE);
    raised(&shift, NOON_S + 3 * WW_HOUR_S, live);
    days_later(&shift, 59, true);
    struct alert alert = ww_alert(id);
    ck_assert(alert.reasons[0].has_evidence && notes_of_people(&alert) == 1);
    alert_done(&alert);
    days_later(&shift, 61, true);
    alert = ww_alert(id);
    ck_assert(!alert.reasons[0].has_evidence && notes_of_people(&alert) == 1);
    alert_done(&alert);
    days_later(&shift, 900, false); /* a clock that jumps: no message is that young */
    ck_assert_uint_eq(ww_alerts(false), 2);
    days_later(&shift, 181, true);
    ck_assert_uint_eq(ww_alerts(false), 1);
    alert = ww_alert(live); /* whatever its age */
    ck_assert(alert_is_live(&alert) && alert.reasons[0].has_evidence);
    alert_done(&alert);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(many_old_alerts_go_piece_by_piece)
{
    begin(_i);
    struct shift shift = shift_begin(1);
    for (int i = 0; i < 40; i++) {
        char id[STORE_ALERT_ID_MAX];
        raised(&shift, NOON_S + (int64_t)i * WW_DAY_S, id);
        person(id, CHANGE_RESOLVE);
    }
    ck_assert_uint_eq(ww_alerts(false), 40);
    days_later(&shift, 180 + 29, true);
    ck_assert_uint_eq(ww_alerts(false), 10);
    shift_stop(&shift);
    ww_end();
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_loop_test(cases, who_opts_out_leaves_no_alert_and_no_absence, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, what_was_erased_does_not_come_back_from_the_log, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_store_that_is_lost_is_rebuilt_without_what_was_erased, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, events_that_were_put_back_later_leave_the_log_behind_as_well, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_store_that_does_not_answer_erases_in_the_end, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, who_moves_leaves_coded_steps_alone, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_closed_alert_is_kept_as_long_as_the_configuration_says, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, many_old_alerts_go_piece_by_piece, 0, WORLD_KIND_COUNT);
}

int main(void)
{
    return world_main("worker: erasure", add);
}
