/* SPDX-License-Identifier: Apache-2.0
 *
 * One value: from the text of a file to its storage and back, by its row.
 */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/internal.h"
#include "config/suggest.h"

struct suffix {
    char letter;
    int64_t factor;
};
/* Largest first: the first that divides a number writes it. */
static const struct suffix durations[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
static const struct suffix sizes[] = {
    {'T', INT64_C(1) << 40}, {'G', 1 << 30}, {'M', 1 << 20}, {'k', 1 << 10}};

static const struct {
    const char *name;
    size_t bytes;
} types[OPTION_TYPE_COUNT] = {
    [OPTION_BOOL] = {"true or false", sizeof(bool)},
    [OPTION_INT] = {"whole number", sizeof(int64_t)},
    [OPTION_NUMBER] = {"number", sizeof(double)},
    [OPTION_DURATION] = {"duration", sizeof(int64_t)},
    [OPTION_BYTES] = {"size", sizeof(int64_t)},
    [OPTION_TEXT] = {"text", OPTION_TEXT_MAX},
    [OPTION_CHOICE] = {"choice", sizeof(int)},
    [OPTION_SECRET] = {"secret", OPTION_TEXT_MAX},
};

const char *value_type_name(enum option_type type)
{
    return types[type].name;
}

size_t value_bytes(const struct option *row)
{
    return types[row->type].bytes;
}

const char *quoted(struct text from, char out[QUOTED_MAX])
{
    size_t n = from.bytes <= 60 ? from.bytes : 57;
    while (n < from.bytes && n > 0 && ((unsigned char)from.at[n] & 0xC0) == 0x80)
        n--; /* not inside a character */
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)from.at[i];
        out[i] = c < 0x20 || c == 0x7F ? '?' : from.at[i];
    }
    out[n] = '\0';
    if (n < from.bytes)
        memcpy(out + n, "...", 4);
    return out;
}

/* "0.1": the fewest digits that give the same number back. */
static void number_format(double number, struct buffer *out)
{
    char text[40];
    for (int digits = 6; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    buffer_text(out, text);
}

static void suffixed_format(int64_t number, const struct suffix *suffixes, size_t count,
                            struct buffer *out)
{
    for (size_t i = 0; i < count; i++)
        if (number != 0 && number % suffixes[i].factor == 0) {
            buffer_format(out, "%lld%c", (long long)(number / suffixes[i].factor),
                          suffixes[i].letter);
            return;
        }
    buffer_format(out, "%lld", (long long)number);
}

static void duration_format(int64_t seconds, struct buffer *out)
{
    /* People say 48h, but 7d. */
    size_t from = seconds < 3 * durations[0].factor ? 1 : 0;
    if (seconds == 0)
        buffer_text(out, "0s");
    else
        suffixed_format(seconds, durations + from, 4 - from, out);
}

/* A number in the option's own writing. */
static void scalar_format(const struct option *row, double number, struct buffer *out)
{
    switch (row->type) {
    case OPTION_DURATION: duration_format((int64_t)number, out); break;
    case OPTION_BYTES: suffixed_format((int64_t)number, sizes, 4, out); break;
    default: number_format(number, out);
    }
}

void value_range(const struct option *row, struct buffer *out)
{
    buffer_clear(out);
    if (row->type == OPTION_CHOICE) {
        for (size_t i = 0; row->choices[i]; i++) {
            const char *between = i == 0 ? "" : row->choices[i + 1] ? ", " : " or ";
            buffer_format(out, "%s%s", between, row->choices[i]);
        }
    } else if (row->type != OPTION_TEXT && (row->min != 0 || row->max != 0)) {
        scalar_format(row, row->min, out);
        buffer_text(out, " to ");
        scalar_format(row, row->max, out);
    }
}

void value_describe(const struct option *row, struct buffer *out)
{
    struct buffer range = {0};
    value_range(row, &range);
    if (row->type == OPTION_CHOICE) {
        buffer_text(out, range.at);
    } else {
        buffer_text(out, value_type_name(row->type));
        if (row->items_max)
            buffer_format(out, ", or a list of up to %u", row->items_max);
        if (row->type == OPTION_SECRET)
            buffer_text(out, ", as file:/PATH or env:NAME");
        if (range.bytes > 0)
            buffer_format(out, ", %s", range.at);
        if (row->unit)
            buffer_format(out, "%s%s", range.bytes ? " " : " of ", row->unit);
    }
    if (row->below)
        buffer_format(out, "; below %s", row->below);
    if (row->at_most)
        buffer_format(out, "; at most %s", row->at_most);
    buffer_done(&range);
}

/* "'six' is not a number (0.1 to 100)" */
static enum err refuse(const struct option *row, struct text from, const char *what,
                       struct fault *fault)
{
    char word[QUOTED_MAX];
    struct buffer range = {0};
    value_range(row, &range);
    if (range.bytes > 0)
        (void)fault_set(fault, ERR_INVALID, "'%s' %s (%s)", quoted(from, word), what, range.at);
    else
        (void)fault_set(fault, ERR_INVALID, "'%s' %s", quoted(from, word), what);
    buffer_done(&range);
    return ERR_INVALID;
}

static enum err within(const struct option *row, struct text from, double number,
                       struct fault *fault)
{
    if (row->min == 0 && row->max == 0)
        return ERR_OK;
    if (number < row->min)
        return refuse(row, from, "is too small", fault);
    if (number > row->max)
        return refuse(row, from, "is too large", fault);
    return ERR_OK;
}

/* Digits, and nothing else, that fit. */
static bool digits_parse(struct text from, int64_t *out)
{
    int64_t number = 0;
    for (size_t i = 0; i < from.bytes; i++) {
        if (!isdigit((unsigned char)from.at[i]))
            return false;
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, from.at[i] - '0', &number))
            return false;
    }
    *out = number;
    return from.bytes > 0;
}

static enum err int_parse(const struct option *row, struct text from, int64_t *out,
                          struct fault *fault)
{
    bool negative = from.bytes > 1 && from.at[0] == '-';
    struct text digits = {from.at + negative, from.bytes - negative};
    int64_t number;
    if (!digits_parse(digits, &number))
        return refuse(row, from, "is not a whole number", fault);
    *out = negative ? -number : number;
    return within(row, from, (double)*out, fault);
}

static enum err suffixed_parse(const struct option *row, struct text from,
                               const struct suffix *suffixes, const char *what, int64_t *out,
                               struct fault *fault)
{
    struct text digits = from;
    int64_t factor = 0, number;
    for (size_t i = 0; i < 4 && from.bytes > 0; i++)
        if (from.at[from.bytes - 1] == suffixes[i].letter)
            factor = suffixes[i].factor;
    if (factor)
        digits.bytes--;
    else if (row->type == OPTION_BYTES || text_is(from, "0"))
        factor = 1;
    if (!digits_parse(digits, &number) || !factor ||
        __builtin_mul_overflow(number, factor, &number))
        return refuse(row, from, what, fault);
    *out = number;
    return within(row, from, (double)number, fault);
}

/* Decimal only: strtod also knows inf, nan and hexadecimal. */
static enum err number_parse(const struct option *row, struct text from, double *out,
                             struct fault *fault)
{
    char word[64];
    char *end = word;
    if (text_copy(from, word, sizeof word) && strspn(word, "0123456789+-.eE") == from.bytes &&
        from.bytes > 0) {
        errno = 0;
        *out = strtod(word, &end);
    }
    if (end == word || *end != '\0' || (errno == ERANGE && (*out > 1 || *out < -1)))
        return refuse(row, from, "is not a number", fault);
    return within(row, from, *out, fault);
}

static enum err bool_parse(const struct option *row, struct text from, bool *out,
                           struct fault *fault)
{
    if (!text_is(from, "true") && !text_is(from, "false"))
        return refuse(row, from, "is not true or false", fault);
    *out = text_is(from, "true");
    return ERR_OK;
}

static enum err choice_parse(const struct option *row, struct text from, int *out,
                             struct fault *fault)
{
    size_t count = 0;
    for (; row->choices[count]; count++)
        if (text_is(from, row->choices[count])) {
            *out = (int)count;
            return ERR_OK;
        }
    char word[QUOTED_MAX], hint[SUGGEST_TEXT_MAX];
    struct buffer range = {0};
    value_range(row, &range);
    (void)fault_set(fault, ERR_INVALID, "'%s' is not known (%s)%s", quoted(from, word), range.at,
                    suggest_text(from, row->choices, count, hint));
    buffer_done(&range);
    return ERR_INVALID;
}

static enum err text_parse(const struct option *row, struct text from, char out[OPTION_TEXT_MAX],
                           struct fault *fault)
{
    size_t items = 1;
    for (size_t i = 0; i < from.bytes; i++)
        items += from.at[i] == ',';
    if (row->items_max && items > row->items_max)
        return fault_set(fault, ERR_INVALID, "has %zu of them (%u at most)", items, row->items_max);
    for (size_t i = 0; i < from.bytes; i++)
        if ((unsigned char)from.at[i] < 0x20 || from.at[i] == 0x7F)
            return fault_set(fault, ERR_INVALID,
                             "has a line break or control character (one line of text)");
    if (!text_copy(from, out, OPTION_TEXT_MAX))
        return fault_set(fault, ERR_INVALID, "is longer than %d bytes", OPTION_TEXT_MAX - 1);
    return ERR_OK;
}

enum err value_parse(const struct option *row, struct text from, struct value *out,
                     struct fault *fault)
{
    struct value value = {0};
    enum err err = ERR_OK;
    switch (row->type) {
    case OPTION_BOOL: err = bool_parse(row, from, &value.yes, fault); break;
    case OPTION_INT: err = int_parse(row, from, &value.integer, fault); break;
    case OPTION_NUMBER: err = number_parse(row, from, &value.number, fault); break;
    case OPTION_DURATION:
        err = suffixed_parse(row, from, durations, "is not a duration such as 90s, 10m, 24h, 7d",
                             &value.integer, fault);
        break;
    case OPTION_BYTES:
        err = suffixed_parse(row, from, sizes, "is not a size such as 512, 64k, 256M, 2G",
                             &value.integer, fault);
        break;
    case OPTION_TEXT: err = text_parse(row, from, value.text, fault); break;
    case OPTION_CHOICE: err = choice_parse(row, from, &value.choice, fault); break;
    case OPTION_SECRET: err = secret_resolve(from, value.text, fault); break;
    case OPTION_TYPE_COUNT: assert(!"a row without a type");
    }
    if (!err)
        *out = value;
    return err;
}

void value_store(const struct option *row, const struct value *value, void *block)
{
    memcpy((char *)block + row->offset, value, value_bytes(row));
}

static struct value value_load(const struct option *row, const void *block)
{
    struct value value = {0};
    memcpy(&value, (const char *)block + row->offset, value_bytes(row));
    return value;
}

bool value_equal(const struct option *row, const void *block_a, const void *block_b)
{
    struct value a = value_load(row, block_a), b = value_load(row, block_b);
    if (row->type == OPTION_TEXT || row->type == OPTION_SECRET)
        return strcmp(a.text, b.text) == 0;
    return memcmp(&a, &b, value_bytes(row)) == 0;
}

void value_format(const struct option *row, const void *block, struct buffer *out)
{
    struct value value = value_load(row, block);
    switch (row->type) {
    case OPTION_BOOL: buffer_text(out, value.yes ? "true" : "false"); break;
    case OPTION_INT: buffer_format(out, "%lld", (long long)value.integer); break;
    case OPTION_NUMBER: number_format(value.number, out); break;
    case OPTION_DURATION: duration_format(value.integer, out); break;
    case OPTION_BYTES: suffixed_format(value.integer, sizes, 4, out); break;
    case OPTION_TEXT: buffer_text(out, value.text); break;
    case OPTION_CHOICE: buffer_text(out, row->choices[value.choice]); break;
    case OPTION_SECRET: buffer_text(out, value.text[0] ? "(set)" : "(not set)"); break;
    case OPTION_TYPE_COUNT: assert(!"a row without a type");
    }
}
