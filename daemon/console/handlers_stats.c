/* SPDX-License-Identifier: Apache-2.0
 *
 * How the desk fares. Numbers alone: no household is named.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "console/away.h"
#include "console/csv.h"
#include "console/facts.h"
#include "console/routes.h"

#define STATS_COLUMNS 4 /* of the table to take along */

#define DAYS_USUAL 30

static enum err query_read(const struct request *request, struct stats_query *out,
                           struct fault *fault)
{
    const char *days = request_query(request, "days"), *team = request_query(request, "team");
    char *end = NULL;
    long n = days ? strtol(days, &end, 10) : DAYS_USUAL;
    if (days && (*end || end == days || n < 1 || n > STATS_DAYS_MAX))
        return fault_set(fault, ERR_INVALID, "days: a number from 1 to %d", STATS_DAYS_MAX);
    out->days = (int)n;
    for (int i = 0; team && i < TEAM_COUNT; i++)
        if (strcmp(team, team_names[i]) == 0)
            out->teams = 1u << i;
    if (team && team[0] && !out->teams)
        return fault_set(fault, ERR_INVALID, "team: \"%.40s\" is none of %s, %s", team,
                         team_names[TEAM_POLICE], team_names[TEAM_WELFARE]);
    out->area = request_query(request, "area");
    if (out->area && !out->area[0])
        out->area = NULL;
    out->viewer = facts_viewer(request);
    out->sees = out->viewer ? facts_sees : NULL;
    return ERR_OK;
}

/* The budget is the city's: it says nothing about a part of it. */
static double budget_of(const struct stats_query *query, const struct facts *facts)
{
    const struct account *account = query->viewer;
    bool part = query->area || query->teams ||
                (account && (account->areas[0] || account->team != ACCOUNT_ANY_TEAM));
    return part ? -1.0 : facts->budget_a_day;
}

enum err handle_stats(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    const struct config *config = api->host.config_hold(api->host.host);
    struct stats_query query = {.now_ms = clock_wall_ms(api->clock)};
    bool csv = false;
    if (zone_find(text_of(config_settings(config)->ingest.timezone), &query.zone))
        query.zone = zone_utc();
    api->host.config_release(api->host.host, config);
    request_subject_query(request);
    enum err err = query_read(request, &query, fault);
    if (!err)
        err = csv_asked(request, &csv, fault);
    if (!err)
        err = away_say(facts_read(api, fault), "nothing was shown", fault);
    if (err)
        return err;
    const struct facts_rows *rows = facts_rows(&api->facts);
    struct stats *stats = memory_get(sizeof *stats);
    stats_count(rows->at, rows->count, &query, stats);
    if (csv) {
        stats_csv(stats, budget_of(&query, &api->facts), &answer->body);
        csv_counted(&answer->body, rows->cut, !api->facts.whole, STATS_COLUMNS);
        csv_is(answer);
    } else {
        stats_json(stats, budget_of(&query, &api->facts), &answer->body);
        json_member_bool(&answer->body, "cut", rows->cut);
        json_member_bool(&answer->body, "counting", !api->facts.whole);
        buffer_text(&answer->body, "}");
    }
    free(stats);
    return ERR_OK;
}
