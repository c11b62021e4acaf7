/* SPDX-License-Identifier: Apache-2.0
 *
 * What silence remembers of a home, and what of it the score looks at. The state is persisted with
 * the household (docs/record.md) and moves on by the hour, in constant time; features are read off
 * it, by the daemon and by `make train` alike, so training and service cannot differ. Pure; the
 * worker that owns the household calls.
 */
#ifndef ANBU_DETECTORS_SILENCE_FEATURES_H
#define ANBU_DETECTORS_SILENCE_FEATURES_H

#include "detectors/detector.h"

#define SILENCE_GRID  16   /* points of the records of absences */
#define SILENCE_REARM 0.5f /* evidence up to which nothing is odd */

/* X(constant, name): what the score looks at; silence.md tells each. */
#define SILENCE_FEATURES(X)                         \
    X(FEATURE_EVIDENCE, "evidence")                 \
    X(FEATURE_ODD_HOURS, "odd_hours")               \
    X(FEATURE_QUIET_HOURS, "quiet_hours")           \
    X(FEATURE_RATE_EVIDENCE, "rate_evidence")       \
    X(FEATURE_RATE_QUIET, "rate_quiet")             \
    X(FEATURE_RATE_10, "rate_10")                   \
    X(FEATURE_RATE_20, "rate_20")                   \
    X(FEATURE_RATE_24H, "rate_24h")                 \
    X(FEATURE_RATE_12H, "rate_12h")                 \
    X(FEATURE_GOES_ON, "goes_on")                   \
    X(FEATURE_LASTS_ON, "lasts_on")                 \
    X(FEATURE_HOUR, "hour")                         \
    X(FEATURE_WEEKDAY, "weekday")                   \
    X(FEATURE_ONSET_HOUR, "onset_hour")             \
    X(FEATURE_ONSET_HABIT, "onset_habit")           \
    X(FEATURE_ONSET_DAY_HABIT, "onset_day_habit")   \
    X(FEATURE_ONSET_EVIDENCE, "onset_evidence")     \
    X(FEATURE_MISSED, "missed")                     \
    X(FEATURE_AHEAD_3, "ahead_3")                   \
    X(FEATURE_AHEAD_6, "ahead_6")                   \
    X(FEATURE_AHEAD_12, "ahead_12")                 \
    X(FEATURE_GAIN_3, "gain_3")                     \
    X(FEATURE_GAIN_RECENT, "gain_recent")           \
    X(FEATURE_ACTIVE_DAY, "active_day")             \
    X(FEATURE_ACTIVE_WEEK, "active_week")           \
    X(FEATURE_LIVELY, "lively")                     \
    X(FEATURE_SINCE_ABSENCE, "since_absence")       \
    X(FEATURE_SINCE_RETURN, "since_return")         \
    X(FEATURE_ABSENCES, "absences")                 \
    X(FEATURE_ABSENT_SHARE, "absent_share")         \
    X(FEATURE_LEVEL, "level")                       \
    X(FEATURE_SPREAD, "spread")                     \
    X(FEATURE_SOFT_HOURS, "soft_hours")             \
    X(FEATURE_SOFT_EVIDENCE, "soft_evidence")       \
    X(FEATURE_CLEAR_HOURS, "clear_hours")           \
    X(FEATURE_CLEAR_EVIDENCE, "clear_evidence")     \
    X(FEATURE_STRONG_HOURS, "strong_hours")         \
    X(FEATURE_STRONG_EVIDENCE, "strong_evidence")   \
    X(FEATURE_WEEK_LEAST, "week_least")             \
    X(FEATURE_WEEK_LEAST_TOP, "week_least_top")     \
    X(FEATURE_WEEK_ABOVE, "week_above")             \
    X(FEATURE_WEEK_SINCE_ABOVE, "week_since_above") \
    X(FEATURE_WEEK_SINCE_FAR, "week_since_far")     \
    X(FEATURE_WEEK_TOP_12, "week_top_12")           \
    X(FEATURE_WEEK_TOP_24, "week_top_24")           \
    X(FEATURE_WEEK_SWING, "week_swing")             \
    X(FEATURE_WEEK_ROUGHNESS, "week_roughness")

#define FEATURE_CONSTANT(constant, name) constant,
enum silence_feature { SILENCE_FEATURES(FEATURE_CONSTANT) FEATURE_COUNT };
extern const char *const silence_feature_names[FEATURE_COUNT];

#define SILENCE_STRENGTHS 3 /* of signs of activity: soft, clear, strong */

/* The silence that goes on: made anew when corrected hours are shown again. */
struct silence_now {
    float evidence, top;  /* of "nobody acts"; its highest since the excursion began */
    float missed;         /* signs of life expected since the last one: sum of -log(1 - p) */
    float before[4];      /* evidence of the last hours, the newest first */
    float gain_recent;    /* decayed sum of increments */
    float onset_evidence; /* increment of the last hour with a sign of life */
    float since_sum[SILENCE_STRENGTHS]; /* increments since such an activity */
    uint16_t since_hours[SILENCE_STRENGTHS];
    uint16_t odd_hours;            /* of the excursion */
    uint16_t quiet_hours;          /* watched since the last sign of life */
    uint8_t onset_hour, onset_day; /* local, of the last sign of life */
    int32_t hour;                  /* the last that was shown; hours since 1970 */
};

/* This home's ways: every hour teaches once. */
struct silence_habit {
    uint16_t reached[SILENCE_GRID];       /* excursions whose top reached the grid point */
    uint16_t lasted[SILENCE_GRID];        /* silences that lasted as long */
    uint16_t began[16];                   /* those of 12 h and more: by 3 hours, and weekend */
    uint16_t began_day[7];                /* those of 20 h and more: by weekday */
    uint16_t since_absence, since_return; /* hours; hours with signs of life */
    uint8_t lead;                         /* 1 + utility that `level` is of; 0 none yet */
    uint8_t spare;
    float absences, absent_share; /* long ones, decayed over months */
    float active_day, expected_day, active_week, expected_week;
    float level, spread, night_level, night_spread;
};

#define SILENCE_DAY_LEVELS  6 /* of a day's use, of a usual day's */
#define SILENCE_DAY_LENGTHS 5 /* of runs of days as low */

/* What meters that are read once a day show (daily.c). */
struct silence_daily {
    uint8_t reached[SILENCE_DAY_LEVELS]
                   [SILENCE_DAY_LENGTHS]; /* runs that were as low, as long; 255 more */
    uint8_t on;            /* 1 + the level of the finding that is told of days; 0 none */
    uint8_t lead;          /* 1 + the meter whose days are told in it */
    int32_t day;           /* the newest that was judged; local days since 1970 */
    int32_t since_day;     /* of the finding */
    uint16_t watched_days; /* that `reached` is made of */
    uint16_t usual;        /* day code of that meter's usual day when the finding began */
    float yearly;          /* the price of an alert now; 0: not judged */
};

/* What hours show of a home that is not known yet (learning.h). */
struct silence_learning {
    int32_t awake_hour; /* of the last sign of life; hours since 1970; 0 none yet */
    uint16_t quiet;     /* measured hours since then */
    uint8_t longest;    /* of the silences that have ended; 255 more */
    uint8_t on;         /* 1: the finding holds until somebody is seen */
};

/* Chances against "at home" (hidden.h), as odds: 0 surely at home. */
struct silence_hidden {
    float away, collapsed;
};

struct silence_state {
    struct silence_now now;
    struct silence_habit habit;
    int32_t first_hour, newest_hour, awake_hour; /* hours since 1970; 0 none */
    int32_t watched_hours;                       /* gaps count for a day at most */
    float yearly; /* the lowest price of an alert in this silence (score.h); 0: not judged */
    struct silence_daily daily;
    struct silence_hidden hidden;
    struct silence_learning learning;
};
_Static_assert(sizeof(struct silence_state) % 8 == 0, "persisted as it stands");

/* What other homes do: stands in for an own record that is short. */
struct silence_prior {
    float reached[SILENCE_GRID], lasted[SILENCE_GRID]; /* a year */
    float began[16];                                   /* shares */
};

/* The meter that stands for the home where one must: of water, else the first, of those that are
 * read by the hour (and still read), known at least half as long as the best-known of them, and can
 * vouch; -1 when none can. */
int silence_lead(const struct household_view *view);

/* A limiter or a cut lowers use by itself; running water says nothing about people; boilers turn
 * themselves on and off, so gas is asked only where neither water nor electricity is known. */
bool silence_vouches(const struct household_view *view, int meter);

/* What an hour counts for beside the home's other meters. */
struct event silence_heard(const struct household_view *view, const struct event *event);

/* The points of `lasted`, and own silences, with half a year of other homes', that came as far. */
extern const double silence_hours_grid[SILENCE_GRID];
double silence_lasted_at(const struct silence_state *state, const struct silence_prior *prior,
                         int point);

/* Forgets the silence that goes on. */
void silence_begin(struct silence_state *state);

/* Takes one measured hour, as heard, of a meter that vouches. */
void silence_take(struct silence_state *state, const struct household_view *view,
                  const struct event *event);

/* An hour of an absence that was declared: nobody is missed, and nothing learnt. */
void silence_take_absent(struct silence_state *state, const struct event *event);

/* How often a year this home's evidence comes as high as now, and its silences last as long. */
double silence_evidence_yearly(const struct silence_state *state,
                               const struct silence_prior *prior);
double silence_quiet_yearly(const struct silence_state *state, const struct silence_prior *prior);

void silence_features(const struct silence_state *state, const struct household_view *view,
                      const struct silence_prior *prior, const struct event *event,
                      float out[FEATURE_COUNT]);

#endif
