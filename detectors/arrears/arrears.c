/* SPDX-License-Identifier: Apache-2.0
 *
 * arrears: the household has not paid for months. Its page: arrears.md.
 */
#include "detectors/arrears/arrears.h"

#include <string.h>

#include "detectors/days.h"
#include "detectors/detector.h"
#include "detectors/say.h"

#define MONTH_S          (30 * (int64_t)86400)
#define LATELY_DAYS      14 /* whose use is compared with that of the days before */
#define LATELY_DAYS_MIN  10
#define EARLIER_DAYS_MIN 20

struct arrears_options {
    int64_t attention_months, check_months, serious_months;
    double floor_bills, floor_waived_below;
    int64_t season_months_earlier;
};

#define ROW(member, kind, scale, preset, least, most, text, ...)                          \
    {                                                                                     \
        .name = "arrears." #member, .type = (kind), .unit = (scale), .initial = (preset), \
        .min = (least), .max = (most), .reloadable = true,                                \
        .offset = offsetof(struct arrears_options, member), .help = (text), __VA_ARGS__   \
    }

static const struct option options[] = {
    ROW(attention_months, OPTION_INT, "months", "2", 1, 60,
        "Unpaid months worth attention: raised low, and only if several utilities or rising",
        .at_most = "arrears.check_months"),
    ROW(check_months, OPTION_INT, "months", "3", 1, 60,
        "Unpaid months after which somebody should ask: raised medium",
        .at_most = "arrears.serious_months", .lever = LEVER_TELLS_LESS),
    ROW(serious_months, OPTION_INT, "months", "6", 1, 120,
        "Unpaid months that are serious: raised high, as are arrears with a limited or cut supply"),
    ROW(floor_bills, OPTION_NUMBER, "bills", "1", 0, 12,
        "Debts below so many average bills of this household do not count"),
    ROW(floor_waived_below, OPTION_NUMBER, "%", "70", 0, 100,
        "They do where use of that utility has fallen below this share of what it was; 0: never"),
    ROW(season_months_earlier, OPTION_INT, "months", "1", 0, 12,
        "In a season every step comes this many months earlier, one month at the earliest"),
};

struct arrears_state {
    int64_t since_s; /* of the finding that is on; 0: none */
};
_Static_assert(sizeof(struct arrears_state) % 8 == 0, "the contract's alignment");

/* All utilities together. */
struct debt {
    uint32_t utilities; /* that count */
    enum utility worst;
    unsigned months; /* of the worst, and one more for every other utility at the first step */
    bool rising;     /* behind a quarter ago already, and further now */
    bool curtailed;  /* limited or cut for it */
    int64_t oldest_due_s;
};

static int64_t step(const struct arrears_options *set, const struct household_view *view,
                    int64_t months)
{
    if (view->in_season)
        months -= set->season_months_earlier;
    return months < 1 ? 1 : months;
}

/* The median of the known days in [from, to]; 0 when fewer than `least` are. */
static uint16_t ordinary_day(const struct meter_view *meter, int32_t from, int32_t to,
                             unsigned least)
{
    uint16_t codes[VIEW_DAYS];
    unsigned n = 0;
    for (int32_t day = from; day <= to; day++)
        if (days_code(meter, day))
            codes[n++] = days_code(meter, day);
    return n >= least ? days_median(codes, n) : 0;
}

/* Who saves at the meter what is owed for is in need, however little it is. */
static bool has_fallen(const struct arrears_options *set, const struct household_view *view,
                       enum utility utility)
{
    for (unsigned i = 0; i < view->meter_count && i < VIEW_METERS_MAX; i++) {
        const struct meter_view *meter = &view->meters[i];
        if (meter->utility != utility || days_explained(view, meter))
            continue;
        int32_t lately = meter->newest_day - LATELY_DAYS + 1;
        int32_t from = meter->newest_day - VIEW_DAYS + 1;
        uint16_t now = ordinary_day(meter, lately, meter->newest_day, LATELY_DAYS_MIN);
        uint16_t before = ordinary_day(meter, from, lately - 1, EARLIER_DAYS_MIN);
        if (now && before && days_milli(now) * 100.0 < set->floor_waived_below * days_milli(before))
            return true;
    }
    return false;
}

static bool is_counted(const struct arrears_options *set, const struct household_view *view,
                       enum utility utility)
{
    const struct arrears_view *arrears = &view->arrears[utility];
    if (arrears->months == 0 || arrears->arrangement)
        return false;
    if (view->supply[utility] != SUPPLY_OPEN)
        return true;
    double floor = set->floor_bills * (double)arrears->average_minor;
    return arrears->average_minor <= 0 || (double)arrears->amount_minor >= floor ||
           has_fallen(set, view, utility);
}

static struct debt add_up(const struct arrears_options *set, const struct household_view *view)
{
    struct debt debt = {0};
    unsigned worst_months = 0;
    for (unsigned u = 0; u < UTILITY_COUNT; u++) {
        const struct arrears_view *arrears = &view->arrears[u];
        if (!is_counted(set, view, u))
            continue;
        debt.utilities |= 1u << u;
        if (arrears->months > worst_months ||
            (arrears->months == worst_months &&
             arrears->amount_minor > view->arrears[debt.worst].amount_minor)) {
            worst_months = arrears->months;
            debt.worst = u;
        }
        debt.months += arrears->months >= step(set, view, set->attention_months);
        debt.rising |= arrears->months_before > 0 && arrears->months > arrears->months_before;
        debt.curtailed |= view->supply[u] != SUPPLY_OPEN;
        if (arrears->oldest_due_s &&
            (!debt.oldest_due_s || arrears->oldest_due_s < debt.oldest_due_s))
            debt.oldest_due_s = arrears->oldest_due_s;
    }
    /* The worst was counted as one of those at the first step. */
    if (worst_months >= step(set, view, set->attention_months))
        debt.months--;
    debt.months += worst_months;
    return debt;
}

/* Whether it is raised, and how gravely. */
static bool grade(const struct arrears_options *set, const struct household_view *view,
                  const struct debt *debt, enum severity *out)
{
    if (!debt->utilities || !view->occupied)
        return false;
    bool several = (debt->utilities & (debt->utilities - 1)) != 0;
    if (debt->curtailed || debt->months >= step(set, view, set->serious_months))
        *out = SEVERITY_HIGH;
    else if (debt->months >= step(set, view, set->check_months))
        *out = SEVERITY_MEDIUM;
    else if (debt->months >= step(set, view, set->attention_months) && (several || debt->rising))
        *out = SEVERITY_LOW;
    else
        return false;
    return true;
}

static void observe(const void *options_of, void *state_of, const struct household_view *view,
                    const struct event *event, struct verdict *verdict)
{
    const struct arrears_options *set = options_of;
    struct arrears_state *state = state_of;
    if (event->kind != EVENT_DAY && event->kind != EVENT_BILLING && event->kind != EVENT_HOUSEHOLD)
        return;
    const struct debt debt = add_up(set, view);
    enum severity severity = SEVERITY_LOW;
    verdict->active = grade(set, view, &debt, &severity);
    if (!verdict->active) {
        state->since_s = 0;
        return;
    }
    if (!state->since_s)
        state->since_s = debt.oldest_due_s
                             ? debt.oldest_due_s
                             : event->at_s - view->arrears[debt.worst].months * MONTH_S;
    verdict->grade = severity;
    verdict->stage = (uint8_t)(debt.months > UINT8_MAX ? UINT8_MAX : debt.months);
    verdict->score = debt.months;
    verdict->since_s = state->since_s;
    verdict->utility = debt.worst;
    verdict->utilities = debt.utilities;
}

/* ---- the sentence -------------------------------------------------------------------------- */

/* " (129,300 KRW)", " (together 160,000 KRW)"; nothing where amounts are unknown or of two
 * currencies. */
static void add_sum(const struct household_view *view, uint32_t utilities, char *out,
                    size_t out_bytes)
{
    int64_t sum = 0;
    const char *currency = NULL;
    bool several = (utilities & (utilities - 1)) != 0;
    for (unsigned u = 0; u < UTILITY_COUNT; u++) {
        const struct arrears_view *arrears = &view->arrears[u];
        if (!(utilities >> u & 1))
            continue;
        if (arrears->amount_minor <= 0 || (currency && strcmp(currency, arrears->currency) != 0) ||
            __builtin_add_overflow(sum, arrears->amount_minor, &sum))
            return;
        currency = arrears->currency;
    }
    char amount[SAY_MAX];
    say_add(out, out_bytes, several ? " (together " : " (");
    say_add(out, out_bytes, say_amount(sum, currency, amount));
    say_add(out, out_bytes, ")");
}

/* "Gas has not been paid for 4 months", ", water for 2 months", " and ...". The worst comes first.
 */
static void add_months(const struct household_view *view, const struct verdict *verdict, char *out,
                       size_t out_bytes)
{
    char name[SAY_MAX], months[SAY_MAX];
    say_add(out, out_bytes, say_capital(say_utilities(1u << verdict->utility, name)));
    say_add(out, out_bytes, " has not been paid for ");
    say_add(out, out_bytes, say_counted(view->arrears[verdict->utility].months, "month", months));
    uint32_t left = verdict->utilities & ~(1u << verdict->utility);
    for (unsigned u = 0; u < UTILITY_COUNT; u++) {
        if (!(left >> u & 1))
            continue;
        left &= ~(1u << u);
        say_add(out, out_bytes, left ? ", " : " and ");
        say_add(out, out_bytes, utility_names[u]);
        say_add(out, out_bytes, " for ");
        say_add(out, out_bytes, say_counted(view->arrears[u].months, "month", months));
    }
}

/* The supply that was limited or cut for it. */
static void add_supply(const struct household_view *view, uint32_t utilities, char *out,
                       size_t out_bytes)
{
    for (unsigned u = 0; u < UTILITY_COUNT; u++) {
        if (!(utilities >> u & 1) || view->supply[u] == SUPPLY_OPEN)
            continue;
        say_add(out, out_bytes, "; ");
        say_add(out, out_bytes, utility_names[u]);
        say_add(out, out_bytes, view->supply[u] == SUPPLY_CUT ? " is cut off" : " is limited");
    }
}

static void describe(const void *options_of, const void *state_of,
                     const struct household_view *view, const struct verdict *verdict, char *out,
                     size_t out_bytes)
{
    const struct debt debt = add_up(options_of, view);
    (void)state_of;
    char text[SAY_MAX];
    out[0] = '\0';
    add_months(view, verdict, out, out_bytes);
    add_sum(view, verdict->utilities, out, out_bytes);
    if (debt.oldest_due_s) {
        say_add(out, out_bytes, "; the oldest bill was due on ");
        /* A due date is a date, held as its midnight in UTC: no offset. */
        say_add(out, out_bytes, say_date(debt.oldest_due_s, view->now_s, 0, text));
    }
    const struct arrears_view *worst = &view->arrears[verdict->utility];
    if (worst->months_before > 0 && worst->months > worst->months_before) {
        say_add(out, out_bytes, "; a quarter ago it was ");
        say_add(out, out_bytes, say_counted(worst->months_before, "month", text));
    }
    add_supply(view, verdict->utilities, out, out_bytes);
    say_add(out, out_bytes, ".");
}

/* ---- the numbers ---------------------------------------------------------------------------- */

enum {
    TERM_COUNTED,
    TERM_ATTENTION,
    TERM_CHECK,
    TERM_SERIOUS,
    TERM_MONTHS,
    TERM_BEFORE,
    TERM_AMOUNT,
    TERM_AVERAGE,
    TERM_UTILITIES,
    TERM_CURTAILED,
    TERM_COUNT
};

static const struct term terms[] = {
    [TERM_COUNTED] = {"counted", "months",
                      "of the worst utility, and one more for every other that counts; the score"},
    [TERM_ATTENTION] = {"attention", "months", "raised low from here, if several or rising"},
    [TERM_CHECK] = {"check", "months", "raised medium from here"},
    [TERM_SERIOUS] = {"serious", "months", "raised high from here"},
    [TERM_MONTHS] = {"months", "months", "unpaid, of the worst utility that counts"},
    [TERM_BEFORE] = {"before", "months", "unpaid a quarter earlier, of the same"},
    [TERM_AMOUNT] = {"amount", "currency", "owed to it"},
    [TERM_AVERAGE] = {"average", "currency", "its average bill; debts below a few do not count"},
    [TERM_UTILITIES] = {"utilities", NULL, "that count"},
    [TERM_CURTAILED] = {"curtailed", NULL, "1: limited or cut off for it"},
};

static void explain(const void *options_of, const void *state_of, const struct household_view *view,
                    double values[TERMS_MAX])
{
    const struct arrears_options *set = options_of;
    const struct debt debt = add_up(set, view);
    const struct arrears_view *worst = &view->arrears[debt.worst];
    (void)state_of;
    values[TERM_COUNTED] = debt.months;
    values[TERM_ATTENTION] = (double)step(set, view, set->attention_months);
    values[TERM_CHECK] = (double)step(set, view, set->check_months);
    values[TERM_SERIOUS] = (double)step(set, view, set->serious_months);
    values[TERM_UTILITIES] = 0;
    values[TERM_CURTAILED] = debt.curtailed;
    for (unsigned u = 0; u < UTILITY_COUNT; u++)
        values[TERM_UTILITIES] += debt.utilities >> u & 1;
    if (!debt.utilities)
        return;
    values[TERM_MONTHS] = worst->months;
    values[TERM_BEFORE] = worst->months_before;
    if (worst->amount_minor)
        values[TERM_AMOUNT] = (double)worst->amount_minor / 100.0;
    if (worst->average_minor)
        values[TERM_AVERAGE] = (double)worst->average_minor / 100.0;
}

const struct detector detector_arrears = {
    .name = "arrears",
    .summary = "bills unpaid for months, of one utility or several",
    .team = TEAM_WELFARE,
    .detects = DETECTS_BILLS,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .options_bytes = sizeof(struct arrears_options),
    .state_bytes = sizeof(struct arrears_state),
    .observe = observe,
    .describe = describe,
    .terms = terms,
    .term_count = TERM_COUNT,
    .said = {"months", "amount"},
    .explain = explain,
};
