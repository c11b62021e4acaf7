/* SPDX-License-Identifier: Apache-2.0
 *
 * Soft state of areas in the store port: every case against the memory store and against a real
 * Redis (_i is the kind).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_world.h"

#define HOUR 490000

static struct store_area_total add(struct store *by, const char *group, int32_t hour,
                                   struct store_area_sums sums, unsigned window_hours)
{
    struct store_area_hour one = {.hour = hour, .sums = sums};
    struct store_area_total total;
    (void)text_copy(text_of(group), one.group, sizeof one.group);
    must(by->ops->area_add(by, &one, 1, window_hours, &total, &world.fault));
    return total;
}

static enum err set(const char *group, int64_t expected, int64_t version, const char *incident,
                    int64_t opened_s)
{
    return world.store->ops->incident_set(world.store, group, expected, version, text_of(incident),
                                          opened_s, &world.fault);
}

static void seen_incident(void *context, struct text group, struct text incident)
{
    struct seen *seen = context;
    ck_assert_uint_lt(seen->count, SEEN_MAX);
    (void)snprintf(seen->at[seen->count++], sizeof seen->at[0], "%.*s %.*s", (int)group.bytes,
                   group.at, (int)incident.bytes, incident.at);
}

static void list(struct seen *seen)
{
    *seen = (struct seen){0};
    must(world.second->ops->incidents(world.second, seen_incident, seen, &world.fault));
}

START_TEST(an_hour_is_counted_by_everybody_together)
{
    world_begin(_i);
    struct store_area_total total =
        add(world.store, "area:A", HOUR, (struct store_area_sums){2, 1, 3, 1500, 1}, 1);
    ck_assert_int_eq(total.hour.metered, 2);
    total = add(world.second, "area:A", HOUR, (struct store_area_sums){3, 0, 4, 500, 4}, 1);
    ck_assert_int_eq(total.hour.metered, 5);
    ck_assert_int_eq(total.hour.dark, 1);
    ck_assert_int_eq(total.hour.watched, 7);
    ck_assert_int_eq(total.hour.expected_milli, 2000);
    ck_assert_int_eq(total.hour.seen, 5);
    ck_assert_int_eq(total.window.seen, 5);
}
END_TEST

START_TEST(a_window_holds_the_hours_before_and_no_other)
{
    world_begin(_i);
    for (int32_t hour = HOUR - 3; hour < HOUR; hour++)
        (void)add(world.store, "area:A", hour, (struct store_area_sums){1, 0, 0, 100, 1}, 1);
    (void)add(world.store, "area:A", HOUR + 1, (struct store_area_sums){50, 0, 0, 0, 0}, 1);
    (void)add(world.store, "feeder:A", HOUR, (struct store_area_sums){70, 0, 0, 0, 0}, 1);
    struct store_area_total total =
        add(world.second, "area:A", HOUR, (struct store_area_sums){1, 0, 0, 100, 1}, 3);
    ck_assert_int_eq(total.hour.metered, 1);
    ck_assert_int_eq(total.window.metered, 3);
    ck_assert_int_eq(total.window.expected_milli, 300);
}
END_TEST

START_TEST(an_hour_of_long_ago_takes_nothing_from_one_of_today)
{
    world_begin(_i);
    (void)add(world.store, "area:A", HOUR, (struct store_area_sums){7, 0, 0, 0, 0}, 1);
    (void)add(world.store, "area:A", HOUR - STORE_AREA_HOURS, (struct store_area_sums){0}, 1);
    struct store_area_total total =
        add(world.store, "area:A", HOUR, (struct store_area_sums){1, 0, 0, 0, 0}, 1);
    ck_assert_int_eq(total.hour.metered, 8);
}
END_TEST

START_TEST(many_hours_are_added_in_one_call)
{
    world_begin(_i);
    static struct store_area_hour adds[STORE_AREA_ADDS_MAX];
    static struct store_area_total totals[STORE_AREA_ADDS_MAX];
    for (int i = 0; i < STORE_AREA_ADDS_MAX; i++) {
        adds[i] = (struct store_area_hour){.hour = HOUR, .sums = {.metered = i}};
        (void)snprintf(adds[i].group, sizeof adds[i].group, "feeder:F-%d", i);
    }
    must(world.store->ops->area_add(world.store, adds, STORE_AREA_ADDS_MAX, 2, totals,
                                    &world.fault));
    for (int i = 0; i < STORE_AREA_ADDS_MAX; i++)
        ck_assert_int_eq(totals[i].window.metered, i);
}
END_TEST

START_TEST(a_group_without_a_kind_or_name_is_refused)
{
    world_begin(_i);
    const char *const bad[] = {"", "A", ":A", "area:"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct store_area_hour one = {.hour = HOUR};
        struct store_area_total total;
        (void)text_copy(text_of(bad[i]), one.group, sizeof one.group);
        ck_assert_int_eq(world.store->ops->area_add(world.store, &one, 1, 1, &total, &world.fault),
                         ERR_INVALID);
        ck_assert_int_eq(set(bad[i], 0, 1, "{}", 1), ERR_INVALID);
    }
}
END_TEST

START_TEST(of_two_who_open_an_incident_one_does)
{
    world_begin(_i);
    must(set("feeder:F", 0, 1, "mine", 100));
    ck_assert_int_eq(set("feeder:F", 0, 1, "theirs", 100), ERR_CONFLICT);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "feeder:F is at version 1"));
    must(set("feeder:F", 1, 2, "mine again", 100));
    struct seen seen;
    list(&seen);
    ck_assert_uint_eq(seen.count, 1);
    ck_assert_str_eq(seen.at[0], "feeder:F mine again");
}
END_TEST

START_TEST(incidents_are_listed_newest_first)
{
    world_begin(_i);
    must(set("feeder:F1", 0, 1, "old", 100));
    must(set("area:A", 0, 1, "new", 300));
    must(set("feeder:F2", 0, 1, "middle", 200));
    struct seen seen;
    list(&seen);
    ck_assert_uint_eq(seen.count, 3);
    ck_assert_str_eq(seen.at[0], "area:A new");
    ck_assert_str_eq(seen.at[1], "feeder:F2 middle");
    ck_assert_str_eq(seen.at[2], "feeder:F1 old");
}
END_TEST

static long number_said(const char *command)
{
    const char *said = redis_server_say(&world.shared, "%s", command);
    char *end;
    long number = strtol(said + 1, &end, 10);
    ck_assert_msg(said[0] == ':' && *end == '\r', "%s: %s", command, said);
    return number;
}

START_TEST(soft_state_expires_in_redis)
{
    world_begin(WORLD_REDIS);
    (void)add(world.store, "area:A", HOUR, (struct store_area_sums){1, 0, 0, 0, 0}, 1);
    must(set("area:A", 0, 1, "{}", 1));
    ck_assert_int_gt(number_said("TTL anbu:{area:A}:hour:490000"), (STORE_AREA_HOURS - 1) * 3600);
    ck_assert_int_gt(number_said("TTL anbu:{area:A}:incident"), (STORE_INCIDENT_DAYS - 1) * 86400);
    (void)redis_server_say(&world.shared, "DEL anbu:{area:A}:incident");
    struct seen seen;
    list(&seen);
    ck_assert_uint_eq(seen.count, 0);
    ck_assert_str_eq(redis_server_say(&world.shared, "ZCARD anbu:incidents"), ":0\r\n");
    must(set("area:A", 0, 1, "{}", 1)); /* as if there had been none */
}
END_TEST

START_TEST(damaged_soft_state_is_an_error_that_names_the_key)
{
    world_begin(WORLD_REDIS);
    (void)redis_server_say(&world.shared, "SET anbu:{area:A}:hour:490000 x");
    (void)redis_server_say(&world.shared, "HSET anbu:{area:A}:incident f x");
    struct store_area_hour one = {"area:A", HOUR, {0}};
    struct store_area_total total;
    ck_assert_int_ne(world.store->ops->area_add(world.store, &one, 1, 1, &total, &world.fault),
                     ERR_OK);
    ck_assert_int_eq(set("area:A", 0, 1, "{}", 1), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "{area:A}:incident"));
}
END_TEST

static void add_cases(TCase *cases)
{
    tcase_add_loop_test(cases, an_hour_is_counted_by_everybody_together, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_window_holds_the_hours_before_and_no_other, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, an_hour_of_long_ago_takes_nothing_from_one_of_today, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, many_hours_are_added_in_one_call, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_group_without_a_kind_or_name_is_refused, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, of_two_who_open_an_incident_one_does, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, incidents_are_listed_newest_first, 0, WORLD_KIND_COUNT);
    tcase_add_test(cases, soft_state_expires_in_redis);
    tcase_add_test(cases, damaged_soft_state_is_an_error_that_names_the_key);
}

int main(void)
{
    return world_main("store: soft state of areas", add_cases);
}
