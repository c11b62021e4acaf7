/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abode.h"
#include "household/meter.h"

#define MORNING ABODE_MORNING

static struct abode home;

static void begin(void)
{
    abode_init(&home, NULL);
}

static void end(void)
{
    abode_done(&home);
}

static int count_of(const char *detector)
{
    int count = 0;
    for (int i = 0; i < home.count; i++)
        count += strcmp(home.findings[i].detector->name, detector) == 0;
    return count;
}

/* ---- live ---------------------------------------------------------------------------------- */

START_TEST(a_live_silence_is_told_with_the_reading_that_shows_it)
{
    abode_learn(&home);
    int32_t told = abode_quiet_until_told(&home, MORNING);
    (void)printf("told after %d hours\n", told - MORNING);
    ck_assert_int_eq(home.count, 1);
    const struct finding *finding = &home.findings[0];
    ck_assert_str_eq(finding->detector->name, "silence");
    ck_assert(finding->active && finding->begins && !finding->life);
    /* Four for each message, and one because it was live. */
    ck_assert_int_eq(finding->seq, 4 * home.offset[MESSAGE_READING] + 1);
    ck_assert_int_eq(finding->at_s, told * HOUR);
    ck_assert_int_eq(finding->verdict.since_s, MORNING * HOUR);
    ck_assert_int_eq(finding->last_life_s, MORNING * HOUR);
    ck_assert_str_eq(finding->household, "H-1");
    ck_assert_str_eq(finding->timezone, "UTC");
    ck_assert_ptr_nonnull(strstr(finding->summary, "No water since"));
    ck_assert_int_ge(told, MORNING + 8);
    ck_assert_int_le(told, MORNING + 60);
}
END_TEST

START_TEST(the_next_sign_of_life_ends_it)
{
    abode_learn(&home);
    int32_t told = abode_quiet_until_told(&home, MORNING);
    int before = home.count;
    abode_take(&home, abode_hour(UTILITY_WATER, told * HOUR, 20000), (told + 1) * HOUR + 60);
    ck_assert_int_eq(home.count, before + 1);
    const struct finding *finding = &home.findings[before];
    ck_assert(!finding->active && !finding->begins && finding->life);
    ck_assert_int_eq(finding->seq, 4 * home.offset[MESSAGE_READING] + 1);
    ck_assert_int_eq(finding->last_life_s, (told + 1) * HOUR);
    ck_assert_str_eq(finding->summary, "");
    ck_assert(!abode_is_on(&home, "silence"));
}
END_TEST

START_TEST(a_silence_that_goes_on_grows_but_is_not_told_anew)
{
    abode_learn(&home);
    int32_t told = abode_quiet_until_told(&home, MORNING);
    abode_quiet(&home, UTILITY_WATER, told, told + 96);
    for (int i = 0; i < home.count; i++) {
        ck_assert(home.findings[i].active);
        ck_assert_int_eq(home.findings[i].begins, i == 0);
        ck_assert(i == 0 || home.findings[i].seq > home.findings[i - 1].seq);
        ck_assert(i == 0 || home.findings[i].verdict.grade > home.findings[i - 1].verdict.grade);
    }
}
END_TEST

/* How much the routine of a meter that took its place has learnt of such hours, after so many. */
static double learnt_by_successor(bool tap_runs, int hours)
{
    end();
    begin();
    abode_learn(&home);
    int32_t hour = MORNING;
    for (; hour < MORNING + 10; hour++)
        abode_take(&home,
                   abode_hour(UTILITY_WATER, hour * HOUR,
                              tap_runs ? 400000 : abode_usual(UTILITY_WATER, hour)),
                   (hour + 1) * HOUR + 60);
    ck_assert(abode_is_on(&home, "flow") == tap_runs);
    for (; hour < MORNING + 10 + hours; hour++) {
        struct message message =
            abode_hour(UTILITY_WATER, hour * HOUR, abode_usual(UTILITY_WATER, hour));
        message.reading.meter = text_of("successor");
        abode_take(&home, message, (hour + 1) * HOUR + 60);
    }
    const struct record record = abode_record(&home);
    ck_assert_int_eq(record.header->meters, 2);
    double learnt = 0.0;
    for (int bin = 0; bin < ROUTINE_BINS; bin++)
        learnt += record.meters[1].routine.overall[bin];
    return learnt;
}

/* Nobody said that the meter was exchanged: what it showed last is not for ever. */
START_TEST(a_tap_is_not_on_for_ever_at_a_meter_that_is_gone)
{
    (void)learnt_by_successor(true, 72);
    ck_assert(abode_is_on(&home, "flow")); /* its hours may only be late */
    double after = learnt_by_successor(true, 40 * 24);
    ck_assert(!abode_is_on(&home, "flow"));
    ck_assert(!abode_last(&home, "flow")->life);
    /* Beside what flows by itself an hour would teach a quarter. */
    ck_assert_double_ge(after, 0.8 * learnt_by_successor(false, 40 * 24));
}
END_TEST

/* Who opened the tap has been seen; from the finding on the water is nobody's. */
START_TEST(water_that_does_not_stop_vouches_for_nobody)
{
    abode_learn(&home);
    for (int32_t hour = MORNING; hour < MORNING + 10; hour++)
        abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, 400000), (hour + 1) * HOUR + 60);
    const struct finding *finding = abode_last(&home, "flow");
    ck_assert_ptr_nonnull(finding);
    ck_assert(finding->active && finding->verdict.grade == SEVERITY_HIGH);
    ck_assert_int_eq(finding->verdict.since_s, MORNING * HOUR);
    ck_assert_int_eq(finding->last_life_s, (MORNING + 2) * HOUR);
    /* What comes late and is shown again does not make them anybody's. */
    abode_take(&home, abode_hour(UTILITY_WATER, (MORNING - 1) * HOUR, 30000),
               (MORNING + 10) * HOUR + 60);
    ck_assert_int_eq(abode_record(&home).home->last_life_s, (MORNING + 2) * HOUR);
    ck_assert(abode_is_on(&home, "flow"));
    abode_take(&home, abode_hour(UTILITY_WATER, (MORNING + 10) * HOUR, 0),
               (MORNING + 11) * HOUR + 60);
    ck_assert(!abode_is_on(&home, "flow"));
    abode_take(&home, abode_hour(UTILITY_WATER, (MORNING + 11) * HOUR, 20000),
               (MORNING + 12) * HOUR + 60);
    ck_assert_int_eq(abode_record(&home).home->last_life_s, (MORNING + 12) * HOUR);
}
END_TEST

START_TEST(an_ordinary_year_tells_nothing)
{
    abode_live(&home, UTILITY_WATER, ABODE_H0, ABODE_H0 + 365 * 24);
    ck_assert_int_eq(home.count, 0);
}
END_TEST

/* Nobody from the morning of that day of a new home on, for so many hours, and somebody again. */
static void quiet_in_a_new_home(int day, int hours)
{
    int32_t from = ABODE_H0 + day * 24 + 8;
    abode_live(&home, UTILITY_WATER, ABODE_H0, from);
    abode_quiet(&home, UTILITY_WATER, from, from + hours);
    abode_reload(&home);
    abode_take(&home, abode_hour(UTILITY_WATER, (from + hours) * HOUR, 25000),
               (from + hours + 1) * HOUR + 60);
}

START_TEST(a_home_of_a_week_is_watched_by_what_others_do)
{
    quiet_in_a_new_home(5, 40);
    ck_assert_int_eq(home.count, 2);
    const struct finding *raised = &home.findings[0], *over = &home.findings[1];
    ck_assert(raised->begins && raised->active);
    ck_assert_int_eq(raised->verdict.since_s, (ABODE_H0 + 5 * 24 + 8) * HOUR);
    ck_assert_int_ge(raised->at_s, raised->verdict.since_s + 12 * HOUR);
    ck_assert_ptr_nonnull(strstr(raised->summary, "this home is known for "));
    ck_assert(!over->active && over->life);
}
END_TEST

/* Told in the third week, and seen to be over in the fifth: by its own record alone, then. */
START_TEST(what_was_told_of_a_new_home_stands_when_it_is_known)
{
    int32_t from = ABODE_H0 + 26 * 24 + 8, known = ABODE_H0 + 33 * 24;
    abode_live(&home, UTILITY_WATER, ABODE_H0, from);
    abode_quiet(&home, UTILITY_WATER, from, known);
    ck_assert(abode_is_on(&home, "silence"));
    ck_assert_uint_ge(abode_meter(&home, UTILITY_WATER)->valid_days, 28);
    int begun = 0;
    for (int i = 0; i < home.count; i++) {
        ck_assert(home.findings[i].active);
        begun += home.findings[i].begins;
    }
    ck_assert_int_eq(begun, 1);
    ck_assert_int_lt(home.findings[0].at_s, (ABODE_H0 + 28 * 24) * HOUR);
    abode_take(&home, abode_hour(UTILITY_WATER, known * HOUR, 25000), (known + 1) * HOUR + 60);
    ck_assert(!abode_is_on(&home, "silence"));
    ck_assert(home.findings[home.count - 1].life);
}
END_TEST

START_TEST(on_its_first_days_nobody_knows_a_home)
{
    abode_done(&home);
    abode_init(&home, "budget:\n  acute_per_household_year: 24\n");
    quiet_in_a_new_home(1, 15);
    ck_assert_int_eq(home.count, 0);
    abode_done(&home);
    abode_init(&home, "budget:\n  acute_per_household_year: 24\n");
    quiet_in_a_new_home(3, 15);
    ck_assert_int_eq(home.count, 2);
}
END_TEST

/* Whoever moves in next month has a meter already. */
START_TEST(a_new_home_in_which_nobody_was_seen_is_not_silent)
{
    abode_quiet(&home, UTILITY_WATER, ABODE_H0, ABODE_H0 + 27 * 24);
    ck_assert_int_eq(home.count, 0);
}
END_TEST

/* ---- two clocks ---------------------------------------------------------------------------- */

/* Nobody from the morning on, and somebody again at seven of the third day after. */
#define BACK (MORNING + 71)

static void batch(int32_t from, int32_t to, int64_t arrived_s)
{
    for (int32_t hour = from; hour < to; hour++) {
        bool there = hour == BACK;
        abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, there ? 25000 : 0), arrived_s);
    }
}

START_TEST(life_in_the_same_batch_was_never_silence)
{
    abode_learn(&home);
    abode_quiet_until_told(&home, MORNING); /* live, the same hours would be told */
    ck_assert_int_lt(abode_record(&home).meters[0].judged_hour, BACK);
    abode_done(&home);
    abode_init(&home, NULL);
    abode_learn(&home);
    batch(MORNING, BACK + 1, (BACK + 1) * HOUR + 120);
    ck_assert_int_eq(home.count, 0);
    ck_assert_int_ne(household_settle_ms(&home.household), 0);
    abode_wait(&home, (BACK + 2) * HOUR);
    ck_assert_int_eq(home.count, 0);
    ck_assert_int_eq(household_settle_ms(&home.household), 0);
    ck_assert_int_eq(abode_record(&home).home->last_life_s, (BACK + 1) * HOUR);
}
END_TEST

START_TEST(a_batch_without_life_is_told_once_it_has_settled)
{
    abode_learn(&home);
    int64_t arrived_s = BACK * HOUR + 120;
    batch(MORNING, BACK, arrived_s);
    ck_assert_int_eq(home.count, 0);
    ck_assert_int_eq(household_settle_ms(&home.household), (arrived_s + 600) * 1000);
    abode_wait(&home, arrived_s + 599);
    ck_assert_int_eq(home.count, 0);
    abode_wait(&home, arrived_s + 600);
    ck_assert_int_eq(home.count, 1);
    ck_assert(home.findings[0].begins);
    ck_assert_int_eq(home.findings[0].verdict.since_s, MORNING * HOUR);
}
END_TEST

START_TEST(life_anywhere_in_a_batch_that_ends_a_silence_is_told_as_life)
{
    abode_learn(&home);
    int32_t told = abode_quiet_until_told(&home, MORNING);
    /* a late batch: somebody was there, and then it was quiet again */
    int64_t arrived_s = (told + 12) * HOUR;
    for (int32_t hour = told; hour < told + 8; hour++)
        abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, hour == told + 4 ? 25000 : 0),
                   arrived_s);
    abode_wait(&home, arrived_s + 600);
    const struct finding *finding = abode_last(&home, "silence");
    ck_assert(!finding->active);
    ck_assert(finding->life);
    ck_assert_int_eq(finding->last_life_s, (told + 5) * HOUR);
}
END_TEST

START_TEST(every_late_line_puts_the_settling_off_but_not_for_ever)
{
    abode_learn(&home);
    int64_t begin_s = (MORNING + 4) * HOUR, settle_s = 0;
    abode_take(&home, abode_hour(UTILITY_WATER, MORNING * HOUR, 1000), begin_s);
    ck_assert_int_eq(household_settle_ms(&home.household), (begin_s + 600) * 1000);
    /* a slow channel: another line, or another version of it, every five minutes */
    for (int i = 1; i < 100 && !settle_s; i++) {
        int64_t now_s = begin_s + i * 300, before = household_settle_ms(&home.household) / 1000;
        abode_take(&home, abode_hour(UTILITY_WATER, (MORNING + i / 12) * HOUR, 1000 + i * 1000),
                   now_s);
        int64_t after = household_settle_ms(&home.household) / 1000;
        ck_assert(after >= before);
        if (before <= now_s)
            settle_s = before;
    }
    ck_assert_int_ge(settle_s, begin_s + 1200);
    ck_assert_int_le(settle_s, begin_s + 3600);
}
END_TEST

START_TEST(meters_of_one_batch_are_judged_in_step)
{
    /* Electricity alone would be a silence; the water of the same hours says otherwise. */
    for (int32_t hour = ABODE_H0; hour < MORNING; hour++) {
        abode_live(&home, UTILITY_WATER, hour, hour + 1);
        abode_live(&home, UTILITY_ELECTRICITY, hour, hour + 1);
    }
    int64_t arrived_s = (MORNING + 48) * HOUR;
    for (int32_t hour = MORNING; hour < MORNING + 40; hour++)
        abode_take(&home, abode_hour(UTILITY_ELECTRICITY, hour * HOUR, 60000), arrived_s);
    for (int32_t hour = MORNING; hour < MORNING + 40; hour++)
        abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, abode_usual(UTILITY_WATER, hour)),
                   arrived_s);
    abode_wait(&home, arrived_s + 600);
    ck_assert_int_eq(count_of("silence"), 0);
}
END_TEST

START_TEST(what_is_old_when_it_arrives_is_history_and_told_to_nobody)
{
    abode_learn(&home);
    /* three days without a drop, heard of two days later; then it goes on live */
    int64_t arrived_s = (BACK + 49) * HOUR;
    batch(MORNING, BACK, arrived_s);
    abode_wait(&home, arrived_s + 600);
    ck_assert_int_eq(home.count, 0);
    abode_quiet(&home, UTILITY_WATER, BACK + 50, BACK + 80);
    ck_assert_int_eq(home.count, 1);
    ck_assert(home.findings[0].begins);
    ck_assert_int_eq(home.findings[0].verdict.since_s, MORNING * HOUR);
}
END_TEST

/* ---- corrections --------------------------------------------------------------------------- */

START_TEST(a_correction_to_life_ends_a_silence_and_one_to_none_brings_it_back)
{
    abode_learn(&home);
    int32_t told = abode_quiet_until_told(&home, MORNING);
    abode_quiet(&home, UTILITY_WATER, told, told + 2);
    int64_t now_s = (told + 2) * HOUR + 120;
    int before = home.count;
    abode_take(&home, abode_hour(UTILITY_WATER, (told + 1) * HOUR, 25000), now_s);
    ck_assert_int_eq(home.count, before + 1);
    ck_assert(!home.findings[before].active && home.findings[before].life);
    ck_assert_int_eq(home.findings[before].last_life_s, (told + 2) * HOUR);

    abode_take(&home, abode_hour(UTILITY_WATER, (told + 1) * HOUR, 0), now_s + 60);
    ck_assert_int_eq(abode_record(&home).home->last_life_s, MORNING * HOUR);
    if (!abode_is_on(&home, "silence"))
        told = abode_quiet_until_told(&home, told + 2) - 2;
    const struct finding *again = abode_last(&home, "silence");
    ck_assert(again->active && again->begins);
    ck_assert_int_eq(again->verdict.since_s, MORNING * HOUR);
    ck_assert_int_eq(again->last_life_s, MORNING * HOUR);

    abode_take(&home, abode_hour(UTILITY_WATER, (told + 1) * HOUR, 30000), (told + 2) * HOUR + 120);
    ck_assert(!abode_last(&home, "silence")->active && abode_last(&home, "silence")->life);
    ck_assert_int_eq(abode_record(&home).home->last_life_s, (told + 2) * HOUR);
}
END_TEST

/* Silence is told and goes on for a day; by then a reading comes for an hour of its beginning. */
static int32_t a_silence_with_a_late_reading(int64_t milli, int32_t settles_h)
{
    int32_t now = abode_quiet_until_told(&home, MORNING) + 24;
    abode_quiet(&home, UTILITY_WATER, now - 24, now);
    ck_assert_int_eq(abode_last(&home, "silence")->verdict.since_s, MORNING * HOUR);
    abode_take(&home, abode_hour(UTILITY_WATER, (MORNING + 2) * HOUR, milli), now * HOUR + 120);
    abode_wait(&home, (now + settles_h) * HOUR);
    return now;
}

START_TEST(life_that_comes_late_moves_the_beginning_of_a_silence_that_goes_on)
{
    abode_learn(&home);
    int32_t now = a_silence_with_a_late_reading(25000, 1);
    const struct finding *told = abode_last(&home, "silence");
    int count = home.count;
    ck_assert(told->active && !told->begins);
    ck_assert_int_gt(told->seq, home.findings[count - 2].seq);
    ck_assert_int_eq(told->verdict.since_s, (MORNING + 3) * HOUR);
    ck_assert_int_eq(told->last_life_s, (MORNING + 3) * HOUR);
    ck_assert_ptr_nonnull(strstr(told->summary, "since"));
    ck_assert_str_ne(told->summary, home.findings[0].summary);
    /* once, not with each hour or another batch */
    abode_quiet(&home, UTILITY_WATER, now, now + 30);
    abode_take(&home, abode_hour(UTILITY_WATER, (MORNING + 4) * HOUR, 500), (now + 31) * HOUR);
    abode_wait(&home, (now + 32) * HOUR);
    for (int i = count; i < home.count; i++)
        ck_assert_int_gt(home.findings[i].verdict.grade, home.findings[i - 1].verdict.grade);
    /* the correction is taken back */
    abode_take(&home, abode_hour(UTILITY_WATER, (MORNING + 2) * HOUR, 0), (now + 33) * HOUR);
    abode_wait(&home, (now + 34) * HOUR);
    ck_assert_int_eq(abode_last(&home, "silence")->verdict.since_s, MORNING * HOUR);
    ck_assert_int_eq(abode_last(&home, "silence")->last_life_s, MORNING * HOUR);
    ck_assert(abode_is_on(&home, "silence"));
}
END_TEST

START_TEST(a_gap_that_is_filled_late_with_nobody_moves_nothing)
{
    abode_learn(&home);
    abode_quiet(&home, UTILITY_WATER, MORNING, MORNING + 2); /* the third hour does not come */
    int32_t now = abode_quiet_until_told(&home, MORNING + 3) + 24;
    abode_quiet(&home, UTILITY_WATER, now - 24, now);
    int count = home.count;
    abode_take(&home, abode_hour(UTILITY_WATER, (MORNING + 2) * HOUR, 0), now * HOUR + 120);
    abode_wait(&home, (now + 1) * HOUR);
    ck_assert_int_eq(home.count, count);
    /* with somebody it does */
    abode_take(&home, abode_hour(UTILITY_WATER, (MORNING + 2) * HOUR, 25000), now * HOUR + 3700);
    abode_wait(&home, (now + 2) * HOUR);
    ck_assert_int_eq(home.count, count + 1);
    ck_assert_int_eq(home.findings[count].verdict.since_s, (MORNING + 3) * HOUR);
}
END_TEST

START_TEST(life_taken_back_from_the_whole_window_was_before_it)
{
    abode_learn(&home);
    int32_t last = MORNING + VIEW_HOURS - 1;
    abode_quiet(&home, UTILITY_WATER, MORNING, last);
    abode_live(&home, UTILITY_WATER, MORNING + VIEW_HOURS - 1, MORNING + VIEW_HOURS);
    abode_quiet(&home, UTILITY_WATER, MORNING + VIEW_HOURS, MORNING + VIEW_HOURS + 40);
    abode_take(&home, abode_hour(UTILITY_WATER, last * HOUR, 30000),
               (MORNING + VIEW_HOURS + 40) * HOUR + 90);
    abode_wait(&home, (MORNING + VIEW_HOURS + 41) * HOUR);
    ck_assert_int_eq(abode_record(&home).home->last_life_s, (last + 1) * HOUR);
    abode_take(&home, abode_hour(UTILITY_WATER, last * HOUR, 0),
               (MORNING + VIEW_HOURS + 41) * HOUR + 90);
    abode_wait(&home, (MORNING + VIEW_HOURS + 42) * HOUR);
    ck_assert_int_le(abode_record(&home).home->last_life_s, (MORNING + 40) * HOUR);
}
END_TEST

START_TEST(a_backfill_of_a_gap_is_judged_as_a_whole)
{
    abode_learn(&home);
    /* nothing is heard for a day and a half; the meter is back and sends the newest hour first */
    int32_t now = MORNING + 40;
    abode_quiet(&home, UTILITY_WATER, now, now + 1);
    ck_assert_int_eq(home.count, 0);
    int64_t arrived_s = (now + 1) * HOUR + 120;
    for (int32_t hour = MORNING; hour < now; hour++)
        abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, hour == now - 2 ? 30000 : 0),
                   arrived_s);
    abode_wait(&home, arrived_s + 600);
    ck_assert_int_eq(home.count, 0);
    ck_assert_int_eq(abode_record(&home).home->last_life_s, (now - 1) * HOUR);
}
END_TEST

START_TEST(a_corrected_hour_corrects_its_day)
{
    abode_learn(&home);
    abode_live(&home, UTILITY_WATER, MORNING, MORNING + 48);
    const struct record_meter *meter = abode_meter(&home, UTILITY_WATER);
    int32_t day = MORNING / 24;
    int64_t before = routine_day_milli(meter->days[day % VIEW_DAYS]);
    uint16_t valid_days = meter->valid_days;
    int64_t now_s = (MORNING + 48) * HOUR + 90;
    abode_take(&home, abode_hour(UTILITY_WATER, (day * 24 + 20) * HOUR, 2000000), now_s);
    abode_wait(&home, now_s + 600);
    meter = abode_meter(&home, UTILITY_WATER);
    int64_t after = routine_day_milli(meter->days[day % VIEW_DAYS]);
    ck_assert_int_gt(after, before + 1500000);
    ck_assert_uint_eq(meter->valid_days, valid_days);
}
END_TEST

START_TEST(the_same_reading_twice_tells_and_changes_nothing)
{
    abode_learn(&home);
    int32_t told = abode_quiet_until_told(&home, MORNING);
    int before = home.count;
    struct record record = abode_record(&home);
    struct record_meter meter = record.meters[0];
    struct record_home was = *record.home;
    for (int32_t hour = told - 20; hour < told; hour++)
        abode_take(&home,
                   abode_hour(UTILITY_WATER, hour * HOUR,
                              abode_usual(UTILITY_WATER, hour) * (hour < MORNING)),
                   told * HOUR + 120);
    abode_wait(&home, (told + 1) * HOUR);
    ck_assert_int_eq(home.count, before);
    record = abode_record(&home);
    ck_assert_mem_eq(&meter, &record.meters[0], sizeof meter);
    was.applied[0] = record.home->applied[0];
    was.messages += 20; /* they were heard, that is all */
    ck_assert_mem_eq(&was, record.home, sizeof was);
}
END_TEST

/* ---- what proves nothing ------------------------------------------------------------------- */

static void estimate(int32_t from, int32_t to, int64_t milli)
{
    for (int32_t hour = from; hour < to; hour++) {
        struct message message = abode_hour(UTILITY_WATER, hour * HOUR, milli);
        message.reading.quality = QUALITY_ESTIMATED;
        abode_take(&home, message, (hour + 1) * HOUR + 60);
    }
}

START_TEST(estimates_prove_neither_life_nor_its_absence)
{
    abode_learn(&home);
    estimate(MORNING, MORNING + 96, 0);
    ck_assert_int_eq(home.count, 0);
    abode_live(&home, UTILITY_WATER, MORNING + 96, MORNING + 144);
    int32_t told = abode_quiet_until_told(&home, MORNING + 144);
    int before = home.count;
    estimate(told, told + 6, 40000);
    ck_assert_int_eq(home.count, before);
    ck_assert(abode_is_on(&home, "silence"));
}
END_TEST

START_TEST(hours_that_never_came_prove_nothing)
{
    abode_learn(&home);
    abode_quiet(&home, UTILITY_WATER, MORNING + 96, MORNING + 97);
    ck_assert_int_eq(home.count, 0);
    struct message message = abode_hour(UTILITY_WATER, (MORNING + 97) * HOUR, 0);
    message.reading.quality = QUALITY_MISSING;
    message.reading.has_value = false;
    abode_take(&home, message, (MORNING + 98) * HOUR + 60);
    ck_assert_int_eq(home.count, 0);
}
END_TEST

static struct message register_of(int32_t hour, int64_t milli)
{
    struct message message = abode_hour(UTILITY_WATER, hour * HOUR + 1183, milli);
    message.reading.kind = READING_REGISTER;
    message.reading.minutes = 0;
    message.end_ms = message.at_ms;
    return message;
}

/* Forty days of a register, then three without a drop; its last value. */
static int64_t a_register_goes_quiet(void)
{
    int64_t milli = 500000000;
    for (int32_t hour = ABODE_H0; hour < MORNING + 72; hour++) {
        milli += hour < MORNING ? abode_usual(UTILITY_WATER, hour) : 0;
        abode_take(&home, register_of(hour, milli), hour * HOUR + 1190);
        for (int i = 0; i < home.count; i++) {
            ck_assert_int_le(home.findings[i].at_s, hour * HOUR + 1190);
            ck_assert_int_le(home.findings[i].last_life_s, hour * HOUR + 1183);
        }
        ck_assert_int_le(abode_record(&home).home->last_life_s, hour * HOUR + 1183);
        ck_assert_int_le(abode_meter(&home, UTILITY_WATER)->life_s, hour * HOUR + 1183);
    }
    ck_assert_int_gt(home.count, 0);
    ck_assert_int_eq(abode_record(&home).home->last_life_s, (MORNING - 1) * HOUR + 1183);
    return milli;
}

START_TEST(a_register_read_late_in_its_hour_tells_of_no_moment_to_come)
{
    int64_t milli = a_register_goes_quiet();
    /* nor does a batch that comes late, or one that is shown again */
    int32_t now = MORNING + 72;
    abode_take(&home, register_of(now, milli + 30000), (now + 5) * HOUR);
    abode_wait(&home, (now + 6) * HOUR);
    ck_assert(!abode_last(&home, "silence")->active && abode_last(&home, "silence")->life);
    ck_assert_int_eq(abode_last(&home, "silence")->last_life_s, now * HOUR + 1183);
    abode_take(&home, register_of(now, milli + 40000), (now + 7) * HOUR);
    abode_wait(&home, (now + 8) * HOUR);
    ck_assert_int_eq(abode_record(&home).home->last_life_s, now * HOUR + 1183);
    ck_assert_int_eq(abode_meter(&home, UTILITY_WATER)->life_s, now * HOUR + 1183);
}
END_TEST

START_TEST(a_register_s_fault_does_not_end_a_silence)
{
    int64_t milli = a_register_goes_quiet();
    int before = home.count;
    static const int64_t faults[] = {7000, -1000, 0, 99999999000, 0, 0};
    for (int i = 0; i < 6; i++) {
        int32_t hour = MORNING + 72 + i;
        struct message message = register_of(hour, faults[i] > 0 ? faults[i] : milli + faults[i]);
        enum reject want = i < 2    ? REJECT_REGISTER_WENT_BACK
                           : i == 3 ? REJECT_TOO_MUCH
                                    : REJECT_NONE;
        ck_assert_int_eq(abode_apply(&home, &message, hour * HOUR + 1190), want);
    }
    ck_assert_int_eq(home.count, before);
    ck_assert(abode_is_on(&home, "silence"));
}
END_TEST

/* Hours until a home of electricity is told of, which had water as well until it was read no more.
 */
static int32_t told_after(int32_t water_days)
{
    const int32_t until = ABODE_H0 + 80 * 24 + 8;
    for (int32_t hour = ABODE_H0; hour < until; hour++) {
        if (hour < ABODE_H0 + water_days * 24)
            abode_live(&home, UTILITY_WATER, hour, hour + 1);
        abode_live(&home, UTILITY_ELECTRICITY, hour, hour + 1);
    }
    ck_assert_int_eq(home.count, 0);
    int32_t hour = until;
    for (; hour < until + 96 && !abode_is_on(&home, "silence"); hour++)
        abode_quiet(&home, UTILITY_ELECTRICITY, hour, hour + 1);
    return hour - until;
}

START_TEST(hours_are_judged_by_a_meter_that_is_still_read)
{
    int32_t alone = told_after(0);
    end();
    begin();
    ck_assert_int_eq(told_after(60), alone);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("household");
    TCase *live = tcase_create("live");
    tcase_add_checked_fixture(live, begin, end);
    tcase_set_timeout(live, 60);
    suite_add_tcase(suite, live);
    TCase *clocks = tcase_create("two clocks");
    tcase_add_checked_fixture(clocks, begin, end);
    tcase_set_timeout(clocks, 60);
    suite_add_tcase(suite, clocks);
    tcase_add_test(live, hours_are_judged_by_a_meter_that_is_still_read);
    tcase_add_test(live, a_live_silence_is_told_with_the_reading_that_shows_it);
    tcase_add_test(live, the_next_sign_of_life_ends_it);
    tcase_add_test(live, a_silence_that_goes_on_grows_but_is_not_told_anew);
    tcase_add_test(live, water_that_does_not_stop_vouches_for_nobody);
    tcase_add_test(live, a_tap_is_not_on_for_ever_at_a_meter_that_is_gone);
    tcase_add_test(live, an_ordinary_year_tells_nothing);
    tcase_add_test(live, a_home_of_a_week_is_watched_by_what_others_do);
    tcase_add_test(live, what_was_told_of_a_new_home_stands_when_it_is_known);
    tcase_add_test(live, on_its_first_days_nobody_knows_a_home);
    tcase_add_test(live, a_new_home_in_which_nobody_was_seen_is_not_silent);
    tcase_add_test(live, estimates_prove_neither_life_nor_its_absence);
    tcase_add_test(live, hours_that_never_came_prove_nothing);
    tcase_add_test(live, a_register_read_late_in_its_hour_tells_of_no_moment_to_come);
    tcase_add_test(live, a_register_s_fault_does_not_end_a_silence);
    tcase_add_test(clocks, life_in_the_same_batch_was_never_silence);
    tcase_add_test(clocks, a_batch_without_life_is_told_once_it_has_settled);
    tcase_add_test(clocks, life_anywhere_in_a_batch_that_ends_a_silence_is_told_as_life);
    tcase_add_test(clocks, every_late_line_puts_the_settling_off_but_not_for_ever);
    tcase_add_test(clocks, meters_of_one_batch_are_judged_in_step);
    tcase_add_test(clocks, what_is_old_when_it_arrives_is_history_and_told_to_nobody);
    tcase_add_test(clocks, a_correction_to_life_ends_a_silence_and_one_to_none_brings_it_back);
    tcase_add_test(clocks, life_that_comes_late_moves_the_beginning_of_a_silence_that_goes_on);
    tcase_add_test(clocks, a_gap_that_is_filled_late_with_nobody_moves_nothing);
    tcase_add_test(clocks, life_taken_back_from_the_whole_window_was_before_it);
    tcase_add_test(clocks, a_backfill_of_a_gap_is_judged_as_a_whole);
    tcase_add_test(clocks, a_corrected_hour_corrects_its_day);
    tcase_add_test(clocks, the_same_reading_twice_tells_and_changes_nothing);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
