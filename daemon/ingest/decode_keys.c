/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of fields, ours and mapped ones, in one small hash table.
 */
#include <assert.h>
#include <string.h>

#include "ingest/decode_parts.h"

static_assert(FIELD_COUNT <= 64, "a field is a bit of fields.said");
static_assert(KEYS_MAX < KEY_SLOTS / 2 && KEYS_MAX <= 128, "slots and the scanner's seen bits");

#define NAME(constant, name) [constant] = {name, sizeof(name) - 1},

const struct text field_names[FIELD_COUNT] = {FIELDS(NAME)};

static void keys_add(struct keys *keys, struct text name, enum field field, bool mapped)
{
    const size_t word = sizeof(uint64_t);
    uint64_t head = word_of(name.at, name.bytes < word ? name.bytes : word);
    uint64_t tail = name.bytes > word ? word_of(name.at + name.bytes - word, word) : 0;
    const struct key *same = keys_find(keys, name);

    if (same && !mapped)
        return; /* the mapping uses our word for something else */
    assert(keys->count < KEYS_MAX);
    keys->key[keys->count++] = (struct key){head, tail, name, field, 0, mapped};
    if (same) {
        struct key *last = &keys->key[same - keys->key];
        while (last->also)
            last = &keys->key[last->also - 1];
        last->also = (uint8_t)keys->count;
        return;
    }
    unsigned slot = keys_slot(head, name.bytes);
    while (keys->slots[slot])
        slot = (slot + 1) & (KEY_SLOTS - 1);
    keys->slots[slot] = (uint8_t)keys->count;
}

static enum field field_find(struct text name)
{
    enum field field = 0;
    while (field < FIELD_COUNT && !text_equal(name, field_names[field]))
        field++;
    return field;
}

bool decode_knows_field(struct text ours)
{
    return field_find(ours) != FIELD_COUNT;
}

const struct text *decode_fields(size_t *count)
{
    *count = FIELD_COUNT;
    return field_names;
}

void keys_init(struct keys *keys, const struct field_mapping *mapping, size_t count)
{
    uint64_t mapped = 0;

    *keys = (struct keys){0};
    for (size_t i = 0; i < count; i++) {
        enum field field = field_find(text_of(mapping[i].ours));
        uint64_t bit = field < FIELD_COUNT ? UINT64_C(1) << field : 0;
        if (!bit || (mapped & bit))
            continue;
        mapped |= bit;
        keys_add(keys, text_of(mapping[i].theirs), field, true);
    }
    for (enum field field = 0; field < FIELD_COUNT; field++)
        keys_add(keys, field_names[field], field, false);
}
