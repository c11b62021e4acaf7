/* SPDX-License-Identifier: Apache-2.0 */
#include "reports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/incident.h"
#include "areas.h"
#include "partition.h"

#define HOUR_MS     3600000
#define LOOK_MS     300000 /* after the hour: everybody has exchanged what it counted */
#define DAYS_BEFORE 3      /* that the store still has: STORE_AREA_HOURS */
#define GROUPS_MAX  8192
#define DAY_HOURS   24
#define LOOKS_MAX   256 /* at once: each asks the store, and messages wait */

struct reports {
    char (*groups)[STORE_GROUP_MAX]; /* heard of here, sorted: many asked for, few added */
    size_t count, room;
    int32_t looked_hour, looking_hour;
    size_t looked_at; /* groups of looking_hour */
};

struct reports *reports_new(void)
{
    return memory_get(sizeof(struct reports));
}

void reports_free(struct reports *reports)
{
    if (!reports)
        return;
    free(reports->groups);
    free(reports);
}

/* ---- counting ---- */

/* Where it is, or belongs. */
static size_t place_of(const struct reports *reports, const char *group, bool *found)
{
    size_t from = 0, to = reports->count;
    *found = false;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(reports->groups[middle], group);
        *found = *found || order == 0;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static void remember(struct reports *reports, const char group[STORE_GROUP_MAX])
{
    bool found;
    size_t at = place_of(reports, group, &found);
    if (found || reports->count == GROUPS_MAX)
        return;
    if (reports->count == reports->room) {
        reports->room = reports->room ? reports->room * 2 : 64;
        reports->groups = memory_grow(reports->groups, reports->room * sizeof *reports->groups);
    }
    memmove(reports->groups[at + 1], reports->groups[at],
            (reports->count - at) * sizeof *reports->groups);
    memcpy(reports->groups[at], group, STORE_GROUP_MAX);
    reports->count++;
}

static void count_in(struct worker *worker, const char *kind, struct text name,
                     const struct heard *heard)
{
    char group[STORE_GROUP_MAX] = "", prefix[STORE_GROUP_MAX];
    (void)snprintf(prefix, sizeof prefix, "%s.%s", utility_names[heard->utility], kind);
    if (!incident_group(prefix, name, group))
        return;
    remember(worker->reports, group);
    areas_add(worker, group, heard->arrived_hour,
              &(struct store_area_sums){.watched = heard->hours});
}

void reports_heard(void *owner, const struct heard *heard)
{
    struct worker *worker = owner;
    if (!worker->settings->incidents.enabled)
        return;
    count_in(worker, "area", heard->area, heard);
    count_in(worker, "feeder", heard->feeder, heard);
}

/* ---- looking ---- */

/* Hours told of in the window that ends with each of these hours. */
static enum err ask(struct worker *worker, const char *group, const int32_t *hours, size_t count,
                    unsigned window_hours, int64_t *out, struct fault *fault)
{
    struct store_area_hour asked[DAYS_BEFORE + 1];
    struct store_area_total totals[DAYS_BEFORE + 1];
    for (size_t i = 0; i < count; i++) {
        asked[i] = (struct store_area_hour){.hour = hours[i]};
        memcpy(asked[i].group, group, sizeof asked[i].group);
    }
    enum err err =
        worker->store->ops->area_add(worker->store, asked, count, window_hours, totals, fault);
    for (size_t i = 0; i < count && !err; i++)
        out[i] = totals[i].window.watched;
    return err;
}

static int64_t middle_of(int64_t a, int64_t b, int64_t c)
{
    int64_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* Of the meters that usually report those that did not. */
static void fill(struct store_area_sums *sums, int64_t meters, int64_t usual, int64_t told)
{
    sums->metered = meters;
    sums->dark = told < usual ? (meters * (usual - told) + usual / 2) / usual : 0;
}

/* While it goes on the days before say less and less: it is over when as many tell of every hour as
 * did before it. A morning's batch tells of a day at once. */
static enum err look_on(struct worker *worker, const struct incident *known, int32_t hour,
                        const struct incident_rules *rules, struct store_area_sums *sums,
                        struct fault *fault)
{
    int64_t told;
    enum err err = ask(worker, known->group, &hour, 1, (unsigned)rules->window_hours, &told, fault);
    if (!err)
        fill(sums, known->sums.metered, known->sums.metered * rules->window_hours, told);
    return err;
}

/* Compared with the middle of the three days before: a batch in the morning is usual at that hour
 * alone, and one of them may have been a failure itself. */
static enum err look_for(struct worker *worker, const char *group, int32_t hour,
                         const struct incident_rules *rules, struct store_area_sums *sums,
                         struct fault *fault)
{
    const int32_t hours[] = {hour, hour - 24, hour - 48, hour - 72};
    int64_t told[DAYS_BEFORE + 1], days[2];
    enum err err =
        ask(worker, group, hours, DAYS_BEFORE + 1, (unsigned)rules->window_hours, told, fault);
    if (err)
        return err;
    int64_t usual = middle_of(told[1], told[2], told[3]);
    if (usual < rules->homes_min || (double)told[0] > (1 - rules->share) * (double)usual)
        return ERR_OK;
    err = ask(worker, group, hours + 1, 2, DAY_HOURS, days, fault);
    if (!err)
        fill(sums, (days[0] > days[1] ? days[0] : days[1]) / DAY_HOURS, usual, told[0]);
    return err;
}

static enum err look_at(struct worker *worker, const char *group, int32_t hour, int64_t now_ms,
                        struct fault *fault)
{
    const struct incident_rules rules = areas_rules(worker->settings);
    const struct incident *known = areas_incident(worker, group);
    struct incident next = known ? *known : (struct incident){.version = 0};
    struct store_area_sums sums = {.metered = 0};
    enum err err = known && !known->end_hour ? look_on(worker, known, hour, &rules, &sums, fault)
                                             : look_for(worker, group, hour, &rules, &sums, fault);
    if (err)
        return err;
    enum incident_change change = incident_report(&next, &rules, group, hour, &sums, now_ms);
    return areas_change(worker, &next, known ? known->version : 0, change, fault);
}

/* By the arrival clock it reads as it goes; else all that is there must have been read. */
static bool is_behind(const struct worker *worker)
{
    const struct source_ops *ops = worker->source->ops;
    for (uint32_t p = 0; p < worker->options.partitions && !worker->options.arrival_clock; p++)
        if (worker->partitions[p].owned &&
            !(ops->at_end(worker->source, p) && ops->caught_up(worker->source, p)))
            return true;
    return false;
}

enum err reports_look(struct worker *worker, int64_t now_ms, struct fault *fault)
{
    struct reports *reports = worker->reports;
    int32_t hour = (int32_t)((now_ms - LOOK_MS) / HOUR_MS) - 1; /* the last that is over */
    enum err err = ERR_OK;
    if (!worker->options.arrival_clock && hour < reports->looked_hour) { /* the clock was ahead */
        reports->looked_hour = hour - 1;
        reports->looked_at = 0;
    }
    if (!reports->looked_at) {
        if (hour <= reports->looked_hour || is_behind(worker))
            return ERR_OK;
        reports->looking_hour = hour;
    }
    size_t until = reports->looked_at + LOOKS_MAX;
    while (reports->looked_at < reports->count && reports->looked_at < until && !err)
        err = look_at(worker, reports->groups[reports->looked_at++], reports->looking_hour, now_ms,
                      fault);
    if (reports->looked_at >= reports->count) {
        reports->looked_hour = reports->looking_hour;
        reports->looked_at = 0;
    }
    return err;
}
