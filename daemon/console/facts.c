/* SPDX-License-Identifier: Apache-2.0 */
#include "console/facts.h"

#include <stdlib.h>
#include <string.h>

#include "console/handlers_budget.h"
#include "console/request.h"

#define DAYS_A_YEAR 365.25

struct slice {
    struct facts *facts;
    int64_t least_s; /* what was raised before counts for nothing */
    size_t share;    /* of a partition */
    size_t at, left; /* in the partition; alerts that may still be read */
    bool over;       /* nothing more of the partition is wanted */
};

static void keep(struct facts_rows *rows, const struct alert *alert)
{
    rows->at = array_room(rows->at, rows->count, sizeof *rows->at);
    stats_fact_of(alert, &rows->at[rows->count++]);
}

/* The newest first. What was read by an earlier slice is passed over; alerts that came since have
 * moved the others, so that one may be read twice, and none is missed. */
static bool take(void *context, uint32_t partition, struct text snapshot)
{
    struct slice *slice = context;
    struct alert alert;
    struct fault unreadable;
    (void)partition;
    if (slice->at < slice->facts->seen) {
        slice->at++;
        return true;
    }
    if (!slice->left)
        return false;
    if (alert_read(snapshot, &alert, &unreadable)) { /* it tells nothing */
        slice->at++;
        slice->left--;
        return true;
    }
    slice->over = alert.raised_s < slice->least_s || slice->at == slice->share;
    if (!slice->over) {
        keep(&slice->facts->next, &alert);
        slice->at++;
        slice->left--;
    } else if (slice->at == slice->share) {
        slice->facts->next.cut = true;
    }
    alert_done(&alert);
    return !slice->over;
}

/* What a day may bring, were the year's budget spread evenly; homes with a record, whatever they
 * may raise. */
static enum err budget_a_day(struct api *api, double *out, struct fault *fault)
{
    const struct config *config = api->host.config_hold(api->host.host);
    double yearly = config_settings(config)->budget.acute_per_household_year;
    struct budget budget = {.steered = false};
    double years = 0.0, alerts = 0.0;
    int64_t homes = 0;
    api->host.config_release(api->host.host, config);
    enum err err = budget_read(api, &budget, &homes, fault);
    for (size_t i = 0; i < budget.count; i++) {
        years += budget.groups[i].years;
        alerts += budget.groups[i].years * budget.groups[i].budget_milli / 1000.0;
    }
    budget_done(&budget);
    *out = (double)homes * (years > 0.0 ? alerts / years : yearly) / DAYS_A_YEAR;
    return err;
}

static void rows_done(struct facts_rows *rows)
{
    free(rows->at);
    *rows = (struct facts_rows){0};
}

/* The same alert twice is one. */
static void unite(struct facts_rows *rows)
{
    size_t kept = 0;
    stats_sort(rows->at, rows->count);
    for (size_t i = 0; i < rows->count; i++)
        if (!kept || strcmp(rows->at[kept - 1].id, rows->at[i].id) != 0)
            rows->at[kept++] = rows->at[i];
    rows->count = kept;
}

/* A slice of what is left; facts->reads is false when that was the last. */
static enum err read_on(struct api *api, struct fault *fault)
{
    struct facts *facts = &api->facts;
    struct slice slice = {.facts = facts,
                          .least_s = clock_wall_ms(api->clock) / 1000 - STATS_BACK_DAYS * 86400ll,
                          .share = FACTS_MAX / api->partitions + 1,
                          .left = FACTS_SLICE};
    while (facts->partition < api->partitions && slice.left) {
        slice.at = 0;
        slice.over = false;
        enum err err = api->store->ops->alerts(api->store, facts->partition, false, slice.share + 1,
                                               take, &slice, fault);
        if (err)
            return err;
        facts->seen = slice.at;
        if (slice.left || slice.over) {
            facts->partition++;
            facts->seen = 0;
        }
    }
    unite(&facts->next);
    facts->reads = facts->partition < api->partitions;
    return ERR_OK;
}

enum err facts_read(struct api *api, struct fault *fault)
{
    struct facts *facts = &api->facts;
    int64_t now_ms = clock_monotonic_ms(api->clock);
    enum err err = ERR_OK;
    if (facts->whole && !facts->reads && now_ms - facts->read_ms < FACTS_AGE_MS)
        return ERR_OK;
    if (!facts->reads) {
        rows_done(&facts->next);
        facts->partition = 0;
        facts->seen = 0;
        err = budget_a_day(api, &facts->budget_a_day, fault);
    }
    if (!err)
        err = read_on(api, fault);
    if (err) {
        facts->reads = false;
        return err;
    }
    if (!facts->reads) {
        rows_done(&facts->rows);
        facts->rows = facts->next;
        facts->next = (struct facts_rows){0};
        facts->read_ms = now_ms;
        facts->whole = true;
    }
    return ERR_OK;
}

const struct facts_rows *facts_rows(struct facts *facts)
{
    return facts->whole ? &facts->rows : &facts->next;
}

const struct account *facts_viewer(const struct request *request)
{
    return request->peer.role == ROLE_OPS ? NULL : request->account;
}

bool facts_sees(const void *viewer, const struct stats_fact *fact)
{
    return account_sees(viewer, fact->teams, fact->area);
}

void facts_done(struct facts *facts)
{
    rows_done(&facts->rows);
    rows_done(&facts->next);
}
