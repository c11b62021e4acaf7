/* SPDX-License-Identifier: Apache-2.0
 *
 * A connection to Redis: commands written one argument at a time and pipelined, typed replies,
 * errors in our words, back-off without sleeping. Owned by one store_redis, used by its thread.
 *
 *     err = redis_begin(link, fault);              connects when need be
 *     redis_command(link, "GET", 1);               as many commands as the round trip shall carry
 *     redis_arg_key(link, partition, "h", household);
 *     err = redis_reply(link, REDIS_REPLY_STRING, &reply, fault);   in the commands' order
 *     freeReplyObject(reply);
 *     redis_end(link);                             throws away the replies that nobody read
 */
#ifndef ANBU_STORE_REDIS_LINK_H
#define ANBU_STORE_REDIS_LINK_H

#include <hiredis/hiredis.h>

#include "store/redis_scripts.h"
#include "store/store.h"

struct redis_link;

/* ERR_CONFIG for options that cannot work. Does not connect. */
NODISCARD enum err redis_link_new(const struct store_redis_options *options,
                                  struct redis_link **out, struct fault *fault);
void redis_link_free(struct redis_link *link);
/* Between the last failed try to connect and the next; 0: the last one went well. */
int64_t redis_link_wait_ms(const struct redis_link *link);
const char *redis_link_address(const struct redis_link *link);

/* ERR_UNREACHABLE at once while backing off. */
NODISCARD enum err redis_begin(struct redis_link *link, struct fault *fault);
/* For a write of a partition's owner (head NULL: of anybody). ERR_REWOUND over another connection
 * than that of the take: the server may have gone back in time meanwhile, with what people did in
 * it, and the owner's sequence need not show it. */
NODISCARD enum err redis_begin_write(struct redis_link *link, const struct store_head *head,
                                     struct fault *fault);
uint64_t redis_link_connection(const struct redis_link *link);
void redis_end(struct redis_link *link);

/* `args` arguments follow the name, each by one redis_arg call. */
void redis_command(struct redis_link *link, const char *name, size_t args);
void redis_arg(struct redis_link *link, struct text arg);
void redis_arg_number(struct redis_link *link, int64_t number);
/* <prefix>{partition}:<what>, and :<tail> unless tail.at is NULL. */
void redis_arg_key(struct redis_link *link, uint32_t partition, const char *what, struct text tail);
/* <prefix>{group}:<what>: soft state of a group of homes. */
void redis_arg_group_key(struct redis_link *link, struct text group, const char *what);
/* <prefix><what>: not of one partition. */
void redis_arg_global(struct redis_link *link, const char *what);

/* The next reply, of the wanted type (REDIS_REPLY_*); or an error, with *out untouched. A nil is
 * ERR_NOT_FOUND, without a text. */
NODISCARD enum err redis_reply(struct redis_link *link, int type, redisReply **out,
                               struct fault *fault);

/* Begins a script: its keys, then its arguments, then redis_script_run, alone in its round trip.
 * The reply is an array that begins with the script's word (redis_scripts.h). */
void redis_script(struct redis_link *link, enum redis_script script, size_t keys, size_t args);
NODISCARD enum err redis_script_run(struct redis_link *link, redisReply **out, struct fault *fault);

/* Elements of an array; false when there is no such element or it is of another type. */
bool redis_text_at(const redisReply *array, size_t index, struct text *out);
bool redis_number_at(const redisReply *array, size_t index, int64_t *out);
/* A nil gives `missing`. */
bool redis_number_or(const redisReply *array, size_t index, int64_t missing, int64_t *out);

/* ERR_CORRUPT: what lies at <prefix>{partition}:<what> is not ours or damaged. */
enum err redis_say_corrupt(const struct redis_link *link, uint32_t partition, const char *what,
                           struct fault *fault);

#endif
