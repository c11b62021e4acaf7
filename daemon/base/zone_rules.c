/* SPDX-License-Identifier: Apache-2.0 */
#include "base/zone_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/zone.h"

#define HEADER_BYTES  44
#define COUNT_MAX     2000                  /* changes in a file; the real ones have below 300 */
#define OFFSET_S_MAX  (26 * 3600)           /* RFC 8536, 3.2 */
#define FILE_TIME_MIN (-(INT64_C(1) << 40)) /* tzdata's "since ever" is before that */
#define RULE_FROM     1970                  /* first year of a rule without listed changes */
#define RULE_YEARS    401                   /* a cycle, and the year that it began in */
#define RULE_HOUR_MAX 167                   /* RFC 8536, 3.3.1 */
#define DAY_S         86400

/* --- the footer: "CET-1CEST,M3.5.0,M10.5.0/3" --- */

struct rule_date {
    char kind; /* 'M' month.week.day, 'J' 1-365 without 29 February, 'N' 0-365 with it */
    int month, week, day;
    int32_t time_s;
};

struct rule {
    int32_t standard_s, summer_s; /* seconds east of UTC */
    bool has_summer;
    struct rule_date start, end; /* of summer time */
};

struct cursor {
    const char *at, *end;
    bool failed;
};

static bool take_char(struct cursor *cursor, char wanted)
{
    if (cursor->at == cursor->end || *cursor->at != wanted)
        return false;
    cursor->at++;
    return true;
}

static int take_number(struct cursor *cursor, int low, int high)
{
    const char *start = cursor->at;
    int value = 0;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' && value <= high)
        value = value * 10 + (*cursor->at++ - '0');
    if (cursor->at == start || value < low || value > high)
        cursor->failed = true;
    return value;
}

/* [+-]hh[:mm[:ss]] */
static int32_t take_time(struct cursor *cursor, int hours_max)
{
    bool negative = take_char(cursor, '-');
    if (!negative)
        (void)take_char(cursor, '+');
    int32_t seconds = take_number(cursor, 0, hours_max) * 3600;
    if (take_char(cursor, ':'))
        seconds += take_number(cursor, 0, 59) * 60;
    if (take_char(cursor, ':'))
        seconds += take_number(cursor, 0, 59);
    return negative ? -seconds : seconds;
}

/* "KST" or "<+09>" */
static void take_name(struct cursor *cursor)
{
    const char *start = cursor->at;
    if (take_char(cursor, '<')) {
        while (cursor->at < cursor->end && *cursor->at != '>')
            cursor->at++;
        if (!take_char(cursor, '>'))
            cursor->failed = true;
        return;
    }
    while (cursor->at < cursor->end && ((*cursor->at | 32) >= 'a' && (*cursor->at | 32) <= 'z'))
        cursor->at++;
    if (cursor->at - start < 3)
        cursor->failed = true;
}

static struct rule_date take_date(struct cursor *cursor)
{
    struct rule_date date = {.kind = 'N', .time_s = 2 * 3600};
    if (!take_char(cursor, ','))
        cursor->failed = true;
    if (take_char(cursor, 'M')) {
        date.kind = 'M';
        date.month = take_number(cursor, 1, 12);
        cursor->failed |= !take_char(cursor, '.');
        date.week = take_number(cursor, 1, 5);
        cursor->failed |= !take_char(cursor, '.');
        date.day = take_number(cursor, 0, 6);
    } else if (take_char(cursor, 'J')) {
        date.kind = 'J';
        date.day = take_number(cursor, 1, 365);
    } else {
        date.day = take_number(cursor, 0, 365);
    }
    if (take_char(cursor, '/'))
        date.time_s = take_time(cursor, RULE_HOUR_MAX);
    return date;
}

static bool rule_parse(struct text footer, struct rule *out)
{
    struct cursor cursor = {footer.at, footer.at + footer.bytes, false};
    struct rule rule = {0};

    take_name(&cursor);
    rule.standard_s = -take_time(&cursor, 24);
    if (!cursor.failed && cursor.at < cursor.end) {
        rule.has_summer = true;
        take_name(&cursor);
        rule.summer_s = rule.standard_s + 3600;
        if (cursor.at < cursor.end && *cursor.at != ',')
            rule.summer_s = -take_time(&cursor, 24);
        rule.start = take_date(&cursor);
        rule.end = take_date(&cursor);
    }
    if (cursor.failed || cursor.at != cursor.end)
        return false;
    *out = rule;
    return true;
}

/* The rule's date in a year, as local seconds since 1970. */
static int64_t rule_local_s(const struct rule_date *date, int32_t year)
{
    int32_t day;
    if (date->kind == 'M') {
        int32_t first = civil_day(year, (unsigned)date->month, 1);
        int32_t next = date->month == 12 ? civil_day(year + 1, 1, 1)
                                         : civil_day(year, (unsigned)date->month + 1, 1);
        int32_t weekday = ((first + 4) % 7 + 7) % 7; /* 0 Sunday, as the rule counts */
        day = first + (date->day - weekday + 7) % 7 + (date->week - 1) * 7;
        if (day >= next)
            day -= 7;
    } else if (date->kind == 'J') {
        bool leap = civil_day(year, 3, 1) - civil_day(year, 2, 28) == 2;
        day = civil_day(year, 1, 1) + date->day - 1 + (leap && date->day >= 60);
    } else {
        day = civil_day(year, 1, 1) + date->day;
    }
    return (int64_t)day * DAY_S + date->time_s;
}

/* --- the table --- */

static void add_change(struct zone_rules *rules, int64_t at_s, int32_t offset_s)
{
    rules->changes[rules->count++] = (struct zone_change){at_s, offset_s};
}

static int by_time(const void *left, const void *right)
{
    const struct zone_change *a = left, *b = right;
    return (a->at_s > b->at_s) - (a->at_s < b->at_s);
}

/* Appends what the rule changes after the last listed change. */
static void add_rule(struct zone_rules *rules, const struct rule *rule)
{
    int64_t after = rules->count ? rules->changes[rules->count - 1].at_s : INT64_MIN;
    int32_t year = rules->count ? civil_of(after).year : RULE_FROM;
    size_t listed = rules->count;

    if (!rule->has_summer)
        return;
    if (year < RULE_FROM)
        year = RULE_FROM;
    rules->changes =
        memory_grow(rules->changes, (listed + 2 * (RULE_YEARS + 1)) * sizeof *rules->changes);
    for (int32_t last = year + RULE_YEARS; year <= last; year++) {
        int64_t start = rule_local_s(&rule->start, year) - rule->standard_s;
        int64_t end = rule_local_s(&rule->end, year) - rule->summer_s;
        if (start > after)
            add_change(rules, start, rule->summer_s);
        if (end > after)
            add_change(rules, end, rule->standard_s);
    }
    /* South of the equator summer ends before it starts. */
    qsort(rules->changes + listed, rules->count - listed, sizeof *rules->changes, by_time);
    rules->cyclic = true;
}

/* --- the file --- */

struct header {
    int version;
    uint32_t isut, isstd, leap, times, types, chars;
};

static uint32_t big_endian_32(const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;
    return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

static int64_t big_endian_time(const char *at, size_t bytes)
{
    if (bytes == 4)
        return (int32_t)big_endian_32(at);
    return (int64_t)((uint64_t)big_endian_32(at) << 32 | big_endian_32(at + 4));
}

static bool header_parse(struct text from, struct header *out)
{
    if (from.bytes < HEADER_BYTES || memcmp(from.at, "TZif", 4) != 0)
        return false;
    *out = (struct header){
        .version = from.at[4] ? from.at[4] - '0' : 1,
        .isut = big_endian_32(from.at + 20),
        .isstd = big_endian_32(from.at + 24),
        .leap = big_endian_32(from.at + 28),
        .times = big_endian_32(from.at + 32),
        .types = big_endian_32(from.at + 36),
        .chars = big_endian_32(from.at + 40),
    };
    return out->isut <= COUNT_MAX && out->isstd <= COUNT_MAX && out->leap <= COUNT_MAX &&
           out->times <= COUNT_MAX && out->types <= 256 && out->chars <= COUNT_MAX;
}

static size_t body_bytes(const struct header *header, size_t time_bytes)
{
    return header->times * (time_bytes + 1) + header->types * 6 + header->chars +
           header->leap * (time_bytes + 4) + header->isstd + header->isut;
}

/* The listed changes; false when they contradict each other or the header. */
static bool read_changes(const char *body, const struct header *header, size_t time_bytes,
                         struct zone_rules *rules)
{
    const char *indices = body + header->times * time_bytes;
    const char *types = indices + header->times;

    if (header->types == 0 || header->leap != 0)
        return false;
    for (uint32_t i = 0; i < header->types; i++) {
        int32_t offset = (int32_t)big_endian_32(types + (size_t)i * 6);
        if (offset < -OFFSET_S_MAX || offset > OFFSET_S_MAX)
            return false;
    }
    rules->first_offset_s = (int32_t)big_endian_32(types);
    rules->changes = memory_get(header->times * sizeof *rules->changes);
    for (uint32_t i = 0; i < header->times; i++) {
        unsigned type = (unsigned char)indices[i];
        int64_t at = big_endian_time(body + i * time_bytes, time_bytes);
        if (type >= header->types || (rules->count && at <= rules->changes[rules->count - 1].at_s))
            return false;
        int32_t offset = (int32_t)big_endian_32(types + (size_t)type * 6);
        if (at < FILE_TIME_MIN && rules->count == 0) {
            rules->first_offset_s = offset;
            continue;
        }
        add_change(rules, at, offset);
    }
    return true;
}

/* The footer behind the second body: a line feed, the rule, a line feed. */
static bool read_footer(struct text rest, struct zone_rules *rules)
{
    struct rule rule;
    const char *end = rest.bytes > 1 ? memchr(rest.at + 1, '\n', rest.bytes - 1) : NULL;
    if (!end || rest.at[0] != '\n')
        return false;
    if (end == rest.at + 1)
        return true; /* no rule: the last offset stays */
    if (!rule_parse((struct text){rest.at + 1, (size_t)(end - rest.at) - 1}, &rule))
        return false;
    if (rules->count == 0 && !rule.has_summer)
        rules->first_offset_s = rule.standard_s;
    add_rule(rules, &rule);
    return true;
}

enum err zone_rules_parse(struct text tzif, struct zone_rules *out)
{
    struct zone_rules rules = {0};
    struct header header;
    size_t time_bytes = 4;

    if (!header_parse(tzif, &header))
        return ERR_CORRUPT;
    if (header.version >= 2) { /* the same again, with 64-bit times and a footer */
        size_t skip = HEADER_BYTES + body_bytes(&header, 4);
        if (skip > tzif.bytes)
            return ERR_CORRUPT;
        tzif = (struct text){tzif.at + skip, tzif.bytes - skip};
        time_bytes = 8;
        if (!header_parse(tzif, &header))
            return ERR_CORRUPT;
    }
    size_t body = body_bytes(&header, time_bytes);
    if (body > tzif.bytes - HEADER_BYTES)
        return ERR_CORRUPT;
    struct text rest = {tzif.at + HEADER_BYTES + body, tzif.bytes - HEADER_BYTES - body};
    if (!read_changes(tzif.at + HEADER_BYTES, &header, time_bytes, &rules) ||
        (time_bytes == 8 && !read_footer(rest, &rules))) {
        zone_rules_done(&rules);
        return ERR_CORRUPT;
    }
    *out = rules;
    return ERR_OK;
}

void zone_rules_done(struct zone_rules *rules)
{
    free(rules->changes);
    *rules = (struct zone_rules){0};
}
