/* SPDX-License-Identifier: Apache-2.0
 *
 * The known name nearest to a mistyped one, by edit distance. Zero-initialise with the word, try
 * every candidate, read `best` (empty: none is near).
 */
#ifndef ANBU_CONFIG_SUGGEST_H
#define ANBU_CONFIG_SUGGEST_H

#include "base/text.h"

#define SUGGEST_BYTES_MAX 64 /* longer words get no suggestion */

struct suggest {
    struct text word, best;
    unsigned distance; /* of best */
};

void suggest_try(struct suggest *suggest, struct text candidate);

/* Letters to insert, delete, replace or swap with their neighbour. */
unsigned edit_distance(struct text a, struct text b);

/* "; did you mean X?", or "" when nothing is near. */
#define SUGGEST_TEXT_MAX 128
const char *suggest_text(struct text word, const char *const *candidates, size_t count,
                         char out[SUGGEST_TEXT_MAX]);

#endif
