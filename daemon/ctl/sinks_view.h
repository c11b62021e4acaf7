/* SPDX-License-Identifier: Apache-2.0
 *
 * Sinks for a terminal. Pure.
 */
#ifndef ANBU_CTL_SINKS_VIEW_H
#define ANBU_CTL_SINKS_VIEW_H

#include "ctl/call.h"

void sinks_view_list(const struct screen *screen, const json_t *body, int64_t now_ms,
                     struct buffer *out);

/* A test that has ended, in a line. */
void sinks_view_test(const char *name, const json_t *test, struct buffer *out);

#endif
