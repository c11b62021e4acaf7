/* SPDX-License-Identifier: Apache-2.0
 *
 * What tests of single detectors share: options as their rows default, room for a state, one event
 * shown at a time. Test programs only.
 */
#ifndef ANBU_TESTS_DETECTOR_CASE_H
#define ANBU_TESTS_DETECTOR_CASE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "detectors/detector.h"

#define CASE_ROOM 4096

struct detector_case {
    const struct detector *detector;
    _Alignas(16) unsigned char options[CASE_ROOM], state[CASE_ROOM];
    struct household_view view;
    uint16_t days[VIEW_METERS_MAX][VIEW_DAYS];
    uint8_t hours[VIEW_METERS_MAX][VIEW_HOURS];
    struct routine routines[VIEW_METERS_MAX];
    struct verdict verdict;
};

static inline void case_option(struct detector_case *it, const struct option *row, const char *text)
{
    unsigned char *at = it->options + row->offset;
    double number = strtod(text, NULL);
    int64_t whole = (int64_t)number;
    bool yes = strcmp(text, "true") == 0;
    switch (row->type) {
    case OPTION_BOOL: memcpy(at, &yes, sizeof yes); break;
    case OPTION_NUMBER: memcpy(at, &number, sizeof number); break;
    default: memcpy(at, &whole, sizeof whole); break;
    }
}

/* An occupied home in Seoul without a meter, and the detector's defaults. */
static inline void case_start(struct detector_case *it, const struct detector *detector)
{
    memset(it, 0, sizeof *it);
    it->detector = detector;
    ck_assert_uint_le(detector->options_bytes, CASE_ROOM);
    ck_assert_uint_le(detector->state_bytes, CASE_ROOM);
    for (size_t i = 0; i < detector->option_count; i++)
        case_option(it, &detector->options[i], detector->options[i].initial);
    it->view.occupied = true;
    it->view.acute_per_year = 6.0;
    it->view.utc_offset_s = 9 * 3600;
    for (unsigned i = 0; i < VIEW_METERS_MAX; i++) {
        it->view.meters[i].days = it->days[i];
        it->view.meters[i].hours = it->hours[i];
        it->view.meters[i].routine = &it->routines[i];
    }
}

static inline void case_show(struct detector_case *it, const struct event *event)
{
    struct verdict verdict = {.active = it->verdict.active, .price = it->verdict.price};
    it->view.now_s = event->at_s;
    it->detector->observe(it->options, it->state, &it->view, event, &verdict);
    it->verdict = verdict;
}

/* A whole day of a meter, somebody awake for six hours of it. */
static inline void case_day(struct detector_case *it, unsigned meter, int32_t day, int64_t milli)
{
    int64_t end_s = (day + 1) * (int64_t)86400 - it->view.utc_offset_s;
    it->days[meter][day % VIEW_DAYS] = routine_day_code(milli);
    for (int64_t hour = end_s / 3600 - 24; hour < end_s / 3600; hour++)
        it->hours[meter][hour % VIEW_HOURS] = routine_code(milli / 24);
    it->view.meters[meter].newest_day = day;
    it->view.meters[meter].newest_hour = (int32_t)(end_s / 3600) - 1;
    it->view.meters[meter].last_life_s = it->view.last_life_s = end_s - 3600;
    for (int64_t hour = end_s / 3600 - 16; hour < end_s / 3600 - 10; hour++)
        case_show(it, &(struct event){.kind = EVENT_HOUR,
                                      .at_s = (hour + 1) * 3600,
                                      .hour = (int32_t)hour,
                                      .meter = (uint8_t)meter,
                                      .vouched = true,
                                      .evidence.awake = true});
    struct event event = {.kind = EVENT_DAY,
                          .at_s = end_s,
                          .meter = (uint8_t)meter,
                          .weekday = (uint8_t)((day + 3) % 7),
                          .vouched = true,
                          .day = day};
    case_show(it, &event);
}

/* Numbers that are the same on every machine (splitmix64). */
static inline uint64_t case_random(uint64_t *seed)
{
    uint64_t z = *seed += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

#endif
