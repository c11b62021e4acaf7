/* SPDX-License-Identifier: Apache-2.0
 *
 * Rosters held against the accounts of this moment: who can be called, and by which names of a
 * roster nobody can. On the API's thread.
 */
#ifndef ANBU_CONSOLE_STAFF_H
#define ANBU_CONSOLE_STAFF_H

#include "alert/on_call.h"
#include "base/err.h"
#include "base/text.h"

#define STAFF_LOOK_MS 60000 /* so often it is looked whether somebody cannot be called any more */

struct api;
struct config;

/* The accounts, when there are rosters; *out is the caller's (staff_done). */
NODISCARD enum err staff_for(struct api *api, const struct config *config, struct staff *out,
                             struct fault *fault);
/* The same for a change of an alert, which waits for no mending: of accounts that no other try can
 * read none is known, and rosters are taken at their word. */
NODISCARD enum err staff_known(struct api *api, const struct config *config, struct staff *out,
                               struct fault *fault);
/* Each name of a roster by whom nobody can be called, and why: `add` is told each once a roster.
 * None while no account is known. */
typedef void staff_flaw_fn(void *context, const struct roster *roster, const char *who,
                           enum on_call_flaw flaw);
void staff_flaws(const struct config *config, const struct staff *staff, staff_flaw_fn *add,
                 void *context);
/* "roster night: kim is disabled", each appended as an element of a JSON array. */
void staff_say(struct api *api, struct buffer *json);
/* Counts them, and warns in the log when that has changed; once a minute, and with `now` at once.
 */
void staff_look(struct api *api, bool now);

#endif
