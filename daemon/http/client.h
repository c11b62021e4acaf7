/* SPDX-License-Identifier: Apache-2.0
 *
 * A small HTTP client over libcurl, for anbuctl (and later for webhooks); the only folder that
 * includes curl.h. Blocking; a client belongs to one thread.
 */
#ifndef ANBU_HTTP_CLIENT_H
#define ANBU_HTTP_CLIENT_H

#include "base/err.h"
#include "base/text.h"

struct http_answer {
    long status; /* 200 ... */
    struct buffer body;
};
void http_answer_done(struct http_answer *answer);

/* path_and_query: "/api/v1/alerts?state=open". unix_socket: path of the daemon's socket. body NULL
 * for none (then GET unless method says other). ERR_UNREACHABLE, ERR_TIMEOUT; any status is ERR_OK.
 */
NODISCARD enum err http_unix(const char *unix_socket, const char *method,
                             const char *path_and_query, const char *body, long timeout_ms,
                             struct http_answer *answer, struct fault *fault);

#endif
