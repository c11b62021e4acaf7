/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes to a message. A scanner without allocation reads the usual flat objects; whatever it cannot
 * read (escapes, nesting, mapped fields) goes to a full JSON parser, and both give the same message
 * or the same reject. A decoder belongs to one thread.
 */
#ifndef ANBU_INGEST_DECODE_H
#define ANBU_INGEST_DECODE_H

#include "base/err.h"
#include "ingest/message.h"
#include "ingest/reject.h"

/* Where a utility keeps our field: "household" -> "premiseId", "value" -> "reading.kwh". */
struct field_mapping {
    const char *ours, *theirs;
};

/* Whether `ours` may stand in a mapping. */
bool decode_knows_field(struct text ours);
/* All of ours, for help and for the nearest one. */
const struct text *decode_fields(size_t *count);

struct decoder;

/* Mapping rows are borrowed for the decoder's life. Rows with an unknown `ours` are ignored, and of
 * two for the same field the first one counts. */
struct decoder *decoder_new(const struct field_mapping *mapping, size_t mapping_count);
void decoder_free(struct decoder *decoder);

/* Decodes one payload. `assumed` is the type that the topic says, MESSAGE_TYPE_COUNT for files,
 * where `type` must be there; a `type` that contradicts `assumed` is REJECT_WRONG_TOPIC. On reject,
 * *detail names the field ("value", "start", "" when none); borrowed until the next call of
 * decoder_batch_start. Texts of *out live until then, too. */
NODISCARD enum reject decode(struct decoder *decoder, struct text payload,
                             enum message_type assumed, struct message *out, const char **detail);

/* Forgets the texts of the last batch's slow-path messages. */
void decoder_batch_start(struct decoder *decoder);

#endif
