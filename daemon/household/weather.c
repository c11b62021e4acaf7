/* SPDX-License-Identifier: Apache-2.0 */
#include "household/weather.h"

#include <stdlib.h>
#include <string.h>

struct weather_row {
    char event[MESSAGE_ID_MAX + 1], area[MESSAGE_ID_MAX + 1];
    int64_t from_s, to_s;
    int64_t known_ms; /* arrival of the first message that told of it */
};

struct weather_table {
    size_t count, oldest; /* a ring once full */
    struct weather_row rows[WEATHER_EVENTS_MAX];
};

struct weather_table *weather_table_new(void)
{
    return memory_get(sizeof(struct weather_table));
}

void weather_table_free(struct weather_table *table)
{
    free(table);
}

void weather_table_apply(struct weather_table *table, const struct weather *weather,
                         int64_t arrived_ms)
{
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
