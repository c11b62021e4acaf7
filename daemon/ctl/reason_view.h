/* SPDX-License-Identifier: Apache-2.0
 *
 * A reason of an alert in words, from the API's JSON: how its severity came about, and what it
 * rests on. Pure.
 */
#ifndef ANBU_CTL_REASON_VIEW_H
#define ANBU_CTL_REASON_VIEW_H

#include <jansson.h>

#include "ctl/screen.h"

/* "medium by its evidence, raised to high by what is known: lives alone, a cold wave"; nothing when
 * the reason does not say. */
void reason_view_severity(const json_t *reason, struct buffer *out);
/* The longest silence before, times away, what is missing, and by hour who was expected and seen;
 * as much of it as there is. */
void reason_view_evidence(const struct screen *screen, const json_t *evidence, struct buffer *out);

#endif
