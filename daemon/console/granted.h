/* SPDX-License-Identifier: Apache-2.0
 *
 * What a person's groups at the provider make of their account here, by oidc.roles. Pure.
 */
#ifndef ANBU_CONSOLE_GRANTED_H
#define ANBU_CONSOLE_GRANTED_H

#include "config/config.h"
#include "console/account.h"
#include "oidc/id_token.h"

/* Fills role, team, areas and utility of *out. False: no group of theirs gives a role. */
bool granted_to(const struct config *config, const struct id_token_person *person,
                struct account *out);
/* Whether the two may the same. */
bool granted_same(const struct account *a, const struct account *b);

#endif
