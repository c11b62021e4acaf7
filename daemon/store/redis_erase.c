/* SPDX-License-Identifier: Apache-2.0
 *
 * Less kept of a closed alert, or nothing.
 */
#include "store/redis_parts.h"
#include "store/store_check.h"

#define NO_TAIL ((struct text){NULL, 0})

/* In the order that the script names. */
static void write_erasure(struct redis_link *link, const struct store_head *head,
                          const struct store_erasure *erasure)
{
    struct text id = text_of(erasure->alert);
    redis_script(link, SCRIPT_ERASE, 6, 7);
    redis_arg_key(link, head->partition, "head", NO_TAIL);
    redis_arg_key(link, head->partition, "a", id);
    redis_arg_key(link, head->partition, "case", erasure->household);
    redis_arg_key(link, head->partition, "index", NO_TAIL);
    redis_arg_key(link, head->partition, "of", erasure->household);
    redis_arg_key(link, head->partition, "gone", id);
    redis_arg_owner(link, head);
    redis_arg(link, id);
    redis_arg_number(link, erasure->version);
    redis_arg(link, erasure->snapshot);
    redis_arg_number(link, STORE_GONE_DAYS * INT64_C(86400));
}

enum err redis_erase(struct store *store, struct store_head *head,
                     const struct store_erasure *erasure, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    enum redis_answer answer;
    int64_t present = 0;
    enum err err = store_check_erasure(erasure, fault);
    if (err == ERR_OK)
        err = redis_begin_write(link, head, fault);
    if (err != ERR_OK)
        return err;
    write_erasure(link, head, erasure);
    err = redis_script_run(link, &reply, fault);
    if (err == ERR_OK)
        err = redis_read_answer(link, head, reply, &answer, fault);
    if (err == ERR_OK && answer == ANSWER_OK)
        head->seq++;
    else if (err == ERR_OK && answer == ANSWER_OPEN)
        err = store_say_live(erasure, fault);
    else if (err == ERR_OK && answer == ANSWER_VERSION && redis_number_at(reply, 1, &present))
        err = store_say_version(erasure->alert, erasure->version, present, fault);
    else if (err == ERR_OK)
        err = redis_say_corrupt(link, head->partition, "a", fault);
    freeReplyObject(reply);
    redis_end(link);
    return err;
}
