/* SPDX-License-Identifier: Apache-2.0
 *
 * Declared weather by area: what the weather topic says now. One a worker, who reads all of the
 * topic.
 */
#ifndef ANBU_HOUSEHOLD_WEATHER_H
#define ANBU_HOUSEHOLD_WEATHER_H

#include <stdbool.h>

#include "ingest/message.h"

#define WEATHER_EVENTS_MAX 4096 /* beyond it the oldest is forgotten */

struct weather_table;
struct weather_table *weather_table_new(void);
void weather_table_free(struct weather_table *table);

/* A later message for the same (event, area, from) replaces the earlier. */
void weather_table_apply(struct weather_table *table, const struct weather *weather,
                         int64_t arrived_ms);

/* An event of that kind covers the area at that time, as far as it was known by then: whoever reads
 * old messages again has read the whole topic before, and must not judge them by what came later.
 */
bool weather_table_holds(const struct weather_table *table, const char *event, struct text area,
                         int64_t at_s, int64_t by_ms);

#endif
