/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes, deletes and trims topics of a Kafka, and returns when all brokers of it agree. Usage:
 *   topics BROKERS [-X PROPERTY=VALUE]... [-p PARTITIONS] [-r REPLICAS] [-c CONFIG=VALUE]...
 *       create TOPIC... | delete TOPIC... | trim TOPIC PARTITION OFFSET
 */
#include <getopt.h>
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define ANSWER_MS   30000
#define SHOWN_MS    30000
#define TOPICS_MAX  64
#define CONFIGS_MAX 16

struct order {
    rd_kafka_t *rk;
    int partitions, replicas;
    char *configs[CONFIGS_MAX];
    int config_count;
    char **topics;
    size_t topic_count;
};

static int usage(void)
{
    (void)fprintf(stderr, "usage: topics BROKERS [-X PROPERTY=VALUE]... [-p PARTITIONS] "
                          "[-r REPLICAS] [-c CONFIG=VALUE]...\n"
                          "    create TOPIC... | delete TOPIC... | trim TOPIC PARTITION OFFSET\n");
    return 2;
}

static int fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "topics: %s: %s\n", what, why);
    return 1;
}

/* "name=value", cut in place; NULL: there is no value. */
static char *value_of(char *pair)
{
    char *value = strchr(pair, '=');
    if (value)
        *value++ = '\0';
    return value;
}

/* 1 when the topic is there with a leader for each partition, 0 when it is not there at all. */
static int shown(rd_kafka_t *rk, const char *topic)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
    int found = -1;
    if (rkt && !rd_kafka_metadata(rk, 0, rkt, &metadata, ANSWER_MS) && metadata->topic_cnt == 1) {
        const struct rd_kafka_metadata_topic *one = &metadata->topics[0];
        found = one->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ? 0 : one->partition_cnt > 0;
        for (int i = 0; i < one->partition_cnt; i++)
            if (one->partitions[i].leader < 0)
                found = -1;
    }
    if (metadata)
        rd_kafka_metadata_destroy(metadata);
    if (rkt)
        rd_kafka_topic_destroy(rkt);
    return found;
}

static int wait_until(const struct order *order, int wanted)
{
    int64_t give_up_ms = clock_monotonic_ms(&clock_machine) + SHOWN_MS;
    for (size_t i = 0; i < order->topic_count; i++) {
        while (shown(order->rk, order->topics[i]) != wanted) {
            if (clock_monotonic_ms(&clock_machine) > give_up_ms)
                return fail(order->topics[i], wanted ? "does not show" : "does not go away");
            (void)rd_kafka_poll(order->rk, 50);
        }
    }
    return 0;
}

static int topics_result(const rd_kafka_topic_result_t **results, size_t count)
{
    int status = 0;
    for (size_t i = 0; i < count; i++)
        if (rd_kafka_topic_result_error(results[i]))
            status = fail(rd_kafka_topic_result_name(results[i]),
                          rd_kafka_topic_result_error_string(results[i]));
    return status;
}

static int result(rd_kafka_event_t *event)
{
    size_t count = 0;
    if (!event)
        return fail("kafka", "no answer");
    if (rd_kafka_event_error(event))
        return fail("kafka", rd_kafka_event_error_string(event));
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_CREATETOPICS_RESULT) {
        const rd_kafka_CreateTopics_result_t *made = rd_kafka_event_CreateTopics_result(event);
        const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(made, &count);
        return topics_result(results, count);
    }
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DELETETOPICS_RESULT) {
        const rd_kafka_DeleteTopics_result_t *gone = rd_kafka_event_DeleteTopics_result(event);
        const rd_kafka_topic_result_t **results = rd_kafka_DeleteTopics_result_topics(gone, &count);
        return topics_result(results, count);
    }
    const rd_kafka_topic_partition_list_t *cut =
        rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event));
    return cut->cnt == 1 && !cut->elems[0].err ? 0
                                               : fail("trim", rd_kafka_err2str(cut->elems[0].err));
}

static int finish(rd_kafka_queue_t *queue)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, ANSWER_MS);
    int status = result(event);
    if (event)
        rd_kafka_event_destroy(event);
    return status;
}

static int create(const struct order *order, rd_kafka_queue_t *queue)
{
    rd_kafka_NewTopic_t *wanted[TOPICS_MAX];
    char why[256];
    size_t count = 0;
    int status = 0;
    for (; count < order->topic_count && !status; count++) {
        wanted[count] = rd_kafka_NewTopic_new(order->topics[count], order->partitions,
                                              order->replicas, why, sizeof why);
        if (!wanted[count])
            return fail(order->topics[count], why);
        for (int i = 0; i < order->config_count; i++)
            if (rd_kafka_NewTopic_set_config(wanted[count], order->configs[i],
                                             order->configs[i] + strlen(order->configs[i]) + 1))
                status = fail(order->configs[i], "no usable configuration");
    }
    if (!status) {
        rd_kafka_CreateTopics(order->rk, wanted, count, NULL, queue);
        status = finish(queue);
    }
    rd_kafka_NewTopic_destroy_array(wanted, count);
    return status ? status : wait_until(order, 1);
}

static int delete (const struct order *order, rd_kafka_queue_t *queue)
{
    rd_kafka_DeleteTopic_t *unwanted[TOPICS_MAX];
    for (size_t i = 0; i < order->topic_count; i++)
        unwanted[i] = rd_kafka_DeleteTopic_new(order->topics[i]);
    rd_kafka_DeleteTopics(order->rk, unwanted, order->topic_count, NULL, queue);
    int status = finish(queue);
    rd_kafka_DeleteTopic_destroy_array(unwanted, order->topic_count);
    return status ? status : wait_until(order, 0);
}

static int trim(const struct order *order, rd_kafka_queue_t *queue)
{
    rd_kafka_topic_partition_list_t *before = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(before, order->topics[0],
                                      (int32_t)strtol(order->topics[1], NULL, 10))
        ->offset = strtoll(order->topics[2], NULL, 10);
    rd_kafka_DeleteRecords_t *records = rd_kafka_DeleteRecords_new(before);
    rd_kafka_DeleteRecords(order->rk, &records, 1, NULL, queue);
    int status = finish(queue);
    rd_kafka_DeleteRecords_destroy(records);
    rd_kafka_topic_partition_list_destroy(before);
    return status;
}

static int run(struct order *order, const char *command)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(order->rk);
    int status;
    if (strcmp(command, "create") == 0)
        status = create(order, queue);
    else if (strcmp(command, "delete") == 0)
        status = delete (order, queue);
    else
        status =
            strcmp(command, "trim") == 0 && order->topic_count == 3 ? trim(order, queue) : usage();
    rd_kafka_queue_destroy(queue);
    return status;
}

/* False: wrong usage, or a property that librdkafka does not know. */
static bool read_options(int argc, char **argv, struct order *order, rd_kafka_conf_t *conf)
{
    int option;
    char why[256];
    while ((option = getopt(argc, argv, "+X:p:r:c:")) != -1) {
        if (option == 'p')
            order->partitions = (int)strtol(optarg, NULL, 10);
        else if (option == 'r')
            order->replicas = (int)strtol(optarg, NULL, 10);
        else if (option == '?')
            return false;
        char *value = option == 'X' || option == 'c' ? value_of(optarg) : optarg;
        if (!value || order->config_count == CONFIGS_MAX)
            return false;
        if (option == 'c')
            order->configs[order->config_count++] = optarg;
        if (option == 'X' && rd_kafka_conf_set(conf, optarg, value, why, sizeof why))
            return !fail(optarg, why);
    }
    return true;
}

int main(int argc, char **argv)
{
    struct order order = {.partitions = 1, .replicas = 1};
    char why[256];
    if (argc < 4)
        return usage();
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool good = !rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], why, sizeof why) &&
                read_options(argc - 1, argv + 1, &order, conf);
    char **words = argv + 1 + optind;
    order.topics = words + 1;
    order.topic_count = good && words < argv + argc ? (size_t)(argv + argc - order.topics) : 0;
    if (order.topic_count == 0 || order.topic_count > TOPICS_MAX) {
        rd_kafka_conf_destroy(conf);
        return usage();
    }
    /* A consumer: unlike a producer's, its questions never create a topic. */
    order.rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    if (!order.rk) {
        rd_kafka_conf_destroy(conf);
        return fail("kafka", why);
    }
    int status = run(&order, words[0]);
    rd_kafka_destroy_flags(order.rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return status;
}
