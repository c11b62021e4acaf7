/* SPDX-License-Identifier: Apache-2.0
 *
 * From one team's desk to another's (docs/decisions/0015-referral.md). An alert is on a desk at any
 * moment: referred, it waits at the other one and goes back by itself; escalated, it is there.
 */
#include <string.h>

#include "alert/ladder.h"

static void to_desk(struct alert *alert, enum team desk)
{
    making_open_for_all(alert);
    alert->desk = desk;
}

enum err referral_refuse_waiting(const struct making *making)
{
    const struct alert *alert = making->before;
    char until[TIME_TEXT_MAX];
    return fault_set(making->fault, ERR_REFUSED,
                     "referred to the %s, who have until %s to answer; accept it, or decline it "
                     "with a reason",
                     team_names[alert->desk], making_time(alert, alert->accept_by_ms, until));
}

static enum err check_waiting(const struct making *making)
{
    if (!alert_is_live(making->before))
        return making_refuse_closed(making);
    if (making->before->state != ALERT_REFERRED)
        return fault_set(making->fault, ERR_REFUSED,
                         "it waits for no team's answer: it is with the %s",
                         team_names[making->before->desk]);
    return ERR_OK;
}

/* Who was asked answers; taking it back is for who is responsible for the desk that asked. */
static enum err check_asked(const struct making *making, bool take_back)
{
    const struct change *change = making->change;
    const struct alert *before = making->before;
    enum err err = check_waiting(making);
    if (err || change->of_team == 0 || change->of_team == 1 + before->desk ||
        (take_back && change->supervises && change->of_team == 1 + before->referred_from))
        return err;
    return fault_set(making->fault, ERR_REFUSED,
                     "the %s were asked, and answer it; a supervisor of the %s may decline it to "
                     "take it back",
                     team_names[before->desk], team_names[before->referred_from]);
}

static enum err check_referable(const struct making *making)
{
    const struct change *change = making->change;
    const struct alert *before = making->before;
    if (!alert_is_live(before))
        return making_refuse_closed(making);
    if (before->state == ALERT_REFERRED)
        return referral_refuse_waiting(making);
    if (change->refer_to < 0 || change->refer_to >= TEAM_COUNT)
        return fault_set(making->fault, ERR_INVALID, "a referral needs its team, one of: %s, %s",
                         team_names[TEAM_POLICE], team_names[TEAM_WELFARE]);
    if (change->refer_to == before->desk)
        return fault_set(making->fault, ERR_REFUSED, "it is with the %s already",
                         team_names[before->desk]);
    if (alert_is_owned(before) && strcmp(before->owner, change->who) != 0 &&
        before->expires_ms > change->at_ms)
        return making_refuse_owned(making, "ask them to refer or release it");
    return ERR_OK;
}

enum err referral_refer(struct making *making)
{
    const struct change *change = making->change;
    struct alert *alert = &making->step->alert;
    struct noted noted = {.note = change->also ? NOTE_REFERRED_ALSO : NOTE_REFERRED};
    enum err err = check_referable(making);
    if (err)
        return err;
    alert->referred_from = alert->desk;
    to_desk(alert, change->refer_to);
    alert->state = ALERT_REFERRED;
    alert->accept_by_ms = change->at_ms + making->rules->refer_accept_s * 1000;
    note_put(&noted, NOTED_TEAM, team_names[alert->desk]);
    if (change->also)
        note_put(&noted, NOTED_ALERT, change->also);
    making_note(making, STEP_REFERRED, change->who, &noted, change->note);
    return ERR_OK;
}

enum err referral_accept(struct making *making)
{
    const struct change *change = making->change;
    struct alert *alert = &making->step->alert;
    enum err err = check_asked(making, false);
    if (err)
        return err;
    to_desk(alert, alert->desk);
    alert->state = ALERT_ACKNOWLEDGED;
    alert->expires_ms = change->at_ms + making->rules->ack_expiry_s * 1000;
    (void)text_copy(text_of(change->who), alert->owner, sizeof alert->owner);
    making_record_person(making, STEP_ACCEPTED);
    return ERR_OK;
}

enum err referral_decline(struct making *making)
{
    const struct change *change = making->change;
    struct alert *alert = &making->step->alert;
    enum err err = check_asked(making, true);
    if (err)
        return err;
    bool taken = change->of_team == 1 + alert->referred_from;
    struct noted noted = {.note = taken ? NOTE_TAKEN_BACK : NOTE_DECLINED};
    note_put(&noted, NOTED_TEAM, team_names[alert->referred_from]);
    to_desk(alert, alert->referred_from);
    making_note(making, STEP_DECLINED, change->who, &noted, change->note);
    return ERR_OK;
}

enum err referral_not_accepted(struct making *making)
{
    const struct alert *before = making->before;
    int64_t at_ms = making->change->at_ms;
    struct noted noted = {.note = NOTE_NOT_ANSWERED};
    if (before->state != ALERT_REFERRED || before->accept_by_ms > at_ms)
        return fault_set(making->fault, ERR_DUPLICATE, "no referral has run out");
    note_put(&noted, NOTED_TEAM, team_names[before->referred_from]);
    note_put(&noted, NOTED_ASKED, team_names[before->desk]);
    note_put_number(&noted, NOTED_UNTIL, before->accept_by_ms);
    to_desk(&making->step->alert, before->referred_from);
    making_note(making, STEP_NOT_ACCEPTED, ALERT_WHO_MACHINE, &noted, NULL);
    return ERR_OK;
}

void referral_to_police(struct making *making, struct noted *why, const char *words)
{
    struct alert *alert = &making->step->alert;
    const char *who = making->change->who ? making->change->who : ALERT_WHO_MACHINE;
    note_put_number(why, NOTED_LIFE, alert->last_life_s * 1000);
    to_desk(alert, TEAM_POLICE);
    making_note(making, STEP_ESCALATED, who, why, words);
}

/* Anybody may, whoever has it: that a life is at risk is not for one person to keep. */
enum err referral_escalate(struct making *making)
{
    const struct alert *before = making->before;
    if (!alert_is_live(before))
        return making_refuse_closed(making);
    if (before->state == ALERT_REFERRED && before->desk == TEAM_POLICE)
        return referral_refuse_waiting(making);
    if (before->desk == TEAM_POLICE)
        return fault_set(making->fault, ERR_REFUSED, "it is with the police already");
    ladder_end(&making->step->alert);
    referral_to_police(making, &(struct noted){.note = NOTE_TO_POLICE}, making->change->note);
    return ERR_OK;
}
