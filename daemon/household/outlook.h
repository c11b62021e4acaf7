/* SPDX-License-Identifier: Apache-2.0
 *
 * How soon a collapse in this home would be told, kept in its record: so that homes which meters
 * cannot watch are listed and counted. Worked out once a week by event time, for it plays days
 * through the detectors; daily while too little is known. Owned by the worker that judges.
 */
#ifndef ANBU_HOUSEHOLD_OUTLOOK_H
#define ANBU_HOUSEHOLD_OUTLOOK_H

#include "household/judge.h"

#define OUTLOOK_DAYS 7

/* At the end of a judgement. */
void outlook_take(struct judgement *judgement);

#endif
