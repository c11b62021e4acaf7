/* SPDX-License-Identifier: Apache-2.0
 *
 * A partition in a worker's hands: its ownership, its dirty records, its settling list, its outbox.
 * Internal to the worker (worker.c, batch.c, letters.c, partition.c, casework.c); one thread.
 *
 * Offsets in the store and in records are numbered through: epoch * 2^40 + the log's own offset, so
 * that a log that begins anew (a broker without memory, a topic made again) is not taken for the
 * past.
 */
#ifndef ANBU_PARTITION_H
#define ANBU_PARTITION_H

#include "areas.h"
#include "base/log.h"
#include "delivery/outbox.h"
#include "household/cache.h"
#include "household/weather.h"
#include "letters.h"
#include "reports.h"
#include "worker.h"

#define EPOCH_STEP (INT64_C(1) << 40)

struct settle_note {
    int64_t settle_ms;
    char household[MESSAGE_ID_MAX + 1];
};

struct partition {
    uint32_t number;
    bool assigned;                 /* by the source */
    bool owned;                    /* taken in the store */
    bool sweep;                    /* the outbox may hold something */
    int64_t retry_ms, back_off_ms; /* monotonic: when to take again; grows until a flush succeeds */
    int64_t timers_from_ms;        /* wall: overdue timers wait until then */
    size_t timers_stay;            /* of those that were due last: so many are due still */
    int64_t due_ms;                /* by the arrival clock: the soonest timer; 0: not known */
    int64_t delivered_ms;          /* monotonic: its last message */
    int64_t erase_ms;              /* monotonic: when a pass over its alerts goes on or begins */
    size_t erase_from;             /* so many of the oldest has the pass looked at */
    struct store_head head;
    int64_t base[TOPIC_COUNT], log_base; /* epoch * EPOCH_STEP */
    int64_t next[TOPIC_COUNT];           /* where each lane goes on, numbered through */
    int64_t flushed[TOPIC_COUNT];        /* as written last */
    int64_t flushed_ms;                  /* monotonic: when */
    int64_t told_ms;                     /* monotonic: Kafka was told how far we are */
    struct cache_dirty dirty;
    uint64_t in_force;       /* area incidents that its alerts were brought into line with */
    int64_t aligned_ms;      /* when; by what people go by */
    unsigned aligned_to;     /* changes of incidents that it has followed */
    bool taken_anew;         /* since then */
    bool look_ahead;         /* some of its alerts may be of a clock that was ahead */
    struct census *census;   /* what its homes come to; NULL: not owned */
    struct letters *letters; /* dead letters under way */
    struct outbox *outbox;
    int64_t swept_ms;          /* monotonic */
    struct settle_note *notes; /* heap, soonest first */
    size_t note_count, note_room;
};

struct worker {
    struct worker_options options;
    const struct settings *settings;
    struct source *source;
    struct store *store;
    struct publisher *publisher;
    struct decoder *decoder;
    struct cache *cache;
    struct weather_table *weather;
    struct household_context context;
    struct alert_rules rules;
    struct staff staff; /* the accounts as they were at staff_ms (monotonic; 0 never) */
    int64_t staff_ms;
    struct partition *partitions; /* options.partitions of them */
    struct finding *findings;     /* of the message being applied */
    size_t finding_count, finding_room;
    struct census_count *home_counts; /* likewise */
    size_t home_count_count, home_count_room;
    struct delivery *deliveries;
    struct message *messages;
    enum reject *rejects;
    const char **details;
    size_t batch_max;
    uint64_t batch;
    int64_t ticked_ms; /* monotonic */
    int64_t lead_ms;   /* of the wall clock over the monotonic one, at the last tick */
    bool skewed;
    bool full;               /* the cache is full of what cannot be written yet: nothing is read */
    bool wrong_clock;        /* ours and the store's are so far apart that arrivals mean nothing */
    size_t letter_bytes_max; /* longer ones are cut: Kafka has refused them */
    enum err fatal;          /* ends the worker at the end of the step */
    struct fault why;
    struct worker_counts counts;
    struct partition_counts *measured; /* by partition */
    struct log_quota drop_quota, take_quota, area_quota, alert_quota;
    struct areas *areas;
    struct reports *reports;
};

/* batch.c: deliveries become changes of records, findings and dead letters. */
void batch_apply(struct worker *worker, size_t count);
/* Late batches whose time has come, at arrival time now_ms. False: the partition was lost over it.
 */
bool batch_settle(struct worker *worker, struct partition *partition, int64_t now_ms);

/* A household's record, loaded if it is not in memory; NULL: the partition was lost over it. */
struct cache_entry *batch_entry(struct worker *worker, struct partition *partition,
                                struct text household);

/* dead_letter.c: the message goes to the dead letters as it came, with the reason and where it
 * stood. False: the partition was lost over it. partition NULL: weather, which is everywhere. */
bool dead_letter(struct worker *worker, struct partition *partition,
                 const struct delivery *delivery, enum reject reject, const char *detail);
/* From the publisher. */
void dead_letter_done(struct worker *worker, struct partition *partition, void *token,
                      enum err err);

/* partition.c: ownership and flushing. */
bool partition_take(struct worker *worker, struct partition *partition);
/* The store failed or disagrees: forget, and take again later. */
void partition_fail(struct worker *worker, struct partition *partition, enum err err,
                    const struct fault *fault);
void partition_release(struct worker *worker, struct partition *partition, bool lost);
/* Writes dirty records, oldest first: all, or those older than flush_interval; at most `most`. */
bool partition_flush(struct worker *worker, struct partition *partition, bool all, size_t most);
void partition_resume(const struct partition *partition, int64_t resume[TOPIC_COUNT]);
/* A lane's log begins anew, at `low`: its offsets are numbered in the next epoch from here on.
 * False: not now, for something of the old one is not written yet, or the partition is not owned.
 */
bool partition_anew(struct worker *worker, struct partition *partition, uint32_t lane, int64_t low);
void partition_note_settle(struct partition *partition, struct text household, int64_t settle_ms);
/* steer.c: prices of alerts, by what the partition's homes come to. */
enum err steer_take(struct worker *worker, struct partition *partition, struct fault *fault);
void steer_counted(void *worker, const struct census_count *count);
/* Before a message, or a batch that settles, of this arrival. False: the partition was lost. */
bool steer_turn(struct worker *worker, struct partition *partition, int64_t arrived_ms);
/* What that message was counted for waits for its record to be written. */
void steer_keep(struct worker *worker, struct partition *partition, struct cache_entry *entry);
/* The counts that go with records that are about to be written, as bytes. */
void steer_write_with(struct partition *partition, struct cache_entry *const *entries, size_t count,
                      struct buffer *out);
/* The soonest note that is due at now_ms is taken off; false: none. */
bool partition_due_settle(struct partition *partition, int64_t now_ms, struct settle_note *out);

/* gauge.c: what is looked at once a second rather than counted. */
void gauge_partitions(struct worker *worker);
/* After each poll: whether we are a member of the group, and of what. */
void gauge_group(struct worker *worker);
/* One line of a kind now and then: an outage is one event, not one a partition and try. */
void gauge_complain(struct worker *worker, struct log_quota *quota, const char *what,
                    uint32_t partition, enum err err, const struct fault *fault);

/* clocks.c: by the machine's clock, once a second. */
void clocks_look(struct worker *worker);
/* How far clocks that agree may differ. */
int64_t clocks_slack_ms(const struct worker *worker);
int64_t clocks_lead_ms(const struct worker *worker);
/* Alerts of a clock that was ahead, where there may be any. False: the partition was lost over it.
 */
bool clocks_bring_back(struct worker *worker, struct partition *partition, int64_t wall_ms);

/* casework.c: findings, timers and the alerts log become transitions. */
bool casework_findings(struct worker *worker, struct partition *partition);
bool casework_timers(struct worker *worker, struct partition *partition, int64_t now_ms);
/* By the arrival clock: what was due until arrived_ms fires before what arrived then is looked at.
 * Nothing by the machine's. */
bool casework_overdue(struct worker *worker, struct partition *partition, int64_t arrived_ms);
/* One change of an alert that is live, if it is possible. False: the partition was lost over it. */
bool casework_change(struct worker *worker, struct partition *partition, const char *id,
                     const struct change *change);
/* As the store has it; alert_done is due on ERR_OK. */
enum err casework_load(struct worker *worker, struct partition *partition, const char *id,
                       struct alert *out, struct fault *fault);
enum err casework_log(struct worker *worker, struct partition *partition, struct fault *fault);

/* erase.c: what is kept no longer. False: the partition was lost over it. */
/* A piece of the partition's alerts, by age (retention.*). */
bool erase_turn(struct worker *worker, struct partition *partition, int64_t wall_ms);
/* After a message to a household that was known until known_s (event time): of who opts out, all;
 * of who has moved, what a closed alert tells of their lives. */
bool erase_leavers(struct worker *worker, struct partition *partition,
                   const struct message *message, int64_t known_s);

#endif
