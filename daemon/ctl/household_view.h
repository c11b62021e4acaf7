/* SPDX-License-Identifier: Apache-2.0
 *
 * A household as a person would want to read it, from the API's JSON (household/show.h). Pure:
 * now_ms is given.
 */
#ifndef ANBU_CTL_HOUSEHOLD_VIEW_H
#define ANBU_CTL_HOUSEHOLD_VIEW_H

#include <jansson.h>

#include "ctl/screen.h"

void household_view(const struct screen *screen, const json_t *household, int64_t now_ms,
                    struct buffer *out);

#endif
