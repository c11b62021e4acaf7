/* SPDX-License-Identifier: Apache-2.0
 *
 * The outbox over both stores: entries leave in order, at least once, and only once delivered.
 */
#include "delivery/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_world.h"

#define MANY (2 * OUTBOX_IN_FLIGHT_MAX + 10)

/* A publisher that only notes; the test says what became of each. */
struct noted {
    void *token;
    char id[64];
    enum publisher_topic topic;
};
static struct desk {
    struct publisher publisher; /* first */
    struct noted taken[4 * MANY];
    size_t count, room; /* room: it takes no more than this */
    enum err refuses;
} desk;

static struct outbox *outbox;
static struct store_head head;

static enum err publish(struct publisher *port, enum publisher_topic topic, struct text key,
                        struct text body, const struct publisher_header *headers,
                        size_t header_count, void *token, struct fault *fault)
{
    (void)port;
    ck_assert_uint_eq(header_count, 1);
    ck_assert_str_eq(headers[0].name, "ce_id");
    ck_assert(key.bytes > 2 && memcmp(key.at, "H-", 2) == 0);
    ck_assert_uint_gt(body.bytes, 0);
    if (desk.refuses)
        return fault_set(fault, desk.refuses, "refused by the test");
    if (desk.count == desk.room)
        return fault_set(fault, ERR_BUSY, "full");
    struct noted *noted = &desk.taken[desk.count++];
    *noted = (struct noted){.token = token, .topic = topic};
    (void)text_copy(headers[0].value, noted->id, sizeof noted->id);
    return ERR_OK;
}

static void poll_nothing(struct publisher *port, int timeout_ms)
{
    (void)port, (void)timeout_ms;
}

static const struct publisher_ops ops = {.publish = publish, .poll = poll_nothing};

static void begin(int kind)
{
    world_begin(kind);
    memset(&desk, 0, sizeof desk);
    desk.publisher.ops = &ops;
    desk.room = 4 * MANY;
    outbox = outbox_new(PARTITION);
    head = world_taken(world.store, PARTITION);
}

static void done(void)
{
    outbox_free(outbox);
    outbox = NULL;
}

/* An alert and its first event each, of so many households. */
static void put_events(int from, int to)
{
    for (int number = from; number <= to; number++) {
        char alert[32], home[32], id[64];
        (void)snprintf(alert, sizeof alert, "alert-%d", number);
        (void)snprintf(home, sizeof home, "H-%d", number);
        (void)snprintf(id, sizeof id, "alert.%d", number);
        struct store_transition step = world_step(alert, home, 1);
        step.event_id = text_of(id);
        must(world_do(&head, &step));
    }
}

static bool pump(void)
{
    bool moved;
    must(outbox_pump(outbox, world.store, &head, &desk.publisher, 0, &moved, &world.fault));
    return moved;
}

static void deliver(size_t index, enum err err, int64_t offset)
{
    ck_assert(outbox_owns(outbox, desk.taken[index].token));
    outbox_delivered(outbox, desk.taken[index].token, err, offset);
}

static void published(size_t index, int version)
{
    char id[64];
    (void)snprintf(id, sizeof id, "alert.%d", version);
    ck_assert_uint_lt(index, desk.count);
    ck_assert_str_eq(desk.taken[index].id, id);
}

/* If the second came to Kafka and the first did not, a store that went back would leave a gap. */
START_TEST(a_household_is_told_of_step_by_step)
{
    begin(_i);
    for (int version = 1; version <= 3; version++) {
        struct store_transition step = world_step("alert", "H-1", version);
        must(world_do(&head, &step));
    }
    ck_assert(pump());
    ck_assert_uint_eq(desk.count, 1);
    published(0, 1);
    ck_assert(!pump());
    deliver(0, ERR_UNREACHABLE, -1);
    ck_assert(pump());
    ck_assert_uint_eq(desk.count, 2);
    published(1, 1); /* the first again, not the second */
    for (size_t i = 1; i < 4; i++) {
        ck_assert_uint_eq(desk.count, i + 1);
        published(i, (int)i);
        deliver(i, ERR_OK, (int64_t)i);
        ck_assert(pump());
    }
    ck_assert_uint_eq(world_outbox_count(), 0);
    done();
}
END_TEST

START_TEST(entries_are_published_in_order_and_leave_once_delivered)
{
    begin(_i);
    put_events(1, 3);
    ck_assert(pump());
    ck_assert_uint_eq(desk.count, 3);
    for (int i = 0; i < 3; i++)
        published((size_t)i, i + 1);
    ck_assert_uint_eq(world_outbox_count(), 3);
    ck_assert(!outbox_idle(outbox));
    ck_assert(!pump());
    ck_assert_uint_eq(desk.count, 3);
    deliver(0, ERR_OK, 10);
    ck_assert(pump());
    ck_assert_uint_eq(world_outbox_count(), 2);
    deliver(1, ERR_OK, 11);
    deliver(2, ERR_OK, 12);
    ck_assert(pump());
    ck_assert_uint_eq(world_outbox_count(), 0);
    ck_assert(outbox_idle(outbox));
    ck_assert(!pump());
    done();
}
END_TEST

START_TEST(messages_go_to_the_household_topic_beside_their_event)
{
    begin(_i);
    struct store_transition step = world_step("alert", "H-1", 1);
    step.message_id = TEXT("alert.1");
    step.message = TEXT("{\"outcome\":1}");
    must(world_do(&head, &step));
    ck_assert(pump());
    ck_assert_uint_eq(desk.count, 2);
    ck_assert_int_eq(desk.taken[0].topic, PUBLISH_ALERTS);
    ck_assert_int_eq(desk.taken[1].topic, PUBLISH_HOUSEHOLD);
    deliver(0, ERR_OK, 5);
    deliver(1, ERR_OK, 900);
    ck_assert(pump());
    /* The other topic's offsets say nothing about the alerts log. */
    ck_assert_int_eq(head.log_offset, 6);
    done();
}
END_TEST

START_TEST(the_log_position_is_kept_by_the_store_and_never_goes_back)
{
    begin(_i);
    put_events(1, 3);
    ck_assert(pump());
    deliver(0, ERR_OK, 40);
    deliver(1, ERR_OK, 41);
    ck_assert(pump());
    ck_assert_int_eq(head.log_offset, 42);
    deliver(2, ERR_OK, 7);
    ck_assert(pump());
    ck_assert_int_eq(head.log_offset, 42);
    ck_assert_int_eq(world_taken(world.second, PARTITION).log_offset, 42);
    done();
}
END_TEST

START_TEST(an_unknown_offset_leaves_the_log_position_alone)
{
    begin(_i);
    put_events(1, 1);
    ck_assert(pump());
    deliver(0, ERR_OK, -1);
    ck_assert(pump());
    ck_assert_uint_eq(world_outbox_count(), 0);
    ck_assert_int_eq(head.log_offset, OFFSET_NONE);
    done();
}
END_TEST

START_TEST(after_a_failure_it_begins_anew_from_the_oldest_once_all_are_back)
{
    begin(_i);
    put_events(1, 4);
    ck_assert(pump());
    deliver(0, ERR_OK, 0);
    deliver(1, ERR_UNREACHABLE, -1);
    deliver(2, ERR_UNREACHABLE, -1);
    ck_assert(pump()); /* the first leaves */
    ck_assert_uint_eq(desk.count, 4);
    deliver(3, ERR_UNREACHABLE, -1);
    ck_assert(pump());
    ck_assert_uint_eq(desk.count, 7);
    for (int i = 0; i < 3; i++)
        published((size_t)(4 + i), i + 2);
    for (size_t i = 4; i < 7; i++)
        deliver(i, ERR_OK, (int64_t)i);
    ck_assert(pump());
    ck_assert_uint_eq(world_outbox_count(), 0);
    done();
}
END_TEST

START_TEST(a_restart_ignores_what_was_under_way_before)
{
    begin(_i);
    put_events(1, 2);
    ck_assert(pump());
    deliver(0, ERR_OK, 0);
    outbox_restart(outbox); /* fenced: another has the partition, and it comes back */
    head = world_taken(world.store, PARTITION);
    ck_assert(pump());
    ck_assert_uint_eq(desk.count, 4);
    published(2, 1);
    published(3, 2);
    deliver(1, ERR_OK, 1); /* of the time before: removes nothing */
    (void)pump();
    ck_assert_uint_eq(world_outbox_count(), 2);
    deliver(2, ERR_OK, 2);
    deliver(3, ERR_OK, 3);
    ck_assert(pump());
    ck_assert_uint_eq(world_outbox_count(), 0);
    ck_assert(outbox_idle(outbox));
    done();
}
END_TEST

START_TEST(a_failure_of_the_time_before_is_no_failure_now)
{
    begin(_i);
    put_events(1, 1);
    ck_assert(pump());
    outbox_restart(outbox);
    ck_assert(pump());
    deliver(0, ERR_UNREACHABLE, -1);
    deliver(1, ERR_OK, 1);
    ck_assert(pump());
    ck_assert_uint_eq(desk.count, 2);
    ck_assert_uint_eq(world_outbox_count(), 0);
    done();
}
END_TEST

START_TEST(what_is_under_way_is_bounded_and_all_goes_out_in_the_end)
{
    begin(_i);
    put_events(1, MANY);
    size_t delivered = 0;
    for (int turn = 0; turn < 20 && world_outbox_count(); turn++) {
        (void)pump();
        ck_assert_uint_le(desk.count - delivered, OUTBOX_IN_FLIGHT_MAX);
        for (; delivered < desk.count; delivered++) {
            published(delivered, (int)delivered + 1);
            deliver(delivered, ERR_OK, (int64_t)delivered);
        }
    }
    ck_assert_uint_eq(delivered, MANY);
    ck_assert_int_eq(head.log_offset, MANY);
    done();
}
END_TEST

START_TEST(a_full_publisher_gets_the_rest_later)
{
    begin(_i);
    put_events(1, 5);
    desk.room = 2;
    ck_assert(pump());
    ck_assert_uint_eq(desk.count, 2);
    desk.room = 4 * MANY;
    ck_assert(pump());
    ck_assert_uint_eq(desk.count, 5);
    for (int i = 0; i < 5; i++)
        published((size_t)i, i + 1);
    done();
}
END_TEST

START_TEST(what_the_publisher_refuses_stays_and_nothing_overtakes_it)
{
    begin(_i);
    put_events(1, 2);
    desk.refuses = ERR_TOO_LARGE;
    ck_assert(!pump());
    ck_assert(outbox_idle(outbox));
    ck_assert_uint_eq(world_outbox_count(), 2);
    desk.refuses = ERR_OK;
    ck_assert(pump());
    published(0, 1);
    published(1, 2);
    done();
}
END_TEST

START_TEST(an_owner_that_was_fenced_removes_nothing)
{
    begin(_i);
    bool moved;
    put_events(1, 1);
    ck_assert(pump());
    deliver(0, ERR_OK, 0);
    (void)world_taken(world.second, PARTITION);
    ck_assert_int_eq(
        outbox_pump(outbox, world.store, &head, &desk.publisher, 0, &moved, &world.fault),
        ERR_FENCED);
    ck_assert_uint_eq(world_outbox_count(), 1);
    done();
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_loop_test(cases, a_household_is_told_of_step_by_step, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, entries_are_published_in_order_and_leave_once_delivered, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, messages_go_to_the_household_topic_beside_their_event, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, the_log_position_is_kept_by_the_store_and_never_goes_back, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, an_unknown_offset_leaves_the_log_position_alone, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, after_a_failure_it_begins_anew_from_the_oldest_once_all_are_back, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_restart_ignores_what_was_under_way_before, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_failure_of_the_time_before_is_no_failure_now, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, what_is_under_way_is_bounded_and_all_goes_out_in_the_end, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_full_publisher_gets_the_rest_later, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, what_the_publisher_refuses_stays_and_nothing_overtakes_it, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, an_owner_that_was_fenced_removes_nothing, 0, WORLD_KIND_COUNT);
}

int main(void)
{
    return world_main("outbox", add);
}
