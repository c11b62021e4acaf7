/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/directory.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"

struct directory {
    const struct directory_ops *ops;
    void *adapter;
    const struct clock *clock;
    unsigned failures;   /* in a row */
    int64_t rests_until; /* monotonic */
};

enum err directory_open(const struct settings *settings, const struct clock *clock,
                        struct directory **out, struct fault *fault)
{
    *out = NULL;
    if (settings->directory.kind == DIRECTORY_NONE)
        return ERR_OK;
    bool file = settings->directory.kind == DIRECTORY_FILE;
    void *adapter = file ? directory_file_new(settings) : directory_http_new(settings);
    if (!adapter)
        return fault_set(fault, ERR_IO, "the directory's client cannot be made");
    struct directory *directory = memory_get(sizeof *directory);
    *directory = (struct directory){.ops = file ? &directory_file_ops : &directory_http_ops,
                                    .adapter = adapter,
                                    .clock = clock};
    *out = directory;
    return ERR_OK;
}

void directory_close(struct directory *directory)
{
    if (!directory)
        return;
    directory->ops->free(directory->adapter);
    free(directory);
}

static void count_failure(struct directory *directory, const struct fault *fault)
{
    directory->rests_until = clock_monotonic_ms(directory->clock) + DIRECTORY_REST_MS;
    if (++directory->failures == DIRECTORY_FAILURES_MAX)
        log_line(LOG_ERROR, "the directory is left alone for a while",
                 "kind=%s rest_s=%d fault=\"%s\"", directory->ops->name, DIRECTORY_REST_MS / 1000,
                 fault->text);
}

enum err directory_look_up(struct directory *directory, struct text household,
                           struct directory_entry *out, struct fault *fault)
{
    int64_t left_ms = directory->rests_until - clock_monotonic_ms(directory->clock);
    if (directory->failures >= DIRECTORY_FAILURES_MAX && left_ms > 0)
        return fault_set(fault, ERR_UNREACHABLE,
                         "the directory has not answered %u times in a row; it is asked again in "
                         "%" PRId64 " s. Look the household up where your city keeps it",
                         directory->failures, (left_ms + 999) / 1000);
    struct fault why = {""};
    enum err err = directory->ops->look_up(directory->adapter, household, out, &why);
    /* One bad entry keeps nobody waiting. */
    bool unreadable = err == ERR_CORRUPT || err == ERR_TOO_LARGE;
    if (err)
        directory_wipe(out);
    if (!err || err == ERR_NOT_FOUND) {
        if (directory->failures >= DIRECTORY_FAILURES_MAX)
            log_line(LOG_INFO, "the directory answers again", "kind=%s", directory->ops->name);
        directory->failures = 0;
    } else if (!unreadable) {
        count_failure(directory, &why);
    }
    if (!err)
        return ERR_OK;
    if (err == ERR_NOT_FOUND)
        return fault_set(fault, err, "the directory knows no household %.*s", (int)household.bytes,
                         household.at);
    return fault_set(fault, unreadable ? ERR_CORRUPT : ERR_UNREACHABLE,
                     "the directory is not available: %s. Look the household up where your city "
                     "keeps it, and tell whoever runs Anbu",
                     why.text);
}
