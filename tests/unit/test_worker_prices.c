/* SPDX-License-Identifier: Apache-2.0
 *
 * What a partition's homes come to is counted, and steers prices, over takeovers and crashes.
 */
#include <stdlib.h>

#include "household/census.h"
#include "store_world.h"
#include "worker_world.h"

#define DAYS 40

static void begin(int kind)
{
    world_begin(kind);
    ww_begin(1, NULL);
    ww.arrival_clock = true;
    ww_town(1, DAYS, 7);
}

static long long training_of(const struct budget_counts *budget)
{
    long long sum = 0;
    for (int i = 0; i < POPULATION_COUNT; i++)
        sum += budget->training[i];
    return sum;
}

/* By what the store has. */
static long long wanted_at_prices(void)
{
    struct buffer bytes = {0};
    const struct text nobody = STORE_NOBODY;
    struct census *census = census_new();
    int32_t number = 0;
    double sum = 0.0;
    must(world.store->ops->load(world.store, 0, &nobody, 1, store_record_into, &bytes,
                                &world.fault));
    must(census_read(census, bytes.at, bytes.bytes, &world.fault));
    const struct census_table *sums = census_sums(census, &number);
    const struct pace *paces = census_paces(census, census_week_from_ms(number), 6.0);
    for (size_t i = 0; i < sums->count; i++) {
        const struct census_group *group = &sums->groups[i];
        long long watched = group->n[CENSUS_HOURS] / 8766;
        sum += (double)watched * pace_price(&paces[group->population], 6.0);
    }
    census_free(census);
    buffer_done(&bytes);
    return (long long)sum;
}

START_TEST(a_snapshot_a_week_is_there_after_a_takeover)
{
    begin(_i);
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    shift_steps(&shift, 4); /* a tick shows it */
    const struct budget_counts *budget = &worker_counts(shift.worker)->budget;
    long long years = 0, wanted = 0, number = budget->snapshot;
    int32_t last = census_week((WW_START_S + (int64_t)DAYS * WW_DAY_S) * 1000);
    ck_assert_msg(number == last || number == last - 1, "%lld", number);
    for (int i = 0; i < POPULATION_COUNT; i++) {
        years += budget->years[i];
        wanted += budget->wanted[i];
    }
    ck_assert_int_gt(years, 0);
    ck_assert_int_eq(wanted, 6 * years);
    ck_assert_int_lt(llabs(training_of(budget) - wanted_at_prices()), POPULATION_COUNT);
    ck_assert_int_gt(llabs(training_of(budget) - wanted), wanted / 100); /* it is steered */
    shift_stop(&shift);
    shift = shift_begin(1);
    shift_steps(&shift, 4);
    ck_assert_int_eq(worker_counts(shift.worker)->budget.snapshot, number);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(crashes_change_neither_counts_nor_what_follows)
{
    struct buffer quiet = {0}, now = {0};
    begin(_i);
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    ww_picture(&quiet);
    ww_end();
    world_end();
    begin(_i);
    for (int lives = 0; lives < 60; lives++) {
        shift = shift_begin(1);
        shift_steps(&shift, 5 + lives % 7);
        shift_crash(&shift);
    }
    shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    ww_picture(&now);
    ww_same(&quiet, &now, "sixty crashes");
    buffer_done(&quiet);
    buffer_done(&now);
    ww_end();
}
END_TEST

/* Damaged counts stop nobody: prices are those of the training until there are others. */
START_TEST(damaged_counts_begin_anew)
{
    begin(_i);
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    struct store_head head = {0};
    const int64_t as_they_are[TOPIC_COUNT] = {-1, -1, -1, -1};
    struct store_record record = {STORE_NOBODY, "\2damaged", 8, 0, 0};
    must(world.store->ops->take(world.store, 0, &head, NULL, NULL, &world.fault));
    must(world.store->ops->flush(world.store, &head, &record, 1, as_they_are, &world.fault));
    shift = shift_begin(1);
    shift_steps(&shift, 4);
    ck_assert_int_eq(worker_counts(shift.worker)->budget.snapshot, 0);
    ck_assert_int_eq(worker_counts(shift.worker)->partitions, 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_loop_test(cases, a_snapshot_a_week_is_there_after_a_takeover, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, crashes_change_neither_counts_nor_what_follows, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, damaged_counts_begin_anew, 0, WORLD_KIND_COUNT);
}

int main(void)
{
    return world_main("worker_prices", add);
}
