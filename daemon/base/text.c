/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text text_of(const char *terminated)
{
    return (struct text){terminated, terminated ? strlen(terminated) : 0};
}

bool text_equal(struct text a, struct text b)
{
    return a.bytes == b.bytes && (a.bytes == 0 || memcmp(a.at, b.at, a.bytes) == 0);
}

bool text_is(struct text a, const char *terminated)
{
    return text_equal(a, text_of(terminated));
}

bool text_is_listed(const char *list, const char *item)
{
    while (*list) {
        size_t bytes = strcspn(list, ",");
        if (text_is((struct text){list, bytes}, item))
            return true;
        list += bytes + (list[bytes] == ',');
    }
    return false;
}

struct text text_without_stop(struct text sentence)
{
    size_t n = sentence.bytes;
    bool stop = n > 0 && sentence.at[n - 1] == '.' && !(n > 1 && sentence.at[n - 2] == '.');
    return (struct text){sentence.at, stop ? n - 1 : n};
}

bool text_item(const char **at, struct text *out)
{
    if (!*at)
        return false;
    *out = (struct text){*at, strcspn(*at, ",")};
    *at = out->at[out->bytes] ? out->at + out->bytes + 1 : NULL;
    return true;
}

bool text_copy(struct text from, char *out, size_t out_bytes)
{
    assert(out_bytes > 0);
    size_t n = from.bytes < out_bytes ? from.bytes : out_bytes - 1;
    if (n)
        memcpy(out, from.at, n);
    out[n] = '\0';
    return n == from.bytes;
}

static void *memory_check(void *at)
{
    if (!at) {
        (void)fputs("anbu: out of memory; ending, to be started again\n", stderr);
        abort();
    }
    return at;
}

void *memory_get(size_t bytes)
{
    return memory_check(calloc(1, bytes ? bytes : 1));
}

void *memory_grow(void *old, size_t bytes)
{
    return memory_check(realloc(old, bytes ? bytes : 1));
}

void *array_room(void *array, size_t count, size_t item_bytes)
{
    if (count & (count - 1))
        return array;
    return memory_grow(array, (count ? count * 2 : 1) * item_bytes);
}

char *memory_text(struct text from)
{
    char *out = memory_get(from.bytes + 1);
    if (from.bytes)
        memcpy(out, from.at, from.bytes);
    return out;
}

void buffer_done(struct buffer *buffer)
{
    free(buffer->at);
    *buffer = (struct buffer){0};
}

void buffer_clear(struct buffer *buffer)
{
    buffer->bytes = 0;
    if (buffer->at)
        buffer->at[0] = '\0';
}

static void buffer_reserve(struct buffer *buffer, size_t more)
{
    size_t need = buffer->bytes + more + 1;
    if (need <= buffer->room)
        return;
    size_t room = buffer->room ? buffer->room : 128;
    while (room < need)
        room *= 2;
    buffer->at = memory_grow(buffer->at, room);
    buffer->room = room;
}

void buffer_add(struct buffer *buffer, const void *from, size_t bytes)
{
    buffer_reserve(buffer, bytes);
    if (bytes)
        memcpy(buffer->at + buffer->bytes, from, bytes);
    buffer->bytes += bytes;
    buffer->at[buffer->bytes] = '\0';
}

void buffer_text(struct buffer *buffer, const char *terminated)
{
    buffer_add(buffer, terminated, strlen(terminated));
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(need >= 0);
    buffer_reserve(buffer, (size_t)need);
    va_start(args, format);
    (void)vsnprintf(buffer->at + buffer->bytes, (size_t)need + 1, format, args);
    va_end(args);
    buffer->bytes += (size_t)need;
}

static const char hex_digits[] = "0123456789abcdef";

void buffer_hex(struct buffer *buffer, struct text bytes)
{
    for (size_t i = 0; i < bytes.bytes; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];
        buffer_add(buffer, (const char[]){hex_digits[byte >> 4], hex_digits[byte & 15]}, 2);
    }
}

bool buffer_unhex(struct buffer *buffer, const char *digits)
{
    size_t count = strspn(digits, hex_digits);
    if (digits[count] || count % 2)
        return false;
    for (size_t i = 0; i < count; i += 2) {
        ptrdiff_t high = strchr(hex_digits, digits[i]) - hex_digits;
        ptrdiff_t low = strchr(hex_digits, digits[i + 1]) - hex_digits;
        buffer_add(buffer, (const char[]){(char)(high << 4 | low)}, 1);
    }
    return true;
}

struct text buffer_view(const struct buffer *buffer)
{
    return (struct text){buffer->at ? buffer->at : "", buffer->bytes};
}
