/* SPDX-License-Identifier: Apache-2.0
 *
 * The fast reader, for a flat object on one line of plain ASCII. First it marks all quotes, 64
 * bytes at a time, and sees that no byte needs thought (escapes, controls, UTF-8); then it walks
 * from mark to mark. No allocation, no byte read past the payload. It judges nothing: what it does
 * not recognise at once is left to decode_full, which alone says what is bad JSON.
 */
#include <assert.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "ingest/decode_parts.h"

#define SCAN_BYTES_MAX 4096                       /* longer ones are rare: reports */
#define STRANGERS_MAX  16                         /* unknown names that can be told apart */
#define WHOLE_MAX      INT64_C(99999999999999999) /* one more digit is still an int64_t */
#define DECIMAL_MAX    INT64_C(999999999999999)   /* digits that survive a double */

#define BLOCK 64 /* bytes; a bit of a mark each */

struct scan {
    const char *at, *end;
    const char *block; /* of the marks at hand */
    const uint64_t *next;
    uint64_t marks;
};

#ifdef __SSE2__
/* The quotes of a block; *odd becomes non-zero when a byte needs thought. */
static inline uint64_t block_quotes(const char *at, unsigned *odd)
{
    uint64_t quotes = 0;
    for (int i = 0; i < BLOCK / 16; i++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + (size_t)i * 16));
        __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
        /* Signed: below a space are the controls and all that is not ASCII. */
        __m128i strange = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')),
                                       _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
        quotes |= (uint64_t)(unsigned)_mm_movemask_epi8(quote) << (i * 16);
        *odd |= (unsigned)_mm_movemask_epi8(strange);
    }
    return quotes;
}
#else
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* 0x80 in each byte that is zero; exact for bytes below 0x80. */
static inline uint64_t zeros_of(uint64_t word)
{
    return ~(((word & EACH(0x7f)) + EACH(0x7f)) | word | EACH(0x7f));
}

static inline uint64_t block_quotes(const char *at, unsigned *odd)
{
    uint64_t quotes = 0;
    for (int i = 0; i < BLOCK / 8; i++) {
        uint64_t word = word_of(at + (size_t)i * 8, 8);
        uint64_t strange = zeros_of(word & EACH(0xe0)) | zeros_of(word ^ EACH('\\')) | word;
        *odd |= (strange & EACH(0x80)) != 0;
        /* Gathers the eight top bits into one byte. */
        uint64_t bits = (zeros_of(word ^ EACH('"')) >> 7) * UINT64_C(0x0102040810204080) >> 56;
        quotes |= bits << (i * 8);
    }
    return quotes;
}
#endif

/* Marks the quotes of the payload; false when it is not for this reader. */
static inline bool scan_start(struct scan *scan, struct text payload, uint64_t *quotes)
{
    const char *at = payload.at;
    size_t left = payload.bytes;
    uint64_t *mark = quotes;
    unsigned odd = 0;

    assert(left > 0);
    for (; left >= BLOCK; left -= BLOCK, at += BLOCK)
        *mark++ = block_quotes(at, &odd);
    if (left) {
        char rest[BLOCK];
        memset(rest, ' ', sizeof rest);
        memcpy(rest, at, left);
        *mark = block_quotes(rest, &odd);
    }
    scan->at = scan->block = payload.at;
    scan->end = payload.at + payload.bytes;
    scan->next = quotes;
    scan->marks = *scan->next++;
    return !odd;
}

static inline void skip_space(struct scan *scan)
{
    while (scan->at < scan->end && *scan->at == ' ')
        scan->at++;
}

static inline bool take_char(struct scan *scan, char wanted)
{
    skip_space(scan);
    if (scan->at == scan->end || *scan->at != wanted)
        return false;
    scan->at++;
    return true;
}

/* The next quote. All before it have been taken: outside of texts the walk accepts none. */
static inline const char *take_quote(struct scan *scan)
{
    while (!scan->marks) {
        scan->block += BLOCK;
        if (scan->block >= scan->end)
            return NULL;
        scan->marks = *scan->next++;
    }
    const char *at = scan->block + __builtin_ctzll(scan->marks);
    scan->marks &= scan->marks - 1;
    return at;
}

/* At a quote: the text up to the next one, and moves behind that. */
static inline bool take_text(struct scan *scan, struct text *out)
{
    const char *open = take_quote(scan), *close = take_quote(scan);
    if (!close)
        return false;
    *out = (struct text){open + 1, (size_t)(close - open) - 1};
    scan->at = close + 1;
    return true;
}

static inline bool is_digit(const struct scan *scan)
{
    return scan->at < scan->end && (unsigned char)(*scan->at - '0') <= 9;
}

/* At a digit or a minus sign. No exponents, and no more digits than a double carries, since the
 * other reader gets decimals as doubles. */
static inline bool take_number(struct scan *scan, struct decimal *out)
{
    int64_t digits = 0;
    int32_t exponent = 0;
    bool negative = *scan->at == '-';
    scan->at += negative;

    const char *first = scan->at;
    for (; is_digit(scan); scan->at++) {
        if (digits > WHOLE_MAX)
            return false;
        digits = digits * 10 + (*scan->at - '0');
    }
    if (scan->at == first || (*first == '0' && scan->at > first + 1))
        return false;
    if (scan->at < scan->end && *scan->at == '.') {
        const char *point = scan->at++;
        for (; is_digit(scan); scan->at++) {
            if (digits > DECIMAL_MAX / 10)
                return false;
            digits = digits * 10 + (*scan->at - '0');
        }
        exponent = (int32_t)(point + 1 - scan->at);
        if (exponent == 0 || digits > DECIMAL_MAX)
            return false;
    }
    if (scan->at < scan->end && (*scan->at == 'e' || *scan->at == 'E'))
        return false;
    *out = (struct decimal){negative ? -digits : digits, exponent};
    return true;
}

static inline bool take_word(struct scan *scan, const char *word, size_t bytes)
{
    if ((size_t)(scan->end - scan->at) < bytes || memcmp(scan->at, word, bytes) != 0)
        return false;
    scan->at += bytes;
    return true;
}

static inline bool take_value(struct scan *scan, struct value *out, bool *null)
{
    skip_space(scan);
    if (scan->at == scan->end)
        return false;
    *null = false;
    switch (*scan->at) {
    case '"': out->kind = VALUE_TEXT; return take_text(scan, &out->text);
    case 't': out->kind = VALUE_OTHER; return take_word(scan, "true", 4);
    case 'f': out->kind = VALUE_OTHER; return take_word(scan, "false", 5);
    case 'n': *null = true; return take_word(scan, "null", 4);
    case '{':
    case '[': return false;
    default: out->kind = VALUE_NUMBER; return take_number(scan, &out->number);
    }
}

struct seen {
    uint64_t keys[2]; /* by index in struct keys */
    struct text strangers[STRANGERS_MAX];
    size_t stranger_count;
};

/* False when the name was there before (which is bad JSON) or there are too many to know. */
static inline bool seen_first(struct seen *seen, const struct keys *keys, const struct key *key,
                              struct text name)
{
    if (key) {
        size_t index = (size_t)(key - keys->key);
        uint64_t bit = UINT64_C(1) << (index % 64);
        if (seen->keys[index / 64] & bit)
            return false;
        seen->keys[index / 64] |= bit;
        return true;
    }
    for (size_t i = 0; i < seen->stranger_count; i++)
        if (text_equal(seen->strangers[i], name))
            return false;
    if (seen->stranger_count == STRANGERS_MAX)
        return false;
    seen->strangers[seen->stranger_count++] = name;
    return true;
}

bool decode_scan(const struct keys *keys, struct text payload, struct fields *out)
{
    uint64_t quotes[SCAN_BYTES_MAX / BLOCK];
    struct scan scan; /* apart from its marks, so that it lives in registers */
    struct seen seen;
    struct value unused;

    while (payload.bytes && (unsigned char)payload.at[payload.bytes - 1] <= ' ' &&
           memchr(" \r\n\t", payload.at[payload.bytes - 1], 4))
        payload.bytes--;
    out->said = 0;
    if (payload.bytes < 2 || payload.bytes > SCAN_BYTES_MAX ||
        !scan_start(&scan, payload, quotes) || !take_char(&scan, '{'))
        return false;
    seen.keys[0] = seen.keys[1] = 0;
    seen.stranger_count = 0;
    do {
        struct text name;
        bool null;
        skip_space(&scan);
        if (scan.at == scan.end || *scan.at != '"' || !take_text(&scan, &name) ||
            !take_char(&scan, ':'))
            return false;
        const struct key *key = keys_find(keys, name);
        if (!seen_first(&seen, keys, key, name))
            return false;
        /* Written where it stays: a copy of 24 fresh bytes stalls the processor. */
        struct value *place = key ? fields_place(out, key) : NULL;
        struct value *value = place ? place : &unused;
        if (!take_value(&scan, value, &null))
            return false;
        if (key && !null)
            fields_said(out, keys, key, value);
    } while (take_char(&scan, ','));
    return take_char(&scan, '}') && scan.at == scan.end;
}
