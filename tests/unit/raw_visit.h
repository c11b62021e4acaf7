/* SPDX-License-Identifier: Apache-2.0
 *
 * Somebody at the API's port on the network: a request byte by byte, and the whole answer.
 */
#ifndef ANBU_TESTS_RAW_VISIT_H
#define ANBU_TESTS_RAW_VISIT_H

#include "base/err.h"
#include "console/routes.h"

#define RAW_ANSWER_MAX 262144

/* To api_world's server; headers: whole lines, NULL none. Returns the status. */
int raw_ask(const char *method, const char *path, const char *body, const char *headers,
            char answer[RAW_ANSWER_MAX]);
/* At another place of console.listen than its first. */
int raw_ask_at(size_t place, const char *method, const char *path, const char *body,
               const char *headers, char answer[RAW_ANSWER_MAX]);
/* The same in two halves: a connection, and the answer that comes on it; or hang up. */
int raw_send(const char *method, const char *path, const char *body, const char *headers);
int raw_read(int fd, char answer[RAW_ANSWER_MAX]);
void raw_close(int fd);
/* The path of a route, with something that is nowhere in place of {id}. */
void raw_path(const struct route *route, char *out, size_t out_bytes);

#endif
