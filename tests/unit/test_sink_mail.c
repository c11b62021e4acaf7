/* SPDX-License-Identifier: Apache-2.0
 *
 * A mail sink with two recipients, and a mail server that takes what the test says: one full
 * mailbox does not keep the other's alerts.
 */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/internal.h"
#include "delivery/sink.h"

#define LINE_MAX_BYTES 1000

static int listening;
static uint16_t port;
static pthread_t thread;
static atomic_bool first_full, second_full, busy; /* busy: the server, from the second mail on */
static atomic_int first_got, second_got, mails;
static atomic_bool stopping;
static struct config *config;
static void *sink;

/* ---- the server ---- */

static const char *answer_to(const char *line, bool *second)
{
    if (strncmp(line, "MAIL", 4) == 0)
        return atomic_fetch_add(&mails, 1) % 2 && atomic_load(&busy) ? "421 later" : "250 ok";
    if (strncmp(line, "RCPT", 4) == 0) {
        *second = strstr(line, "<second@") != NULL;
        return atomic_load(*second ? &second_full : &first_full) ? "452 full" : "250 ok";
    }
    if (strncmp(line, "DATA", 4) == 0)
        return "354 go on";
    return strncmp(line, "QUIT", 4) == 0 ? "221 bye" : "250 ok";
}

static void talk(FILE *in, int fd)
{
    char line[LINE_MAX_BYTES];
    bool second = false, data = false;
    (void)dprintf(fd, "220 ready\r\n");
    while (fgets(line, sizeof line, in)) {
        if (data && strcmp(line, ".\r\n") != 0)
            continue;
        if (data)
            atomic_fetch_add(second ? &second_got : &first_got, 1);
        (void)dprintf(fd, "%s\r\n", data ? "250 taken" : answer_to(line, &second));
        data = !data && strncmp(line, "DATA", 4) == 0;
    }
}

static void *serve(void *nothing)
{
    int fd;
    while ((fd = accept(listening, NULL, NULL)) >= 0) {
        FILE *in = fdopen(fd, "r");
        if (!in)
            break;
        talk(in, fd);
        (void)fclose(in);
    }
    return nothing;
}

static void reset(void)
{
    atomic_store(&first_full, false);
    atomic_store(&second_full, false);
    atomic_store(&busy, false);
    atomic_store(&first_got, 0);
    atomic_store(&second_got, 0);
    atomic_store(&mails, 0);
}

static void begin(void)
{
    reset();
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    socklen_t bytes = sizeof address;
    struct config_errors errors = {0};
    struct fault fault = {""};
    char yaml[300];
    size_t count;
    listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(listening, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(listening, 8), 0);
    ck_assert_int_eq(getsockname(listening, (struct sockaddr *)&address, &bytes), 0);
    port = ntohs(address.sin_port);
    ck_assert_int_eq(pthread_create(&thread, NULL, serve, NULL), 0);
    (void)snprintf(yaml, sizeof yaml,
                   "sinks:\n  - name: night\n    kind: mail\n    url: smtp://127.0.0.1:%u\n"
                   "    from: a@b.example\n    to: [first@c.example, second@c.example]\n",
                   port);
    struct config_input input = {.path = "t.yaml", .text = text_of(yaml)};
    ck_assert_msg(!config_read(detectors, detector_count, &input, &config, &errors), "%s",
                  buffer_view(&errors.text).at);
    config_errors_done(&errors);
    const struct sink_options options = {.rules = config_sinks(config, &count),
                                         .config = config,
                                         .clock = &clock_machine,
                                         .stopping = &stopping};
    ck_assert_msg(!sink_mail_new(&options, &sink, &fault), "%s", fault.text);
}

static void end(void)
{
    sink_mail_ops.free(sink);
    (void)shutdown(listening, SHUT_RDWR);
    (void)pthread_join(thread, NULL);
    (void)close(listening);
    config_free(config);
}

static enum err deliver(int number)
{
    char event[200];
    struct fault fault = {""};
    (void)snprintf(event, sizeof event,
                   "{\"id\":\"abcdefghijk.%d\",\"type\":\"anbu.alert.raised\",\"data\":{\"alert\":"
                   "\"abcdefghijk\",\"team\":\"police\",\"severity\":\"high\"}}",
                   number);
    return sink_mail_ops.deliver(sink, text_of(event), &fault);
}

static int tries_of(int number)
{
    int tries = 1;
    while (deliver(number) == ERR_BUSY && tries < 50)
        tries++;
    return tries;
}

/* ---- the cases ---- */

START_TEST(a_full_mailbox_keeps_the_others_waiting_once)
{
    atomic_store(&second_full, true);
    ck_assert_int_eq(tries_of(1), 5);
    ck_assert_int_eq(tries_of(2), 1);
    ck_assert_int_eq(tries_of(3), 1);
    ck_assert_int_eq(atomic_load(&first_got), 3);
    ck_assert_int_eq(atomic_load(&second_got), 0);
    atomic_store(&second_full, false);
    ck_assert_int_eq(tries_of(4), 1);
    ck_assert_int_eq(atomic_load(&second_got), 1);
    atomic_store(&second_full, true); /* it took one: it is waited for again */
    ck_assert_int_eq(tries_of(5), 5);
}
END_TEST

START_TEST(what_nobody_has_is_tried_on)
{
    atomic_store(&first_full, true);
    atomic_store(&second_full, true);
    ck_assert_int_eq(tries_of(1), 50);
    atomic_store(&second_full, false);
    ck_assert_int_eq(tries_of(1), 5); /* the tries that were nobody's count for nobody */
    ck_assert_int_eq(atomic_load(&first_got), 0);
    ck_assert_int_eq(atomic_load(&second_got), 1);
}
END_TEST

START_TEST(a_server_that_is_busy_is_no_full_mailbox)
{
    atomic_store(&busy, true);
    ck_assert_int_eq(deliver(1), ERR_BUSY);
    ck_assert_int_eq(atomic_load(&first_got), 1);
    for (int i = 0; i < 10; i++) {
        atomic_store(&mails, 1);
        ck_assert_int_eq(deliver(1), ERR_BUSY);
    }
    atomic_store(&busy, false);
    ck_assert_int_eq(deliver(1), ERR_OK);
    ck_assert_int_eq(atomic_load(&first_got), 1);
    ck_assert_int_eq(atomic_load(&second_got), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sink mail");
    TCase *cases = tcase_create("sink mail");
    tcase_add_checked_fixture(cases, begin, end);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, a_full_mailbox_keeps_the_others_waiting_once);
    tcase_add_test(cases, what_nobody_has_is_tried_on);
    tcase_add_test(cases, a_server_that_is_busy_is_no_full_mailbox);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
