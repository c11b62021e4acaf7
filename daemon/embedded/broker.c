/* SPDX-License-Identifier: Apache-2.0 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "embedded/embedded.h"

struct broker {
    rd_kafka_t *rk; /* only carries the cluster */
    rd_kafka_mock_cluster_t *cluster;
};

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void)rk;
    log_line(level <= 4 ? LOG_WARNING : LOG_DEBUG, "embedded broker", "about=%s detail=\"%s\"",
             facility, text);
}

/* The cluster's thread ends at the first poll that a signal cuts: it takes none. */
static rd_kafka_mock_cluster_t *new_cluster(rd_kafka_t *rk)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(rk, 1);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return cluster;
}

enum err broker_start(const char *const *topics, size_t topic_count, uint32_t partitions,
                      struct broker **out, const char **address, struct fault *fault)
{
    char why[512] = "";
    enum err err = ERR_OK;
    struct broker *broker = memory_get(sizeof *broker);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, on_log);
    broker->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (!broker->rk) {
        rd_kafka_conf_destroy(conf);
        err = fault_set(fault, ERR_IO, "embedded broker: %s", why);
        goto out;
    }
    broker->cluster = new_cluster(broker->rk);
    if (!broker->cluster) {
        err = fault_set(fault, ERR_IO,
                        "embedded broker: cannot listen on 127.0.0.1; is loopback up?");
        goto out;
    }
    for (size_t i = 0; i < topic_count; i++) {
        rd_kafka_resp_err_t error =
            rd_kafka_mock_topic_create(broker->cluster, topics[i], (int)partitions, 1);
        if (error) {
            err = fault_set(fault, ERR_INVALID, "embedded broker: topic %s: %s", topics[i],
                            rd_kafka_err2str(error));
            goto out;
        }
    }
    *address = rd_kafka_mock_cluster_bootstraps(broker->cluster);
out:
    if (err)
        broker_stop(broker);
    else
        *out = broker;
    return err;
}

void broker_stop(struct broker *broker)
{
    if (!broker)
        return;
    if (broker->cluster)
        rd_kafka_mock_cluster_destroy(broker->cluster);
    if (broker->rk)
        rd_kafka_destroy(broker->rk);
    free(broker);
}
