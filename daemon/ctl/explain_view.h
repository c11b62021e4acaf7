/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers behind an alert's reasons or a household's detectors, from the API's JSON. Pure.
 */
#ifndef ANBU_CTL_EXPLAIN_VIEW_H
#define ANBU_CTL_EXPLAIN_VIEW_H

#include <jansson.h>

#include "ctl/screen.h"

/* body: an alert (`reasons`: as they were when they were told) or a household (`detectors`: as
 * they are now). */
void explain_view(const struct screen *screen, const json_t *body, int64_t now_ms,
                  struct buffer *out);

#endif
