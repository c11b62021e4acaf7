/* SPDX-License-Identifier: Apache-2.0 */
#include "town/home.h"

#include "town/use.h"
#include "town/weather.h"

#define DAY_S              86400
#define COLD_CELSIUS       3.0
#define COLD_DAYS_A_WINTER 90
#define TRAVELS            22 /* which draw of a home's character */

/* The kinds of homes and who lives in them. */
static const struct {
    uint8_t persons, kinds[HOME_PERSONS_MAX];
} kinds[HOME_KIND_COUNT] = {
    [HOME_ELDERLY_ALONE] = {1, {PERSON_ELDER}},
    [HOME_WORKER_ALONE] = {1, {PERSON_WORKER}},
    [HOME_STUDENT_ALONE] = {1, {PERSON_STUDENT}},
    [HOME_ELDERLY_COUPLE] = {2, {PERSON_ELDER, PERSON_ELDER}},
    [HOME_COUPLE] = {2, {PERSON_WORKER, PERSON_KEEPER}},
    [HOME_FAMILY] = {3, {PERSON_WORKER, PERSON_KEEPER, PERSON_CHILD, PERSON_CHILD, PERSON_CHILD}},
    [HOME_SECOND] = {2, {PERSON_KEEPER, PERSON_KEEPER}},
};

static void kind_weights(const struct scenario *s, double weights[HOME_KIND_COUNT])
{
    weights[HOME_ELDERLY_ALONE] = s->elderly_alone;
    weights[HOME_WORKER_ALONE] = s->worker_alone;
    weights[HOME_STUDENT_ALONE] = s->student_alone;
    weights[HOME_ELDERLY_COUPLE] = s->elderly_couple;
    weights[HOME_COUPLE] = s->couple;
    weights[HOME_FAMILY] = s->family;
    weights[HOME_SECOND] = s->second_home;
}

double home_lone_share(const struct scenario *scenario)
{
    double weights[HOME_KIND_COUNT], sum = 0, lone = 0;
    kind_weights(scenario, weights);
    for (unsigned i = 0; i < HOME_KIND_COUNT; i++) {
        sum += weights[i];
        if (kinds[i].persons == 1)
            lone += weights[i];
    }
    return lone / sum;
}

static enum home_kind draw_kind(uint64_t key, const struct scenario *s)
{
    double weights[HOME_KIND_COUNT], sum = 0;
    kind_weights(s, weights);
    for (unsigned i = 0; i < HOME_KIND_COUNT; i++)
        sum += weights[i];
    double draw = chance_unit(key, PURPOSE_KIND, 0) * sum;
    unsigned kind = 0;
    while (kind + 1 < HOME_KIND_COUNT && (draw -= weights[kind]) >= 0)
        kind++;
    return kind;
}

static void draw_equipment(struct home *home, const struct scenario *s)
{
    struct equipment *e = &home->equipment;
    uint64_t key = home->key;
    e->standby_w = chance_between(key, PURPOSE_EQUIPMENT, 0, 18, 75);
    e->fridge_w = chance_between(key, PURPOSE_EQUIPMENT, 1, 75, 140);
    e->fridge_period_s = 1800 + (uint32_t)(chance_bits(key, PURPOSE_EQUIPMENT, 2) % 2400);
    e->fridge_on_s =
        (uint32_t)(e->fridge_period_s * chance_between(key, PURPOSE_EQUIPMENT, 3, 0.25, 0.42));
    e->fridge_phase_s = (uint32_t)(chance_bits(key, PURPOSE_EQUIPMENT, 4) % 4000);
    e->lamp_w = chance_between(key, PURPOSE_EQUIPMENT, 5, 25, 110);
    e->tv_w = chance_between(key, PURPOSE_EQUIPMENT, 6, 60, 180);
    e->cooker_wh = chance_between(key, PURPOSE_EQUIPMENT, 7, 200, 520);
    e->heat_w_per_k = chance_between(key, PURPOSE_EQUIPMENT, 8, 45, 130);
    e->setpoint = chance_between(key, PURPOSE_EQUIPMENT, 9, 19, 24);
    bool gas = home->meters[UTILITY_GAS].style != METER_NONE;
    if (chance_is(key, PURPOSE_EQUIPMENT, 10, s->storage_heating_share))
        e->heating = HEATING_STORAGE;
    else if (gas && chance_is(key, PURPOSE_EQUIPMENT, 11, s->gas_heating_share))
        e->heating = HEATING_GAS;
    else
        e->heating =
            chance_is(key, PURPOSE_EQUIPMENT, 12, 0.25) ? HEATING_ELECTRIC : HEATING_DISTRICT;
    e->gas_cooking = gas && chance_is(key, PURPOSE_EQUIPMENT, 13, 0.9);
    e->electric_water = e->heating == HEATING_STORAGE || e->heating == HEATING_ELECTRIC;
    e->car = chance_is(key, PURPOSE_EQUIPMENT, 14, s->car_share);
    e->cooler = chance_is(key, PURPOSE_EQUIPMENT, 15, 0.75);
    e->blanket = chance_is(key, PURPOSE_EQUIPMENT, 16, 0.2);
    if (chance_is(key, PURPOSE_EQUIPMENT, 17, s->photovoltaic_share))
        e->photovoltaic_w = chance_between(key, PURPOSE_EQUIPMENT, 18, 800, 3500);
}

static void move_in(struct home *home, const struct scene *scene, int32_t day)
{
    home->tenants++;
    home->life = chance_key(home->key, 64 + (uint64_t)home->tenants);
    /* A second home stays one; others may be let to any kind of people. */
    if (home->tenants == 1 || home->kind != HOME_SECOND)
        home->kind =
            (uint8_t)draw_kind(home->tenants == 1 ? home->key : home->life, scene->scenario);
    if (home->tenants > 1 && home->kind == HOME_SECOND)
        home->kind = HOME_COUPLE;
    home->person_count = kinds[home->kind].persons;
    if (home->kind == HOME_FAMILY)
        home->person_count += (uint8_t)(chance_bits(home->life, PURPOSE_CHARACTER, 20) % 3);
    for (unsigned i = 0; i < home->person_count; i++) {
        enum person_kind kind = kinds[home->kind].kinds[i];
        if (home->kind == HOME_COUPLE && i == 1 &&
            chance_is(home->life, PURPOSE_CHARACTER, 21, 0.55))
            kind = PERSON_WORKER;
        person_init(&home->persons[i], chance_key(home->life, i), kind, day, scene->scenario);
    }
    home->doing = (struct doing){0};
}

void home_init(struct home *home, const struct scene *scene, uint32_t index)
{
    const struct scenario *s = scene->scenario;
    const struct span never = {HOME_NEVER, HOME_NEVER};
    *home = (struct home){.key = chance_key(scene->key, index), .index = index};
    home->trip = home->empty = home->drip = home->burst = home->unheated = never;
    home->collapse_due = home->found = HOME_NEVER;
    for (unsigned u = 0; u < UTILITY_COUNT; u++) {
        metering_init(&home->meters[u], home->key, u, s);
        account_init(&home->accounts[u], home->key, u, scene);
    }
    if (!chance_is(home->key, PURPOSE_EQUIPMENT, 30, s->water_share))
        home->meters[UTILITY_WATER].style = METER_NONE;
    if (!chance_is(home->key, PURPOSE_EQUIPMENT, 31, s->gas_share))
        home->meters[UTILITY_GAS].style = METER_NONE;
    draw_equipment(home, s);
    move_in(home, scene, scene->first_day);
    home->trip_told = true;
    if (home->kind == HOME_SECOND)
        home->trip.from = scene->first_day * DAY_MINUTE;
}

uint32_t home_flags(const struct home *home, const struct scenario *s)
{
    uint32_t flags = 0;
    bool elder = home->kind == HOME_ELDERLY_ALONE || home->kind == HOME_ELDERLY_COUPLE;
    if (kinds[home->kind].persons == 1)
        flags |= 1u << FLAG_LIVES_ALONE;
    if (elder)
        flags |= 1u << FLAG_AGED_65_PLUS;
    if (elder && chance_is(home->life, PURPOSE_FLAGS, 0, 0.35))
        flags |= 1u << FLAG_AGED_80_PLUS;
    if (chance_is(home->life, PURPOSE_FLAGS, 1, elder ? 0.08 : 0.01))
        flags |= 1u << FLAG_MEDICAL;
    if (chance_is(home->life, PURPOSE_FLAGS, 2, elder ? 0.10 : 0.03))
        flags |= 1u << FLAG_DISABILITY;
    if (home->kind == HOME_FAMILY)
        flags |= 1u << FLAG_CHILDREN;
    if (chance_is(home->life, PURPOSE_FLAGS, 3, s->prepayment_share))
        flags |= 1u << FLAG_PREPAYMENT;
    if (chance_is(home->life, PURPOSE_FLAGS, 4, 0.7))
        flags |= 1u << FLAG_CONSENT;
    if (chance_is(home->life, PURPOSE_FLAGS, 5, elder ? 0.06 : 0.02))
        flags |= 1u << FLAG_REFERRED;
    if (home->kind == HOME_SECOND)
        flags |= 1u << FLAG_SECOND_HOME;
    if (home->equipment.heating == HEATING_STORAGE)
        flags |= 1u << FLAG_STORAGE_HEATING;
    if (home->equipment.photovoltaic_w > 0)
        flags |= 1u << FLAG_PHOTOVOLTAIC;
    return flags;
}

int32_t home_moved_in_day(const struct home *home, const struct scene *scene)
{
    if (home->tenants > 1)
        return home->empty.to / DAY_MINUTE;
    double years = chance_between(home->life, PURPOSE_MOVE, -1, 0.3, 25);
    return scene->first_day - (int32_t)(years * 365);
}

static struct sender sender_of(struct home *home)
{
    return (struct sender){.home = home->index, .sequence = &home->sequence};
}

static void put(struct home *home, const struct scene *scene, struct occurrence *o)
{
    o->home = home->index;
    o->sequence = home->sequence++;
    queue_put(scene->queue, o);
}

static void put_household(struct home *home, const struct scene *scene, enum household_event event,
                          int64_t at_s, int64_t delay_s)
{
    struct occurrence o = {.at_s = at_s,
                           .arrived_s = at_s + delay_s,
                           .type = MESSAGE_HOUSEHOLD,
                           .event = (uint8_t)event,
                           .value = home_flags(home, scene->scenario),
                           .second = home_moved_in_day(home, scene),
                           .number = home->person_count};
    put(home, scene, &o);
}

static void tell(const struct home *home, const struct scene *scene, enum truth truth,
                 const struct moment *moment, const struct span *span)
{
    int64_t to_s = span->to == HOME_NEVER ? 0 : moment_utc_s(moment, span->to);
    scene->tell(scene->context, home->index, truth, moment_utc_s(moment, span->from), to_s, NULL);
}

static bool away(const struct home *home, int32_t minute)
{
    return minute >= home->trip.from && minute < home->trip.to;
}

static bool nobody_lives_here(const struct home *home, int32_t minute)
{
    return minute >= home->empty.from && minute < home->empty.to;
}

/* ---- plans of a day ---- */

static void begin_trip(struct home *home, const struct scene *scene, const struct moment *moment,
                       int nights, uint8_t reason)
{
    int32_t today = moment->day * DAY_MINUTE;
    home->trip.from = today + (int32_t)(60 * chance_between(home->life, PURPOSE_TRIP,
                                                            moment->day * 8 + 3, 8.5, 18));
    home->trip.to =
        today + nights * DAY_MINUTE +
        (int32_t)(60 * chance_between(home->life, PURPOSE_TRIP, moment->day * 8 + 4, 11, 20.5));
    home->trip_told = false;
    if (nights < 4 ||
        !chance_is(home->life, PURPOSE_DECLARED, moment->day, scene->scenario->declared_share))
        return;
    struct occurrence o = {.at_s = moment_utc_s(moment, home->trip.from),
                           .value = moment_utc_s(moment, home->trip.to),
                           .arrived_s = moment_utc_s(moment, home->trip.from - 120),
                           .type = MESSAGE_HOUSEHOLD,
                           .event = HOUSEHOLD_ABSENCE,
                           .number = reason};
    put(home, scene, &o);
}

static void plan_trip(struct home *home, const struct scene *scene, const struct moment *moment)
{
    const struct scenario *s = scene->scenario;
    double holidays = moment->month % 12 == 6 || moment->month % 12 == 7 ? 2.6 : 0.7;
    double eve = weather_travel_day(s, moment->day)             ? 9.0
                 : moment->weekday == 4 || moment->weekday == 5 ? 2.2
                                                                : 0.5;
    int64_t index = (int64_t)moment->day * 8;
    uint64_t bits = chance_bits(home->life, PURPOSE_TRIP, index + 7);
    /* Some never go, some each other week: an exponential draw has about the quartiles of homes
     * with real water meters (silences of 36 hours a year: 2.5, 4.1 and 9). */
    double own = chance_wait(home->life, PURPOSE_CHARACTER, TRAVELS, 1.0);
    if (chance_is(home->life, PURPOSE_TRIP, index, s->trips_per_year * own / 365 * eve))
        begin_trip(home, scene, moment, 1 + (int)(bits % 3), 0);
    else if (chance_is(home->life, PURPOSE_TRIP, index + 1,
                       s->holidays_per_year / 365 * holidays * (eve > 5 ? 4 : 1)))
        begin_trip(home, scene, moment, 5 + (int)(bits % 10), 0);
    else if (home->kind == HOME_ELDERLY_ALONE &&
             chance_is(home->life, PURPOSE_TRIP, index + 2, s->hospital_per_year / 365))
        begin_trip(home, scene, moment, 4 + (int)(bits % 15), 1);
}

/* Second homes: away until somebody comes for a weekend. */
static void plan_visit(struct home *home, const struct scene *scene, const struct moment *moment)
{
    int32_t today = moment->day * DAY_MINUTE;
    if (moment->weekday == 4 && home->trip.to == HOME_NEVER && home->trip.from < today &&
        chance_is(home->life, PURPOSE_TRIP, moment->day, 0.3)) {
        home->trip.to =
            today + (int32_t)(60 * chance_between(home->life, PURPOSE_TRIP, -moment->day, 18, 22));
        tell(home, scene, TRUTH_ABSENCE, moment, &home->trip);
    } else if (moment->weekday == 6 && home->trip.to <= today) {
        home->trip.from =
            today + (int32_t)(60 * chance_between(home->life, PURPOSE_TRIP, -moment->day, 13, 20));
        home->trip.to = HOME_NEVER;
    }
}

static void plan_move(struct home *home, const struct scene *scene, const struct moment *moment)
{
    int32_t today = moment->day * DAY_MINUTE;
    if (!chance_is(home->life, PURPOSE_MOVE, moment->day, scene->scenario->moves_per_year / 365))
        return;
    int32_t days = 3 + (int32_t)(chance_bits(home->life, PURPOSE_MOVE, -moment->day - 2) % 38);
    home->empty = (struct span){today + 11 * 60, today + days * DAY_MINUTE + 10 * 60};
    home->trip = (struct span){HOME_NEVER, HOME_NEVER};
    put_household(home, scene, HOUSEHOLD_MOVED_OUT, moment_utc_s(moment, home->empty.from), 1800);
    tell(home, scene, TRUTH_MOVED_OUT, moment, &home->empty);
}

/* It waits for the person: see look(). */
static void plan_collapse(struct home *home, const struct scene *scene, const struct moment *moment)
{
    if (home->collapse_due != HOME_NEVER || kinds[home->kind].persons != 1 ||
        moment->day - scene->first_day < scene->quiet_days)
        return;
    double rate = scene->scenario->collapses_per_home_week / 7 / scene->lone_share;
    if (chance_is(home->life, PURPOSE_COLLAPSE, moment->day, rate))
        home->collapse_due =
            moment->day * DAY_MINUTE +
            (int32_t)(chance_bits(home->life, PURPOSE_COLLAPSE, -moment->day - 2) % DAY_MINUTE);
}

static void plan_leaks(struct home *home, const struct scene *scene, const struct moment *moment)
{
    const struct scenario *s = scene->scenario;
    int32_t begin = moment->day * DAY_MINUTE +
                    (int32_t)(chance_bits(home->key, PURPOSE_LEAK, moment->day) % DAY_MINUTE);
    /* Some drip when the run begins already. */
    double days = moment->day == scene->first_day ? 12 : 1;
    if (home->drip.to <= begin || home->drip.from == HOME_NEVER) {
        if (chance_is(home->key, PURPOSE_LEAK, -moment->day - 2, s->drips_per_year / 365 * days)) {
            double left = 0.5 + chance_wait(home->key, PURPOSE_LEAK, moment->day * 4, 11);
            home->drip = (struct span){begin, begin + (int32_t)(left * DAY_MINUTE)};
            double u = chance_unit(home->key, PURPOSE_LEAK, moment->day * 4 + 1);
            home->drip_litres_hour = 1 + 14 * u * u;
            tell(home, scene, TRUTH_DRIP, moment, &home->drip);
        }
    }
    if (home->burst.to <= begin || home->burst.from == HOME_NEVER) {
        if (chance_is(home->key, PURPOSE_BURST, moment->day, s->bursts_per_year / 365)) {
            double hours = chance_between(home->key, PURPOSE_BURST, -moment->day - 2, 1, 30);
            home->burst = (struct span){begin, begin + (int32_t)(hours * 60)};
            home->burst_litres_hour =
                chance_between(home->key, PURPOSE_BURST, -moment->day * 2 - 1000000, 200, 800);
            tell(home, scene, TRUTH_BURST, moment, &home->burst);
        }
    }
}

/* A boiler that is broken, or money that is short: it begins on a cold day. */
static void plan_unheated(struct home *home, const struct scene *scene, const struct moment *moment)
{
    int32_t today = moment->day * DAY_MINUTE;
    bool due = home->unheated.from == HOME_NEVER || home->unheated.to <= today;
    if (!due || home->equipment.heating == HEATING_DISTRICT || moment->day_celsius > COLD_CELSIUS ||
        moment->day - scene->first_day < scene->quiet_days)
        return;
    double rate = scene->scenario->heating_off_per_winter / COLD_DAYS_A_WINTER;
    if (!chance_is(home->life, PURPOSE_HEATING_OFF, moment->day, rate))
        return;
    int32_t days = 5 + (int32_t)(chance_bits(home->life, PURPOSE_HEATING_OFF, -moment->day) % 10);
    home->unheated = (struct span){today, today + days * DAY_MINUTE};
    tell(home, scene, TRUTH_HEATING_OFF, moment, &home->unheated);
}

static enum report_channel draw_channel(const struct home *home, int32_t day)
{
    static const uint8_t alone[] = {REPORT_NEIGHBOUR,
                                    REPORT_COMMUNITY_OFFICER,
                                    REPORT_CONVENIENCE_STORE,
                                    REPORT_NEIGHBOUR,
                                    REPORT_CLINIC,
                                    REPORT_AGENCY};
    static const uint8_t family[] = {REPORT_SCHOOL, REPORT_CONVENIENCE_STORE, REPORT_NEIGHBOUR,
                                     REPORT_POLICE};
    uint64_t bits = chance_bits(home->life, PURPOSE_REPORT, -day - 2);
    return home->kind == HOME_FAMILY ? family[bits % sizeof family] : alone[bits % sizeof alone];
}

static void plan_report(struct home *home, const struct scene *scene, const struct moment *moment)
{
    const struct scenario *s = scene->scenario;
    bool noticed = home->collapsed_s && moment->at_s - home->collapsed_s > (int64_t)3 * DAY_S &&
                   home->found == HOME_NEVER;
    double rate = noticed ? s->reports_per_collapse_day : s->reports_per_home_year / 365;
    if (!chance_is(home->life, PURPOSE_REPORT, moment->day, rate))
        return;
    struct occurrence o = {.type = MESSAGE_REPORT};
    o.at_s = moment->at_s + 9 * 3600 +
             (int64_t)(chance_bits(home->life, PURPOSE_REPORT, moment->day * 2 + 100000) % 36000);
    o.arrived_s = o.at_s + 240;
    o.event = (uint8_t)draw_channel(home, moment->day);
    o.value = (int64_t)(chance_bits(home->life, PURPOSE_REPORT, moment->day * 3 + 200000) % 3);
    put(home, scene, &o);
}

static void plan_opt_out(struct home *home, const struct scene *scene, const struct moment *moment)
{
    if (home->opted_out || !chance_is(home->life, PURPOSE_FLAGS, 1000 + moment->day,
                                      scene->scenario->opt_outs_per_year / 365))
        return;
    home->opted_out = true;
    int64_t at_s = moment->at_s + 14 * 3600;
    put_household(home, scene, HOUSEHOLD_OPTED_OUT, at_s, 60);
    scene->tell(scene->context, home->index, TRUTH_OPTED_OUT, at_s, 0, NULL);
}

static void plan_chores(struct home *home, const struct moment *moment)
{
    double laundry = 0.18 + 0.14 * home->person_count;
    struct doing *d = &home->doing;
    d->wash_due = chance_is(home->life, PURPOSE_LAUNDRY, moment->day, laundry);
    d->wash_hour = (uint8_t)(7 + chance_bits(home->life, PURPOSE_LAUNDRY, -moment->day - 2) % 14);
    if (home->equipment.car && !away(home, moment->minute) &&
        chance_is(home->life, PURPOSE_CAR, moment->day, 0.4))
        d->car_wh = chance_between(home->life, PURPOSE_CAR, -moment->day - 2, 4000, 22000);
}

static void live_accounts(struct home *home, const struct scene *scene, const struct moment *moment)
{
    struct account_day day = {.scene = scene,
                              .moment = moment,
                              .sender = sender_of(home),
                              .nobody =
                                  home->collapsed_s || nobody_lives_here(home, moment->minute)};
    for (unsigned u = 0; u < UTILITY_COUNT; u++)
        if (home->meters[u].style != METER_NONE)
            account_live_day(&home->accounts[u], &day);
}

static void new_tenants(struct home *home, const struct scene *scene, const struct moment *moment)
{
    struct account_day day = {.scene = scene, .moment = moment, .sender = sender_of(home)};
    for (unsigned u = 0; u < UTILITY_COUNT; u++)
        if (home->meters[u].style != METER_NONE)
            account_close(&home->accounts[u], &day);
    move_in(home, scene, moment->day);
    int64_t at_s = moment_utc_s(moment, home->empty.to);
    put_household(home, scene, HOUSEHOLD_MOVED_IN, at_s, 60);
    put_household(home, scene, HOUSEHOLD_PROFILE, at_s, 60);
}

static void home_day(struct home *home, const struct scene *scene, const struct moment *moment)
{
    bool empty = nobody_lives_here(home, moment->minute);
    bool run_begins = moment->hour == 0;
    if (run_begins)
        /* Before the first reading, which takes five seconds at least. */
        put_household(home, scene, HOUSEHOLD_PROFILE, moment->at_s, home->index % 5);
    if (empty && home->empty.to != HOME_NEVER && moment->day == home->empty.to / DAY_MINUTE)
        new_tenants(home, scene, moment);
    plan_leaks(home, scene, moment);
    live_accounts(home, scene, moment);
    if (empty)
        return;
    plan_report(home, scene, moment);
    if (home->collapsed_s)
        return;
    plan_chores(home, moment);
    plan_opt_out(home, scene, moment);
    if (home->kind == HOME_SECOND)
        plan_visit(home, scene, moment);
    else if (!away(home, moment->minute))
        plan_trip(home, scene, moment);
    if (!away(home, moment->minute))
        plan_unheated(home, scene, moment);
    if (!run_begins && home->collapse_due == HOME_NEVER && !away(home, moment->minute))
        plan_move(home, scene, moment);
    if (home->empty.from == HOME_NEVER || home->empty.to <= moment->minute)
        plan_collapse(home, scene, moment);
}

/* ---- the quarters of an hour ---- */

static void collapse(struct home *home, const struct scene *scene, const struct moment *moment,
                     int32_t minute)
{
    const struct scenario *s = scene->scenario;
    home->collapsed_s = moment_utc_s(moment, minute);
    home->trip = (struct span){HOME_NEVER, HOME_NEVER};
    home->doing = (struct doing){.car_wh = home->doing.car_wh};
    if (s->found_after_hours > 0)
        home->found = minute + (int32_t)(s->found_after_hours * 60);
    struct span span = {minute, home->found};
    tell(home, scene, TRUTH_COLLAPSE, moment, &span);
    if (chance_is(home->life, PURPOSE_COLLAPSE, 1000001, s->left_on_share))
        home->left_on_w = home->equipment.lamp_w;
    if (home->persons[0].state == PERSON_HOME &&
        chance_is(home->life, PURPOSE_COLLAPSE, 1000002, s->water_running_share)) {
        home->tap_litres_hour = chance_between(home->life, PURPOSE_COLLAPSE, 1000003, 60, 400);
        tell(home, scene, TRUTH_TAP_RUNNING, moment, &span);
    }
}

static void found(struct home *home, int32_t minute)
{
    home->empty = (struct span){minute, HOME_NEVER};
    home->tap_litres_hour = 0;
    home->left_on_w = 0;
}

static struct presence look(struct home *home, const struct scene *scene,
                            const struct moment *moment, int32_t minute)
{
    struct presence p = {0};
    p.empty = nobody_lives_here(home, minute);
    if (!p.empty && home->found <= minute) {
        found(home, minute);
        p.empty = true;
    }
    p.trip = away(home, minute);
    if (p.trip && !home->trip_told) {
        home->trip_told = true;
        tell(home, scene, TRUTH_ABSENCE, moment, &home->trip);
    }
    p.helpless = home->collapsed_s != 0;
    if (p.empty)
        return p;
    for (unsigned i = 0; !p.helpless && i < home->person_count; i++) {
        struct person *person = &home->persons[i];
        person_live(person, minute, scene->scenario);
        p.home += person->state != PERSON_OUT;
        p.awake += person->state == PERSON_HOME;
    }
    if (p.trip)
        p.home = p.awake = 0;
    /* It befalls people at any moment that they are at home: one that waited for whoever is out
     * would come at the door, before anything is touched. */
    if (!p.home && home->collapse_due != HOME_NEVER)
        home->collapse_due += DAY_MINUTE / 24 / TICKS;
    if (!p.helpless && minute >= home->collapse_due && p.home && !home->doing.wash_ticks) {
        collapse(home, scene, moment, minute);
        p.helpless = true;
    }
    if (p.helpless) {
        p.home = 1;
        p.awake = 0;
    }
    return p;
}

static int64_t milli(double value)
{
    return (int64_t)(value * 1000 + (value < 0 ? -0.5 : 0.5));
}

void home_hour(struct home *home, const struct scene *scene, const struct moment *moment,
               const struct darkness *darkness)
{
    struct sender sender = sender_of(home);
    if (moment->day_begins)
        home_day(home, scene, moment);
    for (unsigned u = 0; u < UTILITY_COUNT; u++)
        metering_hour(&home->meters[u], scene, moment, &sender);
    for (unsigned tick = 0; tick < TICKS; tick++) {
        struct presence presence = look(home, scene, moment, moment->minute + (int32_t)tick * 15);
        bool dark = darkness->ticks & 1u << tick;
        struct use use = use_tick(home, moment, &presence, tick, dark);
        int64_t drawn[UTILITY_COUNT] = {[UTILITY_ELECTRICITY] = milli(use.wh),
                                        [UTILITY_WATER] = milli(use.litres),
                                        [UTILITY_GAS] = milli(use.gas_litres)};
        for (unsigned u = 0; u < UTILITY_COUNT; u++) {
            home->accounts[u].used += drawn[u];
            meter_tick(&home->meters[u], scene, moment, &sender, darkness, tick, drawn[u]);
        }
    }
}

void home_finish(struct home *home, const struct scene *scene)
{
    if (home->kind == HOME_SECOND && home->trip.to == HOME_NEVER && !home->collapsed_s) {
        /* The offset at that time does not matter beyond an hour of summer time. */
        int64_t local_s = (int64_t)home->trip.from * 60;
        int64_t from_s = local_s - zone_offset_s(scene->zone, local_s);
        scene->tell(scene->context, home->index, TRUTH_ABSENCE, from_s, 0, NULL);
    }
    for (unsigned u = 0; u < UTILITY_COUNT; u++)
        account_finish(&home->accounts[u], scene, home->index);
}
