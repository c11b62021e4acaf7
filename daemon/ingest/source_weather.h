/* SPDX-License-Identifier: Apache-2.0
 *
 * The weather topic within the source over Kafka (source_kafka.c): every member reads all of it,
 * from its oldest record, outside the group. Deliveries are of partition SOURCE_EVERYWHERE, their
 * lane is the topic's partition. The source's thread.
 */
#ifndef ANBU_INGEST_SOURCE_WEATHER_H
#define ANBU_INGEST_SOURCE_WEATHER_H

#include "ingest/source.h"
#include "kafka/kafka.h"

#define SOURCE_EVERYWHERE UINT32_MAX

struct source_weather;
NODISCARD enum err source_weather_new(const struct kafka_common *common, const char *topic,
                                      struct source_weather **out, struct fault *fault);
/* What has come; borrowed until source_weather_done. */
size_t source_weather_take(struct source_weather *weather, struct delivery *out, size_t max);
void source_weather_done(struct source_weather *weather);
/* Read to its end and given out, or given up on: households may come. */
bool source_weather_settled(const struct source_weather *weather);
void source_weather_free(struct source_weather *weather);

#endif
