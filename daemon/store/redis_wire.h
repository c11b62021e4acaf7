/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands as bytes for the wire (RESP), and numbers out of replies. Pure; any thread.
 */
#ifndef ANBU_STORE_REDIS_WIRE_H
#define ANBU_STORE_REDIS_WIRE_H

#include "base/text.h"

void redis_wire_array(struct buffer *out, size_t elements);
void redis_wire_text(struct buffer *out, struct text text);

/* The whole text is a decimal number that fits. */
bool redis_wire_number(struct text text, int64_t *out);

#endif
