/* SPDX-License-Identifier: Apache-2.0
 *
 * What an alert costs in this population. A detector with a learnt score says how often a year
 * homes of the training look as grave: the price of an alert there. The others grade a finding by
 * how far it lies beyond their threshold, which halves its price with each step. Here homes live
 * otherwise; the daemon counts how often they come to each price (household/census.h), and this
 * turns the alerts that a desk wants into the price that brings them. Pure; any thread.
 */
#ifndef ANBU_DETECTORS_PACE_H
#define ANBU_DETECTORS_PACE_H

#include <stdbool.h>

#define PACE_BINS        48 /* a quarter of an octave each */
#define PACE_OTHERS_BINS 12 /* half an octave each */

struct household_view;
struct verdict;

/* X(constant, name): homes whose prices are counted together, by what their meters show by the
 * hour; late: all of it hours after, as in batches of the next morning. */
#define POPULATIONS(X)                                   \
    X(POPULATION_ELECTRICITY, "electricity")             \
    X(POPULATION_FLOW, "water_or_gas")                   \
    X(POPULATION_SEVERAL, "several_utilities")           \
    X(POPULATION_LATE_ELECTRICITY, "electricity_late")   \
    X(POPULATION_LATE_FLOW, "water_or_gas_late")         \
    X(POPULATION_LATE_SEVERAL, "several_utilities_late") \
    X(POPULATION_DAILY, "no_hourly_meter")
#define POPULATION_CONSTANT(constant, name) constant,
enum population { POPULATIONS(POPULATION_CONSTANT) POPULATION_COUNT };
extern const char *const population_names[POPULATION_COUNT];

/* One population at one budget, as it was counted and leaning on the training. */
struct pace {
    /* Alerts a home-year at the price of pace_edges[bin], and below; more, where the last weeks
     * made more than the budget, and less where they made less. */
    double rate[PACE_BINS];
    double
        training[PACE_BINS]; /* how much of that was not counted but is of the training; 0 to 1 */
    double others[PACE_OTHERS_BINS]; /* the same of graded detectors, at pace_others_edges[bin] */
};

/* The dearest price of each bin, alerts a home-year. */
extern const double pace_edges[PACE_BINS];
/* PACE_BINS: dearer than any budget. */
unsigned pace_bin(double price);

/* The price at which this population makes so many alerts a home-year. */
double pace_price(const struct pace *pace, double yearly);

/* ---- detectors that grade: drop, flow and their like ------------------------------------------
 */

/* The dearest price of each bin; whatever is dearer is in the last one, too. */
extern const double pace_others_edges[PACE_OTHERS_BINS];
unsigned pace_others_bin(double price);

/* As many as there are where nothing was counted. */
extern const double pace_others_usual[PACE_OTHERS_BINS];

/* The price that no budget is too small for. */
#define PACE_ALWAYS 0.01
/* Any price will do. */
#define PACE_ANY 1000.0

/* `usual`: findings a home-year of the detector as its options default; one that lies `halvings`
 * beyond that is as much rarer. */
double pace_graded(double usual, double halvings);

/* What a finding of theirs may cost here, so that together they make half of the budget at most. */
double pace_others_price(const struct household_view *view);
/* How many halvings beyond its threshold that asks of a finding of a detector; 0: none. */
double pace_others_halvings(const struct household_view *view, double usual);
/* Alerts a home-year that they make at it. */
double pace_others(const struct household_view *view);

/* Whether a finding that there is, `active`, is raised: at its price or, once it was (`raised`),
 * until it ends. Its price never rises. */
void pace_others_judge(const struct household_view *view, bool raised, double price,
                       struct verdict *verdict);

/* How much of what is known at this price is of the training; 1: all. */
double pace_training(const struct pace *pace, double price);

enum population population_of(const struct household_view *view);

/* How often they come to a price beside homes of the training, where nothing was counted: what was
 * active again before its readings arrived makes no alert. */
double population_usual(enum population population);
/* The price at which this population makes so many, as counted; paces NULL: as in the training. */
double population_price(const struct pace *paces, enum population population, double yearly);

#endif
