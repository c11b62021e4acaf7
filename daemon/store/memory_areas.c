/* SPDX-License-Identifier: Apache-2.0
 *
 * Soft state of areas in memory: a ring of hours a group, and its latest incident.
 */
#include <stdlib.h>
#include <string.h>

#include "store/memory_partition.h"
#include "store/store_check.h"

static struct memory_area *area_of(struct memory *memory, struct text group)
{
    struct memory_area *area = memory_table_find(&memory->areas, group);
    if (!area) {
        area = memory_get(sizeof *area);
        area->item.key = memory_text_copy(group);
        memory_table_put(&memory->areas, &area->item);
    }
    return area;
}

static void sums_add(struct store_area_sums *sums, const struct store_area_sums *more)
{
    sums->metered += more->metered;
    sums->dark += more->dark;
    sums->watched += more->watched;
    sums->expected_milli += more->expected_milli;
    sums->seen += more->seen;
}

void memory_area_add(struct memory *memory, const struct store_area_hour *add,
                     unsigned window_hours, struct store_area_total *total)
{
    struct memory_area *area = area_of(memory, text_of(add->group));
    struct store_area_hour *slot = &area->hours[(unsigned)add->hour % STORE_AREA_HOURS];
    *total = (struct store_area_total){.hour = {0}};
    if (slot->hour > add->hour) { /* forgotten: one of today has its place */
        total->hour = total->window = add->sums;
        return;
    }
    if (slot->hour < add->hour)
        *slot = (struct store_area_hour){.hour = add->hour};
    sums_add(&slot->sums, &add->sums);
    total->hour = slot->sums;
    for (unsigned i = 0; i < window_hours && i < STORE_AREA_HOURS; i++) {
        int32_t hour = add->hour - (int32_t)i;
        slot = &area->hours[(unsigned)hour % STORE_AREA_HOURS];
        if (slot->hour == hour)
            sums_add(&total->window, &slot->sums);
    }
}

enum err memory_incident_set(struct memory *memory, const char *group, int64_t expected_version,
                             int64_t version, struct text incident, int64_t opened_s,
                             struct fault *fault)
{
    struct memory_area *area = area_of(memory, text_of(group));
    if (area->version != expected_version)
        return store_say_incident(group, expected_version, area->version, fault);
    memory_text_done(&area->incident);
    area->incident = memory_text_copy(incident);
    area->version = version;
    area->opened_s = opened_s;
    return ERR_OK;
}

static int by_newest(const void *left, const void *right)
{
    const struct memory_area *a = *(struct memory_area *const *)left;
    const struct memory_area *b = *(struct memory_area *const *)right;
    if (a->opened_s != b->opened_s)
        return a->opened_s > b->opened_s ? -1 : 1;
    return strcmp(b->item.key.at, a->item.key.at);
}

void memory_incidents(const struct memory *memory, store_incident_fn *each, void *context)
{
    struct memory_area **list = NULL;
    size_t count = 0, room = 0;
    for (size_t i = 0; i < memory->areas.room; i++) {
        struct memory_area *area = (struct memory_area *)memory->areas.slots[i].item;
        if (!area || area->version == 0)
            continue;
        list = memory_room(list, count, &room, sizeof(struct memory_area *));
        list[count++] = area;
    }
    if (count)
        qsort(list, count, sizeof(struct memory_area *), by_newest);
    for (size_t i = 0; i < count && i < STORE_INCIDENTS_MAX; i++)
        each(context, list[i]->item.key, list[i]->incident);
    free(list);
}

void memory_areas_done(struct memory_table *areas)
{
    for (size_t i = 0; i < areas->room; i++) {
        struct memory_area *area = (struct memory_area *)areas->slots[i].item;
        if (!area)
            continue;
        memory_text_done(&area->item.key);
        memory_text_done(&area->incident);
        free(area);
    }
    memory_table_done(areas);
}
