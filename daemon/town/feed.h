/* SPDX-License-Identifier: Apache-2.0
 *
 * A town's sink into Kafka: each message to its topic, keyed and partitioned as Anbu wants it, its
 * timestamp the simulated arrival. Paced by the consumer group: a feed waits while more lies unread
 * than lag_max, or than an embedded broker (5 MiB a partition, oldest dropped silently) may hold.
 * One thread.
 */
#ifndef ANBU_TOWN_FEED_H
#define ANBU_TOWN_FEED_H

#include <stdatomic.h>

#include "kafka/kafka.h"
#include "town/town.h"

struct feed_options {
    struct kafka_common common;
    const char *topic_prefix; /* "anbu": anbu.readings and so on */
    const char *group;        /* whose lag is watched */
    int64_t lag_max;
    const atomic_bool *stop; /* set, from a signal perhaps: a wait ends with ERR_END; may be NULL */
};

struct feed;
/* Options are borrowed for the feed's life. The topics must be there. */
NODISCARD enum err feed_new(const struct feed_options *options, struct feed **out,
                            struct fault *fault);

/* A town_sink's message function; context is the feed. */
enum err feed_message(void *context, const struct town_message *message, struct fault *fault);

/* Waits until everything has been written to the brokers. */
NODISCARD enum err feed_flush(struct feed *feed, struct fault *fault);
void feed_free(struct feed *feed);

#endif
