/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is on duty. Begin and end of shifts are reckoned by one function, so that the end of one is
 * the beginning of the next on days of 23 and 25 hours, too.
 */
#include <string.h>

#include "base/zone.h"
#include "config/internal.h"

#define DAY_MIN (24 * 60)
#define DAY_S   86400

const char *roster_timezone(const struct config *config, const struct roster *roster)
{
    return roster->timezone[0] ? roster->timezone : config->settings.ingest.timezone;
}

static const struct zone *zone_of(const struct config *config, const struct roster *roster)
{
    const struct zone *zone = NULL;
    const char *name = roster_timezone(config, roster);
    return name[0] && !zone_find(text_of(name), &zone) ? zone : zone_utc();
}

/* The moment at which clocks there show this minute of the day, the first of two; one that a change
 * of the clocks leaves out lies within an hour of the change. */
static int64_t moment_s(const struct zone *zone, int32_t day, int minute)
{
    day += minute / DAY_MIN;
    minute %= DAY_MIN;
    int64_t local_s = (int64_t)day * DAY_S + (int64_t)minute * 60;
    int64_t guess_s = local_s - zone_offset_s(zone, zone_day_start_s(zone, day));
    return local_s - zone_offset_s(zone, guess_s);
}

static bool begins_on(const struct config *config, const struct roster *roster,
                      const struct roster_shift *shift, int32_t day)
{
    bool holidays = false;
    for (size_t i = 0; i < roster->shift_count; i++)
        holidays |= roster->shifts[i].days >> ROSTER_HOLIDAY & 1;
    unsigned bit = holidays && config_is_holiday(config, day) ? ROSTER_HOLIDAY : local_weekday(day);
    return !shift->days || shift->days >> bit & 1;
}

static struct duty duty_of(const struct config *config, const struct roster *roster, size_t index,
                           int32_t day)
{
    const struct zone *zone = zone_of(config, roster);
    const struct roster_shift *shift = &roster->shifts[index];
    return (struct duty){roster, shift, moment_s(zone, day, shift->from_min),
                         moment_s(zone, day, shift->to_min)};
}

bool roster_on(const struct config *config, const struct roster *roster, int64_t at_s,
               struct duty *out)
{
    int32_t today = local_day(zone_local_s(zone_of(config, roster), at_s));
    for (size_t i = 0; i < roster->shift_count; i++)
        for (int32_t day = today - 1; day <= today; day++) {
            struct duty duty = duty_of(config, roster, i, day);
            if (duty.from_s <= at_s && at_s < duty.until_s &&
                begins_on(config, roster, duty.shift, day)) {
                *out = duty;
                return true;
            }
        }
    return false;
}

bool roster_next(const struct config *config, const struct roster *roster, int64_t at_s,
                 struct duty *out)
{
    int32_t today = local_day(zone_local_s(zone_of(config, roster), at_s));
    bool found = false;
    for (int32_t day = today; day <= today + ROSTER_DAYS_AHEAD; day++)
        for (size_t i = 0; i < roster->shift_count; i++) {
            struct duty duty = duty_of(config, roster, i, day);
            if (duty.from_s > at_s && duty.from_s < duty.until_s &&
                begins_on(config, roster, duty.shift, day) &&
                (!found || duty.from_s < out->from_s)) {
                *out = duty;
                found = true;
            }
        }
    return found;
}

static bool covers(const struct roster *roster, enum team team, const char *area)
{
    if (roster->team != (int)team)
        return false;
    for (size_t i = 0; i < roster->area_count; i++)
        if (strcmp(roster->areas[i], area) == 0)
            return true;
    return roster->area_count == 0;
}

bool roster_duty_next(const struct config *config, enum team team, const char *area, int64_t at_s,
                      size_t *after, struct duty *out)
{
    while (*after < config->roster_count) {
        const struct roster *roster = &config->rosters[(*after)++];
        if (covers(roster, team, area) && roster_on(config, roster, at_s, out))
            return true;
    }
    return false;
}

bool roster_duty(const struct config *config, enum team team, const char *area, int64_t at_s,
                 struct duty *out)
{
    size_t after = 0;
    return roster_duty_next(config, team, area, at_s, &after, out);
}
