/* SPDX-License-Identifier: Apache-2.0 */
#include "town/person.h"

#include "town/scene.h"
#include "town/weather.h"

/* Hours of the day; spread in hours; the rest are chances a day. */
struct habit {
    double wake, wake_free, bed, spread, work, leave, back, errand, evening, shower, night_visits;
};

static const struct habit habits[PERSON_KIND_COUNT] = {
    [PERSON_ELDER] = {6.3, 6.5, 21.9, 0.45, 0.00, 9.0, 12.0, 0.75, 0.05, 0.50, 0.14},
    [PERSON_WORKER] = {6.9, 8.6, 23.4, 0.55, 0.93, 8.0, 18.7, 0.70, 0.16, 0.88, 0.03},
    [PERSON_STUDENT] = {8.4, 9.9, 25.0, 1.00, 0.75, 9.8, 17.5, 0.80, 0.30, 0.85, 0.02},
    [PERSON_CHILD] = {7.2, 8.4, 21.8, 0.35, 0.97, 8.3, 15.6, 0.45, 0.03, 0.55, 0.02},
    [PERSON_KEEPER] = {6.7, 7.8, 23.0, 0.45, 0.25, 9.5, 15.0, 0.85, 0.08, 0.80, 0.04},
};

/* A person's own place on a habit, the same every day. */
static double own(const struct person *person, int64_t habit, double spread)
{
    return spread * chance_bell(person->key, PURPOSE_CHARACTER, habit);
}

static bool works_nights(const struct person *person, const struct scenario *scenario)
{
    return person->kind == PERSON_WORKER &&
           chance_is(person->key, PURPOSE_CHARACTER, 9, scenario->night_shift_share);
}

static int32_t minute_of(const struct person *person, int32_t day, double hour,
                         const struct scenario *scenario)
{
    double shift = works_nights(person, scenario) ? 10.5 : 0;
    return day * DAY_MINUTE + (int32_t)((hour + shift) * 60);
}

static int32_t wake_minute(const struct person *person, int32_t day,
                           const struct scenario *scenario)
{
    const struct habit *h = &habits[person->kind];
    double hour = weather_free_day(scenario, day) ? h->wake_free : h->wake;
    hour += own(person, 0, 0.7) + h->spread * chance_bell(person->key, PURPOSE_WAKE, day);
    return minute_of(person, day, hour, scenario);
}

static void add_outing(struct person *person, int32_t from, int32_t to)
{
    if (person->outing_count == PERSON_OUTINGS_MAX || to - from < 15)
        return;
    person->outings[person->outing_count++] = (struct outing){from, to};
}

static void plan_work(struct person *person, const struct scenario *scenario)
{
    const struct habit *h = &habits[person->kind];
    int32_t day = person->day;
    double leave =
        h->leave + own(person, 1, 0.6) + 0.25 * chance_bell(person->key, PURPOSE_LEAVE, day);
    double back = h->back + own(person, 2, 0.7) +
                  (h->spread + 0.2) * chance_bell(person->key, PURPOSE_BACK, day);
    int32_t from = minute_of(person, day, leave, scenario);
    int32_t to = minute_of(person, day, back, scenario);
    if (from < person->woke + 25)
        from = person->woke + 25;
    add_outing(person, from, to);
}

static void plan_errand(struct person *person, const struct scenario *scenario)
{
    const struct habit *h = &habits[person->kind];
    int32_t day = person->day;
    if (!chance_is(person->key, PURPOSE_ERRAND, (int64_t)day * 4, h->errand + own(person, 3, 0.12)))
        return;
    double begin = chance_between(person->key, PURPOSE_ERRAND, (int64_t)day * 4 + 1, 9.5, 16.5);
    /* Most are short; one in eight is the whole day. */
    double draw = chance_unit(person->key, PURPOSE_ERRAND, (int64_t)day * 4 + 2);
    double hours = draw > 0.88 ? 6.0 + 20 * (draw - 0.88) : 0.6 + 3.6 * draw * draw;
    int32_t from = minute_of(person, day, begin, scenario);
    if (from < person->woke + 60)
        from = person->woke + 60;
    add_outing(person, from, from + (int32_t)(hours * 60));
}

static void plan_evening(struct person *person, const struct scenario *scenario)
{
    const struct habit *h = &habits[person->kind];
    double more = weather_free_day(scenario, person->day + 1) ? 1.8 : 1.0;
    if (!chance_is(person->key, PURPOSE_EVENING, (int64_t)person->day * 2, h->evening * more))
        return;
    double begin =
        chance_between(person->key, PURPOSE_EVENING, (int64_t)person->day * 2 + 1, 18.2, 19.8);
    int32_t from = minute_of(person, person->day, begin, scenario);
    if (person->outing_count && from < person->outings[person->outing_count - 1].to + 20)
        from = person->outings[person->outing_count - 1].to + 20;
    int32_t to = from + 90 +
                 (int32_t)(150 * chance_unit(person->key, PURPOSE_BACK, person->day + 100000000));
    add_outing(person, from, to);
    if (person->bed < to + 40)
        person->bed = to + 40;
}

static void wake(struct person *person, const struct scenario *scenario)
{
    const struct habit *h = &habits[person->kind];
    person->woke = person->until;
    person->outing_count = person->outing_next = 0;
    double bed = h->bed + own(person, 4, 0.7) +
                 h->spread * chance_bell(person->key, PURPOSE_BED, person->day) +
                 (weather_free_day(scenario, person->day + 1) ? 0.5 : 0.0);
    person->bed = minute_of(person, person->day, bed, scenario);
    if (person->bed < person->woke + 600)
        person->bed = person->woke + 600;
    bool works = !weather_free_day(scenario, person->day) &&
                 chance_is(person->key, PURPOSE_WORK, person->day, h->work);
    if (works)
        plan_work(person, scenario);
    else
        plan_errand(person, scenario);
    plan_evening(person, scenario);
    if (person->outing_count && person->bed < person->outings[person->outing_count - 1].to + 20)
        person->bed = person->outings[person->outing_count - 1].to + 20;
    person->shower_due = chance_is(person->key, PURPOSE_SHOWER, person->day, h->shower);
    person->shower_early = chance_is(person->key, PURPOSE_CHARACTER, 5, 0.55);
}

/* At home until the next outing, or until bed. */
static void settle(struct person *person)
{
    person->state = PERSON_HOME;
    person->until = person->outing_next < person->outing_count
                        ? person->outings[person->outing_next].from
                        : person->bed;
}

void person_live(struct person *person, int32_t minute, const struct scenario *scenario)
{
    while (minute >= person->until) {
        if (person->state == PERSON_ASLEEP) {
            wake(person, scenario);
            settle(person);
        } else if (person->state == PERSON_OUT) {
            settle(person);
        } else if (person->outing_next < person->outing_count) {
            person->state = PERSON_OUT;
            person->until = person->outings[person->outing_next++].to;
        } else {
            person->state = PERSON_ASLEEP;
            person->day++;
            int32_t next = wake_minute(person, person->day, scenario);
            person->until = next > person->bed + 240 ? next : person->bed + 240;
        }
    }
}

void person_init(struct person *person, uint64_t key, enum person_kind kind, int32_t day,
                 const struct scenario *scenario)
{
    *person = (struct person){.key = key, .day = day, .kind = (uint8_t)kind};
    person->state = PERSON_ASLEEP;
    person->until = wake_minute(person, day, scenario);
}

double person_night_visits(const struct person *person)
{
    return habits[person->kind].night_visits;
}
