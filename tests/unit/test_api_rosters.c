/* SPDX-License-Identifier: Apache-2.0
 *
 * Rosters against accounts, over the API: who is asked, and that somebody hears of it when nobody
 * can be.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_world.h"
#include "base/log.h"
#include "config/internal.h"
#include "visitor.h"

static const char yaml[] =
    "rosters:\n"
    "  - {name: day, team: police, shifts: [{name: whole, on_call: kim, then: \"team:police\"}]}\n"
    "  - {name: other, team: welfare, shifts: [{name: a, hours: \"00:00-12:00\", on_call: pager},\n"
    "     {name: b, hours: \"12:00-00:00\", on_call: pager, then: kim}]}\n";

static struct config *before;

static void begin(void)
{
    const struct config_input input = {.path = "anbu.yaml", .text = {yaml, sizeof yaml - 1}};
    struct config_errors errors = {0};
    aw_set_up();
    aw_expect(200, "/healthz", NULL); /* the API's thread has begun, and waits */
    before = aw_config;
    ck_assert_msg(!config_read(detectors, detector_count, &input, &aw_config, &errors), "%s",
                  buffer_view(&errors.text).at);
    config_errors_done(&errors);
}

static void end(void)
{
    config_free(aw_config);
    aw_config = before;
    aw_tear_down();
}

static void account(const char *name, const char *team)
{
    char body[200];
    (void)snprintf(body, sizeof body,
                   "{\"name\":\"%s\",\"role\":\"officer\",\"team\":\"%s\",\"password\":"
                   "\"a quiet river at night\"}",
                   name, team);
    aw_expect(201, "/api/v1/users", body);
}

static void counted(long long unknown, long long disabled, long long elsewhere, long long nobody)
{
    const atomic_llong *names = api_counts(aw_api)->roster_names;
    ck_assert_int_eq(names[ON_CALL_UNKNOWN], unknown);
    ck_assert_int_eq(names[ON_CALL_DISABLED], disabled);
    ck_assert_int_eq(names[ON_CALL_ELSEWHERE], elsewhere);
    ck_assert_int_eq(names[ON_CALL_NOBODY], nobody);
    ck_assert_int_eq(names[ON_CALL_GOOD], 0);
}

START_TEST(names_that_nobody_can_be_called_by_are_counted)
{
    aw_expect(200, "/api/v1/reload", "{}");
    counted(0, 0, 0, 0);
    account("kim", "police");
    aw_expect(200, "/api/v1/reload", "{}");
    counted(1, 0, 1, 0);
    aw_expect(200, "/api/v1/users/kim/disable", "{}");
    aw_expect(200, "/api/v1/reload", "{}");
    counted(1, 2, 0, 1);
    account("lee", "police");
    aw_expect(200, "/api/v1/reload", "{}");
    counted(1, 2, 0, 0);
}
END_TEST

START_TEST(a_reload_and_the_status_say_who_cannot_be_called)
{
    aw_expect(200, "/api/v1/reload", "{}");
    aw_says("\"warnings\":[]}"); /* nobody has an account: a pager knows the names */
    account("kim", "police");
    unsigned long long warned = log_counts()->lines[LOG_WARNING];
    aw_expect(200, "/api/v1/reload", "{}");
    aw_says("\"warnings\":[\"roster other: pager is no account\",\"roster other: kim works on no "
            "alert of this roster's desk\"]}");
    ck_assert_uint_eq(log_counts()->lines[LOG_WARNING], warned + 2);
    aw_expect(200, "/api/v1/reload", "{}");
    ck_assert_uint_eq(log_counts()->lines[LOG_WARNING], warned + 2); /* once */
    aw_expect(200, "/api/v1/users/kim/disable", "{}");
    aw_expect(200, "/api/v1/status", NULL);
    aw_says("{\"uptime_s\":12,\"warnings\":[\"roster day: kim is disabled\",\"roster day: "
            "team:police has nobody who is enabled and works in its areas\",");
    account("lee", "police");
    aw_expect(200, "/api/v1/status", NULL);
    aw_says("[\"roster day: kim is disabled\",\"roster other: ");
    aw_expect(200, "/api/v1/rosters", NULL);
    aw_says(
        "\"on_call\":\"kim\",\"then\":\"team:police\",\"asked\":[\"lee\"],\"missing\":[{\"who\":"
        "\"kim\",\"why\":\"disabled\"}],");
    aw_says(
        "\"on_call\":\"pager\",\"then\":null,\"asked\":[],\"missing\":[{\"who\":\"pager\",\"why\":"
        "\"unknown\"}],");
}
END_TEST

START_TEST(who_escalates_is_told_whom_the_desk_calls_then)
{
    account("kim", "police");
    account("lee", "police");
    account("yun", "welfare");
    const char *id = aw_raise("H-1", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(200, aw_path(id, "escalate"), "{\"note\":\"no light since days\"}");
    aw_says("\"on_call\":{\"who\":\"kim\",\"then\":\"team:police\"},");
    aw_expect(200, "/api/v1/users/kim/disable", "{}");
    const char *other = aw_raise("H-2", &aw_owing, SEVERITY_HIGH, AW_RAISED_S);
    aw_expect(200, aw_path(other, "escalate"), "{\"note\":\"no light since days\"}");
    aw_says("\"on_call\":{\"who\":\"team:police\",\"then\":null,\"persons\":[\"lee\"]},");
    aw_expect(200, aw_path(other, "acknowledge"), "{}");
    aw_says_not("on_call");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, rosters");
    TCase *tcase = tcase_create("rosters");
    tcase_set_timeout(tcase, 120); /* argon2id under sanitizers */
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, a_reload_and_the_status_say_who_cannot_be_called);
    tcase_add_test(tcase, names_that_nobody_can_be_called_by_are_counted);
    tcase_add_test(tcase, who_escalates_is_told_whom_the_desk_calls_then);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
