/* SPDX-License-Identifier: Apache-2.0
 *
 * How many steps alerts have taken, by what led to them, team and step. One writer: a worker for
 * findings and timers, the API's thread for people.
 */
#ifndef ANBU_ALERT_TALLY_H
#define ANBU_ALERT_TALLY_H

#include "alert/lifecycle.h"
#include "base/metrics.h"

#define TALLY_NO_DETECTOR DETECTOR_COUNT_MAX /* a person or a timer */

struct step_tally {
    atomic_ullong steps[DETECTOR_COUNT_MAX + 1][TEAM_COUNT][ALERT_STEP_COUNT];
};

/* The step is in the store; finding NULL: a person's or a timer's. */
static inline void tally_step(struct step_tally *tally, const struct step *step,
                              const struct finding *finding)
{
    int detector = finding ? finding->detector_index : TALLY_NO_DETECTOR;
    metric_add(&tally->steps[detector][step->alert.team][step->kind], 1);
}

#endif
