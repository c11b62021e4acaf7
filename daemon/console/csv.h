/* SPDX-License-Identifier: Apache-2.0
 *
 * A table to take along (RFC 4180): what leaves the house needs a purpose, which stands in the
 * audit log. On the API's thread.
 */
#ifndef ANBU_CONSOLE_CSV_H
#define ANBU_CONSOLE_CSV_H

#include "console/request.h"

/* By `format=csv`, or `Accept: text/csv`. ERR_INVALID: another format, or csv without `why`. */
NODISCARD enum err csv_asked(const struct request *request, bool *out, struct fault *fault);
/* The answer's body is such a table. */
void csv_is(struct answer *answer);
/* A cell, quoted where it has to be. What a spreadsheet would take for a formula is given a quote
 * before it. `last` ends the line. */
void csv_cell(struct buffer *out, const char *text, bool last);
/* The last row of a table that is not whole: "not all: " and why in the first of its cells. */
void csv_not_all(struct buffer *out, const char *why, int columns);
/* The same of what is counted in slices, where it is cut or not read to its end. */
void csv_counted(struct buffer *out, bool cut, bool counting, int columns);

#endif
