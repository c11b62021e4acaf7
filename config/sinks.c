/* SPDX-License-Identifier: Apache-2.0
 *
 * `sinks`: who is told of alerts. THE table of one sink's options, and its lists.
 */
#include <stdio.h>
#include <string.h>

#include "config/internal.h"
#include "detectors/vocabulary.h"

#define AT(member) offsetof(struct config_sink, member)

static const char *const kinds[] = {
    [SINK_WEBHOOK] = "webhook", [SINK_MAIL] = "mail", [SINK_KAFKA] = "kafka", NULL};

const struct option sink_rows[] = {
    {.name = "name",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT(name),
     .help = "Names it in metrics, log and its consumer group: a-z, 0-9 and '-'."},
    {.name = "kind",
     .type = OPTION_CHOICE,
     .initial = "webhook",
     .choices = kinds,
     .offset = AT(kind),
     .help = "How it is told."},
    {.name = "url",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT(url),
     .help = "Where events go: https (http to this machine), or the mail server: smtps or smtp."},
    {.name = "secret",
     .type = OPTION_SECRET,
     .initial = "",
     .offset = AT(secret),
     .help = "What webhooks are signed with, as file:/PATH or env:NAME; whsec_ and base64."},
    {.name = "insecure",
     .type = OPTION_BOOL,
     .initial = "false",
     .offset = AT(insecure),
     .help = "Let alerts go to another machine in the clear: anybody on the way can read them."},
    {.name = "ca",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT(ca),
     .help = "File of the certificates (PEM) that vouch for url; empty: the machine's own."},
    {.name = "user",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT(user),
     .help = "Of mail: the account at the mail server; empty: none."},
    {.name = "password",
     .type = OPTION_SECRET,
     .initial = "",
     .offset = AT(password),
     .help = "Its password, as file:/PATH or env:NAME."},
    {.name = "from",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT(from),
     .help = "Of mail: the sender's address."},
    {.name = "language",
     .type = OPTION_CHOICE,
     .initial = "en",
     .choices = language_names,
     .offset = AT(language),
     .help = "What it is written in: mails, and the reasons of events that go elsewhere."},
    {.name = "directory",
     .type = OPTION_BOOL,
     .initial = "false",
     .offset = AT(directory),
     .help =
         "Posts hold whom to write to: looked up in the directory as they leave, each on record."},
    {.name = "sender",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT(sender),
     .help = "Who writes messages to residents, as they know it; empty: your welfare office."},
    {.name = "topic",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT(topic),
     .help = "Of kafka: the topic that events are published in again."},
    {.name = "brokers",
     .type = OPTION_TEXT,
     .initial = "",
     .offset = AT(brokers),
     .help = "Where that topic is; empty: at kafka.brokers, with their properties."},
    {.name = "hours",
     .type = OPTION_BOOL,
     .initial = "false",
     .offset = AT(hours),
     .help = "Events show by which hours a home lived (the evidence's); not needed to send help."},
    {.name = "timeout",
     .type = OPTION_DURATION,
     .initial = "10s",
     .min = 1,
     .max = 60,
     .offset = AT(timeout_s),
     .help = "An answer that takes longer is none."},
    {.name = "retry_first",
     .type = OPTION_DURATION,
     .initial = "1s",
     .min = 1,
     .max = 3600,
     .offset = AT(retry_first_s),
     .help = "The first wait before an event is tried again; each next one is twice as long."},
    {.name = "retry_max",
     .type = OPTION_DURATION,
     .initial = "5m",
     .min = 1,
     .max = 3600,
     .offset = AT(retry_max_s),
     .help = "The longest wait before an event is tried again."},
    {.name = "give_up",
     .type = OPTION_DURATION,
     .initial = "24h",
     .min = 1,
     .max = 7 * 86400,
     .offset = AT(give_up_s),
     .help = "An event that is older, and was tried three times, is a dead letter."},
};
const size_t sink_row_count = sizeof sink_rows / sizeof sink_rows[0];
static const char *const lists[] = {"teams", "severities", "channels", "areas",
                                    "to",    "properties", NULL};
static const struct rows rows = {sink_rows, sizeof sink_rows / sizeof sink_rows[0], "a sink",
                                 lists};

/* A list of texts of a sink: `what` for people. */
static void load_texts(struct load *load, const struct tree *list, const char *shown,
                       const char *what, size_t bytes_max, char (*out)[OPTION_TEXT_MAX],
                       size_t *count, size_t count_max)
{
    if (!load_expect(load, list, TREE_LIST, shown))
        return;
    for (const struct tree *item = list->first; item; item = item->next) {
        struct place place = place_of(item, shown);
        if (!load_expect(load, item, TREE_SCALAR, shown))
            continue;
        if (*count == count_max)
            load_problem(load, &place, "has more than %zu of them", count_max);
        else if (!item->text.bytes || item->text.bytes > bytes_max)
            load_problem(load, &place, "%s has 1 to %zu bytes", what, bytes_max);
        else
            (void)text_copy(item->text, out[(*count)++], OPTION_TEXT_MAX);
    }
}

/* librdkafka's, for brokers of a sink's own. */
static void load_pairs(struct load *load, const struct tree *map, const char *shown,
                       struct config_sink *sink)
{
    if (!load_expect(load, map, TREE_MAP, shown))
        return;
    for (const struct tree *child = map->first; child; child = child->next) {
        char name[CONFIG_NAME_MAX];
        (void)name_join(name, shown, child->key);
        struct place place = place_of(child, name);
        if (sink->property_count == CONFIG_SINK_PAIRS_MAX)
            load_problem(load, &place, "there are more than %d of them", CONFIG_SINK_PAIRS_MAX);
        else if (load_expect(load, child, TREE_SCALAR, name) &&
                 load_pair(load, &place, child->key, child->empty ? TEXT("") : child->text,
                           &sink->properties[sink->property_count]))
            sink->property_count++;
    }
}

/* True when the key is one of the lists. */
static bool load_sink_list(struct load *load, const struct tree *node, const char *shown,
                           struct config_sink *sink)
{
    if (text_is(node->key, "teams"))
        sink->teams = load_mask(load, node, shown, team_names, TEAM_COUNT, "team");
    else if (text_is(node->key, "severities"))
        sink->severities = load_mask(load, node, shown, severity_names, SEVERITY_COUNT, "severity");
    else if (text_is(node->key, "channels"))
        sink->channels =
            load_mask(load, node, shown, ladder_channel_names, LADDER_CHANNEL_COUNT, "channel");
    else if (text_is(node->key, "areas"))
        load_texts(load, node, shown, "an area", MESSAGE_ID_MAX, sink->areas, &sink->area_count,
                   CONFIG_SINK_AREAS_MAX);
    else if (text_is(node->key, "to"))
        load_texts(load, node, shown, "an address", OPTION_TEXT_MAX - 1, sink->to, &sink->to_count,
                   CONFIG_SINK_TO_MAX);
    else if (text_is(node->key, "properties"))
        load_pairs(load, node, shown, sink);
    else
        return false;
    return true;
}

void load_sinks(struct load *load, const struct tree *node)
{
    struct config *config = load->config;
    struct items walk = {.load = load, .shown = "sinks", .max = CONFIG_SINKS_MAX, .what = "sinks"};
    while (items_next(&walk, node)) {
        struct config_sink *sink = &config->sinks[config->sink_count];
        uint64_t given = 0;
        rows_default(&rows, sink);
        for (const struct tree *key; (key = items_key(&walk));) {
            if (load_sink_list(load, key, walk.key_shown, sink))
                continue;
            size_t row = rows_load(load, &rows, key, walk.key_shown, sink);
            given |= row < rows.count ? UINT64_C(1) << row : 0;
        }
        if (items_good(&walk))
            check_sink(load, &walk.place, sink, given);
        config->sink_from[config->sink_count++] = walk.place.origin;
    }
}

static bool sink_equal(const struct config_sink *a, const struct config_sink *b)
{
    bool same = a->teams == b->teams && a->severities == b->severities &&
                a->channels == b->channels && a->area_count == b->area_count &&
                a->to_count == b->to_count && a->property_count == b->property_count;
    for (size_t i = 0; i < sink_row_count && same; i++)
        same = value_equal(&sink_rows[i], a, b);
    for (size_t i = 0; i < a->area_count && same; i++)
        same = strcmp(a->areas[i], b->areas[i]) == 0;
    for (size_t i = 0; i < a->to_count && same; i++)
        same = strcmp(a->to[i], b->to[i]) == 0;
    for (size_t i = 0; i < a->property_count && same; i++)
        same = strcmp(a->properties[i].name, b->properties[i].name) == 0 &&
               strcmp(a->properties[i].value, b->properties[i].value) == 0;
    return same;
}

bool sinks_equal(const struct config *a, const struct config *b)
{
    bool same = a->sink_count == b->sink_count;
    for (size_t i = 0; i < a->sink_count && same; i++)
        same = sink_equal(&a->sinks[i], &b->sinks[i]);
    return same;
}
