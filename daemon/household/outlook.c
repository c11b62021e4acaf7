/* SPDX-License-Identifier: Apache-2.0 */
#include "household/outlook.h"

/* The soonest of the detectors that may raise here; 0: none of them finds collapses. */
static double soonest(const struct judgement *judgement)
{
    double hours = 0.0;
    for (size_t i = 0; i < detector_count; i++) {
        if (!detectors[i]->outlook || !(judgement->may_raise >> i & 1))
            continue;
        double one = detectors[i]->outlook(judgement->tuning->options[i],
                                           judgement->record.states[i], &judgement->view);
        if (hours <= 0.0 || (one > 0.0 && one < hours))
            hours = one;
    }
    return hours;
}

/* The hour in which it is told. */
static int16_t whole_hours(double hours)
{
    int16_t whole = (int16_t)hours;
    whole += hours > whole;
    return whole < OUTLOOK_NEVER ? whole : OUTLOOK_NEVER;
}

void outlook_take(struct judgement *judgement)
{
    struct record_home *home = judgement->record.home;
    const struct household_view *view = &judgement->view;
    int32_t day = local_day(view->now_s + view->utc_offset_s);
    int32_t due = home->outlook_day + (home->outlook_h > 0 ? OUTLOOK_DAYS : 1);
    if (!home->occupied) {
        home->outlook_day = home->outlook_h = 0;
        return;
    }
    if (home->outlook_day && day < due)
        return;
    home->outlook_day = day;
    home->outlook_h = whole_hours(soonest(judgement));
}
