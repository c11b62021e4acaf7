/* SPDX-License-Identifier: Apache-2.0
 *
 * Clients that are slow on purpose, or many, or go half way: each costs itself alone. With bounds
 * short enough to be waited for.
 */
#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api_visitor.h"
#include "base/address.h"
#include "raw_visit.h"

#define REQUEST_MS 300
#define STREAMS    8
#define MANY       (64 + STREAMS) /* all that one entrance takes */

static struct visitor nobody;
static struct buffer heard;
static char answer[RAW_ANSWER_MAX];

static void restart(int request_ms, int answer_ms)
{
    const struct api_limits limits = {.streams_max = STREAMS,
                                      .streams_each_max = STREAMS,
                                      .heartbeat_ms = 15000,
                                      .request_ms = request_ms,
                                      .answer_ms = answer_ms,
                                      .listen_again_ms = 20};
    api_stop(aw_api);
    aw_api = NULL;
    struct api_options options = aw_options(store_memory_again(aw_store));
    options.limits = &limits;
    ck_assert_msg(!api_start(&options, &aw_api, &aw_fault), "%s", aw_fault.text);
}

static void begin(void)
{
    nobody = (struct visitor){.cookie = ""};
    heard = (struct buffer){0};
    aw_set_up();
}

static void end(void)
{
    visitor_done(&nobody);
    buffer_done(&heard);
    aw_tear_down();
}

/* Sends one byte after the other, for as long as somebody takes them. */
static bool drips(int fd, const char *text, int every_ms)
{
    for (const char *at = text; *at; at++) {
        if (send(fd, at, 1, MSG_NOSIGNAL) != 1)
            return false;
        (void)poll(NULL, 0, every_ms);
    }
    return true;
}

static unsigned long long slow(void)
{
    return atomic_load(&api_counts(aw_api)->slow);
}

/* Never idle for the library, and never done. */
START_TEST(a_request_a_byte_at_a_time_is_ended)
{
    char headers[2000] = "GET /healthz HTTP/1.1\r\nHost: desk\r\nX-Slow: ";
    memset(headers + strlen(headers), 'a', 1500);
    restart(REQUEST_MS, 120000);
    int head = line_open(true);
    ck_assert(!drips(head, headers, 5));
    (void)close(head);
    ck_assert_uint_eq(slow(), 1);
    int body = line_open(true);
    line_send(body, "POST /api/v1/session HTTP/1.1\r\nHost: desk\r\nContent-Length: 5000\r\n\r\n");
    ck_assert(!drips(body, headers, 5));
    (void)close(body);
    ck_assert_uint_eq(slow(), 2);
    aw_expect(200, "/healthz", NULL);
}
END_TEST

/* Connections that ask nothing take all places, and have to leave. */
START_TEST(those_who_only_sit_there_make_room)
{
    int fds[MANY];
    restart(REQUEST_MS, 120000);
    for (int i = 0; i < MANY; i++)
        fds[i] = line_open(true);
    aw_expect(200, "/healthz", NULL); /* the other entrance is open all the while */
    for (int i = 0; i < MANY; i++) {
        buffer_clear(&heard);
        ck_assert(line_ends(fds[i], &heard));
        ck_assert_uint_eq(heard.bytes, 0);
        (void)close(fds[i]);
    }
    ck_assert_int_eq(visitor_ask(&nobody, "GET", "/healthz", NULL, NULL), 200);
}
END_TEST

/* Asks for more than the kernel keeps, and reads nothing. */
START_TEST(an_answer_that_nobody_reads_is_given_up)
{
    char body[ALERT_NOTE_MAX + 20], path[120];
    int small = 4096;
    for (int i = 0; i < 20; i++) {
        (void)snprintf(path, sizeof path, "H-%d", i);
        const char *id = aw_raise(path, &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
        (void)snprintf(body, sizeof body, "{\"note\":\"%0*d\"}", ALERT_NOTE_MAX - 1, i);
        for (int k = 0; k < 8; k++)
            aw_expect(200, aw_path(id, "note"), body);
    }
    restart(30000, REQUEST_MS);
    int fd = line_open(false);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    line_send(fd, "GET /api/v1/alerts HTTP/1.1\r\nHost: desk\r\n\r\n");
    for (int i = 0; i < 10000 && slow() == 0; i++)
        (void)poll(NULL, 0, 1);
    ck_assert_uint_eq(slow(), 1);
    ck_assert(line_ends(fd, &heard)); /* what the kernel had of it, and no more */
    ck_assert_ptr_null(strstr(heard.at, "\"total\":20"));
    (void)close(fd);
}
END_TEST

/* Whoever has said all may close its side, and is answered. */
START_TEST(a_half_closed_connection_is_answered)
{
    int fd = line_open(true);
    line_send(fd, "GET /healthz HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n");
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    ck_assert(line_ends(fd, &heard));
    ck_assert_ptr_nonnull(strstr(heard.at, "HTTP/1.1 200"));
    (void)close(fd);
    /* Half of a request is none; the library may notice its end by the time alone. */
    restart(REQUEST_MS, 120000);
    fd = line_open(true);
    line_send(fd, "POST /api/v1/session HTTP/1.1\r\nHost: desk\r\nContent-Length: 50\r\n\r\n{\"na");
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    buffer_clear(&heard);
    ck_assert(line_ends(fd, &heard));
    ck_assert_uint_eq(heard.bytes, 0);
    (void)close(fd);
    aw_audit_says("session.begin", 0);
}
END_TEST

/* The unix socket is there meanwhile, and the page as soon as the port is free. */
START_TEST(a_port_of_somebody_else_is_waited_for)
{
    struct address address;
    char listen_at[160];
    struct config *usual = aw_config;
    ck_assert(address_parse("127.0.0.1:0", &address));
    int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(other, (struct sockaddr *)&address.socket, address.bytes), 0);
    ck_assert_int_eq(listen(other, 1), 0);
    ck_assert_int_eq(getsockname(other, (struct sockaddr *)&address.socket, &address.bytes), 0);
    const char *free_too = "console.listen=127.0.0.2:0,";
    address_text(&address, listen_at + snprintf(listen_at, sizeof listen_at, "%s", free_too));
    const char *const sets[] = {listen_at};
    struct config_errors errors = {0};
    ck_assert_msg(!config_load(NULL, sets, 1, &aw_config, &errors), "%s",
                  buffer_view(&errors.text).at);
    restart(30000, 120000);
    ck_assert_ptr_eq(strstr(api_address(aw_api, 0), "127.0.0.2:"), api_address(aw_api, 0));
    ck_assert_str_eq(api_address(aw_api, 1), "");
    aw_expect(200, "/healthz", NULL);
    ck_assert_int_eq(visitor_ask(&nobody, "GET", "/healthz", NULL, NULL),
                     200); /* at the free one */
    (void)close(other);
    for (int i = 0; i < 10000 && !api_address(aw_api, 1)[0]; i++)
        (void)poll(NULL, 0, 1);
    ck_assert_str_eq(api_address(aw_api, 1), listen_at + strlen(free_too));
    ck_assert_int_eq(raw_ask_at(1, "GET", "/healthz", NULL, NULL, answer), 200);
    ck_assert_int_eq(visitor_ask(&nobody, "GET", "/healthz", NULL, NULL), 200);
    config_errors_done(&errors);
    config_free(usual);
}
END_TEST

START_TEST(malformed_bodies_are_problems)
{
    static const char *const bodies[] = {"{",
                                         "[]",
                                         "\"x\"",
                                         "{\"note\":1}",
                                         "{\"note\":\"\\u0000\"}",
                                         "{\"note\":\"a\",\"note\":\"b\"}",
                                         "{\"version\":1.5}",
                                         "{\"version\":1e300}",
                                         "{\"version\":-1}",
                                         "nonsense",
                                         "{\"nothing\":\"x\"}",
                                         "{\"note\":\"\xff\xfe\"}"};
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        ck_assert_msg(aw_ask(aw_path(id, "note"), bodies[i], NULL) == 400, "%s", bodies[i]);
        aw_says("{\"type\":\"urn:anbu:problem:invalid\",\"title\":\"The request is not valid\","
                "\"status\":400,\"detail\":\"");
    }
    ck_assert_int_eq(aw_ask(aw_path(id, "note"), "{\"note\":\"x\",\"version\":1.0}", NULL), 200);
    ck_assert_int_eq(aw_ask(aw_path(id, "note"), "{\"note\":\"x\"}", "If-Match: \"2"), 400);
    ck_assert_int_eq(aw_ask(aw_path(id, "note"), "{\"note\":\"x\"}", "If-Match: W/\"2\""), 400);
    ck_assert_int_eq(aw_ask(aw_path(id, "note"), "{\"note\":\"x\"}", "If-Match: \"2\""), 200);
    ck_assert_int_eq(aw_ask(aw_path(id, "note"), "{\"note\":\"x\"}", "If-Match: \"2\""), 412);
    ck_assert_int_eq(aw_ask(aw_path(id, "note"), "{\"note\":\"x\"}", "If-Match: *"), 200);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, slow clients");
    TCase *tcase = tcase_create("slow");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, a_request_a_byte_at_a_time_is_ended);
    tcase_add_test(tcase, those_who_only_sit_there_make_room);
    tcase_add_test(tcase, an_answer_that_nobody_reads_is_given_up);
    tcase_add_test(tcase, a_half_closed_connection_is_answered);
    tcase_add_test(tcase, a_port_of_somebody_else_is_waited_for);
    tcase_add_test(tcase, malformed_bodies_are_problems);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
