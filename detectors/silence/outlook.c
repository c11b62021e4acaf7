/* SPDX-License-Identifier: Apache-2.0
 *
 * How soon this home's meters would show that nobody can act any more: a collapse is played through
 * the very code that judges, on a copy of what is remembered.
 */
#include <string.h>

#include "detectors/silence/state.h"

/* Local hours after which nobody acts: a fall comes at any time of the day. */
static const uint8_t onsets[] = {1, 7, 10, 13, 17, 21};
#define ONSETS       (int)(sizeof onsets / sizeof onsets[0])
#define JUDGED_EVERY 6 /* hours; SILENCE_OUTLOOK_HOURS is a multiple of it */

/* The home, and the week of each meter as it goes on. */
struct rehearsal {
    struct household_view view;
    uint8_t hours[VIEW_METERS_MAX][VIEW_HOURS];
};

/* To its own hours. */
static void bind(struct rehearsal *rehearsal)
{
    for (int m = 0; m < rehearsal->view.meter_count; m++)
        rehearsal->view.meters[m].hours = rehearsal->hours[m];
}

/* The collapse is thought to come at another hour of the day than it is, so what came before is
 * what came before that hour: the newest hours are left out. */
static void rehearse(struct rehearsal *rehearsal, const struct household_view *view, int left_out)
{
    rehearsal->view = *view;
    memset(rehearsal->hours, ROUTINE_MISSING, sizeof rehearsal->hours);
    for (int m = 0; m < view->meter_count; m++) {
        int32_t newest = view->meters[m].newest_hour;
        for (int k = 0; view->meters[m].hours && k + left_out < VIEW_HOURS && k + left_out < newest;
             k++)
            rehearsal->hours[m][(newest - k) % VIEW_HOURS] =
                view->meters[m].hours[(newest - k - left_out) % VIEW_HOURS];
    }
    bind(rehearsal);
}

/* Hour h of a home that stands still: its nights, drawn evenly; of a flow only drips. */
static uint8_t standing_still(const struct meter_view *meter, int32_t hour)
{
    const struct routine *routine = meter->routine;
    double golden = hour * 0.6180339887498949, share = golden - (double)(int64_t)golden;
    uint8_t code = routine_night_code(routine, share);
    if (meter->utility != UTILITY_ELECTRICITY && code > routine->floor)
        code = routine->floor ? routine->floor : ROUTINE_ZERO;
    return code;
}

/* judged: else it is only taken in. */
static void show_hour(const struct silence_options *own, struct silence_state *state,
                      struct rehearsal *rehearsal, struct event *event, bool judged)
{
    const struct household_view *view = &rehearsal->view;
    for (int m = 0; m < view->meter_count; m++) {
        const struct meter_view *meter = &view->meters[m];
        rehearsal->view.meters[m].newest_hour++;
        rehearsal->hours[m][event->hour % VIEW_HOURS] = ROUTINE_MISSING;
        unsigned slot = routine_slot(event->local_hour, event->weekday);
        if (!silence_vouches(view, m) || !meter->valid_days || meter->masked >> slot & 1 ||
            meter->interval_minutes >= SILENCE_DAILY_MINUTES)
            continue;
        event->meter = (uint8_t)m;
        event->use = event->halves[0] = event->halves[1] = standing_still(meter, event->hour);
        rehearsal->hours[m][event->hour % VIEW_HOURS] = event->use;
        event->evidence =
            routine_evidence(meter->routine, meter->utility, slot, event->use, event->halves);
        event->awake_probability = routine_awake(meter->routine, slot);
        struct event heard = silence_heard(view, event);
        silence_take(state, view, &heard);
        if (judged && !heard.evidence.awake && state->now.evidence > SILENCE_REARM)
            silence_judge(own, state, view, &heard);
    }
}

/* A collapse that is played, as far as it has come. */
struct play {
    struct silence_state state;
    struct rehearsal rehearsal;
    int32_t local; /* of the newest hour that is known */
    uint8_t onset;
};

/* Hour i after it, from 1. */
static void play_hour(const struct silence_options *own, struct play *play, int32_t newest, int i,
                      bool judged)
{
    int32_t at = play->local - play->local % 24 + 24 + play->onset + i;
    struct event event = {.kind = EVENT_HOUR,
                          .vouched = true,
                          .hour = newest + i,
                          .local_hour = (uint8_t)(at % 24),
                          .weekday = (uint8_t)((at / 24 + 3) % 7)}; /* 1970 began on Thursday */
    if (i == 1)
        play->state.now.onset_day = event.weekday;
    show_hour(own, &play->state, &play->rehearsal, &event, judged);
}

static bool is_told(const struct play *play, double allowed)
{
    return play->state.yearly > 0.0f && (double)play->state.yearly <= allowed;
}

/* Hours from a collapse after this local hour to an alert; SILENCE_OUTLOOK_HOURS: not before. A
 * price falls as silence goes on, so every few hours are judged, and each of the last few. */
static int told_after(const struct silence_options *own, const struct silence_state *now,
                      const struct household_view *view, uint8_t onset)
{
    double allowed = silence_allowed(own, view);
    struct play play = {.state = *now, .onset = onset}, before;
    play.local = (int32_t)((now->newest_hour * INT64_C(3600) + view->utc_offset_s) / 3600);
    rehearse(&play.rehearsal, view, (play.local % 24 + 24 - onset) % 24);
    silence_begin(&play.state);
    play.state.yearly = 0.0f;
    play.state.now.onset_hour = onset;
    for (int i = 0; i < SILENCE_OUTLOOK_HOURS; i += JUDGED_EVERY) {
        before = play;
        bind(&before.rehearsal);
        for (int k = 1; k <= JUDGED_EVERY; k++)
            play_hour(own, &play, now->newest_hour, i + k, k == JUDGED_EVERY);
        if (!is_told(&play, allowed))
            continue;
        for (int k = 1; k < JUDGED_EVERY; k++) {
            play_hour(own, &before, now->newest_hour, i + k, true);
            if (is_told(&before, allowed))
                return i + k;
        }
        return i + JUDGED_EVERY;
    }
    return SILENCE_OUTLOOK_HOURS;
}

double silence_hourly_outlook(const struct silence_options *own, const struct silence_state *state,
                              const struct household_view *view)
{
    int hours[ONSETS];
    for (int i = 0; i < ONSETS; i++) {
        int told = told_after(own, state, view, onsets[i]), at = i;
        for (; at > 0 && hours[at - 1] > told; at--)
            hours[at] = hours[at - 1];
        hours[at] = told;
    }
    int middle = ONSETS / 2;
    return (hours[middle - 1] + hours[middle]) / 2.0;
}

/* Until readings of the first meter that can vouch are here; days, or hours. */
static double delay_of(const struct household_view *view, bool daily)
{
    for (int m = 0; m < view->meter_count; m++)
        if (silence_vouches(view, m) && view->meters[m].valid_days &&
            daily == (view->meters[m].interval_minutes >= SILENCE_DAILY_MINUTES))
            return view->meters[m].delay_minutes / 60.0;
    return 0.0;
}

double silence_outlook(const void *options_in, const void *state_in,
                       const struct household_view *view)
{
    const struct silence_options *own = options_in;
    const struct silence_state *state = state_in;
    bool known = view->valid_days >= own->learning_days;
    /* Other homes say how days are told, as soon as there are some to tell. */
    bool days_alone = !state->first_hour && silence_daily_known(own, state, view);
    if (!view->occupied || (!known && !days_alone))
        return OUTLOOK_UNKNOWN;
    double hours = known ? silence_hourly_outlook(own, state_in, view) : SILENCE_OUTLOOK_HOURS;
    double days = silence_daily_outlook(own, state_in, view) + delay_of(view, true);
    hours = hours < SILENCE_OUTLOOK_HOURS ? hours + delay_of(view, false) : OUTLOOK_NEVER;
    if (days < hours)
        hours = days;
    return hours < OUTLOOK_NEVER ? hours : OUTLOOK_NEVER;
}
