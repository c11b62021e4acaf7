/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/household_view.h"

#include <string.h>

#include "base/zone.h"
#include "ctl/alerts_view.h"
#include "ctl/bars.h"
#include "ctl/table.h"
#include "detectors/vocabulary.h"

#define LABEL_COLUMNS 22
#define HOURS_SHOWN   48
#define DAYS_SHOWN    14
#define HOURS_A_DAY   24

/* Wh reads as kWh. */
struct unit {
    double divisor;
    const char *name;
};

static struct unit unit_of(const json_t *meter)
{
    if (strcmp(view_text(meter, "unit"), "Wh") == 0)
        return (struct unit){1000, "kWh"};
    return (struct unit){1, view_text(meter, "unit")};
}

static void label(const char *name, struct buffer *out)
{
    buffer_format(out, "%-*s", LABEL_COLUMNS, name);
}

static void line(const struct screen *screen, const char *name, const struct buffer *value,
                 struct buffer *out)
{
    if (value->bytes == 0)
        return;
    label(name, out);
    screen_plain(screen, buffer_view(value), false, out);
    buffer_text(out, "\n");
}

static void title(const struct screen *screen, const char *text, struct buffer *out)
{
    buffer_text(out, "\n");
    screen_paint(screen, PAINT_BOLD, text, out);
    buffer_text(out, "\n");
}

/* The day alone of an RFC 3339 text or a date. */
static void day_add(const char *text, struct buffer *out)
{
    buffer_format(out, "%.10s", text);
}

/* ---- who lives there ---- */

static void lives_add(const json_t *household, struct buffer *out)
{
    const json_t *residents = json_object_get(household, "residents");
    const json_t *flags = json_object_get(household, "flags");
    if (json_is_true(json_object_get(household, "opted_out"))) {
        buffer_text(out, "opted out: readings are discarded");
        return;
    }
    if (json_is_false(json_object_get(household, "occupied"))) {
        buffer_text(out, "nobody: moved out");
        return;
    }
    if (json_is_integer(residents))
        buffer_format(out, "%lld %s", (long long)json_integer_value(residents),
                      json_integer_value(residents) == 1 ? "person" : "people");
    for (size_t i = 0; i < json_array_size(flags); i++) {
        const char *flag = json_string_value(json_array_get(flags, i));
        buffer_text(out, out->bytes ? ", " : "");
        view_words(flag ? flag : "", out);
    }
    if (view_text(household, "moved_in")[0]) {
        buffer_text(out, out->bytes ? ", since " : "since ");
        day_add(view_text(household, "moved_in"), out);
    }
    if (out->bytes == 0)
        buffer_text(out, "nothing said");
}

static void known_add(const json_t *household, struct buffer *out)
{
    if (!view_text(household, "first_seen")[0])
        return;
    buffer_text(out, "since ");
    day_add(view_text(household, "first_seen"), out);
    buffer_format(out, ", %lld days with enough readings",
                  (long long)json_integer_value(json_object_get(household, "valid_days")));
    if (json_is_true(json_object_get(household, "learning")))
        buffer_text(out, "; still learning its routine");
}

static void supply_add(const json_t *household, struct buffer *out)
{
    const json_t *supply = json_object_get(household, "supply");
    for (int i = 0; i < UTILITY_COUNT; i++) {
        const char *state = view_text(supply, utility_names[i]);
        if (state[0])
            buffer_format(out, "%s%s %s", out->bytes ? ", " : "", utility_names[i], state);
    }
}

static void show_name(const struct screen *screen, const json_t *household, struct buffer *out)
{
    struct buffer text = {0}, plain = {0};
    buffer_format(&text, "Household %s", view_text(household, "household"));
    screen_plain(screen, buffer_view(&text), false, &plain);
    screen_paint(screen, PAINT_BOLD, plain.at, out);
    buffer_text(out, "\n");
    buffer_done(&text);
    buffer_done(&plain);
}

static void show_head(const struct screen *screen, const json_t *household, int64_t now_ms,
                      struct buffer *out)
{
    const json_t *absence = json_object_get(household, "absence");
    struct buffer text = {0};
    buffer_text(&text, view_text(household, "area"));
    if (view_text(household, "feeder")[0])
        buffer_format(&text, "%sfeeder %s", text.bytes ? ", " : "", view_text(household, "feeder"));
    line(screen, "Area", &text, out);
    buffer_clear(&text);
    lives_add(household, &text);
    line(screen, "Lives there", &text, out);
    buffer_clear(&text);
    known_add(household, &text);
    line(screen, "Known", &text, out);
    buffer_clear(&text);
    if (!view_ago(view_text(household, "last_sign_of_life"), now_ms, &text))
        buffer_text(&text, "none known");
    line(screen, "Last sign of life", &text, out);
    buffer_clear(&text);
    if (!view_ago(view_text(household, "last_reading"), now_ms, &text))
        buffer_text(&text, "none");
    line(screen, "Last reading", &text, out);
    buffer_clear(&text);
    if (json_is_object(absence)) {
        buffer_text(&text, "from ");
        screen_time(view_text(absence, "from"), &text);
        buffer_text(&text, " to ");
        screen_time(view_text(absence, "to"), &text);
    }
    line(screen, "Away", &text, out);
    buffer_clear(&text);
    supply_add(household, &text);
    line(screen, "Supply", &text, out);
    buffer_clear(&text);
    buffer_text(&text, view_text(household, "timezone"));
    line(screen, "Times are in", &text, out);
    buffer_done(&text);
}

/* ---- arrears ---- */

/* A number, or that nobody said it. */
static void number_cell(struct table *table, const json_t *number)
{
    struct buffer text = {0};
    if (json_is_number(number))
        buffer_format(&text, "%.10g", json_number_value(number));
    else
        buffer_text(&text, "?");
    table_cell(table, PAINT_NONE, text.at);
    buffer_done(&text);
}

static void show_arrears(const struct screen *screen, const json_t *household, struct buffer *out)
{
    static const char *const heads[] = {"UTILITY", "MONTHS", "AMOUNT", "", "OLDEST DUE", ""};
    const json_t *arrears = json_object_get(household, "arrears");
    struct table table;
    size_t rows = 0;
    table_init(&table, screen, heads, sizeof heads / sizeof heads[0]);
    table.right[1] = table.right[2] = true;
    for (size_t i = 0; i < json_array_size(arrears); i++) {
        const json_t *row = json_array_get(arrears, i);
        struct buffer text = {0};
        bool plan = json_is_true(json_object_get(row, "arrangement"));
        bool notice = json_is_true(json_object_get(row, "notice"));
        double months = json_number_value(json_object_get(row, "months"));
        if (!(months > 0) && !(json_number_value(json_object_get(row, "amount")) > 0) && !plan &&
            !notice)
            continue;
        rows++;
        table_cell(&table, PAINT_NONE, view_text(row, "utility"));
        number_cell(&table, json_object_get(row, "months"));
        number_cell(&table, json_object_get(row, "amount"));
        table_cell(&table, PAINT_NONE, view_text(row, "currency"));
        day_add(view_text(row, "oldest_due"), &text);
        table_cell(&table, PAINT_NONE, buffer_view(&text).at);
        buffer_clear(&text);
        buffer_format(&text, "%s%s%s", plan ? "payment plan" : "", plan && notice ? ", " : "",
                      notice ? "disconnection notice" : "");
        table_cell(&table, PAINT_NONE, buffer_view(&text).at);
        buffer_done(&text);
    }
    if (rows > 0) {
        title(screen, "Arrears", out);
        table_write(&table, 2, out);
    }
    table_done(&table);
}

/* ---- routine ---- */

/* "0     6     12    18    " above 24 bars. */
static void clock_face(struct buffer *out)
{
    label("", out);
    buffer_text(out, "0     6     12    18\n");
}

static void routine_row(const struct screen *screen, const json_t *meter, const char *kind,
                        double top, struct buffer *out)
{
    const json_t *hours = json_object_get(json_object_get(meter, "routine"), kind);
    struct buffer name = {0}, plain = {0};
    struct bars bars = {0};
    for (size_t i = 0; i < json_array_size(hours) && i < HOURS_A_DAY; i++) {
        const json_t *usual = json_object_get(json_array_get(hours, i), "usual");
        bars_add(&bars, json_number_value(usual), json_is_number(usual) ? BAR_KNOWN : BAR_MISSING);
    }
    buffer_format(&name, "  %s %s", view_text(meter, "utility"), kind);
    screen_plain(screen, buffer_view(&name), false, &plain);
    label(plain.at, out);
    bars_write(screen, &bars, top, out);
    buffer_done(&name);
    buffer_done(&plain);
}

static double routine_top(const json_t *meter, const char *kind)
{
    const json_t *hours = json_object_get(json_object_get(meter, "routine"), kind);
    double top = 0;
    for (size_t i = 0; i < json_array_size(hours); i++) {
        double usual = json_number_value(json_object_get(json_array_get(hours, i), "usual"));
        top = usual > top ? usual : top;
    }
    return top;
}

static void show_routine(const struct screen *screen, const json_t *meters, struct buffer *out)
{
    if (json_array_size(meters) == 0)
        return;
    title(screen, "Routine: usual use by hour of the day", out);
    clock_face(out);
    for (size_t i = 0; i < json_array_size(meters); i++) {
        const json_t *meter = json_array_get(meters, i);
        struct unit unit = unit_of(meter);
        double weekday = routine_top(meter, "weekday"), weekend = routine_top(meter, "weekend");
        double top = weekday > weekend ? weekday : weekend;
        routine_row(screen, meter, "weekday", top, out);
        if (top > 0) {
            buffer_format(out, "  up to %.3g ", top / unit.divisor);
            screen_plain(screen, text_of(unit.name), false, out);
            buffer_text(out, " an hour");
        }
        buffer_text(out, "\n");
        routine_row(screen, meter, "weekend", top, out);
        buffer_text(out, json_is_true(json_object_get(meter, "continuous"))
                             ? "  never stops: it cannot vouch for life\n"
                             : "\n");
    }
}

/* ---- the last hours ---- */

static int64_t hour_of(const json_t *hour)
{
    int64_t at_ms = 0;
    bool has_offset;
    return time_parse(text_of(view_text(hour, "start")), &at_ms, &has_offset) == ERR_OK
               ? at_ms / 3600000
               : 0;
}

static const json_t *last_of(const json_t *array)
{
    return json_array_size(array) ? json_array_get(array, json_array_size(array) - 1) : NULL;
}

/* The meter with the newest hour; meters end at different ones. */
static const json_t *newest_hours(const json_t *meters, int64_t *newest)
{
    const json_t *best = NULL;
    *newest = 0;
    for (size_t i = 0; i < json_array_size(meters); i++) {
        const json_t *hours = json_object_get(json_array_get(meters, i), "hours");
        int64_t hour = hour_of(last_of(hours));
        if (hour > *newest) {
            *newest = hour;
            best = hours;
        }
    }
    return best;
}

/* The member at `back` places before the newest of all; lag: how far this array's end is behind. */
static const json_t *placed(const json_t *array, int64_t back, int64_t lag)
{
    int64_t index = (int64_t)json_array_size(array) - 1 - (back - lag);
    return back < lag || index < 0 ? NULL : json_array_get(array, (size_t)index);
}

static void hour_add(const json_t *hour, struct bars *bars)
{
    const json_t *use = json_object_get(hour, "use");
    if (strcmp(view_text(hour, "quality"), quality_names[QUALITY_ESTIMATED]) == 0)
        bars_add(bars, 0, BAR_ESTIMATED);
    else
        bars_add(bars, json_number_value(use), json_is_number(use) ? BAR_KNOWN : BAR_MISSING);
}

/* The local hour at every sixth bar, the day at midnight. */
static void hours_scale(const json_t *hours, struct buffer *out)
{
    int written = 0;
    label("", out);
    for (int bar = 0; bar < HOURS_SHOWN; bar++) {
        const char *start = view_text(placed(hours, HOURS_SHOWN - 1 - bar, 0), "start");
        int hour = strlen(start) >= 13 ? (start[11] - '0') * 10 + start[12] - '0' : 1;
        size_t before = out->bytes;
        if (bar < written)
            continue; /* under the last mark */
        if (hour == 0)
            buffer_format(out, "%.5s", start + 5);
        else if (hour % 6 == 0)
            buffer_format(out, "%d", hour);
        else
            buffer_text(out, " ");
        written += (int)(out->bytes - before);
    }
    while (out->bytes > 0 && out->at[out->bytes - 1] == ' ')
        out->at[--out->bytes] = '\0';
    buffer_text(out, "\n");
}

static void hours_row(const struct screen *screen, const json_t *meter, int64_t newest,
                      struct buffer *out)
{
    const json_t *hours = json_object_get(meter, "hours");
    int64_t lag = newest - hour_of(last_of(hours));
    struct unit unit = unit_of(meter);
    struct buffer name = {0}, plain = {0};
    struct bars bars = {0};
    for (int64_t back = HOURS_SHOWN - 1; back >= 0; back--)
        hour_add(placed(hours, back, lag), &bars);
    buffer_format(&name, "  %s", view_text(meter, "utility"));
    screen_plain(screen, buffer_view(&name), false, &plain);
    label(plain.at, out);
    bars_write(screen, &bars, bars_top(&bars), out);
    if (bars_top(&bars) > 0) {
        buffer_format(out, "  up to %.3g ", bars_top(&bars) / unit.divisor);
        screen_plain(screen, text_of(unit.name), false, out);
    }
    buffer_text(out, "\n");
    buffer_done(&name);
    buffer_done(&plain);
}

static void show_hours(const struct screen *screen, const json_t *meters, struct buffer *out)
{
    int64_t newest;
    const json_t *hours = newest_hours(meters, &newest);
    struct buffer text = {0};
    if (!hours)
        return;
    buffer_text(&text, "Last 48 hours, from ");
    screen_time(view_text(placed(hours, HOURS_SHOWN - 1, 0), "start"), &text);
    buffer_text(&text, " on (. none, ~ estimated, ? no reading)");
    title(screen, text.at, out);
    hours_scale(hours, out);
    for (size_t i = 0; i < json_array_size(meters); i++)
        hours_row(screen, json_array_get(meters, i), newest, out);
    buffer_done(&text);
}

/* ---- the last days ---- */

static int32_t day_of(const json_t *day)
{
    int32_t days = 0;
    return date_parse(text_of(view_text(day, "day")), &days) == ERR_OK ? days : 0;
}

static int32_t newest_day(const json_t *meters)
{
    int32_t newest = 0;
    for (size_t i = 0; i < json_array_size(meters); i++) {
        int32_t day = day_of(last_of(json_object_get(json_array_get(meters, i), "days")));
        newest = day > newest ? day : newest;
    }
    return newest;
}

/* Cells of one day, a column a meter; '?' where no total is known. */
static void day_row(struct table *table, const json_t *meters, int32_t newest, int32_t back)
{
    struct buffer text = {0};
    char date[TIME_TEXT_MAX];
    table_cell(table, PAINT_NONE, date_format(newest - back, date));
    for (size_t m = 0; m + 1 < table->columns; m++) {
        const json_t *meter = json_array_get(meters, m);
        const json_t *days = json_object_get(meter, "days");
        const json_t *use =
            json_object_get(placed(days, back, newest - day_of(last_of(days))), "use");
        buffer_clear(&text);
        if (json_is_number(use))
            buffer_format(&text, "%.*f", unit_of(meter).divisor > 1 ? 2 : 0,
                          json_number_value(use) / unit_of(meter).divisor);
        else
            buffer_text(&text, "?");
        table_cell(table, PAINT_NONE, text.at);
    }
    buffer_done(&text);
}

static void show_days(const struct screen *screen, const json_t *meters, struct buffer *out)
{
    struct buffer heads[TABLE_COLUMNS_MAX] = {0};
    const char *names[TABLE_COLUMNS_MAX] = {"DAY"};
    size_t count = json_array_size(meters);
    size_t columns = 1 + (count < TABLE_COLUMNS_MAX - 1 ? count : TABLE_COLUMNS_MAX - 1);
    int32_t newest = newest_day(meters);
    struct table table;
    if (newest == 0)
        return;
    for (size_t m = 0; m + 1 < columns; m++) {
        struct buffer head = {0};
        buffer_format(&head, "%s %s", view_text(json_array_get(meters, m), "utility"),
                      unit_of(json_array_get(meters, m)).name);
        screen_plain(screen, buffer_view(&head), false, &heads[m]);
        names[m + 1] = heads[m].at;
        buffer_done(&head);
    }
    title(screen, "Last 14 days", out);
    table_init(&table, screen, names, columns);
    for (size_t m = 1; m < columns; m++)
        table.right[m] = true;
    for (int32_t back = DAYS_SHOWN - 1; back >= 0; back--)
        day_row(&table, meters, newest, back);
    table_write(&table, 2, out);
    table_done(&table);
    for (size_t m = 0; m + 1 < columns; m++)
        buffer_done(&heads[m]);
}

void household_view(const struct screen *screen, const json_t *household, int64_t now_ms,
                    struct buffer *out)
{
    const json_t *meters = json_object_get(household, "meters");
    const json_t *alerts = json_object_get(household, "alerts");
    show_name(screen, household, out);
    if (json_is_false(json_object_get(household, "kept"))) {
        buffer_text(out, "Its record has not been kept yet (daemon.flush_interval): ask again in a "
                         "while.\n");
    } else {
        show_head(screen, household, now_ms, out);
        show_arrears(screen, household, out);
        show_routine(screen, meters, out);
        show_hours(screen, meters, out);
        show_days(screen, meters, out);
    }
    title(screen, "Alerts", out);
    if (json_array_size(alerts) == 0)
        buffer_text(out, "  none\n");
    else
        alerts_view_of_household(screen, alerts, now_ms, out);
}
