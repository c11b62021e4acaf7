/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks, now and then, whether a broker answers. One thread.
 */
#ifndef ANBU_KAFKA_PROBE_H
#define ANBU_KAFKA_PROBE_H

#include "kafka/kafka.h"

struct kafka_probe;
NODISCARD enum err kafka_probe_new(const struct kafka_common *common, struct kafka_probe **out,
                                   struct fault *fault);
/* ERR_UNREACHABLE when none has answered within timeout_ms. */
NODISCARD enum err kafka_probe_ask(struct kafka_probe *probe, int timeout_ms, struct fault *fault);
void kafka_probe_free(struct kafka_probe *probe);

#endif
