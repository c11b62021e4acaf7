/* SPDX-License-Identifier: Apache-2.0 */
#include "town/weather.h"

#define COLD_WAVE_DAYS_MAX 5
#define COLD_WAVE_CELSIUS  9.0

/* cos(2 pi x) within 0.002 (Bhaskara I): the same bits everywhere, unlike libm's. */
static double wave(double turns)
{
    double x = turns - (double)(int64_t)turns;
    if (x < 0)
        x += 1;
    bool lower = x > 0.25 && x < 0.75;
    double y = lower ? x - 0.5 : x > 0.5 ? x - 1 : x;
    double square = y * y; /* y in quarter turns around 0 */
    double value = (1.0 - 16.0 * square) / (1.0 + 4.0 * square);
    return lower ? -value : value;
}

static double year_turn(int32_t day)
{
    return (double)(day % 36525) / 365.25;
}

static bool holiday(const struct scenario *scenario, int32_t day)
{
    for (size_t i = 0; i < scenario->holiday_count && scenario->holidays[i] <= day; i++)
        if (scenario->holidays[i] == day)
            return true;
    return false;
}

bool weather_free_day(const struct scenario *scenario, int32_t day)
{
    return (day + 3) % 7 >= 5 || holiday(scenario, day);
}

bool weather_travel_day(const struct scenario *scenario, int32_t day)
{
    bool tomorrow = weather_free_day(scenario, day + 1);
    return tomorrow && weather_free_day(scenario, day + 2) &&
           (holiday(scenario, day + 1) || holiday(scenario, day + 2));
}

int weather_cold_wave_begins(const struct scene *scene, int32_t day)
{
    struct civil civil = civil_of((int64_t)day * 86400);
    bool season = (civil.month == 11 && civil.day >= 15) || civil.month == 12 || civil.month <= 2 ||
                  (civil.month == 3 && civil.day <= 15);
    double rate = scene->scenario->cold_waves_per_month / 30.0;
    if (!season || !chance_is(scene->key, PURPOSE_COLD_WAVE, day, rate))
        return 0;
    return 2 + (int)(chance_bits(scene->key, PURPOSE_COLD_WAVE, day) % (COLD_WAVE_DAYS_MAX - 1));
}

static bool cold_wave(const struct scene *scene, int32_t day)
{
    for (int32_t back = 0; back < COLD_WAVE_DAYS_MAX; back++)
        if (weather_cold_wave_begins(scene, day - back) > back)
            return true;
    return false;
}

static double day_celsius(const struct scene *scene, int32_t day)
{
    const struct scenario *s = scene->scenario;
    /* The coldest day is around 20 January. */
    double celsius = s->mean_celsius - s->swing_celsius * wave(year_turn(day) - 19 / 365.25);
    for (int32_t back = 0; back < 3; back++)
        celsius += 1.6 * chance_bell(scene->key, PURPOSE_WEATHER, day - back);
    return cold_wave(scene, day) ? celsius - COLD_WAVE_CELSIUS : celsius;
}

struct moment weather_moment(const struct scene *scene, int64_t at_s, const struct moment *before)
{
    struct moment m = {.at_s = at_s, .hour = (at_s - scene->start_s) / 3600};
    m.offset_s = zone_offset_s(scene->zone, at_s);
    int64_t local_s = at_s + m.offset_s;
    struct civil civil = civil_of(local_s);
    m.minute = (int32_t)(local_s / 60);
    m.day = m.minute / DAY_MINUTE;
    m.month = civil.year * 12 + civil.month - 1;
    m.month_day = civil.day;
    m.local_hour = civil.hour;
    m.weekday = civil.weekday;
    m.day_begins = !before || before->day != m.day;
    if (m.day_begins) {
        m.free_day = weather_free_day(scene->scenario, m.day);
        m.morning_s = zone_day_start_s(scene->zone, m.day + 1) + (int64_t)8 * 3600;
    } else {
        m.free_day = before->free_day;
        m.morning_s = before->morning_s;
    }
    double part = (double)civil.hour / 24.0;
    m.day_celsius = day_celsius(scene, m.day);
    m.celsius = m.day_celsius + 4.0 * wave(part - 15.0 / 24.0);
    /* Days are 9.6 hours long at the winter solstice and 14.8 at the summer one (37 degrees). */
    double half_day = 6.1 - 1.3 * wave(year_turn(m.day) + 10 / 365.25);
    double from_noon = civil.hour < 12 ? 12.5 - civil.hour : (double)civil.hour - 12.0;
    double beyond = from_noon - half_day;
    m.night = beyond <= -0.75 ? 0 : beyond >= 0.75 ? 1 : (beyond + 0.75) / 1.5;
    double clouds = chance_unit(scene->key, PURPOSE_CLOUDS, m.day);
    double height = 1 - from_noon / half_day;
    m.sunshine = height <= 0 ? 0 : height * (2 - height) * (1 - 0.75 * clouds * clouds);
    return m;
}
