/* SPDX-License-Identifier: Apache-2.0
 *
 * An alert as the API shows it: its snapshot, and what follows from it that a reader should not
 * have to work out. Pure, the API's thread.
 */
#ifndef ANBU_CONSOLE_SHOWN_H
#define ANBU_CONSOLE_SHOWN_H

#include "alert/alert.h"
#include "console/account.h"

/* Whom an alert is shown to decides what of it: police never see by which hours of its days a home
 * lives. viewer NULL: on the machine, all. */
bool shown_has_hours(const struct account *viewer);

/* Appends the snapshot with `waits_since` behind its own members; alert is the same, read. */
void shown_add(struct text snapshot, const struct alert *alert, bool hours, struct buffer *out);

/* The same of a snapshot that nobody has read yet. */
NODISCARD enum err shown_read_add(struct text snapshot, bool hours, struct buffer *out,
                                  struct fault *fault);

/* handlers_incidents.c: whether an incident of this group stands among the account's areas, and, of
 * a utility, is of its meters. NULL: yes. */
bool incident_shown_to(const struct account *account, const char *group);
/* The same of the list of incidents, where those stand as well that hold an alert of theirs. */
struct held;
bool incident_listed_for(const struct account *account, const struct held *held, const char *group,
                         const char *id);
/* Whether they are shown how many alerts it holds. */
bool incident_held_shown_to(enum role role);
/* Completes an incident's json as lists show it; how many alerts it holds is
 * null when that was not counted, or is not shown (held NULL). */
void incident_shown_add(const struct held *held, struct buffer *json);

#endif
