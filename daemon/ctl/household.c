/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/clock.h"
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/household_view.h"

int command_household_show(int argc, char **argv)
{
    const char *id, *why = NULL;
    bool as_json = false;
    const struct args_option options[] = {{"--why", &why, NULL}, {"--json", NULL, &as_json}};
    struct args args = {"household show", options, 2, &id, 1, 1, 0};
    struct buffer path = {0}, text = {0};
    struct http_answer answer = {0};
    json_t *body = NULL;
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/households/");
    http_escape(text_of(id), &path);
    call_query(&path, "why", why);
    int status = call_daemon_json(path.at, NULL, &answer, &body);
    if (status == 0 && as_json) {
        (void)printf("%s\n", answer.body.at);
    } else if (status == 0) {
        struct screen screen = screen_of(fileno(stdout));
        household_view(&screen, body, clock_wall_ms(&clock_machine), &text);
        (void)fputs(buffer_view(&text).at, stdout);
    }
    json_decref(body);
    http_answer_done(&answer);
    buffer_done(&text);
    buffer_done(&path);
    return status;
}
