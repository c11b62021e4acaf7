/* SPDX-License-Identifier: Apache-2.0
 *
 * What the other end of a terminal can take: colour, Unicode, how wide; and text made harmless for
 * it. Pure but for screen_of, which looks at the environment.
 */
#ifndef ANBU_CTL_SCREEN_H
#define ANBU_CTL_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct screen {
    bool colour;  /* a terminal, and NO_COLOR is not set */
    bool utf8;    /* the locale says so: bars and marks may be drawn with it */
    bool foreign; /* text beyond ASCII may pass: such a locale, or no terminal */
    size_t width; /* columns; 0: no limit (no terminal) */
};
struct screen screen_of(int fd);

enum paint { PAINT_NONE, PAINT_BOLD, PAINT_DIM, PAINT_RED, PAINT_YELLOW, PAINT_GREEN };
/* Text between colour codes, or just text. */
void screen_paint(const struct screen *screen, enum paint paint, const char *plain,
                  struct buffer *out);

/* Adds text from elsewhere: control characters (C0, DEL, C1) and what is no UTF-8 become '?'; where
 * `foreign` is not set, all beyond ASCII does. keep_lines: line breaks stay. */
void screen_plain(const struct screen *screen, struct text from, bool keep_lines,
                  struct buffer *out);
/* Columns that plain text takes; Hangul and other wide characters take two. */
size_t screen_columns(struct text plain);
/* The bytes of plain that fit into `columns`. */
size_t screen_fit(struct text plain, size_t columns);

/* "3 d 4 h", "2 h 10 min", "45 s"; never negative. */
void screen_duration(int64_t seconds, struct buffer *out);
/* "2026-01-16T07:00:00+09:00" to "2026-01-16 07:00"; what is no time stays as it is. */
void screen_time(const char *rfc3339, struct buffer *out);

#endif
