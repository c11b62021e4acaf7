/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the API listens, and where requests come from: behind a proxy, and behind one that is none.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api_world.h"
#include "base/address.h"
#include "raw_visit.h"

static char answer[RAW_ANSWER_MAX];

static void set_up(const char *proxies, const char *listen)
{
    const char *const more[] = {proxies, "console.behind_proxy=true", listen};
    aw_set_up_with(more, 3);
}

/* What the audit log has as the source of a sign-in with such headers. */
static void source_is(const char *headers, const char *source)
{
    char part[120];
    static int times;
    static char last[120];
    (void)snprintf(part, sizeof part, "\"from\":\"tcp:%s\",\"action\":\"session.begin\"", source);
    times = strcmp(last, part) == 0 ? times + 1 : 1;
    (void)snprintf(last, sizeof last, "%s", part);
    ck_assert_int_eq(raw_ask("POST", "/api/v1/session",
                             "{\"name\":\"kim\",\"password\":\"a guess of somebody\"}", headers,
                             answer),
                     401);
    aw_audit_says(part, times);
}

START_TEST(a_proxys_last_word_counts)
{
    set_up("console.proxies=10.0.0.0/8,127.0.0.1", "console.listen=127.0.0.1:0");
    source_is("X-Forwarded-For: 203.0.113.9\r\n", "203.0.113.9");
    source_is("X-Forwarded-For: 198.51.100.1, 203.0.113.10\r\n", "203.0.113.10"); /* forged first */
    source_is("X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 203.0.113.11\r\n", "203.0.113.11");
    source_is("x-forwarded-for: 2001:db8::7\r\n", "2001:db8::7");
    source_is("X-Forwarded-For: [2001:db8::8]:4711\r\n", "2001:db8::8");
    source_is("X-Forwarded-For: 203.0.113.12:4711\r\n", "203.0.113.12");
    source_is(NULL, "127.0.0.1");
    source_is("X-Forwarded-For: \r\n", "127.0.0.1");
    source_is("X-Forwarded-For: 203.0.113.13, unknown\r\n", "127.0.0.1");
    source_is("X-Forwarded-For: uid=0,pid=1\r\n", "127.0.0.1");
    aw_audit_says("198.51.100.1", 0);
}
END_TEST

START_TEST(a_header_from_elsewhere_is_forged)
{
    set_up("console.proxies=10.0.0.0/8,::1", "console.listen=127.0.0.1:0");
    source_is("X-Forwarded-For: 203.0.113.9\r\n", "127.0.0.1");
    /* So guesses are counted where they come from, whatever they say. */
    for (int i = 1; i < 20; i++) {
        char headers[80];
        (void)snprintf(headers, sizeof headers, "X-Forwarded-For: 203.0.113.%d\r\n", i);
        ck_assert_int_eq(raw_ask("POST", "/api/v1/session",
                                 "{\"name\":\"lee\",\"password\":\"a guess of somebody\"}", headers,
                                 answer),
                         401);
    }
    ck_assert_int_eq(raw_ask("POST", "/api/v1/session",
                             "{\"name\":\"lee\",\"password\":\"a guess of somebody\"}",
                             "X-Forwarded-For: 203.0.113.99\r\n", answer),
                     429);
}
END_TEST

START_TEST(without_a_proxy_nobody_is_believed)
{
    aw_set_up();
    source_is("X-Forwarded-For: 203.0.113.9\r\n", "127.0.0.1");
}
END_TEST

START_TEST(behind_a_proxy_cookies_travel_over_tls_alone)
{
    set_up("console.proxies=127.0.0.1", "console.listen=127.0.0.1:0");
    struct account account = {.role = ROLE_OFFICER, .team = TEAM_POLICE, .name = "kim"};
    ck_assert_int_eq(account_password_set(&account, "a quiet river at night", &aw_fault), ERR_OK);
    ck_assert_int_eq(account_save(aw_store, &account, &aw_fault), ERR_OK);
    ck_assert_int_eq(raw_ask("POST", "/api/v1/session",
                             "{\"name\":\"kim\",\"password\":\"a quiet river at night\"}",
                             "X-Forwarded-For: 203.0.113.9\r\n", answer),
                     200);
    ck_assert_ptr_nonnull(strstr(answer, "; Secure\r\n"));
}
END_TEST

START_TEST(it_listens_on_ipv6)
{
    set_up("console.proxies=::1", "console.listen=[::1]:0");
    ck_assert_ptr_eq(strstr(api_address(aw_api, 0), "[::1]:"), api_address(aw_api, 0));
    source_is(NULL, "::1");
    source_is("X-Forwarded-For: 2001:db8::7\r\n", "2001:db8::7");
}
END_TEST

/* Each with a server of its own; where both kinds are named [::] leaves IPv4 alone. */
START_TEST(it_listens_at_several_places)
{
    char both[80];
    struct address four, six;
    set_up("console.behind_proxy=true", "console.listen=[::]:0,127.0.0.1:0,[::1]:0");
    ck_assert_ptr_eq(strstr(api_address(aw_api, 0), "[::]:"), api_address(aw_api, 0));
    ck_assert_ptr_eq(strstr(api_address(aw_api, 1), "127.0.0.1:"), api_address(aw_api, 1));
    ck_assert_ptr_eq(strstr(api_address(aw_api, 2), "[::1]:"), api_address(aw_api, 2));
    ck_assert_ptr_null(api_address(aw_api, 3));
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(raw_ask_at(i, "GET", "/healthz", NULL, NULL, answer), 200);
    aw_tear_down();
    /* The same port of both. */
    ck_assert(address_parse("127.0.0.1:0", &four));
    int held = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(held, (struct sockaddr *)&four.socket, four.bytes), 0);
    ck_assert_int_eq(getsockname(held, (struct sockaddr *)&four.socket, &four.bytes), 0);
    (void)close(held);
    address_text(&four, both);
    const char *port = strrchr(both, ':');
    char listen_at[200];
    (void)snprintf(listen_at, sizeof listen_at, "console.listen=%s,[::]%s", both, port);
    set_up("console.behind_proxy=true", listen_at);
    ck_assert_str_eq(api_address(aw_api, 0), both);
    ck_assert(address_parse(api_address(aw_api, 1), &six));
    ck_assert_int_eq(six.socket.ss_family, AF_INET6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, source");
    TCase *tcase = tcase_create("source");
    tcase_set_timeout(tcase, 120); /* argon2id under sanitizers */
    tcase_add_checked_fixture(tcase, NULL, aw_tear_down);
    tcase_add_test(tcase, a_proxys_last_word_counts);
    tcase_add_test(tcase, a_header_from_elsewhere_is_forged);
    tcase_add_test(tcase, without_a_proxy_nobody_is_believed);
    tcase_add_test(tcase, behind_a_proxy_cookies_travel_over_tls_alone);
    tcase_add_test(tcase, it_listens_on_ipv6);
    tcase_add_test(tcase, it_listens_at_several_places);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
