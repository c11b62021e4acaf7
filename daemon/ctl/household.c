/* SPDX-License-Identifier: Apache-2.0 */
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
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/households/");
    http_escape(text_of(id), &path);
    call_query(&path, "why", why);
    int status = call_show(path.at, as_json, household_view);
    buffer_done(&path);
    return status;
}
