/* SPDX-License-Identifier: Apache-2.0
 *
 * How soon this home's meters would show that nobody can act any more: a collapse is played through
 * the very code that judges, on a copy of what is remembered.
 */
#include "detectors/num.h"
#include "detectors/silence/state.h"

/* Local hours after which nobody acts: a fall comes at any time of the day. */
static const uint8_t onsets[] = {1, 7, 10, 13, 17, 21};
#define ONSETS (int)(sizeof onsets / sizeof onsets[0])

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

static void show_hour(const struct silence_options *own, struct silence_state *state,
                      const struct household_view *view, struct event *event)
{
    for (int m = 0; m < view->meter_count; m++) {
        const struct meter_view *meter = &view->meters[m];
        unsigned slot = routine_slot(event->local_hour, event->weekday);
        if (!silence_vouches(view, m) || !meter->valid_days || meter->masked >> slot & 1 ||
            meter->interval_minutes >= SILENCE_DAILY_MINUTES)
            continue;
        event->meter = (uint8_t)m;
        event->use = event->halves[0] = event->halves[1] = standing_still(meter, event->hour);
        event->evidence =
            routine_evidence(meter->routine, meter->utility, slot, event->use, event->halves);
        event->awake_probability = routine_awake(meter->routine, slot);
        struct event heard = silence_heard(view, event);
        silence_take(state, view, &heard);
        if (!heard.evidence.awake && state->now.evidence > SILENCE_REARM)
            silence_judge(own, state, view, &heard);
    }
}

/* Hours from a collapse after this local hour to an alert; SILENCE_OUTLOOK_HOURS: not before. */
static int told_after(const struct silence_options *own, const struct silence_state *now,
                      const struct household_view *view, uint8_t onset)
{
    struct silence_state state = *now;
    int32_t local = (int32_t)((now->newest_hour * INT64_C(3600) + view->utc_offset_s) / 3600);
    double allowed = silence_allowed(own, view);
    silence_begin(&state);
    state.yearly = 0.0f;
    state.now.onset_hour = onset;
    for (int i = 1; i <= SILENCE_OUTLOOK_HOURS; i++) {
        int32_t at = local - local % 24 + 24 + onset + i;
        struct event event = {.kind = EVENT_HOUR,
                              .vouched = true,
                              .hour = now->newest_hour + i,
                              .local_hour = (uint8_t)(at % 24),
                              .weekday = (uint8_t)((at / 24 + 3) % 7)}; /* 1970 began on Thursday */
        state.now.onset_day = i == 1 ? event.weekday : state.now.onset_day;
        show_hour(own, &state, view, &event);
        if (state.yearly > 0.0f && (double)state.yearly <= allowed)
            return i;
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
    if (!view->occupied || view->valid_days < own->learning_days)
        return OUTLOOK_UNKNOWN;
    double hours = silence_hourly_outlook(own, state_in, view);
    double days = silence_daily_outlook(own, state_in, view) + delay_of(view, true);
    hours = hours < SILENCE_OUTLOOK_HOURS ? hours + delay_of(view, false) : OUTLOOK_NEVER;
    if (days < hours)
        hours = days;
    return hours < OUTLOOK_NEVER ? hours : OUTLOOK_NEVER;
}
