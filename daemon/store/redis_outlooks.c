/* SPDX-License-Identifier: Apache-2.0
 *
 * Homes by how soon a collapse in them would be told, in Redis: written with the records
 * (scripts/flush.lua). The score is minus the hours, so that the latest told come first; 1 of homes
 * of which too little is known.
 */
#include <stdlib.h>

#include "store/redis_parts.h"
#include "store/redis_wire.h"

#define NO_TAIL       ((struct text){NULL, 0})
#define SCORE_UNKNOWN 1

static int64_t score_of(int outlook_h)
{
    return outlook_h == OUTLOOK_UNKNOWN ? SCORE_UNKNOWN : -(int64_t)outlook_h;
}

void redis_arg_outlook(struct redis_link *link, int outlook_h)
{
    if (outlook_h)
        redis_arg_number(link, score_of(outlook_h));
    else
        redis_arg(link, TEXT(""));
}

static void ask(struct redis_link *link, const char *command, size_t args, uint32_t partition,
                int least_h, int most_h)
{
    redis_command(link, command, args);
    redis_arg_key(link, partition, "outlook", NO_TAIL);
    redis_arg_number(link, score_of(most_h));
    redis_arg_number(link, score_of(least_h));
}

static enum err say_corrupt(const struct redis_link *link, uint32_t partition, struct fault *fault)
{
    return fault_set(fault, ERR_CORRUPT,
                     "redis at %s: {%u}:outlook is damaged or of another program",
                     redis_link_address(link), partition);
}

enum err redis_outlooks(struct store *store, uint32_t partition, const struct store_outlooks *which,
                        store_outlook_fn *each, void *context, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    enum err err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    ask(link, "ZRANGEBYSCORE", 7, partition, which->least_h, which->most_h);
    redis_arg(link, TEXT("WITHSCORES"));
    redis_arg(link, TEXT("LIMIT"));
    redis_arg_number(link, (int64_t)which->from);
    redis_arg_number(link, (int64_t)which->limit);
    err = redis_reply(link, REDIS_REPLY_ARRAY, &reply, fault);
    for (size_t i = 0; err == ERR_OK && i + 1 < reply->elements; i += 2) {
        struct text household;
        int64_t score;
        if (redis_text_at(reply, i, &household) && redis_number_at(reply, i + 1, &score) &&
            score >= -INT16_MAX)
            each(context, household, score == SCORE_UNKNOWN ? OUTLOOK_UNKNOWN : (int)-score);
        else
            err = say_corrupt(link, partition, fault);
    }
    freeReplyObject(reply);
    redis_end(link);
    return err;
}

enum err redis_outlook_count(struct store *store, uint32_t partition, int least_h, int most_h,
                             int64_t *out, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    enum err err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    ask(link, "ZCOUNT", 3, partition, least_h, most_h);
    err = redis_reply(link, REDIS_REPLY_INTEGER, &reply, fault);
    if (err == ERR_OK)
        *out = reply->integer;
    freeReplyObject(reply);
    redis_end(link);
    return err;
}
