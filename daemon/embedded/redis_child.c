/* SPDX-License-Identifier: Apache-2.0
 *
 * A keeper thread forks redis-server and waits for its end. The kernel ends the child when the
 * THREAD that forked it ends, so that thread must live as long as the child; the caller's might
 * not. The lock on the data directory is inherited by the child: after a kill -9 of the daemon
 * nobody else touches the files until that redis-server has gone, too.
 */
#define _GNU_SOURCE 1 /* close_range */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "embedded/embedded.h"

#define START_MS     15000 /* for the first answer; loading may take longer and says so */
#define STOP_MS      10000
#define LOCK_WAIT_MS 10000 /* for the redis-server of a daemon that was killed */
#define LOG_TAIL     600
#define CHILD_LOCK   3 /* descriptor of the lock in the child */

struct redis_child {
    char directory[PATH_MAX]; /* absolute */
    char program[PATH_MAX];
    char address[sizeof "unix:" + PATH_MAX];
    struct sockaddr_un socket;
    int lock, log;
    pthread_t keeper;
    bool kept;             /* the keeper runs or ran */
    pthread_mutex_t mutex; /* guards the rest */
    pthread_cond_t changed;
    pid_t pid; /* 0: not forked yet */
    int fork_error;
    bool ended;
    int status;
};

static int64_t now_ms(void)
{
    return clock_monotonic_ms(&clock_machine);
}

/* ---- the directory ---- */

static enum err make_directories(const char *path, struct fault *fault)
{
    char part[PATH_MAX];
    if (!text_copy(text_of(path), part, sizeof part))
        return fault_set(fault, ERR_CONFIG, "daemon.data_dir: the path is too long");
    for (char *at = part + 1;; at++) {
        char was = *at;
        if (was && was != '/')
            continue;
        *at = '\0';
        if (mkdir(part, 0700) && errno != EEXIST)
            return fault_set(fault, ERR_CONFIG, "daemon.data_dir %s: cannot make %s: %s", path,
                             part, strerror(errno));
        if (!was)
            return ERR_OK;
        *at = was;
    }
}

static enum err join_path(const struct redis_child *child, const char *name, char *out,
                          size_t out_bytes, struct fault *fault)
{
    int n = snprintf(out, out_bytes, "%s/%s", child->directory, name);
    if (n < 0 || (size_t)n >= out_bytes)
        return fault_set(fault, ERR_CONFIG,
                         "daemon.data_dir: %s/%s has %d bytes, at most %zu are possible: choose a "
                         "shorter directory",
                         child->directory, name, n, out_bytes - 1);
    return ERR_OK;
}

static enum err open_directory(struct redis_child *child, const char *data_dir, struct fault *fault)
{
    if (!data_dir[0])
        return fault_set(fault, ERR_CONFIG, "daemon.data_dir: is empty; name a directory");
    enum err err = make_directories(data_dir, fault);
    if (err)
        return err;
    if (!realpath(data_dir, child->directory))
        return fault_set(fault, ERR_CONFIG, "daemon.data_dir %s: %s", data_dir, strerror(errno));
    child->socket.sun_family = AF_UNIX;
    err = join_path(child, "redis.sock", child->socket.sun_path, sizeof child->socket.sun_path,
                    fault);
    if (!err)
        (void)snprintf(child->address, sizeof child->address, "unix:%s", child->socket.sun_path);
    return err;
}

static enum err open_file(const struct redis_child *child, const char *name, int flags, int *out,
                          struct fault *fault)
{
    char path[PATH_MAX];
    enum err err = join_path(child, name, path, sizeof path, fault);
    if (err)
        return err;
    *out = open(path, flags | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return *out >= 0 ? ERR_OK
                     : fault_set(fault, ERR_IO, "%s: cannot be opened: %s", path, strerror(errno));
}

static long lock_owner(int lock)
{
    char text[24] = "";
    ssize_t n = pread(lock, text, sizeof text - 1, 0);
    return n > 0 ? strtol(text, NULL, 10) : 0;
}

/* A living owner is refused at once; the child of a dead one is given time to end. */
static enum err take_lock(struct redis_child *child, struct fault *fault)
{
    enum err err = open_file(child, "lock", O_RDWR, &child->lock, fault);
    int64_t give_up_ms = now_ms() + LOCK_WAIT_MS;
    while (!err && flock(child->lock, LOCK_EX | LOCK_NB)) {
        long owner = lock_owner(child->lock);
        bool dead = owner > 0 && kill((pid_t)owner, 0) && errno == ESRCH;
        if (!dead || now_ms() > give_up_ms)
            return fault_set(fault, ERR_CONFIG,
                             "%s: is in use by process %ld: stop that one, or choose another "
                             "daemon.data_dir",
                             child->directory, owner);
        (void)poll(NULL, 0, 50);
    }
    char text[24];
    int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (!err && (ftruncate(child->lock, 0) || pwrite(child->lock, text, (size_t)n, 0) != n))
        err = fault_set(fault, ERR_IO, "%s/lock: %s", child->directory, strerror(errno));
    return err;
}

/* ---- its configuration ---- */

/* As redis reads quoted values. */
static void put_quoted(struct buffer *out, const char *value)
{
    buffer_text(out, "\"");
    for (; *value; value++) {
        unsigned char byte = (unsigned char)*value;
        if (byte < 0x20 || byte == 0x7f || byte == '"' || byte == '\\')
            buffer_format(out, "\\x%02x", byte);
        else
            buffer_add(out, value, 1);
    }
    buffer_text(out, "\"\n");
}

static enum err write_conf(const struct redis_child *child, struct fault *fault)
{
    struct buffer conf = {0};
    int file = -1;
    enum err err = open_file(child, "redis.conf", O_WRONLY | O_TRUNC, &file, fault);
    if (err)
        goto out;
    buffer_text(&conf, "# Written anew by anbud at every start.\n"
                       "port 0\n"
                       "unixsocketperm 700\n"
                       "daemonize no\n"
                       "supervised no\n"
                       "appendonly yes\n"
                       "appendfsync everysec\n"
                       "save \"\"\n"
                       "maxmemory-policy noeviction\n"
                       "unixsocket ");
    put_quoted(&conf, child->socket.sun_path);
    buffer_text(&conf, "dir ");
    put_quoted(&conf, child->directory);
    if (write(file, conf.at, conf.bytes) != (ssize_t)conf.bytes)
        err = fault_set(fault, ERR_IO, "%s/redis.conf: %s", child->directory, strerror(errno));
out:
    if (file >= 0)
        (void)close(file);
    buffer_done(&conf);
    return err;
}

static bool find_in_path(const char *name, char out[PATH_MAX])
{
    const char *path = getenv("PATH");
    if (!path || !path[0])
        path = "/usr/local/bin:/usr/bin:/bin";
    while (*path) {
        size_t bytes = strcspn(path, ":");
        int n = snprintf(out, PATH_MAX, "%.*s/%s", (int)bytes, path, name);
        if (bytes && n > 0 && n < PATH_MAX && access(out, X_OK) == 0)
            return true;
        path += bytes + (path[bytes] == ':');
    }
    return false;
}

/* ---- the keeper ---- */

/* Between fork and exec: only what is safe there. */
static _Noreturn void become_redis(const struct redis_child *child, pid_t parent, char *program,
                                   char *conf)
{
    char *const arguments[] = {program, conf, NULL};
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(127);
    /* Ctrl-C is for the daemon, which stops its child when it has written everything. */
    (void)setpgid(0, 0);
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(child->log, 1) < 0 || dup2(child->log, 2) < 0)
        _exit(127);
    if (child->lock == CHILD_LOCK)
        (void)fcntl(CHILD_LOCK, F_SETFD, 0);
    else if (dup2(child->lock, CHILD_LOCK) < 0)
        _exit(127);
    (void)close_range(CHILD_LOCK + 1, ~0U, 0);
    (void)execv(program, arguments);
    _exit(127);
}

static void *keep(void *context)
{
    struct redis_child *child = context;
    char conf[PATH_MAX + sizeof "/redis.conf"];
    (void)snprintf(conf, sizeof conf, "%s/redis.conf", child->directory);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        become_redis(child, parent, child->program, conf);
    int fork_error = errno;
    (void)pthread_mutex_lock(&child->mutex);
    child->pid = pid;
    child->fork_error = pid < 0 ? fork_error : 0;
    child->ended = pid < 0;
    (void)pthread_cond_broadcast(&child->changed);
    (void)pthread_mutex_unlock(&child->mutex);
    if (pid < 0)
        return NULL;
    /* Not reaped before `ended` is set, so that nobody signals a pid of somebody else. */
    siginfo_t info;
    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) && errno == EINTR)
        ;
    (void)pthread_mutex_lock(&child->mutex);
    child->ended = true;
    (void)waitpid(pid, &child->status, 0);
    (void)pthread_cond_broadcast(&child->changed);
    (void)pthread_mutex_unlock(&child->mutex);
    return NULL;
}

static enum err start_keeper(struct redis_child *child, struct fault *fault)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&child->keeper, NULL, keep, child);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error)
        return fault_set(fault, ERR_BUSY, "redis-server: no thread: %s", strerror(error));
    child->kept = true;
    (void)pthread_mutex_lock(&child->mutex);
    while (!child->pid)
        (void)pthread_cond_wait(&child->changed, &child->mutex);
    error = child->fork_error;
    (void)pthread_mutex_unlock(&child->mutex);
    return error ? fault_set(fault, ERR_BUSY, "redis-server: cannot fork: %s", strerror(error))
                 : ERR_OK;
}

/* ---- is it ready? ---- */

enum answer { ANSWER_NONE, ANSWER_LOADING, ANSWER_READY };

static enum answer ping(const struct redis_child *child)
{
    static const char question[] = "PING\r\n";
    enum answer answer = ANSWER_NONE;
    char reply[64] = "";
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ANSWER_NONE;
    if (connect(fd, (const struct sockaddr *)&child->socket, sizeof child->socket) ||
        send(fd, question, sizeof question - 1, MSG_NOSIGNAL) < 0)
        goto out;
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    if (poll(&ready, 1, 1000) != 1 || read(fd, reply, sizeof reply - 1) <= 0)
        goto out;
    answer = strncmp(reply, "+PONG", 5) == 0      ? ANSWER_READY
             : strncmp(reply, "-LOADING", 8) == 0 ? ANSWER_LOADING
                                                  : ANSWER_NONE;
out:
    (void)close(fd);
    return answer;
}

/* The end of what it said, for the person who reads why it did not start. */
static void log_tail(const struct redis_child *child, char out[LOG_TAIL])
{
    char path[PATH_MAX];
    out[0] = '\0';
    if (join_path(child, "redis.log", path, sizeof path, NULL))
        return;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    off_t bytes = file >= 0 ? lseek(file, 0, SEEK_END) : 0;
    off_t from = bytes > LOG_TAIL - 1 ? bytes - (LOG_TAIL - 1) : 0;
    ssize_t n = file >= 0 ? pread(file, out, LOG_TAIL - 1, from) : 0;
    out[n > 0 ? n : 0] = '\0';
    for (char *at = out; *at; at++)
        if (*at == '\n')
            *at = ' ';
    if (file >= 0)
        (void)close(file);
}

static enum err wait_ready(struct redis_child *child, struct fault *fault)
{
    char tail[LOG_TAIL];
    int64_t give_up_ms = now_ms() + START_MS, say_ms = 0;
    for (;;) {
        enum answer answer = ping(child);
        if (answer == ANSWER_READY)
            return ERR_OK;
        if (answer == ANSWER_LOADING) {
            give_up_ms = now_ms() + START_MS;
            if (now_ms() >= say_ms)
                log_line(LOG_INFO, "redis-server is loading", "data_dir=%s", child->directory);
            say_ms = now_ms() + 5000;
        }
        if (!redis_child_alive(child)) {
            log_tail(child, tail);
            return fault_set(fault, ERR_CONFIG,
                             "%s ended at once; its last words (%s/redis.log): %s", child->program,
                             child->directory, tail);
        }
        if (now_ms() > give_up_ms) {
            log_tail(child, tail);
            return fault_set(fault, ERR_TIMEOUT,
                             "%s does not answer on %s after %d s; its last words "
                             "(%s/redis.log): %s",
                             child->program, child->socket.sun_path, START_MS / 1000,
                             child->directory, tail);
        }
        (void)poll(NULL, 0, 20);
    }
}

/* ---- the port ---- */

enum err redis_child_start(const char *data_dir, struct redis_child **out, const char **address,
                           struct fault *fault)
{
    struct redis_child *child = memory_get(sizeof *child);
    pthread_condattr_t monotonic;
    child->lock = child->log = -1;
    (void)pthread_mutex_init(&child->mutex, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&child->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    enum err err = ERR_OK;
    if (!find_in_path("redis-server", child->program) &&
        !find_in_path("valkey-server", child->program)) {
        err = fault_set(fault, ERR_CONFIG,
                        "neither redis-server nor valkey-server is in PATH: install the package "
                        "redis-server, or set redis.address and leave out --embedded");
        goto out;
    }
    err = open_directory(child, data_dir, fault);
    if (!err)
        err = take_lock(child, fault);
    if (!err)
        err = open_file(child, "redis.log", O_WRONLY | O_APPEND, &child->log, fault);
    if (!err)
        err = write_conf(child, fault);
    if (err)
        goto out;
    /* Of one that was killed; the lock says that nobody listens there. */
    (void)unlink(child->socket.sun_path);
    err = start_keeper(child, fault);
    if (!err)
        err = wait_ready(child, fault);
out:
    if (err) {
        redis_child_stop(child);
    } else {
        *out = child;
        *address = child->address;
    }
    return err;
}

bool redis_child_alive(struct redis_child *child)
{
    (void)pthread_mutex_lock(&child->mutex);
    bool alive = !child->ended;
    (void)pthread_mutex_unlock(&child->mutex);
    return alive;
}

/* True when it has ended by then. */
static bool end_with(struct redis_child *child, int signal, int64_t wait_ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    (void)pthread_mutex_lock(&child->mutex);
    if (!child->ended)
        (void)kill(child->pid, signal);
    while (!child->ended &&
           pthread_cond_timedwait(&child->changed, &child->mutex, &until) != ETIMEDOUT)
        ;
    bool ended = child->ended;
    (void)pthread_mutex_unlock(&child->mutex);
    return ended;
}

void redis_child_stop(struct redis_child *child)
{
    if (!child)
        return;
    if (child->kept) {
        if (!end_with(child, SIGTERM, STOP_MS)) {
            log_line(LOG_WARNING, "redis-server did not stop",
                     "waited_s=%d remedy=\"killed; its "
                     "last second may be lost\"",
                     STOP_MS / 1000);
            (void)end_with(child, SIGKILL, STOP_MS);
        }
        (void)pthread_join(child->keeper, NULL);
    }
    if (child->log >= 0)
        (void)close(child->log);
    if (child->lock >= 0)
        (void)close(child->lock);
    (void)pthread_cond_destroy(&child->changed);
    (void)pthread_mutex_destroy(&child->mutex);
    free(child);
}
