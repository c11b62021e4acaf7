/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abode.h"
#include "household/meter.h"

#define SEED    20260122U
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

/* ---- people -------------------------------------------------------------------------------- */

START_TEST(nobody_is_missed_in_an_empty_home)
{
    abode_learn(&home);
    abode_take(&home, abode_event(HOUSEHOLD_MOVED_OUT, MORNING * HOUR), MORNING * HOUR + 60);
    abode_quiet(&home, UTILITY_WATER, MORNING, MORNING + 96);
    ck_assert_int_eq(home.count, 0);
    ck_assert_uint_eq(abode_record(&home).home->occupied, 0);
}
END_TEST

START_TEST(moving_out_ends_what_was_told)
{
    abode_learn(&home);
    int32_t told = abode_quiet_until_told(&home, MORNING);
    abode_take(&home, abode_event(HOUSEHOLD_MOVED_OUT, told * HOUR), told * HOUR + 60);
    ck_assert(!abode_last(&home, "silence")->active);
    ck_assert(!abode_last(&home, "silence")->life);
}
END_TEST

START_TEST(new_people_are_learnt_anew)
{
    abode_learn(&home);
    abode_take(&home, abode_event(HOUSEHOLD_MOVED_IN, MORNING * HOUR), MORNING * HOUR + 60);
    const struct record_meter *meter = abode_meter(&home, UTILITY_WATER);
    ck_assert_uint_eq(meter->valid_days, 0);
    ck_assert_uint_eq(meter->routine.highest, 0);
    ck_assert_int_eq(abode_record(&home).home->last_life_s, 0);
    ck_assert_int_eq(abode_record(&home).home->moved_in_s, MORNING * HOUR);
    abode_quiet(&home, UTILITY_WATER, MORNING, MORNING + 20);
    /* a correction of an hour of the people before them is no life of theirs */
    abode_take(&home, abode_hour(UTILITY_WATER, (MORNING - 2) * HOUR, 30000),
               (MORNING + 20) * HOUR + 90);
    abode_wait(&home, (MORNING + 21) * HOUR);
    ck_assert_int_eq(abode_record(&home).home->last_life_s, 0);
    ck_assert_int_eq(home.count, 0);
}
END_TEST

START_TEST(a_declared_absence_is_no_silence_until_it_is_over)
{
    abode_learn(&home);
    struct message absence = abode_event(HOUSEHOLD_ABSENCE, MORNING * HOUR);
    absence.event.from_s = MORNING * HOUR;
    absence.event.to_s = (MORNING + 96) * HOUR;
    abode_take(&home, absence, MORNING * HOUR + 60);
    abode_quiet(&home, UTILITY_WATER, MORNING, MORNING + 95);
    ck_assert_int_eq(home.count, 0);
    (void)abode_quiet_until_told(&home, MORNING + 95);
}
END_TEST

START_TEST(an_absence_that_is_declared_later_ends_what_was_told)
{
    abode_learn(&home);
    int32_t told = abode_quiet_until_told(&home, MORNING);
    struct message absence = abode_event(HOUSEHOLD_ABSENCE, told * HOUR);
    absence.event.from_s = (MORNING - 1) * HOUR;
    absence.event.to_s = (told + 96) * HOUR;
    abode_take(&home, absence, told * HOUR + 60);
    ck_assert(!abode_is_on(&home, "silence"));
    abode_quiet(&home, UTILITY_WATER, told, told + 24);
    ck_assert_int_eq(home.count, 2);
}
END_TEST

START_TEST(an_outcome_that_explains_the_silence_ends_it_and_the_next_one_is_told)
{
    abode_learn(&home);
    int32_t told = abode_quiet_until_told(&home, MORNING);
    struct message outcome = abode_event(HOUSEHOLD_OUTCOME, told * HOUR);
    outcome.event.outcome = OUTCOME_ABSENCE;
    outcome.event.until_s = (told + 96) * HOUR;
    abode_take(&home, outcome, told * HOUR + 60);
    ck_assert(!abode_is_on(&home, "silence"));
    abode_quiet(&home, UTILITY_WATER, told, told + 95);
    ck_assert_int_eq(home.count, 2);
    /* They should be back, and nobody is. */
    (void)abode_quiet_until_told(&home, told + 95);
    ck_assert_int_eq(home.findings[2].verdict.since_s, (told + 96) * HOUR);
}
END_TEST

START_TEST(the_desk_s_outcome_teaches_where_they_are)
{
    static const struct {
        enum outcome outcome;
        int64_t until_s, days;
        bool occupied;
    } cases[] = {{OUTCOME_HOSPITAL, 0, 14, true},
                 {OUTCOME_ABSENCE, 0, 7, true},
                 {OUTCOME_ABSENCE, ABODE_T0 + 3 * DAY, 3, true},
                 {OUTCOME_MOVED, 0, 0, false},
                 {OUTCOME_DECEASED, 0, 0, false},
                 {OUTCOME_SAFE, 0, 0, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct message outcome = abode_event(HOUSEHOLD_OUTCOME, ABODE_T0);
        outcome.event.outcome = cases[i].outcome;
        outcome.event.until_s = cases[i].until_s;
        abode_done(&home);
        abode_init(&home, NULL);
        abode_take(&home, outcome, ABODE_T0);
        const struct record_home *now = abode_record(&home).home;
        ck_assert_int_eq(now->absent_to_s, cases[i].days ? ABODE_T0 + cases[i].days * DAY : 0);
        ck_assert_int_eq(now->occupied, cases[i].occupied);
    }
}
END_TEST

/* An outcome may be delivered twice, and new people may have moved in between. */
START_TEST(an_outcome_from_before_a_moving_in_says_nothing_of_who_lives_there_now)
{
    static const enum outcome outcomes[] = {OUTCOME_MOVED, OUTCOME_DECEASED, OUTCOME_ABSENCE};
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        struct message outcome = abode_event(HOUSEHOLD_OUTCOME, ABODE_T0);
        outcome.event.outcome = outcomes[i];
        abode_done(&home);
        abode_init(&home, NULL);
        abode_take(&home, outcome, ABODE_T0);
        abode_take(&home, abode_event(HOUSEHOLD_MOVED_IN, ABODE_T0 + DAY), ABODE_T0 + DAY);
        abode_take(&home, outcome, ABODE_T0 + DAY + HOUR);
        const struct record_home *now = abode_record(&home).home;
        ck_assert_int_eq(now->occupied, 1);
        ck_assert_int_eq(now->absent_to_s, 0);
    }
}
END_TEST

/* The former tenant's account is closed, or the same word comes again, weeks after. */
START_TEST(a_move_from_before_says_nothing_of_who_lives_there_now)
{
    int64_t moved_s = MORNING * HOUR, late_s = moved_s + 30 * DAY;
    const struct {
        enum household_event event;
        int64_t at_s;
    } late[] = {{HOUSEHOLD_MOVED_OUT, moved_s - DAY},
                {HOUSEHOLD_MOVED_OUT, moved_s},
                {HOUSEHOLD_MOVED_IN, moved_s},
                {HOUSEHOLD_MOVED_IN, moved_s - 400 * DAY}};
    for (size_t i = 0; i < sizeof late / sizeof late[0]; i++) {
        abode_done(&home);
        abode_init(&home, NULL);
        abode_take(&home, abode_event(HOUSEHOLD_MOVED_OUT, moved_s - 2 * DAY), moved_s);
        abode_take(&home, abode_event(HOUSEHOLD_MOVED_IN, moved_s), moved_s + 60);
        abode_live(&home, UTILITY_WATER, MORNING, MORNING + 30 * 24);
        int days = abode_meter(&home, UTILITY_WATER)->valid_days;
        ck_assert_int_gt(days, 20);
        abode_take(&home, abode_event(late[i].event, late[i].at_s), late_s + 60);
        ck_assert_uint_eq(abode_record(&home).home->occupied, 1);
        ck_assert_int_eq(abode_record(&home).home->moved_in_s, moved_s);
        ck_assert_int_eq(abode_meter(&home, UTILITY_WATER)->valid_days, days);
        abode_take(&home, abode_event(HOUSEHOLD_MOVED_OUT, late_s), late_s + 120);
        abode_take(&home, abode_event(HOUSEHOLD_MOVED_IN, moved_s), late_s + 180);
        ck_assert_uint_eq(abode_record(&home).home->occupied, 0);
    }
}
END_TEST

/* The profile speaks of a date that is still to come: until then they live there no more. */
START_TEST(a_moving_out_before_a_moving_in_that_is_announced_counts)
{
    struct message profile = abode_event(HOUSEHOLD_PROFILE, MORNING * HOUR);
    profile.event.moved_in_day = (int32_t)(MORNING / 24 + 10);
    abode_take(&home, profile, MORNING * HOUR);
    abode_take(&home, abode_event(HOUSEHOLD_MOVED_OUT, MORNING * HOUR + DAY), MORNING * HOUR + DAY);
    ck_assert_uint_eq(abode_record(&home).home->occupied, 0);
}
END_TEST

START_TEST(what_is_told_late_is_judged_as_of_now)
{
    abode_learn(&home);
    struct message away = abode_event(HOUSEHOLD_ABSENCE, (MORNING - 20 * 24) * HOUR);
    away.event.from_s = away.at_ms / 1000;
    away.event.to_s = (MORNING - 10 * 24) * HOUR;
    abode_take(&home, away, MORNING * HOUR);
    int32_t told = abode_quiet_until_told(&home, MORNING);
    /* Sent again, with its day: which was within the absence. */
    abode_take(&home, abode_event(HOUSEHOLD_PROFILE, (MORNING - 15 * 24) * HOUR), told * HOUR + 60);
    ck_assert(abode_last(&home, "silence")->active);
}
END_TEST

START_TEST(a_profile_changes_what_it_says_and_keeps_the_rest)
{
    struct message profile = abode_event(HOUSEHOLD_PROFILE, ABODE_T0);
    profile.event.area = TEXT("11140-sindang");
    profile.event.timezone = TEXT("Asia/Seoul");
    profile.event.residents = 1;
    profile.event.flags = 1u << FLAG_LIVES_ALONE;
    profile.event.has_flags = true;
    profile.event.moved_in_day = 17957; /* 2019-03-02 */
    abode_take(&home, profile, ABODE_T0);
    struct message feeder = abode_event(HOUSEHOLD_PROFILE, ABODE_T0 + 1);
    feeder.event.feeder = TEXT("F-201");
    abode_take(&home, feeder, ABODE_T0 + 1);
    struct record record = abode_record(&home);
    ck_assert(text_is(record_area(&record), "11140-sindang"));
    ck_assert(text_is(record_feeder(&record), "F-201"));
    ck_assert(text_is(record_zone(&record), "Asia/Seoul"));
    ck_assert_uint_eq(record.home->flags, 1u << FLAG_LIVES_ALONE);
    ck_assert_uint_eq(record.home->residents, 1);
    ck_assert_int_eq(record.home->moved_in_s, 17957 * DAY);
}
END_TEST

/* ---- weather ------------------------------------------------------------------------------- */

/* One mean a day, told when the day is over. */
static void was(const char *area, int64_t from_s, double celsius)
{
    struct weather weather = {.area = text_of(area),
                              .event = TEXT(WEATHER_TEMPERATURE),
                              .from_s = from_s,
                              .to_s = from_s + DAY,
                              .temperature_c = celsius,
                              .has_temperature = true};
    weather_table_apply(home.weather, &weather, (from_s + DAY) * 1000);
}

/* 66 days of four kinds of weather, then two of frost in which nothing heats. */
START_TEST(a_home_that_is_not_heated_shows_by_the_weather_of_its_area)
{
    static const double kinds[] = {12, 8, 3, -2};
    static const char *const areas[] = {"a", "b"};
    struct message profile = abode_event(HOUSEHOLD_PROFILE, ABODE_T0);
    profile.event.area = text_of(areas[_i]);
    abode_take(&home, profile, ABODE_T0);
    for (int32_t hour = 0; hour <= 68 * 24; hour++) {
        int day = hour / 24;
        double celsius = day < 66 ? kinds[day % 4] : -2;
        int64_t at_s = ABODE_T0 + hour * HOUR;
        int64_t heat = day < 66 ? (int64_t)(15 - celsius) * 40000 : 0;
        if (hour % 24 == 0 && day > 0)
            was("a", at_s - DAY, day <= 66 ? kinds[(day - 1) % 4] : -2);
        abode_take(&home,
                   abode_hour(UTILITY_WATER, at_s, abode_usual(UTILITY_WATER, ABODE_H0 + hour)),
                   at_s + HOUR + 60);
        abode_take(&home, abode_hour(UTILITY_GAS, at_s, 40000 + heat), at_s + HOUR + 60);
    }
    ck_assert_int_eq(abode_is_on(&home, "cold"), _i == 0);
    if (_i == 0)
        ck_assert_ptr_nonnull(strstr(abode_last(&home, "cold")->summary, "at -2 degrees outside"));
}
END_TEST

/* ---- opting out ---------------------------------------------------------------------------- */

START_TEST(opting_out_leaves_a_tombstone)
{
    struct message profile = abode_event(HOUSEHOLD_PROFILE, ABODE_T0);
    profile.event.area = TEXT("somewhere");
    abode_take(&home, profile, ABODE_T0);
    abode_learn(&home);
    int32_t told = abode_quiet_until_told(&home, MORNING);
    int64_t seq = abode_last(&home, "silence")->seq;
    struct message out = abode_event(HOUSEHOLD_OPTED_OUT, told * HOUR);
    abode_take(&home, out, told * HOUR + 60);
    ck_assert(!abode_last(&home, "silence")->active);
    struct record record = abode_record(&home);
    ck_assert_uint_eq(record.home->opted_out, 1);
    ck_assert_uint_eq(record.header->meters, 0);
    ck_assert_uint_eq(record_area(&record).bytes, 0);
    ck_assert_uint_eq(home.household.size, record_bytes(0, 0));
    ck_assert_int_eq(record.home->applied[MESSAGE_HOUSEHOLD], home.offset[MESSAGE_HOUSEHOLD] - 1);
    ck_assert_int_eq(household_settle_ms(&home.household), 0);

    /* further readings, bills and reports are discarded */
    int before = home.count;
    abode_take(&home, abode_hour(UTILITY_WATER, told * HOUR, 5000), (told + 1) * HOUR + 60);
    ck_assert(home.skipped);
    abode_take(&home, abode_bill(BILLING_DISCONNECTED, told * HOUR), (told + 1) * HOUR);
    abode_take(&home, abode_report(told * HOUR), (told + 1) * HOUR);
    ck_assert_int_eq(home.count, before);
    record = abode_record(&home);
    ck_assert_uint_eq(record.header->meters, 0);
    ck_assert_int_eq(record.home->applied[MESSAGE_READING], home.offset[MESSAGE_READING] - 1);

    /* whoever moves in later has not opted out; numbers go on */
    abode_take(&home, abode_event(HOUSEHOLD_MOVED_IN, (told + 48) * HOUR), (told + 48) * HOUR);
    ck_assert_uint_eq(abode_record(&home).home->opted_out, 0);
    abode_live(&home, UTILITY_WATER, told + 48, told + 48 + 40 * 24);
    (void)abode_quiet_until_told(&home, told + 48 + 40 * 24);
    ck_assert_int_gt(abode_last(&home, "silence")->seq, seq);
}
END_TEST

START_TEST(a_moving_in_from_before_does_not_lift_an_opting_out)
{
    abode_take(&home, abode_event(HOUSEHOLD_OPTED_OUT, ABODE_T0), ABODE_T0);
    abode_reload(&home);
    abode_take(&home, abode_event(HOUSEHOLD_MOVED_IN, ABODE_T0 - 300 * DAY), ABODE_T0 + DAY);
    ck_assert(home.skipped);
    ck_assert_uint_eq(abode_record(&home).home->opted_out, 1);
    abode_take(&home, abode_event(HOUSEHOLD_MOVED_IN, ABODE_T0), ABODE_T0 + DAY);
    ck_assert_uint_eq(abode_record(&home).home->opted_out, 1);
    abode_take(&home, abode_event(HOUSEHOLD_MOVED_IN, ABODE_T0 + 1), ABODE_T0 + DAY);
    ck_assert_uint_eq(abode_record(&home).home->opted_out, 0);
}
END_TEST

/* ---- what is refused ----------------------------------------------------------------------- */

START_TEST(what_ends_after_its_arrival_is_in_the_future)
{
    for (int type = 0; type < TOPIC_COUNT; type++) {
        struct message message =
            type == MESSAGE_READING     ? abode_hour(UTILITY_WATER, ABODE_T0, 1000)
            : type == MESSAGE_BILLING   ? abode_bill(BILLING_DISCONNECTED, ABODE_T0 + HOUR)
            : type == MESSAGE_HOUSEHOLD ? abode_event(HOUSEHOLD_MOVED_OUT, ABODE_T0 + HOUR)
                                        : abode_report(ABODE_T0 + HOUR);
        abode_done(&home);
        abode_init(&home, NULL);
        ck_assert_int_eq(abode_apply(&home, &message, ABODE_T0 + HOUR - 901), REJECT_IN_FUTURE);
        ck_assert_str_eq(home.detail, type == MESSAGE_READING ? "start" : "at");
        struct record record = abode_record(&home);
        ck_assert_uint_eq(record.header->meters, 0);
        ck_assert_uint_eq(record.home->occupied, 1);
        ck_assert_int_eq(record.home->report_s, 0);
        ck_assert_int_eq(record.home->first_seen_s, 0);
        ck_assert_uint_eq(record.home->arrears[UTILITY_GAS].supply, SUPPLY_OPEN);
        ck_assert_int_eq(record.home->applied[type], 0); /* refused, and not to be seen again */
        ck_assert_int_eq(abode_apply(&home, &message, ABODE_T0 + HOUR - 900), REJECT_NONE);
        ck_assert_int_ne(abode_record(&home).home->first_seen_s, 0);
    }
}
END_TEST

START_TEST(a_seventh_meter_is_refused)
{
    static const char *const names[] = {"1", "2", "3", "4", "5", "6", "7"};
    for (int i = 0; i < 7; i++) {
        struct message message = abode_hour(UTILITY_WATER, ABODE_T0, 1000);
        message.reading.meter = text_of(names[i]);
        ck_assert_int_eq(abode_apply(&home, &message, ABODE_T0 + HOUR),
                         i < 6 ? REJECT_NONE : REJECT_TOO_MANY_METERS);
    }
    ck_assert_str_eq(home.detail, "meter");
    struct message message = abode_hour(UTILITY_WATER, ABODE_T0 + HOUR, 1000);
    message.reading.meter = text_of(names[5]); /* the six go on */
    abode_take(&home, message, ABODE_T0 + 2 * HOUR);
}
END_TEST

START_TEST(a_meter_unheard_of_for_long_gives_its_place_to_a_new_one)
{
    static const char *const names[] = {"1", "2", "3", "4", "5", "6", "7"};
    for (int i = 0; i < 7; i++) {
        int64_t at_s = i < 6 ? ABODE_T0 + i * HOUR : ABODE_T0 + 61 * DAY;
        struct message message = abode_hour(UTILITY_WATER, at_s, 1000);
        message.reading.meter = text_of(names[i]);
        abode_take(&home, message, at_s + HOUR);
    }
    ck_assert_uint_eq(abode_record(&home).header->meters, 6);
    ck_assert_int_eq(abode_record(&home).meters[0].first_hour, ABODE_H0 + 61 * 24);
}
END_TEST

START_TEST(a_meter_whose_clock_was_never_set_is_refused)
{
    struct message message = abode_hour(UTILITY_WATER, 9 * HOUR, 1000); /* 1970 */
    ck_assert_int_eq(abode_apply(&home, &message, ABODE_T0), REJECT_TOO_LATE);
    ck_assert_str_eq(home.detail, "start");
    ck_assert_uint_eq(abode_record(&home).header->meters, 0);
}
END_TEST

START_TEST(a_meter_that_changes_its_unit_is_refused)
{
    abode_take(&home, abode_hour(UTILITY_GAS, ABODE_T0, 1000), ABODE_T0 + HOUR);
    struct message message = abode_hour(UTILITY_GAS, ABODE_T0 + HOUR, 1000);
    message.reading.measure = MEASURE_ENERGY;
    ck_assert_int_eq(abode_apply(&home, &message, ABODE_T0 + 2 * HOUR), REJECT_UNIT_CHANGED);
    ck_assert_str_eq(home.detail, "unit");
    ck_assert_int_eq(home.count, 0);
}
END_TEST

START_TEST(an_offset_that_was_applied_is_skipped)
{
    struct message message = abode_hour(UTILITY_WATER, ABODE_T0, 1000);
    home.offset[MESSAGE_READING] = 500;
    abode_take(&home, message, ABODE_T0 + HOUR);
    ck_assert(!home.skipped);
    uint32_t size = home.household.size;
    void *before = malloc(size);
    ck_assert_ptr_nonnull(before);
    memcpy(before, home.household.bytes, size);
    for (int64_t offset = 499; offset <= 500; offset++) {
        struct message other = abode_hour(UTILITY_GAS, ABODE_T0, 7000);
        home.offset[MESSAGE_READING] = offset;
        abode_take(&home, other, ABODE_T0 + HOUR);
        ck_assert(home.skipped);
        ck_assert_uint_eq(home.household.size, size);
        ck_assert_mem_eq(home.household.bytes, before, size);
    }
    abode_take(&home, abode_hour(UTILITY_WATER, ABODE_T0 + HOUR, 7000), ABODE_T0 + 2 * HOUR);
    ck_assert(!home.skipped);
    /* lanes count for themselves */
    abode_take(&home, abode_report(ABODE_T0), ABODE_T0 + 2 * HOUR);
    ck_assert(!home.skipped);
    free(before);
}
END_TEST

/* ---- enrolment ----------------------------------------------------------------------------- */

START_TEST(only_enrolled_households_raise)
{
    abode_done(&home);
    abode_init(&home, "budget: {acute_per_household_year: 12}\n"
                      "enrolment:\n  - flags: [lives_alone]\n");
    abode_learn(&home);
    abode_quiet(&home, UTILITY_WATER, MORNING, MORNING + 90);
    ck_assert_int_eq(home.count, 0);
    ck_assert(!abode_is_on(&home, "silence"));
    /* from the day on which they are enrolled */
    struct message profile = abode_event(HOUSEHOLD_PROFILE, (MORNING + 90) * HOUR);
    profile.event.flags = 1u << FLAG_LIVES_ALONE;
    profile.event.has_flags = true;
    abode_take(&home, profile, (MORNING + 90) * HOUR);
    abode_quiet(&home, UTILITY_WATER, MORNING + 90, MORNING + 91);
    ck_assert(abode_is_on(&home, "silence"));
}
END_TEST

static void note_watched(void *owner, const struct census_count *count)
{
    if (count->what == CENSUS_HOURS)
        *(int *)owner += count->n;
}

/* Else a city with few enrolled would seem quiet, and its price would rise. */
START_TEST(only_enrolled_households_are_counted_as_watched)
{
    int watched = 0;
    abode_done(&home);
    abode_init(&home, "enrolment:\n  - flags: [lives_alone]\n");
    abode_learn(&home);
    home.context.counted = note_watched;
    home.context.owner = &watched;
    abode_quiet(&home, UTILITY_WATER, MORNING, MORNING + 5);
    ck_assert_int_eq(watched, 0);
    struct message profile = abode_event(HOUSEHOLD_PROFILE, (MORNING + 5) * HOUR);
    profile.event.flags = 1u << FLAG_LIVES_ALONE;
    profile.event.has_flags = true;
    abode_take(&home, profile, (MORNING + 5) * HOUR);
    abode_quiet(&home, UTILITY_WATER, MORNING + 5, MORNING + 11);
    ck_assert_int_ge(watched, 5);
    ck_assert_int_le(watched, 6);
    home.context.counted = NULL;
}
END_TEST

static int graded[PACE_OTHERS_BINS], others_raised;

static void note_graded(void *owner, const struct census_count *count)
{
    (void)owner;
    if (count->what >= CENSUS_GRADED)
        graded[count->what - CENSUS_GRADED] += count->n;
    if (count->what == CENSUS_OTHERS)
        others_raised += count->n;
}

/* A tap that is left running, for eight hours. */
static void run_water(const char *yaml)
{
    memset(graded, 0, sizeof graded);
    others_raised = 0;
    abode_done(&home);
    abode_init(&home, yaml);
    abode_learn(&home);
    home.context.counted = note_graded;
    for (int32_t hour = MORNING; hour < MORNING + 8; hour++)
        abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, 140000), (hour + 1) * HOUR + 60);
    home.context.counted = NULL;
}

/* Else a threshold would be set by what it lets through. */
START_TEST(what_is_not_raised_is_counted_at_its_price)
{
    run_water(NULL);
    ck_assert(abode_is_on(&home, "flow"));
    ck_assert_int_eq(others_raised, 1);
    ck_assert_int_eq(graded[0], 1); /* nobody stopped it for hours: told at any price */
    for (int bin = 1; bin < PACE_OTHERS_BINS; bin++)
        ck_assert_int_eq(graded[bin], 0);
    run_water("budget:\n  acute_per_household_year: 0.1\nflow:\n  grave_hours: 24\n");
    ck_assert(!abode_is_on(&home, "flow"));
    ck_assert_int_eq(others_raised, 0);
    ck_assert_int_eq(graded[0], 0);
    int above = 0;
    for (int bin = 1; bin < PACE_OTHERS_BINS; bin++)
        above += graded[bin];
    ck_assert_int_eq(above, 1);
}
END_TEST

START_TEST(a_row_may_enrol_those_in_arrears_for_some_alerts_alone)
{
    abode_done(&home);
    abode_init(&home, "enrolment:\n  - arrears: true\n    detectors: [cutoff]\n");
    abode_learn(&home);
    abode_take(&home, abode_bill(BILLING_DISCONNECTED, MORNING * HOUR), MORNING * HOUR);
    ck_assert_int_eq(home.count, 0); /* not in arrears */
    struct message owed = abode_bill(BILLING_ARREARS, MORNING * HOUR);
    owed.billing.months = 4;
    owed.billing.amount_minor = 100000;
    owed.billing.has_amount = true;
    abode_take(&home, owed, MORNING * HOUR);
    abode_quiet(&home, UTILITY_WATER, MORNING, MORNING + 60);
    ck_assert_int_eq(count_of("silence"), 0);
    ck_assert_int_eq(count_of("arrears"), 0);
    ck_assert_int_gt(count_of("cutoff"), 0);
}
END_TEST

/* ---- days and zones ------------------------------------------------------------------------ */

static void check_days(const char *zone, const char *const days[], const int hours[], int count)
{
    struct message profile = abode_event(HOUSEHOLD_PROFILE, ABODE_T0);
    profile.event.timezone = text_of(zone);
    abode_take(&home, profile, ABODE_T0);
    for (int32_t hour = ABODE_H0; hour < ABODE_H0 + 310 * 24; hour++) {
        /* 2^20 mL each hour: a code that comes back exactly */
        abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, 1 << 20), (hour + 1) * HOUR + 60);
        const struct record_meter *meter = abode_meter(&home, UTILITY_WATER);
        for (int i = 0; i < count; i++) {
            int32_t day;
            ck_assert_int_eq(date_parse(text_of(days[i]), &day), ERR_OK);
            if (meter->newest_day != day)
                continue;
            double total = (double)routine_day_milli(meter->days[day % VIEW_DAYS]) / (1 << 20);
            ck_assert_msg(total > hours[i] - 0.1 && total < hours[i] + 0.1,
                          "%s: %.2f hours, not %d", days[i], total, hours[i]);
        }
    }
}

START_TEST(days_of_london_have_23_and_25_hours_when_clocks_change)
{
    static const char *const days[] = {"2026-03-28", "2026-03-29", "2026-03-30",
                                       "2026-10-24", "2026-10-25", "2026-10-26"};
    static const int hours[] = {24, 23, 24, 24, 25, 24};
    check_days("Europe/London", days, hours, 6);
}
END_TEST

START_TEST(days_of_seoul_have_24_hours_always)
{
    static const char *const days[] = {"2026-01-02", "2026-03-29", "2026-10-25"};
    static const int hours[] = {24, 24, 24};
    check_days("Asia/Seoul", days, hours, 3);
}
END_TEST

START_TEST(a_day_of_which_half_is_unknown_is_an_unknown_day)
{
    for (int32_t hour = ABODE_H0; hour < ABODE_H0 + 5 * 24; hour++) {
        int32_t day = (hour - ABODE_H0) / 24, local = hour % 24;
        if ((day == 2 && local >= 11) || (day == 3 && local >= 12))
            continue;
        abode_take(&home, abode_hour(UTILITY_WATER, hour * HOUR, 1 << 20), (hour + 1) * HOUR + 60);
    }
    const struct record_meter *meter = abode_meter(&home, UTILITY_WATER);
    int32_t first = ABODE_H0 / 24;
    ck_assert_uint_eq(meter->days[(first + 2) % VIEW_DAYS], 0);
    int64_t total = routine_day_milli(meter->days[(first + 3) % VIEW_DAYS]);
    ck_assert_int_gt(total, (24 - 1) << 20); /* twelve hours of it, taken for the whole */
    ck_assert_uint_eq(meter->valid_days, 3);
}
END_TEST

START_TEST(daily_readings_are_days_as_they_are)
{
    for (int day = 0; day < 90; day++) {
        struct message message = abode_hour(UTILITY_WATER, ABODE_T0 + day * DAY, 100000 + day);
        message.reading.minutes = 1440;
        message.end_ms = message.at_ms + DAY * 1000;
        abode_take(&home, message, ABODE_T0 + (day + 1) * DAY + 3 * HOUR);
        abode_take(&home, message, ABODE_T0 + (day + 1) * DAY + 4 * HOUR); /* twice */
    }
    const struct record_meter *meter = abode_meter(&home, UTILITY_WATER);
    ck_assert_uint_eq(meter->valid_days, 90);
    ck_assert_int_eq(meter->newest_day, ABODE_H0 / 24 + 89);
    for (int day = 30; day < 90; day++)
        ck_assert_uint_ne(meter->days[(ABODE_H0 / 24 + day) % VIEW_DAYS], 0);
}
END_TEST

/* ---- determinism --------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return *state >> 33;
}

static struct message any_message(uint64_t *random, int32_t hour)
{
    enum utility utility = (enum utility)(next_random(random) % UTILITY_COUNT);
    uint64_t what = next_random(random) % 200;
    if (what == 0)
        return abode_bill((enum billing_event)(next_random(random) % BILLING_EVENT_COUNT),
                          hour * HOUR);
    if (what == 1)
        return abode_report(hour * HOUR);
    if (what == 2) {
        struct message message = abode_event(HOUSEHOLD_PROFILE, hour * HOUR);
        message.event.area = next_random(random) % 2 ? TEXT("a") : TEXT("a-longer-area");
        message.event.timezone = next_random(random) % 2 ? TEXT("Asia/Seoul") : TEXT("");
        return message;
    }
    int32_t back = what < 20 ? (int32_t)(next_random(random) % 160) : 0;
    struct message message =
        abode_hour(utility, (hour - back) * HOUR,
                   what % 7 ? abode_usual(utility, hour - back) : (int64_t)(what * 300));
    message.reading.quality =
        what % 31 == 0 ? (enum quality)(next_random(random) % QUALITY_COUNT) : QUALITY_ACTUAL;
    return message;
}

/* Some weeks of all kinds of messages; reload says how often the record leaves the memory. */
static void many_weeks(int reload)
{
    uint64_t random = SEED, cuts = 77;
    for (int32_t hour = ABODE_H0; hour < ABODE_H0 + 70 * 24; hour++)
        for (int i = 0; i < 4; i++) {
            struct message message = any_message(&random, hour);
            bool quiet = hour > ABODE_H0 + 50 * 24 && hour < ABODE_H0 + 53 * 24;
            if (quiet && message.type == MESSAGE_READING)
                message.reading.value_milli = 0;
            (void)!abode_apply(&home, &message, (hour + 1) * HOUR + 60 * (i + 1));
            if (reload && next_random(&cuts) % (unsigned)reload == 0)
                abode_reload(&home);
        }
    abode_wait(&home, (ABODE_H0 + 70 * 24 + 24) * HOUR);
    record_seal(home.household.bytes);
}

START_TEST(the_same_messages_give_the_same_bytes_however_they_are_cut)
{
    many_weeks(0);
    struct abode whole = home;
    ck_assert_int_gt(whole.count, 0);
    for (int reload = 1; reload < 60; reload *= 7) {
        abode_init(&home, NULL);
        many_weeks(reload);
        ck_assert_uint_eq(home.household.size, whole.household.size);
        ck_assert_mem_eq(home.household.bytes, whole.household.bytes, whole.household.size);
        ck_assert_int_eq(home.count, whole.count);
        for (int i = 0; i < home.count; i++) {
            ck_assert_int_eq(home.findings[i].seq, whole.findings[i].seq);
            ck_assert_int_eq(home.findings[i].at_s, whole.findings[i].at_s);
            ck_assert_str_eq(home.findings[i].summary, whole.findings[i].summary);
        }
        abode_done(&home);
    }
    home = whole;
}
END_TEST

START_TEST(numbers_grow_and_findings_take_turns)
{
    many_weeks(0);
    for (size_t i = 0; i < detector_count; i++) {
        int64_t seq = 0;
        bool on = false;
        for (int f = 0; f < home.count; f++) {
            const struct finding *finding = &home.findings[f];
            if (finding->detector != detectors[i])
                continue;
            ck_assert_int_gt(finding->seq, seq);
            seq = finding->seq;
            ck_assert(finding->begins == (finding->active && !on));
            ck_assert(finding->active || on);
            ck_assert(finding->active || finding->summary[0] == '\0');
            on = finding->active;
        }
        ck_assert_uint_eq(abode_record(&home).slots[i].on, on);
    }
}
END_TEST

int main(void)
{
    (void)printf("seed %u\n", SEED);
    Suite *suite = suite_create("household_messages");
    TCase *people = tcase_create("people");
    tcase_add_checked_fixture(people, begin, end);
    tcase_set_timeout(people, 60);
    suite_add_tcase(suite, people);
    TCase *refused = tcase_create("messages");
    tcase_add_checked_fixture(refused, begin, end);
    tcase_set_timeout(refused, 60);
    suite_add_tcase(suite, refused);
    tcase_add_test(people, nobody_is_missed_in_an_empty_home);
    tcase_add_test(people, moving_out_ends_what_was_told);
    tcase_add_test(people, new_people_are_learnt_anew);
    tcase_add_test(people, a_declared_absence_is_no_silence_until_it_is_over);
    tcase_add_test(people, an_absence_that_is_declared_later_ends_what_was_told);
    tcase_add_test(people, the_desk_s_outcome_teaches_where_they_are);
    tcase_add_test(people, an_outcome_that_explains_the_silence_ends_it_and_the_next_one_is_told);
    tcase_add_test(people, an_outcome_from_before_a_moving_in_says_nothing_of_who_lives_there_now);
    tcase_add_test(people, a_move_from_before_says_nothing_of_who_lives_there_now);
    tcase_add_test(people, a_moving_out_before_a_moving_in_that_is_announced_counts);
    tcase_add_test(people, what_is_told_late_is_judged_as_of_now);
    tcase_add_test(people, a_profile_changes_what_it_says_and_keeps_the_rest);
    tcase_add_loop_test(people, a_home_that_is_not_heated_shows_by_the_weather_of_its_area, 0, 2);
    tcase_add_test(people, opting_out_leaves_a_tombstone);
    tcase_add_test(people, a_moving_in_from_before_does_not_lift_an_opting_out);
    tcase_add_test(people, only_enrolled_households_raise);
    tcase_add_test(people, only_enrolled_households_are_counted_as_watched);
    tcase_add_test(people, what_is_not_raised_is_counted_at_its_price);
    tcase_add_test(people, a_row_may_enrol_those_in_arrears_for_some_alerts_alone);
    tcase_add_test(refused, what_ends_after_its_arrival_is_in_the_future);
    tcase_add_test(refused, a_seventh_meter_is_refused);
    tcase_add_test(refused, a_meter_unheard_of_for_long_gives_its_place_to_a_new_one);
    tcase_add_test(refused, a_meter_whose_clock_was_never_set_is_refused);
    tcase_add_test(refused, a_meter_that_changes_its_unit_is_refused);
    tcase_add_test(refused, an_offset_that_was_applied_is_skipped);
    tcase_add_test(refused, days_of_london_have_23_and_25_hours_when_clocks_change);
    tcase_add_test(refused, days_of_seoul_have_24_hours_always);
    tcase_add_test(refused, a_day_of_which_half_is_unknown_is_an_unknown_day);
    tcase_add_test(refused, daily_readings_are_days_as_they_are);
    tcase_add_test(refused, the_same_messages_give_the_same_bytes_however_they_are_cut);
    tcase_add_test(refused, numbers_grow_and_findings_take_turns);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
