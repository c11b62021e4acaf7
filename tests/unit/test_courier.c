/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of an event that a sink refuses, against librdkafka's mock cluster.
 */
#include <check.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <stdlib.h>

#include "config/config.h"
#include "delivery/courier.h"
#include "kafka/ends.h"
#include "kafka/producer.h"

#define PRODUCE 0 /* the protocol's number */
#define WAIT_MS 60000
#define EVENT   "{\"id\":\"a.1\",\"data\":{\"alert\":\"a\",\"reasons\":[]}}"

static const struct config_sink rules = {.name = "refusing", .hours = true};
static rd_kafka_t *rk;
static rd_kafka_mock_cluster_t *cluster;
static struct kafka_common common;
static struct config *config;
static struct courier *courier;
static atomic_bool stopping;
/* What the broker answers to the letter, as many times. */
static rd_kafka_resp_err_t answers[500];
static size_t answer_count;

static enum err refuse(void *sink, struct text event, struct fault *fault)
{
    (void)sink, (void)event;
    rd_kafka_mock_push_request_errors_array(cluster, PRODUCE, answer_count, answers);
    return fault_set(fault, ERR_REFUSED, "made to refuse by the test");
}

static void free_nothing(void *sink)
{
    (void)sink;
}

static const struct sink_ops ops = {.name = "test", .deliver = refuse, .free = free_nothing};

static void set_up(void)
{
    char why[256];
    struct fault fault;
    config = config_default();
    rk = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why);
    cluster = rd_kafka_mock_cluster_new(rk, 1);
    const struct settings *settings = config_settings(config);
    ck_assert(!rd_kafka_mock_topic_create(cluster, settings->kafka.alerts, 1, 1));
    ck_assert(!rd_kafka_mock_topic_create(cluster, settings->kafka.dead_letters, 1, 1));
    common = (struct kafka_common){.brokers = rd_kafka_mock_cluster_bootstraps(cluster)};
    atomic_store(&stopping, false);
    const struct courier_options options = {.common = &common,
                                            .config = config,
                                            .rules = &rules,
                                            .partitions = 1,
                                            .ops = &ops,
                                            .clock = &clock_machine,
                                            .stopping = &stopping};
    ck_assert_msg(!courier_start(&options, &courier, &fault), "%s", fault.text);
}

static void tear_down(void)
{
    atomic_store(&stopping, true);
    courier_stop(courier);
    courier_free(courier);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(rk);
    config_free(config);
}

static int64_t next_of(struct courier_state *state)
{
    courier_state(courier, state);
    int64_t next = state->next[0];
    courier_state_done(state);
    return next;
}

static void wait_a_little(int64_t give_up_ms)
{
    ck_assert_int_lt(clock_monotonic_ms(&clock_machine), give_up_ms);
    (void)poll(NULL, 0, 10);
}

/* An event after the topic's end as the courier has found it; the letter is answered so. */
static void put_event(rd_kafka_resp_err_t answer, size_t count)
{
    struct fault fault;
    struct courier_state state;
    struct kafka_producer *producer = NULL;
    int64_t give_up_ms = clock_monotonic_ms(&clock_machine) + WAIT_MS;
    while (next_of(&state) < 0)
        wait_a_little(give_up_ms);
    for (answer_count = 0; answer_count < count; answer_count++)
        answers[answer_count] = answer;
    ck_assert_msg(!kafka_producer_new(&common, &producer, &fault), "%s", fault.text);
    ck_assert(!kafka_producer_send(producer, config_settings(config)->kafka.alerts, TEXT("H-1"),
                                   TEXT(EVENT), 0, &fault));
    ck_assert(!kafka_producer_flush(producer, WAIT_MS, &fault));
    kafka_producer_free(producer);
}

static void wait_for_trouble(void)
{
    struct courier_state state = {.trouble_ms = 0};
    int64_t give_up_ms = clock_monotonic_ms(&clock_machine) + WAIT_MS;
    for (; !state.trouble_ms; wait_a_little(give_up_ms))
        (void)next_of(&state);
}

static void expect_one_letter(void)
{
    struct fault fault;
    int64_t give_up_ms = clock_monotonic_ms(&clock_machine) + WAIT_MS;
    while (!atomic_load(&courier_counts(courier)->dead))
        wait_a_little(give_up_ms);
    struct kafka_ends *ends = kafka_ends_new(&common);
    struct kafka_end end = {config_settings(config)->kafka.dead_letters, 0, -1};
    ck_assert_msg(!kafka_ends_ask(ends, KAFKA_FROM_END, &end, 1, WAIT_MS, &fault), "%s",
                  fault.text);
    ck_assert_int_eq(end.offset, 1);
    kafka_ends_free(ends);
}

/* Each flush in vain (10 s) sent another one. */
START_TEST(a_dead_letter_under_way_for_long_is_sent_once)
{
    put_event(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, sizeof answers / sizeof answers[0]);
    wait_for_trouble();
    rd_kafka_mock_clear_request_errors(cluster, PRODUCE);
    expect_one_letter();
}
END_TEST

START_TEST(a_dead_letter_that_the_broker_refused_is_sent_again)
{
    put_event(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 1);
    wait_for_trouble();
    expect_one_letter();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("courier");
    TCase *tcase = tcase_create("dead letters");
    tcase_set_timeout(tcase, 250);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_dead_letter_under_way_for_long_is_sent_once);
    tcase_add_test(tcase, a_dead_letter_that_the_broker_refused_is_sent_again);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
