/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of alerts, one alert, and what people do to it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alert/lifecycle.h"
#include "base/json.h"
#include "console/away.h"
#include "console/change.h"
#include "console/routes.h"
#include "console/shown.h"

#define LIST_LIMIT         200
#define LIST_LIMIT_MAX     1000
#define HISTORY_SCAN_MAX   10000 /* of a partition, when the list is filtered */
#define NO_LIMIT           0
#define PREFIX_CHARS_MIN   6
#define CONFLICT_TRIES_MAX 10
#define NOT_SHOWN          "nothing was shown"
#define NOT_CHANGED        "nothing was changed"

/* ---- the list ---- */

struct filter {
    uint32_t states, teams, severities; /* masks; 0: any */
    const char *area;                   /* NULL: any */
    bool all, held; /* held: those that an area incident holds back, and no others */
    size_t limit;
};

struct listed {
    int rank;       /* live list: graver, and among them open ones first */
    int64_t due_ms; /* live list: open since, or acknowledged until */
    int64_t raised_s;
    char id[ALERT_ID_MAX];
    struct buffer shown;
};

struct list {
    const struct filter *filter;
    struct listed *rows;
    size_t count, total;
    enum err err;
    struct fault fault;
};

/* "high,critical" to a mask of the vocabulary; absent: 0. */
static enum err names_read(const struct request *request, const char *parameter,
                           const char *const *names, size_t count, uint32_t *mask,
                           struct fault *fault)
{
    const char *at = request_query(request, parameter);
    *mask = 0;
    while (at && *at) {
        size_t bytes = strcspn(at, ","), i = 0;
        while (i < count && !text_is((struct text){at, bytes}, names[i]))
            i++;
        if (i == count) {
            struct buffer known = {0};
            for (size_t k = 0; k < count; k++)
                buffer_format(&known, "%s%s", k ? ", " : "", names[k]);
            (void)fault_set(fault, ERR_INVALID, "%s: \"%.*s\" is none of %s", parameter,
                            bytes > 60 ? 60 : (int)bytes, at, known.at);
            buffer_done(&known);
            return ERR_INVALID;
        }
        *mask |= 1u << i;
        at += bytes + (at[bytes] == ',');
    }
    return ERR_OK;
}

static enum err filter_read(struct request *request, struct filter *out, struct fault *fault)
{
    *out = (struct filter){.area = request_query(request, "area")};
    const char *all = request_query(request, "all");
    enum err err =
        names_read(request, "state", alert_state_names, ALERT_STATE_COUNT, &out->states, fault);
    if (!err)
        err = names_read(request, "team", team_names, TEAM_COUNT, &out->teams, fault);
    if (!err)
        err = names_read(request, "severity", severity_names, SEVERITY_COUNT, &out->severities,
                         fault);
    if (!err)
        err = request_limit(request, LIST_LIMIT, LIST_LIMIT_MAX, &out->limit, fault);
    if (err)
        return err;
    /* Who asks for alerts that are over means the history. */
    uint32_t live = 1u << ALERT_OPEN | 1u << ALERT_ACKNOWLEDGED;
    out->all = (all && strcmp(all, "1") == 0) || (out->states & ~live);
    const char *held = request_query(request, "held");
    out->held = held && strcmp(held, "1") == 0;
    if (out->area && !out->area[0])
        out->area = NULL;
    return ERR_OK;
}

static bool filter_fits(const struct filter *filter, const struct alert *alert)
{
    return (filter->held ? alert->held_by[0] : filter->all || !alert->held_by[0]) &&
           (!filter->states || filter->states & 1u << alert->state) &&
           (!filter->teams || filter->teams & 1u << alert->team) &&
           (!filter->severities || filter->severities & 1u << alert->severity) &&
           (!filter->area || strcmp(filter->area, alert->area) == 0);
}

/* Severity, open before taken; then who has waited longest, or who will be open again first. All of
 * a severity escalate after the same wait, so the longest waiting is also the next to escalate, or
 * has done so most often. */
static int by_queue(const void *a, const void *b)
{
    const struct listed *x = a, *y = b;
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
    const struct listed *x = a, *y = b;
    if (x->raised_s != y->raised_s)
        return x->raised_s > y->raised_s ? -1 : 1;
    return strcmp(x->id, y->id);
}

/* Sorts and lets go of what is behind the limit: memory stays bounded by twice the limit. */
static void list_settle(struct list *list)
{
    qsort(list->rows, list->count, sizeof *list->rows, list->filter->all ? by_newest : by_queue);
    while (list->count > list->filter->limit)
        buffer_done(&list->rows[--list->count].shown);
}

static bool list_take(void *context, uint32_t partition, struct text snapshot)
{
    struct list *list = context;
    struct alert alert;
    (void)partition;
    list->err = alert_read(snapshot, &alert, &list->fault);
    if (list->err)
        return false;
    if (filter_fits(list->filter, &alert)) {
        struct listed *row = &list->rows[list->count++];
        bool open = alert.state == ALERT_OPEN;
        *row = (struct listed){.rank = (int)alert.severity * 2 + open,
                               .due_ms = open ? lifecycle_waits_since_ms(&alert) : alert.expires_ms,
                               .raised_s = alert.raised_s};
        memcpy(row->id, alert.id, sizeof row->id);
        shown_add(snapshot, &alert, &row->shown);
        list->total++;
        if (list->count == list->filter->limit * 2)
            list_settle(list);
    }
    alert_done(&alert);
    return true;
}

enum err handle_alerts_list(struct request *request, struct answer *answer, struct fault *fault)
{
    struct filter filter;
    struct api *api = request->api;
    request_subject_query(request);
    enum err err = filter_read(request, &filter, fault);
    if (err)
        return err;
    struct list list = {.filter = &filter};
    list.rows = memory_get(filter.limit * 2 * sizeof *list.rows);
    bool filtered =
        filter.states || filter.teams || filter.severities || filter.area || filter.held;
    size_t scan = !filter.all ? NO_LIMIT : filtered ? HISTORY_SCAN_MAX : filter.limit;
    for (uint32_t p = 0; p < api->partitions && !err; p++) {
        err = api->store->ops->alerts(api->store, p, !filter.all, scan, list_take, &list, fault);
        if (!err && list.err) {
            err = list.err;
            *fault = list.fault;
        }
    }
    if (err)
        goto out;
    list_settle(&list);
    buffer_text(&answer->body, "{\"alerts\":[");
    for (size_t i = 0; i < list.count; i++) {
        json_put_item(&answer->body);
        buffer_add(&answer->body, list.rows[i].shown.at, list.rows[i].shown.bytes);
    }
    buffer_format(&answer->body, "],\"total\":%zu,\"more\":%s}", list.total,
                  list.total > list.count ? "true" : "false");
    buffer_format(&request->result, "%zu alerts", list.count);
out:
    for (size_t i = 0; i < list.count; i++)
        buffer_done(&list.rows[i].shown);
    free(list.rows);
    return away_say(err, NOT_SHOWN, fault);
}

/* ---- one alert ---- */

struct prefix_search {
    const char *prefix;
    size_t matches;
    char id[ALERT_ID_MAX]; /* of the first match */
    char other[ALERT_ID_MAX];
    uint32_t partition;
    enum err err;
    struct fault fault;
};

static bool prefix_take(void *context, uint32_t partition, struct text snapshot)
{
    struct prefix_search *search = context;
    struct alert alert;
    search->err = alert_read(snapshot, &alert, &search->fault);
    if (search->err)
        return false;
    if (strncasecmp(alert.id, search->prefix, strlen(search->prefix)) == 0) {
        char *id = search->matches++ == 0 ? search->id : search->other;
        (void)text_copy(text_of(alert.id), id, ALERT_ID_MAX);
        if (id == search->id)
            search->partition = partition;
    }
    alert_done(&alert);
    return search->matches < 2;
}

static enum err prefix_find(struct api *api, bool live, struct prefix_search *search,
                            struct fault *fault)
{
    enum err err = ERR_OK;
    search->matches = 0;
    for (uint32_t p = 0; p < api->partitions && !err && search->matches < 2; p++) {
        err = api->store->ops->alerts(api->store, p, live, live ? NO_LIMIT : HISTORY_SCAN_MAX,
                                      prefix_take, search, fault);
        if (!err && search->err) {
            err = search->err;
            *fault = search->fault;
        }
    }
    return err;
}

/* By the whole id, else by a prefix that only one has: of the live alerts first, since those are
 * what people read from a list. */
static enum err alert_find(struct request *request, uint32_t *partition, char id[ALERT_ID_MAX],
                           struct buffer *snapshot, struct fault *fault)
{
    struct api *api = request->api;
    struct prefix_search search = {.prefix = request->id};
    enum err err = ERR_NOT_FOUND;
    size_t chars = strlen(request->id);
    if (chars < PREFIX_CHARS_MIN)
        return fault_set(fault, ERR_INVALID,
                         "\"%s\": give at least %d characters of the alert's id", request->id,
                         PREFIX_CHARS_MIN);
    for (uint32_t p = 0; chars < ALERT_ID_MAX && p < api->partitions && err == ERR_NOT_FOUND; p++) {
        err = api->store->ops->alert(api->store, p, request->id, snapshot, fault);
        *partition = p;
    }
    if (!err)
        (void)text_copy(text_of(request->id), id, ALERT_ID_MAX);
    if (err != ERR_NOT_FOUND)
        return err;
    err = prefix_find(api, true, &search, fault);
    if (!err && search.matches == 0)
        err = prefix_find(api, false, &search, fault);
    if (err)
        return err;
    if (search.matches == 0)
        return fault_set(fault, ERR_NOT_FOUND, "there is no alert %.60s", request->id);
    if (search.matches > 1)
        return fault_set(fault, ERR_INVALID, "\"%s\" begins more than one alert: %s, %s ...",
                         request->id, search.id, search.other);
    *partition = search.partition;
    memcpy(id, search.id, ALERT_ID_MAX);
    return api->store->ops->alert(api->store, *partition, id, snapshot, fault);
}

static enum err alert_load(struct request *request, struct buffer *snapshot, struct alert *out,
                           struct fault *fault)
{
    enum err err = alert_read(buffer_view(snapshot), out, fault);
    if (err)
        return err;
    buffer_clear(&request->subject);
    buffer_text(&request->subject, out->id);
    (void)text_copy(text_of(out->household), request->household, sizeof request->household);
    return ERR_OK;
}

enum err handle_alert_show(struct request *request, struct answer *answer, struct fault *fault)
{
    uint32_t partition;
    char id[ALERT_ID_MAX];
    struct alert alert;
    struct buffer snapshot = {0};
    enum err err = alert_find(request, &partition, id, &snapshot, fault);
    if (!err)
        err = alert_load(request, &snapshot, &alert, fault);
    if (err)
        goto out;
    shown_add(buffer_view(&snapshot), &alert, &answer->body);
    answer->version = alert.version;
    alert_done(&alert);
out:
    buffer_done(&snapshot);
    return away_say(err, NOT_SHOWN, fault);
}

/* ---- a person's action ---- */

/* A person works on several alerts: a refusal says of which one it speaks. */
static enum err refuse_of(const struct alert *alert, enum err err, struct fault *fault)
{
    struct fault why = *fault;
    return fault_set(fault, err, "%.*s (%s): %s", ALERT_ID_SHOWN, alert->id, alert->household,
                     why.text);
}

/* Who changed it last, for whoever comes too late. */
static enum err version_check(const struct alert *alert, int64_t wanted, struct answer *answer,
                              struct fault *fault)
{
    if (wanted == 0 || wanted == alert->version)
        return ERR_OK;
    const struct alert_step *last = alert->step_count ? &alert->steps[alert->step_count - 1] : NULL;
    answer->status = 412;
    (void)fault_set(fault, ERR_CONFLICT,
                    "is at version %" PRId64 ", not %" PRId64 ": %s by %s%s%.400s; look at it "
                    "again",
                    alert->version, wanted, last ? last->what : "changed",
                    last ? last->who : "somebody", last && last->note ? ": " : "",
                    last && last->note ? last->note : "");
    return refuse_of(alert, ERR_CONFLICT, fault);
}

/* ERR_UNREACHABLE leaves open whether the store did it: one look tells. */
static enum err transition_settle(struct api *api, const struct store_transition *transition,
                                  enum err err, struct fault *fault)
{
    struct buffer now = {0};
    struct fault ignored = {0};
    if (err != ERR_UNREACHABLE && err != ERR_TIMEOUT)
        return away_say(err, NOT_CHANGED, fault);
    if (api->store->ops->alert(api->store, transition->partition, transition->alert, &now,
                               &ignored))
        (void)fault_set(fault, err,
                        "Anbu's state store does not answer, and it is not known whether this was "
                        "done: look again before you repeat it, and tell whoever runs Anbu if it "
                        "stays so");
    else if (text_equal(buffer_view(&now), transition->snapshot))
        err = ERR_OK;
    else
        err = away_say(err, NOT_CHANGED, fault);
    buffer_done(&now);
    return err;
}

static void change_answer(struct request *request, const struct step *step, bool delivered,
                          struct answer *answer)
{
    answer->status = delivered ? 200 : 202;
    answer->version = step->alert.version;
    buffer_clear(&answer->body);
    buffer_format(&answer->body, "{\"delivered\":%s,\"alert\":", delivered ? "true" : "false");
    shown_add(buffer_view(&step->snapshot), &step->alert, &answer->body);
    buffer_text(&answer->body, "}");
    buffer_format(&request->result, "version %" PRId64 "%s", step->alert.version,
                  delivered ? "" : ", not yet delivered");
}

/* A conflict without a newer version: the household's team has another live alert. */
static enum err conflict_settle(struct api *api, const struct alert *before, uint32_t partition,
                                enum err err, struct fault *fault)
{
    struct store_case open;
    if (err != ERR_CONFLICT)
        return err;
    if (api->store->ops->load_case(api->store, partition, text_of(before->household), &open, fault))
        return err;
    const char *other = open.open[before->team];
    if (before->state == ALERT_OPEN || before->state == ALERT_ACKNOWLEDGED || !other[0] ||
        strcmp(other, before->id) == 0)
        return err;
    return fault_set(fault, ERR_REFUSED,
                     "household %s has another alert for the %s that is not closed: work on %s",
                     before->household, team_names[before->team], other);
}

/* One try on what the store has now. ERR_CONFLICT: load again. */
static enum err change_try(struct request *request, const struct change *change,
                           const struct alert *before, uint32_t partition, struct answer *answer,
                           struct fault *fault)
{
    struct api *api = request->api;
    struct step step = {0};
    struct store_transition transition;
    const struct config *config = api->host.config_hold(api->host.host);
    const struct settings *settings = config_settings(config);
    struct alert_rules rules = {.ack_expiry_s = settings->alerts.ack_expiry_s,
                                .escalate_critical_s = settings->alerts.escalate_critical_s,
                                .escalate_s = settings->alerts.escalate_s,
                                .escalations_max = settings->alerts.escalations_max};
    api->host.config_release(api->host.host, config);
    enum err err = lifecycle_apply(before, change, &rules, &step, fault);
    if (err == ERR_REFUSED)
        return refuse_of(before, err, fault);
    if (err)
        return err;
    lifecycle_transition(&step, partition, NULL, &transition);
    err = api->store->ops->transition(api->store, NULL, &transition, fault);
    err = transition_settle(api, &transition, err, fault);
    err = conflict_settle(api, before, partition, err, fault);
    if (!err)
        tally_step(&api->tally, &step, NULL);
    if (!err)
        change_answer(request, &step, announce(api, &transition), answer);
    step_done(&step);
    return err;
}

enum err handle_alert_change(struct request *request, struct answer *answer, struct fault *fault)
{
    uint32_t partition = 0;
    char id[ALERT_ID_MAX];
    struct asked asked = {0};
    struct buffer snapshot = {0};
    bool intended = false;
    enum err err = asked_read(request, &asked, fault);
    if (!err)
        err = away_say(alert_find(request, &partition, id, &snapshot, fault), NOT_CHANGED, fault);
    for (int i = 0; !err && i < CONFLICT_TRIES_MAX; i++) {
        struct alert alert;
        struct change change;
        err = alert_load(request, &snapshot, &alert, fault);
        if (err)
            break;
        err = version_check(&alert, asked.version, answer, fault);
        if (!err)
            err = asked_change(&asked, request, &alert, &change, fault);
        if (!err && !intended)
            err = request_intend(request, fault);
        intended = true;
        if (!err)
            err = change_try(request, &change, &alert, partition, answer, fault);
        alert_done(&alert);
        if (err != ERR_CONFLICT || answer->status == 412)
            break;
        (void)fault_set(fault, err, "others change this alert at the same moment: try again");
        if (i + 1 < CONFLICT_TRIES_MAX) {
            buffer_clear(&snapshot);
            struct store *store = request->api->store;
            err = store->ops->alert(store, partition, id, &snapshot, fault);
            err = away_say(err, NOT_CHANGED, fault);
        }
    }
    buffer_done(&snapshot);
    asked_done(&asked);
    return err;
}
