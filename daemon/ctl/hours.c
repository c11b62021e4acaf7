/* SPDX-License-Identifier: Apache-2.0
 *
 * household hours.
 */
#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/hours_view.h"

int command_household_hours(int argc, char **argv)
{
    const char *id, *days = NULL, *why = NULL;
    bool as_json = false;
    const struct args_option options[] = {
        {"--days", &days, NULL}, {"--why", &why, NULL}, {"--json", NULL, &as_json}};
    struct args args = {"household hours", options, 3, &id, 1, 1, 0};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, "/api/v1/households/");
    http_escape(text_of(id), &path);
    buffer_text(&path, "/hours");
    call_query(&path, "days", days);
    call_query(&path, "why", why);
    int status = call_show(path.at, as_json, hours_view);
    buffer_done(&path);
    return status;
}
