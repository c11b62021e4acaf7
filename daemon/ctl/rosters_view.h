/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is on call, as anbuctl prints it. Pure.
 */
#ifndef ANBU_CTL_ROSTERS_VIEW_H
#define ANBU_CTL_ROSTERS_VIEW_H

#include <jansson.h>

#include "ctl/screen.h"

void rosters_view(const struct screen *screen, const json_t *body, int64_t now_ms,
                  struct buffer *out);

#endif
