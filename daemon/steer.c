/* SPDX-License-Identifier: Apache-2.0
 *
 * The census of a partition (household/census.h) in the worker's hands: read when the partition is
 * taken, written with the records that it counts, and turned to a new week before the first message
 * of that week is judged.
 */
#include "base/log.h"
#include "partition.h"

enum err steer_take(struct worker *worker, struct partition *partition, struct fault *fault)
{
    struct buffer bytes = {0};
    const struct text nobody = STORE_NOBODY;
    struct fault unread = {""};
    enum err err = worker->store->ops->load(worker->store, partition->number, &nobody, 1,
                                            store_record_into, &bytes, fault);
    census_free(partition->census);
    partition->census = census_new();
    enum err read =
        bytes.bytes ? census_read(partition->census, bytes.at, bytes.bytes, &unread) : ERR_OK;
    buffer_done(&bytes);
    if (!err && read == ERR_INCOMPATIBLE)
        err = fault_set(fault, read, "partition %u: %s; run the anbud that wrote it",
                        partition->number, unread.text);
    else if (!err && read)
        log_line(LOG_ERROR, "counts of homes are damaged, prices as in the training for now",
                 "partition=%u error=\"%s\"", partition->number, unread.text);
    return err;
}

void steer_counted(void *owner, const struct census_count *count)
{
    struct worker *worker = owner;
    if (worker->home_count_count == worker->home_count_room) {
        worker->home_count_room = worker->home_count_room ? worker->home_count_room * 2 : 8;
        worker->home_counts =
            memory_grow(worker->home_counts, worker->home_count_room * sizeof *worker->home_counts);
    }
    worker->home_counts[worker->home_count_count++] = *count;
}

void steer_keep(struct worker *worker, struct partition *partition, struct cache_entry *entry)
{
    for (size_t i = 0; i < worker->home_count_count; i++) {
        census_add(partition->census, &worker->home_counts[i]);
        cache_count_in(entry, &worker->home_counts[i]);
    }
    worker->home_count_count = 0;
}

void steer_write_with(struct partition *partition, struct cache_entry *const *entries, size_t count,
                      struct buffer *out)
{
    bool any = false;
    for (size_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < entries[i]->count_count; k++) {
            census_write_with(partition->census, &entries[i]->counts[k]);
            any = true;
        }
    if (any)
        census_write(partition->census, out);
}

bool steer_turn(struct worker *worker, struct partition *partition, int64_t arrived_ms)
{
    struct census *prices = worker->options.prices ? worker->options.prices : partition->census;
    worker->context.census = worker->settings->budget.steer ? prices : NULL;
    if (!census_turn(partition->census, census_week(arrived_ms)))
        return true;
    struct buffer bytes = {0};
    struct fault fault = {""};
    static const int64_t as_they_are[TOPIC_COUNT] = {OFFSET_NONE, OFFSET_NONE, OFFSET_NONE,
                                                     OFFSET_NONE};
    census_write(partition->census, &bytes);
    struct store_record record = {
        .household = STORE_NOBODY, .bytes = bytes.at, .size = (uint32_t)bytes.bytes};
    enum err err =
        worker->store->ops->flush(worker->store, &partition->head, &record, 1, as_they_are, &fault);
    buffer_done(&bytes);
    if (err)
        partition_fail(worker, partition, err, &fault);
    return !err;
}
