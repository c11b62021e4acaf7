/* SPDX-License-Identifier: Apache-2.0
 *
 * A password from a person or a file; never from the command line, which others can read.
 */
#ifndef ANBU_CTL_PASSWORD_H
#define ANBU_CTL_PASSWORD_H

#include <stdbool.h>

#include "base/text.h"

/* path NULL: asked for twice on the terminal, without echo. A file's last line break is not part of
 * it. False: said already. Wipe *out by password_done. */
bool password_ask(const char *path, struct buffer *out);
void password_done(struct buffer *password);

#endif
