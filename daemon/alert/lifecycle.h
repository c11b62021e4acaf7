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
#include "alert/answer.h"
#include "household/finding.h"
#include "store/store.h"

/* X(constant, name). One table: API, anbuctl and the docs use the names. */
#define ALERT_CHANGES(X)                                                                         \
    X(CHANGE_FINDING, "finding") /* a detector: raises, updates, clears, reopens */              \
    X(CHANGE_ACKNOWLEDGE, "acknowledge")                                                         \
    X(CHANGE_RELEASE, "release") /* the owner gives it back */                                   \
    X(CHANGE_CONTACT, "contact") /* somebody was tried to be reached */                          \
    X(CHANGE_ANSWER, "answer")   /* to an automatic message */                                   \
    X(CHANGE_REFER, "refer")     /* to another team's desk */                                    \
    X(CHANGE_ACCEPT, "accept")                                                                   \
    X(CHANGE_DECLINE, "decline")                                                                 \
    X(CHANGE_ESCALATE, "escalate") /* a person: to the police */                                 \
    X(CHANGE_NOTE, "note")                                                                       \
    X(CHANGE_RESOLVE, "resolve")                                                                 \
    X(CHANGE_REOPEN, "reopen")                                                                   \
    X(CHANGE_ACK_EXPIRED, "ack_expired")       /* timer */                                       \
    X(CHANGE_UNACKNOWLEDGED, "unacknowledged") /* timer */                                       \
    X(CHANGE_NOT_ACCEPTED, "not_accepted")     /* timer */                                       \
    X(CHANGE_STEP_DUE, "step_due")             /* timer */                                       \
    X(CHANGE_HOLD, "hold")                     /* an area incident */                            \
    X(CHANGE_HOLD_END, "hold_end")             /* its end, or timer */                           \
    X(CHANGE_OPT_OUT, "opt_out")               /* the household's: nobody watches it any more */ \
    X(CHANGE_CLOCK_SET_BACK, "clock_set_back") /* the wall clock was ahead: set_back.h */
enum alert_change { ALERT_CHANGES(VOCABULARY_CONSTANT) ALERT_CHANGE_COUNT };
extern const char *const alert_change_names[ALERT_CHANGE_COUNT];

/* X(constant, word in the history, last word of the event's type): what a change came to. */
#define ALERT_STEPS(X)                                                                           \
    X(STEP_RAISED, "raised", "raised")                                                           \
    X(STEP_UPDATED, "updated", "updated")           /* a reason came or grew */                  \
    X(STEP_LIFE_SEEN, "life_seen", "updated")       /* a reason ended by life, but it goes on */ \
    X(STEP_REASON_ENDED, "reason_ended", "updated") /* ... without a sign of life */             \
    X(STEP_CLEARED, "cleared", "cleared")           /* its last reason ended */                  \
    X(STEP_ACKNOWLEDGED, "acknowledged", "acknowledged")                                         \
    X(STEP_RELEASED, "released", "updated")                                                      \
    X(STEP_CONTACTED, "contacted", "contacted")                                                  \
    X(STEP_ANSWERED, "answered", "contacted")                                                    \
    X(STEP_REFERRED, "referred", "referred")                                                     \
    X(STEP_ACCEPTED, "accepted", "accepted")                                                     \
    X(STEP_DECLINED, "declined", "declined")                                                     \
    X(STEP_NOT_ACCEPTED, "not_accepted", "declined")                                             \
    X(STEP_NOTE, "note", "updated")                                                              \
    X(STEP_RESOLVED, "resolved", "resolved")                                                     \
    X(STEP_REOPENED, "reopened", "reopened")         /* by a person */                           \
    X(STEP_RAISED_AGAIN, "raised_again", "reopened") /* by a finding */                          \
    X(STEP_ACK_EXPIRED, "ack_expired", "reopened")                                               \
    X(STEP_ESCALATED, "escalated", "escalated")                                                  \
    X(STEP_DUE, "step_due", "updated") /* of its ladder */                                       \
    X(STEP_LADDER_ENDED, "ladder_ended", "updated")                                              \
    X(STEP_HELD, "held", "updated")             /* by an area incident */                        \
    X(STEP_HOLD_ENDED, "hold_ended", "updated") /* it is delivered from here on */               \
    X(STEP_CLOCK_SET_BACK, "clock_set_back", "updated")
#define ALERT_STEPS_CONSTANT(constant, word, event) constant,
enum alert_step_kind { ALERT_STEPS(ALERT_STEPS_CONSTANT) ALERT_STEP_COUNT };
extern const char *const alert_step_words[ALERT_STEP_COUNT];
extern const char *const alert_step_events[ALERT_STEP_COUNT];

/* From here on a history takes no more notes; the other steps still fit. */
#define ALERT_STEPS_WITH_NOTES_MAX 96
/* The longest that one person may keep an alert without saying so again. */
#define ALERT_ACK_MAX_S (24 * 3600)
/* Who the machine is in a history. */
#define ALERT_WHO_MACHINE "anbu"

/* Timer names in the store, all wall-clock. */
#define TIMER_ACK_EXPIRY     "ack_expiry"
#define TIMER_UNACKNOWLEDGED "unacknowledged"
#define TIMER_HOLD           "hold"
#define TIMER_REFER_ACCEPT   "refer_accept"
#define TIMER_LADDER         "ladder"

/* From config. */
struct alert_rules {
    int64_t ack_expiry_s;        /* acknowledgement leads nowhere: reopens */
    int64_t escalate_critical_s; /* nobody acknowledges: critical and high */
    int64_t escalate_s;          /* the others */
    int64_t escalations_max;     /* then it waits at the top of the queue */
    int64_t refer_accept_s;      /* a referral that nobody answers goes back */
    int64_t answer_closes; /* "I am fine" closes what is less grave; 0: nothing (severities) */
    const struct ladder *ladders; /* the first that fits is climbed */
    size_t ladder_count;
    const struct config *config; /* its rosters say who is on call; NULL: nobody is known */
    const struct staff *staff;   /* the accounts now; NULL: rosters are taken at their word */
};

/* An area incident that holds alerts back. */
struct hold {
    char incident[ALERT_ID_MAX];
    int64_t until_ms, opened_ms; /* wall clock; of the incident: it explains what came since */
};

struct change {
    enum alert_change kind;
    const char *who;               /* account; not read for findings and timers */
    const char *note;              /* why; may be NULL where the change does not need one */
    int64_t at_ms;                 /* wall clock */
    const struct finding *finding; /* CHANGE_FINDING */
    const struct hold *hold;       /* CHANGE_HOLD; CHANGE_FINDING: what it raises; NULL: nothing */
    bool to_police;         /* CHANGE_FINDING: told to the police besides its detector's own team */
    struct contact contact; /* CHANGE_CONTACT */
    enum alert_answer answer; /* CHANGE_ANSWER */
    enum contact_whom from;   /* CHANGE_ANSWER: the resident or the contact person */
    uint8_t of_team;          /* 1 + the person's team; 0: they may act for any */
    bool supervises;          /* that team's desk */
    enum team refer_to;       /* CHANGE_REFER; TEAM_COUNT: not said */
    const char *also;         /* CHANGE_REFER: the live alert that team has of the home; or NULL */
    enum outcome outcome;     /* CHANGE_RESOLVE; OUTCOME_COUNT: not said */
    int64_t absent_until_s;   /* CHANGE_RESOLVE with OUTCOME_ABSENCE; 0 not said */
    int64_t expires_ms;       /* CHANGE_ACKNOWLEDGE: asked for; 0: the rule's */
};

/* What the step did; buffers are owned by the caller (step_done). */
struct step {
    struct alert alert; /* after it */
    enum alert_step_kind kind;
    const char *event; /* "raised", "acknowledged" ...: the event type's last word */
    int64_t event_time_s;
    size_t timer_count;
    struct store_timer timers[STORE_TIMERS_MAX];
    struct buffer snapshot, event_json, outcome_json;
    char event_id[64], outcome_id[64];
};
void step_done(struct step *step);

/* before NULL: there is none (only CHANGE_FINDING may begin one). For a finding, before is the live
 * alert of the household and team, else the closed one with the id it would get (alert_id), else
 * NULL. ERR_DUPLICATE: nothing changes (a finding known already, life for an alert that is over).
 * ERR_REFUSED with a fault that says what is possible now; ERR_INVALID and ERR_TOO_LARGE for what a
 * person left out or wrote. *out is untouched unless ERR_OK; then step_done is due. */
NODISCARD enum err lifecycle_apply(const struct alert *before, const struct change *change,
                                   const struct alert_rules *rules, struct step *out,
                                   struct fault *fault);

/* Whether an area incident may hold what the finding raises: never of a household with flag
 * medical, nor what is critical. */
bool lifecycle_may_hold(const struct finding *finding);

/* The timers of an alert as it is, of every kind, due 0 for none; every step sets them, and so does
 * whoever restores an alert. Returns how many. */
size_t lifecycle_timers(const struct alert *alert, const struct alert_rules *rules,
                        struct store_timer out[STORE_TIMERS_MAX]);

/* Wall-clock moment since which an open alert has been waiting for somebody: raised, or back from
 * somebody. An escalation does not begin the wait anew; 0: it does not wait. */
int64_t lifecycle_waits_since_ms(const struct alert *alert);

/* The moment from which its escalation is counted: an escalation begins it anew; INT64_MAX: it does
 * not escalate. */
int64_t lifecycle_escalates_since_ms(const struct alert *alert);

/* The step as the store wants it; borrows from *step. */
void lifecycle_transition(const struct step *step, uint32_t partition,
                          const struct finding *finding, struct store_transition *out);

#endif
