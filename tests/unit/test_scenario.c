/* SPDX-License-Identifier: Apache-2.0
 *
 * Scenario files: defaults, errors, the example and the documentation that are made from the table.
 * Run from the root of the source.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/zone.h"
#include "town/scenario.h"

static struct scenario scenario;
static struct fault fault;

static enum err parse(const char *json)
{
    fault.text[0] = '\0';
    return scenario_parse(text_of(json), "town.json", &scenario, &fault);
}

static void refused(const char *json, const char *because)
{
    memset(&scenario, 0x55, sizeof scenario);
    ck_assert_int_eq(parse(json), ERR_INVALID);
    ck_assert_msg(strstr(fault.text, because), "\"%s\" lacks \"%s\"", fault.text, because);
    ck_assert_msg(strstr(fault.text, "town.json"), "%s", fault.text);
    ck_assert_int_eq(scenario.currency[0], 0x55); /* untouched */
}

static void same(const struct scenario *left, const struct scenario *right)
{
    struct buffer a = {0}, b = {0};
    scenario_print(left, &a);
    scenario_print(right, &b);
    ck_assert_str_eq(a.at, b.at);
    buffer_done(&a);
    buffer_done(&b);
}

START_TEST(what_a_file_does_not_say_keeps_its_default)
{
    struct scenario usual;
    scenario_init(&usual);
    ck_assert_int_eq(parse("{}"), ERR_OK);
    same(&usual, &scenario);
    ck_assert_int_eq(parse("{\"collapse\":{\"found_after_hours\":48}}"), ERR_OK);
    ck_assert_double_eq(scenario.found_after_hours, 48);
    ck_assert_double_eq(scenario.left_on_share, usual.left_on_share);
}
END_TEST

START_TEST(lists_and_the_currency_are_read)
{
    ck_assert_int_eq(parse("{\"billing\":{\"currency\":\"EUR\"},\"town\":{\"areas\":[\"A\",\"B\"],"
                           "\"public_holidays\":[\"2026-12-25\",\"2026-05-01\"]}}"),
                     ERR_OK);
    ck_assert_str_eq(scenario.currency, "EUR");
    ck_assert_uint_eq(scenario.area_count, 2);
    ck_assert_str_eq(scenario.areas[1], "B");
    ck_assert_uint_eq(scenario.holiday_count, 2);
    ck_assert_int_eq(scenario.holidays[0], civil_day(2026, 5, 1)); /* sorted */
}
END_TEST

START_TEST(every_mistake_is_named_with_the_way_out)
{
    refused("{\"leaks\":{\"drips\":1}}",
            "section leaks has no field \"drips\"; it has drips_per_year");
    refused("{\"leeks\":{}}", "no section \"leeks\"; the sections are homes, people, collapse");
    refused("{\"leaks\":3}", "section leaks must be an object");
    refused("[1]", "must be a JSON object");
    refused("{\"leaks\":{\"drips_per_year\":1", "line 1, column");
    refused("{\"leaks\":{\"drips_per_year\":1,\"drips_per_year\":2}}", "duplicate");
    refused("{\"leaks\":{\"drips_per_year\":\"1\"}}", "leaks.drips_per_year must be a number");
    refused("{\"leaks\":{\"drips_per_year\":-1}}", "is -1; it must be from 0 to 52");
    refused("{\"outages\":{\"homes_per_feeder\":2.5}}", "must be a whole number");
    refused("{\"billing\":{\"currency\":\"won\"}}", "billing.currency");
    refused("{\"town\":{\"areas\":[]}}", "town.areas must be a list of 1 to 64");
    refused("{\"town\":{\"areas\":[\"a\\\"b\"]}}", "town.areas[0]");
    refused("{\"town\":{\"areas\":[\"a\\tb\"]}}", "control character");
    refused("{\"town\":{\"public_holidays\":[\"2026-02-30\"]}}", "town.public_holidays[0]");
    refused("{\"meters\":{\"water_interval\":0.7,\"water_daily\":0.7}}", "add up to 1.4");
    refused("{\"billing\":{\"late_share\":0.7,\"falling_share\":0.7}}", "late_share");
    refused("{\"homes\":{\"elderly_alone\":0,\"worker_alone\":0,\"student_alone\":0,"
            "\"elderly_couple\":0,\"couple\":0,\"family\":0,\"second_home\":0}}",
            "all weights");
}
END_TEST

START_TEST(a_file_that_is_not_there_is_said)
{
    ck_assert_int_eq(scenario_load("tests/no-such-file.json", &scenario, &fault), ERR_NOT_FOUND);
    ck_assert(strstr(fault.text, "no-such-file.json") != NULL);
}
END_TEST

START_TEST(the_example_says_every_field_with_its_default)
{
    struct scenario usual;
    struct buffer printed = {0}, example = {0};
    scenario_init(&usual);
    scenario_print(&usual, &printed);
    ck_assert_int_eq(file_read("config/examples/town.json", 100000, &example, &fault), ERR_OK);
    ck_assert_str_eq(example.at, printed.at);
    ck_assert_int_eq(scenario_load("config/examples/town.json", &scenario, &fault), ERR_OK);
    same(&usual, &scenario);
    buffer_done(&printed);
    buffer_done(&example);
}
END_TEST

START_TEST(the_documentation_has_the_table)
{
    struct buffer table = {0}, page = {0};
    scenario_document(&table);
    ck_assert_int_eq(file_read("docs/simulator.md", 1000000, &page, &fault), ERR_OK);
    ck_assert_msg(strstr(page.at, table.at), "docs/simulator.md should have:\n%s", table.at);
    buffer_done(&table);
    buffer_done(&page);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("scenario");
    tcase_add_test(cases, what_a_file_does_not_say_keeps_its_default);
    tcase_add_test(cases, lists_and_the_currency_are_read);
    tcase_add_test(cases, every_mistake_is_named_with_the_way_out);
    tcase_add_test(cases, a_file_that_is_not_there_is_said);
    tcase_add_test(cases, the_example_says_every_field_with_its_default);
    tcase_add_test(cases, the_documentation_has_the_table);
    Suite *suite = suite_create("scenario");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
