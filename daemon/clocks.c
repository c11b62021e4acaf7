/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine's wall clock against the store's, and against the one that never steps. A clock that
 * was ahead and is set right leaves times behind that lie in the future; they are brought back.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/set_back.h"
#include "base/log.h"
#include "partition.h"

/* Timers wait while the machine's clock and the store's disagree: one of them is wrong. When they
 * are so far apart that a reading of now would be of the future, nothing is read either. */
static void compare(struct worker *worker)
{
    int64_t theirs;
    struct fault fault = {""};
    const struct settings *settings = worker->settings;
    if (worker->store->ops->clock_ms(worker->store, &theirs, &fault))
        return; /* as it was: nothing is owned without a store */
    int64_t apart = llabs(theirs - clock_wall_ms(worker->options.clock));
    bool skewed = apart > clocks_slack_ms(worker);
    bool wrong = apart > settings->ingest.in_future_s * 1000;
    if (skewed != worker->skewed || wrong != worker->wrong_clock)
        log_line(skewed ? LOG_ERROR : LOG_INFO,
                 wrong    ? "clocks disagree: nothing is read, timers wait"
                 : skewed ? "clocks disagree: timers wait"
                          : "clocks agree again",
                 "apart_ms=%lld remedy=\"set this machine's clock, or Redis's, right\"",
                 (long long)apart);
    worker->skewed = skewed;
    worker->wrong_clock = wrong;
}

int64_t clocks_slack_ms(const struct worker *worker)
{
    return worker->settings->daemon.clock_skew_max_s * 1000;
}

int64_t clocks_lead_ms(const struct worker *worker)
{
    const struct clock *clock = worker->options.clock;
    return clock_wall_ms(clock) - clock_monotonic_ms(clock);
}

void clocks_look(struct worker *worker)
{
    compare(worker);
    int64_t lead_ms = clocks_lead_ms(worker), back_ms = worker->lead_ms - lead_ms;
    worker->lead_ms = lead_ms;
    if (back_ms <= clocks_slack_ms(worker))
        return;
    log_line(LOG_WARNING, "the clock was set back: what was set ahead of it counts from now",
             "by_ms=%lld", (long long)back_ms);
    for (uint32_t p = 0; p < worker->options.partitions; p++)
        worker->partitions[p].look_ahead = true;
}

struct search {
    int64_t now_ms;
    char (*ids)[ALERT_ID_MAX];
    size_t count;
};

static bool look_at(void *context, uint32_t partition, struct text snapshot)
{
    struct search *search = context;
    struct alert alert;
    struct fault fault;
    (void)partition;
    if (alert_read(snapshot, &alert, &fault))
        return true; /* whoever needs it will say so */
    if (set_back_ahead_ms(&alert, search->now_ms)) {
        search->ids = array_room(search->ids, search->count, sizeof *search->ids);
        memcpy(search->ids[search->count++], alert.id, sizeof *search->ids);
    }
    alert_done(&alert);
    return true;
}

bool clocks_bring_back(struct worker *worker, struct partition *partition, int64_t wall_ms)
{
    if (!partition->look_ahead)
        return true;
    const struct change change = {
        .kind = CHANGE_CLOCK_SET_BACK, .who = ALERT_WHO_MACHINE, .at_ms = wall_ms};
    /* Other machines' clocks are not ours to the second. */
    struct search search = {.now_ms = wall_ms + clocks_slack_ms(worker)};
    struct fault fault = {""};
    enum err err = worker->store->ops->alerts(worker->store, partition->number, true, 0, look_at,
                                              &search, &fault);
    bool owned = !err;
    if (err)
        partition_fail(worker, partition, err, &fault);
    for (size_t i = 0; i < search.count && owned; i++)
        owned = casework_change(worker, partition, search.ids[i], &change);
    partition->look_ahead = !owned;
    free(search.ids);
    return owned;
}
