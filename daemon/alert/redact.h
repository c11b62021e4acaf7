/* SPDX-License-Identifier: Apache-2.0
 *
 * An alert for eyes that are not to see by which hours of its days a home lives: all of it but the
 * hours of its evidence, of whose `hours` nothing is left and whose `until` is null. Works on any
 * version's JSON. Pure.
 */
#ifndef ANBU_ALERT_REDACT_H
#define ANBU_ALERT_REDACT_H

#include "base/err.h"
#include "base/text.h"

/* Of a number that is read and written again: as many as come back as they were. */
#define REDACT_DIGITS 15

/* A snapshot, or an event that has one as its `data`; of others (incidents, tests) all is left.
 * Appends to *out; ERR_INVALID: it is no JSON object. */
NODISCARD enum err redact_alert(struct text snapshot, struct buffer *out, struct fault *fault);
NODISCARD enum err redact_event(struct text event, struct buffer *out, struct fault *fault);

#endif
