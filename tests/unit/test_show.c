/* SPDX-License-Identifier: Apache-2.0
 *
 * A household's record as JSON: times are in the household's zone.
 */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "abode.h"
#include "household/show.h"

static struct abode home;

static void begin(void)
{
    abode_init(&home, NULL);
}

static void end(void)
{
    abode_done(&home);
}

static json_t *shown(const char *usual_zone)
{
    struct buffer out = {0};
    record_seal(home.household.bytes);
    ck_assert_int_eq(household_show_in(home.household.bytes, home.household.size, usual_zone, &out),
                     ERR_OK);
    json_error_t error;
    json_t *json = json_loadb(out.at, out.bytes, 0, &error);
    ck_assert_msg(json != NULL, "%s in %s", error.text, out.at);
    buffer_done(&out);
    return json;
}

static const char *text_at(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);
    ck_assert_msg(value != NULL, "no member %s", key);
    return json_is_string(value) ? json_string_value(value) : "null";
}

START_TEST(times_are_in_the_zone_of_the_profile_else_in_the_usual_one)
{
    abode_live(&home, UTILITY_WATER, ABODE_H0, ABODE_H0 + 8);
    json_t *json = shown("Asia/Seoul");
    ck_assert_str_eq(text_at(json, "timezone"), "Asia/Seoul");
    ck_assert_str_eq(text_at(json, "last_reading"), "2026-01-01T17:00:00+09:00");
    json_decref(json);
    json = shown("no such zone");
    ck_assert_str_eq(text_at(json, "timezone"), "UTC");
    json_decref(json);
    struct message profile = abode_event(HOUSEHOLD_PROFILE, (ABODE_H0 + 8) * HOUR);
    profile.event.timezone = TEXT("Europe/Berlin");
    abode_take(&home, profile, (ABODE_H0 + 8) * HOUR);
    json = shown("Asia/Seoul");
    ck_assert_str_eq(text_at(json, "timezone"), "Europe/Berlin");
    ck_assert_str_eq(text_at(json, "last_reading"), "2026-01-01T09:00:00+01:00");
    json_decref(json);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("show");
    TCase *cases = tcase_create("cases");
    tcase_add_checked_fixture(cases, begin, end);
    tcase_add_test(cases, times_are_in_the_zone_of_the_profile_else_in_the_usual_one);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
