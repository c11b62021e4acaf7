/* SPDX-License-Identifier: Apache-2.0
 *
 * What happens from now on, or from where a viewer was.
 */
#include "console/routes.h"
#include "console/streams.h"

enum err handle_events(struct request *request, struct answer *answer, struct fault *fault)
{
    buffer_text(&request->subject, request->last_event ? "resumed" : "");
    return stream_open(request, answer, fault);
}
