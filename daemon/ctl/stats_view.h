/* SPDX-License-Identifier: Apache-2.0
 *
 * How the desk fares, for people. Pure.
 */
#ifndef ANBU_CTL_STATS_VIEW_H
#define ANBU_CTL_STATS_VIEW_H

#include "ctl/call.h"

view_fn stats_view;

#endif
