/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing JSON into a buffer, in the order of the calls, so that the same values give the same
 * bytes in any locale. Braces and brackets are written by the caller (buffer_text); commas come by
 * themselves from what stands before. Reading is jansson's. (Names avoid jansson's own: a function
 * json_string of ours would take the place of theirs.) Any thread, one buffer each.
 */
#ifndef ANBU_BASE_JSON_H
#define ANBU_BASE_JSON_H

#include "base/text.h"

/* A quoted string: control characters escaped, bytes that are no UTF-8 replaced by U+FFFD. */
void json_put_string(struct buffer *out, struct text value);
/* At most `decimals` (0-9) after the point, rounded half away from zero, no trailing zeros; null
 * when it is no finite number. */
void json_put_number(struct buffer *out, double value, unsigned decimals);

/* `"key":`, after a comma unless it is the first of its object; the value is put next. */
void json_put_key(struct buffer *out, const char *key);
/* The comma before the next element of an array, unless it is the first. */
void json_put_item(struct buffer *out);

/* Key and value. */
void json_member_text(struct buffer *out, const char *key, const char *value); /* NULL: null */
void json_member_string(struct buffer *out, const char *key, struct text value);
void json_member_int(struct buffer *out, const char *key, int64_t value);
void json_member_number(struct buffer *out, const char *key, double value, unsigned decimals);
void json_member_bool(struct buffer *out, const char *key, bool value);
void json_member_null(struct buffer *out, const char *key);

#endif
