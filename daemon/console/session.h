/* SPDX-License-Identifier: Apache-2.0
 *
 * Who asks over the network: a cookie of 32 random bytes, of which the store has the hash alone
 * (shelf "session"). On the API's thread.
 */
#ifndef ANBU_CONSOLE_SESSION_H
#define ANBU_CONSOLE_SESSION_H

#include "console/request.h"

#define SESSION_COOKIE "anbu_session"

/* Fills request->peer and, of who has signed in, account, session and csrf. ERR_DENIED: a change
 * from another site, or without the session's Anbu-CSRF. A session that is over is none. A request
 * with a token (token.h) is that token's, whatever cookie it brings along. */
NODISCARD enum err session_identify(struct request *request, struct fault *fault);
/* A new session of the account, and its cookie. */
NODISCARD enum err session_begin(struct request *request, const struct account *account,
                                 struct answer *answer, struct fault *fault);
NODISCARD enum err session_end(struct request *request, struct answer *answer, struct fault *fault);

/* Wrong passwords and wrong tokens from an address are counted apart: a program that is set up
 * badly must not keep people of its address from signing in. */
#define SESSION_TRY_PASSWORD "password"
#define SESSION_TRY_TOKEN    "token"
#define SESSION_TRY_PROVIDER "provider"
#define SESSION_TRY_ANSWER   "answer"
/* True while the address may try. */
bool session_may_try(struct request *request, const char *what, int *retry_after_s);
void session_count_wrong(struct request *request, const char *what);

#endif
