/* SPDX-License-Identifier: Apache-2.0 */
#include "redis_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_TRIES   1500 /* of 10 ms each */
#define ARGUMENTS_MAX 40

static void fail(const char *what)
{
    (void)fprintf(stderr, "redis_server: %s: %s\n", what, strerror(errno));
    abort();
}

static void run(const char *command)
{
    if (system(command) != 0)
        fail(command);
}

/* -1: nobody listens (yet). */
static int dial(const struct redis_server *server)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    (void)snprintf(to.sun_path, sizeof to.sun_path, "%s", server->socket);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        fail("socket");
    if (connect(fd, (const struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static const char *ask(const struct redis_server *server, const char *line)
{
    static char reply[8192];
    size_t got = 0;
    reply[0] = '\0';
    int fd = dial(server);
    if (fd < 0)
        return reply;
    struct timeval wait = {.tv_sec = 10};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    if (send(fd, line, strlen(line), MSG_NOSIGNAL) == (ssize_t)strlen(line)) {
        (void)shutdown(fd, SHUT_WR);
        ssize_t n;
        while (got < sizeof reply - 1 && (n = read(fd, reply + got, sizeof reply - 1 - got)) > 0)
            got += (size_t)n;
    }
    reply[got] = '\0';
    (void)close(fd);
    return reply;
}

const char *redis_server_say(const struct redis_server *server, const char *format, ...)
{
    char line[4096];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line - 2, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof line - 2)
        fail("command too long");
    memcpy(line + n, "\r\n", 3);
    return ask(server, line);
}

static void exec_server(const struct redis_server *server, const char *const *extra, pid_t parent)
{
    char log[128];
    (void)snprintf(log, sizeof log, "%s/log", server->dir);
    const char *arguments[ARGUMENTS_MAX] = {
        "redis-server", "--port",     "0",         "--unixsocket",
        server->socket, "--dir",      server->dir, "--appendonly",
        "yes",          "--save",     "",          "--appendfsync",
        "always",       "--logfile",  log,         "--daemonize",
        "no",           "--loglevel", "warning",
    };
    size_t count = 0;
    while (arguments[count])
        count++;
    for (size_t i = 0; extra && extra[i] && count < ARGUMENTS_MAX - 1; i++)
        arguments[count++] = extra[i];
    char *argv[ARGUMENTS_MAX];
    memcpy(argv, arguments, sizeof argv);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(126);
    (void)execvp("redis-server", argv);
    (void)execvp("valkey-server", argv);
    _exit(127);
}

void redis_server_start(struct redis_server *server, const char *const *extra)
{
    pid_t parent = getpid();
    server->pid = fork();
    if (server->pid < 0)
        fail("fork");
    if (server->pid == 0)
        exec_server(server, extra, parent);
    for (int i = 0; i < START_TRIES; i++) {
        int status;
        const char *reply = ask(server, "PING\r\n");
        if (reply[0] && strncmp(reply, "-LOADING", 8) != 0)
            return;
        if (waitpid(server->pid, &status, WNOHANG) == server->pid) {
            errno = ECHILD;
            fail("redis-server ended at once (is it installed? see its log)");
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    fail("redis-server does not answer");
}

void redis_server_begin(struct redis_server *server, const char *const *extra)
{
    memset(server, 0, sizeof *server);
    (void)snprintf(server->dir, sizeof server->dir, "/tmp/anbu-redis-XXXXXX");
    if (!mkdtemp(server->dir))
        fail("mkdtemp");
    (void)snprintf(server->socket, sizeof server->socket, "%s/sock", server->dir);
    (void)snprintf(server->address, sizeof server->address, "unix:%s", server->socket);
    redis_server_start(server, extra);
}

void redis_server_stop(struct redis_server *server, int number)
{
    if (server->pid <= 0)
        return;
    (void)kill(server->pid, number);
    while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    server->pid = 0;
    (void)unlink(server->socket);
}

void redis_server_end(struct redis_server *server)
{
    char command[256];
    redis_server_stop(server, SIGKILL);
    (void)snprintf(command, sizeof command, "rm -rf '%s' '%s.saved'", server->dir, server->dir);
    run(command);
}

void redis_server_save(const struct redis_server *server)
{
    char command[512];
    (void)snprintf(command, sizeof command,
                   "rm -rf '%s.saved' && mkdir '%s.saved' && cp -a '%s/appendonlydir' '%s.saved/'",
                   server->dir, server->dir, server->dir, server->dir);
    run(command);
}

void redis_server_restore(struct redis_server *server, const char *const *extra)
{
    char command[512];
    redis_server_stop(server, SIGKILL);
    (void)snprintf(command, sizeof command,
                   "rm -rf '%s/appendonlydir' && cp -a '%s.saved/appendonlydir' '%s/'", server->dir,
                   server->dir, server->dir);
    run(command);
    redis_server_start(server, extra);
}

int redis_server_free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &bytes) != 0)
        fail("port");
    (void)close(fd);
    return ntohs(at.sin_port);
}
