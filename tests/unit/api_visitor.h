/* SPDX-License-Identifier: Apache-2.0
 *
 * Clients of the API (api_world.h) that speak byte by byte: one that has signed in over TCP, and
 * connections that stay open. All wait for what they name, ten seconds at most.
 */
#ifndef ANBU_TESTS_API_VISITOR_H
#define ANBU_TESTS_API_VISITOR_H

#include "api_world.h"
#include "console/account.h"

#define VISITOR_PASSWORD "a quiet river at night"

struct visitor {
    char cookie[80], csrf[80];
    struct buffer answer; /* head and body of the last one */
};
void visitor_done(struct visitor *visitor);

/* An account of a team, of all areas. */
void visitor_account(const char *name, enum role role, int team);
void visitor_sign_in(struct visitor *visitor, const char *name);
/* body NULL: none; headers: whole lines, or NULL. Returns the status. */
int visitor_ask(struct visitor *visitor, const char *method, const char *path, const char *body,
                const char *headers);

/* A connection of its own, to the network's door or (visitor NULL) the unix socket. */
int line_open(bool net);
void line_send(int fd, const char *bytes);
/* Sends a GET in the visitor's name, or in that of the socket's peer. */
int line_get(const struct visitor *visitor, const char *path, const char *headers);
/* Reads until it has `text`, and fails without it; what was read stays in *read. */
void line_expect(int fd, const char *text, struct buffer *read);
/* Reads until the server closes; false: it has not. */
bool line_ends(int fd, struct buffer *read);

#endif
