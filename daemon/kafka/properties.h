/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks librdkafka what it thinks of kafka.properties, before anything connects: for whoever reads a
 * configuration. Makes handles without brokers and ends them again; any thread.
 */
#ifndef ANBU_KAFKA_PROPERTIES_H
#define ANBU_KAFKA_PROPERTIES_H

#include "config/config.h"

extern const struct config_kafka kafka_properties;

#endif
