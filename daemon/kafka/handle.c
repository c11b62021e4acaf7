/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/internal.h"

#define QUOTA_WINDOW_MS 10000
#define QUOTA_LINES     5

/* An unreachable broker is an error to librdkafka; to us it is an outage that passes. */
static enum log_level level_of(int syslog_level)
{
    if (syslog_level <= 4)
        return LOG_WARNING;
    return syslog_level <= 6 ? LOG_INFO : LOG_DEBUG;
}

static void say(struct kafka_handle *handle, enum log_level level, const char *what,
                const char *detail)
{
    unsigned suppressed;
    if (!log_quota_take(&handle->quota, clock_monotonic_ms(&clock_machine), &suppressed))
        return;
    if (suppressed)
        log_line(level, what, "client=%s suppressed=%u detail=\"%s\"", handle->name, suppressed,
                 detail);
    else
        log_line(level, what, "client=%s detail=\"%s\"", handle->name, detail);
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    /* Properties pass through to every handle, so each meets some of the other kind. */
    if (strcmp(facility, "CONFWARN") == 0)
        return;
    struct kafka_handle *handle = rk ? rd_kafka_opaque(rk) : NULL;
    if (handle)
        say(handle, level_of(level), "kafka", text);
}

/* These are about the door: TLS, SASL, or a listener that speaks otherwise. */
static bool is_refusal(int error, const char *reason)
{
    return error == RD_KAFKA_RESP_ERR__AUTHENTICATION || error == RD_KAFKA_RESP_ERR__SSL ||
           (error == RD_KAFKA_RESP_ERR__TRANSPORT && strstr(reason, "security.protocol"));
}

static void on_error(rd_kafka_t *rk, int error, const char *reason, void *opaque)
{
    struct kafka_handle *handle = opaque;
    (void)rk;
    if (is_refusal(error, reason)) {
        handle->refused = (rd_kafka_resp_err_t)error;
        (void)snprintf(handle->refusal, sizeof handle->refusal, "%s", reason);
    }
    /* These two also come as log lines, with the address. */
    if (error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__RESOLVE)
        return;
    say(opaque, LOG_WARNING, rd_kafka_err2name((rd_kafka_resp_err_t)error), reason);
}

void kafka_handle_warn(struct kafka_handle *handle, const char *what, const char *topic,
                       int32_t partition, const char *detail)
{
    char text[512];
    (void)snprintf(text, sizeof text, "%s/%d: %s", topic, (int)partition, detail);
    say(handle, LOG_WARNING, what, text);
}

static enum err conf_set_pair(rd_kafka_conf_t *conf, const struct config_pair *pair,
                              struct fault *fault)
{
    const char *instead = config_property_reserved(pair->name);
    if (instead)
        return fault_set(fault, ERR_CONFIG, "kafka.properties.%s: not to be set here: %s",
                         pair->name, instead);
    char why[512];
    if (rd_kafka_conf_set(conf, pair->name, pair->value, why, sizeof why) != RD_KAFKA_CONF_OK)
        return fault_set(fault, ERR_CONFIG, "kafka.properties.%s: %s", pair->name, why);
    return ERR_OK;
}

enum err kafka_conf_new(const struct kafka_common *common, const struct kafka_property *defaults,
                        const struct kafka_property *fixed, rd_kafka_conf_t **out,
                        struct fault *fault)
{
    enum err err = ERR_OK;
    char why[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    (void)rd_kafka_conf_set(conf, "client.id", "anbu", NULL, 0);
    /* A connection that an idle broker closes is no event. */
    (void)rd_kafka_conf_set(conf, "log.connection.close", "false", NULL, 0);
    if (common->brokers && rd_kafka_conf_set(conf, "bootstrap.servers", common->brokers, why,
                                             sizeof why) != RD_KAFKA_CONF_OK) {
        err = fault_set(fault, ERR_CONFIG, "kafka.brokers: %s", why);
        goto out;
    }
    for (; defaults && defaults->name; defaults++)
        (void)rd_kafka_conf_set(conf, defaults->name, defaults->value, NULL, 0);
    for (size_t i = 0; i < common->property_count && !err; i++)
        err = conf_set_pair(conf, &common->properties[i], fault);
    for (; fixed && fixed->name && !err; fixed++)
        if (rd_kafka_conf_set(conf, fixed->name, fixed->value, why, sizeof why) != RD_KAFKA_CONF_OK)
            err = fault_set(fault, ERR_CONFIG, "kafka: %s=%s: %s", fixed->name, fixed->value, why);
out:
    if (err)
        rd_kafka_conf_destroy(conf);
    else
        *out = conf;
    return err;
}

enum err kafka_handle_open(struct kafka_handle *handle, rd_kafka_type_t type,
                           rd_kafka_conf_t **conf, struct fault *fault)
{
    char why[512];
    handle->quota.lines = QUOTA_LINES;
    handle->quota.window_ms = QUOTA_WINDOW_MS;
    rd_kafka_conf_set_opaque(*conf, handle);
    handle->rk = rd_kafka_new(type, *conf, why, sizeof why);
    if (!handle->rk)
        rd_kafka_conf_destroy(*conf);
    *conf = NULL;
    return handle->rk ? ERR_OK : fault_set(fault, ERR_CONFIG, "kafka.properties: %s", why);
}

/* librdkafka 2.6.1 mended its SCRAM, which Kafka 4 no longer takes from older ones. */
#define SCRAM_MENDED 0x020601ff

enum err kafka_handle_unanswered(struct kafka_handle *handle, const char *brokers,
                                 const char *question, struct fault *fault)
{
    while (rd_kafka_poll(handle->rk, 0)) /* errors wait there */
        ;
    bool scram = strstr(handle->refusal, "SCRAM") != NULL;
    switch (handle->refused) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        return fault_set(fault, ERR_UNREACHABLE,
                         "kafka.brokers %s: %s: is the address right, and do the brokers run?",
                         brokers, question);
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
        if (scram && rd_kafka_version() < SCRAM_MENDED)
            return fault_set(fault, ERR_DENIED,
                             "kafka.brokers %s does not let us in (%s): are sasl.username and "
                             "sasl.password in kafka.properties right? Kafka 4 also refuses SCRAM "
                             "of this librdkafka %s (mended in 2.6.1): PLAIN over TLS or a "
                             "certificate of our own do there",
                             brokers, handle->refusal, rd_kafka_version_str());
        return fault_set(fault, ERR_DENIED,
                         "kafka.brokers %s does not let us in (%s): are sasl.username, "
                         "sasl.password and sasl.mechanism in kafka.properties right?",
                         brokers, handle->refusal);
    case RD_KAFKA_RESP_ERR__SSL:
        return fault_set(fault, ERR_DENIED,
                         "kafka.brokers %s: no TLS with it (%s): is ssl.ca.location in "
                         "kafka.properties the CA of the brokers' certificate, and the name in "
                         "kafka.brokers the one that the certificate has?",
                         brokers, handle->refusal);
    default:
        return fault_set(fault, ERR_UNREACHABLE,
                         "kafka.brokers %s: it hangs up (%s): is security.protocol in "
                         "kafka.properties what its listener wants?",
                         brokers, handle->refusal);
    }
}

enum err kafka_err(rd_kafka_resp_err_t error)
{
    switch (error) {
    case RD_KAFKA_RESP_ERR_NO_ERROR: return ERR_OK;
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT: return ERR_TIMEOUT;
    case RD_KAFKA_RESP_ERR__QUEUE_FULL: return ERR_BUSY;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE: return ERR_TOO_LARGE;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: return ERR_NOT_FOUND;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED: return ERR_DENIED;
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD: return ERR_INVALID;
    default: return ERR_UNREACHABLE;
    }
}

enum err kafka_handle_fatal(const struct kafka_handle *handle, struct fault *fault)
{
    char why[512];
    rd_kafka_resp_err_t error = rd_kafka_fatal_error(handle->rk, why, sizeof why);
    if (!error)
        return ERR_OK;
    return fault_set(fault, ERR_UNREACHABLE, "kafka %s: gave up: %s", handle->name, why);
}
