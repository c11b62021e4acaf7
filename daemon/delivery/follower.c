/* SPDX-License-Identifier: Apache-2.0
 *
 * The thread of one sink. An event that the sink cannot take now is offered again, ever more
 * rarely, and the topic waits; an event that it never can take is logged and left behind.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "delivery/sink.h"

#define POLL_MS        200
#define RETRY_FIRST_MS 100
#define RETRY_MAX_MS   30000

struct follower {
    pthread_t thread;
    pthread_mutex_t mutex; /* guards stopping */
    pthread_cond_t changed;
    bool stopping;
    struct kafka_reader *reader;
    const struct sink_ops *ops;
    void *sink;
    bool gave_up; /* the sink said FATAL; the thread's own */
};

static bool is_stopping(struct follower *follower)
{
    (void)pthread_mutex_lock(&follower->mutex);
    bool stopping = follower->stopping;
    (void)pthread_mutex_unlock(&follower->mutex);
    return stopping;
}

/* Waits, or until the follower is stopped. */
static void rest(struct follower *follower, int64_t ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_mutex_lock(&follower->mutex);
    while (!follower->stopping &&
           pthread_cond_timedwait(&follower->changed, &follower->mutex, &until) != ETIMEDOUT)
        ;
    (void)pthread_mutex_unlock(&follower->mutex);
}

static void on_record(void *context, const struct kafka_record *record)
{
    struct follower *follower = context;
    struct fault fault = {0};
    int64_t wait_ms = RETRY_FIRST_MS;
    enum err err;
    if (follower->gave_up)
        return;
    while (!is_stopping(follower)) {
        err = follower->ops->deliver(follower->sink, record->body, &fault);
        if (!err)
            return;
        log_line(LOG_WARNING, "alert not delivered",
                 "sink=%s partition=%u offset=%lld retry_ms=%lld detail=\"%s\"",
                 follower->ops->name, record->partition, (long long)record->offset,
                 err_disposition(err) == DISPOSITION_RETRY ? (long long)wait_ms : -1LL,
                 fault.text[0] ? fault.text : err_text(err));
        if (err_disposition(err) == DISPOSITION_REJECT)
            return;
        if (err_disposition(err) == DISPOSITION_FATAL) {
            follower->gave_up = true;
            return;
        }
        rest(follower, wait_ms);
        wait_ms = wait_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : wait_ms * 2;
    }
}

static void *follow(void *context)
{
    struct follower *follower = context;
    int64_t wait_ms = RETRY_FIRST_MS;
    while (!follower->gave_up && !is_stopping(follower)) {
        bool at_end;
        struct fault fault = {0};
        if (!kafka_reader_poll(follower->reader, POLL_MS, on_record, follower, &at_end, &fault)) {
            wait_ms = RETRY_FIRST_MS;
            continue;
        }
        log_line(LOG_WARNING, "sink cannot follow", "sink=%s detail=\"%s\"", follower->ops->name,
                 fault.text);
        rest(follower, wait_ms);
        wait_ms = wait_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : wait_ms * 2;
    }
    return NULL;
}

static void follower_free(struct follower *follower)
{
    kafka_reader_free(follower->reader);
    follower->ops->free(follower->sink);
    (void)pthread_cond_destroy(&follower->changed);
    (void)pthread_mutex_destroy(&follower->mutex);
    free(follower);
}

/* Signals are the main thread's. */
static int start_thread(struct follower *follower)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&follower->thread, NULL, follow, follower);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

enum err follower_start(const struct kafka_common *common, const char *topic,
                        const struct sink_ops *ops, void *sink, struct follower **out,
                        struct fault *fault)
{
    struct follower *follower = memory_get(sizeof *follower);
    pthread_condattr_t monotonic;
    follower->ops = ops;
    follower->sink = sink;
    (void)pthread_mutex_init(&follower->mutex, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&follower->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    enum err err = kafka_reader_new(common, topic, -1, KAFKA_FROM_END, &follower->reader, fault);
    if (err)
        goto out;
    int error = start_thread(follower);
    if (error)
        err = fault_set(fault, ERR_BUSY, "sink %s: no thread: %s", ops->name, strerror(error));
out:
    if (err)
        follower_free(follower);
    else
        *out = follower;
    return err;
}

void follower_stop(struct follower *follower)
{
    if (!follower)
        return;
    (void)pthread_mutex_lock(&follower->mutex);
    follower->stopping = true;
    (void)pthread_cond_broadcast(&follower->changed);
    (void)pthread_mutex_unlock(&follower->mutex);
    (void)pthread_join(follower->thread, NULL);
    follower_free(follower);
}
