/* SPDX-License-Identifier: Apache-2.0
 *
 * A decoded message as one line of text, so that golden files and the fuzzer can compare all of it.
 */
#ifndef ANBU_TESTS_MESSAGE_TEXT_H
#define ANBU_TESTS_MESSAGE_TEXT_H

#include "ingest/message.h"
#include "ingest/reject.h"

/* "reading household=H-1 ..." or, for a reject, "bad_value value"; appended to out. */
void message_text(enum reject reject, const char *detail, const struct message *message,
                  struct buffer *out);

#endif
