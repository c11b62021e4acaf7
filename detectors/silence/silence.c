/* SPDX-License-Identifier: Apache-2.0
 *
 * silence.md tells the method. What is remembered is in features.h, the learnt score in score.h.
 */
#include "detectors/silence/silence.h"

#include <stdio.h>
#include <string.h>

#include "detectors/num.h"
#include "detectors/say.h"
#include "detectors/silence/hidden.h"
#include "detectors/silence/learning.h"
#include "detectors/silence/score.h"
#include "detectors/silence/state.h"

#define ODD     8.0f /* evidence from which nights are not ordinary */
#define STRANGE 12.0f
/* With other homes' record for its own a home of electricity looks as grave so much more often. */
#define LEARNING_DEARER 1.25
#define DELAY_SAID      120 /* minutes that readings are late from which a sentence says so */

static const struct option options[] = {
    {.name = "silence.learning_days",
     .type = OPTION_INT,
     .unit = "d",
     .initial = "28",
     .min = 14,
     .max = 365,
     .reloadable = true,
     .offset = offsetof(struct silence_options, learning_days),
     .help =
         "Days with at least half of their hours measured before a home's own record is enough; "
         "until then other homes stand in."},
    {.name = "silence.first_days",
     .type = OPTION_INT,
     .unit = "d",
     .initial = "2",
     .min = 2,
     .max = 365,
     .reloadable = true,
     .offset = offsetof(struct silence_options, first_days),
     .help = "Such days before a household can raise by what other homes do; from "
             "silence.learning_days on: nobody watches a home that is not known."},
    {.name = "silence.share",
     .type = OPTION_NUMBER,
     .initial = "1.0",
     .min = 0.01,
     .max = 10,
     .reloadable = true,
     .offset = offsetof(struct silence_options, share),
     .help =
         "Part of budget.acute_per_household_year that silence may spend, less what drop, flow, "
         "decline, routine and cold make; half of the part at least.",
     .lever = LEVER_TELLS_MORE},
    {.name = "silence.own",
     .type = OPTION_NUMBER,
     .initial = "0.5",
     .min = 0,
     .max = 1,
     .reloadable = true,
     .offset = offsetof(struct silence_options, own),
     .help = "Part of what the budget allows at which a home's own record of hours raises without "
             "the score; 0: never."},
};

double silence_allowed(const struct silence_options *own, const struct household_view *view)
{
    double part = view->acute_per_year * own->share;
    double others = pace_others(view);
    double mine = part - (others < part / 2.0 ? others : part / 2.0);
    return population_price(view->paces, population_of(view), mine);
}

static bool can_judge(const struct silence_options *own, const struct household_view *view,
                      const struct event *event)
{
    if (!view->occupied || !silence_vouches(view, event->meter))
        return false;
    if (view->valid_days >= own->learning_days)
        return true;
    /* Boilers say nothing about other homes' people. */
    int lead = silence_lead(view);
    return silence_is_learning(own, view) && lead >= 0 && view->meters[lead].utility != UTILITY_GAS;
}

int32_t silence_quiet_from(const struct silence_state *state)
{
    int32_t awake = state->awake_hour > state->learning.awake_hour ? state->awake_hour
                                                                   : state->learning.awake_hour;
    return awake ? awake + 1 : state->first_hour;
}

bool silence_is_away(const struct household_view *view, int64_t at_s)
{
    return view->absent_from_s <= at_s && at_s < view->absent_to_s;
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

/* What an alert now would be the price of, by the score. A silence that goes on is never thought
 * less of again: the price is measured on the highest score of each. */
void silence_judge(const struct silence_options *own, struct silence_state *state,
                   const struct household_view *view, const struct event *event)
{
    const struct silence_model *model = silence_model_of(view);
    float feature[FEATURE_COUNT];
    silence_features(state, view, &model->prior, event, feature);
    double yearly = silence_score_yearly(model, silence_score(model, feature));
    /* A home that the training knew none like must not go unseen: its own record has a say. */
    double record = silence_evidence_yearly(state, &model->prior);
    if (record < yearly * own->own)
        yearly = record / own->own;
    if (silence_is_learning(own, view) && model == &silence_electricity_model)
        yearly *= LEARNING_DEARER;
    if (!(state->yearly > 0.0f) || (float)yearly < state->yearly)
        state->yearly = (float)yearly;
}

static void end(struct silence_state *state, struct verdict *verdict)
{
    state->daily.on = 0;
    state->daily.yearly = 0.0f;
    verdict->active = false;
    verdict->price = 0.0;
}

/* Hours say no more; what days tell goes on until somebody is seen (or away) on one of them. */
static void end_hours(struct silence_state *state, const struct household_view *view,
                      const struct event *event, bool over, struct verdict *verdict)
{
    state->yearly = 0.0f;
    if (over && silence_daily_covers(state, view, event->hour)) {
        end(state, verdict);
        return;
    }
    verdict->active = verdict->active && state->daily.on;
    verdict->price = (double)state->daily.yearly;
}

static void observe_household(struct silence_state *state, const struct household_view *view,
                              const struct event *event, struct verdict *verdict)
{
    bool moved = event->household == HOUSEHOLD_MOVED_IN || event->household == HOUSEHOLD_MOVED_OUT;
    if (moved)
        memset(state, 0, sizeof *state);
    /* Declared by the household, or found out by an officer: whoever is away is not silent. */
    if (moved || silence_is_away(view, view->now_s) || !view->occupied) {
        state->learning.quiet = state->learning.on = 0;
        end(state, verdict);
    }
}

void silence_price(struct verdict *verdict, double yearly)
{
    if (!(verdict->price > 0.0) || yearly < verdict->price)
        verdict->price = yearly;
}

bool silence_hours_hold(const struct silence_state *state, double allowed)
{
    return state->yearly > 0.0f && (double)state->yearly <= allowed;
}

/* What was seen from this hour on is shown once more. */
static void restart(struct silence_state *state, const struct event *event, struct verdict *verdict)
{
    silence_begin(state);
    silence_learning_restart(&state->learning, event->hour);
    state->yearly = 0.0f;
    verdict->price = (double)state->daily.yearly;
    state->now.hour = event->hour - 1;
    if (state->awake_hour >= event->hour)
        state->awake_hour = event->hour - 1;
}

/* Takes what the hour shows; true: somebody was there. */
static bool take(const struct silence_options *own, struct silence_state *state,
                 const struct household_view *view, const struct event *event, bool stale)
{
    bool life = event->evidence.awake;
    bool learning = view->valid_days < own->learning_days || state->learning.on;
    if (stale)
        return life;
    if (learning && view->meters[event->meter].continuous)
        silence_learning_begin(&state->learning, event->hour);
    if (!silence_vouches(view, event->meter))
        return life;
    silence_hidden_take(state, view, &silence_model_of(view)->prior, event);
    silence_take(state, view, event);
    if (learning)
        life = silence_learning_take(state, view, event) || life;
    return life;
}

/* The price of an alert in this hour: the least that it has been in this silence; 0: none. */
static double price_now(const struct silence_options *own, struct silence_state *state,
                        const struct household_view *view, const struct event *event)
{
    if (state->now.evidence > SILENCE_REARM)
        silence_judge(own, state, view, event);
    if (!silence_is_learning(own, view))
        return (double)state->yearly;
    double others = silence_learning_yearly(state, view, event);
    if (others > 0.0 && (!(state->yearly > 0.0f) || (float)others < state->yearly))
        state->yearly = (float)others;
    if (others > 0.0 && others <= silence_allowed(own, view))
        state->learning.on = 1;
    return (double)state->yearly;
}

/* Other homes stand in, which is never enough for the gravest. */
static enum severity grade_of(const struct silence_options *own, const struct silence_state *state,
                              const struct household_view *view)
{
    bool gravest = (double)state->yearly <= silence_allowed(own, view) / 8.0 ||
                   state->newest_hour - silence_quiet_from(state) >= 47;
    return gravest && !silence_is_learning(own, view) ? SEVERITY_CRITICAL : SEVERITY_HIGH;
}

bool silence_days_speak(const struct silence_options *own, const struct silence_state *state,
                        const struct household_view *view, struct verdict *verdict)
{
    struct verdict days = *verdict;
    if (!silence_daily_tell(own, state, view, &days))
        return false;
    if (silence_hours_hold(state, silence_allowed(own, view))) {
        enum severity hours = grade_of(own, state, view);
        if (hours > days.grade || (hours == days.grade && state->yearly < state->daily.yearly))
            return false;
    }
    *verdict = days;
    return true;
}

static void tell(const struct silence_options *own, const struct silence_state *state,
                 const struct household_view *view, const struct event *event,
                 struct verdict *verdict)
{
    if (silence_days_speak(own, state, view, verdict))
        return;
    verdict->score = (double)state->now.evidence;
    verdict->grade = grade_of(own, state, view);
    verdict->since_s = (int64_t)silence_quiet_from(state) * 3600;
    if (view->absent_to_s <= event->at_s && view->absent_to_s > verdict->since_s)
        verdict->since_s = view->absent_to_s;
    verdict->utility = view->meters[event->meter].utility;
    verdict->utilities |= 1u << verdict->utility;
}

static void observe_hour(const struct silence_options *own, struct silence_state *state,
                         const struct household_view *view, const struct event *event,
                         struct verdict *verdict)
{
    if (event->restart)
        restart(state, event, verdict);
    /* A batch that comes after life was seen elsewhere speaks of a silence that is over. */
    bool stale = !event->again && event->hour < state->newest_hour - 1 &&
                 event->hour <= state->awake_hour && !event->evidence.awake;
    count_hour(state, event->hour);
    verdict->ready = can_judge(own, view, event);
    if (silence_is_away(view, event->at_s)) { /* silence begins when they should be back */
        silence_take_absent(state, event);
        silence_learning_begin(&state->learning, event->hour);
        end_hours(state, view, event, true, verdict);
        return;
    }
    bool by_others = state->learning.on;
    bool seen = take(own, state, view, event, stale);
    bool life = seen && silence_vouches(view, event->meter); /* a boiler goes on by itself */
    /* Unmistakable: what the score makes of the hours before is over. */
    if (by_others && !state->learning.on) {
        silence_begin(state);
        end_hours(state, view, event, life, verdict);
    }
    verdict->oddness = state->now.evidence >= STRANGE ? ODDNESS_STRANGE
                       : state->now.evidence >= ODD   ? ODDNESS_ODD
                                                      : ODDNESS_NONE;
    verdict->life = seen;
    if (state->now.evidence <= SILENCE_REARM && !state->learning.on)
        end_hours(state, view, event, life, verdict);
    if (!verdict->ready)
        return;
    double yearly = price_now(own, state, view, event);
    if (yearly > 0.0 && !life) {
        silence_price(verdict, yearly);
        verdict->active = verdict->active || yearly <= silence_allowed(own, view);
    }
    if (verdict->active && (yearly > 0.0 || state->daily.on))
        tell(own, state, view, event, verdict);
}

static void observe(const void *options_in, void *state_in, const struct household_view *view,
                    const struct event *shown, struct verdict *verdict)
{
    const struct silence_options *own = options_in;
    struct silence_state *state = state_in;
    const struct event event = silence_heard(view, shown);

    if (!verdict->active) /* what was told of days has ended otherwise */
        state->daily.on = 0;
    silence_daily_end_gone(own, state, view, verdict);
    if (event.kind == EVENT_HOUSEHOLD)
        observe_household(state, view, &event, verdict);
    if (event.kind == EVENT_DAY)
        silence_daily_observe(own, state, view, &event, verdict);
    /* A day without use, told at once, is no 24 hours that somebody read. */
    if (event.kind == EVENT_HOUR && event.vouched &&
        view->meters[event.meter].interval_minutes < SILENCE_DAILY_MINUTES)
        observe_hour(own, state, view, &event, verdict);
}

/* Utilities whose meters show nobody since then; what others show of a home that is learnt is not
 * known. */
static uint32_t quiet_utilities(const struct household_view *view, const struct verdict *verdict,
                                bool learning)
{
    uint32_t mask = 1u << verdict->utility;
    for (int m = 0; !learning && m < view->meter_count; m++)
        if (view->meters[m].interval_minutes < SILENCE_DAILY_MINUTES &&
            view->meters[m].valid_days && view->meters[m].last_life_s <= verdict->since_s)
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

/* Readings that come next morning say what was, not what is. */
static void say_delay(const struct household_view *view, const struct verdict *verdict, char *out,
                      size_t out_bytes)
{
    char as_of[SAY_MAX], late[3 * SAY_MAX];
    unsigned minutes = 0;
    for (int m = 0; m < view->meter_count; m++)
        if (view->meters[m].utility == verdict->utility && view->meters[m].delay_minutes > minutes)
            minutes = view->meters[m].delay_minutes;
    if (minutes < DELAY_SAID)
        return;
    (void)say_time(view->now_s, view->now_s, view->utc_offset_s, as_of);
    (void)snprintf(late, sizeof late, "; as of %s, its readings come about %u hours late", as_of,
                   (minutes + 30) / 60);
    say_add(out, out_bytes, late);
}

static void describe(const void *options_in, const void *state_in,
                     const struct household_view *view, const struct verdict *verdict, char *out,
                     size_t out_bytes)
{
    const struct silence_options *own = options_in;
    const struct silence_state *state = state_in;
    struct verdict days = *verdict;
    char what[SAY_MAX], since[SAY_MAX], odds[96];
    bool learning = silence_is_learning(own, view);
    if (silence_days_speak(own, state, view, &days)) {
        silence_daily_describe(own, state, view, verdict, out, out_bytes);
        say_delay(view, verdict, out, out_bytes);
        return;
    }
    uint32_t quiet = quiet_utilities(view, verdict, learning);
    bool electric = quiet >> UTILITY_ELECTRICITY & 1;
    uint32_t flows = quiet & ~(1u << UTILITY_ELECTRICITY);
    if (learning)
        silence_say_learning(view, odds, sizeof odds);
    else
        say_odds((double)state->now.missed, odds, sizeof odds);
    (void)say_time(verdict->since_s, view->now_s, view->utc_offset_s, since);
    /* Electricity never stops: what is left is the fridge and what stands by. */
    (void)snprintf(out, out_bytes, "%s%s%s since %s; %s",
                   flows ? "No " : "Only standby electricity",
                   flows ? say_utilities(flows, what) : "",
                   flows && electric ? " and only standby electricity" : "", since, odds);
    say_delay(view, verdict, out, out_bytes);
}

const struct detector detector_silence = {
    .name = "silence",
    .summary = "nobody has been active for longer than this home's own ways explain",
    .team = TEAM_POLICE,
    .pricing = PRICED_LEARNT,
    .collective = true,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .options_bytes = sizeof(struct silence_options),
    .state_bytes = sizeof(struct silence_state),
    .observe = observe,
    .describe = describe,
    .terms = silence_terms,
    .term_count = SILENCE_TERMS,
    .explain = silence_explain,
    .outlook = silence_outlook,
};
