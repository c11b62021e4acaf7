/* SPDX-License-Identifier: Apache-2.0
 *
 * Options that contradict each other: rows say which other one they stay below. Looked at for the
 * values of the file, for each profile, season and area over them, and for each two that can hold
 * together: a value in force comes from one of them, so pairs are enough.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config/internal.h"

/* A value in force. */
struct held {
    struct option row; /* as if its block held nothing else */
    const void *at;
    struct origin from;
    const struct layer *layer; /* NULL: the file's own */
};

struct rule {
    size_t low, high; /* slots */
    bool equal;       /* may be */
};

static struct held held_base(const struct config *config, size_t slot)
{
    const struct slot *of = &config->slots[slot];
    struct held held = {.row = *of->row, .from = of->from};
    held.at = (const char *)config_block(config, of) + of->row->offset;
    held.row.offset = 0;
    return held;
}

static const struct override *override_of(const struct layer *layer, size_t slot)
{
    const struct override *found = NULL;
    for (size_t i = 0; i < layer->override_count; i++)
        if (layer->overrides[i].slot == slot)
            found = &layer->overrides[i];
    return found;
}

/* What the layer makes of it. */
static void overlay(struct held *held, const struct layer *layer, size_t slot)
{
    const struct override *override = override_of(layer, slot);
    if (!override)
        return;
    held->at = &override->value;
    held->from = override->from;
    held->layer = layer;
}

static double number_of(const struct held *held)
{
    int64_t whole;
    double number;
    if (held->row.type == OPTION_NUMBER) {
        memcpy(&number, held->at, sizeof number);
        return number;
    }
    assert(held->row.type != OPTION_TEXT && held->row.type != OPTION_SECRET &&
           held->row.type != OPTION_BOOL && held->row.type != OPTION_CHOICE);
    memcpy(&whole, held->at, sizeof whole);
    return (double)whole;
}

static bool in_order(const struct rule *rule, const struct held *low, const struct held *high)
{
    double below = number_of(low), above = number_of(high);
    return below < above || (rule->equal && below == above);
}

static void name_of(const struct held *held, char out[CONFIG_NAME_MAX])
{
    char word[QUOTED_MAX];
    if (held->layer)
        (void)snprintf(out, CONFIG_NAME_MAX, "%s.%s.%s", layer_sections[held->layer->kind],
                       quoted(text_of(held->layer->name), word), held->row.name);
    else
        (void)snprintf(out, CONFIG_NAME_MAX, "%s", held->row.name);
}

static void where_of(const struct held *held, struct buffer *out)
{
    switch (held->from.kind) {
    case ORIGIN_DEFAULT: buffer_text(out, "by default"); break;
    case ORIGIN_FILE: buffer_format(out, "line %u", held->from.line); break;
    case ORIGIN_ENVIRONMENT: buffer_text(out, "by the environment"); break;
    case ORIGIN_SET: buffer_text(out, "by --set"); break;
    case ORIGIN_EMBEDDED: buffer_text(out, "by --embedded"); break;
    }
}

/* Told where somebody wrote the one that does not fit: a layer's value before the file's own, what
 * was set before a default, else the lower one. */
static void tell(struct load *load, const struct rule *rule, const struct held *low,
                 const struct held *high)
{
    bool at_high = low->layer == high->layer
                       ? low->from.kind == ORIGIN_DEFAULT
                       : !low->layer || (high->layer && high->layer > low->layer);
    const struct held *here = at_high ? high : low, *other = at_high ? low : high;
    static const char *const words[2][2] = {{"not below", "more than"}, {"not above", "less than"}};
    char name[CONFIG_NAME_MAX], other_name[CONFIG_NAME_MAX];
    struct buffer value = {0}, other_value = {0}, where = {0};
    name_of(here, name);
    name_of(other, other_name);
    value_format(&here->row, here->at, &value);
    value_format(&other->row, other->at, &other_value);
    where_of(other, &where);
    struct place place = {here->from, name};
    load_problem(load, &place, "%s is %s %s, which is %s (%s)", value.at,
                 words[at_high][rule->equal], other_name, other_value.at, where.at);
    buffer_done(&value);
    buffer_done(&other_value);
    buffer_done(&where);
}

static bool day_in(unsigned day, const struct layer *season)
{
    unsigned from = season->from_month_day, to = season->to_month_day;
    return from <= to ? day >= from && day <= to : day >= from || day <= to;
}

/* Can both hold for one household on one day? */
static bool may_meet(const struct layer *one, const struct layer *two)
{
    if (one->kind != two->kind || one->kind == LAYER_PROFILE)
        return true;
    return one->kind == LAYER_SEASON &&
           (day_in(one->from_month_day, two) || day_in(two->from_month_day, one));
}

/* With these layers over the file's own values, in their order; two may be NULL. */
static bool holds(const struct config *config, const struct rule *rule, const struct layer *one,
                  const struct layer *two, struct held *low, struct held *high)
{
    *low = held_base(config, rule->low);
    *high = held_base(config, rule->high);
    for (const struct layer *layer = one; layer; layer = layer == one ? two : NULL) {
        overlay(low, layer, rule->low);
        overlay(high, layer, rule->high);
    }
    return in_order(rule, low, high);
}

static void check_layers(struct load *load, const struct rule *rule, const struct layer **touching,
                         size_t count)
{
    const struct config *config = load->config;
    struct held low, high;
    for (size_t i = 0; i < count; i++) {
        bool alone = holds(config, rule, touching[i], NULL, &low, &high);
        if (!alone)
            tell(load, rule, &low, &high);
        /* Areas stand last, and two of them never meet. */
        for (size_t k = i + 1; alone && touching[i]->kind != LAYER_AREA && k < count; k++)
            if (may_meet(touching[i], touching[k]) &&
                holds(config, rule, touching[k], NULL, &low, &high) &&
                !holds(config, rule, touching[i], touching[k], &low, &high))
                tell(load, rule, &low, &high);
    }
}

static void check_rule(struct load *load, const struct rule *rule)
{
    const struct config *config = load->config;
    const struct layer **touching = NULL;
    struct held low, high;
    size_t count = 0;
    if (!holds(config, rule, NULL, NULL, &low, &high)) {
        tell(load, rule, &low, &high);
        return; /* layers over what is wrong say nothing new */
    }
    for (size_t i = 0; i < config->layer_count; i++) {
        const struct layer *layer = &config->layers[i];
        if (!override_of(layer, rule->low) && !override_of(layer, rule->high))
            continue;
        touching = array_room(touching, count, sizeof *touching);
        touching[count++] = layer;
    }
    check_layers(load, rule, touching, count);
    free(touching);
}

void check_order(struct load *load)
{
    const struct config *config = load->config;
    for (size_t i = 0; i < config->slot_count; i++) {
        const struct option *row = config->slots[i].row;
        const char *higher = row->below ? row->below : row->at_most;
        if (!higher)
            continue;
        struct rule rule = {i, config_slot(config, text_of(higher)), !row->below};
        assert(rule.high < config->slot_count && "a row names an option that there is");
        assert(config->slots[rule.high].row->type == row->type);
        check_rule(load, &rule);
    }
}
