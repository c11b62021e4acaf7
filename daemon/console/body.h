/* SPDX-License-Identifier: Apache-2.0
 *
 * A request's body whose members are all texts.
 */
#ifndef ANBU_CONSOLE_BODY_H
#define ANBU_CONSOLE_BODY_H

#include <jansson.h>

#include "console/request.h"

struct body_member {
    const char *name;
    const char **text; /* borrowed from *body; stays as it is when the member is absent or null */
    size_t bytes_max;  /* 0: shapes.c says it, and whether it is needed */
    bool needed;
};

/* An empty body is an empty object. "why" is known to every body, and goes to the audit log. *body
 * is the caller's (json_decref), also of a failed call. */
NODISCARD enum err body_read(struct request *request, const struct body_member *members,
                             size_t count, json_t **body, struct fault *fault);
/* One of words[first .. count); ERR_INVALID names them all. */
NODISCARD enum err body_word(const char *member, const char *word, const char *const *words,
                             int first, int count, int *out, struct fault *fault);

#endif
