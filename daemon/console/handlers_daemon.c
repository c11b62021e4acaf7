/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon itself: reload, configuration, status, health, the list of routes.
 */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "alert/rules.h"
#include "base/json.h"
#include "console/body.h"
#include "console/openapi.h"
#include "console/routes.h"
#include "console/staff.h"

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
    json_t *body = NULL;
    enum err err = body_read(request, NULL, 0, &body, fault);
    json_decref(body);
    if (!err)
        err = request_intend(request, fault);
    if (err)
        return err;
    err = host->reload(host->host, &errors, &restart);
    api_look_at_files(request->api); /* of a bad configuration, too */
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
    buffer_text(&answer->body, "]");
    json_put_key(&answer->body, "warnings");
    buffer_text(&answer->body, "[");
    staff_say(request->api, &answer->body);
    buffer_text(&answer->body, "]}");
    staff_look(request->api, true);
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

/* The value in `shown`, as config_show_json has it; NULL: no such row. */
static const char *value_in(const json_t *shown, const char *name)
{
    for (size_t i = 0; i < json_array_size(shown); i++) {
        const json_t *row = json_array_get(shown, i);
        if (strcmp(json_string_value(json_object_get(row, "name")), name) == 0)
            return json_string_value(json_object_get(row, "value"));
    }
    return NULL;
}

static bool waits_for_restart(const struct buffer *names, const char *name)
{
    size_t bytes = strlen(name);
    for (const char *at = buffer_view(names).at; *at;) {
        size_t line = strcspn(at, "\n");
        if (line == bytes && memcmp(at, name, bytes) == 0)
            return true;
        at += line + (at[line] == '\n');
    }
    return false;
}

/* A row each of what differs: of an option, a layer, a row of a list. */
static void put_changes(const json_t *now, const json_t *next, bool added,
                        const struct buffer *restart, struct buffer *out)
{
    for (size_t i = 0; i < json_array_size(next); i++) {
        const json_t *row = json_array_get(next, i);
        const char *name = json_string_value(json_object_get(row, "name"));
        const char *value = json_string_value(json_object_get(row, "value"));
        const char *other = value_in(now, name);
        if (other && (!added || strcmp(other, value) == 0))
            continue;
        json_put_item(out);
        buffer_text(out, "{");
        json_member_text(out, "name", name);
        json_member_text(out, "now", added ? other : value);
        json_member_text(out, "next", added ? value : NULL);
        json_member_bool(out, "restart", waits_for_restart(restart, name));
        buffer_text(out, "}");
    }
}

static json_t *shown_of(const struct config *config)
{
    struct buffer text = {0};
    config_show_json(config, &text);
    json_t *shown = json_loadb(text.at, text.bytes, 0, NULL);
    buffer_done(&text);
    return shown;
}

/* All that waits for a restart, also what is shown in no row: properties, sinks. */
static void put_restarts(const struct buffer *restart, struct buffer *out)
{
    buffer_text(out, "],\"restart_needed\":[");
    for (const char *at = buffer_view(restart).at; *at;) {
        size_t bytes = strcspn(at, "\n");
        json_put_item(out);
        json_put_string(out, (struct text){at, bytes});
        at += bytes + (at[bytes] == '\n');
    }
    buffer_text(out, "]}");
}

enum err handle_config_changes(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api_host *host = &request->api->host;
    struct config_errors errors = {0};
    struct config *next = NULL;
    struct buffer restart = {0};
    enum err err = host->config_next(host->host, &next, &errors);
    if (err) {
        say_errors(err, &errors, fault);
        config_errors_done(&errors);
        return err;
    }
    const struct config *now = host->config_hold(host->host);
    json_t *shown_now = shown_of(now), *shown_next = shown_of(next);
    (void)config_restart_needed(now, next, &restart);
    host->config_release(host->host, now);
    buffer_text(&answer->body, "{\"changes\":[");
    put_changes(shown_now, shown_next, true, &restart, &answer->body);
    put_changes(shown_next, shown_now, false, &restart, &answer->body);
    put_restarts(&restart, &answer->body);
    json_decref(shown_now);
    json_decref(shown_next);
    buffer_done(&restart);
    config_errors_done(&errors);
    config_free(next);
    return ERR_OK;
}

enum err handle_status(struct request *request, struct answer *answer, struct fault *fault)
{
    struct api *api = request->api;
    (void)fault;
    api->host.status(api->host.host, &answer->body);
    answer->body.bytes--; /* its brace: one member more follows */
    json_put_key(&answer->body, "warnings");
    buffer_text(&answer->body, "[");
    staff_say(api, &answer->body);
    buffer_text(&answer->body, "]}");
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

/* How long an open alert waits before it escalates: whoever shows a list says who is next. */
static void put_waits(struct api *api, struct buffer *json)
{
    struct alert_rules rules;
    const struct config *config = api->host.config_hold(api->host.host);
    rules_of(config, &rules);
    api->host.config_release(api->host.host, config);
    json_put_key(json, "escalate");
    buffer_text(json, "{");
    json_member_int(json, "critical_s", rules.escalate_critical_s);
    json_member_int(json, "others_s", rules.escalate_s);
    json_member_int(json, "times", rules.escalations_max);
    buffer_text(json, "}");
}

enum err handle_routes(struct request *request, struct answer *answer, struct fault *fault)
{
    (void)fault;
    buffer_text(&answer->body, "{");
    if (request->peer.role != ROLE_NOBODY)
        json_member_text(&answer->body, "version", ANBU_VERSION);
    json_member_bool(&answer->body, "oidc", request->api->sign_ins != NULL);
    json_put_key(&answer->body, "routes");
    buffer_text(&answer->body, "[");
    for (size_t i = 0; i < route_count; i++) {
        json_put_item(&answer->body);
        buffer_text(&answer->body, "{");
        json_member_text(&answer->body, "method", routes[i].method);
        json_member_text(&answer->body, "path", routes[i].path);
        json_member_text(&answer->body, "summary", routes[i].summary);
        json_member_bool(&answer->body, "open",
                         route_opens(&routes[i], request->peer.role, request->scopes));
        buffer_text(&answer->body, "}");
    }
    buffer_text(&answer->body, "]");
    put_waits(request->api, &answer->body);
    buffer_text(&answer->body, "}");
    return ERR_OK;
}

enum err handle_openapi(struct request *request, struct answer *answer, struct fault *fault)
{
    (void)request;
    (void)fault;
    openapi_write(&answer->body);
    return ERR_OK;
}
