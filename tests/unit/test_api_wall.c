/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may look at a household over the network: by alert, else by a purpose, never the police.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_world.h"
#include "console/account.h"
#include "household/record.h"
#include "ingest/source.h"
#include "kafka/kafka.h"
#include "visitor.h"

#define SHOW  "/api/v1/households/H-1"
#define HOURS "/api/v1/households/H-1/hours"

static void keep_home(const char *household)
{
    struct store_head head;
    uint32_t size, partition = kafka_partition(text_of(household), AW_PARTITIONS);
    void *bytes = record_new(&size);
    const int64_t offsets[TOPIC_COUNT] = {OFFSET_NONE, OFFSET_NONE, OFFSET_NONE, OFFSET_NONE};
    record_set_texts(&bytes, &size, TEXT("11140-sindang"), TEXT("F-201"), TEXT("Asia/Seoul"));
    record_seal(bytes);
    struct store_record record = {text_of(household), bytes, size, 0, 0};
    ck_assert_int_eq(aw_store->ops->take(aw_store, partition, &head, NULL, NULL, &aw_fault),
                     ERR_OK);
    ck_assert_int_eq(aw_store->ops->flush(aw_store, &head, &record, 1, offsets, &aw_fault), ERR_OK);
    ck_assert_int_eq(aw_store->ops->open(aw_store, &head, &aw_fault), ERR_OK);
    free(bytes);
}

static void begin(void)
{
    aw_set_up();
    keep_home("H-1");
}

START_TEST(an_alert_on_ones_desk_opens_its_household)
{
    const char *id = aw_raise("H-1", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    char why[80];
    visitor_comes(&(struct visitor){"lee", ROLE_OFFICER, TEAM_WELFARE, ""});
    ck_assert_int_eq(visitor_asks("GET", SHOW, NULL), 200);
    visitor_reads("\"household\":\"H-1\",\"kept\":true");
    ck_assert_int_eq(visitor_asks("GET", HOURS, NULL), 200);
    visitor_reads("{\"household\":\"H-1\",\"timezone\":\"Asia/Seoul\",\"from\":null,\"to\":null,"
                  "\"utilities\":[]}");
    (void)snprintf(why, sizeof why, "\"household\":\"H-1\",\"why\":\"alert %s\",\"result\":\"ok\"",
                   id);
    aw_audit_says(why, 2);
    aw_audit_says("\"glass\"", 0);
    ck_assert_int_eq(visitor_asks("POST", aw_path(id, "resolve"), "{\"outcome\":\"safe\"}"), 200);
    ck_assert_int_eq(visitor_asks("GET", SHOW, NULL), 403); /* it is over */
}
END_TEST

START_TEST(an_alert_on_anothers_desk_opens_nothing)
{
    const char *id = aw_raise("H-1", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    visitor_comes(&(struct visitor){"lee", ROLE_OFFICER, TEAM_WELFARE, ""});
    ck_assert_int_eq(visitor_asks("POST", aw_path(id, "escalate"), "{\"note\":\"smell of gas\"}"),
                     200);
    ck_assert_int_eq(visitor_asks("GET", HOURS, NULL), 403);
    visitor_reads("urn:anbu:problem:purpose-needed");
}
END_TEST

START_TEST(without_an_alert_a_purpose_breaks_the_glass)
{
    visitor_comes(&(struct visitor){"yun", ROLE_SUPERVISOR, TEAM_WELFARE, ""});
    ck_assert_int_eq(visitor_asks("GET", SHOW, NULL), 403);
    visitor_reads("{\"type\":\"urn:anbu:problem:purpose-needed\"");
    visitor_reads("household H-1 has no live alert on your desk");
    ck_assert_int_eq(visitor_asks("GET", SHOW "?why=curious", NULL), 403);
    ck_assert_int_eq(visitor_asks("GET", SHOW "?purpose=ab", NULL), 400);
    ck_assert_int_eq(visitor_asks("GET", SHOW "?purpose=%20a%20b%20%20", NULL), 200);
    ck_assert_int_eq(visitor_asks("GET", SHOW "?purpose=%20%20%20%20ab", NULL), 400);
    ck_assert_int_eq(visitor_asks("GET", HOURS "?purpose=neighbour%20called&days=60", NULL), 200);
    aw_audit_says("\"role\":\"supervisor\",\"who\":\"yun\",\"from\":\"tcp:127.0.0.1\",\"action\":"
                  "\"households.hours\",\"subject\":\"H-1\",\"household\":\"H-1\",\"why\":"
                  "\"neighbour called\",\"glass\":\"broken\",\"result\":\"ok\"",
                  1);
    ck_assert_int_eq(visitor_asks("GET", HOURS "?days=61", NULL), 400);
    ck_assert_int_eq(visitor_asks("GET", HOURS "?days=0", NULL), 400);
    ck_assert_int_eq(visitor_asks("GET", SHOW "?at=2026-01-16T07:00:00Z&purpose=look", NULL), 400);
    visitor_reads("on the machine itself");
}
END_TEST

START_TEST(a_purpose_has_two_hundred_characters_of_any_language)
{
    struct buffer path = {0};
    visitor_comes(&(struct visitor){"yun", ROLE_OFFICER, TEAM_WELFARE, ""});
    buffer_text(&path, SHOW "?purpose=");
    for (int i = 0; i < 200; i++)
        buffer_text(&path, "%EC%95%88");
    ck_assert_int_eq(visitor_asks("GET", path.at, NULL), 200);
    buffer_text(&path, "x");
    ck_assert_int_eq(visitor_asks("GET", path.at, NULL), 400);
    ck_assert_int_eq(visitor_asks("GET", SHOW "?purpose=abc%EC%95", NULL), 400); /* no UTF-8 */
    buffer_done(&path);
}
END_TEST

START_TEST(police_see_no_household_whatever_they_say)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_CRITICAL, AW_RAISED_S);
    visitor_comes(&(struct visitor){"kim", ROLE_OFFICER, TEAM_POLICE, ""});
    ck_assert_int_eq(visitor_asks("GET", aw_path(id, ""), NULL), 200);
    ck_assert_int_eq(visitor_asks("GET", SHOW, NULL), 403);
    ck_assert_int_eq(visitor_asks("GET", SHOW "?purpose=pursuit", NULL), 403);
    ck_assert_int_eq(visitor_asks("GET", HOURS "?purpose=pursuit", NULL), 403);
    visitor_reads("urn:anbu:problem:denied");
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/households", NULL), 403);
    aw_audit_says("\"who\":\"kim\",\"from\":\"tcp:127.0.0.1\",\"action\":\"households", 4);
    aw_audit_says("\"glass\"", 0);
}
END_TEST

static void comes_of_area(const char *name, const char *area)
{
    struct account account;
    visitor_comes(&(struct visitor){name, ROLE_OFFICER, TEAM_WELFARE, ""});
    ck_assert_int_eq(account_load(aw_store, name, &account, &aw_fault), ERR_OK);
    (void)snprintf(account.areas, sizeof account.areas, "%s", area);
    ck_assert_int_eq(account_save(aw_store, &account, &aw_fault), ERR_OK);
}

START_TEST(a_purpose_breaks_no_glass_in_other_areas)
{
    comes_of_area("lee", "11140-hwanghak");
    ck_assert_int_eq(visitor_asks("GET", SHOW "?purpose=look", NULL), 404);
    visitor_reads("in none of your areas");
    ck_assert_int_eq(visitor_asks("GET", HOURS "?purpose=look", NULL), 404);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/households", NULL), 400);
    visitor_reads("area: name one of yours: 11140-hwanghak");
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/households?area=11140-sindang", NULL), 400);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/households?area=11140-hwanghak", NULL), 200);
    comes_of_area("yun", "11140-sindang");
    ck_assert_int_eq(visitor_asks("GET", SHOW "?purpose=look", NULL), 200);
}
END_TEST

START_TEST(a_household_is_shown_with_ones_own_alerts_alone)
{
    aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_raise("H-1", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    visitor_comes(&(struct visitor){"lee", ROLE_OFFICER, TEAM_WELFARE, ""});
    ck_assert_int_eq(visitor_asks("GET", SHOW, NULL), 200);
    visitor_reads("\"team\":\"welfare\"");
    visitor_reads_not("\"team\":\"police\"");
    visitor_comes(&(struct visitor){"all", ROLE_OFFICER, ACCOUNT_ANY_TEAM, ""});
    ck_assert_int_eq(visitor_asks("GET", SHOW, NULL), 200);
    visitor_reads("\"team\":\"police\"");
}
END_TEST

START_TEST(on_the_machine_nothing_has_changed)
{
    aw_expect(200, SHOW, NULL);
    aw_expect(200, HOURS "?why=round", NULL);
    aw_audit_says("\"why\":\"round\",\"result\":\"ok\"", 1);
    aw_expect(404, "/api/v1/households/H-404/hours", NULL);
    aw_audit_says("\"glass\"", 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, walls");
    TCase *tcase = tcase_create("walls");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, begin, aw_tear_down);
    tcase_add_test(tcase, an_alert_on_ones_desk_opens_its_household);
    tcase_add_test(tcase, an_alert_on_anothers_desk_opens_nothing);
    tcase_add_test(tcase, without_an_alert_a_purpose_breaks_the_glass);
    tcase_add_test(tcase, a_purpose_has_two_hundred_characters_of_any_language);
    tcase_add_test(tcase, police_see_no_household_whatever_they_say);
    tcase_add_test(tcase, a_purpose_breaks_no_glass_in_other_areas);
    tcase_add_test(tcase, a_household_is_shown_with_ones_own_alerts_alone);
    tcase_add_test(tcase, on_the_machine_nothing_has_changed);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
