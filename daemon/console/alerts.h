/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding the alert that a request's {id} names, for the handlers of one alert. On the API's
 * thread.
 */
#ifndef ANBU_CONSOLE_ALERTS_H
#define ANBU_CONSOLE_ALERTS_H

#include "alert/lifecycle.h"
#include "console/request.h"

/* By the whole id, else by a prefix that only one has. */
NODISCARD enum err alert_find(struct request *request, uint32_t *partition, char id[ALERT_ID_MAX],
                              struct buffer *snapshot, struct fault *fault);
/* Reads it and names it in the audit. ERR_NOT_FOUND: it is not this account's to see. */
NODISCARD enum err alert_load(struct request *request, struct buffer *snapshot, struct alert *out,
                              struct fault *fault);

/* What is to be done to an alert as it is now. An error ends it: nothing is done. */
typedef enum err alert_intent_fn(struct request *request, const struct alert *alert, void *context,
                                 struct change *out, struct answer *answer, struct fault *fault);
/* Finds the alert, records that it is intended, does it and announces it; others may change it
 * meanwhile. */
NODISCARD enum err alert_change(struct request *request, alert_intent_fn *intent, void *context,
                                struct answer *answer, struct fault *fault);

#endif
