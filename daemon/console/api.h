/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP API, /api/v1 (docs/formats.md), over libmicrohttpd. In this version it listens on a unix
 * socket only: who connects is known from the kernel (SO_PEERCRED), which is the account in the
 * audit log. One route table (routes.c): method, path, handler, summary. Handlers run on the API's
 * own thread with a store handle and a publisher of their own; they never touch a worker. That one
 * thread serves one request after the other: bodies, connections and waits are bounded.
 *
 * A person's action: lifecycle_apply, store transition, produced to anbu.alerts with acks=all, then
 * 200; 202 while Kafka is away (the outbox keeps it). Every look-up and change is in the audit log,
 * fsynced, before the answer.
 */
#ifndef ANBU_CONSOLE_API_H
#define ANBU_CONSOLE_API_H

#include "alert/tally.h"
#include "base/clock.h"
#include "base/err.h"
#include "config/config.h"
#include "console/probe.h"
#include "delivery/publisher.h"
#include "kafka/kafka.h"
#include "store/store.h"

/* What the API asks of the daemon around it; called on the API's thread. */
struct api_host {
    void *host;
    /* Reads the file again and swaps it in; a bad file changes nothing: ERR_CONFIG and errors. */
    enum err (*reload)(void *host, struct config_errors *errors, struct buffer *restart_needed);
    /* The configuration in force; call `config_release` when done. */
    const struct config *(*config_hold)(void *host);
    void (*config_release)(void *host, const struct config *config);
    /* Appends the daemon's state as a JSON object: uptime, partitions, lag, counters. */
    void (*status)(void *host, struct buffer *out);
    struct probe_pages pages; /* the same as on the port of metrics */
};

struct api_options {
    const char *socket_path;
    const char *audit_path;
    uint32_t partitions;
    struct store *store;             /* taken over, by a failed start as well */
    const struct settings *settings; /* of the start: topics, timeouts; borrowed */
    const struct clock *clock;       /* wall clock of what people do; borrowed */
    struct api_host host;
    /* Makes the API's publisher. */
    enum err (*publisher_new)(void *context, publisher_done_fn *done, void *done_context,
                              struct publisher **out, struct fault *fault);
    void *publisher_context;
};

struct api;
/* ERR_BUSY: another daemon answers on the socket or writes the audit log. */
NODISCARD enum err api_start(const struct api_options *options, struct api **out,
                             struct fault *fault);
/* The steps that people have made; written by the API's thread. */
const struct step_tally *api_tally(const struct api *api);
void api_stop(struct api *api); /* waits for the request under way; NULL is fine */

#endif
