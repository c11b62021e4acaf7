/* SPDX-License-Identifier: Apache-2.0
 *
 * A real redis-server as our child, and the broker in this process.
 */
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "embedded/embedded.h"
#include "kafka/kafka.h"

#define WAIT_MS 30000

static char data_dir[128];

static void make_dir(void)
{
    (void)snprintf(data_dir, sizeof data_dir, "/tmp/anbu test \"%d\"", (int)getpid());
}

static void remove_dir(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        (void)execlp("rm", "rm", "-rf", data_dir, (char *)NULL);
        _exit(127);
    }
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

/* One command over the socket; false when nobody answers. */
static bool ask(const char *address, const char *command, char *reply, size_t reply_bytes)
{
    struct sockaddr_un socket_address = {.sun_family = AF_UNIX};
    (void)text_copy(text_of(address + strlen("unix:")), socket_address.sun_path,
                    sizeof socket_address.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = connect(fd, (struct sockaddr *)&socket_address, sizeof socket_address) == 0 &&
              send(fd, command, strlen(command), MSG_NOSIGNAL) == (ssize_t)strlen(command);
    ssize_t n = ok ? read(fd, reply, reply_bytes - 1) : -1;
    reply[n > 0 ? n : 0] = '\0';
    (void)close(fd);
    return n > 0;
}

static struct redis_child *start(const char **address)
{
    struct redis_child *child = NULL;
    struct fault fault = {0};
    ck_assert_msg(!redis_child_start(data_dir, &child, address, &fault), "%s", fault.text);
    return child;
}

START_TEST(redis_answers_persists_and_keeps_its_files_to_itself)
{
    const char *address;
    char reply[256];
    struct stat status;
    struct redis_child *child = start(&address);
    ck_assert(redis_child_alive(child));
    ck_assert(ask(address, "SET k v\r\n", reply, sizeof reply));
    ck_assert_str_eq(reply, "+OK\r\n");
    ck_assert(ask(address, "CONFIG GET appendonly\r\n", reply, sizeof reply));
    ck_assert_ptr_nonnull(strstr(reply, "yes"));
    ck_assert(ask(address, "CONFIG GET maxmemory-policy\r\n", reply, sizeof reply));
    ck_assert_ptr_nonnull(strstr(reply, "noeviction"));
    ck_assert(ask(address, "CONFIG GET port\r\n", reply, sizeof reply));
    ck_assert_ptr_nonnull(strstr(reply, "\r\n0\r\n"));
    ck_assert_int_eq(stat(data_dir, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0700);
    redis_child_stop(child);
    child = start(&address);
    ck_assert(ask(address, "GET k\r\n", reply, sizeof reply));
    ck_assert_str_eq(reply, "$1\r\nv\r\n");
    redis_child_stop(child);
    ck_assert(!ask("unix:/nowhere", "PING\r\n", reply, sizeof reply));
}
END_TEST

START_TEST(second_instance_on_the_same_directory_is_refused)
{
    const char *address, *other;
    struct redis_child *child = start(&address), *second = NULL;
    struct fault fault;
    char pid[24], reply[64];
    ck_assert_int_eq(redis_child_start(data_dir, &second, &other, &fault), ERR_CONFIG);
    (void)snprintf(pid, sizeof pid, "process %d", (int)getpid());
    ck_assert_ptr_nonnull(strstr(fault.text, pid));
    ck_assert_ptr_nonnull(strstr(fault.text, data_dir));
    /* The first one is none the worse. */
    ck_assert(ask(address, "PING\r\n", reply, sizeof reply));
    redis_child_stop(child);
}
END_TEST

struct started {
    struct redis_child *child;
    const char *address;
};

static void *start_in_thread(void *context)
{
    struct started *started = context;
    started->child = start(&started->address);
    return NULL;
}

START_TEST(child_outlives_the_thread_that_asked_for_it)
{
    struct started started = {0};
    pthread_t thread;
    char reply[64];
    ck_assert_int_eq(pthread_create(&thread, NULL, start_in_thread, &started), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    for (int i = 0; i < 20; i++)
        ck_assert(ask(started.address, "PING\r\n", reply, sizeof reply));
    ck_assert(redis_child_alive(started.child));
    redis_child_stop(started.child);
}
END_TEST

/* The daemon of the next test: starts redis and waits to be killed. */
static _Noreturn void daemon_to_be_killed(int ready)
{
    const char *address;
    struct redis_child *child = NULL;
    struct fault fault;
    if (redis_child_start(data_dir, &child, &address, &fault) || write(ready, "y", 1) != 1)
        _exit(1);
    for (;;)
        (void)pause();
}

START_TEST(kill_of_the_daemon_ends_the_child_and_loses_nothing)
{
    int ready[2];
    char byte, reply[256], address_text[200];
    const char *address;
    ck_assert_int_eq(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0)
        daemon_to_be_killed(ready[1]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    (void)snprintf(address_text, sizeof address_text, "unix:%s/redis.sock", data_dir);
    ck_assert(ask(address_text, "SET k kept\r\n", reply, sizeof reply));
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    /* Waits for the old redis-server by itself. */
    struct redis_child *child = start(&address);
    ck_assert(ask(address, "GET k\r\n", reply, sizeof reply));
    ck_assert_str_eq(reply, "$4\r\nkept\r\n");
    redis_child_stop(child);
    (void)close(ready[0]);
    (void)close(ready[1]);
}
END_TEST

START_TEST(death_of_redis_is_noticed)
{
    const char *address;
    char reply[4096];
    struct redis_child *child = start(&address);
    ck_assert(ask(address, "INFO server\r\n", reply, sizeof reply));
    const char *at = strstr(reply, "process_id:");
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(kill((pid_t)strtol(at + strlen("process_id:"), NULL, 10), SIGKILL), 0);
    int64_t give_up = clock_monotonic_ms(&clock_machine) + WAIT_MS;
    while (redis_child_alive(child)) {
        ck_assert(clock_monotonic_ms(&clock_machine) < give_up);
        (void)poll(NULL, 0, 5);
    }
    redis_child_stop(child);
}
END_TEST

START_TEST(redis_that_cannot_start_is_quoted)
{
    char path[200];
    const char *address;
    struct redis_child *child = NULL;
    struct fault fault;
    ck_assert_int_eq(mkdir(data_dir, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/appendonlydir", data_dir);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    (void)fclose(file);
    ck_assert_int_eq(redis_child_start(data_dir, &child, &address, &fault), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(fault.text, "redis.log"));
    ck_assert_ptr_nonnull(strstr(fault.text, "appendonlydir"));
}
END_TEST

START_TEST(path_that_is_too_long_for_a_socket_is_refused)
{
    char path[300];
    const char *address;
    struct redis_child *child = NULL;
    struct fault fault;
    int n = snprintf(path, sizeof path, "%s/", data_dir);
    memset(path + n, 'x', 120);
    path[n + 120] = '\0';
    ck_assert_int_eq(redis_child_start(path, &child, &address, &fault), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(fault.text, "choose a shorter"));
}
END_TEST

START_TEST(missing_redis_names_the_package)
{
    const char *address;
    struct redis_child *child = NULL;
    struct fault fault;
    char *path = strdup(getenv("PATH"));
    ck_assert_int_eq(setenv("PATH", "/nowhere", 1), 0);
    ck_assert_int_eq(redis_child_start(data_dir, &child, &address, &fault), ERR_CONFIG);
    ck_assert_int_eq(setenv("PATH", path, 1), 0);
    ck_assert_ptr_nonnull(strstr(fault.text, "install the package redis-server"));
    free(path);
}
END_TEST

START_TEST(broker_has_the_topics_it_was_told)
{
    const char *const topics[] = {"anbu.readings", "anbu.billing"};
    const char *address;
    struct broker *broker = NULL;
    struct fault fault;
    uint32_t partitions = 0;
    ck_assert(!broker_start(topics, 2, 3, &broker, &address, &fault));
    ck_assert_int_eq(strncmp(address, "127.0.0.1:", 10), 0);
    const struct kafka_common common = {.brokers = address};
    ck_assert_msg(!kafka_topics_check(&common, topics, 2, 0, &partitions, &fault), "%s",
                  fault.text);
    ck_assert_uint_eq(partitions, 3);
    broker_stop(broker);
}
END_TEST

static void on_signal(int number)
{
    (void)number;
}

/* A signal that finds the caller's thread with all signals blocked, as librdkafka does for moments,
 * goes to any other thread that takes it; the cluster's own ends at the first poll that it cuts. */
START_TEST(a_signal_to_the_process_does_not_end_the_broker)
{
    const char *const topics[] = {"anbu.readings"};
    const struct sigaction action = {.sa_handler = on_signal};
    sigset_t blocked;
    const char *address;
    struct broker *broker = NULL;
    struct fault fault;
    uint32_t partitions = 0;
    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
    ck_assert(!broker_start(topics, 1, 3, &broker, &address, &fault));
    (void)sigemptyset(&blocked);
    (void)sigaddset(&blocked, SIGUSR1);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &blocked, NULL), 0);
    const struct kafka_common common = {.brokers = address};
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(kill(getpid(), SIGUSR1), 0);
        ck_assert_msg(!kafka_topics_check(&common, topics, 1, 0, &partitions, &fault), "%s",
                      fault.text);
    }
    broker_stop(broker);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("embedded");
    TCase *redis = tcase_create("redis");
    tcase_set_timeout(redis, 90);
    tcase_add_checked_fixture(redis, make_dir, remove_dir);
    tcase_add_test(redis, redis_answers_persists_and_keeps_its_files_to_itself);
    tcase_add_test(redis, second_instance_on_the_same_directory_is_refused);
    tcase_add_test(redis, child_outlives_the_thread_that_asked_for_it);
    tcase_add_test(redis, kill_of_the_daemon_ends_the_child_and_loses_nothing);
    tcase_add_test(redis, death_of_redis_is_noticed);
    tcase_add_test(redis, redis_that_cannot_start_is_quoted);
    tcase_add_test(redis, path_that_is_too_long_for_a_socket_is_refused);
    tcase_add_test(redis, missing_redis_names_the_package);
    suite_add_tcase(suite, redis);
    TCase *broker = tcase_create("broker");
    tcase_set_timeout(broker, 60);
    tcase_add_test(broker, broker_has_the_topics_it_was_told);
    tcase_add_test(broker, a_signal_to_the_process_does_not_end_the_broker);
    suite_add_tcase(suite, broker);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
