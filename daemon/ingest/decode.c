/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/decode.h"

#include <assert.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>

#include "ingest/decode_parts.h"

#define CHUNK_BYTES (64 * 1024) /* more than one message can ask for at once */

/* Chunks stay where they are, so texts that point into them stay good; they are used again. */
struct chunk {
    struct chunk *next;
    size_t used;
    alignas(max_align_t) unsigned char bytes[CHUNK_BYTES];
};

struct scratch {
    struct chunk *first, *now;
};

struct scratch *scratch_new(void)
{
    return memory_get(sizeof(struct scratch));
}

void scratch_free(struct scratch *scratch)
{
    for (struct chunk *chunk = scratch ? scratch->first : NULL, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(scratch);
}

void scratch_clear(struct scratch *scratch)
{
    scratch->now = scratch->first;
    if (scratch->now)
        scratch->now->used = 0;
}

void *scratch_get(struct scratch *scratch, size_t bytes)
{
    const size_t unit = alignof(max_align_t);
    bytes = (bytes + unit - 1) / unit * unit;
    assert(bytes <= CHUNK_BYTES);
    if (!scratch->now || CHUNK_BYTES - scratch->now->used < bytes) {
        struct chunk **place = scratch->now ? &scratch->now->next : &scratch->first;
        if (!*place)
            *place = memory_get(sizeof **place);
        scratch->now = *place;
        scratch->now->used = 0;
    }
    void *out = scratch->now->bytes + scratch->now->used;
    scratch->now->used += bytes;
    return out;
}

struct decoder {
    struct keys keys;
    struct scratch *scratch;
};

struct decoder *decoder_new(const struct field_mapping *mapping, size_t mapping_count)
{
    struct decoder *decoder = memory_get(sizeof *decoder);
    keys_init(&decoder->keys, mapping, mapping_count);
    decoder->scratch = scratch_new();
    return decoder;
}

void decoder_free(struct decoder *decoder)
{
    if (!decoder)
        return;
    scratch_free(decoder->scratch);
    free(decoder);
}

void decoder_batch_start(struct decoder *decoder)
{
    scratch_clear(decoder->scratch);
}

enum reject decode(struct decoder *decoder, struct text payload, enum message_type assumed,
                   struct message *out, const char **detail)
{
    struct fields fields;

    *detail = "";
    if (payload.bytes > MESSAGE_BYTES_MAX)
        return REJECT_TOO_LARGE;
    if (!decode_scan(&decoder->keys, payload, &fields)) {
        enum reject reject = decode_full(&decoder->keys, decoder->scratch, payload, &fields);
        if (reject)
            return reject;
    }
    return fields_message(&fields, assumed, out, detail);
}
