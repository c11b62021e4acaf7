/* SPDX-License-Identifier: Apache-2.0
 *
 * Golden cases of detectors: every tests/golden/detectors/NAME/CASE.txt is shown to detector NAME.
 * Runs from the top of the tree. A case is lines; # begins a comment; times are local.
 *
 *   option drop.days=2            an option, else its default
 *   zone +09:00                   offset of local time (default +09:00)
 *   home occupied=no season=yes cold_wave=yes flags=lives_alone,children moved_in=TIME
 *        absent_from=TIME absent_to=TIME budget=6 valid_days=40 (of the home and its meters)
 *   meter water 60                adds a meter, from 0: utility, minutes between its readings
 *   weather 2025-11-10 60 7 -2    60 days' mean temperatures from a date on, in turn; "-": not
 * known leak 0 yes                    meter 0 never stops flowing (view.continuous) life 0
 * 2025-12-01 45          45 days of meter 0 by the hour: somebody awake from 7 to 23 o'clock, its
 * routine as such days make it usual 0 2025-11-10 60 410 380 days of meter 0 from a date on, their
 * totals in turn (kWh, L, m3); shown to the detector day by day, somebody at home every day;
 *                                 "-" for an unknown day
 *   day 0 2026-01-12 120          one day's total, then EVENT_DAY at its end; a last word "away":
 *                                 nobody awake that day; "patchy": a third of its hours missing;
 *                                 "glimpse": one hour of somebody awake
 *   hour 0 2026-01-12T20:00 35    EVENT_HOUR: use in that hour, measured
 *   uses 0 2026-01-12T20:00 310 290 300
 *                                 the same for hours in a row; "-" for one that is not known,
 *                                 "~" before one that is estimated
 *   hours 0 2026-01-12T20:00 10 1.5 0.8
 *                                 ten hours from then on, each with that evidence and probability
 *                                 of a sign of life; then words: awake, estimated, again, restart
 *   awake 0 2026-01-12 42 6-9,17-22
 *                                 whole days of measured hours from a date on, somebody awake in
 *                                 these local hours; a last word 16: only its hours before 16:00
 *   arrears gas months=4 amount=129300 average=43000 currency=KRW due=2026-01-25 before=1
 *           arrangement=yes notice=yes
 *   supply gas limited TIME       supply state and since when
 *   billing arrears TIME          EVENT_BILLING (the effect stands in the lines before it)
 *   household absence TIME        EVENT_HOUSEHOLD
 *   expect none                   what the detector said last
 *   expect none life              the finding ended by a sign of life
 *   expect medium water,gas since TIME
 *   say SENTENCE                  what describe() says now
 *   number evidence 12.5          what explain() says now, to two decimals; "-": nothing
 *
 * Each event is shown to two copies of the state, which must end alike: same input, same bits.
 */
#include <check.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detectors/detector.h"

#define LINE_MAX_BYTES 512
#define ROOM_BYTES     8192
#define DAY_S          86400
#define WEATHER_ROOM   1024

struct meter_days {
    struct routine routine;
    uint8_t hours[VIEW_HOURS];
    uint16_t days[VIEW_DAYS];
};

struct stage {
    const char *file;
    int line;
    const struct detector *detector;
    _Alignas(16) unsigned char options[ROOM_BYTES], state[ROOM_BYTES], twin[ROOM_BYTES];
    struct household_view view;
    struct meter_days meters[VIEW_METERS_MAX];
    struct verdict verdict;
    int16_t celsius[WEATHER_ROOM]; /* day % WEATHER_ROOM; tenths */
};

static void complain(const struct stage *stage, const char *what, const char *word)
{
    ck_abort_msg("%s:%d: %s: '%s'", stage->file, stage->line, what, word);
}

/* ---- words of a line ----------------------------------------------------------------------- */

static char *next_word(char **rest)
{
    char *word;
    do
        word = strsep(rest, " ");
    while (word && !*word);
    return word;
}

static char *need_word(const struct stage *stage, char **rest, const char *what)
{
    char *word = next_word(rest);
    if (!word)
        complain(stage, "a word is missing here", what);
    return word;
}

static double number(const struct stage *stage, const char *word)
{
    char *end;
    double value = strtod(word, &end);
    if (end == word || *end)
        complain(stage, "not a number", word);
    return value;
}

static bool yes(const struct stage *stage, const char *word)
{
    if (strcmp(word, "yes") != 0 && strcmp(word, "no") != 0)
        complain(stage, "neither yes nor no", word);
    return word[0] == 'y';
}

static int index_of(const struct stage *stage, const char *const *names, int count,
                    const char *word)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], word) == 0)
            return i;
    complain(stage, "not in the vocabulary", word);
    return -1;
}

/* Days since 1970 of a civil date, counted year by year: another way than the code under test. */
static int32_t civil_days(int year, int month, int day)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int32_t days = 0;
    for (int y = 1970; y < year; y++)
        days += 365 + ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0);
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days + before[month - 1] + (leap && month > 2) + day - 1;
}

static int32_t date_of(const struct stage *stage, const char *word)
{
    int year, month, day, used = 0;
    if (sscanf(word, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || month < 1 || month > 12)
        complain(stage, "not a date", word);
    return civil_days(year, month, day);
}

/* UTC of a local time, "2026-01-12T20:00" or a date alone. */
static int64_t time_of(const struct stage *stage, const char *word)
{
    int hour = 0, minute = 0;
    int32_t day = date_of(stage, word);
    if (word[10] && sscanf(word + 10, "T%2d:%2d", &hour, &minute) != 2)
        complain(stage, "not a time", word);
    return day * (int64_t)DAY_S + hour * 3600 + minute * 60 - stage->view.utc_offset_s;
}

/* kWh, L or m3 to milli-units. */
static int64_t milli_of(const struct stage *stage, enum utility utility, const char *word)
{
    return (int64_t)(number(stage, word) * (utility == UTILITY_WATER ? 1e3 : 1e6));
}

static unsigned meter_of(const struct stage *stage, const char *word)
{
    unsigned meter = (unsigned)number(stage, word);
    if (meter >= stage->view.meter_count)
        complain(stage, "no such meter", word);
    return meter;
}

/* ---- options ------------------------------------------------------------------------------- */

static void set_option(struct stage *stage, const struct option *option, const char *value)
{
    unsigned char *at = stage->options + option->offset;
    switch (option->type) {
    case OPTION_BOOL: {
        bool on = strcmp(value, "true") == 0;
        if (!on && strcmp(value, "false") != 0)
            complain(stage, "neither true nor false", value);
        memcpy(at, &on, sizeof on);
        break;
    }
    case OPTION_INT: {
        int64_t n = (int64_t)number(stage, value);
        memcpy(at, &n, sizeof n);
        break;
    }
    case OPTION_NUMBER: {
        double x = number(stage, value);
        memcpy(at, &x, sizeof x);
        break;
    }
    case OPTION_DURATION: {
        char *end;
        int64_t n = strtoll(value, &end, 10);
        n *= *end == 'd' ? DAY_S : *end == 'h' ? 3600 : *end == 'm' ? 60 : 1;
        memcpy(at, &n, sizeof n);
        break;
    }
    default: complain(stage, "an option of a type that golden cases do not set", option->name);
    }
}

static void change_option(struct stage *stage, char *pair)
{
    char *value = strchr(pair, '=');
    if (!value)
        complain(stage, "an option without =", pair);
    *value++ = '\0';
    for (size_t i = 0; i < stage->detector->option_count; i++)
        if (strcmp(stage->detector->options[i].name, pair) == 0) {
            set_option(stage, &stage->detector->options[i], value);
            return;
        }
    complain(stage, "no such option", pair);
}

/* ---- what is seen -------------------------------------------------------------------------- */

static void known_for(struct stage *stage, const char *days)
{
    stage->view.valid_days = (uint16_t)number(stage, days);
    for (int i = 0; i < stage->view.meter_count; i++)
        stage->view.meters[i].valid_days = stage->view.valid_days;
}

static void change_home(struct stage *stage, char *rest)
{
    struct household_view *view = &stage->view;
    for (char *word; (word = next_word(&rest));) {
        char *value = strchr(word, '=');
        if (!value)
            complain(stage, "no =", word);
        *value++ = '\0';
        if (strcmp(word, "occupied") == 0)
            view->occupied = yes(stage, value);
        else if (strcmp(word, "season") == 0)
            view->in_season = yes(stage, value);
        else if (strcmp(word, "cold_wave") == 0)
            view->cold_wave = yes(stage, value);
        else if (strcmp(word, "moved_in") == 0)
            view->moved_in_s = time_of(stage, value);
        else if (strcmp(word, "absent_from") == 0)
            view->absent_from_s = time_of(stage, value);
        else if (strcmp(word, "absent_to") == 0)
            view->absent_to_s = time_of(stage, value);
        else if (strcmp(word, "budget") == 0)
            view->acute_per_year = number(stage, value);
        else if (strcmp(word, "valid_days") == 0)
            known_for(stage, value);
        else if (strcmp(word, "flags") == 0)
            for (char *flag; (flag = strsep(&value, ","));)
                view->flags |= 1u << index_of(stage, profile_flag_names, PROFILE_FLAG_COUNT, flag);
        else
            complain(stage, "not known of a home", word);
    }
}

static void add_meter(struct stage *stage, char *rest)
{
    struct household_view *view = &stage->view;
    ck_assert_uint_lt(view->meter_count, VIEW_METERS_MAX);
    struct meter_days *own = &stage->meters[view->meter_count];
    const char *utility = need_word(stage, &rest, "utility");
    view->meters[view->meter_count++] = (struct meter_view){
        .utility = (enum utility)index_of(stage, utility_names, UTILITY_COUNT, utility),
        .interval_minutes = (uint16_t)number(stage, need_word(stage, &rest, "minutes")),
        .routine = &own->routine,
        .hours = own->hours,
        .days = own->days,
    };
}

static void change_arrears(struct stage *stage, char *rest)
{
    const char *utility = need_word(stage, &rest, "utility");
    struct arrears_view *arrears =
        &stage->view.arrears[index_of(stage, utility_names, UTILITY_COUNT, utility)];
    for (char *word; (word = next_word(&rest));) {
        char *value = strchr(word, '=');
        if (!value)
            complain(stage, "no =", word);
        *value++ = '\0';
        if (strcmp(word, "months") == 0)
            arrears->months = (uint8_t)number(stage, value);
        else if (strcmp(word, "amount") == 0)
            arrears->amount_minor = (int64_t)(number(stage, value) * 100.0 + 0.5);
        else if (strcmp(word, "average") == 0)
            arrears->average_minor = (int64_t)(number(stage, value) * 100.0 + 0.5);
        else if (strcmp(word, "currency") == 0)
            (void)snprintf(arrears->currency, sizeof arrears->currency, "%s", value);
        else if (strcmp(word, "due") == 0)
            arrears->oldest_due_s = date_of(stage, value) * (int64_t)DAY_S;
        else if (strcmp(word, "before") == 0)
            arrears->months_before = (uint8_t)number(stage, value);
        else if (strcmp(word, "arrangement") == 0)
            arrears->arrangement = yes(stage, value);
        else if (strcmp(word, "notice") == 0)
            arrears->notice = yes(stage, value);
        else
            complain(stage, "not known of arrears", word);
    }
}

static void change_supply(struct stage *stage, char *rest)
{
    int utility = index_of(stage, utility_names, UTILITY_COUNT, need_word(stage, &rest, "utility"));
    int supply = index_of(stage, supply_names, SUPPLY_COUNT, need_word(stage, &rest, "state"));
    stage->view.supply[utility] = (enum supply)supply;
    stage->view.arrears[utility].changed_s = time_of(stage, need_word(stage, &rest, "time"));
}

/* ---- events -------------------------------------------------------------------------------- */

static void look_out(struct stage *stage)
{
    struct household_view *view = &stage->view;
    int64_t local_s = view->now_s + view->utc_offset_s;
    view->celsius_day = (int32_t)(local_s / DAY_S) - 1;
    for (int i = 0; i < VIEW_WEATHER_DAYS; i++)
        view->celsius[i] = stage->celsius[(view->celsius_day - i) % WEATHER_ROOM];
}

static void set_weather(struct stage *stage, char *rest)
{
    int32_t day = date_of(stage, need_word(stage, &rest, "date"));
    int days = (int)number(stage, need_word(stage, &rest, "days"));
    double tenths[64];
    int count = 0;
    for (char *word; count < 64 && (word = next_word(&rest)); count++)
        tenths[count] = strcmp(word, "-") == 0 ? CELSIUS_UNKNOWN : 10.0 * number(stage, word);
    for (int i = 0; i < days && count; i++)
        stage->celsius[(day + i) % WEATHER_ROOM] = (int16_t)tenths[i % count];
}

static void show(struct stage *stage, struct event *event)
{
    const struct detector *detector = stage->detector;
    struct verdict verdict = {.active = stage->verdict.active, .price = stage->verdict.price};
    struct verdict twin = verdict;
    stage->view.now_s = event->at_s;
    look_out(stage);
    memcpy(stage->twin, stage->state, sizeof stage->twin);
    detector->observe(stage->options, stage->state, &stage->view, event, &verdict);
    detector->observe(stage->options, stage->twin, &stage->view, event, &twin);
    if (memcmp(stage->state, stage->twin, sizeof stage->twin) != 0 ||
        verdict.active != twin.active || verdict.since_s != twin.since_s ||
        verdict.utilities != twin.utilities || verdict.score != twin.score ||
        verdict.price != twin.price)
        complain(stage, "the same input gave two verdicts", detector->name);
    for (size_t i = detector->state_bytes; i < ROOM_BYTES; i++)
        if (stage->state[i] != 0)
            complain(stage, "wrote behind its state", detector->name);
    stage->verdict = verdict;
}

/* Hours of a local day: what the total says, evenly; "patchy" ends at 16:00. */
static void fill_hours(struct stage *stage, unsigned index, int32_t day, int64_t milli, bool patchy)
{
    int64_t start = (day * (int64_t)DAY_S - stage->view.utc_offset_s) / 3600;
    for (int64_t hour = start; hour < start + 24; hour++)
        stage->meters[index].hours[hour % VIEW_HOURS] =
            patchy && hour >= start + 16 ? ROUTINE_MISSING : routine_code(milli / 24);
}

/* Hours in which somebody is awake, from 8 o'clock on. */
static void show_awake(struct stage *stage, unsigned index, int32_t day, int hours)
{
    int64_t start_s = day * (int64_t)DAY_S - stage->view.utc_offset_s + 8 * 3600;
    for (int i = 0; i < hours; i++) {
        struct event event = {.kind = EVENT_HOUR,
                              .at_s = start_s + (i + 1) * 3600,
                              .hour = (int32_t)(start_s / 3600) + i,
                              .local_hour = (uint8_t)(8 + i),
                              .weekday = (uint8_t)((day + 3) % 7),
                              .meter = (uint8_t)index,
                              .vouched = true,
                              .evidence.awake = true,
                              .awake_probability = 0.9};
        event.use = stage->meters[index].hours[event.hour % VIEW_HOURS];
        event.halves[0] = event.halves[1] = event.use;
        show(stage, &event);
    }
}

static void show_day(struct stage *stage, unsigned index, int32_t day, const char *total,
                     const char *how)
{
    bool away = how && strcmp(how, "away") == 0, glimpse = how && strcmp(how, "glimpse") == 0;
    struct meter_view *meter = &stage->view.meters[index];
    struct meter_days *own = &stage->meters[index];
    int64_t end_s = (day + 1) * (int64_t)DAY_S - stage->view.utc_offset_s;
    for (int32_t d = meter->newest_day ? meter->newest_day + 1 : day; d <= day; d++)
        own->days[d % VIEW_DAYS] = 0;
    if (day > meter->newest_day)
        meter->newest_day = day;
    if ((int32_t)(end_s / 3600) - 1 > meter->newest_hour)
        meter->newest_hour = (int32_t)(end_s / 3600) - 1;
    if (!away && end_s - 7200 > stage->view.last_life_s)
        stage->view.last_life_s = meter->last_life_s = end_s - 7200;
    if (strcmp(total, "-") == 0)
        return; /* days that are not known are not over either */
    int64_t milli = milli_of(stage, meter->utility, total);
    own->days[day % VIEW_DAYS] = routine_day_code(milli);
    fill_hours(stage, index, day, milli, how && strcmp(how, "patchy") == 0);
    show_awake(stage, index, day, away ? 0 : glimpse ? 1 : 5);
    meter->valid_days++;
    stage->view.valid_days = meter->valid_days;
    struct event event = {.kind = EVENT_DAY,
                          .at_s = end_s,
                          .weekday = (uint8_t)((day + 3) % 7),
                          .meter = (uint8_t)index,
                          .vouched = true,
                          .day = day};
    show(stage, &event);
}

/* "6-9,17-22": bit n is local hour n. */
static uint32_t hours_of(const struct stage *stage, char *word)
{
    uint32_t hours = 0;
    for (char *part; (part = strsep(&word, ","));) {
        unsigned from, to;
        if (sscanf(part, "%2u-%2u", &from, &to) != 2 || from >= to || to > 24)
            complain(stage, "not hours", part);
        hours |= (1u << to) - (1u << from);
    }
    return hours;
}

static void show_awake_days(struct stage *stage, char *rest)
{
    unsigned index = meter_of(stage, need_word(stage, &rest, "meter"));
    int32_t first = date_of(stage, need_word(stage, &rest, "date"));
    int days = (int)number(stage, need_word(stage, &rest, "days"));
    uint32_t awake = hours_of(stage, need_word(stage, &rest, "hours"));
    const char *known = next_word(&rest);
    int until = known ? (int)number(stage, known) : 24;
    for (int32_t day = first; day < first + days; day++)
        for (int hour = 0; hour < until; hour++) {
            int64_t start_s = day * (int64_t)DAY_S - stage->view.utc_offset_s + hour * 3600;
            struct event event = {.kind = EVENT_HOUR,
                                  .at_s = start_s + 3600,
                                  .hour = (int32_t)(start_s / 3600),
                                  .local_hour = (uint8_t)hour,
                                  .weekday = (uint8_t)((day + 3) % 7),
                                  .meter = (uint8_t)index,
                                  .vouched = true,
                                  .evidence.awake = awake >> hour & 1,
                                  .awake_probability = 0.5};
            show(stage, &event);
        }
}

static void show_usual(struct stage *stage, char *rest)
{
    unsigned meter = meter_of(stage, need_word(stage, &rest, "meter"));
    int32_t first = date_of(stage, need_word(stage, &rest, "date"));
    int count = (int)number(stage, need_word(stage, &rest, "days")), values = 0;
    char *totals[32];
    for (char *word; values < 32 && (word = next_word(&rest));)
        totals[values++] = word;
    ck_assert_int_gt(values, 0);
    for (int i = 0; i < count; i++)
        show_day(stage, meter, first + i, totals[i % values], NULL);
}

static void show_one_day(struct stage *stage, char *rest)
{
    unsigned meter = meter_of(stage, need_word(stage, &rest, "meter"));
    int32_t day = date_of(stage, need_word(stage, &rest, "date"));
    const char *total = need_word(stage, &rest, "total");
    show_day(stage, meter, day, total, next_word(&rest));
}

static void show_use(struct stage *stage, unsigned index, int64_t start_s, const char *use)
{
    struct meter_view *meter = &stage->view.meters[index];
    bool vouched = use[0] != '~';
    int64_t milli = milli_of(stage, meter->utility, use + !vouched);
    int64_t local = start_s + stage->view.utc_offset_s;
    struct event event = {.kind = EVENT_HOUR,
                          .at_s = start_s + 3600,
                          .hour = (int32_t)(start_s / 3600),
                          .local_hour = (uint8_t)(local / 3600 % 24),
                          .weekday = (uint8_t)((local / DAY_S + 3) % 7),
                          .meter = (uint8_t)index,
                          .vouched = vouched,
                          .use = routine_code(milli)};
    event.halves[0] = event.halves[1] = event.use;
    meter->newest_hour = event.hour;
    stage->meters[index].hours[event.hour % VIEW_HOURS] = event.use;
    show(stage, &event);
}

static void show_hour(struct stage *stage, char *rest)
{
    unsigned index = meter_of(stage, need_word(stage, &rest, "meter"));
    int64_t start_s = time_of(stage, need_word(stage, &rest, "time"));
    show_use(stage, index, start_s, need_word(stage, &rest, "use"));
}

static void show_uses(struct stage *stage, char *rest)
{
    unsigned index = meter_of(stage, need_word(stage, &rest, "meter"));
    int64_t start_s = time_of(stage, need_word(stage, &rest, "time"));
    for (char *use; (use = next_word(&rest)); start_s += 3600)
        if (strcmp(use, "-") != 0)
            show_use(stage, index, start_s, use);
}

static void show_hours(struct stage *stage, char *rest)
{
    unsigned index = meter_of(stage, need_word(stage, &rest, "meter"));
    int64_t start_s = time_of(stage, need_word(stage, &rest, "time"));
    int count = (int)number(stage, need_word(stage, &rest, "hours"));
    double increment = number(stage, need_word(stage, &rest, "evidence"));
    double probability = number(stage, need_word(stage, &rest, "probability"));
    struct event event = {.kind = EVENT_HOUR,
                          .meter = (uint8_t)index,
                          .vouched = true,
                          .use = ROUTINE_ZERO,
                          .halves = {ROUTINE_ZERO, ROUTINE_ZERO},
                          .evidence.increment = increment,
                          .awake_probability = probability};
    for (char *word; (word = next_word(&rest));)
        if (strcmp(word, "awake") == 0)
            event.evidence.awake = true;
        else if (strcmp(word, "estimated") == 0)
            event.vouched = false;
        else if (strcmp(word, "again") == 0)
            event.again = true;
        else if (strcmp(word, "restart") == 0)
            event.again = event.restart = true;
        else
            complain(stage, "not known of hours", word);
    for (int i = 0; i < count; i++, event.restart = false) {
        int64_t at_s = start_s + i * INT64_C(3600), local = at_s + stage->view.utc_offset_s;
        event.at_s = at_s + 3600;
        event.hour = (int32_t)(at_s / 3600);
        event.local_hour = (uint8_t)(local / 3600 % 24);
        event.weekday = (uint8_t)((local / DAY_S + 3) % 7);
        stage->view.meters[index].newest_hour = event.hour;
        if (event.vouched && event.evidence.awake)
            stage->view.last_life_s = stage->view.meters[index].last_life_s = event.at_s;
        show(stage, &event);
    }
}

/* The days of a home that is awake in all hours from 7 to 23 o'clock, and sleeps else. */
static void show_life(struct stage *stage, char *rest)
{
    unsigned index = meter_of(stage, need_word(stage, &rest, "meter"));
    int32_t first = date_of(stage, need_word(stage, &rest, "date"));
    int days = (int)number(stage, need_word(stage, &rest, "days"));
    struct routine *routine = &stage->meters[index].routine;
    routine->lowest = 1, routine->highest = 2;
    for (int slot = 0; slot < ROUTINE_SLOTS; slot++)
        routine->awake[slot] = slot % 24 >= 7 && slot % 24 < 23 ? 200 : 20;
    for (int i = 0; i < days * 24; i++) {
        int32_t day = first + i / 24;
        bool awake = i % 24 >= 7 && i % 24 < 23;
        struct event event = {.kind = EVENT_HOUR,
                              .local_hour = (uint8_t)(i % 24),
                              .weekday = (uint8_t)((day + 3) % 7),
                              .meter = (uint8_t)index,
                              .vouched = true,
                              .use = ROUTINE_ZERO,
                              .halves = {ROUTINE_ZERO, ROUTINE_ZERO},
                              .evidence = {.increment = awake ? -2.0 : 0.1, .awake = awake},
                              .awake_probability = awake ? 0.8 : 0.1};
        event.hour = (int32_t)((first * (int64_t)DAY_S - stage->view.utc_offset_s) / 3600) + i;
        event.at_s = (event.hour + INT64_C(1)) * 3600;
        show(stage, &event);
    }
}

static void show_billing(struct stage *stage, char *rest)
{
    int billing =
        index_of(stage, billing_event_names, BILLING_EVENT_COUNT, need_word(stage, &rest, "event"));
    struct event event = {.kind = EVENT_BILLING, .billing = (enum billing_event)billing};
    event.at_s = time_of(stage, need_word(stage, &rest, "time"));
    show(stage, &event);
}

static void show_household(struct stage *stage, char *rest)
{
    int household = index_of(stage, household_event_names, HOUSEHOLD_EVENT_COUNT,
                             need_word(stage, &rest, "event"));
    struct event event = {.kind = EVENT_HOUSEHOLD, .household = (enum household_event)household};
    event.at_s = time_of(stage, need_word(stage, &rest, "time"));
    show(stage, &event);
}

/* ---- what is expected ---------------------------------------------------------------------- */

static void expect(struct stage *stage, char *rest)
{
    const struct verdict *verdict = &stage->verdict;
    const char *grade = need_word(stage, &rest, "grade");
    if (strcmp(grade, "none") == 0) {
        const char *life = next_word(&rest);
        if (verdict->active)
            complain(stage, "a finding where none is expected", severity_names[verdict->grade]);
        if (verdict->life != (life != NULL))
            complain(stage, "ended by life?", verdict->life ? "yes" : "no");
        return;
    }
    if (!verdict->active)
        complain(stage, "no finding where one is expected", grade);
    if (strcmp(severity_names[verdict->grade], grade) != 0)
        complain(stage, "another grade", severity_names[verdict->grade]);
    uint32_t mask = 0;
    char *names = need_word(stage, &rest, "utilities"), *first = names;
    for (char *name; (name = strsep(&names, ","));)
        mask |= 1u << index_of(stage, utility_names, UTILITY_COUNT, name);
    if (verdict->utilities != mask)
        ck_abort_msg("%s:%d: utilities 0x%x, not 0x%x", stage->file, stage->line,
                     verdict->utilities, mask);
    if (strcmp(utility_names[verdict->utility], first) != 0) /* the first is the strongest */
        complain(stage, "another utility shows it most", utility_names[verdict->utility]);
    const char *since = need_word(stage, &rest, "since");
    ck_assert_str_eq(since, "since");
    int64_t since_s = time_of(stage, need_word(stage, &rest, "time"));
    if (verdict->since_s != since_s)
        ck_abort_msg("%s:%d: since %lld, not %lld", stage->file, stage->line,
                     (long long)verdict->since_s, (long long)since_s);
}

static void expect_sentence(struct stage *stage, const char *sentence)
{
    const struct detector *detector = stage->detector;
    char said[FINDING_SUMMARY_MAX];
    detector->describe(stage->options, stage->state, &stage->view, &stage->verdict, said,
                       sizeof said);
    if (strcmp(said, sentence) != 0)
        ck_abort_msg("%s:%d: it says\n  %s\nnot\n  %s", stage->file, stage->line, said, sentence);
    /* Any room is enough for a shorter sentence. */
    for (size_t room = 1; room <= strlen(sentence); room++) {
        char *cut = malloc(room);
        ck_assert_ptr_nonnull(cut);
        detector->describe(stage->options, stage->state, &stage->view, &stage->verdict, cut, room);
        if (strlen(cut) >= room || strncmp(cut, sentence, strlen(cut)) != 0)
            complain(stage, "a cut sentence is another one", cut);
        free(cut);
    }
}

/* ---- a case -------------------------------------------------------------------------------- */

static void set_zone(struct stage *stage, char *rest)
{
    int hours, minutes;
    if (sscanf(rest, "%3d:%2d", &hours, &minutes) != 2)
        complain(stage, "not an offset", rest);
    stage->view.utc_offset_s = hours * 3600 + (hours < 0 ? -minutes : minutes) * 60;
}

static void set_leak(struct stage *stage, char *rest)
{
    unsigned meter = meter_of(stage, need_word(stage, &rest, "meter"));
    stage->view.meters[meter].continuous = yes(stage, need_word(stage, &rest, "yes or no"));
}

static void expect_said(struct stage *stage, char *rest)
{
    expect_sentence(stage, rest);
}

static void expect_number(struct stage *stage, char *rest)
{
    const struct detector *detector = stage->detector;
    const char *name = need_word(stage, &rest, "name"), *want = need_word(stage, &rest, "value");
    double values[TERMS_MAX];
    char got[32] = "-";
    size_t i = 0;
    for (size_t v = 0; v < TERMS_MAX; v++)
        values[v] = NAN;
    while (i < detector->term_count && strcmp(detector->terms[i].name, name) != 0)
        i++;
    if (i == detector->term_count)
        complain(stage, "no such number", name);
    detector->explain(stage->options, stage->state, &stage->view, values);
    if (!isnan(values[i]))
        (void)snprintf(got, sizeof got, "%.2f", values[i]);
    if (strcmp(got, want) != 0)
        complain(stage, "another number", got);
}

static const struct verb {
    const char *name;
    void (*run)(struct stage *stage, char *rest);
} verbs[] = {
    {"option", change_option},  {"zone", set_zone},          {"home", change_home},
    {"meter", add_meter},       {"leak", set_leak},          {"usual", show_usual},
    {"day", show_one_day},      {"hour", show_hour},         {"hours", show_hours},
    {"life", show_life},        {"arrears", change_arrears}, {"supply", change_supply},
    {"billing", show_billing},  {"uses", show_uses},         {"household", show_household},
    {"expect", expect},         {"say", expect_said},        {"number", expect_number},
    {"awake", show_awake_days}, {"weather", set_weather},
};

static void run_line(struct stage *stage, char *line)
{
    line[strcspn(line, "#\n")] = '\0';
    size_t length = strlen(line);
    while (length > 0 && line[length - 1] == ' ')
        line[--length] = '\0';
    char *rest = line, *name = next_word(&rest);
    if (!name)
        return;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].name, name) == 0) {
            static char nothing[1];
            verbs[i].run(stage, rest ? rest : nothing);
            return;
        }
    complain(stage, "no such verb", name);
}

static const struct detector *detector_of(const char *file)
{
    const char *folder = strstr(file, "detectors/") + strlen("detectors/");
    for (size_t i = 0; i < detector_count; i++) {
        size_t length = strlen(detectors[i]->name);
        if (strncmp(detectors[i]->name, folder, length) == 0 && folder[length] == '/')
            return detectors[i];
    }
    ck_abort_msg("%s: no detector has the name of its folder", file);
    return NULL;
}

static void run_case(const char *file)
{
    struct stage *stage = calloc(1, sizeof *stage);
    ck_assert_ptr_nonnull(stage);
    stage->file = file;
    stage->detector = detector_of(file);
    ck_assert_uint_le(stage->detector->options_bytes, ROOM_BYTES);
    ck_assert_uint_le(stage->detector->state_bytes, ROOM_BYTES);
    for (size_t i = 0; i < stage->detector->option_count; i++)
        set_option(stage, &stage->detector->options[i], stage->detector->options[i].initial);
    stage->view.utc_offset_s = 9 * 3600;
    stage->view.occupied = true;
    stage->view.acute_per_year = 6.0;
    for (int i = 0; i < WEATHER_ROOM; i++)
        stage->celsius[i] = CELSIUS_UNKNOWN;
    FILE *in = fopen(file, "r");
    ck_assert_msg(in != NULL, "%s: cannot be read", file);
    char line[LINE_MAX_BYTES];
    int expectations = 0;
    while (fgets(line, sizeof line, in)) {
        stage->line++;
        expectations += strncmp(line, "expect", 6) == 0;
        run_line(stage, line);
    }
    ck_assert_msg(expectations > 0, "%s: expects nothing", file);
    (void)fclose(in);
    free(stage);
}

static glob_t cases;

START_TEST(every_golden_case_says_what_it_should)
{
    run_case(cases.gl_pathv[_i]);
}
END_TEST

int main(void)
{
    if (glob("tests/golden/detectors/*/*.txt", 0, NULL, &cases) != 0) {
        (void)fputs("tests/golden/detectors/: no case; run from the top of the tree\n", stderr);
        return EXIT_FAILURE;
    }
    TCase *golden = tcase_create("golden");
    tcase_add_loop_test(golden, every_golden_case_says_what_it_should, 0, (int)cases.gl_pathc);
    Suite *suite = suite_create("detector_golden");
    suite_add_tcase(suite, golden);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    globfree(&cases);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
