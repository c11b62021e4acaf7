/* SPDX-License-Identifier: Apache-2.0
 *
 * Who lives at an alert's household, for people. Pure; keeps nothing.
 */
#ifndef ANBU_CTL_DIRECTORY_VIEW_H
#define ANBU_CTL_DIRECTORY_VIEW_H

#include "ctl/call.h"

view_fn directory_view;

#endif
