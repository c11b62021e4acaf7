/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the API server, for the files of this folder: what its thread owns.
 */
#ifndef ANBU_CONSOLE_SERVER_H
#define ANBU_CONSOLE_SERVER_H

#include <stdatomic.h>
#include <sys/types.h>

#include "base/address.h"
#include "console/api.h"
#include "console/audit.h"
#include "console/facts.h"
#include "console/held.h"
#include "console/homes.h"
#include "console/letter_box.h"
#include "delivery/directory.h"

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

/* Where requests come in. */
struct entrance {
    struct api *api;
    bool net; /* from the network: people sign in */
    struct MHD_Daemon *server;
};

#define TRIERS_MAX 256 /* addresses whose wrong passwords and tokens are counted */
struct trier {
    char address[80]; /* and what is tried there */
    int64_t since_ms;
    int wrong;
};

/* One of console.listen, with a server of its own. */
struct gate {
    char listen[ADDRESS_TEXT_MAX];
    struct entrance entrance;
    atomic_bool open; /* address is filled */
    char address[ADDRESS_TEXT_MAX];
    int64_t again_ms;   /* monotonic: when it is tried again */
    struct fault fault; /* while it is not open: why */
};

/* What the network's door needs to know. */
struct door {
    struct gate places[CONSOLE_LISTEN_MAX];
    size_t place_count;        /* 0: nowhere */
    bool secure, behind_proxy; /* secure: cookies travel over TLS alone */
    int64_t session_max_ms, session_idle_ms;
    const char *proxies;             /* whose word for an address is taken */
    struct certificate *certificate; /* NULL: without TLS */
    struct trier triers[TRIERS_MAX];
};

struct sign_ins;
struct api {
    struct store *store;
    struct audit *audit;
    struct publisher *publisher;
    uint64_t anchored;     /* line of the audit log whose hash Kafka was told last; 0 none yet */
    int64_t anchor_due_ms; /* monotonic */
    atomic_bool others_recorded; /* since the end was kept */
    struct directory *directory; /* NULL: none is configured */
    const struct clock *clock;
    struct api_host host;
    uint32_t partitions;
    int64_t announce_wait_ms;
    struct announcement announcement;
    struct api_counts counts;
    struct api_limits limits;
    struct events *events;
    struct streams *streams;
    struct guest *guests; /* all connections */
    struct facts facts;
    struct homes homes;
    struct held held;
    struct buffer staff_said;   /* by whom nobody can be called, as the log was told last */
    int64_t staff_due_ms;       /* monotonic */
    struct letter_box *letters; /* NULL: no Kafka */
    struct listener listener;
    struct door door;
    struct sign_ins *sign_ins; /* NULL: there is no provider */
    char redirect_url[OPTION_TEXT_MAX + 64];
    struct entrance local;
    struct assets *assets;   /* the page */
    struct serving *serving; /* the thread of both, one request after the other */
};

/* Takes what is configured, and reads the files of TLS; the settings' texts are borrowed. */
NODISCARD enum err door_open(const struct settings *settings, struct door *out,
                             struct fault *fault);
/* Listens at a place of its own; *fd is the caller's. ERR_BUSY: somebody else does, or this machine
 * has no such address now. */
NODISCARD enum err door_listen(const struct door *door, struct gate *place, int *fd,
                               struct fault *fault);
/* Its certificate: read anew, told of, measured. */
void door_look_after(struct api *api);
void door_done(struct door *door);
/* Where a request comes from: the other end, or what a proxy of ours tells. forwarded: the last
 * X-Forwarded-For; NULL: none. */
void door_source(const struct door *door, const struct sockaddr *peer, const char *forwarded,
                 char *out, size_t out_bytes);

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
