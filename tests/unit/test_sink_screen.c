/* SPDX-License-Identifier: Apache-2.0
 *
 * What an event looks like on the screen, and how the follower brings it there.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "delivery/sink.h"
#include "embedded/embedded.h"
#include "kafka/producer.h"

static const char raised[] =
    "{\"specversion\":\"1.0\",\"id\":\"ab12cd34ef.1\",\"source\":\"anbu\","
    "\"type\":\"anbu.alert.raised\",\"subject\":\"H-10231\",\"time\":\"2026-01-16T07:00:00+09:00\","
    "\"data\":{\"alert\":\"ab12cd34ef\",\"version\":1,\"team\":\"police\","
    "\"severity\":\"critical\",\"state\":\"open\",\"area\":\"11140-sindang\","
    "\"timezone\":\"Asia/Seoul\",\"reasons\":["
    "{\"detector\":\"silence\",\"active\":true,"
    "\"summary\":\"No water since 21:00 yesterday\"},"
    "{\"detector\":\"arrears\",\"active\":false,\"summary\":\"paid\"},"
    "{\"detector\":\"drop\",\"active\":true,\"summary\":\"Half the electricity\"}],"
    "\"steps\":[{\"what\":\"raised\",\"who\":\"anbu\",\"note\":null}]}}";

static const char *line_of(const char *event, bool colour)
{
    static struct buffer line;
    buffer_clear(&line);
    sink_screen_line(text_of(event), colour, &line);
    return line.at;
}

START_TEST(raised_alert_is_one_line_beginning_with_its_type)
{
    ck_assert_str_eq(line_of(raised, false),
                     "anbu.alert.raised  CRITICAL police  H-10231 (11140-sindang)  "
                     "2026-01-16 07:00  No water since 21:00 yesterday; Half the electricity  "
                     "[ab12cd34]");
}
END_TEST

START_TEST(an_incident_says_how_many_homes_are_without_what)
{
    ck_assert_str_eq(
        line_of("{\"type\":\"anbu.incident.opened\",\"subject\":\"feeder:F-201\","
                "\"time\":\"2026-01-16T09:01:00Z\",\"data\":{\"incident\":\"ab12cd34ef\","
                "\"kind\":\"dark\",\"from\":\"2026-01-16T08:00:00Z\",\"metered\":60,\"dark\":52}}",
                false),
        "anbu.incident.opened  feeder:F-201  2026-01-16 08:00  52 of 60 homes without electricity  "
        "[ab12cd34]");
    ck_assert_str_eq(
        line_of("{\"type\":\"anbu.incident.closed\",\"subject\":\"area:A\",\"data\":{"
                "\"incident\":\"x1\",\"kind\":\"silent\",\"from\":\"2026-01-16T08:00:00Z\","
                "\"expected\":41.6,\"seen\":3}}",
                false),
        "anbu.incident.closed  area:A  2026-01-16 08:00  3 signs of life where 42 are usual  [x1]");
}
END_TEST

START_TEST(colour_comes_only_when_asked_and_is_switched_off_again)
{
    ck_assert_ptr_null(strchr(line_of(raised, false), '\033'));
    ck_assert_ptr_nonnull(strstr(line_of(raised, true), "\033[1;31mCRITICAL\033[0m"));
}
END_TEST

START_TEST(acts_of_people_say_who_and_why)
{
    ck_assert_str_eq(
        line_of("{\"type\":\"anbu.alert.resolved\",\"subject\":\"H-1\","
                "\"time\":\"2026-01-16T07:05:00+09:00\",\"data\":{\"alert\":\"x1\","
                "\"team\":\"welfare\",\"severity\":\"low\",\"outcome\":\"safe\",\"area\":null,"
                "\"reasons\":[{\"active\":true,\"summary\":\"No water\"}],"
                "\"steps\":[{\"who\":\"anbu\",\"note\":\"No water\"},"
                "{\"who\":\"kim\",\"note\":\"was at her son's\"}]}}",
                false),
        "anbu.alert.resolved  LOW welfare  H-1  2026-01-16 07:05  safe; by kim; was at her son's  "
        "[x1]");
}
END_TEST

START_TEST(sentences_are_joined_without_their_full_stops)
{
    ck_assert_str_eq(
        line_of("{\"type\":\"anbu.alert.raised\",\"subject\":\"H-1\",\"time\":\"2026-01-16T07:05\","
                "\"data\":{\"alert\":\"x1\",\"team\":\"welfare\",\"severity\":\"low\",\"reasons\":["
                "{\"summary\":\"Gas has not been paid for 3 months.\"},"
                "{\"summary\":\"No water since Friday\"},{\"summary\":\"It goes on ...\"},"
                "{\"summary\":\"A disconnection is announced.\"}]}}",
                false),
        "anbu.alert.raised  LOW welfare  H-1  2026-01-16 07:05  Gas has not been paid for 3 "
        "months; "
        "No water since Friday; It goes on ...; A disconnection is announced  [x1]");
}
END_TEST

START_TEST(control_characters_are_shown_and_never_obeyed)
{
    const char *line =
        line_of("{\"type\":\"anbu.alert.raised\",\"subject\":\"H\\u001b[2J\\n\\u009b2J\","
                "\"time\":\"2026\\r\",\"data\":{\"alert\":\"\\u0007\","
                "\"team\":\"\\u007f\",\"severity\":\"\\u001b[31m\",\"area\":\"\\u202e\\u2066x\","
                "\"reasons\":[{\"summary\":\"ok\\u0008 \\uc548\\ubd80\\nanbu.alert.raised\"}]}}",
                true);
    ck_assert_str_eq(line, "anbu.alert.raised  ?[31M ?  H?[2J??2J (??x)  2026?  "
                           "ok? \xec\x95\x88\xeb\xb6\x80?anbu.alert.raised  [?]");
}
END_TEST

START_TEST(what_is_no_event_gets_a_line_that_says_so)
{
    static const char *const bad[] = {"",   "{",  "null",
                                      "[]", "{}", "{\"type\":\"anbu.alert.raised\"}",
                                      "7",  "\"", "{\"type\":1,\"data\":{}}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *line = line_of(bad[i], false);
        ck_assert_int_eq(strncmp(line, "unreadable event of ", 20), 0);
        ck_assert_ptr_null(strchr(line, '\n'));
    }
}
END_TEST

START_TEST(members_of_the_wrong_type_do_no_harm)
{
    const char *line = line_of("{\"type\":\"anbu.alert.raised\",\"subject\":{},\"time\":3,"
                               "\"data\":{\"alert\":[],\"team\":null,\"severity\":7,"
                               "\"reasons\":{\"a\":1},\"steps\":\"x\"}}",
                               false);
    ck_assert_int_eq(strncmp(line, "anbu.alert.raised  ? ", 21), 0);
}
END_TEST

START_TEST(long_texts_are_cut_between_characters)
{
    struct buffer event = {0};
    buffer_text(&event, "{\"type\":\"anbu.alert.raised\",\"data\":{\"reasons\":[{\"summary\":\"");
    for (int i = 0; i < 5000; i++)
        buffer_text(&event, "\xec\x95\x88");
    buffer_text(&event, "\"}]}}");
    const char *line = line_of(event.at, false);
    ck_assert_uint_lt(strlen(line), 1200);
    ck_assert_ptr_nonnull(strstr(line, "\xec\x95\x88..."));
    buffer_done(&event);
}
END_TEST

/* ---- the follower ---- */

struct probe {
    int pipe;
    int failures_left;
};

static enum err probe_deliver(void *sink, struct text event, struct fault *fault)
{
    struct probe *probe = sink;
    if (probe->failures_left-- > 0)
        return fault_set(fault, ERR_UNREACHABLE, "not now");
    if (text_is(event, "poison"))
        return fault_set(fault, ERR_INVALID, "never");
    ck_assert_int_eq(write(probe->pipe, event.at, event.bytes), (ssize_t)event.bytes);
    return ERR_OK;
}

static void probe_free(void *sink)
{
    (void)close(((struct probe *)sink)->pipe);
}

static const struct sink_ops probe_ops = {
    .name = "probe", .deliver = probe_deliver, .free = probe_free};
static struct broker *broker;
static struct kafka_common common;

static void send_events(const char *const *events, size_t count)
{
    struct kafka_producer *producer = NULL;
    struct fault fault;
    ck_assert(!kafka_producer_new(&common, &producer, &fault));
    for (size_t i = 0; i < count; i++)
        ck_assert(!kafka_producer_send(producer, "anbu.alerts", TEXT("H-1"), text_of(events[i]), 0,
                                       &fault));
    ck_assert_msg(!kafka_producer_flush(producer, 30000, &fault), "%s", fault.text);
    kafka_producer_free(producer);
}

static void start_broker(void)
{
    const char *address;
    struct fault fault;
    ck_assert(!broker_start((const char *const[]){"anbu.alerts"}, 1, 2, &broker, &address, &fault));
    common = (struct kafka_common){.brokers = address};
}

static void stop_broker(void)
{
    broker_stop(broker);
}

START_TEST(follower_begins_at_the_end_repeats_what_failed_and_leaves_poison_behind)
{
    int ends[2];
    char got[64];
    size_t bytes = 0;
    struct follower *follower = NULL;
    struct fault fault;
    ck_assert_int_eq(pipe(ends), 0);
    struct probe probe = {.pipe = ends[1], .failures_left = 3};
    send_events((const char *const[]){"old"}, 1);
    ck_assert(!follower_start(&common, "anbu.alerts", &probe_ops, &probe, &follower, &fault));
    send_events((const char *const[]){"one,", "poison", "two."}, 3);
    while (bytes < 8) {
        ssize_t n = read(ends[0], got + bytes, sizeof got - bytes);
        ck_assert_int_gt(n, 0);
        bytes += (size_t)n;
    }
    ck_assert_int_eq(memcmp(got, "one,two.", 8), 0);
    follower_stop(follower);
    /* The sink was freed, and nothing more came. */
    ck_assert_int_eq(read(ends[0], got, sizeof got), 0);
    (void)close(ends[0]);
}
END_TEST

START_TEST(follower_with_a_failing_sink_stops_at_once)
{
    int ends[2];
    struct follower *follower = NULL;
    struct fault fault;
    ck_assert_int_eq(pipe(ends), 0);
    struct probe probe = {.pipe = ends[1], .failures_left = 1000000};
    ck_assert(!follower_start(&common, "anbu.alerts", &probe_ops, &probe, &follower, &fault));
    send_events((const char *const[]){"one"}, 1);
    follower_stop(follower);
    follower_stop(NULL);
    (void)close(ends[0]);
}
END_TEST

START_TEST(screen_writes_the_line_and_gives_up_when_nobody_reads)
{
    int ends[2];
    char got[512];
    struct fault fault;
    ck_assert_int_eq(pipe(ends), 0);
    struct sink_screen *screen = sink_screen_new(ends[1]);
    ck_assert(!sink_screen_ops.deliver(screen, text_of(raised), &fault));
    ssize_t n = read(ends[0], got, sizeof got - 1);
    ck_assert_int_gt(n, 0);
    ck_assert_int_eq(got[n - 1], '\n');
    ck_assert_int_eq(strncmp(got, "anbu.alert.raised  CRITICAL police", 34), 0);
    (void)close(ends[1]);
    enum err err = sink_screen_ops.deliver(screen, text_of(raised), &fault);
    ck_assert_int_eq(err_disposition(err), DISPOSITION_FATAL);
    sink_screen_ops.free(screen);
    (void)close(ends[0]);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("sink_screen");
    TCase *line = tcase_create("line");
    tcase_add_test(line, raised_alert_is_one_line_beginning_with_its_type);
    tcase_add_test(line, an_incident_says_how_many_homes_are_without_what);
    tcase_add_test(line, colour_comes_only_when_asked_and_is_switched_off_again);
    tcase_add_test(line, acts_of_people_say_who_and_why);
    tcase_add_test(line, sentences_are_joined_without_their_full_stops);
    tcase_add_test(line, control_characters_are_shown_and_never_obeyed);
    tcase_add_test(line, what_is_no_event_gets_a_line_that_says_so);
    tcase_add_test(line, members_of_the_wrong_type_do_no_harm);
    tcase_add_test(line, long_texts_are_cut_between_characters);
    tcase_add_test(line, screen_writes_the_line_and_gives_up_when_nobody_reads);
    suite_add_tcase(suite, line);
    TCase *follower = tcase_create("follower");
    tcase_set_timeout(follower, 60);
    tcase_add_checked_fixture(follower, start_broker, stop_broker);
    tcase_add_test(follower,
                   follower_begins_at_the_end_repeats_what_failed_and_leaves_poison_behind);
    tcase_add_test(follower, follower_with_a_failing_sink_stops_at_once);
    suite_add_tcase(suite, follower);
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
