/* SPDX-License-Identifier: Apache-2.0 */
#include "town/use.h"

#define GAS_LITRES_PER_KWH 95.0
#define WASH_TICKS         4

enum { MEAL_BREAKFAST = 1, MEAL_LUNCH = 2, MEAL_DINNER = 4 };

/* One quarter of an hour of one home. */
struct quarter {
    struct home *home;
    const struct moment *moment;
    const struct presence *presence;
    int64_t tick;   /* since the town's start */
    int32_t minute; /* local */
    double thrift;  /* below 1 when money is short */
    struct use use;
};

static uint64_t key(const struct quarter *q)
{
    return q->home->life;
}

/* Seconds of [from, from + TICK_S) in which a cycle (period, on) runs. */
static uint32_t cycle_overlap(uint32_t from, uint32_t period, uint32_t on)
{
    uint32_t sum = 0, at = from % period, left = TICK_S;
    while (left) {
        uint32_t step = period - at < left ? period - at : left;
        if (at < on)
            sum += at + step < on ? step : on - at;
        left -= step;
        at = 0;
    }
    return sum;
}

static void always_on(struct quarter *q)
{
    const struct equipment *e = &q->home->equipment;
    if (q->presence->empty) {
        q->use.wh += 0.25 * 3;
        return;
    }
    uint32_t second = (uint32_t)(q->tick * TICK_S) + e->fridge_phase_s;
    /* Longer cycles in a warm kitchen; no two cycles are quite alike. */
    double warm = 1.0 + 0.02 * (q->moment->celsius > 18 ? q->moment->celsius - 18 : 0);
    uint32_t on = (uint32_t)(e->fridge_on_s * warm *
                             (0.9 + 0.2 * chance_unit(key(q), PURPOSE_NOISE, q->tick / 3)));
    double fridge = e->fridge_w * cycle_overlap(second, e->fridge_period_s, on) / 3600.0;
    double noise = 0.96 + 0.08 * chance_unit(key(q), PURPOSE_NOISE, -q->tick - 1);
    q->use.wh += 0.25 * e->standby_w * noise + fridge + 0.25 * q->home->left_on_w;
}

static void light_and_television(struct quarter *q)
{
    const struct equipment *e = &q->home->equipment;
    unsigned awake = q->presence->awake;
    if (!awake)
        return;
    double rooms = awake > 2 ? 1.5 : awake == 2 ? 1.25 : 1.0;
    q->use.wh += 0.25 * (e->lamp_w * rooms * (0.15 + 0.85 * q->moment->night) + 14.0 * awake);
    unsigned hour = q->moment->local_hour;
    double eager = hour >= 18 ? 0.22 : hour >= 7 ? 0.07 : 0.03;
    if (q->home->kind == HOME_ELDERLY_ALONE || q->home->kind == HOME_ELDERLY_COUPLE)
        eager *= 1.6;
    if (q->tick >= q->home->doing.tv_until && chance_is(key(q), PURPOSE_TV, q->tick * 2, eager))
        q->home->doing.tv_until =
            (int32_t)(q->tick + 3 +
                      (int64_t)(chance_bits(key(q), PURPOSE_TV, q->tick * 2 + 1) % 12));
    if (q->tick < q->home->doing.tv_until)
        q->use.wh += 0.25 * e->tv_w;
    for (unsigned i = 0; i < awake; i++)
        if (chance_is(key(q), PURPOSE_KETTLE, q->tick * 8 + i, 0.11 * q->thrift))
            q->use.wh += chance_between(key(q), PURPOSE_KETTLE, -q->tick * 8 - i - 1, 30, 170);
}

static void hot_water(struct quarter *q, double litres)
{
    const struct equipment *e = &q->home->equipment;
    double kwh = litres * 0.036;
    if (e->heating == HEATING_GAS)
        q->use.gas_litres += kwh * GAS_LITRES_PER_KWH;
    else if (e->electric_water)
        q->use.wh += kwh * 1000;
}

static void cook(struct quarter *q, uint8_t meal, double effort)
{
    const struct equipment *e = &q->home->equipment;
    int64_t index = q->tick * 8 + meal;
    double people = 0.6 + 0.4 * q->presence->awake;
    double part = chance_between(key(q), PURPOSE_MEAL, index, 0.5, 1.5) * effort * people;
    q->home->doing.meals |= meal;
    q->use.litres += part * chance_between(key(q), PURPOSE_TAP, index + 1, 5, 11);
    hot_water(q, part * 4);
    q->use.wh += part * e->cooker_wh * (e->gas_cooking ? 0.35 : 1.0);
    if (e->gas_cooking)
        q->use.gas_litres += part * 55;
}

static void meals(struct quarter *q)
{
    static const struct {
        uint8_t meal;
        int from, to; /* minutes of the day */
        double chance, effort;
    } table[] = {{MEAL_BREAKFAST, 345, 630, 0.22, 0.6},
                 {MEAL_LUNCH, 690, 840, 0.22, 0.7},
                 {MEAL_DINNER, 1035, 1260, 0.20, 1.2}};
    int minute = q->minute % DAY_MINUTE;
    if (minute == 180)
        q->home->doing.meals = 0;
    for (unsigned i = 0; q->presence->awake && i < 3; i++)
        if (minute >= table[i].from && minute < table[i].to &&
            !(q->home->doing.meals & table[i].meal) &&
            chance_is(key(q), PURPOSE_MEAL, q->tick * 8 + table[i].meal + 3, table[i].chance))
            cook(q, table[i].meal, table[i].effort * q->thrift);
}

static void bathe(struct quarter *q, struct person *person, unsigned i)
{
    bool early = q->minute < person->woke + 75;
    bool late = q->minute > person->bed - 150;
    if (!person->shower_due || (person->shower_early ? !early : !late) ||
        !chance_is(key(q), PURPOSE_SHOWER, q->tick * 8 + i, person->shower_early ? 0.5 : 0.25))
        return;
    person->shower_due = false;
    double litres = chance_between(key(q), PURPOSE_SHOWER, -q->tick * 8 - i - 1, 28, 62);
    q->use.litres += litres;
    hot_water(q, litres * 0.75);
    q->use.wh += 12; /* the hair dryer of some */
}

static void taps(struct quarter *q)
{
    for (unsigned i = 0; i < q->home->person_count; i++) {
        struct person *person = &q->home->persons[i];
        int64_t index = q->tick * 8 + i;
        if (person->state == PERSON_OUT)
            continue;
        if (person->state == PERSON_ASLEEP) {
            if (chance_is(key(q), PURPOSE_TOILET, index, person_night_visits(person) / TICKS)) {
                q->use.litres += 6.5;
                q->use.wh += 2;
            }
            continue;
        }
        bool just_up = q->minute < person->woke + 30;
        if (chance_is(key(q), PURPOSE_TOILET, index, just_up ? 0.7 : 0.072))
            q->use.litres += 6.8;
        if (chance_is(key(q), PURPOSE_TAP, index, just_up ? 0.6 : 0.16))
            q->use.litres += chance_between(key(q), PURPOSE_TAP, -index - 1, 0.4, 4.2);
        bathe(q, person, i);
    }
}

static void wash(struct quarter *q)
{
    struct doing *d = &q->home->doing;
    if (d->wash_due && q->presence->awake && q->moment->local_hour >= d->wash_hour) {
        d->wash_due = false;
        d->wash_ticks = WASH_TICKS;
    }
    if (!d->wash_ticks)
        return;
    d->wash_ticks--;
    q->use.wh += chance_between(key(q), PURPOSE_LAUNDRY, q->tick, 60, 150);
    q->use.litres += chance_between(key(q), PURPOSE_LAUNDRY, -q->tick - 1, 12, 20);
}

static void charge_car(struct quarter *q)
{
    struct doing *d = &q->home->doing;
    if (d->car_wh <= 0 || (q->moment->local_hour >= 7 && q->moment->local_hour < 19))
        return;
    double wh = d->car_wh < 1750 ? d->car_wh : 1750;
    d->car_wh -= wh;
    q->use.wh += wh;
}

static double wanted_celsius(const struct quarter *q)
{
    const struct equipment *e = &q->home->equipment;
    if (q->presence->empty)
        return 5;
    if (q->presence->trip)
        return 11;
    double celsius = e->setpoint - 12 * (1 - q->thrift);
    if (q->presence->awake == 0)
        celsius -= q->presence->home ? 1.5 : 2.5;
    return celsius;
}

static void heat_and_cool(struct quarter *q)
{
    const struct equipment *e = &q->home->equipment;
    const struct span *unheated = &q->home->unheated;
    bool off = q->minute >= unheated->from && q->minute < unheated->to;
    double outside = q->moment->celsius;
    /* Sun, people and appliances are worth three degrees. */
    double lacking = off ? 0 : wanted_celsius(q) - 3 - outside;
    if (lacking > 0 && e->heating == HEATING_GAS) {
        double cycling = 0.7 + 0.6 * chance_unit(key(q), PURPOSE_HEATING, q->tick);
        q->use.gas_litres += lacking * e->heat_w_per_k * 0.25 / 1000 * cycling * GAS_LITRES_PER_KWH;
        q->use.wh += 8; /* pump */
    } else if (lacking > 0 && e->heating == HEATING_ELECTRIC && q->presence->home) {
        q->use.wh += lacking * e->heat_w_per_k * 0.25 * 0.4;
    } else if (e->heating == HEATING_STORAGE && !q->presence->empty && !off &&
               (q->moment->local_hour >= 23 || q->moment->local_hour < 6)) {
        double day = e->setpoint - 3 - q->moment->day_celsius;
        if (day > 0)
            q->use.wh += day * e->heat_w_per_k * 24 / 28 * 0.5;
    }
    if (e->cooler && q->presence->awake && outside > 26)
        q->use.wh += 0.25 * (outside - 24.5) * 160;
    if (e->blanket && outside < 8 && q->presence->home > q->presence->awake &&
        !q->presence->helpless)
        q->use.wh += 0.25 * 55;
}

static void supply(struct quarter *q, bool dark)
{
    const struct account *accounts = q->home->accounts;
    const struct account *electricity = &accounts[UTILITY_ELECTRICITY];
    if (dark || electricity->cut)
        q->use.wh = 0;
    else if (electricity->limit_watts && q->use.wh > electricity->limit_watts * 0.25)
        q->use.wh = electricity->limit_watts * 0.25;
    if (accounts[UTILITY_GAS].cut)
        q->use.gas_litres = 0;
    if (!dark && !electricity->cut && q->home->equipment.photovoltaic_w > 0)
        q->use.wh -= 0.25 * q->home->equipment.photovoltaic_w * q->moment->sunshine;
}

static void leaks(struct quarter *q)
{
    const struct home *h = q->home;
    if (q->minute >= h->drip.from && q->minute < h->drip.to)
        q->use.litres += h->drip_litres_hour / TICKS;
    if (q->minute >= h->burst.from && q->minute < h->burst.to)
        q->use.litres += h->burst_litres_hour / TICKS;
    q->use.litres += h->tap_litres_hour / TICKS;
}

struct use use_tick(struct home *home, const struct moment *moment, const struct presence *presence,
                    unsigned tick, bool dark)
{
    struct quarter q = {.home = home,
                        .moment = moment,
                        .presence = presence,
                        .tick = moment->hour * TICKS + tick,
                        .minute = moment->minute + (int32_t)tick * 15,
                        .thrift = 1};
    if (home->accounts[UTILITY_ELECTRICITY].months >= 2)
        q.thrift = 0.8;
    always_on(&q);
    meals(&q); /* also forgets yesterday's */
    if (!presence->helpless && !presence->trip && !presence->empty) {
        light_and_television(&q);
        taps(&q);
    }
    wash(&q);
    charge_car(&q);
    heat_and_cool(&q);
    leaks(&q);
    supply(&q, dark);
    return q.use;
}
