/* SPDX-License-Identifier: Apache-2.0
 *
 * An alert: what was found about a household, told to one team, and what people did about it. The
 * JSON snapshot (docs/formats.md, `data` of an anbu.alerts event) is its only stored form; this
 * struct is that snapshot in memory. alert_done frees it. Not shared between threads.
 */
#ifndef ANBU_ALERT_ALERT_H
#define ANBU_ALERT_ALERT_H

#include "alert/contact.h"
#include "alert/note.h"
#include "alert/on_call.h"
#include "base/err.h"
#include "base/text.h"
#include "config/ladder.h"
#include "detectors/detector.h"
#include "household/evidence.h"
#include "ingest/message.h"

#define ALERT_ID_MAX      32                 /* with the terminator; 26 characters of base32 */
#define ALERT_ID_SHOWN    8                  /* of them in lists and sentences: enough to name it */
#define ALERT_REASONS_MAX DETECTOR_COUNT_MAX /* one a detector */
#define ALERT_STEPS_MAX   128 /* full: the least important makes room (docs/alerts.md) */
#define ALERT_WHO_MAX     64
#define ALERT_NOTE_MAX    2000

/* X(constant, name): open -> acknowledged -> contacting -> resolved; cleared by its own evidence.
 * Live ones first. */
#define ALERT_STATES(X)                   \
    X(ALERT_OPEN, "open")                 \
    X(ALERT_ACKNOWLEDGED, "acknowledged") \
    X(ALERT_CONTACTING, "contacting")     \
    X(ALERT_REFERRED, "referred")         \
    X(ALERT_CLEARED, "cleared")           \
    X(ALERT_RESOLVED, "resolved")
enum alert_state { ALERT_STATES(VOCABULARY_CONSTANT) ALERT_STATE_COUNT };
extern const char *const alert_state_names[ALERT_STATE_COUNT];

struct alert_reason {
    char detector[24];
    int64_t seq; /* of the finding (household/finding.h) */
    enum utility utility;
    bool active; /* false: its evidence has gone (life, payment) */
    enum severity grade;
    /* What the household's context made of the grade, and why; rows of policy.h's tables. */
    enum severity severity;
    uint32_t context;
    uint8_t limit, danger; /* 1 + row; 0 none */
    double score;
    int64_t since_s;
    int64_t ended_s; /* when it stopped being active; 0 */
    char summary[FINDING_SUMMARY_MAX];
    struct evidence evidence; /* as it was when it was last told; has_evidence */
    bool has_evidence;
};

/* Where it stands on its ladder of contact (config/ladder.h). */
struct alert_climb {
    char ladder[LADDER_NAME_BYTES]; /* "": on none */
    uint8_t step;                   /* from 1; 0: its first has not come due */
    enum ladder_channel channel;    /* of the step; and whom */
    enum ladder_whom whom;
    int64_t since_ms;
    int64_t until_ms; /* when the next one is due; 0: not by itself */
};

/* One step of its history: who, when, why. */
struct alert_step {
    char what[16];           /* a word of ALERT_STEPS: "raised", "acknowledged", "note" ... */
    char who[ALERT_WHO_MAX]; /* account; "anbu" for the machine */
    int64_t at_ms;           /* wall clock for people and timers, event time for readings */
    char *note;              /* owned; NULL none */
    struct noted *noted;     /* owned; what Anbu says in it; NULL: it is a person's, or old */
    char *words;             /* owned; what a person says in it, when noted; NULL none */
    struct contact contact;  /* of "contacted" and "answered" */
    bool has_contact;
    bool is_due;  /* "step_due": of the ladder's step */
    uint8_t step; /* its number, from 1; 0: written before that was kept */
    enum ladder_channel channel;
    enum ladder_whom whom;
};

struct alert {
    char id[ALERT_ID_MAX];
    char household[MESSAGE_ID_MAX + 1];
    char area[MESSAGE_ID_MAX + 1];
    char timezone[48];
    int64_t version;
    enum team team; /* whose it is by its findings, for ever */
    enum team desk; /* the team that is to work it now */
    enum severity severity;
    enum alert_state state;
    int64_t raised_s;           /* event time of the reading that raised it */
    int64_t raised_wall_ms;     /* when that was known: escalation counts from here */
    int64_t last_life_s;        /* last sign of life; 0 none known */
    char owner[ALERT_WHO_MAX];  /* who has it; "" */
    int64_t expires_ms;         /* the acknowledgement's end; 0 */
    enum team referred_from;    /* while referred: where it goes back to */
    int64_t accept_by_ms;       /* ... and when; 0 */
    char held_by[ALERT_ID_MAX]; /* the area incident that holds it back; "" (decision 0012) */
    int64_t held_until_ms;      /* the hold's end at the latest; 0 */
    struct alert_climb climb;
    struct on_call on_call; /* whom the desk calls since it last escalated */
    uint8_t escalations;    /* times that nobody acknowledged in time */
    bool has_outcome;
    enum outcome outcome;
    size_t reason_count;
    struct alert_reason reasons[ALERT_REASONS_MAX];
    size_t step_count;
    struct alert_step steps[ALERT_STEPS_MAX];
};

void alert_done(struct alert *alert);
void alert_step_done(struct alert_step *step); /* frees what it owns; the rest stays */
/* One person has it until it expires. */
static inline bool alert_is_owned(const struct alert *alert)
{
    return alert->state == ALERT_ACKNOWLEDGED || alert->state == ALERT_CONTACTING;
}

/* Somebody may still have to go there. */
static inline bool alert_is_live(const struct alert *alert)
{
    return alert->state < ALERT_CLEARED;
}
/* A bit each: whose list it stands on. Nothing falls between two desks, so on that of both teams
 * that deal with it. */
static inline uint32_t alert_teams(const struct alert *alert)
{
    uint32_t from = alert->state == ALERT_REFERRED ? 1u << alert->referred_from : 0;
    return 1u << alert->team | 1u << alert->desk | from;
}
/* The household's; UTC where it is not known. */
const struct zone *alert_zone(const struct alert *alert);
void alert_copy(const struct alert *from,
                struct alert *to); /* deep; to is overwritten, not freed */

/* hash(household, team, UTC hour of the raising reading), 130 bits in base32. */
void alert_id(struct text household, enum team team, int64_t raised_s, char out[ALERT_ID_MAX]);

/* The snapshot; same alert, same bytes. */
void alert_write(const struct alert *alert, struct buffer *out);
NODISCARD enum err alert_read(struct text json, struct alert *out, struct fault *fault);

/* The whole CloudEvent: type "anbu.alert.<what>", id "<alert>.<version>", time in the household's
 * zone. */
void alert_event(const struct alert *alert, const char *what, int64_t time_s, struct buffer *out);

/* A household message of the outcome, for the household topic (id "<alert>.<version>"). */
void alert_outcome_message(const struct alert *alert, int64_t at_ms, int64_t absent_until_s,
                           struct buffer *out);

#endif
