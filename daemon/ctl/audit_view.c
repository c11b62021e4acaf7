/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/audit_view.h"

#include <string.h>

#include "ctl/alerts_view.h"
#include "ctl/table.h"

#define AT_SHOWN 19 /* bytes of "2026-01-16T02:03:04" */

void audit_view(const struct screen *screen, const json_t *body, int64_t now_ms, struct buffer *out)
{
    static const char *const heads[] = {"AT (UTC)",  "WHO",    "ROLE", "ACTION",
                                        "HOUSEHOLD", "RESULT", "WHY"};
    const json_t *list = json_object_get(body, "entries");
    struct table table;
    (void)now_ms;
    if (json_array_size(list) == 0) {
        buffer_text(out, "nothing of that kind stands in the audit log\n");
        return;
    }
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        char at[AT_SHOWN + 1];
        struct buffer why = {0};
        bool broken = view_text(entry, "glass")[0] != '\0';
        (void)text_copy(
            (struct text){view_text(entry, "at"), strnlen(view_text(entry, "at"), AT_SHOWN)}, at,
            sizeof at);
        buffer_format(&why, "%s%s", broken ? "glass broken: " : "", view_text(entry, "why"));
        table_cell(&table, PAINT_NONE, at);
        table_cell(&table, PAINT_BOLD, view_text(entry, "who"));
        table_cell(&table, PAINT_NONE, view_text(entry, "role"));
        table_cell(&table, PAINT_NONE, view_text(entry, "action"));
        table_cell(&table, PAINT_NONE, view_text(entry, "household"));
        table_cell(&table, PAINT_NONE, view_text(entry, "result"));
        table_cell(&table, PAINT_NONE, why.at);
        buffer_done(&why);
    }
    table_write(&table, 0, out);
    table_done(&table);
    if (view_text(body, "next")[0])
        buffer_text(out, "there are older ones: --limit, --to, or audit export\n");
}
