/* SPDX-License-Identifier: Apache-2.0
 *
 * A member of a consumer group over co-partitioned topics. Each topic-partition ("lane") keeps a
 * queue of its own, so that lanes can be merged by time: a lane that is ahead is simply not asked,
 * and librdkafka stops fetching for it. No pause, no resume.
 *
 * Positions are set by kafka_consumer_assign alone, which replaces all of them; whatever was
 * fetched for the old positions never shows up. One thread; callbacks come from within
 * kafka_consumer_serve.
 */
#ifndef ANBU_KAFKA_CONSUMER_H
#define ANBU_KAFKA_CONSUMER_H

#include "kafka/kafka.h"

/* A lane: topic (index into the options' topics), partition, offset where it goes on
 * (KAFKA_FROM_START, KAFKA_FROM_END or a number). */
struct kafka_place {
    uint32_t topic, partition;
    int64_t offset;
};

struct kafka_message {
    void *handle; /* for kafka_message_done */
    int64_t offset, timestamp_ms;
    struct text key, body; /* until kafka_message_done */
};

struct kafka_consumer_options {
    const char *group;
    const char *const *topics; /* borrowed for the consumer's life */
    size_t topic_count;
    uint32_t partitions;
    /* The group gave us these lanes (offsets not set). Answer with kafka_consumer_assign. */
    void (*given)(void *context, const struct kafka_place *places, size_t count);
    /* It takes all of them back; lost: others may have them already. */
    void (*taken)(void *context, bool lost);
    void *context;
};

struct kafka_consumer;
NODISCARD enum err kafka_consumer_new(const struct kafka_common *common,
                                      const struct kafka_consumer_options *options,
                                      struct kafka_consumer **out, struct fault *fault);
/* Could one be made of these properties? common->brokers NULL: nothing connects. */
NODISCARD enum err kafka_consumer_check(const struct kafka_common *common, struct fault *fault);
/* Leaves the group. All messages must have been given back. NULL is fine; no callback comes. */
void kafka_consumer_free(struct kafka_consumer *consumer);

/* Runs callbacks. When librdkafka gave the handle up for good, all lanes are taken back as lost and
 * the group is joined anew; an error only while that cannot be. No message may be held meanwhile.
 */
NODISCARD enum err kafka_consumer_serve(struct kafka_consumer *consumer, struct fault *fault);
/* True once after a record took the common way instead of its lane's (it was dropped): assign again
 * where the lanes stand. */
NODISCARD bool kafka_consumer_strayed(struct kafka_consumer *consumer);
/* Returns when something may have come, or after timeout_ms. */
void kafka_consumer_wait(struct kafka_consumer *consumer, int timeout_ms);

/* Reads these lanes from these offsets, and no others. */
NODISCARD enum err kafka_consumer_assign(struct kafka_consumer *consumer,
                                         const struct kafka_place *places, size_t count,
                                         struct fault *fault);

/* What is there of a lane, at most max. *end_offset: when the lane's end follows the last message
 * taken (or, with none taken, was reached), the offset of that end; KAFKA_NOT_THERE: the offset to
 * go on at is not in the log, and nothing comes until the lane is assigned anew; else -1. */
size_t kafka_consumer_take(struct kafka_consumer *consumer, uint32_t topic, uint32_t partition,
                           struct kafka_message *out, size_t max, int64_t *end_offset);
#define KAFKA_NOT_THERE (-3)
/* The first and the last offset of the lane's log, as the last answers of the broker told; -1: not
 * known yet. Asks nobody. */
void kafka_consumer_ends(struct kafka_consumer *consumer, uint32_t topic, uint32_t partition,
                         int64_t *first, int64_t *end);
void kafka_message_done(struct kafka_message *message);

/* Commits in the background; failures are harmless (the store has the truth). */
void kafka_consumer_commit(struct kafka_consumer *consumer, const struct kafka_place *places,
                           size_t count);
/* The group's committed offsets into `places` (negative: none). */
NODISCARD enum err kafka_consumer_committed(struct kafka_consumer *consumer,
                                            struct kafka_place *places, size_t count,
                                            int timeout_ms, struct fault *fault);

/* Something is odd about a lane: one warning, limited in number. */
void kafka_consumer_warn(struct kafka_consumer *consumer, const char *what, uint32_t topic,
                         uint32_t partition, const char *detail);

#endif
