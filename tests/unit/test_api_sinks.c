/* SPDX-License-Identifier: Apache-2.0
 *
 * A test of a sink over the API: who may ask for one, and that it is asked for once.
 */
#include <check.h>
#include <stdlib.h>

#include "api_world.h"
#include "visitor.h"

#define TEST "/api/v1/sinks/desk/test"

static const struct visitor ops = {"ops", ROLE_OPS, ACCOUNT_ANY_TEAM, ""};
static const struct visitor kim = {"kim", ROLE_OFFICER, TEAM_POLICE, ""};
static const struct visitor yun = {"yun", ROLE_SUPERVISOR, TEAM_POLICE, ""};

static void set_up(void)
{
    aw_sink_is_tested = false;
    aw_set_up();
}

START_TEST(a_test_is_taken_down_and_told_where_it_stands)
{
    aw_expect(202, TEST, "{\"why\":\"a new certificate\"}");
    aw_says("{\"sink\":\"desk\",\"test\":{\"id\":\"test.desk.1\",\"taken\":null}}");
    ck_assert(aw_sink_is_tested);
    aw_audit_says("\"action\":\"sinks.test\",\"subject\":\"desk\"", 2); /* before, and after */
    aw_audit_says("\"why\":\"a new certificate\"", 2);
}
END_TEST

START_TEST(one_at_a_time_and_of_sinks_that_are_there)
{
    aw_expect(404, "/api/v1/sinks/desc/test", "{}");
    aw_says("there is no sink desc");
    aw_expect(202, TEST, "{}");
    aw_expect(409, TEST, "{}");
    aw_says("is being tested");
    aw_expect(405, TEST, NULL);
    aw_expect(400, TEST, "[]");
}
END_TEST

START_TEST(ops_may_and_the_desk_may_not)
{
    visitor_comes(&kim);
    ck_assert_int_eq(visitor_asks("POST", TEST, "{}"), 403);
    visitor_comes(&yun);
    ck_assert_int_eq(visitor_asks("POST", TEST, "{}"), 403);
    ck_assert(!aw_sink_is_tested);
    visitor_comes(&ops);
    ck_assert_int_eq(visitor_asks("POST", TEST, "{}"), 202);
    ck_assert(aw_sink_is_tested);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, sinks");
    TCase *cases = tcase_create("sinks");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, set_up, aw_tear_down);
    tcase_add_test(cases, a_test_is_taken_down_and_told_where_it_stands);
    tcase_add_test(cases, one_at_a_time_and_of_sinks_that_are_there);
    tcase_add_test(cases, ops_may_and_the_desk_may_not);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
