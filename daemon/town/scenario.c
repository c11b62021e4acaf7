/* SPDX-License-Identifier: Apache-2.0 */
#include "town/scenario.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/zone.h"

#define SCENARIO_BYTES_MAX 1048576

enum kind { KIND_NUMBER, KIND_WHOLE, KIND_CURRENCY, KIND_AREAS, KIND_DATES };

struct row {
    const char *section, *name;
    enum kind kind;
    size_t offset;
    double initial, least, most;
    const char *help;
};

#define FIELD(section, name, initial, least, most, help)                                         \
    {                                                                                            \
        section, #name, KIND_NUMBER, offsetof(struct scenario, name), initial, least, most, help \
    }
#define WHOLE(section, name, initial, least, most, help)                                        \
    {                                                                                           \
        section, #name, KIND_WHOLE, offsetof(struct scenario, name), initial, least, most, help \
    }

/* clang-format off */
static const struct row rows[] = {
    FIELD("homes", elderly_alone, 34, 0, 1000, "weight of homes where one person over 65 lives"),
    FIELD("homes", worker_alone, 17, 0, 1000, "weight of one working person"),
    FIELD("homes", student_alone, 6, 0, 1000, "weight of one student, late to bed and often out"),
    FIELD("homes", elderly_couple, 12, 0, 1000, "weight of two people over 65"),
    FIELD("homes", couple, 10, 0, 1000, "weight of two adults"),
    FIELD("homes", family, 18, 0, 1000, "weight of two adults with one to three children"),
    FIELD("homes", second_home, 3, 0, 1000, "weight of homes that are visited on some weekends"),

    FIELD("people", night_shift_share, 0.05, 0, 1, "share of working people who work at night"),
    FIELD("people", trips_per_year, 7, 0, 52, "trips of one to three nights, a home"),
    FIELD("people", holidays_per_year, 1.4, 0, 12, "trips of five to fourteen nights, a home"),
    FIELD("people", hospital_per_year, 0.25, 0, 12,
          "hospital stays of an elderly person living alone"),
    FIELD("people", declared_share, 0.2, 0, 1,
          "share of long trips that somebody declares (absence)"),
    FIELD("people", moves_per_year, 0.08, 0, 12, "move-outs, a home; others move in days later"),
    FIELD("people", opt_outs_per_year, 0.02, 0, 12, "opt-outs, a home"),
    FIELD("people", support_share, 0.3, 0, 1, "share of homes in long arrears that get support"),

    FIELD("collapse", collapses_per_home_week, 0.01, 0, 1,
          "collapses a home and week after the quiet days; they befall people living alone"),
    FIELD("collapse", found_after_hours, 0, 0, 100000,
          "hours until somebody finds and takes the person away; 0: never"),
    FIELD("collapse", left_on_share, 0.1, 0, 1, "share that leave a lamp or the television on"),
    FIELD("collapse", water_running_share, 0.04, 0, 1, "share that leave a tap running"),

    FIELD("equipment", water_share, 0.93, 0, 1, "share of homes with a water meter that is read"),
    FIELD("equipment", gas_share, 0.8, 0, 1, "share of homes with gas"),
    FIELD("equipment", gas_heating_share, 0.85, 0, 1, "share of gas homes that heat with it"),
    FIELD("equipment", storage_heating_share, 0.06, 0, 1,
          "share of homes with night storage heating"),
    FIELD("equipment", car_share, 0.03, 0, 1, "share of homes that charge a car"),
    FIELD("equipment", photovoltaic_share, 0.04, 0, 1, "share of homes that feed in"),
    FIELD("equipment", prepayment_share, 0.02, 0, 1, "share of homes with a prepayment flag"),

    FIELD("meters", electricity_15_minutes, 0.12, 0, 1,
          "share of electricity meters read every 15 minutes"),
    FIELD("meters", electricity_30_minutes, 0.14, 0, 1, "share read every 30 minutes"),
    FIELD("meters", electricity_register, 0.06, 0, 1, "share that send their register each hour"),
    FIELD("meters", electricity_daily, 0.06, 0, 1, "share that send their register once a day"),
    FIELD("meters", water_interval, 0.15, 0, 1, "share of water meters with hourly intervals"),
    FIELD("meters", water_daily, 0.15, 0, 1,
          "share that send their register once a day; the rest each hour"),
    FIELD("meters", gas_interval, 0.45, 0, 1, "share of gas meters with hourly intervals"),
    FIELD("meters", gas_daily, 0.35, 0, 1,
          "share that send their register once a day; the rest each hour"),
    FIELD("meters", next_morning_share, 0.25, 0, 1,
          "share of electricity meters whose day comes in one batch at 08:00 the next day"),
    FIELD("meters", disturbances_per_month, 0.5, 0, 100,
          "stretches of lost, late, missing or estimated readings, a meter"),
    FIELD("meters", duplicate_share, 0.001, 0, 1, "share of readings sent twice"),
    FIELD("meters", correction_share, 0.0003, 0, 1, "share of intervals first wrong, later edited"),
    FIELD("meters", exchanges_per_year, 0.08, 0, 12, "meter exchanges, a meter"),
    FIELD("meters", rollover_share, 0.03, 0, 1,
          "share of register meters that are about to roll over"),

    FIELD("heating", heating_off_per_winter, 0.1, 0, 5,
          "stretches of 5 to 14 days from cold weather on in which people at home do not heat, a "
          "home that heats by a meter; after the quiet days"),

    FIELD("leaks", drips_per_year, 0.15, 0, 52, "drips of 1 to 15 L an hour for days, a home"),
    FIELD("leaks", bursts_per_year, 0.03, 0, 52,
          "bursts of 200 to 800 L an hour for hours, a home"),

    FIELD("outages", outages_per_feeder_month, 0.25, 0, 30, "outages a feeder"),
    FIELD("outages", outage_hours_max, 8, 0.25, 72, "longest outage"),
    WHOLE("outages", homes_per_feeder, 25, 1, 10000, "homes on one feeder"),
    WHOLE("outages", feeders_per_area, 6, 1, 1000, "feeders in one area"),

    {"billing", "currency", KIND_CURRENCY, offsetof(struct scenario, currency), 0, 0, 0,
     "three capital letters; KRW and JPY have no decimals"},
    FIELD("billing", electricity_price, 160, 0, 1e6, "a kWh"),
    FIELD("billing", water_price, 1900, 0, 1e6, "a cubic metre"),
    FIELD("billing", gas_price, 950, 0, 1e6, "a cubic metre"),
    FIELD("billing", late_share, 0.08, 0, 1, "share of homes that often pay after the due date"),
    FIELD("billing", falling_share, 0.06, 0, 1, "share of homes that stop paying"),
    WHOLE("billing", falling_months_before_max, 5, 0, 11,
          "most unpaid months that such a home brings along at the start"),
    FIELD("billing", recovery_per_month, 0.08, 0, 1, "chance a month that such a home pays it all"),
    WHOLE("billing", limit_months, 3, 1, 13,
          "unpaid months at which electricity is limited; 13 never"),
    FIELD("billing", limit_watts, 660, 1, 100000, "the limiter"),
    WHOLE("billing", deep_limit_months, 6, 1, 13, "unpaid months at which it is limited further"),
    FIELD("billing", deep_limit_watts, 220, 1, 100000, "the deeper limiter"),
    WHOLE("billing", cut_months, 12, 1, 13, "unpaid months at which electricity is cut off"),
    WHOLE("billing", gas_cut_months, 5, 1, 13, "unpaid months at which gas is cut off"),

    FIELD("reports", reports_per_home_year, 0.06, 0, 52, "reports from people without a collapse"),
    FIELD("reports", reports_per_collapse_day, 0.07, 0, 1,
          "chance a day, from the third day after one"),

    FIELD("weather", mean_celsius, 12.5, -30, 40, "mean temperature of the year"),
    FIELD("weather", swing_celsius, 14.5, 0, 40, "summer above and winter below the mean"),
    FIELD("weather", cold_waves_per_month, 0.8, 0, 10, "cold waves from mid November to mid March"),

    {"town", "areas", KIND_AREAS, offsetof(struct scenario, areas), 0, 0, 0,
     "names of areas; used over with a number when there are more"},
    {"town", "public_holidays", KIND_DATES, offsetof(struct scenario, holidays), 0, 0, 0,
     "dates on which hardly anybody works and more people travel"},
};
/* clang-format on */
#define ROW_COUNT (sizeof rows / sizeof rows[0])

static const char *const areas_usual[] = {"11140-sindang", "11140-dasan", "11140-jungnim",
                                          "11140-hoehyeon"};
static const char *const holidays_usual[] = {"2026-01-01", "2026-02-16", "2026-02-17", "2026-02-18",
                                             "2026-03-02", "2026-05-05", "2026-05-25", "2026-06-03",
                                             "2026-08-17", "2026-09-24", "2026-09-25", "2026-10-05",
                                             "2026-10-09", "2026-12-25", "2027-01-01"};

static double *row_number(const struct row *row, struct scenario *scenario)
{
    return (double *)(void *)((char *)scenario + row->offset);
}

void scenario_init(struct scenario *scenario)
{
    *scenario = (struct scenario){.currency = "KRW"};
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].kind == KIND_NUMBER || rows[i].kind == KIND_WHOLE)
            *row_number(&rows[i], scenario) = rows[i].initial;
    scenario->area_count = sizeof areas_usual / sizeof areas_usual[0];
    for (size_t i = 0; i < scenario->area_count; i++)
        (void)text_copy(text_of(areas_usual[i]), scenario->areas[i], SCENARIO_AREA_MAX);
    scenario->holiday_count = sizeof holidays_usual / sizeof holidays_usual[0];
    for (size_t i = 0; i < scenario->holiday_count; i++) {
        enum err err = date_parse(text_of(holidays_usual[i]), &scenario->holidays[i]);
        assert(!err);
        (void)err;
    }
}

/* Where a value of a file comes from, for its errors. */
struct place {
    const char *file;
    const struct row *row;
    struct fault *fault;
};

static enum err set_number(const struct place *place, const json_t *value, struct scenario *out)
{
    const struct row *row = place->row;
    if (!json_is_number(value))
        return fault_set(place->fault, ERR_INVALID, "%s: %s.%s must be a number", place->file,
                         row->section, row->name);
    double number = json_number_value(value);
    if (!(number >= row->least && number <= row->most))
        return fault_set(place->fault, ERR_INVALID, "%s: %s.%s is %g; it must be from %g to %g",
                         place->file, row->section, row->name, number, row->least, row->most);
    if (row->kind == KIND_WHOLE && number != (double)(int64_t)number)
        return fault_set(place->fault, ERR_INVALID, "%s: %s.%s is %g; it must be a whole number",
                         place->file, row->section, row->name, number);
    *row_number(row, out) = number;
    return ERR_OK;
}

static enum err set_currency(const struct place *place, const json_t *value, struct scenario *out)
{
    const char *text = json_string_value(value);
    if (!text || strlen(text) != 3 || strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
        return fault_set(place->fault, ERR_INVALID,
                         "%s: billing.currency must be three capital letters, such as \"KRW\"",
                         place->file);
    (void)text_copy(text_of(text), out->currency, sizeof out->currency);
    return ERR_OK;
}

static enum err set_areas(const struct place *place, const json_t *value, struct scenario *out)
{
    size_t count = json_array_size(value);
    if (!json_is_array(value) || count == 0 || count > SCENARIO_AREAS_MAX)
        return fault_set(place->fault, ERR_INVALID,
                         "%s: town.areas must be a list of 1 to %d names", place->file,
                         SCENARIO_AREAS_MAX);
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(json_array_get(value, i));
        /* Names go into messages as they are. */
        if (!name || !*name || strlen(name) >= SCENARIO_AREA_MAX - 8 || strpbrk(name, "\"\\\n"))
            return fault_set(place->fault, ERR_INVALID,
                             "%s: town.areas[%zu] must be a text of 1 to %d bytes without quotes "
                             "and backslashes",
                             place->file, i, SCENARIO_AREA_MAX - 9);
        for (const char *c = name; *c; c++)
            if ((unsigned char)*c < 0x20)
                return fault_set(place->fault, ERR_INVALID,
                                 "%s: town.areas[%zu] has a control character", place->file, i);
        (void)text_copy(text_of(name), out->areas[i], SCENARIO_AREA_MAX);
    }
    out->area_count = count;
    return ERR_OK;
}

static int compare_days(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return (a > b) - (a < b);
}

static enum err set_dates(const struct place *place, const json_t *value, struct scenario *out)
{
    size_t count = json_array_size(value);
    if (!json_is_array(value) || count > SCENARIO_HOLIDAYS_MAX)
        return fault_set(place->fault, ERR_INVALID,
                         "%s: town.public_holidays must be a list of at most %d dates", place->file,
                         SCENARIO_HOLIDAYS_MAX);
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(value, i));
        if (!text || date_parse(text_of(text), &out->holidays[i]))
            return fault_set(place->fault, ERR_INVALID,
                             "%s: town.public_holidays[%zu] must be a date such as \"2026-02-17\"",
                             place->file, i);
    }
    out->holiday_count = count;
    qsort(out->holidays, count, sizeof out->holidays[0], compare_days);
    return ERR_OK;
}

static enum err set_row(const struct place *place, const json_t *value, struct scenario *out)
{
    switch (place->row->kind) {
    case KIND_NUMBER:
    case KIND_WHOLE: return set_number(place, value, out);
    case KIND_CURRENCY: return set_currency(place, value, out);
    case KIND_AREAS: return set_areas(place, value, out);
    case KIND_DATES: return set_dates(place, value, out);
    }
    return ERR_OK;
}

static enum err unknown_section(const char *name, const char *section, struct fault *fault)
{
    struct buffer known = {0};
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (i == 0 || strcmp(rows[i].section, rows[i - 1].section) != 0)
            buffer_format(&known, "%s%s", known.bytes ? ", " : "", rows[i].section);
    enum err err =
        fault_set(fault, ERR_INVALID, "%s: there is no section \"%.80s\"; the sections are %s",
                  name, section, known.at);
    buffer_done(&known);
    return err;
}

static enum err unknown_field(const char *name, const char *section, const char *field,
                              struct fault *fault)
{
    struct buffer known = {0};
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strcmp(rows[i].section, section) == 0)
            buffer_format(&known, "%s%s", known.bytes ? ", " : "", rows[i].name);
    enum err err = known.bytes ? fault_set(fault, ERR_INVALID,
                                           "%s: section %s has no field \"%.80s\"; it has %s", name,
                                           section, field, known.at)
                               : unknown_section(name, section, fault);
    buffer_done(&known);
    return err;
}

static enum err apply_section(const char *name, const char *section, json_t *object,
                              struct scenario *out, struct fault *fault)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        const struct row *row = NULL;
        for (size_t i = 0; !row && i < ROW_COUNT; i++)
            if (strcmp(rows[i].section, section) == 0 && strcmp(rows[i].name, key) == 0)
                row = &rows[i];
        if (!row)
            return unknown_field(name, section, key, fault);
        struct place place = {.file = name, .row = row, .fault = fault};
        enum err err = set_row(&place, value, out);
        if (err)
            return err;
    }
    return ERR_OK;
}

static bool section_known(const char *section)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strcmp(rows[i].section, section) == 0)
            return true;
    return false;
}

/* What no single field can tell. */
static enum err check_whole(const char *name, const struct scenario *s, struct fault *fault)
{
    double homes = s->elderly_alone + s->worker_alone + s->student_alone + s->elderly_couple +
                   s->couple + s->family + s->second_home;
    if (homes <= 0)
        return fault_set(fault, ERR_INVALID, "%s: all weights of homes are 0; give one a weight",
                         name);
    const struct {
        double sum;
        const char *fields;
    } shares[] = {
        {s->electricity_15_minutes + s->electricity_30_minutes + s->electricity_register +
             s->electricity_daily,
         "electricity_15_minutes, _30_minutes, _register and _daily"},
        {s->water_interval + s->water_daily, "water_interval and water_daily"},
        {s->gas_interval + s->gas_daily, "gas_interval and gas_daily"},
    };
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
        if (shares[i].sum > 1.000001)
            return fault_set(fault, ERR_INVALID,
                             "%s: meters: the shares %s add up to %g; at most 1 is possible", name,
                             shares[i].fields, shares[i].sum);
    if (s->late_share + s->falling_share > 1)
        return fault_set(fault, ERR_INVALID,
                         "%s: billing: late_share and falling_share add up to more than 1", name);
    return ERR_OK;
}

enum err scenario_parse(struct text json, const char *name, struct scenario *out,
                        struct fault *fault)
{
    json_error_t error;
    struct scenario *made = memory_get(sizeof *made);
    scenario_init(made);
    enum err err = ERR_OK;
    json_t *root = json_loadb(json.at, json.bytes, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        err = fault_set(fault, ERR_INVALID, "%s: line %d, column %d: %s", name, error.line,
                        error.column, error.text);
    else if (!json_is_object(root))
        err = fault_set(fault, ERR_INVALID, "%s: must be a JSON object of sections", name);
    const char *key;
    json_t *value;
    if (!err) {
        json_object_foreach(root, key, value)
        {
            if (!section_known(key))
                err = unknown_section(name, key, fault);
            else if (!json_is_object(value))
                err = fault_set(fault, ERR_INVALID, "%s: section %s must be an object", name, key);
            else
                err = apply_section(name, key, value, made, fault);
            if (err)
                break;
        }
    }
    if (!err)
        err = check_whole(name, made, fault);
    if (!err)
        *out = *made;
    json_decref(root);
    free(made);
    return err;
}

enum err scenario_load(const char *path, struct scenario *out, struct fault *fault)
{
    struct buffer json = {0};
    enum err err = file_read(path, SCENARIO_BYTES_MAX, &json, fault);
    if (!err)
        err = scenario_parse(buffer_view(&json), path, out, fault);
    buffer_done(&json);
    return err;
}

static void print_value(const struct row *row, const struct scenario *scenario, struct buffer *out)
{
    char date[TIME_TEXT_MAX];
    switch (row->kind) {
    case KIND_NUMBER:
    case KIND_WHOLE:
        buffer_format(out, "%.10g",
                      *(const double *)(const void *)((const char *)scenario + row->offset));
        break;
    case KIND_CURRENCY: buffer_format(out, "\"%s\"", scenario->currency); break;
    case KIND_AREAS:
        buffer_text(out, "[");
        for (size_t i = 0; i < scenario->area_count; i++)
            buffer_format(out, "%s\"%s\"", i ? ", " : "", scenario->areas[i]);
        buffer_text(out, "]");
        break;
    case KIND_DATES:
        buffer_text(out, "[");
        for (size_t i = 0; i < scenario->holiday_count; i++)
            buffer_format(out, "%s\"%s\"", i ? ", " : "", date_format(scenario->holidays[i], date));
        buffer_text(out, "]");
        break;
    }
}

void scenario_print(const struct scenario *scenario, struct buffer *out)
{
    buffer_text(out, "{\n");
    for (size_t i = 0; i < ROW_COUNT; i++) {
        bool first = i == 0 || strcmp(rows[i].section, rows[i - 1].section) != 0;
        bool last = i + 1 == ROW_COUNT || strcmp(rows[i].section, rows[i + 1].section) != 0;
        if (first)
            buffer_format(out, "  \"%s\": {\n", rows[i].section);
        buffer_format(out, "    \"%s\": ", rows[i].name);
        print_value(&rows[i], scenario, out);
        buffer_text(out, last ? "\n" : ",\n");
        if (last)
            buffer_text(out, i + 1 == ROW_COUNT ? "  }\n" : "  },\n");
    }
    buffer_text(out, "}\n");
}

void scenario_document(struct buffer *out)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *row = &rows[i];
        buffer_format(out, "| `%s.%s` | ", row->section, row->name);
        if (row->kind == KIND_NUMBER || row->kind == KIND_WHOLE)
            buffer_format(out, "%.10g | %.10g to %.10g", row->initial, row->least, row->most);
        else
            buffer_text(out, row->kind == KIND_CURRENCY ? "KRW | " : "see the example | ");
        buffer_format(out, " | %s |\n", row->help);
    }
}
