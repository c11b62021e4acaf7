/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/lever.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const struct option *lever_of(const struct detector *detector)
{
    for (size_t i = 0; i < detector->option_count; i++)
        if (detector->options[i].lever != LEVER_NONE)
            return &detector->options[i];
    return NULL;
}

static const struct option *option_named(const struct detector *detector, const char *name)
{
    for (size_t i = 0; i < detector->option_count; i++)
        if (strcmp(detector->options[i].name, name) == 0)
            return &detector->options[i];
    return NULL;
}

static const char *value_of(const struct option *option, const json_t *options)
{
    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *row = json_array_get(options, i);
        const char *name = json_string_value(json_object_get(row, "name"));
        const char *value = json_string_value(json_object_get(row, "value"));
        if (name && value && strcmp(name, option->name) == 0)
            return value;
    }
    return option->initial;
}

/* Whether `low` may be so with `high` as it is in force: of a row's `below` and `at_most`. */
static bool keeps_below(const struct detector *detector, const json_t *options, const char *other,
                        bool equal, double low)
{
    const struct option *row = other ? option_named(detector, other) : NULL;
    double high = row ? strtod(value_of(row, options), NULL) : 0.0;
    return !row || low < high || (equal && low == high);
}

static bool is_allowed(const struct detector *detector, const struct option *option,
                       const json_t *options, double value)
{
    bool allowed = value >= option->min && value <= option->max &&
                   keeps_below(detector, options, option->below, false, value) &&
                   keeps_below(detector, options, option->at_most, true, value);
    for (size_t i = 0; i < detector->option_count && allowed; i++) {
        const struct option *row = &detector->options[i];
        double other = strtod(value_of(row, options), NULL);
        if (row->below && strcmp(row->below, option->name) == 0)
            allowed = other < value;
        if (row->at_most && strcmp(row->at_most, option->name) == 0)
            allowed = other <= value;
    }
    return allowed;
}

/* As many digits as one would set by hand. */
static void write_number(double value, char out[LEVER_VALUE_MAX])
{
    (void)snprintf(out, LEVER_VALUE_MAX, "%.*f", value >= 10.0 ? 0 : value >= 1.0 ? 1 : 2, value);
}

bool lever_change(const struct detector *detector, const json_t *options, double factor,
                  struct lever_change *out)
{
    const struct option *option = lever_of(detector);
    if (!option)
        return false;
    bool raise = (option->lever == LEVER_TELLS_MORE) == (factor > 1.0);
    *out = (struct lever_change){.option = option};
    (void)text_copy(text_of(value_of(option, options)), out->from, sizeof out->from);
    if (option->type == OPTION_BOOL) {
        (void)snprintf(out->to, sizeof out->to, "%s", raise ? "true" : "false");
    } else {
        double value = strtod(out->from, NULL);
        if (option->type == OPTION_INT)
            (void)snprintf(out->to, sizeof out->to, "%.0f", value + (raise ? 1.0 : -1.0));
        else
            write_number(option->lever == LEVER_TELLS_MORE ? value * factor : value / factor,
                         out->to);
        if (!is_allowed(detector, option, options, strtod(out->to, NULL)) ||
            strtod(out->to, NULL) == value)
            out->to[0] = '\0';
    }
    if (strcmp(out->to, out->from) == 0)
        out->to[0] = '\0';
    return true;
}
