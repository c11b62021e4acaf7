/* SPDX-License-Identifier: Apache-2.0
 *
 * What a message looks like without what it says: names of members stay, and the words of our own
 * vocabularies; of every other value letters become x and digits 9. "2026-01-15T13:00" reads as
 * "9999-99-99x99:99", so a missing offset shows and the hour does not. Works on what is no JSON,
 * too. Pure.
 */
#ifndef ANBU_CONSOLE_SHAPE_H
#define ANBU_CONSOLE_SHAPE_H

#include "base/text.h"

#define SHAPE_BYTES_MAX 1000 /* of the shape; "..." follows when there was more */

void shape_add(struct text message, struct buffer *out);

#endif
