/* SPDX-License-Identifier: Apache-2.0
 *
 * Any JSON object as readable lines: values by name, lists of objects as columns. Pure.
 */
#ifndef ANBU_CTL_STATUS_VIEW_H
#define ANBU_CTL_STATUS_VIEW_H

#include <jansson.h>

#include "ctl/screen.h"

void status_view(const struct screen *screen, json_t *object, struct buffer *out);

#endif
