/* SPDX-License-Identifier: Apache-2.0
 *
 * What a reload would change, for people. Pure.
 */
#ifndef ANBU_CTL_CONFIG_DIFF_VIEW_H
#define ANBU_CTL_CONFIG_DIFF_VIEW_H

#include "ctl/call.h"

view_fn config_diff_view;

#endif
