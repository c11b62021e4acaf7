/* SPDX-License-Identifier: Apache-2.0
 *
 * The sink port: whoever is told of alerts (screen, webhooks, mail, Kafka). Each sink follows
 * anbu.alerts on a thread and at a position of its own, so a hung one holds nobody. The screen's
 * begins at the topic's end with each start (follower.c); those of `sinks` go on where they stopped
 * (courier.h).
 */
#ifndef ANBU_DELIVERY_SINK_H
#define ANBU_DELIVERY_SINK_H

#include <stdatomic.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "kafka/kafka.h"

struct sink_ops {
    const char *name;
    /* One event of anbu.alerts, as it is to be told. ERR_OK: never shown again. To be tried again,
     * never to be taken, or no more of any: by the error's disposition. */
    enum err (*deliver)(void *sink, struct text event, struct fault *fault);
    /* For how long it asked to be left alone at its last answer; 0: not. NULL: it never does. */
    int64_t (*retry_after_s)(const void *sink);
    /* The status of its last answer; 0: none. NULL: it has no such thing. */
    long (*answered)(const void *sink);
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

/* One of `sinks`; all borrowed for its life. What is under way when `stopping` is set is given up.
 */
struct sink_options {
    const struct config_sink *rules;
    const struct config *config;
    const struct kafka_common *common;
    const struct clock *clock;
    const atomic_bool *stopping;
};

/* sink_webhook.c: posted as it is given, signed. */
NODISCARD enum err sink_webhook_new(const struct sink_options *options, void **out,
                                    struct fault *fault);
extern const struct sink_ops sink_webhook_ops;

/* sink_mail.c: a mail to each of `to`, in the sink's language. */
NODISCARD enum err sink_mail_new(const struct sink_options *options, void **out,
                                 struct fault *fault);
extern const struct sink_ops sink_mail_ops;

/* sink_kafka.c: published again, in another topic or at other brokers. */
NODISCARD enum err sink_kafka_new(const struct sink_options *options, void **out,
                                  struct fault *fault);
extern const struct sink_ops sink_kafka_ops;

#endif
