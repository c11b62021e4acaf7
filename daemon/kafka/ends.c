/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/ends.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kafka/internal.h"

struct kafka_ends {
    struct kafka_handle handle; /* first: the opaque of callbacks */
    struct kafka_common common;
};

struct kafka_ends *kafka_ends_new(const struct kafka_common *common)
{
    struct kafka_ends *ends = memory_get(sizeof *ends);
    ends->handle.name = "ends";
    ends->common = *common;
    return ends;
}

void kafka_ends_free(struct kafka_ends *ends)
{
    if (ends && ends->handle.rk)
        rd_kafka_destroy(ends->handle.rk);
    free(ends);
}

static enum err open_handle(struct kafka_ends *ends, struct fault *fault)
{
    static const struct kafka_property defaults[] = {
        {"isolation.level", "read_committed"},
        {"fetch.wait.max.ms", "10"}, /* an empty fetch is the answer */
        {NULL, NULL},
    };
    static const struct kafka_property fixed[] = {
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"enable.partition.eof", "true"},
        {"auto.offset.reset", "error"},
        {NULL, NULL},
    };
    rd_kafka_conf_t *conf = NULL;
    enum err err = kafka_conf_new(&ends->common, defaults, fixed, &conf, fault);
    return err ? err : kafka_handle_open(&ends->handle, RD_KAFKA_CONSUMER, &conf, fault);
}

/* The first message of a log that is read from there, or its end, stands at the answer. */
static enum err note(const rd_kafka_message_t *message, struct kafka_end *at, size_t count,
                     size_t *missing, struct fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        if (!message->rkt || (int32_t)at[i].partition != message->partition ||
            strcmp(at[i].topic, rd_kafka_topic_name(message->rkt)) != 0)
            continue;
        if (message->err && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)
            return fault_set(fault, kafka_err(message->err), "kafka topic %s/%u: %s", at[i].topic,
                             at[i].partition, rd_kafka_message_errstr(message));
        if (at[i].offset < 0) {
            at[i].offset = message->offset;
            --*missing;
        }
    }
    return ERR_OK;
}

static enum err wait_for(rd_kafka_queue_t *queue, struct kafka_end *at, size_t count,
                         int timeout_ms, struct fault *fault)
{
    int64_t give_up_ms = clock_monotonic_ms(&clock_machine) + timeout_ms;
    size_t missing = count;
    enum err err = ERR_OK;
    while (missing && !err) {
        int64_t left_ms = give_up_ms - clock_monotonic_ms(&clock_machine);
        rd_kafka_message_t *message =
            left_ms > 0 ? rd_kafka_consume_queue(queue, (int)left_ms) : NULL;
        if (message) {
            err = note(message, at, count, &missing, fault);
            rd_kafka_message_destroy(message);
        } else if (left_ms <= 0) {
            err = fault_set(fault, ERR_TIMEOUT, "kafka: where %zu of %zu logs end was not heard",
                            missing, count);
        }
    }
    return err;
}

enum err kafka_ends_ask(struct kafka_ends *ends, int64_t which, struct kafka_end *at, size_t count,
                        int timeout_ms, struct fault *fault)
{
    rd_kafka_topic_t *topics[KAFKA_ENDS_MAX];
    assert(count <= KAFKA_ENDS_MAX);
    enum err err = ends->handle.rk ? ERR_OK : open_handle(ends, fault);
    if (err)
        return err;
    (void)rd_kafka_poll(ends->handle.rk, 0);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(ends->handle.rk);
    size_t started = 0;
    for (; started < count && !err; started++) {
        at[started].offset = -1;
        topics[started] = rd_kafka_topic_new(ends->handle.rk, at[started].topic, NULL);
        if (topics[started] &&
            !rd_kafka_consume_start_queue(
                topics[started], (int32_t)at[started].partition,
                which == KAFKA_FROM_START ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END, queue))
            continue;
        err = fault_set(fault, ERR_UNREACHABLE, "kafka topic %s/%u: %s", at[started].topic,
                        at[started].partition, rd_kafka_err2str(rd_kafka_last_error()));
        if (topics[started])
            rd_kafka_topic_destroy(topics[started]);
        break;
    }
    if (!err)
        err = wait_for(queue, at, count, timeout_ms, fault);
    for (size_t i = 0; i < started; i++) {
        (void)rd_kafka_consume_stop(topics[i], (int32_t)at[i].partition);
        rd_kafka_topic_destroy(topics[i]);
    }
    rd_kafka_queue_destroy(queue);
    return err;
}
