/* SPDX-License-Identifier: Apache-2.0
 *
 * drop: a lived-in home uses far less than it usually does. Its page: drop.md.
 */
#include "detectors/drop/drop.h"

#include <stdio.h>
#include <string.h>

#include "detectors/days.h"
#include "detectors/detector.h"
#include "detectors/say.h"

#define BASE_DAYS_MIN    28 /* known days before the window, else nothing is said */
#define TYPE_DAYS_MIN    5  /* known days of a type, else all days together say what is usual */
#define PAST_WINDOWS_MIN 14 /* to rank the present among */
#define WINDOW_DAYS_MAX  14
#define USUAL            0.4  /* findings a home-year, half of which lie HALVING deeper */
#define USUAL_DEPTH      50.0 /* per cent below the usual, from which on they were counted */
#define HALVING          10.0
#define SEASONAL         10.0 /* per cent of the usual, of use that goes by the weather */
#define MONTHS           12   /* of 30 days, of which the lowest days are remembered */
#define MONTH_DAYS       30

struct drop_options {
    int64_t days, months, awake_hours;
    double below, back, rarest;
    double floor_electricity, floor_water, floor_gas;
};

#define ROW(member, kind, scale, preset, least, most, text, ...)                       \
    {                                                                                  \
        .name = "drop." #member, .type = (kind), .unit = (scale), .initial = (preset), \
        .min = (least), .max = (most), .reloadable = true,                             \
        .offset = offsetof(struct drop_options, member), .help = (text), __VA_ARGS__   \
    }

static const struct option options[] = {
    ROW(days, OPTION_INT, "days", "2", 1, WINDOW_DAYS_MAX,
        "Whole local days whose use is added up and compared"),
    ROW(below, OPTION_NUMBER, "%", "50", 1, 95,
        "A finding begins below this share of the usual use of the same types of days",
        .below = "drop.back", .lever = LEVER_TELLS_MORE),
    ROW(back, OPTION_NUMBER, "%", "70", 1, 100,
        "It ends with a day of at least this share of the usual"),
    ROW(rarest, OPTION_NUMBER, "%", "3", 0, 100,
        "At most this share of the home's own past 60 days may have been as low"),
    ROW(months, OPTION_INT, "months", "0", 0, MONTHS,
        "At most so many of the home's own past 12 months may have had days as low"),
    ROW(awake_hours, OPTION_INT, "hours", "5", 0, 24,
        "Hours a day in which somebody must be awake; an empty home is silence's. 0: does not ask"),
    ROW(floor_electricity, OPTION_NUMBER, "kWh", "0.5", 0, 1000,
        "Electricity must have fallen by at least this a day"),
    ROW(floor_water, OPTION_NUMBER, "L", "20", 0, 100000,
        "Water must have fallen by at least this a day"),
    ROW(floor_gas, OPTION_NUMBER, "m3", "0.3", 0, 1000,
        "Gas must have fallen by at least this a day; the same number of kWh where kWh are "
        "metered"),
};

/* Frozen when a meter's finding begins, so that low days do not become the usual. */
struct drop_meter {
    int32_t since_day; /* first local day of the window; 0: no finding */
    uint16_t usual[2]; /* day codes: weekday, weekend */
    uint8_t percent;   /* of the usual, in its lowest window */
    uint8_t spare[3];
    int32_t leak_day;        /* last local day on which water never stopped; 0 none */
    int32_t month;           /* newest of `deepest`: local days / 30; 0 none */
    uint8_t deepest[MONTHS]; /* per cent below the usual, the most of any window; month % 12 */
};

struct drop_state {
    struct presence presence;
    struct drop_meter meters[VIEW_METERS_MAX];
};
_Static_assert(sizeof(struct drop_state) % 8 == 0, "the contract's alignment");

static unsigned day_type(int32_t day)
{
    return (unsigned)(day + 3) % 7 >= 5; /* 1970-01-01 was a Thursday */
}

/* ---- what is usual ------------------------------------------------------------------------ */

/* Medians of days [from, to] by type; false when too few are known. */
static bool find_usual(const struct meter_view *meter, int32_t from, int32_t to, uint16_t usual[2])
{
    uint16_t all[VIEW_DAYS], typed[2][VIEW_DAYS];
    unsigned count = 0, counts[2] = {0, 0};
    for (int32_t day = from; day <= to; day++) {
        uint16_t code = days_code(meter, day);
        if (!code)
            continue;
        unsigned type = day_type(day);
        all[count++] = code;
        typed[type][counts[type]++] = code;
    }
    if (count < BASE_DAYS_MIN)
        return false;
    for (unsigned type = 0; type < 2; type++)
        usual[type] = counts[type] >= TYPE_DAYS_MIN ? days_median(typed[type], counts[type])
                                                    : days_median(all, count);
    return true;
}

/* ---- the last days ------------------------------------------------------------------------ */

struct window {
    double used, usual; /* milli-units over its days */
};

/* Sums of `days` days ending with `last`; false when one is unknown. */
static bool sum_window(const struct meter_view *meter, int32_t last, int days,
                       const double usual[2], struct window *out)
{
    struct window window = {0.0, 0.0};
    for (int32_t day = last - days + 1; day <= last; day++) {
        uint16_t code = days_code(meter, day);
        if (!code)
            return false;
        window.used += days_milli(code);
        window.usual += usual[day_type(day)];
    }
    *out = window;
    return true;
}

/* Whether a day in [from, to] reached `back` of what is usual. */
static bool is_back(const struct meter_view *meter, int32_t from, int32_t to, double back,
                    const double usual[2])
{
    for (int32_t day = from; day <= to; day++) {
        uint16_t code = days_code(meter, day);
        if (code && days_milli(code) * 100.0 >= back * usual[day_type(day)])
            return true;
    }
    return false;
}

/* Whether this home itself was as low as `now` too often, in windows of days [from, to]. */
static bool is_habit(const struct drop_options *set, const struct meter_view *meter, int32_t from,
                     int32_t to, const double usual[2], const struct window *now)
{
    unsigned windows = 0, as_low = 0;
    for (int32_t last = from + (int32_t)set->days - 1; last <= to; last++) {
        struct window past;
        if (!sum_window(meter, last, (int)set->days, usual, &past))
            continue;
        windows++;
        as_low += past.used * now->usual <= now->used * past.usual;
    }
    return windows < PAST_WINDOWS_MIN || as_low * 100.0 > set->rarest * windows;
}

/* Per cent below the usual. */
static uint8_t depth_of(const struct window *window)
{
    double used = window->usual > 0.0 ? window->used * 100.0 / window->usual : 100.0;
    return used < 100.0 ? (uint8_t)(100.0 - used) : 0;
}

static void turn_month(struct drop_meter *own, int32_t day)
{
    int32_t month = day / MONTH_DAYS;
    if (month <= own->month)
        return;
    if (month - own->month >= MONTHS)
        memset(own->deepest, 0, sizeof own->deepest);
    else
        for (int32_t m = own->month + 1; m <= month; m++)
            own->deepest[m % MONTHS] = 0;
    own->month = month;
}

/* Remembers how low the window was that ended before the present one began. */
static void remember(const struct drop_options *set, const struct meter_view *meter,
                     struct drop_meter *own, const double usual[2])
{
    int32_t last = meter->newest_day - (int32_t)set->days;
    struct window past;
    if (last < 0 || !sum_window(meter, last, (int)set->days, usual, &past))
        return;
    turn_month(own, last);
    uint8_t *deepest = &own->deepest[own->month % MONTHS];
    if (depth_of(&past) > *deepest)
        *deepest = depth_of(&past);
}

/* How many of the months behind had days as low: a year of them, where is_habit knows 60 days. */
static unsigned months_as_low(const struct drop_meter *own, const struct window *now)
{
    unsigned months = 0;
    for (unsigned m = 0; m < MONTHS; m++)
        months += own->deepest[m] && own->deepest[m] >= depth_of(now);
    return months;
}

/* ---- when nothing is said ------------------------------------------------------------------ */

/* The first day that the window may hold: after a limited or cut supply and a declared absence. */
static int32_t window_from(const struct household_view *view, const struct meter_view *meter)
{
    int32_t from = 0;
    int64_t changed_s = view->arrears[meter->utility].changed_s;
    if (changed_s)
        from = days_local(view, changed_s) + 1;
    if (view->absent_to_s && view->absent_to_s <= view->now_s &&
        days_local(view, view->absent_to_s - 1) >= from)
        from = days_local(view, view->absent_to_s - 1) + 1;
    return from;
}

/* Somebody was seen on each of the last days. */
static bool was_at_home(const struct drop_options *set, const struct drop_state *state,
                        int32_t newest_day)
{
    return presence_days(&state->presence, newest_day, (unsigned)set->days) == set->days;
}

/* The same, where a meter can see anybody at all. */
static bool is_lived_in(const struct drop_options *set, const struct drop_state *state,
                        const struct household_view *view, int32_t newest_day)
{
    return set->awake_hours == 0 || !presence_seen(view) || was_at_home(set, state, newest_day);
}

/* ---- one meter ----------------------------------------------------------------------------- */

/* Heating ends with the cold, and cold.c tells of what is missed in it. */
static double below_of(const struct drop_options *set, const struct household_view *view,
                       const struct meter_view *meter)
{
    return days_seasonal(view, meter) && set->below > SEASONAL ? SEASONAL : set->below;
}

/* How low the last days were, when that is low and nothing but the people can be why. */
static bool is_low(const struct drop_options *set, const struct household_view *view,
                   const struct meter_view *meter, const double usual[2], struct window *now)
{
    int32_t newest = meter->newest_day, first = newest - (int32_t)set->days + 1;
    return sum_window(meter, newest, (int)set->days, usual, now) &&
           (now->used + days_step(meter)) * 100.0 < below_of(set, view, meter) * now->usual &&
           now->usual - now->used >= days_floor_milli(meter->utility, set->floor_electricity,
                                                      set->floor_water, set->floor_gas) *
                                         (double)set->days &&
           !is_back(meter, first, newest, set->back, usual) &&
           days_measured(view, meter, first, newest);
}

static void begin(const void *options_of, const void *state_of, const struct household_view *view,
                  const struct meter_view *meter, void *own_of)
{
    const struct drop_options *set = options_of;
    const struct drop_state *state = state_of;
    struct drop_meter *own = own_of;
    int32_t newest = meter->newest_day, first = newest - (int32_t)set->days + 1;
    int32_t from = newest - VIEW_DAYS + 1;
    if (from <= own->leak_day)
        from = own->leak_day + 1;
    if (view->moved_in_s && from <= days_local(view, view->moved_in_s))
        from = days_local(view, view->moved_in_s) + 1;
    uint16_t codes[2];
    struct window now;
    if (first < window_from(view, meter) || !find_usual(meter, from, first - 1, codes))
        return;
    const double usual[2] = {days_milli(codes[0]), days_milli(codes[1])};
    if (first - (int32_t)set->days >= window_from(view, meter) &&
        is_lived_in(set, state, view, first - 1))
        remember(set, meter, own, usual);
    if (!is_lived_in(set, state, view, newest) || !is_low(set, view, meter, usual, &now) ||
        is_habit(set, meter, from, first - 1, usual, &now) ||
        months_as_low(own, &now) > set->months)
        return;
    own->since_day = first;
    own->usual[0] = codes[0];
    own->usual[1] = codes[1];
    own->percent = (uint8_t)(now.used * 100.0 / now.usual);
}

/* True when it ended because use is back. After VIEW_DAYS nothing is left of the former usual. */
static bool go_on(const void *options_of, const void *state_of, const struct household_view *view,
                  const struct meter_view *meter, void *own_of)
{
    const struct drop_options *set = options_of;
    const struct drop_state *state = state_of;
    struct drop_meter *own = own_of;
    const double usual[2] = {days_milli(own->usual[0]), days_milli(own->usual[1])};
    double back = set->back > set->below ? set->back : set->below;
    struct window now;
    remember(set, meter, own, usual);
    if (is_lived_in(set, state, view, meter->newest_day) && is_low(set, view, meter, usual, &now) &&
        100 - depth_of(&now) < own->percent)
        own->percent = (uint8_t)(100 - depth_of(&now));
    bool ended = is_back(meter, own->since_day, meter->newest_day, back, usual);
    if (ended || meter->newest_day - own->since_day >= VIEW_DAYS)
        own->since_day = 0;
    return ended;
}

/* ---- the contract -------------------------------------------------------------------------- */

static void note(const struct household_view *view, const struct meter_view *meter, void *own_of)
{
    (void)view;
    struct drop_meter *own = own_of;
    if (meter->utility == UTILITY_WATER && meter->continuous)
        own->leak_day = meter->newest_day;
}

static const struct days_judge judge = {
    DAYS_JUDGE_PLACES(drop),
    .one = SEVERITY_MEDIUM,
    .several = SEVERITY_HIGH,
    .usual = USUAL,
    .usual_depth = USUAL_DEPTH,
    .halving = HALVING,
    .note = note,
    .begin = begin,
    .go_on = go_on,
};
_Static_assert(offsetof(struct drop_state, presence) == 0, "as days_judge asks");

static void observe(const void *options_of, void *state, const struct household_view *view,
                    const struct event *event, struct verdict *verdict)
{
    const struct drop_options *set = options_of;
    days_judge_observe(&judge, set, state, set->awake_hours, view, event, verdict);
}

/* ---- the sentence -------------------------------------------------------------------------- */

/* Used and usual of an average day since the finding began. */
static struct window average_day(const struct meter_view *meter, const struct drop_meter *own)
{
    const double usual[2] = {days_milli(own->usual[0]), days_milli(own->usual[1])};
    struct window sum = {0.0, 0.0};
    int days = 0;
    for (int32_t day = own->since_day; day <= meter->newest_day; day++) {
        struct window one;
        if (!sum_window(meter, day, 1, usual, &one))
            continue;
        sum.used += one.used;
        sum.usual += one.usual;
        days++;
    }
    if (days == 0)
        return sum;
    return (struct window){sum.used / days, sum.usual / days};
}

static int percent_down(const struct window *average)
{
    return average->usual > 0.0 ? (int)(100.5 - average->used * 100.0 / average->usual) : 0;
}

/* "; water is down 61 %" for every other utility, once. */
static void add_others(const struct drop_state *state, const struct household_view *view,
                       const struct verdict *verdict, char *out, size_t out_bytes)
{
    uint32_t said = 1u << verdict->utility;
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++) {
        enum utility utility = view->meters[i].utility;
        if (!state->meters[i].since_day || said >> utility & 1)
            continue;
        said |= 1u << utility;
        struct window average = average_day(&view->meters[i], &state->meters[i]);
        char other[SAY_MAX];
        (void)snprintf(other, sizeof other, "; %s is down %d %%", utility_names[utility],
                       percent_down(&average));
        say_add(out, out_bytes, other);
    }
}

static void describe(const void *options_of, const void *state_of,
                     const struct household_view *view, const struct verdict *verdict, char *out,
                     size_t out_bytes)
{
    const struct drop_options *set = options_of;
    const struct drop_state *state = state_of;
    unsigned worst = days_judge_lowest(&judge, state, view, verdict->utility);
    const struct drop_meter *own = &state->meters[worst];
    struct window average = average_day(&view->meters[worst], own);
    char name[SAY_MAX], since[SAY_MAX], used[SAY_MAX], usual[SAY_MAX], amounts[3 * SAY_MAX] = "";
    say_use(verdict->utility, (int64_t)average.used, used);
    say_use(verdict->utility, (int64_t)average.usual, usual);
    if (used[0])
        (void)snprintf(amounts, sizeof amounts, " (%s a day instead of %s)", used, usual);
    (void)snprintf(out, out_bytes, "%s use since %s is %d %% below what is usual here%s",
                   say_capital(say_utilities(1u << verdict->utility, name)),
                   say_day(own->since_day, days_local(view, view->now_s), since),
                   percent_down(&average), amounts);
    add_others(state, view, verdict, out, out_bytes);
    say_add(out, out_bytes,
            was_at_home(set, state, view->meters[worst].newest_day) ? "; somebody was at home."
                                                                    : ".");
}

/* ---- the numbers ---------------------------------------------------------------------------- */

enum {
    TERM_PERCENT,
    TERM_BELOW,
    TERM_BACK,
    TERM_USED,
    TERM_USUAL,
    TERM_DAYS,
    TERM_HOME,
    TERM_MONTHS,
    TERM_COUNT
};

static const struct term terms[] = {
    [TERM_PERCENT] = {"percent", "%",
                      "of what is usual was used, by the meter that fell furthest; the score is "
                      "what is left to 100 in its lowest days"},
    [TERM_BELOW] = {"below", "%", "a finding begins below this, as the budget is"},
    [TERM_BACK] = {"back", "%", "a day of at least this ends it"},
    [TERM_USED] = {"used", "Wh or L", "on an average of these days"},
    [TERM_USUAL] = {"usual", "Wh or L", "on days of these types"},
    [TERM_DAYS] = {"days", "days", "that were compared"},
    [TERM_HOME] = {"home", NULL, "1: somebody was at home on each of the last days"},
    [TERM_MONTHS] = {"months", "months", "of the last 12 had days as low"},
};

/* The days of the finding, else those that one would be made of. */
static bool compare(const struct drop_options *set, const struct drop_meter *own,
                    const struct meter_view *meter, struct window *average, int32_t *days)
{
    int32_t first = own->since_day ? own->since_day : meter->newest_day - (int32_t)set->days + 1;
    struct drop_meter now = *own;
    now.since_day = first;
    if (!own->since_day &&
        !find_usual(meter, meter->newest_day - VIEW_DAYS + 1, first - 1, now.usual))
        return false;
    *average = average_day(meter, &now);
    *days = meter->newest_day - first + 1;
    return average->usual > 0.0;
}

static void explain(const void *options_of, const void *state_of, const struct household_view *view,
                    double values[TERMS_MAX])
{
    const struct drop_options *set = options_of;
    const struct drop_state *state = state_of;
    double priced = 100.0 - USUAL_DEPTH - HALVING * pace_others_halvings(view, USUAL);
    values[TERM_BELOW] = priced < set->below ? priced : set->below;
    values[TERM_BACK] = set->back;
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++) {
        struct window average;
        int32_t days;
        if (!compare(set, &state->meters[i], &view->meters[i], &average, &days))
            continue;
        double percent = average.used * 100.0 / average.usual;
        if (values[TERM_PERCENT] <= percent)
            continue;
        double below = below_of(set, view, &view->meters[i]);
        values[TERM_PERCENT] = percent;
        values[TERM_BELOW] = priced < below ? priced : below;
        values[TERM_USED] = average.used / 1000.0;
        values[TERM_USUAL] = average.usual / 1000.0;
        values[TERM_DAYS] = days;
        values[TERM_MONTHS] = months_as_low(&state->meters[i], &average);
        values[TERM_HOME] = was_at_home(set, state, view->meters[i].newest_day);
    }
}

const struct detector detector_drop = {
    .name = "drop",
    .summary = "use over the last days far below what is usual in a lived-in home",
    .team = TEAM_WELFARE,
    .pricing = PRICED_GRADED,
    .collective = true,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .options_bytes = sizeof(struct drop_options),
    .state_bytes = sizeof(struct drop_state),
    .observe = observe,
    .describe = describe,
    .terms = terms,
    .term_count = TERM_COUNT,
    .said = {"percent", "days"},
    .explain = explain,
};
