/* SPDX-License-Identifier: Apache-2.0
 *
 * An alert as the API shows it: its snapshot, and what follows from it that a reader should not
 * have to work out. Pure, the API's thread.
 */
#ifndef ANBU_CONSOLE_SHOWN_H
#define ANBU_CONSOLE_SHOWN_H

#include "alert/alert.h"

/* Appends the snapshot with `waits_since` behind its own members; alert is the same, read. */
void shown_add(struct text snapshot, const struct alert *alert, struct buffer *out);

/* The same of a snapshot that nobody has read yet. */
NODISCARD enum err shown_read_add(struct text snapshot, struct buffer *out, struct fault *fault);

#endif
