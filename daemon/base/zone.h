/* SPDX-License-Identifier: Apache-2.0
 *
 * Local time by IANA zone, many zones in one process (libc knows one at a time). Rules come from
 * the machine's tzdata (TZif files, RFC 8536). Zones are read once, kept for the life of the
 * process and shared by all threads; look-ups take no lock after the first. Arithmetic of civil
 * days: H. Hinnant, "chrono-compatible low-level date algorithms".
 */
#ifndef ANBU_BASE_ZONE_H
#define ANBU_BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

struct zone; /* borrowed from the process's table; never freed */

/* By name ("Asia/Seoul"); ERR_NOT_FOUND when tzdata has no such zone or the name is hostile. */
NODISCARD enum err zone_find(struct text name, const struct zone **out);
const struct zone *zone_utc(void);
const char *zone_name(const struct zone *zone);

/* Seconds to add to UTC at this moment. */
int32_t zone_offset_s(const struct zone *zone, int64_t at_s);

struct civil {
    int32_t year;
    uint8_t month, day;           /* 1-12, 1-31 */
    uint8_t hour, minute, second; /* second 0-59 */
    uint8_t weekday;              /* 0 Monday .. 6 Sunday */
};

/* Of seconds since 1970 already shifted to local time. */
struct civil civil_of(int64_t local_s);
/* Days since 1970-01-01 of a civil date; valid for any year from 1 to 9999. */
int32_t civil_day(int32_t year, unsigned month, unsigned day);

/* The moment shifted to local time, and what of it is asked for most: cheaper than a whole civil.
 */
int64_t zone_local_s(const struct zone *zone, int64_t at_s);
int32_t local_day(int64_t local_s);        /* days since 1970 */
unsigned local_hour(int64_t local_s);      /* 0-23 */
unsigned local_weekday(int32_t local_day); /* of a day; 0 Monday .. 6 Sunday */

/* UTC of the start of a local day (days since 1970), gaps and folds included. */
int64_t zone_day_start_s(const struct zone *zone, int32_t local_day);

/* RFC 3339 with an offset, seconds may have a fraction (kept to milliseconds); ERR_INVALID
 * otherwise. *has_offset is false only for a good time without one: that tells it from nonsense.
 * "2026-01-15T13:00:00+09:00" */
NODISCARD enum err time_parse(struct text from, int64_t *out_ms, bool *has_offset);
/* "2026-01-25" to days since 1970. */
NODISCARD enum err date_parse(struct text from, int32_t *out_day);

#define TIME_TEXT_MAX 32
/* RFC 3339 in that offset; whole seconds; "Z" for offset 0. Returns out. */
char *time_format(int64_t at_s, int32_t offset_s, char out[TIME_TEXT_MAX]);
char *date_format(int32_t day, char out[TIME_TEXT_MAX]);

#endif
