/* SPDX-License-Identifier: Apache-2.0 */
#include "worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/rules.h"
#include "base/log.h"
#include "partition.h"

#define TICK_MS        1000
#define TELL_MS        200
#define SWEEP_MS       2000
#define FLUSH_PER_TURN 2048 /* records: a turn stays short */
#define FINISH_WAIT_MS 10
#define COMPLAINTS     5 /* of one kind in so long */
#define COMPLAINTS_MS  30000

static void found(void *owner, uint32_t partition, const struct finding *finding)
{
    struct worker *worker = owner;
    (void)partition;
    if (worker->finding_count == worker->finding_room) {
        worker->finding_room = worker->finding_room ? worker->finding_room * 2 : 16;
        worker->findings =
            memory_grow(worker->findings, worker->finding_room * sizeof *worker->findings);
    }
    worker->findings[worker->finding_count++] = *finding;
}

static void take_config(struct worker *worker, const struct config *config)
{
    tuning_cache_free(worker->context.tuning);
    worker->options.config = config;
    worker->settings = config_settings(config);
    worker->context.config = config;
    worker->context.tuning = tuning_cache_new(config);
    rules_of(config, &worker->rules);
    decoder_free(worker->decoder);
    size_t count;
    const struct field_mapping *fields = config_fields(config, &count);
    worker->decoder = decoder_new(fields, count);
}

struct worker *worker_new(const struct worker_options *options)
{
    struct worker *worker = memory_get(sizeof *worker);
    worker->options = *options;
    worker->store = options->store;
    take_config(worker, options->config);
    worker->cache = cache_new(worker->settings->daemon.cache_bytes);
    worker->weather = weather_table_new();
    worker->context.weather = worker->weather;
    worker->context.found = found;
    worker->context.measured = areas_measured;
    worker->context.heard = reports_heard;
    worker->areas = areas_new();
    worker->reports = reports_new();
    worker->context.counted = steer_counted;
    worker->context.owner = worker;
    worker->letter_bytes_max = SIZE_MAX;
    worker->batch_max = (size_t)worker->settings->daemon.batch;
    worker->deliveries = memory_get(worker->batch_max * sizeof *worker->deliveries);
    worker->messages = memory_get(worker->batch_max * sizeof *worker->messages);
    worker->rejects = memory_get(worker->batch_max * sizeof *worker->rejects);
    worker->details = memory_get(worker->batch_max * sizeof *worker->details);
    worker->partitions = memory_get(options->partitions * sizeof *worker->partitions);
    worker->measured = memory_get(options->partitions * sizeof *worker->measured);
    metric_set(&worker->counts.given, -1);
    worker->lead_ms = clocks_lead_ms(worker);
    const struct log_quota quota = {.lines = COMPLAINTS, .window_ms = COMPLAINTS_MS};
    worker->drop_quota = worker->take_quota = worker->area_quota = worker->alert_quota = quota;
    for (uint32_t p = 0; p < options->partitions; p++) {
        worker->partitions[p].number = p;
        worker->partitions[p].outbox = outbox_new(p);
        worker->partitions[p].letters = letters_new();
    }
    return worker;
}

void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    if (worker->source)
        worker->source->ops->free(worker->source);
    if (worker->publisher)
        worker->publisher->ops->free(worker->publisher);
    if (worker->store)
        worker->store->ops->free(worker->store);
    for (uint32_t p = 0; p < worker->options.partitions; p++) {
        outbox_free(worker->partitions[p].outbox);
        letters_free(worker->partitions[p].letters);
        free(worker->partitions[p].notes);
        census_free(worker->partitions[p].census);
    }
    staff_done(&worker->staff);
    cache_free(worker->cache);
    weather_table_free(worker->weather);
    reports_free(worker->reports);
    areas_free(worker->areas);
    decoder_free(worker->decoder);
    tuning_cache_free(worker->context.tuning);
    free(worker->partitions);
    free(worker->measured);
    free(worker->findings);
    free(worker->home_counts);
    free(worker->deliveries);
    free(worker->messages);
    free(worker->rejects);
    free(worker->details);
    free(worker);
}

const struct worker_counts *worker_counts(const struct worker *worker)
{
    return &worker->counts;
}

/* What the old one has judged is written first: a replay would judge it by the new one. */
void worker_reconfigure(struct worker *worker, const struct config *config)
{
    for (uint32_t p = 0; p < worker->options.partitions; p++)
        if (worker->partitions[p].owned)
            (void)partition_flush(worker, &worker->partitions[p], true, SIZE_MAX);
    take_config(worker, config);
}

const struct partition_counts *worker_partition_counts(const struct worker *worker)
{
    return worker->measured;
}

static bool assigned(void *owner, uint32_t number, int64_t resume[TOPIC_COUNT])
{
    struct worker *worker = owner;
    if (number >= worker->options.partitions)
        return false;
    struct partition *partition = &worker->partitions[number];
    if (!partition->owned && !partition_take(worker, partition))
        return false; /* the source asks again */
    partition->assigned = true;
    partition_resume(partition, resume);
    return true;
}

static void revoked(void *owner, uint32_t number, bool lost)
{
    struct worker *worker = owner;
    if (number < worker->options.partitions && worker->partitions[number].assigned)
        partition_release(worker, &worker->partitions[number], lost);
}

static bool anew(void *owner, uint32_t number, uint32_t lane, int64_t low)
{
    struct worker *worker = owner;
    return number < worker->options.partitions &&
           partition_anew(worker, &worker->partitions[number], lane, low);
}

static void lost(void *owner, uint32_t number, uint32_t lane, int64_t from, int64_t to)
{
    struct worker *worker = owner;
    (void)number;
    metric_add(&worker->counts.lost[lane], (unsigned long long)(to - from));
}

struct source_owner worker_owner(struct worker *worker)
{
    return (struct source_owner){
        .assigned = assigned, .revoked = revoked, .anew = anew, .lost = lost, .owner = worker};
}

void worker_set_source(struct worker *worker, struct source *source)
{
    worker->source = source;
}

void worker_set_publisher(struct worker *worker, struct publisher *publisher)
{
    worker->publisher = publisher;
}

void worker_published(void *context, void *token, enum err err, uint32_t partition_number,
                      int64_t offset)
{
    struct worker *worker = context;
    (void)partition_number;
    for (uint32_t p = 0; p < worker->options.partitions; p++) {
        struct partition *partition = &worker->partitions[p];
        if (letters_own(partition->letters, token)) {
            dead_letter_done(worker, partition, token, err);
            return;
        }
        if (outbox_owns(partition->outbox, token)) {
            outbox_delivered(partition->outbox, token, err, offset);
            /* What failed waits for the next sweep: it may fail at once again. */
            partition->sweep = partition->sweep || !err;
            return;
        }
    }
}

/* Partitions that were lost come back: taken again, and read from where the store stands. */
static void retake(struct worker *worker)
{
    int64_t now = clock_monotonic_ms(worker->options.clock);
    for (uint32_t p = 0; p < worker->options.partitions; p++) {
        struct partition *partition = &worker->partitions[p];
        if (!partition->assigned || partition->owned || now < partition->retry_ms)
            continue;
        if (!partition_take(worker, partition))
            continue;
        int64_t resume[TOPIC_COUNT];
        partition_resume(partition, resume);
        struct fault fault = {""};
        enum err err = worker->source->ops->seek(worker->source, p, resume, &fault);
        if (err)
            partition_fail(worker, partition, err, &fault);
    }
}

/* A store that was reached anew may have gone back; who owns a quiet partition shall not wait for
 * its next write to see it, for people wait for that. */
static void notice_reconnection(struct worker *worker)
{
    for (uint32_t p = 0; p < worker->options.partitions; p++)
        if (worker->partitions[p].owned &&
            worker->partitions[p].head.connection != worker->store->ops->connection(worker->store))
            partition_fail(worker, &worker->partitions[p], ERR_REWOUND,
                           &(struct fault){"the store was reached over a new connection"});
}

/* All is quiet at the end of the log: the wall clock settles what waits. That it is the end is
 * asked where the log lives: what we believe may be as old as a connection that was cut. */
static bool settles_by_wall(struct worker *worker, const struct partition *partition, int64_t now,
                            int64_t wall)
{
    const struct source_ops *ops = worker->source->ops;
    int64_t quiet_ms = worker->settings->ingest.settle_s * 1000;
    return partition->note_count && partition->notes[0].settle_ms <= wall &&
           !worker->options.arrival_clock && now - partition->delivered_ms >= quiet_ms &&
           ops->at_end(worker->source, partition->number) &&
           ops->caught_up(worker->source, partition->number);
}

static void tick(struct worker *worker, int64_t now)
{
    worker->ticked_ms = now;
    int64_t wall = clock_wall_ms(worker->options.clock);
    if (!worker->options.arrival_clock)
        clocks_look(worker);
    notice_reconnection(worker);
    if (!worker->options.arrival_clock)
        areas_turn(worker, NULL, wall);
    bool timers = worker->options.timers && !worker->options.arrival_clock && !worker->skewed;
    for (uint32_t p = 0; p < worker->options.partitions; p++) {
        struct partition *partition = &worker->partitions[p];
        if (!partition->owned)
            continue;
        partition->due_ms = 0; /* a person may have acted */
        if (letters_failed(partition->letters)) {
            partition_fail(worker, partition, ERR_UNREACHABLE,
                           &(struct fault){"dead letters could not be delivered"});
            continue;
        }
        if (settles_by_wall(worker, partition, now, wall) && !batch_settle(worker, partition, wall))
            continue;
        /* A clock that was ahead and stepped back does not hold timers longer than the grace. */
        int64_t grace_ms = worker->settings->daemon.takeover_grace_s * 1000;
        if (partition->timers_from_ms > wall + grace_ms)
            partition->timers_from_ms = wall + grace_ms;
        if (timers && !clocks_bring_back(worker, partition, wall))
            continue;
        if (timers && wall >= partition->timers_from_ms && casework_timers(worker, partition, wall))
            (void)erase_turn(worker, partition, wall);
    }
    gauge_partitions(worker);
}

static void pump_outboxes(struct worker *worker, int64_t now)
{
    for (uint32_t p = 0; p < worker->options.partitions; p++) {
        struct partition *partition = &worker->partitions[p];
        if (!partition->owned || (!partition->sweep && now - partition->swept_ms < SWEEP_MS))
            continue;
        bool moved;
        struct fault fault = {""};
        partition->sweep = false;
        partition->swept_ms = now;
        enum err err = outbox_pump(partition->outbox, worker->store, &partition->head,
                                   worker->publisher, partition->log_base, &moved, &fault);
        if (err)
            partition_fail(worker, partition, err, &fault);
        else
            partition->sweep = moved;
    }
}

/* Lag tools (and whoever paces by them) see what has been processed; the store says what is safe.
 */
static void tell_progress(struct worker *worker, struct partition *partition, int64_t now)
{
    if (now - partition->told_ms < TELL_MS || !worker->source->ops->commit)
        return;
    int64_t plain[TOPIC_COUNT];
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        /* Where the store has nothing, the group's offset is where the next worker begins. */
        plain[lane] =
            partition->next[lane] == OFFSET_NONE || partition->flushed[lane] == OFFSET_NONE
                ? OFFSET_NONE
                : partition->next[lane] - partition->base[lane];
    worker->source->ops->commit(worker->source, partition->number, plain);
    partition->told_ms = now;
}

static void flush_due(struct worker *worker, int64_t now)
{
    size_t dirty = 0;
    for (uint32_t p = 0; p < worker->options.partitions; p++)
        if (worker->partitions[p].owned) {
            (void)partition_flush(worker, &worker->partitions[p], false, FLUSH_PER_TURN);
            dirty += worker->partitions[p].dirty.count;
            tell_progress(worker, &worker->partitions[p], now);
        }
    /* The cache is full of changes: back-pressure, the log waits. */
    for (uint32_t p = 0;
         p < worker->options.partitions && !cache_trim(worker->cache, worker->batch); p++)
        if (worker->partitions[p].owned)
            (void)partition_flush(worker, &worker->partitions[p], true, SIZE_MAX);
    worker->full = !cache_trim(worker->cache, worker->batch);
    metric_set(&worker->counts.cached, (long long)cache_count(worker->cache));
    metric_set(&worker->counts.cached_bytes, cache_bytes(worker->cache));
    metric_set(&worker->counts.dirty, (long long)dirty);
}

/* One partition's end. Anything that is still under way: *more. */
static enum err finish_partition(struct worker *worker, struct partition *partition, bool *more,
                                 struct fault *fault)
{
    bool moved;
    if (!batch_settle(worker, partition, INT64_MAX))
        return ERR_OK;
    enum err err = outbox_pump(partition->outbox, worker->store, &partition->head,
                               worker->publisher, partition->log_base, &moved, fault);
    if (err) {
        partition_fail(worker, partition, err, fault);
        return ERR_OK;
    }
    if (letters_failed(partition->letters))
        return fault_set(fault, ERR_IO, "dead letters of partition %u could not be delivered",
                         partition->number);
    if (moved || !outbox_idle(partition->outbox) || letters_under_way(partition->letters))
        *more = true;
    else
        (void)partition_flush(worker, partition, true, SIZE_MAX);
    return ERR_OK;
}

/* The source is through: judge, deliver and write all that is left. */
static enum err finish(struct worker *worker, struct fault *fault)
{
    bool more = true;
    enum err err = ERR_OK;
    while (more && !err) {
        more = false;
        for (uint32_t p = 0; p < worker->options.partitions && !err; p++)
            if (worker->partitions[p].owned)
                err = finish_partition(worker, &worker->partitions[p], &more, fault);
        if (more)
            worker->publisher->ops->poll(worker->publisher, FINISH_WAIT_MS);
    }
    /* What was lost on the way is taken and read again. */
    for (uint32_t p = 0; p < worker->options.partitions && !err; p++)
        if (worker->partitions[p].assigned && !worker->partitions[p].owned)
            return ERR_OK;
    return err ? err : ERR_END;
}

enum err worker_step(struct worker *worker, int timeout_ms, struct fault *fault)
{
    size_t count = 0;
    const struct clock *clock = worker->options.clock;
    int64_t mark = clock_monotonic_ns(clock);
    worker_beat(&worker->counts);
    retake(worker);
    /* The group hears from us even while we read nothing. */
    size_t max = worker->full || worker->wrong_clock ? 0 : worker->batch_max;
    enum err err = worker->source->ops->poll(worker->source, worker->deliveries, max,
                                             max ? timeout_ms : timeout_ms / 2, &count, fault);
    if (err && err != ERR_END)
        return err;
    mark = stage_over(&worker->counts, STAGE_POLL, clock, mark);
    gauge_group(worker);
    int64_t now = clock_monotonic_ms(clock);
    worker->batch++;
    if (count) {
        batch_apply(worker, count);
        mark = clock_monotonic_ns(clock);
    }
    if (err == ERR_END && !worker->fatal && (err = finish(worker, fault)))
        return err;
    worker->publisher->ops->poll(worker->publisher, 0);
    if (now - worker->ticked_ms >= TICK_MS) {
        tick(worker, now);
        mark = stage_over(&worker->counts, STAGE_TIMERS, clock, mark);
    }
    pump_outboxes(worker, now);
    mark = stage_over(&worker->counts, STAGE_OUTBOX, clock, mark);
    flush_due(worker, now);
    (void)stage_over(&worker->counts, STAGE_FLUSH, clock, mark);
    return worker->fatal ? fault_set(fault, worker->fatal, "%s", worker->why.text) : ERR_OK;
}

void worker_stop(struct worker *worker, int timeout_ms)
{
    (void)worker->publisher->ops->flush(worker->publisher, timeout_ms / 2);
    for (uint32_t p = 0; p < worker->options.partitions; p++) {
        struct partition *partition = &worker->partitions[p];
        bool moved;
        struct fault fault = {""};
        if (partition->owned) /* what the flush delivered leaves the store */
            (void)!outbox_pump(partition->outbox, worker->store, &partition->head,
                               worker->publisher, partition->log_base, &moved, &fault);
        if (partition->assigned)
            partition_release(worker, partition, false);
    }
    (void)worker->publisher->ops->flush(worker->publisher, timeout_ms / 2);
}
