/* SPDX-License-Identifier: Apache-2.0
 *
 * A rejected message on its way to the dead-letter topic.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "partition.h"

#define BUSY_TRIES_MAX 100
#define BUSY_WAIT_MS   50

/* The topic as the sender knows it. */
static const char *topic_name(const struct worker *worker, enum message_type topic)
{
    const struct settings *settings = worker->settings;
    switch (topic) {
    case MESSAGE_READING: return settings->kafka.readings;
    case MESSAGE_BILLING: return settings->kafka.billing;
    case MESSAGE_HOUSEHOLD: return settings->kafka.household;
    case MESSAGE_REPORT: return settings->kafka.report;
    case MESSAGE_WEATHER: return settings->kafka.weather;
    case MESSAGE_TYPE_COUNT: break;
    }
    return "file";
}

static struct text cut(struct text from, size_t bytes_max)
{
    return (struct text){from.at, from.bytes < bytes_max ? from.bytes : bytes_max};
}

static enum err publish(struct worker *worker, const struct delivery *delivery, enum reject reject,
                        const char *detail, void *token, struct fault *fault)
{
    char partition[24], offset[24], bytes[24];
    /* Weather's partitions are lanes. */
    (void)snprintf(partition, sizeof partition, "%" PRIu32,
                   delivery->topic == MESSAGE_WEATHER ? delivery->lane : delivery->partition);
    (void)snprintf(offset, sizeof offset, "%" PRId64, delivery->offset);
    (void)snprintf(bytes, sizeof bytes, "%zu", delivery->payload.bytes);
    const struct publisher_header headers[] = {
        {"reason", text_of(reject_names[reject])},
        {"field", text_of(detail ? detail : "")},
        {"help", text_of(reject_helps[reject])},
        {"source", text_of(topic_name(worker, delivery->topic))},
        {"partition", text_of(partition)},
        {"offset", text_of(offset)},
        {"cut_from_bytes", text_of(bytes)}, /* only when it was cut */
    };
    size_t count = sizeof headers / sizeof headers[0];
    bool whole = delivery->payload.bytes <= worker->letter_bytes_max &&
                 delivery->key.bytes <= worker->letter_bytes_max;
    return worker->publisher->ops->publish(worker->publisher, PUBLISH_DEAD_LETTERS,
                                           cut(delivery->key, worker->letter_bytes_max),
                                           cut(delivery->payload, worker->letter_bytes_max),
                                           headers, whole ? count - 1 : count, token, fault);
}

/* The broker takes no message of this size, and would not take it the next time. */
static void cut_from_now_on(struct worker *worker)
{
    size_t now = worker->letter_bytes_max;
    worker->letter_bytes_max = now > MESSAGE_BYTES_MAX ? MESSAGE_BYTES_MAX : now / 2;
    log_line(LOG_ERROR, "dead letter is too large for its topic: longer ones are cut",
             "bytes_max=%zu remedy=\"raise max.message.bytes of %s\"", worker->letter_bytes_max,
             worker->settings->kafka.dead_letters);
}

static enum err send_letter(struct worker *worker, struct partition *partition,
                            const struct delivery *delivery, enum reject reject, const char *detail,
                            struct fault *fault)
{
    enum err err = ERR_BUSY;
    for (int tries = 0; tries < BUSY_TRIES_MAX; tries++) {
        worker_beat(&worker->counts);
        if (tries)
            worker->publisher->ops->poll(worker->publisher, BUSY_WAIT_MS);
        void *token =
            partition ? letters_add(partition->letters, partition->next, worker->letter_bytes_max)
                      : NULL;
        if (partition && !token) {
            err = fault_set(fault, ERR_BUSY, "%d dead letters are under way", LETTERS_MAX);
            continue;
        }
        err = publish(worker, delivery, reject, detail, token, fault);
        if (!err)
            return ERR_OK;
        if (token)
            letters_take_back(partition->letters, token);
        if (err == ERR_TOO_LARGE)
            cut_from_now_on(worker);
        else if (err != ERR_BUSY)
            break;
    }
    return err;
}

bool dead_letter(struct worker *worker, struct partition *partition,
                 const struct delivery *delivery, enum reject reject, const char *detail)
{
    struct fault fault = {""};
    metric_add(&worker->counts.rejects[reject], 1);
    if (worker->options.rejected)
        worker->options.rejected(worker->options.context, delivery, reject, detail);
    enum err err = send_letter(worker, partition, delivery, reject, detail, &fault);
    if (!err) {
        metric_add(&worker->counts.dead_letters, 1);
        return true;
    }
    if (partition)
        partition_fail(worker, partition, err, &fault);
    else
        log_line(LOG_ERROR, "dead letter of the weather topic was not sent",
                 "offset=%" PRId64 " error=\"%s\"", delivery->offset, fault.text);
    return false;
}

void dead_letter_done(struct worker *worker, struct partition *partition, void *token, enum err err)
{
    /* A batch is refused as a whole: what was sent before the cut says nothing of it. */
    if (err == ERR_TOO_LARGE && letters_bytes_max(token) <= worker->letter_bytes_max)
        cut_from_now_on(worker);
    letters_done(partition->letters, token, !err);
}
