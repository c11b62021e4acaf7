/* SPDX-License-Identifier: Apache-2.0
 *
 * alerts directory.
 */
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/directory_view.h"

int command_alerts_directory(int argc, char **argv)
{
    const char *id, *why = NULL;
    bool as_json = false;
    const struct args_option options[] = {{"--why", &why, NULL}, {"--json", NULL, &as_json}};
    struct args args = {"alerts directory", options, 2, &id, 1, 1, 0};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/alerts/");
    http_escape(text_of(id), &path);
    buffer_text(&path, "/directory");
    call_query(&path, "why", why);
    int status = call_show(path.at, as_json, directory_view);
    buffer_done(&path);
    return status;
}
