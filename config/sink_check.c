/* SPDX-License-Identifier: Apache-2.0
 *
 * What must fit together in one of `sinks`: which keys its kind has, addresses that libraries
 * cannot read otherwise than we do, secrets that are none; and the templates.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/utf8.h"
#include "config/internal.h"

#define SECRET_PREFIX      "whsec_"
#define KEY_BYTES_MIN      24
#define MAIL_BYTES_MAX     254
#define MAIL_LOCAL_MAX     64
#define SENDER_CHARS_MAX   30 /* a message has 160, or 45 of Hangul */
#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

enum { WEBHOOK = 1u << SINK_WEBHOOK, MAIL = 1u << SINK_MAIL, KAFKA = 1u << SINK_KAFKA };

/* Keys that are not for every kind. */
static const struct {
    const char *name;
    unsigned kinds;
} belongs[] = {
    {"url", WEBHOOK | MAIL}, {"secret", WEBHOOK},    {"insecure", WEBHOOK | MAIL},
    {"ca", WEBHOOK | MAIL},  {"user", MAIL},         {"password", MAIL},
    {"from", MAIL},          {"directory", WEBHOOK}, {"sender", WEBHOOK | KAFKA},
    {"topic", KAFKA},        {"brokers", KAFKA},     {"hours", WEBHOOK | KAFKA},
};

enum err config_sink_key(const char *secret, unsigned char out[CONFIG_SINK_KEY_MAX], size_t *bytes,
                         struct fault *fault)
{
    size_t skip = sizeof SECRET_PREFIX - 1, n = 0;
    bool whole = strncmp(secret, SECRET_PREFIX, skip) == 0 &&
                 sodium_base642bin(out, CONFIG_SINK_KEY_MAX, secret + skip, strlen(secret + skip),
                                   NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
    if (!whole || n < KEY_BYTES_MIN)
        return fault_set(fault, ERR_INVALID,
                         "is no " SECRET_PREFIX " with base64 of %d to %d bytes "
                         "(echo " SECRET_PREFIX "$(openssl rand -base64 32))",
                         KEY_BYTES_MIN, CONFIG_SINK_KEY_MAX);
    *bytes = n;
    return ERR_OK;
}

static const char *mail_url_problem(const char *url)
{
    bool smtps = strncmp(url, "smtps://", 8) == 0, smtp = strncmp(url, "smtp://", 7) == 0;
    if (!smtps && !smtp)
        return "is no mail server (smtps://HOST:PORT, or smtp://HOST:PORT with STARTTLS)";
    const char *problem = url_rest_problem(url);
    return problem || !strpbrk(url, "?&=%+,;") ? problem : "is a host and a port alone";
}

/* An address that needs no quotes and breaks no header. */
static bool is_mail_address(const char *text)
{
    static const char local[] = LETTERS_AND_DIGITS "!#$&'*+-/=?^_`{|}~.";
    size_t before = strspn(text, local), n = strlen(text);
    if (!before || before > MAIL_LOCAL_MAX || n > MAIL_BYTES_MAX || text[before] != '@')
        return false;
    const char *domain = text + before + 1;
    return domain[0] && domain[0] != '.' && domain[0] != '-' && !strstr(domain, "..") &&
           !domain[strspn(domain, LETTERS_AND_DIGITS "-.")];
}

/* Telephone numbers leave for what needs them, to where nobody reads them on the way. */
static void check_gateway(struct load *load, const struct place *place,
                          const struct config_sink *sink, bool in_the_clear)
{
    if (!sink->channels || sink->channels & ~(1u << BY_MESSAGE | 1u << BY_PHONE))
        load_problem(
            load, place,
            "directory goes with channels: [message], [phone] or both: nothing else that a "
            "sink is told of takes a telephone number");
    if (in_the_clear)
        load_problem(load, place,
                     "directory sends telephone numbers: url must be https, insecure or not");
}

static void check_webhook(struct load *load, const struct place *place,
                          const struct config_sink *sink)
{
    unsigned char key[CONFIG_SINK_KEY_MAX];
    size_t bytes;
    struct fault fault;
    bool in_the_clear = false;
    const char *problem = url_problem(sink->url, &in_the_clear);
    if (!problem && in_the_clear && !sink->insecure)
        problem =
            "sends alerts in the clear to another machine; write https, or set insecure: true";
    if (problem)
        load_problem(load, place, "url %s", problem);
    if (sink->directory)
        check_gateway(load, place, sink, in_the_clear);
    if (config_sink_key(sink->secret, key, &bytes, &fault))
        load_problem(load, place, "secret %s", fault.text);
    sodium_memzero(key, sizeof key);
}

static void check_mail(struct load *load, const struct place *place, const struct config_sink *sink)
{
    const char *problem = mail_url_problem(sink->url);
    if (problem)
        load_problem(load, place, "url %s", problem);
    if (!is_mail_address(sink->from))
        load_problem(load, place, "from is no mail address (anbu@city.example)");
    if (!sink->to_count)
        load_problem(load, place, "needs somebody in to (to: [desk@city.example])");
    for (size_t i = 0; i < sink->to_count; i++)
        if (!is_mail_address(sink->to[i]))
            load_problem(load, place, "to[%zu] is no mail address (desk@city.example)", i + 1);
    if (!sink->user[0] != !sink->password[0])
        load_problem(load, place, "user and password go together");
    if (strpbrk(sink->user, "\r\n") || strpbrk(sink->password, "\r\n"))
        load_problem(load, place, "user and password are one line each");
}

static void check_kafka(struct load *load, const struct place *place,
                        const struct config_sink *sink)
{
    struct fault fault;
    if (check_topic(sink->topic, &fault))
        load_problem(load, place, "topic %s", fault.text);
    if (sink->brokers[0] && check_brokers(sink->brokers, &fault))
        load_problem(load, place, "brokers %s", fault.text);
    if (sink->property_count && !sink->brokers[0])
        load_problem(load, place,
                     "properties go with brokers; at kafka.brokers kafka.properties hold");
    if (sink->property_count && load->kafka &&
        load->kafka->together(sink->properties, sink->property_count, &fault))
        load_problem(load, place, "properties: %s", fault.text);
}

static void check_sender(struct load *load, const struct place *place, const char *sender)
{
    size_t bytes = strlen(sender), chars = 0;
    for (size_t at = 0; at < bytes; chars++) {
        size_t step = utf8_length(sender + at, bytes - at);
        at += step ? step : 1;
    }
    if (chars > SENDER_CHARS_MAX)
        load_problem(load, place, "sender has at most %d characters", SENDER_CHARS_MAX);
}

bool sink_row_fits(const struct option *row, int kind)
{
    for (size_t i = 0; i < sizeof belongs / sizeof belongs[0]; i++)
        if (strcmp(row->name, belongs[i].name) == 0)
            return belongs[i].kinds >> kind & 1;
    return true;
}

void check_sink(struct load *load, const struct place *place, const struct config_sink *sink,
                uint64_t given)
{
    static const struct {
        const char *name;
        void (*check)(struct load *load, const struct place *place, const struct config_sink *sink);
    } kinds[SINK_KIND_COUNT] = {
        [SINK_WEBHOOK] = {"webhook", check_webhook},
        [SINK_MAIL] = {"mail", check_mail},
        [SINK_KAFKA] = {"kafka", check_kafka},
    };
    if (!rows_name_good(sink->name, CONFIG_SINK_NAME_MAX))
        load_problem(load, place, "needs a name of 1 to %d characters: a-z, 0-9 and '-'",
                     CONFIG_SINK_NAME_MAX);
    for (size_t i = 0; i < load->config->sink_count; i++)
        if (strcmp(load->config->sinks[i].name, sink->name) == 0)
            load_problem(load, place, "has the name of sinks[%zu]; each has its own", i + 1);
    for (size_t row = 0; row < sink_row_count; row++)
        if (given >> row & 1 && !sink_row_fits(&sink_rows[row], sink->kind))
            load_problem(load, place, "%s is not for kind %s", sink_rows[row].name,
                         kinds[sink->kind].name);
    if (sink->to_count && sink->kind != SINK_MAIL)
        load_problem(load, place, "to is not for kind %s", kinds[sink->kind].name);
    if (sink->property_count && sink->kind != SINK_KAFKA)
        load_problem(load, place, "properties are not for kind %s", kinds[sink->kind].name);
    kinds[sink->kind].check(load, place, sink);
    struct stat status;
    if (sink->ca[0] && (stat(sink->ca, &status) || !S_ISREG(status.st_mode)))
        load_problem(load, place, "ca: there is no file %s", sink->ca);
    check_sender(load, place, sink->sender);
    if (sink->retry_first_s > sink->retry_max_s)
        load_problem(load, place, "retry_first must be at most retry_max");
}

void check_sink_topics(struct load *load)
{
    const struct config *config = load->config;
    const struct settings *settings = &config->settings;
    const char *const own[] = {settings->kafka.readings,    settings->kafka.billing,
                               settings->kafka.household,   settings->kafka.report,
                               settings->kafka.weather,     settings->kafka.alerts,
                               settings->kafka.dead_letters};
    for (size_t i = 0; i < config->sink_count; i++) {
        const struct config_sink *sink = &config->sinks[i];
        char shown[CONFIG_NAME_MAX];
        (void)snprintf(shown, sizeof shown, "sinks[%zu]", i + 1);
        const struct place place = {config->sink_from[i], shown};
        bool here = !sink->brokers[0] || strcmp(sink->brokers, settings->kafka.brokers) == 0;
        for (size_t t = 0; sink->kind == SINK_KAFKA && here && t < sizeof own / sizeof own[0]; t++)
            if (strcmp(sink->topic, own[t]) == 0)
                load_problem(load, &place, "topic '%s' is one that Anbu reads or writes itself",
                             sink->topic);
    }
}

void check_sink_directories(struct load *load)
{
    const struct config *config = load->config;
    for (size_t i = 0; i < config->sink_count; i++) {
        char shown[CONFIG_NAME_MAX];
        (void)snprintf(shown, sizeof shown, "sinks[%zu]", i + 1);
        const struct place place = {config->sink_from[i], shown};
        if (config->sinks[i].directory && config->settings.directory.kind == DIRECTORY_NONE)
            load_problem(load, &place,
                         "directory: there is none to look people up in (directory.kind: http)");
    }
}

void check_templates(struct load *load, const struct place *place)
{
    const char *directory = load->config->settings.delivery.templates;
    struct stat status;
    size_t found = 0;
    if (!directory[0])
        return;
    if (stat(directory, &status) || !S_ISDIR(status.st_mode)) {
        load_problem(load, place, "there is no directory %s", directory);
        return;
    }
    for (int kind = 0; kind < TEMPLATE_KIND_COUNT; kind++)
        for (int language = 0; language < LANGUAGE_COUNT; language++) {
            struct buffer *out = &load->config->templates[kind][language];
            struct fault fault;
            if (template_load(directory, (enum template_kind)kind, (enum language)language, out,
                              &fault))
                load_problem(load, place, "%s", fault.text);
            found += out->bytes > 0;
        }
    if (!found)
        load_problem(load, place, "%s has no template (as %s/%s/alert.txt)", directory, directory,
                     language_names[0]);
}
