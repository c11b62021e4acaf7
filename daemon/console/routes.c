/* SPDX-License-Identifier: Apache-2.0 */
#include "console/routes.h"

#include <stdio.h>
#include <string.h>

#include "alert/lifecycle.h"

#define ALERT "/api/v1/alerts/{id}"

/* clang-format off: a table is read by column. */
const struct route routes[] = {
    {"GET", "/api/v1", NULL, "", handle_routes, 0, "this list"},
    {"GET", "/api/v1/alerts", "alerts.list", " state team severity area limit all held why ",
     handle_alerts_list, 0,
     "open and acknowledged alerts, gravest first; held=1: those that an area incident holds "
     "back; all=1: the latest of all"},
    {"GET", ALERT, "alerts.show", " why ", handle_alert_show, 0,
     "one alert; {id} may be its first 6 characters or more"},
    {"POST", ALERT "/acknowledge", "alerts.acknowledge", "", handle_alert_change,
     CHANGE_ACKNOWLEDGE, "take it; {note, expires}"},
    {"POST", ALERT "/release", "alerts.release", "", handle_alert_change, CHANGE_RELEASE,
     "give it back; {note}"},
    {"POST", ALERT "/note", "alerts.note", "", handle_alert_change, CHANGE_NOTE,
     "add to its history; {note}"},
    {"POST", ALERT "/resolve", "alerts.resolve", "", handle_alert_change, CHANGE_RESOLVE,
     "close it; {outcome, note, until}"},
    {"POST", ALERT "/reopen", "alerts.reopen", "", handle_alert_change, CHANGE_REOPEN,
     "open it again; {note}"},
    {"GET", "/api/v1/incidents", NULL, " all ", handle_incidents_list, 0,
     "areas and feeders that are dark or silent; all=1: of the last 7 days, too"},
    {"GET", "/api/v1/households", "households.list", " outlook area limit why ",
     handle_households_list, 0,
     "homes by how soon a collapse in them would be told, the latest told first"},
    {"GET", "/api/v1/households/{id}", "households.show", " why at ", handle_household_show, 0,
     "a household's record and its alerts; at=TIME: and where its messages lie"},
    {"POST", "/api/v1/reload", "daemon.reload", "", handle_reload, 0,
     "read the configuration file again"},
    {"GET", "/api/v1/config", "config.show", " why ", handle_config, 0,
     "the configuration in force; secrets are not shown"},
    {"GET", "/api/v1/status", NULL, "", handle_status, 0, "partitions, lag, counters"},
    {"GET", "/healthz", NULL, "", handle_health, 0, "200 while its threads get on"},
    {"GET", "/readyz", NULL, "", handle_ready, 0, "200 while it does its work"},
};
/* clang-format on */
const size_t route_count = sizeof routes / sizeof routes[0];

static size_t segment_bytes(const char *at)
{
    return strcspn(at, "/");
}

static bool path_fits(const char *pattern, const char *path, struct text *raw_id)
{
    while (*pattern == '/' && *path == '/') {
        size_t want = segment_bytes(++pattern), have = segment_bytes(++path);
        if (have > 0 && want == 4 && memcmp(pattern, "{id}", 4) == 0)
            *raw_id = (struct text){path, have};
        else if (want != have || memcmp(pattern, path, want) != 0)
            return false;
        pattern += want;
        path += have;
    }
    return *pattern == '\0' && *path == '\0';
}

const struct route *route_find(const char *method, const char *path, struct text *raw_id,
                               char *allow, size_t allow_bytes)
{
    size_t used = 0;
    allow[0] = '\0';
    for (size_t i = 0; i < route_count; i++) {
        struct text id = {0};
        if (!path_fits(routes[i].path, path, &id))
            continue;
        if (strcmp(routes[i].method, method) == 0) {
            *raw_id = id;
            return &routes[i];
        }
        int n =
            snprintf(allow + used, allow_bytes - used, "%s%s", used ? ", " : "", routes[i].method);
        if (n > 0 && (size_t)n < allow_bytes - used)
            used += (size_t)n;
    }
    return NULL;
}
