/* SPDX-License-Identifier: Apache-2.0
 *
 * What outcomes say about a rule. Intervals were worked out by hand from Wilson's formula.
 */
#include "ctl/advise_view.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "alert/advice.h"
#include "base/file.h"

#define FACTS_MAX 200

static const struct screen plain = {0};
static json_t *options; /* in force; NULL: the defaults */
static struct stats_fact facts[FACTS_MAX];
static size_t fact_count;

static void set_up(void)
{
    fact_count = 0;
    options = NULL;
}

static uint32_t bit_of(const char *detector)
{
    for (size_t d = 0; d < detector_count; d++)
        if (strcmp(detectors[d]->name, detector) == 0)
            return 1u << d;
    ck_abort_msg("no detector %s", detector);
}

/* So many resolved alerts of a detector with an outcome. */
static void add(const char *detector, enum outcome outcome, int times)
{
    while (times--) {
        ck_assert_uint_lt(fact_count, FACTS_MAX);
        facts[fact_count++] = (struct stats_fact){.detectors = bit_of(detector),
                                                  .state = ALERT_RESOLVED,
                                                  .teams = 1u << TEAM_POLICE,
                                                  .outcome = outcome};
    }
}

static void write_advice(double wanted, bool more, struct buffer *json)
{
    const struct advice_query query = {.wanted = wanted, .options = options};
    struct advices advices;
    advice_count(facts, fact_count, &query, &advices);
    advice_json(&advices, json);
    buffer_format(json, ",\"more\":%s,\"counting\":false}", more ? "true" : "false");
}

static void view_says(const char *json, const char *part)
{
    struct buffer text = {0};
    json_t *body = json_loads(json, 0, NULL);
    ck_assert_msg(body != NULL, "%s", json);
    advise_view(&plain, body, 0, &text);
    ck_assert_msg(strstr(text.at, part) != NULL, "no '%s' in:\n%s", part, text.at);
    json_decref(body);
    buffer_done(&text);
}

static void says(double wanted, const char *part)
{
    struct buffer json = {0};
    write_advice(wanted, false, &json);
    view_says(json.at, part);
    buffer_done(&json);
}

START_TEST(few_outcomes_support_nothing)
{
    says(10, "no resolved alerts");
    add("silence", OUTCOME_SAFE, 19);
    add("silence", OUTCOME_OTHER, 40); /* says nothing either way */
    says(10, "too few outcomes to say anything: 19 of at least 20");
}
END_TEST

START_TEST(a_rule_that_helps_too_seldom_should_tell_less)
{
    add("silence", OUTCOME_SAFE, 98);
    add("silence", OUTCOME_HOSPITAL, 2);
    says(10, "0.6 to 7.0 %");               /* 2 of 100 */
    says(10, "silence.share: 1.0 -> 0.75"); /* 7.0 of 10: by a quarter at most */
    says(8, "silence.share: 1.0 -> 0.88");  /* 7.0 of 8 */
    says(7.1, "silence.share: 1.0 -> 0.90");
    says(5, "no change: 5 %");
    says(0.1, "silence.share: 1.0 -> 1.2");
    says(10, "anbuctl replay --config anbu.yaml --with silence.share=0.75 INPUT");
    says(5, "anbuctl replay --config anbu.yaml --with OPTION=VALUE INPUT");
    says(10, "routine         0         0");
}
END_TEST

START_TEST(where_false_alarms_come_from_is_said)
{
    add("drop", OUTCOME_ABSENCE, 60);
    add("drop", OUTCOME_SAFE, 40);
    says(10, "0.0 to 3.7 %"); /* 0 of 100 */
    says(10, "drop.below: 50 -> 38; most false alarms are absences");
    add("cutoff", OUTCOME_HELPED, 30);
    says(10, "88.6 to 100.0 %"); /* 30 of 30 */
    says(10, "cutoff.notice: true goes no further up the load");
}
END_TEST

START_TEST(an_alert_counts_for_each_of_its_reasons_and_only_when_it_was_resolved)
{
    add("silence", OUTCOME_METER_FAULT, 20);
    for (size_t i = 0; i < fact_count; i++)
        facts[i].detectors |= bit_of("routine");
    says(10, "silence        20         0");
    says(10, "routine        20         0");
    says(10, "most false alarms are meter faults");
    facts[0].state = ALERT_OPEN;      /* opened again: its outcome holds no more */
    facts[1].outcome = OUTCOME_COUNT; /* none */
    says(10, "too few outcomes to say anything: 18 of at least 20");
}
END_TEST

static bool of_team(const void *viewer, const struct stats_fact *fact)
{
    return fact->teams & *(const uint32_t *)viewer;
}

START_TEST(who_may_not_see_an_alert_does_not_learn_from_it)
{
    const uint32_t welfare = 1u << TEAM_WELFARE;
    const struct advice_query query = {.wanted = 10, .sees = of_team, .viewer = &welfare};
    struct advices advices;
    add("silence", OUTCOME_SAFE, 30);
    facts[7].teams = welfare;
    advice_count(facts, fact_count, &query, &advices);
    unsigned resolved = 0;
    for (size_t d = 0; d < detector_count; d++)
        resolved += advices.rules[d].resolved;
    ck_assert_uint_eq(resolved, 1);
}
END_TEST

START_TEST(as_json_it_is_the_same)
{
    struct buffer text = {0};
    add("arrears", OUTCOME_REFERRED_ONWARD, 10);
    add("arrears", OUTCOME_MOVED, 9);
    add("arrears", OUTCOME_ABSENCE, 1);
    add("arrears", OUTCOME_OTHER, 1);
    write_advice(10, true, &text);
    ck_assert_ptr_nonnull(strstr(text.at, "{\"wanted\":10,\"rules\":[{"));
    ck_assert_ptr_nonnull(strstr(text.at, "{\"detector\":\"silence\",\"judged\":0,\"worth_it\":0,"
                                          "\"low\":0,\"high\":100,\"advice\":\"too_few\","
                                          "\"option\":null,\"from\":null,\"to\":null,"));
    ck_assert_ptr_nonnull(strstr(text.at, "{\"detector\":\"arrears\",\"judged\":20,"
                                          "\"worth_it\":10,\"low\":29.9298,\"high\":70.0702,"
                                          "\"advice\":\"more\",\"option\":"
                                          "\"arrears.check_months\",\"from\":\"3\","
                                          "\"to\":\"2\",\"resolved\":21,\"absences\":1,"
                                          "\"meter_faults\":0}"));
    view_says(text.at, "there are more");
    buffer_done(&text);
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
    add("silence", OUTCOME_SAFE, 100);
    options = json_loads("[" ROW("silence.share", "0.6") "]", 0, NULL);
    says(10, "silence.share: 0.6 -> 0.45");
    json_decref(options);
}
END_TEST

START_TEST(a_daemon_of_another_version_is_read_as_far_as_it_goes)
{
    view_says("{\"wanted\":10,\"rules\":[{\"detector\":\"of_later\",\"judged\":30,\"worth_it\":30,"
              "\"resolved\":30,\"advice\":\"more\",\"option\":null,\"low\":88,\"high\":100}]}",
              "make it tell more");
    view_says("{\"rules\":[7,{},{\"detector\":3,\"judged\":-1,\"resolved\":\"x\"}]}",
              "no resolved alerts");
    view_says("{\"counting\":true}", "ask again");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("advise");
    TCase *cases = tcase_create("advise");
    tcase_add_checked_fixture(cases, set_up, NULL);
    tcase_add_test(cases, few_outcomes_support_nothing);
    tcase_add_test(cases, a_rule_that_helps_too_seldom_should_tell_less);
    tcase_add_test(cases, where_false_alarms_come_from_is_said);
    tcase_add_test(cases, an_alert_counts_for_each_of_its_reasons_and_only_when_it_was_resolved);
    tcase_add_test(cases, who_may_not_see_an_alert_does_not_learn_from_it);
    tcase_add_test(cases, as_json_it_is_the_same);
    tcase_add_test(cases, every_detector_has_one_lever_and_the_page_names_it);
    tcase_add_test(cases, a_lever_goes_as_far_as_the_options_allow);
    tcase_add_test(cases, the_daemons_own_value_is_where_it_begins);
    tcase_add_test(cases, a_daemon_of_another_version_is_read_as_far_as_it_goes);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
