/* SPDX-License-Identifier: Apache-2.0
 *
 * Homes by how soon a collapse in them would be told, the latest told first: whom the meters cannot
 * watch is seen. No reading is shown.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "console/away.h"
#include "console/routes.h"
#include "household/household.h"

#define LIST_LIMIT     100
#define LIST_LIMIT_MAX 1000
#define PAGE           256
#define SCAN_MAX       20000 /* of all partitions, when an area is asked for */

struct outlook_filter {
    int least_h, most_h;
    const char *area; /* NULL: any */
    size_t limit;
};

struct outlook_row {
    char household[MESSAGE_ID_MAX + 1], area[MESSAGE_ID_MAX + 1];
    char read[TIME_TEXT_MAX]; /* the end of its newest reading; "": none */
    int hours;
    struct buffer meters; /* JSON, without its brackets */
    bool wanted;
};

struct outlook_list {
    const struct outlook_filter *filter;
    const char *timezone;     /* of homes that have not told theirs */
    struct outlook_row *rows; /* of partitions seen so far, at most 2 limits and a page */
    size_t count, page_from;
};

static enum err filter_read(const struct request *request, struct outlook_filter *out,
                            struct fault *fault)
{
    const char *name = request_query(request, "outlook");
    *out = (struct outlook_filter){
        .least_h = 1, .most_h = OUTLOOK_NEVER, .area = request_query(request, "area")};
    if (out->area && !out->area[0])
        out->area = NULL;
    int class = 0;
    while (name && class < OUTLOOK_CLASS_COUNT && strcmp(name, outlook_class_names[class]) != 0)
        class ++;
    if (class == OUTLOOK_CLASS_COUNT)
        return fault_set(fault, ERR_INVALID,
                         "outlook: \"%.60s\" is none of day, two_days, later, learning", name);
    if (name) {
        out->least_h = outlook_class_least_h[class];
        out->most_h = outlook_class_most_h[class];
    }
    return request_limit(request, LIST_LIMIT, LIST_LIMIT_MAX, &out->limit, fault);
}

static void take_name(void *context, struct text household, int outlook_h)
{
    struct outlook_list *list = context;
    struct outlook_row *row = &list->rows[list->count++];
    *row = (struct outlook_row){.hours = outlook_h};
    (void)text_copy(household, row->household, sizeof row->household);
}

static void put_meter(struct buffer *out, const struct record_meter *meter)
{
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, "utility", utility_names[meter->utility]);
    json_member_int(out, "interval_minutes", meter->interval_minutes);
    buffer_text(out, "}");
}

/* A record that cannot be read is said by the worker that needs it; here its home is listed bare.
 */
static void take_record(void *context, size_t index, const void *bytes, uint32_t size)
{
    struct outlook_list *list = context;
    struct outlook_row *row = &list->rows[list->page_from + index];
    const char *area = list->filter->area;
    struct record record;
    void *own = memory_get(size + 1);
    if (size)
        memcpy(own, bytes, size);
    if (size && !record_open(own, size, &record, NULL)) {
        int64_t read_s = record.home->last_reading_s;
        (void)text_copy(record_area(&record), row->area, sizeof row->area);
        if (read_s)
            (void)time_format(
                read_s, zone_offset_s(household_zone(&record, list->timezone), read_s), row->read);
        for (int i = 0; i < record.header->meters; i++)
            put_meter(&row->meters, &record.meters[i]);
    }
    row->wanted = !area || strcmp(area, row->area) == 0;
    free(own);
}

static int by_latest(const void *a, const void *b)
{
    const struct outlook_row *x = a, *y = b;
    if (x->hours != y->hours)
        return x->hours > y->hours ? -1 : 1;
    return strcmp(x->household, y->household);
}

static void drop_after(struct outlook_list *list, size_t keep)
{
    while (list->count > keep)
        buffer_done(&list->rows[--list->count].meters);
}

/* What the records say of a page's homes; those of other areas leave. */
static enum err complete_page(struct api *api, uint32_t partition, struct outlook_list *list,
                              struct fault *fault)
{
    struct text names[PAGE];
    size_t from = list->page_from, count = list->count - from, kept = from;
    for (size_t i = 0; i < count; i++)
        names[i] = text_of(list->rows[from + i].household);
    enum err err =
        api->store->ops->load(api->store, partition, names, count, take_record, list, fault);
    for (size_t i = from; i < list->count; i++) {
        struct outlook_row row = list->rows[i];
        if (row.wanted)
            list->rows[kept++] = row;
        else
            buffer_done(&row.meters);
    }
    list->count = kept;
    return err;
}

/* The latest told of a partition, until there are enough of them. */
static enum err list_partition(struct api *api, uint32_t partition, struct outlook_list *list,
                               struct fault *fault)
{
    const struct outlook_filter *filter = list->filter;
    size_t before = list->count;
    struct store_outlooks which = {filter->least_h, filter->most_h, 0, PAGE};
    size_t most = SCAN_MAX / api->partitions < PAGE ? PAGE : SCAN_MAX / api->partitions;
    for (; which.from < most && list->count - before < filter->limit; which.from += PAGE) {
        list->page_from = list->count;
        enum err err =
            api->store->ops->outlooks(api->store, partition, &which, take_name, list, fault);
        size_t came = list->count - list->page_from;
        if (!err)
            err = complete_page(api, partition, list, fault);
        if (err)
            return err;
        if (came < PAGE)
            break;
    }
    qsort(list->rows, list->count, sizeof *list->rows, by_latest);
    drop_after(list, filter->limit);
    return ERR_OK;
}

static enum err put_counts(struct api *api, struct buffer *out, struct fault *fault)
{
    json_put_key(out, "homes");
    buffer_text(out, "{");
    for (int class = 0; class < OUTLOOK_CLASS_COUNT; class ++) {
        int64_t sum = 0;
        for (uint32_t p = 0; p < api->partitions; p++) {
            int64_t homes = 0;
            enum err err =
                api->store->ops->outlook_count(api->store, p, outlook_class_least_h[class],
                                               outlook_class_most_h[class], &homes, fault);
            if (err)
                return err;
            sum += homes;
        }
        json_member_int(out, outlook_class_names[class], sum);
    }
    buffer_text(out, "}");
    return ERR_OK;
}

static void put_row(struct buffer *out, const struct outlook_row *row)
{
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, "household", row->household);
    json_member_text(out, "area", row->area[0] ? row->area : NULL);
    if (row->hours > 0 && row->hours < OUTLOOK_NEVER)
        json_member_int(out, "outlook_hours", row->hours);
    else
        json_member_null(out, "outlook_hours");
    for (int class = 0; class < OUTLOOK_CLASS_COUNT; class ++)
        if (row->hours >= outlook_class_least_h[class] && row->hours <= outlook_class_most_h[class])
            json_member_text(out, "outlook", outlook_class_names[class]);
    json_member_text(out, "last_reading", row->read[0] ? row->read : NULL);
    json_put_key(out, "meters");
    buffer_text(out, "[");
    buffer_add(out, row->meters.at, row->meters.bytes);
    buffer_text(out, "]}");
}

enum err handle_households_list(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    struct buffer *out = &answer->body;
    struct outlook_filter filter;
    request_subject_query(request);
    enum err err = filter_read(request, &filter, fault);
    if (err)
        return err;
    const struct config *config = api->host.config_hold(api->host.host);
    struct outlook_list list = {.filter = &filter,
                                .timezone = config_settings(config)->ingest.timezone};
    list.rows = memory_get((2 * filter.limit + PAGE) * sizeof *list.rows);
    for (uint32_t p = 0; p < api->partitions && !err; p++)
        err = list_partition(api, p, &list, fault);
    api->host.config_release(api->host.host, config);
    buffer_text(out, "{");
    if (!err)
        err = put_counts(api, out, fault);
    if (!err) {
        json_put_key(out, "households");
        buffer_text(out, "[");
        for (size_t i = 0; i < list.count; i++)
            put_row(out, &list.rows[i]);
        buffer_text(out, "]}");
    }
    drop_after(&list, 0);
    free(list.rows);
    return away_say(err, "nothing was shown", fault);
}
