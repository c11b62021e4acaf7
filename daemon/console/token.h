/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of services, "anbu_NAME_SECRET": documents of the store's shelf "token", each with a hash
 * of its 32 random bytes alone (no slow hash: nobody can guess them). A name is in use once; a
 * revoked token is gone. On the API's thread.
 */
#ifndef ANBU_CONSOLE_TOKEN_H
#define ANBU_CONSOLE_TOKEN_H

#include "console/request.h"

#define TOKEN_NAME_MAX    24 /* bytes */
#define TOKEN_TEXT_MAX    128
#define TOKEN_WHO         "service:" /* before its name in histories and the audit log */
#define TOKEN_LIFE_MS     (90 * INT64_C(86400000)) /* unless said otherwise */
#define TOKEN_LIFE_MAX_MS (731 * INT64_C(86400000))

/* X(constant, word, what a person reads): why a token opens nothing for now. */
#define TOKEN_STOPS(X)                                                            \
    X(TOKEN_GOES_ON, "", "")                                                      \
    X(TOKEN_MAKER_DISABLED, "maker_disabled", "is disabled")                      \
    X(TOKEN_MAKER_LAPSED, "maker_lapsed", "has no role at the provider any more") \
    X(TOKEN_MAKER_LESS, "maker_may_less", "may less by now")                      \
    X(TOKEN_MAKER_UNREADABLE, "maker_unreadable", "cannot be read in the store")
#define TOKEN_STOPS_CONSTANT(constant, word, said) constant,
enum token_stop { TOKEN_STOPS(TOKEN_STOPS_CONSTANT) TOKEN_STOP_COUNT };

struct token {
    char name[TOKEN_NAME_MAX + 1]; /* a-z 0-9 . - */
    int team;                      /* enum team, or ACCOUNT_ANY_TEAM */
    char areas[ACCOUNT_AREAS_MAX + 1];
    uint32_t scopes; /* a bit each of enum scope */
    char hash[SESSION_NAME];
    char by[ALERT_WHO_MAX]; /* who made it */
    bool by_account;        /* of ours; else on the machine */
    int64_t made_ms, expires_ms;
    int64_t used_ms; /* to the minute; 0 never */
    int64_t version; /* in the store; 0 not there yet */
};

bool token_name_fits(const char *name);
/* "alerts:read,incidents:read"; ERR_INVALID names them all. */
NODISCARD enum err token_scopes_read(const char *text, uint32_t *out, struct fault *fault);

/* Gives it a secret: *text is all of it, and is kept nowhere. */
void token_make(struct token *token, char text[TOKEN_TEXT_MAX]);
/* ERR_CONFLICT: the name is in use. */
NODISCARD enum err token_save(struct store *store, struct token *token, struct fault *fault);
NODISCARD enum err token_read(const char *name, struct text json, struct token *out,
                              struct fault *fault);
/* ERR_NOT_FOUND. */
NODISCARD enum err token_load(struct store *store, const char *name, struct token *out,
                              struct fault *fault);
/* All of them, each for token_read(). */
NODISCARD enum err token_each(struct store *store, store_document_fn *take, void *context,
                              struct fault *fault);
/* ERR_NOT_FOUND. */
NODISCARD enum err token_revoke(struct store *store, const char *name, struct fault *fault);

/* As people are shown it: without the hash. */
void token_show(const struct token *token, enum token_stop stop, int64_t now_ms,
                struct buffer *out);

/* Fills request->peer, account and scopes by request->visit.bearer; nothing of a token that is
 * unknown, expired or revoked, or while the address has to wait; visit.stopped of one whose maker
 * may no more (grant_stop). */
NODISCARD enum err token_identify(struct request *request, struct fault *fault);

#endif
