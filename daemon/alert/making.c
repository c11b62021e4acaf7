/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/making.h"

#include <stdio.h>
#include <string.h>

#include "base/zone.h"

/* Words for people. */

bool making_is_blank(const char *text)
{
    return !text || text[strspn(text, " \t\n")] == '\0';
}

const char *making_time(const struct alert *alert, int64_t at_ms, char out[TIME_TEXT_MAX])
{
    const struct zone *zone = NULL;
    char text[TIME_TEXT_MAX];
    bool known = alert->timezone[0] && !zone_find(text_of(alert->timezone), &zone);
    int64_t at_s = at_ms / 1000;
    (void)time_format(at_s, known ? zone_offset_s(zone, at_s) : 0, text);
    (void)snprintf(out, TIME_TEXT_MAX, "%.10s %.5s%s", text, text + 11, known ? "" : " UTC");
    return out;
}

bool making_is_step(const struct alert_step *step, enum alert_step_kind kind)
{
    return strcmp(step->what, alert_step_words[kind]) == 0;
}

static const struct alert_step *last_step(const struct alert *alert, enum alert_step_kind kind)
{
    for (size_t i = alert->step_count; i > 0; i--)
        if (making_is_step(&alert->steps[i - 1], kind))
            return &alert->steps[i - 1];
    return NULL;
}

enum err making_refuse_owned(const struct making *making, const char *way_out)
{
    const struct alert *alert = making->before;
    const struct alert_step *step = last_step(alert, STEP_ACKNOWLEDGED);
    const struct alert_step *accepted = last_step(alert, STEP_ACCEPTED);
    if (accepted && (!step || accepted > step))
        step = accepted;
    char since[TIME_TEXT_MAX], until[TIME_TEXT_MAX];
    return fault_set(making->fault, ERR_REFUSED, "acknowledged by %s since %s until %s; %s",
                     alert->owner, step ? making_time(alert, step->at_ms, since) : "earlier",
                     making_time(alert, alert->expires_ms, until), way_out);
}

enum err making_refuse_closed(const struct making *making)
{
    const struct alert *alert = making->before;
    bool resolved = alert->state == ALERT_RESOLVED;
    const struct alert_step *step = last_step(alert, resolved ? STEP_RESOLVED : STEP_CLEARED);
    char text[TIME_TEXT_MAX];
    const char *at = step ? making_time(alert, step->at_ms, text) : "an earlier time";
    if (resolved)
        return fault_set(making->fault, ERR_REFUSED,
                         "resolved as %s by %s at %s; reopen it first, with a reason",
                         outcome_names[alert->outcome], step ? step->who : "somebody", at);
    return fault_set(making->fault, ERR_REFUSED, "cleared at %s; reopen it first, with a reason",
                     at);
}

/* History. */

/* Which step makes room when the history is full: the machine's oldest, then a person's oldest
 * without a note, then the oldest of all; never the first, which raised the alert. */
static size_t least_step(const struct alert *alert)
{
    for (size_t i = 1; i < alert->step_count; i++)
        if (strcmp(alert->steps[i].who, ALERT_WHO_MACHINE) == 0)
            return i;
    for (size_t i = 1; i < alert->step_count; i++)
        if (!alert->steps[i].note && !alert->steps[i].has_contact)
            return i;
    return 1;
}

void making_record(struct making *making, enum alert_step_kind kind, const char *who, int64_t at_ms,
                   const char *note)
{
    struct alert *alert = &making->step->alert;
    if (alert->step_count == ALERT_STEPS_MAX) {
        size_t gone = least_step(alert);
        alert_step_done(&alert->steps[gone]);
        memmove(&alert->steps[gone], &alert->steps[gone + 1],
                (ALERT_STEPS_MAX - gone - 1) * sizeof alert->steps[0]);
        alert->step_count--;
    }
    struct alert_step *step = &alert->steps[alert->step_count++];
    *step = (struct alert_step){.at_ms = at_ms};
    (void)text_copy(text_of(alert_step_words[kind]), step->what, sizeof step->what);
    (void)text_copy(text_of(who), step->who, sizeof step->who);
    if (!making_is_blank(note))
        step->note = memory_text(text_of(note));
    making->step->kind = kind;
    making->step->event = alert_step_events[kind];
    making->step->event_time_s = at_ms / 1000;
}

void making_record_person(struct making *making, enum alert_step_kind kind)
{
    const struct change *change = making->change;
    making_record(making, kind, change->who, change->at_ms, change->note);
}

static void attach(struct making *making, const struct noted *noted, const char *words)
{
    struct alert *alert = &making->step->alert;
    struct alert_step *step = &alert->steps[alert->step_count - 1];
    step->noted = memory_get(sizeof *step->noted);
    *step->noted = *noted;
    if (!making_is_blank(words))
        step->words = memory_text(text_of(words));
}

static int64_t moment_ms(const struct change *change)
{
    return change->kind == CHANGE_FINDING ? change->finding->at_s * 1000 : change->at_ms;
}

void making_note(struct making *making, enum alert_step_kind kind, const char *who,
                 const struct noted *noted, const char *words)
{
    struct buffer english = {0};
    note_say(noted, words, &making->step->alert, &english);
    making_record(making, kind, who, moment_ms(making->change), english.at);
    attach(making, noted, words);
    buffer_done(&english);
}

void making_note_finding(struct making *making, enum alert_step_kind kind, const char *sentence,
                         const struct noted *noted)
{
    making_record(making, kind, ALERT_WHO_MACHINE, moment_ms(making->change), sentence);
    attach(making, noted, NULL);
}

void making_leave_owner(struct alert *alert)
{
    memset(alert->owner, 0, sizeof alert->owner);
    alert->expires_ms = 0;
    alert->accept_by_ms = 0;
}

void making_leave_hold(struct alert *alert)
{
    memset(alert->held_by, 0, sizeof alert->held_by);
    alert->held_until_ms = 0;
}

void making_open_for_all(struct alert *alert)
{
    making_leave_owner(alert);
    alert->state = ALERT_OPEN;
    alert->escalations = 0;
    alert->has_outcome = false;
    alert->outcome = OUTCOME_SAFE;
}
