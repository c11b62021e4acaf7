/* SPDX-License-Identifier: Apache-2.0
 *
 * What Anbu itself notes in a history: a code and its values, so that each language can say it, and
 * the English sentence of it. What a person writes stands beside it and is no part of it. By value;
 * pure.
 */
#ifndef ANBU_ALERT_NOTE_H
#define ANBU_ALERT_NOTE_H

#include "base/text.h"
#include "household/evidence.h"

#define NOTE_TEXT_MAX   64 /* of a value, with the terminator */
#define NOTE_VALUES_MAX 3
#define NOTE_TERMS_MAX  DETECTOR_SAID_MAX

/* How a value is kept, and said in English: a text as it stands, a word with spaces, the first
 * letters of an id; a whole number; a moment with its date, or with its weekday. */
enum note_kind { NOTE_TEXT, NOTE_WORD, NOTE_ID, NOTE_NUMBER, NOTE_TIME, NOTE_WEEKDAY };

/* X(constant, name, kind). Moments are milliseconds; 0: not known, null. */
#define NOTE_VALUES(X)                       \
    X(NOTED_WHO, "who", NOTE_TEXT)           \
    X(NOTED_TEAM, "team", NOTE_TEXT)         \
    X(NOTED_ASKED, "asked", NOTE_TEXT)       \
    X(NOTED_OUTCOME, "outcome", NOTE_TEXT)   \
    X(NOTED_DETECTOR, "detector", NOTE_TEXT) \
    X(NOTED_UTILITY, "utility", NOTE_TEXT)   \
    X(NOTED_INCIDENT, "incident", NOTE_TEXT) \
    X(NOTED_LADDER, "ladder", NOTE_TEXT)     \
    X(NOTED_WHOM, "whom", NOTE_WORD)         \
    X(NOTED_ALERT, "alert", NOTE_ID)         \
    X(NOTED_N, "n", NOTE_NUMBER)             \
    X(NOTED_MAX, "max", NOTE_NUMBER)         \
    X(NOTED_UNTIL, "until", NOTE_TIME)       \
    X(NOTED_LIFE, "life", NOTE_TIME)         \
    X(NOTED_SINCE, "since", NOTE_TIME)       \
    X(NOTED_AT, "at", NOTE_WEEKDAY)
#define NOTE_VALUE_CONSTANT(constant, name, kind) constant,
enum note_value { NOTED_NOTHING, NOTE_VALUES(NOTE_VALUE_CONSTANT) NOTED_COUNT };

/* X(constant, code, English, values): THE table. A {name} is a value; {:words} is what a person
 * wrote, behind a colon. NULL: the finding's own sentence. A code keeps its values for ever, for
 * histories are kept: what is to say more gets a code of its own. */
#define NOTES(X)                                                                                   \
    X(NOTE_FOUND, "found", NULL, NOTED_DETECTOR, NOTED_UTILITY, NOTED_SINCE)                       \
    X(NOTE_LIFE, "life", "{utility} used by {at}", NOTED_UTILITY, NOTED_AT)                        \
    X(NOTE_ENDED, "ended", "{detector} no longer holds since {at}", NOTED_DETECTOR, NOTED_AT)      \
    X(NOTE_OPTED_OUT, "opted_out", "the household has opted out", NOTED_NOTHING)                   \
    X(NOTE_NOT_FOLLOWED, "not_followed", "acknowledged by {who} until {until}; nothing followed",  \
      NOTED_WHO, NOTED_UNTIL)                                                                      \
    X(NOTE_NO_MORE_FOLLOWED, "no_more_followed",                                                   \
      "acknowledged by {who} until {until}; nothing more followed", NOTED_WHO, NOTED_UNTIL)        \
    X(NOTE_NOT_TAKEN, "not_taken", "nobody has acknowledged it in time ({n} of {max})", NOTED_N,   \
      NOTED_MAX)                                                                                   \
    X(NOTE_HELD, "held", "held by incident {incident} of its area or feeder", NOTED_INCIDENT)      \
    X(NOTE_HOLD_OVER, "hold_over", "incident {incident} holds it no longer: it is over",           \
      NOTED_INCIDENT)                                                                              \
    X(NOTE_HOLD_MAXIMUM, "hold_maximum",                                                           \
      "incident {incident} holds it no longer: the hold's maximum has passed", NOTED_INCIDENT)     \
    X(NOTE_REFERRED, "referred", "to the {team}{:words}", NOTED_TEAM)                              \
    X(NOTE_REFERRED_ALSO, "referred_also",                                                         \
      "to the {team}{:words} (they have {alert} of this home already)", NOTED_TEAM, NOTED_ALERT)   \
    X(NOTE_DECLINED, "declined", "back to the {team}{:words}", NOTED_TEAM)                         \
    X(NOTE_TAKEN_BACK, "taken_back", "taken back by the {team}{:words}", NOTED_TEAM)               \
    X(NOTE_NOT_ANSWERED, "not_answered",                                                           \
      "back to the {team}: the {asked} have not answered by {until}", NOTED_TEAM, NOTED_ASKED,     \
      NOTED_UNTIL)                                                                                 \
    X(NOTE_TO_POLICE, "to_police", "to the police{:words}; last sign of life: {life}", NOTED_LIFE) \
    X(NOTE_TO_POLICE_LOST, "to_police_lost",                                                       \
      "to the police: nobody knows where the resident is; last sign of life: {life}", NOTED_LIFE)  \
    X(NOTE_TO_POLICE_UNREACHED, "to_police_unreached",                                             \
      "to the police: nobody was reached by the steps of {ladder}; last sign of life: {life}",     \
      NOTED_LADDER, NOTED_LIFE)                                                                    \
    X(NOTE_TO_POLICE_HELP, "to_police_help",                                                       \
      "to the police: the {whom} asks for help; last sign of life: {life}", NOTED_WHOM,            \
      NOTED_LIFE)                                                                                  \
    X(NOTE_UNREACHED, "unreached", "nobody was reached by the steps of {ladder}", NOTED_LADDER)    \
    X(NOTE_HELP, "help", "the {whom} asks for help", NOTED_WHOM)                                   \
    X(NOTE_STEP, "step", "step {n} of {max} of {ladder}", NOTED_N, NOTED_MAX, NOTED_LADDER)        \
    X(NOTE_NO_MORE_STEPS, "no_more_steps", "the configuration has no more steps of {ladder}",      \
      NOTED_LADDER)                                                                                \
    X(NOTE_CLOSED, "closed", "{outcome}{:words}", NOTED_OUTCOME)                                   \
    X(NOTE_CLOSED_UNTIL, "closed_until", "{outcome} until {until}{:words}", NOTED_OUTCOME,         \
      NOTED_UNTIL)                                                                                 \
    X(NOTE_CLOSED_BY_ANSWER, "closed_by_answer",                                                   \
      "{outcome}: the {whom} has answered that all is well", NOTED_OUTCOME, NOTED_WHOM)            \
    X(NOTE_CLOCK_AHEAD, "clock_ahead",                                                             \
      "the clock was ahead, at {until} already; what was told then counts from now", NOTED_UNTIL)
#define NOTE_CONSTANT(constant, ...) constant,
enum note { NOTES(NOTE_CONSTANT) NOTE_COUNT };

struct note_row {
    const char *code, *english;
    enum note_value values[NOTE_VALUES_MAX + 1]; /* in this order; up to NOTED_NOTHING */
};
extern const struct note_row note_rows[NOTE_COUNT];
extern const char *const note_value_names[NOTED_COUNT];
extern const enum note_kind note_value_kinds[NOTED_COUNT];

static inline bool note_kind_is_text(enum note_kind kind)
{
    return kind <= NOTE_ID;
}

/* A row's code with its values, in the row's order. */
struct noted {
    enum note note;
    struct {
        char text[NOTE_TEXT_MAX];
        int64_t number; /* moments as well */
    } values[NOTE_VALUES_MAX];
    /* NOTE_FOUND: the numbers of the finding's sentence. */
    size_t term_count;
    struct evidence_term terms[NOTE_TERMS_MAX];
};

/* Sets a value that the row has. */
void note_put(struct noted *noted, enum note_value value, const char *text);
void note_put_number(struct noted *noted, enum note_value value, int64_t number);

/* The row of a code; NOTE_COUNT: none of this version. */
enum note note_named(const char *code);

struct alert;
/* In English, moments in the alert's zone. words: NULL or blank for none. Not of NOTE_FOUND. */
void note_say(const struct noted *noted, const char *words, const struct alert *alert,
              struct buffer *out);

#endif
