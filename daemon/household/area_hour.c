/* SPDX-License-Identifier: Apache-2.0 */
#include "household/area_hour.h"

#include "household/judge.h"

/* Of a home that feeds in, nothing drawn is usual by day: it shows no outage. */
static bool usually_draws(const struct routine *routine, unsigned slot)
{
    int64_t usual = routine_usual_milli(routine, UTILITY_ELECTRICITY, slot);
    if (routine->lowest > ROUTINE_ZERO)
        return usual > 0;
    int first_bin = routine->lowest + (routine->highest - routine->lowest) / ROUTINE_BINS;
    return usual > routine_milli((uint8_t)first_bin);
}

static bool says_nothing(const struct judgement *judgement, const struct event *event)
{
    const struct household_view *view = &judgement->view;
    int64_t age_s = judgement->context->arrived_ms / 1000 - event->at_s;
    bool away = view->absent_from_s < event->at_s && event->at_s <= view->absent_to_s;
    return !view->occupied || away ||
           view->supply[view->meters[event->meter].utility] == SUPPLY_CUT ||
           age_s > config_settings(judgement->context->config)->ingest.max_age_s;
}

void area_hour_tell(const struct judgement *judgement, const struct event *event)
{
    const struct household_context *context = judgement->context;
    const struct meter_view *meter = &judgement->view.meters[event->meter];
    struct area_hour told = {.area = record_area(&judgement->record),
                             .feeder = record_feeder(&judgement->record),
                             .hour = event->hour};
    if (!context->measured || (!told.area.bytes && !told.feeder.bytes) ||
        !meter->routine->highest || says_nothing(judgement, event))
        return;
    if (meter->utility == UTILITY_ELECTRICITY) {
        told.metered = true;
        told.dark = event->use == ROUTINE_ZERO &&
                    usually_draws(meter->routine, routine_slot(event->local_hour, event->weekday));
    }
    if (!meter->continuous) {
        told.watched = event->hour > judgement->record.home->quiet.hour;
        told.expected_milli = (int32_t)(event->awake_probability * 1000);
        told.seen = event->evidence.awake;
    }
    context->measured(context->owner, &told);
}
