/* SPDX-License-Identifier: Apache-2.0
 *
 * Areas, feeders and meters that nobody hears of, for people. Pure.
 */
#ifndef ANBU_CTL_AREAS_VIEW_H
#define ANBU_CTL_AREAS_VIEW_H

#include "ctl/call.h"

view_fn areas_view, areas_view_meters;

#endif
