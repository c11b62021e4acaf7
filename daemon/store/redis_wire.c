/* SPDX-License-Identifier: Apache-2.0 */
#include "store/redis_wire.h"

#include <inttypes.h>
#include <stdio.h>

#include "store/redis_link.h"

static void add_count(struct buffer *out, char kind, size_t count)
{
    char line[32];
    int bytes = snprintf(line, sizeof line, "%c%zu\r\n", kind, count);
    buffer_add(out, line, (size_t)bytes);
}

void redis_wire_array(struct buffer *out, size_t elements)
{
    add_count(out, '*', elements);
}

void redis_wire_text(struct buffer *out, struct text text)
{
    add_count(out, '$', text.bytes);
    buffer_add(out, text.at, text.bytes);
    buffer_add(out, "\r\n", 2);
}

bool redis_wire_number(struct text text, int64_t *out)
{
    bool negative = text.bytes > 0 && text.at[0] == '-';
    uint64_t value = 0;
    if (text.bytes == negative || text.bytes > 20)
        return false;
    for (size_t i = negative; i < text.bytes; i++) {
        unsigned digit = (unsigned)(text.at[i] - '0');
        if (digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    if (value > INT64_MAX)
        return false;
    *out = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

bool redis_text_at(const redisReply *array, size_t index, struct text *out)
{
    if (array->type != REDIS_REPLY_ARRAY || index >= array->elements)
        return false;
    const redisReply *element = array->element[index];
    if (element->type != REDIS_REPLY_STRING)
        return false;
    *out = (struct text){element->str, element->len};
    return true;
}

bool redis_number_at(const redisReply *array, size_t index, int64_t *out)
{
    struct text text;
    return redis_text_at(array, index, &text) && redis_wire_number(text, out);
}

bool redis_number_or(const redisReply *array, size_t index, int64_t missing, int64_t *out)
{
    if (array->type == REDIS_REPLY_ARRAY && index < array->elements &&
        array->element[index]->type == REDIS_REPLY_NIL) {
        *out = missing;
        return true;
    }
    return redis_number_at(array, index, out);
}
