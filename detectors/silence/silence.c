/* SPDX-License-Identifier: Apache-2.0
 *
 * silence.md tells the method. State is the evidence and this household's own record of absences.
 */
#include "detectors/silence/silence.h"

#include <stdio.h>
#include <string.h>

#include "detectors/num.h"
#include "detectors/say.h"
#include "detectors/silence/state.h"

#define GRID           SILENCE_GRID
#define EVIDENCE_CAP   40.0
#define RESET_FALL     3.0 /* a fall this deep below its top ends an excursion */
#define REARM          0.5
#define ODD            8.0
#define STRANGE        12.0
#define POOLED_YEARS   0.5 /* the population counts as half a year of this home's own record */
#define HOURS_PER_YEAR 8766.0
#define LOWEST_RATE    0.05

static const double evidence_grid[GRID] = {1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 17, 20, 24, 28, 34, 40};

/* Excursions a year that reach each grid point in an ordinary home: the prior of day one. Means of
 * 39 homes with a water and 40 with an electricity meter, 87 home-years (silence.md). */
static const double population[GRID] = {350, 150, 80,  50,  34,  25,  15,  11,
                                        8.3, 6.8, 5.2, 4.3, 3.6, 3.1, 2.5, 2};

static const struct option options[] = {
    {.name = "silence.learning_days",
     .type = OPTION_INT,
     .unit = "d",
     .initial = "28",
     .min = 14,
     .max = 365,
     .reloadable = true,
     .offset = offsetof(struct silence_options, learning_days),
     .help = "Days with at least half of their hours measured before a household can raise."},
    {.name = "silence.share",
     .type = OPTION_NUMBER,
     .initial = "1.0",
     .min = 0.01,
     .max = 10,
     .reloadable = true,
     .offset = offsetof(struct silence_options, share),
     .help = "Part of budget.acute_per_household_year that silence may spend."},
};

static void count_excursion(struct silence_state *state)
{
    for (int i = 0; i < GRID && state->top >= evidence_grid[i]; i++)
        if (state->reached[i] < UINT16_MAX)
            state->reached[i]++;
}

static void take_hour(struct silence_state *state, const struct event *event,
                      const struct hour_evidence *hour, double awake_probability, bool water)
{
    double evidence = state->evidence + hour->increment;
    /* Water that somebody drew ends it, however small a share of this home's nights it is. */
    if (water && hour->awake)
        evidence = 0.0;
    if (evidence < 0.0)
        evidence = 0.0;
    if (evidence > EVIDENCE_CAP)
        evidence = EVIDENCE_CAP;
    if (state->top - evidence >= RESET_FALL)
        evidence = 0.0;
    if (evidence <= REARM) {
        if (!event->again && state->top > 1.0)
            count_excursion(state);
        state->top = 0.0;
    } else if (evidence > state->top) {
        state->top = evidence;
    }
    state->evidence = evidence;
    if (hour->awake) {
        if (event->hour > state->awake_hour)
            state->awake_hour = event->hour;
        state->expected = 0.0;
    } else {
        state->expected -= num_log(1.0 - awake_probability);
    }
}

static bool can_judge(const struct silence_options *own, const struct household_view *view,
                      const struct event *event)
{
    const struct meter_view *meter = &view->meters[event->meter];
    if (!view->occupied || view->valid_days < own->learning_days)
        return false;
    /* A limiter or a cut lowers use by itself; running water says nothing about people. */
    return view->supply[meter->utility] == SUPPLY_OPEN && !meter->continuous;
}

double silence_yearly_rate(const struct silence_state *state)
{
    double years = state->watched_hours / HOURS_PER_YEAR;
    double own[GRID];
    for (int i = 0; i < GRID; i++)
        own[i] = state->reached[i];
    return (num_between(state->top, evidence_grid, own, GRID) +
            POOLED_YEARS * num_between(state->top, evidence_grid, population, GRID)) /
               (years + POOLED_YEARS) +
           LOWEST_RATE;
}

int32_t silence_quiet_from(const struct silence_state *state)
{
    return state->awake_hour ? state->awake_hour + 1 : state->first_hour;
}

static bool is_away(const struct household_view *view, int64_t at_s)
{
    return view->absent_from_s <= at_s && at_s < view->absent_to_s;
}

static void begin_anew(struct silence_state *state)
{
    state->evidence = state->top = state->expected = 0.0;
}

static void count_hour(struct silence_state *state, int32_t hour)
{
    if (!state->first_hour)
        state->first_hour = state->newest_hour = hour;
    if (hour <= state->newest_hour)
        return;
    int32_t gap = hour - state->newest_hour;
    state->watched_hours += gap > 24 ? 24 : gap;
    state->newest_hour = hour;
}

static void observe(const void *options_in, void *state_in, const struct household_view *view,
                    const struct event *event, struct verdict *verdict)
{
    const struct silence_options *own = options_in;
    struct silence_state *state = state_in;

    if (event->kind == EVENT_HOUSEHOLD &&
        (event->household == HOUSEHOLD_MOVED_IN || event->household == HOUSEHOLD_MOVED_OUT)) {
        memset(state, 0, sizeof *state);
        verdict->active = false;
        return;
    }
    /* Declared by the household, or found out by an officer: whoever is away is not silent. */
    if (event->kind == EVENT_HOUSEHOLD && (is_away(view, event->at_s) || !view->occupied))
        verdict->active = false;
    if (event->kind != EVENT_HOUR || !event->vouched)
        return;

    const struct meter_view *meter = &view->meters[event->meter];
    const struct hour_evidence hour = event->evidence;
    if (event->restart) {
        begin_anew(state);
        if (state->awake_hour >= event->hour) /* what was seen since is shown once more */
            state->awake_hour = event->hour - 1;
    }
    /* A batch that comes after life was seen elsewhere speaks of a silence that is over. */
    bool stale = !event->again && event->hour < state->newest_hour - 1 &&
                 event->hour <= state->awake_hour && !hour.awake;
    count_hour(state, event->hour);
    if (is_away(view, event->at_s)) { /* silence begins when they should be back */
        begin_anew(state);
        if (event->hour > state->awake_hour)
            state->awake_hour = event->hour;
        verdict->active = false;
        return;
    }
    if (!stale && view->supply[meter->utility] == SUPPLY_OPEN && !meter->continuous)
        take_hour(state, event, &hour, event->awake_probability, meter->utility == UTILITY_WATER);

    verdict->oddness = state->evidence >= STRANGE ? ODDNESS_STRANGE
                       : state->evidence >= ODD   ? ODDNESS_ODD
                                                  : ODDNESS_NONE;
    verdict->life = hour.awake;
    if (state->evidence <= REARM) {
        verdict->active = false;
        return;
    }
    if (!can_judge(own, view, event))
        return;
    double rate = silence_yearly_rate(state), allowed = view->acute_per_year * own->share;
    if (rate <= allowed && !hour.awake)
        verdict->active = true;
    if (!verdict->active)
        return;
    verdict->score = state->evidence;
    verdict->grade = rate <= allowed / 8.0 || event->hour - silence_quiet_from(state) >= 47
                         ? SEVERITY_CRITICAL
                         : SEVERITY_HIGH;
    verdict->since_s = (int64_t)silence_quiet_from(state) * 3600;
    if (view->absent_to_s <= event->at_s && view->absent_to_s > verdict->since_s)
        verdict->since_s = view->absent_to_s;
    verdict->utility = meter->utility;
    verdict->utilities |= 1u << meter->utility;
}

/* Utilities whose meters show nobody since then. */
static uint32_t quiet_utilities(const struct household_view *view, const struct verdict *verdict)
{
    uint32_t mask = 1u << verdict->utility;
    for (int m = 0; m < view->meter_count; m++)
        if (view->meters[m].interval_minutes < 1440 && view->meters[m].valid_days &&
            view->meters[m].last_life_s <= verdict->since_s)
            mask |= 1u << view->meters[m].utility;
    return mask;
}

/* How ordinary it would be to see nobody for this long at these hours. */
static void say_odds(double expected, char *out, size_t out_bytes)
{
    double quiet = num_exp(-(expected < 30 ? expected : 30)) * 100.0;
    if (quiet < 0.5)
        (void)snprintf(out, out_bytes, "this home has nearly always been active again by now");
    else if (quiet < 50)
        (void)snprintf(out, out_bytes, "on %d %% of days it has been active again by now",
                       (int)(100.0 - quiet));
    else
        (void)snprintf(out, out_bytes, "it is quieter than this home's usual nights and absences");
}

static void describe(const void *options_in, const void *state_in,
                     const struct household_view *view, const struct verdict *verdict, char *out,
                     size_t out_bytes)
{
    (void)options_in;
    const struct silence_state *state = state_in;
    char what[SAY_MAX], since[SAY_MAX], odds[96];
    uint32_t quiet = quiet_utilities(view, verdict);
    bool electric = quiet >> UTILITY_ELECTRICITY & 1;
    uint32_t flows = quiet & ~(1u << UTILITY_ELECTRICITY);
    say_odds(state->expected, odds, sizeof odds);
    (void)say_time(verdict->since_s, view->now_s, view->utc_offset_s, since);
    /* Electricity never stops: what is left is the fridge and what stands by. */
    (void)snprintf(out, out_bytes, "%s%s%s since %s; %s",
                   flows ? "No " : "Only standby electricity",
                   flows ? say_utilities(flows, what) : "",
                   flows && electric ? " and only standby electricity" : "", since, odds);
}

const struct detector detector_silence = {
    .name = "silence",
    .summary = "nobody has been active for longer than this home's own ways explain",
    .team = TEAM_POLICE,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .options_bytes = sizeof(struct silence_options),
    .state_bytes = sizeof(struct silence_state),
    .observe = observe,
    .describe = describe,
    .terms = silence_terms,
    .term_count = SILENCE_TERMS,
    .explain = silence_explain,
};
