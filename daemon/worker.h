/* SPDX-License-Identifier: Apache-2.0
 *
 * THE loop: poll a batch, apply, detect, write findings, flush records. A worker owns its source,
 * store handle, publisher, cache and the partitions assigned to it; nothing is shared between
 * workers. Ports come from outside, so the same loop runs in the daemon, in replay and in
 * simulation.
 *
 * Any failure of the store while a partition is worked on has one answer: drop what the cache knows
 * of it, take the partition again, go back to the stored offsets. Nothing is lost, because records
 * are flushed after their findings and offsets after their records; nothing happens twice, because
 * records carry the offsets they have applied and findings their numbers.
 *
 * What this anbud cannot read (a record or store of a newer version) ends the worker with a FATAL
 * error rather than be written over (docs/decisions/0003-unreadable-records.md).
 */
#ifndef ANBU_WORKER_H
#define ANBU_WORKER_H

#include "alert/lifecycle.h"
#include "base/clock.h"
#include "config/config.h"
#include "counts.h"
#include "delivery/publisher.h"
#include "household/finding.h"
#include "ingest/source.h"
#include "store/store.h"

/* Where the alerts log of a partition is read again after a takeover; NULL fn: there is none. From
 * 0: the oldest there is. ERR_END: it ends before `from`, so it is another one; nothing was told of
 * it. */
typedef enum err worker_log_fn(void *context, uint32_t partition, int64_t from,
                               void (*each)(void *, struct text event, int64_t offset),
                               void *each_context, struct fault *fault);

struct worker_options {
    const struct config *config; /* held by the caller until worker_reconfigure */
    struct store *store;         /* taken over */
    const struct clock *clock;
    uint32_t partitions; /* of the topics: to find misplaced keys; 1 in replay */
    uint32_t (*partition_of)(struct text key, uint32_t partitions); /* NULL: not checked */
    /* Of a log that keeps nothing over a restart, by partition: the number of this run's offsets,
     * -1 before it is known; shared by all workers of the run. NULL: the log lasts. */
    _Atomic int64_t *epochs;
    bool timers; /* fires what is due */
    /* The accounts, against which rosters are held; NULL: these are taken at their word. */
    staff_read_fn *staff_read;
    /* What people go by (raised, due, settled) is when a partition's messages arrived, not the
     * clock: the same stream tells the same story at any speed. */
    bool arrival_clock;
    /* Prices of elsewhere, for what homes come to here steers nothing: they are not all there.
     * NULL: its own. Borrowed. */
    struct census *prices;
    bool once;          /* replay: no retry, records wait for the end */
    struct clock *hand; /* set to what arrives; may be NULL */
    worker_log_fn *read_log;
    void *read_log_context;
    /* Told of each rejected message; may be NULL. */
    void (*rejected)(void *context, const struct delivery *delivery, enum reject reject,
                     const char *detail);
    /* Told of each finding, before it is written; may be NULL. */
    void (*noted)(void *context, const struct finding *finding);
    void *context;
};

struct worker;
struct worker *worker_new(const struct worker_options *options);
void worker_free(struct worker *worker);

/* The owner to give to the source, and the source to give to the worker (taken over). */
struct source_owner worker_owner(struct worker *worker);
void worker_set_source(struct worker *worker, struct source *source);
void worker_set_publisher(struct worker *worker, struct publisher *publisher); /* taken over */

/* From publishers: the context of publisher_done_fn is the worker. */
void worker_published(void *worker, void *token, enum err err, uint32_t partition, int64_t offset);

/* One turn; waits at most timeout_ms when there is nothing to do. ERR_END: the source is through
 * (all is judged, settled and flushed). FATAL errors end the program. */
NODISCARD enum err worker_step(struct worker *worker, int timeout_ms, struct fault *fault);

/* Between steps: another configuration. */
void worker_reconfigure(struct worker *worker, const struct config *config);

/* Flushes and gives everything back; at most timeout_ms. */
void worker_stop(struct worker *worker, int timeout_ms);

const struct worker_counts *worker_counts(const struct worker *worker);
/* [options.partitions] of them. */
const struct partition_counts *worker_partition_counts(const struct worker *worker);

#endif
