/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/publisher_kafka.h"

#include <stdlib.h>

#include "kafka/producer.h"

#define HEADERS_MAX 16

struct publisher_kafka {
    struct publisher publisher; /* first */
    struct kafka_producer *producer;
    publisher_done_fn *done;
    void *context;
    char topics[PUBLISH_TOPIC_COUNT][OPTION_TEXT_MAX];
};

static void on_sent(void *context, void *token, enum err err, uint32_t partition, int64_t offset)
{
    struct publisher_kafka *publisher = context;
    publisher->done(publisher->context, token, err, partition, offset);
}

static enum err publish(struct publisher *port, enum publisher_topic topic, struct text key,
                        struct text body, const struct publisher_header *headers,
                        size_t header_count, void *token, struct fault *fault)
{
    struct publisher_kafka *publisher = (struct publisher_kafka *)port;
    struct kafka_header copies[HEADERS_MAX];
    if (header_count > HEADERS_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "kafka topic %s: %zu headers, at most %d",
                         publisher->topics[topic], header_count, HEADERS_MAX);
    for (size_t i = 0; i < header_count; i++)
        copies[i] = (struct kafka_header){headers[i].name, headers[i].value};
    const struct kafka_outgoing outgoing = {
        .topic = publisher->topics[topic],
        .key = key,
        .body = body,
        .headers = copies,
        .header_count = header_count,
        .token = token,
    };
    return kafka_producer_push(publisher->producer, &outgoing, fault);
}

static void poll_deliveries(struct publisher *port, int timeout_ms)
{
    kafka_producer_poll(((struct publisher_kafka *)port)->producer, timeout_ms);
}

static enum err flush(struct publisher *port, int timeout_ms)
{
    return kafka_producer_flush(((struct publisher_kafka *)port)->producer, timeout_ms, NULL);
}

static void publisher_free(struct publisher *port)
{
    struct publisher_kafka *publisher = (struct publisher_kafka *)port;
    if (!publisher)
        return;
    kafka_producer_free(publisher->producer);
    free(publisher);
}

static const struct publisher_ops ops = {
    .publish = publish,
    .poll = poll_deliveries,
    .flush = flush,
    .free = publisher_free,
};

enum err publisher_kafka_new(const struct kafka_common *common, const struct settings *settings,
                             publisher_done_fn *done, void *context, struct publisher **out,
                             struct fault *fault)
{
    struct publisher_kafka *publisher = memory_get(sizeof *publisher);
    const char *const topics[PUBLISH_TOPIC_COUNT] = {
        [PUBLISH_ALERTS] = settings->kafka.alerts,
        [PUBLISH_HOUSEHOLD] = settings->kafka.household,
        [PUBLISH_DEAD_LETTERS] = settings->kafka.dead_letters,
        [PUBLISH_AUDIT] = settings->kafka.audit,
    };
    publisher->publisher.ops = &ops;
    publisher->done = done;
    publisher->context = context;
    for (int i = 0; i < PUBLISH_TOPIC_COUNT; i++)
        (void)text_copy(text_of(topics[i]), publisher->topics[i], sizeof publisher->topics[i]);
    const struct kafka_producer_options options = {
        .name = "publisher",
        .delivery_timeout_ms = settings->kafka.delivery_timeout_s * 1000,
        .sent = on_sent,
        .context = publisher,
    };
    enum err err = kafka_producer_open(common, &options, &publisher->producer, fault);
    if (err)
        publisher_free(&publisher->publisher);
    else
        *out = &publisher->publisher;
    return err;
}
