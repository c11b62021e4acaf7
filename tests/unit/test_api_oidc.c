/* SPDX-License-Identifier: Apache-2.0
 *
 * Sign-in by a provider, played on loopback: there and back, and every way in which somebody else
 * might come in, or be led away.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api_world.h"
#include "console/account.h"
#include "console/oidc.h"
#include "played_provider.h"
#include "raw_visit.h"

#define CALLBACK "/api/v1/session/oidc/callback"

static char answer[RAW_ANSWER_MAX], url[2000], cookie[200], state[80];

static void begin(void)
{
    char issuer[100];
    pp_start();
    (void)snprintf(issuer, sizeof issuer, "oidc.issuer=%s", pp_issuer());
    ck_assert_int_eq(setenv("ANBU_TEST_OIDC", PP_SECRET, 1), 0);
    static const char client[] = "oidc.client_id=" PP_CLIENT;
    const char *const more[] = {issuer, client, "oidc.client_secret=env:ANBU_TEST_OIDC",
                                "console.public_url=https://desk.city.example", "oidc.timeout=1s"};
    aw_set_up_with(more, sizeof more / sizeof more[0]);
}

static struct config *at_start; /* whose settings the server has borrowed */

static void end(void)
{
    aw_tear_down();
    config_free(at_start);
    pp_stop();
}

/* A reload: these are oidc.roles from now on. */
static void roles(const char *yaml)
{
    char path[100];
    struct config_errors errors = {0};
    struct config *next = NULL;
    (void)snprintf(path, sizeof path, "%s/anbu.yaml", aw_folder);
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_gt(fprintf(file, "oidc:\n  roles:\n%s", yaml), 0);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_msg(!config_load(path, NULL, 0, &next, &errors), "%s", buffer_view(&errors.text).at);
    ck_assert_int_eq(unlink(path), 0);
    if (at_start)
        config_free(aw_config);
    else
        at_start = aw_config;
    aw_config = next;
    config_errors_done(&errors);
}

static void says(const char *part)
{
    ck_assert_msg(strstr(answer, part), "no %s in %s", part, answer);
}

static void header(const char *name, char *out, size_t out_bytes)
{
    const char *at = strstr(answer, name);
    ck_assert_msg(at, "no %s in %s", name, answer);
    at += strlen(name);
    ck_assert(text_copy((struct text){at, strcspn(at, "\r;")}, out, out_bytes));
}

static void account(const char *name, bool by_provider)
{
    struct account made = {.role = ROLE_OFFICER, .team = TEAM_POLICE};
    (void)snprintf(made.name, sizeof made.name, "%s", name);
    if (!by_provider)
        ck_assert_int_eq(account_password_set(&made, "a quiet river at night", &aw_fault), ERR_OK);
    ck_assert_int_eq(account_save(aw_store, &made, &aw_fault), ERR_OK);
}

/* Off to the provider: url, cookie and state are of this sign-in. */
static void go(void)
{
    ck_assert_int_eq(raw_ask("GET", "/api/v1/session/oidc", NULL, NULL, answer), 303);
    says("; Path=/api/v1/session/oidc; HttpOnly; SameSite=Lax; Max-Age=600\r\n");
    header("Location: ", url, sizeof url);
    header("anbu_oidc=", cookie, sizeof cookie);
    const char *at = strstr(url, "&state=");
    ck_assert_ptr_nonnull(at);
    (void)snprintf(state, sizeof state, "%.64s", at + 7);
}

static int come_back(const char *code, const char *more)
{
    char path[400], headers[300];
    (void)snprintf(path, sizeof path, CALLBACK "?code=%s&state=%s%s", code, state, more);
    (void)snprintf(headers, sizeof headers, "Cookie: anbu_oidc=%s\r\n", cookie);
    return raw_ask("GET", path, NULL, headers, answer);
}

static int sign_in(const char *name)
{
    char code[64];
    go();
    pp_sign_in(url, name, code);
    return come_back(code, "&session_state=whatever&iss=");
}

/* As a person: without `iss`, which this provider does not tell. */
static int sign_in_plainly(const char *name)
{
    char code[64];
    go();
    pp_sign_in(url, name, code);
    return come_back(code, "&session_state=whatever");
}

START_TEST(a_person_signs_in_by_the_provider)
{
    char session[100], headers[200];
    account("kim", true);
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    says("Location: /\r\n");
    says("anbu_oidc=; ");
    header("anbu_session=", session, sizeof session);
    (void)snprintf(headers, sizeof headers, "Cookie: anbu_session=%s\r\n", session);
    ck_assert_int_eq(raw_ask("GET", "/api/v1/session", NULL, headers, answer), 200);
    says("\"name\":\"kim\"");
    says("\"sign_in\":\"provider\"");
    ck_assert_int_eq(raw_ask("GET", "/api/v1/alerts", NULL, headers, answer), 200);
    ck_assert_ptr_eq(strstr(url, pp_issuer()), url);
    ck_assert_ptr_nonnull(strstr(url, "&redirect_uri=https%3A%2F%2Fdesk.city.example%2Fapi%2Fv1%2F"
                                      "session%2Foidc%2Fcallback&scope=openid%20profile&"));
    aw_audit_says("\"who\":\"kim\",\"from\":\"tcp:127.0.0.1\",\"action\":\"session.begin\"", 1);
    aw_audit_says(session, 0);
    ck_assert_int_eq(raw_ask("GET", "/api/v1", NULL, NULL, answer), 200);
    says("\"oidc\":true");
    ck_assert_ptr_null(strstr(answer, "\"version\""));
}
END_TEST

START_TEST(an_answer_is_of_one_browser_and_counts_once)
{
    char code[64], first[200], first_state[80];
    account("kim", true);
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    ck_assert_int_eq(come_back("code-1", ""), 400); /* replayed */
    says("has been used");
    go();
    memcpy(first, cookie, sizeof first);
    memcpy(first_state, state, sizeof first_state);
    go();
    pp_sign_in(url, "kim", code);
    memcpy(cookie, first, sizeof cookie); /* another browser's cookie with this state */
    ck_assert_int_eq(come_back(code, ""), 400);
    says("another sign-in");
    memcpy(state, first_state, sizeof state); /* its own state with this code: injected */
    ck_assert_int_eq(come_back(code, ""), 401);
    says("invalid_grant");
    cookie[0] = '\0';
    ck_assert_int_eq(come_back(code, ""), 400);
    go();
    aw_now.set_ms += 600000;
    pp_sign_in(url, "kim", code);
    ck_assert_int_eq(come_back(code, ""), 400); /* too late */
    says("in the last ten minutes");
    go();
    (void)snprintf(strchr(cookie, '.'), 30, ".%lld", (long long)aw_now.set_ms - 1);
    pp_sign_in(url, "kim", code);
    ck_assert_int_eq(come_back(code, ""), 400); /* its age is part of it */
    ck_assert_int_eq(pp_asked("token"), 2);
    aw_audit_says("session.begin", 2); /* that it is bound, and that it is in */
}
END_TEST

START_TEST(an_answer_is_of_this_provider)
{
    char code[64], iss[200];
    account("kim", true);
    go();
    pp_sign_in(url, "kim", code);
    ck_assert_int_eq(come_back(code, "&iss=https%3A%2F%2Fevil.example"), 400);
    says("another provider");
    ck_assert_int_eq(pp_asked("token"), 0);
    ck_assert_int_eq(sign_in("kim"), 400);
    (void)snprintf(iss, sizeof iss, "&iss=%s", pp_issuer());
    go();
    pp_sign_in(url, "kim", code);
    ck_assert_int_eq(come_back(code, iss), 303);
}
END_TEST

START_TEST(a_provider_that_names_itself_always_does)
{
    char code[64], iss[200];
    account("kim", true);
    pp_tell_issuer();
    ck_assert_int_eq(sign_in_plainly("kim"), 401);
    says("does not say that it is of");
    (void)snprintf(iss, sizeof iss, "&iss=%s", pp_issuer());
    go();
    pp_sign_in(url, "kim", code);
    ck_assert_int_eq(come_back(code, iss), 303);
}
END_TEST

START_TEST(accounts_have_one_way_in)
{
    account("kim", true);
    account("lee", false);
    ck_assert_int_eq(sign_in_plainly("lee"), 403);
    ck_assert_int_eq(sign_in_plainly("park"), 403);
    says("anbuctl user add --provider");
    ck_assert_int_eq(sign_in_plainly("Kim"), 403);
    ck_assert_int_eq(raw_ask("POST", "/api/v1/session",
                             "{\"name\":\"kim\",\"password\":\"a quiet river at night\"}", NULL,
                             answer),
                     401);
    ck_assert_int_eq(
        raw_ask("POST", "/api/v1/session", "{\"name\":\"kim\",\"password\":\"\"}", NULL, answer),
        401);
    aw_expect(200, "/api/v1/users/kim/disable", "{}");
    ck_assert_int_eq(sign_in_plainly("kim"), 403);
    aw_expect(201, "/api/v1/users",
              "{\"name\":\"choi\",\"role\":\"ops\",\"sign_in\":\"provider\"}");
    aw_says("\"must_change\":false");
    aw_expect(400, "/api/v1/users", "{\"name\":\"han\",\"role\":\"ops\"}");
    aw_expect(400, "/api/v1/users",
              "{\"name\":\"han\",\"role\":\"ops\",\"sign_in\":\"provider\",\"password\":\"a quiet "
              "river at night\"}");
    ck_assert_int_eq(sign_in_plainly("choi"), 303);
    aw_audit_says("\"action\":\"session.begin\",\"subject\":\"park\"", 1);
}
END_TEST

/* A name may be given anew at the provider; whoever has it then is somebody else. */
START_TEST(an_account_is_of_whoever_signed_in_first)
{
    account("kim", true);
    pp_subject("kim-of-2024");
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    aw_audit_says("\"result\":\"ok: bound to this person of the provider\"", 1);
    aw_audit_says("\"result\":\"intended\"", 1);
    aw_audit_says("kim-of-2024", 0);
    pp_subject("kim-of-2026");
    ck_assert_int_eq(sign_in_plainly("kim"), 403);
    says("belongs to somebody else");
    says("anbuctl user release");
    ck_assert_ptr_null(strstr(answer, "anbu_session="));
    aw_audit_says("belongs to somebody else", 1);
    aw_expect(200, "/api/v1/users", NULL);
    aw_says("\"sign_in\":\"provider\",\"bound\":true");
    pp_subject("kim-of-2024");
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
}
END_TEST

START_TEST(a_released_account_is_the_next_ones_and_no_longer_the_old_ones)
{
    char session[100], headers[200];
    account("kim", true);
    account("lee", false);
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    header("anbu_session=", session, sizeof session);
    (void)snprintf(headers, sizeof headers, "Cookie: anbu_session=%s\r\n", session);
    aw_now.set_ms += 1000;
    aw_expect(200, "/api/v1/users/kim/release", "{}");
    aw_says("\"bound\":false");
    ck_assert_int_eq(raw_ask("GET", "/api/v1/session", NULL, headers, answer), 401);
    pp_subject("2");
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    pp_subject("1");
    ck_assert_int_eq(sign_in_plainly("kim"), 403);
    aw_expect(409, "/api/v1/users/lee/release", "{}");
    aw_says("has a password");
    aw_expect(404, "/api/v1/users/nobody-at-all/release", "{}");
    aw_audit_says("\"action\":\"users.release\",\"subject\":\"kim\"", 2);
}
END_TEST

#define GROUPS                                                                               \
    "  - {group: desk-sindang, role: officer, team: police, areas: [11140-sindang]}\n"       \
    "  - {group: desk-hwanghak, role: officer, team: police, areas: [\"11140-hwanghak\"]}\n" \
    "  - {group: desk-calls, role: officer, team: welfare}\n"                                \
    "  - {group: keepers, role: ops}\n"                                                      \
    "  - {group: gas-works, role: utility, utility: gas, areas: [feeder-7]}\n"

static void who_is(const char *name, const char *part)
{
    struct account found;
    struct buffer text = {0};
    ck_assert_int_eq(account_load(aw_store, name, &found, &aw_fault), ERR_OK);
    account_show(&found, aw_now.set_ms, &text);
    ck_assert_msg(strstr(text.at, part), "no %s in %s", part, text.at);
    buffer_done(&text);
}

START_TEST(groups_make_an_account_and_keep_it)
{
    char session[100], headers[200];
    pp_groups("[\"choir\",\"desk-hwanghak\",7]");
    ck_assert_int_eq(sign_in_plainly("kim"), 403); /* off by default */
    says("no account here");
    roles(GROUPS);
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    who_is("kim", "\"role\":\"officer\",\"team\":\"police\",\"areas\":\"11140-hwanghak\"");
    who_is("kim", "\"bound\":true,\"by_groups\":true,\"lapsed\":false,\"must_change\":false");
    aw_audit_says("ok: made by the provider's groups: officer of police, areas 11140-hwanghak", 1);
    header("anbu_session=", session, sizeof session);
    (void)snprintf(headers, sizeof headers, "Cookie: anbu_session=%s\r\n", session);
    /* The same again changes nothing, and ends nothing. */
    aw_now.set_ms += 1000;
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    ck_assert_int_eq(raw_ask("GET", "/api/v1/session", NULL, headers, answer), 200);
    /* One more of the same role adds its areas; another role does not add up. */
    pp_groups("[\"keepers\",\"desk-hwanghak\",\"desk-calls\",\"desk-sindang\"]");
    aw_now.set_ms += 1000;
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    who_is("kim", "\"team\":\"police\",\"areas\":\"11140-sindang,11140-hwanghak\"");
    ck_assert_int_eq(raw_ask("GET", "/api/v1/session", NULL, headers, answer), 401);
    pp_groups("\"keepers\"");
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    who_is("kim", "\"role\":\"ops\",\"team\":null,\"areas\":\"\"");
    pp_groups("[\"gas-works\"]");
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    who_is("kim", "\"areas\":\"feeder-7\",\"utility\":\"gas\"");
    aw_audit_says("ok: changed by the provider's groups: ", 3);
}
END_TEST

START_TEST(a_group_that_is_taken_away_takes_the_role_and_the_sessions)
{
    static const char *const without[] = {
        "[]", "", "[\"choir\"]", "7", "{\"desk-calls\":true}", "[[\"desk-calls\"]]"};
    char session[100], headers[200];
    roles(GROUPS);
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
        pp_groups("[\"desk-calls\"]");
        ck_assert_int_eq(sign_in_plainly("kim"), 303);
        header("anbu_session=", session, sizeof session);
        (void)snprintf(headers, sizeof headers, "Cookie: anbu_session=%s\r\n", session);
        ck_assert_int_eq(raw_ask("GET", "/api/v1/alerts", NULL, headers, answer), 200);
        pp_groups(without[i]); /* in the same millisecond */
        ck_assert_msg(sign_in_plainly("kim") == 403, "%s", without[i]);
        says("has a role here any more");
        ck_assert_int_eq(raw_ask("GET", "/api/v1/alerts", NULL, headers, answer), 401);
        who_is("kim", "\"lapsed\":true");
        struct staff staff = {.count = 0};
        ck_assert_int_eq(account_staff(aw_store, &staff, &aw_fault), ERR_OK);
        ck_assert_uint_eq(staff.count, 1);
        ck_assert(staff.at[0].disabled); /* nobody is called by that name */
        staff_done(&staff);
    }
    /* So does a row that is taken out, and an account that is disabled stays so. */
    pp_groups("[\"desk-calls\"]");
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    roles("  - {group: keepers, role: ops}\n");
    ck_assert_int_eq(sign_in_plainly("kim"), 403);
    roles(GROUPS);
    aw_expect(200, "/api/v1/users/kim/disable", "{}");
    ck_assert_int_eq(sign_in_plainly("kim"), 403);
}
END_TEST

/* Some providers let people change the name that they are called by. */
START_TEST(whoever_was_disabled_comes_in_under_no_other_name)
{
    roles(GROUPS);
    account("park", true);
    pp_groups("[\"desk-calls\"]");
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    ck_assert_int_eq(sign_in_plainly("kim2"), 303);
    aw_expect(200, "/api/v1/users/kim/disable", "{}");
    static const char *const others[] = {"kim2", "kim3", "park"};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_msg(sign_in_plainly(others[i]) == 403, "%s", others[i]);
        says("kim, an account of the same person, is disabled");
        ck_assert_ptr_null(strstr(answer, "anbu_session="));
    }
    who_is("park", "\"bound\":false");
    struct account none;
    ck_assert_int_eq(account_load(aw_store, "kim3", &none, &aw_fault), ERR_NOT_FOUND);
    aw_audit_says("an account of the same person, is disabled", 3);
    /* Others are not that person; and who was married since is let in again by whoever knows. */
    pp_subject("another");
    ck_assert_int_eq(sign_in_plainly("lee"), 303);
    pp_subject("1");
    aw_expect(200, "/api/v1/users/kim/release", "{}");
    ck_assert_int_eq(sign_in_plainly("kim2"), 303);
    ck_assert_int_eq(sign_in_plainly("kim"), 403);
}
END_TEST

START_TEST(groups_touch_no_account_that_was_made_by_hand)
{
    account("lee", false);
    account("park", true);
    roles(GROUPS);
    pp_groups("[\"keepers\"]");
    ck_assert_int_eq(sign_in_plainly("lee"), 403);
    who_is("lee", "\"role\":\"officer\"");
    who_is("lee", "\"sign_in\":\"password\"");
    ck_assert_int_eq(sign_in_plainly("park"), 303);
    who_is("park", "\"role\":\"officer\"");
    who_is("park", "\"by_groups\":false");
    pp_groups("[]");
    ck_assert_int_eq(sign_in_plainly("park"), 303);
    /* Names that are none here, and one that is the machine's. */
    pp_groups("[\"keepers\"]");
    ck_assert_int_eq(sign_in_plainly("Kim Ji-woo"), 403);
    ck_assert_int_eq(sign_in_plainly("root"), 403);
    ck_assert_int_eq(sign_in_plainly("anbu"), 403);
    /* An account by groups is a person's like any other. */
    ck_assert_int_eq(sign_in_plainly("choi"), 303);
    pp_subject("another");
    ck_assert_int_eq(sign_in_plainly("choi"), 403);
    says("belongs to somebody else");
    /* A password makes it one by hand. */
    aw_expect(200, "/api/v1/users/choi/password", "{\"password\":\"a quiet river at night\"}");
    aw_says("\"sign_in\":\"password\"");
    pp_subject("1");
    ck_assert_int_eq(sign_in_plainly("choi"), 403);
}
END_TEST

static struct store_ops bent;
static const char *faster; /* whose subject is kept first */

/* Another daemon of the fleet binds the account between this one's look and its writing. */
static enum err document_set_after_another(struct store *mine, const struct store_document *set,
                                           struct fault *why)
{
    struct account theirs = {.role = ROLE_OFFICER, .team = TEAM_POLICE, .by_groups = true};
    if (faster && strcmp(set->shelf, "account") == 0) {
        (void)snprintf(theirs.name, sizeof theirs.name, "%s", set->name);
        if (set->expected_version > 0)
            ck_assert_int_eq(account_load(aw_store, set->name, &theirs, why), ERR_OK);
        (void)snprintf(theirs.subject, sizeof theirs.subject, "%s", faster);
        faster = NULL;
        ck_assert_int_eq(account_save(aw_store, &theirs, why), ERR_OK);
    }
    return aw_store->ops->document_set(mine, set, why);
}

START_TEST(of_two_who_sign_in_first_at_once_one_is_too_late)
{
    struct account bound;
    char subject[ACCOUNT_SUBJECT_MAX];
    struct store *own = store_memory_again(aw_store);
    account("kim", true);
    account("lee", true);
    api_stop(aw_api);
    aw_api = NULL;
    bent = *aw_store->ops;
    bent.document_set = document_set_after_another;
    own->ops = &bent;
    struct api_options options = aw_options(own);
    ck_assert_msg(!api_start(&options, &aw_api, &aw_fault), "%s", aw_fault.text);
    faster = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    ck_assert_int_eq(sign_in_plainly("kim"), 403);
    says("belongs to somebody else");
    /* The same person twice, in two tabs. */
    ck_assert_int_eq(sign_in_plainly("lee"), 303);
    ck_assert_int_eq(account_load(aw_store, "lee", &bound, &aw_fault), ERR_OK);
    memcpy(subject, bound.subject, sizeof subject);
    bound.subject[0] = '\0';
    ck_assert_int_eq(account_save(aw_store, &bound, &aw_fault), ERR_OK);
    faster = subject;
    ck_assert_int_eq(sign_in_plainly("lee"), 303);
    /* Two who are called the same, and have no account yet. */
    roles(GROUPS);
    pp_groups("[\"desk-calls\"]");
    faster = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    ck_assert_int_eq(sign_in_plainly("choi"), 403);
    says("belongs to somebody else");
    who_is("choi", "\"team\":\"police\"");
}
END_TEST

START_TEST(a_token_that_is_not_good_opens_nothing)
{
    static const enum pp_manner manners[] = {PP_OTHER_NONCE, PP_UNSIGNED, PP_NO_TOKEN};
    account("kim", true);
    for (size_t i = 0; i < sizeof manners / sizeof manners[0]; i++) {
        pp_behave(manners[i]);
        ck_assert_int_eq(sign_in_plainly("kim"), 401);
        ck_assert_ptr_null(strstr(answer, "anbu_session="));
    }
    pp_behave(PP_REFUSES_CLIENT);
    ck_assert_int_eq(sign_in_plainly("kim"), 503);
    says("oidc.client_secret");
    ck_assert_ptr_null(strstr(answer, PP_SECRET));
}
END_TEST

START_TEST(new_keys_are_fetched_and_not_for_everybody)
{
    account("kim", true);
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    ck_assert_int_eq(pp_asked("keys"), 1);
    ck_assert_int_eq(pp_asked("discovery"), 1);
    pp_new_keys();
    ck_assert_int_eq(sign_in_plainly("kim"), 401); /* asked for a moment ago */
    says("does not publish");
    ck_assert_int_eq(pp_asked("keys"), 1);
    aw_now.set_ms += 11000;
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    ck_assert_int_eq(pp_asked("keys"), 2);
    aw_now.set_ms += 3600000;
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
    ck_assert_int_eq(pp_asked("keys"), 3);
    ck_assert_int_eq(pp_asked("discovery"), 2);
}
END_TEST

START_TEST(a_provider_that_is_away_holds_nobody_else)
{
    static const struct {
        enum pp_manner manner;
        const char *why;
    } ways[] = {{PP_FAILS, "status 500"},
                {PP_HANGS, "no answer within 1 s"},
                {PP_OTHER_ISSUER, "what answers there is another"},
                {PP_PLAIN_TALK, "must be https"},
                {PP_FLOODS, "more than"}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        pp_behave(ways[i].manner);
        ck_assert_int_eq(raw_ask("GET", "/api/v1/session/oidc", NULL, NULL, answer), 503);
        says("Retry-After");
        says(ways[i].why);
        ck_assert_int_eq(
            raw_ask("GET", "/api/v1/session/oidc", NULL, "Accept: text/html,*/*;q=0.8\r\n", answer),
            503);
        says("Content-Type: text/html");
        says("default-src 'none'");
        says("<h1>Not available now</h1>");
    }
    pp_behave(PP_HANGS);
    int fd = raw_send("GET", "/api/v1/session/oidc", NULL, NULL);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(raw_ask("GET", "/healthz", NULL, NULL, answer), 200);
    ck_assert_int_eq(raw_read(fd, answer), 503);
    pp_behave(PP_HONEST);
    account("kim", true);
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
}
END_TEST

START_TEST(the_daemon_ends_while_somebody_waits)
{
    pp_behave(PP_HANGS);
    int fd = raw_send("GET", "/api/v1/session/oidc", NULL, NULL);
    ck_assert_int_eq(raw_ask("GET", "/healthz", NULL, NULL, answer), 200);
    api_stop(aw_api);
    aw_api = NULL;
    raw_close(fd);
}
END_TEST

START_TEST(what_fails_is_rationed_and_shown_as_text)
{
    ck_assert_int_eq(raw_ask("GET", CALLBACK "?error=%3Cscript%3E&state=x", NULL,
                             "Accept: text/html\r\n", answer),
                     400);
    says("Content-Type: text/html");
    ck_assert_ptr_null(strstr(answer, "<script"));
    go();
    state[63] = state[63] == 'a' ? 'b' : 'a';
    ck_assert_int_eq(come_back("c", "&error=access_denied"), 400);
    says("another sign-in");
    go();
    ck_assert_int_eq(come_back("c", "&error=%3Cscript%3E"), 400);
    says("the provider refused: <script>"); /* JSON, not a page */
    says("application/problem+json");
    state[0] = state[0] == 'a' ? 'b' : 'a';
    for (int i = 2; i < 20; i++)
        ck_assert_int_eq(come_back("c", ""), 400);
    ck_assert_int_eq(raw_ask("GET", CALLBACK "?code=c&state=x", NULL, NULL, answer), 429);
    ck_assert_int_eq(raw_ask("GET", "/api/v1/session/oidc", NULL, NULL, answer), 429);
    says("Retry-After: 600");
    ck_assert_int_eq(pp_asked("token"), 0);
    aw_audit_says("session.begin", 0);
}
END_TEST

START_TEST(another_sites_page_closes_the_way_in_to_nobody)
{
    for (int i = 0; i < 30; i++) /* as <img> asks: SameSite leaves the cookie out */
        ck_assert_int_eq(raw_ask("GET", CALLBACK "?code=c&state=x", NULL, NULL, answer), 400);
    account("kim", true);
    ck_assert_int_eq(sign_in_plainly("kim"), 303);
}
END_TEST

static void begin_without(void)
{
    aw_set_up();
}

START_TEST(without_a_provider_there_is_none)
{
    ck_assert_int_eq(raw_ask("GET", "/api/v1/session/oidc", NULL, NULL, answer), 404);
    ck_assert_int_eq(raw_ask("GET", CALLBACK "?code=c&state=s", NULL, NULL, answer), 404);
    ck_assert_int_eq(raw_ask("GET", "/api/v1", NULL, NULL, answer), 200);
    says("\"oidc\":false");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, oidc");
    TCase *tcase = tcase_create("oidc"), *without = tcase_create("without");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, a_person_signs_in_by_the_provider);
    tcase_add_test(tcase, an_answer_is_of_one_browser_and_counts_once);
    tcase_add_test(tcase, an_answer_is_of_this_provider);
    tcase_add_test(tcase, a_provider_that_names_itself_always_does);
    tcase_add_test(tcase, accounts_have_one_way_in);
    tcase_add_test(tcase, an_account_is_of_whoever_signed_in_first);
    tcase_add_test(tcase, a_released_account_is_the_next_ones_and_no_longer_the_old_ones);
    tcase_add_test(tcase, of_two_who_sign_in_first_at_once_one_is_too_late);
    tcase_add_test(tcase, groups_make_an_account_and_keep_it);
    tcase_add_test(tcase, a_group_that_is_taken_away_takes_the_role_and_the_sessions);
    tcase_add_test(tcase, whoever_was_disabled_comes_in_under_no_other_name);
    tcase_add_test(tcase, groups_touch_no_account_that_was_made_by_hand);
    tcase_add_test(tcase, a_token_that_is_not_good_opens_nothing);
    tcase_add_test(tcase, new_keys_are_fetched_and_not_for_everybody);
    tcase_add_test(tcase, a_provider_that_is_away_holds_nobody_else);
    tcase_add_test(tcase, another_sites_page_closes_the_way_in_to_nobody);
    tcase_add_test(tcase, the_daemon_ends_while_somebody_waits);
    tcase_add_test(tcase, what_fails_is_rationed_and_shown_as_text);
    tcase_add_checked_fixture(without, begin_without, aw_tear_down);
    tcase_add_test(without, without_a_provider_there_is_none);
    suite_add_tcase(suite, tcase);
    suite_add_tcase(suite, without);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
