/* SPDX-License-Identifier: Apache-2.0 */
#include "household/show.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/zone.h"
#include "household/arrears.h"
#include "household/household.h"
#include "household/judge.h"
#include "household/meter.h"

#define SECONDS_A_DAY 86400

/* One record on its way to JSON. */
struct showing {
    struct record record;
    const struct zone *zone;
    struct buffer *out;
};

static void show_time(struct showing *showing, const char *key, int64_t at_s)
{
    char text[TIME_TEXT_MAX];
    json_member_text(showing->out, key,
                     at_s ? time_format(at_s, zone_offset_s(showing->zone, at_s), text) : NULL);
}

/* Milli-units in units: Wh or L. */
static void show_use(struct buffer *out, const char *key, bool known, int64_t milli)
{
    if (known)
        json_member_number(out, key, (double)milli / 1000.0, 1);
    else
        json_member_null(out, key);
}

static void show_profile(struct showing *showing)
{
    const struct record_home *home = showing->record.home;
    struct buffer *out = showing->out;
    json_member_string(out, "area", record_area(&showing->record));
    json_member_string(out, "feeder", record_feeder(&showing->record));
    json_member_text(out, "timezone", zone_name(showing->zone));
    if (home->residents)
        json_member_int(out, "residents", home->residents);
    else
        json_member_null(out, "residents");
    json_put_key(out, "flags");
    buffer_text(out, "[");
    for (int flag = 0; flag < PROFILE_FLAG_COUNT; flag++)
        if (home->flags >> flag & 1) {
            json_put_item(out);
            json_put_string(out, text_of(profile_flag_names[flag]));
        }
    buffer_text(out, "]");
    json_member_bool(out, "occupied", home->occupied);
    json_member_bool(out, "opted_out", home->opted_out);
    show_time(showing, "moved_in", home->moved_in_s);
    if (home->absent_to_s > home->newest_event_s) {
        json_put_key(out, "absence");
        buffer_text(out, "{");
        show_time(showing, "from", home->absent_from_s);
        show_time(showing, "to", home->absent_to_s);
        buffer_text(out, "}");
    } else {
        json_member_null(out, "absence");
    }
}

static void show_hours(struct showing *showing, const struct record_meter *meter)
{
    struct buffer *out = showing->out;
    json_put_key(out, "hours");
    buffer_text(out, "[");
    for (int32_t hour = meter->newest_hour - VIEW_HOURS + 1;
         meter->newest_hour && hour <= meter->newest_hour; hour++) {
        uint8_t code = meter_hour(meter, hour);
        json_put_item(out);
        buffer_text(out, "{");
        show_time(showing, "start", (int64_t)hour * 3600);
        show_use(out, "use", code != ROUTINE_MISSING, routine_milli(code));
        json_member_text(out, "quality",
                         meter_estimated(meter, hour) ? quality_names[QUALITY_ESTIMATED]
                         : code == ROUTINE_MISSING    ? quality_names[QUALITY_MISSING]
                                                      : quality_names[QUALITY_ACTUAL]);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}

static void show_days(struct showing *showing, const struct record_meter *meter)
{
    struct buffer *out = showing->out;
    char text[TIME_TEXT_MAX];
    json_put_key(out, "days");
    buffer_text(out, "[");
    for (int32_t day = meter->newest_day - VIEW_DAYS + 1;
         meter->newest_day && day <= meter->newest_day; day++) {
        uint16_t code = meter->days[(unsigned)day % VIEW_DAYS];
        json_put_item(out);
        buffer_text(out, "{");
        json_member_text(out, "day", date_format(day, text));
        show_use(out, "use", code != 0, routine_day_milli(code));
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}

static void show_routine(struct showing *showing, const struct record_meter *meter)
{
    struct buffer *out = showing->out;
    static const char *const names[2] = {"weekday", "weekend"};
    json_put_key(out, "routine");
    buffer_text(out, "{");
    for (unsigned kind = 0; kind < 2; kind++) {
        json_put_key(out, names[kind]);
        buffer_text(out, "[");
        for (unsigned hour = 0; hour < 24; hour++) {
            unsigned slot = routine_slot(hour, kind ? 5 : 0);
            json_put_item(out);
            buffer_text(out, "{");
            show_use(out, "usual", meter->routine.highest,
                     routine_usual_milli(&meter->routine, meter->utility, slot));
            json_member_number(out, "awake", routine_awake(&meter->routine, slot), 3);
            buffer_text(out, "}");
        }
        buffer_text(out, "]");
    }
    buffer_text(out, "}");
}

static void show_meter(struct showing *showing, const struct record_meter *meter)
{
    struct buffer *out = showing->out;
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, "utility", utility_names[meter->utility]);
    json_member_text(out, "unit", meter->measure == MEASURE_ENERGY ? "Wh" : "L");
    json_member_int(out, "interval_minutes", meter->interval_minutes);
    json_member_int(out, "valid_days", meter->valid_days);
    json_member_bool(out, "continuous", meter_continuous(meter));
    json_member_bool(out, "feeds_in", meter->flags & METER_FEEDS_IN);
    json_member_bool(out, "charges", meter->flags & METER_CHARGES);
    show_time(showing, "last_reading", meter->newest_s);
    show_use(out, "register", meter->flags & METER_REGISTER_SEEN, meter->last_read_milli);
    show_time(showing, "last_sign_of_life", meter->life_s);
    show_hours(showing, meter);
    show_days(showing, meter);
    show_routine(showing, meter);
    buffer_text(out, "}");
}

/* A meter or a word of the utility vouches for a supply; else there may be none. */
static bool knows_supply(const struct showing *showing, int utility)
{
    const struct record_arrears *arrears = &showing->record.home->arrears[utility];
    bool known = arrears->last_print || arrears->changed_s;
    for (int i = 0; i < showing->record.header->meters; i++)
        known = known || showing->record.meters[i].utility == utility;
    return known;
}

static void show_supply(struct showing *showing)
{
    const struct record_home *home = showing->record.home;
    struct buffer *out = showing->out;
    json_put_key(out, "supply");
    buffer_text(out, "{");
    for (int u = 0; u < UTILITY_COUNT; u++)
        json_member_text(out, utility_names[u],
                         knows_supply(showing, u) ? supply_names[home->arrears[u].supply] : NULL);
    buffer_text(out, "}");
}

/* Of months without a sum, or of a notice alone, nobody said how much it is. */
static void show_owed(struct buffer *out, const struct record_arrears *arrears,
                      const struct arrears_view *view)
{
    bool told = view->months || arrears->average_minor;
    bool unsaid = !told || (view->months && !view->amount_minor) ||
                  (arrears->old_months && !arrears->old_minor);
    if (told)
        json_member_int(out, "months", view->months);
    else
        json_member_null(out, "months");
    if (unsaid)
        json_member_null(out, "amount");
    else
        json_member_number(out, "amount", (double)view->amount_minor / 100.0, 2);
    json_member_text(out, "currency", arrears->currency[0] ? arrears->currency : NULL);
}

static void show_arrears(struct showing *showing)
{
    const struct record_home *home = showing->record.home;
    struct buffer *out = showing->out;
    int64_t now = home->newest_event_s;
    int32_t day = local_day(zone_local_s(showing->zone, now));
    json_put_key(out, "arrears");
    buffer_text(out, "[");
    for (int u = 0; u < UTILITY_COUNT; u++) {
        struct arrears_view view;
        char text[TIME_TEXT_MAX];
        arrears_view(&home->arrears[u], day, now, &view);
        if (!view.months && !view.notice && !view.arrangement)
            continue;
        json_put_item(out);
        buffer_text(out, "{");
        json_member_text(out, "utility", utility_names[u]);
        show_owed(out, &home->arrears[u], &view);
        json_member_text(out, "oldest_due",
                         view.oldest_due_s
                             ? date_format((int32_t)(view.oldest_due_s / SECONDS_A_DAY), text)
                             : NULL);
        json_member_bool(out, "arrangement", view.arrangement);
        json_member_bool(out, "notice", view.notice);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}

/* As things stand at the newest event: what is judged next is judged from there. */
static void show_detectors(struct showing *showing, void *bytes, uint32_t size,
                           const struct config *config, const struct prices *prices)
{
    struct buffer *out = showing->out;
    const struct record_home *home = showing->record.home;
    struct tuning_cache *tuning = tuning_cache_new(config);
    struct household household = {.bytes = bytes, .size = size, .zone = showing->zone};
    struct household_context context = {.config = config,
                                        .tuning = tuning,
                                        .census = prices->census,
                                        .arrived_ms = home->newest_event_s * 1000};
    struct judgement judgement;
    struct evidence evidence;
    judge_start(&judgement, &household, &context, home->newest_event_s);
    json_put_key(out, "detectors");
    buffer_text(out, "[");
    for (size_t i = 0; i < detector_count; i++) {
        json_put_item(out);
        buffer_text(out, "{");
        json_member_text(out, "detector", detectors[i]->name);
        json_member_bool(out, "on", showing->record.slots[i].on);
        show_time(showing, "since", showing->record.slots[i].since_s);
        evidence_take(&judgement, i, &evidence);
        json_put_key(out, "evidence");
        evidence_write(&evidence, showing->zone, out);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
    tuning_cache_free(tuning);
}

enum err household_show(const void *bytes, uint32_t size, const struct config *config,
                        const struct prices *prices, struct buffer *json)
{
    struct showing showing = {.out = json};
    void *copy = memory_get(size);
    memcpy(copy, bytes, size);
    enum err err = record_open(copy, size, &showing.record, NULL);
    if (!err) {
        const struct record_home *home = showing.record.home;
        showing.zone = household_zone(&showing.record, config_settings(config)->ingest.timezone);
        uint16_t valid_days = 0;
        for (int i = 0; i < showing.record.header->meters; i++)
            if (showing.record.meters[i].valid_days > valid_days)
                valid_days = showing.record.meters[i].valid_days;
        buffer_text(json, "{");
        show_profile(&showing);
        show_time(&showing, "first_seen", home->first_seen_s);
        json_member_int(json, "messages_applied", home->messages);
        json_member_int(json, "watched_hours", home->watched_hours);
        json_member_int(json, "valid_days", valid_days);
        json_member_bool(json, "learning", valid_days < 28);
        show_time(&showing, "last_sign_of_life", home->last_life_s);
        show_time(&showing, "last_reading", home->last_reading_s);
        json_put_key(json, "meters");
        buffer_text(json, "[");
        for (int i = 0; i < showing.record.header->meters; i++)
            show_meter(&showing, &showing.record.meters[i]);
        buffer_text(json, "]");
        show_supply(&showing);
        show_arrears(&showing);
        json_put_key(json, "prices");
        prices_show(prices, json);
        show_detectors(&showing, copy, size, config, prices);
        buffer_text(json, "}");
    }
    free(copy);
    return err;
}
