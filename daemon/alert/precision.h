/* SPDX-License-Identifier: Apache-2.0
 *
 * What an outcome says of the rule that raised the alert, and how sure that is. Pure; any thread.
 */
#ifndef ANBU_ALERT_PRECISION_H
#define ANBU_ALERT_PRECISION_H

#include "detectors/vocabulary.h"

enum worth { WORTH_IT, FALSE_ALARM, NOT_COUNTED };
extern const enum worth precision_worths[OUTCOME_COUNT];

/* Of a rule's alerts: those that an outcome speaks for or against, and those that were worth it. */
struct precision {
    unsigned judged, worth;
    double low, high; /* of the share: Wilson's interval, 95 %; 0 and 1 when none is judged */
};
void precision_add(struct precision *precision, enum outcome outcome);
/* Fills low and high. */
void precision_judge(struct precision *precision);

#endif
