/* SPDX-License-Identifier: Apache-2.0
 *
 * Is this Redis fit to hold the state? Asked once at start; names the setting and the way out.
 */
#include <stdlib.h>
#include <string.h>

#include "store/redis_parts.h"
#include "store/redis_wire.h"

#define SERVER_MAJOR_MIN 7

/* The value of a line "name:value\r\n" of INFO; empty when there is none. */
static struct text info(struct text lines, const char *name)
{
    size_t name_bytes = strlen(name), at = 0;
    while (at < lines.bytes) {
        const char *line = lines.at + at;
        const char *end = memchr(line, '\n', lines.bytes - at);
        size_t bytes = end ? (size_t)(end - line) : lines.bytes - at;
        at += bytes + 1;
        if (bytes > 0 && line[bytes - 1] == '\r')
            bytes--;
        if (bytes > name_bytes && line[name_bytes] == ':' && memcmp(line, name, name_bytes) == 0)
            return (struct text){line + name_bytes + 1, bytes - name_bytes - 1};
    }
    return TEXT("");
}

static enum err check_server(const char *address, struct text lines, struct fault *fault)
{
    struct text version = info(lines, "redis_version"); /* Valkey tells it too */
    char text[32];
    (void)text_copy(version, text, sizeof text);
    if (strtol(text, NULL, 10) < SERVER_MAJOR_MIN)
        return fault_set(fault, ERR_CONFIG,
                         "redis at %s: version \"%s\" is too old; Anbu needs Redis %d or Valkey",
                         address, text, SERVER_MAJOR_MIN);
    if (text_is(info(lines, "cluster_enabled"), "1"))
        return fault_set(fault, ERR_CONFIG,
                         "redis at %s: is a node of a Redis Cluster, whose redirections Anbu does "
                         "not follow; set redis.address to a single server or a cluster proxy",
                         address);
    if (text_is(info(lines, "role"), "slave"))
        return fault_set(fault, ERR_CONFIG,
                         "redis at %s: is a replica; set redis.address to the primary", address);
    struct text policy = info(lines, "maxmemory_policy");
    if (!text_is(policy, "noeviction"))
        return fault_set(fault, ERR_CONFIG,
                         "redis at %s: maxmemory-policy is \"%.*s\", under which Redis throws "
                         "households away; run: redis-cli config set maxmemory-policy noeviction",
                         address, (int)policy.bytes, policy.at);
    return ERR_OK;
}

/* fsync is "" when the server did not tell (CONFIG is often denied). */
static void warn(const char *address, struct text lines, struct text fsync, struct fault *warning)
{
    if (text_is(info(lines, "aof_enabled"), "0"))
        (void)fault_set(warning, ERR_OK,
                        "redis at %s: appendonly is off: a restart goes back to the last snapshot "
                        "and the readings since then are read again; run: redis-cli config set "
                        "appendonly yes",
                        address);
    else if (text_is(fsync, "no"))
        (void)fault_set(warning, ERR_OK,
                        "redis at %s: appendfsync is \"no\": a power cut may lose half a minute; "
                        "run: redis-cli config set appendfsync everysec",
                        address);
    else if (text_is(info(lines, "aof_last_write_status"), "err"))
        (void)fault_set(warning, ERR_OK,
                        "redis at %s: cannot write its append-only file (disk full?)", address);
}

static enum err check_account(struct redis_link *link, struct fault *fault)
{
    redisReply *reply = NULL;
    enum redis_answer answer;
    struct text command;
    redis_script(link, SCRIPT_ALLOWED, 1, 0);
    redis_arg_key(link, 0, "head", (struct text){NULL, 0});
    enum err err = redis_script_run(link, &reply, fault);
    if (err == ERR_OK)
        err = redis_read_answer(link, NULL, reply, &answer, fault);
    if (err == ERR_OK && answer == ANSWER_DENIED && redis_text_at(reply, 1, &command))
        err = fault_set(fault, ERR_DENIED,
                        "redis at %s: our account may not use %.*s on the keys of redis.prefix; "
                        "the ACL that Anbu needs is in docs/decisions/0002-store-keys.md",
                        redis_link_address(link), (int)command.bytes, command.at);
    freeReplyObject(reply);
    return err;
}

enum err redis_check(struct store *store, struct fault *warning, struct fault *fault)
{
    struct redis_link *link = redis_link_of(store);
    redisReply *reply = NULL, *config = NULL;
    struct text fsync = TEXT("");
    (void)fault_set(warning, ERR_OK, "%s", "");
    enum err err = redis_begin(link, fault);
    if (err != ERR_OK)
        return err;
    redis_command(link, "INFO", 0);
    redis_command(link, "CONFIG", 2);
    redis_arg(link, TEXT("GET"));
    redis_arg(link, TEXT("appendfsync"));
    err = redis_reply(link, REDIS_REPLY_STRING, &reply, fault);
    if (err != ERR_OK)
        goto out;
    if (redis_reply(link, REDIS_REPLY_ARRAY, &config, NULL) == ERR_OK)
        (void)redis_text_at(config, 1, &fsync);
    struct text lines = {reply->str, reply->len};
    err = check_server(redis_link_address(link), lines, fault);
    if (err == ERR_OK)
        err = check_account(link, fault);
    if (err == ERR_OK)
        warn(redis_link_address(link), lines, fsync, warning);
out:
    freeReplyObject(reply);
    freeReplyObject(config);
    redis_end(link);
    return err;
}
