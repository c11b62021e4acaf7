/* SPDX-License-Identifier: Apache-2.0
 *
 * The wrappers against librdkafka's mock cluster, in this process.
 */
#include <check.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "embedded/embedded.h"
#include "kafka/internal.h"
#include "kafka/kafka.h"
#include "kafka/producer.h"
#include "kafka/properties.h"

#define WAIT_MS 30000

static struct broker *broker;
static struct kafka_common common;

static void start_broker(const char *const *topics, size_t count, uint32_t partitions)
{
    struct fault fault;
    const char *address;
    ck_assert_msg(!broker_start(topics, count, partitions, &broker, &address, &fault), "%s",
                  fault.text);
    common = (struct kafka_common){.brokers = address};
}

static void one_topic(void)
{
    start_broker((const char *const[]){"t"}, 1, 4);
}

static void stop_broker(void)
{
    broker_stop(broker);
    broker = NULL;
}

static int64_t now_ms(void)
{
    return clock_monotonic_ms(&clock_machine);
}

/* Known values of Java's Utils.murmur2, from Kafka's own tests, made positive. */
START_TEST(murmur2_places_keys_as_java_does)
{
    static const struct {
        const char *key;
        int32_t hash;
    } known[] = {
        {"21", -973932308},
        {"foobar", -790332482},
        {"a-little-bit-long-string", -985981536},
        {"a-little-bit-longer-string", -1486304829},
        {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
        {"abc", 479470107},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        ck_assert_uint_eq(kafka_partition(text_of(known[i].key), 1000003),
                          ((uint32_t)known[i].hash & 0x7fffffff) % 1000003);
    ck_assert_uint_eq(kafka_partition(TEXT("H-10231"), 1), 0);
}
END_TEST

START_TEST(murmur2_agrees_with_librdkafka_for_any_bytes)
{
    unsigned seed = 20260116;
    printf("seed %u\n", seed);
    for (int i = 0; i < 5000; i++) {
        char key[40];
        size_t bytes = (size_t)rand_r(&seed) % sizeof key;
        for (size_t at = 0; at < bytes; at++)
            key[at] = (char)rand_r(&seed);
        int32_t partitions = 1 + rand_r(&seed) % 300;
        int32_t theirs = rd_kafka_msg_partitioner_murmur2(NULL, key, bytes, partitions, NULL, NULL);
        ck_assert_int_eq((int32_t)kafka_partition((struct text){key, bytes}, (uint32_t)partitions),
                         theirs);
    }
}
END_TEST

START_TEST(topics_with_equal_counts_pass)
{
    uint32_t partitions = 0;
    struct fault fault;
    start_broker((const char *const[]){"a", "b", "c"}, 3, 6);
    ck_assert_msg(!kafka_topics_check(&common, (const char *const[]){"a", "b", "c"}, 3, 0,
                                      &partitions, &fault),
                  "%s", fault.text);
    ck_assert_uint_eq(partitions, 6);
    stop_broker();
}
END_TEST

START_TEST(topics_with_unequal_counts_are_refused_by_name_and_number)
{
    char why[256];
    uint32_t partitions = 0;
    struct fault fault;
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why);
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(rk, 1);
    ck_assert(!rd_kafka_mock_topic_create(cluster, "anbu.readings", 12, 1));
    ck_assert(!rd_kafka_mock_topic_create(cluster, "anbu.billing", 4, 1));
    common = (struct kafka_common){.brokers = rd_kafka_mock_cluster_bootstraps(cluster)};
    enum err err =
        kafka_topics_check(&common, (const char *const[]){"anbu.readings", "anbu.billing"}, 2, 12,
                           &partitions, &fault);
    ck_assert_int_eq(err, ERR_INCOMPATIBLE);
    ck_assert_str_eq(fault.text, "topic anbu.billing has 4 partitions, anbu.readings 12: "
                                 "household-keyed topics need equal counts");
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(rk);
}
END_TEST

START_TEST(topic_that_is_missing_is_named)
{
    char why[256];
    uint32_t partitions = 0;
    struct fault fault;
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why);
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(rk, 1);
    rd_kafka_mock_topic_set_error(cluster, "gone", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    common = (struct kafka_common){.brokers = rd_kafka_mock_cluster_bootstraps(cluster)};
    const char *const topics[] = {"gone"};
    ck_assert_int_eq(kafka_topics_check(&common, topics, 1, 0, &partitions, &fault), ERR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(fault.text, "topic gone is not there"));
    /* The mock cannot create topics; the fault says so instead of hanging. */
    ck_assert_int_ne(kafka_topics_check(&common, topics, 1, 4, &partitions, &fault), ERR_OK);
    ck_assert_ptr_nonnull(strstr(fault.text, "could not be created"));
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(rk);
}
END_TEST

START_TEST(topics_of_absent_brokers_are_an_outage_that_names_the_address)
{
    uint32_t partitions = 0;
    struct fault fault = {0};
    common = (struct kafka_common){.brokers = "127.0.0.1:1"};
    enum err err =
        kafka_topics_check(&common, (const char *const[]){"a"}, 1, 4, &partitions, &fault);
    ck_assert_int_eq(err, ERR_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(fault.text, "127.0.0.1:1"));
}
END_TEST

START_TEST(properties_that_guarantees_hang_on_are_refused)
{
    struct config_pair pairs[1] = {{"enable.auto.commit", "true"}};
    struct kafka_producer *producer = NULL;
    struct fault fault;
    struct kafka_common with = {.brokers = "127.0.0.1:1", .properties = pairs, .property_count = 1};
    ck_assert_int_eq(kafka_producer_new(&with, &producer, &fault), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(fault.text, "kafka.properties.enable.auto.commit"));
    pairs[0] = (struct config_pair){"max.in.flight", "5"};
    ck_assert_int_eq(kafka_producer_new(&with, &producer, &fault), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(fault.text, "kafka.properties.max.in.flight"));
    pairs[0] = (struct config_pair){"no.such.property", "1"};
    ck_assert_int_eq(kafka_producer_new(&with, &producer, &fault), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(fault.text, "kafka.properties.no.such.property"));
    ck_assert_ptr_null(producer);
}
END_TEST

struct seen {
    size_t count, per_partition[8];
    int64_t last_offset[8], last_timestamp_ms;
    char last[64];
    char key[64];
};

static void see(void *context, const struct kafka_record *record)
{
    struct seen *seen = context;
    seen->count++;
    seen->per_partition[record->partition]++;
    seen->last_offset[record->partition] = record->offset;
    seen->last_timestamp_ms = record->timestamp_ms;
    (void)text_copy(record->body, seen->last, sizeof seen->last);
    (void)text_copy(record->key, seen->key, sizeof seen->key);
}

static void produce(int from, int to)
{
    struct kafka_producer *producer = NULL;
    struct fault fault;
    ck_assert_msg(!kafka_producer_new(&common, &producer, &fault), "%s", fault.text);
    for (int i = from; i < to; i++) {
        char key[24], body[24];
        (void)snprintf(key, sizeof key, "H-%d", i);
        (void)snprintf(body, sizeof body, "body %d", i);
        ck_assert(!kafka_producer_send(producer, "t", text_of(key), text_of(body),
                                       1700000000000 + i, &fault));
    }
    ck_assert_msg(!kafka_producer_flush(producer, WAIT_MS, &fault), "%s", fault.text);
    kafka_producer_free(producer);
}

/* Reads until `count` records were seen and the end is reached. */
static void read_until(struct kafka_reader *reader, struct seen *seen, size_t count)
{
    struct fault fault = {0};
    bool at_end = false;
    int64_t give_up = now_ms() + WAIT_MS;
    while (seen->count < count || !at_end) {
        enum err err = kafka_reader_poll(reader, 100, see, seen, &at_end, &fault);
        ck_assert_int_ne(err_disposition(err), DISPOSITION_FATAL);
        ck_assert_msg(now_ms() < give_up, "%zu of %zu records, %s", seen->count, count, fault.text);
    }
    ck_assert_uint_eq(seen->count, count);
}

START_TEST(what_is_produced_is_read_with_its_key_time_and_partition)
{
    struct kafka_reader *reader = NULL;
    struct fault fault;
    struct seen seen = {0};
    produce(0, 200);
    ck_assert(!kafka_reader_new(&common, "t", -1, KAFKA_FROM_START, &reader, &fault));
    read_until(reader, &seen, 200);
    size_t expected[8] = {0};
    for (int i = 0; i < 200; i++) {
        char key[24];
        (void)snprintf(key, sizeof key, "H-%d", i);
        expected[kafka_partition(text_of(key), 4)]++;
    }
    for (int p = 0; p < 4; p++)
        ck_assert_uint_eq(seen.per_partition[p], expected[p]);
    /* It goes on with what comes later. */
    produce(200, 201);
    read_until(reader, &seen, 201);
    ck_assert_str_eq(seen.last, "body 200");
    ck_assert_str_eq(seen.key, "H-200");
    ck_assert_int_eq(seen.last_timestamp_ms, 1700000000200);
    kafka_reader_free(reader);
}
END_TEST

START_TEST(reader_from_the_end_misses_nothing_that_comes_after_its_making)
{
    struct kafka_reader *reader = NULL;
    struct fault fault;
    struct seen seen = {0};
    produce(0, 50);
    ck_assert(!kafka_reader_new(&common, "t", -1, KAFKA_FROM_END, &reader, &fault));
    produce(50, 60);
    read_until(reader, &seen, 10);
    kafka_reader_free(reader);
}
END_TEST

START_TEST(reader_of_one_partition_starts_at_its_offset)
{
    struct kafka_reader *reader = NULL;
    struct fault fault;
    struct seen all = {0}, some = {0};
    produce(0, 100);
    ck_assert(!kafka_reader_new(&common, "t", 2, KAFKA_FROM_START, &reader, &fault));
    size_t count = 0;
    for (int i = 0; i < 100; i++) {
        char key[24];
        (void)snprintf(key, sizeof key, "H-%d", i);
        count += kafka_partition(text_of(key), 4) == 2;
    }
    ck_assert_uint_gt(count, 6);
    read_until(reader, &all, count);
    kafka_reader_free(reader);
    ck_assert(!kafka_reader_new(&common, "t", 2, 5, &reader, &fault));
    read_until(reader, &some, count - 5);
    ck_assert_int_eq(some.last_offset[2], (int64_t)count - 1);
    kafka_reader_free(reader);
}
END_TEST

/* Nothing connects, nothing is logged: what the daemon would meet at its start is said before. */
START_TEST(properties_are_tried_on_librdkafka_itself)
{
    static const struct {
        struct config_pair pair;
        const char *said; /* NULL: taken */
    } ones[] = {
        {{"sasl.mechanim", "PLAIN"}, "knows no such property; did you mean sasl.mechanisms?"},
        {{"security.protocol", "SASL_SLL"}, "SASL_SLL"},
        {{"queued.min.messages", "0"}, "outside allowed range"},
        {{"ssl.ca.location", "/nowhere/ca.pem"}, "/nowhere/ca.pem: No such file"},
        {{"socket.keepalive.enable", "true"}, NULL},
        {{"ssl.ca.location", "probe"}, NULL},
    };
    static const struct config_pair late[] = {{"max.poll.interval.ms", "1000"}};
    static const struct config_pair certificate[] = {{"security.protocol", "SSL"},
                                                     {"ssl.ca.location", "/dev/null"}};
    static const struct config_pair good[] = {{"client.rack", "a"}, {"linger.ms", "20"}};
    struct fault fault;
    for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++) {
        enum err err = kafka_properties.one(&ones[i].pair, &fault);
        ck_assert_int_eq(err, ones[i].said ? ERR_CONFIG : ERR_OK);
        ck_assert_msg(!err || strstr(fault.text, ones[i].said), "%s", fault.text);
    }
    ck_assert_int_eq(kafka_properties.together(late, 1, &fault), ERR_CONFIG);
    ck_assert_ptr_eq(strstr(fault.text, "`max.poll.interval.ms`"), fault.text);
    ck_assert_int_eq(kafka_properties.together(certificate, 2, &fault), ERR_CONFIG);
    ck_assert_int_eq(kafka_properties.together(good, 2, &fault), ERR_OK);
}
END_TEST

START_TEST(reader_of_a_log_that_ends_before_its_place_says_so_and_reads_it_from_its_start)
{
    struct kafka_reader *reader = NULL;
    struct fault fault = {""};
    struct seen seen = {0};
    bool at_end = false;
    enum err err = ERR_OK;
    produce(0, 100);
    ck_assert(!kafka_reader_new(&common, "t", 2, 1000, &reader, &fault));
    for (int64_t give_up = now_ms() + WAIT_MS; err != ERR_END; ck_assert(now_ms() < give_up)) {
        err = kafka_reader_poll(reader, 100, see, &seen, &at_end, &fault);
        ck_assert(!at_end);
    }
    ck_assert_uint_eq(seen.count, 0);
    ck_assert_ptr_nonnull(strstr(fault.text, "t/2 ends at "));
    size_t count = 0;
    for (int i = 0; i < 100; i++) {
        char key[24];
        (void)snprintf(key, sizeof key, "H-%d", i);
        count += kafka_partition(text_of(key), 4) == 2;
    }
    read_until(reader, &seen, count);
    kafka_reader_free(reader);
}
END_TEST

/* The mock keeps 5 MB of a partition. */
START_TEST(reader_whose_place_retention_took_goes_on_with_the_oldest)
{
    enum { MESSAGES = 250 };
    static char body[30000];
    struct kafka_producer *producer = NULL;
    struct kafka_reader *reader = NULL;
    struct fault fault;
    struct seen seen = {0};
    bool at_end = false;
    uint32_t seed = 1, p = kafka_partition(TEXT("k"), 4);
    for (size_t i = 0; i < sizeof body; i++) {
        seed = seed * 1103515245u + 12345u; /* not to be compressed */
        body[i] = (char)(seed >> 16);
    }
    ck_assert(!kafka_producer_new(&common, &producer, &fault));
    for (int i = 0; i < MESSAGES; i++) {
        ck_assert(!kafka_producer_send(producer, "t", TEXT("k"), (struct text){body, sizeof body},
                                       1700000000000, &fault));
        ck_assert(!kafka_producer_flush(producer, WAIT_MS, &fault));
    }
    kafka_producer_free(producer);
    ck_assert(!kafka_reader_new(&common, "t", (int32_t)p, 3, &reader, &fault));
    for (int64_t give_up = now_ms() + WAIT_MS; !at_end; ck_assert(now_ms() < give_up))
        ck_assert_msg(!kafka_reader_poll(reader, 100, see, &seen, &at_end, &fault), "%s",
                      fault.text);
    ck_assert_uint_gt(seen.count, 20);
    ck_assert_uint_lt(seen.count, MESSAGES - 20);
    ck_assert_int_eq(seen.last_offset[p], MESSAGES - 1);
    kafka_reader_free(reader);
}
END_TEST

START_TEST(reader_without_brokers_waits_and_ends)
{
    struct kafka_reader *reader = NULL;
    struct fault fault;
    bool at_end = true;
    common = (struct kafka_common){.brokers = "127.0.0.1:1"};
    ck_assert(!kafka_reader_new(&common, "t", -1, KAFKA_FROM_START, &reader, &fault));
    ck_assert_int_eq(kafka_reader_poll(reader, 10, see, NULL, &at_end, &fault), ERR_UNREACHABLE);
    ck_assert(!at_end);
    kafka_reader_free(reader);
}
END_TEST

START_TEST(lag_of_a_group_that_read_nothing_is_all_there_is)
{
    produce(0, 30);
    ck_assert_int_eq(kafka_group_lag(&common, "anbu", "t", 4), 30);
    common.brokers = "127.0.0.1:1";
    ck_assert_int_lt(kafka_group_lag(&common, "anbu", "t", 4), 0);
}
END_TEST

struct outcome_seen {
    int done, too_large, ok;
    int64_t offset;
    uint32_t partition;
    void *token;
};

static void sent(void *context, void *token, enum err err, uint32_t partition, int64_t offset)
{
    struct outcome_seen *seen = context;
    seen->done++;
    seen->ok += !err;
    seen->too_large += err == ERR_TOO_LARGE;
    if (!err) {
        seen->offset = offset;
        seen->partition = partition;
        seen->token = token;
    }
}

START_TEST(deliveries_are_told_once_with_their_place_and_too_large_ones_as_such)
{
    struct outcome_seen seen = {0};
    struct kafka_producer *producer = NULL;
    struct fault fault;
    const struct kafka_producer_options options = {
        .name = "test", .delivery_timeout_ms = 10000, .sent = sent, .context = &seen};
    ck_assert(!kafka_producer_open(&common, &options, &producer, &fault));
    char *large = memory_get(2000000);
    struct kafka_outgoing outgoing = {
        .topic = "t", .key = TEXT("k"), .body = {large, 2000000}, .token = &seen};
    ck_assert(!kafka_producer_push(producer, &outgoing, &fault));
    ck_assert_int_eq(seen.done, 0);
    const struct kafka_header header = {"reason", TEXT("bad_json")};
    outgoing.body = TEXT("small");
    outgoing.headers = &header;
    outgoing.header_count = 1;
    ck_assert(!kafka_producer_push(producer, &outgoing, &fault));
    ck_assert(!kafka_producer_flush(producer, WAIT_MS, &fault));
    ck_assert_int_eq(seen.done, 2);
    ck_assert_int_eq(seen.too_large, 1);
    ck_assert_int_eq(seen.ok, 1);
    ck_assert_int_eq(seen.offset, 0);
    ck_assert_uint_eq(seen.partition, kafka_partition(TEXT("k"), 4));
    ck_assert_ptr_eq(seen.token, &seen);
    kafka_producer_free(producer);
    free(large);
}
END_TEST

#define GIVEN_UP 1000
struct slow_seen {
    struct kafka_producer *producer;
    int told[GIVEN_UP + 1], refused;
};

/* Takes its time, and sends again what failed, as the outbox would. */
static void told_slowly(void *context, void *token, enum err err, uint32_t partition,
                        int64_t offset)
{
    struct slow_seen *seen = context;
    (void)partition, (void)offset;
    (void)poll(NULL, 0, 3);
    if (token)
        ++*(int *)token;
    const struct kafka_outgoing outgoing = {.topic = "t", .key = TEXT("k"), .body = TEXT("again")};
    if (err && token)
        seen->refused += kafka_producer_push(seen->producer, &outgoing, NULL) == ERR_BUSY;
}

START_TEST(producer_that_was_given_up_gives_every_token_back_once)
{
    static struct slow_seen seen;
    struct fault fault;
    const struct kafka_producer_options options = {
        .name = "test", .delivery_timeout_ms = 60000, .sent = told_slowly, .context = &seen};
    const struct kafka_common nowhere = {.brokers = "127.0.0.1:1"};
    ck_assert(!kafka_producer_open(&nowhere, &options, &seen.producer, &fault));
    for (int i = 0; i < GIVEN_UP; i++) {
        char topic[24];
        (void)snprintf(topic, sizeof topic, "t-%d", i % 20); /* so many reports */
        const struct kafka_outgoing outgoing = {
            .topic = topic, .key = TEXT("k"), .body = TEXT("b"), .token = &seen.told[i]};
        ck_assert(!kafka_producer_push(seen.producer, &outgoing, &fault));
    }
    rd_kafka_t *rk = ((struct kafka_handle *)seen.producer)->rk;
    ck_assert(!rd_kafka_test_fatal_error(rk, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "x"));
    const struct kafka_outgoing last = {
        .topic = "t", .key = TEXT("k"), .body = TEXT("b"), .token = &seen.told[GIVEN_UP]};
    ck_assert(!kafka_producer_push(seen.producer, &last, &fault));
    for (int i = 0; i < GIVEN_UP; i++)
        ck_assert_msg(seen.told[i] == 1, "token %d came back %d times", i, seen.told[i]);
    ck_assert_int_eq(seen.told[GIVEN_UP], 0);
    ck_assert_int_eq(seen.refused, GIVEN_UP); /* not into the handle that ends */
    kafka_producer_free(seen.producer);
}
END_TEST

/* docs/decisions/0024: with two, what the first one had is told as delivered and is not there. */
START_TEST(a_producer_has_one_request_under_way)
{
    struct kafka_producer *producer = NULL;
    struct fault fault;
    char value[24];
    size_t room = sizeof value;
    const struct kafka_common nowhere = {.brokers = "127.0.0.1:1"};
    ck_assert_msg(!kafka_producer_new(&nowhere, &producer, &fault), "%s", fault.text);
    rd_kafka_t *rk = ((struct kafka_handle *)producer)->rk;
    ck_assert_int_eq(
        rd_kafka_conf_get(rd_kafka_conf(rk), "max.in.flight.requests.per.connection", value, &room),
        RD_KAFKA_CONF_OK);
    ck_assert_str_eq(value, "1");
    kafka_producer_free(producer);
}
END_TEST

START_TEST(undeliverable_messages_are_reported_after_the_delivery_timeout)
{
    struct outcome_seen seen = {0};
    struct kafka_producer *producer = NULL;
    struct fault fault;
    const struct kafka_common nowhere = {.brokers = "127.0.0.1:1"};
    const struct kafka_producer_options options = {
        .name = "test", .delivery_timeout_ms = 1000, .sent = sent, .context = &seen};
    ck_assert(!kafka_producer_open(&nowhere, &options, &producer, &fault));
    const struct kafka_outgoing outgoing = {.topic = "t", .key = TEXT("k"), .body = TEXT("b")};
    ck_assert(!kafka_producer_push(producer, &outgoing, &fault));
    ck_assert(!kafka_producer_flush(producer, WAIT_MS, &fault));
    ck_assert_int_eq(seen.done, 1);
    ck_assert_int_eq(seen.ok, 0);
    kafka_producer_free(producer);
}
END_TEST

/* As a sink waits: while some is under way, it asks again. */
START_TEST(what_was_given_up_is_not_told_as_under_way)
{
    struct kafka_producer *producer = NULL;
    struct fault fault = {""};
    const struct kafka_common nowhere = {.brokers = "127.0.0.1:1"};
    const struct kafka_producer_options options = {.name = "test", .delivery_timeout_ms = 1000};
    ck_assert(!kafka_producer_open(&nowhere, &options, &producer, &fault));
    const struct kafka_outgoing outgoing = {.topic = "t", .key = TEXT("k"), .body = TEXT("b")};
    ck_assert(!kafka_producer_push(producer, &outgoing, &fault));
    enum err err;
    while ((err = kafka_producer_flush(producer, 10, &fault)) == ERR_TIMEOUT)
        ;
    ck_assert_int_eq(err, ERR_UNREACHABLE);
    ck_assert_str_eq(fault.text, "kafka: a message was not delivered: took too long");
    kafka_producer_free(producer);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("kafka");
    TCase *plain = tcase_create("plain");
    tcase_set_timeout(plain, 60);
    tcase_add_test(plain, murmur2_places_keys_as_java_does);
    tcase_add_test(plain, murmur2_agrees_with_librdkafka_for_any_bytes);
    tcase_add_test(plain, properties_are_tried_on_librdkafka_itself);
    tcase_add_test(plain, topics_with_equal_counts_pass);
    tcase_add_test(plain, topics_with_unequal_counts_are_refused_by_name_and_number);
    tcase_add_test(plain, topic_that_is_missing_is_named);
    tcase_add_test(plain, topics_of_absent_brokers_are_an_outage_that_names_the_address);
    tcase_add_test(plain, properties_that_guarantees_hang_on_are_refused);
    tcase_add_test(plain, reader_without_brokers_waits_and_ends);
    tcase_add_test(plain, producer_that_was_given_up_gives_every_token_back_once);
    tcase_add_test(plain, what_was_given_up_is_not_told_as_under_way);
    tcase_add_test(plain, a_producer_has_one_request_under_way);
    tcase_add_test(plain, undeliverable_messages_are_reported_after_the_delivery_timeout);
    suite_add_tcase(suite, plain);
    TCase *broker_case = tcase_create("with a broker");
    tcase_set_timeout(broker_case, 60);
    tcase_add_checked_fixture(broker_case, one_topic, stop_broker);
    tcase_add_test(broker_case, what_is_produced_is_read_with_its_key_time_and_partition);
    tcase_add_test(broker_case, reader_from_the_end_misses_nothing_that_comes_after_its_making);
    tcase_add_test(broker_case, reader_of_one_partition_starts_at_its_offset);
    tcase_add_test(broker_case,
                   reader_of_a_log_that_ends_before_its_place_says_so_and_reads_it_from_its_start);
    tcase_add_test(broker_case, reader_whose_place_retention_took_goes_on_with_the_oldest);
    tcase_add_test(broker_case, lag_of_a_group_that_read_nothing_is_all_there_is);
    tcase_add_test(broker_case,
                   deliveries_are_told_once_with_their_place_and_too_large_ones_as_such);
    suite_add_tcase(suite, broker_case);
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
