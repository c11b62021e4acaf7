/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/producer.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/internal.h"

#define SEND_WAIT_MAX_MS 60000

struct failure {
    void *token;
    enum err err;
};

struct kafka_producer {
    struct kafka_handle handle; /* first: the opaque of callbacks */
    struct kafka_common common;
    struct kafka_producer_options options;
    bool silent;   /* being freed: nobody is told */
    bool renewing; /* told of what the old handle had: a callback may push */
    /* Refused before they were queued; told at the next poll. */
    struct failure *failures;
    size_t failure_count, failure_room;
    enum err failed; /* the first one since the last flush, without a callback */
};

static void tell(struct kafka_producer *producer, void *token, enum err err, uint32_t partition,
                 int64_t offset)
{
    if (producer->silent)
        return;
    if (err && !producer->failed)
        producer->failed = err;
    if (producer->options.sent)
        producer->options.sent(producer->options.context, token, err, partition, offset);
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    (void)rk;
    struct kafka_producer *producer = opaque;
    struct kafka_counts *counts = producer->silent ? NULL : producer->common.counts;
    enum err err = kafka_err(message->err);
    if (counts)
        metric_add_shared(err ? &counts->failed : &counts->delivered, 1);
    if (counts && !err)
        metric_observe_shared(&counts->delivery, rd_kafka_message_latency(message) * 1000);
    tell(producer, message->_private, err, (uint32_t)message->partition,
         err ? -1 : message->offset);
}

static enum err open_handle(struct kafka_producer *producer, struct fault *fault)
{
    static const struct kafka_property defaults[] = {
        {"linger.ms", "5"},
        {"compression.type", "lz4"},
        /* Bounds what a dead broker can pile up in memory. */
        {"queue.buffering.max.messages", "100000"},
        {"queue.buffering.max.kbytes", "65536"},
        {NULL, NULL},
    };
    char timeout[24];
    int64_t timeout_ms = producer->options.delivery_timeout_ms;
    (void)snprintf(timeout, sizeof timeout, "%lld",
                   timeout_ms > 0 ? (long long)timeout_ms : 300000LL);
    /* One request at a time: a broker takes whatever number comes first of a producer that a
     * partition knows nothing of, and the refused one before it is then told as a duplicate that
     * stands in the log (docs/decisions/0024-one-request-in-flight.md). */
    const struct kafka_property fixed[] = {
        {"enable.idempotence", "true"},
        {"acks", "all"},
        {"max.in.flight.requests.per.connection", "1"},
        {"partitioner", "murmur2_random"},
        {"message.timeout.ms", timeout},
        {"delivery.report.only.error", "false"},
        {NULL, NULL},
    };
    rd_kafka_conf_t *conf = NULL;
    enum err err = kafka_conf_new(&producer->common, defaults, fixed, &conf, fault);
    if (err)
        return err;
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    return kafka_handle_open(&producer->handle, RD_KAFKA_PRODUCER, &conf, fault);
}

enum err kafka_producer_open(const struct kafka_common *common,
                             const struct kafka_producer_options *options,
                             struct kafka_producer **out, struct fault *fault)
{
    struct kafka_producer *producer = memory_get(sizeof *producer);
    producer->common = *common;
    producer->options = *options;
    producer->handle.name = options->name;
    enum err err = open_handle(producer, fault);
    if (err)
        kafka_producer_free(producer);
    else
        *out = producer;
    return err;
}

enum err kafka_producer_new(const struct kafka_common *common, struct kafka_producer **out,
                            struct fault *fault)
{
    return kafka_producer_open(common, &(struct kafka_producer_options){.name = "producer"}, out,
                               fault);
}

static void tell_failures(struct kafka_producer *producer)
{
    /* The callback may push again, and so add to the list. */
    size_t count = producer->failure_count;
    for (size_t i = 0; i < count; i++) {
        struct failure failure = producer->failures[i];
        tell(producer, failure.token, failure.err, 0, -1);
    }
    producer->failure_count -= count;
    for (size_t i = 0; i < producer->failure_count; i++)
        producer->failures[i] = producer->failures[i + count];
}

static void fail_later(struct kafka_producer *producer, void *token, enum err err)
{
    if (producer->failure_count == producer->failure_room) {
        producer->failure_room = producer->failure_room ? producer->failure_room * 2 : 16;
        producer->failures =
            memory_grow(producer->failures, producer->failure_room * sizeof *producer->failures);
    }
    producer->failures[producer->failure_count++] = (struct failure){token, err};
}

/* An idempotent producer that lost its place gives up for good; a new one goes on. What was under
 * way is reported as failed, all of it, and whoever owns it sends it again. */
static enum err renew(struct kafka_producer *producer, struct fault *fault)
{
    struct fault why = {0};
    enum err err = kafka_handle_fatal(&producer->handle, &why);
    if (!err)
        return ERR_OK;
    log_line(LOG_WARNING, "kafka producer starts anew", "client=%s detail=\"%s\"",
             producer->handle.name, why.text);
    producer->renewing = true;
    (void)rd_kafka_purge(producer->handle.rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (rd_kafka_outq_len(producer->handle.rk) > 0)
        (void)rd_kafka_flush(producer->handle.rk, 1000);
    producer->renewing = false;
    rd_kafka_destroy(producer->handle.rk);
    producer->handle.rk = NULL;
    return open_handle(producer, fault);
}

static rd_kafka_resp_err_t produce(struct kafka_producer *producer,
                                   const struct kafka_outgoing *outgoing)
{
    rd_kafka_headers_t *headers = NULL;
    if (outgoing->header_count) {
        headers = rd_kafka_headers_new(outgoing->header_count);
        for (size_t i = 0; i < outgoing->header_count; i++)
            (void)rd_kafka_header_add(headers, outgoing->headers[i].name, -1,
                                      outgoing->headers[i].value.at,
                                      (ssize_t)outgoing->headers[i].value.bytes);
    }
    /* librdkafka copies, but its pointers are not const. */
    union {
        const char *in;
        void *out;
    } key = {outgoing->key.bytes ? outgoing->key.at : NULL},
      body = {outgoing->body.at ? outgoing->body.at : ""};
    rd_kafka_resp_err_t error = rd_kafka_producev(
        producer->handle.rk, RD_KAFKA_V_TOPIC(outgoing->topic),
        RD_KAFKA_V_KEY(key.out, outgoing->key.bytes),
        RD_KAFKA_V_VALUE(body.out, outgoing->body.bytes), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_TIMESTAMP(outgoing->timestamp_ms), RD_KAFKA_V_OPAQUE(outgoing->token),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (error && headers)
        rd_kafka_headers_destroy(headers);
    return error;
}

enum err kafka_producer_push(struct kafka_producer *producer, const struct kafka_outgoing *outgoing,
                             struct fault *fault)
{
    if (producer->renewing)
        return fault_set(fault, ERR_BUSY, "kafka topic %s: the producer starts anew",
                         outgoing->topic);
    if (!producer->handle.rk) {
        enum err err = open_handle(producer, fault);
        if (err)
            return err;
    }
    rd_kafka_resp_err_t error = produce(producer, outgoing);
    if (error == RD_KAFKA_RESP_ERR__FATAL) {
        enum err err = renew(producer, fault);
        if (err)
            return err;
        error = produce(producer, outgoing);
    }
    enum err err = kafka_err(error);
    if (err == ERR_BUSY)
        return fault_set(fault, ERR_BUSY, "kafka topic %s: the queue to the broker is full",
                         outgoing->topic);
    if (err && err_disposition(err) == DISPOSITION_REJECT) {
        fail_later(producer, outgoing->token, err);
        return ERR_OK;
    }
    if (err)
        return fault_set(fault, err, "kafka topic %s: %s", outgoing->topic,
                         rd_kafka_err2str(error));
    return ERR_OK;
}

enum err kafka_producer_send(struct kafka_producer *producer, const char *topic, struct text key,
                             struct text body, int64_t timestamp_ms, struct fault *fault)
{
    const struct kafka_outgoing outgoing = {
        .topic = topic, .key = key, .body = body, .timestamp_ms = timestamp_ms};
    int64_t give_up_ms = clock_monotonic_ms(&clock_machine) + SEND_WAIT_MAX_MS;
    enum err err;
    while ((err = kafka_producer_push(producer, &outgoing, fault)) == ERR_BUSY) {
        kafka_producer_poll(producer, 100);
        if (clock_monotonic_ms(&clock_machine) > give_up_ms)
            return fault_set(fault, ERR_TIMEOUT,
                             "kafka topic %s: the queue to the broker stayed full for %d s; is it "
                             "there?",
                             topic, SEND_WAIT_MAX_MS / 1000);
    }
    return err;
}

void kafka_producer_poll(struct kafka_producer *producer, int timeout_ms)
{
    if (producer->failure_count)
        timeout_ms = 0;
    tell_failures(producer);
    if (producer->handle.rk)
        (void)rd_kafka_poll(producer->handle.rk, timeout_ms);
}

enum err kafka_producer_flush(struct kafka_producer *producer, int timeout_ms, struct fault *fault)
{
    tell_failures(producer);
    if (producer->handle.rk && rd_kafka_flush(producer->handle.rk, timeout_ms))
        return fault_set(fault, ERR_TIMEOUT, "kafka: %d messages still not delivered after %d ms",
                         rd_kafka_outq_len(producer->handle.rk), timeout_ms);
    enum err failed = producer->failed;
    producer->failed = ERR_OK;
    if (!failed || producer->options.sent)
        return ERR_OK;
    /* Given up is not under way: whoever waits on would next find nothing left, and take it for
     * delivered. */
    return fault_set(fault, failed == ERR_TIMEOUT ? ERR_UNREACHABLE : failed,
                     "kafka: a message was not delivered: %s", err_text(failed));
}

void kafka_producer_free(struct kafka_producer *producer)
{
    if (!producer)
        return;
    producer->silent = true;
    if (producer->handle.rk) {
        (void)rd_kafka_purge(producer->handle.rk,
                             RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        (void)rd_kafka_flush(producer->handle.rk, 1000);
        rd_kafka_destroy(producer->handle.rk);
    }
    free(producer->failures);
    free(producer);
}
