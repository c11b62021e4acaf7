/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the audit log: its chain of hashes, and the files that it lies in. A log at
 * DIR/audit.log goes on there; months that are over lie beside it as DIR/audit-2026-01.log, and the
 * chain runs through all of them.
 */
#ifndef ANBU_CONSOLE_AUDIT_CHAIN_H
#define ANBU_CONSOLE_AUDIT_CHAIN_H

#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/text.h"

#define CHAIN_HASH_TEXT   64
#define CHAIN_MONTH_BYTES 7  /* of "2026-01" */
#define CHAIN_TIME_BYTES  24 /* of "2026-01-16T02:03:04.005Z" */
#define CHAIN_FILES_MAX   1200

struct chain {
    uint64_t lines;                 /* number of the last one */
    char head[CHAIN_HASH_TEXT + 1]; /* its hash */
    char at[CHAIN_TIME_BYTES + 1];  /* when it was written; "" none yet */
};

/* A chain's begin; from a line in its middle, what that line says is before it. */
void chain_start(struct chain *chain);
void chain_start_at(struct chain *chain, struct text line);
void chain_hash(struct text bytes, char out[CHAIN_HASH_TEXT + 1]);
/* Checks one line, without its newline, and moves on. NULL is fine, else what is wrong. */
const char *chain_follow(struct chain *chain, struct text line);

/* What ends a line: ,"prev":"..." and, behind the hashed bytes, ,"hash":"..."} */
void chain_end(const struct chain *chain, struct buffer *line, char hash[CHAIN_HASH_TEXT + 1]);

/* Walks the whole lines of an open file. *whole_bytes: up to the last newline that was read. *torn:
 * something stands behind it. look (may be NULL) sees each good line. */
typedef void chain_look_fn(void *context, const struct chain *chain, struct text line);
NODISCARD enum err chain_walk(FILE *file, const char *path, struct chain *chain, off_t *whole_bytes,
                              bool *torn, chain_look_fn *look, void *context, struct fault *fault);

/* A file of the log and how its first line begins. */
struct chain_file {
    char path[512];
    uint64_t first; /* number of its first line; 0: it is empty */
    struct chain before;
    char at[CHAIN_TIME_BYTES + 1]; /* of the first line */
};
/* The files of the log at path, in the order of the chain, path itself the last (also when it is
 * not there). *out is the caller's (free). */
NODISCARD enum err chain_files(const char *path, struct chain_file **out, size_t *count,
                               struct fault *fault);
/* "DIR/audit-2026-01.log" of "DIR/audit.log"; n: 2 and up of one month. */
void chain_month_path(const char *path, const char *at, int n, struct buffer *out);

void chain_time(int64_t at_ms, char out[CHAIN_TIME_BYTES + 1]);

#endif
