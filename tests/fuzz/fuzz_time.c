/* SPDX-License-Identifier: Apache-2.0
 *
 * Any text as a time, a date and a zone's name, and any bytes as a zone's file. What is read is
 * written and read back; local days begin where the offsets say.
 */
#include <stdlib.h>

#include "base/zone.h"
#include "base/zone_rules.h"

#define HOURS_MAX_S (48 * 3600)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static void read_time(struct text text)
{
    int64_t at_ms, again_ms;
    bool has_offset;
    char written[TIME_TEXT_MAX];
    if (time_parse(text, &at_ms, &has_offset))
        return;
    expect(has_offset);
    int64_t at_s = (at_ms - ((at_ms % 1000) + 1000) % 1000) / 1000;
    struct text shown = text_of(time_format(at_s, 0, written));
    expect(time_parse(shown, &again_ms, &has_offset) || again_ms == at_s * 1000);
}

static void read_date(struct text text)
{
    int32_t day, again;
    char written[TIME_TEXT_MAX];
    if (date_parse(text, &day))
        return;
    struct civil civil = civil_of((int64_t)day * 86400);
    expect(civil_day(civil.year, civil.month, civil.day) == day);
    expect(!date_parse(text_of(date_format(day, written)), &again) && again == day);
}

static void read_zone(struct text text)
{
    static const int32_t days[] = {-30000, 0, 19000, 20467, 20480, 60000, 2000000};
    const struct zone *zone;
    if (zone_find(text, &zone))
        return;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        int64_t start = zone_day_start_s(zone, days[i]);
        int32_t offset = zone_offset_s(zone, start);
        expect(offset > -HOURS_MAX_S && offset < HOURS_MAX_S);
        expect(llabs(start - (int64_t)days[i] * 86400) < HOURS_MAX_S);
    }
}

static void read_rules(struct text text)
{
    struct zone_rules rules = {0};
    if (zone_rules_parse(text, &rules))
        return;
    for (size_t i = 1; i < rules.count; i++)
        expect(rules.changes[i - 1].at_s < rules.changes[i].at_s);
    expect(!rules.cyclic || rules.count > 0);
    zone_rules_done(&rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct text text = {bytes ? (const char *)data : "", bytes};
    read_time(text);
    read_date(text);
    read_zone(text);
    read_rules(text);
    return 0;
}
