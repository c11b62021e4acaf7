/* SPDX-License-Identifier: Apache-2.0
 *
 * What kind of town is simulated. THE table of its fields is in scenario.c: names, defaults,
 * ranges, help. Files are JSON objects of sections (config/examples/town.json has every field);
 * what a file does not say keeps its default. Read-only once loaded; any thread.
 */
#ifndef ANBU_TOWN_SCENARIO_H
#define ANBU_TOWN_SCENARIO_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

#define SCENARIO_AREAS_MAX    64
#define SCENARIO_AREA_MAX     48
#define SCENARIO_HOLIDAYS_MAX 128

struct scenario {
    /* weights of the kinds of homes */
    double elderly_alone, worker_alone, student_alone, elderly_couple, couple, family, second_home;
    /* people */
    double night_shift_share, trips_per_year, holidays_per_year, hospital_per_year, declared_share,
        moves_per_year, opt_outs_per_year, support_share;
    /* collapse */
    double collapses_per_home_week, found_after_hours, left_on_share, water_running_share;
    /* equipment */
    double water_share, gas_share, gas_heating_share, storage_heating_share, car_share,
        photovoltaic_share, prepayment_share;
    /* meters */
    double electricity_15_minutes, electricity_30_minutes, electricity_register, electricity_daily,
        water_interval, water_daily, gas_interval, gas_daily, next_morning_share,
        disturbances_per_month, duplicate_share, correction_share, exchanges_per_year,
        rollover_share;
    /* heating */
    double heating_off_per_winter;
    /* leaks */
    double drips_per_year, bursts_per_year;
    /* outages */
    double outages_per_feeder_month, outage_hours_max, homes_per_feeder, feeders_per_area;
    /* billing */
    double electricity_price, water_price, gas_price, late_share, falling_share,
        falling_months_before_max, recovery_per_month, limit_months, limit_watts, deep_limit_months,
        deep_limit_watts, cut_months, gas_cut_months;
    char currency[4];
    /* reports */
    double reports_per_home_year, reports_per_collapse_day;
    /* weather */
    double mean_celsius, swing_celsius, cold_waves_per_month;
    /* town */
    char areas[SCENARIO_AREAS_MAX][SCENARIO_AREA_MAX];
    size_t area_count;
    int32_t holidays[SCENARIO_HOLIDAYS_MAX]; /* local days since 1970, ascending */
    size_t holiday_count;
};

void scenario_init(struct scenario *scenario);

/* Over the defaults. Unknown keys, wrong types and values out of range are errors that name the
 * field; *out is untouched then. */
NODISCARD enum err scenario_load(const char *path, struct scenario *out, struct fault *fault);
NODISCARD enum err scenario_parse(struct text json, const char *name, struct scenario *out,
                                  struct fault *fault);

/* As a scenario file that says every field. */
void scenario_print(const struct scenario *scenario, struct buffer *out);

/* The table as Markdown rows, for docs/simulator.md. */
void scenario_document(struct buffer *out);

#endif
