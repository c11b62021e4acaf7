/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "delivery/sink.h"
#include "delivery/telling.h"
#include "delivery/webhook.h"
#include "http/client.h"

struct sink_webhook {
    const struct config_sink *rules;
    const struct clock *clock;
    const atomic_bool *stopping;
    unsigned char key[CONFIG_SINK_KEY_MAX];
    size_t key_bytes;
    int64_t retry_after_s; /* of the last answer; 0: not said */
    long status;           /* of it; 0: there was none */
};

enum err sink_webhook_new(const struct sink_options *options, void **out, struct fault *fault)
{
    struct sink_webhook *webhook = memory_get(sizeof *webhook);
    webhook->rules = options->rules;
    webhook->clock = options->clock;
    webhook->stopping = options->stopping;
    enum err err =
        config_sink_key(options->rules->secret, webhook->key, &webhook->key_bytes, fault);
    if (err)
        sink_webhook_ops.free(webhook);
    else
        *out = webhook;
    return err;
}

static enum err post(struct sink_webhook *webhook, const char *id, struct text event,
                     struct fault *fault)
{
    static const char agent[] = "User-Agent: anbu/" ANBU_VERSION;
    int64_t at_s = clock_wall_ms(webhook->clock) / 1000;
    struct buffer id_line = {0}, time_line = {0}, sign_line = {0};
    struct http_posted answer = {.status = 0};
    buffer_format(&id_line, "webhook-id: %s", id);
    buffer_format(&time_line, "webhook-timestamp: %" PRId64, at_s);
    buffer_text(&sign_line, "webhook-signature: ");
    webhook_sign((struct text){(const char *)webhook->key, webhook->key_bytes}, id, at_s, event,
                 &sign_line);
    const char *const headers[] = {"Content-Type: application/cloudevents+json",
                                   agent,
                                   id_line.at,
                                   time_line.at,
                                   sign_line.at,
                                   NULL};
    const struct http_post request = {.url = webhook->rules->url,
                                      .ca = webhook->rules->ca,
                                      .body = event,
                                      .headers = headers,
                                      .timeout_ms = (long)webhook->rules->timeout_s * 1000,
                                      .stopping = webhook->stopping};
    enum err err = http_post(&request, &answer, fault);
    webhook->retry_after_s = answer.retry_after_s;
    webhook->status = answer.status;
    if (!err)
        err = webhook_answer(answer.status, fault);
    buffer_done(&id_line);
    buffer_done(&time_line);
    buffer_done(&sign_line);
    return err;
}

static enum err deliver(void *sink, struct text event, struct fault *fault)
{
    json_error_t why;
    json_t *root = json_loadb(event.at, event.bytes, 0, &why);
    const char *id = json_string_value(json_object_get(root, "id"));
    enum err err = id && telling_is_id(id)
                       ? post(sink, id, event, fault)
                       : fault_set(fault, ERR_INVALID, "the event's id is no word");
    json_decref(root);
    return err;
}

static void webhook_free(void *sink)
{
    struct sink_webhook *webhook = sink;
    if (!webhook)
        return;
    sodium_memzero(webhook->key, sizeof webhook->key);
    free(webhook);
}

static int64_t retry_after_s(const void *sink)
{
    return ((const struct sink_webhook *)sink)->retry_after_s;
}

static long answered(const void *sink)
{
    return ((const struct sink_webhook *)sink)->status;
}

const struct sink_ops sink_webhook_ops = {
    .name = "webhook",
    .deliver = deliver,
    .retry_after_s = retry_after_s,
    .answered = answered,
    .free = webhook_free,
};
