/* SPDX-License-Identifier: Apache-2.0 */
#include "oidc/sign_in.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"

struct queue {
    struct sign_in *first, **end;
};

struct sign_ins {
    struct provider *provider;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more;
    atomic_bool stopping;
    int fd;
    /* Under the lock. */
    struct queue asked, done;
    int count; /* in both, and on the way */
};

static void push(struct queue *queue, struct sign_in *sign_in)
{
    sign_in->next = NULL;
    *queue->end = sign_in;
    queue->end = &sign_in->next;
}

static struct sign_in *pop(struct queue *queue)
{
    struct sign_in *first = queue->first;
    if (!first)
        return NULL;
    queue->first = first->next;
    if (!queue->first)
        queue->end = &queue->first;
    return first;
}

void sign_in_free(struct sign_in *sign_in)
{
    if (!sign_in)
        return;
    buffer_done(&sign_in->url);
    id_token_person_done(&sign_in->person);
    sodium_memzero(sign_in, sizeof *sign_in);
    free(sign_in);
}

static void work(struct sign_ins *sign_ins, struct sign_in *sign_in)
{
    const struct provider_code code = {sign_in->code, sign_in->issuer_told};
    if (sign_in->finish)
        sign_in->err = provider_person(sign_ins->provider, &code, &sign_in->secrets,
                                       &sign_in->person, &sign_in->fault);
    else
        sign_in->err =
            provider_url(sign_ins->provider, &sign_in->secrets, &sign_in->url, &sign_in->fault);
    if (sign_in->err && sign_in->err != ERR_DENIED)
        log_line(LOG_WARNING, "sign-in by the provider fails", "fault=\"%s\"", sign_in->fault.text);
}

/* Those who have waited all that time do not wait for the same again. Under the lock. */
static void share(struct sign_ins *sign_ins, const struct sign_in *failed)
{
    struct sign_in *next;
    while ((next = pop(&sign_ins->asked))) {
        next->err = failed->err;
        next->fault = failed->fault;
        push(&sign_ins->done, next);
    }
}

static void *serve(void *context)
{
    struct sign_ins *sign_ins = context;
    (void)pthread_mutex_lock(&sign_ins->lock);
    while (!atomic_load(&sign_ins->stopping)) {
        struct sign_in *next = pop(&sign_ins->asked);
        if (!next) {
            (void)pthread_cond_wait(&sign_ins->more, &sign_ins->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&sign_ins->lock);
        work(sign_ins, next);
        (void)pthread_mutex_lock(&sign_ins->lock);
        push(&sign_ins->done, next);
        if (next->err == ERR_TIMEOUT || next->err == ERR_UNREACHABLE)
            share(sign_ins, next);
        (void)eventfd_write(sign_ins->fd, 1);
    }
    (void)pthread_mutex_unlock(&sign_ins->lock);
    return NULL;
}

enum err sign_ins_new(const struct provider_options *options, struct sign_ins **out,
                      struct fault *fault)
{
    struct sign_ins *sign_ins = memory_get(sizeof *sign_ins);
    sign_ins->asked.end = &sign_ins->asked.first;
    sign_ins->done.end = &sign_ins->done.first;
    sign_ins->provider = provider_new(options, &sign_ins->stopping);
    (void)pthread_mutex_init(&sign_ins->lock, NULL);
    (void)pthread_cond_init(&sign_ins->more, NULL);
    sign_ins->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (sign_ins->fd < 0 || pthread_create(&sign_ins->thread, NULL, serve, sign_ins) != 0) {
        atomic_store(&sign_ins->stopping, true);
        sign_ins_free(sign_ins);
        return fault_set(fault, ERR_IO, "the thread of sign-ins cannot be started");
    }
    *out = sign_ins;
    return ERR_OK;
}

const char *sign_ins_issuer(const struct sign_ins *sign_ins)
{
    return provider_issuer(sign_ins->provider);
}

int sign_ins_fd(const struct sign_ins *sign_ins)
{
    return sign_ins->fd;
}

enum err sign_ins_ask(struct sign_ins *sign_ins, struct sign_in *sign_in, struct fault *fault)
{
    (void)pthread_mutex_lock(&sign_ins->lock);
    bool room = sign_ins->count < SIGN_INS_MAX;
    if (room) {
        sign_ins->count++;
        push(&sign_ins->asked, sign_in);
        (void)pthread_cond_signal(&sign_ins->more);
    }
    (void)pthread_mutex_unlock(&sign_ins->lock);
    return room ? ERR_OK
                : fault_set(fault, ERR_BUSY, "%d sign-ins wait for the provider already",
                            SIGN_INS_MAX);
}

struct sign_in *sign_ins_done(struct sign_ins *sign_ins)
{
    eventfd_t count;
    (void)pthread_mutex_lock(&sign_ins->lock);
    struct sign_in *next = pop(&sign_ins->done);
    if (next)
        sign_ins->count--;
    else
        (void)eventfd_read(sign_ins->fd, &count);
    (void)pthread_mutex_unlock(&sign_ins->lock);
    return next;
}

void sign_ins_stop(struct sign_ins *sign_ins)
{
    struct sign_in *left;
    (void)pthread_mutex_lock(&sign_ins->lock);
    atomic_store(&sign_ins->stopping, true);
    (void)pthread_cond_signal(&sign_ins->more);
    (void)pthread_mutex_unlock(&sign_ins->lock);
    (void)pthread_join(sign_ins->thread, NULL);
    while ((left = pop(&sign_ins->asked))) {
        left->err = fault_set(&left->fault, ERR_UNREACHABLE, "the daemon ends");
        push(&sign_ins->done, left);
    }
}

void sign_ins_free(struct sign_ins *sign_ins)
{
    if (!sign_ins)
        return;
    if (sign_ins->fd >= 0)
        (void)close(sign_ins->fd);
    provider_free(sign_ins->provider);
    (void)pthread_cond_destroy(&sign_ins->more);
    (void)pthread_mutex_destroy(&sign_ins->lock);
    free(sign_ins);
}
