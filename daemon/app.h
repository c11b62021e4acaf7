/* SPDX-License-Identifier: Apache-2.0
 *
 * Builds the stages and takes them down, in one order. Runs on the main thread; workers, API and
 * followers have threads of their own.
 */
#ifndef ANBU_APP_H
#define ANBU_APP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct app_options {
    const char *config_path; /* NULL: defaults */
    const char *const *sets; /* KEY=VALUE of the command line */
    size_t set_count;
    bool embedded; /* bring a broker and a redis-server along */
};

/* Runs until SIGTERM or SIGINT (ERR_OK), or until it cannot go on. Says on standard error what is
 * wrong; SIGHUP reads the configuration again. */
NODISCARD enum err app_run(const struct app_options *options);

#endif
