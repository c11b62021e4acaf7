/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <assert.h>
#include <string.h>

/* The second byte's range depends on the first: overlong forms, surrogates, above U+10FFFF. */
static bool second_fits(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xe0: return second >= 0xa0 && second <= 0xbf;
    case 0xed: return second >= 0x80 && second <= 0x9f;
    case 0xf0: return second >= 0x90 && second <= 0xbf;
    case 0xf4: return second >= 0x80 && second <= 0x8f;
    default: return second >= 0x80 && second <= 0xbf;
    }
}

size_t utf8_length(const char *at, size_t bytes)
{
    if (bytes == 0)
        return 0;
    unsigned char first = (unsigned char)at[0];
    if (first < 0x80)
        return 1;
    size_t need = first >= 0xc2 && first <= 0xdf   ? 2
                  : first >= 0xe0 && first <= 0xef ? 3
                  : first >= 0xf0 && first <= 0xf4 ? 4
                                                   : 0;
    if (need == 0 || bytes < need || !second_fits(first, (unsigned char)at[1]))
        return 0;
    for (size_t i = 2; i < need; i++)
        if (((unsigned char)at[i] & 0xc0) != 0x80)
            return 0;
    return need;
}

bool utf8_valid(struct text text)
{
    for (size_t i = 0, n; i < text.bytes; i += n) {
        n = utf8_length(text.at + i, text.bytes - i);
        if (n == 0)
            return false;
    }
    return true;
}

bool utf8_copy(struct text from, char *out, size_t out_bytes)
{
    assert(out_bytes > 0);
    size_t done = 0;
    for (size_t i = 0; i < from.bytes;) {
        size_t n = utf8_length(from.at + i, from.bytes - i);
        const char *piece = n ? from.at + i : UTF8_REPLACEMENT;
        size_t piece_bytes = n ? n : sizeof UTF8_REPLACEMENT - 1;
        if (done + piece_bytes >= out_bytes) {
            out[done] = '\0';
            return false;
        }
        memcpy(out + done, piece, piece_bytes);
        done += piece_bytes;
        i += n ? n : 1;
    }
    out[done] = '\0';
    return true;
}
