/* SPDX-License-Identifier: Apache-2.0 */
#include "watch.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alert/incident.h"
#include "base/log.h"
#include "kafka/probe.h"

#define WATCHED_MAX      64
#define LOOK_MS          1000
#define KAFKA_EVERY_MS   5000
#define KAFKA_TIMEOUT_MS 2000
#define TALLY_EVERY_MS   10000
#define TALLY_SHARE      50 /* at most this part of the time goes into counting alerts */

/* The oldest entry of a partition's outbox: as long as it stays the same, it waits. */
struct oldest {
    char entry[64]; /* "" none */
    int64_t since_ms;
};

struct watch {
    struct watch_options options;
    const struct worker *workers[WATCHED_MAX];
    struct pulse pulses[WATCHED_MAX];
    atomic_size_t count; /* of them; grows while others read */
    pthread_t thread;
    bool runs;
    pthread_mutex_t mutex; /* guards stopping */
    pthread_cond_t changed;
    bool stopping;
    struct kafka_probe *probe;
    struct oldest *oldest; /* by partition; the thread's own */
    int64_t tally_due_ms, tallied_owned, kafka_due_ms;
    struct watch_counts counts;
};

static int64_t now_ms(const struct watch *watch)
{
    return clock_monotonic_ms(watch->options.clock);
}

static long long get(const atomic_llong *value)
{
    return atomic_load_explicit(value, memory_order_relaxed);
}

/* ---- looking ---- */

static void note_up(atomic_llong *up, const char *away, const char *back, enum err err,
                    const struct fault *fault)
{
    long long before = get(up);
    metric_set(up, !err);
    if (err && before != 0)
        log_line(LOG_WARNING, away, "error=%s", fault->text[0] ? fault->text : err_text(err));
    else if (!err && before == 0)
        log_line(LOG_INFO, back, "answers=yes");
}

static bool look_at_redis(struct watch *watch)
{
    struct fault fault = {""};
    struct store *store = watch->options.store;
    int64_t theirs = 0;
    enum err err = store->ops->clock_ms(store, &theirs, &fault);
    note_up(&watch->counts.redis_up, "redis is away", "redis is back", err, &fault);
    metric_set(&watch->counts.clock_skew_ms,
               err ? METRIC_UNKNOWN : theirs - clock_wall_ms(watch->options.clock));
    metric_set(&watch->counts.redis_ms, now_ms(watch));
    return !err;
}

static void look_at_kafka(struct watch *watch)
{
    struct fault fault = {""};
    if (now_ms(watch) < watch->kafka_due_ms)
        return;
    enum err err = kafka_probe_ask(watch->probe, KAFKA_TIMEOUT_MS, &fault);
    note_up(&watch->counts.kafka_up, "kafka is away", "kafka is back", err, &fault);
    metric_set(&watch->counts.kafka_ms, now_ms(watch));
    watch->kafka_due_ms = now_ms(watch) + (err ? LOOK_MS : KAFKA_EVERY_MS);
}

struct tally {
    long long live[TEAM_COUNT][SEVERITY_COUNT][WATCH_LIVE_STATES];
    long long outlooks[OUTLOOK_CLASS_COUNT];
    long long held, incidents, outbox, waits_ms, waits_in;
};

static bool tally_alert(void *context, uint32_t partition, struct text snapshot)
{
    struct tally *tally = context;
    struct alert alert;
    struct fault fault;
    (void)partition;
    if (alert_read(snapshot, &alert, &fault))
        return true;
    if (alert.state < WATCH_LIVE_STATES)
        tally->live[alert.desk][alert.severity][alert.state]++;
    tally->held += alert.held_by[0] != '\0';
    alert_done(&alert);
    return true;
}

static void tally_incident(void *context, struct text group, struct text json)
{
    struct tally *tally = context;
    struct incident incident;
    struct fault fault;
    (void)group;
    if (!incident_read(json, &incident, &fault))
        tally->incidents += !incident.closed_ms;
}

static void note_oldest(void *context, const struct store_outbox_entry *entry)
{
    (void)text_copy(text_of(entry->entry), context, sizeof((struct oldest *)NULL)->entry);
}

static enum err tally_outbox(struct watch *watch, uint32_t p, struct tally *tally,
                             struct fault *fault)
{
    struct store *store = watch->options.store;
    struct oldest *oldest = &watch->oldest[p];
    char entry[sizeof oldest->entry] = "";
    int64_t length = 0;
    enum err err = store->ops->outbox(store, p, "", 1, note_oldest, entry, fault);
    if (!err && entry[0])
        err = store->ops->outbox_length(store, p, &length, fault);
    if (err)
        return err;
    if (strcmp(entry, oldest->entry) != 0 || !entry[0]) {
        memcpy(oldest->entry, entry, sizeof entry);
        oldest->since_ms = now_ms(watch);
    }
    tally->outbox += length;
    if (entry[0] && now_ms(watch) - oldest->since_ms > tally->waits_ms) {
        tally->waits_ms = now_ms(watch) - oldest->since_ms;
        tally->waits_in = p;
    }
    return ERR_OK;
}

static enum err tally_outlooks(struct watch *watch, uint32_t p, struct tally *tally,
                               struct fault *fault)
{
    struct store *store = watch->options.store;
    enum err err = ERR_OK;
    for (int class = 0; class < OUTLOOK_CLASS_COUNT && !err; class ++) {
        int64_t homes = 0;
        err = store->ops->outlook_count(store, p, outlook_class_least_h[class],
                                        outlook_class_most_h[class], &homes, fault);
        tally->outlooks[class] += homes;
    }
    return err;
}

static bool is_ours(const struct watch *watch, uint32_t p)
{
    for (size_t i = 0; i < watch->count; i++)
        if (atomic_load_explicit(&worker_partition_counts(watch->workers[i])[p].assigned,
                                 memory_order_relaxed))
            return true;
    return false;
}

static int64_t owned(const struct watch *watch)
{
    int64_t sum = 0;
    for (size_t i = 0; i < watch->count; i++)
        sum += get(&worker_counts(watch->workers[i])->partitions);
    return sum;
}

static void tell_tally(struct watch *watch, const struct tally *tally)
{
    for (int t = 0; t < TEAM_COUNT; t++)
        for (int s = 0; s < SEVERITY_COUNT; s++)
            for (int a = 0; a < WATCH_LIVE_STATES; a++)
                metric_set(&watch->counts.live[t][s][a],
                           tally ? tally->live[t][s][a] : METRIC_UNKNOWN);
    for (int class = 0; class < OUTLOOK_CLASS_COUNT; class ++)
        metric_set(&watch->counts.outlooks[class], tally ? tally->outlooks[class] : METRIC_UNKNOWN);
    metric_set(&watch->counts.held, tally ? tally->held : METRIC_UNKNOWN);
    metric_set(&watch->counts.incidents, tally ? tally->incidents : METRIC_UNKNOWN);
    metric_set(&watch->counts.outbox, tally ? tally->outbox : METRIC_UNKNOWN);
    metric_set(&watch->counts.waits_in, tally ? tally->waits_in : 0);
    if (tally) /* while nothing is known, what waited goes on waiting */
        metric_set(&watch->counts.waits_ms, tally->waits_ms);
}

/* Alerts change by every anbud and every officer: the store alone knows. */
static void tally_store(struct watch *watch)
{
    struct store *store = watch->options.store;
    struct fault fault = {""};
    struct tally tally = {.outbox = 0};
    enum err err = ERR_OK;
    int64_t start = now_ms(watch), ours = owned(watch);
    if (start < watch->tally_due_ms && ours == watch->tallied_owned)
        return;
    for (uint32_t p = 0; p < watch->options.partitions && !err; p++) {
        if (!is_ours(watch, p)) {
            watch->oldest[p].entry[0] = '\0';
            continue;
        }
        err = store->ops->alerts(store, p, true, 0, tally_alert, &tally, &fault);
        if (!err)
            err = tally_outbox(watch, p, &tally, &fault);
        if (!err)
            err = tally_outlooks(watch, p, &tally, &fault);
    }
    if (!err)
        err = store->ops->incidents(store, tally_incident, &tally, &fault);
    tell_tally(watch, err ? NULL : &tally);
    int64_t took = now_ms(watch) - start;
    int64_t rest = took * TALLY_SHARE > TALLY_EVERY_MS ? took * TALLY_SHARE : TALLY_EVERY_MS;
    watch->tally_due_ms = now_ms(watch) + (err ? LOOK_MS : rest);
    watch->tallied_owned = ours;
}

/* False: it is to end. */
static bool rest(struct watch *watch)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_MS / 1000;
    (void)pthread_mutex_lock(&watch->mutex);
    while (!watch->stopping &&
           pthread_cond_timedwait(&watch->changed, &watch->mutex, &until) != ETIMEDOUT)
        ;
    bool go = !watch->stopping;
    (void)pthread_mutex_unlock(&watch->mutex);
    return go;
}

static void *watch_main(void *argument)
{
    struct watch *watch = argument;
    do {
        if (look_at_redis(watch))
            tally_store(watch);
        else
            tell_tally(watch, NULL);
        look_at_kafka(watch);
    } while (rest(watch));
    return NULL;
}

/* ---- life ---- */

struct watch *watch_new(const struct watch_options *options)
{
    struct watch *watch = memory_get(sizeof *watch);
    pthread_condattr_t monotonic;
    watch->options = *options;
    watch->oldest = memory_get(options->partitions * sizeof *watch->oldest);
    (void)pthread_mutex_init(&watch->mutex, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&watch->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    metric_set(&watch->counts.redis_up, METRIC_UNKNOWN);
    metric_set(&watch->counts.kafka_up, METRIC_UNKNOWN);
    metric_set(&watch->counts.clock_skew_ms, METRIC_UNKNOWN);
    tell_tally(watch, NULL);
    return watch;
}

void watch_add(struct watch *watch, const struct worker *worker)
{
    size_t count = atomic_load(&watch->count);
    if (count == WATCHED_MAX)
        return;
    pulse_start(&watch->pulses[count], now_ms(watch));
    watch->workers[count] = worker;
    atomic_store(&watch->count, count + 1);
}

enum err watch_start(struct watch *watch, struct fault *fault)
{
    enum err err = kafka_probe_new(watch->options.common, &watch->probe, fault);
    if (err)
        return err;
    int error = pthread_create(&watch->thread, NULL, watch_main, watch);
    if (error)
        return fault_set(fault, ERR_BUSY, "the watch has no thread: %s", strerror(error));
    watch->runs = true;
    return ERR_OK;
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    (void)pthread_mutex_lock(&watch->mutex);
    watch->stopping = true;
    (void)pthread_cond_broadcast(&watch->changed);
    (void)pthread_mutex_unlock(&watch->mutex);
    if (watch->runs)
        (void)pthread_join(watch->thread, NULL);
    kafka_probe_free(watch->probe);
    if (watch->options.store)
        watch->options.store->ops->free(watch->options.store);
    (void)pthread_cond_destroy(&watch->changed);
    (void)pthread_mutex_destroy(&watch->mutex);
    free(watch->oldest);
    free(watch);
}

/* ---- telling ---- */

static int64_t hang_ms(const struct watch *watch)
{
    return HEALTH_HANG_MS + 3 * watch->options.redis_timeout_ms;
}

static int64_t oldest_beat_ms(const struct watch *watch, int64_t now)
{
    int64_t oldest = 0;
    for (size_t i = 0; i < watch->count; i++) {
        int64_t age = pulse_age_ms(&watch->pulses[i], now);
        oldest = age > oldest ? age : oldest;
    }
    return oldest;
}

void watch_stopping(struct watch *watch)
{
    atomic_store(&watch->counts.stopping, true);
}

static void gather_workers(const struct watch *watch, int64_t now, struct health_facts *out)
{
    out->workers = (unsigned)watch->count;
    out->oldest_beat_ms = oldest_beat_ms(watch, now);
    out->hang_ms = hang_ms(watch);
    for (size_t i = 0; i < watch->count; i++) {
        const struct worker_counts *counts = worker_counts(watch->workers[i]);
        long long given = get(&counts->given), member_ms = get(&counts->member_ms);
        out->owned += get(&counts->partitions);
        if (given >= 0) {
            out->members++;
            out->given += given;
        } else if (!member_ms) {
            out->never_member = true;
        } else if (now - member_ms > out->away_ms) {
            out->away_ms = now - member_ms;
        }
    }
    if (out->members < out->workers)
        out->given = out->owned; /* nobody knows: the group's condition tells */
    long long agreed_ms = get(&watch->counts.agreed_ms);
    out->differ_ms = agreed_ms ? now - agreed_ms : -1;
}

bool watch_alive(const struct watch *watch, struct buffer *json)
{
    struct health_facts facts = {.stopping = false};
    struct condition conditions[CONDITION_COUNT], alive[CONDITION_COUNT] = {0};
    gather_workers(watch, now_ms(watch), &facts);
    (void)health_judge(&facts, conditions);
    alive[CONDITION_WORKERS] = conditions[CONDITION_WORKERS];
    if (json)
        health_json("healthy", alive[CONDITION_WORKERS].good, alive, json);
    return alive[CONDITION_WORKERS].good;
}

bool watch_ready(const struct watch *watch, struct buffer *json, struct buffer *bad)
{
    const struct watch_counts *counts = &watch->counts;
    int64_t now = now_ms(watch), redis_ms = get(&counts->redis_ms),
            kafka_ms = get(&counts->kafka_ms);
    long long skew_ms = get(&counts->clock_skew_ms);
    struct condition conditions[CONDITION_COUNT];
    struct health_facts facts = {
        .stopping = atomic_load(&counts->stopping),
        .ready = get(&counts->ready) == 1,
        .redis_up = get(&counts->redis_up) == 1,
        .kafka_up = get(&counts->kafka_up) == 1,
        .redis_age_ms = redis_ms ? now - redis_ms : -1,
        .redis_age_max_ms = HEALTH_REDIS_AGE_MS + watch->options.redis_timeout_ms,
        .kafka_age_ms = kafka_ms ? now - kafka_ms : -1,
        .skew_ms = skew_ms == METRIC_UNKNOWN ? 0 : skew_ms,
        .skew_max_ms = watch->options.skew_max_ms,
        .waits_ms = get(&counts->waits_ms),
        .waits_in = (uint32_t)get(&counts->waits_in),
    };
    gather_workers(watch, now, &facts);
    bool ready = health_judge(&facts, conditions);
    if (json)
        health_json("ready", ready, conditions, json);
    if (bad)
        health_bad(conditions, bad);
    return ready;
}

void watch_look(struct watch *watch)
{
    int64_t now = now_ms(watch);
    for (size_t i = 0; i < watch->count; i++)
        pulse_look(
            &watch->pulses[i],
            atomic_load_explicit(&worker_counts(watch->workers[i])->beats, memory_order_relaxed),
            now);
    struct health_facts facts = {.stopping = false};
    gather_workers(watch, now, &facts);
    if (facts.members == facts.workers && facts.given == facts.owned)
        metric_set(&watch->counts.agreed_ms, now);
    metric_set(&watch->counts.beat_age_ms, oldest_beat_ms(watch, now));
    metric_set(&watch->counts.healthy, watch_alive(watch, NULL));
    metric_set(&watch->counts.ready, watch_ready(watch, NULL, NULL));
}

const struct watch_counts *watch_counts(const struct watch *watch)
{
    return &watch->counts;
}

void watch_line(const struct watch *watch, struct buffer *out)
{
    long long lag = 0;
    for (size_t i = 0; i < watch->count; i++) {
        const struct partition_counts *counts = worker_partition_counts(watch->workers[i]);
        for (uint32_t p = 0; p < watch->options.partitions; p++)
            for (int lane = 0; lane < TOPIC_COUNT; lane++) {
                long long one = atomic_load(&counts[p].assigned) ? get(&counts[p].lag[lane]) : 0;
                lag += one == METRIC_UNKNOWN ? 0 : one;
            }
    }
    buffer_format(out, "%" PRId64 " of %" PRIu32 " partitions, %lld messages behind", owned(watch),
                  watch->options.partitions, lag);
}
