/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers behind silence's score.
 */
#include "detectors/num.h"
#include "detectors/silence/hidden.h"
#include "detectors/silence/score.h"
#include "detectors/silence/state.h"

enum {
    TERM_EVIDENCE,
    TERM_TOP,
    TERM_YEARLY,
    TERM_ALLOWED,
    TERM_OWN_EVIDENCE,
    TERM_OWN_HOURS,
    TERM_HOURS,
    TERM_EXPECTED,
    TERM_AGAIN,
    TERM_WATCHED,
    TERM_OUTLOOK,
    TERM_AWAY,
    TERM_COLLAPSED,
    TERM_LEARNING,
    TERM_DAYS_SCORE,
    TERM_DAYS_YEARLY,
    TERM_DAYS_LOW,
    TERM_DAYS_LEVEL,
    TERM_DAYS_BEFORE,
    TERM_DAYS_OTHERS,
    TERM_DAYS_SHARE,
    TERM_DAYS_WATCHED,
    TERM_COUNT
};

const struct term silence_terms[SILENCE_TERMS] = {
    [TERM_EVIDENCE] = {"evidence", NULL,
                       "log likelihood of nobody acting against this home's ways; the score"},
    [TERM_TOP] = {"top", NULL, "the highest that it has been in this silence"},
    [TERM_YEARLY] = {"yearly", "a year", "how often a home looks as grave, over all homes"},
    [TERM_ALLOWED] = {"allowed", "a year", "how often it may, by the budget: raised at or below"},
    [TERM_OWN_EVIDENCE] = {"own_evidence", "a year", "how often this home comes as high"},
    [TERM_OWN_HOURS] = {"own_hours", "a year", "how often nobody is seen in this home for as long"},
    [TERM_HOURS] = {"hours", "h", "since the last sign of life, as far as hours are known"},
    [TERM_EXPECTED] = {"expected", NULL, "signs of life expected since then"},
    [TERM_AGAIN] = {"again", "%", "of days on which it would have been active again by now"},
    [TERM_WATCHED] = {"watched", "days", "that its own record is made of"},
    [TERM_OUTLOOK] = {"outlook", "h",
                      "from a collapse in this home to an alert, as it lives and its readings "
                      "come; 240 not before"},
    [TERM_AWAY] = {"away", "%", "chance that they are away, by this home's record of absences"},
    [TERM_COLLAPSED] = {"collapsed", "%",
                        "chance that nobody can act, if one home in ten had that a year"},
    [TERM_LEARNING] = {"learning", "days",
                       "until its own record is enough: other homes stand in for so long"},
    [TERM_DAYS_SCORE] = {"days_score", NULL,
                         "logarithm of a year in days over days_yearly; the score told by days"},
    [TERM_DAYS_YEARLY] = {"days_yearly", "a year",
                          "how often days are as low in a row here; raised at or below allowed"},
    [TERM_DAYS_LOW] = {"days_low", "days", "low in a row, by meters that are read once a day"},
    [TERM_DAYS_LEVEL] = {"days_level", "%", "of a usual day's use, which none of them exceeds"},
    [TERM_DAYS_BEFORE] = {"days_before", "times",
                          "that this home had as many as low (1, 2, 3, 4 or 6 of them)"},
    [TERM_DAYS_OTHERS] = {"days_others", "a year",
                          "how often other homes have; half a year of theirs is counted in"},
    [TERM_DAYS_SHARE] = {"days_share", NULL,
                         "what days_yearly is multiplied by: half where hours are as silent"},
    [TERM_DAYS_WATCHED] = {"days_watched", "days", "that days_before is counted in"},
};
_Static_assert(TERM_COUNT == SILENCE_TERMS, "one row each");

/* Of meters that are read once a day. */
static void explain_days(const struct silence_options *own, const struct silence_state *state,
                         const struct household_view *view, double values[TERMS_MAX])
{
    struct silence_days days;
    if (!state->daily.watched_days)
        return;
    silence_daily_explain(own, state, view, &days);
    values[TERM_DAYS_WATCHED] = state->daily.watched_days;
    values[TERM_DAYS_LOW] = days.run;
    if (!state->first_hour)
        values[TERM_HOURS] = 24.0 * days.lowest_run;
    if (!days.run)
        return;
    values[TERM_DAYS_LEVEL] = days.level;
    values[TERM_DAYS_BEFORE] = days.before;
    values[TERM_DAYS_OTHERS] = days.others;
    values[TERM_DAYS_SHARE] = days.share;
    if (!(days.yearly > 0.0))
        return;
    values[TERM_DAYS_YEARLY] = days.yearly;
    values[TERM_DAYS_SCORE] = days.score;
}

void silence_explain(const void *options_in, const void *state_in,
                     const struct household_view *view, double values[TERMS_MAX])
{
    const struct silence_options *own = options_in;
    const struct silence_state *state = state_in;
    values[TERM_ALLOWED] = silence_allowed(own, view);
    if (view->valid_days < own->learning_days)
        values[TERM_LEARNING] = (double)(own->learning_days - view->valid_days);
    double outlook = silence_outlook(options_in, state_in, view);
    if (outlook > 0.0)
        values[TERM_OUTLOOK] = outlook;
    explain_days(own, state, view, values);
    if (!state->first_hour)
        return;
    values[TERM_WATCHED] = state->watched_hours / 24.0;
    struct silence_chances chances = silence_hidden_chances(&state->hidden);
    bool away = silence_is_away(view, view->now_s);
    values[TERM_AWAY] = away ? 100.0 : 100.0 * chances.away;
    values[TERM_COLLAPSED] = away ? 0.0 : 100.0 * chances.collapsed;
    values[TERM_EVIDENCE] = (double)state->now.evidence;
    values[TERM_TOP] = (double)state->now.top;
    const struct silence_prior *prior = &silence_model_of(view)->prior;
    values[TERM_OWN_EVIDENCE] = silence_evidence_yearly(state, prior);
    values[TERM_OWN_HOURS] = silence_quiet_yearly(state, prior);
    if (state->yearly > 0.0f)
        values[TERM_YEARLY] = (double)state->yearly;
    int32_t quiet = state->newest_hour + 1 - silence_quiet_from(state);
    values[TERM_HOURS] = quiet > 0 ? quiet : 0;
    double expected = (double)state->now.missed;
    values[TERM_EXPECTED] = expected;
    values[TERM_AGAIN] = 100.0 - 100.0 * num_exp(-(expected < 30.0 ? expected : 30.0));
}
