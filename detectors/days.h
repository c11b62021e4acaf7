/* SPDX-License-Identifier: Apache-2.0
 *
 * What detectors of daily totals share: days of the view, what is usual of them, and on which days
 * somebody was at home. Pure; any thread.
 */
#ifndef ANBU_DETECTORS_DAYS_H
#define ANBU_DETECTORS_DAYS_H

#include "detectors/detector.h"

#define DAY_S 86400

/* The local day of a moment. */
int32_t days_local(const struct household_view *view, int64_t at_s);

/* The code of a day's total; 0 when it is not known or not kept any more. */
uint16_t days_code(const struct meter_view *meter, int32_t day);
double days_milli(uint16_t code);

/* Ascending; n is at most VIEW_DAYS. */
void days_sort(uint16_t *codes, unsigned n);

/* The lower median, of an even number the smaller; sorts them. */
uint16_t days_median(uint16_t *codes, unsigned n);

/* The meter's step in milli-units as its totals show it: the least difference between two of them.
 * A register that moves by whole cubic metres hides up to a step of use in any sum. */
double days_step(const struct meter_view *meter);

/* Whether the days in [from, to] were measured nearly whole, as far back as hours are kept. A day
 * of which half is known may be valid for what is usual, but a gap in the evening looks like a
 * drop. */
bool days_measured(const struct household_view *view, const struct meter_view *meter, int32_t from,
                   int32_t to);

/* kWh, litres, or cubic metres of gas (kWh alike), of which the utility's counts, in milli-units.
 */
double days_floor_milli(enum utility utility, double electricity, double water, double gas);

/* Low use of this meter has another reason than the people: nobody lives there, an absence, a
 * limited supply, a leak that may be repaired, a solar roof. */
bool days_explained(const struct household_view *view, const struct meter_view *meter);

/* Use that goes by the weather more than by the people: gas, and what charges a storage heater. */
bool days_seasonal(const struct household_view *view, const struct meter_view *meter);

/* A declared absence covers the present: from its first moment, and not in the one at which it
 * ends.
 */
bool days_absent(const struct household_view *view);

/* It covers a part of that local day. */
bool days_away(const struct household_view *view, int32_t day);

/* Days behind another meter, after which a meter is read no more. */
#define GONE_DAYS 3

/* It is so far behind another one of its utility, which may have taken its place without anybody
 * saying so; data that is missing of all of them is nobody's end. What it showed last is not seen
 * any more. */
bool days_gone(const struct household_view *view, const struct meter_view *meter);

/* ---- low use of several meters --------------------------------------------------------------- */

/* A meter's finding: since_day 0: none. */
struct days_low {
    int32_t since_day;
    uint8_t percent; /* of the usual that was used, at the least */
};

/* Per cent below the usual, of the deepest; 0 without a finding. */
double days_depth(const struct days_low low[VIEW_METERS_MAX]);

/* What low use of the view's meters comes to: since the first, by the deepest; more than one
 * utility makes it `several`. */
void days_tell(const struct days_low low[VIEW_METERS_MAX], const struct household_view *view,
               enum severity one, enum severity several, struct verdict *verdict);

/* The meter of that utility with the deepest finding; 0 when it has none. */
unsigned days_lowest(const struct days_low low[VIEW_METERS_MAX], const struct household_view *view,
                     enum utility utility);

/* ---- detectors that judge each meter by its days --------------------------------------------- */

/* One of them. Its state begins with a `struct presence`; `meters` is where its records of the
 * view's meters begin, and a finding is within a record (`own`). */
struct days_judge {
    size_t state_bytes, meters, meter_bytes, since_day, percent;
    enum severity one, several;         /* grade by utilities */
    double usual, usual_depth, halving; /* pace_graded, from that depth on */
    /* A day of the meter is known, whatever it says of a finding. */
    void (*note)(const struct household_view *view, const struct meter_view *meter, void *own);
    void (*begin)(const void *options, const void *state, const struct household_view *view,
                  const struct meter_view *meter, void *own);
    /* True when the finding ended because use is back. */
    bool (*go_on)(const void *options, const void *state, const struct household_view *view,
                  const struct meter_view *meter, void *own);
};

#define DAYS_JUDGE_PLACES(name)                                                                  \
    .state_bytes = sizeof(struct name##_state), .meters = offsetof(struct name##_state, meters), \
    .meter_bytes = sizeof(struct name##_meter),                                                  \
    .since_day = offsetof(struct name##_meter, since_day),                                       \
    .percent = offsetof(struct name##_meter, percent)

void days_judge_observe(const struct days_judge *judge, const void *options, void *state,
                        int64_t awake_hours, const struct household_view *view,
                        const struct event *event, struct verdict *verdict);

/* As days_lowest. */
unsigned days_judge_lowest(const struct days_judge *judge, const void *state,
                           const struct household_view *view, enum utility utility);

/* ---- who is at home ------------------------------------------------------------------------ */

/* Persisted as it stands, within a detector's state. */
struct presence {
    int32_t day;      /* newest local day of which an hour is known */
    uint32_t lives;   /* bit n: somebody was at home n days before `day` */
    uint8_t awake[2]; /* hours of somebody awake in that day and the one before: day % 2 */
    uint8_t spare[6];
};

/* Shown every event. One hour of somebody awake may be a boiler; awake_hours in a day are a
 * person. */
void presence_note(struct presence *presence, const struct household_view *view,
                   const struct event *event, int64_t awake_hours);

/* On how many of the `days` days ending with `last` somebody was at home; days up to 31. */
unsigned presence_days(const struct presence *presence, int32_t last, unsigned days);

/* A meter is read often enough to see anybody at all. */
bool presence_seen(const struct household_view *view);

#endif
