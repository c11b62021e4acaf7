/* SPDX-License-Identifier: Apache-2.0 */
#include "town/metering.h"

#define MINUTE_S       60
#define HOUR_S         3600
#define GAS_WH_A_LITRE 10.55 /* gross calorific value of a litre of natural gas */

/* Milli-units in the unit of messages. */
static const int64_t unit_milli[UNIT_COUNT] = {
    [UNIT_KWH] = 1000000, [UNIT_WH] = 1000, [UNIT_LITRE] = 1000, [UNIT_CUBIC_METRE] = 1000000};

static enum meter_style draw_style(uint64_t key, enum utility utility, const struct scenario *s)
{
    double draw = chance_unit(key, PURPOSE_METER, 0);
    switch (utility) {
    case UTILITY_ELECTRICITY:
        if ((draw -= s->electricity_15_minutes) < 0)
            return METER_15_MINUTES;
        if ((draw -= s->electricity_30_minutes) < 0)
            return METER_30_MINUTES;
        if ((draw -= s->electricity_register) < 0)
            return METER_REGISTER;
        return draw - s->electricity_daily < 0 ? METER_REGISTER_DAILY : METER_HOURLY;
    case UTILITY_WATER:
        if ((draw -= s->water_interval) < 0)
            return METER_HOURLY;
        return draw - s->water_daily < 0 ? METER_REGISTER_DAILY : METER_REGISTER;
    case UTILITY_GAS:
        if ((draw -= s->gas_interval) < 0)
            return METER_HOURLY;
        return draw - s->gas_daily < 0 ? METER_REGISTER_DAILY : METER_REGISTER;
    default: return METER_NONE;
    }
}

static bool is_register(const struct meter *meter)
{
    return meter->style == METER_REGISTER || meter->style == METER_REGISTER_DAILY;
}

static void draw_unit(struct meter *meter)
{
    double draw = chance_unit(meter->key, PURPOSE_METER, 1);
    switch (meter->utility) {
    case UTILITY_ELECTRICITY:
        meter->unit = draw < 0.15 ? UNIT_WH : UNIT_KWH;
        meter->resolution = is_register(meter) && draw > 0.5 ? 10000 : 1000;
        break;
    case UTILITY_WATER:
        meter->unit = draw < 0.2 ? UNIT_CUBIC_METRE : UNIT_LITRE;
        meter->resolution = draw > 0.9 ? 10000 : 1000;
        break;
    default:
        meter->unit = draw < 0.15 ? UNIT_KWH : UNIT_CUBIC_METRE;
        meter->resolution = 1000;
        if (meter->style == METER_REGISTER_DAILY && draw > 0.7)
            meter->resolution = 1000000; /* an old drum counter: whole cubic metres */
        break;
    }
}

static void draw_register(struct meter *meter, const struct scenario *s)
{
    int64_t unit = unit_milli[meter->unit];
    double spread = chance_unit(meter->key, PURPOSE_METER, 2);
    meter->total = (int64_t)(spread * 20000.0) * 1000000;
    if (!is_register(meter) || !chance_is(meter->key, PURPOSE_METER, 3, s->rollover_share))
        return;
    meter->dials = unit == 1000 ? 6 : 5;
    int64_t modulus = unit;
    for (unsigned i = 0; i < meter->dials; i++)
        modulus *= 10;
    /* A few days' use below the top. */
    meter->total = modulus - (int64_t)(spread * 4.0 * 1000000) - 300000;
}

void metering_init(struct meter *meter, uint64_t home_key, enum utility utility,
                   const struct scenario *scenario)
{
    uint64_t key = chance_key(home_key, 16 + (uint64_t)utility);
    *meter = (struct meter){.key = key, .utility = (uint8_t)utility, .exchange_hour = -1};
    meter->style = (uint8_t)draw_style(key, utility, scenario);
    draw_unit(meter);
    draw_register(meter, scenario);
    meter->typical = utility == UTILITY_WATER ? 8000 : 150000;
    meter->read_s = (uint16_t)(60 + chance_bits(key, PURPOSE_METER, 4) % 3400);
    meter->delay_s = (uint16_t)(5 + chance_bits(key, PURPOSE_METER, 5) % 240);
    meter->next_morning = utility == UTILITY_ELECTRICITY &&
                          chance_is(key, PURPOSE_METER, 6, scenario->next_morning_share);
    meter->dark_sends_zeros = chance_is(key, PURPOSE_METER, 7, 0.5);
}

static int64_t shown(const struct meter *meter)
{
    int64_t value = meter->total - meter->total % meter->resolution;
    if (meter->dials) {
        int64_t modulus = unit_milli[meter->unit];
        for (unsigned i = 0; i < meter->dials; i++)
            modulus *= 10;
        value %= modulus;
    }
    return value;
}

static void put(const struct scene *scene, const struct sender *sender, struct occurrence *o)
{
    o->home = sender->home;
    o->sequence = (*sender->sequence)++;
    queue_put(scene->queue, o);
}

static void exchange(struct meter *meter, const struct scene *scene, const struct moment *moment,
                     const struct sender *sender)
{
    struct occurrence o = {.at_s = moment->at_s,
                           .type = MESSAGE_HOUSEHOLD,
                           .event = HOUSEHOLD_METER_EXCHANGED,
                           .utility = meter->utility,
                           .unit = meter->unit,
                           .value = shown(meter),
                           .meter = meter->which,
                           .arrived_s = moment->at_s + 30};
    meter->which++;
    meter->exchange_hour = -1;
    meter->dials = 0;
    meter->total = (int64_t)(chance_bits(meter->key, PURPOSE_EXCHANGE, meter->which) % 3) *
                   unit_milli[meter->unit];
    o.second = shown(meter);
    put(scene, sender, &o);
}

static void disturb(struct meter *meter, const struct scene *scene, const struct moment *moment,
                    const struct sender *sender)
{
    double rate = scene->scenario->disturbances_per_month / (30.0 * 24);
    if (!chance_is(meter->key, PURPOSE_DISTURBANCE, moment->hour * 4, rate))
        return;
    static const struct {
        double share;
        enum disturbance kind;
        double hours, hours_max;
    } kinds[] = {{0.35, DISTURBANCE_LOST, 9, 72},
                 {0.30, DISTURBANCE_LATE, 6, 36},
                 {0.15, DISTURBANCE_MISSING, 5, 24},
                 {1.00, DISTURBANCE_ESTIMATED, 10, 96}};
    double draw = chance_unit(meter->key, PURPOSE_DISTURBANCE, moment->hour * 4 + 1);
    unsigned k = 0;
    while (k < 3 && draw >= kinds[k].share)
        draw -= kinds[k++].share;
    double hours =
        1 + chance_wait(meter->key, PURPOSE_DISTURBANCE, moment->hour * 4 + 2, kinds[k].hours);
    if (hours > kinds[k].hours_max)
        hours = kinds[k].hours_max;
    meter->disturbance = (uint8_t)kinds[k].kind;
    /* Nobody guesses a register; its reads come later. */
    if (kinds[k].kind == DISTURBANCE_ESTIMATED && is_register(meter))
        meter->disturbance = DISTURBANCE_LATE;
    meter->disturbed_until_s = moment->at_s + (int64_t)hours * HOUR_S;
    meter->corrected = chance_is(meter->key, PURPOSE_DISTURBANCE, moment->hour * 4 + 3, 0.5);
    if (meter->disturbance == DISTURBANCE_LOST || meter->disturbance == DISTURBANCE_MISSING)
        scene->tell(scene->context, sender->home, TRUTH_NO_READINGS, moment->at_s,
                    meter->disturbed_until_s, utility_names[meter->utility]);
}

void metering_hour(struct meter *meter, const struct scene *scene, const struct moment *moment,
                   const struct sender *sender)
{
    if (meter->style == METER_NONE)
        return;
    if (moment->day_begins && chance_is(meter->key, PURPOSE_EXCHANGE, (int64_t)moment->day * 2,
                                        scene->scenario->exchanges_per_year / 365.0))
        meter->exchange_hour = (int32_t)(moment->hour + 9 +
                                         (int64_t)(chance_bits(meter->key, PURPOSE_EXCHANGE,
                                                               (int64_t)moment->day * 2 + 1) %
                                                   8));
    if (meter->exchange_hour == moment->hour)
        exchange(meter, scene, moment, sender);
    if (moment->at_s >= meter->disturbed_until_s) {
        meter->disturbance = DISTURBANCE_NONE;
        disturb(meter, scene, moment, sender);
    }
}

/* When a reading whose time ended at end_s comes in. */
static int64_t arrival(const struct meter *meter, const struct moment *moment, int64_t end_s)
{
    uint64_t bits = chance_bits(meter->key, PURPOSE_DELAY, end_s);
    int64_t at_s = end_s + meter->delay_s + (int64_t)(bits % 20);
    if (meter->next_morning) {
        int64_t morning_s =
            meter->style == METER_REGISTER_DAILY ? end_s + (int64_t)8 * HOUR_S : moment->morning_s;
        at_s = morning_s + meter->delay_s * 3 + (int64_t)(bits % 5);
    }
    /* What was held back comes in the order in which it was measured. */
    if (meter->disturbance == DISTURBANCE_LATE && at_s < meter->disturbed_until_s)
        at_s = meter->disturbed_until_s + meter->delay_s;
    return at_s;
}

/* The value first told and, when that was no truth, the correction that follows. */
static void send_value(struct meter *meter, const struct scene *scene, const struct sender *sender,
                       struct occurrence *o)
{
    int64_t actual = o->value;
    bool wrong =
        o->event == READING_INTERVAL && meter->disturbance != DISTURBANCE_ESTIMATED &&
        chance_is(meter->key, PURPOSE_CORRECTION, o->at_s * 2, scene->scenario->correction_share);
    bool guess = o->event == READING_INTERVAL && meter->disturbance == DISTURBANCE_ESTIMATED;
    if (guess) {
        o->quality = QUALITY_ESTIMATED;
        o->value = meter->typical - meter->typical % meter->resolution;
    } else if (wrong) {
        o->value = actual * 3 + 5 * meter->resolution;
    } else if (meter->disturbance == DISTURBANCE_MISSING) {
        o->quality = QUALITY_MISSING;
        o->has_value = false;
    }
    put(scene, sender, o);
    if (chance_is(meter->key, PURPOSE_DUPLICATE, o->at_s, scene->scenario->duplicate_share)) {
        struct occurrence again = *o;
        again.arrived_s += 1 + (int64_t)(chance_bits(meter->key, PURPOSE_DELAY, -o->at_s) % 7200);
        put(scene, sender, &again);
    }
    if (wrong || (guess && meter->corrected)) {
        struct occurrence right = *o;
        right.value = actual;
        right.quality = QUALITY_EDITED;
        right.version = 2;
        int64_t base_s = guess ? meter->disturbed_until_s : o->arrived_s;
        right.arrived_s =
            base_s + HOUR_S +
            (int64_t)(chance_bits(meter->key, PURPOSE_CORRECTION, base_s) % (40u * HOUR_S));
        if (right.arrived_s <= o->arrived_s)
            right.arrived_s = o->arrived_s + HOUR_S;
        put(scene, sender, &right);
    }
}

static void send_interval(struct meter *meter, const struct scene *scene,
                          const struct moment *moment, const struct sender *sender,
                          const struct darkness *darkness, unsigned tick)
{
    int64_t end_s = moment->at_s + (int64_t)(tick + 1) * TICK_S;
    int64_t value = meter->collected - meter->collected % meter->resolution;
    int32_t minutes = (int32_t)meter->collected_ticks * 15;
    struct occurrence o = {.at_s = end_s - (int64_t)minutes * MINUTE_S,
                           .value = value,
                           .number = minutes,
                           .type = MESSAGE_READING,
                           .event = READING_INTERVAL,
                           .utility = meter->utility,
                           .unit = meter->unit,
                           .meter = meter->which,
                           .has_value = true};
    meter->collected -= value;
    meter->collected_ticks = 0;
    bool dark = meter->was_dark && meter->utility == UTILITY_ELECTRICITY;
    meter->was_dark = false;
    if (meter->disturbance == DISTURBANCE_LOST || (dark && !meter->dark_sends_zeros))
        return;
    o.arrived_s = arrival(meter, moment, end_s);
    if (dark && o.arrived_s < darkness->ends_s)
        o.arrived_s = darkness->ends_s + meter->delay_s;
    if (meter->disturbance != DISTURBANCE_ESTIMATED)
        meter->typical += (value - meter->typical) / 16;
    send_value(meter, scene, sender, &o);
}

static void send_register(struct meter *meter, const struct scene *scene,
                          const struct moment *moment, const struct sender *sender,
                          const struct darkness *darkness, int64_t at_s)
{
    bool dark = darkness->ticks && meter->utility == UTILITY_ELECTRICITY;
    if (meter->disturbance == DISTURBANCE_LOST || dark)
        return;
    struct occurrence o = {.at_s = at_s,
                           .value = shown(meter),
                           .type = MESSAGE_READING,
                           .event = READING_REGISTER,
                           .utility = meter->utility,
                           .unit = meter->unit,
                           .meter = meter->which,
                           .dials = meter->dials,
                           .has_value = true};
    o.arrived_s = arrival(meter, moment, at_s);
    send_value(meter, scene, sender, &o);
}

static void register_tick(struct meter *meter, const struct scene *scene,
                          const struct moment *moment, const struct sender *sender,
                          const struct darkness *darkness, unsigned tick, int64_t use)
{
    if (meter->style == METER_REGISTER_DAILY) {
        if (tick == 0 && moment->day_begins)
            send_register(meter, scene, moment, sender, darkness, moment->at_s);
        meter->total += use;
        return;
    }
    meter->total += use;
    /* Read at its own second, give or take a minute. */
    int64_t second =
        meter->read_s + (int64_t)(chance_bits(meter->key, PURPOSE_DELAY, moment->hour) % 120) - 60;
    if (second / TICK_S == (int64_t)tick)
        send_register(meter, scene, moment, sender, darkness, moment->at_s + second);
}

void meter_tick(struct meter *meter, const struct scene *scene, const struct moment *moment,
                const struct sender *sender, const struct darkness *darkness, unsigned tick,
                int64_t use)
{
    if (meter->style == METER_NONE)
        return;
    if (meter->utility == UTILITY_GAS && meter->unit == UNIT_KWH)
        use = (int64_t)((double)use * GAS_WH_A_LITRE);
    if (is_register(meter)) {
        /* Feed-in has a register of its own, which nobody sends. */
        if (use < 0)
            use = 0;
        register_tick(meter, scene, moment, sender, darkness, tick, use);
        return;
    }
    meter->total += use;
    meter->collected += use;
    meter->collected_ticks++;
    if (darkness->ticks & 1u << tick)
        meter->was_dark = true;
    unsigned ticks = meter->style == METER_15_MINUTES   ? 1
                     : meter->style == METER_30_MINUTES ? 2
                                                        : 4;
    if (meter->collected_ticks == ticks)
        send_interval(meter, scene, moment, sender, darkness, tick);
}
