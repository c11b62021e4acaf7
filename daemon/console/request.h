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
#include "config/role.h"
#include "console/account.h"
#include "console/server.h"
#include "delivery/webhook.h"

#define REQUEST_BODY_BYTES_MAX (64 * 1024)
#define REQUEST_QUERY_MAX      16
#define REQUEST_NAME_MAX       40 /* bytes of the name behind "on behalf of" */
#define REQUEST_ID_MAX         255
#define REQUEST_WHY_MAX        800  /* bytes: 200 characters of any language */
#define REQUEST_NO_VERSION     (-1) /* If-Match was given, and is none of ours */

#define SESSION_NAME 65 /* of a session in the store: a hash in hex, terminated */

struct query_pair {
    char name[32];
    char value[2048]; /* decoded; a provider's codes are long */
};

/* Who connects, as the kernel says; and on whose behalf. */
struct peer {
    char who[ALERT_WHO_MAX]; /* "kim", "kim (by root)", "uid:1234" */
    char from[64];           /* "unix:uid=1000,pid=4242" */
    enum role role;
};

/* on_behalf NULL or "": nobody else. Only root and the daemon's own account may speak for others:
 * ERR_DENIED, with *out filled all the same. */
NODISCARD enum err peer_identify(int64_t uid, int64_t pid, const char *on_behalf, struct peer *out,
                                 struct fault *fault);

/* What a request over the network brings along; borrowed from the library, NULL: absent. */
struct visit {
    const char *session; /* the cookie's value, terminated by its end or ';' */
    const char *csrf, *origin, *site, *host;
    const char *bearer;  /* what follows "Authorization: Bearer" */
    const char *sign_in; /* the cookie of a sign-in by the provider */
    int wait_s;          /* until a token of this address is looked at again; 0: it was */
    const char *stopped; /* why the token opens nothing, of the account that made it; NULL */
    char address[64];
    bool watches; /* looks on: that is no use of its session */
    bool probes;  /* everybody gets the same answer: nobody asks who it is */
};

struct route;
struct stream;
struct request {
    struct api *api;
    const struct route *route;
    struct peer peer;
    char id[REQUEST_ID_MAX + 1]; /* what stood for {id} in the path, decoded */
    struct query_pair query[REQUEST_QUERY_MAX];
    size_t query_count;
    struct visit visit;
    const char *method;
    struct account
        *account;    /* who has signed in, also a service; NULL: nobody, or over the socket */
    uint32_t scopes; /* of a service: a bit each of enum scope */
    char session[SESSION_NAME]; /* in the store; "" none */
    char csrf[SESSION_NAME];
    struct sign_in *sign_in; /* what the provider said, on the second call; NULL: the first */
    struct text body;
    int64_t if_match;       /* version that the caller saw; 0 not said */
    const char *last_event; /* Last-Event-ID; NULL: not given */
    const char *accept;     /* the header, borrowed; NULL: absent */
    const char *key;        /* Idempotency-Key; NULL: not given */
    struct webhook_headers webhook;
    bool unproven;        /* who asks has shown nothing: a refusal leaves no record */
    int64_t key_begun_ms; /* the key is this request's, since then; 0 */
    /* Of the key and of what was asked, hashes from before the handler, which may learn more of who
     * asks for what. */
    char key_name[65], key_request[65];

    /* For the audit, filled on the way. */
    bool broke_glass;
    char why[REQUEST_WHY_MAX + 1];
    struct buffer subject;
    char household[MESSAGE_ID_MAX + 1];
    struct buffer result; /* what follows "ok" */
};
void request_done(struct request *request);

struct answer {
    unsigned status;          /* 0: 200, or what the error says */
    struct buffer body;       /* JSON, unless type says otherwise */
    const char *type;         /* media type; NULL: JSON's */
    bool problem;             /* body is problem details */
    const char *problem_type; /* where a status has several; NULL: its first */
    bool unsure;              /* a refusal does not say that nothing was done */
    bool repeated;            /* it is the answer of an earlier request with the same key */
    int64_t version;          /* ETag; 0 none */
    char allow[32];           /* of a 405: the methods that the path knows */
    int retry_after_s;        /* 0 none */
    char cookie[160];         /* Set-Cookie; "" none */
    struct stream *stream;    /* in place of a body; NULL */
    char sign_in_cookie[240];
    struct buffer location; /* where a browser goes on */
    /* The provider is asked, and the handler then called again; taken over. */
    struct sign_in *waits;
};

/* NULL when it was not given. */
const char *request_query(const struct request *request, const char *name);
/* Replaces %XX; false when it is malformed, holds a zero byte or does not fit. */
bool request_decode(const char *from, char *out, size_t out_bytes);

/* A number from 1 to `most`, `usual` when it was not said. */
NODISCARD enum err request_count(const struct request *request, const char *name, size_t usual,
                                 size_t most, size_t *out, struct fault *fault);
/* The number of rows asked for. */
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
