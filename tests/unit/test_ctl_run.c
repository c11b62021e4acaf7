/* SPDX-License-Identifier: Apache-2.0
 *
 * anbuctl as a person meets it: command lines in, words and exit status out; against the real API
 * over the memory store where a daemon is asked.
 */
#include <check.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert/lifecycle.h"
#include "base/file.h"
#include "console/api.h"
#include "ctl/command.h"

#define PARTITIONS 2
#define ARGS_MAX   16

static char folder[64], socket_path[96], audit_path[96], out_path[96], err_path[96];
static struct buffer out, err_out;
static struct fault fault;
static struct store *store;
static struct api *api;
static struct config *config;

static void read_back(const char *path, struct buffer *into)
{
    buffer_clear(into);
    ck_assert_int_eq(file_read(path, 1 << 20, into, &fault), ERR_OK);
}

static int redirect(FILE *stream, const char *path)
{
    (void)fflush(stream);
    int saved = dup(fileno(stream));
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert(saved >= 0 && fd >= 0);
    ck_assert_int_ge(dup2(fd, fileno(stream)), 0);
    (void)close(fd);
    return saved;
}

static void restore(FILE *stream, int saved)
{
    (void)fflush(stream);
    ck_assert_int_ge(dup2(saved, fileno(stream)), 0);
    (void)close(saved);
}

/* Words up to NULL; what was printed is in `out` and `err_out`. */
static int anbuctl(const char *first, ...)
{
    char *argv[ARGS_MAX + 1] = {memory_text(TEXT("anbuctl"))};
    int argc = 1;
    va_list words;
    va_start(words, first);
    for (const char *word = first; word && argc < ARGS_MAX; word = va_arg(words, const char *))
        argv[argc++] = memory_text(text_of(word));
    va_end(words);
    char *owned[ARGS_MAX + 1];
    memcpy(owned, argv, sizeof owned); /* ctl_run moves its words about */
    int saved_out = redirect(stdout, out_path), saved_err = redirect(stderr, err_path);
    int status = ctl_run(argc, argv);
    restore(stdout, saved_out);
    restore(stderr, saved_err);
    for (int i = 0; i < argc; i++)
        free(owned[i]);
    read_back(out_path, &out);
    read_back(err_path, &err_out);
    return status;
}

#define run(status, ...)                                                           \
    do {                                                                           \
        int got = anbuctl(__VA_ARGS__);                                            \
        ck_assert_msg(got == (status), "exit %d: %s%s", got, buffer_view(&out).at, \
                      buffer_view(&err_out).at);                                   \
    } while (0)

static void prints(const char *part)
{
    ck_assert_msg(strstr(buffer_view(&out).at, part), "no \"%s\" in: %s", part,
                  buffer_view(&out).at);
}

static void complains(const char *part)
{
    ck_assert_msg(strstr(buffer_view(&err_out).at, part), "no \"%s\" in: %s", part,
                  buffer_view(&err_out).at);
}

/* ---- a daemon ---- */

static publisher_done_fn *done;
static void *done_context, *token;
static enum err kafka_says;

static enum err play_publish(struct publisher *publisher, enum publisher_topic topic,
                             struct text key, struct text body,
                             const struct publisher_header *headers, size_t header_count, void *now,
                             struct fault *why)
{
    (void)publisher, (void)topic, (void)key, (void)body, (void)headers, (void)header_count;
    (void)why;
    token = now;
    return ERR_OK;
}

static void play_poll(struct publisher *publisher, int timeout_ms)
{
    (void)publisher, (void)timeout_ms;
    if (token)
        done(done_context, token, kafka_says, 0, 1);
    token = NULL;
}

static enum err play_flush(struct publisher *publisher, int timeout_ms)
{
    play_poll(publisher, timeout_ms);
    return ERR_OK;
}

static void play_free(struct publisher *publisher)
{
    (void)publisher;
}

static enum err play_new(void *context, publisher_done_fn *call, void *call_context,
                         struct publisher **into, struct fault *why)
{
    static const struct publisher_ops ops = {play_publish, play_poll, play_flush, play_free};
    static struct publisher publisher = {&ops};
    (void)context, (void)why;
    done = call;
    done_context = call_context;
    *into = &publisher;
    return ERR_OK;
}

static enum err play_reload(void *host, struct config_errors *errors, struct buffer *restart)
{
    (void)host, (void)errors;
    buffer_text(restart, "kafka.brokers\n");
    return ERR_OK;
}

static const struct config *play_hold(void *host)
{
    (void)host;
    return config;
}

static void play_release(void *host, const struct config *held)
{
    (void)host, (void)held;
}

static void play_status(void *host, struct buffer *into)
{
    (void)host;
    buffer_text(into, "{\"uptime_s\":12,\"lag\":{\"readings\":3}}");
}

static void set_up(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/anbu-ctl-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(socket_path, sizeof socket_path, "%s/anbud.sock", folder);
    (void)snprintf(audit_path, sizeof audit_path, "%s/audit.log", folder);
    (void)snprintf(out_path, sizeof out_path, "%s/out", folder);
    (void)snprintf(err_path, sizeof err_path, "%s/err", folder);
    ck_assert_int_eq(setenv("ANBU_SOCKET", socket_path, 1), 0);
    ck_assert_int_eq(unsetenv("ANBU_AS"), 0);
}

static void tear_down(void)
{
    const char *const paths[] = {audit_path, out_path, err_path};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        (void)unlink(paths[i]);
    (void)rmdir(folder);
    buffer_done(&out);
    buffer_done(&err_out);
}

static void daemon_up(void)
{
    set_up();
    config = config_default();
    store = store_memory_new();
    kafka_says = ERR_OK;
    struct api_options options = {
        .socket_path = socket_path,
        .audit_path = audit_path,
        .partitions = PARTITIONS,
        .store = store_memory_again(store),
        .settings = config_settings(config),
        .clock = &clock_machine,
        .host = {.reload = play_reload,
                 .config_hold = play_hold,
                 .config_release = play_release,
                 .status = play_status},
        .publisher_new = play_new,
    };
    ck_assert_msg(!api_start(&options, &api, &fault), "%s", fault.text);
}

static void daemon_down(void)
{
    api_stop(api);
    store->ops->free(store);
    config_free(config);
    tear_down();
}

/* An alert raised an hour ago; its id into `id`. */
static void raise_alert(char id[ALERT_ID_MAX])
{
    static const struct detector quiet = {.name = "silence", .team = TEAM_POLICE};
    static const struct alert_rules rules = {.ack_expiry_s = 7200,
                                             .escalate_critical_s = 600,
                                             .escalate_s = 1800,
                                             .escalations_max = 3,
                                             .refer_accept_s = 1200};
    int64_t now_ms = clock_wall_ms(&clock_machine);
    struct finding finding = {.detector = &quiet,
                              .seq = 1,
                              .active = true,
                              .at_s = now_ms / 1000 - 3600,
                              .wall_ms = now_ms - 3600000,
                              .household = "H-1",
                              .area = "11140-sindang",
                              .timezone = "Asia/Seoul",
                              .summary = "No water since 21:00 yesterday"};
    finding.verdict = (struct verdict){.active = true,
                                       .grade = SEVERITY_HIGH,
                                       .score = 7,
                                       .since_s = finding.at_s - 7200,
                                       .utility = UTILITY_WATER};
    struct change change = {.kind = CHANGE_FINDING, .at_ms = finding.wall_ms, .finding = &finding};
    struct step step = {0};
    struct store_transition transition;
    ck_assert_msg(!lifecycle_apply(NULL, &change, &rules, &step, &fault), "%s", fault.text);
    lifecycle_transition(&step, kafka_partition(TEXT("H-1"), PARTITIONS), &finding, &transition);
    ck_assert_int_eq(store->ops->transition(store, NULL, &transition, &fault), ERR_OK);
    (void)text_copy(text_of(step.alert.id), id, ALERT_ID_MAX);
    step_done(&step);
}

/* ---- without a daemon ---- */

START_TEST(wrong_usage_is_exit_2_and_says_what_is_right)
{
    run(2, NULL);
    complains("usage: anbuctl");
    run(2, "statuz", NULL);
    complains("did you mean \"status\"?");
    run(2, "alerts", "lst", NULL);
    complains("did you mean \"alerts list\"?");
    run(2, "alerts", NULL);
    complains("there is alerts list, alerts show");
    run(2, "frobnicate", NULL);
    complains("`anbuctl help` lists them");
    run(2, "alerts", "list", "--stat", "open", NULL);
    complains("did you mean --state?");
    complains("usage: anbuctl alerts list [--state");
    run(2, "alerts", "list", "--json=yes", NULL);
    complains("--json takes no value");
    run(2, "alerts", "list", "--state", NULL);
    complains("--state needs a value");
    run(2, "alerts", "show", NULL);
    complains("something is missing");
    run(2, "alerts", "note", "abcdef", "two", "words", NULL);
    complains("\"words\" is one word too many");
    run(2, "alerts", "ack", "abcdef", "--for", "soon", NULL);
    complains("write 30m, 2h or 1d");
    run(2, "--socket", NULL);
    complains("--socket needs a value");
}
END_TEST

START_TEST(a_value_that_simulate_cannot_use_is_told_with_what_it_wants)
{
    run(2, "simulate", "--start", "2026-13-01", NULL);
    complains(
        "anbuctl simulate: --start: \"2026-13-01\" is not a day from 1980-01-01 to 2090-01-01, "
        "such as 2026-01-05\n");
    run(2, "simulate", "--households=0", NULL);
    complains("--households: \"0\" is not a whole number from 1 to 20000000, such as 300\n");
    run(2, "simulate", "--days", "3661", NULL);
    complains("--days: \"3661\" is not a whole number from 1 to 3660, such as 70\n");
    run(2, "simulate", "--timezone", "Mars/Utopia", NULL);
    complains("--timezone: \"Mars/Utopia\" is not a time zone that this machine knows");
    run(2, "simulate", "--speed", NULL);
    complains("--speed needs a value: a number from 0 (no limit) to 1000000, such as 24\n");
    run(2, "simulate", "--days", "10", "--quiet", "11", NULL);
    complains("--quiet: 11 days are more than the 10 of --days\n");
    run(2, "simulate", "--house", "3", NULL);
    complains("there is no option \"--house\"");
}
END_TEST

START_TEST(help_and_version_are_made_from_the_table)
{
    run(0, "help", NULL);
    for (size_t i = 0; i < command_count; i++)
        prints(commands[i].help);
    run(0, "help", "alerts", "ack", NULL);
    prints("usage: anbuctl alerts ack ID");
    run(0, "alerts", "ack", "--help", NULL);
    prints("usage: anbuctl alerts ack ID");
    run(0, "--version", NULL);
    prints("anbuctl " ANBU_VERSION);
}
END_TEST

START_TEST(the_man_page_is_fresh)
{
    struct buffer page = {0};
    run(0, "help", "--man", NULL);
    ck_assert_int_eq(file_read("docs/man/anbuctl.1", 1 << 20, &page, &fault), ERR_OK);
    ck_assert_msg(text_equal(buffer_view(&out), buffer_view(&page)),
                  "docs/man/anbuctl.1 is old: anbuctl help --man > docs/man/anbuctl.1");
    buffer_done(&page);
}
END_TEST

START_TEST(without_a_daemon_the_way_out_is_said)
{
    run(1, "status", NULL);
    complains("no daemon answers at ");
    complains(socket_path);
    complains("is anbud running? (--socket PATH)");
    run(1, "--socket", "/nowhere/anbud.sock", "alerts", "list", NULL);
    complains("no daemon answers at /nowhere/anbud.sock");
    run(1, "audit", "verify", audit_path, NULL);
    complains("No such file");
}
END_TEST

/* ---- with one ---- */

START_TEST(an_alert_is_worked_from_the_shell)
{
    char id[ALERT_ID_MAX], prefix[9];
    raise_alert(id);
    (void)snprintf(prefix, sizeof prefix, "%.8s", id);
    run(0, "alerts", "list", NULL);
    prints(prefix);
    prints("waits 1 h 0 min");
    prints("No water since 21:00 yesterday");
    run(0, "alerts", "ack", prefix, "--for", "2h", "--note", "calling her", NULL);
    prints("(H-1) is acknowledged by ");
    run(0, "alerts", "contact", prefix, "--channel", "call", "--whom", "contact_person", "--result",
        "reached_safe", NULL);
    prints("(H-1) is contacting by ");
    prints("; if that settles it: anbuctl alerts resolve ");
    run(1, "alerts", "contact", prefix, "--channel", "call", NULL);
    run(0, "alerts", "refer", prefix, "--team", "welfare", "--note", "bills", NULL);
    prints("(H-1) is referred to the welfare, who have until ");
    run(0, "alerts", "list", "--team", "welfare", NULL);
    prints("welfare (police)");
    run(0, "alerts", "show", prefix, NULL);
    prints("welfare, from the police; to be answered by ");
    run(1, "alerts", "decline", prefix, NULL);
    run(0, "alerts", "decline", prefix, "--note", "not ours", NULL);
    prints("(H-1) is open");
    run(1, "alerts", "escalate", prefix, "--note", "x", NULL);
    run(0, "alerts", "refer", prefix, "--team", "welfare", "--note", "bills", NULL);
    run(0, "alerts", "accept", prefix, NULL);
    run(0, "alerts", "escalate", prefix, "--note", "smell of gas", NULL);
    run(0, "alerts", "contact", prefix, "--channel", "visit", "--whom", "neighbour", "--result",
        "no_answer", NULL);
    run(0, "alerts", "note", prefix, "a neighbour has a key", NULL);
    run(0, "--as", "kim", "alerts", "list", "--state=contacting", "--json", NULL);
    prints("{\"alerts\":[{");
    run(0, "alerts", "show", prefix, "--why", "shift change", NULL);
    prints("a neighbour has a key");
    prints("acknowledged by ");
    prints(": call, contact person: reached safe");
    ck_assert_int_eq(unsetenv("ANBU_AS"), 0);
    run(0, "alerts", "release", prefix, NULL);
    run(0, "alerts", "resolve", prefix, "--outcome", "safe", "--note", "in hospital visit", NULL);
    prints("is resolved: safe");
    run(0, "alerts", "list", NULL);
    prints("no such alerts");
    run(0, "alerts", "list", "--all", NULL);
    prints("resolved");
    run(0, "alerts", "reopen", prefix, "--note", "not seen again", NULL);
    prints("is open");
    run(0, "audit", "verify", audit_path, NULL);
    prints("the chain is whole");
}
END_TEST

START_TEST(refusals_are_said_in_the_daemons_words)
{
    char id[ALERT_ID_MAX];
    raise_alert(id);
    run(1, "alerts", "resolve", id, NULL);
    complains("safe, helped");
    run(1, "alerts", "show", "zzzzzzzz", NULL);
    complains("there is no alert zzzzzzzz");
    run(1, "household", "show", "H-404", NULL);
    complains("household H-404 is not known");
    run(1, "alerts", "list", "--severity", "hihg", NULL);
    complains("none of low, medium");
}
END_TEST

START_TEST(an_action_that_kafka_has_not_taken_yet_is_done_and_said)
{
    char id[ALERT_ID_MAX];
    raise_alert(id);
    kafka_says = ERR_TIMEOUT;
    run(0, "alerts", "ack", id, NULL);
    prints("is acknowledged");
    complains("Kafka has not answered yet");
}
END_TEST

START_TEST(the_daemon_is_asked_and_told)
{
    run(0, "status", NULL);
    prints("uptime s  12\nwarnings  -\nlag\n  readings  3\n");
    run(0, "status", "--json", NULL);
    prints("{\"uptime_s\":12");
    run(0, "reload", NULL);
    prints("reloaded");
    complains("kafka.brokers has changed and needs a restart");
}
END_TEST

START_TEST(accounts_are_made_and_listed)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/password", folder);
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    (void)fputs("a quiet river at night\n", file);
    ck_assert_int_eq(fclose(file), 0);
    run(0, "user", "list", NULL);
    prints("there is no account");
    run(2, "user", "add", "kim", "--password-file", path, NULL);
    complains("--role is missing");
    run(1, "user", "add", "kim", "--role", "officer", "--password-file", path, NULL);
    complains("team: an officer has one");
    run(1, "user", "add", "kim", "--role", "root", "--password-file", path, NULL);
    complains("is none of officer, supervisor, ops, auditor, utility");
    run(0, "user", "add", "kim", "--role", "officer", "--team", "police", "--password-file", path,
        NULL);
    prints("kim: added");
    run(1, "user", "add", "kim", "--role", "ops", "--password-file", path, NULL);
    complains("was changed meanwhile, or is there");
    run(0, "user", "list", NULL);
    prints("police");
    prints("new password");
    run(0, "user", "disable", "kim", NULL);
    run(0, "user", "list", NULL);
    prints("disabled");
    run(0, "user", "enable", "kim", NULL);
    run(0, "user", "passwd", "kim", "--password-file", path, NULL);
    run(1, "user", "passwd", "lee", "--password-file", path, NULL);
    complains("there is no account lee");
    struct buffer log = {0};
    ck_assert_int_eq(file_read(audit_path, 1 << 20, &log, &fault), ERR_OK);
    ck_assert_ptr_nonnull(strstr(log.at, "\"action\":\"users.add\",\"subject\":\"kim\""));
    ck_assert_ptr_null(strstr(log.at, "quiet river"));
    buffer_done(&log);
    (void)unlink(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ctl_run");
    TCase *alone = tcase_create("alone"), *asked = tcase_create("with a daemon");
    tcase_set_timeout(alone, 60);
    tcase_set_timeout(asked, 60);
    tcase_add_checked_fixture(alone, set_up, tear_down);
    tcase_add_test(alone, wrong_usage_is_exit_2_and_says_what_is_right);
    tcase_add_test(alone, a_value_that_simulate_cannot_use_is_told_with_what_it_wants);
    tcase_add_test(alone, help_and_version_are_made_from_the_table);
    tcase_add_test(alone, the_man_page_is_fresh);
    tcase_add_test(alone, without_a_daemon_the_way_out_is_said);
    tcase_add_checked_fixture(asked, daemon_up, daemon_down);
    tcase_add_test(asked, an_alert_is_worked_from_the_shell);
    tcase_add_test(asked, refusals_are_said_in_the_daemons_words);
    tcase_add_test(asked, an_action_that_kafka_has_not_taken_yet_is_done_and_said);
    tcase_add_test(asked, the_daemon_is_asked_and_told);
    tcase_add_test(asked, accounts_are_made_and_listed);
    suite_add_tcase(suite, alone);
    suite_add_tcase(suite, asked);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
