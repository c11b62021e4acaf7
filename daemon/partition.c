/* SPDX-License-Identifier: Apache-2.0 */
#include "partition.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define BACK_OFF_FIRST_MS  100
#define BACK_OFF_FENCED_MS 3000
#define BACK_OFF_MAX_MS    5000
#define FLIGHT_WAIT_MS     1000
#define LETTER_WAITS       20
#define LETTER_WAIT_MS     50
#define HEARTBEAT_MS       10000 /* a write at least so often: a rewind or another owner shows */

static void notes_swap(struct settle_note *a, struct settle_note *b)
{
    struct settle_note keep = *a;
    *a = *b;
    *b = keep;
}

void partition_note_settle(struct partition *partition, struct text household, int64_t settle_ms)
{
    if (partition->note_count == partition->note_room) {
        partition->note_room = partition->note_room ? partition->note_room * 2 : 64;
        partition->notes =
            memory_grow(partition->notes, partition->note_room * sizeof *partition->notes);
    }
    size_t at = partition->note_count++;
    partition->notes[at].settle_ms = settle_ms;
    (void)text_copy(household, partition->notes[at].household,
                    sizeof partition->notes[at].household);
    while (at && partition->notes[(at - 1) / 2].settle_ms > partition->notes[at].settle_ms) {
        notes_swap(&partition->notes[(at - 1) / 2], &partition->notes[at]);
        at = (at - 1) / 2;
    }
}

bool partition_due_settle(struct partition *partition, int64_t now_ms, struct settle_note *out)
{
    if (!partition->note_count || partition->notes[0].settle_ms > now_ms)
        return false;
    *out = partition->notes[0];
    partition->notes[0] = partition->notes[--partition->note_count];
    size_t at = 0;
    for (;;) {
        size_t least = at, left = 2 * at + 1;
        for (size_t child = left; child < left + 2 && child < partition->note_count; child++)
            if (partition->notes[child].settle_ms < partition->notes[least].settle_ms)
                least = child;
        if (least == at)
            return true;
        notes_swap(&partition->notes[at], &partition->notes[least]);
        at = least;
    }
}

static void note_from_store(void *context, const struct store_settle *settle)
{
    partition_note_settle(context, text_of(settle->household), settle->settle_ms);
}

static int64_t epoch_of(int64_t numbered)
{
    return numbered < 0 ? -1 : numbered / EPOCH_STEP;
}

/* A broker that keeps nothing begins a new epoch in all its logs, once a run, whichever worker is
 * first. */
static int64_t epoch_of_run(const struct worker *worker, const struct partition *partition)
{
    const struct store_head *head = &partition->head;
    int64_t epoch = epoch_of(head->log_offset), known = -1;
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        if (epoch_of(head->offsets[lane]) > epoch)
            epoch = epoch_of(head->offsets[lane]);
    if (atomic_compare_exchange_strong(&worker->options.epochs[partition->number], &known,
                                       epoch + 1))
        return epoch + 1;
    return known;
}

/* Of a stored epoch and the run's, if there are any. */
static int64_t later(int64_t stored, int64_t run)
{
    int64_t epoch = stored > run ? stored : run;
    return epoch < 0 ? 0 : epoch;
}

/* With a Kafka that lasts, each log goes on in its own epoch (partition_anew). */
static void number_through(const struct worker *worker, struct partition *partition)
{
    const struct store_head *head = &partition->head;
    int64_t run = worker->options.epochs ? epoch_of_run(worker, partition) : -1;
    for (int lane = 0; lane < TOPIC_COUNT; lane++) {
        int64_t stored = epoch_of(head->offsets[lane]);
        int64_t epoch = later(stored, run);
        partition->base[lane] = epoch * EPOCH_STEP;
        partition->flushed[lane] = head->offsets[lane];
        /* A new epoch is written with the first flush, be it before the lane's first message:
         * the next run must not use it again. */
        partition->next[lane] = head->offsets[lane];
        if (stored != epoch)
            partition->next[lane] = epoch ? partition->base[lane] : OFFSET_NONE;
    }
    partition->log_base = later(epoch_of(head->log_offset), run) * EPOCH_STEP;
}

/* Whoever took it from us is most likely its owner now, and the group will tell us so. */
static void wait_longer(struct worker *worker, struct partition *partition, enum err err)
{
    int64_t first = err == ERR_FENCED ? BACK_OFF_FENCED_MS : BACK_OFF_FIRST_MS;
    partition->back_off_ms = partition->back_off_ms ? partition->back_off_ms * 2 : first;
    if (partition->back_off_ms > BACK_OFF_MAX_MS)
        partition->back_off_ms = BACK_OFF_MAX_MS;
    partition->retry_ms = clock_monotonic_ms(worker->options.clock) + partition->back_off_ms;
}

/* No retry can mend it; and replay has no time in which to retry. */
static void note_fatal(struct worker *worker, enum err err, const struct fault *fault)
{
    bool fatal = err_disposition(err) == DISPOSITION_FATAL || worker->options.once;
    if (worker->fatal || !fatal)
        return;
    worker->fatal = err;
    (void)fault_set(&worker->why, err, "%s", fault && fault->text[0] ? fault->text : err_text(err));
}

/* What we sent for a former ownership must stand in the alerts log before that is read, or it would
 * come behind what people did meanwhile. */
static enum err wait_for_own(struct worker *worker, struct partition *partition,
                             struct fault *fault)
{
    if (!outbox_in_flight(partition->outbox))
        return ERR_OK;
    return worker->publisher->ops->flush(worker->publisher, FLIGHT_WAIT_MS)
               ? fault_set(fault, ERR_BUSY,
                           "events of partition %u are still on their way to Kafka",
                           partition->number)
               : ERR_OK;
}

bool partition_take(struct worker *worker, struct partition *partition)
{
    struct fault fault = {""};
    partition->note_count = 0;
    worker_beat(&worker->counts);
    enum err err = wait_for_own(worker, partition, &fault);
    int64_t from = clock_monotonic_ns(worker->options.clock);
    if (!err) {
        err = worker->store->ops->take(worker->store, partition->number, &partition->head,
                                       note_from_store, partition, &fault);
        trip_over(&worker->counts, TRIP_TAKE, worker->options.clock, from);
    }
    if (!err) {
        number_through(worker, partition);
        err = casework_log(worker, partition, &fault);
    }
    if (!err)
        err = steer_take(worker, partition, &fault);
    if (!err)
        err = worker->store->ops->open(worker->store, &partition->head, &fault);
    if (err) {
        metric_add(&worker->counts.takes_failed[err], 1);
        gauge_complain(worker, &worker->take_quota, "partition cannot be taken", partition->number,
                       err, &fault);
        wait_longer(worker, partition, err);
        note_fatal(worker, err, &fault);
        return false;
    }
    partition->owned = true;
    partition->sweep = true;
    partition->due_ms = 0;
    partition->flushed_ms = clock_monotonic_ms(worker->options.clock);
    partition->timers_from_ms =
        clock_wall_ms(worker->options.clock) + worker->settings->daemon.takeover_grace_s * 1000;
    outbox_restart(partition->outbox);
    partition->taken_anew = true;
    partition->look_ahead = true; /* who had it may have had a clock that was ahead */
    metric_add(&worker->counts.takeovers, 1);
    atomic_fetch_add(&worker->counts.partitions, 1);
    log_line(LOG_INFO, "partition taken",
             "partition=%u owner=%llu sequence=%llu readings_from=%lld", partition->number,
             (unsigned long long)partition->head.counter, (unsigned long long)partition->head.seq,
             (long long)partition->next[0]);
    return true;
}

static void let_go(struct worker *worker, struct partition *partition)
{
    cache_drop_partition(worker->cache, partition->number, &partition->dirty);
    outbox_restart(partition->outbox);
    letters_forget(partition->letters);
    census_free(partition->census);
    partition->census = NULL;
    partition->note_count = 0;
    if (partition->owned)
        atomic_fetch_sub(&worker->counts.partitions, 1);
    partition->owned = false;
}

void partition_fail(struct worker *worker, struct partition *partition, enum err err,
                    const struct fault *fault)
{
    if (!partition->owned)
        return;
    metric_add(&worker->counts.failures[err], 1);
    gauge_complain(worker, &worker->drop_quota, "partition dropped, to be taken again",
                   partition->number, err, fault);
    let_go(worker, partition);
    wait_longer(worker, partition, err);
    note_fatal(worker, err, fault);
    worker->source->ops->hold(worker->source, partition->number);
}

void partition_release(struct worker *worker, struct partition *partition, bool lost)
{
    if (partition->owned && !lost) {
        /* What waits for its dead letter is read again by the next owner. */
        for (int i = 0; i < LETTER_WAITS && letters_under_way(partition->letters); i++)
            worker->publisher->ops->poll(worker->publisher, LETTER_WAIT_MS);
        (void)partition_flush(worker, partition, true, SIZE_MAX);
        if (partition->owned)
            log_line(LOG_INFO, "partition released", "partition=%u", partition->number);
    }
    let_go(worker, partition);
    partition->assigned = false;
}

void partition_resume(const struct partition *partition, int64_t resume[TOPIC_COUNT])
{
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        resume[lane] = partition->next[lane] == OFFSET_NONE
                           ? OFFSET_NONE
                           : partition->next[lane] - partition->base[lane];
}

/* Where a replay would have to begin if we stopped after these records: before the oldest change
 * that is not in the store, and before any dead letter that is not in Kafka. */
static void resume_after(const struct partition *partition, const struct cache_entry *still_dirty,
                         int64_t out[TOPIC_COUNT])
{
    const int64_t *letters = letters_from(partition->letters);
    for (int lane = 0; lane < TOPIC_COUNT; lane++) {
        out[lane] = still_dirty ? still_dirty->dirty_from[lane] : partition->next[lane];
        if (letters && letters[lane] < out[lane])
            out[lane] = letters[lane];
    }
}

/* One script's worth, with room for nobody's; up to a record that remembers a message which is not
 * in the dead letters yet: a replay would skip it. */
static size_t gather(const struct partition *partition, struct store_record *records,
                     struct cache_entry **entries)
{
    size_t count = 0, bytes = 0;
    uint64_t settled = letters_settled(partition->letters);
    for (struct cache_entry *entry = partition->dirty.oldest;
         entry && entry->letter <= settled && count < STORE_BATCH_RECORDS_MAX - 1;
         entry = entry->dirty_after) {
        if (count && bytes + entry->household.size > STORE_BATCH_BYTES_MAX - CENSUS_BYTES_MAX)
            break;
        bytes += entry->household.size;
        record_seal(entry->household.bytes);
        records[count] = (struct store_record){
            entry->household.id, entry->household.bytes, entry->household.size,
            household_settle_ms(&entry->household), household_outlook_h(&entry->household)};
        entries[count++] = entry;
    }
    return count;
}

/* Records, what their homes were counted for, and where a replay would begin. */
static enum err write_records(struct worker *worker, struct partition *partition,
                              struct store_record *records, struct cache_entry *const *entries,
                              size_t count, const int64_t resume[TOPIC_COUNT], struct fault *fault)
{
    struct buffer counts = {0};
    steer_write_with(partition, entries, count, &counts);
    size_t all = count;
    if (counts.bytes)
        records[all++] = (struct store_record){
            .household = STORE_NOBODY, .bytes = counts.at, .size = (uint32_t)counts.bytes};
    int64_t from = clock_monotonic_ns(worker->options.clock);
    enum err err =
        worker->store->ops->flush(worker->store, &partition->head, records, all, resume, fault);
    trip_over(&worker->counts, TRIP_FLUSH, worker->options.clock, from);
    buffer_done(&counts);
    return err;
}

bool partition_flush(struct worker *worker, struct partition *partition, bool all, size_t most)
{
    struct store_record records[STORE_BATCH_RECORDS_MAX];
    struct cache_entry *entries[STORE_BATCH_RECORDS_MAX];
    int64_t now = clock_monotonic_ms(worker->options.clock);
    int64_t wait = worker->settings->daemon.flush_interval_s * 1000;
    size_t written = 0;
    while (partition->owned && written < most) {
        struct cache_entry *oldest = partition->dirty.oldest;
        /* In replay a batch is weeks of event time: records wait for the end, or a full cache. */
        if (oldest && !all && (worker->options.once || now - oldest->dirty_since_ms < wait))
            break;
        size_t count = gather(partition, records, entries);
        int64_t resume[TOPIC_COUNT];
        resume_after(partition, count ? entries[count - 1]->dirty_after : oldest, resume);
        /* Offsets alone can wait for records, the end, or the heartbeat. */
        if (!count && (!all || memcmp(resume, partition->flushed, sizeof resume) == 0) &&
            now - partition->flushed_ms < HEARTBEAT_MS)
            break;
        struct fault fault = {""};
        enum err err = write_records(worker, partition, records, entries, count, resume, &fault);
        if (err) {
            partition_fail(worker, partition, err, &fault);
            return false;
        }
        for (size_t i = 0; i < count; i++)
            cache_mark_clean(&partition->dirty, entries[i]);
        for (int lane = 0; lane < TOPIC_COUNT; lane++)
            if (resume[lane] != OFFSET_NONE)
                partition->flushed[lane] = resume[lane];
        partition->flushed_ms = now;
        partition->back_off_ms = 0;
        metric_add(&worker->counts.flushed, count);
        written += count;
        if (!count)
            break;
    }
    return partition->owned;
}

/* Nobody can read the old log again, so what came of it is written first; then where the new one
 * begins; and only then is anything of it read. So a crash finds the old epoch in the head and
 * nothing of the new one in any record, or the new one in the head: no number is given twice. */
bool partition_anew(struct worker *worker, struct partition *partition, uint32_t lane, int64_t low)
{
    if (!partition->owned || !partition_flush(worker, partition, true, SIZE_MAX) ||
        partition->dirty.oldest || letters_from(partition->letters))
        return false;
    partition->base[lane] += EPOCH_STEP;
    partition->next[lane] = partition->base[lane] + low;
    if (!partition_flush(worker, partition, true, SIZE_MAX))
        return false;
    metric_add(&worker->counts.anew[lane], 1);
    return true;
}
