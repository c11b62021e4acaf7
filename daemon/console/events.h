/* SPDX-License-Identifier: Apache-2.0
 *
 * The latest events of anbu.alerts, for whoever looks on (streams.h): a follower's thread brings
 * them (events_sink_ops, sink: struct events), the API's thread takes them and keeps the latest. A
 * reader holds nothing but its place among them, so one that is slow costs nobody anything: what
 * was pushed out is gone for it.
 */
#ifndef ANBU_CONSOLE_EVENTS_H
#define ANBU_CONSOLE_EVENTS_H

#include "delivery/sink.h"
#include "ingest/message.h"
#include "store/store.h"

#define EVENTS_MAX       1024              /* kept */
#define EVENTS_BYTES_MAX (4 * 1024 * 1024) /* of them: what a reader may lag behind */
#define EVENTS_INBOX_MAX 256               /* brought, not taken yet */
#define EVENTS_TOKEN_MAX 40 /* bytes of a place, as readers are told it; terminated */

struct live_event {
    bool incident;  /* else an alert */
    uint32_t teams; /* whose list the alert stands on (bits) */
    uint32_t left;  /* whose list it has just left */
    char area[MESSAGE_ID_MAX + 1];
    char group[STORE_GROUP_MAX]; /* of an incident */
    char alert[32];              /* its id; of an incident that one's */
    int64_t version;
    struct buffer json; /* as the lists show it */
    struct buffer bare; /* without hours and `held`, for those who are not shown them */
};

struct events;
struct events *events_new(void);
void events_free(struct events *events);

/* The follower's side; its `free` does nothing: events belong to the API. */
extern const struct sink_ops events_sink_ops;

/* Readable when something was brought. */
int events_fd(const struct events *events);
/* Takes what was brought; `each` may complete an event (an incident's json). */
void events_take(struct events *events, void (*each)(void *context, struct live_event *event),
                 void *context);

/* Places are numbers that grow by one with each event. */
uint64_t events_end(const struct events *events); /* of the next that comes */
/* NULL: none there yet, or (*gone) pushed out already. Until the next events_take. */
const struct live_event *events_at(const struct events *events, uint64_t place, bool *gone);
/* What a reader that has read up to before `place` is told, and gives back to go on from there.
 * False: it is another daemon's, or what follows was pushed out. */
void events_token(const struct events *events, uint64_t place, char out[EVENTS_TOKEN_MAX]);
bool events_resume(const struct events *events, const char *token, uint64_t *place);

#endif
