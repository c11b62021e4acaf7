/* SPDX-License-Identifier: Apache-2.0
 *
 * A row of small bars: Unicode's eighths of a block, or ASCII where the locale has none. Pure.
 */
#ifndef ANBU_CTL_BARS_H
#define ANBU_CTL_BARS_H

#include "ctl/screen.h"

#define BARS_MAX 168

enum bar_kind { BAR_KNOWN, BAR_ESTIMATED, BAR_MISSING };

struct bars {
    size_t count;
    double values[BARS_MAX];
    enum bar_kind kinds[BARS_MAX];
};

void bars_add(struct bars *bars, double value, enum bar_kind kind);
/* The largest known value; 0 when there is none. */
double bars_top(const struct bars *bars);
/* '.' no use, '~' estimated, '?' missing, else a bar of value / top. */
void bars_write(const struct screen *screen, const struct bars *bars, double top,
                struct buffer *out);

#endif
