/* SPDX-License-Identifier: Apache-2.0
 *
 * Words for describe(): numbers, amounts, lists and local times, as an officer says them on the
 * phone. Pure: same input, same bytes, no libc locale and no time zone but the offset given. Each
 * writes at most SAY_MAX bytes with the terminator to `out` and returns it, so that calls stand
 * among the arguments of snprintf. Any thread.
 */
#ifndef ANBU_DETECTORS_SAY_H
#define ANBU_DETECTORS_SAY_H

#include <stddef.h>
#include <stdint.h>

#include "detectors/vocabulary.h"

#define SAY_MAX 64

/* "1,234,567" */
char *say_count(int64_t count, char out[SAY_MAX]);

/* "1 month", "3 months"; `noun` forms its plural with s and is cut when it does not fit. */
char *say_counted(int64_t count, const char *noun, char out[SAY_MAX]);

/* Hundredths of a unit: "129,300 KRW", "43.10 EUR", "129,300" without a currency. */
char *say_amount(int64_t minor, const char *currency, char out[SAY_MAX]);

/* Use of a utility: "3.1 kWh" of milliwatt-hours, "412 L" of millilitres; "" for gas, of which the
 * view does not say what is counted. */
char *say_use(enum utility utility, int64_t milli, char out[SAY_MAX]);

/* How long: "50 minutes" below 90 minutes, "26 hours" below 3 days, then "5 days"; rounded down. */
char *say_span(int64_t seconds, char out[SAY_MAX]);

/* Local time of a moment, to stand after "since": "Tuesday 21:40" in the last 6 days, else
 * "12 January 21:40", with the year when it is more than 300 days from now. Days are never "today":
 * a sentence is read later than it is written. */
char *say_time(int64_t at_s, int64_t now_s, int32_t utc_offset_s, char out[SAY_MAX]);

/* Its date alone: "25 January", or "25 January 2024" when more than 300 days from now. */
char *say_date(int64_t at_s, int64_t now_s, int32_t utc_offset_s, char out[SAY_MAX]);

/* A local day (days since 1970) like say_date; of the last 6 days: "Tuesday". */
char *say_day(int32_t day, int32_t today, char out[SAY_MAX]);

/* The utilities of a mask: "electricity", "water and gas", "electricity, water and gas". */
char *say_utilities(uint32_t mask, char out[SAY_MAX]);

/* Appends text to what stands in out; what does not fit is cut. */
void say_add(char *out, size_t out_bytes, const char *text);

/* Makes the first letter large, for the beginning of a sentence; returns text. */
char *say_capital(char *text);

#endif
