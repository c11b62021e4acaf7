/* SPDX-License-Identifier: Apache-2.0
 *
 * What outcomes say about a rule. Intervals were worked out by hand from Wilson's formula.
 */
#include "ctl/advise_view.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct screen plain = {0};

/* So many alerts of a detector with an outcome. */
static void add(json_t *list, const char *detector, const char *outcome, int times)
{
    json_t *alerts = json_object_get(list, "alerts");
    while (times--)
        (void)json_array_append_new(alerts, json_pack("{s:s,s:[{s:s}]}", "outcome", outcome,
                                                      "reasons", "detector", detector));
}

static json_t *nothing(void)
{
    return json_pack("{s:[],s:b}", "alerts", "more", 0);
}

static void says(json_t *list, double wanted, const char *part)
{
    struct buffer text = {0};
    advise_view(&plain, list, wanted, &text);
    ck_assert_msg(strstr(text.at, part) != NULL, "no '%s' in:\n%s", part, text.at);
    buffer_done(&text);
}

START_TEST(few_outcomes_support_nothing)
{
    json_t *list = nothing();
    says(list, 10, "no resolved alerts");
    add(list, "silence", "safe", 19);
    add(list, "silence", "other", 40); /* says nothing either way */
    says(list, 10, "too few outcomes to say anything: 19 of at least 20");
    json_decref(list);
}
END_TEST

START_TEST(a_rule_that_helps_too_seldom_should_tell_less)
{
    json_t *list = nothing();
    add(list, "silence", "safe", 98);
    add(list, "silence", "hospital", 2);
    says(list, 10, "0.6 to 7.0 %"); /* 2 of 100 */
    says(list, 10, "lower budget.acute_per_household_year");
    says(list, 5, "no change: 5 %");
    says(list, 0.1, "raise budget.acute_per_household_year");
    says(list, 10, "anbuctl replay --config anbu.yaml --compare");
    json_decref(list);
}
END_TEST

START_TEST(where_false_alarms_come_from_is_said)
{
    json_t *list = nothing();
    add(list, "drop", "absence", 60);
    add(list, "drop", "safe", 40);
    says(list, 10, "0.0 to 3.7 %"); /* 0 of 100 */
    says(list, 10, "lower drop.below by a quarter; most false alarms are absences");
    add(list, "cutoff", "helped", 30);
    says(list, 10, "88.6 to 100.0 %"); /* 30 of 30 */
    says(list, 10, "set cutoff.notice and cutoff.limited to true");
    add(list, "of_later", "helped", 30);
    says(list, 10, "make it tell more");
    json_decref(list);
}
END_TEST

START_TEST(as_json_it_is_the_same)
{
    json_t *list = nothing();
    struct buffer text = {0};
    add(list, "arrears", "referred_onward", 10);
    add(list, "arrears", "moved", 10);
    (void)json_object_set_new(list, "more", json_true());
    advise_json(list, 10, &text);
    ck_assert_str_eq(text.at, "{\"wanted\":10,\"more\":true,\"rules\":[{\"detector\":\"arrears\","
                              "\"judged\":20,\"worth_it\":10,\"low\":29.93,\"high\":70.07,"
                              "\"advice\":\"more\"}]}\n");
    says(list, 10, "there are more");
    buffer_done(&text);
    json_decref(list);
}
END_TEST

START_TEST(nonsense_is_passed_over)
{
    json_t *list = json_loads("{\"alerts\":[7,{\"outcome\":\"fine\"},{\"outcome\":\"safe\","
                              "\"reasons\":[{},{\"detector\":3}]}]}",
                              0, NULL);
    says(list, 10, "no resolved alerts");
    json_decref(list);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("advise");
    TCase *cases = tcase_create("advise");
    tcase_add_test(cases, few_outcomes_support_nothing);
    tcase_add_test(cases, a_rule_that_helps_too_seldom_should_tell_less);
    tcase_add_test(cases, where_false_alarms_come_from_is_said);
    tcase_add_test(cases, as_json_it_is_the_same);
    tcase_add_test(cases, nonsense_is_passed_over);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
