/* SPDX-License-Identifier: Apache-2.0 */
#include "store/memory_partition.h"

#include <stdlib.h>
#include <string.h>

#include "ingest/source.h"

void *memory_room(void *array, size_t count, size_t *room, size_t element_bytes)
{
    if (count < *room)
        return array;
    *room = *room ? *room * 2 : 16;
    return memory_grow(array, *room * element_bytes);
}

struct text memory_text_copy(struct text from)
{
    return (struct text){memory_text(from), from.bytes};
}

void memory_text_done(struct text *text)
{
    /* What a struct text points at is const to its readers; here we are its owner. */
    free((void *)(uintptr_t)text->at);
    *text = (struct text){0};
}

struct memory_partition *memory_partition_new(uint32_t number)
{
    struct memory_partition *partition = memory_get(sizeof *partition);
    partition->head.partition = number;
    partition->head.log_offset = OFFSET_NONE;
    for (size_t lane = 0; lane < TOPIC_COUNT; lane++)
        partition->head.offsets[lane] = OFFSET_NONE;
    partition->opened = OPENED_NEVER;
    partition->item.key =
        (struct text){(const char *)&partition->head.partition, sizeof partition->head.partition};
    return partition;
}

void memory_alert_free(struct memory_alert *alert)
{
    memory_text_done(&alert->item.key);
    memory_text_done(&alert->household);
    memory_text_done(&alert->snapshot);
    free(alert);
}

static void free_entry(struct memory_entry *entry)
{
    memory_text_done(&entry->key);
    memory_text_done(&entry->id);
    memory_text_done(&entry->body);
}

void memory_partition_free(struct memory_partition *partition)
{
    if (!partition)
        return;
    for (size_t i = 0; i < partition->records.room; i++) {
        struct memory_record *record = (struct memory_record *)partition->records.slots[i].item;
        if (record) {
            memory_text_done(&record->item.key);
            free(record->bytes);
            free(record);
        }
    }
    for (size_t i = 0; i < partition->cases.room; i++) {
        struct memory_case *one = (struct memory_case *)partition->cases.slots[i].item;
        if (one) {
            memory_text_done(&one->item.key);
            free(one);
        }
    }
    for (size_t i = 0; i < partition->gone.room; i++) {
        struct memory_gone *gone = (struct memory_gone *)partition->gone.slots[i].item;
        if (gone) {
            memory_text_done(&gone->item.key);
            free(gone);
        }
    }
    for (size_t i = 0; i < partition->listed_count; i++)
        memory_alert_free(partition->listed[i]);
    for (size_t i = 0; i < partition->outbox_count; i++)
        free_entry(&partition->outbox[i]);
    memory_table_done(&partition->records);
    memory_table_done(&partition->cases);
    memory_table_done(&partition->alerts);
    memory_table_done(&partition->gone);
    free(partition->listed);
    free(partition->timers);
    free(partition->outbox);
    free(partition);
}

static void copy_records(const struct memory_table *from, struct memory_table *to)
{
    for (size_t i = 0; i < from->room; i++) {
        const struct memory_record *old = (const struct memory_record *)from->slots[i].item;
        if (!old)
            continue;
        struct memory_record *copy = memory_get(sizeof *copy);
        *copy = *old;
        copy->item.key = memory_text_copy(old->item.key);
        copy->bytes = memory_get(old->size);
        memcpy(copy->bytes, old->bytes, old->size);
        memory_table_put(to, &copy->item);
    }
}

static void copy_cases(const struct memory_table *from, struct memory_partition *to)
{
    for (size_t i = 0; i < from->room; i++) {
        const struct memory_case *old = (const struct memory_case *)from->slots[i].item;
        if (old)
            memory_case_of(to, old->item.key)->open = old->open;
    }
}

static void copy_gone(const struct memory_table *from, struct memory_partition *to)
{
    for (size_t i = 0; i < from->room; i++) {
        const struct memory_gone *old = (const struct memory_gone *)from->slots[i].item;
        if (old)
            memory_note_gone(to, old->item.key, old->version);
    }
}

struct memory_partition *memory_partition_copy(const struct memory_partition *from)
{
    struct memory_partition *to = memory_partition_new(from->head.partition);
    to->head = from->head;
    to->opened = from->opened;
    copy_records(&from->records, &to->records);
    copy_cases(&from->cases, to);
    copy_gone(&from->gone, to);
    for (size_t i = 0; i < from->listed_count; i++) {
        struct memory_alert *copy = memory_get(sizeof *copy);
        *copy = *from->listed[i];
        copy->item.key = memory_text_copy(copy->item.key);
        copy->household = memory_text_copy(copy->household);
        copy->snapshot = memory_text_copy(copy->snapshot);
        memory_table_put(&to->alerts, &copy->item);
        memory_list_alert(to, copy);
    }
    for (size_t i = 0; i < from->timer_count; i++) {
        to->timers = memory_room(to->timers, i, &to->timer_room, sizeof *to->timers);
        to->timers[to->timer_count++] = from->timers[i];
    }
    for (size_t i = 0; i < from->outbox_count; i++) {
        struct memory_entry copy = from->outbox[i];
        copy.key = memory_text_copy(copy.key);
        copy.id = memory_text_copy(copy.id);
        copy.body = memory_text_copy(copy.body);
        to->outbox = memory_room(to->outbox, i, &to->outbox_room, sizeof *to->outbox);
        to->outbox[to->outbox_count++] = copy;
    }
    to->outbox_last = from->outbox_last;
    return to;
}

struct memory_partition *memory_partition_of(struct memory *memory, uint32_t number)
{
    struct text key = {(const char *)&number, sizeof number};
    struct memory_partition *partition = memory_table_find(&memory->partitions, key);
    if (!partition) {
        partition = memory_partition_new(number);
        memory_table_put(&memory->partitions, &partition->item);
    }
    return partition;
}

void memory_partitions_copy(const struct memory_table *from, struct memory_table *to)
{
    for (size_t i = 0; i < from->room; i++)
        if (from->slots[i].item)
            memory_table_put(
                to,
                &memory_partition_copy((const struct memory_partition *)from->slots[i].item)->item);
}

void memory_partitions_done(struct memory_table *partitions)
{
    for (size_t i = 0; i < partitions->room; i++)
        memory_partition_free((struct memory_partition *)partitions->slots[i].item);
    memory_table_done(partitions);
}

struct memory_case *memory_case_of(struct memory_partition *partition, struct text household)
{
    struct memory_case *one = memory_table_find(&partition->cases, household);
    if (!one) {
        one = memory_get(sizeof *one);
        one->item.key = memory_text_copy(household);
        memory_table_put(&partition->cases, &one->item);
    }
    return one;
}

/* As Redis orders equal scores: by the bytes of the member. */
static int compare_listed(const struct memory_alert *a, const struct memory_alert *b)
{
    if (a->raised_s != b->raised_s)
        return a->raised_s < b->raised_s ? -1 : 1;
    return strcmp(a->item.key.at, b->item.key.at);
}

static size_t listed_place(const struct memory_partition *partition,
                           const struct memory_alert *alert)
{
    size_t low = 0, high = partition->listed_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_listed(partition->listed[middle], alert) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void memory_list_alert(struct memory_partition *partition, struct memory_alert *alert)
{
    partition->listed = memory_room(partition->listed, partition->listed_count,
                                    &partition->listed_room, sizeof(struct memory_alert *));
    size_t at = listed_place(partition, alert);
    memmove(partition->listed + at + 1, partition->listed + at,
            (partition->listed_count - at) * sizeof(struct memory_alert *));
    partition->listed[at] = alert;
    partition->listed_count++;
}

void memory_unlist_alert(struct memory_partition *partition, const struct memory_alert *alert)
{
    size_t at = listed_place(partition, alert);
    memmove(partition->listed + at, partition->listed + at + 1,
            (partition->listed_count - at - 1) * sizeof(struct memory_alert *));
    partition->listed_count--;
}
