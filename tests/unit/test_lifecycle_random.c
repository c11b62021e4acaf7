/* SPDX-License-Identifier: Apache-2.0
 *
 * Random lives of alerts: what must hold after every step, whatever was tried before. The seed is
 * printed; SEED=n repeats a run.
 */
#include "alert/lifecycle.h"

#include <check.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ladders.h"

struct life {
    uint64_t random;
    struct alert alert;
    int64_t now_ms;
    int64_t seq[2];
    struct hold hold;                            /* lent to a change */
    struct store_timer timers[STORE_TIMERS_MAX]; /* the store's; due 0: none */
    struct alert_rules rules;
};

static uint32_t pick(struct life *life, uint32_t count)
{
    life->random = life->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(life->random >> 33) % count;
}

static struct change random_finding(struct life *life, struct finding *finding)
{
    static const struct detector *const of[2] = {&alerts_silence, &alerts_flow};
    uint32_t which = pick(life, 2);
    int64_t seq = life->seq[which] + pick(life, 4) / 3 + (life->seq[which] == 0);
    int64_t at_s = life->now_ms / 1000 - (int64_t)pick(life, 90) * 60;
    if (pick(life, 2))
        *finding = alerts_finding(of[which], seq, at_s);
    else
        *finding = alerts_end(of[which], seq, at_s, pick(life, 2));
    finding->wall_ms = life->now_ms;
    finding->verdict.grade = (enum severity)pick(life, SEVERITY_COUNT);
    finding->verdict.score = (double)pick(life, 100000) / 777.0;
    finding->cold_wave = pick(life, 4) == 0;
    if (finding->active)
        (void)snprintf(finding->summary, sizeof finding->summary, "sentence %u \"%c\"",
                       pick(life, 3), 1 + (char)pick(life, 126));
    life->seq[which] = seq;
    return alerts_found(finding);
}

static struct change random_change(struct life *life, struct finding *finding)
{
    static const char *const who[] = {"kim", "lee", "anbu"};
    static const char *const notes[] = {NULL, "", "문을 두드렸다", "line\nbreak \"quoted\""};
    enum alert_change kind = (enum alert_change)pick(life, ALERT_CHANGE_COUNT);
    struct change change =
        alerts_person(kind, who[pick(life, 3)], life->now_ms, notes[pick(life, 4)]);
    if (kind == CHANGE_FINDING)
        return random_finding(life, finding);
    if (kind == CHANGE_RESOLVE) {
        if (pick(life, 3))
            change.kind = CHANGE_ACKNOWLEDGE; /* so that lives are not all short */
        change.outcome = (enum outcome)pick(life, OUTCOME_COUNT + 1);
        change.absent_until_s = pick(life, 3) ? 0 : life->now_ms / 1000 + 86400;
    }
    if (kind == CHANGE_CONTACT)
        change.contact =
            (struct contact){(enum contact_channel)pick(life, CONTACT_CHANNEL_COUNT + 1),
                             (enum contact_whom)pick(life, CONTACT_WHOM_COUNT),
                             (enum contact_result)pick(life, CONTACT_RESULT_COUNT)};
    change.answer = (enum alert_answer)pick(life, ALERT_ANSWER_COUNT + 1);
    change.from = (enum contact_whom)pick(life, 3);
    change.refer_to = (enum team)pick(life, TEAM_COUNT + 1);
    if (change.kind == CHANGE_HOLD) {
        life->hold = (struct hold){.incident = "i1", .until_ms = life->now_ms + HOUR_MS};
        change.hold = &life->hold;
    }
    if (change.kind == CHANGE_ACKNOWLEDGE && pick(life, 2))
        change.expires_ms = life->now_ms + (int64_t)pick(life, 30 * 3600) * 1000 - HOUR_MS;
    return change;
}

static int64_t due(const struct life *life, const char *kind)
{
    for (int i = 0; i < STORE_TIMERS_MAX; i++)
        if (strcmp(life->timers[i].kind, kind) == 0)
            return life->timers[i].due_ms;
    return 0;
}

static void keep_timers(struct life *life, const struct step *step)
{
    ck_assert_uint_eq(step->timer_count, STORE_TIMERS_MAX);
    memcpy(life->timers, step->timers, sizeof life->timers);
}

static void state_holds_together(const struct life *life)
{
    const struct alert *alert = &life->alert;
    bool acknowledged = alert_is_owned(alert), open = alert->state == ALERT_OPEN;
    bool active = false;
    for (size_t i = 0; i < alert->reason_count; i++) {
        active |= alert->reasons[i].active;
        ck_assert(alert->reasons[i].active == (alert->reasons[i].ended_s == 0));
    }
    ck_assert(acknowledged == (alert->owner[0] != '\0'));
    ck_assert_int_eq(alert->expires_ms, due(life, TIMER_ACK_EXPIRY));
    ck_assert(acknowledged == (alert->expires_ms != 0));
    ck_assert((alert->state == ALERT_RESOLVED) == alert->has_outcome);
    ck_assert(alert->state != ALERT_CLEARED || !active);
    ck_assert((due(life, TIMER_UNACKNOWLEDGED) != 0) ==
              (open && !alert->held_by[0] && alert->escalations < life->rules.escalations_max));
    ck_assert(open || !alert->held_by[0]);
    ck_assert((alert->state == ALERT_REFERRED) == (alert->accept_by_ms != 0));
    ck_assert_int_eq(alert->accept_by_ms, due(life, TIMER_REFER_ACCEPT));
    ck_assert(alert->state != ALERT_REFERRED || alert->referred_from != alert->desk);
    ck_assert_int_eq(alert->held_until_ms, due(life, TIMER_HOLD));
    ck_assert((alert->held_until_ms != 0) == (alert->held_by[0] != '\0'));
    const struct alert_climb *climb = &alert->climb;
    ck_assert_int_eq(climb->until_ms, due(life, TIMER_LADDER));
    ck_assert(climb->ladder[0] || !climb->until_ms);
    ck_assert(!climb->ladder[0] || alert_is_live(alert));
    ck_assert(!climb->until_ms || (alert->state != ALERT_REFERRED && !alert->held_by[0]));
    ck_assert(!acknowledged || !climb->until_ms || strcmp(climb->ladder, "usual") == 0);
    const struct ladder *ladder =
        ladder_named(life->rules.ladders, life->rules.ladder_count, climb->ladder);
    if (ladder && open && !alert->held_by[0]) /* it waits for nobody but the clock */
        ck_assert((climb->until_ms != 0) == (climb->step < ladder->step_count));
    ck_assert_int_le(alert->step_count, ALERT_STEPS_MAX);
    ck_assert_str_eq(alert->steps[0].what, "raised");
}

static void snapshot_reads_back(const struct step *step)
{
    struct alert again = {0};
    struct buffer bytes = {0};
    struct fault fault = {""};
    ck_assert_msg(alert_read(buffer_view(&step->snapshot), &again, &fault) == ERR_OK, "%s: %s",
                  fault.text, step->snapshot.at);
    alert_write(&again, &bytes);
    ck_assert_str_eq(bytes.at, step->snapshot.at);
    json_t *event = json_loadb(step->event_json.at, step->event_json.bytes, 0, NULL);
    ck_assert_ptr_nonnull(event);
    json_decref(event);
    buffer_done(&bytes);
    alert_done(&again);
}

/* Tries one change; whether it was possible. */
static bool live_on(struct life *life)
{
    struct finding finding;
    struct step step = {0};
    struct fault fault = {""};
    life->now_ms += (int64_t)pick(life, 40) * MINUTE_MS + pick(life, 1000);
    struct change change = random_change(life, &finding);
    const struct alert *before = life->alert.version ? &life->alert : NULL;
    enum err err = lifecycle_apply(before, &change, &life->rules, &step, &fault);
    if (err) {
        ck_assert(err == ERR_DUPLICATE || err == ERR_REFUSED || err == ERR_INVALID ||
                  err == ERR_NOT_FOUND);
        ck_assert(fault.text[0] != '\0');
        return false;
    }
    bool same = before && strcmp(before->id, step.alert.id) == 0;
    int64_t version = 1; /* gcc 14 reads through `before`, null or not, when this is one ?: */
    if (same)
        version += before->version;
    ck_assert_int_eq(step.alert.version, version);
    ck_assert(same || !before || before->state == ALERT_CLEARED || before->state == ALERT_RESOLVED);
    if (same && alert_is_live(before) && step.alert.severity < before->severity)
        ck_assert(change.kind == CHANGE_FINDING && !finding.active);
    if (!same)
        memset(life->timers, 0, sizeof life->timers);
    keep_timers(life, &step);
    alert_done(&life->alert);
    alert_copy(&step.alert, &life->alert);
    state_holds_together(life);
    snapshot_reads_back(&step);
    step_done(&step);
    return true;
}

START_TEST(random_lives_keep_what_must_hold)
{
    const char *given = getenv("SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 20260116;
    size_t steps = 0, closed = 0;
    printf("SEED=%" PRIu64 "\n", seed);
    (void)fflush(stdout);
    for (int i = 0; i < 150; i++) {
        struct life life = {
            .random = seed + (uint64_t)i, .now_ms = MORNING_MS, .rules = ladders_rules()};
        life.rules.escalations_max = pick(&life, 5);
        for (int n = 0; n < 80; n++) {
            steps += live_on(&life);
            closed += life.alert.state >= ALERT_CLEARED;
        }
        alert_done(&life.alert);
    }
    ck_assert_int_gt(steps, 1000); /* else it tried nothing */
    ck_assert_int_gt(closed, 100);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lifecycle, random lives");
    TCase *cases = tcase_create("lifecycle, random lives");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, random_lives_keep_what_must_hold);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
