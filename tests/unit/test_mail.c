/* SPDX-License-Identifier: Apache-2.0
 *
 * A mail about an event: its header, its thread, that nothing can be smuggled in; what a mail
 * server's answers mean; the words of each language. Golden texts: tests/golden/mail/NAME.txt, made
 * from tests/golden/events/; GOLDEN=write writes them anew, read the difference.
 */
#include <check.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "config/internal.h"
#include "delivery/mail.h"
#include "delivery/webhook.h"
#include "delivery/words.h"

#define EVENTS     "tests/golden/events/"
#define MAILS      "tests/golden/mail/"
#define KOREAN     "daemon/console/page/ko.json"
#define FILE_BYTES 100000
#define PAGE       "https://anbu.city.example"
#define FROM       "anbu@city.example"
#define TO         "desk@city.example"
#define SENT_S     1768525200 /* 2026-01-16T01:00:00Z */

static void read_whole(const char *path, struct buffer *out)
{
    struct fault fault;
    ck_assert_msg(!file_read(path, FILE_BYTES, out, &fault), "%s", fault.text);
}

static void write_mail(struct text event, enum language language, struct buffer *out)
{
    struct telling telling;
    struct fault fault;
    enum err err = telling_make(event, language, PAGE, &telling, &fault);
    ck_assert_msg(!err, "%s", fault.text);
    mail_write(&telling, template_default(telling.kind, language), FROM, TO, SENT_S, out);
    telling_done(&telling);
}

/* Base64 in lines; what stands behind `from` up to its end. */
static void undo_base64(const char *from, size_t bytes, struct buffer *out)
{
    unsigned char raw[FILE_BYTES];
    size_t n;
    ck_assert_int_eq(sodium_base642bin(raw, sizeof raw, from, bytes, "\r\n", &n, NULL,
                                       sodium_base64_VARIANT_ORIGINAL),
                     0);
    buffer_add(out, raw, n);
}

/* The subject as a mail program shows it, then the body. */
static void shown(const struct buffer *mail, struct buffer *out)
{
    const char *subject = strstr(mail->at, "\r\nSubject: ") + 11;
    const char *end = strstr(subject, "\r\nDate: ");
    const char *body = strstr(mail->at, "\r\n\r\n") + 4;
    while (subject < end && strncmp(subject, "=?UTF-8?B?", 10) == 0) {
        const char *close = strstr(subject, "?=");
        undo_base64(subject + 10, (size_t)(close - subject) - 10, out);
        subject = close + 2 + strspn(close + 2, "\r\n ");
    }
    if (subject < end)
        buffer_add(out, subject, (size_t)(end - subject));
    buffer_text(out, "\r\n\r\n");
    undo_base64(body, strlen(body), out);
    for (size_t i = 0, kept = 0; i <= out->bytes; i++) /* CR out, the terminator along */
        if (out->at[i] != '\r')
            out->at[kept++] = out->at[i];
    out->bytes = strlen(out->at);
}

static void check_golden(const char *event, enum language language)
{
    char path[128];
    struct buffer source = {0}, mail = {0}, got = {0}, want = {0};
    const char *mode = getenv("GOLDEN");
    (void)snprintf(path, sizeof path, EVENTS "%s.json", event);
    read_whole(path, &source);
    write_mail(buffer_view(&source), language, &mail);
    shown(&mail, &got);
    (void)snprintf(path, sizeof path, MAILS "%s-%s.txt", event, language_names[language]);
    if (mode && strcmp(mode, "write") == 0) {
        FILE *file = fopen(path, "w");
        ck_assert_msg(file != NULL, "%s cannot be written; run from the top of the tree", path);
        ck_assert_int_ge(fputs(got.at, file), 0);
        ck_assert_int_eq(fclose(file), 0);
    }
    read_whole(path, &want);
    ck_assert_msg(strcmp(got.at, want.at) == 0, "%s\nis\n%s\nnot\n%s", path, got.at, want.at);
    ck_assert_msg(!strstr(got.at, "H-10231"), "%s names the household", path);
    buffer_done(&source);
    buffer_done(&mail);
    buffer_done(&got);
    buffer_done(&want);
}

START_TEST(events_are_told_as_the_golden_mails_say)
{
    static const char *const events[] = {"raised",   "raised_welfare", "updated", "escalated",
                                         "accepted", "resolved",       "cleared"};
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        for (int language = 0; language < LANGUAGE_COUNT; language++)
            check_golden(events[i], (enum language)language);
}
END_TEST

#define ALERT(id, more)                                                                      \
    "{\"id\":\"" id "\",\"type\":\"anbu.alert.raised\",\"data\":{\"alert\":\"abcdefghijk\"," \
    "\"team\":\"police\",\"severity\":\"high\"" more "}}"

/* In words of its own, and no answer to a mail that was there before. */
START_TEST(a_test_says_that_it_is_one)
{
    static const char *const subjects[LANGUAGE_COUNT] = {
        [LANGUAGE_EN] = "Anbu: a test, no alert",
        [LANGUAGE_KO] = "안부 시험 메일입니다 (경보 아님)",
    };
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        struct buffer event = {0}, mail = {0}, seen = {0};
        sink_test_event("desk", "test.desk.1768525384005", SENT_S, &event);
        write_mail(buffer_view(&event), (enum language)language, &mail);
        ck_assert_ptr_nonnull(strstr(mail.at, "\r\nMessage-ID: <test.desk.1768525384005@"));
        ck_assert_ptr_null(strstr(mail.at, "In-Reply-To"));
        shown(&mail, &seen);
        ck_assert_msg(strstr(seen.at, subjects[language]) == seen.at, "%s", seen.at);
        ck_assert_ptr_null(strchr(seen.at, '{'));
        ck_assert_ptr_null(strstr(seen.at, PAGE));
        buffer_done(&event);
        buffer_done(&mail);
        buffer_done(&seen);
    }
}
END_TEST

START_TEST(the_header_is_whole_and_repeats_are_recognised)
{
    struct buffer first = {0}, later = {0};
    write_mail(text_of(ALERT("abcdefghijk.1", "")), LANGUAGE_EN, &first);
    ck_assert_ptr_nonnull(strstr(first.at, "From: <" FROM ">\r\nTo: <" TO ">\r\nSubject: "));
    ck_assert_ptr_nonnull(strstr(first.at, "\r\nDate: Fri, 16 Jan 2026 01:00:00 +0000\r\n"));
    ck_assert_ptr_nonnull(strstr(first.at, "\r\nMessage-ID: <abcdefghijk.1@city.example>\r\n"));
    ck_assert_ptr_nonnull(strstr(first.at, "\r\nAuto-Submitted: auto-generated\r\n"));
    ck_assert_ptr_null(strstr(first.at, "In-Reply-To"));
    write_mail(text_of(ALERT("abcdefghijk.7", "")), LANGUAGE_KO, &later);
    ck_assert_ptr_nonnull(strstr(later.at, "\r\nMessage-ID: <abcdefghijk.7@city.example>\r\n"));
    ck_assert_ptr_nonnull(strstr(later.at, "\r\nIn-Reply-To: <abcdefghijk.1@city.example>\r\n"
                                           "References: <abcdefghijk.1@city.example>\r\n"));
    for (const char *line = later.at; line; line = strstr(line, "\r\n")) {
        line += line == later.at ? 0 : 2;
        ck_assert_uint_le(strcspn(line, "\r\n"), 78);
    }
    for (size_t i = 0; i < later.bytes; i++)
        ck_assert(later.at[i] > 0); /* seven bits */
    buffer_done(&first);
    buffer_done(&later);
}
END_TEST

START_TEST(nothing_in_an_event_becomes_a_header)
{
    struct buffer mail = {0}, seen = {0};
    write_mail(
        text_of(ALERT("abcdefghijk.1", ",\"area\":\"A\\r\\nBcc: x@evil.example\\r\\n\\r\\n\","
                                       "\"owner\":\"kim\\u202e\\u0007\"")),
        LANGUAGE_EN, &mail);
    ck_assert_ptr_null(strstr(mail.at, "\r\nBcc:"));
    shown(&mail, &seen);
    ck_assert_ptr_nonnull(strstr(seen.at, "A??Bcc: x@evil.example????"));
    ck_assert_ptr_nonnull(strstr(seen.at, "kim??"));
    buffer_done(&mail);
    buffer_done(&seen);
}
END_TEST

START_TEST(what_is_no_event_makes_no_mail)
{
    static const char *const bad[] = {"",
                                      "{}",
                                      "[]",
                                      "{\"id\":\"a b\",\"data\":{\"alert\":\"a\"}}",
                                      "{\"id\":\"a\\r\\nX: y\",\"data\":{\"alert\":\"a\"}}",
                                      "{\"id\":\"a.1\",\"data\":{\"alert\":\"a>\"}}",
                                      "{\"id\":\"a.1\",\"data\":{}}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct telling telling;
        struct fault fault = {""};
        ck_assert_int_eq(telling_make(text_of(bad[i]), LANGUAGE_EN, PAGE, &telling, &fault),
                         ERR_INVALID);
        ck_assert_str_ne(fault.text, "");
        telling_done(&telling);
    }
}
END_TEST

START_TEST(an_incident_is_told_too)
{
    static const char event[] =
        "{\"id\":\"inc.open.2\",\"type\":\"anbu.incident.opened\",\"data\":{\"incident\":\"inc\","
        "\"group\":\"feeder:F-201\",\"kind\":\"dark\",\"from\":\"2026-01-16T03:00:00+09:00\","
        "\"metered\":40,\"dark\":38}}";
    struct buffer mail = {0}, seen = {0};
    write_mail(text_of(event), LANGUAGE_KO, &mail);
    shown(&mail, &seen);
    ck_assert_ptr_nonnull(strstr(seen.at, "[지역] 지역 장애: feeder:F-201\n"));
    ck_assert_ptr_nonnull(strstr(seen.at, "40가구 중 38가구에 전기가 들어오지 않습니다.\n"
                                          "시작: 1월 16일(금) 03:00\n"));
    ck_assert_ptr_nonnull(strstr(seen.at, PAGE "/#/areas\n"));
    buffer_clear(&mail);
    buffer_clear(&seen);
    write_mail(text_of(event), LANGUAGE_EN, &mail);
    shown(&mail, &seen);
    ck_assert_ptr_nonnull(strstr(seen.at, "38 of 40 homes without electricity\n"));
    buffer_done(&mail);
    buffer_done(&seen);
}
END_TEST

/* One reason each detector, with the evidence that its page names. */
START_TEST(korean_is_composed_from_evidence)
{
    static const struct {
        const char *reason, *wanted;
    } cases[] = {
        {"\"detector\":\"silence\",\"utility\":\"water\",\"evidence\":{\"longest_hours\":31,"
         "\"missing_hours\":0}",
         "1월 15일(목) 21:00부터 수도 사용이 없습니다. 이 집에서 지금까지 가장 길게 조용했던 "
         "시간은 "
         "31시간입니다."},
        {"\"detector\":\"silence\",\"utility\":\"electricity\",\"evidence\":{\"missing_hours\":4}",
         "1월 15일(목) 21:00부터 전기는 대기전력만 쓰이고 있습니다. 최근 3일 중 검침값이 없는 "
         "시간이 "
         "4시간 있습니다."},
        {"\"detector\":\"drop\",\"utility\":\"water\",\"evidence\":{\"terms\":{\"percent\":15,"
         "\"used\":60,\"usual\":400}}",
         "1월 15일(목) 21:00부터 수도 사용량이 평소의 15% 수준입니다(하루 60 L, 평소 400 L)."},
        {"\"detector\":\"decline\",\"utility\":\"electricity\",\"evidence\":{\"terms\":{"
         "\"percent\":48.4,\"used\":4500,\"usual\":10000}}",
         "1월 15일(목) 21:00부터 전기 사용량이 이전 몇 달의 48% 수준입니다(하루 4.5 kWh, 평소 10.0 "
         "kWh). 몇 주에 걸쳐 서서히 줄었습니다."},
        {"\"detector\":\"cold\",\"utility\":\"gas\",\"evidence\":{\"terms\":{\"percent\":30,"
         "\"celsius\":-8.5,\"used\":1,\"usual\":2}}",
         "1월 15일(목) 21:00부터 가스 사용량이 비슷한 날씨 때 난방의 30% 수준입니다. 그날 평균 "
         "기온은 "
         "-8.5도였습니다."},
        {"\"detector\":\"arrears\",\"utility\":\"gas\",\"evidence\":{\"terms\":{\"months\":3,"
         "\"utilities\":2,\"curtailed\":1}}",
         "가스 요금이 3개월째 밀려 있습니다. 밀린 요금은 모두 2종입니다. 공급이 제한되었거나 "
         "끊겼습니다."},
        {"\"detector\":\"cutoff\",\"utility\":\"gas\",\"evidence\":{\"terms\":{\"gas\":3}}",
         "1월 15일(목) 21:00부터 가스 공급이 끊겼습니다."},
        {"\"detector\":\"flow\",\"utility\":\"water\",\"evidence\":{\"terms\":{\"level\":404}}",
         "1월 15일(목) 21:00부터 수도 사용이 멈추지 않습니다(시간당 최소 404 L)."},
        {"\"detector\":\"routine\",\"utility\":\"water\",\"evidence\":{\"terms\":{\"no_morning\":3,"
         "\"no_noon\":0,\"no_evening\":2}}",
         "1월 15일(목) 21:00부터 생활 리듬이 달라졌습니다: 아침에 사용이 없는 날 3일, 저녁에 "
         "사용이 없는 "
         "날 2일."},
        {"\"detector\":\"new\",\"utility\":\"water\",\"summary\":\"As it says.\"", "As it says."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer event = {0};
        struct telling telling;
        struct fault fault;
        buffer_format(&event,
                      ALERT("abcdefghijk.1", ",\"reasons\":[{%s,\"active\":true,"
                                             "\"since\":\"2026-01-15T21:00:00+09:00\"}]"),
                      cases[i].reason);
        ck_assert_int_eq(telling_make(buffer_view(&event), LANGUAGE_KO, "", &telling, &fault),
                         ERR_OK);
        ck_assert_str_eq(telling.values[FIELD_REASONS], cases[i].wanted);
        ck_assert_str_eq(telling.values[FIELD_LINK], "");
        telling_done(&telling);
        buffer_done(&event);
    }
}
END_TEST

static void check_same(const json_t *page, const char *vocabulary, const char *const *names,
                       const char *const *words, size_t count)
{
    char key[64];
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(key, sizeof key, "%s.%s", vocabulary, names[i]);
        const char *said = json_string_value(json_object_get(page, key));
        ck_assert_msg(said && strcmp(said, words[i]) == 0, "%s: the page says %s, a mail %s", key,
                      said, words[i]);
    }
}

/* Who reads a mail and then the page takes two words for two things. */
START_TEST(korean_mails_have_the_words_of_the_page)
{
    struct buffer text = {0};
    read_whole(KOREAN, &text);
    json_t *page = json_loadb(text.at, text.bytes, 0, NULL);
    ck_assert_ptr_nonnull(page);
    check_same(page, "severity", severity_names, words_ko.severities, SEVERITY_COUNT);
    check_same(page, "outcome", outcome_names, words_ko.outcomes, OUTCOME_COUNT);
    check_same(page, "team", team_names, words_ko.teams, TEAM_COUNT);
    ck_assert_str_eq(words_ko.happenings[HAPPENED_ESCALATED],
                     json_string_value(json_object_get(page, "step.escalated")));
    json_decref(page);
    buffer_done(&text);
}
END_TEST

START_TEST(subjects_are_encoded_in_whole_characters)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"plain (1)", "plain (1)"},
        {"=?x", "=?UTF-8?B?PT94?="},
        {"긴급", "=?UTF-8?B?6ri06riJ?="},
        {"가나다라마바사아자차카타파하",
         "=?UTF-8?B?6rCA64KY64uk652866eI67CU7IKs7JWE7J6Q7LCo7Lm07YOA7YyM?=\r\n =?UTF-8?B?7ZWY?="},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer out = {0};
        mail_put_encoded(text_of(cases[i].text), &out);
        ck_assert_str_eq(out.at, cases[i].wanted);
        ck_assert_uint_le(strcspn(out.at, "\r"), 75);
        buffer_done(&out);
    }
}
END_TEST

START_TEST(answers_of_a_mail_server_are_taken_tried_again_or_refused)
{
    static const struct {
        long code;
        const char *command;
        enum disposition what;
    } cases[] = {
        {250, "DATA", DISPOSITION_NONE},   {0, "", DISPOSITION_NONE},
        {451, "RCPT", DISPOSITION_RETRY},  {421, "MAIL", DISPOSITION_RETRY},
        {550, "RCPT", DISPOSITION_REJECT}, {554, "DATA", DISPOSITION_REJECT},
        {550, "MAIL", DISPOSITION_RETRY},  {535, "AUTH", DISPOSITION_RETRY},
        {554, "", DISPOSITION_RETRY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fault fault = {""};
        enum err err = mail_answer_means(cases[i].code, cases[i].command, &fault);
        ck_assert_int_eq(err_disposition(err), cases[i].what);
    }
}
END_TEST

#define MAIL_SINK "sinks:\n  - name: night\n    kind: mail\n"
#define GOOD      "    from: a@b.example\n    to: [c@d.example]\n"

static enum err read_yaml(const char *text, struct config **out, struct config_errors *errors)
{
    struct config_input input = {.path = "t.yaml", .text = text_of(text)};
    *out = NULL;
    return config_read(detectors, detector_count, &input, out, errors);
}

START_TEST(a_mail_sink_is_read)
{
    struct config *config;
    struct config_errors errors = {0};
    struct buffer seen = {0};
    size_t count;
    setenv("MAIL_PASSWORD", "quite secret", 1);
    enum err err = read_yaml(MAIL_SINK GOOD "    url: smtp://mail.example:587\n    user: u\n"
                                            "    password: env:MAIL_PASSWORD\n    language: ko\n",
                             &config, &errors);
    ck_assert_msg(!err, "%s", buffer_view(&errors.text).at);
    const struct config_sink *sink = config_sinks(config, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(sink->kind, SINK_MAIL);
    ck_assert_int_eq(sink->language, LANGUAGE_KO);
    ck_assert_uint_eq(sink->to_count, 1);
    ck_assert_str_eq(sink->to[0], "c@d.example");
    config_show(config, &seen);
    ck_assert_ptr_null(strstr(seen.at, "quite secret"));
    ck_assert_ptr_nonnull(strstr(seen.at, "c@d.example"));
    buffer_done(&seen);
    config_free(config);
    config_errors_done(&errors);
}
END_TEST

START_TEST(a_mail_sink_that_cannot_work_is_refused_and_told_why)
{
    static const struct {
        const char *yaml, *why;
    } cases[] = {
        {GOOD "    url: https://a.example/\n", "is no mail server"},
        {GOOD "    url: smtp://a.example/?x=1\n", "a host and a port alone"},
        {GOOD "    url: smtp://u@a.example\n", "character"},
        {GOOD "    url: smtp://\n", "names no host"},
        {GOOD "    url: smtp://a.example\n    user: u\n", "go together"},
        {GOOD "    url: smtp://a.example\n    secret: env:MAIL_PASSWORD\n",
         "secret is not for kind mail"},
        {GOOD "    url: smtp://a.example\n    ca: /nowhere/ca.pem\n", "there is no file"},
        {"    from: a@b.example\n    url: smtp://a.example\n", "needs somebody in to"},
        {"    to: [c@d.example]\n    url: smtp://a.example\n", "from is no mail address"},
        {"    from: a@b.example\n    to: ['c@d.example>']\n    url: smtp://a.example\n",
         "to[1] is no mail address"},
        {"    from: \"a@b.example\\r\\nX: y\"\n    to: [c@d.example]\n    url: smtp://a.example\n",
         "has a line break"},
        {"    from: a@b.example\n    to: [c@d.example, 'c d@e']\n    url: smtp://a.example\n",
         "to[2] is no mail address"},
        {GOOD "    url: smtp://a.example\n    language: fr\n", "en or ko"},
    };
    setenv("MAIL_PASSWORD", "x", 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config *config;
        struct config_errors errors = {0};
        struct buffer yaml = {0};
        buffer_format(&yaml, MAIL_SINK "%s", cases[i].yaml);
        ck_assert_int_eq(read_yaml(yaml.at, &config, &errors), ERR_CONFIG);
        ck_assert_msg(strstr(errors.text.at, cases[i].why), "%s\n%s", yaml.at, errors.text.at);
        buffer_done(&yaml);
        config_errors_done(&errors);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mail");
    TCase *cases = tcase_create("mail");
    tcase_add_test(cases, events_are_told_as_the_golden_mails_say);
    tcase_add_test(cases, a_test_says_that_it_is_one);
    tcase_add_test(cases, the_header_is_whole_and_repeats_are_recognised);
    tcase_add_test(cases, nothing_in_an_event_becomes_a_header);
    tcase_add_test(cases, what_is_no_event_makes_no_mail);
    tcase_add_test(cases, an_incident_is_told_too);
    tcase_add_test(cases, korean_is_composed_from_evidence);
    tcase_add_test(cases, korean_mails_have_the_words_of_the_page);
    tcase_add_test(cases, subjects_are_encoded_in_whole_characters);
    tcase_add_test(cases, answers_of_a_mail_server_are_taken_tried_again_or_refused);
    tcase_add_test(cases, a_mail_sink_is_read);
    tcase_add_test(cases, a_mail_sink_that_cannot_work_is_refused_and_told_why);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
