/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon itself: reload, configuration, status, health, the list of routes.
 */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "console/routes.h"

#define ERRORS_BYTES_MAX \
    850 /* of a reload that failed; the rest of a fault is for the words around */

/* Each error on a line of its own, as many as fit. */
static void say_errors(enum err err, const struct config_errors *errors, struct fault *fault)
{
    const char *at = buffer_view(&errors->text).at;
    struct buffer lines = {0};
    size_t shown = 0;
    for (; *at && (!shown || lines.bytes + strcspn(at, "\n") < ERRORS_BYTES_MAX); shown++) {
        size_t bytes = strcspn(at, "\n");
        buffer_format(&lines, "%s%.*s", shown ? "\n" : "", (int)bytes, at);
        at += bytes + (at[bytes] == '\n');
    }
    if (shown < errors->count)
        buffer_format(&lines, "\n... and %zu more; anbuctl check-config tells all",
                      errors->count - shown);
    if (errors->count > 1)
        (void)fault_set(fault, err, "nothing was changed, there are %zu errors:\n%s", errors->count,
                        buffer_view(&lines).at);
    else
        (void)fault_set(fault, err, "nothing was changed: %s",
                        lines.bytes ? lines.at : err_text(err));
    buffer_done(&lines);
}

enum err handle_reload(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api_host *host = &request->api->host;
    struct config_errors errors = {0};
    struct buffer restart = {0};
    enum err err = request_intend(request, fault);
    if (err)
        return err;
    err = host->reload(host->host, &errors, &restart);
    if (err) {
        say_errors(err, &errors, fault);
        goto out;
    }
    buffer_text(&answer->body, "{\"reloaded\":true");
    json_put_key(&answer->body, "restart_needed");
    buffer_text(&answer->body, "[");
    for (const char *at = buffer_view(&restart).at; *at;) {
        size_t bytes = strcspn(at, "\n");
        if (bytes > 0) {
            json_put_item(&answer->body);
            json_put_string(&answer->body, (struct text){at, bytes});
        }
        at += bytes + (at[bytes] == '\n');
    }
    buffer_text(&answer->body, "]}");
out:
    config_errors_done(&errors);
    buffer_done(&restart);
    return err;
}

enum err handle_config(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api_host *host = &request->api->host;
    const struct config *config = host->config_hold(host->host);
    (void)fault;
    buffer_text(&answer->body, "{\"options\":");
    config_show_json(config, &answer->body);
    buffer_text(&answer->body, "}");
    host->config_release(host->host, config);
    return ERR_OK;
}

enum err handle_status(struct request *request, struct answer *answer, struct fault *fault)
{
    (void)fault;
    request->api->host.status(request->api->host.host, &answer->body);
    return ERR_OK;
}

/* The page is the answer, good or not. */
static void probe_answer(struct request *request, bool (*ask)(void *host, struct buffer *out),
                         struct answer *answer)
{
    struct probe_pages *pages = &request->api->host.pages;
    answer->status = ask(pages->host, &answer->body) ? 200 : 503;
}

enum err handle_health(struct request *request, struct answer *answer, struct fault *fault)
{
    (void)fault;
    probe_answer(request, request->api->host.pages.healthy, answer);
    return ERR_OK;
}

enum err handle_ready(struct request *request, struct answer *answer, struct fault *fault)
{
    (void)fault;
    probe_answer(request, request->api->host.pages.ready, answer);
    return ERR_OK;
}

enum err handle_routes(struct request *request, struct answer *answer, struct fault *fault)
{
    (void)request;
    (void)fault;
    buffer_text(&answer->body, "{\"version\":\"" ANBU_VERSION "\",\"routes\":[");
    for (size_t i = 0; i < route_count; i++) {
        json_put_item(&answer->body);
        buffer_text(&answer->body, "{");
        json_member_text(&answer->body, "method", routes[i].method);
        json_member_text(&answer->body, "path", routes[i].path);
        json_member_text(&answer->body, "summary", routes[i].summary);
        buffer_text(&answer->body, "}");
    }
    buffer_text(&answer->body, "]}");
    return ERR_OK;
}
