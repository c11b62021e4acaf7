/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages that could not be used, for people. Pure.
 */
#ifndef ANBU_CTL_DEAD_LETTERS_VIEW_H
#define ANBU_CTL_DEAD_LETTERS_VIEW_H

#include "ctl/call.h"

view_fn dead_letters_view, dead_letters_view_count;

/* One a line, the oldest first. */
void dead_letters_lines(const struct screen *screen, const json_t *body, struct buffer *out);

#endif
