/* SPDX-License-Identifier: Apache-2.0
 *
 * The units of readings, one table, and the exact arithmetic from a JSON number to milli-units:
 * integers stay exact, decimals round half away from zero. Pure; any thread.
 */
#ifndef ANBU_INGEST_UNITS_H
#define ANBU_INGEST_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "ingest/message.h"

#define MILLI_MAX INT64_C(900000000000000000) /* what a number may come to, either side of zero */

/* digits * 10^exponent, as the sender wrote it. */
struct decimal {
    int64_t digits;
    int32_t exponent;
};

/* One of the unit is factor * 10^exponent milliwatt-hours or millilitres. */
struct unit {
    struct text name;
    enum measure measure;
    int64_t factor;
    int32_t exponent;
};

/* The unit of that name if this utility is measured in it, else NULL. */
const struct unit *unit_find(struct text name, enum utility utility);
/* What a utility measures when nothing says it. */
enum measure unit_usual(enum utility utility);

/* number * factor * 10^exponent, rounded half away from zero; false beyond MILLI_MAX. */
bool decimal_scale(struct decimal number, int64_t factor, int32_t exponent, int64_t *out);
/* False when it is no whole number from low to high. */
bool decimal_whole(struct decimal number, int64_t low, int64_t high, int64_t *out);
double decimal_double(struct decimal number);

#endif
