/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit log over the API: auditors see all, supervisors the glass that their team has broken.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_world.h"
#include "console/account.h"
#include "console/audit.h"
#include "visitor.h"

#define AUDIT "/api/v1/audit"

static const char *body(void)
{
    return strstr(visitor_answer, "\r\n\r\n") + 4;
}

static size_t entries(char *next, size_t next_bytes)
{
    json_error_t error;
    json_t *read = json_loads(body(), JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(read != NULL, "%s in %s", error.text, visitor_answer);
    size_t count = json_array_size(json_object_get(read, "entries"));
    const char *cursor = json_string_value(json_object_get(read, "next"));
    (void)snprintf(next, next_bytes, "%s", cursor ? cursor : "");
    json_decref(read);
    return count;
}

START_TEST(an_auditor_finds_who_looked_at_whom)
{
    char next[40];
    aw_expect(404, "/api/v1/households/H-1?why=round", NULL);
    aw_expect(404, "/api/v1/households/H-2?why=a%22quote", NULL);
    visitor_comes(&(struct visitor){"ada", ROLE_AUDITOR, TEAM_WELFARE, ""});
    ck_assert_int_eq(visitor_asks("GET", AUDIT "?household=H-1", NULL), 200);
    ck_assert_uint_eq(entries(next, sizeof next), 1);
    ck_assert_str_eq(next, "");
    visitor_reads("{\"entries\":[{\"seq\":1,\"at\":\"2026-01-16T01:03:04.005Z\",\"role\":\"");
    visitor_reads("\"household\":\"H-1\",\"why\":\"round\",\"result\":\"refused: ");
    visitor_reads_not("H-2");
    ck_assert_int_eq(visitor_asks("GET", AUDIT "?who=ada", NULL), 200);
    visitor_reads("\"action\":\"session.begin\"");
    visitor_reads("\"action\":\"audit.list\",\"subject\":\"household=H-1\""); /* itself recorded */
    ck_assert_int_eq(visitor_asks("GET", AUDIT "?action=households.show&from=2026-01-16", NULL),
                     200);
    ck_assert_uint_eq(entries(next, sizeof next), 2);
    ck_assert_int_eq(visitor_asks("GET", AUDIT "?to=2026-01-16T01:03:04Z", NULL), 200);
    ck_assert_uint_eq(entries(next, sizeof next), 0);
    ck_assert_int_eq(visitor_asks("GET", AUDIT "?from=yesterday", NULL), 400);
    ck_assert_int_eq(visitor_asks("GET", AUDIT "?cursor=x", NULL), 400);
}
END_TEST

START_TEST(pages_follow_each_other_back_to_the_first_line)
{
    char path[120], next[40] = "";
    size_t seen = 0;
    visitor_comes(&(struct visitor){"ada", ROLE_AUDITOR, TEAM_WELFARE, ""});
    for (int i = 0; i < 6; i++)
        aw_expect(404, "/api/v1/households/H-1", NULL);
    aw_now.set_ms += INT64_C(40) * 86400000; /* another month, another file */
    visitor_returns("ada");
    for (int i = 0; i < 3; i++)
        aw_expect(404, "/api/v1/households/H-1", NULL);
    for (int page = 0; page < 20 && (page == 0 || next[0]); page++) {
        (void)snprintf(path, sizeof path, AUDIT "?household=H-1&limit=2%s%s",
                       next[0] ? "&cursor=" : "", next);
        ck_assert_int_eq(visitor_asks("GET", path, NULL), 200);
        seen += entries(next, sizeof next);
    }
    ck_assert_uint_eq(seen, 9);
    (void)snprintf(path, sizeof path, "%s/audit-2026-01.ndjson", aw_folder);
    ck_assert_int_eq(remove(path), 0);
}
END_TEST

START_TEST(a_supervisor_sees_the_glass_that_the_team_has_broken)
{
    char next[40];
    visitor_comes(&(struct visitor){"lee", ROLE_OFFICER, TEAM_WELFARE, ""});
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/households/H-1?purpose=neighbour", NULL), 404);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/households/H-1", NULL), 403);
    ck_assert_int_eq(visitor_asks("GET", AUDIT "?review=1", NULL), 403);
    visitor_comes(&(struct visitor){"yun", ROLE_SUPERVISOR, TEAM_WELFARE, ""});
    ck_assert_int_eq(visitor_asks("GET", AUDIT "?review=1", NULL), 200);
    ck_assert_uint_eq(entries(next, sizeof next), 1);
    ck_assert_int_eq(visitor_asks("GET", AUDIT, NULL), 200); /* nothing else is shown to her */
    ck_assert_uint_eq(entries(next, sizeof next), 1);
    visitor_reads("\"who\":\"lee\"");
    visitor_reads("\"why\":\"neighbour\",\"glass\":\"broken\"");
    visitor_comes(&(struct visitor){"han", ROLE_SUPERVISOR, TEAM_POLICE, ""});
    ck_assert_int_eq(visitor_asks("GET", AUDIT "?review=1", NULL), 200);
    ck_assert_uint_eq(entries(next, sizeof next), 0);
    visitor_comes(&(struct visitor){"ops", ROLE_OPS, ACCOUNT_ANY_TEAM, ""});
    ck_assert_int_eq(visitor_asks("GET", AUDIT "?review=1", NULL), 403);
}
END_TEST

START_TEST(a_review_that_cannot_be_whole_is_none)
{
    struct account account;
    visitor_comes(&(struct visitor){"lee", ROLE_OFFICER, TEAM_WELFARE, ""});
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/households/H-1?purpose=neighbour", NULL), 404);
    ck_assert(!account_load(aw_store, "lee", &account, &aw_fault));
    const struct store_document broken = {.shelf = "account",
                                          .name = "lee",
                                          .expected_version = account.version,
                                          .version = account.version + 1,
                                          .body = TEXT("{}")};
    ck_assert(!aw_store->ops->document_set(aw_store, &broken, &aw_fault));
    visitor_comes(&(struct visitor){"yun", ROLE_SUPERVISOR, TEAM_WELFARE, ""});
    ck_assert_int_eq(visitor_asks("GET", AUDIT "?review=1", NULL), 500);
    visitor_reads("an account in the store cannot be read");
}
END_TEST

START_TEST(a_table_is_taken_along_for_a_purpose)
{
    visitor_comes(&(struct visitor){"ada", ROLE_AUDITOR, TEAM_WELFARE, ""});
    aw_expect(404, "/api/v1/households/H-1?why=%3D1%2B1,%22x%22", NULL);
    ck_assert_int_eq(visitor_asks("GET", AUDIT "?format=csv&household=H-1", NULL), 400);
    ck_assert_int_eq(
        visitor_asks("GET", AUDIT "?format=csv&household=H-1&why=yearly%20report", NULL), 200);
    visitor_reads("Content-Type: text/csv");
    visitor_reads("\r\n\r\nseq,at,role,who,from,action,subject,household,why,glass,result\r\n");
    visitor_reads(",H-1,\"'=1+1,\"\"x\"\"\",,");
    aw_audit_says("\"action\":\"audit.list\",\"subject\":\"format=csv&household=H-1\","
                  "\"household\":\"\",\"why\":\"yearly report\",\"result\":\"ok: 1 entries\"",
                  1);
}
END_TEST

START_TEST(a_table_is_whole_or_says_that_it_is_not)
{
    visitor_comes(&(struct visitor){"ada", ROLE_AUDITOR, TEAM_WELFARE, ""});
    for (int i = 0; i < 120; i++)
        aw_expect(404, "/api/v1/households/H-1", NULL);
    ck_assert_int_eq(visitor_asks("GET", AUDIT "?format=csv&household=H-1&why=report", NULL), 200);
    aw_audit_says("\"why\":\"report\",\"result\":\"ok: 120 entries\"", 1);
    visitor_reads_not("not all");
    ck_assert_int_eq(
        visitor_asks("GET", AUDIT "?format=csv&household=H-1&why=report&limit=50", NULL), 200);
    visitor_reads("not all: older lines come with cursor=");
    visitor_reads(",,,,,,,,,,\r\n");
}
END_TEST

static void head_is(const char *seq)
{
    char wanted[60];
    (void)snprintf(wanted, sizeof wanted, "audit.ndjson\",\"seq\":%s,\"hash\":\"", seq);
    ck_assert_msg(strstr(buffer_view(&aw_kafka.head).at, wanted), "no %s in %s", wanted,
                  buffer_view(&aw_kafka.head).at);
}

START_TEST(the_logs_end_is_kept_in_kafka_once_a_minute)
{
    char hash[100];
    aw_expect(404, "/api/v1/households/H-1", NULL);
    head_is("1");
    (void)snprintf(hash, sizeof hash, "%.73s", strstr(aw_kafka.head.at, ",\"hash\":\""));
    aw_audit_says(hash, 1);
    aw_expect(404, "/api/v1/households/H-1", NULL);
    ck_assert_uint_eq(aw_kafka.published[PUBLISH_AUDIT], 1);
    aw_now.set_ms += 60000;
    aw_kafka.kafka = KAFKA_IS_FULL; /* nobody waits for it */
    aw_expect(404, "/api/v1/households/H-1", NULL);
    aw_kafka.kafka = KAFKA_DELIVERS;
    aw_now.set_ms += 60000;
    aw_expect(404, "/api/v1/households/H-1", NULL);
    head_is("4");
    aw_expect(404, "/api/v1/households/H-1", NULL);
    api_stop(aw_api);
    aw_api = NULL;
    head_is("5"); /* the end as well */
}
END_TEST

/* As a sink does that looks people up. */
static void others_record(void)
{
    const struct audit_entry entry = {
        .at_ms = aw_now.set_ms, .who = "sink:gateway", .action = "directory", .result = "intended"};
    ck_assert_msg(!api_record(aw_api, &entry, &aw_fault), "%s", aw_fault.text);
}

/* The API's thread has gone round: the first may still be of the round that it was in. */
static void turn(void)
{
    aw_expect(200, "/healthz", NULL);
    aw_expect(200, "/healthz", NULL);
}

START_TEST(what_others_of_the_daemon_record_is_kept_as_well)
{
    others_record();
    turn();
    head_is("1");
    others_record();
    turn();
    ck_assert_uint_eq(aw_kafka.published[PUBLISH_AUDIT], 1);
    aw_now.set_ms += 60000;
    turn(); /* although nobody records anything now */
    head_is("2");
    aw_now.set_ms += 60000;
    turn();
    ck_assert_uint_eq(aw_kafka.published[PUBLISH_AUDIT], 2);
    others_record();
    aw_now.set_ms -= 120000;
    api_stop(aw_api);
    aw_api = NULL;
    head_is("3");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, audit");
    TCase *tcase = tcase_create("audit");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, aw_set_up, aw_tear_down);
    tcase_add_test(tcase, an_auditor_finds_who_looked_at_whom);
    tcase_add_test(tcase, pages_follow_each_other_back_to_the_first_line);
    tcase_add_test(tcase, a_supervisor_sees_the_glass_that_the_team_has_broken);
    tcase_add_test(tcase, a_review_that_cannot_be_whole_is_none);
    tcase_add_test(tcase, a_table_is_whole_or_says_that_it_is_not);
    tcase_add_test(tcase, a_table_is_taken_along_for_a_purpose);
    tcase_add_test(tcase, the_logs_end_is_kept_in_kafka_once_a_minute);
    tcase_add_test(tcase, what_others_of_the_daemon_record_is_kept_as_well);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
