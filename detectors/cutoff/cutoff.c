/* SPDX-License-Identifier: Apache-2.0
 *
 * cutoff: the supply is announced to be cut, is limited or is cut. Its page: cutoff.md.
 */
#include "detectors/cutoff/cutoff.h"

#include "detectors/detector.h"
#include "detectors/say.h"

struct cutoff_options {
    bool notice, limited;
};

#define ROW(member, preset, text)                                                                \
    {                                                                                            \
        .name = "cutoff." #member, .type = OPTION_BOOL, .initial = (preset), .reloadable = true, \
        .offset = offsetof(struct cutoff_options, member), .help = (text)                        \
    }

static const struct option options[] = {
    ROW(notice, "true", "Raise when a disconnection notice is out"),
    ROW(limited, "true", "Raise when the supply is limited; a cut supply is always raised"),
};

#define STEPS_SAID "0 open, 1 a notice is out, 2 limited, 3 cut off"
enum step { STEP_NONE, STEP_NOTICE, STEP_LIMITED, STEP_CUT, STEP_COUNT };

static const enum severity step_grades[STEP_COUNT] = {
    [STEP_NOTICE] = SEVERITY_MEDIUM,
    [STEP_LIMITED] = SEVERITY_HIGH,
    [STEP_CUT] = SEVERITY_HIGH,
};

struct cutoff_state {
    int64_t since_s[UTILITY_COUNT];
    uint8_t steps[UTILITY_COUNT];
    uint8_t spare[5];
};
_Static_assert(sizeof(struct cutoff_state) % 8 == 0, "the contract's alignment");

static enum step step_of(const struct cutoff_options *set, const struct household_view *view,
                         enum utility utility)
{
    if (!view->occupied) /* nobody is left to be without */
        return STEP_NONE;
    if (view->supply[utility] == SUPPLY_CUT)
        return STEP_CUT;
    if (view->supply[utility] == SUPPLY_LIMITED && set->limited)
        return STEP_LIMITED;
    /* An arrangement halts what was announced. */
    bool announced = view->arrears[utility].notice && !view->arrears[utility].arrangement;
    return announced && set->notice ? STEP_NOTICE : STEP_NONE;
}

/* When the step was reached: supply states know it, a notice came with this event. */
static int64_t since_of(const struct household_view *view, enum utility utility, enum step step,
                        const struct event *event)
{
    int64_t changed_s = view->arrears[utility].changed_s;
    return step >= STEP_LIMITED && changed_s ? changed_s : event->at_s;
}

static void observe(const void *options_of, void *state_of, const struct household_view *view,
                    const struct event *event, struct verdict *verdict)
{
    struct cutoff_state *state = state_of;
    unsigned worst = STEP_NONE, others = 0;
    if (event->kind != EVENT_DAY && event->kind != EVENT_BILLING && event->kind != EVENT_HOUSEHOLD)
        return;
    verdict->active = false;
    for (unsigned u = 0; u < UTILITY_COUNT; u++) {
        enum step step = step_of(options_of, view, u);
        if (step != state->steps[u])
            state->since_s[u] = step ? since_of(view, u, step, event) : 0;
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
                state->steps[utility] == STEP_CUT ? " has been cut off" : " has been limited");
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
    .explain = explain,
};
