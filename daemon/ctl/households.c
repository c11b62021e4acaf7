/* SPDX-License-Identifier: Apache-2.0
 *
 * households list.
 */
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/households_view.h"
#include "detectors/vocabulary.h"

int command_households_list(int argc, char **argv)
{
    const char *outlook = NULL, *area = NULL, *limit = NULL, *why = NULL;
    bool blind = false, as_json = false;
    const struct args_option options[] = {{"--blind", NULL, &blind},  {"--outlook", &outlook, NULL},
                                          {"--area", &area, NULL},    {"--limit", &limit, NULL},
                                          {"--json", NULL, &as_json}, {"--why", &why, NULL}};
    struct args args = {.command = "households list",
                        .options = options,
                        .option_count = sizeof options / sizeof options[0]};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    if (blind && outlook) {
        ctl_say("--blind is --outlook %s: say one of them", outlook_class_names[OUTLOOK_LATER]);
        ctl_usage(args.command);
        return 2;
    }
    buffer_text(&path, "/api/v1/households");
    call_query(&path, "outlook", blind ? outlook_class_names[OUTLOOK_LATER] : outlook);
    call_query(&path, "area", area);
    call_query(&path, "limit", limit);
    call_query(&path, "why", why);
    int status = call_show(path.at, as_json, households_view_list);
    buffer_done(&path);
    return status;
}
