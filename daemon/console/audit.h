/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit log: who looked at or changed what, from where, why, when. NDJSON in the data
 * directory, appended and fsynced before the answer; each line carries the hash of the one before
 * (SHA-256), so that a cut or an edit shows. One writer a file (a lock says so); any thread of the
 * process. The chain runs through the files of all months (audit_chain.h).
 *
 * {"seq":1,"at":"2026-01-16T02:03:04.005Z","role","who","from","action","subject","household",
 *  "why","result","prev":<64 hex>,"hash":<64 hex>}, with "glass":"broken" before "result" where a
 * wall was passed for a stated purpose; hash covers the line's bytes before `,"hash"`, prev is the
 * hash of the line before (zeroes on the first).
 */
#ifndef ANBU_CONSOLE_AUDIT_H
#define ANBU_CONSOLE_AUDIT_H

#include "base/err.h"
#include "base/text.h"

#define AUDIT_FIELD_MAX 4096 /* bytes; what is longer is cut and marked */

struct audit;

/* NULL is "". */
struct audit_entry {
    int64_t at_ms;
    const char *role;      /* role.h's word */
    const char *who;       /* account */
    const char *from;      /* "unix:uid=1000,pid=4242" */
    const char *action;    /* "alerts.list", "alerts.acknowledge", "households.show" ... */
    const char *subject;   /* what was named: an alert's id, the list's filter */
    const char *household; /* whom it is about; "" when several or nobody */
    const char *why;       /* purpose; "" not said */
    bool broke_glass;      /* nothing but the purpose gave a right to it */
    const char *result;    /* "intended", "ok", "refused: ..." */
};

/* Opens or goes on with path; a torn last line (power loss) is kept aside and said in the log; a
 * broken chain is ERR_CORRUPT; another writer is ERR_BUSY. */
NODISCARD enum err audit_open(const char *path, struct audit **out, struct fault *fault);
/* On failure the log is as it was before. */
NODISCARD enum err audit_append(struct audit *audit, const struct audit_entry *entry,
                                struct fault *fault);
void audit_close(struct audit *audit); /* NULL is fine */

/* Months that are over lie beside it (audit-2026-01.log); of those the oldest goes when it is older
 * than keep_ms, one each month; 0: none. Before the first line is written. */
void audit_keep(struct audit *audit, int64_t keep_ms);
const char *audit_path(const struct audit *audit);
/* Between the two nobody appends: whoever reads the files meets whole lines alone, and none that is
 * taken back. The same thread must not append meanwhile. */
void audit_hold(struct audit *audit);
void audit_release(struct audit *audit);

/* The chain's end: kept elsewhere, it shows a log that was written anew, or cut. */
struct audit_head {
    uint64_t lines;
    char hash[65];
};
void audit_head(struct audit *audit, struct audit_head *out);

/* The record that a month was removed. */
#define AUDIT_FORGETS   "audit.forget"
#define AUDIT_FORGOTTEN "ok: up to line %" PRIu64 ", hash %s"

/* Reads a whole log with its months, also while a daemon writes it; *lines counts the good ones, on
 * failure too. ERR_CORRUPT names the first bad line, or the first of heads that the log does not
 * have. */
NODISCARD enum err audit_verify(const char *path, const struct audit_head *heads, size_t head_count,
                                uint64_t *lines, struct fault *fault);

#endif
