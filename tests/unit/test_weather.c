/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "household/weather.h"

#define DAY INT64_C(86400)

static struct weather declared(const char *event, const char *area, int64_t from_s, int64_t to_s)
{
    return (struct weather){
        .area = text_of(area), .event = text_of(event), .from_s = from_s, .to_s = to_s};
}

static void apply(struct weather_table *table, const char *event, const char *area, int64_t from_s,
                  int64_t to_s)
{
    struct weather weather = declared(event, area, from_s, to_s);
    weather_table_apply(table, &weather, 1000);
}

static bool holds(const struct weather_table *table, const char *event, const char *area,
                  int64_t at_s)
{
    return weather_table_holds(table, event, text_of(area), at_s, 1000);
}

START_TEST(a_cold_wave_holds_in_its_area_and_its_time)
{
    struct weather_table *table = weather_table_new();
    ck_assert(!holds(table, "cold_wave", "a", 150));
    apply(table, "cold_wave", "a", 100, 200);
    ck_assert(!holds(table, "cold_wave", "a", 99));
    ck_assert(holds(table, "cold_wave", "a", 100));
    ck_assert(holds(table, "cold_wave", "a", 199));
    ck_assert(!holds(table, "cold_wave", "a", 200));
    ck_assert(!holds(table, "cold_wave", "b", 150));
    ck_assert(!holds(table, "heat_wave", "a", 150));
    ck_assert(!holds(table, "cold_wave", "", 150));
    weather_table_free(table);
    weather_table_free(NULL);
}
END_TEST

START_TEST(what_is_judged_knows_no_weather_that_was_told_later)
{
    struct weather_table *table = weather_table_new();
    struct weather wave = declared("cold_wave", "a", 100, 200);
    weather_table_apply(table, &wave, 5000);
    ck_assert(!weather_table_holds(table, "cold_wave", TEXT("a"), 150, 4999));
    ck_assert(weather_table_holds(table, "cold_wave", TEXT("a"), 150, 5000));
    /* told once more: it was known before */
    weather_table_apply(table, &wave, 9000);
    ck_assert(weather_table_holds(table, "cold_wave", TEXT("a"), 150, 5000));
    weather_table_free(table);
}
END_TEST

START_TEST(a_later_message_for_the_same_time_replaces_the_earlier)
{
    struct weather_table *table = weather_table_new();
    apply(table, "cold_wave", "a", 100, 200);
    apply(table, "cold_wave", "a", 100, 150);
    ck_assert(!holds(table, "cold_wave", "a", 150));
    apply(table, "cold_wave", "a", 100, 300);
    ck_assert(holds(table, "cold_wave", "a", 250));
    /* other beginnings, areas and kinds stand beside it */
    apply(table, "cold_wave", "a", 400, 500);
    apply(table, "cold_wave", "b", 100, 120);
    apply(table, "heat_wave", "a", 100, 110);
    ck_assert(holds(table, "cold_wave", "a", 250));
    ck_assert(holds(table, "cold_wave", "a", 450));
    ck_assert(!holds(table, "cold_wave", "b", 150));
    weather_table_free(table);
}
END_TEST

START_TEST(beyond_its_room_the_oldest_is_forgotten)
{
    struct weather_table *table = weather_table_new();
    for (int64_t i = 0; i < WEATHER_EVENTS_MAX; i++)
        apply(table, "cold_wave", "a", i * DAY, i * DAY + 10);
    ck_assert(holds(table, "cold_wave", "a", 0));
    apply(table, "cold_wave", "a", 0, 20); /* known: replaced in its place */
    apply(table, "cold_wave", "a", WEATHER_EVENTS_MAX * DAY, WEATHER_EVENTS_MAX * DAY + 10);
    apply(table, "cold_wave", "b", 0, 10);
    ck_assert(!holds(table, "cold_wave", "a", 0));
    ck_assert(!holds(table, "cold_wave", "a", DAY));
    ck_assert(holds(table, "cold_wave", "a", 2 * DAY));
    ck_assert(holds(table, "cold_wave", "a", WEATHER_EVENTS_MAX * DAY));
    ck_assert(holds(table, "cold_wave", "b", 0));
    for (int64_t i = 0; i < 3 * WEATHER_EVENTS_MAX; i++)
        apply(table, "cold_wave", "c", i * DAY, i * DAY + 10);
    ck_assert(!holds(table, "cold_wave", "b", 0));
    ck_assert(holds(table, "cold_wave", "c", (3 * WEATHER_EVENTS_MAX - 1) * DAY));
    ck_assert(holds(table, "cold_wave", "c", 2 * WEATHER_EVENTS_MAX * DAY));
    ck_assert(!holds(table, "cold_wave", "c", (2 * WEATHER_EVENTS_MAX - 1) * DAY));
    weather_table_free(table);
}
END_TEST

START_TEST(the_longest_names_are_told_apart)
{
    struct weather_table *table = weather_table_new();
    char a[MESSAGE_ID_MAX + 1], b[MESSAGE_ID_MAX + 1];
    for (int i = 0; i < MESSAGE_ID_MAX; i++)
        a[i] = b[i] = 'x';
    a[MESSAGE_ID_MAX] = b[MESSAGE_ID_MAX] = '\0';
    b[MESSAGE_ID_MAX - 1] = 'y';
    apply(table, a, a, 0, 10);
    ck_assert(holds(table, a, a, 5));
    ck_assert(!holds(table, a, b, 5));
    ck_assert(!holds(table, b, a, 5));
    weather_table_free(table);
}
END_TEST

/* ---- temperatures -------------------------------------------------------------------------- */

#define HOUR  INT64_C(3600)
#define NIGHT (20465 * DAY) /* in UTC */
#define NOON  (NIGHT + 12 * HOUR)
#define NEVER (INT64_MAX / 2000)

static void measured(struct weather_table *table, const char *area, int64_t from_s, int64_t hours,
                     double celsius, int64_t arrived_s)
{
    struct weather weather = declared(WEATHER_TEMPERATURE, area, from_s, from_s + hours * HOUR);
    weather.temperature_c = celsius;
    weather.has_temperature = true;
    weather_table_apply(table, &weather, arrived_s * 1000);
}

static int celsius(const struct weather_table *table, const char *area, int64_t from_s,
                   int64_t hours, int64_t by_s)
{
    return weather_table_celsius(table, text_of(area), from_s, from_s + hours * HOUR, by_s * 1000);
}

START_TEST(a_day_is_the_mean_of_its_hours_in_its_area)
{
    struct weather_table *table = weather_table_new();
    for (int64_t h = 0; h < 24; h++)
        measured(table, "a", NOON + h * HOUR, 1, h < 12 ? -6.0 : -3.1, NOON + (h + 1) * HOUR);
    ck_assert_int_eq(celsius(table, "a", NOON, 24, NEVER), -46);
    ck_assert_int_eq(celsius(table, "a", NOON, 12, NEVER), -60);
    ck_assert_int_eq(celsius(table, "b", NOON, 24, NEVER), CELSIUS_UNKNOWN);
    measured(table, "b", NOON, 24, 7.25, NOON);
    ck_assert_int_eq(celsius(table, "b", NOON, 24, NEVER), 73);
    ck_assert_int_eq(celsius(table, "a", NOON, 24, NEVER), -46);
    /* no event of the other kind */
    ck_assert(!holds(table, WEATHER_TEMPERATURE, "b", NOON));
    weather_table_free(table);
}
END_TEST

START_TEST(three_quarters_of_the_hours_must_be_known)
{
    struct weather_table *table = weather_table_new();
    measured(table, "a", NOON, 17, 2.0, NOON);
    ck_assert_int_eq(celsius(table, "a", NOON, 24, NEVER), CELSIUS_UNKNOWN);
    /* 35 minutes cover the middle of one hour, 25 of none */
    struct weather minutes =
        declared(WEATHER_TEMPERATURE, "a", NOON + 18 * HOUR, NOON + 18 * HOUR + 25 * 60);
    minutes.temperature_c = 2.0;
    weather_table_apply(table, &minutes, NOON * 1000);
    ck_assert_int_eq(celsius(table, "a", NOON, 24, NEVER), CELSIUS_UNKNOWN);
    minutes.to_s += 10 * INT64_C(60);
    weather_table_apply(table, &minutes, NOON * 1000);
    ck_assert_int_eq(celsius(table, "a", NOON, 24, NEVER), 20);
    weather_table_free(table);
}
END_TEST

START_TEST(a_measured_hour_replaces_its_forecast_when_it_comes)
{
    struct weather_table *table = weather_table_new();
    measured(table, "a", NOON, 24, 4.0, NOON - DAY);
    ck_assert_int_eq(celsius(table, "a", NOON, 24, NOON + DAY), 40);
    measured(table, "a", NOON, 24, -2.0, NOON + 30 * HOUR);
    ck_assert_int_eq(celsius(table, "a", NOON, 24, NOON + 30 * HOUR), -20);
    /* whoever reads old messages again does not know it yet */
    ck_assert_int_eq(celsius(table, "a", NOON, 24, NOON + 29 * HOUR), CELSIUS_UNKNOWN);
    weather_table_free(table);
}
END_TEST

START_TEST(a_temperature_that_is_told_again_was_known_before)
{
    struct weather_table *table = weather_table_new();
    measured(table, "a", NOON, 24, -2.0, NOON + DAY);
    measured(table, "a", NOON, 24, -2.0, NOON + 3 * DAY);
    ck_assert_int_eq(celsius(table, "a", NOON, 24, NOON + DAY), -20);
    ck_assert_int_eq(celsius(table, "a", NOON, 24, NOON + DAY - HOUR), CELSIUS_UNKNOWN);
    measured(table, "a", NOON, 24, -2.0, NOON - DAY); /* a replay may have another order */
    ck_assert_int_eq(celsius(table, "a", NOON, 24, NOON + DAY - HOUR), -20);
    measured(table, "a", NOON, 24, -2.1, NOON + 4 * DAY);
    ck_assert_int_eq(celsius(table, "a", NOON, 24, NOON + 4 * DAY - HOUR), CELSIUS_UNKNOWN);
    weather_table_free(table);
}
END_TEST

START_TEST(what_is_too_old_too_late_or_too_far_ahead_is_not_kept)
{
    struct weather_table *table = weather_table_new();
    measured(table, "a", NIGHT, 24, 4.0, NIGHT + 24 * HOUR + 12 * DAY);
    ck_assert_int_eq(celsius(table, "a", NIGHT, 24, NEVER), CELSIUS_UNKNOWN);
    measured(table, "a", NIGHT, 24, 4.0, NIGHT - 40 * DAY);
    ck_assert_int_eq(celsius(table, "a", NIGHT, 24, NEVER), CELSIUS_UNKNOWN);
    for (int64_t d = 0; d <= WEATHER_DAYS; d++)
        measured(table, "a", NIGHT + d * DAY, 24, (double)d, NIGHT + d * DAY);
    ck_assert_int_eq(celsius(table, "a", NIGHT, 24, NEVER), CELSIUS_UNKNOWN);
    ck_assert_int_eq(celsius(table, "a", NIGHT + DAY, 24, NEVER), 10);
    measured(table, "a", NIGHT, 24, -9.0, NIGHT); /* its place is a newer day's */
    ck_assert_int_eq(celsius(table, "a", NIGHT + WEATHER_DAYS * DAY, 24, NEVER), WEATHER_DAYS * 10);
    weather_table_free(table);
}
END_TEST

START_TEST(of_further_areas_no_temperatures_are_kept)
{
    struct weather_table *table = weather_table_new();
    char name[16];
    for (int i = 0; i <= WEATHER_AREAS_MAX; i++) {
        (void)snprintf(name, sizeof name, "area-%d", i);
        measured(table, name, NOON, 24, i % 50, NOON);
    }
    ck_assert_int_eq(celsius(table, name, NOON, 24, NEVER), CELSIUS_UNKNOWN);
    for (int i = 0; i < WEATHER_AREAS_MAX; i++) {
        (void)snprintf(name, sizeof name, "area-%d", i);
        ck_assert_int_eq(celsius(table, name, NOON, 24, NEVER), i % 50 * 10);
    }
    weather_table_free(table);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("weather");
    tcase_add_test(cases, a_cold_wave_holds_in_its_area_and_its_time);
    tcase_add_test(cases, what_is_judged_knows_no_weather_that_was_told_later);
    tcase_add_test(cases, a_later_message_for_the_same_time_replaces_the_earlier);
    tcase_add_test(cases, beyond_its_room_the_oldest_is_forgotten);
    tcase_add_test(cases, the_longest_names_are_told_apart);
    tcase_add_test(cases, a_day_is_the_mean_of_its_hours_in_its_area);
    tcase_add_test(cases, three_quarters_of_the_hours_must_be_known);
    tcase_add_test(cases, a_measured_hour_replaces_its_forecast_when_it_comes);
    tcase_add_test(cases, a_temperature_that_is_told_again_was_known_before);
    tcase_add_test(cases, what_is_too_old_too_late_or_too_far_ahead_is_not_kept);
    tcase_add_test(cases, of_further_areas_no_temperatures_are_kept);
    Suite *suite = suite_create("weather");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
