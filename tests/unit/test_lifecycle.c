/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/lifecycle.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alerts.h"
#include "base/zone.h"

/* Every change in every state: one table of what comes of it. */

enum start { NONE, OPEN, ACKNOWLEDGED, CLEARED, RESOLVED, START_COUNT };
static const char *const start_names[START_COUNT] = {"none", "open", "acknowledged", "cleared",
                                                     "resolved"};

#define ACK_MS (MORNING_MS + 30 * MINUTE_MS)  /* kim acknowledges; until 09:30 */
#define NOW_MS (MORNING_MS + 100 * MINUTE_MS) /* 08:40, when the changes are tried */

static void resolve_as(struct change *change, enum outcome outcome)
{
    change->outcome = outcome;
}

/* The alert of 07:00 in that state; zeroes for none. */
static struct alert begin_at(enum start start)
{
    struct alert alert = {0};
    struct finding found = alerts_finding(&alerts_silence, 1, MORNING_S);
    struct finding life = alerts_end(&alerts_silence, 2, MORNING_S + HOUR_S, true);
    struct change raise = alerts_found(&found), clear = alerts_found(&life);
    struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "kim", ACK_MS, NULL);
    struct change resolve = alerts_person(CHANGE_RESOLVE, "kim", ACK_MS + MINUTE_MS, "at home");
    resolve_as(&resolve, OUTCOME_SAFE);
    if (start == NONE)
        return alert;
    alerts_step(&alert, &raise, NULL);
    if (start == ACKNOWLEDGED || start == RESOLVED)
        alerts_step(&alert, &ack, NULL);
    if (start == RESOLVED)
        alerts_step(&alert, &resolve, NULL);
    if (start == CLEARED)
        alerts_step(&alert, &clear, NULL);
    return alert;
}

static const char *err_word(enum err err)
{
    switch (err) {
    case ERR_DUPLICATE: return "duplicate";
    case ERR_REFUSED: return "refused";
    case ERR_INVALID: return "invalid";
    case ERR_NOT_FOUND: return "not found";
    case ERR_TOO_LARGE: return "too large";
    default: return err_text(err);
    }
}

/* "state step event timer@HH:MM" in Seoul; all timers are set, the ones not named to none. */
static void say_step(const struct step *step, struct buffer *out)
{
    const struct alert *alert = &step->alert;
    buffer_format(out, "%s %s %s", alert_state_names[alert->state],
                  alert->steps[alert->step_count - 1].what, step->event);
    ck_assert_int_eq(step->timer_count, STORE_TIMERS_MAX);
    for (size_t i = 0; i < step->timer_count; i++) {
        char when[TIME_TEXT_MAX];
        if (step->timers[i].due_ms == 0)
            continue;
        (void)time_format(step->timers[i].due_ms / 1000, 9 * 3600, when);
        buffer_format(out, " %s@%.5s", step->timers[i].kind, when + sizeof "0000-00-00");
    }
}

/* What comes of a change, in one line; also that nothing but *out changes, and only on success. */
static void outcome_of(const struct alert *before, const struct change *change, struct buffer *out)
{
    struct buffer was = {0}, still = {0};
    struct step step, untouched;
    struct fault fault = {""};
    memset(&step, 0xa5, sizeof step);
    memcpy(&untouched, &step, sizeof step);
    if (before->version)
        alert_write(before, &was);
    enum err err =
        lifecycle_apply(before->version ? before : NULL, change, &alerts_rules, &step, &fault);
    if (before->version)
        alert_write(before, &still);
    ck_assert(text_equal(buffer_view(&was), buffer_view(&still)));
    if (err) {
        buffer_format(out, "%s: %s", err_word(err), fault.text);
        ck_assert(memcmp(&step, &untouched, sizeof step) == 0);
    } else {
        say_step(&step, out);
        ck_assert_int_eq(step.alert.version, before->version + 1);
        ck_assert_str_eq(step.alert.id, ID_MORNING);
        step_done(&step);
    }
    buffer_done(&was);
    buffer_done(&still);
}

#define BY_KIM         "acknowledged by kim since 2026-01-16 07:30 until 2026-01-16 09:30"
#define REOPEN_CLEARED "refused: cleared at 2026-01-16 08:00; reopen it first, with a reason"
#define REOPEN_RESOLVED \
    "refused: resolved as safe by kim at 2026-01-16 07:31; reopen it first, with a reason"
#define NO_ALERT "not found: there is no such alert"
#define RAISED   "open raised raised unacknowledged@07:50"
#define AGAIN    "open raised_again reopened unacknowledged@07:50"
#define NOT_NEW  "duplicate: silence says nothing new"
#define NO_END   "duplicate: no alert that silence could end"
#define ACKED    "acknowledged acknowledged acknowledged ack_expiry@10:40"
#define DONE     "resolved resolved resolved"
#define NOT_OUT  "duplicate: no acknowledgement has run out"
#define NO_WAIT  "duplicate: it waits for nobody"

enum act {
    FINDS_MORE,
    FINDS_THE_SAME,
    SEES_LIFE,
    ENDS_OTHERWISE,
    OTHER_ENDS,
    KIM_ACKNOWLEDGES,
    LEE_ACKNOWLEDGES,
    KIM_RELEASES,
    LEE_RELEASES,
    LEE_NOTES,
    LEE_RESOLVES,
    LEE_REOPENS,
    ACK_EXPIRES_TOO_EARLY,
    ACK_EXPIRES,
    NOBODY_ACKNOWLEDGES,
    ACT_COUNT
};

static const char *const table[ACT_COUNT][START_COUNT] = {
    [FINDS_MORE] = {RAISED, "open updated updated unacknowledged@07:50",
                    "acknowledged updated updated ack_expiry@09:30", AGAIN, AGAIN},
    [FINDS_THE_SAME] = {RAISED, NOT_NEW, NOT_NEW, AGAIN, AGAIN},
    [SEES_LIFE] = {NO_END, "cleared cleared cleared",
                   "acknowledged life_seen updated ack_expiry@09:30", NO_END, NO_END},
    [ENDS_OTHERWISE] = {NO_END, "cleared cleared cleared",
                        "acknowledged reason_ended updated ack_expiry@09:30", NO_END, NO_END},
    [OTHER_ENDS] = {"duplicate: no alert that flow could end",
                    "duplicate: flow is no active reason of this alert",
                    "duplicate: flow is no active reason of this alert",
                    "duplicate: no alert that flow could end",
                    "duplicate: no alert that flow could end"},
    [KIM_ACKNOWLEDGES] = {NO_ALERT, ACKED, ACKED, REOPEN_CLEARED, REOPEN_RESOLVED},
    [LEE_ACKNOWLEDGES] = {NO_ALERT, ACKED, "refused: " BY_KIM "; ask them to release it",
                          REOPEN_CLEARED, REOPEN_RESOLVED},
    [KIM_RELEASES] = {NO_ALERT,
                      "refused: nobody has acknowledged it, so there is nothing to release",
                      "open released updated unacknowledged@09:10", REOPEN_CLEARED,
                      REOPEN_RESOLVED},
    [LEE_RELEASES] = {NO_ALERT,
                      "refused: nobody has acknowledged it, so there is nothing to release",
                      "refused: " BY_KIM
                      "; only they can release it; it opens by itself after that",
                      REOPEN_CLEARED, REOPEN_RESOLVED},
    [LEE_NOTES] = {NO_ALERT, "open note updated unacknowledged@07:50",
                   "acknowledged note updated ack_expiry@09:30", "cleared note updated",
                   "resolved note updated"},
    [LEE_RESOLVES] = {NO_ALERT, DONE, DONE, REOPEN_CLEARED, REOPEN_RESOLVED},
    [LEE_REOPENS] = {NO_ALERT, "refused: it is open already; acknowledge, note or resolve it",
                     "refused: " BY_KIM "; it is not closed, so there is nothing to reopen",
                     "open reopened reopened unacknowledged@09:10",
                     "open reopened reopened unacknowledged@09:10"},
    [ACK_EXPIRES_TOO_EARLY] = {NO_ALERT, NOT_OUT, NOT_OUT, NOT_OUT, NOT_OUT},
    [ACK_EXPIRES] = {NO_ALERT, NOT_OUT, "open ack_expired reopened unacknowledged@10:00", NOT_OUT,
                     NOT_OUT},
    [NOBODY_ACKNOWLEDGES] = {NO_ALERT, "open escalated escalated unacknowledged@09:10", NO_WAIT,
                             NO_WAIT, NO_WAIT},
};

/* The change of an act; *finding is lent to it. */
static struct change change_of(enum act act, struct finding *finding)
{
    struct change change;
    *finding = alerts_finding(&alerts_silence, 9, MORNING_S);
    switch (act) {
    case FINDS_MORE:
        (void)snprintf(finding->summary, sizeof finding->summary, "No water for a day");
        return alerts_found(finding);
    case FINDS_THE_SAME: return alerts_found(finding);
    case SEES_LIFE:
    case ENDS_OTHERWISE:
        *finding = alerts_end(&alerts_silence, 9, MORNING_S + HOUR_S, act == SEES_LIFE);
        return alerts_found(finding);
    case OTHER_ENDS:
        *finding = alerts_end(&alerts_flow, 9, MORNING_S + HOUR_S, true);
        return alerts_found(finding);
    case KIM_ACKNOWLEDGES: return alerts_person(CHANGE_ACKNOWLEDGE, "kim", NOW_MS, NULL);
    case LEE_ACKNOWLEDGES: return alerts_person(CHANGE_ACKNOWLEDGE, "lee", NOW_MS, NULL);
    case KIM_RELEASES: return alerts_person(CHANGE_RELEASE, "kim", NOW_MS, NULL);
    case LEE_RELEASES: return alerts_person(CHANGE_RELEASE, "lee", NOW_MS, NULL);
    case LEE_NOTES: return alerts_person(CHANGE_NOTE, "lee", NOW_MS, "rang twice");
    case LEE_RESOLVES:
        change = alerts_person(CHANGE_RESOLVE, "lee", NOW_MS, NULL);
        resolve_as(&change, OUTCOME_HELPED);
        return change;
    case LEE_REOPENS: return alerts_person(CHANGE_REOPEN, "lee", NOW_MS, "wrong flat");
    case ACK_EXPIRES: return alerts_timer(CHANGE_ACK_EXPIRED, ACK_MS + 2 * HOUR_MS);
    case ACK_EXPIRES_TOO_EARLY: return alerts_timer(CHANGE_ACK_EXPIRED, ACK_MS + 2 * HOUR_MS - 1);
    default: return alerts_timer(CHANGE_UNACKNOWLEDGED, NOW_MS);
    }
}

START_TEST(every_change_in_every_state_does_what_the_table_says)
{
    for (int act = 0; act < ACT_COUNT; act++) {
        for (int start = 0; start < START_COUNT; start++) {
            struct finding finding;
            struct change change = change_of((enum act)act, &finding);
            struct alert alert = begin_at((enum start)start);
            struct buffer got = {0};
            outcome_of(&alert, &change, &got);
            ck_assert_msg(strcmp(got.at, table[act][start]) == 0,
                          "act %d on %s\n  gave     %s\n  expected %s", act, start_names[start],
                          got.at, table[act][start]);
            buffer_done(&got);
            alert_done(&alert);
        }
    }
}
END_TEST

/* Findings. */

static const struct alert_step *last(const struct alert *alert)
{
    return &alert->steps[alert->step_count - 1];
}

static void expect(const struct alert *before, const struct change *change, const char *want)
{
    struct buffer got = {0};
    outcome_of(before, change, &got);
    ck_assert_str_eq(got.at, want);
    buffer_done(&got);
}

START_TEST(a_raised_alert_holds_what_the_finding_said)
{
    struct alert alert = begin_at(OPEN);
    ck_assert_str_eq(alert.household, HOUSEHOLD);
    ck_assert_str_eq(alert.area, "11140-sindang");
    ck_assert_int_eq(alert.team, TEAM_POLICE);
    ck_assert_int_eq(alert.severity, SEVERITY_MEDIUM);
    ck_assert_int_eq(alert.raised_s, MORNING_S);
    ck_assert_int_eq(alert.raised_wall_ms, MORNING_MS + 20 * MINUTE_MS);
    ck_assert_int_eq(alert.last_life_s, MORNING_S - 10 * HOUR_S);
    ck_assert_int_eq(alert.reason_count, 1);
    ck_assert_str_eq(alert.reasons[0].detector, "silence");
    ck_assert_double_eq(alert.reasons[0].score, 9.1); /* two decimals */
    ck_assert_int_eq(alert.steps[0].at_ms, MORNING_MS);
    ck_assert_str_eq(alert.steps[0].who, "anbu");
    ck_assert_str_eq(alert.steps[0].note, alert.reasons[0].summary);
    alert_done(&alert);
}
END_TEST

START_TEST(two_reasons_share_an_alert_and_it_clears_with_the_last)
{
    struct alert alert = begin_at(OPEN);
    struct finding flow = alerts_finding(&alerts_flow, 1, MORNING_S + HOUR_S);
    struct finding life = alerts_end(&alerts_silence, 2, MORNING_S + 2 * HOUR_S, true);
    struct finding stop = alerts_end(&alerts_flow, 2, MORNING_S + 3 * HOUR_S, false);
    flow.verdict.grade = SEVERITY_HIGH;
    struct change changes[] = {alerts_found(&flow), alerts_found(&life), alerts_found(&stop)};
    alerts_step(&alert, &changes[0], NULL);
    ck_assert_int_eq(alert.reason_count, 2);
    ck_assert_int_eq(alert.severity, SEVERITY_HIGH);
    alerts_step(&alert, &changes[1], NULL);
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_str_eq(last(&alert)->what, "life_seen");
    ck_assert_str_eq(last(&alert)->note, "water used by Friday 09:00");
    ck_assert_int_eq(alert.last_life_s, MORNING_S + 2 * HOUR_S);
    ck_assert_int_eq(alert.reasons[0].ended_s, MORNING_S + 2 * HOUR_S);
    alerts_step(&alert, &changes[2], NULL);
    ck_assert_int_eq(alert.state, ALERT_CLEARED);
    ck_assert_str_eq(last(&alert)->note, "flow no longer holds since Friday 10:00");
    ck_assert_int_eq(alert.severity, SEVERITY_HIGH); /* what it was stays to be read */
    alert_done(&alert);
}
END_TEST

START_TEST(the_words_of_an_end_are_kept)
{
    struct alert alert = begin_at(OPEN);
    struct finding gone = alerts_end(&alerts_silence, 2, MORNING_S + HOUR_S, false);
    (void)snprintf(gone.summary, sizeof gone.summary, "moved out on 15 January");
    struct change change = alerts_found(&gone);
    alerts_step(&alert, &change, NULL);
    ck_assert_str_eq(last(&alert)->note, "moved out on 15 January");
    alert_done(&alert);
}
END_TEST

START_TEST(life_that_is_not_later_than_what_the_alert_saw_clears_nothing)
{
    struct alert alert = begin_at(OPEN);
    struct finding life = alerts_end(&alerts_silence, 2, MORNING_S - 10 * HOUR_S, true);
    struct change change = alerts_found(&life);
    expect(&alert, &change,
           "duplicate: life that is not later than what silence saw clears nothing");
    life.at_s++;
    expect(&alert, &change, "cleared cleared cleared");
    alert_done(&alert);
}
END_TEST

START_TEST(a_finding_that_is_known_changes_nothing)
{
    struct alert open = begin_at(OPEN), cleared = begin_at(CLEARED);
    struct finding again = alerts_finding(&alerts_silence, 1, MORNING_S);
    struct finding end = alerts_end(&alerts_silence, 2, MORNING_S + HOUR_S, true);
    again.verdict.grade = SEVERITY_CRITICAL;
    struct change change = alerts_found(&again), change_end = alerts_found(&end);
    expect(&open, &change, "duplicate: finding 1 of silence is known");
    expect(&cleared, &change, "duplicate: finding 1 of silence is known");
    end.seq = 1;
    expect(&open, &change_end, "duplicate: finding 1 of silence is known");
    alert_done(&open);
    alert_done(&cleared);
}
END_TEST

START_TEST(a_closed_alert_of_another_hour_is_left_alone)
{
    struct alert cleared = begin_at(CLEARED);
    struct finding found = alerts_finding(&alerts_silence, 3, MORNING_S + 5 * HOUR_S);
    struct change change = alerts_found(&found);
    struct step step = {0};
    ck_assert_int_eq(lifecycle_apply(&cleared, &change, &alerts_rules, &step, NULL), ERR_OK);
    ck_assert_str_ne(step.alert.id, cleared.id);
    ck_assert_int_eq(step.alert.version, 1);
    ck_assert_int_eq(step.alert.step_count, 1);
    ck_assert_str_eq(step.event, "raised");
    step_done(&step);
    alert_done(&cleared);
}
END_TEST

START_TEST(a_graver_finding_is_awaited_from_the_same_moment_but_shorter)
{
    struct alert open = begin_at(OPEN), held = begin_at(ACKNOWLEDGED);
    struct finding graver = alerts_finding(&alerts_silence, 2, MORNING_S + 60);
    graver.verdict.grade = SEVERITY_HIGH;
    struct change change = alerts_found(&graver);
    expect(&open, &change, "open updated updated unacknowledged@07:30");
    expect(&held, &change, "acknowledged updated updated ack_expiry@09:30");
    alerts_step(&held, &change, NULL);
    ck_assert_int_eq(held.severity, SEVERITY_HIGH);
    ck_assert_str_eq(held.owner, "kim");
    struct change release = alerts_person(CHANGE_RELEASE, "kim", NOW_MS, NULL);
    expect(&held, &release, "open released updated unacknowledged@08:50");
    alerts_step(&open, &(struct change){.kind = CHANGE_UNACKNOWLEDGED, .at_ms = NOW_MS}, NULL);
    expect(&open, &change, "open updated updated unacknowledged@08:50");
    alert_done(&open);
    alert_done(&held);
}
END_TEST

START_TEST(a_finding_that_speaks_of_another_time_updates_the_alert)
{
    for (enum start given = OPEN; given <= ACKNOWLEDGED; given++) {
        struct alert alert = begin_at(given);
        struct finding again = alerts_finding(&alerts_silence, 2, MORNING_S + HOUR_S);
        enum severity severity = alert.severity;
        again.verdict.since_s = alert.reasons[0].since_s + HOUR_S;
        again.verdict.grade = SEVERITY_LOW;
        again.verdict.score = 1.5;
        again.last_life_s = again.verdict.since_s;
        (void)snprintf(again.summary, sizeof again.summary, "%s", alert.reasons[0].summary);
        struct change change = alerts_found(&again);
        int64_t version = alert.version;
        alerts_step(&alert, &change, NULL);
        ck_assert_int_eq(alert.version, version + 1);
        ck_assert_str_eq(last(&alert)->what, "updated");
        ck_assert_int_eq(alert.reasons[0].since_s, again.verdict.since_s);
        ck_assert_int_eq(alert.last_life_s, again.verdict.since_s);
        ck_assert(alert.reasons[0].active && alert.reasons[0].score < 1.51);
        ck_assert_int_eq(alert.severity, severity); /* a milder sentence does not lower it */
        alert_done(&alert);
    }
}
END_TEST

START_TEST(severity_falls_only_when_a_reason_ends)
{
    struct alert alert = begin_at(OPEN);
    struct finding flow = alerts_finding(&alerts_flow, 1, MORNING_S);
    struct finding milder = alerts_finding(&alerts_flow, 2, MORNING_S + HOUR_S);
    struct finding end = alerts_end(&alerts_flow, 3, MORNING_S + 2 * HOUR_S, false);
    flow.verdict.grade = SEVERITY_CRITICAL;
    milder.verdict.grade = SEVERITY_LOW;
    (void)snprintf(milder.summary, sizeof milder.summary, "Water runs a little");
    end.cold_wave = true; /* an end raises nothing either */
    struct change changes[] = {alerts_found(&flow), alerts_found(&milder), alerts_found(&end)};
    alerts_step(&alert, &changes[0], NULL);
    ck_assert_int_eq(alert.severity, SEVERITY_CRITICAL);
    alerts_step(&alert, &changes[1], NULL);
    ck_assert_int_eq(alert.severity, SEVERITY_CRITICAL);
    ck_assert_int_eq(alert.reasons[1].grade, SEVERITY_LOW);
    alerts_step(&alert, &changes[2], NULL);
    ck_assert_int_eq(alert.severity, SEVERITY_HIGH); /* silence: medium, in a cold wave */
    alert_done(&alert);
}
END_TEST

START_TEST(an_end_raises_no_severity_even_when_the_context_has_grown)
{
    struct alert alert = begin_at(OPEN);
    struct finding flow = alerts_finding(&alerts_flow, 1, MORNING_S);
    struct finding end = alerts_end(&alerts_flow, 2, MORNING_S + HOUR_S, false);
    flow.verdict.grade = SEVERITY_LOW;
    end.cold_wave = end.in_season = true;
    struct change changes[] = {alerts_found(&flow), alerts_found(&end)};
    alerts_step(&alert, &changes[0], NULL);
    alerts_step(&alert, &changes[1], NULL);
    ck_assert_int_eq(alert.state, ALERT_OPEN);
    ck_assert_int_eq(alert.severity, SEVERITY_MEDIUM);
    ck_assert_int_eq(alert.reasons[0].severity, SEVERITY_MEDIUM);
    ck_assert_uint_eq(alert.reasons[0].context, 0);
    alert_done(&alert);
}
END_TEST

START_TEST(an_alert_raised_again_waits_from_when_that_was_learnt)
{
    struct alert alert = begin_at(OPEN);
    struct change unheard = alerts_timer(CHANGE_UNACKNOWLEDGED, MORNING_MS + 50 * MINUTE_MS);
    struct finding life = alerts_end(&alerts_silence, 2, MORNING_S + HOUR_S, true);
    struct finding again = alerts_finding(&alerts_silence, 3, MORNING_S + 60);
    again.wall_ms = MORNING_MS + 90 * MINUTE_MS;
    struct change clear = alerts_found(&life), raise = alerts_found(&again);
    alerts_step(&alert, &unheard, NULL);
    alerts_step(&alert, &clear, NULL);
    expect(&alert, &raise, "open raised_again reopened unacknowledged@09:00");
    alerts_step(&alert, &raise, NULL);
    ck_assert_int_eq(alert.escalations, 0);
    ck_assert_int_eq(alert.raised_s, MORNING_S); /* the id's hour stays */
    alert_done(&alert);
}
END_TEST

/* People see how long nobody has come, however often it escalated; timers begin anew. */
START_TEST(an_escalation_does_not_begin_the_wait_anew)
{
    struct alert alert = begin_at(OPEN);
    struct change unheard = alerts_timer(CHANGE_UNACKNOWLEDGED, MORNING_MS + 50 * MINUTE_MS);
    struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "kim", MORNING_MS + 55 * MINUTE_MS, NULL);
    struct change release = alerts_person(CHANGE_RELEASE, "kim", MORNING_MS + 58 * MINUTE_MS, NULL);
    int64_t learnt_ms = alert.raised_wall_ms;
    ck_assert_int_eq(lifecycle_waits_since_ms(&alert), learnt_ms);
    alerts_step(&alert, &unheard, NULL);
    ck_assert_int_eq(lifecycle_waits_since_ms(&alert), learnt_ms);
    alerts_step(&alert, &ack, NULL);
    ck_assert_int_eq(lifecycle_waits_since_ms(&alert), 0);
    alerts_step(&alert, &release, NULL);
    ck_assert_int_eq(lifecycle_waits_since_ms(&alert), release.at_ms);
    alert_done(&alert);
}
END_TEST

START_TEST(a_reason_that_had_ended_may_begin_again)
{
    struct alert alert = begin_at(ACKNOWLEDGED);
    struct finding life = alerts_end(&alerts_silence, 2, MORNING_S + HOUR_S, true);
    struct finding again = alerts_finding(&alerts_silence, 3, MORNING_S + 12 * HOUR_S);
    struct change changes[] = {alerts_found(&life), alerts_found(&again)};
    alerts_step(&alert, &changes[0], NULL);
    ck_assert(!alert.reasons[0].active);
    ck_assert_str_eq(alert.owner, "kim");
    alerts_step(&alert, &changes[1], NULL);
    ck_assert(alert.reasons[0].active);
    ck_assert_int_eq(alert.reasons[0].ended_s, 0);
    ck_assert_int_eq(alert.reason_count, 1);
    ck_assert_str_eq(last(&alert)->what, "updated");
    alert_done(&alert);
}
END_TEST

START_TEST(more_detectors_than_places_leave_out_what_has_ended_then_the_mildest)
{
    static char names[ALERT_REASONS_MAX + 2][8];
    static struct detector many[ALERT_REASONS_MAX + 2];
    struct alert alert = {0};
    for (int i = 0; i < ALERT_REASONS_MAX + 2; i++) {
        (void)snprintf(names[i], sizeof names[i], "d%d", i);
        many[i] = (struct detector){.name = names[i], .team = TEAM_POLICE};
        struct finding found = alerts_finding(&many[i], 1, MORNING_S);
        found.verdict.grade = i == 5 ? SEVERITY_LOW : SEVERITY_HIGH;
        struct change change = alerts_found(&found);
        if (i == ALERT_REASONS_MAX) {
            struct finding end = alerts_end(&many[3], 2, MORNING_S + 1, false);
            struct change ends = alerts_found(&end);
            alerts_step(&alert, &ends, NULL);
        }
        alerts_step(&alert, &change, NULL);
    }
    ck_assert_int_eq(alert.reason_count, ALERT_REASONS_MAX);
    ck_assert_str_eq(alert.reasons[3].detector, "d16");
    ck_assert_str_eq(alert.reasons[5].detector, "d17");
    alert_done(&alert);
}
END_TEST

/* People. */

START_TEST(an_acknowledgement_ends_when_asked_or_by_the_rule_within_a_day)
{
    struct alert alert = begin_at(OPEN);
    struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "kim", ACK_MS, "on my way");
#define BOUNDS                                                                     \
    "invalid: an acknowledgement ends after now (2026-01-16 07:30) and within 24 " \
    "hours (2026-01-17 07:30), not at "
    ack.expires_ms = ACK_MS;
    expect(&alert, &ack, BOUNDS "2026-01-16 07:30");
    ack.expires_ms = ACK_MS + 24 * HOUR_MS + 1000;
    expect(&alert, &ack, BOUNDS "2026-01-17 07:30");
    ack.expires_ms = ACK_MS + 24 * HOUR_MS;
    expect(&alert, &ack,
           "acknowledged acknowledged acknowledged "
           "ack_expiry@07:30");
    struct alert_rules long_rule = alerts_rules;
    struct step step = {0};
    long_rule.ack_expiry_s = 90 * 24 * HOUR_S;
    ack.expires_ms = 0;
    ck_assert_int_eq(lifecycle_apply(&alert, &ack, &long_rule, &step, NULL), ERR_OK);
    ck_assert_int_eq(step.alert.expires_ms, ACK_MS + 24 * HOUR_MS);
    ck_assert_str_eq(last(&step.alert)->note, "on my way");
    step_done(&step);
    alert_done(&alert);
}
END_TEST

START_TEST(an_acknowledgement_that_has_run_out_keeps_nobody_away)
{
    struct alert alert = begin_at(ACKNOWLEDGED);
    struct change lee = alerts_person(CHANGE_ACKNOWLEDGE, "lee", ACK_MS + 2 * HOUR_MS, NULL);
    expect(&alert, &lee, "acknowledged acknowledged acknowledged ack_expiry@11:30");
    alerts_step(&alert, &lee, NULL);
    ck_assert_str_eq(alert.owner, "lee");
    /* The old timer, if it fires after all, changes nothing. */
    struct change late = alerts_timer(CHANGE_ACK_EXPIRED, ACK_MS + 2 * HOUR_MS);
    expect(&alert, &late, NOT_OUT);
    alert_done(&alert);
}
END_TEST

START_TEST(what_a_person_leaves_out_is_asked_for)
{
    struct alert alert = begin_at(OPEN), cleared = begin_at(CLEARED);
    struct change change = alerts_person(CHANGE_NOTE, NULL, NOW_MS, "x");
    expect(&alert, &change, "invalid: who does this is not known: an account is needed");
    change.who = "";
    expect(&alert, &change, "invalid: who does this is not known: an account is needed");
    change.who = "a123456789b123456789c123456789d123456789e123456789f123456789g123";
    expect(&alert, &change, "invalid: the account's name is no UTF-8 text of at most 63 bytes");
    change.who = "\xff";
    expect(&alert, &change, "invalid: the account's name is no UTF-8 text of at most 63 bytes");
    change.who = "kim";
    change.note = NULL;
    expect(&alert, &change, "invalid: a note needs words: say what was done or learnt");
    change.note = " \n\t";
    expect(&alert, &change, "invalid: a note needs words: say what was done or learnt");
    change.note = "caf\xc3";
    expect(&alert, &change, "invalid: the note is no UTF-8 text");
    change.note = "bell \x07";
    expect(&alert, &change,
           "invalid: the note has a control character (byte 6); only line breaks "
           "and tabs are kept");
    change = alerts_person(CHANGE_REOPEN, "kim", NOW_MS, NULL);
    expect(&cleared, &change, "invalid: reopening needs a reason: say what has changed");
    alert_done(&alert);
    alert_done(&cleared);
}
END_TEST

START_TEST(a_note_has_a_limit)
{
    struct alert alert = begin_at(OPEN);
    char note[ALERT_NOTE_MAX + 2];
    memset(note, 'n', sizeof note);
    note[ALERT_NOTE_MAX + 1] = '\0';
    struct change change = alerts_person(CHANGE_NOTE, "kim", NOW_MS, note);
    expect(&alert, &change, "too large: the note has 2001 bytes; at most 2000 are kept");
    note[ALERT_NOTE_MAX] = '\0';
    expect(&alert, &change, "open note updated unacknowledged@07:50");
    alert_done(&alert);
}
END_TEST

START_TEST(an_outcome_is_coded_and_complete)
{
    struct alert alert = begin_at(OPEN);
    struct change change = alerts_person(CHANGE_RESOLVE, "kim", NOW_MS, NULL);
    expect(&alert, &change,
           "invalid: an outcome is needed, one of: safe, helped, referred_onward, hospital, "
           "deceased, moved, absence, meter_fault, leak, other");
    change.outcome = OUTCOME_OTHER;
    expect(&alert, &change, "invalid: outcome other needs a note that says what happened");
    change.note = " ";
    expect(&alert, &change, "invalid: outcome other needs a note that says what happened");
    change.note = "a filming crew";
    expect(&alert, &change, DONE);
    change.absent_until_s = NOW_MS / 1000 + 86400;
    expect(&alert, &change, "invalid: only outcome absence has an end, not outcome other");
    change.outcome = OUTCOME_ABSENCE;
    expect(&alert, &change, DONE);
    change.absent_until_s = NOW_MS / 1000;
    expect(&alert, &change,
           "invalid: an absence that is over needs no end; leave it out, or name a later day");
    alert_done(&alert);
}
END_TEST

START_TEST(an_outcome_goes_back_to_the_household_and_into_the_history)
{
    struct alert alert = begin_at(ACKNOWLEDGED);
    struct change change = alerts_person(CHANGE_RESOLVE, "lee", NOW_MS, "at her son's");
    change.outcome = OUTCOME_ABSENCE;
    change.absent_until_s = MORNING_S + 5 * 86400 + 2 * HOUR_S;
    struct step step = {0};
    alerts_step(&alert, &change, &step);
    ck_assert_str_eq(step.outcome_json.at,
                     "{\"type\":\"household\",\"id\":\"" ID_MORNING
                     ".3\",\"household\":\"H-10231\",\"event\":\"outcome\","
                     "\"at\":\"2026-01-16T08:40:00+09:00\",\"alert\":\"" ID_MORNING
                     "\",\"outcome\":\"absence\",\"until\":\"2026-01-21T09:00:00+09:00\"}");
    ck_assert_str_eq(step.outcome_id, ID_MORNING ".3");
    ck_assert_str_eq(last(&alert)->note, "absence until 2026-01-21 09:00: at her son's");
    ck_assert_str_eq(alert.owner, "");
    step_done(&step);
    struct change reopen = alerts_person(CHANGE_REOPEN, "lee", NOW_MS, "son says she left");
    alerts_step(&alert, &reopen, &step);
    ck_assert(!alert.has_outcome);
    ck_assert_int_eq(step.outcome_json.bytes, 0);
    step_done(&step);
    alert_done(&alert);
}
END_TEST

/* Timers. */

START_TEST(an_alert_escalates_to_its_maximum_and_begins_again_when_given_back)
{
    struct alert alert = begin_at(OPEN);
    for (int i = 1; i <= ESCALATIONS; i++) {
        struct change unheard = alerts_timer(CHANGE_UNACKNOWLEDGED, NOW_MS);
        expect(&alert, &unheard,
               i < ESCALATIONS ? "open escalated escalated unacknowledged@09:10"
                               : "open escalated escalated");
        alerts_step(&alert, &unheard, NULL);
        ck_assert_int_eq(alert.escalations, i);
    }
    ck_assert_str_eq(last(&alert)->note, "nobody has acknowledged it in time (3 of 3)");
    struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "kim", NOW_MS, NULL);
    struct change release = alerts_person(CHANGE_RELEASE, "kim", NOW_MS, "shift ends");
    alerts_step(&alert, &ack, NULL);
    ck_assert_int_eq(alert.escalations, ESCALATIONS);
    expect(&alert, &release, "open released updated unacknowledged@09:10");
    alerts_step(&alert, &release, NULL);
    ck_assert_int_eq(alert.escalations, 0);
    alert_done(&alert);
}
END_TEST

START_TEST(a_timer_of_rules_that_have_changed_is_answered_and_ends)
{
    struct alert alert = begin_at(OPEN);
    struct alert_rules none = alerts_rules;
    struct change unheard = alerts_timer(CHANGE_UNACKNOWLEDGED, NOW_MS);
    struct step step = {0};
    none.escalations_max = 0;
    ck_assert_int_eq(lifecycle_apply(&alert, &unheard, &none, &step, NULL), ERR_OK);
    ck_assert_str_eq(step.timers[0].kind, TIMER_UNACKNOWLEDGED);
    ck_assert_int_eq(step.timers[0].due_ms, 0);
    step_done(&step);
    alert_done(&alert);
}
END_TEST

/* History. */

START_TEST(a_full_history_refuses_notes_and_makes_room_for_all_else)
{
    struct alert alert = begin_at(OPEN);
    struct change note = alerts_person(CHANGE_NOTE, "kim", NOW_MS, "rang");
    struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "kim", NOW_MS, NULL);
    struct change unheard = alerts_timer(CHANGE_UNACKNOWLEDGED, NOW_MS);
    alerts_step(&alert, &unheard, NULL);
    while (alert.step_count < ALERT_STEPS_WITH_NOTES_MAX)
        alerts_step(&alert, &note, NULL);
    expect(&alert, &note,
           "refused: its history is full (96 steps) and takes no more notes; write into the note "
           "of acknowledge, resolve or reopen");
    while (alert.step_count < ALERT_STEPS_MAX)
        alerts_step(&alert, &ack, NULL);
    ck_assert_str_eq(alert.steps[1].what, "escalated");
    int64_t version = alert.version;
    alerts_step(&alert, &ack, NULL); /* the machine's goes first */
    ck_assert_str_eq(alert.steps[0].what, "raised");
    ck_assert_str_eq(alert.steps[1].what, "note");
    for (int i = 0; i < 40; i++)
        alerts_step(&alert, &ack, NULL); /* then those without a note; no note is lost */
    ck_assert_int_eq(alert.step_count, ALERT_STEPS_MAX);
    ck_assert_int_eq(alert.version, version + 41);
    size_t notes = 0;
    for (size_t i = 0; i < alert.step_count; i++)
        notes += strcmp(alert.steps[i].what, "note") == 0;
    ck_assert_int_eq(notes, ALERT_STEPS_WITH_NOTES_MAX - 2);
    alert_done(&alert);
}
END_TEST

START_TEST(the_store_gets_the_step_whole)
{
    struct finding found = alerts_finding(&alerts_silence, 7, MORNING_S);
    struct change raise = alerts_found(&found);
    struct alert alert = {0};
    struct step step = {0};
    struct store_transition to;
    alerts_step(&alert, &raise, &step);
    lifecycle_transition(&step, 5, &found, &to);
    ck_assert_int_eq(to.partition, 5);
    ck_assert_str_eq(to.alert, ID_MORNING);
    ck_assert(text_is(to.household, HOUSEHOLD));
    ck_assert_int_eq(to.expected_version, 0);
    ck_assert_int_eq(to.version, 1);
    ck_assert(to.live);
    ck_assert_int_eq(to.detector, 0);
    ck_assert_int_eq(to.finding_seq, 7);
    ck_assert(text_is(to.event_id, ID_MORNING ".1"));
    ck_assert(text_is(to.snapshot, step.snapshot.at));
    ck_assert(text_is(to.event, step.event_json.at));
    ck_assert_ptr_null(to.message.at);
    ck_assert_int_eq(to.timer_count, STORE_TIMERS_MAX);
    ck_assert_str_eq(to.timers[0].kind, TIMER_UNACKNOWLEDGED);
    ck_assert_int_eq(to.timers[0].due_ms, found.wall_ms + 30 * MINUTE_MS);
    step_done(&step);
    struct change resolve = alerts_person(CHANGE_RESOLVE, "kim", NOW_MS, NULL);
    resolve_as(&resolve, OUTCOME_LEAK);
    alerts_step(&alert, &resolve, &step);
    lifecycle_transition(&step, 5, NULL, &to);
    ck_assert(!to.live);
    ck_assert_int_eq(to.detector, -1);
    ck_assert_int_eq(to.expected_version, 1);
    ck_assert(text_is(to.message_id, ID_MORNING ".2"));
    ck_assert(text_is(to.message, step.outcome_json.at));
    step_done(&step);
    alert_done(&alert);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_test(cases, every_change_in_every_state_does_what_the_table_says);
    tcase_add_test(cases, a_raised_alert_holds_what_the_finding_said);
    tcase_add_test(cases, two_reasons_share_an_alert_and_it_clears_with_the_last);
    tcase_add_test(cases, the_words_of_an_end_are_kept);
    tcase_add_test(cases, life_that_is_not_later_than_what_the_alert_saw_clears_nothing);
    tcase_add_test(cases, a_finding_that_is_known_changes_nothing);
    tcase_add_test(cases, a_closed_alert_of_another_hour_is_left_alone);
    tcase_add_test(cases, a_graver_finding_is_awaited_from_the_same_moment_but_shorter);
    tcase_add_test(cases, a_finding_that_speaks_of_another_time_updates_the_alert);
    tcase_add_test(cases, severity_falls_only_when_a_reason_ends);
    tcase_add_test(cases, an_end_raises_no_severity_even_when_the_context_has_grown);
    tcase_add_test(cases, an_alert_raised_again_waits_from_when_that_was_learnt);
    tcase_add_test(cases, an_escalation_does_not_begin_the_wait_anew);
    tcase_add_test(cases, a_reason_that_had_ended_may_begin_again);
    tcase_add_test(cases, more_detectors_than_places_leave_out_what_has_ended_then_the_mildest);
    tcase_add_test(cases, an_acknowledgement_ends_when_asked_or_by_the_rule_within_a_day);
    tcase_add_test(cases, an_acknowledgement_that_has_run_out_keeps_nobody_away);
    tcase_add_test(cases, what_a_person_leaves_out_is_asked_for);
    tcase_add_test(cases, a_note_has_a_limit);
    tcase_add_test(cases, an_outcome_is_coded_and_complete);
    tcase_add_test(cases, an_outcome_goes_back_to_the_household_and_into_the_history);
    tcase_add_test(cases, an_alert_escalates_to_its_maximum_and_begins_again_when_given_back);
    tcase_add_test(cases, a_timer_of_rules_that_have_changed_is_answered_and_ends);
    tcase_add_test(cases, a_full_history_refuses_notes_and_makes_room_for_all_else);
    tcase_add_test(cases, the_store_gets_the_step_whole);
}

int main(void)
{
    Suite *suite = suite_create("lifecycle");
    TCase *cases = tcase_create("lifecycle");
    add_tests(cases);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
