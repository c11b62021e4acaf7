/* SPDX-License-Identifier: Apache-2.0
 *
 * Homes by how soon a collapse in them would be told, for people. Pure.
 */
#ifndef ANBU_CTL_HOUSEHOLDS_VIEW_H
#define ANBU_CTL_HOUSEHOLDS_VIEW_H

#include "ctl/call.h"

view_fn households_view_list;

#endif
