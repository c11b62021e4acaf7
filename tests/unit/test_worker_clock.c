/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine's clock and the store's were hours ahead, together, and are set right: what was set
 * meanwhile comes when it would have come, not hours late.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/incident.h"
#include "alert/rules.h"
#include "areas.h"
#include "base/zone.h"
#include "config/internal.h"
#include "store_world.h"
#include "worker_world.h"

#define HOME      "H-0-1"
#define NOON_S    (WW_START_S + 12 * WW_HOUR_S)
#define MINUTE_MS INT64_C(60000)
#define AHEAD_MS  (5 * 60 * MINUTE_MS)

static const char ladder_yaml[] = "ladders:\n"
                                  "  - name: usual\n"
                                  "    after: 20m\n"
                                  "    steps:\n"
                                  "      - {channel: message, whom: resident, wait: 1h}\n"
                                  "      - {channel: phone, whom: resident, wait: 2h}\n"
                                  "daemon: {log_level: error}\n"
                                  "alerts: {escalations_max: 0}\n";
static const char plain_yaml[] = "daemon: {log_level: error}\n"
                                 "alerts: {escalate_critical: 30m, escalate: 30m}\n";

static void begin(int kind, const char *yaml)
{
    const struct config_input input = {.path = "test", .text = text_of(yaml)};
    struct config_errors errors = {0};
    world_begin(kind);
    ww_begin(1, NULL);
    ww.timers = true;
    ww.hand_clock = true;
    ww.read_log = true;
    config_free(ww.config);
    enum err err = config_read(detectors, detector_count, &input, &ww.config, &errors);
    ck_assert_msg(!err, "%s", buffer_view(&errors.text).at);
    config_errors_done(&errors);
}

/* By a clock that is ahead already. */
static struct alert raised_ahead(struct shift *shift, char id[STORE_ALERT_ID_MAX])
{
    ww_billing(HOME, "disconnected", NOON_S);
    ww_later(AHEAD_MS);
    *shift = shift_begin(1);
    shift_run(shift);
    ww_later(2 * MINUTE_MS); /* the grace after its start */
    shift_steps(shift, 10);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
    return ww_alert(id);
}

static void set_right(struct shift *shift)
{
    ww_later(-AHEAD_MS);
    shift_steps(shift, 10);
}

static bool has_step(const char *id, const char *what)
{
    bool has = false;
    struct alert alert = ww_alert(id);
    for (size_t i = 0; i < alert.step_count; i++)
        has = has || strcmp(alert.steps[i].what, what) == 0;
    alert_done(&alert);
    return has;
}

/* After so many minutes, and not much sooner. */
static void comes_after(struct shift *shift, const char *id, const char *what, int minutes)
{
    ww_later((minutes - 1) * MINUTE_MS);
    shift_steps(shift, 10);
    ck_assert_msg(!has_step(id, what), "%s came early", what);
    ww_later(2 * MINUTE_MS);
    shift_steps(shift, 10);
    ck_assert_msg(has_step(id, what), "%s did not come", what);
}

static void person(const char *id, enum alert_change kind)
{
    struct alert alert = ww_alert(id);
    struct step step;
    struct store_transition transition;
    struct alert_rules rules;
    struct change change = {.kind = kind,
                            .who = "kim",
                            .note = "seen to",
                            .at_ms = ww.clock.clock.set_ms,
                            .refer_to = TEAM_POLICE};
    rules_of(ww.config, &rules);
    must(lifecycle_apply(&alert, &change, &rules, &step, &world.fault));
    lifecycle_transition(&step, 0, NULL, &transition);
    must(world.store->ops->transition(world.store, NULL, &transition, &world.fault));
    ww_append_alert(alert.household, transition.event, step.event_id);
    step_done(&step);
    alert_done(&alert);
}

START_TEST(an_alert_that_was_raised_ahead_escalates_in_time)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i, plain_yaml);
    struct alert alert = raised_ahead(&shift, id);
    alert_done(&alert);
    set_right(&shift);
    alert = ww_alert(id);
    ck_assert_int_le(alert.raised_wall_ms, ww.clock.clock.set_ms);
    ck_assert_str_eq(alert.steps[alert.step_count - 1].what, "clock_set_back");
    alert_done(&alert);
    comes_after(&shift, id, "escalated", 30);
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* Who runs then has never known the clock as it was. */
START_TEST(although_it_was_set_right_while_nobody_ran)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i, plain_yaml);
    struct alert alert = raised_ahead(&shift, id);
    alert_done(&alert);
    shift_crash(&shift);
    ww_later(-AHEAD_MS);
    shift = shift_begin(1);
    shift_steps(&shift, 10);
    comes_after(&shift, id, "escalated", 30);
    shift_stop(&shift);
    ww_end();
}
END_TEST

static void ends_in_time(int kind, enum alert_change change, const char *what, int minutes)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(kind, plain_yaml);
    struct alert alert = raised_ahead(&shift, id);
    alert_done(&alert);
    person(id, change);
    set_right(&shift);
    comes_after(&shift, id, what, minutes);
    shift_stop(&shift);
    ww_end();
}

START_TEST(an_acknowledgement_of_then_ends_in_time)
{
    ends_in_time(_i, CHANGE_ACKNOWLEDGE, "ack_expired", 240);
}
END_TEST

START_TEST(a_referral_of_then_comes_back_in_time)
{
    ends_in_time(_i, CHANGE_REFER, "not_accepted", 30);
}
END_TEST

START_TEST(a_ladder_of_then_is_climbed_in_time)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i, ladder_yaml);
    struct alert alert = raised_ahead(&shift, id);
    alert_done(&alert);
    set_right(&shift);
    comes_after(&shift, id, "step_due", 20);
    alert = ww_alert(id);
    ck_assert_int_eq(alert.climb.step, 1);
    alert_done(&alert);
    ww_later(AHEAD_MS); /* its second step comes due ahead, too */
    shift_steps(&shift, 10);
    set_right(&shift);
    alert = ww_alert(id);
    ck_assert_int_eq(alert.climb.step, 2);
    ck_assert_int_le(alert.climb.since_ms, ww.clock.clock.set_ms);
    alert_done(&alert);
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* What was begun by the right clock stays as it is; nothing is said of it. */
START_TEST(what_was_raised_before_is_left_alone)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i, plain_yaml);
    ww_billing(HOME, "disconnected", NOON_S);
    shift = shift_begin(1);
    shift_run(&shift);
    ww_later(25 * MINUTE_MS);
    shift_steps(&shift, 10);
    ww_later(-20 * MINUTE_MS);
    shift_steps(&shift, 10);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
    ck_assert(!has_step(id, "clock_set_back"));
    comes_after(&shift, id, "escalated", 25);
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* Ours alone may be the one that is wrong: the store's says which. */
START_TEST(nothing_is_brought_back_while_the_clocks_disagree)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i, plain_yaml);
    struct alert alert = raised_ahead(&shift, id);
    alert_done(&alert);
    ww.clock_off_ms = AHEAD_MS;
    set_right(&shift);
    ck_assert(!has_step(id, "clock_set_back"));
    ww.clock_off_ms = 0;
    shift_steps(&shift, 10);
    ck_assert(has_step(id, "clock_set_back"));
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* ---- areas ---- */

static struct incident stored(const char *group)
{
    struct incident incident = {.version = 0};
    struct shift shift = shift_begin(1);
    shift_steps(&shift, 10);
    const struct incident *known = areas_incident(shift.worker, group);
    if (known)
        incident = *known;
    shift_stop(&shift);
    return incident;
}

START_TEST(areas_are_exchanged_at_once)
{
    begin(_i, plain_yaml);
    ww_later(AHEAD_MS);
    struct shift shift = shift_begin(1);
    shift_steps(&shift, 10);
    unsigned before = ww.calls[PROBE_INCIDENTS];
    ck_assert_uint_gt(before, 0);
    set_right(&shift);
    ck_assert_uint_gt(ww.calls[PROBE_INCIDENTS], before);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(an_incident_of_then_holds_no_longer_than_it_would_have)
{
    begin(_i, plain_yaml);
    int64_t now_ms = ww.clock.clock.set_ms, day_ms = WW_DAY_S * INT64_C(1000);
    struct incident incident = {.id = "i-ahead",
                                .group = "feeder:F-999",
                                .version = 1,
                                .from_hour = (int32_t)(now_ms / 1000 / WW_HOUR_S) - 3,
                                .last_hour = (int32_t)(now_ms / 1000 / WW_HOUR_S) - 2,
                                .opened_ms = now_ms + AHEAD_MS,
                                .held_until_ms = now_ms + AHEAD_MS + day_ms};
    struct buffer json = {0};
    incident_write(&incident, &json);
    must(world.store->ops->incident_set(world.store, incident.group, 0, 1, buffer_view(&json),
                                        now_ms / 1000, &world.fault));
    buffer_done(&json);
    incident = stored(incident.group);
    ck_assert_int_eq(incident.version, 2);
    ck_assert_int_eq(incident.opened_ms, now_ms);
    ck_assert_int_eq(incident.held_until_ms, now_ms + day_ms);
    incident = stored(incident.group);
    ck_assert_int_eq(incident.version, 2);
    ww_end();
}
END_TEST

static void add(TCase *cases)
{
    const TTest *const tests[] = {
        an_alert_that_was_raised_ahead_escalates_in_time,
        although_it_was_set_right_while_nobody_ran,
        an_acknowledgement_of_then_ends_in_time,
        a_referral_of_then_comes_back_in_time,
        a_ladder_of_then_is_climbed_in_time,
        what_was_raised_before_is_left_alone,
        nothing_is_brought_back_while_the_clocks_disagree,
        areas_are_exchanged_at_once,
        an_incident_of_then_holds_no_longer_than_it_would_have,
    };
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_loop_test(cases, tests[i], 0, WORLD_KIND_COUNT);
}

int main(void)
{
    return world_main("worker_clock", add);
}
