/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/table.h"

#include <assert.h>
#include <stdlib.h>

#define GAP      2
#define LAST_MIN 30 /* columns that the last one needs beside the others */
#define BELOW    4  /* blanks before it when it stands below them */

static void cell_take(struct table *table, enum paint paint, char *text)
{
    if (table->count == table->room) {
        table->room = table->room ? table->room * 2 : 64;
        table->cells = memory_grow(table->cells, table->room * sizeof *table->cells);
    }
    table->cells[table->count++] = (struct table_cell){text, paint};
}

void table_init(struct table *table, const struct screen *screen, const char *const *heads,
                size_t columns)
{
    assert(columns > 0 && columns <= TABLE_COLUMNS_MAX);
    *table = (struct table){.screen = screen, .columns = columns, .has_heads = heads != NULL};
    for (size_t i = 0; heads && i < columns; i++)
        cell_take(table, PAINT_DIM, memory_text(text_of(heads[i])));
}

void table_cell(struct table *table, enum paint paint, const char *text)
{
    struct buffer plain = {0};
    screen_plain(table->screen, text_of(text ? text : ""), false, &plain);
    cell_take(table, paint, memory_text(buffer_view(&plain)));
    buffer_done(&plain);
}

static void blanks(size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count; i++)
        buffer_add(out, " ", 1);
}

/* The last cell of a row, cut to `left` columns; 0: no limit. */
static void last_write(const struct table *table, const struct table_cell *cell, size_t left,
                       struct buffer *out)
{
    const char *mark = table->screen->utf8 ? "\xe2\x80\xa6" : "...";
    size_t mark_columns = table->screen->utf8 ? 1 : 3;
    struct text text = text_of(cell->text);
    if (left == 0 || screen_columns(text) <= left) {
        screen_paint(table->screen, cell->paint, cell->text, out);
        return;
    }
    struct buffer cut = {0};
    buffer_add(&cut, text.at, screen_fit(text, left - mark_columns));
    buffer_text(&cut, mark);
    screen_paint(table->screen, cell->paint, cut.at, out);
    buffer_done(&cut);
}

/* Widths of all columns but the last; returns where that one begins. */
static size_t measure(const struct table *table, size_t indent, size_t widths[TABLE_COLUMNS_MAX])
{
    size_t used = indent;
    for (size_t i = 0; i < table->count; i++) {
        size_t width = screen_columns(text_of(table->cells[i].text));
        if (width > widths[i % table->columns])
            widths[i % table->columns] = width;
    }
    for (size_t i = 0; i + 1 < table->columns; i++)
        used += widths[i] + GAP;
    return used;
}

static void line_end(struct buffer *out)
{
    while (out->bytes > 0 && out->at[out->bytes - 1] == ' ')
        out->at[--out->bytes] = '\0';
    buffer_text(out, "\n");
}

static void row_write(const struct table *table, const struct table_cell *row,
                      const size_t widths[TABLE_COLUMNS_MAX], struct buffer *out)
{
    for (size_t i = 0; i < table->columns; i++) {
        size_t pad = widths[i] - screen_columns(text_of(row[i].text));
        if (table->right[i])
            blanks(pad, out);
        if (i + 1 == table->columns)
            break;
        screen_paint(table->screen, row[i].paint, row[i].text, out);
        blanks(GAP + (table->right[i] ? 0 : pad), out);
    }
}

void table_time(struct table *table, const char *rfc3339)
{
    struct buffer text = {0};
    screen_time(rfc3339, &text);
    table_cell(table, PAINT_NONE, text.bytes ? text.at : "-");
    buffer_done(&text);
}

void table_write(const struct table *table, size_t indent, struct buffer *out)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0};
    assert(table->count % table->columns == 0);
    size_t last = measure(table, indent, widths), screen = table->screen->width;
    /* On a narrow screen the last column gets lines of its own, and its head goes. */
    bool below =
        screen > 0 && last + widths[table->columns - 1] > screen && last + LAST_MIN > screen;
    size_t left = below ? screen - indent - BELOW : screen > last ? screen - last : 0;
    for (size_t i = 0; i < table->count; i += table->columns) {
        const struct table_cell *row = &table->cells[i], *cell = &row[table->columns - 1];
        blanks(indent, out);
        row_write(table, row, widths, out);
        if (below && (i > 0 || !table->has_heads)) {
            line_end(out);
            blanks(indent + BELOW, out);
        }
        if (!below || i > 0 || !table->has_heads)
            last_write(table, cell, left, out);
        line_end(out);
    }
}

void table_done(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i].text);
    free(table->cells);
    *table = (struct table){0};
}
