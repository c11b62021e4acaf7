/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/hours_view.h"

#include <string.h>

#include "ctl/alerts_view.h"
#include "ctl/bars.h"

#define DATE_BYTES 10

static void hour_add(struct bars *bars, const json_t *hour)
{
    const char *quality = view_text(hour, "quality");
    const json_t *value = json_object_get(hour, "value");
    bars_add(bars, json_number_value(value),
             !json_is_number(value)              ? BAR_MISSING
             : strcmp(quality, "estimated") == 0 ? BAR_ESTIMATED
                                                 : BAR_KNOWN);
}

static double top_of(const json_t *hours)
{
    struct bars all = {0};
    size_t count = json_array_size(hours), first = count > BARS_MAX ? count - BARS_MAX : 0;
    for (size_t i = first; i < count; i++)
        hour_add(&all, json_array_get(hours, i));
    return bars_top(&all);
}

/* One line a local day, an hour a bar. */
static void say_hours(const struct screen *screen, const json_t *hours, struct buffer *out)
{
    size_t count = json_array_size(hours);
    double top = top_of(hours);
    for (size_t i = 0, next = 0; i < count; i = next) {
        const char *date = view_text(json_array_get(hours, i), "start");
        struct bars bars = {0};
        for (next = i;
             next < count && next - i < BARS_MAX &&
             strncmp(view_text(json_array_get(hours, next), "start"), date, DATE_BYTES) == 0;
             next++)
            hour_add(&bars, json_array_get(hours, next));
        next = next > i ? next : i + 1;
        buffer_format(out, "  %.10s  ", date);
        bars_write(screen, &bars, top, out);
        buffer_text(out, "\n");
    }
}

static void say_days(const json_t *days, const char *unit, struct buffer *out)
{
    for (size_t i = 0; i < json_array_size(days); i++) {
        const json_t *day = json_array_get(days, i), *value = json_object_get(day, "value");
        buffer_format(out, "  %.10s  ", view_text(day, "date"));
        if (json_is_number(value))
            buffer_format(out, "%.6g %s\n", json_number_value(value), unit);
        else
            buffer_text(out, "not known\n");
    }
}

void hours_view(const struct screen *screen, const json_t *body, int64_t now_ms, struct buffer *out)
{
    const json_t *list = json_object_get(body, "utilities");
    struct buffer text = {0};
    (void)now_ms;
    if (json_array_size(list) == 0)
        buffer_text(&text, "no meter of this household is known\n");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *meter = json_array_get(list, i), *hours = json_object_get(meter, "hours");
        buffer_format(&text, "%s, at most %.6g %s an hour\n", view_text(meter, "utility"),
                      top_of(hours), view_text(meter, "unit"));
        say_days(json_object_get(meter, "days"), view_text(meter, "unit"), &text);
        say_hours(screen, hours, &text);
    }
    buffer_text(&text, "'.' none, '?' not measured, '~' a guess\n");
    screen_plain(screen, buffer_view(&text), true, out);
    buffer_done(&text);
}
