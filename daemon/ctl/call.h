/* SPDX-License-Identifier: Apache-2.0
 *
 * One call from anbuctl to the daemon over its socket (--socket, else ANBU_SOCKET, else
 * CALL_SOCKET_DEFAULT). What goes wrong is said on standard error, as the daemon's own words where
 * it answered.
 */
#ifndef ANBU_CTL_CALL_H
#define ANBU_CTL_CALL_H

#include <jansson.h>

#include "ctl/screen.h"
#include "http/client.h"

#define CALL_SOCKET_DEFAULT "/var/lib/anbu/anbud.sock"
/* main puts --socket and --as here, where commands find them. */
#define CALL_SOCKET_ENV "ANBU_SOCKET"
#define CALL_AS_ENV     "ANBU_AS"

/* body NULL: GET. 0: *answer holds a 2xx answer (http_answer_done). 1: refused or failed, said. */
int call_daemon(const char *path_and_query, const char *body, struct http_answer *answer);
/* DELETE, as call_daemon_json. */
int call_delete(const char *path_and_query, struct http_answer *answer, json_t **out);
/* The same with the answer's JSON: *out is the caller's (json_decref). */
int call_daemon_json(const char *path_and_query, const char *body, struct http_answer *answer,
                     json_t **out);

typedef void view_fn(const struct screen *screen, const json_t *body, int64_t now_ms,
                     struct buffer *out);
/* GETs and prints: the API's own JSON, or its view. 0, or 1 as above. */
int call_show(const char *path_and_query, bool as_json, view_fn *view);
/* Prints an answer that is there. */
void call_print(const struct http_answer *answer, const json_t *body, bool as_json, view_fn *view);

/* GETs path with format=csv and prints the table as it comes. */
int call_csv(struct buffer *path);

/* Adds "?name=value" or "&name=value", escaped; nothing when value is NULL. */
void call_query(struct buffer *path, const char *name, const char *value);

#endif
