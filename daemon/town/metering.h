/* SPDX-License-Identifier: Apache-2.0
 *
 * A meter: counts what the home uses and sends readings the way real ones do: in intervals or as a
 * register, at once or the next morning, with stretches lost, late, missing or estimated, with
 * duplicates and corrections, rolling over, exchanged. Part of a home.
 */
#ifndef ANBU_TOWN_METERING_H
#define ANBU_TOWN_METERING_H

#include "detectors/vocabulary.h"
#include "town/scene.h"

enum meter_style {
    METER_NONE,
    METER_15_MINUTES,
    METER_30_MINUTES,
    METER_HOURLY,
    METER_REGISTER,       /* each hour, at odd seconds */
    METER_REGISTER_DAILY, /* at local midnight */
};

enum disturbance {
    DISTURBANCE_NONE,
    DISTURBANCE_LOST,      /* nothing is sent, ever */
    DISTURBANCE_LATE,      /* sent when it is over */
    DISTURBANCE_MISSING,   /* sent without a value */
    DISTURBANCE_ESTIMATED, /* a guess is sent; sometimes the truth follows */
};

struct meter {
    uint64_t key;
    int64_t total;     /* mWh or mL since it was made */
    int64_t collected; /* of the interval that runs */
    int64_t resolution;
    int64_t typical; /* of its intervals, for estimates */
    int64_t disturbed_until_s;
    int32_t exchange_hour; /* of the town; -1 none planned */
    uint16_t read_s;       /* second of the hour */
    uint16_t delay_s;
    uint8_t style, unit, utility, which, dials, disturbance;
    uint8_t collected_ticks;
    bool next_morning, corrected, dark_sends_zeros, was_dark;
};

/* The part of an hour without electricity: bit n is quarter n. */
struct darkness {
    uint8_t ticks;
    int64_t ends_s;
};

/* Whose meter it is: number and count of messages. */
struct sender {
    uint32_t home;
    uint32_t *sequence;
};

void metering_init(struct meter *meter, uint64_t home_key, enum utility utility,
                   const struct scenario *scenario);

/* Before the hour's use: plans of the day, exchange, a disturbance that begins. */
void metering_hour(struct meter *meter, const struct scene *scene, const struct moment *moment,
                   const struct sender *sender);

/* A quarter of an hour's use, in mWh (electricity) or mL. */
void meter_tick(struct meter *meter, const struct scene *scene, const struct moment *moment,
                const struct sender *sender, const struct darkness *darkness, unsigned tick,
                int64_t use);

#endif
