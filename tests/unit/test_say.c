/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/say.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SEOUL 32400

/* 2026-01-15T13:00:00+09:00, a Thursday. */
#define NOON ((int64_t)1768449600)
#define HOUR ((int64_t)3600)
#define DAY  (24 * HOUR)

static char out[SAY_MAX];

START_TEST(numbers_have_thousands_separators)
{
    ck_assert_str_eq(say_count(0, out), "0");
    ck_assert_str_eq(say_count(999, out), "999");
    ck_assert_str_eq(say_count(1000, out), "1,000");
    ck_assert_str_eq(say_count(129300, out), "129,300");
    ck_assert_str_eq(say_count(-1234567, out), "-1,234,567");
    ck_assert_str_eq(say_count(INT64_MAX, out), "9,223,372,036,854,775,807");
    ck_assert_str_eq(say_count(INT64_MIN, out), "-9,223,372,036,854,775,808");
}
END_TEST

START_TEST(one_is_singular_and_all_else_plural)
{
    ck_assert_str_eq(say_counted(1, "month", out), "1 month");
    ck_assert_str_eq(say_counted(0, "month", out), "0 months");
    ck_assert_str_eq(say_counted(4, "month", out), "4 months");
}
END_TEST

START_TEST(amounts_show_hundredths_only_when_there_are_some)
{
    ck_assert_str_eq(say_amount(12930000, "KRW", out), "129,300 KRW");
    ck_assert_str_eq(say_amount(4310, "EUR", out), "43.10 EUR");
    ck_assert_str_eq(say_amount(5, "EUR", out), "0.05 EUR");
    ck_assert_str_eq(say_amount(-205, "EUR", out), "-2.05 EUR");
    ck_assert_str_eq(say_amount(12930000, "", out), "129,300");
    ck_assert_str_eq(say_amount(12930000, NULL, out), "129,300");
}
END_TEST

START_TEST(use_is_in_the_unit_of_the_bill)
{
    ck_assert_str_eq(say_use(UTILITY_ELECTRICITY, 3149999, out), "3.1 kWh");
    ck_assert_str_eq(say_use(UTILITY_ELECTRICITY, 49999, out), "0.0 kWh");
    ck_assert_str_eq(say_use(UTILITY_ELECTRICITY, 1234950000, out), "1,235.0 kWh");
    ck_assert_str_eq(say_use(UTILITY_WATER, 412400, out), "412 L");
    ck_assert_str_eq(say_use(UTILITY_WATER, -1, out), "0 L");
    ck_assert_str_eq(say_use(UTILITY_GAS, 5000000, out), "");
    ck_assert_uint_lt(strlen(say_use(UTILITY_ELECTRICITY, INT64_MAX, out)), SAY_MAX);
}
END_TEST

START_TEST(spans_are_minutes_then_hours_then_days)
{
    ck_assert_str_eq(say_span(50 * 60, out), "50 minutes");
    ck_assert_str_eq(say_span(HOUR, out), "60 minutes");
    ck_assert_str_eq(say_span(90 * 60, out), "1 hour");
    ck_assert_str_eq(say_span(26 * HOUR + 59 * 60, out), "26 hours");
    ck_assert_str_eq(say_span(3 * DAY, out), "3 days");
    ck_assert_str_eq(say_span(-5, out), "0 minutes");
}
END_TEST

START_TEST(a_time_of_this_week_is_a_weekday_of_local_time)
{
    ck_assert_str_eq(say_time(NOON, NOON, SEOUL, out), "Thursday 13:00");
    ck_assert_str_eq(say_time(NOON - DAY - 20 * 60, NOON, SEOUL, out), "Wednesday 12:40");
    /* 21:40 on Tuesday in Seoul is 12:40 in UTC. */
    ck_assert_str_eq(say_time(NOON - 39 * HOUR - 20 * 60, NOON, SEOUL, out), "Tuesday 21:40");
    ck_assert_str_eq(say_time(NOON - 39 * HOUR - 20 * 60, NOON, 0, out), "Tuesday 12:40");
    /* Early morning of the 15th in Seoul is still the 14th in UTC. */
    ck_assert_str_eq(say_time(NOON - 12 * HOUR, NOON, SEOUL, out), "Thursday 01:00");
    ck_assert_str_eq(say_time(NOON - 12 * HOUR, NOON, 0, out), "Wednesday 16:00");
}
END_TEST

START_TEST(an_older_time_is_a_date)
{
    ck_assert_str_eq(say_time(NOON - 6 * DAY, NOON, SEOUL, out), "Friday 13:00");
    ck_assert_str_eq(say_time(NOON - 7 * DAY, NOON, SEOUL, out), "8 January 13:00");
    ck_assert_str_eq(say_time(NOON + 1 * DAY, NOON, SEOUL, out), "16 January 13:00");
    ck_assert_str_eq(say_date(NOON - 7 * DAY, NOON, SEOUL, out), "8 January");
    ck_assert_str_eq(say_date(NOON - 300 * DAY, NOON, SEOUL, out), "21 March");
    ck_assert_str_eq(say_date(NOON - 301 * DAY, NOON, SEOUL, out), "20 March 2025");
}
END_TEST

START_TEST(a_day_is_named_like_a_time)
{
    ck_assert_str_eq(say_day(20468, 20468, out), "Thursday");
    ck_assert_str_eq(say_day(20462, 20468, out), "Friday");
    ck_assert_str_eq(say_day(20461, 20468, out), "8 January");
}
END_TEST

/* Against libc, over every day of 400 years and a day: the whole cycle of the calendar. */
START_TEST(dates_agree_with_the_c_library)
{
    for (int32_t day = 0; day <= 146097; day++) {
        time_t at = (time_t)day * DAY;
        struct tm tm;
        ck_assert_ptr_nonnull(gmtime_r(&at, &tm));
        char want[SAY_MAX];
        ck_assert_uint_gt(strftime(want, sizeof want, "%B %Y", &tm), 0);
        say_date(at, at + 301 * DAY, 0, out);
        ck_assert_int_eq(strtol(out, NULL, 10), tm.tm_mday);
        ck_assert_str_eq(strchr(out, ' ') + 1, want);
    }
}
END_TEST

START_TEST(nonsense_moments_stay_in_bounds)
{
    const int64_t moments[] = {INT64_MIN, -1, 0, INT64_MAX};
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        for (size_t j = 0; j < sizeof moments / sizeof moments[0]; j++) {
            ck_assert_uint_lt(strlen(say_time(moments[i], moments[j], INT32_MIN, out)), SAY_MAX);
            ck_assert_uint_lt(strlen(say_date(moments[i], moments[j], INT32_MAX, out)), SAY_MAX);
        }
    }
    ck_assert_uint_lt(strlen(say_day(INT32_MIN, INT32_MAX, out)), SAY_MAX);
    ck_assert_uint_lt(strlen(say_day(INT32_MAX, INT32_MIN, out)), SAY_MAX);
}
END_TEST

START_TEST(long_words_are_cut_not_overrun)
{
    char noun[2 * SAY_MAX];
    memset(noun, 'x', sizeof noun - 1);
    noun[sizeof noun - 1] = '\0';
    ck_assert_uint_eq(strlen(say_counted(INT64_MIN, noun, out)), SAY_MAX - 1);
    ck_assert_uint_eq(strlen(say_amount(INT64_MIN, noun, out)), SAY_MAX - 1);
}
END_TEST

START_TEST(sentences_grow_until_they_are_full)
{
    char sentence[8] = "";
    say_add(sentence, sizeof sentence, "one");
    ck_assert_str_eq(sentence, "one");
    say_add(sentence, sizeof sentence, " two three");
    ck_assert_str_eq(sentence, "one two");
    say_add(sentence, sizeof sentence, "four");
    ck_assert_str_eq(sentence, "one two");
}
END_TEST

START_TEST(utilities_are_listed_as_one_speaks)
{
    ck_assert_str_eq(say_utilities(0, out), "");
    ck_assert_str_eq(say_utilities(1u << UTILITY_GAS, out), "gas");
    ck_assert_str_eq(say_utilities(6, out), "water and gas");
    ck_assert_str_eq(say_utilities(7, out), "electricity, water and gas");
    ck_assert_str_eq(say_capital(say_utilities(2, out)), "Water");
    ck_assert_str_eq(say_utilities(UINT32_MAX, out), "electricity, water and gas");
}
END_TEST

int main(void)
{
    TCase *words = tcase_create("words");
    tcase_add_test(words, numbers_have_thousands_separators);
    tcase_add_test(words, one_is_singular_and_all_else_plural);
    tcase_add_test(words, amounts_show_hundredths_only_when_there_are_some);
    tcase_add_test(words, use_is_in_the_unit_of_the_bill);
    tcase_add_test(words, spans_are_minutes_then_hours_then_days);
    tcase_add_test(words, a_time_of_this_week_is_a_weekday_of_local_time);
    tcase_add_test(words, an_older_time_is_a_date);
    tcase_add_test(words, a_day_is_named_like_a_time);
    tcase_add_test(words, dates_agree_with_the_c_library);
    tcase_add_test(words, nonsense_moments_stay_in_bounds);
    tcase_add_test(words, long_words_are_cut_not_overrun);
    tcase_add_test(words, sentences_grow_until_they_are_full);
    tcase_add_test(words, utilities_are_listed_as_one_speaks);
    Suite *suite = suite_create("say");
    suite_add_tcase(suite, words);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
