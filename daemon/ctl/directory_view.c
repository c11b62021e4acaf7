/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/directory_view.h"

#include "ctl/alerts_view.h"
#include "ctl/table.h"

static void line_add(struct table *table, const char *what, const char *text)
{
    if (!text[0])
        return;
    table_cell(table, PAINT_DIM, what);
    table_cell(table, PAINT_NONE, text);
}

/* "Kim Minsu, born 1943, 010-0000-0000": what is there of it. */
static void person_add(struct table *table, const char *what, const json_t *person)
{
    static const char *const members[] = {"name", "relation", "phone", "language"};
    struct buffer text = {0};
    const json_t *born = json_object_get(person, "birth_year");
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const char *value = view_text(person, members[i]);
        if (value[0])
            buffer_format(&text, "%s%s", text.bytes ? ", " : "", value);
    }
    if (json_is_integer(born))
        buffer_format(&text, "%sborn %lld", text.bytes ? ", " : "",
                      (long long)json_integer_value(born));
    line_add(table, what, buffer_view(&text).at);
    buffer_done(&text);
}

void directory_view(const struct screen *screen, const json_t *body, int64_t now_ms,
                    struct buffer *out)
{
    const json_t *residents = json_object_get(body, "residents");
    const json_t *contacts = json_object_get(body, "contacts");
    const json_t *needs = json_object_get(body, "needs");
    struct table table;
    (void)now_ms;
    table_init(&table, screen, NULL, 2);
    line_add(&table, "address", view_text(body, "address"));
    for (size_t i = 0; i < json_array_size(residents); i++)
        person_add(&table, "lives there", json_array_get(residents, i));
    for (size_t i = 0; i < json_array_size(contacts); i++)
        person_add(&table, "contact", json_array_get(contacts, i));
    line_add(&table, "keys", view_text(body, "keys"));
    for (size_t i = 0; i < json_array_size(needs); i++) {
        const char *need = json_string_value(json_array_get(needs, i));
        line_add(&table, "needs", need ? need : "");
    }
    line_add(&table, "language", view_text(body, "language"));
    line_add(&table, "notes", view_text(body, "notes"));
    if (table.count == 0)
        buffer_text(out, "the directory knows nothing of this household\n");
    table_write(&table, 0, out);
    table_done(&table);
}
