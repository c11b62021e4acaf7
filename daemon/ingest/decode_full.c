/* SPDX-License-Identifier: Apache-2.0
 *
 * The full reader: any JSON, through jansson, for escapes, nesting, lists and text beyond ASCII.
 * Texts are copied to scratch, so that a hostile tree is gone before the next message is read.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/decode_parts.h"

#define PATH_PART_MAX 128

static struct text copy_text(struct scratch *scratch, const json_t *string)
{
    size_t bytes = json_string_length(string);
    /* One byte too many is enough to be told so. */
    if (bytes > MESSAGE_TEXT_MAX)
        bytes = MESSAGE_TEXT_MAX + 1;
    char *at = scratch_get(scratch, bytes);
    memcpy(at, json_string_value(string), bytes);
    return (struct text){at, bytes};
}

/* The shortest decimal that is this double: what the sender wrote, up to 15 digits. */
static struct decimal decimal_of(double real)
{
    char text[40];
    struct decimal out = {0};
    int precision = 14;

    do
        (void)snprintf(text, sizeof text, "%.*e", precision, real);
    while (strtod(text, NULL) != real && ++precision <= 16);
    const char *at = text + (*text == '-');
    for (; *at != 'e'; at++)
        if (*at >= '0' && *at <= '9')
            out.digits = out.digits * 10 + (*at - '0');
    out.exponent = (int32_t)strtol(at + 1, NULL, 10) - (precision > 16 ? 16 : precision);
    if (*text == '-')
        out.digits = -out.digits;
    return out;
}

static struct value list_of(struct scratch *scratch, const json_t *array)
{
    size_t count = json_array_size(array);
    if (count > LIST_MAX)
        return (struct value){.kind = VALUE_OTHER};
    struct text *list = scratch_get(scratch, (count ? count : 1) * sizeof *list);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(array, i);
        if (!json_is_string(item))
            return (struct value){.kind = VALUE_OTHER};
        list[i] = copy_text(scratch, item);
    }
    return (struct value){.kind = VALUE_LIST, .count = (uint32_t)count, .list = list};
}

static void put(struct fields *fields, const struct keys *keys, const struct key *key,
                struct scratch *scratch, const json_t *json)
{
    struct value value = {.kind = VALUE_OTHER};

    switch (json_typeof(json)) {
    case JSON_NULL: return;
    case JSON_STRING:
        value = (struct value){.kind = VALUE_TEXT, .text = copy_text(scratch, json)};
        break;
    case JSON_INTEGER:
        value = (struct value){.kind = VALUE_NUMBER, .number = {json_integer_value(json), 0}};
        break;
    case JSON_REAL:
        value = (struct value){.kind = VALUE_NUMBER, .number = decimal_of(json_real_value(json))};
        break;
    case JSON_ARRAY: value = list_of(scratch, json); break;
    default: break;
    }
    struct value *place = fields_place(fields, key);
    if (place)
        *place = value;
    fields_said(fields, keys, key, &value);
}

/* "reading.kwh" from the object's object; NULL when there is no such thing. */
static const json_t *walk(const json_t *root, struct text path)
{
    const char *at = path.at, *end = path.at + path.bytes;
    char part[PATH_PART_MAX];

    for (const json_t *here = root; here; at++) {
        const char *dot = memchr(at, '.', (size_t)(end - at));
        struct text name = {at, (size_t)((dot ? dot : end) - at)};
        if (!text_copy(name, part, sizeof part))
            return NULL;
        here = json_object_get(here, part);
        if (!dot)
            return here;
        at = dot;
    }
    return NULL;
}

/* Mapped paths; a name that is there as written has been put already. */
static void put_paths(struct fields *fields, const struct keys *keys, struct scratch *scratch,
                      const json_t *root)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct key alone = keys->key[i];
        if (!alone.mapped || !memchr(alone.name.at, '.', alone.name.bytes) ||
            json_object_get(root, alone.name.at))
            continue;
        const json_t *json = walk(root, alone.name);
        alone.also = 0;
        if (json)
            put(fields, keys, &alone, scratch, json);
    }
}

static json_t *load(struct text payload, enum reject *reject)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
    json_error_t error;
    const char *at = payload.at ? payload.at : "";

    /* jansson passes over a NUL byte behind a number. */
    if (memchr(at, '\0', payload.bytes)) {
        *reject = REJECT_BAD_JSON;
        return NULL;
    }
    json_t *root = json_loadb(at, payload.bytes, flags, &error);

    /* A number that no int64_t holds is good JSON; whether it matters is for its field to say. */
    if (!root && json_error_code(&error) == json_error_numeric_overflow)
        root = json_loadb(at, payload.bytes, flags | JSON_DECODE_INT_AS_REAL, &error);
    *reject = REJECT_NONE;
    if (!root)
        *reject = json_error_code(&error) == json_error_numeric_overflow ? REJECT_BAD_VALUE
                                                                         : REJECT_BAD_JSON;
    else if (!json_is_object(root))
        *reject = REJECT_BAD_JSON;
    return root;
}

enum reject decode_full(const struct keys *keys, struct scratch *scratch, struct text payload,
                        struct fields *out)
{
    enum reject reject;
    const char *name;
    json_t *json, *root = load(payload, &reject);

    out->said = 0;
    if (reject)
        goto out;
    json_object_foreach(root, name, json)
    {
        const struct key *key = keys_find(keys, text_of(name));
        if (key)
            put(out, keys, key, scratch, json);
    }
    put_paths(out, keys, scratch, root);
out:
    json_decref(root);
    return reject;
}
