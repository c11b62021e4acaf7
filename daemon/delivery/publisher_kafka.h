/* SPDX-License-Identifier: Apache-2.0
 *
 * The publisher over Kafka: an idempotent producer, acks=all, keys spread by kafka.partitioner.
 */
#ifndef ANBU_DELIVERY_PUBLISHER_KAFKA_H
#define ANBU_DELIVERY_PUBLISHER_KAFKA_H

#include "delivery/publisher.h"
#include "kafka/kafka.h"

NODISCARD enum err publisher_kafka_new(const struct kafka_common *common,
                                       const struct settings *settings, publisher_done_fn *done,
                                       void *context, struct publisher **out, struct fault *fault);

#endif
