/* SPDX-License-Identifier: Apache-2.0
 *
 * What outcomes say about a rule. Intervals were worked out by hand from Wilson's formula.
 */
#include "ctl/advise_view.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ctl/lever.h"

static const struct screen plain = {0};
static json_t *options; /* in force; NULL: the defaults */

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
    const struct advise advise = {list, options, wanted};
    advise_view(&plain, &advise, &text);
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
    says(list, 10, "0.6 to 7.0 %");               /* 2 of 100 */
    says(list, 10, "silence.share: 1.0 -> 0.75"); /* 7.0 of 10: by a quarter at most */
    says(list, 8, "silence.share: 1.0 -> 0.88");  /* 7.0 of 8 */
    says(list, 7.1, "silence.share: 1.0 -> 0.90");
    says(list, 5, "no change: 5 %");
    says(list, 0.1, "silence.share: 1.0 -> 1.2");
    says(list, 10, "anbuctl replay --config anbu.yaml --with silence.share=0.75 INPUT");
    says(list, 5, "anbuctl replay --config anbu.yaml --with OPTION=VALUE INPUT");
    says(list, 10, "routine         0         0");
    json_decref(list);
}
END_TEST

START_TEST(where_false_alarms_come_from_is_said)
{
    json_t *list = nothing();
    add(list, "drop", "absence", 60);
    add(list, "drop", "safe", 40);
    says(list, 10, "0.0 to 3.7 %"); /* 0 of 100 */
    says(list, 10, "drop.below: 50 -> 38; most false alarms are absences");
    add(list, "cutoff", "helped", 30);
    says(list, 10, "88.6 to 100.0 %"); /* 30 of 30 */
    says(list, 10, "cutoff.notice: true goes no further up the load");
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
    const struct advise advise = {list, NULL, 10};
    advise_json(&advise, &text);
    ck_assert_ptr_nonnull(strstr(text.at, "{\"wanted\":10,\"more\":true,\"rules\":[{"));
    ck_assert_ptr_nonnull(strstr(text.at, "{\"detector\":\"silence\",\"judged\":0,\"worth_it\":0,"
                                          "\"low\":0,\"high\":100,\"advice\":\"too_few\","
                                          "\"option\":null,\"from\":null,\"to\":null}"));
    ck_assert_ptr_nonnull(strstr(text.at, "{\"detector\":\"arrears\",\"judged\":20,"
                                          "\"worth_it\":10,\"low\":29.93,\"high\":70.07,"
                                          "\"advice\":\"more\",\"option\":"
                                          "\"arrears.check_months\",\"from\":\"3\","
                                          "\"to\":\"2\"}"));
    says(list, 10, "there are more");
    buffer_done(&text);
    json_decref(list);
}
END_TEST

/* ---- levers ---- */

START_TEST(every_detector_has_one_lever_and_the_page_names_it)
{
    struct buffer page = {0}, rows = {0};
    struct fault fault = {""};
    ck_assert_msg(file_read("docs/alerts.md", 200000, &page, &fault) == ERR_OK, "%s", fault.text);
    buffer_text(&rows, "| Detector | Lever | Raised, it tells |\n|---|---|---|\n");
    for (size_t i = 0; i < detector_count; i++) {
        int levers = 0;
        for (size_t k = 0; k < detectors[i]->option_count; k++)
            levers += detectors[i]->options[k].lever != LEVER_NONE;
        ck_assert_msg(levers == 1, "%s has %d levers", detectors[i]->name, levers);
        const struct option *lever = lever_of(detectors[i]);
        ck_assert(lever->type == OPTION_BOOL || lever->type == OPTION_INT ||
                  lever->type == OPTION_NUMBER);
        buffer_format(&rows, "| `%s` | `%s` | %s |\n", detectors[i]->name, lever->name,
                      lever->lever == LEVER_TELLS_MORE ? "more" : "less");
    }
    ck_assert_msg(strstr(page.at, rows.at) != NULL, "docs/alerts.md lacks:\n%s", rows.at);
    buffer_done(&page);
    buffer_done(&rows);
}
END_TEST

/* What is proposed for a detector when its options have these values. */
static void proposes(const char *detector, const char *in_force, double factor, const char *to)
{
    struct lever_change change;
    json_t *rows = json_loads(in_force, 0, NULL);
    ck_assert_msg(rows != NULL, "%s", in_force);
    for (size_t i = 0; i < detector_count; i++)
        if (strcmp(detectors[i]->name, detector) == 0) {
            ck_assert(lever_change(detectors[i], rows, factor, &change));
            ck_assert_msg(strcmp(change.to, to) == 0, "%s %s: from %s to '%s', not '%s'", detector,
                          in_force, change.from, change.to, to);
        }
    json_decref(rows);
}
#define ROW(name, value) "{\"name\":\"" name "\",\"value\":\"" value "\"}"

START_TEST(a_lever_goes_as_far_as_the_options_allow)
{
    proposes("silence", "[]", 0.8, "0.80");
    proposes("silence", "[" ROW("silence.share", "0.01") "]", 0.8, "");
    proposes("silence", "[" ROW("silence.share", "10") "]", 1.25, "");
    proposes("routine", "[]", 0.75, "9.3"); /* more odds: less */
    proposes("flow", "[]", 1.25, "80");
    proposes("arrears", "[]", 0.9, "4");
    proposes("arrears", "[]", 1.1, "2");
    proposes("arrears", "[" ROW("arrears.check_months", "2") "]", 1.1, ""); /* attention is at 2 */
    proposes("arrears", "[" ROW("arrears.check_months", "6") "]", 0.9, ""); /* serious is at 6 */
    proposes("cutoff", "[]", 0.9, "false");
    proposes("cutoff", "[" ROW("cutoff.notice", "false") "]", 0.9, "");
    proposes("cutoff", "[" ROW("cutoff.notice", "false") "]", 1.1, "true");
    proposes("drop", "[" ROW("drop.below", "56") "]", 1.25, ""); /* 70: it must stay below back */
    proposes("drop", "[" ROW("drop.below", "55") "]", 1.25, "69");
    proposes("decline", "[7,{}," ROW("decline.below", "60") "]", 0.75, ""); /* unseen is at 50 */
}
END_TEST

START_TEST(the_daemons_own_value_is_where_it_begins)
{
    json_t *list = nothing();
    add(list, "silence", "safe", 100);
    options = json_loads("[" ROW("silence.share", "0.6") "]", 0, NULL);
    says(list, 10, "silence.share: 0.6 -> 0.45");
    json_decref(options);
    options = NULL;
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
    tcase_add_test(cases, every_detector_has_one_lever_and_the_page_names_it);
    tcase_add_test(cases, a_lever_goes_as_far_as_the_options_allow);
    tcase_add_test(cases, the_daemons_own_value_is_where_it_begins);
    tcase_add_test(cases, nonsense_is_passed_over);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
