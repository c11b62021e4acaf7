/* SPDX-License-Identifier: Apache-2.0 */
#include "console/audit_chain.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HASH_MARK  ",\"hash\":\""
#define PREV_MARK  ",\"prev\":\""
#define AT_MARK    ",\"at\":\""
#define HASH_TAIL  (sizeof HASH_MARK - 1 + CHAIN_HASH_TEXT + 2) /* ends with "} */
#define PREV_TAIL  (sizeof PREV_MARK - 1 + CHAIN_HASH_TEXT + 1) /* ends with " */
#define SEQ_DIGITS 20

void chain_start(struct chain *chain)
{
    *chain = (struct chain){.lines = 0};
    memset(chain->head, '0', CHAIN_HASH_TEXT);
}

static uint64_t seq_of(struct text line)
{
    char digits[SEQ_DIGITS + 1];
    static const char begin[] = "{\"seq\":";
    size_t skip = sizeof begin - 1;
    if (line.bytes < skip || memcmp(line.at, begin, skip) != 0)
        return 0;
    size_t n = 0;
    while (skip + n < line.bytes && n < SEQ_DIGITS && line.at[skip + n] >= '0' &&
           line.at[skip + n] <= '9')
        n++;
    (void)text_copy((struct text){line.at + skip, n}, digits, sizeof digits);
    return strtoull(digits, NULL, 10);
}

static void time_of(struct text line, char out[CHAIN_TIME_BYTES + 1])
{
    const char *comma = memchr(line.at, ',', line.bytes);
    size_t left = comma ? line.bytes - (size_t)(comma - line.at) : 0, skip = sizeof AT_MARK - 1;
    out[0] = '\0';
    if (left > skip + CHAIN_TIME_BYTES && memcmp(comma, AT_MARK, skip) == 0)
        (void)text_copy((struct text){comma + skip, CHAIN_TIME_BYTES}, out, CHAIN_TIME_BYTES + 1);
}

void chain_start_at(struct chain *chain, struct text line)
{
    uint64_t seq = seq_of(line);
    chain_start(chain);
    if (seq < 2 || line.bytes < HASH_TAIL + PREV_TAIL)
        return;
    const char *prev = line.at + line.bytes - HASH_TAIL - PREV_TAIL + sizeof PREV_MARK - 1;
    chain->lines = seq - 1;
    memcpy(chain->head, prev, CHAIN_HASH_TEXT);
}

void chain_hash(struct text bytes, char out[CHAIN_HASH_TEXT + 1])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(hash, (const unsigned char *)bytes.at, bytes.bytes);
    (void)sodium_bin2hex(out, CHAIN_HASH_TEXT + 1, hash, sizeof hash);
}

const char *chain_follow(struct chain *chain, struct text line)
{
    char begin[40];
    int n = snprintf(begin, sizeof begin, "{\"seq\":%" PRIu64 ",", chain->lines + 1);
    if (line.bytes < (size_t)n + HASH_TAIL + PREV_TAIL)
        return "is too short for a line of the log";
    if (memcmp(line.at, begin, (size_t)n) != 0)
        return "does not carry the next number: a line was removed, added or moved";
    const char *tail = line.at + line.bytes - HASH_TAIL;
    const char *prev = tail - PREV_TAIL;
    if (memcmp(tail, HASH_MARK, sizeof HASH_MARK - 1) != 0 ||
        memcmp(line.at + line.bytes - 2, "\"}", 2) != 0 ||
        memcmp(prev, PREV_MARK, sizeof PREV_MARK - 1) != 0)
        return "does not end with \"prev\" and \"hash\"";
    if (memcmp(prev + sizeof PREV_MARK - 1, chain->head, CHAIN_HASH_TEXT) != 0)
        return "does not follow from the line before";
    char hash[CHAIN_HASH_TEXT + 1];
    chain_hash((struct text){line.at, (size_t)(tail - line.at)}, hash);
    if (memcmp(tail + sizeof HASH_MARK - 1, hash, CHAIN_HASH_TEXT) != 0)
        return "does not match its hash: it was edited";
    memcpy(chain->head, hash, sizeof hash);
    time_of(line, chain->at);
    chain->lines++;
    return NULL;
}

void chain_end(const struct chain *chain, struct buffer *line, char hash[CHAIN_HASH_TEXT + 1])
{
    buffer_format(line, PREV_MARK "%s\"", chain->head);
    chain_hash(buffer_view(line), hash);
    buffer_format(line, HASH_MARK "%s\"}\n", hash);
}

enum err chain_walk(FILE *file, const char *path, struct chain *chain, off_t *whole_bytes,
                    bool *torn, chain_look_fn *look, void *context, struct fault *fault)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    enum err err = ERR_OK;
    uint64_t number = 0;
    *whole_bytes = 0;
    *torn = false;
    errno = 0;
    while (!err && (n = getline(&line, &room, file)) > 0) {
        *torn = line[n - 1] != '\n';
        if (*torn)
            break;
        struct text text = {line, (size_t)n - 1};
        const char *wrong = chain_follow(chain, text);
        number++;
        if (wrong)
            err = fault_set(fault, ERR_CORRUPT,
                            "%s:%" PRIu64 ": the line %s; keep the file as evidence and move it "
                            "aside to go on",
                            path, number, wrong);
        else
            *whole_bytes += n;
        if (!err && look)
            look(context, chain, text);
    }
    if (!err && ferror(file))
        err = fault_set(fault, ERR_IO, "%s: %s", path, strerror(errno));
    free(line);
    return err;
}

/* ---- files ---- */

/* Bytes of the path before its extension, and where its name begins. */
static size_t stem_of(const char *path, size_t *name)
{
    const char *slash = strrchr(path, '/'), *begin = slash ? slash + 1 : path;
    const char *dot = strrchr(begin, '.');
    *name = (size_t)(begin - path);
    return dot && dot > begin ? (size_t)(dot - path) : strlen(path);
}

void chain_month_path(const char *path, const char *at, int n, struct buffer *out)
{
    size_t name, stem = stem_of(path, &name);
    buffer_format(out, "%.*s-%.*s", (int)stem, path, CHAIN_MONTH_BYTES, at);
    if (n > 1)
        buffer_format(out, ".%d", n);
    buffer_text(out, path + stem);
}

/* "audit-2026-01.log", "audit-2026-01.2.log" of "audit.log" */
static bool is_month_of(const char *entry, const char *path)
{
    size_t name, stem = stem_of(path, &name), head = stem - name;
    size_t bytes = strlen(entry), tail = strlen(path + stem);
    if (bytes < head + 1 + CHAIN_MONTH_BYTES + tail || memcmp(entry, path + name, head) != 0 ||
        entry[head] != '-' || strcmp(entry + bytes - tail, path + stem) != 0)
        return false;
    const char *month = entry + head + 1;
    size_t middle = bytes - head - 1 - tail;
    return strspn(month, "0123456789") == 4 && month[4] == '-' &&
           strspn(month + 5, "0123456789.") >= middle - 5;
}

static void file_begin(struct chain_file *file)
{
    char *line = NULL;
    size_t room = 0;
    FILE *opened = fopen(file->path, "re");
    ssize_t n = opened ? getline(&line, &room, opened) : 0;
    chain_start(&file->before);
    if (n > 0 && line[n - 1] == '\n') {
        struct text text = {line, (size_t)n - 1};
        file->first = seq_of(text);
        time_of(text, file->at);
        chain_start_at(&file->before, text);
    }
    free(line);
    if (opened)
        (void)fclose(opened);
}

static int by_chain(const void *a, const void *b)
{
    const struct chain_file *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

enum err chain_files(const char *path, struct chain_file **out, size_t *count, struct fault *fault)
{
    size_t name, found = 0;
    (void)stem_of(path, &name);
    char *folder = memory_text((struct text){name ? path : ".", name ? name : 1});
    struct chain_file *files = memory_get(sizeof *files * (CHAIN_FILES_MAX + 1));
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    enum err err = ERR_OK;
    while (directory && (entry = readdir(directory)))
        if (is_month_of(entry->d_name, path) && found < CHAIN_FILES_MAX) {
            (void)snprintf(files[found].path, sizeof files[0].path, "%s%s%s", folder,
                           name ? "" : "/", entry->d_name);
            file_begin(&files[found++]);
        }
    if (!directory)
        err = fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", folder,
                        strerror(errno));
    else
        (void)closedir(directory);
    free(folder);
    if (err) {
        free(files);
        return err;
    }
    qsort(files, found, sizeof *files, by_chain);
    (void)snprintf(files[found].path, sizeof files[0].path, "%s", path);
    file_begin(&files[found++]);
    *out = files;
    *count = found;
    return ERR_OK;
}

void chain_time(int64_t at_ms, char out[CHAIN_TIME_BYTES + 1])
{
    struct tm utc = {0};
    time_t at_s = (time_t)(at_ms / 1000);
    char text[80];
    (void)gmtime_r(&at_s, &utc);
    (void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900,
                   utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                   (int)(at_ms % 1000));
    (void)text_copy(text_of(text), out, CHAIN_TIME_BYTES + 1);
}
