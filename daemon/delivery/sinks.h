/* SPDX-License-Identifier: Apache-2.0
 *
 * All of `sinks`, each with its courier. Started and stopped by the main thread; figures may be
 * read by anybody meanwhile.
 */
#ifndef ANBU_DELIVERY_SINKS_H
#define ANBU_DELIVERY_SINKS_H

#include "delivery/courier.h"

struct sinks;
struct sinks_options {
    const struct kafka_common *common;
    const struct config *config;
    uint32_t partitions;
    const struct clock *clock;
    const struct addressee_host *host;
};
/* All is borrowed for the sinks' life. */
NODISCARD enum err sinks_start(const struct sinks_options *options, struct sinks **out,
                               struct fault *fault);
/* Waits for their threads; how they stand may still be asked, until sinks_free. NULL is fine. */
void sinks_stop(struct sinks *sinks);
void sinks_free(struct sinks *sinks);

/* NULL: none. */
size_t sinks_count(const struct sinks *sinks);
const char *sinks_name(const struct sinks *sinks, size_t index);
const struct sink_counts *sinks_counts(const struct sinks *sinks, size_t index);
/* Sends a test through one's courier, and appends where it stands: {"id","asked_at",...}. Any
 * thread. ERR_NOT_FOUND, ERR_CONFLICT: one is under way. */
NODISCARD enum err sinks_try(const struct sinks *sinks, const char *name, struct buffer *out,
                             struct fault *fault);
/* For anbuctl status: [{"name",...}, ...] */
void sinks_json(const struct sinks *sinks, struct buffer *out);

#endif
