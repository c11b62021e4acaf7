/* SPDX-License-Identifier: Apache-2.0
 *
 * household absence: looks up, declares, ends.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ctl/absence_view.h"
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"

static void member(struct buffer *body, const char *name, const char *value)
{
    if (value)
        json_member_text(body, name, value);
}

static int change(const char *path, const struct buffer *body, bool as_json)
{
    struct http_answer answer = {0};
    json_t *said = NULL;
    int status =
        body ? call_daemon_json(path, body->at, &answer, &said) : call_delete(path, &answer, &said);
    if (status == 0)
        call_print(&answer, said, as_json, absence_view);
    json_decref(said);
    http_answer_done(&answer);
    return status;
}

int command_household_absence(int argc, char **argv)
{
    const char *id, *from = NULL, *to = NULL, *reason = NULL, *why = NULL;
    bool end = false, as_json = false;
    const struct args_option options[] = {
        {"--from", &from, NULL}, {"--to", &to, NULL},   {"--reason", &reason, NULL},
        {"--why", &why, NULL},   {"--end", NULL, &end}, {"--json", NULL, &as_json},
    };
    struct args args = {.command = "household absence",
                        .options = options,
                        .option_count = sizeof options / sizeof options[0],
                        .words = &id,
                        .words_min = 1,
                        .words_max = 1};
    struct buffer path = {0}, body = {0};
    int status = 2;
    if (!args_read(&args, argc, argv))
        return 2;
    bool declares = from || to || reason;
    buffer_text(&path, "/api/v1/households/");
    http_escape(text_of(id), &path);
    buffer_text(&path, "/absence");
    if (declares && (end || !to || !reason)) {
        ctl_say(end ? "--end takes neither --from, --to nor --reason"
                    : "an absence needs --to and --reason");
        ctl_usage(args.command);
    } else if (declares) {
        buffer_text(&body, "{");
        member(&body, "from", from);
        member(&body, "to", to);
        member(&body, "reason", reason);
        member(&body, "why", why);
        buffer_text(&body, "}");
        status = change(path.at, &body, as_json);
    } else {
        call_query(&path, "why", why);
        status = end ? change(path.at, NULL, as_json) : call_show(path.at, as_json, absence_view);
    }
    buffer_done(&path);
    buffer_done(&body);
    return status;
}
