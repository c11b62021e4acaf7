/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory store: the twin of Redis for replay, simulation and tests. A handle is a struct
 * memory_handle; all handles of one memory share it under its lock.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ingest/source.h"
#include "store/memory_partition.h"
#include "store/store.h"
#include "store/store_check.h"

struct memory_handle {
    struct store store;
    struct memory *memory;
};

struct store_memory_image {
    uint32_t pinned;
    struct memory_table partitions;
};

static const struct store_ops memory_ops;

static struct memory *lock_memory(const struct store *store)
{
    struct memory *memory = ((const struct memory_handle *)store)->memory;
    int rc = pthread_mutex_lock(&memory->lock);
    assert(rc == 0); /* EDEADLK: a callback called the store */
    return memory;
}

static struct memory_partition *lock_partition(const struct store *store, uint32_t number)
{
    return memory_partition_of(lock_memory(store), number);
}

static void unlock(const struct store *store)
{
    (void)pthread_mutex_unlock(&((const struct memory_handle *)store)->memory->lock);
}

static enum err partitions(struct store *store, uint32_t want, uint32_t *pinned,
                           struct fault *fault)
{
    struct memory *memory = lock_memory(store);
    if (memory->pinned == 0)
        memory->pinned = want;
    uint32_t now = memory->pinned;
    unlock(store);
    if (want && want != now)
        return store_say_partitions(want, now, fault);
    *pinned = now;
    return ERR_OK;
}

static int compare_settles(const void *left, const void *right)
{
    const struct store_settle *a = left, *b = right;
    if (a->settle_ms != b->settle_ms)
        return a->settle_ms < b->settle_ms ? -1 : 1;
    return strcmp(a->household, b->household);
}

static void list_settles(const struct memory_table *records, store_settle_fn *settle, void *context)
{
    struct store_settle *list = NULL;
    size_t count = 0, room = 0;
    for (size_t i = 0; i < records->room; i++) {
        const struct memory_record *record = (const struct memory_record *)records->slots[i].item;
        if (!record || record->settle_ms == 0)
            continue;
        list = memory_room(list, count, &room, sizeof *list);
        list[count].settle_ms = record->settle_ms;
        (void)text_copy(record->item.key, list[count].household, sizeof list[count].household);
        count++;
    }
    if (count)
        qsort(list, count, sizeof *list, compare_settles);
    for (size_t i = 0; i < count; i++)
        settle(context, &list[i]);
    free(list);
}

static enum err take(struct store *store, uint32_t number, struct store_head *out,
                     store_settle_fn *settle, void *context, struct fault *fault)
{
    (void)fault;
    struct memory_partition *partition = lock_partition(store, number);
    partition->head.counter++;
    store_token(partition->head.token);
    *out = partition->head;
    if (settle)
        list_settles(&partition->records, settle, context);
    unlock(store);
    return ERR_OK;
}

static enum err open_partition(struct store *store, struct store_head *head, struct fault *fault)
{
    struct memory *memory = lock_memory(store);
    struct memory_partition *partition = memory_partition_of(memory, head->partition);
    struct store_head *now = &partition->head;
    enum err err = store_compare_owner(head, now->counter, now->token, now->seq, fault);
    if (err == ERR_OK) {
        partition->opened = memory->life;
        head->seq = ++now->seq;
    }
    unlock(store);
    return err;
}

static uint64_t connection(const struct store *store)
{
    (void)store;
    return 0;
}

static enum err load(struct store *store, uint32_t number, const struct text *households,
                     size_t count, store_record_fn *got, void *context, struct fault *fault)
{
    enum err err = store_check_households(households, count, fault);
    if (err != ERR_OK)
        return err;
    struct memory_partition *partition = lock_partition(store, number);
    for (size_t i = 0; i < count; i++) {
        const struct memory_record *record = memory_table_find(&partition->records, households[i]);
        got(context, i, record ? record->bytes : NULL, record ? record->size : 0);
    }
    unlock(store);
    return ERR_OK;
}

static void put_record(struct memory_table *records, const struct store_record *from)
{
    struct memory_record *record = memory_table_find(records, from->household);
    if (from->size == 0) {
        if (record) {
            (void)memory_table_drop(records, from->household);
            memory_text_done(&record->item.key);
            free(record->bytes);
            free(record);
        }
        return;
    }
    if (!record) {
        record = memory_get(sizeof *record);
        record->item.key = memory_text_copy(from->household);
        memory_table_put(records, &record->item);
    }
    if (record->size != from->size)
        record->bytes = memory_grow(record->bytes, from->size);
    memcpy(record->bytes, from->bytes, from->size);
    record->size = from->size;
    record->settle_ms = from->settle_ms;
    record->outlook_h = from->outlook_h;
}

static enum err flush(struct store *store, struct store_head *head,
                      const struct store_record *records, size_t count,
                      const int64_t offsets[TOPIC_COUNT], struct fault *fault)
{
    enum err err = store_check_flush(records, count, fault);
    if (err != ERR_OK)
        return err;
    struct memory_partition *partition = lock_partition(store, head->partition);
    struct store_head *now = &partition->head;
    err = store_compare_owner(head, now->counter, now->token, now->seq, fault);
    if (err == ERR_OK) {
        for (size_t i = 0; i < count; i++)
            put_record(&partition->records, &records[i]);
        for (size_t lane = 0; lane < TOPIC_COUNT; lane++)
            if (offsets[lane] != OFFSET_NONE)
                head->offsets[lane] = now->offsets[lane] = offsets[lane];
        head->seq = ++now->seq;
    }
    unlock(store);
    return err;
}

static enum err outlooks(struct store *store, uint32_t number, const struct store_outlooks *which,
                         store_outlook_fn *each, void *context, struct fault *fault)
{
    (void)fault;
    memory_outlooks(lock_partition(store, number), which, each, context);
    unlock(store);
    return ERR_OK;
}

static enum err outlook_count(struct store *store, uint32_t number, int least_h, int most_h,
                              int64_t *out, struct fault *fault)
{
    (void)fault;
    *out = memory_outlook_count(lock_partition(store, number), least_h, most_h);
    unlock(store);
    return ERR_OK;
}

static enum err load_case(struct store *store, uint32_t number, struct text household,
                          struct store_case *out, struct fault *fault)
{
    enum err err = store_check_household(household, fault);
    if (err != ERR_OK)
        return err;
    struct memory_partition *partition = lock_partition(store, number);
    const struct memory_case *one = memory_table_find(&partition->cases, household);
    *out = one ? one->open : (struct store_case){0};
    unlock(store);
    return ERR_OK;
}

static enum err transition(struct store *store, struct store_head *head,
                           const struct store_transition *step, struct fault *fault)
{
    assert(!head || head->partition == step->partition);
    enum err err = store_check_step(step, fault);
    if (err != ERR_OK)
        return err;
    struct memory *memory = lock_memory(store);
    struct memory_partition *partition = memory_partition_of(memory, step->partition);
    if (!head && partition->opened != OPENED_NEVER && partition->opened != memory->life)
        err = store_say_stale(step, fault);
    else
        err = memory_transition(partition, head, step, fault);
    if (!err && head && step->restores && partition->opened == OPENED_NEVER)
        partition->opened = OPENED_NOT_YET;
    unlock(store);
    return err;
}

static enum err alert(struct store *store, uint32_t number, const char *id, struct buffer *out,
                      struct fault *fault)
{
    enum err err = store_check_alert_id(id, fault);
    if (err != ERR_OK)
        return err;
    struct memory_partition *partition = lock_partition(store, number);
    const struct memory_alert *found = memory_table_find(&partition->alerts, text_of(id));
    if (found)
        buffer_add(out, found->snapshot.at, found->snapshot.bytes);
    else
        err = store_say_no_alert(number, id, fault);
    unlock(store);
    return err;
}

static enum err alerts(struct store *store, uint32_t number, bool live_only, size_t limit,
                       store_alert_fn *each, void *context, struct fault *fault)
{
    (void)fault;
    memory_alerts(lock_partition(store, number), live_only, NULL, limit, each, context);
    unlock(store);
    return ERR_OK;
}

static enum err alerts_of(struct store *store, uint32_t number, struct text household, size_t limit,
                          store_alert_fn *each, void *context, struct fault *fault)
{
    enum err err = store_check_household(household, fault);
    if (err != ERR_OK)
        return err;
    memory_alerts(lock_partition(store, number), false, &household, limit, each, context);
    unlock(store);
    return ERR_OK;
}

static enum err alerts_from(struct store *store, uint32_t number, size_t from, size_t max,
                            size_t *count, store_alert_fn *each, void *context, struct fault *fault)
{
    (void)fault;
    *count = memory_alerts_from(lock_partition(store, number), from, max, each, context);
    unlock(store);
    return ERR_OK;
}

static enum err erase(struct store *store, struct store_head *head,
                      const struct store_erasure *erasure, struct fault *fault)
{
    enum err err = store_check_erasure(erasure, fault);
    if (err != ERR_OK)
        return err;
    err = memory_erase(lock_partition(store, head->partition), head, erasure, fault);
    unlock(store);
    return err;
}

static enum err due(struct store *store, uint32_t number, int64_t now_ms, struct store_due *out,
                    size_t max, size_t *count, struct fault *fault)
{
    (void)fault;
    *count = memory_due(lock_partition(store, number), now_ms, out, max);
    unlock(store);
    return ERR_OK;
}

static enum err outbox(struct store *store, uint32_t number, const char *after, size_t max,
                       store_outbox_fn *each, void *context, struct fault *fault)
{
    enum err err = after[0] ? store_check_entry(after, fault) : ERR_OK;
    if (err != ERR_OK)
        return err;
    memory_outbox(lock_partition(store, number), after, max, each, context);
    unlock(store);
    return ERR_OK;
}

static enum err outbox_length(struct store *store, uint32_t number, int64_t *out,
                              struct fault *fault)
{
    (void)fault;
    *out = (int64_t)lock_partition(store, number)->outbox_count;
    unlock(store);
    return ERR_OK;
}

static enum err outbox_done(struct store *store, struct store_head *head, uint32_t number,
                            const char *const *entries, size_t count, int64_t log_offset,
                            struct fault *fault)
{
    assert(!head || head->partition == number);
    enum err err = store_check_done(entries, count, fault);
    if (err != ERR_OK)
        return err;
    struct memory_partition *partition = lock_partition(store, number);
    struct store_head *now = &partition->head;
    if (head)
        err = store_compare_owner(head, now->counter, now->token, now->seq, fault);
    if (err == ERR_OK) {
        memory_outbox_done(partition, entries, count);
        if (head) {
            if (log_offset > now->log_offset)
                now->log_offset = log_offset;
            head->log_offset = now->log_offset;
            head->seq = ++now->seq;
        }
    }
    unlock(store);
    return err;
}

static enum err area_add(struct store *store, const struct store_area_hour *adds, size_t count,
                         unsigned window_hours, struct store_area_total *totals,
                         struct fault *fault)
{
    for (size_t i = 0; i < count; i++)
        if (store_check_group(adds[i].group, fault) != ERR_OK)
            return ERR_INVALID;
    struct memory *memory = lock_memory(store);
    for (size_t i = 0; i < count; i++)
        memory_area_add(memory, &adds[i], window_hours, &totals[i]);
    unlock(store);
    return ERR_OK;
}

static enum err incident_set(struct store *store, const char *group, int64_t expected_version,
                             int64_t version, struct text incident, int64_t opened_s,
                             struct fault *fault)
{
    enum err err = store_check_group(group, fault);
    if (err != ERR_OK)
        return err;
    struct memory *memory = lock_memory(store);
    err = memory_incident_set(memory, group, expected_version, version, incident, opened_s, fault);
    unlock(store);
    return err;
}

static enum err incidents(struct store *store, store_incident_fn *each, void *context,
                          struct fault *fault)
{
    (void)fault;
    memory_incidents(lock_memory(store), each, context);
    unlock(store);
    return ERR_OK;
}

static enum err document_set(struct store *store, const struct store_document *from,
                             struct fault *fault)
{
    enum err err = store_check_document(from, fault);
    if (err != ERR_OK)
        return err;
    err = memory_document_set(lock_memory(store), from, clock_wall_ms(&clock_machine), fault);
    unlock(store);
    return err;
}

static enum err document(struct store *store, const char *shelf, const char *name, int64_t *version,
                         struct buffer *out, struct fault *fault)
{
    enum err err = store_check_document_name(shelf, name, fault);
    if (err != ERR_OK)
        return err;
    err = memory_document(lock_memory(store), shelf, name, clock_wall_ms(&clock_machine), version,
                          out, fault);
    unlock(store);
    return err;
}

static enum err documents(struct store *store, const char *shelf, store_document_fn *each,
                          void *context, struct fault *fault)
{
    (void)fault;
    memory_documents(lock_memory(store), shelf, clock_wall_ms(&clock_machine), each, context);
    unlock(store);
    return ERR_OK;
}

static enum err store_clock_ms(struct store *store, int64_t *out, struct fault *fault)
{
    (void)store, (void)fault;
    *out = clock_wall_ms(&clock_machine);
    return ERR_OK;
}

static enum err check(struct store *store, struct fault *warning, struct fault *fault)
{
    (void)store, (void)fault;
    (void)fault_set(warning, ERR_OK, "%s", "");
    return ERR_OK;
}

static struct store *open_handle(struct memory *memory)
{
    struct memory_handle *handle = memory_get(sizeof *handle);
    handle->store.ops = &memory_ops;
    handle->memory = memory;
    return &handle->store;
}

struct store *store_memory_new(void)
{
    struct memory *memory = memory_get(sizeof *memory);
    pthread_mutexattr_t kind;
    int rc = pthread_mutexattr_init(&kind);
    rc |= pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
    rc |= pthread_mutex_init(&memory->lock, &kind);
    assert(rc == 0);
    (void)pthread_mutexattr_destroy(&kind);
    memory->handles = 1;
    return open_handle(memory);
}

struct store *store_memory_again(struct store *store)
{
    assert(store->ops == &memory_ops);
    struct memory *memory = lock_memory(store);
    memory->handles++;
    unlock(store);
    return open_handle(memory);
}

static void free_handle(struct store *store)
{
    if (!store)
        return;
    struct memory *memory = lock_memory(store);
    bool last = --memory->handles == 0;
    unlock(store);
    if (last) {
        memory_partitions_done(&memory->partitions);
        memory_areas_done(&memory->areas);
        memory_documents_done(&memory->documents);
        (void)pthread_mutex_destroy(&memory->lock);
        free(memory);
    }
    free(store);
}

struct store_memory_image *store_memory_save(struct store *store)
{
    assert(store->ops == &memory_ops);
    struct store_memory_image *image = memory_get(sizeof *image);
    struct memory *memory = lock_memory(store);
    image->pinned = memory->pinned;
    memory_partitions_copy(&memory->partitions, &image->partitions);
    unlock(store);
    return image;
}

void store_memory_restore(struct store *store, const struct store_memory_image *image)
{
    assert(store->ops == &memory_ops);
    struct memory *memory = lock_memory(store);
    memory_partitions_done(&memory->partitions);
    memory->pinned = image->pinned;
    memory->life++;
    memory_partitions_copy(&image->partitions, &memory->partitions);
    unlock(store);
}

void store_memory_image_free(struct store_memory_image *image)
{
    if (!image)
        return;
    memory_partitions_done(&image->partitions);
    free(image);
}

static const struct store_ops memory_ops = {
    .name = "memory",
    .partitions = partitions,
    .take = take,
    .open = open_partition,
    .connection = connection,
    .load = load,
    .flush = flush,
    .outlooks = outlooks,
    .outlook_count = outlook_count,
    .load_case = load_case,
    .transition = transition,
    .alert = alert,
    .alerts = alerts,
    .alerts_of = alerts_of,
    .alerts_from = alerts_from,
    .erase = erase,
    .due = due,
    .outbox = outbox,
    .outbox_length = outbox_length,
    .outbox_done = outbox_done,
    .area_add = area_add,
    .incident_set = incident_set,
    .incidents = incidents,
    .document_set = document_set,
    .document = document,
    .documents = documents,
    .clock_ms = store_clock_ms,
    .check = check,
    .free = free_handle,
};
