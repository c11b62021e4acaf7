/* SPDX-License-Identifier: Apache-2.0
 *
 * The reasons of an alert: one a detector, filled from its findings. Used by lifecycle.c alone.
 * Pure.
 */
#ifndef ANBU_ALERT_REASONS_H
#define ANBU_ALERT_REASONS_H

#include "alert/lifecycle.h"

/* NULL when that detector has given none. */
struct alert_reason *reasons_find(struct alert *alert, const struct detector *detector);
bool reasons_any_active(const struct alert *alert);
/* Whether an outage explains every active reason. */
bool reasons_all_collective(const struct alert *alert);
/* Whether each active reason asks how somebody is: an answer pays no bill and reconnects nothing.
 */
bool reasons_all_answered(const struct alert *alert);

/* Whether an active finding tells something new: no such reason, one that had ended, a graver
 * grade, another sentence. */
bool reasons_is_news(struct alert *alert, const struct finding *finding);
/* Adds the finding's reason or brings it up to date. */
void reasons_begin(struct alert *alert, const struct finding *finding);

/* The gravest of the active reasons in the finding's context, which is noted with each; low when
 * there is none. */
enum severity reasons_severity(struct alert *alert, const struct finding *finding);

/* What is noted of it in the history: what it is, and the numbers of its sentence. */
void reasons_note(const struct alert_reason *reason, const struct detector *detector,
                  struct noted *out);
/* What is noted of its end; own: the finding's own words, "" without. */
void reasons_note_end(const struct finding *finding, struct noted *out,
                      char own[FINDING_SUMMARY_MAX]);

#endif
