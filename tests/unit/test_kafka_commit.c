/* SPDX-License-Identifier: Apache-2.0
 *
 * What a member of a group tells of its place, against librdkafka's mock cluster.
 */
#include <check.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>

#include "base/clock.h"
#include "kafka/consumer.h"
#include "kafka/producer.h"

#define PARTITIONS    2
#define MESSAGES      20
#define OFFSET_COMMIT 8 /* the protocol's number */
#define WAIT_MS       60000

static rd_kafka_t *rk;
static rd_kafka_mock_cluster_t *cluster;
static struct kafka_common common;
static struct kafka_consumer *member;
static struct kafka_place places[PARTITIONS];
static size_t place_count;

static void given(void *context, const struct kafka_place *given, size_t count)
{
    struct fault fault;
    (void)context;
    for (place_count = 0; place_count < count; place_count++)
        places[place_count] = (struct kafka_place){0, given[place_count].partition, 0};
    ck_assert_msg(!kafka_consumer_assign(member, places, place_count, &fault), "%s", fault.text);
}

static void taken(void *context, bool lost)
{
    (void)context, (void)lost;
    place_count = 0;
}

static void set_up(void)
{
    static const char *const topics[] = {"t"};
    char why[256];
    struct fault fault;
    struct kafka_producer *producer = NULL;
    rk = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why);
    cluster = rd_kafka_mock_cluster_new(rk, 1);
    ck_assert(!rd_kafka_mock_topic_create(cluster, topics[0], PARTITIONS, 1));
    common = (struct kafka_common){.brokers = rd_kafka_mock_cluster_bootstraps(cluster)};
    ck_assert_msg(!kafka_producer_new(&common, &producer, &fault), "%s", fault.text);
    for (int i = 0; i < MESSAGES; i++) {
        const char key[] = {(char)('a' + i), '\0'};
        ck_assert(!kafka_producer_send(producer, topics[0], text_of(key), text_of(key), 0, &fault));
    }
    ck_assert(!kafka_producer_flush(producer, WAIT_MS, &fault));
    kafka_producer_free(producer);
    const struct kafka_consumer_options options = {.group = "anbu",
                                                   .topics = topics,
                                                   .topic_count = 1,
                                                   .partitions = PARTITIONS,
                                                   .given = given,
                                                   .taken = taken};
    ck_assert_msg(!kafka_consumer_new(&common, &options, &member, &fault), "%s", fault.text);
}

static void tear_down(void)
{
    kafka_consumer_free(member);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(rk);
}

static void serve(void)
{
    struct fault fault;
    ck_assert_msg(!kafka_consumer_serve(member, &fault), "%s", fault.text);
    kafka_consumer_wait(member, 20);
}

static void read_all(void)
{
    int64_t give_up_ms = clock_monotonic_ms(&clock_machine) + WAIT_MS;
    for (size_t read = 0; read < MESSAGES; serve())
        for (size_t i = 0; i < place_count; i++) {
            struct kafka_message message;
            int64_t end;
            while (kafka_consumer_take(member, 0, places[i].partition, &message, 1, &end)) {
                places[i].offset = message.offset + 1;
                kafka_message_done(&message);
                read++;
            }
            ck_assert_int_lt(clock_monotonic_ms(&clock_machine), give_up_ms);
        }
}

/* Told once: a quiet lane has no next message to tell of. */
START_TEST(a_place_that_the_group_refused_is_told_again)
{
    read_all();
    rd_kafka_mock_push_request_errors(cluster, OFFSET_COMMIT, 1,
                                      RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS);
    kafka_consumer_commit(member, places, place_count);
    int64_t give_up_ms = clock_monotonic_ms(&clock_machine) + WAIT_MS;
    while (kafka_group_lag(&common, "anbu", "t", PARTITIONS) != 0) {
        serve();
        ck_assert_int_lt(clock_monotonic_ms(&clock_machine), give_up_ms);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kafka, commit");
    TCase *tcase = tcase_create("commit");
    tcase_set_timeout(tcase, 150);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_place_that_the_group_refused_is_told_again);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
