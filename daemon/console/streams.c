/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* POLLRDHUP */
#include "console/streams.h"

#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "console/events.h"
#include "console/routes.h"
#include "console/session.h"
#include "console/shown.h"
#include "console/token.h"

#define BLOCK_BYTES      (16 * 1024)
#define KEPT_BYTES_MAX   (64 * 1024)  /* a stream's buffer that grew larger is let go */
#define SEND_BYTES       (128 * 1024) /* in the kernel, a connection */
#define UNHEARD_MS       30000        /* a peer that the network has lost */
#define CLOCK_STEP_MS    1000
#define UNSURE_BEATS_MAX 4 /* heartbeats without an answer of the store */

struct stream {
    struct stream *next, **at;
    struct api *api;
    struct MHD_Connection *connection;
    int fd;
    struct peer peer;
    bool local; /* over the unix socket: sees all that its role may */
    uint32_t scopes;
    char proof[TOKEN_TEXT_MAX]; /* of the session, or a service's token, to look again; wiped */
    bool bearer;
    char address[sizeof((struct visit *)0)->address];
    struct account *account; /* NULL: over the unix socket */
    uint64_t place;
    struct buffer out; /* on its way, at most one event */
    size_t sent;
    bool suspended, over;
    int64_t beat_ms; /* when it is due */
    int unsure;
};

struct streams {
    struct api *api;
    struct stream *first;
    size_t count;
    struct pollfd *polled; /* [streams_max] */
};

struct streams *streams_new(struct api *api)
{
    struct streams *streams = memory_get(sizeof *streams);
    streams->api = api;
    streams->polled = memory_get((size_t)api->limits.streams_max * sizeof *streams->polled);
    return streams;
}

void streams_free(struct streams *streams)
{
    if (!streams)
        return;
    free(streams->polled);
    free(streams);
}

static int64_t now_ms(void)
{
    return clock_monotonic_ms(&clock_machine);
}

void stream_drop(struct stream *stream)
{
    if (!stream)
        return;
    struct streams *streams = stream->api->streams;
    *stream->at = stream->next;
    if (stream->next)
        stream->next->at = stream->at;
    streams->count--;
    metric_set(&stream->api->counts.streams, (long long)streams->count);
    explicit_bzero(stream->proof, sizeof stream->proof);
    free(stream->account);
    buffer_done(&stream->out);
    free(stream);
}

/* ---- what is told ---- */

static bool may_see(const struct stream *stream, const struct live_event *event, uint32_t teams)
{
    if (event->incident)
        return route_is_open(handle_incidents_list, stream->peer.role, stream->scopes) &&
               incident_listed_for(stream->account, &stream->api->held, event->group, event->alert);
    return route_is_open(handle_alerts_list, stream->peer.role, stream->scopes) &&
           (stream->local ||
            (stream->account && account_sees(stream->account, teams, event->area)));
}

static void put_event(const struct stream *stream, const struct live_event *event,
                      struct buffer *out)
{
    char token[EVENTS_TOKEN_MAX];
    events_token(stream->api->events, stream->place, token);
    bool whole = event->incident ? incident_held_shown_to(stream->peer.role)
                                 : shown_has_hours(stream->account);
    const char *shown = whole ? event->json.at : event->bare.at;
    if (event->incident || may_see(stream, event, event->teams))
        buffer_format(out, "event: %s\nid: %s\ndata: %s\n\n",
                      event->incident ? "incident" : "alert", token, shown);
    else
        buffer_format(out,
                      "event: gone\nid: %s\ndata: {\"alert\":\"%s\",\"version\":%" PRId64 "}\n\n",
                      token, event->alert, event->version);
}

static void sent_all(struct stream *stream)
{
    stream->sent = 0;
    if (stream->out.room > KEPT_BYTES_MAX)
        buffer_done(&stream->out);
    buffer_clear(&stream->out);
}

/* What it has not read yet is more than is kept: it comes back, and fetches the list. */
static void let_go(struct stream *stream)
{
    stream->over = true;
    metric_add(&stream->api->counts.streams_slow, 1);
    log_line(LOG_INFO, "a slow viewer of live events is let go", "who=\"%s\"", stream->peer.who);
}

/* The next event that its viewer may see into its buffer; false: there is none. */
static bool pull(struct stream *stream)
{
    const struct live_event *event;
    bool gone = false;
    while (!gone && (event = events_at(stream->api->events, stream->place, &gone))) {
        stream->place++; /* the token names what comes after it */
        if (!may_see(stream, event, event->teams | event->left))
            continue;
        put_event(stream, event, &stream->out);
        metric_add(&stream->api->counts.told, 1);
        return true;
    }
    if (gone)
        let_go(stream);
    return false;
}

/* The library asks for bytes. */
static ssize_t give(void *context, uint64_t position, char *out, size_t room)
{
    struct stream *stream = context;
    (void)position;
    if (stream->sent == stream->out.bytes && !stream->over) {
        sent_all(stream);
        (void)pull(stream);
    }
    if (stream->sent == stream->out.bytes && stream->over)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (stream->sent == stream->out.bytes) {
        stream->suspended = true;
        MHD_suspend_connection(stream->connection);
        return 0;
    }
    size_t left = stream->out.bytes - stream->sent, bytes = left < room ? left : room;
    memcpy(out, stream->out.at + stream->sent, bytes);
    stream->sent += bytes;
    return (ssize_t)bytes;
}

static void give_no_more(void *context)
{
    stream_drop(context);
}

static void go_on(struct stream *stream)
{
    if (!stream->suspended)
        return;
    stream->suspended = false;
    MHD_resume_connection(stream->connection);
}

/* ---- a new one ---- */

static size_t count_of(const struct streams *streams, const struct peer *peer)
{
    size_t count = 0;
    for (const struct stream *stream = streams->first; stream; stream = stream->next)
        count += strcmp(stream->peer.who, peer->who) == 0;
    return count;
}

static enum err room_check(const struct request *request, struct answer *answer,
                           struct fault *fault)
{
    const struct streams *streams = request->api->streams;
    const struct api_limits *limits = &request->api->limits;
    if (streams->count >= (size_t)limits->streams_max)
        return fault_set(fault, ERR_BUSY,
                         "%d look on already, more this anbud does not serve; try again, or fetch "
                         "the list now and then",
                         limits->streams_max);
    if (count_of(streams, &request->peer) < (size_t)limits->streams_each_max)
        return ERR_OK;
    answer->status = 429;
    return fault_set(fault, ERR_BUSY, "%s looks on %d times already: close a page that is open",
                     request->peer.who, limits->streams_each_max);
}

static void greet(struct stream *stream, const char *token)
{
    char now[EVENTS_TOKEN_MAX];
    struct events *events = stream->api->events;
    stream->place = events_end(events);
    bool resumed = token && events_resume(events, token, &stream->place);
    events_token(events, stream->place, now);
    buffer_format(&stream->out, "event: hello\nid: %s\ndata: {\"resumed\":%s}\n\n", now,
                  resumed ? "true" : "false");
}

enum err stream_open(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    struct streams *streams = api->streams;
    enum err err = room_check(request, answer, fault);
    if (err) {
        metric_add(&api->counts.streams_refused, 1);
        return err;
    }
    struct stream *stream = memory_get(sizeof *stream);
    *stream = (struct stream){.api = api,
                              .peer = request->peer,
                              .local = request->peer.role >= ROLE_LOCAL,
                              .scopes = request->scopes,
                              .bearer = request->visit.bearer,
                              .fd = -1,
                              .next = streams->first,
                              .at = &streams->first,
                              .beat_ms = now_ms() + api->limits.heartbeat_ms};
    const char *proof = stream->bearer ? request->visit.bearer : request->visit.session;
    if (proof)
        (void)text_copy((struct text){proof, strcspn(proof, "; ")}, stream->proof,
                        sizeof stream->proof);
    if (request->account) {
        (void)text_copy(text_of(request->visit.address), stream->address, sizeof stream->address);
        stream->account = memory_get(sizeof *stream->account);
        *stream->account = *request->account;
    }
    if (stream->next)
        stream->next->at = &stream->next;
    streams->first = stream;
    metric_set(&api->counts.streams, (long long)++streams->count);
    greet(stream, request->last_event);
    answer->stream = stream;
    return ERR_OK;
}

/* What the kernel keeps for it is bounded, and so is the time that a lost peer goes unnoticed. */
static void connection_set(const struct stream *stream)
{
    int bytes = SEND_BYTES, unheard_ms = UNHEARD_MS;
    (void)setsockopt(stream->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    if (!stream->local)
        (void)setsockopt(stream->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unheard_ms, sizeof unheard_ms);
}

struct MHD_Response *stream_response(struct stream *stream, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES,
                                                                      give, stream, give_no_more);
    if (!response) {
        stream_drop(stream);
        return NULL;
    }
    stream->connection = connection;
    stream->fd = info ? info->connect_fd : -1;
    connection_set(stream);
    return response;
}

/* ---- all of them ---- */

/* What was brought together is counted once, and for nobody not at all. */
struct batch {
    struct api *api;
    bool asked, counted;
};

static void complete(void *context, struct live_event *event)
{
    struct batch *batch = context;
    struct fault fault;
    if (!event->incident)
        return;
    if (!batch->asked && batch->api->streams->count > 0)
        batch->counted = !held_count(batch->api, &fault);
    batch->asked = true;
    buffer_add(&event->bare, event->json.at, event->json.bytes);
    incident_shown_add(NULL, &event->bare);
    incident_shown_add(batch->counted ? &batch->api->held : NULL, &event->json);
}

void streams_tell(struct streams *streams)
{
    struct batch batch = {.api = streams->api};
    events_take(streams->api->events, complete, &batch);
    for (struct stream *stream = streams->first; stream; stream = stream->next) {
        if (!stream->suspended)
            continue;
        sent_all(stream);
        if (pull(stream) || stream->over)
            go_on(stream);
    }
}

/* Asked as if it came anew: its session may be over, its account be another's desk by now. */
static void look_again(struct stream *stream)
{
    struct request *request = memory_get(sizeof *request);
    struct fault fault = {0};
    request->api = stream->api;
    request->method = "GET";
    request->visit = (struct visit){.session = stream->bearer ? NULL : stream->proof,
                                    .bearer = stream->bearer ? stream->proof : NULL,
                                    .watches = true};
    (void)text_copy(text_of(stream->address), request->visit.address,
                    sizeof request->visit.address);
    enum err err = session_identify(request, &fault);
    if (err) {
        stream->over = ++stream->unsure > UNSURE_BEATS_MAX;
    } else if (!request->account ||
               !route_is_open(handle_events, request->peer.role, request->scopes)) {
        stream->over = true;
    } else {
        stream->unsure = 0;
        stream->peer.role = request->peer.role;
        stream->scopes = request->scopes;
        *stream->account = *request->account;
    }
    request_done(request);
    free(request);
}

static void beat(struct stream *stream)
{
    stream->beat_ms = now_ms() + stream->api->limits.heartbeat_ms;
    if (!stream->local)
        look_again(stream);
    if (!stream->suspended)
        return; /* something is on its way */
    sent_all(stream);
    if (!stream->over)
        buffer_text(&stream->out, ": still here\n\n");
    go_on(stream);
}

/* While it is suspended the library does not notice that its peer has gone. */
static void drop_gone(struct streams *streams)
{
    size_t count = 0;
    for (struct stream *stream = streams->first; stream; stream = stream->next)
        streams->polled[count++] = (struct pollfd){.fd = stream->fd, .events = POLLRDHUP};
    if (poll(streams->polled, count, 0) <= 0)
        return;
    count = 0;
    for (struct stream *stream = streams->first; stream; stream = stream->next) {
        if (!streams->polled[count++].revents)
            continue;
        stream->over = true;
        go_on(stream);
    }
}

void streams_tick(struct streams *streams)
{
    bool gone = false;
    drop_gone(streams);
    for (struct stream *stream = streams->first; stream; stream = stream->next) {
        if (now_ms() >= stream->beat_ms)
            beat(stream);
        (void)events_at(streams->api->events, stream->place, &gone);
        if (!gone || stream->over)
            continue;
        /* It does not read, so it is not asked: the library finds the connection closed. */
        let_go(stream);
        (void)shutdown(stream->fd, SHUT_RDWR);
    }
}

int streams_wait_ms(const struct streams *streams)
{
    int beat_ms = streams->api->limits.heartbeat_ms;
    if (!streams->count)
        return -1;
    return beat_ms < CLOCK_STEP_MS ? beat_ms : CLOCK_STEP_MS;
}

void streams_look_again(struct streams *streams)
{
    for (struct stream *stream = streams->first; stream; stream = stream->next) {
        if (stream->local)
            continue;
        look_again(stream);
        if (stream->over)
            go_on(stream);
    }
}

void streams_stop(struct streams *streams)
{
    for (struct stream *stream = streams->first; stream; stream = stream->next) {
        stream->over = true;
        go_on(stream);
    }
}
