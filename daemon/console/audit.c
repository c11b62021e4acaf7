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
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"

#define HASH_TEXT      (crypto_hash_sha256_BYTES * 2)
#define HASH_MARK      ",\"hash\":\""
#define PREV_MARK      ",\"prev\":\""
#define TORN_FILES_MAX 10000

struct chain {
    uint64_t lines;
    char head[HASH_TEXT + 1]; /* hash of the last line */
};

struct audit {
    pthread_mutex_t lock;
    int fd;
    char *path;
    off_t bytes; /* of whole lines */
    struct chain chain;
    bool broken; /* a failed line could not be taken back: nothing more is appended */
};

static void chain_start(struct chain *chain)
{
    chain->lines = 0;
    memset(chain->head, '0', HASH_TEXT);
    chain->head[HASH_TEXT] = '\0';
}

static void hash_text(const char *at, size_t bytes, char out[HASH_TEXT + 1])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(hash, (const unsigned char *)at, bytes);
    (void)sodium_bin2hex(out, HASH_TEXT + 1, hash, sizeof hash);
}

/* Checks one line, without its newline, against the chain and moves the chain on. NULL is fine,
 * else what is wrong. */
static const char *chain_follow(struct chain *chain, const char *line, size_t bytes)
{
    const size_t hash_tail = sizeof HASH_MARK - 1 + HASH_TEXT + 2; /* ends with "} */
    const size_t prev_tail = sizeof PREV_MARK - 1 + HASH_TEXT + 1; /* ends with " */
    char begin[40];
    int n = snprintf(begin, sizeof begin, "{\"seq\":%" PRIu64 ",", chain->lines + 1);
    if (bytes < (size_t)n + hash_tail + prev_tail)
        return "is too short for a line of the log";
    if (memcmp(line, begin, (size_t)n) != 0)
        return "does not carry the next number: a line was removed, added or moved";
    const char *tail = line + bytes - hash_tail;
    const char *prev = tail - prev_tail;
    if (memcmp(tail, HASH_MARK, sizeof HASH_MARK - 1) != 0 ||
        memcmp(line + bytes - 2, "\"}", 2) != 0 ||
        memcmp(prev, PREV_MARK, sizeof PREV_MARK - 1) != 0)
        return "does not end with \"prev\" and \"hash\"";
    if (memcmp(prev + sizeof PREV_MARK - 1, chain->head, HASH_TEXT) != 0)
        return "does not follow from the line before";
    char hash[HASH_TEXT + 1];
    hash_text(line, (size_t)(tail - line), hash);
    if (memcmp(tail + sizeof HASH_MARK - 1, hash, HASH_TEXT) != 0)
        return "does not match its hash: it was edited";
    memcpy(chain->head, hash, sizeof hash);
    chain->lines++;
    return NULL;
}

/* Walks the whole lines of an open log. *whole_bytes: up to the last newline that was read. *torn:
 * something stands behind it. */
static enum err chain_walk(FILE *file, const char *path, struct chain *chain, off_t *whole_bytes,
                           bool *torn, struct fault *fault)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    enum err err = ERR_OK;
    chain_start(chain);
    *whole_bytes = 0;
    *torn = false;
    errno = 0;
    while (!err && (n = getline(&line, &room, file)) > 0) {
        *torn = line[n - 1] != '\n';
        if (*torn)
            break;
        const char *wrong = chain_follow(chain, line, (size_t)n - 1);
        if (wrong)
            err = fault_set(fault, ERR_CORRUPT,
                            "%s:%" PRIu64 ": the line %s; keep the file as evidence and move it "
                            "aside to go on",
                            path, chain->lines + 1, wrong);
        else
            *whole_bytes += n;
    }
    if (!err && ferror(file))
        err = fault_set(fault, ERR_IO, "%s: %s", path, strerror(errno));
    free(line);
    return err;
}

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

static enum err file_open(struct audit *audit, struct fault *fault)
{
    const char *path = audit->path;
    struct stat status;
    audit->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (audit->fd < 0)
        return fault_set(fault, ERR_IO, "%s: the audit log cannot be opened: %s", path,
                         strerror(errno));
    if (fstat(audit->fd, &status) < 0 || !S_ISREG(status.st_mode))
        return fault_set(fault, ERR_IO, "%s: the audit log must be a plain file", path);
    if (flock(audit->fd, LOCK_EX | LOCK_NB) < 0)
        return fault_set(fault, errno == EWOULDBLOCK ? ERR_BUSY : ERR_IO,
                         "%s: another process writes this audit log (%s): one daemon a data "
                         "directory",
                         path, strerror(errno));
    return ERR_OK;
}

static enum err file_follow(struct audit *audit, struct fault *fault)
{
    off_t whole = 0;
    bool torn;
    struct stat status;
    int fd = open(audit->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (!file) {
        if (fd >= 0)
            (void)close(fd);
        return fault_set(fault, ERR_IO, "%s: %s", audit->path, strerror(errno));
    }
    enum err err = chain_walk(file, audit->path, &audit->chain, &whole, &torn, fault);
    (void)fclose(file);
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
    enum err err = file_open(audit, fault);
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
                      struct buffer *line, char hash[HASH_TEXT + 1])
{
    struct tm utc = {0};
    time_t at_s = (time_t)(entry->at_ms / 1000);
    (void)gmtime_r(&at_s, &utc);
    buffer_format(line, "{\"seq\":%" PRIu64 ",\"at\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
                  chain->lines + 1, utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                  utc.tm_min, utc.tm_sec, (int)(entry->at_ms % 1000));
    add_field(line, "who", entry->who);
    add_field(line, "from", entry->from);
    add_field(line, "action", entry->action);
    add_field(line, "subject", entry->subject);
    add_field(line, "household", entry->household);
    add_field(line, "why", entry->why);
    add_field(line, "result", entry->result);
    buffer_format(line, PREV_MARK "%s\"", chain->head);
    hash_text(line->at, line->bytes, hash);
    buffer_format(line, HASH_MARK "%s\"}\n", hash);
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

enum err audit_append(struct audit *audit, const struct audit_entry *entry, struct fault *fault)
{
    struct buffer line = {0};
    char hash[HASH_TEXT + 1];
    enum err err = ERR_OK;
    (void)pthread_mutex_lock(&audit->lock);
    if (audit->broken) {
        err = fault_set(fault, ERR_IO,
                        "%s: the audit log failed before and could not be mended: make room, then "
                        "restart",
                        audit->path);
        goto out;
    }
    line_make(&audit->chain, entry, &line, hash);
    if (!write_all(audit->fd, line.at, line.bytes) || fdatasync(audit->fd) < 0) {
        err = fault_set(fault, ERR_IO, "%s: the audit log cannot be written: %s", audit->path,
                        strerror(errno));
        /* Half a line, or one that may not be on the disk, must not stand before the next. */
        if (ftruncate(audit->fd, audit->bytes) < 0 || fdatasync(audit->fd) < 0)
            audit->broken = true;
        goto out;
    }
    audit->bytes += (off_t)line.bytes;
    audit->chain.lines++;
    memcpy(audit->chain.head, hash, sizeof hash);
out:
    (void)pthread_mutex_unlock(&audit->lock);
    buffer_done(&line);
    return err;
}

enum err audit_verify(const char *path, uint64_t *lines, struct fault *fault)
{
    struct chain chain;
    off_t whole;
    bool torn;
    if (sodium_init() < 0)
        return fault_set(fault, ERR_IO, "libsodium cannot be initialised");
    FILE *file = fopen(path, "re");
    if (!file)
        return fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path,
                         strerror(errno));
    enum err err = chain_walk(file, path, &chain, &whole, &torn, fault);
    /* With a writer at work, half a line is one that is being written. */
    if (!err && torn && flock(fileno(file), LOCK_SH | LOCK_NB) == 0)
        err = fault_set(fault, ERR_CORRUPT,
                        "%s:%" PRIu64 ": the last line is torn; the daemon moves it aside when it "
                        "starts",
                        path, chain.lines + 1);
    (void)fclose(file);
    *lines = chain.lines;
    return err;
}
