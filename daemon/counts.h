/* SPDX-License-Identifier: Apache-2.0
 *
 * What a worker counts and times: written by its thread alone, read by anybody (base/metrics.h).
 * measure.c says what each is called outside.
 */
#ifndef ANBU_COUNTS_H
#define ANBU_COUNTS_H

#include "alert/tally.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "detectors/pace.h"
#include "ingest/message.h"
#include "ingest/reject.h"

/* X(constant, name): a turn's stages, one after the other; `poll` includes waiting for something to
 * do. Timed once a batch. */
#define STAGES(X)             \
    X(STAGE_POLL, "poll")     \
    X(STAGE_DECODE, "decode") \
    X(STAGE_LOAD, "load")     \
    X(STAGE_APPLY, "apply")   \
    X(STAGE_TIMERS, "timers") \
    X(STAGE_OUTBOX, "outbox") \
    X(STAGE_FLUSH, "flush")
enum stage { STAGES(VOCABULARY_CONSTANT) STAGE_COUNT };
extern const char *const stage_names[STAGE_COUNT];

/* X(constant, name): round trips to the store, one script or pipeline each. */
#define TRIPS(X)                     \
    X(TRIP_TAKE, "take")             \
    X(TRIP_LOAD, "load")             \
    X(TRIP_TRANSITION, "transition") \
    X(TRIP_FLUSH, "flush")           \
    X(TRIP_AREAS, "areas")
enum trip { TRIPS(VOCABULARY_CONSTANT) TRIP_COUNT };
extern const char *const trip_names[TRIP_COUNT];

/* X(constant, name): why less is kept of an alert. */
#define ERASED(X)                \
    X(ERASED_AGE, "age")         \
    X(ERASED_OPT_OUT, "opt_out") \
    X(ERASED_MOVE, "move")
enum erased { ERASED(VOCABULARY_CONSTANT) ERASED_COUNT };
extern const char *const erased_names[ERASED_COUNT];

/* X(constant, name): alerts that the budget is for. */
#define BUDGET_OF(X)              \
    X(BUDGET_OF_PRICED, "priced") \
    X(BUDGET_OF_OTHERS, "others")
enum budget_of { BUDGET_OF(VOCABULARY_CONSTANT) BUDGET_OF_COUNT };
extern const char *const budget_of_names[BUDGET_OF_COUNT];

/* What prices are steered by, of the newest snapshots of a worker's partitions; all in thousandths,
 * faded as the snapshots are. */
struct budget_counts {
    atomic_llong snapshot;                 /* its number; 0 none yet */
    atomic_llong years[POPULATION_COUNT];  /* watched */
    atomic_llong wanted[POPULATION_COUNT]; /* alerts that the budget has for them */
    /* Alerts that homes of the training would make in them at the prices in force. */
    atomic_llong training[POPULATION_COUNT];
    atomic_llong raised[POPULATION_COUNT][BUDGET_OF_COUNT];
};

enum timer {
    TIMER_KIND_ACK_EXPIRY,
    TIMER_KIND_UNACKNOWLEDGED,
    TIMER_KIND_HOLD,
    TIMER_KIND_REFER_ACCEPT,
    TIMER_KIND_LADDER,
    TIMER_KIND_COUNT
};

struct worker_counts {
    atomic_ullong messages[MESSAGE_TYPE_COUNT], readings[UTILITY_COUNT][QUALITY_COUNT];
    atomic_ullong lost[TOPIC_COUNT]; /* messages that retention took unread */
    atomic_ullong anew[TOPIC_COUNT]; /* logs that turned out to be others */
    atomic_ullong skipped, rejects[REJECT_COUNT], dead_letters;
    atomic_ullong absences_shortened, flags_unknown;
    atomic_ullong erased[ERASED_COUNT];
    atomic_ullong findings, batches, flushed, loads, cache_hits;
    atomic_ullong area_failures, area_hours_uncounted;
    atomic_ullong alerts_unreadable;
    atomic_ullong failures[ERR_COUNT]; /* partitions dropped, by why */
    atomic_ullong takeovers, takes_failed[ERR_COUNT], timers[TIMER_KIND_COUNT];
    struct step_tally tally;
    struct budget_counts budget;
    struct metric_histogram stages[STAGE_COUNT], trips[TRIP_COUNT];
    atomic_llong cached, cached_bytes, dirty, settling, letters, in_flight;
    atomic_llong event_ms;   /* newest event time of a message that was used */
    atomic_llong given;      /* partitions that the group gave; -1: not a member now */
    atomic_llong member_ms;  /* monotonic: when it last was a member; 0 never */
    atomic_llong partitions; /* owned */
    atomic_ullong beats;     /* grows as long as the thread gets on */
};

/* Of one partition, by the worker that it is assigned to. */
struct partition_counts {
    atomic_bool assigned;
    atomic_llong lag[TOPIC_COUNT]; /* messages; METRIC_UNKNOWN: the log's end is not known yet */
    atomic_llong event_ms;         /* newest event time in it; 0: none seen since the start */
    atomic_llong arrived_ms;       /* wall clock: its last message was taken; 0 likewise */
};

static inline void worker_beat(struct worker_counts *counts)
{
    metric_add(&counts->beats, 1);
}

/* The stage that began at from_ns is over; returns the moment, at which the next begins. */
static inline int64_t stage_over(struct worker_counts *counts, enum stage stage,
                                 const struct clock *clock, int64_t from_ns)
{
    int64_t now_ns = clock_monotonic_ns(clock);
    metric_observe(&counts->stages[stage], now_ns - from_ns);
    worker_beat(counts);
    return now_ns;
}

static inline void trip_over(struct worker_counts *counts, enum trip trip,
                             const struct clock *clock, int64_t from_ns)
{
    metric_observe(&counts->trips[trip], clock_monotonic_ns(clock) - from_ns);
    worker_beat(counts);
}

/* Of all types, and of all qualities. */
unsigned long long counts_messages(const struct worker_counts *counts);
unsigned long long counts_readings(const struct worker_counts *counts, enum utility utility);
unsigned long long counts_failures(const struct worker_counts *counts);

#endif
