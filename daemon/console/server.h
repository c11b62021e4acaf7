/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the API server, for the files of this folder: what its thread owns.
 */
#ifndef ANBU_CONSOLE_SERVER_H
#define ANBU_CONSOLE_SERVER_H

#include <sys/types.h>

#include "console/api.h"
#include "console/audit.h"

/* A person waits at the other end: longer than this an action is confirmed as "not delivered yet"
 * (202). */
#define ANNOUNCE_WAIT_MAX_MS 5000

/* One announcement under way; older ones that come back late are told apart by their serial. */
struct announcement {
    uintptr_t serial;
    unsigned waiting; /* messages without an answer */
    bool failed;
};

/* A listening unix socket of ours. */
struct listener {
    int fd;
    char *path;
    dev_t device;
    ino_t inode;
};

struct api {
    struct store *store;
    struct audit *audit;
    struct publisher *publisher;
    const struct clock *clock;
    struct api_host host;
    uint32_t partitions;
    int64_t announce_wait_ms;
    struct announcement announcement;
    struct step_tally tally;
    struct listener listener;
    struct MHD_Daemon *server;
};

/* Mode 0660; a socket that nobody answers on is replaced. ERR_BUSY: somebody answers; ERR_INVALID:
 * something else stands there, or the path is too long. */
NODISCARD enum err listener_open(const char *path, struct listener *out, struct fault *fault);
/* Removes the name if it still is ours; the descriptor is closed by whoever listens on it. */
void listener_remove(struct listener *listener);

/* Publishes a transition's event (and outcome) and waits for Kafka's acks; true: all delivered, and
 * gone from the outbox. False: the outbox keeps them, the partition's worker publishes them. */
bool announce(struct api *api, const struct store_transition *step);
publisher_done_fn announce_done; /* context: struct api */

#endif
