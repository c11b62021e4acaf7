/* SPDX-License-Identifier: Apache-2.0
 *
 * Alerts, timers and outbox of the store port: every case against the memory store and against a
 * real Redis (_i is the kind).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/source.h"
#include "store_world.h"

START_TEST(an_alert_is_raised_and_worked_version_by_version)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_transition step = world_step("A1", "H-1", 1);
    must(world_do(&head, &step));
    ck_assert_str_eq(world_alert(world.second, PARTITION, "A1"), "A1 v1");
    step = world_step("A1", "H-1", 2);
    must(world_do(NULL, &step)); /* a person: the owner's sequence stays */
    ck_assert_uint_eq(head.seq, 1);
    step = world_step("A1", "H-1", 3);
    must(world_do(&head, &step));
    ck_assert_str_eq(world_alert(world.second, PARTITION, "A1"), "A1 v3");
    ck_assert_uint_eq(world_outbox_count(), 3);
    ck_assert_str_eq(world_alert(world.second, PARTITION + 1, "A1"), "");
}
END_TEST

START_TEST(an_alert_that_is_not_there_is_said_so)
{
    world_begin(_i);
    struct buffer out = {0};
    ck_assert_int_eq(world.store->ops->alert(world.store, PARTITION, "A9", &out, &world.fault),
                     ERR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "A9"));
    buffer_done(&out);
}
END_TEST

START_TEST(a_step_from_another_version_is_a_conflict_and_changes_nothing)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_transition step = world_step("A1", "H-1", 1);
    must(world_do(&head, &step));
    ck_assert_int_eq(world_do(&head, &step), ERR_CONFLICT); /* must not exist */
    ck_assert_ptr_nonnull(strstr(world.fault.text, "at version 1"));
    step = world_step("A1", "H-1", 3);
    step.timer_count = 1;
    step.timers[0] = world_timer("ack_expiry", 5);
    step.detector = 2;
    step.finding_seq = 9;
    ck_assert_int_eq(world_do(&head, &step), ERR_CONFLICT);
    ck_assert_int_eq(world_do(NULL, &step), ERR_CONFLICT);
    step.alert = "A-unknown";
    ck_assert_int_eq(world_do(NULL, &step), ERR_CONFLICT);
    ck_assert_uint_eq(head.seq, 1);
    ck_assert_uint_eq(world_taken(world.second, PARTITION).seq, 1);
    ck_assert_uint_eq(world_outbox_count(), 1);
    ck_assert_uint_eq(world_case("H-1").finding_seq[2], 0);
    struct store_due due[16];
    ck_assert_uint_eq(world_due(10, due), 0);
}
END_TEST

START_TEST(a_finding_is_applied_once)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_transition step = world_step("A1", "H-1", 1);
    step.detector = 4;
    step.finding_seq = 3;
    must(world_do(&head, &step));
    ck_assert_uint_eq(world_case("H-1").finding_seq[4], 3);
    struct store_transition again = world_step("A1", "H-1", 2);
    again.detector = 4;
    for (again.finding_seq = 0; again.finding_seq <= 3; again.finding_seq++)
        ck_assert_int_eq(world_do(&head, &again), ERR_DUPLICATE);
    ck_assert_uint_eq(head.seq, 1);
    ck_assert_str_eq(world_alert(world.store, PARTITION, "A1"), "A1 v1");
    ck_assert_uint_eq(world_outbox_count(), 1);
    again.detector = 5; /* another detector counts for itself */
    again.finding_seq = 1;
    must(world_do(&head, &again));
    struct store_transition other = world_step("A2", "H-2", 1); /* so does another household */
    other.detector = 4;
    other.finding_seq = 1;
    must(world_do(&head, &other));
}
END_TEST

START_TEST(a_finding_can_be_recorded_without_touching_an_alert)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_transition step = {.partition = PARTITION,
                                    .household = TEXT("H-1"),
                                    .detector = 1,
                                    .finding_seq = INT64_C(9999999999999999)};
    must(world_do(&head, &step));
    ck_assert_uint_eq(head.seq, 1);
    ck_assert_int_eq(world_case("H-1").finding_seq[1], INT64_C(9999999999999999));
    ck_assert_int_eq(world_do(&head, &step), ERR_DUPLICATE);
    step.finding_seq = INT64_C(9999999999999998); /* beyond what a double tells apart */
    ck_assert_int_eq(world_do(&head, &step), ERR_DUPLICATE);
    step.finding_seq = INT64_C(999999999999999); /* greater as a word, smaller as a number */
    ck_assert_int_eq(world_do(&head, &step), ERR_DUPLICATE);
    step.finding_seq = INT64_C(10000000000000000);
    must(world_do(&head, &step));
    struct seen seen = {0};
    must(world.store->ops->alerts(world.store, PARTITION, false, 0, seen_alert, &seen,
                                  &world.fault));
    ck_assert_uint_eq(seen.count, 0);
    step.detector = -1;
    ck_assert_int_eq(world_do(&head, &step), ERR_INVALID);
}
END_TEST

START_TEST(what_a_person_declares_is_sent_without_an_alert)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_transition step = {.partition = PARTITION,
                                    .household = TEXT("H-1"),
                                    .detector = -1,
                                    .message_id = TEXT("absence.1"),
                                    .message = TEXT("{\"event\":\"absence\"}")};
    struct seen seen = {0};
    must(world_do(NULL, &step));
    ck_assert_uint_eq(head.seq, 0);
    must(world.store->ops->outbox(world.store, PARTITION, "", 10, seen_entry, &seen, &world.fault));
    ck_assert_uint_eq(seen.count, 1);
    ck_assert_uint_eq(world_outbox_count(), 1);
    step.event = TEXT("{}");
    ck_assert_int_eq(world_do(NULL, &step), ERR_INVALID);
    step.event = (struct text){0};
    step.detector = 1;
    ck_assert_int_eq(world_do(NULL, &step), ERR_INVALID);
}
END_TEST

START_TEST(the_case_names_the_live_alert_of_each_team)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_case open = world_case("H-1");
    ck_assert_str_eq(open.open[TEAM_POLICE], "");
    ck_assert_uint_eq(open.finding_seq[15], 0);
    struct store_transition police = world_step("A1", "H-1", 1);
    struct store_transition welfare = world_step("A2", "H-1", 1);
    welfare.team = TEAM_WELFARE;
    must(world_do(&head, &police));
    must(world_do(&head, &welfare));
    open = world_case("H-1");
    ck_assert_str_eq(open.open[TEAM_POLICE], "A1");
    ck_assert_str_eq(open.open[TEAM_WELFARE], "A2");
    police = world_step("A1", "H-1", 2);
    police.live = false;
    must(world_do(NULL, &police));
    open = world_case("H-1");
    ck_assert_str_eq(open.open[TEAM_POLICE], "");
    ck_assert_str_eq(open.open[TEAM_WELFARE], "A2");
    ck_assert_str_eq(world_case("H-2").open[TEAM_WELFARE], "");
}
END_TEST

START_TEST(an_alert_that_changes_teams_leaves_the_old_one)
{
    world_begin(_i);
    struct store_transition step = world_step("A1", "H-1", 1);
    must(world_do(NULL, &step));
    step = world_step("A1", "H-1", 2);
    step.team = TEAM_WELFARE;
    must(world_do(NULL, &step));
    ck_assert_str_eq(world_case("H-1").open[TEAM_POLICE], "");
    ck_assert_str_eq(world_case("H-1").open[TEAM_WELFARE], "A1");
}
END_TEST

START_TEST(a_team_has_one_live_alert_of_a_household)
{
    world_begin(_i);
    struct store_transition old = world_step("A1", "H-1", 1);
    old.live = false;
    must(world_do(NULL, &old));
    struct store_transition step = world_step("A2", "H-1", 1);
    must(world_do(NULL, &step));
    old = world_step("A1", "H-1", 2); /* reopened by a person at the same moment */
    ck_assert_int_eq(world_do(NULL, &old), ERR_CONFLICT);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "A2"));
    ck_assert_str_eq(world_alert(world.store, PARTITION, "A1"), "A1 v1");
    old.live = false; /* a note on a closed alert is fine */
    must(world_do(NULL, &old));
    ck_assert_str_eq(world_case("H-1").open[TEAM_POLICE], "A2");
}
END_TEST

START_TEST(steps_that_make_no_sense_are_refused)
{
    world_begin(_i);
    struct store_transition step = world_step("A1", "H-1", 1);
    step.version = 3;
    ck_assert_int_eq(world_do(NULL, &step), ERR_INVALID);
    step = world_step("A|1", "H-1", 1);
    ck_assert_int_eq(world_do(NULL, &step), ERR_INVALID);
    step = world_step("A23456789-123456789-123456789-123456789-", "H-1", 1);
    ck_assert_int_eq(world_do(NULL, &step), ERR_INVALID);
    step = world_step("A1", "H-1", 1);
    step.timer_count = 1;
    step.timers[0] = world_timer("", 5);
    ck_assert_int_eq(world_do(NULL, &step), ERR_INVALID);
    step.timers[0] = world_timer("ack_expiry", INT64_MAX);
    ck_assert_int_eq(world_do(NULL, &step), ERR_INVALID);
    step.timer_count = 0;
    step.raised_s = INT64_MAX;
    ck_assert_int_eq(world_do(NULL, &step), ERR_INVALID);
    step.raised_s = 5;
    char *large = memory_get(STORE_STEP_BYTES_MAX + 1);
    step.snapshot = (struct text){large, STORE_STEP_BYTES_MAX + 1};
    ck_assert_int_eq(world_do(NULL, &step), ERR_TOO_LARGE);
    free(large);
    ck_assert_str_eq(world_alert(world.store, PARTITION, "A1"), "");
}
END_TEST

START_TEST(timers_come_due_soonest_first)
{
    world_begin(_i);
    struct store_due due[16];
    struct store_transition step = world_step("B", "H-1", 1);
    step.timer_count = 2;
    step.timers[0] = world_timer("unacknowledged", 300);
    step.timers[1] = world_timer("ack_expiry", 100);
    must(world_do(NULL, &step));
    step = world_step("A", "H-2", 1);
    step.timer_count = 1;
    step.timers[0] = world_timer("ack_expiry", 100);
    must(world_do(NULL, &step));
    ck_assert_uint_eq(world_due(99, due), 0);
    ck_assert_uint_eq(world_due(100, due), 2);
    ck_assert_str_eq(due[0].alert, "A");
    ck_assert_str_eq(due[1].alert, "B");
    ck_assert_uint_eq(world_due(1000, due), 3);
    ck_assert_str_eq(due[2].kind, "unacknowledged");
    ck_assert_int_eq(due[2].due_ms, 300);
    ck_assert_uint_eq(world_due(1000, due), 3); /* asking ends none */
    size_t count;
    must(world.store->ops->due(world.store, PARTITION, 1000, due, 1, &count, &world.fault));
    ck_assert_uint_eq(count, 1);
    must(world.store->ops->due(world.store, PARTITION + 1, 1000, due, 16, &count, &world.fault));
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_timer_is_moved_cancelled_and_ends_with_its_alert)
{
    world_begin(_i);
    struct store_due due[16];
    struct store_transition step = world_step("A1", "H-1", 1);
    step.timer_count = 3;
    step.timers[0] = world_timer("ack_expiry", 100);
    step.timers[1] = world_timer("unacknowledged", 200);
    step.timers[2] = world_timer("third", 250);
    must(world_do(NULL, &step));
    step = world_step("A1", "H-1", 2);
    step.timer_count = 2;
    step.timers[0] = world_timer("ack_expiry", 400);
    step.timers[1] = world_timer("unacknowledged", 0);
    must(world_do(NULL, &step));
    ck_assert_uint_eq(world_due(1000, due), 2);
    ck_assert_str_eq(due[0].kind, "third");
    ck_assert_int_eq(due[1].due_ms, 400);
    step = world_step("A1", "H-1", 3); /* says nothing of timers: they stay */
    must(world_do(NULL, &step));
    ck_assert_uint_eq(world_due(1000, due), 2);
    step = world_step("A1", "H-1", 4);
    step.live = false;
    step.timer_count = 1;
    step.timers[0] = world_timer("ack_expiry", 500);
    must(world_do(NULL, &step));
    ck_assert_uint_eq(world_due(1000, due), 0);
    step = world_step("A1", "H-1", 5);
    step.timer_count = 1;
    step.timers[0] = world_timer("unacknowledged", 600);
    must(world_do(NULL, &step));
    ck_assert_uint_eq(world_due(1000, due), 1);
}
END_TEST

START_TEST(timers_and_alerts_survive_a_take_over)
{
    world_begin(_i);
    struct store_due due[16];
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_transition step = world_step("A1", "H-1", 1);
    step.timer_count = 1;
    step.timers[0] = world_timer("ack_expiry", 100);
    step.detector = 0;
    step.finding_seq = 1;
    must(world_do(&head, &step));
    head = world_taken(world.second, PARTITION);
    ck_assert_uint_eq(world_due(1000, due), 1);
    ck_assert_str_eq(world_case("H-1").open[TEAM_POLICE], "A1");
    ck_assert_int_eq(world.second->ops->transition(world.second, &head, &step, &world.fault),
                     ERR_DUPLICATE);
}
END_TEST

START_TEST(lists_are_newest_first_and_bounded)
{
    world_begin(_i);
    static const char *const ids[] = {"A1", "A2", "A3", "A4"};
    static const int64_t raised[] = {500, 900, 100, 500};
    for (int i = 0; i < 4; i++) {
        struct store_transition step = world_step(ids[i], i == 2 ? "H-2" : "H-1", 1);
        step.raised_s = raised[i];
        step.live = i == 0 || i == 2;
        must(world_do(NULL, &step));
    }
    struct seen all = {0}, two = {0}, live = {0}, first_live = {0}, one = {.stop_at = 1};
    must(world.store->ops->alerts(world.store, PARTITION, false, 10, seen_alert, &all,
                                  &world.fault));
    ck_assert_uint_eq(all.count, 4);
    ck_assert_str_eq(all.at[0], "A2 v1");
    ck_assert_str_eq(all.at[1], "A4 v1");
    ck_assert_str_eq(all.at[2], "A1 v1");
    ck_assert_str_eq(all.at[3], "A3 v1");
    must(
        world.store->ops->alerts(world.store, PARTITION, false, 2, seen_alert, &two, &world.fault));
    ck_assert_uint_eq(two.count, 2);
    must(
        world.store->ops->alerts(world.store, PARTITION, true, 0, seen_alert, &live, &world.fault));
    ck_assert_uint_eq(live.count, 2);
    ck_assert_str_eq(live.at[0], "A1 v1");
    must(world.store->ops->alerts(world.store, PARTITION, true, 1, seen_alert, &first_live,
                                  &world.fault));
    ck_assert_uint_eq(first_live.count, 1);
    must(
        world.store->ops->alerts(world.store, PARTITION, false, 0, seen_alert, &one, &world.fault));
    ck_assert_uint_eq(one.count, 1);
    ck_assert_str_eq(world_get(world.store, PARTITION, "H-1"),
                     ""); /* goes on after a stopped list */
}
END_TEST

START_TEST(an_alert_leaves_the_live_list_when_it_ends_and_comes_back_when_reopened)
{
    world_begin(_i);
    for (int version = 1; version <= 3; version++) {
        struct seen live = {0}, all = {0};
        struct store_transition step = world_step("A1", "H-1", version);
        step.live = version != 2;
        must(world_do(NULL, &step));
        must(world.store->ops->alerts(world.store, PARTITION, true, 0, seen_alert, &live,
                                      &world.fault));
        must(world.store->ops->alerts(world.store, PARTITION, false, 0, seen_alert, &all,
                                      &world.fault));
        ck_assert_uint_eq(live.count, step.live);
        ck_assert_uint_eq(all.count, 1);
    }
}
END_TEST

START_TEST(a_long_list_comes_whole_and_in_order)
{
    world_begin(_i);
    static struct seen seen;
    for (int i = 0; i < 300; i++) {
        char id[16], household[16];
        (void)snprintf(id, sizeof id, "A%03d", i);
        (void)snprintf(household, sizeof household, "H-%d", i);
        struct store_transition step = world_step(id, household, 1);
        step.raised_s = i * 7919 % 300;
        must(world_do(NULL, &step));
    }
    seen.count = 0;
    must(
        world.store->ops->alerts(world.store, PARTITION, true, 0, seen_alert, &seen, &world.fault));
    ck_assert_uint_eq(seen.count, 300);
    for (int i = 0; i < 300; i++)
        ck_assert_int_eq(strtol(seen.at[i] + 1, NULL, 10) * 7919 % 300, 299 - i);
}
END_TEST

START_TEST(the_alerts_of_a_household_are_its_own_newest_first)
{
    world_begin(_i);
    for (int i = 0; i < 6; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "A%d", i);
        struct store_transition step = world_step(id, i % 2 ? "H-1" : "H-2", 1);
        step.raised_s = i;
        step.live = false;
        must(world_do(NULL, &step));
    }
    struct seen seen = {0}, none = {0}, one = {0};
    must(world.store->ops->alerts_of(world.store, PARTITION, TEXT("H-1"), 0, seen_alert, &seen,
                                     &world.fault));
    ck_assert_uint_eq(seen.count, 3);
    ck_assert_str_eq(seen.at[0], "A5 v1");
    ck_assert_str_eq(seen.at[2], "A1 v1");
    must(world.store->ops->alerts_of(world.store, PARTITION, TEXT("H-1"), 1, seen_alert, &one,
                                     &world.fault));
    ck_assert_uint_eq(one.count, 1);
    must(world.store->ops->alerts_of(world.store, PARTITION, TEXT("H-3"), 0, seen_alert, &none,
                                     &world.fault));
    ck_assert_uint_eq(none.count, 0);
}
END_TEST

struct entries {
    size_t count;
    char text[8][256];
};

static void note_entry(void *context, const struct store_outbox_entry *entry)
{
    struct entries *entries = context;
    ck_assert_uint_lt(strlen(entry->entry), 64);
    (void)snprintf(entries->text[entries->count++ % 8], 256, "%d %.*s %.*s %.*s", entry->topic,
                   (int)entry->key.bytes, entry->key.at, (int)entry->id.bytes, entry->id.at,
                   (int)entry->body.bytes, entry->body.at);
}

START_TEST(the_outbox_keeps_the_order_and_the_topic_of_what_it_was_given)
{
    world_begin(_i);
    struct entries entries = {0};
    struct store_transition step = world_step("A1", "H-1", 1);
    step.event = TEXT("{\"n\":1}");
    must(world_do(NULL, &step));
    step = world_step("A1", "H-1", 2);
    step.live = false;
    step.event = TEXT("{\"n\":2}");
    step.message_id = TEXT("A1.2");
    step.message = TEXT("{\"outcome\":\"safe\"}");
    must(world_do(NULL, &step));
    step = world_step("A1", "H-1", 3);
    step.event = (struct text){NULL, 0};
    must(world_do(NULL, &step));
    must(world.store->ops->outbox(world.store, PARTITION, "", 10, note_entry, &entries,
                                  &world.fault));
    ck_assert_uint_eq(entries.count, 3);
    ck_assert_str_eq(entries.text[0], "0 H-1 A1.1 {\"n\":1}");
    ck_assert_str_eq(entries.text[1], "0 H-1 A1.2 {\"n\":2}");
    ck_assert_str_eq(entries.text[2], "1 H-1 A1.2 {\"outcome\":\"safe\"}");
}
END_TEST

START_TEST(the_outbox_is_read_page_by_page_and_emptied_entry_by_entry)
{
    world_begin(_i);
    struct seen all = {0}, page = {0}, rest = {0};
    for (int i = 1; i <= 5; i++) {
        struct store_transition step = world_step("A1", "H-1", i);
        must(world_do(NULL, &step));
    }
    must(world.store->ops->outbox(world.store, PARTITION, "", 100, seen_entry, &all, &world.fault));
    int64_t length = -1;
    must(world.store->ops->outbox_length(world.store, PARTITION, &length, &world.fault));
    ck_assert_int_eq(length, (int64_t)all.count);
    must(world.store->ops->outbox_length(world.store, PARTITION + 1, &length, &world.fault));
    ck_assert_int_eq(length, 0);
    ck_assert_uint_eq(all.count, 5);
    must(world.store->ops->outbox(world.store, PARTITION, all.at[1], 2, seen_entry, &page,
                                  &world.fault));
    ck_assert_uint_eq(page.count, 2);
    ck_assert_str_eq(page.at[0], all.at[2]);
    ck_assert_str_eq(page.at[1], all.at[3]);
    const char *done[] = {all.at[1], all.at[0], all.at[3]};
    must(world.store->ops->outbox_done(world.store, NULL, PARTITION, done, 3, 99, &world.fault));
    must(world.store->ops->outbox_done(world.store, NULL, PARTITION, done, 3, 99,
                                       &world.fault)); /* twice is fine */
    must(
        world.store->ops->outbox(world.store, PARTITION, "", 100, seen_entry, &rest, &world.fault));
    ck_assert_uint_eq(rest.count, 2);
    ck_assert_str_eq(rest.at[0], all.at[2]);
    ck_assert_str_eq(rest.at[1], all.at[4]);
    ck_assert_int_eq(world_taken(world.store, PARTITION).log_offset,
                     OFFSET_NONE); /* only its owner sets it */
    const char *last[] = {all.at[2], all.at[4]};
    must(world.store->ops->outbox_done(world.store, NULL, PARTITION, last, 2, OFFSET_NONE,
                                       &world.fault));
    struct store_transition step = world_step("A1", "H-1", 6);
    must(world_do(NULL, &step));
    rest.count = 0; /* an entry's id never comes back */
    must(world.store->ops->outbox(world.store, PARTITION, all.at[4], 100, seen_entry, &rest,
                                  &world.fault));
    ck_assert_uint_eq(rest.count, 1);
}
END_TEST

START_TEST(the_log_offset_only_goes_forward)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    must(world.store->ops->outbox_done(world.store, &head, PARTITION, NULL, 0, 40, &world.fault));
    ck_assert_int_eq(head.log_offset, 40);
    must(world.store->ops->outbox_done(world.store, &head, PARTITION, NULL, 0, 9, &world.fault));
    ck_assert_int_eq(head.log_offset, 40);
    must(world.store->ops->outbox_done(world.store, &head, PARTITION, NULL, 0, OFFSET_NONE,
                                       &world.fault));
    must(world.store->ops->outbox_done(world.store, &head, PARTITION, NULL, 0, 100, &world.fault));
    ck_assert_int_eq(world_taken(world.second, PARTITION).log_offset, 100);
    ck_assert_uint_eq(world_taken(world.second, PARTITION).seq, 4);
}
END_TEST

START_TEST(an_outbox_entry_that_is_none_is_refused)
{
    world_begin(_i);
    static const char *const bad[] = {"x", "1", "1-", "-1", "1-1 ", "99999999999999999999-0"};
    struct seen seen = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_int_eq(world.store->ops->outbox_done(world.store, NULL, PARTITION, &bad[i], 1, 0,
                                                       &world.fault),
                         ERR_INVALID);
        ck_assert_int_eq(world.store->ops->outbox(world.store, PARTITION, bad[i], 5, seen_entry,
                                                  &seen, &world.fault),
                         ERR_INVALID);
    }
}
END_TEST

START_TEST(less_is_kept_of_a_closed_alert_and_its_version_stays)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_transition step = world_step("A1", "H-1", 1);
    step.live = false;
    must(world_do(&head, &step));
    struct store_erasure less = {"A1", TEXT("H-1"), 1, TEXT("A1 bare")};
    must(world.store->ops->erase(world.store, &head, &less, &world.fault));
    ck_assert_str_eq(world_alert(world.second, PARTITION, "A1"), "A1 bare");
    ck_assert_uint_eq(head.seq, 2);
    ck_assert_uint_eq(world_outbox_count(), 1); /* nothing is told of it */
    step = world_step("A1", "H-1", 2);
    must(world_do(NULL, &step));
}
END_TEST

START_TEST(an_erased_alert_is_in_no_list_any_more_and_its_findings_stay_known)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    const char *const ids[] = {"A1", "A2", "A3"};
    for (size_t i = 0; i < 3; i++) {
        struct store_transition step = world_step(ids[i], i == 2 ? "H-2" : "H-1", 1);
        step.live = false;
        step.detector = 3;
        step.finding_seq = (int64_t)i + 1;
        must(world_do(&head, &step));
    }
    struct store_erasure gone = {"A1", TEXT("H-1"), 1, {NULL, 0}};
    must(world.store->ops->erase(world.store, &head, &gone, &world.fault));
    struct seen all = {0}, of = {0}, other = {0};
    const struct store_ops *ops = world.second->ops;
    must(ops->alerts(world.second, PARTITION, false, 0, seen_alert, &all, &world.fault));
    must(ops->alerts_of(world.second, PARTITION, TEXT("H-1"), 0, seen_alert, &of, &world.fault));
    must(ops->alerts_of(world.second, PARTITION, TEXT("H-2"), 0, seen_alert, &other, &world.fault));
    ck_assert_uint_eq(all.count, 2);
    ck_assert_uint_eq(of.count, 1);
    ck_assert_str_eq(of.at[0], "A2 v1");
    ck_assert_uint_eq(other.count, 1);
    ck_assert_str_eq(world_alert(world.second, PARTITION, "A1"), "");
    ck_assert_int_eq(world_case("H-1").finding_seq[3], 2);
    ck_assert_int_eq(world.store->ops->erase(world.store, &head, &gone, &world.fault),
                     ERR_CONFLICT);
    struct store_transition late = world_step("A1", "H-1", 2); /* a person who had it on screen */
    ck_assert_int_eq(world_do(NULL, &late), ERR_CONFLICT);
}
END_TEST

START_TEST(an_erased_alert_is_not_put_back_and_another_of_its_name_may_begin)
{
    world_begin_rewindable(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    struct store_transition step = world_step("A1", "H-1", 1), old = step;
    must(world_do(&head, &step));
    step = world_step("A1", "H-1", 2);
    step.live = false;
    must(world_do(&head, &step));
    struct store_erasure gone = {"A1", TEXT("H-1"), 2, {NULL, 0}};
    must(world.store->ops->erase(world.store, &head, &gone, &world.fault));
    old.restores = true;
    old.event = old.event_id = (struct text){NULL, 0};
    ck_assert_int_eq(world_do(&head, &old), ERR_DUPLICATE);
    old.version = 2;
    ck_assert_int_eq(world_do(&head, &old), ERR_DUPLICATE);
    ck_assert_str_eq(world_alert(world.store, PARTITION, "A1"), "");
    world_save();
    step = world_step("A1", "H-1", 1); /* found anew in the same hour */
    must(world_do(&head, &step));
    world_rewind();
    head = world_taken(world.store, PARTITION);
    ck_assert_int_eq(world_do(&head, &old), ERR_DUPLICATE); /* what went back knows it, too */
    old.version = 3;                                        /* newer than what was erased */
    must(world_do(&head, &old));
}
END_TEST

START_TEST(what_is_live_or_has_moved_on_or_is_anothers_is_not_erased)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION), old = head;
    struct store_transition step = world_step("A1", "H-1", 1);
    must(world_do(&head, &step));
    struct store_erasure gone = {"A1", TEXT("H-1"), 1, {NULL, 0}};
    const struct store_ops *ops = world.store->ops;
    ck_assert_int_eq(ops->erase(world.store, &head, &gone, &world.fault), ERR_CONFLICT);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "is live"));
    step = world_step("A1", "H-1", 2);
    step.live = false;
    must(world_do(NULL, &step));
    ck_assert_int_eq(ops->erase(world.store, &head, &gone, &world.fault), ERR_CONFLICT);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "at version 2"));
    gone.version = 2;
    ck_assert_int_eq(ops->erase(world.store, &old, &gone, &world.fault), ERR_REWOUND);
    struct store_head taken = world_taken(world.second, PARTITION);
    ck_assert_int_eq(ops->erase(world.store, &head, &gone, &world.fault), ERR_FENCED);
    ck_assert_str_eq(world_alert(world.store, PARTITION, "A1"), "A1 v2");
    must(world.second->ops->erase(world.second, &taken, &gone, &world.fault));
    gone.household = TEXT("");
    ck_assert_int_eq(ops->erase(world.store, &taken, &gone, &world.fault), ERR_INVALID);
}
END_TEST

START_TEST(alerts_come_piece_by_piece_the_oldest_first)
{
    world_begin(_i);
    struct store_head head = world_taken(world.store, PARTITION);
    for (int i = 0; i < 70; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "A%02d", i);
        struct store_transition step = world_step(id, "H-1", 1);
        step.live = false;
        step.raised_s = 1000 - i / 7; /* several in an hour */
        must(world_do(&head, &step));
    }
    static struct seen seen;
    size_t from = 0, count = 1;
    for (seen.count = 0; count; from += count)
        must(world.store->ops->alerts_from(world.store, PARTITION, from, 32, &count, seen_alert,
                                           &seen, &world.fault));
    ck_assert_uint_eq(from, 70);
    ck_assert_uint_eq(seen.count, 70);
    ck_assert_str_eq(seen.at[0], "A63 v1");
    ck_assert_str_eq(seen.at[69], "A06 v1");
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_loop_test(cases, an_alert_is_raised_and_worked_version_by_version, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, an_alert_that_is_not_there_is_said_so, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_step_from_another_version_is_a_conflict_and_changes_nothing, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_finding_is_applied_once, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_finding_can_be_recorded_without_touching_an_alert, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, what_a_person_declares_is_sent_without_an_alert, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, the_case_names_the_live_alert_of_each_team, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, an_alert_that_changes_teams_leaves_the_old_one, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_team_has_one_live_alert_of_a_household, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, steps_that_make_no_sense_are_refused, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, timers_come_due_soonest_first, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_timer_is_moved_cancelled_and_ends_with_its_alert, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, timers_and_alerts_survive_a_take_over, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, lists_are_newest_first_and_bounded, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases,
                        an_alert_leaves_the_live_list_when_it_ends_and_comes_back_when_reopened, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_long_list_comes_whole_and_in_order, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, the_alerts_of_a_household_are_its_own_newest_first, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, the_outbox_keeps_the_order_and_the_topic_of_what_it_was_given, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, the_outbox_is_read_page_by_page_and_emptied_entry_by_entry, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, the_log_offset_only_goes_forward, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, an_outbox_entry_that_is_none_is_refused, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, less_is_kept_of_a_closed_alert_and_its_version_stays, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, an_erased_alert_is_in_no_list_any_more_and_its_findings_stay_known,
                        0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, an_erased_alert_is_not_put_back_and_another_of_its_name_may_begin, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, what_is_live_or_has_moved_on_or_is_anothers_is_not_erased, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, alerts_come_piece_by_piece_the_oldest_first, 0, WORLD_KIND_COUNT);
}

int main(void)
{
    return world_main("store: alerts, timers and outbox", add);
}
