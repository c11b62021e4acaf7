/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/silence/features.h"

#include <string.h>

#include "detectors/days.h"
#include "detectors/num.h"
#include "detectors/silence/state.h"
#include "detectors/silence/week.h"

#define EVIDENCE_CAP   40.0f
#define RESET_FALL     3.0f /* a fall this deep below its top ends an excursion */
#define ODD            8.0f
#define POOLED_YEARS   0.5 /* the population counts as half a year of this home's own record */
#define YEARS_MIN      0.05
#define HOURS_PER_YEAR 8766.0
#define LONG_HOURS     20 /* a silence of which somebody is thought to have been away */
/* The same lives are behind water and electricity, so the two are no independent witnesses; and
 * much that is electric turns itself on, as no tap does. */
#define BESIDE_WATER       0.5
#define BELOW_NIGHTS       0.25 /* share of the nights' hours that draw less */
#define FLAT_HOURS         5    /* as many hours before, and this one */
#define FLAT_CODES         3 /* steps of a code, 9 % each, between which a fridge goes on and off */
#define BESIDE_WATER_AWAKE (-2.4)
#define LATE_HOURS         6 /* a meter that is later than this is not waited for */
#define LN2                0.693147180559945309417

#define FEATURE_NAME(constant, name) name,
const char *const silence_feature_names[FEATURE_COUNT] = {SILENCE_FEATURES(FEATURE_NAME)};

static const double evidence_grid[SILENCE_GRID] = {1,  2,  3,  4,  5,  6,  8,  10,
                                                   12, 14, 17, 20, 24, 28, 34, 40};
const double silence_hours_grid[SILENCE_GRID] = {3,  4,  5,  6,  8,  10, 12, 14,
                                                 16, 18, 21, 24, 30, 36, 48, 72};
/* Increments below which an hour shows soft, clear, strong activity. */
static const double strengths[SILENCE_STRENGTHS] = {-0.4, -1.2, -2.4};

static bool can_vouch(const struct household_view *view, const struct meter_view *meter)
{
    return view->supply[meter->utility] == SUPPLY_OPEN && !meter->continuous;
}

static bool is_hourly(const struct meter_view *meter)
{
    return meter->interval_minutes < SILENCE_DAILY_MINUTES;
}

/* Read by the hour, for a day's total says nothing about hours; and still read. */
static bool tells_hours(const struct household_view *view, const struct meter_view *meter)
{
    int32_t newest = 0;
    for (int m = 0; m < view->meter_count; m++)
        if (is_hourly(&view->meters[m]) && view->meters[m].newest_hour > newest)
            newest = view->meters[m].newest_hour;
    return is_hourly(meter) && meter->newest_hour + GONE_DAYS * 24 >= newest;
}

/* Days of the meter whose hours are known best. */
static unsigned best_known(const struct household_view *view)
{
    unsigned days = 0;
    for (int m = 0; m < view->meter_count; m++)
        if (tells_hours(view, &view->meters[m]) && view->meters[m].valid_days > days)
            days = view->meters[m].valid_days;
    return days;
}

/* A meter of it that is known at least half as long as the best-known one and can vouch; -1 none.
 */
static int known(const struct household_view *view, enum utility utility)
{
    for (int m = 0; m < view->meter_count; m++) {
        const struct meter_view *meter = &view->meters[m];
        if (meter->utility == utility && tells_hours(view, meter) && meter->valid_days &&
            meter->valid_days * 2u >= best_known(view) && can_vouch(view, meter))
            return m;
    }
    return -1;
}

/* Such a meter, and its hours come no later than this one's. */
static bool beside(const struct household_view *view, enum utility utility, int meter)
{
    int other = known(view, utility);
    return other >= 0 &&
           view->meters[other].newest_hour + LATE_HOURS >= view->meters[meter].newest_hour;
}

bool silence_vouches(const struct household_view *view, int meter)
{
    if (view->meters[meter].utility == UTILITY_GAS &&
        (beside(view, UTILITY_WATER, meter) || beside(view, UTILITY_ELECTRICITY, meter)))
        return false;
    return can_vouch(view, &view->meters[meter]);
}

int silence_lead(const struct household_view *view)
{
    int water = known(view, UTILITY_WATER);
    for (int m = 0; water < 0 && m < view->meter_count; m++)
        if (tells_hours(view, &view->meters[m]) &&
            view->meters[m].valid_days * 2u >= best_known(view) && silence_vouches(view, m))
            return m;
    return water;
}

static bool beside_water(const struct household_view *view, int meter)
{
    return view->meters[meter].utility == UTILITY_ELECTRICITY && beside(view, UTILITY_WATER, meter);
}

/* A lamp or a television that whoever fell has left on raises every hour alike, a heater that
 * follows the weather lowers some below the nights: nobody acts in either. */
static bool nobody_acts(const struct meter_view *meter, const struct event *event)
{
    uint8_t lowest = event->use, highest = event->use;
    if (event->use < routine_night_code(meter->routine, BELOW_NIGHTS))
        return true;
    for (int32_t hour = event->hour - FLAT_HOURS; hour < event->hour; hour++) {
        uint8_t code = view_hour(meter, hour);
        if (code == ROUTINE_MISSING)
            return false;
        lowest = code < lowest ? code : lowest;
        highest = code > highest ? code : highest;
    }
    return highest - lowest <= FLAT_CODES;
}

struct event silence_heard(const struct household_view *view, const struct event *event)
{
    struct event heard = *event;
    if (beside_water(view, event->meter)) {
        if (event->kind == EVENT_HOUR && event->evidence.increment < 0.0 &&
            nobody_acts(&view->meters[event->meter], event))
            heard.evidence.increment = 0.0;
        heard.evidence.awake = heard.evidence.increment < BESIDE_WATER_AWAKE;
        heard.evidence.increment *= BESIDE_WATER;
        heard.awake_probability = 0.0;
    }
    return heard;
}

void silence_begin(struct silence_state *state)
{
    struct silence_now *now = &state->now;
    now->evidence = now->top = now->missed = now->gain_recent = 0.0f;
    now->odd_hours = now->quiet_hours = 0;
    memset(now->before, 0, sizeof now->before);
    memset(now->since_sum, 0, sizeof now->since_sum);
    memset(now->since_hours, 0, sizeof now->since_hours);
    state->hidden = (struct silence_hidden){0};
}

static void count(uint16_t *counter)
{
    if (*counter < UINT16_MAX)
        ++*counter;
}

static void count_up_to(uint16_t counters[SILENCE_GRID], const double grid[SILENCE_GRID],
                        double value)
{
    for (int i = 0; i < SILENCE_GRID && value >= grid[i]; i++)
        count(&counters[i]);
}

static void approach(float *mean, double value, double rate)
{
    *mean = (float)(*mean + rate * (value - *mean));
}

/* ---- evidence ------------------------------------------------------------------------------- */

static void take_evidence(struct silence_state *state, const struct event *event, bool water,
                          bool fresh)
{
    struct silence_now *now = &state->now;
    float evidence = (float)(now->evidence + event->evidence.increment);
    /* Water that somebody drew ends it, however small a share of this home's nights it is. */
    if (water && event->evidence.awake)
        evidence = 0.0f;
    if (evidence < 0.0f)
        evidence = 0.0f;
    if (evidence > EVIDENCE_CAP)
        evidence = EVIDENCE_CAP;
    if (now->top - evidence >= RESET_FALL)
        evidence = 0.0f;
    now->evidence = evidence;
    if (evidence <= SILENCE_REARM) {
        if (!event->again && now->top > 1.0f)
            count_up_to(state->habit.reached, evidence_grid, now->top);
        now->top = 0.0f;
        now->odd_hours = 0;
    } else {
        if (evidence > now->top)
            now->top = evidence;
        if (fresh)
            count(&now->odd_hours);
    }
}

/* Evidence hour by hour, for how fast it grows. */
static void note_growth(struct silence_now *now, double increment, bool fresh)
{
    if (fresh) {
        memmove(&now->before[1], &now->before[0], sizeof now->before - sizeof now->before[0]);
        now->gain_recent *= 0.75f;
    }
    now->before[0] = now->evidence;
    now->gain_recent = (float)(now->gain_recent + increment);
    for (int i = 0; i < SILENCE_STRENGTHS; i++)
        if (increment < strengths[i]) {
            now->since_hours[i] = 0;
            now->since_sum[i] = 0.0f;
        } else {
            if (fresh)
                count(&now->since_hours[i]);
            now->since_sum[i] = (float)(now->since_sum[i] + increment);
        }
}

/* ---- silences ------------------------------------------------------------------------------- */

static void end_silence(struct silence_state *state)
{
    const struct silence_now *now = &state->now;
    struct silence_habit *habit = &state->habit;
    count_up_to(habit->lasted, silence_hours_grid, now->quiet_hours);
    if (now->quiet_hours >= 12)
        count(&habit->began[now->onset_hour / 3 + (now->onset_day >= 5 ? 8 : 0)]);
    if (now->quiet_hours >= LONG_HOURS) {
        count(&habit->began_day[now->onset_day]);
        habit->since_absence = habit->since_return = 0;
        habit->absences += 1.0f;
    }
}

static void take_silence(struct silence_state *state, const struct event *event, bool fresh)
{
    struct silence_now *now = &state->now;
    if (event->evidence.awake) {
        if (!event->again)
            end_silence(state);
        if (event->hour > state->awake_hour)
            state->awake_hour = event->hour;
        now->quiet_hours = 0;
        now->missed = 0.0f;
        now->onset_hour = event->local_hour;
        now->onset_day = event->weekday;
        now->onset_evidence = (float)event->evidence.increment;
        return;
    }
    if (fresh)
        count(&now->quiet_hours);
    now->missed = (float)(now->missed - num_log(1.0 - event->awake_probability));
}

/* ---- habits --------------------------------------------------------------------------------- */

static void age_habit(struct silence_state *state, bool awake)
{
    struct silence_habit *habit = &state->habit;
    bool gone = state->now.quiet_hours >= 24;
    if (gone)
        habit->since_absence = 0;
    if (habit->since_absence < 2000)
        habit->since_absence++;
    if (awake && habit->since_return < 2000)
        habit->since_return++;
    habit->absences *= 0.9995187797f; /* half in 60 days */
    approach(&habit->absent_share, gone ? 1.0 : 0.0, 0.0006);
}

/* The logarithm of an hour's use; drips and nothing at all are one octave below the least. */
static double level_of(const struct meter_view *meter, uint8_t code)
{
    const struct routine *routine = meter->routine;
    bool flow = meter->utility != UTILITY_ELECTRICITY;
    int least = routine->lowest > 8 ? routine->lowest - 8 : 0;
    if ((flow && code <= routine->floor) || code < least)
        code = (uint8_t)least;
    return code * (LN2 / 8.0);
}

/* What only the leading meter tells: how active the home is, and how its use stands to its nights.
 */
static void teach_lead(struct silence_state *state, const struct meter_view *meter,
                       const struct event *event)
{
    struct silence_habit *habit = &state->habit;
    struct silence_now *now = &state->now;
    bool awake = event->evidence.awake;
    double level = level_of(meter, event->use);
    if (habit->lead != meter->utility + 1) {
        habit->lead = (uint8_t)(meter->utility + 1);
        habit->level = habit->spread = habit->night_spread = 0.0f;
        habit->night_level = (float)level;
    }
    if (awake || now->quiet_hours <= 24) {
        approach(&habit->active_day, awake ? 1.0 : 0.0, 1.0 / 24.0);
        approach(&habit->expected_day, event->awake_probability, 1.0 / 24.0);
        approach(&habit->active_week, awake ? 1.0 : 0.0, 1.0 / 168.0);
        approach(&habit->expected_week, event->awake_probability, 1.0 / 168.0);
    }
    double above = level - habit->night_level, off = above < 0 ? -above : above;
    approach(&habit->level, above, 0.2);
    approach(&habit->spread, off, 0.2);
    if (event->local_hour >= 2 && event->local_hour < 5 && now->evidence < ODD) {
        approach(&habit->night_level, level, 0.03);
        above = level - habit->night_level;
        approach(&habit->night_spread, above < 0 ? -above : above, 0.03);
    }
}

void silence_take(struct silence_state *state, const struct household_view *view,
                  const struct event *event)
{
    const struct meter_view *meter = &view->meters[event->meter];
    bool fresh = event->hour > state->now.hour;
    bool lead = silence_lead(view) == event->meter;
    if (fresh)
        state->now.hour = event->hour;
    take_evidence(state, event, meter->utility == UTILITY_WATER, fresh);
    take_silence(state, event, fresh);
    note_growth(&state->now, event->evidence.increment, fresh);
    if (event->again)
        return;
    if (fresh)
        age_habit(state, event->evidence.awake);
    if (lead)
        teach_lead(state, meter, event);
}

void silence_take_absent(struct silence_state *state, const struct event *event)
{
    silence_begin(state);
    state->now.hour = event->hour;
    if (event->hour > state->awake_hour)
        state->awake_hour = event->hour;
    state->now.onset_hour = event->local_hour;
    state->now.onset_day = event->weekday;
}

/* ---- features ------------------------------------------------------------------------------- */

/* Own excursions (or silences) that came as far as x, and half a year of other homes'. */
static double pooled(const uint16_t own[SILENCE_GRID], const float prior[SILENCE_GRID],
                     const double grid[SILENCE_GRID], double x)
{
    double sum[SILENCE_GRID];
    for (int i = 0; i < SILENCE_GRID; i++)
        sum[i] = own[i] + POOLED_YEARS * (double)prior[i];
    return num_between(x, grid, sum, SILENCE_GRID);
}

static double years_of(const struct silence_state *state)
{
    double years = state->watched_hours / HOURS_PER_YEAR;
    return (years < YEARS_MIN ? YEARS_MIN : years) + POOLED_YEARS;
}

static double reached(const struct silence_state *state, const struct silence_prior *prior,
                      double evidence)
{
    return pooled(state->habit.reached, prior->reached, evidence_grid, evidence);
}

static double lasted(const struct silence_state *state, const struct silence_prior *prior,
                     double hours)
{
    return pooled(state->habit.lasted, prior->lasted, silence_hours_grid, hours);
}

double silence_lasted_at(const struct silence_state *state, const struct silence_prior *prior,
                         int point)
{
    return state->habit.lasted[point] + POOLED_YEARS * (double)prior->lasted[point];
}

double silence_evidence_yearly(const struct silence_state *state, const struct silence_prior *prior)
{
    return reached(state, prior, (double)state->now.evidence) / years_of(state);
}

double silence_quiet_yearly(const struct silence_state *state, const struct silence_prior *prior)
{
    return lasted(state, prior, state->now.quiet_hours) / years_of(state);
}

static float rate_log(double yearly)
{
    return (float)num_log(yearly + 0.05);
}

static void fill_record(const struct silence_state *state, const struct silence_prior *prior,
                        float *out)
{
    double years = years_of(state);
    double evidence = (double)state->now.evidence, quiet = state->now.quiet_hours;
    out[FEATURE_RATE_EVIDENCE] = rate_log(silence_evidence_yearly(state, prior));
    out[FEATURE_RATE_QUIET] = rate_log(silence_quiet_yearly(state, prior));
    out[FEATURE_RATE_10] = rate_log(reached(state, prior, 10) / years);
    out[FEATURE_RATE_20] = rate_log(reached(state, prior, 20) / years);
    out[FEATURE_RATE_24H] = rate_log(lasted(state, prior, 24) / years);
    out[FEATURE_RATE_12H] = rate_log(lasted(state, prior, 12) / years);
    out[FEATURE_GOES_ON] = (float)num_log((reached(state, prior, evidence + 6) + 0.1) /
                                          (reached(state, prior, evidence) + 0.1));
    out[FEATURE_LASTS_ON] = (float)num_log((lasted(state, prior, quiet + 10) + 0.1) /
                                           (lasted(state, prior, quiet) + 0.1));
}

static void fill_onset(const struct silence_state *state, const struct silence_prior *prior,
                       float *out)
{
    const struct silence_now *now = &state->now;
    const struct silence_habit *habit = &state->habit;
    int block = now->onset_hour / 3 + (now->onset_day >= 5 ? 8 : 0);
    double all = 0.0, week = 0.0;
    for (int i = 0; i < 16; i++)
        all += habit->began[i];
    for (int i = 0; i < 7; i++)
        week += habit->began_day[i];
    out[FEATURE_ONSET_HOUR] = now->onset_hour;
    out[FEATURE_ONSET_HABIT] = (float)num_log(
        (habit->began[block] + 5.0 * (double)prior->began[block] + 1e-3) / (all + 5.0));
    out[FEATURE_ONSET_DAY_HABIT] =
        (float)num_log((habit->began_day[now->onset_day] + 1.0) * 7.0 / (week + 7.0));
    out[FEATURE_ONSET_EVIDENCE] = now->onset_evidence;
}

/* Signs of life to be expected in the hours to come, on all meters that are waited for. */
static void fill_ahead(const struct household_view *view, const struct event *event, float *out)
{
    double nobody = 1.0, awake = 0.0;
    int lead = silence_lead(view);
    for (unsigned j = 1; j <= 12; j++) {
        unsigned hour = (event->local_hour + j) % 24;
        unsigned day = (event->weekday + (event->local_hour + j) / 24) % 7;
        for (int m = 0; m < view->meter_count; m++)
            if (view->meters[m].routine->highest && silence_vouches(view, m) &&
                !beside_water(view, m))
                nobody *= 1.0 - routine_awake(view->meters[m].routine, routine_slot(hour, day));
        if (j == 3)
            out[FEATURE_AHEAD_3] = (float)-num_log(nobody + 1e-30);
        if (j == 6)
            out[FEATURE_AHEAD_6] = (float)-num_log(nobody + 1e-30);
    }
    out[FEATURE_AHEAD_12] = (float)-num_log(nobody + 1e-30);
    for (int slot = 0; lead >= 0 && slot < ROUTINE_SLOTS; slot++)
        awake += view->meters[lead].routine->awake[slot];
    out[FEATURE_LIVELY] = (float)(awake / (255.0 * ROUTINE_SLOTS));
}

static void fill_habit(const struct silence_habit *habit, float *out)
{
    out[FEATURE_ACTIVE_DAY] =
        (float)num_log(((double)habit->active_day + 0.05) / ((double)habit->expected_day + 0.05));
    out[FEATURE_ACTIVE_WEEK] =
        (float)num_log(((double)habit->active_week + 0.05) / ((double)habit->expected_week + 0.05));
    out[FEATURE_SINCE_ABSENCE] = habit->since_absence;
    out[FEATURE_SINCE_RETURN] = habit->since_return;
    out[FEATURE_ABSENCES] = habit->absences;
    out[FEATURE_ABSENT_SHARE] = habit->absent_share;
    out[FEATURE_LEVEL] = habit->level;
    out[FEATURE_SPREAD] =
        (float)num_log(((double)habit->spread + 0.02) / ((double)habit->night_spread + 0.02));
}

void silence_features(const struct silence_state *state, const struct household_view *view,
                      const struct silence_prior *prior, const struct event *event,
                      float out[FEATURE_COUNT])
{
    const struct silence_now *now = &state->now;
    fill_record(state, prior, out);
    fill_onset(state, prior, out);
    fill_ahead(view, event, out);
    fill_habit(&state->habit, out);
    silence_week(view, event, out);
    out[FEATURE_EVIDENCE] = now->evidence;
    out[FEATURE_ODD_HOURS] = now->odd_hours;
    out[FEATURE_QUIET_HOURS] = now->quiet_hours;
    out[FEATURE_HOUR] = event->local_hour;
    out[FEATURE_WEEKDAY] = event->weekday;
    out[FEATURE_MISSED] = now->missed;
    out[FEATURE_GAIN_3] = now->evidence - now->before[3];
    out[FEATURE_GAIN_RECENT] = now->gain_recent;
    for (int i = 0; i < SILENCE_STRENGTHS; i++) {
        out[FEATURE_SOFT_HOURS + 2 * i] = now->since_hours[i];
        out[FEATURE_SOFT_EVIDENCE + 2 * i] = now->since_sum[i];
    }
}
