/* SPDX-License-Identifier: Apache-2.0
 *
 * Ladders as YAML has them, and as the API shows the one that an alert is on.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/rules.h"
#include "alerts.h"
#include "config/internal.h"
#include "console/ladder_shown.h"

static enum err read_yaml(const char *yaml, struct config **out, struct config_errors *errors)
{
    const struct config_input input = {.path = "anbu.yaml", .text = {yaml, strlen(yaml)}};
    return config_read(detectors, detector_count, &input, out, errors);
}

static struct config *loaded(const char *yaml)
{
    struct config *config = NULL;
    struct config_errors errors = {0};
    ck_assert_msg(!read_yaml(yaml, &config, &errors), "%s", buffer_view(&errors.text).at);
    config_errors_done(&errors);
    return config;
}

static const char two[] = "ladders:\n"
                          "  - name: night\n"
                          "    hours: 22:00-06:30\n"
                          "    after: 5m\n"
                          "    when_taken: go_on\n"
                          "    teams: [police]\n"
                          "    severities: [medium, critical]\n"
                          "    steps:\n"
                          "      - {channel: message, whom: resident, wait: 20m}\n"
                          "      - {whom: police, channel: police}\n"
                          "  - {name: usual, steps: [{channel: visit, whom: officer, wait: 1h}]}\n";

START_TEST(ladders_are_read_in_their_order)
{
    struct config *config = loaded(two);
    size_t count;
    const struct ladder *ladders = config_ladders(config, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(ladders[0].name, "night");
    ck_assert_int_eq(ladders[0].from_min, 22 * 60);
    ck_assert_int_eq(ladders[0].to_min, 6 * 60 + 30);
    ck_assert_int_eq(ladders[0].after_s, 300);
    ck_assert_int_eq(ladders[0].when_taken, TAKEN_GO_ON);
    ck_assert_uint_eq(ladders[0].teams, 1u << TEAM_POLICE);
    ck_assert_uint_eq(ladders[0].step_count, 2);
    ck_assert_int_eq(ladders[0].steps[0].wait_s, 1200);
    ck_assert_int_eq(ladders[0].steps[1].channel, BY_POLICE);
    ck_assert_int_eq(ladders[1].when_taken, TAKEN_STOP);
    ck_assert_ptr_eq(ladder_for(ladders, count, TEAM_POLICE, SEVERITY_MEDIUM, 60), &ladders[0]);
    ck_assert_ptr_eq(ladder_for(ladders, count, TEAM_POLICE, SEVERITY_HIGH, 60), &ladders[1]);
    ck_assert_uint_eq(config_set_count(config), 2);
    config_free(config);
}
END_TEST

static const struct {
    const char *yaml, *says;
} wrong[] = {
    {"ladders: 5\n", "ladders: is a list, not a single value"},
    {"ladders:\n  - {name: Night, steps: [{channel: visit, whom: officer}]}\n",
     "ladders[1]: needs a name of 1 to 32 characters: a-z, 0-9 and '-'"},
    {"ladders:\n  - {name: a, steps: [{channel: visit, whom: officer}]}\n"
     "  - {name: a, steps: [{channel: visit, whom: officer}]}\n",
     "ladders[2]: has the name of another ladder"},
    {"ladders:\n  - {name: a, hours: 22-8, steps: [{channel: visit, whom: officer}]}\n",
     "hours are written as 22:00-08:00"},
    {"ladders:\n  - {name: a, hours: 24:00-08:00, steps: [{channel: visit, whom: officer}]}\n",
     "hours are written as 22:00-08:00"},
    {"ladders:\n  - {name: a}\n", "ladders[1]: has no steps"},
    {"ladders:\n  - {name: a, hour: 5, steps: [{channel: visit, whom: officer}]}\n",
     "ladders[1].hour: no such key of a ladder; did you mean hours?"},
    {"ladders:\n  - {name: a, steps: [{channel: visit}]}\n",
     "ladders[1].steps[1]: a step needs its channel and whom"},
    {"ladders:\n  - {name: a, steps: [{channel: fax, whom: officer}]}\n",
     "ladders[1].steps[1].channel: "},
    {"ladders:\n  - {name: a, steps: [{channel: visit, whom: officer, wait: 0s}]}\n",
     "ladders[1].steps[1].wait: "},
    {"ladders:\n  - {name: a, steps: [{channel: visit, whom: police}]}\n",
     "channel police goes with whom: police"},
    {"ladders:\n  - {name: a, steps: [{channel: police, whom: police},\n"
     "      {channel: visit, whom: officer}]}\n",
     "ladders[1]: has steps after the police"},
    {"ladders:\n  - {name: a, teams: [fire], steps: [{channel: visit, whom: officer}]}\n",
     "ladders[1].teams: 'fire' is no team"},
    {"ladders:\n  - [a]\n", "ladders[1]: is a section, not a list"},
};

START_TEST(what_is_no_ladder_is_told_with_its_place)
{
    struct config *config = NULL;
    struct config_errors errors = {0};
    ck_assert_int_ne(read_yaml(wrong[_i].yaml, &config, &errors), ERR_OK);
    ck_assert_msg(strstr(errors.text.at, wrong[_i].says) != NULL, "%s", errors.text.at);
    ck_assert_msg(strncmp(errors.text.at, "anbu.yaml:", 10) == 0, "%s", errors.text.at);
    config_errors_done(&errors);
}
END_TEST

START_TEST(there_is_a_most_of_ladders_and_of_steps)
{
    for (int steps = 0; steps < 2; steps++) {
        struct buffer yaml = {0};
        struct config *config = NULL;
        struct config_errors errors = {0};
        buffer_text(&yaml, "ladders:\n");
        for (int i = 0; !steps && i <= LADDERS_MAX; i++)
            buffer_format(&yaml, "  - {name: a%d, steps: [{channel: visit, whom: officer}]}\n", i);
        if (steps)
            buffer_text(&yaml, "  - name: a\n    steps:\n");
        for (int i = 0; steps && i <= LADDER_STEPS_MAX; i++)
            buffer_text(&yaml, "      - {channel: visit, whom: officer}\n");
        ck_assert_int_ne(read_yaml(yaml.at, &config, &errors), ERR_OK);
        ck_assert_msg(
            strstr(errors.text.at, steps ? "ladders[1].steps[13]: there are more than 12 steps"
                                         : "there are more than 16 ladders") != NULL,
            "%s", errors.text.at);
        config_errors_done(&errors);
        buffer_done(&yaml);
    }
}
END_TEST

START_TEST(show_config_has_every_key_of_them)
{
    struct config *config = loaded(two);
    struct buffer shown = {0};
    config_show(config, &shown);
    static const char *const parts[] = {"ladders[1].name",
                                        "ladders[1].hours",
                                        "22:00-06:30",
                                        "ladders[2].when_taken",
                                        "teams: [police]",
                                        "severities: [medium, critical]",
                                        "message resident, 20m; police police, 30m"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        ck_assert_msg(strstr(shown.at, parts[i]) != NULL, "it lacks %s", parts[i]);
    buffer_done(&shown);
    config_free(config);
}
END_TEST

START_TEST(one_alert_is_shown_with_the_steps_of_its_ladder)
{
    struct config *config = loaded(two), *none = loaded("");
    struct alert_rules rules;
    struct alert alert = {0};
    struct buffer shown = {0};
    struct fault fault = {""};
    struct finding finding = alerts_finding(&alerts_silence, 1, MORNING_S);
    struct change raise = alerts_found(&finding);
    struct step raised = {0}, due = {0};
    /* Somebody writes what looks like the member. */
    (void)snprintf(finding.summary, sizeof finding.summary, ",\"ladder\":{\"name\":");
    rules_of(config, &rules);
    ck_assert_int_eq(lifecycle_apply(NULL, &raise, &rules, &raised, &fault), ERR_OK);
    alert_write(&raised.alert, &shown);
    ladder_shown_add(&raised.alert, config, &shown);
    ck_assert_ptr_nonnull(strstr(shown.at, "\"ladder_begins\":{\"steps\":[{\"channel\":\"visit\","
                                           "\"whom\":\"officer\",\"wait\":\"1h\"}],\"name\":"));
    struct change step = alerts_timer(CHANGE_STEP_DUE, finding.wall_ms);
    ck_assert_int_eq(lifecycle_apply(&raised.alert, &step, &rules, &due, &fault), ERR_OK);
    buffer_clear(&shown);
    alert_write(&due.alert, &shown);
    ladder_shown_add(&due.alert, none, &shown); /* a reload has taken it away */
    ck_assert_str_eq(shown.at, due.snapshot.at);
    ladder_shown_add(&due.alert, config, &shown);
    ck_assert_ptr_nonnull(strstr(shown.at, ",\"ladder\":{\"steps\":[{\"channel\":\"visit\","));
    ck_assert_int_eq(alert_read(buffer_view(&shown), &alert, &fault), ERR_OK);
    alert_done(&alert);
    buffer_done(&shown);
    step_done(&raised);
    step_done(&due);
    config_free(config);
    config_free(none);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ladders");
    TCase *cases = tcase_create("ladders");
    tcase_add_test(cases, ladders_are_read_in_their_order);
    tcase_add_loop_test(cases, what_is_no_ladder_is_told_with_its_place, 0,
                        sizeof wrong / sizeof wrong[0]);
    tcase_add_test(cases, there_is_a_most_of_ladders_and_of_steps);
    tcase_add_test(cases, show_config_has_every_key_of_them);
    tcase_add_test(cases, one_alert_is_shown_with_the_steps_of_its_ladder);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
