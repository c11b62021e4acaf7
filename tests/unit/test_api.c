/* SPDX-License-Identifier: Apache-2.0
 *
 * What the API answers, does and records. Only Kafka and the daemon around it are played.
 */
#include "console/api.h"

#include <check.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "alert/incident.h"
#include "alert/lifecycle.h"
#include "api_world.h"
#include "base/file.h"
#include "console/audit.h"
#include "console/request.h"
#include "household/record.h"

START_TEST(the_list_has_the_gravest_first_and_filters)
{
    (void)aw_raise("H-1", &aw_quiet, SEVERITY_MEDIUM, AW_RAISED_S);
    (void)aw_raise("H-2", &aw_quiet, SEVERITY_CRITICAL, AW_RAISED_S + 60);
    (void)aw_raise("H-3", &aw_owing, SEVERITY_CRITICAL, AW_RAISED_S);
    aw_expect(200, "/api/v1/alerts", NULL);
    aw_says("\"total\":3,\"more\":false");
    const char *first = strstr(aw_answer.body.at, "\"H-3\""),
               *second = strstr(aw_answer.body.at, "\"H-2\"");
    const char *third = strstr(aw_answer.body.at, "\"H-1\"");
    ck_assert(first && first < second && second < third);

    aw_expect(200, "/api/v1/alerts?team=police&severity=critical,high", NULL);
    aw_says("\"total\":1");
    aw_says("H-2");
    aw_expect(200, "/api/v1/alerts?state=resolved", NULL);
    aw_says("{\"alerts\":[],\"total\":0,\"more\":false}");
    aw_expect(200, "/api/v1/alerts?area=elsewhere", NULL);
    aw_says("\"total\":0");
    aw_expect(200, "/api/v1/alerts?limit=1&all=1&why=shift%20start", NULL);
    aw_says("\"more\":true");
    aw_audit_says("\"subject\":\"limit=1&all=1\",\"household\":\"\",\"why\":\"shift start\","
                  "\"result\":\"ok: 1 alerts\"",
                  1);
}
END_TEST

static void acknowledge(const char *id, const char *note)
{
    char body[100];
    (void)snprintf(body, sizeof body, "{\"note\":\"%s\"}", note);
    aw_expect(200, aw_path(id, "acknowledge"), body);
}

/* Households in the order of the list. */
static void listed(const char *expected)
{
    struct buffer order = {0};
    json_t *list = json_loads(aw_answer.body.at, JSON_REJECT_DUPLICATES, NULL), *alert;
    size_t i;
    json_array_foreach(json_object_get(list, "alerts"), i, alert) buffer_format(
        &order, "%s%s", i ? " " : "", json_string_value(json_object_get(alert, "household")));
    ck_assert_str_eq(buffer_view(&order).at, expected);
    buffer_done(&order);
    json_decref(list);
}

/* An alert learnt a day late has waited for as long as people could know of it; one that came back
 * from somebody waits anew; an escalation changes nothing. */
START_TEST(within_a_severity_the_longest_waiting_comes_first)
{
    const char *late = aw_raise_at("H-late", AW_RAISED_S - 86400, AW_NOW_MS - 120000);
    const char *back = aw_raise_at("H-back", AW_RAISED_S, AW_NOW_MS - 900000);
    (void)aw_raise_at("H-old", AW_RAISED_S + 3600, AW_NOW_MS - 600000);
    const char *taken = aw_raise_at("H-taken", AW_RAISED_S, AW_NOW_MS - 1200000);
    const char *longer = aw_raise_at("H-longer", AW_RAISED_S - 7200, AW_NOW_MS - 1200000);
    aw_expect(200, "/api/v1/alerts", NULL);
    listed("H-longer H-taken H-back H-old H-late");
    acknowledge(taken, "calling");
    aw_expect(200, aw_path(longer, "acknowledge"), "{\"expires\":\"2026-01-16T22:00:00+09:00\"}");
    acknowledge(back, "calling");
    aw_now.set_ms += 60000;
    aw_expect(200, aw_path(back, "release"), "{}");
    aw_says("\"waits_since\":\"2026-01-16T10:04:04+09:00\"");
    aw_expect(200, "/api/v1/alerts", NULL);
    listed("H-old H-late H-back H-taken H-longer");
    aw_expect(200, "/api/v1/households/H-back", NULL);
    aw_says("\"waits_since\":\"2026-01-16T10:04:04+09:00\"");
    aw_expect(200, aw_path(taken, ""), NULL);
    aw_says("\"waits_since\":null");
    aw_expect(200, aw_path(late, ""), NULL);
    aw_says("\"waits_since\":\"2026-01-16T10:01:04+09:00\"");
}
END_TEST

static void held_by(const char *id, const struct incident *incident)
{
    struct hold hold = {.until_ms = incident->held_until_ms};
    memcpy(hold.incident, incident->id, sizeof hold.incident);
    struct change change = {.kind = CHANGE_HOLD, .at_ms = AW_NOW_MS, .hold = &hold};
    uint32_t partition = kafka_partition(TEXT("H-1"), AW_PARTITIONS);
    struct buffer json = {0};
    struct alert before;
    struct step step = {0};
    struct store_transition transition;
    ck_assert(!aw_store->ops->alert(aw_store, partition, id, &json, &aw_fault));
    ck_assert(!alert_read(buffer_view(&json), &before, &aw_fault));
    ck_assert_msg(!lifecycle_apply(&before, &change, &aw_rules, &step, &aw_fault), "%s",
                  aw_fault.text);
    lifecycle_transition(&step, partition, NULL, &transition);
    ck_assert(!aw_store->ops->transition(aw_store, NULL, &transition, &aw_fault));
    step_done(&step);
    alert_done(&before);
    buffer_done(&json);
}

START_TEST(incidents_are_listed_with_what_they_hold)
{
    const struct incident_rules rules = {20, 0.6, 3600, 21600, 3};
    const struct store_area_total dark = {.hour = {50, 48, 0, 0, 0}};
    const struct store_area_total light = {.hour = {50, 1, 0, 0, 0}};
    struct incident incident = {.version = 0};
    struct buffer json = {0};
    aw_expect(200, "/api/v1/incidents", NULL);
    aw_says("{\"incidents\":[]}");
    (void)incident_count(&incident, &rules, "feeder:F-201", AW_RAISED_S / 3600, &dark, AW_NOW_MS);
    incident_write(&incident, &json);
    ck_assert(!aw_store->ops->incident_set(aw_store, "feeder:F-201", 0, 1, buffer_view(&json),
                                           AW_RAISED_S, &aw_fault));
    held_by(aw_raise("H-1", &aw_quiet, SEVERITY_MEDIUM, AW_RAISED_S), &incident);
    aw_expect(200, "/api/v1/incidents", NULL);
    aw_says("\"group\":\"feeder:F-201\"");
    aw_says("\"held\":1}");
    aw_expect(200, "/api/v1/alerts", NULL);
    aw_says("\"total\":0");
    aw_expect(200, "/api/v1/alerts?held=1", NULL);
    aw_says("\"total\":1");
    (void)incident_count(&incident, &rules, "feeder:F-201", AW_RAISED_S / 3600 + 1, &light,
                         AW_NOW_MS);
    buffer_clear(&json);
    incident_write(&incident, &json);
    ck_assert(!aw_store->ops->incident_set(aw_store, "feeder:F-201", 1, 2, buffer_view(&json),
                                           AW_RAISED_S, &aw_fault));
    aw_expect(200, "/api/v1/incidents", NULL);
    aw_says("{\"incidents\":[]}");
    aw_expect(200, "/api/v1/incidents?all=1", NULL);
    aw_says("\"state\":\"closed\"");
    buffer_done(&json);
}
END_TEST

START_TEST(a_mistyped_filter_is_refused_not_ignored)
{
    aw_expect(400, "/api/v1/alerts?sate=open", NULL);
    aw_says("\\\"sate\\\" is no parameter");
    aw_says("\"type\":\"urn:anbu:problem:invalid\"");
    aw_expect(400, "/api/v1/alerts?severity=hihg", NULL);
    aw_says("none of low, medium, high, critical");
    aw_expect(400, "/api/v1/alerts?limit=0", NULL);
    aw_expect(400, "/api/v1/alerts?limit=9x", NULL);
    aw_expect(400, "/api/v1/alerts?area=%zz", NULL);
    aw_audit_says("\"action\":\"alerts.list\"", 5);
    aw_audit_says("\"result\":\"refused: ", 5);
}
END_TEST

START_TEST(an_alert_is_found_by_its_first_characters)
{
    char prefix[ALERT_ID_MAX];
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(200, aw_path(id, ""), NULL);
    aw_says("\"household\":\"H-1\"");
    (void)snprintf(prefix, sizeof prefix, "%.6s", id);
    aw_expect(200, aw_path(prefix, ""), NULL);
    aw_says(id);
    (void)snprintf(prefix, sizeof prefix, "%.5s", id);
    aw_expect(400, aw_path(prefix, ""), NULL);
    aw_expect(404, aw_path("zzzzzzzz", ""), NULL);
    aw_says("there is no alert zzzzzzzz");
    aw_audit_says("\"household\":\"H-1\"", 2);
}
END_TEST

START_TEST(a_persons_action_is_published_before_it_is_confirmed)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    ck_assert_int_eq(aw_outbox("H-1"), 1);
    aw_expect(200, aw_path(id, "acknowledge"), "{\"note\":\"calling her\",\"why\":\"on shift\"}");
    aw_says("\"delivered\":true");
    aw_says("\"state\":\"acknowledged\"");
    aw_says("\"note\":\"calling her\"");
    /* With what came before it: the log has no gap, whatever becomes of the store. */
    ck_assert_uint_eq(aw_kafka.published[PUBLISH_ALERTS], 2);
    ck_assert_str_eq(aw_kafka.key, "H-1");
    ck_assert_ptr_nonnull(strstr(aw_kafka.body.at, "\"type\":\"anbu.alert.acknowledged\""));
    ck_assert_int_eq(aw_outbox("H-1"), 0);
    aw_audit_says("\"why\":\"on shift\",\"result\":\"intended\"", 1);
    aw_audit_says("\"why\":\"on shift\",\"result\":\"ok: version 2\"", 1);

    aw_expect(200, aw_path(id, "resolve"), "{\"outcome\":\"safe\"}");
    aw_says("\"outcome\":\"safe\"");
    ck_assert_uint_eq(aw_kafka.published[PUBLISH_ALERTS], 3);
    ck_assert_uint_eq(aw_kafka.published[PUBLISH_HOUSEHOLD], 1);
    ck_assert_int_eq(aw_outbox("H-1"), 0);
    aw_expect(200, "/api/v1/alerts", NULL);
    aw_says("\"total\":0");
    uint64_t lines = 0;
    ck_assert_int_eq(audit_verify(aw_audit, NULL, 0, &lines, &aw_fault), ERR_OK);
    ck_assert_uint_eq(lines, 5);
}
END_TEST

START_TEST(without_kafka_an_action_is_kept_and_says_so)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    const enum kafka away[] = {KAFKA_FAILS, KAFKA_IS_SILENT, KAFKA_IS_FULL};
    for (size_t i = 0; i < 3; i++) {
        aw_kafka.kafka = away[i];
        aw_expect(202, aw_path(id, "note"), "{\"note\":\"nobody opens\"}");
        aw_says("\"delivered\":false");
        ck_assert_int_eq(aw_outbox("H-1"), 2 + (int)i);
    }
    /* An answer that comes too late is not taken for another's. */
    aw_kafka.kafka = KAFKA_DELIVERS;
    aw_expect(200, aw_path(id, "note"), "{\"note\":\"a neighbour has a key\"}");
    ck_assert_int_eq(aw_outbox("H-1"), 0);
    aw_audit_says("not yet delivered", 3);
}
END_TEST

/* Only so much is told at once: who stands behind more than that is not told that it is done. */
START_TEST(behind_a_long_backlog_an_action_is_not_called_delivered)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_kafka.kafka = KAFKA_FAILS;
    for (int i = 0; i < 70; i++)
        aw_expect(202, aw_path(id, "note"), "{\"note\":\"nobody opens\"}");
    ck_assert_int_eq(aw_outbox("H-1"), 71);
    aw_kafka.kafka = KAFKA_DELIVERS;
    aw_expect(202, aw_path(id, "note"), "{\"note\":\"a neighbour has a key\"}");
    aw_says("\"delivered\":false");
    ck_assert_int_eq(aw_outbox("H-1"), 72 - 64);
    aw_expect(200, aw_path(id, "note"), "{\"note\":\"she is well\"}");
    aw_says("\"delivered\":true");
    ck_assert_int_eq(aw_outbox("H-1"), 0);
}
END_TEST

START_TEST(whoever_comes_too_late_is_told_who_was_first)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    ck_assert_int_eq(aw_ask(aw_path(id, "acknowledge"), "{\"note\":\"mine\",\"version\":1}",
                            "Anbu-On-Behalf-Of: kim"),
                     200);
    aw_says("\"owner\":\"kim (by ");
    aw_expect(412, aw_path(id, "note"), "{\"note\":\"x\",\"version\":1}");
    aw_says(" (H-1): is at version 2, not 1: acknowledged by kim (by ");
    aw_says(": mine");
    ck_assert_int_eq(aw_ask(aw_path(id, "note"), "{\"note\":\"x\"}", "If-Match: \"1\""), 412);
    ck_assert_int_eq(aw_ask(aw_path(id, "note"), "{\"note\":\"x\"}", "If-Match: \"2\""), 200);
}
END_TEST

START_TEST(a_contact_is_told_and_suggests_what_it_may_mean)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(400, aw_path(id, "contact"), "{\"channel\":\"call\",\"whom\":\"resident\"}");
    aw_says("a contact needs its result, one of: reached_safe, ");
    aw_expect(400, aw_path(id, "contact"), "{\"channel\":\"pigeon\"}");
    aw_says("is none of message, call, visit");
    aw_expect(400, aw_path(id, "note"), "{\"note\":\"x\",\"whom\":\"resident\"}");
    aw_says("whom: goes with contact alone");
    aw_expect(200, aw_path(id, "contact"),
              "{\"channel\":\"call\",\"whom\":\"resident\",\"result\":\"reached_safe\"}");
    aw_says("\"state\":\"contacting\"");
    aw_says("\"contact\":{\"channel\":\"call\",\"whom\":\"resident\",\"result\":\"reached_safe\"}");
    aw_says("\"suggests\":\"safe\"");
    ck_assert_ptr_nonnull(strstr(aw_kafka.body.at, "\"type\":\"anbu.alert.contacted\""));
    aw_audit_says("\"action\":\"alerts.contact\"", 5);
    aw_expect(200, "/api/v1/alerts?state=contacting", NULL);
    aw_says("\"total\":1");
}
END_TEST

START_TEST(a_referral_stands_on_both_lists_until_it_is_answered)
{
    const char *id = aw_raise("H-1", &aw_owing, SEVERITY_MEDIUM, AW_RAISED_S);
    const char *theirs = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    char also[80];
    (void)snprintf(also, sizeof also, "to the police: look in (they have %.8s of this home",
                   theirs);
    aw_expect(400, aw_path(id, "refer"), "{\"note\":\"look in\"}");
    aw_says("a referral needs its team, one of: police, welfare");
    aw_expect(400, aw_path(id, "refer"), "{\"team\":\"fire\",\"note\":\"look in\"}");
    aw_expect(400, aw_path(id, "refer"), "{\"team\":\"police\"}");
    aw_expect(200, aw_path(id, "refer"), "{\"team\":\"police\",\"note\":\"look in\"}");
    aw_says("\"state\":\"referred\",\"desk\":\"police\",\"referred_from\":\"welfare\"");
    aw_says(also);
    aw_expect(200, "/api/v1/alerts?team=police", NULL);
    aw_says("\"total\":2");
    aw_expect(200, "/api/v1/alerts?team=welfare", NULL);
    aw_says("\"total\":1");
    aw_expect(200, aw_path(id, ""), NULL);
    (void)snprintf(also, sizeof also, "\"also\":{\"id\":\"%s\",\"desk\":\"police\",", theirs);
    aw_says(also);
    aw_expect(400, aw_path(id, "decline"), "{}");
    aw_expect(200, aw_path(id, "decline"), "{\"note\":\"no danger\"}");
    ck_assert_ptr_nonnull(strstr(aw_kafka.body.at, "\"type\":\"anbu.alert.declined\""));
    aw_expect(200, "/api/v1/alerts?team=police", NULL);
    aw_says("\"total\":1");
    aw_expect(409, aw_path(id, "accept"), "{}");
    aw_expect(200, aw_path(id, "escalate"), "{\"note\":\"smell of gas\"}");
    aw_says("\"state\":\"open\",\"desk\":\"police\"");
    aw_expect(409, aw_path(id, "escalate"), "{\"note\":\"again\"}");
}
END_TEST

START_TEST(what_cannot_be_done_says_what_can_and_is_recorded)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(400, aw_path(id, "resolve"), "{}");
    aw_says("safe, helped");
    aw_expect(400, aw_path(id, "resolve"), "{\"outcome\":\"gone\"}");
    char named[64];
    (void)snprintf(named, sizeof named, "\"%.8s (H-1): it is open already", id);
    aw_expect(409, aw_path(id, "reopen"), "{\"note\":\"why not\"}");
    aw_says(named);
    aw_expect(400, aw_path(id, "acknowledge"), "{\"expires\":\"tomorrow\"}");
    aw_expect(400, aw_path(id, "note"), "{\"note\":");
    aw_expect(400, aw_path(id, "note"), "[]");
    aw_expect(400, aw_path(id, "note"), "{\"note\":\"x\",\"version\":\"2\"}");
    aw_expect(400, aw_path(id, "note"), "{\"note\":\"a\\u0000b\"}");
    aw_expect(400, aw_path(id, "resolve"), "{\"outcome\":\"safe\",\"until\":\"2026-02-01\"}");
    aw_expect(404, aw_path("zzzzzzzz", "acknowledge"), "{}");
    aw_audit_says("\"result\":\"refused: ", 10);
    aw_expect(200, aw_path(id, "resolve"), "{\"outcome\":\"absence\",\"until\":\"2026-02-01\"}");
    ck_assert_ptr_nonnull(strstr(aw_kafka.body.at, "2026-02-01T00:00:00+09:00"));
    aw_expect(409, aw_path(id, "acknowledge"), "{}");
    aw_says(" (H-1): resolved as absence by ");
    aw_says(" at 2026-01-16 10:03; reopen it first");
    ck_assert_uint_eq(aw_kafka.published[PUBLISH_ALERTS], 2);
}
END_TEST

START_TEST(an_unknown_member_is_answered_by_those_of_this_route)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(400, aw_path(id, "note"), "{\"note\":\"x\",\"colour\":\"red\"}");
    aw_says("colour\\\" is no member of this body; it knows note, version, why\"");
    aw_expect(400, aw_path(id, "resolve"), "{\"colour\":\"red\"}");
    aw_says("it knows note, outcome, until, version, why\"");
    aw_expect(400, aw_path(id, "contact"), "{\"colour\":\"red\"}");
    aw_says("it knows note, channel, whom, result, version, why\"");
    aw_expect(400, "/api/v1/reload", "{\"colour\":\"red\"}");
    aw_says("it knows why\"");
    aw_expect(400, "/api/v1/users", "{\"colour\":\"red\"}");
    aw_says("it knows name, role, team, areas, display, sign_in, utility, password, why\"");
}
END_TEST

START_TEST(a_closed_alert_is_not_reopened_beside_a_live_one)
{
    const char *old = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(200, aw_path(old, "resolve"), "{\"outcome\":\"safe\"}");
    const char *new = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S + 86400);
    aw_expect(409, aw_path(old, "reopen"), "{\"note\":\"again\"}");
    aw_says("another alert for the police");
    aw_says(new);
}
END_TEST

/* ---- a store that misbehaves ---- */

static struct store_ops bent;
static int conflicts_left;

/* Somebody else is faster, a few times. */
static enum err transition_after_another(struct store *mine, struct store_head *head,
                                         const struct store_transition *step, struct fault *why)
{
    static const struct change note = {
        .kind = CHANGE_NOTE, .who = "lee", .note = "I was faster", .at_ms = AW_NOW_MS};
    if (conflicts_left-- > 0) {
        struct buffer snapshot = {0};
        struct alert alert;
        struct step faster = {0};
        struct store_transition other;
        ck_assert_int_eq(
            aw_store->ops->alert(aw_store, step->partition, step->alert, &snapshot, why), ERR_OK);
        ck_assert_int_eq(alert_read(buffer_view(&snapshot), &alert, why), ERR_OK);
        ck_assert_int_eq(lifecycle_apply(&alert, &note, &aw_rules, &faster, why), ERR_OK);
        lifecycle_transition(&faster, step->partition, NULL, &other);
        ck_assert_int_eq(aw_store->ops->transition(aw_store, NULL, &other, why), ERR_OK);
        step_done(&faster);
        alert_done(&alert);
        buffer_done(&snapshot);
    }
    return aw_store->ops->transition(mine, head, step, why);
}

/* The write happens, its answer is lost. */
static enum err transition_unheard(struct store *mine, struct store_head *head,
                                   const struct store_transition *step, struct fault *why)
{
    enum err err = aw_store->ops->transition(mine, head, step, why);
    return err ? err : fault_set(why, ERR_UNREACHABLE, "connection lost");
}

static enum err alerts_away(struct store *mine, uint32_t partition, bool live_only, size_t limit,
                            store_alert_fn *each, void *context, struct fault *why)
{
    (void)mine;
    (void)partition;
    (void)live_only;
    (void)limit;
    (void)each;
    (void)context;
    return fault_set(why, ERR_UNREACHABLE, "unix:redis.sock: connection refused");
}

static enum err alert_away(struct store *mine, uint32_t partition, const char *id,
                           struct buffer *out, struct fault *why)
{
    (void)id;
    (void)out;
    return alerts_away(mine, partition, true, 0, NULL, NULL, why);
}

static enum err clock_away(struct store *mine, int64_t *out, struct fault *why)
{
    (void)out;
    return alerts_away(mine, 0, true, 0, NULL, NULL, why);
}

/* Starts the API anew over a store whose operations were changed in `bent`. */
static void bend(void)
{
    struct store *own = store_memory_again(aw_store);
    api_stop(aw_api);
    aw_api = NULL;
    own->ops = &bent;
    struct api_options options = aw_options(own);
    ck_assert_msg(!api_start(&options, &aw_api, &aw_fault), "%s", aw_fault.text);
}

START_TEST(a_conflict_is_tried_again_on_what_is_there_now)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    bent = *aw_store->ops;
    bent.transition = transition_after_another;
    bend();
    conflicts_left = 3;
    aw_expect(200, aw_path(id, "acknowledge"), "{}");
    aw_says("\"version\":5");
    aw_says("I was faster");
    conflicts_left = 1000;
    aw_expect(409, aw_path(id, "note"), "{\"note\":\"x\"}");
    aw_says("try again");
    conflicts_left = 1;
    aw_expect(412, aw_path(id, "note"), "{\"note\":\"x\",\"version\":15}");
    aw_says("note by lee: I was faster");
    /* One intention a request, however often it is tried. */
    aw_audit_says("\"result\":\"intended\"", 3);
}
END_TEST

START_TEST(a_lost_answer_of_the_store_is_looked_after)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    bent = *aw_store->ops;
    bent.transition = transition_unheard;
    bend();
    aw_expect(200, aw_path(id, "acknowledge"), "{}");
    aw_says("\"version\":2");
}
END_TEST

START_TEST(without_the_store_the_answer_is_503)
{
    bent = *aw_store->ops;
    bent.alerts = alerts_away;
    bent.alert = alert_away;
    bent.clock_ms = clock_away;
    bend();
    aw_expect(503, "/api/v1/alerts", NULL);
    aw_says(
        "\"nothing was shown: Anbu's state store is not available. Try again in a minute; if it "
        "stays so, tell whoever runs Anbu (unix:redis.sock: connection refused)\"");
    aw_expect(503, aw_path("abcdefgh", ""), NULL);
    aw_says("nothing was shown: ");
    aw_expect(503, aw_path("abcdefgh", "acknowledge"), "{}");
    aw_says("nothing was changed: Anbu's state store is not available");
    aw_expect(200, "/healthz", NULL); /* the process is well */
    aw_audit_says("\"result\":\"refused: ", 3);
}
END_TEST

START_TEST(without_an_audit_record_nothing_is_shown_or_done)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    struct rlimit old, none;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    none = old;
    none.rlim_cur = 0; /* a full disk */
    ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
    aw_expect(503, aw_path(id, ""), NULL);
    aw_says("nothing is shown without a record");
    aw_says_not("H-1");
    aw_expect(503, "/api/v1/alerts", NULL);
    aw_says_not("H-1");
    aw_expect(503, aw_path(id, "acknowledge"), "{}");
    aw_expect(200, "/healthz", NULL);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
    aw_expect(200, aw_path(id, ""), NULL);
    aw_says("\"version\":1,");
    ck_assert_uint_eq(aw_kafka.published[PUBLISH_ALERTS], 0);
}
END_TEST

START_TEST(the_daemon_answers_for_itself)
{
    aw_expect(200, "/healthz", NULL);
    aw_host_is_bad = true;
    aw_expect(503, "/readyz", NULL);
    aw_says("bad");
    aw_host_is_bad = false;
    aw_expect(200, "/api/v1/status", NULL);
    ck_assert_str_eq(aw_answer.body.at, "{\"uptime_s\":12,\"warnings\":[]}");
    aw_expect(200, "/api/v1", NULL);
    aw_says("/api/v1/alerts/{id}/acknowledge");
    aw_expect(200, "/api/v1/config", NULL);
    aw_says("\"name\":\"kafka.brokers\"");
    aw_expect(200, "/api/v1/reload", "{}");
    aw_says("\"restart_needed\":[\"kafka.brokers\",\"redis.address\"]");
    aw_reload_errors = 1;
    aw_expect(422, "/api/v1/reload", "{}");
    aw_says("\"nothing was changed: anbu.yaml:3:1: kafka.broker: unknown\"");
    aw_reload_errors = 2;
    aw_expect(422, "/api/v1/reload", "{}");
    aw_says("\"nothing was changed, there are 2 errors:\\nanbu.yaml:3:1: kafka.broker: unknown\\n"
            "anbu.yaml:4:1: kafka.broker: unknown\"");
    aw_reload_errors = 100;
    aw_expect(422, "/api/v1/reload", "{}");
    aw_says("unknown\\n... and 78 more; anbuctl check-config tells all\"");
    aw_expect(404, "/api/v1/nothing", NULL);
    aw_expect(405, "/api/v1/reload", NULL);
    aw_audit_says("\"action\":\"daemon.reload\"", 8);
}
END_TEST

/* Sends bytes as they are and reads until the server closes. */
static void raw(const char *bytes, struct buffer *out)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char part[512];
    ssize_t n;
    ck_assert(text_copy(text_of(aw_socket), address.sun_path, sizeof address.sun_path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(send(fd, bytes, strlen(bytes), MSG_NOSIGNAL), (ssize_t)strlen(bytes));
    (void)shutdown(fd, SHUT_WR);
    while ((n = recv(fd, part, sizeof part, 0)) > 0)
        buffer_add(out, part, (size_t)n);
    (void)close(fd);
}

START_TEST(hostile_requests_do_no_harm)
{
    /* More than a socket's buffer holds: the sender is still sending when the answer is known. */
    size_t bytes = 12 * REQUEST_BODY_BYTES_MAX;
    char *large = memory_get(bytes + 1);
    struct buffer out = {0};
    memset(large, ' ', bytes);
    for (int i = 0; i < 20; i++)
        aw_expect(413, "/api/v1/reload", large);
    large[REQUEST_BODY_BYTES_MAX + 1] = '\0';
    aw_expect(413, "/api/v1/reload", large);
    raw("\x16\x03\x01 nonsense\r\n\r\n", &out);
    raw("GET /api/v1/alerts HTTP/1.1\r\nHost: x\r\nIf-Match: \"-99999999999999999999\"\r\n"
        "Connection: close\r\n\r\n",
        &out);
    ck_assert_ptr_nonnull(strstr(out.at, "Cache-Control: no-store"));
    buffer_clear(&out);
    raw("POST /api/v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", &out);
    raw("DELETE /api/v1/alerts HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", &out);
    ck_assert_ptr_nonnull(strstr(out.at, "Allow: GET"));
    ck_assert_int_eq(aw_ask("/api/v1/alerts", NULL, "Anbu-On-Behalf-Of: root (by anbu)"), 400);
    aw_audit_says("refused: Anbu-On-Behalf-Of", 1);
    aw_expect(200, "/healthz", NULL);
    buffer_done(&out);
    free(large);
}
END_TEST

START_TEST(one_daemon_a_socket)
{
    struct stat status;
    struct api *second = NULL;
    char other_audit[128];
    ck_assert_int_eq(stat(aw_socket, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0660);
    (void)snprintf(other_audit, sizeof other_audit, "%s/other.ndjson", aw_folder);
    struct api_options options = aw_options(store_memory_again(aw_store));
    ck_assert_int_eq(api_start(&options, &second, &aw_fault), ERR_BUSY);
    ck_assert_ptr_nonnull(strstr(aw_fault.text, "another process writes this audit log"));
    options = aw_options(store_memory_again(aw_store));
    options.audit_path = other_audit;
    ck_assert_int_eq(api_start(&options, &second, &aw_fault), ERR_BUSY);
    ck_assert_ptr_nonnull(strstr(aw_fault.text, "another daemon answers"));
    aw_expect(200, "/healthz", NULL);
    (void)unlink(other_audit);
}
END_TEST

START_TEST(what_a_dead_daemon_left_is_replaced_and_nothing_else)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat status;
    char long_path[200];
    api_stop(aw_api);
    aw_api = NULL;
    ck_assert_int_eq(access(aw_socket, F_OK), -1);
    ck_assert(text_copy(text_of(aw_socket), address.sun_path, sizeof address.sun_path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(fd); /* nobody listens any more */
    struct api_options options = aw_options(store_memory_again(aw_store));
    ck_assert_msg(!api_start(&options, &aw_api, &aw_fault), "%s", aw_fault.text);
    aw_expect(200, "/healthz", NULL);
    api_stop(aw_api);
    aw_api = NULL;

    FILE *file = fopen(aw_socket, "w");
    ck_assert_ptr_nonnull(file);
    (void)fclose(file);
    options = aw_options(store_memory_again(aw_store));
    ck_assert_int_eq(api_start(&options, &aw_api, &aw_fault), ERR_INVALID);
    ck_assert_int_eq(stat(aw_socket, &status), 0);
    ck_assert_int_eq(unlink(aw_socket), 0);

    memset(long_path, 'a', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    options = aw_options(store_memory_again(aw_store));
    options.socket_path = long_path;
    ck_assert_int_eq(api_start(&options, &aw_api, &aw_fault), ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(aw_fault.text, "daemon.socket"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api");
    TCase *tcase = tcase_create("api");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, aw_set_up, aw_tear_down);
    tcase_add_test(tcase, the_list_has_the_gravest_first_and_filters);
    tcase_add_test(tcase, within_a_severity_the_longest_waiting_comes_first);
    tcase_add_test(tcase, incidents_are_listed_with_what_they_hold);
    tcase_add_test(tcase, a_mistyped_filter_is_refused_not_ignored);
    tcase_add_test(tcase, an_alert_is_found_by_its_first_characters);
    tcase_add_test(tcase, a_persons_action_is_published_before_it_is_confirmed);
    tcase_add_test(tcase, without_kafka_an_action_is_kept_and_says_so);
    tcase_add_test(tcase, behind_a_long_backlog_an_action_is_not_called_delivered);
    tcase_add_test(tcase, whoever_comes_too_late_is_told_who_was_first);
    tcase_add_test(tcase, a_contact_is_told_and_suggests_what_it_may_mean);
    tcase_add_test(tcase, a_referral_stands_on_both_lists_until_it_is_answered);
    tcase_add_test(tcase, what_cannot_be_done_says_what_can_and_is_recorded);
    tcase_add_test(tcase, an_unknown_member_is_answered_by_those_of_this_route);
    tcase_add_test(tcase, a_closed_alert_is_not_reopened_beside_a_live_one);
    tcase_add_test(tcase, a_conflict_is_tried_again_on_what_is_there_now);
    tcase_add_test(tcase, a_lost_answer_of_the_store_is_looked_after);
    tcase_add_test(tcase, without_the_store_the_answer_is_503);
    tcase_add_test(tcase, without_an_audit_record_nothing_is_shown_or_done);
    tcase_add_test(tcase, the_daemon_answers_for_itself);
    tcase_add_test(tcase, hostile_requests_do_no_harm);
    tcase_add_test(tcase, one_daemon_a_socket);
    tcase_add_test(tcase, what_a_dead_daemon_left_is_replaced_and_nothing_else);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
