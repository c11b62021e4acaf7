/* SPDX-License-Identifier: Apache-2.0
 *
 * A home where nobody will be: declared, ended before its time, looked up.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "console/absence.h"
#include "console/away.h"
#include "console/body.h"
#include "console/change.h"
#include "console/routes.h"
#include "console/wall.h"
#include "household/record.h"

#define ALERTS_ASKED_MAX 64 /* of the household, the newest */
#define NOT_CHANGED      "nothing was changed"
#define DAY_S            86400

/* The household that a request is about. */
struct home {
    struct text household;
    uint32_t partition;
    bool kept, opted_out;
    char area[MESSAGE_ID_MAX + 1], timezone[48];
    const struct zone *zone;
    int64_t absent_from_s, absent_to_s; /* of its record */
};

static enum err home_load(struct request *request, struct home *out, struct fault *fault)
{
    struct api *api = request->api;
    struct buffer bytes = {0};
    struct record record;
    *out = (struct home){.household = text_of(request->id)};
    if (!text_copy(out->household, request->household, sizeof request->household))
        return fault_set(fault, ERR_INVALID, "a household's id has at most %d bytes",
                         MESSAGE_ID_MAX);
    out->partition = kafka_partition(out->household, api->partitions);
    enum err err = api->store->ops->load(api->store, out->partition, &out->household, 1,
                                         store_record_into, &bytes, fault);
    if (err || !bytes.bytes) {
        buffer_done(&bytes);
        return away_say(err, "nothing was shown or changed", fault);
    }
    err = record_open(bytes.at, (uint32_t)bytes.bytes, &record, fault);
    if (!err) {
        out->kept = true;
        out->opted_out = record.home->opted_out;
        out->absent_from_s = record.home->absent_from_s;
        out->absent_to_s = record.home->absent_to_s;
        (void)text_copy(record_area(&record), out->area, sizeof out->area);
        (void)text_copy(record_zone(&record), out->timezone, sizeof out->timezone);
    }
    buffer_done(&bytes);
    return err;
}

static void home_zone(const struct request *request, struct home *home)
{
    const struct api_host *host = &request->api->host;
    const struct config *config = host->config_hold(host->host);
    if (!home->timezone[0])
        (void)text_copy(text_of(config_settings(config)->ingest.timezone), home->timezone,
                        sizeof home->timezone);
    if (zone_find(text_of(home->timezone), &home->zone))
        home->zone = zone_utc();
    host->config_release(host->host, config);
}

/* ---- who may ---- */

struct desk {
    const struct account *account;
    bool has, known; /* a live alert of the account's; any alert */
};

static bool desk_look(void *context, uint32_t partition, struct text snapshot)
{
    struct desk *desk = context;
    struct alert alert;
    struct fault unread;
    (void)partition;
    desk->known = true;
    if (alert_read(snapshot, &alert, &unread))
        return true; /* whoever opens it is told */
    desk->has = alert_is_live(&alert) &&
                (!desk->account || account_sees(desk->account, alert_teams(&alert), alert.area));
    alert_done(&alert);
    return !desk->has;
}

/* A home without an alert on one's desk is the welfare team's: its supervisors, in the own areas.
 */
static bool oversees(const struct account *account, const struct home *home)
{
    return account->role == ROLE_SUPERVISOR && home->kept &&
           account_sees(account, 1u << TEAM_WELFARE, home->area);
}

static enum err glass_break(struct request *request, struct answer *answer, struct fault *fault)
{
    if (!request->why[0]) {
        answer->status = 403;
        return fault_set(fault, ERR_DENIED,
                         "why: household %s has no live alert on your desk, so say for what "
                         "purpose",
                         request->id);
    }
    if (!wall_purpose_fits(request->why))
        return fault_set(fault, ERR_INVALID, "why: %d to %d characters that say what for",
                         WALL_PURPOSE_MIN, WALL_PURPOSE_MAX);
    request->broke_glass = true;
    return ERR_OK;
}

/* With a live alert of the household on one's desk; a supervisor breaks the glass. That a household
 * is there is told to nobody else. */
static enum err may(struct request *request, struct home *home, struct answer *answer,
                    struct fault *fault)
{
    const struct account *account = request->account;
    struct store *store = request->api->store;
    struct desk desk = {.account = account};
    enum err err = store->ops->alerts_of(store, home->partition, home->household, ALERTS_ASKED_MAX,
                                         desk_look, &desk, fault);
    if (err)
        return away_say(err, "nothing was shown or changed", fault);
    if (account && !desk.has && !oversees(account, home))
        return fault_set(fault, ERR_NOT_FOUND, "household %s has no live alert on your desk",
                         request->id);
    if (account && !desk.has)
        err = glass_break(request, answer, fault);
    if (err)
        return err;
    if (!home->kept && !desk.known)
        return fault_set(fault, ERR_NOT_FOUND, "household %s is not known", request->id);
    home_zone(request, home);
    return ERR_OK;
}

/* ---- what is declared ---- */

static enum err declared_read(const struct request *request, const struct home *home,
                              const char *from, const char *to, struct absence *out,
                              struct fault *fault)
{
    int64_t now_s = clock_wall_ms(request->api->clock) / 1000;
    int64_t from_ms = now_s * 1000, to_ms = 0, most_s = (int64_t)ABSENCE_DAYS_MAX * DAY_S;
    enum err err = from ? moment_read("from", from, home->timezone, &from_ms, fault) : ERR_OK;
    if (!err)
        err = moment_read("to", to, home->timezone, &to_ms, fault);
    if (err)
        return err;
    out->from_s = from_ms / 1000;
    out->to_s = to_ms / 1000;
    out->at_s = now_s;
    if (out->to_s <= now_s)
        return fault_set(fault, ERR_INVALID, "to: an absence that is over changes nothing");
    if (out->to_s <= out->from_s)
        return fault_set(fault, ERR_INVALID, "to: it ends before it begins");
    if (out->to_s - out->from_s > most_s || out->from_s > now_s + most_s ||
        out->from_s < now_s - (int64_t)ABSENCE_KEPT_DAYS * DAY_S)
        return fault_set(fault, ERR_INVALID,
                         "from, to: at most %d days, beginning at most %d days ago and at most %d "
                         "ahead: who lives elsewhere has moved out",
                         ABSENCE_DAYS_MAX, ABSENCE_KEPT_DAYS, ABSENCE_DAYS_MAX);
    return ERR_OK;
}

/* Kept for Kafka, then told to it; 202 while it is away. */
static enum err tell(struct request *request, const struct home *home, int64_t from_s, int64_t to_s,
                     struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    int64_t now_ms = clock_wall_ms(api->clock);
    struct buffer message = {0};
    char id[MESSAGE_ID_MAX + 1];
    (void)snprintf(id, sizeof id, "absence.%" PRId64 ".%016" PRIx64, now_ms,
                   record_hash(home->household));
    absence_message(request->id, id, now_ms / 1000, from_s, to_s, home->zone, &message);
    const struct store_transition step = {.partition = home->partition,
                                          .household = home->household,
                                          .detector = -1,
                                          .message_id = text_of(id),
                                          .message = buffer_view(&message)};
    enum err err = api->store->ops->transition(api->store, NULL, &step, fault);
    if (err == ERR_UNREACHABLE || err == ERR_TIMEOUT)
        (void)fault_set(fault, err,
                        "Anbu's state store does not answer, and it is not known whether this was "
                        "done: repeat it, twice is no harm");
    else if (err)
        err = away_say(err, NOT_CHANGED, fault);
    if (!err) {
        bool delivered = announce(api, &step);
        answer->status = delivered ? 200 : 202;
        json_member_bool(&answer->body, "delivered", delivered);
        if (!delivered)
            buffer_text(&request->result, "not yet delivered");
    }
    buffer_done(&message);
    return err;
}

static void show(const struct request *request, const struct home *home,
                 const struct absence_register *absences, struct buffer *json)
{
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    json_member_text(json, "household", request->id);
    json_put_key(json, "record");
    if (home->absent_to_s) {
        buffer_text(json, "{");
        json_member_text(
            json, "from",
            time_format(home->absent_from_s, zone_offset_s(home->zone, home->absent_from_s), from));
        json_member_text(
            json, "to",
            time_format(home->absent_to_s, zone_offset_s(home->zone, home->absent_to_s), to));
        buffer_text(json, "}");
    } else {
        buffer_text(json, "null");
    }
    json_put_key(json, "absences");
    absence_show(absences, home->zone, !wall_is_police(request->account), json);
    buffer_text(json, "}");
}

enum err handle_absence_show(struct request *request, struct answer *answer, struct fault *fault)
{
    struct home home;
    struct absence_register absences;
    enum err err = home_load(request, &home, fault);
    if (!err)
        err = may(request, &home, answer, fault);
    if (!err)
        err = away_say(absence_load(request->api->store, request->id, &absences, fault),
                       "nothing was shown", fault);
    if (err)
        return err;
    buffer_text(&answer->body, "{");
    show(request, &home, &absences, &answer->body);
    return ERR_OK;
}

/* The register follows what was told: it says who and why, and nothing hangs on it. */
static enum err register_save(struct request *request, struct absence_register *absences,
                              struct fault *fault)
{
    struct fault why = {0};
    enum err err = absence_save(request->api->store, request->id, absences,
                                clock_wall_ms(request->api->clock) / 1000, &why);
    return err ? fault_set(fault, err,
                           "this was done, but could not be written into the register: repeat it, "
                           "twice is no harm (%s)",
                           why.text)
               : ERR_OK;
}

enum err handle_absence_declare(struct request *request, struct answer *answer, struct fault *fault)
{
    const char *from = NULL, *to = NULL, *reason = NULL;
    const struct body_member members[] = {
        {.name = "from", .text = &from},
        {.name = "to", .text = &to},
        {.name = "reason", .text = &reason},
    };
    struct home home;
    struct absence absence = {0};
    struct absence_register absences;
    json_t *body = NULL;
    enum err err = body_read(request, members, sizeof members / sizeof members[0], &body, fault);
    if (!err)
        err = home_load(request, &home, fault);
    if (!err)
        err = wall_absence(request, "ask the welfare team", answer, fault);
    if (!err)
        err = may(request, &home, answer, fault);
    if (!err && home.opted_out)
        err = fault_set(fault, ERR_REFUSED, "household %s has opted out: nothing is kept of it",
                        request->id);
    if (!err)
        err = declared_read(request, &home, from, to, &absence, fault);
    if (!err)
        err = away_say(absence_load(request->api->store, request->id, &absences, fault),
                       NOT_CHANGED, fault);
    if (!err) {
        buffer_format(&request->subject, "%s from %s to %s", request->id, from ? from : "now", to);
        err = request_intend(request, fault);
    }
    buffer_text(&answer->body, "{");
    if (!err)
        err = tell(request, &home, absence.from_s, absence.to_s, answer, fault);
    if (!err) {
        (void)text_copy(text_of(reason), absence.reason, sizeof absence.reason);
        (void)text_copy(text_of(request->peer.who), absence.by, sizeof absence.by);
        absence_add(&absences, &absence);
        err = register_save(request, &absences, fault);
    }
    if (!err)
        show(request, &home, &absences, &answer->body);
    json_decref(body);
    return err;
}

enum err handle_absence_end(struct request *request, struct answer *answer, struct fault *fault)
{
    int64_t now_s = clock_wall_ms(request->api->clock) / 1000;
    struct home home;
    struct absence_register absences;
    enum err err = home_load(request, &home, fault);
    if (!err)
        err = wall_absence(request, "ask the welfare team", answer, fault);
    if (!err)
        err = may(request, &home, answer, fault);
    if (!err)
        err = away_say(absence_load(request->api->store, request->id, &absences, fault),
                       NOT_CHANGED, fault);
    if (err)
        return err;
    struct absence *standing = absence_standing(&absences, now_s);
    if (!standing && home.absent_to_s <= now_s)
        return fault_set(fault, ERR_REFUSED, "no absence of household %s is declared", request->id);
    /* What has not begun is declared over a second that has passed. */
    int64_t from_s = standing ? standing->from_s : home.absent_from_s;
    err = request_intend(request, fault);
    buffer_text(&answer->body, "{");
    if (!err)
        err = tell(request, &home, from_s < now_s ? from_s : now_s - 1, now_s, answer, fault);
    if (!err && standing) {
        standing->ended_s = now_s;
        (void)text_copy(text_of(request->peer.who), standing->ended_by, sizeof standing->ended_by);
        err = register_save(request, &absences, fault);
    }
    if (!err)
        show(request, &home, &absences, &answer->body);
    return err;
}
