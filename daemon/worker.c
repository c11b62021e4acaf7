/* SPDX-License-Identifier: Apache-2.0 */
#include "worker.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "partition.h"

#define TICK_MS         1000
#define TELL_MS         200
#define SWEEP_MS        2000
#define FLUSH_PER_TURN  2048 /* records: a turn stays short */
#define DIRTY_MAX_SHARE 2    /* more than half of the cache dirty: flush before going on */
#define LETTERS_MAX     4096

static void rules_of(const struct settings *settings, struct alert_rules *rules)
{
    *rules =
        (struct alert_rules){settings->alerts.ack_expiry_s, settings->alerts.escalate_critical_s,
                             settings->alerts.escalate_s, settings->alerts.escalations_max};
}

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

void worker_reconfigure(struct worker *worker, const struct config *config)
{
    tuning_cache_free(worker->context.tuning);
    worker->options.config = config;
    worker->settings = config_settings(config);
    worker->context.config = config;
    worker->context.tuning = tuning_cache_new(config);
    rules_of(worker->settings, &worker->rules);
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
    worker_reconfigure(worker, options->config);
    worker->cache = cache_new(worker->settings->daemon.cache_bytes);
    worker->weather = weather_table_new();
    worker->context.weather = worker->weather;
    worker->context.found = found;
    worker->context.owner = worker;
    worker->batch_max = (size_t)worker->settings->daemon.batch;
    worker->deliveries = memory_get(worker->batch_max * sizeof *worker->deliveries);
    worker->messages = memory_get(worker->batch_max * sizeof *worker->messages);
    worker->rejects = memory_get(worker->batch_max * sizeof *worker->rejects);
    worker->details = memory_get(worker->batch_max * sizeof *worker->details);
    worker->partitions = memory_get(options->partitions * sizeof *worker->partitions);
    for (uint32_t p = 0; p < options->partitions; p++) {
        worker->partitions[p].number = p;
        worker->partitions[p].outbox = outbox_new(p);
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
        free(worker->partitions[p].notes);
    }
    cache_free(worker->cache);
    weather_table_free(worker->weather);
    decoder_free(worker->decoder);
    tuning_cache_free(worker->context.tuning);
    free(worker->partitions);
    free(worker->findings);
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

static bool assigned(void *owner, uint32_t number, int64_t resume[TOPIC_COUNT])
{
    struct worker *worker = owner;
    if (number >= worker->options.partitions)
        return false;
    struct partition *partition = &worker->partitions[number];
    partition->assigned = true;
    if (!partition->owned && !partition_take(worker, partition))
        return false;
    partition_resume(partition, resume);
    return true;
}

static void revoked(void *owner, uint32_t number, bool lost)
{
    struct worker *worker = owner;
    if (number < worker->options.partitions && worker->partitions[number].assigned)
        partition_release(worker, &worker->partitions[number], lost);
}

struct source_owner worker_owner(struct worker *worker)
{
    return (struct source_owner){assigned, revoked, worker};
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
        if (token == partition) { /* a dead letter */
            partition->letters--;
            if (err)
                partition->letters_failed = true;
            return;
        }
        if (outbox_owns(partition->outbox, token)) {
            outbox_delivered(partition->outbox, token, err, offset);
            partition->sweep = true;
            return;
        }
    }
}

/* The message goes to the dead letters as it came, with the reason and where it stood. */
static bool dead_letter(struct worker *worker, struct partition *partition,
                        const struct delivery *delivery, enum reject reject, const char *detail)
{
    char number[2][24];
    const char *topic =
        delivery->topic < MESSAGE_TYPE_COUNT ? message_type_names[delivery->topic] : "file";
    (void)snprintf(number[0], sizeof number[0], "%u", delivery->partition);
    (void)snprintf(number[1], sizeof number[1], "%lld", (long long)delivery->offset);
    const struct publisher_header headers[] = {
        {"reason", text_of(reject_names[reject])}, {"field", text_of(detail ? detail : "")},
        {"help", text_of(reject_helps[reject])},   {"source", text_of(topic)},
        {"partition", text_of(number[0])},         {"offset", text_of(number[1])}};
    atomic_fetch_add(&worker->counts.rejects[reject], 1);
    if (worker->options.rejected)
        worker->options.rejected(worker->options.context, delivery, reject, detail);
    if (partition && !partition->letters)
        memcpy(partition->letters_from, partition->next, sizeof partition->letters_from);
    for (int tries = 0;; tries++) {
        struct fault fault = {""};
        enum err err = worker->publisher->ops->publish(
            worker->publisher, PUBLISH_DEAD_LETTERS, delivery->key, delivery->payload, headers,
            sizeof headers / sizeof headers[0], partition, &fault);
        if (!err) {
            if (partition)
                partition->letters++;
            atomic_fetch_add(&worker->counts.dead_letters, 1);
            return true;
        }
        if (err != ERR_BUSY || tries >= 100) {
            if (partition)
                partition_fail(worker, partition, err, &fault);
            return false;
        }
        worker->publisher->ops->poll(worker->publisher, 50);
    }
}

static int lane_of(const struct delivery *delivery)
{
    return (int)delivery->lane;
}

static struct partition *partition_of(struct worker *worker, const struct delivery *delivery)
{
    return delivery->partition < worker->options.partitions
               ? &worker->partitions[delivery->partition]
               : NULL;
}

/* Sender's faults that only the whole delivery shows. */
static enum reject check_key(const struct worker *worker, const struct delivery *delivery,
                             const struct message *message)
{
    if (message->type == MESSAGE_WEATHER || !worker->options.partition_of)
        return REJECT_NONE;
    if (!text_equal(delivery->key, message->household))
        return REJECT_KEY_MISMATCH;
    if (worker->options.partition_of(delivery->key, worker->options.partitions) !=
        delivery->partition)
        return REJECT_WRONG_PARTITION;
    return REJECT_NONE;
}

static void decode_batch(struct worker *worker, size_t count)
{
    decoder_batch_start(worker->decoder);
    for (size_t i = 0; i < count; i++) {
        struct delivery *delivery = &worker->deliveries[i];
        worker->details[i] = NULL;
        worker->rejects[i] = decode(worker->decoder, delivery->payload, delivery->topic,
                                    &worker->messages[i], &worker->details[i]);
        if (worker->rejects[i])
            continue;
        struct message *message = &worker->messages[i];
        worker->rejects[i] = check_key(worker, delivery, message);
        if (!delivery->arrived_ms)
            delivery->arrived_ms = message->arrived_ms ? message->arrived_ms : message->end_ms;
    }
}

struct loading {
    struct worker *worker;
    struct partition *partition;
    const struct text *households;
};

static void loaded(void *context, size_t index, const void *bytes, uint32_t size)
{
    struct loading *loading = context;
    struct worker *worker = loading->worker;
    struct text household = loading->households[index];
    uint32_t room = size;
    void *own = NULL;
    if (size) {
        struct record record;
        struct fault fault = {""};
        own = memory_get(size);
        memcpy(own, bytes, size);
        if (record_open(own, size, &record, &fault)) {
            /* Better to learn anew than to judge by what is not to be trusted. */
            log_line(LOG_ERROR, "household record cannot be used, beginning anew",
                     "partition=%u household=%.*s error=\"%s\"", loading->partition->number,
                     (int)household.bytes, household.at, fault.text);
            free(own);
            own = NULL;
        }
    }
    if (!own)
        own = record_new(&room);
    struct cache_entry *entry =
        cache_add(worker->cache, loading->partition->number, household, own, room);
    cache_touch(worker->cache, entry, worker->batch);
    atomic_fetch_add(&worker->counts.loads, 1);
}

static int compare_text(const void *a, const void *b)
{
    const struct text *one = a, *two = b;
    if (one->bytes != two->bytes)
        return one->bytes < two->bytes ? -1 : 1;
    return memcmp(one->at, two->at, one->bytes);
}

static bool load_missing(struct worker *worker, struct partition *partition, struct text *missing,
                         size_t count)
{
    if (!count)
        return true;
    qsort(missing, count, sizeof *missing, compare_text);
    size_t unique = 1;
    for (size_t i = 1; i < count; i++)
        if (!text_equal(missing[i], missing[unique - 1]))
            missing[unique++] = missing[i];
    struct loading loading = {worker, partition, missing};
    struct fault fault = {""};
    enum err err = worker->store->ops->load(worker->store, partition->number, missing, unique,
                                            loaded, &loading, &fault);
    if (err)
        partition_fail(worker, partition, err, &fault);
    return !err;
}

/* The records of the batch that are not in the cache: one round trip a partition. */
static void load_batch(struct worker *worker, size_t count)
{
    struct text *missing = memory_get((count + 1) * sizeof *missing);
    for (uint32_t p = 0; p < worker->options.partitions; p++) {
        struct partition *partition = &worker->partitions[p];
        size_t found_missing = 0;
        if (!partition->owned)
            continue;
        for (size_t i = 0; i < count; i++) {
            if (worker->deliveries[i].partition != p || worker->rejects[i] ||
                worker->messages[i].type == MESSAGE_WEATHER)
                continue;
            struct cache_entry *entry = cache_find(worker->cache, p, worker->messages[i].household);
            if (entry) {
                cache_touch(worker->cache, entry, worker->batch);
                atomic_fetch_add(&worker->counts.cache_hits, 1);
            } else {
                missing[found_missing++] = worker->messages[i].household;
            }
        }
        (void)load_missing(worker, partition, missing, found_missing);
    }
    free(missing);
}

static void changed(struct worker *worker, struct partition *partition, struct cache_entry *entry,
                    uint32_t before)
{
    cache_mark_dirty(&partition->dirty, entry, clock_monotonic_ms(worker->options.clock),
                     partition->next);
    cache_resized(worker->cache, before, entry->household.size);
    int64_t settle = household_settle_ms(&entry->household);
    if (settle && !entry->queued) {
        entry->queued = true;
        partition_note_settle(partition, entry->household.id, settle);
    }
}

static struct cache_entry *entry_of(struct worker *worker, struct partition *partition,
                                    struct text household)
{
    struct cache_entry *entry = cache_find(worker->cache, partition->number, household);
    if (entry)
        return entry;
    return load_missing(worker, partition, &household, 1)
               ? cache_find(worker->cache, partition->number, household)
               : NULL;
}

/* Late batches whose time has come, at arrival time now_ms. */
static bool settle_due(struct worker *worker, struct partition *partition, int64_t now_ms)
{
    struct settle_note note;
    while (partition_due_settle(partition, now_ms, &note)) {
        struct cache_entry *entry = entry_of(worker, partition, text_of(note.household));
        if (!entry)
            return false;
        entry->queued = false;
        int64_t settle = household_settle_ms(&entry->household);
        if (!settle)
            continue;
        uint32_t before = entry->household.size;
        if (settle > now_ms) { /* more has come since it was noted */
            entry->queued = true;
            partition_note_settle(partition, entry->household.id, settle);
            continue;
        }
        worker->context.arrived_ms = settle;
        worker->context.wall_ms = clock_wall_ms(worker->options.clock);
        household_settle(&entry->household, &worker->context);
        changed(worker, partition, entry, before);
        if (!casework_findings(worker, partition))
            return false;
    }
    return true;
}

static void count_message(struct worker *worker, const struct message *message)
{
    atomic_fetch_add_explicit(&worker->counts.messages, 1, memory_order_relaxed);
    if (message->type == MESSAGE_READING)
        atomic_fetch_add_explicit(&worker->counts.readings[message->reading.utility], 1,
                                  memory_order_relaxed);
    if (message->end_ms > atomic_load_explicit(&worker->counts.event_ms, memory_order_relaxed))
        atomic_store_explicit(&worker->counts.event_ms, message->end_ms, memory_order_relaxed);
}

/* One message to its household. False: the partition was lost over it. */
static bool apply(struct worker *worker, struct partition *partition, size_t i)
{
    struct delivery *delivery = &worker->deliveries[i];
    struct message *message = &worker->messages[i];
    struct cache_entry *entry = entry_of(worker, partition, message->household);
    if (!entry)
        return false;
    int lane = lane_of(delivery);
    uint32_t before = entry->household.size;
    bool skipped;
    worker->context.arrived_ms = delivery->arrived_ms;
    worker->context.wall_ms = clock_wall_ms(worker->options.clock);
    enum reject reject = household_apply(&entry->household, message, (unsigned)lane,
                                         partition->base[lane] + delivery->offset, &worker->context,
                                         &skipped, &worker->details[i]);
    if (skipped) {
        atomic_fetch_add(&worker->counts.skipped, 1);
        return true;
    }
    changed(worker, partition, entry, before);
    if (reject)
        return dead_letter(worker, partition, delivery, reject, worker->details[i]);
    return casework_findings(worker, partition);
}

static void apply_delivery(struct worker *worker, size_t i)
{
    struct delivery *delivery = &worker->deliveries[i];
    struct message *message = &worker->messages[i];
    enum reject reject = worker->rejects[i];
    if (worker->options.by_arrival && delivery->arrived_ms > worker->options.hand->set_ms)
        worker->options.hand->set_ms = delivery->arrived_ms;
    if (!reject)
        count_message(worker, message);
    else
        atomic_fetch_add_explicit(&worker->counts.messages, 1, memory_order_relaxed);
    struct partition *partition = partition_of(worker, delivery);
    if (!reject && message->type == MESSAGE_WEATHER)
        weather_table_apply(worker->weather, &message->weather);
    if (partition && !partition->owned)
        return; /* read again once it is ours again */
    int lane = lane_of(delivery);
    if (partition && partition->next[lane] != OFFSET_NONE &&
        partition->base[lane] + delivery->offset < partition->next[lane])
        return; /* the client went back by itself: seen before */
    if (partition && !reject && message->type != MESSAGE_WEATHER) {
        if (delivery->arrived_ms > partition->arrived_ms)
            partition->arrived_ms = delivery->arrived_ms;
        if (!settle_due(worker, partition, delivery->arrived_ms) || !apply(worker, partition, i))
            return;
    } else if (reject && !dead_letter(worker, partition, delivery, reject, worker->details[i])) {
        return;
    }
    if (partition)
        partition->next[lane] = partition->base[lane] + delivery->offset + 1;
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

/* Timers wait while the machine's clock and the store's disagree: one of them is wrong. */
static bool clocks_agree(struct worker *worker)
{
    int64_t theirs;
    struct fault fault = {""};
    if (worker->store->ops->clock_ms(worker->store, &theirs, &fault))
        return false;
    int64_t apart = theirs - clock_wall_ms(worker->options.clock);
    bool agree = llabs(apart) <= worker->settings->daemon.clock_skew_max_s * 1000;
    if (agree == worker->skewed)
        log_line(agree ? LOG_INFO : LOG_ERROR,
                 agree ? "clocks agree again" : "clocks disagree: timers wait", "apart_ms=%lld",
                 (long long)apart);
    worker->skewed = !agree;
    return agree;
}

static void tick(struct worker *worker, int64_t now)
{
    worker->ticked_ms = now;
    int64_t wall = clock_wall_ms(worker->options.clock);
    bool timers = worker->options.timers && clocks_agree(worker);
    for (uint32_t p = 0; p < worker->options.partitions; p++) {
        struct partition *partition = &worker->partitions[p];
        if (!partition->owned)
            continue;
        if (partition->letters_failed) {
            partition->letters_failed = false;
            partition_fail(worker, partition, ERR_UNREACHABLE,
                           &(struct fault){"dead letters could not be delivered"});
            continue;
        }
        /* All is quiet at the end of the log: the wall clock settles what waits. */
        if (partition->note_count && !worker->options.by_arrival &&
            worker->source->ops->at_end(worker->source, p) &&
            now - worker->last_delivery_ms >= worker->settings->ingest.settle_s * 1000 &&
            !settle_due(worker, partition, wall))
            continue;
        if (timers && wall >= partition->timers_from_ms)
            (void)casework_timers(worker, partition, wall);
    }
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
        plain[lane] = partition->next[lane] == OFFSET_NONE
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
    (void)cache_trim(worker->cache, worker->batch);
    atomic_store(&worker->counts.cached, (long long)cache_count(worker->cache));
    atomic_store(&worker->counts.dirty, (long long)dirty);
}

/* The source is through: judge, deliver and write all that is left. */
static enum err finish(struct worker *worker, struct fault *fault)
{
    for (uint32_t p = 0; p < worker->options.partitions; p++) {
        struct partition *partition = &worker->partitions[p];
        if (!partition->owned)
            continue;
        (void)settle_due(worker, partition, INT64_MAX);
        for (bool moved = true; moved || !outbox_idle(partition->outbox);) {
            enum err err = outbox_pump(partition->outbox, worker->store, &partition->head,
                                       worker->publisher, partition->log_base, &moved, fault);
            if (err)
                return err;
        }
        (void)partition_flush(worker, partition, true, SIZE_MAX);
    }
    return ERR_END;
}

enum err worker_step(struct worker *worker, int timeout_ms, struct fault *fault)
{
    size_t count = 0;
    retake(worker);
    enum err err = worker->source->ops->poll(worker->source, worker->deliveries, worker->batch_max,
                                             timeout_ms, &count, fault);
    if (err && err != ERR_END)
        return err;
    int64_t now = clock_monotonic_ms(worker->options.clock);
    worker->batch++;
    if (count) {
        worker->last_delivery_ms = now;
        decode_batch(worker, count);
        load_batch(worker, count);
        for (size_t i = 0; i < count; i++)
            apply_delivery(worker, i);
        atomic_fetch_add(&worker->counts.batches, 1);
    }
    if (err == ERR_END)
        return finish(worker, fault);
    worker->publisher->ops->poll(worker->publisher, 0);
    if (now - worker->ticked_ms >= TICK_MS)
        tick(worker, now);
    pump_outboxes(worker, now);
    flush_due(worker, now);
    return ERR_OK;
}

void worker_stop(struct worker *worker, int timeout_ms)
{
    (void)worker->publisher->ops->flush(worker->publisher, timeout_ms / 2);
    for (uint32_t p = 0; p < worker->options.partitions; p++) {
        struct partition *partition = &worker->partitions[p];
        bool moved;
        if (partition->owned) /* what the flush delivered leaves the store */
            (void)!outbox_pump(partition->outbox, worker->store, &partition->head,
                               worker->publisher, partition->log_base, &moved, NULL);
        if (partition->assigned)
            partition_release(worker, partition, false);
    }
    (void)worker->publisher->ops->flush(worker->publisher, timeout_ms / 2);
}
