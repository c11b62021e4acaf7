/* SPDX-License-Identifier: Apache-2.0
 *
 * The state machine's rules as the configuration has them. Pure; any thread.
 */
#ifndef ANBU_ALERT_RULES_H
#define ANBU_ALERT_RULES_H

#include "alert/lifecycle.h"
#include "config/config.h"

/* Borrows config's lists. */
void rules_of(const struct config *config, struct alert_rules *out);

#endif
