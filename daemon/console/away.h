/* SPDX-License-Identifier: Apache-2.0
 *
 * What a duty officer hears while the state store is away or refuses: what has not happened, and
 * what to do. The technical reason stays at the end, for whoever is told.
 */
#ifndef ANBU_CONSOLE_AWAY_H
#define ANBU_CONSOLE_AWAY_H

#include "base/err.h"

/* Returns err; other errors than the store's being away keep their text. not_done: "nothing was
 * shown", "nothing was changed". */
NODISCARD enum err away_say(enum err err, const char *not_done, struct fault *fault);

#endif
