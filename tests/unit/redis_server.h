/* SPDX-License-Identifier: Apache-2.0
 *
 * A real redis-server (or valkey-server) for tests: a child on a unix socket in a directory of its
 * own, append-only with every write synced. It dies with the test, even when that crashes.
 */
#ifndef ANBU_TESTS_REDIS_SERVER_H
#define ANBU_TESTS_REDIS_SERVER_H

#include <sys/types.h>

struct redis_server {
    char dir[64];
    char socket[96];
    char address[104]; /* "unix:<socket>" */
    pid_t pid;         /* 0: not running */
};

/* Makes the directory and starts; extra: NULL-terminated further arguments, may be NULL. */
void redis_server_begin(struct redis_server *server, const char *const *extra);
/* Starts again in the same directory; waits until it answers. */
void redis_server_start(struct redis_server *server, const char *const *extra);
void redis_server_stop(struct redis_server *server, int signal);
/* Stops it and removes the directory. */
void redis_server_end(struct redis_server *server);

/* The files as they are now, and back to them (the server restarts): how Redis goes back in time.
 */
void redis_server_save(const struct redis_server *server);
void redis_server_restore(struct redis_server *server, const char *const *extra);

/* Sends one inline command; the raw reply, valid until the next call. */
const char *redis_server_say(const struct redis_server *server, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A TCP port that is free now. */
int redis_server_free_port(void);

#endif
