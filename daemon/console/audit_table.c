/* SPDX-License-Identifier: Apache-2.0 */
#include "console/audit_table.h"

#include <stdio.h>

#include "console/csv.h"

static const char *const columns[AUDIT_TABLE_COLUMNS] = {
    "seq", "at", "role", "who", "from", "action", "subject", "household", "why", "glass", "result"};
#define COLUMNS (sizeof columns / sizeof columns[0])

void audit_table_head(struct buffer *out)
{
    for (size_t i = 0; i < COLUMNS; i++)
        csv_cell(out, columns[i], i + 1 == COLUMNS);
}

void audit_table_row(const json_t *record, struct buffer *out)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        const json_t *value = json_object_get(record, columns[i]);
        char number[24] = "";
        if (json_is_integer(value))
            (void)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
                           json_integer_value(value));
        csv_cell(out, json_is_string(value) ? json_string_value(value) : number, i + 1 == COLUMNS);
    }
}
