/* SPDX-License-Identifier: Apache-2.0
 *
 * A small HTTP client over libcurl, for anbuctl, webhooks, the directory and providers of sign-ins;
 * with mail.h the only files that include curl.h. Blocking; a call belongs to one thread.
 */
#ifndef ANBU_HTTP_CLIENT_H
#define ANBU_HTTP_CLIENT_H

#include <stdatomic.h>

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

/* post.c: to an http(s) URL of the configuration. Certificates are checked, redirects are not
 * followed, no proxy is used, what the answer says is not kept. */
struct http_post {
    const char *url;
    const char *ca; /* a file of certificates; "": the machine's own */
    struct text body;
    const char *const *headers; /* as above */
    long timeout_ms;
    const atomic_bool *stopping; /* set: it is given up */
};
struct http_posted {
    long status;
    int64_t retry_after_s; /* 0: not said */
};
/* Any status is ERR_OK. Faults never hold the URL: it may have a token in it. */
NODISCARD enum err http_post(const struct http_post *post, struct http_posted *out,
                             struct fault *fault);

/* ask.c: to an http(s) URL, with its answer; the same care. */
struct http_ask {
    const char *url;
    const char *ca;            /* a file of certificates; "": the machine's own */
    struct text form;          /* posted; at NULL: GET */
    const char *authorization; /* the whole header; NULL none */
    bool path_as_is;           /* "." and ".." in it are names */
    long timeout_ms;
    size_t bytes_max;            /* of the answer */
    const atomic_bool *stopping; /* set: it is given up; NULL: never */
};
/* Appends the body. Any status is ERR_OK; ERR_TOO_LARGE. Faults hold neither URL nor body. */
NODISCARD enum err http_ask(const struct http_ask *ask, long *status, struct buffer *body,
                            struct fault *fault);

/* Percent-encodes for a path segment or a query value (RFC 3986 unreserved stay). */
void http_escape(struct text from, struct buffer *out);

#endif
