/* SPDX-License-Identifier: Apache-2.0
 *
 * What came beside what the budget says, for people. Pure.
 */
#ifndef ANBU_CTL_BUDGET_VIEW_H
#define ANBU_CTL_BUDGET_VIEW_H

#include "ctl/call.h"

view_fn budget_view;

#endif
