/* SPDX-License-Identifier: Apache-2.0
 *
 * From the bytes of a TZif file (RFC 8536) to a table of changes: those that the file lists, and
 * those that its footer (a POSIX TZ rule) makes for 400 more years, after which the calendar
 * repeats. Pure; the bytes may be hostile. Used by zone.c alone.
 */
#ifndef ANBU_BASE_ZONE_RULES_H
#define ANBU_BASE_ZONE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

#define ZONE_CYCLE_S (INT64_C(146097) * 86400) /* 400 years */

struct zone_change {
    int64_t at_s;
    int32_t offset_s; /* from at_s on */
};

struct zone_rules {
    int32_t first_offset_s; /* before the first change */
    struct zone_change *changes;
    size_t count;
    bool cyclic; /* after the last change: as 400 years earlier; else its offset stays */
};

/* Fills *out, whose changes zone_rules_done frees. ERR_CORRUPT when the bytes are no zone, or one
 * that counts leap seconds. */
NODISCARD enum err zone_rules_parse(struct text tzif, struct zone_rules *out);
void zone_rules_done(struct zone_rules *rules);

#endif
