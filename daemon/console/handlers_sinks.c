/* SPDX-License-Identifier: Apache-2.0
 *
 * How each of `sinks` stands: of the daemon's status the part that has its own readers; and a test
 * of one.
 */
#include <jansson.h>
#include <stdlib.h>

#include "base/json.h"
#include "console/body.h"
#include "console/routes.h"

enum err handle_sinks(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api_host *host = &request->api->host;
    struct buffer status = {0};
    (void)fault;
    host->status(host->host, &status);
    json_t *root = json_loadb(buffer_view(&status).at, status.bytes, 0, NULL);
    json_t *sinks = json_object_get(root, "sinks");
    char *text = sinks ? json_dumps(sinks, JSON_COMPACT) : NULL;
    buffer_format(&answer->body, "{\"sinks\":%s}", text ? text : "[]");
    free(text);
    json_decref(root);
    buffer_done(&status);
    return ERR_OK;
}

enum err handle_sink_test(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api_host *host = &request->api->host;
    struct buffer test = {0};
    json_t *body = NULL;
    enum err err = body_read(request, NULL, 0, &body, fault);
    json_decref(body);
    buffer_text(&request->subject, request->id);
    if (!err)
        err = request_intend(request, fault);
    if (!err)
        err = host->sink_try(host->host, request->id, &test, fault);
    if (!err) {
        answer->status = 202;
        buffer_text(&answer->body, "{");
        json_member_text(&answer->body, "sink", request->id);
        json_put_key(&answer->body, "test");
        buffer_add(&answer->body, test.at, test.bytes);
        buffer_text(&answer->body, "}");
    }
    buffer_done(&test);
    return err;
}
