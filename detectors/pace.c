/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/pace.h"

#include "detectors/detector.h"
#include "detectors/num.h"

#define BOUND       8.0 /* the price is never moved further */
#define OTHERS_PART 0.5 /* of the budget, at most */
#define LN_2        0.69314718055994531
#define HOURLY      720 /* minutes; a meter that is read less often shows no hours */
#define LATE        360 /* minutes from a reading to its arrival */
#define LATE_USUAL  0.7 /* the homes of the training, each day's hours at 8 o'clock of the next */

#define NAME(constant, name) [constant] = (name),
const char *const population_names[POPULATION_COUNT] = {POPULATIONS(NAME)};

/* 2 to the 1/4, 1/2, 3/4. */
#define OCTAVE(x) (x), (x)*1.189207115002721, (x)*1.4142135623730951, (x)*1.681792830507429
const double pace_edges[PACE_BINS] = {
    OCTAVE(0.05), OCTAVE(0.1), OCTAVE(0.2),  OCTAVE(0.4),  OCTAVE(0.8),  OCTAVE(1.6),
    OCTAVE(3.2),  OCTAVE(6.4), OCTAVE(12.8), OCTAVE(25.6), OCTAVE(51.2), OCTAVE(102.4),
};

unsigned pace_bin(double price)
{
    unsigned low = 0, high = PACE_BINS;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (price <= pace_edges[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

double pace_price(const struct pace *pace, double yearly)
{
    unsigned bin = 0;
    while (bin < PACE_BINS - 1 && pace->rate[bin] < yearly)
        bin++;
    double price = pace_edges[bin] * yearly / pace->rate[bin];
    if (bin && pace->rate[bin] > yearly && pace->rate[bin - 1] < yearly) {
        double below = num_log(pace->rate[bin - 1]), above = num_log(pace->rate[bin]);
        double part = (num_log(yearly) - below) / (above - below);
        price =
            num_exp(num_log(pace_edges[bin - 1]) * (1.0 - part) + num_log(pace_edges[bin]) * part);
    }
    return price < yearly / BOUND   ? yearly / BOUND
           : price > yearly * BOUND ? yearly * BOUND
                                    : price;
}

/* ---- detectors that grade ---------------------------------------------------------------------
 */

const double pace_others_edges[PACE_OTHERS_BINS] = {
    0.0125, 0.0176776695, 0.025, 0.035355339, 0.05, 0.070710678,
    0.1,    0.141421356,  0.2,   0.282842712, 0.4,  0.565685425,
};

/* Mean of the water and the electricity homes of ../shared/data, in parts of one a home-year. */
const double pace_others_usual[PACE_OTHERS_BINS] = {
    0.07, 0.07, 0.07, 0.08, 0.13, 0.18, 0.25, 0.53, 0.85, 0.92, 1.0, 1.0,
};

unsigned pace_others_bin(double price)
{
    unsigned bin = 0;
    while (bin < PACE_OTHERS_BINS - 1 && price > pace_others_edges[bin])
        bin++;
    return bin;
}

double pace_training(const struct pace *pace, double price)
{
    unsigned bin = pace_bin(price);
    return pace->training[bin < PACE_BINS ? bin : PACE_BINS - 1];
}

double pace_graded(double usual, double halvings)
{
    double price = usual * num_exp(-LN_2 * halvings);
    return price > PACE_ALWAYS ? price : PACE_ALWAYS;
}

static const double *others_of(const struct household_view *view)
{
    return view->paces ? view->paces[population_of(view)].others : pace_others_usual;
}

double pace_others_price(const struct household_view *view)
{
    const double *rate = others_of(view);
    double most = view->acute_per_year * OTHERS_PART;
    if (rate[PACE_OTHERS_BINS - 1] <= most)
        return PACE_ANY;
    unsigned bin = 0;
    while (rate[bin] <= most)
        bin++;
    if (!bin)
        return pace_others_edges[0];
    double part = (most - rate[bin - 1]) / (rate[bin] - rate[bin - 1]);
    double below = pace_others_edges[bin - 1], above = pace_others_edges[bin];
    return below * num_exp(part * num_log(above / below));
}

double pace_others_halvings(const struct household_view *view, double usual)
{
    double price = pace_others_price(view);
    return price < usual ? num_log(usual / price) / LN_2 : 0.0;
}

double pace_others(const struct household_view *view)
{
    const double *rate = others_of(view);
    double most = view->acute_per_year * OTHERS_PART;
    return rate[PACE_OTHERS_BINS - 1] <= most ? rate[PACE_OTHERS_BINS - 1]
           : rate[0] > most                   ? rate[0]
                                              : most;
}

void pace_others_judge(const struct household_view *view, bool raised, double price,
                       struct verdict *verdict)
{
    if (!verdict->active) {
        verdict->price = 0.0;
        return;
    }
    if (!(verdict->price > 0.0) || price < verdict->price)
        verdict->price = price;
    verdict->active = raised || verdict->price <= pace_others_price(view);
}

/* ---- whose homes are counted together ---------------------------------------------------------
 */

enum population population_of(const struct household_view *view)
{
    uint32_t known = 0;
    bool late = true;
    for (int m = 0; m < view->meter_count; m++) {
        const struct meter_view *meter = &view->meters[m];
        if (meter->interval_minutes < HOURLY && meter->valid_days &&
            meter->valid_days * 2 >= view->valid_days) {
            known |= 1u << meter->utility;
            late = late && meter->delay_minutes >= LATE;
        }
    }
    if (!known)
        return POPULATION_DAILY;
    if (known & (known - 1))
        return late ? POPULATION_LATE_SEVERAL : POPULATION_SEVERAL;
    if (known >> UTILITY_ELECTRICITY & 1)
        return late ? POPULATION_LATE_ELECTRICITY : POPULATION_ELECTRICITY;
    return late ? POPULATION_LATE_FLOW : POPULATION_FLOW;
}

double population_usual(enum population population)
{
    return population == POPULATION_LATE_ELECTRICITY || population == POPULATION_LATE_FLOW ||
                   population == POPULATION_LATE_SEVERAL
               ? LATE_USUAL
               : 1.0;
}

double population_price(const struct pace *paces, enum population population, double yearly)
{
    return paces ? pace_price(&paces[population], yearly) : yearly / population_usual(population);
}
