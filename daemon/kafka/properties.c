/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/properties.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/suggest.h"
#include "kafka/consumer.h"
#include "kafka/internal.h"
#include "kafka/producer.h"

/* The nearest of all names that librdkafka knows, "" when none is near. */
static void nearest(rd_kafka_conf_t *conf, const char *name, struct buffer *out)
{
    size_t count = 0;
    struct suggest suggest = {.word = text_of(name)};
    const char **known = rd_kafka_conf_dump(conf, &count);
    for (size_t i = 0; i + 1 < count; i += 2) /* names and values */
        suggest_try(&suggest, text_of(known[i]));
    if (suggest.best.bytes > 0)
        buffer_format(out, "; did you mean %.*s?", (int)suggest.best.bytes, suggest.best.at);
    rd_kafka_conf_dump_free(known, count);
}

/* Files of keys and certificates: librdkafka tells OpenSSL's number for one that is not there. */
static enum err check_file(const struct config_pair *pair, struct fault *fault)
{
    static const char end[] = ".location";
    size_t bytes = strlen(pair->name), end_bytes = sizeof end - 1;
    if (bytes < end_bytes || strcmp(pair->name + bytes - end_bytes, end) != 0 ||
        strcmp(pair->value, "probe") == 0 || access(pair->value, R_OK) == 0)
        return ERR_OK;
    return fault_set(fault, ERR_CONFIG, "%s: %s", pair->value, strerror(errno));
}

static enum err one(const struct config_pair *pair, struct fault *fault)
{
    char why[512];
    struct buffer hint = {0};
    enum err err = ERR_OK;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_res_t answer = rd_kafka_conf_set(conf, pair->name, pair->value, why, sizeof why);
    if (answer == RD_KAFKA_CONF_UNKNOWN) {
        nearest(conf, pair->name, &hint);
        err = fault_set(fault, ERR_CONFIG, "librdkafka %s knows no such property%s",
                        rd_kafka_version_str(), buffer_view(&hint).at);
    } else if (answer != RD_KAFKA_CONF_OK) {
        err = fault_set(fault, ERR_CONFIG, "librdkafka says: %s", why);
    } else {
        err = check_file(pair, fault);
    }
    buffer_done(&hint);
    rd_kafka_conf_destroy(conf);
    return err;
}

/* As every handle of the daemon would be made, except that it finds no broker and says nothing. */
static enum err together(const struct config_pair *pairs, size_t count, struct fault *fault)
{
    static const struct config_pair quiet = {"log_level", "0"};
    struct config_pair *all = memory_get((count + 1) * sizeof *all);
    struct kafka_common common = {.properties = all, .property_count = count + 1};
    struct kafka_producer *producer = NULL;
    for (size_t i = 0; i < count; i++)
        all[i] = pairs[i];
    all[count] = quiet;
    enum err err = kafka_producer_new(&common, &producer, fault);
    kafka_producer_free(producer);
    if (!err)
        err = kafka_consumer_check(&common, fault);
    if (err) { /* the reader says of what it speaks */
        static const char subject[] = "kafka.properties: ";
        struct fault why = *fault;
        bool named = strncmp(why.text, subject, sizeof subject - 1) == 0;
        (void)fault_set(fault, err, "%s", why.text + (named ? sizeof subject - 1 : 0));
    }
    explicit_bzero(all, (count + 1) * sizeof *all);
    free(all);
    return err;
}

const struct config_kafka kafka_properties = {.one = one, .together = together};
