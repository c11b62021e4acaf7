/* SPDX-License-Identifier: Apache-2.0
 *
 * The people of a home as a directory has them, all invented: "Invented Kim" of a street that is
 * nowhere, with numbers that nobody has. The same seed gives the same people. Pure.
 */
#ifndef ANBU_TOWN_DIRECTORY_H
#define ANBU_TOWN_DIRECTORY_H

#include "town/home.h"

/* Appends one JSON object. */
void directory_line(const struct home *home, const struct scene *scene, struct buffer *out);

#endif
