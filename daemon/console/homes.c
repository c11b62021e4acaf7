/* SPDX-License-Identifier: Apache-2.0 */
#include "console/homes.h"

#include <stdlib.h>
#include <string.h>

#include "console/server.h"

#define PAGE 250 /* homes in a round trip */

struct page {
    struct survey *survey;
    int64_t now_s;
    size_t count;
    char names[PAGE][MESSAGE_ID_MAX + 1];
};

static void take_name(void *context, struct text household, int outlook_h)
{
    struct page *page = context;
    (void)outlook_h;
    (void)text_copy(household, page->names[page->count++], sizeof page->names[0]);
}

/* A record that cannot be read is said by the worker that needs it. */
static void take_record(void *context, size_t index, const void *bytes, uint32_t size)
{
    struct page *page = context;
    struct record record;
    if (!size)
        return;
    void *own = memory_get(size);
    memcpy(own, bytes, size);
    if (!record_open(own, size, &record, NULL))
        survey_add(page->survey, text_of(page->names[index]), &record, page->now_s);
    free(own);
}

/* *over: the partition has no more. */
static enum err read_page(struct api *api, struct page *page, bool *over, struct fault *fault)
{
    struct homes *homes = &api->homes;
    struct text households[PAGE];
    const struct store_outlooks which = {OUTLOOK_UNKNOWN, OUTLOOK_NEVER, homes->seen, PAGE};
    page->count = 0;
    enum err err =
        api->store->ops->outlooks(api->store, homes->partition, &which, take_name, page, fault);
    for (size_t i = 0; i < page->count; i++)
        households[i] = text_of(page->names[i]);
    *over = page->count < PAGE;
    homes->seen += page->count;
    if (err || !page->count)
        return err;
    return api->store->ops->load(api->store, homes->partition, households, page->count, take_record,
                                 page, fault);
}

static enum err read_on(struct api *api, struct fault *fault)
{
    struct homes *homes = &api->homes;
    struct page *page = memory_get(sizeof *page);
    enum err err = ERR_OK;
    size_t read = 0;
    page->survey = &homes->next;
    page->now_s = clock_wall_ms(api->clock) / 1000;
    while (!err && read < HOMES_SLICE && homes->partition < api->partitions && !homes->next.cut) {
        bool over = false;
        err = read_page(api, page, &over, fault);
        read += page->count;
        homes->next.cut = homes->next.homes >= HOMES_MAX;
        if (over) {
            homes->partition++;
            homes->seen = 0;
        }
    }
    free(page);
    homes->reads = !err && homes->partition < api->partitions && !homes->next.cut;
    return err;
}

enum err homes_read(struct api *api, struct fault *fault)
{
    struct homes *homes = &api->homes;
    int64_t now_ms = clock_monotonic_ms(api->clock);
    if (homes->whole && !homes->reads && now_ms - homes->read_ms < HOMES_AGE_MS)
        return ERR_OK;
    if (!homes->reads) {
        survey_done(&homes->next);
        homes->partition = 0;
        homes->seen = 0;
    }
    enum err err = read_on(api, fault);
    if (err)
        return err;
    survey_settle(&homes->next);
    if (!homes->reads) {
        survey_done(&homes->survey);
        homes->survey = homes->next;
        homes->next = (struct survey){.homes = 0};
        homes->read_ms = now_ms;
        homes->whole = true;
    }
    return ERR_OK;
}

const struct survey *homes_survey(struct homes *homes)
{
    return homes->whole ? &homes->survey : &homes->next;
}

void homes_done(struct homes *homes)
{
    survey_done(&homes->survey);
    survey_done(&homes->next);
}
