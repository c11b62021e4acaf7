/* SPDX-License-Identifier: Apache-2.0
 *
 * Occurrences as JSON messages (design: docs/formats.md), written by hand because this is the hot
 * path. A writer belongs to one thread; what it returns lives until its next call.
 */
#ifndef ANBU_TOWN_LINE_H
#define ANBU_TOWN_LINE_H

#include "town/home.h"

#define LINE_HOME_FIRST 10000u /* number of the first home: H-10000 */

struct line_writer;

/* arrived: say when each message arrived (files); homes: for profiles. Both scene and homes are
 * borrowed for the writer's life. */
struct line_writer *line_writer_new(const struct scene *scene, bool arrived);
void line_writer_free(struct line_writer *writer);

struct text line_write(struct line_writer *writer, const struct occurrence *occurrence);

/* The message's key: its household, or its area. Lives until the next call. */
struct text line_key(struct line_writer *writer, const struct occurrence *occurrence);

struct text line_truth(struct line_writer *writer, uint32_t home, enum truth truth, int64_t from_s,
                       int64_t to_s, const char *detail);

#endif
