/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/set_back.h"

#include <string.h>

#include "alert/making.h"

/* Of readings, in event time: a meter's clock is another one. */
static bool is_of_event(const struct alert_step *step)
{
    static const enum alert_step_kind of_events[] = {STEP_RAISED,       STEP_RAISED_AGAIN,
                                                     STEP_UPDATED,      STEP_LIFE_SEEN,
                                                     STEP_REASON_ENDED, STEP_CLEARED};
    for (size_t i = 0; i < sizeof of_events / sizeof of_events[0]; i++)
        if (making_is_step(step, of_events[i]))
            return true;
    return false;
}

static int64_t latest_ms(const struct alert *alert)
{
    int64_t latest = alert->raised_wall_ms;
    if (alert->climb.since_ms > latest)
        latest = alert->climb.since_ms;
    for (size_t i = 0; i < alert->step_count; i++)
        if (alert->steps[i].at_ms > latest && !is_of_event(&alert->steps[i]))
            latest = alert->steps[i].at_ms;
    return latest;
}

int64_t set_back_ahead_ms(const struct alert *alert, int64_t now_ms)
{
    int64_t latest = latest_ms(alert);
    return latest > now_ms ? latest - now_ms : 0;
}

/* The last of the steps that set an end; else what it is without one. */
static int64_t begun_ms(const struct alert *alert, const enum alert_step_kind *kinds, size_t count,
                        int64_t otherwise_ms)
{
    for (size_t i = alert->step_count; i > 0; i--)
        for (size_t k = 0; k < count; k++)
            if (making_is_step(&alert->steps[i - 1], kinds[k]))
                return alert->steps[i - 1].at_ms;
    return otherwise_ms;
}

static void bring_back(int64_t *end_ms, int64_t begun_ms, int64_t now_ms)
{
    if (*end_ms && begun_ms > now_ms)
        *end_ms -= begun_ms - now_ms;
}

/* What began ahead of the clock lasts as long, from now on. */
static void bring_ends_back(const struct alert *before, int64_t now_ms, struct alert *alert)
{
    static const enum alert_step_kind taken[] = {STEP_ACKNOWLEDGED, STEP_ACCEPTED, STEP_CONTACTED};
    static const enum alert_step_kind referred[] = {STEP_REFERRED}, held[] = {STEP_HELD};
    bring_back(&alert->expires_ms, begun_ms(before, taken, 3, 0), now_ms);
    bring_back(&alert->accept_by_ms, begun_ms(before, referred, 1, 0), now_ms);
    bring_back(&alert->held_until_ms, begun_ms(before, held, 1, before->raised_wall_ms), now_ms);
    /* What began the wait for a ladder's first step is not kept: rather too soon. */
    bring_back(&alert->climb.until_ms,
               before->climb.step ? before->climb.since_ms : latest_ms(before), now_ms);
}

static void no_later(int64_t *at_ms, int64_t now_ms)
{
    if (*at_ms > now_ms)
        *at_ms = now_ms;
}

enum err set_back_apply(struct making *making)
{
    const struct alert *before = making->before;
    struct alert *alert = &making->step->alert;
    int64_t now_ms = making->change->at_ms;
    struct noted noted = {.note = NOTE_CLOCK_AHEAD};
    if (!alert_is_live(before) || !set_back_ahead_ms(before, now_ms))
        return fault_set(making->fault, ERR_DUPLICATE, "nothing of it lies ahead of the clock");
    bring_ends_back(before, now_ms, alert);
    no_later(&alert->raised_wall_ms, now_ms);
    no_later(&alert->climb.since_ms, now_ms);
    for (size_t i = 0; i < alert->step_count; i++)
        if (!is_of_event(&alert->steps[i]))
            no_later(&alert->steps[i].at_ms, now_ms);
    note_put_number(&noted, NOTED_UNTIL, latest_ms(before));
    making_note(making, STEP_CLOCK_SET_BACK, ALERT_WHO_MACHINE, &noted, NULL);
    return ERR_OK;
}
