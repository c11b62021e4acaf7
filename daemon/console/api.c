/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP server around the handlers of the API; with probe.c the only one that includes
 * microhttpd.h.
 */
#define _GNU_SOURCE /* struct ucred */
#include "console/api.h"

#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "console/request.h"
#include "console/server.h"

#define CONNECTIONS_MAX         64u
#define IDLE_TIMEOUT_S          20u
#define CONNECTION_MEMORY_BYTES (32u * 1024u)

/* A sender reads no answer before it has sent its body: one that is too large is read up to here,
 * and thrown away. */
#define DISCARDED_BYTES_MAX (1024u * 1024u)

/* One request while its bytes come in. */
struct call {
    struct buffer body;
    size_t discarded; /* bytes beyond the limit */
};

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct answer *answer)
{
    char text[24];
    /* The library takes the body over. */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(answer->body.bytes, answer->body.at, MHD_RESPMEM_MUST_FREE);
    if (!response) {
        buffer_done(&answer->body);
        return MHD_NO;
    }
    answer->body = (struct buffer){0};
    /* A header that finds no memory is left out. */
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                                  answer->problem ? "application/problem+json"
                                                  : "application/json");
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (answer->allow[0])
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, answer->allow);
    if (answer->version > 0) {
        (void)snprintf(text, sizeof text, "\"%" PRId64 "\"", answer->version);
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, text);
    }
    if (answer->retry_after_s > 0) {
        (void)snprintf(text, sizeof text, "%d", answer->retry_after_s);
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, text);
    }
    enum MHD_Result result = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum err identify(struct MHD_Connection *connection, struct peer *out, struct fault *fault)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct ucred credentials;
    socklen_t bytes = sizeof credentials;
    (void)snprintf(out->who, sizeof out->who, "unknown");
    (void)snprintf(out->from, sizeof out->from, "unix");
    if (!info || getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &credentials, &bytes) < 0)
        return fault_set(fault, ERR_DENIED, "the kernel does not say who connects: %s",
                         strerror(errno));
    return peer_identify(credentials.uid, credentials.pid, header(connection, "Anbu-On-Behalf-Of"),
                         out, fault);
}

struct query_reading {
    struct request *request;
    bool bad;
};

static enum MHD_Result query_take(void *context, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    struct query_reading *reading = context;
    struct request *request = reading->request;
    (void)kind;
    struct query_pair *pair = &request->query[request->query_count];
    if (request->query_count == REQUEST_QUERY_MAX ||
        !request_decode(name, pair->name, sizeof pair->name) ||
        !request_decode(value ? value : "", pair->value, sizeof pair->value)) {
        reading->bad = true;
        return MHD_NO;
    }
    request->query_count++;
    return MHD_YES;
}

/* "3" with or without quotes; anything else, and *, says nothing about a version. */
static int64_t version_of(const char *if_match)
{
    char *end;
    if (!if_match)
        return 0;
    long long version = strtoll(if_match + (*if_match == '"'), &end, 10);
    return version > 0 && (*end == '\0' || *end == '"') ? version : 0;
}

static void serve(struct api *api, struct MHD_Connection *connection, const char *method,
                  const char *url, const struct call *call, struct answer *answer)
{
    struct fault fault = {0};
    struct request *request = memory_get(sizeof *request);
    request->api = api;
    request->body = buffer_view(&call->body);
    request->if_match = version_of(header(connection, MHD_HTTP_HEADER_IF_MATCH));
    enum err identified = identify(connection, &request->peer, &fault);
    struct query_reading reading = {.request = request};
    (void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, query_take, &reading);
    if (!identified && reading.bad)
        identified =
            fault_set(&fault, ERR_INVALID, "the query is malformed, or has more than %d parameters",
                      REQUEST_QUERY_MAX);
    request_serve(request, method, url, identified, &fault, answer);
    request_done(request);
    free(request);
}

static enum MHD_Result refuse_large(struct MHD_Connection *connection)
{
    struct answer answer = {0};
    struct fault fault;
    enum err err =
        fault_set(&fault, ERR_TOO_LARGE, "a body has at most %d bytes", REQUEST_BODY_BYTES_MAX);
    problem_make(err, &fault, &answer);
    return send_answer(connection, &answer);
}

/* The library calls this once for the head, then for each piece of the body, then at its end. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_bytes, void **state)
{
    struct call *call = *state;
    (void)version;
    if (!call) {
        const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
        *state = memory_get(sizeof *call);
        if (length && strtoull(length, NULL, 10) > DISCARDED_BYTES_MAX)
            return refuse_large(connection);
        return MHD_YES;
    }
    if (*piece_bytes > 0) {
        size_t room = REQUEST_BODY_BYTES_MAX - call->body.bytes;
        size_t kept = *piece_bytes < room ? *piece_bytes : room;
        buffer_add(&call->body, piece, kept);
        call->discarded += *piece_bytes - kept;
        *piece_bytes = 0;
        return call->discarded > DISCARDED_BYTES_MAX ? MHD_NO : MHD_YES; /* no: hang up */
    }
    if (call->discarded)
        return refuse_large(connection);
    struct answer answer = {0};
    serve(context, connection, method, url, call, &answer);
    return send_answer(connection, &answer);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct call *call = *state;
    (void)context;
    (void)connection;
    (void)code;
    if (!call)
        return;
    buffer_done(&call->body);
    free(call);
    *state = NULL;
}

/* Segments are split before they are decoded, so that an id may hold a slash. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *at)
{
    (void)context;
    (void)connection;
    return strlen(at);
}

static void on_library_message(void *context, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static void on_library_message(void *context, const char *format, va_list args)
{
    char text[512];
    (void)context;
    (void)vsnprintf(text, sizeof text, format, args);
    log_line(LOG_DEBUG, "http server", "says=\"%s\"", text);
}

static enum err server_start(struct api *api, struct fault *fault)
{
    const struct MHD_OptionItem options[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_library_message, NULL},
        {MHD_OPTION_LISTEN_SOCKET, api->listener.fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, IDLE_TIMEOUT_S, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, NULL},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_escaped, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    api->server =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | MHD_USE_ERROR_LOG, 0,
                         NULL, NULL, on_request, api, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    /* Whether the library has closed the socket by now differs by its version; the start has failed
     * and the process ends. */
    if (!api->server)
        return fault_set(fault, ERR_IO, "%s: the HTTP server cannot be started",
                         api->listener.path);
    return ERR_OK;
}

enum err api_start(const struct api_options *options, struct api **out, struct fault *fault)
{
    struct api *api = memory_get(sizeof *api);
    int64_t wait_ms = options->settings->kafka.delivery_timeout_s * 1000;
    api->store = options->store;
    api->clock = options->clock;
    api->host = options->host;
    api->partitions = options->partitions;
    api->announce_wait_ms = wait_ms < ANNOUNCE_WAIT_MAX_MS ? wait_ms : ANNOUNCE_WAIT_MAX_MS;
    api->listener.fd = -1;
    /* The log first: its lock keeps a second daemon away from the socket. */
    enum err err = audit_open(options->audit_path, &api->audit, fault);
    if (!err)
        err = options->publisher_new(options->publisher_context, announce_done, api,
                                     &api->publisher, fault);
    if (!err)
        err = listener_open(options->socket_path, &api->listener, fault);
    if (!err)
        err = server_start(api, fault);
    if (err) {
        api_stop(api);
        return err;
    }
    *out = api;
    return ERR_OK;
}

const struct step_tally *api_tally(const struct api *api)
{
    return &api->tally;
}

void api_stop(struct api *api)
{
    if (!api)
        return;
    listener_remove(&api->listener);
    if (api->server)
        MHD_stop_daemon(api->server); /* closes the listening socket */
    if (api->publisher)
        api->publisher->ops->free(api->publisher);
    audit_close(api->audit);
    if (api->store)
        api->store->ops->free(api->store);
    free(api);
}
