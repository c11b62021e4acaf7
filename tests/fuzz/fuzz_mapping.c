/* SPDX-License-Identifier: Apache-2.0
 *
 * Any mapping and any payload: lines of `ours=theirs`, an empty line, the payload. Where the fast
 * reader answers at all the full one says the same, rows that do not count change nothing, and the
 * same payload twice is the same message.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/option.h"
#include "ingest/decode_parts.h"
#include "tests/unit/message_text.h"

#define ROWS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

struct rows {
    struct field_mapping all[ROWS_MAX], needed[ROWS_MAX];
    size_t count, needed_count;
};

static void expect_same(const char *what, const struct buffer *one, const struct buffer *other)
{
    if (strcmp(one->at, other->at) == 0)
        return;
    (void)fprintf(stderr, "%s:\n%s\n%s\n", what, one->at, other->at);
    abort();
}

static bool is_needed(const struct rows *rows, struct field_mapping row)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->all[i].ours, row.ours) == 0)
            return false;
    return decode_knows_field(text_of(row.ours));
}

/* A row as a configuration could have it: one value, no NUL, not longer than options are. */
static void add_row(struct rows *rows, struct text line)
{
    const char *equals = memchr(line.at, '=', line.bytes);
    size_t ours = equals ? (size_t)(equals - line.at) : line.bytes;
    if (!equals || ours + 1 == line.bytes || line.bytes - ours > OPTION_TEXT_MAX ||
        memchr(line.at, '\0', line.bytes) || rows->count == ROWS_MAX)
        return;
    struct field_mapping row = {
        memory_text((struct text){line.at, ours}),
        memory_text((struct text){equals + 1, line.bytes - ours - 1}),
    };
    if (is_needed(rows, row))
        rows->needed[rows->needed_count++] = row;
    rows->all[rows->count++] = row;
}

/* Returns the payload. */
static struct text read_rows(struct text input, struct rows *rows)
{
    while (input.bytes) {
        const char *end = memchr(input.at, '\n', input.bytes);
        struct text line = {input.at, end ? (size_t)(end - input.at) : input.bytes};
        size_t taken = line.bytes + (end ? 1 : 0);
        input = (struct text){input.at + taken, input.bytes - taken};
        if (!line.bytes)
            break;
        add_row(rows, line);
    }
    return input;
}

static void decode_twice(const struct field_mapping *mapping, size_t count, struct text payload,
                         struct buffer *out)
{
    struct decoder *decoder = decoder_new(mapping, count);
    struct buffer again = {0};
    for (int i = 0; i < 2; i++) {
        struct message message;
        const char *detail;
        enum reject reject = decode(decoder, payload, MESSAGE_TYPE_COUNT, &message, &detail);
        message_text(reject, detail, &message, i ? &again : out);
    }
    expect_same("the second time", out, &again);
    buffer_done(&again);
    decoder_free(decoder);
}

static void compare_readers(const struct rows *rows, struct text payload)
{
    struct keys keys;
    struct fields scanned, full;
    struct scratch *scratch = scratch_new();
    keys_init(&keys, rows->all, rows->count);
    if (payload.bytes <= MESSAGE_BYTES_MAX && decode_scan(&keys, payload, &scanned)) {
        if (decode_full(&keys, scratch, payload, &full))
            abort();
        for (int type = 0; type <= MESSAGE_TYPE_COUNT; type++) {
            struct buffer fast = {0}, slow = {0};
            struct message message;
            const char *detail;
            enum reject reject =
                fields_message(&scanned, (enum message_type)type, &message, &detail);
            message_text(reject, detail, &message, &fast);
            reject = fields_message(&full, (enum message_type)type, &message, &detail);
            message_text(reject, detail, &message, &slow);
            expect_same("fast and full", &fast, &slow);
            buffer_done(&fast);
            buffer_done(&slow);
        }
    }
    scratch_free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct rows rows = {.count = 0};
    struct buffer all = {0}, needed = {0};
    struct text payload = read_rows((struct text){count ? (const char *)bytes : "", count}, &rows);
    decode_twice(rows.all, rows.count, payload, &all);
    decode_twice(rows.needed, rows.needed_count, payload, &needed);
    expect_same("without what does not count", &all, &needed);
    compare_readers(&rows, payload);
    for (size_t i = 0; i < rows.count; i++) {
        /* memory_text made them; a mapping only borrows. */
        free((void *)(uintptr_t)rows.all[i].ours);
        free((void *)(uintptr_t)rows.all[i].theirs);
    }
    buffer_done(&all);
    buffer_done(&needed);
    return 0;
}
