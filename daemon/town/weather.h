/* SPDX-License-Identifier: Apache-2.0
 *
 * Sky and calendar: pure functions of the seed and the date.
 */
#ifndef ANBU_TOWN_WEATHER_H
#define ANBU_TOWN_WEATHER_H

#include "town/scene.h"

/* Fills what the hour at at_s is like; `before` is the hour before it (NULL for the first). */
struct moment weather_moment(const struct scene *scene, int64_t at_s, const struct moment *before);

bool weather_free_day(const struct scenario *scenario, int32_t day);

/* More people travel: the day before or in a public holiday that is no single Monday. */
bool weather_travel_day(const struct scenario *scenario, int32_t day);

/* Days of the cold wave that begins on this local day; 0 none does. */
int weather_cold_wave_begins(const struct scene *scene, int32_t day);

#endif
