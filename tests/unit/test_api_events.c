/* SPDX-License-Identifier: Apache-2.0
 *
 * Live events: the real server, with viewers that read, hang, go and come back. What the topic
 * brings is handed in as the follower does.
 */
#include <check.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alert/incident.h"
#include "api_visitor.h"
#include "console/events.h"

#define EVENTS "/api/v1/events"
#define MANY   200

static struct visitor kim, lee, pat;
static struct buffer heard;

static void begin(void)
{
    kim = lee = pat = (struct visitor){.cookie = ""};
    heard = (struct buffer){0};
    aw_set_up();
}

static void end(void)
{
    visitor_done(&kim);
    visitor_done(&lee);
    visitor_done(&pat);
    buffer_done(&heard);
    aw_tear_down();
}

/* The same daemon started anew, with other bounds. */
static void bounded(int streams_max, int streams_each_max, int heartbeat_ms)
{
    const struct api_limits limits = {.streams_max = streams_max,
                                      .streams_each_max = streams_each_max,
                                      .heartbeat_ms = heartbeat_ms,
                                      .request_ms = 30000,
                                      .answer_ms = 120000};
    api_stop(aw_api);
    aw_api = NULL;
    struct api_options options = aw_options(store_memory_again(aw_store));
    options.limits = &limits;
    ck_assert_msg(!api_start(&options, &aw_api, &aw_fault), "%s", aw_fault.text);
}

static enum err bring(const struct buffer *event)
{
    return events_sink_ops.deliver(api_events(aw_api), buffer_view(event), &aw_fault);
}

/* The alert as it is in the store, told as `what`. */
static void happens(const char *household, const char *id, const char *what)
{
    struct buffer snapshot = {0}, event = {0};
    struct alert alert;
    uint32_t partition = kafka_partition(text_of(household), AW_PARTITIONS);
    ck_assert(!aw_store->ops->alert(aw_store, partition, id, &snapshot, &aw_fault));
    ck_assert(!alert_read(buffer_view(&snapshot), &alert, &aw_fault));
    alert_event(&alert, what, AW_RAISED_S, &event);
    ck_assert_int_eq(bring(&event), ERR_OK);
    alert_done(&alert);
    buffer_done(&snapshot);
    buffer_done(&event);
}

static void goes_dark(const char *group)
{
    const struct incident_rules rules = {20, 0.6, 3600, 21600, 3};
    const struct store_area_total dark = {.hour = {50, 48, 0, 0, 0}};
    struct incident incident = {.version = 0};
    struct buffer event = {0};
    (void)incident_count(&incident, &rules, group, AW_RAISED_S / 3600, &dark, AW_NOW_MS);
    incident_event(&incident, "opened", &event);
    ck_assert_int_eq(bring(&event), ERR_OK);
    buffer_done(&event);
}

/* A new connection that has heard its hello. */
static int follow(const struct visitor *visitor, const char *last, bool resumed)
{
    char header[100];
    (void)snprintf(header, sizeof header, "Last-Event-ID: %s\r\n", last ? last : "");
    int fd = line_get(visitor, EVENTS, last ? header : NULL);
    buffer_clear(&heard);
    line_expect(fd, resumed ? "data: {\"resumed\":true}\n\n" : "data: {\"resumed\":false}\n\n",
                &heard);
    return fd;
}

static void hears(int fd, const char *text)
{
    line_expect(fd, text, &heard);
}

static void last_id(char out[EVENTS_TOKEN_MAX])
{
    const char *at = heard.at, *next;
    while ((next = strstr(at, "\nid: ")))
        at = next + strlen("\nid: ");
    ck_assert_ptr_ne(at, heard.at);
    (void)text_copy((struct text){at, strcspn(at, "\n")}, out, EVENTS_TOKEN_MAX);
}

static void viewers_are(long long count)
{
    for (int i = 0; i < 10000 && atomic_load(&api_counts(aw_api)->streams) != count; i++)
        (void)poll(NULL, 0, 1);
    ck_assert_int_eq(atomic_load(&api_counts(aw_api)->streams), count);
}

/* ---- what an outage costs ---- */

static struct store_ops slow;
static atomic_int looks; /* at all alerts of a partition */

static enum err alerts_slowly(struct store *mine, uint32_t partition, bool live, size_t limit,
                              store_alert_fn *each, void *context, struct fault *why)
{
    atomic_fetch_add(&looks, 1);
    (void)poll(NULL, 0, 25);
    return aw_store->ops->alerts(mine, partition, live, limit, each, context, why);
}

/* The same daemon started anew, over a store with very many alerts. */
static void with_many_alerts(void)
{
    struct store *own = store_memory_again(aw_store);
    slow = *aw_store->ops;
    slow.alerts = alerts_slowly;
    own->ops = &slow;
    api_stop(aw_api);
    aw_api = NULL;
    struct api_options options = aw_options(own);
    ck_assert_msg(!api_start(&options, &aw_api, &aw_fault), "%s", aw_fault.text);
    atomic_store(&looks, 0);
}

static void many_go_dark(const char *last)
{
    for (int i = 0; i < MANY; i++)
        goes_dark("feeder:F-1");
    goes_dark(last);
}

START_TEST(an_outage_is_counted_for_those_who_look_on_and_once)
{
    char before[EVENTS_TOKEN_MAX];
    with_many_alerts();
    int fd = follow(NULL, NULL, false);
    last_id(before);
    (void)close(fd);
    viewers_are(0);
    many_go_dark("feeder:F-2");
    aw_expect(200, "/api/v1", NULL);
    ck_assert_int_eq(atomic_load(&looks), 0);
    fd = follow(NULL, before, true);
    hears(fd, "\"group\":\"feeder:F-2\"");
    ck_assert_ptr_nonnull(strstr(heard.at, "\"held\":null}"));
    many_go_dark("feeder:F-3");
    hears(fd, "\"group\":\"feeder:F-3\"");
    ck_assert_ptr_nonnull(strstr(heard.at, "\"held\":0}"));
    ck_assert_int_ge(atomic_load(&looks), AW_PARTITIONS);
    ck_assert_int_le(atomic_load(&looks), 20 * AW_PARTITIONS);
    (void)close(fd);
}
END_TEST

START_TEST(an_event_is_what_the_list_shows)
{
    int fd = follow(NULL, NULL, false);
    ck_assert_ptr_nonnull(strstr(heard.at, "Content-Type: text/event-stream\r\n"));
    ck_assert_ptr_nonnull(strstr(heard.at, "Cache-Control: no-store\r\n"));
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(200, "/api/v1/alerts", NULL);
    struct buffer data = {0};
    const char *from = strchr(aw_answer.body.at, '[') + 1;
    buffer_text(&data, "\ndata: ");
    buffer_add(&data, from, (size_t)(strstr(from, "],\"total\"") - from));
    buffer_text(&data, "\n\n");
    happens("H-1", id, "raised");
    hears(fd, "event: alert\nid: ");
    hears(fd, data.at);
    buffer_done(&data);
    goes_dark("feeder:F-201");
    hears(fd, "event: incident\n");
    hears(fd, "\"group\":\"feeder:F-201\"");
    hears(fd, "\"held\":0}\n\n");
    aw_audit_says("\"action\":\"events.follow\"", 1);
    (void)close(fd);
    viewers_are(0);
}
END_TEST

START_TEST(a_viewer_goes_on_where_it_was)
{
    char token[EVENTS_TOKEN_MAX], other[EVENTS_TOKEN_MAX];
    const char *first = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    const char *second = aw_raise("H-2", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    int fd = follow(NULL, NULL, false);
    happens("H-1", first, "raised");
    hears(fd, "H-1");
    last_id(token);
    (void)close(fd);
    happens("H-2", second, "raised");
    fd = follow(NULL, token, true);
    hears(fd, "H-2");
    ck_assert_ptr_null(strstr(heard.at, "H-1"));
    (void)close(fd);
    /* A place that never was, another daemon's, none at all. */
    memcpy(other, token, sizeof other);
    *strchr(other, '.') = '\0';
    (void)snprintf(other + strlen(other), 8, ".99");
    (void)close(follow(NULL, other, false));
    token[0] = token[0] == 'a' ? 'b' : 'a';
    (void)close(follow(NULL, token, false));
    (void)close(follow(NULL, "nonsense", false));
    (void)close(follow(NULL, "", false));
}
END_TEST

START_TEST(what_the_list_hides_is_not_told)
{
    visitor_account("kim", ROLE_OFFICER, TEAM_POLICE);
    visitor_account("lee", ROLE_OFFICER, TEAM_WELFARE);
    visitor_account("pat", ROLE_UTILITY, ACCOUNT_ANY_TEAM);
    visitor_sign_in(&kim, "kim");
    visitor_sign_in(&lee, "lee");
    visitor_sign_in(&pat, "pat");
    int utility = follow(&pat, NULL, false), welfare = follow(&lee, NULL, false);
    int police = follow(&kim, NULL, false);
    const char *owing = aw_raise("H-owing", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    const char *quiet = aw_raise("H-quiet", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    happens("H-owing", owing, "raised");
    happens("H-quiet", quiet, "raised");
    goes_dark("area:11140-sindang");
    hears(police, "event: incident");
    ck_assert_ptr_nonnull(strstr(heard.at, "H-quiet"));
    ck_assert_ptr_null(strstr(heard.at, "H-owing"));
    buffer_clear(&heard);
    hears(utility, "event: incident");
    ck_assert_ptr_null(strstr(heard.at, "event: alert"));
    buffer_clear(&heard);
    hears(welfare, "event: incident");
    ck_assert_ptr_nonnull(strstr(heard.at, "H-owing"));
    ck_assert_ptr_null(strstr(heard.at, "H-quiet"));

    /* Referred, it is on both lists; declined, it has left one of them. */
    aw_expect(200, aw_path(owing, "refer"), "{\"team\":\"police\",\"note\":\"no answer\"}");
    happens("H-owing", owing, "referred");
    buffer_clear(&heard);
    hears(police, "\"state\":\"referred\"");
    ck_assert_ptr_nonnull(strstr(heard.at, "\"hours\":[]"));
    ck_assert_ptr_null(strstr(heard.at, "97,97,97")); /* by which hours the home lives */
    aw_expect(200, aw_path(owing, "decline"), "{\"note\":\"yours\"}");
    happens("H-owing", owing, "declined");
    buffer_clear(&heard);
    hears(police, "event: gone\n");
    hears(police, ",\"version\":3}\n\n");
    ck_assert_ptr_null(strstr(heard.at, "H-owing"));
    buffer_clear(&heard);
    hears(welfare, "\"declined\"");
    ck_assert_ptr_nonnull(strstr(heard.at, "97,97,97"));
    (void)close(police);
    (void)close(welfare);
    (void)close(utility);
}
END_TEST

static void held_to(const char *name, const char *areas, const char *utility)
{
    struct account account;
    ck_assert(!account_load(aw_store, name, &account, &aw_fault));
    (void)snprintf(account.areas, sizeof account.areas, "%s", areas);
    (void)snprintf(account.utility, sizeof account.utility, "%s", utility);
    ck_assert(!account_save(aw_store, &account, &aw_fault));
}

START_TEST(an_incident_that_the_list_hides_is_not_told)
{
    char path[] = "/api/v1/tokens", token[200], header[300];
    visitor_account("kim", ROLE_OFFICER, TEAM_POLICE);
    visitor_account("pat", ROLE_UTILITY, ACCOUNT_ANY_TEAM);
    visitor_sign_in(&kim, "kim");
    visitor_sign_in(&pat, "pat");
    held_to("kim", "A-1", "");
    held_to("pat", "F-2", "water");
    aw_expect(201, path,
              "{\"name\":\"grid\",\"team\":\"all\",\"areas\":\"A-1\",\"scopes\":"
              "\"incidents:read\"}");
    ck_assert_int_eq(sscanf(strstr(aw_answer.body.at, "\"token\":\"") + 9, "%199[^\"]", token), 1);
    (void)snprintf(header, sizeof header, "Authorization: Bearer %s\r\n", token);
    int officer = follow(&kim, NULL, false), utility = follow(&pat, NULL, false);
    int service = line_get(&lee, EVENTS, header), local = follow(NULL, NULL, false);
    goes_dark("feeder:F-9");
    goes_dark("gas.feeder:F-2");
    goes_dark("water.feeder:F-2");
    goes_dark("area:A-1");
    goes_dark("feeder:F-2");
    hears(local, "\"group\":\"feeder:F-9\"");
    hears(local, "\"group\":\"feeder:F-2\"");
    buffer_clear(&heard);
    hears(officer, "\"group\":\"area:A-1\"");
    ck_assert_ptr_null(strstr(heard.at, "feeder:"));
    buffer_clear(&heard);
    hears(service, "\"group\":\"area:A-1\"");
    ck_assert_ptr_null(strstr(heard.at, "feeder:"));
    buffer_clear(&heard);
    hears(utility, "\"group\":\"feeder:F-2\"");
    ck_assert_ptr_nonnull(strstr(heard.at, "water.feeder:F-2"));
    ck_assert_ptr_nonnull(strstr(heard.at, "\"held\":null}"));
    ck_assert_ptr_null(strstr(heard.at, "\"held\":0}"));
    ck_assert_ptr_null(strstr(heard.at, "gas."));
    ck_assert_ptr_null(strstr(heard.at, "F-9"));
    ck_assert_ptr_null(strstr(heard.at, "A-1"));
    (void)close(officer);
    (void)close(utility);
    (void)close(service);
    (void)close(local);
}
END_TEST

START_TEST(a_session_that_ends_closes_its_stream)
{
    visitor_account("kim", ROLE_OFFICER, TEAM_POLICE);
    visitor_account("lee", ROLE_OFFICER, TEAM_POLICE);
    visitor_sign_in(&kim, "kim");
    visitor_sign_in(&lee, "lee");
    int disabled = follow(&kim, NULL, false), leaving = follow(&lee, NULL, false);
    int local = follow(NULL, NULL, false);
    aw_expect(200, "/api/v1/users/kim/disable", "{}");
    line_expect(disabled, "0\r\n\r\n", &heard);
    ck_assert_int_eq(visitor_ask(&lee, "DELETE", "/api/v1/session", NULL, NULL), 200);
    buffer_clear(&heard);
    line_expect(leaving, "0\r\n\r\n", &heard);
    viewers_are(1);
    (void)close(disabled);
    (void)close(leaving);
    (void)close(local);
    ck_assert_int_eq(visitor_ask(&lee, "GET", EVENTS, NULL, NULL), 401);
}
END_TEST

START_TEST(a_service_hears_what_its_scopes_say)
{
    char token[200], header[300];
    aw_expect(201, "/api/v1/tokens",
              "{\"name\":\"grid\",\"team\":\"police\",\"scopes\":\"incidents:read\"}");
    ck_assert_int_eq(sscanf(strstr(aw_answer.body.at, "\"token\":\"") + 9, "%199[^\"]", token), 1);
    (void)snprintf(header, sizeof header, "Authorization: Bearer %s\r\n", token);
    int fd = line_get(&pat, EVENTS, header);
    buffer_clear(&heard);
    hears(fd, "{\"resumed\":false}");
    happens("H-1", aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S), "raised");
    goes_dark("feeder:F-201");
    hears(fd, "event: incident");
    ck_assert_ptr_null(strstr(heard.at, "event: alert"));
    aw_expect(200, "/api/v1/tokens/grid/revoke", "{}");
    hears(fd, "0\r\n\r\n");
    (void)close(fd);
}
END_TEST

START_TEST(a_services_stream_ends_when_its_maker_is_disabled)
{
    char token[200], header[300];
    visitor_account("kim", ROLE_SUPERVISOR, TEAM_POLICE);
    visitor_sign_in(&kim, "kim");
    ck_assert_int_eq(visitor_ask(&kim, "POST", "/api/v1/tokens",
                                 "{\"name\":\"grid\",\"team\":\"police\",\"scopes\":"
                                 "\"incidents:read\"}",
                                 NULL),
                     201);
    const char *at = strstr(buffer_view(&kim.answer).at, "\"token\":\"");
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(sscanf(at + 9, "%199[^\"]", token), 1);
    (void)snprintf(header, sizeof header, "Authorization: Bearer %s\r\n", token);
    int fd = line_get(&pat, EVENTS, header);
    buffer_clear(&heard);
    hears(fd, "{\"resumed\":false}");
    aw_expect(200, "/api/v1/users/kim/disable", "{}");
    hears(fd, "0\r\n\r\n");
    (void)close(fd);
}
END_TEST

/* Nobody asks it to: an account that another daemon disabled is found by the heartbeat. */
START_TEST(a_heartbeat_tells_that_it_lives_and_looks_whether_it_may)
{
    struct account account;
    visitor_account("kim", ROLE_OFFICER, TEAM_POLICE);
    bounded(4, 4, 20);
    visitor_sign_in(&kim, "kim");
    int fd = follow(&kim, NULL, false);
    hears(fd, ": still here\n\n");
    buffer_clear(&heard);
    hears(fd, ": still here\n\n");
    ck_assert_int_eq(account_load(aw_store, "kim", &account, &aw_fault), ERR_OK);
    account.disabled = true;
    ck_assert_int_eq(account_save(aw_store, &account, &aw_fault), ERR_OK);
    hears(fd, "0\r\n\r\n");
    viewers_are(0);
    (void)close(fd);
}
END_TEST

START_TEST(looking_on_keeps_no_session_alive)
{
    visitor_account("kim", ROLE_OFFICER, TEAM_POLICE);
    visitor_account("lee", ROLE_OFFICER, TEAM_POLICE);
    visitor_sign_in(&kim, "kim");
    int fd = follow(&kim, NULL, false);
    for (int i = 0; i < 4; i++) { /* an hour and more; each change of an account looks again */
        aw_now.set_ms += 20 * 60000;
        aw_expect(200, "/api/v1/users/lee/disable", "{}");
    }
    hears(fd, "0\r\n\r\n");
    (void)close(fd);
}
END_TEST

START_TEST(there_are_not_more_viewers_than_it_bears)
{
    visitor_account("kim", ROLE_OFFICER, TEAM_POLICE);
    bounded(3, 2, 15000);
    visitor_sign_in(&kim, "kim");
    int fds[3] = {follow(&kim, NULL, false), follow(&kim, NULL, false)};
    ck_assert_int_eq(visitor_ask(&kim, "GET", EVENTS, NULL, NULL), 429);
    ck_assert_ptr_nonnull(strstr(kim.answer.at, "kim looks on 2 times already"));
    fds[2] = follow(NULL, NULL, false);
    aw_expect(503, EVENTS, NULL);
    aw_says("3 look on already");
    aw_expect(200, "/healthz", NULL);
    (void)close(fds[0]); /* while nothing is told to it */
    viewers_are(2);
    (void)close(follow(&kim, NULL, false));
    (void)close(fds[1]);
    (void)close(fds[2]);
    viewers_are(0);
}
END_TEST

/* One that never reads, among two hundred that do: it is let go, they hear everything. */
START_TEST(one_that_hangs_holds_nobody)
{
    static int fds[MANY];
    char mark[64];
    visitor_account("kim", ROLE_OFFICER, TEAM_POLICE);
    bounded(MANY + 1, MANY + 1, 15000);
    visitor_sign_in(&kim, "kim");
    int hung = line_get(&kim, EVENTS, NULL), small = 1;
    (void)setsockopt(hung, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int i = 0; i < MANY; i++)
        fds[i] = follow(i % 2 ? NULL : &kim, NULL, false);
    viewers_are(MANY + 1);
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    happens("H-1", id, "raised");
    (void)snprintf(mark, sizeof mark, "\"alert\":\"%s\"", id);
    for (int i = 0; i < MANY; i++) {
        buffer_clear(&heard);
        hears(fds[i], mark);
        if (i > 0)
            (void)close(fds[i]);
    }
    /* More than the kernel and the ring keep for it. */
    char *note = memory_get(ALERT_NOTE_MAX + 1), body[ALERT_NOTE_MAX + 20];
    memset(note, 'x', ALERT_NOTE_MAX);
    (void)snprintf(body, sizeof body, "{\"note\":\"%s\"}", note);
    for (int i = 0; i < 60; i++)
        aw_expect(200, aw_path(id, "note"), body);
    for (int i = 0; i < 60; i++) {
        happens("H-1", id, "updated");
        buffer_clear(&heard);
        hears(fds[0], "event: alert");
        hears(fds[0], "}\n\n");
    }
    viewers_are(1);
    ck_assert_uint_eq(atomic_load(&api_counts(aw_api)->streams_slow), 1);
    (void)close(fds[0]);
    (void)close(hung);
    free(note);
}
END_TEST

START_TEST(what_is_no_event_of_ours_is_left_behind)
{
    struct buffer text = {0};
    int fd = follow(NULL, NULL, false);
    buffer_text(&text, "{\"type\":\"anbu.alert.raised\",\"data\":{\"alert\":1}}");
    ck_assert_int_eq(err_disposition(bring(&text)), DISPOSITION_REJECT);
    buffer_clear(&text);
    buffer_text(&text, "no JSON");
    ck_assert_int_eq(err_disposition(bring(&text)), DISPOSITION_REJECT);
    buffer_clear(&text);
    buffer_text(&text, "{\"type\":\"anbu.weather.cold\",\"data\":{}}");
    ck_assert_int_eq(bring(&text), ERR_OK);
    buffer_done(&text);
    goes_dark("feeder:F-201");
    hears(fd, "event: incident");
    ck_assert_ptr_null(strstr(heard.at, "event: alert"));
    /* The fixture stops the daemon while it is open. */
    ck_assert_int_ge(fd, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, events");
    TCase *tcase = tcase_create("events");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, an_outage_is_counted_for_those_who_look_on_and_once);
    tcase_add_test(tcase, an_event_is_what_the_list_shows);
    tcase_add_test(tcase, a_viewer_goes_on_where_it_was);
    tcase_add_test(tcase, what_the_list_hides_is_not_told);
    tcase_add_test(tcase, an_incident_that_the_list_hides_is_not_told);
    tcase_add_test(tcase, a_session_that_ends_closes_its_stream);
    tcase_add_test(tcase, a_service_hears_what_its_scopes_say);
    tcase_add_test(tcase, a_services_stream_ends_when_its_maker_is_disabled);
    tcase_add_test(tcase, a_heartbeat_tells_that_it_lives_and_looks_whether_it_may);
    tcase_add_test(tcase, looking_on_keeps_no_session_alive);
    tcase_add_test(tcase, there_are_not_more_viewers_than_it_bears);
    tcase_add_test(tcase, one_that_hangs_holds_nobody);
    tcase_add_test(tcase, what_is_no_event_of_ours_is_left_behind);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
