/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/say.h"

#include <stdbool.h>
#include <string.h>

#define DAY_S      86400
#define FAR_DAYS   300 /* from here on a date without its year could be taken for another */
#define WEEKDAYS   7
#define MOMENT_MAX 253402300799 /* 9999-12-31 23:59:59 */

static const char *const weekday_names[WEEKDAYS] = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
};
static const char *const month_names[12] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December",
};

/* Text in the making, in the caller's SAY_MAX bytes; what does not fit is cut. */
struct saying {
    char *out;
    size_t used;
};

static struct saying begin(char *out)
{
    out[0] = '\0';
    return (struct saying){out, 0};
}

static void add_char(struct saying *saying, char c)
{
    if (saying->used + 1 >= SAY_MAX)
        return;
    saying->out[saying->used++] = c;
    saying->out[saying->used] = '\0';
}

static void add(struct saying *saying, const char *text)
{
    while (*text)
        add_char(saying, *text++);
}

/* Digits of n, at least `width`; in groups of three when `grouped`. */
static void add_number(struct saying *saying, uint64_t n, unsigned width, bool grouped)
{
    char digits[20];
    unsigned count = 0;
    do {
        digits[count++] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0 && count < sizeof digits);
    while (count < width && count < sizeof digits)
        digits[count++] = '0';
    while (count > 0) {
        add_char(saying, digits[--count]);
        if (grouped && count > 0 && count % 3 == 0)
            add_char(saying, ',');
    }
}

/* Writes the sign, returns the magnitude; INT64_MIN has no positive twin in int64_t. */
static uint64_t add_sign(struct saying *saying, int64_t n)
{
    if (n >= 0)
        return (uint64_t)n;
    add_char(saying, '-');
    return 0 - (uint64_t)n;
}

char *say_count(int64_t count, char out[SAY_MAX])
{
    struct saying saying = begin(out);
    uint64_t n = add_sign(&saying, count);
    add_number(&saying, n, 1, true);
    return out;
}

char *say_counted(int64_t count, const char *noun, char out[SAY_MAX])
{
    struct saying saying = begin(out);
    uint64_t n = add_sign(&saying, count);
    add_number(&saying, n, 1, true);
    add_char(&saying, ' ');
    add(&saying, noun);
    if (n != 1)
        add_char(&saying, 's');
    return out;
}

char *say_amount(int64_t minor, const char *currency, char out[SAY_MAX])
{
    struct saying saying = begin(out);
    uint64_t n = add_sign(&saying, minor);
    add_number(&saying, n / 100, 1, true);
    if (n % 100) {
        add_char(&saying, '.');
        add_number(&saying, n % 100, 2, false);
    }
    if (currency && currency[0]) {
        add_char(&saying, ' ');
        add(&saying, currency);
    }
    return out;
}

char *say_use(enum utility utility, int64_t milli, char out[SAY_MAX])
{
    struct saying saying = begin(out);
    uint64_t n = milli > 0 ? (uint64_t)milli : 0;
    if (utility == UTILITY_ELECTRICITY) {
        uint64_t tenths = n / 100000 + (n % 100000 >= 50000);
        add_number(&saying, tenths / 10, 1, true);
        add_char(&saying, '.');
        add_number(&saying, tenths % 10, 1, false);
        add(&saying, " kWh");
    } else if (utility == UTILITY_WATER) {
        add_number(&saying, n / 1000 + (n % 1000 >= 500), 1, true);
        add(&saying, " L");
    }
    return out;
}

char *say_span(int64_t seconds, char out[SAY_MAX])
{
    if (seconds < 0)
        seconds = 0;
    if (seconds < 90 * 60)
        return say_counted(seconds / 60, "minute", out);
    if (seconds < 3 * DAY_S)
        return say_counted(seconds / 3600, "hour", out);
    return say_counted(seconds / DAY_S, "day", out);
}

struct date {
    int64_t year;
    unsigned month, day; /* from 1 */
};

/* H. Hinnant, "chrono-compatible low-level date algorithms": eras of 400 years from 1 March. */
static struct date date_of(int64_t day)
{
    int64_t shifted = day + 719468; /* days since 0000-03-01 */
    int64_t era = shifted / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153; /* 0 March */
    struct date date = {
        .year = year + era * 400 + (month >= 10),
        .month = (unsigned)(month < 10 ? month + 3 : month - 9),
        .day = (unsigned)(of_year - (153 * month + 2) / 5 + 1),
    };
    return date;
}

static int64_t within(int64_t n, int64_t most)
{
    return n < 0 ? 0 : n > most ? most : n;
}

/* Seconds of local time, kept between 1970 and years of four digits. */
static int64_t local_of(int64_t at_s, int32_t utc_offset_s)
{
    return within(within(at_s, MOMENT_MAX) + utc_offset_s, MOMENT_MAX);
}

static void add_date(struct saying *saying, int64_t day, int64_t today)
{
    struct date date = date_of(day);
    add_number(saying, date.day, 1, false);
    add_char(saying, ' ');
    add(saying, month_names[date.month - 1]);
    if (today - day > FAR_DAYS || day - today > FAR_DAYS) {
        add_char(saying, ' ');
        add_number(saying, (uint64_t)date.year, 4, false);
    }
}

/* A weekday's name says which day only within the week behind us. */
static void add_day(struct saying *saying, int64_t day, int64_t today)
{
    if (day <= today && today - day < WEEKDAYS)
        add(saying, weekday_names[(day + 3) % WEEKDAYS]); /* 1970-01-01: Thursday */
    else
        add_date(saying, day, today);
}

char *say_time(int64_t at_s, int64_t now_s, int32_t utc_offset_s, char out[SAY_MAX])
{
    struct saying saying = begin(out);
    int64_t local = local_of(at_s, utc_offset_s);
    int64_t day = local / DAY_S;
    int64_t minute = (local - day * DAY_S) / 60;
    add_day(&saying, day, local_of(now_s, utc_offset_s) / DAY_S);
    add_char(&saying, ' ');
    add_number(&saying, (uint64_t)minute / 60, 2, false);
    add_char(&saying, ':');
    add_number(&saying, (uint64_t)minute % 60, 2, false);
    return out;
}

char *say_date(int64_t at_s, int64_t now_s, int32_t utc_offset_s, char out[SAY_MAX])
{
    struct saying saying = begin(out);
    add_date(&saying, local_of(at_s, utc_offset_s) / DAY_S, local_of(now_s, utc_offset_s) / DAY_S);
    return out;
}

char *say_day(int32_t day, int32_t today, char out[SAY_MAX])
{
    struct saying saying = begin(out);
    add_day(&saying, within(day, MOMENT_MAX / DAY_S), today);
    return out;
}

char *say_utilities(uint32_t mask, char out[SAY_MAX])
{
    struct saying saying = begin(out);
    unsigned left = 0;
    for (unsigned u = 0; u < UTILITY_COUNT; u++)
        left += mask >> u & 1;
    for (unsigned u = 0, said = 0; u < UTILITY_COUNT; u++) {
        if (!(mask >> u & 1))
            continue;
        if (said > 0)
            add(&saying, left == 1 ? " and " : ", ");
        add(&saying, utility_names[u]);
        said++;
        left--;
    }
    return out;
}

void say_add(char *out, size_t out_bytes, const char *text)
{
    size_t used = strlen(out), more = strlen(text);
    if (used + 1 >= out_bytes)
        return;
    if (more > out_bytes - used - 1)
        more = out_bytes - used - 1;
    memcpy(out + used, text, more);
    out[used + more] = '\0';
}

char *say_capital(char *text)
{
    if (text[0] >= 'a' && text[0] <= 'z')
        text[0] = (char)(text[0] - 'a' + 'A');
    return text;
}
