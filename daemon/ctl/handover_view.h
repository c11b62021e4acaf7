/* SPDX-License-Identifier: Apache-2.0
 *
 * What a shift leaves to the next, desk by desk. Pure: now_ms is given.
 */
#ifndef ANBU_CTL_HANDOVER_VIEW_H
#define ANBU_CTL_HANDOVER_VIEW_H

#include <jansson.h>

#include "ctl/screen.h"

void handover_view(const struct screen *screen, const json_t *body, int64_t now_ms,
                   struct buffer *out);

#endif
