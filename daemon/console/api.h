/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP API, /api/v1 (docs/formats.md), over libmicrohttpd. It listens on a unix socket, where
 * who connects is known from the kernel (SO_PEERCRED), and at console.listen, where people sign in
 * (session.h). One route table (routes.c): method, path, handler, summary, roles. Handlers run on
 * the API's own thread with a store handle and a publisher of their own; they never touch a worker.
 * That one thread serves one request after the other: bodies, connections and waits are bounded.
 *
 * A person's action: lifecycle_apply, store transition, produced to anbu.alerts with acks=all, then
 * 200; 202 while Kafka is away (the outbox keeps it). Every look-up and change is in the audit log,
 * fsynced, before the answer.
 */
#ifndef ANBU_CONSOLE_API_H
#define ANBU_CONSOLE_API_H

#include "alert/on_call.h"
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
    /* What a reload would put in force; *out is the caller's. As `reload` on a bad file. */
    enum err (*config_next)(void *host, struct config **out, struct config_errors *errors);
    /* Sends a test through one of `sinks` and returns at once; *out: where it stands, as JSON.
     * ERR_NOT_FOUND, ERR_CONFLICT: one is under way. */
    enum err (*sink_try)(void *host, const char *name, struct buffer *out, struct fault *fault);
};

/* Bounds of what clients may cost. */
struct api_limits {
    int streams_max;      /* viewers of live events */
    int streams_each_max; /* of one account */
    int heartbeat_ms;     /* of a stream that has nothing to tell */
    int request_ms;       /* for the head of a request, and for its body */
    int answer_ms;        /* for reading the answer */
    int listen_again_ms;  /* while somebody else has a place of console.listen */
};

struct api_options {
    const char *socket_path;
    const char *audit_path;
    uint32_t partitions;
    struct store *store;             /* taken over, by a failed start as well */
    const struct settings *settings; /* of the start: topics, timeouts; borrowed */
    const struct clock *clock;       /* wall clock of what people do; borrowed */
    struct api_host host;
    const struct kafka_common *kafka; /* where dead letters are; NULL: nowhere; borrowed */
    const struct api_limits *limits;  /* NULL: the usual ones; borrowed for the start */
    /* Makes the API's publisher. */
    enum err (*publisher_new)(void *context, publisher_done_fn *done, void *done_context,
                              struct publisher **out, struct fault *fault);
    void *publisher_context;
};

struct api;
/* ERR_BUSY: another daemon answers on the socket or writes the audit log. */
NODISCARD enum err api_start(const struct api_options *options, struct api **out,
                             struct fault *fault);
/* What the API counts; written by its thread. */
struct api_counts {
    struct step_tally tally; /* steps that people have made */
    atomic_llong streams;    /* open */
    atomic_ullong streams_refused, streams_slow, told;
    atomic_ullong slow;                            /* connections that took too long */
    atomic_llong certificate_ends_s;               /* the one in force; METRIC_UNKNOWN: none */
    atomic_llong roster_names[ON_CALL_FLAW_COUNT]; /* by which nobody can be called, by why */
};
const struct api_counts *api_counts(const struct api *api);
/* Tells who looks on: `sink` for follower_start, with events_sink_ops (console/events.h). To be
 * stopped before the API. */
struct events;
struct events *api_events(struct api *api);
/* A record of others who look people up, on the disk when it returns; the log's end is kept in
 * Kafka as after the API's own. Any thread, until api_stop. */
struct audit_entry;
NODISCARD enum err api_record(struct api *api, const struct audit_entry *entry,
                              struct fault *fault);

/* Where people sign in, by place in console.listen and with the kernel's port in place of 0; "" not
 * yet: somebody else has the port; NULL: there are no more places. Any thread. */
const char *api_address(const struct api *api, size_t place);
/* The door as GET /api/v1/status has it: {"places":[{"listen","address",
 * "trouble"}],"certificate":{"ends","state"}}. On the API's thread. */
void api_door_json(const struct api *api, struct buffer *out);
/* After a reload: the certificate is looked at. Any thread. */
void api_look_at_files(struct api *api);
void api_stop(struct api *api); /* waits for the request under way; NULL is fine */

#endif
