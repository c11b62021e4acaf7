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

enum err check_brokers(const char *text, struct fault *fault)
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

enum err check_topic(const char *text, struct fault *fault)
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

static enum err check_public_url(const char *text, struct fault *fault)
{
    bool in_the_clear;
    const char *problem = text[0] ? url_problem(text, &in_the_clear) : NULL;
    size_t n = strlen(text);
    if (!problem && n && (text[n - 1] == '/' || strpbrk(text, "?")))
        problem = "is an address alone: no '/' at its end, no query";
    return problem ? fault_set(fault, ERR_INVALID, "'%s' %s", text, problem) : ERR_OK;
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

static enum err check_console_listen(const char *text, struct fault *fault)
{
    struct address place, other;
    char one[QUOTED_MAX], rest_one[QUOTED_MAX];
    struct text item, again;
    for (const char *at = text[0] ? text : NULL; text_item(&at, &item);) {
        if (!address_item_parse(item, &place))
            return fault_set(fault, ERR_INVALID,
                             "'%s' is not a place to listen at (127.0.0.1:8080, [::1]:8080, or "
                             "empty: off; numbers, no names)",
                             quoted(item, one));
        for (const char *rest = at; text_item(&rest, &again);)
            if (address_item_parse(again, &other) && address_equal(&place, &other))
                return fault_set(fault, ERR_INVALID, "'%s' and '%s' are one place",
                                 quoted(item, one), quoted(again, rest_one));
    }
    return ERR_OK;
}

/* Secrets travel to it: in the clear on this machine alone. */
static enum err check_issuer(const char *text, struct fault *fault)
{
    bool in_the_clear = false;
    const char *problem = text[0] ? url_problem(text, &in_the_clear) : NULL;
    if (!problem && in_the_clear)
        problem = "would be asked in the clear on another machine; write https";
    if (!problem && strchr(text, '?'))
        problem = "has a query";
    return problem ? fault_set(fault, ERR_INVALID, "'%s' %s", text, problem) : ERR_OK;
}

static enum err check_scope(const char *text, struct fault *fault)
{
    char padded[OPTION_TEXT_MAX + 2];
    (void)snprintf(padded, sizeof padded, " %s ", text);
    if (strstr(padded, " openid "))
        return ERR_OK;
    return fault_set(fault, ERR_INVALID, "'%s' lacks openid", text);
}

static enum err check_proxies(const char *text, struct fault *fault)
{
    return address_list_fits(text) ? ERR_OK
                                   : fault_set(fault, ERR_INVALID,
                                               "'%s' is no list of addresses or networks "
                                               "(127.0.0.1,10.0.0.0/8,::1)",
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
    {offsetof(struct settings, kafka.audit), check_topic},
    {offsetof(struct settings, redis.address), check_redis},
    {offsetof(struct settings, redis.prefix), check_prefix},
    {offsetof(struct settings, daemon.data_dir), check_not_empty},
    {offsetof(struct settings, daemon.socket), check_socket},
    {offsetof(struct settings, daemon.metrics_listen), check_listen},
    {offsetof(struct settings, console.listen), check_console_listen},
    {offsetof(struct settings, console.proxies), check_proxies},
    {offsetof(struct settings, console.public_url), check_public_url},
    {offsetof(struct settings, oidc.issuer), check_issuer},
    {offsetof(struct settings, oidc.account_claim), check_not_empty},
    {offsetof(struct settings, oidc.groups_claim), check_not_empty},
    {offsetof(struct settings, oidc.scope), check_scope},
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

/* A password in the clear must not cross a network. */
static void check_door(struct load *load)
{
    const struct config *config = load->config;
    const struct settings *settings = &config->settings;
    bool certificate = settings->console.tls_certificate[0], key = settings->console.tls_key[0];
    const char *at = settings->console.listen;
    char one[QUOTED_MAX];
    struct address address;
    struct text item;
    if (certificate != key) {
        const struct slot *given =
            slot_at(config, certificate ? offsetof(struct settings, console.tls_certificate)
                                        : offsetof(struct settings, console.tls_key));
        struct place place = {given->from, given->row->name};
        load_problem(load, &place, "%s is missing: a certificate and its key go together",
                     certificate ? "console.tls_key" : "console.tls_certificate");
    }
    const struct slot *listen = slot_at(config, offsetof(struct settings, console.listen));
    struct place place = {listen->from, listen->row->name};
    while (!certificate && !key && !settings->console.behind_proxy && text_item(&at, &item))
        if (address_item_parse(item, &address) && !address_is_loopback(&address))
            load_problem(load, &place,
                         "'%s' can be reached from other machines: set console.tls_certificate and "
                         "console.tls_key, or console.behind_proxy where a proxy speaks TLS",
                         quoted(item, one));
}

/* A directory that cannot be asked shows itself at the start, not at an alert. */
static void check_directory(struct load *load)
{
    const struct config *config = load->config;
    const struct settings *settings = &config->settings;
    const struct slot *kind = slot_at(config, offsetof(struct settings, directory.kind));
    const struct slot *url = slot_at(config, offsetof(struct settings, directory.url));
    struct place at_kind = {kind->from, kind->row->name}, at_url = {url->from, url->row->name};
    bool in_the_clear;
    if (settings->directory.kind == DIRECTORY_FILE && !settings->directory.file[0])
        load_problem(load, &at_kind, "directory.file is missing: the file that has the households");
    if (settings->directory.kind != DIRECTORY_HTTP)
        return;
    const char *problem = url_problem(settings->directory.url, &in_the_clear);
    if (!problem && strchr(settings->directory.url, '?'))
        problem = "has a query: the household's id is put behind its path";
    if (!problem && in_the_clear)
        problem = "would carry addresses in the clear to another machine; write https";
    if (problem)
        load_problem(load, &at_url, "'%s' %s", settings->directory.url, problem);
    if (!settings->directory.token[0])
        load_problem(load, &at_kind,
                     "directory.token is missing: what the directory lets us in by");
}

/* What a sign-in by the provider needs besides. */
static void check_provider(struct load *load)
{
    static const struct {
        size_t offset;
        const char *why;
    } needed[] = {
        {offsetof(struct settings, oidc.client_id), "the provider asks who comes"},
        {offsetof(struct settings, oidc.client_secret), "the provider asks for a proof"},
        {offsetof(struct settings, console.public_url), "the provider sends browsers back to it"},
        {offsetof(struct settings, console.listen), "browsers come back there"},
    };
    const struct config *config = load->config;
    const struct slot *issuer = slot_at(config, offsetof(struct settings, oidc.issuer));
    const char *host = strstr(config->settings.console.public_url, "://");
    struct place place = {issuer->from, issuer->row->name};
    if (!config->settings.oidc.issuer[0])
        return;
    if (host && strchr(host + 3, '/'))
        load_problem(load, &place, "console.public_url has a path: the page is at none");
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        const struct slot *slot = slot_at(config, needed[i].offset);
        if (!*((const char *)&config->settings + needed[i].offset))
            load_problem(load, &place, "%s is missing: %s", slot->row->name, needed[i].why);
    }
}

void check_together(struct load *load)
{
    const struct config *config = load->config;
    const struct slot *data_dir = slot_at(config, offsetof(struct settings, daemon.data_dir));
    size_t bytes = strlen(config->settings.daemon.data_dir) + sizeof "/anbud.sock" - 1;
    check_topics_differ(load);
    check_sink_topics(load);
    check_sink_directories(load);
    check_public(load);
    check_door(load);
    check_directory(load);
    check_provider(load);
    check_order(load);
    check_properties(load);
    const struct slot *templates = slot_at(config, offsetof(struct settings, delivery.templates));
    struct place templates_place = {templates->from, templates->row->name};
    check_templates(load, &templates_place);
    if (config->settings.daemon.socket[0] == '\0' && bytes > SOCKET_BYTES_MAX) {
        struct place place = {data_dir->from, data_dir->row->name};
        load_problem(load, &place,
                     "'%s' is too long for a socket in it; set daemon.socket to a shorter path",
                     config->settings.daemon.data_dir);
    }
}
