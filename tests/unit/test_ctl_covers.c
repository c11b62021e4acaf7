/* SPDX-License-Identifier: Apache-2.0
 *
 * A person at a shell can do what the API can: each route has a command line that asks for it, or a
 * reason why it makes no sense in a shell. The lines are run against a socket that says no.
 */
#define _GNU_SOURCE /* strsep */
#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "console/routes.h"
#include "ctl/command.h"

#define WORDS_MAX 24

#define SESSION "a browser signs in; on the socket the kernel says who asks"
#define PROGRAM "for programs and pages; anbuctl knows the routes that it was built with"
#define PROBE   "for whoever restarts what is not well: curl"

/* ID stands for an alert or a household, PASSWORD for a file with one. */
static const struct cover {
    const char *method, *path;
    const char *line; /* what follows anbuctl; NULL: there is none, because: */
    const char *because;
} covers[] = {
    {"GET", "/api/v1", NULL, PROGRAM},
    {"GET", "/api/v1/events", NULL, PROGRAM},
    {"GET", "/api/v1/openapi.json", NULL, PROGRAM},
    {"POST", "/api/v1/answers", NULL, "signed by a message gateway; a person records a contact"},
    {"GET", "/healthz", NULL, PROBE},
    {"GET", "/readyz", NULL, PROBE},
    {"POST", "/api/v1/session", NULL, SESSION},
    {"GET", "/api/v1/session", NULL, SESSION},
    {"DELETE", "/api/v1/session", NULL, SESSION},
    {"POST", "/api/v1/session/password", NULL, SESSION},
    {"GET", "/api/v1/session/oidc", NULL, SESSION},
    {"GET", "/api/v1/session/oidc/callback", NULL, SESSION},
    {"GET", "/api/v1/alerts", "alerts list", NULL},
    {"GET", "/api/v1/handover", "handover", NULL},
    {"GET", "/api/v1/alerts/{id}", "alerts show ID", NULL},
    {"GET", "/api/v1/alerts/{id}/directory", "alerts directory ID", NULL},
    {"POST", "/api/v1/alerts/{id}/acknowledge", "alerts ack ID", NULL},
    {"POST", "/api/v1/alerts/{id}/release", "alerts release ID", NULL},
    {"POST", "/api/v1/alerts/{id}/contact",
     "alerts contact ID --channel call --whom resident --result no_answer", NULL},
    {"POST", "/api/v1/alerts/{id}/refer", "alerts refer ID --team police --note x", NULL},
    {"POST", "/api/v1/alerts/{id}/accept", "alerts accept ID", NULL},
    {"POST", "/api/v1/alerts/{id}/decline", "alerts decline ID --note x", NULL},
    {"POST", "/api/v1/alerts/{id}/escalate", "alerts escalate ID --note x", NULL},
    {"POST", "/api/v1/alerts/{id}/note", "alerts note ID x", NULL},
    {"POST", "/api/v1/alerts/{id}/resolve", "alerts resolve ID --outcome safe", NULL},
    {"POST", "/api/v1/alerts/{id}/reopen", "alerts reopen ID --note x", NULL},
    {"GET", "/api/v1/incidents", "incidents list", NULL},
    {"GET", "/api/v1/households", "households list", NULL},
    {"GET", "/api/v1/households/{id}", "household show ID", NULL},
    {"GET", "/api/v1/households/{id}/hours", "household hours ID", NULL},
    {"GET", "/api/v1/households/{id}/absence", "household absence ID", NULL},
    {"POST", "/api/v1/households/{id}/absence", "household absence ID --to 2099-01-01 --reason x",
     NULL},
    {"DELETE", "/api/v1/households/{id}/absence", "household absence ID --end", NULL},
    {"GET", "/api/v1/areas", "areas", NULL},
    {"GET", "/api/v1/meters/dark", "meters dark", NULL},
    {"GET", "/api/v1/dead-letters", "dead-letters", NULL},
    {"GET", "/api/v1/stats", "stats", NULL},
    {"GET", "/api/v1/advice", "advise", NULL},
    {"GET", "/api/v1/budget", "budget", NULL},
    {"GET", "/api/v1/rosters", "rosters", NULL},
    {"GET", "/api/v1/sinks", "sinks list", NULL},
    {"POST", "/api/v1/sinks/{id}/test", "sinks test desk", NULL},
    {"GET", "/api/v1/audit", "audit list", NULL},
    {"GET", "/api/v1/users", "user list", NULL},
    {"POST", "/api/v1/users", "user add kim --role officer --password-file PASSWORD", NULL},
    {"POST", "/api/v1/users/{id}/password", "user passwd kim --password-file PASSWORD", NULL},
    {"POST", "/api/v1/users/{id}/disable", "user disable kim", NULL},
    {"POST", "/api/v1/users/{id}/enable", "user enable kim", NULL},
    {"POST", "/api/v1/users/{id}/release", "user release kim", NULL},
    {"GET", "/api/v1/tokens", "token list", NULL},
    {"POST", "/api/v1/tokens", "token add desk --scopes alerts:read --team all", NULL},
    {"POST", "/api/v1/tokens/{id}/revoke", "token revoke desk", NULL},
    {"POST", "/api/v1/reload", "reload", NULL},
    {"GET", "/api/v1/config", "show-config", NULL},
    {"GET", "/api/v1/config/changes", "config diff", NULL},
    {"GET", "/api/v1/status", "status", NULL},
};
#define COVERS (sizeof covers / sizeof covers[0])

START_TEST(each_route_has_a_command_or_a_reason)
{
    for (size_t r = 0; r < route_count; r++) {
        int found = 0;
        for (size_t i = 0; i < COVERS; i++)
            found += strcmp(covers[i].method, routes[r].method) == 0 &&
                     strcmp(covers[i].path, routes[r].path) == 0;
        ck_assert_msg(found == 1,
                      "%s %s: %d rows in tests/unit/test_ctl_covers.c: give it a command of "
                      "anbuctl, or say why it makes no sense in a shell",
                      routes[r].method, routes[r].path, found);
    }
    for (size_t i = 0; i < COVERS; i++) {
        bool known = false;
        for (size_t r = 0; r < route_count && !known; r++)
            known = strcmp(covers[i].method, routes[r].method) == 0 &&
                    strcmp(covers[i].path, routes[r].path) == 0;
        ck_assert_msg(known, "%s %s is no route any more", covers[i].method, covers[i].path);
        ck_assert(!covers[i].line == !!covers[i].because);
    }
}
END_TEST

/* ---- a socket that says no ---- */

static char folder[64], socket_path[96], password_path[96], asked[1024];
static int listener = -1;

static void *say_no(void *context)
{
    static const char no[] = "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: "
                             "2\r\n\r\n{}";
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    (void)context;
    if (poll(&ready, 1, 20000) != 1)
        return NULL;
    int fd = accept(listener, NULL, NULL);
    ssize_t got = recv(fd, asked, sizeof asked - 1, 0);
    asked[got > 0 ? got : 0] = '\0';
    (void)send(fd, no, sizeof no - 1, 0);
    (void)close(fd);
    return NULL;
}

static void set_up(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(folder, sizeof folder, "/tmp/anbu-covers-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(socket_path, sizeof socket_path, "%s/sock", folder);
    (void)snprintf(password_path, sizeof password_path, "%s/password", folder);
    FILE *file = fopen(password_path, "w");
    ck_assert_ptr_nonnull(file);
    (void)fputs("a quiet river at night\n", file);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(password_path, 0600), 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
}

static void tear_down(void)
{
    (void)close(listener);
    (void)unlink(socket_path);
    (void)unlink(password_path);
    (void)rmdir(folder);
}

/* What the command line asked for, as "GET /path". */
static void run(const char *line)
{
    char text[400], *words[WORDS_MAX] = {(char *)(uintptr_t) "anbuctl",
                                         (char *)(uintptr_t) "--socket", socket_path};
    int count = 3;
    pthread_t thread;
    char *rest = text;
    (void)snprintf(text, sizeof text, "%s", line);
    for (char *word; (word = strsep(&rest, " ")) && count < WORDS_MAX - 1;)
        words[count++] = strcmp(word, "ID") == 0         ? (char *)(uintptr_t) "zzzzzzzz"
                         : strcmp(word, "PASSWORD") == 0 ? password_path
                                                         : word;
    asked[0] = '\0';
    ck_assert_int_eq(pthread_create(&thread, NULL, say_no, NULL), 0);
    int status = ctl_run(count, words);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_msg(status == 1, "anbuctl %s: ended with %d although it was refused", line, status);
}

START_TEST(each_command_asks_for_its_route)
{
    const struct cover *cover = &covers[_i];
    char allow[64], method[16] = "", path[200] = "";
    struct text id = {"", 0};
    if (!cover->line)
        return;
    run(cover->line);
    ck_assert_msg(sscanf(asked, "%15s %199[^? ]", method, path) == 2, "anbuctl %s asked nothing",
                  cover->line);
    const struct route *route = route_find(method, path, &id, allow, sizeof allow);
    ck_assert_msg(
        route && strcmp(route->method, cover->method) == 0 && strcmp(route->path, cover->path) == 0,
        "anbuctl %s asks %s %s, not %s %s", cover->line, method, path, cover->method, cover->path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ctl covers");
    TCase *table = tcase_create("table"), *lines = tcase_create("lines");
    tcase_add_test(table, each_route_has_a_command_or_a_reason);
    tcase_set_timeout(lines, 60);
    tcase_add_checked_fixture(lines, set_up, tear_down);
    tcase_add_loop_test(lines, each_command_asks_for_its_route, 0, COVERS);
    suite_add_tcase(suite, table);
    suite_add_tcase(suite, lines);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
