/* SPDX-License-Identifier: Apache-2.0 */
#include "town/directory.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "town/line.h"

static const char *const given[] = {"Invented", "Imagined", "Fabled",   "Pretended",
                                    "Storied",  "Dreamt",   "Supposed", "Painted"};
static const char *const family[] = {"Kim", "Lee", "Park", "Choi", "Jung", "Kang", "Cho", "Yoon"};
static const char *const streets[] = {"Nowhere-ro", "Fable-gil", "Example-daero", "Paper-ro"};
static const char *const relations[] = {"daughter", "son", "sister", "neighbour"};

static const char *pick(const char *const *from, size_t count, uint64_t bits)
{
    return from[bits % count];
}
#define PICK(table, bits) pick((table), sizeof(table) / sizeof(table)[0], (bits))

/* No exchange has numbers that begin like these. */
static void member_phone(struct buffer *out, uint64_t bits)
{
    char text[24];
    (void)snprintf(text, sizeof text, "000-0000-%04u", (unsigned)(bits % 10000));
    json_member_text(out, "phone", text);
}

static void member_name(struct buffer *out, uint64_t bits)
{
    char text[40];
    (void)snprintf(text, sizeof text, "%s %s", PICK(given, bits), PICK(family, bits >> 8));
    json_member_text(out, "name", text);
}

static void member_address(struct buffer *out, const struct home *home, const struct scene *scene)
{
    char text[120];
    uint64_t bits = chance_bits(home->key, PURPOSE_DIRECTORY, 0);
    const struct scenario *s = scene->scenario;
    uint32_t area = home->index / (uint32_t)s->homes_per_feeder / (uint32_t)s->feeders_per_area;
    (void)snprintf(text, sizeof text, "%u %s, flat %u, %s (invented)", (unsigned)(bits % 200 + 1),
                   PICK(streets, bits >> 16), (unsigned)(bits >> 32) % 40 + 101,
                   s->areas[area % s->area_count]);
    json_member_text(out, "address", text);
}

/* Every eighth home speaks another language than its town. */
static void member_language(struct buffer *out, const struct home *home)
{
    uint64_t bits = chance_bits(home->life, PURPOSE_DIRECTORY, 2);
    json_member_text(out, "language", bits % 8 ? "ko" : "en");
}

static void put_residents(struct buffer *out, const struct home *home, const struct scene *scene)
{
    uint32_t flags = home_flags(home, scene->scenario);
    int oldest = flags >> FLAG_AGED_80_PLUS & 1   ? 1942
                 : flags >> FLAG_AGED_65_PLUS & 1 ? 1956
                                                  : 1985;
    json_put_key(out, "residents");
    buffer_text(out, "[");
    for (unsigned i = 0; i < home->person_count; i++) {
        uint64_t bits = chance_bits(home->life, PURPOSE_DIRECTORY, 10 + i);
        json_put_item(out);
        buffer_text(out, "{");
        member_name(out, bits);
        member_phone(out, bits >> 20);
        json_member_int(out, "birth_year", oldest + (int)(bits >> 40 & 7));
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}

static void put_contact(struct buffer *out, const struct home *home)
{
    uint64_t bits = chance_bits(home->life, PURPOSE_DIRECTORY, 1);
    const char *relation = PICK(relations, bits >> 48);
    char keys[60];
    json_put_key(out, "contacts");
    buffer_text(out, "[{");
    member_name(out, bits);
    json_member_text(out, "relation", relation);
    member_phone(out, bits >> 20);
    buffer_text(out, "}]");
    (void)snprintf(keys, sizeof keys, "the %s has one", relation);
    json_member_text(out, "keys", keys);
}

void directory_line(const struct home *home, const struct scene *scene, struct buffer *out)
{
    uint32_t flags = home_flags(home, scene->scenario);
    bool medical = flags >> FLAG_MEDICAL & 1, disabled = flags >> FLAG_DISABILITY & 1;
    char household[24];
    (void)snprintf(household, sizeof household, "H-%" PRIu32, LINE_HOME_FIRST + home->index);
    buffer_text(out, "{");
    json_member_text(out, "household", household);
    member_address(out, home, scene);
    member_language(out, home);
    put_residents(out, home, scene);
    if (flags >> FLAG_LIVES_ALONE & 1)
        put_contact(out, home);
    if (medical || disabled) {
        json_put_key(out, "needs");
        buffer_text(out, medical && disabled ? "[\"oxygen concentrator\",\"wheelchair\"]"
                         : medical           ? "[\"oxygen concentrator\"]"
                                             : "[\"wheelchair\"]");
    }
    if (flags >> FLAG_REFERRED & 1)
        json_member_text(out, "notes", "known to the welfare office (invented)");
    buffer_text(out, "}");
}
