/* SPDX-License-Identifier: Apache-2.0
 *
 * What one shift leaves to the next: of each desk the alerts that are not over, oldest first, with
 * what comes due by itself.
 */
#include <stdio.h>
#include <string.h>

#include "alert/rules.h"
#include "base/json.h"
#include "base/zone.h"
#include "console/away.h"
#include "console/ranked.h"
#include "console/routes.h"
#include "console/shown.h"

#define LIMIT     200 /* alerts of a desk */
#define LIMIT_MAX 1000

struct desk {
    struct ranked ranked; /* not begun: another desk was asked for */
    size_t total;
    size_t held; /* by area incidents: not shown, not of total */
};

struct handover {
    const struct account *account; /* whose alerts alone; NULL: all */
    struct alert_rules rules;
    const char *area; /* NULL: any */
    struct desk desks[TEAM_COUNT];
    size_t unreadable; /* beside them, of any desk */
};

/* ---- what comes next ---- */

/* The step that is due, as the configuration has it now. */
static void put_ladder_step(const struct alert *alert, const struct alert_rules *rules,
                            struct buffer *out)
{
    const struct ladder *ladder =
        ladder_named(rules->ladders, rules->ladder_count, alert->climb.ladder);
    const struct ladder_step *step =
        ladder && alert->climb.step < ladder->step_count ? &ladder->steps[alert->climb.step] : NULL;
    json_member_text(out, "channel", step ? ladder_channel_names[step->channel] : NULL);
    json_member_text(out, "whom", step ? ladder_whom_names[step->whom] : NULL);
}

static void put_next(const struct alert *alert, const struct alert_rules *rules, struct buffer *out)
{
    struct store_timer timers[STORE_TIMERS_MAX];
    const struct store_timer *next = NULL;
    char at[TIME_TEXT_MAX];
    for (size_t i = 0, count = lifecycle_timers(alert, rules, timers); i < count; i++)
        if (timers[i].due_ms && (!next || timers[i].due_ms < next->due_ms))
            next = &timers[i];
    json_put_key(out, "next");
    if (!next) {
        buffer_text(out, "null");
        return;
    }
    const struct zone *zone = alert_zone(alert);
    int64_t due_s = next->due_ms / 1000;
    buffer_text(out, "{");
    json_member_text(out, "what", next->kind);
    json_member_text(out, "at", time_format(due_s, zone_offset_s(zone, due_s), at));
    if (strcmp(next->kind, TIMER_LADDER) == 0)
        put_ladder_step(alert, rules, out);
    buffer_text(out, "}");
}

/* ---- the desks ---- */

static int by_age(const void *a, const void *b)
{
    const struct ranked_place *x = &((const struct ranked_row *)a)->place,
                              *y = &((const struct ranked_row *)b)->place;
    if (x->raised_s != y->raised_s)
        return x->raised_s < y->raised_s ? -1 : 1;
    return strcmp(x->id, y->id);
}

static void add(struct handover *handover, struct text snapshot, const struct alert *alert)
{
    struct desk *desk = &handover->desks[alert->desk];
    struct ranked_row row = {.place = {.raised_s = alert->raised_s}};
    if (!desk->ranked.rows)
        return;
    if (alert->held_by[0]) {
        desk->held++;
        return;
    }
    memcpy(row.place.id, alert->id, sizeof row.place.id);
    shown_add(snapshot, alert, shown_has_hours(handover->account), &row.shown);
    row.shown.bytes--; /* its brace: one member more follows */
    put_next(alert, &handover->rules, &row.shown);
    buffer_text(&row.shown, "}");
    desk->total++;
    ranked_add(&desk->ranked, &row);
}

static bool take(void *context, uint32_t partition, struct text snapshot)
{
    struct handover *handover = context;
    struct alert alert;
    struct fault fault;
    (void)partition;
    if (alert_read(snapshot, &alert, &fault)) { /* one hides no other */
        handover->unreadable++;
        return true;
    }
    if ((!handover->area || strcmp(handover->area, alert.area) == 0) &&
        (!handover->account || account_sees(handover->account, alert_teams(&alert), alert.area)))
        add(handover, snapshot, &alert);
    alert_done(&alert);
    return true;
}

static enum err read_all(struct api *api, struct handover *handover, struct fault *fault)
{
    enum err err = ERR_OK;
    for (uint32_t p = 0; p < api->partitions && !err; p++)
        err = api->store->ops->alerts(api->store, p, true, 0, take, handover, fault);
    return err;
}

static void put_desk(const struct handover *handover, enum team team, struct buffer *out)
{
    const struct desk *desk = &handover->desks[team];
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, "desk", team_names[team]);
    json_put_key(out, "alerts");
    buffer_text(out, "[");
    ranked_put(&desk->ranked, out);
    buffer_text(out, "]");
    json_member_int(out, "total", (int64_t)desk->total);
    json_member_bool(out, "more", desk->total > desk->ranked.count);
    json_member_int(out, "held", (int64_t)desk->held);
    buffer_text(out, "}");
}

static enum err make(struct request *request, struct handover *handover, struct answer *answer,
                     struct fault *fault)
{
    struct api *api = request->api;
    const struct config *config = api->host.config_hold(api->host.host);
    size_t count = 0;
    rules_of(config, &handover->rules);
    enum err err = read_all(api, handover, fault);
    if (!err) {
        buffer_text(&answer->body, "{\"desks\":[");
        for (int team = 0; team < TEAM_COUNT; team++)
            if (handover->desks[team].ranked.rows) {
                ranked_settle(&handover->desks[team].ranked);
                put_desk(handover, (enum team)team, &answer->body);
                count += handover->desks[team].ranked.count;
            }
        buffer_text(&answer->body, "]");
        if (handover->unreadable)
            json_member_int(&answer->body, "unreadable", (int64_t)handover->unreadable);
        buffer_text(&answer->body, "}");
        buffer_format(&request->result, "%zu alerts", count);
    }
    api->host.config_release(api->host.host, config);
    return away_say(err, "nothing was shown", fault);
}

enum err handle_handover(struct request *request, struct answer *answer, struct fault *fault)
{
    struct handover handover = {.account = request->account,
                                .area = request_query(request, "area")};
    const char *desk = request_query(request, "desk");
    request_subject_query(request);
    size_t limit;
    enum err err = request_limit(request, LIMIT, LIMIT_MAX, &limit, fault);
    if (err)
        return err;
    if (handover.area && !handover.area[0])
        handover.area = NULL;
    for (int team = 0; team < TEAM_COUNT; team++)
        if (!desk || strcmp(desk, team_names[team]) == 0)
            ranked_begin(&handover.desks[team].ranked, by_age, limit);
    err = make(request, &handover, answer, fault);
    for (int team = 0; team < TEAM_COUNT; team++)
        ranked_done(&handover.desks[team].ranked);
    return err;
}
