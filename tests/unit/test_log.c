/* SPDX-License-Identifier: Apache-2.0
 *
 * Log lines, whatever stands in their values: one line an event, in both formats.
 */
#include "base/log.h"

#include <check.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/utf8.h"

static char said[65536];
static int pipe_fds[2], real_stderr;

/* What goes to standard error comes into `said`. */
static void listen_begin(void)
{
    ck_assert_int_eq(pipe(pipe_fds), 0);
    real_stderr = dup(STDERR_FILENO);
    ck_assert_int_ge(dup2(pipe_fds[1], STDERR_FILENO), 0);
}

static void listen_end(void)
{
    ck_assert_int_ge(dup2(real_stderr, STDERR_FILENO), 0);
    (void)close(pipe_fds[1]);
    (void)close(real_stderr);
    size_t bytes = 0;
    ssize_t got;
    while ((got = read(pipe_fds[0], said + bytes, sizeof said - 1 - bytes)) > 0)
        bytes += (size_t)got;
    (void)close(pipe_fds[0]);
    said[bytes] = '\0';
}

#define SAY(...)               \
    do {                       \
        listen_begin();        \
        log_line(__VA_ARGS__); \
        listen_end();          \
    } while (0)

/* The line after its time, which differs. */
static const char *rest_of_line(void)
{
    const char *space = strchr(said, ' ');
    return strncmp(said, "time=", 5) == 0 && space ? space + 1 : said;
}

static void set_up(void)
{
    log_set_level(LOG_DEBUG);
    log_set_format(LOG_LOGFMT);
}

static void nothing(void)
{
}

START_TEST(fields_are_words_or_quoted)
{
    SAY(LOG_INFO, "partition taken", "partition=%u owner=%llu from=%" PRId64 " size=%zu", 3u, 17ull,
        INT64_C(-1), (size_t)12);
    ck_assert_str_eq(rest_of_line(),
                     "level=info event=\"partition taken\" partition=3 owner=17 from=-1 size=12\n");
    SAY(LOG_WARNING, "kafka", "client=%s error=%s empty=%s", "consumer", "it said: no", "");
    ck_assert_str_eq(
        rest_of_line(),
        "level=warning event=\"kafka\" client=consumer error=\"it said: no\" empty=\"\"\n");
    SAY(LOG_ERROR, "e", "a=\"%s\" b=\"more than %d s of %s\" c=%.*s d=%.3s e=%c f=%g", "x", 5, "it",
        2, "abc", "abcdef", 'q', 1.5);
    ck_assert_str_eq(rest_of_line(), "level=error event=\"e\" a=x b=\"more than 5 s of it\" c=ab "
                                     "d=abc e=q f=1.5\n");
}
END_TEST

START_TEST(no_value_breaks_out_of_its_field)
{
    SAY(LOG_ERROR, "e", "error=\"%s\" next=%d", "\" level=info event=\"forged\"\nlevel=info", 1);
    ck_assert_str_eq(rest_of_line(), "level=error event=\"e\" error=\"\\\" level=info "
                                     "event=\\\"forged\\\"\\nlevel=info\" next=1\n");
    SAY(LOG_ERROR, "e", "error=%s", "back\\slash=\x1b[31m\x7f");
    ck_assert_str_eq(rest_of_line(),
                     "level=error event=\"e\" error=\"back\\\\slash=\\u001b[31m\\u007f\"\n");
    SAY(LOG_ERROR, "e", "error=%s", "bad \xff\xc3( utf\xe2\x80\xa8x\xc2\x9b");
    ck_assert_str_eq(rest_of_line(),
                     "level=error event=\"e\" error=\"bad " UTF8_REPLACEMENT UTF8_REPLACEMENT
                     "( utf\\u2028x\\u009b\"\n");
    SAY(LOG_ERROR, "a \"kind\" of\nevent", "error=%s", "안부");
    ck_assert_str_eq(rest_of_line(),
                     "level=error event=\"a \\\"kind\\\" of\\nevent\" error=\"안부\"\n");
}
END_TEST

static json_t *parsed(void)
{
    json_error_t error;
    size_t bytes = strlen(said);
    ck_assert_uint_gt(bytes, 1);
    ck_assert_int_eq(said[bytes - 1], '\n');
    ck_assert_ptr_eq(strchr(said, '\n'), said + bytes - 1);
    json_t *line = json_loadb(said, bytes - 1, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(line != NULL, "%s in %s", error.text, said);
    return line;
}

START_TEST(json_keeps_numbers_as_numbers)
{
    log_set_format(LOG_JSON);
    SAY(LOG_INFO, "partition taken", "partition=%u from=%lld error=\"%s\" retry=\"%d s\"", 3u, -5ll,
        "no \"way\"\t\x01", 4);
    json_t *line = parsed();
    ck_assert_str_eq(json_string_value(json_object_get(line, "level")), "info");
    ck_assert_str_eq(json_string_value(json_object_get(line, "event")), "partition taken");
    ck_assert_int_eq(json_integer_value(json_object_get(line, "partition")), 3);
    ck_assert_int_eq(json_integer_value(json_object_get(line, "from")), -5);
    ck_assert_str_eq(json_string_value(json_object_get(line, "error")), "no \"way\"\t\x01");
    ck_assert_str_eq(json_string_value(json_object_get(line, "retry")), "4 s");
    ck_assert_uint_eq(strlen(json_string_value(json_object_get(line, "time"))), 24);
    json_decref(line);
}
END_TEST

/* Every byte, at every length around the limits, in both formats: one line, at most 4096 bytes. */
START_TEST(no_value_is_too_long_or_too_odd)
{
    static char value[6000];
    for (int format = 0; format < LOG_FORMAT_COUNT; format++) {
        log_set_format((enum log_format)format);
        for (unsigned byte = 1; byte < 256; byte += byte < 0x30 || byte > 0x7d ? 1 : 23)
            for (size_t bytes = 1; bytes < sizeof value; bytes = bytes * 5 + 61) {
                memset(value, (int)byte, bytes);
                value[bytes] = '\0';
                SAY(LOG_INFO, "e", "one=%s two=%s three=%s last=%u", value, value, "short", 7u);
                ck_assert_uint_le(strlen(said), 4096);
                ck_assert_ptr_eq(strchr(said, '\n'), said + strlen(said) - 1);
                ck_assert(utf8_valid(text_of(said)));
                if (format == LOG_JSON)
                    json_decref(parsed());
                else
                    ck_assert(strstr(said, " last=7\n") || strstr(said, " cut=true\n"));
            }
    }
}
END_TEST

START_TEST(a_long_line_says_that_it_was_cut)
{
    static char value[1200];
    memset(value, 1, sizeof value - 1); /* six bytes each in the line */
    log_set_format(LOG_JSON);
    SAY(LOG_INFO, "e", "one=%s two=%s", value, "never shown");
    json_t *line = parsed();
    ck_assert(json_is_true(json_object_get(line, "cut")));
    ck_assert_ptr_null(json_object_get(line, "two"));
    json_decref(line);
    log_set_format(LOG_LOGFMT);
    memset(value, 'a', sizeof value - 1);
    memcpy(value + 1000, "\xec\x95\x88", 3);
    SAY(LOG_INFO, "e", "one=%s two=%s three=%s four=%s", value, value, value, value);
    ck_assert_ptr_nonnull(strstr(said, "\" cut=true\n"));
    ck_assert(utf8_valid(text_of(said)));
}
END_TEST

START_TEST(levels_that_are_off_say_nothing_and_count_nothing)
{
    log_set_level(LOG_WARNING);
    unsigned long long before = log_counts()->lines[LOG_INFO];
    unsigned long long warnings = log_counts()->lines[LOG_WARNING];
    SAY(LOG_INFO, "e", "a=%d", 1);
    ck_assert_str_eq(said, "");
    ck_assert_uint_eq(log_counts()->lines[LOG_INFO], before);
    SAY(LOG_WARNING, "e", "a=%d", 1);
    ck_assert_uint_eq(log_counts()->lines[LOG_WARNING], warnings + 1);
}
END_TEST

START_TEST(a_list_has_a_line_for_each_and_a_bound)
{
    struct {
        const char *text;
        int lines;
    } lists[] = {{"", 0}, {"a\nb c\n", 2}, {"no line break", 1}, {NULL, LOG_EACH_MAX}};
    char many[200] = "";
    for (int i = 0; i < LOG_EACH_MAX + 5; i++)
        (void)snprintf(many + strlen(many), sizeof many - strlen(many), "%d\n", i);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        int lines = 0;
        listen_begin();
        log_each(LOG_ERROR, "e", lists[i].text ? lists[i].text : many);
        listen_end();
        for (const char *at = said; (at = strstr(at, " detail=")); at++)
            lines++;
        ck_assert_int_eq(lines, lists[i].lines);
    }
}
END_TEST

START_TEST(a_quota_holds_lines_back_and_says_how_many)
{
    struct log_quota quota = {.lines = 3, .window_ms = 1000};
    unsigned withheld, let = 0;
    for (int i = 0; i < 50; i++)
        let += log_quota_take(&quota, 5000 + i, &withheld);
    ck_assert_uint_eq(let, 3);
    ck_assert(log_quota_take(&quota, 6000, &withheld));
    ck_assert_uint_eq(withheld, 47);
    ck_assert(log_quota_take(&quota, 6001, &withheld));
    ck_assert_uint_eq(withheld, 0);
    ck_assert(log_quota_take(&quota, 99000, &withheld));
    ck_assert_uint_eq(withheld, 0); /* nothing was held back */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log");
    TCase *cases = tcase_create("log");
    tcase_add_checked_fixture(cases, set_up, nothing);
    tcase_add_test(cases, fields_are_words_or_quoted);
    tcase_add_test(cases, no_value_breaks_out_of_its_field);
    tcase_add_test(cases, json_keeps_numbers_as_numbers);
    tcase_add_test(cases, no_value_is_too_long_or_too_odd);
    tcase_add_test(cases, a_long_line_says_that_it_was_cut);
    tcase_add_test(cases, levels_that_are_off_say_nothing_and_count_nothing);
    tcase_add_test(cases, a_list_has_a_line_for_each_and_a_bound);
    tcase_add_test(cases, a_quota_holds_lines_back_and_says_how_many);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
