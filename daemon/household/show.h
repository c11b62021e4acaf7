/* SPDX-License-Identifier: Apache-2.0
 *
 * A household record as JSON, for people (API, anbuctl): see docs/formats.md, "household". Pure;
 * any thread, over a copy of the record.
 *
 * The household's name is the caller's to add: a record does not hold it.
 *
 * {"area","feeder","timezone","residents"|null,"flags":[...],"occupied","moved_in"|null,
 *  "absence":{"from","to"}|null,"first_seen","messages_applied","watched_hours","valid_days",
 *  "learning","last_sign_of_life"|null,"last_reading"|null,
 *  "meters":[{"utility","unit":"Wh"|"L","interval_minutes","valid_days","continuous",
 *    "last_reading"|null,"register"|null,"last_sign_of_life"|null,
 *    "hours":[{"start","use"|null,"quality":"actual"|"estimated"|"missing"}],   168, oldest first
 *    "days":[{"day","use"|null}],                                               60, oldest first
 *    "routine":{"weekday":[{"usual","awake"}],"weekend":[...]}}],               24 each, local
 * hours "supply":{"electricity":"open"|null,"water":...,"gas":...},
 *  "arrears":[{"utility","months"|null,"amount"|null,"currency"|null,"oldest_due"|null,
 *    "arrangement","notice"}],
 *  "prices":{"of","snapshot"|null,"since"|null},
 *  "detectors":[{"detector","on","since"|null,"evidence"}]}
 */
#ifndef ANBU_HOUSEHOLD_SHOW_H
#define ANBU_HOUSEHOLD_SHOW_H

#include "base/err.h"
#include "base/text.h"
#include "config/config.h"
#include "household/prices.h"

/* Judged by the configuration's options, at these prices; its ingest.timezone is that of households
 * whose profile says none. No weather is looked at: cold knows what it judged its last day by.
 * ERR_CORRUPT when the record's checksum or layout does not fit. */
NODISCARD enum err household_show(const void *record, uint32_t bytes, const struct config *config,
                                  const struct prices *prices, struct buffer *json);

#endif
