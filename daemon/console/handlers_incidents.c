/* SPDX-License-Identifier: Apache-2.0
 *
 * Areas and feeders that are dark or silent, and how many alerts each holds back.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/incident.h"
#include "base/json.h"
#include "console/away.h"
#include "console/routes.h"
#include "console/shown.h"

struct listed_incident {
    struct incident incident;
    struct text json; /* as stored; owned */
};

struct incident_list {
    struct listed_incident *rows;
    size_t count;
    bool all; /* those that are over, too */
};

/* "feeder:F-201", "water.area:11140-sindang": as areas and dark meters are shown. */
bool incident_shown_to(const struct account *account, const char *group)
{
    char utility[STORE_GROUP_MAX] = "";
    const char *name = strchr(group, ':');
    if (incident_is_of_reports(group))
        (void)text_copy((struct text){group, strcspn(group, ".")}, utility, sizeof utility);
    return account_sees_group(account, name ? name + 1 : group) &&
           (!utility[0] || account_sees_utility(account, utility));
}

/* Of a feeder that is none of theirs, too, whoever works on alerts is told why theirs wait. */
bool incident_listed_for(const struct account *account, const struct held *held, const char *group,
                         const char *id)
{
    return incident_shown_to(account, group) ||
           ((account->role == ROLE_OFFICER || account->role == ROLE_SUPERVISOR) &&
            held_sees(held, account, id));
}

static void take_incident(void *context, struct text group, struct text json)
{
    struct incident_list *list = context;
    struct incident incident;
    struct fault unreadable;
    (void)group;
    /* One of another program is soft state that nobody uses: the worker's log says so. */
    if (incident_read(json, &incident, &unreadable) || (incident.closed_ms && !list->all))
        return;
    list->rows = array_room(list->rows, list->count, sizeof *list->rows);
    list->rows[list->count++] = (struct listed_incident){incident, {memory_text(json), json.bytes}};
}

static void list_done(struct incident_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free((void *)(uintptr_t)list->rows[i].json.at);
    free(list->rows);
}

/* held NULL: it was not counted, or is not shown. */
static void put_incident(struct buffer *out, const struct listed_incident *row,
                         const struct held *held)
{
    json_put_item(out);
    buffer_add(out, row->json.at, row->json.bytes - 1); /* without its brace */
    if (held)
        json_member_int(out, "held", held_of(held, row->incident.id));
    else
        json_member_null(out, "held");
    buffer_text(out, "}");
}

void incident_shown_add(const struct held *held, struct buffer *json)
{
    struct incident_list list = {.all = true};
    struct buffer shown = {0};
    take_incident(&list, TEXT(""), buffer_view(json));
    if (!list.count)
        return;
    put_incident(&shown, &list.rows[0], held);
    list_done(&list);
    buffer_done(json);
    *json = shown;
}

/* As of areas: how many alerts there are is nothing of a utility's. */
bool incident_held_shown_to(enum role role)
{
    return role != ROLE_UTILITY;
}

enum err handle_incidents_list(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    const struct held *shown = incident_held_shown_to(request->peer.role) ? &api->held : NULL;
    const char *all = request_query(request, "all");
    struct incident_list list = {.all = all && strcmp(all, "1") == 0};
    enum err err = api->store->ops->incidents(api->store, take_incident, &list, fault);
    if (!err && list.count)
        err = held_count(api, fault);
    if (!err) {
        buffer_text(&answer->body, "{\"incidents\":[");
        for (size_t i = 0; i < list.count; i++)
            if (incident_listed_for(request->account, &api->held, list.rows[i].incident.group,
                                    list.rows[i].incident.id))
                put_incident(&answer->body, &list.rows[i], shown);
        buffer_text(&answer->body, "]}");
    }
    list_done(&list);
    return away_say(err, "nothing was shown", fault);
}
