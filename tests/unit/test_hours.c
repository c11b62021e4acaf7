/* SPDX-License-Identifier: Apache-2.0
 *
 * The picture of a household: its hours beside what it usually does, days before them.
 */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "abode.h"
#include "household/hours.h"

static struct abode home;
static json_t *picture;

static void begin(void)
{
    abode_init(&home, "ingest: {timezone: UTC}\n");
}

static void end(void)
{
    json_decref(picture);
    picture = NULL;
    abode_done(&home);
}

static const json_t *see(int days)
{
    struct buffer out = {0};
    struct fault fault = {""};
    json_error_t error;
    record_seal(home.household.bytes);
    buffer_text(&out, "{");
    ck_assert_msg(!household_hours(home.household.bytes, home.household.size, home.config, days,
                                   &out, &fault),
                  "%s", fault.text);
    buffer_text(&out, "}");
    json_decref(picture);
    picture = json_loadb(out.at, out.bytes, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(picture != NULL, "%s in %s", error.text, out.at);
    buffer_done(&out);
    return json_object_get(picture, "utilities");
}

static const json_t *at(const json_t *utility, const char *list, size_t index)
{
    const json_t *one = json_array_get(json_object_get(utility, list), index);
    ck_assert_msg(one != NULL, "no %s[%zu]", list, index);
    return one;
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    ck_assert_msg(json_is_number(value), "no number %s", key);
    return json_number_value(value);
}

static void text_is_(const json_t *object, const char *key, const char *wanted)
{
    ck_assert_str_eq(json_string_value(json_object_get(object, key)), wanted);
}

START_TEST(hours_stand_in_a_band_of_what_is_usual)
{
    abode_learn(&home); /* water, up to 8 in the morning */
    const json_t *water = json_array_get(see(7), 0);
    text_is_(picture, "timezone", "UTC");
    text_is_(picture, "from", "2026-02-04T00:00:00Z");
    text_is_(picture, "to", "2026-02-10T08:00:00Z");
    text_is_(water, "utility", "water");
    text_is_(water, "unit", "L");
    ck_assert_uint_eq(json_array_size(json_object_get(water, "hours")), 6 * 24 + 8);
    ck_assert_uint_eq(json_array_size(json_object_get(water, "days")), 0);
    const json_t *seven = at(water, "hours", 5 * 24 + 7), *three = at(water, "hours", 5 * 24 + 3);
    text_is_(seven, "start", "2026-02-09T07:00:00Z");
    text_is_(seven, "quality", "actual");
    ck_assert_double_gt(number(seven, "value"), 0);
    ck_assert_double_gt(number(seven, "usual"), 0);
    ck_assert_double_le(number(seven, "low"), number(seven, "usual"));
    ck_assert_double_ge(number(seven, "high"), number(seven, "usual"));
    ck_assert_double_eq(number(three, "value"), 0);
    ck_assert_double_eq(number(three, "usual"), 0);
}
END_TEST

START_TEST(a_day_is_shown_as_hours_or_as_a_total)
{
    abode_learn(&home);
    const json_t *water = json_array_get(see(30), 0);
    text_is_(picture, "from", "2026-01-12T00:00:00Z");
    size_t days = json_array_size(json_object_get(water, "days"));
    text_is_(at(water, "days", 0), "date", "2026-01-12");
    text_is_(at(water, "days", days - 1), "date", "2026-02-03");
    text_is_(at(water, "days", 0), "quality", "actual");
    ck_assert_double_gt(number(at(water, "days", 0), "value"), 0);
    text_is_(at(water, "hours", 0), "start", "2026-02-04T00:00:00Z");
    water = json_array_get(see(HOURS_DAYS_MAX), 0);
    text_is_(at(water, "days", 0), "quality", "missing"); /* before its first day */
    ck_assert(json_is_null(json_object_get(at(water, "days", 0), "value")));
    water = json_array_get(see(1), 0);
    ck_assert_uint_eq(json_array_size(json_object_get(water, "hours")), 8);
}
END_TEST

START_TEST(a_meter_that_has_stopped_shows_as_missing_beside_the_others)
{
    abode_live(&home, UTILITY_WATER, ABODE_H0, ABODE_H0 + 30);
    abode_live(&home, UTILITY_ELECTRICITY, ABODE_H0, ABODE_H0 + 40);
    const json_t *list = see(2), *water = json_array_get(list, 0);
    ck_assert_uint_eq(json_array_size(list), 2);
    ck_assert_uint_eq(json_array_size(json_object_get(water, "hours")), 40);
    text_is_(at(water, "hours", 29), "quality", "actual");
    text_is_(at(water, "hours", 30), "quality", "missing");
    ck_assert(json_is_null(json_object_get(at(water, "hours", 30), "value")));
    ck_assert(json_is_null(json_object_get(at(water, "hours", 3), "usual"))); /* not known yet */
    text_is_(json_array_get(list, 1), "unit", "Wh");
    text_is_(at(json_array_get(list, 1), "hours", 30), "quality", "actual");
}
END_TEST

START_TEST(a_household_without_readings_has_no_picture)
{
    abode_take(&home, abode_event(HOUSEHOLD_PROFILE, ABODE_T0), ABODE_T0);
    ck_assert_uint_eq(json_array_size(see(7)), 0);
    ck_assert(json_is_null(json_object_get(picture, "to")));
    struct buffer out = {0};
    struct fault fault;
    ((char *)home.household.bytes)[home.household.size - 1] ^= 1;
    ck_assert_int_eq(
        household_hours(home.household.bytes, home.household.size, home.config, 7, &out, &fault),
        ERR_CORRUPT);
    buffer_done(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hours");
    TCase *tcase = tcase_create("hours");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, hours_stand_in_a_band_of_what_is_usual);
    tcase_add_test(tcase, a_day_is_shown_as_hours_or_as_a_total);
    tcase_add_test(tcase, a_meter_that_has_stopped_shows_as_missing_beside_the_others);
    tcase_add_test(tcase, a_household_without_readings_has_no_picture);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
