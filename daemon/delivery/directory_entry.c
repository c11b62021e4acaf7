/* SPDX-License-Identifier: Apache-2.0
 *
 * What a directory says of a household: JSON to memory, and to JSON for whoever may see it. THE
 * table of its members.
 */
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "delivery/directory.h"

#define BIRTH_YEAR_MIN 1850
#define BIRTH_YEAR_MAX 2200
#define POLICE         (1u << DIRECTORY_POLICE)
#define ALL            (1u << DIRECTORY_ALL)

#define BIRTH_YEAR_READERS ALL /* residents' and contacts' */

/* One text of the entry or of a person. */
struct member {
    const char *name;
    size_t offset, room;
    unsigned readers;
};
#define OF(what, field) offsetof(struct what, field), sizeof(((struct what *)0)->field)

static const struct member texts[] = {
    {"address", OF(directory_entry, address), ALL | POLICE},
    {"keys", OF(directory_entry, keys), ALL | POLICE},
    {"language", OF(directory_entry, language), ALL | POLICE},
    {"notes", OF(directory_entry, notes), ALL},
};
static const struct member person_texts[] = {
    {"name", OF(directory_person, name), ALL | POLICE},
    {"relation", OF(directory_person, relation), ALL | POLICE},
    {"phone", OF(directory_person, phone), ALL | POLICE},
    {"language", OF(directory_person, language), ALL | POLICE},
};
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* Absent and null: not known. */
static void take_text(const json_t *value, char *out, size_t room, bool *incomplete)
{
    out[0] = '\0';
    if (!value || json_is_null(value))
        return;
    struct text from = {json_string_value(value), json_string_length(value)};
    if (!json_is_string(value) || !utf8_copy(from, out, room))
        *incomplete = true;
}

static bool take_person(const json_t *from, struct directory_person *out, bool *incomplete)
{
    const json_t *year = json_object_get(from, "birth_year");
    json_int_t born = json_integer_value(year);
    bool known = false;
    if (!json_is_object(from))
        return false;
    for (size_t i = 0; i < COUNT(person_texts); i++) {
        char *text = (char *)out + person_texts[i].offset;
        take_text(json_object_get(from, person_texts[i].name), text, person_texts[i].room,
                  incomplete);
        known |= text[0] != '\0';
    }
    if (born >= BIRTH_YEAR_MIN && born <= BIRTH_YEAR_MAX)
        out->birth_year = (int)born;
    else if (year && !json_is_null(year))
        *incomplete = true;
    return known;
}

static size_t take_people(const json_t *list, struct directory_person *out, bool *incomplete)
{
    size_t count = 0;
    if (list && !json_is_null(list) && !json_is_array(list))
        *incomplete = true;
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (count == DIRECTORY_PEOPLE_MAX ||
            !take_person(json_array_get(list, i), &out[count], incomplete))
            *incomplete = true;
        else
            count++;
    }
    return count;
}

static void take_needs(const json_t *list, struct directory_entry *out)
{
    if (list && !json_is_null(list) && !json_is_array(list))
        out->incomplete = true;
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (out->need_count == DIRECTORY_PEOPLE_MAX) {
            out->incomplete = true;
            return;
        }
        char *need = out->needs[out->need_count];
        take_text(json_array_get(list, i), need, sizeof out->needs[0], &out->incomplete);
        out->need_count += need[0] != '\0';
    }
}

enum err directory_read(struct text json, struct text household, struct directory_entry *out,
                        struct fault *fault)
{
    json_error_t where;
    memset(out, 0, sizeof *out);
    json_t *root = json.bytes <= DIRECTORY_BYTES_MAX
                       ? json_loadb(json.at, json.bytes, JSON_REJECT_DUPLICATES, &where)
                       : NULL;
    const json_t *of = json_object_get(root, "household");
    enum err err = ERR_OK;
    if (json.bytes > DIRECTORY_BYTES_MAX)
        err = fault_set(fault, ERR_CORRUPT, "its answer is longer than %d bytes",
                        DIRECTORY_BYTES_MAX);
    else if (!json_is_object(root)) /* where.text may quote what is there */
        err = fault_set(fault, ERR_CORRUPT, "its answer is no JSON object");
    else if (of && (!json_is_string(of) || !text_is(household, json_string_value(of))))
        err = fault_set(fault, ERR_CORRUPT, "its answer is of another household");
    for (size_t i = 0; !err && i < COUNT(texts); i++)
        take_text(json_object_get(root, texts[i].name), (char *)out + texts[i].offset,
                  texts[i].room, &out->incomplete);
    if (!err) {
        out->resident_count =
            take_people(json_object_get(root, "residents"), out->residents, &out->incomplete);
        out->contact_count =
            take_people(json_object_get(root, "contacts"), out->contacts, &out->incomplete);
        take_needs(json_object_get(root, "needs"), out);
    }
    json_decref(root);
    return err;
}

static void put_texts(const struct member *table, size_t count, const void *from,
                      enum directory_reader reader, struct buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = (const char *)from + table[i].offset;
        if (text[0] && table[i].readers >> reader & 1)
            json_member_text(out, table[i].name, text);
    }
}

static void put_people(const char *key, const struct directory_person *people, size_t count,
                       enum directory_reader reader, struct buffer *out)
{
    if (!count)
        return;
    json_put_key(out, key);
    buffer_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        json_put_item(out);
        buffer_text(out, "{");
        put_texts(person_texts, COUNT(person_texts), &people[i], reader, out);
        if (people[i].birth_year && BIRTH_YEAR_READERS >> reader & 1)
            json_member_int(out, "birth_year", people[i].birth_year);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}

void directory_write(const struct directory_entry *entry, enum directory_reader reader,
                     struct buffer *out)
{
    buffer_text(out, "{");
    put_texts(texts, COUNT(texts), entry, reader, out);
    if (reader == DIRECTORY_ALL)
        put_people("residents", entry->residents, entry->resident_count, reader, out);
    put_people("contacts", entry->contacts, entry->contact_count, reader, out);
    if (entry->need_count) {
        json_put_key(out, "needs");
        buffer_text(out, "[");
        for (size_t i = 0; i < entry->need_count; i++) {
            json_put_item(out);
            json_put_string(out, text_of(entry->needs[i]));
        }
        buffer_text(out, "]");
    }
    if (entry->incomplete)
        json_member_bool(out, "incomplete", true);
    buffer_text(out, "}");
}

void directory_wipe(struct directory_entry *entry)
{
    explicit_bzero(entry, sizeof *entry);
}
