/* SPDX-License-Identifier: Apache-2.0
 *
 * Events published again, in another topic or at other brokers: id as it is, the key the
 * event's subject, so that a household's stay in their order.
 */
#include <jansson.h>
#include <stdlib.h>

#include "delivery/sink.h"
#include "delivery/telling.h"
#include "kafka/producer.h"

#define LOOK_MS  200  /* between looks at `stopping` */
#define GRACE_MS 3000 /* librdkafka looks once a second for what it gives up */

struct sink_kafka {
    const struct config_sink *rules;
    const struct clock *clock;
    const atomic_bool *stopping;
    struct kafka_common common;
    struct kafka_producer *producer;
};

enum err sink_kafka_new(const struct sink_options *options, void **out, struct fault *fault)
{
    const struct config_sink *rules = options->rules;
    struct sink_kafka *kafka = memory_get(sizeof *kafka);
    kafka->rules = rules;
    kafka->clock = options->clock;
    kafka->stopping = options->stopping;
    kafka->common = *options->common;
    kafka->common.counts = NULL;
    if (rules->brokers[0])
        kafka->common = (struct kafka_common){.brokers = rules->brokers,
                                              .properties = rules->properties,
                                              .property_count = rules->property_count};
    const struct kafka_producer_options producer = {.name = rules->name,
                                                    .delivery_timeout_ms = rules->timeout_s * 1000};
    enum err err = kafka_producer_open(&kafka->common, &producer, &kafka->producer, fault);
    if (err)
        sink_kafka_ops.free(kafka);
    else
        *out = kafka;
    return err;
}

/* Until the broker has it or refuses it: the event after it must not be there before. */
static enum err wait_for(const struct sink_kafka *kafka, struct fault *fault)
{
    int64_t end_ms = clock_monotonic_ms(kafka->clock) + kafka->rules->timeout_s * 1000 + GRACE_MS;
    enum err err;
    do
        err = kafka_producer_flush(kafka->producer, LOOK_MS, fault);
    while (err == ERR_TIMEOUT && !atomic_load(kafka->stopping) &&
           clock_monotonic_ms(kafka->clock) < end_ms);
    return err;
}

static enum err publish(struct sink_kafka *kafka, const char *id, const char *subject,
                        struct text event, struct fault *fault)
{
    const struct kafka_header headers[] = {{"content-type", TEXT("application/cloudevents+json")},
                                           {"ce_id", text_of(id)}};
    const struct kafka_outgoing outgoing = {.topic = kafka->rules->topic,
                                            .key = text_of(subject),
                                            .body = event,
                                            .headers = headers,
                                            .header_count = sizeof headers / sizeof headers[0]};
    enum err err = kafka_producer_push(kafka->producer, &outgoing, fault);
    if (!err)
        err = wait_for(kafka, fault);
    /* A topic that is not there, or not for us, is the operator's to mend. */
    bool never = err == ERR_TOO_LARGE || err == ERR_INVALID;
    return err && !never && err_disposition(err) != DISPOSITION_RETRY ? ERR_BUSY : err;
}

static enum err deliver(void *sink, struct text event, struct fault *fault)
{
    json_error_t why;
    json_t *root = json_loadb(event.at, event.bytes, 0, &why);
    const char *id = json_string_value(json_object_get(root, "id"));
    const char *subject = json_string_value(json_object_get(root, "subject"));
    enum err err = id && telling_is_id(id) && subject && subject[0]
                       ? publish(sink, id, subject, event, fault)
                       : fault_set(fault, ERR_INVALID, "the event has no id or no subject");
    json_decref(root);
    return err;
}

static void kafka_free(void *sink)
{
    struct sink_kafka *kafka = sink;
    if (!kafka)
        return;
    kafka_producer_free(kafka->producer);
    free(kafka);
}

const struct sink_ops sink_kafka_ops = {
    .name = "kafka",
    .deliver = deliver,
    .free = kafka_free,
};
