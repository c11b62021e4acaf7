/* SPDX-License-Identifier: Apache-2.0 */
#include "config/role.h"

#define WORD(constant, word, who) [constant] = (word),
#define HELP(constant, word, who) [constant] = (who),
const char *const role_names[ROLE_COUNT] = {ROLES(WORD)};
const char *const role_helps[ROLE_COUNT] = {ROLES(HELP)};
const char *const scope_names[SCOPE_COUNT] = {SCOPES(WORD)};
const char *const scope_helps[SCOPE_COUNT] = {SCOPES(HELP)};
