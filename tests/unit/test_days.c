/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/days.h"

#include <check.h>
#include <stdlib.h>

#define MONDAY 20465 /* 2026-01-12 */
#define EAST_S (9 * 3600)

/* The local moment, in Seoul. */
static int64_t moment(int32_t day, int hour)
{
    return day * (int64_t)DAY_S + hour * INT64_C(3600) - EAST_S;
}

static struct household_view away(int64_t from_s, int64_t to_s)
{
    return (struct household_view){
        .utc_offset_s = EAST_S, .absent_from_s = from_s, .absent_to_s = to_s};
}

START_TEST(a_day_of_which_a_part_is_absent_is_away)
{
    struct household_view view = away(moment(MONDAY, 23), moment(MONDAY + 3, 1));
    for (int32_t day = MONDAY - 2; day < MONDAY + 6; day++)
        ck_assert_int_eq(days_away(&view, day), day >= MONDAY && day <= MONDAY + 3);
}
END_TEST

START_TEST(a_day_that_begins_as_the_absence_ends_is_none_of_it)
{
    struct household_view view = away(moment(MONDAY, 0), moment(MONDAY + 2, 0));
    ck_assert(!days_away(&view, MONDAY - 1));
    ck_assert(days_away(&view, MONDAY));
    ck_assert(days_away(&view, MONDAY + 1));
    ck_assert(!days_away(&view, MONDAY + 2));
    view.now_s = moment(MONDAY + 2, 0) - 1;
    ck_assert(days_absent(&view));
    view.now_s++;
    ck_assert(!days_absent(&view));
    view.now_s = moment(MONDAY, 0);
    ck_assert(days_absent(&view));
    view.now_s--;
    ck_assert(!days_absent(&view));
}
END_TEST

START_TEST(who_declared_nothing_is_never_away)
{
    struct household_view view = away(0, 0);
    ck_assert(!days_away(&view, 0));
    ck_assert(!days_away(&view, MONDAY));
    ck_assert(!days_absent(&view));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("days");
    TCase *cases = tcase_create("absence");
    tcase_add_test(cases, a_day_of_which_a_part_is_absent_is_away);
    tcase_add_test(cases, a_day_that_begins_as_the_absence_ends_is_none_of_it);
    tcase_add_test(cases, who_declared_nothing_is_never_away);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
