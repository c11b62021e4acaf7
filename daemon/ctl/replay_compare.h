/* SPDX-License-Identifier: Apache-2.0
 *
 * Which alerts one configuration raises that the other does not. Pure.
 */
#ifndef ANBU_CTL_REPLAY_COMPARE_H
#define ANBU_CTL_REPLAY_COMPARE_H

#include <stdio.h>

#include "base/text.h"

/* Events (NDJSON of anbu.alerts) of both; one line an alert that only one of them raised, and the
 * sums. Exit status. */
int replay_compare(struct text one, struct text two, const char *one_name, const char *two_name,
                   FILE *out);

#endif
