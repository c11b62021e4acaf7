/* SPDX-License-Identifier: Apache-2.0
 *
 * A household as it was: worked out anew from its messages, of files and of Kafka.
 */
#include "ctl/past.h"

#include <check.h>
#include <jansson.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "base/log.h"
#include "embedded/embedded.h"
#include "household/census.h"
#include "kafka/producer.h"

#define HOME  "H-1"
#define DAY_S INT64_C(86400)
#define JAN_1 INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

static const char *const topics[] = {"readings", "billing", "household", "report", "weather"};

static struct config *config;
static char path[] = "/tmp/anbu-past-XXXXXX";
static struct fault fault;
static struct buffer json;

/* So many months unpaid, told at noon of a day of January. */
static void put_arrears(struct buffer *out, const char *household, int day, int months)
{
    buffer_format(out,
                  "{\"type\":\"billing\",\"household\":\"%s\",\"utility\":\"gas\",\"event\":"
                  "\"arrears\",\"at\":\"2026-01-%02dT12:00:00Z\",\"months\":%d,\"amount\":%d,"
                  "\"currency\":\"KRW\"}\n",
                  household, day, months, 40000 * months);
}

static void set_up(void)
{
    struct buffer lines = {0};
    int file = mkstemp(path);
    config = config_default();
    log_set_level(LOG_ERROR);
    ck_assert_int_ge(file, 0);
    put_arrears(&lines, "H-other", 3, 4);
    put_arrears(&lines, HOME, 5, 1);
    put_arrears(&lines, "H-other", 6, 5);
    put_arrears(&lines, HOME, 10, 3);
    put_arrears(&lines, HOME, 20, 4);
    FILE *out = fdopen(file, "w");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(lines.at, 1, lines.bytes, out), lines.bytes);
    ck_assert_int_eq(fclose(out), 0);
    buffer_done(&lines);
}

static void tear_down(void)
{
    (void)remove(path);
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    config_free(config);
    buffer_done(&json);
    json = (struct buffer){0};
}

static enum err open_file(void *context, struct source **out, struct fault *why)
{
    const char *const paths[] = {path};
    (void)context;
    return source_file_new(paths, 1, out, why);
}

static struct past noon_of(int day)
{
    return (struct past){.config = config,
                         .open = open_file,
                         .household = HOME,
                         .at_ms = (JAN_1 + (day - 1) * DAY_S + DAY_S / 2) * 1000};
}

/* What it shows, as JSON; the caller frees it. */
static json_t *shown(const struct past *past)
{
    buffer_clear(&json);
    ck_assert_msg(!past_show(past, &json, &fault), "%s", fault.text);
    json_t *body = json_loadb(json.at, json.bytes, 0, NULL);
    ck_assert_msg(body != NULL, "no JSON: %s", json.at);
    return body;
}

static const json_t *arrears_of(const json_t *body)
{
    const json_t *list = json_object_get(body, "detectors");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_object_get(json_array_get(list, i), "detector")),
                   "arrears") == 0)
            return json_array_get(list, i);
    ck_abort_msg("no arrears");
}

static void expect(const struct past *past, int messages, bool on, int months)
{
    json_t *body = shown(past);
    const json_t *arrears = arrears_of(body);
    const json_t *terms = json_object_get(json_object_get(arrears, "evidence"), "terms");
    ck_assert_str_eq(json_string_value(json_object_get(body, "household")), HOME);
    ck_assert_int_eq(json_integer_value(json_object_get(body, "messages")), messages);
    ck_assert_int_eq(json_is_true(json_object_get(arrears, "on")), on);
    ck_assert_int_eq((int)json_number_value(json_object_get(terms, "months")), months);
    json_decref(body);
}

START_TEST(it_knows_what_had_come_by_then_and_nothing_later)
{
    struct past past = noon_of(9);
    expect(&past, 1, false, 1);
    past = noon_of(10);
    expect(&past, 2, true, 3);
    past.at_ms--;
    expect(&past, 1, false, 1);
    past.at_ms = INT64_MAX / 2;
    expect(&past, 3, true, 4);
}
END_TEST

START_TEST(an_alert_is_looked_at_as_it_was_raised)
{
    char id[ALERT_ID_MAX];
    struct past past = noon_of(31);
    alert_id(text_of(HOME), TEAM_WELFARE, JAN_1 + 9 * DAY_S + DAY_S / 2, id);
    past.alert = id;
    expect(&past, 2, true, 3);
    ck_assert_ptr_nonnull(strstr(json.at, "\"at\":\"2026-01-10T12:00:00Z\""));
    ck_assert_ptr_nonnull(strstr(json.at, "\"reproduced\":true"));
    past.household = ""; /* whose it is is found out */
    id[8] = '\0';
    expect(&past, 2, true, 3);
    past.household = "H-other";
    ck_assert_int_eq(past_show(&past, &json, &fault), ERR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(fault.text, "is not raised by the messages that are there"));
}
END_TEST

/* Its price of that week, or its configuration, was another: the hour makes the id. */
START_TEST(an_alert_that_is_not_raised_here_is_looked_at_when_it_was_told)
{
    char id[ALERT_ID_MAX];
    struct past past = noon_of(31);
    alert_id(text_of(HOME), TEAM_WELFARE, JAN_1 + 9 * DAY_S, id);
    past.alert = id;
    past.alert_ms = (JAN_1 + 11 * DAY_S) * 1000;
    expect(&past, 2, true, 3);
    ck_assert_ptr_nonnull(strstr(json.at, "\"at\":\"2026-01-12T00:00:00Z\""));
    ck_assert_ptr_nonnull(strstr(json.at, id));
    ck_assert_ptr_nonnull(strstr(json.at, "\"reproduced\":false"));
    past.alert_ms = JAN_1 * 1000;
    ck_assert_int_eq(past_show(&past, &json, &fault), ERR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(fault.text, "2026-01-05T12:00:00Z"));
}
END_TEST

START_TEST(where_nothing_is_there_it_says_since_when_there_is)
{
    struct past past = noon_of(4);
    ck_assert_int_eq(past_show(&past, &json, &fault), ERR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(fault.text, "2026-01-05T12:00:00Z"));
    past.household = "H-nobody";
    ck_assert_int_eq(past_show(&past, &json, &fault), ERR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(fault.text, "no message of household H-nobody is there"));
}
END_TEST

/* Something happened to the household on a day of January; behind what is there. */
static void put_event(const char *event, int day)
{
    FILE *out = fopen(path, "ae");
    ck_assert_ptr_nonnull(out);
    ck_assert_int_gt(fprintf(out,
                             "{\"type\":\"household\",\"household\":\"" HOME
                             "\",\"event\":\"%s\",\"at\":\"2026-01-%02dT12:00:00Z\"}\n",
                             event, day),
                     0);
    ck_assert_int_eq(fclose(out), 0);
}

static void expect_refused(const struct past *past)
{
    buffer_clear(&json);
    ck_assert_int_eq(past_show(past, &json, &fault), ERR_REFUSED);
    ck_assert_ptr_nonnull(strstr(fault.text, "household " HOME " has opted out"));
    ck_assert_uint_eq(json.bytes, 0);
}

START_TEST(the_time_before_an_opt_out_is_not_shown_whoever_lives_there_now)
{
    char id[ALERT_ID_MAX];
    struct past past = noon_of(15);
    put_event("opted_out", 25);
    put_event("moved_in", 27);
    expect_refused(&past);
    past = noon_of(28); /* of those who moved in */
    expect(&past, 5, false, 0);
    past = noon_of(31);
    alert_id(text_of(HOME), TEAM_WELFARE, JAN_1 + 9 * DAY_S + DAY_S / 2, id);
    past.alert = id;
    expect_refused(&past);
    past.household = "";
    expect_refused(&past);
    past = noon_of(15);
    past.household = "H-other"; /* who has not */
    json_decref(shown(&past));
}
END_TEST

/* Of homes read once a day, each week as often below any price; snapshots as of 12, 19 and 26
 * January. */
static void count_weeks(struct buffer *out)
{
    struct census *census = census_new();
    int32_t week = census_week((JAN_1 + 4 * DAY_S) * 1000);
    (void)census_turn(census, week);
    for (int i = 0; i < 3; i++, week++) {
        struct census_count count = {week, 6000, 100 * 8766, POPULATION_DAILY, CENSUS_HOURS};
        census_add(census, &count);
        count.what = CENSUS_PRICED;
        count.n = 2000;
        census_add(census, &count);
        ck_assert(census_turn(census, week + 1));
    }
    census_write(census, out);
    census_free(census);
}

/* What silence would have raised at. */
static double allowed(const struct past *past, const char *prices)
{
    json_t *body = shown(past), *one, *terms;
    double found = 0.0;
    size_t i;
    ck_assert_ptr_nonnull(strstr(json.at, prices));
    json_array_foreach(json_object_get(body, "detectors"), i, one)
    {
        terms = json_object_get(json_object_get(one, "evidence"), "terms");
        if (strcmp(json_string_value(json_object_get(one, "detector")), "silence") == 0)
            found = json_number_value(json_object_get(terms, "allowed"));
    }
    json_decref(body);
    return found;
}

START_TEST(prices_are_those_of_its_week_as_far_as_they_are_kept)
{
    struct buffer counts = {0};
    struct past past = noon_of(15);
    double training = allowed(&past, "\"prices\":{\"of\":\"training\"");
    count_weeks(&counts);
    past.counts = buffer_view(&counts);
    double counted = allowed(&past, "\"prices\":{\"of\":\"counted\",\"snapshot\":2923,\"since\":"
                                    "\"2026-01-12T00:00:00Z\"}");
    ck_assert_msg(counted > 0.0 && counted < training / 2, "%f, %f", counted, training);
    past = noon_of(11);
    past.counts = buffer_view(&counts);
    ck_assert_double_eq(allowed(&past, "\"prices\":{\"of\":\"forgotten\""), training);
    buffer_done(&counts);
}
END_TEST

static void expect_since(const struct past *past, const char *since)
{
    json_t *body = shown(past);
    const char *said = json_string_value(json_object_get(body, "since"));
    ck_assert_str_eq(said ? said : "whole", since);
    json_decref(body);
}

START_TEST(what_is_gone_is_told)
{
    struct past past = noon_of(20);
    past.first_seen_s = JAN_1 + 4 * DAY_S + DAY_S / 2;
    expect_since(&past, "whole");
    past.gone_ms = (JAN_1 + DAY_S) * 1000; /* of the time before this home */
    expect_since(&past, "whole");
    past.gone_ms = (JAN_1 + 7 * DAY_S) * 1000;
    expect_since(&past, "2026-01-08T00:00:00Z");
    past.gone_ms = 0;
    past.first_seen_s = JAN_1; /* the daemon has seen it before */
    expect_since(&past, "2026-01-05T12:00:00Z");
}
END_TEST

/* ---- out of Kafka ---- */

static void produce(struct kafka_producer *producer, int topic, const char *key, const char *body,
                    int64_t timestamp_ms)
{
    ck_assert(!kafka_producer_send(producer, topics[topic], text_of(key), text_of(body),
                                   timestamp_ms, &fault));
}

/* The weather of later days must not push that of a message out of what is kept of it. */
static void produce_all(struct kafka_producer *producer)
{
    static const char *const bodies[] = {"one", "two", "three"};
    for (int i = 0; i < 3; i++) {
        produce(producer, 1, "H-other", "others", 1000 * (i + 1));
        produce(producer, 1, HOME, bodies[i], 1000 * (i + 1));
    }
    produce(producer, 4, "11140-sindang", "warm", 500);
    produce(producer, 4, "11140-sindang", "thaw", 9000);
    produce(producer, 4, "11110-sajik", "cold", 2000); /* as of another partition, read later */
}

static void expect_next(struct source *source, const char *body, uint32_t lane)
{
    struct delivery delivery;
    size_t count = 0;
    ck_assert_int_eq(source->ops->poll(source, &delivery, 1, 0, &count, &fault), ERR_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_msg(text_is(delivery.payload, body), "%.*s, not %s", (int)delivery.payload.bytes,
                  delivery.payload.at, body);
    ck_assert_uint_eq(delivery.lane, lane);
    ck_assert_int_gt(delivery.arrived_ms, 0);
}

START_TEST(kafka_gives_the_households_messages_again_and_again)
{
    struct broker *broker = NULL;
    struct kafka_common common = {0};
    struct kafka_producer *producer = NULL;
    struct past_messages *messages = NULL;
    ck_assert(!broker_start(topics, 5, 1, &broker, &common.brokers, &fault));
    ck_assert(!kafka_producer_new(&common, &producer, &fault));
    produce_all(producer);
    ck_assert(!kafka_producer_flush(producer, 60000, &fault));
    kafka_producer_free(producer);
    const struct past_place place = {.topics = {topics[0], topics[1], topics[2], topics[3]},
                                     .weather = topics[4],
                                     .household = HOME};
    ck_assert_msg(!past_messages_read(&common, &place, &messages, &fault), "%s", fault.text);
    ck_assert_int_eq(past_messages_gone_ms(messages), 0);
    for (int pass = 0; pass < 2; pass++) {
        struct source *source = NULL;
        struct delivery delivery;
        size_t count = 0;
        ck_assert(!past_messages_open(messages, &source, &fault));
        expect_next(source, "warm", 0);
        expect_next(source, "one", MESSAGE_BILLING);
        expect_next(source, "cold", 0);
        expect_next(source, "two", MESSAGE_BILLING);
        expect_next(source, "three", MESSAGE_BILLING);
        expect_next(source, "thaw", 0);
        ck_assert_int_eq(source->ops->poll(source, &delivery, 1, 0, &count, &fault), ERR_END);
        source->ops->free(source);
    }
    past_messages_free(messages);
    broker_stop(broker);
}
END_TEST

/* Later than one poll waits. */
static void *come_up(void *context)
{
    (void)poll(NULL, 0, 1500);
    ck_assert(!rd_kafka_mock_broker_set_up(context, 1));
    return NULL;
}

/* As over TLS on a busy machine. */
START_TEST(kafka_that_takes_its_time_is_waited_for)
{
    char why[256];
    pthread_t thread;
    struct past_messages *messages = NULL;
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why);
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(rk, 1);
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        ck_assert(!rd_kafka_mock_topic_create(cluster, topics[i], 1, 1));
    ck_assert(!rd_kafka_mock_broker_set_down(cluster, 1));
    ck_assert(!pthread_create(&thread, NULL, come_up, cluster));
    const struct config_pair soon = {"reconnect.backoff.max.ms", "200"};
    const struct kafka_common common = {.brokers = rd_kafka_mock_cluster_bootstraps(cluster),
                                        .properties = &soon,
                                        .property_count = 1};
    const struct past_place place = {.topics = {topics[0], topics[1], topics[2], topics[3]},
                                     .weather = topics[4],
                                     .household = HOME};
    ck_assert_msg(!past_messages_read(&common, &place, &messages, &fault), "%s", fault.text);
    ck_assert(!pthread_join(thread, NULL));
    past_messages_free(messages);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(rk);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("past");
    TCase *tcase = tcase_create("past");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, it_knows_what_had_come_by_then_and_nothing_later);
    tcase_add_test(tcase, an_alert_is_looked_at_as_it_was_raised);
    tcase_add_test(tcase, an_alert_that_is_not_raised_here_is_looked_at_when_it_was_told);
    tcase_add_test(tcase, where_nothing_is_there_it_says_since_when_there_is);
    tcase_add_test(tcase, the_time_before_an_opt_out_is_not_shown_whoever_lives_there_now);
    tcase_add_test(tcase, what_is_gone_is_told);
    tcase_add_test(tcase, prices_are_those_of_its_week_as_far_as_they_are_kept);
    tcase_add_test(tcase, kafka_gives_the_households_messages_again_and_again);
    tcase_add_test(tcase, kafka_that_takes_its_time_is_waited_for);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
