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

struct listed_incident {
    struct incident incident;
    struct text json; /* as stored; owned */
    long long held;
};

struct incident_list {
    struct listed_incident *rows;
    size_t count, room;
    bool all; /* those that are over, too */
};

static void take_incident(void *context, struct text group, struct text json)
{
    struct incident_list *list = context;
    struct incident incident;
    struct fault unreadable;
    (void)group;
    /* One of another program is soft state that nobody uses: the worker's log says so. */
    if (incident_read(json, &incident, &unreadable) || (incident.closed_ms && !list->all))
        return;
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 16;
        list->rows = memory_grow(list->rows, list->room * sizeof *list->rows);
    }
    list->rows[list->count++] =
        (struct listed_incident){incident, {memory_text(json), json.bytes}, 0};
}

static bool count_held(void *context, uint32_t partition, struct text snapshot)
{
    struct incident_list *list = context;
    struct alert alert;
    struct fault unreadable;
    (void)partition;
    if (alert_read(snapshot, &alert, &unreadable))
        return true;
    for (size_t i = 0; alert.held_by[0] && i < list->count; i++)
        list->rows[i].held += strcmp(list->rows[i].incident.id, alert.held_by) == 0;
    alert_done(&alert);
    return true;
}

static void put_incident(struct buffer *out, const struct listed_incident *row)
{
    json_put_item(out);
    buffer_add(out, row->json.at, row->json.bytes - 1); /* without its brace */
    json_member_int(out, "held", row->held);
    buffer_text(out, "}");
}

enum err handle_incidents_list(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    const char *all = request_query(request, "all");
    struct incident_list list = {.all = all && strcmp(all, "1") == 0};
    enum err err = api->store->ops->incidents(api->store, take_incident, &list, fault);
    for (uint32_t p = 0; list.count && p < api->partitions && !err; p++)
        err = api->store->ops->alerts(api->store, p, true, 0, count_held, &list, fault);
    if (!err) {
        buffer_text(&answer->body, "{\"incidents\":[");
        for (size_t i = 0; i < list.count; i++)
            put_incident(&answer->body, &list.rows[i]);
        buffer_text(&answer->body, "]}");
    }
    for (size_t i = 0; i < list.count; i++)
        free((void *)(uintptr_t)list.rows[i].json.at);
    free(list.rows);
    return away_say(err, "nothing was shown", fault);
}
