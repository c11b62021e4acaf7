/* SPDX-License-Identifier: Apache-2.0
 *
 * Dead letters: what is shown of them, and that the newest are there whatever the topic holds.
 */
#include "console/letter_box.h"

#include <check.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/shape.h"
#include "embedded/embedded.h"
#include "kafka/producer.h"

static void shows(const char *message, const char *want)
{
    struct buffer shape = {0};
    shape_add(text_of(message), &shape);
    ck_assert_str_eq(buffer_view(&shape).at, want);
    buffer_done(&shape);
}

START_TEST(a_shape_shows_what_is_wrong_and_not_what_it_says)
{
    shows("{\"household\":\"H-10231\",\"utility\":\"water\",\"start\":\"2026-01-15T13:00\"}",
          "{\"household\":\"x-99999\",\"utility\":\"water\",\"start\":\"9999-99-99x99:99\"}");
    shows("{\"value\" : -0.412e3, \"dials\":null,\"x\":[true,false]}",
          "{\"value\" : -9.999x9, \"dials\":null,\"x\":[true,false]}");
    shows("{\"summary\":\"Kim \\\"Su\\\" is ill\",\"unit\":\"m3\"}",
          "{\"summary\":\"xxx \\\"xx\\\" xx xxx\",\"unit\":\"m3\"}");
    shows("{\"summary\":\"\xea\xb9\x80\xec\xb2\xa0\xec\x88\x98\"}", "{\"summary\":\"xxx\"}");
    /* A member's name that could be a person's or a household's. */
    shows("{\"H-10231\":1,\"Kim Minsu\":2}", "{\"x-99999\":9,\"xxx xxxxx\":9}");
    /* What should be a word but is a sentence, or a number. */
    shows("{\"unit\":\"two people live here\"}", "{\"unit\":\"xxx xxxxxx xxxx xxxx\"}");
    shows("{\"unit\":{\"a\":\"secret\"}}", "{\"unit\":{\"a\":\"xxxxxx\"}}");
}
END_TEST

START_TEST(what_is_no_json_is_hidden_as_well)
{
    shows("Kim Minsu, 010-1234", "xxx xxxxx, 999-9999");
    shows("{\"household\":\"H-1", "{\"household\":\"x-9");
    shows("{\"a\":\"b\\", "{\"a\":\"x\\");
    shows("\"", "\"");
    shows("{\"a:\"Kim\",\"b\":1}", "{\"x:\"xxx\",\"x\":9}");
    shows("\x01\x7f\xff", "??x");
    shows("", "");
    struct buffer shape = {0}, long_one = {0};
    for (int i = 0; i < SHAPE_BYTES_MAX; i++)
        buffer_text(&long_one, "\"a\":\"secret\",");
    shape_add(buffer_view(&long_one), &shape);
    ck_assert_uint_eq(shape.bytes, SHAPE_BYTES_MAX + 3);
    ck_assert_str_eq(shape.at + SHAPE_BYTES_MAX, "...");
    ck_assert_ptr_null(strstr(shape.at, "secret"));
    buffer_done(&shape);
    buffer_done(&long_one);
}
END_TEST

static struct broker *broker;
static struct kafka_common common;
static struct kafka_producer *producer;
static struct letter_box *box;
static struct fault fault;

static void set_up(void)
{
    static const char *const topics[] = {"dead"};
    ck_assert_msg(!broker_start(topics, 1, 2, &broker, &common.brokers, &fault), "%s", fault.text);
    const struct kafka_producer_options options = {.name = "test"};
    ck_assert(!kafka_producer_open(&common, &options, &producer, &fault));
    box = letter_box_new(&common, "dead");
}

static void tear_down(void)
{
    letter_box_free(box);
    kafka_producer_free(producer);
    broker_stop(broker);
}

static void send(int first, int count, const char *reason)
{
    for (int i = first; i < first + count; i++) {
        char body[40], key[16], offset[16];
        (void)snprintf(body, sizeof body, "{\"value\":%d}", i);
        (void)snprintf(key, sizeof key, "H-%d", i);
        (void)snprintf(offset, sizeof offset, "%d", i);
        const struct kafka_header headers[] = {{"reason", text_of(reason)},
                                               {"source", TEXT("anbu.readings")},
                                               {"partition", TEXT("3")},
                                               {"offset", text_of(offset)}};
        const struct kafka_outgoing outgoing = {.topic = "dead",
                                                .key = text_of(key),
                                                .body = text_of(body),
                                                .timestamp_ms = 1768525384005,
                                                .headers = headers,
                                                .header_count = 4};
        ck_assert(!kafka_producer_push(producer, &outgoing, &fault));
    }
    ck_assert(!kafka_producer_flush(producer, 60000, &fault));
}

/* Asks until the newest letter has that number; the caller frees. */
static json_t *ask(const struct letter_question *question, long long newest)
{
    for (int tries = 0; tries < 600; tries++) {
        struct buffer json = {0};
        enum err err = letter_box_show(box, question, &json, &fault);
        ck_assert_msg(!err, "%s", fault.text);
        json_t *shown = json_loads(json.at, JSON_REJECT_DUPLICATES, NULL);
        ck_assert_ptr_nonnull(shown);
        buffer_done(&json);
        if (json_integer_value(json_object_get(shown, "newest")) >= newest &&
            json_is_false(json_object_get(shown, "reading")))
            return shown;
        json_decref(shown);
        (void)poll(NULL, 0, 50);
    }
    ck_abort_msg("the letters did not come");
}

static long long member(const json_t *shown, size_t letter, const char *name)
{
    const json_t *list = json_object_get(shown, "letters");
    return json_integer_value(json_object_get(json_array_get(list, letter), name));
}

START_TEST(letters_are_shown_the_newest_first_and_followed)
{
    send(0, 3, "bad_json");
    json_t *shown = ask(&(struct letter_question){.limit = 2}, 3);
    const json_t *list = json_object_get(shown, "letters");
    const json_t *first = json_array_get(list, 0);
    ck_assert_uint_eq(json_array_size(list), 2);
    ck_assert_int_eq(member(shown, 0, "number"), 3);
    ck_assert_int_eq(member(shown, 0, "partition"), 3);
    ck_assert_str_eq(json_string_value(json_object_get(first, "message")), "{\"value\":9}");
    ck_assert_str_eq(json_string_value(json_object_get(first, "at")), "2026-01-16T01:03:04Z");
    ck_assert_str_eq(json_string_value(json_object_get(first, "source")), "anbu.readings");
    ck_assert_str_eq(json_string_value(json_object_get(shown, "next")), "2");
    json_decref(shown);
    send(10, 2, "bad_value");
    shown = ask(&(struct letter_question){.limit = 50, .after = 3}, 5);
    ck_assert_uint_eq(json_array_size(json_object_get(shown, "letters")), 2);
    ck_assert_ptr_null(json_object_get(shown, "next"));
    const json_t *counts = json_object_get(shown, "counts");
    ck_assert_int_eq(json_integer_value(json_object_get(counts, "bad_json")), 3);
    ck_assert_int_eq(json_integer_value(json_object_get(counts, "bad_value")), 2);
    json_decref(shown);
    shown = ask(&(struct letter_question){.limit = 50, .reason = "bad_json", .before = 3}, 5);
    ck_assert_uint_eq(json_array_size(json_object_get(shown, "letters")), 2);
    ck_assert_int_eq(member(shown, 0, "number"), 2);
    json_decref(shown);
}
END_TEST

START_TEST(of_a_long_topic_the_newest_are_kept)
{
    send(0, 3 * LETTER_BOX_KEPT, "bad_json");
    json_t *shown = ask(&(struct letter_question){.limit = LETTER_BOX_KEPT}, LETTER_BOX_KEPT);
    ck_assert_uint_eq(json_array_size(json_object_get(shown, "letters")), LETTER_BOX_KEPT);
    ck_assert_int_eq(json_integer_value(json_object_get(shown, "kept")), LETTER_BOX_KEPT);
    for (size_t i = 0; i < LETTER_BOX_KEPT; i++) /* no more of a partition than there is room */
        ck_assert_int_ge(member(shown, i, "offset"), LETTER_BOX_KEPT / 2);
    json_decref(shown);
}
END_TEST

START_TEST(a_topic_that_is_not_there_is_said)
{
    const struct letter_question question = {.limit = 1};
    struct buffer json = {0};
    enum err err = ERR_OK;
    letter_box_free(box);
    broker_stop(broker);
    broker = NULL;
    const char *dead = "127.0.0.1:1";
    common.brokers = dead;
    box = letter_box_new(&common, "dead");
    for (int tries = 0; tries < 600 && !err; tries++) {
        buffer_clear(&json);
        err = letter_box_show(box, &question, &json, &fault);
        (void)poll(NULL, 0, 50);
    }
    ck_assert_int_eq(err, ERR_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(fault.text, "dead"));
    buffer_done(&json);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("letter box");
    TCase *pure = tcase_create("shape"), *kafka = tcase_create("kafka");
    tcase_add_test(pure, a_shape_shows_what_is_wrong_and_not_what_it_says);
    tcase_add_test(pure, what_is_no_json_is_hidden_as_well);
    tcase_set_timeout(kafka, 120);
    tcase_add_checked_fixture(kafka, set_up, tear_down);
    tcase_add_test(kafka, letters_are_shown_the_newest_first_and_followed);
    tcase_add_test(kafka, of_a_long_topic_the_newest_are_kept);
    tcase_add_test(kafka, a_topic_that_is_not_there_is_said);
    suite_add_tcase(suite, pure);
    suite_add_tcase(suite, kafka);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
