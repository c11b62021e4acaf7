/* SPDX-License-Identifier: Apache-2.0 */
#include "store/redis_link.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/clock.h"
#include "store/redis_wire.h"

#define BACKOFF_FIRST_MS 50
#define BACKOFF_MAX_MS   5000
#define SHA_CHARACTERS   40

struct redis_link {
    char *address, *user, *password, *prefix; /* owned */
    char *host;                               /* of tcp: */
    int port;
    int64_t timeout_ms, database;
    uint64_t connections;         /* made so far */
    redisContext *context;        /* NULL: not connected */
    int64_t wait_ms, retry_at_ms; /* back-off; wait_ms 0 after a good reply */
    enum err last_err;            /* why we are backing off */
    struct fault last;            /* the same in words */
    struct buffer out;            /* commands not sent yet */
    size_t args_left;             /* of the command being written */
    size_t pending;               /* replies not read yet */
    struct buffer key;            /* scratch */
    struct buffer tail;           /* of a script: its keys and arguments as they are sent */
    char sha[REDIS_SCRIPT_COUNT][SHA_CHARACTERS + 1]; /* "": not loaded by us yet */
    enum redis_script script;                         /* being written */
    size_t script_keys, script_args;
};

/* What the server may say instead of an answer, by its first words. `drop`: the address may lead to
 * another server, or the account may be let in, when we connect again. */
static const struct {
    const char *words;
    enum err err;
    bool drop;
    const char *way_out; /* NULL: the server's words are enough */
} server_errors[] = {
    {"LOADING", ERR_UNREACHABLE, false, NULL},
    {"MASTERDOWN", ERR_UNREACHABLE, false, NULL},
    {"CLUSTERDOWN", ERR_UNREACHABLE, false, NULL},
    {"TRYAGAIN", ERR_UNREACHABLE, false, NULL},
    {"READONLY", ERR_UNREACHABLE, true, NULL},
    {"UNBLOCKED", ERR_UNREACHABLE, true, NULL},
    {"BUSY", ERR_BUSY, false, NULL},
    {"OOM", ERR_BUSY, false, NULL},
    {"MISCONF", ERR_BUSY, false, NULL},
    {"NOREPLICAS", ERR_BUSY, false, NULL},
    {"NOAUTH", ERR_DENIED, true, "set redis.password, and redis.user for an account of the ACL"},
    {"WRONGPASS", ERR_DENIED, true, "redis.user or redis.password is not what the server has"},
    {"NOPERM", ERR_DENIED, false, NULL},
    {"DENIED", ERR_DENIED, true, NULL},
    {"WRONGTYPE", ERR_CORRUPT, false, NULL},
    {"MOVED", ERR_CONFIG, false, NULL},
    {"ASK", ERR_CONFIG, false, NULL},
    {"CROSSSLOT", ERR_CONFIG, false, NULL},
    {"ERR unknown command", ERR_CONFIG, false, NULL},
    {"ERR DB index", ERR_CONFIG, false, NULL},
    {"ERR AUTH", ERR_DENIED, true, "redis.password is set, and the server has none"},
    {"ERR Client sent AUTH", ERR_DENIED, true, "redis.password is set, and the server has none"},
    {"ERR max number of clients", ERR_BUSY, true, NULL},
};

static enum err parse_address(struct redis_link *link, struct fault *fault)
{
    const char *address = link->address;
    if (strncmp(address, "unix:", 5) == 0) {
        size_t room = sizeof((struct sockaddr_un *)0)->sun_path;
        if (address[5] != '\0' && strlen(address + 5) < room)
            return ERR_OK;
        return fault_set(fault, ERR_CONFIG,
                         "redis.address: \"%s\": the path of a unix socket has 1 to %zu bytes",
                         address, room - 1);
    }
    const char *colon = strrchr(address, ':');
    char *end = NULL;
    long port = colon && colon > address + 4 ? strtol(colon + 1, &end, 10) : 0;
    if (strncmp(address, "tcp:", 4) != 0 || !end || *end || port < 1 || port > 65535)
        return fault_set(fault, ERR_CONFIG,
                         "redis.address: \"%s\" is not unix:/path or tcp:host:port", address);
    struct text host = {address + 4, (size_t)(colon - address) - 4};
    if (host.bytes > 2 && host.at[0] == '[' && host.at[host.bytes - 1] == ']')
        host = (struct text){host.at + 1, host.bytes - 2}; /* IPv6 */
    link->host = memory_text(host);
    link->port = (int)port;
    return ERR_OK;
}

static enum err check_options(const struct store_redis_options *options, struct fault *fault)
{
    if (strpbrk(options->prefix, "{}"))
        return fault_set(fault, ERR_CONFIG,
                         "redis.prefix: \"%s\": no braces here: they group the keys of a partition",
                         options->prefix);
    if (options->timeout_ms < 1)
        return fault_set(fault, ERR_CONFIG, "redis.timeout: must be longer than 0");
    if (options->database < 0)
        return fault_set(fault, ERR_CONFIG, "redis.database: must not be negative");
    if (options->user[0] && !options->password[0])
        return fault_set(fault, ERR_CONFIG, "redis.user: \"%s\" needs redis.password too",
                         options->user);
    return ERR_OK;
}

enum err redis_link_new(const struct store_redis_options *options, struct redis_link **out,
                        struct fault *fault)
{
    struct redis_link *link = memory_get(sizeof *link);
    link->address = memory_text(text_of(options->address));
    link->user = memory_text(text_of(options->user));
    link->password = memory_text(text_of(options->password));
    link->prefix = memory_text(text_of(options->prefix));
    link->timeout_ms = options->timeout_ms;
    link->database = options->database;
    enum err err = check_options(options, fault);
    if (err == ERR_OK)
        err = parse_address(link, fault);
    if (err != ERR_OK) {
        redis_link_free(link);
        return err;
    }
    /* hiredis writes with write(): without this a server that goes away would end the process. */
    struct sigaction now;
    if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
        (void)signal(SIGPIPE, SIG_IGN);
    *out = link;
    return ERR_OK;
}

void redis_link_free(struct redis_link *link)
{
    if (!link)
        return;
    if (link->context)
        redisFree(link->context);
    buffer_done(&link->out);
    buffer_done(&link->key);
    buffer_done(&link->tail);
    free(link->address);
    free(link->user);
    free(link->password);
    free(link->prefix);
    free(link->host);
    free(link);
}

int64_t redis_link_wait_ms(const struct redis_link *link)
{
    return link->wait_ms;
}

const char *redis_link_address(const struct redis_link *link)
{
    return link->address;
}

static void disconnect(struct redis_link *link)
{
    if (link->context)
        redisFree(link->context);
    link->context = NULL;
    link->pending = 0;
}

/* Remembers why, for the calls that come before the next try. */
static enum err back_off(struct redis_link *link, enum err err, const char *why,
                         struct fault *fault)
{
    disconnect(link);
    link->wait_ms = link->wait_ms ? link->wait_ms * 2 : BACKOFF_FIRST_MS;
    if (link->wait_ms > BACKOFF_MAX_MS)
        link->wait_ms = BACKOFF_MAX_MS;
    link->retry_at_ms = clock_monotonic_ms(&clock_machine) + link->wait_ms;
    link->last_err = err;
    (void)fault_set(&link->last, err, "redis at %s: %s", link->address, why);
    (void)fault_set(fault, err, "%s", link->last.text);
    return err;
}

static enum err broken(struct redis_link *link, const redisContext *context, struct fault *fault)
{
    char why[192];
    bool late = context->err == REDIS_ERR_IO && errno == EAGAIN;
#ifdef REDIS_ERR_TIMEOUT /* hiredis 1.x */
    late = late || context->err == REDIS_ERR_TIMEOUT;
#endif
    if (late)
        (void)snprintf(why, sizeof why, "no answer within %" PRId64 " ms", link->timeout_ms);
    else
        (void)snprintf(why, sizeof why, "%s", context->errstr);
    (void)back_off(link, ERR_UNREACHABLE, why, fault);
    return ERR_UNREACHABLE;
}

/* The next reply, errors of the server included. */
static enum err read_reply(struct redis_link *link, redisReply **out, struct fault *fault)
{
    assert(link->args_left == 0 && link->context && link->pending > 0);
    void *reply = NULL;
    int rc = REDIS_OK;
    errno = 0;
    if (link->out.bytes)
        rc = redisAppendFormattedCommand(link->context, link->out.at, link->out.bytes);
    buffer_clear(&link->out);
    if (rc == REDIS_OK)
        rc = redisGetReply(link->context, &reply);
    if (rc != REDIS_OK || !reply)
        return broken(link, link->context, fault);
    link->pending--;
    *out = reply;
    return ERR_OK;
}

static bool begins_with(const char *text, const char *words)
{
    size_t bytes = strlen(words);
    return strncmp(text, words, bytes) == 0 && (text[bytes] == ' ' || text[bytes] == '\0');
}

static enum err server_error(struct redis_link *link, const redisReply *reply, struct fault *fault)
{
    enum err err = ERR_IO;
    bool drop = false;
    const char *way_out = NULL;
    char why[512];
    for (size_t i = 0; i < sizeof server_errors / sizeof server_errors[0]; i++)
        if (begins_with(reply->str, server_errors[i].words)) {
            err = server_errors[i].err;
            drop = server_errors[i].drop;
            way_out = server_errors[i].way_out;
        }
    struct text said = text_without_stop(text_of(reply->str));
    (void)snprintf(why, sizeof why, "%.*s%s%s", (int)said.bytes, said.at, way_out ? "; " : "",
                   way_out ? way_out : "");
    if (drop)
        return back_off(link, err, why, fault);
    return fault_set(fault, err, "redis at %s: %s", link->address, why);
}

enum err redis_reply(struct redis_link *link, int type, redisReply **out, struct fault *fault)
{
    redisReply *reply = NULL;
    enum err err = read_reply(link, &reply, fault);
    if (err != ERR_OK)
        return err;
    assert(reply);
    if (reply->type == REDIS_REPLY_ERROR) {
        err = server_error(link, reply, fault);
    } else if (reply->type == REDIS_REPLY_NIL && type != REDIS_REPLY_NIL) {
        err = ERR_NOT_FOUND;
    } else if (reply->type != type) {
        err = fault_set(fault, ERR_CORRUPT, "redis at %s: answered with type %d, expected %d",
                        link->address, reply->type, type);
    }
    if (err != ERR_OK) {
        freeReplyObject(reply);
        return err;
    }
    link->wait_ms = 0;
    *out = reply;
    return ERR_OK;
}

static enum err expect_ok(struct redis_link *link, struct fault *fault)
{
    redisReply *reply = NULL;
    enum err err = redis_reply(link, REDIS_REPLY_STATUS, &reply, fault);
    freeReplyObject(reply);
    return err;
}

static enum err log_in(struct redis_link *link, struct fault *fault)
{
    enum err err = ERR_OK;
    if (link->password[0]) {
        redis_command(link, "AUTH", link->user[0] ? 2 : 1);
        if (link->user[0])
            redis_arg(link, text_of(link->user));
        redis_arg(link, text_of(link->password));
        err = expect_ok(link, fault);
    }
    if (err == ERR_OK && link->database) {
        redis_command(link, "SELECT", 1);
        redis_arg_number(link, link->database);
        err = expect_ok(link, fault);
    }
    return err;
}

static enum err connect_now(struct redis_link *link, struct fault *fault)
{
    struct timeval wait = {.tv_sec = link->timeout_ms / 1000,
                           .tv_usec = link->timeout_ms % 1000 * 1000};
    redisContext *context = link->host ? redisConnectWithTimeout(link->host, link->port, wait)
                                       : redisConnectUnixWithTimeout(link->address + 5, wait);
    if (!context)
        return back_off(link, ERR_UNREACHABLE, "no memory for a connection", fault);
    link->context = context;
    if (context->err)
        return broken(link, context, fault);
    if (redisSetTimeout(context, wait) != REDIS_OK)
        return broken(link, context, fault);
    if (link->host)
        (void)redisEnableKeepAlive(context);
    int64_t wait_before = link->wait_ms;
    struct fault why = {""};
    enum err err = log_in(link, &why);
    if (err != ERR_OK && link->context) {
        link->wait_ms = wait_before;
        /* The text names the server already; back_off would name it twice. */
        (void)back_off(link, err, "not let in", fault);
        (void)fault_set(&link->last, err, "%s", why.text);
    }
    if (err != ERR_OK)
        return fault_set(fault, err, "%s", why.text);
    link->connections++;
    return ERR_OK;
}

/* Nothing was asked, so anything to read means that the server has hung up. */
static bool hung_up(const struct redis_link *link)
{
    struct pollfd one = {.fd = link->context->fd, .events = POLLIN};
    return poll(&one, 1, 0) != 0;
}

enum err redis_begin(struct redis_link *link, struct fault *fault)
{
    assert(link->pending == 0 && link->args_left == 0); /* a callback called the store */
    buffer_clear(&link->out);
    if (link->context && hung_up(link))
        disconnect(link);
    if (link->context)
        return ERR_OK;
    if (link->wait_ms && clock_monotonic_ms(&clock_machine) < link->retry_at_ms)
        return fault_set(fault, link->last_err, "%s", link->last.text);
    return connect_now(link, fault);
}

enum err redis_begin_write(struct redis_link *link, const struct store_head *head,
                           struct fault *fault)
{
    enum err err = redis_begin(link, fault);
    if (err == ERR_OK && head && head->connection != link->connections) {
        redis_end(link);
        err = fault_set(fault, ERR_REWOUND,
                        "redis at %s: connected anew, and it may have gone back in time meanwhile; "
                        "partition %u is to be taken again",
                        redis_link_address(link), head->partition);
    }
    return err;
}

uint64_t redis_link_connection(const struct redis_link *link)
{
    return link->connections;
}

void redis_end(struct redis_link *link)
{
    assert(link->args_left == 0);
    /* Commands that were never sent have no replies. */
    if (link->out.bytes)
        disconnect(link);
    buffer_clear(&link->out);
    while (link->context && link->pending > 0) {
        redisReply *reply = NULL;
        if (read_reply(link, &reply, NULL) == ERR_OK)
            freeReplyObject(reply);
    }
}

void redis_command(struct redis_link *link, const char *name, size_t args)
{
    assert(link->args_left == 0);
    redis_wire_array(&link->out, args + 1);
    redis_wire_text(&link->out, text_of(name));
    link->args_left = args;
    link->pending++;
}

void redis_arg(struct redis_link *link, struct text arg)
{
    assert(link->args_left > 0);
    redis_wire_text(&link->out, arg);
    link->args_left--;
}

void redis_arg_number(struct redis_link *link, int64_t number)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, number);
    redis_arg(link, text_of(text));
}

void redis_arg_key(struct redis_link *link, uint32_t partition, const char *what, struct text tail)
{
    buffer_clear(&link->key);
    buffer_format(&link->key, "%s{%u}:%s", link->prefix, partition, what);
    if (tail.at) {
        buffer_text(&link->key, ":");
        buffer_add(&link->key, tail.at, tail.bytes);
    }
    redis_arg(link, buffer_view(&link->key));
}

void redis_arg_group_key(struct redis_link *link, struct text group, const char *what)
{
    buffer_clear(&link->key);
    buffer_format(&link->key, "%s{%.*s}:%s", link->prefix, (int)group.bytes, group.at, what);
    redis_arg(link, buffer_view(&link->key));
}

void redis_arg_global(struct redis_link *link, const char *what)
{
    buffer_clear(&link->key);
    buffer_format(&link->key, "%s%s", link->prefix, what);
    redis_arg(link, buffer_view(&link->key));
}

static enum err load_script(struct redis_link *link, enum redis_script script, struct fault *fault)
{
    redisReply *reply = NULL;
    redis_command(link, "SCRIPT", 2);
    redis_arg(link, TEXT("LOAD"));
    redis_arg(link, text_of(redis_scripts[script]));
    enum err err = redis_reply(link, REDIS_REPLY_STRING, &reply, fault);
    if (err == ERR_OK && !text_copy((struct text){reply->str, reply->len}, link->sha[script],
                                    sizeof link->sha[script]))
        err = fault_set(fault, ERR_CORRUPT, "redis at %s: SCRIPT LOAD answered \"%.60s\"",
                        link->address, reply->str);
    freeReplyObject(reply);
    return err;
}

void redis_script(struct redis_link *link, enum redis_script script, size_t keys, size_t args)
{
    assert(link->args_left == 0 && link->out.bytes == 0 && link->pending == 0);
    link->script = script;
    link->script_keys = keys;
    link->script_args = keys + args;
    link->args_left = keys + args;
}

static void write_script(struct redis_link *link, bool by_source)
{
    redis_command(link, by_source ? "EVAL" : "EVALSHA", link->script_args + 2);
    redis_arg(link, text_of(by_source ? redis_scripts[link->script] : link->sha[link->script]));
    redis_arg_number(link, (int64_t)link->script_keys);
    buffer_add(&link->out, link->tail.at, link->tail.bytes);
    link->args_left = 0; /* the tail has them */
}

enum err redis_script_run(struct redis_link *link, redisReply **out, struct fault *fault)
{
    assert(link->args_left == 0);
    redisReply *reply = NULL;
    enum err err = ERR_OK;
    struct buffer tail = link->out;
    link->out = link->tail;
    link->tail = tail;
    buffer_clear(&link->out);
    if (!link->sha[link->script][0])
        err = load_script(link, link->script, fault);
    if (err != ERR_OK)
        goto out;
    write_script(link, false);
    err = read_reply(link, &reply, fault);
    if (err == ERR_OK && reply->type == REDIS_REPLY_ERROR && begins_with(reply->str, "NOSCRIPT")) {
        /* Restarted or flushed: nothing has run. The source loads it again. */
        freeReplyObject(reply);
        reply = NULL;
        write_script(link, true);
        err = read_reply(link, &reply, fault);
    }
    if (err != ERR_OK)
        goto out;
    if (reply->type == REDIS_REPLY_ERROR) {
        err = server_error(link, reply, fault);
    } else if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0) {
        err = fault_set(fault, ERR_CORRUPT, "redis at %s: a script answered with type %d",
                        link->address, reply->type);
    } else {
        link->wait_ms = 0;
        *out = reply;
        reply = NULL;
    }
out:
    freeReplyObject(reply);
    return err;
}

enum err redis_say_corrupt(const struct redis_link *link, uint32_t partition, const char *what,
                           struct fault *fault)
{
    return fault_set(fault, ERR_CORRUPT,
                     "redis at %s: %s{%u}:%s is damaged or of another program; look at it with "
                     "redis-cli, or use another redis.prefix",
                     link->address, link->prefix, partition, what);
}
