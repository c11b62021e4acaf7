/* SPDX-License-Identifier: Apache-2.0
 *
 * rosters.
 */
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/rosters_view.h"

int command_rosters(int argc, char **argv)
{
    bool as_json = false;
    const struct args_option options[] = {{"--json", NULL, &as_json}};
    struct args args = {.command = "rosters", .options = options, .option_count = 1};
    return args_read(&args, argc, argv) ? call_show("/api/v1/rosters", as_json, rosters_view) : 2;
}
