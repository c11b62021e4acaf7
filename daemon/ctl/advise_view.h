/* SPDX-License-Identifier: Apache-2.0
 *
 * What the outcomes of resolved alerts say about each rule (alert/advice.h), for a terminal. Pure.
 */
#ifndef ANBU_CTL_ADVISE_VIEW_H
#define ANBU_CTL_ADVISE_VIEW_H

#include "ctl/call.h"

void advise_view(const struct screen *screen, const json_t *body, int64_t now_ms,
                 struct buffer *out);

#endif
