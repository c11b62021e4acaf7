/* SPDX-License-Identifier: Apache-2.0 */
#include "in_force.h"

#include <stdlib.h>

#include "base/log.h"
#include "kafka/properties.h"

static enum err load(const struct app_options *options, struct config **out,
                     struct config_errors *errors)
{
    struct config_source source = {.path = options->config_path,
                                   .sets = options->sets,
                                   .set_count = options->set_count,
                                   .kafka = &kafka_properties};
    return config_load_from(&source, out, errors);
}

static struct held_config *held_new(struct config *config)
{
    struct held_config *held = memory_get(sizeof *held);
    held->config = config;
    held->users = 1;
    return held;
}

static void log_as_configured(const struct settings *settings)
{
    log_set_format((enum log_format)settings->daemon.log_format);
    log_set_level((enum log_level)settings->daemon.log_level);
}

enum err in_force_load(struct in_force *in_force, const struct app_options *options,
                       struct config_errors *errors)
{
    struct config *config = NULL;
    enum err err = load(options, &config, errors);
    if (err)
        return err;
    log_as_configured(config_settings(config)); /* before the first line */
    in_force->options = options;
    (void)pthread_mutex_init(&in_force->lock, NULL);
    (void)pthread_mutex_init(&in_force->reloading, NULL);
    in_force->start = in_force->now = held_new(config);
    in_force->start->users++;
    return ERR_OK;
}

void in_force_done(struct in_force *in_force)
{
    in_force_release(in_force, in_force->now);
    in_force_release(in_force, in_force->start);
    (void)pthread_mutex_destroy(&in_force->lock);
    (void)pthread_mutex_destroy(&in_force->reloading);
}

const struct settings *in_force_start(const struct in_force *in_force)
{
    return config_settings(in_force->start->config);
}

static void embed(const struct in_force *in_force, struct config *config)
{
    if (!in_force->brokers)
        return;
    config_embed(config, "kafka.brokers", in_force->brokers);
    config_embed(config, "redis.address", in_force->redis_address);
    config_embed(config, "redis.user", "");
    config_embed(config, "redis.password", "");
}

void in_force_embed(struct in_force *in_force, const char *brokers, const char *redis_address)
{
    in_force->brokers = brokers;
    in_force->redis_address = redis_address;
    embed(in_force, in_force->start->config);
}

struct held_config *in_force_hold(struct in_force *in_force)
{
    (void)pthread_mutex_lock(&in_force->lock);
    struct held_config *held = in_force->now;
    held->users++;
    (void)pthread_mutex_unlock(&in_force->lock);
    return held;
}

struct held_config *in_force_newer(struct in_force *in_force, const struct held_config *held)
{
    return atomic_load(&in_force->number) == held->number ? NULL : in_force_hold(in_force);
}

void in_force_release(struct in_force *in_force, struct held_config *held)
{
    if (!held)
        return;
    (void)pthread_mutex_lock(&in_force->lock);
    bool last = --held->users == 0;
    (void)pthread_mutex_unlock(&in_force->lock);
    if (last) {
        config_free(held->config);
        free(held);
    }
}

enum err in_force_next(const struct in_force *in_force, struct config **out,
                       struct config_errors *errors)
{
    enum err err = load(in_force->options, out, errors);
    if (!err)
        embed(in_force, *out);
    return err;
}

static void put_in_force(struct in_force *in_force, struct held_config *held)
{
    (void)pthread_mutex_lock(&in_force->lock);
    struct held_config *before = in_force->now;
    held->number = before->number + 1;
    in_force->now = held;
    atomic_store(&in_force->number, held->number);
    (void)pthread_mutex_unlock(&in_force->lock);
    in_force_release(in_force, before);
}

enum err in_force_reload(struct in_force *in_force, struct config_errors *errors,
                         struct buffer *restart_needed)
{
    struct config *next = NULL;
    (void)pthread_mutex_lock(&in_force->reloading);
    enum err err = in_force_next(in_force, &next, errors);
    if (err) {
        log_line(LOG_ERROR, "configuration not reloaded, the old one stays in force", "errors=%zu",
                 errors->count);
        log_each(LOG_ERROR, "configuration error", buffer_view(&errors->text).at);
    } else {
        size_t waiting = config_restart_needed(in_force->start->config, next, restart_needed);
        log_as_configured(config_settings(next));
        put_in_force(in_force, held_new(next));
        log_line(LOG_INFO, "configuration reloaded", "restart_needed=%zu", waiting);
    }
    (void)pthread_mutex_unlock(&in_force->reloading);
    return err;
}
