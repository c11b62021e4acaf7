/* SPDX-License-Identifier: Apache-2.0
 *
 * routine: for days meals are missing, or night and day are swapped. Its page: routine.md.
 */
#include "detectors/habits/habits.h"

#include <stdio.h>
#include <string.h>

#include "detectors/days.h"
#include "detectors/detector.h"
#include "detectors/num.h"
#include "detectors/say.h"

#define HOURLY_MINUTES 90
#define ONE            65535.0 /* a probability of 1 in the state */
#define MEMORY_DAYS    32.0    /* a day weighs so little in what is usual */
#define LIKELY         0.8     /* a sign, in a home out of its routine */
#define SELDOM         0.03    /* no sign is thought rarer than this */
#define OFTEN          0.5     /* what is missing this often is no routine */
#define RUN_DAYS_MAX   200
#define AHEAD          4.0 /* of the threshold at most: some ordinary days end it */
#define USUAL          0.2 /* findings a home-year, half of which score HALVING more */
#define USUAL_ABOVE    7.0
#define HALVING        1.5

/* How a routine may have changed, each judged by itself: who lives by night still has meals. */
enum change { CHANGE_MEALS, CHANGE_SWAPPED, CHANGE_COUNT };

/* What a day may show. Hours are local. */
enum sign { SIGN_MORNING, SIGN_NOON, SIGN_EVENING, SIGN_SWAPPED, SIGN_COUNT };
#define HOURS(from, to) ((1u << (to)) - (1u << (from)))
#define NIGHT           HOURS(0, 5)
#define DAYTIME         HOURS(9, 17)

static const struct {
    enum change of;
    const char *shown; /* in the sentence */
    uint32_t hours;    /* that must be known */
} signs[SIGN_COUNT] = {
    [SIGN_MORNING] = {CHANGE_MEALS, "nothing used in the morning", HOURS(5, 10)},
    [SIGN_NOON] = {CHANGE_MEALS, "nothing at noon", HOURS(11, 14)},
    [SIGN_EVENING] = {CHANGE_MEALS, "nothing in the evening", HOURS(17, 21)},
    [SIGN_SWAPPED] = {CHANGE_SWAPPED, "up at night and quiet by day", NIGHT | DAYTIME},
};

struct routine_options {
    double above;
    int64_t days, learning_days, awake_hours;
};

#define ROW(member, kind, scale, preset, least, most, text, ...)                          \
    {                                                                                     \
        .name = "routine." #member, .type = (kind), .unit = (scale), .initial = (preset), \
        .min = (least), .max = (most), .reloadable = true,                                \
        .offset = offsetof(struct routine_options, member), .help = (text), __VA_ARGS__   \
    }

static const struct option options[] = {
    ROW(above, OPTION_NUMBER, NULL, "7", 1, 100,
        "A finding begins when the days speak so much for another routine than for this home's: "
        "the logarithm of the odds",
        .lever = LEVER_TELLS_LESS),
    ROW(days, OPTION_INT, "days", "3", 1, 14, "It takes at least so many days"),
    ROW(learning_days, OPTION_INT, "days", "42", 7, 365,
        "Known days of the home before anything is said"),
    ROW(awake_hours, OPTION_INT, "hours", "3", 1, 24,
        "Hours a day in which somebody must be awake: an empty home has no routine"),
};

/* Days that speak for a change, from the first on. */
struct run {
    double score;      /* log odds; 0: as usual */
    int32_t since_day; /* 0: none */
    uint8_t days;      /* judged since then */
    uint8_t on;
    uint8_t shown[SIGN_COUNT]; /* of these days */
    uint8_t spare[6];
};

struct routine_state {
    struct run runs[CHANGE_COUNT];
    int32_t day;                /* newest local day of which an hour is known; 0 none */
    uint32_t awake[2];          /* hours in which somebody acted: day % 2 */
    uint32_t known[2];          /* hours that were measured */
    uint16_t usual[SIGN_COUNT]; /* share of this home's days that show the sign */
    uint16_t learnt_days;
    uint8_t spare[2];
};
_Static_assert(sizeof(struct routine_state) % 8 == 0, "the contract's alignment");

/* ---- a day --------------------------------------------------------------------------------- */

static unsigned count(uint32_t hours)
{
    unsigned n = 0;
    for (; hours; hours &= hours - 1)
        n++;
    return n;
}

static bool shows(enum sign sign, uint32_t awake)
{
    if (sign != SIGN_SWAPPED)
        return !(awake & signs[sign].hours);
    unsigned night = count(awake & NIGHT);
    return night >= 2 && night * count(DAYTIME) > count(awake & DAYTIME) * count(NIGHT);
}

/* How much the day speaks for another routine than for the usual one. */
static double weigh(const struct routine_state *state, enum sign sign, bool shown)
{
    double usual = state->usual[sign] / ONE;
    if (usual > OFTEN)
        return 0.0;
    if (usual < SELDOM)
        usual = SELDOM;
    return num_log(shown ? LIKELY / usual : (1.0 - LIKELY) / (1.0 - usual));
}

/* The first days teach by their number, later ones by the memory. */
static void learn(struct routine_state *state, enum sign sign, bool shown)
{
    double n = state->learnt_days < MEMORY_DAYS ? state->learnt_days + 1.0 : MEMORY_DAYS;
    double usual = state->usual[sign];
    state->usual[sign] = (uint16_t)(usual + ((shown ? ONE : 0.0) - usual) / n);
}

static void as_usual(struct routine_state *state)
{
    memset(state->runs, 0, sizeof state->runs);
}

/* What the day says of one change; false when it says nothing. */
static bool weigh_day(struct routine_state *state, enum change change, int32_t day, double *sum)
{
    uint32_t awake = state->awake[day % 2], known = state->known[day % 2];
    struct run *run = &state->runs[change];
    bool judged = false;
    *sum = 0.0;
    for (unsigned sign = 0; sign < SIGN_COUNT; sign++) {
        if (signs[sign].of != change || signs[sign].hours & ~known)
            continue; /* what is not known is not missing */
        bool shown = shows(sign, awake);
        judged = true;
        *sum += weigh(state, sign, shown);
        run->shown[sign] += shown && run->shown[sign] < RUN_DAYS_MAX;
        learn(state, sign, shown);
    }
    return judged;
}

static void judge_change(const struct routine_options *set, struct routine_state *state,
                         enum change change, int32_t day)
{
    struct run *run = &state->runs[change];
    double sum;
    if (!weigh_day(state, change, day, &sum) || state->learnt_days < set->learning_days) {
        if (!run->since_day)
            memset(run, 0, sizeof *run);
        return;
    }
    if (!run->since_day)
        run->since_day = day;
    run->days += run->days < RUN_DAYS_MAX;
    run->score += sum;
    if (run->score > set->above + AHEAD)
        run->score = set->above + AHEAD;
    if (run->score <= 0.0)
        memset(run, 0, sizeof *run);
    else if (run->score >= set->above && run->days >= set->days)
        run->on = 1;
}

static void judge_day(const struct routine_options *set, struct routine_state *state, int32_t day)
{
    if (count(state->awake[day % 2]) < set->awake_hours)
        return; /* nobody at home, or hardly: silence's */
    for (unsigned change = 0; change < CHANGE_COUNT; change++)
        judge_change(set, state, change, day);
    if (state->learnt_days < UINT16_MAX)
        state->learnt_days++;
}

/* A new day begins: the one before the last is over for every meter. */
static void turn_day(const struct routine_options *set, struct routine_state *state, int32_t day)
{
    for (int32_t d = state->day - 1; d <= state->day && d < day - 1 && state->day; d++)
        judge_day(set, state, d);
    state->awake[day % 2] = state->known[day % 2] = 0;
    if (day - state->day > 1)
        state->awake[(day + 1) % 2] = state->known[(day + 1) % 2] = 0;
    state->day = day;
}

/* ---- the contract -------------------------------------------------------------------------- */

static uint32_t hourly_utilities(const struct household_view *view)
{
    uint32_t utilities = 0;
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++)
        if (view->meters[i].interval_minutes <= HOURLY_MINUTES)
            utilities |= 1u << view->meters[i].utility;
    return utilities;
}

static void tell(const struct routine_state *state, const struct household_view *view,
                 struct verdict *verdict)
{
    uint32_t utilities = hourly_utilities(view);
    int32_t since_day = INT32_MAX;
    bool raised = verdict->active;
    verdict->active = false;
    for (unsigned change = 0; change < CHANGE_COUNT && utilities; change++) {
        const struct run *run = &state->runs[change];
        if (!run->on)
            continue;
        verdict->active = true;
        if (run->since_day < since_day)
            since_day = run->since_day;
        if (run->score > verdict->score)
            verdict->score = run->score;
    }
    double price = pace_graded(USUAL, (verdict->score - USUAL_ABOVE) / HALVING);
    pace_others_judge(view, raised, price, verdict);
    if (!verdict->active)
        return;
    verdict->grade = SEVERITY_LOW;
    verdict->since_s = since_day * (int64_t)DAY_S - view->utc_offset_s;
    verdict->utilities = utilities;
    verdict->utility =
        utilities >> UTILITY_WATER & 1 ? UTILITY_WATER : (enum utility)__builtin_ctz(utilities);
}

static void observe(const void *options_of, void *state_of, const struct household_view *view,
                    const struct event *event, struct verdict *verdict)
{
    struct routine_state *state = state_of;
    if (event->kind == EVENT_HOUSEHOLD) {
        if (event->household == HOUSEHOLD_MOVED_IN)
            memset(state, 0, sizeof *state); /* other people, other habits */
        if (!view->occupied || days_absent(view))
            as_usual(state);
        tell(state, view, verdict);
    }
    if (event->kind != EVENT_HOUR || !event->vouched || event->again || event->hour < 0 ||
        event->local_hour >= 24 || view->meters[event->meter].interval_minutes > HOURLY_MINUTES)
        return;
    int32_t day = days_local(view, event->hour * (int64_t)3600);
    if (day > state->day) {
        turn_day(options_of, state, day);
        if (!view->occupied || days_absent(view))
            as_usual(state);
    }
    tell(state, view, verdict);
    if (day < 0 || state->day - day > 1)
        return;
    state->known[day % 2] |= 1u << event->local_hour;
    if (event->evidence.awake)
        state->awake[day % 2] |= 1u << event->local_hour;
}

/* ---- the sentence -------------------------------------------------------------------------- */

static void describe(const void *options_of, const void *state_of,
                     const struct household_view *view, const struct verdict *verdict, char *out,
                     size_t out_bytes)
{
    const struct routine_state *state = state_of;
    char since[SAY_MAX], part[2 * SAY_MAX];
    const char *between = ": ";
    (void)options_of;
    (void)snprintf(
        out, out_bytes, "The daily routine has been another one since %s",
        say_day(days_local(view, verdict->since_s), days_local(view, view->now_s), since));
    for (unsigned sign = 0; sign < SIGN_COUNT; sign++) {
        const struct run *run = &state->runs[signs[sign].of];
        /* At least on half of the days: else it is not what speaks. */
        if (!run->on || run->shown[sign] * 2u < run->days || state->usual[sign] > OFTEN * ONE)
            continue;
        (void)snprintf(part, sizeof part, "%s%s on %u of %u days", between, signs[sign].shown,
                       run->shown[sign], run->days);
        say_add(out, out_bytes, part);
        between = ", ";
    }
    say_add(out, out_bytes, ".");
}

/* ---- the numbers ---------------------------------------------------------------------------- */

enum {
    TERM_MEALS,
    TERM_SWAPPED,
    TERM_ABOVE,
    TERM_LEARNT,
    TERM_USUAL,                           /* one a sign */
    TERM_SHOWN = TERM_USUAL + SIGN_COUNT, /* likewise */
    TERM_COUNT = TERM_SHOWN + SIGN_COUNT
};

static const struct term terms[] = {
    [TERM_MEALS] = {"meals", NULL, "log odds of missing meals against this home's routine"},
    [TERM_SWAPPED] = {"nights", NULL, "log odds of a life by night; the score is the larger one"},
    [TERM_ABOVE] = {"above", NULL, "a finding begins at this, as the budget is"},
    [TERM_LEARNT] = {"learnt", "days", "that have taught what is usual"},
    [TERM_USUAL + SIGN_MORNING] = {"usual_no_morning", "%", "of this home's days show nothing"},
    [TERM_USUAL + SIGN_NOON] = {"usual_no_noon", "%", "likewise"},
    [TERM_USUAL + SIGN_EVENING] = {"usual_no_evening", "%", "likewise"},
    [TERM_USUAL + SIGN_SWAPPED] = {"usual_swapped", "%", "of its days are lived at night"},
    [TERM_SHOWN +
        SIGN_MORNING] = {"no_morning", "days", "without use from 5 to 10, since the odds left 0"},
    [TERM_SHOWN + SIGN_NOON] = {"no_noon", "days", "without use from 11 to 14"},
    [TERM_SHOWN + SIGN_EVENING] = {"no_evening", "days", "without use from 17 to 21"},
    [TERM_SHOWN + SIGN_SWAPPED] = {"swapped", "days", "lived at night"},
};
_Static_assert(TERM_COUNT <= TERMS_MAX, "as many as there is room for");

static void explain(const void *options_of, const void *state_of, const struct household_view *view,
                    double values[TERMS_MAX])
{
    const struct routine_options *set = options_of;
    const struct routine_state *state = state_of;
    double priced = USUAL_ABOVE + HALVING * pace_others_halvings(view, USUAL);
    values[TERM_MEALS] = state->runs[CHANGE_MEALS].score;
    values[TERM_SWAPPED] = state->runs[CHANGE_SWAPPED].score;
    values[TERM_ABOVE] = priced > set->above ? priced : set->above;
    values[TERM_LEARNT] = state->learnt_days;
    for (unsigned sign = 0; sign < SIGN_COUNT; sign++) {
        if (state->learnt_days)
            values[TERM_USUAL + sign] = state->usual[sign] * 100.0 / ONE;
        values[TERM_SHOWN + sign] = state->runs[signs[sign].of].shown[sign];
    }
}

const struct detector detector_routine = {
    .name = "routine",
    .summary = "for days meals are missing, or night and day are swapped; information",
    .team = TEAM_WELFARE,
    .pricing = PRICED_GRADED,
    .detects = DETECTS_HABITS,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .options_bytes = sizeof(struct routine_options),
    .state_bytes = sizeof(struct routine_state),
    .observe = observe,
    .describe = describe,
    .terms = terms,
    .term_count = TERM_COUNT,
    .explain = explain,
};
