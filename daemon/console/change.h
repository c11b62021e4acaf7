/* SPDX-License-Identifier: Apache-2.0
 *
 * What a person asks for in the body of a POST:
 * {"note","outcome","until" ...} (change.c has the list) as lifecycle.c wants it. Lives for one
 * request.
 */
#ifndef ANBU_CONSOLE_CHANGE_H
#define ANBU_CONSOLE_CHANGE_H

#include <jansson.h>

#include "alert/lifecycle.h"
#include "console/request.h"

struct asked {
    json_t *body; /* what the pointers point into; NULL: none */
    const char *note, *outcome, *until, *expires, *channel, *whom, *result, *team;
    int64_t version; /* 0 not said */
};

/* Also takes `why` into the request, and If-Match when the body has no version. */
NODISCARD enum err asked_read(struct request *request, struct asked *out, struct fault *fault);
void asked_done(struct asked *asked);

/* Borrows from asked and request. `until` without a time of day means that day's start in the
 * household's zone. */
NODISCARD enum err asked_change(const struct asked *asked, const struct request *request,
                                const struct alert *alert, struct change *out, struct fault *fault);

/* A moment, or a day, which begins in that zone. */
NODISCARD enum err moment_read(const char *member, const char *from, const char *timezone,
                               int64_t *out_ms, struct fault *fault);

#endif
