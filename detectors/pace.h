/* SPDX-License-Identifier: Apache-2.0
 *
 * What an alert costs in this population. A detector with a learnt score says how often a year
 * homes of the training look as grave: the price of an alert there. Here homes live otherwise; the
 * daemon counts how often they come to each price (household/census.h), and this turns the alerts
 * that a desk wants into the price that brings them. Pure; any thread.
 */
#ifndef ANBU_DETECTORS_PACE_H
#define ANBU_DETECTORS_PACE_H

#define PACE_BINS 48 /* a quarter of an octave each */

struct household_view;

/* X(constant, name): homes whose prices are counted together, by what their meters show by the
 * hour. */
#define POPULATIONS(X)                         \
    X(POPULATION_ELECTRICITY, "electricity")   \
    X(POPULATION_FLOW, "water_or_gas")         \
    X(POPULATION_SEVERAL, "several_utilities") \
    X(POPULATION_DAILY, "no_hourly_meter")
#define POPULATION_CONSTANT(constant, name) constant,
enum population { POPULATIONS(POPULATION_CONSTANT) POPULATION_COUNT };
extern const char *const population_names[POPULATION_COUNT];

/* One population at one budget, as it was counted and leaning on the training. */
struct pace {
    double years, others;   /* home-years watched; alerts of detectors that have no price in them */
    double rate[PACE_BINS]; /* alerts a home-year at the price of pace_edges[bin], and below */
};

/* The dearest price of each bin, alerts a home-year. */
extern const double pace_edges[PACE_BINS];
/* PACE_BINS: dearer than any budget. */
unsigned pace_bin(double price);

/* The price at which this population makes so many alerts a home-year. */
double pace_price(const struct pace *pace, double yearly);

/* Alerts a home-year of the detectors that have no price; `usual` where little was counted. */
double pace_others(const struct pace *pace, double usual);

enum population population_of(const struct household_view *view);

#endif
