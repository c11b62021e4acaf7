/* SPDX-License-Identifier: Apache-2.0 */
#include "town/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/producer.h"

#define TOPIC_NAME_MAX 128
#define FLUSH_MS       60000
#define PAUSE_MS       15
#define COMPLAIN_MS    15000
/* Unread bytes that are safe when all of them lie in one partition, and when they are spread. */
#define UNREAD_WORST_MAX  (4.0 * 1024 * 1024)
#define UNREAD_SPREAD_MAX (2.0 * 1024 * 1024)

static const char *const topic_suffixes[MESSAGE_TYPE_COUNT] = {[MESSAGE_READING] = "readings",
                                                               [MESSAGE_BILLING] = "billing",
                                                               [MESSAGE_HOUSEHOLD] = "household",
                                                               [MESSAGE_REPORT] = "report",
                                                               [MESSAGE_WEATHER] = "weather"};

struct topic {
    char name[TOPIC_NAME_MAX];
    int64_t sent, bytes;
    int64_t lag;     /* at the last measurement */
    int64_t since;   /* sent since then */
    int64_t *spread; /* bytes by partition */
    int64_t fullest; /* the largest of them */
};

struct feed {
    struct feed_options options;
    struct kafka_producer *producer;
    uint32_t partitions;
    struct topic topics[MESSAGE_TYPE_COUNT];
};

static enum err check_topics(struct feed *feed, struct fault *fault)
{
    const char *names[TOPIC_COUNT];
    for (unsigned i = 0; i < TOPIC_COUNT; i++)
        names[i] = feed->topics[i].name;
    enum err err =
        kafka_topics_check(&feed->options.common, names, TOPIC_COUNT, 0, &feed->partitions, fault);
    uint32_t weather_partitions;
    const char *weather = feed->topics[MESSAGE_WEATHER].name;
    if (!err)
        err = kafka_topics_check(&feed->options.common, &weather, 1, 0, &weather_partitions, fault);
    return err;
}

enum err feed_new(const struct feed_options *options, struct feed **out, struct fault *fault)
{
    struct feed *feed = memory_get(sizeof *feed);
    feed->options = *options;
    enum err err = ERR_OK;
    for (unsigned i = 0; i < MESSAGE_TYPE_COUNT; i++) {
        int bytes = snprintf(feed->topics[i].name, TOPIC_NAME_MAX, "%s.%s", options->topic_prefix,
                             topic_suffixes[i]);
        if (bytes < 0 || bytes >= TOPIC_NAME_MAX) {
            err = fault_set(fault, ERR_INVALID, "topic prefix is longer than %d bytes",
                            TOPIC_NAME_MAX - 16);
            goto out;
        }
    }
    err = check_topics(feed, fault);
    if (err)
        goto out;
    for (unsigned i = 0; i < MESSAGE_TYPE_COUNT; i++)
        feed->topics[i].spread = memory_get(feed->partitions * sizeof(int64_t));
    err = kafka_producer_new(&feed->options.common, &feed->producer, fault);
out:
    if (err)
        feed_free(feed);
    else
        *out = feed;
    return err;
}

void feed_free(struct feed *feed)
{
    if (!feed)
        return;
    kafka_producer_free(feed->producer);
    for (unsigned i = 0; i < MESSAGE_TYPE_COUNT; i++)
        free(feed->topics[i].spread);
    free(feed);
}

static int64_t unread_max(const struct feed *feed, const struct topic *topic)
{
    double mean = (double)topic->bytes / (double)topic->sent;
    double share = (double)topic->fullest / (double)topic->bytes;
    double worst = UNREAD_WORST_MAX / mean, spread = UNREAD_SPREAD_MAX / mean / share;
    int64_t most = (int64_t)(worst > spread ? worst : spread);
    return most < feed->options.lag_max ? most : feed->options.lag_max;
}

static void pause_ms(int64_t ms)
{
    struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&span, NULL); /* cut short by a signal: the caller looks at `stop` */
}

/* Until the group has read so much that it is worth going on. */
static enum err wait_for_group(struct feed *feed, struct topic *topic, struct fault *fault)
{
    /* What is not at the broker yet shows in no lag. */
    enum err err = kafka_producer_flush(feed->producer, FLUSH_MS, fault);
    if (err)
        return err;
    int64_t complain_ms = clock_monotonic_ms(&clock_machine) + COMPLAIN_MS;
    for (;;) {
        if (feed->options.stop && atomic_load(feed->options.stop))
            return ERR_END;
        int64_t lag = kafka_group_lag(&feed->options.common, feed->options.group, topic->name,
                                      feed->partitions);
        if (lag >= 0 && lag <= unread_max(feed, topic) * 3 / 4) {
            topic->lag = lag;
            topic->since = 0;
            return ERR_OK;
        }
        if (clock_monotonic_ms(&clock_machine) > complain_ms) {
            complain_ms += COMPLAIN_MS;
            log_line(LOG_WARNING, "waiting for the consumer group", "group=%s topic=%s lag=%lld",
                     feed->options.group, topic->name, (long long)lag);
        }
        pause_ms(PAUSE_MS);
    }
}

enum err feed_message(void *context, const struct town_message *message, struct fault *fault)
{
    struct feed *feed = context;
    struct topic *topic = &feed->topics[message->type];
    /* Every worker reads all of the weather, outside the group. */
    if (message->type != MESSAGE_WEATHER) {
        if (topic->sent && topic->lag + topic->since >= unread_max(feed, topic)) {
            enum err err = wait_for_group(feed, topic, fault);
            if (err)
                return err;
        }
        int64_t bytes = (int64_t)(message->body.bytes + message->key.bytes);
        int64_t *spread = &topic->spread[kafka_partition(message->key, feed->partitions)];
        *spread += bytes;
        if (*spread > topic->fullest)
            topic->fullest = *spread;
        topic->bytes += bytes;
    }
    topic->sent++;
    topic->since++;
    return kafka_producer_send(feed->producer, topic->name, message->key, message->body,
                               message->arrived_s * 1000, fault);
}

enum err feed_flush(struct feed *feed, struct fault *fault)
{
    return kafka_producer_flush(feed->producer, FLUSH_MS, fault);
}
