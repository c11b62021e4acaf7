/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/bars.h"

#include <assert.h>

#define LEVELS 8

void bars_add(struct bars *bars, double value, enum bar_kind kind)
{
    assert(bars->count < BARS_MAX);
    bars->values[bars->count] = value;
    bars->kinds[bars->count++] = kind;
}

double bars_top(const struct bars *bars)
{
    double top = 0;
    for (size_t i = 0; i < bars->count; i++)
        if (bars->kinds[i] == BAR_KNOWN && bars->values[i] > top)
            top = bars->values[i];
    return top;
}

static const char *bar_of(const struct screen *screen, double share)
{
    static const char *const blocks[LEVELS] = {"\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83",
                                               "\xe2\x96\x84", "\xe2\x96\x85", "\xe2\x96\x86",
                                               "\xe2\x96\x87", "\xe2\x96\x88"};
    static const char *const letters[LEVELS] = {"_", ",", ":", "-", "=", "+", "*", "#"};
    int level = (int)(share * LEVELS);
    if (level > LEVELS - 1)
        level = LEVELS - 1;
    return screen->utf8 ? blocks[level] : letters[level];
}

void bars_write(const struct screen *screen, const struct bars *bars, double top,
                struct buffer *out)
{
    for (size_t i = 0; i < bars->count; i++) {
        if (bars->kinds[i] == BAR_MISSING)
            buffer_text(out, "?");
        else if (bars->kinds[i] == BAR_ESTIMATED)
            buffer_text(out, "~");
        else if (!(bars->values[i] > 0) || !(top > 0))
            buffer_text(out, ".");
        else
            buffer_text(out, bar_of(screen, bars->values[i] / top));
    }
}
