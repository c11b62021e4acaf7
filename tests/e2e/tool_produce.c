/* SPDX-License-Identifier: Apache-2.0
 *
 * Puts the lines of `anbuctl simulate --out` into Kafka as --kafka would, but a part of a town at a
 * time, and without waiting for anybody. Usage: produce BROKERS PREFIX [PROPERTY=VALUE]... < LINES.
 * Each record goes to the topic of its type, with its household (weather: area) as key and
 * `arrived` as timestamp.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"
#include "kafka/producer.h"

#define FLUSH_MS       60000
#define TOPIC_MAX      128
#define PROPERTIES_MAX 16

static const struct {
    const char *type, *topic, *key;
} routes[] = {{"reading", "readings", "household"},
              {"billing", "billing", "household"},
              {"household", "household", "household"},
              {"report", "report", "household"},
              {"weather", "weather", "area"}};

static struct text member(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return text_of(value ? value : "");
}

static enum err send_line(struct kafka_producer *producer, const char *prefix, struct text line,
                          struct fault *fault)
{
    json_error_t error;
    json_t *object = json_loadb(line.at, line.bytes, 0, &error);
    struct text type = member(object, "type");
    char topic[TOPIC_MAX];
    int64_t arrived_ms = 0;
    bool has_offset;
    enum err err = ERR_INVALID;
    size_t row = 0, count = sizeof routes / sizeof routes[0];
    while (row < count && !text_is(type, routes[row].type))
        row++;
    if (row == count || time_parse(member(object, "arrived"), &arrived_ms, &has_offset)) {
        (void)fault_set(fault, err, "no line of a simulated town: %.*s", (int)line.bytes, line.at);
        goto out;
    }
    (void)snprintf(topic, sizeof topic, "%s.%s", prefix, routes[row].topic);
    err = kafka_producer_send(producer, topic, member(object, routes[row].key), line, arrived_ms,
                              fault);
out:
    json_decref(object);
    return err;
}

/* "name=value" each; false: one is not. */
static bool read_properties(char **words, size_t count, struct config_pair *out)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = strchr(words[i], '=');
        if (!value ||
            !text_copy((struct text){words[i], (size_t)(value - words[i])}, out[i].name,
                       sizeof out[i].name) ||
            !text_copy(text_of(value + 1), out[i].value, sizeof out[i].value))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct config_pair properties[PROPERTIES_MAX];
    if (argc < 3 || argc - 3 > PROPERTIES_MAX ||
        !read_properties(argv + 3, (size_t)argc - 3, properties)) {
        (void)fprintf(stderr, "usage: produce BROKERS PREFIX [PROPERTY=VALUE]... < LINES\n");
        return 2;
    }
    const struct kafka_common common = {
        .brokers = argv[1], .properties = properties, .property_count = (size_t)argc - 3};
    struct kafka_producer *producer = NULL;
    struct fault fault = {""};
    char *line = NULL;
    size_t room = 0;
    ssize_t bytes;
    enum err err = kafka_producer_new(&common, &producer, &fault);
    while (!err && (bytes = getline(&line, &room, stdin)) > 0) {
        if (line[bytes - 1] == '\n')
            bytes--;
        err = send_line(producer, argv[2], (struct text){line, (size_t)bytes}, &fault);
    }
    if (!err)
        err = kafka_producer_flush(producer, FLUSH_MS, &fault);
    if (err)
        (void)fprintf(stderr, "produce: %s\n", fault.text);
    kafka_producer_free(producer);
    free(line);
    return err ? 1 : 0;
}
