/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/stats_view.h"

int command_stats(int argc, char **argv)
{
    const char *days = NULL, *team = NULL, *area = NULL, *why = NULL;
    bool as_json = false, as_csv = false;
    const struct args_option options[] = {
        {"--days", &days, NULL}, {"--team", &team, NULL},    {"--area", &area, NULL},
        {"--why", &why, NULL},   {"--json", NULL, &as_json}, {"--csv", NULL, &as_csv},
    };
    struct args args = {
        .command = "stats", .options = options, .option_count = sizeof options / sizeof options[0]};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/stats");
    call_query(&path, "days", days);
    call_query(&path, "team", team);
    call_query(&path, "area", area);
    call_query(&path, "why", why);
    int status = as_csv ? call_csv(&path) : call_show(path.at, as_json, stats_view);
    buffer_done(&path);
    return status;
}
