/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks at the daemon from outside its workers: whether they get on, whether Redis and Kafka
 * answer, which alerts live and what waits in the outboxes of the partitions that are ours. A
 * thread of its own, with a connection and a client of its own, so that no worker and no scrape
 * ever waits for a look. What it has seen are atomics, for everybody.
 *
 * The main thread calls watch_look once a second or so: were it to hang, all pulses would stop.
 */
#ifndef ANBU_WATCH_H
#define ANBU_WATCH_H

#include "alert/alert.h"
#include "health.h"
#include "kafka/kafka.h"
#include "store/store.h"
#include "worker.h"

/* Those of live alerts, the first of enum alert_state. */
#define WATCH_LIVE_STATES ALERT_CLEARED
_Static_assert(ALERT_OPEN < WATCH_LIVE_STATES && ALERT_ACKNOWLEDGED < WATCH_LIVE_STATES &&
                   ALERT_RESOLVED > WATCH_LIVE_STATES,
               "the live states come first");

/* Gauges are METRIC_UNKNOWN until, and while, nothing is known. */
struct watch_counts {
    atomic_llong redis_up, kafka_up, clock_skew_ms; /* Redis's clock minus ours */
    atomic_llong live[TEAM_COUNT][SEVERITY_COUNT][WATCH_LIVE_STATES];
    atomic_llong outlooks[OUTLOOK_CLASS_COUNT]; /* homes */
    atomic_llong held;                          /* of those: held back by area incidents */
    atomic_llong incidents;                     /* open, of all areas and feeders */
    atomic_llong outbox;                        /* events that wait in the store */
    atomic_llong waits_ms, waits_in;            /* the oldest: how long, in which partition */
    atomic_llong redis_ms, kafka_ms;            /* monotonic: the last look; 0 none */
    atomic_llong healthy, ready;                /* as told last */
    atomic_llong beat_age_ms;                   /* of the slowest worker */
    atomic_llong agreed_ms; /* monotonic: partitions given were those owned; 0 never */
    atomic_bool stopping;
};

struct watch_options {
    struct store *store; /* taken over */
    const struct kafka_common *common;
    const struct clock *clock;
    uint32_t partitions;
    int64_t redis_timeout_ms, skew_max_ms;
};

struct watch;
/* Starts nothing yet. */
struct watch *watch_new(const struct watch_options *options);
/* The worker outlives the watch. */
void watch_add(struct watch *watch, const struct worker *worker);
NODISCARD enum err watch_start(struct watch *watch, struct fault *fault);
void watch_free(struct watch *watch); /* ends the thread; NULL is fine */

/* By the main thread. */
void watch_look(struct watch *watch);
void watch_stopping(struct watch *watch);

/* By any thread; json and bad may be NULL. Alive: the process may stay. Ready: it does its work. */
bool watch_alive(const struct watch *watch, struct buffer *json);
bool watch_ready(const struct watch *watch, struct buffer *json, struct buffer *bad);

const struct watch_counts *watch_counts(const struct watch *watch);
/* One line for people: partitions and lag. */
void watch_line(const struct watch *watch, struct buffer *out);

#endif
