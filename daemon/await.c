/* SPDX-License-Identifier: Apache-2.0 */
#include "await.h"

#include <time.h>

#include "base/clock.h"
#include "base/log.h"

#define WAIT_MS  10000 /* as kafka_topics_check */
#define PAUSE_MS 100

enum err await_store(struct store *store, struct fault *warning, struct fault *fault)
{
    const struct timespec pause = {0, PAUSE_MS * 1000000L};
    int64_t end_ms = clock_monotonic_ms(&clock_machine) + WAIT_MS;
    bool told = false;
    enum err err;
    while ((err = store->ops->check(store, warning, fault)) &&
           err_disposition(err) == DISPOSITION_RETRY) {
        if (clock_monotonic_ms(&clock_machine) > end_ms) {
            struct fault why = *fault;
            return fault_set(fault, err, "%s (tried for %d s)", why.text, WAIT_MS / 1000);
        }
        if (!told)
            log_line(LOG_WARNING, "waiting for the store", "error=\"%s\"", fault->text);
        told = true;
        (void)nanosleep(&pause, NULL);
    }
    return err;
}
