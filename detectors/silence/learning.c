/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/silence/learning.h"

#include <stdio.h>

#include "detectors/num.h"
#include "detectors/say.h"

/* Codes are eighths of an octave. */
#define ABOVE        8  /* twice what a fifth of its hours stay below: somebody acted */
#define ABOVE_BESIDE 16 /* beside water: much that is electric turns itself on */
#define KNOWN_HOURS  24 /* before, electricity shows nobody: a fridge draws, too */

bool silence_is_learning(const struct silence_options *own, const struct household_view *view)
{
    return view->valid_days >= own->first_days && view->valid_days < own->learning_days;
}

void silence_say_learning(const struct household_view *view, char *out, size_t out_bytes)
{
    char days[SAY_MAX];
    (void)snprintf(out, out_bytes, "this home is known for %s only, other homes stand in",
                   say_counted(view->valid_days, "day", days));
}

/* The code below which a fifth of the meter's last hours lie; 255: too few are known. */
static uint8_t quiet_code(const struct meter_view *meter)
{
    uint8_t count[256] = {0}, code = 0;
    unsigned known = 0, below = 0;
    for (int32_t hour = meter->newest_hour - VIEW_HOURS + 1; hour <= meter->newest_hour; hour++) {
        uint8_t measured = view_hour(meter, hour);
        count[measured]++;
        known += measured != ROUTINE_MISSING;
    }
    count[ROUTINE_MISSING] = 0;
    if (known < KNOWN_HOURS)
        return UINT8_MAX;
    for (; below * 5 <= known; code++)
        below += count[code];
    return (uint8_t)(code - 1);
}

/* Nights are not known yet, so only what is well above all quiet hours is taken for nobody. */
static bool shows_life(const struct household_view *view, const struct event *event, bool lead)
{
    const struct meter_view *meter = &view->meters[event->meter];
    if (event->evidence.awake)
        return true;
    if (meter->utility == UTILITY_WATER)
        return event->use > (meter->routine->floor ? meter->routine->floor : ROUTINE_ZERO);
    uint8_t quiet = quiet_code(meter);
    return meter->utility == UTILITY_ELECTRICITY &&
           event->use > quiet + (lead ? ABOVE : ABOVE_BESIDE);
}

void silence_learning_begin(struct silence_learning *learning, int32_t hour)
{
    learning->quiet = 0;
    learning->on = 0;
    if (learning->awake_hour && hour > learning->awake_hour)
        learning->awake_hour = hour;
}

void silence_learning_restart(struct silence_learning *learning, int32_t hour)
{
    learning->quiet = 0;
    if (learning->awake_hour >= hour)
        learning->awake_hour = hour - 1;
}

bool silence_learning_take(struct silence_state *state, const struct household_view *view,
                           const struct event *event)
{
    struct silence_learning *learning = &state->learning;
    bool lead = silence_lead(view) == event->meter;
    if (event->hour <= learning->awake_hour)
        return false;
    if (shows_life(view, event, lead)) {
        if (!event->again && learning->quiet > learning->longest)
            learning->longest =
                (uint8_t)(learning->quiet < UINT8_MAX ? learning->quiet : UINT8_MAX);
        learning->awake_hour = event->hour;
        silence_learning_begin(learning, event->hour);
        return true;
    }
    if (lead && learning->awake_hour && learning->quiet < UINT16_MAX)
        learning->quiet++;
    return false;
}

double silence_learning_yearly(const struct silence_state *state, const struct household_view *view,
                               const struct event *event)
{
    const struct learning_table *table = &silence_learning_table;
    const struct silence_learning *learning = &state->learning;
    const struct meter_view *meter = &view->meters[event->meter];
    enum utility utility = meter->utility;
    /* From the second week on the score says as much of electricity, and says it sooner. */
    if (utility == UTILITY_ELECTRICITY && meter->routine->highest)
        return 0.0;
    if (utility == UTILITY_GAS || silence_lead(view) != event->meter ||
        learning->quiet < table->hours[0])
        return 0.0;
    int kind =
        learning->longest > LEARNING_LIVED_IN_HOURS ? LEARNING_OFTEN_EMPTY : LEARNING_LIVED_IN;
    return num_between(learning->quiet, table->hours,
                       utility == UTILITY_WATER ? table->water[kind] : table->electricity[kind],
                       LEARNING_HOURS);
}
