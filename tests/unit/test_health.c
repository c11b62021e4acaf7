/* SPDX-License-Identifier: Apache-2.0
 *
 * Alive and ready: a hung worker, and each condition by itself.
 */
#include "health.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "watch.h"
#include "worker_world.h"

static struct health_facts fine(void)
{
    return (struct health_facts){.ready = true,
                                 .workers = 2,
                                 .oldest_beat_ms = 120,
                                 .hang_ms = 45000,
                                 .members = 2,
                                 .given = 8,
                                 .owned = 8,
                                 .redis_up = true,
                                 .kafka_up = true,
                                 .skew_max_ms = 5000,
                                 .redis_age_ms = 900,
                                 .redis_age_max_ms = 10000,
                                 .kafka_age_ms = 4000};
}

/* The names of what is not good. */
static void expect(const struct health_facts *facts, const char *wanted)
{
    struct condition conditions[CONDITION_COUNT];
    struct buffer bad = {0};
    bool good = health_judge(facts, conditions);
    buffer_text(&bad, "");
    health_bad(conditions, &bad);
    ck_assert_str_eq(bad.at, wanted);
    ck_assert_int_eq(good, wanted[0] == '\0');
    buffer_done(&bad);
}

START_TEST(ready_is_when_all_is_good)
{
    struct health_facts facts = fine();
    expect(&facts, "");
    facts.given = facts.owned = 0; /* a stand-by: the others have all partitions */
    expect(&facts, "");
}
END_TEST

START_TEST(each_condition_fails_by_itself)
{
    struct health_facts facts = fine();
    facts.stopping = true;
    expect(&facts, "running");
    facts = fine();
    facts.oldest_beat_ms = 45001;
    expect(&facts, "workers");
    facts = fine();
    facts.redis_up = false;
    expect(&facts, "redis");
    facts = fine();
    facts.redis_age_ms = 10001; /* it said yes, but that was long ago */
    expect(&facts, "redis");
    facts = fine();
    facts.kafka_up = false;
    expect(&facts, "kafka");
    facts = fine();
    facts.kafka_age_ms = -1;
    expect(&facts, "kafka");
    facts = fine();
    facts.skew_ms = -5001;
    expect(&facts, "clock");
    facts = fine();
    facts.waits_ms = HEALTH_PUBLISH_MS + 1;
    expect(&facts, "publishing");
}
END_TEST

START_TEST(a_rebalance_is_borne_for_a_while)
{
    struct health_facts facts = fine();
    facts.members = 1;
    facts.never_member = true;
    expect(&facts, "group"); /* at the start there is nothing to bear */
    facts.never_member = false;
    facts.away_ms = HEALTH_AWAY_MS;
    expect(&facts, "");
    facts.away_ms++;
    expect(&facts, "group");
    facts = fine();
    facts.owned = 5;
    facts.differ_ms = HEALTH_TAKING_MS;
    expect(&facts, "");
    facts.differ_ms++;
    expect(&facts, "partitions");
    facts.differ_ms = -1;
    expect(&facts, "partitions");
    /* After an outage nothing is borne: ready again is when all is taken again. */
    facts.ready = false;
    facts.differ_ms = 1;
    expect(&facts, "partitions");
    facts = fine();
    facts.ready = false;
    facts.members = 1;
    facts.away_ms = 1;
    expect(&facts, "group");
}
END_TEST

START_TEST(before_anything_has_started_nothing_is_ready)
{
    struct health_facts facts = {.redis_age_ms = -1, .kafka_age_ms = -1};
    expect(&facts, "workers,redis,kafka");
}
END_TEST

START_TEST(the_page_names_every_condition_with_its_reason)
{
    struct health_facts facts = fine();
    struct condition conditions[CONDITION_COUNT];
    struct buffer page = {0};
    facts.redis_up = false;
    bool ready = health_judge(&facts, conditions);
    health_json("ready", ready, conditions, &page);
    ck_assert_str_eq(
        page.at,
        "{\"ready\":false,\"conditions\":{\"running\":{\"good\":true,\"detail\":\"running\"},"
        "\"workers\":{\"good\":true,\"detail\":\"2 workers; all moved within 0.1 s, 45 s are "
        "allowed\"},\"group\":{\"good\":true,\"detail\":\"2 of 2 workers are members\"},"
        "\"partitions\":{\"good\":true,\"detail\":\"8 owned of 8 given\"},"
        "\"redis\":{\"good\":false,\"detail\":\"does not answer\"},"
        "\"kafka\":{\"good\":true,\"detail\":\"answered 4.0 s ago\"},"
        "\"clock\":{\"good\":true,\"detail\":\"Redis's is 0.0 s ahead, 5 s are allowed\"},"
        "\"publishing\":{\"good\":true,\"detail\":\"no event waits for long\"}}}\n");
    buffer_done(&page);
}
END_TEST

START_TEST(a_pulse_ages_until_the_beats_change)
{
    struct pulse pulse = {0};
    pulse_start(&pulse, 1000);
    ck_assert_int_eq(pulse_age_ms(&pulse, 1500), 500);
    pulse_look(&pulse, 7, 2000);
    ck_assert_int_eq(pulse_age_ms(&pulse, 2000), 0);
    pulse_look(&pulse, 7, 9000); /* looked at, not moved */
    ck_assert_int_eq(pulse_age_ms(&pulse, 9000), 7000);
    pulse_look(&pulse, 8, 9500);
    ck_assert_int_eq(pulse_age_ms(&pulse, 9600), 100);
}
END_TEST

/* A true worker under a clock that is set by hand: as long as it takes its turns, be it without a
 * store, it is alive; when it does not come back from one, it is not. */
START_TEST(a_worker_that_does_not_come_back_is_noticed_and_one_that_waits_is_not)
{
    struct clock hand = clock_by_hand(1000000);
    const struct watch_options options = {
        .clock = &hand, .partitions = 1, .redis_timeout_ms = 5000};
    int64_t limit_ms = HEALTH_HANG_MS + 3 * 5000;
    world_begin(WORLD_MEMORY);
    ww_begin(1, NULL);
    struct watch *watch = watch_new(&options);
    ck_assert(!watch_alive(watch, NULL)); /* nobody there yet */
    struct shift shift = shift_begin(1);
    watch_add(watch, shift.worker);
    for (int i = 0; i < 3; i++) {
        hand.set_ms += limit_ms - 1;
        ck_assert(watch_alive(watch, NULL));
        ww.fail_at = ww.calls_all + 1; /* its store fails it */
        ck_assert_int_eq(shift_step(&shift), ERR_OK);
        watch_look(watch);
    }
    /* It does not come back; somebody looks all the while. */
    for (int64_t waited = 0; waited <= limit_ms; waited += 1000) {
        ck_assert(watch_alive(watch, NULL));
        hand.set_ms += 1000;
        watch_look(watch);
    }
    struct buffer page = {0};
    ck_assert(!watch_alive(watch, &page));
    ck_assert_ptr_nonnull(strstr(page.at, "{\"healthy\":false,"));
    ck_assert_ptr_nonnull(strstr(page.at, "45 s are allowed"));
    ck_assert_int_eq(watch_counts(watch)->healthy, 0);
    /* Nobody looks: the main thread hangs. */
    ck_assert_int_eq(shift_step(&shift), ERR_OK);
    watch_look(watch);
    ck_assert(watch_alive(watch, NULL));
    hand.set_ms += limit_ms + 1;
    ck_assert_int_eq(shift_step(&shift), ERR_OK);
    ck_assert(!watch_alive(watch, NULL));
    buffer_done(&page);
    watch_free(watch);
    shift_stop(&shift);
    ww_end();
    world_end();
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_test(cases, ready_is_when_all_is_good);
    tcase_add_test(cases, each_condition_fails_by_itself);
    tcase_add_test(cases, a_rebalance_is_borne_for_a_while);
    tcase_add_test(cases, before_anything_has_started_nothing_is_ready);
    tcase_add_test(cases, the_page_names_every_condition_with_its_reason);
    tcase_add_test(cases, a_pulse_ages_until_the_beats_change);
    tcase_add_test(cases, a_worker_that_does_not_come_back_is_noticed_and_one_that_waits_is_not);
}

int main(void)
{
    Suite *suite = suite_create("health");
    TCase *cases = tcase_create("health");
    add(cases);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
