/* SPDX-License-Identifier: Apache-2.0
 *
 * Judging: shows ripe hours, days and events to the detectors in order, teaches the routine, and
 * says at the end which findings began, grew or ended. One judgement a message or settled batch:
 * what turns on and off within it was never there. Lives on the worker's stack.
 */
#ifndef ANBU_HOUSEHOLD_JUDGE_H
#define ANBU_HOUSEHOLD_JUDGE_H

#include "household/household.h"
#include "household/meter.h"

/* What looks over a household's hours because of a message; the findings of each have numbers of
 * their own. */
enum judge_pass { JUDGE_HISTORY, JUDGE_MESSAGE, JUDGE_SETTLED };

struct judgement {
    struct household *household;
    const struct household_context *context;
    struct record record;
    const struct tuning *tuning;
    uint32_t may_raise; /* mask of detectors: enrolment */
    struct household_view view;
    bool active[DETECTOR_COUNT_MAX], life[DETECTOR_COUNT_MAX];
    struct verdict told[DETECTOR_COUNT_MAX]; /* the last active one that said something */
    bool late; /* what came late is weighed again: it may speak of another time */
    int64_t last_event_s;
    enum judge_pass pass;
    int64_t life_before_s[VIEW_METERS_MAX]; /* before the hours were shown again; 0 */
    double price[DETECTOR_COUNT_MAX];       /* at which each finding holds; 0 */
    int32_t watched_hours;                  /* since the home was counted last */
};

/* at_s: event time of what is judged (local time, tuning, arrears are as of then). */
void judge_start(struct judgement *judgement, struct household *household,
                 const struct household_context *context, int64_t at_s);

/* All hours that are known and not judged, of one meter, or of all in step and up to an hour. */
void judge_meter(struct judgement *judgement, unsigned meter);
void judge_all(struct judgement *judgement, int32_t until);

/* A correction: shows the hours of the ring once more. */
void judge_again(struct judgement *judgement);

/* 0 Monday .. 6 Sunday of a local day; a public holiday of the configuration is a Sunday. */
unsigned judge_weekday(const struct judgement *judgement, int32_t day);

/* A daily total. */
void judge_day(struct judgement *judgement, unsigned meter, int64_t middle_s, int64_t milli);

/* Anything else that happened; fills local time itself. */
void judge_event(struct judgement *judgement, struct event *event);

/* Hands over what changed. */
void judge_finish(struct judgement *judgement);

#endif
