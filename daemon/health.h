/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether the daemon is well, judged from facts alone: no thread, no clock, no store in here.
 *
 * Alive (/healthz, the watchdog): every worker gets on. A worker that waits for a Redis or a Kafka
 * that is away gets on; one that is stuck does not, and only a restart helps.
 * Ready (/readyz, READY=1): it does its work now, or stands by for it.
 */
#ifndef ANBU_HEALTH_H
#define ANBU_HEALTH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define HEALTH_HANG_MS      30000 /* and three times redis.timeout, which one call may take */
#define HEALTH_AWAY_MS      60000 /* a rebalance may keep a worker out of its group so long */
#define HEALTH_TAKING_MS    10000 /* and partitions given may not be owned yet, or owned still */
#define HEALTH_PUBLISH_MS   60000 /* an alert's event may wait so long for Kafka */
#define HEALTH_REDIS_AGE_MS 5000  /* and redis.timeout: how old a look may be */
#define HEALTH_KAFKA_AGE_MS 15000

/* A thread seen from outside: it beats, somebody looks at times. Written by whoever looks. */
struct pulse {
    atomic_ullong beats;
    atomic_llong moved_ms; /* when the beats were last seen to differ */
};
void pulse_start(struct pulse *pulse, int64_t now_ms);
void pulse_look(struct pulse *pulse, unsigned long long beats, int64_t now_ms);
int64_t pulse_age_ms(const struct pulse *pulse, int64_t now_ms);

/* X(constant, name) */
#define CONDITIONS(X)                     \
    X(CONDITION_RUNNING, "running")       \
    X(CONDITION_WORKERS, "workers")       \
    X(CONDITION_GROUP, "group")           \
    X(CONDITION_PARTITIONS, "partitions") \
    X(CONDITION_REDIS, "redis")           \
    X(CONDITION_KAFKA, "kafka")           \
    X(CONDITION_CLOCK, "clock")           \
    X(CONDITION_PUBLISHING, "publishing")
#define CONDITIONS_CONSTANT(constant, name) constant,
enum condition_kind { CONDITIONS(CONDITIONS_CONSTANT) CONDITION_COUNT };
extern const char *const condition_names[CONDITION_COUNT];

struct condition {
    bool good;
    char detail[120];
};

struct health_facts {
    bool stopping;
    bool ready; /* it was at the last look: only then something is borne for a while */
    unsigned workers;
    int64_t oldest_beat_ms, hang_ms;
    unsigned members;     /* workers that are members of the group now */
    bool never_member;    /* one has never been yet */
    int64_t away_ms;      /* how long the longest has been out of it */
    int64_t given, owned; /* partitions */
    int64_t differ_ms;    /* how long they have not been the same; negative: they never were */
    bool redis_up, kafka_up;
    int64_t redis_age_ms, redis_age_max_ms, kafka_age_ms; /* of the last look; negative: none */
    int64_t skew_ms, skew_max_ms; /* Redis's clock minus ours; 0 while it is not known */
    int64_t waits_ms;             /* the oldest event in an outbox of ours has waited so long */
    uint32_t waits_in;            /* in this partition */
};

/* True when all are good. */
bool health_judge(const struct health_facts *facts, struct condition out[CONDITION_COUNT]);
/* {"ready":true,"conditions":{"redis":{"good":true,"detail":"..."}, ...}} */
void health_json(const char *name, bool good, const struct condition *conditions,
                 struct buffer *out);
/* The names of those that are not good, with commas between. */
void health_bad(const struct condition *conditions, struct buffer *out);

#endif
