/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch of deliveries: decoded, its records loaded, applied one by one. What a message finds is
 * in the store before the next message is looked at.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "partition.h"

#define SETTLED_AT_ONCE 256 /* households between two looks at the cache */

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
    if (message->type == MESSAGE_WEATHER)
        return worker->options.partition_of && !text_equal(delivery->key, message->weather.area)
                   ? REJECT_KEY_MISMATCH
                   : REJECT_NONE;
    if (delivery->partition >= worker->options.partitions)
        return REJECT_WRONG_PARTITION;
    if (!worker->options.partition_of)
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
    bool *damaged; /* by household */
    enum err err;
    struct fault fault;
};

/* Opens the stored bytes; NULL: they cannot be used. */
static void *open_stored(struct loading *loading, size_t index, const void *bytes, uint32_t size)
{
    struct text household = loading->households[index];
    struct record record;
    struct fault fault = {""};
    void *own = memory_get(size);
    memcpy(own, bytes, size);
    enum err err = record_open(own, size, &record, &fault);
    if (!err)
        return own;
    free(own);
    if (err == ERR_INCOMPATIBLE) {
        loading->err = fault_set(
            &loading->fault, err,
            "partition %u, household %.*s: %s; run the anbud that wrote it, or rebuild the state "
            "(docs/decisions/0003-unreadable-records.md)",
            loading->partition->number, (int)household.bytes, household.at, fault.text);
        return NULL;
    }
    /* Better to learn anew than to judge by what is not to be trusted. */
    loading->damaged[index] = true;
    log_line(LOG_ERROR, "household record is damaged, beginning anew",
             "partition=%u household=%.*s error=\"%s\" remedy=\"send its profile, absences and "
             "opt-out again\"",
             loading->partition->number, (int)household.bytes, household.at, fault.text);
    return NULL;
}

static void loaded(void *context, size_t index, const void *bytes, uint32_t size)
{
    struct loading *loading = context;
    struct worker *worker = loading->worker;
    struct text household = loading->households[index];
    uint32_t room = size;
    void *own = size && !loading->err ? open_stored(loading, index, bytes, size) : NULL;
    if (loading->err)
        return;
    if (!own)
        own = record_new(&room);
    struct cache_entry *entry =
        cache_add(worker->cache, loading->partition->number, household, own, room);
    /* Of a partition that is ours each record that waits is noted: at the take, or since. */
    entry->queued = household_settle_ms(&entry->household) != 0;
    cache_touch(worker->cache, entry, worker->batch);
    metric_add(&worker->counts.loads, 1);
}

/* A record that begins anew numbers its findings on, or they would be taken for known ones. */
static enum err number_on(struct worker *worker, struct partition *partition, struct text household,
                          struct fault *fault)
{
    struct store_case seen;
    struct record record;
    enum err err =
        worker->store->ops->load_case(worker->store, partition->number, household, &seen, fault);
    if (err)
        return err;
    record_view(cache_find(worker->cache, partition->number, household)->household.bytes, &record);
    for (size_t i = 0; i < detector_count; i++)
        if (seen.finding_seq[i] / 4 > record.home->messages)
            record.home->messages = seen.finding_seq[i] / 4;
    return ERR_OK;
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
    struct loading loading = {.worker = worker, .partition = partition, .households = missing};
    struct fault fault = {""};
    loading.damaged = memory_get(unique * sizeof *loading.damaged);
    int64_t from = clock_monotonic_ns(worker->options.clock);
    enum err err = worker->store->ops->load(worker->store, partition->number, missing, unique,
                                            loaded, &loading, &fault);
    trip_over(&worker->counts, TRIP_LOAD, worker->options.clock, from);
    if (!err && loading.err) {
        err = loading.err;
        fault = loading.fault;
    }
    for (size_t i = 0; i < unique && !err; i++)
        if (loading.damaged[i])
            err = number_on(worker, partition, missing[i], &fault);
    free(loading.damaged);
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
                metric_add(&worker->counts.cache_hits, 1);
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
    steer_keep(worker, partition, entry);
    int64_t settle = household_settle_ms(&entry->household);
    if (settle && !entry->queued) {
        entry->queued = true;
        partition_note_settle(partition, entry->household.id, settle);
    }
}

struct cache_entry *batch_entry(struct worker *worker, struct partition *partition,
                                struct text household)
{
    struct cache_entry *entry = cache_find(worker->cache, partition->number, household);
    if (entry)
        return entry;
    return load_missing(worker, partition, &household, 1)
               ? cache_find(worker->cache, partition->number, household)
               : NULL;
}

/* The record has applied messages that this replay has not come to yet: they are of the batch. */
static bool is_ahead(const struct partition *partition, const struct cache_entry *entry)
{
    struct record record;
    record_view(entry->household.bytes, &record);
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        if (record.home->applied[lane] >= 0 &&
            record.home->applied[lane] >= partition->next[lane] &&
            partition->next[lane] != OFFSET_NONE)
            return true;
    return false;
}

static int64_t wall_ms(const struct worker *worker, int64_t arrived_ms)
{
    return worker->options.arrival_clock ? arrived_ms : clock_wall_ms(worker->options.clock);
}

/* One household's batch. False: the partition was lost over it. */
static bool settle_one(struct worker *worker, struct partition *partition,
                       struct cache_entry *entry, int64_t settle_ms)
{
    uint32_t before = entry->household.size;
    if (!casework_overdue(worker, partition, settle_ms) ||
        !steer_turn(worker, partition, settle_ms))
        return false;
    worker->context.arrived_ms = settle_ms;
    worker->context.wall_ms = wall_ms(worker, settle_ms);
    household_settle(&entry->household, &worker->context);
    changed(worker, partition, entry, before);
    return casework_findings(worker, partition);
}

bool batch_settle(struct worker *worker, struct partition *partition, int64_t now_ms)
{
    struct settle_note note, *later = NULL;
    size_t settled = 0, later_count = 0, later_room = 0;
    bool kept = true;
    while (kept && partition_due_settle(partition, now_ms, &note)) {
        struct cache_entry *entry = batch_entry(worker, partition, text_of(note.household));
        if (!entry) {
            kept = false;
            break;
        }
        int64_t settle = household_settle_ms(&entry->household);
        entry->queued = false;
        if (!settle)
            continue;
        bool ahead = is_ahead(partition, entry);
        if (settle > now_ms || ahead) { /* more has come since it was noted, or is to come again */
            note.settle_ms = settle;
            entry->queued = true;
            if (later_count == later_room) {
                later_room = later_room ? later_room * 2 : 16;
                later = memory_grow(later, later_room * sizeof *later);
            }
            later[later_count++] = note;
            continue;
        }
        kept = settle_one(worker, partition, entry, settle);
        /* A morning's batch of a whole town stays within the cache's budget. */
        if (kept && ++settled % SETTLED_AT_ONCE == 0 && !cache_trim(worker->cache, worker->batch))
            kept = partition_flush(worker, partition, true, SIZE_MAX);
    }
    for (size_t i = 0; i < later_count && kept; i++)
        partition_note_settle(partition, text_of(later[i].household), later[i].settle_ms);
    free(later);
    return kept;
}

static void count_message(struct worker *worker, const struct delivery *delivery,
                          const struct message *message, enum reject reject)
{
    struct worker_counts *counts = &worker->counts;
    enum message_type topic = delivery->topic;
    worker_beat(counts);
    if (topic == MESSAGE_TYPE_COUNT) /* of a file, which tells by each message */
        topic = reject ? MESSAGE_READING : message->type;
    metric_add(&counts->messages[topic], 1);
    if (!reject && message->type == MESSAGE_READING)
        metric_add(&counts->readings[message->reading.utility][message->reading.quality], 1);
}

/* A rejected message says nothing about the time: a meter may be years ahead. */
static void count_event(struct worker *worker, const struct partition *partition, int64_t event_ms)
{
    struct partition_counts *measured = &worker->measured[partition->number];
    if (event_ms > atomic_load_explicit(&worker->counts.event_ms, memory_order_relaxed))
        metric_set(&worker->counts.event_ms, event_ms);
    if (event_ms > atomic_load_explicit(&measured->event_ms, memory_order_relaxed))
        metric_set(&measured->event_ms, event_ms);
    metric_set(&measured->arrived_ms, worker->context.wall_ms);
}

/* What of an accepted event was not taken as it was said. */
static void count_household(struct worker *worker, const struct household_message *event)
{
    if (event->shortened)
        metric_add(&worker->counts.absences_shortened, 1);
    if (event->flags_unknown)
        metric_add(&worker->counts.flags_unknown, event->flags_unknown);
}

static bool applied_before(const struct cache_entry *entry, uint32_t lane, int64_t offset,
                           int64_t *known_s)
{
    struct record record;
    record_view(entry->household.bytes, &record);
    *known_s = record.home->newest_event_s;
    return record.home->applied[lane] >= offset;
}

/* One message to its household. False: the partition was lost over it. */
static bool apply(struct worker *worker, struct partition *partition, size_t i)
{
    struct delivery *delivery = &worker->deliveries[i];
    struct message *message = &worker->messages[i];
    struct cache_entry *entry = batch_entry(worker, partition, message->household);
    if (!entry)
        return false;
    uint32_t before = entry->household.size, lane = delivery->lane;
    int64_t offset = partition->base[lane] + delivery->offset;
    int64_t known_s;
    bool seen = applied_before(entry, lane, offset, &known_s), skipped;
    worker->context.arrived_ms = delivery->arrived_ms;
    worker->context.wall_ms = wall_ms(worker, delivery->arrived_ms);
    enum reject reject = household_apply(&entry->household, message, lane, offset, &worker->context,
                                         &skipped, &worker->details[i]);
    if (skipped)
        metric_add(&worker->counts.skipped, 1);
    if (seen)
        return true;
    /* A household that has opted out remembers, too, what it has skipped. */
    changed(worker, partition, entry, before);
    if (!reject) {
        if (!skipped)
            count_event(worker, partition, message->end_ms);
        if (!skipped && message->type == MESSAGE_HOUSEHOLD)
            count_household(worker, &message->event);
        return casework_findings(worker, partition) &&
               erase_leavers(worker, partition, message, known_s);
    }
    if (!dead_letter(worker, partition, delivery, reject, worker->details[i]))
        return false;
    entry->letter = letters_newest(partition->letters);
    return true;
}

/* A sender whose clock is ahead does not settle the batches of the others. */
static int64_t settles_ms(const struct worker *worker, const struct delivery *delivery)
{
    int64_t wall = wall_ms(worker, delivery->arrived_ms);
    return delivery->arrived_ms < wall ? delivery->arrived_ms : wall;
}

/* Every worker reads all of the weather, at each start from its beginning, before it owns anything.
 * Who owns the partition of the weather partition's number tells what is wrong with it; what nobody
 * may have told of, because it came before, leaves a line in the log. */
static bool tells_of_weather(const struct worker *worker, const struct delivery *delivery,
                             enum reject reject)
{
    bool owns_any = false;
    assert(worker->partitions && worker->options.partitions > 0);
    if (worker->partitions[delivery->lane % worker->options.partitions].owned)
        return true;
    for (uint32_t p = 0; p < worker->options.partitions; p++)
        owns_any = owns_any || worker->partitions[p].owned;
    if (!owns_any && delivery->arrived_ms >= clock_wall_ms(worker->options.clock) -
                                                 worker->settings->ingest.max_age_s * 1000)
        log_line(LOG_WARNING, "weather that came before this start cannot be used",
                 "partition=%u offset=%lld reason=%s", delivery->lane, (long long)delivery->offset,
                 reject_names[reject]);
    return false;
}

static void apply_delivery(struct worker *worker, size_t i)
{
    struct delivery *delivery = &worker->deliveries[i];
    struct message *message = &worker->messages[i];
    enum reject reject = worker->rejects[i];
    if (worker->options.hand && delivery->arrived_ms > worker->options.hand->set_ms)
        worker->options.hand->set_ms = delivery->arrived_ms;
    count_message(worker, delivery, message, reject);
    struct partition *partition = partition_of(worker, delivery);
    if (worker->options.arrival_clock && !reject && partition)
        areas_turn(worker, partition, delivery->arrived_ms);
    if (!reject && message->type == MESSAGE_WEATHER)
        weather_table_apply(worker->weather, &message->weather, delivery->arrived_ms);
    if (partition && !partition->owned)
        return; /* read again once it is ours again */
    uint32_t lane = delivery->lane;
    /* An arrival that is yet to come would settle everybody's batches, and make true readings late.
     */
    if (!reject && !worker->options.arrival_clock &&
        delivery->arrived_ms >
            clock_wall_ms(worker->options.clock) + worker->settings->ingest.in_future_s * 1000) {
        reject = REJECT_IN_FUTURE;
        worker->details[i] = "timestamp";
    }
    if (reject && !partition && delivery->topic == MESSAGE_WEATHER &&
        !tells_of_weather(worker, delivery, reject))
        return;
    if (partition && partition->next[lane] != OFFSET_NONE &&
        partition->base[lane] + delivery->offset < partition->next[lane])
        return; /* the client went back by itself: seen before */
    if (partition && !reject && message->type != MESSAGE_WEATHER) {
        partition->delivered_ms = clock_monotonic_ms(worker->options.clock);
        if (!batch_settle(worker, partition, settles_ms(worker, delivery)) ||
            !casework_overdue(worker, partition, delivery->arrived_ms) ||
            !steer_turn(worker, partition, delivery->arrived_ms) || !apply(worker, partition, i))
            return;
    } else if (reject && !dead_letter(worker, partition, delivery, reject, worker->details[i])) {
        return;
    }
    if (partition)
        partition->next[lane] = partition->base[lane] + delivery->offset + 1;
}

void batch_apply(struct worker *worker, size_t count)
{
    const struct clock *clock = worker->options.clock;
    int64_t mark = clock_monotonic_ns(clock);
    decode_batch(worker, count);
    mark = stage_over(&worker->counts, STAGE_DECODE, clock, mark);
    load_batch(worker, count);
    mark = stage_over(&worker->counts, STAGE_LOAD, clock, mark);
    for (size_t i = 0; i < count; i++)
        apply_delivery(worker, i);
    (void)stage_over(&worker->counts, STAGE_APPLY, clock, mark);
    metric_add(&worker->counts.batches, 1);
}
