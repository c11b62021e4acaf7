/* SPDX-License-Identifier: Apache-2.0
 *
 * Sends COUNT messages that are valid ones with something wrong, of any bytes. Usage:
 * mutate BROKERS PREFIX PARTITIONS SEED COUNT NOW OUT < VALID. A line of VALID: topic, tab, key,
 * tab, body. The same SEED and NOW (seconds) give the same messages. OUT has each as it stands in
 * Kafka: a line `kind topic partition offset key_bytes body_bytes`, then key, body and a newline.
 */
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"

#define FLUSH_MS    60000
#define TOPIC_MAX   128
#define SEEDS_MAX   4096
#define MEMBERS_MAX 64
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define DAY_S       INT64_C(86400)

static const char *const topics[] = {"readings", "billing", "household", "report", "weather"};

struct valid {
    size_t topic;
    struct text key, body;
};

struct mutant {
    const char *kind;
    size_t topic;
    struct buffer key, body;
    int64_t timestamp_ms; /* 0: now */
    bool tombstone, sent;
    int32_t partition; /* RD_KAFKA_PARTITION_UA: where its key leads */
    int64_t offset;
};

/* What a mutation has to work with. */
struct making {
    uint64_t random;
    int64_t now_s;
    size_t partitions;
    const struct valid *valid;
    size_t valid_count;
};

/* A member of the outermost object, of a body without escapes. */
struct member {
    size_t begin, value, end;
};

/* splitmix64 */
static uint64_t draw(struct making *making)
{
    uint64_t z = making->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static size_t below(struct making *making, size_t bound)
{
    return bound ? (size_t)(draw(making) % bound) : 0;
}

static void splice(struct buffer *buffer, size_t at, size_t gone, struct text with)
{
    struct buffer made = {0};
    buffer_add(&made, buffer->at, at);
    buffer_add(&made, with.at, with.bytes);
    buffer_add(&made, buffer->at + at + gone, buffer->bytes - at - gone);
    buffer_done(buffer);
    *buffer = made;
}

static struct text pick(struct making *making, const struct text *list, size_t count)
{
    return list[below(making, count)];
}

static void repeat(struct buffer *buffer, const char *what, size_t times)
{
    for (; times > 0; times--)
        buffer_text(buffer, what);
}

static size_t members_of(const struct buffer *body, struct member *out)
{
    size_t count = 0;
    int depth = 0;
    bool quoted = false;
    struct member now = {0};
    for (size_t i = 0; i < body->bytes; i++) {
        char c = body->at[i];
        if (c == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        if (c == '{' && depth == 1)
            now = (struct member){.begin = i + 1};
        if (c == ':' && depth == 1 && !now.value)
            now.value = i + 1 + (body->at[i + 1] == ' ');
        if (((c == ',' && depth == 1) || (c == '}' && depth == 0)) && now.value) {
            now.end = i;
            if (count < MEMBERS_MAX)
                out[count++] = now;
            now = (struct member){.begin = i + 1};
        }
    }
    return count;
}

/* One whose value begins with `first` (0: any); false: there is none. */
static bool choose(struct making *making, const struct buffer *body, const char *first,
                   struct member *out)
{
    struct member all[MEMBERS_MAX];
    size_t count = members_of(body, all), kept = 0;
    for (size_t i = 0; i < count; i++)
        if (all[i].value < all[i].end && (!first || strchr(first, body->at[all[i].value])))
            all[kept++] = all[i];
    if (kept)
        *out = all[below(making, kept)];
    return kept > 0;
}

static void replace_value(struct making *making, struct buffer *body, const char *first,
                          struct text with)
{
    struct member member;
    if (choose(making, body, first, &member))
        splice(body, member.value, member.end - member.value, with);
}

/* Behind the first brace. */
static void add_member(struct buffer *body, const struct buffer *member)
{
    if (body->bytes && body->at[0] == '{')
        splice(body, 1, 0, buffer_view(member));
}

/* ---- the mutations ---- */

static void intact(struct making *making, struct mutant *mutant)
{
    (void)making;
    (void)mutant;
}

static void flip(struct making *making, struct mutant *mutant)
{
    for (size_t times = 1 + below(making, 3); times > 0 && mutant->body.bytes; times--) {
        size_t at = below(making, mutant->body.bytes);
        mutant->body.at[at] = (char)(mutant->body.at[at] ^ (1 << below(making, 8)));
    }
}

static void cut(struct making *making, struct mutant *mutant)
{
    size_t left = below(making, mutant->body.bytes);
    splice(&mutant->body, left, mutant->body.bytes - left, TEXT(""));
}

static void twice(struct making *making, struct mutant *mutant)
{
    struct member member;
    struct buffer copy = {0};
    if (!choose(making, &mutant->body, NULL, &member))
        return;
    bool same = below(making, 2);
    buffer_add(&copy, mutant->body.at + member.begin,
               (same ? member.end : member.value) - member.begin);
    buffer_text(&copy, same ? "," : "null,");
    add_member(&mutant->body, &copy);
    buffer_done(&copy);
}

static void number(struct making *making, struct mutant *mutant)
{
    static const struct text list[] = {
        TEXT("1e999"),  TEXT("-1e999"),
        TEXT("1e308"),  TEXT("9223372036854775808"),
        TEXT("-1"),     TEXT("99999999999999999999999999"),
        TEXT("1e-400"), TEXT("0.00000000000000000000000001"),
        TEXT("-0"),     TEXT("900000000001"),
        TEXT("0x10"),   TEXT("NaN"),
        TEXT("007"),    TEXT("-9223372036854775808"),
        TEXT("1e15"),   TEXT("0.5e1"),
    };
    struct buffer digits = {0};
    repeat(&digits, "7", 1 + below(making, 5000));
    struct text with = below(making, 8) ? pick(making, list, COUNT(list)) : buffer_view(&digits);
    replace_value(making, &mutant->body, "-0123456789", with);
    buffer_done(&digits);
}

static void deep(struct making *making, struct mutant *mutant)
{
    static const size_t depths[] = {1, 100, 1000, 2000, 2046, 2047, 2048, 2100, 10000};
    size_t depth = depths[below(making, COUNT(depths))];
    bool arrays = below(making, 2), whole = below(making, 4);
    struct buffer made = {0};
    buffer_text(&made, "\"x\":");
    repeat(&made, arrays ? "[" : "{\"a\":", depth);
    buffer_text(&made, arrays ? "" : "1");
    repeat(&made, arrays ? "]" : "}", whole ? depth : depth / 2);
    buffer_text(&made, ",");
    add_member(&mutant->body, &made);
    buffer_done(&made);
}

static void no_utf8(struct making *making, struct mutant *mutant)
{
    static const struct text list[] = {
        TEXT("\xff"),         TEXT("\xc0\xaf"),         TEXT("\xed\xa0\x80"), TEXT("\x80"),
        TEXT("\xe2\x82"),     TEXT("\xf4\x90\x80\x80"), TEXT("\xf8\x88\x80"), TEXT("\xef\xbb\xbf"),
        TEXT("\xef\xbf\xbf"), TEXT("\\ud800"),
    };
    splice(&mutant->body, below(making, mutant->body.bytes + 1), 0,
           pick(making, list, COUNT(list)));
}

static void nul(struct making *making, struct mutant *mutant)
{
    static const struct text list[] = {TEXT("\0"), TEXT("\0\0\0"), TEXT("\\u0000"), TEXT("\x01"),
                                       TEXT("\x1b[2J")};
    splice(&mutant->body, below(making, mutant->body.bytes + 1), 0,
           pick(making, list, COUNT(list)));
}

static void too_long(struct making *making, struct mutant *mutant)
{
    struct member member;
    struct buffer run = {0};
    repeat(&run, below(making, 2) ? "a" : "안", 1 + below(making, 1500));
    if (choose(making, &mutant->body, "\"", &member))
        splice(&mutant->body, member.value + 1, 0, buffer_view(&run));
    buffer_done(&run);
}

static void wrong_type(struct making *making, struct mutant *mutant)
{
    static const struct text list[] = {TEXT("null"), TEXT("true"), TEXT("{}"),    TEXT("[]"),
                                       TEXT("\"\""), TEXT("12"),   TEXT("[1,2]"), TEXT("\"x\""),
                                       TEXT("-1.5"), TEXT("")};
    replace_value(making, &mutant->body, NULL, pick(making, list, COUNT(list)));
}

static void less(struct making *making, struct mutant *mutant)
{
    struct member member;
    if (choose(making, &mutant->body, NULL, &member))
        splice(&mutant->body, member.begin, member.end - member.begin + 1,
               mutant->body.at[member.end] == '}' ? TEXT("}") : TEXT(""));
}

static void renamed(struct making *making, struct mutant *mutant)
{
    static const struct text list[] = {TEXT("x"), TEXT("\\u0041"), TEXT("."), TEXT(" "),
                                       TEXT("\"")};
    struct member member;
    if (choose(making, &mutant->body, NULL, &member))
        splice(&mutant->body, member.value - (mutant->body.at[member.value - 1] == ' ') - 2, 0,
               pick(making, list, COUNT(list)));
}

static void wrong_key(struct making *making, struct mutant *mutant)
{
    buffer_clear(&mutant->key);
    switch (below(making, 4)) {
    case 0: break; /* any partition */
    case 1: repeat(&mutant->key, "H", 65 + below(making, 70000)); break;
    case 2:
        for (size_t i = 0; i < 12; i++)
            buffer_add(&mutant->key, &(char){(char)draw(making)}, 1);
        break;
    default: {
        struct text other = making->valid[below(making, making->valid_count)].key;
        buffer_add(&mutant->key, other.at, other.bytes);
    }
    }
}

static void elsewhere(struct making *making, struct mutant *mutant)
{
    mutant->partition = (int32_t)below(making, making->partitions);
}

static void empty(struct making *making, struct mutant *mutant)
{
    buffer_clear(&mutant->body);
    mutant->tombstone = below(making, 2);
}

static void big(struct making *making, struct mutant *mutant)
{
    size_t bytes = 60000 + below(making, 40001);
    struct buffer made = {0};
    buffer_text(&made, "\"pad\":\"");
    repeat(&made, "x", bytes > mutant->body.bytes + 9 ? bytes - mutant->body.bytes - 9 : 1);
    buffer_text(&made, "\",");
    add_member(&mutant->body, &made);
    buffer_done(&made);
}

static void other_time(struct making *making, struct mutant *mutant)
{
    static const struct text list[] = {
        TEXT("\"1969-12-31T23:59:59Z\""),      TEXT("\"9999-12-31T23:59:60Z\""),
        TEXT("\"2026-02-30T00:00:00Z\""),      TEXT("\"2026-01-15T24:00:00+09:00\""),
        TEXT("\"0000-00-00T00:00:00Z\""),      TEXT("\"+292278994-08-17T07:12:55Z\""),
        TEXT("\"2026-01-15T13:00:00\""),       TEXT("\"2026-01-15T13:00:00+99:99\""),
        TEXT("\"1970-01-01T00:00:00+23:59\""), TEXT("1768435200"),
    };
    static const int64_t shifts_s[] = {-3600,        3600,         -3 * DAY_S,    3 * DAY_S,
                                       -8 * DAY_S,   -70 * DAY_S,  -400 * DAY_S,  400 * DAY_S,
                                       -900 * DAY_S, 1000 * DAY_S, -18000 * DAY_S};
    char written[TIME_TEXT_MAX];
    struct buffer made = {0};
    int64_t at_s = making->now_s + shifts_s[below(making, COUNT(shifts_s))];
    buffer_format(&made, "\"%s\"", time_format(at_s, 0, written));
    struct text with = below(making, 2) ? pick(making, list, COUNT(list)) : buffer_view(&made);
    struct member member;
    for (int tries = 0; tries < 50 && choose(making, &mutant->body, "\"", &member); tries++) {
        if (member.end - member.value < 20 || mutant->body.at[member.value + 11] != 'T')
            continue;
        splice(&mutant->body, member.value, member.end - member.value, with);
        break;
    }
    buffer_done(&made);
}

static void stamp(struct making *making, struct mutant *mutant)
{
    int64_t now_ms = making->now_s * 1000;
    const int64_t list[] = {1,
                            1000,
                            now_ms - 3650 * DAY_S * 1000,
                            now_ms - 8 * DAY_S * 1000,
                            now_ms - 7200000,
                            now_ms + 3600000 * 2,
                            now_ms + 365 * DAY_S * 1000,
                            INT64_C(253402300799999),
                            INT64_MAX / 2};
    mutant->timestamp_ms = list[below(making, COUNT(list))];
}

static void wrong_topic(struct making *making, struct mutant *mutant)
{
    mutant->topic = (mutant->topic + 1 + below(making, COUNT(topics) - 1)) % COUNT(topics);
}

static void joined(struct making *making, struct mutant *mutant)
{
    struct text other = making->valid[below(making, making->valid_count)].body;
    size_t at = below(making, mutant->body.bytes + 1), from = below(making, other.bytes);
    splice(&mutant->body, at, mutant->body.bytes - at,
           (struct text){other.at + from, other.bytes - from});
}

static void noise(struct making *making, struct mutant *mutant)
{
    buffer_clear(&mutant->body);
    for (size_t left = 1 + below(making, 300); left > 0; left--)
        buffer_add(&mutant->body, &(char){(char)draw(making)}, 1);
}

/* `weight` of all weights are of a kind. */
static const struct kind {
    const char *name;
    unsigned weight;
    void (*mutate)(struct making *making, struct mutant *mutant);
} kinds[] = {
    {"intact", 25, intact},
    {"flip", 10, flip},
    {"cut", 6, cut},
    {"twice", 5, twice},
    {"number", 6, number},
    {"deep", 4, deep},
    {"no_utf8", 5, no_utf8},
    {"nul", 5, nul},
    {"too_long", 5, too_long},
    {"wrong_type", 6, wrong_type},
    {"less", 5, less},
    {"renamed", 3, renamed},
    {"wrong_key", 5, wrong_key},
    {"elsewhere", 3, elsewhere},
    {"empty", 2, empty},
    {"big", 3, big},
    {"other_time", 6, other_time},
    {"stamp", 4, stamp},
    {"wrong_topic", 4, wrong_topic},
    {"joined", 3, joined},
    {"noise", 3, noise},
};

static const struct kind *kind_of(struct making *making)
{
    size_t all = 0, i = 0;
    for (size_t k = 0; k < COUNT(kinds); k++)
        all += kinds[k].weight;
    for (size_t left = below(making, all); left >= kinds[i].weight; i++)
        left -= kinds[i].weight;
    return &kinds[i];
}

static void make(struct making *making, struct mutant *mutant)
{
    const struct valid *valid = &making->valid[below(making, making->valid_count)];
    const struct kind *kind = kind_of(making);
    mutant->kind = kind->name;
    mutant->topic = valid->topic;
    mutant->partition = RD_KAFKA_PARTITION_UA;
    mutant->offset = -1;
    buffer_add(&mutant->key, valid->key.at, valid->key.bytes);
    buffer_add(&mutant->body, valid->body.at, valid->body.bytes);
    kind->mutate(making, mutant);
    if (kind->mutate != intact && !below(making, 8))
        kind_of(making)->mutate(making, mutant);
}

/* ---- in and out ---- */

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *context)
{
    struct mutant *mutant = message->_private;
    (void)client;
    (void)context;
    mutant->sent = !message->err;
    mutant->partition = message->partition;
    mutant->offset = message->offset;
}

static rd_kafka_resp_err_t push(rd_kafka_t *client, const char *prefix, struct mutant *mutant)
{
    char topic[TOPIC_MAX];
    (void)snprintf(topic, sizeof topic, "%s.%s", prefix, topics[mutant->topic]);
    rd_kafka_resp_err_t error;
    do {
        error = rd_kafka_producev(
            client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(mutant->partition),
            RD_KAFKA_V_KEY(mutant->key.bytes ? mutant->key.at : NULL, mutant->key.bytes),
            RD_KAFKA_V_VALUE(mutant->tombstone && !mutant->body.bytes ? NULL : mutant->body.at,
                             mutant->body.bytes),
            RD_KAFKA_V_TIMESTAMP(mutant->timestamp_ms), RD_KAFKA_V_OPAQUE(mutant), RD_KAFKA_V_END);
        (void)rd_kafka_poll(client, error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
    } while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL);
    return error;
}

static bool send_all(const char *brokers, const char *prefix, struct mutant *mutants, size_t count)
{
    const char *const settings[][2] = {{"bootstrap.servers", brokers},
                                       {"enable.idempotence", "true"},
                                       {"max.in.flight.requests.per.connection", "1"},
                                       {"partitioner", "murmur2_random"},
                                       {"message.timeout.ms", "60000"}};
    char why[256] = "";
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; i < COUNT(settings); i++)
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof why))
            (void)fprintf(stderr, "mutate: %s\n", why);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (!client) {
        (void)fprintf(stderr, "mutate: %s\n", why);
        rd_kafka_conf_destroy(conf);
        return false;
    }
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    for (size_t i = 0; i < count && !error; i++)
        error = push(client, prefix, &mutants[i]);
    if (!error)
        error = rd_kafka_flush(client, FLUSH_MS);
    if (error)
        (void)fprintf(stderr, "mutate: %s\n", rd_kafka_err2str(error));
    rd_kafka_destroy(client);
    return !error;
}

static bool write_all(const char *path, const struct mutant *mutants, size_t count)
{
    FILE *file = fopen(path, "wb");
    size_t failed = 0;
    for (size_t i = 0; i < count && file; i++) {
        const struct mutant *one = &mutants[i];
        failed += !one->sent;
        (void)fprintf(file, "%s %s %" PRId32 " %" PRId64 " %zu %zu\n", one->kind,
                      topics[one->topic], one->partition, one->offset, one->key.bytes,
                      one->body.bytes);
        (void)fwrite(one->key.at, 1, one->key.bytes, file);
        (void)fwrite(one->body.at, 1, one->body.bytes, file);
        (void)fputc('\n', file);
    }
    if (!file || fclose(file) || failed) {
        (void)fprintf(stderr, "mutate: %s not written, or %zu not delivered\n", path, failed);
        return false;
    }
    return true;
}

static bool read_valid(char *line, struct valid *out)
{
    char *key = strchr(line, '\t');
    char *body = key ? strchr(key + 1, '\t') : NULL;
    if (!body)
        return false;
    struct text topic = {line, (size_t)(key - line)};
    for (out->topic = 0; out->topic < COUNT(topics); out->topic++)
        if (text_is(topic, topics[out->topic]))
            break;
    out->key = text_of(memory_text((struct text){key + 1, (size_t)(body - key - 1)}));
    out->body = text_of(memory_text((struct text){body + 1, strcspn(body + 1, "\n")}));
    return out->topic < COUNT(topics);
}

int main(int argc, char **argv)
{
    static struct valid valid[SEEDS_MAX];
    struct making making = {.valid = valid};
    char *line = NULL;
    size_t room = 0;
    while (making.valid_count < SEEDS_MAX && getline(&line, &room, stdin) > 0)
        if (read_valid(line, &valid[making.valid_count]))
            making.valid_count++;
    free(line);
    size_t count = argc == 8 ? strtoul(argv[5], NULL, 10) : 0;
    if (!count || !making.valid_count) {
        (void)fprintf(stderr,
                      "usage: mutate BROKERS PREFIX PARTITIONS SEED COUNT NOW OUT < VALID\n");
        return 2;
    }
    making.partitions = strtoul(argv[3], NULL, 10);
    making.random = strtoull(argv[4], NULL, 10);
    making.now_s = strtoll(argv[6], NULL, 10);
    struct mutant *mutants = memory_get(count * sizeof *mutants);
    for (size_t i = 0; i < count; i++)
        make(&making, &mutants[i]);
    bool good = send_all(argv[1], argv[2], mutants, count);
    good = write_all(argv[7], mutants, count) && good;
    for (size_t i = 0; i < count; i++) {
        buffer_done(&mutants[i].key);
        buffer_done(&mutants[i].body);
    }
    free(mutants);
    for (size_t i = 0; i < making.valid_count; i++) {
        free((void *)(uintptr_t)valid[i].key.at);
        free((void *)(uintptr_t)valid[i].body.at);
    }
    return good ? 0 : 1;
}
