/* SPDX-License-Identifier: Apache-2.0
 *
 * cutoff: the supply is announced to be cut, is limited or is cut. Its page: cutoff.md.
 */
#include "detectors/cutoff/cutoff.h"

#include "detectors/days.h"
#include "detectors/say.h"

#define HOUR_S          3600
#define OFF_HOURS_LEAST 3  /* what readings alone show is an outage before that (Ofgem) */
#define KNOWN_HOURS_MIN 48 /* before the supply went off, to know that it was on */
#define ZERO_PERCENT    25 /* of those hours at most: else zero is how this home uses power */

struct cutoff_options {
    bool notice, limited;
    int64_t prepay_hours;
};

#define ROW(member, preset, text, ...)                                                           \
    {                                                                                            \
        .name = "cutoff." #member, .type = OPTION_BOOL, .initial = (preset), .reloadable = true, \
        .offset = offsetof(struct cutoff_options, member), .help = (text), __VA_ARGS__           \
    }

static const struct option options[] = {
    ROW(notice, "true", "Raise when a disconnection notice is out", .lever = LEVER_TELLS_MORE),
    ROW(limited, "true", "Raise when the supply is limited; a cut supply is always raised"),
    {.name = "cutoff.prepay_hours",
     .type = OPTION_INT,
     .unit = "hours",
     .initial = "24",
     .min = 0,
     .max = 168,
     .reloadable = true,
     .offset = offsetof(struct cutoff_options, prepay_hours),
     .help = "A prepayment home (flag prepayment) without supply counts after so many hours"},
};

#define STEPS_SAID "0 open, 1 a notice is out, 2 limited, 3 cut off, 4 out of credit"
enum step { STEP_NONE, STEP_NOTICE, STEP_LIMITED, STEP_CUT, STEP_CREDIT, STEP_COUNT };

static const enum severity step_grades[STEP_COUNT] = {
    [STEP_NOTICE] = SEVERITY_MEDIUM,
    [STEP_LIMITED] = SEVERITY_HIGH,
    [STEP_CUT] = SEVERITY_HIGH,
    [STEP_CREDIT] = SEVERITY_HIGH,
};

struct cutoff_state {
    int64_t since_s[UTILITY_COUNT];
    int64_t off_s; /* since when the electricity meter has measured nothing at all; 0 it does */
    uint8_t steps[UTILITY_COUNT];
    uint8_t spare[5];
};
_Static_assert(sizeof(struct cutoff_state) % 8 == 0, "the contract's alignment");

/* ---- out of credit ------------------------------------------------------------------------- */

static bool is_prepaid(const struct household_view *view)
{
    return view->flags >> FLAG_PREPAYMENT & 1;
}

/* Where a supply that is off may harm, nobody waits. */
static bool is_urgent(const struct household_view *view)
{
    return view->cold_wave || view->flags >> FLAG_MEDICAL & 1;
}

/* Whether nothing at all is news: a home that is switched off at the mains when nobody is there,
 * or behind a solar roof, measures it often. */
static bool was_on(const struct household_view *view, const struct meter_view *meter, int32_t hour)
{
    int known = 0, zero = 0;
    for (int32_t h = hour - 1; h > meter->newest_hour - VIEW_HOURS && h >= 0; h--) {
        uint8_t code = meter->hours[h % VIEW_HOURS];
        known += code != ROUTINE_MISSING;
        zero += code == ROUTINE_ZERO;
    }
    return known >= KNOWN_HOURS_MIN && zero * 100 <= known * ZERO_PERCENT &&
           !(view->flags >> FLAG_PHOTOVOLTAIC & 1);
}

/* Of those that are still read. */
static bool is_only_meter(const struct household_view *view, unsigned meter)
{
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++)
        if (i != meter && view->meters[i].utility == UTILITY_ELECTRICITY &&
            !days_gone(view, &view->meters[i]))
            return false;
    return view->meters[meter].utility == UTILITY_ELECTRICITY &&
           !days_gone(view, &view->meters[meter]);
}

/* A fridge alone uses something in every hour: a meter that shows nothing has no supply. */
static void note_hour(struct cutoff_state *state, const struct household_view *view,
                      const struct event *event)
{
    if (!event->vouched || event->again || event->hour < 0 || !is_only_meter(view, event->meter))
        return;
    if (event->use != ROUTINE_ZERO)
        state->off_s = 0;
    else if (!state->off_s && was_on(view, &view->meters[event->meter], event->hour))
        state->off_s = event->hour * (int64_t)HOUR_S;
}

/* A meter that is read once a day may have taken the place of one that was read by the hour. */
static void note_day(struct cutoff_state *state, const struct household_view *view,
                     const struct event *event)
{
    int64_t start_s = event->day * (int64_t)DAY_S - view->utc_offset_s;
    if (start_s >= state->off_s && is_only_meter(view, event->meter) &&
        days_milli(days_code(&view->meters[event->meter], event->day)) > 0.0)
        state->off_s = 0;
}

/* Since when a prepaid supply has been off, told by the utility or seen; 0 not, or not for long. */
static int64_t out_of_credit_s(const struct cutoff_options *set, const struct cutoff_state *state,
                               const struct household_view *view, enum utility utility)
{
    bool told = view->supply[utility] == SUPPLY_CUT;
    int64_t hours = set->prepay_hours, off_s = 0;
    if (is_urgent(view) && hours > (told ? 0 : OFF_HOURS_LEAST))
        hours = told ? 0 : OFF_HOURS_LEAST;
    if (told)
        off_s = view->arrears[utility].changed_s;
    else if (utility == UTILITY_ELECTRICITY && view->supply[utility] == SUPPLY_OPEN)
        off_s = state->off_s;
    return off_s && view->now_s - off_s >= hours * HOUR_S ? off_s : 0;
}

/* ---- the rule ------------------------------------------------------------------------------ */

static enum step step_of(const struct cutoff_options *set, const struct cutoff_state *state,
                         const struct household_view *view, enum utility utility)
{
    if (!view->occupied) /* nobody is left to be without */
        return STEP_NONE;
    if (is_prepaid(view) && out_of_credit_s(set, state, view, utility))
        return STEP_CREDIT;
    if (view->supply[utility] == SUPPLY_CUT && !is_prepaid(view))
        return STEP_CUT;
    if (view->supply[utility] == SUPPLY_LIMITED && set->limited)
        return STEP_LIMITED;
    /* An arrangement halts what was announced. */
    bool announced = view->arrears[utility].notice && !view->arrears[utility].arrangement;
    return announced && set->notice ? STEP_NOTICE : STEP_NONE;
}

/* When the step was reached: supply states know it, a notice came with this event. */
static int64_t since_of(const struct cutoff_state *state, const struct household_view *view,
                        enum utility utility, enum step step, const struct event *event)
{
    int64_t changed_s = view->arrears[utility].changed_s;
    if (step == STEP_CREDIT && view->supply[utility] != SUPPLY_CUT)
        return state->off_s;
    return step >= STEP_LIMITED && changed_s ? changed_s : event->at_s;
}

static void observe(const void *options_of, void *state_of, const struct household_view *view,
                    const struct event *event, struct verdict *verdict)
{
    struct cutoff_state *state = state_of;
    unsigned worst = STEP_NONE, others = 0;
    bool hour = event->kind == EVENT_HOUR && is_prepaid(view);
    if (hour)
        note_hour(state, view, event);
    if (event->kind == EVENT_DAY)
        note_day(state, view, event);
    if (!hour && event->kind != EVENT_DAY && event->kind != EVENT_BILLING &&
        event->kind != EVENT_HOUSEHOLD)
        return;
    verdict->active = false;
    for (unsigned u = 0; u < UTILITY_COUNT; u++) {
        enum step step = step_of(options_of, state, view, u);
        if (step != state->steps[u])
            state->since_s[u] = step ? since_of(state, view, u, step, event) : 0;
        state->steps[u] = (uint8_t)step;
        if (!step)
            continue;
        verdict->active = true;
        verdict->utilities |= 1u << u;
        others++;
        if (!verdict->since_s || state->since_s[u] < verdict->since_s)
            verdict->since_s = state->since_s[u];
        if (step <= worst)
            continue;
        worst = step;
        verdict->utility = u;
    }
    if (!verdict->active)
        return;
    verdict->grade = step_grades[worst];
    verdict->stage = (uint8_t)worst;
    verdict->score = worst + 0.1 * (others - 1);
}

/* ---- the sentence -------------------------------------------------------------------------- */

static void add_step(const struct cutoff_state *state, const struct household_view *view,
                     enum utility utility, char *out, size_t out_bytes)
{
    bool first = out[0] == '\0';
    char name[SAY_MAX], since[SAY_MAX];
    say_utilities(1u << utility, name);
    if (!first)
        say_add(out, out_bytes, "; ");
    if (state->steps[utility] == STEP_NOTICE) {
        say_add(out, out_bytes, first ? "A" : "a");
        say_add(out, out_bytes, " disconnection notice has been out for ");
        say_add(out, out_bytes, name);
    } else {
        say_add(out, out_bytes, first ? say_capital(name) : name);
        say_add(out, out_bytes,
                state->steps[utility] == STEP_CREDIT ? " of a prepayment meter has been off"
                : state->steps[utility] == STEP_CUT  ? " has been cut off"
                                                     : " has been limited");
    }
    say_add(out, out_bytes, " since ");
    say_add(out, out_bytes,
            say_time(state->since_s[utility], view->now_s, view->utc_offset_s, since));
}

/* " (4 months unpaid, 129,300 KRW)" */
static void add_debt(const struct arrears_view *arrears, char *out, size_t out_bytes)
{
    char text[SAY_MAX];
    if (!arrears->months)
        return;
    say_add(out, out_bytes, " (");
    say_add(out, out_bytes, say_counted(arrears->months, "month", text));
    say_add(out, out_bytes, " unpaid");
    if (arrears->amount_minor > 0) {
        say_add(out, out_bytes, ", ");
        say_add(out, out_bytes, say_amount(arrears->amount_minor, arrears->currency, text));
    }
    say_add(out, out_bytes, ")");
}

static void describe(const void *options_of, const void *state_of,
                     const struct household_view *view, const struct verdict *verdict, char *out,
                     size_t out_bytes)
{
    const struct cutoff_state *state = state_of;
    (void)options_of;
    out[0] = '\0';
    add_step(state, view, verdict->utility, out, out_bytes);
    add_debt(&view->arrears[verdict->utility], out, out_bytes);
    for (unsigned u = 0; u < UTILITY_COUNT; u++)
        if (u != verdict->utility && state->steps[u])
            add_step(state, view, u, out, out_bytes);
    say_add(out, out_bytes, ".");
}

/* ---- the numbers ---------------------------------------------------------------------------- */

static const struct term terms[] = {
    [UTILITY_ELECTRICITY] = {"electricity", NULL, STEPS_SAID},
    [UTILITY_WATER] = {"water", NULL, STEPS_SAID},
    [UTILITY_GAS] = {"gas", NULL, STEPS_SAID},
};
_Static_assert(sizeof terms / sizeof terms[0] == UTILITY_COUNT, "one a utility");

static void explain(const void *options_of, const void *state_of, const struct household_view *view,
                    double values[TERMS_MAX])
{
    const struct cutoff_state *state = state_of;
    (void)options_of, (void)view;
    for (unsigned u = 0; u < UTILITY_COUNT; u++)
        values[u] = state->steps[u];
}

const struct detector detector_cutoff = {
    .name = "cutoff",
    .summary = "a supply that is limited, cut off or announced to be",
    .team = TEAM_WELFARE,
    .detects = DETECTS_SUPPLY,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .options_bytes = sizeof(struct cutoff_options),
    .state_bytes = sizeof(struct cutoff_state),
    .observe = observe,
    .describe = describe,
    .terms = terms,
    .term_count = sizeof terms / sizeof terms[0],
    .said = {"electricity", "water", "gas"},
    .explain = explain,
};
