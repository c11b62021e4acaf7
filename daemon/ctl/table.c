/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/table.h"

#include <assert.h>
#include <stdlib.h>

#define GAP      2
#define LAST_MIN 20 /* columns that the last one keeps on a narrow screen */

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
    *table = (struct table){.screen = screen, .columns = columns};
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

/* The last cell of a row, cut to what is left of the line. */
static void last_write(const struct table *table, const struct table_cell *cell, size_t used,
                       struct buffer *out)
{
    const char *mark = table->screen->utf8 ? "\xe2\x80\xa6" : "...";
    size_t mark_columns = table->screen->utf8 ? 1 : 3;
    size_t left = table->screen->width > used ? table->screen->width - used : 0;
    struct text text = text_of(cell->text);
    if (table->screen->width == 0 || screen_columns(text) <= left || left < LAST_MIN) {
        screen_paint(table->screen, cell->paint, cell->text, out);
        return;
    }
    struct buffer cut = {0};
    buffer_add(&cut, text.at, screen_fit(text, left - mark_columns));
    buffer_text(&cut, mark);
    screen_paint(table->screen, cell->paint, cut.at, out);
    buffer_done(&cut);
}

void table_write(const struct table *table, size_t indent, struct buffer *out)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0};
    assert(table->count % table->columns == 0);
    for (size_t i = 0; i < table->count; i++) {
        size_t width = screen_columns(text_of(table->cells[i].text));
        if (width > widths[i % table->columns])
            widths[i % table->columns] = width;
    }
    for (size_t row = 0; row < table->count; row += table->columns) {
        size_t used = indent;
        blanks(indent, out);
        for (size_t i = 0; i < table->columns; i++) {
            const struct table_cell *cell = &table->cells[row + i];
            size_t pad = widths[i] - screen_columns(text_of(cell->text));
            if (table->right[i])
                blanks(pad, out);
            if (i + 1 == table->columns) {
                last_write(table, cell, used + (table->right[i] ? pad : 0), out);
                break;
            }
            screen_paint(table->screen, cell->paint, cell->text, out);
            blanks(GAP + (table->right[i] ? 0 : pad), out);
            used += widths[i] + GAP;
        }
        buffer_text(out, "\n");
    }
}

void table_done(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i].text);
    free(table->cells);
    *table = (struct table){0};
}
