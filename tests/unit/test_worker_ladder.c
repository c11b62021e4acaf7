/* SPDX-License-Identifier: Apache-2.0
 *
 * The worker and the ladder of contact: each step comes due once, whatever dies in between.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/rules.h"
#include "base/zone.h"
#include "config/internal.h"
#include "console/account.h"
#include "store_world.h"
#include "worker_world.h"

#define HOME      "H-0-1"
#define NOON_S    (WW_START_S + 12 * WW_HOUR_S)
#define MINUTE_MS 60000

static const char ladder_yaml[] = "ladders:\n"
                                  "  - name: usual\n"
                                  "    steps:\n"
                                  "      - {channel: message, whom: resident, wait: 1h}\n"
                                  "      - {channel: phone, whom: resident, wait: 2h}\n"
                                  "      - {channel: police, whom: police}\n"
                                  "daemon: {log_level: error}\n"
                                  "alerts: {escalations_max: 0}\n";

static void begin_with(int kind, const char *yaml)
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

static void begin(int kind)
{
    begin_with(kind, ladder_yaml);
}

static size_t events_of(const char *type)
{
    char wanted[64];
    size_t count = 0;
    (void)snprintf(wanted, sizeof wanted, "\"type\":\"anbu.alert.%s\"", type);
    for (size_t i = 0; i < ww.sent_count; i++)
        count += ww.sent[i].topic == PUBLISH_ALERTS && strstr(ww.sent[i].body.at, wanted) != NULL;
    return count;
}

static void one_raised(struct shift *shift, char id[STORE_ALERT_ID_MAX])
{
    ww_billing(HOME, "disconnected", NOON_S);
    *shift = shift_begin(1);
    shift_run(shift);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
}

/* Takes it and gives it back, as people do through the API. */
static void person(const char *id, enum alert_change kind)
{
    struct alert alert = ww_alert(id);
    struct step step;
    struct store_transition transition;
    struct alert_rules rules;
    struct change change = {.kind = kind, .who = "kim", .at_ms = ww.clock.clock.set_ms};
    rules_of(ww.config, &rules);
    must(lifecycle_apply(&alert, &change, &rules, &step, &world.fault));
    lifecycle_transition(&step, 0, NULL, &transition);
    must(world.store->ops->transition(world.store, NULL, &transition, &world.fault));
    ww_append_alert(alert.household, transition.event, step.event_id);
    step_done(&step);
    alert_done(&alert);
}

static char returned[STORE_ALERT_ID_MAX];

/* Between the question for timers and the alert: somebody takes it and gives it back. */
static void give_back(enum probe_op op)
{
    if (op != PROBE_ALERT || !returned[0])
        return;
    char id[STORE_ALERT_ID_MAX];
    (void)text_copy(text_of(returned), id, sizeof id);
    returned[0] = '\0';
    person(id, CHANGE_ACKNOWLEDGE);
    person(id, CHANGE_RELEASE);
}

static size_t steps_due(const char *channel)
{
    char wanted[80];
    size_t count = 0;
    (void)snprintf(wanted, sizeof wanted, "\"channel\":\"%s\",\"whom\"", channel);
    for (size_t i = 0; i < ww.sent_count; i++) {
        const char *body = ww.sent[i].body.at;
        const char *last = strstr(body, "\"steps\"");
        for (const char *at = last; at; at = strstr(at + 1, "\"what\":"))
            last = at;
        count += last && strstr(last, "\"what\":\"step_due\"") && strstr(last, wanted);
    }
    return count;
}

START_TEST(a_step_comes_due_once_over_restarts_and_a_takeover)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    one_raised(&shift, id);
    ww_later(2 * MINUTE_MS); /* the grace after its start */
    shift_steps(&shift, 20);
    ck_assert_uint_eq(steps_due("message"), 1);
    shift_crash(&shift);
    ww_later(90 * MINUTE_MS);
    shift = shift_begin(1);
    shift_steps(&shift, 20); /* overdue: it waits for the grace, as the others do */
    ck_assert_uint_eq(steps_due("phone"), 0);
    ww_later(MINUTE_MS + 1000);
    shift_steps(&shift, 20);
    ck_assert_uint_eq(steps_due("phone"), 1);
    shift_stop(&shift);
    shift = shift_begin(1);
    shift_steps(&shift, 20);
    ww_later(3 * 60 * MINUTE_MS);
    shift_steps(&shift, 20);
    ck_assert_uint_eq(events_of("escalated"), 1);
    ck_assert_uint_eq(steps_due("message") + steps_due("phone"), 2);
    struct alert alert = ww_alert(id);
    ck_assert_int_eq(alert.version, 4);
    alert_done(&alert);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(a_step_of_an_alert_that_was_just_taken_does_not_come_due)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    one_raised(&shift, id);
    ww_later(2 * MINUTE_MS);
    shift_steps(&shift, 20);
    (void)text_copy(text_of(id), returned, sizeof returned);
    ww_later(61 * MINUTE_MS);
    ww.before = give_back;
    shift_steps(&shift, 10); /* taken and given back: a whole wait */
    ck_assert_int_eq(returned[0], '\0');
    ck_assert_uint_eq(steps_due("phone"), 0);
    ww_later(61 * MINUTE_MS);
    shift_steps(&shift, 10);
    ck_assert_uint_eq(steps_due("phone"), 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

START_TEST(steps_by_the_arrival_clock_are_due_at_their_moment)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    begin(_i);
    ww.arrival_clock = true;
    one_raised(&shift, id);
    ww_billing("H-0-2", "reconnected", NOON_S + 2 * WW_HOUR_S);
    shift_run(&shift);
    ck_assert_uint_eq(steps_due("phone"), 1);
    struct alert alert = ww_alert(id);
    ck_assert_int_eq(alert.climb.step, 2);
    ck_assert_int_eq(alert.climb.since_ms, alert.raised_wall_ms + 60 * MINUTE_MS);
    alert_done(&alert);
    shift_stop(&shift);
    ww_end();
}
END_TEST

/* ---- who is on duty ---- */

/* The night of 25 October 2026 has 25 hours in Berlin, that of 29 March 23; the day's and the
 * night's desk change at midnight and at 08:00, and one of them over the change of the clocks. */
static const char berlin_yaml[] =
    "ingest: {timezone: Europe/Berlin}\n"
    "daemon: {log_level: error}\n"
    "alerts: {escalate_critical: 1h, escalate: 1h, escalations_max: 20}\n"
    "ladders:\n"
    "  - name: usual\n"
    "    after: 30m\n"
    "    steps: [{channel: phone, whom: officer, wait: 7d}]\n"
    "rosters:\n"
    "  - name: berlin\n"
    "    team: welfare\n"
    "    shifts:\n"
    "      - {name: evening, hours: \"16:00-00:00\", on_call: eva}\n"
    "      - {name: night, hours: \"00:00-02:30\", on_call: nina}\n"
    "      - {name: dawn, hours: \"02:30-08:00\", on_call: gone, then: \"team:welfare\"}\n"
    "      - {name: day, hours: \"08:00-16:00\", on_call: dora}\n";

static void hired(const char *name, bool disabled)
{
    struct account account = {
        .role = ROLE_OFFICER, .team = TEAM_WELFARE, .disabled = disabled, .version = 0};
    (void)snprintf(account.name, sizeof account.name, "%s", name);
    must(account_save(world.store, &account, &world.fault));
}

/* The wall clock goes on to this moment, and whoever is called then is `who`. */
static void calls(struct shift *shift, const char *id, const char *moment, const char *who)
{
    int64_t at_ms;
    bool has_offset;
    must(time_parse(text_of(moment), &at_ms, &has_offset));
    ck_assert_int_gt(at_ms, ww.clock.clock.set_ms);
    ww_later(at_ms - ww.clock.clock.set_ms);
    shift_steps(shift, 20);
    struct alert alert = ww_alert(id);
    const struct alert_step *last = &alert.steps[alert.step_count - 1];
    ck_assert_msg(strcmp(alert.on_call.who, who) == 0, "%s: %s is called, not %s", moment,
                  alert.on_call.who, who);
    ck_assert_msg(last->at_ms == at_ms, "%s: nothing came due then, but %s", moment, last->what);
    alert_done(&alert);
}

START_TEST(a_step_is_addressed_to_who_is_on_duty_at_midnight_and_when_clocks_change)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    static const char *const names[] = {"eva", "nina", "dora"};
    begin_with(_i, berlin_yaml);
    ww.staff_read = account_staff;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        hired(names[i], false);
    hired("gone", true);
    int64_t evening_ms;
    bool has_offset;
    must(time_parse(TEXT("2026-10-24T23:00:00+02:00"), &evening_ms, &has_offset));
    ww_billing(HOME, "disconnected", evening_ms / 1000 - 60);
    ww.clock.clock.set_ms = evening_ms;
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
    ww_later(2 * MINUTE_MS); /* the grace after its start */
    shift_steps(&shift, 20);
    /* The ladder's step, and then an escalation after each hour. */
    calls(&shift, id, "2026-10-24T23:59:59+02:00", "eva");
    calls(&shift, id, "2026-10-25T01:00:00+02:00", "nina");
    calls(&shift, id, "2026-10-25T02:20:00+02:00", "nina");
    /* 02:30 comes twice; the shift changes at the first. */
    calls(&shift, id, "2026-10-25T02:20:00+01:00", "team:welfare");
    struct alert alert = ww_alert(id);
    ck_assert_uint_eq(alert.on_call.person_count, 3);
    ck_assert_str_eq(alert.on_call.persons[0], "dora");
    alert_done(&alert);
    calls(&shift, id, "2026-10-25T07:59:59+01:00", "team:welfare");
    calls(&shift, id, "2026-10-25T09:00:00+01:00", "dora");
    shift_crash(&shift);
    shift = shift_begin(1);
    shift_steps(&shift, 20);
    calls(&shift, id, "2026-10-26T00:00:00+01:00", "nina"); /* the first moment of a shift */
    shift_stop(&shift);
    ww_end();
}
END_TEST

static enum err damaged(struct store *store, struct staff *out, struct fault *fault)
{
    (void)store, (void)out;
    return fault_set(fault, ERR_CORRUPT, "{shelf:account}:d:eva is damaged");
}

/* Then the roster is taken at its word. */
START_TEST(accounts_that_cannot_be_read_keep_no_alert_from_escalating)
{
    struct shift shift;
    char id[STORE_ALERT_ID_MAX];
    int64_t evening_ms;
    bool has_offset;
    begin_with(_i, berlin_yaml);
    ww.staff_read = damaged;
    must(time_parse(TEXT("2026-10-24T20:00:00+02:00"), &evening_ms, &has_offset));
    ww_billing(HOME, "disconnected", evening_ms / 1000 - 60);
    ww.clock.clock.set_ms = evening_ms;
    shift = shift_begin(1);
    shift_run(&shift);
    ck_assert(ww_live_alert(HOME, TEAM_WELFARE, id));
    ww_later(2 * MINUTE_MS); /* the grace after its start */
    shift_steps(&shift, 20);
    calls(&shift, id, "2026-10-24T21:00:00+02:00", "eva");
    ck_assert_uint_eq(worker_counts(shift.worker)->takeovers, 1);
    shift_stop(&shift);
    ww_end();
}
END_TEST

static void add(TCase *cases)
{
    const TTest *const tests[] = {
        a_step_comes_due_once_over_restarts_and_a_takeover,
        a_step_of_an_alert_that_was_just_taken_does_not_come_due,
        steps_by_the_arrival_clock_are_due_at_their_moment,
        a_step_is_addressed_to_who_is_on_duty_at_midnight_and_when_clocks_change,
        accounts_that_cannot_be_read_keep_no_alert_from_escalating,
    };
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_loop_test(cases, tests[i], 0, WORLD_KIND_COUNT);
}

int main(void)
{
    return world_main("worker_ladder", add);
}
