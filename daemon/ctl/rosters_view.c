/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/rosters_view.h"

#include <string.h>

#include "ctl/alerts_view.h"
#include "ctl/table.h"

static void names_add(const json_t *names, struct buffer *out)
{
    for (size_t i = 0; i < json_array_size(names); i++)
        buffer_format(out, "%s%s", i ? ", " : "", json_string_value(json_array_get(names, i)));
}

static void areas_cell(struct table *table, const json_t *areas)
{
    struct buffer text = {0};
    names_add(areas, &text);
    table_cell(table, PAINT_NONE, text.bytes ? text.at : "all");
    buffer_done(&text);
}

/* "lee, yun (team:welfare)": who is called, and by which name of the roster if that says more. */
static void called_add(const json_t *duty, struct buffer *out)
{
    const json_t *asked = json_object_get(duty, "asked");
    const char *on_call = view_text(duty, "on_call");
    names_add(asked, out);
    if (json_array_size(asked) == 1 &&
        strcmp(json_string_value(json_array_get(asked, 0)), on_call) == 0)
        return;
    if (on_call[0])
        buffer_format(out, out->bytes ? " (%s)" : "nobody (%s)", on_call);
}

static void called_cell(struct table *table, const json_t *duty, const char *nobody)
{
    struct buffer text = {0};
    bool somebody = json_array_size(json_object_get(duty, "asked")) > 0;
    called_add(duty, &text);
    table_cell(table, somebody ? PAINT_NONE : PAINT_RED, text.bytes ? text.at : nobody);
    buffer_done(&text);
}

/* Somebody who is missing from this shift and the next is told once. */
static void missing_add(const json_t *duty, json_t *told, struct buffer *out)
{
    const json_t *missing = json_object_get(duty, "missing");
    for (size_t i = 0; i < json_array_size(missing); i++) {
        const json_t *one = json_array_get(missing, i);
        const char *who = view_text(one, "who");
        if (json_object_get(told, who))
            continue;
        (void)json_object_set_new(told, who, json_true());
        buffer_format(out, "%s%s: ", out->bytes ? ", " : "", who);
        view_words(view_text(one, "why"), out);
    }
}

static void row_add(struct table *table, const json_t *roster)
{
    struct buffer missing = {0};
    const json_t *now = json_object_get(roster, "now"), *next = json_object_get(roster, "next");
    const char *then = view_text(now, "then");
    table_cell(table, PAINT_BOLD, view_text(roster, "name"));
    table_cell(table, PAINT_NONE, view_text(roster, "team"));
    areas_cell(table, json_object_get(roster, "areas"));
    called_cell(table, now, "nobody");
    table_cell(table, PAINT_NONE, then[0] ? then : "-");
    table_time(table, view_text(now, "until"));
    called_cell(table, next, "-");
    table_time(table, view_text(next, "from"));
    json_t *told = json_object();
    missing_add(now, told, &missing);
    missing_add(next, told, &missing);
    json_decref(told);
    table_cell(table, PAINT_RED, missing.bytes ? missing.at : "-");
    buffer_done(&missing);
}

void rosters_view(const struct screen *screen, const json_t *body, int64_t now_ms,
                  struct buffer *out)
{
    static const char *const heads[] = {"ROSTER", "TEAM", "AREAS", "ON CALL", "THEN",
                                        "UNTIL",  "NEXT", "FROM",  "MISSING"};
    const json_t *list = json_object_get(body, "rosters");
    struct table table;
    (void)now_ms;
    if (json_array_size(list) == 0) {
        buffer_text(out, "no rosters are configured (rosters in anbu.yaml)\n");
        return;
    }
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < json_array_size(list); i++)
        row_add(&table, json_array_get(list, i));
    table_write(&table, 0, out);
    table_done(&table);
}
