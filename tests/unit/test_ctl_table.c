/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/table.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/args.h"
#include "ctl/status_view.h"

static const struct screen pipe_screen = {.foreign = true};
static const struct screen plain_screen = {0};
static const struct screen terminal = {.colour = true, .utf8 = true, .foreign = true, .width = 40};

static void table_of(struct table *table, const struct screen *screen)
{
    static const char *const heads[] = {"NAME", "N", "SENTENCE"};
    table_init(table, screen, heads, 3);
    table->right[1] = true;
    table_cell(table, PAINT_RED, "long name");
    table_cell(table, PAINT_NONE, "7");
    table_cell(table, PAINT_NONE, "a sentence that is longer than forty columns");
    table_cell(table, PAINT_NONE, "");
    table_cell(table, PAINT_NONE, "1234");
    table_cell(table, PAINT_NONE, NULL);
}

static void writes(const struct screen *screen, const char *expected)
{
    struct table table;
    struct buffer out = {0};
    table_of(&table, screen);
    table_write(&table, 0, &out);
    ck_assert_str_eq(out.at, expected);
    buffer_done(&out);
    table_done(&table);
}

START_TEST(columns_are_as_wide_as_their_widest_cell)
{
    writes(&pipe_screen, "NAME          N  SENTENCE\n"
                         "long name     7  a sentence that is longer than forty columns\n"
                         "           1234\n");
}
END_TEST

START_TEST(the_last_column_is_cut_to_the_terminal)
{
    struct screen wide = terminal;
    wide.width = 50;
    writes(&wide, "\x1b[2mNAME\x1b[0m          \x1b[2mN\x1b[0m  \x1b[2mSENTENCE\x1b[0m\n"
                  "\x1b[1;31mlong name\x1b[0m     7  a sentence that is longer than f\xe2\x80\xa6\n"
                  "           1234\n");
}
END_TEST

START_TEST(on_a_narrow_terminal_the_last_column_stands_below)
{
    struct screen narrow = plain_screen;
    narrow.width = 40;
    writes(&narrow, "NAME          N\n"
                    "long name     7\n"
                    "    a sentence that is longer than fo...\n"
                    "           1234\n"
                    "\n");
}
END_TEST

START_TEST(control_characters_reach_no_terminal)
{
    struct buffer out = {0};
    const char hostile[] = "a\x1b[31mb\nc\td\x7f\x9b\xc2\x9b\xff\xea\xb9\x80";
    screen_plain(&pipe_screen, text_of(hostile), false, &out);
    ck_assert_str_eq(out.at, "a?[31mb?c?d????"
                             "\xea\xb9\x80");
    buffer_clear(&out);
    screen_plain(&pipe_screen, text_of(hostile), true, &out);
    ck_assert_ptr_nonnull(strstr(out.at, "b\nc?d"));
    buffer_clear(&out);
    screen_plain(&plain_screen, text_of("\xea\xb9\x80."), false, &out);
    ck_assert_str_eq(out.at, "?.");
    buffer_done(&out);
}
END_TEST

START_TEST(hangul_takes_two_columns)
{
    struct text kim = text_of("\xea\xb9\x80.");
    ck_assert_uint_eq(screen_columns(kim), 3);
    ck_assert_uint_eq(screen_fit(kim, 2), 3);
    ck_assert_uint_eq(screen_fit(kim, 1), 0);
    ck_assert_uint_eq(screen_columns(text_of("e\xcc\x81")), 1); /* combining accent */
    ck_assert_uint_eq(screen_columns(text_of("\xf0\x9f\x8f\xa0")), 2);
}
END_TEST

START_TEST(durations_read_as_people_say_them)
{
    static const struct {
        int64_t s;
        const char *text;
    } rows[] = {{-5, "0 s"},
                {59, "59 s"},
                {60, "1 min"},
                {3600 + 59, "1 h 0 min"},
                {47 * 3600, "47 h 0 min"},
                {2 * 86400 + 3 * 3600, "2 d 3 h"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buffer out = {0};
        screen_duration(rows[i].s, &out);
        ck_assert_str_eq(out.at, rows[i].text);
        buffer_done(&out);
    }
}
END_TEST

START_TEST(durations_are_read_strictly)
{
    int64_t s = -1;
    ck_assert(args_duration("2h", &s));
    ck_assert_int_eq(s, 7200);
    ck_assert(args_duration("90s", &s));
    ck_assert_int_eq(s, 90);
    static const char *const bad[] = {"", "2", "h", "0h", "-2h", "2hh", "2 h", "999999d", "1.5h"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!args_duration(bad[i], &s), "%s", bad[i]);
    ck_assert_int_eq(s, 90);
}
END_TEST

START_TEST(any_status_reads_as_lines_and_columns)
{
    json_t *status =
        json_loads("{\"uptime_s\":12,\"version\":\"0.1.0\",\"ready\":true,\"last\":null,"
                   "\"counters\":{\"readings\":1500,\"dead_letters\":2},"
                   "\"partitions\":[{\"partition\":0,\"lag\":3,\"topic\":\"readings\"},"
                   "{\"partition\":1,\"lag\":120,\"topic\":\"billing\\u001b\"}]}",
                   0, NULL);
    struct buffer out = {0};
    ck_assert_ptr_nonnull(status);
    status_view(&pipe_screen, status, &out);
    ck_assert_str_eq(out.at, "uptime s  12\n"
                             "version   0.1.0\n"
                             "ready     yes\n"
                             "last      -\n"
                             "counters\n"
                             "  readings      1500\n"
                             "  dead letters  2\n"
                             "partitions\n"
                             "  partition  lag  topic\n"
                             "          0    3  readings\n"
                             "          1  120  billing?\n");
    json_decref(status);
    buffer_done(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ctl_table");
    TCase *tcase = tcase_create("ctl_table");
    tcase_add_test(tcase, columns_are_as_wide_as_their_widest_cell);
    tcase_add_test(tcase, the_last_column_is_cut_to_the_terminal);
    tcase_add_test(tcase, on_a_narrow_terminal_the_last_column_stands_below);
    tcase_add_test(tcase, control_characters_reach_no_terminal);
    tcase_add_test(tcase, hangul_takes_two_columns);
    tcase_add_test(tcase, durations_read_as_people_say_them);
    tcase_add_test(tcase, durations_are_read_strictly);
    tcase_add_test(tcase, any_status_reads_as_lines_and_columns);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
