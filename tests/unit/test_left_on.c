/* SPDX-License-Identifier: Apache-2.0
 *
 * Water and electricity of a home whose person falls while something is on: a lamp that burns on,
 * a heater that follows the weather. What nobody switches is no sign of life.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "abode.h"

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

static struct place {
    bool heats_by_night; /* from 21 to 9 o'clock, most before dawn */
    int lamp_w;          /* left on by whoever falls */
} place;

/* From seven until they go to bed, not in every hour. */
static bool busy(int32_t hour)
{
    unsigned of_day = (unsigned)hour % 24, bed = 21 + abode_roll(hour / 24, 5, 4);
    unsigned chance = of_day < 9 || of_day >= 18 ? 90 : 55;
    return of_day >= 7 && of_day < bed && abode_roll(hour, 2, 100) < chance;
}

static int64_t heat_wh(int32_t hour)
{
    int32_t of_night = (hour + 3) % 24; /* 0 at 21 o'clock */
    return place.heats_by_night && of_night < 12 ? 30 * (6 - abs(of_night - 6)) : 0;
}

static void pass(int32_t from, int32_t to, bool lives)
{
    for (int32_t hour = from; hour < to; hour++) {
        bool acts = lives && busy(hour);
        int64_t wh = 70 + abode_roll(hour, 1, 20) + heat_wh(hour) +
                     (acts ? 40 + abode_roll(hour, 3, 300) : 0) + (lives ? 0 : place.lamp_w);
        int64_t litres = acts ? 3 + abode_roll(hour, 4, 40) : 0;
        int64_t arrived_s = (hour + 1) * HOUR + 60;
        abode_take(&home, abode_hour(UTILITY_ELECTRICITY, hour * HOUR, wh * 1000), arrived_s);
        abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, litres * 1000), arrived_s);
    }
}

/* Falls in the evening: told within so many hours, and still told a day later. */
static void falls(int hours_max)
{
    int32_t from = ABODE_H0 + LEARN_DAYS * 24 + 20, hour = from;
    pass(ABODE_H0, from, true);
    ck_assert(!abode_is_on(&home, "silence"));
    while (hour < from + hours_max && !abode_is_on(&home, "silence")) {
        pass(hour, hour + 1, false);
        hour++;
    }
    ck_assert_msg(abode_is_on(&home, "silence"), "nothing told in %d hours", hours_max);
    printf("told after %d hours\n", hour - from);
    pass(hour, hour + 24, false);
    ck_assert(abode_is_on(&home, "silence"));
}

START_TEST(nothing_is_left_on)
{
    place = (struct place){0};
    falls(20);
}
END_TEST

START_TEST(a_lamp_burns_on)
{
    place = (struct place){.lamp_w = 280};
    falls(20);
}
END_TEST

START_TEST(a_heater_follows_the_weather)
{
    place = (struct place){.heats_by_night = true};
    falls(20);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("left on");
    TCase *homes = tcase_create("homes");
    tcase_add_checked_fixture(homes, begin, end);
    tcase_add_test(homes, nothing_is_left_on);
    tcase_add_test(homes, a_lamp_burns_on);
    tcase_add_test(homes, a_heater_follows_the_weather);
    suite_add_tcase(s, homes);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
