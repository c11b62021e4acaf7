/* SPDX-License-Identifier: Apache-2.0
 *
 * The Redis store: ownership of partitions and the households' records. Alerts are in
 * redis_alerts.c, keys and scripts in redis_scripts.c.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/source.h"
#include "store/redis_parts.h"
#include "store/redis_wire.h"
#include "store/store_check.h"

#define LOAD_KEYS_MAX 128  /* of one MGET */
#define SETTLE_PAGE   4096 /* entries of one ZRANGE */
#define NO_TAIL       ((struct text){NULL, 0})

/* Fields of head that hold a lane's offset. */
#define OFFSET_FIELD(constant, name) [constant] = "offset:" name,
static const char *const offset_fields[MESSAGE_TYPE_COUNT] = {MESSAGE_TYPES(OFFSET_FIELD)};
_Static_assert(TOPIC_COUNT <= MESSAGE_TYPE_COUNT, "a lane without a name");

void redis_arg_owner(struct redis_link *link, const struct store_head *head)
{
    if (!head) {
        for (int i = 0; i < 3; i++)
            redis_arg(link, TEXT(""));
        return;
    }
    redis_arg_number(link, (int64_t)head->counter);
    redis_arg(link, text_of(head->token));
    redis_arg_number(link, (int64_t)head->seq);
}

/* array[first..first+2] are counter, token, seq as the store has them. */
static enum err compare_owner(struct redis_link *link, const struct store_head *head,
                              const redisReply *array, size_t first, struct fault *fault)
{
    int64_t counter, seq;
    struct text at;
    char token[33];
    if (!redis_number_at(array, first, &counter) || !redis_text_at(array, first + 1, &at) ||
        !text_copy(at, token, sizeof token) || !redis_number_at(array, first + 2, &seq))
        return redis_say_corrupt(link, head->partition, "head", fault);
    return store_compare_owner(head, (uint64_t)counter, token, (uint64_t)seq, fault);
}

enum err redis_read_answer(struct redis_link *link, const struct store_head *head,
                           const redisReply *reply, enum redis_answer *answer, struct fault *fault)
{
    struct text word, key;
    size_t found = REDIS_ANSWER_COUNT;
    if (redis_text_at(reply, 0, &word))
        for (size_t i = 0; i < REDIS_ANSWER_COUNT; i++)
            if (text_is(word, redis_answer_words[i]))
                found = i;
    if (found == ANSWER_TYPE && redis_text_at(reply, 1, &key))
        return fault_set(fault, ERR_CORRUPT,
                         "redis at %s: key \"%.*s\" is damaged or of another program; nothing was "
                         "changed",
                         redis_link_address(link), (int)key.bytes, key.at);
    if (found == ANSWER_OWNER && head) {
        enum err err = compare_owner(link, head, reply, 1, fault);
        /* The script saw a difference that is none in numbers: "07" for 7. */
        return err != ERR_OK ? err : redis_say_corrupt(link, head->partition, "head", fault);
    }
    if (found == REDIS_ANSWER_COUNT || found == ANSWER_TYPE || found == ANSWER_OWNER)
        return fault_set(fault, ERR_CORRUPT, "redis at %s: a script's answer was not understood",
                         redis_link_address(link));
    *answer = (enum redis_answer)found;
    return ERR_OK;
}

static enum err partitions(struct store *store, uint32_t want, uint32_t *pinned,
                           struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *set = NULL, *reply = NULL;
    enum err err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    if (want) {
        redis_command(link, "SET", 3);
        redis_arg_global(link, "partitions");
        redis_arg_number(link, want);
        redis_arg(link, TEXT("NX"));
    }
    redis_command(link, "GET", 1);
    redis_arg_global(link, "partitions");
    if (want)
        err = redis_reply(link, REDIS_REPLY_STATUS, &set, fault);
    if (err == ERR_OK || err == ERR_NOT_FOUND) /* nil: it was pinned before */
        err = redis_reply(link, REDIS_REPLY_STRING, &reply, fault);
    int64_t now = 0;
    if (err == ERR_NOT_FOUND && !want) {
        *pinned = 0;
        err = ERR_OK;
    } else if (err == ERR_NOT_FOUND) {
        err = fault_set(fault, ERR_REWOUND, "redis at %s: forgot \"partitions\" at once",
                        redis_link_address(link));
    } else if (err == ERR_OK) {
        if (!redis_wire_number((struct text){reply->str, reply->len}, &now) || now < 1 ||
            now > UINT32_MAX)
            err = fault_set(fault, ERR_CORRUPT, "redis at %s: \"partitions\" holds no number",
                            redis_link_address(link));
        else if (want && now != want)
            err = store_say_partitions(want, (uint32_t)now, fault);
        else
            *pinned = (uint32_t)now;
    }
    freeReplyObject(set);
    freeReplyObject(reply);
    redis_end(link);
    return err;
}

/* The script of store_take: a new counter and token in the head. */
static enum err write_owner(struct redis_link *link, struct store_head *head, struct fault *fault)
{
    redisReply *reply = NULL;
    enum redis_answer answer;
    int64_t counter;
    store_token(head->token);
    redis_script(link, SCRIPT_TAKE, 1, 1);
    redis_arg_key(link, head->partition, "head", NO_TAIL);
    redis_arg(link, text_of(head->token));
    enum err err = redis_script_run(link, &reply, fault);
    if (err == ERR_OK)
        err = redis_read_answer(link, NULL, reply, &answer, fault);
    if (err == ERR_OK) {
        if (answer != ANSWER_OK || !redis_number_at(reply, 1, &counter) || counter < 1)
            err = redis_say_corrupt(link, head->partition, "head", fault);
        else
            head->counter = (uint64_t)counter;
    }
    freeReplyObject(reply);
    return err;
}

static void ask_settles(struct redis_link *link, uint32_t partition, int64_t from)
{
    redis_command(link, "ZRANGE", 4);
    redis_arg_key(link, partition, "settle", NO_TAIL);
    redis_arg_number(link, from);
    redis_arg_number(link, from + SETTLE_PAGE - 1);
    redis_arg(link, TEXT("WITHSCORES"));
}

/* Reads head: fields counter, token, seq, log, offsets. Sequence, log and offsets come from here;
 * counter and token must be those that we wrote. */
static enum err read_head(struct redis_link *link, struct store_head *head, struct fault *fault)
{
    redisReply *reply = NULL;
    int64_t seq;
    enum err err = redis_reply(link, REDIS_REPLY_ARRAY, &reply, fault);
    if (err != ERR_OK)
        return err;
    struct text token;
    bool ours = redis_text_at(reply, 1, &token) && text_is(token, head->token);
    bool fits = redis_number_or(reply, 2, 0, &seq) &&
                redis_number_or(reply, 3, OFFSET_NONE, &head->log_offset);
    for (size_t lane = 0; lane < TOPIC_COUNT; lane++)
        fits = fits && redis_number_or(reply, 4 + lane, OFFSET_NONE, &head->offsets[lane]);
    if (!ours)
        err = fault_set(fault, ERR_FENCED,
                        "store: partition %u: another owner took it at the same time; take it "
                        "again if it is still assigned",
                        head->partition);
    else if (!fits || seq < 0)
        err = redis_say_corrupt(link, head->partition, "head", fault);
    else
        head->seq = (uint64_t)seq;
    freeReplyObject(reply);
    return err;
}

static enum err tell_settles(struct redis_link *link, const struct store_head *head,
                             store_settle_fn *settle, void *context, size_t *told,
                             struct fault *fault)
{
    redisReply *reply = NULL;
    enum err err = redis_reply(link, REDIS_REPLY_ARRAY, &reply, fault);
    *told = 0;
    for (size_t i = 0; err == ERR_OK && i < reply->elements; i += 2) {
        struct store_settle one;
        struct text household;
        if (!redis_text_at(reply, i, &household) ||
            !text_copy(household, one.household, sizeof one.household) ||
            !redis_number_at(reply, i + 1, &one.settle_ms))
            err = redis_say_corrupt(link, head->partition, "settle", fault);
        else
            settle(context, &one);
        (*told)++;
    }
    freeReplyObject(reply);
    return err;
}

/* Ownership first, then, in a second round trip, what we own: nobody else writes it any more. */
static enum err take(struct store *store, uint32_t partition, struct store_head *out,
                     store_settle_fn *settle, void *context, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    struct store_head head = {.partition = partition};
    enum err err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    err = write_owner(link, &head, fault);
    if (err != ERR_OK)
        goto out;
    redis_command(link, "HMGET", 5 + TOPIC_COUNT);
    redis_arg_key(link, partition, "head", NO_TAIL);
    redis_arg(link, TEXT("counter"));
    redis_arg(link, TEXT("token"));
    redis_arg(link, TEXT("seq"));
    redis_arg(link, TEXT("log"));
    for (size_t lane = 0; lane < TOPIC_COUNT; lane++)
        redis_arg(link, text_of(offset_fields[lane]));
    if (settle)
        ask_settles(link, partition, 0);
    err = read_head(link, &head, fault);
    for (int64_t from = 0; err == ERR_OK && settle; from += SETTLE_PAGE) {
        size_t told;
        if (from > 0)
            ask_settles(link, partition, from);
        err = tell_settles(link, &head, settle, context, &told, fault);
        if (told < SETTLE_PAGE)
            break;
    }
    head.connection = redis_link_connection(link);
    if (err == ERR_OK)
        *out = head;
out:
    redis_end(link);
    return err;
}

static enum err open_partition(struct store *store, struct store_head *head, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    enum redis_answer answer;
    enum err err = redis_begin_write(link, head, fault);
    if (err != ERR_OK)
        return err;
    redis_script(link, SCRIPT_OPEN, 1, 3);
    redis_arg_key(link, head->partition, "head", NO_TAIL);
    redis_arg_owner(link, head);
    err = redis_script_run(link, &reply, fault);
    if (err == ERR_OK)
        err = redis_read_answer(link, head, reply, &answer, fault);
    if (err == ERR_OK)
        head->seq++;
    freeReplyObject(reply);
    redis_end(link);
    return err;
}

static uint64_t connection(const struct store *store)
{
    return redis_link_connection(((const struct store_redis *)store)->link);
}

static enum err read_records(struct redis_link *link, size_t first, size_t count,
                             store_record_fn *got, void *context, struct fault *fault)
{
    redisReply *reply = NULL;
    enum err err = redis_reply(link, REDIS_REPLY_ARRAY, &reply, fault);
    if (err == ERR_OK && reply->elements != count)
        err = fault_set(fault, ERR_CORRUPT, "redis at %s: %zu records asked for, %zu came",
                        redis_link_address(link), count, reply->elements);
    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        const redisReply *one = reply->element[i];
        if (one->type == REDIS_REPLY_STRING && one->len <= UINT32_MAX)
            got(context, first + i, one->str, (uint32_t)one->len);
        else if (one->type == REDIS_REPLY_NIL)
            got(context, first + i, NULL, 0);
        else
            err = fault_set(fault, ERR_CORRUPT, "redis at %s: a record came as type %d",
                            redis_link_address(link), one->type);
    }
    freeReplyObject(reply);
    return err;
}

static enum err load(struct store *store, uint32_t partition, const struct text *households,
                     size_t count, store_record_fn *got, void *context, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    enum err err = store_check_households(households, count, fault);
    if (err == ERR_OK && count > 0)
        err = redis_begin(link, fault);
    if (err != ERR_OK || count == 0)
        return err;
    for (size_t first = 0; first < count; first += LOAD_KEYS_MAX) {
        size_t keys = count - first < LOAD_KEYS_MAX ? count - first : LOAD_KEYS_MAX;
        redis_command(link, "MGET", keys);
        for (size_t i = 0; i < keys; i++)
            redis_arg_key(link, partition, "h", households[first + i]);
    }
    for (size_t first = 0; first < count && err == ERR_OK; first += LOAD_KEYS_MAX) {
        size_t keys = count - first < LOAD_KEYS_MAX ? count - first : LOAD_KEYS_MAX;
        err = read_records(link, first, keys, got, context, fault);
    }
    redis_end(link);
    return err;
}

static size_t write_offsets(struct redis_link *link, const int64_t offsets[TOPIC_COUNT], bool count)
{
    size_t lanes = 0;
    for (size_t lane = 0; lane < TOPIC_COUNT; lane++) {
        if (offsets[lane] == OFFSET_NONE)
            continue;
        lanes++;
        if (count)
            continue;
        redis_arg(link, text_of(offset_fields[lane]));
        redis_arg_number(link, offsets[lane]);
    }
    return lanes;
}

static enum err flush(struct store *store, struct store_head *head,
                      const struct store_record *records, size_t count,
                      const int64_t offsets[TOPIC_COUNT], struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    enum redis_answer answer;
    enum err err = store_check_flush(records, count, fault);
    if (err == ERR_OK)
        err = redis_begin_write(link, head, fault);
    if (err != ERR_OK)
        return err;
    size_t lanes = write_offsets(link, offsets, true);
    redis_script(link, SCRIPT_FLUSH, 3 + count, 4 + 2 * lanes + 4 * count);
    redis_arg_key(link, head->partition, "head", NO_TAIL);
    redis_arg_key(link, head->partition, "settle", NO_TAIL);
    redis_arg_key(link, head->partition, "outlook", NO_TAIL);
    for (size_t i = 0; i < count; i++)
        redis_arg_key(link, head->partition, "h", records[i].household);
    redis_arg_owner(link, head);
    redis_arg_number(link, (int64_t)lanes);
    (void)write_offsets(link, offsets, false);
    for (size_t i = 0; i < count; i++) {
        redis_arg(link, records[i].household);
        redis_arg_number(link, records[i].settle_ms);
        redis_arg_outlook(link, records[i].outlook_h);
        redis_arg(link, (struct text){records[i].bytes, records[i].size});
    }
    err = redis_script_run(link, &reply, fault);
    if (err == ERR_OK)
        err = redis_read_answer(link, head, reply, &answer, fault);
    if (err == ERR_OK) {
        head->seq++;
        for (size_t lane = 0; lane < TOPIC_COUNT; lane++)
            if (offsets[lane] != OFFSET_NONE)
                head->offsets[lane] = offsets[lane];
    }
    freeReplyObject(reply);
    redis_end(link);
    return err;
}

static enum err store_clock_ms(struct store *store, int64_t *out, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    int64_t seconds, micros;
    enum err err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    redis_command(link, "TIME", 0);
    err = redis_reply(link, REDIS_REPLY_ARRAY, &reply, fault);
    if (err == ERR_OK) {
        if (redis_number_at(reply, 0, &seconds) && redis_number_at(reply, 1, &micros))
            *out = seconds * 1000 + micros / 1000;
        else
            err = fault_set(fault, ERR_CORRUPT, "redis at %s: TIME was not understood",
                            redis_link_address(link));
    }
    freeReplyObject(reply);
    redis_end(link);
    return err;
}

static void free_store(struct store *store)
{
    if (!store)
        return;
    redis_link_free(redis_link_of(store));
    free(store);
}

static const struct store_ops redis_ops = {
    .name = "redis",
    .partitions = partitions,
    .take = take,
    .open = open_partition,
    .connection = connection,
    .load = load,
    .flush = flush,
    .outlooks = redis_outlooks,
    .outlook_count = redis_outlook_count,
    .load_case = redis_load_case,
    .transition = redis_transition,
    .alert = redis_alert,
    .alerts = redis_alerts,
    .alerts_of = redis_alerts_of,
    .alerts_from = redis_alerts_from,
    .erase = redis_erase,
    .due = redis_due,
    .outbox = redis_outbox,
    .outbox_length = redis_outbox_length,
    .outbox_done = redis_outbox_done,
    .area_add = redis_area_add,
    .incident_set = redis_incident_set,
    .incidents = redis_incidents,
    .document_set = redis_document_set,
    .document = redis_document,
    .documents = redis_documents,
    .clock_ms = store_clock_ms,
    .check = redis_check,
    .free = free_store,
};

enum err store_redis_new(const struct store_redis_options *options, struct store **out,
                         struct fault *fault)
{
    struct redis_link *link = NULL;
    enum err err = redis_link_new(options, &link, fault);
    if (err != ERR_OK)
        return err;
    struct store_redis *redis = memory_get(sizeof *redis);
    redis->store.ops = &redis_ops;
    redis->link = link;
    *out = &redis->store;
    return ERR_OK;
}
