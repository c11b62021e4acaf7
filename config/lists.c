/* SPDX-License-Identifier: Apache-2.0
 *
 * What is no single value: librdkafka's properties, field mapping, enrolment.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config/internal.h"
#include "config/suggest.h"

size_t field_list(const char *names[FIELDS_MAX])
{
    size_t count;
    const struct text *fields = decode_fields(&count);
    assert(count <= FIELDS_MAX);
    for (size_t i = 0; i < count; i++)
        names[i] = fields[i].at;
    return count;
}

/* Anbu's own, because a guarantee or another option hangs on them; and the way out. */
static const struct {
    const char *name, *instead;
} reserved[] = {
    {"bootstrap.servers", "set kafka.brokers"},
    {"metadata.broker.list", "set kafka.brokers"},
    {"group.id", "set kafka.group"},
    {"group.instance.id", "workers of one process cannot share one; leave it out"},
    {"partitioner", "set kafka.partitioner"},
    {"auto.offset.reset", "set kafka.start"},
    {"delivery.timeout.ms", "set kafka.delivery_timeout"},
    {"message.timeout.ms", "set kafka.delivery_timeout"},
    {"enable.auto.commit", "offsets live in the store; leave it out"},
    {"enable.auto.offset.store", "offsets live in the store; leave it out"},
    {"enable.partition.eof", "the merge of topics needs it; leave it out"},
    {"partition.assignment.strategy", "topics are co-partitioned by range; leave it out"},
    {"enable.idempotence", "always on; leave it out"},
    {"acks", "always all; leave it out"},
    {"request.required.acks", "always all; leave it out"},
    {"max.in.flight.requests.per.connection", "always 1 to send with; leave it out"},
    {"max.in.flight", "always 1 to send with; leave it out"},
    {"transactional.id", "no transactions are used; leave it out"},
};

const char *config_property_reserved(const char *name)
{
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (strcmp(name, reserved[i].name) == 0)
            return reserved[i].instead;
    return NULL;
}

bool property_is_secret(const char *name)
{
    if (strstr(name, "password") || strstr(name, "secret") ||
        strcmp(name, "sasl.oauthbearer.config") == 0)
        return true;
    return strcmp(name, "ssl.key.pem") == 0 || strcmp(name, "ssl_key") == 0;
}

static enum err property_value(const char *name, struct text from, char out[OPTION_TEXT_MAX],
                               struct fault *fault)
{
    struct option row = {.type = property_is_secret(name) ? OPTION_SECRET : OPTION_TEXT};
    struct value value;
    enum err err = value_parse(&row, from, &value, fault);
    if (!err)
        memcpy(out, value.text, OPTION_TEXT_MAX);
    explicit_bzero(&value, sizeof value);
    return err;
}

bool load_pair(struct load *load, const struct place *place, struct text name, struct text value,
               struct config_pair *out)
{
    struct config_pair pair = {0};
    struct fault fault;
    if (name.bytes == 0 || !text_copy(name, pair.name, sizeof pair.name)) {
        load_problem(load, place, "a property's name has 1 to %d bytes", OPTION_TEXT_MAX - 1);
        return false;
    }
    const char *instead = config_property_reserved(pair.name);
    if (instead) {
        load_problem(load, place, "is not to be set here: %s", instead);
        return false;
    }
    if (property_value(pair.name, value, pair.value, &fault)) {
        load_problem(load, place, "%s", fault.text);
        return false;
    }
    bool taken = !load->kafka || !load->kafka->one(&pair, &fault);
    if (taken)
        *out = pair;
    else /* librdkafka repeats the value */
        load_problem(load, place, "%s",
                     property_is_secret(pair.name) ? "librdkafka does not take it" : fault.text);
    explicit_bzero(&pair, sizeof pair);
    return taken;
}

void load_property(struct load *load, const struct place *place, struct text name,
                   struct text value)
{
    struct config *config = load->config;
    struct config_pair pair;
    if (!load_pair(load, place, name, value, &pair))
        return;
    size_t i = 0;
    while (i < config->property_count && strcmp(config->properties[i].name, pair.name) != 0)
        i++;
    if (i == config->property_count) {
        config->properties = array_room(config->properties, i, sizeof pair);
        config->property_from = array_room(config->property_from, i, sizeof place->origin);
        config->property_count++;
    }
    config->properties[i] = pair;
    config->property_from[i] = place->origin;
    explicit_bzero(&pair, sizeof pair);
}

void check_properties(struct load *load)
{
    const struct config *config = load->config;
    struct place place = {load->properties_from, "kafka.properties"};
    struct fault fault;
    if (config->property_count > 0 && load->kafka &&
        load->kafka->together(config->properties, config->property_count, &fault))
        load_problem(load, &place, "%s", fault.text);
}

void load_properties(struct load *load, const struct tree *node)
{
    load->properties_from = (struct origin){ORIGIN_FILE, node->key_line, node->key_column};
    if (!load_expect(load, node, TREE_MAP, "kafka.properties"))
        return;
    for (const struct tree *child = node->first; child; child = child->next) {
        char shown[CONFIG_NAME_MAX];
        (void)name_join(shown, "kafka.properties", child->key);
        struct place place = {{ORIGIN_FILE, child->line, child->column}, shown};
        if (child->kind == TREE_MAP)
            load_problem(load, &place,
                         "is one value: write librdkafka's name in full, with its dots");
        else if (load_expect(load, child, TREE_SCALAR, shown))
            load_property(load, &place, child->key, child->empty ? TEXT("") : child->text);
    }
}

static void load_field(struct load *load, const struct tree *node, const char *shown)
{
    struct config *config = load->config;
    struct place place = place_of(node, shown);
    struct place key = place_of_key(node, shown);
    struct option row = {.type = OPTION_TEXT};
    struct value value;
    struct fault fault;
    const char *names[FIELDS_MAX];
    char hint[SUGGEST_TEXT_MAX];
    if (!decode_knows_field(node->key)) {
        load_problem(load, &key, "is no field of a message that can be mapped (ours: theirs)%s",
                     suggest_text(node->key, names, field_list(names), hint));
        return;
    }
    if (!load_expect(load, node, TREE_SCALAR, shown))
        return;
    if (value_parse(&row, node->text, &value, &fault)) {
        load_problem(load, &place, "%s", fault.text);
    } else if (node->empty || node->text.bytes == 0) {
        load_problem(load, &place, "has no value (their name for it, as premiseId or reading.kwh)");
    } else {
        config->fields = array_room(config->fields, config->field_count, sizeof *config->fields);
        config->field_from =
            array_room(config->field_from, config->field_count, sizeof place.origin);
        config->field_from[config->field_count] = place.origin;
        config->fields[config->field_count++] =
            (struct field_mapping){memory_text(node->key), memory_text(node->text)};
    }
}

void load_fields(struct load *load, const struct tree *node)
{
    if (!load_expect(load, node, TREE_MAP, "fields"))
        return;
    for (const struct tree *child = node->first; child; child = child->next) {
        char shown[CONFIG_NAME_MAX];
        (void)name_join(shown, "fields", child->key);
        if (child->kind != TREE_BROKEN)
            load_field(load, child, shown);
    }
}

uint32_t load_mask(struct load *load, const struct tree *list, const char *shown,
                   const char *const *names, size_t count, const char *what)
{
    uint32_t mask = 0;
    if (!load_expect(load, list, TREE_LIST, shown))
        return 0;
    for (const struct tree *item = list->first; item; item = item->next) {
        char word[QUOTED_MAX], hint[SUGGEST_TEXT_MAX];
        struct place place = {{ORIGIN_FILE, item->line, item->column}, shown};
        size_t i = 0;
        if (!load_expect(load, item, TREE_SCALAR, shown))
            continue;
        while (i < count && !text_is(item->text, names[i]))
            i++;
        if (i < count)
            mask |= UINT32_C(1) << i;
        else
            load_problem(load, &place, "'%s' is no %s%s", quoted(item->text, word), what,
                         suggest_text(item->text, names, count, hint));
    }
    return mask;
}

static void load_enrolment_key(struct load *load, const struct tree *node, const char *shown,
                               struct enrolment *row)
{
    static const char *const keys[] = {"flags", "arrears", "detectors"};
    static const struct option arrears = {.type = OPTION_BOOL};
    const struct config *config = load->config;
    const char *detector_names[DETECTOR_COUNT_MAX] = {NULL};
    struct place place = place_of(node, shown);
    struct place key = place_of_key(node, shown);
    char hint[SUGGEST_TEXT_MAX];
    for (size_t i = 0; i < config->detector_count; i++)
        detector_names[i] = config->detectors[i]->name;
    if (text_is(node->key, "flags")) {
        row->flags = load_mask(load, node, shown, profile_flag_names, PROFILE_FLAG_COUNT,
                               "flag of a profile");
    } else if (text_is(node->key, "detectors")) {
        row->detectors =
            load_mask(load, node, shown, detector_names, config->detector_count, "detector");
        if ((node->kind == TREE_LIST && !node->first) || node->empty)
            load_problem(load, &place, "names no detector; leave it out for all of them");
    } else if (text_is(node->key, "arrears")) {
        struct value value = {0};
        struct fault fault;
        if (!load_expect(load, node, TREE_SCALAR, shown))
            return;
        if (value_parse(&arrears, node->text, &value, &fault))
            load_problem(load, &place, "%s", fault.text);
        row->arrears = value.yes;
    } else {
        load_problem(load, &key, "no such key (flags, arrears, detectors)%s",
                     suggest_text(node->key, keys, 3, hint));
    }
}

void load_enrolment(struct load *load, const struct tree *node)
{
    struct config *config = load->config;
    struct items walk = {
        .load = load, .shown = "enrolment", .max = CONFIG_ENROLMENT_MAX, .what = "rows"};
    while (items_next(&walk, node)) {
        struct enrolment *row = &config->enrolment[config->enrolment_count];
        *row = (struct enrolment){.detectors = (UINT32_C(1) << config->detector_count) - 1};
        for (const struct tree *key; (key = items_key(&walk));)
            load_enrolment_key(load, key, walk.key_shown, row);
        config->enrolment_from[config->enrolment_count++] = walk.place.origin;
    }
}
