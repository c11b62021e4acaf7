/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/args.h"
#include "ctl/budget_view.h"
#include "ctl/call.h"
#include "ctl/command.h"

int command_budget(int argc, char **argv)
{
    bool as_json = false;
    const struct args_option options[] = {{"--json", NULL, &as_json}};
    struct args args = {.command = "budget", .options = options, .option_count = 1};
    if (!args_read(&args, argc, argv))
        return 2;
    return call_show("/api/v1/budget", as_json, budget_view);
}
