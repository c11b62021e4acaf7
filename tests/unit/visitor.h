/* SPDX-License-Identifier: Apache-2.0
 *
 * Somebody who has signed in at the API of api_world over TCP, with a role, a team and areas.
 */
#ifndef ANBU_TESTS_VISITOR_H
#define ANBU_TESTS_VISITOR_H

#include "console/account.h"
#include "raw_visit.h"

struct visitor {
    const char *name;
    enum role role;
    int team;          /* or ACCOUNT_ANY_TEAM */
    const char *areas; /* "" all */
};
/* Makes the account and signs it in; who came before is gone. */
void visitor_comes(const struct visitor *visitor);
/* Somebody who has come before. */
void visitor_returns(const char *name);
/* The status; visitor_answer is the whole answer, head and body. body NULL: none. */
int visitor_asks(const char *method, const char *path, const char *body);
extern char visitor_answer[RAW_ANSWER_MAX];
void visitor_reads(const char *part);
void visitor_reads_not(const char *part);

#endif
