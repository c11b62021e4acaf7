/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes to a message, plain and with mapped fields; where the fast reader answers at all, the
 * full one must give the same message or the same reject. Corpus to begin with: the golden
 * messages, by tests/fuzz/corpus_decode.sh.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/decode_parts.h"
#include "tests/unit/message_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static const struct field_mapping mapping[] = {
    {"household", "meter"}, {"meter", "x.y"}, {"value", "reading.kwh"}, {"start", "at"},
    {"at", "at"},           {"unit", "kind"}, {"kind", "unit"},         {"id", "extra"},
};
#define MAPPING_COUNT (sizeof mapping / sizeof *mapping)

static void disagree(const char *fast, const char *full)
{
    (void)fprintf(stderr, "fast: %s\nfull: %s\n", fast, full);
    abort();
}

static void compare(const struct keys *keys, struct scratch *scratch, struct text payload)
{
    struct fields scanned, full;
    struct message message;
    const char *detail;

    scratch_clear(scratch);
    if (payload.bytes > MESSAGE_BYTES_MAX || !decode_scan(keys, payload, &scanned))
        return;
    enum reject bad = decode_full(keys, scratch, payload, &full);
    if (bad)
        disagree("accepted", reject_names[bad]);
    for (int type = 0; type <= MESSAGE_TYPE_COUNT; type++) {
        struct buffer a = {0}, b = {0};
        enum reject reject = fields_message(&scanned, (enum message_type)type, &message, &detail);
        message_text(reject, detail, &message, &a);
        reject = fields_message(&full, (enum message_type)type, &message, &detail);
        message_text(reject, detail, &message, &b);
        if (strcmp(a.at, b.at) != 0)
            disagree(a.at, b.at);
        buffer_done(&a);
        buffer_done(&b);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static struct decoder *decoders[2];
    static struct keys keys[2];
    static struct scratch *scratch;
    struct text payload = {(const char *)bytes, count};
    struct message message;
    const char *detail;

    if (!scratch) {
        scratch = scratch_new();
        for (size_t i = 0; i < 2; i++) {
            decoders[i] = decoder_new(mapping, i * MAPPING_COUNT);
            keys_init(&keys[i], mapping, i * MAPPING_COUNT);
        }
    }
    for (size_t i = 0; i < 2; i++) {
        struct buffer text = {0};
        decoder_batch_start(decoders[i]);
        enum reject reject = decode(decoders[i], payload, MESSAGE_TYPE_COUNT, &message, &detail);
        message_text(reject, detail, &message, &text); /* touches every text that was handed out */
        buffer_done(&text);
        compare(&keys[i], scratch, payload);
    }
    return 0;
}
