/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of alerts a page at a time, and whose it is.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_visitor.h"
#include "kafka/kafka.h"

static struct visitor kim;

static void begin(void)
{
    kim = (struct visitor){.cookie = ""};
    aw_set_up();
}

static void end(void)
{
    visitor_done(&kim);
    aw_tear_down();
}

/* The page behind `cursor` ("" the first): its households to *names; the next cursor, or "". */
static void page(const char *query, char cursor[200], struct buffer *names)
{
    char path[400];
    size_t i;
    const json_t *alert;
    (void)snprintf(path, sizeof path, "/api/v1/alerts?%s&cursor=%s", query, cursor);
    aw_expect(200, path, NULL);
    json_t *list = json_loads(aw_answer.body.at, JSON_REJECT_DUPLICATES, NULL);
    json_array_foreach(json_object_get(list, "alerts"), i, alert)
        buffer_format(names, "%s ", json_string_value(json_object_get(alert, "household")));
    const char *next = json_string_value(json_object_get(list, "next"));
    ck_assert_int_eq(next != NULL, json_is_true(json_object_get(list, "more")));
    (void)snprintf(cursor, 200, "%s", next ? next : "");
    json_decref(list);
}

static const char *raise_many(int count)
{
    const char *id = NULL;
    char name[16];
    for (int i = 0; i < count; i++) {
        (void)snprintf(name, sizeof name, "H-%d", i);
        id = aw_raise(name, &aw_quiet, i % 2 ? SEVERITY_HIGH : SEVERITY_LOW, AW_RAISED_S + i * 60);
    }
    return id;
}

START_TEST(pages_together_are_the_list)
{
    char cursor[200] = "";
    struct buffer names = {0};
    (void)raise_many(7);
    page("limit=3", cursor, &names);
    ck_assert_str_eq(names.at, "H-1 H-3 H-5 ");
    page("limit=3", cursor, &names);
    page("limit=3", cursor, &names);
    ck_assert_str_eq(names.at, "H-1 H-3 H-5 H-0 H-2 H-4 H-6 ");
    ck_assert_str_eq(cursor, "");
    buffer_clear(&names);
    page("all=1&limit=4", cursor, &names);
    page("all=1&limit=4", cursor, &names);
    ck_assert_str_eq(names.at, "H-6 H-5 H-4 H-3 H-2 H-1 H-0 ");
    ck_assert_str_eq(cursor, "");
    buffer_clear(&names);
    page("limit=7", cursor, &names); /* a full page without more */
    ck_assert_str_eq(cursor, "");
    buffer_done(&names);
}
END_TEST

/* One of the first page goes, one comes in front of it, one behind: no row moves. */
START_TEST(alerts_that_come_and_go_move_no_page)
{
    char cursor[200] = "";
    struct buffer names = {0};
    const char *last = raise_many(6); /* H-5 */
    page("limit=3", cursor, &names);
    ck_assert_str_eq(names.at, "H-1 H-3 H-5 ");
    aw_expect(200, aw_path(last, "resolve"), "{\"outcome\":\"safe\"}");
    (void)aw_raise("H-front", &aw_quiet, SEVERITY_CRITICAL, AW_RAISED_S);
    (void)aw_raise("H-behind", &aw_quiet, SEVERITY_LOW, AW_RAISED_S + 6000);
    buffer_clear(&names);
    page("limit=3", cursor, &names);
    ck_assert_str_eq(names.at, "H-0 H-2 H-4 ");
    buffer_clear(&names);
    page("limit=3", cursor, &names);
    ck_assert_str_eq(names.at, "H-behind ");
    ck_assert_str_eq(cursor, "");
    buffer_done(&names);
}
END_TEST

START_TEST(a_cursor_that_is_none_is_refused)
{
    char path[300], cursor[200] = "";
    struct buffer names = {0};
    (void)raise_many(3);
    page("limit=1", cursor, &names);
    (void)snprintf(path, sizeof path, "/api/v1/alerts?limit=1&all=1&cursor=%s", cursor);
    aw_expect(400, path, NULL); /* of the other order */
    aw_says("cursor: is none of this list's");
    cursor[strlen(cursor) / 2] = '\0';
    (void)snprintf(path, sizeof path, "/api/v1/alerts?cursor=%s", cursor);
    aw_expect(400, path, NULL);
    aw_expect(400, "/api/v1/alerts?cursor=%2e%2e%2f", NULL);
    memset(path + strlen(path), 'A', sizeof path - strlen(path) - 1);
    path[sizeof path - 1] = '\0';
    aw_expect(400, path, NULL);
    aw_says("\"type\":\"urn:anbu:problem:invalid\"");
    buffer_done(&names);
}
END_TEST

START_TEST(a_list_is_of_a_desk_or_of_oneself)
{
    const char *mine = aw_raise("H-mine", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    const char *gone = aw_raise("H-gone", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    (void)aw_raise("H-open", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    visitor_account("kim", ROLE_OFFICER, TEAM_POLICE);
    visitor_sign_in(&kim, "kim");
    ck_assert_int_eq(visitor_ask(&kim, "POST", aw_path(mine, "acknowledge"), "{}", NULL), 200);
    aw_expect(200, aw_path(gone, "refer"), "{\"team\":\"welfare\",\"note\":\"arrears\"}");
    ck_assert_int_eq(visitor_ask(&kim, "GET", "/api/v1/alerts?owner=me", NULL, NULL), 200);
    ck_assert_ptr_nonnull(strstr(kim.answer.at, "H-mine"));
    ck_assert_ptr_nonnull(strstr(kim.answer.at, "\"total\":1"));
    aw_expect(200, "/api/v1/alerts?owner=kim", NULL);
    aw_says("\"total\":1");
    aw_expect(200, "/api/v1/alerts?owner=me", NULL);
    aw_says("\"total\":0");
    aw_expect(200, "/api/v1/alerts?desk=welfare", NULL);
    aw_says("H-gone");
    aw_says("\"total\":1");
    aw_expect(200, "/api/v1/alerts?team=police", NULL);
    aw_says("\"total\":3");
    aw_expect(400, "/api/v1/alerts?desk=fire", NULL);
}
END_TEST

/* Damage, or a word of a newer version. */
static void spoil(const char *household, const char *id)
{
    const struct store_transition step = {.partition =
                                              kafka_partition(text_of(household), AW_PARTITIONS),
                                          .alert = id,
                                          .household = text_of(household),
                                          .team = TEAM_POLICE,
                                          .raised_s = AW_RAISED_S,
                                          .expected_version = 1,
                                          .version = 2,
                                          .live = true,
                                          .snapshot = TEXT("{\"alert\":7}"),
                                          .detector = -1};
    ck_assert_msg(!aw_store->ops->transition(aw_store, NULL, &step, &aw_fault), "%s",
                  aw_fault.text);
}

START_TEST(an_alert_that_cannot_be_read_hides_no_other)
{
    char prefix[7];
    spoil("H-spoilt", aw_raise("H-spoilt", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S));
    const char *id = aw_raise("H-whole", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    static const char *const lists[] = {"/api/v1/alerts", "/api/v1/alerts?all=1",
                                        "/api/v1/handover?why=morning"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        aw_expect(200, lists[i], NULL);
        aw_says("H-whole");
        aw_says("\"unreadable\":1}");
    }
    (void)text_copy((struct text){id, sizeof prefix - 1}, prefix, sizeof prefix);
    aw_expect(200, aw_path(prefix, ""), NULL);
    aw_says("H-whole");
    aw_expect(200, "/api/v1/stats", NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, list");
    TCase *tcase = tcase_create("list");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, pages_together_are_the_list);
    tcase_add_test(tcase, alerts_that_come_and_go_move_no_page);
    tcase_add_test(tcase, a_cursor_that_is_none_is_refused);
    tcase_add_test(tcase, a_list_is_of_a_desk_or_of_oneself);
    tcase_add_test(tcase, an_alert_that_cannot_be_read_hides_no_other);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
