/* SPDX-License-Identifier: Apache-2.0 */
#include "household/baseline.h"

#include <stdlib.h>
#include <string.h>

#include "household/mask.h"
#include "household/meter.h"

#define WEEK_HOURS    168
#define SETTLED_HOURS (56 * 24) /* learnt hours after which the range stands */
#define NIGHTS_MIN    6

static int compare_codes(const void *a, const void *b)
{
    return *(const uint8_t *)a - *(const uint8_t *)b;
}

/* What a flow must exceed in an hour to be somebody: 1 L of water, 10 L or 0.1 kWh of gas. */
static int64_t least_flow_milli(const struct record_meter *meter)
{
    if (meter->utility == UTILITY_WATER)
        return 1000;
    return meter->measure == MEASURE_ENERGY ? 100000 : 10000;
}

/* 1.3 times the 30 % quantile of last week's nights, at least the least flow: drips are nobody. */
static void set_floor(struct record_meter *meter, int32_t hour, const struct zone *zone)
{
    uint8_t nights[VIEW_HOURS];
    size_t count = 0;
    for (int32_t h = hour - VIEW_HOURS + 1; h < hour; h++) {
        int64_t at = (int64_t)h * 3600;
        unsigned of_day = local_hour(zone_local_s(zone, at));
        uint8_t code = meter_hour(meter, h);
        if (of_day >= 2 && of_day < 5 && code != ROUTINE_MISSING && !meter_estimated(meter, h))
            nights[count++] = code;
    }
    int64_t floor = least_flow_milli(meter);
    if (count >= NIGHTS_MIN) {
        qsort(nights, count, 1, compare_codes);
        int64_t drips = routine_milli(nights[count * 3 / 10]) * 13 / 10;
        if (drips > floor)
            floor = drips;
    }
    meter->routine.floor = routine_code(floor);
}

static void first_range(struct record_meter *meter, int32_t hour, const struct zone *zone)
{
    uint8_t lowest = 255, highest = 0;
    size_t known = 0;
    /* All that is at hand: of a history that is loaded at once most of it lies ahead. */
    for (int32_t h = meter->newest_hour - VIEW_HOURS + 1; h <= meter->newest_hour; h++) {
        uint8_t code = meter_hour(meter, h);
        if (h == hour || code == ROUTINE_MISSING || meter_estimated(meter, h))
            continue;
        known++;
        if (code > ROUTINE_ZERO && code < lowest)
            lowest = code;
        if (code > highest)
            highest = code;
    }
    if (known < WEEK_HOURS / 2)
        return;
    if (highest <=
        ROUTINE_ZERO) { /* a week without use: the least flow will do until more is seen */
        lowest = routine_code(least_flow_milli(meter));
        highest = (uint8_t)(lowest + 24);
    }
    routine_widen(&meter->routine, lowest, highest);
    meter->routine.halves = meter->interval_minutes <= 30 && meter->kind == READING_INTERVAL;
    for (int32_t h = hour - VIEW_HOURS + 1; h < hour; h++) {
        uint8_t code = meter_hour(meter, h), halves[2];
        if (code == ROUTINE_MISSING || meter_estimated(meter, h))
            continue;
        int64_t at = (int64_t)h * 3600;
        int64_t local = zone_local_s(zone, at);
        unsigned slot = routine_slot(local_hour(local), local_weekday(local_day(local)));
        meter_halves(meter, h, halves);
        bool awake = meter->utility == UTILITY_WATER && code > meter->routine.floor;
        routine_learn(&meter->routine, meter->utility, slot, code, halves, awake, LESSON_FULL,
                      (uint64_t)h);
    }
}

void baseline_prepare(struct record_meter *meter, int32_t hour, const struct zone *zone)
{
    struct routine *routine = &meter->routine;
    int64_t at = (int64_t)hour * 3600;
    if (meter->utility != UTILITY_ELECTRICITY &&
        (!routine->floor || local_hour(zone_local_s(zone, at)) == 5))
        set_floor(meter, hour, zone);
    mask_prepare(meter, hour, zone);
    if (!routine->highest) {
        if (hour - meter->first_hour >= WEEK_HOURS)
            first_range(meter, hour, zone);
        return;
    }
    uint8_t code = meter_hour(meter, hour);
    if (routine->learnt_hours < SETTLED_HOURS && code > ROUTINE_ZERO &&
        !meter_estimated(meter, hour) && (code < routine->lowest || code > routine->highest))
        routine_widen(routine, code, code);
}

void baseline_learn(struct record_meter *meter, const struct event *event, enum oddness oddness,
                    bool masked, bool absent)
{
    if (masked && absent)
        return;
    enum lesson lesson = absent                       ? LESSON_EMPTY
                         : masked                     ? LESSON_USE
                         : oddness == ODDNESS_STRANGE ? LESSON_QUARTER
                         : oddness == ODDNESS_ODD     ? LESSON_NO_NIGHT
                                                      : LESSON_FULL;
    routine_learn(&meter->routine, meter->utility, routine_slot(event->local_hour, event->weekday),
                  event->use, event->halves, event->evidence.awake, lesson,
                  (uint64_t)event->hour * 8 + meter->utility);
}
