/* SPDX-License-Identifier: Apache-2.0
 *
 * Golden events: tests/golden/events/NAME.json is the CloudEvent of one step, one line. After a
 * change that is meant, GOLDEN=write writes them anew; read the difference before it is committed.
 */
#include "alert/alert.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/policy.h"
#include "alerts.h"
#include "base/file.h"

#define GOLDEN_FOLDER    "tests/golden/events/"
#define GOLDEN_BYTES_MAX 100000

static void check_golden(const char *name, const struct buffer *got)
{
    char path[128];
    struct buffer want = {0};
    struct fault fault = {""};
    const char *mode = getenv("GOLDEN");
    (void)snprintf(path, sizeof path, GOLDEN_FOLDER "%s.json", name);
    if (mode && strcmp(mode, "write") == 0) {
        FILE *file = fopen(path, "w");
        ck_assert_msg(file != NULL, "%s cannot be written; run from the top of the tree", path);
        ck_assert_int_gt(fprintf(file, "%s\n", got->at), 0);
        ck_assert_int_eq(fclose(file), 0);
    }
    ck_assert_msg(file_read(path, GOLDEN_BYTES_MAX, &want, &fault) == ERR_OK, "%s", fault.text);
    ck_assert_msg(want.bytes > 0 && want.at[want.bytes - 1] == '\n', "%s has no last newline",
                  path);
    want.at[--want.bytes] = '\0';
    ck_assert_msg(strcmp(got->at, want.at) == 0, "%s\n  is  %s\n  not %s", path, got->at, want.at);
    buffer_done(&want);
}

/* One step of a story, and its event against the golden one. */
static void tell(struct alert *alert, const struct change *change, const char *name)
{
    struct step step = {0};
    alerts_step(alert, change, &step);
    check_golden(name, &step.event_json);
    if (step.outcome_json.bytes)
        check_golden("outcome", &step.outcome_json);
    step_done(&step);
}

/* From silence to a resolved alert that is opened again. */
START_TEST(the_story_of_an_alert_gives_the_golden_events)
{
    struct alert alert = {0};
    struct finding silence = alerts_finding(&alerts_silence, 1, MORNING_S);
    struct finding graver = alerts_finding(&alerts_silence, 2, MORNING_S + 2 * HOUR_S);
    struct finding life = alerts_end(&alerts_silence, 3, MORNING_S + 3 * HOUR_S, true);
    silence.flags = 1u << FLAG_LIVES_ALONE | 1u << FLAG_AGED_80_PLUS;
    graver.flags = silence.flags;
    graver.verdict.grade = SEVERITY_HIGH;
    graver.verdict.score = 14.25;
    graver.verdict.since_s = silence.verdict.since_s;
    graver.last_life_s = silence.last_life_s;
    (void)snprintf(graver.summary, sizeof graver.summary,
                   "No water since Thursday 21:00 and no light; never so long in 60 days");
    struct change changes[] = {alerts_found(&silence), alerts_found(&graver), alerts_found(&life)};
    tell(&alert, &changes[0], "raised");
    tell(&alert, &(struct change){.kind = CHANGE_UNACKNOWLEDGED, .at_ms = MORNING_MS + HOUR_MS},
         "escalated");
    tell(&alert, &changes[1], "updated");
    struct change ack =
        alerts_person(CHANGE_ACKNOWLEDGE, "kim", MORNING_MS + 130 * MINUTE_MS + 250, NULL);
    tell(&alert, &ack, "acknowledged");
    struct change note = alerts_person(CHANGE_NOTE, "kim", MORNING_MS + 150 * MINUTE_MS,
                                       "문을 두드렸다.\nNeighbour: \"not seen since Wednesday\"");
    tell(&alert, &note, "note");
    tell(&alert, &changes[2], "life_seen");
    struct change resolve =
        alerts_person(CHANGE_RESOLVE, "kim", MORNING_MS + 200 * MINUTE_MS, "at her son's");
    resolve.outcome = OUTCOME_ABSENCE;
    resolve.absent_until_s = MORNING_S + 4 * 86400 + 2 * HOUR_S;
    tell(&alert, &resolve, "resolved");
    struct change reopen = alerts_person(CHANGE_REOPEN, "lee", MORNING_MS + 300 * MINUTE_MS,
                                         "the son has not seen her");
    tell(&alert, &reopen, "reopened");
    struct change contact =
        alerts_person(CHANGE_CONTACT, "lee", MORNING_MS + 310 * MINUTE_MS, "his number, not hers");
    contact.contact = (struct contact){CHANNEL_CALL, WHOM_CONTACT_PERSON, RESULT_WRONG_NUMBER};
    tell(&alert, &contact, "contacted");
    struct change refer =
        alerts_person(CHANGE_REFER, "lee", MORNING_MS + 320 * MINUTE_MS, "bills, no danger");
    refer.refer_to = TEAM_WELFARE;
    tell(&alert, &refer, "referred");
    struct change decline =
        alerts_person(CHANGE_DECLINE, "park", MORNING_MS + 330 * MINUTE_MS, "not seen since");
    tell(&alert, &decline, "declined");
    refer.at_ms += HOUR_MS;
    alerts_step(&alert, &refer, NULL);
    struct change accept = alerts_person(CHANGE_ACCEPT, "park", MORNING_MS + 390 * MINUTE_MS, NULL);
    tell(&alert, &accept, "accepted");
    alert_done(&alert);
}
END_TEST

START_TEST(arrears_that_are_paid_give_the_golden_events)
{
    struct alert alert = {0};
    struct finding arrears = alerts_finding(&alerts_arrears, 1, MORNING_S);
    struct finding paid = alerts_end(&alerts_arrears, 2, MORNING_S + 30 * HOUR_S, false);
    arrears.verdict.utility = UTILITY_GAS;
    arrears.verdict.score = 3;
    (void)snprintf(arrears.summary, sizeof arrears.summary,
                   "3 months of gas unpaid, 129,300 KRW, the oldest due on 25 October");
    arrears.area[0] = '\0'; /* not known yet */
    arrears.timezone[0] = '\0';
    (void)snprintf(paid.summary, sizeof paid.summary, "129,300 KRW paid on 17 January");
    paid.timezone[0] = paid.area[0] = '\0';
    struct change changes[] = {alerts_found(&arrears), alerts_found(&paid)};
    tell(&alert, &changes[0], "raised_welfare");
    tell(&alert, &changes[1], "cleared");
    alert_done(&alert);
}
END_TEST

/* Checked against another implementation of BLAKE2b. */
START_TEST(an_id_is_the_same_within_the_hour_and_other_outside)
{
    static const struct {
        const char *household;
        enum team team;
        int64_t raised_s;
        const char *id;
    } cases[] = {
        {HOUSEHOLD, TEAM_POLICE, MORNING_S, ID_MORNING},
        {HOUSEHOLD, TEAM_POLICE, MORNING_S + 3599, ID_MORNING},
        {HOUSEHOLD, TEAM_POLICE, MORNING_S - 1, "1brw39897ghqb34rzgr22pf3mp"},
        {HOUSEHOLD, TEAM_POLICE, MORNING_S - 3600, "1brw39897ghqb34rzgr22pf3mp"},
        {HOUSEHOLD, TEAM_WELFARE, MORNING_S - 3600, "s3m271sk2kakeac6njr3pv82cg"},
        {"H-1", TEAM_POLICE, -1, "gbsmhmhwdarhd9d38f10jf85h4"},
        {"", TEAM_POLICE, 0, "55pcjpc5kc0kp1b6y04qej168f"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char id[ALERT_ID_MAX];
        alert_id(text_of(cases[i].household), cases[i].team, cases[i].raised_s, id);
        ck_assert_str_eq(id, cases[i].id);
    }
}
END_TEST

/* An alert with something in every field. */
static struct alert full_alert(void)
{
    struct alert alert = {0};
    struct finding silence = alerts_finding(&alerts_silence, 1, MORNING_S);
    struct finding flow = alerts_finding(&alerts_flow, 4000000000u, MORNING_S);
    struct finding end = alerts_end(&alerts_flow, 4000000001u, MORNING_S + 60, false);
    silence.verdict.score = -0.005;
    silence.flags = flow.flags = end.flags =
        1u << FLAG_MEDICAL | 1u << FLAG_LIVES_ALONE | 1u << FLAG_AGED_65_PLUS;
    silence.age_s = flow.age_s = end.age_s = 2 * 24 * HOUR_S;
    struct change changes[] = {alerts_found(&silence), alerts_found(&flow), alerts_found(&end)};
    for (size_t i = 0; i < 3; i++)
        alerts_step(&alert, &changes[i], NULL);
    struct change ack = alerts_person(CHANGE_ACKNOWLEDGE, "kim", MORNING_MS + 1, "on my way");
    alerts_step(&alert, &ack, NULL);
    return alert;
}

START_TEST(a_snapshot_reads_back_exactly)
{
    struct alert alert = full_alert(), again = {0};
    struct buffer bytes = {0}, bytes_again = {0};
    struct fault fault = {""};
    alert_write(&alert, &bytes);
    ck_assert_msg(alert_read(buffer_view(&bytes), &again, &fault) == ERR_OK, "%s", fault.text);
    ck_assert_int_eq(again.expires_ms, MORNING_MS + 1 + 2 * HOUR_MS);
    ck_assert_int_eq(again.reasons[1].seq, 4000000001u);
    ck_assert_double_eq(again.reasons[0].score, -0.01);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(again.reasons[i].severity, SEVERITY_HIGH);
        ck_assert_uint_eq(again.reasons[i].context, policy_factor_named("medical") |
                                                        policy_factor_named("alone") |
                                                        policy_factor_named("old"));
        ck_assert_uint_eq(again.reasons[i].limit,
                          policy_limit_named(i ? "welfare" : "old_evidence"));
        ck_assert_uint_eq(again.reasons[i].danger, 0);
    }
    ck_assert_str_eq(again.steps[3].note, "on my way");
    ck_assert_ptr_null(again.steps[again.step_count].note);
    alert_write(&again, &bytes_again);
    ck_assert_str_eq(bytes.at, bytes_again.at);
    ck_assert_int_eq(memcmp(&alert, &again, offsetof(struct alert, reasons)), 0);
    buffer_done(&bytes);
    buffer_done(&bytes_again);
    alert_done(&again);
    alert_done(&alert);
}
END_TEST

START_TEST(a_copy_owns_its_notes)
{
    struct alert alert = full_alert(), copy;
    struct change refer = alerts_person(CHANGE_REFER, "kim", MORNING_MS + 2, "no danger");
    refer.refer_to = TEAM_WELFARE;
    alerts_step(&alert, &refer, NULL);
    alert_copy(&alert, &copy);
    alert.steps[3].note[0] = '?';
    alert.steps[4].words[0] = '?';
    alert.steps[4].noted->note = NOTE_DECLINED;
    alert_done(&alert);
    alert_done(&alert); /* twice is fine */
    ck_assert_str_eq(copy.steps[3].note, "on my way");
    ck_assert_str_eq(copy.steps[4].words, "no danger");
    ck_assert_int_eq(copy.steps[4].noted->note, NOTE_REFERRED);
    alert_done(&copy);
}
END_TEST

static void expect_fault(json_t *root, const char *want)
{
    static const struct alert untouched;
    struct alert out = {0};
    struct fault fault = {""};
    char *text = json_dumps(root, JSON_COMPACT);
    ck_assert_int_eq(alert_read(text_of(text), &out, &fault), ERR_CORRUPT);
    ck_assert_str_eq(fault.text, want);
    ck_assert_mem_eq(&out, &untouched, sizeof out);
    free(text);
}

static json_t *snapshot(void)
{
    struct alert alert = full_alert();
    struct buffer bytes = {0};
    alert_write(&alert, &bytes);
    json_t *root = json_loadb(bytes.at, bytes.bytes, 0, NULL);
    ck_assert_ptr_nonnull(root);
    buffer_done(&bytes);
    alert_done(&alert);
    return root;
}

START_TEST(a_snapshot_without_one_of_its_fields_is_refused_by_name)
{
    json_t *whole = snapshot();
    const char *key;
    json_t *value;
    json_object_foreach(whole, key, value)
    {
        if (strcmp(key, "held_by") == 0)
            continue; /* nothing holds alerts yet */
        json_t *root = json_deep_copy(whole);
        char want[128];
        (void)json_object_del(root, key);
        (void)snprintf(want, sizeof want, "alert snapshot: %s is missing", key);
        expect_fault(root, want);
        json_decref(root);
    }
    json_decref(whole);
}
END_TEST

START_TEST(a_snapshot_with_a_wrong_value_is_refused_by_name)
{
    static const struct {
        const char *key, *value, *want;
    } cases[] = {
        {"alert", "\"abcdefghijklmnopqrstuvwxyz0123456789\"", "alert is too long"},
        {"alert", "7", "alert is no string"},
        {"alert", "\"\"", "alert is empty"},
        {"version", "0", "version is out of range"},
        {"version", "1.5", "version is no whole number"},
        {"team", "\"fire\"", "team is not one of its words"},
        {"severity", "null", "severity is no string"},
        {"state", "\"open\"", "state does not agree with owner and expires"},
        {"raised", "\"2026-01-16T07:00:00\"", "raised is no time with an offset"},
        {"raised", "\"2026-01-16T07:00:00.5+09:00\"", "raised has a fraction of a second"},
        {"expires", "\"soon\"", "expires is no time with an offset"},
        {"escalations", "256", "escalations is out of range"},
        {"outcome", "\"safe\"", "state does not agree with outcome"},
        {"outcome", "\"fine\"", "outcome is not one of its words"},
        {"reasons", "{}", "reasons is no list"},
        {"reasons", "[7]", "reasons[0].detector is missing"},
        {"steps", "[null]", "steps[0].what is missing"},
        {"steps",
         "[{\"what\":\"note\",\"who\":\"kim\",\"at\":\"2026-01-16T07:00:00Z\",\"note\":1}]",
         "steps[0].note is no string"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *root = snapshot();
        char want[128];
        (void)json_object_set_new(root, cases[i].key,
                                  json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
        (void)snprintf(want, sizeof want, "alert snapshot: %s", cases[i].want);
        expect_fault(root, want);
        json_decref(root);
    }
}
END_TEST

static json_t *evidence_of(json_t *root)
{
    return json_object_get(json_array_get(json_object_get(root, "reasons"), 0), "evidence");
}

START_TEST(evidence_with_a_wrong_value_is_refused_by_name)
{
    static const struct {
        const char *key, *value, *want;
    } cases[] = {
        {"hours", "{}", "evidence is no object with hours of a few meters"},
        {"hours", "[{},{},{},{}]", "evidence is no object with hours of a few meters"},
        {"hours", "[{}]", "utility is missing"},
        {"hours", "[{\"utility\":\"water\",\"expected\":[1,2],\"seen\":[0,1]}]",
         "expected is no list of as many numbers as there are hours"},
        {"until", "7", "until is no string"},
        {"missing_hours", "-1", "missing_hours is out of range"},
        {"longest_hours", "\"long\"", "longest_hours is no whole number"},
        {"terms", "[]", "evidence.terms is no object, or too large"},
        {"terms", "{\"a\":\"b\"}", "evidence.terms has a name that is too long, or no number"},
        {"terms", "{\"abcdefghijklmnopqrst\":1}",
         "evidence.terms has a name that is too long, or no number"},
        {"terms",
         "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,"
         "\"l\":1,\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"q\":1,\"r\":1,\"s\":1,\"t\":1,\"u\":1,\"v\":1,"
         "\"w\":1}",
         "evidence.terms is no object, or too large"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *root = snapshot();
        char want[160];
        (void)json_object_set_new(evidence_of(root), cases[i].key,
                                  json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
        (void)snprintf(want, sizeof want, "alert snapshot: reasons[0].%s", cases[i].want);
        expect_fault(root, want);
        json_decref(root);
    }
    json_t *root = snapshot();
    json_t *water = json_array_get(json_object_get(evidence_of(root), "hours"), 0);
    (void)json_array_set_new(json_object_get(water, "seen"), 3, json_integer(2));
    expect_fault(root, "alert snapshot: reasons[0].seen has a number out of range");
    json_decref(root);
}
END_TEST

/* As they were written before there was any. */
START_TEST(a_reason_without_evidence_still_reads)
{
    json_t *root = snapshot();
    struct alert alert = {0};
    (void)json_object_del(json_array_get(json_object_get(root, "reasons"), 0), "evidence");
    char *text = json_dumps(root, 0);
    ck_assert_int_eq(alert_read(text_of(text), &alert, NULL), ERR_OK);
    ck_assert(!alert.reasons[0].has_evidence && alert.reasons[1].has_evidence);
    struct buffer bytes = {0};
    alert_write(&alert, &bytes);
    ck_assert_ptr_nonnull(strstr(bytes.at, "\"evidence\":null"));
    buffer_done(&bytes);
    free(text);
    alert_done(&alert);
    json_decref(root);
}
END_TEST

/* Of an older version, and of a later one. */
START_TEST(a_reason_that_tells_its_severity_otherwise_still_reads)
{
    json_t *root = snapshot();
    json_t *reasons = json_object_get(root, "reasons");
    json_t *older = json_array_get(reasons, 0), *later = json_array_get(reasons, 1);
    struct alert alert = {0};
    static const char *const members[] = {"severity", "context", "limit", "danger"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        (void)json_object_del(older, members[i]);
    (void)json_object_set_new(later, "context", json_pack("[s,s,i]", "alone", "full_moon", 7));
    (void)json_object_set_new(later, "limit", json_string("weekend"));
    (void)json_object_set_new(later, "danger", json_string("unheated"));
    char *text = json_dumps(root, 0);
    ck_assert_int_eq(alert_read(text_of(text), &alert, NULL), ERR_OK);
    ck_assert_int_eq(alert.reasons[0].severity, alert.reasons[0].grade);
    ck_assert_uint_eq(alert.reasons[0].context, 0);
    ck_assert_uint_eq(alert.reasons[1].context, policy_factor_named("alone"));
    ck_assert_uint_eq(alert.reasons[1].limit, 0);
    ck_assert_uint_eq(alert.reasons[1].danger, policy_danger_named("unheated"));
    free(text);
    alert_done(&alert);
    json_decref(root);
}
END_TEST

START_TEST(lists_that_are_too_long_are_refused)
{
    json_t *root = snapshot();
    json_t *steps = json_object_get(root, "steps");
    while (json_array_size(steps) <= ALERT_STEPS_MAX)
        (void)json_array_append(steps, json_array_get(steps, 0));
    expect_fault(root, "alert snapshot: steps has too many entries");
    json_decref(root);
}
END_TEST

START_TEST(a_snapshot_of_a_later_version_of_anbu_still_reads)
{
    json_t *root = snapshot();
    struct alert alert = {0};
    (void)json_object_set_new(root, "weather", json_string("snow"));
    char *text = json_dumps(root, 0);
    ck_assert_int_eq(alert_read(text_of(text), &alert, NULL), ERR_OK);
    free(text);
    alert_done(&alert);
    json_decref(root);
}
END_TEST

START_TEST(a_snapshot_cut_anywhere_is_refused_and_leaks_nothing)
{
    struct alert alert = full_alert();
    struct buffer bytes = {0};
    alert_write(&alert, &bytes);
    for (size_t n = 0; n < bytes.bytes; n++) {
        struct alert out = {0};
        char *cut = memory_text((struct text){bytes.at, n});
        ck_assert_int_eq(alert_read((struct text){cut, n}, &out, NULL), ERR_CORRUPT);
        free(cut);
    }
    struct fault fault;
    struct alert out = {0};
    ck_assert_int_eq(alert_read(TEXT("[]"), &out, &fault), ERR_CORRUPT);
    ck_assert_str_eq(fault.text, "alert snapshot: no JSON object");
    ck_assert_int_eq(alert_read(TEXT("{\"alert\":1,\"alert\":2}"), &out, &fault), ERR_CORRUPT);
    ck_assert(strstr(fault.text, "duplicate object key") != NULL);
    buffer_done(&bytes);
    alert_done(&alert);
}
END_TEST

START_TEST(bytes_that_are_no_text_do_not_reach_an_event)
{
    struct alert alert = {0};
    struct finding found = alerts_finding(&alerts_silence, 1, MORNING_S);
    memset(found.summary, 'x', sizeof found.summary);
    memcpy(found.summary + sizeof found.summary - 3, "\xec\x95", 3); /* cut in a character */
    (void)snprintf(found.area, sizeof found.area, "%s", "\xff\x01");
    (void)snprintf(found.timezone, sizeof found.timezone, "%s", "../../etc/passwd");
    struct change raise = alerts_found(&found);
    struct step step = {0};
    alerts_step(&alert, &raise, &step);
    json_t *root = json_loadb(step.event_json.at, step.event_json.bytes, 0, NULL);
    ck_assert_ptr_nonnull(root);
    json_decref(root);
    ck_assert(strstr(step.event_json.at, "\"raised\":\"2026-01-15T22:00:00Z\"") != NULL);
    struct alert again = {0};
    ck_assert_int_eq(alert_read(buffer_view(&step.snapshot), &again, NULL), ERR_OK);
    ck_assert_str_eq(again.reasons[0].summary, alert.reasons[0].summary);
    alert_done(&again);
    step_done(&step);
    alert_done(&alert);
}
END_TEST

/* The words of docs/alerts.md are those of the tables: each stands there as `code`. */
START_TEST(the_page_on_alerts_knows_every_word)
{
    struct buffer page = {0};
    struct fault fault = {""};
    ck_assert_msg(file_read("docs/alerts.md", GOLDEN_BYTES_MAX, &page, &fault) == ERR_OK, "%s",
                  fault.text);
    const struct {
        const char *const *names;
        size_t count;
    } tables[] = {
        {alert_state_names, ALERT_STATE_COUNT},   {alert_change_names, ALERT_CHANGE_COUNT},
        {alert_step_words, ALERT_STEP_COUNT},     {alert_step_events, ALERT_STEP_COUNT},
        {outcome_names, OUTCOME_COUNT},           {contact_channel_names, CONTACT_CHANNEL_COUNT},
        {contact_whom_names, CONTACT_WHOM_COUNT}, {contact_result_names, CONTACT_RESULT_COUNT},
        {severity_names, SEVERITY_COUNT},         {team_names, TEAM_COUNT},
        {alert_answer_names, ALERT_ANSWER_COUNT}, {ladder_channel_names, LADDER_CHANNEL_COUNT},
        {ladder_whom_names, LADDER_WHOM_COUNT},
    };
    char word[64];
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (size_t i = 0; i < tables[t].count; i++) {
            (void)snprintf(word, sizeof word, "`%s`", tables[t].names[i]);
            ck_assert_msg(strstr(page.at, word) != NULL, "docs/alerts.md lacks %s", word);
        }
    }
    for (size_t i = 0; i < policy_factor_count; i++) {
        (void)snprintf(word, sizeof word, "`%s`", policy_factors[i].name);
        ck_assert_msg(strstr(page.at, word) != NULL, "docs/alerts.md lacks %s", word);
    }
    json_t *root = snapshot();
    const char *key;
    json_t *value;
    json_object_foreach(root, key, value)
    {
        (void)snprintf(word, sizeof word, "`%s`", key);
        ck_assert_msg(strstr(page.at, word) != NULL, "docs/alerts.md lacks the field %s", word);
    }
    json_decref(root);
    buffer_done(&page);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alert");
    TCase *cases = tcase_create("alert");
    tcase_add_test(cases, the_story_of_an_alert_gives_the_golden_events);
    tcase_add_test(cases, arrears_that_are_paid_give_the_golden_events);
    tcase_add_test(cases, an_id_is_the_same_within_the_hour_and_other_outside);
    tcase_add_test(cases, a_snapshot_reads_back_exactly);
    tcase_add_test(cases, a_copy_owns_its_notes);
    tcase_add_test(cases, a_snapshot_without_one_of_its_fields_is_refused_by_name);
    tcase_add_test(cases, a_snapshot_with_a_wrong_value_is_refused_by_name);
    tcase_add_test(cases, evidence_with_a_wrong_value_is_refused_by_name);
    tcase_add_test(cases, a_reason_without_evidence_still_reads);
    tcase_add_test(cases, a_reason_that_tells_its_severity_otherwise_still_reads);
    tcase_add_test(cases, lists_that_are_too_long_are_refused);
    tcase_add_test(cases, a_snapshot_of_a_later_version_of_anbu_still_reads);
    tcase_add_test(cases, a_snapshot_cut_anywhere_is_refused_and_leaks_nothing);
    tcase_add_test(cases, bytes_that_are_no_text_do_not_reach_an_event);
    tcase_add_test(cases, the_page_on_alerts_knows_every_word);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
