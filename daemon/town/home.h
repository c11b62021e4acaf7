/* SPDX-License-Identifier: Apache-2.0
 *
 * A home: who lives there, what it has, what befalls it. Everything about home k comes from the
 * seed and k alone. A home is plain memory without pointers; the town owns it.
 */
#ifndef ANBU_TOWN_HOME_H
#define ANBU_TOWN_HOME_H

#include "town/account.h"
#include "town/metering.h"
#include "town/person.h"

#define HOME_PERSONS_MAX 5
#define HOME_NEVER       INT32_MAX

enum home_kind {
    HOME_ELDERLY_ALONE,
    HOME_WORKER_ALONE,
    HOME_STUDENT_ALONE,
    HOME_ELDERLY_COUPLE,
    HOME_COUPLE,
    HOME_FAMILY,
    HOME_SECOND,
    HOME_KIND_COUNT
};

enum heating { HEATING_DISTRICT, HEATING_GAS, HEATING_STORAGE, HEATING_ELECTRIC };

/* What the home has; the same through all tenants. */
struct equipment {
    double standby_w, fridge_w, lamp_w, tv_w, cooker_wh;
    double heat_w_per_k, setpoint;
    double photovoltaic_w;
    uint32_t fridge_period_s, fridge_on_s, fridge_phase_s;
    uint8_t heating;
    bool gas_cooking, electric_water, car, cooler, blanket;
};

/* What goes on at the moment: ticks since the town's start, Wh still to be charged. */
struct doing {
    int32_t tv_until;
    double car_wh;
    uint8_t wash_ticks;
    uint8_t meals; /* had today: bits breakfast, lunch, dinner */
    uint8_t wash_hour;
    bool wash_due;
};

/* Local minutes since 1970; HOME_NEVER when not planned. */
struct span {
    int32_t from, to;
};

struct home {
    uint64_t key, life; /* of the building; of those who live there now */
    struct equipment equipment;
    struct doing doing;
    struct meter meters[UTILITY_COUNT];
    struct account accounts[UTILITY_COUNT];
    struct person persons[HOME_PERSONS_MAX];
    struct span trip, empty, drip, burst, unheated;
    double drip_litres_hour, burst_litres_hour, tap_litres_hour, left_on_w;
    int64_t collapsed_s;  /* 0: not */
    int32_t collapse_due; /* local minute, and later by the time that they are out */
    int32_t found;        /* local minute when the person is taken away */
    uint32_t index, sequence;
    uint8_t kind, person_count, tenants;
    bool opted_out, trip_told;
};

/* Who is there in a quarter of an hour. */
struct presence {
    unsigned home, awake;
    bool empty; /* nobody lives there */
    bool trip;  /* everybody is away overnight */
    bool helpless;
};

void home_init(struct home *home, const struct scene *scene, uint32_t index);

/* Lives the hour and queues its messages. */
void home_hour(struct home *home, const struct scene *scene, const struct moment *moment,
               const struct darkness *darkness);

/* The run is over: what still goes on is told. */
void home_finish(struct home *home, const struct scene *scene);

/* For profile messages. */
uint32_t home_flags(const struct home *home, const struct scenario *scenario);
int32_t home_moved_in_day(const struct home *home, const struct scene *scene);
double home_lone_share(const struct scenario *scenario);

#endif
