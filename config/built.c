/* SPDX-License-Identifier: Apache-2.0
 *
 * A configuration as it is built: all defaults first, by the rows.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config/internal.h"

static void add_rows(struct config *config, const struct option *rows, size_t count, int detector)
{
    for (size_t i = 0; i < count; i++) {
        struct slot *slot = &config->slots[config->slot_count++];
        struct value value;
        struct fault fault;
        *slot = (struct slot){.row = &rows[i], .detector = detector};
        enum err err = value_parse(&rows[i], text_of(rows[i].initial), &value, &fault);
        assert(!err && "a default must fit its own row");
        value_store(&rows[i], &value, config_block(config, slot));
    }
}

struct config *config_new(const struct detector *const *detectors_in, size_t count)
{
    struct config *config = memory_get(sizeof *config);
    size_t rows = schema_count;
    assert(count <= DETECTOR_COUNT_MAX);
    config->detectors = detectors_in;
    config->detector_count = count;
    for (size_t i = 0; i < count; i++)
        rows += detectors_in[i]->option_count;
    config->slots = memory_get(rows * sizeof *config->slots);
    add_rows(config, schema, schema_count, -1);
    for (size_t i = 0; i < count; i++) {
        config->options[i] = memory_get(detectors_in[i]->options_bytes);
        add_rows(config, detectors_in[i]->options, detectors_in[i]->option_count, (int)i);
    }
    return config;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < config->detector_count; i++)
        free(config->options[i]);
    for (size_t i = 0; i < config->layer_count; i++)
        free(config->layers[i].overrides);
    for (size_t i = 0; i < config->field_count; i++) {
        free((char *)(uintptr_t)config->fields[i].ours);
        free((char *)(uintptr_t)config->fields[i].theirs);
    }
    if (config->properties)
        explicit_bzero(config->properties, config->property_count * sizeof *config->properties);
    explicit_bzero(config->sinks, sizeof config->sinks);
    explicit_bzero(config->answers, sizeof config->answers);
    for (int kind = 0; kind < TEMPLATE_KIND_COUNT; kind++)
        for (int language = 0; language < LANGUAGE_COUNT; language++)
            buffer_done(&config->templates[kind][language]);
    explicit_bzero(config->settings.redis.password, sizeof config->settings.redis.password);
    free(config->file);
    free(config->slots);
    free(config->layers);
    free(config->properties);
    free(config->property_from);
    free(config->fields);
    free(config->field_from);
    free(config->rosters);
    free(config->roles);
    free(config->role_from);
    free(config->roster_from);
    free(config);
}

void *config_block(const struct config *config, const struct slot *slot)
{
    if (slot->detector >= 0)
        return config->options[slot->detector];
    /* Written by the loader alone, before anybody else holds the configuration. */
    return (void *)(uintptr_t)&config->settings;
}

size_t config_slot(const struct config *config, struct text name)
{
    size_t i = 0;
    while (i < config->slot_count && !text_is(name, config->slots[i].row->name))
        i++;
    return i;
}

void config_embed(struct config *config, const char *name, const char *value)
{
    struct slot *slot = &config->slots[config_slot(config, text_of(name))];
    struct value parsed;
    struct fault fault;
    assert(slot < config->slots + config->slot_count);
    enum err err = value_parse(slot->row, text_of(value), &parsed, &fault);
    assert(!err && "what the daemon decides fits");
    value_store(slot->row, &parsed, config_block(config, slot));
    slot->from = (struct origin){.kind = ORIGIN_EMBEDDED};
}

const struct settings *config_settings(const struct config *config)
{
    return &config->settings;
}

const struct config_pair *config_kafka_properties(const struct config *config, size_t *count)
{
    *count = config->property_count;
    return config->properties;
}

const struct field_mapping *config_fields(const struct config *config, size_t *count)
{
    *count = config->field_count;
    return config->fields;
}

const struct enrolment *config_enrolment(const struct config *config, size_t *count)
{
    *count = config->enrolment_count;
    return config->enrolment;
}

const struct config_sink *config_sinks(const struct config *config, size_t *count)
{
    *count = config->sink_count;
    return config->sinks;
}

struct text config_template(const struct config *config, enum template_kind kind,
                            enum language language)
{
    const struct buffer *own = &config->templates[kind][language];
    return own->bytes ? buffer_view(own) : template_default(kind, language);
}

const struct ladder *config_ladders(const struct config *config, size_t *count)
{
    *count = config->ladder_count;
    return config->ladders;
}

const struct roster *config_rosters(const struct config *config, size_t *count)
{
    *count = config->roster_count;
    return config->rosters;
}

const struct config_role *config_roles(const struct config *config, size_t *count)
{
    *count = config->role_count;
    return config->roles;
}

size_t config_set_count(const struct config *config)
{
    size_t count = config->property_count + config->field_count + config->enrolment_count +
                   config->holiday_count + config->sink_count + config->ladder_count +
                   config->answer_count + config->roster_count + config->role_count;
    for (size_t i = 0; i < config->slot_count; i++)
        count += config->slots[i].from.kind != ORIGIN_DEFAULT;
    for (size_t i = 0; i < config->layer_count; i++)
        count += config->layers[i].override_count;
    return count;
}

static bool properties_equal(const struct config *a, const struct config *b)
{
    if (a->property_count != b->property_count)
        return false;
    for (size_t i = 0; i < a->property_count; i++)
        if (strcmp(a->properties[i].name, b->properties[i].name) != 0 ||
            strcmp(a->properties[i].value, b->properties[i].value) != 0)
            return false;
    return true;
}

static bool templates_equal(const struct config *a, const struct config *b)
{
    for (int kind = 0; kind < TEMPLATE_KIND_COUNT; kind++)
        for (int language = 0; language < LANGUAGE_COUNT; language++)
            if (!text_equal(buffer_view(&a->templates[kind][language]),
                            buffer_view(&b->templates[kind][language])))
                return false;
    return true;
}

size_t config_restart_needed(const struct config *now, const struct config *next,
                             struct buffer *out)
{
    size_t count = 0;
    assert(now->slot_count == next->slot_count);
    for (size_t i = 0; i < now->slot_count; i++) {
        const struct slot *slot = &now->slots[i];
        if (slot->row->reloadable ||
            value_equal(slot->row, config_block(now, slot), config_block(next, &next->slots[i])))
            continue;
        buffer_format(out, "%s\n", slot->row->name);
        count++;
    }
    if (!properties_equal(now, next)) {
        buffer_text(out, "kafka.properties\n");
        count++;
    }
    if (!sinks_equal(now, next) || !templates_equal(now, next)) {
        buffer_text(out, "sinks\n");
        count++;
    }
    return count;
}
