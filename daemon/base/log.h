/* SPDX-License-Identifier: Apache-2.0
 *
 * One line an event on standard error: time, level, what happened, its fields; as logfmt or as
 * JSON. Program code logs, library code returns. No personal data at info: a household's pseudonym
 * appears at warning and error alone, where somebody has to act on that household. Any thread; a
 * line is written in one call, and is never longer than a pipe writes at once.
 *
 * The fields' format is a template, checked by the compiler as printf's is: `name=value` with
 * blanks between, where a value is text and conversions (%s %d %u %c %g with l, ll, z and a
 * precision). Each value is made by itself and then escaped, so whatever a broker, a meter or an
 * attacker wrote stays inside its field. Quotes around a value let it hold blanks and are no part
 * of it.
 */
#ifndef ANBU_BASE_LOG_H
#define ANBU_BASE_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG, LOG_LEVEL_COUNT };
enum log_format { LOG_LOGFMT, LOG_JSON, LOG_FORMAT_COUNT };

/* NULL-terminated, for config. */
extern const char *const log_level_names[LOG_LEVEL_COUNT + 1];
extern const char *const log_format_names[LOG_FORMAT_COUNT + 1];

void log_set_level(enum log_level level);
void log_set_format(enum log_format format);

/* log_line(LOG_INFO, "partition taken", "partition=%u error=%s", p, fault.text) */
void log_line(enum log_level level, const char *what, const char *fields_format, ...)
    __attribute__((format(printf, 3, 4)));

/* An event for each line of the text, as detail; LOG_EACH_MAX at most. */
#define LOG_EACH_MAX 20
void log_each(enum log_level level, const char *what, const char *lines);

/* Lines written, by level. */
struct log_counts {
    atomic_ullong lines[LOG_LEVEL_COUNT];
};
const struct log_counts *log_counts(void);

/* Lines of one kind are limited: an outage must not fill the disk. Zero-initialise but for the
 * limits. Any thread. */
struct log_quota {
    unsigned lines; /* in a window */
    int64_t window_ms;
    atomic_llong window_start_ms;
    atomic_uint in_window, withheld;
};
/* False: keep quiet. When a new window starts, *withheld says how many the last one swallowed. */
bool log_quota_take(struct log_quota *quota, int64_t now_ms, unsigned *withheld);

#endif
