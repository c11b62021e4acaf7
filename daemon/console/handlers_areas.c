/* SPDX-License-Identifier: Apache-2.0
 *
 * How areas and feeders fare, and the meters that nobody hears of.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/incident.h"
#include "base/json.h"
#include "base/zone.h"
#include "console/away.h"
#include "console/csv.h"
#include "console/facts.h"
#include "console/homes.h"
#include "console/routes.h"
#include "console/shown.h"

#define AREA_COLUMNS  7 /* of the tables to take along */
#define METER_COLUMNS 6

#define LIMIT     100
#define LIMIT_MAX 1000

static const char *const kind_names[SURVEY_KIND_COUNT] = {"area", "feeder"};
static const char *const list_names[SURVEY_KIND_COUNT] = {"areas", "feeders"};

/* ---- incidents ---- */

struct open_incident {
    char group[STORE_GROUP_MAX];
    char id[ALERT_ID_MAX];
    enum incident_kind kind;
    int32_t from_hour;
};
struct open_incidents {
    const struct account *account; /* whose alone */
    struct open_incident *at;
    size_t count;
};

static void take_incident(void *context, struct text group, struct text json)
{
    struct open_incidents *list = context;
    struct incident incident;
    struct fault unreadable;
    (void)group;
    /* One of another program is soft state that nobody uses: the worker's log says so. */
    if (incident_read(json, &incident, &unreadable) || incident.closed_ms ||
        !incident_shown_to(list->account, incident.group))
        return;
    list->at = array_room(list->at, list->count, sizeof *list->at);
    struct open_incident *one = &list->at[list->count++];
    *one = (struct open_incident){.kind = incident.kind, .from_hour = incident.from_hour};
    memcpy(one->group, incident.group, sizeof one->group);
    memcpy(one->id, incident.id, sizeof one->id);
}

/* "feeder:F-201", else "water.feeder:F-201"; NULL: none. */
static const struct open_incident *incident_of(const struct open_incidents *list,
                                               enum survey_kind kind, const char *name)
{
    const struct open_incident *found = NULL;
    char group[STORE_GROUP_MAX];
    if (!incident_group(kind_names[kind], text_of(name), group))
        return NULL;
    for (size_t i = 0; i < list->count; i++) {
        const char *dot = strchr(list->at[i].group, '.');
        bool of_reports = incident_is_of_reports(list->at[i].group);
        if (strcmp(of_reports && dot ? dot + 1 : list->at[i].group, group) == 0 &&
            (!found || !of_reports))
            found = &list->at[i];
    }
    return found;
}

/* ---- areas and feeders ---- */

/* Alerts that wait or are worked, by area as the survey has them; NULL: they are none of the
 * asker's. The caller frees. */
static int64_t *count_open(const struct request *request, const struct survey *survey)
{
    const struct facts_rows *rows = facts_rows(&request->api->facts);
    const struct account *account = request->peer.role == ROLE_OPS ? NULL : request->account;
    if (request->peer.role == ROLE_UTILITY)
        return NULL;
    int64_t *open = memory_get((survey->group_counts[SURVEY_AREA] + 1) * sizeof *open);
    for (size_t i = 0; i < rows->count; i++) {
        const struct stats_fact *fact = &rows->at[i];
        const struct survey_group *area = survey_find(survey, SURVEY_AREA, fact->area);
        if (area && fact->state < ALERT_CLEARED && !fact->held &&
            (!account || account_sees(account, fact->teams, fact->area)))
            open[area - survey->groups[SURVEY_AREA]]++;
    }
    return open;
}

static void put_incident(const struct open_incident *incident, struct buffer *out)
{
    char from[TIME_TEXT_MAX];
    json_put_key(out, "incident");
    if (!incident) {
        buffer_text(out, "null");
        return;
    }
    buffer_text(out, "{");
    json_member_text(out, "id", incident->id);
    json_member_text(out, "kind", incident_kind_names[incident->kind]);
    json_member_text(out, "from", time_format((int64_t)incident->from_hour * 3600, 0, from));
    buffer_text(out, "}");
}

/* One row; open NULL: not shown. Who is quiet is the desk's to know, not a utility's. */
struct row {
    enum survey_kind kind;
    const struct survey_group *group;
    const struct open_incident *incident;
    const int64_t *open;
    bool with_quiet;
};

static void put_row(const struct row *row, struct buffer *out)
{
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, kind_names[row->kind], row->group->name);
    json_member_int(out, "homes", row->group->homes);
    if (row->with_quiet)
        json_member_int(out, "quiet", row->group->quiet);
    json_member_int(out, "dark", row->group->dark);
    if (row->open)
        json_member_int(out, "open", *row->open);
    put_incident(row->incident, out);
    buffer_text(out, "}");
}

static void put_line(const struct row *row, struct buffer *out)
{
    csv_cell(out, kind_names[row->kind], false);
    csv_cell(out, row->group->name, false);
    buffer_format(out, "%" PRId64 ",", row->group->homes);
    if (row->with_quiet)
        buffer_format(out, "%" PRId64, row->group->quiet);
    buffer_format(out, ",%" PRId64 ",", row->group->dark);
    if (row->open)
        buffer_format(out, "%" PRId64, *row->open);
    buffer_text(out, ",");
    csv_cell(out, row->incident ? incident_kind_names[row->incident->kind] : "", true);
}

static void put_rows(const struct request *request, enum survey_kind kind,
                     const struct open_incidents *incidents, bool csv, struct buffer *out)
{
    const struct survey *survey = homes_survey(&request->api->homes);
    int64_t *open = kind == SURVEY_AREA ? count_open(request, survey) : NULL;
    for (size_t i = 0; i < survey->group_counts[kind]; i++) {
        const struct survey_group *group = &survey->groups[kind][i];
        const struct row row = {kind, group, incident_of(incidents, kind, group->name),
                                open ? &open[i] : NULL, request->peer.role != ROLE_UTILITY};
        if (account_sees_group(request->account, group->name))
            (csv ? put_line : put_row)(&row, out);
    }
    free(open);
}

static void put_areas(const struct request *request, const struct open_incidents *incidents,
                      struct buffer *out)
{
    struct homes *homes = &request->api->homes;
    buffer_text(out, "{");
    for (int kind = 0; kind < SURVEY_KIND_COUNT; kind++) {
        json_put_key(out, list_names[kind]);
        buffer_text(out, "[");
        put_rows(request, (enum survey_kind)kind, incidents, false, out);
        buffer_text(out, "]");
    }
    json_member_bool(out, "cut", homes_survey(homes)->cut);
    json_member_bool(out, "counting", !homes->whole);
    buffer_text(out, "}");
}

enum err handle_areas(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    struct open_incidents incidents = {request->account, NULL, 0};
    bool csv = false;
    enum err err = csv_asked(request, &csv, fault);
    if (err)
        return err;
    err = homes_read(api, fault);
    if (!err)
        err = facts_read(api, fault);
    if (!err)
        err = api->store->ops->incidents(api->store, take_incident, &incidents, fault);
    if (!err && csv) {
        csv_is(answer);
        buffer_text(&answer->body, "kind,name,homes,quiet,dark,open,incident\r\n");
        for (int kind = 0; kind < SURVEY_KIND_COUNT; kind++)
            put_rows(request, (enum survey_kind)kind, &incidents, true, &answer->body);
        csv_counted(&answer->body, homes_survey(&api->homes)->cut, !api->homes.whole, AREA_COLUMNS);
    } else if (!err) {
        put_areas(request, &incidents, &answer->body);
    }
    free(incidents.at);
    return away_say(err, "nothing was shown", fault);
}

/* ---- meters ---- */

struct dark_filter {
    const char *area, *feeder, *utility; /* NULL: any */
    size_t limit;
    struct survey_meter after; /* the last one of the page before; heard_s 0: none */
};

static enum err filter_read(const struct request *request, struct dark_filter *out,
                            struct fault *fault)
{
    const char *cursor = request_query(request, "cursor");
    int end = 0;
    *out = (struct dark_filter){.area = request_query(request, "area"),
                                .feeder = request_query(request, "feeder"),
                                .utility = request_query(request, "utility")};
    bool known = !out->utility;
    for (int i = 0; i < UTILITY_COUNT; i++)
        known = known || strcmp(out->utility, utility_names[i]) == 0;
    if (!known)
        return fault_set(fault, ERR_INVALID, "utility: electricity, water or gas");
    if (cursor && (sscanf(cursor, "%" SCNd64 "-%" SCNx64 "%n", &out->after.heard_s, &out->after.key,
                          &end) != 2 ||
                   cursor[end]))
        return fault_set(fault, ERR_INVALID, "cursor: take it from \"next\" of the page before");
    return request_limit(request, LIMIT, LIMIT_MAX, &out->limit, fault);
}

static bool is_wanted(const struct request *request, const struct dark_filter *filter,
                      const struct survey_meter *meter)
{
    return (account_sees_group(request->account, meter->area) ||
            account_sees_group(request->account, meter->feeder)) &&
           account_sees_utility(request->account, utility_names[meter->utility]) &&
           (!filter->area || strcmp(filter->area, meter->area) == 0) &&
           (!filter->feeder || strcmp(filter->feeder, meter->feeder) == 0) &&
           (!filter->utility || strcmp(filter->utility, utility_names[meter->utility]) == 0);
}

/* Who keeps Anbu going sees no household. */
static const char *household_of(const struct request *request, const struct survey_meter *meter)
{
    return request->peer.role == ROLE_OPS ? "" : meter->household;
}

static void put_meter(const struct request *request, const struct survey_meter *meter,
                      struct buffer *out)
{
    char since[TIME_TEXT_MAX];
    const char *household = household_of(request, meter);
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, "household", household[0] ? household : NULL);
    json_member_text(out, "utility", utility_names[meter->utility]);
    json_member_text(out, "area", meter->area[0] ? meter->area : NULL);
    json_member_text(out, "feeder", meter->feeder[0] ? meter->feeder : NULL);
    json_member_text(out, "since", time_format(meter->heard_s, 0, since));
    json_member_int(out, "interval_minutes", meter->interval_minutes);
    buffer_text(out, "}");
}

static void line_meter(const struct request *request, const struct survey_meter *meter,
                       struct buffer *out)
{
    char since[TIME_TEXT_MAX];
    csv_cell(out, household_of(request, meter), false);
    csv_cell(out, utility_names[meter->utility], false);
    csv_cell(out, meter->area, false);
    csv_cell(out, meter->feeder, false);
    csv_cell(out, time_format(meter->heard_s, 0, since), false);
    buffer_format(out, "%u\r\n", meter->interval_minutes);
}

/* A page of them. */
static void put_meters(const struct request *request, const struct dark_filter *filter, bool csv,
                       struct buffer *out, struct buffer *next)
{
    const struct survey *survey = homes_survey(&request->api->homes);
    size_t total = 0, shown = 0;
    if (csv)
        buffer_text(out, "household,utility,area,feeder,since,interval_minutes\r\n");
    for (size_t i = 0; i < survey->dark_count; i++) {
        const struct survey_meter *meter = &survey->dark[i];
        if (!is_wanted(request, filter, meter))
            continue;
        total++;
        if (survey_compare(meter, &filter->after) <= 0)
            continue;
        if (shown++ < filter->limit)
            (csv ? line_meter : put_meter)(request, meter, out);
        if (shown == filter->limit)
            buffer_format(next, "%" PRId64 "-%" PRIx64, meter->heard_s, meter->key);
    }
    if (csv)
        return;
    buffer_text(out, "]");
    json_member_int(out, "total", (int64_t)total);
    if (shown > filter->limit)
        json_member_text(out, "next", next->at);
}

enum err handle_meters_dark(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    struct dark_filter filter;
    struct buffer next = {0};
    bool csv = false;
    request_subject_query(request);
    enum err err = filter_read(request, &filter, fault);
    if (!err)
        err = csv_asked(request, &csv, fault);
    if (!err)
        err = away_say(homes_read(api, fault), "nothing was shown", fault);
    if (err)
        return err;
    if (csv) {
        csv_is(answer);
        filter.limit = SURVEY_DARK_MAX;
    } else {
        buffer_text(&answer->body, "{\"meters\":[");
    }
    put_meters(request, &filter, csv, &answer->body, &next);
    const struct survey *survey = homes_survey(&api->homes);
    bool cut = survey->cut || survey->dark_meters > (int64_t)survey->dark_count;
    if (csv) {
        csv_counted(&answer->body, cut, !api->homes.whole, METER_COLUMNS);
    } else {
        json_member_bool(&answer->body, "cut", cut);
        json_member_bool(&answer->body, "counting", !api->homes.whole);
        buffer_text(&answer->body, "}");
    }
    buffer_done(&next);
    return ERR_OK;
}
