/* SPDX-License-Identifier: Apache-2.0 */
#include "console/events.h"

#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "alert/incident.h"
#include "console/shown.h"

#define ALERT_TYPE    "anbu.alert."
#define INCIDENT_TYPE "anbu.incident."

struct events {
    pthread_mutex_t mutex; /* guards inbox and brought */
    struct live_event inbox[EVENTS_INBOX_MAX];
    size_t brought;
    int fd;
    /* The API's thread alone: those of places [first, end). */
    char daemon[17]; /* tells one daemon's places from another's */
    struct live_event kept[EVENTS_MAX];
    uint64_t first, end;
    size_t bytes;
};

static void event_done(struct live_event *event)
{
    buffer_done(&event->json);
    buffer_done(&event->bare);
}

struct events *events_new(void)
{
    struct events *events = memory_get(sizeof *events);
    unsigned char random[8];
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2hex(events->daemon, sizeof events->daemon, random, sizeof random);
    (void)pthread_mutex_init(&events->mutex, NULL);
    events->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return events;
}

void events_free(struct events *events)
{
    if (!events)
        return;
    for (size_t i = 0; i < events->brought; i++)
        event_done(&events->inbox[i]);
    for (size_t i = 0; i < EVENTS_MAX; i++)
        event_done(&events->kept[i]);
    if (events->fd >= 0)
        (void)close(events->fd);
    (void)pthread_mutex_destroy(&events->mutex);
    free(events);
}

int events_fd(const struct events *events)
{
    return events->fd;
}

/* ---- brought, on the follower's thread ---- */

static enum err read_alert(struct text data, const char *what, struct live_event *out,
                           struct fault *fault)
{
    struct alert alert;
    struct buffer snapshot = {0};
    enum err err = alert_read(data, &alert, fault);
    if (err)
        return err;
    out->teams = alert_teams(&alert);
    /* Who gave it back has it no longer; nobody else ever loses one. */
    if (strcmp(what, "declined") == 0)
        out->left = ((1u << TEAM_COUNT) - 1) & ~out->teams;
    (void)text_copy(text_of(alert.area), out->area, sizeof out->area);
    (void)text_copy(text_of(alert.id), out->alert, sizeof out->alert);
    out->version = alert.version;
    alert_write(&alert, &snapshot);
    shown_add(buffer_view(&snapshot), &alert, true, &out->json);
    shown_add(buffer_view(&snapshot), &alert, false, &out->bare);
    buffer_done(&snapshot);
    alert_done(&alert);
    return ERR_OK;
}

static enum err read_incident(struct text data, struct live_event *out, struct fault *fault)
{
    struct incident incident;
    enum err err = incident_read(data, &incident, fault);
    out->incident = true;
    if (err)
        return err;
    (void)text_copy(text_of(incident.group), out->group, sizeof out->group);
    (void)text_copy(text_of(incident.id), out->alert, sizeof out->alert);
    incident_write(&incident, &out->json);
    return ERR_OK;
}

/* Nothing that nobody is to see: then json stays empty. */
static enum err event_read(struct text text, struct live_event *out, struct fault *fault)
{
    json_t *root = json_loadb(text.at, text.bytes, JSON_REJECT_DUPLICATES, NULL);
    const char *type = json_string_value(json_object_get(root, "type"));
    char *data = json_dumps(json_object_get(root, "data"), JSON_COMPACT);
    enum err err = ERR_OK;
    if (!type || !data)
        err = fault_set(fault, ERR_CORRUPT, "no event of Anbu's: it has no type or no data");
    else if (strncmp(type, ALERT_TYPE, strlen(ALERT_TYPE)) == 0)
        err = read_alert(text_of(data), type + strlen(ALERT_TYPE), out, fault);
    else if (strncmp(type, INCIDENT_TYPE, strlen(INCIDENT_TYPE)) == 0)
        err = read_incident(text_of(data), out, fault);
    free(data);
    json_decref(root);
    return err;
}

static enum err deliver(void *sink, struct text text, struct fault *fault)
{
    struct events *events = sink;
    struct live_event event = {.version = 0};
    bool full = false;
    enum err err = event_read(text, &event, fault);
    if (err || !event.json.bytes) {
        event_done(&event);
        return err;
    }
    (void)pthread_mutex_lock(&events->mutex);
    full = events->brought == EVENTS_INBOX_MAX;
    if (!full)
        events->inbox[events->brought++] = event;
    (void)pthread_mutex_unlock(&events->mutex);
    if (full) {
        event_done(&event);
        return fault_set(fault, ERR_BUSY, "the API's thread has not taken the %d before",
                         EVENTS_INBOX_MAX);
    }
    (void)eventfd_write(events->fd, 1);
    return ERR_OK;
}

static void leave(void *sink)
{
    (void)sink;
}

const struct sink_ops events_sink_ops = {.name = "live", .deliver = deliver, .free = leave};

/* ---- taken, on the API's thread ---- */

static void push_out(struct events *events)
{
    struct live_event *oldest = &events->kept[events->first++ % EVENTS_MAX];
    events->bytes -= oldest->json.bytes + oldest->bare.bytes;
    event_done(oldest);
}

static void keep(struct events *events, const struct live_event *event)
{
    if (events->end - events->first == EVENTS_MAX)
        push_out(events);
    events->kept[events->end++ % EVENTS_MAX] = *event;
    events->bytes += event->json.bytes + event->bare.bytes;
    while (events->bytes > EVENTS_BYTES_MAX && events->end - events->first > 1)
        push_out(events);
}

void events_take(struct events *events, void (*each)(void *context, struct live_event *event),
                 void *context)
{
    eventfd_t ignored;
    struct live_event *taken = memory_get(sizeof events->inbox);
    (void)eventfd_read(events->fd, &ignored);
    (void)pthread_mutex_lock(&events->mutex);
    size_t count = events->brought;
    memcpy(taken, events->inbox, count * sizeof *taken);
    events->brought = 0;
    (void)pthread_mutex_unlock(&events->mutex);
    for (size_t i = 0; i < count; i++) {
        each(context, &taken[i]);
        keep(events, &taken[i]);
    }
    free(taken);
}

uint64_t events_end(const struct events *events)
{
    return events->end;
}

const struct live_event *events_at(const struct events *events, uint64_t place, bool *gone)
{
    *gone = place < events->first;
    return *gone || place >= events->end ? NULL : &events->kept[place % EVENTS_MAX];
}

void events_token(const struct events *events, uint64_t place, char out[EVENTS_TOKEN_MAX])
{
    (void)snprintf(out, EVENTS_TOKEN_MAX, "%s.%" PRIu64, events->daemon, place);
}

bool events_resume(const struct events *events, const char *token, uint64_t *place)
{
    size_t bytes = strlen(events->daemon);
    char *end = NULL;
    if (strncmp(token, events->daemon, bytes) != 0 || token[bytes] != '.' ||
        strspn(token + bytes + 1, "0123456789") != strlen(token + bytes + 1))
        return false;
    unsigned long long given = strtoull(token + bytes + 1, &end, 10);
    if (end == token + bytes + 1 || given < events->first || given > events->end)
        return false;
    *place = given;
    return true;
}
