/* SPDX-License-Identifier: Apache-2.0
 *
 * Topics as a whole: are they there, do their partition counts agree, how far behind is the group.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/internal.h"

#define TOPIC_TEXT_MAX 256
#define ASK_MS         10000 /* for brokers to answer */
#define CREATE_MS      15000 /* for a created topic to show */
#define LAG_MS         5000

/* At the start a closed connection is what a listener that wants TLS or SASL answers with. */
static const struct kafka_property defaults[] = {{"log.connection.close", "true"}, {NULL, NULL}};

/* A consumer handle: unlike a producer's, its questions never create a topic. */
static enum err open_handle(struct kafka_handle *handle, const struct kafka_common *common,
                            const char *group, struct fault *fault)
{
    const struct kafka_property fixed[] = {
        {"enable.auto.commit", "false"}, {group ? "group.id" : NULL, group}, {NULL, NULL}};
    rd_kafka_conf_t *conf = NULL;
    enum err err = kafka_conf_new(common, defaults, fixed, &conf, fault);
    return err ? err : kafka_handle_open(handle, RD_KAFKA_CONSUMER, &conf, fault);
}

static void close_handle(struct kafka_handle *handle)
{
    if (handle->rk)
        rd_kafka_destroy_flags(handle->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

/* Partitions of one topic; 0 when it is not there. */
static enum err ask(struct kafka_handle *handle, const char *brokers, const char *topic,
                    int timeout_ms, uint32_t *count, struct fault *fault)
{
    enum err err = ERR_OK;
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(handle->rk, topic, NULL);
    if (!rkt)
        return fault_set(fault, ERR_CONFIG, "\"%s\" is no usable topic name: %s", topic,
                         rd_kafka_err2str(rd_kafka_last_error()));
    rd_kafka_resp_err_t error = rd_kafka_metadata(handle->rk, 0, rkt, &metadata, timeout_ms);
    if (error) {
        char question[TOPIC_TEXT_MAX + 128];
        (void)snprintf(question, sizeof question, "no answer about topic %s within %d s (%s)",
                       topic, timeout_ms / 1000, rd_kafka_err2str(error));
        err = kafka_handle_unanswered(handle, brokers, question, fault);
        goto out;
    }
    *count = 0;
    if (metadata->topic_cnt == 1 && !metadata->topics[0].err)
        *count = (uint32_t)metadata->topics[0].partition_cnt;
    else if (metadata->topic_cnt == 1 &&
             metadata->topics[0].err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
             metadata->topics[0].err != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
        err = fault_set(fault, kafka_err(metadata->topics[0].err), "kafka topic %s: %s", topic,
                        rd_kafka_err2str(metadata->topics[0].err));
out:
    if (metadata)
        rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(rkt);
    return err;
}

static enum err create_result(rd_kafka_event_t *event, const char *topic, struct fault *fault)
{
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
    const char *why = "no answer";
    size_t count = 0;
    if (event) {
        error = rd_kafka_event_error(event);
        why = rd_kafka_event_error_string(event);
    }
    const rd_kafka_CreateTopics_result_t *result =
        event && !error ? rd_kafka_event_CreateTopics_result(event) : NULL;
    const rd_kafka_topic_result_t **topics =
        result ? rd_kafka_CreateTopics_result_topics(result, &count) : NULL;
    if (count == 1) {
        error = rd_kafka_topic_result_error(topics[0]);
        why = rd_kafka_topic_result_error_string(topics[0]);
    }
    if (!error || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        return ERR_OK;
    return fault_set(fault, ERR_NOT_FOUND,
                     "kafka topic %s is not there and could not be created (%s): create it by "
                     "hand",
                     topic, why ? why : rd_kafka_err2str(error));
}

static enum err create(struct kafka_handle *handle, const char *topic, uint32_t partitions,
                       struct fault *fault)
{
    char why[512];
    enum err err = ERR_OK;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(handle->rk);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(handle->rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_event_t *event = NULL;
    /* Replication -1: as the brokers have it by default. */
    rd_kafka_NewTopic_t *wanted =
        rd_kafka_NewTopic_new(topic, (int)partitions, -1, why, sizeof why);
    if (!wanted) {
        err = fault_set(fault, ERR_CONFIG, "kafka topic \"%s\": %s", topic, why);
        goto out;
    }
    (void)rd_kafka_AdminOptions_set_request_timeout(options, ASK_MS, why, sizeof why);
    rd_kafka_CreateTopics(handle->rk, &wanted, 1, options, queue);
    event = rd_kafka_queue_poll(queue, ASK_MS + 1000);
    err = create_result(event, topic, fault);
    if (!err)
        log_line(LOG_INFO, "kafka topic created", "topic=%s partitions=%u", topic, partitions);
out:
    if (event)
        rd_kafka_event_destroy(event);
    if (wanted)
        rd_kafka_NewTopic_destroy(wanted);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    return err;
}

/* A created topic takes a moment to be known to every broker. */
static enum err wait_for(struct kafka_handle *handle, const char *brokers, const char *topic,
                         uint32_t *count, struct fault *fault)
{
    int64_t give_up_ms = clock_monotonic_ms(&clock_machine) + CREATE_MS;
    for (;;) {
        enum err err = ask(handle, brokers, topic, ASK_MS, count, fault);
        if (err || *count)
            return err;
        if (clock_monotonic_ms(&clock_machine) > give_up_ms)
            return fault_set(fault, ERR_TIMEOUT,
                             "kafka topic %s was created but does not show after %d s", topic,
                             CREATE_MS / 1000);
        (void)rd_kafka_poll(handle->rk, 100);
    }
}

/* The counts of those that are there must be one. */
static enum err compare(const char *const *topics, const uint32_t *counts, size_t count,
                        uint32_t *common_count, struct fault *fault)
{
    size_t first = count;
    *common_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!counts[i])
            continue;
        if (first == count)
            first = i;
        if (counts[i] != counts[first])
            return fault_set(fault, ERR_INCOMPATIBLE,
                             "topic %s has %u partitions, %s %u: household-keyed topics need "
                             "equal counts",
                             topics[i], counts[i], topics[first], counts[first]);
        *common_count = counts[first];
    }
    return ERR_OK;
}

enum err kafka_topics_check(const struct kafka_common *common, const char *const *topics,
                            size_t count, uint32_t want, uint32_t *partitions, struct fault *fault)
{
    struct kafka_handle handle = {.name = "topics"};
    uint32_t *counts = memory_get(count * sizeof *counts), there = 0;
    enum err err = open_handle(&handle, common, NULL, fault);
    for (size_t i = 0; i < count && !err; i++)
        err = ask(&handle, common->brokers, topics[i], ASK_MS, &counts[i], fault);
    if (!err)
        err = compare(topics, counts, count, &there, fault);
    for (size_t i = 0; i < count && !err; i++) {
        if (counts[i])
            continue;
        if (!want) {
            err = fault_set(fault, ERR_NOT_FOUND, "kafka topic %s is not there: create it",
                            topics[i]);
            break;
        }
        /* A new one beside old ones must have their count. */
        err = create(&handle, topics[i], there ? there : want, fault);
        if (!err)
            err = wait_for(&handle, common->brokers, topics[i], &counts[i], fault);
    }
    if (!err)
        err = compare(topics, counts, count, &there, fault);
    if (!err)
        *partitions = there;
    close_handle(&handle);
    free(counts);
    return err;
}

static int64_t lag_of(struct kafka_handle *handle, const char *topic,
                      const rd_kafka_topic_partition_list_t *list)
{
    int64_t lag = 0;
    for (int i = 0; i < list->cnt; i++) {
        int64_t low, high, at = list->elems[i].offset;
        if (list->elems[i].err ||
            rd_kafka_query_watermark_offsets(handle->rk, topic, list->elems[i].partition, &low,
                                             &high, LAG_MS))
            return -1;
        if (at < low)
            at = low;
        lag += high > at ? high - at : 0;
    }
    return lag;
}

int64_t kafka_group_lag(const struct kafka_common *common, const char *group, const char *topic,
                        uint32_t partitions)
{
    struct kafka_handle handle = {.name = "lag"};
    int64_t lag = -1;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)partitions);
    for (uint32_t i = 0; i < partitions; i++)
        (void)rd_kafka_topic_partition_list_add(list, topic, (int32_t)i);
    if (open_handle(&handle, common, group, NULL))
        goto out;
    if (!rd_kafka_committed(handle.rk, list, LAG_MS))
        lag = lag_of(&handle, topic, list);
out:
    rd_kafka_topic_partition_list_destroy(list);
    close_handle(&handle);
    return lag;
}
