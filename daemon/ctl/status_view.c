/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/status_view.h"

#include "ctl/table.h"

#define DEPTH_MAX 4

/* "consumer_lag" reads as "consumer lag". */
static void name_add(const char *name, struct buffer *out)
{
    for (; *name; name++)
        buffer_add(out, *name == '_' ? " " : name, 1);
}

static void value_add(const json_t *value, struct buffer *out)
{
    switch (json_typeof(value)) {
    case JSON_STRING: buffer_text(out, json_string_value(value)); break;
    case JSON_INTEGER: buffer_format(out, "%lld", (long long)json_integer_value(value)); break;
    case JSON_REAL: buffer_format(out, "%.10g", json_real_value(value)); break;
    case JSON_TRUE: buffer_text(out, "yes"); break;
    case JSON_FALSE: buffer_text(out, "no"); break;
    case JSON_NULL: buffer_text(out, "-"); break;
    case JSON_ARRAY:
        buffer_text(out, json_array_size(value) ? "" : "-");
        for (size_t i = 0; i < json_array_size(value); i++) {
            buffer_text(out, i ? ", " : "");
            if (!json_is_object(json_array_get(value, i)))
                value_add(json_array_get(value, i), out);
        }
        break;
    case JSON_OBJECT: break;
    }
}

static void row_add(struct table *table, const char *name, const json_t *value)
{
    struct buffer text = {0};
    name_add(name, &text);
    table_cell(table, PAINT_NONE, text.at);
    buffer_clear(&text);
    value_add(value, &text);
    table_cell(table, PAINT_NONE, buffer_view(&text).at);
    buffer_done(&text);
}

static void list_view(const struct screen *screen, json_t *list, size_t indent, struct buffer *out)
{
    const char *heads[TABLE_COLUMNS_MAX];
    size_t columns = 0;
    const char *name;
    json_t *value;
    json_object_foreach(json_array_get(list, 0), name, value) if (columns < TABLE_COLUMNS_MAX)
        heads[columns++] = name;
    if (columns == 0)
        return;
    struct table table;
    table_init(&table, screen, heads, columns);
    for (size_t c = 0; c < columns; c++)
        table.right[c] = json_is_number(json_object_get(json_array_get(list, 0), heads[c]));
    for (size_t i = 0; i < json_array_size(list); i++)
        for (size_t c = 0; c < columns; c++) {
            struct buffer text = {0};
            const json_t *cell = json_object_get(json_array_get(list, i), heads[c]);
            if (cell)
                value_add(cell, &text);
            table_cell(&table, PAINT_NONE, buffer_view(&text).at);
            buffer_done(&text);
        }
    table_write(&table, indent, out);
    table_done(&table);
}

static bool is_nested(const json_t *value)
{
    return json_is_object(value) || json_is_object(json_array_get(value, 0));
}

static void object_view(const struct screen *screen, json_t *object, int depth, struct buffer *out)
{
    struct table table;
    const char *name;
    json_t *value;
    size_t indent = (size_t)depth * 2;
    table_init(&table, screen, NULL, 2);
    json_object_foreach(object, name, value) if (!is_nested(value)) row_add(&table, name, value);
    table_write(&table, indent, out);
    table_done(&table);
    json_object_foreach(object, name, value)
    {
        struct buffer head = {0};
        if (!is_nested(value) || depth >= DEPTH_MAX)
            continue;
        name_add(name, &head);
        for (size_t i = 0; i < indent; i++)
            buffer_text(out, " ");
        screen_plain(screen, buffer_view(&head), false, out);
        buffer_text(out, "\n");
        if (json_is_object(value))
            object_view(screen, value, depth + 1, out);
        else
            list_view(screen, value, indent + 2, out);
        buffer_done(&head);
    }
}

void status_view(const struct screen *screen, json_t *object, struct buffer *out)
{
    object_view(screen, object, 0, out);
}
