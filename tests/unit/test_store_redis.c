/* SPDX-License-Identifier: Apache-2.0
 *
 * What only Redis can do to us: accounts, addresses, restarts, refusals, damage, a server that
 * talks nonsense.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ingest/source.h"
#include "store/redis_parts.h"
#include "store_world.h"

static const int64_t some_offsets[TOPIC_COUNT] = {5, 6, 7, 8};

static struct store *open_with(struct store_redis_options options)
{
    struct store *store = NULL;
    must(store_redis_new(&options, &store, &world.fault));
    return store;
}

static enum err config_error(const char *address, const char *prefix)
{
    struct store *store = NULL;
    struct store_redis_options options = world_options(address);
    options.prefix = prefix;
    enum err err = store_redis_new(&options, &store, &world.fault);
    if (store)
        store->ops->free(store);
    return err;
}

static enum err ask_clock(struct store *store)
{
    int64_t now;
    return store->ops->clock_ms(store, &now, &world.fault);
}

static enum err check_server(struct store *store)
{
    struct fault warning;
    return store->ops->check(store, &warning, &world.fault);
}

/* A full step: finding, timer, event, message. */
static struct store_transition rich_step(const char *alert, const char *household, int64_t version)
{
    struct store_transition step = world_step(alert, household, version);
    step.timer_count = 1;
    step.timers[0] = world_timer("ack_expiry", 5);
    step.detector = 3;
    step.finding_seq = (uint32_t)version;
    step.message_id = TEXT("m");
    step.message = TEXT("{}");
    return step;
}

/* Everything that a partition sees in its life. */
static void live_a_life(struct store *store)
{
    struct store_head head = world_taken(store, PARTITION);
    struct store_record record = {TEXT("H-1"), "bytes", 5, 77, 48};
    struct store_transition step = rich_step("A1", "H-1", 1);
    struct seen seen = {0};
    uint32_t pinned;
    struct store_due due[4];
    size_t count;
    must(store->ops->partitions(store, 4, &pinned, &world.fault));
    must(store->ops->flush(store, &head, &record, 1, some_offsets, &world.fault));
    must(store->ops->transition(store, &head, &step, &world.fault));
    must(store->ops->alerts_of(store, PARTITION, TEXT("H-1"), 5, seen_alert, &seen, &world.fault));
    must(store->ops->due(store, PARTITION, 50, due, 4, &count, &world.fault));
    ck_assert_uint_eq(count, 1);
    seen.count = 0;
    must(store->ops->outbox(store, PARTITION, "", 5, seen_entry, &seen, &world.fault));
    const char *entries[] = {seen.at[0], seen.at[1]};
    must(store->ops->outbox_done(store, &head, PARTITION, entries, 2, 3, &world.fault));
    record.size = 0;
    must(store->ops->flush(store, &head, &record, 1, some_offsets, &world.fault));
    step = world_step("A1", "H-1", 2);
    step.live = false;
    must(store->ops->transition(store, NULL, &step, &world.fault));
    must(store->ops->take(store, PARTITION, &head, seen_settle, &seen, &world.fault));
    must(ask_clock(store));
    ck_assert_uint_eq(head.seq, 4);
    struct store_area_hour hour = {"area:A", 490000, {1, 1, 1, 900, 0}};
    struct store_area_total total;
    must(store->ops->area_add(store, &hour, 1, 3, &total, &world.fault));
    must(store->ops->incident_set(store, "area:A", 0, 1, TEXT("{}"), 5, &world.fault));
}

/* The keys with their contents' digest: equal before and after when nothing was changed. */
static const char *digest(void)
{
    static char copy[128];
    const char *reply =
        redis_server_say(world.own.pid ? &world.own : &world.shared,
                         "EVAL \"local t={} for _,k in ipairs(redis.call('KEYS','*')) do "
                         "t[#t+1]=k..redis.sha1hex(redis.call('DUMP',k)) end table.sort(t) "
                         "return redis.sha1hex(table.concat(t))\" 0");
    (void)snprintf(copy, sizeof copy, "%s", reply);
    ck_assert_msg(copy[0] == '$', "digest: %s", copy);
    return copy;
}

static void begin_own(const char *const *extra)
{
    redis_server_begin(&world.own, extra);
    world.store = world_redis(world.own.address);
    world.second = world_redis(world.own.address);
}

START_TEST(addresses_and_options_that_cannot_work_are_refused_at_once)
{
    char long_path[160] = "unix:/";
    memset(long_path + 6, 'x', sizeof long_path - 7);
    ck_assert_int_eq(config_error("unix:", "anbu:"), ERR_CONFIG);
    ck_assert_int_eq(config_error(long_path, "anbu:"), ERR_CONFIG);
    ck_assert_int_eq(config_error("tcp:host", "anbu:"), ERR_CONFIG);
    ck_assert_int_eq(config_error("tcp::6379", "anbu:"), ERR_CONFIG);
    ck_assert_int_eq(config_error("tcp:host:0", "anbu:"), ERR_CONFIG);
    ck_assert_int_eq(config_error("tcp:host:65536", "anbu:"), ERR_CONFIG);
    ck_assert_int_eq(config_error("tcp:host:63x", "anbu:"), ERR_CONFIG);
    ck_assert_int_eq(config_error("/run/redis.sock", "anbu:"), ERR_CONFIG);
    ck_assert_int_eq(config_error("tcp:[::1]:6379", "anbu:"), ERR_OK);
    ck_assert_int_eq(config_error("unix:/x", "an{bu:"), ERR_CONFIG);
    struct store_redis_options options = world_options("unix:/x");
    options.user = "anbu";
    ck_assert_int_eq(store_redis_new(&options, &world.store, &world.fault), ERR_CONFIG);
    options = world_options("unix:/x");
    options.timeout_ms = 0;
    ck_assert_int_eq(store_redis_new(&options, &world.store, &world.fault), ERR_CONFIG);
}
END_TEST

START_TEST(a_password_is_needed_when_the_server_wants_one)
{
    static const char *const extra[] = {"--requirepass", "s3cret", NULL};
    begin_own(extra);
    ck_assert_int_eq(ask_clock(world.store), ERR_DENIED);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "NOAUTH"));
    ck_assert_ptr_nonnull(strstr(world.fault.text, "required; set redis.password"));
    struct store_redis_options options = world_options(world.own.address);
    options.password = "wrong";
    struct store *wrong = open_with(options);
    ck_assert_int_eq(ask_clock(wrong), ERR_DENIED);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "WRONGPASS"));
    ck_assert_ptr_nonnull(strstr(world.fault.text, "; redis.user or redis.password is not"));
    ck_assert_ptr_null(strstr(world.fault.text, "wrong "));
    wrong->ops->free(wrong);
    options.password = "s3cret";
    struct store *right = open_with(options);
    live_a_life(right);
    right->ops->free(right);
}
END_TEST

/* As docs/decisions/0002-store-keys.md says. */
#define ACL_COMMANDS                                                                             \
    "+eval +evalsha +script|load +info +time +get +set +expire +mget +del +exists +type +hget "  \
    "+hmget +hgetall +hkeys +hset +hdel +hincrby +zadd +zrem +zrange +zrevrange +zrangebyscore " \
    "+zcount +xadd +xdel +xrange +xlen"

START_TEST(an_account_with_just_the_documented_rights_is_enough)
{
    begin_own(NULL);
    ck_assert_str_eq(redis_server_say(&world.own, "ACL SETUSER anbu on >pw ~anbu:* " ACL_COMMANDS),
                     "+OK\r\n");
    struct store_redis_options options = world_options(world.own.address);
    options.user = "anbu";
    options.password = "pw";
    struct store *store = open_with(options);
    must(check_server(store));
    live_a_life(store);
    store->ops->free(store);
}
END_TEST

START_TEST(an_account_that_would_fail_in_mid_script_is_refused_at_the_start)
{
    begin_own(NULL);
    (void)redis_server_say(&world.own, "ACL SETUSER anbu on >pw ~anbu:* " ACL_COMMANDS " -xadd");
    struct store_redis_options options = world_options(world.own.address);
    options.user = "anbu";
    options.password = "pw";
    struct store *store = open_with(options);
    ck_assert_int_eq(check_server(store), ERR_DENIED);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "XADD"));
    (void)redis_server_say(&world.own, "ACL SETUSER anbu resetkeys ~other:* +xadd");
    ck_assert_int_eq(check_server(store), ERR_DENIED);
    store->ops->free(store);
}
END_TEST

START_TEST(a_server_is_reached_over_tcp)
{
    char port[16], address[64];
    int number = redis_server_free_port();
    (void)snprintf(port, sizeof port, "%d", number);
    (void)snprintf(address, sizeof address, "tcp:127.0.0.1:%d", number);
    begin_own((const char *const[]){"--bind", "127.0.0.1", "--port", port, NULL});
    struct store *store = world_redis(address);
    live_a_life(store);
    store->ops->free(store);
}
END_TEST

START_TEST(databases_and_prefixes_keep_stores_apart)
{
    world_begin(WORLD_REDIS);
    struct store_redis_options options = world_options(world.shared.address);
    options.database = 3;
    struct store *other_database = open_with(options);
    options.database = 0;
    options.prefix = "town2:";
    struct store *other_prefix = open_with(options);
    live_a_life(world.store);
    live_a_life(other_database);
    live_a_life(other_prefix);
    other_database->ops->free(other_database);
    other_prefix->ops->free(other_prefix);
    options.database = 9999;
    struct store *none = open_with(options);
    ck_assert_int_eq(ask_clock(none), ERR_CONFIG);
    none->ops->free(none);
}
END_TEST

START_TEST(a_server_that_died_is_tried_again_with_growing_waits_until_it_is_back)
{
    begin_own(NULL);
    struct store_head head = world_taken(world.store, PARTITION);
    must(world_put(world.store, &head, "H-1", "before", 0, &world.fault));
    redis_server_stop(&world.own, SIGKILL);
    int64_t wait_before = 0;
    for (int growths = 0; growths < 4;) {
        ck_assert_int_eq(ask_clock(world.store), ERR_UNREACHABLE);
        int64_t wait = redis_link_wait_ms(redis_link_of(world.store));
        ck_assert_int_ge(wait, wait_before);
        ck_assert_int_le(wait, 5000);
        growths += wait > wait_before;
        wait_before = wait;
        (void)usleep(1000);
    }
    redis_server_start(&world.own, NULL);
    while (ask_clock(world.store) == ERR_UNREACHABLE)
        (void)usleep(1000);
    must(ask_clock(world.store));
    /* What people did in its last second may be gone, and our sequence would not show it. */
    ck_assert_int_eq(world_put(world.store, &head, "H-1", "after", 0, &world.fault), ERR_REWOUND);
    head = world_taken(world.store, PARTITION);
    must(world_put(world.store, &head, "H-1", "after", 0, &world.fault));
    ck_assert_str_eq(world_get(world.store, PARTITION, "H-1"), "after");
}
END_TEST

START_TEST(a_connection_closed_while_idle_is_made_anew_and_ownership_with_it)
{
    begin_own(NULL);
    struct store_head head = world_taken(world.store, PARTITION);
    for (int i = 0; i < 3; i++) {
        if (i < 2) {
            ck_assert_int_eq(redis_server_say(&world.own, "CLIENT KILL TYPE normal")[0], ':');
        } else {
            redis_server_stop(&world.own, SIGTERM);
            redis_server_start(&world.own, NULL);
        }
        must(ask_clock(world.store));
        ck_assert_int_eq(world_put(world.store, &head, "H-1", "x", 0, &world.fault), ERR_REWOUND);
        ck_assert_ptr_nonnull(strstr(world.fault.text, "is to be taken again"));
        head = world_taken(world.store, PARTITION);
        must(world_put(world.store, &head, "H-1", "x", 0, &world.fault));
    }
}
END_TEST

START_TEST(a_server_that_hangs_ends_the_call_in_time)
{
    begin_own(NULL);
    struct store_redis_options options = world_options(world.own.address);
    options.timeout_ms = 200;
    struct store *store = open_with(options);
    struct store_head head = world_taken(store, PARTITION);
    must(world_put(store, &head, "H-1", "w", 0, &world.fault));
    (void)kill(world.own.pid, SIGSTOP);
    ck_assert_int_eq(world_put(store, &head, "H-1", "x", 0, &world.fault), ERR_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "no answer within 200 ms"));
    (void)kill(world.own.pid, SIGCONT);
    while (ask_clock(store) == ERR_UNREACHABLE)
        (void)usleep(1000);
    /* It did happen, unknown to us: the old head says so, a new one is right. */
    ck_assert_int_eq(world_put(store, &head, "H-1", "y", 0, &world.fault), ERR_REWOUND);
    head = world_taken(store, PARTITION);
    must(world_put(store, &head, "H-1", "y", 0, &world.fault));
    store->ops->free(store);
}
END_TEST

START_TEST(scripts_come_back_after_a_flush_and_after_a_restart)
{
    begin_own(NULL);
    live_a_life(world.store);
    struct store_head head = world_taken(world.store, PARTITION);
    for (int i = 0; i < 3; i++) {
        if (i < 2) {
            ck_assert_str_eq(redis_server_say(&world.own, "SCRIPT FLUSH"), "+OK\r\n");
        } else {
            redis_server_stop(&world.own, SIGTERM);
            redis_server_start(&world.own, NULL);
            head = world_taken(world.store, PARTITION);
        }
        must(world_put(world.store, &head, "H-1", "x", 0, &world.fault));
        struct store_transition step = world_step("A9", "H-9", i + 1);
        must(world_do(&head, &step));
        must(
            world.store->ops->outbox_done(world.store, &head, PARTITION, NULL, 0, 1, &world.fault));
    }
}
END_TEST

static enum err write_something(struct store_head *head, int which)
{
    struct store_record record = {TEXT("H-1"), "later", 5, 0, 0};
    struct store_transition step = rich_step("A1", "H-1", 2);
    struct store_head next;
    switch (which) {
    case 0:
        return world.store->ops->flush(world.store, head, &record, 1, some_offsets, &world.fault);
    case 1: return world_do(head, &step);
    default: return world.store->ops->take(world.store, PARTITION, &next, NULL, NULL, &world.fault);
    }
}

/* Each kind of write meets the same refusal, changes nothing, and works when it is over. */
static void refused_and_whole(const char *begin, const char *end, enum err want, const char *word)
{
    begin_own(NULL);
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_transition step = rich_step("A1", "H-1", 1);
    must(world_put(world.store, &head, "H-1", "first", 9, &world.fault));
    must(world_do(&head, &step));
    char before[128];
    (void)snprintf(before, sizeof before, "%s", digest());
    ck_assert_str_eq(redis_server_say(&world.own, "%s", begin), "+OK\r\n");
    for (int which = 0; which < 3; which++) {
        enum err err;
        do {
            err = write_something(&head, which);
            if (err == ERR_REWOUND) /* it hung up, and we connected anew */
                head.connection++;
        } while ((err == ERR_UNREACHABLE && !strstr(world.fault.text, word)) || err == ERR_REWOUND);
        ck_assert_msg(err == want, "write %d: %d %s", which, err, world.fault.text);
        ck_assert_msg(strstr(world.fault.text, word) != NULL, "%s", world.fault.text);
    }
    ck_assert_str_eq(redis_server_say(&world.own, "%s", end), "+OK\r\n");
    ck_assert_str_eq(digest(), before);
    while (ask_clock(world.store) == ERR_UNREACHABLE)
        (void)usleep(1000);
    head = world_taken(world.store, PARTITION);
    for (int which = 0; which < 3; which++)
        must(write_something(&head, which));
}

START_TEST(a_full_memory_refuses_writes_whole)
{
    refused_and_whole("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0", ERR_BUSY, "OOM");
}
END_TEST

START_TEST(missing_replicas_refuse_writes_whole)
{
    refused_and_whole("CONFIG SET min-replicas-to-write 1", "CONFIG SET min-replicas-to-write 0",
                      ERR_BUSY, "NOREPLICAS");
}
END_TEST

START_TEST(a_replica_refuses_writes_whole)
{
    refused_and_whole("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE", ERR_UNREACHABLE, "READONLY");
}
END_TEST

START_TEST(the_outbox_is_emptied_even_when_memory_is_full)
{
    begin_own(NULL);
    struct seen seen = {0};
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_transition step = world_step("A1", "H-1", 1);
    must(world_do(&head, &step));
    must(world.store->ops->outbox(world.store, PARTITION, "", 5, seen_entry, &seen, &world.fault));
    (void)redis_server_say(&world.own, "CONFIG SET maxmemory 1");
    const char *entry = seen.at[0];
    must(world.store->ops->outbox_done(world.store, &head, PARTITION, &entry, 1, 7, &world.fault));
    ck_assert_uint_eq(world_outbox_count(), 0);
    ck_assert_uint_eq(head.seq, 2);
}
END_TEST

START_TEST(an_unfit_server_is_refused_with_the_way_out)
{
    begin_own(NULL);
    (void)redis_server_say(&world.own, "CONFIG SET maxmemory-policy allkeys-lru");
    ck_assert_int_eq(check_server(world.store), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "allkeys-lru"));
    ck_assert_ptr_nonnull(strstr(world.fault.text, "noeviction"));
    (void)redis_server_say(&world.own, "CONFIG SET maxmemory-policy noeviction");
    must(check_server(world.store));
    (void)redis_server_say(&world.own, "REPLICAOF 127.0.0.1 1");
    ck_assert_int_eq(check_server(world.store), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "replica"));
}
END_TEST

START_TEST(a_server_that_may_forget_is_warned_about)
{
    begin_own(NULL);
    struct fault warning;
    (void)redis_server_say(&world.own, "CONFIG SET appendfsync no");
    must(world.store->ops->check(world.store, &warning, &world.fault));
    ck_assert_ptr_nonnull(strstr(warning.text, "appendfsync"));
    (void)redis_server_say(&world.own, "CONFIG SET appendonly no");
    must(world.store->ops->check(world.store, &warning, &world.fault));
    ck_assert_ptr_nonnull(strstr(warning.text, "appendonly"));
}
END_TEST

START_TEST(a_node_of_a_cluster_is_refused)
{
    begin_own((const char *const[]){"--cluster-enabled", "yes", NULL});
    ck_assert_int_eq(check_server(world.store), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "Cluster"));
    struct store_head head;
    ck_assert_int_eq(
        world.store->ops->take(world.store, PARTITION, &head, NULL, NULL, &world.fault),
        ERR_UNREACHABLE);
}
END_TEST

/* The key that is replaced, and the write that must see it. */
START_TEST(a_key_of_another_type_stops_a_write_before_its_first_change)
{
    static const struct {
        const char *key;
        int which;
    } cases[] = {
        {"settle", 0}, {"head", 0},   {"head", 1},   {"a:A1", 1},   {"case:H-1", 1}, {"live", 1},
        {"index", 1},  {"of:H-1", 1}, {"timers", 1}, {"outbox", 1}, {"head", 2},
    };
    world_begin(WORLD_REDIS);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)redis_server_say(&world.shared, "FLUSHALL");
        struct store_head head = world_taken(world.store, PARTITION);
        struct store_transition step = rich_step("A1", "H-1", 1);
        must(world_put(world.store, &head, "H-1", "first", 9, &world.fault));
        must(world_do(&head, &step));
        (void)redis_server_say(&world.shared, "SET anbu:{7}:%s foreign", cases[i].key);
        char before[128];
        (void)snprintf(before, sizeof before, "%s", digest());
        enum err err = write_something(&head, cases[i].which);
        ck_assert_msg(err == ERR_CORRUPT, "%s: %d %s", cases[i].key, err, world.fault.text);
        ck_assert_msg(strstr(world.fault.text, cases[i].key) != NULL, "%s", world.fault.text);
        ck_assert_str_eq(digest(), before);
    }
}
END_TEST

START_TEST(damaged_values_are_errors_that_name_the_key)
{
    static const char *const damage[] = {
        "HSET anbu:{7}:head seq abc",   "HSET anbu:{7}:head seq -1",
        "HSET anbu:{7}:head counter x", "HSET anbu:{7}:head offset:reading 1.5",
        "HSET anbu:{7}:head log \"\"",  "ZADD anbu:{7}:settle 1.5 H-1",
        "ZADD anbu:{7}:settle 1 %s",
    };
    char longest[160];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    world_begin(WORLD_REDIS);
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        struct seen seen = {0};
        struct store_head head;
        char line[256];
        (void)redis_server_say(&world.shared, "FLUSHALL");
        (void)world_taken(world.store, PARTITION);
        (void)snprintf(line, sizeof line, "%s", damage[i]);
        if (i == 6)
            (void)snprintf(line, sizeof line, "ZADD anbu:{7}:settle 1 %s", longest);
        ck_assert_int_eq(redis_server_say(&world.shared, "%s", line)[0], ':');
        enum err err =
            world.store->ops->take(world.store, PARTITION, &head, seen_settle, &seen, &world.fault);
        ck_assert_msg(err == ERR_CORRUPT, "%s: %d", line, err);
        ck_assert_ptr_nonnull(strstr(world.fault.text, "{7}:"));
    }
}
END_TEST

START_TEST(damaged_timers_cases_and_entries_are_errors)
{
    world_begin(WORLD_REDIS);
    struct store_due due[4];
    struct store_case one;
    struct seen seen = {0};
    size_t count;
    uint32_t pinned;
    struct store *store = world.store;
    (void)redis_server_say(&world.shared, "ZADD anbu:{7}:timers 5 no-bar");
    ck_assert_int_eq(store->ops->due(store, PARTITION, 9, due, 4, &count, &world.fault),
                     ERR_CORRUPT);
    (void)redis_server_say(&world.shared, "HSET anbu:{7}:case:H-1 seq:2 99999999999999999999");
    ck_assert_int_eq(store->ops->load_case(store, PARTITION, TEXT("H-1"), &one, &world.fault),
                     ERR_CORRUPT);
    (void)redis_server_say(&world.shared, "XADD anbu:{7}:outbox * a b");
    ck_assert_int_eq(store->ops->outbox(store, PARTITION, "", 4, seen_entry, &seen, &world.fault),
                     ERR_CORRUPT);
    (void)redis_server_say(&world.shared, "SET anbu:partitions many");
    ck_assert_int_eq(store->ops->partitions(store, 0, &pinned, &world.fault), ERR_CORRUPT);
    (void)redis_server_say(&world.shared, "SET anbu:{7}:live x");
    ck_assert_int_eq(store->ops->alerts(store, PARTITION, true, 0, seen_alert, &seen, &world.fault),
                     ERR_CORRUPT);
    must(ask_clock(store)); /* and goes on */
}
END_TEST

struct liar {
    int listener;
    _Atomic(const char *) says;
};

static void *lie(void *context)
{
    struct liar *liar = context;
    for (;;) {
        char heard[4096];
        int fd = accept(liar->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        const char *says = atomic_load(&liar->says);
        if (read(fd, heard, sizeof heard) > 0)
            for (int i = 0; i < 4; i++)
                (void)send(fd, says, strlen(says), MSG_NOSIGNAL);
        (void)close(fd);
    }
}

static void skip_record(void *context, size_t index, const void *bytes, uint32_t size)
{
    (void)context, (void)index, (void)bytes, (void)size;
}

static enum err call_anything(struct store *store, int which)
{
    struct store_head head = {.partition = PARTITION};
    struct store_transition step = rich_step("A1", "H-1", 1);
    struct text household = TEXT("H-1");
    struct store_case one;
    struct store_due due[4];
    struct buffer out = {0};
    size_t count;
    uint32_t pinned;
    static struct seen seen;
    struct fault *fault = &world.fault;
    const struct store_ops *ops = store->ops;
    seen.count = 0;
    switch (which) {
    case 0: return ops->take(store, PARTITION, &head, seen_settle, &seen, fault);
    case 1: return ops->load(store, PARTITION, &household, 1, skip_record, NULL, fault);
    case 2: return ops->flush(store, &head, NULL, 0, some_offsets, fault);
    case 3: return ops->load_case(store, PARTITION, household, &one, fault);
    case 4: return ops->transition(store, &head, &step, fault);
    case 5: return ops->alerts(store, PARTITION, true, 0, seen_alert, &seen, fault);
    case 6: return ops->due(store, PARTITION, 5, due, 4, &count, fault);
    case 7: return ops->outbox(store, PARTITION, "", 4, seen_entry, &seen, fault);
    case 8: return ops->outbox_done(store, &head, PARTITION, NULL, 0, 1, fault);
    case 9: return ask_clock(store);
    case 10: return check_server(store);
    case 11: return ops->partitions(store, 4, &pinned, fault);
    case 12: {
        enum err err = ops->alert(store, PARTITION, "A1", &out, fault);
        buffer_done(&out);
        return err;
    }
    case 13: {
        const struct store_erasure gone = {"A1", household, 1, {NULL, 0}};
        return ops->erase(store, &head, &gone, fault);
    }
    case 14: return ops->alerts_from(store, PARTITION, 0, 4, &count, seen_alert, &seen, fault);
    default: return ERR_END;
    }
}

START_TEST(a_server_that_talks_nonsense_is_an_error_and_never_a_crash)
{
    enum { LOAD = 1 << 1, LISTS = 1 << 5 | 1 << 6 | 1 << 7 | 1 << 14, SNAPSHOT = 1 << 12 };
    static const struct {
        const char *says;
        int honest; /* calls that may take it for an answer */
    } nonsense[] = {
        {"+OK\r\n", 0},
        {":5\r\n", 0},
        {"*-1\r\n", 0},
        {"$-1\r\n", 0},
        {"*0\r\n", LISTS},
        {"*1\r\n$-1\r\n", LOAD},
        {"*1\r\n$7\r\nunknown\r\n", LOAD},
        {"*1\r\n$5\r\nowner\r\n", LOAD},
        {"*2\r\n$2\r\nok\r\n*0\r\n", 0},
        {"*1\r\n*1\r\n*1\r\n:1\r\n", 0},
        {"$40\r\n0123456789012345678901234567890123456789\r\n", SNAPSHOT},
        {"$50\r\n01234567890123456789012345678901234567890123456789\r\n", SNAPSHOT},
        {"-\r\n", 0},
        {"-ODD x\r\n", 0},
        {"HTTP/1.1 400 Bad Request\r\n\r\n", 0},
        {"$9000\r\nab", 0},
        {"*1\r\n$9000\r\n", 0},
        {"*999999999999\r\n", 0},
        {"$999999999999\r\n", 0},
    };
    char dir[] = "/tmp/anbu-liar-XXXXXX", address[64];
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s/sock", dir);
    (void)snprintf(address, sizeof address, "unix:%s/sock", dir);
    struct liar liar = {.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    ck_assert_int_eq(bind(liar.listener, (const struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(liar.listener, 16), 0);
    pthread_t thread;
    atomic_store(&liar.says, nonsense[0].says);
    ck_assert_int_eq(pthread_create(&thread, NULL, lie, &liar), 0);
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
        atomic_store(&liar.says, nonsense[i].says); /* nobody is connected now */
        for (int which = 0; which < 13; which++) {
            struct store *store = world_redis(address);
            enum err err = call_anything(store, which);
            ck_assert_msg(err != ERR_OK || nonsense[i].honest & 1 << which,
                          "call %d believed \"%s\"", which, nonsense[i].says);
            store->ops->free(store);
        }
    }
    (void)shutdown(liar.listener, SHUT_RDWR);
    (void)pthread_join(thread, NULL);
    (void)close(liar.listener);
    (void)unlink(at.sun_path);
    (void)rmdir(dir);
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_test(cases, addresses_and_options_that_cannot_work_are_refused_at_once);
    tcase_add_test(cases, a_password_is_needed_when_the_server_wants_one);
    tcase_add_test(cases, an_account_with_just_the_documented_rights_is_enough);
    tcase_add_test(cases, an_account_that_would_fail_in_mid_script_is_refused_at_the_start);
    tcase_add_test(cases, a_server_is_reached_over_tcp);
    tcase_add_test(cases, databases_and_prefixes_keep_stores_apart);
    tcase_add_test(cases, a_server_that_died_is_tried_again_with_growing_waits_until_it_is_back);
    tcase_add_test(cases, a_connection_closed_while_idle_is_made_anew_and_ownership_with_it);
    tcase_add_test(cases, a_server_that_hangs_ends_the_call_in_time);
    tcase_add_test(cases, scripts_come_back_after_a_flush_and_after_a_restart);
    tcase_add_test(cases, a_full_memory_refuses_writes_whole);
    tcase_add_test(cases, missing_replicas_refuse_writes_whole);
    tcase_add_test(cases, a_replica_refuses_writes_whole);
    tcase_add_test(cases, the_outbox_is_emptied_even_when_memory_is_full);
    tcase_add_test(cases, an_unfit_server_is_refused_with_the_way_out);
    tcase_add_test(cases, a_server_that_may_forget_is_warned_about);
    tcase_add_test(cases, a_node_of_a_cluster_is_refused);
    tcase_add_test(cases, a_key_of_another_type_stops_a_write_before_its_first_change);
    tcase_add_test(cases, damaged_values_are_errors_that_name_the_key);
    tcase_add_test(cases, damaged_timers_cases_and_entries_are_errors);
    tcase_add_test(cases, a_server_that_talks_nonsense_is_an_error_and_never_a_crash);
}

int main(void)
{
    return world_main("store: Redis alone", add);
}
