/* SPDX-License-Identifier: Apache-2.0 */
#include "partition.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define BACK_OFF_FIRST_MS 100
#define BACK_OFF_MAX_MS   5000

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

/* Epochs: a log that has lost its memory begins a new one, once a run. */
static void number_through(const struct worker *worker, struct partition *partition)
{
    const struct store_head *head = &partition->head;
    int64_t epoch = epoch_of(head->log_offset);
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        if (epoch_of(head->offsets[lane]) > epoch)
            epoch = epoch_of(head->offsets[lane]);
    if (worker->options.new_log && !partition->numbered)
        epoch++;
    partition->numbered = true;
    if (epoch < partition->run_epoch)
        epoch = partition->run_epoch;
    if (epoch < 0)
        epoch = 0;
    partition->run_epoch = epoch;
    for (int lane = 0; lane < TOPIC_COUNT; lane++) {
        partition->base[lane] = epoch * EPOCH_STEP;
        partition->flushed[lane] = head->offsets[lane];
        partition->next[lane] =
            epoch_of(head->offsets[lane]) == epoch ? head->offsets[lane] : OFFSET_NONE;
    }
    partition->log_base = epoch * EPOCH_STEP;
}

bool partition_take(struct worker *worker, struct partition *partition)
{
    struct fault fault = {""};
    partition->note_count = 0;
    enum err err = worker->store->ops->take(worker->store, partition->number, &partition->head,
                                            note_from_store, partition, &fault);
    if (!err) {
        number_through(worker, partition);
        err = casework_log(worker, partition, &fault);
    }
    if (err) {
        log_line(LOG_WARNING, "partition cannot be taken", "partition=%u error=\"%s\"",
                 partition->number, fault.text[0] ? fault.text : err_text(err));
        partition->back_off_ms =
            partition->back_off_ms ? partition->back_off_ms * 2 : BACK_OFF_FIRST_MS;
        if (partition->back_off_ms > BACK_OFF_MAX_MS)
            partition->back_off_ms = BACK_OFF_MAX_MS;
        partition->retry_ms = clock_monotonic_ms(worker->options.clock) + partition->back_off_ms;
        return false;
    }
    partition->owned = true;
    partition->sweep = true;
    partition->back_off_ms = 0;
    partition->letters_failed = false;
    partition->timers_from_ms =
        clock_wall_ms(worker->options.clock) + worker->settings->daemon.takeover_grace_s * 1000;
    outbox_restart(partition->outbox);
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
    atomic_fetch_add(&worker->counts.failures, 1);
    log_line(LOG_WARNING, "partition dropped, to be taken again", "partition=%u error=\"%s\"",
             partition->number, fault && fault->text[0] ? fault->text : err_text(err));
    let_go(worker, partition);
    partition->back_off_ms = partition->back_off_ms ? partition->back_off_ms : BACK_OFF_FIRST_MS;
    partition->retry_ms = clock_monotonic_ms(worker->options.clock) + partition->back_off_ms;
}

void partition_release(struct worker *worker, struct partition *partition, bool lost)
{
    if (partition->owned && !lost) {
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
                           ? (partition->base[lane] ? 0 : OFFSET_NONE)
                           : partition->next[lane] - partition->base[lane];
}

/* Where a replay would have to begin if we stopped after these records: before the oldest change
 * that is not in the store, and before any dead letter that is not in Kafka. */
static void resume_after(const struct partition *partition, const struct cache_entry *still_dirty,
                         int64_t out[TOPIC_COUNT])
{
    for (int lane = 0; lane < TOPIC_COUNT; lane++) {
        out[lane] = still_dirty ? still_dirty->dirty_from[lane] : partition->next[lane];
        if (partition->letters && partition->letters_from[lane] < out[lane])
            out[lane] = partition->letters_from[lane];
    }
}

/* One script's worth. */
static size_t gather(const struct partition *partition, const struct cache_entry *until,
                     struct store_record *records, struct cache_entry **entries)
{
    size_t count = 0, bytes = 0;
    for (struct cache_entry *entry = partition->dirty.oldest;
         entry != until && entry && count < STORE_BATCH_RECORDS_MAX; entry = entry->dirty_after) {
        if (count && bytes + entry->household.size > STORE_BATCH_BYTES_MAX)
            break;
        bytes += entry->household.size;
        record_seal(entry->household.bytes);
        records[count] =
            (struct store_record){entry->household.id, entry->household.bytes,
                                  entry->household.size, household_settle_ms(&entry->household)};
        entries[count++] = entry;
    }
    return count;
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
        if (oldest && !all && now - oldest->dirty_since_ms < wait)
            break;
        size_t count = gather(partition, NULL, records, entries);
        int64_t resume[TOPIC_COUNT];
        resume_after(partition, count ? entries[count - 1]->dirty_after : NULL, resume);
        if (!count && memcmp(resume, partition->flushed, sizeof resume) == 0)
            break;
        if (!count && !all)
            break; /* offsets alone can wait for records, or the end */
        struct fault fault = {""};
        enum err err = worker->store->ops->flush(worker->store, &partition->head, records, count,
                                                 resume, &fault);
        if (err) {
            partition_fail(worker, partition, err, &fault);
            return false;
        }
        for (size_t i = 0; i < count; i++)
            cache_mark_clean(&partition->dirty, entries[i]);
        memcpy(partition->flushed, resume, sizeof resume);
        atomic_fetch_add(&worker->counts.flushed, count);
        written += count;
        if (!count)
            break;
    }
    return partition->owned;
}
