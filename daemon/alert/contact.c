/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/contact.h"

#include <string.h>

#include "alert/ladder.h"

#define NAME(constant, name) [constant] = name,
const char *const contact_channel_names[CONTACT_CHANNEL_COUNT] = {CONTACT_CHANNELS(NAME)};
const char *const contact_whom_names[CONTACT_WHOM_COUNT] = {CONTACT_WHOM(NAME)};
const char *const contact_result_names[CONTACT_RESULT_COUNT] = {CONTACT_RESULTS(NAME)};

const char *contact_suggests(const struct alert *alert)
{
    for (size_t i = alert->step_count; alert_is_live(alert) && i > 0; i--)
        if (alert->steps[i - 1].has_contact)
            return alert->steps[i - 1].contact.result == RESULT_REACHED_SAFE
                       ? outcome_names[OUTCOME_SAFE]
                       : NULL;
    return NULL;
}

bool contact_needs_help(const struct alert *alert)
{
    for (size_t i = alert->step_count; i > 0; i--) {
        const struct alert_step *step = &alert->steps[i - 1];
        if (making_is_step(step, STEP_RESOLVED) || making_is_step(step, STEP_CLEARED))
            return false;
        if (step->has_contact)
            return step->contact.result == RESULT_REACHED_NEEDS_HELP;
    }
    return false;
}

static enum err refuse_unsaid(const struct making *making, const char *member,
                              const char *const *names, size_t count)
{
    struct buffer known = {0};
    for (size_t i = 0; i < count; i++)
        buffer_format(&known, "%s%s", i ? ", " : "", names[i]);
    enum err err = fault_set(making->fault, ERR_INVALID, "a contact needs its %s, one of: %s",
                             member, known.at);
    buffer_done(&known);
    return err;
}

/* Whoever tries to reach somebody has the alert in hand, unless somebody else has it. */
static void take(struct making *making)
{
    const struct change *change = making->change;
    struct alert *alert = &making->step->alert;
    int64_t until_ms = change->at_ms + making->rules->ack_expiry_s * 1000;
    if (strcmp(alert->owner, change->who) != 0) {
        (void)text_copy(text_of(change->who), alert->owner, sizeof alert->owner);
        alert->expires_ms = 0;
        making_record(making, STEP_ACKNOWLEDGED, change->who, change->at_ms, NULL);
    }
    alert->state = ALERT_CONTACTING;
    if (alert->expires_ms < until_ms)
        alert->expires_ms = until_ms;
}

enum err contact_apply(struct making *making)
{
    const struct change *change = making->change;
    const struct alert *before = making->before;
    const struct contact *contact = &change->contact;
    if (!alert_is_live(before))
        return making_refuse_closed(making);
    if (contact->channel < 0 || contact->channel >= CONTACT_CHANNEL_COUNT)
        return refuse_unsaid(making, "channel", contact_channel_names, CONTACT_CHANNEL_COUNT);
    if (contact->whom < 0 || contact->whom >= CONTACT_WHOM_COUNT)
        return refuse_unsaid(making, "whom", contact_whom_names, CONTACT_WHOM_COUNT);
    if (contact->result < 0 || contact->result >= CONTACT_RESULT_COUNT)
        return refuse_unsaid(making, "result", contact_result_names, CONTACT_RESULT_COUNT);
    bool others = before->state == ALERT_REFERRED ||
                  (alert_is_owned(before) && strcmp(before->owner, change->who) != 0 &&
                   before->expires_ms > change->at_ms);
    if (!others)
        take(making);
    making_record_person(making, STEP_CONTACTED);
    struct alert *alert = &making->step->alert;
    alert->steps[alert->step_count - 1].contact = *contact;
    alert->steps[alert->step_count - 1].has_contact = true;
    ladder_attempt(making, contact);
    if (contact->result == RESULT_CANNOT_LOCATE && before->desk != TEAM_POLICE)
        referral_to_police(making, &(struct noted){.note = NOTE_TO_POLICE_LOST}, NULL);
    return ERR_OK;
}
