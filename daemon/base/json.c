/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>

#include "base/utf8.h"

/* From here on a double has no fraction worth writing. */
#define WHOLE_FROM 1e15
/* From here on a reader takes digits alone for an integer that is too big. */
#define REAL_FROM 9e18

/* What stands for a byte that may not stand for itself; NULL for the others. */
static const char *escape_of(unsigned char byte)
{
    switch (byte) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return NULL;
    }
}

void json_put_string(struct buffer *out, struct text value)
{
    buffer_text(out, "\"");
    size_t plain = 0; /* where the run of bytes that stand for themselves began */
    for (size_t i = 0; i < value.bytes;) {
        unsigned char byte = (unsigned char)value.at[i];
        const char *escape = escape_of(byte);
        size_t n = utf8_length(value.at + i, value.bytes - i);
        if (n > 0 && !escape && byte >= 0x20) {
            i += n;
            continue;
        }
        buffer_add(out, value.at + plain, i - plain);
        if (n == 0)
            buffer_text(out, UTF8_REPLACEMENT);
        else if (escape)
            buffer_text(out, escape);
        else
            buffer_format(out, "\\u%04x", byte);
        plain = ++i;
    }
    if (plain < value.bytes)
        buffer_add(out, value.at + plain, value.bytes - plain);
    buffer_text(out, "\"");
}

void json_put_number(struct buffer *out, double value, unsigned decimals)
{
    assert(decimals <= 9);
    if (!isfinite(value)) {
        buffer_text(out, "null");
        return;
    }
    int64_t scale = 1;
    for (unsigned i = 0; i < decimals; i++)
        scale *= 10;
    if (fabs(value) * (double)scale >= WHOLE_FROM) {
        buffer_format(out, "%.0f", value); /* no point in it, so no locale either */
        buffer_text(out, fabs(value) >= REAL_FROM ? "e0" : "");
        return;
    }
    double size_scaled = fabs(value) * (double)scale;
    uint64_t size = (uint64_t)size_scaled;
    if (size_scaled - (double)size >= 0.5)
        size++;
    uint64_t fraction = size % (uint64_t)scale;
    buffer_format(out, "%s%" PRIu64, value < 0 && size > 0 ? "-" : "", size / (uint64_t)scale);
    if (fraction == 0)
        return;
    for (; fraction % 10 == 0; decimals--)
        fraction /= 10;
    buffer_format(out, ".%0*" PRIu64, (int)decimals, fraction);
}

static void comma_after_value(struct buffer *out, char opening)
{
    if (out->bytes > 0 && out->at[out->bytes - 1] != opening)
        buffer_text(out, ",");
}

void json_put_key(struct buffer *out, const char *key)
{
    comma_after_value(out, '{');
    json_put_string(out, text_of(key));
    buffer_text(out, ":");
}

void json_put_item(struct buffer *out)
{
    comma_after_value(out, '[');
}

void json_member_text(struct buffer *out, const char *key, const char *value)
{
    if (value)
        json_member_string(out, key, text_of(value));
    else
        json_member_null(out, key);
}

void json_member_string(struct buffer *out, const char *key, struct text value)
{
    json_put_key(out, key);
    json_put_string(out, value);
}

void json_member_int(struct buffer *out, const char *key, int64_t value)
{
    json_put_key(out, key);
    buffer_format(out, "%" PRId64, value);
}

void json_member_number(struct buffer *out, const char *key, double value, unsigned decimals)
{
    json_put_key(out, key);
    json_put_number(out, value, decimals);
}

void json_member_bool(struct buffer *out, const char *key, bool value)
{
    json_put_key(out, key);
    buffer_text(out, value ? "true" : "false");
}

void json_member_null(struct buffer *out, const char *key)
{
    json_put_key(out, key);
    buffer_text(out, "null");
}
