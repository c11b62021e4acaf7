/* SPDX-License-Identifier: Apache-2.0
 *
 * Homes of all partitions, merged from a store that counts what is read of it.
 */
#include "console/latest.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTITIONS 64
#define HOMES      1000 /* of a partition; the k-th of partition p is told after HOURS(p, k) */
#define HOURS(partition, k) \
    (240 - ((int)(k) * ((int)(partition) % 5 + 1) * 240 / (HOMES * 5) + (int)(partition) % 7))

static size_t names_read, calls;
static bool away;

static enum err outlooks(struct store *store, uint32_t partition,
                         const struct store_outlooks *which, store_outlook_fn *each, void *context,
                         struct fault *fault)
{
    char name[32];
    (void)store;
    calls++;
    if (away && partition == 9)
        return fault_set(fault, ERR_UNREACHABLE, "it is away");
    for (size_t k = which->from; k < HOMES && k - which->from < which->limit; k++) {
        (void)snprintf(name, sizeof name, "H-%u-%zu", partition, k);
        each(context, text_of(name), HOURS(partition, k));
        names_read++;
    }
    return ERR_OK;
}

static const struct store_ops ops = {.name = "counting", .outlooks = outlooks};
static struct store counting = {&ops};
static struct fault fault;

static void set_up(void)
{
    names_read = calls = 0;
    away = false;
}

START_TEST(each_home_comes_once_and_the_latest_told_first)
{
    static size_t next[PARTITIONS];
    struct latest *latest = latest_new(&counting, PARTITIONS, 1, 240, 100);
    struct latest_home home;
    int before = 240;
    size_t count = 0;
    bool any = true;
    memset(next, 0, sizeof next);
    while (!latest_next(latest, &home, &any, &fault) && any) {
        char name[32];
        (void)snprintf(name, sizeof name, "H-%u-%zu", home.partition, next[home.partition]++);
        ck_assert_str_eq(home.household, name);
        ck_assert_int_le(home.hours, before);
        ck_assert_int_eq(home.hours, HOURS(home.partition, next[home.partition] - 1));
        before = home.hours;
        count++;
    }
    ck_assert_uint_eq(count, (size_t)PARTITIONS * HOMES);
    latest_free(latest);
}
END_TEST

static const struct reading_case {
    size_t wanted, read_most;
} cases[] = {{1, PARTITIONS * 16}, {100, PARTITIONS * 20}, {1000, 4000}};

START_TEST(hardly_more_is_read_than_is_asked_for)
{
    const struct reading_case *one = &cases[_i];
    struct latest *latest = latest_new(&counting, PARTITIONS, 1, 240, one->wanted);
    struct latest_home home;
    bool any = true;
    for (size_t i = 0; i < one->wanted; i++)
        ck_assert(!latest_next(latest, &home, &any, &fault) && any);
    ck_assert_msg(names_read <= one->read_most, "%zu names", names_read);
    ck_assert_msg(calls <= PARTITIONS * 2 + one->wanted / 16, "%zu calls", calls);
    latest_free(latest);
}
END_TEST

START_TEST(a_store_that_is_away_says_so)
{
    struct latest *latest = latest_new(&counting, PARTITIONS, 1, 240, 10);
    struct latest_home home;
    bool any = true;
    away = true;
    ck_assert_int_eq(latest_next(latest, &home, &any, &fault), ERR_UNREACHABLE);
    latest_free(latest);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("latest");
    TCase *tcase = tcase_create("latest");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, each_home_comes_once_and_the_latest_told_first);
    tcase_add_loop_test(tcase, hardly_more_is_read_than_is_asked_for, 0,
                        (int)(sizeof cases / sizeof cases[0]));
    tcase_add_test(tcase, a_store_that_is_away_says_so);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
