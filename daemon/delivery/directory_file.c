/* SPDX-License-Identifier: Apache-2.0
 *
 * A directory in a file, for trials and small towns: one JSON object a line, each with its
 * "household". Read at each look-up, so that a changed file counts at once and nothing of it stays
 * in memory.
 */
#define _GNU_SOURCE /* memmem */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "delivery/directory.h"

#define FILE_BYTES_MAX (16 * 1024 * 1024)

struct directory_file {
    char path[OPTION_TEXT_MAX];
};

void *directory_file_new(const struct settings *settings)
{
    struct directory_file *file = memory_get(sizeof *file);
    (void)text_copy(text_of(settings->directory.file), file->path, sizeof file->path);
    return file;
}

/* The line names the household, and not a relation of somebody else that is called like it. */
static bool line_is_of(struct text line, struct text household)
{
    if (!memmem(line.at, line.bytes, household.at, household.bytes))
        return false;
    json_t *root = json_loadb(line.at, line.bytes, 0, NULL);
    const char *named = json_string_value(json_object_get(root, "household"));
    bool fits = named && text_is(household, named);
    json_decref(root);
    return fits;
}

static enum err find(struct text file, struct text household, struct directory_entry *out,
                     struct fault *fault)
{
    while (file.bytes > 0) {
        const char *end = memchr(file.at, '\n', file.bytes);
        struct text line = {file.at, end ? (size_t)(end - file.at) : file.bytes};
        if (line_is_of(line, household))
            return directory_read(line, household, out, fault);
        file.at += line.bytes + (end != NULL);
        file.bytes -= line.bytes + (end != NULL);
    }
    return ERR_NOT_FOUND;
}

static enum err look_up(void *adapter, struct text household, struct directory_entry *out,
                        struct fault *fault)
{
    const struct directory_file *file = adapter;
    struct buffer bytes = {0};
    memset(out, 0, sizeof *out);
    enum err err = file_read(file->path, FILE_BYTES_MAX, &bytes, fault);
    if (err == ERR_NOT_FOUND)
        err = ERR_IO; /* the file, not the household */
    if (!err)
        err = find(buffer_view(&bytes), household, out, fault);
    if (bytes.at)
        explicit_bzero(bytes.at, bytes.room);
    buffer_done(&bytes);
    return err;
}

const struct directory_ops directory_file_ops = {.name = "file", .look_up = look_up, .free = free};
