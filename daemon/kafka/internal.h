/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files of kafka/ alone: making librdkafka handles from our settings, its log lines
 * in ours, its errors in ours. A struct kafka_handle is the first member of every owner and the
 * opaque of its callbacks; log lines come from librdkafka's threads, all else from the owner's.
 */
#ifndef ANBU_KAFKA_INTERNAL_H
#define ANBU_KAFKA_INTERNAL_H

#include <librdkafka/rdkafka.h>

#include "base/log.h"
#include "kafka/kafka.h"

struct kafka_handle {
    rd_kafka_t *rk;
    const char *name; /* for log lines: "consumer", "publisher" ... */
    struct log_quota quota;
    rd_kafka_resp_err_t refused; /* why a broker turned us away at the last try, and its words */
    char refusal[512];
};

struct kafka_property {
    const char *name, *value;
};

/* A configuration: `defaults`, over them kafka.properties, over them `fixed` (both lists end with a
 * NULL name). Defaults that an older librdkafka does not know are left out. */
NODISCARD enum err kafka_conf_new(const struct kafka_common *common,
                                  const struct kafka_property *defaults,
                                  const struct kafka_property *fixed, rd_kafka_conf_t **out,
                                  struct fault *fault);

/* Consumes *conf in any case. handle->name must be set. */
NODISCARD enum err kafka_handle_open(struct kafka_handle *handle, rd_kafka_type_t type,
                                     rd_kafka_conf_t **conf, struct fault *fault);

/* A broker that does not answer; when it is there and does not let us in: why, and the way out. */
enum err kafka_handle_unanswered(struct kafka_handle *handle, const char *brokers,
                                 const char *question, struct fault *fault);

enum err kafka_err(rd_kafka_resp_err_t error);

/* ERR_UNREACHABLE with its reason once librdkafka has given the handle up. */
NODISCARD enum err kafka_handle_fatal(const struct kafka_handle *handle, struct fault *fault);

/* What librdkafka said about a topic, one line, limited. */
void kafka_handle_warn(struct kafka_handle *handle, const char *what, const char *topic,
                       int32_t partition, const char *detail);

#endif
