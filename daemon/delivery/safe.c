/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/safe.h"

#include <string.h>

#include "base/utf8.h"

/* Control characters of ASCII and of Latin-1, and those that turn the direction of text. */
static bool hostile(const unsigned char *at, size_t bytes)
{
    if (bytes == 1)
        return at[0] < 0x20 || at[0] == 0x7f;
    if (bytes == 2)
        return at[0] == 0xc2 && at[1] < 0xa0;
    if (bytes != 3 || at[0] != 0xe2)
        return false;
    if (at[1] == 0x80) /* U+200E-200F, U+2028-202E */
        return at[2] == 0x8e || at[2] == 0x8f || (at[2] >= 0xa8 && at[2] <= 0xae);
    return at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9; /* U+2066-2069 */
}

void safe_put(struct buffer *out, const char *from, size_t bytes_max)
{
    size_t left = strlen(from), start = out->bytes;
    while (left) {
        size_t bytes = utf8_length(from, left);
        size_t step = bytes ? bytes : 1;
        if (out->bytes - start + step > bytes_max) {
            buffer_text(out, "...");
            return;
        }
        if (!bytes || hostile((const unsigned char *)from, bytes))
            buffer_text(out, "?");
        else
            buffer_add(out, from, bytes);
        from += step;
        left -= step;
    }
}
