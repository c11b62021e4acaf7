/* SPDX-License-Identifier: Apache-2.0 */
#include "household/record.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"

static uint32_t states_bytes(void)
{
    uint32_t bytes = 0;
    for (size_t i = 0; i < detector_count; i++)
        bytes += (uint32_t)detectors[i]->state_bytes;
    return bytes;
}

static uint32_t meters_at(void)
{
    return (uint32_t)(sizeof(struct record_header) + sizeof(struct record_home) +
                      detector_count * sizeof(struct record_slot)) +
           states_bytes();
}

/* Another set of detectors, or one whose state has grown, cannot read these bytes. */
static uint32_t layout(void)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < detector_count; i++)
        hash = hash * 31 + record_hash(text_of(detectors[i]->name)) + detectors[i]->state_bytes;
    return (uint32_t)(hash ^ hash >> 32);
}

uint32_t record_bytes(unsigned meters, unsigned text_bytes)
{
    return meters_at() + meters * (uint32_t)sizeof(struct record_meter) + (text_bytes + 7) / 8 * 8;
}

void record_view(void *bytes, struct record *out)
{
    char *at = bytes;
    out->header = bytes;
    at += sizeof(struct record_header);
    out->home = (void *)at;
    at += sizeof(struct record_home);
    out->slots = (void *)at;
    at += detector_count * sizeof(struct record_slot);
    for (size_t i = 0; i < detector_count; i++) {
        out->states[i] = at;
        at += detectors[i]->state_bytes;
    }
    out->meters = (void *)at;
    out->texts = at + out->header->meters * sizeof(struct record_meter);
}

static unsigned texts_bytes(const struct record_home *home)
{
    return (unsigned)home->area_bytes + home->feeder_bytes + home->zone_bytes;
}

/* What is counted or chosen inside stays in its bounds: whatever wrote it, reading is safe. */
static bool is_sound(const struct record *record)
{
    const struct record_home *home = record->home;
    bool sound = home->area_bytes <= MESSAGE_ID_MAX && home->feeder_bytes <= MESSAGE_ID_MAX &&
                 home->zone_bytes <= MESSAGE_ID_MAX;
    for (int i = 0; i < UTILITY_COUNT; i++)
        sound = sound && home->arrears[i].bills <= RECORD_BILLS;
    for (unsigned i = 0; i < record->header->meters; i++)
        sound = sound && record->meters[i].utility < UTILITY_COUNT;
    return sound;
}

enum err record_open(void *bytes, uint32_t size, struct record *out, struct fault *fault)
{
    const struct record_header *header = bytes;
    if (size < sizeof *header + sizeof *out->home || header->magic != RECORD_MAGIC ||
        header->bytes != size)
        return fault_set(fault, ERR_CORRUPT, "not a household record (%u bytes)", size);
    if (header->version != RECORD_VERSION || header->detectors != detector_count)
        return fault_set(fault, ERR_INCOMPATIBLE,
                         "household record of version %u with %u detectors; this anbud writes "
                         "version %u with %zu",
                         header->version, header->detectors, RECORD_VERSION, detector_count);
    if (header->checksum != crc32c(header + 1, size - sizeof *header))
        return fault_set(fault, ERR_CORRUPT, "household record: checksum does not match");
    record_view(bytes, out);
    if (out->home->layout != layout())
        return fault_set(fault, ERR_INCOMPATIBLE,
                         "household record of a version %u whose detectors keep other states than "
                         "those of this anbud",
                         header->version);
    if (header->meters > VIEW_METERS_MAX ||
        record_bytes(header->meters, texts_bytes(out->home)) != size)
        return fault_set(fault, ERR_CORRUPT, "household record: %u meters in %u bytes",
                         header->meters, size);
    if (!is_sound(out))
        return fault_set(fault, ERR_CORRUPT, "household record: a count in it is impossible");
    return ERR_OK;
}

void *record_new(uint32_t *size)
{
    *size = record_bytes(0, 0);
    void *bytes = memory_get(*size);
    struct record_header *header = bytes;
    *header = (struct record_header){.magic = RECORD_MAGIC,
                                     .version = RECORD_VERSION,
                                     .detectors = (uint8_t)detector_count,
                                     .bytes = *size};
    struct record record;
    record_view(bytes, &record);
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        record.home->applied[lane] = -1;
    record.home->occupied = 1;
    record.home->layout = layout();
    return bytes;
}

unsigned record_add_meter(void **bytes, uint32_t *size)
{
    struct record record;
    record_view(*bytes, &record);
    unsigned index = record.header->meters, texts = texts_bytes(record.home);
    assert(index < VIEW_METERS_MAX);
    uint32_t grown = record_bytes(index + 1, texts);
    *bytes = memory_grow(*bytes, grown);
    record_view(*bytes, &record);
    memmove(record.texts + sizeof(struct record_meter), record.texts,
            grown - (size_t)(record.texts + sizeof(struct record_meter) - (char *)*bytes));
    memset(record.texts, 0, sizeof(struct record_meter));
    record.header->meters = (uint8_t)(index + 1);
    record.header->bytes = *size = grown;
    return index;
}

struct text record_area(const struct record *record)
{
    return (struct text){record->texts, record->home->area_bytes};
}

struct text record_feeder(const struct record *record)
{
    return (struct text){record->texts + record->home->area_bytes, record->home->feeder_bytes};
}

struct text record_zone(const struct record *record)
{
    return (struct text){record->texts + record->home->area_bytes + record->home->feeder_bytes,
                         record->home->zone_bytes};
}

void record_set_texts(void **bytes, uint32_t *size, struct text area, struct text feeder,
                      struct text zone)
{
    struct record record;
    record_view(*bytes, &record);
    struct text texts[3] = {area.bytes ? area : record_area(&record),
                            feeder.bytes ? feeder : record_feeder(&record),
                            zone.bytes ? zone : record_zone(&record)};
    char joined[3 * (MESSAGE_ID_MAX + 1)];
    unsigned total = 0;
    for (int i = 0; i < 3; i++) {
        assert(texts[i].bytes <= MESSAGE_ID_MAX);
        memcpy(joined + total, texts[i].at, texts[i].bytes);
        total += (unsigned)texts[i].bytes;
    }
    record.home->area_bytes = (uint8_t)texts[0].bytes;
    record.home->feeder_bytes = (uint8_t)texts[1].bytes;
    record.home->zone_bytes = (uint8_t)texts[2].bytes;
    uint32_t grown = record_bytes(record.header->meters, total);
    *bytes = memory_grow(*bytes, grown);
    record_view(*bytes, &record);
    memset(record.texts, 0, grown - (size_t)(record.texts - (char *)*bytes));
    memcpy(record.texts, joined, total);
    record.header->bytes = *size = grown;
}

void record_seal(void *bytes)
{
    struct record_header *header = bytes;
    header->checksum = crc32c(header + 1, header->bytes - sizeof *header);
}

uint64_t record_hash(struct text name)
{
    uint64_t hash = 0xcbf29ce484222325ull;
    for (size_t i = 0; i < name.bytes; i++)
        hash = (hash ^ (unsigned char)name.at[i]) * 0x100000001b3ull;
    return hash;
}
