/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents in Redis: a shelf is one slot, so that a document and the list of names change
 * together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/redis_parts.h"
#include "store/redis_wire.h"
#include "store/store_check.h"

static void arg_shelf(struct redis_link *link, const char *shelf, const char *what,
                      const char *name)
{
    char group[STORE_GROUP_MAX], key[STORE_DOCUMENT_NAME_MAX + 2];
    (void)snprintf(group, sizeof group, "shelf:%s", shelf);
    (void)snprintf(key, sizeof key, "%s%s", what, name);
    redis_arg_group_key(link, text_of(group), key);
}

static enum err say_corrupt(const struct redis_link *link, const char *shelf, const char *name,
                            struct fault *fault)
{
    return fault_set(fault, ERR_CORRUPT,
                     "redis at %s: {shelf:%s}:d:%s is damaged or of another program",
                     redis_link_address(link), shelf, name);
}

enum err redis_document_set(struct store *store, const struct store_document *document,
                            struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    enum redis_answer answer;
    int64_t present = 0;
    enum err err = store_check_document(document, fault);
    if (err == ERR_OK)
        err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    redis_script(link, SCRIPT_DOCUMENT, 2, 5);
    arg_shelf(link, document->shelf, "d:", document->name);
    arg_shelf(link, document->shelf, "names", "");
    redis_arg_number(link, document->expected_version);
    redis_arg_number(link, document->version);
    redis_arg(link, text_of(document->name));
    redis_arg(link, document->body);
    redis_arg_number(link, document->expires_in_ms);
    err = redis_script_run(link, &reply, fault);
    if (err == ERR_OK)
        err = redis_read_answer(link, NULL, reply, &answer, fault);
    if (err == ERR_OK && answer == ANSWER_VERSION && redis_number_at(reply, 1, &present))
        err = store_say_document(document, present, fault);
    else if (err == ERR_OK && answer != ANSWER_OK)
        err = say_corrupt(link, document->shelf, document->name, fault);
    freeReplyObject(reply);
    redis_end(link);
    return err;
}

static bool document_read(const redisReply *reply, int64_t *version, struct text *body)
{
    const char *line = memchr(reply->str, '\n', reply->len);
    struct text number = {reply->str, line ? (size_t)(line - reply->str) : 0};
    if (!line || !redis_wire_number(number, version))
        return false;
    *body = (struct text){line + 1, reply->len - (size_t)(line + 1 - reply->str)};
    return true;
}

static void ask(struct redis_link *link, const char *shelf, const char *name)
{
    redis_command(link, "GET", 1);
    arg_shelf(link, shelf, "d:", name);
}

enum err redis_document(struct store *store, const char *shelf, const char *name, int64_t *version,
                        struct buffer *out, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    struct text body;
    enum err err = store_check_document_name(shelf, name, fault);
    if (err == ERR_OK)
        err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    ask(link, shelf, name);
    err = redis_reply(link, REDIS_REPLY_STRING, &reply, fault);
    if (err == ERR_NOT_FOUND)
        err = store_say_no_document(shelf, name, fault);
    else if (err == ERR_OK && !document_read(reply, version, &body))
        err = say_corrupt(link, shelf, name, fault);
    else if (err == ERR_OK)
        buffer_add(out, body.at, body.bytes);
    freeReplyObject(reply);
    redis_end(link);
    return err;
}

/* One that has expired is passed over; the next that is written takes it off the list. */
static enum err tell(struct redis_link *link, const char *shelf, const redisReply *name,
                     store_document_fn *each, void *context, struct fault *fault)
{
    redisReply *reply = NULL;
    struct text body;
    int64_t version;
    enum err err = redis_reply(link, REDIS_REPLY_STRING, &reply, fault);
    if (err == ERR_OK && !document_read(reply, &version, &body))
        err = say_corrupt(link, shelf, name->str, fault);
    else if (err == ERR_OK)
        each(context, (struct text){name->str, name->len}, body);
    freeReplyObject(reply);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err redis_documents(struct store *store, const char *shelf, store_document_fn *each,
                         void *context, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *names = NULL;
    enum err err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    redis_command(link, "ZRANGE", 3);
    arg_shelf(link, shelf, "names", "");
    redis_arg_number(link, 0);
    redis_arg_number(link, STORE_DOCUMENTS_MAX - 1);
    err = redis_reply(link, REDIS_REPLY_ARRAY, &names, fault);
    for (size_t i = 0; err == ERR_OK && i < names->elements; i++)
        if (names->element[i]->type != REDIS_REPLY_STRING)
            err = say_corrupt(link, shelf, "", fault);
    for (size_t i = 0; err == ERR_OK && i < names->elements; i++)
        ask(link, shelf, names->element[i]->str);
    for (size_t i = 0; err == ERR_OK && i < names->elements; i++)
        err = tell(link, shelf, names->element[i], each, context, fault);
    freeReplyObject(names);
    redis_end(link);
    return err;
}
