/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static void expect(struct buffer *out, const char *want)
{
    ck_assert_str_eq(out->at, want);
    buffer_done(out);
}

static void expect_string(struct text from, const char *want)
{
    struct buffer out = {0};
    json_put_string(&out, from);
    expect(&out, want);
}

static void expect_number(double value, unsigned decimals, const char *want)
{
    struct buffer out = {0};
    json_put_number(&out, value, decimals);
    expect(&out, want);
}

START_TEST(a_string_is_quoted_and_escaped)
{
    expect_string(TEXT(""), "\"\"");
    expect_string((struct text){0}, "\"\"");
    expect_string(TEXT("안부 \"ok\" \\ / \x7f"), "\"안부 \\\"ok\\\" \\\\ / \x7f\"");
    expect_string(TEXT("\b\f\n\r\t\x01\x1f"), "\"\\b\\f\\n\\r\\t\\u0001\\u001f\"");
    expect_string(TEXT("a\0b"), "\"a\\u0000b\"");
}
END_TEST

START_TEST(bytes_that_are_no_utf8_become_replacement_characters)
{
    expect_string(TEXT("a\xff"
                       "b"),
                  "\"a" UTF8_REPLACEMENT "b\"");
    expect_string(TEXT("\xec\x95"), "\"" UTF8_REPLACEMENT UTF8_REPLACEMENT "\""); /* cut short */
    expect_string(TEXT("\xc0\xaf"), "\"" UTF8_REPLACEMENT UTF8_REPLACEMENT "\""); /* overlong */
    expect_string(TEXT("\xed\xa0\x80"),                                           /* a surrogate */
                  "\"" UTF8_REPLACEMENT UTF8_REPLACEMENT UTF8_REPLACEMENT "\"");
    expect_string(TEXT("\xf0\x9f\x8f\xa0"), "\"\xf0\x9f\x8f\xa0\"");
}
END_TEST

START_TEST(every_two_bytes_make_a_string_that_a_strict_parser_reads)
{
    for (unsigned pair = 0; pair < 65536; pair++) {
        char bytes[2] = {(char)(pair >> 8), (char)(pair & 255)};
        struct buffer out = {0};
        json_put_string(&out, (struct text){bytes, sizeof bytes});
        json_t *read = json_loadb(out.at, out.bytes, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        ck_assert_msg(read != NULL, "bytes %02x %02x gave %s", pair >> 8, pair & 255, out.at);
        json_decref(read);
        buffer_done(&out);
    }
}
END_TEST

START_TEST(a_number_is_rounded_without_trailing_zeros)
{
    expect_number(0, 2, "0");
    expect_number(-0.0, 2, "0");
    expect_number(-0.001, 2, "0");
    expect_number(9.1, 2, "9.1");
    expect_number(9.125, 2, "9.13");
    expect_number(-9.125, 2, "-9.13");
    expect_number(-0.05, 2, "-0.05");
    expect_number(0.999, 2, "1");
    expect_number(1234567.000000001, 9, "1234567");
    expect_number(0.000000001, 9, "0.000000001");
    expect_number(3.7, 0, "4");
    expect_number(1e15, 2, "1000000000000000");
    expect_number(1e18, 2, "1000000000000000000");
    expect_number(1e19, 2, "10000000000000000000e0");
    expect_number(-1e19, 2, "-10000000000000000000e0");
    expect_number(-1e300 * 1e300, 2, "null");
    expect_number(NAN, 2, "null");
}
END_TEST

START_TEST(commas_come_by_themselves)
{
    struct buffer out = {0};
    buffer_text(&out, "{");
    json_member_text(&out, "a", "{");
    json_member_text(&out, "b", NULL);
    json_put_key(&out, "c");
    buffer_text(&out, "[");
    for (int i = 0; i < 3; i++) {
        json_put_item(&out);
        buffer_text(&out, "{");
        json_member_int(&out, "i", INT64_MIN);
        buffer_text(&out, "}");
    }
    buffer_text(&out, "]");
    json_member_bool(&out, "d", true);
    json_member_number(&out, "e\"", 0.5, 2);
    buffer_text(&out, "}");
    expect(&out, "{\"a\":\"{\",\"b\":null,\"c\":[{\"i\":-9223372036854775808},"
                 "{\"i\":-9223372036854775808},{\"i\":-9223372036854775808}],\"d\":true,"
                 "\"e\\\"\":0.5}");
}
END_TEST

START_TEST(a_copy_ends_with_a_whole_character)
{
    char out[8];
    ck_assert(utf8_copy(TEXT("안부"), out, sizeof out));
    ck_assert_str_eq(out, "안부");
    ck_assert(!utf8_copy(TEXT("안부x안"), out, sizeof out));
    ck_assert_str_eq(out, "안부x");
    ck_assert(!utf8_copy(TEXT("abcde안"), out, sizeof out));
    ck_assert_str_eq(out, "abcde");
    ck_assert(utf8_copy(TEXT("\xff"), out, sizeof out));
    ck_assert_str_eq(out, UTF8_REPLACEMENT);
    ck_assert(utf8_valid(TEXT("안부")));
    ck_assert(!utf8_valid(TEXT("\xec\x95")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json");
    TCase *cases = tcase_create("json");
    tcase_add_test(cases, a_string_is_quoted_and_escaped);
    tcase_add_test(cases, bytes_that_are_no_utf8_become_replacement_characters);
    tcase_add_test(cases, every_two_bytes_make_a_string_that_a_strict_parser_reads);
    tcase_add_test(cases, a_number_is_rounded_without_trailing_zeros);
    tcase_add_test(cases, commas_come_by_themselves);
    tcase_add_test(cases, a_copy_ends_with_a_whole_character);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
