/* SPDX-License-Identifier: Apache-2.0
 *
 * Public holidays of the configuration: days on which a household lives as on a Sunday.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "abode.h"

/* 1 January 2026 is a Thursday. */
#define THURSDAY(n) (ABODE_H0 + (n)*7 * 24)

static struct abode home;

static void end(void)
{
    abode_done(&home);
}

/* How probable a sign of life at eleven has become, on weekdays or at weekends. */
static unsigned awake_at_eleven(bool weekend)
{
    return abode_meter(&home, UTILITY_WATER)->routine.awake[routine_slot(11, weekend ? 6 : 0)];
}

/* Weeks of a home that draws water at seven; on Thursdays at eleven. */
static void live(const char *yaml)
{
    abode_init(&home, yaml);
    for (int32_t hour = ABODE_H0; hour < THURSDAY(6); hour++) {
        bool thursday = (hour - ABODE_H0) / 24 % 7 == 0;
        bool draws = (hour - ABODE_H0) % 24 == (thursday ? 11 : 7);
        abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, draws ? 60000 : 0),
                   (hour + 1) * HOUR + 60);
    }
}

START_TEST(a_holiday_teaches_what_is_usual_at_weekends)
{
    live(NULL);
    unsigned weekday = awake_at_eleven(false), weekend = awake_at_eleven(true);
    abode_done(&home);
    live("holidays: [01-08, 01-15, 2026-01-22, 2026-01-29, 2026-02-05]\n");
    ck_assert_uint_gt(awake_at_eleven(true), weekend);
    ck_assert_uint_lt(awake_at_eleven(false), weekday);
}
END_TEST

START_TEST(a_holiday_of_another_year_is_a_day_like_any)
{
    live(NULL);
    unsigned weekday = awake_at_eleven(false), weekend = awake_at_eleven(true);
    abode_done(&home);
    live("holidays: [2025-01-08, 2027-01-15, 02-29]\n");
    ck_assert_uint_eq(awake_at_eleven(false), weekday);
    ck_assert_uint_eq(awake_at_eleven(true), weekend);
}
END_TEST

START_TEST(holidays_are_shown)
{
    struct buffer shown = {0};
    abode_init(&home, "holidays:\n  - 12-25\n  - 2026-09-25\n");
    config_show(home.config, &shown);
    ck_assert_ptr_nonnull(strstr(shown.at, "holidays[1]"));
    ck_assert_ptr_nonnull(strstr(shown.at, "2026-09-25"));
    ck_assert(config_is_holiday(home.config, civil_day(2031, 12, 25)));
    ck_assert(config_is_holiday(home.config, civil_day(2026, 9, 25)));
    ck_assert(!config_is_holiday(home.config, civil_day(2027, 9, 25)));
    buffer_done(&shown);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("household_holidays");
    TCase *cases = tcase_create("household_holidays");
    tcase_add_checked_fixture(cases, NULL, end);
    tcase_add_test(cases, a_holiday_teaches_what_is_usual_at_weekends);
    tcase_add_test(cases, a_holiday_of_another_year_is_a_day_like_any);
    tcase_add_test(cases, holidays_are_shown);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
