/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "ctl/advise_view.h"
#include "ctl/args.h"
#include "ctl/command.h"

int command_advise(int argc, char **argv)
{
    const char *wanted = NULL, *why = NULL;
    bool as_json = false;
    const struct args_option options[] = {
        {"--wanted", &wanted, NULL}, {"--why", &why, NULL}, {"--json", NULL, &as_json}};
    struct args args = {.command = "advise", .options = options, .option_count = 3};
    struct buffer path = {0};
    char *end = NULL;
    if (!args_read(&args, argc, argv))
        return 2;
    double percent = wanted ? strtod(wanted, &end) : 1.0;
    if (wanted && (*end || end == wanted || !(percent > 0.0 && percent < 100.0))) {
        ctl_say("--wanted: \"%s\" is no percentage between 0 and 100", wanted);
        return 2;
    }
    buffer_text(&path, "/api/v1/advice");
    call_query(&path, "wanted", wanted);
    call_query(&path, "why", why);
    int status = call_show(path.at, as_json, advise_view);
    buffer_done(&path);
    return status;
}
