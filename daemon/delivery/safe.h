/* SPDX-License-Identifier: Apache-2.0
 *
 * Foreign text in what people are shown: a terminal or a mail shows it and does not obey it. Pure.
 */
#ifndef ANBU_DELIVERY_SAFE_H
#define ANBU_DELIVERY_SAFE_H

#include "base/text.h"

/* Control characters and those that turn the direction become '?'; cut at bytes_max with "...". */
void safe_put(struct buffer *out, const char *from, size_t bytes_max);

#endif
