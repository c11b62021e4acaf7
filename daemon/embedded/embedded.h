/* SPDX-License-Identifier: Apache-2.0
 *
 * What `anbud --embedded` brings along: a Kafka broker (librdkafka's mock cluster, in this process,
 * memory only) and a private redis-server on a unix socket in the data directory (append-only). The
 * rest of the program sees only their addresses. Limits of the mock: docs/operations.md.
 */
#ifndef ANBU_EMBEDDED_EMBEDDED_H
#define ANBU_EMBEDDED_EMBEDDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct broker;
/* Topics are made with `partitions` each. *address is "127.0.0.1:PORT", alive as long as the
 * broker. */
NODISCARD enum err broker_start(const char *const *topics, size_t topic_count, uint32_t partitions,
                                struct broker **out, const char **address, struct fault *fault);
void broker_stop(struct broker *broker);

struct redis_child;
/* Starts redis-server (or valkey-server) in data_dir, waits until it answers. *address is
 * "unix:DATA_DIR/redis.sock". The child dies with us, even by kill -9 of the parent. */
NODISCARD enum err redis_child_start(const char *data_dir, struct redis_child **out,
                                     const char **address, struct fault *fault);
/* True while it runs; false: it died (the daemon says so and ends). */
bool redis_child_alive(struct redis_child *child);
void redis_child_stop(struct redis_child *child); /* SIGTERM, waits */

#endif
