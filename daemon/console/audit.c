/* SPDX-License-Identifier: Apache-2.0 */
#include "console/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "console/audit_chain.h"

#define TORN_FILES_MAX  10000
#define MONTH_FILES_MAX 100 /* of one month: its clock went back and forth */

struct audit {
    pthread_mutex_t lock;
    int fd;
    char *path;
    off_t bytes; /* of whole lines */
    struct chain chain;
    int64_t keep_ms; /* 0: for ever */
    bool broken;     /* a failed line could not be taken back: nothing more is appended */
};

/* Moves all behind whole_bytes to path.torn-<n>. */
static enum err tail_aside(int fd, const char *path, off_t whole_bytes, off_t bytes,
                           struct fault *fault)
{
    enum err err = ERR_OK;
    struct buffer name = {0};
    size_t tail_bytes = (size_t)(bytes - whole_bytes);
    char *tail = memory_get(tail_bytes);
    int aside = -1;
    if (pread(fd, tail, tail_bytes, whole_bytes) != (ssize_t)tail_bytes) {
        err =
            fault_set(fault, ERR_IO, "%s: its torn end cannot be read: %s", path, strerror(errno));
        goto out;
    }
    for (int i = 1; aside < 0 && i <= TORN_FILES_MAX; i++) {
        buffer_clear(&name);
        buffer_format(&name, "%s.torn-%d", path, i);
        aside = open(name.at, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (aside < 0 && errno != EEXIST)
            break;
    }
    if (aside < 0 || write(aside, tail, tail_bytes) != (ssize_t)tail_bytes || fsync(aside) < 0) {
        err = fault_set(fault, ERR_IO, "%s: the torn end of %s cannot be kept: %s", name.at, path,
                        strerror(errno));
        goto out;
    }
    if (ftruncate(fd, whole_bytes) < 0 || fsync(fd) < 0) {
        err = fault_set(fault, ERR_IO, "%s: cannot be cut to its whole lines: %s", path,
                        strerror(errno));
        goto out;
    }
    log_line(LOG_WARNING, "torn line of the audit log kept aside", "file=%s bytes=%zu", name.at,
             tail_bytes);
out:
    if (aside >= 0)
        (void)close(aside);
    free(tail);
    buffer_done(&name);
    return err;
}

/* A new name is only safe after the directory is on the disk as well. */
static enum err directory_sync(const char *path, struct fault *fault)
{
    const char *slash = strrchr(path, '/');
    char *folder =
        slash ? memory_text((struct text){path, slash == path ? 1 : (size_t)(slash - path)})
              : memory_text(TEXT("."));
    enum err err = ERR_OK;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0)
        err = fault_set(fault, ERR_IO, "%s: cannot be synced: %s", folder, strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    free(folder);
    return err;
}

/* *fd is open, also after a failure, unless it is -1. */
static enum err file_open(const char *path, int flags, int *fd, struct fault *fault)
{
    struct stat status;
    *fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
    if (*fd < 0)
        return fault_set(fault, ERR_IO, "%s: the audit log cannot be opened: %s", path,
                         strerror(errno));
    if (fstat(*fd, &status) < 0 || !S_ISREG(status.st_mode))
        return fault_set(fault, ERR_IO, "%s: the audit log must be a plain file", path);
    if (flock(*fd, LOCK_EX | LOCK_NB) < 0)
        return fault_set(fault, errno == EWOULDBLOCK ? ERR_BUSY : ERR_IO,
                         "%s: another process writes this audit log (%s): one daemon a data "
                         "directory",
                         path, strerror(errno));
    return ERR_OK;
}

static enum err file_walk(const char *path, struct chain *chain, off_t *whole, struct fault *fault)
{
    bool torn;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (!file) {
        if (fd >= 0)
            (void)close(fd);
        return fault_set(fault, ERR_IO, "%s: %s", path, strerror(errno));
    }
    enum err err = chain_walk(file, path, chain, whole, &torn, NULL, NULL, fault);
    (void)fclose(file);
    return err;
}

/* Its end, which the next line follows from: of the file that goes on, or, where a crash left that
 * empty, of the month before. What lies further back is audit_verify's to walk. */
static enum err file_follow(struct audit *audit, struct fault *fault)
{
    struct chain_file *files;
    size_t count;
    struct stat status;
    off_t whole = 0, month_whole = 0;
    enum err err = chain_files(audit->path, &files, &count, fault);
    if (err)
        return err;
    const struct chain_file *last = &files[count - 1];
    audit->chain = last->before;
    if (!last->first && count > 1) {
        audit->chain = files[count - 2].before;
        err = file_walk(files[count - 2].path, &audit->chain, &month_whole, fault);
    } else if (last->first > 1 && (count < 2 || !files[count - 2].first)) {
        log_line(LOG_WARNING, "the audit log begins in its middle", "file=%s first=%" PRIu64,
                 audit->path, last->first);
    }
    free(files);
    if (!err)
        err = file_walk(audit->path, &audit->chain, &whole, fault);
    if (err)
        return err;
    if (fstat(audit->fd, &status) < 0)
        return fault_set(fault, ERR_IO, "%s: %s", audit->path, strerror(errno));
    if (status.st_size > whole)
        err = tail_aside(audit->fd, audit->path, whole, status.st_size, fault);
    audit->bytes = whole;
    return err;
}

enum err audit_open(const char *path, struct audit **out, struct fault *fault)
{
    if (sodium_init() < 0)
        return fault_set(fault, ERR_IO, "libsodium cannot be initialised");
    struct audit *audit = memory_get(sizeof *audit);
    audit->path = memory_text(text_of(path));
    (void)pthread_mutex_init(&audit->lock, NULL);
    enum err err = file_open(path, 0, &audit->fd, fault);
    if (!err)
        err = file_follow(audit, fault);
    if (!err)
        err = directory_sync(path, fault);
    if (err) {
        audit_close(audit);
        return err;
    }
    *out = audit;
    return ERR_OK;
}

void audit_close(struct audit *audit)
{
    if (!audit)
        return;
    if (audit->fd >= 0)
        (void)close(audit->fd);
    (void)pthread_mutex_destroy(&audit->lock);
    free(audit->path);
    free(audit);
}

/* Text from people may be anything: the line stays one line of well-formed JSON. */
static void add_field(struct buffer *line, const char *name, const char *value)
{
    static const char mark[] = " [cut]";
    char part[AUDIT_FIELD_MAX + sizeof mark];
    struct text field = text_of(value ? value : "");
    if (field.bytes > AUDIT_FIELD_MAX) {
        (void)text_copy(field, part, AUDIT_FIELD_MAX + 1);
        memcpy(part + AUDIT_FIELD_MAX, mark, sizeof mark);
        field = text_of(part);
    }
    json_member_string(line, name, field);
}

static void line_make(const struct chain *chain, const struct audit_entry *entry,
                      struct buffer *line, char hash[CHAIN_HASH_TEXT + 1])
{
    char at[CHAIN_TIME_BYTES + 1];
    chain_time(entry->at_ms, at);
    buffer_format(line, "{\"seq\":%" PRIu64 ",\"at\":\"%s\"", chain->lines + 1, at);
    add_field(line, "role", entry->role);
    add_field(line, "who", entry->who);
    add_field(line, "from", entry->from);
    add_field(line, "action", entry->action);
    add_field(line, "subject", entry->subject);
    add_field(line, "household", entry->household);
    add_field(line, "why", entry->why);
    if (entry->broke_glass)
        add_field(line, "glass", "broken");
    add_field(line, "result", entry->result);
    chain_end(chain, line, hash);
}

static bool write_all(int fd, const char *from, size_t bytes)
{
    while (bytes > 0) {
        ssize_t n = write(fd, from, bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        from += n;
        bytes -= (size_t)n;
    }
    return true;
}

static enum err append(struct audit *audit, const struct audit_entry *entry, struct fault *fault)
{
    struct buffer line = {0};
    char hash[CHAIN_HASH_TEXT + 1];
    enum err err = ERR_OK;
    line_make(&audit->chain, entry, &line, hash);
    if (!write_all(audit->fd, line.at, line.bytes) || fdatasync(audit->fd) < 0) {
        err = fault_set(fault, ERR_IO, "%s: the audit log cannot be written: %s", audit->path,
                        strerror(errno));
        /* Half a line, or one that may not be on the disk, must not stand before the next. */
        if (ftruncate(audit->fd, audit->bytes) < 0 || fdatasync(audit->fd) < 0)
            audit->broken = true;
    } else {
        audit->bytes += (off_t)line.bytes;
        audit->chain.lines++;
        memcpy(audit->chain.head, hash, sizeof hash);
        chain_time(entry->at_ms, audit->chain.at);
    }
    buffer_done(&line);
    return err;
}

/* The month's file is put beside; what cannot be done now is tried at the next line. */
static enum err rotate(struct audit *audit, struct fault *fault)
{
    struct buffer name = {0};
    struct stat status;
    int fd = -1, n = 0;
    do {
        buffer_clear(&name);
        chain_month_path(audit->path, audit->chain.at, ++n, &name);
    } while (n < MONTH_FILES_MAX && lstat(name.at, &status) == 0);
    enum err err = ERR_OK;
    if (n == MONTH_FILES_MAX || rename(audit->path, name.at) < 0)
        err = fault_set(fault, ERR_IO, "%s: %s", name.at, strerror(errno));
    if (err)
        goto out;
    err = file_open(audit->path, O_EXCL, &fd, fault);
    if (!err)
        err = directory_sync(audit->path, fault);
    if (err) {
        if (fd >= 0)
            (void)close(fd);
        if (rename(name.at, audit->path) < 0) /* the lines go on in the month's file */
            log_line(LOG_ERROR, "the audit log's file has another name", "file=%s", name.at);
        goto out;
    }
    (void)close(audit->fd);
    audit->fd = fd;
    audit->bytes = 0;
out:
    buffer_done(&name);
    return err;
}

/* The oldest month, once all of it is older than what is kept: one at a time, so that a clock that
 * jumps ahead costs one. What the chain was there stands in the log. */
static void forget(struct audit *audit, int64_t now_ms)
{
    struct chain_file *files;
    size_t count;
    struct fault fault = {""};
    struct buffer result = {0};
    char before[CHAIN_TIME_BYTES + 1];
    chain_time(now_ms - audit->keep_ms, before);
    if (chain_files(audit->path, &files, &count, &fault))
        return;
    if (count > 2 && files[1].first > 1 && files[1].at[0] && strcmp(files[1].at, before) < 0) {
        buffer_format(&result, AUDIT_FORGOTTEN, files[1].before.lines, files[1].before.head);
        const struct audit_entry entry = {.at_ms = now_ms,
                                          .who = "anbu",
                                          .action = AUDIT_FORGETS,
                                          .subject = files[0].path,
                                          .why = "older than audit.keep",
                                          .result = result.at};
        if (!append(audit, &entry, &fault) && unlink(files[0].path) < 0)
            (void)fault_set(&fault, ERR_IO, "%s: %s", files[0].path, strerror(errno));
        if (fault.text[0])
            log_line(LOG_WARNING, "an old month of the audit log stays", "fault=\"%s\"",
                     fault.text);
    }
    buffer_done(&result);
    free(files);
}

static void begin_month(struct audit *audit, int64_t now_ms)
{
    char now[CHAIN_TIME_BYTES + 1];
    struct fault fault = {""};
    chain_time(now_ms, now);
    if (!audit->bytes || strncmp(now, audit->chain.at, CHAIN_MONTH_BYTES) <= 0)
        return;
    if (rotate(audit, &fault))
        log_line(LOG_WARNING, "the audit log's month goes on in its file", "fault=\"%s\"",
                 fault.text);
    else if (audit->keep_ms > 0)
        forget(audit, now_ms);
}

enum err audit_append(struct audit *audit, const struct audit_entry *entry, struct fault *fault)
{
    enum err err = ERR_OK;
    (void)pthread_mutex_lock(&audit->lock);
    if (audit->broken) {
        err = fault_set(fault, ERR_IO,
                        "%s: the audit log failed before and could not be mended: make room, then "
                        "restart",
                        audit->path);
    } else {
        begin_month(audit, entry->at_ms);
        err = append(audit, entry, fault);
    }
    (void)pthread_mutex_unlock(&audit->lock);
    return err;
}

void audit_keep(struct audit *audit, int64_t keep_ms)
{
    audit->keep_ms = keep_ms;
}

const char *audit_path(const struct audit *audit)
{
    return audit->path;
}

void audit_hold(struct audit *audit)
{
    (void)pthread_mutex_lock(&audit->lock);
}

void audit_release(struct audit *audit)
{
    (void)pthread_mutex_unlock(&audit->lock);
}

void audit_head(struct audit *audit, struct audit_head *out)
{
    (void)pthread_mutex_lock(&audit->lock);
    out->lines = audit->chain.lines;
    memcpy(out->hash, audit->chain.head, sizeof out->hash);
    (void)pthread_mutex_unlock(&audit->lock);
}
