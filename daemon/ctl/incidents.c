/* SPDX-License-Identifier: Apache-2.0
 *
 * incidents list.
 */
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/incidents_view.h"

int command_incidents_list(int argc, char **argv)
{
    bool all = false, as_json = false;
    const struct args_option options[] = {{"--all", NULL, &all}, {"--json", NULL, &as_json}};
    struct args args = {.command = "incidents list", .options = options, .option_count = 2};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/incidents");
    call_query(&path, "all", all ? "1" : NULL);
    int status = call_show(path.at, as_json, incidents_view_list);
    buffer_done(&path);
    return status;
}
