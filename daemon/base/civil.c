/* SPDX-License-Identifier: Apache-2.0
 *
 * The calendar and the text of times. time_parse stands in the hot path of every reading: fixed
 * columns, no loop but the fraction's.
 */
#include "base/zone.h"

#include <string.h>

#define DAY_S     86400
#define TIME_MIN  INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define TIME_MAX  INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define DATE_TEXT 10                    /* bytes of "2026-01-25" */

static int64_t floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

int32_t civil_day(int32_t year, unsigned month, unsigned day)
{
    /* Years begin in March, so that the leap day is the last one. */
    int32_t shifted = year - (month <= 2);
    int32_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int32_t year_of_era = shifted - era * 400;
    int32_t day_of_year =
        (153 * ((int32_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int32_t)day - 1;
    int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int64_t within(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

struct civil civil_of(int64_t local_s)
{
    /* Beyond the calendar's ends it stands still: no caller has to fear a wild time. */
    local_s = within(local_s, TIME_MIN, TIME_MAX);
    int32_t day = (int32_t)floor_divide(local_s, DAY_S);
    int32_t second = (int32_t)(local_s - (int64_t)day * DAY_S);
    int32_t from_march = day + 719468; /* since 0000-03-01; not negative after TIME_MIN */
    int32_t era = from_march / 146097;
    int32_t day_of_era = from_march - era * 146097;
    int32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int32_t month = (5 * day_of_year + 2) / 153; /* 0 March .. 11 February */
    return (struct civil){
        .year = year_of_era + era * 400 + (month >= 10),
        .month = (uint8_t)(month < 10 ? month + 3 : month - 9),
        .day = (uint8_t)(day_of_year - (153 * month + 2) / 5 + 1),
        .hour = (uint8_t)(second / 3600),
        .minute = (uint8_t)(second / 60 % 60),
        .second = (uint8_t)(second % 60),
        .weekday = (uint8_t)local_weekday(day),
    };
}

/* Two digits, or something above 99. */
static inline unsigned two_digits(const char *at)
{
    unsigned tens = (unsigned)(unsigned char)at[0] - '0';
    unsigned ones = (unsigned)(unsigned char)at[1] - '0';
    return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}

/* The date in ten bytes at `at`; false when it is none. */
static bool parse_day(const char *at, int32_t *out_day)
{
    static const uint8_t days_of[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned century = two_digits(at), rest = two_digits(at + 2);
    unsigned month = two_digits(at + 5), day = two_digits(at + 8);
    if (century > 99 || rest > 99 || at[4] != '-' || at[7] != '-' || month < 1 || month > 12)
        return false;
    unsigned year = century * 100 + rest;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (year < 1 || day < 1 || day > days_of[month] + (unsigned)(leap && month == 2))
        return false;
    *out_day = civil_day((int32_t)year, month, day);
    return true;
}

enum err date_parse(struct text from, int32_t *out_day)
{
    return from.bytes == DATE_TEXT && parse_day(from.at, out_day) ? ERR_OK : ERR_INVALID;
}

/* ".123456" at `at` gives 123 and moves on behind it; a point without digits gives -1. */
static int parse_fraction(const char **at, const char *end)
{
    const char *digit = *at + 1;
    int ms = 0, place = 100;
    for (; digit < end && *digit >= '0' && *digit <= '9'; digit++) {
        ms += (*digit - '0') * place;
        place /= 10;
    }
    if (digit == *at + 1)
        return -1;
    *at = digit;
    return ms;
}

/* What is left must be "Z" or "+09:00". */
static bool parse_offset(const char *at, size_t bytes, int32_t *out_s)
{
    if (bytes == 6 && (at[0] == '+' || at[0] == '-') && at[3] == ':') {
        unsigned hours = two_digits(at + 1), minutes = two_digits(at + 4);
        int32_t offset = (int32_t)(hours * 3600 + minutes * 60);
        *out_s = at[0] == '-' ? -offset : offset;
        return hours <= 23 && minutes <= 59;
    }
    *out_s = 0;
    return bytes == 1 && (*at == 'Z' || *at == 'z');
}

enum err time_parse(struct text from, int64_t *out_ms, bool *has_offset)
{
    const char *at = from.at, *end = from.at + from.bytes;
    int32_t day, offset_s;
    int ms = 0;

    *has_offset = true;
    if (from.bytes < sizeof "2026-01-15T13:00:00" - 1 || !parse_day(at, &day) ||
        (at[10] != 'T' && at[10] != 't') || at[13] != ':' || at[16] != ':')
        return ERR_INVALID;
    unsigned hour = two_digits(at + 11), minute = two_digits(at + 14), second = two_digits(at + 17);
    if (hour > 23 || minute > 59 || second > 60)
        return ERR_INVALID;
    at += 19;
    if (at < end && *at == '.' && (ms = parse_fraction(&at, end)) < 0)
        return ERR_INVALID;
    if (second == 60) { /* a leap second: the last moment of the one before */
        second = 59;
        ms = 999;
    }
    if (at == end) {
        *has_offset = false;
        return ERR_INVALID;
    }
    if (!parse_offset(at, (size_t)(end - at), &offset_s))
        return ERR_INVALID;
    int64_t s = (int64_t)day * DAY_S + (int64_t)(hour * 3600 + minute * 60 + second) - offset_s;
    *out_ms = s * 1000 + ms;
    return ERR_OK;
}

static char *put_digits(char *at, unsigned value, int digits)
{
    for (int i = digits; i-- > 0; value /= 10)
        at[i] = (char)('0' + value % 10);
    return at + digits;
}

static char *put_date(char *at, struct civil civil)
{
    at = put_digits(at, (unsigned)civil.year, 4);
    *at++ = '-';
    at = put_digits(at, civil.month, 2);
    *at++ = '-';
    return put_digits(at, civil.day, 2);
}

char *time_format(int64_t at_s, int32_t offset_s, char out[TIME_TEXT_MAX])
{
    /* RFC 3339 has no seconds in an offset: local mean times of old give up theirs. */
    int32_t offset_minutes = (int32_t)within(offset_s / 60, -1439, 1439);
    struct civil civil = civil_of(within(at_s, TIME_MIN, TIME_MAX) + (int64_t)offset_minutes * 60);
    unsigned size = (unsigned)(offset_minutes < 0 ? -offset_minutes : offset_minutes);
    char *at = put_date(out, civil);
    *at++ = 'T';
    at = put_digits(at, civil.hour, 2);
    *at++ = ':';
    at = put_digits(at, civil.minute, 2);
    *at++ = ':';
    at = put_digits(at, civil.second, 2);
    if (size == 0) {
        *at++ = 'Z';
    } else {
        *at++ = offset_minutes < 0 ? '-' : '+';
        at = put_digits(at, size / 60, 2);
        *at++ = ':';
        at = put_digits(at, size % 60, 2);
    }
    *at = '\0';
    return out;
}

char *date_format(int32_t day, char out[TIME_TEXT_MAX])
{
    *put_date(out, civil_of((int64_t)day * DAY_S)) = '\0';
    return out;
}

int32_t local_day(int64_t local_s)
{
    return (int32_t)floor_divide(local_s, DAY_S);
}

unsigned local_hour(int64_t local_s)
{
    return (unsigned)(floor_divide(local_s, 3600) - floor_divide(local_s, DAY_S) * 24);
}

unsigned local_weekday(int32_t day)
{
    int64_t since_monday = (day + INT64_C(3)) % 7; /* 1970-01-01 was a Thursday */
    return (unsigned)(since_monday < 0 ? since_monday + 7 : since_monday);
}
