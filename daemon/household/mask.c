/* SPDX-License-Identifier: Apache-2.0 */
#include "household/mask.h"

#include <stdlib.h>
#include <string.h>

#include "household/meter.h"

#define AT_HOUR 5 /* local: the night is over */

/* Where the sun may stand, anywhere that people live. */
#define SUN_FROM      5
#define SUN_TO        21
#define FEED_IN_DAYS  3    /* of the last seven, without a zero at night: panels behind the meter */
#define FEED_IN_SHARE 0.15 /* of a slot's hours in the lowest bin: the sun often reaches it */

/* Night tariffs lie within (Korea 22-08, Germany 22-06, Economy 7 within 22:00-08:30). */
#define CHARGE_FROM         22
#define CHARGE_TO           8
#define CHARGE_LEAST_MILLI  INT64_C(1000000) /* 1 kWh in an hour at night, on most nights */
#define CHARGE_ENDED_MILLI  INT64_C(500000)
#define CHARGE_TIMES        2 /* times what three quarters of the day's hours stay below */
#define DAY_FROM            9 /* people are up, nothing charges */
#define DAY_TO              21
#define FRIDGE_SWING        6  /* codes: 1.7 times */
#define HOURS_MIN           12 /* known of each kind */
#define NIGHT_FROM          1
#define NIGHT_TO            5
#define ORDINARY_NIGHT_FROM 2 /* as routine_learn has it */

static unsigned hour_of_day(int32_t hour, const struct zone *zone)
{
    return (unsigned)local_hour(zone_local_s(zone, (int64_t)hour * 3600));
}

/* ---- the sun -------------------------------------------------------------------------------- */

static double lowest_share(const struct routine *routine, unsigned slot)
{
    unsigned day = slot >= 24 ? 24 : 0, hour = slot - day, lowest = 0, all = 0;
    for (unsigned beside = 23; beside <= 25; beside++)
        for (int j = 0; j < ROUTINE_BINS; j++) {
            unsigned count = routine->usual[day + (hour + beside) % 24][j];
            lowest += j == 0 ? count : 0;
            all += count;
        }
    return all ? (double)lowest / all : 0.0;
}

/* The lower end of the bin in which its nights begin. */
static int night_least(const struct routine *routine)
{
    int bin = (routine->highest - routine->lowest) / ROUTINE_BINS;
    return routine_night_code(routine, 0.05) - bin / 2;
}

/* Use often lies far below the nights then. */
static bool is_sunny(const struct record_meter *meter, unsigned of_day, unsigned slot)
{
    const struct routine *routine = &meter->routine;
    int bin = (routine->highest - routine->lowest) / ROUTINE_BINS;
    return meter->flags & METER_FEEDS_IN && of_day >= SUN_FROM && of_day < SUN_TO &&
           night_least(routine) >= routine->lowest + bin / 2 &&
           lowest_share(routine, slot) >= FEED_IN_SHARE;
}

/* ---- the last week -------------------------------------------------------------------------- */

/* ROUTINE_MISSING where nothing was measured. */
static uint8_t measured(const struct record_meter *meter, int32_t hour)
{
    return meter_estimated(meter, hour) ? ROUTINE_MISSING : meter_hour(meter, hour);
}

/* People are up, and nothing charges. */
static bool is_day(unsigned of_day)
{
    return of_day >= DAY_FROM && of_day < DAY_TO;
}

static int compare_codes(const void *a, const void *b)
{
    return *(const uint8_t *)a - *(const uint8_t *)b;
}

struct week {
    uint8_t night[VIEW_HOURS], day[VIEW_HOURS]; /* codes, sorted */
    size_t nights, days;
    unsigned sunny_days; /* with an hour of no net use where the sun may stand */
    bool dark_night;     /* an hour of none at night */
};

static void look_back(const struct record_meter *meter, int32_t hour, const struct zone *zone,
                      struct week *week)
{
    int32_t counted = INT32_MIN;
    memset(week, 0, sizeof *week);
    for (int32_t h = hour - VIEW_HOURS + 1; h < hour; h++) {
        uint8_t code = measured(meter, h);
        unsigned of_day = hour_of_day(h, zone);
        bool sun = of_day >= SUN_FROM && of_day < SUN_TO;
        if (code == ROUTINE_MISSING)
            continue;
        if (of_day >= NIGHT_FROM && of_day < NIGHT_TO)
            week->night[week->nights++] = code;
        if (is_day(of_day))
            week->day[week->days++] = code;
        int32_t day =
            (h - (hour - VIEW_HOURS)) / 24; /* as it is asked at five: from five to five */
        if (code == ROUTINE_ZERO && sun && day != counted) {
            week->sunny_days++;
            counted = day;
        }
        week->dark_night = week->dark_night || (code == ROUTINE_ZERO && !sun);
    }
    qsort(week->night, week->nights, 1, compare_codes);
    qsort(week->day, week->days, 1, compare_codes);
}

/* ---- feed-in -------------------------------------------------------------------------------- */

static bool has_sunny_slot(const struct record_meter *meter)
{
    for (unsigned slot = 0; slot < ROUTINE_SLOTS; slot++)
        if (is_sunny(meter, slot % 24, slot))
            return true;
    return false;
}

/* A net below zero says so at once (meter.c); a meter that counts only what is drawn stands still.
 */
static void judge_feed_in(struct record_meter *meter, const struct week *week)
{
    if (week->sunny_days >= FEED_IN_DAYS && !week->dark_night)
        meter->flags |= METER_FEEDS_IN;
    else if (!week->sunny_days && !has_sunny_slot(meter))
        meter->flags &= (uint8_t)~METER_FEEDS_IN;
}

/* ---- charging ------------------------------------------------------------------------------- */

static bool is_charging_hour(const struct record_meter *meter, unsigned of_day)
{
    return meter->flags & METER_CHARGES && (of_day >= CHARGE_FROM || of_day < CHARGE_TO);
}

/* The quarter of the day's hours in which least was used is as near to nobody as this home comes;
 * a fridge swings about as far above them. */
static void learn_quiet(struct record_meter *meter, int32_t hour, int32_t hours,
                        const struct week *week, const struct zone *zone)
{
    int most = week->day[week->days / 4] + FRIDGE_SWING;
    for (int32_t h = hour - hours; h < hour; h++) {
        uint8_t code = measured(meter, h), halves[2];
        if (code == ROUTINE_MISSING || code > most || !is_day(hour_of_day(h, zone)))
            continue;
        meter_halves(meter, h, halves);
        routine_learn_night(&meter->routine, meter->utility, code, halves, (uint64_t)h);
    }
}

static void learn_nights(struct record_meter *meter, int32_t hour, const struct zone *zone)
{
    for (int32_t h = hour - VIEW_HOURS + 1; h < hour; h++) {
        uint8_t code = measured(meter, h), halves[2];
        unsigned of_day = hour_of_day(h, zone);
        if (of_day < ORDINARY_NIGHT_FROM || of_day >= NIGHT_TO || code == ROUTINE_MISSING)
            continue;
        meter_halves(meter, h, halves);
        routine_learn_night(&meter->routine, meter->utility, code, halves, (uint64_t)h);
    }
}

/* Nobody is seen in these hours until the charging ends, nor expected then before anybody was. */
static void expect_nobody(struct record_meter *meter)
{
    for (unsigned slot = 0; slot < ROUTINE_SLOTS; slot++)
        if (is_charging_hour(meter, slot % 24))
            meter->routine.awake[slot] = 0;
}

static void judge_charging(struct record_meter *meter, int32_t hour, const struct week *week,
                           const struct zone *zone)
{
    if (week->nights < HOURS_MIN || week->days < HOURS_MIN)
        return;
    int64_t night = routine_milli(week->night[week->nights / 2]);
    int64_t day = routine_milli(week->day[week->days * 3 / 4]);
    bool charged = meter->flags & METER_CHARGES;
    bool charges = charged ? night >= CHARGE_ENDED_MILLI && night >= day
                           : night >= CHARGE_LEAST_MILLI && night >= CHARGE_TIMES * day;
    if (charges != charged) { /* what was learnt of nights was of others */
        memset(meter->routine.night, 0, sizeof meter->routine.night);
        meter->flags ^= METER_CHARGES;
        if (charges)
            expect_nobody(meter);
        else
            learn_nights(meter, hour, zone);
    }
    if (charges)
        learn_quiet(meter, hour, charged ? 24 : VIEW_HOURS - 1, week, zone);
}

/* ---- both ----------------------------------------------------------------------------------- */

/* The sun takes the quiet hours of the day, the timer those of the night: none are left to know
 * what nobody looks like. */
static bool is_blind(const struct record_meter *meter)
{
    return meter->flags & METER_FEEDS_IN && meter->flags & METER_CHARGES;
}

void mask_prepare(struct record_meter *meter, int32_t hour, const struct zone *zone)
{
    struct week week;
    if (meter->utility != UTILITY_ELECTRICITY || !meter->routine.highest ||
        hour_of_day(hour, zone) != AT_HOUR)
        return;
    look_back(meter, hour, zone, &week);
    judge_feed_in(meter, &week);
    judge_charging(meter, hour, &week, zone);
}

bool mask_hides(const struct record_meter *meter, unsigned of_day, unsigned slot, uint8_t code)
{
    const struct routine *routine = &meter->routine;
    if (is_charging_hour(meter, of_day) || is_blind(meter))
        return true;
    /* Its quiet hours are of the day, when somebody may have been up: less than they is no life. */
    if (meter->flags & METER_CHARGES && code < night_least(routine))
        return true;
    if (!(meter->flags & METER_FEEDS_IN) || of_day < SUN_FROM || of_day >= SUN_TO)
        return false;
    if (code == ROUTINE_ZERO)
        return true;
    /* The sun only takes away: what is above the nights is somebody's, what is below them the
     * sun's. */
    return is_sunny(meter, of_day, slot) && code < night_least(routine);
}

bool mask_covers(const struct record_meter *meter, unsigned of_day, unsigned slot)
{
    return is_charging_hour(meter, of_day) || is_blind(meter) || is_sunny(meter, of_day, slot);
}

uint64_t mask_slots(const struct record_meter *meter)
{
    uint64_t slots = 0;
    if (!(meter->flags & (METER_FEEDS_IN | METER_CHARGES)))
        return slots;
    for (unsigned slot = 0; slot < ROUTINE_SLOTS; slot++)
        if (mask_covers(meter, slot % 24, slot))
            slots |= UINT64_C(1) << slot;
    return slots;
}
