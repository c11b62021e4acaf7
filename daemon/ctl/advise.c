/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "ctl/advise_view.h"
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"

#define RESOLVED "/api/v1/alerts?all=1&state=resolved&limit=1000"

int command_advise(int argc, char **argv)
{
    const char *wanted_text = NULL, *why = NULL;
    bool as_json = false;
    const struct args_option options[] = {
        {"--wanted", &wanted_text, NULL}, {"--why", &why, NULL}, {"--json", NULL, &as_json}};
    struct args args = {.command = "advise", .options = options, .option_count = 3};
    struct buffer path = {0}, text = {0};
    struct http_answer answer = {0};
    json_t *body = NULL, *config = NULL;
    double wanted = ADVISE_WANTED;
    char *end = NULL;
    if (!args_read(&args, argc, argv))
        return 2;
    if (wanted_text)
        wanted = strtod(wanted_text, &end);
    if (wanted_text && (*end || end == wanted_text || !(wanted > 0.0 && wanted < 100.0))) {
        ctl_say("--wanted: \"%s\" is no percentage between 0 and 100", wanted_text);
        return 2;
    }
    buffer_text(&path, RESOLVED);
    call_query(&path, "why", why);
    int status = call_daemon_json(path.at, NULL, &answer, &body);
    if (status == 0) {
        http_answer_done(&answer);
        buffer_clear(&path);
        buffer_text(&path, "/api/v1/config");
        call_query(&path, "why", why);
        status = call_daemon_json(path.at, NULL, &answer, &config);
    }
    if (status == 0) {
        struct screen screen = screen_of(fileno(stdout));
        struct advise advise = {body, json_object_get(config, "options"), wanted};
        if (as_json)
            advise_json(&advise, &text);
        else
            advise_view(&screen, &advise, &text);
        (void)fputs(buffer_view(&text).at, stdout);
    }
    json_decref(config);
    json_decref(body);
    http_answer_done(&answer);
    buffer_done(&text);
    buffer_done(&path);
    return status;
}
