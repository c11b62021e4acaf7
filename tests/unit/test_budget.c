/* SPDX-License-Identifier: Apache-2.0
 *
 * Is the budget true: partitions' counts together, and what the API tells of them.
 */
#include "household/budget.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api_world.h"

#define NOW_WEEK 2923 /* of AW_NOW_MS */

static void add(struct census *census, int32_t week, uint8_t population, unsigned what, int32_t n)
{
    const struct census_count count = {week, 6000, n, population, (uint8_t)what};
    census_add(census, &count);
    census_write_with(census, &count);
}

/* Homes that come to every price so many times as often as those of the training. */
static void live(struct census *census, int32_t week, int32_t years, double times)
{
    add(census, week, POPULATION_FLOW, CENSUS_HOURS, years * 8766);
    for (unsigned bin = 0; bin < PACE_BINS; bin++) {
        double more = pace_edges[bin] - (bin ? pace_edges[bin - 1] : 0.0);
        add(census, week, POPULATION_FLOW, CENSUS_PRICED + bin, (int32_t)(years * times * more));
    }
}

/* Into the store, as the partition's owner does. */
static void keep(struct census *census, uint32_t partition)
{
    struct store_head head;
    struct buffer bytes = {0};
    const int64_t as_they_are[TOPIC_COUNT] = {-1, -1, -1, -1};
    census_write(census, &bytes);
    struct store_record record = {STORE_NOBODY, bytes.at, (uint32_t)bytes.bytes, 0, 0};
    ck_assert(!aw_store->ops->take(aw_store, partition, &head, NULL, NULL, &aw_fault));
    ck_assert(!aw_store->ops->flush(aw_store, &head, &record, 1, as_they_are, &aw_fault));
    buffer_done(&bytes);
}

static json_t *told(void)
{
    aw_expect(200, "/api/v1/budget", NULL);
    json_t *body = json_loads(aw_answer.body.at, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(body != NULL, "%s", aw_answer.body.at);
    return body;
}

static double of(const json_t *group, const char *member)
{
    const json_t *value = json_object_get(group, member);
    ck_assert_msg(json_is_number(value), "no number %s", member);
    return json_number_value(value);
}

static void expect(const json_t *group, const char *member, double least, double most)
{
    double value = of(group, member);
    ck_assert_msg(value >= least && value <= most, "%s is %f", member, value);
}

START_TEST(nothing_counted_is_no_group_and_the_prices_of_the_training)
{
    aw_expect(200, "/api/v1/budget", NULL);
    ck_assert_str_eq(aw_answer.body.at,
                     "{\"steered\":true,\"partitions\":4,\"counted\":0,\"snapshot\":null,"
                     "\"snapshot_oldest\":null,\"since\":null,\"groups\":[],\"homes\":0}");
}
END_TEST

START_TEST(partitions_are_added_up_and_their_factors_weighted)
{
    struct census *census = census_new();
    (void)census_turn(census, NOW_WEEK - 1);
    live(census, NOW_WEEK - 1, 300, 2.0);
    add(census, NOW_WEEK - 1, POPULATION_FLOW, CENSUS_RAISED, 1500);
    add(census, NOW_WEEK - 1, POPULATION_FLOW, CENSUS_OTHERS, 250);
    ck_assert(census_turn(census, NOW_WEEK));
    keep(census, 1);
    census_forget(census);
    (void)census_turn(census, NOW_WEEK - 2);
    live(census, NOW_WEEK - 2, 100, 1.0);
    add(census, NOW_WEEK - 2, POPULATION_FLOW, CENSUS_RAISED, 600);
    ck_assert(census_turn(census, NOW_WEEK - 1));
    keep(census, 3);
    census_free(census);
    json_t *body = told(), *group = json_array_get(json_object_get(body, "groups"), 0);
    ck_assert_uint_eq(json_array_size(json_object_get(body, "groups")), 1);
    expect(body, "counted", 2, 2);
    expect(body, "snapshot", NOW_WEEK, NOW_WEEK);
    expect(body, "snapshot_oldest", NOW_WEEK - 1, NOW_WEEK - 1);
    ck_assert_str_eq(json_string_value(json_object_get(group, "population")), "water_or_gas");
    ck_assert_str_eq(json_string_value(json_object_get(group, "verdict")), "true");
    expect(group, "budget", 6, 6);
    expect(group, "home_years", 400, 400);
    expect(group, "wanted", 2400, 2400);
    expect(group, "priced", 2100, 2100);
    expect(group, "others", 250, 250);
    expect(group, "factor_least", 0.49, 0.55);
    expect(group, "factor_most", 0.98, 1.05);
    expect(group, "factor", 0.61, 0.67); /* three quarters of one half, a quarter of one */
    expect(group, "training_percent", 1, 3);
    json_decref(body);
}
END_TEST

START_TEST(the_week_that_is_under_way_is_told_before_it_is_over)
{
    struct census *census = census_new();
    (void)census_turn(census, NOW_WEEK);
    live(census, NOW_WEEK, 20, 1.0);
    add(census, NOW_WEEK, POPULATION_FLOW, CENSUS_RAISED, 150);
    keep(census, 0);
    json_t *body = told(), *group = json_array_get(json_object_get(body, "groups"), 0);
    ck_assert(json_is_null(json_object_get(body, "snapshot")));
    ck_assert_str_eq(json_string_value(json_object_get(group, "verdict")), "over");
    expect(group, "home_years", 20, 20);
    expect(group, "priced", 150, 150);
    expect(group, "factor", 1, 1);
    expect(group, "training_percent", 100, 100);
    json_decref(body);
    census_free(census);
}
END_TEST

static const struct verdict_case {
    int32_t years, raised;
    const char *verdict;
} verdicts[] = {
    {16, 900, "too_few"}, {17, 900, "over"},  {100, 721, "over"},
    {100, 720, "true"},   {100, 480, "true"}, {100, 479, "under"},
};

START_TEST(within_a_fifth_of_a_hundred_alerts_it_is_true)
{
    const struct verdict_case *one = &verdicts[_i];
    struct census *census = census_new();
    (void)census_turn(census, NOW_WEEK);
    add(census, NOW_WEEK, POPULATION_DAILY, CENSUS_HOURS, one->years * 8766);
    add(census, NOW_WEEK, POPULATION_DAILY, CENSUS_RAISED, one->raised);
    keep(census, 0);
    json_t *body = told(), *group = json_array_get(json_object_get(body, "groups"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(group, "verdict")), one->verdict);
    json_decref(body);
    census_free(census);
}
END_TEST

START_TEST(without_steering_prices_are_of_the_training)
{
    struct budget budget = {.steered = false};
    struct census *census = census_new();
    (void)census_turn(census, NOW_WEEK - 1);
    live(census, NOW_WEEK - 1, 300, 2.0);
    add(census, NOW_WEEK - 1, POPULATION_FLOW, CENSUS_RAISED, 1800);
    ck_assert(census_turn(census, NOW_WEEK));
    budget_take(&budget, census, AW_NOW_MS);
    ck_assert_uint_eq(budget.count, 1);
    ck_assert_double_eq(budget.groups[0].factor_most, 1.0);
    ck_assert_double_eq(budget.groups[0].training_years, budget.groups[0].years);
    budget.steered = true;
    budget_take(&budget, census, AW_NOW_MS);
    ck_assert(budget.groups[0].factor_least < 0.6);
    budget_done(&budget);
    census_free(census);
}
END_TEST

START_TEST(damaged_counts_are_none)
{
    struct store_head head;
    const int64_t as_they_are[TOPIC_COUNT] = {-1, -1, -1, -1};
    struct store_record record = {STORE_NOBODY, "\2damaged", 8, 0, 0};
    ck_assert(!aw_store->ops->take(aw_store, 2, &head, NULL, NULL, &aw_fault));
    ck_assert(!aw_store->ops->flush(aw_store, &head, &record, 1, as_they_are, &aw_fault));
    aw_expect(200, "/api/v1/budget", NULL);
    aw_says("\"counted\":0,");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("budget");
    TCase *cases = tcase_create("budget");
    tcase_add_checked_fixture(cases, aw_set_up, aw_tear_down);
    tcase_add_test(cases, nothing_counted_is_no_group_and_the_prices_of_the_training);
    tcase_add_test(cases, partitions_are_added_up_and_their_factors_weighted);
    tcase_add_test(cases, the_week_that_is_under_way_is_told_before_it_is_over);
    tcase_add_loop_test(cases, within_a_fifth_of_a_hundred_alerts_it_is_true, 0,
                        (int)(sizeof verdicts / sizeof verdicts[0]));
    tcase_add_test(cases, without_steering_prices_are_of_the_training);
    tcase_add_test(cases, damaged_counts_are_none);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
