/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ctl/args.h"

#define TIMEOUT_MS 30000

void call_query(struct buffer *path, const char *name, const char *value)
{
    if (!value)
        return;
    bool first = !memchr(path->at, '?', path->bytes);
    buffer_format(path, "%c%s=", first ? '?' : '&', name);
    http_escape(text_of(value), path);
}

static void say_failed(enum err err, const char *socket, const struct fault *fault)
{
    if (err == ERR_UNREACHABLE)
        ctl_say("no daemon answers at %s: is anbud running? (--socket PATH)", socket);
    else if (err == ERR_DENIED)
        ctl_say("%s: permission denied; ask for the socket's group, or name another (--socket "
                "PATH)",
                socket);
    else if (err == ERR_TIMEOUT)
        ctl_say("%s; what was asked for may still happen: look before you repeat it", fault->text);
    else
        ctl_say("%s", fault->text);
}

/* The detail of problem details, else the bare status. */
static void say_refused(const struct http_answer *answer, const char *socket)
{
    json_t *problem = json_loadb(buffer_view(&answer->body).at, answer->body.bytes, 0, NULL);
    const char *title = json_string_value(json_object_get(problem, "title"));
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    if (detail)
        ctl_say("%s", detail);
    else
        ctl_say("%s answers with status %ld%s%s", socket, answer->status, title ? ": " : "",
                title ? title : "");
    json_decref(problem);
}

static int ask(const char *method, const char *path_and_query, const char *body,
               struct http_answer *answer)
{
    const char *socket = getenv(CALL_SOCKET_ENV), *as = getenv(CALL_AS_ENV);
    struct buffer on_behalf = {0};
    struct fault fault = {0};
    buffer_format(&on_behalf, "Anbu-On-Behalf-Of: %s", as ? as : "");
    const char *headers[] = {as && as[0] ? on_behalf.at : NULL, NULL};
    struct http_request request = {
        .unix_socket = socket && socket[0] ? socket : CALL_SOCKET_DEFAULT,
        .method = method,
        .path_and_query = path_and_query,
        .body = body,
        .headers = headers,
        .timeout_ms = TIMEOUT_MS,
    };
    enum err err = http_unix(&request, answer, &fault);
    bool good = !err && answer->status >= 200 && answer->status < 300;
    if (err)
        say_failed(err, request.unix_socket, &fault);
    else if (!good)
        say_refused(answer, request.unix_socket);
    if (!good)
        http_answer_done(answer);
    buffer_done(&on_behalf);
    return good ? 0 : 1;
}

int call_daemon(const char *path_and_query, const char *body, struct http_answer *answer)
{
    return ask(NULL, path_and_query, body, answer);
}

static int read_json(struct http_answer *answer, json_t **out)
{
    json_error_t error;
    *out = json_loadb(buffer_view(&answer->body).at, answer->body.bytes, 0, &error);
    if (*out)
        return 0;
    ctl_say("the daemon's answer is no JSON (%s): do anbuctl and anbud have the same version?",
            error.text);
    http_answer_done(answer);
    return 1;
}

int call_daemon_json(const char *path_and_query, const char *body, struct http_answer *answer,
                     json_t **out)
{
    return call_daemon(path_and_query, body, answer) ? 1 : read_json(answer, out);
}

int call_delete(const char *path_and_query, struct http_answer *answer, json_t **out)
{
    return ask("DELETE", path_and_query, NULL, answer) ? 1 : read_json(answer, out);
}

void call_print(const struct http_answer *answer, const json_t *body, bool as_json, view_fn *view)
{
    struct buffer text = {0};
    if (as_json) {
        (void)printf("%s\n", answer->body.at);
    } else {
        struct screen screen = screen_of(fileno(stdout));
        view(&screen, body, clock_wall_ms(&clock_machine), &text);
        (void)fputs(buffer_view(&text).at, stdout);
    }
    buffer_done(&text);
}

int call_show(const char *path_and_query, bool as_json, view_fn *view)
{
    struct http_answer answer = {0};
    json_t *body = NULL;
    if (call_daemon_json(path_and_query, NULL, &answer, &body))
        return 1;
    call_print(&answer, body, as_json, view);
    json_decref(body);
    http_answer_done(&answer);
    return 0;
}

int call_csv(struct buffer *path)
{
    struct http_answer answer = {0};
    call_query(path, "format", "csv");
    int status = call_daemon(path->at, NULL, &answer);
    if (status == 0)
        (void)fwrite(answer.body.at, 1, answer.body.bytes, stdout);
    http_answer_done(&answer);
    return status;
}
