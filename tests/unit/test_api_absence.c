/* SPDX-License-Identifier: Apache-2.0
 *
 * Absences: who may declare them, what the household's record is told, and what the register keeps.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_world.h"
#include "console/absence.h"
#include "household/record.h"
#include "ingest/decode.h"
#include "ingest/source.h"
#include "kafka/kafka.h"
#include "visitor.h"

#define PATH "/api/v1/households/H-1/absence"

static const struct visitor kim = {"kim", ROLE_OFFICER, TEAM_POLICE, "11140-sindang"};
static const struct visitor lee = {"lee", ROLE_OFFICER, TEAM_WELFARE, "11140-sindang"};
static const struct visitor han = {"han", ROLE_OFFICER, TEAM_WELFARE, "11140-hwanghak"};
static const struct visitor yun = {"yun", ROLE_SUPERVISOR, TEAM_WELFARE, "11140-sindang"};
static const struct visitor far = {"far", ROLE_SUPERVISOR, TEAM_WELFARE, "11140-hwanghak"};

static const struct visitor seo = {"seo", ROLE_SUPERVISOR, TEAM_POLICE, ""};

static void keep_record(const char *household, bool opted_out)
{
    struct store_head head;
    struct record record;
    uint32_t size;
    void *bytes = record_new(&size);
    int64_t offsets[TOPIC_COUNT] = {OFFSET_NONE, OFFSET_NONE, OFFSET_NONE, OFFSET_NONE};
    record_set_texts(&bytes, &size, TEXT("11140-sindang"), TEXT("F-201"), TEXT("Asia/Seoul"));
    record_view(bytes, &record);
    record.home->opted_out = opted_out;
    record_seal(bytes);
    struct store_record kept = {text_of(household), bytes, size, 0, OUTLOOK_UNKNOWN};
    ck_assert(!aw_store->ops->take(aw_store, kafka_partition(text_of(household), AW_PARTITIONS),
                                   &head, NULL, NULL, &aw_fault));
    ck_assert(!aw_store->ops->flush(aw_store, &head, &kept, 1, offsets, &aw_fault));
    free(bytes);
}

/* What the topic was told is what the decoder takes. */
static void told(const char *from, const char *to)
{
    struct message message;
    const char *detail = "";
    int64_t want_ms;
    bool has_offset;
    struct decoder *decoder = decoder_new(NULL, 0);
    enum reject reject =
        decode(decoder, buffer_view(&aw_kafka.body), MESSAGE_HOUSEHOLD, &message, &detail);
    ck_assert_uint_eq(aw_kafka.published[PUBLISH_HOUSEHOLD] > 0, 1);
    ck_assert_str_eq(aw_kafka.key, "H-1");
    ck_assert_msg(!reject, "%s", detail);
    ck_assert_int_eq(message.event.event, HOUSEHOLD_ABSENCE);
    ck_assert(!time_parse(text_of(from), &want_ms, &has_offset));
    ck_assert_int_eq(message.event.from_s, want_ms / 1000);
    ck_assert(!time_parse(text_of(to), &want_ms, &has_offset));
    ck_assert_int_eq(message.event.to_s, want_ms / 1000);
    decoder_free(decoder);
}

START_TEST(an_absence_is_told_to_the_record_and_kept_in_the_register)
{
    keep_record("H-1", false);
    aw_expect(200, PATH,
              "{\"from\":\"2026-01-20\",\"to\":\"2026-02-01T12:00:00+09:00\",\"reason\":\"with her "
              "daughter\",\"why\":\"she called\"}");
    aw_says("{\"delivered\":true,\"household\":\"H-1\",\"record\":null,\"absences\":[{\"from\":"
            "\"2026-01-20T00:00:00+09:00\",\"to\":\"2026-02-01T12:00:00+09:00\",\"reason\":\"with "
            "her daughter\",\"by\":");
    told("2026-01-20T00:00:00+09:00", "2026-02-01T12:00:00+09:00");
    ck_assert_ptr_null(strstr(buffer_view(&aw_kafka.body).at, "daughter"));
    ck_assert_int_eq(aw_outbox("H-1"), 0);
    aw_audit_says("\"action\":\"absence.declare\",\"subject\":\"H-1 "
                  "from 2026-01-20 to 2026-02-01T12:00:00+09:00\","
                  "\"household\":\"H-1\","
                  "\"why\":\"she called\",\"result\":\"intended\"",
                  1);
    aw_expect(200, PATH,
              "{\"from\":\"2026-01-20\",\"to\":\"2026-02-01T12:00:00+09:00\","
              "\"reason\":\"again\"}");
    aw_expect(200, PATH, NULL);
    aw_says("\"reason\":\"again\"");
    aw_says_not("daughter");
}
END_TEST

static int ends(const char *path)
{
    const struct http_request request = {
        .unix_socket = aw_socket, .method = "DELETE", .path_and_query = path, .timeout_ms = 20000};
    http_answer_done(&aw_answer);
    ck_assert(!http_unix(&request, &aw_answer, &aw_fault));
    return (int)aw_answer.status;
}

START_TEST(an_absence_ends_before_its_time)
{
    keep_record("H-1", false);
    ck_assert_int_eq(ends(PATH), 409);
    aw_says("no absence of household H-1 is declared");
    aw_expect(200, PATH, "{\"to\":\"2026-01-26\",\"reason\":\"away\"}");
    aw_now.set_ms += 86400000;
    ck_assert_int_eq(ends(PATH "?why=back"), 200);
    aw_says("\"ended\":\"2026-01-17T10:03:04+09:00\"");
    told("2026-01-16T10:03:04+09:00", "2026-01-17T10:03:04+09:00");
    aw_audit_says("\"action\":\"absence.end\",\"subject\":\"H-1\",\"household\":\"H-1\",\"why\":"
                  "\"back\",\"result\":\"ok\"",
                  1);
    ck_assert_int_eq(ends(PATH), 409);
    /* One that has not begun is over before it begins. */
    aw_expect(200, PATH, "{\"from\":\"2026-02-10\",\"to\":\"2026-02-12\",\"reason\":\"clinic\"}");
    ck_assert_int_eq(ends(PATH), 200);
    told("2026-01-17T10:03:03+09:00", "2026-01-17T10:03:04+09:00");
}
END_TEST

START_TEST(without_kafka_an_absence_is_kept_and_says_so)
{
    keep_record("H-1", false);
    aw_kafka.kafka = KAFKA_FAILS;
    aw_expect(202, PATH, "{\"to\":\"2026-01-26\",\"reason\":\"away\"}");
    aw_says("{\"delivered\":false,");
    ck_assert_int_eq(aw_outbox("H-1"), 1);
    aw_audit_says("\"result\":\"ok: not yet delivered\"", 1);
}
END_TEST

START_TEST(only_whose_alert_it_is_declares_and_supervisors_say_why)
{
    const char *body = "{\"to\":\"2026-01-26\",\"reason\":\"away\"}";
    keep_record("H-1", false);
    keep_record("H-2", false);
    (void)aw_raise("H-1", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    visitor_comes(&lee);
    ck_assert_int_eq(visitor_asks("POST", PATH, body), 200);
    ck_assert_int_eq(visitor_asks("POST", "/api/v1/households/H-2/absence", body), 404);
    ck_assert_int_eq(visitor_asks("POST", "/api/v1/households/H-404/absence", body), 404);
    visitor_reads("household H-404 has no live alert on your desk"); /* as of one that is there */
    visitor_comes(&han);
    ck_assert_int_eq(visitor_asks("GET", PATH, NULL), 404); /* of another area */
    visitor_comes(&kim);
    ck_assert_int_eq(visitor_asks("GET", PATH, NULL), 404); /* another desk's */
    visitor_comes(&yun);
    ck_assert_int_eq(visitor_asks("DELETE", "/api/v1/households/H-2/absence", NULL), 403);
    visitor_reads("say for what purpose");
    ck_assert_int_eq(visitor_asks("DELETE", PATH "?why=the%20family%20called", NULL), 200);
    visitor_reads("\"ended_by\":\"yun\"");
    ck_assert_int_eq(visitor_asks("GET", PATH "?why=review", NULL), 200);
    visitor_comes(&far);
    ck_assert_int_eq(visitor_asks("GET", PATH "?why=review", NULL), 404);
    ck_assert_int_eq(visitor_asks("DELETE", PATH "?why=review", NULL), 404);
}
END_TEST

START_TEST(a_supervisor_without_the_alert_breaks_the_glass)
{
    const char *body = "{\"to\":\"2026-01-26\",\"reason\":\"in hospital\",\"why\":\"she called\"}";
    keep_record("H-1", false);
    visitor_comes(&yun);
    ck_assert_int_eq(visitor_asks("GET", PATH "?why=x", NULL), 400);
    visitor_reads("why: 3 to 200 characters");
    ck_assert_int_eq(visitor_asks("POST", PATH, body), 200);
    visitor_reads("\"reason\":\"in hospital\"");
    aw_audit_says("\"why\":\"she called\",\"glass\":\"broken\",\"result\":\"ok\"", 1);
    (void)aw_raise("H-1", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    ck_assert_int_eq(visitor_asks("GET", PATH, NULL), 200); /* by the alert: no glass */
    aw_audit_says("\"glass\":\"broken\",\"result\":\"ok\"", 1);
}
END_TEST

START_TEST(police_break_no_glass_read_no_reason_declare_and_end_nothing)
{
    const char *body = "{\"to\":\"2026-01-26\",\"reason\":\"in hospital\"}";
    keep_record("H-1", false);
    aw_expect(200, PATH, body);
    visitor_comes(&seo);
    ck_assert_int_eq(visitor_asks("GET", PATH "?why=pursuit", NULL), 404);
    ck_assert_int_eq(visitor_asks("DELETE", PATH "?why=pursuit", NULL), 403);
    ck_assert_int_eq(
        visitor_asks("POST", PATH, "{\"to\":\"2026-10-26\",\"reason\":\"r\",\"why\":\"pursuit\"}"),
        403);
    (void)aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    ck_assert_int_eq(visitor_asks("GET", PATH, NULL), 200);
    visitor_reads("\"reason\":null");
    visitor_reads_not("hospital");
    ck_assert_int_eq(visitor_asks("DELETE", PATH, NULL), 403);
    visitor_reads("ask the welfare team");
    ck_assert_int_eq(visitor_asks("POST", PATH, body), 403);
    visitor_comes(&kim);
    ck_assert_int_eq(visitor_asks("POST", PATH, body), 403);
    visitor_reads("ask the welfare team");
    ck_assert_int_eq(visitor_asks("DELETE", PATH, NULL), 403);
    ck_assert_uint_eq(aw_kafka.published[PUBLISH_HOUSEHOLD], 1); /* the one before */
    aw_audit_says(
        "\"action\":\"absence.declare\",\"subject\":\"H-1\",\"household\":\"H-1\",\"why\":\"\","
        "\"result\":\"refused: police declare",
        2);
    aw_audit_says("\"glass\"", 0);
    aw_expect(200, PATH, NULL);
    aw_says("\"reason\":\"in hospital\"");
}
END_TEST

START_TEST(police_close_no_alert_as_an_absence_either)
{
    keep_record("H-1", false);
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    visitor_comes(&kim);
    ck_assert_int_eq(visitor_asks("POST", aw_path(id, "resolve"),
                                  "{\"outcome\":\"absence\",\"until\":\"2026-01-26\"}"),
                     403);
    visitor_reads("refer it to the welfare team, or close it with another outcome");
    ck_assert_int_eq(visitor_asks("POST", aw_path(id, "resolve"), "{\"outcome\":\"absence\"}"),
                     403);
    visitor_comes(&seo);
    ck_assert_int_eq(visitor_asks("POST", aw_path(id, "resolve"), "{\"outcome\":\"absence\"}"),
                     403);
    aw_audit_says("\"action\":\"alerts.resolve\"", 3);
    aw_audit_says("\"result\":\"refused: police declare no absence", 3);
    ck_assert_uint_eq(aw_kafka.published[PUBLISH_HOUSEHOLD], 0);
    ck_assert_int_eq(visitor_asks("POST", aw_path(id, "refer"),
                                  "{\"team\":\"welfare\",\"note\":\"at her son's\"}"),
                     200);
    visitor_comes(&lee);
    ck_assert_int_eq(visitor_asks("POST", aw_path(id, "resolve"),
                                  "{\"outcome\":\"absence\",\"until\":\"2026-01-26\"}"),
                     200);
    ck_assert_uint_eq(aw_kafka.published[PUBLISH_HOUSEHOLD], 1);
}
END_TEST

START_TEST(what_makes_no_sense_is_said_and_nothing_told)
{
    keep_record("H-1", false);
    keep_record("H-out", true);
    aw_expect(400, PATH, "{\"to\":\"2026-01-26\"}");
    aw_says("reason: is missing");
    aw_expect(400, PATH, "{\"to\":\"2026-01-16\",\"reason\":\"x\"}");
    aw_says("to: an absence that is over changes nothing");
    aw_expect(400, PATH, "{\"from\":\"2026-02-16\",\"to\":\"2026-02-15\",\"reason\":\"x\"}");
    aw_says("to: it ends before it begins");
    aw_expect(400, PATH, "{\"to\":\"2027-02-15\",\"reason\":\"x\"}");
    aw_expect(400, PATH, "{\"to\":\"soon\",\"reason\":\"x\"}");
    aw_expect(400, PATH, "{\"to\":\"2026-02-15T00:00:00\",\"reason\":\"x\"}");
    aw_expect(404, "/api/v1/households/H-404/absence", "{\"to\":\"2026-01-26\",\"reason\":\"x\"}");
    aw_expect(409, "/api/v1/households/H-out/absence", "{\"to\":\"2026-01-26\",\"reason\":\"x\"}");
    aw_says("has opted out");
    ck_assert_uint_eq(aw_kafka.published[PUBLISH_HOUSEHOLD], 0);
}
END_TEST

START_TEST(the_register_keeps_the_latest_and_fits_its_document)
{
    static struct absence_register absences;
    struct absence absence = {.from_s = 1, .to_s = 2, .at_s = 3};
    memset(absence.reason, '\1', ABSENCE_REASON_MAX); /* six bytes each, written */
    ck_assert(!absence_load(aw_store, "H-1", &absences, &aw_fault));
    for (int i = 0; i < ABSENCE_MAX + 4; i++) {
        absence.to_s++;
        absence_add(&absences, &absence);
    }
    ck_assert_uint_eq(absences.count, ABSENCE_MAX);
    ck_assert_msg(!absence_save(aw_store, "H-1", &absences, 3, &aw_fault), "%s", aw_fault.text);
    ck_assert(!absence_load(aw_store, "H-1", &absences, &aw_fault));
    ck_assert_uint_gt(absences.count, 4);
    ck_assert_int_eq(absences.at[absences.count - 1].to_s, absence.to_s);
    ck_assert_str_eq(absences.at[0].reason, absence.reason);
    absences.version--;
    ck_assert_int_eq(absence_save(aw_store, "H-1", &absences, 3, &aw_fault), ERR_CONFLICT);
}
END_TEST

/* AW_NOW is in January 2026. */
START_TEST(a_mistyped_year_closes_no_alert_as_an_absence)
{
    const char *id = aw_raise("H-typed", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(400, aw_path(id, "resolve"), "{\"outcome\":\"absence\",\"until\":\"2062-02-01\"}");
    aw_says("an absence ends within 366 days; whoever lives elsewhere has moved");
    aw_expect(200, aw_path(id, "resolve"), "{\"outcome\":\"absence\",\"until\":\"2026-12-31\"}");
    aw_says("absence until 2026-12-31");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, absence");
    TCase *tcase = tcase_create("absence");
    tcase_set_timeout(tcase, 120); /* argon2id under sanitizers */
    tcase_add_checked_fixture(tcase, aw_set_up, aw_tear_down);
    tcase_add_test(tcase, an_absence_is_told_to_the_record_and_kept_in_the_register);
    tcase_add_test(tcase, an_absence_ends_before_its_time);
    tcase_add_test(tcase, without_kafka_an_absence_is_kept_and_says_so);
    tcase_add_test(tcase, only_whose_alert_it_is_declares_and_supervisors_say_why);
    tcase_add_test(tcase, a_supervisor_without_the_alert_breaks_the_glass);
    tcase_add_test(tcase, police_break_no_glass_read_no_reason_declare_and_end_nothing);
    tcase_add_test(tcase, police_close_no_alert_as_an_absence_either);
    tcase_add_test(tcase, what_makes_no_sense_is_said_and_nothing_told);
    tcase_add_test(tcase, the_register_keeps_the_latest_and_fits_its_document);
    tcase_add_test(tcase, a_mistyped_year_closes_no_alert_as_an_absence);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
