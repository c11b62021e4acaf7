/* SPDX-License-Identifier: Apache-2.0
 *
 * Walking a whole log, in all its files, against what was kept elsewhere.
 */
#define _GNU_SOURCE /* memmem */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "console/audit.h"
#include "console/audit_chain.h"

struct walk {
    const struct audit_head *heads;
    size_t head_count;
    struct buffer vouches; /* the record that says what was before the first line that is there */
    bool vouched;
    const struct audit_head *differs; /* the first head that the log does not have */
};

static void look(void *context, const struct chain *chain, struct text line)
{
    struct walk *walk = context;
    for (size_t i = 0; i < walk->head_count; i++)
        if (walk->heads[i].lines == chain->lines && !walk->differs &&
            strcmp(walk->heads[i].hash, chain->head) != 0)
            walk->differs = &walk->heads[i];
    if (walk->vouches.bytes && !walk->vouched)
        walk->vouched = memmem(line.at, line.bytes, walk->vouches.at, walk->vouches.bytes) != NULL;
}

static enum err walk_file(const struct chain_file *at, struct chain *chain, struct walk *walk,
                          struct fault *fault)
{
    off_t whole;
    bool torn;
    FILE *file = fopen(at->path, "re");
    if (!file)
        return fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", at->path,
                         strerror(errno));
    enum err err = chain_walk(file, at->path, chain, &whole, &torn, look, walk, fault);
    /* With a writer at work, half a line is one that is being written. */
    if (!err && torn && flock(fileno(file), LOCK_SH | LOCK_NB) == 0)
        err = fault_set(fault, ERR_CORRUPT,
                        "%s:%" PRIu64 ": the last line is torn; the daemon moves it aside when it "
                        "starts",
                        at->path, chain->lines - at->before.lines + 1);
    (void)fclose(file);
    return err;
}

static enum err check(const struct walk *walk, const struct chain *chain, uint64_t first,
                      const char *path, struct fault *fault)
{
    if (walk->differs)
        return fault_set(fault, ERR_CORRUPT,
                         "%s: line %" PRIu64 " is not the one whose hash was kept elsewhere (%s): "
                         "the log was written anew",
                         path, walk->differs->lines, walk->differs->hash);
    for (size_t i = 0; i < walk->head_count; i++)
        if (walk->heads[i].lines > chain->lines)
            return fault_set(fault, ERR_CORRUPT,
                             "%s: it ends with line %" PRIu64 ", but the hash of line %" PRIu64
                             " was kept elsewhere: its end was cut",
                             path, chain->lines, walk->heads[i].lines);
    if (first > 1 && !walk->vouched)
        return fault_set(fault, ERR_CORRUPT,
                         "%s: the log begins with line %" PRIu64 ", and no record of it says that "
                         "those before were removed as too old",
                         path, first);
    return ERR_OK;
}

enum err audit_verify(const char *path, const struct audit_head *heads, size_t head_count,
                      uint64_t *lines, struct fault *fault)
{
    struct walk walk = {.heads = heads, .head_count = head_count};
    struct chain_file *files;
    struct chain chain;
    size_t count;
    *lines = 0;
    if (sodium_init() < 0)
        return fault_set(fault, ERR_IO, "libsodium cannot be initialised");
    enum err err = chain_files(path, &files, &count, fault);
    if (err)
        return err;
    size_t from = 0;
    while (from + 1 < count && !files[from].first)
        from++;
    chain = files[from].before;
    uint64_t first = chain.lines + 1;
    if (first > 1) {
        buffer_text(&walk.vouches, "\"why\":\"older than audit.keep\",\"result\":\"");
        buffer_format(&walk.vouches, AUDIT_FORGOTTEN "\"", chain.lines, chain.head);
    }
    for (size_t i = from; i < count && !err; i++)
        err = walk_file(&files[i], &chain, &walk, fault);
    *lines = chain.lines - (first - 1);
    if (!err)
        err = check(&walk, &chain, first, path, fault);
    if (err == ERR_CORRUPT && first > 1 && !walk.vouched)
        *lines = 0;
    buffer_done(&walk.vouches);
    free(files);
    return err;
}
