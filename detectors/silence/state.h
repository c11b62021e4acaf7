/* SPDX-License-Identifier: Apache-2.0
 *
 * What silence keeps of a household, for its own files alone.
 */
#ifndef ANBU_DETECTORS_SILENCE_STATE_H
#define ANBU_DETECTORS_SILENCE_STATE_H

#include "detectors/silence/features.h"

#define SILENCE_OUTLOOK_HOURS 120
#define SILENCE_DAILY_MINUTES 720 /* read less often than this: days are told, not hours */

struct silence_options {
    int64_t first_days, learning_days;
    double share, own;
};

/* The hour with which the silence began: after the last sign of life, or when we began to look. */
int32_t silence_quiet_from(const struct silence_state *state);

/* Declared by the household, or found out by an officer. */
bool silence_is_away(const struct household_view *view, int64_t at_s);

/* explain.c */
#define SILENCE_TERMS 22
extern const struct term silence_terms[SILENCE_TERMS];
void silence_explain(const void *options, const void *state, const struct household_view *view,
                     double values[TERMS_MAX]);

/* How many alerts a household-year silence's own price may be, by the budget. */
double silence_allowed(const struct silence_options *own, const struct household_view *view);

/* What has held at a price goes on at any higher one. */
void silence_price(struct verdict *verdict, double yearly);

/* Hours by themselves are rare enough for an alert. */
bool silence_hours_hold(const struct silence_state *state, double allowed);
/* Of what days told and what hours make of the same silence the graver is told, of two as grave the
 * rarer. True: by days, and the verdict is theirs. */
bool silence_days_speak(const struct silence_options *own, const struct silence_state *state,
                        const struct household_view *view, struct verdict *verdict);

/* Sets the price that the hour which was taken last makes (`yearly`). */
void silence_judge(const struct silence_options *own, struct silence_state *state,
                   const struct household_view *view, const struct event *event);

/* Hours from a collapse at an hour like any other to an alert, as this home is known now, by meters
 * that are read by the hour; SILENCE_OUTLOOK_HOURS: not before. */
double silence_hourly_outlook(const struct silence_options *own, const struct silence_state *state,
                              const struct household_view *view);
/* By all its meters, and until their readings are here: struct detector's. */
double silence_outlook(const void *options, const void *state, const struct household_view *view);

/* daily.c: homes whose meters are read once a day. */
void silence_daily_observe(const struct silence_options *own, struct silence_state *state,
                           const struct household_view *view, const struct event *event,
                           struct verdict *verdict);
/* What days told ends when another meter took the place of the one that showed it: none of the
 * successor's days are before it, and nothing would say what is usual. */
void silence_daily_end_gone(const struct silence_options *own, struct silence_state *state,
                            const struct household_view *view, struct verdict *verdict);
/* The verdict by days; false: they tell nothing. */
bool silence_daily_tell(const struct silence_options *own, const struct silence_state *state,
                        const struct household_view *view, struct verdict *verdict);
/* Somebody who is seen in that hour ends what days tell. */
bool silence_daily_covers(const struct silence_state *state, const struct household_view *view,
                          int32_t hour);
void silence_daily_describe(const struct silence_options *own, const struct silence_state *state,
                            const struct household_view *view, const struct verdict *verdict,
                            char *out, size_t out_bytes);
/* The newest days, and what makes their price; all 0: no daily meter tells anything. */
struct silence_days {
    int lowest_run;        /* days in a row without an ordinary one */
    int run, level;        /* the rarest row: days, percent of a usual day that none exceeds */
    int before;            /* rows as low and as long in this home's record */
    double others, yearly; /* a year: such rows of other homes, and the price; 0: none */
    double share;          /* of the price, by what hours show */
    double score;          /* of the price */
};
void silence_daily_explain(const struct silence_options *own, const struct silence_state *state,
                           const struct household_view *view, struct silence_days *out);
/* There are days enough to be told. */
bool silence_daily_known(const struct silence_options *own, const struct silence_state *state,
                         const struct household_view *view);
/* Hours from a collapse to an alert by daily meters alone; OUTLOOK_NEVER: not before. */
double silence_daily_outlook(const struct silence_options *own, const struct silence_state *state,
                             const struct household_view *view);

#endif
