/* SPDX-License-Identifier: Apache-2.0
 *
 * What every part of the town looks at: the scenario, the hour that is being lived (struct moment),
 * and where messages and truth go. A town lives on one thread; parts borrow the scene for a call.
 */
#ifndef ANBU_TOWN_SCENE_H
#define ANBU_TOWN_SCENE_H

#include "base/zone.h"
#include "town/chance.h"
#include "town/queue.h"
#include "town/scenario.h"

#define TICKS      4 /* quarters of an hour: the grain of life */
#define TICK_S     900
#define DAY_MINUTE 1440

/* The hour that is being lived. Local minutes and days count from 1970. */
struct moment {
    int64_t at_s; /* UTC of its start */
    int64_t hour; /* since the town's start */
    int32_t offset_s;
    int32_t minute; /* local, at its start */
    int32_t day;
    int32_t month; /* year * 12 + month - 1 */
    uint8_t month_day, local_hour, weekday;
    bool day_begins;             /* first hour of a local day */
    bool free_day;               /* weekend or public holiday */
    int64_t morning_s;           /* 08:00 of the next local day: the batch */
    double celsius, day_celsius; /* of the hour; mean of its day */
    double night;                /* 0 broad day .. 1 dark */
    double sunshine;             /* 0 .. 1 of the best */
};

/* What is true of a home and no message says. */
enum truth {
    TRUTH_COLLAPSE,
    TRUTH_ABSENCE,
    TRUTH_DRIP,
    TRUTH_BURST,
    TRUTH_TAP_RUNNING,
    TRUTH_MOVED_OUT,
    TRUTH_OUTAGE,
    TRUTH_ARREARS,
    TRUTH_NO_READINGS,
    TRUTH_OPTED_OUT,
    TRUTH_HEATING_OFF,
    TRUTH_COUNT
};
extern const char *const truth_names[TRUTH_COUNT];

struct scene {
    uint64_t key; /* of the seed */
    const struct scenario *scenario;
    const struct zone *zone;
    int64_t start_s, end_s;
    int32_t first_day, quiet_days; /* local day of the start; days without collapses */
    double lone_share;             /* of homes, where somebody lives alone */
    struct queue *queue;
    /* to_s 0: not over. detail: a utility's name, or NULL. */
    void (*tell)(void *context, uint32_t home, enum truth truth, int64_t from_s, int64_t to_s,
                 const char *detail);
    void *context;
};

/* Local minutes to UTC, by the offset of the hour that is being lived. */
static inline int64_t moment_utc_s(const struct moment *moment, int64_t minute)
{
    return minute * 60 - moment->offset_s;
}

#endif
