/* SPDX-License-Identifier: Apache-2.0
 *
 * Accounts and tokens over the network: whose may be seen, made and changed by whom.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_world.h"
#include "console/account.h"
#include "console/routes.h"
#include "console/token.h"
#include "visitor.h"

#define SINDANG "11140-sindang"

static const struct visitor yun = {"yun", ROLE_SUPERVISOR, TEAM_WELFARE, SINDANG ",11140-jungang"};
static const struct visitor seo = {"seo", ROLE_SUPERVISOR, ACCOUNT_ANY_TEAM, ""};
static const struct visitor ops = {"ops", ROLE_OPS, ACCOUNT_ANY_TEAM, ""};
static const struct visitor kim = {"kim", ROLE_OFFICER, TEAM_WELFARE, SINDANG};

/* Over the socket, as root: all may be made. */
static void made(const char *name, const char *role, const char *more)
{
    char body[300];
    (void)snprintf(body, sizeof body,
                   "{\"name\":\"%s\",\"role\":\"%s\",\"password\":\"a quiet river at night\"%s}",
                   name, role, more);
    aw_expect(201, "/api/v1/users", body);
}

/* By whoever has come. */
static int makes(const char *name, const char *role, const char *more)
{
    char body[300];
    (void)snprintf(body, sizeof body,
                   "{\"name\":\"%s\",\"role\":\"%s\",\"password\":\"the kettle sings at six\"%s}",
                   name, role, more);
    return visitor_asks("POST", "/api/v1/users", body);
}

static void everybody(void)
{
    made("near", "officer", ",\"team\":\"welfare\",\"areas\":\"" SINDANG "\"");
    made("far", "officer", ",\"team\":\"welfare\",\"areas\":\"" SINDANG ",11140-hwanghak\"");
    made("all", "officer", ",\"team\":\"welfare\"");
    made("both", "officer", ",\"team\":\"all\",\"areas\":\"" SINDANG "\"");
    made("cop", "officer", ",\"team\":\"police\",\"areas\":\"" SINDANG "\"");
    made("chief", "supervisor", ",\"team\":\"welfare\",\"areas\":\"" SINDANG "\"");
    made("aud", "auditor", "");
    made("net", "utility", "");
    made("eng", "ops", "");
}

static const char *const names[] = {"near",  "far", "all", "both", "cop",
                                    "chief", "aud", "net", "eng"};

/* Those of `mine` are in the list and can be changed; of all others it is as if they were not
 * there. */
static void has_alone(const char *mine)
{
    char part[60], path[80];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char word[20];
        (void)snprintf(word, sizeof word, " %s ", names[i]);
        bool has = strstr(mine, word);
        ck_assert_int_eq(visitor_asks("GET", "/api/v1/users", NULL), 200);
        (void)snprintf(part, sizeof part, "\"name\":\"%s\"", names[i]);
        if (has)
            visitor_reads(part);
        else
            visitor_reads_not(part);
        static const char *const changes[] = {"disable", "enable", "password"};
        for (size_t k = 0; k < 3; k++) {
            (void)snprintf(path, sizeof path, "/api/v1/users/%s/%s", names[i], changes[k]);
            int status = visitor_asks("POST", path,
                                      k == 2 ? "{\"password\":\"the kettle sings at six\"}" : "{}");
            ck_assert_msg(status == (has ? 200 : 404), "%s: %d", path, status);
            if (!has)
                visitor_reads("there is no account");
        }
    }
}

START_TEST(a_supervisor_has_the_officers_of_the_own_team_and_areas)
{
    everybody();
    visitor_comes(&yun);
    has_alone(" near ");
    visitor_reads_not("yun");
    visitor_comes(&seo);
    has_alone(" near far all both cop ");
}
END_TEST

START_TEST(ops_have_utilities)
{
    everybody();
    visitor_comes(&ops);
    has_alone(" net ");
}
END_TEST

START_TEST(nobody_makes_more_than_they_may)
{
    visitor_comes(&yun);
    ck_assert_int_eq(makes("a", "officer", ",\"team\":\"welfare\",\"areas\":\"" SINDANG "\""), 201);
    ck_assert_int_eq(
        makes("b", "officer", ",\"team\":\"welfare\",\"areas\":\"11140-jungang," SINDANG "\""),
        201);
    static const char *const beyond[][2] = {
        {"officer", ",\"team\":\"welfare\""},
        {"officer", ",\"team\":\"welfare\",\"areas\":\"" SINDANG ",11140-hwanghak\""},
        {"officer", ",\"team\":\"welfare\",\"areas\":\"11140\""},
        {"officer", ",\"team\":\"police\",\"areas\":\"" SINDANG "\""},
        {"officer", ",\"team\":\"all\",\"areas\":\"" SINDANG "\""},
        {"supervisor", ",\"team\":\"welfare\",\"areas\":\"" SINDANG "\""},
        {"ops", ""},
        {"auditor", ""},
        {"utility", ",\"areas\":\"" SINDANG "\""},
    };
    for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
        ck_assert_int_eq(makes("c", beyond[i][0], beyond[i][1]), 403);
        visitor_reads("a supervisor makes accounts of officers");
    }
    aw_audit_says("\"who\":\"yun\",\"from\":\"tcp:127.0.0.1\",\"action\":\"users.add\",\"subject\":"
                  "\"b\"",
                  2);
    visitor_comes(&ops);
    ck_assert_int_eq(makes("d", "utility", ",\"utility\":\"gas\""), 201);
    ck_assert_int_eq(makes("e", "ops", ""), 403);
    ck_assert_int_eq(makes("e", "officer", ",\"team\":\"all\""), 403);
    visitor_reads("ops make accounts of utilities");
    visitor_comes(&kim);
    ck_assert_int_eq(makes("f", "officer", ",\"team\":\"welfare\",\"areas\":\"" SINDANG "\""), 403);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/users", NULL), 403);
}
END_TEST

/* A disabled officer is out at once, and a new password is one for a single sign-in. */
START_TEST(what_a_supervisor_changes_counts)
{
    struct account account;
    visitor_comes(&kim);
    visitor_comes(&yun);
    ck_assert_int_eq(visitor_asks("POST", "/api/v1/users/kim/disable", "{}"), 200);
    ck_assert(!account_load(aw_store, "kim", &account, &aw_fault) && account.disabled);
    ck_assert_int_eq(visitor_asks("POST", "/api/v1/users/kim/enable", "{}"), 200);
    ck_assert_int_eq(visitor_asks("POST", "/api/v1/users/kim/password",
                                  "{\"password\":\"the kettle sings at six\"}"),
                     200);
    ck_assert(!account_load(aw_store, "kim", &account, &aw_fault) && account.must_change &&
              !account.disabled);
    visitor_reads_not("kettle");
    aw_audit_says("kettle", 0);
}
END_TEST

static int token(const char *name, const char *scopes, const char *team, const char *areas)
{
    char body[300];
    (void)snprintf(body, sizeof body,
                   "{\"name\":\"%s\",\"scopes\":\"%s\",\"team\":\"%s\",\"areas\":\"%s\"}", name,
                   scopes, team, areas);
    return visitor_asks("POST", "/api/v1/tokens", body);
}

START_TEST(a_token_may_no_more_than_whoever_makes_it)
{
    visitor_comes(&yun);
    ck_assert_int_eq(token("a", "alerts:read,alerts:write", "welfare", SINDANG), 201);
    visitor_reads("\"token\":\"anbu_a_");
    ck_assert_int_eq(token("b", "incidents:read", "welfare", SINDANG), 201);
    ck_assert_int_eq(token("c", "alerts:read", "welfare", ""), 403);
    ck_assert_int_eq(token("c", "alerts:read", "welfare", SINDANG ",11140-hwanghak"), 403);
    ck_assert_int_eq(token("c", "alerts:read", "police", SINDANG), 403);
    ck_assert_int_eq(token("c", "alerts:read", "all", SINDANG), 403);
    ck_assert_int_eq(token("c", "status:read", "welfare", SINDANG), 403);
    ck_assert_int_eq(token("c", "alerts:read,status:read", "welfare", SINDANG), 403);
    visitor_reads("a token may no more than whoever makes it");
    visitor_comes(&ops);
    ck_assert_int_eq(token("d", "status:read,incidents:read", "all", ""), 201);
    ck_assert_int_eq(token("e", "alerts:read", "all", ""), 403);
    ck_assert_int_eq(token("e", "status:read,alerts:write", "all", ""), 403);
    visitor_comes(&kim);
    ck_assert_int_eq(token("f", "alerts:read", "welfare", SINDANG), 403);
}
END_TEST

START_TEST(tokens_of_others_are_not_there)
{
    aw_expect(201, "/api/v1/tokens",
              "{\"name\":\"root\",\"scopes\":\"alerts:read,status:read\",\"team\":\"all\"}");
    visitor_comes(&ops);
    ck_assert_int_eq(token("gauge", "status:read", "all", ""), 201);
    visitor_comes(&yun);
    ck_assert_int_eq(token("desk", "alerts:read", "welfare", SINDANG), 201);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/tokens", NULL), 200);
    visitor_reads("\"name\":\"desk\"");
    visitor_reads_not("root");
    visitor_reads_not("gauge");
    ck_assert_int_eq(visitor_asks("POST", "/api/v1/tokens/gauge/revoke", "{}"), 404);
    visitor_reads("there is no token gauge");
    ck_assert_int_eq(visitor_asks("POST", "/api/v1/tokens/root/revoke", "{}"), 404);
    ck_assert_int_eq(visitor_asks("POST", "/api/v1/tokens/desk/revoke", "{}"), 200);
    visitor_returns("ops");
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/tokens", NULL), 200);
    visitor_reads_not("root");
    ck_assert_int_eq(visitor_asks("POST", "/api/v1/tokens/gauge/revoke", "{}"), 200);
    aw_expect(200, "/api/v1/tokens/root/revoke", "{}");
}
END_TEST

/* Asks by the token that the visitor was shown last. */
static char bearer[200];

static void token_keep(void)
{
    char text[TOKEN_TEXT_MAX];
    const char *at = strstr(visitor_answer, "\"token\":\"");
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(sscanf(at + 9, "%127[^\"]", text), 1);
    (void)snprintf(bearer, sizeof bearer, "Authorization: Bearer %s\r\n", text);
}

static int by_token(void)
{
    return raw_ask("GET", "/api/v1/incidents", NULL, bearer, visitor_answer);
}

START_TEST(what_a_disabled_account_made_opens_nothing_until_it_is_enabled)
{
    made("near", "officer", ",\"team\":\"welfare\",\"areas\":\"" SINDANG "\"");
    aw_expect(201, "/api/v1/tokens",
              "{\"name\":\"root\",\"scopes\":\"alerts:read\",\"team\":\"all\"}");
    visitor_comes(&yun);
    ck_assert_int_eq(token("desk", "alerts:read,alerts:write", "welfare", SINDANG), 201);
    ck_assert_int_eq(token("wall", "incidents:read", "welfare", SINDANG), 201);
    token_keep();
    ck_assert_int_eq(visitor_asks("POST", "/api/v1/users/near/disable", "{}"), 200);
    visitor_reads("\"tokens\":[]}");
    aw_expect(200, "/api/v1/users/yun/disable", "{}");
    aw_says("\"disabled\":true");
    aw_says("\"tokens\":[\"desk\",\"wall\"]}");
    for (int i = 0; i < 25; i++) /* the secret is right: that is no guessing */
        ck_assert_int_eq(by_token(), 401);
    visitor_reads("the account that made this token is disabled");
    aw_expect(200, "/api/v1/tokens", NULL);
    aw_says("\"by\":\"yun\",\"stopped\":\"maker_disabled\"");
    aw_says("\"by\":\"root\",\"stopped\":null");
    aw_says_not("\"used\":\"");
    aw_expect(200, "/api/v1/users/yun/enable", "{}");
    aw_says("\"locked\":false}"); /* and nothing of tokens */
    ck_assert_int_eq(by_token(), 200);
    aw_expect(200, "/api/v1/tokens/desk/revoke", "{}");
    aw_expect(200, "/api/v1/users/yun/disable", "{}");
    aw_says("\"tokens\":[\"wall\"]}");
    aw_now.set_ms += TOKEN_LIFE_MS;
    aw_expect(200, "/api/v1/users/yun/disable", "{}");
    aw_says("\"tokens\":[]}");
}
END_TEST

/* As an account that oidc.roles keep may have fewer rights from one sign-in to the next. */
START_TEST(a_token_goes_no_further_than_its_maker_may_by_now)
{
    struct account account;
    visitor_comes(&yun);
    ck_assert_int_eq(token("wall", "incidents:read", "welfare", "11140-jungang"), 201);
    token_keep();
    ck_assert_int_eq(by_token(), 200);
    ck_assert(!account_load(aw_store, "yun", &account, &aw_fault));
    (void)snprintf(account.areas, sizeof account.areas, SINDANG);
    ck_assert(!account_save(aw_store, &account, &aw_fault));
    ck_assert_int_eq(by_token(), 401);
    visitor_reads("the account that made this token may less by now");
    account.areas[0] = '\0';
    account.lapsed = true;
    ck_assert(!account_save(aw_store, &account, &aw_fault));
    ck_assert_int_eq(by_token(), 401);
    visitor_reads("has no role at the provider any more");
    account.lapsed = false;
    account.must_change = true;
    ck_assert(!account_save(aw_store, &account, &aw_fault));
    ck_assert_int_eq(by_token(), 200);
}
END_TEST

/* On the machine people are called as its accounts are. */
START_TEST(what_was_made_on_the_machine_asks_for_no_account_of_that_name)
{
    char text[TOKEN_TEXT_MAX];
    struct token of_unix = {.name = "cron",
                            .team = ACCOUNT_ANY_TEAM,
                            .by = "yun",
                            .scopes = 1u << SCOPE_INCIDENTS_READ,
                            .expires_ms = aw_now.set_ms + TOKEN_LIFE_MS};
    visitor_comes(&yun);
    token_make(&of_unix, text);
    ck_assert(!token_save(aw_store, &of_unix, &aw_fault));
    (void)snprintf(bearer, sizeof bearer, "Authorization: Bearer %s\r\n", text);
    aw_expect(200, "/api/v1/users/yun/disable", "{}");
    aw_says("\"tokens\":[]}");
    ck_assert_int_eq(by_token(), 200);
}
END_TEST

/* What a scope opens is read off the routes; said here a second time. */
START_TEST(a_role_may_hand_out_scopes_of_routes_that_it_has)
{
    static const bool expected[SCOPE_COUNT][2] = {[SCOPE_ALERTS_READ] = {true, false},
                                                  [SCOPE_ALERTS_WRITE] = {true, false},
                                                  [SCOPE_INCIDENTS_READ] = {true, true},
                                                  [SCOPE_STATUS_READ] = {false, true}};
    for (int scope = 0; scope < SCOPE_COUNT; scope++) {
        ck_assert(route_scope_within((enum scope)scope, ROLE_SUPERVISOR) == expected[scope][0]);
        ck_assert(route_scope_within((enum scope)scope, ROLE_OPS) == expected[scope][1]);
        ck_assert(!route_scope_within((enum scope)scope, ROLE_NOBODY));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, what is handed out");
    TCase *tcase = tcase_create("grant");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, aw_set_up, aw_tear_down);
    tcase_add_test(tcase, a_supervisor_has_the_officers_of_the_own_team_and_areas);
    tcase_add_test(tcase, ops_have_utilities);
    tcase_add_test(tcase, nobody_makes_more_than_they_may);
    tcase_add_test(tcase, what_a_supervisor_changes_counts);
    tcase_add_test(tcase, a_token_may_no_more_than_whoever_makes_it);
    tcase_add_test(tcase, tokens_of_others_are_not_there);
    tcase_add_test(tcase, what_a_disabled_account_made_opens_nothing_until_it_is_enabled);
    tcase_add_test(tcase, a_token_goes_no_further_than_its_maker_may_by_now);
    tcase_add_test(tcase, what_was_made_on_the_machine_asks_for_no_account_of_that_name);
    tcase_add_test(tcase, a_role_may_hand_out_scopes_of_routes_that_it_has);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
