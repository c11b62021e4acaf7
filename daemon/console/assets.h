/* SPDX-License-Identifier: Apache-2.0
 *
 * The officers' page: files of daemon/console/page/ and dygraphs, embedded in the program and
 * served at / and /assets/ (decision 0021). All files but the first page are found under a hash of
 * them all, so that a browser never mixes two releases and may keep them for ever. Nobody needs an
 * account for them: they hold nothing of anybody. The API's thread.
 */
#ifndef ANBU_CONSOLE_ASSETS_H
#define ANBU_CONSOLE_ASSETS_H

#include "base/text.h"

struct asset {
    const char *name; /* behind the hash in the path; "" the first page */
    const char *type; /* Content-Type */
    struct text bytes;
};

struct assets;
struct assets *assets_new(void);
void assets_free(struct assets *assets); /* NULL is fine */

/* What stands at a path that is not decoded; *out lives as long as assets. */
bool assets_find(const struct assets *assets, const char *path, struct asset *out);
/* In the paths of assets, and the first page's ETag. */
const char *assets_release(const struct assets *assets);

/* Headers of the page and of all that it brings along: name, value, NULL at the end. */
extern const char *const assets_headers[][2];

#endif
