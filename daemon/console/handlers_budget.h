/* SPDX-License-Identifier: Apache-2.0
 *
 * What homes of all partitions were counted to come to, for whoever shows it. On the API's thread.
 */
#ifndef ANBU_CONSOLE_HANDLERS_BUDGET_H
#define ANBU_CONSOLE_HANDLERS_BUDGET_H

#include "console/server.h"
#include "household/budget.h"

/* *homes: how many have a record. budget_done is due in every case. */
NODISCARD enum err budget_read(struct api *api, struct budget *out, int64_t *homes,
                               struct fault *fault);

#endif
