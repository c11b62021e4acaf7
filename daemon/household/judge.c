/* SPDX-License-Identifier: Apache-2.0 */
#include "household/judge.h"

#include <stdlib.h>
#include <string.h>

#include "household/area_hour.h"
#include "household/arrears.h"
#include "household/baseline.h"
#include "household/census.h"
#include "household/mask.h"
#include "household/outlook.h"
#include "household/quiet.h"
#include "household/weather.h"

#define DAY_HOURS_MIN 6 /* that tell of a day */
#define SUNDAY        6
#define GAP_HOURS     24
#define WINTER_DAYS   120 /* panels may feed nothing in for so long */

static void fill_meters(struct judgement *judgement)
{
    struct household_view *view = &judgement->view;
    view->meter_count = judgement->record.header->meters;
    view->valid_days = 0;
    for (unsigned i = 0; i < view->meter_count; i++) {
        const struct record_meter *meter = &judgement->record.meters[i];
        view->meters[i] = (struct meter_view){.utility = meter->utility,
                                              .interval_minutes = meter->interval_minutes,
                                              .delay_minutes = meter->delay_minutes,
                                              .valid_days = meter->valid_days,
                                              .continuous = meter_continuous(meter),
                                              .masked = mask_slots(meter),
                                              .routine = &meter->routine,
                                              .hours = meter->hours,
                                              .estimated = meter->estimated,
                                              .newest_hour = meter->newest_hour,
                                              .days = meter->days,
                                              .newest_day = meter->newest_day,
                                              .last_life_s = meter->life_s};
        if (meter->valid_days > view->valid_days)
            view->valid_days = meter->valid_days;
    }
}

static void fill_home(struct judgement *judgement)
{
    const struct record_home *home = judgement->record.home;
    struct household_view *view = &judgement->view;
    view->flags = home->flags;
    view->residents = home->residents;
    view->occupied = home->occupied;
    view->moved_in_s = home->moved_in_s;
    view->absent_from_s = home->absent_from_s;
    view->absent_to_s = home->absent_to_s;
    view->support_ended_s = home->support_ended_s;
    view->report_s = home->report_s;
    view->watched_hours = home->watched_hours;
    view->last_life_s = home->last_life_s;
    for (int u = 0; u < UTILITY_COUNT; u++)
        view->supply[u] = home->arrears[u].supply;
}

/* The weather of the days that are over, and what is declared for the present. */
static void fill_weather(struct judgement *judgement, struct text area)
{
    const struct weather_table *table = judgement->context->weather;
    struct household_view *view = &judgement->view;
    int64_t by_ms = judgement->context->arrived_ms;
    view->cold_wave = table && weather_table_holds(table, "cold_wave", area, view->now_s, by_ms);
    view->celsius_day = local_day(view->now_s + view->utc_offset_s) - 1;
    for (int i = 0; i < VIEW_WEATHER_DAYS; i++) {
        int64_t from_s = (view->celsius_day - i) * INT64_C(86400) - view->utc_offset_s;
        view->celsius[i] =
            table ? weather_table_celsius(table, area, from_s, from_s + INT64_C(86400), by_ms)
                  : CELSIUS_UNKNOWN;
    }
}

/* What depends on the moment: local time, season, weather, what is due. */
static void fill_moment(struct judgement *judgement, int64_t at_s)
{
    struct household_view *view = &judgement->view;
    const struct record_home *home = judgement->record.home;
    int32_t day_before = local_day(view->now_s + view->utc_offset_s);
    bool first = !judgement->tuning;
    view->now_s = at_s;
    view->utc_offset_s = zone_offset_s(judgement->household->zone, at_s);
    int64_t local = at_s + view->utc_offset_s;
    if (!first && local_day(local) == day_before)
        return;
    struct civil civil = civil_of(local);
    struct text area = record_area(&judgement->record);
    judgement->tuning =
        tuning_for(judgement->context->tuning, home->flags, area, civil.month * 100u + civil.day);
    view->acute_per_year = judgement->tuning->acute_per_household_year;
    view->paces = judgement->context->census
                      ? census_paces(judgement->context->census, judgement->context->arrived_ms,
                                     view->acute_per_year)
                      : NULL;
    view->in_season = judgement->tuning->in_season;
    fill_weather(judgement, area);
    for (int u = 0; u < UTILITY_COUNT; u++)
        arrears_view(&home->arrears[u], local_day(local), at_s, &view->arrears[u]);
}

static uint32_t enrolled(const struct judgement *judgement)
{
    size_t count;
    const struct enrolment *rules = config_enrolment(judgement->context->config, &count);
    if (!count)
        return UINT32_MAX;
    uint32_t may = 0;
    bool arrears = false;
    for (int u = 0; u < UTILITY_COUNT; u++)
        arrears = arrears || judgement->view.arrears[u].months > 0;
    for (size_t i = 0; i < count; i++)
        if ((judgement->view.flags & rules[i].flags) == rules[i].flags &&
            (!rules[i].arrears || arrears))
            may |= rules[i].detectors;
    return may;
}

void judge_start(struct judgement *judgement, struct household *household,
                 const struct household_context *context, int64_t at_s)
{
    memset(judgement, 0, sizeof *judgement);
    judgement->household = household;
    judgement->pass = JUDGE_MESSAGE;
    judgement->context = context;
    record_view(household->bytes, &judgement->record);
    fill_home(judgement);
    fill_meters(judgement);
    fill_moment(judgement, at_s);
    judgement->last_event_s = at_s;
    judgement->may_raise = enrolled(judgement);
    for (size_t i = 0; i < detector_count; i++) {
        judgement->active[i] = judgement->record.slots[i].on;
        judgement->price[i] = (double)judgement->record.slots[i].price;
    }
}

/* Water that runs by itself vouches for nobody from the next hour on. */
static void note_running(struct judgement *judgement, const struct event *event, unsigned running)
{
    struct record_meter *meter = &judgement->record.meters[event->meter];
    if (event->kind != EVENT_HOUR || meter->utility != UTILITY_WATER)
        return;
    meter->flags &= (uint8_t)~METER_RUNNING;
    if (running >> event->meter & 1)
        meter->flags |= METER_RUNNING;
    judgement->view.meters[event->meter].continuous = meter_continuous(meter);
}

/* An hour in which a finding could have begun; a gap counts for a day at most. */
static void count_hour(struct judgement *judgement, int32_t hour)
{
    struct record_home *home = judgement->record.home;
    int32_t hours = hour - home->counted_hour;
    if (hours <= 0)
        return;
    if (home->counted_hour)
        judgement->watched_hours += hours < GAP_HOURS ? hours : GAP_HOURS;
    home->counted_hour = hour;
}

/* At the end of the hour, but never later than the reading that proved it. */
static void note_life(struct judgement *judgement, unsigned index, int32_t hour)
{
    struct record_meter *meter = &judgement->record.meters[index];
    struct record_home *home = judgement->record.home;
    int64_t before = judgement->life_before_s[index], from = (int64_t)hour * 3600;
    int64_t life_s = from + 3600 < meter->newest_s ? from + 3600 : meter->newest_s;
    if (from < before && before < life_s)
        life_s = before;
    if (life_s > meter->life_s)
        judgement->view.meters[index].last_life_s = meter->life_s = life_s;
    if (life_s > home->last_life_s)
        judgement->view.last_life_s = home->last_life_s = life_s;
}

/* Shows one event to every detector; the strangest opinion decides what the routine may learn. */
static enum oddness show(struct judgement *judgement, const struct event *event)
{
    enum oddness odd = ODDNESS_NONE;
    unsigned running = 0;
    for (size_t i = 0; i < detector_count; i++) {
        struct verdict verdict = {.active = judgement->active[i], .price = judgement->price[i]};
        detectors[i]->observe(judgement->tuning->options[i], judgement->record.states[i],
                              &judgement->view, event, &verdict);
        if (judgement->active[i] && !verdict.active) { /* what ended it, not what came after */
            judgement->life[i] = verdict.life;
            if (event->kind == EVENT_HOUR)
                judgement->told[i].utility = judgement->view.meters[event->meter].utility;
        }
        judgement->active[i] = verdict.active;
        judgement->price[i] = verdict.price;
        if (verdict.life && event->kind == EVENT_HOUR && event->vouched)
            note_life(judgement, event->meter, event->hour);
        if (verdict.ready && judgement->may_raise >> i & 1)
            count_hour(judgement, (int32_t)(event->at_s / 3600) - 1);
        if (verdict.active && verdict.since_s)
            judgement->told[i] = verdict;
        if (verdict.oddness > odd)
            odd = verdict.oddness;
        running |= verdict.running;
    }
    note_running(judgement, event, running);
    judgement->last_event_s = event->at_s;
    return odd;
}

unsigned judge_weekday(const struct judgement *judgement, int32_t day)
{
    return config_is_holiday(judgement->context->config, day) ? SUNDAY
                                                              : (unsigned)local_weekday(day);
}

static void fill_local(struct judgement *judgement, struct event *event, int64_t start_s)
{
    int64_t local = zone_local_s(judgement->household->zone, start_s);
    event->day = local_day(local);
    event->local_hour = (uint8_t)local_hour(local);
    event->weekday = (uint8_t)judge_weekday(judgement, event->day);
}

void judge_event(struct judgement *judgement, struct event *event)
{
    fill_local(judgement, event, event->at_s);
    (void)show(judgement, event);
}

/* Makes room up to that day: what is new is not known yet. */
static void reach_day(struct judgement *judgement, unsigned index, int32_t day)
{
    struct record_meter *meter = &judgement->record.meters[index];
    int32_t from = meter->newest_day ? meter->newest_day + 1 : day;
    if (day - from >= VIEW_DAYS)
        from = day - VIEW_DAYS + 1;
    for (int32_t d = from; d <= day; d++)
        meter->days[(unsigned)d % VIEW_DAYS] = 0;
    if (day > meter->newest_day)
        meter->newest_day = day;
    judgement->view.meters[index].newest_day = meter->newest_day;
}

static void file_day(struct judgement *judgement, unsigned index, int32_t day, int64_t milli)
{
    struct record_meter *meter = &judgement->record.meters[index];
    struct meter_view *view = &judgement->view.meters[index];
    reach_day(judgement, index, day);
    if (day <= meter->newest_day - VIEW_DAYS)
        return;
    if (!meter->days[(unsigned)day % VIEW_DAYS] && meter->valid_days < UINT16_MAX)
        meter->valid_days++;
    meter->days[(unsigned)day % VIEW_DAYS] = routine_day_code(milli);
    view->valid_days = meter->valid_days;
    if (view->valid_days > judgement->view.valid_days)
        judgement->view.valid_days = view->valid_days;
    struct event event = {.kind = EVENT_DAY,
                          .at_s = zone_day_start_s(judgement->household->zone, day + 1),
                          .meter = (uint8_t)index,
                          .vouched = true,
                          .day = day};
    event.weekday = (uint8_t)judge_weekday(judgement, day);
    (void)show(judgement, &event);
}

/* The total of a local day from the ring, where at least half of its hours are measured. Hours that
 * the sun or a timer may fill are left out on every day: the rest stands for them. */
static bool day_total(const struct judgement *judgement, unsigned index, int32_t day, int64_t *out)
{
    const struct record_meter *meter = &judgement->record.meters[index];
    const struct zone *zone = judgement->household->zone;
    int32_t from = (int32_t)(zone_day_start_s(zone, day) / 3600);
    int32_t to = (int32_t)(zone_day_start_s(zone, day + 1) / 3600);
    int64_t sum = 0;
    int known = 0, covered = 0;
    for (int32_t h = from; h < to; h++) {
        uint8_t code = meter_hour(meter, h);
        int64_t local = zone_local_s(zone, (int64_t)h * 3600);
        unsigned of_day = (unsigned)local_hour(local);
        if (mask_covers(meter, of_day, routine_slot(of_day, judge_weekday(judgement, day)))) {
            covered++;
            continue;
        }
        if (code == ROUTINE_MISSING || meter_estimated(meter, h))
            continue;
        sum += routine_milli(code);
        known++;
    }
    if (known * 2 < to - from - covered || known < DAY_HOURS_MIN)
        return false;
    *out = sum * (to - from) / known;
    return true;
}

/* Local days before `day` are over for this meter. */
static void close_days(struct judgement *judgement, unsigned index, int32_t day)
{
    struct record_meter *meter = &judgement->record.meters[index];
    if (!meter->newest_day) {
        meter->newest_day = day - 1;
        return;
    }
    int64_t milli;
    for (int32_t d = day - meter->newest_day > 8 ? day - 8 : meter->newest_day + 1; d < day; d++)
        if (day_total(judgement, index, d, &milli))
            file_day(judgement, index, d, milli);
}

/* After a correction: days that are over and still whole in the ring say what it says now. */
static void correct_days(struct judgement *judgement, unsigned index)
{
    struct record_meter *meter = &judgement->record.meters[index];
    if (meter->interval_minutes >= 720 || !meter->newest_day)
        return;
    for (int32_t d = meter->newest_day - 7; d <= meter->newest_day; d++) {
        int32_t from = (int32_t)(zone_day_start_s(judgement->household->zone, d) / 3600);
        uint16_t *filed = &meter->days[(unsigned)d % VIEW_DAYS];
        int64_t milli;
        if (from <= meter->newest_hour - VIEW_HOURS || from < meter->first_hour)
            continue;
        if (!day_total(judgement, index, d, &milli)) {
            if (*filed)
                meter->valid_days--;
            *filed = 0;
        } else if (*filed != routine_day_code(milli)) {
            file_day(judgement, index, d, milli);
        }
    }
}

/* A guess, a limiter, a cut, the sun or a timer: the hour vouches for nothing. */
static bool is_vouched(const struct judgement *judgement, const struct record_meter *meter,
                       const struct event *event)
{
    return !meter_estimated(meter, event->hour) &&
           judgement->view.supply[meter->utility] == SUPPLY_OPEN &&
           !mask_hides(meter, event->local_hour, routine_slot(event->local_hour, event->weekday),
                       event->use);
}

static struct event hour_event(struct judgement *judgement, unsigned index, int32_t hour)
{
    struct record_meter *meter = &judgement->record.meters[index];
    struct event event = {.kind = EVENT_HOUR,
                          .at_s = ((int64_t)hour + 1) * 3600,
                          .hour = hour,
                          .meter = (uint8_t)index,
                          .use = meter_hour(meter, hour)};
    fill_local(judgement, &event, (int64_t)hour * 3600);
    event.vouched = is_vouched(judgement, meter, &event);
    meter_halves(meter, hour, event.halves);
    unsigned slot = routine_slot(event.local_hour, event.weekday);
    event.evidence =
        routine_evidence(&meter->routine, meter->utility, slot, event.use, event.halves);
    event.awake_probability = routine_awake(&meter->routine, slot);
    return event;
}

static bool is_absent(const struct household_view *view, const struct event *event)
{
    return view->absent_from_s <= event->at_s && event->at_s < view->absent_to_s;
}

/* Days that were read once a day teach no hours: a meter that goes over to them is a new one. */
static void forget_daily_reads(struct judgement *judgement, unsigned index, int32_t hour)
{
    struct record_meter *meter = &judgement->record.meters[index];
    int32_t days = (hour - meter->first_hour) / 24 + 2; /* that it can have touched */
    if (meter->valid_days <= days)
        return;
    meter->valid_days = (uint16_t)(days > 0 ? days : 0);
    fill_meters(judgement);
}

static void judge_hour(struct judgement *judgement, unsigned index, int32_t hour)
{
    struct record_meter *meter = &judgement->record.meters[index];
    meter->judged_hour = hour;
    fill_moment(judgement, ((int64_t)hour + 1) * 3600);
    if (meter->interval_minutes < 720) {
        close_days(judgement, index,
                   local_day(zone_local_s(judgement->household->zone, (int64_t)hour * 3600)));
        forget_daily_reads(judgement, index, hour);
    }
    uint8_t code = meter_hour(meter, hour);
    if (code == ROUTINE_MISSING)
        return;
    baseline_prepare(meter, hour, judgement->household->zone);
    struct event event = hour_event(judgement, index, hour);
    if (event.vouched) {
        if (meter->utility == UTILITY_WATER)
            meter->flow_hours =
                code > ROUTINE_ZERO && code > meter->routine.floor
                    ? (uint16_t)(meter->flow_hours < 9999 ? meter->flow_hours + 1 : 9999)
                    : 0;
        judgement->view.meters[index].continuous = meter_continuous(meter);
        if (meter_continuous(meter))
            event.evidence = (struct hour_evidence){0};
        if (event.evidence.awake)
            note_life(judgement, index, hour);
        area_hour_tell(judgement, &event);
        if (meter->routine.highest) /* its first week shows nobody */
            quiet_hour(&judgement->record.home->quiet, hour, event.evidence.awake);
    }
    if (judgement->record.home->watched_hours < UINT32_MAX && index == 0)
        judgement->view.watched_hours = ++judgement->record.home->watched_hours;
    enum oddness odd = show(judgement, &event);
    bool open = judgement->view.supply[meter->utility] == SUPPLY_OPEN;
    if (open && !meter_estimated(meter, hour))
        baseline_learn(meter, &event, odd, !event.vouched, is_absent(&judgement->view, &event));
}

void judge_meter(struct judgement *judgement, unsigned index)
{
    struct record_meter *meter = &judgement->record.meters[index];
    if (meter->judged_hour < meter->newest_hour - VIEW_HOURS)
        meter->judged_hour = meter->newest_hour - VIEW_HOURS;
    meter->flags &= (uint8_t)~METER_UNSETTLED;
    while (meter->judged_hour < meter->newest_hour)
        judge_hour(judgement, index, meter->judged_hour + 1);
}

void judge_all(struct judgement *judgement, int32_t until)
{
    int32_t from = INT32_MAX, to = 0;
    for (unsigned i = 0; i < judgement->record.header->meters; i++) {
        struct record_meter *meter = &judgement->record.meters[i];
        if (meter->judged_hour < meter->newest_hour - VIEW_HOURS)
            meter->judged_hour = meter->newest_hour - VIEW_HOURS;
        if (until >= meter->newest_hour)
            meter->flags &= (uint8_t)~METER_UNSETTLED;
        if (meter->judged_hour < meter->newest_hour && meter->judged_hour < from)
            from = meter->judged_hour;
        if (meter->newest_hour > to)
            to = meter->newest_hour;
    }
    for (int32_t hour = from; hour < to && hour < until; hour++)
        for (unsigned i = 0; i < judgement->record.header->meters; i++)
            if (judgement->record.meters[i].judged_hour == hour &&
                judgement->record.meters[i].newest_hour > hour)
                judge_hour(judgement, i, hour + 1);
}

/* Signs of life within the hours that are shown again are no longer believed: the newest of what is
 * left becomes the last one, else it was before them. */
static void forget_life(struct judgement *judgement, int32_t from)
{
    struct record_home *home = judgement->record.home;
    home->last_life_s = 0;
    for (unsigned i = 0; i < judgement->record.header->meters; i++) {
        struct record_meter *meter = &judgement->record.meters[i];
        judgement->life_before_s[i] = meter->life_s;
        if (meter->life_s > from * INT64_C(3600))
            meter->life_s = from > meter->first_hour ? from * INT64_C(3600) : 0;
        judgement->view.meters[i].last_life_s = meter->life_s;
        if (meter->life_s > home->last_life_s)
            home->last_life_s = meter->life_s;
    }
    judgement->view.last_life_s = home->last_life_s;
}

static void show_again(struct judgement *judgement, unsigned index, int32_t hour, bool restart)
{
    fill_moment(judgement, ((int64_t)hour + 1) * 3600);
    struct event event = hour_event(judgement, index, hour);
    event.again = true;
    event.restart = restart;
    /* It vouched for somebody until it began to flow by itself. */
    if (judgement->view.meters[index].continuous && event.at_s > judgement->life_before_s[index])
        event.evidence = (struct hour_evidence){0};
    if (event.vouched && event.evidence.awake)
        note_life(judgement, index, hour);
    (void)show(judgement, &event);
}

void judge_again(struct judgement *judgement)
{
    int32_t from = INT32_MAX, to = 0;
    unsigned meters = judgement->record.header->meters;
    for (unsigned i = 0; i < meters; i++) {
        const struct record_meter *meter = &judgement->record.meters[i];
        if (meter->newest_hour && meter->newest_hour - VIEW_HOURS + 1 < from)
            from = meter->newest_hour - VIEW_HOURS + 1;
        if (meter->judged_hour > to)
            to = meter->judged_hour;
    }
    if (from <= to - VIEW_HOURS) /* a meter of long ago */
        from = to - VIEW_HOURS + 1;
    int64_t life_s = judgement->record.home->last_life_s;
    forget_life(judgement, from);
    judgement->late = true;
    bool restart = true;
    for (int32_t hour = from; hour <= to; hour++)
        for (unsigned i = 0; i < meters; i++) {
            const struct record_meter *meter = &judgement->record.meters[i];
            if (hour > meter->judged_hour || hour < meter->first_hour ||
                meter_hour(meter, hour) == ROUTINE_MISSING)
                continue;
            show_again(judgement, i, hour, restart);
            restart = false;
        }
    /* Beginning anew is no end; what later life has ended since, ended by it. */
    for (size_t i = 0; i < detector_count; i++)
        if (judgement->record.slots[i].on && !judgement->active[i])
            judgement->life[i] = judgement->record.home->last_life_s > life_s;
    int64_t last_event_s = judgement->last_event_s;
    for (unsigned i = 0; i < meters; i++)
        correct_days(judgement, i);
    judgement->last_event_s = last_event_s;
}

/* What the sun brought is in the day, and nobody knows how much. Of such a meter no days are filed,
 * so the newest is the last below zero: once a winter has passed since, it was a correction. */
static bool is_net(struct judgement *judgement, unsigned index, int32_t day, int64_t milli)
{
    struct record_meter *meter = &judgement->record.meters[index];
    if (!(meter->flags & METER_FEEDS_IN))
        return false;
    if (milli < 0 || !meter->newest_day)
        reach_day(judgement, index, day);
    if (day - meter->newest_day > WINTER_DAYS)
        meter->flags &= (uint8_t)~METER_FEEDS_IN;
    return meter->flags & METER_FEEDS_IN;
}

void judge_day(struct judgement *judgement, unsigned meter, int64_t middle_s, int64_t milli)
{
    int32_t day = local_day(zone_local_s(judgement->household->zone, middle_s));
    if (!is_net(judgement, meter, day, milli))
        file_day(judgement, meter, day, milli);
}

/* A register vouches for its hour before the hour is over; what is told has happened. */
static int64_t happened_s(const struct judgement *judgement, int64_t at_s)
{
    int64_t arrived_s = judgement->context->arrived_ms / 1000;
    return at_s < arrived_s ? at_s : arrived_s;
}

/* How old the newest of what was judged was when it arrived. */
static int64_t evidence_age_s(const struct judgement *judgement)
{
    return judgement->context->arrived_ms / 1000 - judgement->last_event_s;
}

static bool is_history(const struct judgement *judgement)
{
    const struct settings *settings = config_settings(judgement->context->config);
    return evidence_age_s(judgement) > settings->ingest.max_age_s;
}

static void fill_supply(const struct household_view *view, struct finding *finding)
{
    for (int u = 0; u < UTILITY_COUNT; u++) {
        finding->limited |= (uint8_t)((view->supply[u] == SUPPLY_LIMITED) << u);
        finding->cut |= (uint8_t)((view->supply[u] == SUPPLY_CUT) << u);
        if (view->arrears[u].months > finding->months_unpaid)
            finding->months_unpaid = view->arrears[u].months;
    }
}

static void hand_over(struct judgement *judgement, size_t index, bool active, bool begins)
{
    struct record_home *home = judgement->record.home;
    struct finding finding = {.detector = detectors[index],
                              .detector_index = (int)index,
                              .seq = 4 * home->messages + (int64_t)judgement->pass,
                              .active = active,
                              .begins = begins,
                              .life = !active && judgement->life[index],
                              .verdict = judgement->told[index],
                              .at_s = happened_s(judgement, judgement->last_event_s),
                              .wall_ms = judgement->context->wall_ms,
                              .flags = home->flags,
                              .in_season = judgement->view.in_season,
                              .cold_wave = judgement->view.cold_wave,
                              .age_s = evidence_age_s(judgement),
                              .report_s = home->report_s,
                              .support_ended_s = home->support_ended_s,
                              .last_life_s = happened_s(judgement, home->last_life_s)};
    fill_supply(&judgement->view, &finding);
    (void)text_copy(judgement->household->id, finding.household, sizeof finding.household);
    (void)text_copy(record_area(&judgement->record), finding.area, sizeof finding.area);
    (void)text_copy(record_feeder(&judgement->record), finding.feeder, sizeof finding.feeder);
    (void)text_copy(text_of(zone_name(judgement->household->zone)), finding.timezone,
                    sizeof finding.timezone);
    if (active) {
        detectors[index]->describe(
            judgement->tuning->options[index], judgement->record.states[index], &judgement->view,
            &judgement->told[index], finding.summary, sizeof finding.summary);
        evidence_take(judgement, index, &finding.evidence);
    }
    judgement->context->found(judgement->context->owner, judgement->household->partition, &finding);
}

/* Emergencies are worth what they cost, and history costs nobody anything. */
static void tell_count(const struct judgement *judgement, unsigned what, int32_t n)
{
    const struct household_context *context = judgement->context;
    const struct household_view *view = &judgement->view;
    if (!context->counted || !n || view->cold_wave || is_history(judgement))
        return;
    struct census_count count = {.week = census_week(context->arrived_ms),
                                 .budget_milli = (int32_t)(view->acute_per_year * 1000.0 + 0.5),
                                 .n = n,
                                 .population = (uint8_t)population_of(view),
                                 .what = (uint8_t)what};
    context->counted(context->owner, &count);
}

static void keep_price(const struct judgement *judgement, size_t i)
{
    float price = (float)judgement->price[i];
    if (!(price > 0.0f) || (judgement->may_raise >> i & 1 && !is_history(judgement)))
        judgement->record.slots[i].price = price;
}

/* The lowest price at which an alert of learnt ones, or of those that grade, holds; none: `bins`.
 */
static unsigned lowest_bin(const struct judgement *judgement, enum pricing of, unsigned bins)
{
    unsigned lowest = bins;
    for (size_t i = 0; i < detector_count; i++) {
        double price = (double)judgement->record.slots[i].price;
        if (detectors[i]->pricing != of || !(price > 0.0))
            continue;
        unsigned bin = of == PRICED_LEARNT ? pace_bin(price) : pace_others_bin(price);
        if (bin < lowest)
            lowest = bin;
    }
    return lowest;
}

/* At the new price, and at any higher one up to the old, an alert begins now. */
static void count_fall(const struct judgement *judgement, unsigned first, unsigned bins,
                       unsigned before, unsigned now)
{
    if (now >= before)
        return;
    tell_count(judgement, first + now, 1);
    if (before < bins)
        tell_count(judgement, first + before, -1);
}

/* A finding makes an alert of its own unless its team has one. */
static bool has_alert(const struct judgement *judgement, enum team team)
{
    for (size_t k = 0; k < detector_count; k++)
        if (detectors[k]->team == team && judgement->record.slots[k].on)
            return true;
    return false;
}

/* Detectors that grade are of one team, which makes their findings one alert; bills and supply,
 * which are what they are, may have made one before. */
static void count_prices(const struct judgement *judgement)
{
    unsigned learnt = lowest_bin(judgement, PRICED_LEARNT, PACE_BINS);
    unsigned graded = lowest_bin(judgement, PRICED_GRADED, PACE_OTHERS_BINS);
    bool unpriced = false;
    for (size_t i = 0; i < detector_count; i++) {
        keep_price(judgement, i);
        unpriced =
            unpriced || (detectors[i]->pricing == PRICED_NOT && judgement->record.slots[i].on);
    }
    count_fall(judgement, CENSUS_PRICED, PACE_BINS, learnt,
               lowest_bin(judgement, PRICED_LEARNT, PACE_BINS));
    if (!unpriced)
        count_fall(judgement, CENSUS_GRADED, PACE_OTHERS_BINS, graded,
                   lowest_bin(judgement, PRICED_GRADED, PACE_OTHERS_BINS));
}

static void count_begin(const struct judgement *judgement, size_t i)
{
    if (detectors[i]->pricing == PRICED_LEARNT)
        tell_count(judgement, CENSUS_RAISED, 1);
    if (detectors[i]->pricing == PRICED_GRADED && !has_alert(judgement, detectors[i]->team))
        tell_count(judgement, CENSUS_OTHERS, 1);
}

void judge_finish(struct judgement *judgement)
{
    tell_count(judgement, CENSUS_HOURS, judgement->watched_hours);
    count_prices(judgement);
    for (size_t i = 0; i < detector_count; i++) {
        struct record_slot *slot = &judgement->record.slots[i];
        if (slot->on && !judgement->active[i]) {
            slot->on = slot->grade = slot->stage = 0;
            slot->since_s = 0;
            hand_over(judgement, i, false, false);
            continue;
        }
        /* Nothing new was said, or what is said is history or not to be raised for this household.
         */
        if (!judgement->active[i] || !judgement->told[i].since_s ||
            !(judgement->may_raise >> i & 1) || is_history(judgement))
            continue;
        bool grows =
            judgement->told[i].grade > slot->grade || judgement->told[i].stage > slot->stage;
        bool moves = judgement->late && judgement->told[i].since_s != slot->since_s;
        if (slot->on && !grows && !moves)
            continue;
        bool begins = !slot->on;
        if (begins)
            count_begin(judgement, i);
        slot->on = 1;
        slot->grade = (uint8_t)judgement->told[i].grade;
        slot->stage = judgement->told[i].stage;
        slot->since_s = judgement->told[i].since_s;
        hand_over(judgement, i, true, begins);
    }
    outlook_take(judgement);
}
