/* SPDX-License-Identifier: Apache-2.0
 *
 * One alert, and what people do to it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "alert/rules.h"
#include "base/json.h"
#include "console/alerts.h"
#include "console/also.h"
#include "console/away.h"
#include "console/change.h"
#include "console/ladder_shown.h"
#include "console/routes.h"
#include "console/shown.h"
#include "console/staff.h"
#include "console/wall.h"

#define HISTORY_SCAN_MAX   10000 /* of a partition, when a prefix is looked for */
#define NO_LIMIT           0
#define PREFIX_CHARS_MIN   6
#define CONFLICT_TRIES_MAX 10
#define NOT_SHOWN          "nothing was shown"
#define NOT_CHANGED        "nothing was changed"

/* ---- one alert ---- */

struct prefix_search {
    const char *prefix;
    size_t matches;
    char id[ALERT_ID_MAX]; /* of the first match */
    char other[ALERT_ID_MAX];
    uint32_t partition;
};

static bool prefix_take(void *context, uint32_t partition, struct text snapshot)
{
    struct prefix_search *search = context;
    struct alert alert;
    struct fault unreadable;
    if (alert_read(snapshot, &alert, &unreadable)) /* its whole id finds it, and says what it is */
        return true;
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
    for (uint32_t p = 0; p < api->partitions && !err && search->matches < 2; p++)
        err = api->store->ops->alerts(api->store, p, live, live ? NO_LIMIT : HISTORY_SCAN_MAX,
                                      prefix_take, search, fault);
    return err;
}

/* Of the live alerts first, since those are what people read from a list. */
enum err alert_find(struct request *request, uint32_t *partition, char id[ALERT_ID_MAX],
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

enum err alert_load(struct request *request, struct buffer *snapshot, struct alert *out,
                    struct fault *fault)
{
    enum err err = alert_read(buffer_view(snapshot), out, fault);
    if (err)
        return err;
    if (request->account && !account_sees(request->account, alert_teams(out), out->area)) {
        alert_done(out);
        return fault_set(fault, ERR_NOT_FOUND, "there is no alert %.60s", request->id);
    }
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
    shown_add(buffer_view(&snapshot), &alert, shown_has_hours(request->account), &answer->body);
    const struct config *config = request->api->host.config_hold(request->api->host.host);
    ladder_shown_add(&alert, config, &answer->body);
    request->api->host.config_release(request->api->host.host, config);
    err = also_add(request, &alert, partition, &answer->body, fault);
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
                                  enum err err, struct answer *answer, struct fault *fault)
{
    struct buffer now = {0};
    struct fault ignored = {0};
    if (err != ERR_UNREACHABLE && err != ERR_TIMEOUT)
        return away_say(err, NOT_CHANGED, fault);
    if (api->store->ops->alert(api->store, transition->partition, transition->alert, &now,
                               &ignored)) {
        answer->unsure = true;
        (void)fault_set(fault, err,
                        "Anbu's state store does not answer, and it is not known whether this was "
                        "done: look again before you repeat it, and tell whoever runs Anbu if it "
                        "stays so");
    } else if (text_equal(buffer_view(&now), transition->snapshot))
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
    shown_add(buffer_view(&step->snapshot), &step->alert, shown_has_hours(request->account),
              &answer->body);
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
    if (alert_is_live(before) || !other[0] || strcmp(other, before->id) == 0)
        return err;
    return fault_set(fault, ERR_REFUSED,
                     "household %s has another alert for the %s that is not closed: work on %s",
                     before->household, team_names[before->team], other);
}

/* The live alert that the other team has of this home, for the referral to name. */
static enum err also_find(struct api *api, const struct alert *before, uint32_t partition,
                          struct change *change, struct store_case *room, struct fault *fault)
{
    if (change->kind != CHANGE_REFER || change->refer_to >= TEAM_COUNT)
        return ERR_OK;
    enum err err =
        api->store->ops->load_case(api->store, partition, text_of(before->household), room, fault);
    const char *other = room->open[change->refer_to];
    if (!err && other[0] && strcmp(other, before->id) != 0)
        change->also = other;
    return away_say(err, NOT_CHANGED, fault);
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
    struct alert_rules rules;
    struct staff staff = {.count = 0};
    rules_of(config, &rules);
    enum err err = away_say(staff_known(api, config, &staff, fault), NOT_CHANGED, fault);
    rules.staff = &staff;
    if (!err)
        err = lifecycle_apply(before, change, &rules, &step, fault);
    api->host.config_release(api->host.host, config);
    staff_done(&staff);
    if (err == ERR_REFUSED)
        return refuse_of(before, err, fault);
    if (err)
        return err;
    lifecycle_transition(&step, partition, NULL, &transition);
    err = api->store->ops->transition(api->store, NULL, &transition, fault);
    err = transition_settle(api, &transition, err, answer, fault);
    err = conflict_settle(api, before, partition, err, fault);
    if (!err)
        tally_step(&api->counts.tally, &step, NULL);
    if (!err)
        change_answer(request, &step, announce(api, &transition), answer);
    step_done(&step);
    return err;
}

enum err alert_change(struct request *request, alert_intent_fn *intent, void *context,
                      struct answer *answer, struct fault *fault)
{
    uint32_t partition = 0;
    char id[ALERT_ID_MAX];
    struct buffer snapshot = {0};
    struct store *store = request->api->store;
    bool intended = false;
    enum err err =
        away_say(alert_find(request, &partition, id, &snapshot, fault), NOT_CHANGED, fault);
    for (int i = 0; !err && i < CONFLICT_TRIES_MAX; i++) {
        struct alert alert;
        struct change change;
        struct store_case open;
        err = alert_load(request, &snapshot, &alert, fault);
        if (err)
            break;
        err = intent(request, &alert, context, &change, answer, fault);
        if (!err)
            err = also_find(request->api, &alert, partition, &change, &open, fault);
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
            err = store->ops->alert(store, partition, id, &snapshot, fault);
            err = away_say(err, NOT_CHANGED, fault);
        }
    }
    buffer_done(&snapshot);
    return err;
}

static enum err asked_intent(struct request *request, const struct alert *alert, void *context,
                             struct change *out, struct answer *answer, struct fault *fault)
{
    const struct asked *asked = context;
    enum err err = version_check(alert, asked->version, answer, fault);
    if (!err)
        err = asked_change(asked, request, alert, out, fault);
    if (!err && out->kind == CHANGE_RESOLVE && out->outcome == OUTCOME_ABSENCE)
        err =
            wall_absence(request, "refer it to the welfare team, or close it with another outcome",
                         answer, fault);
    return err;
}

enum err handle_alert_change(struct request *request, struct answer *answer, struct fault *fault)
{
    struct asked asked = {0};
    enum err err = asked_read(request, &asked, fault);
    if (!err)
        err = alert_change(request, asked_intent, &asked, answer, fault);
    asked_done(&asked);
    return err;
}
