/* SPDX-License-Identifier: Apache-2.0
 *
 * Audit records for people. Pure.
 */
#ifndef ANBU_CTL_AUDIT_VIEW_H
#define ANBU_CTL_AUDIT_VIEW_H

#include "ctl/call.h"

view_fn audit_view;

#endif
