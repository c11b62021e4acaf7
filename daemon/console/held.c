/* SPDX-License-Identifier: Apache-2.0 */
#include "console/held.h"

#include <stdlib.h>
#include <string.h>

#include "console/server.h"

#define FREE_MS  20 /* counted faster than this it is counted each time */
#define SERVES_X 4

static void add(struct held *held, const struct alert *alert)
{
    uint32_t teams = alert_teams(alert);
    for (size_t i = 0; i < held->count; i++) {
        struct held_row *row = &held->rows[i];
        if (row->teams == teams && strcmp(row->incident, alert->held_by) == 0 &&
            strcmp(row->area, alert->area) == 0) {
            row->alerts++;
            return;
        }
    }
    held->rows = array_room(held->rows, held->count, sizeof *held->rows);
    struct held_row *row = &held->rows[held->count++];
    *row = (struct held_row){.teams = teams, .alerts = 1};
    memcpy(row->incident, alert->held_by, sizeof row->incident);
    memcpy(row->area, alert->area, sizeof row->area);
}

static bool take_alert(void *context, uint32_t partition, struct text snapshot)
{
    struct alert alert;
    struct fault unreadable;
    (void)partition;
    if (alert_read(snapshot, &alert, &unreadable))
        return true;
    if (alert.held_by[0])
        add(context, &alert);
    alert_done(&alert);
    return true;
}

enum err held_count(struct api *api, struct fault *fault)
{
    struct held *held = &api->held;
    int64_t from_ms = clock_monotonic_ms(&clock_machine);
    enum err err = ERR_OK;
    if (from_ms < held->until_ms)
        return ERR_OK;
    held->count = 0;
    held->until_ms = 0;
    for (uint32_t p = 0; p < api->partitions && !err; p++)
        err = api->store->ops->alerts(api->store, p, true, 0, take_alert, held, fault);
    int64_t now_ms = clock_monotonic_ms(&clock_machine), took_ms = now_ms - from_ms;
    if (!err && took_ms >= FREE_MS)
        held->until_ms = now_ms + SERVES_X * took_ms;
    return err;
}

long long held_of(const struct held *held, const char *incident)
{
    long long alerts = 0;
    for (size_t i = 0; i < held->count; i++)
        if (strcmp(held->rows[i].incident, incident) == 0)
            alerts += held->rows[i].alerts;
    return alerts;
}

bool held_sees(const struct held *held, const struct account *account, const char *incident)
{
    for (size_t i = 0; i < held->count; i++)
        if (strcmp(held->rows[i].incident, incident) == 0 &&
            account_sees(account, held->rows[i].teams, held->rows[i].area))
            return true;
    return false;
}

void held_done(struct held *held)
{
    free(held->rows);
    *held = (struct held){.rows = NULL};
}
