/* SPDX-License-Identifier: Apache-2.0
 *
 * The OpenAPI 3.1 document of the API, made from the tables of routes and shapes. Pure, any thread.
 */
#ifndef ANBU_CONSOLE_OPENAPI_H
#define ANBU_CONSOLE_OPENAPI_H

#include "base/text.h"

void openapi_write(struct buffer *out);
/* docs/openapi.json: the same, for people and for diffs. */
void openapi_page(struct buffer *out);

#endif
