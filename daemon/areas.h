/* SPDX-License-Identifier: Apache-2.0
 *
 * A worker's share in area incidents (docs/decisions/0012-area-incidents.md): counts the hours that
 * it judges, exchanges the counts with everybody's in the store, opens and closes incidents, and
 * says which alerts they hold back. All of it is soft: what fails is said and counted, and then
 * nothing is held; no partition is ever lost over it. One a worker, on its thread.
 */
#ifndef ANBU_AREAS_H
#define ANBU_AREAS_H

#include "alert/incident.h"
#include "alert/lifecycle.h"
#include "household/area_hour.h"

struct settings;
struct worker;
struct partition;
struct areas;
struct areas *areas_new(void);
void areas_free(struct areas *areas);

/* From config. */
struct incident_rules areas_rules(const struct settings *settings);

/* Counts for an hour of a group, until the next exchange. */
void areas_add(struct worker *worker, const char *group, int32_t hour,
               const struct store_area_sums *sums);

/* The group's latest incident as of the last exchange; NULL. */
const struct incident *areas_incident(const struct worker *worker, const char *group);

/* Stores what an incident has become, unless somebody was faster, and tells of it. */
NODISCARD enum err areas_change(struct worker *worker, const struct incident *next, int64_t before,
                                enum incident_change change, struct fault *fault);

/* household_context.measured; the owner is the worker. */
void areas_measured(void *worker, const struct area_hour *hour);

/* Exchanges what has been counted, and brings alerts into line, when it is time: of all partitions
 * by the machine's clock (NULL), of one by its own arrivals. */
void areas_turn(struct worker *worker, struct partition *partition, int64_t now_ms);

/* Before findings become steps: enough has been counted here for an incident that the next exchange
 * would open too late for them. */
void areas_before_findings(struct worker *worker);

/* Whether an incident in force holds alerts of this area or feeder back at that time; fills *out.
 */
bool areas_hold(const struct worker *worker, struct text area, struct text feeder, int64_t now_ms,
                struct hold *out);

#endif
