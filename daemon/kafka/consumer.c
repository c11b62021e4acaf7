/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/consumer.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/internal.h"

#define COMMIT_REST_MS        200
#define COMMIT_FAILED_REST_MS 5000
#define TAKE_MAX              256
#define SETTLE_ROUNDS         2
#define RENEW_AGAIN_MS        1000

struct kafka_consumer {
    struct kafka_handle handle; /* first: the opaque of callbacks */
    struct kafka_common common;
    struct kafka_consumer_options options;
    int64_t renew_ms;         /* when the group may be joined again */
    int wake;                 /* eventfd: a queue of ours is no longer empty */
    rd_kafka_queue_t *main;   /* rebalances and errors */
    rd_kafka_queue_t **lanes; /* [partition * topic_count + topic]; NULL: not ours */
    bool closing, strayed;
    /* One commit is under way at most: a broker answers a connection's requests in their order, so
     * commits that it cannot keep would hold up the heartbeats behind them. */
    rd_kafka_topic_partition_list_t *to_commit; /* what the next one tells */
    bool committing;
    int64_t commit_from_ms;
};

static size_t lane_index(const struct kafka_consumer *consumer, uint32_t topic, uint32_t partition)
{
    assert(topic < consumer->options.topic_count && partition < consumer->options.partitions);
    return (size_t)partition * consumer->options.topic_count + topic;
}

static void wake_on(struct kafka_consumer *consumer, rd_kafka_queue_t *queue)
{
    static const uint64_t one = 1;
    rd_kafka_queue_io_event_enable(queue, consumer->wake, &one, sizeof one);
}

static void close_lanes(struct kafka_consumer *consumer)
{
    size_t count = consumer->options.topic_count * consumer->options.partitions;
    for (size_t i = 0; i < count; i++) {
        if (!consumer->lanes[i])
            continue;
        rd_kafka_queue_io_event_enable(consumer->lanes[i], -1, NULL, 0);
        rd_kafka_queue_destroy(consumer->lanes[i]);
        consumer->lanes[i] = NULL;
    }
}

/* librdkafka stops what was assigned in the background, and a second assignment before that is done
 * stops it twice: its assertion `rktp_started` ends the process (2.0.2). All of it goes through the
 * one queue of its main thread: after the first answer here the stops have been dealt with, after
 * the second what they reported. A consumer that closes assigns no more, and may not answer. */
static rd_kafka_resp_err_t assign_and_settle(struct kafka_consumer *consumer,
                                             const rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_resp_err_t error = rd_kafka_assign(consumer->handle.rk, list);
    for (int i = 0; i < SETTLE_ROUNDS && !consumer->closing; i++) {
        rd_kafka_topic_partition_list_t *now = NULL;
        if (!rd_kafka_assignment(consumer->handle.rk, &now))
            rd_kafka_topic_partition_list_destroy(now);
    }
    return error;
}

static size_t topic_number(const struct kafka_consumer *consumer, const char *topic)
{
    size_t i = 0;
    while (i < consumer->options.topic_count && strcmp(consumer->options.topics[i], topic) != 0)
        i++;
    return i;
}

/* Tells the owner what the group gave us, as far as it fits the topics as they were at start. */
static void give(struct kafka_consumer *consumer, const rd_kafka_topic_partition_list_t *list)
{
    const struct kafka_consumer_options *options = &consumer->options;
    struct kafka_place *places = memory_get((size_t)list->cnt * sizeof *places);
    size_t count = 0;
    for (int i = 0; i < list->cnt; i++) {
        size_t topic = topic_number(consumer, list->elems[i].topic);
        uint32_t partition = (uint32_t)list->elems[i].partition;
        if (topic == options->topic_count)
            continue;
        if (partition >= options->partitions) {
            log_line(LOG_ERROR, "topic has grown",
                     "topic=%s partition=%u known=%u remedy=\"its households would move: run "
                     "anbuctl repartition\"",
                     list->elems[i].topic, partition, options->partitions);
            continue;
        }
        places[count++] = (struct kafka_place){(uint32_t)topic, partition, 0};
    }
    options->given(options->context, places, count);
    free(places);
}

static void send_commit(struct kafka_consumer *consumer)
{
    if (!consumer->to_commit->cnt)
        return;
    if (!rd_kafka_commit(consumer->handle.rk, consumer->to_commit, 1))
        consumer->committing = true;
    rd_kafka_topic_partition_list_destroy(consumer->to_commit);
    consumer->to_commit = rd_kafka_topic_partition_list_new(0);
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t error,
                         rd_kafka_topic_partition_list_t *list, void *opaque)
{
    struct kafka_consumer *consumer = opaque;
    if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && !consumer->closing) {
        give(consumer, list);
        return;
    }
    if (error != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS &&
        error != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
        kafka_handle_warn(&consumer->handle, "rebalance failed", consumer->options.group, -1,
                          rd_kafka_err2str(error));
    if (!consumer->closing)
        consumer->options.taken(consumer->options.context, rd_kafka_assignment_lost(rk) != 0);
    send_commit(consumer); /* it is refused when the partitions are another's already */
    close_lanes(consumer);
    (void)assign_and_settle(consumer, NULL);
}

/* What was refused is told again, unless more has been told since: a quiet lane has no next one,
 * and some owners have no other memory of their place. */
static void keep_refused(struct kafka_consumer *consumer, rd_kafka_resp_err_t error,
                         const rd_kafka_topic_partition_list_t *offsets)
{
    for (int i = 0; offsets && i < offsets->cnt; i++) {
        const rd_kafka_topic_partition_t *one = &offsets->elems[i];
        size_t topic = topic_number(consumer, one->topic);
        uint32_t partition = (uint32_t)one->partition;
        if ((!error && !one->err) || topic == consumer->options.topic_count ||
            partition >= consumer->options.partitions ||
            !consumer->lanes[lane_index(consumer, (uint32_t)topic, partition)] ||
            rd_kafka_topic_partition_list_find(consumer->to_commit, one->topic, one->partition))
            continue;
        rd_kafka_topic_partition_list_add(consumer->to_commit, one->topic, one->partition)->offset =
            one->offset;
    }
}

static void on_commit(rd_kafka_t *rk, rd_kafka_resp_err_t error,
                      rd_kafka_topic_partition_list_t *offsets, void *opaque)
{
    struct kafka_consumer *consumer = opaque;
    (void)rk;
    consumer->committing = false;
    if (error != RD_KAFKA_RESP_ERR__NO_OFFSET)
        keep_refused(consumer, error, offsets);
    consumer->commit_from_ms =
        clock_monotonic_ms(&clock_machine) + (error ? COMMIT_FAILED_REST_MS : COMMIT_REST_MS);
    /* Refused during a rebalance, for one. */
    if (error && error != RD_KAFKA_RESP_ERR__NO_OFFSET)
        log_line(LOG_DEBUG, "kafka commit", "detail=\"%s\"", rd_kafka_err2str(error));
}

/* Room for what librdkafka fetches ahead, per lane: all lanes together about 400 k messages or
 * 128 MB a topic, since librdkafka before 2.2 rests for a second once a lane's queue is full. */
static void prefetch_limits(uint32_t partitions, char messages[16], char kbytes[16])
{
    uint32_t count = 400000 / partitions, room = 131072 / partitions;
    count = count < 2000 ? 2000 : count > 100000 ? 100000 : count;
    room = room < 1024 ? 1024 : room > 65536 ? 65536 : room;
    (void)snprintf(messages, 16, "%u", count);
    (void)snprintf(kbytes, 16, "%u", room);
}

static enum err open_handle(struct kafka_consumer *consumer, const struct kafka_common *common,
                            struct fault *fault)
{
    char messages[16], kbytes[16];
    prefetch_limits(consumer->options.partitions, messages, kbytes);
    const struct kafka_property defaults[] = {
        {"session.timeout.ms", "6000"},
        {"heartbeat.interval.ms", "2000"},
        {"isolation.level", "read_committed"},
        {"fetch.wait.max.ms", "50"},
        {"fetch.queue.backoff.ms", "20"},
        {"queued.min.messages", messages},
        {"queued.max.messages.kbytes", kbytes},
        {"topic.metadata.refresh.interval.ms", "30000"},
        {NULL, NULL},
    };
    const struct kafka_property fixed[] = {
        {"group.id", consumer->options.group},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"enable.partition.eof", "true"},
        {"partition.assignment.strategy", "range"},
        /* What retention took, or a topic made anew, is the owner's to know. */
        {"auto.offset.reset", "error"},
        {NULL, NULL},
    };
    rd_kafka_conf_t *conf = NULL;
    enum err err = kafka_conf_new(common, defaults, fixed, &conf, fault);
    if (err)
        return err;
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_offset_commit_cb(conf, on_commit);
    return kafka_handle_open(&consumer->handle, RD_KAFKA_CONSUMER, &conf, fault);
}

enum err kafka_consumer_check(const struct kafka_common *common, struct fault *fault)
{
    struct kafka_consumer consumer = {.handle = {.name = "check"},
                                      .options = {.group = "anbu", .partitions = 1}};
    enum err err = open_handle(&consumer, common, fault);
    if (!err)
        rd_kafka_destroy(consumer.handle.rk);
    return err;
}

static enum err subscribe(struct kafka_consumer *consumer, struct fault *fault)
{
    const struct kafka_consumer_options *options = &consumer->options;
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)options->topic_count);
    for (size_t i = 0; i < options->topic_count; i++)
        (void)rd_kafka_topic_partition_list_add(list, options->topics[i], RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t error = rd_kafka_subscribe(consumer->handle.rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    return error ? fault_set(fault, ERR_CONFIG, "kafka group %s: cannot subscribe: %s",
                             options->group, rd_kafka_err2str(error))
                 : ERR_OK;
}

/* A handle, and the group joined with it. */
static enum err join(struct kafka_consumer *consumer, struct fault *fault)
{
    enum err err = open_handle(consumer, &consumer->common, fault);
    if (err)
        return err;
    (void)rd_kafka_poll_set_consumer(consumer->handle.rk);
    consumer->main = rd_kafka_queue_get_consumer(consumer->handle.rk);
    wake_on(consumer, consumer->main);
    return subscribe(consumer, fault);
}

static void leave(struct kafka_consumer *consumer)
{
    struct fault ignored;
    consumer->closing = true;
    if (consumer->lanes)
        close_lanes(consumer);
    if (consumer->main) {
        rd_kafka_queue_io_event_enable(consumer->main, -1, NULL, 0);
        rd_kafka_queue_destroy(consumer->main);
    }
    if (consumer->handle.rk && kafka_handle_fatal(&consumer->handle, &ignored)) {
        /* It refuses to close, and would wait for its lanes in vain. */
        (void)rd_kafka_assign(consumer->handle.rk, NULL);
        rd_kafka_destroy_flags(consumer->handle.rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    } else if (consumer->handle.rk) {
        send_commit(consumer);
        (void)rd_kafka_consumer_close(consumer->handle.rk);
        rd_kafka_destroy(consumer->handle.rk);
    }
    consumer->main = NULL;
    consumer->handle.rk = NULL;
    consumer->closing = consumer->committing = false;
}

enum err kafka_consumer_new(const struct kafka_common *common,
                            const struct kafka_consumer_options *options,
                            struct kafka_consumer **out, struct fault *fault)
{
    assert(options->partitions > 0 && options->topic_count > 0);
    struct kafka_consumer *consumer = memory_get(sizeof *consumer);
    consumer->options = *options;
    consumer->common = *common;
    consumer->handle.name = "consumer";
    consumer->to_commit = rd_kafka_topic_partition_list_new(0);
    consumer->lanes =
        memory_get(options->topic_count * options->partitions * sizeof *consumer->lanes);
    consumer->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum err err = consumer->wake < 0
                       ? fault_set(fault, ERR_IO, "kafka: eventfd: %s", strerror(errno))
                       : join(consumer, fault);
    if (err)
        kafka_consumer_free(consumer);
    else
        *out = consumer;
    return err;
}

void kafka_consumer_free(struct kafka_consumer *consumer)
{
    if (!consumer)
        return;
    leave(consumer);
    if (consumer->wake >= 0)
        (void)close(consumer->wake);
    rd_kafka_topic_partition_list_destroy(consumer->to_commit);
    free(consumer->lanes);
    free(consumer);
}

/* A handle that librdkafka gave up stays so; the group is joined with another one. */
static enum err renew(struct kafka_consumer *consumer, struct fault *fault)
{
    struct fault why = {""};
    if (consumer->handle.rk && !kafka_handle_fatal(&consumer->handle, &why))
        return ERR_OK;
    int64_t now = clock_monotonic_ms(&clock_machine);
    if (consumer->handle.rk) {
        log_line(LOG_WARNING, "kafka consumer starts anew", "client=%s detail=\"%s\"",
                 consumer->handle.name, why.text);
        consumer->options.taken(consumer->options.context, true);
        leave(consumer);
    }
    if (now < consumer->renew_ms)
        return fault_set(fault, ERR_UNREACHABLE, "kafka: the group is joined again in a moment");
    consumer->renew_ms = now + RENEW_AGAIN_MS;
    return join(consumer, fault);
}

enum err kafka_consumer_serve(struct kafka_consumer *consumer, struct fault *fault)
{
    rd_kafka_message_t *message;
    enum err err = renew(consumer, fault);
    if (err)
        return err;
    while ((message = rd_kafka_consumer_poll(consumer->handle.rk, 0))) {
        if (message->err)
            kafka_handle_warn(&consumer->handle, "kafka consumer",
                              message->rkt ? rd_kafka_topic_name(message->rkt) : "-",
                              message->partition, rd_kafka_message_errstr(message));
        else {
            /* Lanes have queues of their own; what comes here is of none. */
            consumer->strayed = true;
            kafka_handle_warn(&consumer->handle, "kafka record outside its lane",
                              rd_kafka_topic_name(message->rkt), message->partition,
                              "dropped, fetched again");
        }
        rd_kafka_message_destroy(message);
    }
    if (!consumer->committing && clock_monotonic_ms(&clock_machine) >= consumer->commit_from_ms)
        send_commit(consumer);
    return ERR_OK;
}

bool kafka_consumer_strayed(struct kafka_consumer *consumer)
{
    bool strayed = consumer->strayed;
    consumer->strayed = false;
    return strayed;
}

void kafka_consumer_wait(struct kafka_consumer *consumer, int timeout_ms)
{
    struct pollfd ready = {.fd = consumer->wake, .events = POLLIN};
    uint64_t count;
    (void)poll(&ready, 1, timeout_ms);
    ssize_t got = read(consumer->wake, &count, sizeof count);
    (void)got; /* EAGAIN: the wait ran out */
}

/* Separates the lane's queue from the group's BEFORE it is assigned: librdkafka then leaves it be,
 * and no message takes the common way. */
static enum err open_lane(struct kafka_consumer *consumer, const struct kafka_place *place,
                          struct fault *fault)
{
    const char *topic = consumer->options.topics[place->topic];
    rd_kafka_queue_t *queue =
        rd_kafka_queue_get_partition(consumer->handle.rk, topic, (int32_t)place->partition);
    if (!queue)
        return fault_set(fault, ERR_NOT_FOUND, "kafka: %s/%u is not there", topic,
                         place->partition);
    rd_kafka_queue_forward(queue, NULL);
    wake_on(consumer, queue);
    consumer->lanes[lane_index(consumer, place->topic, place->partition)] = queue;
    return ERR_OK;
}

static int64_t offset_of(int64_t offset)
{
    if (offset == KAFKA_FROM_START)
        return RD_KAFKA_OFFSET_BEGINNING;
    return offset < 0 ? RD_KAFKA_OFFSET_END : offset;
}

enum err kafka_consumer_assign(struct kafka_consumer *consumer, const struct kafka_place *places,
                               size_t count, struct fault *fault)
{
    enum err err = ERR_OK;
    rd_kafka_resp_err_t error;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    close_lanes(consumer);
    for (size_t i = 0; i < count && !err; i++) {
        err = open_lane(consumer, &places[i], fault);
        rd_kafka_topic_partition_list_add(list, consumer->options.topics[places[i].topic],
                                          (int32_t)places[i].partition)
            ->offset = offset_of(places[i].offset);
    }
    if (err)
        goto out;
    error = assign_and_settle(consumer, list);
    if (error)
        err = fault_set(fault, ERR_UNREACHABLE, "kafka: cannot assign %zu lanes: %s", count,
                        rd_kafka_err2str(error));
out:
    rd_kafka_topic_partition_list_destroy(list);
    return err;
}

size_t kafka_consumer_take(struct kafka_consumer *consumer, uint32_t topic, uint32_t partition,
                           struct kafka_message *out, size_t max, int64_t *end_offset)
{
    rd_kafka_message_t *batch[TAKE_MAX];
    rd_kafka_queue_t *queue = consumer->lanes[lane_index(consumer, topic, partition)];
    size_t taken = 0;
    *end_offset = -1;
    if (!queue || rd_kafka_queue_length(queue) == 0)
        return 0;
    ssize_t got = rd_kafka_consume_batch_queue(queue, 0, batch, max < TAKE_MAX ? max : TAKE_MAX);
    for (ssize_t i = 0; i < got; i++) {
        rd_kafka_message_t *message = batch[i];
        if (!message->err) {
            int64_t timestamp_ms = rd_kafka_message_timestamp(message, NULL);
            out[taken++] = (struct kafka_message){
                .handle = message,
                .offset = message->offset,
                .timestamp_ms = timestamp_ms < 0 ? 0 : timestamp_ms,
                .key = {message->key, message->key_len},
                .body = {message->payload, message->payload ? message->len : 0},
            };
            *end_offset = -1;
            continue;
        }
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            *end_offset = message->offset;
        else if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
            *end_offset = KAFKA_NOT_THERE;
        else
            kafka_consumer_warn(consumer, "kafka consumer", topic, partition,
                                rd_kafka_message_errstr(message));
        rd_kafka_message_destroy(message);
    }
    return taken;
}

void kafka_consumer_ends(struct kafka_consumer *consumer, uint32_t topic, uint32_t partition,
                         int64_t *first, int64_t *end)
{
    int64_t low = -1, high = -1;
    if (rd_kafka_get_watermark_offsets(consumer->handle.rk, consumer->options.topics[topic],
                                       (int32_t)partition, &low, &high))
        low = high = -1;
    *first = low < 0 ? 0 : low;
    *end = high < 0 ? -1 : high;
}

void kafka_message_done(struct kafka_message *message)
{
    if (message->handle)
        rd_kafka_message_destroy(message->handle);
    message->handle = NULL;
}

void kafka_consumer_commit(struct kafka_consumer *consumer, const struct kafka_place *places,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *topic = consumer->options.topics[places[i].topic];
        int32_t partition = (int32_t)places[i].partition;
        rd_kafka_topic_partition_t *one =
            rd_kafka_topic_partition_list_find(consumer->to_commit, topic, partition);
        if (!one)
            one = rd_kafka_topic_partition_list_add(consumer->to_commit, topic, partition);
        one->offset = places[i].offset;
    }
}

enum err kafka_consumer_committed(struct kafka_consumer *consumer, struct kafka_place *places,
                                  size_t count, int timeout_ms, struct fault *fault)
{
    enum err err = ERR_OK;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        (void)rd_kafka_topic_partition_list_add(list, consumer->options.topics[places[i].topic],
                                                (int32_t)places[i].partition);
    rd_kafka_resp_err_t error = rd_kafka_committed(consumer->handle.rk, list, timeout_ms);
    for (int i = 0; i < list->cnt && !error; i++)
        error = list->elems[i].err;
    if (error)
        err = fault_set(fault, kafka_err(error), "kafka group %s: cannot ask for its offsets: %s",
                        consumer->options.group, rd_kafka_err2str(error));
    for (size_t i = 0; i < count && !err; i++)
        places[i].offset = list->elems[i].offset;
    rd_kafka_topic_partition_list_destroy(list);
    return err;
}

void kafka_consumer_warn(struct kafka_consumer *consumer, const char *what, uint32_t topic,
                         uint32_t partition, const char *detail)
{
    kafka_handle_warn(&consumer->handle, what, consumer->options.topics[topic], (int32_t)partition,
                      detail);
}
