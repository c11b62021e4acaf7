/* SPDX-License-Identifier: Apache-2.0
 *
 * The wall clock was ahead and is set right: what an alert was told by it meanwhile lies in the
 * future, and what waits for that would come late by as much. Pure; who notices is daemon/clocks.c.
 */
#ifndef ANBU_ALERT_SET_BACK_H
#define ANBU_ALERT_SET_BACK_H

#include "alert/alert.h"

/* How far the latest of what has happened lies ahead of now; 0: nothing does. */
int64_t set_back_ahead_ms(const struct alert *alert, int64_t now_ms);

#endif
