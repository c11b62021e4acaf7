/* SPDX-License-Identifier: Apache-2.0 */
#include "household/weather.h"

#include <stdlib.h>
#include <string.h>

#include "household/record.h"

#define HOURS_A_DAY 24
#define HOUR_S      3600
#define LATE_MAX    UINT8_MAX /* hours after its beginning; what comes later is not kept */
#define SLOTS       (2 * WEATHER_AREAS_MAX) /* of the index: never more than half full */

struct weather_row {
    char event[MESSAGE_ID_MAX + 1], area[MESSAGE_ID_MAX + 1];
    int64_t from_s, to_s;
    int64_t known_ms; /* arrival of the first message that told of it */
};

/* A day in UTC. */
struct area_day {
    int32_t day;                 /* since 1970; 0 unused */
    int16_t tenths[HOURS_A_DAY]; /* CELSIUS_UNKNOWN */
    uint8_t late[HOURS_A_DAY];   /* full hours from its beginning until it was known; 0: before */
};

struct weather_area {
    char name[MESSAGE_ID_MAX + 1];
    struct area_day days[WEATHER_DAYS]; /* day % WEATHER_DAYS */
};

struct weather_table {
    size_t count, oldest; /* a ring once full */
    struct weather_row rows[WEATHER_EVENTS_MAX];
    size_t area_count;
    struct weather_area *slots[SLOTS]; /* by hash of the name, the next free one */
};

struct weather_table *weather_table_new(void)
{
    return memory_get(sizeof(struct weather_table));
}

void weather_table_free(struct weather_table *table)
{
    for (size_t i = 0; table && i < SLOTS; i++)
        free(table->slots[i]);
    free(table);
}

/* ---- temperatures -------------------------------------------------------------------------- */

/* Where the area is, or would be. */
static size_t slot_of(const struct weather_table *table, struct text area)
{
    size_t slot = record_hash(area) % SLOTS;
    while (table->slots[slot] && !text_is(area, table->slots[slot]->name))
        slot = (slot + 1) % SLOTS;
    return slot;
}

static struct weather_area *area_of(struct weather_table *table, struct text name)
{
    struct weather_area **area = &table->slots[slot_of(table, name)];
    if (*area || table->area_count == WEATHER_AREAS_MAX)
        return *area;
    table->area_count++;
    *area = memory_get(sizeof **area);
    (void)text_copy(name, (*area)->name, sizeof(*area)->name);
    return *area;
}

/* The ring's place of the hour's day; NULL when a newer one has taken it. */
static struct area_day *day_of(struct weather_area *area, int64_t hour)
{
    int32_t number = (int32_t)(hour / HOURS_A_DAY);
    struct area_day *day = &area->days[number % WEATHER_DAYS];
    if (day->day > number)
        return NULL;
    if (day->day < number) {
        day->day = number;
        for (int h = 0; h < HOURS_A_DAY; h++)
            day->tenths[h] = CELSIUS_UNKNOWN;
    }
    return day;
}

/* The same value told again was known before. */
static void note_hour(struct area_day *day, unsigned hour, int16_t tenths, uint8_t late)
{
    if (day->tenths[hour] != tenths || late < day->late[hour])
        day->late[hour] = late;
    day->tenths[hour] = tenths;
}

/* Hours whose middle the message covers take its value. */
static void note_celsius(struct weather_table *table, const struct weather *weather,
                         int64_t arrived_ms)
{
    struct weather_area *area = area_of(table, weather->area);
    double celsius = weather->temperature_c;
    int64_t arrived_s = arrived_ms / 1000;
    int64_t from = (weather->from_s + HOUR_S / 2 - 1) / HOUR_S;
    for (int64_t hour = from; area && hour * HOUR_S + HOUR_S / 2 < weather->to_s; hour++) {
        int64_t late = (arrived_s - hour * HOUR_S + HOUR_S - 1) / HOUR_S;
        bool kept = late <= LATE_MAX && hour * HOUR_S - arrived_s <= WEATHER_AHEAD_S;
        struct area_day *day = kept ? day_of(area, hour) : NULL;
        if (day)
            note_hour(day, (unsigned)(hour % HOURS_A_DAY),
                      (int16_t)(celsius * 10.0 + (celsius < 0.0 ? -0.5 : 0.5)),
                      late > 0 ? (uint8_t)late : 0);
    }
}

int16_t weather_table_celsius(const struct weather_table *table, struct text area, int64_t from_s,
                              int64_t to_s, int64_t by_ms)
{
    const struct weather_area *of = table->slots[slot_of(table, area)];
    int32_t sum = 0, known = 0, hours = 0;
    for (int64_t at_s = from_s; of && at_s > 0 && at_s < to_s; at_s += HOUR_S, hours++) {
        int64_t hour = at_s / HOUR_S;
        const struct area_day *day = &of->days[hour / HOURS_A_DAY % WEATHER_DAYS];
        int16_t tenths = day->tenths[hour % HOURS_A_DAY];
        if (day->day != hour / HOURS_A_DAY || tenths == CELSIUS_UNKNOWN ||
            (hour + day->late[hour % HOURS_A_DAY]) * HOUR_S > by_ms / 1000)
            continue;
        sum += tenths;
        known++;
    }
    if (known == 0 || known * 4 < hours * 3)
        return CELSIUS_UNKNOWN;
    return (int16_t)((sum + (sum < 0 ? -known : known) / 2) / known);
}

/* ---- events -------------------------------------------------------------------------------- */

void weather_table_apply(struct weather_table *table, const struct weather *weather,
                         int64_t arrived_ms)
{
    if (text_is(weather->event, WEATHER_TEMPERATURE)) {
        note_celsius(table, weather, arrived_ms);
        return;
    }
    struct weather_row *row = NULL;
    int64_t known_ms = arrived_ms;
    for (size_t i = 0; i < table->count && !row; i++)
        if (table->rows[i].from_s == weather->from_s &&
            text_is(weather->event, table->rows[i].event) &&
            text_is(weather->area, table->rows[i].area))
            row = &table->rows[i];
    if (row && row->known_ms < known_ms)
        known_ms = row->known_ms;
    if (!row && table->count < WEATHER_EVENTS_MAX)
        row = &table->rows[table->count++];
    if (!row) {
        row = &table->rows[table->oldest];
        table->oldest = (table->oldest + 1) % WEATHER_EVENTS_MAX;
    }
    (void)text_copy(weather->event, row->event, sizeof row->event);
    (void)text_copy(weather->area, row->area, sizeof row->area);
    row->from_s = weather->from_s;
    row->to_s = weather->to_s;
    row->known_ms = known_ms;
}

bool weather_table_holds(const struct weather_table *table, const char *event, struct text area,
                         int64_t at_s, int64_t by_ms)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct weather_row *row = &table->rows[i];
        if (row->from_s <= at_s && at_s < row->to_s && row->known_ms <= by_ms &&
            strcmp(row->event, event) == 0 && text_is(area, row->area))
            return true;
    }
    return false;
}
