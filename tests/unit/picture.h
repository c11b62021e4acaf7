/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run leaves behind, as text to be compared: for the tests of the worker and for the
 * simulation. Needs no Check.
 */
#ifndef ANBU_TESTS_PICTURE_H
#define ANBU_TESTS_PICTURE_H

#include "base/text.h"

/* A title and the lines: sorted, each once, because what came again came as it was. Takes lines and
 * the array over. */
void picture_add(struct buffer *out, const char *title, char **lines, size_t count);

/* False, and the first line in which they differ, "quiet: ...\n  now: ...", appended to *how. */
bool picture_same(const struct buffer *quiet, const struct buffer *now, struct buffer *how);

#endif
