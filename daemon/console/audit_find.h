/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking lines of the audit log up, the newest first. Any thread; who writes waits meanwhile.
 */
#ifndef ANBU_CONSOLE_AUDIT_FIND_H
#define ANBU_CONSOLE_AUDIT_FIND_H

#include "console/audit.h"
#include "console/audit_chain.h"

#define AUDIT_SCAN_BYTES (64 * 1024 * 1024) /* looked through in one call */

/* "" and NULL: any. Times as in the log. */
struct audit_query {
    char from[CHAIN_TIME_BYTES + 1], to[CHAIN_TIME_BYTES + 1];
    const char *household, *who, *action;
    bool broken_glass;
    uint64_t before; /* lines with smaller numbers alone; 0: all */
    size_t limit;
};

/* A line without its newline, borrowed for the call; false: it does not count. */
typedef bool audit_line_fn(void *context, struct text line);

/* *next: `before` of the lines behind these; 0: there are no more. */
NODISCARD enum err audit_find(struct audit *audit, const struct audit_query *query,
                              audit_line_fn *each, void *context, uint64_t *next,
                              struct fault *fault);

#endif
