/* SPDX-License-Identifier: Apache-2.0
 *
 * One household: its record as people read it, and its alerts.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/incident.h"
#include "base/json.h"
#include "base/zone.h"
#include "console/away.h"
#include "console/routes.h"
#include "console/shown.h"
#include "console/wall.h"
#include "household/hours.h"
#include "household/record.h"
#include "household/show.h"

#define ALERTS_SHOWN_MAX 20
#define HOURS_DAYS_USUAL 7

/* As the store has them. */
struct kept {
    struct buffer record, counts; /* the household's; of its partition (household/census.h) */
};

struct shown_alerts {
    const struct account *viewer;
    struct buffer json;
    enum err err;
    struct fault fault;
};

static bool alert_add(void *context, uint32_t partition, struct text snapshot)
{
    struct shown_alerts *alerts = context;
    struct alert alert;
    (void)partition;
    alerts->err = alert_read(snapshot, &alert, &alerts->fault);
    if (alerts->err)
        return false;
    if (!alerts->viewer || account_sees(alerts->viewer, alert_teams(&alert), alert.area)) {
        json_put_item(&alerts->json);
        shown_add(snapshot, &alert, shown_has_hours(alerts->viewer), &alerts->json);
    }
    alert_done(&alert);
    return true;
}

/* Which of a home's meters nobody hears of, for their head-end has stopped. */
struct unheard {
    struct text area, feeder;
    struct buffer json;
};

static void unheard_add(void *context, struct text group, struct text json)
{
    struct unheard *unheard = context;
    struct incident incident;
    struct fault unreadable;
    char text[TIME_TEXT_MAX];
    (void)group;
    if (incident_read(json, &incident, &unreadable) || incident.closed_ms ||
        incident.kind != INCIDENT_UNREPORTED)
        return;
    const char *name = strchr(incident.group, ':'), *kind = strchr(incident.group, '.');
    if (!name || !kind || !text_is(kind[1] == 'f' ? unheard->feeder : unheard->area, name + 1))
        return;
    json_put_item(&unheard->json);
    buffer_text(&unheard->json, "{");
    json_member_string(&unheard->json, "utility",
                       (struct text){incident.group, (size_t)(kind - incident.group)});
    json_member_text(&unheard->json, "group", incident.group);
    json_member_text(&unheard->json, "from",
                     time_format((int64_t)incident.from_hour * 3600, 0, text));
    buffer_text(&unheard->json, "}");
}

/* Incidents are soft state: what cannot be read of them is not said. */
static void unheard_show(struct store *store, const struct buffer *bytes, struct buffer *json)
{
    struct record record;
    struct fault unsaid;
    void *copy = memory_get(bytes->bytes);
    memcpy(copy, bytes->at, bytes->bytes);
    if (!record_open(copy, (uint32_t)bytes->bytes, &record, &unsaid)) {
        struct unheard unheard = {.area = record_area(&record), .feeder = record_feeder(&record)};
        (void)store->ops->incidents(store, unheard_add, &unheard, &unsaid);
        json_put_key(json, "non_reporting");
        buffer_text(json, "[");
        buffer_add(json, unheard.json.at, unheard.json.bytes);
        buffer_text(json, "]");
        buffer_done(&unheard.json);
    }
    free(copy);
}

/* The record's members, or {"household","kept":false}: records are kept lazily, so that the first
 * alert of a household may be there before its record is. A record does not hold its own key. */
static enum err record_show(const struct api *api, struct text household, const struct kept *kept,
                            struct buffer *json, struct fault *fault)
{
    const struct api_host *host = &api->host;
    const struct buffer *record = &kept->record;
    struct prices prices;
    struct buffer shown = {0};
    enum err err = ERR_OK;
    buffer_text(json, "{");
    json_member_string(json, "household", household);
    json_member_bool(json, "kept", record->bytes > 0);
    if (record->bytes > 0) {
        const struct config *config = host->config_hold(host->host);
        prices_at(&prices, buffer_view(&kept->counts), config_settings(config)->budget.steer,
                  clock_wall_ms(api->clock));
        err = household_show(record->at, (uint32_t)record->bytes, config, &prices, &shown);
        prices_done(&prices);
        host->config_release(host->host, config);
    }
    if (!err && shown.bytes > 2) {
        buffer_text(json, ",");
        buffer_add(json, shown.at + 1, shown.bytes - 2);
    }
    if (err == ERR_CORRUPT)
        (void)fault_set(fault, err, "the record of household %.*s %s", (int)household.bytes,
                        household.at, err_text(err));
    buffer_done(&shown);
    return err;
}

/* Whoever has opted out is not looked at in the time before, either. */
static enum err may_look_back(const struct buffer *bytes, const char *household,
                              struct fault *fault)
{
    struct record record;
    if (!bytes->bytes)
        return ERR_OK;
    record_view(bytes->at, &record);
    if (!record.home->opted_out)
        return ERR_OK;
    return fault_set(fault, ERR_REFUSED,
                     "household %s has opted out: what was before is not shown either", household);
}

/* Where the household's messages lie, and what homes were counted to come to, for whoever works out
 * an earlier moment. */
static void messages_show(const struct api *api, uint32_t partition, const struct buffer *counts,
                          struct buffer *json)
{
    const struct config *config = api->host.config_hold(api->host.host);
    const struct settings *settings = config_settings(config);
    json_put_key(json, "messages");
    buffer_text(json, "{");
    json_member_text(json, "brokers", settings->kafka.brokers);
    json_member_int(json, "partition", partition);
    json_member_text(json, "readings", settings->kafka.readings);
    json_member_text(json, "billing", settings->kafka.billing);
    json_member_text(json, "household", settings->kafka.household);
    json_member_text(json, "report", settings->kafka.report);
    json_member_text(json, "weather", settings->kafka.weather);
    buffer_text(json, "}");
    json_put_key(json, "counts");
    buffer_text(json, "\"");
    buffer_hex(json, buffer_view(counts));
    buffer_text(json, "\"");
    api->host.config_release(api->host.host, config);
}

static enum err kept_load(struct store *store, uint32_t partition, struct text household,
                          struct kept *kept, struct fault *fault)
{
    const struct text nobody = STORE_NOBODY;
    enum err err =
        store->ops->load(store, partition, &household, 1, store_record_into, &kept->record, fault);
    return err ? err
               : store->ops->load(store, partition, &nobody, 1, store_record_into, &kept->counts,
                                  fault);
}

/* An account is of some areas; a record that cannot be read is in none that is known. */
static enum err kept_area(const struct request *request, const struct buffer *bytes,
                          struct fault *fault)
{
    struct record record;
    struct text area = TEXT("");
    void *copy = memory_get(bytes->bytes + 1);
    if (bytes->bytes) {
        memcpy(copy, bytes->at, bytes->bytes);
        if (!record_open(copy, (uint32_t)bytes->bytes, &record, NULL))
            area = record_area(&record);
    }
    enum err err = wall_area(request, area, fault);
    free(copy);
    return err;
}

static enum err hours_show(struct request *request, const struct buffer *record, int days,
                           struct buffer *out, struct fault *fault)
{
    const struct api_host *host = &request->api->host;
    if (record->bytes == 0)
        return fault_set(fault, ERR_NOT_FOUND, "household %s is not known", request->id);
    const struct config *config = host->config_hold(host->host);
    buffer_text(out, "{");
    json_member_string(out, "household", text_of(request->household));
    enum err err = household_hours(record->at, (uint32_t)record->bytes, config, days, out, fault);
    buffer_text(out, "}");
    host->config_release(host->host, config);
    return err;
}

enum err handle_household_hours(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    struct text household = text_of(request->id);
    struct kept kept = {0};
    size_t days = 0;
    enum err err = request_count(request, "days", HOURS_DAYS_USUAL, HOURS_DAYS_MAX, &days, fault);
    if (!err && !text_copy(household, request->household, sizeof request->household))
        err =
            fault_set(fault, ERR_INVALID, "a household's id has at most %d bytes", MESSAGE_ID_MAX);
    if (!err)
        err = wall_pass(request, answer, fault);
    if (!err)
        err = kept_load(api->store, kafka_partition(household, api->partitions), household, &kept,
                        fault);
    if (!err)
        err = kept_area(request, &kept.record, fault);
    if (answer->status != 403)
        err = away_say(err, "nothing was shown", fault);
    if (!err)
        err = hours_show(request, &kept.record, (int)days, &answer->body, fault);
    buffer_done(&kept.record);
    buffer_done(&kept.counts);
    return err;
}

enum err handle_household_show(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    struct store *store = api->store;
    struct text household = text_of(request->id);
    struct kept kept = {0};
    struct shown_alerts alerts = {.viewer = request->account};
    const char *at = request_query(request, "at");
    if (at)
        buffer_format(&request->subject, "%s at %.40s", request->id, at);
    if (!text_copy(household, request->household, sizeof request->household))
        return fault_set(fault, ERR_INVALID, "a household's id has at most %d bytes",
                         MESSAGE_ID_MAX);
    if (at && request->account)
        return fault_set(fault, ERR_INVALID, "at: on the machine itself alone (anbuctl explain)");
    uint32_t partition = kafka_partition(household, api->partitions);
    enum err err = wall_pass(request, answer, fault);
    if (!err)
        err = kept_load(store, partition, household, &kept, fault);
    if (!err)
        err = kept_area(request, &kept.record, fault);
    if (!err)
        err = store->ops->alerts_of(store, partition, household, ALERTS_SHOWN_MAX, alert_add,
                                    &alerts, fault);
    if (answer->status != 403)
        err = away_say(err, "nothing was shown", fault);
    if (!err && alerts.err) {
        err = alerts.err;
        *fault = alerts.fault;
    }
    if (!err && kept.record.bytes == 0 && alerts.json.bytes == 0)
        err = fault_set(fault, ERR_NOT_FOUND,
                        "household %s is not known: no message of it has been processed and kept; "
                        "new ones are kept after daemon.flush_interval at the latest",
                        request->id);
    if (!err)
        err = record_show(api, household, &kept, &answer->body, fault);
    if (!err && at)
        err = may_look_back(&kept.record, request->id, fault);
    if (!err && at)
        messages_show(api, partition, &kept.counts, &answer->body);
    if (!err && kept.record.bytes > 0)
        unheard_show(store, &kept.record, &answer->body);
    if (!err) {
        json_put_key(&answer->body, "alerts");
        buffer_text(&answer->body, "[");
        buffer_add(&answer->body, alerts.json.at, alerts.json.bytes);
        buffer_text(&answer->body, "]}");
    }
    buffer_done(&kept.record);
    buffer_done(&kept.counts);
    buffer_done(&alerts.json);
    return err;
}
