/* SPDX-License-Identifier: Apache-2.0
 *
 * areas, meters dark.
 */
#include "ctl/areas_view.h"
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"

int command_areas(int argc, char **argv)
{
    const char *why = NULL;
    bool as_json = false, as_csv = false;
    const struct args_option options[] = {
        {"--why", &why, NULL}, {"--json", NULL, &as_json}, {"--csv", NULL, &as_csv}};
    struct args args = {.command = "areas", .options = options, .option_count = 3};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/areas");
    call_query(&path, "why", why);
    int status = as_csv ? call_csv(&path) : call_show(path.at, as_json, areas_view);
    buffer_done(&path);
    return status;
}

int command_meters_dark(int argc, char **argv)
{
    const char *feeder = NULL, *area = NULL, *utility = NULL, *limit = NULL, *why = NULL;
    bool as_json = false, as_csv = false;
    const struct args_option options[] = {
        {"--feeder", &feeder, NULL}, {"--area", &area, NULL}, {"--utility", &utility, NULL},
        {"--limit", &limit, NULL},   {"--why", &why, NULL},   {"--json", NULL, &as_json},
        {"--csv", NULL, &as_csv},
    };
    struct args args = {.command = "meters dark",
                        .options = options,
                        .option_count = sizeof options / sizeof options[0]};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/meters/dark");
    call_query(&path, "feeder", feeder);
    call_query(&path, "area", area);
    call_query(&path, "utility", utility);
    call_query(&path, "limit", limit);
    call_query(&path, "why", why);
    int status = as_csv ? call_csv(&path) : call_show(path.at, as_json, areas_view_meters);
    buffer_done(&path);
    return status;
}
