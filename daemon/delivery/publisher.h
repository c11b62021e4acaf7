/* SPDX-License-Identifier: Apache-2.0
 *
 * The publisher port: where events and dead letters go. Adapters: publisher_kafka.c (idempotent
 * producer), publisher_file.c (NDJSON, for replay). One a thread.
 */
#ifndef ANBU_DELIVERY_PUBLISHER_H
#define ANBU_DELIVERY_PUBLISHER_H

#include "base/err.h"
#include "base/text.h"

enum publisher_topic {
    PUBLISH_ALERTS,
    PUBLISH_HOUSEHOLD,
    PUBLISH_DEAD_LETTERS,
    PUBLISH_AUDIT,
    PUBLISH_TOPIC_COUNT
};

struct publisher_header {
    const char *name;
    struct text value;
};

/* Called from within poll or flush, on the caller's thread, once for each publish that returned
 * ERR_OK. offset is where it stands in its partition (-1 unknown). */
typedef void publisher_done_fn(void *context, void *token, enum err err, uint32_t partition,
                               int64_t offset);

struct publisher;
struct publisher_ops {
    /* Copies key and body. ERR_BUSY: the queue is full, poll and try again. */
    enum err (*publish)(struct publisher *publisher, enum publisher_topic topic, struct text key,
                        struct text body, const struct publisher_header *headers,
                        size_t header_count, void *token, struct fault *fault);
    void (*poll)(struct publisher *publisher, int timeout_ms);
    /* Waits until all is delivered or failed; ERR_TIMEOUT when some still is under way. */
    enum err (*flush)(struct publisher *publisher, int timeout_ms);
    /* Drops what is under way without telling: flush first. */
    void (*free)(struct publisher *publisher);
};
struct publisher {
    const struct publisher_ops *ops;
};

#include <stdio.h>
/* Alerts go to `alerts`, dead letters to `dead_letters` (may be NULL: only counted), one a line.
 * Files stay the caller's. */
struct publisher *publisher_file_new(FILE *alerts, FILE *dead_letters, publisher_done_fn *done,
                                     void *context);

#endif
