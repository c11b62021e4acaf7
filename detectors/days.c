/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/days.h"

#include <string.h>

#include "detectors/pace.h"

#define HOURS_MIN 20                   /* of a day: what is missing is not what is not used */
#define LATE_S    (2 * (int64_t)DAY_S) /* a meter this far behind sees nobody */

int32_t days_local(const struct household_view *view, int64_t at_s)
{
    int64_t local = at_s + view->utc_offset_s;
    return (int32_t)(local / DAY_S - (local % DAY_S < 0));
}

uint16_t days_code(const struct meter_view *meter, int32_t day)
{
    if (day < 0 || day > meter->newest_day || day <= meter->newest_day - VIEW_DAYS)
        return 0;
    return meter->days[day % VIEW_DAYS];
}

double days_milli(uint16_t code)
{
    return (double)routine_day_milli(code);
}

void days_sort(uint16_t *codes, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        uint16_t code = codes[i];
        unsigned j = i;
        for (; j > 0 && codes[j - 1] > code; j--)
            codes[j] = codes[j - 1];
        codes[j] = code;
    }
}

uint16_t days_median(uint16_t *codes, unsigned n)
{
    days_sort(codes, n);
    return codes[(n - 1) / 2];
}

double days_step(const struct meter_view *meter)
{
    uint16_t codes[VIEW_DAYS];
    unsigned n = 0;
    for (int32_t day = meter->newest_day - VIEW_DAYS + 1; day <= meter->newest_day; day++) {
        uint16_t code = days_code(meter, day);
        if (code)
            codes[n++] = code;
    }
    days_sort(codes, n);
    double step = 0.0;
    for (unsigned i = 1; i < n; i++) {
        double apart = days_milli(codes[i]) - days_milli(codes[i - 1]);
        if (apart > 0.0 && (step == 0.0 || apart < step))
            step = apart;
    }
    return step;
}

bool days_measured(const struct household_view *view, const struct meter_view *meter, int32_t from,
                   int32_t to)
{
    if (meter->interval_minutes >= 720)
        return true; /* daily readings have no hours */
    for (int32_t day = from; day <= to; day++) {
        int64_t start = (day * (int64_t)DAY_S - view->utc_offset_s) / 3600;
        int known = 0;
        if (start <= meter->newest_hour - VIEW_HOURS)
            continue;
        for (int64_t hour = start; hour < start + 24 && hour <= meter->newest_hour; hour++)
            known += meter->hours[hour % VIEW_HOURS] != ROUTINE_MISSING;
        if (known < HOURS_MIN)
            return false;
    }
    return true;
}

double days_floor_milli(enum utility utility, double electricity, double water, double gas)
{
    switch (utility) {
    case UTILITY_ELECTRICITY: return electricity * 1e6;
    case UTILITY_WATER: return water * 1e3;
    default: return gas * 1e6; /* mL, and mWh alike */
    }
}

bool days_explained(const struct household_view *view, const struct meter_view *meter)
{
    if (!view->occupied || days_absent(view) || view->supply[meter->utility] != SUPPLY_OPEN)
        return true;
    if (meter->utility == UTILITY_WATER && meter->continuous)
        return true;
    /* Behind a solar roof, a sunny day is a day of little use. */
    return meter->utility == UTILITY_ELECTRICITY && view->flags >> FLAG_PHOTOVOLTAIC & 1;
}

bool days_seasonal(const struct household_view *view, const struct meter_view *meter)
{
    return meter->utility == UTILITY_GAS ||
           (meter->utility == UTILITY_ELECTRICITY && view->flags >> FLAG_STORAGE_HEATING & 1);
}

bool days_absent(const struct household_view *view)
{
    if (!view->absent_from_s && !view->absent_to_s)
        return false;
    return view->now_s >= view->absent_from_s &&
           (!view->absent_to_s || view->now_s < view->absent_to_s);
}

bool days_away(const struct household_view *view, int32_t day)
{
    int64_t start_s = day * (int64_t)DAY_S - view->utc_offset_s;
    if (!view->absent_from_s && !view->absent_to_s)
        return false;
    return view->absent_from_s < start_s + DAY_S &&
           (!view->absent_to_s || start_s < view->absent_to_s);
}

/* When what is known of it ends; 0: nothing is. */
static int64_t told_s(const struct household_view *view, const struct meter_view *meter)
{
    int64_t hours_s = meter->newest_hour ? (meter->newest_hour + 1) * (int64_t)3600 : 0;
    int64_t days_s =
        meter->newest_day ? (meter->newest_day + 1) * (int64_t)DAY_S - view->utc_offset_s : 0;
    return hours_s > days_s ? hours_s : days_s;
}

bool days_gone(const struct household_view *view, const struct meter_view *meter)
{
    int64_t told = told_s(view, meter), newest = 0;
    int64_t waited = GONE_DAYS * (int64_t)DAY_S, rare = 2 * 60 * (int64_t)meter->interval_minutes;
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++)
        if (view->meters[i].utility == meter->utility && told_s(view, &view->meters[i]) > newest)
            newest = told_s(view, &view->meters[i]);
    return told && newest - told > (rare > waited ? rare : waited); /* read once a week or month */
}

double days_depth(const struct days_low low[VIEW_METERS_MAX])
{
    double depth = 0.0;
    for (unsigned i = 0; i < VIEW_METERS_MAX; i++)
        if (low[i].since_day && 100.0 - low[i].percent > depth)
            depth = 100.0 - low[i].percent;
    return depth;
}

void days_tell(const struct days_low low[VIEW_METERS_MAX], const struct household_view *view,
               enum severity one, enum severity several, struct verdict *verdict)
{
    int32_t since_day = INT32_MAX;
    unsigned least = UINT8_MAX + 1;
    verdict->active = false;
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++) {
        if (!low[i].since_day)
            continue;
        verdict->active = true;
        verdict->utilities |= 1u << view->meters[i].utility;
        if (low[i].since_day < since_day)
            since_day = low[i].since_day;
        if (low[i].percent >= least)
            continue;
        least = low[i].percent;
        verdict->utility = view->meters[i].utility;
    }
    if (!verdict->active)
        return;
    verdict->life = false;
    verdict->grade = (verdict->utilities & (verdict->utilities - 1)) != 0 ? several : one;
    verdict->score = 100.0 - least;
    verdict->since_s = since_day * (int64_t)DAY_S - view->utc_offset_s;
}

unsigned days_lowest(const struct days_low low[VIEW_METERS_MAX], const struct household_view *view,
                     enum utility utility)
{
    unsigned lowest = VIEW_METERS_MAX;
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++)
        if (low[i].since_day && view->meters[i].utility == utility &&
            (lowest == VIEW_METERS_MAX || low[i].percent < low[lowest].percent))
            lowest = i;
    return lowest == VIEW_METERS_MAX ? 0 : lowest;
}

/* ---- detectors that judge each meter by its days --------------------------------------------- */

static size_t own_at(const struct days_judge *judge, unsigned meter)
{
    return judge->meters + meter * judge->meter_bytes;
}

static void low_of(const struct days_judge *judge, const void *state,
                   struct days_low low[VIEW_METERS_MAX])
{
    for (unsigned i = 0; i < VIEW_METERS_MAX; i++) {
        const uint8_t *own = (const uint8_t *)state + own_at(judge, i);
        memcpy(&low[i].since_day, own + judge->since_day, sizeof low[i].since_day);
        low[i].percent = own[judge->percent];
    }
}

/* True when a finding ended because use is back. */
static bool judge_meter(const struct days_judge *judge, const void *options, void *state,
                        const struct household_view *view, unsigned i, bool its_day)
{
    const struct meter_view *meter = &view->meters[i];
    void *own = (uint8_t *)state + own_at(judge, i);
    int32_t *since_day = (void *)((uint8_t *)own + judge->since_day);
    if (its_day)
        judge->note(view, meter, own);
    if (days_explained(view, meter) || days_gone(view, meter))
        *since_day = 0;
    else if (its_day && *since_day)
        return judge->go_on(options, state, view, meter, own);
    else if (its_day)
        judge->begin(options, state, view, meter, own);
    return false;
}

void days_judge_observe(const struct days_judge *judge, const void *options, void *state,
                        int64_t awake_hours, const struct household_view *view,
                        const struct event *event, struct verdict *verdict)
{
    bool raised = verdict->active;
    presence_note(state, view, event, awake_hours);
    if (event->kind != EVENT_DAY && event->kind != EVENT_BILLING && event->kind != EVENT_HOUSEHOLD)
        return;
    if (event->kind == EVENT_HOUSEHOLD && event->household == HOUSEHOLD_MOVED_IN)
        memset(state, 0, judge->state_bytes); /* other people, other days */
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++) {
        bool its_day = event->kind == EVENT_DAY && event->meter == i;
        verdict->life = judge_meter(judge, options, state, view, i, its_day) || verdict->life;
    }
    struct days_low low[VIEW_METERS_MAX];
    low_of(judge, state, low);
    days_tell(low, view, judge->one, judge->several, verdict);
    double halvings = (days_depth(low) - judge->usual_depth) / judge->halving;
    pace_others_judge(view, raised, pace_graded(judge->usual, halvings), verdict);
}

unsigned days_judge_lowest(const struct days_judge *judge, const void *state,
                           const struct household_view *view, enum utility utility)
{
    struct days_low low[VIEW_METERS_MAX];
    low_of(judge, state, low);
    return days_lowest(low, view, utility);
}

/* ---- who is at home ------------------------------------------------------------------------ */

void presence_note(struct presence *presence, const struct household_view *view,
                   const struct event *event, int64_t awake_hours)
{
    if (event->kind != EVENT_HOUR || !event->vouched || event->again || event->hour < 0)
        return;
    int32_t day = days_local(view, event->hour * (int64_t)3600);
    if (day > presence->day) {
        int32_t on = day - presence->day;
        presence->lives = on < 32 ? presence->lives << on : 0;
        presence->awake[day % 2] = 0;
        if (on > 1)
            presence->awake[(day + 1) % 2] = 0;
        presence->day = day;
    }
    int32_t behind = presence->day - day;
    if (!event->evidence.awake || behind > 1)
        return;
    uint8_t *hours = &presence->awake[day % 2];
    if (*hours < UINT8_MAX)
        ++*hours;
    if (*hours >= awake_hours)
        presence->lives |= 1u << behind;
}

unsigned presence_days(const struct presence *presence, int32_t last, unsigned days)
{
    int32_t behind = presence->day - last;
    if (behind < 0 || behind + (int32_t)days > 32)
        return 0;
    unsigned at_home = 0;
    for (unsigned n = 0; n < days; n++)
        at_home += presence->lives >> (behind + (int32_t)n) & 1;
    return at_home;
}

bool presence_seen(const struct household_view *view)
{
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++)
        if (view->meters[i].last_life_s &&
            view->now_s - (view->meters[i].newest_hour + 1) * (int64_t)3600 < LATE_S)
            return true;
    return false;
}
