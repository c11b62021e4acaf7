/* SPDX-License-Identifier: Apache-2.0 */
#include "household/quiet.h"

#include <string.h>

#define MONTH_HOURS 730 /* twelve of them are a year */
#define AWAY_HOURS  24

static int32_t month_of(int32_t hour)
{
    return hour / MONTH_HOURS;
}

static void count_away(struct record_quiet *quiet, int32_t hour)
{
    int32_t month = month_of(hour);
    if (quiet->month < 0 || quiet->month > month || month - quiet->month >= QUIET_MONTHS)
        memset(quiet->away, 0, sizeof quiet->away);
    else
        for (int32_t m = quiet->month + 1; m <= month; m++)
            quiet->away[m % QUIET_MONTHS] = 0;
    quiet->month = month;
    uint8_t *times = &quiet->away[month % QUIET_MONTHS];
    if (*times < UINT8_MAX)
        ++*times;
}

void quiet_hour(struct record_quiet *quiet, int32_t hour, bool awake)
{
    if (hour < 0)
        return;
    if (hour > quiet->hour) {
        quiet->hour = hour;
        if (quiet->now < UINT16_MAX && !awake)
            quiet->now++;
    }
    if (!awake)
        return;
    if (quiet->now > quiet->longest)
        quiet->longest = quiet->now;
    if (quiet->now >= AWAY_HOURS)
        count_away(quiet, quiet->hour);
    quiet->now = 0;
}

int quiet_away(const struct record_quiet *quiet, int32_t hour)
{
    int times = 0;
    for (int64_t m = month_of(hour) - QUIET_MONTHS + 1; m <= month_of(hour); m++)
        if (m >= 0 && m > (int64_t)quiet->month - QUIET_MONTHS && m <= quiet->month)
            times += quiet->away[m % QUIET_MONTHS];
    return times;
}
