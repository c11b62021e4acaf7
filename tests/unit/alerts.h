/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of daemon/alert share: two detectors that find nothing by themselves, the rules of
 * a small town, and findings and changes about one household in Seoul.
 * A header alone, so that no other test links the alert.
 */
#ifndef ANBU_TESTS_UNIT_ALERTS_H
#define ANBU_TESTS_UNIT_ALERTS_H

#include <check.h>

#include "alert/lifecycle.h"

/* 2026-01-16T07:00:00+09:00, a Friday: a full hour. */
#define MORNING_S   1768514400
#define MORNING_MS  (MORNING_S * 1000LL)
#define MINUTE_MS   60000LL
#define HOUR_S      3600LL
#define HOUR_MS     3600000LL
#define HOUSEHOLD   "H-10231"
#define ID_MORNING  "p7s13gzx2j2nb1xs121rfwk2v8" /* of (HOUSEHOLD, police, MORNING_S) */
#define ESCALATIONS 3

static const struct detector alerts_silence = {.name = "silence", .team = TEAM_POLICE};
static const struct detector alerts_flow
    __attribute__((unused)) = {.name = "flow", .team = TEAM_POLICE};
static const struct detector alerts_arrears = {.name = "arrears", .team = TEAM_WELFARE};

static const struct alert_rules alerts_rules = {
    .ack_expiry_s = 2 * HOUR_S,
    .escalate_critical_s = 600,
    .escalate_s = 1800,
    .escalations_max = ESCALATIONS,
    .refer_accept_s = 1200,
    .answer_closes = SEVERITY_HIGH + 1,
};

/* Silent for ten hours, of which one is not known; of bills two numbers. */
static inline void alerts_evidence(struct finding *finding)
{
    struct evidence *evidence = &finding->evidence;
    *evidence = (struct evidence){.missing_hours = EVIDENCE_UNKNOWN,
                                  .longest_hours = EVIDENCE_UNKNOWN,
                                  .away_times = EVIDENCE_UNKNOWN,
                                  .term_count = 2,
                                  .terms = {{"top", 9.104}, {"allowed", 6}}};
    if (finding->detector == &alerts_arrears)
        return;
    evidence->until_s = finding->at_s;
    evidence->meter_count = 1;
    evidence->meters[0].utility = UTILITY_WATER;
    for (int i = 0; i < EVIDENCE_HOURS; i++) {
        evidence->meters[0].expected[i] = (int8_t)i;
        evidence->meters[0].seen[i] = i == 64 ? EVIDENCE_UNKNOWN : i < 62;
    }
    evidence->missing_hours = 1;
    evidence->longest_hours = 31;
    evidence->away_times = 2;
}

/* Active, medium, no context that raises it, learnt 20 minutes after at_s. */
static inline struct finding alerts_finding(const struct detector *detector, int64_t seq,
                                            int64_t at_s)
{
    struct finding finding = {
        .detector = detector,
        .detector_index = detector == &alerts_arrears ? 2 : 0,
        .seq = seq,
        .active = true,
        .verdict = {.active = true,
                    .grade = SEVERITY_MEDIUM,
                    .score = 9.104,
                    .since_s = at_s - 10 * HOUR_S,
                    .utility = UTILITY_WATER},
        .at_s = at_s,
        .wall_ms = at_s * 1000 + 20 * MINUTE_MS,
        .household = HOUSEHOLD,
        .area = "11140-sindang",
        .timezone = "Asia/Seoul",
        .last_life_s = at_s - 10 * HOUR_S,
        .summary = "No water since Thursday 21:00; on 97 % of days some is used by 07:00",
    };
    alerts_evidence(&finding);
    return finding;
}

/* It has ended, by life or not. */
static inline struct finding alerts_end(const struct detector *detector, int64_t seq, int64_t at_s,
                                        bool life)
{
    struct finding finding = alerts_finding(detector, seq, at_s);
    finding.active = false;
    finding.life = life;
    finding.verdict.active = false;
    finding.verdict.life = life;
    finding.summary[0] = '\0';
    finding.last_life_s = life ? at_s : 0;
    return finding;
}

static inline struct change alerts_found(const struct finding *finding)
{
    return (struct change){.kind = CHANGE_FINDING, .at_ms = finding->wall_ms, .finding = finding};
}

static inline struct change alerts_person(enum alert_change kind, const char *who, int64_t at_ms,
                                          const char *note)
{
    return (struct change){
        .kind = kind, .who = who, .note = note, .at_ms = at_ms, .outcome = OUTCOME_COUNT};
}

static inline struct change alerts_timer(enum alert_change kind, int64_t at_ms)
{
    return (struct change){.kind = kind, .at_ms = at_ms};
}

/* Applies and must succeed; *alert (zeroes: none yet) becomes what it is after. The step is left in
 * *step, when that is given, for the caller to free. */
static inline void alerts_step(struct alert *alert, const struct change *change, struct step *step)
{
    struct step made = {0};
    struct fault fault = {""};
    enum err err =
        lifecycle_apply(alert->version ? alert : NULL, change, &alerts_rules, &made, &fault);
    ck_assert_msg(err == ERR_OK, "%s was refused: %s", alert_change_names[change->kind],
                  fault.text);
    alert_done(alert);
    alert_copy(&made.alert, alert);
    if (step)
        *step = made;
    else
        step_done(&made);
}

/* An alert that a first finding has just raised; the caller frees it. */
static inline struct alert alerts_raised(const struct detector *detector, int64_t at_s)
{
    struct alert alert = {0};
    struct finding finding = alerts_finding(detector, 1, at_s);
    struct change change = alerts_found(&finding);
    alerts_step(&alert, &change, NULL);
    return alert;
}

#endif
