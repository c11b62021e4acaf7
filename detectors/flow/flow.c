/* SPDX-License-Identifier: Apache-2.0
 *
 * flow: water that does not stop. Its page: flow.md.
 */
#include "detectors/flow/flow.h"

#include <stdio.h>
#include <string.h>

#include "detectors/days.h"
#include "detectors/num.h"
#include "detectors/say.h"

#define WATER_METERS_MAX 2 /* cold and warm; a third is not looked at */
#define HOURLY_MINUTES   90
#define LEAK_HOURS       24
#define HALF             8   /* codes from a use to half of it */
#define FADE_DAYS        30  /* a record loses a code, 8 %, in so many days */
#define USUAL            0.3 /* findings a home-year, half of which flow HALVING times more */
#define HALVING          1.3

/* Hours without a stop that are compared with the home's own record of them. */
static const uint8_t window_hours[] = {2, 3, 4, 6, 8, 12, LEAK_HOURS};
#define WINDOWS (sizeof window_hours / sizeof window_hours[0])

struct flow_options {
    double least, least_leak, above;
    int64_t learning_days, grave_hours;
};

#define ROW(member, kind, scale, preset, least_value, most, text, ...)                 \
    {                                                                                  \
        .name = "flow." #member, .type = (kind), .unit = (scale), .initial = (preset), \
        .min = (least_value), .max = (most), .reloadable = true,                       \
        .offset = offsetof(struct flow_options, member), .help = (text), __VA_ARGS__   \
    }

static const struct option options[] = {
    ROW(least, OPTION_NUMBER, "L/h", "120", 1, 10000,
        "A flow of 2 to 12 hours without a stop counts from this on"),
    ROW(least_leak, OPTION_NUMBER, "L/h", "5", 0.1, 10000,
        "A flow of 24 hours without a stop, a leak, counts from this on"),
    ROW(above, OPTION_NUMBER, "%", "100", 0, 1000,
        "It must exceed the home's own record for as many hours by this share",
        .lever = LEVER_TELLS_LESS),
    ROW(learning_days, OPTION_INT, "days", "28", 7, 365,
        "Known days of the meter before anything is said"),
    ROW(grave_hours, OPTION_INT, "hours", "6", 2, 24,
        "A flow that nobody has stopped after so many hours is raised high"),
};

struct flow_meter {
    int32_t newest_hour;         /* of `levels`; 0 none */
    int32_t since_hour;          /* of the finding; 0 none */
    uint8_t levels[LEAK_HOURS];  /* codes of the lesser half-hour, hour % 24; 0 not known */
    uint8_t records[WINDOWS];    /* the most that flowed for as many hours */
    uint8_t fade_days;           /* since the records faded */
    uint8_t level, window, past; /* when the finding began: code, which window, its record */
    uint8_t spare[5];
};

struct flow_state {
    struct flow_meter meters[WATER_METERS_MAX];
};
_Static_assert(sizeof(struct flow_state) % 8 == 0, "the contract's alignment");

/* ---- a meter's own state ------------------------------------------------------------------- */

/* Which of the water meters it is; WATER_METERS_MAX: none that is looked at. */
static unsigned place_of(const struct household_view *view, unsigned meter)
{
    unsigned place = 0;
    if (view->meters[meter].utility != UTILITY_WATER)
        return WATER_METERS_MAX;
    for (unsigned i = 0; i < meter; i++)
        place += view->meters[i].utility == UTILITY_WATER;
    return place < WATER_METERS_MAX ? place : WATER_METERS_MAX;
}

/* The meter at that place among the water meters; VIEW_METERS_MAX: there is none. */
static unsigned meter_at(const struct household_view *view, unsigned place)
{
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++)
        if (place_of(view, i) == place)
            return i;
    return VIEW_METERS_MAX;
}

static void note_level(struct flow_meter *own, const struct event *event)
{
    uint8_t level = event->use;
    for (int half = 0; half < 2; half++)
        if (event->halves[half] < level)
            level = event->halves[half];
    if (!event->vouched)
        level = ROUTINE_MISSING;
    if (event->hour > own->newest_hour) {
        int32_t gap = event->hour - own->newest_hour;
        if (gap >= LEAK_HOURS || !own->newest_hour)
            memset(own->levels, ROUTINE_MISSING, sizeof own->levels);
        else
            for (int32_t hour = own->newest_hour + 1; hour < event->hour; hour++)
                own->levels[hour % LEAK_HOURS] = ROUTINE_MISSING;
        own->newest_hour = event->hour;
    }
    if (event->hour > own->newest_hour - LEAK_HOURS)
        own->levels[event->hour % LEAK_HOURS] = level;
}

/* The least of the last `hours` hours; ROUTINE_MISSING when one is not known. */
static uint8_t least_of(const struct flow_meter *own, int hours)
{
    uint8_t least = UINT8_MAX;
    for (int32_t hour = own->newest_hour - hours + 1; hour <= own->newest_hour; hour++) {
        if (hour < 0)
            return ROUTINE_MISSING;
        uint8_t level = own->levels[hour % LEAK_HOURS];
        if (level < least)
            least = level;
    }
    return least;
}

static void learn(struct flow_meter *own, const struct event *event)
{
    for (unsigned i = 0; i < WINDOWS; i++) {
        uint8_t least = least_of(own, window_hours[i]);
        if (least > own->records[i])
            own->records[i] = least;
    }
    if (event->local_hour != 0 || ++own->fade_days < FADE_DAYS)
        return;
    own->fade_days = 0;
    for (unsigned i = 0; i < WINDOWS; i++)
        own->records[i] -= own->records[i] > 0;
}

/* ---- the rule ------------------------------------------------------------------------------ */

static double least_milli(const struct flow_options *set, unsigned window)
{
    return 1000.0 * (window_hours[window] == LEAK_HOURS ? set->least_leak : set->least);
}

static void begin(const struct flow_options *set, struct flow_meter *own)
{
    for (unsigned i = 0; i < WINDOWS; i++) {
        uint8_t least = least_of(own, window_hours[i]);
        double milli = (double)routine_milli(least);
        if (milli < least_milli(set, i) ||
            milli * 100.0 < (100.0 + set->above) * (double)routine_milli(own->records[i]))
            continue;
        own->since_hour = own->newest_hour - window_hours[i] + 1;
        own->level = least;
        own->window = (uint8_t)i;
        own->past = own->records[i];
        return;
    }
}

/* A flow has stopped when an hour, or half of one, passed less than half of it. */
static void go_on(struct flow_meter *own)
{
    int32_t from = own->newest_hour - LEAK_HOURS + 1;
    if (from < own->since_hour)
        from = own->since_hour;
    bool known = false;
    for (int32_t hour = from; hour <= own->newest_hour; hour++) {
        uint8_t level = own->levels[hour % LEAK_HOURS];
        known = known || level != ROUTINE_MISSING;
        if (level != ROUTINE_MISSING && level + HALF < own->level)
            own->since_hour = 0;
    }
    if (!known) /* a day without readings: nobody can say */
        own->since_hour = 0;
}

static bool can_judge(const struct household_view *view, const struct meter_view *meter)
{
    return view->occupied && view->supply[UTILITY_WATER] == SUPPLY_OPEN &&
           meter->interval_minutes <= HOURLY_MINUTES && !days_gone(view, meter);
}

/* Somebody was active on another meter while it flowed. */
static bool is_somebody_there(const struct household_view *view, int32_t since_hour)
{
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++)
        if (view->meters[i].utility != UTILITY_WATER &&
            view->meters[i].last_life_s > (since_hour + 1) * (int64_t)3600)
            return true;
    return false;
}

static enum severity grade_of(const struct flow_options *set, const struct household_view *view,
                              const struct flow_meter *own)
{
    if (window_hours[own->window] == LEAK_HOURS)
        return SEVERITY_LOW;
    if (own->newest_hour - own->since_hour + 1 >= set->grave_hours)
        return SEVERITY_HIGH;
    return is_somebody_there(view, own->since_hour) ? SEVERITY_LOW : SEVERITY_MEDIUM;
}

static double needed_milli(const struct flow_options *set, unsigned window, uint8_t record)
{
    double above = (100.0 + set->above) / 100.0 * (double)routine_milli(record);
    double least = least_milli(set, window);
    return above > least ? above : least;
}

/* A leak, and what nobody has stopped for hours, is told at any budget. */
static double price_of(const struct flow_options *set, const struct flow_meter *own)
{
    if (window_hours[own->window] == LEAK_HOURS ||
        own->newest_hour - own->since_hour + 1 >= set->grave_hours)
        return PACE_ALWAYS;
    double times = (double)routine_milli(own->level) / needed_milli(set, own->window, own->past);
    return pace_graded(USUAL, num_log(times) / num_log(HALVING));
}

/* Whatever flows by itself vouches for nobody, whether or not the budget has it told. */
static void tell(const struct flow_options *set, const struct flow_state *state,
                 const struct household_view *view, struct verdict *verdict)
{
    bool raised = verdict->active;
    double price = PACE_ANY;
    verdict->active = false;
    for (unsigned place = 0; place < WATER_METERS_MAX; place++) {
        const struct flow_meter *own = &state->meters[place];
        unsigned meter = meter_at(view, place);
        if (!own->since_hour || meter == VIEW_METERS_MAX)
            continue;
        enum severity grade = grade_of(set, view, own);
        int64_t since_s = own->since_hour * (int64_t)3600;
        verdict->running |= (uint8_t)(1u << meter);
        if (!verdict->active || grade > verdict->grade)
            verdict->grade = grade;
        if (!verdict->active || since_s < verdict->since_s)
            verdict->since_s = since_s;
        double past = (double)routine_milli(own->past);
        double least = least_milli(set, own->window);
        double score = (double)routine_milli(own->level) / (past > least ? past : least);
        if (score > verdict->score)
            verdict->score = score;
        if (price_of(set, own) < price)
            price = price_of(set, own);
        verdict->active = true;
        verdict->utility = UTILITY_WATER;
        verdict->utilities = 1u << UTILITY_WATER;
        verdict->oddness = ODDNESS_STRANGE;
    }
    pace_others_judge(view, raised, price, verdict);
}

/* What ran through a meter whose place another one took, is not seen any more. True: it ended. */
static bool end_gone(struct flow_state *state, const struct household_view *view)
{
    bool ended = false;
    for (unsigned place = 0; place < WATER_METERS_MAX; place++) {
        unsigned meter = meter_at(view, place);
        if (!state->meters[place].since_hour || meter == VIEW_METERS_MAX ||
            !days_gone(view, &view->meters[meter]))
            continue;
        state->meters[place].since_hour = 0;
        ended = true;
    }
    return ended;
}

static void observe_household(struct flow_state *state, const struct household_view *view,
                              const struct event *event)
{
    if (event->household == HOUSEHOLD_MOVED_IN)
        memset(state, 0, sizeof *state); /* other people, other habits */
    for (unsigned place = 0; place < WATER_METERS_MAX && !view->occupied; place++)
        state->meters[place].since_hour = 0;
}

/* False: of a meter that is not looked at. */
static bool observe_hour(const struct flow_options *set, struct flow_state *state,
                         const struct household_view *view, const struct event *event)
{
    unsigned place = place_of(view, event->meter);
    if (event->hour < 0 || place == WATER_METERS_MAX)
        return false;
    const struct meter_view *meter = &view->meters[event->meter];
    struct flow_meter *own = &state->meters[place];
    note_level(own, event);
    if (!can_judge(view, meter))
        own->since_hour = 0;
    else if (own->since_hour)
        go_on(own);
    else if (!event->again && meter->valid_days >= set->learning_days)
        begin(set, own);
    if (!event->again)
        learn(own, event);
    return true;
}

static void observe(const void *options_of, void *state_of, const struct household_view *view,
                    const struct event *event, struct verdict *verdict)
{
    const struct flow_options *set = options_of;
    struct flow_state *state = state_of;
    bool looked = end_gone(state, view);
    if (event->kind == EVENT_HOUSEHOLD) {
        observe_household(state, view, event);
        looked = true;
    } else if (event->kind == EVENT_HOUR) {
        looked = observe_hour(set, state, view, event) || looked;
    }
    if (looked)
        tell(set, state, view, verdict);
}

/* ---- the sentence -------------------------------------------------------------------------- */

static void describe(const void *options_of, const void *state_of,
                     const struct household_view *view, const struct verdict *verdict, char *out,
                     size_t out_bytes)
{
    const struct flow_state *state = state_of;
    const struct flow_meter *own = &state->meters[0];
    (void)options_of;
    for (unsigned place = 1; place < WATER_METERS_MAX; place++)
        if (state->meters[place].since_hour &&
            (!own->since_hour || state->meters[place].since_hour < own->since_hour))
            own = &state->meters[place];
    char since[SAY_MAX], level[SAY_MAX], past[SAY_MAX], hours[SAY_MAX];
    say_use(UTILITY_WATER, routine_milli(own->level), level);
    say_use(UTILITY_WATER, routine_milli(own->past), past);
    say_counted(window_hours[own->window], "hour", hours);
    (void)snprintf(out, out_bytes,
                   "Water has not stopped running since %s, at least %s in every hour; the most "
                   "here for %s on end was %s an hour.",
                   say_time(verdict->since_s, view->now_s, view->utc_offset_s, since), level, hours,
                   past);
}

/* ---- the numbers --------------------------------------------------------------------------- */

enum { TERM_LEVEL, TERM_HOURS, TERM_RECORD, TERM_NEEDED, TERM_RUNNING, TERM_GRAVE, TERM_COUNT };

static const struct term terms[] = {
    [TERM_LEVEL] =
        {"level", "L/h",
         "flows at least in every hour of the window that comes nearest to a finding, or "
         "began it"},
    [TERM_HOURS] = {"hours", "h", "that window"},
    [TERM_RECORD] =
        {"record", "L/h",
         "the most that flowed here for as many hours; without a finding, this window too"},
    [TERM_NEEDED] = {"needed", "L/h", "a finding begins at this, as the budget is"},
    [TERM_RUNNING] = {"running", "h", "since it began to flow; 0: no finding"},
    [TERM_GRAVE] = {"grave", "h", "after so many it is raised high"},
};

/* As the budget is; a leak's is always the same. */
static double asked_milli(const struct flow_options *set, const struct household_view *view,
                          unsigned window, uint8_t record)
{
    double needed = needed_milli(set, window, record);
    double halvings = window_hours[window] == LEAK_HOURS ? 0.0 : pace_others_halvings(view, USUAL);
    return needed * num_exp(halvings * num_log(HALVING));
}

/* The window of the finding, else the one that comes nearest; WINDOWS: none is known. */
static unsigned nearest(const struct flow_options *set, const struct flow_meter *own)
{
    unsigned best = WINDOWS;
    double most = -1.0;
    if (own->since_hour)
        return own->window;
    for (unsigned i = 0; i < WINDOWS; i++) {
        uint8_t level = least_of(own, window_hours[i]);
        double part = (double)routine_milli(level) / needed_milli(set, i, own->records[i]);
        if (level == ROUTINE_MISSING || part <= most)
            continue;
        most = part;
        best = i;
    }
    return best;
}

static void explain(const void *options_of, const void *state_of, const struct household_view *view,
                    double values[TERMS_MAX])
{
    const struct flow_options *set = options_of;
    const struct flow_state *state = state_of;
    double most = -1.0;
    values[TERM_GRAVE] = (double)set->grave_hours;
    for (unsigned place = 0; place < WATER_METERS_MAX; place++) {
        const struct flow_meter *own = &state->meters[place];
        unsigned window = nearest(set, own);
        if (!own->newest_hour || window == WINDOWS || meter_at(view, place) == VIEW_METERS_MAX)
            continue;
        uint8_t level = own->since_hour ? own->level : least_of(own, window_hours[window]);
        uint8_t record = own->since_hour ? own->past : own->records[window];
        double needed = needed_milli(set, window, record);
        double part = (double)routine_milli(level) / needed + (own->since_hour ? 1000.0 : 0.0);
        if (part <= most)
            continue;
        most = part;
        values[TERM_LEVEL] = (double)routine_milli(level) / 1000.0;
        values[TERM_HOURS] = window_hours[window];
        values[TERM_RECORD] = (double)routine_milli(record) / 1000.0;
        values[TERM_NEEDED] = asked_milli(set, view, window, record) / 1000.0;
        values[TERM_RUNNING] = own->since_hour ? own->newest_hour + 1 - own->since_hour : 0;
    }
}

const struct detector detector_flow = {
    .name = "flow",
    .summary = "water that does not stop: a tap left running, a burst pipe, a leak",
    .team = TEAM_WELFARE,
    .pricing = PRICED_GRADED,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .options_bytes = sizeof(struct flow_options),
    .state_bytes = sizeof(struct flow_state),
    .observe = observe,
    .describe = describe,
    .terms = terms,
    .term_count = TERM_COUNT,
    .said = {"running", "level"},
    .explain = explain,
};
