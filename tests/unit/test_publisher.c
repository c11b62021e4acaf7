/* SPDX-License-Identifier: Apache-2.0
 *
 * Both publishers behind the port: files for replay, Kafka for the daemon.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "delivery/publisher_kafka.h"
#include "embedded/embedded.h"

#define WAIT_MS 30000

struct told {
    int count, failed;
    void *token;
    uint32_t partition;
    int64_t offset;
};

static void on_done(void *context, void *token, enum err err, uint32_t partition, int64_t offset)
{
    struct told *told = context;
    told->count++;
    told->failed += err != ERR_OK;
    told->token = token;
    told->partition = partition;
    told->offset = offset;
}

START_TEST(files_get_one_line_an_event_and_dead_letters_with_their_reason)
{
    char *alerts = NULL, *letters = NULL;
    size_t alert_bytes, letter_bytes;
    FILE *alert_file = open_memstream(&alerts, &alert_bytes);
    FILE *letter_file = open_memstream(&letters, &letter_bytes);
    struct told told = {0};
    struct fault fault;
    struct publisher *publisher = publisher_file_new(alert_file, letter_file, on_done, &told);
    const struct publisher_header reason = {"reason", TEXT("bad_json")};
    ck_assert(!publisher->ops->publish(publisher, PUBLISH_ALERTS, TEXT("H-1"), TEXT("{\"a\":1}"),
                                       NULL, 0, &told, &fault));
    ck_assert(!publisher->ops->publish(publisher, PUBLISH_HOUSEHOLD, TEXT("H-1"), TEXT("{}"), NULL,
                                       0, NULL, &fault));
    ck_assert(!publisher->ops->publish(publisher, PUBLISH_DEAD_LETTERS, TEXT("H-1"),
                                       TEXT("{\"x\":\n\"\xec\x95\x88\""), &reason, 1, NULL,
                                       &fault));
    ck_assert(!publisher->ops->publish(publisher, PUBLISH_DEAD_LETTERS, (struct text){0},
                                       TEXT("\xff\x01"), &reason, 1, NULL, &fault));
    ck_assert_int_eq(told.count, 0);
    publisher->ops->poll(publisher, 0);
    ck_assert_int_eq(told.count, 4);
    ck_assert_int_eq(told.failed, 0);
    ck_assert(!publisher->ops->flush(publisher, 0));
    publisher->ops->free(publisher);
    (void)fclose(alert_file);
    (void)fclose(letter_file);
    ck_assert_str_eq(alerts, "{\"a\":1}\n");
    ck_assert_str_eq(letters, "{\"reason\":\"bad_json\",\"key\":\"H-1\","
                              "\"message\":\"{\\\"x\\\":\\n\\\"\xec\x95\x88\\\"\"}\n"
                              "{\"reason\":\"bad_json\",\"message_hex\":\"ff01\"}\n");
    free(alerts);
    free(letters);
}
END_TEST

START_TEST(full_disk_is_an_error_that_says_so)
{
    FILE *full = fopen("/dev/full", "w");
    struct told told = {0};
    struct fault fault = {0};
    ck_assert_ptr_nonnull(full);
    (void)setvbuf(full, NULL, _IONBF, 0);
    struct publisher *publisher = publisher_file_new(full, NULL, on_done, &told);
    ck_assert_int_eq(publisher->ops->publish(publisher, PUBLISH_ALERTS, TEXT("k"), TEXT("{}"), NULL,
                                             0, NULL, &fault),
                     ERR_IO);
    ck_assert_ptr_nonnull(strstr(fault.text, "No space left"));
    /* Dead letters without a file are only counted. */
    ck_assert(!publisher->ops->publish(publisher, PUBLISH_DEAD_LETTERS, TEXT("k"), TEXT("{}"), NULL,
                                       0, NULL, &fault));
    publisher->ops->poll(publisher, 0);
    ck_assert_int_eq(told.count, 1);
    publisher->ops->free(publisher);
    (void)fclose(full);
}
END_TEST

static void keep_body(void *context, const struct kafka_record *record)
{
    (void)text_copy(record->body, context, 64);
}

START_TEST(kafka_tells_where_an_event_stands)
{
    const char *const topics[] = {"alerts", "household", "dead"};
    const char *address;
    struct broker *broker = NULL;
    struct publisher *publisher = NULL;
    struct kafka_reader *reader = NULL;
    struct told told = {0};
    struct fault fault;
    char body[64] = "";
    bool at_end = false;
    ck_assert(!broker_start(topics, 3, 4, &broker, &address, &fault));
    const struct kafka_common common = {.brokers = address};
    static struct settings settings;
    (void)text_copy(TEXT("alerts"), settings.kafka.alerts, sizeof settings.kafka.alerts);
    (void)text_copy(TEXT("household"), settings.kafka.household, sizeof settings.kafka.household);
    (void)text_copy(TEXT("dead"), settings.kafka.dead_letters, sizeof settings.kafka.dead_letters);
    settings.kafka.delivery_timeout_s = 10;
    ck_assert(!publisher_kafka_new(&common, &settings, on_done, &told, &publisher, &fault));
    const struct publisher_header reason = {"reason", TEXT("bad_json")};
    for (int i = 0; i < 3; i++)
        ck_assert(!publisher->ops->publish(publisher, PUBLISH_ALERTS, TEXT("H-1"), TEXT("event"),
                                           &reason, 1, &told, &fault));
    ck_assert(!publisher->ops->flush(publisher, WAIT_MS));
    ck_assert_int_eq(told.count, 3);
    ck_assert_int_eq(told.failed, 0);
    ck_assert_ptr_eq(told.token, &told);
    ck_assert_uint_eq(told.partition, kafka_partition(TEXT("H-1"), 4));
    ck_assert_int_eq(told.offset, 2);
    ck_assert(!kafka_reader_new(&common, "alerts", (int32_t)told.partition, 2, &reader, &fault));
    while (!at_end)
        ck_assert(!kafka_reader_poll(reader, 100, keep_body, body, &at_end, &fault));
    ck_assert_str_eq(body, "event");
    kafka_reader_free(reader);
    publisher->ops->free(publisher);
    broker_stop(broker);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("publisher");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, files_get_one_line_an_event_and_dead_letters_with_their_reason);
    tcase_add_test(all, full_disk_is_an_error_that_says_so);
    tcase_add_test(all, kafka_tells_where_an_event_stands);
    suite_add_tcase(suite, all);
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
