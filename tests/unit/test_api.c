/* SPDX-License-Identifier: Apache-2.0
 *
 * The real server on a unix socket, asked over real HTTP, over the memory store. Only Kafka and the
 * daemon around it are played.
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

#include "alert/lifecycle.h"
#include "base/file.h"
#include "console/audit.h"
#include "console/request.h"
#include "household/record.h"
#include "http/client.h"
#include "ingest/source.h"

#define NOW_MS     1768525384005 /* 2026-01-16T01:03:04Z */
#define RAISED_S   1768514400    /* 2026-01-15T22:00:00Z */
#define PARTITIONS 4

static char folder[64], socket_path[96], audit_path[96];
static struct fault fault;
static struct clock now;
static struct store *store; /* the test's own handle */
static struct api *api;
static struct config *config;
static struct http_answer answer;

/* ---- what is played ---- */

enum kafka { KAFKA_DELIVERS, KAFKA_FAILS, KAFKA_IS_SILENT, KAFKA_IS_FULL };
static struct played_publisher {
    struct publisher publisher;
    enum kafka kafka;
    publisher_done_fn *done;
    void *context;
    void *tokens[16];
    size_t waiting;
    size_t published[PUBLISH_TOPIC_COUNT];
    char key[64];
    struct buffer body;
} kafka;

static enum err played_publish(struct publisher *publisher, enum publisher_topic topic,
                               struct text key, struct text body,
                               const struct publisher_header *headers, size_t header_count,
                               void *token, struct fault *why)
{
    (void)publisher;
    (void)headers;
    (void)header_count;
    if (kafka.kafka == KAFKA_IS_FULL)
        return fault_set(why, ERR_BUSY, "the queue is full");
    kafka.published[topic]++;
    (void)text_copy(key, kafka.key, sizeof kafka.key);
    buffer_clear(&kafka.body);
    buffer_add(&kafka.body, body.at, body.bytes);
    kafka.tokens[kafka.waiting++] = token;
    return ERR_OK;
}

static void played_poll(struct publisher *publisher, int timeout_ms)
{
    (void)publisher;
    (void)timeout_ms;
    while (kafka.kafka != KAFKA_IS_SILENT && kafka.waiting > 0)
        kafka.done(kafka.context, kafka.tokens[--kafka.waiting],
                   kafka.kafka == KAFKA_FAILS ? ERR_TIMEOUT : ERR_OK, 0, 7);
}

static void played_free(struct publisher *publisher)
{
    (void)publisher;
}

static enum err played_new(void *context, publisher_done_fn *done, void *done_context,
                           struct publisher **out, struct fault *why)
{
    static const struct publisher_ops ops = {played_publish, played_poll, NULL, played_free};
    (void)context;
    (void)why;
    kafka.publisher.ops = &ops;
    kafka.done = done;
    kafka.context = done_context;
    *out = &kafka.publisher;
    return ERR_OK;
}

static bool reload_is_bad;

static enum err host_reload(void *host, struct config_errors *errors, struct buffer *restart)
{
    (void)host;
    if (reload_is_bad) {
        errors->count = 1;
        buffer_text(&errors->text, "anbu.yaml:3:1: kafka.broker: unknown\n");
        return ERR_CONFIG;
    }
    buffer_text(restart, "kafka.brokers\nredis.address\n");
    return ERR_OK;
}

static const struct config *host_hold(void *host)
{
    (void)host;
    return config;
}

static void host_release(void *host, const struct config *held)
{
    (void)host;
    ck_assert_ptr_eq(held, config);
}

static bool host_is_bad;

static bool host_is_well(void *host, struct buffer *out)
{
    (void)host;
    buffer_text(out, host_is_bad ? "bad" : "well");
    return !host_is_bad;
}

static void host_status(void *host, struct buffer *out)
{
    (void)host;
    buffer_text(out, "{\"uptime_s\":12}");
}

static struct api_options options_of(struct store *own)
{
    return (struct api_options){
        .socket_path = socket_path,
        .audit_path = audit_path,
        .partitions = PARTITIONS,
        .store = own,
        .settings = config_settings(config),
        .clock = &now,
        .host = {NULL,
                 host_reload,
                 host_hold,
                 host_release,
                 host_status,
                 {NULL, NULL, host_is_well, host_is_well}},
        .publisher_new = played_new,
    };
}

static void set_up(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/anbu-api-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(socket_path, sizeof socket_path, "%s/anbud.sock", folder);
    (void)snprintf(audit_path, sizeof audit_path, "%s/audit.ndjson", folder);
    now = clock_by_hand(NOW_MS);
    const char *const sets[] = {"kafka.delivery_timeout=1s"};
    struct config_errors errors = {0};
    ck_assert_msg(!config_load(NULL, sets, 1, &config, &errors), "%s",
                  buffer_view(&errors.text).at);
    config_errors_done(&errors);
    kafka = (struct played_publisher){0};
    reload_is_bad = false;
    store = store_memory_new();
    struct api_options options = options_of(store_memory_again(store));
    ck_assert_msg(!api_start(&options, &api, &fault), "%s", fault.text);
}

static void tear_down(void)
{
    http_answer_done(&answer);
    api_stop(api);
    store->ops->free(store);
    config_free(config);
    buffer_done(&kafka.body);
    ck_assert_int_eq(access(socket_path, F_OK), -1);
    (void)unlink(audit_path);
    (void)rmdir(folder);
}

/* ---- asking ---- */

static long ask(const char *path, const char *body, const char *header)
{
    const char *const headers[] = {header, NULL};
    struct http_request request = {.unix_socket = socket_path,
                                   .path_and_query = path,
                                   .body = body,
                                   .headers = headers,
                                   .timeout_ms = 20000};
    http_answer_done(&answer);
    enum err err = http_unix(&request, &answer, &fault);
    ck_assert_msg(!err, "%s", fault.text);
    return answer.status;
}

static void says(const char *part)
{
    ck_assert_msg(strstr(buffer_view(&answer.body).at, part), "no %s in %s", part,
                  buffer_view(&answer.body).at);
}

static void says_not(const char *part)
{
    ck_assert_msg(!strstr(buffer_view(&answer.body).at, part), "%s in %s", part,
                  buffer_view(&answer.body).at);
}

#define expect(status, path, body) ck_assert_int_eq(ask(path, body, NULL), status)

static void audit_says(const char *part, int times)
{
    struct buffer log = {0};
    int found = 0;
    ck_assert_int_eq(file_read(audit_path, 1 << 20, &log, &fault), ERR_OK);
    for (const char *at = log.at; at && (at = strstr(at, part)); at++)
        found++;
    ck_assert_msg(found == times, "%d times %s in\n%s", found, part, buffer_view(&log).at);
    buffer_done(&log);
}

/* ---- alerts ---- */

static const struct detector quiet = {.name = "silence", .team = TEAM_POLICE};
static const struct detector owing = {.name = "arrears", .team = TEAM_WELFARE};
static struct alert_rules rules = {7200, 600, 1800, 3};
static uint32_t finding_seq;

/* Raises an alert and returns its id, valid until the eighth call after it. */
static const char *raise_known(const char *household, const struct detector *detector,
                               enum severity grade, int64_t at_s, int64_t wall_ms)
{
    static char ids[8][ALERT_ID_MAX];
    static int next;
    struct finding finding = {.detector = detector,
                              .detector_index = detector == &quiet ? 0 : 2,
                              .seq = ++finding_seq,
                              .active = true,
                              .at_s = at_s,
                              .wall_ms = wall_ms};
    finding.verdict = (struct verdict){.active = true,
                                       .grade = grade,
                                       .score = 9.1,
                                       .since_s = at_s - 36000,
                                       .utility = UTILITY_WATER,
                                       .utilities = 1u << UTILITY_WATER};
    (void)snprintf(finding.summary, sizeof finding.summary, "No water since 21:00");
    (void)snprintf(finding.household, sizeof finding.household, "%s", household);
    (void)snprintf(finding.area, sizeof finding.area, "11140-sindang");
    (void)snprintf(finding.timezone, sizeof finding.timezone, "Asia/Seoul");
    struct change change = {.kind = CHANGE_FINDING, .at_ms = finding.wall_ms, .finding = &finding};
    struct step step = {0};
    struct store_transition transition;
    ck_assert_msg(!lifecycle_apply(NULL, &change, &rules, &step, &fault), "%s", fault.text);
    uint32_t partition = kafka_partition(text_of(household), PARTITIONS);
    lifecycle_transition(&step, partition, &finding, &transition);
    ck_assert_msg(!store->ops->transition(store, NULL, &transition, &fault), "%s", fault.text);
    char *id = ids[next++ % 8];
    (void)text_copy(text_of(step.alert.id), id, ALERT_ID_MAX);
    step_done(&step);
    return id;
}

static const char *raise_alert(const char *household, const struct detector *detector,
                               enum severity grade, int64_t at_s)
{
    return raise_known(household, detector, grade, at_s, at_s * 1000 + 60000);
}

static const char *raise_alert_at(const char *household, int64_t at_s, int64_t learnt_ms)
{
    return raise_known(household, &quiet, SEVERITY_HIGH, at_s, learnt_ms);
}

static const char *path_to(const char *id, const char *action)
{
    static char path[200];
    (void)snprintf(path, sizeof path, "/api/v1/alerts/%s%s%s", id, action[0] ? "/" : "", action);
    return path;
}

static void count_entry(void *context, const struct store_outbox_entry *entry)
{
    (void)entry;
    ++*(int *)context;
}

static int outbox_of(const char *household)
{
    int count = 0;
    ck_assert_int_eq(store->ops->outbox(store, kafka_partition(text_of(household), PARTITIONS), "",
                                        100, count_entry, &count, &fault),
                     ERR_OK);
    return count;
}

START_TEST(the_list_has_the_gravest_first_and_filters)
{
    (void)raise_alert("H-1", &quiet, SEVERITY_MEDIUM, RAISED_S);
    (void)raise_alert("H-2", &quiet, SEVERITY_CRITICAL, RAISED_S + 60);
    (void)raise_alert("H-3", &owing, SEVERITY_CRITICAL, RAISED_S);
    expect(200, "/api/v1/alerts", NULL);
    says("\"total\":3,\"more\":false");
    const char *first = strstr(answer.body.at, "\"H-3\""),
               *second = strstr(answer.body.at, "\"H-2\"");
    const char *third = strstr(answer.body.at, "\"H-1\"");
    ck_assert(first && first < second && second < third);

    expect(200, "/api/v1/alerts?team=police&severity=critical,high", NULL);
    says("\"total\":1");
    says("H-2");
    expect(200, "/api/v1/alerts?state=resolved", NULL);
    says("{\"alerts\":[],\"total\":0,\"more\":false}");
    expect(200, "/api/v1/alerts?area=elsewhere", NULL);
    says("\"total\":0");
    expect(200, "/api/v1/alerts?limit=1&all=1&why=shift%20start", NULL);
    says("\"more\":true");
    audit_says("\"subject\":\"limit=1&all=1\",\"household\":\"\",\"why\":\"shift start\","
               "\"result\":\"ok: 1 alerts\"",
               1);
}
END_TEST

static void acknowledge(const char *id, const char *note)
{
    char body[100];
    (void)snprintf(body, sizeof body, "{\"note\":\"%s\"}", note);
    expect(200, path_to(id, "acknowledge"), body);
}

/* Households in the order of the list. */
static void listed(const char *expected)
{
    struct buffer order = {0};
    json_t *list = json_loads(answer.body.at, JSON_REJECT_DUPLICATES, NULL), *alert;
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
    const char *late = raise_alert_at("H-late", RAISED_S - 86400, NOW_MS - 120000);
    const char *back = raise_alert_at("H-back", RAISED_S, NOW_MS - 900000);
    (void)raise_alert_at("H-old", RAISED_S + 3600, NOW_MS - 600000);
    const char *taken = raise_alert_at("H-taken", RAISED_S, NOW_MS - 1200000);
    const char *longer = raise_alert_at("H-longer", RAISED_S - 7200, NOW_MS - 1200000);
    expect(200, "/api/v1/alerts", NULL);
    listed("H-longer H-taken H-back H-old H-late");
    acknowledge(taken, "calling");
    expect(200, path_to(longer, "acknowledge"), "{\"expires\":\"2026-01-16T22:00:00+09:00\"}");
    acknowledge(back, "calling");
    now.set_ms += 60000;
    expect(200, path_to(back, "release"), "{}");
    says("\"waits_since\":\"2026-01-16T10:04:04+09:00\"");
    expect(200, "/api/v1/alerts", NULL);
    listed("H-old H-late H-back H-taken H-longer");
    expect(200, "/api/v1/households/H-back", NULL);
    says("\"waits_since\":\"2026-01-16T10:04:04+09:00\"");
    expect(200, path_to(taken, ""), NULL);
    says("\"waits_since\":null");
    expect(200, path_to(late, ""), NULL);
    says("\"waits_since\":\"2026-01-16T10:01:04+09:00\"");
}
END_TEST

START_TEST(a_mistyped_filter_is_refused_not_ignored)
{
    expect(400, "/api/v1/alerts?sate=open", NULL);
    says("\\\"sate\\\" is no parameter");
    says("\"type\":\"urn:anbu:problem:invalid\"");
    expect(400, "/api/v1/alerts?severity=hihg", NULL);
    says("none of low, medium, high, critical");
    expect(400, "/api/v1/alerts?limit=0", NULL);
    expect(400, "/api/v1/alerts?limit=9x", NULL);
    expect(400, "/api/v1/alerts?area=%zz", NULL);
    audit_says("\"action\":\"alerts.list\"", 5);
    audit_says("\"result\":\"refused: ", 5);
}
END_TEST

START_TEST(an_alert_is_found_by_its_first_characters)
{
    char prefix[ALERT_ID_MAX];
    const char *id = raise_alert("H-1", &quiet, SEVERITY_HIGH, RAISED_S);
    expect(200, path_to(id, ""), NULL);
    says("\"household\":\"H-1\"");
    (void)snprintf(prefix, sizeof prefix, "%.6s", id);
    expect(200, path_to(prefix, ""), NULL);
    says(id);
    (void)snprintf(prefix, sizeof prefix, "%.5s", id);
    expect(400, path_to(prefix, ""), NULL);
    expect(404, path_to("zzzzzzzz", ""), NULL);
    says("there is no alert zzzzzzzz");
    audit_says("\"household\":\"H-1\"", 2);
}
END_TEST

START_TEST(a_persons_action_is_published_before_it_is_confirmed)
{
    const char *id = raise_alert("H-1", &quiet, SEVERITY_HIGH, RAISED_S);
    ck_assert_int_eq(outbox_of("H-1"), 1);
    expect(200, path_to(id, "acknowledge"), "{\"note\":\"calling her\",\"why\":\"on shift\"}");
    says("\"delivered\":true");
    says("\"state\":\"acknowledged\"");
    says("\"note\":\"calling her\"");
    /* With what came before it: the log has no gap, whatever becomes of the store. */
    ck_assert_uint_eq(kafka.published[PUBLISH_ALERTS], 2);
    ck_assert_str_eq(kafka.key, "H-1");
    ck_assert_ptr_nonnull(strstr(kafka.body.at, "\"type\":\"anbu.alert.acknowledged\""));
    ck_assert_int_eq(outbox_of("H-1"), 0);
    audit_says("\"why\":\"on shift\",\"result\":\"intended\"", 1);
    audit_says("\"why\":\"on shift\",\"result\":\"ok: version 2\"", 1);

    expect(200, path_to(id, "resolve"), "{\"outcome\":\"safe\"}");
    says("\"outcome\":\"safe\"");
    ck_assert_uint_eq(kafka.published[PUBLISH_ALERTS], 3);
    ck_assert_uint_eq(kafka.published[PUBLISH_HOUSEHOLD], 1);
    ck_assert_int_eq(outbox_of("H-1"), 0);
    expect(200, "/api/v1/alerts", NULL);
    says("\"total\":0");
    uint64_t lines = 0;
    ck_assert_int_eq(audit_verify(audit_path, &lines, &fault), ERR_OK);
    ck_assert_uint_eq(lines, 5);
}
END_TEST

START_TEST(without_kafka_an_action_is_kept_and_says_so)
{
    const char *id = raise_alert("H-1", &quiet, SEVERITY_HIGH, RAISED_S);
    const enum kafka away[] = {KAFKA_FAILS, KAFKA_IS_SILENT, KAFKA_IS_FULL};
    for (size_t i = 0; i < 3; i++) {
        kafka.kafka = away[i];
        expect(202, path_to(id, "note"), "{\"note\":\"nobody opens\"}");
        says("\"delivered\":false");
        ck_assert_int_eq(outbox_of("H-1"), 2 + (int)i);
    }
    /* An answer that comes too late is not taken for another's. */
    kafka.kafka = KAFKA_DELIVERS;
    expect(200, path_to(id, "note"), "{\"note\":\"a neighbour has a key\"}");
    ck_assert_int_eq(outbox_of("H-1"), 0);
    audit_says("not yet delivered", 3);
}
END_TEST

START_TEST(whoever_comes_too_late_is_told_who_was_first)
{
    const char *id = raise_alert("H-1", &quiet, SEVERITY_HIGH, RAISED_S);
    ck_assert_int_eq(ask(path_to(id, "acknowledge"), "{\"note\":\"mine\",\"version\":1}",
                         "Anbu-On-Behalf-Of: kim"),
                     200);
    says("\"owner\":\"kim (by ");
    expect(412, path_to(id, "note"), "{\"note\":\"x\",\"version\":1}");
    says("at version 2, not 1: acknowledged by kim (by ");
    says(": mine");
    ck_assert_int_eq(ask(path_to(id, "note"), "{\"note\":\"x\"}", "If-Match: \"1\""), 412);
    ck_assert_int_eq(ask(path_to(id, "note"), "{\"note\":\"x\"}", "If-Match: \"2\""), 200);
}
END_TEST

START_TEST(what_cannot_be_done_says_what_can_and_is_recorded)
{
    const char *id = raise_alert("H-1", &quiet, SEVERITY_HIGH, RAISED_S);
    expect(400, path_to(id, "resolve"), "{}");
    says("safe, helped");
    expect(400, path_to(id, "resolve"), "{\"outcome\":\"gone\"}");
    expect(409, path_to(id, "reopen"), "{\"note\":\"why not\"}");
    expect(400, path_to(id, "acknowledge"), "{\"expires\":\"tomorrow\"}");
    expect(400, path_to(id, "note"), "{\"note\":\"x\",\"colour\":\"red\"}");
    says("is no member of this body");
    expect(400, path_to(id, "note"), "{\"note\":");
    expect(400, path_to(id, "note"), "[]");
    expect(400, path_to(id, "note"), "{\"note\":\"x\",\"version\":\"2\"}");
    expect(400, path_to(id, "note"), "{\"note\":\"a\\u0000b\"}");
    expect(400, path_to(id, "resolve"), "{\"outcome\":\"safe\",\"until\":\"2026-02-01\"}");
    expect(404, path_to("zzzzzzzz", "acknowledge"), "{}");
    audit_says("\"result\":\"refused: ", 11);
    expect(200, path_to(id, "resolve"), "{\"outcome\":\"absence\",\"until\":\"2026-02-01\"}");
    ck_assert_ptr_nonnull(strstr(kafka.body.at, "2026-02-01T00:00:00+09:00"));
    expect(409, path_to(id, "acknowledge"), "{}");
    ck_assert_uint_eq(kafka.published[PUBLISH_ALERTS], 2);
}
END_TEST

START_TEST(a_closed_alert_is_not_reopened_beside_a_live_one)
{
    const char *old = raise_alert("H-1", &quiet, SEVERITY_HIGH, RAISED_S);
    expect(200, path_to(old, "resolve"), "{\"outcome\":\"safe\"}");
    const char *new = raise_alert("H-1", &quiet, SEVERITY_HIGH, RAISED_S + 86400);
    expect(409, path_to(old, "reopen"), "{\"note\":\"again\"}");
    says("another alert for the police");
    says(new);
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
        .kind = CHANGE_NOTE, .who = "lee", .note = "I was faster", .at_ms = NOW_MS};
    if (conflicts_left-- > 0) {
        struct buffer snapshot = {0};
        struct alert alert;
        struct step faster = {0};
        struct store_transition other;
        ck_assert_int_eq(store->ops->alert(store, step->partition, step->alert, &snapshot, why),
                         ERR_OK);
        ck_assert_int_eq(alert_read(buffer_view(&snapshot), &alert, why), ERR_OK);
        ck_assert_int_eq(lifecycle_apply(&alert, &note, &rules, &faster, why), ERR_OK);
        lifecycle_transition(&faster, step->partition, NULL, &other);
        ck_assert_int_eq(store->ops->transition(store, NULL, &other, why), ERR_OK);
        step_done(&faster);
        alert_done(&alert);
        buffer_done(&snapshot);
    }
    return store->ops->transition(mine, head, step, why);
}

/* The write happens, its answer is lost. */
static enum err transition_unheard(struct store *mine, struct store_head *head,
                                   const struct store_transition *step, struct fault *why)
{
    enum err err = store->ops->transition(mine, head, step, why);
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
    struct store *own = store_memory_again(store);
    api_stop(api);
    api = NULL;
    own->ops = &bent;
    struct api_options options = options_of(own);
    ck_assert_msg(!api_start(&options, &api, &fault), "%s", fault.text);
}

START_TEST(a_conflict_is_tried_again_on_what_is_there_now)
{
    const char *id = raise_alert("H-1", &quiet, SEVERITY_HIGH, RAISED_S);
    bent = *store->ops;
    bent.transition = transition_after_another;
    bend();
    conflicts_left = 3;
    expect(200, path_to(id, "acknowledge"), "{}");
    says("\"version\":5");
    says("I was faster");
    conflicts_left = 1000;
    expect(409, path_to(id, "note"), "{\"note\":\"x\"}");
    says("try again");
    conflicts_left = 1;
    expect(412, path_to(id, "note"), "{\"note\":\"x\",\"version\":15}");
    says("note by lee: I was faster");
    /* One intention a request, however often it is tried. */
    audit_says("\"result\":\"intended\"", 3);
}
END_TEST

START_TEST(a_lost_answer_of_the_store_is_looked_after)
{
    const char *id = raise_alert("H-1", &quiet, SEVERITY_HIGH, RAISED_S);
    bent = *store->ops;
    bent.transition = transition_unheard;
    bend();
    expect(200, path_to(id, "acknowledge"), "{}");
    says("\"version\":2");
}
END_TEST

START_TEST(without_the_store_the_answer_is_503)
{
    bent = *store->ops;
    bent.alerts = alerts_away;
    bent.alert = alert_away;
    bent.clock_ms = clock_away;
    bend();
    expect(503, "/api/v1/alerts", NULL);
    says("unix:redis.sock");
    expect(503, path_to("abcdefgh", ""), NULL);
    expect(503, path_to("abcdefgh", "acknowledge"), "{}");
    expect(200, "/healthz", NULL); /* the process is well */
    audit_says("\"result\":\"refused: ", 3);
}
END_TEST

START_TEST(without_an_audit_record_nothing_is_shown_or_done)
{
    const char *id = raise_alert("H-1", &quiet, SEVERITY_HIGH, RAISED_S);
    struct rlimit old, none;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    none = old;
    none.rlim_cur = 0; /* a full disk */
    ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
    expect(503, path_to(id, ""), NULL);
    says("nothing is shown without a record");
    says_not("H-1");
    expect(503, "/api/v1/alerts", NULL);
    says_not("H-1");
    expect(503, path_to(id, "acknowledge"), "{}");
    expect(200, "/healthz", NULL);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
    expect(200, path_to(id, ""), NULL);
    says("\"version\":1,");
    ck_assert_uint_eq(kafka.published[PUBLISH_ALERTS], 0);
}
END_TEST

START_TEST(a_household_that_is_not_known_or_not_readable_is_said)
{
    struct store_head head;
    struct text household = TEXT("H/1");
    uint32_t partition = kafka_partition(household, PARTITIONS);
    expect(404, "/api/v1/households/H-404?why=alert", NULL);
    says("household H-404 is not known");
    audit_says("\"household\":\"H-404\",\"why\":\"alert\",\"result\":\"refused: ", 1);
    ck_assert_int_eq(store->ops->take(store, partition, &head, NULL, NULL, &fault), ERR_OK);
    struct store_record record = {household, "no record", 9, 0};
    int64_t offsets[TOPIC_COUNT] = {OFFSET_NONE, OFFSET_NONE, OFFSET_NONE, OFFSET_NONE};
    ck_assert_int_eq(store->ops->flush(store, &head, &record, 1, offsets, &fault), ERR_OK);
    expect(500, "/api/v1/households/H%2F1", NULL); /* an id may hold a slash */
    says("the record of household H/1");
    expect(404, "/api/v1/households/H/1", NULL);
    says("is not known; GET /api/v1 lists");
    expect(400, "/api/v1/households/H%00", NULL);
}
END_TEST

START_TEST(a_household_is_shown_with_its_alerts)
{
    struct store_head head;
    struct text household = TEXT("H-1");
    const char *id = raise_alert("H-1", &quiet, SEVERITY_HIGH, RAISED_S);
    expect(200, "/api/v1/households/H-1", NULL);
    says("{\"household\":\"H-1\",\"kept\":false,\"alerts\":[{");
    uint32_t size;
    void *bytes = record_new(&size);
    uint32_t partition = kafka_partition(household, PARTITIONS);
    int64_t offsets[TOPIC_COUNT] = {OFFSET_NONE, OFFSET_NONE, OFFSET_NONE, OFFSET_NONE};
    record_set_texts(&bytes, &size, TEXT("11140-sindang"), TEXT("F-201"), TEXT("Asia/Seoul"));
    record_seal(bytes);
    struct store_record record = {household, bytes, size, 0};
    ck_assert_int_eq(store->ops->take(store, partition, &head, NULL, NULL, &fault), ERR_OK);
    ck_assert_int_eq(store->ops->flush(store, &head, &record, 1, offsets, &fault), ERR_OK);
    free(bytes);
    expect(200, "/api/v1/households/H-1?why=alert", NULL);
    says("\"kept\":true");
    json_t *shown = json_loads(answer.body.at, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(shown, "household")), "H-1");
    ck_assert_str_eq(json_string_value(json_object_get(shown, "area")), "11140-sindang");
    const json_t *alert = json_array_get(json_object_get(shown, "alerts"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(alert, "alert")), id);
    json_decref(shown);
    audit_says("\"household\":\"H-1\",\"why\":\"alert\",\"result\":\"ok\"", 1);
}
END_TEST

START_TEST(the_daemon_answers_for_itself)
{
    expect(200, "/healthz", NULL);
    host_is_bad = true;
    expect(503, "/readyz", NULL);
    says("bad");
    host_is_bad = false;
    expect(200, "/api/v1/status", NULL);
    ck_assert_str_eq(answer.body.at, "{\"uptime_s\":12}");
    expect(200, "/api/v1", NULL);
    says("/api/v1/alerts/{id}/acknowledge");
    expect(200, "/api/v1/config", NULL);
    says("\"name\":\"kafka.brokers\"");
    expect(200, "/api/v1/reload", "{}");
    says("\"restart_needed\":[\"kafka.brokers\",\"redis.address\"]");
    reload_is_bad = true;
    expect(422, "/api/v1/reload", "{}");
    says("anbu.yaml:3:1: kafka.broker");
    expect(404, "/api/v1/nothing", NULL);
    expect(405, "/api/v1/reload", NULL);
    audit_says("\"action\":\"daemon.reload\"", 4);
}
END_TEST

/* Sends bytes as they are and reads until the server closes. */
static void raw(const char *bytes, struct buffer *out)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char part[512];
    ssize_t n;
    ck_assert(text_copy(text_of(socket_path), address.sun_path, sizeof address.sun_path));
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
        expect(413, "/api/v1/reload", large);
    large[REQUEST_BODY_BYTES_MAX + 1] = '\0';
    expect(413, "/api/v1/reload", large);
    raw("\x16\x03\x01 nonsense\r\n\r\n", &out);
    raw("GET /api/v1/alerts HTTP/1.1\r\nHost: x\r\nIf-Match: \"-99999999999999999999\"\r\n"
        "Connection: close\r\n\r\n",
        &out);
    ck_assert_ptr_nonnull(strstr(out.at, "Cache-Control: no-store"));
    buffer_clear(&out);
    raw("POST /api/v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", &out);
    raw("DELETE /api/v1/alerts HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", &out);
    ck_assert_ptr_nonnull(strstr(out.at, "Allow: GET"));
    ck_assert_int_eq(ask("/api/v1/alerts", NULL, "Anbu-On-Behalf-Of: root (by anbu)"), 400);
    audit_says("refused: Anbu-On-Behalf-Of", 1);
    expect(200, "/healthz", NULL);
    buffer_done(&out);
    free(large);
}
END_TEST

START_TEST(one_daemon_a_socket)
{
    struct stat status;
    struct api *second = NULL;
    char other_audit[128];
    ck_assert_int_eq(stat(socket_path, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0660);
    (void)snprintf(other_audit, sizeof other_audit, "%s/other.ndjson", folder);
    struct api_options options = options_of(store_memory_again(store));
    ck_assert_int_eq(api_start(&options, &second, &fault), ERR_BUSY);
    ck_assert_ptr_nonnull(strstr(fault.text, "another process writes this audit log"));
    options = options_of(store_memory_again(store));
    options.audit_path = other_audit;
    ck_assert_int_eq(api_start(&options, &second, &fault), ERR_BUSY);
    ck_assert_ptr_nonnull(strstr(fault.text, "another daemon answers"));
    expect(200, "/healthz", NULL);
    (void)unlink(other_audit);
}
END_TEST

START_TEST(what_a_dead_daemon_left_is_replaced_and_nothing_else)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat status;
    char long_path[200];
    api_stop(api);
    api = NULL;
    ck_assert_int_eq(access(socket_path, F_OK), -1);
    ck_assert(text_copy(text_of(socket_path), address.sun_path, sizeof address.sun_path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(fd); /* nobody listens any more */
    struct api_options options = options_of(store_memory_again(store));
    ck_assert_msg(!api_start(&options, &api, &fault), "%s", fault.text);
    expect(200, "/healthz", NULL);
    api_stop(api);
    api = NULL;

    FILE *file = fopen(socket_path, "w");
    ck_assert_ptr_nonnull(file);
    (void)fclose(file);
    options = options_of(store_memory_again(store));
    ck_assert_int_eq(api_start(&options, &api, &fault), ERR_INVALID);
    ck_assert_int_eq(stat(socket_path, &status), 0);
    ck_assert_int_eq(unlink(socket_path), 0);

    memset(long_path, 'a', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    options = options_of(store_memory_again(store));
    options.socket_path = long_path;
    ck_assert_int_eq(api_start(&options, &api, &fault), ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(fault.text, "daemon.socket"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api");
    TCase *tcase = tcase_create("api");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, the_list_has_the_gravest_first_and_filters);
    tcase_add_test(tcase, within_a_severity_the_longest_waiting_comes_first);
    tcase_add_test(tcase, a_mistyped_filter_is_refused_not_ignored);
    tcase_add_test(tcase, an_alert_is_found_by_its_first_characters);
    tcase_add_test(tcase, a_persons_action_is_published_before_it_is_confirmed);
    tcase_add_test(tcase, without_kafka_an_action_is_kept_and_says_so);
    tcase_add_test(tcase, whoever_comes_too_late_is_told_who_was_first);
    tcase_add_test(tcase, what_cannot_be_done_says_what_can_and_is_recorded);
    tcase_add_test(tcase, a_closed_alert_is_not_reopened_beside_a_live_one);
    tcase_add_test(tcase, a_conflict_is_tried_again_on_what_is_there_now);
    tcase_add_test(tcase, a_lost_answer_of_the_store_is_looked_after);
    tcase_add_test(tcase, without_the_store_the_answer_is_503);
    tcase_add_test(tcase, without_an_audit_record_nothing_is_shown_or_done);
    tcase_add_test(tcase, a_household_that_is_not_known_or_not_readable_is_said);
    tcase_add_test(tcase, a_household_is_shown_with_its_alerts);
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
