/* SPDX-License-Identifier: Apache-2.0 */
#include "console/request.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "console/routes.h"

static struct fault fault;

START_TEST(only_root_and_the_daemon_speak_for_others)
{
    struct peer peer;
    ck_assert_int_eq(peer_identify(0, 7, "kim", &peer, &fault), ERR_OK);
    ck_assert_str_eq(peer.who, "kim (by root)");
    ck_assert_str_eq(peer.from, "unix:uid=0,pid=7");
    ck_assert_int_eq(peer_identify(3999999, 7, NULL, &peer, &fault), ERR_OK);
    ck_assert_str_eq(peer.who, "uid:3999999");
    ck_assert_int_eq(peer.role, ROLE_LOCAL);
    ck_assert_int_eq(peer_identify(3999999, 7, "kim", &peer, &fault), ERR_DENIED);
    ck_assert_str_eq(peer.who, "uid:3999999");
    static const char *const bad[] = {
        "kim (by root)", "a\nb", "\"",   " kim",
        "kim ",          "anbu", "\xff", "0123456789012345678901234567890123456789x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_int_eq(peer_identify(0, 7, bad[i], &peer, &fault), ERR_INVALID);
    ck_assert_int_eq(peer_identify(0, 7, "\xea\xb9\x80", &peer, &fault), ERR_OK);
}
END_TEST

START_TEST(escapes_are_decoded_strictly)
{
    char out[8];
    ck_assert(request_decode("a%2fB%20", out, sizeof out));
    ck_assert_str_eq(out, "a/B ");
    static const char *const bad[] = {"%", "%2", "%g0", "%00", "12345678", "a%2"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!request_decode(bad[i], out, sizeof out), "%s", bad[i]);
}
END_TEST

START_TEST(routes_are_found_by_method_and_path)
{
    struct text id = {0};
    char allow[32];
    const struct route *route =
        route_find("POST", "/api/v1/alerts/abc%2Fdef/note", &id, allow, sizeof allow);
    ck_assert_ptr_nonnull(route);
    ck_assert_str_eq(route->action, "alerts.note");
    ck_assert(text_is(id, "abc%2Fdef"));
    static const char *const unknown[] = {"",
                                          "/",
                                          "//",
                                          "/api/v1/alerts/",
                                          "/api/v1/alerts//note",
                                          "/api/v1/alerts/a/b/note",
                                          "/api/v1/alertsx",
                                          "/api/v1/householdsx",
                                          "api/v1/alerts",
                                          "/healthz/",
                                          "/api/v1/alerts/{id}/explode"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        ck_assert_msg(!route_find("GET", unknown[i], &id, allow, sizeof allow), "%s", unknown[i]);
        ck_assert_msg(allow[0] == '\0', "%s", unknown[i]);
    }
    ck_assert_ptr_null(route_find("DELETE", "/api/v1/alerts", &id, allow, sizeof allow));
    ck_assert_str_eq(allow, "GET");
    ck_assert_ptr_null(route_find("GET", "/api/v1/alerts/x/note", &id, allow, sizeof allow));
    ck_assert_str_eq(allow, "POST");
}
END_TEST

START_TEST(whatever_shows_or_changes_a_household_is_recorded)
{
    for (size_t i = 0; i < route_count; i++) {
        const struct route *route = &routes[i];
        bool personal = strstr(route->path, "alerts") || strstr(route->path, "households");
        bool changes = strcmp(route->method, "GET") != 0;
        ck_assert_msg(!(personal || changes) || route->action, "%s", route->path);
        ck_assert(route->handle && route->summary[0]);
        ck_assert(!route->query[0] ||
                  (route->query[0] == ' ' && route->query[strlen(route->query) - 1] == ' '));
    }
}
END_TEST

/* What an account may do is said here a second time, for the routes that tell of people. */
START_TEST(roles_see_what_they_work_on)
{
    static const struct {
        const char *path;
        enum role may[6];
        size_t count;
        unsigned scopes; /* a bit each, of which a service needs one */
    } expected[] = {
        {"/api/v1/alerts",
         {ROLE_OFFICER, ROLE_SUPERVISOR, ROLE_LOCAL, ROLE_ROOT, ROLE_SERVICE},
         5,
         1u << SCOPE_ALERTS_READ},
        {"/api/v1/alerts/{id}/resolve",
         {ROLE_OFFICER, ROLE_SUPERVISOR, ROLE_LOCAL, ROLE_ROOT, ROLE_SERVICE},
         5,
         1u << SCOPE_ALERTS_WRITE},
        /* Of officers and supervisors, the police are turned away: test_api_wall. */
        {"/api/v1/households/{id}", {ROLE_OFFICER, ROLE_SUPERVISOR, ROLE_LOCAL, ROLE_ROOT}, 4, 0},
        {"/api/v1/households/{id}/hours",
         {ROLE_OFFICER, ROLE_SUPERVISOR, ROLE_LOCAL, ROLE_ROOT},
         4,
         0},
        {"/api/v1/households", {ROLE_OFFICER, ROLE_SUPERVISOR, ROLE_LOCAL, ROLE_ROOT}, 4, 0},
        /* Which accounts and tokens: test_api_grant. */
        {"/api/v1/users", {ROLE_SUPERVISOR, ROLE_OPS, ROLE_ROOT}, 3, 0},
        {"/api/v1/tokens", {ROLE_SUPERVISOR, ROLE_OPS, ROLE_ROOT}, 3, 0},
        {"/api/v1/tokens/{id}/revoke", {ROLE_SUPERVISOR, ROLE_OPS, ROLE_ROOT}, 3, 0},
        {"/api/v1/users/{id}/password", {ROLE_SUPERVISOR, ROLE_OPS, ROLE_ROOT}, 3, 0},
        {"/api/v1/reload", {ROLE_OPS, ROLE_LOCAL, ROLE_ROOT}, 3, 0},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        unsigned mask = expected[i].scopes << ROLE_SCOPE_SHIFT, found = 0;
        for (size_t k = 0; k < expected[i].count; k++)
            mask |= 1u << expected[i].may[k];
        for (size_t r = 0; r < route_count; r++)
            if (strcmp(routes[r].path, expected[i].path) == 0) {
                ck_assert_msg(routes[r].roles == mask, "%s %s", routes[r].method, routes[r].path);
                found++;
            }
        ck_assert_msg(found > 0, "%s", expected[i].path);
    }
    for (size_t r = 0; r < route_count; r++) {
        bool open = routes[r].roles & 1u << ROLE_NOBODY;
        bool probe =
            strcmp(routes[r].handle == handle_health ? "/healthz" : "/readyz", routes[r].path) == 0;
        bool session = strncmp(routes[r].path, "/api/v1/session", 15) == 0;
        bool begins = routes[r].handle == handle_session_begin ||
                      routes[r].handle == handle_oidc_begin ||
                      routes[r].handle == handle_oidc_finish;
        bool list = routes[r].handle == handle_routes; /* before one signs in, too */
        bool signed_itself = routes[r].handle == handle_answer;
        ck_assert_msg(session || routes[r].roles & 1u << ROLE_ROOT, "%s", routes[r].path);
        ck_assert_msg(!(routes[r].roles & 1u << ROLE_NEWCOMER) || session || probe || list ||
                          signed_itself,
                      "%s", routes[r].path);
        ck_assert_msg(open == (probe || begins || list || signed_itself), "%s is open to everybody",
                      routes[r].path);
    }
}
END_TEST

START_TEST(every_error_has_a_status_of_its_kind)
{
    for (int err = ERR_OK + 1; err < ERR_COUNT; err++) {
        struct answer answer = {0};
        struct fault none = {0};
        problem_make((enum err)err, &none, &answer);
        ck_assert_uint_ge(answer.status, 400);
        ck_assert_ptr_nonnull(strstr(answer.body.at, err_text((enum err)err)));
        if (err_disposition((enum err)err) == DISPOSITION_RETRY && err != ERR_CONFLICT) {
            ck_assert_uint_eq(answer.status, 503);
            ck_assert_int_gt(answer.retry_after_s, 0);
        }
        buffer_done(&answer.body);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("request");
    TCase *tcase = tcase_create("request");
    tcase_add_test(tcase, only_root_and_the_daemon_speak_for_others);
    tcase_add_test(tcase, escapes_are_decoded_strictly);
    tcase_add_test(tcase, routes_are_found_by_method_and_path);
    tcase_add_test(tcase, whatever_shows_or_changes_a_household_is_recorded);
    tcase_add_test(tcase, roles_see_what_they_work_on);
    tcase_add_test(tcase, every_error_has_a_status_of_its_kind);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
