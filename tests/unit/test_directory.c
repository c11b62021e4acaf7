/* SPDX-License-Identifier: Apache-2.0
 *
 * What a directory may say, and who is shown what of it.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "delivery/directory.h"

static struct directory_entry entry;
static struct fault fault;
static struct buffer shown;

static enum err take(const char *json)
{
    fault.text[0] = '\0';
    return directory_read(text_of(json), TEXT("H-1"), &entry, &fault);
}

static const char *show(enum directory_reader reader)
{
    buffer_clear(&shown);
    directory_write(&entry, reader, &shown);
    return shown.at;
}

static void end(void)
{
    buffer_done(&shown);
}

START_TEST(what_is_not_known_is_left_out)
{
    ck_assert_int_eq(take("{}"), ERR_OK);
    ck_assert_str_eq(show(DIRECTORY_ALL), "{}");
    ck_assert_int_eq(take("{\"address\":null,\"residents\":[],\"contacts\":null,\"needs\":[],"
                          "\"colour\":\"red\",\"household\":\"H-1\"}"),
                     ERR_OK);
    ck_assert_str_eq(show(DIRECTORY_ALL), "{}");
}
END_TEST

START_TEST(police_are_shown_neither_residents_nor_notes)
{
    ck_assert_int_eq(
        take("{\"address\":\"1 Nowhere-ro\",\"notes\":\"in debt\",\"residents\":[{"
             "\"name\":\"Invented Kim\",\"birth_year\":1942}],\"needs\":[\"a\",\"b\"]}"),
        ERR_OK);
    ck_assert_str_eq(show(DIRECTORY_POLICE), "{\"address\":\"1 Nowhere-ro\",\"needs\":[\"a\","
                                             "\"b\"]}");
    ck_assert_str_eq(show(DIRECTORY_ALL),
                     "{\"address\":\"1 Nowhere-ro\",\"notes\":\"in debt\",\"residents\":[{\"name\":"
                     "\"Invented Kim\",\"birth_year\":1942}],\"needs\":[\"a\",\"b\"]}");
}
END_TEST

START_TEST(police_are_shown_a_contact_without_the_birth_year)
{
    ck_assert_int_eq(take("{\"contacts\":[{\"name\":\"Fabled Lee\",\"birth_year\":1971}]}"),
                     ERR_OK);
    ck_assert_str_eq(show(DIRECTORY_POLICE), "{\"contacts\":[{\"name\":\"Fabled Lee\"}]}");
    ck_assert_str_eq(show(DIRECTORY_ALL),
                     "{\"contacts\":[{\"name\":\"Fabled Lee\",\"birth_year\":1971}]}");
}
END_TEST

START_TEST(who_speaks_what_is_for_everybody_who_goes_there)
{
    ck_assert_int_eq(
        take("{\"language\":\"ko\",\"contacts\":[{\"name\":\"Fabled Lee\",\"language\":"
             "\"en\"}]}"),
        ERR_OK);
    ck_assert_str_eq(show(DIRECTORY_POLICE),
                     "{\"language\":\"ko\",\"contacts\":[{\"name\":\"Fabled Lee\","
                     "\"language\":\"en\"}]}");
}
END_TEST

START_TEST(another_household_is_nobodys_answer)
{
    ck_assert_int_eq(take("{\"household\":\"H-2\",\"address\":\"2 Paper-ro\"}"), ERR_CORRUPT);
    ck_assert_str_eq(fault.text, "its answer is of another household");
    ck_assert_str_eq(show(DIRECTORY_ALL), "{}");
    ck_assert_int_eq(take("{\"household\":1}"), ERR_CORRUPT);
    ck_assert_int_eq(take("[\"2 Paper-ro\"]"), ERR_CORRUPT);
    ck_assert_int_eq(take("{\"address\":\"2 Paper-ro\",\"address\":\"3 Paper-ro\"}"), ERR_CORRUPT);
    ck_assert_int_eq(take("{\"address\":\"2 Paper-ro\""), ERR_CORRUPT);
    ck_assert_ptr_null(strstr(fault.text, "Paper"));
}
END_TEST

static const struct {
    const char *json, *shown;
} partly[] = {
    {"{\"address\":[1],\"keys\":\"k\"}", "{\"keys\":\"k\",\"incomplete\":true}"},
    {"{\"residents\":{\"name\":\"x\"}}", "{\"incomplete\":true}"},
    {"{\"residents\":[{\"name\":\"x\",\"phone\":1},7,{}]}",
     "{\"residents\":[{\"name\":\"x\"}],\"incomplete\":true}"},
    {"{\"residents\":[{\"name\":\"x\",\"birth_year\":\"1942\"}]}",
     "{\"residents\":[{\"name\":\"x\"}],\"incomplete\":true}"},
    {"{\"residents\":[{\"name\":\"x\",\"birth_year\":19420}]}",
     "{\"residents\":[{\"name\":\"x\"}],\"incomplete\":true}"},
    {"{\"needs\":\"oxygen\"}", "{\"incomplete\":true}"},
    {"{\"needs\":[1,\"oxygen\"]}", "{\"needs\":[\"oxygen\"],\"incomplete\":true}"},
    {"{\"needs\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\","
     "\"13\",\"14\",\"15\",\"16\",\"17\"]}",
     "{\"needs\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\","
     "\"13\",\"14\",\"15\",\"16\"],\"incomplete\":true}"},
};

START_TEST(what_cannot_be_read_does_not_hide_the_rest)
{
    ck_assert_int_eq(take(partly[_i].json), ERR_OK);
    ck_assert_str_eq(show(DIRECTORY_ALL), partly[_i].shown);
}
END_TEST

START_TEST(a_text_that_is_too_long_ends_with_a_whole_character)
{
    struct buffer json = {0};
    buffer_text(&json, "{\"keys\":\"k");
    for (int i = 0; i < DIRECTORY_TEXT_MAX / 3 + 1; i++)
        buffer_text(&json, "가");
    buffer_text(&json, "\"}");
    ck_assert_int_eq(take(json.at), ERR_OK);
    ck_assert(entry.incomplete);
    ck_assert_uint_eq(strlen(entry.keys), 1 + (DIRECTORY_TEXT_MAX - 2) / 3 * 3);
    buffer_clear(&json);
    buffer_text(&json, "{\"notes\":\"");
    for (int i = 0; i < DIRECTORY_BYTES_MAX; i++)
        buffer_text(&json, "x");
    buffer_text(&json, "\"}");
    ck_assert_int_eq(take(json.at), ERR_CORRUPT);
    buffer_done(&json);
}
END_TEST

START_TEST(what_was_read_can_be_wiped)
{
    static const struct directory_entry none;
    ck_assert_int_eq(take("{\"address\":\"1 Nowhere-ro\",\"needs\":[\"a\"]}"), ERR_OK);
    directory_wipe(&entry);
    ck_assert_mem_eq(&entry, &none, sizeof entry);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("directory");
    TCase *tcase = tcase_create("directory");
    tcase_add_checked_fixture(tcase, NULL, end);
    tcase_add_test(tcase, what_is_not_known_is_left_out);
    tcase_add_test(tcase, police_are_shown_neither_residents_nor_notes);
    tcase_add_test(tcase, police_are_shown_a_contact_without_the_birth_year);
    tcase_add_test(tcase, who_speaks_what_is_for_everybody_who_goes_there);
    tcase_add_test(tcase, another_household_is_nobodys_answer);
    tcase_add_loop_test(tcase, what_cannot_be_read_does_not_hide_the_rest, 0,
                        (int)(sizeof partly / sizeof partly[0]));
    tcase_add_test(tcase, a_text_that_is_too_long_ends_with_a_whole_character);
    tcase_add_test(tcase, what_was_read_can_be_wiped);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
