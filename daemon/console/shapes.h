/* SPDX-License-Identifier: Apache-2.0
 *
 * THE table of what requests may carry: parameters of the query and members of bodies, with types,
 * limits and examples. What is refused, and the OpenAPI document (openapi.h), come from it. A name
 * without a row is its handler's to judge; a body of which no row is known may be any object.
 * Const, any thread.
 */
#ifndef ANBU_CONSOLE_SHAPES_H
#define ANBU_CONSOLE_SHAPES_H

#include "console/routes.h"

enum shape_type {
    SHAPE_TEXT,
    SHAPE_WORD,
    SHAPE_WORDS, /* with commas between */
    SHAPE_NUMBER,
    SHAPE_FLAG,   /* 1 or 0 */
    SHAPE_MOMENT, /* a date, or RFC 3339 with an offset */
    SHAPE_TIME,   /* RFC 3339 with an offset */
};

struct shape {
    const char *of; /* actions of the routes that it is of, between spaces; NULL: of all */
    const char *name;
    enum shape_type type;
    int64_t least, most; /* of a number; of a text bytes */
    const char *const *words;
    size_t first, count; /* words[first .. count) */
    bool needed;
    const char *pattern; /* of a text, for the document: its handler judges; NULL: any */
    const char *example, *help;
};

extern const struct shape query_shapes[], body_shapes[];
extern const size_t query_shape_count, body_shape_count;

/* NULL: no row. */
const struct shape *shape_of_query(const struct route *route, const char *name);
const struct shape *shape_of_body(const struct route *route, const char *name);
/* Whether a row is of a route. */
bool shape_is_of(const struct shape *shape, const struct route *route);

/* A parameter as it was given: ERR_INVALID, ERR_TOO_LARGE (a text). */
NODISCARD enum err shape_check(const struct shape *shape, const char *value, struct fault *fault);

#endif
