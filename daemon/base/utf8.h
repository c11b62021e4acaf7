/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. Pure.
 */
#ifndef ANBU_BASE_UTF8_H
#define ANBU_BASE_UTF8_H

#include "base/text.h"

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD, for bytes that are no character */

/* Bytes of the character that begins at `at` (1-4); 0 when none does. */
size_t utf8_length(const char *at, size_t bytes);
bool utf8_valid(struct text text);

/* Copies and terminates; what is no character becomes U+FFFD, and a text that is too long ends with
 * its last whole character (false). */
bool utf8_copy(struct text from, char *out, size_t out_bytes);

#endif
