/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/answers on the real server: who is believed, what an answer does, what comes twice,
 * and what a stranger costs.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api_visitor.h"
#include "config/internal.h"
#include "delivery/webhook.h"
#include "raw_visit.h"

#define OLD_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define NEW_SECRET "whsec_QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD"
#define STRANGER   "whsec_WFlaWFlaWFlaWFlaWFlaWFlaWFlaWFla"
#define YAML                                                                      \
    "kafka: {delivery_timeout: 1s}\nconsole: {listen: '127.0.0.1:0'}\nanswers:\n" \
    "  - {name: gateway, secret: env:OLD_SECRET}\n  - {name: gateway, secret: env:NEW_SECRET}\n"
#define NOW_S (AW_NOW_MS / 1000)

static char answer[RAW_ANSWER_MAX];
static struct config *of_start;

/* The API's fixture, with a configuration whose answers are set. */
static void begin(void)
{
    struct config *config = NULL;
    struct config_errors errors = {0};
    struct config_input input = {.path = "t.yaml", .text = text_of(YAML)};
    setenv("OLD_SECRET", OLD_SECRET, 1);
    setenv("NEW_SECRET", NEW_SECRET, 1);
    ck_assert_msg(!config_read(detectors, detector_count, &input, &config, &errors), "%s",
                  buffer_view(&errors.text).at);
    config_errors_done(&errors);
    aw_set_up();
    of_start = aw_config; /* as a reload does: the API goes on with the one of its start, too */
    aw_config = config;
}

static void end(void)
{
    aw_tear_down();
    config_free(of_start);
}

static void put_signed(const char *secret, const char *id, int64_t at_s, const char *body,
                       struct buffer *lines)
{
    unsigned char key[CONFIG_SINK_KEY_MAX];
    size_t bytes;
    struct fault fault;
    ck_assert_int_eq(config_sink_key(secret, key, &bytes, &fault), ERR_OK);
    buffer_format(lines,
                  "webhook-id: %s\r\nwebhook-timestamp: %" PRId64 "\r\nwebhook-signature: v2,abc ",
                  id, at_s);
    webhook_sign((struct text){(const char *)key, bytes}, id, at_s, text_of(body), lines);
    buffer_text(lines, "\r\n");
}

static int tell(const char *secret, const char *id, int64_t at_s, const char *body)
{
    struct buffer lines = {0};
    put_signed(secret, id, at_s, body, &lines);
    int status = raw_ask("POST", "/api/v1/answers", body, lines.at, answer);
    buffer_done(&lines);
    return status;
}

static const char *body_of(const char *alert, const char *said)
{
    static char body[600];
    (void)snprintf(body, sizeof body,
                   "{\"alert\":\"%s\",\"answer\":\"%s\",\"from\":\"resident\","
                   "\"at\":\"2026-01-16T10:02:00+09:00\",\"text\":\"I slept\"}",
                   alert, said);
    return body;
}

static const char *raise_one(const char *household)
{
    return aw_raise(household, &aw_quiet, SEVERITY_MEDIUM, AW_RAISED_S);
}

START_TEST(that_all_is_well_closes_an_open_alert_and_says_who)
{
    const char *id = raise_one("H-1");
    ck_assert_int_eq(tell(OLD_SECRET, "msg_1", NOW_S, body_of(id, "fine")), 200);
    ck_assert_ptr_nonnull(strstr(answer, "\"answer\":\"fine\",\"recorded\":true}"));
    ck_assert_ptr_null(strstr(answer, "H-1"));
    aw_expect(200, aw_path(id, ""), NULL);
    aw_says("\"state\":\"resolved\"");
    aw_says("\"who\":\"answer:gateway\"");
    aw_says("I slept (message msg_1)");
    aw_audit_says(
        "\"who\":\"answer:gateway\",\"from\":\"tcp:127.0.0.1\",\"action\":\"alerts.answer\"", 2);
    ck_assert_uint_ge(aw_kafka.published[PUBLISH_ALERTS], 1);
}
END_TEST

START_TEST(a_call_for_help_goes_to_the_police_at_once)
{
    const char *id = aw_raise("H-2", &aw_owing, SEVERITY_MEDIUM, AW_RAISED_S);
    ck_assert_int_eq(tell(NEW_SECRET, "msg_2", NOW_S - 299, body_of(id, "help")), 200);
    aw_expect(200, aw_path(id, ""), NULL);
    aw_says("\"severity\":\"critical\"");
    aw_says("\"desk\":\"police\"");
}
END_TEST

START_TEST(what_comes_twice_changes_nothing_and_is_answered_as_the_first_time)
{
    const char *id = raise_one("H-3");
    char first[RAW_ANSWER_MAX];
    ck_assert_int_eq(tell(OLD_SECRET, "msg_3", NOW_S, body_of(id, "wrong_person")), 200);
    (void)snprintf(first, sizeof first, "%s", strstr(answer, "\r\n\r\n"));
    aw_expect(200, aw_path(id, ""), NULL);
    aw_says("\"version\":2");
    /* Sent again later: another time, and so another signature; the new secret meanwhile. */
    ck_assert_int_eq(tell(NEW_SECRET, "msg_3", NOW_S + 60, body_of(id, "wrong_person")), 200);
    ck_assert_str_eq(strstr(answer, "\r\n\r\n"), first);
    ck_assert_int_eq(tell(OLD_SECRET, "msg_4", NOW_S, body_of(id, "fine")), 200);
    ck_assert_int_eq(tell(OLD_SECRET, "msg_4", NOW_S, body_of(id, "fine")), 200);
    aw_expect(200, aw_path(id, ""), NULL);
    aw_says("\"version\":3");
    ck_assert_int_eq(tell(OLD_SECRET, "msg_5", NOW_S, body_of(id, "fine")), 409);
}
END_TEST

/* Over the machine's own socket, where an Idempotency-Key is kept of whoever asks. */
static void tell_here(const char *key, const char *body, struct buffer *out)
{
    struct buffer text = {0};
    int fd = line_open(false);
    buffer_text(&text, "POST /api/v1/answers HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n");
    buffer_format(&text, "Idempotency-Key: %s\r\n", key);
    put_signed(OLD_SECRET, "msg_1", NOW_S, body, &text);
    buffer_format(&text, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
    line_send(fd, text.at);
    buffer_clear(out);
    ck_assert(line_ends(fd, out));
    (void)close(fd);
    buffer_done(&text);
}

START_TEST(one_that_was_recorded_is_answered_again_by_its_key)
{
    const char *id = raise_one("H-4");
    struct buffer first = {0}, again = {0};
    tell_here("k-1", body_of(id, "fine"), &first);
    ck_assert_ptr_nonnull(strstr(first.at, "\"recorded\":true}"));
    tell_here("k-1", body_of(id, "fine"), &again);
    ck_assert_msg(strstr(again.at, "\"recorded\":true}"), "%s", again.at);
    ck_assert_ptr_nonnull(strstr(again.at, "Idempotency-Replayed: true\r\n"));
    tell_here("k-2", body_of("0123456789abcdefghjkmnpqrs", "fine"), &again); /* frees its key */
    ck_assert_ptr_nonnull(strstr(again.at, "HTTP/1.1 404 "));
    tell_here("k-2", body_of(id, "fine"), &again);
    ck_assert_ptr_nonnull(strstr(again.at, "HTTP/1.1 200 "));
    buffer_done(&first);
    buffer_done(&again);
}
END_TEST

START_TEST(nobody_else_is_believed_and_leaves_no_record)
{
    const char *id = raise_one("H-5");
    const char *body = body_of(id, "fine");
    ck_assert_int_eq(raw_ask("POST", "/api/v1/answers", body, NULL, answer), 400);
    ck_assert_int_eq(tell(STRANGER, "msg_1", NOW_S, body), 401);
    ck_assert_int_eq(tell(OLD_SECRET, "msg_1", NOW_S - 301, body), 401);
    ck_assert_int_eq(tell(OLD_SECRET, "msg_1", NOW_S + 301, body), 401);
    ck_assert_int_eq(tell(OLD_SECRET, "msg 1", NOW_S, body), 400);
    aw_audit_says("alerts.answer", 0);
    aw_expect(200, aw_path(id, ""), NULL);
    aw_says("\"version\":1");
    /* From the machine's own socket a signature is wanted as well. */
    aw_expect(400, "/api/v1/answers", body);
}
END_TEST

START_TEST(an_address_that_guesses_is_counted_out_and_a_right_signature_is_not)
{
    const char *id = raise_one("H-6");
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(tell(STRANGER, "msg_1", NOW_S, body_of(id, "fine")), 401);
    ck_assert_int_eq(tell(STRANGER, "msg_1", NOW_S, body_of(id, "fine")), 429);
    ck_assert_ptr_nonnull(strstr(answer, "Retry-After: "));
    aw_audit_says("alerts.answer", 0);
    ck_assert_int_eq(tell(OLD_SECRET, "msg_1", NOW_S, body_of(id, "help")), 200);
}
END_TEST

START_TEST(help_reaches_the_alert_that_is_live)
{
    char old[ALERT_ID_MAX];
    (void)snprintf(old, sizeof old, "%s", raise_one("H-8"));
    aw_expect(200, aw_path(old, "resolve"), "{\"outcome\":\"hospital\"}");
    ck_assert_int_eq(tell(OLD_SECRET, "msg_8", NOW_S, body_of(old, "fine")), 409);
    ck_assert_ptr_null(strstr(answer, "H-8"));
    ck_assert_ptr_null(strstr(answer, "hospital"));
    const char *now = aw_raise("H-8", &aw_quiet, SEVERITY_MEDIUM, AW_RAISED_S + 7200);
    ck_assert_str_ne(now, old);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(tell(OLD_SECRET, "msg_9", NOW_S, body_of(old, "help")), 200);
        aw_expect(200, aw_path(now, ""), NULL);
        aw_says("\"version\":2");
        aw_says("\"severity\":\"critical\"");
        aw_says("I slept (message msg_9)");
    }
    aw_expect(200, aw_path(old, ""), NULL);
    aw_says("\"state\":\"resolved\"");
}
END_TEST

START_TEST(what_cannot_be_meant_is_refused_and_recorded)
{
    const char *id = raise_one("H-7");
    static const char *const bodies[] = {
        "",
        "[]",
        "{}",
        "{\"alert\":\"%s\"}",
        "{\"alert\":\"%s\",\"answer\":\"maybe\",\"from\":\"resident\","
        "\"at\":\"2026-01-16T10:00:00+09:00\"}",
        "{\"alert\":\"%s\",\"answer\":\"fine\",\"from\":\"neighbour\","
        "\"at\":\"2026-01-16T10:00:00+09:00\"}",
        "{\"alert\":\"%s\",\"answer\":\"fine\",\"from\":\"resident\",\"at\":\"yesterday\"}",
        "{\"alert\":\"%s\",\"answer\":\"fine\",\"from\":\"resident\","
        "\"at\":\"2026-01-16T11:00:00+09:00\"}",
        "{\"alert\":\"%s\",\"answer\":\"fine\",\"from\":\"resident\","
        "\"at\":\"2026-01-16T10:00:00+09:00\",\"phone\":\"1\"}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        const char *cut = strstr(bodies[i], "%s");
        struct buffer body = {0};
        buffer_format(&body, "%.*s%s%s", cut ? (int)(cut - bodies[i]) : (int)strlen(bodies[i]),
                      bodies[i], cut ? id : "", cut ? cut + 2 : "");
        ck_assert_msg(tell(OLD_SECRET, "msg_1", NOW_S, buffer_view(&body).at) == 400, "%s: %s",
                      body.at, answer);
        buffer_done(&body);
    }
    char part[ALERT_ID_MAX];
    (void)snprintf(part, sizeof part, "%.10s", id);
    ck_assert_int_eq(tell(OLD_SECRET, "msg_1", NOW_S, body_of(part, "fine")), 404);
    ck_assert_int_eq(
        tell(OLD_SECRET, "msg_1", NOW_S, body_of("0123456789abcdefghjkmnpqrs", "fine")), 404);
    ck_assert_int_eq(tell(OLD_SECRET, "msg_1", NOW_S,
                          "{\"alert\":\"0123456789abcdefghjkmnpqrs\",\"answer\":\"fine\","
                          "\"from\":\"resident\",\"at\":\"2026-01-14T10:00:00+09:00\"}"),
                     409);
    aw_expect(200, aw_path(id, ""), NULL);
    aw_says("\"version\":1");
    aw_audit_says("\"who\":\"answer:gateway\"", 12);
}
END_TEST

START_TEST(secrets_of_answers_are_checked_and_not_shown)
{
    static const struct {
        const char *yaml, *why;
    } cases[] = {
        {"answers:\n  - {name: a, secret: plain}\n", "does not stand here itself"},
        {"answers:\n  - {name: a}\n", "whsec_"},
        {"answers:\n  - {name: A, secret: env:OLD_SECRET}\n", "a-z"},
        {"answers:\n  - {nme: a, secret: env:OLD_SECRET}\n", "did you mean name"},
        {"answers: {}\n", "list"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config *config = NULL;
        struct config_errors errors = {0};
        struct config_input input = {.path = "t.yaml", .text = text_of(cases[i].yaml)};
        ck_assert_int_eq(config_read(detectors, detector_count, &input, &config, &errors),
                         ERR_CONFIG);
        ck_assert_msg(strstr(errors.text.at, cases[i].why), "%s%s", cases[i].yaml, errors.text.at);
        ck_assert_ptr_null(strstr(errors.text.at, "MfKQ"));
        config_errors_done(&errors);
    }
    struct buffer shown = {0};
    config_show(aw_config, &shown);
    ck_assert_ptr_nonnull(strstr(shown.at, "answers[2].gateway"));
    ck_assert_ptr_null(strstr(shown.at, "whsec_"));
    buffer_done(&shown);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("answers");
    TCase *cases = tcase_create("answers");
    tcase_add_checked_fixture(cases, begin, end);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, that_all_is_well_closes_an_open_alert_and_says_who);
    tcase_add_test(cases, a_call_for_help_goes_to_the_police_at_once);
    tcase_add_test(cases, what_comes_twice_changes_nothing_and_is_answered_as_the_first_time);
    tcase_add_test(cases, one_that_was_recorded_is_answered_again_by_its_key);
    tcase_add_test(cases, nobody_else_is_believed_and_leaves_no_record);
    tcase_add_test(cases, an_address_that_guesses_is_counted_out_and_a_right_signature_is_not);
    tcase_add_test(cases, help_reaches_the_alert_that_is_live);
    tcase_add_test(cases, what_cannot_be_meant_is_refused_and_recorded);
    tcase_add_test(cases, secrets_of_answers_are_checked_and_not_shown);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
