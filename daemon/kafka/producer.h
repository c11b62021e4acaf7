/* SPDX-License-Identifier: Apache-2.0
 *
 * An idempotent producer: acks=all, keys spread as kafka.partitioner says. Under the publisher, and
 * by itself for the simulator, which gives each record its own timestamp. Belongs to one thread;
 * deliveries are reported on that thread, from within poll, flush and a send that has to wait.
 */
#ifndef ANBU_KAFKA_PRODUCER_H
#define ANBU_KAFKA_PRODUCER_H

#include "kafka/kafka.h"

struct kafka_header {
    const char *name;
    struct text value;
};

/* One record to be sent; all borrowed for the call. */
struct kafka_outgoing {
    const char *topic;
    struct text key, body; /* key empty: any partition */
    int64_t timestamp_ms;  /* 0: now */
    const struct kafka_header *headers;
    size_t header_count;
    void *token;
};

/* partition and offset: where it stands, offset -1 when err. */
typedef void kafka_sent_fn(void *context, void *token, enum err err, uint32_t partition,
                           int64_t offset);

struct kafka_producer_options {
    const char *name;            /* for log lines */
    int64_t delivery_timeout_ms; /* 0: five minutes */
    kafka_sent_fn *sent;         /* may be NULL: failures are counted for flush */
    void *context;
};

struct kafka_producer;
/* With its own timestamps, for the simulator: no callback. */
NODISCARD enum err kafka_producer_new(const struct kafka_common *common,
                                      struct kafka_producer **out, struct fault *fault);
NODISCARD enum err kafka_producer_open(const struct kafka_common *common,
                                       const struct kafka_producer_options *options,
                                       struct kafka_producer **out, struct fault *fault);

/* Copies key and body; waits while the queue is full, at most 60 s (ERR_TIMEOUT). */
NODISCARD enum err kafka_producer_send(struct kafka_producer *producer, const char *topic,
                                       struct text key, struct text body, int64_t timestamp_ms,
                                       struct fault *fault);
/* Never waits: ERR_BUSY when the queue is full. A record that can never be sent (too large) is
 * ERR_OK here and reported as failed. */
NODISCARD enum err kafka_producer_push(struct kafka_producer *producer,
                                       const struct kafka_outgoing *outgoing, struct fault *fault);
void kafka_producer_poll(struct kafka_producer *producer, int timeout_ms);
/* ERR_TIMEOUT when some still is under way, and for nothing else; without a callback, the first
 * failure since the last flush: ERR_UNREACHABLE when the delivery timeout passed. */
NODISCARD enum err kafka_producer_flush(struct kafka_producer *producer, int timeout_ms,
                                        struct fault *fault);
/* Drops what is under way, without a report: flush first. NULL is fine. */
void kafka_producer_free(struct kafka_producer *producer);

#endif
