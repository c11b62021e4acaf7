/* SPDX-License-Identifier: Apache-2.0
 *
 * A partition that is read whole, as the alerts log is at a takeover.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "embedded/embedded.h"
#include "kafka/kafka.h"
#include "kafka/producer.h"

#define EVENTS 700 /* of partition 0 */
#define FEW    3   /* of partition 1 */

#define PARTITIONS 2

static struct broker *broker;
static struct kafka_reader *kept;
static struct kafka_common common;
static atomic_bool stopping;
static struct fault fault;

static struct text key_in(uint32_t partition)
{
    static char key[4];
    for (int i = 0; i < 100; i++) {
        (void)snprintf(key, sizeof key, "H%d", i);
        if (kafka_partition(text_of(key), PARTITIONS) == partition)
            break;
    }
    return text_of(key);
}

static void set_up(void)
{
    static const char *const topics[] = {"alerts"};
    struct kafka_producer *producer = NULL;
    ck_assert_msg(!broker_start(topics, 1, PARTITIONS, &broker, &common.brokers, &fault), "%s",
                  fault.text);
    ck_assert(!kafka_producer_new(&common, &producer, &fault));
    for (int i = 0; i < EVENTS + FEW; i++) {
        char body[24];
        uint32_t partition = i < EVENTS ? 0 : 1;
        (void)snprintf(body, sizeof body, "event %d", partition ? i - EVENTS : i);
        ck_assert(
            !kafka_producer_send(producer, "alerts", key_in(partition), text_of(body), 1, &fault));
    }
    ck_assert(!kafka_producer_flush(producer, 60000, &fault));
    kafka_producer_free(producer);
}

static void tear_down(void)
{
    kafka_reader_free(kept);
    broker_stop(broker);
}

struct heard {
    int64_t first, next;
};

static void hear(void *context, struct text event, int64_t offset)
{
    struct heard *heard = context;
    char body[24];
    (void)snprintf(body, sizeof body, "event %d", (int)offset);
    ck_assert(text_equal(event, text_of(body)));
    if (!heard->next)
        heard->first = offset;
    else
        ck_assert_int_eq(offset, heard->next);
    heard->next = offset + 1;
}

static enum err read_of(uint32_t partition, int64_t from, struct heard *heard)
{
    const struct kafka_whole whole = {.topic = "alerts",
                                      .partition = partition,
                                      .from = from,
                                      .stopping = &stopping,
                                      .each = hear,
                                      .context = heard};
    return kafka_read_whole(&common, &whole, &kept, &fault);
}

static enum err read_from(int64_t from, struct heard *heard)
{
    return read_of(0, from, heard);
}

START_TEST(it_is_read_to_its_end_from_anywhere_in_it)
{
    const int64_t from[] = {0, 1, 300, EVENTS - 1};
    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
        struct heard heard = {0};
        ck_assert_msg(!read_from(from[i], &heard), "%s", fault.text);
        ck_assert_int_eq(heard.first, from[i]);
        ck_assert_int_eq(heard.next, EVENTS);
    }
    struct heard nothing = {0};
    ck_assert(!read_from(EVENTS, &nothing));
    ck_assert_int_eq(nothing.next, 0);
}
END_TEST

START_TEST(a_kept_reader_reads_one_partition_after_the_other)
{
    const struct {
        uint32_t partition;
        int64_t from, until;
    } reads[] = {{0, 0, EVENTS}, {1, 0, FEW}, {0, 650, EVENTS},
                 {1, 2, FEW},    {1, 0, FEW}, {0, 1, EVENTS}};
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
        struct heard heard = {0};
        ck_assert_msg(!read_of(reads[i].partition, reads[i].from, &heard), "%s", fault.text);
        ck_assert_ptr_nonnull(kept);
        ck_assert_int_eq(heard.first, reads[i].from);
        ck_assert_int_eq(heard.next, reads[i].until);
    }
    struct heard nothing = {0};
    ck_assert_int_eq(read_of(1, FEW + 1, &nothing), ERR_END);
    ck_assert_ptr_null(kept);
    ck_assert(!read_of(1, 0, &nothing));
    ck_assert_int_eq(nothing.next, FEW);
}
END_TEST

START_TEST(one_that_ends_before_the_place_is_told_as_that_and_nothing_of_it)
{
    struct heard heard = {0};
    ck_assert_int_eq(read_from(EVENTS + 1, &heard), ERR_END);
    ck_assert_int_eq(heard.next, 0);
}
END_TEST

START_TEST(a_daemon_that_ends_does_not_read_on)
{
    struct heard heard = {0};
    atomic_store(&stopping, true);
    ck_assert_int_eq(read_from(0, &heard), ERR_TIMEOUT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kafka_whole");
    TCase *cases = tcase_create("whole");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, it_is_read_to_its_end_from_anywhere_in_it);
    tcase_add_test(cases, a_kept_reader_reads_one_partition_after_the_other);
    tcase_add_test(cases, one_that_ends_before_the_place_is_told_as_that_and_nothing_of_it);
    tcase_add_test(cases, a_daemon_that_ends_does_not_read_on);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
