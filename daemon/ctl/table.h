/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns for people: each as wide as its widest cell, two blanks between, the last one cut to the
 * screen, or on lines of its own where that is narrow. Cells are plain text (screen_plain first).
 * Owned by its maker; table_done frees it.
 */
#ifndef ANBU_CTL_TABLE_H
#define ANBU_CTL_TABLE_H

#include "ctl/screen.h"

#define TABLE_COLUMNS_MAX 12

struct table_cell {
    char *text; /* owned */
    enum paint paint;
};

struct table {
    const struct screen *screen;
    size_t columns;
    bool has_heads;
    bool right[TABLE_COLUMNS_MAX]; /* numbers stand at the right */
    struct table_cell *cells;      /* row by row, the heads first, if any */
    size_t count, room;
};

/* heads NULL: none. */
void table_init(struct table *table, const struct screen *screen, const char *const *heads,
                size_t columns);
/* The next cell, row by row; text from elsewhere is made plain. */
void table_cell(struct table *table, enum paint paint, const char *text);
/* The same of a moment as RFC 3339; "": a dash. */
void table_time(struct table *table, const char *rfc3339);
/* Writes all, each line after `indent` blanks. */
void table_write(const struct table *table, size_t indent, struct buffer *out);
void table_done(struct table *table);

#endif
