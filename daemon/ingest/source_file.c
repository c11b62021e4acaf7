/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of files. Each input has a block of bytes; payloads are borrowed straight from it, so a
 * poll ends early rather than overwrite a block that it has lent from. zlib reads plain files, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "ingest/decode.h"
#include "ingest/source.h"

#define LINE_BYTES       (MESSAGE_BYTES_MAX + 1) /* a longer line is cut, to be told as too_large */
#define BLOCK_BYTES_ONE  (1024 * 1024)
#define BLOCK_BYTES_MANY (192 * 1024) /* there may be a file for each day of a year */
#define STREAM_BYTES     (16 * 1024)  /* a pipe gives what it has in small portions */

struct input {
    char *path;
    gzFile file;
    bool is_stream;
    int64_t file_bytes; /* as stored, maybe compressed; -1 unknown */

    char *block;
    size_t block_bytes, at, used;
    bool lent;    /* the last poll has given away pointers into the block */
    bool ended;   /* no more bytes will come */
    bool cutting; /* inside a line whose beginning has been delivered */
    int64_t line; /* number of the line at `at`, from 0 */
    int read_errno;
    enum err err; /* why it ended, when it should not have */
    struct fault fault;

    bool has_head;
    struct text head; /* the next line that is not blank */
    int64_t head_line;
    int64_t head_ms; /* its arrival; what cannot be decoded stays with its predecessor */
};

struct source_file {
    struct source port;
    struct input *inputs;
    size_t count;
    struct decoder *decoder; /* to look at arrivals, when there are several inputs */
    int64_t delivered;       /* since the start of the inputs */
    bool moved;              /* no longer at the start */
};

static struct source_file *file_of(struct source *source)
{
    return (struct source_file *)source;
}

/* --- one input --- */

static enum err input_failed(struct input *input)
{
    int code;
    const char *text = gzerror(input->file, &code);

    if (code == Z_OK || code == Z_STREAM_END)
        return ERR_OK;
    if (code == Z_ERRNO)
        return fault_set(&input->fault, ERR_IO, "%s: line %" PRId64 ": %s", input->path,
                         input->line + 1, strerror(input->read_errno));
    if (code == Z_BUF_ERROR)
        return fault_set(&input->fault, ERR_CORRUPT,
                         "%s: line %" PRId64 ": the gzip data ends early; copy the file again",
                         input->path, input->line + 1);
    return fault_set(&input->fault, ERR_CORRUPT,
                     "%s: near line %" PRId64
                     ": the gzip data is damaged (%s); copy the file again",
                     input->path, input->line + 1, text);
}

/* Only with nothing lent. What is left of the block moves to its front. */
static void input_fill(struct input *input)
{
    size_t left = input->used - input->at;
    memmove(input->block, input->block + input->at, left);
    input->at = 0;
    input->used = left;

    size_t wanted = input->block_bytes - left;
    if (input->is_stream && wanted > STREAM_BYTES)
        wanted = STREAM_BYTES;
    int got = gzread(input->file, input->block + left, (unsigned)wanted);
    if (got > 0)
        input->used += (size_t)got;
    else if (got < 0)
        input->read_errno = errno;
    if (got < (int)wanted)
        input->ended = true;
}

static bool is_blank(struct text line)
{
    for (size_t i = 0; i < line.bytes; i++) {
        char c = line.at[i];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\v' && c != '\f')
            return false;
    }
    return true;
}

enum step { STEP_LINE, STEP_SKIP, STEP_FILL, STEP_END };

/* Takes one line off the block, or says why it cannot. */
static enum step input_step(struct input *input)
{
    size_t left = input->used - input->at;
    char *start = input->block + input->at, *end = left ? memchr(start, '\n', left) : NULL;
    size_t bytes = end ? (size_t)(end - start) : left;

    if (!end && !input->ended && bytes < LINE_BYTES && !input->cutting)
        return STEP_FILL;
    /* A line feed, or the file's end, or more of a line than anybody takes. */
    bool cut_before = input->cutting, whole = end || input->ended;
    if (!end && input->ended && !input->err && (input->err = input_failed(input)))
        input->used = input->at; /* half a line of a broken file is not a message */
    if (input->err || (!end && left == 0))
        return input->ended ? STEP_END : STEP_FILL;
    input->head = (struct text){start, bytes < LINE_BYTES ? bytes : LINE_BYTES};
    input->head_line = input->line;
    input->at += bytes + (end != NULL);
    input->cutting = !whole;
    input->line += whole;
    return cut_before || is_blank((struct text){start, bytes}) ? STEP_SKIP : STEP_LINE;
}

/* Makes a head if there is a line; false when the block must be filled first but is lent. */
static bool input_ready(struct input *input)
{
    while (!input->has_head) {
        switch (input_step(input)) {
        case STEP_LINE: input->has_head = true; break;
        case STEP_SKIP: break;
        case STEP_END: return true;
        case STEP_FILL:
            if (input->lent)
                return false;
            input_fill(input);
            break;
        }
    }
    return true;
}

static enum err input_open(struct input *input, const char *path, struct fault *fault)
{
    bool is_stdin = strcmp(path, "-") == 0;
    struct stat stat;
    int fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);

    input->path = memory_text(text_of(is_stdin ? "standard input" : path));
    if (fd < 0 || fstat(fd, &stat) != 0) {
        int error = errno;
        if (fd >= 0)
            (void)close(fd);
        return fault_set(fault, error == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", input->path,
                         strerror(error));
    }
    if (S_ISDIR(stat.st_mode)) {
        (void)close(fd);
        return fault_set(fault, ERR_INVALID, "%s: is a directory; name its files", input->path);
    }
    input->is_stream = !S_ISREG(stat.st_mode);
    input->file_bytes = S_ISREG(stat.st_mode) && !is_stdin ? (int64_t)stat.st_size : -1;
    input->file = gzdopen(fd, "rb");
    if (!input->file) {
        (void)close(fd);
        return fault_set(fault, ERR_IO, "%s: cannot be read by zlib", input->path);
    }
    (void)gzbuffer(input->file, input->is_stream ? STREAM_BYTES / 2 : STREAM_BYTES * 8);
    input->block = memory_get(input->block_bytes);
    input->head_ms = INT64_MIN;
    return ERR_OK;
}

static void input_close(struct input *input)
{
    if (input->file)
        (void)gzclose_r(input->file);
    free(input->block);
    free(input->path);
}

/* --- the merge --- */

/* When the head arrived; the same as the worker will say. */
static void look_at_head(struct source_file *file, struct input *input)
{
    struct message message;
    const char *detail;

    if (file->count == 1)
        return;
    decoder_batch_start(file->decoder);
    if (decode(file->decoder, input->head, MESSAGE_TYPE_COUNT, &message, &detail) == REJECT_NONE)
        input->head_ms = message.arrived_ms ? message.arrived_ms : message.end_ms;
}

/* The input whose head is next; NULL at the end of all, when *err says whether it is a good one.
 * False: a block must be filled first but is lent. */
static bool next_input(struct source_file *file, struct input **out, enum err *err,
                       struct fault *fault)
{
    *out = NULL;
    *err = ERR_END;
    for (size_t i = 0; i < file->count; i++) {
        struct input *input = &file->inputs[i];
        bool fresh = !input->has_head;
        if (!input_ready(input))
            return false;
        if (input->has_head && fresh)
            look_at_head(file, input);
        if (!input->has_head && input->err) {
            *out = NULL;
            *err = fault_set(fault, input->err, "%s", input->fault.text);
            return true;
        }
        if (input->has_head && (!*out || input->head_ms < (*out)->head_ms))
            *out = input;
    }
    return true;
}

/* A household's record counts offsets in TOPIC_COUNT lanes: more inputs than that are one lane,
 * numbered in the order of the merge. */
static struct delivery deliver(struct source_file *file, struct input *input)
{
    bool own_lane = file->count <= TOPIC_COUNT;
    struct delivery out = {
        .topic = MESSAGE_TYPE_COUNT,
        .lane = own_lane ? (uint32_t)(input - file->inputs) : 0,
        .offset = own_lane ? input->head_line : file->delivered,
        .key = {"", 0},
        .payload = input->head,
    };
    input->has_head = false;
    input->lent = true;
    file->delivered++;
    file->moved = true;
    return out;
}

static enum err file_poll(struct source *source, struct delivery *out, size_t max, int timeout_ms,
                          size_t *count, struct fault *fault)
{
    struct source_file *file = file_of(source);
    struct input *input;
    enum err err;
    size_t n = 0;

    (void)timeout_ms; /* a file has its next line or its end at once */
    for (size_t i = 0; i < file->count; i++)
        file->inputs[i].lent = false;
    while (n < max && next_input(file, &input, &err, fault)) {
        if (!input) {
            if (n > 0)
                break; /* what is there goes first; the next poll says it again */
            return err;
        }
        out[n++] = deliver(file, input);
    }
    *count = n;
    return ERR_OK;
}

static enum err input_rewind(struct input *input, struct fault *fault)
{
    if (gzrewind(input->file) != 0)
        return fault_set(fault, ERR_REFUSED, "%s: cannot be read again from its start; use a file",
                         input->path);
    input->at = input->used = 0;
    input->line = 0;
    input->ended = input->cutting = input->has_head = input->lent = false;
    input->err = ERR_OK;
    input->head_ms = INT64_MIN;
    return ERR_OK;
}

/* Drops what comes before the place. */
static void skip_lines(struct source_file *file, const int64_t resume[TOPIC_COUNT])
{
    struct input *input;
    struct fault fault;
    enum err err;

    for (size_t i = 0; file->count <= TOPIC_COUNT && i < file->count; i++) {
        input = &file->inputs[i];
        for (; input_ready(input) && input->has_head; input->has_head = false) {
            look_at_head(file, input);
            if (input->head_line >= resume[i])
                break;
        }
    }
    while (file->count > TOPIC_COUNT && file->delivered < resume[0] &&
           next_input(file, &input, &err, &fault) && input) {
        input->has_head = false;
        file->delivered++;
    }
}

static enum err file_seek(struct source *source, uint32_t partition,
                          const int64_t resume[TOPIC_COUNT], struct fault *fault)
{
    struct source_file *file = file_of(source);
    bool move = file->moved;

    (void)partition; /* there is only one */
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        move = move || resume[i] > 0;
    if (!move) /* standard input, too, can be at its start */
        return ERR_OK;
    for (size_t i = 0; i < file->count; i++) {
        enum err err = input_rewind(&file->inputs[i], fault);
        if (err)
            return err;
    }
    file->delivered = 0;
    file->moved = true;
    skip_lines(file, resume);
    return ERR_OK;
}

static void file_commit(struct source *source, uint32_t partition,
                        const int64_t resume[TOPIC_COUNT])
{
    (void)source; /* nobody watches the lag of a file */
    (void)partition;
    (void)resume;
}

static void file_hold(struct source *source, uint32_t partition)
{
    (void)source; /* nobody fetches ahead */
    (void)partition;
}

static bool file_at_end(struct source *source, uint32_t partition)
{
    const struct source_file *file = file_of(source);

    (void)partition;
    for (size_t i = 0; i < file->count; i++) {
        const struct input *input = &file->inputs[i];
        if (input->has_head || !input->ended || input->at < input->used)
            return false;
    }
    return true;
}

static void file_free(struct source *source)
{
    struct source_file *file = file_of(source);

    if (!file)
        return;
    for (size_t i = 0; i < file->count; i++)
        input_close(&file->inputs[i]);
    free(file->inputs);
    decoder_free(file->decoder);
    free(file);
}

static const struct source_ops file_ops = {
    .poll = file_poll,
    .seek = file_seek,
    .hold = file_hold,
    .commit = file_commit,
    .at_end = file_at_end,
    .caught_up = file_at_end,
    .free = file_free,
};

enum err source_file_new(const char *const *paths, size_t count, struct source **out,
                         struct fault *fault)
{
    struct source_file *file;
    size_t stdins = 0;

    for (size_t i = 0; i < count; i++)
        stdins += strcmp(paths[i], "-") == 0;
    if (count == 0 || stdins > 1)
        return fault_set(fault, ERR_INVALID, "%s",
                         count == 0 ? "no input named; name files, or - for standard input"
                                    : "standard input (-) can be read only once");
    file = memory_get(sizeof *file);
    file->port.ops = &file_ops;
    file->inputs = memory_get(count * sizeof *file->inputs);
    file->decoder = decoder_new(NULL, 0);
    file->count = count;
    for (size_t i = 0; i < count; i++) {
        struct input *input = &file->inputs[i];
        input->block_bytes = count == 1 ? BLOCK_BYTES_ONE : BLOCK_BYTES_MANY;
        enum err err = input_open(input, paths[i], fault);
        if (err) {
            file_free(&file->port);
            return err;
        }
    }
    *out = &file->port;
    return ERR_OK;
}

void source_file_map(struct source *source, const struct field_mapping *mapping, size_t count)
{
    struct source_file *file = file_of(source);
    decoder_free(file->decoder);
    file->decoder = decoder_new(mapping, count);
}

double source_file_progress(const struct source *source)
{
    const struct source_file *file = (const struct source_file *)source;
    int64_t read = 0, all = 0;

    for (size_t i = 0; i < file->count; i++) {
        const struct input *input = &file->inputs[i];
        if (input->file_bytes < 0)
            return -1;
        z_off_t offset = input->ended ? -1 : gzoffset(input->file);
        read += offset < 0 || offset > input->file_bytes ? input->file_bytes : offset;
        all += input->file_bytes;
    }
    return all ? (double)read / (double)all : 1.0;
}
