/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/ladder.h"

#include <string.h>

#include "base/zone.h"
#include "config/config.h"

static const struct ladder *ladder_of(const struct alert *alert, const struct alert_rules *rules)
{
    return ladder_named(rules->ladders, rules->ladder_count, alert->climb.ladder);
}

static int minute_of_day(const struct alert *alert, int64_t at_ms)
{
    struct civil civil = civil_of(zone_local_s(alert_zone(alert), at_ms / 1000));
    return civil.hour * 60 + civil.minute;
}

static const struct ladder *ladder_now(const struct making *making)
{
    const struct alert *alert = &making->step->alert;
    return ladder_for(making->rules->ladders, making->rules->ladder_count, alert->desk,
                      alert->severity, minute_of_day(alert, making->change->at_ms));
}

void ladder_end(struct alert *alert)
{
    alert->climb = (struct alert_climb){0};
}

static void begin_on(struct alert *alert, const struct ladder *ladder)
{
    ladder_end(alert);
    if (ladder)
        (void)text_copy(text_of(ladder->name), alert->climb.ladder, sizeof alert->climb.ladder);
}

void ladder_begin(struct making *making)
{
    begin_on(&making->step->alert, ladder_now(making));
}

void ladder_begin_graver(struct making *making)
{
    struct alert *alert = &making->step->alert;
    const struct ladder *ladder = ladder_now(making);
    if (ladder && strcmp(ladder->name, alert->climb.ladder) != 0)
        begin_on(alert, ladder);
}

/* Nobody was reached: the police, with the last sign of life. Theirs already, it escalates. */
static void come_to_police(struct making *making, const struct ladder *ladder)
{
    struct alert *alert = &making->step->alert;
    bool elsewhere = alert->desk != TEAM_POLICE || alert->state == ALERT_REFERRED;
    struct noted noted = {.note = elsewhere ? NOTE_TO_POLICE_UNREACHED : NOTE_UNREACHED};
    note_put(&noted, NOTED_LADDER, ladder->name);
    if (elsewhere)
        referral_to_police(making, &noted, NULL);
    else
        making_note(making, STEP_ESCALATED, ALERT_WHO_MACHINE, &noted, NULL);
}

/* The step with this number, from 1, is due. */
static void climb_to(struct making *making, const struct ladder *ladder, size_t number)
{
    struct alert *alert = &making->step->alert;
    const struct ladder_step *step = &ladder->steps[number - 1];
    struct noted noted = {.note = NOTE_STEP};
    note_put_number(&noted, NOTED_N, (int64_t)number);
    note_put_number(&noted, NOTED_MAX, (int64_t)ladder->step_count);
    note_put(&noted, NOTED_LADDER, ladder->name);
    making_note(making, STEP_DUE, ALERT_WHO_MACHINE, &noted, NULL);
    struct alert_step *told = &alert->steps[alert->step_count - 1];
    told->is_due = true;
    told->step = (uint8_t)number;
    told->channel = (enum ladder_channel)step->channel;
    told->whom = (enum ladder_whom)step->whom;
    alert->climb.step = (uint8_t)number;
    alert->climb.channel = told->channel;
    alert->climb.whom = told->whom;
    alert->climb.since_ms = making->change->at_ms;
    alert->climb.until_ms = 0; /* ladder_settle says until when */
    if (step->channel == BY_POLICE)
        come_to_police(making, ladder);
}

static bool is_of(const struct ladder_step *step, const struct contact *contact)
{
    static const int channels[] = {
        [CHANNEL_MESSAGE] = BY_MESSAGE, [CHANNEL_CALL] = BY_PHONE, [CHANNEL_VISIT] = BY_VISIT};
    bool resident = step->whom == LADDER_RESIDENT, person = step->whom == LADDER_CONTACT_PERSON;
    return step->channel == channels[contact->channel] &&
           (step->channel == BY_VISIT || (resident && contact->whom == WHOM_RESIDENT) ||
            (person && contact->whom == WHOM_CONTACT_PERSON));
}

static void climb_from(struct making *making, const struct ladder *ladder, size_t from)
{
    if (ladder && from < ladder->step_count)
        climb_to(making, ladder, from + 1);
}

/* It waits in somebody's hand, held, or on its way to the other desk. */
static bool climbs(const struct alert *alert, const struct ladder *ladder)
{
    return alert_is_owned(alert) ? ladder->when_taken == TAKEN_GO_ON
                                 : alert->state == ALERT_OPEN && !alert->held_by[0];
}

void ladder_on(struct making *making)
{
    const struct alert *alert = &making->step->alert;
    const struct alert_climb *climb = &alert->climb;
    const struct ladder *ladder = ladder_of(alert, making->rules);
    bool asked = climb->step && (climb->channel == BY_MESSAGE || climb->channel == BY_MAIL);
    if (asked && ladder && climbs(alert, ladder))
        climb_from(making, ladder, climb->step);
}

void ladder_attempt(struct making *making, const struct contact *contact)
{
    struct alert *alert = &making->step->alert;
    const struct ladder *ladder = ladder_of(alert, making->rules);
    size_t from = alert->climb.step;
    if (contact->result == RESULT_REACHED_SAFE || contact->result == RESULT_REACHED_NEEDS_HELP ||
        contact->result == RESULT_CANNOT_LOCATE)
        ladder_end(alert);
    else if (ladder && strcmp(alert->owner, making->change->who) == 0) {
        /* Who has tried a later step already goes on behind that one. */
        for (size_t i = from; i < ladder->step_count; i++)
            if (is_of(&ladder->steps[i], contact)) {
                from = i + 1;
                break;
            }
        climb_from(making, ladder, from);
    }
}

enum err ladder_step_due(struct making *making)
{
    const struct alert *before = making->before;
    const struct alert_climb *climb = &before->climb;
    const struct ladder *ladder = ladder_of(before, making->rules);
    if (!climb->until_ms || climb->until_ms > making->change->at_ms)
        return fault_set(making->fault, ERR_DUPLICATE, "no step of a ladder is due");
    if (ladder && climb->step < ladder->step_count) {
        climb_to(making, ladder, climb->step + 1u);
        return ERR_OK;
    }
    /* A timer that is due is always answered: it would stay due for ever. */
    struct noted noted = {.note = NOTE_NO_MORE_STEPS};
    note_put(&noted, NOTED_LADDER, climb->ladder);
    ladder_end(&making->step->alert);
    making_note(making, STEP_LADDER_ENDED, ALERT_WHO_MACHINE, &noted, NULL);
    return ERR_OK;
}

void ladder_keep_to_shift(struct making *making)
{
    struct alert *alert = &making->step->alert;
    const struct ladder *ladder = ladder_of(alert, making->rules);
    int64_t now_ms = making->change->at_ms;
    struct duty duty;
    bool is_new = alert_is_owned(alert) && alert->expires_ms != making->before->expires_ms;
    if (!is_new || !ladder || ladder->when_shift_ends != HAND_OVER_REOPEN ||
        !making->rules->config ||
        !roster_duty(making->rules->config, alert->desk, alert->area, now_ms / 1000, &duty))
        return;
    if (duty.until_s * 1000 < alert->expires_ms)
        alert->expires_ms = duty.until_s * 1000;
}

void ladder_settle(struct alert *alert, const struct alert_rules *rules, int64_t now_ms)
{
    struct alert_climb *climb = &alert->climb;
    if (!alert_is_live(alert))
        ladder_end(alert);
    if (!climb->ladder[0])
        return;
    const struct ladder *ladder = ladder_of(alert, rules);
    if (!ladder && alert->state == ALERT_OPEN && !alert->held_by[0]) {
        if (!climb->until_ms)
            climb->until_ms = now_ms; /* its timer ends it */
    } else if (!ladder || !climbs(alert, ladder))
        climb->until_ms = 0;
    else if (!climb->until_ms && climb->step < ladder->step_count)
        climb->until_ms =
            now_ms + (climb->step ? ladder->steps[climb->step - 1].wait_s : ladder->after_s) * 1000;
}
