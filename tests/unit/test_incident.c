/* SPDX-License-Identifier: Apache-2.0
 *
 * When an area incident opens and closes, and how long it holds
 * (docs/decisions/0012-area-incidents.md).
 */
#include "alert/incident.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define FEEDER  "feeder:F-201"
#define HOUR    490000
#define HOUR_MS INT64_C(3600000)
#define NOW_MS  ((HOUR + 1) * HOUR_MS) /* readings come at once */

static const struct incident_rules rules = {
    .homes_min = 20, .share = 0.6, .grace_s = 3600, .hold_max_s = 6 * 3600};
static struct incident incident;

/* Of an hour and its window alike. */
static enum incident_change count(int32_t hour, struct store_area_sums sums)
{
    const struct store_area_total total = {sums, sums};
    return incident_count(&incident, &rules, FEEDER, hour, &total,
                          NOW_MS + (hour - HOUR) * HOUR_MS);
}

static enum incident_change light(int32_t hour, int64_t metered, int64_t dark)
{
    return count(hour, (struct store_area_sums){.metered = metered, .dark = dark});
}

static void begin(void)
{
    incident = (struct incident){.version = 0};
}

START_TEST(most_homes_dark_in_one_hour_open_an_incident)
{
    begin();
    ck_assert_int_eq(light(HOUR, 19, 19), INCIDENT_SAME); /* too few */
    ck_assert_int_eq(light(HOUR, 50, 29), INCIDENT_SAME); /* too many have light */
    ck_assert_int_eq(light(HOUR, 50, 30), INCIDENT_OPENED);
    ck_assert_int_eq(incident.kind, INCIDENT_DARK);
    ck_assert_str_eq(incident.group, FEEDER);
    ck_assert_int_eq(incident.version, 1);
    ck_assert_int_eq(incident.held_until_ms, NOW_MS + 6 * HOUR_MS);
    ck_assert_int_eq(light(HOUR + 1, 50, 50), INCIDENT_GOES_ON);
    ck_assert_int_eq(incident.last_hour, HOUR + 1);
    ck_assert_int_eq(incident.held_until_ms, NOW_MS + 6 * HOUR_MS); /* it is not put off */
}
END_TEST

START_TEST(silence_is_of_enough_homes_in_every_hour_of_the_window)
{
    struct incident_rules patient = rules;
    patient.window_hours = 3;
    struct store_area_sums sums = {
        .metered = 2, .watched = 59, .expected_milli = 100000, .seen = 2};
    begin();
    ck_assert(!incident_may_be_silent(&incident, &patient, &sums));
    sums.watched = 60; /* of whatever utility */
    ck_assert(incident_may_be_silent(&incident, &patient, &sums));
    sums.expected_milli = 19000;
    ck_assert(!incident_may_be_silent(&incident, &patient, &sums));
}
END_TEST

START_TEST(silence_must_be_beyond_chance)
{
    begin();
    /* Of 21 usual signs 17 are missing, of 100 79: chance would, and a Saturday morning. */
    ck_assert_int_eq(count(HOUR, (struct store_area_sums){.expected_milli = 21000, .seen = 4}),
                     INCIDENT_SAME);
    ck_assert_int_eq(count(HOUR, (struct store_area_sums){.expected_milli = 100000, .seen = 21}),
                     INCIDENT_SAME);
    ck_assert_int_eq(count(HOUR, (struct store_area_sums){.expected_milli = 19000, .seen = 0}),
                     INCIDENT_SAME);
    ck_assert_int_eq(count(HOUR, (struct store_area_sums){.expected_milli = 25000, .seen = 4}),
                     INCIDENT_OPENED);
    ck_assert_int_eq(incident.kind, INCIDENT_SILENT);
    ck_assert_int_eq(count(HOUR + 1, (struct store_area_sums){.expected_milli = 25000, .seen = 20}),
                     INCIDENT_CLOSED);
}
END_TEST

START_TEST(what_is_expected_is_scaled_by_the_days_before)
{
    struct store_area_sums window = {.expected_milli = 60000, .seen = 10};
    begin();
    ck_assert(incident_may_be_silent(&incident, &rules, &window));
    incident_scale(&rules, &(struct store_area_sums){.expected_milli = 180000, .seen = 60},
                   &window);
    ck_assert_int_eq(window.expected_milli, 20000); /* they sleep, as ever */
    window.expected_milli = 60000;
    incident_scale(&rules, &(struct store_area_sums){.expected_milli = 100000, .seen = 150},
                   &window);
    ck_assert_int_eq(window.expected_milli, 60000);
    incident_scale(&rules, &(struct store_area_sums){.expected_milli = 9000, .seen = 9}, &window);
    ck_assert_int_eq(window.expected_milli, 0); /* nothing is known of the days before */
    window = (struct store_area_sums){.expected_milli = 60000, .seen = 59};
    ck_assert(!incident_may_be_silent(&incident, &rules, &window));
}
END_TEST

START_TEST(it_closes_when_less_than_half_the_share_is_missing)
{
    begin();
    ck_assert_int_eq(light(HOUR, 50, 50), INCIDENT_OPENED);
    ck_assert_int_eq(light(HOUR + 1, 50, 20), INCIDENT_SAME);
    ck_assert_int_eq(light(HOUR + 1, 10, 0), INCIDENT_SAME); /* who reports first may be others */
    ck_assert_int_eq(light(HOUR - 1, 50, 0), INCIDENT_SAME); /* it was light before */
    ck_assert_int_eq(light(HOUR + 2, 50, 14), INCIDENT_CLOSED);
    ck_assert_int_eq(incident.end_hour, HOUR + 2);
    ck_assert_int_eq(incident.closed_ms, NOW_MS + 2 * HOUR_MS);
    ck_assert_int_eq(incident.held_until_ms, NOW_MS + 3 * HOUR_MS); /* the grace */
}
END_TEST

START_TEST(a_close_late_in_the_hold_gives_no_more_time_than_its_maximum)
{
    begin();
    ck_assert_int_eq(light(HOUR, 50, 50), INCIDENT_OPENED);
    ck_assert_int_eq(light(HOUR + 8, 50, 0), INCIDENT_CLOSED);
    ck_assert_int_eq(incident.held_until_ms, NOW_MS + 6 * HOUR_MS);
}
END_TEST

START_TEST(dark_again_later_is_another_incident)
{
    char first[ALERT_ID_MAX];
    begin();
    ck_assert_int_eq(light(HOUR, 50, 50), INCIDENT_OPENED);
    memcpy(first, incident.id, sizeof first);
    ck_assert_int_eq(light(HOUR + 2, 50, 0), INCIDENT_CLOSED);
    ck_assert_int_eq(light(HOUR + 1, 60, 60), INCIDENT_SAME); /* late readings of its own time */
    ck_assert_int_eq(light(HOUR + 3, 50, 50), INCIDENT_OPENED);
    ck_assert_str_ne(incident.id, first);
    ck_assert_int_eq(incident.version, 3);
    ck_assert_int_eq(incident.end_hour, 0);
}
END_TEST

START_TEST(an_outage_that_is_told_a_day_later_holds_nothing_any_more)
{
    const struct store_area_sums dark = {.metered = 50, .dark = 50}, lit = {.metered = 50};
    const struct store_area_total out = {dark, dark}, back = {lit, lit};
    int64_t next_morning = NOW_MS + 24 * HOUR_MS;
    begin();
    ck_assert_int_eq(incident_count(&incident, &rules, FEEDER, HOUR, &out, next_morning),
                     INCIDENT_OPENED);
    ck_assert_int_eq(incident_count(&incident, &rules, FEEDER, HOUR + 1, &back, next_morning),
                     INCIDENT_CLOSED);
    ck_assert_int_eq(incident.closed_ms, next_morning);
    ck_assert_int_lt(incident.held_until_ms, next_morning);
}
END_TEST

#define WATER "water.feeder:F-201"

static enum incident_change report(int32_t hour, int64_t metered, int64_t dark)
{
    struct incident_rules patient = rules;
    patient.window_hours = 3;
    const struct store_area_sums sums = {.metered = metered, .dark = dark};
    return incident_report(&incident, &patient, WATER, hour, &sums,
                           NOW_MS + (hour - HOUR) * HOUR_MS);
}

START_TEST(meters_that_do_not_report_open_an_incident_that_holds_nothing)
{
    begin();
    ck_assert_int_eq(report(HOUR, 19, 19), INCIDENT_SAME);
    ck_assert_int_eq(report(HOUR, 50, 29), INCIDENT_SAME);
    ck_assert_int_eq(report(HOUR, 50, 30), INCIDENT_OPENED);
    ck_assert_int_eq(incident.kind, INCIDENT_UNREPORTED);
    ck_assert_int_eq(incident.from_hour, HOUR - 1); /* of three hours, two are missing */
    ck_assert_int_eq(incident.held_until_ms, NOW_MS);
    ck_assert_int_eq(report(HOUR + 1, 50, 50), INCIDENT_GOES_ON);
    ck_assert_int_eq(report(HOUR + 2, 50, 15), INCIDENT_SAME);
    ck_assert_int_eq(report(HOUR + 3, 50, 14), INCIDENT_CLOSED);
    ck_assert_int_le(incident.held_until_ms, NOW_MS);
    ck_assert_int_eq(report(HOUR + 2, 50, 50), INCIDENT_SAME);
}
END_TEST

START_TEST(reports_are_counted_apart)
{
    ck_assert(incident_is_of_reports(WATER));
    ck_assert(!incident_is_of_reports(FEEDER));
    ck_assert(!incident_is_of_reports("area:a.b"));
}
END_TEST

START_TEST(what_is_stored_reads_back)
{
    struct buffer bytes = {0}, again = {0}, event = {0};
    struct incident read;
    struct fault fault;
    begin();
    ck_assert_int_eq(count(HOUR, (struct store_area_sums){50, 49, 40, 12345, 3}), INCIDENT_OPENED);
    ck_assert_int_eq(light(HOUR + 2, 50, 0), INCIDENT_CLOSED);
    incident_write(&incident, &bytes);
    ck_assert_int_eq(incident_read(buffer_view(&bytes), &read, &fault), ERR_OK);
    incident_write(&read, &again);
    ck_assert_str_eq(again.at, bytes.at);
    incident_event(&incident, "closed", &event);
    ck_assert_ptr_nonnull(strstr(event.at, "\"type\":\"anbu.incident.closed\",\"subject\":"
                                           "\"feeder:F-201\",\"time\":\"2025-11-24T19:00:00Z\""));
    ck_assert_int_eq(incident_read(text_of("{\"version\":1}"), &read, &fault), ERR_CORRUPT);
    ck_assert_int_eq(incident_read(text_of("["), &read, &fault), ERR_CORRUPT);
    incident.version = INT64_MAX; /* it would be counted on */
    buffer_clear(&bytes);
    incident_write(&incident, &bytes);
    ck_assert_int_eq(incident_read(buffer_view(&bytes), &read, &fault), ERR_CORRUPT);
    buffer_done(&bytes);
    buffer_done(&again);
    buffer_done(&event);
}
END_TEST

START_TEST(one_of_a_clock_that_was_ahead_holds_as_long_from_now_on)
{
    begin();
    ck_assert_int_eq(light(HOUR, 50, 49), INCIDENT_OPENED);
    int64_t now_ms = incident.opened_ms, held_ms = incident.held_until_ms - now_ms;
    ck_assert(!incident_set_back(&incident, now_ms, 5000));
    ck_assert(!incident_set_back(&incident, now_ms - 5000, 5000));
    now_ms -= 5 * 3600000;
    ck_assert(incident_set_back(&incident, now_ms, 5000));
    ck_assert_int_eq(incident.opened_ms, now_ms);
    ck_assert_int_eq(incident.held_until_ms, now_ms + held_ms);
    ck_assert_int_eq(incident.version, 2);
    ck_assert_int_eq(incident.last_hour, HOUR); /* of its readings */
    incident.kind = INCIDENT_UNREPORTED;
    incident.opened_ms = now_ms + 3600000;
    incident.last_hour = (int32_t)(now_ms / 3600000) + 4;
    ck_assert(incident_set_back(&incident, now_ms, 5000));
    ck_assert_int_eq(incident.last_hour, now_ms / 3600000); /* of the clock */
}
END_TEST

START_TEST(a_group_has_a_name_that_fits)
{
    char group[STORE_GROUP_MAX], name[STORE_GROUP_MAX];
    ck_assert(incident_group("feeder", text_of("F-201"), group));
    ck_assert_str_eq(group, FEEDER);
    ck_assert(!incident_group("area", text_of(""), group));
    memset(name, 'x', sizeof name);
    ck_assert(!incident_group("area", (struct text){name, sizeof name}, group));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("incident");
    TCase *cases = tcase_create("incident");
    tcase_add_test(cases, most_homes_dark_in_one_hour_open_an_incident);
    tcase_add_test(cases, silence_is_of_enough_homes_in_every_hour_of_the_window);
    tcase_add_test(cases, silence_must_be_beyond_chance);
    tcase_add_test(cases, what_is_expected_is_scaled_by_the_days_before);
    tcase_add_test(cases, it_closes_when_less_than_half_the_share_is_missing);
    tcase_add_test(cases, a_close_late_in_the_hold_gives_no_more_time_than_its_maximum);
    tcase_add_test(cases, dark_again_later_is_another_incident);
    tcase_add_test(cases, an_outage_that_is_told_a_day_later_holds_nothing_any_more);
    tcase_add_test(cases, meters_that_do_not_report_open_an_incident_that_holds_nothing);
    tcase_add_test(cases, reports_are_counted_apart);
    tcase_add_test(cases, what_is_stored_reads_back);
    tcase_add_test(cases, one_of_a_clock_that_was_ahead_holds_as_long_from_now_on);
    tcase_add_test(cases, a_group_has_a_name_that_fits);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
