/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a broker answers: a client of its own that asks for metadata and does nothing else.
 */
#include <stdlib.h>

#include "kafka/internal.h"
#include "kafka/probe.h"

struct kafka_probe {
    struct kafka_handle handle; /* first: the opaque of callbacks */
};

enum err kafka_probe_new(const struct kafka_common *common, struct kafka_probe **out,
                         struct fault *fault)
{
    struct kafka_probe *probe = memory_get(sizeof *probe);
    rd_kafka_conf_t *conf = NULL;
    /* The worker's clients tell of an outage; once more from here helps nobody. */
    const struct kafka_property fixed[] = {{"log_level", "0"}, {NULL, NULL}};
    probe->handle.name = "probe";
    enum err err = kafka_conf_new(common, NULL, fixed, &conf, fault);
    if (!err)
        err = kafka_handle_open(&probe->handle, RD_KAFKA_PRODUCER, &conf, fault);
    if (err)
        kafka_probe_free(probe);
    else
        *out = probe;
    return err;
}

enum err kafka_probe_ask(struct kafka_probe *probe, int timeout_ms, struct fault *fault)
{
    const struct rd_kafka_metadata *metadata = NULL;
    (void)rd_kafka_poll(probe->handle.rk, 0);
    /* Of no topic: the answer is short. */
    rd_kafka_resp_err_t error = rd_kafka_metadata(probe->handle.rk, 0, NULL, &metadata, timeout_ms);
    if (error)
        return fault_set(fault, ERR_UNREACHABLE, "no broker answers: %s", rd_kafka_err2str(error));
    rd_kafka_metadata_destroy(metadata);
    return ERR_OK;
}

void kafka_probe_free(struct kafka_probe *probe)
{
    if (!probe)
        return;
    if (probe->handle.rk)
        rd_kafka_destroy(probe->handle.rk);
    free(probe);
}
