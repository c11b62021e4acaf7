/* SPDX-License-Identifier: Apache-2.0
 *
 * What must not fool anybody: panels behind the meter, a heater that charges by a timer, a limited
 * or cut supply. Each home lives, then nobody moves any more; all of it through the household.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abode.h"
#include "household/mask.h"
#include "household/meter.h"

#define LEARN_DAYS 70

static struct abode home;

static void begin(void)
{
    abode_init(&home, NULL);
}

static void end(void)
{
    abode_done(&home);
}

/* ---- homes ---------------------------------------------------------------------------------- */

enum sky { SKY_BY_CHANCE, SKY_GREY, SKY_BRIGHT };

static struct place {
    bool feeds_in, draws_alone; /* panels; a meter that does not count backwards */
    bool charges;
    enum sky sky;
    int celsius; /* below what is wanted: how long it charges */
} place;

/* Standby and a fridge, always; people from seven to eleven, not in every hour. */
static int64_t load_wh(int32_t hour, bool lives)
{
    int32_t of_day = hour % 24;
    int64_t standby = 70 + abode_roll(hour, 1, 25);
    bool up = of_day >= 7 && of_day < 23;
    bool busy = up && abode_roll(hour, 2, 100) < (of_day < 9 || of_day >= 18 ? 90u : 55u);
    return standby + (lives && busy ? 150 + abode_roll(hour, 3, 700) : 0);
}

/* A clear day brings two kilowatts at noon, a grey one next to nothing. */
static int64_t sun_wh(int32_t hour)
{
    static const int height[24] = {
        [7] = 10,  [8] = 30,  [9] = 50,  [10] = 70, [11] = 90, [12] = 100,
        [13] = 95, [14] = 80, [15] = 60, [16] = 35, [17] = 12};
    int32_t day = hour / 24;
    bool bright =
        place.sky == SKY_BY_CHANCE ? abode_roll(day, 4, 100) < 65 : place.sky == SKY_BRIGHT;
    int percent = bright ? 80 + (int)abode_roll(hour, 5, 20) : 4 + (int)abode_roll(hour, 6, 20);
    return 20 * height[hour % 24] * percent / 100;
}

/* From eleven, as many hours as the weather asks for. */
static int64_t charge_wh(int32_t hour)
{
    int32_t of_night = (hour + 1) % 24;
    return of_night < place.celsius / 2 ? 3000 + abode_roll(hour, 7, 100) : 0;
}

static int64_t drawn(int32_t hour, bool lives)
{
    int64_t wh = load_wh(hour, lives) + (place.charges ? charge_wh(hour) : 0) -
                 (place.feeds_in ? sun_wh(hour) : 0);
    return (place.draws_alone && wh < 0 ? 0 : wh) * 1000;
}

static void pass(int32_t from, int32_t to, bool lives)
{
    for (int32_t hour = from; hour < to; hour++)
        abode_take(&home, abode_hour(UTILITY_ELECTRICITY, hour * HOUR, drawn(hour, lives)),
                   (hour + 1) * HOUR + 60);
}

static int told(const char *detector)
{
    int count = 0;
    for (int i = 0; i < home.count; i++)
        count += home.findings[i].active && strcmp(home.findings[i].detector->name, detector) == 0;
    return count;
}

static int64_t last_life_s(void)
{
    return abode_record(&home).home->last_life_s;
}

static int32_t learn(void)
{
    int32_t to = ABODE_H0 + LEARN_DAYS * 24 + 21;
    pass(ABODE_H0, to, true);
    return to;
}

/* Nobody from then on: nothing is taken for life, and it is told within so many hours. */
static void falls(int32_t from, int hours_max)
{
    int before = told("silence");
    int32_t hour = from;
    ck_assert_int_gt(last_life_s(), (from - 24) * HOUR);
    int64_t life_s = last_life_s();
    while (hour < from + hours_max && told("silence") == before) {
        pass(hour, hour + 1, false);
        hour++;
        ck_assert_msg(last_life_s() <= life_s, "life %d hours after", hour - from);
    }
    ck_assert_msg(told("silence") > before, "nothing told in %d hours", hours_max);
    printf("told after %d hours\n", hour - from);
}

/* Two weeks more of the same life: nobody worries about them. */
static void lives_on(int32_t from, int days)
{
    int before = home.count;
    pass(from, from + days * 24, true);
    for (int i = before; i < home.count; i++)
        ck_assert_msg(!home.findings[i].active, "%s at %d: %s", home.findings[i].detector->name,
                      (int)(home.findings[i].at_s / HOUR - from), home.findings[i].summary);
}

/* ---- panels --------------------------------------------------------------------------------- */

static const struct place panels[] = {{.feeds_in = true}, {.feeds_in = true, .draws_alone = true}};

START_TEST(the_sun_is_not_taken_for_life)
{
    place = panels[_i];
    int32_t from = learn();
    ck_assert(abode_meter(&home, UTILITY_ELECTRICITY)->flags & METER_FEEDS_IN);
    place.sky = SKY_BRIGHT;
    falls(from, 48);
}
END_TEST

START_TEST(nor_is_a_sky_that_changes)
{
    place = panels[_i];
    falls(learn(), 48);
}
END_TEST

START_TEST(a_bright_week_after_a_grey_one_is_no_silence_and_no_drop)
{
    place = panels[_i];
    int32_t from = learn();
    place.sky = SKY_GREY;
    lives_on(from, 14);
    place.sky = SKY_BRIGHT;
    lives_on(from + 14 * 24, 14);
}
END_TEST

/* All winter long nothing came in; then spring comes, in a day. */
START_TEST(the_first_bright_days_of_the_year_are_neither)
{
    place = panels[_i];
    place.sky = SKY_GREY;
    int32_t from = learn();
    place.sky = SKY_BRIGHT;
    lives_on(from, 14);
    place.sky = SKY_GREY;
    lives_on(from + 14 * 24, 28);
}
END_TEST

START_TEST(what_is_drawn_beyond_the_sun_is_life)
{
    place = panels[_i];
    int32_t from = learn() / 24 * 24 + 36; /* noon of the day after */
    pass(ABODE_H0 + LEARN_DAYS * 24 + 21, from, false);
    ck_assert_int_lt(last_life_s(), (from - 12) * HOUR);
    abode_take(&home, abode_hour(UTILITY_ELECTRICITY, from * HOUR, 900000), (from + 1) * HOUR + 60);
    ck_assert_int_eq(last_life_s(), (from + 1) * HOUR);
}
END_TEST

/* The main switch is off, or the fuse went: that is no sun, for it is night. */
START_TEST(no_use_at_night_is_not_masked)
{
    place = panels[0];
    learn();
    const struct record_meter *meter = abode_meter(&home, UTILITY_ELECTRICITY);
    ck_assert(mask_hides(meter, 12, 12, ROUTINE_ZERO));
    ck_assert(!mask_hides(meter, 23, 23, ROUTINE_ZERO));
    ck_assert(mask_covers(meter, 12, 12));
    ck_assert(!mask_covers(meter, 20, 20));
}
END_TEST

START_TEST(a_home_without_panels_has_no_mask_however_often_it_is_dark)
{
    place = (struct place){.charges = false};
    int32_t from = learn();
    struct record_meter *meter = abode_meter(&home, UTILITY_ELECTRICITY);
    for (int32_t hour = from; hour < from + 7 * 24; hour++) /* power for eight hours a day */
        abode_take(
            &home,
            abode_hour(UTILITY_ELECTRICITY, hour * HOUR, hour % 24 % 6 < 2 ? drawn(hour, true) : 0),
            (hour + 1) * HOUR + 60);
    ck_assert_uint_eq(meter->flags & (METER_FEEDS_IN | METER_CHARGES), 0);
    ck_assert(!mask_hides(meter, 12, 12, ROUTINE_ZERO));
}
END_TEST

/* A correction below zero is not for ever. */
START_TEST(panels_that_are_gone_are_forgotten)
{
    place = (struct place){.charges = false};
    int32_t from = learn();
    abode_take(&home, abode_hour(UTILITY_ELECTRICITY, from * HOUR, -5000), (from + 1) * HOUR + 60);
    ck_assert(abode_meter(&home, UTILITY_ELECTRICITY)->flags & METER_FEEDS_IN);
    pass(from + 1, from + 9 * 24, true);
    ck_assert(!(abode_meter(&home, UTILITY_ELECTRICITY)->flags & METER_FEEDS_IN));
}
END_TEST

START_TEST(a_day_s_net_use_of_panels_is_no_day)
{
    struct message day = abode_hour(UTILITY_ELECTRICITY, ABODE_T0, -2000000);
    day.reading.minutes = 1440;
    day.end_ms = (ABODE_T0 + DAY) * 1000;
    abode_take(&home, day, ABODE_T0 + DAY + 60);
    ck_assert_int_eq(abode_meter(&home, UTILITY_ELECTRICITY)->valid_days, 0);
}
END_TEST

/* ---- a heater's timer ----------------------------------------------------------------------- */

START_TEST(a_heater_that_charges_at_night_is_not_taken_for_life)
{
    place = (struct place){.charges = true, .celsius = 16};
    int32_t from = learn();
    ck_assert(abode_meter(&home, UTILITY_ELECTRICITY)->flags & METER_CHARGES);
    falls(from, 48);
}
END_TEST

START_TEST(nor_are_quiet_days_beside_its_nights)
{
    place = (struct place){.charges = true, .celsius = 16};
    int32_t from = learn();
    int64_t life_s = last_life_s();
    for (int mild = 0; mild < 3; mild++) { /* it charges for fewer hours, then for more */
        place.celsius = 16 - 4 * mild;
        pass(from + mild * 24, from + (mild + 1) * 24, false);
    }
    ck_assert_int_le(last_life_s(), life_s);
}
END_TEST

START_TEST(a_mild_spell_is_no_drop_and_no_silence)
{
    place = (struct place){.charges = true, .celsius = 16};
    int32_t from = learn();
    place.celsius = 4;
    lives_on(from, 7);
    place.celsius = 16;
    lives_on(from + 7 * 24, 7);
}
END_TEST

START_TEST(spring_ends_the_charging_and_is_no_decline)
{
    place = (struct place){.charges = true, .celsius = 16};
    int32_t from = learn();
    for (int week = 0; week < 9; week++) {
        place.celsius = week < 4 ? 12 - 3 * week : 0;
        lives_on(from + week * 7 * 24, 7);
    }
    const struct record_meter *meter = abode_meter(&home, UTILITY_ELECTRICITY);
    ck_assert(!(meter->flags & METER_CHARGES));
    ck_assert(!mask_hides(meter, 3, 3, routine_code(80000)));
    falls(from + 9 * 7 * 24, 48);
}
END_TEST

/* No hour is left to know what nobody looks like: until spring nothing is said. */
START_TEST(panels_and_a_heater_together_fool_nobody)
{
    place = (struct place){.charges = true, .celsius = 16, .feeds_in = true};
    int32_t from = learn();
    lives_on(from, 7);
    from += 7 * 24;
    place.charges = false;
    lives_on(from, 9 * 7);
    falls(from + 9 * 7 * 24, 48);
}
END_TEST

/* ---- supply --------------------------------------------------------------------------------- */

static void supply(enum billing_event what, int64_t at_s)
{
    struct message bill = abode_bill(what, at_s);
    bill.billing.utility = UTILITY_ELECTRICITY;
    abode_take(&home, bill, at_s + 60);
}

START_TEST(a_limited_or_cut_supply_vouches_for_nothing)
{
    static const enum billing_event whats[] = {BILLING_LIMITED, BILLING_DISCONNECTED};
    place = (struct place){.charges = false};
    int32_t from = learn();
    int64_t life_s = last_life_s();
    struct routine learnt = abode_meter(&home, UTILITY_ELECTRICITY)->routine;
    supply(whats[_i], from * HOUR);
    pass(from, from + 72, true);
    ck_assert_int_eq(last_life_s(), life_s);
    ck_assert_int_eq(told("silence"), 0);
    ck_assert_int_eq(told("drop"), 0);
    ck_assert_mem_eq(&abode_meter(&home, UTILITY_ELECTRICITY)->routine, &learnt, sizeof learnt);
    supply(BILLING_RECONNECTED, (from + 72) * HOUR);
    pass(from + 72, from + 96, true);
    ck_assert_int_gt(last_life_s(), (from + 72) * HOUR);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mask");
    TCase *cases = tcase_create("mask");
    tcase_add_checked_fixture(cases, begin, end);
    tcase_add_loop_test(cases, the_sun_is_not_taken_for_life, 0, 2);
    tcase_add_loop_test(cases, nor_is_a_sky_that_changes, 0, 2);
    tcase_add_loop_test(cases, a_bright_week_after_a_grey_one_is_no_silence_and_no_drop, 0, 2);
    tcase_add_loop_test(cases, the_first_bright_days_of_the_year_are_neither, 0, 2);
    tcase_add_loop_test(cases, what_is_drawn_beyond_the_sun_is_life, 0, 2);
    tcase_add_test(cases, no_use_at_night_is_not_masked);
    tcase_add_test(cases, a_home_without_panels_has_no_mask_however_often_it_is_dark);
    tcase_add_test(cases, panels_that_are_gone_are_forgotten);
    tcase_add_test(cases, a_day_s_net_use_of_panels_is_no_day);
    tcase_add_test(cases, a_heater_that_charges_at_night_is_not_taken_for_life);
    tcase_add_test(cases, nor_are_quiet_days_beside_its_nights);
    tcase_add_test(cases, a_mild_spell_is_no_drop_and_no_silence);
    tcase_add_test(cases, spring_ends_the_charging_and_is_no_decline);
    tcase_add_test(cases, panels_and_a_heater_together_fool_nobody);
    tcase_add_loop_test(cases, a_limited_or_cut_supply_vouches_for_nothing, 0, 2);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
