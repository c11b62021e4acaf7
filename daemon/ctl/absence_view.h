/* SPDX-License-Identifier: Apache-2.0
 *
 * Declared absences of a household, for people. Pure.
 */
#ifndef ANBU_CTL_ABSENCE_VIEW_H
#define ANBU_CTL_ABSENCE_VIEW_H

#include "ctl/call.h"

view_fn absence_view;

#endif
