/* SPDX-License-Identifier: Apache-2.0 */
#include "console/shape.h"

#include <string.h>

#define NAME_MAX_BYTES 40 /* of a member; longer ones are no names */

/* Members whose values are words of a vocabulary. */
static const char *const worded[] = {"type",     "utility",  "kind",    "unit",
                                     "quality",  "event",    "channel", "outcome",
                                     "currency", "severity", "state",   "team"};

static bool is_letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

/* Letters, dots and lines alone: no id, no number, no sentence. */
static bool is_name(struct text text, bool digits)
{
    bool good = text.bytes > 0 && text.bytes <= NAME_MAX_BYTES;
    for (size_t i = 0; i < text.bytes && good; i++) {
        unsigned char c = (unsigned char)text.at[i];
        good = is_letter(c) || c == '_' || c == '.' || (digits && is_digit(c));
    }
    return good;
}

static bool is_worded(struct text name)
{
    for (size_t i = 0; i < sizeof worded / sizeof worded[0]; i++)
        if (text_is(name, worded[i]))
            return true;
    return false;
}

/* A character of another script is one letter. */
static void hide(struct text text, struct buffer *out)
{
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char c = (unsigned char)text.at[i];
        const char *to = is_letter(c) || c >= 0xc0 ? "x" : is_digit(c) ? "9" : NULL;
        if (to)
            buffer_add(out, to, 1);
        else if (c >= 0x20 && c < 0x7f)
            buffer_add(out, &text.at[i], 1);
        else if (c < 0x20 || c == 0x7f)
            buffer_add(out, "?", 1);
    }
}

/* The bytes between quotes, or to the end where they are not closed. */
static struct text string_at(struct text rest)
{
    size_t i = 1;
    while (i < rest.bytes && rest.at[i] != '"')
        i += rest.at[i] == '\\' && i + 1 < rest.bytes ? 2 : 1;
    return (struct text){rest.at + 1, (i < rest.bytes ? i : rest.bytes) - 1};
}

static bool colon_follows(struct text rest, size_t at)
{
    while (at < rest.bytes && strchr(" \t\r\n", rest.at[at]) && rest.at[at])
        at++;
    return at < rest.bytes && rest.at[at] == ':';
}

/* Outside quotes: true, false and null say nothing. */
static size_t bare_add(struct text rest, struct buffer *out)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t bytes = 0;
    while (bytes < rest.bytes && is_letter((unsigned char)rest.at[bytes]))
        bytes++;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (text_is((struct text){rest.at, bytes}, words[i])) {
            buffer_text(out, words[i]);
            return bytes;
        }
    bytes = bytes ? bytes : 1;
    hide((struct text){rest.at, bytes}, out);
    return bytes;
}

void shape_add(struct text message, struct buffer *out)
{
    struct text name = {"", 0};
    size_t at = 0, before = out->bytes;
    while (at < message.bytes && out->bytes - before < SHAPE_BYTES_MAX) {
        struct text rest = {message.at + at, message.bytes - at};
        if (rest.at[0] != '"') {
            at += bare_add(rest, out);
            continue;
        }
        struct text inside = string_at(rest);
        size_t bytes = inside.bytes + 1 + (inside.bytes + 1 < rest.bytes);
        bool is_member = colon_follows(rest, bytes);
        bool shown = is_member ? is_name(inside, false) : is_worded(name) && is_name(inside, true);
        buffer_text(out, "\"");
        if (shown)
            buffer_add(out, inside.at, inside.bytes);
        else
            hide(inside, out);
        if (bytes > inside.bytes + 1)
            buffer_text(out, "\"");
        name = is_member ? inside : TEXT("");
        at += bytes;
    }
    if (out->bytes - before > SHAPE_BYTES_MAX) {
        out->bytes = before + SHAPE_BYTES_MAX;
        out->at[out->bytes] = '\0';
    }
    if (at < message.bytes)
        buffer_text(out, "...");
}
