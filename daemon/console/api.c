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
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "console/anchor.h"
#include "console/assets.h"
#include "console/certificate.h"
#include "console/events.h"
#include "console/guests.h"
#include "console/oidc.h"
#include "console/request.h"
#include "console/routes.h"
#include "console/server.h"
#include "console/session.h"
#include "console/staff.h"
#include "console/streams.h"

#define CONNECTIONS_MAX         64 /* besides those that stay open */
#define IDLE_TIMEOUT_S          20u
#define CONNECTION_MEMORY_BYTES (32u * 1024u)

/* A server that had all the connections that it takes listens again only when it is run. */
#define LOOK_MS 1000

/* A sender reads no answer before it has sent its body: one that is too large is read up to here,
 * and thrown away. */
#define DISCARDED_BYTES_MAX (1024u * 1024u)

static const struct api_limits usual_limits = {.streams_max = 256,
                                               .streams_each_max = 16,
                                               .heartbeat_ms = 15000,
                                               .request_ms = 30000,
                                               .answer_ms = 120000,
                                               .listen_again_ms = 10000};

static char tls_priorities[] = "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1"; /* the library takes no const */

struct serving {
    pthread_t thread;
    int stop_fd;
    int look_fd; /* files may have changed */
    bool runs;
};

/* One request while its bytes come in. */
struct call {
    struct buffer body;
    size_t discarded;        /* bytes beyond the limit */
    struct sign_in *sign_in; /* the provider is asked, or has answered */
};

static void on_connection(void *context, struct MHD_Connection *connection, void **own,
                          enum MHD_ConnectionNotificationCode code)
{
    const struct entrance *entrance = context;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (code == MHD_CONNECTION_NOTIFY_STARTED && info)
        *own =
            guest_new(&entrance->api->guests, info->connect_fd, entrance->api->limits.request_ms);
    else if (code == MHD_CONNECTION_NOTIFY_CLOSED && *own)
        guest_done(*own);
}

/* How long it may take from now on. */
static void give(struct MHD_Connection *connection, int64_t for_ms)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (info && info->socket_context)
        guest_give(info->socket_context, for_ms);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct answer *answer)
{
    char text[24];
    /* The library takes the body over. */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(answer->body.bytes, answer->body.at, MHD_RESPMEM_MUST_FREE);
    if (!response) {
        buffer_done(&answer->body);
        buffer_done(&answer->location);
        return MHD_NO;
    }
    answer->body = (struct buffer){0};
    /* A header that finds no memory is left out. */
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                                  answer->problem ? "application/problem+json"
                                  : answer->type  ? answer->type
                                                  : "application/json");
    if (answer->type && strncmp(answer->type, "text/html", 9) == 0)
        (void)MHD_add_response_header(response, "Content-Security-Policy", "default-src 'none'");
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
    if (answer->repeated)
        (void)MHD_add_response_header(response, "Idempotency-Replayed", "true");
    if (answer->cookie[0])
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_SET_COOKIE, answer->cookie);
    if (answer->sign_in_cookie[0])
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_SET_COOKIE, answer->sign_in_cookie);
    if (answer->location.bytes)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, answer->location.at);
    buffer_done(&answer->location);
    if (answer->status == 401)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
                                      "Anbu-Session, Bearer");
    enum MHD_Result result = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_stream(struct MHD_Connection *connection, struct answer *answer)
{
    struct MHD_Response *response = stream_response(answer->stream, connection);
    if (!response)
        return MHD_NO;
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    /* A proxy that gathers answers would keep them from their viewer. */
    (void)MHD_add_response_header(response, "X-Accel-Buffering", "no");
    enum MHD_Result result = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_asset(struct MHD_Connection *connection, const struct assets *assets,
                                  const struct asset *asset)
{
    char tag[40];
    const char *has =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    (void)snprintf(tag, sizeof tag, "\"%s\"", assets_release(assets));
    bool same = has && strstr(has, tag);
    struct MHD_Response *response = MHD_create_response_from_buffer(
        same ? 0 : asset->bytes.bytes, (void *)(uintptr_t)asset->bytes.at, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    for (size_t i = 0; assets_headers[i][0]; i++)
        (void)MHD_add_response_header(response, assets_headers[i][0], assets_headers[i][1]);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, asset->type);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, tag);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
                                  asset->name[0] ? "public, max-age=31536000, immutable"
                                                 : "no-cache");
    enum MHD_Result result =
        MHD_queue_response(connection, same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, response);
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
    out->role = ROLE_NOBODY;
    if (!info || getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &credentials, &bytes) < 0)
        return fault_set(fault, ERR_DENIED, "the kernel does not say who connects: %s",
                         strerror(errno));
    return peer_identify(credentials.uid, credentials.pid, header(connection, "Anbu-On-Behalf-Of"),
                         out, fault);
}

/* The last header of several is the nearest proxy's: one that a client sent comes before it. */
static enum MHD_Result forwarded_take(void *context, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    (void)kind;
    if (strcasecmp(name, "X-Forwarded-For") == 0)
        *(const char **)context = value;
    return MHD_YES;
}

static void source_of(struct MHD_Connection *connection, const struct door *door, char *out,
                      size_t out_bytes)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const char *forwarded = NULL;
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, forwarded_take,
                                    (void *)&forwarded);
    door_source(door, info ? info->client_addr : NULL, forwarded, out, out_bytes);
}

/* What a page asks for by itself. A browser's event stream has no headers of the page's. */
static bool is_watching(struct MHD_Connection *connection, const char *method, const char *url)
{
    const char *said = header(connection, "Anbu-Watches");
    return strcmp(method, "GET") == 0 &&
           ((said && strcmp(said, "1") == 0) || strcmp(url, "/api/v1/events") == 0);
}

static enum err identify_visitor(struct MHD_Connection *connection, struct request *request,
                                 const char *url, struct fault *fault)
{
    struct visit *visit = &request->visit;
    visit->session = MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, SESSION_COOKIE);
    visit->csrf = header(connection, "Anbu-CSRF");
    visit->origin = header(connection, MHD_HTTP_HEADER_ORIGIN);
    visit->site = header(connection, "Sec-Fetch-Site");
    visit->host = header(connection, MHD_HTTP_HEADER_HOST);
    visit->watches = is_watching(connection, request->method, url);
    visit->probes = route_knows_nobody(request->method, url);
    visit->sign_in = MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, OIDC_COOKIE);
    const char *told = header(connection, MHD_HTTP_HEADER_AUTHORIZATION);
    if (told && strncasecmp(told, "Bearer ", 7) == 0)
        visit->bearer = told + 7;
    source_of(connection, &request->api->door, visit->address, sizeof visit->address);
    return session_identify(request, fault);
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

/* "3" with or without quotes; * says nothing about a version. */
static int64_t version_of(const char *if_match)
{
    char *end;
    if (!if_match || strcmp(if_match, "*") == 0)
        return 0;
    bool quoted = *if_match == '"';
    long long version = strtoll(if_match + quoted, &end, 10);
    return version > 0 && strcmp(end, quoted ? "\"" : "") == 0 ? version : REQUEST_NO_VERSION;
}

static void serve(const struct entrance *entrance, struct MHD_Connection *connection,
                  const char *method, const char *url, const struct call *call,
                  struct answer *answer)
{
    struct fault fault = {0};
    struct request *request = memory_get(sizeof *request);
    request->api = entrance->api;
    request->method = method;
    request->body = buffer_view(&call->body);
    request->last_event = header(connection, "Last-Event-ID");
    request->accept = header(connection, MHD_HTTP_HEADER_ACCEPT);
    request->key = header(connection, "Idempotency-Key");
    request->sign_in = call->sign_in;
    request->webhook = (struct webhook_headers){header(connection, "webhook-id"),
                                                header(connection, "webhook-timestamp"),
                                                header(connection, "webhook-signature")};
    request->if_match = version_of(header(connection, MHD_HTTP_HEADER_IF_MATCH));
    enum err identified = entrance->net ? identify_visitor(connection, request, url, &fault)
                                        : identify(connection, &request->peer, &fault);
    struct query_reading reading = {.request = request};
    (void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, query_take, &reading);
    if (!identified && reading.bad)
        identified =
            fault_set(&fault, ERR_INVALID, "the query is malformed, or has more than %d parameters",
                      REQUEST_QUERY_MAX);
    request_serve(request, method, url, identified, &fault, answer);
    if (answer->problem && oidc_is_by_browser(request))
        oidc_page(answer);
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

/* The library calls again when the provider has answered. */
static enum MHD_Result wait_for(struct MHD_Connection *connection, struct call *call,
                                struct sign_in *sign_in)
{
    call->sign_in = sign_in;
    sign_in->waiter = connection;
    MHD_suspend_connection(connection);
    return MHD_YES;
}

static void provider_has_answered(const struct api *api)
{
    struct sign_in *sign_in;
    while (api->sign_ins && (sign_in = sign_ins_done(api->sign_ins)))
        MHD_resume_connection(sign_in->waiter);
}

/* The library calls this once for the head, then for each piece of the body, then at its end. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_bytes, void **state)
{
    const struct entrance *entrance = context;
    const struct api_limits *limits = &entrance->api->limits;
    struct call *call = *state;
    (void)version;
    if (!call) {
        const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
        *state = memory_get(sizeof *call);
        give(connection, limits->request_ms);
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
    give(connection, limits->answer_ms);
    struct asset asset;
    if (entrance->net && (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) &&
        assets_find(entrance->api->assets, url, &asset))
        return send_asset(connection, entrance->api->assets, &asset);
    struct answer answer = {0};
    serve(entrance, connection, method, url, call, &answer);
    if (answer.stream && !answer.problem)
        give(connection, GUEST_FOR_EVER); /* its own bounds are those of streams.h */
    if (answer.stream && !answer.problem)
        return send_stream(connection, &answer);
    stream_drop(answer.stream);
    return answer.waits ? wait_for(connection, call, answer.waits)
                        : send_answer(connection, &answer);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    const struct entrance *entrance = context;
    struct call *call = *state;
    (void)code;
    give(connection, entrance->api->limits.request_ms);
    if (!call)
        return;
    buffer_done(&call->body);
    sign_in_free(call->sign_in);
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

static enum err server_start(struct entrance *entrance, int fd, const char *where,
                             struct fault *fault)
{
    const struct door *door = &entrance->api->door;
    unsigned connections = CONNECTIONS_MAX + (unsigned)entrance->api->limits.streams_max;
    bool tls = entrance->net && door->certificate;
    enum MHD_OPTION with_tls = tls ? MHD_OPTION_HTTPS_CERT_CALLBACK2 : MHD_OPTION_END;
    const struct MHD_OptionItem options[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_library_message, NULL},
        {MHD_OPTION_LISTEN_SOCKET, fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, connections, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, IDLE_TIMEOUT_S, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, entrance},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, entrance},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_escaped, NULL},
        {with_tls, 0, tls ? certificate_callback(door->certificate) : NULL},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, tls_priorities},
        {MHD_OPTION_END, 0, NULL},
    };
    entrance->server = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME | (tls ? MHD_USE_TLS : 0u), 0,
        NULL, NULL, on_request, entrance, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    /* Whether the library has closed the socket by now differs by its version; the start has failed
     * and the process ends. */
    if (!entrance->server)
        return fault_set(fault, ERR_IO, "%s: the HTTP server cannot be started", where);
    return ERR_OK;
}

/* *fault goes on in the status while the place has no server. */
static enum err place_open(struct api *api, struct gate *place, struct fault *fault)
{
    int fd;
    place->again_ms = clock_monotonic_ms(&clock_machine) + api->limits.listen_again_ms;
    place->entrance = (struct entrance){.api = api, .net = true};
    enum err err = door_listen(&api->door, place, &fd, fault);
    if (!err)
        err = server_start(&place->entrance, fd, place->address, fault);
    place->fault = *fault;
    atomic_store(&place->open, !err);
    return err;
}

static int descriptor_of(struct MHD_Daemon *server)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

/* A port may have become free. */
static void open_again(struct api *api)
{
    for (size_t i = 0; i < api->door.place_count; i++) {
        struct gate *place = &api->door.places[i];
        struct fault fault = {0};
        if (!place->open && clock_monotonic_ms(&clock_machine) >= place->again_ms &&
            place_open(api, place, &fault))
            log_line(LOG_DEBUG, "the page has no port", "error=\"%s\"", fault.text);
    }
}

#define SERVERS_MAX (1 + CONSOLE_LISTEN_MAX)

static size_t servers_of(const struct api *api, struct MHD_Daemon *out[SERVERS_MAX])
{
    size_t count = 0;
    out[count++] = api->local.server;
    for (size_t i = 0; i < api->door.place_count; i++)
        if (api->door.places[i].open)
            out[count++] = api->door.places[i].entrance.server;
    return count;
}

/* Until a server has something to do by itself, or a stream, or a connection is due. */
static int wait_ms_of(const struct api *api, struct MHD_Daemon *const *servers, size_t count)
{
    int wait_ms = LOOK_MS, guests_ms = guests_wait_ms(api->guests);
    int streams_ms = streams_wait_ms(api->streams);
    if (guests_ms >= 0 && guests_ms < wait_ms)
        wait_ms = guests_ms;
    if (streams_ms >= 0 && streams_ms < wait_ms)
        wait_ms = streams_ms;
    for (size_t i = 0; i < count; i++) {
        MHD_UNSIGNED_LONG_LONG due_ms;
        if (MHD_get_timeout(servers[i], &due_ms) == MHD_YES &&
            due_ms < (MHD_UNSIGNED_LONG_LONG)wait_ms)
            wait_ms = (int)due_ms;
    }
    return wait_ms;
}

static void look_at_files(struct api *api)
{
    eventfd_t count;
    (void)eventfd_read(api->serving->look_fd, &count);
    if (api->door.certificate)
        certificate_look(api->door.certificate);
}

void api_look_at_files(struct api *api)
{
    (void)eventfd_write(api->serving->look_fd, 1);
}

enum waking { WAKE_STOP, WAKE_EVENTS, WAKE_SIGN_INS, WAKE_LOOK, WAKE_SERVERS };

static void serve_woken(struct api *api, const struct pollfd *ready)
{
    if (ready[WAKE_EVENTS].revents)
        streams_tell(api->streams);
    streams_tick(api->streams);
    metric_add(&api->counts.slow, guests_tick(api->guests));
    if (ready[WAKE_SIGN_INS].revents)
        provider_has_answered(api);
    if (ready[WAKE_LOOK].revents)
        look_at_files(api);
    anchor_others(api);
}

/* One thread for all entrances: the store's handle and the publisher are of one thread. */
static void *serve_all(void *context)
{
    struct api *api = context;
    struct MHD_Daemon *servers[SERVERS_MAX];
    struct pollfd ready[WAKE_SERVERS + SERVERS_MAX] = {
        [WAKE_STOP] = {.fd = api->serving->stop_fd, .events = POLLIN},
        [WAKE_EVENTS] = {.fd = events_fd(api->events), .events = POLLIN},
        [WAKE_SIGN_INS] = {.fd = api->sign_ins ? sign_ins_fd(api->sign_ins) : -1, .events = POLLIN},
        [WAKE_LOOK] = {.fd = api->serving->look_fd, .events = POLLIN}};
    while (!ready[WAKE_STOP].revents) {
        open_again(api);
        door_look_after(api);
        staff_look(api, false);
        size_t count = servers_of(api, servers);
        for (size_t i = 0; i < count; i++)
            ready[WAKE_SERVERS + i] =
                (struct pollfd){.fd = descriptor_of(servers[i]), .events = POLLIN};
        (void)poll(ready, WAKE_SERVERS + count, wait_ms_of(api, servers, count));
        serve_woken(api, ready);
        for (size_t i = 0; i < count; i++)
            (void)MHD_run(servers[i]);
    }
    return NULL;
}

static enum err thread_start(struct api *api, struct fault *fault)
{
    struct serving *serving = memory_get(sizeof *serving);
    api->serving = serving;
    serving->stop_fd = eventfd(0, EFD_CLOEXEC);
    serving->look_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (serving->stop_fd < 0 || serving->look_fd < 0 ||
        pthread_create(&serving->thread, NULL, serve_all, api) != 0)
        return fault_set(fault, ERR_IO, "the API's thread cannot be started");
    serving->runs = true;
    return ERR_OK;
}

static enum err servers_start(struct api *api, const struct api_options *options,
                              struct fault *fault)
{
    api->local = (struct entrance){.api = api};
    enum err err = listener_open(options->socket_path, &api->listener, fault);
    if (!err)
        err = server_start(&api->local, api->listener.fd, api->listener.path, fault);
    if (!err)
        err = door_open(options->settings, &api->door, fault);
    if (err)
        return err;
    door_look_after(api);
    for (size_t i = 0; i < api->door.place_count && !err; i++) {
        err = place_open(api, &api->door.places[i], fault);
        if (err != ERR_BUSY)
            continue;
        /* A port that somebody else has must not keep alerts from people. */
        log_line(LOG_ERROR, "the page has no port",
                 "error=\"%s\" remedy=\"tried again every %d s\"", fault->text,
                 api->limits.listen_again_ms / 1000);
        err = ERR_OK;
    }
    return err ? err : thread_start(api, fault);
}

enum err api_start(const struct api_options *options, struct api **out, struct fault *fault)
{
    struct api *api = memory_get(sizeof *api);
    int64_t wait_ms = options->settings->kafka.delivery_timeout_s * 1000;
    api->store = options->store;
    api->clock = options->clock;
    api->host = options->host;
    api->partitions = options->partitions;
    if (options->kafka)
        api->letters = letter_box_new(options->kafka, options->settings->kafka.dead_letters);
    api->limits = options->limits ? *options->limits : usual_limits;
    api->events = events_new();
    api->streams = streams_new(api);
    api->announce_wait_ms = wait_ms < ANNOUNCE_WAIT_MAX_MS ? wait_ms : ANNOUNCE_WAIT_MAX_MS;
    api->listener.fd = -1;
    api->assets = assets_new();
    /* The log first: its lock keeps a second daemon away from the socket. */
    enum err err = audit_open(options->audit_path, &api->audit, fault);
    if (!err)
        audit_keep(api->audit, options->settings->audit.keep_s * 1000);
    if (!err)
        err = options->publisher_new(options->publisher_context, announce_done, api,
                                     &api->publisher, fault);
    if (!err)
        err = directory_open(options->settings, options->clock, &api->directory, fault);
    if (!err)
        err = oidc_start(api, options->settings, fault);
    if (!err)
        err = servers_start(api, options, fault);
    if (err) {
        api_stop(api);
        return err;
    }
    *out = api;
    return ERR_OK;
}

const struct api_counts *api_counts(const struct api *api)
{
    return &api->counts;
}

enum err api_record(struct api *api, const struct audit_entry *entry, struct fault *fault)
{
    enum err err = audit_append(api->audit, entry, fault);
    if (!err)
        atomic_store(&api->others_recorded, true);
    return err;
}

struct events *api_events(struct api *api)
{
    return api->events;
}

const char *api_address(const struct api *api, size_t place)
{
    const struct gate *at = place < api->door.place_count ? &api->door.places[place] : NULL;
    return !at ? NULL : atomic_load(&at->open) ? at->address : "";
}

void api_stop(struct api *api)
{
    if (!api)
        return;
    listener_remove(&api->listener);
    if (api->serving && api->serving->runs) {
        (void)eventfd_write(api->serving->stop_fd, 1);
        (void)pthread_join(api->serving->thread, NULL);
    }
    streams_stop(api->streams);
    if (api->sign_ins) {
        sign_ins_stop(api->sign_ins);
        provider_has_answered(api); /* the library ends with no connection that waits */
    }
    /* The library closes what it listens on. */
    if (api->local.server)
        MHD_stop_daemon(api->local.server);
    for (size_t i = 0; i < api->door.place_count; i++)
        if (api->door.places[i].open)
            MHD_stop_daemon(api->door.places[i].entrance.server);
    if (api->serving && api->serving->stop_fd >= 0)
        (void)close(api->serving->stop_fd);
    if (api->serving && api->serving->look_fd >= 0)
        (void)close(api->serving->look_fd);
    free(api->serving);
    sign_ins_free(api->sign_ins);
    door_done(&api->door);
    assets_free(api->assets);
    anchor_last(api);
    if (api->publisher)
        api->publisher->ops->free(api->publisher);
    directory_close(api->directory);
    audit_close(api->audit);
    facts_done(&api->facts);
    homes_done(&api->homes);
    held_done(&api->held);
    buffer_done(&api->staff_said);
    letter_box_free(api->letters);
    if (api->store)
        api->store->ops->free(api->store);
    streams_free(api->streams);
    events_free(api->events);
    free(api);
}
