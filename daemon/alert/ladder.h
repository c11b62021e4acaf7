/* SPDX-License-Identifier: Apache-2.0
 *
 * Where an alert stands on its ladder of contact (config/ladder.h; decision 0019). For the files
 * behind lifecycle.h alone. Pure.
 */
#ifndef ANBU_ALERT_LADDER_H
#define ANBU_ALERT_LADDER_H

#include "alert/making.h"

/* On the ladder that is for it now, before its first step; on none when there is none. */
void ladder_begin(struct making *making);
/* The same where its severity has risen: one that it is on already goes on. */
void ladder_begin_graver(struct making *making);
/* Somebody was reached, or nobody need be any more. */
void ladder_end(struct alert *alert);

/* What an attempt came to moves it on or ends it. */
void ladder_attempt(struct making *making, const struct contact *contact);
/* The message went to somebody else: on to the next step. */
void ladder_on(struct making *making);
/* CHANGE_STEP_DUE */
NODISCARD enum err ladder_step_due(struct making *making);

/* Who has taken it keeps it no longer than the shift lasts, where the ladder says so. */
void ladder_keep_to_shift(struct making *making);

/* After each change: the next step waits while somebody has the alert, an incident holds it, or a
 * team is asked; and then as long as a step does. */
void ladder_settle(struct alert *alert, const struct alert_rules *rules, int64_t now_ms);

#endif
