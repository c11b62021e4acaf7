/* SPDX-License-Identifier: Apache-2.0
 *
 * The port of the metrics: what it answers, and where it may listen.
 */
#include "console/probe.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct probe *probe;
static struct fault fault;
static bool well;

static void page_metrics(void *host, struct buffer *out)
{
    ck_assert_ptr_eq(host, &well);
    buffer_text(out, "anbu_x_total 1\n");
}

static bool page_healthy(void *host, struct buffer *out)
{
    (void)host;
    buffer_text(out, "{\"healthy\":true}\n");
    return true;
}

static bool page_ready(void *host, struct buffer *out)
{
    (void)host;
    buffer_text(out, well ? "{\"ready\":true}\n" : "{\"ready\":false}\n");
    return well;
}

static const struct probe_pages pages = {&well, page_metrics, page_healthy, page_ready};

static void set_up(void)
{
    well = true;
    ck_assert_msg(!probe_start("127.0.0.1:0", &pages, &probe, &fault), "%s", fault.text);
}

static void take_down(void)
{
    probe_stop(probe);
    probe = NULL;
}

/* The whole answer to these bytes. */
static void ask(const char *request, struct buffer *out)
{
    struct address address;
    char part[1024];
    ssize_t got;
    ck_assert(address_parse(probe_address(probe), &address));
    int fd = socket(address.socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address.socket, address.bytes), 0);
    ck_assert_int_eq(send(fd, request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
    buffer_clear(out);
    while ((got = recv(fd, part, sizeof part, 0)) > 0)
        buffer_add(out, part, (size_t)got);
    (void)close(fd);
    ck_assert_uint_gt(out->bytes, 0);
}

static void expect(const char *method, const char *path, const char *status, const char *says)
{
    struct buffer out = {0};
    char request[256], line[64];
    (void)snprintf(
        request, sizeof request,
        "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody", method,
        path);
    (void)snprintf(line, sizeof line, "HTTP/1.1 %s", status);
    ask(request, &out);
    ck_assert_msg(strncmp(out.at, line, strlen(line)) == 0, "%s %s: %s", method, path, out.at);
    ck_assert_msg(!says || strstr(out.at, says), "%s", out.at);
    buffer_done(&out);
}

START_TEST(the_three_pages_are_there)
{
    expect("GET", "/metrics", "200", "version=0.0.4");
    expect("GET", "/metrics?x=1", "200", "\r\n\r\nanbu_x_total 1\n");
    expect("GET", "/healthz", "200", "application/json");
    expect("GET", "/readyz", "200", "\r\n\r\n{\"ready\":true}\n");
    well = false;
    expect("GET", "/readyz", "503", "\r\n\r\n{\"ready\":false}\n");
    expect("GET", "/healthz", "200", NULL);
    expect("HEAD", "/readyz", "503", NULL);
}
END_TEST

START_TEST(nothing_else_is_there_and_nothing_can_be_changed)
{
    expect("GET", "/", "404", "/readyz");
    expect("GET", "/api/v1/alerts", "404", NULL);
    expect("POST", "/metrics", "405", "Allow: GET, HEAD");
    expect("DELETE", "/api/v1/alerts", "405", NULL);
}
END_TEST

START_TEST(a_port_that_is_taken_is_said)
{
    struct probe *second = NULL;
    ck_assert_int_eq(probe_start(probe_address(probe), &pages, &second, &fault), ERR_BUSY);
    ck_assert_ptr_nonnull(strstr(fault.text, probe_address(probe)));
    ck_assert_ptr_null(second);
    ck_assert_int_eq(probe_start("localhost:1", &pages, &second, &fault), ERR_INVALID);
    expect("GET", "/metrics", "200", NULL);
}
END_TEST

static const char *read_back(const char *text)
{
    static char out[ADDRESS_TEXT_MAX];
    struct address address;
    if (!address_parse(text, &address))
        return "refused";
    address_text(&address, out);
    return out;
}

START_TEST(addresses_are_numbers_and_loopback_is_known)
{
    static const char *const bad[] = {"",
                                      "127.0.0.1",
                                      ":9464",
                                      "127.0.0.1:",
                                      "localhost:1",
                                      "127.0.0.1:x",
                                      "127.0.0.1:65536",
                                      "::1:9464",
                                      "[::1]",
                                      "[::1:9464",
                                      "[]:1",
                                      "127.1:9"};
    static const char *const far[] = {"0.0.0.0:1", "10.0.0.1:1", "[::]:1", "[fe80::1]:1",
                                      "[::ffff:127.0.0.1]:1"};
    static const char *const near[] = {"127.0.0.1:0", "127.8.8.8:65535", "[::1]:1"};
    struct address address;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!address_parse(bad[i], &address), "%s", bad[i]);
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++)
        ck_assert_msg(address_parse(far[i], &address) && !address_is_loopback(&address), "%s",
                      far[i]);
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
        ck_assert_msg(address_parse(near[i], &address) && address_is_loopback(&address), "%s",
                      near[i]);
        ck_assert_str_eq(read_back(near[i]), near[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("probe");
    TCase *cases = tcase_create("probe");
    tcase_add_checked_fixture(cases, set_up, take_down);
    tcase_add_test(cases, the_three_pages_are_there);
    tcase_add_test(cases, nothing_else_is_there_and_nothing_can_be_changed);
    tcase_add_test(cases, a_port_that_is_taken_is_said);
    tcase_add_test(cases, addresses_are_numbers_and_loopback_is_known);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
