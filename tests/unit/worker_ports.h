/* SPDX-License-Identifier: Apache-2.0
 *
 * What the worker of the tests holds: a source over the world's log, a publisher into what was
 * sent, and a store that looks at every call before it passes it on. Inside worker_world.c only.
 */
#ifndef ANBU_TESTS_WORKER_PORTS_H
#define ANBU_TESTS_WORKER_PORTS_H

#include "worker_world.h"

struct ww_source {
    struct source source; /* first */
    struct source_owner owner;
    bool wanted[WW_PARTITIONS_MAX], running[WW_PARTITIONS_MAX];
    int64_t at[WW_PARTITIONS_MAX + 1][TOPIC_COUNT];
};

struct ww_source *ww_source_new(const struct source_owner *owner);
/* The lane whose next message arrived first; -1: all is read. */
int ww_earliest_lane(const struct ww_source *source, uint32_t p);

struct publisher *ww_publisher_new(struct worker *worker);
void ww_sent_done(struct ww_sent *sent);

/* A handle of its own on the present world's store. */
struct store *ww_probe_new(void);

#endif
