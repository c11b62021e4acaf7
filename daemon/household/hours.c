/* SPDX-License-Identifier: Apache-2.0 */
#include "household/hours.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/zone.h"
#include "household/household.h"
#include "household/meter.h"

#define HOUR_S      3600
#define LOW_SHARE   0.1 /* of a slot's hours */
#define USUAL_SHARE 0.5
#define HIGH_SHARE  0.9

struct picture {
    const struct config *config;
    const struct zone *zone;
    struct buffer *out;
    int64_t to_s;
    int32_t first_day, last_day; /* local */
    int32_t first_hour;          /* of those shown; hours since 1970 */
    int32_t hours_day;           /* local day of the first hour */
};

static void member_time(const struct picture *picture, const char *key, int64_t at_s)
{
    char text[TIME_TEXT_MAX];
    json_member_text(picture->out, key,
                     at_s ? time_format(at_s, zone_offset_s(picture->zone, at_s), text) : NULL);
}

static void member_use(struct buffer *out, const char *key, bool known, int64_t milli)
{
    if (known)
        json_member_number(out, key, (double)milli / 1000.0, 1);
    else
        json_member_null(out, key);
}

static unsigned slot_of(const struct picture *picture, int64_t at_s)
{
    int64_t local = zone_local_s(picture->zone, at_s);
    int32_t day = local_day(local);
    unsigned weekday = config_is_holiday(picture->config, day) ? 6 : local_weekday(day);
    return routine_slot(local_hour(local), weekday);
}

static void put_hour(const struct picture *picture, const struct record_meter *meter, int32_t hour)
{
    struct buffer *out = picture->out;
    const struct routine *routine = &meter->routine;
    unsigned slot = slot_of(picture, (int64_t)hour * HOUR_S);
    uint8_t code = hour <= meter->newest_hour ? meter_hour(meter, hour) : ROUTINE_MISSING;
    bool known = code != ROUTINE_MISSING;
    json_put_item(out);
    buffer_text(out, "{");
    member_time(picture, "start", (int64_t)hour * HOUR_S);
    member_use(out, "value", known, routine_milli(code));
    member_use(out, "low", routine->highest,
               routine_share_milli(routine, meter->utility, slot, LOW_SHARE));
    member_use(out, "usual", routine->highest,
               routine_share_milli(routine, meter->utility, slot, USUAL_SHARE));
    member_use(out, "high", routine->highest,
               routine_share_milli(routine, meter->utility, slot, HIGH_SHARE));
    json_member_text(out, "quality",
                     quality_names[!known                         ? QUALITY_MISSING
                                   : meter_estimated(meter, hour) ? QUALITY_ESTIMATED
                                                                  : QUALITY_ACTUAL]);
    buffer_text(out, "}");
}

static void put_day(const struct picture *picture, const struct record_meter *meter, int32_t day)
{
    struct buffer *out = picture->out;
    char text[TIME_TEXT_MAX];
    bool held =
        meter->newest_day && day <= meter->newest_day && day > meter->newest_day - VIEW_DAYS;
    uint16_t code = held ? meter->days[(unsigned)day % VIEW_DAYS] : 0;
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, "date", date_format(day, text));
    member_use(out, "value", code != 0, routine_day_milli(code));
    json_member_text(out, "quality", quality_names[code ? QUALITY_ACTUAL : QUALITY_MISSING]);
    buffer_text(out, "}");
}

static void put_meter(const struct picture *picture, const struct record_meter *meter)
{
    struct buffer *out = picture->out;
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, "utility", utility_names[meter->utility]);
    json_member_text(out, "unit", meter->measure == MEASURE_ENERGY ? "Wh" : "L");
    json_put_key(out, "hours");
    buffer_text(out, "[");
    for (int32_t hour = picture->first_hour; (int64_t)hour * HOUR_S < picture->to_s; hour++)
        put_hour(picture, meter, hour);
    buffer_text(out, "]");
    json_put_key(out, "days");
    buffer_text(out, "[");
    for (int32_t day = picture->first_day; day < picture->hours_day; day++)
        put_day(picture, meter, day);
    buffer_text(out, "]}");
}

/* The newest hour and day of all meters: one that has died shows as missing beside the others. */
static void frame(struct picture *picture, const struct record *record, int days)
{
    int32_t hour = 0, day = 0;
    for (int i = 0; i < record->header->meters; i++) {
        hour = record->meters[i].newest_hour > hour ? record->meters[i].newest_hour : hour;
        day = record->meters[i].newest_day > day ? record->meters[i].newest_day : day;
    }
    int64_t hours_end_s = hour ? ((int64_t)hour + 1) * HOUR_S : 0;
    int64_t days_end_s = day ? zone_day_start_s(picture->zone, day + 1) : 0;
    bool by_day_alone = days_end_s - hours_end_s > 86400;
    picture->to_s = by_day_alone ? days_end_s : hours_end_s;
    picture->last_day = local_day(zone_local_s(picture->zone, picture->to_s - 1));
    picture->first_day = picture->last_day - days + 1;
    int64_t from_s = zone_day_start_s(picture->zone, picture->first_day);
    int64_t ring_s = hours_end_s - (int64_t)VIEW_HOURS * HOUR_S;
    /* Whole local days of hours: their first is shown as hours or as a day, never as both. */
    int32_t ring_day = local_day(zone_local_s(picture->zone, ring_s - 1)) + 1;
    picture->hours_day = ring_day > picture->first_day ? ring_day : picture->first_day;
    int64_t hours_from_s = zone_day_start_s(picture->zone, picture->hours_day);
    picture->first_hour = (int32_t)((hours_from_s + HOUR_S - 1) / HOUR_S);
    member_time(picture, "from", picture->to_s ? from_s : 0);
    member_time(picture, "to", picture->to_s);
}

enum err household_hours(const void *bytes, uint32_t size, const struct config *config, int days,
                         struct buffer *json, struct fault *fault)
{
    struct record record;
    struct picture picture = {.config = config, .out = json};
    void *copy = memory_get(size);
    memcpy(copy, bytes, size);
    enum err err = record_open(copy, size, &record, fault);
    if (!err) {
        picture.zone = household_zone(&record, config_settings(config)->ingest.timezone);
        json_member_text(json, "timezone", zone_name(picture.zone));
        frame(&picture, &record, days);
        json_put_key(json, "utilities");
        buffer_text(json, "[");
        for (int i = 0; picture.to_s && i < record.header->meters; i++)
            put_meter(&picture, &record.meters[i]);
        buffer_text(json, "]");
    }
    free(copy);
    return err;
}
