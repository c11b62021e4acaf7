/* SPDX-License-Identifier: Apache-2.0
 *
 * kafka_reader: librdkafka's simple consumer, which needs no group (and no right to one). All
 * partitions share one queue.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/ends.h"
#include "kafka/internal.h"

#define READ_MAX       500
#define ASK_MS         1000 /* for metadata and ends, within one poll */
#define ASK_AT_OPEN_MS 3000
#define WHOLE_POLL_MS  100
#define WHOLE_IDLE_MS  10000

_Static_assert(KAFKA_FROM_TAIL(7) == RD_KAFKA_OFFSET_TAIL(7), "as the library says it");

struct part {
    int64_t next; /* -1 until known */
    bool started, at_end;
    bool gone; /* next is not in the log */
};

struct kafka_reader {
    struct kafka_handle handle; /* first: the opaque of callbacks */
    char *topic;
    int32_t only;
    int64_t from;
    rd_kafka_topic_t *rkt;
    rd_kafka_queue_t *queue;
    struct kafka_ends *ends;
    struct part *parts; /* [part_count]; of all, or the only one */
    int32_t part_count;
    bool started;
};

static int32_t part_number(const struct kafka_reader *reader, int32_t index)
{
    return reader->only >= 0 ? reader->only : index;
}

/* How many partitions there are; asks the brokers. */
static enum err find_parts(struct kafka_reader *reader, int timeout_ms, struct fault *fault)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t error =
        rd_kafka_metadata(reader->handle.rk, 0, reader->rkt, &metadata, timeout_ms);
    int32_t count = 0;
    if (!error && metadata->topic_cnt == 1) {
        error = metadata->topics[0].err;
        count = metadata->topics[0].partition_cnt;
    }
    if (metadata)
        rd_kafka_metadata_destroy(metadata);
    if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || (!error && count == 0))
        return fault_set(fault, ERR_NOT_FOUND, "kafka topic %s is not there: create it",
                         reader->topic);
    if (error)
        return fault_set(fault, ERR_UNREACHABLE, "kafka topic %s: %s", reader->topic,
                         rd_kafka_err2str(error));
    reader->part_count = count;
    reader->parts = memory_get((size_t)count * sizeof *reader->parts);
    return ERR_OK;
}

/* "From the end" means the end as it is now, not when the first fetch happens to be made. */
static enum err find_offset(struct kafka_reader *reader, int32_t part, int timeout_ms,
                            int64_t *offset, struct fault *fault)
{
    struct kafka_end end = {reader->topic, (uint32_t)part, -1};
    *offset = reader->from == KAFKA_FROM_START ? RD_KAFKA_OFFSET_BEGINNING : reader->from;
    if (reader->from != KAFKA_FROM_END)
        return ERR_OK;
    enum err err = kafka_ends_ask(reader->ends, KAFKA_FROM_END, &end, 1, timeout_ms, fault);
    if (!err)
        *offset = end.offset;
    return err;
}

static enum err start(struct kafka_reader *reader, int timeout_ms, struct fault *fault)
{
    enum err err = ERR_OK;
    int64_t give_up_ms = clock_monotonic_ms(&clock_machine) + timeout_ms;
    if (!reader->parts && reader->only >= 0) {
        reader->part_count = 1;
        reader->parts = memory_get(sizeof *reader->parts);
    }
    if (!reader->parts)
        err = find_parts(reader, timeout_ms, fault);
    assert(err || reader->parts);
    for (int32_t i = 0; i < reader->part_count && !err; i++) {
        if (reader->parts[i].started)
            continue;
        int64_t left_ms = give_up_ms - clock_monotonic_ms(&clock_machine), offset;
        int32_t part = part_number(reader, i);
        err = find_offset(reader, part, left_ms > 100 ? (int)left_ms : 100, &offset, fault);
        if (err)
            break;
        if (rd_kafka_consume_start_queue(reader->rkt, part, offset, reader->queue)) {
            err = fault_set(fault, ERR_UNREACHABLE, "kafka topic %s/%d: %s", reader->topic, part,
                            rd_kafka_err2str(rd_kafka_last_error()));
            break;
        }
        reader->parts[i] = (struct part){.next = offset < 0 ? -1 : offset, .started = true};
    }
    reader->started = !err;
    return err;
}

static enum err open_handle(struct kafka_reader *reader, const struct kafka_common *common,
                            struct fault *fault)
{
    static const struct kafka_property defaults[] = {
        {"isolation.level", "read_committed"},  {"fetch.wait.max.ms", "50"},
        {"fetch.queue.backoff.ms", "20"},       {"queued.min.messages", "10000"},
        {"queued.max.messages.kbytes", "8192"}, {NULL, NULL},
    };
    static const struct kafka_property fixed[] = {
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"enable.partition.eof", "true"},
        {"auto.offset.reset", "error"}, /* judged by us */
        {NULL, NULL},
    };
    rd_kafka_conf_t *conf = NULL;
    enum err err = kafka_conf_new(common, defaults, fixed, &conf, fault);
    if (err)
        return err;
    return kafka_handle_open(&reader->handle, RD_KAFKA_CONSUMER, &conf, fault);
}

enum err kafka_reader_new(const struct kafka_common *common, const char *topic,
                          int32_t only_partition, int64_t offset, struct kafka_reader **out,
                          struct fault *fault)
{
    struct kafka_reader *reader = memory_get(sizeof *reader);
    struct fault later;
    reader->handle.name = "reader";
    reader->ends = kafka_ends_new(common);
    reader->topic = memory_text(text_of(topic));
    reader->only = only_partition;
    reader->from = offset;
    enum err err = open_handle(reader, common, fault);
    if (err)
        goto out;
    reader->rkt = rd_kafka_topic_new(reader->handle.rk, topic, NULL);
    if (!reader->rkt) {
        err = fault_set(fault, ERR_CONFIG, "kafka topic \"%s\": %s", topic,
                        rd_kafka_err2str(rd_kafka_last_error()));
        goto out;
    }
    reader->queue = rd_kafka_queue_new(reader->handle.rk);
    /* Where the end is must be known now; without brokers it is where they are met again. */
    if (offset == KAFKA_FROM_END && start(reader, ASK_AT_OPEN_MS, &later))
        kafka_handle_warn(&reader->handle, "kafka reader waits", topic, only_partition, later.text);
out:
    if (err)
        kafka_reader_free(reader);
    else
        *out = reader;
    return err;
}

static void read_one(struct kafka_reader *reader, const rd_kafka_message_t *message,
                     kafka_record_fn *each, void *context)
{
    int32_t index = reader->only >= 0 ? 0 : message->partition;
    struct part *part = index >= 0 && index < reader->part_count ? &reader->parts[index] : NULL;
    if (reader->only >= 0 && message->partition != reader->only)
        return; /* of the partition before, still in the queue */
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF && part) {
        part->at_end = true;
        return;
    }
    if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET && part) {
        part->gone = true;
        part->at_end = false;
        return;
    }
    if (message->err || !part) {
        kafka_handle_warn(&reader->handle, "kafka reader", reader->topic, message->partition,
                          rd_kafka_message_errstr(message));
        return;
    }
    if (part->next >= 0 && message->offset < part->next) {
        kafka_handle_warn(&reader->handle, "kafka offsets went back", reader->topic,
                          message->partition, "record skipped");
        return;
    }
    part->next = message->offset + 1;
    int64_t timestamp_ms = rd_kafka_message_timestamp(message, NULL);
    const struct kafka_record record = {
        .partition = (uint32_t)message->partition,
        .offset = message->offset,
        .timestamp_ms = timestamp_ms < 0 ? 0 : timestamp_ms,
        .key = {message->key, message->key_len},
        .body = {message->payload, message->payload ? message->len : 0},
        .message = message,
    };
    each(context, &record);
}

bool kafka_record_header(const struct kafka_record *record, const char *name, struct text *out)
{
    const rd_kafka_message_t *message = record->message;
    rd_kafka_headers_t *headers = NULL;
    const void *value = NULL;
    size_t bytes = 0;
    if (!message || rd_kafka_message_headers(message, &headers) ||
        rd_kafka_header_get_last(headers, name, &value, &bytes) || !value)
        return false;
    *out = (struct text){value, bytes};
    return true;
}

/* Until that succeeds the part stays gone. */
static enum err start_again(struct kafka_reader *reader, int32_t index, int64_t offset,
                            struct fault *fault)
{
    int32_t number = part_number(reader, index);
    (void)rd_kafka_consume_stop(reader->rkt, number);
    if (rd_kafka_consume_start_queue(
            reader->rkt, number, offset < 0 ? RD_KAFKA_OFFSET_BEGINNING : offset, reader->queue))
        return fault_set(fault, ERR_UNREACHABLE, "kafka topic %s/%d: %s", reader->topic, number,
                         rd_kafka_err2str(rd_kafka_last_error()));
    reader->parts[index].next = offset;
    reader->parts[index].gone = false;
    return ERR_OK;
}

/* Where it was to go on is not in the log: below it, or above it. */
static enum err judge(struct kafka_reader *reader, int32_t index, struct fault *fault)
{
    int64_t next = reader->parts[index].next;
    int32_t number = part_number(reader, index);
    struct kafka_end low = {reader->topic, (uint32_t)number, next}, high = low;
    enum err err = ERR_OK;
    if (next >= 0)
        err = kafka_ends_ask(reader->ends, KAFKA_FROM_START, &low, 1, ASK_MS, fault);
    if (!err && next >= 0)
        err = kafka_ends_ask(reader->ends, KAFKA_FROM_END, &high, 1, ASK_MS, fault);
    if (err)
        return err;
    bool inside = next >= low.offset && next <= high.offset;
    err = start_again(reader, index, inside ? next : low.offset, fault);
    if (err || inside)
        return err;
    if (next > high.offset)
        return fault_set(fault, ERR_END,
                         "kafka topic %s/%d ends at %lld, before %lld: it was made anew, or cut",
                         reader->topic, number, (long long)high.offset, (long long)next);
    log_line(LOG_ERROR, "messages lost before they were read",
             "topic=%s partition=%d from=%lld to=%lld remedy=\"retention took them; keep more of "
             "the topic\"",
             reader->topic, number, (long long)next, (long long)low.offset - 1);
    return ERR_OK;
}

enum err kafka_reader_poll(struct kafka_reader *reader, int timeout_ms, kafka_record_fn *each,
                           void *context, bool *at_end, struct fault *fault)
{
    rd_kafka_message_t *batch[READ_MAX];
    *at_end = false;
    (void)rd_kafka_poll(reader->handle.rk, 0);
    if (!reader->started) {
        enum err err = start(reader, timeout_ms < ASK_MS ? ASK_MS : timeout_ms, fault);
        if (err)
            return err;
    }
    for (int32_t i = 0; i < reader->part_count; i++) {
        enum err err = reader->parts[i].gone ? judge(reader, i, fault) : ERR_OK;
        if (err)
            return err;
    }
    ssize_t got = rd_kafka_consume_batch_queue(reader->queue, timeout_ms, batch, READ_MAX);
    for (ssize_t i = 0; i < got; i++) {
        read_one(reader, batch[i], each, context);
        rd_kafka_message_destroy(batch[i]);
    }
    bool all = true;
    for (int32_t i = 0; i < reader->part_count; i++)
        all = all && reader->parts[i].at_end;
    *at_end = all;
    return kafka_handle_fatal(&reader->handle, fault);
}

static void stop_parts(const struct kafka_reader *reader)
{
    for (int32_t i = 0; i < reader->part_count; i++)
        if (reader->parts[i].started)
            (void)rd_kafka_consume_stop(reader->rkt, part_number(reader, i));
}

void kafka_reader_free(struct kafka_reader *reader)
{
    if (!reader)
        return;
    stop_parts(reader);
    if (reader->queue)
        rd_kafka_queue_destroy(reader->queue);
    if (reader->rkt)
        rd_kafka_topic_destroy(reader->rkt);
    if (reader->handle.rk)
        rd_kafka_destroy(reader->handle.rk);
    kafka_ends_free(reader->ends);
    free(reader->parts);
    free(reader->topic);
    free(reader);
}

struct whole_pass {
    const struct kafka_whole *whole;
    int64_t heard_ms; /* monotonic: the last record */
};

static void whole_record(void *context, const struct kafka_record *record)
{
    struct whole_pass *pass = context;
    pass->whole->each(pass->whole->context, record->body, record->offset);
    pass->heard_ms = clock_monotonic_ms(&clock_machine);
}

/* A reader of one partition goes on to another. */
static void aim(struct kafka_reader *reader, int32_t partition, int64_t from)
{
    stop_parts(reader);
    reader->only = partition;
    reader->from = from;
    reader->parts[0] = (struct part){0};
    reader->started = false;
}

enum err kafka_read_whole(const struct kafka_common *common, const struct kafka_whole *whole,
                          struct kafka_reader **kept, struct fault *fault)
{
    struct whole_pass pass = {whole, clock_monotonic_ms(&clock_machine)};
    int32_t partition = (int32_t)whole->partition;
    int64_t from = whole->from > 0 ? whole->from : KAFKA_FROM_START;
    struct kafka_reader *reader = *kept;
    enum err err = ERR_OK;
    bool at_end = false;
    *kept = NULL;
    if (reader)
        aim(reader, partition, from);
    else
        err = kafka_reader_new(common, whole->topic, partition, from, &reader, fault);
    while (!err && !at_end && !atomic_load(whole->stopping)) {
        err = kafka_reader_poll(reader, WHOLE_POLL_MS, whole_record, &pass, &at_end, fault);
        if (!err && !at_end && clock_monotonic_ms(&clock_machine) - pass.heard_ms > WHOLE_IDLE_MS)
            err = fault_set(fault, ERR_TIMEOUT,
                            "%s, partition %u: neither an event nor its end within %d s",
                            whole->topic, whole->partition, WHOLE_IDLE_MS / 1000);
    }
    if (!err && !at_end)
        err = fault_set(fault, ERR_TIMEOUT, "ending before %s was read", whole->topic);
    if (err)
        kafka_reader_free(reader);
    else
        *kept = reader;
    return err;
}
