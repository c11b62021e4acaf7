/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may look at a household (decision 0018). On the machine: whoever may use the socket. Over the
 * network: never the police; the desk that works a live alert of it; else whoever states a purpose
 * (break-glass), which their supervisor reviews. On the API's thread.
 */
#ifndef ANBU_CONSOLE_WALL_H
#define ANBU_CONSOLE_WALL_H

#include "console/request.h"

#define WALL_PURPOSE_MIN 3 /* characters */
#define WALL_PURPOSE_MAX 200
#define WALL_NO_PURPOSE  "purpose-needed" /* last word of the problem's type */

/* Whether the alert stands on the account's desk; while a referral waits, on both. NULL: yes. */
bool wall_is_on_desk(const struct account *account, const struct alert *alert);

/* They look after no home. NULL: no. */
bool wall_is_police(const struct account *account);

/* An absence, however it is declared, makes Anbu stop watching: those who look after the home say
 * so. ERR_DENIED (and a 403) to the police, with the way out. */
NODISCARD enum err wall_absence(const struct request *request, const char *way_out,
                                struct answer *answer, struct fault *fault);

/* It says what for: 3 to 200 characters, blanks at the ends not counted. */
bool wall_purpose_fits(const char *purpose);

/* request->household is set. ERR_OK: says in request why, and whether glass was broken. Else 403,
 * or what the store or the purpose is wrong about. */
NODISCARD enum err wall_pass(struct request *request, struct answer *answer, struct fault *fault);

/* Glass is broken for homes of one's own areas alone. ERR_NOT_FOUND. */
NODISCARD enum err wall_area(const struct request *request, struct text area, struct fault *fault);

#endif
