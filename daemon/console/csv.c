/* SPDX-License-Identifier: Apache-2.0 */
#include "console/csv.h"

#include <string.h>

#define CSV_TYPE "text/csv"

enum err csv_asked(const struct request *request, bool *out, struct fault *fault)
{
    const char *format = request_query(request, "format");
    if (format && strcmp(format, "csv") != 0 && strcmp(format, "json") != 0)
        return fault_set(fault, ERR_INVALID, "format: json or csv");
    *out = format ? strcmp(format, "csv") == 0
                  : request->accept && strncmp(request->accept, CSV_TYPE, strlen(CSV_TYPE)) == 0;
    if (*out && !request->why[0])
        return fault_set(fault, ERR_INVALID,
                         "why: a table that is taken along needs a purpose: ?format=csv&why=TEXT");
    return ERR_OK;
}

void csv_is(struct answer *answer)
{
    answer->type = CSV_TYPE "; charset=utf-8; header=present";
}

void csv_cell(struct buffer *out, const char *text, bool last)
{
    bool formula = text[0] && strchr("=+-@\t\r", text[0]);
    if (formula || text[strcspn(text, "\",\r\n")]) {
        buffer_text(out, formula ? "\"'" : "\"");
        for (; *text; text++)
            buffer_add(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
        buffer_text(out, "\"");
    } else {
        buffer_text(out, text);
    }
    buffer_text(out, last ? "\r\n" : ",");
}

void csv_not_all(struct buffer *out, const char *why, int columns)
{
    buffer_format(out, "not all: %s", why);
    for (int i = 1; i < columns; i++)
        buffer_text(out, ",");
    buffer_text(out, "\r\n");
}

void csv_counted(struct buffer *out, bool cut, bool counting, int columns)
{
    if (counting)
        csv_not_all(out, "still counting; ask again in a minute", columns);
    if (cut)
        csv_not_all(out, "there are more than are counted", columns);
}
