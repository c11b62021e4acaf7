/* SPDX-License-Identifier: Apache-2.0
 *
 * Alerts in Redis: cases, transitions, lists, timers and the outbox.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/redis_parts.h"
#include "store/redis_wire.h"
#include "store/store_check.h"

#define SNAPSHOT_PAGE 64 /* snapshots asked for in one round trip */
#define NO_TAIL       ((struct text){NULL, 0})

/* Field of a case that names the team's live alert. */
#define OPEN_FIELD(constant, name) [constant] = "open:" name,
static const char *const open_fields[TEAM_COUNT] = {TEAMS(OPEN_FIELD)};

static const char *const outbox_topics[OUTBOX_TOPIC_COUNT] = {
    [OUTBOX_ALERTS] = "alerts",
    [OUTBOX_HOUSEHOLD] = "household",
};

static void seq_field(char out[16], size_t detector)
{
    (void)snprintf(out, 16, "seq:%zu", detector);
}

enum err redis_load_case(struct store *store, uint32_t partition, struct text household,
                         struct store_case *out, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    struct store_case found = {0};
    enum err err = store_check_household(household, fault);
    if (err == ERR_OK)
        err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    redis_command(link, "HMGET", 1 + TEAM_COUNT + STORE_FINDING_SEQS);
    redis_arg_key(link, partition, "case", household);
    for (size_t team = 0; team < TEAM_COUNT; team++)
        redis_arg(link, text_of(open_fields[team]));
    for (size_t detector = 0; detector < STORE_FINDING_SEQS; detector++) {
        char field[16];
        seq_field(field, detector);
        redis_arg(link, text_of(field));
    }
    err = redis_reply(link, REDIS_REPLY_ARRAY, &reply, fault);
    bool fits = err != ERR_OK || reply->elements == TEAM_COUNT + STORE_FINDING_SEQS;
    for (size_t team = 0; err == ERR_OK && team < TEAM_COUNT; team++) {
        struct text id;
        if (redis_text_at(reply, team, &id))
            fits = fits && text_copy(id, found.open[team], sizeof found.open[team]);
    }
    for (size_t i = 0; err == ERR_OK && i < STORE_FINDING_SEQS; i++) {
        int64_t seq = 0;
        fits = fits && redis_number_or(reply, TEAM_COUNT + i, 0, &seq) && seq >= 0;
        found.finding_seq[i] = seq;
    }
    if (!fits)
        err = redis_say_corrupt(link, partition, "case", fault);
    if (err == ERR_OK)
        *out = found;
    freeReplyObject(reply);
    redis_end(link);
    return err;
}

/* In the order that the script names (redis_scripts.c). A step without an alert names the same
 * keys, so that the script is one. */
static void write_step(struct redis_link *link, const struct store_head *head,
                       const struct store_transition *step)
{
    struct text id = text_of(step->alert ? step->alert : "");
    char field[16] = "";
    if (step->detector >= 0)
        seq_field(field, (size_t)step->detector);
    redis_script(link, SCRIPT_TRANSITION, 9, 17 + 2 * step->timer_count);
    redis_arg_key(link, step->partition, "head", NO_TAIL);
    redis_arg_key(link, step->partition, "a", id);
    redis_arg_key(link, step->partition, "case", step->household);
    redis_arg_key(link, step->partition, "live", NO_TAIL);
    redis_arg_key(link, step->partition, "index", NO_TAIL);
    redis_arg_key(link, step->partition, "of", step->household);
    redis_arg_key(link, step->partition, "timers", NO_TAIL);
    redis_arg_key(link, step->partition, "outbox", NO_TAIL);
    redis_arg_key(link, step->partition, "gone", id);

    redis_arg_owner(link, head);
    redis_arg(link, text_of(field));
    redis_arg_number(link, step->finding_seq);
    redis_arg(link, id);
    redis_arg(link, text_of(open_fields[step->team]));
    redis_arg_number(link, step->expected_version);
    redis_arg_number(link, step->version);
    redis_arg_number(link, step->live);
    redis_arg_number(link, step->raised_s);
    redis_arg(link, step->household);
    redis_arg(link, step->snapshot);
    redis_arg(link, step->event_id);
    redis_arg(link, step->event);
    redis_arg(link, step->message_id);
    redis_arg(link, step->message);
    for (size_t i = 0; i < step->timer_count; i++) {
        redis_arg(link, text_of(step->timers[i].kind));
        redis_arg_number(link, step->timers[i].due_ms);
    }
}

static enum err read_step(struct redis_link *link, const struct store_head *head,
                          const struct store_transition *step, const redisReply *reply,
                          struct fault *fault)
{
    enum redis_answer answer;
    int64_t number = 0;
    struct text other;
    char id[STORE_ALERT_ID_MAX] = "";
    enum err err = redis_read_answer(link, head, reply, &answer, fault);
    if (err != ERR_OK || answer == ANSWER_OK)
        return err;
    if (answer == ANSWER_GONE)
        return store_say_gone(step, fault);
    if (answer == ANSWER_STALE)
        return store_say_stale(step, fault);
    if (answer == ANSWER_OPEN && redis_text_at(reply, 1, &other) && text_copy(other, id, sizeof id))
        return store_say_open(step, id, fault);
    if (answer == ANSWER_DUPLICATE && redis_number_at(reply, 1, &number))
        return store_say_duplicate(step, number, fault);
    if (answer == ANSWER_VERSION && redis_number_at(reply, 1, &number))
        return store_say_version(step->alert, step->expected_version, number, fault);
    return redis_say_corrupt(link, step->partition, answer == ANSWER_VERSION ? "a" : "case", fault);
}

enum err redis_transition(struct store *store, struct store_head *head,
                          const struct store_transition *step, struct fault *fault)
{
    assert(!head || head->partition == step->partition);
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    enum err err = store_check_step(step, fault);
    if (err == ERR_OK)
        err = redis_begin_write(link, head, fault);
    if (err != ERR_OK)
        return err;
    write_step(link, head, step);
    err = redis_script_run(link, &reply, fault);
    if (err == ERR_OK)
        err = read_step(link, head, step, reply, fault);
    if (err == ERR_OK && head)
        head->seq++;
    freeReplyObject(reply);
    redis_end(link);
    return err;
}

static void ask_snapshot(struct redis_link *link, uint32_t partition, struct text id)
{
    redis_command(link, "HGET", 2);
    redis_arg_key(link, partition, "a", id);
    redis_arg(link, TEXT("snapshot"));
}

enum err redis_alert(struct store *store, uint32_t partition, const char *id, struct buffer *out,
                     struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    enum err err = store_check_alert_id(id, fault);
    if (err == ERR_OK)
        err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    ask_snapshot(link, partition, text_of(id));
    err = redis_reply(link, REDIS_REPLY_STRING, &reply, fault);
    if (err == ERR_OK)
        buffer_add(out, reply->str, reply->len);
    else if (err == ERR_NOT_FOUND)
        err = store_say_no_alert(partition, id, fault);
    freeReplyObject(reply);
    redis_end(link);
    return err;
}

/* Snapshots of ids[first..], a page in a round trip. *go turns false when the reader has enough. */
static enum err tell_page(struct redis_link *link, uint32_t partition, const redisReply *ids,
                          size_t first, store_alert_fn *each, void *context, bool *go,
                          struct fault *fault)
{
    size_t count = 0;
    enum err err = ERR_OK;
    for (size_t i = first; i < ids->elements && count < SNAPSHOT_PAGE; i++, count++) {
        struct text id;
        if (!redis_text_at(ids, i, &id))
            id = TEXT("");
        ask_snapshot(link, partition, id);
    }
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        redisReply *reply = NULL;
        err = redis_reply(link, REDIS_REPLY_STRING, &reply, fault);
        if (err == ERR_OK && *go)
            *go = each(context, partition, (struct text){reply->str, reply->len});
        if (err == ERR_NOT_FOUND) /* removed by hand: the others are still worth showing */
            err = ERR_OK;
        freeReplyObject(reply);
    }
    return err;
}

/* Which part of which list. */
struct part {
    const char *command, *list;
    struct text household; /* of the list "of"; else NO_TAIL */
    int64_t first, last;   /* by rank; last -1: to the end */
};

/* *count, unless NULL: so many the part has. */
static enum err list_alerts(struct store *store, uint32_t partition, const struct part *part,
                            size_t *count, store_alert_fn *each, void *context, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *ids = NULL;
    bool go = true;
    enum err err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    redis_command(link, part->command, 3);
    redis_arg_key(link, partition, part->list, part->household);
    redis_arg_number(link, part->first);
    redis_arg_number(link, part->last);
    err = redis_reply(link, REDIS_REPLY_ARRAY, &ids, fault);
    if (err == ERR_OK && count)
        *count = ids->elements;
    for (size_t at = 0; err == ERR_OK && go && at < ids->elements; at += SNAPSHOT_PAGE)
        err = tell_page(link, partition, ids, at, each, context, &go, fault);
    freeReplyObject(ids);
    redis_end(link);
    return err;
}

static int64_t last_of(size_t limit)
{
    return limit == 0 || limit > INT32_MAX ? -1 : (int64_t)limit - 1;
}

enum err redis_alerts(struct store *store, uint32_t partition, bool live_only, size_t limit,
                      store_alert_fn *each, void *context, struct fault *fault)
{
    const struct part part = {"ZREVRANGE", live_only ? "live" : "index", NO_TAIL, 0,
                              last_of(limit)};
    return list_alerts(store, partition, &part, NULL, each, context, fault);
}

enum err redis_alerts_of(struct store *store, uint32_t partition, struct text household,
                         size_t limit, store_alert_fn *each, void *context, struct fault *fault)
{
    enum err err = store_check_household(household, fault);
    if (err != ERR_OK)
        return err;
    const struct part part = {"ZREVRANGE", "of", household, 0, last_of(limit)};
    return list_alerts(store, partition, &part, NULL, each, context, fault);
}

enum err redis_alerts_from(struct store *store, uint32_t partition, size_t from, size_t max,
                           size_t *count, store_alert_fn *each, void *context, struct fault *fault)
{
    const struct part part = {"ZRANGE", "index", NO_TAIL, (int64_t)from,
                              (int64_t)from + (int64_t)max - 1};
    return list_alerts(store, partition, &part, count, each, context, fault);
}

static bool read_due(const redisReply *reply, size_t at, struct store_due *out)
{
    struct text member;
    if (!redis_text_at(reply, at, &member) || !redis_number_at(reply, at + 1, &out->due_ms))
        return false;
    const char *bar = memchr(member.at, '|', member.bytes);
    if (!bar)
        return false;
    size_t id_bytes = (size_t)(bar - member.at);
    return text_copy((struct text){member.at, id_bytes}, out->alert, sizeof out->alert) &&
           text_copy((struct text){bar + 1, member.bytes - id_bytes - 1}, out->kind,
                     sizeof out->kind);
}

enum err redis_due(struct store *store, uint32_t partition, int64_t now_ms, struct store_due *out,
                   size_t max, size_t *count, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    enum err err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    redis_command(link, "ZRANGEBYSCORE", 7);
    redis_arg_key(link, partition, "timers", NO_TAIL);
    redis_arg(link, TEXT("-inf"));
    redis_arg_number(link, now_ms);
    redis_arg(link, TEXT("WITHSCORES"));
    redis_arg(link, TEXT("LIMIT"));
    redis_arg_number(link, 0);
    redis_arg_number(link, max < INT32_MAX ? (int64_t)max : INT32_MAX);
    err = redis_reply(link, REDIS_REPLY_ARRAY, &reply, fault);
    size_t found = 0;
    for (size_t i = 0; err == ERR_OK && i < reply->elements && found < max; i += 2)
        if (!read_due(reply, i, &out[found++]))
            err = redis_say_corrupt(link, partition, "timers", fault);
    if (err == ERR_OK)
        *count = found;
    freeReplyObject(reply);
    redis_end(link);
    return err;
}

static bool read_topic(struct text name, enum outbox_topic *out)
{
    for (size_t topic = 0; topic < OUTBOX_TOPIC_COUNT; topic++)
        if (text_is(name, outbox_topics[topic])) {
            *out = (enum outbox_topic)topic;
            return true;
        }
    return false;
}

/* A stream entry: [id, [field, value, ...]] with our four fields in our order. */
static bool read_entry(const redisReply *reply, char id[64], struct store_outbox_entry *out)
{
    struct text entry, topic;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
        !redis_text_at(reply, 0, &entry) || !text_copy(entry, id, 64))
        return false;
    const redisReply *fields = reply->element[1];
    out->entry = id;
    return redis_text_at(fields, 1, &topic) && read_topic(topic, &out->topic) &&
           redis_text_at(fields, 3, &out->key) && redis_text_at(fields, 5, &out->id) &&
           redis_text_at(fields, 7, &out->body);
}

enum err redis_outbox(struct store *store, uint32_t partition, const char *after, size_t max,
                      store_outbox_fn *each, void *context, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    enum err err = after[0] ? store_check_entry(after, fault) : ERR_OK;
    if (err == ERR_OK)
        err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    char from[80] = "-";
    if (after[0])
        (void)snprintf(from, sizeof from, "(%s", after);
    redis_command(link, "XRANGE", 5);
    redis_arg_key(link, partition, "outbox", NO_TAIL);
    redis_arg(link, text_of(from));
    redis_arg(link, TEXT("+"));
    redis_arg(link, TEXT("COUNT"));
    redis_arg_number(link, max < INT32_MAX ? (int64_t)max : INT32_MAX);
    err = redis_reply(link, REDIS_REPLY_ARRAY, &reply, fault);
    for (size_t i = 0; err == ERR_OK && i < reply->elements; i++) {
        struct store_outbox_entry entry;
        char id[64];
        if (read_entry(reply->element[i], id, &entry))
            each(context, &entry);
        else
            err = redis_say_corrupt(link, partition, "outbox", fault);
    }
    freeReplyObject(reply);
    redis_end(link);
    return err;
}

enum err redis_outbox_length(struct store *store, uint32_t partition, int64_t *out,
                             struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    enum err err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    redis_command(link, "XLEN", 1);
    redis_arg_key(link, partition, "outbox", NO_TAIL);
    err = redis_reply(link, REDIS_REPLY_INTEGER, &reply, fault);
    if (err == ERR_OK)
        *out = reply->integer;
    freeReplyObject(reply);
    redis_end(link);
    return err;
}

enum err redis_outbox_done(struct store *store, struct store_head *head, uint32_t partition,
                           const char *const *entries, size_t count, int64_t log_offset,
                           struct fault *fault)
{
    assert(!head || head->partition == partition);
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL;
    enum redis_answer answer;
    enum err err = store_check_done(entries, count, fault);
    if (err == ERR_OK)
        err = redis_begin_write(link, head, fault);
    if (err != ERR_OK)
        return err;
    redis_script(link, SCRIPT_OUTBOX_DONE, 2, 4 + count);
    redis_arg_key(link, partition, "head", NO_TAIL);
    redis_arg_key(link, partition, "outbox", NO_TAIL);
    redis_arg_owner(link, head);
    if (log_offset >= 0)
        redis_arg_number(link, log_offset);
    else
        redis_arg(link, TEXT(""));
    for (size_t i = 0; i < count; i++)
        redis_arg(link, text_of(entries[i]));
    err = redis_script_run(link, &reply, fault);
    if (err == ERR_OK)
        err = redis_read_answer(link, head, reply, &answer, fault);
    if (err == ERR_OK && head) {
        head->seq++;
        int64_t log;
        if (redis_number_at(reply, 1, &log))
            head->log_offset = log;
    }
    freeReplyObject(reply);
    redis_end(link);
    return err;
}
