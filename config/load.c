/* SPDX-License-Identifier: Apache-2.0
 *
 * One read: the file, then the environment, then --set; every problem is told, and only a
 * configuration without one comes out.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "config/internal.h"
#include "config/suggest.h"

#define PROBLEMS_SHOWN_MAX 100
#define NOT_LAYERED \
    "cannot be layered; only detectors' options and budget.acute_per_household_year can"

/* Sections that are no options, at the top level of the file or in one, as "kafka.properties". */
static const struct {
    const char *name;
    void (*load)(struct load *load, const struct tree *node);
} lists[] = {
    {"kafka.properties", load_properties},
    {"fields", load_fields},
    {"enrolment", load_enrolment},
    {"holidays", load_holidays},
    {"sinks", load_sinks},
    {"ladders", load_ladders},
    {"answers", load_answers},
    {"rosters", load_rosters},
    {"oidc.roles", load_roles},
    /* Read after all others, by load_file; here, so that the names are known. */
    {"profiles", NULL},
    {"seasons", NULL},
    {"areas", NULL},
};
#define LIST_COUNT (sizeof lists / sizeof lists[0])

void config_errors_done(struct config_errors *errors)
{
    buffer_done(&errors->text);
    buffer_done(&errors->warnings);
    errors->count = 0;
}

void load_problem(struct load *load, const struct place *place, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    problem_add(&load->problems, place->origin.line, place->origin.column, "%s: %s", place->shown,
                text);
}

struct place place_of(const struct tree *node, const char *shown)
{
    return (struct place){{ORIGIN_FILE, node->line, node->column}, shown};
}

struct place place_of_key(const struct tree *node, const char *shown)
{
    return (struct place){{ORIGIN_FILE, node->key_line, node->key_column}, shown};
}

size_t name_join(char out[CONFIG_NAME_MAX], const char *prefix, struct text key)
{
    char word[QUOTED_MAX];
    int n = snprintf(out, CONFIG_NAME_MAX, "%s%s", prefix, prefix[0] ? "." : "");
    assert(n >= 0 && n < CONFIG_NAME_MAX - QUOTED_MAX); /* only known names become a prefix */
    (void)snprintf(out + n, CONFIG_NAME_MAX - (size_t)n, "%s", quoted(key, word));
    return (size_t)n;
}

bool load_expect(struct load *load, const struct tree *node, enum tree_kind kind, const char *shown)
{
    static const char *const want[] = {
        [TREE_SCALAR] = "is one value", [TREE_LIST] = "is a list", [TREE_MAP] = "is a section"};
    static const char *const got[] = {
        [TREE_SCALAR] = "a single value", [TREE_LIST] = "a list", [TREE_MAP] = "a section"};
    struct place place = place_of(node, shown);
    if (node->kind == kind || (node->kind == TREE_SCALAR && node->empty))
        return true;
    if (node->kind != TREE_BROKEN)
        load_problem(load, &place, "%s, not %s", want[kind], got[node->kind]);
    return false;
}

/* The part of an option's name before its dot number n (from 0); empty: it has none. */
static struct text section_of(const char *name, size_t n)
{
    size_t dots = 0;
    for (size_t i = 0; name[i]; i++)
        if (name[i] == '.' && dots++ == n)
            return (struct text){name, i};
    return (struct text){0};
}

static bool is_section(const struct config *config, struct text name)
{
    for (size_t i = 0; i < config->slot_count; i++) {
        const char *row = config->slots[i].row->name;
        if (strncmp(row, name.at, name.bytes) == 0 && row[name.bytes] == '.')
            return true;
    }
    return false;
}

static void unknown(struct load *load, const struct place *place, const char *name)
{
    struct suggest suggest = {.word = text_of(name)};
    const struct config *config = load->config;
    for (size_t i = 0; i < config->slot_count && load->problems.count < PROBLEMS_SHOWN_MAX; i++) {
        const char *row = config->slots[i].row->name;
        suggest_try(&suggest, text_of(row));
        suggest_try(&suggest, section_of(row, 0));
        suggest_try(&suggest, section_of(row, 1));
    }
    for (size_t i = 0; i < LIST_COUNT; i++)
        suggest_try(&suggest, text_of(lists[i].name));
    if (suggest.best.bytes > 0)
        load_problem(load, place, "no such option; did you mean %.*s?", (int)suggest.best.bytes,
                     suggest.best.at);
    else
        load_problem(load, place, "no such option (anbuctl sample-config lists all)");
}

/* Detectors' options, and the one core option that a tuning carries. */
static bool may_be_layered(const struct slot *slot)
{
    return slot->detector >= 0 ||
           slot->row->offset == offsetof(struct settings, budget.acute_per_household_year);
}

static bool parse(struct load *load, const struct place *place, const struct slot *slot,
                  struct text from, struct value *out)
{
    struct fault fault;
    enum err err = value_parse(slot->row, from, out, &fault);
    if (!err)
        err = check_value(slot->row, out, &fault);
    if (err)
        load_problem(load, place, "%s", fault.text);
    return !err;
}

static void set_layered(struct load *load, const struct place *place, size_t index,
                        struct text from, struct layer *layer)
{
    const struct slot *slot = &load->config->slots[index];
    struct override override = {.slot = index, .from = place->origin};
    if (!may_be_layered(slot)) {
        load_problem(load, place, NOT_LAYERED);
        return;
    }
    if (!parse(load, place, slot, from, &override.value))
        return;
    layer->overrides =
        array_room(layer->overrides, layer->override_count, sizeof *layer->overrides);
    layer->overrides[layer->override_count++] = override;
}

void load_base(struct load *load, const struct place *place, size_t index, struct text from)
{
    struct slot *slot = &load->config->slots[index];
    struct value value;
    if (place->origin.kind == ORIGIN_FILE && slot->from.kind == ORIGIN_FILE) {
        load_problem(load, place, "is set a second time; the first is in line %u", slot->from.line);
        return;
    }
    if (!parse(load, place, slot, from, &value))
        return;
    value_store(slot->row, &value, config_block(load->config, slot));
    slot->from = place->origin;
}

bool load_join(struct load *load, const struct tree *list, const char *shown, struct buffer *out)
{
    for (const struct tree *item = list->first; item; item = item->next) {
        struct place place = place_of(item, shown);
        if (!load_expect(load, item, TREE_SCALAR, shown))
            return false;
        if (item->empty || item->text.bytes == 0 || memchr(item->text.at, ',', item->text.bytes)) {
            load_problem(load, &place, "each of a list is one, neither empty nor with a comma");
            return false;
        }
        buffer_text(out, out->bytes ? "," : "");
        buffer_add(out, item->text.at, item->text.bytes);
    }
    return true;
}

static void set_from_list(struct load *load, const struct tree *list, const char *shown,
                          size_t index, const struct layer *layer)
{
    struct place place = place_of(list, shown);
    struct buffer joined = {0};
    if (layer)
        load_problem(load, &place, NOT_LAYERED);
    else if (load_join(load, list, shown, &joined))
        load_base(load, &place, index, buffer_view(&joined));
    buffer_done(&joined);
}

static void set_from_node(struct load *load, const struct tree *node, const char *shown,
                          size_t index, struct layer *layer)
{
    struct place place = place_of(node, shown);
    const struct option *row = load->config->slots[index].row;
    if (row->items_max && node->kind == TREE_LIST) {
        set_from_list(load, node, shown, index, layer);
        return;
    }
    if (!load_expect(load, node, TREE_SCALAR, shown))
        return;
    if (node->empty && row->type != OPTION_TEXT && row->type != OPTION_SECRET) {
        struct buffer range = {0};
        value_range(row, &range);
        load_problem(load, &place, "has no value (%s%s%s)", value_type_name(row->type),
                     range.bytes ? ", " : "", buffer_view(&range).at);
        buffer_done(&range);
        return;
    }
    struct text from = node->empty ? TEXT("") : node->text;
    if (layer)
        set_layered(load, &place, index, from, layer);
    else
        load_base(load, &place, index, from);
}

/* A list, or something in one. */
static bool is_list(struct text name)
{
    for (size_t i = 0; i < LIST_COUNT; i++) {
        size_t n = strlen(lists[i].name);
        if (name.bytes >= n && memcmp(name.at, lists[i].name, n) == 0 &&
            (name.bytes == n || name.at[n] == '.'))
            return true;
    }
    return false;
}

/* True when `name` is a list of its own, told where lists do not belong. */
static bool load_list(struct load *load, const struct tree *node, const char *shown,
                      const char *name, const struct layer *layer)
{
    struct place place = place_of_key(node, shown);
    for (size_t i = 0; i < LIST_COUNT; i++) {
        if (strcmp(name, lists[i].name) != 0)
            continue;
        if (layer)
            load_problem(load, &place, NOT_LAYERED);
        else if (lists[i].load)
            lists[i].load(load, node);
        return true;
    }
    return false;
}

void load_options(struct load *load, const struct tree *map, const char *prefix, size_t name_at,
                  struct layer *layer)
{
    if (!load_expect(load, map, TREE_MAP, prefix))
        return;
    for (const struct tree *node = map->first; node; node = node->next) {
        char shown[CONFIG_NAME_MAX];
        (void)name_join(shown, prefix, node->key);
        const char *name = shown + name_at;
        size_t index = config_slot(load->config, text_of(name));
        struct place key = place_of_key(node, shown);
        if (node->kind == TREE_BROKEN)
            continue;
        if (layer && layer->kind == LAYER_SEASON && load_season_bound(load, node, name, layer))
            continue;
        if (load_list(load, node, shown, name, layer))
            continue;
        if (index < load->config->slot_count)
            set_from_node(load, node, shown, index, layer);
        else if (is_section(load->config, text_of(name)))
            load_options(load, node, shown, name_at, layer);
        else
            unknown(load, &key, name);
    }
}

static void load_file(struct load *load, struct text source)
{
    struct tree *root = tree_read(source, &load->problems);
    if (!root)
        return;
    if (root->kind != TREE_MAP && !root->empty)
        problem_add(&load->problems, root->line, root->column,
                    "the file must be a map of sections, as kafka: and redis:");
    else
        load_options(load, root, "", 0, NULL);
    for (int kind = 0; kind < LAYER_KIND_COUNT; kind++)
        for (const struct tree *node = root->first; node; node = node->next)
            if (text_is(node->key, layer_sections[kind]) && node->kind != TREE_BROKEN)
                load_layers(load, (enum layer_kind)kind, node);
    tree_free(root);
}

static void load_set(struct load *load, const char *set)
{
    static const char properties[] = "kafka.properties.";
    char word[QUOTED_MAX], shown[QUOTED_MAX + 8];
    const char *equals = strchr(set, '=');
    struct text key = {set, equals ? (size_t)(equals - set) : strlen(set)};
    struct place place = {{.kind = ORIGIN_SET}, shown};
    (void)snprintf(shown, sizeof shown, "--set %s", quoted(key, word));
    if (!equals || key.bytes == 0) {
        load_problem(load, &place, "write --set KEY=VALUE, as --set daemon.cache=512M");
        return;
    }
    struct text value = text_of(equals + 1);
    size_t index = config_slot(load->config, key);
    size_t skip = sizeof properties - 1;
    if (index < load->config->slot_count)
        load_base(load, &place, index, value);
    else if (key.bytes > skip && memcmp(key.at, properties, skip) == 0)
        load_property(load, &place, (struct text){key.at + skip, key.bytes - skip}, value);
    else if (is_list(key))
        load_problem(load, &place, "is set in the file only");
    else
        unknown(load, &place, shown + 6);
}

static int by_place(const void *a, const void *b)
{
    const struct problem *x = a, *y = b;
    unsigned x_line = x->line ? x->line : UINT32_MAX, y_line = y->line ? y->line : UINT32_MAX;
    if (x_line != y_line)
        return x_line < y_line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return x->sequence < y->sequence ? -1 : 1;
}

static void problems_tell(struct problems *problems, const char *file, struct config_errors *errors)
{
    qsort(problems->items, problems->count, sizeof *problems->items, by_place);
    for (size_t i = 0; i < problems->count && i < PROBLEMS_SHOWN_MAX; i++) {
        const struct problem *problem = &problems->items[i];
        if (problem->line)
            buffer_format(&errors->text, "%s:%u:%u: ", file, problem->line, problem->column);
        buffer_format(&errors->text, "%s\n", problem->text);
    }
    if (problems->count > PROBLEMS_SHOWN_MAX)
        buffer_format(&errors->text, "... and %zu more\n", problems->count - PROBLEMS_SHOWN_MAX);
    errors->count += problems->count;
}

enum err config_read(const struct detector *const *detectors_in, size_t detector_count_in,
                     const struct config_input *input, struct config **out,
                     struct config_errors *errors)
{
    struct load load = {.config = config_new(detectors_in, detector_count_in),
                        .kafka = input->kafka};
    struct buffer content = {0};
    struct text source = input->text;
    struct fault fault;
    enum err err = ERR_OK;
    if (input->path)
        load.config->file = memory_text(text_of(input->path));
    if (input->path && !source.at) {
        err = file_read(input->path, CONFIG_BYTES_MAX, &content, &fault);
        if (err)
            problem_add(&load.problems, 0, 0, "%s", fault.text);
        source = buffer_view(&content);
    }
    if (!err && source.bytes > CONFIG_BYTES_MAX)
        problem_add(&load.problems, 0, 0, "%s: longer than %u bytes", input->path,
                    CONFIG_BYTES_MAX);
    else if (!err && source.at)
        load_file(&load, source);
    if (input->environment) {
        load_environment(&load);
        environment_warn(load.config, input, source, &errors->warnings);
    }
    for (size_t i = 0; i < input->set_count; i++)
        load_set(&load, input->sets[i]);
    if (load.problems.count == 0)
        check_together(&load);
    if (load.problems.count == 0) {
        *out = load.config;
        load.config = NULL;
    } else {
        problems_tell(&load.problems, input->path, errors);
    }
    err = load.problems.count ? ERR_CONFIG : ERR_OK;
    problems_done(&load.problems);
    config_free(load.config);
    buffer_done(&content);
    return err;
}
