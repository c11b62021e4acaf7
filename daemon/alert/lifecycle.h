/* SPDX-License-Identifier: Apache-2.0
 *
 * THE state machine of an alert (design: one machine for worker, API, anbuctl and every store).
 * Pure: no clock, no store. The caller loads the alert, asks lifecycle_apply for the next version,
 * and puts it through store_transition, which compares versions; on ERR_CONFLICT it loads again and
 * asks again.
 */
#ifndef ANBU_ALERT_LIFECYCLE_H
#define ANBU_ALERT_LIFECYCLE_H

#include "alert/alert.h"
#include "store/store.h"

/* X(constant, name, event type or NULL for none). One table: history, API and anbuctl use the
 * names. */
#define ALERT_CHANGES(X)                                                                       \
    X(CHANGE_FINDING, "finding", "updated") /* a detector: raises, updates, clears, reopens */ \
    X(CHANGE_ACKNOWLEDGE, "acknowledge", "acknowledged")                                       \
    X(CHANGE_RELEASE, "release", "updated") /* the owner gives it back */                      \
    X(CHANGE_NOTE, "note", "updated")                                                          \
    X(CHANGE_RESOLVE, "resolve", "resolved")                                                   \
    X(CHANGE_REOPEN, "reopen", "reopened")                                                     \
    X(CHANGE_ACK_EXPIRED, "ack_expired", "reopened")        /* timer */                        \
    X(CHANGE_UNACKNOWLEDGED, "unacknowledged", "escalated") /* timer */
enum alert_change {
#define ALERT_CHANGES_CONSTANT(constant, name, event) constant,
    ALERT_CHANGES(ALERT_CHANGES_CONSTANT) ALERT_CHANGE_COUNT
};
extern const char *const alert_change_names[ALERT_CHANGE_COUNT];

/* Timer names in the store, both wall-clock. */
#define TIMER_ACK_EXPIRY     "ack_expiry"
#define TIMER_UNACKNOWLEDGED "unacknowledged"

/* What a detector's finding did, with the household's context as policy needs it. */
struct finding {
    const struct detector *detector;
    int detector_index;
    uint32_t seq; /* by household and detector, from 1 */
    bool active;  /* begins or grows; false: has ended */
    bool life;    /* ended by a sign of life */
    struct verdict verdict;
    int64_t at_s;    /* event time of what caused it */
    int64_t wall_ms; /* when we learnt it */
    char summary[FINDING_SUMMARY_MAX];
    /* context */
    char household[MESSAGE_ID_MAX + 1];
    char area[MESSAGE_ID_MAX + 1];
    char timezone[48];
    uint32_t flags;
    bool in_season, cold_wave;
    int64_t report_s, support_ended_s, last_life_s;
};

/* From config. */
struct alert_rules {
    int64_t ack_expiry_s;        /* acknowledgement leads nowhere: reopens */
    int64_t escalate_critical_s; /* nobody acknowledges: critical and high */
    int64_t escalate_s;          /* the others */
    int64_t escalations_max;     /* then it waits at the top of the queue */
};

struct change {
    enum alert_change kind;
    const char *who;               /* account; "anbu" for the machine */
    const char *note;              /* why; may be NULL where the change does not need one */
    int64_t at_ms;                 /* wall clock */
    const struct finding *finding; /* CHANGE_FINDING */
    enum outcome outcome;          /* CHANGE_RESOLVE */
    int64_t absent_until_s;        /* CHANGE_RESOLVE with OUTCOME_ABSENCE; 0 not said */
    int64_t expires_ms;            /* CHANGE_ACKNOWLEDGE: asked for; 0: the rule's */
};

/* What the step did; buffers are owned by the caller (step_done). */
struct step {
    struct alert alert; /* after it */
    const char *event;  /* "raised", "acknowledged" ...: the event type's last word */
    int64_t event_time_s;
    size_t timer_count;
    struct store_timer timers[STORE_TIMERS_MAX];
    struct buffer snapshot, event_json, outcome_json;
    char event_id[64], outcome_id[64];
};
void step_done(struct step *step);

/* before NULL: there is none (only CHANGE_FINDING may begin one). ERR_DUPLICATE: nothing changes (a
 * finding known already, life for an alert that is over). ERR_REFUSED with a fault that says what
 * is possible now. */
NODISCARD enum err lifecycle_apply(const struct alert *before, const struct change *change,
                                   const struct alert_rules *rules, struct step *out,
                                   struct fault *fault);

/* The step as the store wants it; borrows from *step. */
void lifecycle_transition(const struct step *step, uint32_t partition,
                          const struct finding *finding, struct store_transition *out);

/* Severity with the household's context, one documented table (policy.c). */
enum severity policy_severity(const struct finding *finding);

#endif
