/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit log: who looked at or changed what, from where, why, when. NDJSON in the data
 * directory, appended and fsynced before the answer; each line carries the hash of the one before
 * (SHA-256), so that a cut or an edit shows. One writer a file (a lock says so); any thread of the
 * process.
 */
#ifndef ANBU_CONSOLE_AUDIT_H
#define ANBU_CONSOLE_AUDIT_H

#include "base/err.h"
#include "base/text.h"

struct audit;

struct audit_entry {
    int64_t at_ms;
    const char *who;     /* account */
    const char *from;    /* "unix:uid=1000,pid=4242" */
    const char *action;  /* "alerts.list", "alerts.acknowledge", "households.show" ... */
    const char *subject; /* household, alert id or "" */
    const char *why;     /* purpose; "" not said */
    const char *result;  /* "ok", "refused: ..." */
};

/* Opens or goes on with path; a torn last line (power loss) is kept aside and said in the log; a
 * broken chain is ERR_CORRUPT. */
NODISCARD enum err audit_open(const char *path, struct audit **out, struct fault *fault);
NODISCARD enum err audit_append(struct audit *audit, const struct audit_entry *entry,
                                struct fault *fault);
void audit_close(struct audit *audit);

/* Reads a whole log; *lines counts the good ones. ERR_CORRUPT names the first bad line. */
NODISCARD enum err audit_verify(const char *path, uint64_t *lines, struct fault *fault);

#endif
