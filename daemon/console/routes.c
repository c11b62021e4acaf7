/* SPDX-License-Identifier: Apache-2.0 */
#include "console/routes.h"

#include <stdio.h>
#include <string.h>

#include "alert/lifecycle.h"

#define ALERT   "/api/v1/alerts/{id}"
#define USER    "/api/v1/users/{id}"
#define TOKEN   "/api/v1/tokens/{id}"
#define ABSENCE "/api/v1/households/{id}/absence"

/* Who may. */
#define BIT(role)  (1u << (role))
#define ROOT       BIT(ROLE_ROOT)
#define SOCKET     (ROOT | BIT(ROLE_LOCAL))
#define SUPERVISOR BIT(ROLE_SUPERVISOR)
#define DESK       (SOCKET | SUPERVISOR | BIT(ROLE_OFFICER))
#define OPS        (SOCKET | BIT(ROLE_OPS))
#define ACCOUNT                                                                               \
    (SUPERVISOR | BIT(ROLE_OFFICER) | BIT(ROLE_OPS) | BIT(ROLE_AUDITOR) | BIT(ROLE_UTILITY) | \
     BIT(ROLE_NEWCOMER))
#define MANAGES (ROOT | SUPERVISOR | BIT(ROLE_OPS)) /* what of it: grant.h */
#define KNOWN   (DESK | OPS | BIT(ROLE_AUDITOR) | BIT(ROLE_UTILITY))
#define ANYBODY (KNOWN | BIT(ROLE_NEWCOMER) | BIT(ROLE_NOBODY) | BIT(ROLE_SERVICE))
/* A service whose token has the scope. */
#define SERVICE(scope) (BIT(ROLE_SERVICE) | 1u << (ROLE_SCOPE_SHIFT + (scope)))
#define READ           SERVICE(SCOPE_ALERTS_READ)
#define WRITE          SERVICE(SCOPE_ALERTS_WRITE)

/* clang-format off: a table is read by column. */
const struct route routes[] = {
    {"GET", "/api/v1", NULL, "", handle_routes, 0, "this list; oidc: whether a provider is set up",
     ANYBODY},
    {"GET", "/api/v1/alerts", "alerts.list",
     " state team desk owner severity area limit cursor all held why ", handle_alerts_list, 0,
     "live alerts, gravest first; held=1: those that an area incident holds "
     "back; all=1: the latest of all",
     DESK | READ},
    {"GET", "/api/v1/handover", "handover.show", " desk area limit why ", handle_handover, 0,
     "what a shift leaves to the next: live alerts by desk, the oldest first, with what comes due",
     DESK | READ},
    {"GET", ALERT, "alerts.show", " why ", handle_alert_show, 0,
     "one alert; {id} may be its first 6 characters or more", DESK | READ},
    {"POST", ALERT "/acknowledge", "alerts.acknowledge", "", handle_alert_change,
     CHANGE_ACKNOWLEDGE, "take it; {note, expires}", DESK | WRITE},
    {"POST", ALERT "/release", "alerts.release", "", handle_alert_change, CHANGE_RELEASE,
     "give it back; {note}", DESK | WRITE},
    {"POST", ALERT "/contact", "alerts.contact", "", handle_alert_change, CHANGE_CONTACT,
     "somebody was tried; {channel, whom, result, note}", DESK | WRITE},
    {"POST", ALERT "/refer", "alerts.refer", "", handle_alert_change, CHANGE_REFER,
     "to the other team, who accept or decline it; {team, note}", DESK | WRITE},
    {"POST", ALERT "/accept", "alerts.accept", "", handle_alert_change, CHANGE_ACCEPT,
     "take what was referred; {note}", DESK | WRITE},
    {"POST", ALERT "/decline", "alerts.decline", "", handle_alert_change, CHANGE_DECLINE,
     "back to the team that referred it; {note}", DESK | WRITE},
    {"POST", ALERT "/escalate", "alerts.escalate", "", handle_alert_change, CHANGE_ESCALATE,
     "to the police at once; {note}", DESK | WRITE},
    {"POST", ALERT "/note", "alerts.note", "", handle_alert_change, CHANGE_NOTE,
     "add to its history; {note}", DESK | WRITE},
    {"POST", ALERT "/resolve", "alerts.resolve", "", handle_alert_change, CHANGE_RESOLVE,
     "close it; {outcome, note, until}", DESK | WRITE},
    {"POST", ALERT "/reopen", "alerts.reopen", "", handle_alert_change, CHANGE_REOPEN,
     "open it again; {note}", DESK | WRITE},
    {"GET", "/api/v1/incidents", NULL, " all ", handle_incidents_list, 0,
     "areas and feeders that are dark or silent; all=1: of the last 7 days, too",
     KNOWN | SERVICE(SCOPE_INCIDENTS_READ)},
    {"GET", "/api/v1/households", "households.list", " outlook area limit why ",
     handle_households_list, 0,
     "homes by how soon a collapse in them would be told, the latest told first", DESK},
    {"GET", "/api/v1/households/{id}", "households.show", " why at purpose ", handle_household_show,
     0, "a household's record and its alerts; at=TIME: and where its messages lie", DESK},
    {"GET", "/api/v1/households/{id}/hours", "households.hours", " why days purpose ",
     handle_household_hours, 0,
     "what it used, hour by hour, beside what it usually does; days=1 to 60", DESK},
    {"GET", "/api/v1/audit", "audit.list",
     " household who action from to review limit cursor format why ", handle_audit_list, 0,
     "who looked at or changed what, the newest first; supervisors are shown the glass that their "
     "team has broken; format=csv needs why",
     ROOT | BIT(ROLE_AUDITOR) | SUPERVISOR},
    {"GET", ALERT "/directory", "alerts.directory", " why ", handle_alert_directory, 0,
     "who lives there, from the municipality's directory, while the alert is live on one's desk",
     DESK},
    {"GET", "/api/v1/budget", NULL, "", handle_budget, 0,
     "alerts that homes came to beside those that the budget says, and what prices follow",
     OPS | SUPERVISOR | SERVICE(SCOPE_STATUS_READ)},
    /* Who is on duty. */
    {"GET", "/api/v1/rosters", NULL, "", handle_rosters, 0,
     "who is on call at each desk now, and who comes next", DESK | OPS | BIT(ROLE_AUDITOR)},
    /* Numbers and registers. */
    {"GET", "/api/v1/stats", "stats.show", " days team area format why ", handle_stats, 0,
     "how the desk fares: load, waits, outcomes, how right each rule is; format=csv needs why",
     OPS | SUPERVISOR},
    {"GET", "/api/v1/advice", "advice.show", " wanted why ", handle_advice, 0,
     "what the outcomes of resolved alerts say about each rule, and what change they support",
     OPS | SUPERVISOR},
    {"GET", "/api/v1/config/changes", "config.changes", " why ", handle_config_changes, 0,
     "what a reload of the configuration file would change, and what of it waits for a restart",
     OPS},
    {"GET", "/api/v1/areas", "areas.list", " format why ", handle_areas, 0,
     "homes of areas and feeders: how many, quiet, dark, open alerts, incident", KNOWN},
    {"GET", "/api/v1/meters/dark", "meters.dark", " feeder area utility limit cursor format why ",
     handle_meters_dark, 0, "meters that nobody hears of, the longest silent first",
     OPS | BIT(ROLE_UTILITY)},
    {"GET", "/api/v1/dead-letters", "dead_letters.list", " reason source limit cursor after why ",
     handle_dead_letters, 0, "the newest messages that could not be used, by their shape", OPS},
    {"GET", ABSENCE, "absence.show", " why ", handle_absence_show, 0,
     "declared absences of a household with a live alert on one's desk", DESK},
    {"POST", ABSENCE, "absence.declare", "", handle_absence_declare, 0,
     "nobody will be at home; {from, to, reason}", DESK},
    {"DELETE", ABSENCE, "absence.end", " why ", handle_absence_end, 0,
     "they are back, or do not go", DESK},
    {"POST", "/api/v1/session", "session.begin", "", handle_session_begin, 0,
     "sign in; {name, password}", ACCOUNT | BIT(ROLE_NOBODY)},
    {"GET", "/api/v1/session", NULL, "", handle_session_show, 0,
     "who one is, and the token that changes need", ACCOUNT},
    {"DELETE", "/api/v1/session", "session.end", "", handle_session_end, 0, "sign out", ACCOUNT},
    {"POST", "/api/v1/session/password", "session.password", "", handle_session_password, 0,
     "a new password of one's own; {old, new}", ACCOUNT},
    {"GET", "/api/v1/session/oidc", NULL, "", handle_oidc_begin, 0,
     "sign in by the agency's provider: sends the browser there", ACCOUNT | BIT(ROLE_NOBODY)},
    {"GET", "/api/v1/session/oidc/callback", "session.begin", " code state iss error ",
     handle_oidc_finish, 0, "where the provider sends the browser back",
     ACCOUNT | BIT(ROLE_NOBODY)},
    {"GET", "/api/v1/users", "users.list", " why ", handle_users_list, 0,
     "accounts; over the network those that one may make", MANAGES},
    {"POST", "/api/v1/users", "users.add", "", handle_user_add, 0,
     "a new account; {name, role, password, team, areas, utility, display}", MANAGES},
    {"POST", USER "/password", "users.password", "", handle_user_password, 0,
     "a password for its next sign-in, where it is changed; {password}", MANAGES},
    {"POST", USER "/disable", "users.disable", "", handle_user_able, 0, "it is let in no more; {}",
     MANAGES},
    {"POST", USER "/enable", "users.enable", "", handle_user_able, 1,
     "it is let in again, and after a lock-out at once; {}", MANAGES},
    {"POST", USER "/release", "users.release", "", handle_user_release, 0,
     "of an account that signs in by the provider: it is whoever's the provider calls so next; {}",
     ROOT},
    {"GET", "/api/v1/tokens", "tokens.list", " why ", handle_tokens_list, 0,
     "tokens of services; the secrets are kept nowhere", MANAGES},
    {"POST", "/api/v1/tokens", "tokens.add", "", handle_token_add, 0,
     "a new token, shown this once; {name, team, areas, scopes, expires}", MANAGES},
    {"POST", TOKEN "/revoke", "tokens.revoke", "", handle_token_revoke, 0,
     "it opens nothing any more; {}", MANAGES},
    {"POST", "/api/v1/reload", "daemon.reload", "", handle_reload, 0,
     "read the configuration file again", OPS},
    {"GET", "/api/v1/config", "config.show", " why ", handle_config, 0,
     "the configuration in force; secrets are not shown", OPS | BIT(ROLE_AUDITOR)},
    {"GET", "/api/v1/status", NULL, "", handle_status, 0, "partitions, lag, counters",
     OPS | SUPERVISOR | SERVICE(SCOPE_STATUS_READ)},
    {"GET", "/api/v1/events", "events.follow", " why ", handle_events, 0,
     "live: each alert and incident that changes, as an event stream (SSE)",
     KNOWN | READ | SERVICE(SCOPE_INCIDENTS_READ)},
    /* Sinks, and answers to automatic messages. */
    {"GET", "/api/v1/sinks", NULL, "", handle_sinks, 0,
     "who is told of alerts besides Kafka: position, lag, last trouble",
     OPS | SERVICE(SCOPE_STATUS_READ)},
    {"POST", "/api/v1/sinks/{id}/test", "sinks.test", "", handle_sink_test, 0,
     "send one event of no alert through the sink; GET /api/v1/sinks tells what came of it; {}",
     OPS},
    {"POST", "/api/v1/answers", "alerts.answer", "", handle_answer, 0,
     "what somebody answered, signed by the message gateway; {alert, answer, from, at, text}",
     ANYBODY},
    {"GET", "/api/v1/openapi.json", NULL, "", handle_openapi, 0,
     "this API as an OpenAPI 3.1 document", KNOWN | BIT(ROLE_SERVICE)},
    {"GET", "/healthz", NULL, "", handle_health, 0, "200 while its threads get on", ANYBODY},
    {"GET", "/readyz", NULL, "", handle_ready, 0, "200 while it does its work", ANYBODY},
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

bool route_knows_nobody(const char *method, const char *path)
{
    struct text raw_id;
    char allow[40];
    const struct route *route = route_find(method, path, &raw_id, allow, sizeof allow);
    return route && (route->handle == handle_health || route->handle == handle_ready);
}

bool route_opens(const struct route *route, enum role role, uint32_t scopes)
{
    unsigned needed = route->roles >> ROLE_SCOPE_SHIFT;
    if (!(route->roles & BIT(role)))
        return false;
    return role != ROLE_SERVICE || !needed || (needed & scopes);
}

bool route_is_open(enum err (*handle)(struct request *, struct answer *, struct fault *),
                   enum role role, uint32_t scopes)
{
    for (size_t i = 0; i < route_count; i++)
        if (routes[i].handle == handle)
            return route_opens(&routes[i], role, scopes);
    return false;
}

bool route_scope_within(enum scope scope, enum role role)
{
    for (size_t i = 0; i < route_count; i++)
        if (route_opens(&routes[i], ROLE_SERVICE, BIT(scope)) &&
            !route_opens(&routes[i], ROLE_SERVICE, 0) && !route_opens(&routes[i], role, 0))
            return false;
    return true;
}

static void role_cell(const struct route *route, enum role role, struct buffer *out)
{
    unsigned scopes = role == ROLE_SERVICE ? route->roles >> ROLE_SCOPE_SHIFT : 0;
    const char *before = " ";
    if (route->roles & BIT(role) && !scopes)
        buffer_text(out, " yes");
    for (int i = 0; i < SCOPE_COUNT; i++)
        if (scopes & BIT(i)) {
            buffer_format(out, "%s%s", before, scope_names[i]);
            before = " or ";
        }
    buffer_text(out, " |");
}

void routes_page(struct buffer *out)
{
    buffer_text(
        out, "<!-- Made from daemon/console/routes.c by `make generated`. -->\n# Who may what\n\n"
             "Each role against each route of the HTTP API ([formats.md](formats.md#http-api)). "
             "Officers and\nsupervisors are shown alerts of their own team and areas alone. Of "
             "the police's, none sees a household, declares or ends an absence,\nor closes an "
             "alert with the outcome `absence`.\n\n"
             "| Role | Who |\n|---|---|\n");
    for (int i = 0; i < ROLE_COUNT; i++)
        buffer_format(out, "| %s | %s |\n", role_names[i], role_helps[i]);
    buffer_text(out, "\nA service needs the scope that its column names.\n\n| Scope | What it "
                     "opens |\n|---|---|\n");
    for (int i = 0; i < SCOPE_COUNT; i++)
        buffer_format(out, "| %s | %s |\n", scope_names[i], scope_helps[i]);
    buffer_text(out, "\n| Route |");
    for (int i = 0; i < ROLE_COUNT; i++)
        buffer_format(out, " %s |", role_names[i]);
    buffer_text(out, "\n|---|");
    for (int i = 0; i < ROLE_COUNT; i++)
        buffer_text(out, "---|");
    for (size_t r = 0; r < route_count; r++) {
        buffer_format(out, "\n| `%s %s` |", routes[r].method, routes[r].path);
        for (int i = 0; i < ROLE_COUNT; i++)
            role_cell(&routes[r], (enum role)i, out);
    }
    buffer_text(out, "\n");
}
