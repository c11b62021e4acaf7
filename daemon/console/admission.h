/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose account it is that the provider names. A name may be given anew there, a subject never is:
 * at its first sign-in an account is bound to the subject, and no other comes in by it after that.
 * Where oidc.roles are set accounts are made and kept by the person's groups (granted.h), never one
 * that was made by hand. On the API's thread.
 */
#ifndef ANBU_CONSOLE_ADMISSION_H
#define ANBU_CONSOLE_ADMISSION_H

#include "console/account.h"
#include "console/request.h"
#include "oidc/id_token.h"

/* ERR_DENIED in one voice for no such account, disabled, or one with a password; in another for the
 * account of another subject. What changes is recorded before it does. */
NODISCARD enum err admission_ask(struct request *request, const struct id_token_person *person,
                                 struct account *out, struct answer *answer, struct fault *fault);

#endif
