/* SPDX-License-Identifier: Apache-2.0
 *
 * The header Idempotency-Key: a change that is sent twice is made once. What came of it is kept for
 * a day on the store's shelf "repeat", under a hash of person and key: first that it began, then
 * its answer. One that began and has no answer is under way, or its daemon died in it: it is never
 * made again. On the API's thread.
 */
#ifndef ANBU_CONSOLE_REPEAT_H
#define ANBU_CONSOLE_REPEAT_H

#include "console/request.h"

#define REPEAT_KEY_MAX 200 /* bytes of a key */

/* Before a change. *repeated: it was made before, and answer is what it was then. ERR_CONFLICT: it
 * has begun and not ended, or its answer is not kept; ERR_REFUSED (422): the key was another
 * request's. Requests without a key, and routes whose bodies or answers are secrets, pass. */
NODISCARD enum err repeat_begin(struct request *request, struct answer *answer, bool *repeated,
                                struct fault *fault);
/* After it: keeps the answer, or forgets the key when nothing was done. */
void repeat_end(struct request *request, const struct answer *answer);

#endif
