/* SPDX-License-Identifier: Apache-2.0
 *
 * What a sink does without I/O: the filter, the signature (the example of Standard Webhooks' own
 * libraries), what answers mean, how long it waits; and `sinks` in the configuration.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "config/internal.h"
#include "config/ladder.h"
#include "delivery/webhook.h"
#include "detectors/vocabulary.h"

#define EVENT(data) "{\"id\":\"a.1\",\"type\":\"anbu.alert.raised\",\"data\":{" data "}}"
#define HIGH        "\"team\":\"welfare\",\"severity\":\"high\",\"area\":\"A-1\""
#define SECRET      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static bool takes(const struct config_sink *sink, const char *event)
{
    bool answer;
    struct fault fault;
    ck_assert_int_eq(sink_takes(sink, text_of(event), &answer, &fault), ERR_OK);
    return answer;
}

START_TEST(a_sink_without_a_filter_takes_all_but_held_alerts)
{
    struct config_sink sink = {.area_count = 0};
    ck_assert(takes(&sink, EVENT(HIGH)));
    ck_assert(takes(&sink, EVENT(HIGH ",\"held_by\":null")));
    ck_assert(!takes(&sink, EVENT(HIGH ",\"held_by\":\"feeder-1\"")));
    ck_assert(takes(&sink, EVENT("\"incident\":\"x\",\"kind\":\"dark\"")));
}
END_TEST

START_TEST(team_severity_and_area_choose)
{
    struct config_sink sink = {.area_count = 0};
    sink.teams = 1u << TEAM_WELFARE;
    ck_assert(takes(&sink, EVENT(HIGH)));
    ck_assert(!takes(&sink, EVENT("\"incident\":\"x\"")));
    sink.teams = 1u << TEAM_POLICE;
    ck_assert(!takes(&sink, EVENT(HIGH)));
    ck_assert(takes(&sink, EVENT(HIGH ",\"desk\":\"police\""))); /* referred to them */
    sink.teams = 0;
    sink.severities = 1u << SEVERITY_CRITICAL;
    ck_assert(!takes(&sink, EVENT(HIGH)));
    sink.severities |= 1u << SEVERITY_HIGH;
    ck_assert(takes(&sink, EVENT(HIGH)));
    sink.area_count = 1;
    (void)text_copy(TEXT("A-2"), sink.areas[0], sizeof sink.areas[0]);
    ck_assert(!takes(&sink, EVENT(HIGH)));
    (void)text_copy(TEXT("A-1"), sink.areas[0], sizeof sink.areas[0]);
    ck_assert(takes(&sink, EVENT(HIGH)));
}
END_TEST

#define STEP(what, at, more) "{\"what\":\"" what "\",\"at\":\"" at "\"" more "}"
#define T1                   "2026-01-16T08:00:00+09:00"
#define T2                   "2026-01-16T08:20:00+09:00"
#define BY(channel)          ",\"channel\":\"" channel "\",\"whom\":\"resident\""

START_TEST(a_channel_hears_of_its_steps_as_they_come_due_and_of_nothing_else)
{
    static const struct {
        const char *steps;
        bool takes;
    } cases[] = {
        {STEP("raised", T1, ""), false},
        {STEP("raised", T1, "") "," STEP("step_due", T2, BY("message")), true},
        {STEP("raised", T1, "") "," STEP("step_due", T2, BY("phone")), false},
        {STEP("step_due", T1, BY("message")) "," STEP("acknowledged", T2, ""), false},
        {STEP("contacted", T2, "") "," STEP("step_due", T2, BY("message")), true},
        {STEP("step_due", T2, BY("police")) "," STEP("escalated", T2, ""), true},
        /* Another timer of the same moment, or one clock set back: that step has been told. */
        {STEP("step_due", T2, BY("message")) "," STEP("escalated", T2, ""), false},
        {STEP("step_due", T2, BY("message")) "," STEP("clock_set_back", T2, ""), false},
        {STEP("step_due", T2, BY("police")) "," STEP("escalated", T2, "") "," STEP("escalated", T2,
                                                                                   ""),
         false},
        {STEP("step_due", T1, BY("police")) "," STEP("escalated", T2, ""), false},
        {"", false},
    };
    struct config_sink sink = {.channels = 1u << BY_MESSAGE | 1u << BY_POLICE};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer event = {0};
        buffer_format(&event, EVENT(HIGH ",\"steps\":[%s]"), cases[i].steps);
        ck_assert_msg(takes(&sink, event.at) == cases[i].takes, "%s", event.at);
        buffer_done(&event);
    }
    ck_assert(!takes(&sink, EVENT("\"incident\":\"x\",\"kind\":\"dark\"")));
    sink.severities = 1u << SEVERITY_LOW;
    ck_assert(!takes(&sink, EVENT(HIGH ",\"steps\":[" STEP("step_due", T2, BY("message")) "]")));
}
END_TEST

START_TEST(what_is_no_event_is_said_so)
{
    static const char *const bodies[] = {"", "{", "[]", "{\"data\":{}}", "{\"id\":\"a\"}"};
    const struct config_sink sink = {.area_count = 0};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct fault fault = {""};
        bool answer = true;
        ck_assert_int_eq(sink_takes(&sink, text_of(bodies[i]), &answer, &fault), ERR_INVALID);
        ck_assert(!answer);
        ck_assert_str_ne(fault.text, "");
    }
}
END_TEST

START_TEST(a_test_is_an_event_of_nobody)
{
    struct buffer event = {0};
    sink_test_event("desk", "test.desk.7", 1768525384, &event);
    ck_assert_str_eq(event.at,
                     "{\"specversion\":\"1.0\",\"id\":\"test.desk.7\",\"source\":\"anbu\","
                     "\"type\":\"anbu.test\",\"subject\":\"test\","
                     "\"time\":\"2026-01-16T01:03:04Z\","
                     "\"datacontenttype\":\"application/json\",\"data\":{\"sink\":\"desk\"}}");
    buffer_done(&event);
}
END_TEST

START_TEST(a_webhook_is_signed_as_standard_webhooks_say)
{
    unsigned char key[CONFIG_SINK_KEY_MAX];
    size_t bytes = 0;
    struct fault fault;
    struct buffer out = {0};
    ck_assert_int_eq(config_sink_key(SECRET, key, &bytes, &fault), ERR_OK);
    ck_assert_uint_eq(bytes, 24);
    webhook_sign((struct text){(const char *)key, bytes}, "msg_p5jXN8AQM9LWM0D4loKWxJek",
                 1614265330, TEXT("{\"test\": 2432232314}"), &out);
    ck_assert_str_eq(out.at, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    buffer_done(&out);
}
END_TEST

START_TEST(a_secret_that_is_none_is_refused_and_not_repeated)
{
    static const char *const secrets[] = {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                          "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa",
                                          "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa*w"};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        unsigned char key[CONFIG_SINK_KEY_MAX];
        size_t bytes;
        struct fault fault = {""};
        ck_assert_int_eq(config_sink_key(secrets[i], key, &bytes, &fault), ERR_INVALID);
        ck_assert_ptr_null(strstr(fault.text, "MfKQ"));
    }
}
END_TEST

START_TEST(answers_are_taken_tried_again_refused_or_the_end)
{
    static const struct {
        long status;
        enum disposition what;
    } answers[] = {{200, DISPOSITION_NONE},   {204, DISPOSITION_NONE},   {299, DISPOSITION_NONE},
                   {301, DISPOSITION_RETRY},  {401, DISPOSITION_RETRY},  {404, DISPOSITION_RETRY},
                   {429, DISPOSITION_RETRY},  {500, DISPOSITION_RETRY},  {503, DISPOSITION_RETRY},
                   {400, DISPOSITION_REJECT}, {413, DISPOSITION_REJECT}, {422, DISPOSITION_REJECT},
                   {410, DISPOSITION_FATAL}};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct fault fault;
        ck_assert_int_eq(err_disposition(webhook_answer(answers[i].status, &fault)),
                         answers[i].what);
    }
}
END_TEST

START_TEST(waits_double_up_to_the_limit_and_differ_by_chance_alone)
{
    const struct config_sink sink = {.retry_first_s = 1, .retry_max_s = 300};
    uint64_t one = 7, same = 7, other = 8;
    bool differ = false;
    for (unsigned tries = 1; tries < 100; tries++) {
        int64_t whole_ms = tries > 9 ? 300000 : 1000 << (tries - 1);
        int64_t wait_ms = sink_wait_ms(&sink, tries, 0, &one);
        ck_assert_int_ge(wait_ms, whole_ms / 2);
        ck_assert_int_le(wait_ms, whole_ms);
        ck_assert_int_eq(wait_ms, sink_wait_ms(&sink, tries, 0, &same));
        differ = differ || wait_ms != sink_wait_ms(&sink, tries, 0, &other);
    }
    ck_assert(differ);
}
END_TEST

START_TEST(whoever_asks_to_be_left_alone_is_as_far_as_the_longest_wait)
{
    const struct config_sink sink = {.retry_first_s = 1, .retry_max_s = 300};
    uint64_t chance = 7;
    ck_assert_int_eq(sink_wait_ms(&sink, 1, 120, &chance), 120000);
    ck_assert_int_eq(sink_wait_ms(&sink, 1, 86400, &chance), 300000);
    ck_assert_int_eq(sink_wait_ms(&sink, 1, INT64_MAX, &chance), 300000);
    ck_assert_int_ge(sink_wait_ms(&sink, 12, 1, &chance), 150000); /* never sooner than usual */
    ck_assert_int_ge(sink_wait_ms(&sink, 1, -5, &chance), 500);
}
END_TEST

static enum err read_yaml(const char *text, struct config **out, struct config_errors *errors)
{
    struct config_input input = {.path = "t.yaml", .text = text_of(text)};
    *out = NULL;
    return config_read(detectors, detector_count, &input, out, errors);
}

#define DESK "sinks:\n  - name: desk\n    secret: env:DESK\n    url: "

START_TEST(sinks_are_read_with_their_defaults)
{
    struct config *config;
    struct config_errors errors = {0};
    struct buffer shown = {0};
    size_t count;
    setenv("DESK", SECRET, 1);
    ck_assert_int_eq(read_yaml(DESK "https://a.example/x\n    severities: [high]\n"
                                    "    areas: [A-1, A-2]\n    timeout: 5s\n",
                               &config, &errors),
                     ERR_OK);
    const struct config_sink *sink = config_sinks(config, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(sink->name, "desk");
    ck_assert_str_eq(sink->secret, SECRET);
    ck_assert_uint_eq(sink->teams, 0);
    ck_assert_uint_eq(sink->severities, 1u << SEVERITY_HIGH);
    ck_assert_uint_eq(sink->area_count, 2);
    ck_assert_int_eq(sink->timeout_s, 5);
    ck_assert(!sink->hours);
    ck_assert(!sink->directory);
    ck_assert_int_eq(sink->give_up_s, 24 * 3600);
    config_show(config, &shown);
    ck_assert_ptr_null(strstr(shown.at, "MfKQ"));
    ck_assert_ptr_nonnull(strstr(shown.at, "sinks[1].takes"));
    struct config *defaults = config_default();
    buffer_clear(&shown);
    ck_assert_uint_eq(config_restart_needed(defaults, config, &shown), 1);
    ck_assert_str_eq(shown.at, "sinks\n");
    buffer_done(&shown);
    config_free(defaults);
    config_free(config);
    config_errors_done(&errors);
}
END_TEST

START_TEST(a_gateway_may_be_told_whom_to_write_to)
{
    struct config *config;
    struct config_errors errors = {0};
    size_t count;
    setenv("DESK", SECRET, 1);
    ck_assert_int_eq(read_yaml("directory: {kind: file, file: /nowhere}\n" DESK
                               "https://a.example/x\n    directory: true\n"
                               "    channels: [message, phone]\n    sender: 노원구청 복지정책과\n",
                               &config, &errors),
                     ERR_OK);
    const struct config_sink *sink = config_sinks(config, &count);
    ck_assert(sink->directory);
    ck_assert_str_eq(sink->sender, "노원구청 복지정책과");
    config_free(config);
    config_errors_done(&errors);
}
END_TEST

START_TEST(a_sink_that_cannot_work_is_refused_and_told_why)
{
    static const struct {
        const char *yaml, *why;
    } cases[] = {
        {DESK "http://a.example/x\n", "in the clear"},
        {DESK "http://127.0.0.1.example/x\n", "in the clear"},
        {DESK "http://localhost@a.example/x\n", "character"},
        {DESK "'http://127.0.0.1\\@a.example/x'\n", "character"},
        {DESK "ftp://a.example/x\n", "is no URL"},
        {DESK "https:///x\n", "names no host"},
        {DESK "https://a.example/x\n    retry_first: 10m\n", "at most retry_max"},
        {DESK "https://a.example/x\n    severities: [hihg]\n", "did you mean high"},
        {DESK "https://a.example/x\n    sevrities: [high]\n", "severities"},
        {DESK "https://a.example/x\n    channels: [sms]\n", "is no channel"},
        {DESK "https://a.example/x\n    directory: true\n", "goes with channels: [message]"},
        {DESK "https://a.example/x\n    directory: true\n    channels: [message, visit]\n",
         "nothing else that a sink is told of takes a telephone number"},
        {DESK "http://a.example/x\n    insecure: true\n    directory: true\n"
              "    channels: [message]\n",
         "must be https, insecure or not"},
        {DESK "https://a.example/x\n    directory: true\n    channels: [phone]\n",
         "there is none to look people up in (directory.kind: http)"},
        {"sinks:\n  - name: a\n    kind: kafka\n    topic: x\n    directory: true\n",
         "directory is not for kind kafka"},
        {DESK "https://a.example/x\n    sender: 1234567890123456789012345678901\n",
         "at most 30 characters"},
        {"sinks:\n  - name: Desk\n    secret: env:DESK\n    url: https://a.example/\n", "a-z"},
        {"sinks:\n  - name: desk\n    url: https://a.example/\n", "whsec_"},
        {"sinks: [{name: a, url: 'https://a.example/', secret: env:DESK},\n"
         "  {name: a, url: 'https://a.example/', secret: env:DESK}]\n",
         "each has its own"},
    };
    setenv("DESK", SECRET, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config *config;
        struct config_errors errors = {0};
        ck_assert_int_eq(read_yaml(cases[i].yaml, &config, &errors), ERR_CONFIG);
        ck_assert_msg(strstr(errors.text.at, cases[i].why), "%s\n%s", cases[i].yaml,
                      errors.text.at);
        config_errors_done(&errors);
    }
}
END_TEST

#define COPY "sinks:\n  - name: again\n    kind: kafka\n"

START_TEST(a_kafka_sink_never_feeds_what_is_read_here)
{
    static const struct {
        const char *yaml, *why; /* NULL: good */
    } cases[] = {
        {COPY "    topic: city.alerts\n", NULL},
        {COPY "    topic: anbu.alerts\n", "reads or writes itself"},
        {COPY "    topic: anbu.readings\nkafka: {brokers: 'a:1'}\n", "reads or writes itself"},
        {COPY "    topic: anbu.alerts\n    brokers: a:1\nkafka: {brokers: 'a:1'}\n",
         "reads or writes itself"},
        {COPY "    topic: anbu.alerts\n    brokers: b:1\n", NULL},
        {COPY "    topic: city.alerts\nkafka: {topics: {report: city.alerts}}\n",
         "reads or writes itself"},
        {COPY "    topic: 'a b'\n", "is not a name for a topic"},
        {COPY "    brokers: a:1\n", "is not a name for a topic"},
        {COPY "    topic: x\n    brokers: 'a, b'\n", "is not a list of brokers"},
        {COPY "    topic: x\n    properties: {client.id: y}\n", "go with brokers"},
        {COPY "    topic: x\n    brokers: a:1\n    properties: {acks: '1'}\n", "always all"},
        {COPY "    topic: x\n    url: https://a.example/\n", "url is not for kind kafka"},
        {COPY "    topic: x\n    hours: true\n    language: ko\n", NULL},
        {"sinks:\n  - name: a\n    kind: mail\n    url: smtps://a.example\n    from: a@b.example\n"
         "    to: [a@b.example]\n    hours: true\n",
         "hours is not for kind mail"},
        {DESK "https://a.example/x\n    properties: {client.id: y}\n",
         "properties are not for kind webhook"},
        {DESK "https://a.example/x\n    to: [a@b.example]\n", "to is not for kind webhook"},
    };
    setenv("DESK", SECRET, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config *config;
        struct config_errors errors = {0};
        enum err err = read_yaml(cases[i].yaml, &config, &errors);
        ck_assert_msg(!err == !cases[i].why, "%s%s", cases[i].yaml, buffer_view(&errors.text).at);
        if (cases[i].why)
            ck_assert_msg(strstr(errors.text.at, cases[i].why), "%s%s", cases[i].yaml,
                          errors.text.at);
        config_free(config);
        config_errors_done(&errors);
    }
}
END_TEST

START_TEST(properties_of_a_sink_are_shown_but_their_secrets)
{
    struct config *config;
    struct config_errors errors = {0};
    struct buffer shown = {0}, changed = {0};
    setenv("BROKER", "quite secret", 1);
    ck_assert_int_eq(read_yaml(COPY "    topic: x\n    brokers: a:1\n"
                                    "    properties: {client.id: y, sasl.password: env:BROKER}\n",
                               &config, &errors),
                     ERR_OK);
    config_show(config, &shown);
    ck_assert_ptr_nonnull(strstr(shown.at, "sinks[1].properties.client.id"));
    ck_assert_ptr_null(strstr(shown.at, "quite secret"));
    struct config *other;
    ck_assert_int_eq(read_yaml(COPY "    topic: x\n    brokers: a:1\n"
                                    "    properties: {client.id: z, sasl.password: env:BROKER}\n",
                               &other, &errors),
                     ERR_OK);
    ck_assert_uint_eq(config_restart_needed(config, other, &changed), 1);
    buffer_done(&shown);
    buffer_done(&changed);
    config_free(config);
    config_free(other);
    config_errors_done(&errors);
}
END_TEST

START_TEST(this_machine_may_be_told_without_tls_and_others_when_it_is_said)
{
    static const char *const good[] = {DESK "http://127.0.0.1:8080/x\n", DESK "http://[::1]/x\n",
                                       DESK "http://localhost\n",
                                       DESK "http://a.example/x\n    insecure: true\n"};
    setenv("DESK", SECRET, 1);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct config *config;
        struct config_errors errors = {0};
        enum err err = read_yaml(good[i], &config, &errors);
        ck_assert_msg(!err, "%s", buffer_view(&errors.text).at);
        config_free(config);
        config_errors_done(&errors);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("webhook");
    TCase *cases = tcase_create("webhook");
    tcase_add_test(cases, a_sink_without_a_filter_takes_all_but_held_alerts);
    tcase_add_test(cases, team_severity_and_area_choose);
    tcase_add_test(cases, a_channel_hears_of_its_steps_as_they_come_due_and_of_nothing_else);
    tcase_add_test(cases, what_is_no_event_is_said_so);
    tcase_add_test(cases, a_test_is_an_event_of_nobody);
    tcase_add_test(cases, a_webhook_is_signed_as_standard_webhooks_say);
    tcase_add_test(cases, a_secret_that_is_none_is_refused_and_not_repeated);
    tcase_add_test(cases, answers_are_taken_tried_again_refused_or_the_end);
    tcase_add_test(cases, waits_double_up_to_the_limit_and_differ_by_chance_alone);
    tcase_add_test(cases, whoever_asks_to_be_left_alone_is_as_far_as_the_longest_wait);
    tcase_add_test(cases, sinks_are_read_with_their_defaults);
    tcase_add_test(cases, a_gateway_may_be_told_whom_to_write_to);
    tcase_add_test(cases, a_sink_that_cannot_work_is_refused_and_told_why);
    tcase_add_test(cases, a_kafka_sink_never_feeds_what_is_read_here);
    tcase_add_test(cases, properties_of_a_sink_are_shown_but_their_secrets);
    tcase_add_test(cases, this_machine_may_be_told_without_tls_and_others_when_it_is_said);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
