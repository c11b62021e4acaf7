/* SPDX-License-Identifier: Apache-2.0
 *
 * What a reload would change, before anybody does it.
 */
#include <check.h>
#include <stdlib.h>

#include "api_world.h"

/* As api_world has it, but for one option; NULL: none. */
static void next_is(const char *set)
{
    aw_next[0] = "kafka.delivery_timeout=1s";
    aw_next[1] = "console.listen=127.0.0.1:0";
    aw_next[2] = set;
}

START_TEST(a_file_that_says_what_is_in_force_changes_nothing)
{
    next_is(NULL);
    aw_expect(200, "/api/v1/config/changes", NULL);
    aw_says("{\"changes\":[],\"restart_needed\":[]}");
    aw_audit_says("\"action\":\"config.changes\"", 1);
}
END_TEST

START_TEST(what_differs_is_said_with_both_values)
{
    next_is("alerts.ack_expiry=2h");
    aw_expect(200, "/api/v1/config/changes", NULL);
    aw_says("{\"changes\":[{\"name\":\"alerts.ack_expiry\",\"now\":\"4h\",\"next\":\"2h\","
            "\"restart\":false}],\"restart_needed\":[]}");
    next_is("redis.prefix=other:");
    aw_expect(200, "/api/v1/config/changes", NULL);
    aw_says("{\"name\":\"redis.prefix\",\"now\":\"anbu:\",\"next\":\"other:\",\"restart\":true}],"
            "\"restart_needed\":[\"redis.prefix\"]}");
    /* A value that is not shown differs all the same. */
    ck_assert_int_eq(setenv("ANBU_TEST_SECRET", "river", 1), 0);
    next_is("redis.password=env:ANBU_TEST_SECRET");
    aw_expect(200, "/api/v1/config/changes", NULL);
    aw_says("\"now\":\"(not set)\",\"next\":\"(set)\",\"restart\":true");
    aw_says_not("river");
}
END_TEST

START_TEST(a_bad_file_is_said_and_nothing_compared)
{
    next_is("alerts.ack_expiry=soon");
    aw_expect(422, "/api/v1/config/changes", NULL);
    aw_says("alerts.ack_expiry");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, config");
    TCase *tcase = tcase_create("config");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, aw_set_up, aw_tear_down);
    tcase_add_test(tcase, a_file_that_says_what_is_in_force_changes_nothing);
    tcase_add_test(tcase, what_differs_is_said_with_both_values);
    tcase_add_test(tcase, a_bad_file_is_said_and_nothing_compared);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
