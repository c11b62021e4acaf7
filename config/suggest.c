/* SPDX-License-Identifier: Apache-2.0 */
#include "config/suggest.h"

#include <stdio.h>
#include <string.h>

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned edit_distance(struct text a, struct text b)
{
    if (a.bytes > SUGGEST_BYTES_MAX || b.bytes > SUGGEST_BYTES_MAX)
        return SUGGEST_BYTES_MAX;
    unsigned rows[3][SUGGEST_BYTES_MAX + 1];
    unsigned *before = rows[0], *above = rows[1], *now = rows[2];
    for (unsigned j = 0; j <= b.bytes; j++)
        above[j] = before[j] = j;
    for (unsigned i = 1; i <= a.bytes; i++) {
        now[0] = i;
        for (unsigned j = 1; j <= b.bytes; j++) {
            unsigned cost = a.at[i - 1] != b.at[j - 1];
            now[j] = least(least(above[j] + 1, now[j - 1] + 1), above[j - 1] + cost);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
        unsigned *last = before;
        before = above;
        above = now;
        now = last;
    }
    return above[b.bytes];
}

/* After the last dot. */
static struct text leaf(struct text name)
{
    for (size_t i = name.bytes; i > 0; i--)
        if (name.at[i - 1] == '.')
            return (struct text){name.at + i, name.bytes - i};
    return name;
}

void suggest_try(struct suggest *suggest, struct text candidate)
{
    struct text word = suggest->word;
    if (word.bytes == 0 || word.bytes > SUGGEST_BYTES_MAX || candidate.bytes == 0)
        return;
    unsigned near = word.bytes < 6 ? 1 : least(4, (unsigned)word.bytes / 4);
    unsigned distance = edit_distance(word, candidate);
    /* The right name in the wrong section is as good as two slips. */
    if (distance > 2 && text_equal(leaf(word), leaf(candidate))) {
        distance = 2;
        near = 2;
    }
    if (distance > near || (suggest->best.bytes > 0 && distance >= suggest->distance))
        return;
    suggest->best = candidate;
    suggest->distance = distance;
}

const char *suggest_text(struct text word, const char *const *candidates, size_t count,
                         char out[SUGGEST_TEXT_MAX])
{
    struct suggest suggest = {.word = word};
    for (size_t i = 0; i < count; i++)
        suggest_try(&suggest, text_of(candidates[i]));
    out[0] = '\0';
    if (suggest.best.bytes > 0)
        (void)snprintf(out, SUGGEST_TEXT_MAX, "; did you mean %.*s?", (int)suggest.best.bytes,
                       suggest.best.at);
    return out;
}
