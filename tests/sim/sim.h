/* SPDX-License-Identifier: Apache-2.0
 *
 * Simulation: the real worker over a simulated log, group, store, clock and publisher, in one
 * process and one thread (after TigerBeetle's simulator). A seed makes a town and a schedule of
 * faults; what is left behind must be what a quiet run leaves. One struct sim is one run.
 *
 *   world.c   the run: random numbers, the log, what was sent, failure
 *   town.c    messages of a few homes
 *   ports.c   source and publisher of a worker, the consumer group
 *   store.c   the memory store behind faults, with an oracle beside each write
 *   people.c  officers who act while all this happens
 *   round.c   the schedule, and what is compared at its end
 *   main.c    seeds
 */
#ifndef ANBU_TESTS_SIM_H
#define ANBU_TESTS_SIM_H

#include "config/config.h"
#include "delivery/publisher.h"
#include "ingest/source.h"
#include "store/store.h"
#include "worker.h"

#define SIM_PARTITIONS_MAX 3
#define SIM_WORKERS_MAX    3
#define SIM_HOMES_MAX      8                   /* a partition */
#define SIM_START_S        INT64_C(1768435200) /* 2026-01-15T00:00:00Z */
#define SIM_HOUR_S         3600
#define SIM_DAY_S          86400
#define SIM_NOBODY         (-1)

struct sim_message {
    int64_t arrived_ms;
    int home;  /* SIM_NOBODY: nobody can read it */
    char *key; /* owned */
    struct text payload;
};

struct sim_lane {
    struct sim_message *messages;
    size_t count, room;
};

/* What "Kafka" has got of ours. */
struct sim_sent {
    enum publisher_topic topic;
    uint32_t partition;
    int64_t offset; /* in its topic and partition */
    char *key, *id; /* owned; id: of the event, or reason and place of a dead letter */
    struct text body;
};

/* X(name, what happens, at which chance of a thousand at most). Counted, and told at the end. */
#define SIM_FAULTS(X)                                                        \
    X(CRASH_BEFORE, "crash before a store step", 8)                          \
    X(CRASH_AFTER, "crash after a store step", 8)                            \
    X(LOST_BEFORE, "store step that did not happen", 20)                     \
    X(LOST_AFTER, "store step whose answer was lost", 20)                    \
    X(REFUSED, "store step refused (full, read-only)", 20)                   \
    X(PAUSED, "worker paused in a store step while others take over", 12)    \
    X(BUSY, "publisher queue full", 30)                                      \
    X(UNSENT, "event or dead letter not delivered", 30)                      \
    X(UNTOLD, "event or dead letter delivered, but said to have failed", 30) \
    X(STUTTER, "deliveries that come again", 60)                             \
    X(HIDDEN, "partition that is not served for a while", 100)               \
    X(REBALANCE, "rebalance, in order", 30)                                  \
    X(EXPIRED, "rebalance over a worker that does not know", 30)             \
    X(JOIN, "worker that joins", 30)                                         \
    X(LEAVE, "worker that leaves in order", 20)                              \
    X(REWIND, "store that goes back in time", 10)                            \
    X(CLOCK, "clock that steps", 20)                                         \
    X(RELOAD, "configuration read again", 20)
#define SIM_FAULTS_CONSTANT(name, what, rate) SIM_##name,
enum sim_fault { SIM_FAULTS(SIM_FAULTS_CONSTANT) SIM_FAULT_COUNT };
extern const char *const sim_fault_texts[SIM_FAULT_COUNT];

struct sim_clock {
    struct clock clock; /* first; set_ms is the wall's */
    int64_t monotonic_ms;
};

struct sim;
struct sim_source;

struct sim_worker {
    struct sim *sim;
    int number;
    struct worker *worker; /* NULL: not there */
    struct sim_source *source;
    bool dead;   /* has crashed: nothing that it still does has an effect */
    bool paused; /* within a step that others overtake */
    unsigned taken_over[SIM_PARTITIONS_MAX]; /* the connection of its last take, sim.rewinds */
};

/* Something that a person was told is done. */
struct sim_deed {
    char alert[40], who[24];
    int64_t version;
};

/* A finding that some worker has had. */
struct sim_noted {
    char household[16];
    int detector;
    int64_t seq;
};

struct sim {
    uint64_t seed, rolled;
    uint32_t partitions;
    struct config *config;
    struct sim_clock clock;
    bool people; /* officers, wall-clock timers, reloads; else the arrival clock */
    struct sim_lane lanes[SIM_PARTITIONS_MAX][TOPIC_COUNT];
    char homes[SIM_PARTITIONS_MAX][SIM_HOMES_MAX][16];
    int home_count[SIM_PARTITIONS_MAX];
    struct sim_sent *sent;
    size_t sent_count, sent_room;
    int64_t sent_ends[PUBLISH_TOPIC_COUNT][SIM_PARTITIONS_MAX];

    struct store *store; /* the memory itself */
    struct store_memory_image *image;
    unsigned rewinds; /* each is a new connection for everybody */
    struct sim_worker workers[SIM_WORKERS_MAX];
    int owner_of[SIM_PARTITIONS_MAX];     /* by the group; SIM_NOBODY */
    bool expired[SIM_PARTITIONS_MAX];     /* given on without asking who had it */
    int hidden_turns[SIM_PARTITIONS_MAX]; /* not served */
    char taker[SIM_PARTITIONS_MAX][33];   /* token of the last take */

    bool faulty;
    int faults_left, depth;
    unsigned rates[SIM_FAULT_COUNT], faults[SIM_FAULT_COUNT];
    unsigned long long steps, writes, deeds_done;
    struct sim_noted *noted;
    size_t noted_count, noted_room;
    struct sim_deed *deeds;
    size_t deed_count, deed_room;
    char (*erased)[40]; /* alerts of homes that opted out */
    size_t erased_count, erased_room;
    struct buffer failure; /* the first; empty: none */
};

/* world.c */
void sim_begin(struct sim *sim, uint64_t seed, uint64_t town);
void sim_end(struct sim *sim);
uint32_t sim_roll(struct sim *sim, uint32_t below); /* 0 .. below - 1 */
bool sim_happens(struct sim *sim, enum sim_fault fault);
/* With ANBU_SIM_LOG: among the lines that the workers log. */
void sim_trace(const char *format, ...) __attribute__((format(printf, 1, 2)));
void sim_fail(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_put(struct sim *sim, uint32_t partition, unsigned lane, int64_t arrived_ms, int home,
             const char *format, ...) __attribute__((format(printf, 6, 7)));
/* Takes key, id and body over. */
void sim_keep_sent(struct sim *sim, struct sim_sent *sent);
void sim_sent_done(struct sim_sent *sent);
uint32_t sim_partition_of(struct text key, uint32_t partitions);

/* town.c */
void sim_town(struct sim *sim, uint64_t town);

/* ports.c */
void sim_worker_start(struct sim *sim, int number);
void sim_worker_end(struct sim_worker *worker);
struct sim_source *sim_source_new(struct sim_worker *worker, const struct source_owner *owner);
struct publisher *sim_publisher_new(struct sim_worker *worker);
bool sim_source_runs(const struct sim_source *source, uint32_t partition);
bool sim_lanes_read(const struct sim_source *source, uint32_t partition);
enum err sim_read_log(void *context, uint32_t partition, int64_t from,
                      void (*each)(void *, struct text event, int64_t offset), void *each_context,
                      struct fault *fault);

/* store.c */
struct store *sim_store_new(struct sim_worker *worker);
bool sim_was_erased(const struct sim *sim, const char *alert);

/* people.c */
void sim_person_acts(struct sim *sim);
void sim_check_deeds(struct sim *sim);

/* round.c */
/* One worker that nothing happens to. */
void sim_quiet(struct sim *sim);
void sim_faulty(struct sim *sim);
/* One step of a worker that is there and awake. */
void sim_step(struct sim_worker *worker);
/* Others go on while one is paused. */
void sim_overtake(struct sim_worker *paused);
/* Alerts, records, events, dead letters: as text, without repetitions. */
void sim_picture(struct sim *sim, struct buffer *out);
void sim_check_log(struct sim *sim);

#endif
