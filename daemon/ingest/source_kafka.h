/* SPDX-License-Identifier: Apache-2.0
 *
 * The source over Kafka: a member of the consumer group `kafka.group` on the four household topics
 * (assignor range, so a member has the same partitions of each), plus all of the weather topic.
 * A partition is announced once all four lanes have it.
 */
#ifndef ANBU_INGEST_SOURCE_KAFKA_H
#define ANBU_INGEST_SOURCE_KAFKA_H

#include "ingest/source.h"
#include "kafka/kafka.h"

NODISCARD enum err source_kafka_new(const struct kafka_common *common,
                                    const struct settings *settings, uint32_t partitions,
                                    const struct source_owner *owner, struct source **out,
                                    struct fault *fault);

#endif
