/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/pace.h"

#include "detectors/detector.h"
#include "detectors/num.h"

#define BOUND       8.0  /* the price is never moved further */
#define USUAL_YEARS 10.0 /* home-years that the usual number of others weighs */
#define HOURLY      720  /* minutes; a meter that is read less often shows no hours */

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

double pace_others(const struct pace *pace, double usual)
{
    return (pace->others + usual * USUAL_YEARS) / (pace->years + USUAL_YEARS);
}

enum population population_of(const struct household_view *view)
{
    uint32_t known = 0;
    for (int m = 0; m < view->meter_count; m++) {
        const struct meter_view *meter = &view->meters[m];
        if (meter->interval_minutes < HOURLY && meter->valid_days &&
            meter->valid_days * 2 >= view->valid_days)
            known |= 1u << meter->utility;
    }
    if (!known)
        return POPULATION_DAILY;
    if (known & (known - 1))
        return POPULATION_SEVERAL;
    return known >> UTILITY_ELECTRICITY & 1 ? POPULATION_ELECTRICITY : POPULATION_FLOW;
}
