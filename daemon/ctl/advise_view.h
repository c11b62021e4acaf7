/* SPDX-License-Identifier: Apache-2.0
 *
 * What the outcomes of resolved alerts say about each rule: its precision, with an interval, and
 * whether that supports another budget or threshold. Pure.
 */
#ifndef ANBU_CTL_ADVISE_VIEW_H
#define ANBU_CTL_ADVISE_VIEW_H

#include <jansson.h>

#include "ctl/screen.h"

/* Below so many outcomes nothing is advised. */
#define ADVISE_OUTCOMES_MIN 20
/* The share of a rule's alerts that should have been worth it, in percent, unless asked otherwise:
 * a choice of ours. */
#define ADVISE_WANTED 10.0

struct advise {
    const json_t *list;    /* {"alerts":[...],"more"} of resolved alerts */
    const json_t *options; /* [{"name","value"}] in force; NULL: the defaults */
    double wanted;         /* percent */
};
void advise_view(const struct screen *screen, const struct advise *advise, struct buffer *out);
void advise_json(const struct advise *advise, struct buffer *out);

#endif
