/* SPDX-License-Identifier: Apache-2.0 */
#include "console/absence.h"

#include <jansson.h>
#include <string.h>

#include "base/json.h"

#define SHELF STORE_SHELF_ABSENCE
#define DAY_S 86400

static void member_time(struct buffer *json, const char *key, const struct zone *zone, int64_t at_s)
{
    char text[TIME_TEXT_MAX];
    json_member_text(json, key, at_s ? time_format(at_s, zone_offset_s(zone, at_s), text) : NULL);
}

static void put(struct buffer *json, const struct zone *zone, const struct absence *absence,
                bool with_reason)
{
    json_put_item(json);
    buffer_text(json, "{");
    member_time(json, "from", zone, absence->from_s);
    member_time(json, "to", zone, absence->to_s);
    json_member_text(json, "reason", with_reason ? absence->reason : NULL);
    json_member_text(json, "by", absence->by);
    member_time(json, "at", zone, absence->at_s);
    member_time(json, "ended", zone, absence->ended_s);
    json_member_text(json, "ended_by", absence->ended_by[0] ? absence->ended_by : NULL);
    buffer_text(json, "}");
}

static bool text_take(const json_t *object, const char *key, char *out, size_t bytes)
{
    const json_t *value = json_object_get(object, key);
    return json_is_null(value) ||
           (json_is_string(value) && text_copy(text_of(json_string_value(value)), out, bytes));
}

static bool time_take(const json_t *object, const char *key, int64_t *out_s)
{
    const json_t *value = json_object_get(object, key);
    int64_t ms = 0;
    bool has_offset;
    if (json_is_string(value) && time_parse(text_of(json_string_value(value)), &ms, &has_offset))
        return false;
    *out_s = ms / 1000;
    return json_is_null(value) || json_is_string(value);
}

static bool absence_take(const json_t *one, struct absence *out)
{
    return time_take(one, "from", &out->from_s) && time_take(one, "to", &out->to_s) &&
           time_take(one, "at", &out->at_s) && time_take(one, "ended", &out->ended_s) &&
           text_take(one, "reason", out->reason, sizeof out->reason) &&
           text_take(one, "by", out->by, sizeof out->by) &&
           text_take(one, "ended_by", out->ended_by, sizeof out->ended_by);
}

enum err absence_load(struct store *store, const char *household, struct absence_register *out,
                      struct fault *fault)
{
    struct buffer body = {0};
    *out = (struct absence_register){0};
    enum err err = store->ops->document(store, SHELF, household, &out->version, &body, fault);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    json_t *list = err ? NULL : json_loadb(buffer_view(&body).at, body.bytes, 0, NULL);
    bool good = json_is_array(list) && json_array_size(list) <= ABSENCE_MAX;
    for (size_t i = 0; good && i < json_array_size(list); i++)
        good = absence_take(json_array_get(list, i), &out->at[out->count++]);
    json_decref(list);
    buffer_done(&body);
    if (!err && !good)
        err = fault_set(fault, ERR_CORRUPT,
                        "the register of absences of household %s cannot be "
                        "read; " SHELF " is its shelf in Redis",
                        household);
    return err;
}

static void drop_oldest(struct absence_register *absences)
{
    absences->count--;
    memmove(absences->at, absences->at + 1, absences->count * sizeof *absences->at);
}

void absence_add(struct absence_register *absences, const struct absence *absence)
{
    for (size_t i = 0; i < absences->count; i++)
        if (absences->at[i].from_s == absence->from_s && absences->at[i].to_s == absence->to_s &&
            !absences->at[i].ended_s) {
            absences->at[i] = *absence;
            return;
        }
    if (absences->count == ABSENCE_MAX)
        drop_oldest(absences);
    absences->at[absences->count++] = *absence;
}

struct absence *absence_standing(struct absence_register *absences, int64_t now_s)
{
    for (size_t i = absences->count; i > 0; i--)
        if (!absences->at[i - 1].ended_s && absences->at[i - 1].to_s > now_s)
            return &absences->at[i - 1];
    return NULL;
}

enum err absence_save(struct store *store, const char *household, struct absence_register *absences,
                      int64_t now_s, struct fault *fault)
{
    struct buffer body = {0};
    int64_t last_s = now_s;
    do { /* texts that are all control characters grow sixfold */
        buffer_clear(&body);
        buffer_text(&body, "[");
        for (size_t i = 0; i < absences->count; i++)
            put(&body, zone_utc(), &absences->at[i], true);
        buffer_text(&body, "]");
        if (body.bytes > STORE_DOCUMENT_MAX)
            drop_oldest(absences);
    } while (body.bytes > STORE_DOCUMENT_MAX);
    for (size_t i = 0; i < absences->count; i++)
        if (absences->at[i].to_s > last_s)
            last_s = absences->at[i].to_s;
    const struct store_document document = {
        .shelf = SHELF,
        .name = household,
        .expected_version = absences->version,
        .version = absences->version + 1,
        .body = buffer_view(&body),
        .expires_in_ms = (last_s - now_s + (int64_t)ABSENCE_KEPT_DAYS * DAY_S) * 1000};
    enum err err = store->ops->document_set(store, &document, fault);
    if (!err)
        absences->version++;
    buffer_done(&body);
    return err;
}

void absence_show(const struct absence_register *absences, const struct zone *zone,
                  bool with_reason, struct buffer *json)
{
    buffer_text(json, "[");
    for (size_t i = absences->count; i > 0; i--)
        put(json, zone, &absences->at[i - 1], with_reason);
    buffer_text(json, "]");
}

void absence_message(const char *household, const char *id, int64_t at_s, int64_t from_s,
                     int64_t to_s, const struct zone *zone, struct buffer *json)
{
    buffer_text(json, "{");
    json_member_text(json, "type", "household");
    json_member_text(json, "id", id);
    json_member_text(json, "household", household);
    json_member_text(json, "event", household_event_names[HOUSEHOLD_ABSENCE]);
    member_time(json, "at", zone, at_s);
    member_time(json, "from", zone, from_s);
    member_time(json, "to", zone, to_s);
    buffer_text(json, "}");
}
