/* SPDX-License-Identifier: Apache-2.0
 *
 * Area incidents for people. Pure.
 */
#ifndef ANBU_CTL_INCIDENTS_VIEW_H
#define ANBU_CTL_INCIDENTS_VIEW_H

#include "ctl/call.h"

view_fn incidents_view_list;

#endif
