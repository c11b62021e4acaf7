/* SPDX-License-Identifier: Apache-2.0
 *
 * What a household used, hour by hour, beside what it usually does: the picture of an alert's page.
 * Pure; any thread, over a copy of the record.
 */
#ifndef ANBU_HOUSEHOLD_HOURS_H
#define ANBU_HOUSEHOLD_HOURS_H

#include "base/err.h"
#include "base/text.h"
#include "config/config.h"

#define HOURS_DAYS_MAX VIEW_DAYS

/* Appends the members "timezone","from","to","utilities" (docs/formats.md, "Hours"), of so many
 * local days up to the newest reading: hours as far as the record holds them, days before.
 * ERR_CORRUPT when the record's checksum or layout does not fit. */
NODISCARD enum err household_hours(const void *record, uint32_t bytes, const struct config *config,
                                   int days, struct buffer *json, struct fault *fault);

#endif
