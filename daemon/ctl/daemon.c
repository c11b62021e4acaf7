/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon itself: status and reload.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/status_view.h"

int command_reload(int argc, char **argv)
{
    struct http_answer answer = {0};
    json_t *body, *name;
    size_t i;
    struct args args = {.command = "reload"};
    if (!args_read(&args, argc, argv))
        return 2;
    if (call_daemon_json("/api/v1/reload", "{}", &answer, &body))
        return 1;
    (void)puts("reloaded");
    json_array_foreach(json_object_get(body, "restart_needed"), i, name)
        ctl_say("%s has changed and needs a restart of anbud to take effect",
                json_is_string(name) ? json_string_value(name) : "an option");
    json_array_foreach(json_object_get(body, "warnings"), i, name)
        ctl_say("%s", json_is_string(name) ? json_string_value(name) : "a warning");
    json_decref(body);
    http_answer_done(&answer);
    return 0;
}

int command_status(int argc, char **argv)
{
    bool as_json = false;
    struct http_answer answer = {0};
    struct buffer text = {0};
    json_t *body = NULL;
    const struct args_option options[] = {{"--json", NULL, &as_json}};
    struct args args = {.command = "status", .options = options, .option_count = 1};
    if (!args_read(&args, argc, argv))
        return 2;
    if (call_daemon_json("/api/v1/status", NULL, &answer, &body))
        return 1;
    struct screen screen = screen_of(fileno(stdout));
    if (as_json)
        (void)printf("%s\n", answer.body.at);
    else {
        status_view(&screen, body, &text);
        (void)fputs(buffer_view(&text).at, stdout);
    }
    buffer_done(&text);
    json_decref(body);
    http_answer_done(&answer);
    return 0;
}
