/* SPDX-License-Identifier: Apache-2.0
 *
 * One request as handlers see it, without a word of HTTP library: who asks, for what, why; and the
 * answer in the making. Belongs to the API's thread and lives for one request.
 *
 * A handler returns ERR_OK with answer->body filled, or an error and a fault: the server makes the
 * problem details (RFC 9457) out of it. It names what was looked at (subject, household) before it
 * returns; the server writes the audit record before anything is sent. A change calls
 * request_intend before its first write.
 */
#ifndef ANBU_CONSOLE_REQUEST_H
#define ANBU_CONSOLE_REQUEST_H

#include "alert/alert.h"
#include "base/err.h"
#include "base/text.h"
#include "console/server.h"

#define REQUEST_BODY_BYTES_MAX (64 * 1024)
#define REQUEST_QUERY_MAX      16
#define REQUEST_NAME_MAX       40  /* bytes of the name behind "on behalf of" */
#define REQUEST_WHY_MAX        500 /* bytes */

struct query_pair {
    char name[32];
    char value[512]; /* decoded */
};

/* Who connects, as the kernel says; and on whose behalf. */
struct peer {
    char who[ALERT_WHO_MAX]; /* "kim", "kim (by root)", "uid:1234" */
    char from[64];           /* "unix:uid=1000,pid=4242" */
};

/* on_behalf NULL or "": nobody else. Only root and the daemon's own account may speak for others:
 * ERR_DENIED, with *out filled all the same. */
NODISCARD enum err peer_identify(int64_t uid, int64_t pid, const char *on_behalf, struct peer *out,
                                 struct fault *fault);

struct route;
struct request {
    struct api *api;
    const struct route *route;
    struct peer peer;
    char id[256]; /* what stood for {id} in the path, decoded */
    struct query_pair query[REQUEST_QUERY_MAX];
    size_t query_count;
    struct text body;
    int64_t if_match; /* version that the caller saw; 0 not said */
    /* For the audit, filled on the way. */
    char why[REQUEST_WHY_MAX + 1];
    struct buffer subject;
    char household[MESSAGE_ID_MAX + 1];
    struct buffer result; /* what follows "ok" */
};
void request_done(struct request *request);

struct answer {
    unsigned status;    /* 0: 200, or what the error says */
    struct buffer body; /* JSON */
    bool problem;       /* body is problem details */
    int64_t version;    /* ETag; 0 none */
    char allow[32];     /* of a 405: the methods that the path knows */
    int retry_after_s;  /* 0 none */
};

/* NULL when it was not given. */
const char *request_query(const struct request *request, const char *name);
/* Replaces %XX; false when it is malformed, holds a zero byte or does not fit. */
bool request_decode(const char *from, char *out, size_t out_bytes);

/* The number of rows asked for, `usual` when it was not said. */
NODISCARD enum err request_limit(const struct request *request, size_t usual, size_t most,
                                 size_t *out, struct fault *fault);
/* What a list was asked for, for the audit: all of the query but why. */
void request_subject_query(struct request *request);

/* The record of what is about to be done; without it nothing may be done. */
NODISCARD enum err request_intend(struct request *request, struct fault *fault);
NODISCARD enum err request_audit(struct request *request, const char *result, struct fault *fault);

/* The HTTP status of an error, and problem details of it in answer. */
unsigned problem_status(enum err err);
void problem_make(enum err err, const struct fault *fault, struct answer *answer);

/* Finds the route, checks who and what, runs the handler, writes the audit record. Fills answer in
 * every case. raw_path is not decoded yet. */
void request_serve(struct request *request, const char *method, const char *raw_path,
                   enum err identified, struct fault *fault, struct answer *answer);

#endif
