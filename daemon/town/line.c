/* SPDX-License-Identifier: Apache-2.0 */
#include "town/line.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 1024
#define STAMPS         1024 /* quarters of hours whose text is kept */
#define STAMP_S        900  /* offsets of zones change at whole quarters */

struct stamp {
    int64_t quarter; /* INT64_MIN: empty */
    char text[TIME_TEXT_MAX];
    uint8_t minute;
};

struct line_writer {
    const struct scene *scene;
    bool arrived;
    size_t bytes;
    char at[LINE_MAX_BYTES];
    char key[64];
    char meter[32];
    struct stamp stamps[STAMPS];
};

const char *const truth_names[TRUTH_COUNT] = {
    [TRUTH_COLLAPSE] = "collapse",
    [TRUTH_ABSENCE] = "absence",
    [TRUTH_DRIP] = "leak",
    [TRUTH_BURST] = "burst",
    [TRUTH_TAP_RUNNING] = "tap_running",
    [TRUTH_MOVED_OUT] = "moved_out",
    [TRUTH_OUTAGE] = "outage",
    [TRUTH_ARREARS] = "arrears",
    [TRUTH_NO_READINGS] = "no_readings",
    [TRUTH_OPTED_OUT] = "opted_out",
    [TRUTH_HEATING_OFF] = "heating_off",
};

static const char *const unit_names[UNIT_COUNT] = {
    [UNIT_KWH] = "kWh", [UNIT_WH] = "Wh", [UNIT_LITRE] = "L", [UNIT_CUBIC_METRE] = "m3"};

static const char *const summaries[REPORT_CHANNEL_COUNT][3] = {
    [REPORT_NEIGHBOUR] = {"mail is piling up at the door", "has not been seen for some days",
                          "the light has been on day and night"},
    [REPORT_COMMUNITY_OFFICER] = {"did not open at the weekly visit", "did not answer the phone",
                                  "looked thin and tired at the last visit"},
    [REPORT_CONVENIENCE_STORE] = {"has not come for the daily shopping",
                                  "buys little more than instant noodles",
                                  "children come alone late in the evening"},
    [REPORT_SCHOOL] = {"child has missed school for three days", "child comes without lunch",
                       "parents cannot be reached"},
    [REPORT_CLINIC] = {"missed an appointment", "did not fetch a prescription",
                       "did not come to dialysis"},
    [REPORT_POLICE] = {"a neighbour called about noise that stopped", "found wandering at night",
                       "nobody opened after a call"},
    [REPORT_FIRE] = {"smoke alarm of an empty flat", "door was opened after a call",
                     "ambulance was sent away"},
    [REPORT_AGENCY] = {"meals on wheels stood untouched", "did not come to the day centre",
                       "letters come back"},
    [REPORT_RESIDENT] = {"called for help with the heating", "asked about unpaid bills",
                         "asked to be called more often"},
};

struct line_writer *line_writer_new(const struct scene *scene, bool arrived)
{
    struct line_writer *w = memory_get(sizeof *w);
    w->scene = scene;
    w->arrived = arrived;
    for (size_t i = 0; i < STAMPS; i++)
        w->stamps[i].quarter = INT64_MIN;
    return w;
}

void line_writer_free(struct line_writer *writer)
{
    free(writer);
}

static void add(struct line_writer *w, const char *from, size_t bytes)
{
    assert(w->bytes + bytes < sizeof w->at);
    memcpy(w->at + w->bytes, from, bytes);
    w->bytes += bytes;
}

#define ADD(w, literal) add((w), (literal), sizeof(literal) - 1)

static void add_text(struct line_writer *w, const char *terminated)
{
    add(w, terminated, strlen(terminated));
}

static void add_int(struct line_writer *w, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (value < 0)
        digits[--at] = '-';
    add(w, digits + at, sizeof digits - at);
}

static void add_thousandths(struct line_writer *w, int64_t value)
{
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (value < 0)
        ADD(w, "-");
    add_int(w, (int64_t)(left / 1000));
    unsigned rest = (unsigned)(left % 1000);
    char decimals[4] = {'.', (char)('0' + rest / 100), (char)('0' + rest / 10 % 10),
                        (char)('0' + rest % 10)};
    add(w, decimals, sizeof decimals);
}

/* Meters resolve no finer than a thousandth of a kWh or m3, or a whole Wh or L. */
static void add_measure(struct line_writer *w, int64_t milli, enum unit unit)
{
    if (unit == UNIT_KWH || unit == UNIT_CUBIC_METRE)
        add_thousandths(w, milli / 1000);
    else
        add_int(w, milli / 1000);
}

/* "2026-01-15T13:19:43+09:00": all but minute and second come from a quarter-hour's stamp. */
static void add_time(struct line_writer *w, int64_t at_s)
{
    int64_t quarter = at_s / STAMP_S;
    struct stamp *stamp = &w->stamps[(size_t)(quarter % STAMPS)];
    if (stamp->quarter != quarter) {
        int64_t start_s = quarter * STAMP_S;
        (void)time_format(start_s, zone_offset_s(w->scene->zone, start_s), stamp->text);
        stamp->quarter = quarter;
        stamp->minute = (uint8_t)((stamp->text[14] - '0') * 10 + stamp->text[15] - '0');
    }
    unsigned second = (unsigned)(at_s - quarter * STAMP_S);
    unsigned minute = stamp->minute + second / 60;
    second %= 60;
    size_t bytes = strlen(stamp->text);
    char *out = w->at + w->bytes;
    add(w, stamp->text, bytes);
    out[14] = (char)('0' + minute / 10);
    out[15] = (char)('0' + minute % 10);
    out[17] = (char)('0' + second / 10);
    out[18] = (char)('0' + second % 10);
}

static void add_date(struct line_writer *w, int32_t day)
{
    char text[TIME_TEXT_MAX];
    add_text(w, date_format(day, text));
}

static void add_month(struct line_writer *w, int32_t month)
{
    add_int(w, month / 12);
    char text[3] = {'-', (char)('0' + (month % 12 + 1) / 10), (char)('0' + (month % 12 + 1) % 10)};
    add(w, text, sizeof text);
}

/* Meters are numbered by home and by exchange. */
static void add_meter(struct line_writer *w, const struct occurrence *o, unsigned which)
{
    static const char letters[UTILITY_COUNT] = {
        [UTILITY_ELECTRICITY] = 'E', [UTILITY_WATER] = 'W', [UTILITY_GAS] = 'G'};
    char head[2] = {letters[o->utility], '-'};
    add(w, head, sizeof head);
    add_int(w, ((int64_t)LINE_HOME_FIRST + o->home) * 10 + which % 10);
}

static void add_household(struct line_writer *w, uint32_t home)
{
    ADD(w, "H-");
    add_int(w, (int64_t)LINE_HOME_FIRST + home);
}

static void add_area(struct line_writer *w, uint32_t area)
{
    const struct scenario *s = w->scene->scenario;
    add_text(w, s->areas[area % s->area_count]);
    if (area >= s->area_count) {
        ADD(w, "-");
        add_int(w, (int64_t)(area / s->area_count + 1));
    }
}

static void write_reading(struct line_writer *w, const struct occurrence *o)
{
    ADD(w, ",\"meter\":\"");
    add_meter(w, o, o->meter);
    ADD(w, "\",\"utility\":\"");
    add_text(w, utility_names[o->utility]);
    if (o->event == READING_INTERVAL) {
        ADD(w, "\",\"kind\":\"interval\",\"start\":\"");
        add_time(w, o->at_s);
        ADD(w, "\",\"minutes\":");
        add_int(w, o->number);
    } else {
        ADD(w, "\",\"kind\":\"register\",\"at\":\"");
        add_time(w, o->at_s);
        ADD(w, "\"");
    }
    if (o->has_value) {
        ADD(w, ",\"value\":");
        add_measure(w, o->value, o->unit);
    }
    ADD(w, ",\"unit\":\"");
    add_text(w, unit_names[o->unit]);
    ADD(w, "\",\"quality\":\"");
    add_text(w, quality_names[o->quality]);
    ADD(w, "\"");
    if (o->dials) {
        ADD(w, ",\"dials\":");
        add_int(w, o->dials);
    }
    if (o->version) {
        ADD(w, ",\"version\":");
        add_int(w, o->version);
    }
}

static void add_amount(struct line_writer *w, int64_t hundredths)
{
    ADD(w, ",\"amount\":");
    if (hundredths % 100 == 0)
        add_int(w, hundredths / 100);
    else
        add_thousandths(w, hundredths * 10);
    ADD(w, ",\"currency\":\"");
    add_text(w, w->scene->scenario->currency);
    ADD(w, "\"");
}

static void write_billing(struct line_writer *w, const struct occurrence *o)
{
    ADD(w, ",\"utility\":\"");
    add_text(w, utility_names[o->utility]);
    ADD(w, "\",\"event\":\"");
    add_text(w, billing_event_names[o->event]);
    ADD(w, "\",\"at\":\"");
    add_time(w, o->at_s);
    ADD(w, "\"");
    if (o->event == BILLING_BILL_ISSUED || o->event == BILLING_PAYMENT ||
        o->event == BILLING_PAYMENT_REVERSED) {
        ADD(w, ",\"bill\":\"");
        add_month(w, o->number);
        ADD(w, "\"");
        add_amount(w, o->value);
    }
    if (o->event == BILLING_BILL_ISSUED) {
        ADD(w, ",\"due\":\"");
        add_date(w, (int32_t)o->second);
        ADD(w, "\"");
    } else if (o->event == BILLING_ARREARS) {
        ADD(w, ",\"months\":");
        add_int(w, o->number);
        add_amount(w, o->value);
    } else if (o->event == BILLING_ARRANGEMENT) {
        ADD(w, ",\"until\":\"");
        add_time(w, o->second);
        ADD(w, "\"");
    } else if (o->event == BILLING_LIMITED) {
        ADD(w, ",\"watts\":");
        add_int(w, o->second);
    }
}

static void write_profile(struct line_writer *w, const struct occurrence *o)
{
    const struct scenario *s = w->scene->scenario;
    uint32_t feeder = o->home / (uint32_t)s->homes_per_feeder;
    ADD(w, ",\"area\":\"");
    add_area(w, feeder / (uint32_t)s->feeders_per_area);
    ADD(w, "\",\"feeder\":\"F-");
    add_int(w, 201 + (int64_t)feeder);
    ADD(w, "\",\"timezone\":\"");
    add_text(w, zone_name(w->scene->zone));
    ADD(w, "\",\"residents\":");
    add_int(w, o->number);
    ADD(w, ",\"flags\":[");
    bool first = true;
    for (unsigned flag = 0; flag < PROFILE_FLAG_COUNT; flag++)
        if (o->value & (int64_t)1 << flag) {
            add_text(w, first ? "\"" : ",\"");
            add_text(w, profile_flag_names[flag]);
            ADD(w, "\"");
            first = false;
        }
    ADD(w, "],\"moved_in\":\"");
    add_date(w, (int32_t)o->second);
    ADD(w, "\"");
}

static void write_exchange(struct line_writer *w, const struct occurrence *o)
{
    ADD(w, ",\"utility\":\"");
    add_text(w, utility_names[o->utility]);
    ADD(w, "\",\"meter\":\"");
    add_meter(w, o, o->meter);
    ADD(w, "\",\"old_value\":");
    add_measure(w, o->value, o->unit);
    ADD(w, ",\"new_meter\":\"");
    add_meter(w, o, o->meter + 1u);
    ADD(w, "\",\"new_value\":");
    add_measure(w, o->second, o->unit);
    ADD(w, ",\"unit\":\"");
    add_text(w, unit_names[o->unit]);
    ADD(w, "\"");
}

static void write_household(struct line_writer *w, const struct occurrence *o)
{
    ADD(w, ",\"event\":\"");
    add_text(w, household_event_names[o->event]);
    ADD(w, "\",\"at\":\"");
    add_time(w, o->event == HOUSEHOLD_ABSENCE ? o->arrived_s : o->at_s);
    ADD(w, "\"");
    if (o->event == HOUSEHOLD_PROFILE)
        write_profile(w, o);
    else if (o->event == HOUSEHOLD_METER_EXCHANGED)
        write_exchange(w, o);
    else if (o->event == HOUSEHOLD_ABSENCE) {
        ADD(w, ",\"from\":\"");
        add_time(w, o->at_s);
        ADD(w, "\",\"to\":\"");
        add_time(w, o->value);
        add_text(w, o->number ? "\",\"reason\":\"hospital\"" : "\",\"reason\":\"holiday\"");
    }
}

static void write_report(struct line_writer *w, const struct occurrence *o)
{
    ADD(w, ",\"channel\":\"");
    add_text(w, report_channel_names[o->event]);
    ADD(w, "\",\"at\":\"");
    add_time(w, o->at_s);
    ADD(w, "\",\"summary\":\"");
    add_text(w, summaries[o->event][o->value % 3]);
    ADD(w, "\"");
}

static void write_weather(struct line_writer *w, const struct occurrence *o)
{
    ADD(w, ",\"area\":\"");
    add_area(w, o->home & ~OCCURRENCE_AREA_BIT);
    ADD(w, "\",\"event\":\"");
    add_text(w, o->event == SKY_TEMPERATURE ? WEATHER_TEMPERATURE : "cold_wave");
    ADD(w, "\",\"from\":\"");
    add_time(w, o->at_s);
    ADD(w, "\",\"to\":\"");
    add_time(w, o->value);
    ADD(w, "\",\"temperature_c\":");
    add_thousandths(w, o->second * 100);
}

struct text line_write(struct line_writer *w, const struct occurrence *o)
{
    w->bytes = 0;
    ADD(w, "{\"type\":\"");
    add_text(w, message_type_names[o->type]);
    ADD(w, "\"");
    if (o->type != MESSAGE_WEATHER) {
        ADD(w, ",\"household\":\"");
        add_household(w, o->home);
        ADD(w, "\"");
    }
    switch ((enum message_type)o->type) {
    case MESSAGE_READING: write_reading(w, o); break;
    case MESSAGE_BILLING: write_billing(w, o); break;
    case MESSAGE_HOUSEHOLD: write_household(w, o); break;
    case MESSAGE_REPORT: write_report(w, o); break;
    case MESSAGE_WEATHER: write_weather(w, o); break;
    case MESSAGE_TYPE_COUNT: break;
    }
    if (w->arrived) {
        ADD(w, ",\"arrived\":\"");
        add_time(w, o->arrived_s);
        ADD(w, "\"");
    }
    ADD(w, "}");
    return (struct text){w->at, w->bytes};
}

struct text line_key(struct line_writer *w, const struct occurrence *o)
{
    size_t bytes = w->bytes;
    if (o->type == MESSAGE_WEATHER)
        add_area(w, o->home & ~OCCURRENCE_AREA_BIT);
    else
        add_household(w, o->home);
    struct text cut = {w->at + bytes, w->bytes - bytes};
    (void)text_copy(cut, w->key, sizeof w->key);
    cut.at = w->key;
    w->bytes = bytes; /* the line stays as it was */
    return cut;
}

struct text line_truth(struct line_writer *w, uint32_t home, enum truth truth, int64_t from_s,
                       int64_t to_s, const char *detail)
{
    w->bytes = 0;
    ADD(w, "{\"household\":\"");
    add_household(w, home);
    ADD(w, "\",\"kind\":\"");
    add_text(w, truth_names[truth]);
    ADD(w, "\",\"from\":\"");
    add_time(w, from_s);
    ADD(w, "\",\"to\":");
    if (to_s) {
        ADD(w, "\"");
        add_time(w, to_s);
        ADD(w, "\"");
    } else {
        ADD(w, "null");
    }
    if (detail) {
        ADD(w, ",\"utility\":\"");
        add_text(w, detail);
        ADD(w, "\"");
    }
    ADD(w, "}");
    return (struct text){w->at, w->bytes};
}
