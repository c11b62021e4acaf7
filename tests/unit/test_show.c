/* SPDX-License-Identifier: Apache-2.0
 *
 * A household's record as JSON: what is not known is null, and times are in the household's zone.
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
    struct buffer out = {0}, set = {0};
    struct config_errors errors = {0};
    struct config *config = NULL;
    buffer_format(&set, "ingest.timezone=%s", usual_zone);
    const char *const sets[] = {set.at};
    ck_assert_msg(!config_load(NULL, sets, 1, &config, &errors), "%s",
                  buffer_view(&errors.text).at);
    record_seal(home.household.bytes);
    const struct prices training = {.of = PRICES_TRAINING};
    ck_assert_int_eq(
        household_show(home.household.bytes, home.household.size, config, &training, &out), ERR_OK);
    config_errors_done(&errors);
    config_free(config);
    buffer_done(&set);
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
    json = shown("UTC");
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

/* Looking changes nothing, and says the numbers of every detector. */
START_TEST(each_detector_says_the_numbers_behind_its_score)
{
    abode_learn(&home);
    int32_t told = abode_quiet_until_told(&home, ABODE_MORNING);
    record_seal(home.household.bytes);
    char *before = malloc(home.household.size);
    ck_assert_ptr_nonnull(before);
    memcpy(before, home.household.bytes, home.household.size);
    json_t *json = shown("UTC");
    ck_assert_mem_eq(before, home.household.bytes, home.household.size);
    free(before);
    const json_t *list = json_object_get(json, "detectors");
    ck_assert_uint_eq(json_array_size(list), detector_count);
    const json_t *silence = json_array_get(list, 0);
    const json_t *evidence = json_object_get(silence, "evidence");
    ck_assert_str_eq(text_at(silence, "detector"), "silence");
    ck_assert(json_is_true(json_object_get(silence, "on")));
    char until[TIME_TEXT_MAX];
    ck_assert_str_eq(text_at(evidence, "until"), time_format((int64_t)told * 3600, 0, until));
    double score =
        json_number_value(json_object_get(json_object_get(evidence, "terms"), "evidence"));
    double was = abode_last(&home, "silence")->verdict.score;
    ck_assert_double_eq_tol(score, was, 0.005);
    json_decref(json);
}
END_TEST

static void supply_is(const char *electricity, const char *water, const char *gas)
{
    json_t *json = shown("UTC");
    const json_t *supply = json_object_get(json, "supply");
    ck_assert_str_eq(text_at(supply, "electricity"), electricity);
    ck_assert_str_eq(text_at(supply, "water"), water);
    ck_assert_str_eq(text_at(supply, "gas"), gas);
    json_decref(json);
}

START_TEST(a_supply_that_nobody_spoke_of_is_not_known)
{
    supply_is("null", "null", "null");
    abode_live(&home, UTILITY_ELECTRICITY, ABODE_H0, ABODE_H0 + 2);
    supply_is("open", "null", "null");
    abode_take(&home, abode_bill(BILLING_LIMITED, ABODE_T0 + 3 * HOUR), ABODE_T0 + 3 * HOUR);
    supply_is("open", "null", "limited");
}
END_TEST

static const json_t *debt(json_t *json)
{
    const json_t *arrears = json_object_get(json, "arrears");
    ck_assert_uint_eq(json_array_size(arrears), 1);
    return json_array_get(arrears, 0);
}

START_TEST(an_amount_that_was_not_said_is_not_known)
{
    struct message bill = abode_bill(BILLING_ARREARS, ABODE_T0);
    bill.billing.months = 3;
    memset(bill.billing.currency, 0, sizeof bill.billing.currency);
    abode_take(&home, bill, ABODE_T0);
    json_t *json = shown("UTC");
    ck_assert_int_eq(json_integer_value(json_object_get(debt(json), "months")), 3);
    ck_assert_str_eq(text_at(debt(json), "amount"), "null");
    ck_assert(json_is_null(json_object_get(debt(json), "amount")));
    ck_assert(json_is_null(json_object_get(debt(json), "currency")));
    json_decref(json);
    bill = abode_bill(BILLING_ARREARS, ABODE_T0 + HOUR);
    bill.billing.months = 3;
    bill.billing.has_amount = true;
    bill.billing.amount_minor = 12930000;
    abode_take(&home, bill, ABODE_T0 + HOUR);
    json = shown("UTC");
    ck_assert(json_number_value(json_object_get(debt(json), "amount")) > 129299);
    ck_assert_str_eq(text_at(debt(json), "currency"), "KRW");
    json_decref(json);
}
END_TEST

START_TEST(of_a_notice_alone_neither_months_nor_amount_are_known)
{
    abode_take(&home, abode_bill(BILLING_DISCONNECTION_NOTICE, ABODE_T0), ABODE_T0);
    json_t *json = shown("UTC");
    ck_assert(json_is_true(json_object_get(debt(json), "notice")));
    ck_assert(json_is_null(json_object_get(debt(json), "months")));
    ck_assert(json_is_null(json_object_get(debt(json), "amount")));
    json_decref(json);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("show");
    TCase *cases = tcase_create("cases");
    tcase_add_checked_fixture(cases, begin, end);
    tcase_add_test(cases, each_detector_says_the_numbers_behind_its_score);
    tcase_add_test(cases, times_are_in_the_zone_of_the_profile_else_in_the_usual_one);
    tcase_add_test(cases, a_supply_that_nobody_spoke_of_is_not_known);
    tcase_add_test(cases, an_amount_that_was_not_said_is_not_known);
    tcase_add_test(cases, of_a_notice_alone_neither_months_nor_amount_are_known);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
