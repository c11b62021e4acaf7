/* SPDX-License-Identifier: Apache-2.0
 *
 * Live events: connections of GET /api/v1/events, which stay open. Each is suspended in the library
 * while there is nothing to tell, has a place among the events (events.h) and at most one of them
 * in memory, and is told what its viewer's lists would show. Whether the viewer's session goes on
 * is looked at with each heartbeat, and when accounts change. On the API's thread.
 */
#ifndef ANBU_CONSOLE_STREAMS_H
#define ANBU_CONSOLE_STREAMS_H

#include "console/request.h"

struct MHD_Connection;
struct MHD_Response;
struct stream;
struct streams;

struct streams *streams_new(struct api *api);
void streams_free(struct streams *streams); /* when no connection is left */

/* answer->stream becomes one. Too many of all (503), or of this viewer (429): ERR_BUSY. */
NODISCARD enum err stream_open(struct request *request, struct answer *answer, struct fault *fault);
/* The response takes the stream over. NULL: there is no memory. */
struct MHD_Response *stream_response(struct stream *stream, struct MHD_Connection *connection);
void stream_drop(struct stream *stream); /* one that never had a response; NULL is fine */

/* What was brought is told. */
void streams_tell(struct streams *streams);
/* Heartbeats, sessions that are over, viewers who have gone or are too slow. */
void streams_tick(struct streams *streams);
/* How long until that is due; -1: there are none. */
int streams_wait_ms(const struct streams *streams);
/* Accounts or sessions have changed: they are looked at now. */
void streams_look_again(struct streams *streams);
/* The library ends: no connection may stay suspended. */
void streams_stop(struct streams *streams);

#endif
