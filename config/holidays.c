/* SPDX-License-Identifier: Apache-2.0
 *
 * Public holidays: of every year ("12-25"), or of one ("2026-09-25").
 */
#include <stdio.h>
#include <string.h>

#include "base/zone.h"
#include "config/internal.h"

#define YEAR_BYTES 4

static bool is_leap(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool holiday_parse(struct text from, struct holiday *out)
{
    *out = (struct holiday){0};
    if (from.bytes <= YEAR_BYTES || from.at[YEAR_BYTES] != '-')
        return month_day_parse(from, &out->month_day);
    for (size_t i = 0; i < YEAR_BYTES; i++) {
        if (from.at[i] < '0' || from.at[i] > '9')
            return false;
        out->year = out->year * 10 + (unsigned)(from.at[i] - '0');
    }
    struct text rest = {from.at + YEAR_BYTES + 1, from.bytes - YEAR_BYTES - 1};
    return out->year > 0 && month_day_parse(rest, &out->month_day) &&
           (out->month_day != 229 || is_leap(out->year));
}

void load_holidays(struct load *load, const struct tree *node)
{
    struct config *config = load->config;
    if (!load_expect(load, node, TREE_LIST, "holidays"))
        return;
    for (const struct tree *item = node->first; item; item = item->next) {
        char word[QUOTED_MAX];
        struct place place = {{ORIGIN_FILE, item->line, item->column}, "holidays"};
        struct holiday holiday;
        if (config->holiday_count == CONFIG_HOLIDAYS_MAX) {
            load_problem(load, &place, "there are more than %d days", CONFIG_HOLIDAYS_MAX);
            return;
        }
        if (!load_expect(load, item, TREE_SCALAR, "holidays"))
            continue;
        if (!holiday_parse(item->text, &holiday)) {
            load_problem(load, &place,
                         "'%s' is no day (month-day, as 12-25, or year-month-day, as 2026-09-25)",
                         quoted(item->text, word));
            continue;
        }
        config->holiday_from[config->holiday_count] = place.origin;
        config->holidays[config->holiday_count++] = holiday;
    }
}

bool config_is_holiday(const struct config *config, int32_t day)
{
    if (!config->holiday_count)
        return false;
    struct civil civil = civil_of(day * INT64_C(86400));
    unsigned year = (unsigned)civil.year, month_day = civil.month * 100u + civil.day;
    for (size_t i = 0; i < config->holiday_count; i++)
        if (config->holidays[i].month_day == month_day &&
            (!config->holidays[i].year || config->holidays[i].year == year))
            return true;
    return false;
}
