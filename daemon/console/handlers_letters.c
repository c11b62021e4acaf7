/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages that could not be used. Nobody's data: what is shown of them is their shape.
 */
#include <stdlib.h>

#include "console/letter_box.h"
#include "console/routes.h"

#define LIMIT 50

static enum err number_read(const struct request *request, const char *name, int64_t *out,
                            struct fault *fault)
{
    const char *text = request_query(request, name);
    char *end = NULL;
    *out = text ? strtoll(text, &end, 10) : 0;
    if (text && (*end || end == text || *out < 0))
        return fault_set(fault, ERR_INVALID, "%s: the number of a letter, from an answer before",
                         name);
    return ERR_OK;
}

enum err handle_dead_letters(struct request *request, struct answer *answer, struct fault *fault)
{
    struct letter_question question = {.reason = request_query(request, "reason"),
                                       .source = request_query(request, "source")};
    request_subject_query(request);
    enum err err = number_read(request, "cursor", &question.before, fault);
    if (!err)
        err = number_read(request, "after", &question.after, fault);
    if (!err)
        err = request_limit(request, LIMIT, LETTER_BOX_KEPT, &question.limit, fault);
    if (err)
        return err;
    if (!request->api->letters)
        return fault_set(fault, ERR_UNREACHABLE, "there is no Kafka here");
    err = letter_box_show(request->api->letters, &question, &answer->body, fault);
    if (err == ERR_NOT_FOUND) /* of the topic, not of the route */
        err = ERR_UNREACHABLE;
    return err;
}
