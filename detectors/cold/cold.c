/* SPDX-License-Identifier: Apache-2.0
 *
 * cold: in cold weather a lived-in home heats far less than it did in like weather. Its page:
 * cold.md.
 */
#include "detectors/cold/cold.h"

#include <stdio.h>
#include <string.h>

#include "detectors/days.h"
#include "detectors/detector.h"
#include "detectors/say.h"

#define BINS           9   /* of the day's mean temperature */
#define BIN_TENTHS     30  /* width of the inner ones */
#define BIN_FIRST      -60 /* the second begins here */
#define BIN_DAYS_MIN   5   /* days that teach a bin, before it says anything */
#define MILD_BINS      3   /* so much warmer at least are the days that tell what is not heating */
#define LINE_BINS      2   /* so far apart at least are two bins that tell of a third */
#define LESSONS_MAX    16  /* the newest lesson counts at least one in so many */
#define LESSON_MOST    256 /* codes: a day of half or twice the usual teaches no more than this */
#define METERS         3   /* of electricity and gas that are judged */
#define WAIT_DAYS      2   /* for the weather of a day */
#define MILD_TENTHS    30  /* above cold.celsius the finding ends */
#define FINDING_DAYS   60  /* after that it is how these people heat */
#define OTHERWISE      1.5 /* times its usual: this meter heats now */
#define SOMEBODY       0.7 /* of a meter's ordinary day: somebody was at home */
#define HEAT_DAYS_MIN  10  /* before it is said what is rare */
#define HEAT_DAYS_MAX  120 /* counted ones, halved when full */
#define WINDOW_MAX     3
#define SEEN_S         (2 * INT64_C(86400))
#define EARLY_UNTIL    13 /* o'clock */
#define LATE_FROM      17
#define HALF_TENTHS    5 /* BIN_TENTHS and BIN_FIRST are multiples: bins stay the same */
#define HALVES_UNKNOWN INT8_MIN

struct cold_options {
    double celsius, severe, below, back, share, rarest;
    int64_t days, awake_hours;
    double floor_electricity, floor_gas;
};

#define ROW(member, kind, scale, preset, least, most, text, ...)                       \
    {                                                                                  \
        .name = "cold." #member, .type = (kind), .unit = (scale), .initial = (preset), \
        .min = (least), .max = (most), .reloadable = true,                             \
        .offset = offsetof(struct cold_options, member), .help = (text), __VA_ARGS__   \
    }

static const struct option options[] = {
    ROW(celsius, OPTION_NUMBER, "degrees", "5", -30, 20,
        "Days are cold whose mean temperature in Celsius is at most this; all days of a declared "
        "cold wave are"),
    ROW(severe, OPTION_NUMBER, "degrees", "0", -40, 20,
        "A finding is grave when a day's mean is at most this", .at_most = "cold.celsius"),
    ROW(days, OPTION_INT, "days", "2", 1, WINDOW_MAX,
        "Whole local days whose heating energy is added up and compared"),
    ROW(below, OPTION_NUMBER, "%", "30", 1, 95,
        "A finding begins below this share of the heating energy of like weather",
        .below = "cold.back", .lever = LEVER_TELLS_MORE),
    ROW(back, OPTION_NUMBER, "%", "60", 1, 100, "It ends with a day of at least this share"),
    ROW(share, OPTION_NUMBER, "%", "33", 1, 100,
        "A meter heats when at least this share of what it shows on cold days is more than on mild "
        "ones"),
    ROW(rarest, OPTION_NUMBER, "%", "3", 0, 100,
        "At most this share of the home's own days that wanted heating may have been as low, or "
        "one"),
    ROW(awake_hours, OPTION_INT, "hours", "2", 0, 12,
        "Hours in which somebody must be awake both before 13:00 and after 17:00 of a day; an "
        "empty "
        "home is silence's. 0: does not ask"),
    ROW(floor_electricity, OPTION_NUMBER, "kWh", "3", 0, 1000,
        "Heating with electricity is at least this a day"),
    ROW(floor_gas, OPTION_NUMBER, "m3", "1", 0, 1000,
        "Heating with gas is at least this a day; the same number of kWh where kWh are metered"),
};

struct cold_meter {
    int32_t day;       /* the last local day that was judged; 0 none */
    int32_t since_day; /* first day of the finding; 0: no finding */
    int32_t from_day;  /* days before it teach nothing and are in no window */
    uint16_t usual[BINS];
    uint8_t days[BINS];          /* that taught it */
    uint8_t meter;               /* 1 + its index in the view; 0: this place is free */
    uint8_t percent;             /* of the heating of like weather, when the finding began */
    uint8_t heat_days, low_days; /* that wanted heating; of these, as low as a finding */
    uint8_t unsure; /* bit day % 8: an hour of it was estimated, or had no electricity at all */
    uint8_t severe; /* a day of the finding was */
    uint8_t unseen; /* low, but nobody was seen yet: what comes late may tell of somebody */
    uint8_t heats;  /* it followed the weather when that was cold last */
    int8_t halves;  /* of a degree: how warm `day` was, rounded down; HALVES_UNKNOWN */
};

/* Who leaves for a night is at home in the morning of one day and the evening of another. */
struct cold_home {
    int32_t day;         /* newest local day of which an hour is known */
    uint32_t lives;      /* bit n: n days before `day` somebody was at home, early and late */
    uint8_t awake[2][2]; /* hours of somebody awake in that day and the one before (day % 2) */
    uint8_t spare[4];
};
enum { EARLY, LATE };

struct cold_state {
    struct cold_home home;
    struct cold_meter meters[METERS];
};
_Static_assert(sizeof(struct cold_state) == 160, "small, and the contract's alignment");

/* What one observation looks at. */
struct look {
    const struct cold_options *set;
    struct cold_state *state;
    const struct household_view *view;
    const struct meter_view *meter;
    struct cold_meter *own;
};

/* ---- weather ------------------------------------------------------------------------------- */

static int celsius_of(const struct household_view *view, int32_t day)
{
    int32_t behind = view->celsius_day - day;
    return behind >= 0 && behind < VIEW_WEATHER_DAYS ? view->celsius[behind] : CELSIUS_UNKNOWN;
}

static unsigned bin_of(int tenths)
{
    if (tenths < BIN_FIRST)
        return 0;
    unsigned bin = 1 + (unsigned)(tenths - BIN_FIRST) / BIN_TENTHS;
    return bin < BINS ? bin : BINS - 1;
}

/* The record keeps no weather, and whoever explains it later has none. */
static int8_t halves_of(int tenths)
{
    int halves = (tenths - (tenths < 0 ? HALF_TENTHS - 1 : 0)) / HALF_TENTHS;
    if (tenths == CELSIUS_UNKNOWN)
        return HALVES_UNKNOWN;
    return (int8_t)(halves > INT8_MAX ? INT8_MAX : halves <= INT8_MIN ? INT8_MIN + 1 : halves);
}

static int day_tenths(const struct cold_meter *own)
{
    return own->halves == HALVES_UNKNOWN ? CELSIUS_UNKNOWN : own->halves * HALF_TENTHS;
}

static bool is_cold(const struct look *at, int tenths)
{
    return at->view->cold_wave || tenths <= at->set->celsius * 10.0;
}

/* ---- what is usual ------------------------------------------------------------------------- */

/* Milli-units of a day in like weather: all, and what of it is not heating. */
struct usual {
    double all, base;
};

/* The bin, else the nearest warmer one that is known: colder weather needs no less. BINS: none. */
static unsigned known_bin(const struct cold_meter *own, unsigned bin)
{
    while (bin < BINS && own->days[bin] < BIN_DAYS_MIN)
        bin++;
    return bin;
}

/* The least of the known bins from this one on; 0 when none is known. */
static double least_of(const struct cold_meter *own, unsigned from)
{
    double least = 0.0;
    for (unsigned bin = from; bin < BINS; bin++)
        if (own->days[bin] >= BIN_DAYS_MIN && (least == 0.0 || days_milli(own->usual[bin]) < least))
            least = days_milli(own->usual[bin]);
    return least;
}

/* In a first winter no mild days are known: where the line through the coldest and the warmest bin
 * comes to when it is mild. False: they are too near to each other. */
static bool draw_base(const struct cold_meter *own, double *out)
{
    unsigned coldest = known_bin(own, 0), warmest = BINS - 1;
    while (warmest > coldest && own->days[warmest] < BIN_DAYS_MIN)
        warmest--;
    if (warmest < coldest + LINE_BINS)
        return false;
    double less = days_milli(own->usual[warmest]);
    double step = (days_milli(own->usual[coldest]) - less) / (warmest - coldest);
    double base = less - step * (BINS - 1 - warmest);
    *out = base > 0.0 ? base : 0.0;
    return true;
}

/* False when this meter does not follow the weather, as far as is known. */
static bool find_usual(const struct look *at, int tenths, struct usual *out)
{
    unsigned bin = tenths == CELSIUS_UNKNOWN ? BINS : known_bin(at->own, bin_of(tenths));
    if (bin == BINS)
        return false;
    struct usual usual = {days_milli(at->own->usual[bin]), least_of(at->own, bin + MILD_BINS)};
    bool drawn = usual.base == 0.0;
    if (drawn && !draw_base(at->own, &usual.base))
        return false;
    double heat = usual.all - usual.base;
    /* What is drawn and not seen must be beyond doubt. */
    if (heat * 100.0 < at->set->share * (drawn ? 2.0 : 1.0) * usual.all ||
        heat < days_floor_milli(at->meter->utility, at->set->floor_electricity, 0.0,
                                at->set->floor_gas))
        return false;
    *out = usual;
    return true;
}

/* The day's total is measured and nothing but the people can be why it is low. */
static bool is_sure(const struct look *at, int32_t day)
{
    return day >= at->own->from_day && days_code(at->meter, day) &&
           !(at->own->unsure >> (unsigned)day % 8 & 1) &&
           days_measured(at->view, at->meter, day, day);
}

/* Heating energy of a day, and that of like weather. */
struct heat {
    double used, usual;
};

static bool heat_at(const struct look *at, int32_t day, int tenths, struct heat *out)
{
    struct usual usual;
    if (!is_sure(at, day) || !find_usual(at, tenths, &usual))
        return false;
    out->used = days_milli(days_code(at->meter, day)) - usual.base;
    out->usual = usual.all - usual.base;
    return true;
}

static bool heat_of(const struct look *at, int32_t day, struct heat *out)
{
    return heat_at(at, day, celsius_of(at->view, day), out);
}

/* ---- who is at home ------------------------------------------------------------------------ */

/* A meter of the view that is judged; NULL. */
static const struct cold_meter *own_of(const struct cold_state *state, unsigned meter)
{
    for (unsigned i = 0; i < METERS; i++)
        if (state->meters[i].meter == meter + 1)
            return &state->meters[i];
    return NULL;
}

/* What heats shows whom it heats, not who is there: night storage is loudest in an empty night. */
static void note_life(struct cold_state *state, const struct household_view *view,
                      const struct event *event, int64_t awake_hours)
{
    struct cold_home *home = &state->home;
    if (event->kind != EVENT_HOUR || !event->vouched || event->again || event->hour < 0)
        return;
    int32_t day = days_local(view, event->hour * INT64_C(3600));
    if (day > home->day) {
        int32_t on = day - home->day;
        home->lives = on < 32 ? home->lives << on : 0;
        memset(home->awake[day % 2], 0, sizeof home->awake[0]);
        if (on > 1)
            memset(home->awake[(day + 1) % 2], 0, sizeof home->awake[0]);
        home->day = day;
    }
    int32_t behind = home->day - day;
    bool early = event->local_hour < EARLY_UNTIL;
    const struct cold_meter *own = own_of(state, event->meter);
    if (!event->evidence.awake || behind > 1 || (own && own->heats) ||
        (!early && event->local_hour < LATE_FROM))
        return;
    uint8_t *hours = home->awake[day % 2];
    if (hours[early ? EARLY : LATE] < UINT8_MAX)
        hours[early ? EARLY : LATE]++;
    if (hours[EARLY] >= awake_hours && hours[LATE] >= awake_hours)
        home->lives |= 1u << behind;
}

/* By its total a meter was used as on an ordinary day; what heats, as on one of mild weather. */
static bool somebody_used(const struct look *at, int32_t day, bool by_heating)
{
    for (unsigned i = 0; i < at->view->meter_count && i < VIEW_METERS_MAX; i++) {
        const struct meter_view *meter = &at->view->meters[i];
        const struct cold_meter *own = own_of(at->state, i);
        uint16_t codes[VIEW_DAYS];
        unsigned n = 0;
        if (own && own->heats && !by_heating)
            continue;
        for (int32_t d = meter->newest_day - VIEW_DAYS + 1; !own && d <= meter->newest_day; d++)
            if (days_code(meter, d))
                codes[n++] = days_code(meter, d);
        double ordinary = own ? least_of(own, 0) : n ? days_milli(days_median(codes, n)) : 0.0;
        if (ordinary > 0.0 && !meter->continuous &&
            days_milli(days_code(meter, day)) >= SOMEBODY * ordinary)
            return true;
    }
    return false;
}

/* Some meter that does not heat is read often enough to see anybody. */
static bool is_seen(const struct look *at)
{
    const struct household_view *view = at->view;
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++) {
        const struct cold_meter *own = own_of(at->state, i);
        if (view->meters[i].last_life_s && !(own && own->heats) &&
            view->now_s - view->meters[i].newest_hour * INT64_C(3600) < SEEN_S)
            return true;
    }
    return false;
}

static bool is_lived_in(const struct look *at, int32_t day)
{
    if (at->set->awake_hours == 0)
        return true;
    int32_t behind = at->state->home.day - day;
    bool early_and_late = behind >= 0 && behind < 32 && at->state->home.lives >> behind & 1;
    return early_and_late || somebody_used(at, day, !is_seen(at));
}

/* Another meter shows so much more than in like weather that it heats now. */
static bool heats_otherwise(const struct look *at, int32_t first)
{
    for (unsigned i = 0; i < METERS; i++) {
        const struct cold_meter *other = &at->state->meters[i];
        if (other == at->own || !other->meter || other->meter > at->view->meter_count)
            continue;
        const struct meter_view *meter = &at->view->meters[other->meter - 1];
        double used = 0.0, usual = 0.0;
        for (int32_t day = first; day <= at->own->day; day++) {
            unsigned bin = known_bin(other, bin_of(celsius_of(at->view, day)));
            used += days_milli(days_code(meter, day));
            usual += bin < BINS ? days_milli(other->usual[bin]) : 0.0;
        }
        double floor =
            days_floor_milli(meter->utility, at->set->floor_electricity, 0.0, at->set->floor_gas) *
            (double)at->set->days;
        if (usual > 0.0 && used >= OTHERWISE * usual && used - usual >= floor)
            return true;
    }
    return false;
}

/* ---- learning ------------------------------------------------------------------------------ */

/* A median that follows: how far a day lies off counts little. */
static void teach(struct cold_meter *own, unsigned bin, uint16_t code)
{
    if (own->days[bin] < UINT8_MAX)
        own->days[bin]++;
    if (own->days[bin] == 1)
        own->usual[bin] = code;
    int lessons = own->days[bin] < LESSONS_MAX ? own->days[bin] : LESSONS_MAX;
    int off = code - own->usual[bin];
    if (off > LESSON_MOST)
        off = LESSON_MOST;
    if (off < -LESSON_MOST)
        off = -LESSON_MOST;
    own->usual[bin] = (uint16_t)(own->usual[bin] + off / lessons);
}

/* How often this home itself was as low when heating was wanted. */
static void count_low(struct cold_meter *own, bool low)
{
    if (own->heat_days >= HEAT_DAYS_MAX) {
        own->heat_days /= 2;
        own->low_days /= 2;
    }
    own->heat_days++;
    own->low_days += low;
}

/* A day that has left the window. Low days of an empty home teach nothing. */
static void learn(const struct look *at, int32_t day)
{
    int tenths = celsius_of(at->view, day);
    struct heat heat;
    if (tenths == CELSIUS_UNKNOWN || !is_sure(at, day))
        return;
    bool wanted = heat_of(at, day, &heat);
    if (is_cold(at, tenths))
        at->own->heats = wanted;
    if (wanted && heat.used * 100.0 < at->set->back * heat.usual && !is_lived_in(at, day))
        return;
    if (wanted)
        count_low(at->own, heat.used * 100.0 < at->set->below * heat.usual);
    teach(at->own, bin_of(tenths), days_code(at->meter, day));
}

/* ---- one meter ----------------------------------------------------------------------------- */

/* Sums of the days [first, own->day]; false when one is not known, not cold or warm enough inside.
 */
static bool sum_window(const struct look *at, int32_t first, struct heat *out)
{
    struct heat sum = {0.0, 0.0}, heat;
    for (int32_t day = first; day <= at->own->day; day++) {
        if (!heat_of(at, day, &heat) || !is_cold(at, celsius_of(at->view, day)) ||
            heat.used * 100.0 >= at->set->back * heat.usual)
            return false;
        sum.used += heat.used;
        sum.usual += heat.usual;
    }
    *out = sum;
    return true;
}

static uint8_t percent_of(const struct heat *heat)
{
    double percent = heat->used > 0.0 ? heat->used * 100.0 / heat->usual : 0.0;
    return percent < 100.0 ? (uint8_t)percent : 100;
}

static void note_severe(const struct look *at, int32_t day)
{
    int tenths = celsius_of(at->view, day);
    if (tenths != CELSIUS_UNKNOWN && tenths <= at->set->severe * 10.0)
        at->own->severe = 1;
}

/* This home itself was as low too often, or is not known well enough. One such day is none. */
static bool is_habit(const struct look *at)
{
    const struct cold_meter *own = at->own;
    return own->heat_days < HEAT_DAYS_MIN ||
           (own->low_days > 1 && own->low_days * 100.0 > at->set->rarest * own->heat_days);
}

static void begin(const struct look *at)
{
    struct cold_meter *own = at->own;
    int32_t first = own->day - (int32_t)at->set->days + 1;
    struct heat now;
    own->unseen = 0;
    if (!sum_window(at, first, &now) ||
        (now.used + days_step(at->meter)) * 100.0 >= at->set->below * now.usual || is_habit(at) ||
        heats_otherwise(at, first))
        return;
    for (int32_t day = first; day <= own->day; day++)
        own->unseen |= !is_lived_in(at, day);
    if (own->unseen)
        return;
    own->since_day = first;
    own->percent = percent_of(&now);
    own->severe = 0;
    for (int32_t day = first; day <= own->day; day++)
        note_severe(at, day);
}

/* A finding is one low day of what is rare: who heats now and then is told of once. */
static void end(struct cold_meter *own, int32_t from_day)
{
    if (own->since_day)
        count_low(own, true);
    own->since_day = 0;
    own->from_day = from_day;
}

static bool is_back(const struct look *at, int32_t day)
{
    struct heat heat;
    return heat_of(at, day, &heat) && heat.used * 100.0 >= at->set->back * heat.usual;
}

/* True when it ended because the home is heated again. */
static bool go_on(const struct look *at)
{
    struct cold_meter *own = at->own;
    int tenths = celsius_of(at->view, own->day);
    if (is_back(at, own->day)) {
        end(own, own->day);
        return true;
    }
    bool known = tenths != CELSIUS_UNKNOWN;
    if (own->day - own->since_day >= FINDING_DAYS) {
        end(own, own->day + 1);
        memset(own->usual, 0, sizeof own->usual);
        memset(own->days, 0, sizeof own->days);
        own->heat_days = own->low_days = 0;
    } else if (known && !at->view->cold_wave && tenths > at->set->celsius * 10.0 + MILD_TENTHS) {
        end(own, own->day + 1);
    } else {
        note_severe(at, own->day);
    }
    return false;
}

/* True when a finding ended because the home is heated again. */
static bool judge_day(const struct look *at, int32_t day)
{
    bool life = false;
    at->own->day = day;
    at->own->halves = halves_of(celsius_of(at->view, day));
    if (at->own->since_day) {
        life = go_on(at);
    } else {
        begin(at);
        if (!at->own->since_day)
            learn(at, day - (int32_t)at->set->days);
    }
    at->own->unsure &= (uint8_t) ~(1u << (unsigned)(day - WINDOW_MAX) % 8);
    return life;
}

/* Its weather is known, or has been waited for. */
static bool is_ripe(const struct look *at, int32_t day)
{
    return celsius_of(at->view, day) != CELSIUS_UNKNOWN ||
           days_local(at->view, at->view->now_s) - day > WAIT_DAYS;
}

/* Nothing is said of the days before. */
static void skip_to(struct cold_meter *own, int32_t day)
{
    own->day = day;
    own->halves = HALVES_UNKNOWN;
}

static bool judge_meter(const struct look *at, const struct event *event, unsigned index)
{
    struct cold_meter *own = at->own;
    int32_t newest = at->meter->newest_day, today = days_local(at->view, at->view->now_s);
    bool life = false;
    if (own->day > newest || own->day < newest - VIEW_WEATHER_DAYS)
        skip_to(own, newest > 0 ? newest - 1 : 0);
    if (days_explained(at->view, at->meter)) {
        end(own, today + 1);
        skip_to(own, newest);
        own->unseen = 0;
        return false;
    }
    bool corrected = event->kind == EVENT_DAY && event->meter == index && own->since_day &&
                     event->day >= own->since_day && event->day <= own->day;
    if (corrected && is_back(at, event->day)) {
        end(own, own->day + 1);
        life = true;
    }
    /* An event of before the window knows nothing of its weather. */
    if (own->unseen && celsius_of(at->view, own->day) != CELSIUS_UNKNOWN)
        begin(at);
    while (own->day < newest && is_ripe(at, own->day + 1))
        life = judge_day(at, own->day + 1) || life;
    return life;
}

/* Its place, or a free one; NULL: water, or one too many. */
static struct cold_meter *place_of(struct cold_state *state, const struct household_view *view,
                                   unsigned meter)
{
    if (view->meters[meter].utility == UTILITY_WATER)
        return NULL;
    for (unsigned i = 0; i < METERS; i++) {
        struct cold_meter *own = &state->meters[i];
        if (own->meter && own->meter != meter + 1)
            continue;
        own->meter = (uint8_t)(meter + 1);
        return own;
    }
    return NULL;
}

/* Estimated hours vouch for nothing; hours without any electricity are an outage or feed-in. */
static void note_unsure(const struct look *at, const struct event *event)
{
    bool unsure = !event->vouched ||
                  (at->meter->utility == UTILITY_ELECTRICITY && event->use <= ROUTINE_ZERO);
    int32_t day = days_local(at->view, event->hour * INT64_C(3600));
    if (unsure && day > at->own->day - WINDOW_MAX && day < at->own->day + 8 - WINDOW_MAX)
        at->own->unsure |= (uint8_t)(1u << (unsigned)day % 8);
}

/* ---- the contract -------------------------------------------------------------------------- */

static void low_of(const struct cold_state *state, struct days_low low[VIEW_METERS_MAX])
{
    memset(low, 0, VIEW_METERS_MAX * sizeof *low);
    for (unsigned i = 0; i < METERS; i++) {
        const struct cold_meter *own = &state->meters[i];
        if (own->meter && own->meter <= VIEW_METERS_MAX)
            low[own->meter - 1] = (struct days_low){own->since_day, own->percent};
    }
}

static void observe(const void *options_of, void *state_of, const struct household_view *view,
                    const struct event *event, struct verdict *verdict)
{
    struct cold_state *state = state_of;
    struct look at = {.set = options_of, .state = state, .view = view};
    bool severe = false, raised = verdict->active;
    note_life(state, view, event, at.set->awake_hours);
    if (event->kind == EVENT_REPORT)
        return;
    if (event->kind == EVENT_HOUSEHOLD && event->household == HOUSEHOLD_MOVED_IN)
        memset(state, 0, sizeof *state); /* other people heat otherwise */
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++) {
        at.meter = &view->meters[i];
        at.own = place_of(state, view, i);
        if (!at.own)
            continue;
        if (event->kind == EVENT_HOUR && event->meter == i)
            note_unsure(&at, event);
        verdict->life = judge_meter(&at, event, i) || verdict->life;
        severe = severe || (at.own->since_day && at.own->severe);
    }
    struct days_low low[VIEW_METERS_MAX];
    low_of(state, low);
    days_tell(low, view, severe ? SEVERITY_HIGH : SEVERITY_MEDIUM, SEVERITY_HIGH, verdict);
    pace_others_judge(view, raised, PACE_ALWAYS, verdict); /* the cold is no matter of budgets */
}

/* ---- the sentence -------------------------------------------------------------------------- */

static void describe(const void *options_of, const void *state_of,
                     const struct household_view *view, const struct verdict *verdict, char *out,
                     size_t out_bytes)
{
    (void)options_of;
    const struct cold_state *state = state_of;
    char since[SAY_MAX], degrees[SAY_MAX], what[SAY_MAX];
    struct days_low low[VIEW_METERS_MAX];
    low_of(state, low);
    unsigned meter = days_lowest(low, view, verdict->utility);
    const struct cold_meter *own = own_of(state, meter);
    int32_t today = days_local(view, view->now_s);
    (void)snprintf(out, out_bytes,
                   "The heating seems to be off since %s: %s for it is %d %% below what this home "
                   "used in like weather",
                   say_day(days_local(view, verdict->since_s), today, since),
                   say_utilities(1u << verdict->utility, what), 100 - low[meter].percent);
    int tenths = own ? celsius_of(view, own->day) : CELSIUS_UNKNOWN;
    if (tenths != CELSIUS_UNKNOWN) {
        say_add(out, out_bytes, ", at ");
        say_add(out, out_bytes, say_count((tenths + (tenths < 0 ? -5 : 5)) / 10, degrees));
        say_add(out, out_bytes, " degrees outside");
    }
    say_add(out, out_bytes, view->cold_wave ? " in a declared cold wave." : ".");
}

/* ---- the numbers --------------------------------------------------------------------------- */

enum {
    TERM_PERCENT,
    TERM_BELOW,
    TERM_BACK,
    TERM_CELSIUS,
    TERM_COLD,
    TERM_USED,
    TERM_USUAL,
    TERM_BASE,
    TERM_DAYS,
    TERM_LOW,
    TERM_HOME,
    TERM_COUNT
};
static const struct term terms[TERM_COUNT] = {
    [TERM_PERCENT] = {"percent", "%",
                      "of the heating energy of like weather was used on the last day judged, by "
                      "the meter that fell furthest"},
    [TERM_BELOW] = {"below", "%", "a finding begins below this"},
    [TERM_BACK] = {"back", "%", "a day of at least this ends it"},
    [TERM_CELSIUS] = {"celsius", "degrees", "mean temperature of that day, rounded down to a half"},
    [TERM_COLD] = {"cold", "degrees", "a day of at most this is cold"},
    [TERM_USED] = {"used", "Wh or L", "on that day"},
    [TERM_USUAL] = {"usual", "Wh or L", "on days of like weather"},
    [TERM_BASE] = {"base", "Wh or L", "on mild days: what is not heating"},
    [TERM_DAYS] = {"days", "days", "of like weather that say what is usual, 255 at most"},
    [TERM_LOW] = {"low", "%", "of the home's own days that wanted heating were as low"},
    [TERM_HOME] = {"home", NULL, "1: somebody was at home on that day"},
};

static void explain(const void *options_of, const void *state_of, const struct household_view *view,
                    double values[TERMS_MAX])
{
    struct cold_state state = *(const struct cold_state *)state_of;
    struct look at = {.set = options_of, .state = &state, .view = view};
    values[TERM_BELOW] = at.set->below;
    values[TERM_BACK] = at.set->back;
    values[TERM_COLD] = at.set->celsius;
    for (unsigned i = 0; i < METERS; i++) {
        struct heat heat;
        struct usual usual;
        at.own = &state.meters[i];
        if (!at.own->meter || at.own->meter > view->meter_count)
            continue;
        at.meter = &view->meters[at.own->meter - 1];
        int tenths = day_tenths(at.own);
        if (!find_usual(&at, tenths, &usual) || !heat_at(&at, at.own->day, tenths, &heat) ||
            values[TERM_PERCENT] <= percent_of(&heat))
            continue;
        values[TERM_PERCENT] = percent_of(&heat);
        values[TERM_CELSIUS] = tenths / 10.0;
        values[TERM_USED] = days_milli(days_code(at.meter, at.own->day)) / 1000.0;
        values[TERM_USUAL] = usual.all / 1000.0;
        values[TERM_BASE] = usual.base / 1000.0;
        values[TERM_DAYS] = at.own->days[known_bin(at.own, bin_of(tenths))];
        if (at.own->heat_days)
            values[TERM_LOW] = at.own->low_days * 100.0 / at.own->heat_days;
        values[TERM_HOME] = is_lived_in(&at, at.own->day);
    }
}

const struct detector detector_cold = {
    .name = "cold",
    .summary = "in cold weather far less heating energy than in like weather, in a lived-in home",
    .team = TEAM_WELFARE,
    .pricing = PRICED_GRADED,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .options_bytes = sizeof(struct cold_options),
    .state_bytes = sizeof(struct cold_state),
    .observe = observe,
    .describe = describe,
    .terms = terms,
    .term_count = TERM_COUNT,
    .said = {"percent", "celsius"},
    .explain = explain,
};
