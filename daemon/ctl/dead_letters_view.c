/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/dead_letters_view.h"

#include <string.h>

#include "ctl/alerts_view.h"
#include "ctl/table.h"

static long long whole(const json_t *object, const char *member)
{
    return (long long)json_integer_value(json_object_get(object, member));
}

static void place_of(const json_t *letter, struct buffer *out)
{
    buffer_format(out, "%s/%lld@%lld", view_text(letter, "source"), whole(letter, "partition"),
                  whole(letter, "offset"));
}

/* Whether there is anything to show; while the topic is being read nobody knows that there is none.
 */
static bool say_state(const json_t *body, bool any, struct buffer *out)
{
    if (json_is_true(json_object_get(body, "reading")))
        buffer_text(out, "the topic is still being read: ask again\n");
    else if (!any)
        buffer_text(out, "there is no such dead letter\n");
    return any;
}

/* What to do about each reason; of what sinks answered, as often as the answer changes. */
static void say_helps(const struct screen *screen, const json_t *list, struct buffer *out)
{
    json_t *said = json_object();
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *letter = json_array_get(list, i);
        const char *reason = view_text(letter, "reason"), *help = view_text(letter, "help");
        struct buffer line = {0};
        if (!help[0] || strcmp(view_text(said, reason), help) == 0)
            continue;
        (void)json_object_set_new(said, reason, json_string(help));
        buffer_format(&line, "%s: %s", reason, help);
        screen_plain(screen, buffer_view(&line), false, out);
        buffer_text(out, "\n");
        buffer_done(&line);
    }
    json_decref(said);
}

void dead_letters_view(const struct screen *screen, const json_t *body, int64_t now_ms,
                       struct buffer *out)
{
    static const char *const heads[] = {"AT (UTC)", "REASON", "FIELD", "FROM", "SHAPE"};
    const json_t *list = json_object_get(body, "letters");
    struct table table;
    (void)now_ms;
    if (!say_state(body, json_array_size(list) > 0, out))
        return;
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *letter = json_array_get(list, i);
        struct buffer text = {0};
        screen_time(view_text(letter, "at"), &text);
        table_cell(&table, PAINT_NONE, buffer_view(&text).at);
        table_cell(&table, PAINT_BOLD, view_text(letter, "reason"));
        table_cell(&table, PAINT_NONE, view_text(letter, "field"));
        buffer_clear(&text);
        place_of(letter, &text);
        table_cell(&table, PAINT_NONE, text.at);
        table_cell(&table, PAINT_NONE, view_text(letter, "message"));
        buffer_done(&text);
    }
    table_write(&table, 0, out);
    table_done(&table);
    say_helps(screen, list, out);
}

void dead_letters_view_count(const struct screen *screen, const json_t *body, int64_t now_ms,
                             struct buffer *out)
{
    static const char *const heads[] = {"REASON", "LETTERS"};
    struct table table;
    const char *reason;
    json_t *counts = json_object_get(body, "counts"), *count;
    (void)now_ms;
    if (!say_state(body, json_object_size(counts) > 0, out))
        return;
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    table.right[1] = true;
    json_object_foreach(counts, reason, count)
    {
        struct buffer text = {0};
        buffer_format(&text, "%lld", (long long)json_integer_value(count));
        table_cell(&table, PAINT_BOLD, reason);
        table_cell(&table, PAINT_NONE, text.at);
        buffer_done(&text);
    }
    table_write(&table, 0, out);
    table_done(&table);
    buffer_format(out, "of the newest %lld\n", whole(body, "kept"));
}

void dead_letters_lines(const struct screen *screen, const json_t *body, struct buffer *out)
{
    const json_t *list = json_object_get(body, "letters");
    for (size_t i = json_array_size(list); i > 0; i--) {
        const json_t *letter = json_array_get(list, i - 1);
        struct buffer line = {0};
        screen_time(view_text(letter, "at"), &line);
        buffer_format(&line, "  %s  %s  ", view_text(letter, "reason"), view_text(letter, "field"));
        place_of(letter, &line);
        buffer_format(&line, "  %s", view_text(letter, "message"));
        screen_plain(screen, buffer_view(&line), false, out);
        buffer_text(out, "\n");
        buffer_done(&line);
    }
}
