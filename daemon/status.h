/* SPDX-License-Identifier: Apache-2.0
 *
 * What GET /api/v1/status tells, as JSON.
 */
#ifndef ANBU_STATUS_H
#define ANBU_STATUS_H

#include "measure.h"

/* api NULL: not there yet. */
void status_write(const struct measured *from, const struct api *api, struct buffer *out);

#endif
