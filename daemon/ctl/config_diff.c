/* SPDX-License-Identifier: Apache-2.0
 *
 * config diff.
 */
#include <string.h>

#include "ctl/alerts_view.h"
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/config_diff_view.h"
#include "ctl/table.h"

static void value_cell(struct table *table, const json_t *change, const char *member)
{
    const json_t *value = json_object_get(change, member);
    const char *text = json_string_value(value);
    table_cell(table, PAINT_NONE, !text ? "-" : text[0] ? text : "\"\"");
}

static bool is_shown(const json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(view_text(json_array_get(list, i), "name"), name) == 0)
            return true;
    return false;
}

void config_diff_view(const struct screen *screen, const json_t *body, int64_t now_ms,
                      struct buffer *out)
{
    static const char *const heads[] = {"OPTION", "IN FORCE", "IN THE FILE", ""};
    const json_t *list = json_object_get(body, "changes");
    const json_t *restart = json_object_get(body, "restart_needed");
    struct table table;
    (void)now_ms;
    if (json_array_size(list)) {
        table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
        for (size_t i = 0; i < json_array_size(list); i++) {
            const json_t *change = json_array_get(list, i);
            bool waits = json_is_true(json_object_get(change, "restart"));
            table_cell(&table, PAINT_BOLD, view_text(change, "name"));
            value_cell(&table, change, "now");
            value_cell(&table, change, "next");
            table_cell(&table, PAINT_YELLOW, waits ? "needs a restart" : "");
        }
        table_write(&table, 0, out);
        table_done(&table);
    }
    for (size_t i = 0; i < json_array_size(restart); i++) {
        const char *name = json_string_value(json_array_get(restart, i));
        struct buffer line = {0};
        if (!name || is_shown(list, name))
            continue;
        buffer_format(&line, "%s differ: a restart is needed\n", name);
        screen_plain(screen, buffer_view(&line), true, out);
        buffer_done(&line);
    }
    if (!json_array_size(list) && !json_array_size(restart))
        buffer_text(out, "the file says what is in force\n");
}

int command_config_diff(int argc, char **argv)
{
    const char *why = NULL;
    bool as_json = false;
    const struct args_option options[] = {{"--why", &why, NULL}, {"--json", NULL, &as_json}};
    struct args args = {.command = "config diff", .options = options, .option_count = 2};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/config/changes");
    call_query(&path, "why", why);
    int status = call_show(path.at, as_json, config_diff_view);
    buffer_done(&path);
    return status;
}
