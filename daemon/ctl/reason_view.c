/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/reason_view.h"

#include <string.h>

#include "alert/policy.h"
#include "ctl/alerts_view.h"
#include "ctl/bars.h"

#define LABEL_COLUMNS 23
#define HOURS_SHOWN   48

/* ---- severity ---- */

/* The words of the table; what another version calls something stands as it is. */
static void factor_add(const char *name, struct buffer *out)
{
    for (size_t i = 0; i < policy_factor_count; i++)
        if (strcmp(policy_factors[i].name, name) == 0) {
            buffer_text(out, policy_factors[i].said);
            return;
        }
    view_words(name, out);
}

static void context_add(const json_t *reason, struct buffer *out)
{
    const json_t *context = json_object_get(reason, "context");
    const char *grade = view_text(reason, "grade"), *severity = view_text(reason, "severity");
    bool raised = strcmp(grade, severity) != 0;
    if (raised)
        buffer_format(out, ", raised to %s by what is known: ", severity);
    else if (json_array_size(context) > 0)
        buffer_text(out, ", not raised by what is known: ");
    for (size_t i = 0; i < json_array_size(context); i++) {
        const char *name = json_string_value(json_array_get(context, i));
        buffer_text(out, i ? ", " : "");
        factor_add(name ? name : "", out);
    }
}

void reason_view_severity(const json_t *reason, struct buffer *out)
{
    uint8_t limit = policy_limit_named(view_text(reason, "limit"));
    uint8_t danger = policy_danger_named(view_text(reason, "danger"));
    if (!view_text(reason, "severity")[0])
        return;
    buffer_format(out, "%s by its evidence", view_text(reason, "grade"));
    context_add(reason, out);
    if (limit)
        buffer_format(out, "; no further: %s", policy_limits[limit - 1].said);
    if (danger)
        buffer_format(out, "; police are told: %s", policy_dangers[danger - 1].why);
}

/* ---- evidence ---- */

static void label(const struct screen *screen, const char *utility, const char *what,
                  struct buffer *out)
{
    struct buffer text = {0}, plain = {0};
    buffer_format(&text, "  %s %s", utility, what);
    screen_plain(screen, buffer_view(&text), false, &plain);
    buffer_format(out, "%-*s", LABEL_COLUMNS, plain.at);
    buffer_done(&text);
    buffer_done(&plain);
}

/* The last of the hours; the newest at the right. */
static void show_meter(const struct screen *screen, const json_t *meter, struct buffer *out)
{
    const json_t *expected = json_object_get(meter, "expected");
    const json_t *seen = json_object_get(meter, "seen");
    size_t count = json_array_size(expected);
    size_t from = count > HOURS_SHOWN ? count - HOURS_SHOWN : 0;
    struct bars bars = {0};
    for (size_t i = from; i < count; i++)
        bars_add(&bars, json_number_value(json_array_get(expected, i)), BAR_KNOWN);
    label(screen, view_text(meter, "utility"), "expected", out);
    bars_write(screen, &bars, 100, out);
    buffer_text(out, "\n");
    label(screen, view_text(meter, "utility"), "seen", out);
    for (size_t i = from; i < count; i++) {
        const json_t *one = json_array_get(seen, i);
        buffer_text(out, !json_is_integer(one) ? "?" : json_integer_value(one) ? "#" : ".");
    }
    buffer_text(out, "\n");
}

static void show_hours(const struct screen *screen, const json_t *evidence, struct buffer *out)
{
    const json_t *hours = json_object_get(evidence, "hours");
    if (json_array_size(hours) == 0)
        return;
    buffer_text(out, "  A sign of life by hour, to ");
    screen_time(view_text(evidence, "until"), out);
    buffer_text(out, " (# seen, . none, ? no reading)\n");
    for (size_t i = 0; i < json_array_size(hours); i++)
        show_meter(screen, json_array_get(hours, i), out);
}

static void show_before(const json_t *evidence, struct buffer *out)
{
    const json_t *longest = json_object_get(evidence, "longest_hours");
    const json_t *away = json_object_get(evidence, "away_times");
    const json_t *missing = json_object_get(evidence, "missing_hours");
    if (json_is_integer(longest) && json_integer_value(longest) > 0)
        buffer_format(out, "  Longest silence before: %lld h\n",
                      (long long)json_integer_value(longest));
    if (json_is_integer(away))
        buffer_format(out, "  Quiet for a day or longer in 12 months: %lld time%s\n",
                      (long long)json_integer_value(away),
                      json_integer_value(away) == 1 ? "" : "s");
    if (json_is_integer(missing) && json_integer_value(missing) > 0)
        buffer_format(out, "  Hours without a reading in three days: %lld\n",
                      (long long)json_integer_value(missing));
}

void reason_view_evidence(const struct screen *screen, const json_t *evidence, struct buffer *out)
{
    show_before(evidence, out);
    show_hours(screen, evidence, out);
}
