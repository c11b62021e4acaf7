/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers of the desk over the API: who sees whose, how old they may be, and as a table.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_world.h"
#include "console/facts.h"
#include "kafka/kafka.h"
#include "visitor.h"

static const struct visitor yun = {"yun", ROLE_SUPERVISOR, TEAM_POLICE, "11140-sindang"};
static const struct visitor far = {"far", ROLE_SUPERVISOR, TEAM_POLICE, "11140-hwanghak"};
static const struct visitor ops = {"ops", ROLE_OPS, ACCOUNT_ANY_TEAM, ""};

START_TEST(an_alert_is_counted_from_raising_to_outcome)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_now.set_ms = AW_RAISED_S * 1000ll + 60000 + 240000;
    aw_expect(200, aw_path(id, "acknowledge"), "{}");
    aw_now.set_ms += 60000;
    aw_expect(200, aw_path(id, "contact"),
              "{\"channel\":\"call\",\"whom\":\"resident\",\"result\":\"no_answer\"}");
    aw_expect(200, aw_path(id, "resolve"), "{\"outcome\":\"hospital\"}");
    aw_expect(200, "/api/v1/stats?days=2", NULL);
    aw_says("{\"from\":\"2026-01-14\",\"to\":\"2026-01-15\",\"days\":[{\"date\":\"2026-01-14\","
            "\"raised\":0,\"budget\":0},{\"date\":\"2026-01-15\",\"raised\":1,\"budget\":0}],"
            "\"held\":0,\"acknowledge\":{\"n\":1,\"median_s\":240,\"p90_s\":240},"
            "\"knock\":{\"n\":1,\"median_s\":300,\"p90_s\":300},\"outcomes\":{\"safe\":0,");
    aw_says("\"hospital\":1,");
    aw_says("{\"detector\":\"silence\",\"raised\":1,\"true\":1,\"false\":0,\"precision\":1,"
            "\"low\":0.2065,\"high\":1}");
    aw_says("\"resolved\":1}");
    aw_says("\"after\":{\"3_months\":{\"n\":0,\"no_longer\":0},\"6_months\":{\"n\":0,"
            "\"no_longer\":0}},\"cut\":false,\"counting\":false}");
    aw_says_not("H-1");
    aw_audit_says("\"action\":\"stats.show\",\"subject\":\"days=2\"", 1);
}
END_TEST

START_TEST(what_was_read_serves_for_a_minute)
{
    (void)aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(200, "/api/v1/stats", NULL);
    aw_says("\"states\":{\"open\":1,");
    (void)aw_raise("H-2", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_now.set_ms += FACTS_AGE_MS - 1;
    aw_expect(200, "/api/v1/stats", NULL);
    aw_says("\"states\":{\"open\":1,");
    aw_now.set_ms += 1;
    aw_expect(200, "/api/v1/stats", NULL);
    aw_says("\"states\":{\"open\":2,");
}
END_TEST

/* In slices, while a new alert comes and moves all of its partition. */
START_TEST(many_alerts_are_read_by_and_by_and_none_twice)
{
    const int known[] = {FACTS_SLICE, 2 * FACTS_SLICE - 1, 2 * FACTS_SLICE};
    char text[60], first[16] = "";
    for (int i = 0, raised = 0; raised < 2 * FACTS_SLICE; i++) {
        (void)snprintf(text, sizeof text, "H-%d", i);
        if (kafka_partition(text_of(text), AW_PARTITIONS) != 0)
            continue;
        (void)aw_raise(text, &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
        if (raised++ == 0)
            (void)text_copy(text_of(text), first, sizeof first);
    }
    for (int slice = 0; slice < 3; slice++) {
        aw_expect(200, "/api/v1/stats", NULL);
        (void)snprintf(text, sizeof text, "\"states\":{\"open\":%d,", known[slice]);
        aw_says(text);
        aw_says(slice < 2 ? "\"counting\":true" : "\"counting\":false");
        if (slice == 0)
            (void)aw_raise(first, &aw_owing, SEVERITY_HIGH, AW_RAISED_S + 1);
    }
}
END_TEST

/* A partition has its share of what is counted. */
START_TEST(a_table_of_more_than_is_counted_says_so)
{
    const int share = FACTS_MAX / AW_PARTITIONS + 1, slices = share / FACTS_SLICE + 1;
    char text[60];
    for (int i = 0, raised = 0; raised <= share; i++) {
        (void)snprintf(text, sizeof text, "H-%d", i);
        if (kafka_partition(text_of(text), AW_PARTITIONS) != 0)
            continue;
        (void)aw_raise(text, &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
        raised++;
    }
    aw_expect(200, "/api/v1/stats?format=csv&why=report", NULL);
    aw_says("\r\nnot all: still counting; ask again in a minute,,,\r\n");
    aw_says_not("there are more");
    for (int slice = 1; slice < slices; slice++)
        aw_expect(200, "/api/v1/stats", NULL);
    aw_says("\"cut\":true,\"counting\":false}");
    aw_expect(200, "/api/v1/stats?format=csv&why=report", NULL);
    (void)snprintf(text, sizeof text, "state,open,n,%d\r\n", share);
    aw_says(text);
    aw_says("\r\nnot all: there are more than are counted,,,\r\n");
    aw_says_not("still counting");
}
END_TEST

START_TEST(a_supervisor_sees_the_numbers_of_the_own_desk)
{
    (void)aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    (void)aw_raise("H-2", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    visitor_comes(&yun);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/stats?days=1", NULL), 200);
    visitor_reads("\"states\":{\"open\":1,");
    visitor_reads("\"budget\":null");
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/stats?team=welfare", NULL), 200);
    visitor_reads("\"states\":{\"open\":0,");
    visitor_comes(&far);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/stats", NULL), 200);
    visitor_reads("\"states\":{\"open\":0,");
    visitor_comes(&ops);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/stats?days=1", NULL), 200);
    visitor_reads("\"states\":{\"open\":2,");
    visitor_reads("\"budget\":0");
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/stats?area=11140-hwanghak", NULL), 200);
    visitor_reads("\"states\":{\"open\":0,");
}
END_TEST

START_TEST(a_table_is_taken_along_with_a_purpose)
{
    (void)aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(400, "/api/v1/stats?format=csv", NULL);
    aw_says("a table that is taken along needs a purpose");
    ck_assert_int_eq(aw_ask("/api/v1/stats", NULL, "Accept: text/csv"), 400);
    aw_expect(400, "/api/v1/stats?format=xlsx", NULL);
    ck_assert_int_eq(aw_ask("/api/v1/stats?days=2&why=monthly%20report", NULL, "Accept: text/csv"),
                     200);
    aw_says("table,name,measure,value\r\nday,2026-01-15,raised,1\r\n");
    aw_says("rule,silence,raised,1\r\n");
    aw_says("state,open,n,1\r\n");
    aw_audit_says("\"why\":\"monthly report\",\"result\":\"ok\"", 1);
    visitor_comes(&ops);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/stats?format=csv&why=x", NULL), 200);
    visitor_reads("Content-Type: text/csv; charset=utf-8; header=present\r\n");
}
END_TEST

START_TEST(advice_is_of_the_own_desk_and_of_what_is_in_force)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(200, aw_path(id, "acknowledge"), "{}");
    aw_expect(200, aw_path(id, "resolve"), "{\"outcome\":\"absence\",\"until\":\"2026-02-01\"}");
    (void)aw_raise("H-2", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(200, "/api/v1/advice?wanted=2.5&why=review", NULL);
    aw_says("{\"wanted\":2.5,\"rules\":[{\"detector\":\"silence\",\"judged\":1,\"worth_it\":0,");
    aw_says("\"advice\":\"too_few\",\"option\":null,\"from\":null,\"to\":null,\"resolved\":1,"
            "\"absences\":1,\"meter_faults\":0}");
    aw_says("],\"more\":false,\"counting\":false}");
    aw_says_not("H-1");
    aw_audit_says("\"action\":\"advice.show\",\"subject\":\"wanted=2.5\"", 1);
    visitor_comes(&yun);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/advice", NULL), 200);
    visitor_reads("\"resolved\":1,");
    visitor_reads("\"wanted\":10,");
    visitor_comes(&far);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/advice", NULL), 200);
    visitor_reads("{\"detector\":\"silence\",\"judged\":0,");
    visitor_comes(&ops);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/advice", NULL), 200);
    visitor_reads("\"resolved\":1,");
}
END_TEST

START_TEST(a_share_that_is_none_is_refused)
{
    static const char *const bad[] = {"0",    "0.0", "100", "-1",  "1e1", "x",       "",    "nan",
                                      "0x1p", "10.", ".5",  "007", "5 ",  "2.00001", "0.50"};
    static const char *const good[] = {"1", "99", "99.9999", "0.1", "0.0001", "10.50"};
    char path[80];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void)snprintf(path, sizeof path, "/api/v1/advice?wanted=%s",
                       strcmp(bad[i], "5 ") ? bad[i] : "5%20");
        ck_assert_msg(aw_ask(path, NULL, NULL) == 400, "%s", path);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        (void)snprintf(path, sizeof path, "/api/v1/advice?wanted=%s", good[i]);
        ck_assert_msg(aw_ask(path, NULL, NULL) == 200, "%s", path);
    }
}
END_TEST

START_TEST(what_makes_no_sense_is_said)
{
    aw_expect(400, "/api/v1/dead-letters?cursor=-1", NULL);
    aw_expect(400, "/api/v1/dead-letters?limit=501", NULL);
    aw_expect(400, "/api/v1/dead-letters?reason=no_offsets", NULL);
    aw_expect(503, "/api/v1/dead-letters?reason=undelivered", NULL);
    aw_expect(503, "/api/v1/dead-letters", NULL);
    aw_says("there is no Kafka here");
    aw_expect(400, "/api/v1/stats?days=367", NULL);
    aw_says("days: a number from 1 to 366");
    aw_expect(400, "/api/v1/stats?days=", NULL);
    aw_expect(400, "/api/v1/stats?team=fire", NULL);
    aw_says("\\\"fire\\\" is none of police, welfare");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, stats");
    TCase *tcase = tcase_create("stats");
    tcase_set_timeout(tcase, 120); /* argon2id under sanitizers */
    tcase_add_checked_fixture(tcase, aw_set_up, aw_tear_down);
    tcase_add_test(tcase, an_alert_is_counted_from_raising_to_outcome);
    tcase_add_test(tcase, what_was_read_serves_for_a_minute);
    tcase_add_test(tcase, many_alerts_are_read_by_and_by_and_none_twice);
    tcase_add_test(tcase, a_table_of_more_than_is_counted_says_so);
    tcase_add_test(tcase, a_supervisor_sees_the_numbers_of_the_own_desk);
    tcase_add_test(tcase, a_table_is_taken_along_with_a_purpose);
    tcase_add_test(tcase, what_makes_no_sense_is_said);
    tcase_add_test(tcase, advice_is_of_the_own_desk_and_of_what_is_in_force);
    tcase_add_test(tcase, a_share_that_is_none_is_refused);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
