/* SPDX-License-Identifier: Apache-2.0
 *
 * A partition's dead letters on their way to Kafka, numbered from 1 in the order of their messages.
 * Until one is there, neither the resume offset nor a record that has taken note of its message may
 * pass it: a replay would skip the message, and the letter would be lost. Belongs to the partition;
 * one thread. Tokens are places in here and stay valid until told of.
 */
#ifndef ANBU_LETTERS_H
#define ANBU_LETTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ingest/message.h"

#define LETTERS_MAX 1024 /* under way */

struct letters;
struct letters *letters_new(void);
void letters_free(struct letters *letters);

/* A token for the publisher; NULL: as many as may be are under way. from: where each lane stood
 * before the message. bytes_max: what was longer is cut to it. */
void *letters_add(struct letters *letters, const int64_t from[TOPIC_COUNT], size_t bytes_max);
size_t letters_bytes_max(const void *token);
/* The newest was not taken by the publisher after all. */
void letters_take_back(struct letters *letters, void *token);

bool letters_own(const struct letters *letters, const void *token);
/* From the publisher, once for each token. */
void letters_done(struct letters *letters, void *token, bool delivered);

size_t letters_under_way(const struct letters *letters);
bool letters_failed(const struct letters *letters); /* of this ownership */
uint64_t letters_newest(const struct letters *letters);
/* All up to this number are in Kafka. */
uint64_t letters_settled(const struct letters *letters);
/* `from` of the oldest that is not there; NULL none. */
const int64_t *letters_from(const struct letters *letters);

/* The ownership has ended: its messages are read again, its letters count no more. */
void letters_forget(struct letters *letters);

#endif
