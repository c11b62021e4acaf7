/* SPDX-License-Identifier: Apache-2.0
 *
 * The other live alert of the same home, named beside the one that is shown. API's thread.
 */
#ifndef ANBU_CONSOLE_ALSO_H
#define ANBU_CONSOLE_ALSO_H

#include "console/request.h"

/* Adds "also" to the JSON object that shown ends with, when the home has a live alert with the
 * other team and whoever asks may see it; that there is one is told to nobody else. */
NODISCARD enum err also_add(const struct request *request, const struct alert *alert,
                            uint32_t partition, struct buffer *shown, struct fault *fault);

#endif
