/* SPDX-License-Identifier: Apache-2.0 */
#include "store_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/source.h"

struct world world;

static void open_stores(int kind, const char *address)
{
    bool memory = kind == WORLD_MEMORY;
    world.kind = (enum world_kind)kind;
    world.store = memory ? store_memory_new() : world_redis(address);
    world.second = memory ? store_memory_again(world.store) : world_redis(address);
}

void world_begin(int kind)
{
    if (kind == WORLD_REDIS)
        (void)redis_server_say(&world.shared, "FLUSHALL");
    open_stores(kind, world.shared.address);
}

void world_begin_rewindable(int kind)
{
    if (kind == WORLD_REDIS)
        redis_server_begin(&world.own, NULL);
    open_stores(kind, world.own.address);
}

void world_end(void)
{
    if (world.store)
        world.store->ops->free(world.store);
    if (world.second)
        world.second->ops->free(world.second);
    store_memory_image_free(world.image);
    if (world.own.dir[0])
        redis_server_end(&world.own);
    world.store = world.second = NULL;
    world.image = NULL;
}

void world_save(void)
{
    if (world.kind == WORLD_MEMORY) {
        store_memory_image_free(world.image);
        world.image = store_memory_save(world.store);
    } else {
        redis_server_save(&world.own);
    }
}

void world_rewind(void)
{
    if (world.kind == WORLD_MEMORY)
        store_memory_restore(world.store, world.image);
    else
        redis_server_restore(&world.own, NULL);
}

int world_main(const char *name, void (*add)(TCase *cases))
{
    redis_server_begin(&world.shared, NULL);
    Suite *suite = suite_create(name);
    TCase *cases = tcase_create(name);
    tcase_add_checked_fixture(cases, NULL, world_end);
    tcase_set_timeout(cases, 120);
    add(cases);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    redis_server_end(&world.shared);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

struct store_head world_taken(struct store *by, uint32_t partition)
{
    struct store_head head = {0};
    must(by->ops->take(by, partition, &head, NULL, NULL, &world.fault));
    return head;
}

enum err world_do(struct store_head *head, const struct store_transition *step)
{
    return world.store->ops->transition(world.store, head, step, &world.fault);
}

struct store_case world_case(const char *household)
{
    struct store_case out;
    memset(&out, 0xee, sizeof out);
    must(world.store->ops->load_case(world.store, PARTITION, text_of(household), &out,
                                     &world.fault));
    return out;
}

size_t world_outbox_count(void)
{
    static struct seen seen;
    seen.count = 0;
    must(world.store->ops->outbox(world.store, PARTITION, "", SEEN_MAX, seen_entry, &seen,
                                  &world.fault));
    return seen.count;
}

size_t world_due(int64_t now_ms, struct store_due out[16])
{
    size_t count = 99;
    must(world.store->ops->due(world.store, PARTITION, now_ms, out, 16, &count, &world.fault));
    return count;
}

struct store_timer world_timer(const char *kind, int64_t due_ms)
{
    struct store_timer out = {.due_ms = due_ms};
    (void)text_copy(text_of(kind), out.kind, sizeof out.kind);
    return out;
}

struct store_redis_options world_options(const char *address)
{
    return (struct store_redis_options){
        .address = address, .user = "", .password = "", .prefix = "anbu:", .timeout_ms = 10000};
}

struct store_transition world_step(const char *alert, const char *household, int64_t version)
{
    static char snapshot[8][160], event_id[8][64];
    static unsigned next;
    unsigned at = next++ % 8;
    (void)snprintf(snapshot[at], sizeof snapshot[at], "%s v%" PRId64, alert, version);
    (void)snprintf(event_id[at], sizeof event_id[at], "%s.%" PRId64, alert, version);
    return (struct store_transition){
        .partition = PARTITION,
        .alert = alert,
        .household = text_of(household),
        .team = TEAM_POLICE,
        .raised_s = 1000,
        .expected_version = version - 1,
        .version = version,
        .snapshot = text_of(snapshot[at]),
        .live = true,
        .event_id = text_of(event_id[at]),
        .event = TEXT("{\"event\":1}"),
        .detector = -1,
    };
}

enum err world_put(struct store *store, struct store_head *head, const char *household,
                   const char *bytes, int64_t settle_ms, struct fault *fault)
{
    const int64_t offsets[TOPIC_COUNT] = {OFFSET_NONE, OFFSET_NONE, OFFSET_NONE, OFFSET_NONE};
    struct store_record record = {text_of(household), bytes, (uint32_t)strlen(bytes), settle_ms, 0};
    return store->ops->flush(store, head, &record, 1, offsets, fault);
}

static char kept[4096];

static void keep_record(void *context, size_t index, const void *bytes, uint32_t size)
{
    (void)context, (void)index;
    (void)text_copy((struct text){bytes, size}, kept, sizeof kept);
}

const char *world_get(struct store *store, uint32_t partition, const char *household)
{
    struct fault fault = {""};
    struct text name = text_of(household);
    kept[0] = '\0';
    if (store->ops->load(store, partition, &name, 1, keep_record, NULL, &fault) != ERR_OK)
        (void)snprintf(kept, sizeof kept, "FAILED: %.1000s", fault.text);
    return kept;
}

const char *world_alert(struct store *store, uint32_t partition, const char *id)
{
    struct fault fault = {""};
    struct buffer out = {0};
    enum err err = store->ops->alert(store, partition, id, &out, &fault);
    if (err == ERR_OK || err == ERR_NOT_FOUND)
        (void)text_copy(buffer_view(&out), kept, sizeof kept);
    else
        (void)snprintf(kept, sizeof kept, "FAILED: %.1000s", fault.text);
    buffer_done(&out);
    return kept;
}

bool seen_alert(void *context, uint32_t partition, struct text snapshot)
{
    struct seen *seen = context;
    (void)partition;
    if (seen->count < SEEN_MAX)
        (void)text_copy(snapshot, seen->at[seen->count++], sizeof seen->at[0]);
    return seen->stop_at == 0 || seen->count < seen->stop_at;
}

void seen_entry(void *context, const struct store_outbox_entry *entry)
{
    struct seen *seen = context;
    if (seen->count < SEEN_MAX)
        (void)snprintf(seen->at[seen->count++], sizeof seen->at[0], "%s", entry->entry);
}

void seen_settle(void *context, const struct store_settle *settle)
{
    struct seen *seen = context;
    if (seen->count < SEEN_MAX)
        (void)snprintf(seen->at[seen->count++], sizeof seen->at[0], "%s at %" PRId64,
                       settle->household, settle->settle_ms);
}

struct store *world_redis(const char *address)
{
    struct store *store = NULL;
    struct fault fault = {""};
    struct store_redis_options options = world_options(address);
    if (store_redis_new(&options, &store, &fault) != ERR_OK) {
        (void)fprintf(stderr, "%s\n", fault.text);
        abort();
    }
    return store;
}
