/* SPDX-License-Identifier: Apache-2.0 */
#include "api_world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "ingest/source.h"

char aw_folder[64], aw_socket[96], aw_audit[96];
struct fault aw_fault;
struct clock aw_now;
struct store *aw_store;
struct api *aw_api;
struct config *aw_config;
struct http_answer aw_answer;
struct aw_kafka aw_kafka;
int aw_reload_errors;
const struct detector aw_quiet = {.name = "silence", .team = TEAM_POLICE};
const struct detector aw_owing = {.name = "arrears", .team = TEAM_WELFARE};
struct alert_rules aw_rules = {.ack_expiry_s = 7200,
                               .escalate_critical_s = 600,
                               .escalate_s = 1800,
                               .escalations_max = 3,
                               .refer_accept_s = 1200};

static uint32_t finding_seq;

/* ---- what is played ---- */

static enum err played_publish(struct publisher *publisher, enum publisher_topic topic,
                               struct text key, struct text body,
                               const struct publisher_header *headers, size_t header_count,
                               void *token, struct fault *why)
{
    (void)publisher;
    (void)headers;
    (void)header_count;
    if (aw_kafka.kafka == KAFKA_IS_FULL)
        return fault_set(why, ERR_BUSY, "the queue is full");
    aw_kafka.published[topic]++;
    struct buffer *kept = topic == PUBLISH_AUDIT ? &aw_kafka.head : &aw_kafka.body;
    if (topic != PUBLISH_AUDIT)
        (void)text_copy(key, aw_kafka.key, sizeof aw_kafka.key);
    buffer_clear(kept);
    buffer_add(kept, body.at, body.bytes);
    aw_kafka.tokens[aw_kafka.waiting++] = token;
    return ERR_OK;
}

static void played_poll(struct publisher *publisher, int timeout_ms)
{
    (void)publisher;
    (void)timeout_ms;
    while (aw_kafka.kafka != KAFKA_IS_SILENT && aw_kafka.waiting > 0)
        aw_kafka.done(aw_kafka.context, aw_kafka.tokens[--aw_kafka.waiting],
                      aw_kafka.kafka == KAFKA_FAILS ? ERR_TIMEOUT : ERR_OK, 0, 7);
}

static enum err played_flush(struct publisher *publisher, int timeout_ms)
{
    played_poll(publisher, timeout_ms);
    return aw_kafka.waiting ? ERR_TIMEOUT : ERR_OK;
}

static void played_free(struct publisher *publisher)
{
    (void)publisher;
}

static enum err played_new(void *context, publisher_done_fn *done, void *done_context,
                           struct publisher **out, struct fault *why)
{
    static const struct publisher_ops ops = {played_publish, played_poll, played_flush,
                                             played_free};
    (void)context;
    (void)why;
    aw_kafka.publisher.ops = &ops;
    aw_kafka.done = done;
    aw_kafka.context = done_context;
    *out = &aw_kafka.publisher;
    return ERR_OK;
}

static enum err host_reload(void *host, struct config_errors *errors, struct buffer *restart)
{
    (void)host;
    for (int i = 0; i < aw_reload_errors; i++)
        buffer_format(&errors->text, "anbu.yaml:%d:1: kafka.broker: unknown\n", i + 3);
    errors->count = (size_t)aw_reload_errors;
    if (aw_reload_errors)
        return ERR_CONFIG;
    buffer_text(restart, "kafka.brokers\nredis.address\n");
    return ERR_OK;
}

static const struct config *host_hold(void *host)
{
    (void)host;
    return aw_config;
}

static void host_release(void *host, const struct config *held)
{
    (void)host;
    ck_assert_ptr_eq(held, aw_config);
}

bool aw_host_is_bad;

static bool host_is_well(void *host, struct buffer *out)
{
    (void)host;
    buffer_text(out, aw_host_is_bad ? "bad" : "well");
    return !aw_host_is_bad;
}

static void host_status(void *host, struct buffer *out)
{
    (void)host;
    buffer_text(out, "{\"uptime_s\":12}");
}

const char *aw_next[4]; /* sets of the next configuration */

static enum err host_next(void *host, struct config **out, struct config_errors *errors)
{
    size_t count = 0;
    (void)host;
    while (aw_next[count])
        count++;
    return config_load(NULL, aw_next, count, out, errors);
}

bool aw_sink_is_tested;

static enum err host_sink_try(void *host, const char *name, struct buffer *out, struct fault *fault)
{
    (void)host;
    if (strcmp(name, "desk") != 0)
        return fault_set(fault, ERR_NOT_FOUND, "there is no sink %s", name);
    if (aw_sink_is_tested)
        return fault_set(fault, ERR_CONFLICT, "sink %s is being tested", name);
    aw_sink_is_tested = true;
    buffer_text(out, "{\"id\":\"test.desk.1\",\"taken\":null}");
    return ERR_OK;
}

struct api_options aw_options(struct store *own)
{
    return (struct api_options){
        .socket_path = aw_socket,
        .audit_path = aw_audit,
        .partitions = AW_PARTITIONS,
        .store = own,
        .settings = config_settings(aw_config),
        .clock = &aw_now,
        .host = {NULL,
                 host_reload,
                 host_hold,
                 host_release,
                 host_status,
                 {NULL, NULL, host_is_well, host_is_well},
                 host_next,
                 host_sink_try},
        .publisher_new = played_new,
    };
}

void aw_set_up(void)
{
    aw_set_up_with(NULL, 0);
}

void aw_set_up_with(const char *const *more, size_t count)
{
    (void)snprintf(aw_folder, sizeof aw_folder, "/tmp/anbu-api-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(aw_folder));
    (void)snprintf(aw_socket, sizeof aw_socket, "%s/anbud.sock", aw_folder);
    (void)snprintf(aw_audit, sizeof aw_audit, "%s/audit.ndjson", aw_folder);
    aw_now = clock_by_hand(AW_NOW_MS);
    const char *sets[8] = {"kafka.delivery_timeout=1s", "console.listen=127.0.0.1:0"};
    struct config_errors errors = {0};
    ck_assert_uint_le(2 + count, sizeof sets / sizeof sets[0]);
    for (size_t i = 0; i < count; i++)
        sets[2 + i] = more[i];
    ck_assert_msg(!config_load(NULL, sets, 2 + count, &aw_config, &errors), "%s",
                  buffer_view(&errors.text).at);
    config_errors_done(&errors);
    aw_kafka = (struct aw_kafka){0};
    aw_reload_errors = 0;
    aw_store = store_memory_new();
    struct api_options options = aw_options(store_memory_again(aw_store));
    ck_assert_msg(!api_start(&options, &aw_api, &aw_fault), "%s", aw_fault.text);
}

void aw_tear_down(void)
{
    http_answer_done(&aw_answer);
    api_stop(aw_api);
    aw_store->ops->free(aw_store);
    config_free(aw_config);
    buffer_done(&aw_kafka.body);
    buffer_done(&aw_kafka.head);
    ck_assert_int_eq(access(aw_socket, F_OK), -1);
    (void)unlink(aw_audit);
    (void)rmdir(aw_folder);
}

/* ---- asking ---- */

long aw_ask(const char *path, const char *body, const char *header)
{
    const char *const headers[] = {header, NULL};
    struct http_request request = {.unix_socket = aw_socket,
                                   .path_and_query = path,
                                   .body = body,
                                   .headers = headers,
                                   .timeout_ms = 20000};
    http_answer_done(&aw_answer);
    enum err err = http_unix(&request, &aw_answer, &aw_fault);
    ck_assert_msg(!err, "%s", aw_fault.text);
    return aw_answer.status;
}

void aw_says(const char *part)
{
    ck_assert_msg(strstr(buffer_view(&aw_answer.body).at, part), "no %s in %s", part,
                  buffer_view(&aw_answer.body).at);
}

void aw_says_not(const char *part)
{
    ck_assert_msg(!strstr(buffer_view(&aw_answer.body).at, part), "%s in %s", part,
                  buffer_view(&aw_answer.body).at);
}

void aw_audit_says(const char *part, int times)
{
    struct buffer log = {0};
    int found = 0;
    ck_assert_int_eq(file_read(aw_audit, 1 << 20, &log, &aw_fault), ERR_OK);
    for (const char *at = log.at; at && (at = strstr(at, part)); at++)
        found++;
    ck_assert_msg(found == times, "%d times %s in\n%s", found, part, buffer_view(&log).at);
    buffer_done(&log);
}

/* ---- alerts ---- */

const char *aw_raise_known(const char *household, const struct detector *detector,
                           enum severity grade, int64_t at_s, int64_t wall_ms)
{
    static char ids[8][ALERT_ID_MAX];
    static int next;
    struct finding finding = {.detector = detector,
                              .detector_index = detector == &aw_quiet ? 0 : 2,
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
    finding.evidence = (struct evidence){.until_s = at_s, .meter_count = 1, .longest_hours = 11};
    for (size_t i = 0; i < EVIDENCE_HOURS; i++)
        finding.evidence.meters[0].expected[i] = AW_EXPECTED;
    (void)snprintf(finding.summary, sizeof finding.summary, "No water since 21:00");
    (void)snprintf(finding.household, sizeof finding.household, "%s", household);
    (void)snprintf(finding.area, sizeof finding.area, "11140-sindang");
    (void)snprintf(finding.timezone, sizeof finding.timezone, "Asia/Seoul");
    struct change change = {.kind = CHANGE_FINDING, .at_ms = finding.wall_ms, .finding = &finding};
    struct step step = {0};
    struct store_transition transition;
    ck_assert_msg(!lifecycle_apply(NULL, &change, &aw_rules, &step, &aw_fault), "%s",
                  aw_fault.text);
    uint32_t partition = kafka_partition(text_of(household), AW_PARTITIONS);
    lifecycle_transition(&step, partition, &finding, &transition);
    ck_assert_msg(!aw_store->ops->transition(aw_store, NULL, &transition, &aw_fault), "%s",
                  aw_fault.text);
    char *id = ids[next++ % 8];
    (void)text_copy(text_of(step.alert.id), id, ALERT_ID_MAX);
    step_done(&step);
    return id;
}

const char *aw_raise(const char *household, const struct detector *detector, enum severity grade,
                     int64_t at_s)
{
    return aw_raise_known(household, detector, grade, at_s, at_s * 1000 + 60000);
}

const char *aw_raise_at(const char *household, int64_t at_s, int64_t learnt_ms)
{
    return aw_raise_known(household, &aw_quiet, SEVERITY_HIGH, at_s, learnt_ms);
}

const char *aw_path(const char *id, const char *action)
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

int aw_outbox(const char *household)
{
    int count = 0;
    ck_assert_int_eq(aw_store->ops->outbox(aw_store,
                                           kafka_partition(text_of(household), AW_PARTITIONS), "",
                                           100, count_entry, &count, &aw_fault),
                     ERR_OK);
    return count;
}
