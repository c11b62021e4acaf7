/* SPDX-License-Identifier: Apache-2.0
 *
 * What a household owes, by utility: unpaid bills, or the utility's own snapshot. Pure; the
 * record's owner calls.
 */
#ifndef ANBU_HOUSEHOLD_ARREARS_H
#define ANBU_HOUSEHOLD_ARREARS_H

#include "household/record.h"
#include "ingest/message.h"

/* Applies a billing event; supply state included. now_day: local days since 1970 of the event. */
void arrears_apply(struct record_arrears *arrears, const struct billing *billing, int64_t at_s,
                   int32_t now_day);

/* How things stand on that day: bills are unpaid from the day after they were due. */
void arrears_view(const struct record_arrears *arrears, int32_t now_day, int64_t now_s,
                  struct arrears_view *out);

/* Notes the months unpaid once a quarter, for the trend. */
void arrears_note_quarter(struct record_arrears *arrears, int32_t now_day, int64_t now_s);

#endif
