/* SPDX-License-Identifier: Apache-2.0
 *
 * The sink port: whoever is told of alerts (screen now; webhook, mail later). Each sink follows
 * anbu.alerts on a thread and at a position of its own, so a hung one holds nobody.
 */
#ifndef ANBU_DELIVERY_SINK_H
#define ANBU_DELIVERY_SINK_H

#include "base/err.h"
#include "base/text.h"
#include "kafka/kafka.h"

struct sink_ops {
    const char *name;
    /* One event of anbu.alerts, as it stands in the topic. ERR_OK: never shown again. */
    enum err (*deliver)(void *sink, struct text event, struct fault *fault);
    void (*free)(void *sink);
};

struct follower; /* the thread of one sink */
/* Takes the sink over (frees it, also when this fails). Starts at the topic's end as it is now. */
NODISCARD enum err follower_start(const struct kafka_common *common, const char *topic,
                                  const struct sink_ops *ops, void *sink, struct follower **out,
                                  struct fault *fault);
void follower_stop(struct follower *follower); /* waits for the thread; NULL is fine */

/* sink_screen.c: one line an event on `out`, beginning with its type; times in the household's
 * zone; colour only on a terminal. */
struct sink_screen;
struct sink_screen *sink_screen_new(int fd);
extern const struct sink_ops sink_screen_ops;
/* The line without its end, also used by tests. */
void sink_screen_line(struct text event, bool colour, struct buffer *out);

#endif
