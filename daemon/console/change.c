/* SPDX-License-Identifier: Apache-2.0 */
#include "console/change.h"

#include <string.h>

#include "base/zone.h"
#include "console/routes.h"

/* THE list of members. */
static const struct member {
    const char *name;
    size_t offset; /* of a const char * in struct asked */
    size_t bytes_max;
} members[] = {
    {"note", offsetof(struct asked, note), ALERT_NOTE_MAX},
    {"outcome", offsetof(struct asked, outcome), 32},
    {"until", offsetof(struct asked, until), 40},
    {"expires", offsetof(struct asked, expires), 40},
};

static enum err why_take(struct request *request, const json_t *value, struct fault *fault)
{
    const char *why = json_string_value(value);
    if (!why || !text_copy(text_of(why), request->why, sizeof request->why))
        return fault_set(fault, ERR_INVALID, "why: a text of at most %d bytes", REQUEST_WHY_MAX);
    return ERR_OK;
}

static enum err member_take(struct request *request, struct asked *out, const char *name,
                            const json_t *value, struct fault *fault)
{
    if (strcmp(name, "why") == 0)
        return why_take(request, value, fault);
    if (strcmp(name, "version") == 0) {
        out->version = json_integer_value(value);
        return out->version > 0 ? ERR_OK
                                : fault_set(fault, ERR_INVALID, "version: a whole number from 1");
    }
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (strcmp(name, members[i].name) != 0)
            continue;
        if (!json_is_string(value) || json_string_length(value) > members[i].bytes_max ||
            strlen(json_string_value(value)) != json_string_length(value))
            return fault_set(fault, ERR_INVALID, "%s: a text of at most %zu bytes", name,
                             members[i].bytes_max);
        const char *text = json_string_value(value);
        memcpy((char *)out + members[i].offset, &text, sizeof text);
        return ERR_OK;
    }
    return fault_set(fault, ERR_INVALID,
                     "\"%.60s\" is no member of this body; it knows note, outcome, until, expires, "
                     "version, why",
                     name);
}

enum err asked_read(struct request *request, struct asked *out, struct fault *fault)
{
    *out = (struct asked){.version = request->if_match};
    if (request->body.bytes == 0)
        return ERR_OK;
    json_error_t error;
    out->body = json_loadb(request->body.at, request->body.bytes,
                           JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!json_is_object(out->body))
        return fault_set(fault, ERR_INVALID, "the body is no JSON object (line %d, column %d: %s)",
                         error.line, error.column, out->body ? "another type" : error.text);
    const char *name;
    json_t *value;
    enum err err = ERR_OK;
    json_object_foreach(out->body, name, value)
    {
        if (!json_is_null(value))
            err = member_take(request, out, name, value, fault);
        if (err)
            break;
    }
    return err;
}

void asked_done(struct asked *asked)
{
    json_decref(asked->body);
    asked->body = NULL;
}

static enum err outcome_read(const char *name, enum outcome *out, struct fault *fault)
{
    struct buffer known = {0};
    *out = OUTCOME_COUNT; /* lifecycle says that one is needed */
    if (!name)
        return ERR_OK;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (strcmp(outcome_names[i], name) == 0) {
            *out = (enum outcome)i;
            return ERR_OK;
        }
    for (int i = 0; i < OUTCOME_COUNT; i++)
        buffer_format(&known, "%s%s", i ? ", " : "", outcome_names[i]);
    (void)fault_set(fault, ERR_INVALID, "outcome: \"%s\" is none of %s", name, known.at);
    buffer_done(&known);
    return ERR_INVALID;
}

/* A moment, or a day in the zone. */
static enum err moment_read(const char *member, const char *from, const char *timezone,
                            int64_t *out_ms, struct fault *fault)
{
    bool has_offset = false;
    int32_t day = 0;
    const struct zone *zone = NULL;
    if (date_parse(text_of(from), &day) == ERR_OK) {
        if (zone_find(text_of(timezone), &zone))
            zone = zone_utc();
        *out_ms = zone_day_start_s(zone, day) * 1000;
        return ERR_OK;
    }
    if (time_parse(text_of(from), out_ms, &has_offset))
        return fault_set(fault, ERR_INVALID,
                         "%s: \"%s\" is no time%s; write 2026-01-25 or 2026-01-25T18:00:00+09:00",
                         member, from, has_offset ? "" : " with an offset");
    return ERR_OK;
}

enum err asked_change(const struct asked *asked, const struct request *request,
                      const struct alert *alert, struct change *out, struct fault *fault)
{
    int64_t until_ms = 0;
    enum err err = ERR_OK;
    *out = (struct change){.kind = (enum alert_change)request->route->change,
                           .who = request->peer.who,
                           .note = asked->note && asked->note[0] ? asked->note : NULL,
                           .at_ms = clock_wall_ms(request->api->clock)};
    if (asked->outcome && out->kind != CHANGE_RESOLVE)
        return fault_set(fault, ERR_INVALID, "outcome: goes with resolve alone");
    if (asked->expires && out->kind != CHANGE_ACKNOWLEDGE)
        return fault_set(fault, ERR_INVALID, "expires: goes with acknowledge alone");
    if (out->kind == CHANGE_RESOLVE)
        err = outcome_read(asked->outcome, &out->outcome, fault);
    if (!err && asked->expires)
        err = moment_read("expires", asked->expires, alert->timezone, &out->expires_ms, fault);
    if (err || !asked->until)
        return err;
    if (out->kind != CHANGE_RESOLVE)
        return fault_set(fault, ERR_INVALID, "until: goes with resolve alone");
    err = moment_read("until", asked->until, alert->timezone, &until_ms, fault);
    if (!err)
        out->absent_until_s = until_ms / 1000;
    return err;
}
