/* SPDX-License-Identifier: Apache-2.0 */
#include "config/template.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/embed.h"
#include "base/file.h"
#include "base/utf8.h"
#include "config/option.h"
#include "config/suggest.h"

#define SUBJECT        "Subject: "
#define PATH_MAX_BYTES (OPTION_TEXT_MAX + 32)

#define NAME(constant, name, ...)  [constant] = name,
#define FORM(constant, name, form) [constant] = form,
#define HELP(constant, name, help) [constant] = help,
const char *const language_names[LANGUAGE_COUNT + 1] = {LANGUAGES(NAME)};
static const char *const kind_names[TEMPLATE_KIND_COUNT] = {TEMPLATE_KINDS(NAME)};
static const enum template_form forms[TEMPLATE_KIND_COUNT] = {TEMPLATE_KINDS(FORM)};
const char *const template_field_names[TEMPLATE_FIELD_COUNT] = {TEMPLATE_FIELDS(NAME)};
const char *const template_field_helps[TEMPLATE_FIELD_COUNT] = {TEMPLATE_FIELDS(HELP)};

EMBED_TEXT(template_en_alert, "config/templates/en/alert.txt");
EMBED_TEXT(template_en_incident, "config/templates/en/incident.txt");
EMBED_TEXT(template_en_test, "config/templates/en/test.txt");
EMBED_TEXT(template_en_resident, "config/templates/en/message-resident.txt");
EMBED_TEXT(template_en_contact, "config/templates/en/message-contact.txt");
EMBED_TEXT(template_ko_alert, "config/templates/ko/alert.txt");
EMBED_TEXT(template_ko_incident, "config/templates/ko/incident.txt");
EMBED_TEXT(template_ko_test, "config/templates/ko/test.txt");
EMBED_TEXT(template_ko_resident, "config/templates/ko/message-resident.txt");
EMBED_TEXT(template_ko_contact, "config/templates/ko/message-contact.txt");

static const char *const defaults[TEMPLATE_KIND_COUNT][LANGUAGE_COUNT] = {
    [TEMPLATE_ALERT] = {embed_template_en_alert, embed_template_ko_alert},
    [TEMPLATE_INCIDENT] = {embed_template_en_incident, embed_template_ko_incident},
    [TEMPLATE_TEST] = {embed_template_en_test, embed_template_ko_test},
    [TEMPLATE_RESIDENT] = {embed_template_en_resident, embed_template_ko_resident},
    [TEMPLATE_CONTACT] = {embed_template_en_contact, embed_template_ko_contact},
};

struct text template_default(enum template_kind kind, enum language language)
{
    return text_of(defaults[kind][language]);
}

/* Takes the next line off, without its end. */
static bool next_line(struct text *rest, struct text *line)
{
    if (!rest->bytes)
        return false;
    const char *end = memchr(rest->at, '\n', rest->bytes);
    line->at = rest->at;
    line->bytes = end ? (size_t)(end - rest->at) : rest->bytes;
    size_t step = line->bytes + (end != NULL);
    *rest = (struct text){rest->at + step, rest->bytes - step};
    if (line->bytes && line->at[line->bytes - 1] == '\r')
        line->bytes--;
    return true;
}

/* {NAME} at the beginning of `from`: its bytes, and which field (COUNT: none of ours). 0: it is no
 * field. */
static size_t field_at(struct text from, enum template_field *field)
{
    const char *end = from.bytes && from.at[0] == '{' ? memchr(from.at, '}', from.bytes) : NULL;
    if (!end)
        return 0;
    size_t bytes = (size_t)(end - from.at) + 1, i = 0;
    const struct text name = {from.at + 1, bytes - 2};
    while (i < TEMPLATE_FIELD_COUNT && !text_is(name, template_field_names[i]))
        i++;
    *field = (enum template_field)i;
    return bytes;
}

static bool is_brace(struct text from)
{
    return from.bytes > 1 && from.at[0] == '{' && from.at[1] == '{';
}

static struct text behind(struct text from, size_t bytes)
{
    return (struct text){from.at + bytes, from.bytes - bytes};
}

/* What a telephone shows names nobody and nothing; a mail's sender is its address. */
static bool belongs(enum template_field field, enum template_form form)
{
    return (field == FIELD_SENDER) == (form == TEMPLATE_MESSAGE);
}

static const char *form_says(enum template_form form)
{
    return form == TEMPLATE_MESSAGE ? "is not for messages, which say who writes ({sender}) alone"
                                    : "is for messages alone";
}

static enum err check_line(const char *name, enum template_form form, unsigned number,
                           struct text line, struct fault *fault)
{
    char hint[SUGGEST_TEXT_MAX];
    for (struct text rest = line; rest.bytes;) {
        enum template_field field;
        unsigned column = (unsigned)(rest.at - line.at) + 1;
        size_t bytes = is_brace(rest) ? 2 : field_at(rest, &field);
        if (rest.at[0] != '{')
            bytes = 1;
        else if (!bytes)
            return fault_set(fault, ERR_INVALID, "%s:%u:%u: '{' begins no {field} (write {{)", name,
                             number, column);
        else if (!is_brace(rest) && field == TEMPLATE_FIELD_COUNT)
            return fault_set(fault, ERR_INVALID, "%s:%u:%u: no such field%s", name, number, column,
                             suggest_text((struct text){rest.at + 1, bytes - 2},
                                          template_field_names, TEMPLATE_FIELD_COUNT, hint));
        else if (!is_brace(rest) && !belongs(field, form))
            return fault_set(fault, ERR_INVALID, "%s:%u:%u: {%s} %s", name, number, column,
                             template_field_names[field], form_says(form));
        rest = behind(rest, bytes);
    }
    return ERR_OK;
}

static enum err check_head(const char *name, unsigned number, struct text line, struct fault *fault)
{
    size_t prefix = sizeof SUBJECT - 1;
    if (number == 1 && (line.bytes <= prefix || memcmp(line.at, SUBJECT, prefix) != 0))
        return fault_set(fault, ERR_INVALID, "%s:1:1: the first line is '" SUBJECT "...'", name);
    if (number == 2 && line.bytes)
        return fault_set(fault, ERR_INVALID, "%s:2:1: a blank line stands behind the subject",
                         name);
    return ERR_OK;
}

enum err template_check(const char *name, enum template_kind kind, struct text source,
                        struct fault *fault)
{
    struct text rest = source, line;
    enum err err = ERR_OK;
    if (!utf8_valid(source) || (source.bytes && memchr(source.at, '\0', source.bytes)))
        return fault_set(fault, ERR_INVALID, "%s:1:1: is not UTF-8 text", name);
    for (unsigned number = 1; !err && next_line(&rest, &line); number++) {
        if (forms[kind] == TEMPLATE_MAIL)
            err = check_head(name, number, line, fault);
        if (!err)
            err = check_line(name, forms[kind], number, line, fault);
    }
    if (!err && !source.bytes)
        err = fault_set(fault, ERR_INVALID, "%s:1:1: is empty", name);
    return err;
}

/* False: the line is to be left out, and *out is as it was. */
static bool put_line(struct text line, const char *const values[TEMPLATE_FIELD_COUNT],
                     struct buffer *out)
{
    size_t before = out->bytes, fields = 0, said = 0;
    while (line.bytes) {
        enum template_field field = TEMPLATE_FIELD_COUNT;
        size_t bytes = is_brace(line) ? 0 : field_at(line, &field);
        if (bytes && field < TEMPLATE_FIELD_COUNT) {
            fields++;
            said += values[field][0] != '\0';
            buffer_text(out, values[field]);
        } else {
            bytes = is_brace(line) ? 2 : 1;
            buffer_add(out, line.at, 1);
        }
        line = behind(line, bytes);
    }
    if (fields && !said) {
        out->bytes = before;
        if (out->at)
            out->at[before] = '\0';
    }
    return !fields || said;
}

void template_subject(struct text source, const char *const values[TEMPLATE_FIELD_COUNT],
                      struct buffer *out)
{
    struct text line;
    size_t before = out->bytes;
    if (next_line(&source, &line) && line.bytes >= sizeof SUBJECT - 1)
        (void)put_line(behind(line, sizeof SUBJECT - 1), values, out);
    for (size_t i = before; i < out->bytes; i++)
        if (out->at[i] == '\n' || out->at[i] == '\r')
            out->at[i] = ' ';
}

static void put_lines(struct text source, const char *const values[TEMPLATE_FIELD_COUNT],
                      struct buffer *out)
{
    struct text line;
    bool blank = true; /* nothing yet, or a blank line before */
    while (next_line(&source, &line)) {
        if ((blank && !line.bytes) || !put_line(line, values, out))
            continue;
        blank = line.bytes == 0;
        buffer_text(out, "\n");
    }
}

void template_body(struct text source, const char *const values[TEMPLATE_FIELD_COUNT],
                   struct buffer *out)
{
    struct text subject;
    (void)next_line(&source, &subject);
    put_lines(source, values, out);
}

void template_message(struct text source, const char *const values[TEMPLATE_FIELD_COUNT],
                      struct buffer *out)
{
    put_lines(source, values, out);
    while (out->bytes && out->at[out->bytes - 1] == '\n')
        out->at[--out->bytes] = '\0';
}

enum err template_load(const char *directory, enum template_kind kind, enum language language,
                       struct buffer *out, struct fault *fault)
{
    char path[PATH_MAX_BYTES];
    struct stat status;
    (void)snprintf(path, sizeof path, "%s/%s/%s.txt", directory, language_names[language],
                   kind_names[kind]);
    if (stat(path, &status))
        return ERR_OK;
    if (!S_ISREG(status.st_mode))
        return fault_set(fault, ERR_INVALID, "%s is not a regular file", path);
    enum err err = file_read(path, TEMPLATE_BYTES_MAX, out, fault);
    return err ? err : template_check(path, kind, buffer_view(out), fault);
}
