/* SPDX-License-Identifier: Apache-2.0
 *
 * Prices of a moment, as people are told them, out of a census's bytes.
 */
#include "household/prices.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define WEEK   2900
#define BUDGET 6.0

static struct buffer counts;
static struct prices prices;

static void add(struct census *census, int32_t week, unsigned what, int32_t n)
{
    const struct census_count count = {week, 6000, n, POPULATION_FLOW, (uint8_t)what};
    census_add(census, &count);
    census_write_with(census, &count);
}

/* Snapshots so many weeks in a row, each of homes that come to every price oftener than those
 * before. */
static void keep(struct census *census, int snapshots)
{
    (void)census_turn(census, WEEK);
    for (int32_t i = 0; i < snapshots; i++) {
        add(census, WEEK + i, CENSUS_HOURS, 1000 * 8766);
        for (unsigned bin = 0; bin < PACE_BINS; bin++) {
            double more = pace_edges[bin] - (bin ? pace_edges[bin - 1] : 0.0);
            add(census, WEEK + i, CENSUS_PRICED + bin, (int32_t)(1000.0 * (i + 1) * more));
        }
        ck_assert(census_turn(census, WEEK + i + 1));
    }
    buffer_clear(&counts);
    census_write(census, &counts);
}

static void expect(int32_t week, enum prices_of of, const char *json)
{
    struct buffer out = {0};
    prices_at(&prices, buffer_view(&counts), true, census_week_from_ms(week));
    ck_assert_int_eq(prices.of, of);
    prices_show(&prices, &out);
    ck_assert_str_eq(out.at, json);
    ck_assert_int_eq(prices.census != NULL, of == PRICES_COUNTED);
    prices_done(&prices);
    buffer_done(&out);
}

static void tear_down(void)
{
    buffer_done(&counts);
    counts = (struct buffer){0};
}

#define NONE(of) "{\"of\":\"" of "\",\"snapshot\":null,\"since\":null}"

START_TEST(the_snapshot_in_force_then_is_told)
{
    struct census *census = census_new();
    keep(census, 3);
    expect(WEEK + 2, PRICES_COUNTED,
           "{\"of\":\"counted\",\"snapshot\":2902,\"since\":\"2025-08-18T00:00:00Z\"}");
    expect(WEEK + 70, PRICES_COUNTED,
           "{\"of\":\"counted\",\"snapshot\":2903,\"since\":\"2025-08-25T00:00:00Z\"}");
    census_free(census);
}
END_TEST

START_TEST(homes_pay_what_they_paid_then_whenever_they_are_looked_at)
{
    struct census *census = census_new();
    keep(census, 3);
    double was = pace_price(
        &census_paces(census, census_week_from_ms(WEEK + 2), BUDGET)[POPULATION_FLOW], BUDGET);
    double is = pace_price(
        &census_paces(census, census_week_from_ms(WEEK + 3), BUDGET)[POPULATION_FLOW], BUDGET);
    ck_assert(was > is * 1.1);
    prices_at(&prices, buffer_view(&counts), true, census_week_from_ms(WEEK + 2));
    for (int32_t week = WEEK - 900; week < WEEK + 900; week += 450) {
        const struct pace *paces = census_paces(prices.census, census_week_from_ms(week), BUDGET);
        ck_assert_ptr_nonnull(paces);
        ck_assert_double_eq(pace_price(&paces[POPULATION_FLOW], BUDGET), was);
    }
    prices_done(&prices);
    census_free(census);
}
END_TEST

START_TEST(what_is_no_longer_kept_is_said)
{
    struct census *census = census_new();
    keep(census, 4);
    expect(WEEK + 1, PRICES_FORGOTTEN, NONE("forgotten"));
    census_forget(census);
    keep(census, 2); /* before the first there was none */
    expect(WEEK, PRICES_TRAINING, NONE("training"));
    expect(WEEK + 1, PRICES_COUNTED,
           "{\"of\":\"counted\",\"snapshot\":2901,\"since\":\"2025-08-11T00:00:00Z\"}");
    census_free(census);
}
END_TEST

START_TEST(without_counts_prices_are_the_trainings)
{
    struct census *census = census_new();
    expect(WEEK, PRICES_TRAINING, NONE("training"));
    keep(census, 1);
    prices_at(&prices, buffer_view(&counts), false, census_week_from_ms(WEEK + 1));
    ck_assert_int_eq(prices.of, PRICES_TRAINING);
    ck_assert_ptr_null(prices.census);
    counts.at[counts.bytes - 1] ^= 1;
    expect(WEEK + 1, PRICES_TRAINING, NONE("training"));
    census_free(census);
}
END_TEST

START_TEST(bytes_go_through_digits_and_back)
{
    struct buffer digits = {0}, back = {0};
    char all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    buffer_hex(&digits, (struct text){all, sizeof all});
    ck_assert_int_eq(strncmp(digits.at, "000102", 6), 0);
    ck_assert_str_eq(digits.at + 506, "fdfeff");
    ck_assert(buffer_unhex(&back, digits.at));
    ck_assert_uint_eq(back.bytes, sizeof all);
    ck_assert_int_eq(memcmp(back.at, all, sizeof all), 0);
    ck_assert(!buffer_unhex(&back, "0"));
    ck_assert(!buffer_unhex(&back, "0g"));
    ck_assert(!buffer_unhex(&back, "0A"));
    ck_assert(buffer_unhex(&back, ""));
    ck_assert_uint_eq(back.bytes, sizeof all);
    buffer_done(&digits);
    buffer_done(&back);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("prices");
    TCase *cases = tcase_create("prices");
    tcase_add_checked_fixture(cases, NULL, tear_down);
    tcase_add_test(cases, the_snapshot_in_force_then_is_told);
    tcase_add_test(cases, homes_pay_what_they_paid_then_whenever_they_are_looked_at);
    tcase_add_test(cases, what_is_no_longer_kept_is_said);
    tcase_add_test(cases, without_counts_prices_are_the_trainings);
    tcase_add_test(cases, bytes_go_through_digits_and_back);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
