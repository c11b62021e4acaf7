/* SPDX-License-Identifier: Apache-2.0
 *
 * THE roles, and what a service's token may be good for. Which route is open to which stands in
 * routes.c. Const, any thread.
 */
#ifndef ANBU_CONFIG_ROLE_H
#define ANBU_CONFIG_ROLE_H

/* X(constant, word, who that is); ACCOUNT_ROLES: those that an account may have */
#define ACCOUNT_ROLES(X)                                                            \
    X(ROLE_OFFICER, "officer", "works on alerts of a team, in all areas or some")   \
    X(ROLE_SUPERVISOR, "supervisor", "an officer who sees how the desk fares, too") \
    X(ROLE_OPS, "ops", "keeps Anbu going; sees no household")                       \
    X(ROLE_AUDITOR, "auditor", "looks after those who look")                        \
    X(ROLE_UTILITY, "utility", "of a utility: incidents, and meters of its areas and feeders")
#define ROLES(X)                                                                          \
    X(ROLE_NOBODY, "nobody", "whoever has not signed in")                                 \
    X(ROLE_NEWCOMER, "newcomer", "an account that has not set a password of its own yet") \
    ACCOUNT_ROLES(X)                                                                      \
    X(ROLE_SERVICE, "service", "a program with a token; what its scopes say, no more")    \
    X(ROLE_LOCAL, "local", "a member of the socket's group, on the machine")              \
    X(ROLE_ROOT, "root", "root and the daemon's own account, on the machine; all rights")

#define ROLES_CONSTANT(constant, word, who) constant,
enum role { ROLES(ROLES_CONSTANT) ROLE_COUNT };
extern const char *const role_names[ROLE_COUNT];
extern const char *const role_helps[ROLE_COUNT];

#define ROLE_ACCOUNT_FIRST ROLE_OFFICER
#define ROLE_ACCOUNT_LAST  ROLE_UTILITY

/* X(constant, word, what it opens). Households are in none of them: programs have no purpose. */
#define SCOPES(X)                                                                       \
    X(SCOPE_ALERTS_READ, "alerts:read", "lists and shows alerts of its team and areas") \
    X(SCOPE_ALERTS_WRITE, "alerts:write", "takes, refers, resolves them as an officer") \
    X(SCOPE_INCIDENTS_READ, "incidents:read", "lists incidents of areas and feeders")   \
    X(SCOPE_STATUS_READ, "status:read", "how the daemon and the budget fare")

#define SCOPES_CONSTANT(constant, word, what) constant,
enum scope { SCOPES(SCOPES_CONSTANT) SCOPE_COUNT };
extern const char *const scope_names[SCOPE_COUNT];
extern const char *const scope_helps[SCOPE_COUNT];

/* In a route's set of roles a service stands with the scope that it needs: bits from here on. */
#define ROLE_SCOPE_SHIFT 16
_Static_assert((int)ROLE_COUNT <= ROLE_SCOPE_SHIFT && ROLE_SCOPE_SHIFT + (int)SCOPE_COUNT <= 32,
               "roles and scopes fit into one set");

#endif
