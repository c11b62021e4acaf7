/* SPDX-License-Identifier: Apache-2.0
 *
 * What a type and a range cannot say: forms of single values, and values that must fit together.
 */
#include <string.h>
#include <sys/un.h>

#include "base/address.h"
#include "base/zone.h"
#include "config/internal.h"

#define TOPIC_BYTES_MAX  249 /* Kafka's own limit */
#define SOCKET_BYTES_MAX (sizeof((struct sockaddr_un){0}.sun_path) - 1)

static enum err check_brokers(const char *text, struct fault *fault)
{
    size_t n = strlen(text);
    if (n == 0 || text[0] == ',' || text[n - 1] == ',' || strstr(text, ",,") ||
        strcspn(text, " \t") != n)
        return fault_set(fault, ERR_INVALID,
                         "'%s' is not a list of brokers (host:port, commas between, no blanks)",
                         text);
    return ERR_OK;
}

static enum err check_not_empty(const char *text, struct fault *fault)
{
    if (text[0] == '\0')
        return fault_set(fault, ERR_INVALID, "must not be empty");
    return ERR_OK;
}

static enum err check_topic(const char *text, struct fault *fault)
{
    static const char legal[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t n = strlen(text);
    if (n == 0 || n > TOPIC_BYTES_MAX || strspn(text, legal) != n || strcmp(text, ".") == 0 ||
        strcmp(text, "..") == 0)
        return fault_set(fault, ERR_INVALID,
                         "'%s' is not a name for a topic (1 to %d letters, digits, '.', '_', '-')",
                         text, TOPIC_BYTES_MAX);
    return ERR_OK;
}

static bool is_port(const char *text)
{
    long port = 0;
    size_t n = strlen(text);
    if (n == 0 || n > 5 || strspn(text, "0123456789") != n)
        return false;
    for (; *text; text++)
        port = port * 10 + (*text - '0');
    return port > 0 && port <= 65535;
}

static enum err check_redis(const char *text, struct fault *fault)
{
    const char *colon = strrchr(text, ':');
    if (strncmp(text, "unix:/", 6) == 0) {
        if (strlen(text + 5) <= SOCKET_BYTES_MAX)
            return ERR_OK;
        return fault_set(fault, ERR_INVALID, "'%s' is longer than a socket's path may be (%zu)",
                         text, SOCKET_BYTES_MAX);
    }
    if (strncmp(text, "tcp:", 4) == 0 && colon > text + 4 && is_port(colon + 1))
        return ERR_OK;
    return fault_set(fault, ERR_INVALID, "'%s' is not an address (tcp:HOST:PORT or unix:/PATH)",
                     text);
}

static enum err check_prefix(const char *text, struct fault *fault)
{
    if (strpbrk(text, "{} "))
        return fault_set(fault, ERR_INVALID,
                         "'%s' holds a brace or blank (braces choose the slot in a cluster)", text);
    return ERR_OK;
}

static enum err check_socket(const char *text, struct fault *fault)
{
    if (strlen(text) > SOCKET_BYTES_MAX)
        return fault_set(fault, ERR_INVALID, "'%s' is longer than a socket's path may be (%zu)",
                         text, SOCKET_BYTES_MAX);
    return ERR_OK;
}

static enum err check_listen(const char *text, struct fault *fault)
{
    struct address address;
    if (text[0] == '\0' || strcmp(text, "auto") == 0 || address_parse(text, &address))
        return ERR_OK;
    return fault_set(
        fault, ERR_INVALID,
        "'%s' is not a place to listen at (127.0.0.1:9464, [::1]:9464, auto, or empty: "
        "off; numbers, no names)",
        text);
}

static enum err check_timezone(const char *text, struct fault *fault)
{
    const struct zone *zone;
    if (zone_find(text_of(text), &zone))
        return fault_set(fault, ERR_INVALID,
                         "'%s' is not a time zone that this machine knows (as Asia/Seoul; package "
                         "tzdata)",
                         text);
    return ERR_OK;
}

/* By member, so that a renamed option keeps its check. */
static const struct {
    size_t offset;
    enum err (*check)(const char *text, struct fault *fault);
} checks[] = {
    {offsetof(struct settings, kafka.brokers), check_brokers},
    {offsetof(struct settings, kafka.group), check_not_empty},
    {offsetof(struct settings, kafka.readings), check_topic},
    {offsetof(struct settings, kafka.billing), check_topic},
    {offsetof(struct settings, kafka.household), check_topic},
    {offsetof(struct settings, kafka.report), check_topic},
    {offsetof(struct settings, kafka.weather), check_topic},
    {offsetof(struct settings, kafka.alerts), check_topic},
    {offsetof(struct settings, kafka.dead_letters), check_topic},
    {offsetof(struct settings, redis.address), check_redis},
    {offsetof(struct settings, redis.prefix), check_prefix},
    {offsetof(struct settings, daemon.data_dir), check_not_empty},
    {offsetof(struct settings, daemon.socket), check_socket},
    {offsetof(struct settings, daemon.metrics_listen), check_listen},
    {offsetof(struct settings, ingest.timezone), check_timezone},
};

enum err check_value(const struct option *row, const struct value *value, struct fault *fault)
{
    if (row < schema || row >= schema + schema_count)
        return ERR_OK; /* detectors say all they have to say in their rows */
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if (checks[i].offset == row->offset)
            return checks[i].check(value->text, fault);
    return ERR_OK;
}

static const struct slot *slot_at(const struct config *config, size_t offset)
{
    size_t i = 0;
    while (config->slots[i].row->offset != offset)
        i++;
    return &config->slots[i]; /* the core's rows come first */
}

/* Reading one's own output back as input would never end. One problem a name that is not free. */
static void check_topics_differ(struct load *load)
{
    const struct config *config = load->config;
    const struct slot *topics[sizeof checks / sizeof checks[0]];
    size_t count = 0;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if (checks[i].check == check_topic)
            topics[count++] = slot_at(config, checks[i].offset);
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++) {
            const struct slot *one = topics[i], *other = topics[j];
            const char *name = (const char *)&config->settings + one->row->offset;
            if (strcmp(name, (const char *)&config->settings + other->row->offset) != 0)
                continue;
            if (one->from.kind == ORIGIN_DEFAULT) {
                const struct slot *set = other;
                other = one;
                one = set;
            }
            struct place place = {one->from, one->row->name};
            load_problem(load, &place, "'%s' is the topic of %s, too; each has its own", name,
                         other->row->name);
            break;
        }
}

/* Metrics tell no household, but how a city's desk fares; nobody should open them by mistake. */
static void check_public(struct load *load)
{
    const struct config *config = load->config;
    const struct slot *listen = slot_at(config, offsetof(struct settings, daemon.metrics_listen));
    struct address address;
    if (config->settings.daemon.metrics_public ||
        !address_parse(config->settings.daemon.metrics_listen, &address) ||
        address_is_loopback(&address))
        return;
    struct place place = {listen->from, listen->row->name};
    load_problem(load, &place,
                 "'%s' can be reached from other machines; name a loopback address, or set "
                 "daemon.metrics_public",
                 config->settings.daemon.metrics_listen);
}

void check_together(struct load *load)
{
    const struct config *config = load->config;
    const struct slot *data_dir = slot_at(config, offsetof(struct settings, daemon.data_dir));
    size_t bytes = strlen(config->settings.daemon.data_dir) + sizeof "/anbud.sock" - 1;
    check_topics_differ(load);
    check_public(load);
    check_order(load);
    check_properties(load);
    if (config->settings.daemon.socket[0] == '\0' && bytes > SOCKET_BYTES_MAX) {
        struct place place = {data_dir->from, data_dir->row->name};
        load_problem(load, &place,
                     "'%s' is too long for a socket in it; set daemon.socket to a shorter path",
                     config->settings.daemon.data_dir);
    }
}
