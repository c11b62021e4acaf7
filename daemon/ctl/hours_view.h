/* SPDX-License-Identifier: Apache-2.0
 *
 * The picture of a household for people: a row of bars a day, the days before as sums. Pure.
 */
#ifndef ANBU_CTL_HOURS_VIEW_H
#define ANBU_CTL_HOURS_VIEW_H

#include "ctl/call.h"

view_fn hours_view;

#endif
