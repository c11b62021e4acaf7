/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

const char *const log_level_names[LOG_LEVEL_COUNT + 1] = {"error", "warning", "info", "debug",
                                                          NULL};

static atomic_int level_shown = LOG_INFO;

void log_set_level(enum log_level level)
{
    atomic_store(&level_shown, (int)level);
}

void log_line(enum log_level level, const char *what, const char *fields_format, ...)
{
    if ((int)level > atomic_load(&level_shown))
        return;
    char line[2048];
    struct timespec now;
    struct tm utc;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &utc);
    int n = snprintf(line, sizeof line - 1,
                     "time=%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ level=%s event=\"%s\" ",
                     utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                     utc.tm_sec, now.tv_nsec / 1000000, log_level_names[level], what);
    va_list args;
    va_start(args, fields_format);
    int more = vsnprintf(line + n, sizeof line - 1 - (size_t)n, fields_format, args);
    va_end(args);
    size_t bytes = (size_t)n + (more > 0 ? (size_t)more : 0);
    if (bytes > sizeof line - 2)
        bytes = sizeof line - 2;
    for (size_t i = 0; i < bytes; i++)
        if (line[i] == '\n' || line[i] == '\r')
            line[i] = ' ';
    line[bytes++] = '\n';
    /* A log line that cannot be written has nowhere to be reported. */
    ssize_t written = write(STDERR_FILENO, line, bytes);
    (void)written;
}
