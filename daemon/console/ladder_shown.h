/* SPDX-License-Identifier: Apache-2.0
 *
 * The steps of the ladder that an alert is on, for whoever looks at one alert. Pure, the API's
 * thread.
 */
#ifndef ANBU_CONSOLE_LADDER_SHOWN_H
#define ANBU_CONSOLE_LADDER_SHOWN_H

#include "alert/alert.h"
#include "config/config.h"

/* Adds "steps" to the member "ladder" or "ladder_begins" of the alert's JSON in *shown, as the
 * configuration has them; nothing when it climbs none, or the configuration has it no more. */
void ladder_shown_add(const struct alert *alert, const struct config *config, struct buffer *shown);

#endif
