/* SPDX-License-Identifier: Apache-2.0
 *
 * Logs that turn out to be others than those that were read: what is in them is new, and whatever
 * crashes or fails in between, no number is given twice.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/lifecycle.h"
#include "partition.h"
#include "store_world.h"
#include "worker_world.h"

#define HOME   "H-0-1"
#define OTHER  "H-0-2"
#define NOON_S (WW_START_S + 12 * WW_HOUR_S)

static void begin(int kind)
{
    world_begin(kind);
    ww_begin(1, NULL);
}

static unsigned long long anew(const struct shift *shift)
{
    return worker_counts(shift->worker)->anew[MESSAGE_BILLING];
}

static void old_log(void)
{
    ww_billing(OTHER, "disconnected", NOON_S);
    ww_billing(OTHER, "reconnected", NOON_S + WW_HOUR_S);
    ww_billing(HOME, "disconnected", NOON_S + 2 * WW_HOUR_S);
}

/* Shorter than the old one. */
static void new_log(void)
{
    ww_made_anew(0);
    ww_billing(HOME, "reconnected", NOON_S + WW_DAY_S);
    ww_billing(OTHER, "disconnected", NOON_S + WW_DAY_S);
}

START_TEST(a_topic_made_anew_is_read_as_new_and_only_once)
{
    begin(_i);
    old_log();
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    new_log();
    shift_run(&shift);
    ck_assert_uint_eq(anew(&shift), 1);
    ck_assert_uint_eq(worker_counts(shift.worker)->skipped, 0);
    ck_assert_uint_eq(ww_alerts(true), 1);
    ck_assert_uint_eq(ww_alerts(false), 3);
    ck_assert_int_eq(ww_stored_offset(0, MESSAGE_BILLING), EPOCH_STEP + 2);
    shift_stop(&shift);
    /* It is the same log after a restart; the other lanes have never left theirs. */
    unsigned given = ww.given;
    ww_billing(OTHER, "reconnected", NOON_S + 2 * WW_DAY_S);
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_uint_eq(ww.given, given + 1);
    ck_assert_uint_eq(anew(&shift), 0);
    ck_assert_uint_eq(ww_alerts(true), 0);
    ck_assert_int_le(ww_stored_offset(0, MESSAGE_READING), 0);
    shift_stop(&shift);
    /* And the next one is another one. */
    ww_made_anew(0);
    ww_billing(OTHER, "disconnected", NOON_S + 3 * WW_DAY_S);
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_int_eq(ww_stored_offset(0, MESSAGE_BILLING), 2 * EPOCH_STEP + 1);
    ck_assert_uint_eq(ww_alerts(true), 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(what_came_of_the_old_log_is_written_before_the_new_one_is_read)
{
    begin(_i);
    old_log();
    struct shift shift = shift_begin(1);
    shift_steps(&shift, 1);
    ck_assert_uint_eq(worker_counts(shift.worker)->flushed, 0);
    new_log();
    shift_steps(&shift, 1);
    ck_assert_uint_eq(anew(&shift), 1);
    shift_crash(&shift);
    /* That the supply was cut stands in no log any more. */
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert_uint_eq(ww_alerts(true), 1);
    ck_assert_uint_eq(ww_alerts(false), 3);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(a_log_made_anew_waits_for_the_dead_letters_of_the_old_one)
{
    begin(_i);
    ww_put(0, MESSAGE_BILLING, NOON_S, HOME, "{\"household\":\"%s\",\"utility\":\"gas\"}", HOME);
    old_log();
    ww.holds = true;
    struct shift shift = shift_begin(1);
    shift_steps(&shift, 3);
    new_log();
    shift_steps(&shift, 5);
    ck_assert_uint_eq(anew(&shift), 0);
    ww.holds = false;
    shift_run(&shift);
    ck_assert_uint_eq(anew(&shift), 1);
    ck_assert_uint_eq(ww_sent_of(PUBLISH_DEAD_LETTERS), 1);
    ck_assert_int_eq(ww_stored_offset(0, MESSAGE_BILLING), EPOCH_STEP + 2);
    shift_stop(&shift);
    ww_end();
}
END_TEST

static void picture_of(struct shift *shift, struct buffer *out)
{
    shift_run(shift);
    shift_stop(shift);
    ww_picture(out);
}

START_TEST(a_crash_or_a_failure_around_a_log_made_anew_changes_nothing)
{
    struct buffer quiet = {0}, now = {0};
    begin(_i);
    old_log();
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    unsigned before = ww.calls_all;
    new_log();
    picture_of(&shift, &quiet);
    unsigned calls = ww.calls_all - before;
    for (unsigned k = 0; k < 3 * calls; k++) {
        unsigned how = k / calls; /* fails, fails after it was done, crashes */
        char what[64];
        (void)snprintf(what, sizeof what, "way %u, call or step %u", how, k % calls);
        world_end();
        begin(_i);
        old_log();
        shift = shift_begin(1);
        shift_run(&shift);
        new_log();
        if (how < 2)
            ww.fail_at = ww.calls_all + 1 + k % calls;
        ww.fail_after = how == 1;
        if (how == 2) {
            shift_steps(&shift, (int)(k % calls));
            shift_crash(&shift);
            shift = shift_begin(1);
        }
        picture_of(&shift, &now);
        ww_same(&quiet, &now, what);
    }
    buffer_done(&quiet);
    buffer_done(&now);
    ww_end();
}
END_TEST

START_TEST(an_epoch_is_not_used_again_though_its_first_message_was_not_settled)
{
    begin(_i);
    ww.new_log = true;
    old_log();
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    for (int run = 1; run < 3; run++) {
        ww_made_anew(0);
        ww.epochs[0] = -1;
        int64_t at_s = NOON_S + run * WW_DAY_S;
        if (run == 1) /* not in Kafka yet when the daemon dies */
            ww_put(0, MESSAGE_BILLING, at_s, HOME, "{\"household\":\"%s\",\"utility\":\"gas\"}",
                   HOME);
        ww_billing(OTHER, run == 1 ? "disconnected" : "reconnected", at_s);
        ww.holds = run == 1;
        shift = shift_begin(1);
        if (run == 2)
            break;
        shift_steps(&shift, 100);
        shift_crash(&shift);
    }
    shift_run(&shift);
    ck_assert_uint_eq(worker_counts(shift.worker)->skipped, 0);
    ck_assert_uint_eq(ww_alerts(true), 1); /* HOME's */
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* ---- the alerts log ---- */

static void alerts_made_anew(void)
{
    size_t kept = 0;
    for (size_t i = 0; i < ww.sent_count; i++)
        if (ww.sent[i].topic != PUBLISH_ALERTS) {
            ww.sent[kept++] = ww.sent[i];
        } else {
            free(ww.sent[i].key);
            free((void *)(uintptr_t)ww.sent[i].body.at);
            free(ww.sent[i].headers);
        }
    ww.sent_count = kept;
    ww.sent_ends[PUBLISH_ALERTS][0] = 0;
}

/* A person acts, the event comes to the log by the API, and the store forgets it. */
static enum alert_state forgotten(const char *id, enum alert_change kind)
{
    static const struct alert_rules rules = {.ack_expiry_s = 4 * 3600,
                                             .escalate_critical_s = 600,
                                             .escalate_s = 1800,
                                             .escalations_max = 3,
                                             .refer_accept_s = 1800};
    struct buffer json = {0};
    struct alert alert;
    struct step step;
    struct store_transition transition;
    const struct change change = {
        .kind = kind, .who = "kim", .note = "seen to", .at_ms = 1, .outcome = OUTCOME_SAFE};
    world_save();
    must(world.store->ops->alert(world.store, 0, id, &json, &world.fault));
    must(alert_read(buffer_view(&json), &alert, &world.fault));
    must(lifecycle_apply(&alert, &change, &rules, &step, &world.fault));
    lifecycle_transition(&step, 0, NULL, &transition);
    ww_append_alert(alert.household, transition.event, step.event_id);
    must(world.store->ops->transition(world.store, NULL, &transition, &world.fault));
    step_done(&step);
    alert_done(&alert);
    buffer_done(&json);
    world_rewind();
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    must(world.store->ops->alert(world.store, 0, id, &json, &world.fault));
    must(alert_read(buffer_view(&json), &alert, &world.fault));
    enum alert_state state = alert.state;
    alert_done(&alert);
    buffer_done(&json);
    return state;
}

START_TEST(an_alerts_log_made_anew_is_listened_to_from_its_start)
{
    char id[STORE_ALERT_ID_MAX];
    world_begin_rewindable(_i);
    ww_begin(1, NULL);
    ww.read_log = ww.timers = ww.hand_clock = true;
    old_log();
    struct shift shift = shift_begin(1);
    shift_run(&shift);
    shift_stop(&shift);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
    ck_assert_int_gt(world_taken(world.second, 0).log_offset, 2);
    alerts_made_anew();
    ck_assert_int_eq(forgotten(id, CHANGE_ACKNOWLEDGE), ALERT_ACKNOWLEDGED);
    ck_assert_int_ge(world_taken(world.second, 0).log_offset, EPOCH_STEP);
    ck_assert_int_eq(forgotten(id, CHANGE_RESOLVE), ALERT_RESOLVED);
    ck_assert_int_lt(world_taken(world.second, 0).log_offset, 2 * EPOCH_STEP);
    ww_end();
}
END_TEST

static void add(TCase *cases)
{
    const TTest *const tests[] = {
        a_topic_made_anew_is_read_as_new_and_only_once,
        what_came_of_the_old_log_is_written_before_the_new_one_is_read,
        a_log_made_anew_waits_for_the_dead_letters_of_the_old_one,
        a_crash_or_a_failure_around_a_log_made_anew_changes_nothing,
        an_epoch_is_not_used_again_though_its_first_message_was_not_settled,
        an_alerts_log_made_anew_is_listened_to_from_its_start,
    };
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_loop_test(cases, tests[i], 0, WORLD_KIND_COUNT);
}

int main(void)
{
    return world_main("worker_epochs", add);
}
