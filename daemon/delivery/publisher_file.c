/* SPDX-License-Identifier: Apache-2.0
 *
 * The publisher of replay. Alerts are written as they are; a dead letter becomes one JSON object of
 * its headers and the original message. Messages to the household topic have no reader here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "delivery/publisher.h"

struct finished {
    void *token;
    int64_t offset;
};

struct publisher_file {
    struct publisher publisher; /* first */
    FILE *files[PUBLISH_TOPIC_COUNT];
    int64_t lines[PUBLISH_TOPIC_COUNT];
    publisher_done_fn *done;
    void *context;
    struct finished *finished; /* told at the next poll */
    size_t finished_count, finished_room;
    struct buffer line;
};

static void put_dead_letter(struct buffer *out, struct text key, struct text body,
                            const struct publisher_header *headers, size_t header_count)
{
    static const char digits[] = "0123456789abcdef";
    buffer_text(out, "{");
    for (size_t i = 0; i < header_count; i++)
        json_member_string(out, headers[i].name, headers[i].value);
    if (key.bytes)
        json_member_string(out, "key", key);
    if (utf8_valid(body)) {
        json_member_string(out, "message", body);
    } else {
        /* The original bytes, whatever they are. */
        json_put_key(out, "message_hex");
        buffer_text(out, "\"");
        for (size_t i = 0; i < body.bytes; i++) {
            unsigned char byte = (unsigned char)body.at[i];
            const char hex[2] = {digits[byte >> 4], digits[byte & 15]};
            buffer_add(out, hex, sizeof hex);
        }
        buffer_text(out, "\"");
    }
    buffer_text(out, "}");
}

static enum err write_line(struct publisher_file *publisher, enum publisher_topic topic,
                           struct fault *fault)
{
    FILE *file = publisher->files[topic];
    buffer_text(&publisher->line, "\n");
    if (fwrite(publisher->line.at, 1, publisher->line.bytes, file) != publisher->line.bytes)
        return fault_set(fault, ERR_IO, "%s: line %lld cannot be written: %s",
                         topic == PUBLISH_ALERTS ? "alerts" : "dead letters",
                         (long long)publisher->lines[topic] + 1, strerror(errno));
    return ERR_OK;
}

static void finish(struct publisher_file *publisher, void *token, int64_t offset)
{
    if (publisher->finished_count == publisher->finished_room) {
        publisher->finished_room = publisher->finished_room ? publisher->finished_room * 2 : 64;
        publisher->finished = memory_grow(publisher->finished,
                                          publisher->finished_room * sizeof *publisher->finished);
    }
    publisher->finished[publisher->finished_count++] = (struct finished){token, offset};
}

static enum err publish(struct publisher *port, enum publisher_topic topic, struct text key,
                        struct text body, const struct publisher_header *headers,
                        size_t header_count, void *token, struct fault *fault)
{
    struct publisher_file *publisher = (struct publisher_file *)port;
    if (publisher->files[topic]) {
        buffer_clear(&publisher->line);
        if (topic == PUBLISH_DEAD_LETTERS)
            put_dead_letter(&publisher->line, key, body, headers, header_count);
        else
            buffer_add(&publisher->line, body.at, body.bytes);
        enum err err = write_line(publisher, topic, fault);
        if (err)
            return err;
    }
    finish(publisher, token, publisher->lines[topic]++);
    return ERR_OK;
}

static void poll_deliveries(struct publisher *port, int timeout_ms)
{
    struct publisher_file *publisher = (struct publisher_file *)port;
    (void)timeout_ms;
    /* The callback may publish more, and so add to the list. */
    size_t count = publisher->finished_count;
    for (size_t i = 0; i < count; i++) {
        struct finished finished = publisher->finished[i];
        publisher->done(publisher->context, finished.token, ERR_OK, 0, finished.offset);
    }
    publisher->finished_count -= count;
    if (count)
        memmove(publisher->finished, publisher->finished + count,
                publisher->finished_count * sizeof *publisher->finished);
}

static enum err flush(struct publisher *port, int timeout_ms)
{
    struct publisher_file *publisher = (struct publisher_file *)port;
    enum err err = ERR_OK;
    poll_deliveries(port, timeout_ms);
    for (int topic = 0; topic < PUBLISH_TOPIC_COUNT; topic++)
        if (publisher->files[topic] && fflush(publisher->files[topic]))
            err = ERR_IO;
    return err;
}

static void publisher_free(struct publisher *port)
{
    struct publisher_file *publisher = (struct publisher_file *)port;
    if (!publisher)
        return;
    buffer_done(&publisher->line);
    free(publisher->finished);
    free(publisher);
}

static const struct publisher_ops ops = {
    .publish = publish,
    .poll = poll_deliveries,
    .flush = flush,
    .free = publisher_free,
};

struct publisher *publisher_file_new(FILE *alerts, FILE *dead_letters, publisher_done_fn *done,
                                     void *context)
{
    struct publisher_file *publisher = memory_get(sizeof *publisher);
    publisher->publisher.ops = &ops;
    publisher->files[PUBLISH_ALERTS] = alerts;
    publisher->files[PUBLISH_DEAD_LETTERS] = dead_letters;
    publisher->done = done;
    publisher->context = context;
    return &publisher->publisher;
}
