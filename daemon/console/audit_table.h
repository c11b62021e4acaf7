/* SPDX-License-Identifier: Apache-2.0
 *
 * Audit records as a table to take along. Pure.
 */
#ifndef ANBU_CONSOLE_AUDIT_TABLE_H
#define ANBU_CONSOLE_AUDIT_TABLE_H

#include <jansson.h>

#include "base/text.h"

#define AUDIT_TABLE_COLUMNS 11

void audit_table_head(struct buffer *out);
void audit_table_row(const json_t *record, struct buffer *out);

#endif
