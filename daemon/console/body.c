/* SPDX-License-Identifier: Apache-2.0 */
#include "console/body.h"

#include <string.h>

#include "console/shapes.h"

static enum err member_take(const struct route *route, const struct body_member *member,
                            const json_t *value, struct fault *fault)
{
    const struct shape *shape = shape_of_body(route, member->name);
    size_t most = member->bytes_max || !shape ? member->bytes_max : (size_t)shape->most;
    if (!json_is_string(value) || json_string_length(value) > most ||
        strlen(json_string_value(value)) != json_string_length(value))
        return fault_set(fault, ERR_INVALID, "%s: a text of at most %zu bytes", member->name, most);
    *member->text = json_string_value(value);
    return ERR_OK;
}

static bool is_needed(const struct route *route, const struct body_member *member)
{
    const struct shape *shape = shape_of_body(route, member->name);
    return member->needed || (!member->bytes_max && shape && shape->needed);
}

static enum err refuse_member(const struct body_member *members, size_t count, const char *name,
                              struct fault *fault)
{
    struct buffer known = {0};
    for (size_t i = 0; i < count; i++)
        buffer_format(&known, "%s, ", members[i].name);
    (void)fault_set(fault, ERR_INVALID, "\"%.60s\" is no member of this body; it knows %swhy", name,
                    buffer_view(&known).at);
    buffer_done(&known);
    return ERR_INVALID;
}

enum err body_read(struct request *request, const struct body_member *members, size_t count,
                   json_t **body, struct fault *fault)
{
    const char *name, *why = NULL;
    const struct body_member of_all = {"why", &why, REQUEST_WHY_MAX, false};
    json_t *value;
    enum err err = ERR_OK;
    *body = request->body.bytes ? json_loadb(request->body.at, request->body.bytes,
                                             JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL)
                                : json_object();
    if (!json_is_object(*body))
        return fault_set(fault, ERR_INVALID, "the body is no JSON object");
    json_object_foreach(*body, name, value)
    {
        const struct body_member *member = strcmp(name, of_all.name) == 0 ? &of_all : NULL;
        for (size_t i = 0; i < count && !member; i++)
            member = strcmp(name, members[i].name) == 0 ? &members[i] : NULL;
        if (!member)
            err = refuse_member(members, count, name, fault);
        else if (!json_is_null(value))
            err = member_take(request->route, member, value, fault);
        if (err)
            return err;
    }
    for (size_t i = 0; i < count; i++)
        if (is_needed(request->route, &members[i]) && !*members[i].text)
            return fault_set(fault, ERR_INVALID, "%s: is missing", members[i].name);
    (void)text_copy(text_of(why ? why : ""), request->why, sizeof request->why);
    return ERR_OK;
}

enum err body_word(const char *member, const char *word, const char *const *words, int first,
                   int count, int *out, struct fault *fault)
{
    struct buffer known = {0};
    for (int i = first; i < count; i++) {
        if (strcmp(words[i], word) == 0) {
            buffer_done(&known);
            *out = i;
            return ERR_OK;
        }
        buffer_format(&known, "%s%s", i > first ? ", " : "", words[i]);
    }
    (void)fault_set(fault, ERR_INVALID, "%s: \"%.60s\" is none of %s", member, word, known.at);
    buffer_done(&known);
    return ERR_INVALID;
}
