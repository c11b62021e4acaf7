/* SPDX-License-Identifier: Apache-2.0
 *
 * Soft state of areas in Redis: counts by hour, incremented in one pipeline, and incidents. All of
 * it expires.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/redis_parts.h"
#include "store/redis_wire.h"
#include "store/store_check.h"

#define SUMS           5
#define HOUR_S         3600
#define INCIDENT_TTL_S (STORE_INCIDENT_DAYS * 24 * HOUR_S)

static const char *const sum_fields[SUMS] = {"metered", "dark", "watched", "expected", "seen"};

static void sums_write(const struct store_area_sums *sums, int64_t out[SUMS])
{
    out[0] = sums->metered;
    out[1] = sums->dark;
    out[2] = sums->watched;
    out[3] = sums->expected_milli;
    out[4] = sums->seen;
}

static void sums_add(struct store_area_sums *sums, const int64_t more[SUMS])
{
    sums->metered += more[0];
    sums->dark += more[1];
    sums->watched += more[2];
    sums->expected_milli += more[3];
    sums->seen += more[4];
}

static void arg_hour(struct redis_link *link, const char *group, int32_t hour)
{
    char what[24];
    (void)snprintf(what, sizeof what, "hour:%" PRId32, hour);
    redis_arg_group_key(link, text_of(group), what);
}

static void write_add(struct redis_link *link, const struct store_area_hour *add,
                      unsigned window_hours)
{
    int64_t sums[SUMS];
    sums_write(&add->sums, sums);
    for (size_t i = 0; i < SUMS; i++) {
        redis_command(link, "HINCRBY", 3);
        arg_hour(link, add->group, add->hour);
        redis_arg(link, text_of(sum_fields[i]));
        redis_arg_number(link, sums[i]);
    }
    redis_command(link, "EXPIRE", 2);
    arg_hour(link, add->group, add->hour);
    redis_arg_number(link, STORE_AREA_HOURS * HOUR_S);
    for (unsigned before = 1; before < window_hours; before++) {
        redis_command(link, "HMGET", 1 + SUMS);
        arg_hour(link, add->group, add->hour - (int32_t)before);
        for (size_t i = 0; i < SUMS; i++)
            redis_arg(link, text_of(sum_fields[i]));
    }
}

static enum err read_number(struct redis_link *link, int64_t *out, struct fault *fault)
{
    redisReply *reply = NULL;
    enum err err = redis_reply(link, REDIS_REPLY_INTEGER, &reply, fault);
    if (err == ERR_OK)
        *out = reply->integer;
    freeReplyObject(reply);
    return err;
}

static enum err say_corrupt(const struct redis_link *link, const char *group, const char *what,
                            struct fault *fault)
{
    return fault_set(fault, ERR_CORRUPT,
                     "redis at %s: {%s}:%s is damaged or of another program; delete it, it is "
                     "soft state",
                     redis_link_address(link), group, what);
}

static enum err read_before(struct redis_link *link, const char *group, int64_t out[SUMS],
                            struct fault *fault)
{
    redisReply *reply = NULL;
    enum err err = redis_reply(link, REDIS_REPLY_ARRAY, &reply, fault);
    for (size_t i = 0; err == ERR_OK && i < SUMS; i++)
        if (!redis_number_or(reply, i, 0, &out[i]))
            err = say_corrupt(link, group, "hour", fault);
    freeReplyObject(reply);
    return err;
}

static enum err read_total(struct redis_link *link, const struct store_area_hour *add,
                           unsigned window_hours, struct store_area_total *total,
                           struct fault *fault)
{
    int64_t sums[SUMS] = {0}, kept;
    enum err err = ERR_OK;
    *total = (struct store_area_total){.hour = {0}};
    for (size_t i = 0; err == ERR_OK && i < SUMS; i++)
        err = read_number(link, &sums[i], fault);
    if (err == ERR_OK)
        err = read_number(link, &kept, fault);
    sums_add(&total->hour, sums);
    sums_add(&total->window, sums);
    for (unsigned before = 1; err == ERR_OK && before < window_hours; before++) {
        err = read_before(link, add->group, sums, fault);
        if (err == ERR_OK)
            sums_add(&total->window, sums);
    }
    return err;
}

enum err redis_area_add(struct store *store, const struct store_area_hour *adds, size_t count,
                        unsigned window_hours, struct store_area_total *totals, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    for (size_t i = 0; i < count; i++)
        if (store_check_group(adds[i].group, fault) != ERR_OK)
            return ERR_INVALID;
    enum err err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < count; i++)
        write_add(link, &adds[i], window_hours);
    for (size_t i = 0; err == ERR_OK && i < count; i++)
        err = read_total(link, &adds[i], window_hours, &totals[i], fault);
    redis_end(link);
    return err;
}

/* The list is of another slot than the incident: what it has and the incident's key has not is
 * dropped by the next reader. */
static enum err list_incident(struct redis_link *link, const char *group, int64_t opened_s,
                              struct fault *fault)
{
    int64_t added;
    redis_command(link, "ZADD", 3);
    redis_arg_global(link, "incidents");
    redis_arg_number(link, opened_s);
    redis_arg(link, text_of(group));
    return read_number(link, &added, fault);
}

enum err redis_incident_set(struct store *store, const char *group, int64_t expected_version,
                            int64_t version, struct text incident, int64_t opened_s,
                            struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    enum redis_answer answer;
    int64_t present = 0;
    enum err err = store_check_group(group, fault);
    if (err == ERR_OK)
        err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    redis_script(link, SCRIPT_INCIDENT, 1, 4);
    redis_arg_group_key(link, text_of(group), "incident");
    redis_arg_number(link, expected_version);
    redis_arg_number(link, version);
    redis_arg(link, incident);
    redis_arg_number(link, INCIDENT_TTL_S);
    err = redis_script_run(link, &reply, fault);
    if (err == ERR_OK)
        err = redis_read_answer(link, NULL, reply, &answer, fault);
    bool overtaken = err == ERR_OK && answer == ANSWER_VERSION;
    if (err == ERR_OK && answer != ANSWER_OK && !(overtaken && redis_number_at(reply, 1, &present)))
        err = say_corrupt(link, group, "incident", fault);
    /* Overtaken, too: whoever set it may have died before it was listed. */
    if (err == ERR_OK)
        err = list_incident(link, group, opened_s, fault);
    if (err == ERR_OK && overtaken)
        err = store_say_incident(group, expected_version, present, fault);
    freeReplyObject(reply);
    redis_end(link);
    return err;
}

static void ask_incidents(struct redis_link *link, const redisReply *groups)
{
    for (size_t i = 0; i < groups->elements; i++) {
        struct text group = {"", 0};
        (void)redis_text_at(groups, i, &group);
        redis_command(link, "GET", 1);
        redis_arg_group_key(link, group, "incident");
    }
}

/* Gone: it has expired, and leaves the list after this round trip. */
static enum err tell_incident(struct redis_link *link, struct text group, store_incident_fn *each,
                              void *context, bool *gone, struct fault *fault)
{
    redisReply *reply = NULL;
    enum err err = redis_reply(link, REDIS_REPLY_STRING, &reply, fault);
    *gone = err == ERR_NOT_FOUND;
    const char *line = err == ERR_OK ? memchr(reply->str, '\n', reply->len) : NULL;
    if (line)
        each(context, group, (struct text){line + 1, reply->len - (size_t)(line + 1 - reply->str)});
    freeReplyObject(reply);
    return *gone ? ERR_OK : err;
}

static enum err drop_gone(struct redis_link *link, const redisReply *groups, const bool *gone,
                          struct fault *fault)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < groups->elements && err == ERR_OK; i++) {
        struct text group;
        int64_t removed;
        if (!gone[i] || !redis_text_at(groups, i, &group))
            continue;
        redis_command(link, "ZREM", 2);
        redis_arg_global(link, "incidents");
        redis_arg(link, group);
        err = read_number(link, &removed, fault);
    }
    return err;
}

enum err redis_incidents(struct store *store, store_incident_fn *each, void *context,
                         struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *groups = NULL;
    enum err err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    redis_command(link, "ZREVRANGE", 3);
    redis_arg_global(link, "incidents");
    redis_arg_number(link, 0);
    redis_arg_number(link, STORE_INCIDENTS_MAX - 1);
    err = redis_reply(link, REDIS_REPLY_ARRAY, &groups, fault);
    bool *gone = memory_get(STORE_INCIDENTS_MAX * sizeof *gone);
    if (err == ERR_OK)
        ask_incidents(link, groups);
    for (size_t i = 0; err == ERR_OK && i < groups->elements; i++) {
        struct text group = {"", 0};
        (void)redis_text_at(groups, i, &group);
        err = tell_incident(link, group, each, context, &gone[i], fault);
    }
    if (err == ERR_OK)
        err = drop_gone(link, groups, gone, fault);
    free(gone);
    freeReplyObject(groups);
    redis_end(link);
    return err;
}
