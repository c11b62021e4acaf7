/* SPDX-License-Identifier: Apache-2.0
 *
 * Who lives at an alert's household, over the real API, out of a file.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api_world.h"
#include "base/file.h"
#include "delivery/directory.h"
#include "visitor.h"

static const char town[] =
    "{\"household\":\"H-2\",\"address\":\"2 Paper-ro\",\"notes\":\"not H-1\"}\n"
    "{\"household\":\"H-1\",\"address\":\"1 Nowhere-ro\",\"residents\":[{\"name\":\"Invented Kim\","
    "\"phone\":\"000-0000-0001\",\"birth_year\":1942}],\"contacts\":[{\"name\":\"Fabled Lee\","
    "\"relation\":\"daughter\",\"phone\":\"000-0000-0002\"}],\"keys\":\"the daughter has one\","
    "\"needs\":[\"oxygen concentrator\"],\"notes\":\"hard of hearing\",\"more\":1}\n";

static char path[96];

static void town_write(const char *text)
{
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

static void begin(void)
{
    char option[160];
    (void)snprintf(path, sizeof path, "/tmp/anbu-directory-%d", (int)getpid());
    (void)snprintf(option, sizeof option, "directory.file=%s", path);
    const char *const sets[] = {"directory.kind=file", option};
    town_write(town);
    aw_set_up_with(sets, 2);
}

static void end(void)
{
    (void)unlink(path);
    aw_tear_down();
}

static const char *of(const char *id)
{
    return aw_path(id, "directory");
}

START_TEST(the_desk_that_works_an_alert_is_told_who_lives_there)
{
    const char *id = aw_raise("H-1", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    visitor_comes(&(struct visitor){"lee", ROLE_OFFICER, TEAM_WELFARE, ""});
    ck_assert_int_eq(visitor_asks("GET", of(id), NULL), 200);
    visitor_reads("{\"address\":\"1 Nowhere-ro\",\"keys\":\"the daughter has one\","
                  "\"notes\":\"hard of hearing\",\"residents\":[{\"name\":\"Invented Kim\","
                  "\"phone\":\"000-0000-0001\",\"birth_year\":1942}],\"contacts\":[{\"name\":"
                  "\"Fabled Lee\",\"relation\":\"daughter\",\"phone\":\"000-0000-0002\"}],"
                  "\"needs\":[\"oxygen concentrator\"]}");
    aw_audit_says("\"who\":\"lee\",\"from\":\"tcp:127.0.0.1\",\"action\":\"alerts.directory\"", 2);
    aw_audit_says("\"household\":\"H-1\",\"why\":\"alert ", 2);
    aw_audit_says("\"result\":\"intended\"", 1);
    aw_audit_says("Nowhere", 0);
    visitor_comes(&(struct visitor){"kim", ROLE_OFFICER, TEAM_POLICE, ""});
    ck_assert_int_eq(visitor_asks("GET", of(id), NULL), 404); /* no alert of theirs */
    visitor_reads_not("Nowhere");
}
END_TEST

START_TEST(police_are_told_where_to_go_and_what_is_needed_there)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_CRITICAL, AW_RAISED_S);
    visitor_comes(&(struct visitor){"kim", ROLE_OFFICER, TEAM_POLICE, ""});
    ck_assert_int_eq(visitor_asks("GET", of(id), NULL), 200);
    visitor_reads("{\"address\":\"1 Nowhere-ro\",\"keys\":\"the daughter has one\",\"contacts\":[{"
                  "\"name\":\"Fabled Lee\",\"relation\":\"daughter\",\"phone\":\"000-0000-0002\"}],"
                  "\"needs\":[\"oxygen concentrator\"]}");
    visitor_comes(&(struct visitor){"auditor", ROLE_AUDITOR, TEAM_POLICE, ""});
    ck_assert_int_eq(visitor_asks("GET", of(id), NULL), 403);
    visitor_comes(&(struct visitor){"ops", ROLE_OPS, ACCOUNT_ANY_TEAM, ""});
    ck_assert_int_eq(visitor_asks("GET", of(id), NULL), 403);
}
END_TEST

START_TEST(a_referral_lets_both_desks_ask_until_one_has_it)
{
    const char *id = aw_raise("H-1", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    visitor_comes(&(struct visitor){"kim", ROLE_OFFICER, TEAM_POLICE, ""});
    visitor_comes(&(struct visitor){"lee", ROLE_OFFICER, TEAM_WELFARE, ""});
    ck_assert_int_eq(visitor_asks("POST", aw_path(id, "refer"),
                                  "{\"team\":\"police\",\"note\":\"curtains drawn\"}"),
                     200);
    ck_assert_int_eq(visitor_asks("GET", of(id), NULL), 200);
    visitor_returns("kim");
    ck_assert_int_eq(visitor_asks("GET", of(id), NULL), 200);
    ck_assert_int_eq(visitor_asks("POST", aw_path(id, "accept"), "{}"), 200);
    ck_assert_int_eq(visitor_asks("GET", of(id), NULL), 200);
    visitor_returns("lee");
    ck_assert_int_eq(visitor_asks("GET", of(id), NULL), 403);
    visitor_reads("the alert is on the desk of the police");
}
END_TEST

START_TEST(what_is_over_is_nobodys_to_visit)
{
    const char *id = aw_raise("H-1", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(200, of(id), NULL); /* on the machine */
    aw_says("Nowhere");
    aw_expect(200, aw_path(id, "resolve"), "{\"outcome\":\"safe\"}");
    aw_expect(409, of(id), NULL);
    aw_says("while it is live");
}
END_TEST

START_TEST(a_changed_file_counts_at_once)
{
    const char *id = aw_raise("H-1", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(200, of(id), NULL);
    town_write("{\"household\":\"H-1\",\"address\":\"3 Fable-gil\",\"keys\":7}\n");
    aw_expect(200, of(id), NULL);
    ck_assert_str_eq(aw_answer.body.at, "{\"address\":\"3 Fable-gil\",\"incomplete\":true}");
    town_write("{\"household\":\"H-10\",\"address\":\"3 Fable-gil\"}\n");
    aw_expect(404, of(id), NULL);
    aw_says("the directory knows no household H-1");
}
END_TEST

START_TEST(one_that_is_away_is_left_alone_for_a_while)
{
    const char *id = aw_raise("H-1", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    ck_assert_int_eq(unlink(path), 0);
    for (int i = 0; i < DIRECTORY_FAILURES_MAX; i++) {
        aw_expect(503, of(id), NULL);
        aw_says("No such file");
    }
    town_write(town);
    aw_expect(503, of(id), NULL);
    aw_says("it is asked again in 30 s");
    aw_now.set_ms += DIRECTORY_REST_MS - 1;
    aw_expect(503, of(id), NULL);
    aw_now.set_ms += 1;
    aw_expect(200, of(id), NULL);
    ck_assert_int_eq(unlink(path), 0);
    aw_expect(503, of(id), NULL);
    town_write(town);
    aw_expect(200, of(id), NULL); /* one failure is no reason to rest */
}
END_TEST

static void plain(void)
{
    aw_set_up();
}

START_TEST(without_a_directory_that_is_said)
{
    aw_expect(404, of(aw_raise("H-1", &aw_owing, SEVERITY_HIGH, AW_RAISED_S)), NULL);
    aw_says("no directory is configured (directory.kind)");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, directory");
    TCase *tcase = tcase_create("file"), *none = tcase_create("none");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, the_desk_that_works_an_alert_is_told_who_lives_there);
    tcase_add_test(tcase, police_are_told_where_to_go_and_what_is_needed_there);
    tcase_add_test(tcase, a_referral_lets_both_desks_ask_until_one_has_it);
    tcase_add_test(tcase, what_is_over_is_nobodys_to_visit);
    tcase_add_test(tcase, a_changed_file_counts_at_once);
    tcase_add_test(tcase, one_that_is_away_is_left_alone_for_a_while);
    tcase_add_checked_fixture(none, plain, aw_tear_down);
    tcase_add_test(none, without_a_directory_that_is_said);
    suite_add_tcase(suite, tcase);
    suite_add_tcase(suite, none);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
