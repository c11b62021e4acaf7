/* SPDX-License-Identifier: Apache-2.0
 *
 * Workers in an outage: eight homes of one feeder, in two partitions, learn for twenty days; then
 * the feeder is dark for 32 hours. Home 0 does not move any more when the light is back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/incident.h"
#include "areas.h"
#include "base/zone.h"
#include "store_world.h"
#include "worker_world.h"

#define HOMES      8
#define LEARN_DAYS 20
#define OUTAGE_S   (WW_START_S + LEARN_DAYS * WW_DAY_S + 14 * WW_HOUR_S)
#define LIGHT_S    (OUTAGE_S + 32 * WW_HOUR_S)
#define END_S      (LIGHT_S + 14 * WW_HOUR_S)
#define NEVER_S    (WW_START_S + 1000 * WW_DAY_S)

static const char *const sets[] = {"silence.learning_days=14",
                                   "alerts.escalations_max=0",
                                   "incidents.homes_min=8",
                                   "incidents.hold_max=48h",
                                   "incidents.grace=10h",
                                   "budget.acute_per_household_year=20",
                                   NULL};

static int medical; /* this home has equipment; -1 none */

static const char *home_of(int i)
{
    static char name[HOMES][24];
    (void)snprintf(name[i], sizeof name[i], "H-%d-%d", i % 2, i);
    return name[i];
}

static void profile(int i)
{
    char at[TIME_TEXT_MAX];
    ww_put((uint32_t)i % 2, MESSAGE_HOUSEHOLD, WW_START_S, home_of(i),
           "{\"household\":\"%s\",\"event\":\"profile\",\"at\":\"%s\",\"area\":\"A-1\","
           "\"feeder\":\"F-201\",\"flags\":[%s]}",
           home_of(i), time_format(WW_START_S, 0, at), i == medical ? "\"medical\"" : "");
}

static int use_of(int i, int64_t at_s)
{
    int hour = (int)(at_s / WW_HOUR_S % 24), day = (int)(at_s / WW_DAY_S);
    bool busy = hour == 7 || hour == 12 || (hour >= 18 && hour < 22);
    if (at_s >= OUTAGE_S && at_s < LIGHT_S)
        return 0;
    return busy && !(i == 0 && at_s >= OUTAGE_S) ? 400 + (day * 7 + hour + i) % 5 * 60
                                                 : 60 + (day + hour) % 5 * 3;
}

static void hours(int64_t from_s, int64_t to_s)
{
    for (int64_t at_s = from_s; at_s < to_s; at_s += WW_HOUR_S)
        for (int i = 0; i < HOMES; i++)
            ww_reading(home_of(i), "E-1", "electricity", at_s, at_s + WW_HOUR_S + 60 + i,
                       use_of(i, at_s));
}

static void town(void)
{
    for (int i = 0; i < HOMES; i++)
        profile(i);
    hours(WW_START_S, END_S);
}

static bool elsewhere; /* another feeder has been dark since long */

static void darken_elsewhere(void)
{
    const struct incident incident = {.id = "i-elsewhere",
                                      .group = "feeder:F-999",
                                      .version = 1,
                                      .from_hour = (int32_t)(OUTAGE_S / WW_HOUR_S) - 10,
                                      .last_hour = (int32_t)(OUTAGE_S / WW_HOUR_S) - 10,
                                      .opened_ms = (OUTAGE_S - 10 * WW_HOUR_S) * 1000,
                                      .held_until_ms = (OUTAGE_S + 5 * WW_DAY_S) * 1000};
    struct buffer json = {0};
    struct fault fault = {""};
    incident_write(&incident, &json);
    ck_assert_int_eq(world.store->ops->incident_set(world.store, incident.group, 0, 1,
                                                    buffer_view(&json), OUTAGE_S, &fault),
                     ERR_OK);
    buffer_done(&json);
}

static void begin(int kind, const char *const *with)
{
    world_begin(kind);
    ww_begin(2, with);
    if (elsewhere)
        darken_elsewhere();
    ww.timers = true;
    ww.arrival_clock = true;
    ww.hand_clock = true;
}

static size_t events_with(const char *type, const char *words)
{
    size_t count = 0;
    for (size_t i = 0; i < ww.sent_count; i++)
        count += ww.sent[i].topic == PUBLISH_ALERTS && strstr(ww.sent[i].body.at, type) != NULL &&
                 strstr(ww.sent[i].body.at, words) != NULL;
    return count;
}

/* Updates that tell this step and none after it. */
static size_t updates_by(const char *what)
{
    static const char key[] = "\"what\":\"";
    size_t count = 0;
    for (size_t i = 0; i < ww.sent_count; i++) {
        const char *last = NULL, *at = ww.sent[i].body.at;
        if (ww.sent[i].topic != PUBLISH_ALERTS || !strstr(at, "anbu.alert.updated"))
            continue;
        while ((at = strstr(at, key)) != NULL)
            last = at += strlen(key);
        count += last && strncmp(last, what, strlen(what)) == 0;
    }
    return count;
}

#define HELD "\"held_by\":\""
#define FREE "\"held_by\":null"

static void run_one(void)
{
    struct shift shift = shift_begin(3);
    shift_run(&shift);
    shift_stop(&shift);
}

START_TEST(an_outage_makes_one_incident_and_its_alerts_are_held)
{
    medical = -1;
    begin(_i, sets);
    town();
    run_one();
    ck_assert_uint_eq(events_with("anbu.incident.opened", "\"group\":\"feeder:F-201\""), 1);
    ck_assert_uint_eq(events_with("anbu.incident.opened", "\"group\":\"area:A-1\""), 1);
    ck_assert_uint_eq(events_with("anbu.incident.closed", "feeder:F-201"), 1);
    size_t raised = events_with("anbu.alert.raised", "");
    ck_assert_uint_ge(raised, HOMES);
    ck_assert_uint_eq(events_with("anbu.alert.raised", HELD), raised);
    /* Life clears all but the one that does not move: that is delivered. */
    ck_assert_uint_eq(updates_by("hold_ended"), 1);
    ck_assert_uint_eq(ww_alerts(true), 1);
    char id[STORE_ALERT_ID_MAX];
    ck_assert(ww_live_alert(home_of(0), TEAM_POLICE, id));
    ww_end();
}
END_TEST

START_TEST(a_worker_that_dies_in_an_outage_leaves_its_holds_to_the_next)
{
    const char *small[] = {sets[0], sets[1], sets[2],          sets[3],
                           sets[4], sets[5], "daemon.batch=8", NULL};
    medical = -1;
    begin(_i, small);
    for (int i = 0; i < HOMES; i++)
        profile(i);
    hours(WW_START_S, LIGHT_S - WW_HOUR_S);
    struct shift shift = shift_begin(3);
    shift_run(&shift);
    shift_crash(&shift);
    size_t raised = events_with("anbu.alert.raised", HELD);
    ck_assert_uint_ge(raised, HOMES);
    hours(LIGHT_S - WW_HOUR_S, END_S);
    run_one();
    ck_assert_uint_eq(events_with("anbu.alert.raised", HELD), raised);
    ck_assert_uint_eq(events_with("anbu.incident.opened", "feeder:F-201"), 1);
    ck_assert_uint_eq(updates_by("hold_ended"), 1);
    ck_assert_uint_eq(ww_alerts(true), 1);
    ww_end();
}
END_TEST

START_TEST(the_holds_maximum_ends_it_although_it_is_still_dark)
{
    const char *brief[] = {sets[0], sets[1], sets[2], sets[5], "incidents.hold_max=30h", NULL};
    medical = -1;
    begin(_i, brief);
    for (int i = 0; i < HOMES; i++)
        profile(i);
    hours(WW_START_S, LIGHT_S);
    run_one();
    size_t held = events_with("anbu.alert.raised", HELD);
    ck_assert_uint_ge(held, 1);
    ck_assert_uint_eq(events_with("anbu.incident.closed", ""), 0);
    ck_assert_uint_eq(events_with("anbu.alert.updated", "the hold's maximum has passed"), held);
    ww_end();
}
END_TEST

START_TEST(switched_off_everything_is_delivered_and_no_finding_differs)
{
    const char *off[] = {
        sets[0], sets[1], sets[2], sets[3], sets[4], sets[5], "incidents.enabled=false", NULL};
    medical = -1;
    begin(_i, sets);
    town();
    run_one();
    size_t raised = events_with("anbu.alert.raised", "");
    ww_end();
    world_end();
    begin(_i, off);
    town();
    run_one();
    ck_assert_uint_eq(events_with("anbu.incident", ""), 0);
    ck_assert_uint_eq(events_with("anbu.alert.raised", ""), raised);
    ck_assert_uint_eq(events_with("anbu.alert.raised", FREE), raised);
    ck_assert_uint_eq(ww.calls[PROBE_AREA_ADD] + ww.calls[PROBE_INCIDENTS], 0);
    ww_end();
}
END_TEST

START_TEST(equipment_at_home_is_never_held)
{
    medical = 3;
    begin(_i, sets);
    town();
    run_one();
    ck_assert_uint_ge(events_with("anbu.alert.raised", "\"household\":\"H-1-3\""), 1);
    ck_assert_uint_eq(events_with("\"household\":\"H-1-3\"", HELD), 0);
    ck_assert_uint_ge(events_with("anbu.alert.raised", HELD), HOMES - 1);
    ww_end();
}
END_TEST

/* Each sees four homes, too few by itself. */
START_TEST(workers_count_together)
{
    const char *small[] = {sets[0], sets[1], sets[2],          sets[3],
                           sets[4], sets[5], "daemon.batch=4", NULL};
    medical = -1;
    begin(_i, small);
    town();
    struct shift one = shift_begin(1), two = shift_begin(2);
    for (int turns = 0; turns < 20000 && !(shift_at_end(&one) && shift_at_end(&two)); turns++) {
        bool behind = counts_messages(worker_counts(one.worker)) <=
                      counts_messages(worker_counts(two.worker));
        ck_assert_int_eq(shift_step(behind ? &one : &two), ERR_OK);
    }
    shift_stop(&one);
    shift_stop(&two);
    ck_assert_uint_eq(events_with("anbu.incident.opened", "feeder:F-201"), 1);
    ck_assert_uint_ge(events_with("anbu.alert.raised", HELD), 1);
    ww_end();
}
END_TEST

static void areas_fail(enum probe_op op)
{
    if (op == PROBE_AREA_ADD)
        ww.fail_at = ww.calls_all;
}

START_TEST(when_areas_cannot_be_counted_nothing_is_held_and_that_is_said)
{
    medical = -1;
    begin(_i, sets);
    town();
    ww.before = areas_fail;
    ww.fail_with = ERR_DENIED;
    struct shift shift = shift_begin(3);
    shift_run(&shift);
    ck_assert_uint_gt(worker_counts(shift.worker)->area_failures, 0);
    ck_assert_uint_eq(counts_failures(worker_counts(shift.worker)), 0);
    shift_stop(&shift);
    ck_assert_uint_ge(events_with("anbu.alert.raised", FREE), HOMES);
    ck_assert_uint_eq(events_with("anbu.alert", HELD), 0);
    ww_end();
}
END_TEST

/* Home 0 goes dark by itself; the outage comes when its alert is an hour old. */
/* Home 0 is silent from the outage's hour on, and so told of; its feeder is dark `later_s` after
 * that.
 */
static void told_before_the_dark(int kind, int64_t later_s)
{
    char id[STORE_ALERT_ID_MAX], at[TIME_TEXT_MAX];
    int64_t at_s = WW_START_S, dark_s = NEVER_S;
    medical = -1;
    begin(kind, sets);
    for (int i = 0; i < HOMES; i++)
        profile(i);
    struct shift shift = shift_begin(3);
    for (; at_s < OUTAGE_S + 3 * WW_DAY_S && at_s < dark_s + 2 * WW_HOUR_S; at_s += WW_HOUR_S) {
        for (int i = 0; i < HOMES; i++)
            ww_reading(home_of(i), "E-1", "electricity", at_s, at_s + WW_HOUR_S + 60 + i,
                       at_s >= (i ? dark_s : OUTAGE_S) ? 0 : use_of(i, at_s % (10 * WW_DAY_S)));
        if (at_s >= OUTAGE_S)
            shift_run(&shift);
        if (dark_s == NEVER_S && at_s >= OUTAGE_S && ww_live_alert(home_of(0), TEAM_POLICE, id))
            dark_s = at_s + WW_HOUR_S + later_s;
    }
    ck_assert_int_ne(dark_s, NEVER_S);
    ww_put(0, MESSAGE_HOUSEHOLD, at_s + WW_HOUR_S, home_of(0),
           "{\"household\":\"%s\",\"event\":\"support_started\",\"at\":\"%s\"}", home_of(0),
           time_format(at_s, 0, at));
    shift_run(&shift);
    shift_stop(&shift);
    ck_assert_uint_ge(events_with("anbu.incident.opened", "feeder:F-201"), 1);
    ck_assert_uint_eq(events_with("anbu.alert.raised", FREE), 1);
}

START_TEST(what_was_raised_shortly_before_is_held_too)
{
    told_before_the_dark(_i, 0);
    ck_assert_uint_eq(events_with("anbu.alert.updated", "\"what\":\"held\""), 1);
    ck_assert_uint_eq(events_with("anbu.alert.updated", HELD), 1);
    ww_end();
}
END_TEST

/* Nor does an outage elsewhere, however old, make it this outage's. */
START_TEST(what_was_raised_long_before_is_not)
{
    elsewhere = true;
    told_before_the_dark(_i, 5 * WW_HOUR_S);
    elsewhere = false;
    ck_assert_uint_eq(events_with("anbu.alert.updated", "\"what\":\"held\""), 0);
    ww_end();
}
END_TEST

/* Water alone, but for one home: everybody leaves for the holidays on one morning. */
START_TEST(an_area_of_water_meters_is_silent_together)
{
    int64_t left_s = WW_START_S + 40 * WW_DAY_S + 14 * WW_HOUR_S;
    medical = -1;
    begin(_i, sets);
    for (int i = 0; i < HOMES; i++)
        profile(i);
    for (int64_t at_s = WW_START_S; at_s < left_s + 3 * WW_DAY_S; at_s += WW_HOUR_S)
        for (int i = 0; i < HOMES; i++) {
            int hour = (int)(at_s / WW_HOUR_S % 24), day = (int)(at_s / WW_DAY_S);
            bool drawn = at_s < left_s && (hour == 7 || hour == 12 || (hour >= 18 && hour < 22));
            ww_reading(home_of(i), i ? "W-1" : "E-1", i ? "water" : "electricity", at_s,
                       at_s + WW_HOUR_S + 60 + i,
                       i ? (drawn ? 15 + (day * 7 + hour + i) % 5 * 4 : 0) : use_of(i, at_s));
        }
    run_one();
    ck_assert_uint_eq(events_with("anbu.incident.opened", "\"group\":\"feeder:F-201\""), 1);
    ck_assert_uint_eq(events_with("anbu.incident.opened", "\"kind\":\"silent\""), 2);
    ck_assert_uint_eq(events_with("anbu.alert.updated", HELD), HOMES - 1);
    ww_end();
}
END_TEST

/* A morning's batch of 1200 feeders, a day each: more than a worker first has room for. */
START_TEST(no_hour_of_a_large_town_is_uncounted)
{
    begin(_i, sets);
    struct shift shift = shift_begin(3);
    for (int i = 0; i < 1200 * 24; i++) {
        char feeder[16];
        (void)snprintf(feeder, sizeof feeder, "F-%d", i / 24);
        const struct area_hour hour = {
            .feeder = text_of(feeder), .hour = 490000 + i % 24, .metered = true};
        areas_measured(shift.worker, &hour);
    }
    ck_assert_uint_eq(worker_counts(shift.worker)->area_hours_uncounted, 0);
    for (int i = 0; i < 24 * 1200; i++) {
        char feeder[16];
        (void)snprintf(feeder, sizeof feeder, "G-%d", i / 24);
        const struct area_hour hour = {.feeder = text_of(feeder), .hour = 490000 + i % 24};
        areas_measured(shift.worker, &hour);
    }
    ck_assert_uint_gt(worker_counts(shift.worker)->area_hours_uncounted, 0);
    shift_stop(&shift);
    ww_end();
}
END_TEST

static void add(TCase *cases)
{
    const TTest *const tests[] = {
        an_outage_makes_one_incident_and_its_alerts_are_held,
        a_worker_that_dies_in_an_outage_leaves_its_holds_to_the_next,
        the_holds_maximum_ends_it_although_it_is_still_dark,
        switched_off_everything_is_delivered_and_no_finding_differs,
        equipment_at_home_is_never_held,
        workers_count_together,
        when_areas_cannot_be_counted_nothing_is_held_and_that_is_said,
        what_was_raised_shortly_before_is_held_too,
        what_was_raised_long_before_is_not,
        an_area_of_water_meters_is_silent_together,
        no_hour_of_a_large_town_is_uncounted,
    };
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_loop_test(cases, tests[i], 0, WORLD_KIND_COUNT);
}

int main(void)
{
    return world_main("worker_areas", add);
}
