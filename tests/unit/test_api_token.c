/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of services over TCP: what they open and what they never do.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_world.h"
#include "console/account.h"
#include "console/token.h"
#include "raw_visit.h"
#include "store/store.h"

#define PASSWORD "a quiet river at night"

static char answer[RAW_ANSWER_MAX], token[TOKEN_TEXT_MAX];

static int ask_with(const char *method, const char *path, const char *body, const char *bearer,
                    const char *more)
{
    char headers[400];
    (void)snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\n%s", bearer, more);
    return raw_ask(method, path, body, headers, answer);
}

static int ask(const char *method, const char *path, const char *body)
{
    return ask_with(method, path, body, token, "");
}

/* Made on the machine, as anbuctl does it. */
static void add(const char *name, const char *scopes, const char *more)
{
    char body[400];
    (void)snprintf(body, sizeof body,
                   "{\"name\":\"%s\",\"team\":\"police\",\"areas\":\"11140-sindang\","
                   "\"scopes\":\"%s\"%s}",
                   name, scopes, more);
    aw_expect(201, "/api/v1/tokens", body);
    const char *at = strstr(aw_answer.body.at, "\"token\":\"");
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(sscanf(at + 9, "%127[^\"]", token), 1);
}

static void says(const char *part)
{
    ck_assert_msg(strstr(answer, part), "no %s in %s", part, answer);
}

START_TEST(a_token_opens_what_its_scopes_say)
{
    const char *mine = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    const char *welfare = aw_raise("H-2", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    add("gateway", "alerts:read,alerts:write", "");
    ck_assert(strncmp(token, "anbu_gateway_", 13) == 0 && strlen(token) == 13 + 64);
    ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL), 200);
    says("\"total\":1");
    ck_assert_ptr_null(strstr(answer, "Set-Cookie"));
    ck_assert_int_eq(ask("POST", aw_path(mine, "acknowledge"), "{}"), 200);
    says("\"owner\":\"service:gateway\"");
    ck_assert_int_eq(ask("GET", aw_path(welfare, ""), NULL), 404);
    ck_assert_int_eq(ask("GET", "/api/v1/incidents", NULL), 403);
    says("another scope");
    ck_assert_int_eq(ask("GET", "/api/v1/households/H-1", NULL), 403);
    ck_assert_int_eq(ask("GET", "/api/v1/session", NULL), 403);
    aw_audit_says("\"action\":\"tokens.add\",\"subject\":\"gateway\"", 2);
    aw_audit_says("\"who\":\"service:gateway\",\"from\":\"tcp:127.0.0.1\",\"action\":"
                  "\"alerts.acknowledge\"",
                  2);
    aw_audit_says(token + 13, 0);
}
END_TEST

START_TEST(a_token_needs_no_csrf_and_lends_nothing_to_a_cookie)
{
    char session[200];
    struct account account = {.role = ROLE_SUPERVISOR, .team = ACCOUNT_ANY_TEAM, .name = "kim"};
    ck_assert_int_eq(account_password_set(&account, PASSWORD, &aw_fault), ERR_OK);
    ck_assert_int_eq(account_save(aw_store, &account, &aw_fault), ERR_OK);
    ck_assert_int_eq(raw_ask("POST", "/api/v1/session",
                             "{\"name\":\"kim\",\"password\":\"" PASSWORD "\"}", NULL, answer),
                     200);
    const char *at = strstr(answer, "anbu_session=");
    ck_assert_ptr_nonnull(at);
    (void)snprintf(session, sizeof session, "Cookie: %.77s\r\n", at);
    ck_assert_int_eq(raw_ask("GET", "/api/v1/budget", NULL, session, answer), 200);
    add("reader", "alerts:read", "");
    ck_assert_int_eq(ask_with("GET", "/api/v1/budget", NULL, token, session), 403);
    ck_assert_int_eq(ask_with("GET", "/api/v1/budget", NULL, "anbu_no_such", session), 401);
    says("WWW-Authenticate: Anbu-Session, Bearer");
    says("unknown, has expired or was revoked");
    add("writer", "alerts:write", "");
    const char *mine = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    ck_assert_int_eq(ask("POST", aw_path(mine, "note"), "{\"note\":\"x\"}"), 200);
    ck_assert_int_eq(ask("GET", aw_path(mine, ""), NULL), 403);
}
END_TEST

START_TEST(a_token_ends_by_time_and_by_order)
{
    char old[TOKEN_TEXT_MAX];
    add("meter", "incidents:read", ",\"expires\":\"2026-01-16T02:03:04Z\"");
    ck_assert_int_eq(ask("GET", "/api/v1/incidents", NULL), 200);
    aw_now.set_ms += 3600000;
    ck_assert_int_eq(ask("GET", "/api/v1/incidents", NULL), 401);
    aw_expect(409, "/api/v1/tokens",
              "{\"name\":\"meter\",\"team\":\"all\",\"scopes\":\"incidents:read\"}");
    aw_expect(200, "/api/v1/tokens", NULL);
    aw_says("\"used\":\"2026-01-16T01:03:04Z\",\"expired\":true");
    aw_says_not("hash");
    aw_expect(200, "/api/v1/tokens/meter/revoke", "{}");
    aw_expect(404, "/api/v1/tokens/meter/revoke", "{}");
    memcpy(old, token, sizeof old);
    add("meter", "incidents:read", "");
    ck_assert_int_eq(ask("GET", "/api/v1/incidents", NULL), 200);
    ck_assert_int_eq(ask_with("GET", "/api/v1/incidents", NULL, old, ""), 401);
    aw_expect(200, "/api/v1/tokens/meter/revoke", "{}");
    ck_assert_int_eq(ask("GET", "/api/v1/incidents", NULL), 401);
}
END_TEST

START_TEST(what_is_no_token_is_refused)
{
    static const char *const bodies[] = {
        "{\"name\":\"a_b\",\"team\":\"all\",\"scopes\":\"alerts:read\"}",
        "{\"name\":\"\",\"team\":\"all\",\"scopes\":\"alerts:read\"}",
        "{\"name\":\"x\",\"team\":\"fire\",\"scopes\":\"alerts:read\"}",
        "{\"name\":\"x\",\"team\":\"all\",\"scopes\":\"households:read\"}",
        "{\"name\":\"x\",\"team\":\"all\",\"scopes\":\"\"}",
        "{\"name\":\"x\",\"team\":\"all\",\"scopes\":\"alerts:read\",\"expires\":\"soon\"}",
        "{\"name\":\"x\",\"team\":\"all\",\"scopes\":\"alerts:read\","
        "\"expires\":\"2026-01-15T00:00:00Z\"}",
        "{\"name\":\"x\",\"team\":\"all\",\"scopes\":\"alerts:read\","
        "\"expires\":\"2028-02-01T00:00:00Z\"}",
        "{\"name\":\"x\",\"team\":\"all\"}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        aw_expect(400, "/api/v1/tokens", bodies[i]);
    add("x", "alerts:read", "");
    char wrong[TOKEN_TEXT_MAX];
    memcpy(wrong, token, sizeof wrong);
    wrong[strlen(wrong) - 1] = wrong[strlen(wrong) - 1] == '0' ? '1' : '0';
    ck_assert_int_eq(ask_with("GET", "/api/v1/alerts", NULL, wrong, ""), 401);
    ck_assert_int_eq(ask_with("GET", "/api/v1/alerts", NULL, "", ""), 401);
    ck_assert_int_eq(ask_with("GET", "/healthz", NULL, wrong, ""), 200);
    ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL), 200);
}
END_TEST

START_TEST(wrong_tokens_close_an_address_for_tokens_alone)
{
    struct account account = {.role = ROLE_OFFICER, .team = TEAM_POLICE, .name = "kim"};
    ck_assert_int_eq(account_password_set(&account, PASSWORD, &aw_fault), ERR_OK);
    ck_assert_int_eq(account_save(aw_store, &account, &aw_fault), ERR_OK);
    add("x", "alerts:read", "");
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(ask_with("GET", "/api/v1/alerts", NULL, "anbu_x_0", ""), 401);
    ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL), 429);
    says("Retry-After: 600");
    aw_audit_says("alerts.list", 0);
    ck_assert_int_eq(raw_ask("POST", "/api/v1/session",
                             "{\"name\":\"kim\",\"password\":\"" PASSWORD "\"}", NULL, answer),
                     200);
    aw_now.set_ms += 600000;
    ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL), 200);
}
END_TEST

START_TEST(each_scope_finds_each_route_open_or_closed)
{
    for (int scope = 0; scope < SCOPE_COUNT; scope++) {
        char name[20];
        (void)snprintf(name, sizeof name, "s%d", scope);
        add(name, scope_names[scope], "");
        for (size_t i = 0; i < route_count; i++) {
            const struct route *route = &routes[i];
            unsigned needed = route->roles >> ROLE_SCOPE_SHIFT;
            bool open = route->roles & 1u << ROLE_SERVICE && (!needed || needed & 1u << scope);
            char path[200];
            raw_path(route, path, sizeof path);
            int status = ask(route->method, path, strcmp(route->method, "GET") == 0 ? NULL : "{}");
            ck_assert_msg(open ? status != 401 && status != 403 : status == 403,
                          "%s %s: %d to a service with %s", route->method, path, status,
                          scope_names[scope]);
        }
    }
}
END_TEST

START_TEST(a_damaged_token_opens_nothing_and_can_be_revoked)
{
    struct store_document document = {"token", "x", 0, 1, TEXT("{\"name\":\"x\"}"), 0};
    ck_assert_int_eq(aw_store->ops->document_set(aw_store, &document, &aw_fault), ERR_OK);
    ck_assert_int_eq(ask_with("GET", "/api/v1/alerts", NULL,
                              "anbu_x_0123456789012345678901234567890123456789012345678901234567890"
                              "123",
                              ""),
                     500);
    aw_expect(500, "/api/v1/tokens", NULL);
    aw_says("anbuctl token revoke x");
    aw_expect(200, "/api/v1/tokens/x/revoke", "{}");
    aw_expect(200, "/api/v1/tokens", NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, token");
    TCase *tcase = tcase_create("token");
    tcase_set_timeout(tcase, 120); /* argon2id under sanitizers */
    tcase_add_checked_fixture(tcase, aw_set_up, aw_tear_down);
    tcase_add_test(tcase, a_token_opens_what_its_scopes_say);
    tcase_add_test(tcase, a_token_needs_no_csrf_and_lends_nothing_to_a_cookie);
    tcase_add_test(tcase, a_token_ends_by_time_and_by_order);
    tcase_add_test(tcase, what_is_no_token_is_refused);
    tcase_add_test(tcase, wrong_tokens_close_an_address_for_tokens_alone);
    tcase_add_test(tcase, each_scope_finds_each_route_open_or_closed);
    tcase_add_test(tcase, a_damaged_token_opens_nothing_and_can_be_revoked);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
