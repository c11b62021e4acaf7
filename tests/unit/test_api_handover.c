/* SPDX-License-Identifier: Apache-2.0
 *
 * What a shift leaves to the next: which alerts, in which order, what comes due, and to whom it is
 * shown.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "alert/rules.h"
#include "api_world.h"
#include "config/internal.h"
#include "kafka/kafka.h"
#include "visitor.h"

#define PATH   "/api/v1/handover"
#define HOUR_S 3600

static const struct visitor kim = {"kim", ROLE_OFFICER, TEAM_POLICE, "11140-sindang"};
static const struct visitor lee = {"lee", ROLE_OFFICER, TEAM_WELFARE, ""};
static const struct visitor far = {"far", ROLE_SUPERVISOR, TEAM_WELFARE, "11140-hwanghak"};

/* Where an alert of the household stands in the answer, from the start. */
static size_t offset_of(const char *household)
{
    char part[64];
    (void)snprintf(part, sizeof part, "\"household\":\"%s\"", household);
    const char *at = strstr(aw_answer.body.at, part);
    ck_assert_msg(at != NULL, "no %s in %s", household, aw_answer.body.at);
    return (size_t)(at - aw_answer.body.at);
}

START_TEST(each_desk_leaves_its_oldest_first_and_what_comes_due)
{
    (void)aw_raise("H-young", &aw_quiet, SEVERITY_CRITICAL, AW_RAISED_S);
    (void)aw_raise("H-old", &aw_quiet, SEVERITY_MEDIUM, AW_RAISED_S - HOUR_S);
    const char *owing = aw_raise("H-owing", &aw_owing, SEVERITY_LOW, AW_RAISED_S);
    const char *over = aw_raise("H-over", &aw_owing, SEVERITY_LOW, AW_RAISED_S);
    aw_expect(200, aw_path(over, "resolve"), "{\"outcome\":\"safe\"}");
    aw_expect(200, aw_path(owing, "acknowledge"),
              "{\"note\":\"calling the son\",\"expires\":\"2026-01-16T12:30:00+09:00\"}");
    aw_expect(200, PATH "?why=morning", NULL);
    aw_says("{\"desks\":[{\"desk\":\"police\",\"alerts\":[{");
    aw_says("],\"total\":2,\"more\":false,\"held\":0},{\"desk\":\"welfare\",\"alerts\":[{");
    aw_says("],\"total\":1,\"more\":false,\"held\":0}]}");
    ck_assert_uint_lt(offset_of("H-old"), offset_of("H-young"));
    ck_assert_uint_lt(offset_of("H-young"), offset_of("H-owing"));
    aw_says_not("H-over");
    /* A minute after it was raised, and then as long as alerts of its severity wait. */
    aw_says("\"next\":{\"what\":\"unacknowledged\",\"at\":\"2026-01-16T07:11:00+09:00\"}}");
    aw_says("\"next\":{\"what\":\"ack_expiry\",\"at\":\"2026-01-16T12:30:00+09:00\"}}");
    aw_says("\"note\":\"calling the son\"}],\"waits_since\":null,");
    aw_audit_says("\"action\":\"handover.show\",\"subject\":\"\",\"household\":\"\",\"why\":"
                  "\"morning\",\"result\":\"ok: 3 alerts\"",
                  1);
}
END_TEST

START_TEST(a_referral_stands_with_the_team_that_was_asked_until_it_comes_back)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(200, aw_path(id, "refer"), "{\"team\":\"welfare\",\"note\":\"arrears alone\"}");
    aw_expect(200, PATH, NULL);
    aw_says("{\"desk\":\"police\",\"alerts\":[],\"total\":0,\"more\":false,\"held\":0},"
            "{\"desk\":\"welfare\",\"alerts\":[{");
    aw_says("\"what\":\"referred\",");
    aw_says("\"next\":{\"what\":\"refer_accept\",\"at\":\"2026-01-16T10:33:04+09:00\"}}");
    visitor_comes(&kim);
    ck_assert_int_eq(visitor_asks("GET", PATH, NULL), 200);
    visitor_reads("\"household\":\"H-1\""); /* nothing falls between two desks */
}
END_TEST

START_TEST(of_a_ladder_the_step_is_named_that_the_configuration_has)
{
    static const char yaml[] = "ladders:\n"
                               "  - name: usual\n"
                               "    after: 5m\n"
                               "    steps: [{channel: message, whom: resident, wait: 10m},\n"
                               "            {channel: phone, whom: contact_person}]\n";
    const struct config_input input = {.path = "anbu.yaml", .text = {yaml, strlen(yaml)}};
    struct config *before = aw_config, *config = NULL;
    struct config_errors errors = {0};
    struct alert_rules rules = aw_rules;
    ck_assert(!config_read(detectors, detector_count, &input, &config, &errors));
    config_errors_done(&errors);
    rules_of(config, &aw_rules);
    (void)aw_raise("H-1", &aw_quiet, SEVERITY_MEDIUM, AW_RAISED_S);
    aw_rules = rules;
    aw_expect(200, "/healthz", NULL); /* the API's thread has begun, and waits */
    aw_config = config;
    aw_expect(200, PATH, NULL);
    aw_says("\"next\":{\"what\":\"ladder\",\"at\":\"2026-01-16T07:06:00+09:00\",\"channel\":"
            "\"message\",\"whom\":\"resident\"}}");
    aw_config = before;
    aw_expect(200, PATH, NULL);
    aw_says("\"next\":{\"what\":\"ladder\",\"at\":\"2026-01-16T07:06:00+09:00\",\"channel\":null,"
            "\"whom\":null}}");
    config_free(config);
}
END_TEST

START_TEST(what_nothing_will_move_says_so)
{
    (void)aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(200, PATH, NULL);
    aw_says("\"next\":null}");
}
END_TEST

static void never_escalates(void)
{
    static const char *const more[] = {"alerts.escalations_max=0"};
    aw_set_up_with(more, 1);
}

START_TEST(what_an_incident_holds_is_counted_and_not_shown)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_MEDIUM, AW_RAISED_S);
    const struct hold hold = {.incident = "fd8xd9d4", .until_ms = AW_NOW_MS + 3600000};
    struct change change = {.kind = CHANGE_HOLD, .at_ms = AW_NOW_MS, .hold = &hold};
    uint32_t partition = kafka_partition(TEXT("H-1"), AW_PARTITIONS);
    struct buffer snapshot = {0};
    struct alert alert;
    struct step step = {0};
    struct store_transition transition;
    ck_assert(!aw_store->ops->alert(aw_store, partition, id, &snapshot, &aw_fault));
    ck_assert(!alert_read(buffer_view(&snapshot), &alert, &aw_fault));
    ck_assert_msg(!lifecycle_apply(&alert, &change, &aw_rules, &step, &aw_fault), "%s",
                  aw_fault.text);
    lifecycle_transition(&step, partition, NULL, &transition);
    ck_assert(!aw_store->ops->transition(aw_store, NULL, &transition, &aw_fault));
    aw_expect(200, PATH "?desk=police", NULL);
    ck_assert_str_eq(aw_answer.body.at,
                     "{\"desks\":[{\"desk\":\"police\",\"alerts\":[],\"total\":0,"
                     "\"more\":false,\"held\":1}]}");
    step_done(&step);
    alert_done(&alert);
    buffer_done(&snapshot);
}
END_TEST

START_TEST(who_sees_an_alert_in_the_list_sees_it_here_and_nobody_else)
{
    (void)aw_raise("H-quiet", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    (void)aw_raise("H-owing", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    visitor_comes(&kim);
    ck_assert_int_eq(visitor_asks("GET", PATH, NULL), 200);
    visitor_reads("H-quiet");
    visitor_reads_not("H-owing");
    visitor_reads("\"hours\":[]"); /* never by which hours a home lives */
    visitor_reads_not("97,97,97");
    visitor_comes(&lee);
    ck_assert_int_eq(visitor_asks("GET", PATH "?desk=welfare", NULL), 200);
    visitor_reads("H-owing");
    visitor_reads("97,97,97");
    visitor_reads_not("H-quiet");
    visitor_comes(&far);
    ck_assert_int_eq(visitor_asks("GET", PATH, NULL), 200);
    visitor_reads_not("H-");
    visitor_comes(&(struct visitor){"ops", ROLE_OPS, ACCOUNT_ANY_TEAM, ""});
    ck_assert_int_eq(visitor_asks("GET", PATH, NULL), 403);
    visitor_comes(&(struct visitor){"net", ROLE_UTILITY, ACCOUNT_ANY_TEAM, ""});
    ck_assert_int_eq(visitor_asks("GET", PATH, NULL), 403);
}
END_TEST

START_TEST(more_than_a_page_says_so_and_the_oldest_stay)
{
    char name[16];
    for (int i = 0; i < 7; i++) {
        (void)snprintf(name, sizeof name, "H-%d", i);
        (void)aw_raise(name, &aw_quiet, SEVERITY_HIGH, AW_RAISED_S - i * HOUR_S);
    }
    aw_expect(200, PATH "?limit=2&desk=police", NULL);
    ck_assert_uint_lt(offset_of("H-6"), offset_of("H-5"));
    aw_says_not("\"household\":\"H-4\"");
    aw_says("],\"total\":7,\"more\":true,\"held\":0}]}");
    aw_expect(200, PATH "?area=11140-hwanghak", NULL);
    aw_says_not("H-");
    aw_expect(400, PATH "?desk=fire", NULL);
    aw_says("\\\"fire\\\" is none of police, welfare");
    aw_expect(400, PATH "?limit=0", NULL);
    aw_expect(400, PATH "?state=open", NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, handover");
    TCase *tcase = tcase_create("handover"), *still = tcase_create("still");
    tcase_set_timeout(tcase, 120); /* argon2id under sanitizers */
    tcase_add_checked_fixture(tcase, aw_set_up, aw_tear_down);
    tcase_add_test(tcase, each_desk_leaves_its_oldest_first_and_what_comes_due);
    tcase_add_test(tcase, a_referral_stands_with_the_team_that_was_asked_until_it_comes_back);
    tcase_add_test(tcase, of_a_ladder_the_step_is_named_that_the_configuration_has);
    tcase_add_test(tcase, what_an_incident_holds_is_counted_and_not_shown);
    tcase_add_test(tcase, who_sees_an_alert_in_the_list_sees_it_here_and_nobody_else);
    tcase_add_test(tcase, more_than_a_page_says_so_and_the_oldest_stay);
    tcase_add_checked_fixture(still, never_escalates, aw_tear_down);
    tcase_add_test(still, what_nothing_will_move_says_so);
    suite_add_tcase(suite, tcase);
    suite_add_tcase(suite, still);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
