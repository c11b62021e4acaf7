/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/silence/hidden.h"

#include "detectors/num.h"

#define HOURS_PER_YEAR 8766.0
#define ABSENCE_HOURS  12 /* silences from here on are what `began` is made of */
#define ABSENCE_POINT  6  /* of the grid of lengths */
/* A choice, and the upper end of what is known: of a thousand men of 85 and more who live alone
 * some hundred a year are found helpless or dead at home (Gurley et al., NEJM 334:1710, 1996). */
#define COLLAPSES_A_YEAR 0.1
/* Homes differ by orders of magnitude in how often they are left: their rates are thought to be
 * spread as a gamma distribution of this shape, so a home's own record soon outweighs others'. */
#define ABSENCE_SHAPE 0.5
#define SHARES_POOLED 5.0  /* beginnings that the shares of other homes count for */
#define ODDS_MAX      1e12 /* whoever was away for months can still come home */
#define GAP_HOURS     72   /* that are stepped through */

/* The chance that somebody leaves for an absence within this hour. */
static double departure(const struct silence_state *state, const struct silence_prior *prior,
                        unsigned local_hour, unsigned weekday)
{
    const struct silence_habit *habit = &state->habit;
    bool weekend = weekday >= 5;
    unsigned block = local_hour / 3 + (weekend ? 8 : 0);
    double all = 0.0, others = (double)prior->lasted[ABSENCE_POINT] + 0.1;
    for (int i = 0; i < 16; i++)
        all += habit->began[i];
    double share =
        (habit->began[block] + SHARES_POOLED * (double)prior->began[block]) / (all + SHARES_POOLED);
    double yearly = (habit->lasted[ABSENCE_POINT] + ABSENCE_SHAPE) /
                    (state->watched_hours / HOURS_PER_YEAR + ABSENCE_SHAPE / others);
    double hours = HOURS_PER_YEAR * 3.0 * (weekend ? 2.0 : 5.0) / 168.0;
    double chance = yearly * share / hours;
    return chance < 0.5 ? chance : 0.5;
}

/* The chance that an absence of this length ends within the hour. */
static double homecoming(const struct silence_state *state, const struct silence_prior *prior,
                         unsigned hours)
{
    int i = ABSENCE_POINT;
    if (hours < ABSENCE_HOURS)
        return 0.0;
    while (i + 2 < SILENCE_GRID && silence_hours_grid[i + 1] <= hours)
        i++;
    double from = silence_lasted_at(state, prior, i) + 0.1;
    double to = silence_lasted_at(state, prior, i + 1) + 0.1;
    double width = silence_hours_grid[i + 1] - silence_hours_grid[i];
    return 1.0 - num_exp(num_log(to / from) / width);
}

/* An hour passes; *away and *collapsed are odds against "at home". */
static void pass_hour(double *away, double *collapsed, double leaves, double returns)
{
    const double falls = COLLAPSES_A_YEAR / HOURS_PER_YEAR;
    double home = 1.0 - leaves - falls + *away * returns;
    *collapsed = (*collapsed + falls) / home;
    *away = (*away * (1.0 - returns) + leaves) / home;
}

static float bounded(double odds)
{
    return (float)(odds < ODDS_MAX ? odds : ODDS_MAX);
}

void silence_hidden_take(struct silence_state *state, const struct household_view *view,
                         const struct silence_prior *prior, const struct event *event)
{
    struct silence_hidden *hidden = &state->hidden;
    if (event->evidence.awake) {
        *hidden = (struct silence_hidden){0};
        return;
    }
    double away = (double)hidden->away, collapsed = (double)hidden->collapsed;
    int32_t gap = state->now.hour ? event->hour - state->now.hour : 1;
    /* Whoever leaves is seen last in the hour before: that is what the record is made of. */
    for (int32_t ago = gap < GAP_HOURS ? gap : GAP_HOURS; ago > 0; ago--) {
        int32_t local = event->weekday * 24 + event->local_hour + 7 * 24 - ago;
        unsigned hour = (unsigned)local % 24, day = (unsigned)local / 24 % 7;
        pass_hour(&away, &collapsed, departure(state, prior, hour, day),
                  homecoming(state, prior, state->now.quiet_hours));
    }
    double nobody = num_exp(event->evidence.increment);
    const struct meter_view *meter = &view->meters[event->meter];
    double empty =
        num_exp(routine_empty_evidence(meter->routine, meter->utility, event->use, event->halves));
    hidden->away = bounded(away * nobody * empty);
    hidden->collapsed = bounded(collapsed * nobody);
}

struct silence_chances silence_hidden_chances(const struct silence_hidden *hidden)
{
    double away = (double)hidden->away, collapsed = (double)hidden->collapsed;
    double all = 1.0 + away + collapsed;
    return (struct silence_chances){1.0 / all, away / all, collapsed / all};
}
