/* SPDX-License-Identifier: Apache-2.0
 *
 * From the alerts log back into the store: an event is the whole alert. Used when the store went
 * back in time or was lost. Pure.
 */
#ifndef ANBU_ALERT_RESTORE_H
#define ANBU_ALERT_RESTORE_H

#include "alert/lifecycle.h"

/* The alert in an event of anbu.alerts; alert_done is due on ERR_OK. ERR_NOT_FOUND: it is of an
 * area incident, which the log does not bring back. */
NODISCARD enum err restore_read(struct text event, struct alert *out, struct fault *fault);

/* The step that puts it back: snapshot and timers, no new event. Takes a copy; step_done is due. */
void restore_step(const struct alert *alert, const struct alert_rules *rules, struct step *out);

#endif
