/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a household record: as they come, and with a header that makes them look right, so
 * that what stands behind the checksum is reached, too. What is opened can be used and grown.
 */
#include <stdlib.h>
#include <string.h>

#include "household/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

/* Touches every byte that a text is said to have. */
static void read_texts(const struct record *record)
{
    struct text texts[] = {record_area(record), record_feeder(record), record_zone(record)};
    volatile unsigned sum = 0;
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < texts[i].bytes; j++)
            sum += (unsigned char)texts[i].at[j];
    (void)sum;
}

static void reopen(void **bytes, uint32_t size)
{
    struct record record;
    record_seal(*bytes);
    expect(record_open(*bytes, size, &record, NULL) == ERR_OK);
    read_texts(&record);
}

static void grow(void **bytes, uint32_t size)
{
    struct record record;
    record_set_texts(bytes, &size, TEXT("11140-sindang"), TEXT(""), TEXT("Asia/Seoul"));
    reopen(bytes, size);
    record_view(*bytes, &record);
    if (record.header->meters < VIEW_METERS_MAX) {
        unsigned index = record_add_meter(bytes, &size);
        reopen(bytes, size);
        record_view(*bytes, &record);
        expect(record.meters[index].id == 0);
        expect(text_is(record_zone(&record), "Asia/Seoul"));
    }
}

static void open_bytes(const uint8_t *data, size_t count, bool dress)
{
    struct record record;
    void *bytes = memory_get(count ? count : 1);
    if (count)
        memcpy(bytes, data, count);
    if (dress && count >= sizeof(struct record_header)) {
        struct record_header *header = bytes;
        header->magic = RECORD_MAGIC;
        header->version = RECORD_VERSION;
        header->detectors = (uint8_t)detector_count;
        header->bytes = (uint32_t)count;
        record_seal(bytes);
    }
    if (record_open(bytes, (uint32_t)count, &record, NULL) == ERR_OK) {
        read_texts(&record);
        grow(&bytes, (uint32_t)count);
    }
    free(bytes);
}

/* Of the right length for so many meters and bytes of text: mutations seldom find it. */
static void open_fitting(const uint8_t *data, size_t count)
{
    unsigned meters = data[0] % (VIEW_METERS_MAX + 1), texts = data[1];
    uint32_t size = record_bytes(meters, texts);
    uint8_t *bytes = memory_get(size);
    memcpy(bytes, data, count < size ? count : size);
    struct record record;
    record_view(bytes, &record);
    record.header->meters = (uint8_t)meters;
    record.home->area_bytes = (uint8_t)(texts / 3);
    record.home->feeder_bytes = (uint8_t)(texts / 3);
    record.home->zone_bytes = (uint8_t)(texts - texts / 3 * 2);
    open_bytes(bytes, size, true);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    open_bytes(data, bytes, false);
    open_bytes(data, bytes, true);
    if (bytes >= 2)
        open_fitting(data, bytes);
    return 0;
}
