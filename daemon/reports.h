/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether the meters of an area or feeder report (docs/decisions/0012-area-incidents.md): counts
 * the hours that they tell of, by utility and by hour of arrival, and once an hour compares the
 * last ones with the same hours of the days before. A head-end that stopped is an incident for the
 * utility and holds no alert: what is not measured raises none. One a worker, on its thread; soft,
 * as all of areas.h.
 */
#ifndef ANBU_REPORTS_H
#define ANBU_REPORTS_H

#include "base/err.h"
#include "household/heard.h"

struct worker;
struct reports;
struct reports *reports_new(void);
void reports_free(struct reports *reports);

/* household_context.heard; the owner is the worker. */
void reports_heard(void *worker, const struct heard *heard);

/* When an hour of arrivals is over and known of everybody: looks at all groups that this worker has
 * heard of. Not while it is behind: what has not been read is not unreported. */
NODISCARD enum err reports_look(struct worker *worker, int64_t now_ms, struct fault *fault);

#endif
