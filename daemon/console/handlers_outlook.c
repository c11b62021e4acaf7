/* SPDX-License-Identifier: Apache-2.0
 *
 * Homes by how soon a collapse in them would be told, the latest told first: whom the meters cannot
 * watch is seen. No reading is shown.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "console/away.h"
#include "console/latest.h"
#include "console/routes.h"
#include "household/household.h"

#define LIST_LIMIT     100
#define LIST_LIMIT_MAX 1000
#define PAGE           256
#define SCAN_MAX       20000 /* looked at, when an area is asked for */

struct outlook_filter {
    int least_h, most_h;
    const char *area; /* NULL: any */
    size_t limit;
};

struct outlook_row {
    struct latest_home home;
    char area[MESSAGE_ID_MAX + 1];
    char read[TIME_TEXT_MAX]; /* the end of its newest reading; "": none */
    struct buffer meters;     /* JSON, without its brackets */
    bool wanted;
};

struct outlook_list {
    const struct outlook_filter *filter;
    const char *timezone;     /* of homes that have not told theirs */
    struct outlook_row *rows; /* at most the limit and a page */
    size_t count, page_from;
    size_t asked[PAGE]; /* rows of the page whose records are loaded together */
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
    struct outlook_row *row = &list->rows[list->asked[index]];
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
    if (x->home.hours != y->home.hours)
        return x->home.hours > y->home.hours ? -1 : 1;
    return strcmp(x->home.household, y->home.household);
}

static void drop_after(struct outlook_list *list, size_t keep)
{
    while (list->count > keep)
        buffer_done(&list->rows[--list->count].meters);
}

/* A page's names; no more than are missing, unless the area may turn some away. */
static enum err take_page(struct latest *latest, struct outlook_list *list, bool *any,
                          struct fault *fault)
{
    const struct outlook_filter *filter = list->filter;
    size_t most = filter->limit - list->count;
    enum err err = ERR_OK;
    most = filter->area || most > PAGE ? PAGE : most;
    list->page_from = list->count;
    while (!err && *any && list->count - list->page_from < most) {
        struct outlook_row *row = &list->rows[list->count];
        *row = (struct outlook_row){.wanted = false};
        err = latest_next(latest, &row->home, any, fault);
        list->count += !err && *any;
    }
    return err;
}

/* What the records say of a page's homes, a partition after the other. */
static enum err load_page(struct api *api, struct outlook_list *list, struct fault *fault)
{
    struct text names[PAGE];
    enum err err = ERR_OK;
    for (uint32_t p = 0; p < api->partitions && !err; p++) {
        size_t count = 0;
        for (size_t i = list->page_from; i < list->count; i++)
            if (list->rows[i].home.partition == p) {
                list->asked[count] = i;
                names[count++] = text_of(list->rows[i].home.household);
            }
        if (count)
            err = api->store->ops->load(api->store, p, names, count, take_record, list, fault);
    }
    return err;
}

/* Those of other areas leave. */
static void keep_wanted(struct outlook_list *list)
{
    size_t kept = list->page_from;
    for (size_t i = list->page_from; i < list->count; i++) {
        struct outlook_row row = list->rows[i];
        if (row.wanted)
            list->rows[kept++] = row;
        else
            buffer_done(&row.meters);
    }
    list->count = kept;
}

static enum err list_homes(struct api *api, struct outlook_list *list, struct fault *fault)
{
    const struct outlook_filter *filter = list->filter;
    struct latest *latest =
        latest_new(api->store, api->partitions, filter->least_h, filter->most_h, filter->limit);
    size_t seen = 0;
    bool any = true;
    enum err err = ERR_OK;
    while (!err && any && seen < SCAN_MAX && list->count < filter->limit) {
        err = take_page(latest, list, &any, fault);
        if (!err)
            err = load_page(api, list, fault);
        seen += list->count - list->page_from;
        keep_wanted(list);
    }
    latest_free(latest);
    drop_after(list, filter->limit);
    if (list->count)
        qsort(list->rows, list->count, sizeof *list->rows, by_latest);
    return err;
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
    int hours = row->home.hours;
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, "household", row->home.household);
    json_member_text(out, "area", row->area[0] ? row->area : NULL);
    if (hours > 0 && hours < OUTLOOK_NEVER)
        json_member_int(out, "outlook_hours", hours);
    else
        json_member_null(out, "outlook_hours");
    for (int class = 0; class < OUTLOOK_CLASS_COUNT; class ++)
        if (hours >= outlook_class_least_h[class] && hours <= outlook_class_most_h[class])
            json_member_text(out, "outlook", outlook_class_names[class]);
    json_member_text(out, "last_reading", row->read[0] ? row->read : NULL);
    json_put_key(out, "meters");
    buffer_text(out, "[");
    buffer_add(out, row->meters.at, row->meters.bytes);
    buffer_text(out, "]}");
}

/* Of one's own areas alone; police have nothing to do with homes that no alert is about. */
static enum err may_list(const struct request *request, const struct outlook_filter *filter,
                         struct answer *answer, struct fault *fault)
{
    const struct account *account = request->account;
    if (!account || (account->team != TEAM_POLICE && !account->areas[0]))
        return ERR_OK;
    if (account->team == TEAM_POLICE) {
        answer->status = 403;
        return fault_set(fault, ERR_DENIED, "police are shown alerts, never households");
    }
    if (!filter->area || !account_sees(account, 1u << TEAM_WELFARE, filter->area))
        return fault_set(fault, ERR_INVALID, "area: name one of yours: %s", account->areas);
    return ERR_OK;
}

enum err handle_households_list(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    struct buffer *out = &answer->body;
    struct outlook_filter filter;
    request_subject_query(request);
    enum err err = filter_read(request, &filter, fault);
    if (!err)
        err = may_list(request, &filter, answer, fault);
    if (err)
        return err;
    const struct config *config = api->host.config_hold(api->host.host);
    struct outlook_list list = {.filter = &filter,
                                .timezone = config_settings(config)->ingest.timezone};
    list.rows = memory_get((filter.limit + PAGE) * sizeof *list.rows);
    err = list_homes(api, &list, fault);
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
