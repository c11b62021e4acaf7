/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of alerts: filtered, in the order of the queue or the newest first, a page at a time. A
 * cursor is the place of a page's last row in that order, so rows that come and go move no page.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "alert/lifecycle.h"
#include "base/json.h"
#include "console/away.h"
#include "console/ranked.h"
#include "console/routes.h"
#include "console/shown.h"

#define LIST_LIMIT       200
#define LIST_LIMIT_MAX   1000
#define HISTORY_SCAN_MAX 10000 /* of a partition, when the history is filtered or paged */
#define NO_LIMIT         0
#define NOT_SHOWN        "nothing was shown"
#define CURSOR_TEXT      120 /* bytes of a cursor before it is written in base64 */

struct filter {
    uint32_t states, teams, desks, severities; /* masks; 0: any */
    const char *area, *owner;                  /* NULL: any */
    bool all, held; /* held: those that an area incident holds back, and no others */
    size_t limit;
};

struct list {
    const struct filter *filter;
    const struct account *account;    /* whose alerts alone; NULL: all */
    const struct ranked_place *after; /* the page before ended there; NULL: this is the first */
    /* Of the live list: rank: graver, and among them open ones first; due_ms: open since, or
     * acknowledged until. */
    struct ranked ranked;
    size_t total, left; /* left: of total, on this page or behind it */
    size_t unreadable;  /* beside them */
};

/* "high,critical" to a mask of the vocabulary (shapes.c has refused other words); absent: 0. */
static uint32_t mask_of(const struct request *request, const char *parameter,
                        const char *const *names, size_t count)
{
    const char *at = request_query(request, parameter);
    uint32_t mask = 0;
    while (at && *at) {
        size_t bytes = strcspn(at, ",");
        for (size_t i = 0; i < count; i++)
            mask |= text_is((struct text){at, bytes}, names[i]) ? 1u << i : 0;
        at += bytes + (at[bytes] == ',');
    }
    return mask;
}

static enum err filter_read(struct request *request, struct filter *out, struct fault *fault)
{
    *out = (struct filter){
        .area = request_query(request, "area"),
        .states = mask_of(request, "state", alert_state_names, ALERT_STATE_COUNT),
        .teams = mask_of(request, "team", team_names, TEAM_COUNT),
        .desks = mask_of(request, "desk", team_names, TEAM_COUNT),
        .severities = mask_of(request, "severity", severity_names, SEVERITY_COUNT),
    };
    const char *all = request_query(request, "all");
    enum err err = request_limit(request, LIST_LIMIT, LIST_LIMIT_MAX, &out->limit, fault);
    if (err)
        return err;
    /* Who asks for alerts that are over means the history. */
    uint32_t live = (1u << ALERT_CLEARED) - 1;
    out->all = (all && strcmp(all, "1") == 0) || (out->states & ~live);
    const char *held = request_query(request, "held");
    out->held = held && strcmp(held, "1") == 0;
    if (out->area && !out->area[0])
        out->area = NULL;
    out->owner = request_query(request, "owner");
    if (out->owner && strcmp(out->owner, "me") == 0)
        out->owner = request->peer.who;
    else if (out->owner && !out->owner[0])
        out->owner = NULL;
    return ERR_OK;
}

static bool filter_fits(const struct filter *filter, const struct alert *alert)
{
    return (filter->held ? alert->held_by[0] : filter->all || !alert->held_by[0]) &&
           (!filter->states || filter->states & 1u << alert->state) &&
           (!filter->teams || filter->teams & alert_teams(alert)) &&
           (!filter->desks || filter->desks & 1u << alert->desk) &&
           (!filter->owner || strcmp(filter->owner, alert->owner) == 0) &&
           (!filter->severities || filter->severities & 1u << alert->severity) &&
           (!filter->area || strcmp(filter->area, alert->area) == 0);
}

/* Severity, open before taken; then who has waited longest, or who will be open again first. All of
 * a severity escalate after the same wait, so the longest waiting is also the next to escalate, or
 * has done so most often. */
static int by_queue(const void *a, const void *b)
{
    const struct ranked_place *x = &((const struct ranked_row *)a)->place,
                              *y = &((const struct ranked_row *)b)->place;
    if (x->rank != y->rank)
        return x->rank > y->rank ? -1 : 1;
    if (x->due_ms != y->due_ms)
        return x->due_ms < y->due_ms ? -1 : 1;
    if (x->raised_s != y->raised_s)
        return x->raised_s < y->raised_s ? -1 : 1;
    return strcmp(x->id, y->id);
}

static int by_newest(const void *a, const void *b)
{
    const struct ranked_place *x = &((const struct ranked_row *)a)->place,
                              *y = &((const struct ranked_row *)b)->place;
    if (x->raised_s != y->raised_s)
        return x->raised_s > y->raised_s ? -1 : 1;
    return strcmp(x->id, y->id);
}

static ranked_order_fn *order_of(const struct filter *filter)
{
    return filter->all ? by_newest : by_queue;
}

/* ---- cursors ---- */

static void cursor_write(const struct filter *filter, const struct ranked_place *place,
                         struct buffer *out)
{
    char text[CURSOR_TEXT], base64[CURSOR_TEXT * 2];
    int n = snprintf(text, sizeof text, "%c.%d.%" PRId64 ".%" PRId64 ".%s", filter->all ? 'n' : 'q',
                     place->rank, place->due_ms, place->raised_s, place->id);
    (void)sodium_bin2base64(base64, sizeof base64, (const unsigned char *)text, (size_t)n,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    json_member_text(out, "next", base64);
}

/* *has: there is one. */
static enum err cursor_read(const struct request *request, const struct filter *filter,
                            struct ranked_place *out, bool *has, struct fault *fault)
{
    const char *cursor = request_query(request, "cursor");
    char text[CURSOR_TEXT], order = '\0';
    size_t bytes = 0;
    int at = 0;
    *has = cursor && cursor[0];
    if (!*has)
        return ERR_OK;
    if (sodium_base642bin((unsigned char *)text, sizeof text - 1, cursor, strlen(cursor), NULL,
                          &bytes, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0) {
        text[bytes] = '\0';
        if (sscanf(text, "%c.%9d.%18" SCNd64 ".%18" SCNd64 ".%n", &order, &out->rank, &out->due_ms,
                   &out->raised_s, &at) == 4 &&
            at > 0 && text_copy(text_of(text + at), out->id, sizeof out->id) &&
            order == (filter->all ? 'n' : 'q'))
            return ERR_OK;
    }
    return fault_set(fault, ERR_INVALID,
                     "cursor: is none of this list's; take \"next\" of the answer before, with the "
                     "same filters");
}

/* ---- the list ---- */

static void list_add(struct list *list, struct text snapshot, const struct alert *alert)
{
    bool open = lifecycle_waits_since_ms(alert) != 0;
    struct ranked_row row = {
        .place = {.rank = (int)alert->severity * 2 + open,
                  .due_ms = open ? lifecycle_waits_since_ms(alert) : alert->expires_ms,
                  .raised_s = alert->raised_s}};
    struct ranked_row before = {.shown = {0}};
    memcpy(row.place.id, alert->id, sizeof row.place.id);
    list->total++;
    if (list->after) {
        before.place = *list->after;
        if (list->ranked.order(&before, &row) >= 0)
            return;
    }
    list->left++;
    shown_add(snapshot, alert, shown_has_hours(list->account), &row.shown);
    ranked_add(&list->ranked, &row);
}

static bool list_take(void *context, uint32_t partition, struct text snapshot)
{
    struct list *list = context;
    struct alert alert;
    struct fault fault;
    (void)partition;
    if (alert_read(snapshot, &alert, &fault)) { /* one hides no other */
        list->unreadable++;
        return true;
    }
    if (filter_fits(list->filter, &alert) &&
        (!list->account || account_sees(list->account, alert_teams(&alert), alert.area)))
        list_add(list, snapshot, &alert);
    alert_done(&alert);
    return true;
}

static enum err list_read(struct request *request, struct list *list, struct fault *fault)
{
    struct api *api = request->api;
    const struct filter *filter = list->filter;
    bool filtered = filter->states || filter->teams || filter->desks || filter->severities ||
                    filter->area || filter->owner || filter->held || request->account ||
                    list->after;
    size_t scan = !filter->all ? NO_LIMIT : filtered ? HISTORY_SCAN_MAX : filter->limit + 1;
    enum err err = ERR_OK;
    for (uint32_t p = 0; p < api->partitions && !err; p++)
        err = api->store->ops->alerts(api->store, p, !filter->all, scan, list_take, list, fault);
    return err;
}

static void list_show(const struct list *list, struct buffer *out)
{
    const struct ranked *shown = &list->ranked;
    bool more = list->left > shown->count;
    buffer_text(out, "{\"alerts\":[");
    ranked_put(shown, out);
    buffer_format(out, "],\"total\":%zu,\"more\":%s", list->total, more ? "true" : "false");
    if (more)
        cursor_write(list->filter, &shown->rows[shown->count - 1].place, out);
    if (list->unreadable)
        json_member_int(out, "unreadable", (int64_t)list->unreadable);
    buffer_text(out, "}");
}

enum err handle_alerts_list(struct request *request, struct answer *answer, struct fault *fault)
{
    struct filter filter;
    struct ranked_place after = {.rank = 0};
    bool has_after = false;
    request_subject_query(request);
    enum err err = filter_read(request, &filter, fault);
    if (!err)
        err = cursor_read(request, &filter, &after, &has_after, fault);
    if (err)
        return err;
    struct list list = {
        .filter = &filter, .account = request->account, .after = has_after ? &after : NULL};
    ranked_begin(&list.ranked, order_of(&filter), filter.limit);
    err = list_read(request, &list, fault);
    if (!err) {
        ranked_settle(&list.ranked);
        list_show(&list, &answer->body);
        buffer_format(&request->result, "%zu alerts", list.ranked.count);
    }
    ranked_done(&list.ranked);
    return away_say(err, NOT_SHOWN, fault);
}
