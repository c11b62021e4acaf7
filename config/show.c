/* SPDX-License-Identifier: Apache-2.0
 *
 * What is in force, and where each value came from. Secrets appear as (set) or (not set).
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "config/internal.h"

struct showing {
    const struct config *config;
    shown_fn *each;
    void *context;
    struct buffer name, value, from; /* of the row in the making */
};

static void tell(struct showing *showing, struct origin origin, const char *unit, const char *help)
{
    buffer_clear(&showing->from);
    switch (origin.kind) {
    case ORIGIN_DEFAULT: buffer_text(&showing->from, "default"); break;
    case ORIGIN_ENVIRONMENT: buffer_text(&showing->from, "environment"); break;
    case ORIGIN_SET: buffer_text(&showing->from, "--set"); break;
    case ORIGIN_EMBEDDED: buffer_text(&showing->from, "embedded"); break;
    case ORIGIN_FILE:
        buffer_format(&showing->from, "%s:%u", showing->config->file, origin.line);
        break;
    }
    struct shown shown = {showing->name.at, buffer_view(&showing->value).at, showing->from.at, unit,
                          help};
    showing->each(showing->context, &shown);
    buffer_clear(&showing->name);
    buffer_clear(&showing->value);
}

static void show_options(struct showing *showing)
{
    for (size_t i = 0; i < showing->config->slot_count; i++) {
        const struct slot *slot = &showing->config->slots[i];
        buffer_text(&showing->name, slot->row->name);
        value_format(slot->row, config_block(showing->config, slot), &showing->value);
        tell(showing, slot->from, slot->row->unit, slot->row->help);
    }
}

static void show_lists(struct showing *showing)
{
    const struct config *config = showing->config;
    for (size_t i = 0; i < config->property_count; i++) {
        const struct config_pair *pair = &config->properties[i];
        bool secret = property_is_secret(pair->name);
        buffer_format(&showing->name, "kafka.properties.%s", pair->name);
        buffer_text(&showing->value, !secret          ? pair->value
                                     : pair->value[0] ? "(set)"
                                                      : "(not set)");
        tell(showing, config->property_from[i], NULL, "Passed through to librdkafka.");
    }
    for (size_t i = 0; i < config->field_count; i++) {
        buffer_format(&showing->name, "fields.%s", config->fields[i].ours);
        buffer_text(&showing->value, config->fields[i].theirs);
        tell(showing, config->field_from[i], NULL, "Where messages keep this field.");
    }
}

static void add_names(struct buffer *out, const char *label, uint32_t mask,
                      const char *const *names, size_t count)
{
    const char *between = "";
    buffer_format(out, "%s%s: [", out->bytes ? ", " : "", label);
    for (size_t i = 0; i < count; i++)
        if (mask >> i & 1) {
            buffer_format(out, "%s%s", between, names[i]);
            between = ", ";
        }
    buffer_text(out, "]");
}

static void show_enrolment(struct showing *showing)
{
    const struct config *config = showing->config;
    const char *detector_names[DETECTOR_COUNT_MAX] = {NULL};
    for (size_t i = 0; i < config->detector_count; i++)
        detector_names[i] = config->detectors[i]->name;
    for (size_t i = 0; i < config->enrolment_count; i++) {
        const struct enrolment *row = &config->enrolment[i];
        buffer_format(&showing->name, "enrolment[%zu]", i + 1);
        if (row->flags)
            add_names(&showing->value, "flags", row->flags, profile_flag_names, PROFILE_FLAG_COUNT);
        if (row->arrears)
            buffer_format(&showing->value, "%sarrears: true", showing->value.bytes ? ", " : "");
        add_names(&showing->value, "detectors", row->detectors, detector_names,
                  config->detector_count);
        tell(showing, config->enrolment_from[i], NULL, "Who may raise which alerts.");
    }
}

static void show_holidays(struct showing *showing)
{
    const struct config *config = showing->config;
    for (size_t i = 0; i < config->holiday_count; i++) {
        const struct holiday *day = &config->holidays[i];
        buffer_format(&showing->name, "holidays[%zu]", i + 1);
        if (day->year)
            buffer_format(&showing->value, "%04u-", day->year);
        buffer_format(&showing->value, "%02u-%02u", day->month_day / 100, day->month_day % 100);
        tell(showing, config->holiday_from[i], NULL, "Days on which people live as on a Sunday.");
    }
}

static void show_layers(struct showing *showing)
{
    const struct config *config = showing->config;
    void *scratch[DETECTOR_COUNT_MAX] = {NULL};
    struct settings settings = config->settings;
    for (size_t i = 0; i < config->detector_count; i++)
        scratch[i] = memory_get(config->detectors[i]->options_bytes);
    for (size_t i = 0; i < config->layer_count; i++) {
        const struct layer *layer = &config->layers[i];
        const char *section = layer_sections[layer->kind];
        if (layer->kind == LAYER_SEASON) {
            buffer_format(&showing->name, "seasons.%s", layer->name);
            buffer_format(&showing->value, "%02u-%02u to %02u-%02u", layer->from_month_day / 100,
                          layer->from_month_day % 100, layer->to_month_day / 100,
                          layer->to_month_day % 100);
            tell(showing, layer->from, NULL, "Days of the year, both included.");
        }
        for (size_t j = 0; j < layer->override_count; j++) {
            const struct override *override = &layer->overrides[j];
            const struct slot *slot = &config->slots[override->slot];
            void *block = slot->detector < 0 ? (void *)&settings : scratch[slot->detector];
            value_store(slot->row, &override->value, block);
            buffer_format(&showing->name, "%s.%s.%s", section, layer->name, slot->row->name);
            value_format(slot->row, block, &showing->value);
            tell(showing, override->from, slot->row->unit, slot->row->help);
        }
    }
    for (size_t i = 0; i < config->detector_count; i++)
        free(scratch[i]);
}

void show_each(const struct config *config, shown_fn *each, void *context)
{
    struct showing showing = {.config = config, .each = each, .context = context};
    show_options(&showing);
    show_lists(&showing);
    show_enrolment(&showing);
    show_holidays(&showing);
    show_layers(&showing);
    buffer_done(&showing.name);
    buffer_done(&showing.value);
    buffer_done(&showing.from);
}

/* Two passes over the rows: measuring, then writing. */
struct columns {
    bool measuring;
    size_t name_width, value_width;
    struct buffer *out;
};

/* Characters, not bytes: names of areas are in any script. */
static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

static void column(struct buffer *out, const char *text, size_t width)
{
    size_t shown = characters(text);
    buffer_format(out, "%s%*s", text, (int)(width > shown ? width - shown : 0) + 2, "");
}

static void show_text(void *context, const struct shown *shown)
{
    struct columns *table = context;
    struct buffer with_unit = {0};
    buffer_text(&with_unit, shown->value[0] ? shown->value : "\"\"");
    if (shown->unit)
        buffer_format(&with_unit, " %s", shown->unit);
    size_t name_width = characters(shown->name), value_width = characters(with_unit.at);
    if (table->measuring) {
        if (name_width > table->name_width)
            table->name_width = name_width;
        /* A long value pushes its own row alone. */
        if (value_width > table->value_width && value_width <= 40)
            table->value_width = value_width;
    } else {
        column(table->out, shown->name, table->name_width);
        column(table->out, with_unit.at, table->value_width);
        buffer_format(table->out, "%s\n", shown->from);
    }
    buffer_done(&with_unit);
}

void config_show(const struct config *config, struct buffer *out)
{
    struct columns table = {.measuring = true, .out = out};
    show_each(config, show_text, &table);
    table.measuring = false;
    show_each(config, show_text, &table);
}

static void show_json(void *context, const struct shown *shown)
{
    struct buffer *out = context;
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, "name", shown->name);
    json_member_text(out, "value", shown->value);
    json_member_text(out, "from", shown->from);
    json_member_text(out, "unit", shown->unit);
    json_member_text(out, "help", shown->help);
    buffer_text(out, "}");
}

void config_show_json(const struct config *config, struct buffer *out)
{
    buffer_text(out, "[");
    show_each(config, show_json, out);
    buffer_text(out, "]");
}
