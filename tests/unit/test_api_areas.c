/* SPDX-License-Identifier: Apache-2.0
 *
 * Areas, feeders and dark meters: counted from records by hand, and who is shown them.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/incident.h"
#include "api_world.h"
#include "console/homes.h"
#include "ingest/source.h"
#include "kafka/kafka.h"
#include "visitor.h"

#define NOW_S  (AW_NOW_MS / 1000)
#define HOUR_S 3600
#define DAY_S  86400

static const struct visitor yun = {"yun", ROLE_SUPERVISOR, TEAM_POLICE, "A-1"};
static const struct visitor net = {"net", ROLE_UTILITY, ACCOUNT_ANY_TEAM, "F-2"};
static const struct visitor ops = {"ops", ROLE_OPS, ACCOUNT_ANY_TEAM, ""};

/* A home with two meters. */
struct home {
    const char *household, *area, *feeder;
    int64_t life_s, read_s;    /* before now */
    int64_t heard_s[2];        /* before now, by meter; 0: never */
    uint16_t interval_minutes; /* of the first */
    int64_t away_s[2];         /* from, to: before now */
    bool empty;
};

static void keep(const struct home *home)
{
    struct store_head head;
    struct record record;
    uint32_t size, partition = kafka_partition(text_of(home->household), AW_PARTITIONS);
    void *bytes = record_new(&size);
    const int64_t offsets[TOPIC_COUNT] = {OFFSET_NONE, OFFSET_NONE, OFFSET_NONE, OFFSET_NONE};
    record_set_texts(&bytes, &size, text_of(home->area), text_of(home->feeder), TEXT("Asia/Seoul"));
    for (int i = 0; i < 2; i++)
        ck_assert_uint_eq(record_add_meter(&bytes, &size), (unsigned)i);
    record_view(bytes, &record);
    record.home->occupied = !home->empty;
    record.home->last_life_s = NOW_S - home->life_s;
    record.home->last_reading_s = NOW_S - home->read_s;
    if (home->away_s[0]) {
        record.home->absent_from_s = NOW_S - home->away_s[0];
        record.home->absent_to_s = NOW_S - home->away_s[1];
    }
    for (int i = 0; i < 2; i++) {
        record.meters[i].newest_s = home->heard_s[i] ? NOW_S - home->heard_s[i] : 0;
        record.meters[i].utility = (uint8_t)(i ? UTILITY_WATER : UTILITY_ELECTRICITY);
        record.meters[i].id = (uint64_t)i + 1;
    }
    record.meters[0].interval_minutes = home->interval_minutes;
    record_seal(bytes);
    struct store_record kept = {text_of(home->household), bytes, size, 0, 12};
    ck_assert(!aw_store->ops->take(aw_store, partition, &head, NULL, NULL, &aw_fault));
    ck_assert(!aw_store->ops->flush(aw_store, &head, &kept, 1, offsets, &aw_fault));
    free(bytes);
}

static const struct home homes[] = {
    /* Somebody was up an hour ago, all is heard. */
    {"H-1", "A-1", "F-1", HOUR_S, HOUR_S, {HOUR_S, HOUR_S}, 60, {0, 0}, false},
    /* Measured for a day without anybody. */
    {"H-2", "A-1", "F-1", DAY_S + HOUR_S, HOUR_S, {HOUR_S, HOUR_S}, 60, {0, 0}, false},
    /* The same, but away as declared. */
    {"H-3", "A-1", "F-1", DAY_S + HOUR_S, HOUR_S, {HOUR_S, HOUR_S}, 60, {DAY_S, -DAY_S}, false},
    /* Nobody lives there. */
    {"H-4", "A-1", "F-2", 9 * DAY_S, HOUR_S, {HOUR_S, HOUR_S}, 60, {0, 0}, true},
    /* Its electricity is heard no more since two days and three hours: two hourly readings more. */
    {"H-5", "A-2", "F-2", 2 * DAY_S, 2 * DAY_S, {2 * DAY_S + 3 * HOUR_S, HOUR_S}, 60, {0, 0}, 0},
    /* As long, but it reports once a day. */
    {"H-6", "A-2", "F-2", 2 * DAY_S, 2 * DAY_S, {2 * DAY_S + 3 * HOUR_S, HOUR_S}, 1440, {0, 0}, 0},
    /* Both are dark for long. */
    {"=H-7", "A-2", "F-2", 9 * DAY_S, 9 * DAY_S, {9 * DAY_S, 8 * DAY_S}, 60, {0, 0}, false},
};

static void keep_all(void)
{
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++)
        keep(&homes[i]);
}

static void open_incident(const char *group)
{
    const struct incident_rules rules = {20, 0.6, 3600, 21600, 3};
    const struct store_area_sums none = {.metered = 50, .dark = 50};
    struct incident incident = {.version = 0};
    struct buffer json = {0};
    ck_assert_int_eq(incident_report(&incident, &rules, group, (int32_t)(AW_RAISED_S / HOUR_S),
                                     &none, AW_NOW_MS),
                     INCIDENT_OPENED);
    incident_write(&incident, &json);
    ck_assert(!aw_store->ops->incident_set(aw_store, group, 0, 1, buffer_view(&json), AW_RAISED_S,
                                           &aw_fault));
    buffer_done(&json);
}

START_TEST(areas_and_feeders_are_counted_from_records)
{
    keep_all();
    open_incident("water.feeder:F-2");
    open_incident("gas.feeder:F-3");
    aw_expect(200, "/api/v1/areas", NULL);
    aw_says("{\"areas\":[{\"area\":\"A-1\",\"homes\":4,\"quiet\":1,\"dark\":0,\"open\":0,"
            "\"incident\":null},{\"area\":\"A-2\",\"homes\":3,\"quiet\":0,\"dark\":2,\"open\":0,"
            "\"incident\":null}],\"feeders\":[{\"feeder\":\"F-1\",\"homes\":3,\"quiet\":1,\"dark\":"
            "0,\"incident\":null},{\"feeder\":\"F-2\",\"homes\":4,\"quiet\":0,\"dark\":2,"
            "\"incident\":{\"id\":");
    aw_says("\"kind\":\"non_reporting\",\"from\":\"2026-01-15T20:00:00Z\"}}],\"cut\":false,"
            "\"counting\":false}");
}
END_TEST

START_TEST(alerts_of_an_area_are_those_that_the_asker_may_open)
{
    keep(&(struct home){"H-8", "11140-sindang", "F-1", HOUR_S, HOUR_S, {HOUR_S, 0}, 60, {0, 0}, 0});
    (void)aw_raise("H-8", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    (void)aw_raise("H-8", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(200, "/api/v1/areas", NULL);
    aw_says("\"area\":\"11140-sindang\",\"homes\":1,\"quiet\":0,\"dark\":0,\"open\":2,");
    visitor_comes(&(struct visitor){"kim", ROLE_OFFICER, TEAM_POLICE, ""});
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/areas", NULL), 200);
    visitor_reads("\"open\":1,");
    visitor_comes(&(struct visitor){"net", ROLE_UTILITY, ACCOUNT_ANY_TEAM, ""});
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/areas", NULL), 200);
    visitor_reads("\"area\":\"11140-sindang\"");
    visitor_reads_not("\"open\"");
}
END_TEST

START_TEST(each_sees_the_own_areas_and_feeders)
{
    keep_all();
    visitor_comes(&yun);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/areas", NULL), 200);
    visitor_reads("\"area\":\"A-1\"");
    visitor_reads_not("A-2");
    visitor_reads_not("F-1");
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/meters/dark", NULL), 403);
    visitor_comes(&net);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/areas", NULL), 200);
    visitor_reads("\"areas\":[],\"feeders\":[{\"feeder\":\"F-2\"");
    visitor_reads_not("F-1");
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/meters/dark", NULL), 200);
    visitor_reads("\"household\":\"H-5\"");
    visitor_comes(&(struct visitor){"far", ROLE_UTILITY, ACCOUNT_ANY_TEAM, "F-9"});
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/meters/dark", NULL), 200);
    visitor_reads("{\"meters\":[],\"total\":0,");
    visitor_comes(&ops);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/meters/dark", NULL), 200);
    visitor_reads("\"total\":3");
    visitor_reads("\"household\":null");
    visitor_reads_not("H-5");
}
END_TEST

START_TEST(a_utility_is_held_to_its_own_meters)
{
    struct account account;
    keep_all();
    aw_expect(201, "/api/v1/users",
              "{\"name\":\"gas\",\"role\":\"utility\",\"areas\":\"F-2\",\"utility\":\"water\","
              "\"password\":\"a quiet river at night\"}");
    aw_says("\"areas\":\"F-2\",\"utility\":\"water\"");
    aw_expect(
        400, "/api/v1/users",
        "{\"name\":\"o\",\"role\":\"ops\",\"utility\":\"gas\",\"password\":\"a quiet river\"}");
    aw_expect(400, "/api/v1/users",
              "{\"name\":\"o\",\"role\":\"ops\",\"areas\":\"F-2\",\"password\":\"a quiet river\"}");
    aw_expect(400, "/api/v1/users",
              "{\"name\":\"o\",\"role\":\"utility\",\"utility\":\"heat\",\"password\":\"a quiet "
              "river\"}");
    visitor_comes(&net);
    ck_assert(!account_load(aw_store, "net", &account, &aw_fault));
    (void)snprintf(account.utility, sizeof account.utility, "water");
    ck_assert(!account_save(aw_store, &account, &aw_fault));
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/meters/dark", NULL), 200);
    visitor_reads("\"utility\":\"water\"");
    visitor_reads_not("\"utility\":\"electricity\"");
    visitor_reads("\"total\":1");
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/areas", NULL), 200);
    visitor_reads_not("\"quiet\"");
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/rosters", NULL), 403);
}
END_TEST

START_TEST(incidents_are_those_of_the_own_areas_and_utility)
{
    struct account account;
    keep_all();
    open_incident("area:A-1");
    open_incident("area:A-2");
    open_incident("water.feeder:F-2");
    open_incident("gas.feeder:F-2");
    aw_expect(200, "/api/v1/incidents", NULL);
    aw_says("\"group\":\"gas.feeder:F-2\"");
    visitor_comes(&yun);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/incidents", NULL), 200);
    visitor_reads("\"group\":\"area:A-1\"");
    visitor_reads_not("A-2");
    visitor_reads_not("F-2");
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/incidents?all=1", NULL), 200);
    visitor_reads_not("A-2");
    visitor_comes(&net);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/incidents", NULL), 200);
    visitor_reads("\"group\":\"water.feeder:F-2\"");
    visitor_reads("\"group\":\"gas.feeder:F-2\"");
    visitor_reads_not("area:A-1");
    ck_assert(!account_load(aw_store, "net", &account, &aw_fault));
    (void)snprintf(account.utility, sizeof account.utility, "gas");
    ck_assert(!account_save(aw_store, &account, &aw_fault));
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/incidents", NULL), 200);
    visitor_reads("\"group\":\"gas.feeder:F-2\"");
    visitor_reads_not("water.feeder");
    (void)snprintf(account.utility, sizeof account.utility, "electricity");
    ck_assert(!account_save(aw_store, &account, &aw_fault));
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/areas", NULL), 200);
    visitor_reads("\"feeder\":\"F-2\"");
    visitor_reads("\"incident\":null");
    visitor_comes(&ops);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/incidents", NULL), 200);
    visitor_reads("area:A-2");
    visitor_comes(&(struct visitor){"eye", ROLE_AUDITOR, ACCOUNT_ANY_TEAM, ""});
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/incidents", NULL), 200);
    visitor_reads("area:A-2");
}
END_TEST

/* The alert as an incident holds it. */
static void hold(const char *household, const char *id, const char *incident)
{
    struct hold held = {.until_ms = AW_NOW_MS + 3600000};
    struct change change = {.kind = CHANGE_HOLD, .at_ms = AW_NOW_MS, .hold = &held};
    uint32_t partition = kafka_partition(text_of(household), AW_PARTITIONS);
    struct buffer snapshot = {0};
    struct alert alert;
    struct step step = {0};
    struct store_transition transition;
    (void)text_copy(text_of(incident), held.incident, sizeof held.incident);
    ck_assert(!aw_store->ops->alert(aw_store, partition, id, &snapshot, &aw_fault));
    ck_assert(!alert_read(buffer_view(&snapshot), &alert, &aw_fault));
    ck_assert(!lifecycle_apply(&alert, &change, &aw_rules, &step, &aw_fault));
    lifecycle_transition(&step, partition, NULL, &transition);
    ck_assert(!aw_store->ops->transition(aw_store, NULL, &transition, &aw_fault));
    step_done(&step);
    alert_done(&alert);
    buffer_done(&snapshot);
}

START_TEST(whoever_works_on_alerts_sees_the_incident_that_holds_theirs)
{
    static const struct visitor kim = {"kim", ROLE_OFFICER, TEAM_POLICE, "11140-sindang"};
    char incident[ALERT_ID_MAX];
    open_incident("feeder:F-2");
    open_incident("feeder:F-3");
    aw_expect(200, "/api/v1/incidents", NULL);
    const char *row = strstr(aw_answer.body.at, "\"group\":\"feeder:F-2\"");
    ck_assert_ptr_nonnull(row);
    while (strncmp(row, "{\"incident\":\"", 13) != 0)
        row--;
    ck_assert_int_eq(sscanf(row, "{\"incident\":\"%31[^\"]", incident), 1);
    visitor_comes(&kim);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/incidents", NULL), 200);
    visitor_reads("{\"incidents\":[]}");
    hold("H-9", aw_raise("H-9", &aw_quiet, SEVERITY_MEDIUM, AW_RAISED_S), incident);
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/incidents", NULL), 200);
    visitor_reads("\"group\":\"feeder:F-2\"");
    visitor_reads("\"held\":1}");
    visitor_reads_not("F-3");
    visitor_comes(&(struct visitor){"lee", ROLE_OFFICER, TEAM_WELFARE, "11140-sindang"});
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/incidents", NULL), 200);
    visitor_reads("{\"incidents\":[]}"); /* another team's alert */
    visitor_comes(&(struct visitor){"net", ROLE_UTILITY, ACCOUNT_ANY_TEAM, "11140-sindang"});
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/incidents", NULL), 200);
    visitor_reads("{\"incidents\":[]}"); /* nobody's who sees no alert */
    visitor_comes(&(struct visitor){"grid", ROLE_UTILITY, ACCOUNT_ANY_TEAM, "F-2"});
    ck_assert_int_eq(visitor_asks("GET", "/api/v1/incidents", NULL), 200);
    visitor_reads("\"group\":\"feeder:F-2\"");
    visitor_reads("\"held\":null}"); /* as with areas: how many alerts there are is not theirs */
}
END_TEST

START_TEST(dark_meters_come_page_by_page_the_longest_silent_first)
{
    char path[200];
    keep_all();
    aw_expect(200, "/api/v1/meters/dark?limit=2&feeder=F-2", NULL);
    aw_says("{\"meters\":[{\"household\":\"=H-7\",\"utility\":\"electricity\",\"area\":\"A-2\","
            "\"feeder\":\"F-2\",\"since\":\"2026-01-07T01:03:04Z\",\"interval_minutes\":60},"
            "{\"household\":\"=H-7\",\"utility\":\"water\"");
    aw_says("\"total\":3,\"next\":\"");
    aw_says_not("H-5");
    const char *next = strstr(aw_answer.body.at, "\"next\":\"") + 8;
    (void)snprintf(path, sizeof path, "/api/v1/meters/dark?limit=2&feeder=F-2&cursor=%.*s",
                   (int)strcspn(next, "\""), next);
    aw_expect(200, path, NULL);
    aw_says("{\"meters\":[{\"household\":\"H-5\"");
    aw_says("\"total\":3,\"cut\":false");
    aw_expect(200, "/api/v1/meters/dark?utility=water", NULL);
    aw_says("\"total\":1");
    aw_expect(200, "/api/v1/meters/dark?feeder=F-1", NULL);
    aw_says("\"total\":0");
    aw_expect(400, "/api/v1/meters/dark?cursor=12", NULL);
    aw_expect(400, "/api/v1/meters/dark?utility=steam", NULL);
    aw_expect(200, "/api/v1/meters/dark?format=csv&why=repair", NULL);
    aw_says("household,utility,area,feeder,since,interval_minutes\r\n"
            "\"'=H-7\",electricity,A-2,F-2,2026-01-07T01:03:04Z,60\r\n");
    aw_audit_says("\"action\":\"meters.dark\",\"subject\":\"format=csv\",\"household\":\"\","
                  "\"why\":\"repair\",\"result\":\"ok\"",
                  1);
}
END_TEST

START_TEST(a_survey_goes_on_where_the_last_request_left_it)
{
    char name[16];
    for (int i = 0; i < 2 * HOMES_SLICE + 300; i++) {
        (void)snprintf(name, sizeof name, "N-%d", i);
        keep(&(struct home){name, "A-1", "", HOUR_S, HOUR_S, {HOUR_S, 0}, 60, {0, 0}, false});
    }
    aw_expect(200, "/api/v1/areas", NULL);
    aw_says("\"counting\":true");
    aw_expect(200, "/api/v1/areas?format=csv&why=report", NULL);
    aw_says("\r\nnot all: still counting; ask again in a minute,,,,,,\r\n");
    aw_expect(200, "/api/v1/areas", NULL);
    aw_says("{\"areas\":[{\"area\":\"A-1\",\"homes\":4300,");
    aw_says("\"counting\":false");
    keep(&homes[4]);
    aw_expect(200, "/api/v1/areas", NULL);
    aw_says_not("A-2");
    aw_now.set_ms += HOMES_AGE_MS;
    for (int i = 0; i < 3; i++)
        aw_expect(200, "/api/v1/areas", NULL);
    aw_says("{\"areas\":[{\"area\":\"A-1\",\"homes\":4300,");
    aw_says("{\"area\":\"A-2\",\"homes\":1,");
}
END_TEST

/* With two dark meters each, one home more than are listed. */
START_TEST(a_table_of_more_dark_meters_than_are_listed_says_so)
{
    char name[16];
    for (int i = 0; i <= SURVEY_DARK_MAX / 2; i++) {
        (void)snprintf(name, sizeof name, "N-%05d", i);
        keep(&(struct home){name, "A-1", "", DAY_S, DAY_S, {9 * DAY_S, 8 * DAY_S}, 60, {0, 0}, 0});
    }
    aw_expect(200, "/api/v1/meters/dark?format=csv&why=repair", NULL);
    aw_says("\r\nnot all: still counting; ask again in a minute,,,,,\r\n");
    aw_says_not("there are more");
    for (int read = HOMES_SLICE; read <= SURVEY_DARK_MAX / 2; read += HOMES_SLICE)
        aw_expect(200, "/api/v1/areas", NULL);
    aw_expect(200, "/api/v1/meters/dark?limit=1", NULL);
    aw_says("\"cut\":true,\"counting\":false}");
    aw_expect(200, "/api/v1/meters/dark?limit=1&format=csv&why=repair", NULL);
    aw_says("\r\nnot all: there are more than are counted,,,,,\r\n");
    aw_says_not("still counting");
    size_t lines = 0;
    for (const char *at = aw_answer.body.at; (at = strstr(at, "\r\n")); at += 2)
        lines++;
    ck_assert_uint_eq(lines, 1 + SURVEY_DARK_MAX + 1); /* its head, and the row that says so */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, areas");
    TCase *tcase = tcase_create("areas");
    tcase_set_timeout(tcase, 120); /* argon2id under sanitizers */
    tcase_add_checked_fixture(tcase, aw_set_up, aw_tear_down);
    tcase_add_test(tcase, areas_and_feeders_are_counted_from_records);
    tcase_add_test(tcase, alerts_of_an_area_are_those_that_the_asker_may_open);
    tcase_add_test(tcase, each_sees_the_own_areas_and_feeders);
    tcase_add_test(tcase, a_utility_is_held_to_its_own_meters);
    tcase_add_test(tcase, incidents_are_those_of_the_own_areas_and_utility);
    tcase_add_test(tcase, whoever_works_on_alerts_sees_the_incident_that_holds_theirs);
    tcase_add_test(tcase, dark_meters_come_page_by_page_the_longest_silent_first);
    tcase_add_test(tcase, a_survey_goes_on_where_the_last_request_left_it);
    tcase_add_test(tcase, a_table_of_more_dark_meters_than_are_listed_says_so);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
