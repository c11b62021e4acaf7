/* SPDX-License-Identifier: Apache-2.0
 *
 * A small HTTP client over libcurl, for anbuctl (and later for webhooks); the only folder that
 * includes curl.h. Blocking; a call belongs to one thread.
 */
#ifndef ANBU_HTTP_CLIENT_H
#define ANBU_HTTP_CLIENT_H

#include "base/err.h"
#include "base/text.h"

#define HTTP_ANSWER_BYTES_MAX (64 * 1024 * 1024)

struct http_request {
    const char *unix_socket;    /* path of the daemon's socket */
    const char *method;         /* NULL: GET, with a body POST */
    const char *path_and_query; /* "/api/v1/alerts?state=open", escaped */
    const char *body;           /* JSON; NULL none */
    const char *const *headers; /* "Name: value", NULL-terminated; NULL none */
    long timeout_ms;
};

struct http_answer {
    long status; /* 200 ... */
    struct buffer body;
};
void http_answer_done(struct http_answer *answer);

/* *answer must be zeroed. ERR_UNREACHABLE: nobody answers there; ERR_TIMEOUT: no answer in time;
 * ERR_TOO_LARGE; any status is ERR_OK. */
NODISCARD enum err http_unix(const struct http_request *request, struct http_answer *answer,
                             struct fault *fault);

/* Percent-encodes for a path segment or a query value (RFC 3986 unreserved stay). */
void http_escape(struct text from, struct buffer *out);

#endif
