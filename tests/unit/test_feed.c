/* SPDX-License-Identifier: Apache-2.0
 *
 * The town into Kafka, against the embedded broker and a real member of the group.
 */
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "embedded/embedded.h"
#include "kafka/consumer.h"
#include "town/feed.h"

#define PARTITIONS 4
#define LAG_MAX    700
#define BATCH      100

static const char *const topics[] = {"town.readings", "town.billing", "town.household",
                                     "town.report", "town.weather"};

static struct broker *broker;
static struct kafka_common common;
static struct scenario scenario;

static void setup(void)
{
    struct fault fault;
    const char *address;
    ck_assert_msg(!broker_start(topics, 5, PARTITIONS, &broker, &address, &fault), "%s",
                  fault.text);
    common = (struct kafka_common){.brokers = address};
    scenario_init(&scenario);
}

static void teardown(void)
{
    broker_stop(broker);
}

static struct town_options homes(uint32_t count)
{
    return (struct town_options){.households = count,
                                 .days = 2,
                                 .seed = 1,
                                 .start_day = civil_day(2026, 1, 5),
                                 .zone = zone_utc(),
                                 .scenario = &scenario};
}

static uint64_t hash_of(struct text body, int64_t timestamp_ms)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)timestamp_ms;
    for (size_t i = 0; i < body.bytes; i++)
        hash = (hash ^ (unsigned char)body.at[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* ---- the group: one member that reads everything and commits now and then ---- */

struct member {
    struct kafka_consumer *consumer;
    struct kafka_place places[TOPIC_COUNT * PARTITIONS];
    size_t place_count;
    atomic_llong readings, all; /* read so far */
    uint64_t hash;              /* of all bodies and times, in any order */
    int misplaced;
    atomic_bool enough;
    atomic_int err; /* enum err */
};

static void given(void *context, const struct kafka_place *places, size_t count)
{
    struct member *m = context;
    struct fault fault;
    memcpy(m->places, places, count * sizeof *places);
    for (size_t i = 0; i < count; i++)
        m->places[i].offset = KAFKA_FROM_START;
    m->place_count = count;
    if (kafka_consumer_assign(m->consumer, m->places, count, &fault))
        m->err = ERR_IO;
}

static void taken(void *context, bool lost)
{
    struct member *m = context;
    (void)lost;
    m->place_count = 0;
}

static void read_place(struct member *m, struct kafka_place *place)
{
    struct kafka_message batch[BATCH];
    int64_t end;
    size_t n = kafka_consumer_take(m->consumer, place->topic, place->partition, batch, BATCH, &end);
    for (size_t i = 0; i < n; i++) {
        place->offset = batch[i].offset + 1;
        m->hash += hash_of(batch[i].body, batch[i].timestamp_ms);
        m->misplaced += kafka_partition(batch[i].key, PARTITIONS) != place->partition;
        kafka_message_done(&batch[i]);
    }
    if (!n)
        return;
    kafka_consumer_commit(m->consumer, place, 1);
    if (place->topic == 0)
        atomic_fetch_add(&m->readings, (long long)n);
    atomic_fetch_add(&m->all, (long long)n);
}

static void *member_thread(void *context)
{
    struct member *m = context;
    struct fault fault;
    while (!atomic_load(&m->err) && !atomic_load(&m->enough)) {
        atomic_store(&m->err, (int)kafka_consumer_serve(m->consumer, &fault));
        for (size_t i = 0; i < m->place_count; i++)
            read_place(m, &m->places[i]);
        kafka_consumer_wait(m->consumer, 20);
    }
    return NULL;
}

/* ---- the town's side ---- */

struct sent {
    struct feed *feed;
    struct member *member;
    long long readings, all, unread_max;
    uint64_t hash;
};

static enum err send(void *context, const struct town_message *message, struct fault *fault)
{
    struct sent *sent = context;
    enum err err = feed_message(sent->feed, message, fault);
    if (err || message->type == MESSAGE_WEATHER)
        return err;
    sent->all++;
    sent->hash += hash_of(message->body, message->arrived_s * 1000);
    sent->readings += message->type == MESSAGE_READING;
    long long unread = sent->readings - atomic_load(&sent->member->readings);
    if (unread > sent->unread_max)
        sent->unread_max = unread;
    return ERR_OK;
}

START_TEST(all_arrives_in_its_partition_with_its_time_and_never_too_much_lies_unread)
{
    struct fault fault = {{0}};
    struct member member = {.readings = 0};
    const struct kafka_consumer_options group = {.group = "anbu",
                                                 .topics = topics,
                                                 .topic_count = TOPIC_COUNT,
                                                 .partitions = PARTITIONS,
                                                 .given = given,
                                                 .taken = taken,
                                                 .context = &member};
    const struct feed_options options = {
        .common = common, .topic_prefix = "town", .group = "anbu", .lag_max = LAG_MAX};
    struct sent sent = {.member = &member};
    ck_assert_msg(!feed_new(&options, &sent.feed, &fault), "%s", fault.text);
    ck_assert_msg(!kafka_consumer_new(&common, &group, &member.consumer, &fault), "%s", fault.text);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, member_thread, &member), 0);

    const struct town_options options_of_town = homes(60);
    const struct town_sink sink = {.message = send, .context = &sent};
    struct town *town = town_new(&options_of_town, &sink);
    enum err err;
    while (!(err = town_hour(town, &fault)))
        ;
    ck_assert_msg(err == ERR_END, "%s", fault.text);
    ck_assert_msg(!feed_flush(sent.feed, &fault), "%s", fault.text);
    while (atomic_load(&member.all) < sent.all && !atomic_load(&member.err))
        (void)sched_yield();
    atomic_store(&member.enough, true);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);

    ck_assert_int_eq(atomic_load(&member.err), ERR_OK);
    ck_assert_int_gt(sent.readings, 5 * LAG_MAX);
    ck_assert_int_eq(atomic_load(&member.all), sent.all);
    ck_assert_uint_eq(member.hash, sent.hash);
    ck_assert_int_eq(member.misplaced, 0);
    ck_assert_int_le(sent.unread_max, LAG_MAX);
    town_free(town);
    feed_free(sent.feed);
    kafka_consumer_free(member.consumer);
}
END_TEST

static atomic_bool stop;

static void on_alarm(int number)
{
    (void)number;
    atomic_store(&stop, true);
}

START_TEST(a_feed_that_waits_for_nobody_can_be_stopped)
{
    struct fault fault = {{0}};
    struct feed *feed = NULL;
    const struct feed_options options = {
        .common = common, .topic_prefix = "town", .group = "nobody", .lag_max = 50, .stop = &stop};
    ck_assert_msg(!feed_new(&options, &feed, &fault), "%s", fault.text);
    const struct town_options options_of_town = homes(100);
    const struct town_sink sink = {.message = feed_message, .context = feed};
    struct town *town = town_new(&options_of_town, &sink);
    const struct sigaction action = {.sa_handler = on_alarm};
    ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
    const struct itimerval soon = {.it_value = {.tv_usec = 200000}};
    ck_assert_int_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
    enum err err;
    while (!(err = town_hour(town, &fault)))
        ;
    ck_assert_int_eq(err, ERR_END);
    ck_assert(atomic_load(&stop));
    ck_assert_double_lt(town_progress(town), 0.5);
    ck_assert_int_eq(kafka_group_lag(&common, "nobody", "town.household", PARTITIONS), 50);
    town_free(town);
    feed_free(feed);
}
END_TEST

START_TEST(a_prefix_that_makes_no_topic_name_is_refused)
{
    char prefix[400];
    struct fault fault = {{0}};
    struct feed *feed = NULL;
    memset(prefix, 'p', sizeof prefix);
    prefix[sizeof prefix - 1] = '\0';
    const struct feed_options options = {
        .common = common, .topic_prefix = prefix, .group = "anbu", .lag_max = 50};
    ck_assert_int_eq(feed_new(&options, &feed, &fault), ERR_INVALID);
    ck_assert_msg(strstr(fault.text, "prefix"), "%s", fault.text);
    ck_assert_ptr_null(feed);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("feed");
    tcase_set_timeout(cases, 600);
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases,
                   all_arrives_in_its_partition_with_its_time_and_never_too_much_lies_unread);
    tcase_add_test(cases, a_feed_that_waits_for_nobody_can_be_stopped);
    tcase_add_test(cases, a_prefix_that_makes_no_topic_name_is_refused);
    Suite *suite = suite_create("feed");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
