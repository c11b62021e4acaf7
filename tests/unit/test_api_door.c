/* SPDX-License-Identifier: Apache-2.0
 *
 * Signing in over TCP, and what each role may: the real server, asked byte by byte.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_world.h"
#include "console/account.h"
#include "console/routes.h"
#include "raw_visit.h"

#define FIRST "a quiet river at night"
#define OWN   "the kettle sings at six"

static char answer[RAW_ANSWER_MAX], cookie[80], csrf[80];

/* headers: whole lines. */
static int ask(const char *method, const char *path, const char *body, const char *headers)
{
    struct buffer lines = {0};
    buffer_text(&lines, headers ? headers : "");
    if (cookie[0])
        buffer_format(&lines, "Cookie: anbu_session=%s\r\n", cookie);
    if (csrf[0])
        buffer_format(&lines, "Anbu-CSRF: %s\r\n", csrf);
    int status = raw_ask(method, path, body, buffer_view(&lines).at, answer);
    buffer_done(&lines);
    return status;
}

static void cut(const char *mark, char *out, size_t out_bytes)
{
    const char *at = strstr(answer, mark);
    ck_assert_msg(at, "no %s in %s", mark, answer);
    (void)snprintf(out, out_bytes, "%.64s", at + strlen(mark));
}

static int sign_in(const char *name, const char *password)
{
    char body[200];
    (void)snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"%s\"}", name, password);
    cookie[0] = csrf[0] = '\0';
    int status = ask("POST", "/api/v1/session", body, NULL);
    if (status == 200) {
        cut("anbu_session=", cookie, sizeof cookie);
        cut("\"csrf\":\"", csrf, sizeof csrf);
    }
    return status;
}

static void account_of(const char *name, enum role role, int team, bool must_change)
{
    struct account account = {
        .role = role, .team = team, .areas = "11140-sindang", .must_change = must_change};
    (void)snprintf(account.name, sizeof account.name, "%s", name);
    ck_assert_int_eq(account_password_set(&account, FIRST, &aw_fault), ERR_OK);
    ck_assert_int_eq(account_save(aw_store, &account, &aw_fault), ERR_OK);
}

static void account_add(const char *name, enum role role, bool must_change)
{
    account_of(name, role, TEAM_POLICE, must_change);
}

static void begin(void)
{
    cookie[0] = csrf[0] = '\0';
    aw_set_up();
}

START_TEST(a_first_sign_in_ends_in_a_password_of_ones_own)
{
    char old[80];
    account_add("kim", ROLE_OFFICER, true);
    ck_assert_int_eq(ask("GET", "/api/v1/session", NULL, NULL), 401);
    ck_assert_ptr_nonnull(strstr(answer, "WWW-Authenticate: Anbu-Session"));
    ck_assert_int_eq(sign_in("kim", "not her password"), 401);
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    ck_assert_ptr_nonnull(strstr(answer, "; HttpOnly; SameSite=Strict; Max-Age=43200\r\n"));
    ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL, NULL), 403);
    ck_assert_ptr_nonnull(strstr(answer, "first choose a password of your own"));
    ck_assert_int_eq(ask("POST", "/api/v1/session/password",
                         "{\"old\":\"" FIRST "\",\"new\":\"" FIRST "\"}", NULL),
                     400);
    memcpy(old, cookie, sizeof old);
    aw_now.set_ms += 1000;
    ck_assert_int_eq(ask("POST", "/api/v1/session/password",
                         "{\"old\":\"" FIRST "\",\"new\":\"" OWN "\"}", NULL),
                     200);
    ck_assert_int_eq(ask("GET", "/api/v1/session", NULL, NULL), 401); /* the old session */
    ck_assert_int_eq(sign_in("kim", FIRST), 401);
    ck_assert_int_eq(sign_in("kim", OWN), 200);
    ck_assert_str_ne(cookie, old);
    ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL, NULL), 200);
    ck_assert_int_eq(ask("DELETE", "/api/v1/session", NULL, NULL), 200);
    ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL, NULL), 401);
    aw_audit_says("\"who\":\"kim\",\"from\":\"tcp:127.0.0.1\",\"action\":\"session.begin\"", 2);
    aw_audit_says("\"who\":\"nobody\",\"from\":\"tcp:127.0.0.1\",\"action\":\"session.begin\"", 2);
    aw_audit_says("river", 0);
    aw_audit_says(cookie, 0);
}
END_TEST

/* Two machines' clocks are never one, and each may be put right. */
START_TEST(whatever_the_clock_says_a_new_password_ends_sessions_and_begins_some)
{
    account_add("kim", ROLE_OFFICER, false);
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    aw_now.set_ms -= 60000;
    aw_expect(200, "/api/v1/users/kim/password", "{\"password\":\"" OWN "\"}");
    ck_assert_int_eq(ask("GET", "/api/v1/session", NULL, NULL), 401);
    ck_assert_int_eq(sign_in("kim", OWN), 200);
    aw_expect(200, "/api/v1/users/kim/disable", "{}");
    aw_now.set_ms -= 60000;
    aw_expect(200, "/api/v1/users/kim/enable", "{}");
    ck_assert_int_eq(ask("GET", "/api/v1/session", NULL, NULL), 401);
    aw_now.set_ms += 24 * 3600000LL;
    aw_expect(200, "/api/v1/users/kim/password", "{\"password\":\"" FIRST "\"}");
    aw_now.set_ms -= 24 * 3600000LL;
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    ck_assert_int_eq(ask("GET", "/api/v1/session", NULL, NULL), 200);
}
END_TEST

#define AHEAD_MS (5 * 3600000LL) /* and then put right */

START_TEST(a_clock_that_was_ahead_keeps_no_session)
{
    account_add("kim", ROLE_OFFICER, false);
    aw_now.set_ms += AHEAD_MS;
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    aw_now.set_ms -= AHEAD_MS;
    ck_assert_int_eq(ask("GET", "/api/v1/session", NULL, NULL), 200);
    aw_now.set_ms += 60 * 60000;
    ck_assert_int_eq(ask("GET", "/api/v1/session", NULL, NULL), 401);
}
END_TEST

START_TEST(a_clock_that_was_ahead_locks_nobody_out)
{
    account_add("kim", ROLE_OFFICER, false);
    aw_now.set_ms += AHEAD_MS;
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(sign_in("kim", "a guess of somebody"), 401);
    ck_assert_int_eq(sign_in("kim", FIRST), 429);
    for (int i = 0; i < 20; i++) /* and the address with it */
        (void)sign_in("nobody", "a guess of somebody");
    aw_now.set_ms -= AHEAD_MS;
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
}
END_TEST

START_TEST(a_session_ends_by_idleness_age_and_by_order)
{
    account_add("kim", ROLE_OFFICER, false);
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    for (int i = 0; i < 12; i++) {
        ck_assert_int_eq(ask("GET", "/api/v1/session", NULL, NULL), 200);
        aw_now.set_ms += 59 * 60000;
    }
    ck_assert_int_eq(ask("GET", "/api/v1/session", NULL, NULL), 200);
    aw_now.set_ms += 13 * 60000;
    ck_assert_int_eq(ask("GET", "/api/v1/session", NULL, NULL), 401); /* 12 h */
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    aw_now.set_ms += 60 * 60000;
    ck_assert_int_eq(ask("GET", "/api/v1/session", NULL, NULL), 401);
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    aw_expect(200, "/api/v1/users/kim/disable", "{}");
    ck_assert_int_eq(ask("GET", "/api/v1/session", NULL, NULL), 401);
    ck_assert_int_eq(sign_in("kim", FIRST), 401);
}
END_TEST

#define WATCHES "Anbu-Watches: 1\r\n"

START_TEST(what_a_page_asks_for_by_itself_keeps_no_session)
{
    account_add("kim", ROLE_OFFICER, false);
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    for (int i = 0; i < 3; i++) {
        aw_now.set_ms += 19 * 60000;
        ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL, WATCHES), 200);
    }
    aw_now.set_ms += 3 * 60000; /* 1 h */
    ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL, WATCHES), 401);
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    for (int i = 0; i < 2; i++) { /* what she presses does keep it, whatever it says of itself */
        aw_now.set_ms += 50 * 60000;
        ck_assert_int_eq(ask("POST", "/api/v1/session/password",
                             "{\"old\":\"" FIRST "\",\"new\":\"" FIRST "\"}", WATCHES),
                         400);
    }
    aw_now.set_ms += 50 * 60000;
    ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL, "Anbu-Watches: 0\r\n"), 200);
    aw_now.set_ms += 50 * 60000;
    ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL, WATCHES), 200);
}
END_TEST

static void begin_short(void)
{
    static const char *const more[] = {"console.session_idle=1m"};
    cookie[0] = csrf[0] = '\0';
    aw_set_up_with(more, 1);
}

START_TEST(a_short_session_lives_while_it_is_used)
{
    account_add("kim", ROLE_OFFICER, false);
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    for (int i = 0; i < 5; i++) {
        aw_now.set_ms += 50000;
        ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL, NULL), 200);
    }
    aw_now.set_ms += 60000;
    ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL, NULL), 401);
}
END_TEST

START_TEST(a_change_is_made_by_the_page_itself)
{
    char token[80];
    account_add("kim", ROLE_OFFICER, false);
    const char *path = aw_path(aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S), "note");
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    memcpy(token, csrf, sizeof token);
    csrf[0] = '\0';
    ck_assert_int_eq(ask("POST", path, "{\"note\":\"x\"}", NULL), 403);
    ck_assert_ptr_nonnull(strstr(answer, "Anbu-CSRF"));
    memcpy(csrf, token, sizeof csrf);
    csrf[0] = csrf[0] == 'a' ? 'b' : 'a';
    ck_assert_int_eq(ask("POST", path, "{\"note\":\"x\"}", NULL), 403);
    memcpy(csrf, token, sizeof csrf);
    ck_assert_int_eq(ask("POST", path, "{\"note\":\"x\"}", "Origin: http://elsewhere\r\n"), 403);
    ck_assert_int_eq(ask("POST", path, "{\"note\":\"x\"}", "Origin: null\r\n"), 403);
    ck_assert_int_eq(ask("POST", path, "{\"note\":\"x\"}", "Sec-Fetch-Site: cross-site\r\n"), 403);
    ck_assert_int_eq(ask("POST", path, "{\"note\":\"x\"}",
                         "Origin: http://desk\r\nSec-Fetch-Site: same-origin\r\n"),
                     200);
    ck_assert_ptr_nonnull(strstr(answer, "\"who\":\"kim\""));
    ck_assert_int_eq(ask("POST", path, "{\"note\":\"x\"}", "Anbu-On-Behalf-Of: lee\r\n"), 200);
    ck_assert_ptr_null(strstr(answer, "lee"));
}
END_TEST

START_TEST(an_account_sees_its_own_alerts_alone)
{
    account_add("kim", ROLE_OFFICER, false);
    const char *mine = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    const char *welfare = aw_raise("H-2", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL, NULL), 200);
    ck_assert_ptr_nonnull(strstr(answer, "\"total\":1"));
    ck_assert_ptr_null(strstr(answer, "H-2"));
    ck_assert_int_eq(ask("GET", "/api/v1/alerts?all=1&limit=1", NULL, NULL), 200);
    ck_assert_ptr_nonnull(strstr(answer, "H-1"));
    ck_assert_int_eq(ask("GET", aw_path(mine, ""), NULL, NULL), 200);
    ck_assert_int_eq(ask("GET", aw_path(welfare, ""), NULL, NULL), 404);
    ck_assert_ptr_null(strstr(answer, "H-2"));
    ck_assert_int_eq(ask("POST", aw_path(welfare, "acknowledge"), "{}", NULL), 404);
    aw_expect(200, aw_path(welfare, ""), NULL);
    aw_says("\"state\":\"open\"");
}
END_TEST

START_TEST(the_asked_team_alone_answers_and_another_desks_alert_is_named_to_its_own)
{
    account_add("kim", ROLE_OFFICER, false); /* of the police */
    char mine[80];
    (void)snprintf(mine, sizeof mine, "%s", aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S));
    const char *theirs = aw_raise("H-1", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    ck_assert_int_eq(ask("GET", aw_path(mine, ""), NULL, NULL), 200);
    ck_assert_ptr_null(strstr(answer, "\"also\""));
    aw_expect(200, aw_path(theirs, "refer"), "{\"team\":\"police\",\"note\":\"look in\"}");
    ck_assert_int_eq(ask("GET", aw_path(mine, ""), NULL, NULL), 200);
    ck_assert_ptr_nonnull(strstr(answer, "\"desk\":\"police\",\"state\":\"referred\"}"));
    ck_assert_int_eq(ask("POST", aw_path(theirs, "accept"), "{}", NULL), 200);
    ck_assert_int_eq(
        ask("POST", aw_path(mine, "refer"), "{\"team\":\"welfare\",\"note\":\"bills\"}", NULL),
        200);
    ck_assert_int_eq(ask("POST", aw_path(mine, "accept"), "{}", NULL), 409);
    ck_assert_ptr_nonnull(strstr(answer, "the welfare were asked"));
    aw_expect(200, aw_path(mine, "accept"), "{}"); /* on the machine: for any team */
}
END_TEST

static bool answer_has_hours(void)
{
    return strstr(answer, "\"hours\":[]") == NULL || strstr(answer, "97,97,97") != NULL;
}

START_TEST(police_are_never_shown_by_which_hours_a_home_lives)
{
    account_of("kim", ROLE_OFFICER, TEAM_POLICE, false);
    account_of("lee", ROLE_OFFICER, TEAM_WELFARE, false);
    account_of("yun", ROLE_SUPERVISOR, ACCOUNT_ANY_TEAM, false);
    const char *id = aw_raise("H-1", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    ck_assert_int_eq(sign_in("lee", FIRST), 200);
    ck_assert_int_eq(ask("GET", aw_path(id, ""), NULL, NULL), 200);
    ck_assert(answer_has_hours());
    ck_assert_int_eq(ask("POST", aw_path(id, "refer"),
                         "{\"team\":\"police\",\"note\":\"curtains drawn\"}", NULL),
                     200);
    ck_assert(answer_has_hours());
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    ck_assert_int_eq(ask("GET", aw_path(id, ""), NULL, NULL), 200);
    ck_assert(!answer_has_hours());
    ck_assert_ptr_nonnull(strstr(answer, "\"until\":null,\"hours\":[],\"missing_hours\":0,"
                                         "\"longest_hours\":11"));
    ck_assert_ptr_nonnull(strstr(answer, "curtains drawn"));
    ck_assert_ptr_nonnull(strstr(answer, ",\"waits_since\":\""));
    ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL, NULL), 200);
    ck_assert(!answer_has_hours());
    ck_assert_int_eq(ask("POST", aw_path(id, "accept"), "{}", NULL), 200);
    ck_assert(!answer_has_hours());
    ck_assert_int_eq(sign_in("yun", FIRST), 200);
    ck_assert_int_eq(ask("GET", aw_path(id, ""), NULL, NULL), 200);
    ck_assert(answer_has_hours());
    aw_expect(200, aw_path(id, ""), NULL);
    aw_says("97,97,97");
}
END_TEST

START_TEST(guessing_is_slowed_by_name_and_by_address)
{
    account_add("kim", ROLE_OFFICER, false);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(sign_in("kim", "a guess of somebody"), 401);
    ck_assert_int_eq(sign_in("kim", FIRST), 429);
    ck_assert_ptr_nonnull(strstr(answer, "Retry-After: 60"));
    for (int i = 6; i < 20; i++)
        ck_assert_int_eq(sign_in("lee", "a guess of somebody"), 401);
    ck_assert_int_eq(sign_in("lee", "a guess of somebody"), 429);
    ck_assert_ptr_nonnull(strstr(answer, "from this address"));
    aw_now.set_ms += 600000;
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
}
END_TEST

static void walk(enum role role)
{
    for (size_t i = 0; i < route_count; i++) {
        const struct route *route = &routes[i];
        char path[200];
        if (route->handle == handle_session_end)
            continue; /* it would end the walk; tested above */
        raw_path(route, path, sizeof path);
        int status =
            ask(route->method, path, strcmp(route->method, "GET") == 0 ? NULL : "{}", NULL);
        if (route->roles & 1u << role)
            ck_assert_msg((status != 401 && status != 403) || strstr(answer, "purpose-needed"),
                          "%s %s: %d to %s", route->method, path, status, role_names[role]);
        else
            ck_assert_msg(status == (role == ROLE_NOBODY ? 401 : 403), "%s %s: %d to %s",
                          route->method, path, status, role_names[role]);
    }
}

START_TEST(each_role_finds_each_route_open_or_closed)
{
    walk(ROLE_NOBODY);
    account_add("newcomer", ROLE_SUPERVISOR, true);
    for (int role = ROLE_ACCOUNT_FIRST; role <= (int)ROLE_ACCOUNT_LAST; role++)
        account_of(role_names[role], (enum role)role, TEAM_WELFARE, false); /* police: less */
    for (int role = ROLE_NEWCOMER; role <= (int)ROLE_ACCOUNT_LAST; role++) {
        ck_assert_int_eq(sign_in(role_names[role], FIRST), 200);
        walk((enum role)role);
    }
    aw_audit_says("\"who\":\"auditor\",\"from\":\"tcp:127.0.0.1\",\"action\":\"users.list\"", 1);
}
END_TEST

START_TEST(the_page_is_there_for_everybody_and_its_files_are_kept_for_ever)
{
    char path[200], tag[80];
    cookie[0] = csrf[0] = '\0';
    ck_assert_int_eq(ask("GET", "/", NULL, NULL), 200);
    ck_assert_ptr_nonnull(strstr(answer, "Content-Type: text/html; charset=utf-8"));
    ck_assert_ptr_nonnull(strstr(answer, "Content-Security-Policy: default-src 'none'; script-src "
                                         "'self';"));
    ck_assert_ptr_nonnull(strstr(answer, "X-Content-Type-Options: nosniff"));
    ck_assert_ptr_nonnull(strstr(answer, "Cache-Control: no-cache"));
    const char *script = strstr(answer, "/assets/");
    ck_assert_ptr_nonnull(script);
    (void)snprintf(path, sizeof path, "%.24s/app.js", script);
    (void)snprintf(tag, sizeof tag, "If-None-Match: \"%.16s\"\r\n", path + strlen("/assets/"));
    ck_assert_int_eq(ask("GET", "/", NULL, tag), 304);
    ck_assert_ptr_null(strstr(answer, "<html"));
    ck_assert_int_eq(ask("GET", path, NULL, NULL), 200);
    ck_assert_ptr_nonnull(strstr(answer, "Content-Type: text/javascript"));
    ck_assert_ptr_nonnull(strstr(answer, "immutable"));
    ck_assert_int_eq(ask("HEAD", path, NULL, NULL), 200);
    ck_assert_ptr_null(strstr(answer, "SPDX"));
    path[strlen("/assets/")] = 'z';
    ck_assert_int_eq(ask("GET", path, NULL, NULL), 404);
    ck_assert_int_eq(ask("GET", "/assets/../index.html", NULL, NULL), 404);
    ck_assert_int_eq(ask("POST", "/", "{}", NULL), 404);
}
END_TEST

/* Whether the list says so of GET of a path. */
static bool open_by_list(const char *path)
{
    char wanted[120];
    (void)snprintf(wanted, sizeof wanted, "\"method\":\"GET\",\"path\":\"%s\"", path);
    const char *row = strstr(answer, wanted);
    ck_assert_msg(row, "no %s in %s", wanted, answer);
    const char *open = strstr(row, "\"open\":");
    ck_assert_ptr_nonnull(open);
    return strncmp(open, "\"open\":true", 11) == 0;
}

START_TEST(the_list_of_routes_says_which_are_open_to_whom_asks)
{
    account_add("ops", ROLE_OPS, false);
    ck_assert_int_eq(sign_in("ops", FIRST), 200);
    ck_assert_int_eq(ask("GET", "/api/v1", NULL, NULL), 200);
    ck_assert(!open_by_list("/api/v1/alerts"));
    ck_assert(open_by_list("/api/v1/status"));
    ck_assert_ptr_nonnull(
        strstr(answer, "\"escalate\":{\"critical_s\":600,\"others_s\":1800,\"times\":3}"));
}
END_TEST

static struct store_ops bent;

static enum err document_away(struct store *mine, const char *shelf, const char *name,
                              int64_t *version, struct buffer *out, struct fault *why)
{
    (void)mine;
    (void)shelf;
    (void)name;
    (void)version;
    (void)out;
    return fault_set(why, ERR_UNREACHABLE, "unix:redis.sock: connection refused");
}

static enum err sessions_away(struct store *mine, const struct store_document *document,
                              struct fault *why)
{
    return strcmp(document->shelf, "session") == 0
               ? fault_set(why, ERR_UNREACHABLE, "connection lost")
               : aw_store->ops->document_set(mine, document, why);
}

/* A new daemon, with `bent` for its store's. */
static void bend(void)
{
    struct store *own = store_memory_again(aw_store);
    api_stop(aw_api);
    aw_api = NULL;
    own->ops = &bent;
    struct api_options options = aw_options(own);
    ck_assert_msg(!api_start(&options, &aw_api, &aw_fault), "%s", aw_fault.text);
}

START_TEST(a_new_password_that_begins_no_session_is_in_force_and_said_to_be)
{
    account_add("kim", ROLE_OFFICER, true);
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    bent = *aw_store->ops;
    bent.document_set = sessions_away;
    bend();
    ck_assert_int_eq(ask("POST", "/api/v1/session/password",
                         "{\"old\":\"" FIRST "\",\"new\":\"" OWN "\"}", NULL),
                     503);
    ck_assert_ptr_nonnull(strstr(answer, "the password is changed; sign in with it: "));
    ck_assert_ptr_null(strstr(answer, "nothing was changed"));
    bent = *aw_store->ops;
    bend();
    ck_assert_int_eq(sign_in("kim", FIRST), 401);
    ck_assert_int_eq(sign_in("kim", OWN), 200);
}
END_TEST

/* A browser sends its cookie wherever it looks: a probe must not say "down" for that. */
START_TEST(probes_ask_nobody_who_asks)
{
    account_add("kim", ROLE_OFFICER, false);
    ck_assert_int_eq(sign_in("kim", FIRST), 200);
    bent = *aw_store->ops;
    bent.document = document_away;
    bend();
    ck_assert_int_eq(ask("GET", "/api/v1/alerts", NULL, NULL), 503);
    ck_assert_ptr_nonnull(strstr(answer, "nothing was shown or changed: "));
    ck_assert_int_eq(ask("GET", "/healthz", NULL, NULL), 200);
    ck_assert_int_eq(ask("GET", "/readyz", NULL, NULL), 200);
    ck_assert_int_eq(ask("GET", "/readyz", NULL, "Authorization: Bearer anbu_x_0\r\n"), 200);
    aw_host_is_bad = true;
    ck_assert_int_eq(ask("GET", "/readyz", NULL, NULL), 503);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, door");
    TCase *tcase = tcase_create("door");
    tcase_set_timeout(tcase, 120); /* argon2id under sanitizers */
    tcase_add_checked_fixture(tcase, begin, aw_tear_down);
    tcase_add_test(tcase, a_first_sign_in_ends_in_a_password_of_ones_own);
    tcase_add_test(tcase, a_new_password_that_begins_no_session_is_in_force_and_said_to_be);
    tcase_add_test(tcase, a_clock_that_was_ahead_keeps_no_session);
    tcase_add_test(tcase, a_clock_that_was_ahead_locks_nobody_out);
    tcase_add_test(tcase, whatever_the_clock_says_a_new_password_ends_sessions_and_begins_some);
    tcase_add_test(tcase, a_session_ends_by_idleness_age_and_by_order);
    tcase_add_test(tcase, what_a_page_asks_for_by_itself_keeps_no_session);
    tcase_add_test(tcase, a_change_is_made_by_the_page_itself);
    tcase_add_test(tcase, an_account_sees_its_own_alerts_alone);
    tcase_add_test(tcase, the_asked_team_alone_answers_and_another_desks_alert_is_named_to_its_own);
    tcase_add_test(tcase, police_are_never_shown_by_which_hours_a_home_lives);
    tcase_add_test(tcase, guessing_is_slowed_by_name_and_by_address);
    tcase_add_test(tcase, each_role_finds_each_route_open_or_closed);
    tcase_add_test(tcase, the_page_is_there_for_everybody_and_its_files_are_kept_for_ever);
    tcase_add_test(tcase, the_list_of_routes_says_which_are_open_to_whom_asks);
    tcase_add_test(tcase, probes_ask_nobody_who_asks);
    suite_add_tcase(suite, tcase);
    TCase *brief = tcase_create("brief");
    tcase_set_timeout(brief, 120);
    tcase_add_checked_fixture(brief, begin_short, aw_tear_down);
    tcase_add_test(brief, a_short_session_lives_while_it_is_used);
    suite_add_tcase(suite, brief);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
