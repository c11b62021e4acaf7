/* SPDX-License-Identifier: Apache-2.0 */
#include "console/change.h"

#include <string.h>

#include "base/zone.h"
#include "console/shapes.h"

#define VERSION_MAX 9007199254740991.0 /* that a double tells from its neighbours */

/* Where members go; shapes.c has their limits. */
static const struct member {
    const char *name;
    size_t offset;          /* of a const char * in struct asked */
    enum alert_change with; /* it goes with this change alone; ALERT_CHANGE_COUNT: with all */
} members[] = {
    {"note", offsetof(struct asked, note), ALERT_CHANGE_COUNT},
    {"outcome", offsetof(struct asked, outcome), CHANGE_RESOLVE},
    {"until", offsetof(struct asked, until), CHANGE_RESOLVE},
    {"expires", offsetof(struct asked, expires), CHANGE_ACKNOWLEDGE},
    {"channel", offsetof(struct asked, channel), CHANGE_CONTACT},
    {"whom", offsetof(struct asked, whom), CHANGE_CONTACT},
    {"result", offsetof(struct asked, result), CHANGE_CONTACT},
    {"team", offsetof(struct asked, team), CHANGE_REFER},
};
#define MEMBERS (sizeof members / sizeof members[0])

static const char *member_text(const struct asked *asked, const struct member *member)
{
    const char *text;
    memcpy(&text, (const char *)asked + member->offset, sizeof text);
    return text;
}

static enum err refuse_member(const struct route *route, const char *name, struct fault *fault)
{
    struct buffer known = {0};
    for (size_t i = 0; i < MEMBERS; i++)
        if (shape_of_body(route, members[i].name))
            buffer_format(&known, "%s, ", members[i].name);
    enum err err =
        fault_set(fault, ERR_INVALID,
                  "\"%.60s\" is no member of this body; it knows %sversion, why", name, known.at);
    buffer_done(&known);
    return err;
}

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
        double number = json_number_value(value); /* JSON knows no difference between 3 and 3.0 */
        bool whole = number >= 1 && number <= VERSION_MAX && (double)(int64_t)number == number;
        if (whole) /* else it may be more than an integer holds */
            out->version = json_is_integer(value) ? json_integer_value(value) : (int64_t)number;
        return whole ? ERR_OK : fault_set(fault, ERR_INVALID, "version: a whole number from 1");
    }
    for (size_t i = 0; i < MEMBERS; i++) {
        if (strcmp(name, members[i].name) != 0)
            continue;
        const struct shape *shape = shape_of_body(request->route, name);
        size_t most = shape ? (size_t)shape->most : ALERT_NOTE_MAX; /* of no such change: below */
        if (!json_is_string(value) || json_string_length(value) > most ||
            strlen(json_string_value(value)) != json_string_length(value))
            return fault_set(fault, ERR_INVALID, "%s: a text of at most %zu bytes", name, most);
        const char *text = json_string_value(value);
        memcpy((char *)out + members[i].offset, &text, sizeof text);
        return ERR_OK;
    }
    return refuse_member(request->route, name, fault);
}

enum err asked_read(struct request *request, struct asked *out, struct fault *fault)
{
    *out = (struct asked){.version = request->if_match};
    if (request->if_match == REQUEST_NO_VERSION)
        return fault_set(fault, ERR_INVALID, "If-Match: the ETag of the alert, or *");
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

/* A word of a vocabulary; not said: count, and lifecycle says that one is needed. */
static enum err word_read(const char *member, const char *word, const char *const *names,
                          size_t count, size_t *out, struct fault *fault)
{
    struct buffer known = {0};
    *out = count;
    for (size_t i = 0; word && i < count; i++)
        if (strcmp(names[i], word) == 0)
            *out = i;
    if (!word || *out < count)
        return ERR_OK;
    for (size_t i = 0; i < count; i++)
        buffer_format(&known, "%s%s", i ? ", " : "", names[i]);
    (void)fault_set(fault, ERR_INVALID, "%s: \"%s\" is none of %s", member, word, known.at);
    buffer_done(&known);
    return ERR_INVALID;
}

static enum err contact_read(const struct asked *asked, struct contact *out, struct fault *fault)
{
    size_t channel = 0, whom = 0, result = 0;
    enum err err = word_read("channel", asked->channel, contact_channel_names,
                             CONTACT_CHANNEL_COUNT, &channel, fault);
    if (!err)
        err = word_read("whom", asked->whom, contact_whom_names, CONTACT_WHOM_COUNT, &whom, fault);
    if (!err)
        err = word_read("result", asked->result, contact_result_names, CONTACT_RESULT_COUNT,
                        &result, fault);
    *out = (struct contact){(enum contact_channel)channel, (enum contact_whom)whom,
                            (enum contact_result)result};
    return err;
}

enum err moment_read(const char *member, const char *from, const char *timezone, int64_t *out_ms,
                     struct fault *fault)
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
    if (request->account && request->account->team != ACCOUNT_ANY_TEAM) {
        out->of_team = (uint8_t)(1 + request->account->team);
        out->supervises = request->account->role == ROLE_SUPERVISOR;
    }
    for (size_t i = 0; i < MEMBERS; i++)
        if (member_text(asked, &members[i]) && members[i].with != ALERT_CHANGE_COUNT &&
            members[i].with != out->kind)
            return fault_set(fault, ERR_INVALID, "%s: goes with %s alone", members[i].name,
                             alert_change_names[members[i].with]);
    size_t outcome = 0, team = 0;
    err = word_read("outcome", asked->outcome, outcome_names, OUTCOME_COUNT, &outcome, fault);
    out->outcome = (enum outcome)outcome;
    if (!err)
        err = word_read("team", asked->team, team_names, TEAM_COUNT, &team, fault);
    out->refer_to = (enum team)team;
    if (!err)
        err = contact_read(asked, &out->contact, fault);
    if (!err && asked->expires)
        err = moment_read("expires", asked->expires, alert->timezone, &out->expires_ms, fault);
    if (!err && asked->until)
        err = moment_read("until", asked->until, alert->timezone, &until_ms, fault);
    out->absent_until_s = until_ms / 1000;
    return err;
}
