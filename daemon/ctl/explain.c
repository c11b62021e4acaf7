/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ctl/args.h"
#include "ctl/call.h"
#include "ctl/command.h"
#include "ctl/explain_view.h"

#define ALERT_CHARS_MIN 6
#define ALERT_CHARS_MAX 26

/* What an alert's id, or its beginning, looks like; households' pseudonyms look otherwise, or are
 * said to be one. */
static bool is_alert_id(const char *id)
{
    size_t chars = strlen(id);
    return chars >= ALERT_CHARS_MIN && chars <= ALERT_CHARS_MAX &&
           strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz") == chars;
}

int command_explain(int argc, char **argv)
{
    const char *id, *why = NULL;
    bool as_json = false, household = false;
    const struct args_option options[] = {
        {"--household", NULL, &household}, {"--why", &why, NULL}, {"--json", NULL, &as_json}};
    struct args args = {"explain", options, 3, &id, 1, 1, 0};
    struct buffer path = {0};
    if (!args_read(&args, argc, argv))
        return 2;
    buffer_text(&path, !household && is_alert_id(id) ? "/api/v1/alerts/" : "/api/v1/households/");
    http_escape(text_of(id), &path);
    call_query(&path, "why", why);
    int status = call_show(path.at, as_json, explain_view);
    buffer_done(&path);
    return status;
}
