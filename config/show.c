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

static void show_sinks(struct showing *showing)
{
    const struct config *config = showing->config;
    for (size_t i = 0; i < config->sink_count; i++) {
        const struct config_sink *sink = &config->sinks[i];
        for (size_t r = 0; r < sink_row_count; r++) {
            buffer_format(&showing->name, "sinks[%zu].%s", i + 1, sink_rows[r].name);
            value_format(&sink_rows[r], sink, &showing->value);
            tell(showing, config->sink_from[i], sink_rows[r].unit, sink_rows[r].help);
        }
        buffer_format(&showing->name, "sinks[%zu].takes", i + 1);
        if (sink->teams)
            add_names(&showing->value, "teams", sink->teams, team_names, TEAM_COUNT);
        if (sink->severities)
            add_names(&showing->value, "severities", sink->severities, severity_names,
                      SEVERITY_COUNT);
        if (sink->channels)
            add_names(&showing->value, "channels", sink->channels, ladder_channel_names,
                      LADDER_CHANNEL_COUNT);
        for (size_t a = 0; a < sink->area_count; a++)
            buffer_format(&showing->value, "%s%s",
                          a                      ? ", "
                          : showing->value.bytes ? ", areas: "
                                                 : "areas: ",
                          sink->areas[a]);
        tell(showing, config->sink_from[i], NULL, "Which alerts it is told of; empty: all.");
        for (size_t p = 0; p < sink->property_count; p++) {
            const struct config_pair *pair = &sink->properties[p];
            buffer_format(&showing->name, "sinks[%zu].properties.%s", i + 1, pair->name);
            buffer_text(&showing->value, property_is_secret(pair->name) ? "(set)" : pair->value);
            tell(showing, config->sink_from[i], NULL, "Passed to librdkafka.");
        }
        if (!sink->to_count)
            continue;
        buffer_format(&showing->name, "sinks[%zu].to", i + 1);
        for (size_t t = 0; t < sink->to_count; t++)
            buffer_format(&showing->value, "%s%s", t ? ", " : "", sink->to[t]);
        tell(showing, config->sink_from[i], NULL, "Who gets its mail.");
    }
}

static void show_ladder_steps(struct showing *showing, const struct ladder *ladder)
{
    for (size_t s = 0; s < ladder->step_count; s++) {
        const struct ladder_step *step = &ladder->steps[s];
        buffer_format(&showing->value, "%s%s %s, ", s ? "; " : "",
                      ladder_channel_names[step->channel], ladder_whom_names[step->whom]);
        ladder_wait_text(step, &showing->value);
    }
}

static void show_ladders(struct showing *showing)
{
    const struct config *config = showing->config;
    for (size_t i = 0; i < config->ladder_count; i++) {
        const struct ladder *ladder = &config->ladders[i];
        for (size_t r = 0; r < ladder_rows.count; r++) {
            const struct option *row = &ladder_rows.at[r];
            buffer_format(&showing->name, "ladders[%zu].%s", i + 1, row->name);
            value_format(row, ladder, &showing->value);
            tell(showing, config->ladder_from[i], row->unit, row->help);
        }
        buffer_format(&showing->name, "ladders[%zu].takes", i + 1);
        if (ladder->teams)
            add_names(&showing->value, "teams", ladder->teams, team_names, TEAM_COUNT);
        if (ladder->severities)
            add_names(&showing->value, "severities", ladder->severities, severity_names,
                      SEVERITY_COUNT);
        tell(showing, config->ladder_from[i], NULL, "Which alerts climb it; empty: all.");
        buffer_format(&showing->name, "ladders[%zu].steps", i + 1);
        show_ladder_steps(showing, ladder);
        tell(showing, config->ladder_from[i], NULL, "Channel, whom, and how long it waits.");
    }
}

static void show_answers(struct showing *showing)
{
    const struct config *config = showing->config;
    for (size_t i = 0; i < config->answer_count; i++) {
        buffer_format(&showing->name, "answers[%zu].%s", i + 1, config->answers[i].name);
        buffer_text(&showing->value, "(set)");
        tell(showing, config->answer_from[i], NULL, "Whose word on an answer is believed.");
    }
}

static void show_shifts(struct showing *showing, const struct roster *roster)
{
    for (size_t s = 0; s < roster->shift_count; s++) {
        const struct roster_shift *shift = &roster->shifts[s];
        struct buffer days = {0};
        shift_days_text(shift, &days);
        buffer_format(&showing->value, "%s%s (%s; %s): %s", s ? "; " : "", shift->name, days.at,
                      shift->hours[0] ? shift->hours : "the whole day", shift->on_call);
        if (shift->then[0])
            buffer_format(&showing->value, ", then %s", shift->then);
        buffer_done(&days);
    }
}

static void show_rosters(struct showing *showing)
{
    const struct config *config = showing->config;
    for (size_t i = 0; i < config->roster_count; i++) {
        const struct roster *roster = &config->rosters[i];
        for (size_t r = 0; r < roster_rows.count; r++) {
            const struct option *row = &roster_rows.at[r];
            buffer_format(&showing->name, "rosters[%zu].%s", i + 1, row->name);
            value_format(row, roster, &showing->value);
            tell(showing, config->roster_from[i], row->unit, row->help);
        }
        buffer_format(&showing->name, "rosters[%zu].areas", i + 1);
        for (size_t a = 0; a < roster->area_count; a++)
            buffer_format(&showing->value, "%s%s", a ? ", " : "", roster->areas[a]);
        tell(showing, config->roster_from[i], NULL, "Of which areas; empty: all.");
        buffer_format(&showing->name, "rosters[%zu].shifts", i + 1);
        show_shifts(showing, roster);
        tell(showing, config->roster_from[i], NULL, "Who is on call when, and the next to call.");
    }
}

static void show_roles(struct showing *showing)
{
    const struct config *config = showing->config;
    for (size_t i = 0; i < config->role_count; i++) {
        const struct config_role *role = &config->roles[i];
        for (size_t r = 0; r < role_rows.count; r++) {
            const struct option *row = &role_rows.at[r];
            buffer_format(&showing->name, "oidc.roles[%zu].%s", i + 1, row->name);
            value_format(row, role, &showing->value);
            tell(showing, config->role_from[i], row->unit, row->help);
        }
        buffer_format(&showing->name, "oidc.roles[%zu].areas", i + 1);
        buffer_text(&showing->value, role->areas);
        tell(showing, config->role_from[i], NULL, "Which areas its members see; empty: all.");
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
    show_sinks(&showing);
    show_ladders(&showing);
    show_answers(&showing);
    show_rosters(&showing);
    show_roles(&showing);
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
