/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/zone.h"
#include "base/zone_rules.h"

#define SEED 20260115U

static const struct zone *zone(const char *name)
{
    const struct zone *out = NULL;
    ck_assert_msg(zone_find(text_of(name), &out) == ERR_OK, "no zone %s", name);
    return out;
}

static int64_t at(const char *text)
{
    int64_t ms;
    bool has_offset;
    ck_assert_msg(time_parse(text_of(text), &ms, &has_offset) == ERR_OK, "no time: %s", text);
    return ms / 1000;
}

static int32_t day(const char *text)
{
    int32_t out;
    ck_assert_msg(date_parse(text_of(text), &out) == ERR_OK, "no date: %s", text);
    return out;
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state;
}

START_TEST(a_time_is_read_to_the_millisecond)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01t00:00:00z", 0},
        {"2026-01-15T13:00:00+09:00", INT64_C(1768449600000)},
        {"2026-01-15T04:00:00.5Z", INT64_C(1768449600500)},
        {"2026-01-15T04:00:00.123999Z", INT64_C(1768449600123)},
        {"2026-01-14T23:30:00-04:30", INT64_C(1768449600000)},
        {"2026-01-15T04:00:00.000000000000000000000000000000000001+00:00", INT64_C(1768449600000)},
        {"2016-12-31T23:59:60Z", INT64_C(1483228799999)},
        {"2024-02-29T00:00:00Z", INT64_C(1709164800000)},
        {"1969-12-31T23:59:59.250Z", -750},
        {"0001-01-01T00:00:00Z", INT64_C(-62135596800000)},
        {"9999-12-31T23:59:59Z", INT64_C(253402300799000)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = -1;
        bool has_offset = false;
        enum err err = time_parse(text_of(cases[i].text), &ms, &has_offset);
        ck_assert_msg(err == ERR_OK && has_offset, "%s", cases[i].text);
        ck_assert_msg(ms == cases[i].ms, "%s is %" PRId64, cases[i].text, ms);
    }
}
END_TEST

START_TEST(a_time_that_is_none_is_refused)
{
    static const char *const cases[] = {
        "",
        "2026",
        "2026-01-15",
        "2026-01-15T13:00Z",
        "2026-01-15 13:00:00Z",
        "2026-01-15T24:00:00Z",
        "2026-01-15T13:60:00Z",
        "2026-01-15T13:00:61Z",
        "2026-02-30T13:00:00Z",
        "2025-02-29T13:00:00Z",
        "2100-02-29T13:00:00Z",
        "2026-13-01T13:00:00Z",
        "2026-00-01T13:00:00Z",
        "2026-01-00T13:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-01-15T13:00:00.Z",
        "2026-01-15T13:00:00+0900",
        "2026-01-15T13:00:00+9:00",
        "2026-01-15T13:00:00+24:00",
        "2026-01-15T13:00:00+09:60",
        "2026-01-15T13:00:00+09:00 ",
        "2026-01-15T13:00:00ZZ",
        "2026-01-15T13:00:00Z+09:00",
        "-026-01-15T13:00:00Z",
        "2026-01-15T13:-1:00Z",
        "2026/01/15T13:00:00Z",
        "20260115T130000Z",
        "1768449600",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = 7;
        bool has_offset = false;
        ck_assert_msg(time_parse(text_of(cases[i]), &ms, &has_offset) == ERR_INVALID, "%s",
                      cases[i]);
        ck_assert_msg(has_offset, "%s only lacks an offset?", cases[i]);
        ck_assert_int_eq(ms, 7);
    }
}
END_TEST

START_TEST(a_time_without_an_offset_is_told_from_nonsense)
{
    static const char *const cases[] = {"2026-01-15T13:00:00", "2026-01-15T13:00:00.25"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms;
        bool has_offset = true;
        ck_assert_int_eq(time_parse(text_of(cases[i]), &ms, &has_offset), ERR_INVALID);
        ck_assert(!has_offset);
    }
}
END_TEST

START_TEST(what_is_formatted_is_read_back)
{
    uint32_t state = SEED;
    char text[TIME_TEXT_MAX];
    for (int i = 0; i < 20000; i++) {
        int64_t span = at("9998-01-01T00:00:00Z") - at("0002-01-01T00:00:00Z");
        int64_t random = (int64_t)((uint64_t)next_random(&state) << 32 | next_random(&state));
        int64_t when = at("0002-01-01T00:00:00Z") + llabs(random % span);
        int32_t offset = ((int32_t)(next_random(&state) % 105) - 52) * 900;
        ck_assert_msg(at(time_format(when, offset, text)) == when, "seed %u: %s", SEED, text);
    }
    ck_assert_str_eq(time_format(1768449600, 32400, text), "2026-01-15T13:00:00+09:00");
    ck_assert_str_eq(time_format(1768449600, -16200, text), "2026-01-14T23:30:00-04:30");
    ck_assert_str_eq(time_format(1768449600, 0, text), "2026-01-15T04:00:00Z");
    ck_assert_str_eq(date_format(day("2026-01-25"), text), "2026-01-25");
    /* Wild numbers give some text, never an overrun. */
    ck_assert_uint_lt(strlen(time_format(INT64_MAX, INT32_MAX, text)), TIME_TEXT_MAX);
    ck_assert_uint_lt(strlen(time_format(INT64_MIN, INT32_MIN, text)), TIME_TEXT_MAX);
    ck_assert_uint_lt(strlen(date_format(INT32_MIN, text)), TIME_TEXT_MAX);
}
END_TEST

START_TEST(the_calendar_agrees_with_counting_days)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t expected = civil_day(1, 1, 1);
    ck_assert_int_eq(expected, -719162);
    for (int year = 1; year < 2500; year++) {
        bool leap = year % 4 == 0 && (year % 100 || year % 400 == 0);
        for (int month = 1; month <= 12; month++)
            for (int d = 1; d <= lengths[month - 1] + (month == 2 && leap); d++, expected++) {
                int64_t last_s = (int64_t)expected * 86400 + 86399;
                struct civil civil = civil_of(last_s);
                /* One look a day: each assertion of check is a message to its parent. */
                if (civil_day(year, (unsigned)month, (unsigned)d) == expected &&
                    civil.year == year && (int)civil.month == month && (int)civil.day == d &&
                    civil.hour * 10000 + civil.minute * 100 + civil.second == 235959 &&
                    (int)civil.weekday == ((expected + 3) % 7 + 7) % 7 &&
                    local_day(last_s) == expected)
                    continue;
                ck_abort_msg("%04d-%02d-%02d is not day %d", year, month, d, (int)expected);
            }
    }
    for (int hour = -48; hour < 48; hour++) { /* before 1970, too */
        ck_assert_uint_eq(local_hour(hour * 3600L + 3599), (unsigned)(hour + 48) % 24);
        ck_assert_uint_eq(local_hour(hour * 3600L), civil_of(hour * 3600L).hour);
    }
    ck_assert_int_eq(civil_of(at("2026-01-15T00:00:00Z")).weekday, 3); /* a Thursday */
}
END_TEST

START_TEST(dates_are_strict)
{
    int32_t out = 7;
    ck_assert_int_eq(date_parse(TEXT("2026-1-25"), &out), ERR_INVALID);
    ck_assert_int_eq(date_parse(TEXT("2026-01-25T"), &out), ERR_INVALID);
    ck_assert_int_eq(date_parse(TEXT("2026-04-31"), &out), ERR_INVALID);
    ck_assert_int_eq(date_parse(TEXT(""), &out), ERR_INVALID);
    ck_assert_int_eq(out, 7);
}
END_TEST

/* libc knows one zone at a time, and each test runs in a process of its own. */
static void compare_with_libc(const char *name)
{
    ck_assert_int_eq(setenv("TZ", name, 1), 0);
    tzset();
    const struct zone *ours = zone(name);
    uint32_t state = SEED;
    for (int i = 0; i < 4000; i++) {
        /* 1950 to 2180, and close to the hours when offsets change. */
        int64_t when = (int64_t)(next_random(&state) % 7258118400U) - 631152000 / 2;
        if (i % 2)
            when = when / 3600 * 3600 - (i % 4 == 1);
        time_t libc_time = (time_t)when;
        struct tm tm;
        ck_assert_ptr_nonnull(localtime_r(&libc_time, &tm));
        ck_assert_msg(tm.tm_gmtoff == zone_offset_s(ours, when), "%s at %" PRId64 ": %ld, %d", name,
                      when, (long)tm.tm_gmtoff, zone_offset_s(ours, when));
    }
}

static const char *const compared[] = {
    "Asia/Seoul",      "Asia/Taipei",         "Europe/Berlin",     "Europe/London",
    "America/Chicago", "America/Sao_Paulo",   "Australia/Sydney",  "Australia/Lord_Howe",
    "Europe/Dublin",   "America/St_Johns",    "Asia/Kathmandu",    "Africa/Casablanca",
    "Pacific/Apia",    "Pacific/Auckland",    "America/Nuuk",      "Asia/Gaza",
    "Africa/Cairo",    "Antarctica/Troll",    "Asia/Tehran",       "Pacific/Chatham",
    "America/Havana",  "America/Los_Angeles", "Pacific/Kiritimati"};

START_TEST(offsets_agree_with_libc)
{
    compare_with_libc(compared[_i]);
}
END_TEST

START_TEST(future_summers_follow_the_footer)
{
    const struct zone *berlin = zone("Europe/Berlin"), *chicago = zone("America/Chicago");
    ck_assert_int_eq(zone_offset_s(berlin, at("2026-03-29T00:59:59Z")), 3600);
    ck_assert_int_eq(zone_offset_s(berlin, at("2026-03-29T01:00:00Z")), 7200);
    ck_assert_int_eq(zone_offset_s(berlin, at("2031-10-26T00:59:59Z")), 7200);
    ck_assert_int_eq(zone_offset_s(berlin, at("2031-10-26T01:00:00Z")), 3600);
    ck_assert_int_eq(zone_offset_s(chicago, at("2027-07-01T00:00:00Z")), -5 * 3600);
    /* Far beyond the table the calendar repeats. */
    ck_assert_int_eq(zone_offset_s(berlin, at("2999-07-01T00:00:00Z")), 7200);
    ck_assert_int_eq(zone_offset_s(berlin, at("9999-01-01T00:00:00Z")), 3600);
    ck_assert_int_eq(zone_offset_s(berlin, INT64_MIN), zone_offset_s(berlin, -(INT64_C(1) << 40)));
    (void)zone_offset_s(berlin, INT64_MAX);
}
END_TEST

START_TEST(days_have_23_24_or_25_hours)
{
    static const struct {
        const char *zone, *day;
        int hours_x4;
    } cases[] = {
        {"Europe/Berlin", "2026-03-29", 92},      {"Europe/Berlin", "2026-10-25", 100},
        {"Europe/Berlin", "2026-10-26", 96},      {"Asia/Seoul", "2026-03-29", 96},
        {"Asia/Seoul", "1988-05-08", 92},         {"America/Chicago", "2026-03-08", 92},
        {"America/Chicago", "2026-11-01", 100},   {"Australia/Lord_Howe", "2026-04-05", 98},
        {"Pacific/Apia", "2011-12-30", 0},       /* a day that Samoa skipped */
        {"America/Sao_Paulo", "2018-11-04", 92}, /* the clocks went on at midnight */
        {"America/Sao_Paulo", "2018-02-17", 100}, {"Europe/Berlin", "2826-03-29", 92},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct zone *z = zone(cases[i].zone);
        int32_t d = day(cases[i].day);
        int64_t length = zone_day_start_s(z, d + 1) - zone_day_start_s(z, d);
        ck_assert_msg(length == cases[i].hours_x4 * INT64_C(900), "%s %s: %" PRId64, cases[i].zone,
                      cases[i].day, length);
    }
    ck_assert_int_eq(zone_day_start_s(zone("Asia/Seoul"), day("2026-01-15")),
                     at("2026-01-15T00:00:00+09:00"));
    ck_assert_int_eq(zone_day_start_s(zone("America/Sao_Paulo"), day("2018-11-04")),
                     at("2018-11-04T01:00:00-02:00"));
    ck_assert_int_eq(zone_day_start_s(zone_utc(), day("2026-01-15")), at("2026-01-15T00:00:00Z"));
}
END_TEST

START_TEST(a_day_begins_at_the_first_moment_that_is_in_it)
{
    for (size_t i = 0; i < sizeof compared / sizeof *compared; i++) {
        const struct zone *z = zone(compared[i]);
        for (int32_t d = day("2005-01-01"); d < day("2040-01-01"); d++) {
            int64_t start = zone_day_start_s(z, d);
            int64_t local = (int64_t)d * 86400;
            ck_assert_int_ge(start + zone_offset_s(z, start), local);
            ck_assert_int_lt(start - 1 + zone_offset_s(z, start - 1), local);
        }
    }
}
END_TEST

START_TEST(hostile_and_unknown_names_are_not_found)
{
    static const char *const names[] = {"",
                                        "/",
                                        "/etc/passwd",
                                        "..",
                                        "../zoneinfo/UTC",
                                        "Asia/../Asia/Seoul",
                                        "Asia//Seoul",
                                        "Asia/",
                                        "./Asia/Seoul",
                                        "Asia/Seoul/",
                                        "Asia",
                                        "zone.tab",
                                        "tzdata.zi",
                                        "Asia/Seoul\n",
                                        "Asia/\x01",
                                        "Mars/Olympus",
                                        "Asia/Seoul;id",
                                        "right/Asia/Seoul"};
    const struct zone *out = zone_utc();
    char long_name[400];
    memset(long_name, 'a', sizeof long_name);
    ck_assert_int_eq(zone_find((struct text){long_name, sizeof long_name}, &out), ERR_NOT_FOUND);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ck_assert_msg(zone_find(text_of(names[i]), &out) == ERR_NOT_FOUND, "%s", names[i]);
    ck_assert_int_eq(zone_find((struct text){"UTC\0x", 5}, &out), ERR_NOT_FOUND);
    ck_assert_ptr_eq(out, zone_utc());
}
END_TEST

START_TEST(a_zone_is_read_once)
{
    const struct zone *seoul = zone("Asia/Seoul");
    ck_assert_ptr_eq(seoul, zone("Asia/Seoul"));
    ck_assert_str_eq(zone_name(seoul), "Asia/Seoul");
    ck_assert_int_eq(setenv("TZDIR", "/nonexistent", 1), 0);
    ck_assert_ptr_eq(seoul, zone("Asia/Seoul"));
    const struct zone *out;
    ck_assert_int_eq(zone_find(TEXT("Asia/Tokyo"), &out), ERR_NOT_FOUND);
    ck_assert_ptr_eq(zone("UTC"), zone_utc());
}
END_TEST

START_TEST(a_damaged_zone_file_is_refused_and_never_overrun)
{
    struct zone_rules rules;
    char bytes[4096];
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    ck_assert_int_eq(fclose(file), 0);

    ck_assert_int_eq(zone_rules_parse((struct text){bytes, length}, &rules), ERR_OK);
    zone_rules_done(&rules);
    for (size_t cut = 0; cut < length; cut++) { /* in a block of just that size: no slack */
        char *exact = memory_text((struct text){bytes, cut});
        ck_assert_int_eq(zone_rules_parse((struct text){exact, cut}, &rules), ERR_CORRUPT);
        free(exact);
    }
    uint32_t state = SEED;
    for (int i = 0; i < 5000; i++) {
        char *damaged = memory_text((struct text){bytes, length});
        for (uint32_t n = next_random(&state) % 6 + 1; n > 0; n--)
            damaged[next_random(&state) % length] = (char)(next_random(&state) >> 24);
        if (zone_rules_parse((struct text){damaged, length}, &rules) == ERR_OK) {
            for (size_t c = 1; c < rules.count; c++)
                ck_assert_int_le(rules.changes[c - 1].at_s, rules.changes[c].at_s);
            zone_rules_done(&rules);
        }
        free(damaged);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("zone");
    TCase *cases = tcase_create("zone");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, a_time_is_read_to_the_millisecond);
    tcase_add_test(cases, a_time_that_is_none_is_refused);
    tcase_add_test(cases, a_time_without_an_offset_is_told_from_nonsense);
    tcase_add_test(cases, what_is_formatted_is_read_back);
    tcase_add_test(cases, the_calendar_agrees_with_counting_days);
    tcase_add_test(cases, dates_are_strict);
    tcase_add_loop_test(cases, offsets_agree_with_libc, 0,
                        (int)(sizeof compared / sizeof *compared));
    tcase_add_test(cases, future_summers_follow_the_footer);
    tcase_add_test(cases, days_have_23_24_or_25_hours);
    tcase_add_test(cases, a_day_begins_at_the_first_moment_that_is_in_it);
    tcase_add_test(cases, hostile_and_unknown_names_are_not_found);
    tcase_add_test(cases, a_zone_is_read_once);
    tcase_add_test(cases, a_damaged_zone_file_is_refused_and_never_overrun);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
