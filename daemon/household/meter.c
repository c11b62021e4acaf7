/* SPDX-License-Identifier: Apache-2.0 */
#include "household/meter.h"

#include <string.h>

#define USE_MAX          (INT64_MAX / 4) /* sums stop here: no home uses a thousandth of it */
#define SPLIT_UNKNOWN    0
#define ROLLOVER_SHARE   10 /* a rollover is plausible when at most a tenth of the dials went by */
#define PROMPT_MINUTES   40 /* registers read less often: the hour is over when it is read */
#define INTERVAL_MIN_MAX 44640
#define DAY_MIN          1380 /* minutes of the day on which the clocks go forward */
#define DAY_MAX          1500
#define DAILY_MINUTES    720 /* read less often than this: days are told, not hours */
#define FLOW_HOURS       24  /* without a stop: nobody knows any more who draws water */

/* The most that a household's meter passes in an hour; more is a fault of meter or channel
 * (docs/formats.md). Water: Q4 of a meter of Q3 = 10 m3/h (ISO 4064-1: Q4 = 1.25 Q3). Electricity:
 * three phases of 100 A are 69 kW, class 320 (ANSI C12.10) at 240 V is 77 kW. Gas: G10 (EN 1359: 16
 * m3/h), at 12 kWh/m3. */
#define WATER_MOST_MILLI       INT64_C(12500000)
#define ELECTRICITY_MOST_MILLI INT64_C(80000000)
#define GAS_MOST_MILLI         INT64_C(16000000)
#define GAS_ENERGY_MOST_MILLI  INT64_C(200000000)

static int32_t hour_of(int64_t at_s)
{
    return (int32_t)(at_s >= 0 ? at_s / 3600 : -((-at_s + 3599) / 3600));
}

static unsigned ring(int32_t hour)
{
    return (unsigned)hour % VIEW_HOURS;
}

uint8_t meter_hour(const struct record_meter *meter, int32_t hour)
{
    if (!meter->newest_hour || hour > meter->newest_hour || hour <= meter->newest_hour - VIEW_HOURS)
        return ROUTINE_MISSING;
    return meter->hours[ring(hour)];
}

bool meter_estimated(const struct record_meter *meter, int32_t hour)
{
    return meter->estimated[ring(hour) / 8] >> (ring(hour) % 8) & 1;
}

static void mark_estimated(struct record_meter *meter, int32_t hour, bool estimated)
{
    uint8_t bit = (uint8_t)(1u << (ring(hour) % 8));
    if (estimated)
        meter->estimated[ring(hour) / 8] |= bit;
    else
        meter->estimated[ring(hour) / 8] &= (uint8_t)~bit;
}

bool meter_continuous(const struct record_meter *meter)
{
    return meter->flow_hours >= FLOW_HOURS || meter->flags & METER_RUNNING;
}

void meter_halves(const struct record_meter *meter, int32_t hour, uint8_t halves[2])
{
    uint8_t code = meter_hour(meter, hour);
    halves[0] = halves[1] = code;
    uint8_t split = meter->splits[(unsigned)hour % 24];
    if (split == SPLIT_UNKNOWN || code < 2 || hour <= meter->newest_hour - 24)
        return;
    /* The larger half is split - 1 codes above the hour; the smaller is what it leaves of two. */
    int larger = code + split - 1;
    halves[0] = (uint8_t)(larger > 255 ? 255 : larger);
    halves[1] = routine_code(2 * routine_milli(code) - routine_milli(halves[0]));
}

/* Makes room in the ring up to `hour`; false when it is too old for it. */
static bool reach(struct record_meter *meter, int32_t hour)
{
    if (!meter->newest_hour) {
        memset(meter->hours, ROUTINE_MISSING, sizeof meter->hours);
        meter->newest_hour = hour;
        meter->judged_hour = hour - 1;
        meter->first_hour = hour;
        return true;
    }
    if (hour <= meter->newest_hour - VIEW_HOURS)
        return false;
    int32_t from = meter->newest_hour + 1;
    if (hour - from >= VIEW_HOURS)
        from = hour - VIEW_HOURS + 1;
    for (int32_t h = from; h <= hour; h++) {
        meter->hours[ring(h)] = ROUTINE_MISSING;
        mark_estimated(meter, h, false);
        meter->splits[(unsigned)h % 24] = SPLIT_UNKNOWN;
    }
    if (hour > meter->newest_hour)
        meter->newest_hour = hour;
    return true;
}

static void set_hour(struct record_meter *meter, int32_t hour, uint8_t code, bool estimated,
                     uint8_t split, struct meter_change *change)
{
    if (!reach(meter, hour))
        return;
    bool same = meter->hours[ring(hour)] == code && meter_estimated(meter, hour) == estimated;
    if (hour <= meter->judged_hour) {
        if (!same)
            change->corrected = true;
    } else {
        change->ready = true;
    }
    meter->hours[ring(hour)] = code;
    mark_estimated(meter, hour, estimated);
    if (hour > meter->newest_hour - 24)
        meter->splits[(unsigned)hour % 24] = split;
}

void meter_init(struct record_meter *meter, const struct reading *reading)
{
    memset(meter, 0, sizeof *meter);
    meter->id = record_hash(reading->meter);
    meter->utility = (uint8_t)reading->utility;
    meter->measure = (uint8_t)reading->measure;
    meter->kind = (uint8_t)reading->kind;
    meter->interval_minutes = (uint16_t)(reading->minutes ? reading->minutes : 60);
    routine_reset(&meter->routine);
}

static int64_t add_use(int64_t sum, int64_t milli)
{
    return milli > USE_MAX - sum ? USE_MAX : sum + milli;
}

static int64_t most_an_hour(const struct record_meter *meter)
{
    if (meter->measure == MEASURE_ENERGY)
        return meter->utility == UTILITY_GAS ? GAS_ENERGY_MOST_MILLI : ELECTRICITY_MOST_MILLI;
    return meter->utility == UTILITY_GAS ? GAS_MOST_MILLI : WATER_MOST_MILLI;
}

/* Steps of a register may be coarse: they count as those of hours begun. */
static bool is_credible(const struct record_meter *meter, int64_t milli, int64_t seconds)
{
    int64_t hours = seconds <= 3600 ? 1 : (seconds + 3599) / 3600;
    return milli <= hours * most_an_hour(meter);
}

static unsigned part_count(const struct record_hour *hour)
{
    return 60u / hour->minutes;
}

static bool is_whole(const struct record_hour *hour)
{
    return hour->seen == (1u << part_count(hour)) - 1;
}

static int64_t part_sum(const struct record_hour *hour, unsigned from, unsigned to)
{
    int64_t sum = 0;
    for (unsigned i = from; i < to; i++)
        sum = add_use(sum, routine_day_milli(hour->part[i] & ~RECORD_ESTIMATED));
    return sum;
}

/* A part of an hour cannot prove that nothing was used; it can prove that something was. */
static bool proves_flow(const struct record_meter *meter, uint8_t code)
{
    return meter->utility != UTILITY_ELECTRICITY && code > ROUTINE_ZERO &&
           code > meter->routine.floor;
}

/* The parts of an hour are all there (or it must do without the rest): file it. */
static void close_parts(struct record_meter *meter, struct record_hour *hour,
                        struct meter_change *change)
{
    unsigned count = part_count(hour);
    int64_t milli = part_sum(hour, 0, count);
    uint8_t code = routine_code(milli), split = SPLIT_UNKNOWN;
    bool whole = is_whole(hour), estimated = false;
    /* Parts that come again after the others are forgotten say less than what is known. */
    if (!whole && (!proves_flow(meter, code) || code <= meter_hour(meter, hour->hour)))
        return;
    if (whole && count % 2 == 0 && code >= 2) {
        int64_t first = part_sum(hour, 0, count / 2), second = part_sum(hour, count / 2, count);
        uint8_t above = routine_code(2 * (first > second ? first : second));
        split = (uint8_t)(above >= code ? above - code + 1 : 1);
    }
    for (unsigned i = 0; i < count; i++)
        estimated = estimated || hour->part[i] & RECORD_ESTIMATED;
    set_hour(meter, hour->hour, code, estimated, split, change);
}

/* The slot for the parts of this hour: its own, or the one that can best be given up. */
static struct record_hour *parts_of(struct record_meter *meter, int32_t hour, uint8_t minutes,
                                    struct meter_change *change)
{
    struct record_hour *a = &meter->parts[0], *b = &meter->parts[1];
    if (a->hour == hour && a->minutes == minutes)
        return a;
    if (b->hour == hour && b->minutes == minutes)
        return b;
    struct record_hour *free = a->hour == hour || (b->hour != hour && a->hour <= b->hour) ? a : b;
    if (free->minutes && free->hour != hour && !is_whole(free))
        close_parts(meter, free, change);
    *free = (struct record_hour){.hour = hour, .minutes = minutes};
    return free;
}

/* Parts lie on the grid of their own length; one that is not aligned to it goes by its middle. */
static void apply_part(struct record_meter *meter, const struct reading *reading, int32_t hour,
                       struct meter_change *change)
{
    struct record_hour *parts = parts_of(meter, hour, (uint8_t)reading->minutes, change);
    int64_t middle = reading->start_s + reading->minutes * 30 - (int64_t)hour * 3600;
    unsigned i = (unsigned)middle / ((unsigned)reading->minutes * 60);
    if (i >= part_count(parts))
        return;
    if (reading->quality == QUALITY_MISSING) {
        parts->seen &= (uint16_t) ~(1u << i);
        parts->part[i] = 0;
        if (meter_hour(meter, hour) != ROUTINE_MISSING)
            set_hour(meter, hour, ROUTINE_MISSING, false, SPLIT_UNKNOWN, change);
        return;
    }
    parts->part[i] = routine_day_code(reading->value_milli);
    parts->seen |= (uint16_t)(1u << i);
    if (reading->quality == QUALITY_ESTIMATED)
        parts->part[i] |= RECORD_ESTIMATED;
    if (is_whole(parts))
        close_parts(meter, parts, change);
}

/* What is known of hours are days without use alone: no hour was ever read. */
static bool knows_days_alone(const struct record_meter *meter)
{
    if (meter->interval_minutes < DAILY_MINUTES || meter->routine.highest)
        return false;
    for (unsigned i = 0; i < VIEW_HOURS; i++)
        if (meter->hours[i] > ROUTINE_ZERO)
            return false;
    return true;
}

static enum reject apply_interval(struct record_meter *meter, const struct reading *reading,
                                  struct meter_change *change)
{
    int64_t end = reading->start_s + (int64_t)reading->minutes * 60;
    bool estimated = reading->quality == QUALITY_ESTIMATED;
    bool missing = reading->quality == QUALITY_MISSING;
    /* An interval across the hour belongs to the hour of its middle. */
    int32_t hour = hour_of(reading->start_s + (int64_t)reading->minutes * 30);
    bool whole_day =
        !missing && !estimated && reading->minutes >= DAY_MIN && reading->minutes <= DAY_MAX;
    if (whole_day ? end <= meter->newest_s - VIEW_DAYS * INT64_C(86400)
                  : meter->newest_hour && hour_of(end - 1) <= meter->newest_hour - VIEW_HOURS)
        return REJECT_TOO_LATE;
    int64_t most = most_an_hour(meter) * reading->minutes / 60;
    if (!missing && (reading->value_milli > most || reading->value_milli < -most))
        return REJECT_TOO_MUCH;
    if (reading->minutes < DAILY_MINUTES && knows_days_alone(meter))
        meter->first_hour = hour;
    meter->interval_minutes = (uint16_t)reading->minutes;
    if (!missing && !estimated && reading->value_milli < 0)
        meter->flags |= METER_FEEDS_IN;
    if (reading->minutes < 60) {
        apply_part(meter, reading, hour, change);
    } else if (reading->minutes <= 60) {
        set_hour(meter, hour, missing ? ROUTINE_MISSING : routine_code(reading->value_milli),
                 estimated, SPLIT_UNKNOWN, change);
    } else {
        if (!missing && !estimated && reading->value_milli == 0)
            for (int32_t h = hour_of(reading->start_s + 3599); h < hour_of(end); h++)
                set_hour(meter, h, ROUTINE_ZERO, false, SPLIT_UNKNOWN, change);
        if (whole_day) {
            change->has_day = true;
            change->day_middle_s = reading->start_s + (int64_t)reading->minutes * 30;
            change->day_milli = reading->value_milli;
        }
    }
    if (end > meter->newest_s)
        meter->newest_s = end;
    return REJECT_NONE;
}

/* The use since the last read. *anew: the register stands elsewhere, and nobody knows what went by.
 * A reject when it went back or on without a reason: once is a fault; when the next read goes on
 * from there, the register was reset or exchanged and nobody said (or it was the last read that was
 * at fault). */
static enum reject register_difference(struct record_meter *meter, const struct reading *reading,
                                       int64_t *out, bool *anew)
{
    int64_t at_s = reading->start_s, milli = reading->value_milli;
    int64_t difference = milli - meter->last_read_milli;
    enum reject reject = difference < 0 ? REJECT_REGISTER_WENT_BACK : REJECT_TOO_MUCH;
    int64_t modulus = reading->modulus_milli ? reading->modulus_milli : meter->modulus_milli;
    if (difference < 0 && modulus > 0 && milli < modulus &&
        difference + modulus <= modulus / ROLLOVER_SHARE)
        difference += modulus;
    *anew = difference < 0 || !is_credible(meter, difference, at_s - meter->last_read_s);
    *out = difference;
    if (*anew && (!meter->back_s || at_s <= meter->back_s || milli < meter->back_milli ||
                  !is_credible(meter, milli - meter->back_milli, at_s - meter->back_s))) {
        meter->back_s = at_s;
        meter->back_milli = milli;
        return reject;
    }
    meter->back_s = 0;
    return REJECT_NONE;
}

/* A read on the hour tells of the hour that it ends. */
static int32_t hour_of_read(int64_t at_s)
{
    return hour_of(at_s - 1);
}

static void close_open_hour(struct record_meter *meter, struct meter_change *change)
{
    if (meter->open_hour && meter->flags & METER_OPEN_KNOWN)
        set_hour(meter, meter->open_hour, routine_code(meter->hour_milli), false, SPLIT_UNKNOWN,
                 change);
}

/* Nobody knows what went by before this read; what was seen of a flow stays seen. */
static void begin_anew(struct record_meter *meter, int64_t at_s, struct meter_change *change)
{
    if (proves_flow(meter, routine_code(meter->hour_milli)))
        close_open_hour(meter, change);
    meter->open_hour = hour_of_read(at_s);
    meter->hour_milli = 0;
    meter->flags &= (uint8_t)~METER_OPEN_KNOWN;
}

/* What the difference between two reads says about hours. */
static void spread(struct record_meter *meter, int64_t from_s, int64_t to_s, int64_t milli,
                   struct meter_change *change)
{
    int32_t hour = hour_of_read(to_s);
    bool gap = to_s - from_s > METER_GAP_S;
    if (hour != meter->open_hour) {
        /* Use over a gap may have begun in the open hour: what was read of it is a part. */
        if (!gap || milli == 0 || proves_flow(meter, routine_code(meter->hour_milli)))
            close_open_hour(meter, change);
        if (milli == 0)
            for (int32_t h = hour_of_read(from_s) + 1 > hour - VIEW_HOURS ? hour_of_read(from_s) + 1
                                                                          : hour - VIEW_HOURS + 1;
                 h < hour; h++)
                if (meter_hour(meter, h) == ROUTINE_MISSING)
                    set_hour(meter, h, ROUTINE_ZERO, false, SPLIT_UNKNOWN, change);
        meter->open_hour = hour;
        meter->hour_milli = 0;
        if (milli == 0 || !gap)
            meter->flags |= METER_OPEN_KNOWN;
        else
            meter->flags &= (uint8_t)~METER_OPEN_KNOWN;
    }
    if (!gap)
        meter->hour_milli = add_use(meter->hour_milli, milli);
    if (meter->interval_minutes >= PROMPT_MINUTES)
        close_open_hour(meter, change);
}

/* Another value for the last read: what it adds or takes belongs to the same hour. */
static enum reject correct_read(struct record_meter *meter, const struct reading *reading,
                                struct meter_change *change)
{
    int64_t milli = meter->hour_milli + (reading->value_milli - meter->last_read_milli);
    bool known =
        meter->flags & METER_OPEN_KNOWN && meter->open_hour == hour_of_read(reading->start_s);
    if (known && milli < 0) /* below what the hour began with */
        return REJECT_REGISTER_WENT_BACK;
    if (known && !is_credible(meter, milli, 0))
        return REJECT_TOO_MUCH;
    if (!known && reading->value_milli < meter->last_read_milli)
        meter->left_milli = meter->last_read_milli;
    meter->last_read_milli = reading->value_milli;
    if (!known)
        return REJECT_NONE;
    meter->hour_milli = milli;
    if (meter->interval_minutes >= PROMPT_MINUTES)
        close_open_hour(meter, change);
    return REJECT_NONE;
}

/* A read's distance from the one before tells how often the meter is read. One long gap does not
 * make a slow meter. */
static void note_spacing(struct record_meter *meter, int64_t seconds)
{
    int64_t minutes = (seconds + 30) / 60;
    if (minutes < 1)
        minutes = 1;
    if (minutes > INTERVAL_MIN_MAX)
        minutes = INTERVAL_MIN_MAX;
    int64_t smooth = meter->newest_hour ? (meter->interval_minutes * 7 + minutes + 4) / 8 : minutes;
    if (minutes <= 4 * smooth)
        meter->interval_minutes = (uint16_t)smooth;
}

/* A read later than the last. */
static enum reject take_read(struct record_meter *meter, const struct reading *reading,
                             struct meter_change *change)
{
    int64_t milli, from = meter->last_read_s, at = reading->start_s;
    bool anew;
    enum reject reject = register_difference(meter, reading, &milli, &anew);
    if (reject)
        return reject;
    /* A step over half of the way back to a level that was left: what lay between was the fault. */
    int64_t below = meter->left_milli - meter->last_read_milli;
    if (anew || (below > 0 && milli >= below - below / 2)) {
        if (reading->value_milli < meter->last_read_milli)
            meter->left_milli = meter->last_read_milli;
        begin_anew(meter, at, change);
    } else {
        note_spacing(meter, at - from);
        spread(meter, from, at, milli, change);
        /* A day's gap of a meter that is read more often is no local day. */
        if (meter->interval_minutes >= DAILY_MINUTES && at - from >= 20 * 3600 &&
            at - from <= 28 * 3600) {
            change->has_day = true;
            change->day_middle_s = from + (at - from) / 2;
            change->day_milli = milli;
        }
    }
    if (reading->value_milli >= meter->left_milli)
        meter->left_milli = 0;
    meter->last_read_s = at;
    meter->last_read_milli = reading->value_milli;
    if (at > meter->newest_s)
        meter->newest_s = at;
    return REJECT_NONE;
}

static enum reject apply_register(struct record_meter *meter, const struct reading *reading,
                                  struct meter_change *change)
{
    int64_t at = reading->start_s;
    if (meter->newest_hour && hour_of(at) <= meter->newest_hour - VIEW_HOURS)
        return REJECT_TOO_LATE;
    /* An estimate vouches for nothing: the next true read tells what went by. */
    if (reading->quality == QUALITY_MISSING || reading->quality == QUALITY_ESTIMATED) {
        if (reading->quality == QUALITY_ESTIMATED && reach(meter, hour_of(at)) &&
            meter->hours[ring(hour_of(at))] == ROUTINE_MISSING)
            mark_estimated(meter, hour_of(at), true);
        return REJECT_NONE;
    }
    if (reading->modulus_milli)
        meter->modulus_milli = reading->modulus_milli;
    if (!(meter->flags & METER_REGISTER_SEEN)) {
        meter->flags |= METER_REGISTER_SEEN;
        meter->last_read_s = meter->newest_s = at;
        meter->last_read_milli = reading->value_milli;
        return REJECT_NONE;
    }
    if (at == meter->last_read_s && reading->value_milli != meter->last_read_milli)
        return correct_read(meter, reading, change);
    if (at <= meter->last_read_s) /* its use is in the difference that came later */
        return REJECT_NONE;
    return take_read(meter, reading, change);
}

enum reject meter_apply(struct record_meter *meter, const struct reading *reading,
                        struct meter_change *change)
{
    *change = (struct meter_change){0};
    return reading->kind == READING_INTERVAL ? apply_interval(meter, reading, change)
                                             : apply_register(meter, reading, change);
}

void meter_exchange(struct record_meter *meter, int64_t at_s, bool has_old, int64_t old_milli,
                    bool has_new, int64_t new_milli)
{
    struct meter_change change = {0};
    /* Told after its reads: by then the new meter's register has been believed. */
    if (meter->flags & METER_REGISTER_SEEN && at_s < meter->last_read_s)
        return;
    bool goes_on =
        has_old && old_milli >= meter->last_read_milli &&
        is_credible(meter, old_milli - meter->last_read_milli, at_s - meter->last_read_s);
    bool whole = goes_on && has_new;
    if (goes_on && meter->flags & METER_REGISTER_SEEN && at_s > meter->last_read_s)
        spread(meter, meter->last_read_s, at_s, old_milli - meter->last_read_milli, &change);
    if (!whole) /* what the old meter counted last, nobody knows */
        meter->flags &= (uint8_t)~METER_OPEN_KNOWN;
    meter->modulus_milli = meter->left_milli = 0;
    meter->back_s = 0;
    if (has_new) {
        meter->last_read_s = at_s;
        meter->last_read_milli = new_milli;
        meter->flags |= METER_REGISTER_SEEN;
    } else {
        meter->flags &= (uint8_t)~METER_REGISTER_SEEN;
    }
}
