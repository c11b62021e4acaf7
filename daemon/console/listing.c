/* SPDX-License-Identifier: Apache-2.0 */
#include "console/listing.h"

#include "base/clock.h"
#include "console/away.h"
#include "console/server.h"

#define NOT_SHOWN "nothing was shown"

enum err listing_make(struct request *request, const char *shelf, const char *member,
                      store_document_fn *add, struct answer *answer, struct fault *fault)
{
    struct store *store = request->api->store;
    struct listing listing = {
        .request = request, .out = &answer->body, .now_ms = clock_wall_ms(request->api->clock)};
    buffer_format(&answer->body, "{\"%s\":[", member);
    enum err err = store->ops->documents(store, shelf, add, &listing, fault);
    if (!err && listing.err) {
        err = listing.err;
        *fault = listing.fault;
    }
    buffer_text(&answer->body, "]}");
    return away_say(err, NOT_SHOWN, fault);
}
