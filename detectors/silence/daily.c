/* SPDX-License-Identifier: Apache-2.0
 *
 * Silence of meters that are read once a day: days of hardly any use, against how often this home
 * had as many of them as low. silence.md tells the method.
 */
#include <stdio.h>
#include <string.h>

#include "detectors/days.h"
#include "detectors/num.h"
#include "detectors/say.h"
#include "detectors/silence/learning.h"
#include "detectors/silence/state.h"

#define KNOWN_MIN     21  /* days without which nobody knows what is usual; but of a home */
#define KNOWN_FIRST   7   /* that is new, so many, and three quarters of those it has */
#define POOLED_YEARS  0.5 /* other homes count as half a year of this home's own record */
#define DAYS_PER_YEAR 365.25
#define ONSET_HOURS   12.5 /* a collapse falls into a day: the rest of it is not told */
#define CRITICAL_DAYS 2
#define CORROBORATED  0.5 /* of the price, where meters that are read by the hour are as silent */

/* Percent of a usual day, and days: the points of the record. */
static const uint8_t levels[SILENCE_DAY_LEVELS] = {2, 10, 25, 40, 55, 70};
static const uint8_t lengths[SILENCE_DAY_LENGTHS] = {1, 2, 3, 4, 6};

/* Runs a home-year that were as low, as long, in homes of ../shared/data resampled to one reading a
 * day (tests/train/daily): electricity; water, which stands for gas. */
static const float prior[2][SILENCE_DAY_LEVELS][SILENCE_DAY_LENGTHS] = {
    {
        {0.032f, 0.016f, 0.008f, 0.008f, 0.008f},
        {0.13f, 0.072f, 0.064f, 0.048f, 0.032f},
        {0.89f, 0.42f, 0.30f, 0.26f, 0.14f},
        {2.7f, 1.4f, 0.83f, 0.61f, 0.38f},
        {6.5f, 2.8f, 1.8f, 1.1f, 0.68f},
        {17.0f, 6.0f, 3.4f, 2.2f, 1.2f},
    },
    {
        {6.8f, 3.5f, 1.9f, 1.3f, 0.46f},
        {7.6f, 4.2f, 2.5f, 1.5f, 0.70f},
        {9.8f, 5.3f, 3.1f, 1.8f, 0.83f},
        {15.0f, 6.6f, 3.7f, 2.2f, 0.98f},
        {26.0f, 8.9f, 4.5f, 2.7f, 1.2f},
        {48.0f, 14.0f, 6.0f, 3.3f, 1.7f},
    },
};

static bool is_daily(const struct household_view *view, unsigned m)
{
    return view->meters[m].interval_minutes >= SILENCE_DAILY_MINUTES;
}

static unsigned known_least(const struct meter_view *meter)
{
    unsigned least = meter->valid_days * 3u / 4u;
    return least < KNOWN_FIRST ? KNOWN_FIRST : least > KNOWN_MIN ? KNOWN_MIN : least;
}

/* Of the days that are known up to that one, in milli-units; 0: too few, or as often nothing. */
static double usual_day(const struct meter_view *meter, int32_t until)
{
    uint16_t codes[VIEW_DAYS];
    unsigned n = 0;
    for (int32_t day = until - VIEW_DAYS + 1; day <= until; day++) {
        uint16_t code = days_code(meter, day);
        if (code)
            codes[n++] = code;
    }
    return n < known_least(meter) ? 0.0 : days_milli(days_median(codes, n));
}

/* While a finding is on, of the days before it: else a long silence were a usual one. */
static double usual_of(const struct silence_daily *daily, const struct household_view *view,
                       unsigned m)
{
    const struct meter_view *meter = &view->meters[m];
    if (daily->on && daily->lead == m + 1) /* its ring forgets them */
        return days_milli(daily->usual);
    return usual_day(meter, daily->on ? daily->since_day - 1 : meter->newest_day);
}

/* What days are read by. */
struct shown {
    const struct household_view *view;
    unsigned lead;                 /* the meter whose days are told: water's, else electricity's */
    double usual[VIEW_METERS_MAX]; /* of it, and of those that may contradict it; 0 of all others */
    bool hourly;                   /* there are meters that are read by the hour */
    int32_t life_day;              /* on which they saw somebody last */
};

/* Whoever is better to tell people from an empty home; boilers burn gas by themselves. */
static unsigned rank_of(enum utility utility)
{
    return utility == UTILITY_WATER ? 0 : utility == UTILITY_ELECTRICITY ? 1 : 2;
}

/* Only a day without any use says something. */
static bool is_seasonal(const struct household_view *view, unsigned m)
{
    return days_seasonal(view, &view->meters[m]);
}

static int32_t newest_day(const struct shown *shown)
{
    int32_t newest = 0;
    for (unsigned m = 0; m < VIEW_METERS_MAX; m++)
        if (shown->usual[m] > 0.0 && shown->view->meters[m].newest_day > newest)
            newest = shown->view->meters[m].newest_day;
    return newest;
}

/* Of those that are still read, or that of the finding; VIEW_METERS_MAX: none. */
static unsigned lead_of(const struct silence_daily *daily, const struct shown *shown)
{
    const struct meter_view *meters = shown->view->meters;
    int32_t from = newest_day(shown) - GONE_DAYS;
    unsigned lead = VIEW_METERS_MAX;
    if (daily->on && shown->usual[daily->lead - 1] > 0.0)
        return daily->lead - 1u;
    for (unsigned m = 0; m < VIEW_METERS_MAX; m++)
        if (shown->usual[m] > 0.0 && meters[m].newest_day >= from &&
            (lead == VIEW_METERS_MAX || rank_of(meters[m].utility) < rank_of(meters[lead].utility)))
            lead = m;
    return lead;
}

/* False: no daily meter tells anything. */
static bool look(const struct silence_state *state, const struct household_view *view,
                 struct shown *out)
{
    *out = (struct shown){.view = view, .life_day = INT32_MIN};
    for (unsigned m = 0; m < view->meter_count && m < VIEW_METERS_MAX; m++)
        if (is_daily(view, m) && silence_vouches(view, (int)m) &&
            !days_explained(view, &view->meters[m]) && !days_gone(view, &view->meters[m]))
            out->usual[m] = usual_of(&state->daily, view, m);
    out->lead = lead_of(&state->daily, out);
    for (unsigned m = 0; m < view->meter_count && m < VIEW_METERS_MAX; m++)
        if (m != out->lead && is_seasonal(view, m))
            out->usual[m] = 0.0;
    out->hourly = state->first_hour && view->now_s - state->newest_hour * INT64_C(3600) <= DAY_S;
    if (out->hourly && state->awake_hour)
        out->life_day = days_local(view, state->awake_hour * INT64_C(3600));
    return out->lead < VIEW_METERS_MAX;
}

/* A meter's use of a day in percent of a usual one; -1: not known. */
static double percent_of_meter(const struct shown *shown, unsigned m, int32_t day)
{
    uint16_t code = shown->usual[m] > 0.0 ? days_code(&shown->view->meters[m], day) : 0;
    double percent = code ? days_milli(code) * 100.0 / shown->usual[m] : -1.0;
    return percent > levels[0] && is_seasonal(shown->view, m) ? 100.0 : percent;
}

/* A day's use; an ordinary one where another meter shows an ordinary day. */
static double percent_of(const struct shown *shown, int32_t day)
{
    for (unsigned m = 0; m < VIEW_METERS_MAX; m++)
        if (percent_of_meter(shown, m, day) > levels[SILENCE_DAY_LEVELS - 1])
            return 100.0;
    return percent_of_meter(shown, shown->lead, day);
}

/* Known days of at most that level in a row up to `until`; *since: the first of them. Days that are
 * not known make no run longer and end none; an absence does, and life that hours saw. */
static int run_of(const struct shown *shown, int level, int32_t until, int32_t *since)
{
    int run = 0;
    int32_t before = shown->life_day > until - VIEW_DAYS ? shown->life_day : until - VIEW_DAYS;
    for (int32_t day = until; day > before && !days_away(shown->view, day); day--) {
        double percent = percent_of(shown, day);
        if (percent > levels[level])
            break;
        if (percent < 0.0)
            continue;
        run++;
        *since = day;
    }
    return run;
}

static int length_of(int run)
{
    int length = 0;
    while (length + 1 < SILENCE_DAY_LENGTHS && lengths[length + 1] <= run)
        length++;
    return length;
}

/* How often a year other homes have a run as low and as long; and this one. */
static double others_of(const struct shown *shown, int level, int length)
{
    int model = shown->view->meters[shown->lead].utility != UTILITY_ELECTRICITY;
    return (double)prior[model][level][length];
}

static double yearly_of(const struct silence_daily *daily, const struct shown *shown, int level,
                        int length)
{
    double own = daily->reached[level][length], years = daily->watched_days / DAYS_PER_YEAR;
    return (own + POOLED_YEARS * others_of(shown, level, length)) / (years + POOLED_YEARS);
}

/* Where hours show the same silence, an alert is told sooner. */
static double share_of(const struct shown *shown)
{
    return shown->hourly ? CORROBORATED : 1.0;
}

static double score_of(double yearly)
{
    return num_log(DAYS_PER_YEAR / yearly);
}

/* The rarest of what the newest days are; *level says which. 0: nothing is low. */
static double price_of(const struct silence_daily *daily, const struct shown *shown, int *level,
                       int32_t *since)
{
    double least = 0.0;
    for (int l = SILENCE_DAY_LEVELS - 1; l >= 0; l--) {
        int32_t from = daily->day;
        int run = run_of(shown, l, daily->day, &from);
        double yearly = run ? yearly_of(daily, shown, l, length_of(run)) : 0.0;
        if (!run || (least > 0.0 && yearly >= least))
            continue;
        least = yearly;
        *level = l;
        *since = from;
    }
    return least;
}

/* A run that this day ended is one more of its kind; so is each run that it made longer. */
static void count_runs(struct silence_daily *daily, const struct shown *shown, int32_t day)
{
    if (percent_of(shown, day) < 0.0 || days_away(shown->view, day))
        return;
    if (daily->watched_days < UINT16_MAX)
        daily->watched_days++;
    for (int l = 0; l < SILENCE_DAY_LEVELS; l++) {
        int32_t since;
        if (percent_of(shown, day) <= levels[l])
            continue;
        int run = run_of(shown, l, day - 1, &since);
        for (int i = 0; i < SILENCE_DAY_LENGTHS && lengths[i] <= run; i++)
            if (daily->reached[l][i] < UINT8_MAX)
                daily->reached[l][i]++;
    }
}

/* The day up to which all daily meters have been read. */
static int32_t told_until(const struct shown *shown)
{
    const struct meter_view *meters = shown->view->meters;
    int32_t newest = newest_day(shown), until = INT32_MAX;
    for (unsigned m = 0; m < VIEW_METERS_MAX; m++)
        if (shown->usual[m] > 0.0 && meters[m].newest_day >= newest - GONE_DAYS &&
            meters[m].newest_day < until)
            until = meters[m].newest_day;
    return until;
}

/* What hours say goes on: a day's use may have been before their silence. */
static void end_finding(struct silence_state *state, double allowed, struct verdict *verdict,
                        bool life)
{
    struct silence_daily *daily = &state->daily;
    if (daily->on && !silence_hours_hold(state, allowed)) {
        verdict->active = false;
        verdict->life = life;
    }
    daily->on = 0;
    daily->yearly = 0.0f;
    verdict->price = (double)state->yearly;
}

void silence_daily_end_gone(const struct silence_options *own, struct silence_state *state,
                            const struct household_view *view, struct verdict *verdict)
{
    const struct silence_daily *daily = &state->daily;
    if (daily->on && days_gone(view, &view->meters[daily->lead - 1]))
        end_finding(state, silence_allowed(own, view), verdict, false);
}

/* Other homes stand in, which is never enough for the gravest. */
static enum severity grade_of(const struct silence_options *own, const struct silence_daily *daily,
                              const struct shown *shown)
{
    int32_t since;
    bool gravest = (double)daily->yearly <= silence_allowed(own, shown->view) / 8.0 ||
                   run_of(shown, daily->on - 1, daily->day, &since) >= CRITICAL_DAYS;
    return gravest && !silence_is_learning(own, shown->view) ? SEVERITY_CRITICAL : SEVERITY_HIGH;
}

bool silence_daily_tell(const struct silence_options *own, const struct silence_state *state,
                        const struct household_view *view, struct verdict *verdict)
{
    const struct silence_daily *daily = &state->daily;
    struct shown shown;
    if (!daily->on || !look(state, view, &shown))
        return false;
    verdict->active = true;
    verdict->grade = grade_of(own, daily, &shown);
    verdict->score = score_of((double)daily->yearly);
    verdict->since_s = daily->since_day * (int64_t)DAY_S - view->utc_offset_s;
    verdict->utility = view->meters[shown.lead].utility;
    verdict->utilities = 1u << verdict->utility;
    return true;
}

bool silence_daily_covers(const struct silence_state *state, const struct household_view *view,
                          int32_t hour)
{
    return !state->daily.on || days_local(view, hour * INT64_C(3600)) >= state->daily.since_day;
}

/* Counts the days that have become known since. */
static void take_days(struct silence_daily *daily, const struct shown *shown)
{
    int32_t until = told_until(shown), from = daily->day ? daily->day + 1 : until;
    for (int32_t day = from < until - VIEW_DAYS ? until - VIEW_DAYS : from; day <= until; day++)
        count_runs(daily, shown, day);
    if (until > daily->day)
        daily->day = until;
}

/* A home that is not known yet by what other homes do; but boilers say nothing of people. */
static bool can_judge(const struct silence_options *own, const struct shown *shown)
{
    const struct household_view *view = shown->view;
    return view->occupied &&
           (view->valid_days >= own->learning_days ||
            (silence_is_learning(own, view) && view->meters[shown->lead].utility != UTILITY_GAS));
}

void silence_daily_observe(const struct silence_options *own, struct silence_state *state,
                           const struct household_view *view, const struct event *event,
                           struct verdict *verdict)
{
    struct silence_daily *daily = &state->daily;
    double allowed = silence_allowed(own, view);
    struct shown shown;
    int level = 0;
    int32_t since = 0;
    if (!is_daily(view, event->meter) || !look(state, view, &shown))
        return;
    take_days(daily, &shown);
    double yearly = price_of(daily, &shown, &level, &since);
    verdict->ready = can_judge(own, &shown);
    bool back = daily->on && percent_of(&shown, daily->day) > levels[daily->on - 1];
    if (!verdict->ready || back || !(yearly > 0.0)) {
        end_finding(state, allowed, verdict, back || shown.life_day >= daily->day);
        return;
    }
    yearly *= share_of(&shown);
    daily->yearly = (float)yearly;
    silence_price(verdict, yearly);
    bool begins = yearly <= allowed && !verdict->active;
    if (begins) {
        daily->on = (uint8_t)(level + 1);
        daily->since_day = since;
        daily->lead = (uint8_t)(shown.lead + 1);
        daily->usual = routine_day_code((int64_t)shown.usual[shown.lead]);
    }
    if (begins)
        (void)silence_daily_tell(own, state, view, verdict);
    else
        (void)silence_days_speak(own, state, view, verdict);
}

/* ---- the sentence -------------------------------------------------------------------------- */

/* "Tuesday", "Tuesday and Wednesday", "4 days since Tuesday". */
static void say_days(const struct household_view *view, int32_t since, int32_t until, int run,
                     char *out, size_t out_bytes)
{
    char first[SAY_MAX], last[SAY_MAX];
    int32_t today = days_local(view, view->now_s);
    (void)say_day(since, today, first);
    (void)say_day(until, today, last);
    if (run > 2)
        (void)snprintf(out, out_bytes, "%d days since %s", run, first);
    else
        (void)snprintf(out, out_bytes, "%s%s%s", first, since == until ? "" : " and ",
                       since == until ? "" : last);
}

static void say_before(const struct silence_daily *daily, int level, int run, char *out,
                       size_t out_bytes)
{
    char times[SAY_MAX], months[SAY_MAX];
    int before = daily->reached[level][length_of(run)];
    int64_t known = (int64_t)(daily->watched_days / (DAYS_PER_YEAR / 12.0));
    (void)say_counted(known > 0 ? known : 1, "month", months);
    (void)say_counted(before, "time", times);
    if (before)
        (void)snprintf(out, out_bytes, "this home had that %s in %s", times, months);
    else
        (void)snprintf(out, out_bytes, "this home has not had that in %s", months);
}

void silence_daily_describe(const struct silence_options *own, const struct silence_state *state,
                            const struct household_view *view, const struct verdict *verdict,
                            char *out, size_t out_bytes)
{
    const struct silence_daily *daily = &state->daily;
    struct shown shown;
    char what[2 * SAY_MAX], name[SAY_MAX], days[3 * SAY_MAX], before[3 * SAY_MAX];
    int level = daily->on - 1;
    int32_t since = daily->since_day;
    (void)look(state, view, &shown);
    int run = run_of(&shown, level, daily->day, &since);
    (void)say_utilities(1u << verdict->utility, name);
    if (percent_of(&shown, daily->day) < 1.0)
        (void)snprintf(what, sizeof what, "No %s", name);
    else
        (void)snprintf(what, sizeof what, "At most %d %% of the usual %s", levels[level], name);
    say_days(view, since, daily->day, run, days, sizeof days);
    if (silence_is_learning(own, view))
        silence_say_learning(view, before, sizeof before);
    else
        say_before(daily, level, run, before, sizeof before);
    (void)snprintf(out, out_bytes, "%s on %s (one reading a day); %s", what, days, before);
}

/* ---- the numbers behind it ----------------------------------------------------------------- */

void silence_daily_explain(const struct silence_options *own, const struct silence_state *state,
                           const struct household_view *view, struct silence_days *out)
{
    struct silence_daily daily = state->daily;
    struct shown shown;
    int level = 0;
    int32_t since;
    *out = (struct silence_days){0};
    if (!look(state, view, &shown))
        return;
    if (told_until(&shown) > daily.day)
        daily.day = told_until(&shown);
    out->lowest_run = run_of(&shown, SILENCE_DAY_LEVELS - 1, daily.day, &since);
    out->share = share_of(&shown);
    double yearly = price_of(&daily, &shown, &level, &since) * out->share;
    if (!(yearly > 0.0))
        return;
    out->run = run_of(&shown, level, daily.day, &since);
    out->level = levels[level];
    out->before = daily.reached[level][length_of(out->run)];
    out->others = others_of(&shown, level, length_of(out->run));
    if (!can_judge(own, &shown))
        return;
    out->yearly = yearly;
    out->score = score_of(yearly);
}

/* ---- what is to be expected ---------------------------------------------------------------- */

bool silence_daily_known(const struct silence_options *own, const struct silence_state *state,
                         const struct household_view *view)
{
    struct shown shown;
    return look(state, view, &shown) && can_judge(own, &shown);
}

/* The lowest day of these two months, in percent of a usual one. */
static double lowest_day(const struct meter_view *meter, double usual)
{
    double least = 100.0;
    for (int32_t day = meter->newest_day - VIEW_DAYS + 1; day <= meter->newest_day; day++) {
        uint16_t code = days_code(meter, day);
        if (code && days_milli(code) * 100.0 / usual < least)
            least = days_milli(code) * 100.0 / usual;
    }
    return least;
}

/* The level of a day on which nobody acts: nothing flows; of electricity, the lowest day seen. */
static int still_level(const struct shown *shown)
{
    const struct meter_view *meter = &shown->view->meters[shown->lead];
    int level = 0;
    if (meter->utility != UTILITY_ELECTRICITY)
        return level;
    double least = lowest_day(meter, shown->usual[shown->lead]);
    while (level < SILENCE_DAY_LEVELS && levels[level] < least)
        level++;
    return level < SILENCE_DAY_LEVELS && level > 0 && is_seasonal(shown->view, shown->lead)
               ? SILENCE_DAY_LEVELS
               : level;
}

double silence_daily_outlook(const struct silence_options *own, const struct silence_state *state,
                             const struct household_view *view)
{
    struct shown shown;
    double allowed = silence_allowed(own, view);
    if (!look(state, view, &shown))
        return OUTLOOK_NEVER;
    int level = still_level(&shown);
    for (int i = 0; level < SILENCE_DAY_LEVELS && i < SILENCE_DAY_LENGTHS; i++)
        if (yearly_of(&state->daily, &shown, level, i) <= allowed)
            return ONSET_HOURS + 24.0 * lengths[i];
    return OUTLOOK_NEVER;
}
