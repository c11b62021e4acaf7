/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting what homes come to, the snapshots made of it, and the prices that follow.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "detectors/detector.h"
#include "household/census.h"

#define WEEK      2900
#define HOME_YEAR 8766

static const struct census_count one = {WEEK, 6000, 1, POPULATION_FLOW, CENSUS_HOURS};

static void add(struct census *census, int32_t week, unsigned what, int32_t n)
{
    struct census_count count = one;
    count.week = week;
    count.what = (uint8_t)what;
    count.n = n;
    census_add(census, &count);
    census_write_with(census, &count);
}

/* Homes that come to every price `times` as often as those of the training, and were told of as
 * often as their budget says. */
static void live(struct census *census, int32_t week, int years, double times)
{
    add(census, week, CENSUS_HOURS, years * HOME_YEAR);
    add(census, week, CENSUS_RAISED, years * one.budget_milli / 1000);
    double told = 0.0;
    for (unsigned bin = 0; bin < PACE_BINS; bin++) {
        double alerts = pace_edges[bin] * years * times;
        add(census, week, CENSUS_PRICED + bin, (int32_t)(alerts - told));
        told += (double)(int32_t)(alerts - told);
    }
}

static int64_t moment(int32_t week)
{
    return (week * INT64_C(7) + 4) * 86400000;
}

static const struct pace *pace_at(struct census *census, int32_t week, double budget)
{
    const struct pace *paces = census_paces(census, moment(week), budget);
    ck_assert_ptr_nonnull(paces);
    return &paces[POPULATION_FLOW];
}

static struct census *begun(void)
{
    struct census *census = census_new();
    ck_assert(!census_turn(census, WEEK)); /* nothing was counted */
    return census;
}

START_TEST(every_price_has_its_bin)
{
    ck_assert_uint_eq(pace_bin(0.01), 0);
    for (unsigned bin = 0; bin < PACE_BINS; bin++) {
        ck_assert_uint_eq(pace_bin(pace_edges[bin]), bin);
        ck_assert_uint_eq(pace_bin(pace_edges[bin] * 1.001), bin + 1);
        ck_assert(bin == 0 || (pace_edges[bin] / pace_edges[bin - 1] > 1.18 &&
                               pace_edges[bin] / pace_edges[bin - 1] < 1.2));
    }
}
END_TEST

START_TEST(weeks_begin_on_monday)
{
    ck_assert_int_eq(census_week(moment(WEEK)), WEEK);
    ck_assert_int_eq(census_week(moment(WEEK) - 1), WEEK - 1);
    ck_assert_int_eq(census_week(-1), -1);
    ck_assert_int_eq(census_week(0), -1); /* a Thursday */
}
END_TEST

START_TEST(a_population_as_in_the_training_pays_its_price)
{
    struct census *census = begun();
    live(census, WEEK, 100, 1.0);
    ck_assert_ptr_null(census_paces(census, moment(WEEK), 6.0)); /* its week is not over */
    ck_assert(census_turn(census, WEEK + 1));
    static const double wanted[] = {0.5, 0.85, 1, 2, 3.3, 6, 12, 50};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        double yearly = wanted[i], price = pace_price(pace_at(census, WEEK + 1, 6.0), yearly);
        ck_assert_msg(price > yearly * 0.95 && price < yearly * 1.05, "%f costs %f", yearly, price);
    }
    census_free(census);
}
END_TEST

START_TEST(who_comes_to_it_twice_as_often_pays_half)
{
    struct census *census = begun();
    live(census, WEEK, 1000, 2.0);
    (void)census_turn(census, WEEK + 1);
    double price = pace_price(pace_at(census, WEEK + 1, 6.0), 6.0);
    ck_assert_msg(price > 2.9 && price < 3.1, "6 cost %f", price);
    /* Another budget of the same population leans on it, another population on the training. */
    price = pace_price(pace_at(census, WEEK + 1, 3.0), 3.0);
    ck_assert_msg(price > 1.45 && price < 1.6, "3 cost %f", price);
    const struct pace *paces = census_paces(census, moment(WEEK + 1), 6.0);
    price = pace_price(&paces[POPULATION_ELECTRICITY], 6.0);
    ck_assert_msg(price > 5.9 && price < 6.1, "6 cost %f", price);
    census_free(census);
}
END_TEST

/* Two thirds of a price for what was too much, half as much again for what was too little: at most.
 */
START_TEST(what_was_too_much_is_saved_in_the_weeks_to_come)
{
    static const struct {
        int32_t more;
        unsigned what;
        double least, most;
    } lately[] = {{0, CENSUS_RAISED, 5.9, 6.1},   {60, CENSUS_RAISED, 4.9, 5.1},
                  {60, CENSUS_OTHERS, 4.9, 5.1},  {6000, CENSUS_RAISED, 3.9, 4.1},
                  {-60, CENSUS_RAISED, 7.2, 7.5}, {-600, CENSUS_RAISED, 8.8, 9.1}};
    for (size_t i = 0; i < sizeof lately / sizeof lately[0]; i++) {
        struct census *census = begun();
        live(census, WEEK, 100, 1.0);
        add(census, WEEK, lately[i].what, lately[i].more);
        (void)census_turn(census, WEEK + 1);
        const struct pace *paces = census_paces(census, moment(WEEK + 1), 6.0);
        double price = pace_price(&paces[POPULATION_FLOW], 6.0);
        ck_assert_msg(price > lately[i].least && price < lately[i].most, "%zu: 6 cost %f", i,
                      price);
        /* One load, whatever the meters; another budget's is another. */
        ck_assert_double_eq_tol(pace_price(&paces[POPULATION_ELECTRICITY], 6.0), price, 0.1);
        price = pace_price(pace_at(census, WEEK + 1, 3.0), 3.0);
        ck_assert_msg(price > 2.9 && price < 3.1, "%zu: 3 cost %f", i, price);
        census_free(census);
    }
}
END_TEST

START_TEST(few_homes_hardly_move_it_and_none_move_it_far)
{
    struct census *census = begun();
    add(census, WEEK, CENSUS_HOURS, HOME_YEAR / 10);
    for (int i = 0; i < 3; i++)
        add(census, WEEK, CENSUS_PRICED, 1);
    (void)census_turn(census, WEEK + 1);
    double price = pace_price(pace_at(census, WEEK + 1, 6.0), 6.0);
    ck_assert_msg(price > 5.0 && price < 6.1, "6 cost %f", price);
    live(census, WEEK + 1, 1000, 50.0);
    (void)census_turn(census, WEEK + 2);
    price = pace_price(pace_at(census, WEEK + 2, 6.0), 6.0);
    ck_assert_msg(price > 0.74 && price < 0.76, "6 cost %f", price);
    live(census, WEEK + 2, 100000, 0.001);
    (void)census_turn(census, WEEK + 3);
    price = pace_price(pace_at(census, WEEK + 3, 6.0), 6.0);
    ck_assert_msg(price > 6.0 && price <= 48.0, "6 cost %f", price);
    census_free(census);
}
END_TEST

/* A home of water, read by the hour, in the week after 1000 home-years in which detectors that
 * grade came to so many alerts at each of their prices. */
static struct household_view graded_home(struct census *census, double budget, int32_t n)
{
    struct household_view view = {.acute_per_year = budget, .meter_count = 1, .valid_days = 40};
    view.meters[0] =
        (struct meter_view){.utility = UTILITY_WATER, .interval_minutes = 60, .valid_days = 40};
    live(census, WEEK, 1000, 1.0);
    for (unsigned bin = 0; bin < PACE_OTHERS_BINS; bin++)
        add(census, WEEK, CENSUS_GRADED + bin, n);
    (void)census_turn(census, WEEK + 1);
    view.paces = census_paces(census, moment(WEEK + 1), budget);
    return view;
}

START_TEST(what_others_make_fits_into_half_of_the_budget)
{
    static const struct {
        double budget, made;
    } cases[] = {{6.0, 2.38}, {4.0, 2.0}, {1.0, 0.5}, {0.2, 0.2}};
    double before = PACE_ANY;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct census *census = begun();
        struct household_view view = graded_home(census, cases[i].budget, 200);
        double made = pace_others(&view), price = pace_others_price(&view);
        ck_assert_msg(made > cases[i].made * 0.97 && made < cases[i].made * 1.03, "budget %f: %f",
                      cases[i].budget, made);
        ck_assert_msg(i == 0 ? price >= PACE_ANY : price < before, "budget %f: price %f",
                      cases[i].budget, price);
        before = price;
        census_free(census);
    }
    ck_assert_double_eq(before,
                        pace_others_edges[0]); /* what is told at any budget makes as much alone */
}
END_TEST

START_TEST(what_holds_at_the_threshold_is_what_was_counted_up_to_it)
{
    struct census *census = begun();
    struct household_view view = graded_home(census, 2.4, 200); /* 0.2 a bin: six bins make 1.2 */
    double price = pace_others_price(&view);
    ck_assert_msg(price > pace_others_edges[4] && price < pace_others_edges[6], "%f", price);
    /* Another budget leans on it. */
    view.paces = census_paces(census, moment(WEEK + 1), 2.0);
    view.acute_per_year = 2.0;
    ck_assert_double_lt(pace_others_price(&view), price);
    ck_assert_double_gt(pace_others_price(&view), PACE_ALWAYS);
    census_free(census);
}
END_TEST

START_TEST(a_graded_finding_is_raised_at_its_price_and_stays)
{
    struct household_view view = {.acute_per_year = 0.6};
    double price = pace_others_price(&view), usual = 0.4;
    double halvings = pace_others_halvings(&view, usual);
    ck_assert_double_gt(halvings, 0.0);
    ck_assert(pace_graded(usual, halvings) < price * 1.0001);
    ck_assert_double_eq(pace_graded(usual, 50.0), PACE_ALWAYS);
    struct verdict verdict = {.active = true};
    pace_others_judge(&view, false, usual, &verdict);
    ck_assert(!verdict.active && verdict.price == usual);
    verdict.active = true;
    pace_others_judge(&view, false, price * 0.9, &verdict);
    ck_assert(verdict.active && verdict.price == price * 0.9);
    pace_others_judge(&view, true, usual, &verdict); /* it never rises */
    ck_assert(verdict.active && verdict.price == price * 0.9);
    verdict.active = false;
    pace_others_judge(&view, true, usual, &verdict);
    ck_assert(!verdict.active && verdict.price == 0.0);
    view.acute_per_year = 6.0;
    ck_assert_double_eq(pace_others_price(&view), PACE_ANY);
    ck_assert_double_eq(pace_others_halvings(&view, usual), 0.0);
}
END_TEST

START_TEST(an_alert_that_falls_in_price_is_one_alert)
{
    struct census *census = begun();
    live(census, WEEK, 1000, 1.0);
    struct pace before, after;
    (void)census_turn(census, WEEK + 1);
    before = *pace_at(census, WEEK + 1, 6.0);
    census_free(census);
    census = begun();
    live(census, WEEK, 1000, 1.0);
    add(census, WEEK, CENSUS_PRICED + 30, 500);
    add(census, WEEK, CENSUS_PRICED + 30, -500);
    add(census, WEEK, CENSUS_PRICED + 20, 500);
    (void)census_turn(census, WEEK + 1);
    after = *pace_at(census, WEEK + 1, 6.0);
    ck_assert(before.rate[19] == after.rate[19]);
    for (unsigned bin = 20; bin < PACE_BINS; bin++) {
        double more = after.rate[bin] - before.rate[bin];
        ck_assert_msg(more > 0.4 && more < 0.6, "bin %u: %f", bin, more);
    }
    census_free(census);
}
END_TEST

START_TEST(old_weeks_fade)
{
    struct census *census = begun();
    int32_t number;
    live(census, WEEK, 100, 3.0);
    (void)census_turn(census, WEEK + 1);
    int64_t first = census_sums(census, &number)->groups[0].n[CENSUS_HOURS];
    ck_assert_int_eq(number, WEEK + 1);
    (void)census_turn(census, WEEK + 8);
    int64_t later = census_sums(census, &number)->groups[0].n[CENSUS_HOURS];
    ck_assert_int_gt(later * 2, first * 9 / 10);
    ck_assert_int_lt(later * 2, first * 11 / 10);
    ck_assert(census_turn(census, WEEK + 300));
    ck_assert_uint_eq(census_sums(census, &number)->count, 0);
    census_free(census);
}
END_TEST

START_TEST(what_is_too_late_for_its_snapshot_is_not_counted)
{
    struct census *census = begun();
    int32_t number;
    live(census, WEEK, 10, 1.0);
    (void)census_turn(census, WEEK + 1);
    add(census, WEEK, CENSUS_HOURS, 1000000);
    ck_assert(!census_turn(census, WEEK)); /* a message of the past */
    (void)census_turn(census, WEEK + 2);
    ck_assert_int_lt(census_sums(census, &number)->groups[0].n[CENSUS_HOURS],
                     INT64_C(10) * HOME_YEAR * CENSUS_SCALE);
    census_free(census);
}
END_TEST

START_TEST(a_message_is_judged_by_the_snapshot_of_its_week)
{
    struct census *census = begun();
    live(census, WEEK, 1000, 2.0);
    (void)census_turn(census, WEEK + 1);
    double then = pace_price(pace_at(census, WEEK + 1, 6.0), 6.0);
    live(census, WEEK + 1, 10000, 0.5);
    (void)census_turn(census, WEEK + 2);
    ck_assert(pace_price(pace_at(census, WEEK + 2, 6.0), 6.0) > 2 * then);
    ck_assert(pace_price(pace_at(census, WEEK + 1, 6.0), 6.0) == then);
    (void)census_turn(census, WEEK + 2 + CENSUS_KEPT);
    ck_assert_ptr_nonnull(census_paces(census, moment(WEEK + 2), 6.0));
    (void)census_turn(census, WEEK + 3 + CENSUS_KEPT);
    ck_assert_ptr_null(census_paces(census, moment(WEEK + 1), 6.0)); /* forgotten */
    census_free(census);
}
END_TEST

/* Half of the week's counts are written when it stops; the other half comes again. */
START_TEST(whoever_goes_on_makes_the_same_snapshots)
{
    struct census *quiet = begun(), *first = begun(), *second = census_new();
    struct buffer bytes = {0}, again = {0};
    struct fault fault;
    for (int i = 0; i < 200; i++) {
        struct census_count count = one;
        count.what = (uint8_t)(i % CENSUS_WHATS);
        count.budget_milli = 1000 * (1 + i * 7 % 5);
        census_add(quiet, &count);
        census_add(first, &count);
        if (i % 2)
            census_write_with(first, &count);
    }
    census_write(first, &bytes);
    ck_assert_int_eq(census_read(second, bytes.at, bytes.bytes, &fault), ERR_OK);
    for (int i = 0; i < 200; i += 2) {
        struct census_count count = one;
        count.what = (uint8_t)(i % CENSUS_WHATS);
        count.budget_milli = 1000 * (1 + i * 7 % 5);
        census_add(second, &count);
    }
    ck_assert(census_turn(quiet, WEEK + 1) && census_turn(second, WEEK + 1));
    buffer_clear(&bytes);
    census_write(quiet, &bytes);
    census_write(second, &again);
    ck_assert(text_equal(buffer_view(&bytes), buffer_view(&again)));
    buffer_done(&bytes);
    buffer_done(&again);
    census_free(quiet);
    census_free(first);
    census_free(second);
}
END_TEST

START_TEST(more_budgets_than_there_is_room_for_are_not_counted)
{
    struct census *census = begun();
    int32_t number;
    for (int i = 0; i < 2 * CENSUS_GROUPS_MAX; i++) {
        struct census_count count = one;
        count.n = HOME_YEAR;
        count.budget_milli = 1000 + i;
        census_add(census, &count);
    }
    (void)census_turn(census, WEEK + 1);
    ck_assert_uint_eq(census_sums(census, &number)->count, CENSUS_GROUPS_MAX);
    for (int i = 0; i < 2 * CENSUS_GROUPS_MAX; i++) /* but each has its price */
        ck_assert(pace_price(pace_at(census, WEEK + 1, 1.0 + i / 1000.0), 1.0) > 0.0);
    struct buffer bytes = {0};
    census_write(census, &bytes);
    ck_assert_uint_lt(bytes.bytes, CENSUS_BYTES_MAX);
    buffer_done(&bytes);
    census_free(census);
}
END_TEST

START_TEST(damaged_bytes_are_seen)
{
    struct census *census = begun(), *read = census_new();
    struct buffer bytes = {0};
    struct fault fault;
    int32_t number;
    live(census, WEEK, 10, 1.0);
    (void)census_turn(census, WEEK + 1);
    census_write(census, &bytes);
    ck_assert_int_eq(census_read(read, bytes.at, bytes.bytes, &fault), ERR_OK);
    for (size_t i = 1; i < bytes.bytes; i++) {
        bytes.at[i] ^= 0x10;
        ck_assert_int_eq(census_read(read, bytes.at, bytes.bytes, &fault), ERR_CORRUPT);
        ck_assert_ptr_null(census_sums(read, &number));
        bytes.at[i] ^= 0x10;
        ck_assert_int_eq(census_read(read, bytes.at, i, &fault), ERR_CORRUPT);
    }
    bytes.at[0] = 4; /* version 2 */
    ck_assert_int_eq(census_read(read, bytes.at, bytes.bytes, &fault), ERR_INCOMPATIBLE);
    buffer_done(&bytes);
    census_free(census);
    census_free(read);
}
END_TEST

START_TEST(a_home_is_of_what_its_meters_show_by_the_hour)
{
    struct household_view view = {.valid_days = 100};
    ck_assert_int_eq(population_of(&view), POPULATION_DAILY);
    view.meter_count = 1;
    view.meters[0] =
        (struct meter_view){.utility = UTILITY_WATER, .interval_minutes = 60, .valid_days = 100};
    ck_assert_int_eq(population_of(&view), POPULATION_FLOW);
    view.meters[0].utility = UTILITY_ELECTRICITY;
    ck_assert_int_eq(population_of(&view), POPULATION_ELECTRICITY);
    view.meter_count = 2;
    view.meters[1] =
        (struct meter_view){.utility = UTILITY_GAS, .interval_minutes = 60, .valid_days = 40};
    ck_assert_int_eq(population_of(&view), POPULATION_ELECTRICITY); /* hardly known yet */
    view.meters[1].valid_days = 60;
    ck_assert_int_eq(population_of(&view), POPULATION_SEVERAL);
    view.meters[0].delay_minutes = 1200;
    ck_assert_int_eq(population_of(&view), POPULATION_SEVERAL); /* the other is heard of at once */
    view.meters[1].delay_minutes = 1200;
    ck_assert_int_eq(population_of(&view), POPULATION_LATE_SEVERAL);
    view.meters[1].interval_minutes = 1440;
    ck_assert_int_eq(population_of(&view), POPULATION_LATE_ELECTRICITY);
    view.meters[0].utility = UTILITY_WATER;
    ck_assert_int_eq(population_of(&view), POPULATION_LATE_FLOW);
    view.meters[0].delay_minutes = 5;
    ck_assert_int_eq(population_of(&view), POPULATION_FLOW);
}
END_TEST

/* Each believes of itself what its kind came to in the training. */
START_TEST(whoever_is_heard_of_late_pays_more_before_it_is_counted)
{
    struct census *census = begun();
    live(census, WEEK, 1, 1.0); /* of another population */
    (void)census_turn(census, WEEK + 1);
    const struct pace *paces = census_paces(census, moment(WEEK + 1), 6.0);
    double price = pace_price(&paces[POPULATION_LATE_FLOW], 6.0);
    double wanted = 6.0 / population_usual(POPULATION_LATE_FLOW);
    ck_assert_msg(price > wanted * 0.97 && price < wanted * 1.03, "6 cost %f", price);
    ck_assert_double_gt(wanted, 7.0);
    census_free(census);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("census");
    TCase *cases = tcase_create("census");
    tcase_add_test(cases, every_price_has_its_bin);
    tcase_add_test(cases, weeks_begin_on_monday);
    tcase_add_test(cases, a_population_as_in_the_training_pays_its_price);
    tcase_add_test(cases, who_comes_to_it_twice_as_often_pays_half);
    tcase_add_test(cases, what_was_too_much_is_saved_in_the_weeks_to_come);
    tcase_add_test(cases, few_homes_hardly_move_it_and_none_move_it_far);
    tcase_add_test(cases, what_others_make_fits_into_half_of_the_budget);
    tcase_add_test(cases, what_holds_at_the_threshold_is_what_was_counted_up_to_it);
    tcase_add_test(cases, a_graded_finding_is_raised_at_its_price_and_stays);
    tcase_add_test(cases, an_alert_that_falls_in_price_is_one_alert);
    tcase_add_test(cases, old_weeks_fade);
    tcase_add_test(cases, what_is_too_late_for_its_snapshot_is_not_counted);
    tcase_add_test(cases, a_message_is_judged_by_the_snapshot_of_its_week);
    tcase_add_test(cases, whoever_goes_on_makes_the_same_snapshots);
    tcase_add_test(cases, more_budgets_than_there_is_room_for_are_not_counted);
    tcase_add_test(cases, damaged_bytes_are_seen);
    tcase_add_test(cases, a_home_is_of_what_its_meters_show_by_the_hour);
    tcase_add_test(cases, whoever_is_heard_of_late_pays_more_before_it_is_counted);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
