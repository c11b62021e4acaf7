/* SPDX-License-Identifier: Apache-2.0
 *
 * decline: for weeks a home has used far less than in the months before. Its page: decline.md.
 */
#include "detectors/decline/decline.h"

#include <stdio.h>

#include "detectors/days.h"
#include "detectors/detector.h"
#include "detectors/say.h"

#define WEEK          7
#define SPAN          28 /* days that are compared, and of a block */
#define SPAN_DAYS_MIN 20 /* known ones of them */
#define WEEK_DAYS_MIN 4
#define BLOCKS        14 /* a year and the days under way */
#define BLOCKS_MIN    3  /* known ones: three months say what is usual */
#define YEAR          364
#define FINDING_DAYS  182  /* after half a year it is how these people live */
#define USUAL         0.17 /* findings a home-year, half of which lie HALVING deeper */
#define USUAL_DEPTH   35.0 /* per cent below the usual, from which on they were counted */
#define HALVING       8.0

struct decline_options {
    double below, below_unseen, back;
    int64_t home_days, awake_hours;
    double floor_electricity, floor_water, floor_gas;
};

#define ROW(member, kind, scale, preset, least, most, text, ...)                          \
    {                                                                                     \
        .name = "decline." #member, .type = (kind), .unit = (scale), .initial = (preset), \
        .min = (least), .max = (most), .reloadable = true,                                \
        .offset = offsetof(struct decline_options, member), .help = (text), __VA_ARGS__   \
    }

static const struct option options[] = {
    ROW(below, OPTION_NUMBER, "%", "65", 1, 95,
        "A finding begins when an ordinary day of four weeks uses less than this share of an "
        "ordinary day of the months before",
        .below = "decline.back", .lever = LEVER_TELLS_MORE),
    ROW(below_unseen, OPTION_NUMBER, "%", "50", 1, 95,
        "The same where no meter can see whether anybody is at home: daily readings alone",
        .at_most = "decline.below"),
    ROW(back, OPTION_NUMBER, "%", "85", 1, 100,
        "It ends when an ordinary day of the last week reaches this share"),
    ROW(home_days, OPTION_INT, "days", "24", 0, SPAN,
        "Of the 28 days, those on which somebody must have been at home. 0: does not ask"),
    ROW(awake_hours, OPTION_INT, "hours", "4", 1, 24,
        "Hours a day in which somebody must be awake, to be at home"),
    ROW(floor_electricity, OPTION_NUMBER, "kWh", "0.5", 0, 1000,
        "Electricity must have fallen by at least this a day"),
    ROW(floor_water, OPTION_NUMBER, "L", "20", 0, 100000,
        "Water must have fallen by at least this a day"),
    ROW(floor_gas, OPTION_NUMBER, "m3", "0.3", 0, 1000,
        "Gas must have fallen by at least this a day; the same number of kWh where kWh are "
        "metered"),
};

struct decline_meter {
    int32_t since_day;       /* first local day of the weeks; 0: no finding */
    int32_t day;             /* newest of `out` */
    uint32_t out;            /* bit n: n days before `day` low use has another reason */
    int32_t block;           /* newest of `blocks`: local days / 28; 0 none */
    uint16_t blocks[BLOCKS]; /* day codes: an ordinary day of each; 0 unknown; block % 14 */
    uint16_t usual;          /* day code, frozen when the finding begins */
    uint8_t percent;         /* of the usual, in its lowest weeks */
    uint8_t spare;
};

struct decline_state {
    struct presence presence;
    struct decline_meter meters[VIEW_METERS_MAX];
};
_Static_assert(sizeof(struct decline_state) % 8 == 0, "the contract's alignment");

/* ---- ordinary days ------------------------------------------------------------------------- */

static void note_out(const struct household_view *view, const struct meter_view *meter,
                     struct decline_meter *own)
{
    int32_t on = meter->newest_day - own->day;
    if (on <= 0)
        return;
    own->out = on < 32 ? own->out << on : 0;
    own->out |= days_explained(view, meter) || days_away(view, meter->newest_day);
    own->day = meter->newest_day;
}

static bool is_out(const struct household_view *view, const struct decline_meter *own, int32_t day)
{
    int32_t behind = own->day - day;
    return days_away(view, day) || (behind >= 0 && behind < 32 && own->out >> behind & 1) ||
           (view->moved_in_s && day <= days_local(view, view->moved_in_s));
}

/* The median of the days [from, to] that count; 0 when fewer than `least` of them are known. */
static uint16_t ordinary_day(const struct household_view *view, const struct meter_view *meter,
                             const struct decline_meter *own, int32_t from, int32_t to,
                             unsigned least)
{
    uint16_t codes[SPAN];
    unsigned n = 0;
    for (int32_t day = from; day <= to; day++)
        if (days_code(meter, day) && !is_out(view, own, day))
            codes[n++] = days_code(meter, day);
    return n >= least ? days_median(codes, n) : 0;
}

/* Blocks that are over get their ordinary day; what is not in the ring any more stays unknown. */
static void close_blocks(const struct household_view *view, const struct meter_view *meter,
                         struct decline_meter *own)
{
    int32_t over = meter->newest_day / SPAN - 1;
    if (over <= own->block)
        return;
    int32_t from = over - own->block > BLOCKS ? over - BLOCKS + 1 : own->block + 1;
    for (int32_t block = from; block <= over; block++)
        own->blocks[block % BLOCKS] = block < over
                                          ? 0
                                          : ordinary_day(view, meter, own, block * SPAN,
                                                         block * SPAN + SPAN - 1, SPAN_DAYS_MIN);
    own->block = over;
}

static uint16_t block_code(const struct decline_meter *own, int32_t block)
{
    return block > 0 && block <= own->block && block > own->block - BLOCKS
               ? own->blocks[block % BLOCKS]
               : 0;
}

/* ---- what it used before ------------------------------------------------------------------- */

struct past {
    uint16_t usual;  /* an ordinary day of the year before these weeks; 0 not known */
    uint16_t lowest; /* block of it */
    uint16_t season; /* of these weeks a year ago; 0 not known */
};

static struct past past_of(const struct decline_meter *own, int32_t first)
{
    struct past past = {0};
    uint16_t codes[BLOCKS];
    unsigned n = 0;
    for (int32_t block = own->block - BLOCKS + 1; block <= own->block; block++) {
        uint16_t code = block_code(own, block);
        if (!code || block * SPAN + SPAN > first)
            continue;
        codes[n++] = code;
        if (!past.lowest || code < past.lowest)
            past.lowest = code;
    }
    if (n >= BLOCKS_MIN)
        past.usual = days_median(codes, n);
    past.season = block_code(own, (first + SPAN / 2 - YEAR) / SPAN);
    return past;
}

/* ---- one meter ----------------------------------------------------------------------------- */

/* Each week by itself was low: two weeks of holidays are no decline. */
static bool is_steady(const struct decline_options *set, const struct household_view *view,
                      const struct meter_view *meter, const struct decline_meter *own, double usual)
{
    for (int32_t last = meter->newest_day; last > meter->newest_day - SPAN; last -= WEEK) {
        uint16_t week = ordinary_day(view, meter, own, last - WEEK + 1, last, WEEK_DAYS_MIN);
        if (!week || days_milli(week) * 100.0 >= set->back * usual)
            return false;
    }
    return true;
}

static bool is_lived_in(const struct decline_options *set, const struct decline_state *state,
                        const struct household_view *view, int32_t newest)
{
    return set->home_days == 0 || !presence_seen(view) ||
           presence_days(&state->presence, newest, SPAN) >= set->home_days;
}

static void begin(const void *options_of, const void *state_of, const struct household_view *view,
                  const struct meter_view *meter, void *own_of)
{
    const struct decline_options *set = options_of;
    const struct decline_state *state = state_of;
    struct decline_meter *own = own_of;
    int32_t newest = meter->newest_day, first = newest - SPAN + 1;
    const struct past past = past_of(own, first);
    uint16_t now = ordinary_day(view, meter, own, first, newest, SPAN_DAYS_MIN);
    if (!now || !past.usual || now >= past.lowest || !is_lived_in(set, state, view, newest) ||
        (days_seasonal(view, meter) && !past.season)) /* only a year ago says what is usual */
        return;
    double usual = days_milli(past.usual), used = days_milli(now);
    if (past.season && days_milli(past.season) < usual)
        usual = days_milli(past.season);
    double floor =
        days_floor_milli(meter->utility, set->floor_electricity, set->floor_water, set->floor_gas);
    double below = presence_seen(view) ? set->below : set->below_unseen;
    if ((used + days_step(meter) / 2.0) * 100.0 >= below * usual || usual - used < floor ||
        !is_steady(set, view, meter, own, usual))
        return;
    own->since_day = first;
    own->usual = past.season && past.season < past.usual ? past.season : past.usual;
    own->percent = (uint8_t)(used * 100.0 / usual);
}

/* True when it ended because use is back. */
static bool go_on(const void *options_of, const void *state_of, const struct household_view *view,
                  const struct meter_view *meter, void *own_of)
{
    const struct decline_options *set = options_of;
    const struct decline_state *state = state_of;
    struct decline_meter *own = own_of;
    int32_t newest = meter->newest_day;
    uint16_t week = ordinary_day(view, meter, own, newest - WEEK + 1, newest, WEEK_DAYS_MIN);
    uint16_t now = ordinary_day(view, meter, own, newest - SPAN + 1, newest, SPAN_DAYS_MIN);
    double percent = now ? days_milli(now) * 100.0 / days_milli(own->usual) : 100.0;
    if (percent < own->percent && is_lived_in(set, state, view, newest) &&
        is_steady(set, view, meter, own, days_milli(own->usual)))
        own->percent = (uint8_t)percent;
    bool ended = week && days_milli(week) * 100.0 >= set->back * days_milli(own->usual);
    if (ended || newest - own->since_day >= FINDING_DAYS)
        own->since_day = 0;
    return ended;
}

/* ---- the contract -------------------------------------------------------------------------- */

static void note(const struct household_view *view, const struct meter_view *meter, void *own_of)
{
    struct decline_meter *own = own_of;
    note_out(view, meter, own);
    close_blocks(view, meter, own);
}

static const struct days_judge judge = {
    DAYS_JUDGE_PLACES(decline),
    .one = SEVERITY_LOW,
    .several = SEVERITY_MEDIUM,
    .usual = USUAL,
    .usual_depth = USUAL_DEPTH,
    .halving = HALVING,
    .note = note,
    .begin = begin,
    .go_on = go_on,
};
_Static_assert(offsetof(struct decline_state, presence) == 0, "as days_judge asks");

static void observe(const void *options_of, void *state, const struct household_view *view,
                    const struct event *event, struct verdict *verdict)
{
    const struct decline_options *set = options_of;
    days_judge_observe(&judge, set, state, set->awake_hours, view, event, verdict);
}

/* ---- the sentence -------------------------------------------------------------------------- */

static void describe(const void *options_of, const void *state_of,
                     const struct household_view *view, const struct verdict *verdict, char *out,
                     size_t out_bytes)
{
    const struct decline_state *state = state_of;
    unsigned worst = days_judge_lowest(&judge, state, view, verdict->utility);
    const struct meter_view *meter = &view->meters[worst];
    const struct decline_meter *own = &state->meters[worst];
    uint32_t others = verdict->utilities & ~(1u << verdict->utility);
    double usual = days_milli(own->usual);
    double now = days_milli(
        ordinary_day(view, meter, own, meter->newest_day - SPAN + 1, meter->newest_day, 1));
    char name[SAY_MAX], since[SAY_MAX], used[SAY_MAX], before[SAY_MAX], amounts[3 * SAY_MAX] = "";
    (void)options_of;
    say_use(verdict->utility, (int64_t)now, used);
    say_use(verdict->utility, (int64_t)usual, before);
    if (used[0])
        (void)snprintf(amounts, sizeof amounts, " (about %s a day instead of %s)", used, before);
    (void)snprintf(out, out_bytes,
                   "%s use has been %d %% below that of the months before for weeks, since %s%s",
                   say_capital(say_utilities(1u << verdict->utility, name)),
                   usual > now ? (int)(100.5 - now * 100.0 / usual) : 0,
                   say_date(verdict->since_s, view->now_s, view->utc_offset_s, since), amounts);
    if (others) {
        say_add(out, out_bytes, "; ");
        say_add(out, out_bytes, say_utilities(others, name));
        say_add(out, out_bytes, " as well");
    }
    say_add(out, out_bytes, ".");
}

/* ---- the numbers ---------------------------------------------------------------------------- */

enum {
    TERM_PERCENT,
    TERM_BELOW,
    TERM_BACK,
    TERM_USED,
    TERM_USUAL,
    TERM_LOWEST,
    TERM_SEASON,
    TERM_HOME,
    TERM_COUNT
};

static const struct term terms[] = {
    [TERM_PERCENT] = {"percent", "%",
                      "of what was usual is used on an ordinary day of the last four weeks, by the "
                      "meter that fell furthest; the score is what is left to 100 in its lowest "
                      "weeks"},
    [TERM_BELOW] = {"below", "%", "a finding begins below this, as the budget is"},
    [TERM_BACK] = {"back", "%", "a week of at least this ends it"},
    [TERM_USED] = {"used", "Wh or L", "on an ordinary day of the last four weeks"},
    [TERM_USUAL] = {"usual", "Wh or L", "on an ordinary day of the months before"},
    [TERM_LOWEST] = {"lowest", "Wh or L", "in the lowest four weeks of the year before"},
    [TERM_SEASON] = {"season", "Wh or L", "in these weeks a year ago"},
    [TERM_HOME] = {"home", "days", "of the last 28 with somebody at home"},
};

static void explain_meter(const struct decline_state *state, const struct household_view *view,
                          unsigned index, double values[TERMS_MAX])
{
    const struct decline_meter *own = &state->meters[index];
    const struct meter_view *meter = &view->meters[index];
    int32_t newest = meter->newest_day, first = newest - SPAN + 1;
    const struct past past = past_of(own, first);
    uint16_t now = ordinary_day(view, meter, own, first, newest, SPAN_DAYS_MIN);
    uint16_t usual = own->since_day ? own->usual : past.usual;
    if (!now || !usual || days_milli(usual) <= 0.0)
        return;
    double percent = days_milli(now) * 100.0 / days_milli(usual);
    if (values[TERM_PERCENT] <= percent)
        return;
    values[TERM_PERCENT] = percent;
    values[TERM_USED] = days_milli(now) / 1000.0;
    values[TERM_USUAL] = days_milli(usual) / 1000.0;
    values[TERM_LOWEST] = days_milli(past.lowest) / 1000.0;
    values[TERM_SEASON] = past.season ? days_milli(past.season) / 1000.0 : values[TERM_SEASON];
    values[TERM_HOME] = presence_days(&state->presence, newest, SPAN);
}

static void explain(const void *options_of, const void *state_of, const struct household_view *view,
                    double values[TERMS_MAX])
{
    const struct decline_options *set = options_of;
    double below = presence_seen(view) ? set->below : set->below_unseen;
    double priced = 100.0 - USUAL_DEPTH - HALVING * pace_others_halvings(view, USUAL);
    values[TERM_BELOW] = priced < below ? priced : below;
    values[TERM_BACK] = set->back;
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++)
        explain_meter(state_of, view, i, values);
}

const struct detector detector_decline = {
    .name = "decline",
    .summary = "for weeks far less use than in the months before, in a lived-in home",
    .team = TEAM_WELFARE,
    .pricing = PRICED_GRADED,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .options_bytes = sizeof(struct decline_options),
    .state_bytes = sizeof(struct decline_state),
    .observe = observe,
    .describe = describe,
    .terms = terms,
    .term_count = TERM_COUNT,
    .said = {"percent"},
    .explain = explain,
};
