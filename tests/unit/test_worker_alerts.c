/* SPDX-License-Identifier: Apache-2.0
 *
 * The worker among people, timers and stores that forget: what was done stays done, each timer
 * fires once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/lifecycle.h"
#include "base/zone.h"
#include "store_world.h"
#include "worker_world.h"

#define HOME      "H-0-1"
#define NOON_S    (WW_START_S + 12 * WW_HOUR_S)
#define MINUTE_MS 60000

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
}

static enum alert_state state_of(const char *id)
{
    struct alert alert = ww_alert(id);
    enum alert_state state = alert.state;
    alert_done(&alert);
    return state;
}

static int64_t version_of(const char *id)
{
    struct alert alert = ww_alert(id);
    int64_t version = alert.version;
    alert_done(&alert);
    return version;
}

/* What a person does through the API; announced: its event is in Kafka at once. */
static void person(const char *id, enum alert_change kind, bool announced)
{
    struct alert alert = ww_alert(id);
    struct step step;
    struct store_transition transition;
    struct change change = {.kind = kind,
                            .who = "kim",
                            .note = "seen to",
                            .at_ms = ww.clock.clock.set_ms,
                            .outcome = kind == CHANGE_RESOLVE ? OUTCOME_SAFE : OUTCOME_COUNT};
    must(lifecycle_apply(&alert, &change, &rules, &step, &world.fault));
    lifecycle_transition(&step, 0, NULL, &transition);
    must(world.store->ops->transition(world.store, NULL, &transition, &world.fault));
    if (announced)
        ww_append_alert(alert.household, transition.event, step.event_id);
    step_done(&step);
    alert_done(&alert);
}

static size_t events_of(const char *type)
{
    char wanted[64];
    size_t count = 0;
    (void)snprintf(wanted, sizeof wanted, "\"type\":\"anbu.alert.%s\"", type);
    for (size_t i = 0; i < ww.sent_count; i++)
        count += ww.sent[i].topic == PUBLISH_ALERTS && strstr(ww.sent[i].body.at, wanted) != NULL;
    return count;
}

/* What the utility says is owed: of 3 months and more the team is told. */
static void arrears(int months, int64_t at_s)
{
    char at[TIME_TEXT_MAX];
    ww_put(0, MESSAGE_BILLING, at_s + 60, HOME,
           "{\"household\":\"%s\",\"utility\":\"gas\",\"event\":\"arrears\",\"at\":\"%s\","
           "\"months\":%d,\"amount\":%d,\"currency\":\"KRW\"}",
           HOME, time_format(at_s, 0, at), months, months * 40000);
}

static void one_raised(struct shift *shift, char id[STORE_ALERT_ID_MAX])
{
    ww_billing(HOME, "disconnected", NOON_S);
    *shift = shift_begin(1);
    shift_run(shift);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
}

/* ---- timers ---- */

START_TEST(nobody_acknowledges_and_it_escalates_once_a_wait)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    one_raised(&shift, id);
    ww_later(9 * MINUTE_MS);
    shift_steps(&shift, 10);
    ck_assert_uint_eq(events_of("escalated"), 0);
    ww_later(2 * MINUTE_MS);
    shift_steps(&shift, 10);
    ck_assert_uint_eq(events_of("escalated"), 1);
    shift_steps(&shift, 20);
    ck_assert_uint_eq(events_of("escalated"), 1);
    ww_later(11 * MINUTE_MS);
    shift_steps(&shift, 10);
    ck_assert_uint_eq(events_of("escalated"), 2);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(an_acknowledgement_that_leads_nowhere_runs_out_once)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    one_raised(&shift, id);
    person(id, CHANGE_ACKNOWLEDGE, true);
    ww_later(3 * 60 * MINUTE_MS);
    shift_steps(&shift, 10);
    ck_assert_int_eq(state_of(id), ALERT_ACKNOWLEDGED);
    ck_assert_uint_eq(events_of("escalated"), 0);
    ww_later(61 * MINUTE_MS);
    shift_steps(&shift, 20);
    ck_assert_int_eq(state_of(id), ALERT_OPEN);
    ck_assert_uint_eq(events_of("reopened"), 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(a_referral_that_nobody_answers_comes_back_once)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX], live[STORE_ALERT_ID_MAX];
    begin(_i);
    one_raised(&shift, id);
    person(id, CHANGE_REFER, true);
    ww_later(29 * MINUTE_MS);
    shift_steps(&shift, 10);
    ck_assert_int_eq(state_of(id), ALERT_REFERRED);
    ck_assert_uint_eq(events_of("escalated"), 0);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, live)); /* findings still find it */
    ck_assert(!ww_live_alert(HOME, TEAM_POLICE, live));
    ww_later(2 * MINUTE_MS);
    shift_steps(&shift, 20);
    ck_assert_int_eq(state_of(id), ALERT_OPEN);
    ck_assert_uint_eq(events_of("declined"), 1);
    ww_later(11 * MINUTE_MS);
    shift_steps(&shift, 10);
    ck_assert_uint_eq(events_of("escalated"), 1); /* and waits on its own desk */
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(overdue_timers_wait_for_the_grace_after_a_takeover)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    one_raised(&shift, id);
    shift_crash(&shift);
    ww_later(60 * MINUTE_MS);
    shift = shift_begin(1);
    shift_steps(&shift, 20);
    ck_assert_uint_eq(events_of("escalated"), 0);
    ww_later(MINUTE_MS + 1000);
    shift_steps(&shift, 10);
    ck_assert_uint_eq(events_of("escalated"), 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(timers_wait_while_the_clocks_disagree)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    one_raised(&shift, id);
    ww.clock_off_ms = -6000;
    ww_later(11 * MINUTE_MS);
    shift_steps(&shift, 20);
    ck_assert_uint_eq(events_of("escalated"), 0);
    ww.clock_off_ms = -4000;
    shift_steps(&shift, 10);
    ck_assert_uint_eq(events_of("escalated"), 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* A timer that was set is not put off, let alone asked for without end, by rules that came later.
 */
static void fires_as_it_was_set(int kind, bool arrival_clock)
{
    static const char *const sets[] = {"alerts.escalate_critical=5h", "alerts.escalate=5h",
                                       "daemon.log_level=error"};
    struct config *longer = NULL;
    struct config_errors errors = {0};
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(kind);
    ww.arrival_clock = arrival_clock;
    one_raised(&shift, id);
    must(config_load(NULL, sets, 3, &longer, &errors));
    worker_reconfigure(shift.worker, longer);
    ww_later(11 * MINUTE_MS);
    ww_billing("H-0-2", "reconnected", NOON_S + 20 * 60);
    shift_run(&shift);
    ck_assert_uint_eq(events_of("escalated"), 1);
    shift_stop(&shift);
    config_errors_done(&errors);
    config_free(longer);
    ww_end();
}

START_TEST(a_timer_fires_as_it_was_set_whatever_a_reload_says)
{
    fires_as_it_was_set(_i, false);
}
END_TEST

START_TEST(by_the_arrival_clock_too)
{
    fires_as_it_was_set(_i, true);
}
END_TEST

static char returned[STORE_ALERT_ID_MAX];

/* Between the question for timers and the alert: somebody takes it and gives it back. */
static void give_back(enum probe_op op)
{
    if (op != PROBE_ALERT || !returned[0])
        return;
    char id[STORE_ALERT_ID_MAX];
    (void)text_copy(text_of(returned), id, sizeof id);
    returned[0] = '\0';
    person(id, CHANGE_ACKNOWLEDGE, true);
    person(id, CHANGE_RELEASE, true);
}

START_TEST(an_alert_given_back_just_now_waits_anew)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    one_raised(&shift, id);
    (void)text_copy(text_of(id), returned, sizeof returned);
    ww_later(11 * MINUTE_MS);
    ww.before = give_back;
    shift_steps(&shift, 10);
    ck_assert_int_eq(returned[0], '\0');
    ck_assert_uint_eq(events_of("escalated"), 0);
    ww_later(11 * MINUTE_MS);
    shift_steps(&shift, 10);
    ck_assert_uint_eq(events_of("escalated"), 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

static void lose_nothing(enum probe_op op)
{
    if (op != PROBE_TRANSITION || !events_of("raised") || ww.fail_at)
        return;
    ww.fail_at = ww.calls_all; /* this very call: it happens, and the answer is lost */
    ww.fail_after = true;
}

START_TEST(a_timer_whose_answer_was_lost_has_still_fired_once)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    one_raised(&shift, id);
    ww.before = lose_nothing;
    ww_later(11 * MINUTE_MS);
    shift_steps(&shift, 30);
    ck_assert_uint_gt(ww.fail_at, 0);
    ww_later(2 * MINUTE_MS); /* the grace */
    shift_steps(&shift, 30);
    ck_assert_int_eq(version_of(id), 2);
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* ---- people ---- */

START_TEST(what_people_resolved_is_not_raised_again_until_it_was_over)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    arrears(3, NOON_S);
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
    person(id, CHANGE_RESOLVE, true);
    /* Within the hour, and a day later: graver, but the same matter. */
    unsigned long long findings = worker_counts(shift.worker)->findings;
    arrears(6, NOON_S + 600);
    arrears(9, NOON_S + WW_DAY_S);
    shift_run(&shift);
    ck_assert_uint_gt(worker_counts(shift.worker)->findings, findings);
    ck_assert_uint_eq(ww_alerts(true), 0);
    ck_assert_uint_eq(ww_alerts(false), 1);
    arrears(0, NOON_S + 2 * WW_DAY_S);
    arrears(3, NOON_S + 3 * WW_DAY_S);
    shift_run(&shift);
    ck_assert_uint_eq(ww_alerts(true), 1);
    ck_assert_uint_eq(ww_alerts(false), 2);
    shift_stop(&shift);
    ww_end();
}
END_TEST

static char raced[STORE_ALERT_ID_MAX];
static void race(enum probe_op op)
{
    if (op != PROBE_TRANSITION || !raced[0] || ww.calls[PROBE_TRANSITION] < 2)
        return;
    char id[STORE_ALERT_ID_MAX];
    (void)text_copy(text_of(raced), id, sizeof id);
    raced[0] = '\0';
    person(id, CHANGE_ACKNOWLEDGE, true);
}

START_TEST(a_person_who_is_faster_than_a_finding_keeps_what_they_did)
{
    struct shift shift;
    begin(_i);
    one_raised(&shift, raced);
    char id[STORE_ALERT_ID_MAX];
    (void)text_copy(text_of(raced), id, sizeof id);
    ww.before = race;
    ww_billing(HOME, "reconnected", NOON_S + WW_DAY_S);
    shift_run(&shift);
    ck_assert_str_eq(raced, "");
    struct alert alert = ww_alert(id);
    ck_assert_int_eq(alert.version, 3);
    ck_assert_str_eq(alert.owner, "kim");
    ck_assert_int_eq(alert.state, ALERT_ACKNOWLEDGED);
    alert_done(&alert);
    ck_assert_uint_eq(counts_failures(worker_counts(shift.worker)), 0);
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* ---- the log and the outbox at a takeover ---- */

START_TEST(an_outbox_that_was_left_behind_goes_out_with_the_same_ids_and_content)
{
    struct buffer first = {0}, second = {0};
    begin(_i);
    ww_town(1, 4, 3);
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    ww_picture(&first);
    world_end();
    begin(_i);
    ww_town(1, 4, 3);
    shift = shift_begin(1);
    ww.holds = true;
    ww.sent_count = 0;
    while (!shift_at_end(&shift))
        shift_steps(&shift, 1);
    shift_crash(&shift); /* with all of it under way */
    ww.holds = false;
    shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    ww_picture(&second);
    ww_same(&first, &second, "an outbox taken over");
    buffer_done(&first);
    buffer_done(&second);
    ww_end();
}
END_TEST

START_TEST(an_acknowledgement_that_the_store_lost_comes_back_from_the_log)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    world_begin_rewindable(_i);
    ww_begin(1, NULL);
    ww.read_log = ww.timers = ww.hand_clock = true;
    one_raised(&shift, id);
    world_save();
    person(id, CHANGE_ACKNOWLEDGE, true);
    shift_run(&shift);
    world_rewind();
    ck_assert_int_eq(state_of(id), ALERT_OPEN);
    shift_run(&shift);
    ck_assert_int_eq(state_of(id), ALERT_ACKNOWLEDGED);
    /* Its timer has come back, too. */
    ww_later((4 * 60 + 1) * MINUTE_MS);
    shift_steps(&shift, 20);
    ck_assert_int_eq(state_of(id), ALERT_OPEN);
    ck_assert_uint_eq(events_of("escalated"), 0);
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* The store is empty again; Kafka has everything. */
static void lose_the_store(int kind)
{
    world_end();
    world_begin(kind);
}

START_TEST(a_store_that_was_lost_gets_its_alerts_back_and_raises_nothing_again)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    ww_billing(HOME, "limited", NOON_S);
    arrears(4, NOON_S + 5 * WW_HOUR_S); /* another detector joins the alert, hours later */
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
    struct alert alert = ww_alert(id);
    ck_assert_uint_eq(alert.reason_count, 2);
    alert_done(&alert);
    person(id, CHANGE_RESOLVE, true);
    shift_stop(&shift);
    size_t raised = events_of("raised");
    lose_the_store(_i);
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_int_eq(state_of(id), ALERT_RESOLVED);
    ck_assert_uint_eq(ww_alerts(false), 1);
    ck_assert_uint_eq(ww_alerts(true), 0);
    ck_assert_uint_eq(events_of("raised"), raised);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(a_log_in_the_wrong_order_restores_all_the_same)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX], next[STORE_ALERT_ID_MAX];
    begin(_i);
    one_raised(&shift, id);
    person(id, CHANGE_RESOLVE, false);
    ww_billing(HOME, "reconnected", NOON_S + WW_DAY_S);
    ww_billing(HOME, "disconnected", NOON_S + 2 * WW_DAY_S);
    shift_run(&shift);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, next));
    shift_stop(&shift);
    ck_assert_uint_eq(ww.sent_count, 4); /* with the outcome's message */
    /* The first alert's beginning has been deleted; its end stands behind its successor. */
    struct ww_sent end = {0}, begun = {0};
    for (size_t i = 0; i < ww.sent_count; i++) {
        if (strstr(ww.sent[i].body.at, "anbu.alert.resolved"))
            end = ww.sent[i];
        else if (ww.sent[i].topic == PUBLISH_ALERTS && strstr(ww.sent[i].headers, next))
            begun = ww.sent[i];
    }
    size_t kept = 0;
    for (size_t i = 0; i < ww.sent_count; i++)
        if (ww.sent[i].body.at != end.body.at && ww.sent[i].body.at != begun.body.at) {
            free(ww.sent[i].key);
            free((void *)(uintptr_t)ww.sent[i].body.at);
            free(ww.sent[i].headers);
        }
    begun.offset = 1;
    end.offset = 2;
    ww.sent[kept++] = begun;
    ww.sent[kept++] = end;
    ww.sent_count = kept;
    lose_the_store(_i);
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_int_eq(state_of(id), ALERT_RESOLVED);
    ck_assert_int_eq(state_of(next), ALERT_OPEN);
    ck_assert_uint_eq(ww_alerts(false), 2);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(two_live_alerts_out_of_order_find_their_places)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX], next[STORE_ALERT_ID_MAX];
    begin(_i);
    one_raised(&shift, id);
    person(id, CHANGE_RESOLVE, true);
    ww_billing(HOME, "reconnected", NOON_S + WW_DAY_S);
    ww_billing(HOME, "disconnected", NOON_S + 2 * WW_DAY_S);
    shift_run(&shift);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, next));
    shift_stop(&shift);
    /* raised, and its successor raised, before it was resolved */
    for (size_t i = 0; i < ww.sent_count; i++) {
        if (ww.sent[i].topic != PUBLISH_ALERTS)
            continue;
        ww.sent[i].offset = strstr(ww.sent[i].body.at, "resolved") ? 9 : (int64_t)i;
    }
    for (size_t i = 0; i < ww.sent_count; i++) /* read_log goes by place */
        for (size_t k = i + 1; k < ww.sent_count; k++)
            if (ww.sent[k].offset < ww.sent[i].offset) {
                struct ww_sent keep = ww.sent[i];
                ww.sent[i] = ww.sent[k];
                ww.sent[k] = keep;
            }
    lose_the_store(_i);
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_int_eq(state_of(id), ALERT_RESOLVED);
    ck_assert_int_eq(state_of(next), ALERT_OPEN);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(nonsense_in_the_log_keeps_no_partition_from_being_taken)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    ww_append_alert(HOME, TEXT("what is this"), "x.1");
    ww_append_alert(HOME, TEXT("{\"data\":{\"alert\":\"\"}}"), "y.1");
    one_raised(&shift, id);
    ck_assert_uint_eq(ww.log_reads, 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* ---- a log that begins anew ---- */

static void restart_broker(void)
{
    ww_made_anew(0);
    ww.sent_ends[PUBLISH_ALERTS][0] = 0;
    ww.epochs[0] = -1;
}

START_TEST(offsets_that_begin_anew_are_not_taken_for_the_past)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    ww.new_log = true;
    ww.read_log = false;
    one_raised(&shift, id);
    shift_stop(&shift);
    for (int run = 1; run < 4; run++) {
        restart_broker();
        ww_billing(HOME, run % 2 ? "reconnected" : "disconnected", NOON_S + run * WW_DAY_S);
        shift = shift_begin(1);
        shift_run(&shift);
        ck_assert_uint_eq(worker_counts(shift.worker)->skipped, 0);
        ck_assert_uint_eq(ww_alerts(true), run % 2 ? 0 : 1);
        shift_stop(&shift);
    }
    ck_assert_uint_eq(ww_alerts(false), 2);
    ww_end();
}
END_TEST

START_TEST(the_same_run_retakes_without_reading_again)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    ww.new_log = true;
    one_raised(&shift, id);
    unsigned given = ww.given;
    (void)world_taken(world.second, 0); /* fenced: takes it again */
    ww_billing(HOME, "reconnected", NOON_S + WW_DAY_S);
    shift_run(&shift);
    ck_assert_uint_ge(counts_failures(worker_counts(shift.worker)), 1);
    ck_assert_uint_le(ww.given, given + 2); /* the new one, once more after the fence */
    ck_assert_uint_eq(ww_alerts(false), 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(workers_of_one_run_agree_on_where_its_log_begins)
{
    struct shift one, two;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    ww.new_log = true;
    one_raised(&one, id);
    two = shift_begin(0);
    unsigned given = ww.given;
    shift_revoke(&one, 0, false);
    shift_assign(&two, 0);
    ww_billing(HOME, "reconnected", NOON_S + WW_DAY_S);
    shift_run(&two);
    ck_assert_uint_eq(ww.given, given + 1);
    ck_assert_uint_eq(ww_alerts(false), 1);
    ck_assert_uint_eq(ww_alerts(true), 0);
    shift_stop(&one);
    shift_stop(&two);
    ww_end();
}
END_TEST

/* ---- two teams ---- */

static void supply(const char *event, int64_t at_s)
{
    char at[TIME_TEXT_MAX];
    ww_put(0, MESSAGE_BILLING, at_s + 60, HOME,
           "{\"household\":\"%s\",\"utility\":\"electricity\",\"event\":\"%s\",\"at\":\"%s\"}",
           HOME, event, time_format(at_s, 0, at));
}

static void medical(void)
{
    char at[TIME_TEXT_MAX];
    ww_put(0, MESSAGE_HOUSEHOLD, NOON_S, HOME,
           "{\"household\":\"%s\",\"event\":\"profile\",\"at\":\"%s\",\"flags\":[\"medical\"]}",
           HOME, time_format(NOON_S, 0, at));
}

START_TEST(a_cut_that_endangers_is_told_to_both_teams_from_beginning_to_end)
{
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    medical();
    supply("disconnection_notice", NOON_S);
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
    ck_assert_int_eq(version_of(id), 1);
    ck_assert(!ww_live_alert(HOME, TEAM_POLICE, id));
    supply("disconnected", NOON_S + WW_DAY_S);
    shift_run(&shift);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
    ck_assert_int_eq(version_of(id), 2);
    ck_assert(ww_live_alert(HOME, TEAM_POLICE, id));
    ck_assert_int_eq(version_of(id), 1);
    arrears(3, NOON_S + WW_DAY_S); /* no matter for the police */
    shift_run(&shift);
    ck_assert_int_eq(version_of(id), 1);
    supply("reconnected", NOON_S + 2 * WW_DAY_S);
    shift_run(&shift);
    ck_assert_int_eq(state_of(id), ALERT_CLEARED);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id)); /* of the arrears */
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* Of the two events of one finding the first was in Kafka when the store lost both. */
START_TEST(what_the_police_were_told_is_no_word_of_what_welfare_was)
{
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    medical();
    supply("disconnected", NOON_S + WW_DAY_S);
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
    ck_assert(ww_live_alert(HOME, TEAM_POLICE, id));
    shift_stop(&shift);
    ww_forget_sent(TEAM_WELFARE);
    lose_the_store(_i);
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert(ww_live_alert(HOME, TEAM_POLICE, id));
    ck_assert_int_eq(version_of(id), 1);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
    ck_assert_int_eq(version_of(id), 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* ---- alerts that cannot be read ---- */

/* Damage, or the word of a newer version; its timers stay as they were. */
static void damage(const char *id)
{
    struct alert alert = ww_alert(id);
    struct step step;
    struct store_transition transition;
    struct change change = {
        .kind = CHANGE_NOTE, .who = "kim", .note = "x", .at_ms = ww.clock.clock.set_ms};
    must(lifecycle_apply(&alert, &change, &rules, &step, &world.fault));
    lifecycle_transition(&step, 0, NULL, &transition);
    transition.snapshot = TEXT("{\"alert\":7}");
    transition.event = transition.event_id = (struct text){NULL, 0};
    must(world.store->ops->transition(world.store, NULL, &transition, &world.fault));
    step_done(&step);
    alert_done(&alert);
}

/* More than are asked for at once, and all of them due before the one that can be read. */
START_TEST(alerts_that_cannot_be_read_keep_no_other_from_escalating)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX], name[24];
    begin(_i);
    for (int i = 0; i < 70; i++) {
        (void)snprintf(name, sizeof name, "H-0-%d", 100 + i);
        ww_billing(name, "disconnected", NOON_S);
    }
    shift = shift_begin(1);
    shift_run(&shift);
    for (int i = 0; i < 70; i++) {
        (void)snprintf(name, sizeof name, "H-0-%d", 100 + i);
        ck_assert(ww_live_alert(name, TEAM_WELFARE, id));
        damage(id);
    }
    ww_later(MINUTE_MS);
    ww_billing(HOME, "disconnected", NOON_S + 60);
    shift_run(&shift);
    ww_later(12 * MINUTE_MS);
    shift_steps(&shift, 20);
    ck_assert_uint_eq(events_of("escalated"), 1);
    ck_assert_uint_eq(worker_counts(shift.worker)->takeovers, 1);
    ck_assert_uint_ge(worker_counts(shift.worker)->alerts_unreadable, 70);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(a_home_whose_alert_cannot_be_read_keeps_no_other_from_being_watched)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    arrears(3, NOON_S);
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
    damage(id);
    arrears(9, NOON_S + WW_DAY_S); /* graver */
    ww_billing("H-0-2", "disconnected", NOON_S + WW_DAY_S + 60);
    shift_run(&shift);
    ck_assert(ww_live_alert("H-0-2", TEAM_WELFARE, id));
    ck_assert_uint_eq(worker_counts(shift.worker)->takeovers, 1);
    ck_assert_uint_eq(worker_counts(shift.worker)->alerts_unreadable, 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

static void add(TCase *cases)
{
    const TTest *const tests[] = {
        nobody_acknowledges_and_it_escalates_once_a_wait,
        an_acknowledgement_that_leads_nowhere_runs_out_once,
        a_referral_that_nobody_answers_comes_back_once,
        overdue_timers_wait_for_the_grace_after_a_takeover,
        timers_wait_while_the_clocks_disagree,
        a_timer_fires_as_it_was_set_whatever_a_reload_says,
        by_the_arrival_clock_too,
        an_alert_given_back_just_now_waits_anew,
        a_timer_whose_answer_was_lost_has_still_fired_once,
        what_people_resolved_is_not_raised_again_until_it_was_over,
        a_person_who_is_faster_than_a_finding_keeps_what_they_did,
        an_outbox_that_was_left_behind_goes_out_with_the_same_ids_and_content,
        an_acknowledgement_that_the_store_lost_comes_back_from_the_log,
        a_store_that_was_lost_gets_its_alerts_back_and_raises_nothing_again,
        a_log_in_the_wrong_order_restores_all_the_same,
        two_live_alerts_out_of_order_find_their_places,
        nonsense_in_the_log_keeps_no_partition_from_being_taken,
        offsets_that_begin_anew_are_not_taken_for_the_past,
        the_same_run_retakes_without_reading_again,
        workers_of_one_run_agree_on_where_its_log_begins,
        a_cut_that_endangers_is_told_to_both_teams_from_beginning_to_end,
        what_the_police_were_told_is_no_word_of_what_welfare_was,
        alerts_that_cannot_be_read_keep_no_other_from_escalating,
        a_home_whose_alert_cannot_be_read_keeps_no_other_from_being_watched,
    };
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_loop_test(cases, tests[i], 0, WORLD_KIND_COUNT);
}

int main(void)
{
    return world_main("worker_alerts", add);
}
