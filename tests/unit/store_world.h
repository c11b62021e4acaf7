/* SPDX-License-Identifier: Apache-2.0
 *
 * What the store's tests share: a store of either kind in a state of its own, and steps to put
 * through it.
 */
#ifndef ANBU_TESTS_STORE_WORLD_H
#define ANBU_TESTS_STORE_WORLD_H

#include <check.h>

#include "redis_server.h"
#include "store/store.h"

#define PARTITION 7u /* of the steps */

enum world_kind { WORLD_MEMORY, WORLD_REDIS, WORLD_KIND_COUNT };

struct world {
    enum world_kind kind;
    struct redis_server shared; /* started by main, flushed before each case */
    struct redis_server own;    /* of a case that stops or rewinds its server */
    struct store *store, *second;
    struct store_memory_image *image;
    struct fault fault;
};
extern struct world world;

/* Each case begins with one of these; world_end is its teardown. */
void world_begin(int kind);
void world_begin_rewindable(int kind);
void world_end(void);
void world_save(void);
void world_rewind(void);

/* A program's main: runs the cases of one suite, with a Redis beside it. */
int world_main(const char *name, void (*add)(TCase *cases));

struct store_head world_taken(struct store *by, uint32_t partition);
enum err world_do(struct store_head *head, const struct store_transition *step);
struct store_case world_case(const char *household);
size_t world_outbox_count(void);
size_t world_due(int64_t now_ms, struct store_due out[16]);
struct store_timer world_timer(const char *kind, int64_t due_ms);

/* Alert ids, entries, households: whatever a callback was given, in its order. */
#define SEEN_MAX 512
struct seen {
    size_t count, stop_at; /* stop_at: a list's reader has enough; 0 never */
    char at[SEEN_MAX][128];
};

struct store_redis_options world_options(const char *address);
struct store *world_redis(const char *address);

/* One alert's step with everything that a test does not care about filled in. */
struct store_transition world_step(const char *alert, const char *household, int64_t version);

/* One record into the store by its owner. */
enum err world_put(struct store *store, struct store_head *head, const char *household,
                   const char *bytes, int64_t settle_ms, struct fault *fault);
/* The record as text; "" when there is none. */
const char *world_get(struct store *store, uint32_t partition, const char *household);
/* The alert's snapshot; "" when there is none. */
const char *world_alert(struct store *store, uint32_t partition, const char *id);

bool seen_alert(void *context, uint32_t partition, struct text snapshot);
void seen_entry(void *context, const struct store_outbox_entry *entry);
void seen_settle(void *context, const struct store_settle *settle);

#define must(call) ck_assert_msg((call) == ERR_OK, "%s: %s", #call, world.fault.text)

#endif
