/* SPDX-License-Identifier: Apache-2.0
 *
 * The only folder that includes rdkafka.h (and embedded/ its mock header): consumer, producer and
 * metadata over librdkafka, in our own types. Handles belong to one thread; librdkafka's own
 * threads stay inside.
 *
 * Traps of librdkafka 2.0 that this folder hides: the batch consume call may skip or repeat around
 * pause, resume and rebalance before 2.1, so records outside the assignment or not at the expected
 * next offset are discarded and the partition is sought again.
 */
#ifndef ANBU_KAFKA_KAFKA_H
#define ANBU_KAFKA_KAFKA_H

#include <stdatomic.h>

#include "base/err.h"
#include "base/metrics.h"
#include "base/text.h"
#include "config/config.h"

/* Of all producers that share it; added to by their owners' threads. */
struct kafka_counts {
    atomic_ullong delivered, failed;
    struct metric_histogram delivery; /* from the producer's queue to the broker's word */
};

/* Brokers and the passed-through properties (TLS, SASL ...), shared by all handles; borrowed. */
struct kafka_common {
    const char *brokers;
    const struct config_pair *properties;
    size_t property_count;
    struct kafka_counts *counts; /* NULL: nobody wants to know */
};

/* The partition of a household's key under kafka.partitioner (murmur2 as Java's default). */
uint32_t kafka_partition(struct text key, uint32_t partitions);

/* Partition counts of the topics; all must be equal: else ERR_INCOMPATIBLE and a fault that says
 * which has how many. Topics that are not there are created with `want` partitions (0:
 * ERR_NOT_FOUND). */
NODISCARD enum err kafka_topics_check(const struct kafka_common *common, const char *const *topics,
                                      size_t count, uint32_t want, uint32_t *partitions,
                                      struct fault *fault);

/* A reader of one partition from an offset on, outside any group: the alerts log, weather, a
 * follower. */
struct kafka_record {
    uint32_t partition;
    int64_t offset, timestamp_ms;
    struct text key, body; /* borrowed for the call */
    const void *message;   /* the library's, for kafka_record_header */
};
/* The last header of that name; false: there is none. */
bool kafka_record_header(const struct kafka_record *record, const char *name, struct text *out);
typedef void kafka_record_fn(void *context, const struct kafka_record *record);

#define KAFKA_FROM_START (-2)
#define KAFKA_FROM_END   (-1)
/* That many before the end of each partition, or all that there are. */
#define KAFKA_FROM_TAIL(n) (-2000 - (n))

struct kafka_reader;
/* All partitions of the topic (only_partition -1) or one, from `offset`. */
NODISCARD enum err kafka_reader_new(const struct kafka_common *common, const char *topic,
                                    int32_t only_partition, int64_t offset,
                                    struct kafka_reader **out, struct fault *fault);
/* Calls `each` for what has come, waits at most timeout_ms for the first; *at_end when every
 * partition has been read to its end once. An offset that retention took is followed by the oldest
 * there is, and an error in the log. ERR_END: a log ends before where it was to be read, so it is
 * another one (made anew, or cut); the next polls read it from its oldest. */
NODISCARD enum err kafka_reader_poll(struct kafka_reader *reader, int timeout_ms,
                                     kafka_record_fn *each, void *context, bool *at_end,
                                     struct fault *fault);
void kafka_reader_free(struct kafka_reader *reader);

/* What there is of one partition now, from an offset (0 and below: the oldest), each record once.
 */
struct kafka_whole {
    const char *topic;
    uint32_t partition;
    int64_t from;
    const atomic_bool *stopping; /* set: it is given up */
    void (*each)(void *context, struct text body, int64_t offset);
    void *context;
};
/* ERR_TIMEOUT when nothing comes for ten seconds, or when it is given up; ERR_END as above.
 * *reader, NULL at first, is kept for the next partition of the same topic: a connection of its own
 * for each would take half a second. The caller frees it; after an error it is NULL. */
NODISCARD enum err kafka_read_whole(const struct kafka_common *common,
                                    const struct kafka_whole *whole, struct kafka_reader **reader,
                                    struct fault *fault);

/* Messages not yet consumed by the group, over all partitions of a topic; negative when unknown.
 * Used by the simulator's pacing. Connects anew each time: some ten milliseconds. */
int64_t kafka_group_lag(const struct kafka_common *common, const char *group, const char *topic,
                        uint32_t partitions);

#endif
