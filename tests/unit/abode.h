/* SPDX-License-Identifier: Apache-2.0
 *
 * A household under test: messages go in through household_apply with a configuration as it ships,
 * findings are kept in the order in which they were told. Owned by the test.
 */
#ifndef ANBU_TESTS_ABODE_H
#define ANBU_TESTS_ABODE_H

#include "household/household.h"
#include "household/weather.h"

#define ABODE_T0      INT64_C(1767225600) /* 2026-01-01T00:00:00Z, a Thursday */
#define ABODE_H0      ((int32_t)(ABODE_T0 / 3600))
#define ABODE_MORNING (ABODE_H0 + 40 * 24 + 8)
#define HOUR          INT64_C(3600)
#define DAY           INT64_C(86400)

#define ABODE_FINDINGS_MAX 256

struct abode {
    struct config *config;
    struct tuning_cache *tuning;
    struct weather_table *weather;
    struct household household;
    struct household_context context;
    int64_t offset[TOPIC_COUNT];
    struct finding findings[ABODE_FINDINGS_MAX];
    int count;
    bool skipped; /* of the last message */
    const char *detail;
};

/* yaml: a configuration, or NULL for the defaults. */
void abode_init(struct abode *home, const char *yaml);
void abode_done(struct abode *home);

/* The record leaves the process and comes back: another cache entry, the same bytes. */
void abode_reload(struct abode *home);

struct record abode_record(struct abode *home);
struct record_meter *abode_meter(struct abode *home, enum utility utility);

/* Applies at that arrival; settles before it what is due by then. */
enum reject abode_apply(struct abode *home, struct message *message, int64_t arrived_s);
/* Time passes: settles what is due. */
void abode_wait(struct abode *home, int64_t until_s);

struct message abode_hour(enum utility utility, int64_t start_s, int64_t milli);
struct message abode_event(enum household_event event, int64_t at_s);
struct message abode_bill(enum billing_event event, int64_t at_s);
struct message abode_report(int64_t at_s);

/* Must be accepted. */
void abode_take(struct abode *home, struct message message, int64_t arrived_s);

/* What a person who lives by the clock draws in that hour (local = UTC), in milli-units: water or
 * gas at seven, noon and in the evening, electricity above its standby then. */
int64_t abode_usual(enum utility utility, int32_t hour);

/* 0 to sides - 1, the same for the same n and salt: no two days are alike. */
unsigned abode_roll(int32_t n, unsigned salt, unsigned sides);

/* Lives from hour to hour (not included), each reading a minute after its end. */
void abode_live(struct abode *home, enum utility utility, int32_t from, int32_t to);
/* The same with nobody there. */
void abode_quiet(struct abode *home, enum utility utility, int32_t from, int32_t to);

/* Forty days of water and the next morning's, up to ABODE_MORNING; nothing is told. */
void abode_learn(struct abode *home);
/* Nobody from then on, live, until silence tells; the hour after that. */
int32_t abode_quiet_until_told(struct abode *home, int32_t from);

/* The last finding of that detector; NULL when it told none. */
const struct finding *abode_last(const struct abode *home, const char *detector);
bool abode_is_on(struct abode *home, const char *detector);

#endif
