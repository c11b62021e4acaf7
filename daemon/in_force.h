/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration in force, held by several threads at once: a reload puts another one in its
 * place, whole and checked, or not at all; the last to let go of the old one frees it. Begun and
 * ended by one thread, used by any.
 */
#ifndef ANBU_IN_FORCE_H
#define ANBU_IN_FORCE_H

#include <pthread.h>
#include <stdatomic.h>

#include "app.h"
#include "base/text.h"
#include "config/config.h"

struct held_config {
    struct config *config;
    size_t users;    /* under the lock */
    unsigned number; /* of the reload that brought it */
};

struct in_force {
    const struct app_options *options;
    struct held_config *now;
    struct held_config *start; /* of the start: addresses and topics borrow from it */
    pthread_mutex_t lock;
    pthread_mutex_t reloading; /* one after the other: the last to begin read the newest file */
    atomic_uint number;        /* grows with each reload */
    /* What --embedded brings along, whatever the file says; NULL: nothing. Borrowed. */
    const char *brokers, *redis_address;
};

/* ERR_CONFIG: `errors` says where and what. Otherwise in_force_done ends it. */
NODISCARD enum err in_force_load(struct in_force *in_force, const struct app_options *options,
                                 struct config_errors *errors);
void in_force_done(struct in_force *in_force);

/* Of the start: what needs a restart to change. */
const struct settings *in_force_start(const struct in_force *in_force);

/* From here on this broker and this server are in force. Before other threads hold it. */
void in_force_embed(struct in_force *in_force, const char *brokers, const char *redis_address);

struct held_config *in_force_hold(struct in_force *in_force);
/* Holds what a reload has put in its place since; NULL: it is still in force. Cheap. */
struct held_config *in_force_newer(struct in_force *in_force, const struct held_config *held);
void in_force_release(struct in_force *in_force, struct held_config *held); /* NULL: nothing */

/* What a reload would put in force, without doing it; *out is the caller's. */
NODISCARD enum err in_force_next(const struct in_force *in_force, struct config **out,
                                 struct config_errors *errors);
/* Reads the file again. ERR_CONFIG: the old one stays, and the log says why. Options that wait for
 * a restart are appended to restart_needed. */
NODISCARD enum err in_force_reload(struct in_force *in_force, struct config_errors *errors,
                                   struct buffer *restart_needed);

#endif
