/* SPDX-License-Identifier: Apache-2.0
 *
 * Weather by area: what is declared (cold waves) and how warm it was, as the weather topic says.
 * One a worker, who reads all of the topic.
 */
#ifndef ANBU_HOUSEHOLD_WEATHER_H
#define ANBU_HOUSEHOLD_WEATHER_H

#include <stdbool.h>

#include "detectors/detector.h"
#include "ingest/message.h"

#define WEATHER_EVENTS_MAX 4096 /* beyond it the oldest is forgotten */

/* Temperatures: hours of the last days of each area; of further areas none are kept. */
#define WEATHER_DAYS      64
#define WEATHER_AREAS_MAX 4096
#define WEATHER_AHEAD_S   (16 * INT64_C(86400)) /* a forecast for later is not kept */

struct weather_table;
struct weather_table *weather_table_new(void);
void weather_table_free(struct weather_table *table);

/* A later message for the same (event, area, from) replaces the earlier; of temperatures, for the
 * same hour. */
void weather_table_apply(struct weather_table *table, const struct weather *weather,
                         int64_t arrived_ms);

/* An event of that kind covers the area at that time, as far as it was known by then: whoever reads
 * old messages again has read the whole topic before, and must not judge them by what came later.
 */
bool weather_table_holds(const struct weather_table *table, const char *event, struct text area,
                         int64_t at_s, int64_t by_ms);

/* The mean of the hours that begin in [from_s, to_s), in tenths of a degree; CELSIUS_UNKNOWN while
 * fewer than three quarters of them were known by then. */
int16_t weather_table_celsius(const struct weather_table *table, struct text area, int64_t from_s,
                              int64_t to_s, int64_t by_ms);

#endif
