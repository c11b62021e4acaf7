/* SPDX-License-Identifier: Apache-2.0
 *
 * The source over a real consumer group, against librdkafka's mock cluster. The owner here is what
 * a worker is: it knows where each lane goes on, and asserts that nothing is lost or out of order.
 */
#include <check.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ingest/source_kafka.h"
#include "kafka/producer.h"

#define PARTITIONS 4
#define WAIT_MS    60000
#define BATCH      100
#define T0         1700000000000

static const char *const topics[] = {"readings", "billing", "household", "report", "weather"};
static rd_kafka_t *rk;
static rd_kafka_mock_cluster_t *cluster;
static struct kafka_common common;
static struct settings settings;
static struct kafka_producer *producer;

static void set_up(void)
{
    char why[256];
    struct fault fault;
    rk = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why);
    cluster = rd_kafka_mock_cluster_new(rk, 1);
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        ck_assert(!rd_kafka_mock_topic_create(cluster, topics[i], PARTITIONS, 1));
    common = (struct kafka_common){.brokers = rd_kafka_mock_cluster_bootstraps(cluster)};
    memset(&settings, 0, sizeof settings);
    (void)text_copy(TEXT("anbu"), settings.kafka.group, sizeof settings.kafka.group);
    (void)text_copy(TEXT("readings"), settings.kafka.readings, sizeof settings.kafka.readings);
    (void)text_copy(TEXT("billing"), settings.kafka.billing, sizeof settings.kafka.billing);
    (void)text_copy(TEXT("household"), settings.kafka.household, sizeof settings.kafka.household);
    (void)text_copy(TEXT("report"), settings.kafka.report, sizeof settings.kafka.report);
    (void)text_copy(TEXT("weather"), settings.kafka.weather, sizeof settings.kafka.weather);
    ck_assert_msg(!kafka_producer_new(&common, &producer, &fault), "%s", fault.text);
}

static void tear_down(void)
{
    kafka_producer_free(producer);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(rk);
}

/* ---- what goes in ---- */

static size_t sent[PARTITIONS][TOPIC_COUNT];

static void send_to(uint32_t lane, int home, int64_t at_ms)
{
    char key[24];
    struct fault fault;
    (void)snprintf(key, sizeof key, "H-%d", home);
    ck_assert_msg(
        !kafka_producer_send(producer, topics[lane], text_of(key), text_of(key), at_ms, &fault),
        "%s", fault.text);
    if (lane < TOPIC_COUNT)
        sent[kafka_partition(text_of(key), PARTITIONS)][lane]++;
}

static void flush(void)
{
    struct fault fault;
    ck_assert_msg(!kafka_producer_flush(producer, WAIT_MS, &fault), "%s", fault.text);
}

/* Readings every second, the others now and then, some at the very same time. */
static void send_town(int from, int to)
{
    for (int i = from; i < to; i++) {
        int64_t at_ms = T0 + (int64_t)i * 1000;
        send_to(MESSAGE_READING, i % 40, at_ms);
        if (i % 7 == 0)
            send_to(MESSAGE_BILLING, (i + 3) % 40, at_ms);
        if (i % 11 == 0)
            send_to(MESSAGE_HOUSEHOLD, i % 40, at_ms);
        if (i % 50 == 0)
            send_to(MESSAGE_REPORT, i % 40, at_ms + 1);
    }
    flush();
}

/* ---- what comes out ---- */

/* Shared by members, as the store is. */
static int64_t applied[PARTITIONS][TOPIC_COUNT];

struct member {
    struct source *source;
    bool ours[PARTITIONS];
    int refusals;   /* `assigned` says no this often, for partition 2 */
    int slow_ms;    /* but of partition 0, it says no after so long */
    bool forgetful; /* its store knows nothing */
    int not_yet;    /* `anew` says no this often */
    int asked, taken_back, anew;
    int64_t lost;
    size_t weather, deliveries;
    bool ordered;
    int64_t last_ms[PARTITIONS];
    uint32_t last_lane[PARTITIONS];
};

static void forget(void)
{
    for (int p = 0; p < PARTITIONS; p++)
        for (int lane = 0; lane < TOPIC_COUNT; lane++)
            applied[p][lane] = OFFSET_NONE;
    memset(sent, 0, sizeof sent);
}

static bool assigned(void *owner, uint32_t partition, int64_t resume[TOPIC_COUNT])
{
    struct member *member = owner;
    member->asked++;
    if (partition == 2 && member->refusals > 0) {
        member->refusals--;
        return false;
    }
    if (partition && member->slow_ms) {
        (void)poll(NULL, 0, member->slow_ms);
        return false;
    }
    ck_assert(!member->ours[partition]);
    member->ours[partition] = true;
    member->last_ms[partition] = 0;
    if (!member->forgetful)
        memcpy(resume, applied[partition], sizeof applied[partition]);
    return true;
}

static void revoked(void *owner, uint32_t partition, bool lost)
{
    struct member *member = owner;
    (void)lost;
    ck_assert(member->ours[partition]);
    member->ours[partition] = false;
    member->taken_back++;
}

static bool anew(void *owner, uint32_t partition, uint32_t lane, int64_t low)
{
    struct member *member = owner;
    ck_assert(member->ours[partition]);
    if (member->not_yet) {
        member->not_yet--;
        return false;
    }
    applied[partition][lane] = low;
    member->last_ms[partition] = 0;
    member->anew++;
    return true;
}

static void lost(void *owner, uint32_t partition, uint32_t lane, int64_t from, int64_t to)
{
    struct member *member = owner;
    ck_assert_int_eq(applied[partition][lane], from);
    applied[partition][lane] = to;
    member->lost += to - from;
}

static void join(struct member *member)
{
    struct fault fault;
    const struct source_owner owner = {
        .assigned = assigned, .revoked = revoked, .owner = member, .anew = anew, .lost = lost};
    member->ordered = true;
    ck_assert_msg(
        !source_kafka_new(&common, &settings, PARTITIONS, &owner, &member->source, &fault), "%s",
        fault.text);
}

static void leave(struct member *member)
{
    member->source->ops->free(member->source);
    member->source = NULL;
}

static void apply(struct member *member, const struct delivery *delivery)
{
    if (delivery->topic == MESSAGE_WEATHER) {
        ck_assert_uint_eq(delivery->partition, UINT32_MAX);
        member->weather++;
        return;
    }
    uint32_t p = delivery->partition;
    ck_assert(member->ours[p]);
    ck_assert(text_equal(delivery->key, delivery->payload));
    ck_assert_uint_eq(kafka_partition(delivery->key, PARTITIONS), p);
    int64_t *next = &applied[p][delivery->lane];
    ck_assert_msg(*next == delivery->offset || (*next == OFFSET_NONE && delivery->offset == 0),
                  "partition %u lane %u: %lld came instead of %lld", p, delivery->lane,
                  (long long)delivery->offset, (long long)*next);
    *next = delivery->offset + 1;
    if (delivery->arrived_ms < member->last_ms[p] ||
        (delivery->arrived_ms == member->last_ms[p] && delivery->lane < member->last_lane[p]))
        member->ordered = false;
    member->last_ms[p] = delivery->arrived_ms;
    member->last_lane[p] = delivery->lane;
    member->deliveries++;
}

static void poll_once(struct member *member, int timeout_ms)
{
    struct delivery out[BATCH];
    struct fault fault;
    size_t count = 0;
    ck_assert_msg(
        !member->source->ops->poll(member->source, out, BATCH, timeout_ms, &count, &fault), "%s",
        fault.text);
    for (size_t i = 0; i < count; i++)
        apply(member, &out[i]);
}

static const int64_t nothing[TOPIC_COUNT] = {OFFSET_NONE, OFFSET_NONE, OFFSET_NONE, OFFSET_NONE};

static void apply_all_sent(void)
{
    for (int p = 0; p < PARTITIONS; p++)
        for (int lane = 0; lane < TOPIC_COUNT; lane++)
            applied[p][lane] = (int64_t)sent[p][lane];
}

static bool applied_in(int p)
{
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        if ((applied[p][lane] < 0 ? 0 : applied[p][lane]) != (int64_t)sent[p][lane])
            return false;
    return true;
}

static bool all_applied(void)
{
    for (int p = 0; p < PARTITIONS; p++)
        if (!applied_in(p))
            return false;
    return true;
}

static void poll_until_all(struct member *members, size_t count)
{
    int64_t give_up = clock_monotonic_ms(&clock_machine) + WAIT_MS;
    while (!all_applied()) {
        for (size_t i = 0; i < count; i++)
            poll_once(&members[i], 20);
        ck_assert_msg(clock_monotonic_ms(&clock_machine) < give_up, "not all came");
    }
}

static void poll_until_at_end(struct member *member)
{
    int64_t give_up = clock_monotonic_ms(&clock_machine) + WAIT_MS;
    for (uint32_t p = 0; p < PARTITIONS;) {
        if (member->source->ops->at_end(member->source, p)) {
            p++;
            continue;
        }
        poll_once(member, 20);
        ck_assert(clock_monotonic_ms(&clock_machine) < give_up);
    }
}

static void poll_until_no_lag(struct member *member)
{
    int64_t give_up = clock_monotonic_ms(&clock_machine) + WAIT_MS;
    while (kafka_group_lag(&common, "anbu", "readings", PARTITIONS) != 0) {
        poll_once(member, 10);
        ck_assert(clock_monotonic_ms(&clock_machine) < give_up);
    }
}

START_TEST(topics_of_a_partition_come_merged_by_time_after_the_weather)
{
    struct member member = {0};
    forget();
    send_town(0, 3000);
    for (int i = 0; i < 700; i++)
        send_to(4, i, T0);
    flush();
    join(&member);
    while (!member.deliveries)
        poll_once(&member, 100);
    ck_assert_uint_eq(member.weather, 700);
    poll_until_all(&member, 1);
    ck_assert(member.ordered);
    poll_until_at_end(&member);
    /* What comes later is found, too. */
    send_town(3000, 3050);
    send_to(4, 1, T0);
    flush();
    poll_until_all(&member, 1);
    while (member.weather < 701)
        poll_once(&member, 100);
    /* No order over topics is asked of these: one at its end holds nobody back. */
    leave(&member);
}
END_TEST

START_TEST(reading_goes_on_where_the_owner_says_after_a_restart)
{
    struct member first = {0}, second = {0};
    forget();
    send_town(0, 500);
    join(&first);
    poll_until_all(&first, 1);
    leave(&first);
    send_town(500, 900);
    join(&second);
    poll_until_all(&second, 1);
    ck_assert(second.ordered);
    leave(&second);
}
END_TEST

START_TEST(partition_that_is_refused_is_offered_again_and_loses_nothing)
{
    struct member member = {.refusals = 3};
    forget();
    send_town(0, 2000);
    join(&member);
    poll_until_all(&member, 1);
    ck_assert_int_eq(member.refusals, 0);
    ck_assert_int_eq(member.asked, PARTITIONS + 3);
    ck_assert(member.ordered);
    leave(&member);
}
END_TEST

START_TEST(partitions_that_cannot_be_taken_hold_up_neither_the_group_nor_the_others)
{
    struct member member = {.slow_ms = 400};
    int64_t began_ms = clock_monotonic_ms(&clock_machine);
    int most = 0; /* asked within one poll */
    forget();
    send_town(0, 1000);
    join(&member);
    while (!applied_in(0) || member.asked < 10) {
        int asked = member.asked;
        poll_once(&member, 20);
        most = member.asked - asked > most ? member.asked - asked : most;
    }
    ck_assert_int_le(most, 2);
    /* Ten times 400 ms, and four times as long for the others. */
    ck_assert_int_gt(clock_monotonic_ms(&clock_machine) - began_ms, 6000);
    member.slow_ms = 0;
    poll_until_all(&member, 1);
    leave(&member);
}
END_TEST

START_TEST(seek_goes_back_in_one_partition_and_leaves_the_others)
{
    struct member member = {0};
    struct fault fault;
    forget();
    send_town(0, 3000);
    join(&member);
    while (member.deliveries < 1000)
        poll_once(&member, 100);
    int64_t back[TOPIC_COUNT] = {7, OFFSET_NONE, 1, OFFSET_NONE};
    memcpy(applied[1], back, sizeof back);
    member.last_ms[1] = 0;
    ck_assert_msg(!member.source->ops->seek(member.source, 1, back, &fault), "%s", fault.text);
    ck_assert(!member.source->ops->at_end(member.source, 1));
    poll_until_all(&member, 1);
    /* And from the very end back to the start. */
    poll_until_at_end(&member);
    memcpy(applied[3], nothing, sizeof nothing);
    member.last_ms[3] = 0;
    ck_assert(!member.source->ops->seek(member.source, 3, nothing, &fault));
    poll_until_all(&member, 1);
    ck_assert(member.ordered);
    ck_assert_int_eq(member.source->ops->seek(member.source, 99, nothing, &fault), ERR_NOT_FOUND);
    leave(&member);
}
END_TEST

static unsigned drawn;
static int draw(int below)
{
    drawn = drawn * 1103515245u + 12345u;
    return (int)((drawn >> 16) % (unsigned)below);
}

/* A store that fails again and again: back to somewhere before where it was, or held and sought. */
static void go_back(struct member *member, uint32_t p)
{
    int64_t back[TOPIC_COUNT];
    struct fault fault;
    for (int lane = 0; lane < TOPIC_COUNT; lane++) {
        int64_t at = applied[p][lane];
        back[lane] = at > 0 && draw(3) ? draw((int)at + 1) : at;
    }
    memcpy(applied[p], back, sizeof back);
    member->last_ms[p] = 0;
    if (draw(2)) {
        member->source->ops->hold(member->source, p);
        poll_once(member, 0);
    }
    ck_assert_msg(!member->source->ops->seek(member->source, p, back, &fault), "%s", fault.text);
    poll_once(member, 0);
}

START_TEST(a_storm_of_seeks_loses_nothing)
{
    struct member member = {0};
    forget();
    send_town(0, 3000);
    join(&member);
    drawn = 5;
    for (int i = 0; i < 1000; i++) {
        uint32_t p = (uint32_t)draw(PARTITIONS);
        if (member.ours[p])
            go_back(&member, p);
        for (int polls = draw(12) * draw(2); polls > 0; polls--)
            poll_once(&member, draw(8));
    }
    poll_until_all(&member, 1);
    leave(&member);
}
END_TEST

START_TEST(members_share_the_partitions_and_no_record_is_lost_or_comes_twice)
{
    struct member members[2] = {{0}, {0}};
    forget();
    send_town(0, 1000);
    join(&members[0]);
    poll_until_all(members, 1);
    join(&members[1]);
    int64_t give_up = clock_monotonic_ms(&clock_machine) + WAIT_MS;
    int next = 1000, theirs = 0;
    while (theirs != PARTITIONS / 2) {
        send_town(next, next + 20);
        next += 20;
        poll_once(&members[0], 50);
        poll_once(&members[1], 50);
        theirs = 0;
        for (int p = 0; p < PARTITIONS; p++)
            theirs += members[1].ours[p];
        ck_assert(clock_monotonic_ms(&clock_machine) < give_up);
    }
    poll_until_all(members, 2);
    ck_assert_int_ge(members[0].taken_back, PARTITIONS);
    leave(&members[0]);
    send_town(next, next + 100);
    poll_until_all(&members[1], 1);
    leave(&members[1]);
}
END_TEST

START_TEST(committed_offsets_show_in_the_lag)
{
    struct member member = {0};
    forget();
    send_town(0, 400);
    join(&member);
    poll_until_all(&member, 1);
    ck_assert_int_gt(kafka_group_lag(&common, "anbu", "readings", PARTITIONS), 0);
    for (uint32_t p = 0; p < PARTITIONS; p++)
        member.source->ops->commit(member.source, p, applied[p]);
    poll_until_no_lag(&member);
    leave(&member);
}
END_TEST

START_TEST(outages_of_a_broker_and_of_a_topic_are_waited_out)
{
    struct member member = {0};
    forget();
    send_town(0, 500);
    join(&member);
    poll_until_all(&member, 1);
    ck_assert(!rd_kafka_mock_broker_set_down(cluster, 1));
    for (int i = 0; i < 20; i++)
        poll_once(&member, 50);
    ck_assert(!rd_kafka_mock_broker_set_up(cluster, 1));
    send_town(500, 1000);
    poll_until_all(&member, 1);
    rd_kafka_mock_topic_set_error(cluster, "billing", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    for (int i = 0; i < 30; i++)
        poll_once(&member, 100);
    rd_kafka_mock_topic_set_error(cluster, "billing", RD_KAFKA_RESP_ERR_NO_ERROR);
    send_town(1000, 1200);
    poll_until_all(&member, 1);
    ck_assert_int_eq(member.anew, 0);
    /* Nor does a member need it in order to leave. */
    ck_assert(!rd_kafka_mock_broker_set_down(cluster, 1));
    leave(&member);
}
END_TEST

/* Only a broker that takes us for another one gives a consumer up for good. */
START_TEST(a_member_that_was_given_up_for_good_joins_again_and_goes_on)
{
    struct member member = {0};
    const rd_kafka_resp_err_t fenced = RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
    forget();
    send_town(0, 500);
    join(&member);
    poll_until_all(&member, 1);
    rd_kafka_mock_push_request_errors_array(cluster, 12 /* heartbeat */, 1, &fenced);
    int64_t give_up = clock_monotonic_ms(&clock_machine) + WAIT_MS;
    while (member.taken_back < PARTITIONS) {
        poll_once(&member, 50);
        ck_assert(clock_monotonic_ms(&clock_machine) < give_up);
    }
    send_town(500, 1000);
    poll_until_all(&member, 1);
    ck_assert_int_eq(member.asked, 2 * PARTITIONS);
    leave(&member);
}
END_TEST

START_TEST(weather_that_cannot_be_read_holds_households_back_for_a_while_only)
{
    struct member member = {0};
    forget();
    rd_kafka_mock_topic_set_error(cluster, "weather", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    send_town(0, 100);
    join(&member);
    poll_until_all(&member, 1);
    ck_assert_uint_eq(member.weather, 0);
    leave(&member);
}
END_TEST

START_TEST(latest_begins_at_the_end_and_keeps_its_place_over_a_restart)
{
    struct member first = {.forgetful = true}, second = {.forgetful = true};
    settings.kafka.start = KAFKA_START_LATEST;
    forget();
    send_town(0, 200);
    apply_all_sent();
    join(&first);
    poll_until_at_end(&first);
    ck_assert_uint_eq(first.deliveries, 0);
    for (uint32_t p = 0; p < PARTITIONS; p++)
        first.source->ops->commit(first.source, p, nothing);
    poll_until_no_lag(&first);
    leave(&first);
    /* What comes while nobody is there is read by the next one. */
    send_town(200, 260);
    join(&second);
    poll_until_all(&second, 1);
    ck_assert_uint_gt(second.deliveries, 60);
    leave(&second);
}
END_TEST

/* Fetches fail as if another broker led: nothing new comes, and nothing says so. */
static void no_fetch(size_t times)
{
    rd_kafka_resp_err_t errors[200];
    for (size_t i = 0; i < times; i++)
        errors[i] = RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION;
    rd_kafka_mock_push_request_errors_array(cluster, 1, times, errors);
}

START_TEST(latest_is_where_the_end_was_when_the_partition_came_whatever_moves_later)
{
    struct member member = {.forgetful = true};
    struct fault fault;
    settings.kafka.start = KAFKA_START_LATEST;
    forget();
    send_town(0, 200);
    apply_all_sent();
    join(&member);
    while (!member.ours[0] || !member.ours[1] || !member.ours[2] || !member.ours[3])
        poll_once(&member, 20);
    no_fetch(200);
    poll_once(&member, 20);
    send_town(200, 260);
    ck_assert_uint_eq(member.deliveries, 0);
    ck_assert_msg(!member.source->ops->seek(member.source, 1, nothing, &fault), "%s", fault.text);
    poll_once(&member, 20);
    rd_kafka_mock_clear_request_errors(cluster, 1);
    poll_until_all(&member, 1);
    leave(&member);
}
END_TEST

START_TEST(latest_goes_back_to_where_it_began_when_its_store_has_nothing_yet)
{
    struct member member = {.forgetful = true};
    int64_t began[TOPIC_COUNT];
    struct fault fault;
    settings.kafka.start = KAFKA_START_LATEST;
    forget();
    send_town(0, 200);
    apply_all_sent();
    memcpy(began, applied[0], sizeof began);
    join(&member);
    poll_until_at_end(&member);
    send_town(200, 260);
    poll_until_all(&member, 1);
    memcpy(applied[0], began, sizeof began);
    member.last_ms[0] = 0;
    ck_assert(!all_applied());
    ck_assert_msg(!member.source->ops->seek(member.source, 0, nothing, &fault), "%s", fault.text);
    poll_until_all(&member, 1);
    leave(&member);
}
END_TEST

START_TEST(caught_up_is_what_the_broker_says_not_what_was_last_heard)
{
    struct member member = {0};
    forget();
    send_town(0, 500);
    join(&member);
    poll_until_all(&member, 1);
    poll_until_at_end(&member);
    for (uint32_t p = 0; p < PARTITIONS; p++)
        ck_assert(member.source->ops->caught_up(member.source, p));
    no_fetch(200);
    send_town(500, 1000);
    for (uint32_t p = 0; p < PARTITIONS; p++)
        ck_assert(!member.source->ops->caught_up(member.source, p));
    rd_kafka_mock_clear_request_errors(cluster, 1);
    poll_until_all(&member, 1);
    poll_until_at_end(&member);
    for (uint32_t p = 0; p < PARTITIONS; p++)
        ck_assert(member.source->ops->caught_up(member.source, p));
    ck_assert(!member.source->ops->caught_up(member.source, 99));
    /* Who does not answer is not at the end, and is not waited for. */
    ck_assert(!rd_kafka_mock_broker_set_down(cluster, 1));
    int64_t from_ms = clock_monotonic_ms(&clock_machine);
    ck_assert(!member.source->ops->caught_up(member.source, 0));
    ck_assert_int_lt(clock_monotonic_ms(&clock_machine) - from_ms, 20000);
    leave(&member);
}
END_TEST

START_TEST(a_partition_that_is_held_is_not_read_until_it_is_sought)
{
    struct member member = {0};
    struct fault fault;
    forget();
    send_town(0, 500);
    join(&member);
    poll_until_all(&member, 1);
    poll_until_at_end(&member);
    member.source->ops->hold(member.source, 1);
    ck_assert(!member.source->ops->at_end(member.source, 1));
    ck_assert(!member.source->ops->caught_up(member.source, 1));
    int64_t held[TOPIC_COUNT];
    memcpy(held, applied[1], sizeof held);
    send_town(500, 1000);
    while (!applied_in(0) || !applied_in(2) || !applied_in(3))
        poll_once(&member, 20);
    for (int i = 0; i < 10; i++)
        poll_once(&member, 20);
    ck_assert_mem_eq(held, applied[1], sizeof held);
    ck_assert_msg(!member.source->ops->seek(member.source, 1, held, &fault), "%s", fault.text);
    poll_until_all(&member, 1);
    member.source->ops->hold(member.source, 99);
    leave(&member);
}
END_TEST

START_TEST(a_partition_that_is_held_is_taken_back_like_any_other)
{
    struct member members[2] = {{0}, {0}};
    forget();
    send_town(0, 300);
    join(&members[0]);
    poll_until_all(members, 1);
    for (uint32_t p = 0; p < PARTITIONS; p++)
        members[0].source->ops->hold(members[0].source, p);
    join(&members[1]);
    int64_t give_up = clock_monotonic_ms(&clock_machine) + WAIT_MS;
    while (members[0].taken_back < PARTITIONS) {
        poll_once(&members[0], 50);
        poll_once(&members[1], 50);
        ck_assert(clock_monotonic_ms(&clock_machine) < give_up);
    }
    send_town(300, 500);
    poll_until_all(members, 2);
    leave(&members[0]);
    leave(&members[1]);
}
END_TEST

START_TEST(a_log_that_ends_before_where_it_was_read_is_another_one_and_read_from_its_start)
{
    struct member member = {.not_yet = 2};
    struct fault fault;
    forget();
    applied[1][MESSAGE_READING] = 100000;
    send_town(0, 500);
    join(&member);
    poll_until_all(&member, 1);
    ck_assert_int_eq(member.not_yet, 0);
    ck_assert_int_eq(member.anew, 1);
    ck_assert(member.ordered);
    poll_until_at_end(&member);
    /* While it runs, in the middle of deliveries, and of several lanes at once. */
    const int64_t beyond[TOPIC_COUNT] = {5000, 5000, 5000, OFFSET_NONE};
    send_town(500, 1000);
    poll_once(&member, 100);
    memcpy(applied[2], beyond, sizeof beyond);
    ck_assert_msg(!member.source->ops->seek(member.source, 2, beyond, &fault), "%s", fault.text);
    ck_assert(!member.source->ops->caught_up(member.source, 2));
    poll_until_all(&member, 1);
    ck_assert_int_eq(member.anew, 4);
    leave(&member);
}
END_TEST

/* The mock keeps 5 MB of a partition. */
START_TEST(what_retention_took_unread_is_told_and_the_rest_is_read)
{
    struct member member = {0};
    static char home[30000];
    struct fault fault;
    forget();
    for (size_t i = 0; i < sizeof home; i++)
        home[i] = (char)draw(256); /* not to be compressed */
    const struct text long_one = {home, sizeof home};
    uint32_t p = kafka_partition(long_one, PARTITIONS);
    for (int i = 0; i < 250; i++) {
        ck_assert(!kafka_producer_send(producer, topics[MESSAGE_READING], long_one, long_one,
                                       T0 + i, &fault));
        flush(); /* retention goes by batches */
    }
    sent[p][MESSAGE_READING] = 250;
    applied[p][MESSAGE_READING] = 3;
    join(&member);
    poll_until_all(&member, 1);
    ck_assert_int_gt(member.lost, 20);
    ck_assert_uint_eq((uint64_t)member.lost + member.deliveries, 247);
    ck_assert_int_eq(member.anew, 0);
    leave(&member);
}
END_TEST

START_TEST(absent_brokers_are_no_error)
{
    struct member member = {0};
    common.brokers = "127.0.0.1:1";
    join(&member);
    poll_once(&member, 200);
    poll_once(&member, 200);
    ck_assert_uint_eq(member.deliveries, 0);
    leave(&member);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("source_kafka");
    TCase *group = tcase_create("group");
    tcase_set_timeout(group, 120);
    tcase_add_checked_fixture(group, set_up, tear_down);
    tcase_add_test(group, topics_of_a_partition_come_merged_by_time_after_the_weather);
    tcase_add_test(group, reading_goes_on_where_the_owner_says_after_a_restart);
    tcase_add_test(group, partition_that_is_refused_is_offered_again_and_loses_nothing);
    tcase_add_test(group, partitions_that_cannot_be_taken_hold_up_neither_the_group_nor_the_others);
    tcase_add_test(group, seek_goes_back_in_one_partition_and_leaves_the_others);
    tcase_add_test(group, a_storm_of_seeks_loses_nothing);
    tcase_add_test(group, members_share_the_partitions_and_no_record_is_lost_or_comes_twice);
    tcase_add_test(group, committed_offsets_show_in_the_lag);
    tcase_add_test(group, outages_of_a_broker_and_of_a_topic_are_waited_out);
    tcase_add_test(group, a_member_that_was_given_up_for_good_joins_again_and_goes_on);
    tcase_add_test(group, weather_that_cannot_be_read_holds_households_back_for_a_while_only);
    tcase_add_test(group, latest_begins_at_the_end_and_keeps_its_place_over_a_restart);
    tcase_add_test(group, latest_is_where_the_end_was_when_the_partition_came_whatever_moves_later);
    tcase_add_test(group, latest_goes_back_to_where_it_began_when_its_store_has_nothing_yet);
    tcase_add_test(group, caught_up_is_what_the_broker_says_not_what_was_last_heard);
    tcase_add_test(group, a_partition_that_is_held_is_not_read_until_it_is_sought);
    tcase_add_test(group, a_partition_that_is_held_is_taken_back_like_any_other);
    tcase_add_test(group,
                   a_log_that_ends_before_where_it_was_read_is_another_one_and_read_from_its_start);
    tcase_add_test(group, what_retention_took_unread_is_told_and_the_rest_is_read);
    tcase_add_test(group, absent_brokers_are_no_error);
    suite_add_tcase(suite, group);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
