/* SPDX-License-Identifier: Apache-2.0
 *
 * Workers whose head-end stops: eight homes of one feeder report for six days, then nobody of them
 * for 30 hours, then all that was missed comes at once. Two homes of another feeder go on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"
#include "store_world.h"
#include "worker_world.h"

#define HOMES   8
#define STOP_S  (WW_START_S + 6 * WW_DAY_S + 14 * WW_HOUR_S)
#define BACK_S  (STOP_S + 30 * WW_HOUR_S)
#define END_S   (BACK_S + 12 * WW_HOUR_S)
#define MORNING (8 * WW_HOUR_S)

static const char *const sets[] = {"incidents.homes_min=8", NULL};

enum habit { HOURLY, NEXT_MORNING };

static const char *home_of(int i)
{
    static char name[HOMES + 2][24];
    (void)snprintf(name[i], sizeof name[i], "H-0-%d", i);
    return name[i];
}

static void profile(int i)
{
    char at[TIME_TEXT_MAX];
    ww_put(0, MESSAGE_HOUSEHOLD, WW_START_S, home_of(i),
           "{\"household\":\"%s\",\"event\":\"profile\",\"at\":\"%s\",\"area\":\"A-1\","
           "\"feeder\":\"%s\"}",
           home_of(i), time_format(WW_START_S, 0, at), i < HOMES ? "F-201" : "F-202");
}

struct line {
    int64_t start_s, arrived_s;
    int home;
};

static int by_arrival(const void *one, const void *other)
{
    const struct line *a = one, *b = other;
    if (a->arrived_s != b->arrived_s)
        return a->arrived_s < b->arrived_s ? -1 : 1;
    return a->home != b->home ? a->home - b->home : a->start_s < b->start_s ? -1 : 1;
}

/* When an hour of a home is sent, if nothing fails. */
static int64_t sent_s(enum habit habit, int home, int64_t start_s)
{
    int64_t day_s = start_s / WW_DAY_S * WW_DAY_S;
    return (habit == HOURLY ? start_s + WW_HOUR_S : day_s + WW_DAY_S + MORNING) + 60 + home;
}

/* `homes` of the feeder stop; all of them when that is HOMES. */
static void town(enum habit habit, int homes)
{
    static struct line lines[(HOMES + 2) * 24 * 12];
    size_t count = 0;
    for (int i = 0; i < HOMES + 2; i++)
        profile(i);
    for (int64_t at_s = WW_START_S; at_s < END_S; at_s += WW_HOUR_S)
        for (int i = 0; i < HOMES + 2; i++) {
            int64_t arrived_s = sent_s(i < HOMES ? habit : HOURLY, i, at_s);
            if (i < homes && arrived_s >= STOP_S && arrived_s < BACK_S)
                arrived_s = BACK_S + i;
            if (arrived_s < END_S)
                lines[count++] = (struct line){at_s, arrived_s, i};
        }
    qsort(lines, count, sizeof *lines, by_arrival);
    for (size_t i = 0; i < count; i++)
        ww_reading(home_of(lines[i].home), "W-1", "water", lines[i].start_s, lines[i].arrived_s,
                   lines[i].start_s / WW_HOUR_S % 24 == 7 ? 20 : 0);
}

static void run(int kind, const char *const *with, enum habit habit, int homes)
{
    world_begin(kind);
    ww_begin(1, with);
    ww.timers = true;
    ww.arrival_clock = true;
    ww.hand_clock = true;
    town(habit, homes);
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
}

/* The newest event with these words; NULL. */
static const char *event_with(const char *type, const char *words)
{
    const char *found = NULL;
    for (size_t i = 0; i < ww.sent_count; i++)
        if (ww.sent[i].topic == PUBLISH_ALERTS && strstr(ww.sent[i].body.at, type) &&
            strstr(ww.sent[i].body.at, words))
            found = ww.sent[i].body.at;
    return found;
}

static int count_with(const char *words)
{
    int count = 0;
    for (size_t i = 0; i < ww.sent_count; i++)
        count += ww.sent[i].topic == PUBLISH_ALERTS && strstr(ww.sent[i].body.at, words) != NULL;
    return count;
}

static int64_t time_of(const char *event, const char *member)
{
    char key[32];
    int64_t at_ms;
    bool has_offset;
    (void)snprintf(key, sizeof key, "\"%s\":\"", member);
    const char *at = strstr(event, key);
    ck_assert_ptr_nonnull(at);
    at += strlen(key);
    ck_assert(!time_parse((struct text){at, strcspn(at, "\"")}, &at_ms, &has_offset));
    return at_ms / 1000;
}

START_TEST(a_head_end_that_stops_is_an_incident_and_no_alert)
{
    run(_i, sets, HOURLY, HOMES);
    const char *opened = event_with("anbu.incident.opened", "water.feeder:F-201");
    ck_assert_ptr_nonnull(opened);
    ck_assert_ptr_nonnull(strstr(opened, "\"kind\":\"non_reporting\""));
    ck_assert_ptr_nonnull(strstr(opened, "\"metered\":8,\"dark\":5")); /* two of three hours */
    ck_assert_int_eq(time_of(opened, "from"), STOP_S);
    ck_assert_int_le(time_of(opened, "opened"), STOP_S + 4 * WW_HOUR_S);
    const char *closed = event_with("anbu.incident.closed", "water.feeder:F-201");
    ck_assert_ptr_nonnull(closed);
    ck_assert_int_ge(time_of(closed, "closed"), BACK_S);
    ck_assert_int_le(time_of(closed, "closed"), BACK_S + 3 * WW_HOUR_S);
    /* Of what was not looked at it says nothing. */
    ck_assert_ptr_nonnull(strstr(closed, "\"watched\":0,"));
    ck_assert_ptr_nonnull(strstr(closed, "\"seen\":0"));
    ck_assert_int_eq(count_with("anbu.incident.opened"), 2); /* and their area's */
    ck_assert_int_eq(count_with("F-202"), 0);
    ck_assert_int_eq(count_with("anbu.alert."), 0);
    ww_end();
}
END_TEST

/* Nothing comes for 23 hours of each day, and that is as ever. */
START_TEST(a_batch_that_is_due_in_the_morning_is_missed_in_the_morning)
{
    run(_i, sets, NEXT_MORNING, HOMES);
    const char *opened = event_with("anbu.incident.opened", "water.feeder:F-201");
    ck_assert_ptr_nonnull(opened);
    int64_t due_s = (STOP_S / WW_DAY_S + 1) * WW_DAY_S + MORNING;
    ck_assert_int_ge(time_of(opened, "opened"), due_s + WW_HOUR_S);
    ck_assert_int_le(time_of(opened, "opened"), due_s + 3 * WW_HOUR_S);
    ck_assert_ptr_nonnull(event_with("anbu.incident.closed", "water.feeder:F-201"));
    ck_assert_int_eq(count_with("anbu.incident.opened"), 2);
    ww_end();
}
END_TEST

START_TEST(some_meters_that_fail_are_no_head_end)
{
    run(_i, sets, HOURLY, HOMES / 2);
    ck_assert_int_eq(count_with("anbu.incident"), 0);
    ww_end();
}
END_TEST

START_TEST(switched_off_nothing_is_counted)
{
    static const char *const off[] = {"incidents.homes_min=8", "incidents.enabled=false", NULL};
    run(_i, off, HOURLY, HOMES);
    ck_assert_int_eq(count_with("anbu.incident"), 0);
    ck_assert_uint_eq(ww.calls[PROBE_AREA_ADD], 0);
    ww_end();
}
END_TEST

static void add(TCase *cases)
{
    const TTest *const tests[] = {
        a_head_end_that_stops_is_an_incident_and_no_alert,
        a_batch_that_is_due_in_the_morning_is_missed_in_the_morning,
        some_meters_that_fail_are_no_head_end,
        switched_off_nothing_is_counted,
    };
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_loop_test(cases, tests[i], 0, WORLD_KIND_COUNT);
}

int main(void)
{
    return world_main("worker_reports", add);
}
