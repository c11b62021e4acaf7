/* SPDX-License-Identifier: Apache-2.0
 *
 * Where logs begin and end, asked of the brokers at this moment, over a handle of its own that is
 * opened with the first question. Of transactions the end is what is decided. Belongs to one
 * thread, and keeps to its time limit whatever the brokers do: rd_kafka_query_watermark_offsets
 * does not (2.0 waits for a broker that is down until it is back), so the answer is what a fetch
 * there says.
 */
#ifndef ANBU_KAFKA_ENDS_H
#define ANBU_KAFKA_ENDS_H

#include "kafka/kafka.h"

#define KAFKA_ENDS_MAX 16 /* of one question */

struct kafka_end {
    const char *topic;
    uint32_t partition;
    int64_t offset; /* the answer */
};

struct kafka_ends;
struct kafka_ends *kafka_ends_new(const struct kafka_common *common); /* borrowed for its life */
/* which: KAFKA_FROM_START, the oldest there is, or KAFKA_FROM_END, the one that comes next. All of
 * them are answered, or it is an error (ERR_TIMEOUT after timeout_ms). */
NODISCARD enum err kafka_ends_ask(struct kafka_ends *ends, int64_t which, struct kafka_end *at,
                                  size_t count, int timeout_ms, struct fault *fault);
void kafka_ends_free(struct kafka_ends *ends);

#endif
