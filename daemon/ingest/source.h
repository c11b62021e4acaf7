/* SPDX-License-Identifier: Apache-2.0
 *
 * The source port: where messages come from. Adapters: source_kafka.c (a member of the consumer
 * group), source_file.c (NDJSON, gzip, standard input). A source belongs to one worker thread.
 *
 * Deliveries of one partition come merged by arrival time over its topics; a topic at its end holds
 * nobody back. Partitions are announced by `assigned` before their first delivery and taken back by
 * `revoked`, both called from within source_poll.
 */
#ifndef ANBU_INGEST_SOURCE_H
#define ANBU_INGEST_SOURCE_H

#include "base/err.h"
#include "base/text.h"
#include "ingest/message.h"

/* Payload and key are borrowed until the next source_poll. */
struct delivery {
    uint32_t partition;
    enum message_type
        topic;     /* MESSAGE_READING .. MESSAGE_REPORT, MESSAGE_WEATHER; COUNT: file, see type */
    uint32_t lane; /* 0 .. TOPIC_COUNT-1: index of offsets; files: the input's number */
    int64_t offset;
    int64_t arrived_ms; /* record timestamp; 0: the message says (files) */
    struct text key;    /* empty in files */
    struct text payload;
};

struct source_owner {
    /* The worker takes the partition and writes where each lane goes on; false: not now, ask again.
     */
    bool (*assigned)(void *owner, uint32_t partition, int64_t resume[TOPIC_COUNT]);
    void (*revoked)(void *owner, uint32_t partition, bool lost);
    void *owner;
    /* The lane's log is another one than what was read of it: it begins anew, at `low`, and what
     * was noted of its offsets says nothing about the ones that follow. All deliveries of the old
     * one have been given out by an earlier poll. False: not now, ask again; the partition waits.
     * NULL: what stands at known offsets is skipped. */
    bool (*anew)(void *owner, uint32_t partition, uint32_t lane, int64_t low);
    /* Nobody can read the lane's offsets from `from` to before `to` any more: retention took them.
     * May be NULL. */
    void (*lost)(void *owner, uint32_t partition, uint32_t lane, int64_t from, int64_t to);
};

struct source;
struct source_ops {
    /* Up to max deliveries; waits at most timeout_ms for the first. ERR_END when a file source is
     * through. *count may be 0 with ERR_OK. */
    enum err (*poll)(struct source *source, struct delivery *out, size_t max, int timeout_ms,
                     size_t *count, struct fault *fault);
    /* Goes back (or on) to these offsets: after a rewind of the store, or after `hold`. */
    enum err (*seek)(struct source *source, uint32_t partition, const int64_t resume[TOPIC_COUNT],
                     struct fault *fault);
    /* The worker has lost the partition for now (its store is away): what waits of it is dropped,
     * and nothing more is fetched or delivered until `seek` says where it goes on. Deliveries of it
     * that the last poll gave out are the worker's to ignore. Nothing to do for a source that is
     * read again at no cost. */
    void (*hold)(struct source *source, uint32_t partition);
    /* Tells the outside how far we are (Kafka's committed offsets: lag tools); the truth is in the
     * store. */
    void (*commit)(struct source *source, uint32_t partition, const int64_t resume[TOPIC_COUNT]);
    /* All topics of the partition were at their end when they were last heard of. Costs nothing;
     * goes stale when the source is not heard of for a while (an outage, a process that was
     * stopped). */
    bool (*at_end)(struct source *source, uint32_t partition);
    /* Where each lane's log begins and ends, as far as it is known without asking anybody (-1: not
     * known). A lane that is at its end ends where the last delivery left it. NULL: never known. */
    void (*ends)(struct source *source, uint32_t partition, int64_t first[TOPIC_COUNT],
                 int64_t end[TOPIC_COUNT]);
    /* Partitions that this member has been given; -1 while it is no member. NULL: no group. */
    int (*given)(struct source *source);
    /* At its end now: where they live is asked, which takes up to a second. Not knowing is false.
     */
    bool (*caught_up)(struct source *source, uint32_t partition);
    void (*free)(struct source *source);
};
struct source {
    const struct source_ops *ops;
};

/* Files and gzip by path, "-" for standard input; merged by `arrived` (else end of the interval)
 * when there are several. Everything is partition 0. Up to TOPIC_COUNT inputs: lane n is input n
 * and offsets are line numbers from 0; more of them share lane 0, numbered as they are delivered.
 * A pipe may wait longer than a poll's timeout. */
NODISCARD enum err source_file_new(const char *const *paths, size_t count, struct source **out,
                                   struct fault *fault);

/* The sender's own names, before the first poll: without them a merge cannot see arrivals. Rows are
 * borrowed for the source's life. */
struct field_mapping;
void source_file_map(struct source *source, const struct field_mapping *mapping, size_t count);

/* How much of the files has been read, 0 to 1; negative when unknown (standard input). */
double source_file_progress(const struct source *source);

#endif
