/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memmem, memrchr */
#include "console/audit_find.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"

#define NEEDLES 4

/* A line is JSON of ours, and quotes within a text are escaped: what it must hold is looked for as
 * bytes. */
struct search {
    const struct audit_query *query;
    struct buffer needles[NEEDLES];
    size_t needle_count;
    audit_line_fn *each;
    void *context;
    size_t found, scanned;
    uint64_t seen; /* the last line that was looked at */
};

static void needle_add(struct search *search, const char *key, const char *value)
{
    struct buffer *needle = &search->needles[search->needle_count];
    if (!value || !value[0])
        return;
    search->needle_count++;
    json_member_text(needle, key, value);
}

static bool fits(const struct search *search, struct text line)
{
    const struct audit_query *query = search->query;
    const char *at = memmem(line.at, line.bytes, "\"at\":\"", 6);
    if (!at || line.bytes - (size_t)(at - line.at) < 6 + CHAIN_TIME_BYTES)
        return false;
    if (query->from[0] && memcmp(at + 6, query->from, CHAIN_TIME_BYTES) < 0)
        return false;
    if (query->to[0] && memcmp(at + 6, query->to, CHAIN_TIME_BYTES) >= 0)
        return false;
    for (size_t i = 0; i < search->needle_count; i++)
        if (!memmem(line.at, line.bytes, search->needles[i].at, search->needles[i].bytes))
            return false;
    return true;
}

/* Backwards through the whole lines; false: enough. */
static bool search_bytes(struct search *search, struct text bytes)
{
    while (bytes.bytes > 0 && search->found < search->query->limit &&
           search->scanned < AUDIT_SCAN_BYTES) {
        const char *before = memrchr(bytes.at, '\n', bytes.bytes - 1);
        const char *begin = before ? before + 1 : bytes.at;
        struct text line = {begin, bytes.bytes - (size_t)(begin - bytes.at) - 1};
        struct chain number;
        chain_start_at(&number, line);
        uint64_t seq = number.lines + 1;
        search->scanned += line.bytes + 1;
        bytes.bytes = (size_t)(begin - bytes.at);
        if (search->query->before && seq >= search->query->before)
            continue;
        search->seen = seq;
        if (fits(search, line) && search->each(search->context, line))
            search->found++;
    }
    return bytes.bytes == 0 && search->found < search->query->limit &&
           search->scanned < AUDIT_SCAN_BYTES;
}

static enum err search_file(struct search *search, const char *path, bool *on, struct fault *fault)
{
    struct stat status;
    enum err err = ERR_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &status) < 0) {
        err = fault_set(fault, ERR_IO, "%s: %s", path, strerror(errno));
    } else if (status.st_size > 0) {
        size_t bytes = (size_t)status.st_size;
        char *at = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at == MAP_FAILED) {
            err = fault_set(fault, ERR_IO, "%s: %s", path, strerror(errno));
        } else {
            const char *end = memrchr(at, '\n', bytes);
            *on = search_bytes(search, (struct text){at, end ? (size_t)(end - at) + 1 : 0});
            (void)munmap(at, bytes);
        }
    }
    if (fd >= 0)
        (void)close(fd);
    return err;
}

static enum err search_log(struct search *search, const char *path, uint64_t *next,
                           struct fault *fault)
{
    const struct audit_query *query = search->query;
    struct chain_file *files;
    size_t count;
    bool on = true;
    uint64_t first = 0;
    enum err err = chain_files(path, &files, &count, fault);
    if (err)
        return err;
    for (size_t i = count; i-- > 0 && !err;) {
        if (files[i].first)
            first = files[i].first;
        if (on && files[i].first && (!query->before || files[i].first < query->before))
            err = search_file(search, files[i].path, &on, fault);
    }
    *next = !err && !on && search->seen > first ? search->seen : 0;
    free(files);
    return err;
}

enum err audit_find(struct audit *audit, const struct audit_query *query, audit_line_fn *each,
                    void *context, uint64_t *next, struct fault *fault)
{
    struct search search = {.query = query, .each = each, .context = context};
    needle_add(&search, "household", query->household);
    needle_add(&search, "who", query->who);
    needle_add(&search, "action", query->action);
    needle_add(&search, "glass", query->broken_glass ? "broken" : NULL);
    audit_hold(audit); /* a file that is cut while it is mapped would end the process */
    enum err err = search_log(&search, audit_path(audit), next, fault);
    audit_release(audit);
    for (size_t i = 0; i < NEEDLES; i++)
        buffer_done(&search.needles[i]);
    return err;
}
