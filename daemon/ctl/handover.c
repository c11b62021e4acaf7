/* SPDX-License-Identifier: Apache-2.0
 *
 * handover.
 */
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/handover_view.h"

int command_handover(int argc, char **argv)
{
    const char *desk = NULL, *area = NULL, *limit = NULL, *why = NULL;
    bool as_json = false;
    const struct args_option options[] = {
        {"--desk", &desk, NULL}, {"--area", &area, NULL},    {"--limit", &limit, NULL},
        {"--why", &why, NULL},   {"--json", NULL, &as_json},
    };
    struct args args = {.command = "handover",
                        .options = options,
                        .option_count = sizeof options / sizeof options[0]};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/handover");
    call_query(&path, "desk", desk);
    call_query(&path, "area", area);
    call_query(&path, "limit", limit);
    call_query(&path, "why", why);
    int status = call_show(path.at, as_json, handover_view);
    buffer_done(&path);
    return status;
}
