/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* ppoll */
#include "ctl/password.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "ctl/args.h"

#define PASSWORD_BYTES_MAX 1024

void password_done(struct buffer *password)
{
    if (password->at)
        explicit_bzero(password->at, password->room);
    buffer_done(password);
}

static void without_break(struct buffer *line)
{
    while (line->bytes > 0 && strchr("\r\n", line->at[line->bytes - 1]))
        line->at[--line->bytes] = '\0';
}

/* ---- signals while nothing that is typed is shown ---- */

/* THE signals that must find the terminal as it was, and whether one is asked anew after them. */
static const struct {
    int number;
    bool goes_on;
} watched[] = {{SIGINT, false},  {SIGTERM, false}, {SIGHUP, false},
               {SIGQUIT, false}, {SIGTSTP, true},  {SIGCONT, true}};
#define WATCHED_COUNT (sizeof watched / sizeof watched[0])

/* They are blocked but while one waits for a line, so that none comes between looking and waiting.
 */
struct watch {
    struct sigaction before[WATCHED_COUNT];
    sigset_t mask; /* of before */
};

static volatile sig_atomic_t caught; /* place in `watched`, from 1; 0 none */

static void on_signal(int number)
{
    for (size_t i = 0; i < WATCHED_COUNT; i++)
        if (watched[i].number == number)
            caught = (sig_atomic_t)(i + 1);
}

static void watch_begin(struct watch *watch)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t all;
    (void)sigemptyset(&action.sa_mask);
    (void)sigemptyset(&all);
    for (size_t i = 0; i < WATCHED_COUNT; i++)
        (void)sigaddset(&all, watched[i].number);
    (void)sigprocmask(SIG_BLOCK, &all, &watch->mask);
    caught = 0;
    for (size_t i = 0; i < WATCHED_COUNT; i++) {
        (void)sigaction(watched[i].number, NULL, &watch->before[i]);
        if (watch->before[i].sa_handler != SIG_IGN) /* nohup's, a shell's without jobs */
            (void)sigaction(watched[i].number, &action, NULL);
    }
}

/* What was caught does now what it does to others: ends the program, or stops it until it goes on.
 */
static void watch_end(const struct watch *watch)
{
    for (size_t i = 0; i < WATCHED_COUNT; i++)
        (void)sigaction(watched[i].number, &watch->before[i], NULL);
    if (caught)
        (void)raise(watched[caught - 1].number);
    (void)sigprocmask(SIG_SETMASK, &watch->mask, NULL);
}

/* ---- a line of the terminal ---- */

/* Byte by byte: nothing is left behind in a stream's buffer. False: the terminal is gone, or a
 * signal was caught. */
static bool line_read(int fd, const sigset_t *mask, struct buffer *out)
{
    char c = 0;
    while (out->bytes < PASSWORD_BYTES_MAX && c != '\n') {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int found = ppoll(&ready, 1, NULL, mask);
        if (caught || (found < 0 && errno != EINTR))
            return false;
        ssize_t n = found > 0 ? read(fd, &c, 1) : 0;
        if (found > 0 && n <= 0)
            return false;
        buffer_add(out, &c, (size_t)n);
    }
    without_break(out);
    return true;
}

static bool line_ask(int terminal, const char *prompt, struct buffer *out)
{
    struct termios before, silent;
    bool good, again;
    do {
        struct watch watch;
        if (tcgetattr(terminal, &before) < 0)
            return false;
        silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        watch_begin(&watch);
        /* Before it is asked for: who types fast, or pastes, is neither shown nor cut off. */
        good = tcsetattr(terminal, TCSAFLUSH, &silent) == 0;
        if (good) {
            (void)dprintf(terminal, "%s", prompt);
            good = line_read(terminal, &watch.mask, out);
            (void)tcsetattr(terminal, TCSAFLUSH, &before);
            (void)dprintf(terminal, "\n");
        }
        again = caught && watched[caught - 1].goes_on;
        if (!good)
            buffer_clear(out);
        watch_end(&watch);
    } while (again);
    return good;
}

bool password_ask(const char *path, struct buffer *out)
{
    struct buffer again = {0};
    struct fault fault = {0};
    if (path) {
        enum err err = file_read(path, PASSWORD_BYTES_MAX, out, &fault);
        if (err)
            ctl_say("%s", fault.text);
        else
            without_break(out);
        return !err;
    }
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    bool good = terminal >= 0 && line_ask(terminal, "New password: ", out) &&
                line_ask(terminal, "The same again: ", &again);
    if (!good)
        ctl_say("no terminal to ask for the password: use --password-file FILE");
    else if (!text_equal(buffer_view(out), buffer_view(&again))) {
        ctl_say("these are two passwords: nothing was changed");
        good = false;
    }
    if (terminal >= 0)
        (void)close(terminal);
    password_done(&again);
    return good;
}
