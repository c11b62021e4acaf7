/* SPDX-License-Identifier: Apache-2.0
 *
 * An answer to an automatic message. It may end a life's alert, so it is believed less than a
 * person on the spot: it closes nothing that somebody has in hand, and nothing that "I am fine"
 * says nothing about. Asking for help is believed at once, and whatever the alert's state.
 */
#include "alert/answer.h"

#include "alert/ladder.h"
#include "alert/reasons.h"

#define ANSWER_NAME(constant, name, result)   [constant] = name,
#define ANSWER_RESULT(constant, name, result) [constant] = result,
const char *const alert_answer_names[ALERT_ANSWER_COUNT] = {ALERT_ANSWERS(ANSWER_NAME)};
static const enum contact_result results[ALERT_ANSWER_COUNT] = {ALERT_ANSWERS(ANSWER_RESULT)};

static bool may_close(const struct making *making)
{
    const struct alert *alert = making->before;
    return alert->state == ALERT_OPEN && (int64_t)alert->severity < making->rules->answer_closes &&
           !contact_needs_help(alert) && reasons_all_answered(alert);
}

static void close_as_safe(struct making *making)
{
    const struct change *change = making->change;
    struct alert *alert = &making->step->alert;
    struct noted noted = {.note = NOTE_CLOSED_BY_ANSWER};
    note_put(&noted, NOTED_OUTCOME, outcome_names[OUTCOME_SAFE]);
    note_put(&noted, NOTED_WHOM, contact_whom_names[change->from]);
    making_leave_owner(alert);
    alert->state = ALERT_RESOLVED;
    alert->has_outcome = true;
    alert->outcome = OUTCOME_SAFE;
    making_note(making, STEP_RESOLVED, change->who, &noted, NULL);
}

/* To the police, whoever has it; theirs already, it grows no less urgent by being in hand. */
static void call_for_help(struct making *making)
{
    const struct change *change = making->change;
    struct alert *alert = &making->step->alert;
    struct noted help = {.note = NOTE_HELP}, to_police = {.note = NOTE_TO_POLICE_HELP};
    note_put(&help, NOTED_WHOM, contact_whom_names[change->from]);
    note_put(&to_police, NOTED_WHOM, contact_whom_names[change->from]);
    if (!alert_is_live(alert)) {
        making_open_for_all(alert);
        making_note(making, STEP_REOPENED, change->who, &help, NULL);
    }
    making_leave_hold(alert);
    alert->severity = SEVERITY_CRITICAL;
    if (alert->desk != TEAM_POLICE || alert->state == ALERT_REFERRED)
        referral_to_police(making, &to_police, NULL);
    else
        making_note(making, STEP_ESCALATED, change->who, &help, NULL);
}

enum err answer_apply(struct making *making)
{
    const struct change *change = making->change;
    struct alert *alert = &making->step->alert;
    if (change->answer < 0 || change->answer >= ALERT_ANSWER_COUNT)
        return fault_set(making->fault, ERR_INVALID, "an answer is one of: %s, %s, %s",
                         alert_answer_names[ANSWER_FINE], alert_answer_names[ANSWER_HELP],
                         alert_answer_names[ANSWER_WRONG_PERSON]);
    if (change->from != WHOM_RESIDENT && change->from != WHOM_CONTACT_PERSON)
        return fault_set(making->fault, ERR_INVALID, "an answer is from one of: %s, %s",
                         contact_whom_names[WHOM_RESIDENT],
                         contact_whom_names[WHOM_CONTACT_PERSON]);
    if (!alert_is_live(making->before) && change->answer != ANSWER_HELP)
        return making_refuse_closed(making);
    making_record_person(making, STEP_ANSWERED);
    alert->steps[alert->step_count - 1].contact =
        (struct contact){CHANNEL_MESSAGE, change->from, results[change->answer]};
    alert->steps[alert->step_count - 1].has_contact = true;
    if (change->answer == ANSWER_WRONG_PERSON)
        ladder_on(making);
    else
        ladder_end(alert);
    if (change->answer == ANSWER_HELP)
        call_for_help(making);
    else if (change->answer == ANSWER_FINE && may_close(making))
        close_as_safe(making);
    return ERR_OK;
}
