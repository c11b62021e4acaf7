/* SPDX-License-Identifier: Apache-2.0
 *
 * One handler a change, in one table. A handler looks at what was before, changes the step's copy
 * of the alert and says which timers move; lifecycle_apply counts the version and writes what the
 * store and the topics get. docs/alerts.md tells the same to people.
 */
#include "alert/lifecycle.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/ladder.h"
#include "alert/making.h"
#include "alert/policy.h"
#include "alert/reasons.h"
#include "base/utf8.h"
#include "config/config.h"

#define CHANGE_NAME(constant, name)       [constant] = name,
#define STEP_WORD(constant, word, event)  [constant] = word,
#define STEP_EVENT(constant, word, event) [constant] = event,

const char *const alert_change_names[ALERT_CHANGE_COUNT] = {ALERT_CHANGES(CHANGE_NAME)};
const char *const alert_step_words[ALERT_STEP_COUNT] = {ALERT_STEPS(STEP_WORD)};
const char *const alert_step_events[ALERT_STEP_COUNT] = {ALERT_STEPS(STEP_EVENT)};

/* Whose alert the finding belongs to. */
static enum team team_told(const struct change *change)
{
    return change->to_police ? TEAM_POLICE : change->finding->detector->team;
}

static void record_found(struct making *making, enum alert_step_kind kind)
{
    const struct alert_reason *reason =
        reasons_find(&making->step->alert, making->change->finding->detector);
    struct noted noted;
    reasons_note(reason, making->change->finding->detector, &noted);
    making_note_finding(making, kind, reason->summary, &noted);
}

/* In the finding's own words, if it has any. */
static void record_ended(struct making *making, enum alert_step_kind kind)
{
    const struct finding *finding = making->change->finding;
    char own[FINDING_SUMMARY_MAX];
    struct noted noted;
    reasons_note_end(finding, &noted, own);
    if (own[0])
        making_note_finding(making, kind, own, &noted);
    else
        making_note(making, kind, ALERT_WHO_MACHINE, &noted, NULL);
}

/* Timers follow from the alert alone, so that every step, and whoever restores an alert, sets the
 * same ones. */

static int64_t wait_ms(const struct alert *alert, const struct alert_rules *rules)
{
    return (alert->severity >= SEVERITY_HIGH ? rules->escalate_critical_s : rules->escalate_s) *
           1000;
}

#define FOR_TIMERS 4 /* the first kinds of wall_clock */

/* Wall-clock moment of the last step that began a wait. An escalation, a hold's end and a
 * referral that came back count for timers alone: in lists, who was silent first stands first. */
static int64_t waiting_since_ms(const struct alert *alert, bool escalations)
{
    static const enum alert_step_kind wall_clock[] = {
        STEP_ESCALATED, STEP_HOLD_ENDED,  STEP_DECLINED, STEP_NOT_ACCEPTED,
        STEP_RELEASED,  STEP_ACK_EXPIRED, STEP_REOPENED};
    for (size_t i = alert->step_count; i > 0; i--) {
        const struct alert_step *step = &alert->steps[i - 1];
        for (size_t k = escalations ? 0 : FOR_TIMERS; k < sizeof wall_clock / sizeof wall_clock[0];
             k++)
            if (making_is_step(step, wall_clock[k]))
                return step->at_ms;
        if (making_is_step(step, STEP_RAISED_AGAIN))
            break;
    }
    return alert->raised_wall_ms;
}

int64_t lifecycle_waits_since_ms(const struct alert *alert)
{
    bool waits = alert->state == ALERT_OPEN || alert->state == ALERT_REFERRED;
    return waits ? waiting_since_ms(alert, false) : 0;
}

int64_t lifecycle_escalates_since_ms(const struct alert *alert)
{
    return alert->state == ALERT_OPEN ? waiting_since_ms(alert, true) : INT64_MAX;
}

size_t lifecycle_timers(const struct alert *alert, const struct alert_rules *rules,
                        struct store_timer out[STORE_TIMERS_MAX])
{
    out[0] = (struct store_timer){.kind = TIMER_UNACKNOWLEDGED};
    out[1] = (struct store_timer){.kind = TIMER_ACK_EXPIRY};
    out[2] = (struct store_timer){.kind = TIMER_HOLD, .due_ms = alert->held_until_ms};
    out[3] = (struct store_timer){.kind = TIMER_REFER_ACCEPT, .due_ms = alert->accept_by_ms};
    out[4] = (struct store_timer){.kind = TIMER_LADDER, .due_ms = alert->climb.until_ms};
    /* At the maximum it waits at the top of the queue, without a timer. */
    if (alert->state == ALERT_OPEN && !alert->held_by[0] &&
        alert->escalations < rules->escalations_max)
        out[0].due_ms = waiting_since_ms(alert, true) + wait_ms(alert, rules);
    if (alert_is_owned(alert))
        out[1].due_ms = alert->expires_ms;
    return STORE_TIMERS_MAX;
}

/* Holds. */

bool lifecycle_may_hold(const struct finding *finding)
{
    return finding->detector->collective && !(finding->flags >> FLAG_MEDICAL & 1) &&
           policy_severity(finding) < SEVERITY_CRITICAL;
}

static void take_hold(struct alert *alert, const struct hold *hold)
{
    memcpy(alert->held_by, hold->incident, sizeof alert->held_by);
    alert->held_until_ms = hold->until_ms;
}

/* What opens by this finding begins held, where that may be. */
static void hold_finding(struct making *making)
{
    const struct change *change = making->change;
    if (change->hold && lifecycle_may_hold(change->finding))
        take_hold(&making->step->alert, change->hold);
}

/* Findings. */

/* Where it is may have been learnt since; what is not said stays as it was. */
static void take_context(struct alert *alert, const struct finding *finding)
{
    if (finding->area[0])
        (void)utf8_copy(text_of(finding->area), alert->area, sizeof alert->area);
    if (finding->timezone[0])
        (void)utf8_copy(text_of(finding->timezone), alert->timezone, sizeof alert->timezone);
    if (finding->last_life_s)
        alert->last_life_s = finding->last_life_s;
}

static enum err raise_alert(struct making *making)
{
    const struct finding *finding = making->change->finding;
    struct alert *alert = &making->step->alert;
    alert_done(alert);
    (void)text_copy(text_of(finding->household), alert->household, sizeof alert->household);
    alert->team = alert->desk = team_told(making->change);
    alert->raised_s = finding->at_s;
    alert->raised_wall_ms = finding->wall_ms;
    alert_id(text_of(alert->household), alert->team, alert->raised_s, alert->id);
    making_open_for_all(alert);
    take_context(alert, finding);
    reasons_begin(alert, finding);
    alert->severity = reasons_severity(alert, finding);
    hold_finding(making);
    ladder_begin(making);
    record_found(making, STEP_RAISED);
    return ERR_OK;
}

static enum err reopen_by_finding(struct making *making)
{
    const struct finding *finding = making->change->finding;
    struct alert *alert = &making->step->alert;
    making_open_for_all(alert);
    alert->desk = alert->team;
    alert->raised_wall_ms = finding->wall_ms;
    take_context(alert, finding);
    reasons_begin(alert, finding);
    alert->severity = reasons_severity(alert, finding);
    hold_finding(making);
    ladder_begin(making);
    record_found(making, STEP_RAISED_AGAIN);
    return ERR_OK;
}

static enum err grow_reason(struct making *making)
{
    const struct finding *finding = making->change->finding;
    struct alert *alert = &making->step->alert;
    if (!reasons_is_news(alert, finding))
        return fault_set(making->fault, ERR_DUPLICATE, "%s says nothing new",
                         finding->detector->name);
    enum severity was = alert->severity;
    take_context(alert, finding);
    reasons_begin(alert, finding);
    enum severity now = reasons_severity(alert, finding);
    alert->severity = now > was ? now : was;
    if (now > was)
        ladder_begin_graver(making);
    if (!lifecycle_may_hold(finding))
        making_leave_hold(alert);
    record_found(making, STEP_UPDATED);
    return ERR_OK;
}

static enum err end_reason(struct making *making)
{
    const struct finding *finding = making->change->finding;
    struct alert *alert = &making->step->alert;
    struct alert_reason *reason = reasons_find(alert, finding->detector);
    if (!reason || !reason->active)
        return fault_set(making->fault, ERR_DUPLICATE, "%s is no active reason of this alert",
                         finding->detector->name);
    if (finding->life && finding->at_s <= reason->since_s)
        return fault_set(making->fault, ERR_DUPLICATE,
                         "life that is not later than what %s saw clears nothing",
                         finding->detector->name);
    reason->active = false;
    reason->ended_s = finding->at_s;
    reason->seq = finding->seq;
    take_context(alert, finding);
    if (finding->life && !finding->last_life_s)
        alert->last_life_s = finding->at_s;
    bool over = !reasons_any_active(alert), needed = contact_needs_help(making->before);
    if (!over && !needed) {
        enum severity left = reasons_severity(alert, finding);
        alert->severity = left < alert->severity ? left : alert->severity;
    }
    if (over && finding->life)
        ladder_end(alert);
    enum alert_step_kind kind = finding->life ? STEP_LIFE_SEEN : STEP_REASON_ENDED;
    if (over && alert->state == ALERT_OPEN && !needed) {
        alert->state = ALERT_CLEARED;
        kind = STEP_CLEARED;
    }
    record_ended(making, kind);
    return ERR_OK;
}

static enum err on_finding(struct making *making)
{
    const struct alert *before = making->before;
    const struct finding *finding = making->change->finding;
    char id[ALERT_ID_MAX];
    alert_id(text_of(finding->household), team_told(making->change), finding->at_s, id);
    bool applies = before && (alert_is_live(before) || strcmp(before->id, id) == 0);
    if (applies) {
        assert(strcmp(before->household, finding->household) == 0);
        assert(before->team == team_told(making->change));
        const struct alert_reason *reason = reasons_find(&making->step->alert, finding->detector);
        if (reason && reason->seq >= finding->seq)
            return fault_set(making->fault, ERR_DUPLICATE, "finding %" PRId64 " of %s is known",
                             finding->seq, finding->detector->name);
    }
    if (applies && alert_is_live(before))
        return finding->active ? grow_reason(making) : end_reason(making);
    if (!finding->active)
        return fault_set(making->fault, ERR_DUPLICATE, "no alert that %s could end",
                         finding->detector->name);
    return applies ? reopen_by_finding(making) : raise_alert(making);
}

/* People. */

static enum err on_acknowledge(struct making *making)
{
    const struct change *change = making->change;
    const struct alert *before = making->before;
    if (!alert_is_live(before))
        return making_refuse_closed(making);
    if (before->state == ALERT_REFERRED)
        return referral_refuse_waiting(making);
    /* An acknowledgement that has run out keeps nobody away while its timer is late. */
    bool mine = strcmp(before->owner, change->who) == 0;
    if (alert_is_owned(before) && !mine && before->expires_ms > change->at_ms)
        return making_refuse_owned(making, "ask them to release it");
    int64_t latest_ms = change->at_ms + (int64_t)ALERT_ACK_MAX_S * 1000;
    int64_t until_ms = change->expires_ms;
    if (until_ms == 0) {
        until_ms = change->at_ms + making->rules->ack_expiry_s * 1000;
        until_ms = until_ms < latest_ms ? until_ms : latest_ms;
    }
    char now[TIME_TEXT_MAX], latest[TIME_TEXT_MAX], until[TIME_TEXT_MAX];
    if (until_ms <= change->at_ms || until_ms > latest_ms)
        return fault_set(making->fault, ERR_INVALID,
                         "an acknowledgement ends after now (%s) and within 24 hours (%s), not "
                         "at %s",
                         making_time(before, change->at_ms, now),
                         making_time(before, latest_ms, latest),
                         making_time(before, until_ms, until));
    struct alert *alert = &making->step->alert;
    alert->state =
        mine && before->state == ALERT_CONTACTING ? ALERT_CONTACTING : ALERT_ACKNOWLEDGED;
    alert->expires_ms = until_ms;
    (void)text_copy(text_of(change->who), alert->owner, sizeof alert->owner);
    making_record_person(making, STEP_ACKNOWLEDGED);
    return ERR_OK;
}

static enum err on_release(struct making *making)
{
    const struct alert *before = making->before;
    if (!alert_is_live(before))
        return making_refuse_closed(making);
    if (before->state == ALERT_OPEN)
        return fault_set(making->fault, ERR_REFUSED,
                         "nobody has acknowledged it, so there is nothing to release");
    if (before->state == ALERT_REFERRED)
        return referral_refuse_waiting(making);
    if (strcmp(before->owner, making->change->who) != 0)
        return making_refuse_owned(making,
                                   "only they can release it; it opens by itself after that");
    making_open_for_all(&making->step->alert);
    making_record_person(making, STEP_RELEASED);
    return ERR_OK;
}

static enum err on_note(struct making *making)
{
    if (making->before->step_count >= ALERT_STEPS_WITH_NOTES_MAX)
        return fault_set(making->fault, ERR_REFUSED,
                         "its history is full (%d steps) and takes no more notes; write into the "
                         "note of acknowledge, resolve or reopen",
                         ALERT_STEPS_WITH_NOTES_MAX);
    making_record_person(making, STEP_NOTE);
    return ERR_OK;
}

/* The coded outcome stands in the history too: the snapshot's field goes when it is reopened. */
static void record_outcome(struct making *making)
{
    const struct change *change = making->change;
    struct noted noted = {.note = change->absent_until_s ? NOTE_CLOSED_UNTIL : NOTE_CLOSED};
    note_put(&noted, NOTED_OUTCOME, outcome_names[change->outcome]);
    if (change->absent_until_s)
        note_put_number(&noted, NOTED_UNTIL, change->absent_until_s * 1000);
    making_note(making, STEP_RESOLVED, change->who, &noted, change->note);
}

static enum err refuse_no_outcome(const struct making *making)
{
    struct buffer names = {0};
    for (int i = 0; i < OUTCOME_COUNT; i++)
        buffer_format(&names, "%s%s", i ? ", " : "", outcome_names[i]);
    enum err err =
        fault_set(making->fault, ERR_INVALID, "an outcome is needed, one of: %s", names.at);
    buffer_done(&names);
    return err;
}

static enum err on_resolve(struct making *making)
{
    const struct change *change = making->change;
    struct step *step = making->step;
    if (!alert_is_live(making->before))
        return making_refuse_closed(making);
    if (change->outcome < 0 || change->outcome >= OUTCOME_COUNT)
        return refuse_no_outcome(making);
    if (change->outcome == OUTCOME_OTHER && making_is_blank(change->note))
        return fault_set(making->fault, ERR_INVALID,
                         "outcome other needs a note that says what happened");
    if (change->absent_until_s && change->outcome != OUTCOME_ABSENCE)
        return fault_set(making->fault, ERR_INVALID,
                         "only outcome absence has an end, not outcome %s",
                         outcome_names[change->outcome]);
    if (change->absent_until_s && change->absent_until_s <= change->at_ms / 1000)
        return fault_set(making->fault, ERR_INVALID,
                         "an absence that is over needs no end; leave it out, or name a later day");
    /* A wrong year would leave the home unwatched for good. */
    if (change->absent_until_s > change->at_ms / 1000 + ABSENCE_DAYS_MAX * INT64_C(86400))
        return fault_set(making->fault, ERR_INVALID,
                         "an absence ends within %d days; whoever lives elsewhere has moved",
                         ABSENCE_DAYS_MAX);
    making_leave_owner(&step->alert);
    step->alert.state = ALERT_RESOLVED;
    step->alert.has_outcome = true;
    step->alert.outcome = change->outcome;
    record_outcome(making);
    return ERR_OK;
}

static enum err on_reopen(struct making *making)
{
    if (making->before->state == ALERT_OPEN)
        return fault_set(making->fault, ERR_REFUSED,
                         "it is open already; acknowledge, note or resolve it");
    if (making->before->state == ALERT_REFERRED)
        return referral_refuse_waiting(making);
    if (alert_is_owned(making->before))
        return making_refuse_owned(making, "it is not closed, so there is nothing to reopen");
    making_open_for_all(&making->step->alert);
    ladder_begin(making);
    making_record_person(making, STEP_REOPENED);
    return ERR_OK;
}

/* Timers that have come due. */

static enum err on_ack_expired(struct making *making)
{
    const struct alert *before = making->before;
    int64_t at_ms = making->change->at_ms;
    if (!alert_is_owned(before) || before->expires_ms > at_ms)
        return fault_set(making->fault, ERR_DUPLICATE, "no acknowledgement has run out");
    bool tried = before->state == ALERT_CONTACTING;
    struct noted noted = {.note = tried ? NOTE_NO_MORE_FOLLOWED : NOTE_NOT_FOLLOWED};
    note_put(&noted, NOTED_WHO, before->owner);
    note_put_number(&noted, NOTED_UNTIL, before->expires_ms);
    making_open_for_all(&making->step->alert);
    making_note(making, STEP_ACK_EXPIRED, ALERT_WHO_MACHINE, &noted, NULL);
    return ERR_OK;
}

/* A timer that is due is always answered, even when a reload has lowered the maximum since: it
 * would stay due for ever. */
static enum err on_unacknowledged(struct making *making)
{
    struct alert *alert = &making->step->alert;
    if (making->before->state != ALERT_OPEN)
        return fault_set(making->fault, ERR_DUPLICATE, "it waits for nobody");
    if (alert->escalations < UINT8_MAX)
        alert->escalations++;
    struct noted noted = {.note = NOTE_NOT_TAKEN};
    note_put_number(&noted, NOTED_N, alert->escalations);
    note_put_number(&noted, NOTED_MAX, making->rules->escalations_max);
    making_note(making, STEP_ESCALATED, ALERT_WHO_MACHINE, &noted, NULL);
    return ERR_OK;
}

/* Area incidents. */

/* Nobody has had it in hand, and no incident has let go of it. */
static bool is_untouched(const struct alert *alert)
{
    for (size_t i = 0; i < alert->step_count; i++)
        if (strcmp(alert->steps[i].who, ALERT_WHO_MACHINE) != 0 ||
            making_is_step(&alert->steps[i], STEP_HOLD_ENDED))
            return false;
    return true;
}

static enum err on_hold(struct making *making)
{
    const struct alert *before = making->before;
    if (before->state != ALERT_OPEN || before->held_by[0] ||
        before->severity == SEVERITY_CRITICAL || !is_untouched(before) ||
        !reasons_all_collective(before))
        return fault_set(making->fault, ERR_DUPLICATE, "it is not to be held");
    take_hold(&making->step->alert, making->change->hold);
    making->step->alert.escalations = 0;
    struct noted noted = {.note = NOTE_HELD};
    note_put(&noted, NOTED_INCIDENT, making->step->alert.held_by);
    making_note(making, STEP_HELD, ALERT_WHO_MACHINE, &noted, NULL);
    return ERR_OK;
}

static enum err on_hold_end(struct making *making)
{
    const struct alert *before = making->before;
    if (!before->held_by[0])
        return fault_set(making->fault, ERR_DUPLICATE, "nothing holds it");
    bool passed = before->held_until_ms <= making->change->at_ms;
    struct noted noted = {.note = passed ? NOTE_HOLD_MAXIMUM : NOTE_HOLD_OVER};
    note_put(&noted, NOTED_INCIDENT, before->held_by);
    making_leave_hold(&making->step->alert);
    making_note(making, STEP_HOLD_ENDED, ALERT_WHO_MACHINE, &noted, NULL);
    return ERR_OK;
}

/* Whoever has opted out is not looked after, either: it closes in anybody's hands. */
static enum err on_opt_out(struct making *making)
{
    struct alert *alert = &making->step->alert;
    if (!alert_is_live(making->before))
        return fault_set(making->fault, ERR_DUPLICATE, "it is closed already");
    for (size_t i = 0; i < alert->reason_count; i++)
        if (alert->reasons[i].active) {
            alert->reasons[i].active = false;
            alert->reasons[i].ended_s = making->change->at_ms / 1000;
        }
    making_leave_owner(alert);
    ladder_end(alert);
    alert->state = ALERT_CLEARED;
    making_note(making, STEP_CLEARED, ALERT_WHO_MACHINE, &(struct noted){.note = NOTE_OPTED_OUT},
                NULL);
    return ERR_OK;
}

/* THE table. */
static const struct row {
    enum err (*handle)(struct making *making);
    bool by_person;
    const char *note_needed; /* why a note is needed; NULL: it is not */
} rows[] = {
    [CHANGE_FINDING] = {on_finding, false, NULL},
    [CHANGE_ACKNOWLEDGE] = {on_acknowledge, true, NULL},
    [CHANGE_RELEASE] = {on_release, true, NULL},
    [CHANGE_CONTACT] = {contact_apply, true, NULL},
    [CHANGE_ANSWER] = {answer_apply, true, NULL},
    [CHANGE_REFER] = {referral_refer, true, "a referral needs a note: say what they have to know"},
    [CHANGE_ACCEPT] = {referral_accept, true, NULL},
    [CHANGE_DECLINE] = {referral_decline, true, "declining needs a reason: say why not"},
    [CHANGE_ESCALATE] = {referral_escalate, true, "escalating needs a note: say what is feared"},
    [CHANGE_NOTE] = {on_note, true, "a note needs words: say what was done or learnt"},
    [CHANGE_RESOLVE] = {on_resolve, true, NULL},
    [CHANGE_REOPEN] = {on_reopen, true, "reopening needs a reason: say what has changed"},
    [CHANGE_ACK_EXPIRED] = {on_ack_expired, false, NULL},
    [CHANGE_UNACKNOWLEDGED] = {on_unacknowledged, false, NULL},
    [CHANGE_NOT_ACCEPTED] = {referral_not_accepted, false, NULL},
    [CHANGE_STEP_DUE] = {ladder_step_due, false, NULL},
    [CHANGE_HOLD] = {on_hold, false, NULL},
    [CHANGE_HOLD_END] = {on_hold_end, false, NULL},
    [CHANGE_OPT_OUT] = {on_opt_out, false, NULL},
    [CHANGE_CLOCK_SET_BACK] = {set_back_apply, false, NULL},
};
static_assert(sizeof rows / sizeof rows[0] == ALERT_CHANGE_COUNT, "a change has no row");

static enum err check_note(const char *note, struct fault *fault)
{
    size_t bytes = strlen(note);
    if (bytes > ALERT_NOTE_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "the note has %zu bytes; at most %d are kept", bytes,
                         ALERT_NOTE_MAX);
    if (!utf8_valid(text_of(note)))
        return fault_set(fault, ERR_INVALID, "the note is no UTF-8 text");
    for (size_t i = 0; i < bytes; i++) {
        unsigned char byte = (unsigned char)note[i];
        if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f)
            return fault_set(fault, ERR_INVALID,
                             "the note has a control character (byte %zu); only line breaks and "
                             "tabs are kept",
                             i + 1);
    }
    return ERR_OK;
}

/* What a person gives, before it is looked at what the alert allows. */
static enum err check_person(const struct row *row, const struct change *change,
                             struct fault *fault)
{
    size_t who_bytes = change->who ? strlen(change->who) : 0;
    if (who_bytes == 0)
        return fault_set(fault, ERR_INVALID, "who does this is not known: an account is needed");
    if (who_bytes >= ALERT_WHO_MAX || !utf8_valid(text_of(change->who)))
        return fault_set(fault, ERR_INVALID,
                         "the account's name is no UTF-8 text of at most %d bytes",
                         ALERT_WHO_MAX - 1);
    if (row->note_needed && making_is_blank(change->note))
        return fault_set(fault, ERR_INVALID, "%s", row->note_needed);
    return change->note ? check_note(change->note, fault) : ERR_OK;
}

/* Who is to be called, of the desk that it is on now; once somebody has it nobody is. */
static void name_on_call(struct alert *alert, const struct step *step,
                         const struct alert_rules *rules, int64_t now_ms)
{
    bool officer = step->kind == STEP_DUE && alert->climb.whom == LADDER_OFFICER;
    bool calls = alert->state == ALERT_OPEN && (step->kind == STEP_ESCALATED || officer);
    if (alert->state != ALERT_OPEN || calls)
        alert->on_call = (struct on_call){.person_count = 0};
    if (calls && rules->config)
        on_call_find(rules->config, rules->staff, alert->desk, alert->area, now_ms / 1000,
                     &alert->on_call);
}

/* The version, and what store and topics get. */
static void finish(struct making *making)
{
    struct step *step = making->step;
    struct alert *alert = &step->alert;
    alert->version++;
    if (alert->state != ALERT_OPEN)
        making_leave_hold(alert); /* somebody has it, or it is over */
    ladder_keep_to_shift(making);
    ladder_settle(alert, making->rules, making->change->at_ms);
    name_on_call(alert, step, making->rules, making->change->at_ms);
    step->timer_count = lifecycle_timers(alert, making->rules, step->timers);
    alert_write(alert, &step->snapshot);
    alert_event(alert, step->event, step->event_time_s, &step->event_json);
    (void)snprintf(step->event_id, sizeof step->event_id, "%s.%" PRId64, alert->id, alert->version);
    if (step->kind != STEP_RESOLVED)
        return;
    alert_outcome_message(alert, making->change->at_ms, making->change->absent_until_s,
                          &step->outcome_json);
    (void)snprintf(step->outcome_id, sizeof step->outcome_id, "%s.%" PRId64, alert->id,
                   alert->version);
}

enum err lifecycle_apply(const struct alert *before, const struct change *change,
                         const struct alert_rules *rules, struct step *out, struct fault *fault)
{
    assert(change->kind < ALERT_CHANGE_COUNT);
    const struct row *row = &rows[change->kind];
    if (!before && change->kind != CHANGE_FINDING)
        return fault_set(fault, ERR_NOT_FOUND, "there is no such alert");
    enum err err = row->by_person ? check_person(row, change, fault) : ERR_OK;
    if (err)
        return err;
    struct step step = {0};
    if (before)
        alert_copy(before, &step.alert);
    struct making making = {before, change, rules, &step, fault};
    err = row->handle(&making);
    if (err) {
        step_done(&step);
        return err;
    }
    finish(&making);
    *out = step;
    return ERR_OK;
}

void step_done(struct step *step)
{
    alert_done(&step->alert);
    buffer_done(&step->snapshot);
    buffer_done(&step->event_json);
    buffer_done(&step->outcome_json);
}

void lifecycle_transition(const struct step *step, uint32_t partition,
                          const struct finding *finding, struct store_transition *out)
{
    const struct alert *alert = &step->alert;
    *out = (struct store_transition){
        .partition = partition,
        .alert = alert->id,
        .household = text_of(alert->household),
        .team = alert->team,
        .raised_s = alert->raised_s,
        .expected_version = alert->version - 1,
        .version = alert->version,
        .snapshot = buffer_view(&step->snapshot),
        .live = alert_is_live(alert),
        .event_id = text_of(step->event_id),
        .event = buffer_view(&step->event_json),
        .detector = finding ? finding->detector_index : -1,
        .finding_seq = finding ? finding->seq : 0,
        .timer_count = step->timer_count,
    };
    if (step->outcome_json.bytes) {
        out->message_id = text_of(step->outcome_id);
        out->message = buffer_view(&step->outcome_json);
    }
    memcpy(out->timers, step->timers, sizeof out->timers);
}
