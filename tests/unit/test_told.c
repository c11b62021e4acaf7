/* SPDX-License-Identifier: Apache-2.0
 *
 * What a sink is told of an event: as it is, without hours, in its language.
 */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>

#include "config/ladder.h"
#include "delivery/told.h"

#define REASON(more)                                                                               \
    "{\"detector\":\"silence\",\"utility\":\"water\",\"since\":\"2026-01-15T21:00:00+09:00\"" more \
    "}"
#define EVENT(reasons) "{\"id\":\"a.1\",\"data\":{\"alert\":\"a\",\"reasons\":[" reasons "]}}"
#define HOURS                                                                    \
    ",\"summary\":\"No water for 11 h.\",\"score\":0.70000000000000007,"         \
    "\"evidence\":{\"longest_hours\":9,\"until\":\"2026-01-16T08:00:00+09:00\"," \
    "\"hours\":[0,1]}"

static struct config *config;

static void begin(void)
{
    config = config_default();
}

static void end(void)
{
    config_free(config);
}

static void expect(const struct config_sink *rules, const char *event, const char *wanted)
{
    struct buffer out = {0};
    struct fault fault = {""};
    ck_assert_msg(!told_write(&(struct told){config, rules, NULL}, text_of(event), &out, &fault),
                  "%s", fault.text);
    ck_assert_str_eq(out.at, wanted);
    buffer_done(&out);
}

START_TEST(with_hours_and_in_english_it_is_the_event_byte_for_byte)
{
    const struct config_sink rules = {.hours = true};
    expect(&rules, EVENT(REASON(HOURS)), EVENT(REASON(HOURS)));
    expect(&rules, " {\"id\" : 1.50}\n", " {\"id\" : 1.50}\n");
}
END_TEST

START_TEST(reasons_are_said_in_the_sinks_language_from_what_the_event_holds)
{
    const struct config_sink hours = {.language = LANGUAGE_KO, .hours = true};
    const struct config_sink none = {.kind = SINK_KAFKA, .language = LANGUAGE_KO};
#define SAID                                                                               \
    ",\"summary\":\"1월 15일(목) 21:00부터 수도 사용이 없습니다. "           \
    "이 집에서 지금까지 가장 길게 조용했던 시간은 9시간입니다.\"," \
    "\"score\":0.7,\"evidence\":{\"longest_hours\":9,"
    expect(&hours, EVENT(REASON(HOURS)),
           EVENT(REASON(SAID "\"until\":\"2026-01-16T08:00:00+09:00\",\"hours\":[0,1]}")));
    expect(&none, EVENT(REASON(HOURS)), EVENT(REASON(SAID "\"until\":null,\"hours\":[]}")));
}
END_TEST

START_TEST(what_the_language_has_no_words_for_stays_the_detectors)
{
    static const char *const events[] = {
        EVENT("{\"detector\":\"new\",\"summary\":\"As it says.\"},7"),
        "{\"id\":\"a.1\",\"data\":{\"incident\":\"x\"}}",
        "{\"id\":\"t\",\"type\":\"anbu.test\",\"data\":{\"sink\":\"desk\"}}",
    };
    const struct config_sink rules = {.language = LANGUAGE_KO};
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        expect(&rules, events[i], events[i]);
}
END_TEST

START_TEST(a_mail_writes_its_own_words)
{
    const struct config_sink rules = {.kind = SINK_MAIL, .language = LANGUAGE_KO};
    expect(&rules, EVENT(REASON(",\"summary\":\"No water.\"")),
           EVENT(REASON(",\"summary\":\"No water.\"")));
}
END_TEST

START_TEST(what_cannot_be_read_does_not_go_out)
{
    static const char *const events[] = {"", "{", "[]", "7", "{\"data\":{}} more"};
    const struct config_sink rules[] = {{.hours = false}, {.hours = true, .language = LANGUAGE_KO}};
    for (size_t i = 0; i < 2 * sizeof events / sizeof events[0]; i++) {
        struct buffer out = {0};
        struct fault fault = {""};
        ck_assert_int_eq(told_write(&(struct told){config, &rules[i % 2], NULL},
                                    text_of(events[i / 2]), &out, &fault),
                         ERR_INVALID);
        ck_assert_uint_eq(out.bytes, 0);
        ck_assert_str_ne(fault.text, "");
        buffer_done(&out);
    }
}
END_TEST

/* An event with which a step came due, and what is to be written for it; NULL: nothing. */
static json_t *messages_of(const struct config_sink *rules, const char *channel, const char *whom)
{
    struct buffer event = {0}, out = {0};
    struct fault fault = {""};
    buffer_format(&event,
                  "{\"id\":\"a.2\",\"data\":{\"area\":\"A-1\",\"reasons\":[],\"steps\":[{\"what\":"
                  "\"step_due\",\"at\":\"2026-01-16T08:20:00+09:00\",\"channel\":\"%s\","
                  "\"whom\":\"%s\"}]}}",
                  channel, whom);
    ck_assert_msg(
        !told_write(&(struct told){config, rules, NULL}, buffer_view(&event), &out, &fault), "%s",
        fault.text);
    json_t *root = json_loadb(out.at, out.bytes, 0, NULL);
    json_t *messages = json_incref(json_object_get(json_object_get(root, "data"), "messages"));
    json_decref(root);
    buffer_done(&event);
    buffer_done(&out);
    return messages;
}

/* As a sender of short messages counts: the characters of GSM 03.38 that we use, and bytes of
 * EUC-KR, of which a Hangul syllable takes two. */
static size_t length_of(const char *text, bool *gsm)
{
    size_t bytes = 0;
    *gsm = true;
    for (const char *at = text; *at; at++) {
        unsigned char c = (unsigned char)*at;
        *gsm = *gsm && c < 0x80 && c >= ' ' && !strchr("`{}[]~^|\\", c);
        bytes += c < 0x80 ? 1 : c >= 0xc0 ? 2 : 0;
    }
    return bytes;
}

static void expect_messages(const struct config_sink *rules, const char *whom, const char *sender)
{
    json_t *messages = messages_of(rules, "message", whom);
    ck_assert_uint_eq(json_array_size(messages), LANGUAGE_COUNT);
    for (size_t i = 0; i < LANGUAGE_COUNT; i++) {
        const json_t *message = json_array_get(messages, i);
        const char *text = json_string_value(json_object_get(message, "text"));
        bool gsm;
        size_t length = length_of(text, &gsm);
        ck_assert_str_eq(json_string_value(json_object_get(message, "language")),
                         language_names[i]);
        ck_assert_msg(i == LANGUAGE_KO ? length <= 90 : gsm && length <= 160, "%s", text);
        ck_assert_msg(strstr(text, "1") && strstr(text, "2"), "%s", text);
        ck_assert_msg(!sender || strstr(text, sender), "%s", text);
        ck_assert_msg(!strstr(text, "A-1"), "%s", text);
    }
    json_decref(messages);
}

START_TEST(a_gateway_is_told_what_to_write_in_every_language_and_one_message_holds_it)
{
    struct config_sink rules = {.channels = 1u << BY_MESSAGE};
    expect_messages(&rules, "resident", NULL);
    expect_messages(&rules, "contact_person", NULL);
    (void)text_copy(TEXT("Nowon-gu Welfare"), rules.sender, sizeof rules.sender);
    expect_messages(&rules, "resident", "Nowon-gu Welfare");
    expect_messages(&rules, "contact_person", "Nowon-gu Welfare");
}
END_TEST

START_TEST(residents_and_contacts_are_asked_in_other_words)
{
    const struct config_sink rules = {.channels = 1u << BY_MESSAGE};
    json_t *resident = messages_of(&rules, "message", "resident");
    json_t *contact = messages_of(&rules, "message", "contact_person");
    ck_assert(!json_equal(resident, contact));
    ck_assert(json_is_array(resident) && json_is_array(contact));
    json_decref(resident);
    json_decref(contact);
}
END_TEST

START_TEST(nothing_is_written_to_officers_nor_by_other_channels)
{
    const struct config_sink messages = {.channels = 1u << BY_MESSAGE | 1u << BY_PHONE};
    const struct config_sink all = {.channels = 0};
    const struct config_sink mail = {.kind = SINK_MAIL, .channels = 1u << BY_MESSAGE};
    ck_assert_ptr_null(messages_of(&messages, "message", "officer"));
    ck_assert_ptr_null(messages_of(&messages, "phone", "resident"));
    ck_assert_ptr_null(messages_of(&all, "message", "resident"));
    ck_assert_ptr_null(messages_of(&mail, "message", "resident"));
}
END_TEST

#define DUE                                                                                   \
    "{\"id\":\"a.2\",\"subject\":\"H-1\",\"data\":{\"alert\":\"a\",\"household\":\"H-1\","    \
    "\"area\":"                                                                               \
    "\"A-1\",\"timezone\":\"Asia/Seoul\",\"ladder\":{\"step\":1},\"reasons\":[{\"summary\":"  \
    "\"In arrears.\"}],\"steps\":[{\"what\":\"step_due\",\"at\":\"x\",\"channel\":\"phone\"," \
    "\"whom\":\"resident\",\"note\":\"in debt\"}]}}"
#define LEFT                                                                    \
    "{\"id\":\"a.2\",\"subject\":\"a\",\"data\":{\"alert\":\"a\",\"timezone\":" \
    "\"Asia/Seoul\",\"ladder\":{\"step\":1},"

static void expect_posted(const struct addressees *to, const char *wanted)
{
    const struct config_sink rules = {
        .hours = true, .directory = true, .channels = 1u << BY_PHONE, .language = LANGUAGE_KO};
    const struct told told = {config, &rules, to};
    struct buffer out = {0};
    struct fault fault;
    ck_assert_msg(!told_write(&told, TEXT(DUE), &out, &fault), "%s", fault.text);
    ck_assert_str_eq(out.at, wanted);
    buffer_done(&out);
}

START_TEST(whom_to_write_to_stands_beside_the_alerts_id_and_nothing_of_its_reasons)
{
    struct addressees to = {.count = 2};
    to.at[0] = (struct addressee){"Invented Kim", "000-0000-0001", LANGUAGE_KO};
    to.at[1] = (struct addressee){"", "\"000", LANGUAGE_EN};
    expect_posted(&to, LEFT "\"to\":[{\"name\":\"Invented Kim\",\"phone\":\"000-0000-0001\","
                            "\"language\":\"ko\"},{\"name\":\"\",\"phone\":\"\\\"000\","
                            "\"language\":\"en\"}]}}");
    to = (struct addressees){.lack = LACKS_TELEPHONE};
    expect_posted(&to, LEFT "\"to_missing\":\"no_telephone\"}}");
}
END_TEST

START_TEST(a_message_comes_with_whom_it_is_for)
{
    const struct config_sink rules = {.directory = true, .channels = 1u << BY_MESSAGE};
    struct addressees to = {.lack = LACKS_HOUSEHOLD};
    const struct told told = {config, &rules, &to};
    struct buffer out = {0};
    struct fault fault;
    ck_assert_int_eq(
        told_write(&told,
                   TEXT("{\"id\":\"a.2\",\"data\":{\"alert\":\"a\",\"area\":\"A-1\",\"steps\":[{"
                        "\"what\":\"step_due\",\"at\":\"x\",\"channel\":\"message\",\"whom\":"
                        "\"resident\"}]}}"),
                   &out, &fault),
        ERR_OK);
    ck_assert_ptr_nonnull(strstr(out.at, "\"to_missing\":\"household_unknown\",\"messages\":[{"));
    ck_assert_ptr_null(strstr(out.at, "A-1"));
    buffer_done(&out);
}
END_TEST

START_TEST(a_test_of_such_a_sink_stays_one)
{
    static const char test[] = "{\"id\":\"t\",\"type\":\"anbu.test\",\"data\":{\"sink\":\"desk\"}}";
    const struct config_sink rules = {.directory = true, .channels = 1u << BY_MESSAGE};
    const struct addressees to = {.lack = LACKS_STEP};
    struct buffer out = {0};
    struct fault fault;
    const struct told told = {config, &rules, &to};
    ck_assert_int_eq(told_write(&told, text_of(test), &out, &fault), ERR_OK);
    ck_assert_str_eq(out.at, test);
    buffer_done(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("told");
    TCase *cases = tcase_create("told");
    tcase_add_checked_fixture(cases, begin, end);
    tcase_add_test(cases, with_hours_and_in_english_it_is_the_event_byte_for_byte);
    tcase_add_test(cases, reasons_are_said_in_the_sinks_language_from_what_the_event_holds);
    tcase_add_test(cases, what_the_language_has_no_words_for_stays_the_detectors);
    tcase_add_test(cases, a_mail_writes_its_own_words);
    tcase_add_test(cases, what_cannot_be_read_does_not_go_out);
    tcase_add_test(cases,
                   a_gateway_is_told_what_to_write_in_every_language_and_one_message_holds_it);
    tcase_add_test(cases, residents_and_contacts_are_asked_in_other_words);
    tcase_add_test(cases, nothing_is_written_to_officers_nor_by_other_channels);
    tcase_add_test(cases, whom_to_write_to_stands_beside_the_alerts_id_and_nothing_of_its_reasons);
    tcase_add_test(cases, a_message_comes_with_whom_it_is_for);
    tcase_add_test(cases, a_test_of_such_a_sink_stays_one);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
