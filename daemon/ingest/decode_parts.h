/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside the decoder: bytes to fields by one of two readers (decode_scan.c, fast and for flat
 * objects; decode_full.c, any JSON), then fields to a message by decode_fields.c, so that a rule
 * about a field is written once. Included by the decoder, its tests and its fuzzer alone.
 */
#ifndef ANBU_INGEST_DECODE_PARTS_H
#define ANBU_INGEST_DECODE_PARTS_H

#include <endian.h>
#include <string.h>

#include "ingest/decode.h"
#include "ingest/units.h"

/* Every field that a message may have; docs/formats.md says which type has which. */
#define FIELDS(X)                   \
    X(FIELD_TYPE, "type")           \
    X(FIELD_HOUSEHOLD, "household") \
    X(FIELD_ID, "id")               \
    X(FIELD_VERSION, "version")     \
    X(FIELD_ARRIVED, "arrived")     \
    X(FIELD_METER, "meter")         \
    X(FIELD_UTILITY, "utility")     \
    X(FIELD_KIND, "kind")           \
    X(FIELD_START, "start")         \
    X(FIELD_MINUTES, "minutes")     \
    X(FIELD_AT, "at")               \
    X(FIELD_VALUE, "value")         \
    X(FIELD_UNIT, "unit")           \
    X(FIELD_QUALITY, "quality")     \
    X(FIELD_DIALS, "dials")         \
    X(FIELD_EVENT, "event")         \
    X(FIELD_BILL, "bill")           \
    X(FIELD_AMOUNT, "amount")       \
    X(FIELD_CURRENCY, "currency")   \
    X(FIELD_DUE, "due")             \
    X(FIELD_MONTHS, "months")       \
    X(FIELD_UNTIL, "until")         \
    X(FIELD_AREA, "area")           \
    X(FIELD_FEEDER, "feeder")       \
    X(FIELD_TIMEZONE, "timezone")   \
    X(FIELD_RESIDENTS, "residents") \
    X(FIELD_FLAGS, "flags")         \
    X(FIELD_MOVED_IN, "moved_in")   \
    X(FIELD_NEW_METER, "new_meter") \
    X(FIELD_OLD_VALUE, "old_value") \
    X(FIELD_NEW_VALUE, "new_value") \
    X(FIELD_FROM, "from")           \
    X(FIELD_TO, "to")               \
    X(FIELD_REASON, "reason")       \
    X(FIELD_ALERT, "alert")         \
    X(FIELD_OUTCOME, "outcome")     \
    X(FIELD_CHANNEL, "channel")     \
    X(FIELD_SUMMARY, "summary")     \
    X(FIELD_TEMPERATURE_C, "temperature_c")

enum field { FIELDS(VOCABULARY_CONSTANT) FIELD_COUNT };
extern const struct text field_names[FIELD_COUNT];

/* --- the names that a sender uses --- */

#define KEYS_MAX  (2 * FIELD_COUNT)
#define KEY_SLOTS 256 /* a power of two, well above KEYS_MAX */

struct key {
    uint64_t head, tail; /* its first and last eight bytes */
    struct text name;
    enum field field;
    uint8_t also; /* 1 + index of another field with this name; 0 none */
    bool mapped;  /* a mapped name wins over our own */
};

struct keys {
    struct key key[KEYS_MAX];
    size_t count;
    uint8_t slots[KEY_SLOTS]; /* 1 + index; 0 empty */
};

void keys_init(struct keys *keys, const struct field_mapping *mapping, size_t count);

/* Up to eight bytes as a number, none read beyond them; different texts of one length differ. */
static inline uint64_t word_of(const char *at, size_t bytes)
{
    uint64_t word = 0;
    uint32_t low, high;
    if (bytes == sizeof word) {
        memcpy(&word, at, sizeof word);
        return le64toh(word);
    }
    if (bytes >= sizeof low) {
        memcpy(&low, at, sizeof low);
        memcpy(&high, at + bytes - sizeof high, sizeof high);
        return le32toh(low) | (uint64_t)le32toh(high) << (8 * (bytes - sizeof high));
    }
    for (size_t i = 0; i < bytes; i++)
        word |= (uint64_t)(unsigned char)at[i] << (8 * i);
    return word;
}

static inline unsigned keys_slot(uint64_t head, size_t bytes)
{
    return (unsigned)(((head ^ bytes) * UINT64_C(0x9e3779b97f4a7c15)) >> 56) & (KEY_SLOTS - 1);
}

/* NULL: not a field of ours. */
static inline const struct key *keys_find(const struct keys *keys, struct text name)
{
    const size_t word = sizeof(uint64_t);
    uint64_t head = word_of(name.at, name.bytes < word ? name.bytes : word);
    uint64_t tail = name.bytes > word ? word_of(name.at + name.bytes - word, word) : 0;

    for (unsigned slot = keys_slot(head, name.bytes); keys->slots[slot];
         slot = (slot + 1) & (KEY_SLOTS - 1)) {
        const struct key *key = &keys->key[keys->slots[slot] - 1];
        if (key->head == head && key->tail == tail && key->name.bytes == name.bytes &&
            (name.bytes <= 2 * word || text_equal(key->name, name)))
            return key;
    }
    return NULL;
}

/* --- what a message says --- */

#define LIST_MAX 64

enum value_kind { VALUE_TEXT, VALUE_NUMBER, VALUE_LIST, VALUE_OTHER };

struct value {
    enum value_kind kind;
    uint32_t count; /* of a list */
    union {
        struct text text;
        struct decimal number;
        const struct text *list;
    };
};

/* `null` is the same as not said. */
struct fields {
    uint64_t said; /* bit of enum field */
    struct value of[FIELD_COUNT];
};

/* Where the value of this key belongs; NULL when a mapped name has said it already. */
static inline struct value *fields_place(struct fields *fields, const struct key *key)
{
    bool taken = !key->mapped && (fields->said & UINT64_C(1) << key->field);
    return taken ? NULL : &fields->of[key->field];
}

/* The value is in its place; other fields may want the same one. */
static inline void fields_said(struct fields *fields, const struct keys *keys,
                               const struct key *key, const struct value *value)
{
    fields->said |= UINT64_C(1) << key->field;
    while (key->also) {
        key = &keys->key[key->also - 1];
        struct value *place = fields_place(fields, key);
        if (place)
            *place = *value;
        fields->said |= UINT64_C(1) << key->field;
    }
}

/* --- memory of the full reader, kept until the batch is done --- */

struct scratch;
struct scratch *scratch_new(void);
void scratch_free(struct scratch *scratch);
void scratch_clear(struct scratch *scratch);
void *scratch_get(struct scratch *scratch, size_t bytes); /* aligned for anything */

/* --- the readers and what they share --- */

/* False when the payload is not flat plain ASCII JSON: ask decode_full. Never rejects by itself. */
bool decode_scan(const struct keys *keys, struct text payload, struct fields *out);
NODISCARD enum reject decode_full(const struct keys *keys, struct scratch *scratch,
                                  struct text payload, struct fields *out);
NODISCARD enum reject fields_message(const struct fields *fields, enum message_type assumed,
                                     struct message *out, const char **detail);

#endif
