/* SPDX-License-Identifier: Apache-2.0
 *
 * What the API shows of households.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/incident.h"
#include "api_world.h"
#include "household/census.h"
#include "household/record.h"
#include "ingest/source.h"
#include "kafka/kafka.h"

START_TEST(a_household_that_is_not_known_or_not_readable_is_said)
{
    struct store_head head;
    struct text household = TEXT("H/1");
    uint32_t partition = kafka_partition(household, AW_PARTITIONS);
    aw_expect(404, "/api/v1/households/H-404?why=alert", NULL);
    aw_says("household H-404 is not known");
    aw_audit_says("\"household\":\"H-404\",\"why\":\"alert\",\"result\":\"refused: ", 1);
    ck_assert_int_eq(aw_store->ops->take(aw_store, partition, &head, NULL, NULL, &aw_fault),
                     ERR_OK);
    struct store_record record = {household, "no record", 9, 0, 0};
    int64_t offsets[TOPIC_COUNT] = {OFFSET_NONE, OFFSET_NONE, OFFSET_NONE, OFFSET_NONE};
    ck_assert_int_eq(aw_store->ops->flush(aw_store, &head, &record, 1, offsets, &aw_fault), ERR_OK);
    aw_expect(500, "/api/v1/households/H%2F1", NULL); /* an id may hold a slash */
    aw_says("the record of household H/1");
    aw_expect(404, "/api/v1/households/H/1", NULL);
    aw_says("is not known; GET /api/v1 lists");
    aw_expect(400, "/api/v1/households/H%00", NULL);
}
END_TEST

static void stop_reporting(const char *group)
{
    const struct incident_rules rules = {20, 0.6, 3600, 21600, 3};
    const struct store_area_sums none = {.metered = 50, .dark = 50};
    struct incident incident = {.version = 0};
    struct buffer json = {0};
    ck_assert_int_eq(
        incident_report(&incident, &rules, group, AW_RAISED_S / 3600, &none, AW_NOW_MS),
        INCIDENT_OPENED);
    incident_write(&incident, &json);
    ck_assert(!aw_store->ops->incident_set(aw_store, group, 0, 1, buffer_view(&json), AW_RAISED_S,
                                           &aw_fault));
    buffer_done(&json);
}

START_TEST(a_household_is_shown_with_its_alerts)
{
    struct store_head head;
    struct text household = TEXT("H-1");
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(200, "/api/v1/households/H-1", NULL);
    aw_says("{\"household\":\"H-1\",\"kept\":false,\"alerts\":[{");
    uint32_t size;
    void *bytes = record_new(&size);
    uint32_t partition = kafka_partition(household, AW_PARTITIONS);
    int64_t offsets[TOPIC_COUNT] = {OFFSET_NONE, OFFSET_NONE, OFFSET_NONE, OFFSET_NONE};
    record_set_texts(&bytes, &size, TEXT("11140-sindang"), TEXT("F-201"), TEXT("Asia/Seoul"));
    record_seal(bytes);
    struct store_record record = {household, bytes, size, 0, 0};
    ck_assert_int_eq(aw_store->ops->take(aw_store, partition, &head, NULL, NULL, &aw_fault),
                     ERR_OK);
    ck_assert_int_eq(aw_store->ops->flush(aw_store, &head, &record, 1, offsets, &aw_fault), ERR_OK);
    free(bytes);
    aw_expect(200, "/api/v1/households/H-1", NULL);
    aw_says("\"non_reporting\":[],");
    stop_reporting("gas.feeder:F-202");
    stop_reporting("water.feeder:F-201");
    aw_expect(200, "/api/v1/households/H-1?why=alert", NULL);
    aw_says("\"kept\":true");
    aw_says(
        "\"non_reporting\":[{\"utility\":\"water\",\"group\":\"water.feeder:F-201\",\"from\":\"");
    aw_says("Z\"}],");
    json_t *shown = json_loads(aw_answer.body.at, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(shown, "household")), "H-1");
    ck_assert_str_eq(json_string_value(json_object_get(shown, "area")), "11140-sindang");
    const json_t *alert = json_array_get(json_object_get(shown, "alerts"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(alert, "alert")), id);
    json_decref(shown);
    aw_audit_says("\"household\":\"H-1\",\"why\":\"alert\",\"result\":\"ok\"", 1);
}
END_TEST

static void keep_home(const char *household, const char *area, int outlook_h)
{
    struct store_head head;
    uint32_t size, partition = kafka_partition(text_of(household), AW_PARTITIONS);
    void *bytes = record_new(&size);
    struct record kept;
    record_view(bytes, &kept);
    kept.home->last_reading_s = outlook_h == OUTLOOK_NEVER ? 0 : 1768478400;
    const int64_t offsets[TOPIC_COUNT] = {OFFSET_NONE, OFFSET_NONE, OFFSET_NONE, OFFSET_NONE};
    record_set_texts(&bytes, &size, text_of(area), TEXT(""), TEXT("Asia/Seoul"));
    record_seal(bytes);
    struct store_record record = {text_of(household), bytes, size, 0, outlook_h};
    ck_assert_int_eq(aw_store->ops->take(aw_store, partition, &head, NULL, NULL, &aw_fault),
                     ERR_OK);
    ck_assert_int_eq(aw_store->ops->flush(aw_store, &head, &record, 1, offsets, &aw_fault), ERR_OK);
    free(bytes);
}

START_TEST(homes_are_listed_by_how_late_a_collapse_would_be_told)
{
    aw_expect(200, "/api/v1/households", NULL);
    aw_says("{\"homes\":{\"day\":0,\"two_days\":0,\"later\":0,\"learning\":0},\"households\":[]}");
    keep_home("H-1", "A-1", 12);
    keep_home("H-2", "A-1", 60);
    keep_home("H-3", "A-2", OUTLOOK_NEVER);
    keep_home("H-4", "A-2", OUTLOOK_UNKNOWN);
    keep_home("H-5", "A-2", 48);
    aw_expect(200, "/api/v1/households?why=rounds", NULL);
    aw_says("{\"homes\":{\"day\":1,\"two_days\":1,\"later\":2,\"learning\":1},\"households\":["
            "{\"household\":\"H-3\",\"area\":\"A-2\",\"outlook_hours\":null,\"outlook\":\"later\","
            "\"last_reading\":null,\"meters\":[]},"
            "{\"household\":\"H-2\",\"area\":\"A-1\",\"outlook_hours\":60,\"outlook\":\"later\","
            "\"last_reading\":\"2026-01-15T21:00:00+09:00\",\"meters\":[]},"
            "{\"household\":\"H-5\"");
    aw_says_not("H-4");
    aw_expect(200, "/api/v1/households?outlook=later&area=A-1", NULL);
    aw_says("H-2");
    aw_says_not("H-3");
    aw_says_not("H-1");
    aw_audit_says("\"subject\":\"outlook=later&area=A-1\",\"household\":\"\"", 1);
    aw_expect(200, "/api/v1/households?outlook=learning", NULL);
    aw_says("\"household\":\"H-4\",\"area\":\"A-2\",\"outlook_hours\":null,"
            "\"outlook\":\"learning\"");
    aw_expect(200, "/api/v1/households?limit=1", NULL);
    aw_says("H-3");
    aw_says_not("H-2");
    aw_expect(400, "/api/v1/households?outlook=soon", NULL);
    aw_says("none of day, two_days, later, learning");
    aw_expect(400, "/api/v1/households?limit=0", NULL);
}
END_TEST

START_TEST(an_area_is_found_behind_a_page_of_others)
{
    char name[16];
    for (int i = 0; i < 1200; i++) {
        (void)snprintf(name, sizeof name, "H-%d", i);
        keep_home(name, "A-1", 100);
    }
    keep_home("H-late", "A-2", 50);
    aw_expect(200, "/api/v1/households?area=A-2", NULL);
    aw_says("H-late");
    aw_says_not("H-1");
    aw_expect(200, "/api/v1/households?limit=1000", NULL);
    aw_says_not("H-late");
}
END_TEST

/* Puts a record into the store as the household's owner does. */
static void keep_record(struct text household, bool opted_out)
{
    struct store_head head;
    struct record record;
    uint32_t size;
    void *bytes = record_new(&size);
    int64_t offsets[TOPIC_COUNT] = {OFFSET_NONE, OFFSET_NONE, OFFSET_NONE, OFFSET_NONE};
    record_view(bytes, &record);
    record.home->opted_out = opted_out;
    record_seal(bytes);
    struct store_record kept = {household, bytes, size, 0, OUTLOOK_UNKNOWN};
    ck_assert_int_eq(aw_store->ops->take(aw_store, kafka_partition(household, AW_PARTITIONS), &head,
                                         NULL, NULL, &aw_fault),
                     ERR_OK);
    ck_assert_int_eq(aw_store->ops->flush(aw_store, &head, &kept, 1, offsets, &aw_fault), ERR_OK);
    free(bytes);
}

START_TEST(an_earlier_moment_is_looked_up_where_the_messages_lie)
{
    keep_record(TEXT("H-1"), false);
    keep_record(TEXT("H-out"), true);
    aw_expect(200, "/api/v1/households/H-1?at=2026-01-15T21%3A00%3A00Z&why=alert", NULL);
    json_t *shown = json_loads(aw_answer.body.at, JSON_REJECT_DUPLICATES, NULL);
    const json_t *messages = json_object_get(shown, "messages");
    ck_assert_int_eq(json_integer_value(json_object_get(messages, "partition")),
                     kafka_partition(TEXT("H-1"), AW_PARTITIONS));
    ck_assert_str_eq(json_string_value(json_object_get(messages, "readings")), "anbu.readings");
    ck_assert_str_eq(json_string_value(json_object_get(shown, "counts")), "");
    json_decref(shown);
    aw_audit_says("\"subject\":\"H-1 at 2026-01-15T21:00:00Z\",\"household\":\"H-1\","
                  "\"why\":\"alert\",\"result\":\"ok\"",
                  1);
    aw_expect(409, "/api/v1/households/H-out?at=2026-01-15T21%3A00%3A00Z", NULL);
    aw_says("has opted out: what was before is not shown either");
    aw_says_not("partition");
}
END_TEST

/* The newest that the partition's homes are judged by, and the bytes for whoever looks back. */
START_TEST(a_household_is_shown_at_the_prices_in_force)
{
    struct store_head head;
    struct buffer counts = {0}, digits = {0};
    struct census *census = census_new();
    uint32_t partition = kafka_partition(TEXT("H-1"), AW_PARTITIONS);
    const int64_t offsets[TOPIC_COUNT] = {OFFSET_NONE, OFFSET_NONE, OFFSET_NONE, OFFSET_NONE};
    struct census_count hours = {2922, 6000, 8766, POPULATION_FLOW, CENSUS_HOURS};
    keep_record(TEXT("H-1"), false);
    aw_expect(200, "/api/v1/households/H-1", NULL);
    aw_says("\"prices\":{\"of\":\"training\",\"snapshot\":null,\"since\":null}");
    (void)census_turn(census, hours.week);
    census_add(census, &hours);
    ck_assert(census_turn(census, hours.week + 1));
    census_write(census, &counts);
    struct store_record record = {STORE_NOBODY, counts.at, (uint32_t)counts.bytes, 0, 0};
    ck_assert(!aw_store->ops->take(aw_store, partition, &head, NULL, NULL, &aw_fault));
    ck_assert(!aw_store->ops->flush(aw_store, &head, &record, 1, offsets, &aw_fault));
    aw_expect(200, "/api/v1/households/H-1", NULL);
    aw_says("\"prices\":{\"of\":\"counted\",\"snapshot\":2923,\"since\":"
            "\"2026-01-12T00:00:00Z\"}");
    aw_says_not("\"counts\"");
    aw_expect(200, "/api/v1/households/H-1?at=2026-01-15T21%3A00%3A00Z", NULL);
    buffer_hex(&digits, buffer_view(&counts));
    aw_says(digits.at);
    buffer_done(&digits);
    buffer_done(&counts);
    census_free(census);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, households");
    TCase *tcase = tcase_create("households");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, aw_set_up, aw_tear_down);
    tcase_add_test(tcase, a_household_that_is_not_known_or_not_readable_is_said);
    tcase_add_test(tcase, a_household_is_shown_with_its_alerts);
    tcase_add_test(tcase, homes_are_listed_by_how_late_a_collapse_would_be_told);
    tcase_add_test(tcase, an_area_is_found_behind_a_page_of_others);
    tcase_add_test(tcase, an_earlier_moment_is_looked_up_where_the_messages_lie);
    tcase_add_test(tcase, a_household_is_shown_at_the_prices_in_force);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
