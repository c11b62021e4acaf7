/* SPDX-License-Identifier: Apache-2.0
 *
 * Which accounts and tokens whoever asks may see, make and change. Over the socket all of them;
 * over the network never those of one's own role, and never more than one may oneself: a supervisor
 * has the officers and tokens of the own team and areas, ops have utilities and tokens that tell of
 * no alert. On the API's thread.
 */
#ifndef ANBU_CONSOLE_GRANT_H
#define ANBU_CONSOLE_GRANT_H

#include "console/request.h"
#include "console/token.h"

bool grant_has_account(const struct request *request, const struct account *account);
bool grant_has_token(const struct request *request, const struct token *token);

/* Whether it opens anything now: it goes no further than the account that made it may, and not
 * without it. What was made on the machine goes on. */
NODISCARD enum err grant_stop(struct store *store, const struct token *token, enum token_stop *out,
                              struct fault *fault);

/* The account or token {id} of the path, where it is one of those; else ERR_NOT_FOUND, as if it
 * were not there. */
NODISCARD enum err grant_load_account(const struct request *request, struct account *out,
                                      struct fault *fault);
NODISCARD enum err grant_find_token(const struct request *request, struct fault *fault);

/* Of what is about to be made: ERR_DENIED (and a 403), which says what may be. */
NODISCARD enum err grant_account(const struct request *request, const struct account *account,
                                 struct answer *answer, struct fault *fault);
NODISCARD enum err grant_token(const struct request *request, const struct token *token,
                               struct answer *answer, struct fault *fault);

#endif
