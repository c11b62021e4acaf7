/* SPDX-License-Identifier: Apache-2.0
 *
 * A list of all documents of a shelf, as an answer. On the API's thread.
 */
#ifndef ANBU_CONSOLE_LISTING_H
#define ANBU_CONSOLE_LISTING_H

#include "console/request.h"

struct listing {
    const struct request *request;
    struct buffer *out;
    int64_t now_ms;
    enum err err; /* of the document that could not be read: nothing is added behind it */
    struct fault fault;
};

/* {"<member>":[...]}; `add` is called for each document with the listing as context. */
NODISCARD enum err listing_make(struct request *request, const char *shelf, const char *member,
                                store_document_fn *add, struct answer *answer, struct fault *fault);

#endif
