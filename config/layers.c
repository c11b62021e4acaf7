/* SPDX-License-Identifier: Apache-2.0
 *
 * Profiles, seasons and areas: what is judged otherwise for some households, days or places.
 */
#include <stdlib.h>
#include <string.h>

#include "config/internal.h"
#include "config/suggest.h"

const char *const layer_sections[LAYER_KIND_COUNT] = {
    [LAYER_PROFILE] = "profiles",
    [LAYER_SEASON] = "seasons",
    [LAYER_AREA] = "areas",
};

static bool named_profile(struct load *load, const struct place *place, struct text key,
                          struct layer *layer)
{
    char hint[SUGGEST_TEXT_MAX];
    for (unsigned flag = 0; flag < PROFILE_FLAG_COUNT; flag++)
        if (text_is(key, profile_flag_names[flag])) {
            layer->flag = flag;
            return true;
        }
    load_problem(load, place, "no such flag of a profile%s",
                 suggest_text(key, profile_flag_names, PROFILE_FLAG_COUNT, hint));
    return false;
}

static bool named(struct load *load, const struct tree *node, const char *shown,
                  struct layer *layer)
{
    struct place place = place_of_key(node, shown);
    if (layer->kind == LAYER_PROFILE)
        if (!named_profile(load, &place, node->key, layer))
            return false;
    if (node->key.bytes == 0 || !text_copy(node->key, layer->name, sizeof layer->name)) {
        load_problem(load, &place, "a name has 1 to %d bytes", MESSAGE_ID_MAX);
        return false;
    }
    return true;
}

bool month_day_parse(struct text from, unsigned *out)
{
    static const unsigned days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (from.bytes != 5 || from.at[2] != '-')
        return false;
    for (size_t i = 0; i < 5; i++)
        if (i != 2 && (from.at[i] < '0' || from.at[i] > '9'))
            return false;
    unsigned month = (unsigned)(from.at[0] - '0') * 10 + (unsigned)(from.at[1] - '0');
    unsigned day = (unsigned)(from.at[3] - '0') * 10 + (unsigned)(from.at[4] - '0');
    if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
        return false;
    *out = month * 100 + day;
    return true;
}

bool load_season_bound(struct load *load, const struct tree *node, const char *name,
                       struct layer *layer)
{
    char shown[CONFIG_NAME_MAX], word[QUOTED_MAX];
    bool from = strcmp(name, "from") == 0;
    if (!from && strcmp(name, "to") != 0)
        return false;
    (void)snprintf(shown, sizeof shown, "seasons.%s.%s", quoted(text_of(layer->name), word), name);
    struct place place = place_of(node, shown);
    if (load_expect(load, node, TREE_SCALAR, shown) &&
        !month_day_parse(node->text, from ? &layer->from_month_day : &layer->to_month_day))
        load_problem(load, &place, "'%s' is not a day of the year (month-day, as 11-15)",
                     quoted(node->text, word));
    return true;
}

static bool has_key(const struct tree *map, const char *key)
{
    for (const struct tree *node = map->first; node; node = node->next)
        if (text_is(node->key, key))
            return true;
    return false;
}

static void load_layer(struct load *load, const struct tree *node, const char *shown,
                       struct layer *layer)
{
    struct place place = place_of_key(node, shown);
    layer->from = place.origin;
    load_options(load, node, shown, strlen(shown) + 1, layer);
    bool readable = node->kind == TREE_MAP || node->empty;
    if (layer->kind == LAYER_SEASON && readable && (!has_key(node, "from") || !has_key(node, "to")))
        load_problem(load, &place,
                     "a season needs its first and last day (from: 11-15, to: 02-29)");
}

void load_layers(struct load *load, enum layer_kind kind, const struct tree *node)
{
    struct config *config = load->config;
    size_t seasons = 0;
    if (!load_expect(load, node, TREE_MAP, layer_sections[kind]))
        return;
    for (const struct tree *child = node->first; child; child = child->next) {
        char shown[CONFIG_NAME_MAX];
        struct layer layer = {.kind = kind};
        (void)name_join(shown, layer_sections[kind], child->key);
        if (child->kind == TREE_BROKEN || !named(load, child, shown, &layer))
            continue;
        if (kind == LAYER_SEASON && ++seasons > CONFIG_SEASONS_MAX) {
            struct place place = {{ORIGIN_FILE, child->key_line, child->key_column}, shown};
            load_problem(load, &place, "there are more than %d seasons", CONFIG_SEASONS_MAX);
            return;
        }
        load_layer(load, child, shown, &layer);
        config->layers = array_room(config->layers, config->layer_count, sizeof *config->layers);
        config->layers[config->layer_count++] = layer;
    }
}
