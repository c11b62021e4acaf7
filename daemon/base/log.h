/* SPDX-License-Identifier: Apache-2.0
 *
 * One line an event on standard error, logfmt: time, level, what happened, its fields. Program code
 * logs, library code returns. No personal data at info and above: households appear as their
 * pseudonym. Any thread; a line is written in one call.
 */
#ifndef ANBU_BASE_LOG_H
#define ANBU_BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG, LOG_LEVEL_COUNT };

extern const char *const log_level_names[LOG_LEVEL_COUNT + 1]; /* NULL-terminated, for config */

void log_set_level(enum log_level level);

/* log_line(LOG_INFO, "partition taken", "partition=%u offset=%lld", p, offset) */
void log_line(enum log_level level, const char *what, const char *fields_format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
